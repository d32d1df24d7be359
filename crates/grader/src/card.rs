//! The report card, as text of at most 80 columns that reads the same with and without color.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::path::Path;

use crate::advice::size;
use crate::args::{Args, Color};
use crate::case::Grade;
use crate::record::{Cause, Criterion, Line};
use crate::report::{CaseRow, Finding, Report, Trace, Verdict};

const WIDTH: usize = 80;
const ROWS: usize = 6;

struct Style {
    color: bool,
    blocks: bool,
}

impl Style {
    fn new(args: &Args) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty())
            || std::env::var("TERM").is_ok_and(|t| t == "dumb");
        let utf8 = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()))
            .is_some_and(|v| v.to_lowercase().replace('-', "").contains("utf8"));
        Style {
            color: match args.color {
                Color::Always => true,
                Color::Never => false,
                Color::Auto => terminal && !plain,
            },
            blocks: terminal && utf8,
        }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.color {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.into()
        }
    }
}

pub(crate) fn print(grade: &Grade, report: &Report, args: &Args, written: &Result<String, String>) {
    let style = Style::new(args);
    if args.quiet {
        println!("{}", result_line(report, &style));
        return;
    }
    print!("{}", render(grade, report, written, &style));
}

fn render(
    grade: &Grade,
    report: &Report,
    written: &Result<String, String>,
    style: &Style,
) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "\n{}", heading(report, style));

    let todo = report
        .findings
        .iter()
        .any(|f| f.failure.cause == Cause::Todo);
    if !todo {
        out.push_str(&table(report, style));
    }
    // A picture where memory is the first criterion to mend.
    let criterion = report.findings.first().map(|f| f.failure.criterion);
    let mut drawn = criterion != Some(Criterion::Memory);
    for finding in &report.findings {
        out.push_str(&explain(grade, report, finding, style));
        let case = report.cases.iter().find(|c| c.name == finding.cases[0]);
        if !drawn
            && let Cause::OverBudget { .. } | Cause::Grew { .. } = finding.failure.cause
            && let Some(case) = case
        {
            drawn = true;
            out.push_str(&graph(case, style));
        }
    }
    if report.passed {
        if let Some(case) = telling(report.cases.iter()) {
            out.push_str(&graph(case, style));
        }
        if grade.about.folder.join("solutions").is_dir() {
            let place = shown(&grade.about.folder.join("solutions/right_*.rs"));
            let _ = writeln!(
                out,
                "\nOther ways that pass, each with its Node.js equivalent:\n  {place}"
            );
        }
    } else if !todo {
        out.push_str(&printed(report));
        out.push_str(&read_next(grade, report, style));
    } else {
        let readme = shown(&grade.about.folder.join("README.md"));
        let _ = writeln!(out, "\nThe task is in {readme}");
    }
    let _ = writeln!(out, "\n{}", wrapped("Guards: ", &report.guards.join(", ")));
    match written {
        Ok(path) => {
            let _ = writeln!(out, "Report: {}", shown(Path::new(path)));
        }
        Err(why) => {
            let _ = writeln!(out, "Report: not written ({why})");
        }
    }
    let _ = writeln!(out, "\n{}\n", result_line(report, style));
    out
}

fn heading(report: &Report, style: &Style) -> String {
    let all = report.criteria.len();
    let met = report
        .criteria
        .iter()
        .filter(|c| c.verdict == Verdict::Met)
        .count();
    let name = style.paint("1", &report.exercise);
    if report
        .findings
        .iter()
        .any(|f| f.failure.cause == Cause::Todo)
    {
        return format!("{name}: not started");
    }
    let part = if report.complete {
        String::new()
    } else {
        format!(", of the {} that you chose", cases(report.cases.len()))
    };
    let state = if met == all {
        style.paint("32;1", "met")
    } else {
        style.paint("31;1", "not yet")
    };
    format!("{name}: {state}, {met} of {all} criteria{part}")
}

fn cases(n: usize) -> String {
    if n == 1 {
        "1 case".into()
    } else {
        format!("{n} cases")
    }
}

