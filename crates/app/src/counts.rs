//! `cargo run -- count`: what each chapter has of what a chapter must have.

use anyhow::{Context, Result, anyhow};
use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use mdbook_summary::SummaryItem;
use std::collections::BTreeSet;
use std::path::Path;

/// The part of the table of contents whose pages are not chapters.
const APPENDICES: &str = "Appendices";

/// The heading of a chapter's interview questions.
pub(crate) const QUESTIONS: &str = "You can now answer";

/// What a chapter must have at least one of, in the order of [`Chapter::counts`]. Links it may do without.
const COLUMNS: [&str; 8] = [
    "words",
    "listings",
    "outputs",
    "figures",
    "Node.js",
    "questions",
    "quiz",
    "links",
];

/// What one chapter has.
#[derive(Debug)]
pub struct Chapter {
    /// The title in the table of contents.
    pub title: String,
    /// Words of prose, listings, recorded outputs, figures, Node.js programs, interview questions, questions of its
    /// quiz, and links.
    pub counts: [usize; 8],
}

impl Chapter {
    /// What it must have and has not.
    pub fn missing(&self) -> impl Iterator<Item = &'static str> {
        let must = COLUMNS.into_iter().zip(self.counts).take(7);
        must.filter(|(_, n)| *n == 0).map(|(name, _)| name)
    }
}

/// Counts the chapters of the book at `root`, in its order: the numbered pages of the parts that are not nested
/// below another, as exercises are.
///
/// # Errors
/// The table of contents or a chapter cannot be read.
pub fn chapters(root: &Path) -> Result<Vec<Chapter>> {
    let src = root.join("src");
    let read = |file: &Path| {
        std::fs::read_to_string(src.join(file))
            .with_context(|| format!("cannot read {}", Path::new("src").join(file).display()))
    };
    let summary = mdbook_summary::parse_summary(&read(Path::new("SUMMARY.md"))?)
        .map_err(|error| anyhow!("src/SUMMARY.md: {error:#}"))?;
    let mut chapters = Vec::new();
    for item in &summary.numbered_chapters {
        match item {
            SummaryItem::PartTitle(part) if part == APPENDICES => break,
            SummaryItem::Link(link) => {
                if let Some(file) = &link.location {
                    chapters.push(Chapter {
                        title: link.name.clone(),
                        counts: count(&read(file)?),
                    });
                }
            }
            _ => {}
        }
    }
    Ok(chapters)
}

/// The table, and its sums.
pub fn table(chapters: &[Chapter]) -> String {
    let width = chapters.iter().map(|c| c.title.chars().count()).max();
    let width = width.unwrap_or(0).max("chapter".len());
    let mut table = format!("{:width$}", "chapter");
    for name in COLUMNS {
        table += &format!(" {name:>9}");
    }
    let mut sums = [0; 8];
    for chapter in chapters {
        table += &format!("\n{:width$}", chapter.title);
        for (sum, n) in sums.iter_mut().zip(chapter.counts) {
            *sum += n;
            table += &format!(" {n:>9}");
        }
    }
    table += &format!("\n{:width$}", "in all");
    for sum in sums {
        table += &format!(" {sum:>9}");
    }
    table + "\n"
}

fn count(text: &str) -> [usize; 8] {
    let [mut words, mut listings, mut outputs, mut figures] = [0; 4];
    let [mut questions, mut quiz, mut links] = [0; 3];
    let mut node = BTreeSet::new();
    let (mut code, mut answers, mut heading) = (None, false, None);
    for event in new_cmark_parser(text, &MarkdownOptions::default()) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let language = info.split([',', ' ']).next().unwrap_or_default();
                match language {
                    "rust" | "js" => listings += 1,
                    "text" | "console" => outputs += 1,
                    "chart" => figures += 1,
                    _ => {}
                }
                code = Some(language == "quiz");
            }
            Event::End(TagEnd::CodeBlock) => code = None,
            Event::Text(inside) if code == Some(true) => {
                quiz += inside.lines().filter(|l| *l == "[[questions]]").count();
            }
            Event::Text(inside) if code.is_some() => {
                let included = inside.split("examples/node/").skip(1);
                node.extend(
                    included.filter_map(|rest| Some(rest.split_once(".mjs")?.0.to_owned())),
                );
            }
            Event::Start(Tag::Heading { level, .. }) => {
                heading = Some((level as u8, String::new()))
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some((level, title)) = heading.take() {
                    match level {
                        2 => answers = title == QUESTIONS,
                        3 if answers => questions += 1,
                        _ => {}
                    }
                }
            }
            Event::Start(Tag::Image { dest_url, .. }) if dest_url.ends_with(".svg") => {
                figures += 1;
            }
            Event::Start(Tag::Link { .. }) => links += 1,
            Event::Text(text) | Event::Code(text) => {
                words += text
                    .split_whitespace()
                    .filter(|w| w.contains(char::is_alphanumeric))
                    .count();
                if let Some((_, title)) = &mut heading {
                    *title += &text;
                }
            }
            _ => {}
        }
    }
    [
        words,
        listings,
        outputs,
        figures,
        node.len(),
        questions,
        quiz,
        links,
    ]
}
