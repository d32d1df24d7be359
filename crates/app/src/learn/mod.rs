//! The learner's way through the exercises: `list`, `check`, `hint`, `reset`, `next`, `diff`, `watch`.
//!
//! Progress is what the reports of the grader say, and a report counts only while it is about the bytes that the
//! learner's file has now. Nothing else is remembered, but which hint comes next.

mod check;
mod hint;
mod progress;
mod reset;
mod solutions;
mod submissions;
mod watch;

use anyhow::{Context, Result};
use clap::Subcommand;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use progress::Course;
pub use progress::Exercises;

/// The exit code of a command that could not do its work.
pub const COULD_NOT_RUN: u8 = 2;

const LIST: &str = "\
Examples:
  cargo run -- list

A row says `met`, `not met`, `not started` (there is still a todo!()), `not graded`,
or `changed`: the file is not the one that was graded.";
const CHECK: &str = "\
Examples:
  cargo run -- check                      all exercises
  cargo run -- check count_lines relay    two of them
  cargo run -- check --json > grades.json
  cargo run -- check relay --json --submissions ../class > grades.json

Exit codes: 0 all criteria met, 1 some not, 2 could not run.

--json prints one array. Each element has `exercise`; `outcome`, one of met, not_met,
not_compiled and not_run; `report`, the grader's, or null; and `message`, what the
compiler or cargo said where there is no report.

With --submissions, each folder in DIR is what one learner handed in: a clone of this
project, or a folder with files such as count_lines.rs. Only the learner's files are
taken from it, into a checkout of your last commit. An element has `submission` too, the
name of the folder, and its outcome may be not_handed_in: no file, or one
that still has a todo!().
What they wrote runs with your rights: see src/teaching.md.";
const HINT: &str = "\
Examples:
  cargo run -- hint count_lines           the first hint, then the second, then the third
  cargo run -- hint count_lines --again   the last one again";
const RESET: &str = "\
Examples:
  cargo run -- reset count_lines

The stub is in stub.rs beside the README. What you wrote is kept beside your file, as
src/lib.kept-1.rs, src/lib.kept-2.rs and so on.";
const NEXT: &str = "\
Examples:
  cargo run -- next";
const DIFF: &str = "\
Examples:
  cargo run -- diff count_lines                  against each solution, nearest first
  cargo run -- diff count_lines right_fill_buf   against one";
const WATCH: &str = "\
Examples:
  cargo run -- watch                 from the next exercise on
  cargo run -- watch relay           from this one on
  cargo run -- watch --poll          where saves go unnoticed: network drives, WSL's /mnt/c

A pass moves on to the next exercise. Ctrl-C ends it.";

/// What a learner can ask for.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the exercises in the book's order, with what is met of each
    #[command(after_help = LIST)]
    List,
    /// Grade exercises, one after another: all of them, or those named
    #[command(after_help = CHECK)]
    Check {
        /// The exercises [default: all]
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// Print one JSON document, and nothing else, on standard output
        #[arg(long)]
        json: bool,
        /// Grade what is in the folders of DIR, one for each learner, in a clean checkout
        #[arg(long, value_name = "DIR")]
        submissions: Option<PathBuf>,
    },
    /// Show the next hint for an exercise: one step more each time
    #[command(after_help = HINT)]
    Hint {
        /// The exercise
        name: String,
        /// The hint that was shown last
        #[arg(long, conflicts_with = "all")]
        again: bool,
        /// All hints at once
        #[arg(long)]
        all: bool,
    },
    /// Put an exercise's stub back, and keep what you wrote beside it
    #[command(after_help = RESET)]
    Reset {
        /// The exercise
        name: String,
    },
    /// Show the first exercise that is not met: its page, its file, its command
    #[command(after_help = NEXT)]
    Next,
    /// Compare your file with the right solutions, once it has passed
    #[command(after_help = DIFF)]
    Diff {
        /// The exercise
        name: String,
        /// One solution, by the name of its file [default: each]
        solution: Option<String>,
    },
    /// Grade an exercise each time its file is saved, and go on to the next when it passes
    #[command(after_help = WATCH)]
    Watch {
        /// The exercise to begin with [default: the first that is not met]
        name: Option<String>,
        /// Look at the file ten times a second instead of waiting for the system's word
        #[arg(long)]
        poll: bool,
    },
}

/// Does what `command` says with the exercises of the project at `root`.
///
/// # Errors
/// An unknown name; cargo cannot be run, or git for submissions; a file cannot be read or written.
pub fn run(root: &Path, command: &Command) -> Result<ExitCode> {
    let course = Course::find(root)?;
    match command {
        Command::List => progress::list(&course),
        Command::Check {
            names,
            json,
            submissions: Some(dir),
        } => submissions::run(&course, dir, names, *json),
        Command::Check { names, json, .. } => check::run(&course, names, *json),
        Command::Hint { name, again, all } => hint::run(&course, name, *again, *all),
        Command::Reset { name } => reset::run(&course, name),
        Command::Next => progress::next(&course),
        Command::Diff { name, solution } => solutions::run(&course, name, solution.as_deref()),
        Command::Watch { name, poll } => watch::run(&course, name.as_deref(), *poll),
    }
}

/// Writes a line to standard error. Where that is closed, nobody is told.
fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Writes to standard output. That nobody reads on (`| head`) is no error.
fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}

/// `text` in a color of the terminal, where standard output is one and NO_COLOR does not forbid it.
fn paint(code: &str, text: &str) -> String {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty())
        || std::env::var("TERM").is_ok_and(|term| term == "dumb");
    if std::io::stdout().is_terminal() && !plain {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}
