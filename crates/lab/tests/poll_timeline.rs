//! The timeline's claims: its presets give the numbers that the chapter's program printed, and the same
//! stream on tokio's own clock takes as long.

use futures::stream::{Stream, StreamExt, iter};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::time::{Duration, Instant, sleep, timeout};

type Numbers = BTreeMap<&'static str, f64>;

fn measures(values: &Json) -> Numbers {
    let lab = lab::find("poll-timeline").unwrap();
    let empty = Map::new();
    let trace = lab.trace(&lab::Values::read(
        lab,
        values.as_object().unwrap_or(&empty),
    ));
    trace.measures().into_iter().collect()
}

/// What each request took, `None` if it has no answer.
fn took(measures: &Numbers, requests: usize) -> Vec<Option<u64>> {
    let took = |n| measures.get(format!("took_{n}").as_str());
    (0..requests)
        .map(|n| took(n).map(|ms| *ms as u64))
        .collect()
}

#[test]
fn the_presets_give_what_the_program_printed() {
    let printed = include_str!("../../../examples/output/nobody_polls.txt");
    let row = |name: &str| {
        let mut lines = printed.lines();
        let line = lines.find_map(|line| line.strip_prefix(name)).unwrap();
        line.replace("gave up", "-")
    };
    let times = |name| {
        let row: String = row(name);
        let cells = row.split_whitespace().map(|cell| cell.parse().ok());
        cells.collect::<Vec<Option<u64>>>()
    };
    for (name, values) in [
        ("futures        ", json!({})),
        ("futures, timeout 1 s", json!({ "timeout": 1000 })),
        (
            "tasks, timeout 1 s",
            json!({ "how": "tasks", "timeout": 1000 }),
        ),
    ] {
        assert_eq!(took(&measures(&values), 6), times(name), "{name}");
    }

    let pool = printed.split_once("two connections").unwrap().1;
    for (name, how) in [("futures", "unordered"), ("tasks", "tasks")] {
        let mut lines = pool.lines();
        let line = lines.find_map(|line| line.strip_prefix(name)).unwrap();
        let values = json!({ "how": how, "connections": 2, "body": 0 });
        let saved = match measures(&values) {
            m if m["stuck"] == 1.0 => "stuck".to_owned(),
            m => {
                ["none", "?", "?", "?", "?", "?", "six"][m["saved"] as usize].to_owned() + " saved"
            }
        };
        assert_eq!(saved, line.trim(), "{name}");
    }
}

#[derive(Debug, Clone, Copy)]
struct Setting {
    how: &'static str,
    body: u64,
    steps: u64,
    requests: usize,
    limit: usize,
    timeout: u64,
    connections: usize,
}

impl Setting {
    fn values(self) -> Json {
        json!({
            "how": self.how, "body": self.body, "steps": self.steps, "requests": self.requests,
            "limit": self.limit, "timeout": self.timeout, "connections": self.connections,
        })
    }
}

/// Everything that a run can be set to, coarsely.
fn grid() -> Vec<Setting> {
    let mut all = Vec::new();
    for how in ["unordered", "ordered", "tasks", "inside"] {
        for body in [0, 20, 500] {
            for (steps, limit) in [(5, 4), (1, 1), (20, 8)] {
                for timeout in [0, 100, 1000] {
                    for connections in [0, 1, 2] {
                        all.push(Setting {
                            how,
                            body,
                            steps,
                            requests: 6,
                            limit,
                            timeout,
                            connections,
                        });
                    }
                }
            }
        }
    }
    all
}

