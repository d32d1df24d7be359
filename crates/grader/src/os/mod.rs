//! The operating system's guards, behind two traits: what the parent does around a case's process, and
//! what that process can learn of itself.

use std::io::{Read, Write};
use std::process::{Child, Command};
use std::time::Duration;

use cpu_time::{ProcessTime, ThreadTime};

mod portable;
#[cfg(unix)]
mod unix;

/// Limits that the system itself enforces.
#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "the portable guards have no use for them")
)]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The largest file that may be written, in bytes.
    pub file: u64,
    /// Address space, in bytes: far above any budget, so that nothing harms the machine.
    pub address_space: u64,
    /// Processor time, in seconds.
    pub cpu: u64,
}

/// Around a case's process.
pub(crate) trait Outside: Send + Sync {
    /// The guards that are active, for the card.
    fn names(&self) -> &'static [&'static str];

    /// Prepares a command to be run within `limits`. Returns where its records can be read and what
    /// the process has to be told to find the other end.
    fn prepare(&self, command: &mut Command, limits: Limits) -> std::io::Result<Report>;

    /// Real memory of a process, in bytes, where it can be told.
    fn resident(&self, process: u32) -> Option<u64>;

    /// Ends a process and what it started.
    fn kill(&self, child: &mut Child);
}

/// The parent's end of the report.
pub(crate) struct Report {
    /// What the process is told.
    pub address: String,
    /// To be dropped once the process has been started, so that the report ends when the process does.
    pub theirs: Option<Box<dyn Send>>,
    /// Whether `ours` may be read only after the process has ended.
    pub read_late: bool,
    pub ours: Box<dyn Read + Send>,
}

/// Within a case's process.
pub(crate) trait Inside: Send + Sync {
    /// The other end of [`Report`].
    fn open_report(&self, address: &str) -> std::io::Result<Box<dyn Write + Send>>;

    /// Whether no thread but the calling one could run if it were given a processor. True where that cannot be
    /// told.
    fn all_asleep(&self) -> bool;

    /// Whether [`Inside::all_asleep`] can tell.
    fn tells_asleep(&self) -> bool;

    /// Bytes written to files and pipes, where it can be told.
    fn written(&self) -> Option<u64>;

    /// Forgets the peak of real memory; returns what it is now, in bytes, where it can be told.
    fn start_resident(&self) -> Option<u64>;

    /// The most real memory since then, in bytes, where it can be told.
    fn resident_peak(&self) -> Option<u64>;

    /// Whether the parent is gone.
    fn orphaned(&self) -> bool;

    /// Runs `there` on the main thread, wherever that is, and gives it a moment.
    fn interrupt_main(&self, there: fn());
}

/// The best guards that this system has, or the portable ones.
pub(crate) fn outside(portable: bool) -> Box<dyn Outside> {
    #[cfg(unix)]
    if !portable {
        return Box::new(unix::Unix);
    }
    let _ = portable;
    Box::new(portable::Portable)
}

/// As [`outside`], for within.
pub(crate) fn inside(portable: bool) -> Box<dyn Inside> {
    #[cfg(unix)]
    if !portable {
        return Box::new(unix::UnixInside::new());
    }
    let _ = portable;
    Box::new(portable::PortableInside)
}

/// Has the system refuse every write that makes a file longer than `bytes`, with an error and not with a signal.
#[cfg(unix)]
pub(crate) fn refuse_longer_files(bytes: u64) {
    unix::refuse_longer_files(bytes);
}

/// Processor time used by all threads but the calling one. On Windows it is counted in steps of about 16 ms.
///
/// # Errors
///
/// When the system does not tell.
pub(crate) fn cpu_of_others() -> std::io::Result<Duration> {
    let all = ProcessTime::try_now()?.as_duration();
    Ok(all.saturating_sub(ThreadTime::try_now()?.as_duration()))
}

/// Ends the process at once: no destructor and no exit handler runs.
pub(crate) fn end_now(code: i32) -> ! {
    #[cfg(unix)]
    unix::end_now(code);
    #[cfg(not(unix))]
    std::process::exit(code)
}
