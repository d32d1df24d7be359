//! Which exercises there are, and how far the learner has come.

use super::{paint, print};
use anyhow::{Context, Result, bail};
use grader::report::{Report, Verdict};
use mdbook_summary::SummaryItem;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::OnceLock;

/// The exercises of a project, in the book's order.
pub(super) struct Course {
    pub(super) root: PathBuf,
    /// Cargo's target folder: reports are in it, and which hint comes next.
    pub(super) target: PathBuf,
    pub(super) exercises: Vec<Exercise>,
}

pub(super) struct Exercise {
    pub(super) name: String,
    /// Its page as `src/NAME.md`, where the book has one.
    page: Option<String>,
    /// Its package.
    pub(super) folder: PathBuf,
    /// From 1 to 5, where its manifest says so.
    difficulty: Option<u64>,
}

/// How far an exercise is, as of the bytes that its file has now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Met {
        of: usize,
    },
    NotMet {
        met: usize,
        of: usize,
    },
    NotStarted,
    NotGraded,
    Changed,
    /// There is no such file, or it cannot be read.
    Unreadable,
}

pub(super) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

impl Course {
    pub(super) fn find(root: &Path) -> Result<Self> {
        let metadata = metadata(root);
        let difficulty = |name: &str| {
            let packages = metadata.as_ref()?["packages"].as_array()?;
            let package = packages.iter().find(|p| p["name"] == name)?;
            package["metadata"]["difficulty"].as_u64()
        };
        let mut exercises = Vec::new();
        let mut add = |name: &str, page: Option<String>| {
            let folder = root.join("exercises").join(name);
            if folder.join("Cargo.toml").is_file()
                && exercises.iter().all(|e: &Exercise| e.name != name)
            {
                exercises.push(Exercise {
                    name: name.to_owned(),
                    page,
                    folder,
                    difficulty: difficulty(name),
                });
            }
        };
        let path = root.join("src/SUMMARY.md");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let summary = mdbook_summary::parse_summary(&text)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let mut pages = Vec::new();
        locations(&summary.numbered_chapters, &mut pages);
        for page in pages {
            if let Some(name) = page.file_stem().and_then(|name| name.to_str()) {
                add(name, Some(format!("src/{}", page.display())));
            }
        }
        // One that has no page yet can be graded too.
        let folder = root.join("exercises");
        let mut names: Vec<String> = std::fs::read_dir(&folder)
            .with_context(|| format!("cannot read {}", folder.display()))?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort();
        for name in names {
            add(&name, None);
        }
        if exercises.is_empty() {
            bail!("{} has no exercises", folder.display());
        }
        Ok(Course {
            root: root.to_owned(),
            // Configuration files have a say in it too.
            target: match metadata
                .as_ref()
                .and_then(|m| m["target_directory"].as_str())
            {
                Some(folder) => folder.into(),
                None => crate::build::target_dir(root),
            },
            exercises,
        })
    }

    /// The exercise called `name`, which may be the path of its folder.
    pub(super) fn named(&self, name: &str) -> Result<&Exercise> {
        let last = Path::new(name).file_name().and_then(|n| n.to_str());
        let wanted = last.unwrap_or(name);
        if let Some(exercise) = self.exercises.iter().find(|e| e.name == wanted) {
            return Ok(exercise);
        }
        let names: Vec<&str> = self.exercises.iter().map(|e| e.name.as_str()).collect();
        let nearest = names
            .iter()
            .map(|n| (strsim::damerau_levenshtein(n, wanted), *n))
            .min()
            .filter(|&(edits, n)| edits <= n.len().div_ceil(3))
            .map_or(String::new(), |(_, n)| format!(" Did you mean {n}?"));
        bail!(
            "no exercise is called {wanted}.{nearest}\nThe exercises are: {}",
            names.join(", ")
        );
    }

    /// The path as a reader types it, from the project's root.
    pub(super) fn shown(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        path.display().to_string()
    }

    pub(super) fn report_path(&self, exercise: &Exercise) -> PathBuf {
        let cards = self.target.join("report-cards");
        cards.join(&exercise.name).join("all.json")
    }

