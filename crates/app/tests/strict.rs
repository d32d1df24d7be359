//! A book with something wrong is not built: one test for each rule, with a book that breaks only that.

mod common;

use common::{Book, refused};

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

/// A table with whatever a chart may trip over.
const TABLE: &str = "\
peak, MiB     first run  second run    kept
              size  age  size   age    held
small           10    1    20     2      -
large          100    0   200  4 ms  stuck
twice            1    1     1     1      1
twice            2    2     2     2      2

heap, MiB after  0 s  1 s  2 s
up                 0    5   10
short              1    2    -

heap, MiB back   2 s  1 s
down               1    2
";

/// A chart of that table, which keeps every rule.
const BARS: &str = "title = \"Size\"\ncaption = \"The `large` one is larger.\"\nunit = \"MiB\"\n\n[[bars]]\n\
                    from = \"examples/output/table.txt\"\ncolumn = \"size\"\nunder = \"second run\"\nrows = [\"small\",\n\"large\"]\n";
const LINES: &str = "title = \"Heap\"\ncaption = \"One rises.\"\nunit = \"MiB\"\n\n[[lines]]\n\
                     from = \"examples/output/table.txt\"\nx = \"heap, MiB after\"\nrows = [\"up\", \"short\"]\n";

fn with_table() -> Book {
    let book = Book::new();
    book.write("examples/output/table.txt", TABLE);
    book
}

/// Holds that `chart` with `old` replaced by `new` is refused with `what`, at the line of the block in which
/// `at` stands, counted from 1.
#[track_caller]
fn chart_refused(chart: &str, (old, new): (&str, &str), at: usize, what: &str) {
    assert!(chart.contains(old), "{old}");
    let book = with_table();
    let block = chart.replacen(old, new, 1);
    let first = book.append("src/one.md", &format!("\n```chart\n{block}```\n")) + 1;
    refused(&book, &format!("src/one.md:{}: {what}", first + at));
}

