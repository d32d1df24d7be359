//! The cases of `for_each_limited`: `cargo test -p for_each_limited`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::io::ErrorKind;
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
use tokio::time::{Instant, sleep};

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const REFUSED: &str = "the mail service knows no such address (on purpose)";

/// Taken, and not dealt with until it is dropped.
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
    /// The job that asks over a connection of its own, which breaks or takes an hour.
    asks: Arc<Mutex<Option<(u64, Source)>>>,
    panics: Option<u64>,
    refuses: Option<u64>,
    jobs: Jobs,
    done: Arc<AtomicU64>,
    log: Arc<Mutex<Option<Vec<Entry>>>>,
}

/// A job that is done.
struct Entry {
    number: u64,
    taken: Instant,
    started: Instant,
    ended: Instant,
}

impl Service {
    /// The job of item `n` takes `takes(n)`. At most `limit` jobs may be under way.
    fn new(limit: u64, takes: fn(u64) -> Duration) -> Self {
        Service {
            takes,
            asks: Arc::default(),
            panics: None,
            refuses: None,
            jobs: Jobs::new(limit),
            done: Arc::default(),
            log: Arc::default(),
        }
    }

    /// In the job of item `number`, a connection breaks.
    fn breaks(self, t: &Trial, number: u64, kind: ErrorKind) -> Self {
        let connection = Source::new(Content::exactly("an answer"));
        let connection = t.give(connection.fails_at(0).fails_with(kind));
        *lock(&self.asks) = Some((number, connection));
        self
    }

    /// In the job of item `number`, an answer takes an hour.
    fn takes_an_hour(self, t: &Trial, number: u64) -> Self {
        let connection = Source::new(Content::exactly("an answer"));
        *lock(&self.asks) = Some((number, t.give(connection.paced(1, HOUR))));
        self
    }

    fn panics(mut self, number: u64) -> Self {
        self.panics = Some(number);
        self
    }

    /// The job of item `number` fails, and with no error of a connection.
    fn refuses(mut self, number: u64) -> Self {
        self.refuses = Some(number);
        self
    }

    fn logged(self) -> Self {
        *lock(&self.log) = Some(Vec::new());
        self
    }

