//! What the text may not say: phrases that the book does without, and names of solutions that do not exist,
//! found with file and line; and that a pitfall and the chapter that shows it lead to each other, and a report card
//! to a chapter by its number.
//!
//! For the phrases, code is left out: fenced blocks and what stands between backticks.

use std::fs;
use std::path::{Path, PathBuf};

/// A phrase, in lower case, and why it goes.
const BANNED: &[(&str, &str)] = &[
    ("simply", FILLER),
    ("just", FILLER),
    ("obviously", FILLER),
    ("of course", FILLER),
    ("it's worth noting", FILLER),
    ("it is worth noting", FILLER),
    ("note that", FILLER),
    ("as you can see", FILLER),
    ("let's", RUN_UP),
    ("dive in", RUN_UP),
    ("dive into", RUN_UP),
    ("in this chapter", RUN_UP),
    ("powerful", PRAISE),
    ("blazingly", PRAISE),
    ("robust", PRAISE),
    ("seamless", PRAISE),
    ("seamlessly", PRAISE),
    (
        "under the hood",
        "say where: in the kernel, in tokio, in the allocator",
    ),
];
const FILLER: &str = "the sentence says the same without it";
const RUN_UP: &str = "begin with what the run-up leads to";
const PRAISE: &str = "give the number that earns it";

#[test]
fn pages_do_without_the_banned_phrases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    for folder in ["src", "exercises"] {
        collect(&root.join(folder), &mut pages);
    }
    let mut found = Vec::new();
    for page in &pages {
        let text = fs::read_to_string(page).expect("a page is UTF-8");
        let name = page.strip_prefix(root).expect("below the root").display();
        for (line, phrase, why) in banned(&text) {
            found.push(format!("{name}:{line}: {phrase:?}: {why}"));
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn a_solution_that_a_page_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    collect(&root.join("src"), &mut pages);
    let exercises = fs::read_dir(root.join("exercises")).expect("there are exercises");
    let solutions: Vec<PathBuf> = exercises
        .map(|e| e.expect("readable").path().join("solutions"))
        .collect();
    let mut named = 0;
    for page in &pages {
        let text = fs::read_to_string(page).expect("a page is UTF-8");
        for (line, number) in text.lines().zip(1..) {
            let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            for name in words.filter(|w| w.starts_with("trap_") || w.starts_with("right_")) {
                named += 1;
                let file = format!("{name}.rs");
                assert!(
                    solutions.iter().any(|s| s.join(&file).exists()) || name.ends_with('_'),
                    "{}:{number}: no exercise has solutions/{file}",
                    page.display()
                );
            }
        }
    }
    assert!(named > 0, "the glossary names some");
}

#[test]
fn a_pitfall_and_its_chapters_lead_to_each_other() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let pitfalls = fs::read_to_string(src.join("pitfalls.md")).expect("the appendix is there");
    let lines: Vec<&str> = pitfalls.lines().collect();
    let mut checked = 0;
    for (number, pair) in (1..).zip(lines.windows(2)) {
        let (Some(definition), term) = (pair[1].strip_prefix(": "), pair[0]) else {
            continue;
        };
        let words = term.to_lowercase().replace(' ', "-");
        let id = words.replace(|c: char| !c.is_alphanumeric() && c != '-' && c != '_', "");
        let chapters: Vec<&str> = definition
            .split("](")
            .skip(1)
            .filter_map(|link| link.split([')', '#']).next())
            .filter(|page| {
                page.ends_with(".md") && *page != "glossary.md" && *page != "pitfalls.md"
            })
            .collect();
        assert!(
            !chapters.is_empty(),
            "src/pitfalls.md:{number}: {term:?} leads to no chapter that shows it"
        );
        for chapter in chapters {
            let text = fs::read_to_string(src.join(chapter)).expect("the build checks links");
            assert!(
                text.contains(&format!("pitfalls.md#{id})")),
                "src/pitfalls.md:{number}: src/{chapter} does not link back to pitfalls.md#{id}"
            );
            checked += 1;
        }
    }
    assert!(checked > 0, "the appendix has entries");
}