#[test]
fn a_chart_is_drawn_from_what_was_recorded() {
    let book = with_table();
    let text = format!("\n```chart\n{BARS}```\n\n```chart\n{LINES}```\n\n");
    book.append("src/one.md", &text);
    book.append("src/index.md", "\n<!-- figures -->\n");
    let (code, text) = book.build();
    assert_eq!(code, Some(0), "{text}");
    let page = book.read("out/site/one.html");
    for part in [
        "<figure id=\"figure-table\" class=\"diagram chart\">",
        "<strong>Size.</strong> The <code>large</code> one is larger.",
        "aria-label=\"Size: small 20 MiB; large 200 MiB.\"",
        "<figure id=\"figure-table-2\" class=\"diagram chart\">",
        "aria-label=\"Heap: up up to 10 MiB, until 2 s; short up to 2 MiB, until 1 s.\"",
        "<th scope=\"row\">2 s</th><td>10</td><td>-</td>",
        "<figure id=\"figure-box\" class=\"diagram\">",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    // 200 of an axis to 256, of which 312 units are.
    assert!(page.contains("width=\"243.8\""), "{page}");
    let all = book.read("out/site/index.html");
    for part in [
        "Drawn from what <code>cargo run --example table</code> printed. Used in <a href=\"one.html#figure-table-2\">",
        "Used in <a href=\"one.html#figure-box\">",
        "aria-label=\"Size: small 20 MiB; large 200 MiB.\"",
    ] {
        assert!(all.contains(part), "{part}\n{all}");
    }
    assert!(!all.contains("id=\"figure-"), "an id is there twice");
}

#[test]
fn a_chart_that_is_not_whole() {
    chart_refused(
        BARS,
        ("title = ", "heading = "),
        1,
        "not a chart: unknown field `heading`",
    );
    chart_refused(BARS, ("\"MiB\"", "MiB"), 3, "not a chart: ");
    chart_refused(
        BARS,
        ("The `large` one is larger.", " "),
        1,
        "a chart with an empty caption",
    );
    chart_refused(
        BARS,
        ("[[bars]]", "[[dots]]"),
        5,
        "not a chart: unknown field `dots`",
    );
    chart_refused(
        "title = \"a\"\ncaption = \"a\"\nunit = \"MiB\"\n",
        ("", ""),
        1,
        "a chart needs [[bars]] or [[lines]]",
    );
    chart_refused(
        BARS,
        ("\"small\",\n\"large\"", ""),
        9,
        "a chart without a row",
    );
    chart_refused(LINES, ("\"up\", \"short\"", ""), 8, "0 lines in one plot");
}

#[test]
fn a_chart_of_something_else_than_an_output() {
    let file = "examples/output/table.txt";
    chart_refused(
        BARS,
        (file, "examples/output/gone.txt"),
        6,
        "cannot read examples/output/gone.txt",
    );
    chart_refused(
        BARS,
        (file, "examples/a.rs"),
        6,
        "examples/a.rs is no recorded output",
    );
    chart_refused(
        BARS,
        (file, "../examples/output/a.txt"),
        6,
        "../examples/output/a.txt is no recorded output",
    );
}

#[test]
fn a_chart_of_a_row_or_a_column_that_is_not_there() {
    let table = "examples/output/table.txt";
    chart_refused(
        BARS,
        ("\"large\"", "\"huge\""),
        10,
        &format!("{table} has no row `huge`"),
    );
    chart_refused(
        BARS,
        ("\"large\"", "\"twice\""),
        10,
        &format!("{table} has 2 rows `twice`"),
    );
    chart_refused(
        BARS,
        ("\"size\"", "\"weight\""),
        7,
        &format!("{table} has no heading `weight`"),
    );
    chart_refused(
        BARS,
        ("under = \"second run\"\n", ""),
        7,
        "`size` is there 2 times",
    );
    chart_refused(
        BARS,
        ("second run", "third run"),
        8,
        &format!("{table} has no heading `third run`"),
    );
    chart_refused(
        LINES,
        ("heap, MiB after", "heap"),
        7,
        &format!("{table} has no row `heap`"),
    );
}

#[test]
fn a_chart_of_what_is_not_a_number() {
    let held = "column = \"held\"\n";
    let size = "column = \"size\"\nunder = \"second run\"\n";
    chart_refused(BARS, (size, held), 8, "`small` has no number there");
    let large = BARS.replace("\"small\",\n", "");
    chart_refused(&large, (size, held), 8, "`stuck` is not a number");
    let log = BARS
        .replace("size", "age")
        .replace("second run", "first run");
    let log = log.replace("unit =", "scale = \"log\"\nunit =");
    chart_refused(
        &log,
        ("\"MiB\"", "\"MiB\""),
        11,
        "`0` has no place on a logarithmic scale",
    );
}

#[test]
fn a_chart_of_mixed_units() {
    let age = BARS.replace("\"size\"", "\"age\"");
    chart_refused(&age, ("", ""), 10, "ms in a chart of MiB");
    chart_refused(&age, ("\"MiB\"", "\"items\""), 10, "ms in a chart of items");
    chart_refused(
        BARS,
        ("\"MiB\"", "\"KiB\""),
        9,
        "a number without a unit, and examples/output/table.txt does not say KiB",
    );
}

#[test]
fn a_chart_over_places_that_do_not_rise() {
    let back = LINES.replace("\"up\", \"short\"", "\"down\"");
    chart_refused(
        &back,
        ("heap, MiB after", "heap, MiB back"),
        7,
        "`1 s` does not follow on the one before",
    );
    chart_refused(
        LINES,
        ("heap, MiB after", "peak, MiB"),
        7,
        "`first` is not a place on an axis",
    );
}

#[test]
fn a_chart_in_a_list() {
    let book = with_table();
    let block = BARS.replace('\n', "\n  ");
    let line = book.append(
        "src/one.md",
        &format!("\n- A chart:\n\n  ```chart\n  {block}```\n"),
    ) + 3;
    refused(&book, &format!("src/one.md:{line}: a chart inside a list"));
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
    assert!(!book.site().join(app::labs::model_file("bucket")).exists());
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
