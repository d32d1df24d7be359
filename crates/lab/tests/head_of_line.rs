//! The claims about a slow job: the presets give what the chapter's program printed, the same jobs on tokio's
//! own clock take as long and hold as much, and no limit is exceeded.

use futures::future::join_all;
use futures::stream::{StreamExt, iter};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use tokio::sync::Semaphore;
use tokio::time::{Duration, Instant, sleep};

type Numbers = BTreeMap<&'static str, f64>;

fn measures(values: &Json) -> Numbers {
    let lab = lab::find("head-of-line").unwrap();
    let empty = Map::new();
    let trace = lab.trace(&lab::Values::read(
        lab,
        values.as_object().unwrap_or(&empty),
    ));
    trace.measures().into_iter().collect()
}

#[test]
fn the_presets_give_what_the_program_printed() {
    let printed = include_str!("../../../examples/output/head_of_line.txt");
    for (name, values) in [
        ("any order", json!({ "how": "unordered" })),
        ("batches", json!({ "how": "batches" })),
        // `buffered` has one number for both, and so its window is that of the jobs at work.
        ("in order, window of 50 ", json!({ "how": "ordered" })),
        (
            "in order, window of 50 ",
            json!({ "how": "queue", "window": 50 }),
        ),
        (
            "in order, window of 500 ",
            json!({ "how": "queue", "window": 500 }),
        ),
        (
            "in order, window of 5000 ",
            json!({ "how": "queue", "window": 5000 }),
        ),
    ] {
        let mut lines = printed.lines();
        let line = lines.find_map(|line| line.strip_prefix(name)).unwrap();
        let mut cells = line.split_whitespace();
        let [held, end] = [(); 2].map(|()| cells.next().unwrap().parse::<f64>().unwrap());
        let m = measures(&values);
        assert_eq!((m["held"], m["end"]), (held, end), "{name}");
    }
}

#[derive(Debug, Clone, Copy)]
struct Setting {
    how: &'static str,
    limit: usize,
    window: usize,
    jobs: usize,
    every: usize,
    slow: u64,
}

impl Setting {
    fn values(self) -> Json {
        json!({
            "how": self.how, "limit": self.limit, "window": self.window, "jobs": self.jobs,
            "every": self.every, "slow": self.slow,
        })
    }

    fn places(self) -> usize {
        if self.how == "queue" {
            self.window
        } else {
            self.limit
        }
    }

    fn work(self, number: usize) -> u64 {
        if number.is_multiple_of(self.every) {
            self.slow
        } else {
            10
        }
    }
}

fn grid() -> Vec<Setting> {
    let mut all = Vec::new();
    for how in ["unordered", "ordered", "batches", "queue"] {
        for (limit, window) in [(1, 10), (5, 20), (50, 50), (100, 200)] {
            for jobs in [40, 300] {
                for (every, slow) in [(10, 10), (20, 90), (100, 1000)] {
                    all.push(Setting {
                        how,
                        limit,
                        window,
                        jobs,
                        every,
                        slow,
                    });
                }
            }
        }
    }
    all
}

#[test]
fn all_are_done_within_the_limit_and_no_sooner_than_possible() {
    for setting in grid() {
        let m = measures(&setting.values());
        let about = format!("{setting:?}: {m:?}");
        assert_eq!(m["all_gone"], 1.0, "{about}");
        assert!(m["held"] <= setting.places() as f64, "{about}");
        assert!(m["done"] <= m["held"], "{about}");
        let each = (0..setting.jobs).map(|number| setting.work(number));
        let (work, longest) = (each.clone().sum::<u64>(), each.max().unwrap());
        let limit = setting.limit.min(setting.places()) as u64;
        assert!(
            m["end"] as u64 >= longest.max(work.div_ceil(limit)),
            "{about}"
        );
        assert!(m["end"] as u64 <= work, "{about}");
        if setting.how == "unordered" {
            assert_eq!(m["done"], 0.0, "{about}");
        }
    }
}

#[test]
fn order_takes_time_or_memory() {
    for setting in grid()
        .into_iter()
        .filter(|setting| setting.how == "ordered")
    {
        let end = |how, window| {
            let setting = Setting {
                how,
                window,
                ..setting
            };
            measures(&setting.values())["end"]
        };
        let (ordered, unordered) = (end("ordered", 10), end("unordered", 10));
        assert!(unordered <= ordered, "{setting:?}");
        assert!(end("queue", 5000) <= ordered, "{setting:?}");
    }
}

/// Counts what is held.
#[derive(Default)]
struct Held {
    now: AtomicUsize,
    most: AtomicUsize,
}

struct Item(Arc<Held>);

impl Item {
    fn new(held: &Arc<Held>) -> Self {
        let now = 1 + held.now.fetch_add(1, SeqCst);
        held.most.fetch_max(now, SeqCst);
        Self(held.clone())
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, SeqCst);
    }
}

async fn work(item: Item, ms: u64) -> Item {
    sleep(Duration::from_millis(ms)).await;
    item
}

/// How many items were held at most, and how long it took in ms.
async fn on_tokio(setting: Setting) -> (usize, u64) {
    let (held, start) = (Arc::new(Held::default()), Instant::now());
    let of = held.clone();
    let mut items = (0..setting.jobs).map(move |number| (Item::new(&of), setting.work(number)));
    match setting.how {
        "unordered" => {
            let answers = iter(items).map(|(item, ms)| work(item, ms));
            answers
                .buffer_unordered(setting.limit)
                .for_each(async |_| {})
                .await;
        }
        "ordered" => {
            let answers = iter(items).map(|(item, ms)| work(item, ms));
            answers.buffered(setting.limit).for_each(async |_| {}).await;
        }
        "batches" => loop {
            let batch = items.by_ref().take(setting.limit);
            if join_all(batch.map(|(item, ms)| work(item, ms)))
                .await
                .is_empty()
            {
                break;
            }
        },
        _ => {
            let permits = Arc::new(Semaphore::new(setting.limit));
            let mut queue = VecDeque::new();
            loop {
                for (item, ms) in items.by_ref().take(setting.window - queue.len()) {
                    let permits = permits.clone();
                    queue.push_back(tokio::spawn(async move {
                        let _permit = permits.acquire().await.unwrap();
                        work(item, ms).await
                    }));
                }
                let Some(first) = queue.pop_front() else {
                    break;
                };
                drop(first.await.unwrap());
            }
        }
    }
    let ms = start.elapsed().as_millis() as u64;
    (held.most.load(SeqCst), ms)
}

#[test]
fn tokio_says_the_same() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    for setting in grid() {
        let (held, end) = runtime.block_on(on_tokio(setting));
        let m = measures(&setting.values());
        let model = (m["held"] as usize, m["end"] as u64);
        assert_eq!(model, (held, end), "{setting:?}");
    }
}
