//! Frames with a length prefix, in chunks: what two decoders make of them, and what they reserve.

use crate::draw::{self, Svg, grouped};
use crate::feed::Feed;
use crate::model::{Control, END, Frame, Kind, Lab, Pace, Preset, Question, Table, Trace, Values};
use crate::typed::{self, Cells, LINE, amount};
use futures::Stream;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tokio_util::bytes::{Bytes, BytesMut};
use tokio_util::codec::{Decoder, FramedRead, LengthDelimitedCodec};

/// The lab.
pub static LAB: Lab = Lab {
    name: "frame-decoder",
    title: "The frame decoder",
    caption: "Above, the bytes that have arrived: a length of four bytes (filled), then what it announces. Upright \
              lines are the cuts between chunks. Below, a FramedRead around each of two decoders: what is in its \
              buffer, for how many bytes that has room, and the frames that came out.",
    pace: Pace {
        unit: "step",
        step: 1,
        per_second: 2,
    },
    figure_at: END,
    controls: &[
        Control {
            name: "peer",
            label: "The peer sends",
            kind: Kind::Choice {
                options: &[
                    ("two", "two frames"),
                    ("length", "cut off in a length"),
                    ("behind", "cut off behind a length"),
                    ("frame", "cut off in a frame"),
                    ("lie", "a length of 8 MiB"),
                    ("get", "GET / HTTP/1.1"),
                ],
                default: "two",
            },
        },
        Control {
            name: "chunk",
            label: "Chunk",
            kind: Kind::Range {
                min: 1,
                max: 18,
                step: 1,
                unit: "bytes",
                default: 3,
            },
        },
        Control {
            name: "max",
            label: "A frame may have",
            kind: Kind::Choice {
                options: &[
                    ("4", "4 bytes"),
                    ("65536", "64 KiB"),
                    ("8388608", "8 MiB, tokio-util's default"),
                ],
                default: "8388608",
            },
        },
    ],
    presets: &[
        Preset {
            label: "Two frames",
            values: &[],
            question: Question {
                ask: "18 bytes come in chunks of 3. How many will have come when the first frame comes out?",
                unit: "chunks",
                measure: "first",
            },
        },
        Preset {
            label: "A byte at a time",
            values: &[("chunk", "1")],
            question: Question {
                ask: "How many bytes will the buffer hold at most?",
                unit: "bytes",
                measure: "frames_held",
            },
        },
        Preset {
            label: "A length of 8 MiB",
            values: &[("peer", "lie"), ("chunk", "4")],
            question: Question {
                ask: "Four bytes come, and nothing more. For how many KiB will LengthDelimitedCodec make room?",
                unit: "KiB",
                measure: "codec_kib",
            },
        },
        Preset {
            label: "The same, at most 64 KiB",
            values: &[("peer", "lie"), ("chunk", "4"), ("max", "65536")],
            question: Question {
                ask: "Now for how many KiB will it make room?",
                unit: "KiB",
                measure: "codec_kib",
            },
        },
        Preset {
            label: "GET / HTTP/1.1",
            values: &[("peer", "get"), ("chunk", "1")],
            question: Question {
                ask: "After how many bytes will the request be refused?",
                unit: "bytes",
                measure: "refused",
            },
        },
        Preset {
            label: "Cut off in a frame",
            values: &[("peer", "frame"), ("chunk", "5")],
            question: Question {
                ask: "How many of the two readers will say that the second frame is not whole?",
                unit: "of 2",
                measure: "noticed",
            },
        },
        Preset {
            label: "Cut off behind a length",
            values: &[("peer", "behind"), ("chunk", "13")],
            question: Question {
                ask: "The second frame is a length of 5 and nothing more. How many of the two readers will say that \
                      it is not whole?",
                unit: "of 2",
                measure: "noticed",
            },
        },
    ],
    run: |values| Box::new(run(values)),
};

/// The two frames of the chapter's program.
const TWO: &[u8] = b"\0\0\0\x05hello\0\0\0\x05world";

/// How long a length is.
const HEAD: usize = 4;

fn sent(peer: &str) -> &'static [u8] {
    match peer {
        "length" => &TWO[..11],
        "behind" => &TWO[..13],
        "frame" => &TWO[..16],
        "lie" => b"\0\x80\0\0",
        "get" => b"GET / HTTP/1.1\r\n\r\n",
        _ => TWO,
    }
}

