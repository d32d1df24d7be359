//! Quizzes: what a page writes as TOML in a ```` ```quiz ```` block, checked, and written as a form; and the page of
//! their answers.
//!
//! The form of the data is that of the crate [mdbook-quiz-schema](https://docs.rs/mdbook-quiz-schema), which it reads
//! more strictly: every wrong answer has its explanation, with a link, and what a program prints is taken from a
//! recorded output and never typed.

use crate::include::{self, Directive};
use crate::links::{Written, has_host};
use crate::listings::html_target;
use base64::prelude::{BASE64_STANDARD, Engine};
use lab::draw::escape;
use mdbook_markdown::pulldown_cmark::{Event, Parser, Tag, html::push_html};
use regex::Regex;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;
use toml::Spanned;

/// Where the answers of all quizzes are put, as [`Quizzes::answers`].
pub(crate) const ANSWERS: &str = "<!-- answers -->";
/// Where the reader's progress is put, as [`Quizzes::progress`].
pub(crate) const PROGRESS: &str = "<!-- progress -->";
/// The page that has [`ANSWERS`].
const PAGE: &str = "answers";

const FIX_ANSWER: &str = "write `answer.answer`, or `answer.recorded` with `answer.find`";
const FIX_LINK: &str =
    "link to the paragraph that settles it: [text](#heading) or [text](page.md#heading)";

/// A number with or without a unit: an answer that may be typed in other units.
static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\d[\d.]*(?: ([A-Za-z]+))?$").expect("a constant pattern"));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    questions: Vec<Raw>,
}

// One shape for all types: with a tagged enum, serde forgets where in the text a value stood.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(rename = "type")]
    kind: Kind,
    id: Spanned<String>,
    prompt: RawPrompt,
    answer: RawAnswer,
    context: Spanned<String>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
enum Kind {
    MultipleChoice,
    ShortAnswer,
    Tracing,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrompt {
    prompt: Spanned<String>,
    program: Option<Spanned<String>>,
    #[serde(default)]
    distractors: Vec<Spanned<RawDistractor>>,
    /// What is said to a wrong answer that is not among the distractors.
    otherwise: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDistractor {
    answer: Option<String>,
    why: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAnswer {
    answer: Option<Spanned<String>>,
    recorded: Option<Spanned<String>>,
    find: Option<Spanned<String>>,
    /// The unit of a recorded number, where the output has it elsewhere.
    unit: Option<Spanned<String>>,
}

/// One question that was found whole. Its texts are Markdown.
struct Question {
    id: String,
    prompt: String,
    /// The listing to include, as a path with an anchor.
    program: Option<String>,
    answer: String,
    context: String,
    wrong: Vec<(String, String)>,
    /// `None` for a choice.
    otherwise: Option<String>,
}

/// The quiz of one page.
struct Quiz {
    /// The page without its extension.
    page: String,
    title: String,
    questions: Vec<Question>,
}

/// The quizzes of a book, in its order.
#[derive(Default)]
pub(crate) struct Quizzes(Vec<Quiz>);

/// What is wrong with a quiz, at a byte of its block.
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) what: String,
    pub(crate) fix: &'static str,
}

/// A link of an explanation: where in the block it is written, and its target as the page of answers has it.
pub(crate) struct Link {
    pub(crate) at: usize,
    pub(crate) target: String,
}

/// The page that a quiz stands in.
pub(crate) struct Place<'a> {
    /// The project.
    pub(crate) root: &'a Path,
    /// The folder of the pages, relative to the root.
    pub(crate) base: &'a Path,
    /// The page without its extension, `lines`.
    pub(crate) page: &'a str,
    /// Its title, with its number.
    pub(crate) title: &'a str,
}

/// The page on which the links of explanations are rendered.
pub(crate) fn answers_page() -> String {
    format!("{PAGE}.html")
}