fn table(report: &Report, style: &Style) -> String {
    let mut out = format!(
        "\n  {:<13} {:<12} {:>9}   {:>22}   {:>8}\n",
        "criterion", "", "cases", "peak of budget", "time"
    );
    for row in &report.criteria {
        let (word, code) = match row.verdict {
            Verdict::Met => ("met", "32"),
            Verdict::NotMet => ("NOT MET", "31;1"),
            Verdict::NotReached => ("incomplete", "33"),
        };
        let peak = match (row.peak, row.budget) {
            (Some(peak), Some(budget)) => format!("{} of {}", size(peak), size(budget)),
            _ => "stopped".into(),
        };
        let _ = writeln!(
            out,
            "  {:<13} {} {:>9}   {:>22}   {:>8}",
            row.criterion.name(),
            style.paint(code, &format!("{word:<12}")),
            format!("{} of {}", row.met, row.of),
            peak,
            format!("{} ms", row.ms)
        );
    }
    out
}

fn explain(grade: &Grade, report: &Report, finding: &Finding, style: &Style) -> String {
    let mut out = String::new();
    let failure = &finding.failure;
    if failure.cause == Cause::Todo {
        let _ = writeln!(out, "\n{}", wrapped("  ", &finding.sentence));
        out.push_str(&place(grade, failure.line.as_ref()));
        return out;
    }
    let (one, more) = (&finding.cases[0], finding.cases.len() - 1);
    let also = match more {
        0 => String::new(),
        1 => format!(" and {}", finding.cases[1]),
        _ => format!(" and {more} more cases"),
    };
    let about = match report.cases.iter().find(|c| c.name == *one) {
        Some(case) if !case.about.is_empty() => format!(" ({})", case.about),
        _ => String::new(),
    };
    let title = style.paint("1", failure.criterion.name());
    let _ = writeln!(out, "\n{title}, in {one}{about}{also}");
    let _ = writeln!(out, "{}", wrapped("  ", &finding.sentence));
    out.push_str(&place(grade, failure.line.as_ref()));
    out
}

/// The learner's line, as the editor's terminal can open it, and its text.
fn place(grade: &Grade, line: Option<&Line>) -> String {
    let Some(line) = line else {
        return String::new();
    };
    let path = shown(&grade.about.folder.join(&line.file));
    let mut out = format!("\n  {path}:{}:{}\n", line.line, line.column);
    if line.file == "src/lib.rs"
        && let Some(text) = grade.about.source.lines().nth(line.line as usize - 1)
    {
        let (text, column) = window(text, line.column as usize);
        let number = line.line.to_string();
        let _ = writeln!(out, "    {number} | {text}");
        let _ = writeln!(
            out,
            "    {} | {}^",
            " ".repeat(number.len()),
            " ".repeat(column)
        );
    }
    out
}

/// What of a line fits on the card, and where in it the column (counted from 1) is: a long line is cut on both
/// sides of the column.
fn window(text: &str, column: usize) -> (String, usize) {
    const ROOM: usize = WIDTH - 12;
    let shift = text.chars().take_while(|c| c.is_whitespace()).count();
    let column = column.saturating_sub(1 + shift);
    let text: Vec<char> = text.trim().chars().collect();
    if text.len() <= ROOM {
        return (text.iter().collect(), column);
    }
    let start = column.saturating_sub(ROOM / 2).min(text.len() - ROOM);
    let mut shown = text[start..start + ROOM].to_vec();
    if start > 0 {
        shown[0] = '…';
    }
    if start + ROOM < text.len() {
        shown[ROOM - 1] = '…';
    }
    (shown.iter().collect(), column - start)
}

/// A path as one would type it from the workspace's root.
fn shown(path: &Path) -> String {
    let Ok(here) = std::env::current_dir() else {
        return path.display().to_string();
    };
    let root = here
        .ancestors()
        .find(|d| d.join("Cargo.lock").exists())
        .unwrap_or(&here);
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// The case whose graph says most: one about memory, and of those the one that reads most.
fn telling<'a>(cases: impl Iterator<Item = &'a CaseRow>) -> Option<&'a CaseRow> {
    cases
        .filter(|c| c.checks.contains(&Criterion::Memory) && c.trace.live.len() > 2)
        .max_by_key(|c| c.trace.read)
}

