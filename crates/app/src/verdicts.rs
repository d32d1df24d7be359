//! `<!-- verdicts -->`: how many solutions the grader is tried with, by the verdict that each says in its first line.
//! That the verdicts are so is shown by `cargo test --test verdicts`, which reads the same lines. Their form is known
//! in both: the grader, which knows the criteria, brings an allocator that the app must not have.

use anyhow::{Context, Result, bail};
use mdbook_preprocessor::book::{Book, BookItem};
use std::fmt::Write as _;
use std::path::Path;

/// The line that the table takes the place of.
pub(crate) const MARK: &str = "<!-- verdicts -->";

/// The columns of the traps.
const CRITERIA: [&str; 7] = [
    "correct",
    "memory",
    "backpressure",
    "overlap",
    "early",
    "cancel",
    "errors",
];

/// Solutions of one exercise, or of all.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    right: usize,
    traps: usize,
    /// Traps that fail each criterion.
    fails: [usize; CRITERIA.len()],
}

impl Counts {
    /// Counts a solution whose first line is `line`.
    fn add(&mut self, line: &str) -> Result<()> {
        if line.starts_with("// right: ") {
            self.right += 1;
            return Ok(());
        }
        let names = line
            .strip_prefix("// trap fails ")
            .and_then(|rest| Some(rest.split_once(": ")?.0));
        let Some(names) = names else {
            bail!("its first line must be `// right: …` or `// trap fails CRITERIA: …`");
        };
        self.traps += 1;
        for name in names.split(", ") {
            let Some(column) = CRITERIA.iter().position(|criterion| *criterion == name) else {
                bail!("its first line names {name:?}, which is no criterion");
            };
            self.fails[column] += 1;
        }
        Ok(())
    }

    fn of(folder: &Path) -> Result<Self> {
        let mut counts = Self::default();
        for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
            let file = entry?.path();
            let text = std::fs::read_to_string(&file);
            text.map_err(anyhow::Error::from)
                .and_then(|text| counts.add(text.lines().next().unwrap_or_default()))
                .with_context(|| file.display().to_string())?;
        }
        Ok(counts)
    }

    fn row(&self, name: &str) -> String {
        let mut row = format!("| {name} | {} | {} |", self.right, self.traps);
        for fails in self.fails {
            let cell = match fails {
                0 => String::new(),
                fails => fails.to_string(),
            };
            let _ = write!(row, " {cell} |");
        }
        row + "\n"
    }
}

/// The table, with a row for each exercise of `book` in its order, as Markdown.
///
/// # Errors
/// A solution cannot be read, or says no verdict.
pub(crate) fn table(root: &Path, book: &Book) -> Result<String> {
    let mut table = format!("| exercise | right | traps | {} |\n", CRITERIA.join(" | "));
    table += &format!("|---|{}\n", "--:|".repeat(2 + CRITERIA.len()));
    let mut all = Counts::default();
    for item in book.iter() {
        let BookItem::Chapter(chapter) = item else {
            continue;
        };
        let Some(path) = &chapter.path else { continue };
        let Some(name) = path.file_stem().and_then(|name| name.to_str()) else {
            continue;
        };
        let folder = root.join("exercises").join(name).join("solutions");
        if !folder.is_dir() {
            continue;
        }
        let counts = Counts::of(&folder)?;
        table += &counts.row(&format!("[{name}]({})", path.display()));
        all.right += counts.right;
        all.traps += counts.traps;
        for (sum, fails) in all.fails.iter_mut().zip(counts.fails) {
            *sum += fails;
        }
    }
    Ok(table + &all.row("all"))
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn first_lines_are_counted() {
        let mut counts = Counts::default();
        for line in [
            "// right: a loop",
            "// trap fails memory: a Vec",
            "// trap fails correct, errors: takes an error for the end",
        ] {
            counts.add(line).expect(line);
        }
        assert_eq!(
            counts.row("all"),
            "| all | 1 | 2 | 1 | 1 |  |  |  |  | 1 |\n"
        );
        for line in ["", "//! A solution.", "// trap fails speed: too slow"] {
            counts.add(line).expect_err(line);
        }
    }
}
