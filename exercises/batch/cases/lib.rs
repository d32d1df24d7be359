//! The cases of `batch`: `cargo test -p batch`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::pin::Pin;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use grader::Criterion::{Backpressure, Cancel, Correct, Early, Errors, Memory};
use grader::meter::{Items, KIB, Window};
use grader::{Failed, Grade, LocalBoxFuture, Trial};
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep, sleep_until};
use tokio_stream::{Stream, StreamExt};

/// An item: which one it is, and when it was taken from the stream.
#[derive(Debug, Clone, Copy)]
pub struct Item {
    number: u64,
    taken: Instant,
}

fn item(number: u64) -> Item {
    let taken = Instant::now();
    Item { number, taken }
}

/// Items that come at these times after the start, or as soon after as they are asked for.
struct Timed {
    items: Items<Item>,
    at: Vec<Instant>,
    next: usize,
    sleep: Option<Pin<Box<Sleep>>>,
    ends: Instant,
}

/// `count` items at each of these times, in ms. The input ends `ends` ms after the start.
fn timed(t: &Trial, at: &[(u64, usize)], ends: u64) -> Timed {
    let start = Instant::now();
    let after = |ms: u64| start + Duration::from_millis(ms);
    let at: Vec<Instant> = at
        .iter()
        .flat_map(|&(ms, count)| vec![after(ms); count])
        .collect();
    Timed {
        items: t.give(Items::new(at.len() as u64, item)),
        at,
        next: 0,
        sleep: None,
        ends: after(ends),
    }
}

impl Stream for Timed {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        let this = &mut *self;
        let due = this.at.get(this.next).copied().unwrap_or(this.ends);
        if due > Instant::now() {
            let sleep = this.sleep.get_or_insert_with(|| Box::pin(sleep_until(due)));
            ready!(sleep.as_mut().poll(cx));
        }
        this.sleep = None;
        let item = ready!(Pin::new(&mut this.items).poll_next(cx));
        this.next += 1;
        Poll::Ready(item)
    }
}

/// A batch as it was received.
#[derive(Debug)]
struct Batch {
    numbers: Vec<u64>,
    /// Since the start.
    when: Duration,
    /// Since its first item was taken from the stream.
    age: Duration,
}

/// Runs the solution beside a receiver that takes each batch at once, or `pause` after the one before.
async fn run<S>(
    t: &Trial,
    items: S,
    max: usize,
    wait: Duration,
    pause: Duration,
    mut took: impl FnMut(Batch),
) -> Result<(), Failed>
where
    S: Stream<Item = Item> + Unpin + Send + 'static,
{
    let (out, mut batches) = mpsc::channel::<Vec<Item>>(1);
    let start = Instant::now();
    let mut note = |batch: Vec<Item>| {
        took(Batch {
            numbers: batch.iter().map(|item| item.number).collect(),
            when: start.elapsed(),
            age: batch.first().map_or(Duration::ZERO, |i| i.taken.elapsed()),
        });
    };
    let mut solution = Box::pin(t.solve(|| batch(items, max, wait, out)));
    let answer = loop {
        tokio::select! {
            biased;
            batch = batches.recv() => match batch {
                Some(batch) => note(batch),
                None => break solution.await,
            },
            answer = &mut solution => break answer,
        }
        if !pause.is_zero() {
            tokio::select! {
                () = sleep(pause) => {}
                answer = &mut solution => break answer,
            }
        }
    };
    // What it sent before it returned; what comes later comes too late.
    batches.close();
    while let Ok(batch) = batches.try_recv() {
        note(batch);
    }
    answer.ok()
}

async fn batches<S>(t: &Trial, items: S, max: usize, wait: u64) -> Result<Vec<Batch>, Failed>
where
    S: Stream<Item = Item> + Unpin + Send + 'static,
{
    let mut all = Vec::new();
    let wait = Duration::from_millis(wait);
    run(t, items, max, wait, Duration::ZERO, |b| all.push(b)).await?;
    Ok(all)
}

