//! Live heap, resident and reserved memory of a program whose steps the reader picks.
//!
//! How a `Vec` grows is the real one's doing, at a scale of one byte for a KiB. The allocator is a model of
//! glibc's on 64-bit Linux, as far as the chapter needs it: a large allocation has a mapping of its own, and
//! small ones come from one heap that gets shorter only at its end.

use crate::draw::{Svg, grouped, round_up};
use crate::model::{Control, Frame, Kind, Lab, Pace, Preset, Question, Table, Trace, Values};

/// The lab.
pub static LAB: Lab = Lab {
    name: "three-gauges",
    title: "Three gauges",
    caption: "Three rulers beside the same memory, in MiB, with the highest that live heap was in the step as a tick; \
              below them what is behind the numbers, to the same scale; then the program. The allocator is a model \
              of glibc's on 64-bit Linux; others keep more or less.",
    pace: Pace {
        unit: "step",
        step: 1,
        per_second: 1,
    },
    // The vec that has grown is still there.
    figure_at: 4,
    controls: &[
        step("first", "Step 1", "zeros"),
        step("second", "Step 2", "touch"),
        step("third", "Step 3", "free"),
        step("fourth", "Step 4", "grow"),
        step("fifth", "Step 5", "free"),
        step("sixth", "Step 6", "nothing"),
        Control {
            name: "size",
            label: "Size of the large vec",
            kind: Kind::Range {
                min: 64,
                max: 1024,
                step: 64,
                unit: "MiB",
                default: 512,
            },
        },
    ],
    presets: &[
        Preset {
            label: "Two large vecs",
            values: &[],
            question: Question {
                ask: "One of 512 MiB is freed before another is filled to 5/8 of it. How high does live heap get?",
                unit: "MiB",
                measure: "peak",
            },
        },
        Preset {
            label: "with_capacity",
            values: &[
                ("first", "nothing"),
                ("second", "nothing"),
                ("third", "nothing"),
                ("fourth", "reserve"),
            ],
            question: Question {
                ask: "Only the second vec, and its capacity of 320 MiB is asked for at once. How high does live heap get?",
                unit: "MiB",
                measure: "peak",
            },
        },
        Preset {
            label: "A promise",
            values: &[
                ("second", "nothing"),
                ("third", "nothing"),
                ("fourth", "nothing"),
                ("fifth", "nothing"),
            ],
            question: Question {
                ask: "vec![0; size] with 512 MiB, and nothing else. How many MiB are resident?",
                unit: "MiB",
                measure: "resident",
            },
        },
        Preset {
            label: "The false leak",
            values: &[
                ("first", "small"),
                ("second", "most"),
                ("third", "nothing"),
                ("fourth", "nothing"),
                ("fifth", "nothing"),
            ],
            question: Question {
                ask: "500,000 vecs of 512 bytes are made, and all but one are freed. How many MiB stay resident?",
                unit: "MiB",
                measure: "resident",
            },
        },
        Preset {
            label: "Made again",
            values: &[
                ("first", "small"),
                ("second", "most"),
                ("third", "small"),
                ("fourth", "nothing"),
                ("fifth", "nothing"),
            ],
            question: Question {
                ask: "The false leak, and then 500,000 more. How many MiB are resident?",
                unit: "MiB",
                measure: "resident",
            },
        },
        Preset {
            label: "And all freed",
            values: &[
                ("first", "small"),
                ("second", "most"),
                ("third", "small"),
                ("fourth", "all"),
                ("fifth", "nothing"),
            ],
            question: Question {
                ask: "As before, and then the last small vec is freed too. How many MiB stay resident?",
                unit: "MiB",
                measure: "resident",
            },
        },
        Preset {
            label: "A view is kept",
            values: &[("third", "view"), ("fourth", "free"), ("fifth", "nothing")],
            question: Question {
                ask: "16 bytes of the large vec are kept as a slice of a Bytes, and the rest is dropped. How many \
                      MiB is live heap?",
                unit: "MiB",
                measure: "live",
            },
        },
    ],
    run: |values| Box::new(run(values)),
};