#[test]
fn a_report_card_names_chapters_by_their_number_and_title() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let summary = fs::read_to_string(root.join("src/SUMMARY.md")).expect("it is there");
    // `- [Buffers](buffers.md)` as the second such line is the chapter `"2. Buffers", "src/buffers.md"`.
    let links = summary.lines().filter_map(|line| line.strip_prefix("- ["));
    let mut chapters: Vec<String> = (1..)
        .zip(links.filter_map(|link| link.strip_suffix(')')?.split_once("](")))
        .map(|(number, (title, file))| format!("{number}. {title}\",\"src/{file}"))
        .collect();
    // `[The 10 GB upload](introduction.md)` stands before the parts, and has no number.
    let links = summary.lines().filter_map(|line| line.strip_prefix('['));
    let links = links.filter_map(|link| link.strip_suffix(')')?.split_once("]("));
    chapters.extend(links.map(|(title, file)| format!("{title}\",\"src/{file}")));
    for entry in fs::read_dir(root.join("exercises")).expect("there are exercises") {
        let file = entry.expect("readable").path().join("cases/lib.rs");
        let cases: String = fs::read_to_string(&file).expect("an exercise has cases");
        let mut named = 0;
        for call in cases.split(".read_next").skip(1) {
            let call = call.split(')').next().unwrap_or_default();
            let strings: Vec<&str> = call.split('"').skip(1).step_by(2).collect();
            let chapter = strings.join("\",\"");
            named += 1;
            assert!(
                chapters.contains(&chapter),
                "{}: no chapter of src/SUMMARY.md is {strings:?}",
                file.display()
            );
        }
        assert!(named > 0, "{}: no chapter to read next", file.display());
    }
}

#[test]
fn each_phrase_is_found_and_code_is_left_out() {
    for (phrase, _) in BANNED {
        let (first, rest) = phrase.split_once(' ').unwrap_or((phrase, ""));
        let text =
            format!("# Title\n\nIt is *{first}*\n{rest}. `{phrase}`\n\n```sh\n{phrase}\n```\n");
        let found: Vec<_> = banned(&text).iter().map(|f| (f.0, f.1)).collect();
        assert_eq!(found, [(3, *phrase)]);
    }
    assert_eq!(
        banned("Adjust it, justly: ``a ` just``, and a lone ` at the end."),
        []
    );
    let quiz = "```quiz\nwhy = \"It is `just` just one.\"\n```\n\n```sh\njust\n```\n";
    assert_eq!(banned(quiz).iter().map(|f| f.0).collect::<Vec<_>>(), [2]);
    assert_eq!(banned("One ` alone.\n\nIt’s just one.")[0].0, 3);
}

/// Line, phrase and reason for each banned phrase of a page.
fn banned(text: &str) -> Vec<(usize, &'static str, &'static str)> {
    let prose = without_code(text).to_lowercase().replace('’', "'");
    let words: Vec<(usize, &str)> = prose
        .lines()
        .zip(1..)
        .flat_map(|(line, number)| words(line).map(move |word| (number, word)))
        .collect();
    let mut found = Vec::new();
    for start in 0..words.len() {
        for &(phrase, why) in BANNED {
            let mut here = words[start..].iter().map(|&(_, word)| word);
            if phrase.split(' ').all(|word| here.next() == Some(word)) {
                found.push((words[start].0, phrase, why));
            }
        }
    }
    found
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
}

/// The text with its lines where they were and its code blanked.
fn without_code(text: &str) -> String {
    let (mut prose, mut paragraph) = (String::new(), String::new());
    let (mut fenced, mut quiz) = (false, false);
    for line in text.lines() {
        let fence = line.trim_start().starts_with("```");
        if fenced || fence || line.trim().is_empty() {
            prose += &without_spans(&paragraph);
            paragraph.clear();
            prose.push('\n');
        } else {
            paragraph += line;
            paragraph.push('\n');
        }
        // A quiz is prose between its fences.
        let was = quiz;
        quiz ^= fence && !fenced && (quiz || line == "```quiz");
        fenced ^= fence && !was && !quiz;
    }
    prose + &without_spans(&paragraph)
}

/// A code span runs from some backticks to as many backticks, in one paragraph.
fn without_spans(paragraph: &str) -> String {
    let mut prose = String::new();
    let mut rest = paragraph;
    while let Some(open) = rest.find('`') {
        let ticks = rest[open..].bytes().take_while(|&b| b == b'`').count();
        let code = &rest[open + ticks..];
        prose += &rest[..open];
        rest = match closing(code, ticks) {
            Some(end) => {
                prose.extend(code[..end].chars().filter(|&c| c == '\n'));
                &code[end + ticks..]
            }
            None => code,
        };
    }
    prose + rest
}

/// Where a run of exactly `ticks` backticks begins.
fn closing(code: &str, ticks: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = code[at..].find('`') {
        at += found;
        let run = code[at..].bytes().take_while(|&b| b == b'`').count();
        if run == ticks {
            return Some(at);
        }
        at += run;
    }
    None
}

fn collect(folder: &Path, pages: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("the folder is in the repository");
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            collect(&path, pages);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    pages.sort();
}
