//! The bucket's claims: what goes in comes out or is counted, no queue is fuller than it may be, and
//! the same tasks on tokio's own clock say the same.

use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::{Instant, sleep};

type Numbers = BTreeMap<&'static str, f64>;

fn measures(values: &Map<String, Json>) -> Numbers {
    let bucket = lab::find("bucket").unwrap();
    let trace = (bucket.run)(&lab::Values::read(bucket, values));
    trace.measures().into_iter().collect()
}

fn values(
    policy: &str,
    made: u64,
    handled: u64,
    capacity: usize,
    jitter: u64,
) -> Map<String, Json> {
    let values = json!({
        "policy": policy, "made": made, "handled": handled, "capacity": capacity, "jitter": jitter,
    });
    values.as_object().unwrap().clone()
}

#[test]
fn nothing_is_unaccounted_for_and_no_queue_is_too_full() {
    let policies = [
        "wait",
        "drain",
        "newest",
        "oldest",
        "conflate",
        "fail",
        "unbounded",
    ];
    for policy in policies {
        for (made, handled) in [(2000, 50), (1000, 1000), (450, 500)] {
            for capacity in [1, 19] {
                for jitter in [0, 100] {
                    let about = format!("{policy} {made} {handled} {capacity} {jitter}");
                    let m = measures(&values(policy, made, handled, capacity, jitter));
                    let out = m["handled"] + m["lost"] + m["refused"] + m["left"];
                    assert_eq!(m["made"], out, "{about}");
                    let most = match policy {
                        "wait" | "newest" | "fail" => capacity,
                        "oldest" => capacity.next_power_of_two(),
                        "conflate" => 1,
                        // The mark counts the item in hand, and the one that reaches it is taken.
                        "drain" => capacity,
                        _ => usize::MAX,
                    };
                    assert!(m["queued"] <= most as f64, "{about}: {m:?}");
                    // One more in the producer's hands and one in the consumer's.
                    assert!(m["in_flight"] <= m["queued"] + 2.0, "{about}: {m:?}");
                    match policy {
                        "wait" | "drain" | "unbounded" => assert_eq!(m["lost"] + m["refused"], 0.0),
                        "fail" => assert_eq!(m["lost"], 0.0),
                        _ => assert_eq!(m["refused"], 0.0),
                    }
                    if !matches!(policy, "wait" | "drain") {
                        assert_eq!(m["waited"], 0.0, "{about}");
                    }
                }
            }
        }
    }
}

#[test]
fn jitter_and_seed_matter_and_nothing_else_is_random() {
    let mut one = values("unbounded", 500, 500, 16, 100);
    let first = measures(&one);
    assert_eq!(measures(&one), first);
    one.insert("seed".to_owned(), json!(2));
    assert_ne!(measures(&one), first);
    let calm = values("unbounded", 500, 500, 16, 0);
    let mut other = calm.clone();
    other.insert("seed".to_owned(), json!(2));
    assert_eq!(measures(&calm), measures(&other));
}

/// What happened, by the numbers that the items carry and the channels' own counts.
#[derive(Default)]
struct Counts {
    made: AtomicU64,
    taken: AtomicU64,
    /// The number of the item that was taken last.
    last: AtomicU64,
    handled: AtomicU64,
    rejected: AtomicU64,
    queued: AtomicU64,
    oldest: AtomicU64,
    waited: AtomicU64,
    /// When the wait that is not over began, in ms, plus one.
    waiting: AtomicU64,
}

/// An item's number, from 1, and when it was made.
type Item = (u64, Instant);

