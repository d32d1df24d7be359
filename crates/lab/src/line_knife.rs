//! Lines in chunks: what four line readers find, and what they hold meanwhile.

use crate::draw::Svg;
use crate::feed::Feed;
use crate::model::{Control, END, Frame, Kind, Lab, Pace, Preset, Question, Table, Trace, Values};
use crate::typed::{self, LINE, amount};
use futures::Stream;
use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio_util::codec::{FramedRead, LinesCodec};

/// The lab.
pub static LAB: Lab = Lab {
    name: "line-knife",
    title: "The line knife",
    caption: "Above, the text that has arrived, with an upright line after each chunk. Below, what four readers \
              have given as lines so far, in quotes, and how many bytes each holds after this chunk. The first \
              is split('\\n') of each chunk, which Node.js and Rust do alike.",
    pace: Pace {
        unit: "step",
        step: 1,
        per_second: 2,
    },
    figure_at: END,
    controls: &[
        Control {
            name: "text",
            label: "Text; \\n, \\r and \\xE9 are bytes",
            kind: Kind::Text {
                max: 64,
                default: "one\\ntwo\\r\\nthree",
            },
        },
        Control {
            name: "chunk",
            label: "Chunk",
            kind: Kind::Range {
                min: 1,
                max: 32,
                step: 1,
                unit: "bytes",
                default: 4,
            },
        },
        Control {
            name: "max",
            label: "A line may have",
            kind: Kind::Range {
                min: 1,
                max: 32,
                step: 1,
                unit: "bytes",
                default: 16,
            },
        },
        Control {
            name: "error",
            label: "LinesCodec's error",
            kind: Kind::Choice {
                options: &[
                    ("stop", "ends the loop: transpose()?"),
                    ("skip", "is skipped: while let Some(…)"),
                    ("again", "is skipped, and None once"),
                ],
                default: "stop",
            },
        },
    ],
    presets: &[
        Preset {
            label: "Three lines",
            values: &[],
            question: Question {
                ask: "The text has three lines. How many will split('\\n') of each chunk give?",
                unit: "lines",
                measure: "split",
            },
        },
        Preset {
            label: "The line that never ends",
            values: &[
                (
                    "text",
                    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                ),
                ("chunk", "10"),
            ],
            question: Question {
                ask: "A line may have 16 bytes, and a chunk has 10. How many bytes will LinesCodec hold when it says \
                      that the line is too long?",
                unit: "bytes",
                measure: "codec_held",
            },
        },
        Preset {
            label: "Skip the long line",
            values: &[
                ("text", "xxxxxxxxxxxxxxxxxxxx\\nok\\nmore\\n"),
                ("chunk", "24"),
                ("error", "skip"),
            ],
            question: Question {
                ask: "The loop skips the error. How many of the lines ok and more will it get?",
                unit: "lines",
                measure: "codec",
            },
        },
        Preset {
            label: "Skip it, and ask again",
            values: &[
                ("text", "xxxxxxxxxxxxxxxxxxxx\\nok\\nmore\\n"),
                ("chunk", "24"),
                ("error", "again"),
            ],
            question: Question {
                ask: "The line ok comes in chunk 1, with the long one. How many chunks will have come when the loop gets it?",
                unit: "chunks",
                measure: "codec_first",
            },
        },
        Preset {
            label: "A lone \\r",
            values: &[("text", "one\\rtwo\\rthree\\n"), ("chunk", "6")],
            question: Question {
                ask: "readline in Node.js finds three lines here. How many will lines() find?",
                unit: "lines",
                measure: "lines",
            },
        },
        Preset {
            label: "Cut, then decode",
            values: &[("text", "日本\\n語🦀\\n"), ("chunk", "4")],
            question: Question {
                ask: "Chunks of 4 bytes cut characters. How many U+FFFD will be in the lines of lines()?",
                unit: "U+FFFD",
                measure: "replaced",
            },
        },
    ],
    run: |values| Box::new(run(values)),
};

/// How a reader ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum End {
    Ok,
    Error(String),
}

/// A reader after a chunk.
#[derive(Debug, Clone, Default)]
struct Moment {
    /// How many lines it has given so far.
    lines: usize,
    /// How many bytes it holds, or held when it failed.
    held: usize,
    end: Option<End>,
}

/// What a reader gave.
#[derive(Debug)]
struct Lane {
    name: String,
    lines: Vec<String>,
    /// Before the first chunk, after each, and after the end.
    moments: Vec<Moment>,
}