/// All items came once and in order, and no batch is empty.
fn complete(t: &Trial, batches: &[Batch], count: u64) -> bool {
    let numbers = batches.iter().flat_map(|b| &b.numbers).copied();
    let arrived = numbers.clone().count() as u64;
    let empty = batches.iter().position(|b| b.numbers.is_empty());
    let wrong = numbers.zip(0..).find(|(got, due)| got != due);
    let what = if let Some(empty) = empty {
        let number = empty + 1;
        format!("batch {number} is empty: a batch begins with its first item")
    } else if let Some((got, due)) = wrong {
        format!("item {got} came where item {due} was due (the first is item 0)")
    } else if arrived < count {
        format!(
            "{arrived} of {count} items arrived: what is missing was dropped, is still held, or was never taken from \
             the stream"
        )
    } else {
        return true;
    };
    t.wrong(Correct, what);
    false
}

/// Each batch was sent when its time had come, or earlier if it was full or the input had ended. `late` says
/// what a batch must have waited for.
fn on_time(t: &Trial, batches: &[Batch], max: usize, wait: u64, ends: u64, late: &str) -> bool {
    let (wait, ends) = (Duration::from_millis(wait), Duration::from_millis(ends));
    let (one, ten) = (Duration::from_millis(1), Duration::from_millis(10));
    for (batch, number) in batches.iter().zip(1..) {
        let (count, age) = (batch.numbers.len(), batch.age.as_millis());
        if batch.age > wait + ten {
            let wait = wait.as_millis();
            t.wrong(
                Early,
                format!(
                    "batch {number} was sent {age} ms after its first item was taken, and `wait` is {wait} ms: \
                     {late}"
                ),
            );
            return false;
        }
        if count < max && batch.age + one < wait && batch.when + one < ends {
            let wait = wait.as_millis();
            t.wrong(
                Correct,
                format!(
                    "batch {number} was sent with {count} items (`max` is {max}), {age} ms after its first item was taken: \
                     it has until `wait`, which is {wait} ms, and that time starts anew with the first item of each \
                     batch"
                ),
            );
            return false;
        }
    }
    true
}

/// The batches have these sizes.
fn sizes(t: &Trial, batches: &[Batch], max: usize, want: &[usize]) {
    for ((batch, &want), number) in batches.iter().zip(want).zip(1..) {
        let got = batch.numbers.len();
        if got != want {
            t.wrong(
                Correct,
                if got > max {
                    format!("batch {number} has {got} items, and `max` is {max}")
                } else if got < want {
                    format!(
                        "batch {number} was sent with {got} of {want} items: it had room for the others, and time"
                    )
                } else {
                    format!("batch {number} has {got} items, and {want} had come by its time")
                },
            );
            return;
        }
    }
    t.equal("batches", batches.len(), want.len());
}

/// The solution's own result, beside a receiver that takes `takes` batches and goes away when it has stayed for
/// `stays` after them.
async fn deserted<S>(
    t: &Trial,
    items: S,
    max: usize,
    wait: u64,
    takes: usize,
    stays: Duration,
) -> Result<anyhow::Result<()>, Failed>
where
    S: Stream<Item = Item> + Unpin + Send + 'static,
{
    let (out, mut batches) = mpsc::channel(1);
    let wait = Duration::from_millis(wait);
    let solution = t.value(|| batch(items, max, wait, out));
    let receiver = async move {
        for _ in 0..takes {
            batches.recv().await;
        }
        sleep(stays).await;
    };
    tokio::join!(solution, receiver).0
}

const GONE: &str = "it returned `Ok` although the receiver was gone before it had been sent all items: what \
                    is lost is taken for delivered";

/// `batch`, as the cases call it.
pub struct Solution {
    /// With items that know when they were taken.
    pub timed: Call<Item>,
    /// With items of 64 bytes.
    pub large: Call<[u64; 8]>,
}

/// `batch` with items of type `T`.
pub type Call<T> = fn(
    Pin<Box<dyn Stream<Item = T> + Send>>,
    usize,
    Duration,
    mpsc::Sender<Vec<T>>,
) -> LocalBoxFuture<'static, anyhow::Result<()>>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn batch(
    items: impl Stream<Item = Item> + Send + 'static,
    max: usize,
    wait: Duration,
    out: mpsc::Sender<Vec<Item>>,
) -> LocalBoxFuture<'static, anyhow::Result<()>> {
    let solution = SOLUTION.get().expect("`grade` sets it");
    (solution.timed)(Box::pin(items), max, wait, out)
}

