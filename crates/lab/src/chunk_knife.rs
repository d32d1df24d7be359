//! Text in chunks: what a cut inside a character does to three decoders.

use crate::draw::Svg;
use crate::model::{Control, END, Frame, Kind, Lab, Pace, Preset, Question, Table, Trace, Values};
use crate::typed::{self, Cells, LINE, amount};
use std::ops::Range;
use std::str::{self, Utf8Error};

/// The lab.
pub static LAB: Lab = Lab {
    name: "chunk-knife",
    title: "The chunk knife",
    caption: "Above, the bytes that have arrived, under the characters that they are; upright lines are the cuts \
              between chunks, in red where they cut a character. Below, what three decoders have made of them so \
              far. Node.js: chunk.toString() does what lossy does, and setEncoding('utf8') what carry does, as \
              long as no byte is wrong or missing.",
    pace: Pace {
        unit: "step",
        step: 1,
        per_second: 2,
    },
    figure_at: END,
    controls: &[
        Control {
            name: "text",
            label: "Text; \\n and \\xE9 are bytes",
            kind: Kind::Text {
                max: 40,
                default: "日本語🦀日本語🦀日本語🦀日本語🦀日本語🦀日本語🦀日本語🦀日本語🦀日本語🦀日本語🦀",
            },
        },
        Control {
            name: "chunk",
            label: "Chunk",
            kind: Kind::Range {
                min: 1,
                max: 16,
                step: 1,
                unit: "bytes",
                default: 10,
            },
        },
    ],
    presets: &[
        Preset {
            label: "The program's text",
            values: &[],
            question: Question {
                ask: "Nine characters are cut. How many bytes will carry keep from one chunk to the next at most?",
                unit: "bytes",
                measure: "kept",
            },
        },
        Preset {
            label: "A size that fits",
            values: &[("chunk", "13")],
            question: Question {
                ask: "The text is 13 bytes, ten times, and a chunk has 13 bytes. How many U+FFFD will lossy make?",
                unit: "U+FFFD",
                measure: "replaced",
            },
        },
        Preset {
            label: "A byte at a time",
            values: &[("text", "déjà vu, café crème"), ("chunk", "1")],
            question: Question {
                ask: "Four letters have an accent. How many U+FFFD will chunk.toString() make of the text?",
                unit: "U+FFFD",
                measure: "replaced",
            },
        },
        Preset {
            label: "Server-sent events",
            values: &[("text", "data: 日本\\ndata: 語🦀\\n"), ("chunk", "10")],
            question: Question {
                ask: "How many characters are cut by chunks of 10 bytes?",
                unit: "characters",
                measure: "cut",
            },
        },
        Preset {
            label: "One emoji, three characters",
            values: &[("text", "👩\u{200D}💻"), ("chunk", "7")],
            question: Question {
                ask: "You see one picture; it is three characters, 11 bytes. How many of them does the cut after 7 \
                      bytes break?",
                unit: "characters",
                measure: "cut",
            },
        },
        Preset {
            label: "Latin-1",
            values: &[("text", "ros\\xE9 et blanc"), ("chunk", "4")],
            question: Question {
                ask: "The byte E9 is é in Latin-1; in UTF-8 it begins a character of three bytes. It is the last \
                      of chunk 1. How many chunks have come when carry gives its error?",
                unit: "chunks",
                measure: "carry_error",
            },
        },
        Preset {
            label: "Cut off",
            values: &[("text", "日本語\\xF0\\x9F\\xA6"), ("chunk", "4")],
            question: Question {
                ask: "The last byte of 🦀 never comes. How many characters does carry give before it says so?",
                unit: "characters",
                measure: "carried",
            },
        },
    ],
    run: |values| Box::new(run(values)),
};

/// The state after a chunk. Lengths are in bytes.
#[derive(Debug, Clone, Copy, Default)]
struct Moment {
    /// Of the input.
    arrived: usize,
    /// Of what each decoder has given.
    lossy: usize,
    strict: usize,
    carry: usize,
    /// What `carry` keeps for the next chunk.
    kept: usize,
}

