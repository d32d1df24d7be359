//! Chunks pass by and a little of each is kept: which handle keeps which allocation.

use crate::draw::{Svg, grouped};
use crate::model::{Control, END, Frame, Kind, Lab, Pace, Preset, Question, Table, Trace, Values};
use crate::typed::amount;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use tokio_util::bytes::Bytes;

/// The lab.
pub static LAB: Lab = Lab {
    name: "pin-map",
    title: "The pin map",
    caption: "A row is a chunk with an allocation of its own: green while the chunk is worked on, red while only \
              what was kept of it holds it, dashed when it is given back. The marks in it are what was kept; a \
              copy stands beside it, with an allocation of its own.",
    pace: Pace {
        unit: "step",
        step: 1,
        per_second: 2,
    },
    figure_at: END,
    controls: &[
        Control {
            name: "keep",
            label: "Of each chunk, keep",
            kind: Kind::Choice {
                options: &[
                    ("slice", "chunk.slice(…)"),
                    ("truncate", "chunk.truncate(…)"),
                    ("copy", "Bytes::copy_from_slice(…)"),
                ],
                default: "slice",
            },
        },
        Control {
            name: "chunks",
            label: "Chunks",
            kind: Kind::Range {
                min: 1,
                max: 10,
                step: 1,
                unit: "",
                default: 10,
            },
        },
        Control {
            name: "size",
            label: "Chunk",
            kind: Kind::Range {
                min: 1,
                max: 64,
                step: 1,
                unit: "KiB",
                default: 64,
            },
        },
        Control {
            name: "bytes",
            label: "A part has",
            kind: Kind::Range {
                min: 16,
                max: 256,
                step: 16,
                unit: "bytes",
                default: 16,
            },
        },
        Control {
            name: "parts",
            label: "Parts of each chunk",
            kind: Kind::Range {
                min: 1,
                max: 4,
                step: 1,
                unit: "",
                default: 1,
            },
        },
        Control {
            name: "dropped",
            label: "Parts of each that are dropped later",
            kind: Kind::Range {
                min: 0,
                max: 4,
                step: 1,
                unit: "",
                default: 0,
            },
        },
    ],
    presets: &[
        Preset {
            label: "slice(..16)",
            values: &[],
            question: Question {
                ask: "160 bytes are kept of ten chunks of 64 KiB. How many KiB do they hold?",
                unit: "KiB",
                measure: "held_kib",
            },
        },
        Preset {
            label: "truncate(16)",
            values: &[("keep", "truncate")],
            question: Question {
                ask: "truncate takes all but 16 bytes away from the handle. How many KiB are held?",
                unit: "KiB",
                measure: "held_kib",
            },
        },
        Preset {
            label: "copy_from_slice",
            values: &[("keep", "copy")],
            question: Question {
                ask: "How many bytes are held after the last chunk?",
                unit: "bytes",
                measure: "held",
            },
        },
        Preset {
            label: "One of four stays",
            values: &[("parts", "4"), ("dropped", "3")],
            question: Question {
                ask: "Four parts are kept of each of ten chunks of 64 KiB, and three of the four are dropped. How \
                      many KiB does that give back?",
                unit: "KiB",
                measure: "given_back_kib",
            },
        },
        Preset {
            label: "Most of a small chunk",
            values: &[("size", "1"), ("bytes", "256"), ("parts", "4")],
            question: Question {
                ask: "The four parts are the whole chunk. How many bytes are held that nobody kept?",
                unit: "bytes",
                measure: "wasted",
            },
        },
    ],
    run: |values| Box::new(run(values)),
};

/// One allocation, which says when it is given back.
struct Allocation {
    memory: Vec<u8>,
    held: Arc<AtomicUsize>,
}

impl Allocation {
    /// A handle to a new allocation, as `Bytes::from(vec)`.
    fn handle(memory: Vec<u8>, held: &Arc<AtomicUsize>) -> Bytes {
        held.store(memory.len(), Relaxed);
        Bytes::from_owner(Self {
            memory,
            held: Arc::clone(held),
        })
    }
}

impl AsRef<[u8]> for Allocation {
    fn as_ref(&self) -> &[u8] {
        &self.memory
    }
}

