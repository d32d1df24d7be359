//! What `cases/lib.rs` is written in: cases, and what a case does to a solution.

use std::any::Any;
use std::fmt::{Debug, Display};
use std::io::ErrorKind;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use meter::trip::Trip;
use meter::{Chunks, Items, Sink, Source, Watch, heap, trace};
use tokio::time::Instant;

use crate::child;
use crate::record::{Cause, Criterion, Failure, Line};
use crate::{About, args::Args, parent};

type Body = Box<dyn Fn(Trial) -> Pin<Box<dyn Future<Output = Result<(), Failed>>>> + Send + Sync>;

/// Room for what is no part of the lesson: small inputs may be held whole in a case that is about something else.
const BUDGET: u64 = 8 * meter::MIB;

/// Virtual time that a solution may spend on waits of its own.
const IDLE: Duration = Duration::from_secs(60);

/// Virtual time that is given to what should have ended with the solution.
const GRACE: Duration = Duration::from_secs(60);

/// The cases of an exercise.
pub struct Grade {
    pub(crate) about: About,
    pub(crate) cases: Vec<Case>,
    pub(crate) chapters: Vec<Chapter>,
}

/// Where to read on.
#[derive(Debug, Clone)]
pub(crate) struct Chapter {
    pub criterion: Option<Criterion>,
    pub title: String,
    pub file: String,
}

/// One case: what it checks and within which limits.
pub struct Case {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) checks: Vec<Criterion>,
    pub(crate) budget: u64,
    pub(crate) sizes: Vec<u64>,
    pub(crate) may_write: u64,
    pub(crate) body: Body,
}

impl Grade {
    #[doc(hidden)]
    pub fn new(about: About) -> Self {
        Grade {
            about,
            cases: Vec::new(),
            chapters: Vec::new(),
        }
    }

    /// The chapter that a card which fails names, by its title and its file.
    pub fn read_next(&mut self, title: &str, file: &str) -> &mut Self {
        self.chapters.push(Chapter {
            criterion: None,
            title: title.into(),
            file: file.into(),
        });
        self
    }

    /// Another chapter for the failure of one criterion.
    pub fn read_next_for(&mut self, criterion: Criterion, title: &str, file: &str) -> &mut Self {
        self.chapters.push(Chapter {
            criterion: Some(criterion),
            title: title.into(),
            file: file.into(),
        });
        self
    }

    /// Adds a case. A panic or a stop for no other reason counts against `correct`, or against the first of
    /// `checks` where that is `errors` or `cancel`.
    ///
    /// # Panics
    ///
    /// When `checks` is empty or there is a case of that name.
    pub fn case<F>(
        &mut self,
        name: impl Into<String>,
        checks: &[Criterion],
        body: impl Fn(Trial) -> F + Send + Sync + 'static,
    ) -> &mut Case
    where
        F: Future<Output = Result<(), Failed>> + 'static,
    {
        let name = name.into();
        assert!(!checks.is_empty(), "case {name} checks nothing");
        assert!(
            self.cases.iter().all(|c| c.name != name),
            "two cases are named {name}"
        );
        self.cases.push(Case {
            name,
            about: String::new(),
            checks: checks.to_vec(),
            budget: BUDGET,
            sizes: Vec::new(),
            may_write: 4 * meter::MIB,
            body: Box::new(move |trial| Box::pin(body(trial))),
        });
        self.cases.last_mut().expect("one was pushed")
    }

    /// Grades, prints the report card and writes the report; or, in a case's process, runs that case.
    pub fn run(self) -> ExitCode {
        if std::env::args_os().nth(1).is_some_and(|a| a == child::ARG) {
            child::run(self)
        }
        match Args::parse(std::env::args_os().skip(1)) {
            Ok(args) => parent::run(&self, &args),
            Err(wrong) => {
                eprintln!("error: {wrong}");
                ExitCode::from(101)
            }
        }
    }
}