/// Where a decoder stopped, and what it said.
#[derive(Debug)]
struct Failure {
    position: usize,
    error: String,
}

#[derive(Debug)]
struct Run {
    bytes: Vec<u8>,
    size: usize,
    characters: Vec<(Range<usize>, bool)>,
    lossy: String,
    strict: String,
    carry: String,
    strict_failed: Option<Failure>,
    carry_failed: Option<Failure>,
    /// Before the first chunk, after each, and after the end.
    moments: Vec<Moment>,
}

/// `carry` of the chapter's program, a chunk at a time.
#[derive(Debug, Default)]
struct Carry {
    text: String,
    bytes: Vec<u8>,
}

impl Carry {
    fn push(&mut self, chunk: &[u8]) -> Result<(), Utf8Error> {
        self.bytes.extend_from_slice(chunk);
        let whole = match str::from_utf8(&self.bytes) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(error) => return Err(error),
        };
        self.text += str::from_utf8(&self.bytes[..whole])?;
        self.bytes.drain(..whole);
        Ok(())
    }
}

fn run(values: &Values) -> Run {
    let bytes = typed::bytes(values.text("text"));
    let size = values.number("chunk") as usize;
    let (mut lossy, mut strict, mut carry) = (String::new(), String::new(), Carry::default());
    let (mut strict_failed, mut carry_failed) = (None, None);
    let mut moments = vec![Moment::default()];
    let mut arrived = 0;
    for (i, chunk) in bytes.chunks(size).enumerate() {
        let failure = |error: Utf8Error| Failure {
            position: i + 1,
            error: error.to_string(),
        };
        arrived += chunk.len();
        lossy += &String::from_utf8_lossy(chunk);
        if strict_failed.is_none() {
            match str::from_utf8(chunk) {
                Ok(text) => strict += text,
                Err(error) => strict_failed = Some(failure(error)),
            }
        }
        if carry_failed.is_none() {
            carry_failed = carry.push(chunk).err().map(failure);
        }
        moments.push(Moment {
            arrived,
            lossy: lossy.len(),
            strict: strict.len(),
            carry: carry.text.len(),
            kept: match carry_failed {
                Some(_) => 0,
                None => carry.bytes.len(),
            },
        });
    }
    if carry_failed.is_none() && !carry.bytes.is_empty() {
        carry_failed = Some(Failure {
            position: moments.len(),
            error: "the text ends inside a character".to_owned(),
        });
    }
    let last = moments[moments.len() - 1];
    moments.push(Moment { kept: 0, ..last });
    Run {
        characters: typed::characters(&bytes),
        bytes,
        size,
        lossy,
        strict,
        carry: carry.text,
        strict_failed,
        carry_failed,
        moments,
    }
}

/// How many replacement characters there are.
fn replaced(text: &str) -> usize {
    text.matches('\u{FFFD}').count()
}

/// What a decoder has to show.
struct Lane<'a> {
    name: &'a str,
    class: &'a str,
    state: String,
    /// So far and in the end: the picture has room for all from the beginning.
    text: &'a str,
    whole: &'a str,
    /// If it failed by now.
    error: Option<&'a str>,
    fails: bool,
}

impl Run {
    fn at(&self, at: u32) -> (usize, Moment) {
        let position = (at as usize).min(self.moments.len() - 1);
        (position, self.moments[position])
    }

    fn chunks(&self) -> usize {
        self.moments.len() - 2
    }

    /// Whether a cut lies inside a character, and the bytes on both sides of it are there.
    fn is_cut(&self, character: &Range<usize>, arrived: usize) -> bool {
        let first = (character.start / self.size + 1) * self.size;
        first < character.end.min(arrived)
    }

    /// How many characters are cut.
    fn cut(&self, arrived: usize) -> usize {
        let characters = self.characters.iter();
        let characters = characters.filter(|(range, is)| *is && self.is_cut(range, arrived));
        characters.count()
    }