#[test]
fn a_run_ends_saved_or_stuck_and_no_request_is_faster_than_its_steps() {
    for setting in grid() {
        let m = measures(&setting.values());
        let about = format!("{setting:?}: {m:?}");
        assert_eq!(m["stuck"] == 0.0, m["saved"] == 6.0, "{about}");
        let answers = took(&m, 6);
        let answered = answers.iter().flatten();
        assert!(
            answered.clone().all(|ms| *ms >= 10 * setting.steps),
            "{about}"
        );
        assert_eq!(answered.max().copied().unwrap_or(0), m["worst"] as u64);
        if m["stuck"] == 0.0 {
            let gave_up = answers.iter().filter(|took| took.is_none()).count();
            assert_eq!(gave_up, m["gave_up"] as usize, "{about}");
        }
        if setting.how == "tasks" {
            // Somebody always polls a task.
            assert_eq!(m["unpolled"], 0.0, "{about}");
            assert_eq!(m["stuck"], 0.0, "{about}");
        }
        if setting.timeout == 0 {
            assert_eq!(m["gave_up"], 0.0, "{about}");
        }
        if setting.connections == 0 {
            assert_eq!(m["stuck"], 0.0, "{about}");
        }
    }
}

const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A request's number, and how long it took if it did not give up.
type Answer = (usize, Option<u64>);

fn request(number: usize, setting: Setting) -> impl Future<Output = Answer> {
    let called = Instant::now();
    let limit = match setting.timeout {
        0 => MONTH,
        ms => Duration::from_millis(ms),
    };
    let steps = timeout(limit, async move {
        for _ in 0..setting.steps {
            sleep(Duration::from_millis(10)).await;
        }
        called.elapsed().as_millis() as u64
    });
    async move { (number, steps.await.ok()) }
}

fn whole_request(
    number: usize,
    setting: Setting,
    pool: Arc<Semaphore>,
) -> impl Future<Output = Answer> {
    let called = (setting.connections == 0).then(|| request(number, setting));
    async move {
        let answer = match called {
            Some(request) => request.await,
            None => {
                let _connection = pool.acquire().await.unwrap();
                request(number, setting).await
            }
        };
        if setting.how == "inside" {
            body(setting, &pool).await;
        }
        answer
    }
}

async fn body(setting: Setting, pool: &Semaphore) {
    let _connection = match setting.connections {
        0 => None,
        _ => Some(pool.acquire().await.unwrap()),
    };
    sleep(Duration::from_millis(setting.body)).await;
}

/// The answers by number, or nothing if the loop got stuck, and how long it all took.
async fn consume(
    answers: impl Stream<Item = Answer>,
    setting: Setting,
    pool: &Semaphore,
) -> (BTreeMap<usize, Option<u64>>, bool, u64) {
    let start = Instant::now();
    let mut saved = BTreeMap::new();
    let mut answers = pin!(answers);
    let all = timeout(MONTH / 2, async {
        while let Some((number, took)) = answers.next().await {
            if setting.how != "inside" {
                body(setting, pool).await;
            }
            saved.insert(number, took);
        }
    });
    let stuck = all.await.is_err();
    (saved, stuck, start.elapsed().as_millis() as u64)
}

#[test]
fn tokio_says_the_same() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    for setting in grid() {
        let pool = Arc::new(Semaphore::new(setting.connections));
        let p = pool.clone();
        let calls = iter(0..setting.requests).map(move |n| whole_request(n, setting, p.clone()));
        let real = runtime.block_on(async {
            match setting.how {
                "ordered" => consume(calls.buffered(setting.limit), setting, &pool).await,
                "tasks" => {
                    let tasks = calls.map(tokio::spawn).buffer_unordered(setting.limit);
                    consume(tasks.map(|answer| answer.unwrap()), setting, &pool).await
                }
                _ => consume(calls.buffer_unordered(setting.limit), setting, &pool).await,
            }
        });
        let (saved, stuck, end) = real;
        let m = measures(&setting.values());
        assert_eq!(m["stuck"] == 1.0, stuck, "{setting:?}");
        assert_eq!(m["saved"] as usize, saved.len(), "{setting:?}");
        let model = took(&m, setting.requests);
        for (number, took) in saved {
            assert_eq!(model[number], took, "{setting:?}: request {number}");
        }
        if !stuck {
            assert_eq!(m["end"] as u64, end, "{setting:?}");
        }
    }
}