/// Ten seconds of the same producer and consumer on tokio, written as one would without a lab.
fn on_tokio(policy: &'static str, make_ms: u64, handle_ms: u64, capacity: usize) -> Numbers {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let counts = Arc::new(Counts::default());
        let (bounded, mut from_bounded) = mpsc::channel::<Item>(capacity);
        let (unbounded, mut from_unbounded) = mpsc::unbounded_channel::<Item>();
        let (all, mut from_all) = broadcast::channel::<Item>(capacity);
        let (latest, mut from_latest) = watch::channel((0, Instant::now()));
        let start = Instant::now();

        let c = counts.clone();
        tokio::spawn(async move {
            loop {
                sleep(Duration::from_millis(make_ms)).await;
                let now = Instant::now();
                let item = (1 + c.made.fetch_add(1, SeqCst), now);
                c.waiting
                    .store(1 + start.elapsed().as_millis() as u64, SeqCst);
                match policy {
                    "wait" => bounded.send(item).await.unwrap(),
                    "newest" | "fail" => {
                        let rejected = u64::from(bounded.try_send(item).is_err());
                        c.rejected.fetch_add(rejected, SeqCst);
                    }
                    "unbounded" => unbounded.send(item).unwrap(),
                    "oldest" => drop(all.send(item).unwrap()),
                    "conflate" => latest.send(item).unwrap(),
                    _ => unreachable!(),
                }
                let queued = match policy {
                    "oldest" => all.len(),
                    "conflate" => 1,
                    // It has no count for its sender, and loses nothing.
                    "unbounded" => (item.0 - c.last.load(SeqCst)) as usize,
                    _ => bounded.max_capacity() - bounded.capacity(),
                };
                c.queued.fetch_max(queued as u64, SeqCst);
                c.waited.fetch_add(now.elapsed().as_millis() as u64, SeqCst);
                c.waiting.store(0, SeqCst);
            }
        });
        let c = counts.clone();
        tokio::spawn(async move {
            loop {
                let (number, made) = match policy {
                    "unbounded" => from_unbounded.recv().await.unwrap(),
                    "oldest" => loop {
                        match from_all.recv().await {
                            Ok(item) => break item,
                            Err(broadcast::error::RecvError::Lagged(_)) => {}
                            Err(error) => panic!("{error}"),
                        }
                    },
                    "conflate" => {
                        from_latest.changed().await.unwrap();
                        *from_latest.borrow_and_update()
                    }
                    _ => from_bounded.recv().await.unwrap(),
                };
                c.taken.fetch_add(1, SeqCst);
                c.last.store(number, SeqCst);
                c.oldest
                    .fetch_max(made.elapsed().as_millis() as u64, SeqCst);
                sleep(Duration::from_millis(handle_ms)).await;
                c.handled.fetch_add(1, SeqCst);
            }
        });
        sleep(Duration::from_secs(10)).await;
        // Past what happens at this last moment.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        let get = |count: &AtomicU64| count.load(SeqCst);
        let behind = get(&counts.made) - get(&counts.last);
        let lost = match policy {
            "oldest" => {
                let left = behind.min(capacity.next_power_of_two() as u64);
                get(&counts.made) - get(&counts.taken) - left
            }
            "conflate" => get(&counts.made) - get(&counts.taken) - behind.min(1),
            _ => get(&counts.rejected),
        };
        let waiting = match get(&counts.waiting) {
            0 => 0,
            since => 10_000 - (since - 1),
        };
        let numbers = [
            ("made", get(&counts.made)),
            ("handled", get(&counts.handled)),
            ("gone", lost),
            ("queued", get(&counts.queued)),
            ("oldest", get(&counts.oldest)),
            ("waited", get(&counts.waited) + waiting),
        ];
        numbers
            .map(|(name, n)| (name, n as f64))
            .into_iter()
            .collect()
    })
}

#[test]
fn tokio_says_the_same() {
    let rates = [(1, 2, 16), (1, 4, 16), (2, 5, 1), (4, 2, 8), (1, 10, 64)];
    for policy in ["wait", "newest", "fail", "oldest", "conflate", "unbounded"] {
        for (make_ms, handle_ms, capacity) in rates {
            let real = on_tokio(policy, make_ms, handle_ms, capacity);
            let values = values(policy, 1000 / make_ms, 1000 / handle_ms, capacity, 0);
            let mut model = measures(&values);
            model.insert("gone", model["lost"] + model["refused"]);
            model.retain(|name, _| real.contains_key(name));
            assert_eq!(model, real, "{policy} {make_ms} {handle_ms} {capacity}");
        }
    }
}
