//! The cases of `map_ordered`: `cargo test -p map_ordered`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::io::{self, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Poll;
use std::time::Duration;

use grader::Criterion::{Backpressure, Cancel, Correct, Early, Errors, Memory, Overlap};
use grader::meter::{Content, Items, Jobs, KIB, MIB, Source, Window, heap};
use grader::{Answer, BoxFuture, ERROR_KINDS, Grade, LocalBoxFuture, Trial, count};
use tokio::io::AsyncReadExt;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep};

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// Taken, and in flight until it is dropped: first it is what a job asks, then what it answers.
pub struct Item {
    number: u64,
    _bytes: Vec<u8>,
    window: Window,
    taken: Instant,
}

impl Drop for Item {
    fn drop(&mut self) {
        self.window.done(1);
    }
}

/// What the jobs ask, and what is noted of them.
#[derive(Clone)]
struct Service {
    takes: fn(u64) -> Duration,
    /// The jobs that ask over a connection of their own, which breaks or takes an hour.
    asks: Arc<Mutex<Vec<(u64, Source)>>>,
    panics: Option<u64>,
    jobs: Jobs,
    done: Arc<AtomicU64>,
}

impl Service {
    /// The job of item `n` takes `takes(n)`. At most `limit` jobs may be under way.
    fn new(limit: u64, takes: fn(u64) -> Duration) -> Self {
        Service {
            takes,
            asks: Arc::default(),
            panics: None,
            jobs: Jobs::new(limit),
            done: Arc::default(),
        }
    }

    /// In the job of item `number`, a connection breaks.
    fn breaks(self, t: &Trial, number: u64, kind: ErrorKind) -> Self {
        let connection = Source::new(Content::exactly("an answer"));
        let connection = t.give(connection.fails_at(0).fails_with(kind));
        lock(&self.asks).push((number, connection));
        self
    }

    /// In the job of item `number`, an answer takes an hour.
    fn takes_an_hour(self, t: &Trial, number: u64) -> Self {
        lock(&self.asks).push((number, an_hour(t)));
        self
    }

    fn panics(mut self, number: u64) -> Self {
        self.panics = Some(number);
        self
    }

