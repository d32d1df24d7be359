//! A small book that keeps every rule, in a folder of its own, for a test to break.

// Each test crate uses a part of this.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// The book's files: pages, a program with an anchor, its Node.js sibling, outputs, a diagram, an
/// exercise.
const FILES: &[(&str, &str)] = &[
    (
        "book.toml",
        "[book]\ntitle = \"A book\"\n[output.html]\nsmart-punctuation = false\n\
         [output.html.playground]\nrunnable = false\n\
         [output.html.search]\nenable = false\n",
    ),
    // mdBook's own fonts are no part of any rule, and take a third of the time.
    ("theme/fonts/fonts.css", "/* none */"),
    (
        "src/SUMMARY.md",
        "# Summary\n\n[Home](index.md)\n\n- [One](one.md)\n- [Exercise](count.md)\n",
    ),
    (
        "src/index.md",
        "# Home\n\nRead [the listing](one.md#a-listing) first.\n",
    ),
    (
        "src/one.md",
        "# One\n\n## A listing\n\n<!-- tabs -->\n\n```rust\n{{#rustdoc_include ../examples/a.rs:main}}\n```\n\n\
         ```text\n{{#include ../examples/output/a.txt}}\n```\n\n```js\n{{#include ../examples/node/a.mjs}}\n```\n\n\
         <!-- /tabs -->\n\n![A box.](diagrams/box.svg \"One box\")\n\n```sh\ncargo run --example a\n```\n",
    ),
    (
        "src/count.md",
        "{{#include ../exercises/count/README.md}}\n",
    ),
    (
        "src/diagrams/box.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 100 50\">\n\n  \
         <rect class=\"box\" x=\"1\" y=\"1\" width=\"98\" height=\"48\"/>\n</svg>\n",
    ),
    (
        "examples/a.rs",
        "// ANCHOR: main\nfn main() {}\n// ANCHOR_END: main\n// ANCHOR: open\n// The end.\n",
    ),
    ("examples/node/a.mjs", "console.log(1);\n"),
    ("examples/output/a.txt", "1\n"),
    (
        "exercises/count/README.md",
        "# Count\n\nAfter [one](../../src/one.md#a-listing):\n\n```rust\n\
         {{#rustdoc_include stub.rs:task}}\n```\n",
    ),
    (
        "exercises/count/stub.rs",
        "// ANCHOR: task\npub fn count() {}\n// ANCHOR_END: task\n",
    ),
    // The anchors are gone, as in a learner's file.
    ("exercises/count/src/lib.rs", "pub fn count() { 1; }\n"),
];

/// The book in its folder, which goes when the value is dropped.
pub(crate) struct Book {
    dir: TempDir,
}

impl Book {
    /// The book with nothing wrong.
    pub(crate) fn new() -> Self {
        let book = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        for (path, text) in FILES {
            book.write(path, text);
        }
        book
    }

    /// The folder.
    pub(crate) fn root(&self) -> &Path {
        self.dir.path()
    }

    /// Where `build` writes.
    pub(crate) fn site(&self) -> PathBuf {
        self.root().join("out/site")
    }

    /// Replaces a file.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Adds lines to a file; gives the number of the first of them.
    pub(crate) fn append(&self, path: &str, text: &str) -> usize {
        let old = self.read(path);
        self.write(path, &format!("{old}{text}"));
        old.lines().count() + 1
    }

    /// Reads a file.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).unwrap()
    }

    /// The command line, to be run in the book's folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_book"));
        command
            .args(arguments)
            .current_dir(self.root())
            .env_remove("CARGO_TARGET_DIR");
        command
    }

    /// Runs the command line in the book's folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs `build`: the exit code and what it printed.
    pub(crate) fn build(&self) -> (Option<i32>, String) {
        let output = self.run(&["build", "out/site"]);
        let text = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), text)
    }
}

/// Holds that the build of `book` ends with code 1 and with exactly one problem, which starts with
/// `start` and tells what to do.
#[track_caller]
pub(crate) fn refused(book: &Book, start: &str) {
    let (code, text) = book.build();
    assert_eq!(code, Some(1), "{text}");
    let problems: Vec<_> = text.lines().filter(|line| line.contains(": ")).collect();
    assert_eq!(problems.len(), 1, "{text}");
    assert!(problems[0].starts_with(start), "{start}\n{text}");
    assert!(
        problems[0].matches(": ").count() >= 2,
        "what to do is missing: {text}"
    );
    assert!(!book.site().exists(), "a broken book was written");
}