impl Case {
    /// Says what is special about the case, for the card: `each read brings 1 byte`.
    pub fn about(&mut self, text: impl Into<String>) -> &mut Self {
        self.about = text.into();
        self
    }

    /// Live heap that the solution may have above what there was when it started, in bytes.
    pub fn budget(&mut self, bytes: u64) -> &mut Self {
        self.budget = bytes;
        self
    }

    /// Runs the case with `small` and with `large` bytes of input ([`Trial::size`]); the peak may not
    /// grow from the one to the other.
    pub fn sizes(&mut self, small: u64, large: u64) -> &mut Self {
        self.sizes = vec![small, large];
        self
    }

    /// Runs the case with `bytes` of input ([`Trial::size`]).
    pub fn size(&mut self, bytes: u64) -> &mut Self {
        self.sizes = vec![bytes];
        self
    }

    /// Bytes that the solution may write to files.
    pub fn may_write(&mut self, bytes: u64) -> &mut Self {
        self.may_write = bytes;
        self
    }

    /// What a panic, a stop or an unasked-for error counts against, where nothing says better.
    pub(crate) fn fallback(&self) -> Criterion {
        match self.checks[0] {
            first @ (Criterion::Errors | Criterion::Cancel) => first,
            _ => Criterion::Correct,
        }
    }
}

/// Why a case stops early.
#[derive(Debug)]
pub struct Failed(pub(crate) Failure);

/// One run of one case: gives the solution its inputs, runs it under the meter, and notes what it finds.
#[derive(Clone)]
pub struct Trial {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub size: u64,
    pub budget: u64,
    pub fallback: Criterion,
    given: Mutex<Vec<(&'static str, Watch)>>,
    pub state: Mutex<State>,
}

#[derive(Default)]
pub(crate) struct State {
    pub peak: u64,
    pub elapsed: Duration,
    pub failures: Vec<Failure>,
    /// A folder, and what alone may be in it when the next solution has just ended.
    look_into: Option<(PathBuf, String)>,
    /// What else was in it.
    left_then: Vec<String>,
}

/// What can be given to a solution.
pub trait Given {
    #[doc(hidden)]
    fn kind(&self) -> &'static str;
    #[doc(hidden)]
    fn watch(&self) -> Watch;
    #[doc(hidden)]
    fn input(&self) -> u64;
    #[doc(hidden)]
    fn item_bytes(&self) -> Option<u64> {
        None
    }
}

macro_rules! given {
    ($type:ty, $kind:literal, $input:expr) => {
        impl Given for $type {
            fn kind(&self) -> &'static str {
                $kind
            }
            fn watch(&self) -> Watch {
                <$type>::watch(self)
            }
            fn input(&self) -> u64 {
                let input: fn(&$type) -> u64 = $input;
                input(self)
            }
        }
    };
}
given!(Source, "source", Source::total);
given!(Chunks, "source", Chunks::total);
given!(Sink, "sink", |_| 0);

impl<T> Given for Items<T> {
    fn kind(&self) -> &'static str {
        "source"
    }
    fn watch(&self) -> Watch {
        Items::watch(self)
    }
    fn input(&self) -> u64 {
        self.total()
    }
    fn item_bytes(&self) -> Option<u64> {
        Some(Items::item_bytes(self))
    }
}

/// What became of a solution.
#[must_use]
pub struct Answer<T> {
    outcome: Result<anyhow::Result<T>, Failed>,
    fallback: Criterion,
    /// The kinds of the errors that sources and sinks handed out.
    broke: Vec<ErrorKind>,
}

impl<T> Answer<T> {
    /// Whether the solution returned an error.
    pub fn is_err(&self) -> bool {
        matches!(self.outcome, Ok(Err(_)))
    }

    /// The value of a solution that should succeed.
    ///
    /// # Errors
    ///
    /// When it returned an error or panicked.
    pub fn ok(self) -> Result<T, Failed> {
        let fallback = self.fallback;
        self.outcome?.map_err(|e| {
            Failed(Failure {
                criterion: fallback,
                cause: Cause::ReturnedError {
                    message: format!("{e:#}"),
                },
                line: None,
            })
        })
    }