impl Quizzes {
    /// Reads the `body` of a block and gives the form, as Markdown in which each listing is still to be included;
    /// `figure` gives what is put before and after a listing.
    pub(crate) fn read(
        &mut self,
        place: &Place<'_>,
        body: &str,
        figure: impl Fn(&Directive<'_>) -> String,
        links: &mut Vec<Link>,
    ) -> Result<String, Vec<Fault>> {
        let file: File = toml::from_str(body).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let what = format!("the quiz cannot be read: {}", error.message());
            let fix = "CONTRIBUTING.md has the form of a quiz";
            vec![Fault { at, what, fix }]
        })?;
        let mut reader = Reader {
            place,
            body,
            faults: Vec::new(),
            links,
            seen: BTreeSet::new(),
        };
        if self.0.iter().any(|quiz| quiz.page == place.page) {
            reader.fault(
                0,
                "a second quiz in one page",
                "add its questions to the first",
            );
        }
        if file.questions.is_empty() {
            reader.fault(0, "a quiz without a question", "write `[[questions]]`");
        }
        let questions: Vec<_> = file
            .questions
            .into_iter()
            .filter_map(|raw| reader.question(raw))
            .collect();
        if !reader.faults.is_empty() {
            return Err(reader.faults);
        }
        let quiz = Quiz {
            page: place.page.to_owned(),
            title: place.title.to_owned(),
            questions,
        };
        let form = quiz.form(figure);
        self.0.push(quiz);
        Ok(form)
    }

    /// The answers of all quizzes, as Markdown.
    pub(crate) fn answers(&self) -> String {
        let mut text = String::new();
        for Quiz {
            page,
            title,
            questions,
        } in &self.0
        {
            let _ = write!(text, "## {title} {{#{PAGE}-{page}}}\n\n");
            for question in questions {
                let from_here = |text: &str| inline(text, |target| beside(page, target));
                let _ = write!(
                    text,
                    "<div class=\"answer\" id=\"{PAGE}-{page}-{id}\"><p><a href=\"{page}.md#quiz-{page}-{id}\">{prompt}</a></p>\
                     <p><strong>{answer}</strong>: {context}</p><ul>",
                    id = question.id,
                    prompt = inline(&question.prompt, str::to_owned),
                    answer = question.shown(&question.answer),
                    context = from_here(&question.context),
                );
                for (wrong, why) in &question.wrong {
                    let _ = write!(
                        text,
                        "<li>Not <em>{}</em>: {}</li>",
                        question.shown(wrong),
                        from_here(why)
                    );
                }
                if let Some(otherwise) = &question.otherwise {
                    let _ = write!(text, "<li>Anything else: {}</li>", from_here(otherwise));
                }
                text.push_str("</ul></div>\n\n");
            }
        }
        text
    }

    /// The counts that the browser fills in, as HTML without a blank line.
    pub(crate) fn progress(&self) -> String {
        let chapters: serde_json::Map<_, _> = self
            .0
            .iter()
            .map(|quiz| (quiz.page.clone(), quiz.questions.len().into()))
            .collect();
        let questions: usize = self.0.iter().map(|quiz| quiz.questions.len()).sum();
        let count = chapters.len();
        let chapters = escape(&serde_json::Value::from(chapters).to_string());
        format!(
            "<section class=\"progress\" id=\"progress\" aria-label=\"Your progress\" data-chapters=\"{chapters}\">\
             <p class=\"go-on\">Nothing read yet.</p>\
             <ul><li><span data-count=\"chapters\">0</span> of {count} chapters read</li>\
             <li><span data-count=\"questions\">0</span> of {questions} quiz questions answered</li>\
             <li data-count=\"exercises\">Exercises: <code>cargo run -- list</code></li></ul>\
             <p class=\"progress-tools\"><button type=\"button\" data-do=\"export\">Export</button> \
             <button type=\"button\" data-do=\"import\">Import</button> \
             <button type=\"button\" data-do=\"clear\">Clear</button> \
             <input type=\"file\" accept=\"application/json,.json\" aria-label=\"A file of progress\" hidden> \
             <span role=\"status\">Kept in this browser, and nowhere else.</span></p></section>\n"
        )
    }
}

/// Checks the questions of one block.
struct Reader<'a> {
    place: &'a Place<'a>,
    body: &'a str,
    faults: Vec<Fault>,
    links: &'a mut Vec<Link>,
    seen: BTreeSet<String>,
}

