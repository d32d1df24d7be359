//! `check --submissions`: grades what a class handed in. Of each submission only the learner's files are taken,
//! into a clean checkout, so that a changed test, grader or manifest helps nobody.

use super::check::{self, Outcome};
use super::progress::{Course, Exercise};
use super::{COULD_NOT_RUN, print, tell};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The largest file that is taken for a solution, in bytes.
const LARGEST: u64 = 1 << 20;

pub(super) fn run(course: &Course, dir: &Path, names: &[String], json: bool) -> Result<ExitCode> {
    let submissions = submissions(dir)?;
    let place = checkout(course)?;
    let mut clean = Course::find(&place)?;
    // Of its own, also where CARGO_TARGET_DIR is set: cargo would take a package of the checkout for yours, which has
    // the same path in its workspace, and your report cards would be overwritten.
    clean.target = place.join("target");
    let chosen = check::chosen(&clean, names)?;
    let mut rows = Vec::new();
    for (i, folder) in submissions.iter().enumerate() {
        // What the code of the one before changed is not there for the next.
        as_committed(&place)?;
        let who = folder.file_name().unwrap_or_default().to_string_lossy();
        for exercise in &chosen {
            let (n, of) = (i + 1, submissions.len());
            tell(&format!("[{n}/{of}] {who}: {}", exercise.name));
            // One that cannot be graded takes nothing from the others.
            let outcome = grade(&clean, exercise, folder)
                .unwrap_or_else(|error| Outcome::NotRun(format!("{error:#}")));
            if let (Outcome::NotCompiled(said) | Outcome::NotRun(said), false) = (&outcome, json) {
                tell(said);
            }
            rows.push((who.to_string(), *exercise, outcome));
        }
    }
    if json {
        let all = rows.iter().map(|(who, exercise, outcome)| {
            let mut one = check::as_json(exercise, outcome);
            one["submission"] = Value::from(who.as_str());
            one
        });
        let all: Vec<Value> = all.collect();
        print(&format!("{}\n", serde_json::to_string_pretty(&all)?))?;
    } else {
        print(&table(&rows))?;
    }
    let could_not = |row: &(_, _, Outcome)| matches!(row.2, Outcome::NotRun(_));
    Ok(if rows.iter().any(could_not) {
        ExitCode::from(COULD_NOT_RUN)
    } else if rows.iter().all(|row| row.2.passed()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The folders in `dir`, one for each submission, by name.
fn submissions(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(dir)
        .with_context(|| format!("cannot read the submissions in {}", dir.display()))?;
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !hidden {
            folders.push(path);
        }
    }
    folders.sort();
    if folders.is_empty() {
        bail!(
            "{} has no folder: each submission is a folder in it, a clone of this project or one with files such \
             as count_lines.rs",
            dir.display()
        );
    }
    Ok(folders)
}

/// A checkout of the last commit in cargo's folder, as it was committed. It is kept, so that the next run need not
/// compile the grader again.
fn checkout(course: &Course) -> Result<PathBuf> {
    let place = course.target.join("submissions");
    if !place.join(".git").exists() {
        std::fs::create_dir_all(&place)
            .with_context(|| format!("cannot create {}", place.display()))?;
        git(&place, &["init", "--quiet"])?;
    }
    let root = course.root.display().to_string();
    git(&place, &["fetch", "--quiet", "--depth", "1", &root, "HEAD"])?;
    as_committed(&place)?;
    Ok(place)
}

/// What is in `place` is as it was committed, but for the solutions: a learner's file could include one.
fn as_committed(place: &Path) -> Result<()> {
    git(place, &["reset", "--quiet", "--hard", "FETCH_HEAD"])?;
    git(place, &["clean", "--quiet", "-f", "-d", "-e", "/target"])?;
    let exercises = place.join("exercises");
    for exercise in std::fs::read_dir(&exercises)
        .with_context(|| format!("cannot read {}", exercises.display()))?
    {
        let solutions = exercise?.path().join("solutions");
        if solutions.is_dir() {
            std::fs::remove_dir_all(&solutions)
                .with_context(|| format!("cannot remove {}", solutions.display()))?;
        }
    }
    Ok(())
}

fn git(place: &Path, args: &[&str]) -> Result<()> {
    let ran = Command::new("git").args(args).current_dir(place).output();
    let ran = ran.context("cannot run git, which makes the clean checkout")?;
    if !ran.status.success() {
        bail!(
            "git {} in {}: {}",
            args.join(" "),
            place.display(),
            String::from_utf8_lossy(&ran.stderr).trim()
        );
    }
    Ok(())
}

/// The learner's file for `exercise` in a submission: of a clone, of one package, or by its name.
fn handed_in(exercise: &Exercise, folder: &Path) -> Option<PathBuf> {
    let name = &exercise.name;
    let places = [
        format!("exercises/{name}/src/lib.rs"),
        format!("{name}/src/lib.rs"),
        format!("{name}.rs"),
    ];
    places
        .iter()
        .map(|place| folder.join(place))
        .find(|file| file.is_file())
}

fn grade(clean: &Course, exercise: &Exercise, folder: &Path) -> Result<Outcome> {
    let Some(file) = handed_in(exercise, folder) else {
        return Ok(Outcome::NotHandedIn);
    };
    // A link could lead to what somebody else handed in.
    let places = file.canonicalize().ok().zip(folder.canonicalize().ok());
    if !places.is_some_and(|(file, folder)| file.starts_with(folder)) {
        return Ok(Outcome::NotRun(format!(
            "{} leads out of {}: hand in the file itself, not a link",
            file.display(),
            folder.display()
        )));
    }
    let size = file.metadata().map_or(0, |file| file.len());
    if size > LARGEST {
        return Ok(Outcome::NotRun(format!(
            "{} has {size} bytes, and at most {LARGEST} are taken: hand in the source alone",
            file.display()
        )));
    }
    let Ok(source) = std::fs::read_to_string(&file) else {
        return Ok(Outcome::NotRun(format!(
            "{} is no UTF-8, or cannot be read: save it as UTF-8",
            file.display()
        )));
    };
    let target = exercise.file();
    let stub =
        std::fs::read(&target).with_context(|| format!("cannot read {}", target.display()))?;
    std::fs::write(&target, source)
        .with_context(|| format!("cannot write {}", target.display()))?;
    let outcome = check::grade(clean, exercise, true, &mut check::run_to_end);
    std::fs::write(&target, stub).with_context(|| format!("cannot write {}", target.display()))?;
    // A stub, or one of which a part is still missing.
    Ok(match outcome? {
        stub if check::not_started(&stub) => Outcome::NotHandedIn,
        outcome => outcome,
    })
}

fn table(rows: &[(String, &Exercise, Outcome)]) -> String {
    let longest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or(0);
    let who = longest(&mut rows.iter().map(|row| row.0.chars().count())).max("submission".len());
    let name = longest(&mut rows.iter().map(|row| row.1.name.len())).max("exercise".len());
    let mut text = format!(
        "\n{:who$}  {:name$}  criteria  outcome\n",
        "submission", "exercise"
    );
    for (submission, exercise, outcome) in rows {
        let (criteria, word) = check::words(outcome);
        let _ = writeln!(
            text,
            "{submission:who$}  {:name$}  {criteria:8}  {word}",
            exercise.name
        );
    }
    text
}
