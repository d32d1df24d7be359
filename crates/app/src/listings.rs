//! The preprocessor: captions for listings and recorded outputs, tabs, diagrams, quizzes, and the rules that a
//! page's source must keep.
//!
//! It works on a chapter's text before mdBook includes anything, and changes as little as it can:
//! figures are put around code blocks, which stay Markdown for mdBook to include and render.

use crate::charts;
use crate::figures::{self, Figure};
use crate::include::{self, Directive, Page};
use crate::labs;
use crate::links::{Written, has_host};
use crate::quizzes::{self, Quizzes};
use crate::verdicts;
use crate::{Problem, Problems};
use lab::draw::escape;
use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, LinkType, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use mdbook_preprocessor::book::{Book, BookItem};
use mdbook_preprocessor::errors::Result;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use regex::Regex;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::LazyLock;

/// The name under which `book.toml` registers the preprocessor.
pub const NAME: &str = "listings";

/// What the preprocessor found; the link check needs the second half.
#[derive(Debug, Default)]
pub struct Report {
    /// What breaks a rule.
    pub problems: Vec<Problem>,
    /// Where each link was written.
    pub links: Vec<Written>,
    /// Whether a page has a lab, which needs its model in the site.
    pub labs: bool,
}

/// The preprocessor.
#[derive(Debug, Default)]
pub struct Listings {
    /// Where to leave what was found. Without it, a problem ends the run.
    pub report: Option<Rc<RefCell<Report>>>,
}

impl Preprocessor for Listings {
    fn name(&self) -> &str {
        NAME
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let src = &context.config.book.src;
        let mut report = Report::default();

        let mut pages = HashMap::new();
        let mut homes = HashMap::new();
        for item in book.iter() {
            let BookItem::Chapter(chapter) = item else {
                continue;
            };
            let Some(path) = &chapter.source_path else {
                continue;
            };
            let file = src.join(path);
            let page = Page::read(&context.root, &file, &chapter.content, &mut report.problems);
            for included in &page.included {
                homes
                    .entry(included.clone())
                    .or_insert_with(|| file.clone());
            }
            pages.insert(path.clone(), page);
        }

        let mut figures = Vec::new();
        let mut quizzes = Quizzes::default();
        book.for_each_mut(|item| {
            let BookItem::Chapter(chapter) = item else {
                return;
            };
            let title = match &chapter.number {
                Some(number) => format!("{number} {}", chapter.name),
                None => chapter.name.clone(),
            };
            let Some(path) = &chapter.source_path else {
                return;
            };
            let Some(page) = pages.get(path) else { return };
            let rendered = chapter
                .path
                .as_deref()
                .unwrap_or(path)
                .with_extension("html");
            chapter.content = Rewriter {
                root: &context.root,
                src,
                homes: &homes,
                rendered,
                page,
                chapter: &title,
                text: page.text(),
                edits: Vec::new(),
                tabs: None,
                quizzes: &mut quizzes,
                unasked: None,
                report: &mut report,
                figures: &mut figures,
            }
            .run();
        });
        // Their marks may stand before the last figure and the last quiz.
        let verdicts = verdicts::table(&context.root, &book)?;
        book.for_each_mut(|item| {
            if let BookItem::Chapter(chapter) = item {
                figures::list(&figures, chapter);
                chapter.content = chapter.content.replace(verdicts::MARK, &verdicts);
                for (mark, text) in [
                    (quizzes::ANSWERS, Quizzes::answers as fn(&_) -> _),
                    (quizzes::PROGRESS, Quizzes::progress),
                ] {
                    if chapter.content.contains(mark) {
                        chapter.content = chapter.content.replace(mark, &text(&quizzes));
                    }
                }
            }
        });

        match &self.report {
            Some(shared) => *shared.borrow_mut() = report,
            None if report.problems.is_empty() => {}
            None => return Err(Problems::new(report.problems).into()),
        }
        Ok(book)
    }
}

/// The language of a tab's panel, in the order of `<!-- tabs -->`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Rust,
    Node,
}

impl Language {
    fn of(info: &str) -> Option<Self> {
        match info {
            "rust" => Some(Self::Rust),
            "js" => Some(Self::Node),
            _ => None,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::Node => "Node.js",
        }
    }
}

/// An open `<!-- tabs -->`.
struct Tabs {
    at: usize,
    panels: Vec<Language>,
}

