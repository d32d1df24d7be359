//! The process of one case: runs it, watches it from inside, and reports.

use std::any::Any;
use std::backtrace::Backtrace;
use std::io::{Read, Write};
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use meter::heap::OverLimit;
use meter::trip::Trip;
use meter::{heap, trace, trip};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::case::{Grade, Trial, commas, failure, lock, verdict_of};
use crate::os::{Inside, cpu_of_others, inside};
use crate::record::{Cause, Criterion, Line, Order, Record};

/// The argument that makes the test binary run one case.
pub(crate) const ARG: &str = "__one-case";

/// What a run that stands still is given before it is called stuck.
const STUCK: Duration = Duration::from_millis(300);
/// The same where nobody can tell a thread that waits for a processor, or for a disk, from one that is asleep.
const STUCK_UNSEEN: Duration = Duration::from_secs(2);
/// Processor time that may pass while no byte moves. Sorting or merging what the largest case has takes half of it on
/// a busy machine.
const BUSY: Duration = Duration::from_millis(2000);
const TICK: Duration = Duration::from_millis(10);
const QUICK_TICK: Duration = Duration::from_millis(2);
/// How often the clock is moved for a run that stands still.
const CLOCK_PUSHES: u32 = 7;

static REPORT: OnceLock<(u64, Mutex<Box<dyn Write + Send>>)> = OnceLock::new();
static FALLBACK: Mutex<Criterion> = Mutex::new(Criterion::Correct);
static SYSTEM: OnceLock<Box<dyn Inside>> = OnceLock::new();
static FOLDER: OnceLock<std::path::PathBuf> = OnceLock::new();
static LAST_PANIC: Mutex<Option<Backtrace>> = Mutex::new(None);
static ENDING: AtomicBool = AtomicBool::new(false);
static PARKED: AtomicBool = AtomicBool::new(false);
static CLOCK: Notify = Notify::const_new();
/// How far the clock is to be moved, in milliseconds.
static CLOCK_SPAN: AtomicU64 = AtomicU64::new(0);
/// The progress at which it was asked for: what has moved since needs no help.
static CLOCK_AT: AtomicU64 = AtomicU64::new(0);
/// How far it has been in all, in microseconds.
static CLOCK_KEPT: AtomicU64 = AtomicU64::new(0);
static INPUT: AtomicU64 = AtomicU64::new(0);
static ONLY_INPUT: Mutex<Option<(u64, Option<u64>)>> = Mutex::new(None);
static BUDGET: AtomicU64 = AtomicU64::new(0);

/// The learner's line of the last panic.
pub(crate) fn last_panic() -> Option<Line> {
    let trace = lock(&LAST_PANIC).take()?;
    find_line(&trace)
}

/// Real memory that may come on top of the budget: pages of the program itself that are first touched
/// meanwhile, and what the system's allocator keeps for itself.
pub(crate) const REAL_SLACK: u64 = 8 * meter::MIB;

/// Starts a measurement of real memory; returns what it is now, in bytes, where it can be told.
pub(crate) fn start_resident() -> Option<u64> {
    SYSTEM.get()?.start_resident()
}

/// By how much the most real memory since then was more, in bytes.
pub(crate) fn resident_growth(start: Option<u64>) -> Option<u64> {
    Some(SYSTEM.get()?.resident_peak()?.saturating_sub(start?))
}

/// Whether no other thread could go on if it were given a processor.
pub(crate) fn others_rest() -> bool {
    SYSTEM.get().is_none_or(|system| system.all_asleep())
}

/// How much was read of an input that was not read to its end: `16 of 100 bytes`. Of several nobody knows which.
pub(crate) fn read_in_part() -> Option<String> {
    let (total, item) = (*lock(&ONLY_INPUT))?;
    let read = trace::position();
    let (unit, what) = match item {
        None => (1, "bytes"),
        Some(bytes) => (bytes, "items"),
    };
    let of = |n: u64| Some(commas(n.checked_div(unit)?));
    (read < total).then_some(format!("{} of {} {what}", of(read)?, of(total)?))
}

/// Bytes of the input in all, or 0 where there are several: the position may be that of any of them. Waits for nothing,
/// since it is asked from within an allocation.
fn total_input() -> u64 {
    let only = ONLY_INPUT.try_lock().is_ok_and(|only| only.is_some());
    if only { INPUT.load(Relaxed) } else { 0 }
}