    /// The error of a solution whose source or sink breaks. `why` says how: `the source failed after 40 chunks`.
    ///
    /// # Errors
    ///
    /// When it returned `Ok` or panicked; when it returned an error that does not tell what broke, or one before
    /// anything had broken.
    pub fn err(self, why: &str) -> Result<anyhow::Error, Failed> {
        let wrong = |what: String| {
            Err(Failed(Failure {
                criterion: Criterion::Correct,
                cause: Cause::Wrong { what },
                line: None,
            }))
        };
        if self.broke.is_empty() {
            return match self.outcome? {
                Err(e) => wrong(brief_text(format!(
                    "it returned an error before anything was wrong: {e:#}"
                ))),
                // It never got as far as the error, so it says nothing of errors.
                Ok(_) => wrong(
                    "it returned `Ok` before it had met the error: a read, a write, a flush or a shutdown was \
                     left out or not awaited"
                        .into(),
                ),
            };
        }
        let broke = self.broke.clone();
        let e = self.err_for(Criterion::Errors, why)?;
        if is_the_error(&e, &broke) {
            return Ok(e);
        }
        Err(Failed(Failure {
            criterion: Criterion::Errors,
            cause: Cause::OtherError {
                message: brief_text(format!("{e:#}")),
            },
            line: None,
        }))
    }

    /// The error of a solution that should fail although nothing that it was given breaks. `why` says what should
    /// have stopped it: `the body has 11 bytes and 10 were allowed`. `Ok` breaks `criterion`.
    ///
    /// # Errors
    ///
    /// When it returned `Ok` or panicked.
    pub fn err_for(self, criterion: Criterion, why: &str) -> Result<anyhow::Error, Failed> {
        match self.outcome? {
            Err(e) => Ok(e),
            Ok(_) => Err(Failed(Failure {
                criterion,
                cause: Cause::SwallowedError { what: why.into() },
                line: None,
            })),
        }
    }
}