const STEPS: [&str; 6] = ["first", "second", "third", "fourth", "fifth", "sixth"];

const fn step(name: &'static str, label: &'static str, default: &'static str) -> Control {
    Control {
        name,
        label,
        kind: Kind::Choice {
            options: OPTIONS,
            default,
        },
    }
}

/// What a step can be.
const OPTIONS: &[(&str, &str)] = &[
    ("nothing", "nothing"),
    ("zeros", "a large vec of zeros"),
    ("touch", "a byte in each page"),
    ("grow", "another, grown to 5/8"),
    ("reserve", "5/8, with_capacity"),
    ("view", "keep a 16-byte view"),
    ("free", "free the large ones"),
    ("small", "500,000 small vecs"),
    ("most", "free all but the last"),
    ("all", "free all small ones"),
];

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// How many small vecs are made at once.
const SMALL: u64 = 500_000;
/// What each of them asks for.
const SMALL_SIZE: u64 = 512;
/// What glibc takes from its heap for it: with a word of its own, in steps of 16.
const BLOCK: u64 = 528;
/// An entry of a vec of vecs: three words of 64 bits.
const ENTRY: u64 = 24;

/// A large allocation.
#[derive(Debug, Clone, Copy, Default)]
struct Mapping {
    size: u64,
    /// Pages without a byte written have nothing behind them.
    written: u64,
}

/// The memory of the program, in bytes.
#[derive(Debug, Clone, Default)]
struct Memory {
    large: Mapping,
    /// Whether a view of `large` is kept.
    viewed: bool,
    grown: Mapping,
    /// What nothing but views holds.
    pinned: Mapping,
    /// The vecs that hold the small ones: each fills its mapping.
    outer: u64,
    /// Small vecs that are there.
    blocks: u64,
    /// Blocks from the start of the heap to its end.
    heap: u64,
    /// Since the step before, that included.
    peak: u64,
}

impl Memory {
    fn live(&self) -> u64 {
        let large = self.large.size + self.grown.size + self.pinned.size;
        large + self.outer + self.blocks * SMALL_SIZE
    }

    fn reserved(&self) -> u64 {
        self.large.size + self.grown.size + self.pinned.size + self.outer + self.heap * BLOCK
    }

    fn promised(&self) -> u64 {
        let all = [self.large, self.grown, self.pinned];
        all.iter()
            .map(|mapping| mapping.size - mapping.written)
            .sum()
    }

    fn retained(&self) -> u64 {
        (self.heap - self.blocks) * BLOCK
    }

    fn resident(&self) -> u64 {
        self.reserved() - self.promised()
    }

    /// So much more is there for a moment.
    fn briefly(&mut self, more: u64) {
        self.peak = self.peak.max(self.live() + more);
    }

    fn drop_large(&mut self) {
        if std::mem::take(&mut self.viewed) {
            self.pinned.size += self.large.size;
            self.pinned.written += self.large.written;
        }
        self.large = Mapping::default();
    }

    fn step(&mut self, what: &str, size: u64) {
        self.peak = self.live();
        let filled = size / 8 * 5;
        match what {
            "zeros" => {
                // The new one is there before the old one goes.
                self.briefly(size);
                self.drop_large();
                self.large.size = size;
            }
            "touch" => self.large.written = self.large.size,
            "grow" => {
                let mut grown = Vec::new();
                let mut size = 0;
                while (grown.len() as u64) < filled / KIB {
                    grown.extend_from_slice(&[1_u8; 64]);
                    let capacity = grown.capacity() as u64 * KIB;
                    if capacity > size {
                        // A copy: both allocations are there until it is done.
                        self.briefly(size + capacity);
                        size = capacity;
                    }
                }
                self.grown = Mapping {
                    size,
                    written: grown.len() as u64 * KIB,
                };
            }
            "reserve" => {
                self.briefly(filled);
                self.grown = Mapping {
                    size: filled,
                    written: filled,
                };
            }
            "view" => self.viewed = self.large.size > 0,
            "free" => {
                self.drop_large();
                self.grown = Mapping::default();
            }
            "small" => {
                self.blocks += SMALL;
                self.outer += SMALL * ENTRY;
                self.heap = self.heap.max(self.blocks);
            }
            "most" if self.outer > 0 => {
                // The last one is at the end of the heap, which therefore stays as long as it is.
                self.blocks = self.blocks.min(1);
                self.outer = 0;
            }
            "all" => {
                self.blocks = 0;
                self.outer = 0;
                self.heap = 0;
            }
            _ => {}
        }
        self.briefly(0);
    }
}

