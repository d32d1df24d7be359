//! `hint`: one step more each time.

use super::print;
use super::progress::Course;
use anyhow::{Context, Result, bail};
use std::process::ExitCode;

const WIDTH: usize = 80;

pub(super) fn run(course: &Course, name: &str, again: bool, all: bool) -> Result<ExitCode> {
    let exercise = course.named(name)?;
    let name = &exercise.name;
    let path = exercise.folder.join("hints.md");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", course.shown(&path)))?;
    let steps = steps(&text);
    if steps.is_empty() {
        bail!(
            "{} has no hints: each begins with `## `",
            course.shown(&path)
        );
    }
    if all {
        print(&wrapped(&steps.concat()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let folder = course.target.join("hints");
    let counter = folder.join(name);
    let shown: usize = std::fs::read_to_string(&counter)
        .ok()
        .and_then(|n| n.trim().parse().ok())
        .unwrap_or(0);
    if shown >= steps.len() && !again {
        print(&format!(
            "That was the last of {} hints. To see them again:\n  cargo run -- hint {name} --again   the last one\n  cargo run -- hint {name} --all     all\n",
            steps.len()
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    let step = if again { shown.max(1) } else { shown + 1 }.min(steps.len());
    print(&wrapped(steps[step - 1]))?;
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&counter, step.to_string()))
        .with_context(|| format!("cannot remember the hint in {}", course.shown(&counter)))?;
    Ok(ExitCode::SUCCESS)
}

/// The parts of the text that begin with a heading.
fn steps(text: &str) -> Vec<&str> {
    let heads = text.match_indices("## ").map(|(at, _)| at);
    let mut starts: Vec<usize> = heads
        .filter(|&at| at == 0 || text[..at].ends_with('\n'))
        .collect();
    starts.push(text.len());
    starts.windows(2).map(|w| &text[w[0]..w[1]]).collect()
}

/// Paragraphs and list items in lines of 80 columns; code blocks as they are.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut code = false;
    for line in text.trim_end().lines() {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        if code || fence {
            out += line;
            out.push('\n');
            continue;
        }
        let indent = if line.starts_with("- ") { "  " } else { "" };
        out += &fill(line, indent);
        out.push('\n');
    }
    out
}

/// The words in lines of 80 columns, each line but the first behind `indent`.
pub(super) fn fill(text: &str, indent: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > WIDTH {
            out.push('\n');
            out += indent;
            column = indent.len();
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out += word;
        column += width;
    }
    out
}
