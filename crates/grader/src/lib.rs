//! Judges a solution: is it right, and does it stay small?
//!
//! An exercise's `cases/lib.rs` lists its cases. It knows the solution as a function that it is given, so that a
//! learner's edit compiles the solution and not the cases:
//!
//! ```no_run
//! use std::process::ExitCode;
//! use std::sync::OnceLock;
//!
//! use grader::Criterion::{Correct, Memory};
//! use grader::meter::{Content, KIB, MIB, Source};
//! use grader::{Grade, LocalBoxFuture};
//!
//! pub type Solution = fn(Source) -> LocalBoxFuture<'static, anyhow::Result<u64>>;
//!
//! static SOLUTION: OnceLock<Solution> = OnceLock::new();
//!
//! fn count_lines(src: Source) -> LocalBoxFuture<'static, anyhow::Result<u64>> {
//!     SOLUTION.get().expect("`grade` sets it")(src)
//! }
//!
//! pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
//!     SOLUTION.get_or_init(|| solution);
//!     grade.read_next("4. Byte streams", "src/byte-streams.md");
//!     grade
//!         .case("a_large_file", &[Memory, Correct], |t| async move {
//!             let log = Content::repeat("GET /index.html 200\n", t.size());
//!             let lines = log.count(b'\n');
//!             let n = t.solve(|| count_lines(t.give(Source::new(log)))).await.ok()?;
//!             t.equal("lines", n, lines);
//!             Ok(())
//!         })
//!         .budget(512 * KIB)
//!         .sizes(64 * MIB, 256 * MIB);
//!     grade.run()
//! }
//! ```
//!
//! Its `tests/grade.rs` puts the two together:
//!
//! ```ignore
//! fn main() -> ExitCode {
//!     count_lines_cases::grade(grader::exercise!(), |src| Box::pin(count_lines::count_lines(src)))
//! }
//! ```
//!
//! # How a case runs
//!
//! Each case runs in a process of its own: this test binary again, told which case over its standard
//! input. What it finds goes over a pipe of its own, a record a line, each behind a number that only
//! the two know. **Without a last record there is no pass**: a solution that exits, aborts or is killed
//! has failed, whatever the exit code.
//!
//! In the process, [`meter::heap`] refuses the first allocation that breaks the budget; wires on the
//! sources and sinks ([`meter::trip`]) stop the run where they are crossed; time is tokio's paused
//! clock; and a thread watches for a run that no longer moves. It tells *busy* (uses the processor and
//! moves nothing), *blocked* (the thread that runs the tasks is asleep outside the runtime) and
//! *deadlocked* (the runtime waits for something that will not come) apart.
//!
//! From outside, the parent watches real memory, what is printed, how large files grow, and the clock on
//! the wall. The operating system's guards sit behind one trait with a portable fallback;
//! `GRADER_GUARDS=portable` selects it anywhere.
//!
//! # What it cannot see
//!
//! A solution runs in the process that measures it. The grader is there to find mistakes, and a solution that
//! sets out to deceive it can: with `unsafe`, or with `/proc/self/mem`, it can read the number that records
//! carry and write records of its own. Nor is everything seen that an honest one may do:
//!
//! - up to 8 MiB outside the heap (a `static` array, a thread's stack, a memory map), which real memory cannot
//!   be told from what the program itself begins to use; on systems without `/proc`, all of it;
//! - what another process holds, beyond what was written to it through a pipe or a file; and a process that
//!   leaves its group without holding on to its standard output;
//! - threads that a solution started and left idle;
//! - races between threads of a runtime: a case's runtime has one;
//! - a last `flush` to a file of Tokio's that is not awaited: when a case looks at the file, the write is done;
//! - up to 64 reads or polls after the end, which the `Stream` trait does not promise to survive;
//! - `Interrupted` and `WouldBlock`, which no source here returns;
//! - inputs of more than 256 MiB that are read to the end, such as a sum in 32 bits that overflows at 4 GiB.
//!
//! # The report
//!
//! The report card goes to standard output. The same facts go to `target/report-cards/NAME/all.json`
//! (one case alone: `NAME/CASE.json`; some: `NAME/some.json`), described at [`report::Report`].

mod advice;
mod args;
mod card;
mod case;
mod child;
mod os;
mod parent;
mod record;
pub mod report;

use std::io::ErrorKind;
use std::path::PathBuf;

pub use case::{Answer, Case, Failed, Grade, Trial, count, timed};
pub use futures_core::future::{BoxFuture, LocalBoxFuture};
pub use meter;
pub use record::Criterion;

/// The kinds of error that a source or a sink may break with. `Interrupted` and `WouldBlock` are left out: they
/// ask for another try.
pub const ERROR_KINDS: [ErrorKind; 16] = [
    ErrorKind::NotFound,
    ErrorKind::PermissionDenied,
    ErrorKind::ConnectionRefused,
    ErrorKind::ConnectionReset,
    ErrorKind::ConnectionAborted,
    ErrorKind::NotConnected,
    ErrorKind::AddrInUse,
    ErrorKind::BrokenPipe,
    ErrorKind::InvalidInput,
    ErrorKind::InvalidData,
    ErrorKind::TimedOut,
    ErrorKind::WriteZero,
    ErrorKind::UnexpectedEof,
    ErrorKind::OutOfMemory,
    ErrorKind::Unsupported,
    ErrorKind::Other,
];

/// Every byte that an exercise's test binary allocates is counted.
#[global_allocator]
static HEAP: meter::heap::Counting = meter::heap::Counting;

/// Where an exercise is and what its learner wrote; made by [`exercise!`].
#[derive(Debug, Clone)]
pub struct About {
    /// Name of the package.
    pub name: &'static str,
    /// Folder of the package.
    pub folder: PathBuf,
    /// The learner's file as it was compiled: the report is about these bytes and no others.
    pub source: &'static str,
    /// Cargo's folder for temporary files of tests, where it said so.
    pub scratch: Option<&'static str>,
}

/// The exercise whose `tests/grade.rs` this stands in.
#[macro_export]
macro_rules! exercise {
    () => {
        $crate::Grade::new($crate::About {
            name: env!("CARGO_PKG_NAME"),
            folder: env!("CARGO_MANIFEST_DIR").into(),
            source: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")),
            scratch: option_env!("CARGO_TARGET_TMPDIR"),
        })
    };
}