/// Whether `holds` does now, or within 100 ms of real time, or as long as another thread is at work, but 5 s: a thread
/// that has been told to end needs a moment.
fn soon(mut holds: impl FnMut() -> bool) -> bool {
    let mut rested = 0;
    for tries in 0..2500 {
        if holds() {
            return true;
        }
        // On a busy machine a thread may get no processor for so long: then it is not at rest. One that works may
        // look so for a moment, as while it waits for a lock.
        rested = if child::others_rest() { rested + 1 } else { 0 };
        if tries >= 50 && rested >= 25 {
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
        meter::moved();
    }
    holds()
}

/// What is in `folder` but for the file `kept`, and stays there.
fn left_in(folder: &Path, kept: &str) -> Vec<String> {
    let mut left = Vec::new();
    // Looked at once each time: a thread that has not heard yet may make a file in between, and remove it.
    soon(|| {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        left = files
            .map(|file| file.file_name().to_string_lossy().into_owned())
            .filter(|name| name != kept)
            .collect();
        left.is_empty()
    });
    left
}

/// Whether a caller can learn from `error` what broke: it is, or wraps, an [`std::io::Error`] of that kind, or tells
/// its text.
fn is_the_error(error: &anyhow::Error, kinds: &[ErrorKind]) -> bool {
    let of_that_kind = |e: &std::io::Error| kinds.contains(&e.kind());
    error
        .chain()
        .any(|e| e.downcast_ref().is_some_and(of_that_kind))
        || format!("{error:?}").contains(meter::ON_PURPOSE)
}

impl Trial {
    pub(crate) fn new(size: u64, case: &Case) -> Self {
        Trial {
            inner: Arc::new(Inner {
                size,
                budget: case.budget,
                fallback: case.fallback(),
                given: Mutex::new(Vec::with_capacity(16)),
                state: Mutex::default(),
            }),
        }
    }

    /// Bytes of input in this run, for a case with sizes.
    pub fn size(&self) -> u64 {
        self.inner.size
    }

    /// Hands a source or a sink over. Once the solution has returned or is dropped, it must be gone too, and
    /// nothing may go on with it.
    pub fn give<G: Given>(&self, it: G) -> G {
        let mut given = lock(&self.inner.given);
        if it.kind() == "source" {
            let alone = given.iter().all(|(kind, _)| *kind != "source");
            child::note_input(it.input(), it.item_bytes(), alone);
        }
        given.push((it.kind(), it.watch()));
        drop(given);
        it
    }

    /// From here on the system refuses each write that makes a file longer than `bytes`, as a full disk does.
    ///
    /// # Panics
    ///
    /// When the limit is above the one that the case has (`may_write`).
    #[cfg(unix)]
    pub fn full_disk(&self, bytes: u64) {
        crate::os::refuse_longer_files(bytes);
    }

    /// Runs a solution to its end, under the meter and within the budget. What the call itself does, before
    /// the first poll, is part of the solution.
    pub async fn solve<T, F>(&self, solution: impl FnOnce() -> F) -> Answer<T>
    where
        F: Future<Output = anyhow::Result<T>>,
    {
        let outcome = self.metered(solution).await;
        self.look();
        let broke = lock(&self.inner.given)
            .iter()
            .filter_map(|(_, w)| w.failed_with())
            .collect();
        self.released(outcome.is_ok()).await;
        Answer {
            broke,
            outcome,
            fallback: self.inner.fallback,
        }
    }

    /// Runs a solution that returns a bare value.
    ///
    /// # Errors
    ///
    /// When it panicked.
    pub async fn value<T, F>(&self, solution: impl FnOnce() -> F) -> Result<T, Failed>
    where
        F: Future<Output = T>,
    {
        let solution = || {
            let solution = solution();
            async { Ok(solution.await) }
        };
        self.solve(solution).await.ok()
    }

    /// Runs a solution for `time` of virtual time and then drops it, as a caller does that gives up.
    ///
    /// # Errors
    ///
    /// When it panicked, or had ended by then.
    pub async fn cancel_after<T, F>(
        &self,
        time: Duration,
        solution: impl FnOnce() -> F,
    ) -> Result<(), Failed>
    where
        F: Future<Output = anyhow::Result<T>>,
    {
        let timed = self
            .metered(|| {
                let mut solution = Box::pin(solution());
                async move {
                    let timed = tokio::time::timeout(time, solution.as_mut()).await;
                    let before = tasks();
                    drop(solution);
                    (timed, tasks().saturating_sub(before))
                }
            })
            .await;
        self.look();
        let cause = match timed? {
            (Err(_), spawned) => {
                if spawned > 0 {
                    self.fail(Criterion::Cancel, Cause::SpawnedInDrop);
                }
                self.released(true).await;
                return Ok(());
            }
            (Ok(Ok(_)), _) => Cause::Wrong {
                what: "it returned `Ok` too early: something that it had to wait for (a read, a write, a job, a \
                       shutdown, room in its output) was left out or not awaited"
                    .into(),
            },
            (Ok(Err(e)), _) => Cause::ReturnedError {
                message: brief_text(format!("{e:#}")),
            },
        };
        Err(Failed(Failure {
            criterion: Criterion::Correct,
            cause,
            line: None,
        }))
    }

    async fn metered<F: Future>(&self, solution: impl FnOnce() -> F) -> Result<F::Output, Failed> {
        let (began, kept) = (Instant::now(), child::clock_kept());
        let resident = child::start_resident();
        // A call before this one may have broken and told it.
        meter::forget_failed();
        trace::start();
        heap::reset_peak();
        let base = heap::live();
        heap::set_limit(
            base.saturating_add(self.inner.budget as usize),
            child::over_budget,
        );
        // On the heap, so that an array which lives across an `.await` counts: it is part of the future.
        let started = std::panic::catch_unwind(AssertUnwindSafe(|| Box::pin(solution())));
        let outcome = match started {
            Ok(mut solution) => {
                let outcome = std::future::poll_fn(|cx| {
                    match std::panic::catch_unwind(AssertUnwindSafe(|| solution.as_mut().poll(cx)))
                    {
                        Ok(Poll::Pending) => Poll::Pending,
                        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
                        Err(payload) => Poll::Ready(Err(payload)),
                    }
                })
                .await;
                // What it still holds is let go of within the measurement, as a caller would.
                drop(solution);
                outcome
            }
            Err(payload) => Err(payload),
        };
        heap::clear_limit();
        if let Some(grown) = child::resident_growth(resident) {
            let limit = self.inner.budget + child::REAL_SLACK;
            if grown > limit {
                self.fail(Criterion::Memory, Cause::RealMemory { grown, limit });
            }
        }
        let peak = (heap::peak().saturating_sub(base)) as u64;
        let mut state = lock(&self.inner.state);
        state.peak = state.peak.max(peak);
        state.elapsed = began.elapsed();
        // Not what passed while a blocking job was all that was left: how long that was is a guess.
        let took = state
            .elapsed
            .saturating_sub(child::clock_kept().saturating_sub(kept));
        drop(state);
        let needed: Duration = lock(&self.inner.given)
            .iter()
            .map(|(_, w)| w.waited())
            .sum();
        if outcome.is_ok() && took > needed + IDLE {
            let cause = Cause::Idled {
                took_ms: took.as_millis() as u64,
                needed_ms: needed.as_millis() as u64,
            };
            self.fail(self.inner.fallback, cause);
        }
        outcome.map_err(|payload| self.panicked(payload))
    }

    fn panicked(&self, payload: Box<dyn Any + Send>) -> Failed {
        let line = child::last_panic();
        let message = child::said(&*payload).to_string();
        let cause = if message.starts_with(STUB) {
            Cause::Todo
        } else {
            Cause::Panicked { message }
        };
        Failed(Failure {
            criterion: self.inner.fallback,
            cause,
            line,
        })
    }

    /// After a solution has gone: what it was given has gone too, and nothing goes on.
    async fn released(&self, ended: bool) {
        let given = std::mem::take(&mut *lock(&self.inner.given));
        if !ended {
            return;
        }
        // A thread in the middle of a piece, or one that has just been told to end, needs real time for it. Where
        // something is wrong already, nobody waits for it again and again.
        let patient = lock(&self.inner.state).failures.is_empty();
        if patient {
            soon(child::others_rest);
        }
        let before: u64 = given.iter().map(|(_, w)| w.position()).sum();
        // What is about to end may end: a canceled task is dropped when the runtime next gets to it.
        for _ in 0..32 {
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(GRACE).await;
        let after: u64 = given.iter().map(|(_, w)| w.position()).sum();
        if patient {
            soon(|| given.iter().all(|(_, w)| w.dropped()));
        }
        let tasks = tasks();
        let held: Vec<&str> = given
            .iter()
            .filter(|(_, w)| !w.dropped())
            .map(|(k, _)| *k)
            .collect();
        let cause = if after > before {
            Some(Cause::ReadsOn {
                bytes: after - before,
            })
        } else if let Some(what) = held.first() {
            Some(Cause::StillHeld {
                what: (*what).into(),
            })
        } else if tasks > 0 {
            Some(Cause::TasksLeft {
                count: tasks as u64,
            })
        } else {
            None
        };
        if let Some(cause) = cause {
            self.fail(Criterion::Cancel, cause);
        }
    }

    /// How long the last solution took, in virtual time.
    pub fn elapsed(&self) -> Duration {
        lock(&self.inner.state).elapsed
    }

    /// `criterion` is not met: `what`, in words that follow the criterion's name.
    pub fn wrong(&self, criterion: Criterion, what: impl Into<String>) {
        self.fail(criterion, Cause::Wrong { what: what.into() });
    }

    /// `criterion` is not met unless `holds`.
    pub fn check(&self, criterion: Criterion, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong(criterion, what());
        }
    }

    /// A result that is right when it is `want`; `what` names it in the plural or as a mass: `lines`.
    pub fn equal<T: PartialEq + Debug>(&self, what: &str, got: T, want: T) {
        self.check(Criterion::Correct, got == want, || {
            let read = child::read_in_part()
                .map_or(String::new(), |part| format!(", after reading {part}"));
            format!("{what}: {}, expected {}{read}", brief(&got), brief(&want))
        });
    }

    /// The last solution overlapped its work: it took at most `limit` of virtual time.
    pub fn overlapped(&self, limit: Duration) {
        let took = self.elapsed();
        if took > limit {
            self.fail(
                Criterion::Overlap,
                Cause::TooLong {
                    took_ms: took.as_millis() as u64,
                    limit_ms: limit.as_millis() as u64,
                },
            );
        }
    }

    /// The sink was given what it expects, all of it, and was flushed and shut down.
    pub fn whole(&self, sink: &Watch, expected: u64) {
        let wrong = |what: String| self.wrong(Criterion::Correct, what);
        if let Some(byte) = sink.wrong_byte() {
            wrong(format!(
                "byte {} of the output is wrong: {}. It was changed or is out of order, or something there or before it \
                 was left out (a `write` may take fewer bytes than it is given, a read that is dropped halfway loses \
                 what it had), written twice (a `write_all` that is dropped and begun again) or added (more of a \
                 buffer than the read had filled)",
                commas(byte),
                self.instead(sink)
            ));
        } else if sink.position() != expected {
            wrong(format!(
                "{} of {} bytes arrived{}",
                commas(sink.position()),
                commas(expected),
                if sink.position() < expected {
                    ": the others were not read, or were left on the way, as in a buffer that is dropped unflushed"
                } else {
                    ""
                }
            ));
        } else if sink.shutdowns() == 0 && sink.unflushed() > 0 {
            wrong(format!(
                "the last {} bytes were written and never flushed, and the sink's shutdown never completed",
                commas(sink.unflushed())
            ));
        } else if sink.shutdowns() == 0 {
            wrong(
                "the sink's shutdown never completed (it was not called, or not awaited to its end), so its reader \
                 waits for more"
                    .into(),
            );
        } else if sink.shutdowns() > 1 {
            wrong(format!("the sink was shut down {} times", sink.shutdowns()));
        }
    }

    /// What a sink was given where something else belongs, as it stands behind `byte 7 is wrong:`.
    pub fn instead(&self, sink: &Watch) -> String {
        let (got, want) = sink.wrong_bytes().unwrap_or_default();
        let (got, want) = (got.escape_ascii(), want.escape_ascii());
        match want.to_string().as_str() {
            "" => format!("\"{got}\" stands behind the end"),
            want => format!("\"{got}\" stands where \"{want}\" belongs"),
        }
    }

    /// Has [`Trial::alone`] hold for the moment in which the next solution has returned or is dropped too: what a task
    /// removes after that is not removed where the program ends. A thread may take a moment.
    pub fn alone_at_once(&self, folder: &Path, kept: &str) {
        lock(&self.inner.state).look_into = Some((folder.to_owned(), kept.to_owned()));
    }

    /// Before any other task runs.
    fn look(&self) {
        let Some((folder, kept)) = lock(&self.inner.state).look_into.take() else {
            return;
        };
        lock(&self.inner.state).left_then = left_in(&folder, &kept);
    }

    /// Nothing is in `folder` but what is named `kept`. A job of the blocking pool has ended by now, since virtual
    /// time waits for it; a thread may take a moment more.
    pub fn alone(&self, criterion: Criterion, folder: &Path, kept: &str, when: &str) {
        let left = left_in(folder, kept);
        let then = std::mem::take(&mut lock(&self.inner.state).left_then);
        let what = match &left[..] {
            [] => {
                if let Some(one) = then.first() {
                    let what = format!(
                        "the file {one} was still there when the call had ended, and a task removed it afterward: in \
                         a program that ends there, it stays"
                    );
                    self.wrong(criterion, what);
                }
                return;
            }
            [one] => format!("the file {one} was"),
            [one, ..] => format!("{} files, such as {one}, were", left.len()),
        };
        self.wrong(criterion, format!("{what} left in the folder {when}"));
    }

    /// At most `limit` bytes more are allocated than the `before` that [`heap::live`] was before calls that ended
    /// badly: `32 streams that broke`. A thread may take a moment to let go of what it holds.
    pub fn let_go(&self, before: usize, limit: u64, after: &str) {
        let kept = || heap::live().saturating_sub(before) as u64;
        self.check(Criterion::Memory, soon(|| kept() <= limit), || {
            format!(
                "{} KiB more are held after {after}: something outlives its call. Either every call leaves it, or only \
                 one that is cut short: where `?` returns or the future is dropped, no later line runs",
                kept() / 1024
            )
        });
    }

    fn fail(&self, criterion: Criterion, cause: Cause) {
        lock(&self.inner.state).failures.push(Failure {
            criterion,
            cause,
            line: None,
        });
    }
}

/// How the panic of a stub begins: its `todo!` says what is to do. One without a text is the learner's.
const STUB: &str = "not yet implemented: ";

/// How many tasks of this runtime have not ended.
fn tasks() -> usize {
    tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks()
}

fn brief(value: &impl Debug) -> String {
    brief_text(format!("{value:?}"))
}

fn brief_text(mut text: String) -> String {
    if text.len() > 120 {
        let cut = (0..=117)
            .rev()
            .find(|&i| text.is_char_boundary(i))
            .unwrap_or(0);
        text.truncate(cut);
        text.push('…');
    }
    text
}

/// How many of something, as a sentence has it: `1 job is`, `2 jobs are`.
pub fn count(n: u64, one: &str, several: &str) -> String {
    format!("{} {}", commas(n), if n == 1 { one } else { several })
}

/// A whole number with commas between thousands.
pub(crate) fn commas(n: impl Display) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A poisoned lock still holds what was noted before the panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// What `work` gives and how long it takes, in virtual time that goes on only when no thread is at work.
///
/// tokio's paused clock jumps when all tasks wait, also while a plain thread works for one of them; while there is a
/// job of the blocking pool it does not, and moves only when all threads sleep.
pub async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let (done, end) = std::sync::mpsc::channel::<()>();
    tokio::task::spawn_blocking(move || end.recv());
    let start = Instant::now();
    let got = work.await;
    drop(done);
    (got, start.elapsed())
}

