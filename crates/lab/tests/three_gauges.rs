//! The gauges' claims: what the chapter's program printed, and what an allocator that counts says of real
//! vecs in any order of steps.

use bytes::Bytes;
use meter::heap;
use serde_json::{Map, Value as Json, json};
use std::hint::black_box;
use std::sync::Mutex;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// What is live is counted for the whole process: one test at a time.
static GATE: Mutex<()> = Mutex::new(());

const STEPS: [&str; 6] = ["first", "second", "third", "fourth", "fifth", "sixth"];
const KINDS: [&str; 9] = [
    "zeros", "touch", "grow", "reserve", "view", "free", "small", "most", "all",
];

fn run(steps: &[&str], size: u64) -> Box<dyn lab::Trace> {
    let mut values = Map::from_iter([("size".to_owned(), json!(size))]);
    for (i, name) in STEPS.iter().enumerate() {
        let step = steps.get(i).unwrap_or(&"nothing");
        values.insert((*name).to_owned(), Json::from(*step));
    }
    let lab = lab::find("three-gauges").unwrap();
    lab.trace(&lab::Values::read(lab, &values))
}

/// The numbers of each step, from the table: live, peak, resident, reserved, promised, retained.
fn rows(trace: &dyn lab::Trace) -> Vec<Vec<u64>> {
    let rows = trace.frame(trace.end()).table.rows.into_iter();
    let number = |cell: &String| cell.replace(" MiB", "").replace(',', "").parse().unwrap();
    rows.map(|row| row[1..].iter().map(number).collect())
        .collect()
}

#[test]
fn the_steps_of_the_program_give_what_it_printed() {
    let _alone = GATE.lock().unwrap_or_else(|broken| broken.into_inner());
    let printed = include_str!("../../../examples/output/three_rulers.txt");
    let printed: Vec<Vec<u64>> = printed
        .lines()
        .skip(1)
        .map(|line| {
            line[30..]
                .split_whitespace()
                .map(|n| n.parse().unwrap())
                .collect()
        })
        .collect();
    assert_eq!(printed.len(), 10);
    let large = run(&["zeros", "touch", "free", "grow", "free"], 512);
    let small = run(&["small", "most", "small", "all"], 512);
    let model = rows(&*large)
        .into_iter()
        .chain(rows(&*small).into_iter().skip(1));
    let about = |row: Vec<u64>| row[..4].iter().map(|mib| (mib + 32) / 64 * 64).collect();
    let model: Vec<Vec<u64>> = model.map(about).collect();
    assert_eq!(model, printed);
}

/// The program's memory, for real.
#[derive(Default)]
struct Real {
    large: Bytes,
    grown: Vec<u8>,
    views: Vec<Bytes>,
    small: Vec<Vec<Vec<u8>>>,
    last: Vec<Vec<u8>>,
}

impl Real {
    fn step(&mut self, what: &str, size: usize) {
        match what {
            "zeros" => self.large = Bytes::from(black_box(vec![0; size])),
            "touch" | "nothing" => {}
            "grow" => {
                let mut grown = Vec::new();
                while grown.len() < size / 8 * 5 {
                    grown.extend_from_slice(&[1; 64 * 1024]);
                }
                self.grown = grown;
            }
            "reserve" => {
                let mut grown = Vec::with_capacity(size / 8 * 5);
                grown.resize(size / 8 * 5, 1);
                self.grown = grown;
            }
            "view" if !self.large.is_empty() => self.views.push(self.large.slice(..16)),
            "free" => {
                self.large = Bytes::new();
                self.grown = Vec::new();
            }
            "small" => self
                .small
                .push((0..500_000).map(|_| vec![1; 512]).collect()),
            "most" => {
                for mut small in self.small.drain(..) {
                    let last = small.pop().unwrap();
                    self.last = vec![last];
                }
            }
            "all" => {
                self.small.clear();
                self.last.clear();
            }
            _ => {}
        }
    }
}

#[test]
fn live_heap_is_what_an_allocator_counts() {
    let _alone = GATE.lock().unwrap_or_else(|broken| broken.into_inner());
    let mut programs: Vec<Vec<&str>> = vec![
        vec!["zeros", "touch", "free", "grow", "free", "grow"],
        vec!["zeros", "touch", "view", "free", "zeros", "free"],
        vec!["zeros", "view", "zeros", "view", "free", "reserve"],
        vec!["small", "most", "small", "all", "reserve", "reserve"],
        vec!["most", "small", "small", "most", "zeros", "zeros"],
        vec!["touch", "view", "free", "all", "most", "grow"],
    ];
    // Each kind after each other.
    for a in KINDS {
        for b in KINDS {
            if a != "small" || b != "small" {
                programs.push(vec![a, b, "free"]);
            }
        }
    }
    for steps in programs {
        let model = rows(&*run(&steps, 64));
        let mut real = Real::default();
        // The test's own runner frees a little beside it: less than before is 0.
        let before = heap::live();
        let mut live = 0;
        for (number, what) in steps.iter().enumerate() {
            heap::reset_peak();
            real.step(what, 64 << 20);
            let about = |bytes: usize| (bytes as f64 / 1_048_576.0).round() as u64;
            let peak = about(heap::peak().saturating_sub(before));
            live = heap::live().saturating_sub(before);
            let row = &model[number + 1];
            assert_eq!(row[0], about(live), "live, {steps:?}, step {number}");
            // This allocator counts the net change where a vec grows, and not both allocations.
            if *what != "grow" {
                // A vec that is replaced is there until the new one is.
                assert_eq!(row[1], peak, "peak, {steps:?}, step {number}");
            }
        }
        drop(real);
        let left = heap::live().saturating_sub(before);
        assert!(left <= live.max(1 << 16), "{steps:?}: {left}");
    }
}

#[test]
fn the_rulers_agree_where_they_must() {
    let _alone = GATE.lock().unwrap_or_else(|broken| broken.into_inner());
    for a in KINDS {
        for b in KINDS {
            for c in KINDS {
                for size in [64, 1024] {
                    let steps = [a, b, c, "free", "all"];
                    let all = rows(&*run(&steps, size));
                    let mut before = 0;
                    for row in &all {
                        let [live, peak, resident, reserved, promised, retained] = row[..] else {
                            panic!("{row:?}");
                        };
                        assert!(peak >= live && peak >= before, "{steps:?}: {row:?}");
                        // Each is rounded.
                        assert!((resident + promised).abs_diff(reserved) <= 1, "{steps:?}");
                        assert!(live + retained <= reserved + 1, "{steps:?}: {row:?}");
                        before = live;
                    }
                    let last = all.last().unwrap();
                    let viewed = steps.contains(&"view");
                    assert!(
                        viewed || last[0] == 0 && last[3] == 0,
                        "{steps:?}: {last:?}"
                    );
                }
            }
        }
    }
}
