//! `check`: has exercises graded, one package at a time.

use super::progress::{Course, Exercise, cargo, has_todo};
use super::{COULD_NOT_RUN, paint, print, tell};
use anyhow::{Context, Result};
use grader::report::{Report, Verdict};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::thread;

/// What came of grading one exercise.
pub(super) enum Outcome {
    Graded(Box<Report>),
    /// The compiler refused it.
    NotCompiled(String),
    /// Cargo never came to compile it, or the grader wrote no report.
    NotRun(String),
    /// Of a submission: there is no file, or it still has a `todo!()`.
    NotHandedIn,
}

impl Outcome {
    pub(super) fn passed(&self) -> bool {
        matches!(self, Outcome::Graded(report) if report.passed)
    }

    fn word(&self) -> &'static str {
        match self {
            Outcome::Graded(report) if report.passed => "met",
            Outcome::Graded(_) => "not_met",
            Outcome::NotCompiled(_) => "not_compiled",
            Outcome::NotRun(_) => "not_run",
            Outcome::NotHandedIn => "not_handed_in",
        }
    }
}

pub(super) fn run(course: &Course, names: &[String], json: bool) -> Result<ExitCode> {
    let chosen = chosen(course, names)?;
    let mut outcomes = Vec::new();
    for (i, exercise) in chosen.iter().enumerate() {
        tell(&format!("[{}/{}] {}", i + 1, chosen.len(), exercise.name));
        let outcome = grade(course, exercise, json, &mut run_to_end)?;
        if let (Outcome::NotRun(message), false) = (&outcome, json) {
            tell(message);
        }
        outcomes.push((*exercise, outcome));
    }
    if json {
        let all: Vec<Value> = outcomes.iter().map(|(e, o)| as_json(e, o)).collect();
        print(&format!("{}\n", serde_json::to_string_pretty(&all)?))?;
    } else {
        print(&table(&outcomes))?;
    }
    let could_not = |(_, outcome): &(_, Outcome)| matches!(outcome, Outcome::NotRun(_));
    Ok(if outcomes.iter().any(could_not) {
        ExitCode::from(COULD_NOT_RUN)
    } else if outcomes.iter().all(|(_, outcome)| outcome.passed()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The exercises of these names, or all of them.
pub(super) fn chosen<'a>(course: &'a Course, names: &[String]) -> Result<Vec<&'a Exercise>> {
    if names.is_empty() {
        return Ok(course.exercises.iter().collect());
    }
    names.iter().map(|name| course.named(name)).collect()
}

/// A [`Runner`] that waits.
pub(super) fn run_to_end(command: &mut Command) -> std::io::Result<(ExitStatus, Vec<String>)> {
    let mut child = command.spawn()?;
    let out = Output::of(&mut child);
    let status = child.wait()?;
    Ok((status, out.read()))
}

pub(super) fn as_json(exercise: &Exercise, outcome: &Outcome) -> Value {
    let (report, message) = match outcome {
        Outcome::Graded(report) => (Some(report), None),
        Outcome::NotCompiled(said) | Outcome::NotRun(said) => (None, Some(said)),
        Outcome::NotHandedIn => (None, None),
    };
    json!({
        "exercise": exercise.name,
        "outcome": outcome.word(),
        "report": report,
        "message": message,
    })
}

/// Whether it is a stub, or a part of it is.
pub(super) fn not_started(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Graded(report) if !report.passed && has_todo(&report.source))
}

/// How many criteria are met, and the outcome, for people.
pub(super) fn words(outcome: &Outcome) -> (String, String) {
    let criteria = match outcome {
        Outcome::Graded(report) if !not_started(outcome) => {
            let met = report.criteria.iter().filter(|c| c.verdict == Verdict::Met);
            format!("{} of {}", met.count(), report.criteria.len())
        }
        _ => String::new(),
    };
    let word = match outcome.word() {
        "met" => paint("32", "met"),
        "not_compiled" => paint("31", "does not compile"),
        "not_run" => paint("31", "could not be run"),
        "not_handed_in" => "not handed in".into(),
        _ if not_started(outcome) => "not started".into(),
        _ => paint("31", "not met"),
    };
    (criteria, word)
}