/// Notes an input of `bytes` bytes, in items of so many where it has items, and whether it is the only one of the
/// next solution.
pub(crate) fn note_input(bytes: u64, item_bytes: Option<u64>, alone: bool) {
    INPUT.fetch_max(bytes, Relaxed);
    *lock(&ONLY_INPUT) = alone.then_some((bytes, item_bytes));
}

/// Runs the case that standard input orders, and ends the process.
pub(crate) fn run(grade: Grade) -> ! {
    let mut order = String::new();
    let order: Order = match std::io::stdin().read_to_string(&mut order) {
        Ok(_) => match serde_json::from_str(&order) {
            Ok(order) => order,
            Err(_) => bail("this argument is for the grader itself"),
        },
        Err(e) => bail(&format!("cannot read what to run: {e}")),
    };
    let os = SYSTEM.get_or_init(|| inside(order.portable));
    match os.open_report(&order.report) {
        Ok(pipe) => drop(REPORT.set((order.nonce, Mutex::new(pipe)))),
        Err(e) => bail(&format!("cannot open the report: {e}")),
    }
    let Some(case) = grade.cases.iter().find(|c| c.name == order.case) else {
        bail(&format!("no case {:?}", order.case))
    };
    *lock(&FALLBACK) = case.fallback();
    BUDGET.store(case.budget, Relaxed);
    let _ = FOLDER.set(grade.about.folder.clone());

    if let Err(e) = cpu_of_others() {
        bail(&format!("cannot read the processor time: {e}"));
    }

    std::panic::set_hook(Box::new(on_panic));
    trip::on_trip(on_trip);
    let started = std::thread::Builder::new()
        .name("grader-watch".into())
        .spawn({
            let order = order.clone();
            move || watch(&**os, &order)
        });
    if let Err(e) = started {
        bail(&format!("cannot start a thread: {e}"));
    }

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .on_thread_park(|| PARKED.store(true, SeqCst))
        .on_thread_unpark(|| PARKED.store(false, SeqCst))
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(e) => bail(&format!("cannot start a runtime: {e}")),
    };
    let trial = Trial::new(order.size, case);
    let mut body = (case.body)(trial.clone());
    let woken = Arc::new(Woken {
        body: AtomicBool::new(true),
        both: OnceLock::new(),
    });
    let waker = Waker::from(woken.clone());
    let ended = runtime.block_on(async {
        let mut clock = std::pin::pin!(keep_clock());
        std::future::poll_fn(|cx| {
            woken.both.get_or_init(|| cx.waker().clone());
            // Not whenever the clock moves: that would help along what forgot to arrange to be woken.
            if woken.body.swap(false, SeqCst) {
                let ended = body.as_mut().poll(&mut Context::from_waker(&waker));
                if ended.is_ready() {
                    return ended;
                }
            }
            let _ = clock.as_mut().poll(cx);
            Poll::Pending
        })
        .await
    });

    if ENDING.swap(true, SeqCst) {
        wait_for_the_end();
    }
    let mut state = lock(&trial.inner.state);
    if let Err(failed) = ended {
        state.failures.insert(0, failed.0);
    }
    for failed in state.failures.drain(..) {
        send(&Record::Failed(failed));
    }
    send(&trace::take().into());
    send(&Record::Done {
        peak: state.peak,
        elapsed_ms: state.elapsed.as_millis() as u64,
    });
    end()
}

/// The waker of a case's body, which shares a task with the clock.
struct Woken {
    body: AtomicBool,
    both: OnceLock<Waker>,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.body.store(true, SeqCst);
        if let Some(both) = self.both.get() {
            both.wake_by_ref();
        }
    }
}

/// Moves the clock when the watching thread asks for it, in small steps, until something moves.
///
/// tokio's paused clock goes on by itself when all tasks wait, but not while a job of the blocking pool is
/// there: a `spawn_blocking` that waits for the next chunk would wait forever for a chunk that comes later.
async fn keep_clock() {
    loop {
        CLOCK.notified().await;
        let (from, moved) = (Instant::now(), CLOCK_AT.load(SeqCst));
        // No further than to the end of a wait, and the millisecond to which tokio's timers round it: the
        // thread that it wakes needs real time to go on.
        let until = meter::next_wait_ends().map_or_else(
            || from + Duration::from_millis(CLOCK_SPAN.load(SeqCst)),
            |ends| ends + Duration::from_millis(1),
        );
        while meter::progress() == moved && Instant::now() < until {
            let step = (from.elapsed() / 100).max(Duration::from_millis(1));
            let step = step.min(until - Instant::now());
            tokio::time::advance(step).await;
            CLOCK_KEPT.fetch_add(step.as_micros() as u64, SeqCst);
        }
    }
}