/// `Frames` of the chapter's program.
struct Frames(usize);

impl Decoder for Frames {
    type Item = Bytes;
    type Error = io::Error;

    fn decode(&mut self, buffer: &mut BytesMut) -> io::Result<Option<Bytes>> {
        let Some((length, rest)) = buffer.split_first_chunk() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*length) as usize;
        if length > self.0 {
            let error = format!("a frame of {} bytes", grouped(length as u64));
            return Err(io::Error::new(io::ErrorKind::InvalidData, error));
        }
        if rest.len() < length {
            return Ok(None);
        }
        Ok(Some(buffer.split_to(HEAD + length).freeze().slice(HEAD..)))
    }
}

/// A reader after a chunk.
#[derive(Debug, Clone)]
struct Moment {
    /// How many frames it has given so far.
    frames: usize,
    /// What is in its buffer.
    buffer: Vec<u8>,
    /// For how many bytes the buffer has room, those in it included.
    room: usize,
    /// Whether it has ended, and how.
    end: Option<Result<(), String>>,
}

/// What a reader gave.
#[derive(Debug)]
struct Lane {
    name: &'static str,
    frames: Vec<Vec<u8>>,
    /// Before the first chunk, after each, and after the end.
    moments: Vec<Moment>,
}

impl Lane {
    fn failed(&self) -> Option<usize> {
        let failed = |moment: &Moment| matches!(moment.end, Some(Err(_)));
        self.moments.iter().position(failed)
    }

    fn room(&self) -> usize {
        let rooms = self.moments.iter().map(|moment| moment.room);
        rooms.max().unwrap_or_default()
    }

    fn held(&self) -> usize {
        let held = self.moments.iter().map(|moment| moment.buffer.len());
        held.max().unwrap_or_default()
    }
}

#[derive(Debug)]
struct Run {
    bytes: &'static [u8],
    size: usize,
    lanes: [Lane; 2],
}