impl Tabs {
    fn close(&self) -> &'static str {
        match self.panels.is_empty() {
            true => "\n</div>\n",
            false => "\n</section>\n</div>\n",
        }
    }
}

struct Rewriter<'a> {
    root: &'a Path,
    src: &'a Path,
    /// The chapter that shows each included page.
    homes: &'a HashMap<PathBuf, PathBuf>,
    /// This chapter's page, relative to the site.
    rendered: PathBuf,
    page: &'a Page,
    /// The chapter's title, with its number.
    chapter: &'a str,
    text: String,
    edits: Vec<(Range<usize>, String)>,
    tabs: Option<Tabs>,
    quizzes: &'a mut Quizzes,
    /// Where the chapter's interview questions begin, until a quiz is found.
    unasked: Option<usize>,
    report: &'a mut Report,
    figures: &'a mut Vec<Figure>,
}

impl Rewriter<'_> {
    fn run(mut self) -> String {
        let text = std::mem::take(&mut self.text);
        let events: Vec<_> = new_cmark_parser(&text, &options())
            .into_offset_iter()
            .collect();
        let mut skip = 0;
        for (index, (event, range)) in events.iter().enumerate() {
            if index < skip {
                continue;
            }
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    let inner = events[index + 1..].iter();
                    let body: String = inner
                        .map_while(|(event, _)| match event {
                            Event::Text(text) => Some(&**text),
                            _ => None,
                        })
                        .collect();
                    self.code_block(&text, kind, &body, range);
                }
                Event::Start(Tag::Heading { .. }) => {
                    let title = events.get(index + 1).map(|(event, _)| event);
                    if matches!(title, Some(Event::Text(t)) if **t == *crate::counts::QUESTIONS) {
                        self.unasked = Some(range.start);
                    }
                }
                Event::Start(Tag::Paragraph) => {
                    if let Some(events_used) = self.diagram(&text, &events[index..]) {
                        skip = index + events_used;
                    }
                }
                Event::Start(Tag::Link {
                    link_type,
                    dest_url,
                    ..
                }) => {
                    self.link(&text, *link_type, dest_url, range);
                }
                Event::Start(Tag::Image {
                    link_type,
                    dest_url,
                    ..
                }) => {
                    let alt = alt_text(&events[index + 1..]);
                    if alt.trim().is_empty() {
                        self.problem(
                            &text,
                            range.start,
                            "a picture without a text alternative",
                            "say between the brackets what the picture shows",
                        );
                    }
                    self.link(&text, *link_type, dest_url, range);
                }
                Event::Html(html) | Event::InlineHtml(html) => self.html(&text, html, range),
                _ => {}
            }
            self.before_first_panel(&text, event, range);
        }
        if let Some(tabs) = self.tabs.take() {
            // Closed here, so that mdBook does not complain a second time.
            self.edits
                .push((text.len()..text.len(), tabs.close().to_owned()));
            self.problem(
                &text,
                tabs.at,
                "`<!-- tabs -->` is never closed",
                "add `<!-- /tabs -->` after the last panel",
            );
        }
        if let Some(at) = self.unasked {
            let fix = "add a block in `quiz` after these questions: see CONTRIBUTING.md";
            self.problem(&text, at, "a chapter without a quiz", fix);
        }
        self.apply(text)
    }

    fn apply(mut self, mut text: String) -> String {
        self.edits
            .sort_by_key(|(range, _)| (range.start, range.end));
        for (range, replacement) in self.edits.into_iter().rev() {
            text.replace_range(range, &replacement);
        }
        text
    }

    /// Where the byte `at` of the chapter's text was written.
    fn place(&self, text: &str, at: usize) -> (PathBuf, usize) {
        let index = text[..at].matches('\n').count();
        match self.page.lines.get(index).or(self.page.lines.last()) {
            Some(line) => (line.file.clone(), line.number),
            None => (self.src.to_owned(), 1),
        }
    }

    fn problem(&mut self, text: &str, at: usize, what: impl Into<String>, fix: &str) {
        let (file, line) = self.place(text, at);
        self.report
            .problems
            .push(Problem::new(file, line, what, fix));
    }

    // Code blocks.

    fn code_block(
        &mut self,
        text: &str,
        kind: &CodeBlockKind<'_>,
        body: &str,
        range: &Range<usize>,
    ) {
        let at = range.start;
        let CodeBlockKind::Fenced(info) = kind else {
            self.problem(
                text,
                at,
                "a code block made by indentation",
                "include it from a program between ``` fences",
            );
            return;
        };
        let words: Vec<_> = info
            .split([',', ' ', '\t'])
            .filter(|word| !word.is_empty())
            .collect();
        let included = include::is_included(body);
        let language = words.first().copied().unwrap_or_default();
        match language {
            "rust" | "js" if !included => {
                let what = format!("a `{language}` listing is typed into the page");
                self.problem(text, at, what, "put it into a program and include it: {{#rustdoc_include ../examples/NAME.rs:anchor}} or {{#include ../examples/node/NAME.mjs:anchor}}");
            }
            "text" | "console" if !included => {
                let what = format!("a `{language}` block is typed into the page");
                self.problem(
                    text,
                    at,
                    what,
                    "record it from a run and include it: {{#include ../examples/output/NAME.txt}}",
                );
            }
            "chart" => return self.chart(text, body, range),
            "quiz" => return self.quiz(text, body, range),
            "rust" | "js" | "text" | "console" | "sh" | "toml" | "yaml" => {}
            "" => self.problem(
                text,
                at,
                "a code block without a language",
                "name it: `rust`, `js` (included), `text` (recorded), `sh`, `toml`, `yaml` or `quiz`",
            ),
            other => {
                let what = format!("a code block in `{other}`");
                self.problem(
                    text,
                    at,
                    what,
                    "use `rust` or `js` (included), `text` (recorded), `sh`, `toml`, `yaml` or `quiz`",
                );
            }
        }
        if words.contains(&"ignore") {
            self.problem(
                text,
                at,
                "a listing that is never compiled (`ignore`)",
                "include a program that compiles, or use `compile_fail` with its error code",
            );
        }
        let code = |word: &&str| {
            word.len() == 5
                && word.starts_with('E')
                && word[1..].bytes().all(|b| b.is_ascii_digit())
        };
        if words.contains(&"compile_fail") && !words.iter().any(code) {
            self.problem(
                text,
                at,
                "`compile_fail` without the error it fails with",
                "add the code: `compile_fail,E0382`",
            );
        }
        for directive in include::directives(body).filter(|_| language == "rust") {
            if directive.kind == "include" {
                self.problem(
                    text,
                    at,
                    format!("`#include` of Rust: {}", directive.path),
                    "use `#rustdoc_include`, which keeps the whole program within reach",
                );
            }
        }
        let panel = self.panel(language);
        self.figure(text, range, body, panel);
    }

    /// Puts a picture in the place of the block that says what to draw.
    fn chart(&mut self, text: &str, body: &str, range: &Range<usize>) {
        let at = range.start;
        if !(at == 0 || text[..at].ends_with('\n')) {
            let what = "a chart inside a list or a quotation";
            self.problem(text, at, what, "put it after");
            return;
        }
        let replacement = match charts::draw(self.root, body) {
            Ok(chart) => {
                let content = format!("class=\"diagram chart\">{}</figure>\n", chart.html);
                self.show(&chart.name, content, chart.commands)
            }
            Err(wrong) => {
                let start = text[at..].find('\n').map_or(at, |end| at + end + 1);
                self.problem(text, start + wrong.at, wrong.what, wrong.fix);
                String::new()
            }
        };
        self.edits.push((range.clone(), replacement));
    }

    /// The HTML of a figure, which is noted for the page that has all of them.
    fn show(&mut self, name: &str, content: String, commands: Vec<String>) -> String {
        let name = format!("figure-{}", name.replace('_', "-"));
        let same = |figure: &&Figure| figure.page == self.rendered && figure.name == name;
        let id = match self.figures.iter().filter(same).count() {
            0 => name.clone(),
            n => format!("{name}-{}", n + 1),
        };
        let html = format!("<figure id=\"{id}\" {content}");
        self.figures.push(Figure {
            page: self.rendered.clone(),
            chapter: self.chapter.to_owned(),
            name,
            id,
            content,
            commands,
        });
        html
    }

    /// Puts a figure with a caption around an included block.
    fn figure(&mut self, text: &str, range: &Range<usize>, body: &str, panel: String) {
        if !(range.start == 0 || text[..range.start].ends_with('\n')) {
            if include::is_included(body) {
                // mdBook includes the lines as they are, without the indentation that keeps them in.
                self.problem(
                    text,
                    range.start,
                    "an included block inside a list or a quotation",
                    "put it after: its lines would end the list",
                );
            }
            return;
        }
        let figure = match include::directives(body).next() {
            Some(found) => self.before(&found),
            None => String::new(),
        };
        if !figure.is_empty() {
            let end = range.start + text[range.clone()].trim_end().len();
            self.edits.push((end..end, "\n\n</figure>\n".to_owned()));
        }
        self.edits.push((range.start..range.start, panel + &figure));
    }

    /// The beginning of the figure that a block has which includes `found`: with a caption, where the file has one.
    fn before(&self, found: &Directive<'_>) -> String {
        match self.caption(found) {
            Some(Caption::Listing { file, command }) => format!(
                "<figure class=\"listing\">\n<figcaption><span class=\"file\">{file}</span> \
                 <code class=\"command\">{command}</code></figcaption>\n\n"
            ),
            Some(Caption::Output { command }) => format!(
                "<figure class=\"output\">\n<figcaption><span class=\"visually-hidden\">Output of \
                 </span><code class=\"command\">{command}</code></figcaption>\n\n"
            ),
            None => String::new(),
        }
    }

    /// Puts the form in the place of a block in `quiz`.
    fn quiz(&mut self, text: &str, body: &str, range: &Range<usize>) {
        self.unasked = None;
        let start = range.start + text[range.clone()].find('\n').map_or(0, |line| line + 1);
        if !text[start..].starts_with(body) || self.tabs.is_some() {
            let fix = "put it between two paragraphs";
            self.problem(text, range.start, "a quiz inside something else", fix);
            return;
        }
        let page = self.rendered.with_extension("");
        let place = quizzes::Place {
            root: self.root,
            base: self.src,
            page: &page.to_string_lossy(),
            title: self.chapter,
        };
        let mut links = Vec::new();
        // Apart while the rest is only looked at.
        let mut quizzes = std::mem::take(self.quizzes);
        let read = quizzes.read(&place, body, |found| self.before(found), &mut links);
        *self.quizzes = quizzes;
        match read {
            Ok(form) => self.edits.push((range.clone(), form)),
            Err(faults) => {
                for fault in faults {
                    self.problem(text, start + fault.at, fault.what, fault.fix);
                }
                return;
            }
        }
        for link in links {
            let (file, line) = self.place(text, start + link.at);
            self.report.links.push(link.written(&file, line));
        }
    }

    fn caption(&self, directive: &Directive<'_>) -> Option<Caption> {
        let file = include::normalize(self.src, directive.path)?;
        let source = include::source(&file)?;
        Some(match source.recorded {
            true => Caption::Output {
                command: source.command,
            },
            // The file to edit is a copy of the stub.
            false => Caption::Listing {
                file: file
                    .to_string_lossy()
                    .replace('\\', "/")
                    .replace("/stub.rs", "/src/lib.rs"),
                command: source.command,
            },
        })
    }

    // Tabs.

    fn html(&mut self, text: &str, html: &str, range: &Range<usize>) {
        static PRE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"(?i)<(pre|script|style)\b").expect("a constant pattern"));
        let at = range.start;
        if let Some(found) = PRE.captures(html) {
            let what = format!("`<{}>` in a page", &found[1]);
            self.problem(
                text,
                at,
                what,
                "include code and output between ``` fences; styles and scripts belong to theme/",
            );
        }
        let comment = html.trim();
        if let Some(name) = labs::named(comment) {
            self.lab(text, name, range);
            return;
        }
        let replacement = match (comment, self.tabs.take()) {
            ("<!-- tabs -->", None) => {
                self.tabs = Some(Tabs {
                    at,
                    panels: Vec::new(),
                });
                "<div class=\"tabs\">\n"
            }
            ("<!-- tabs -->", Some(open)) => {
                self.tabs = Some(open);
                self.problem(
                    text,
                    at,
                    "tabs inside tabs",
                    "close the first with `<!-- /tabs -->`",
                );
                return;
            }
            ("<!-- /tabs -->", Some(open)) => {
                if open.panels.len() < 2 {
                    self.problem(
                        text,
                        at,
                        "tabs with fewer than two panels",
                        "put a `rust` and a `js` listing between the marks, or take the marks away",
                    );
                }
                open.close()
            }
            ("<!-- /tabs -->", None) => {
                self.problem(
                    text,
                    at,
                    "`<!-- /tabs -->` without `<!-- tabs -->`",
                    "open the tabs, or take the mark away",
                );
                return;
            }
            (_, open) => {
                self.tabs = open;
                return;
            }
        };
        self.edits.push((range.clone(), format!("{replacement}\n")));
    }

    fn lab(&mut self, text: &str, name: &str, range: &Range<usize>) {
        match lab::find(name) {
            Some(lab) => {
                self.report.labs = true;
                self.edits.push((range.clone(), labs::html(lab) + "\n"));
            }
            None => {
                let fix = format!("did you mean `<!-- lab {} -->`?", labs::nearest(name));
                self.problem(text, range.start, format!("there is no lab `{name}`"), &fix);
            }
        }
    }

    /// The HTML that a listing inside tabs needs before it, if it opens a panel.
    fn panel(&mut self, language: &str) -> String {
        let (Some(language), Some(tabs)) = (Language::of(language), &mut self.tabs) else {
            return String::new();
        };
        if tabs.panels.last() == Some(&language) {
            return String::new();
        }
        let close = if tabs.panels.is_empty() {
            ""
        } else {
            "</section>\n\n"
        };
        tabs.panels.push(language);
        let title = language.title();
        format!(
            "{close}<section class=\"panel\" aria-label=\"{title}\">\n<p class=\"panel-title\">{title}</p>\n\n"
        )
    }

    fn before_first_panel(&mut self, text: &str, event: &Event<'_>, range: &Range<usize>) {
        let Some(tabs) = &self.tabs else { return };
        let stray = matches!(
            event,
            Event::Start(
                Tag::Paragraph
                    | Tag::Heading { .. }
                    | Tag::List(_)
                    | Tag::Table(_)
                    | Tag::CodeBlock(_)
            )
        );
        if stray && tabs.panels.is_empty() && range.start > tabs.at {
            self.problem(
                text,
                range.start,
                "something stands between `<!-- tabs -->` and the first listing",
                "move it before the mark, or after the listing it belongs to",
            );
        }
    }

    // Links and diagrams.

    fn link(&mut self, text: &str, kind: LinkType, target: &str, range: &Range<usize>) {
        let (file, line) = self.place(text, range.start);
        if matches!(kind, LinkType::Autolink | LinkType::Email) || has_host(target) {
            self.written(target, file, line);
            return;
        }
        let (path, fragment) = match target.split_once('#') {
            Some((path, fragment)) => (path, Some(fragment)),
            None => (target, None),
        };
        let mut new = target.to_owned();
        if !path.is_empty() && !path.starts_with('/') {
            let base = file.parent().unwrap_or(Path::new(""));
            let absolute = include::normalize(base, path);
            let inside = absolute.as_ref().filter(|path| path.starts_with(self.src));
            let Some(to) = inside.or_else(|| self.homes.get(absolute.as_ref()?)) else {
                // A page is often linked as if the text stood in the chapter that includes it.
                let fix = match path.ends_with(".md") && !path.contains('/') {
                    true => format!(
                        "write the page's path from this file: {}",
                        include::relative(base, &self.src.join(path))
                    ),
                    false => "name the file in code font, or link to its public address".to_owned(),
                };
                let what = format!("the link {target} leads out of the book");
                self.report
                    .problems
                    .push(Problem::new(file, line, what, fix));
                // Once is enough: it leads nowhere in the page too.
                self.retarget(text, target, "#", range);
                return;
            };
            new = include::relative(self.src, to);
            if let Some(fragment) = fragment {
                new.push('#');
                new.push_str(fragment);
            }
        }
        if new != target && !self.retarget(text, target, &new, range) {
            self.problem(
                text,
                range.start,
                format!("a link by reference to {target}"),
                "write the target in the link: an included page's links are moved",
            );
        }
        self.written(&new, file, line);
    }

    /// Writes `new` instead of `target` in the link at `range`, if it is written there.
    fn retarget(&mut self, text: &str, target: &str, new: &str, range: &Range<usize>) -> bool {
        let Some(at) = text[range.clone()].rfind(target) else {
            return false;
        };
        let at = range.start + at;
        self.edits.push((at..at + target.len(), new.to_owned()));
        true
    }

    fn written(&mut self, target: &str, file: PathBuf, line: usize) {
        self.report.links.push(Written {
            page: self.rendered.clone(),
            target: html_target(target),
            file,
            line,
        });
    }

    /// Puts the SVG of a picture that is alone in its paragraph into the page.
    /// Gives the number of events this took.
    fn diagram(&mut self, text: &str, events: &[(Event<'_>, Range<usize>)]) -> Option<usize> {
        let [
            (_, paragraph),
            (
                Event::Start(Tag::Image {
                    dest_url, title, ..
                }),
                _,
            ),
            rest @ ..,
        ] = events
        else {
            return None;
        };
        let length = rest
            .iter()
            .position(|(event, _)| *event == Event::End(TagEnd::Image))?;
        if rest.get(length + 1)?.0 != Event::End(TagEnd::Paragraph) {
            return None;
        }
        let at = paragraph.start;
        let (file, _) = self.place(text, at);
        let svg = include::normalize(file.parent()?, dest_url)?;
        if !svg.starts_with(self.src.join("diagrams")) || svg.extension()? != "svg" {
            return None;
        }
        let alt = alt_text(rest);
        if alt.trim().is_empty() {
            self.problem(
                text,
                at,
                "a picture without a text alternative",
                "say between the brackets what the picture shows",
            );
        }
        let content = match std::fs::read_to_string(self.root.join(&svg)) {
            Ok(content) => content,
            Err(error) => {
                let what = format!("cannot read {}: {error}", svg.display());
                self.problem(text, at, what, "correct the path, or add the diagram");
                self.edits.push((paragraph.clone(), String::new()));
                return Some(length + 4);
            }
        };
        for (line, part) in content.lines().enumerate() {
            if ["<style", "style=", "<script", "fill=", "stroke="]
                .iter()
                .any(|own| part.contains(own))
            {
                self.report.problems.push(Problem::new(
                    &svg,
                    line + 1,
                    "a diagram with styles of its own",
                    "use the theme's classes, which follow light and dark",
                ));
            }
        }
        static SVG: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"<svg\b([^>]*\bviewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>)"#)
                .expect("a constant pattern")
        });
        let Some(found) = SVG.captures(&content) else {
            self.report.problems.push(Problem::new(
                &svg,
                1,
                "not an <svg> with a viewBox from 0 0",
                "start it with <svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 W H\">",
            ));
            return Some(length + 4);
        };
        // Its units are pixels where there is room, so that its text is as large as the page's.
        let (width, height) = (&found[2], &found[3]);
        let start = found.get(1).map_or(0, |rest| rest.start());
        let drawing: Vec<_> = content[start..].split_whitespace().collect();
        let caption = match &**title {
            "" => String::new(),
            title => format!("<figcaption>{}</figcaption>", escape(title)),
        };
        // One line: a blank one would end the HTML for Markdown.
        let content = format!(
            "class=\"diagram\"><svg role=\"img\" aria-label=\"{}\" width=\"{width}\" height=\"{height}\" {}{caption}</figure>\n",
            escape(&alt),
            drawing.join(" "),
        );
        let name = svg.file_stem()?.to_string_lossy().into_owned();
        let html = self.show(&name, content, Vec::new());
        self.edits.push((paragraph.clone(), html));
        Some(length + 4)
    }
}

enum Caption {
    Listing { file: String, command: String },
    Output { command: String },
}

/// The options that mdBook parses with, as `book.toml` sets them.
fn options() -> MarkdownOptions {
    let mut options = MarkdownOptions::default();
    options.smart_punctuation = false;
    options
}

fn alt_text(events: &[(Event<'_>, Range<usize>)]) -> String {
    let inside = events
        .iter()
        .take_while(|(event, _)| *event != Event::End(TagEnd::Image));
    inside
        .map(|(event, _)| match event {
            Event::Text(text) | Event::Code(text) => text,
            Event::SoftBreak | Event::HardBreak => " ",
            _ => "",
        })
        .collect()
}

/// The target as mdBook writes it: `page.md#id` becomes `page.html#id`.
pub(crate) fn html_target(target: &str) -> String {
    let (path, fragment) = target.split_at(target.find('#').unwrap_or(target.len()));
    match path.strip_suffix(".md") {
        Some(path) => format!("{path}.html{fragment}"),
        None => target.to_owned(),
    }
}