impl Reader<'_> {
    fn fault(&mut self, at: usize, what: impl Into<String>, fix: &'static str) {
        let what = what.into();
        self.faults.push(Fault { at, what, fix });
    }

    fn question(&mut self, raw: Raw) -> Option<Question> {
        let before = self.faults.len();
        let id = raw.id.get_ref();
        // Where something is missing, the question's name tells which.
        let at = raw.id.span().start;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || !id.chars().all(plain) {
            let fix = "name it in lower case with hyphens: it is part of an address";
            self.fault(raw.id.span().start, format!("the id `{id}`"), fix);
        }
        if !self.seen.insert(id.clone()) {
            let fix = "name it differently: a reader's answers are kept under it";
            self.fault(
                raw.id.span().start,
                format!("a second question `{id}`"),
                fix,
            );
        }
        let typed = raw.kind != Kind::MultipleChoice;
        let answer = self.answer(at, &raw.answer, typed);
        self.explained(&raw.context, false);

        let mut wrong: Vec<(String, String)> = Vec::new();
        for distractor in &raw.prompt.distractors {
            let at = distractor.span().start;
            let RawDistractor { answer: text, why } = distractor.get_ref();
            match (text, why) {
                (None, _) => self.fault(at, "a wrong answer without its text", "write `answer`"),
                (_, None) => {
                    self.fault(at, "a wrong answer without an explanation", "write `why`");
                }
                (Some(text), Some(why)) => {
                    self.explained(why, true);
                    let same = |other: &str| other.trim() == text.trim();
                    if answer.as_deref().is_some_and(same) || wrong.iter().any(|(w, _)| same(w)) {
                        self.fault(
                            at,
                            format!("`{text}` is an answer twice"),
                            "keep one of them",
                        );
                    }
                    wrong.push((text.clone(), why.get_ref().clone()));
                }
            }
        }
        match (&raw.prompt.otherwise, typed) {
            (Some(text), true) => self.explained(text, true),
            (None, true) => self.fault(
                at,
                "nothing is said to other wrong answers",
                "write `prompt.otherwise`",
            ),
            (Some(text), false) => {
                let fix = "explain each wrong answer at its place";
                self.fault(text.span().start, "`otherwise` in a choice", fix);
            }
            (None, false) if raw.prompt.distractors.len() < 2 => {
                let fix = "write two or more `prompt.distractors`";
                self.fault(at, "a choice with fewer than two wrong answers", fix);
            }
            (None, false) => {}
        }
        let program = match (&raw.prompt.program, raw.kind == Kind::Tracing) {
            (Some(program), true) => {
                self.program(program);
                Some(program.get_ref().clone())
            }
            (None, true) => {
                self.fault(at, "no program to trace", "write `prompt.program`");
                None
            }
            (Some(program), false) => {
                let fix = "make it `type = \"Tracing\"`";
                self.fault(program.span().start, "a program in another type", fix);
                None
            }
            (None, false) => None,
        };
        if self.faults.len() > before {
            return None;
        }
        Some(Question {
            id: raw.id.into_inner(),
            prompt: raw.prompt.prompt.into_inner(),
            program,
            answer: answer?,
            context: raw.context.into_inner(),
            wrong,
            otherwise: raw.prompt.otherwise.map(Spanned::into_inner),
        })
    }

    /// The right answer: as written, or from a recorded output.
    fn answer(&mut self, at: usize, raw: &RawAnswer, typed: bool) -> Option<String> {
        match (&raw.answer, &raw.recorded, &raw.find) {
            (Some(text), None, None) if typed => {
                let fix = "name the output with `answer.recorded` and the place with `answer.find`";
                self.fault(text.span().start, "what a program prints is typed", fix);
                None
            }
            (Some(text), None, None) => Some(text.get_ref().clone()),
            (None, Some(file), Some(pattern)) => {
                let answer = self.recorded(file, pattern)?;
                let Some(unit) = &raw.unit else {
                    return Some(answer);
                };
                let answer = format!("{answer} {}", unit.get_ref());
                if !NUMBER.is_match(&answer) {
                    let fix = "give a unit only to a number that has none";
                    self.fault(unit.span().start, format!("`{answer}` is no number"), fix);
                    return None;
                }
                Some(answer)
            }
            (None, None, None) => {
                self.fault(at, "a question without a right answer", FIX_ANSWER);
                None
            }
            _ => {
                self.fault(
                    at,
                    "a right answer of two kinds, or of half a kind",
                    FIX_ANSWER,
                );
                None
            }
        }
    }

    fn recorded(&mut self, file: &Spanned<String>, pattern: &Spanned<String>) -> Option<String> {
        let at = file.span().start;
        let path = file.get_ref();
        let target = include::normalize(self.place.base, path);
        let Some(target) = target.filter(|t| t.components().any(|c| c.as_os_str() == "output"))
        else {
            let fix = "name a file like ../examples/output/NAME.txt";
            self.fault(at, format!("{path} is no recorded output"), fix);
            return None;
        };
        let text = match std::fs::read_to_string(self.place.root.join(&target)) {
            Ok(text) => text,
            Err(error) => {
                let what = format!("cannot read {}: {error}", target.display());
                self.fault(at, what, "correct the path, or record the output");
                return None;
            }
        };
        let at = pattern.span().start;
        let regex = match Regex::new(&format!("(?m){}", pattern.get_ref())) {
            Ok(regex) if regex.captures_len() == 2 => regex,
            Ok(_) => {
                let fix = "put one pair of parentheses around the answer";
                self.fault(at, "a pattern without its one group", fix);
                return None;
            }
            Err(_) => {
                let fix = "correct it; in TOML a pattern stands between single quotes";
                self.fault(at, "`find` is no regular expression", fix);
                return None;
            }
        };
        let found: Vec<_> = regex.captures_iter(&text).collect();
        let [found] = found.as_slice() else {
            let what = format!("the pattern is found {} times in {path}", found.len());
            self.fault(at, what, "make it fit once");
            return None;
        };
        Some(found.get(1)?.as_str().trim().to_owned())
    }

    fn program(&mut self, program: &Spanned<String>) {
        let at = program.span().start;
        let found = directive(program.get_ref());
        if found.anchor.is_none() {
            let fix = "name an anchor: a question shows the part that it asks about";
            self.fault(at, "a whole program", fix);
            return;
        }
        let mut said = Vec::new();
        include::check(self.place.root, self.place.base, &found, &mut |what, _| {
            said.push(what);
        });
        for what in said {
            self.fault(at, what, "correct the path or the anchor");
        }
    }

    /// Takes the links of an explanation, which must have one if `linked`.
    fn explained(&mut self, text: &Spanned<String>, linked: bool) {
        let Range { start, end } = text.span();
        let source = &self.body[start..end];
        // A text in three quotes begins on the line after them.
        let indent = source.find(|c| c != '"' && c != '\'' && c != '\r' && c != '\n');
        let mut some = false;
        for (event, range) in Parser::new(text.get_ref()).into_offset_iter() {
            if let Event::Start(Tag::Link { dest_url, .. }) = event {
                some = true;
                // An escape makes the text shorter than its source: the line is right all the same.
                let at = (start + indent.unwrap_or(0) + range.start).min(end);
                let target = html_target(&beside(self.place.page, &dest_url));
                self.links.push(Link { at, target });
            }
        }
        if text.get_ref().trim().is_empty() {
            self.fault(start, "an empty explanation", "say why");
        } else if linked && !some {
            self.fault(start, "an explanation without a link", FIX_LINK);
        }
    }
}