#[derive(Debug)]
struct Run {
    bytes: Vec<u8>,
    size: usize,
    lanes: [Lane; 4],
}

/// One of the readers, between two polls.
trait Reader {
    /// A chunk has arrived, or the end: gives the lines that are whole by then.
    fn turn(&mut self, chunk: Option<&[u8]>, context: &mut Context<'_>, lines: &mut Vec<String>);
    /// What it holds, and whether it has ended.
    fn state(&self, received: usize) -> (usize, Option<End>);
}

/// What many write: each chunk by itself.
#[derive(Default)]
struct Split(Option<End>);

impl Reader for Split {
    fn turn(&mut self, chunk: Option<&[u8]>, _: &mut Context<'_>, lines: &mut Vec<String>) {
        match chunk {
            Some(chunk) => {
                let text = String::from_utf8_lossy(chunk);
                lines.extend(text.split('\n').map(str::to_owned));
            }
            None => self.0 = Some(End::Ok),
        }
    }

    fn state(&self, _: usize) -> (usize, Option<End>) {
        (0, self.0.clone())
    }
}

/// The bytes up to and with the newline of a number of lines; all, if there are not so many.
fn taken(bytes: &[u8], lines: usize) -> usize {
    let each = bytes.split_inclusive(|byte| *byte == b'\n').take(lines);
    each.map(<[u8]>::len).sum()
}

/// tokio's `lines()`.
struct ByLines {
    feed: Feed,
    lines: Lines<BufReader<Feed>>,
    bytes: Rc<[u8]>,
    /// Lines that are given, and those that were no UTF-8.
    found: usize,
    end: Option<End>,
}

impl Reader for ByLines {
    fn turn(&mut self, chunk: Option<&[u8]>, context: &mut Context<'_>, lines: &mut Vec<String>) {
        feed(&self.feed, chunk);
        while self.end.is_none() {
            match Pin::new(&mut self.lines).poll_next_line(context) {
                Poll::Pending => break,
                Poll::Ready(Ok(Some(line))) => lines.push(line),
                Poll::Ready(Ok(None)) => self.end = Some(End::Ok),
                Poll::Ready(Err(error)) => self.end = Some(End::Error(error.to_string())),
            }
            self.found += 1;
        }
    }

    fn state(&self, received: usize) -> (usize, Option<End>) {
        let held = received - taken(&self.bytes[..received], self.found);
        (held, self.end.clone())
    }
}

/// What the loop does with an error of the codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnError {
    Stop,
    Skip,
    Again,
}

/// tokio-util's `LinesCodec` with a maximum.
struct Codec {
    feed: Feed,
    lines: FramedRead<Feed, LinesCodec>,
    on_error: OnError,
    held: usize,
    end: Option<End>,
}

impl Reader for Codec {
    fn turn(&mut self, chunk: Option<&[u8]>, context: &mut Context<'_>, lines: &mut Vec<String>) {
        feed(&self.feed, chunk);
        self.held = 0;
        let mut failed = false;
        while self.end.is_none() {
            match Pin::new(&mut self.lines).poll_next(context) {
                Poll::Pending => break,
                Poll::Ready(Some(Ok(line))) => {
                    lines.push(line);
                    failed = false;
                }
                Poll::Ready(Some(Err(error))) => {
                    self.held = self.held.max(self.lines.read_buffer().len());
                    failed = true;
                    if self.on_error == OnError::Stop {
                        self.end = Some(End::Error(error.to_string()));
                    }
                }
                Poll::Ready(None) if failed && self.on_error == OnError::Again => failed = false,
                Poll::Ready(None) => self.end = Some(End::Ok),
            }
        }
        if self.end.is_none() {
            self.held = self.held.max(self.lines.read_buffer().len());
        }
    }

    fn state(&self, _: usize) -> (usize, Option<End>) {
        (self.held, self.end.clone())
    }
}

/// `capped` of the chapter's program.
async fn capped(feed: Feed, max: u64, on_line: impl Fn(&[u8])) -> Result<(), &'static str> {
    let mut src = BufReader::new(feed);
    let mut line = Vec::new();
    let failed = |_: io::Error| "the source failed";
    while (&mut src)
        .take(max + 1)
        .read_until(b'\n', &mut line)
        .await
        .map_err(failed)?
        > 0
    {
        if !line.ends_with(b"\n") && line.len() as u64 > max {
            return Err("line too long");
        }
        on_line(line.strip_suffix(b"\n").unwrap_or(&line));
        line.clear();
    }
    Ok(())
}