    /// The last report of all cases, if there is one that can be read.
    pub(super) fn report(&self, exercise: &Exercise) -> Option<Report> {
        let json = std::fs::read(self.report_path(exercise)).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// What the learner's file has now.
    pub(super) fn source(&self, exercise: &Exercise) -> Result<String> {
        let path = exercise.file();
        std::fs::read_to_string(&path).with_context(|| {
            format!(
                "cannot read {}\n`cargo run -- reset {}` puts the stub back",
                self.shown(&path),
                exercise.name
            )
        })
    }

    /// A report about these bytes has the first word, since a `todo!(` may stand where it is never run.
    pub(super) fn state(&self, exercise: &Exercise) -> State {
        let Ok(source) = self.source(exercise) else {
            return State::Unreadable;
        };
        match self.report(exercise) {
            Some(report) if report.is_about(&source) => {
                let of = report.criteria.len();
                if report.passed {
                    State::Met { of }
                } else if has_todo(&source) {
                    State::NotStarted
                } else {
                    let met = report.criteria.iter().filter(|c| c.verdict == Verdict::Met);
                    let met = met.count();
                    State::NotMet { met, of }
                }
            }
            _ if has_todo(&source) => State::NotStarted,
            None => State::NotGraded,
            Some(_) => State::Changed,
        }
    }

    /// The first exercise from the one at `from` on, and around, that is not met.
    pub(super) fn first_not_met(&self, from: usize) -> Option<&Exercise> {
        let (before, after) = self.exercises.split_at(from);
        let mut all = after.iter().chain(before);
        all.find(|exercise| !matches!(self.state(exercise), State::Met { .. }))
    }

    /// What to read, to edit and to run.
    pub(super) fn way_into(&self, exercise: &Exercise) -> String {
        let name = &exercise.name;
        let page = match &exercise.page {
            Some(page) => page.clone(),
            None => self.shown(&exercise.folder.join("README.md")),
        };
        let file = self.shown(&exercise.file());
        format!(
            "{}\n  page    {page}\n  file    {file}\n  check   cargo run -- check {name}\n  hint    cargo run -- hint {name}\n",
            paint("1", name)
        )
    }
}

impl Exercise {
    /// The one file that the learner edits.
    pub(super) fn file(&self) -> PathBuf {
        self.folder.join("src").join("lib.rs")
    }

    /// What that file was in the beginning. Nobody edits this one: the exercise's page shows the signature from it.
    pub(super) fn stub(&self) -> PathBuf {
        self.folder.join("stub.rs")
    }
}

/// Whether a line still says `todo!(` before any `//`. Such a file is not started, unless it passes all the same.
pub(super) fn has_todo(source: &str) -> bool {
    source
        .lines()
        .any(|line| line.split("//").next().unwrap_or("").contains("todo!("))
}

fn locations(items: &[SummaryItem], into: &mut Vec<PathBuf>) {
    for item in items {
        if let SummaryItem::Link(link) = item {
            into.extend(link.location.clone());
            locations(&link.nested_items, into);
        }
    }
}

/// Cargo's own word on the workspace and on where it builds; none where cargo cannot read the workspace, as when a
/// learner's file is gone.
fn metadata(root: &Path) -> Option<serde_json::Value> {
    let ran = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root)
        .output();
    serde_json::from_slice(&ran.ok()?.stdout).ok()
}

/// The exercises of the project at `root` with how far each is, as JSON. They are looked for once; how far they are,
/// each time.
#[derive(Default)]
pub struct Exercises(OnceLock<Course>);

impl Exercises {
    /// An array in the book's order, of objects with `name` and `state`: `met`, `not_met`, `not_started`,
    /// `not_graded` or `changed`.
    ///
    /// # Errors
    /// The table of contents or the folder of the exercises cannot be read, or there is none.
    pub fn json(&self, root: &Path) -> Result<serde_json::Value> {
        let course = match self.0.get() {
            Some(course) => course,
            None => {
                let found = Course::find(root)?;
                self.0.get_or_init(|| found)
            }
        };
        let exercise = |exercise: &Exercise| {
            let state = match course.state(exercise) {
                State::Met { .. } => "met",
                State::NotMet { .. } => "not_met",
                // A learner's file that is gone is a stub that `reset` puts back.
                State::NotStarted | State::Unreadable => "not_started",
                State::NotGraded => "not_graded",
                State::Changed => "changed",
            };
            serde_json::json!({ "name": exercise.name, "state": state })
        };
        Ok(course.exercises.iter().map(exercise).collect())
    }
}

pub(super) fn list(course: &Course) -> Result<ExitCode> {
    let width = course.exercises.iter().map(|e| e.name.len()).max();
    let width = width.unwrap_or(0).max("exercise".len());
    let mut text = format!("{:width$}  difficulty  criteria  state\n", "exercise");
    for exercise in &course.exercises {
        let (criteria, state) = match course.state(exercise) {
            State::Met { of } => (format!("{of} of {of}"), paint("32", "met")),
            State::NotMet { met, of } => (format!("{met} of {of}"), paint("31", "not met")),
            State::NotStarted => (String::new(), "not started".into()),
            State::NotGraded => (String::new(), "not graded".into()),
            State::Changed => (String::new(), "changed since it was graded".into()),
            State::Unreadable => {
                let back = format!("cannot be read: `cargo run -- reset {}`", exercise.name);
                (String::new(), paint("31", &back))
            }
        };
        let difficulty = exercise.difficulty.map(|d| format!("{d} of 5"));
        let _ = writeln!(
            text,
            "{:width$}  {:10}  {criteria:8}  {state}",
            exercise.name,
            difficulty.unwrap_or_default()
        );
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn next(course: &Course) -> Result<ExitCode> {
    match course.first_not_met(0) {
        Some(exercise) => print(&course.way_into(exercise))?,
        None => print(&all_met(course))?,
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn all_met(course: &Course) -> String {
    let n = course.exercises.len();
    format!("All exercises are met: {n} of {n}.\n")
}
