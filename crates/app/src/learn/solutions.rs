//! `diff`: the learner's file beside the right solutions, for after.

use super::hint::fill;
use super::progress::{Course, State};
use super::{paint, print};
use anyhow::{Context, Result, bail};
use similar::{ChangeTag, TextDiff};
use std::fmt::Write as _;
use std::process::ExitCode;

pub(super) fn run(course: &Course, name: &str, only: Option<&str>) -> Result<ExitCode> {
    let exercise = course.named(name)?;
    let name = &exercise.name;
    let why = match course.state(exercise) {
        State::Met { .. } => None,
        State::NotMet { .. } => Some("it does not pass yet"),
        State::NotStarted => Some("it is not started"),
        State::NotGraded => Some("it is not graded"),
        State::Changed => Some("your file has changed since it was graded"),
        State::Unreadable => Some("your file cannot be read"),
    };
    if let Some(why) = why {
        eprintln!(
            "{name}: {why}, and solutions are for after a pass.\n  cargo run -- check {name}\n  cargo run -- hint {name}"
        );
        return Ok(ExitCode::FAILURE);
    }

    // An editor on Windows may end lines with \r\n; the solutions have \n.
    let mine = course.source(exercise)?.replace("\r\n", "\n");
    let folder = exercise.folder.join("solutions");
    let mut solutions = Vec::new();
    for entry in std::fs::read_dir(&folder)
        .with_context(|| format!("cannot read {}", course.shown(&folder)))?
    {
        let path = entry?.path();
        let file = path.file_stem().unwrap_or_default().to_string_lossy();
        if file.starts_with("right_") {
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", course.shown(&path)))?;
            let likeness = TextDiff::from_lines(&mine, &text).ratio();
            solutions.push((likeness, file.into_owned(), text, course.shown(&path)));
        }
    }
    solutions.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));

    let mut out = format!("{name} has {} right solutions:\n\n", solutions.len());
    for (_, file, text, _) in &solutions {
        let about = text.lines().next().unwrap_or_default();
        let about = about.trim_start_matches("// right: ");
        let line = fill(&format!("{file}: {about}"), "    ");
        let _ = writeln!(out, "{line}");
    }
    if let Some(only) = only {
        let wanted = only.trim_end_matches(".rs");
        solutions.retain(|(_, file, ..)| file == wanted);
        if solutions.is_empty() {
            bail!("{out}\nnone of them is called {wanted}");
        }
        out.clear();
    }
    let file = course.shown(&exercise.file());
    for (_, _, text, path) in &solutions {
        let _ = writeln!(
            out,
            "\n{}\n{}",
            paint("1", &format!("--- {file}")),
            paint("1", &format!("+++ {path}"))
        );
        if mine == *text {
            out += "(the same)\n";
        }
        let diff = TextDiff::from_lines(&mine, text);
        for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
            let _ = writeln!(out, "{}", paint("36", &hunk.header().to_string()));
            for change in hunk.iter_changes() {
                let line = change.value().trim_end_matches(['\n', '\r']);
                let line = match change.tag() {
                    ChangeTag::Delete => paint("31", &format!("-{line}")),
                    ChangeTag::Insert => paint("32", &format!("+{line}")),
                    ChangeTag::Equal => format!(" {line}"),
                };
                let _ = writeln!(out, "{line}");
            }
        }
    }
    print(&out)?;
    Ok(ExitCode::SUCCESS)
}