struct Capped {
    feed: Feed,
    future: Pin<Box<dyn Future<Output = Result<(), &'static str>>>>,
    found: Rc<RefCell<Vec<String>>>,
    bytes: Rc<[u8]>,
    count: usize,
    end: Option<End>,
}

impl Capped {
    fn new(bytes: Rc<[u8]>, max: usize) -> Self {
        let feed = Feed::default();
        let found = Rc::<RefCell<Vec<String>>>::default();
        let future = capped(feed.clone(), max as u64, {
            let found = Rc::clone(&found);
            move |line| found.borrow_mut().push(typed::escaped(line))
        });
        Self {
            feed,
            future: Box::pin(future),
            found,
            bytes,
            count: 0,
            end: None,
        }
    }
}

impl Reader for Capped {
    fn turn(&mut self, chunk: Option<&[u8]>, context: &mut Context<'_>, lines: &mut Vec<String>) {
        feed(&self.feed, chunk);
        if self.end.is_none()
            && let Poll::Ready(end) = self.future.as_mut().poll(context)
        {
            self.end = Some(end.map_or_else(|error| End::Error(error.to_owned()), |()| End::Ok));
        }
        let mut found = self.found.borrow_mut();
        self.count += found.len();
        lines.append(&mut found);
    }

    fn state(&self, received: usize) -> (usize, Option<End>) {
        let held = received - taken(&self.bytes[..received], self.count);
        (held, self.end.clone())
    }
}

fn feed(feed: &Feed, chunk: Option<&[u8]>) {
    match chunk {
        Some(chunk) => feed.push(chunk),
        None => feed.end(),
    }
}

fn run_lane(name: String, bytes: &[u8], size: usize, mut reader: impl Reader) -> Lane {
    let mut context = Context::from_waker(Waker::noop());
    let mut lines = Vec::new();
    let mut moments = vec![Moment::default()];
    let mut received = 0;
    let mut ended = false;
    for chunk in bytes.chunks(size).map(Some).chain([None]) {
        received += chunk.map_or(0, <[u8]>::len);
        let mut moment = moments[moments.len() - 1].clone();
        if ended {
            moment.held = 0;
        } else {
            reader.turn(chunk, &mut context, &mut lines);
            let (held, end) = reader.state(received);
            ended = end.is_some();
            let lines = lines.len();
            moment = Moment { lines, held, end };
        }
        moments.push(moment);
    }
    Lane {
        name,
        lines,
        moments,
    }
}

fn run(values: &Values) -> Run {
    let bytes: Rc<[u8]> = typed::bytes(values.text("text")).into();
    let size = values.number("chunk") as usize;
    let max = values.number("max") as usize;
    let on_error = match values.text("error") {
        "skip" => OnError::Skip,
        "again" => OnError::Again,
        _ => OnError::Stop,
    };
    let by_lines = {
        let feed = Feed::default();
        ByLines {
            feed: feed.clone(),
            lines: BufReader::new(feed).lines(),
            bytes: Rc::clone(&bytes),
            found: 0,
            end: None,
        }
    };
    let codec = {
        let feed = Feed::default();
        Codec {
            feed: feed.clone(),
            lines: FramedRead::new(feed, LinesCodec::new_with_max_length(max)),
            on_error,
            held: 0,
            end: None,
        }
    };
    let capped = Capped::new(Rc::clone(&bytes), max);
    let lanes = [
        run_lane(
            "split, each chunk".to_owned(),
            &bytes,
            size,
            Split::default(),
        ),
        run_lane("lines()".to_owned(), &bytes, size, by_lines),
        run_lane(format!("LinesCodec, max {max}"), &bytes, size, codec),
        run_lane(format!("capped at {max}"), &bytes, size, capped),
    ];
    Run {
        bytes: bytes.to_vec(),
        size,
        lanes,
    }
}

/// Lines in quotes.
fn quoted(lines: &[String]) -> String {
    let lines = lines.iter().map(|line| format!("“{}”", typed::shown(line)));
    lines.collect::<Vec<_>>().join(" ")
}

/// A piece of the text in one line of the picture.
struct Piece {
    x: f64,
    line: usize,
    text: String,
    is_newline: bool,
}

impl Run {
    fn chunks(&self) -> usize {
        self.lanes[0].moments.len() - 2
    }