/// Virtual time that passed because nothing but a blocking job was left.
pub(crate) fn clock_kept() -> Duration {
    Duration::from_micros(CLOCK_KEPT.load(SeqCst))
}

fn bail(why: &str) -> ! {
    eprintln!("grader: {why}");
    std::process::exit(101)
}

/// Ends the process without running what a solution may have left to be run at its end.
fn end() -> ! {
    let _ = std::io::stdout().flush();
    crate::os::end_now(0)
}

/// Another thread is already ending the process with its own verdict.
fn wait_for_the_end() -> ! {
    loop {
        std::thread::sleep(Duration::from_secs(1));
    }
}

fn send(record: &Record) {
    let Some((nonce, pipe)) = REPORT.get() else {
        return;
    };
    if let Ok(json) = serde_json::to_string(record) {
        // One write, so that a record is whole or absent.
        let _ = lock(pipe).write_all(format!("{nonce:016x} {json}\n").as_bytes());
    }
}

/// Reports a failure and ends the process. The failure goes out before its line is looked for, since
/// the looking may itself fail.
fn stop(criterion: Option<Criterion>, cause: Cause, line: impl FnOnce() -> Option<Line>) -> ! {
    if ENDING.swap(true, SeqCst) {
        wait_for_the_end();
    }
    heap::clear_limit();
    let criterion = criterion.unwrap_or_else(|| *lock(&FALLBACK));
    send(&Record::Failed(failure(criterion, cause, None)));
    send(&trace::take().into());
    if let Some(line) = line() {
        send(&Record::At(line));
    }
    // Without a flush of what was printed: the solution may hold the lock of the output.
    crate::os::end_now(1)
}

/// Runs inside the allocation that breaks the budget, before the system is asked for the memory.
pub(crate) fn over_budget(over: OverLimit) {
    let base = over.limit as u64 - BUDGET.load(Relaxed);
    stop(
        Some(Criterion::Memory),
        Cause::OverBudget {
            asked: over.asked as u64,
            live: (over.live as u64).saturating_sub(base),
            budget: BUDGET.load(Relaxed),
            position: trace::position(),
            total: total_input(),
        },
        learners_line,
    )
}

fn on_trip(trip: Trip) {
    let (criterion, cause) = verdict_of(trip);
    stop(criterion, cause, learners_line)
}

/// A panic may be caught, by tokio for a spawned task or by the solution, so it is noted and no more.
fn on_panic(info: &PanicHookInfo<'_>) {
    let message = said(info.payload());
    eprintln!("panicked: {message}");
    // Looking up its lines takes megabytes; that is for later, and only if it is the verdict.
    *lock(&LAST_PANIC) = Some(Backtrace::force_capture());
}

/// The message of a panic.
pub(crate) fn said(payload: &(dyn Any + Send)) -> &str {
    match payload.downcast_ref::<&str>() {
        Some(text) => text,
        None => payload
            .downcast_ref::<String>()
            .map_or("(no message)", |s| s),
    }
}

/// The innermost line of the learner's own file on this thread's stack.
pub(crate) fn learners_line() -> Option<Line> {
    find_line(&Backtrace::force_capture())
}

fn find_line(trace: &Backtrace) -> Option<Line> {
    let here = std::env::current_dir().ok()?;
    parse_line(&trace.to_string(), FOLDER.get()?, &here)
}

/// std gives a backtrace as text alone. A frame's place is a line `at FILE:LINE:COLUMN`, its file relative to
/// the current folder when it is below it.
fn parse_line(trace: &str, folder: &std::path::Path, here: &std::path::Path) -> Option<Line> {
    trace.lines().find_map(|text| {
        let place = text.trim_start().strip_prefix("at ")?;
        let mut parts = place.rsplitn(3, ':');
        let column = parts.next()?.parse().ok()?;
        let line = parts.next()?.parse().ok()?;
        let file = here.join(parts.next()?);
        let file = file.strip_prefix(folder).ok()?;
        file.starts_with("src").then(|| Line {
            file: file.to_string_lossy().replace('\\', "/"),
            line,
            column,
        })
    })
}

