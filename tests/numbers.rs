//! Where the numbers in the book's sentences come from.
//!
//! A number of three digits or more, or one with a unit, stands in a program or a recorded output that the page
//! includes, or in the README of an exercise that it leads to; or its sentence links to another page that has it,
//! or to one of somebody else that says it; or `numbers.txt` says how it follows, and that is computed here. So a number that a new recording
//! has changed is found in every sentence that still has the old one.
//!
//! What it cannot see: a number that is right somewhere else on the page, and wrong in its sentence.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

const LIST: &str = "tests/numbers.txt";
const UNITS: &[&str] = &[
    "%", "bytes", "KiB", "MiB", "GiB", "TiB", "kB", "KB", "MB", "GB", "ns", "µs", "ms", "s",
    "seconds", "minutes", "hours",
];

#[test]
fn a_number_in_a_sentence_is_recorded_or_linked_or_computed() {
    let mut list = list(&read(LIST));
    let mut problems = Vec::new();
    let mut numbers = 0;
    let pages = pages();
    let known_of: BTreeMap<_, _> = pages
        .iter()
        .map(|page| (page.as_str(), known(&read_page(page))))
        .collect();
    for page in &pages {
        let text = read_page(page);
        let known = &known_of[page.as_str()];
        let entries = list.remove(page).unwrap_or_default();
        let mut used = vec![false; entries.len()];
        for (entry, used) in entries.iter().zip(&mut used) {
            if let Err(problem) = entry.check(known, &entries) {
                problems.push(format!("{LIST}:{}: {problem}", entry.line));
                *used = true;
            }
        }
        for sentence in sentences(&text) {
            let linked = sentence
                .pages
                .iter()
                .filter_map(|page| known_of.get(page.as_str()));
            let known: Vec<f64> = linked.flatten().chain(known).copied().collect();
            for number in sentence.numbers() {
                numbers += 1;
                let entry = entries.iter().position(|entry| entry.number == number);
                if let Some(entry) = entry {
                    used[entry] = true;
                } else if !sentence.has_source && !known.contains(&value(&number)) {
                    problems.push(format!(
                        "src/{page}.md:{}: {number} is in nothing that the page includes, and {LIST} does not say \
                         how it follows: {}",
                        sentence.line, sentence.text
                    ));
                }
            }
        }
        for (entry, _) in entries.iter().zip(used).filter(|(_, used)| !used) {
            problems.push(format!(
                "{LIST}:{}: src/{page}.md does not have {} any more",
                entry.line, entry.number
            ));
        }
    }
    for (page, entries) in list {
        problems.push(format!(
            "{LIST}:{}: there is no src/{page}.md",
            entries[0].line
        ));
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
    assert!(numbers > 500, "{numbers} numbers are too few");
}

#[test]
fn a_wrong_number_is_found() {
    let text = "Of 1,000 items, 7_500 `9999` came in 12 ms and 3 reads.\n\n- Or 25% [of 512](https://a.b), 2048.\n";
    let found: Vec<_> = sentences(text)
        .iter()
        .map(|s| (s.line, s.has_source, s.numbers()))
        .collect();
    let strings = |numbers: &[&str]| numbers.iter().map(|n| n.to_string()).collect::<Vec<_>>();
    assert_eq!(
        found,
        [
            (1, false, strings(&["1,000", "7_500", "12"])),
            (3, true, strings(&["25", "512", "2048"])),
        ]
    );
    assert_eq!(computed("7,500 * 4 / 1,024"), Some(29.296875));
    assert_eq!(computed("20 - 2 * 3 + 1"), Some(15.0));
    assert_eq!(computed("as they say"), None);
    let entry = |text: &str| {
        list(&format!("page\n  {text}"))
            .remove("page")
            .map(|mut all| all.remove(0))
    };
    let check = |text: &str| entry(text).expect("an entry").check(&[7500.0, 4.0], &[]);
    assert_eq!(check("29.3 = 7,500 * 4 / 1,024"), Ok(()));
    assert_eq!(check("100: an example"), Ok(()));
    assert!(check("29.2 = 7,500 * 4 / 1,024").is_err());
    assert!(check("29.3 = 7,501 * 4 / 1,024").is_err());
}

/// A sentence, or a part of one that a semicolon ends, and the line where its paragraph begins.
struct Sentence {
    line: usize,
    text: String,
    /// It links to a page that is not the book's.
    has_source: bool,
    /// Those of the book that it links to.
    pages: Vec<String>,
}

/// Stands on both sides of a link's target, which follows its text.
const LINK: char = '\u{1}';

fn sentences(page: &str) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let (mut block, mut line, mut in_code, mut target) = (String::new(), 1, false, String::new());
    for (event, range) in Parser::new_ext(page, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => {
                in_code = true;
                let begin = page[..range.start].matches('\n').count() + 1;
                for (line, text) in (begin..).zip(page[range].lines()) {
                    let told = told(text).map(self::sentences).unwrap_or_default();
                    sentences.extend(told.into_iter().map(|told| Sentence { line, ..told }));
                }
            }
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Start(Tag::Image { title, .. }) => block.push_str(&format!("{title} ")),
            Event::Start(Tag::Link { dest_url, .. }) => target = dest_url.to_string(),
            Event::End(TagEnd::Link) => block.push_str(&format!("{LINK}{target}{LINK}")),
            Event::Start(
                Tag::Paragraph | Tag::Heading { .. } | Tag::Item | Tag::TableHead | Tag::TableRow,
            ) => {
                sentences.extend(Sentence::all_of(&block, line));
                block.clear();
                line = page[..range.start].matches('\n').count() + 1;
            }
            Event::End(TagEnd::TableCell) => block.push_str(" | "),
            Event::SoftBreak | Event::HardBreak => block.push(' '),
            Event::Text(text) if !in_code => block.push_str(&text),
            Event::Code(_) => block.push('…'),
            _ => {}
        }
    }
    sentences.extend(Sentence::all_of(&block, line));
    sentences
}