    fn arrived(&self, position: usize) -> usize {
        (position * self.size).min(self.bytes.len())
    }

    /// The text that has arrived, laid out in lines, and where its cuts are.
    fn layout(&self, arrived: usize) -> (Vec<Piece>, Vec<(f64, usize)>) {
        const LEFT: f64 = 4.0;
        const RIGHT: f64 = 312.0;
        const CUT: f64 = 8.0;
        let mut pieces = Vec::<Piece>::new();
        let mut cuts = Vec::new();
        let (mut x, mut line) = (LEFT, 0);
        for (i, chunk) in self.bytes[..arrived].chunks(self.size).enumerate() {
            if i > 0 {
                cuts.push((x + CUT / 2.0, line));
                x += CUT;
            }
            let mut joined = false;
            for (range, _) in typed::characters(chunk) {
                let part = &chunk[range];
                let is_newline = part == b"\n";
                let text = typed::escaped(part);
                let length = typed::length(&text);
                if x + length > RIGHT {
                    (x, line) = (LEFT, line + 1);
                    joined = false;
                }
                match pieces.last_mut() {
                    Some(last) if joined && last.is_newline == is_newline => last.text += &text,
                    _ => pieces.push(Piece {
                        x,
                        line,
                        text,
                        is_newline,
                    }),
                }
                joined = true;
                x += length;
            }
        }
        (pieces, cuts)
    }

    fn draw_text(&self, svg: &mut Svg, top: f64, most: usize, arrived: usize) {
        let (pieces, cuts) = self.layout(arrived);
        let count = pieces.last().map_or(0, |piece| piece.line + 1);
        let first = if count > most { count + 1 - most } else { 0 };
        if first > 0 {
            let before = pieces.iter().filter(|piece| piece.line < first);
            let before: usize = before.map(|piece| piece.text.chars().count()).sum();
            let note = format!("… {before} characters before");
            svg.text("label small start", 4.0, top + 12.0, &note);
        }
        let note = usize::from(first > 0);
        let y = |line: usize| top + LINE * (line - first + note) as f64;
        for piece in pieces.iter().filter(|piece| piece.line >= first) {
            let class = if piece.is_newline { "accent" } else { "" };
            let class = format!("label small mono start {class}");
            svg.text(&class, piece.x, y(piece.line) + 12.0, &piece.text);
        }
        for (x, line) in cuts.into_iter().filter(|(_, line)| *line >= first) {
            svg.line("wire muted", &[(x, y(line)), (x, y(line) + LINE)]);
        }
    }

    fn state(&self, lane: usize, position: usize) -> (&'static str, String) {
        let moments = &self.lanes[lane].moments[..=position];
        let moment = &moments[position];
        let found = amount(moment.lines, "line");
        let ended = moments.iter().position(|moment| moment.end.is_some());
        match &moment.end {
            Some(End::Error(_)) => match moment.held {
                0 => ("bad", format!("{found}, error")),
                held => (
                    "bad",
                    format!("{found}, error, holds {}", amount(held, "byte")),
                ),
            },
            // The loop thinks so; there was more to come.
            Some(End::Ok) if ended <= Some(self.chunks()) => {
                ("bad", format!("{found}, Ok, too early"))
            }
            Some(End::Ok) => ("", format!("{found}, Ok")),
            None => (
                "",
                format!("{found}, holds {}", amount(moment.held, "byte")),
            ),
        }
    }

    fn summary(&self, position: usize) -> String {
        let lanes = self.lanes.iter().enumerate();
        let lanes = lanes.map(|(i, lane)| format!("{}: {}", lane.name, self.state(i, position).1));
        let lanes: Vec<_> = lanes.collect();
        format!(
            "At {}. {}.",
            typed::place(position, self.chunks(), self.bytes.len()),
            lanes.join("; ")
        )
    }