/// Looks every few milliseconds whether the run still moves, and why not.
fn watch(os: &dyn Inside, order: &Order) {
    let stuck_after = if os.tells_asleep() {
        STUCK
    } else {
        STUCK_UNSEEN
    };
    let mut moved = meter::progress();
    let cpu_start = cpu_of_others().unwrap_or_default();
    let (mut cpu_seen, mut cpu_when_moved) = (cpu_start, cpu_start);
    let mut still = Duration::ZERO;
    let (mut parked, mut pushes, mut tick) = (Duration::ZERO, 0, TICK);
    loop {
        std::thread::sleep(tick);
        if ENDING.load(Relaxed) {
            // Whoever ends the process may be stuck on its way: in a backtrace within a backtrace, or at an output
            // that the solution holds. The verdict is out by then.
            std::thread::sleep(Duration::from_secs(10));
            crate::os::end_now(1);
        }
        if os.orphaned() {
            crate::os::end_now(1);
        }
        let (now, cpu) = (meter::progress(), cpu_of_others().unwrap_or(cpu_seen));
        if now != moved {
            if pushes > 0 {
                // It will stand still at the next wait again.
                tick = QUICK_TICK;
            }
            (moved, cpu_when_moved) = (now, cpu);
            (still, parked, pushes) = (Duration::ZERO, Duration::ZERO, 0);
        } else if cpu.saturating_sub(cpu_seen) > Duration::from_micros(500) {
            still = Duration::ZERO;
        } else {
            still += tick;
        }
        cpu_seen = cpu;
        parked = if PARKED.load(SeqCst) {
            parked + tick
        } else {
            Duration::ZERO
        };
        let asleep = || os.all_asleep() && (os.tells_asleep() || still >= 2 * tick);
        if parked >= 2 * tick && pushes < CLOCK_PUSHES && asleep() {
            // 1 s, 4 s, 16 s, up to an hour, where nobody knows how long a wait is.
            CLOCK_SPAN.store(1000 << (2 * pushes), SeqCst);
            CLOCK_AT.store(moved, SeqCst);
            CLOCK.notify_one();
            pushes += 1;
            parked = Duration::ZERO;
        }

        let used = cpu.saturating_sub(cpu_start);
        if os.written().is_some_and(|bytes| bytes > order.may_write) {
            let limit = order.may_write;
            stop(Some(Criterion::Memory), Cause::WroteFiles { limit }, || {
                None
            });
        }
        if cpu.saturating_sub(cpu_when_moved) > BUSY {
            let cpu_ms = used.as_millis() as u64;
            stop_at_main(os, Cause::Busy { cpu_ms });
        }
        if used > Duration::from_millis(order.cpu_ms) {
            let cpu_ms = used.as_millis() as u64;
            stop_at_main(os, Cause::OutOfCpu { cpu_ms });
        }
        if still >= stuck_after && os.all_asleep() {
            if PARKED.load(SeqCst) {
                stop(None, deadlocked(), || None);
            }
            stop_at_main(os, Cause::Blocked);
        }
    }
}

fn deadlocked() -> Cause {
    let broke = meter::last_failed().map(|(end, kind)| format!("{end} broke ({kind:?})"));
    Cause::Deadlocked { broke }
}

/// Stops the run with the line that the main thread is at, where the system can tell.
fn stop_at_main(os: &dyn Inside, cause: Cause) -> ! {
    stop(None, cause, || {
        os.interrupt_main(|| {
            if let Some(line) = learners_line() {
                send(&Record::At(line));
            }
        });
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_form_of_std_s_backtraces_is_still_the_one_that_is_read() {
        let here = std::env::current_dir().unwrap();
        let trace = Backtrace::force_capture().to_string();
        let line = parse_line(&trace, Path::new(env!("CARGO_MANIFEST_DIR")), &here).unwrap();
        assert_eq!(line.file, "src/child.rs");
    }

    #[test]
    fn lines_of_other_files_are_passed_over() {
        let trace = "   0: std::x\n             at /rustc/1/library/std/src/lib.rs:9:1\n   \
                     1: mine\n             at ./src/lib.rs:14:9\n";
        let folder = Path::new("/book/exercises/relay");
        let line = parse_line(trace, folder, folder).unwrap();
        assert_eq!(
            (line.file.as_str(), line.line, line.column),
            ("src/lib.rs", 14, 9)
        );
    }
}
