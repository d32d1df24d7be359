//! What the tests of the programs share: running one, and comparing what it printed with what was
//! recorded of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

/// One test for each program, with a small argument for it, and one that says whether any is missing.
macro_rules! programs {
    ($($name:ident $small:literal),* $(,)?) => {
        $(#[test] fn $name() { check(stringify!($name), $small); })*

        const TESTED: &[&str] = &[$(stringify!($name)),*];
    };
}

/// A path of this repository.
pub(crate) fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// Runs a program. One at a time: together they would ask for more memory than they need.
pub(crate) fn run(program: &Path, arguments: &[&str]) -> Output {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let output = Command::new(program)
        .args(arguments)
        // The backtrace that an error then takes is on the heap, and counts where a program counts it.
        .env_remove("RUST_BACKTRACE")
        .env_remove("RUST_LIB_BACKTRACE")
        .output();
    output.unwrap_or_else(|error| panic!("{}: {error}", program.display()))
}

/// What a program printed. It must succeed, and its result must fit a page: 12 lines of 80 columns.
pub(crate) fn printed(program: &Path, arguments: &[&str]) -> String {
    let output = run(program, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{} {arguments:?}\n{errors}",
        output.status
    );
    let text = String::from_utf8(output.stdout).expect("a program prints UTF-8");
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest.is_some(), "nothing was printed");
    assert!(
        text.lines().count() <= 12 && widest <= Some(80),
        "more than 12 lines of 80:\n{text}"
    );
    text
}

/// Compares what was printed with the file that it was recorded in, or records it if `RECORD` is set.
pub(crate) fn compare(printed: &str, recorded: &str, again: &str) {
    if std::env::var_os("RECORD").is_some() {
        fs::write(path(recorded), printed).expect("an output can be recorded");
        return;
    }
    let Ok(expected) = fs::read_to_string(path(recorded)) else {
        panic!("{recorded} is missing. To record it: {again}");
    };
    if printed == expected {
        return;
    }
    let (mut diff, mut old, mut new) = (String::new(), expected.lines(), printed.lines());
    loop {
        match (old.next(), new.next()) {
            (None, None) => break,
            (old, new) if old == new => diff += &format!("  {}\n", old.unwrap_or_default()),
            (old, new) => {
                diff.extend(old.map(|line| format!("- {line}\n")));
                diff.extend(new.map(|line| format!("+ {line}\n")));
            }
        }
    }
    panic!("not what {recorded} says (-) was printed (+):\n\n{diff}\nTo record it: {again}\n");
}

/// The programs, their tests and their recorded outputs must be the same set.
pub(crate) fn complete(tested: &[&str], folder: &str, extension: &str) {
    let tested: BTreeSet<_> = tested.iter().map(|name| name.to_string()).collect();
    let mut programs = names(folder, extension);
    programs.remove("clock"); // what Node.js programs import
    assert_eq!(programs, tested, "programs, and the tests of programs");
    let outputs: BTreeSet<_> = names(&format!("{folder}/output"), "txt")
        .iter()
        .map(|name| name.strip_suffix(".other").unwrap_or(name).to_owned())
        .collect();
    assert_eq!(
        outputs, tested,
        "recorded outputs, and the tests of programs"
    );
}

fn names(folder: &str, extension: &str) -> BTreeSet<String> {
    let files = fs::read_dir(path(folder)).expect("the folder is there");
    let files = files.map(|file| file.expect("a folder can be read").path());
    files
        .filter(|file| file.extension().is_some_and(|found| found == extension))
        .filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned()))
        .collect()
}