fn run(values: &Values) -> Run {
    let size = values.number("size") as u64 * MIB;
    let mut memory = Memory::default();
    let mut steps = vec![("at the start", memory.clone())];
    for name in STEPS {
        let what = values.text(name);
        if what != "nothing" {
            memory.step(what, size);
            let named = OPTIONS.iter().find(|(option, _)| *option == what);
            steps.push((named.map_or("", |(_, label)| label), memory.clone()));
        }
    }
    Run { steps }
}

/// In MiB, to the nearest.
fn mib(bytes: u64) -> u64 {
    (bytes + MIB / 2) / MIB
}

struct Run {
    /// What each step is called, and the memory after it.
    steps: Vec<(&'static str, Memory)>,
}

impl Run {
    fn last(&self) -> &Memory {
        &self.steps[self.steps.len() - 1].1
    }

    /// The highest that live heap was.
    fn peak(&self) -> u64 {
        let peaks = self.steps.iter().map(|(_, memory)| memory.peak);
        peaks.max().unwrap_or_default()
    }

    fn gauges(&self, svg: &mut Svg, now: &Memory, scale: f64) {
        for (line, (name, bytes)) in [
            ("live heap", now.live()),
            ("resident", now.resident()),
            ("reserved", now.reserved()),
        ]
        .into_iter()
        .enumerate()
        {
            let y = 4.0 + 24.0 * line as f64;
            svg.text("label small start", 1.0, y + 13.0, name);
            svg.rect("soft accent", LEFT, y, bytes as f64 * scale, 17.0);
            svg.rect("box", LEFT, y, WIDTH, 17.0);
            if line == 0 && now.peak > 0 {
                let x = LEFT + now.peak as f64 * scale;
                svg.line("wire bad", &[(x, y - 3.0), (x, y + 20.0)]);
            }
            svg.text("label small end", 319.0, y + 13.0, &grouped(mib(bytes)));
        }
    }

    /// What is behind the numbers: each part with what it is, as long as it is.
    fn parts(&self, svg: &mut Svg, now: &Memory, scale: f64) {
        let heap = now.blocks * BLOCK;
        let mappings = [now.large, now.grown, now.pinned].map(|m| (m.written, m.size - m.written));
        for (line, (name, used, promised, retained)) in [
            ("large", mappings[0].0, mappings[0].1, 0),
            ("another", mappings[1].0, mappings[1].1, 0),
            ("in a view", mappings[2].0, mappings[2].1, 0),
            ("small vecs", heap + now.outer, 0, now.retained()),
        ]
        .into_iter()
        .enumerate()
        {
            let y = 88.0 + 22.0 * line as f64;
            svg.text("label small start muted", 1.0, y + 12.0, name);
            let mut x = LEFT;
            for (bytes, class, word) in [
                (used, "soft good", "in use"),
                (promised, "box dash", "promised"),
                (retained, "box", "retained"),
            ] {
                let width = bytes as f64 * scale;
                if width < 0.5 {
                    continue;
                }
                svg.rect(class, x, y, width, 16.0);
                if width > 54.0 {
                    svg.text("label small", x + width / 2.0, y + 12.0, word);
                }
                x += width;
            }
            svg.line("wire muted", &[(LEFT, y - 1.0), (LEFT, y + 17.0)]);
        }
    }