    fn table(&self, position: usize) -> Table {
        let mut head = vec!["chunk".to_owned(), "text".to_owned()];
        head.extend(self.lanes.iter().map(|lane| lane.name.clone()));
        head.extend(["lines() holds".to_owned(), "LinesCodec holds".to_owned()]);
        let rows = (1..=position).map(|i| {
            let (from, to) = (self.arrived(i - 1), self.arrived(i));
            let name = match i > self.chunks() {
                true => "end".to_owned(),
                false => i.to_string(),
            };
            let mut row = vec![name, typed::escaped(&self.bytes[from..to])];
            for lane in &self.lanes {
                let (old, new) = (&lane.moments[i - 1], &lane.moments[i]);
                let mut cell = quoted(&lane.lines[old.lines..new.lines]);
                match &new.end {
                    Some(end) if old.end.is_none() => {
                        cell += match end {
                            End::Ok => " Ok",
                            End::Error(error) => error,
                        }
                    }
                    _ => {}
                }
                row.push(cell.trim_start().to_owned());
            }
            row.extend([1, 2].map(|lane: usize| self.lanes[lane].moments[i].held.to_string()));
            row
        });
        Table {
            head,
            rows: rows.collect(),
        }
    }
}

impl Trace for Run {
    fn end(&self) -> u32 {
        self.chunks() as u32 + 1
    }

    fn frame(&self, at: u32) -> Frame {
        const ROOM: f64 = 312.0;
        const MOST_TEXT: usize = 6;
        const MOST_LINES: usize = 3;
        let position = (at as usize).min(self.chunks() + 1);
        let wrap = |lines: &[String]| {
            let lines = typed::wrap(&quoted(lines), ROOM);
            typed::last_lines(lines, MOST_LINES)
        };
        let (pieces, _) = self.layout(self.bytes.len());
        let rows = pieces
            .last()
            .map_or(1, |piece| piece.line + 1)
            .min(MOST_TEXT);
        let mut y = 20.0 + LINE * rows as f64 + 12.0;
        let error = |lane: &Lane, position: usize| match &lane.moments[position].end {
            Some(End::Error(error)) => Some(error.clone()),
            _ => None,
        };
        let height = |lane: &Lane| {
            let fails = error(lane, self.chunks() + 1).is_some();
            let lines = wrap(&lane.lines).len() + usize::from(fails);
            LINE * (lines + 1) as f64 + 12.0
        };
        let mut svg = Svg::new(y + self.lanes.iter().map(height).sum::<f64>() - 4.0);
        svg.text(
            "label small start",
            4.0,
            12.0,
            &typed::place(position, self.chunks(), self.bytes.len()),
        );
        self.draw_text(&mut svg, 20.0, MOST_TEXT, self.arrived(position));

        for (i, lane) in self.lanes.iter().enumerate() {
            svg.line("wire muted", &[(4.0, y - 2.0), (316.0, y - 2.0)]);
            svg.text("label small start", 4.0, y + 12.0, &lane.name);
            let (class, state) = self.state(i, position);
            svg.text(&format!("label small end {class}"), 316.0, y + 12.0, &state);
            let lines = wrap(&lane.lines[..lane.moments[position].lines]);
            typed::lines(&mut svg, "mono", y + 12.0 + LINE, &lines);
            if let Some(error) = error(lane, position) {
                let y = y + 12.0 + LINE * (lines.len() + 1) as f64;
                typed::lines(&mut svg, "bad", y, &[error]);
            }
            y += height(lane);
        }
        Frame {
            svg: svg
                .finish("A text, the cuts between chunks, and what four line readers made of it"),
            summary: self.summary(position),
            table: self.table(position),
        }
    }

    fn measures(&self) -> Vec<(&'static str, f64)> {
        let [split, lines, codec, capped] = &self.lanes;
        let held = |lane: &Lane| {
            lane.moments
                .iter()
                .map(|m| m.held)
                .max()
                .unwrap_or_default()
        };
        let failed = |lane: &Lane| {
            let error = |moment: &Moment| matches!(moment.end, Some(End::Error(_)));
            lane.moments.iter().position(error).unwrap_or_default()
        };
        let replaced = |lane: &Lane| lane.lines.concat().matches('\u{FFFD}').count();
        let first = codec.moments.iter().position(|moment| moment.lines > 0);
        let numbers = [
            ("chunks", self.chunks()),
            ("split", split.lines.len()),
            ("split_replaced", replaced(split)),
            ("lines", lines.lines.len()),
            ("lines_error", failed(lines)),
            ("replaced", replaced(lines)),
            ("held", held(lines)),
            ("codec", codec.lines.len()),
            ("codec_first", first.unwrap_or_default()),
            ("codec_error", failed(codec)),
            ("codec_held", held(codec)),
            ("capped", capped.lines.len()),
            ("capped_error", failed(capped)),
            ("capped_held", held(capped)),
        ];
        numbers.map(|(name, number)| (name, number as f64)).to_vec()
    }
}