fn table(outcomes: &[(&Exercise, Outcome)]) -> String {
    let width = outcomes.iter().map(|(e, _)| e.name.len()).max();
    let width = width.unwrap_or(0).max("exercise".len());
    let mut text = format!("\n{:width$}  criteria  outcome\n", "exercise");
    for (exercise, outcome) in outcomes {
        let (criteria, mut word) = words(outcome);
        match outcome {
            Outcome::NotCompiled(_) => word += ": the errors are above",
            Outcome::NotRun(_) => word += ": the reason is above",
            _ => {}
        }
        let _ = writeln!(text, "{:width$}  {criteria:8}  {word}", exercise.name);
    }
    text
}

/// What a child prints to the pipes that it was given, read while it runs.
pub(super) struct Output(Vec<thread::JoinHandle<String>>);

impl Output {
    pub(super) fn of(child: &mut Child) -> Self {
        fn read(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
            thread::spawn(move || {
                let mut bytes = Vec::new();
                let _ = pipe.read_to_end(&mut bytes);
                String::from_utf8_lossy(&bytes).into_owned()
            })
        }
        let out = child.stdout.take().map(read);
        Output(
            out.into_iter()
                .chain(child.stderr.take().map(read))
                .collect(),
        )
    }

    /// All of it, the standard output first.
    pub(super) fn read(self) -> Vec<String> {
        let said = self.0.into_iter().map(|pipe| pipe.join());
        said.map(Result::unwrap_or_default).collect()
    }
}

/// Runs a command to its end: how it ended, and what it wrote to the pipes that it was given.
pub(super) type Runner<'a> =
    &'a mut dyn FnMut(&mut Command) -> std::io::Result<(ExitStatus, Vec<String>)>;

/// Does what `cargo test -p NAME` does, in its two steps, so that a file that does not compile is told from one
/// that fails. With `quiet`, nothing reaches the terminal.
///
/// Cargo goes by the time of a file, and one that was moved here may be older than what was compiled last: then the
/// file gets the present time, and is graded once more.
pub(super) fn grade(
    course: &Course,
    exercise: &Exercise,
    quiet: bool,
    run: Runner,
) -> Result<Outcome> {
    let source = course.source(exercise);
    let outcome = grade_once(course, exercise, quiet, run)?;
    match (&outcome, &source) {
        (Outcome::Graded(report), Ok(source)) if !report.is_about(source) => {
            let file = exercise.file();
            std::fs::File::options()
                .append(true)
                .open(&file)
                .and_then(|open| open.set_modified(std::time::SystemTime::now()))
                .with_context(|| format!("cannot give {} a new time", course.shown(&file)))?;
            grade_once(course, exercise, quiet, run)
        }
        _ => Ok(outcome),
    }
}

fn grade_once(course: &Course, exercise: &Exercise, quiet: bool, run: Runner) -> Result<Outcome> {
    let path = course.report_path(exercise);
    let mut build = cargo();
    build
        .env("CARGO_TARGET_DIR", &course.target)
        .args(["test", "--no-run", "--test", "grade", "-p", &exercise.name])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(&course.root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    if quiet {
        build.args(["--color", "never"]).stderr(Stdio::piped());
    }
    let (status, said) =
        run(&mut build).context("cannot run cargo: install Rust with rustup, https://rustup.rs")?;
    let messages = said.first().map_or("", String::as_str);
    let message = || match said.get(1) {
        Some(said) => said.trim_end().to_owned(),
        None => format!("cargo could not build {}", exercise.name),
    };
    let messages = || {
        messages
            .lines()
            .filter_map(|l| serde_json::from_str(l).ok())
    };
    if !status.success() {
        // Without this last word, it was not for the compiler that it failed.
        let compiled = messages().any(|m: Value| m["reason"] == "build-finished");
        return Ok(if compiled {
            Outcome::NotCompiled(message())
        } else {
            Outcome::NotRun(message())
        });
    }
    let test = messages()
        .filter(|m: &Value| m["target"]["name"] == "grade")
        .find_map(|m| m["executable"].as_str().map(PathBuf::from))
        .context("cargo did not name the test that it built")?;

    // Only the run that begins here can leave a report. Where none began, the last one stays.
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot remove {}", path.display()));
        }
        _ => {}
    }
    let mut test = Command::new(test);
    test.current_dir(&exercise.folder).stdin(Stdio::null());
    if quiet {
        test.stdout(Stdio::null()).stderr(Stdio::piped());
    }
    let (status, said) = run(&mut test).context("cannot run the test that cargo built")?;
    Ok(match course.report(exercise) {
        Some(report) if report.complete => Outcome::Graded(Box::new(report)),
        _ => Outcome::NotRun(format!(
            "the grader left no report in {} ({status})\n{}",
            course.shown(&path),
            said.concat()
        )),
    })
}
