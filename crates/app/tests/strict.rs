//! A book with something wrong is not built: one test for each rule, with a book that breaks only that.

mod common;

use common::Book;

/// Holds that the build of `book` ends with code 1 and with exactly one problem, which starts with
/// `start` and tells what to do.
#[track_caller]
fn refused(book: &Book, start: &str) {
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

/// Breaks the page `src/one.md` with `text` at its end.
#[track_caller]
fn page_refused(text: &str, what: &str) {
    let book = Book::new();
    let line = book.append("src/one.md", &format!("\n{text}")) + 1;
    refused(&book, &format!("src/one.md:{line}: {what}"));
}

#[test]
fn a_book_that_keeps_the_rules_is_built() {
    let book = Book::new();
    let (code, text) = book.build();
    assert_eq!(code, Some(0), "{text}");
    let page = book.read("out/site/one.html");
    assert!(page.contains("fn main() {}"));
    assert!(page.contains("cargo run --example a"));
    assert!(page.contains("<rect class=\"box\""));
    assert!(page.contains("aria-label=\"Node.js\""));
    let exercise = book.read("out/site/count.html");
    assert!(exercise.contains("href=\"one.html#a-listing\""));
    assert!(exercise.contains("cargo test -p count"));
}

#[test]
fn nothing_is_written_beside_the_sources() {
    let book = Book::new();
    assert_eq!(book.run(&["build"]).status.code(), Some(0));
    let mut names: Vec<_> = std::fs::read_dir(book.root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "book.toml",
            "examples",
            "exercises",
            "src",
            "target",
            "theme"
        ]
    );
}

#[test]
fn a_missing_include() {
    page_refused("{{#include gone.txt}}\n", "cannot include src/gone.txt");
}

#[test]
fn a_missing_program() {
    let book = Book::new();
    let text = "\n```rust\n{{#rustdoc_include ../examples/gone.rs:main}}\n```\n";
    let line = book.append("src/one.md", text) + 2;
    refused(
        &book,
        &format!("src/one.md:{line}: cannot include examples/gone.rs"),
    );
}

#[test]
fn an_include_from_outside_the_project() {
    page_refused(
        "{{#include ../../a.txt}}\n",
        "the include leads out of the project",
    );
}

#[test]
fn an_unknown_directive() {
    page_refused(
        "{{#playground ../examples/a.rs}}\n",
        "unknown directive `#playground`",
    );
}

#[test]
fn an_anchor_that_does_not_exist() {
    page_refused(
        "{{#rustdoc_include ../examples/a.rs:nowhere}}\n",
        "examples/a.rs has no anchor `nowhere` (it has: main, open)",
    );
}

#[test]
fn an_anchor_that_is_not_closed() {
    page_refused(
        "{{#rustdoc_include ../examples/a.rs:open}}\n",
        "anchor `open` of examples/a.rs is never closed",
    );
}

#[test]
fn line_numbers_in_an_include() {
    page_refused(
        "{{#rustdoc_include ../examples/a.rs:1:2}}\n",
        "lines 1:2 of examples/a.rs",
    );
}

#[test]
fn rust_lines_hidden_in_a_file_that_is_not_rust() {
    page_refused(
        "{{#rustdoc_include ../examples/node/a.mjs}}\n",
        "`rustdoc_include` of a file that is not Rust",
    );
}

#[test]
fn rust_included_without_the_rest_of_its_program() {
    page_refused(
        "```rust\n{{#include ../examples/a.rs:main}}\n```\n",
        "`#include` of Rust",
    );
}

#[test]
fn a_link_to_a_page_that_does_not_exist() {
    page_refused(
        "Read [this](gone.md).\n",
        "the link gone.html leads to no page",
    );
}

#[test]
fn a_link_in_html_to_a_page_that_does_not_exist() {
    let book = Book::new();
    book.append("src/one.md", "\nRead <a href=\"gone.md\">this</a>.\n");
    refused(&book, "src/one.md:1: the link gone.html leads to no page");
}