/// `path:anchor` as a directive.
fn directive(program: &str) -> Directive<'_> {
    let (path, anchor) = match program.split_once(':') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (program, None),
    };
    let kind = if path.ends_with(".rs") {
        "rustdoc_include"
    } else {
        "include"
    };
    Directive {
        kind,
        path,
        anchor,
        at: 0,
        path_at: 0,
    }
}

impl Quiz {
    fn form(&self, figure: impl Fn(&Directive<'_>) -> String) -> String {
        let page = &self.page;
        let mut text = format!(
            "<section class=\"quiz\" id=\"quiz-{page}\" aria-label=\"Quiz: {}\">\n",
            escape(&self.title)
        );
        for (index, question) in self.questions.iter().enumerate() {
            let id = &question.id;
            let (fields, answers) = question.fields();
            let answers = BASE64_STANDARD.encode(answers.to_string());
            let _ = writeln!(
                text,
                // `dialog`: without a script, the form is sent nowhere.
                "<form method=\"dialog\" id=\"quiz-{page}-{id}\" data-question=\"{page}/{id}\" data-answers=\"{answers}\">\
                 <fieldset><legend><span class=\"number\">{} of {}.</span> {}</legend>",
                index + 1,
                self.questions.len(),
                inline(&question.prompt, str::to_owned),
            );
            if let Some(program) = &question.program {
                let found = directive(program);
                let figure = figure(&found);
                let end = if figure.is_empty() { "" } else { "</figure>\n" };
                let language = if found.kind == "include" {
                    "js"
                } else {
                    "rust"
                };
                let _ = write!(
                    text,
                    "\n{figure}```{language}\n{{{{#{} {program}}}}}\n```\n\n{end}",
                    found.kind
                );
            }
            let _ = writeln!(
                text,
                "<div class=\"choices\">{fields}</div></fieldset><p><button>Check</button></p>\
                 <div role=\"status\"></div></form>"
            );
        }
        let _ = write!(
            text,
            "<p class=\"to-answers\">The answers, with their reasons, are under \
             <a href=\"{PAGE}.md#{PAGE}-{page}\">Answers</a>.</p>\n</section>\n"
        );
        text
    }
}

impl Question {
    /// The inputs as HTML, and what the script needs to judge them.
    fn fields(&self) -> (String, serde_json::Value) {
        let own = |target: &str| html_target(target);
        let explain = |text: &str| block(text, own);
        let context = explain(&self.context);
        let Some(otherwise) = &self.otherwise else {
            let mut choices: Vec<_> = self.wrong.iter().map(|(w, why)| (w, Some(why))).collect();
            choices.push((&self.answer, None));
            // By a hash, so that the right one stands anywhere, and at the same place in each build.
            choices.sort_by_key(|(text, _)| fnv(&format!("{}\n{text}", self.id)));
            let mut fields = String::new();
            for (index, (text, _)) in choices.iter().enumerate() {
                let _ = write!(
                    fields,
                    "<label><input type=\"radio\" name=\"choice\" value=\"{index}\" required> <span>{}</span></label>",
                    inline(text, str::to_owned)
                );
            }
            let wrong: Vec<_> = choices
                .iter()
                .map(|(_, why)| why.map(|why| explain(why)))
                .collect();
            return (fields, json!({ "context": context, "choices": wrong }));
        };
        let number = NUMBER.captures(&self.answer);
        let unit = match number.as_ref().and_then(|found| found.get(1)) {
            Some(unit) => format!(" <span>{}</span>", unit.as_str()),
            None => String::new(),
        };
        let mode = if number.is_some() { "decimal" } else { "text" };
        let fields = format!(
            "<label><span>Your answer</span> <input type=\"text\" inputmode=\"{mode}\" autocomplete=\"off\" \
             autocapitalize=\"off\" spellcheck=\"false\" required>{unit}</label>"
        );
        let wrong: Vec<_> = self
            .wrong
            .iter()
            .map(|(text, why)| json!([text, explain(why)]))
            .collect();
        let answers = json!({
            "context": context,
            "right": self.answer,
            "wrong": wrong,
            "otherwise": explain(otherwise),
        });
        (fields, answers)
    }