/// Reads all frames, as a loop with `try_next` does, and notes how it stands after each chunk.
fn read<D>(name: &'static str, bytes: &[u8], size: usize, decoder: D) -> Lane
where
    D: Decoder<Error = io::Error> + Unpin,
    D::Item: AsRef<[u8]>,
{
    let mut context = Context::from_waker(Waker::noop());
    let feed = Feed::default();
    let mut reader = FramedRead::new(feed.clone(), decoder);
    let mut frames = Vec::new();
    let moment = |reader: &FramedRead<Feed, D>, frames: usize, end| Moment {
        frames,
        buffer: reader.read_buffer().to_vec(),
        room: reader.read_buffer().capacity(),
        end,
    };
    let mut moments = vec![moment(&reader, 0, None)];
    let mut end = None;
    for chunk in bytes.chunks(size).map(Some).chain([None]) {
        match chunk {
            Some(chunk) if end.is_none() => feed.push(chunk),
            Some(_) => {}
            None => feed.end(),
        }
        while end.is_none() {
            match Pin::new(&mut reader).poll_next(&mut context) {
                Poll::Pending => break,
                Poll::Ready(Some(Ok(frame))) => frames.push(frame.as_ref().to_vec()),
                Poll::Ready(Some(Err(error))) => end = Some(Err(error.to_string())),
                Poll::Ready(None) => end = Some(Ok(())),
            }
        }
        moments.push(moment(&reader, frames.len(), end.clone()));
    }
    Lane {
        name,
        frames,
        moments,
    }
}

fn run(values: &Values) -> Run {
    let bytes = sent(values.text("peer"));
    let size = values.number("chunk") as usize;
    let max = match values.text("max") {
        "4" => 4,
        "65536" => 64 * 1024,
        _ => 8 * 1024 * 1024,
    };
    let codec = LengthDelimitedCodec::builder()
        .max_frame_length(max)
        .new_codec();
    let lanes = [
        read("LengthDelimitedCodec", bytes, size, codec),
        read("Frames, from above", bytes, size, Frames(max)),
    ];
    Run { bytes, size, lanes }
}

/// `16 bytes`, `8 KiB`.
fn room(number: usize) -> String {
    match number {
        0..1024 => amount(number, "byte"),
        _ if number.is_multiple_of(1024) => draw::kib(number as u64 / 1024),
        _ => amount(number, "byte"),
    }
}

impl Run {
    fn chunks(&self) -> usize {
        self.lanes[0].moments.len() - 2
    }

    fn arrived(&self, position: usize) -> usize {
        (position * self.size).min(self.bytes.len())
    }

    /// Where each length is that has arrived, and what it says.
    fn heads(&self, arrived: usize) -> Vec<(usize, Option<usize>)> {
        let mut heads = Vec::new();
        let mut at = 0;
        while at < arrived {
            let head = self.bytes[..arrived].get(at..at + HEAD);
            let length = head.and_then(|head| head.try_into().ok());
            let length = length.map(|head| u32::from_be_bytes(head) as usize);
            heads.push((at, length));
            at = match length {
                Some(length) => at.saturating_add(HEAD).saturating_add(length),
                None => arrived,
            };
        }
        heads
    }

    /// What a frame that has begun still lacks.
    fn lacks(&self, arrived: usize) -> Option<String> {
        let (at, length) = self.heads(arrived).pop()?;
        let (name, end) = match length {
            None => ("a length", at + HEAD),
            Some(length) => ("a frame", at + HEAD + length),
        };
        let lacks = || format!("{name} lacks {}", amount(end - arrived, "byte"));
        (end > arrived).then(lacks)
    }

    fn needs(&self, arrived: usize) -> String {
        let between = || "between two frames".to_owned();
        self.lacks(arrived).unwrap_or_else(between)
    }

    fn draw_bytes(&self, svg: &mut Svg, cells: Cells, arrived: usize) {
        let heads = self.heads(arrived);
        for (i, (at, length)) in heads.iter().enumerate() {
            let head = *at..(at + HEAD).min(arrived);
            let next = heads.get(i + 1).map_or(arrived, |(next, _)| *next);
            cells.frame(svg, "soft accent", head.clone());
            let name = match length {
                Some(length) => format!("= {}", grouped(*length as u64)),
                None => "length".to_owned(),
            };
            cells.over(svg, "accent", *at, &name);
            for at in head.end..next {
                cells.frame(svg, "box", at..at + 1);
                let byte: Range<usize> = at..at + 1;
                cells.over(svg, "muted", at, &typed::escaped(&self.bytes[byte]));
            }
        }
        for at in 0..arrived {
            cells.byte(svg, "", at, self.bytes[at]);
        }
        cells.frame(svg, "box muted dash", arrived..self.bytes.len());
        for cut in (self.size..arrived).step_by(self.size) {
            cells.cut(svg, "wire", cut);
        }
    }

    fn state(&self, lane: &Lane, position: usize) -> (&'static str, String) {
        let moment = &lane.moments[position];
        let frames = amount(moment.frames, "frame");
        let whole = self.lacks(self.arrived(position)).is_none();
        match &moment.end {
            Some(Err(_)) => ("bad", format!("{frames}, error")),
            Some(Ok(())) if whole => ("good", format!("{frames}, end")),
            Some(Ok(())) => ("bad", format!("{frames}, end, no error")),
            None => ("", format!("{frames}, waits")),
        }
    }

    fn summary(&self, position: usize) -> String {
        let lanes = self.lanes.iter().map(|lane| {
            let moment = &lane.moments[position];
            format!(
                "{}: {}; {} in the buffer, room for {}.",
                lane.name,
                self.state(lane, position).1,
                amount(moment.buffer.len(), "byte"),
                room(moment.room),
            )
        });
        let lanes: Vec<_> = lanes.collect();
        let needs = self.needs(self.arrived(position));
        format!(
            "At {}: {needs}. {}",
            typed::place(position, self.chunks(), self.bytes.len()),
            lanes.join(" ")
        )
    }

    fn table(&self, position: usize) -> Table {
        let mut head = ["chunk", "bytes", "then"].map(str::to_owned).to_vec();
        for lane in &self.lanes {
            let name = lane.name.split(',').next().unwrap_or_default();
            head.extend(["buffer", "room", "gives"].map(|what| format!("{name}: {what}")));
        }
        let rows = (1..=position).map(|i| {
            let name = match i > self.chunks() {
                true => "end".to_owned(),
                false => i.to_string(),
            };
            let (from, to) = (self.arrived(i - 1), self.arrived(i));
            let mut row = vec![name, typed::hex(&self.bytes[from..to]), self.needs(to)];
            for lane in &self.lanes {
                let (old, new) = (&lane.moments[i - 1], &lane.moments[i]);
                let gives = match &new.end {
                    Some(Err(error)) if old.end.is_none() => error.clone(),
                    _ => quoted(&lane.frames[old.frames..new.frames]),
                };
                row.extend([typed::hex(&new.buffer), room(new.room), gives]);
            }
            row
        });
        Table {
            head,
            rows: rows.collect(),
        }
    }
}

/// Frames in quotes.
fn quoted(frames: &[Vec<u8>]) -> String {
    let frames = frames
        .iter()
        .map(|frame| format!("“{}”", typed::escaped(frame)));
    frames.collect::<Vec<_>>().join(" ")
}

impl Trace for Run {
    fn end(&self) -> u32 {
        self.chunks() as u32 + 1
    }

    fn frame(&self, at: u32) -> Frame {
        const ROOM: f64 = 312.0;
        let position = (at as usize).min(self.chunks() + 1);
        let cells = Cells {
            top: 22.0,
            row: 33.0,
        };
        let mut y = cells.top + cells.height(self.bytes.len()) + 20.0;
        let buffer = |moment: &Moment| match moment.buffer.is_empty() {
            true => vec!["buffer: empty".to_owned()],
            false => typed::wrap(&format!("buffer: {}", typed::hex(&moment.buffer)), ROOM),
        };
        let height = |lane: &Lane| {
            let lines = lane.moments.iter().map(|moment| buffer(moment).len());
            let error = usize::from(lane.failed().is_some());
            LINE * (lines.max().unwrap_or(1) + 3 + error) as f64 + 12.0
        };
        let mut svg = Svg::new(y + self.lanes.iter().map(height).sum::<f64>() - 4.0);
        svg.text(
            "label small start",
            4.0,
            12.0,
            &typed::place(position, self.chunks(), self.bytes.len()),
        );
        let arrived = self.arrived(position);
        self.draw_bytes(&mut svg, cells, arrived);
        let needs = self.needs(arrived);
        svg.text("label small start", 4.0, y - 6.0, &needs);

        for lane in &self.lanes {
            let moment = &lane.moments[position];
            svg.line("wire muted", &[(4.0, y), (316.0, y)]);
            svg.text("label small start", 4.0, y + 14.0, lane.name);
            let (class, state) = self.state(lane, position);
            svg.text(&format!("label small end {class}"), 316.0, y + 14.0, &state);
            let buffer = buffer(moment);
            typed::lines(&mut svg, "mono", y + 14.0 + LINE, &buffer);
            let below = y + 14.0 + LINE * (buffer.len() + 1) as f64;
            let large = moment.room > 64 * 1024;
            let class = if large { "bad" } else { "" };
            let room = format!("room for {}", room(moment.room));
            typed::lines(&mut svg, class, below, &[room]);
            let frames = quoted(&lane.frames[..moment.frames]);
            typed::lines(&mut svg, "mono", below + LINE, &[frames]);
            if let Some(Err(error)) = &moment.end {
                let error = std::slice::from_ref(error);
                typed::lines(&mut svg, "bad", below + LINE * 2.0, error);
            }
            y += height(lane);
        }
        Frame {
            svg: svg.finish(
                "Bytes that arrive in chunks, and what two decoders of frames made of them",
            ),
            summary: self.summary(position),
            table: self.table(position),
        }
    }

    fn measures(&self) -> Vec<(&'static str, f64)> {
        let [codec, frames] = &self.lanes;
        let first = frames.moments.iter().position(|moment| moment.frames > 0);
        let refused = frames.failed().filter(|at| *at <= self.chunks());
        let noticed = self.lanes.iter().filter(|lane| lane.failed().is_some());
        let numbers = [
            ("chunks", self.chunks()),
            ("first", first.unwrap_or_default()),
            ("refused", refused.map_or(0, |at| self.arrived(at))),
            ("noticed", noticed.count()),
            ("codec", codec.frames.len()),
            ("codec_failed", usize::from(codec.failed().is_some())),
            ("codec_held", codec.held()),
            ("codec_kib", codec.room() / 1024),
            ("frames", frames.frames.len()),
            ("frames_failed", usize::from(frames.failed().is_some())),
            ("frames_held", frames.held()),
            ("frames_kib", frames.room() / 1024),
        ];
        numbers.map(|(name, number)| (name, number as f64)).to_vec()
    }
}