#[test]
fn a_fragment_that_does_not_exist() {
    page_refused(
        "Read [this](index.md#gone).\n",
        "index.html has nothing with the id `gone`",
    );
}

#[test]
fn a_fragment_of_the_same_page_that_does_not_exist() {
    page_refused(
        "Read [this](#gone).\n",
        "one.html has nothing with the id `gone`",
    );
}

#[test]
fn a_link_out_of_the_book() {
    page_refused(
        "Read [this](../Cargo.toml).\n",
        "the link ../Cargo.toml leads out of the book",
    );
}

#[test]
fn a_link_from_the_root_of_the_host() {
    page_refused(
        "Read [this](/one.html).\n",
        "the link /one.html starts at the root of the host",
    );
}

#[test]
fn a_picture_that_does_not_exist() {
    page_refused(
        "See ![a box](gone.png).\n",
        "the link gone.png leads to no page",
    );
}

#[test]
fn a_picture_of_another_host() {
    page_refused(
        "See ![a box](https://other.example/a.png).\n",
        "the page loads https://other.example/a.png from another host",
    );
}

#[test]
fn a_picture_without_a_text_alternative() {
    page_refused(
        "See ![](diagrams/box.svg) here.\n",
        "a picture without a text alternative",
    );
    page_refused(
        "![](diagrams/box.svg)\n",
        "a picture without a text alternative",
    );
}

#[test]
fn a_diagram_that_does_not_exist() {
    page_refused(
        "![A box.](diagrams/gone.svg)\n",
        "cannot read src/diagrams/gone.svg",
    );
}

#[test]
fn a_diagram_with_colors_of_its_own() {
    let book = Book::new();
    let line = book.append("src/diagrams/box.svg", "<!-- fill=\"red\" -->\n");
    refused(
        &book,
        &format!("src/diagrams/box.svg:{line}: a diagram with styles of its own"),
    );
}

#[test]
fn a_diagram_without_a_view_box() {
    let book = Book::new();
    book.write("src/diagrams/box.svg", "<svg></svg>\n");
    refused(&book, "src/diagrams/box.svg:1: not an <svg> with a viewBox");
}

#[test]
fn a_chapter_listed_but_absent() {
    let book = Book::new();
    let line = book.append("src/SUMMARY.md", "- [Gone](gone.md)\n");
    refused(
        &book,
        &format!("src/SUMMARY.md:{line}: the chapter gone.md does not exist"),
    );
    assert!(
        !book.root().join("src/gone.md").exists(),
        "mdBook made the chapter"
    );
}

#[test]
fn a_draft_chapter() {
    let book = Book::new();
    let line = book.append("src/SUMMARY.md", "- [Soon]()\n");
    refused(&book, &format!("src/SUMMARY.md:{line}: a draft chapter"));
}

#[test]
fn a_chapter_in_a_folder() {
    let book = Book::new();
    book.write("src/part/two.md", "# Two\n");
    let line = book.append("src/SUMMARY.md", "- [Two](part/two.md)\n");
    let (code, text) = book.build();
    assert_eq!(code, Some(1));
    assert!(
        text.contains(&format!(
            "src/SUMMARY.md:{line}: the chapter part/two.md is in a folder"
        )),
        "{text}"
    );
}

#[test]
fn a_typed_listing() {
    page_refused(
        "```rust\nfn main() {}\n```\n",
        "a `rust` listing is typed into the page",
    );
    page_refused(
        "```js\nmain();\n```\n",
        "a `js` listing is typed into the page",
    );
    page_refused(
        "```rust\n{{#rustdoc_include ../examples/a.rs:main}}\nfn typed() {}\n```\n",
        "a `rust` listing is typed into the page",
    );
}

#[test]
fn a_listing_typed_in_another_language() {
    for language in ["javascript", "mjs", "ts", "c"] {
        let text = format!("```{language}\nmain();\n```\n");
        page_refused(&text, &format!("a code block in `{language}`"));
    }
    page_refused("```\nmain();\n```\n", "a code block without a language");
}

