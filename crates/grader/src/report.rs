//! The machine-readable report, version 1.
//!
//! A JSON object of the form of [`Report`]. Sizes are in bytes and times in milliseconds. Fields may be
//! added within a version; a change of meaning makes a new one. It holds the learner's file as it was
//! graded: **a report is about those bytes and no others**, so whoever uses it as progress compares
//! [`Report::source`] with the file first ([`Report::is_about`]).

use serde::{Deserialize, Serialize};

pub use crate::record::{Cause, Criterion, Failure, Line};

/// The version of the form described here.
pub const SCHEMA: u32 = 1;

/// What one run of the grader found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Name of the exercise's package.
    pub exercise: String,
    /// Whether every case of the exercise was run.
    pub complete: bool,
    /// Whether every criterion of a complete run is met.
    pub passed: bool,
    /// The learner's file, relative to the exercise's folder.
    pub file: String,
    /// The learner's file, whole, as it was compiled.
    pub source: String,
    /// The guards that were active.
    pub guards: Vec<String>,
    /// How long the grading took, on the wall.
    pub ms: u64,
    /// A row per criterion that the cases check or that was not met.
    pub criteria: Vec<CriterionRow>,
    /// What went wrong, cases with one cause merged, the likeliest to help first.
    pub findings: Vec<Finding>,
    /// Every case that was run.
    pub cases: Vec<CaseRow>,
}

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was checked and holds.
    Met,
    /// It was checked and does not hold.
    NotMet,
    /// A case stopped before it could be checked.
    NotReached,
}

/// One criterion over all cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CriterionRow {
    /// The criterion.
    pub criterion: Criterion,
    /// Whether it is met in all cases that check it.
    pub verdict: Verdict,
    /// Cases in which it is met.
    pub met: usize,
    /// Cases that check it.
    pub of: usize,
    /// Peak live heap of the case that came closest to its budget.
    pub peak: Option<u64>,
    /// The budget of that case.
    pub budget: Option<u64>,
    /// How long these cases took together, on the wall.
    pub ms: u64,
}

/// One cause, in all the cases that it showed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The failure in the first of the cases.
    pub failure: Failure,
    /// What it means, in a sentence or two.
    pub sentence: String,
    /// The cases.
    pub cases: Vec<String>,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseRow {
    /// Its name, as a filter takes it.
    pub name: String,
    /// What is special about it, where that helps: `each read brings 1 byte`.
    pub about: String,
    /// What it checks.
    pub checks: Vec<Criterion>,
    /// Whether it ran to its end and found nothing.
    pub passed: bool,
    /// Whether it ran to its end.
    pub ended: bool,
    /// What it found.
    pub failures: Vec<Failure>,
    /// Peak live heap above the start, where the case ran to its end.
    pub peak: Option<u64>,
    /// Live heap allowed above the start.
    pub budget: u64,
    /// The most real memory that its process was seen to have, where it can be told.
    pub resident: Option<u64>,
    /// Virtual time that the solution took.
    pub elapsed_ms: Option<u64>,
    /// Time on the wall.
    pub ms: u64,
    /// Live heap over bytes read.
    pub trace: Trace,
    /// What the solution printed, cut off after a few thousand bytes.
    pub printed: String,
}

/// Live heap over bytes read, in columns.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// Bytes read in all.
    pub read: u64,
    /// Bytes read per column.
    pub width: u64,
    /// The most live heap above the start in each column.
    pub live: Vec<u64>,
}

impl Report {
    /// Whether the report is about a learner's file that reads `source` today.
    pub fn is_about(&self, source: &str) -> bool {
        self.schema == SCHEMA && self.source == source
    }

    /// The criteria that are not met.
    pub fn not_met(&self) -> impl Iterator<Item = Criterion> {
        self.criteria
            .iter()
            .filter(|row| row.verdict == Verdict::NotMet)
            .map(|row| row.criterion)
    }
}