    async fn ask(self, item: Item) -> anyhow::Result<Item> {
        let _job = self.jobs.start();
        let number = item.number;
        let time = (self.takes)(number);
        if time > Duration::ZERO {
            sleep(time).await;
        }
        let asks = lock(&self.asks)
            .extract_if(.., |(n, _)| *n == number)
            .next();
        if let Some((_, mut connection)) = asks {
            connection.read_u16().await?;
        }
        assert!(self.panics != Some(number), "a job panicked (on purpose)");
        self.done.fetch_add(1, Relaxed);
        Ok(item)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `count` items of `bytes` bytes; at most `ahead` may be in flight.
fn items(t: &Trial, count: u64, bytes: usize, ahead: u64) -> Items<Item> {
    let window = Window::of_items(ahead);
    let of = window.clone();
    let make = move |number| Item {
        number,
        _bytes: vec![1; bytes],
        window: of.clone(),
        taken: Instant::now(),
    };
    t.give(Items::new(count, make).sized(bytes as u64).window(&window))
}

/// Two bytes, with an hour between them that counts as needed.
fn an_hour(t: &Trial) -> Source {
    t.give(Source::new(Content::exactly("an answer")).paced(1, HOUR))
}

/// Who takes the answers: after a pause before each, or an hour before one of them, and no more than so many.
#[derive(Clone, Copy)]
struct Reader {
    pause: fn(u64) -> Duration,
    an_hour_before: Option<u64>,
    most: u64,
}

const READER: Reader = Reader {
    pause: |_| Duration::ZERO,
    an_hour_before: None,
    most: u64::MAX,
};

/// What came of the answers.
#[derive(Default)]
struct Got {
    answers: u64,
    /// The first answer that was not the next: where it came, and which it was.
    wrong: Option<(u64, u64)>,
    /// The longest time from taking an item to delivering its answer.
    latest: Duration,
    /// Whether `out` had been dropped when the function had returned.
    ended: bool,
}

impl Got {
    fn note(&mut self, answer: &Item) {
        if answer.number != self.answers {
            self.wrong.get_or_insert((self.answers, answer.number));
        }
        self.answers += 1;
        self.latest = self.latest.max(answer.taken.elapsed());
    }

    fn in_order(&self, t: &Trial) {
        t.check(Correct, self.wrong.is_none(), || {
            let (place, number) = self.wrong.unwrap_or_default();
            format!(
                "answer {} came where answer {} was due",
                number + 1,
                place + 1
            )
        });
    }

    fn whole(&self, t: &Trial, count: u64) {
        self.in_order(t);
        if self.answers < count {
            t.wrong(
                Correct,
                format!(
                    "{} of {count} answers came: one is delivered when its `send` has returned `Ok`, and is lost with a \
                     `send` that is dropped while it waits",
                    self.answers
                ),
            );
        } else {
            t.equal("answers that came", self.answers, count);
        }
        t.check(Correct, self.ended, || {
            "`out` is still held when the function has returned, so its reader waits for more"
                .into()
        });
    }
}

/// Runs the solution beside its reader, and sees to it that nothing goes on when it has returned.
async fn run(
    t: &Trial,
    items: Items<Item>,
    limit: usize,
    service: Service,
    reader: Reader,
) -> (Answer<()>, Got) {
    let (jobs, done) = (service.jobs.clone(), service.done.clone());
    let hour = reader.an_hour_before.map(|n| (n, an_hour(t)));
    let (at_return, mut got) = (AtomicU64::new(u64::MAX), Got::default());
    let solution = || async {
        let (out, mut answers) = mpsc::channel(1);
        let (over, mut hour) = (Notify::new(), hour);
        let work = move |item| service.clone().ask(item);
        let solve = async {
            let result = map_ordered(items, limit, work, out).await;
            at_return.store(done.load(Relaxed), Relaxed);
            over.notify_one();
            result
        };
        let got = &mut got;
        let read = async {
            while got.answers < reader.most {
                sleep_if((reader.pause)(got.answers)).await;
                if let Some((_, mut hour)) = hour.take_if(|(n, _)| *n == got.answers) {
                    hour.read_u16().await?;
                }
                // What the solution has sent by its return is taken; what comes later is too late.
                let answer: Option<Item> = tokio::select! {
                    biased;
                    answer = answers.recv() => answer,
                    () = over.notified() => None,
                };
                match answer {
                    Some(answer) => got.note(&answer),
                    None => break,
                }
            }
            got.ended = answers.is_closed();
            drop(answers);
            anyhow::Ok(())
        };
        let (result, read) = tokio::join!(solve, read);
        read.and(result)
    };
    let answer = t.solve(solution).await;
    let at_return = at_return.load(Relaxed);
    let later = done.load(Relaxed).saturating_sub(at_return);
    t.check(Cancel, later == 0, || {
        format!(
            "{} done after the function had returned: they were started, and then neither waited \
             for nor stopped",
            count(later, "job was", "jobs were")
        )
    });
    idle(t, &jobs);
    (answer, got)
}

async fn sleep_if(time: Duration) {
    if time > Duration::ZERO {
        sleep(time).await;
    }
}

fn idle(t: &Trial, jobs: &Jobs) {
    let running = jobs.running();
    t.check(Cancel, running == 0, || {
        format!(
            "{} still at work although the function is gone: nothing stopped them",
            count(running, "job is", "jobs are")
        )
    });
}

const LIMIT: usize = 8;
/// Places, one answer in the channel, one in hand on the way there, one item that was taken before there was a
/// place for it, and one to spare.
const AHEAD: u64 = LIMIT as u64 + 4;

/// `map_ordered`, as the cases call it.
pub type Solution =
    fn(Items<Item>, usize, Work, mpsc::Sender<Item>) -> LocalBoxFuture<'static, anyhow::Result<()>>;

/// A job.
pub type Work = Arc<dyn Fn(Item) -> BoxFuture<'static, anyhow::Result<Item>> + Send + Sync>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn map_ordered<F>(
    items: Items<Item>,
    limit: usize,
    work: impl Fn(Item) -> F + Send + Sync + 'static,
    out: mpsc::Sender<Item>,
) -> LocalBoxFuture<'static, anyhow::Result<()>>
where
    F: Future<Output = anyhow::Result<Item>> + Send + 'static,
{
    let work: Work = Arc::new(move |item| Box::pin(work(item)));
    SOLUTION.get().expect("`grade` sets it")(items, limit, work, out)
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade.read_next("12. Concurrency is a buffer", "src/concurrency.md");

    for (name, count, limit) in [
        ("three_items", 3, 2),
        ("no_item", 0, 8),
        ("as_many_items_as_places", 8, 8),
        ("fewer_items_than_places", 5, 64),
        ("one_at_a_time", 20, 1),
        ("a_thousand_items", 1000, 8),
    ] {
        grade.case(name, &[Correct, Backpressure], move |t| async move {
            let service = Service::new(limit, |n| MS * (n * 7919 % 13) as u32);
            let items = items(&t, count, 0, limit + 4).shaped(&[true, false]);
            let (answer, got) = run(&t, items, limit as usize, service, READER).await;
            answer.ok()?;
            got.whole(&t, count);
            Ok(())
        });
    }
    grade
        .case("a_slow_reader", &[Correct, Backpressure], |t| async move {
            let slow = Reader {
                pause: |n| if n == 3 { 20 * SECOND } else { 20 * MS },
                ..READER
            };
            let service = Service::new(8, |_| MS);
            let (answer, got) = run(&t, items(&t, 200, 0, AHEAD), LIMIT, service, slow).await;
            answer.ok()?;
            got.whole(&t, 200);
            Ok(())
        })
        .about("takes an answer in 20 ms, and once nothing for 20 s");
    grade
        .case("a_slow_head", &[Correct, Backpressure], |t| async move {
            let takes = |n| if n == 0 { 20 * SECOND } else { 10 * MS };
            let service = Service::new(8, takes);
            let (answer, got) = run(&t, items(&t, 500, 0, AHEAD), LIMIT, service, READER).await;
            answer.ok()?;
            got.whole(&t, 500);
            Ok(())
        })
        .about("the first job takes 20 s, the others 10 ms");

    grade
        .case("an_hour", &[Correct], |t| async move {
            let service = Service::new(8, |_| MS).takes_an_hour(&t, 3);
            let items = items(&t, 7, 0, AHEAD).begins_after(HOUR).paced(3, HOUR);
            let slow = Reader {
                an_hour_before: Some(5),
                ..READER
            };
            let (answer, got) = run(&t, items, LIMIT, service, slow).await;
            answer.ok()?;
            got.in_order(&t);
            t.check(Correct, got.answers == 7, || {
                format!(
                    "{} of 7 answers came: a source that is quiet for an hour has not ended, and a job or the reader \
                     may take that long",
                    got.answers
                )
            });
            Ok(())
        })
        .about("three items after each hour; the fourth job takes an hour, and then so does the reader");

    for (name, about, count, limit, takes, most) in [
        (
            "eight_at_once",
            "each job takes 100 ms",
            100,
            8,
            (|_| 100 * MS) as fn(u64) -> Duration,
            1400 * MS,
        ),
        (
            "sixty_four_at_once",
            "each job takes 50 ms",
            640,
            64,
            |_| 50 * MS,
            530 * MS,
        ),
        (
            "slow_ones_side_by_side",
            "every sixth job takes 100 ms, the others 10 ms",
            240,
            8,
            |n| if n % 6 == 5 { 100 * MS } else { 10 * MS },
            2500 * MS,
        ),
    ] {
        grade
            .case(name, &[Overlap, Backpressure], move |t| async move {
                let service = Service::new(limit, takes);
                let items = items(&t, count, 0, limit + 4);
                run(&t, items, limit as usize, service, READER)
                    .await
                    .0
                    .ok()?;
                t.overlapped(most);
                Ok(())
            })
            .about(about);
    }
    for (name, about, every) in [
        (
            "a_quiet_source",
            "three items, then 30 s without any, then three more",
            3,
        ),
        (
            "a_source_of_single_items",
            "two items, and 30 s between them",
            1,
        ),
    ] {
        grade
            .case(name, &[Early], move |t| async move {
                let service = Service::new(8, |_| 100 * MS);
                let items = items(&t, 2 * every, 0, AHEAD).paced(every, 30 * SECOND);
                let (answer, got) = run(&t, items, LIMIT, service, READER).await;
                answer.ok()?;
                t.check(Early, got.latest <= SECOND, || {
                    format!(
                        "an answer came {} s after its item, although its job takes 100 ms and \
                     those before it were done: it waited for more items",
                        got.latest.as_secs()
                    )
                });
                Ok(())
            })
            .about(about);
    }
    for (name, about, takes) in [
        (
            "the_reader_goes_away",
            "after 10 of 1000 answers",
            (|_| MS) as fn(u64) -> Duration,
        ),
        (
            "the_reader_goes_away_at_a_slow_head",
            "the eleventh job takes 10 s",
            |n| {
                if n == 10 { 10 * SECOND } else { MS }
            },
        ),
        (
            "the_reader_goes_away_from_slow_jobs",
            "after 10 of 1000 answers, and the eight jobs behind the eleventh take 30 s",
            |n| {
                if (11..19).contains(&n) {
                    30 * SECOND
                } else {
                    MS
                }
            },
        ),
    ] {
        grade
            .case(name, &[Early, Cancel], move |t| async move {
                let service = Service::new(8, takes);
                let jobs = service.jobs.clone();
                let leaves = Reader { most: 10, ..READER };
                let items = items(&t, 1000, 0, AHEAD);
                let (answer, _) = run(&t, items, LIMIT, service, leaves).await;
                let started = jobs.started();
                t.check(Early, started <= 32, || {
                    format!("{started} jobs were started although the reader had gone away after 10 answers")
                });
                answer.err_for(Early, "the reader had gone away, and 990 answers went nowhere")?;
                Ok(())
            })
            .about(about);
    }

    for (name, about, most) in [
        (
            "the_reader_misses_the_last_answer",
            "it goes away after 99 of 100, and the last job takes 1 s",
            99,
        ),
        (
            "the_reader_misses_the_last_five_answers",
            "it goes away after 95 of 100, and the next job takes 1 s",
            95,
        ),
    ] {
        grade
            .case(name, &[Errors, Cancel], move |t| async move {
                let service = Service::new(8, |n| if n == 95 || n == 99 { SECOND } else { MS });
                let leaves = Reader { most, ..READER };
                let (answer, _) = run(&t, items(&t, 100, 0, AHEAD), LIMIT, service, leaves).await;
                answer.err_for(
                    Errors,
                    "the reader had gone away, and the last answers went nowhere",
                )?;
                Ok(())
            })
            .about(about);
    }

    grade
        .case("a_long_list", &[Memory, Correct], |t| async move {
            let count = t.size() / (16 * KIB);
            let takes = |n| match n % 500 {
                7 => 500 * MS,
                n => MS * (n % 16 == 0) as u32,
            };
            let service = Service::new(8, takes);
            let items = items(&t, count, 16 * 1024, AHEAD);
            let (answer, got) = run(&t, items, LIMIT, service, READER).await;
            answer.ok()?;
            got.whole(&t, count);
            Ok(())
        })
        .about("items and answers of 16 KiB, limit 8; one job in 500 is slow")
        .budget(512 * KIB)
        .sizes(32 * MIB, 128 * MIB);
    grade
        .case("many_lists", &[Memory, Correct], |t| async move {
            let times = t.size() / (16 * KIB);
            let lists: Vec<_> = (0..times).map(|_| items(&t, 16, 1024, u64::MAX)).collect();
            let service = Service::new(u64::MAX, |n| MS * (n % 3) as u32);
            let all = t.solve(|| async {
                let mut all = 0;
                for items in lists {
                    let (service, (out, mut answers)) = (service.clone(), mpsc::channel(16));
                    map_ordered(items, LIMIT, move |item| service.clone().ask(item), out).await?;
                    while answers.try_recv().is_ok() {
                        all += 1;
                    }
                }
                Ok(all)
            });
            let all: u64 = all.await.ok()?;
            t.equal("answers in all", all, 16 * times);
            Ok(())
        })
        .about("of 16 items, one after the other")
        .budget(512 * KIB)
        .sizes(500 * 16 * KIB, 2000 * 16 * KIB);
    grade.case("after_bad_ends", &[Memory], |t| async move {
        let mut before = 0;
        for call in 0..129 {
            if call == 1 {
                before = heap::live();
            }
            let service = || Service::new(8, |_| MS);
            for service in [
                service().breaks(&t, 3, ErrorKind::Other),
                service().panics(3),
            ] {
                let (items, (out, _answers)) = (items(&t, 16, 0, u64::MAX), mpsc::channel(16));
                let solution =
                    || map_ordered(items, LIMIT, move |item| service.clone().ask(item), out);
                drop(t.solve(solution).await);
            }
            let (service, items) = (service(), items(&t, 16, 0, u64::MAX).paced(8, HOUR));
            let (out, _answers) = mpsc::channel(16);
            let given_up = t.cancel_after(SECOND, || {
                map_ordered(items, LIMIT, move |item| service.clone().ask(item), out)
            });
            drop(given_up.await);
        }
        let after =
            "128 lists with a job that failed, 128 with one that panicked, and 128 that were given up";
        t.let_go(before, 8 * KIB, after);
        Ok(())
    });

    for (name, about, count, number, takes, kind) in [
        (
            "the_first_job_fails",
            "",
            1000,
            0,
            (|_| 2 * MS) as fn(u64) -> Duration,
            ErrorKind::Other,
        ),
        (
            "a_job_fails",
            "the 21st of 1000",
            1000,
            20,
            |_| 2 * MS,
            ErrorKind::ConnectionReset,
        ),
        (
            "a_job_fails_behind_a_slow_one",
            "the 21st at once, the 18th takes 10 s",
            1000,
            20,
            |n| match n {
                17 => 10 * SECOND,
                20 => Duration::ZERO,
                _ => 2 * MS,
            },
            ErrorKind::BrokenPipe,
        ),
        (
            "a_late_job_fails",
            "the 9,001st of 10,000",
            10_000,
            9_000,
            |_| 2 * MS,
            ErrorKind::NotFound,
        ),
        (
            "the_last_job_fails",
            "",
            100,
            99,
            |_| 2 * MS,
            ErrorKind::TimedOut,
        ),
    ] {
        grade
            .case(name, &[Errors, Early, Cancel], move |t| async move {
                let service = Service::new(8, takes).breaks(&t, number, kind);
                let jobs = service.jobs.clone();
                let items = items(&t, count, 0, AHEAD);
                let (answer, got) = run(&t, items, LIMIT, service, READER).await;
                let (most, started) = (number + 20, jobs.started());
                t.check(Early, started <= most, || {
                    format!("{started} jobs were started although the job of item {} had failed", number + 1)
                });
                answer.err(&format!("the job of item {} failed", number + 1))?;
                if got.answers <= number {
                    got.in_order(&t);
                }
                t.check(Errors, got.answers >= number, || {
                    format!(
                        "{number} answers were due before the error, and {} came: an error has its turn, after the \
                         answers to the items before it",
                        got.answers
                    )
                });
                t.check(Errors, got.answers <= number, || {
                    format!(
                        "{number} answers were due, and {} came: what comes after an error is not delivered",
                        got.answers
                    )
                });
                Ok(())
            })
            .about(about);
    }
    grade
        .case(
            "a_job_fails_while_others_work",
            &[Errors, Cancel],
            |t| async move {
                for count in [9, 8, 3] {
                    let takes = |n| if n == 0 { 10 * MS } else { 30 * SECOND };
                    let service = Service::new(8, takes).breaks(&t, 0, ErrorKind::Other);
                    let (answer, _) =
                        run(&t, items(&t, count, 0, AHEAD), LIMIT, service, READER).await;
                    answer.err("the job of the first item failed")?;
                    at_once(&t, "it waited for the jobs behind it, which take 30 s");
                }
                Ok(())
            },
        )
        .about("the first fails after 10 ms, the others take 30 s");
    grade
        .case(
            "a_job_fails_and_the_source_is_quiet",
            &[Errors, Cancel],
            |t| async move {
                let service = Service::new(8, |_| 10 * MS).breaks(&t, 1, ErrorKind::Other);
                let items = items(&t, 6, 0, AHEAD).paced(3, 30 * SECOND);
                let (answer, _) = run(&t, items, LIMIT, service, READER).await;
                answer.err("the job of the second item failed")?;
                at_once(&t, "nobody looked at it while the next item was waited for");
                Ok(())
            },
        )
        .about("three items, then 30 s without any");
    grade
        .case("two_jobs_fail", &[Errors], |t| async move {
            let service = Service::new(8, |n| match n {
                17 => 100 * MS,
                20 => Duration::ZERO,
                _ => 2 * MS,
            });
            let service = service
                .breaks(&t, 17, ErrorKind::NotFound)
                .breaks(&t, 20, ErrorKind::BrokenPipe);
            let (answer, _) = run(&t, items(&t, 100, 0, AHEAD), LIMIT, service, READER).await;
            let error = answer.err("the job of item 18 failed")?;
            let other = error.chain().any(|e| {
                let e = e.downcast_ref::<io::Error>();
                e.is_some_and(|e| e.kind() == ErrorKind::BrokenPipe)
            });
            t.check(Errors, !other, || {
                "the error of item 21 came in the turn of item 18, whose job had failed later and in \
                 another way"
                    .into()
            });
            Ok(())
        })
        .about("the 21st at once, the 18th after 100 ms");
    grade
        .case("a_job_fails_in_any_way", &[Errors], |t| async move {
            for kind in ERROR_KINDS {
                let service = Service::new(8, |_| MS).breaks(&t, 20, kind);
                let items = items(&t, 100, 0, AHEAD);
                let (answer, _) = run(&t, items, LIMIT, service, READER).await;
                answer.err(&format!("the job of item 21 failed with {kind:?}"))?;
            }
            Ok(())
        })
        .about("an error of each kind in turn");
    for (name, about, number, in_work) in [
        ("a_job_panics", "the 21st of 100", 20, false),
        ("the_last_job_panics", "", 99, false),
        (
            "work_panics",
            "`work` itself, for the 21st of 100 items",
            20,
            true,
        ),
    ] {
        grade
            .case(name, &[Errors], move |t| async move {
                let service = Service::new(8, |_| MS).panics(number);
                let items = items(&t, 100, 0, u64::MAX);
                let work = move |item: Item| {
                    assert!(
                        !in_work || item.number != number,
                        "`work` panicked (on purpose)"
                    );
                    service.clone().ask(item)
                };
                // A panic that is passed on tells the caller as well as an error does.
                let told = t.value(|| async {
                    let (out, mut answers) = mpsc::channel(100);
                    let mut solution = Box::pin(map_ordered(items, LIMIT, work, out));
                    let told = std::future::poll_fn(|cx| {
                        while let Poll::Ready(Some(answer)) = answers.poll_recv(cx) {
                            drop(answer);
                        }
                        match catch_unwind(AssertUnwindSafe(|| solution.as_mut().poll(cx))) {
                            Ok(Poll::Pending) => Poll::Pending,
                            Ok(Poll::Ready(result)) => Poll::Ready(result.is_err()),
                            Err(_) => Poll::Ready(true),
                        }
                    });
                    told.await
                });
                let told = told.await?;
                t.check(Errors, told, || {
                    let number = number + 1;
                    if in_work {
                        format!(
                            "it returned `Ok` although `work` itself had panicked for item {number}: a panic in a task \
                             shows when that is joined, and to its channel it looks like the end"
                        )
                    } else {
                        format!("it returned `Ok` although the job of item {number} had panicked")
                    }
                });
                Ok(())
            })
            .about(about);
    }

    for (name, about, count, every, takes) in [
        (
            "the_caller_gives_up",
            "each job takes an hour",
            1000,
            1000,
            (|_| HOUR) as fn(u64) -> Duration,
        ),
        (
            "the_caller_gives_up_while_it_is_quiet",
            "three items, then an hour without any",
            1000,
            3,
            |_| MS,
        ),
        (
            "the_caller_gives_up_on_the_last_job",
            "five items, and the fifth job takes an hour",
            5,
            1000,
            |n| if n == 4 { HOUR } else { MS },
        ),
    ] {
        grade
            .case(name, &[Cancel], move |t| async move {
                let service = Service::new(8, takes);
                let jobs = service.jobs.clone();
                let work = move |item| service.clone().ask(item);
                let items = items(&t, count, 0, AHEAD).paced(every, HOUR);
                let (out, _answers) = mpsc::channel(8);
                t.cancel_after(2 * SECOND, || map_ordered(items, LIMIT, work, out))
                    .await?;
                idle(&t, &jobs);
                Ok(())
            })
            .about(about);
    }
    grade.case(
        "the_caller_gives_up_while_nobody_reads",
        &[Cancel],
        |t| async move {
            let service = Service::new(8, |_| MS);
            let jobs = service.jobs.clone();
            let work = move |item| service.clone().ask(item);
            let items = items(&t, 1000, 0, AHEAD);
            let (out, answers) = mpsc::channel(1);
            t.cancel_after(2 * SECOND, || map_ordered(items, LIMIT, work, out))
                .await?;
            idle(&t, &jobs);
            t.check(Cancel, answers.is_closed(), || {
                "`out` is still held although the function is gone, so its reader waits forever"
                    .into()
            });
            Ok(())
        },
    );

    grade.run()
}

/// Of a run that had to end with an error: it came within a second.
fn at_once(t: &Trial, meanwhile: &str) {
    let took = t.elapsed();
    t.check(Errors, took <= SECOND, || {
        format!(
            "the error of a job came to the caller after {} s: {meanwhile}",
            took.as_secs()
        )
    });
}