impl Drop for Allocation {
    fn drop(&mut self) {
        self.held.store(0, Relaxed);
    }
}

/// One chunk at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Row {
    /// Whether it has come.
    here: bool,
    /// Whether the handle is there with which it came.
    chunk: bool,
    /// How many parts are kept.
    parts: usize,
    /// What its allocation holds, in bytes.
    held: usize,
    /// What the allocations of copies hold, in bytes.
    copied: usize,
}

#[derive(Debug)]
struct Moment {
    rows: Vec<Row>,
    what: String,
}

#[derive(Debug)]
struct Run {
    size: usize,
    /// Length of a part.
    bytes: usize,
    moments: Vec<Moment>,
}

/// A chunk with its parts, while it lasts.
struct Chunk {
    handle: Option<Bytes>,
    parts: Vec<Bytes>,
    held: Arc<AtomicUsize>,
    copied: Vec<Arc<AtomicUsize>>,
}

impl Chunk {
    fn row(&self) -> Row {
        Row {
            here: true,
            chunk: self.handle.is_some(),
            parts: self.parts.len(),
            held: self.held.load(Relaxed),
            copied: self.copied.iter().map(|copy| copy.load(Relaxed)).sum(),
        }
    }

    fn keep(&mut self, how: &str, bytes: usize, parts: usize) {
        let Some(mut chunk) = self.handle.take() else {
            return;
        };
        match how {
            "copy" => {
                for i in 0..parts {
                    let part = &chunk[i * bytes..(i + 1) * bytes];
                    let held = Arc::default();
                    self.parts.push(Allocation::handle(part.to_vec(), &held));
                    self.copied.push(held);
                }
            }
            "truncate" => {
                chunk.truncate(parts * bytes);
                while chunk.len() > bytes {
                    self.parts.push(chunk.split_to(bytes));
                }
                self.parts.push(chunk);
            }
            _ => {
                let part = |i| chunk.slice(i * bytes..(i + 1) * bytes);
                self.parts.extend((0..parts).map(part));
            }
        }
    }
}

fn run(values: &Values) -> Run {
    let number = |name: &str| values.number(name) as usize;
    let (count, size, bytes) = (number("chunks"), number("size") * 1024, number("bytes"));
    let parts = number("parts");
    let dropped = number("dropped").min(parts);
    let mut chunks = Vec::<Chunk>::new();
    let mut moments = Vec::new();
    let mut note = |chunks: &[Chunk], what: String| {
        let mut rows: Vec<_> = chunks.iter().map(Chunk::row).collect();
        rows.resize(count, Row::default());
        moments.push(Moment { rows, what });
    };
    note(&chunks, "nothing has come".to_owned());
    for i in 1..=count {
        let held = Arc::default();
        chunks.push(Chunk {
            handle: Some(Allocation::handle(vec![b'.'; size], &held)),
            parts: Vec::new(),
            held,
            copied: Vec::new(),
        });
        note(&chunks, format!("chunk {i} has come"));
        if let Some(chunk) = chunks.last_mut() {
            chunk.keep(values.text("keep"), bytes, parts);
        }
        note(
            &chunks,
            format!("{} of chunk {i} kept, chunk let go", amount(parts, "part")),
        );
    }
    for i in 0..count {
        if dropped > 0 {
            chunks[i].parts.drain(..dropped);
            note(
                &chunks,
                format!("{} of chunk {} dropped", amount(dropped, "part"), i + 1),
            );
        }
    }
    Run {
        size,
        bytes,
        moments,
    }
}

/// `160 bytes`, `640 KiB`.
fn memory(bytes: usize) -> String {
    match bytes {
        0..1024 => amount(bytes, "byte"),
        _ => format!(
            "{}.{} KiB",
            grouped(bytes as u64 / 1024),
            bytes % 1024 * 10 / 1024
        ),
    }
}

impl Moment {
    fn held(&self) -> usize {
        self.rows.iter().map(|row| row.held + row.copied).sum()
    }

    fn parts(&self) -> usize {
        self.rows.iter().map(|row| row.parts).sum()
    }
}

