//! Holds README.md to what there is: the report card and the output are what a run prints, and the commands,
//! folders and links exist.
//!
//! ```text
//! cargo test --test readme
//! RECORD=1 cargo test --test readme   # writes the report card into README.md anew
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
#[cfg(target_os = "linux")]
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The card of README.md, where the book's introduction includes it from.
#[cfg(target_os = "linux")]
const CARD: &str = "exercises/count_lines/output/report_card.txt";

/// The whole answer to one of the traps, its times left out. Which guards are active, and so one line of
/// the card, depends on the operating system.
#[test]
#[cfg(target_os = "linux")]
fn the_report_card_is_what_a_run_prints() {
    const BEFORE: &str = "```text\n$ cargo test -p count_lines\n";

    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
    fs::create_dir_all(&copy).expect("the target folder is writable");
    for part in [
        "Cargo.toml",
        "Cargo.lock",
        "crates",
        "examples",
        "exercises",
        "tests",
    ] {
        update(&Path::new(ROOT).join(part), &copy.join(part));
    }
    let exercise = copy.join("exercises/count_lines");
    update(
        &exercise.join("solutions/trap_read_until.rs"),
        &exercise.join("src/lib.rs"),
    );
    let ran = Command::new(env!("CARGO"))
        .args(["test", "--offline", "-p", "count_lines"])
        .current_dir(&copy)
        .env("CARGO_TARGET_DIR", "target")
        .env("NO_COLOR", "1")
        .output()
        .expect("cargo runs");
    let printed = String::from_utf8(ran.stdout).expect("a card is UTF-8");
    assert!(
        printed.contains("test result: FAILED"),
        "no report card:\n{printed}{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let card: String = printed.trim().lines().map(without_times).collect();

    let readme = readme();
    let (before, rest) = readme.split_once(BEFORE).expect("README.md has a card");
    let (shown, after) = rest.split_once("```\n").expect("the card's block ends");
    if std::env::var_os("RECORD").is_some() {
        let recorded = format!("{before}{BEFORE}{card}```\n{after}");
        fs::write(Path::new(ROOT).join("README.md"), recorded).expect("README.md is writable");
        fs::write(Path::new(ROOT).join(CARD), card).expect("the card of the book is writable");
        return;
    }
    let in_the_book = fs::read_to_string(Path::new(ROOT).join(CARD)).expect("it is recorded");
    for (place, text) in [("README.md", shown), (CARD, &in_the_book)] {
        assert!(
            text == card,
            "{place} shows another card than this one; RECORD=1 writes it anew\n\n{card}"
        );
    }
}

#[test]
fn the_first_output_is_the_recorded_one() {
    let output = fs::read_to_string(Path::new(ROOT).join("examples/output/ten_gigabytes.txt"))
        .expect("it is recorded");
    let block = format!("```text\n$ cargo run --example ten_gigabytes\n{output}```\n");
    assert!(readme().contains(&block), "README.md shows another output");
}

#[test]
fn each_command_names_what_there_is() {
    let readme = readme();
    for (command, folders, suffix) in [
        ("cargo run --example ", &["examples"][..], ".rs"),
        ("node examples/node/", &["examples/node"], ".mjs"),
        ("cargo test -p ", &["exercises", "crates"], ""),
    ] {
        for rest in readme.split(command).skip(1) {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            let name = &rest[..end.unwrap_or(rest.len())];
            let file = format!("{name}{suffix}");
            let there = |folder: &&str| Path::new(ROOT).join(folder).join(&file).exists();
            assert!(folders.iter().any(there), "{command}{name}");
        }
    }
}

#[test]
fn each_link_leads_to_a_file() {
    for rest in readme().split("](").skip(1) {
        let target = rest.split(')').next().unwrap_or_default();
        let elsewhere = target.starts_with("https://");
        assert!(
            elsewhere || Path::new(ROOT).join(target).exists(),
            "{target}"
        );
    }
}

#[test]
fn the_table_of_folders_has_each_folder() {
    let readme = readme();
    let listed: BTreeSet<String> = readme
        .lines()
        .filter_map(|line| Some(line.strip_prefix("| `")?.split_once("/` |")?.0.to_string()))
        .collect();
    let there: BTreeSet<String> = fs::read_dir(ROOT)
        .expect("the root is a folder")
        .map(|entry| entry.expect("the root can be read"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.') && !["target", "site"].contains(&name.as_str()))
        .collect();
    assert_eq!(listed, there);
}

fn readme() -> String {
    fs::read_to_string(Path::new(ROOT).join("README.md")).expect("README.md is there")
}

/// `1658 ms` becomes `… ms` in the same width, and `1.57s` at the end of the line `…s`.
#[cfg(target_os = "linux")]
fn without_times(line: &str) -> String {
    let digit = |c: char| c.is_ascii_digit();
    if let Some(row) = line.strip_suffix(" ms") {
        let width = row.chars().count() - 1;
        return format!("{:width$}… ms\n", row.trim_end_matches(digit));
    }
    match line.split_once("finished in ") {
        Some((result, _)) => format!("{result}finished in …s\n"),
        None => format!("{line}\n"),
    }
}

/// Copies a file or a folder. What has not changed is left, so that it is not compiled again.
#[cfg(target_os = "linux")]
fn update(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("the target folder is writable");
        for entry in fs::read_dir(from).expect("the folder is in the repository") {
            let entry = entry.expect("the folder can be read");
            update(&entry.path(), &to.join(entry.file_name()));
        }
        return;
    }
    let bytes = fs::read(from).expect("the file is in the repository");
    if fs::read(to).ok().as_deref() != Some(&bytes) {
        fs::write(to, bytes).expect("the target folder is writable");
    }
}
