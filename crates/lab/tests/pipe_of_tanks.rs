//! The pipe's claims: it holds as many chunks as the chapter's program counted, never more than the sum of
//! its places, and the same tasks on tokio's own clock say the same.

use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

type Numbers = BTreeMap<&'static str, f64>;

fn measures(values: &Json) -> Numbers {
    let lab = lab::find("pipe-of-tanks").unwrap();
    let values = lab::Values::read(lab, values.as_object().unwrap());
    lab.trace(&values).measures().into_iter().collect()
}

#[test]
fn a_stuck_sink_leaves_as_many_in_flight_as_the_program_counted() {
    let printed = include_str!("../../../examples/output/in_flight.txt");
    for stages in [0, 1, 4] {
        let row = printed
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{stages} stages")));
        let mut cells = row.unwrap().split_whitespace();
        let mut number = || cells.next().unwrap().parse::<f64>().unwrap();
        let (chunks, live) = (number(), number());
        let m = measures(&json!({
            "stages": stages, "capacity": 4, "source": 200, "stop": 8000, "size": 64,
        }));
        assert_eq!(m["in_flight"], chunks, "{stages} stages");
        // The program's heap has the channels too.
        let model = m["in_flight"] * 64.0;
        assert!(
            (model..model * 1.02).contains(&live),
            "{stages} stages: {live} KiB"
        );
    }
    // One pair of hands, as without a stage.
    let one = measures(&json!({ "stages": 4, "queues": "one", "stop": 8000 }));
    assert_eq!(one["in_flight"], 6.0);
}

#[test]
fn no_chunk_is_unaccounted_for_and_no_place_is_too_full() {
    for queues in ["bounded", "first", "last", "one"] {
        for stages in [0, 3] {
            for capacity in [1, 7] {
                for (source, stage, sink) in [(200, 5, 100), (200, 200, 10), (15, 30, 60)] {
                    for stop in [0, 3000] {
                        let values = json!({
                            "queues": queues, "stages": stages, "capacity": capacity,
                            "source": source, "stage": stage, "sink": sink, "stop": stop,
                        });
                        let m = measures(&values);
                        assert_eq!(m["made"], m["handled"] + m["left"], "{values}");
                        assert!(m["handled"] > 0.0, "{values}");
                        let count = if queues == "one" { 1 } else { stages + 1 };
                        let places = count * capacity + count + 1;
                        match queues {
                            "first" => assert_eq!(m["waited"], 0.0, "{values}"),
                            "last" => {}
                            _ => assert!(m["in_flight"] <= places as f64, "{values}: {m:?}"),
                        }
                        if queues != "first" && (queues != "last" || stages > 0) {
                            assert!(m["first_queue"] <= capacity as f64, "{values}: {m:?}");
                        }
                    }
                }
            }
        }
    }
}

/// The shape of a run.
#[derive(Debug, Clone, Copy)]
struct Setting {
    stages: usize,
    capacity: usize,
    /// For a chunk, in ms: the source, a stage, the sink.
    times: [u64; 3],
    stop: u64,
    unbounded: bool,
}

#[derive(Default)]
struct Counts {
    made: AtomicU64,
    handled: AtomicU64,
    in_flight: AtomicU64,
    oldest: AtomicU64,
    waited: AtomicU64,
    /// When the source's wait that is not over began, in ms, plus one.
    waiting: AtomicU64,
}

enum First {
    Bounded(mpsc::Sender<Instant>),
    Unbounded(mpsc::UnboundedSender<Instant>),
}

async fn stage(mut from: mpsc::Receiver<Instant>, to: mpsc::Sender<Instant>, time: Duration) {
    while let Some(chunk) = from.recv().await {
        sleep(time).await;
        to.send(chunk).await.unwrap();
    }
}