    async fn ask(self, item: Item) -> anyhow::Result<()> {
        let _job = self.jobs.start();
        let (number, taken, started) = (item.number, item.taken, Instant::now());
        let time = (self.takes)(number);
        if time > Duration::ZERO {
            sleep(time).await;
        }
        let asks = lock(&self.asks).take_if(|(n, _)| *n == number);
        if let Some((_, mut connection)) = asks {
            connection.read_u16().await?;
        }
        assert!(self.panics != Some(number), "a job panicked (on purpose)");
        anyhow::ensure!(self.refuses != Some(number), REFUSED);
        if let Some(log) = &mut *lock(&self.log) {
            let ended = Instant::now();
            log.push(Entry {
                number,
                taken,
                started,
                ended,
            });
        }
        self.done.fetch_add(1, Relaxed);
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `count` items of `bytes` bytes; at most `ahead` may be taken and not dealt with.
fn items(t: &Trial, count: u64, bytes: usize, ahead: u64) -> Items<Item> {
    items_seen(t, count, bytes, ahead, |_| ())
}

/// The same, and `look` is called when one is taken.
fn items_seen(
    t: &Trial,
    count: u64,
    bytes: usize,
    ahead: u64,
    mut look: impl FnMut(u64) + Send + 'static,
) -> Items<Item> {
    let window = Window::of_items(ahead);
    let of = window.clone();
    let make = move |number| {
        look(number);
        Item {
            number,
            _bytes: vec![1; bytes],
            window: of.clone(),
            taken: Instant::now(),
        }
    };
    t.give(Items::new(count, make).sized(bytes as u64).window(&window))
}

/// Runs the solution, and sees to it that nothing goes on when it has returned. Tells how many jobs were done
/// by then, too.
async fn run(t: &Trial, items: Items<Item>, limit: usize, service: Service) -> (Answer<u64>, u64) {
    let (jobs, done) = (service.jobs.clone(), service.done.clone());
    let at_return = AtomicU64::new(u64::MAX);
    let solution = || async {
        let result = for_each_limited(items, limit, move |item| service.clone().ask(item)).await;
        at_return.store(done.load(Relaxed), Relaxed);
        result
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
    (answer, at_return)
}

fn idle(t: &Trial, jobs: &Jobs) {
    let running = jobs.running();
    t.check(Cancel, running == 0, || {
        format!(
            "{} still at work although the function is gone: nothing stopped what it had started",
            count(running, "job is", "jobs are")
        )
    });
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

const LIMIT: usize = 8;
/// Places, one item that was taken before there was a place for it, and one in hand.
const AHEAD: u64 = LIMIT as u64 + 2;

/// `for_each_limited`, as the cases call it.
pub type Solution = fn(Items<Item>, usize, Work) -> LocalBoxFuture<'static, anyhow::Result<u64>>;

/// A job.
pub type Work = Arc<dyn Fn(Item) -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn for_each_limited<F>(
    items: Items<Item>,
    limit: usize,
    work: impl Fn(Item) -> F + Send + Sync + 'static,
) -> LocalBoxFuture<'static, anyhow::Result<u64>>
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let work: Work = Arc::new(move |item| Box::pin(work(item)));
    SOLUTION.get().expect("`grade` sets it")(items, limit, work)
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
            let service = Service::new(limit, |n| MS * (n * 7919 % 13) as u32).logged();
            let log = service.log.clone();
            let items = items(&t, count, 0, limit + 2).shaped(&[true, false]);
            let (answer, done) = run(&t, items, limit as usize, service).await;
            let n = answer.ok()?;
            let log = lock(&log).take().unwrap_or_default();
            let mut numbers: Vec<u64> = log.iter().map(|entry| entry.number).collect();
            numbers.sort();
            numbers.dedup();
            t.equal("jobs that were done when it returned", done, count);
            t.equal("items whose job was done", numbers.len() as u64, count);
            t.equal("items in the number that it returned", n, count);
            Ok(())
        });
    }

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
            "two_hundred_at_once",
            "each job takes 50 ms",
            1000,
            200,
            |_| 50 * MS,
            300 * MS,
        ),
        (
            "a_slow_job_now_and_then",
            "every twentieth job takes 1 s, the others 10 ms",
            400,
            8,
            |n| if n % 20 == 0 { SECOND } else { 10 * MS },
            4500 * MS,
        ),
        (
            "seven_slow_jobs",
            "the first seven jobs take 5 s, the 80 others 50 ms",
            87,
            8,
            |n| if n < 7 { 5 * SECOND } else { 50 * MS },
            5300 * MS,
        ),
    ] {
        grade
            .case(name, &[Overlap, Backpressure], move |t| async move {
                let service = Service::new(limit, takes);
                let items = items(&t, count, 0, limit + 2);
                run(&t, items, limit as usize, service).await.0.ok()?;
                t.overlapped(most);
                Ok(())
            })
            .about(about);
    }
    grade
        .case("a_quiet_source", &[Early, Overlap], |t| async move {
            for at_once in [1, 3] {
                let service = Service::new(8, |_| 100 * MS).logged();
                let log = service.log.clone();
                let items = items(&t, 2 * at_once, 0, AHEAD).paced(at_once, 30 * SECOND);
                run(&t, items, LIMIT, service).await.0.ok()?;
                let log = lock(&log).take().unwrap_or_default();
                let late = log.iter().map(|job| job.started - job.taken).max();
                t.check(Early, late <= Some(SECOND), || {
                    format!(
                        "a job began {} s after its item had been taken, although places were free: it waited for \
                         more items",
                        late.unwrap_or_default().as_secs()
                    )
                });
                let long = log.iter().map(|job| job.ended - job.started).max();
                t.check(Overlap, long <= Some(SECOND), || {
                    format!(
                        "a job of 100 ms took {} s: it stood still while the next item was waited for",
                        long.unwrap_or_default().as_secs()
                    )
                });
            }
            Ok(())
        })
        .about("one item or three, then 30 s without any, then as many again");

    grade
        .case("an_hour", &[Correct], |t| async move {
            let service = Service::new(8, |_| MS).takes_an_hour(&t, 6);
            let items = items(&t, 7, 0, AHEAD).begins_after(HOUR).paced(3, HOUR);
            let (answer, done) = run(&t, items, LIMIT, service).await;
            let n = answer.ok()?;
            t.check(Correct, done == 7, || {
                format!(
                    "{done} of 7 jobs were done when it returned: a source that is quiet for an hour has not ended, \
                     and a job may take that long"
                )
            });
            t.equal("items in the number that it returned", n, 7);
            Ok(())
        })
        .about("three items an hour, the first after one; the last job takes an hour");

    grade
        .case("done_and_gone", &[Memory], |t| async move {
            let service = Service::new(u64::MAX, |n| MS * (n % 4) as u32);
            let done = service.done.clone();
            let seen = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
            let at_last = seen.clone();
            let mut first = 0;
            let look = move |number| {
                let live = heap::live() as u64;
                if number == 0 {
                    first = live;
                }
                at_last[0].store(live.saturating_sub(first), Relaxed);
                at_last[1].store(number - done.load(Relaxed), Relaxed);
            };
            let items = items_seen(&t, 4000, 0, u64::MAX, look);
            run(&t, items, LIMIT, service).await.0.ok()?;
            let [kib, ahead] = [seen[0].load(Relaxed) / KIB, seen[1].load(Relaxed)];
            t.check(Memory, kib <= 256, || {
                if ahead <= AHEAD {
                    format!(
                        "{kib} KiB were held when all but {ahead} of 4,000 jobs were done: something of each job \
                         stays when it is over, as a finished task does until it is joined"
                    )
                } else {
                    format!(
                        "{kib} KiB were held when the last item was taken, since {ahead} of 4,000 items were waiting \
                         or at work by then"
                    )
                }
            });
            Ok(())
        })
        .about("4,000 short jobs, limit 8");
    grade
        .case("a_long_list", &[Memory, Correct], |t| async move {
            let count = t.size() / KIB;
            let takes = |n| match n % 1000 {
                0 => 100 * MS,
                n => MS * (n % 16 == 0) as u32,
            };
            let items = items(&t, count, 1024, AHEAD);
            let (answer, _) = run(&t, items, LIMIT, Service::new(8, takes)).await;
            t.equal("items in the number that it returned", answer.ok()?, count);
            Ok(())
        })
        .about("items of 1 KiB, limit 8")
        .budget(256 * KIB)
        .sizes(16 * MIB, 64 * MIB);
    grade
        .case("many_lists", &[Memory, Correct], |t| async move {
            let times = t.size() / (16 * KIB);
            let lists: Vec<_> = (0..times).map(|_| items(&t, 16, 1024, u64::MAX)).collect();
            let service = Service::new(u64::MAX, |n| MS * (n % 3) as u32);
            let all = t.solve(|| async {
                let mut all = 0;
                for items in lists {
                    let service = service.clone();
                    all += for_each_limited(items, LIMIT, move |item| service.clone().ask(item))
                        .await?;
                }
                Ok(all)
            });
            let all = all.await.ok()?;
            t.equal("items in the numbers that it returned", all, 16 * times);
            Ok(())
        })
        .about("of 16 items, one after the other")
        .budget(256 * KIB)
        .sizes(500 * 16 * KIB, 2000 * 16 * KIB);

    for (name, about, count, number, kind) in [
        ("the_first_job_fails", "", 1000, 0, ErrorKind::Other),
        (
            "a_job_fails",
            "the 41st of 1000",
            1000,
            40,
            ErrorKind::ConnectionReset,
        ),
        (
            "a_late_job_fails",
            "the 9,001st of 10,000",
            10_000,
            9_000,
            ErrorKind::BrokenPipe,
        ),
        (
            "one_of_the_last_fails",
            "the 96th of 100",
            100,
            95,
            ErrorKind::UnexpectedEof,
        ),
        ("the_last_job_fails", "", 100, 99, ErrorKind::TimedOut),
        ("the_only_job_fails", "", 1, 0, ErrorKind::NotFound),
    ] {
        grade
            .case(name, &[Errors, Early, Cancel], move |t| async move {
                let service = Service::new(8, |_| 2 * MS).breaks(&t, number, kind);
                let jobs = service.jobs.clone();
                let (answer, _) = run(&t, items(&t, count, 0, AHEAD), LIMIT, service).await;
                let (most, started) = (number + 20, jobs.started());
                t.check(Early, started <= most, || {
                    format!(
                        "{started} jobs were started although the job of item {} had failed",
                        number + 1
                    )
                });
                answer.err(&format!("the job of item {} failed", number + 1))?;
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
                    let (answer, _) = run(&t, items(&t, count, 0, AHEAD), LIMIT, service).await;
                    answer.err("the job of the first item failed")?;
                    at_once(&t, "it waited for the jobs beside it, which take 30 s");
                }
                Ok(())
            },
        )
        .about("the first fails after 10 ms, the others take 30 s; 9, 8 and 3 items where 8 may be at work");
    grade
        .case(
            "a_job_fails_and_the_source_is_quiet",
            &[Errors, Cancel],
            |t| async move {
                for every in [1, 3] {
                    let service =
                        Service::new(8, |_| 10 * MS).breaks(&t, every - 1, ErrorKind::Other);
                    let items = items(&t, 2 * every, 0, AHEAD).paced(every, 30 * SECOND);
                    let (answer, _) = run(&t, items, LIMIT, service).await;
                    answer.err("the job of the second item failed")?;
                    at_once(&t, "nobody looked at it while the next item was waited for");
                }
                Ok(())
            },
        )
        .about("an item or three, then 30 s without any");
    grade
        .case(
            "a_job_fails_without_a_wait",
            &[Errors, Cancel],
            |t| async move {
                let service = Service::new(8, |_| Duration::ZERO).breaks(&t, 40, ErrorKind::Other);
                let (answer, _) = run(&t, items(&t, 1000, 0, AHEAD), LIMIT, service).await;
                answer.err("the job of item 41 failed")?;
                Ok(())
            },
        )
        .about("each job is done, or fails, when it is polled for the first time");
    grade
        .case("a_job_fails_in_any_way", &[Errors], |t| async move {
            for kind in ERROR_KINDS {
                let service = Service::new(8, |_| MS).breaks(&t, 20, kind);
                let (answer, _) = run(&t, items(&t, 100, 0, AHEAD), LIMIT, service).await;
                answer.err(&format!("the job of item 21 failed with {kind:?}"))?;
            }
            let service = Service::new(8, |_| MS).refuses(20);
            let (answer, _) = run(&t, items(&t, 100, 0, AHEAD), LIMIT, service).await;
            let told = answer.err_for(Errors, "the job of item 21 failed")?;
            t.check(Errors, format!("{told:?}").contains(REFUSED), || {
                format!(
                    "the error says {:?}, and the job said {REFUSED:?}: it was lost on its way to the caller, being \
                     no `io::Error`",
                    told.to_string()
                )
            });
            Ok(())
        })
        .about("an error of each kind in turn, and one that is no `io::Error`");
    grade.case("after_bad_ends", &[Memory], |t| async move {
        let mut before = 0;
        for call in 0..65 {
            if call == 1 {
                before = heap::live();
            }
            let service = Service::new(u64::MAX, |n| if n == 0 { MS } else { 3 * SECOND });
            let breaks = service.clone().breaks(&t, 0, ErrorKind::Other);
            drop(run(&t, items(&t, 10, 0, u64::MAX), LIMIT, breaks).await);
            let items = items(&t, 10, 0, u64::MAX);
            let work = move |item| service.clone().ask(item);
            let call = || for_each_limited(items, LIMIT, work);
            drop(t.cancel_after(2 * SECOND, call).await);
        }
        let after = "64 calls in which a job failed and 64 that the caller gave up";
        t.let_go(before, 64 * KIB, after);
        Ok(())
    });
    for (name, about, number, in_work) in [
        ("the_first_job_panics", "", 0, false),
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
                let items = items(&t, 100, 0, AHEAD);
                let work = move |item: Item| {
                    assert!(
                        !in_work || item.number != number,
                        "`work` panicked (on purpose)"
                    );
                    service.clone().ask(item)
                };
                // A panic that is passed on tells the caller as well as an error does.
                let told = t.value(|| async {
                    let mut solution = Box::pin(for_each_limited(items, LIMIT, work));
                    let told = std::future::poll_fn(|cx| {
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
                    format!(
                        "it returned `Ok` although the job of item {} had panicked",
                        number + 1
                    )
                });
                Ok(())
            })
            .about(about);
    }

    grade
        .case("the_caller_gives_up", &[Cancel], |t| async move {
            let service = Service::new(8, |_| HOUR);
            let jobs = service.jobs.clone();
            let work = move |item| service.clone().ask(item);
            let items = items(&t, 1000, 0, AHEAD);
            t.cancel_after(2 * SECOND, || for_each_limited(items, LIMIT, work))
                .await?;
            idle(&t, &jobs);
            Ok(())
        })
        .about("each job takes an hour");
    grade
        .case(
            "the_caller_gives_up_on_the_last_job",
            &[Cancel],
            |t| async move {
                let service = Service::new(8, |n| if n == 0 { HOUR } else { MS });
                let jobs = service.jobs.clone();
                let work = move |item| service.clone().ask(item);
                let items = items(&t, 1000, 0, AHEAD);
                t.cancel_after(2 * SECOND, || for_each_limited(items, LIMIT, work))
                    .await?;
                idle(&t, &jobs);
                Ok(())
            },
        )
        .about("the first job takes an hour, and the 999 others are done");
    grade
        .case(
            "the_caller_gives_up_while_it_is_quiet",
            &[Cancel],
            |t| async move {
                let service = Service::new(8, |_| MS);
                let jobs = service.jobs.clone();
                let work = move |item| service.clone().ask(item);
                let items = items(&t, 1000, 0, AHEAD).paced(3, HOUR);
                t.cancel_after(2 * SECOND, || for_each_limited(items, LIMIT, work))
                    .await?;
                idle(&t, &jobs);
                Ok(())
            },
        )
        .about("three items, then an hour without any");

    grade.run()
}