/// Live heap over bytes read, with a sentence first for whoever does not see the picture.
fn graph(case: &CaseRow, style: &Style) -> String {
    let Trace { read, live, .. } = &case.trace;
    let mut live = live.clone();

    let mut broke = false;
    for failure in &case.failures {
        if let Cause::OverBudget { live: asked, .. } = failure.cause {
            live.push(asked);
            broke = true;
        }
    }
    if live.len() < 3 {
        return String::new();
    }
    let highest = live.iter().copied().max().unwrap_or(0);
    let top = highest.clamp(case.budget, case.budget.saturating_mul(2));
    let step = (top / ROWS as u64).max(1);
    let budget_row = (case.budget / step).min(ROWS as u64);
    let about = if broke {
        format!(
            "it was stopped on its way to {}; the budget is {}",
            size(highest),
            size(case.budget)
        )
    } else {
        format!(
            "at most {} of a budget of {}",
            size(highest),
            size(case.budget)
        )
    };
    let title = format!("Live heap over bytes read, in {}: {about}.", case.name);
    let mut out = format!("\n{}\n\n", wrapped("  ", &title));
    for row in (0..=ROWS as u64).rev() {
        let label = if row == budget_row {
            size(case.budget)
        } else if row == 0 {
            "0".into()
        } else {
            String::new()
        };
        let mut line = format!("  {label:>9} |");
        for &bytes in &live {
            let eighths = ((bytes * 8).div_ceil(step)).saturating_sub(row * 8).min(8) as usize;
            line.push(match (eighths, style.blocks) {
                (0, _) if row == budget_row => '-',
                (0, _) => ' ',
                (n, true) => [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'][n],
                (_, false) => '#',
            });
        }
        if row == budget_row {
            let _ = write!(
                line,
                "{} budget",
                "-".repeat(49_usize.saturating_sub(live.len()))
            );
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let end = format!("{} read", size(*read));
    let _ = writeln!(out, "  {:>9} +{}", "", "-".repeat(49));
    let _ = writeln!(out, "  {:>9}  0{end:>48}", "");
    out
}

/// The first lines of what the solution printed, of the first case that failed.
fn printed(report: &Report) -> String {
    let Some(case) = report
        .cases
        .iter()
        .find(|c| !c.passed && !c.printed.trim().is_empty())
    else {
        return String::new();
    };
    // A panic is told above.
    let lines: Vec<&str> = case
        .printed
        .lines()
        .filter(|l| !l.starts_with("panicked: "))
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    let mut out = format!("\nPrinted in {}:\n", case.name);
    for line in lines.iter().take(8) {
        let line: String = line
            .chars()
            .filter(|c| !c.is_control())
            .take(WIDTH - 4)
            .collect();
        let _ = writeln!(out, "  | {line}");
    }
    if lines.len() > 8 {
        let _ = writeln!(out, "  | ... (all of it with -- --nocapture)");
    }
    out
}

fn read_next(grade: &Grade, report: &Report, style: &Style) -> String {
    let criterion = report.findings.first().map(|f| f.failure.criterion);
    let chapter = grade
        .chapters
        .iter()
        .find(|c| c.criterion.is_some() && c.criterion == criterion)
        .or_else(|| grade.chapters.iter().find(|c| c.criterion.is_none()));
    match chapter {
        Some(c) => format!(
            "\n{} {} ({})\n",
            style.paint("1", "Read next:"),
            c.title,
            c.file
        ),
        None => String::new(),
    }
}

/// As libtest ends, for the tools that look for it.
fn result_line(report: &Report, style: &Style) -> String {
    let passed = report.cases.iter().filter(|c| c.passed).count();
    let failed = report.cases.len() - passed;
    let word = if failed == 0 {
        style.paint("32", "ok")
    } else {
        style.paint("31", "FAILED")
    };
    format!(
        "test result: {word}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out; \
         finished in {:.2}s",
        report.ms as f64 / 1000.0
    )
}

/// Text in lines of at most [`WIDTH`] columns, each after the first indented as far as `head`.
fn wrapped(head: &str, text: &str) -> String {
    let indent = " ".repeat(head.len());
    let mut lines = vec![head.to_string()];
    // Runs of spaces stay: they may be what is wrong.
    for word in text.split([' ', '\n']) {
        let last = lines.last_mut().expect("there is a first line");
        if last.trim().len() + word.len() + indent.len() + 1 > WIDTH && last.len() > indent.len() {
            lines.push(format!("{indent}{word}"));
        } else {
            if last.len() > head.len() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_around_its_column() {
        assert_eq!(window("    let x = 1;", 9), ("let x = 1;".into(), 4));
        let long = format!("    {}!{}", "a".repeat(170), "b".repeat(170));
        let (text, column) = window(&long, 175);
        assert_eq!(text.chars().count(), WIDTH - 12);
        assert_eq!(text.chars().nth(column), Some('!'));
        assert!(text.starts_with('…') && text.ends_with('…'));
        let (text, column) = window(&long, 5);
        assert!(column == 0 && text.starts_with('a') && text.ends_with('…'));
        let (text, column) = window(&long, 4 + 341);
        assert!(text.chars().nth(column) == Some('b') && !text.ends_with('…'));
    }
}
