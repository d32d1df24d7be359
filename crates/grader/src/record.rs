//! What a case's process tells its parent.

use meter::trace::Trace;
use serde::{Deserialize, Serialize};

/// What a solution is judged by. The same words stand on the report card, in the chapters and in the
/// glossary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Criterion {
    /// The right bytes or items, however the input is chunked.
    Correct,
    /// Peak live heap stays within the budget, and does not grow with the input.
    Memory,
    /// The producer never runs further ahead of a slow consumer than the window.
    Backpressure,
    /// Work that could go on at the same time does.
    Overlap,
    /// The first output appears before the input ends; nothing is read after the answer is known.
    Early,
    /// When the consumer goes away, the source is dropped and nothing stays alive.
    Cancel,
    /// An error of the source or the sink reaches the caller; a partial output is never passed off as
    /// whole.
    Errors,
}

impl Criterion {
    /// All of them, in the order of the card.
    pub const ALL: [Criterion; 7] = [
        Criterion::Correct,
        Criterion::Memory,
        Criterion::Backpressure,
        Criterion::Overlap,
        Criterion::Early,
        Criterion::Cancel,
        Criterion::Errors,
    ];

    /// Its name, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Criterion::Correct => "correct",
            Criterion::Memory => "memory",
            Criterion::Backpressure => "backpressure",
            Criterion::Overlap => "overlap",
            Criterion::Early => "early",
            Criterion::Cancel => "cancel",
            Criterion::Errors => "errors",
        }
    }
}

/// A place in the learner's file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Line {
    /// The file, relative to the exercise's folder.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1.
    pub column: u32,
}

/// What went wrong, with its figures. Sizes are in bytes, positions in bytes from the start.
#[allow(missing_docs, reason = "each variant says what its figures are")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Cause {
    /// The exercise is still the stub.
    Todo,
    /// The solution panicked.
    Panicked { message: String },
    /// A value is not what it should be.
    Wrong { what: String },
    /// An error where there should be none.
    ReturnedError { message: String },
    /// No error where there should be one.
    SwallowedError { what: String },
    /// An allocation broke the budget.
    OverBudget {
        asked: u64,
        live: u64,
        budget: u64,
        position: u64,
        total: u64,
    },
    /// The peak grew with the input.
    Grew {
        small: u64,
        small_peak: u64,
        large: u64,
        large_peak: u64,
    },
    /// Resident memory grew although the heap did not.
    RealMemory { grown: u64, limit: u64 },
    /// It returned an error, and not the one that it met.
    OtherError { message: String },
    /// Reading went on after the end.
    ReadAfterEnd { times: u64 },
    /// Reading went on after an error.
    ReadAfterError { at: u64 },
    /// Reading went on after the answer was known.
    ReadPast { position: u64, limit: u64 },
    /// The source ran ahead of the sink.
    TooFarAhead { ahead: u64, window: u64 },
    /// More items were taken than were needed.
    ItemsPast { position: u64, limit: u64 },
    /// Items were taken further ahead than may be.
    ItemsAhead { ahead: u64, window: u64 },
    /// Too many jobs at once.
    TooManyJobs { running: u64, limit: u64 },
    /// Something was written after the shutdown.
    WriteAfterShutdown,
    /// It took longer than work that overlaps takes, in milliseconds of virtual time.
    TooLong { took_ms: u64, limit_ms: u64 },
    /// It waited longer than its source and its sink made it wait, in milliseconds of virtual time.
    Idled { took_ms: u64, needed_ms: u64 },
    /// A process that it started was still there.
    ProcessLeft,
    /// It wrote into the grader's own pipe.
    Tampered,
    /// Something was not let go of.
    StillHeld { what: String },
    /// Something was read after the function had returned or had been dropped.
    ReadsOn { bytes: u64 },
    /// Tasks were left running.
    TasksLeft { count: u64 },
    /// A task was spawned while the future was dropped.
    SpawnedInDrop,
    /// Every task waits; `broke` names the last error that a source or a sink has handed out by then.
    Deadlocked { broke: Option<String> },
    /// The runtime's thread sleeps outside the runtime.
    Blocked,
    /// The processor is used and nothing moves.
    Busy { cpu_ms: u64 },
    /// The processor time is used up.
    OutOfCpu { cpu_ms: u64 },
    /// The time on the wall is used up.
    TimedOut { ms: u64 },
    /// Too much was printed.
    Printed { limit: u64 },
    /// Too much was written to files.
    WroteFiles { limit: u64 },
    /// The process ended without a verdict.
    Exited { how: String },
    /// The stack overflowed.
    StackOverflow,
    /// The grader itself could not do its work; says nothing about the solution, and is no pass.
    Grader { message: String },
}

/// One criterion not met, in one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The criterion.
    pub criterion: Criterion,
    /// Why.
    pub cause: Cause,
    /// The learner's line, where one was on the stack.
    pub line: Option<Line>,
}

/// A line on the report pipe.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Record {
    /// A criterion is not met. The case goes on, or its process ends.
    Failed(Failure),
    /// Where the last failure happened.
    At(Line),
    /// Live heap over bytes read.
    Trace {
        read: u64,
        width: u64,
        live: Vec<u64>,
    },
    /// The case ran to its end. Without this, it did not.
    Done { peak: u64, elapsed_ms: u64 },
}

impl From<Trace> for Record {
    fn from(trace: Trace) -> Self {
        Record::Trace {
            read: trace.read,
            width: trace.width,
            live: trace.live,
        }
    }
}

/// What a case's process is told on its standard input.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    /// Name of the case.
    pub case: String,
    /// Bytes of input, for a case with sizes.
    pub size: u64,
    /// Stands before each record.
    pub nonce: u64,
    /// Where the records go: what it means is up to the guards.
    pub report: String,
    /// Bytes that may be written to files and pipes.
    pub may_write: u64,
    /// Processor time that may be used, in milliseconds.
    pub cpu_ms: u64,
    /// Whether to watch with the portable guards.
    pub portable: bool,
}