fn batch_large(
    items: Items<[u64; 8]>,
    max: usize,
    wait: Duration,
    out: mpsc::Sender<Vec<[u64; 8]>>,
) -> LocalBoxFuture<'static, anyhow::Result<()>> {
    let solution = SOLUTION.get().expect("`grade` sets it");
    (solution.large)(Box::pin(items), max, wait, out)
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade.read_next("13. Backpressure over the network", "src/network.md");

    for (name, about, count, max, want) in [
        ("ten_items", "10 items, `max` 4", 10, 4, vec![4, 4, 2]),
        ("nine_items", "9 items, `max` 4", 9, 4, vec![4, 4, 1]),
        ("eight_items", "8 items, `max` 4", 8, 4, vec![4, 4]),
        ("one_in_a_batch", "3 items, `max` 1", 3, 1, vec![1, 1, 1]),
        ("no_item", "", 0, 4, vec![]),
    ] {
        grade
            .case(name, &[Correct, Early], move |t| {
                let want = want.clone();
                async move {
                    let got = batches(&t, timed(&t, &[(0, count)], 0), max, 1000).await?;
                    if !complete(&t, &got, count as u64) {
                        return Ok(());
                    }
                    sizes(&t, &got, max, &want);
                    let when = got.last().map_or(0, |b| b.when.as_millis());
                    t.check(Early, when <= 10, || {
                        format!("the last batch was sent {when} ms after the input had ended: nothing could join it")
                    });
                    Ok(())
                }
            })
            .about(about);
    }
    grade
        .case("pauses_between_items", &[Correct], |t| async move {
            let items = Items::new(1000, item).shaped(&[false, true, false, false, true, true]);
            let (mut got, wait) = (Vec::new(), Duration::from_micros(500));
            run(&t, t.give(items), 7, wait, Duration::ZERO, |b| got.push(b)).await?;
            let mut want = vec![7; 142];
            want.push(6);
            if complete(&t, &got, 1000) {
                sizes(&t, &got, 7, &want);
            }
            Ok(())
        })
        .about("the stream is often not ready; `wait` is 0.5 ms");

    // Times in ms: when how many items come, when the input ends, and the sizes of the batches.
    for (name, about, at, ends, max, want, late) in [
        (
            "three_items_and_silence",
            "3 items at once, then none for a second; `wait` is 100 ms",
            vec![(0, 3)],
            1000,
            10,
            vec![3],
            "no more items came within `wait`, so a timer on tokio's clock had to send it",
        ),
        (
            "one_item_each_40_ms",
            "one item each 40 ms; `wait` is 100 ms",
            (0..50).map(|n| (n * 40, 1)).collect(),
            1_975,
            1000,
            [vec![3; 16], vec![2]].concat(),
            "its time runs from its first item, and a later item must neither restart it nor be waited for",
        ),
        (
            "silence_before_the_first",
            "the first item comes after half a second; `wait` is 100 ms",
            vec![(530, 2), (560, 1)],
            1000,
            10,
            vec![3],
            "the time starts with the first item",
        ),
        (
            "after_a_full_batch",
            "a full batch at once, an item at 60 ms, one at 130 ms; `wait` is 100 ms",
            vec![(0, 3), (60, 1), (130, 1)],
            1000,
            3,
            vec![3, 2],
            "the time starts with the first item of a batch, and ends with the batch",
        ),
        (
            "a_full_batch_each_30_ms",
            "4 items each 30 ms, `max` 4; `wait` is 100 ms",
            (0..20).map(|n| (n * 30, 4)).collect(),
            600,
            4,
            vec![4; 20],
            "it was full and waited",
        ),
        (
            "twenty_thousand_at_once",
            "20,000 items at once, `max` 1,000,000; `wait` is 100 ms",
            vec![(0, 20_000)],
            1000,
            1_000_000,
            vec![20_000],
            "no more items came within `wait`, so a timer on tokio's clock had to send it",
        ),
    ] {
        grade
            .case(name, &[Correct, Early], move |t| {
                let (at, want) = (at.clone(), want.clone());
                async move {
                    let got = batches(&t, timed(&t, &at, ends), max, 100).await?;
                    let count = at.iter().map(|&(_, count)| count as u64).sum();
                    if complete(&t, &got, count) && on_time(&t, &got, max, 100, ends, late) {
                        sizes(&t, &got, max, &want);
                    }
                    Ok(())
                }
            })
            .about(about);
    }

    for (name, about, count, minutes, wait, want, late) in [
        (
            "hours_of_silence",
            "an item each 150 minutes; `wait` is 10 s",
            4,
            150,
            10_000,
            vec![1; 4],
            "no more items came within `wait`, so a timer on tokio's clock had to send it",
        ),
        (
            "a_wait_of_a_day",
            "an item each 50 minutes; `wait` is a day",
            40,
            50,
            24 * 3_600_000,
            vec![29, 11],
            "its time runs from its first item, and a later item must neither restart it nor be waited for",
        ),
    ] {
        grade
            .case(name, &[Correct, Early], move |t| {
                let want = want.clone();
                async move {
                    let pace = Duration::from_secs(60 * minutes);
                    let items = t.give(Items::new(count, item).paced(1, pace));
                    let got = batches(&t, items, 1000, wait).await?;
                    let ends = (count - 1) * minutes * 60_000;
                    if complete(&t, &got, count) && on_time(&t, &got, 1000, wait, ends, late) {
                        sizes(&t, &got, 1000, &want);
                    }
                    Ok(())
                }
            })
            .about(about);
    }
    grade
        .case("a_receiver_that_rests", &[Correct, Early], |t| async move {
            const REST: Duration = Duration::from_secs(3 * 24 * 3600);
            let items = timed(&t, &[(0, 22)], REST.as_millis() as u64 + 1000);
            let mut rests = t.give(Items::new(2, item).paced(1, REST));
            let (wait, ten) = (Duration::from_millis(100), Duration::from_millis(10));
            let (out, mut batches) = mpsc::channel::<Vec<Item>>(1);
            let early = t.clone();
            let receiver = async move {
                while rests.next().await.is_some() {}
                drop(rests);
                let (mut received, mut free) = (0, Instant::now());
                while let Some(batch) = batches.recv().await {
                    received += batch.len();
                    let due = batch.first().map(|i| free.max(i.taken + wait));
                    let late = due.map_or(Duration::ZERO, |due| due.elapsed());
                    early.check(Early, late <= ten, || {
                        format!(
                            "a batch was sent {} ms late: it is due 100 ms after its first item was taken from the \
                             stream, or as soon after that as the receiver takes",
                            late.as_millis()
                        )
                    });
                    free = Instant::now();
                }
                received
            };
            let both = t.solve(|| async {
                let (sent, received) = tokio::join!(batch(items, 10, wait, out), receiver);
                sent.map(|()| received)
            });
            let received = both.await.ok()?;
            t.check(Correct, received == 22, || {
                format!("the receiver got {received} of 22 items")
            });
            Ok(())
        })
        .about("it takes its first batch after three days; `wait` is 100 ms");
    grade
        .case("a_large_max", &[Memory, Correct], |t| async move {
            let got = batches(&t, timed(&t, &[(0, 100)], 1000), 1_000_000, 50).await?;
            if complete(&t, &got, 100) {
                sizes(&t, &got, 1_000_000, &[100]);
            }
            Ok(())
        })
        .about("100 items, `max` 1,000,000")
        .budget(512 * KIB);
    grade
        .case("many_items", &[Memory, Correct], |t| async move {
            let count = t.size() / 64;
            let items = t.give(Items::new(count, |n| [n; 8]));
            let (out, mut batches) = mpsc::channel::<Vec<[u64; 8]>>(1);
            let solution = t.solve(|| batch_large(items, 100, Duration::from_secs(1), out));
            let receiver = async {
                let (mut next, mut right) = (0, true);
                while let Some(batch) = batches.recv().await {
                    for item in batch {
                        right &= item[0] == next;
                        next += 1;
                    }
                }
                (next, right)
            };
            let (answer, (received, right)) = tokio::join!(solution, receiver);
            answer.ok()?;
            t.equal("items in all", received, count);
            t.check(Correct, right || received != count, || {
                "the items came out of order".into()
            });
            Ok(())
        })
        .about("items of 64 bytes, `max` 100")
        .budget(256 * KIB)
        .sizes(64 * 50_000, 64 * 200_000);

    grade
        .case(
            "a_slow_receiver",
            &[Backpressure, Correct],
            |t| async move {
                let window = Window::of_items(40);
                let items = t.give(Items::new(2000, item).window(&window));
                let mut all = Vec::new();
                let pause = Duration::from_millis(5);
                run(&t, items, 10, Duration::from_secs(1), pause, |batch| {
                    window.done(batch.numbers.len() as u64);
                    all.push(batch);
                })
                .await?;
                if complete(&t, &all, 2000) {
                    sizes(&t, &all, 10, &[10; 200]);
                }
                Ok(())
            },
        )
        .about("a batch of 10 each 5 ms");
    grade
        .case(
            "nobody_takes_batches",
            &[Backpressure, Cancel],
            |t| async move {
                let window = Window::of_items(40);
                let items = t.give(Items::new(1_000_000, item).window(&window));
                let (out, batches) = mpsc::channel(1);
                let wait = Duration::from_millis(100);
                t.cancel_after(Duration::from_secs(10), || batch(items, 10, wait, out))
                    .await?;
                closed(&t, batches);
                Ok(())
            },
        )
        .about("`max` 10, room for one batch in `out`");
    grade
        .case("the_caller_gives_up", &[Cancel], |t| async move {
            let items = timed(&t, &[(0, 3), (150, 3)], 1_000_000);
            let (out, mut batches) = mpsc::channel(4);
            let wait = Duration::from_millis(100);
            let gives_up = Duration::from_millis(200);
            let (start, mut later) = (Instant::now(), 0);
            let mut solution = Box::pin(t.cancel_after(gives_up, || batch(items, 10, wait, out)));
            loop {
                tokio::select! {
                    biased;
                    ended = &mut solution => break ended?,
                    Some(_) = batches.recv() => later += usize::from(start.elapsed() > gives_up),
                }
            }
            t.check(Cancel, later == 0, || {
                "a batch was sent after the function was gone: something that it started goes on. Dropping a \
                 `JoinHandle`, even one that is being awaited, does not stop its task"
                    .into()
            });
            closed(&t, batches);
            Ok(())
        })
        .about("while it waits for items");

    for (name, about, at, ends, takes, stays) in [
        ("receiver_gone", "from the start", vec![(0, 10)], 10, 0, 0),
        (
            "gone_before_a_full_batch",
            "after one batch of 4",
            vec![(0, 4), (20, 4)],
            500,
            1,
            0,
        ),
        (
            "gone_before_a_timed_batch",
            "after one batch of 4; 2 more items come",
            vec![(0, 4), (20, 2)],
            500,
            1,
            0,
        ),
        (
            "gone_before_the_last_batch",
            "after one batch of 4; 2 more items come, and then the end",
            vec![(0, 4), (20, 2)],
            50,
            1,
            0,
        ),
        (
            "gone_while_the_last_batch_waits",
            "after a second in which it took nothing",
            vec![(0, 4), (20, 2)],
            50,
            0,
            1000,
        ),
    ] {
        grade
            .case(name, &[Errors], move |t| {
                let at = at.clone();
                async move {
                    let got = deserted(
                        &t,
                        timed(&t, &at, ends),
                        4,
                        100,
                        takes,
                        Duration::from_millis(stays),
                    )
                    .await?;
                    t.check(Errors, got.is_err(), || GONE.into());
                    Ok(())
                }
            })
            .about(about);
    }
    grade
        .case("gone_in_the_middle", &[Errors, Early], |t| async move {
            let items = t.give(Items::new(1_000_000, item).item_limit(80));
            let got = deserted(&t, items, 10, 100, 3, Duration::ZERO).await?;
            t.check(Errors, got.is_err(), || GONE.into());
            Ok(())
        })
        .about("after 3 batches of 10, with a million items to come");

    grade.run()
}

/// Whoever receives is told that nothing more will come.
fn closed(t: &Trial, mut batches: mpsc::Receiver<Vec<Item>>) {
    while batches.try_recv().is_ok() {}
    let open = matches!(batches.try_recv(), Err(mpsc::error::TryRecvError::Empty));
    t.check(Cancel, !open, || {
        "`out` is still held after the function is gone, so its receiver waits for more".into()
    });
}