impl Run {
    fn at(&self, at: u32) -> (usize, &Moment) {
        let at = (at as usize).min(self.moments.len() - 1);
        (at, &self.moments[at])
    }

    fn summary(&self, now: &Moment) -> String {
        let pinned = now.rows.iter().filter(|row| row.held > 0 && !row.chunk);
        format!(
            "{}: {} kept, {}. Held: {}. {} held by parts alone.",
            now.what,
            amount(now.parts(), "part"),
            memory(now.parts() * self.bytes),
            memory(now.held()),
            amount(pinned.count(), "chunk"),
        )
    }
}

impl Trace for Run {
    fn end(&self) -> u32 {
        (self.moments.len() - 1) as u32
    }

    fn frame(&self, at: u32) -> Frame {
        const ROW: f64 = 24.0;
        const WIDTH: f64 = 150.0;
        let (position, now) = self.at(at);
        let top = 24.0;
        let bottom = top + ROW * now.rows.len() as f64;
        let mut svg = Svg::new(bottom + 58.0);
        svg.text("label small start", 4.0, 12.0, &now.what);
        for (i, row) in now.rows.iter().enumerate() {
            let y = top + ROW * i as f64;
            svg.text(
                "label small end muted",
                18.0,
                y + 13.0,
                &(i + 1).to_string(),
            );
            let (class, word) = match (row.here, row.held > 0, row.chunk) {
                (false, ..) => ("box muted dash", String::new()),
                (_, true, true) => ("soft good", "in work".to_owned()),
                (_, true, false) => ("soft bad", format!("held by {}", amount(row.parts, "part"))),
                (_, false, _) => ("box muted dash", "given back".to_owned()),
            };
            svg.rect(class, 24.0, y, WIDTH, 18.0);
            let left = if row.copied > 0 {
                24.0 + WIDTH + 6.0
            } else {
                26.0
            };
            for part in 0..row.parts {
                svg.rect("fill accent", left + 8.0 * part as f64, y + 3.0, 5.0, 12.0);
            }
            svg.text("label small end", 316.0, y + 13.0, &word);
        }
        let kept = now.parts() * self.bytes;
        svg.line("wire muted", &[(4.0, bottom + 4.0), (316.0, bottom + 4.0)]);
        for (i, (name, bytes, class)) in [("kept", kept, ""), ("held", now.held(), "bad")]
            .into_iter()
            .enumerate()
        {
            let y = bottom + 24.0 + 22.0 * i as f64;
            let class = if now.held() > 2 * kept { class } else { "" };
            svg.text("label small start", 4.0, y, name);
            svg.text(
                &format!("label small end {class}"),
                316.0,
                y,
                &memory(bytes),
            );
            let all = self.size * now.rows.len() + kept;
            let width = 190.0 * bytes as f64 / all as f64;
            svg.rect(
                &format!("fill {class}"),
                36.0,
                y - 10.0,
                width.max(1.0),
                10.0,
            );
        }
        let table = Table {
            head: ["step", "what", "parts", "kept", "held"]
                .map(str::to_owned)
                .to_vec(),
            rows: (1..=position)
                .map(|i| {
                    let moment = &self.moments[i];
                    vec![
                        i.to_string(),
                        moment.what.clone(),
                        moment.parts().to_string(),
                        memory(moment.parts() * self.bytes),
                        memory(moment.held()),
                    ]
                })
                .collect(),
        };
        Frame {
            svg: svg.finish("Chunks, what is kept of them, and which allocation that holds"),
            summary: self.summary(now),
            table,
        }
    }

    fn measures(&self) -> Vec<(&'static str, f64)> {
        let held = self.moments.iter().map(Moment::held);
        let peak = held.max().unwrap_or_default();
        let last = &self.moments[self.moments.len() - 1];
        let kept = last.parts() * self.bytes;
        let numbers = [
            ("kept", kept),
            ("held", last.held()),
            ("held_kib", last.held() / 1024),
            ("wasted", last.held() - kept),
            ("peak", peak),
            ("given_back_kib", (peak - last.held()) / 1024),
        ];
        numbers.map(|(name, number)| (name, number as f64)).to_vec()
    }
}