#[test]
fn a_listing_typed_by_indentation() {
    page_refused("    fn main() {}\n", "a code block made by indentation");
}

#[test]
fn a_listing_typed_as_html() {
    page_refused("<pre>fn main() {}</pre>\n", "`<pre>` in a page");
}

#[test]
fn a_typed_output() {
    page_refused(
        "```text\n512 MiB\n```\n",
        "a `text` block is typed into the page",
    );
    page_refused(
        "```console\n$ a\n```\n",
        "a `console` block is typed into the page",
    );
}

#[test]
fn a_listing_that_is_ignored() {
    page_refused(
        "```rust,ignore\n{{#rustdoc_include ../examples/a.rs:main}}\n```\n",
        "a listing that is never compiled (`ignore`)",
    );
}

#[test]
fn a_listing_that_fails_without_saying_how() {
    page_refused(
        "```rust,compile_fail\n{{#rustdoc_include ../examples/a.rs:main}}\n```\n",
        "`compile_fail` without the error it fails with",
    );
}

#[test]
fn a_listing_in_a_list() {
    let book = Book::new();
    let text = "\n- One:\n\n  ```text\n  {{#include ../examples/output/a.txt}}\n  ```\n";
    let line = book.append("src/one.md", text) + 3;
    refused(
        &book,
        &format!("src/one.md:{line}: an included block inside a list"),
    );
}

#[test]
fn tabs_that_are_not_whole() {
    let rust = "```rust\n{{#rustdoc_include ../examples/a.rs:main}}\n```\n";
    page_refused(
        &format!("<!-- tabs -->\n\n{rust}"),
        "`<!-- tabs -->` is never closed",
    );
    page_refused(
        "<!-- /tabs -->\n",
        "`<!-- /tabs -->` without `<!-- tabs -->`",
    );
    let book = Book::new();
    let text = format!("\n<!-- tabs -->\n\n{rust}\n<!-- /tabs -->\n");
    let line = book.append("src/one.md", &text) + 7;
    refused(
        &book,
        &format!("src/one.md:{line}: tabs with fewer than two panels"),
    );
    let book = Book::new();
    let text = format!(
        "\n<!-- tabs -->\n\nStray.\n\n{rust}\n```js\n{{{{#include ../examples/node/a.mjs}}}}\n```\n\n<!-- /tabs -->\n"
    );
    let line = book.append("src/one.md", &text) + 3;
    refused(
        &book,
        &format!("src/one.md:{line}: something stands between"),
    );
}

#[test]
fn what_mdbook_only_warns_of() {
    let book = Book::new();
    book.append("src/one.md", "\n<div>\n");
    refused(&book, "src/one.md:1: unclosed HTML tag `<div>`");
}

#[test]
fn the_position_in_an_included_page() {
    let book = Book::new();
    let line = book.append(
        "exercises/count/README.md",
        "\nRead [this](../../src/one.md#gone).\n",
    ) + 1;
    refused(
        &book,
        &format!("exercises/count/README.md:{line}: one.html has nothing with the id `gone`"),
    );

    let book = Book::new();
    let line = book.append("exercises/count/README.md", "\n{{#include hints.md}}\n") + 1;
    refused(
        &book,
        &format!("exercises/count/README.md:{line}: cannot include exercises/count/hints.md"),
    );
}

#[test]
fn a_page_linked_as_if_from_the_chapter_that_includes_it() {
    let book = Book::new();
    let line = book.append("exercises/count/README.md", "\nRead [this](one.md).\n") + 1;
    let place = format!("exercises/count/README.md:{line}");
    let what = "the link one.md leads out of the book: write the page's path from this file: ../../src/one.md";
    refused(&book, &format!("{place}: {what}"));
}