/// The criterion and the cause of a crossed wire.
pub(crate) fn verdict_of(trip: Trip) -> (Option<Criterion>, Cause) {
    match trip {
        Trip::ReadAfterEnd { times } => (Some(Criterion::Correct), Cause::ReadAfterEnd { times }),
        Trip::ReadAfterError { at } => (Some(Criterion::Errors), Cause::ReadAfterError { at }),
        Trip::ReadPast { position, limit } => {
            (Some(Criterion::Early), Cause::ReadPast { position, limit })
        }
        Trip::TooFarAhead { ahead, window } => (
            Some(Criterion::Backpressure),
            Cause::TooFarAhead { ahead, window },
        ),
        Trip::ItemsPast { position, limit } => {
            (Some(Criterion::Early), Cause::ItemsPast { position, limit })
        }
        Trip::ItemsAhead { ahead, window } => (
            Some(Criterion::Backpressure),
            Cause::ItemsAhead { ahead, window },
        ),
        Trip::TooManyJobs { running, limit } => (
            Some(Criterion::Backpressure),
            Cause::TooManyJobs { running, limit },
        ),
        Trip::WriteAfterShutdown => (Some(Criterion::Correct), Cause::WriteAfterShutdown),
    }
}

/// So that `child` can name a learner's line without knowing of trials.
pub(crate) fn failure(criterion: Criterion, cause: Cause, line: Option<Line>) -> Failure {
    Failure {
        criterion,
        cause,
        line,
    }
}