/// What a chart or a quiz says to its reader, in a line of its block. Wrong answers are left out, with why they are.
fn told(line: &str) -> Option<&str> {
    let (key, value) = line.split_once(" = \"")?;
    let said = ["title", "caption", "context", "prompt.prompt"].contains(&key);
    said.then(|| value.trim_end_matches('"'))
}

impl Sentence {
    /// Those of a paragraph, a heading or an item of a list. A row of a table is one, since its last cell is often the
    /// source of the others.
    fn all_of(block: &str, line: usize) -> Vec<Sentence> {
        let words: Vec<&str> = block.split_inclusive(' ').collect();
        let ends = |word: &&str| {
            let word = word.trim_end_matches([' ', '"', ')', LINK]);
            word.ends_with(['.', ';', '?', '!']) && !block.ends_with(" | ")
        };
        let sentences = words.split_inclusive(ends).map(|words| {
            let text = words.concat();
            let links: Vec<&str> = text.split(LINK).skip(1).step_by(2).collect();
            let pages = links.iter().filter_map(|link| link.split_once(".md"));
            Sentence {
                line,
                has_source: links.iter().any(|link| link.starts_with("https:")),
                pages: pages.map(|(page, _)| page.to_owned()).collect(),
                text: text
                    .split(LINK)
                    .step_by(2)
                    .collect::<String>()
                    .trim()
                    .to_owned(),
            }
        });
        sentences
            .filter(|sentence| !sentence.text.is_empty())
            .collect()
    }

    /// Those of three digits or more, or with a unit.
    fn numbers(&self) -> Vec<String> {
        numerals(&self.text)
            .filter(|(number, after)| {
                let unit = after
                    .trim_start()
                    .split(|c: char| !(c.is_alphanumeric() || c == '%'))
                    .next();
                let digits = number.chars().filter(char::is_ascii_digit);
                digits.count() >= 3 || unit.is_some_and(|unit| UNITS.contains(&unit))
            })
            .map(|(number, _)| number.to_owned())
            .collect()
    }
}

/// The numbers of a text, each with what stands before it and behind it. `p99`, `u64` and `UTF8` are names.
fn numerals(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let begin = rest.find(|c: char| c.is_ascii_digit())?;
            let before = rest[..begin].chars().next_back();
            let digits = &rest[begin..];
            let end = digits.find(|c: char| !(c.is_ascii_digit() || ".,_".contains(c)));
            let (number, after) = digits.split_at(end.unwrap_or(digits.len()));
            rest = after;
            if !before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                return Some((number.trim_end_matches(['.', ',', '_']), after));
            }
        }
    })
}