    fn draw_bytes(&self, svg: &mut Svg, cells: Cells, position: usize, now: Moment) {
        for (range, is_character) in &self.characters {
            let here = range.start..range.end.min(now.arrived);
            if here.is_empty() {
                break;
            }
            let whole = here.end == range.end;
            let class = match is_character {
                false => "bad",
                true if self.is_cut(range, now.arrived) => "bad",
                true if !whole && position > 0 => "accent",
                true => "",
            };
            cells.frame(svg, &format!("soft {class}"), here.clone());
            let name = match is_character {
                true if whole => str::from_utf8(&self.bytes[range.clone()]).map(typed::alone),
                _ => Ok("?".to_owned()),
            };
            cells.over(svg, class, here.start, &name.unwrap_or_default());
            for i in here {
                cells.byte(svg, "", i, self.bytes[i]);
            }
        }
        cells.frame(svg, "box muted dash", now.arrived..self.bytes.len());
        for cut in (self.size..now.arrived).step_by(self.size) {
            let inside =
                |(range, is): &(Range<usize>, bool)| *is && range.start < cut && cut < range.end;
            let class = match self.characters.iter().any(inside) {
                true => "wire bad",
                false => "wire",
            };
            cells.cut(svg, class, cut);
        }
    }

    fn lanes(&self, position: usize, now: Moment) -> [Lane<'_>; 3] {
        let ended = position > self.chunks();
        let failed = |failure: &Option<Failure>| {
            let failure = failure.as_ref();
            failure.is_some_and(|failure| failure.position <= position)
        };
        let lossy = &self.lossy[..now.lossy];
        let (class, state) = match replaced(lossy) {
            0 => ("good", "no U+FFFD".to_owned()),
            some => ("bad", format!("{some} U+FFFD")),
        };
        let lossy = Lane {
            name: "lossy, each chunk",
            class,
            state,
            text: lossy,
            whole: &self.lossy,
            error: None,
            fails: false,
        };
        let (class, state, error) = match &self.strict_failed {
            Some(failure) if failed(&self.strict_failed) => {
                let state = format!("error in chunk {}", failure.position);
                ("bad", state, Some(failure.error.as_str()))
            }
            _ => ("good", "no error".to_owned(), None),
        };
        let strict = Lane {
            name: "strict, each chunk",
            class,
            state,
            text: &self.strict[..now.strict],
            whole: &self.strict,
            error,
            fails: self.strict_failed.is_some(),
        };
        let (class, state, error) = match &self.carry_failed {
            Some(failure) if failed(&self.carry_failed) => {
                let state = match ended && failure.position > self.chunks() {
                    true => "error at the end".to_owned(),
                    false => format!("error in chunk {}", failure.position),
                };
                ("bad", state, Some(failure.error.as_str()))
            }
            _ if now.kept > 0 => {
                let kept = &self.bytes[now.arrived - now.kept..now.arrived];
                ("accent", format!("keeps {}", typed::hex(kept)), None)
            }
            _ if ended => ("good", "whole".to_owned(), None),
            _ => ("good", "keeps nothing".to_owned(), None),
        };
        let carry = Lane {
            name: "carry",
            class,
            state,
            text: &self.carry[..now.carry],
            whole: &self.carry,
            error,
            fails: self.carry_failed.is_some(),
        };
        [lossy, strict, carry]
    }

    fn summary(&self, position: usize, now: Moment) -> String {
        let [lossy, strict, carry] = self.lanes(position, now);
        format!(
            "At {}: {} cut. Lossy: {} and {}. Strict: {}, {}. Carry: {}, {}.",
            typed::place(position, self.chunks(), self.bytes.len()),
            amount(self.cut(now.arrived), "character"),
            amount(lossy.text.chars().count(), "character"),
            lossy.state,
            amount(strict.text.chars().count(), "character"),
            strict.state,
            amount(carry.text.chars().count(), "character"),
            carry.state,
        )
    }