    /// An answer as HTML: a choice is Markdown, and what is typed is shown as it is.
    fn shown(&self, answer: &str) -> String {
        match self.otherwise {
            None => inline(answer, str::to_owned),
            Some(_) => format!("<code>{}</code>", escape(answer)),
        }
    }
}

/// The target as it is from another page.
fn beside(page: &str, target: &str) -> String {
    match target.strip_prefix('#') {
        Some(id) => format!("{page}.md#{id}"),
        None => target.to_owned(),
    }
}

/// Markdown as HTML in one line, its links through `map`.
fn block(text: &str, map: impl Fn(&str) -> String) -> String {
    let events = Parser::new(text).map(|event| match event {
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) if !has_host(&dest_url) => Event::Start(Tag::Link {
            link_type,
            dest_url: map(&dest_url).into(),
            title,
            id,
        }),
        // A line break is a space to the reader.
        Event::SoftBreak => Event::Text(" ".into()),
        // `Vec<u8>` without its backticks is text, too.
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    });
    let mut html = String::new();
    push_html(&mut html, events);
    html.lines().collect()
}

/// Markdown of one paragraph, without the paragraph.
fn inline(text: &str, map: impl Fn(&str) -> String) -> String {
    let html = block(text, map);
    match html
        .strip_prefix("<p>")
        .and_then(|t| t.strip_suffix("</p>"))
    {
        Some(inside) if !inside.contains("<p>") => inside.to_owned(),
        _ => html,
    }
}

/// FNV-1a.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl Link {
    /// The link as the check of the rendered pages wants it.
    pub(crate) fn written(self, file: &Path, line: usize) -> Written {
        Written {
            page: answers_page().into(),
            target: self.target,
            file: file.to_owned(),
            line,
        }
    }
}