/// Every number in the programs and outputs that a page includes, and in the READMEs of its exercises.
fn known(page: &str) -> Vec<f64> {
    let mut files = Vec::new();
    for (begin, end) in [
        ("{{#include ../", "}}"),
        ("{{#rustdoc_include ../", "}}"),
        ("\"../", "\""),
        ("\"examples/", "\""),
    ] {
        for rest in page.split(begin).skip(1) {
            let file = rest.split(end).next().unwrap_or_default();
            let file = file.split(':').next().unwrap_or_default();
            let folder = if begin.ends_with("examples/") {
                "examples/"
            } else {
                ""
            };
            files.push(format!("{folder}{file}"));
        }
    }
    for rest in page.split("](").skip(1) {
        let exercise = rest.split(".md").next().unwrap_or_default();
        files.push(format!("exercises/{exercise}/README.md"));
    }
    let mut known = Vec::new();
    for file in files.iter().filter(|file| root().join(file).is_file()) {
        let text = read(file);
        known.extend(numerals(&text).map(|(number, _)| value(number)));
    }
    known
}

/// `7,500` is 7500; what is no number, as `1.2.3`, is none that anything is equal to.
fn value(number: &str) -> f64 {
    number.replace([',', '_'], "").parse().unwrap_or(f64::NAN)
}

struct Entry {
    line: usize,
    number: String,
    /// An expression, or else words.
    from: Result<String, String>,
}

/// A page's name stands alone in its line; below it, indented, `NUMBER = EXPRESSION` or `NUMBER: words`.
fn list(text: &str) -> BTreeMap<String, Vec<Entry>> {
    let mut pages = BTreeMap::<String, Vec<Entry>>::new();
    let mut page = String::new();
    for (line, text) in (1..).zip(text.lines()) {
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let Some(entry) = text.strip_prefix("  ") else {
            page = text.to_owned();
            continue;
        };
        let (number, from) = match (entry.split_once(" = "), entry.split_once(": ")) {
            (Some((number, expression)), _) if !number.contains(':') => {
                (number, Ok(expression.to_owned()))
            }
            (_, Some((number, words))) => (number, Err(words.to_owned())),
            _ => panic!(
                "{LIST}:{line}: neither `NUMBER = EXPRESSION` nor `NUMBER: words`: {entry:?}"
            ),
        };
        let number = number.to_owned();
        pages
            .entry(page.clone())
            .or_default()
            .push(Entry { line, number, from });
    }
    pages
}

impl Entry {
    /// That the number is what the expression gives, rounded to as many places, and that the page knows what stands
    /// in the expression: three digits or more are a power of 1,024 or of 10, recorded, or another entry.
    fn check(&self, known: &[f64], entries: &[Entry]) -> Result<(), String> {
        let Ok(expression) = &self.from else {
            return Ok(());
        };
        for operand in expression
            .split(' ')
            .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        {
            let (value, digits) = (value(operand), operand.chars().filter(char::is_ascii_digit));
            let round = [10.0, 1024.0]
                .iter()
                .any(|base: &f64| (1..6).any(|n| base.powi(n) == value));
            let other = |entry: &Entry| entry.line != self.line && entry.number == operand;
            if digits.count() >= 3
                && !round
                && !known.contains(&value)
                && !entries.iter().any(other)
            {
                return Err(format!(
                    "{operand} is in nothing that the page includes, and has no line here"
                ));
            }
        }
        let computed = computed(expression).ok_or(format!("no expression: {expression}"))?;
        let places = self
            .number
            .split_once('.')
            .map_or(0, |(_, places)| places.len());
        let places = 10f64.powi(places as i32);
        if (computed * places).round() != (value(&self.number) * places).round() {
            return Err(format!(
                "{} is said to be {expression}, which is {computed}",
                self.number
            ));
        }
        Ok(())
    }
}

/// Numbers, `+`, `-`, `*` and `/`, with blanks between them.
fn computed(expression: &str) -> Option<f64> {
    let (mut sum, mut term, mut operator) = (0.0, 0.0, "+");
    for (place, word) in expression.split(' ').enumerate() {
        if place % 2 == 1 {
            operator = word;
            continue;
        }
        let value = Some(value(word)).filter(|value| value.is_finite())?;
        match operator {
            "*" => term *= value,
            "/" => term /= value,
            "+" | "-" => {
                sum += term;
                term = if operator == "+" { value } else { -value };
            }
            _ => return None,
        }
    }
    Some(sum + term)
}

fn pages() -> Vec<String> {
    let summary = read("src/SUMMARY.md");
    let links = summary
        .split("](")
        .skip(1)
        .filter_map(|link| link.split_once(".md)"));
    links.map(|(page, _)| page.to_owned()).collect()
}

fn read_page(page: &str) -> String {
    read(&format!("src/{page}.md"))
}

fn read(file: &str) -> String {
    let path: PathBuf = root().join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