    fn table(&self, position: usize) -> Table {
        let rows = (1..=position.min(self.chunks())).map(|i| {
            let (old, new) = (self.moments[i - 1], self.moments[i]);
            let gave = |text: &str, failure: &Option<Failure>| match failure {
                Some(failure) if failure.position == i => failure.error.clone(),
                Some(failure) if failure.position < i => String::new(),
                _ => typed::shown(text),
            };
            vec![
                i.to_string(),
                typed::hex(&self.bytes[old.arrived..new.arrived]),
                typed::shown(&self.lossy[old.lossy..new.lossy]),
                gave(&self.strict[old.strict..new.strict], &self.strict_failed),
                gave(&self.carry[old.carry..new.carry], &self.carry_failed),
                amount(new.kept, "byte"),
            ]
        });
        let head = ["chunk", "bytes", "lossy", "strict", "carry", "carry keeps"];
        Table {
            head: head.map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }
    }
}

impl Trace for Run {
    fn end(&self) -> u32 {
        (self.moments.len() - 1) as u32
    }

    fn frame(&self, at: u32) -> Frame {
        const MOST_LINES: usize = 3;
        const ROOM: f64 = 312.0;
        let (position, now) = self.at(at);
        let wrap =
            |text: &str| typed::last_lines(typed::wrap(&typed::shown(text), ROOM), MOST_LINES);
        let cells = Cells {
            top: 22.0,
            row: 33.0,
        };
        let mut y = cells.top + cells.height(self.bytes.len()) + 10.0;
        let lanes = self.lanes(position, now);
        let height = |lane: &Lane<'_>| {
            let lines = wrap(lane.whole).len() + usize::from(lane.fails);
            LINE * (lines + 1) as f64 + 12.0
        };
        let mut svg = Svg::new(y + lanes.iter().map(height).sum::<f64>() - 4.0);

        let place = typed::place(position, self.chunks(), self.bytes.len());
        svg.text("label small start", 4.0, 12.0, &place);
        let cut = self.cut(now.arrived);
        let class = if cut > 0 { "bad" } else { "" };
        let cut = format!("{} cut", amount(cut, "character"));
        svg.text(&format!("label small end {class}"), 316.0, 12.0, &cut);
        self.draw_bytes(&mut svg, cells, position, now);

        for lane in &lanes {
            svg.line("wire muted", &[(4.0, y - 2.0), (316.0, y - 2.0)]);
            svg.text("label small start", 4.0, y + 12.0, lane.name);
            let class = format!("label small end {}", lane.class);
            svg.text(&class, 316.0, y + 12.0, &lane.state);
            let text = wrap(lane.text);
            typed::lines(&mut svg, "mono", y + 12.0 + LINE, &text);
            if let Some(error) = lane.error {
                let y = y + 12.0 + LINE * (text.len() + 1) as f64;
                typed::lines(&mut svg, "bad", y, &[error.to_owned()]);
            }
            y += height(lane);
        }
        Frame {
            svg: svg.finish("The bytes of a text, the cuts between chunks, and what three decoders made of them"),
            summary: self.summary(position, now),
            table: self.table(position),
        }
    }

    fn measures(&self) -> Vec<(&'static str, f64)> {
        let most = self.moments.iter().map(|moment| moment.kept).max();
        let position = |failure: &Option<Failure>| failure.as_ref().map_or(0, |f| f.position);
        let numbers = [
            ("chunks", self.chunks()),
            ("cut", self.cut(self.bytes.len())),
            ("replaced", replaced(&self.lossy)),
            ("strict_error", position(&self.strict_failed)),
            ("carry_error", position(&self.carry_failed)),
            ("carried", self.carry.chars().count()),
            ("kept", most.unwrap_or_default()),
        ];
        numbers.map(|(name, number)| (name, number as f64)).to_vec()
    }
}
