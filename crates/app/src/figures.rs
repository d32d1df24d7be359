//! `<!-- figures -->`: every figure of the book on one page, with the way to its chapter and the commands that make
//! its data.

use crate::include;
use lab::draw::escape;
use mdbook_preprocessor::book::Chapter;
use std::path::{Path, PathBuf};

/// The line that the list takes the place of.
const MARK: &str = "<!-- figures -->";

/// A figure of a page.
#[derive(Debug)]
pub(crate) struct Figure {
    /// The page, relative to the site.
    pub(crate) page: PathBuf,
    /// The title of its chapter.
    pub(crate) chapter: String,
    /// What it is called after its program or its file.
    pub(crate) name: String,
    /// Its name on the page, where more than one may have the same.
    pub(crate) id: String,
    /// Its HTML behind `<figure `, on one line.
    pub(crate) content: String,
    /// The commands that make its data; none for a drawing.
    pub(crate) commands: Vec<String>,
}

/// Puts `figures` in the place of the mark in `chapter`, if it has one.
pub(crate) fn list(figures: &[Figure], chapter: &mut Chapter) {
    let Some(path) = chapter.path.as_deref() else {
        return;
    };
    if !chapter.content.lines().any(|line| line == MARK) {
        return;
    }
    let home = path.parent().unwrap_or(Path::new(""));
    let mut list = String::new();
    let mut last = None;
    for figure in figures {
        let page = include::relative(home, &figure.page);
        let (page, chapter) = (escape(&page), escape(&figure.chapter));
        if last != Some(&figure.page) {
            list += &format!("## {chapter}\n\n");
            last = Some(&figure.page);
        }
        let commands = figure.commands.iter();
        let commands: Vec<_> = commands
            .map(|command| format!("<code>{}</code>", escape(command)))
            .collect();
        let data = match commands.join(" and ") {
            none if none.is_empty() => none,
            commands => format!("Drawn from what {commands} printed. "),
        };
        list += &format!(
            "<figure {}\n<p class=\"figure-data\">{data}Used in <a href=\"{page}#{}\">{chapter}</a>.</p>\n\n",
            figure.content, figure.id
        );
    }
    let lines = chapter.content.lines();
    let lines = lines.map(|line| if line == MARK { list.trim_end() } else { line });
    chapter.content = lines.collect::<Vec<_>>().join("\n") + "\n";
}