/// Ten seconds of the same pipeline, written as one would without a lab. With an unbounded first queue,
/// a task that only carries chunks on to the next queue would be one place more: so it has no stage.
async fn on_tokio(setting: Setting) -> [u64; 5] {
    let counts = Arc::new(Counts::default());
    let start = Instant::now();
    let [source, handle, end] = setting.times.map(Duration::from_millis);
    let (bounded, mut last) = mpsc::channel(setting.capacity);
    let (unbounded, mut without_limit) = mpsc::unbounded_channel();
    let first = match setting.unbounded {
        true => First::Unbounded(unbounded),
        false => First::Bounded(bounded),
    };

    let c = counts.clone();
    tokio::spawn(async move {
        loop {
            sleep(source).await;
            let made = 1 + c.made.fetch_add(1, SeqCst);
            c.in_flight.fetch_max(made - c.handled.load(SeqCst), SeqCst);
            let now = Instant::now();
            c.waiting
                .store(1 + start.elapsed().as_millis() as u64, SeqCst);
            match &first {
                First::Bounded(first) => first.send(now).await.unwrap(),
                First::Unbounded(first) => first.send(now).unwrap(),
            }
            c.waited.fetch_add(now.elapsed().as_millis() as u64, SeqCst);
            c.waiting.store(0, SeqCst);
        }
    });
    for _ in 0..setting.stages {
        let (to, next) = mpsc::channel(setting.capacity);
        tokio::spawn(stage(std::mem::replace(&mut last, next), to, handle));
    }
    let c = counts.clone();
    tokio::spawn(async move {
        let stop = 2000..2000 + setting.stop;
        loop {
            let made = match setting.unbounded {
                true => without_limit.recv().await.unwrap(),
                false => last.recv().await.unwrap(),
            };
            c.oldest
                .fetch_max(made.elapsed().as_millis() as u64, SeqCst);
            if stop.contains(&(start.elapsed().as_millis() as u64)) {
                sleep_until(start + Duration::from_millis(stop.end)).await;
            }
            sleep(end).await;
            c.handled.fetch_add(1, SeqCst);
        }
    });
    sleep_until(start + Duration::from_secs(10)).await;
    // Past what happens at this last moment.
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    let get = |count: &AtomicU64| count.load(SeqCst);
    let waiting = match get(&counts.waiting) {
        0 => 0,
        since => 10_000 - (since - 1),
    };
    [
        get(&counts.made),
        get(&counts.handled),
        get(&counts.in_flight),
        get(&counts.oldest),
        get(&counts.waited) + waiting,
    ]
}

#[test]
fn tokio_says_the_same() {
    for (stages, unbounded) in [(0, false), (1, false), (2, false), (4, false), (0, true)] {
        for capacity in [1, 4, 16] {
            for times in [
                [50, 10, 20],
                [10, 100, 5],
                [10, 5, 100],
                [20, 20, 20],
                [5, 8, 40],
            ] {
                for stop in [0, 3000, 8000] {
                    let setting = Setting {
                        stages,
                        capacity,
                        times,
                        stop,
                        unbounded,
                    };
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .enable_time()
                        .start_paused(true)
                        .build()
                        .unwrap();
                    let real = runtime.block_on(on_tokio(setting));
                    let [source, stage, sink] = times.map(|ms| 1000 / ms);
                    let m = measures(&json!({
                        "queues": if unbounded { "first" } else { "bounded" },
                        "stages": stages, "capacity": capacity, "stop": stop,
                        "source": source, "stage": stage, "sink": sink,
                    }));
                    let names = ["made", "handled", "in_flight", "oldest", "waited"];
                    assert_eq!(names.map(|name| m[name] as u64), real, "{setting:?}");
                }
            }
        }
    }
}

#[test]
fn a_stop_travels_back_at_the_rate_of_the_source() {
    let reached = |capacity: u64, stages: u64| {
        let values = json!({ "capacity": capacity, "stages": stages, "stop": 8000 });
        measures(&values)["reached"]
    };
    for stages in [0, 1, 3] {
        let queues = (stages + 1) as f64;
        // One place more in each queue is one chunk more, and a chunk is made in 50 ms.
        assert_eq!(reached(5, stages) - reached(4, stages), queues * 50.0);
        assert_eq!(reached(9, stages) - reached(4, stages), queues * 250.0);
    }
}