    fn program(&self, svg: &mut Svg, at: usize) {
        let columns = [
            ("live", 168.0),
            ("peak", 205.0),
            ("resident", 262.0),
            ("reserved", 319.0),
        ];
        svg.text("label small start muted", 4.0, 194.0, "MiB");
        for (name, x) in columns {
            svg.text("label small end muted", x, 194.0, name);
        }
        for (number, (name, memory)) in self.steps.iter().enumerate() {
            let y = 212.0 + 17.0 * number as f64;
            if number == at {
                svg.rect("soft", 0.5, y - 12.5, 319.0, 16.5);
            }
            let class = match number <= at {
                true => "label small start",
                false => "label small start muted",
            };
            svg.text(class, 4.0, y, name);
            if number <= at {
                for ((_, x), bytes) in columns.into_iter().zip(row(memory)) {
                    svg.text("label small end", x - 3.0, y, &grouped(mib(bytes)));
                }
            }
        }
    }

    fn summary(&self, at: usize) -> String {
        let (name, now) = &self.steps[at];
        let [live, peak, resident, reserved] = row(now).map(|bytes| grouped(mib(bytes)));
        let when = match at {
            0 => "At the start".to_owned(),
            _ => format!("After step {at} of {}, {name}", self.steps.len() - 1),
        };
        format!(
            "{when}: live heap is {live} MiB and was up to {peak}, {resident} MiB are resident and {reserved} reserved. \
             {} MiB are promised, {} are retained.",
            grouped(mib(now.promised())),
            grouped(mib(now.retained())),
        )
    }

    fn table(&self, at: usize) -> Table {
        let head = [
            "after",
            "live heap",
            "peak",
            "resident",
            "reserved",
            "promised",
            "retained",
        ];
        let rows = self.steps[..=at].iter().map(|(name, memory)| {
            let numbers = row(memory).into_iter();
            let numbers = numbers.chain([memory.promised(), memory.retained()]);
            let cells = numbers.map(|bytes| format!("{} MiB", grouped(mib(bytes))));
            std::iter::once((*name).to_owned()).chain(cells).collect()
        });
        Table {
            head: head.map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }
    }
}

/// Live heap, its peak, resident, reserved: as in the chapter's program.
fn row(memory: &Memory) -> [u64; 4] {
    [
        memory.live(),
        memory.peak,
        memory.resident(),
        memory.reserved(),
    ]
}

/// Where bars begin.
const LEFT: f64 = 70.0;
/// How long the longest can be.
const WIDTH: f64 = 212.0;

impl Trace for Run {
    fn end(&self) -> u32 {
        self.steps.len() as u32 - 1
    }

    fn frame(&self, at: u32) -> Frame {
        let at = at as usize;
        let now = &self.steps[at].1;
        let reserved = self.steps.iter().map(|(_, memory)| memory.reserved());
        let most = reserved.max().unwrap_or_default().max(self.peak());
        let scale = WIDTH / (round_up(mib(most).max(64) as f64) * MIB as f64);
        let mut svg = Svg::new(322.0);
        self.gauges(&mut svg, now, scale);
        self.parts(&mut svg, now, scale);
        self.program(&mut svg, at);
        Frame {
            svg: svg
                .finish("Three gauges of memory, the parts behind them, and the program's steps"),
            summary: self.summary(at),
            table: self.table(at),
        }
    }

    fn measures(&self) -> Vec<(&'static str, f64)> {
        let last = self.last();
        [
            ("live", last.live()),
            ("resident", last.resident()),
            ("reserved", last.reserved()),
            ("promised", last.promised()),
            ("retained", last.retained()),
            ("peak", self.peak()),
        ]
        .map(|(name, bytes)| (name, mib(bytes) as f64))
        .to_vec()
    }
}