#[test]
fn all_problems_are_reported_at_once() {
    let book = Book::new();
    book.append("src/SUMMARY.md", "- [Gone](gone.md)\n");
    book.append(
        "src/one.md",
        "\n{{#include gone.txt}}\n\nRead [this](index.md#gone).\n\n```rust\nfn main() {}\n```\n",
    );
    let (code, text) = book.build();
    assert_eq!(code, Some(1));
    for what in [
        "the chapter gone.md does not exist",
        "cannot include src/gone.txt",
        "the id `gone`",
        "typed into the page",
        "4 problems",
    ] {
        assert!(text.contains(what), "{what}:\n{text}");
    }
}

#[test]
fn the_project_is_found_from_a_folder_inside_it() {
    let book = Book::new();
    let build = |folder: &std::path::Path| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_book"));
        command.arg("build").current_dir(folder);
        command
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("CARGO_MANIFEST_DIR");
        command.output().unwrap().status.code()
    };
    assert_eq!(build(&book.root().join("exercises/count/src")), Some(0));
    assert!(book.root().join("target/site/one.html").is_file());
    assert_eq!(build(tempfile::tempdir().unwrap().path()), Some(1));
}

#[test]
fn the_last_good_site_stays() {
    let book = Book::new();
    assert_eq!(book.build().0, Some(0));
    let before = book.read("out/site/one.html");
    book.append("src/one.md", "\n[this](gone.md)\n");
    assert_eq!(book.build().0, Some(1));
    assert_eq!(book.read("out/site/one.html"), before);
}

#[test]
fn a_folder_with_other_files_is_not_replaced() {
    let book = Book::new();
    let (code, text) = {
        let output = book.run(&["build", "examples"]);
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    assert_eq!(code, Some(1));
    assert!(text.contains("files that are not a book's"), "{text}");
    assert_eq!(book.read("examples/output/a.txt"), "1\n");
}

#[test]
fn an_unknown_lab() {
    page_refused(
        "<!-- lab buckett -->\n",
        "there is no lab `buckett`: did you mean `<!-- lab bucket -->`?",
    );
}

#[test]
fn a_lab_is_a_figure_with_its_summary_its_numbers_and_hidden_controls() {
    let book = Book::new();
    book.append("src/one.md", "\n<!-- lab bucket -->\n");
    let (code, text) = book.build();
    assert_eq!(code, Some(0), "{text}");
    let page = book.read("out/site/one.html");
    let (_, lab) = page.split_once("data-lab=\"bucket\"").unwrap();
    let (lab, _) = lab.split_once("</section>").unwrap();
    for part in [
        "<svg ",
        "<figcaption>",
        "class=\"lab-summary\">At 10.0 s",
        "<th scope=\"row\">10</th>",
        "name=\"capacity\" min=\"1\" max=\"256\"",
        "<option value=\"oldest\">",
    ] {
        assert!(lab.contains(part), "{part} is missing: {lab}");
    }
    // Nothing that can be touched is shown before there is a script to answer.
    for part in ["lab-try", "lab-play", "lab-controls"] {
        assert!(lab.contains(&format!("class=\"{part}\" hidden")), "{part}");
    }
}

#[test]
fn a_missing_target_is_named_and_the_book_is_built_without_a_model() {
    let book = Book::new();
    book.append("src/one.md", "\n<!-- lab bucket -->\n");
    book.write("crates/lab/Cargo.toml", "");
    // A compiler whose answer is no folder.
    let output = book
        .command(&["build", "out/site"])
        .env("RUSTC", "echo")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(
        text.contains("rustup target add wasm32-unknown-unknown"),
        "{text}"
    );
    assert!(!book.site().join(app::labs::MODEL).exists());
    assert!(
        book.read("out/site/one.html")
            .contains("data-lab=\"bucket\"")
    );
}

#[test]
fn a_page_without_a_lab_asks_for_no_target() {
    let book = Book::new();
    book.write("crates/lab/Cargo.toml", "");
    let output = book
        .command(&["build", "out/site"])
        .env("RUSTC", "echo")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!text.contains("rustup"), "{text}");
}
