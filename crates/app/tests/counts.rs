//! `cargo run -- count`: no chapter is without what a chapter must have.

mod common;

use common::Book;

#[test]
fn no_chapter_of_this_book_lacks_anything() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let chapters = app::counts::chapters(&root).expect("the book can be read");
    assert!(chapters.len() >= 5, "Part I has five");
    for chapter in &chapters {
        let missing: Vec<_> = chapter.missing().collect();
        assert!(missing.is_empty(), "{}: no {missing:?}", chapter.title);
    }
}

#[test]
fn a_chapter_is_counted_and_what_it_lacks_is_named() {
    let book = Book::new();
    let summary = "# Summary\n\n[Home](index.md)\n\n- [One](one.md)\n    - [Exercise](count.md)\n\n\
                   # Appendices\n\n- [Words](words.md)\n";
    book.write("src/SUMMARY.md", summary);
    book.write("src/words.md", "# Words\n");
    let output = book.run(&["count"]);
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        !table.contains("Exercise") && !table.contains("Words"),
        "{table}"
    );
    // One, A listing; a listing in each language, an output, a diagram with 2 words, a program, no question, no quiz.
    let row = table.lines().nth(1).unwrap_or_default();
    let row: Vec<_> = row.split_whitespace().collect();
    assert_eq!(
        row,
        ["One", "5", "2", "1", "1", "1", "0", "0", "0"],
        "{table}"
    );
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(
        (output.status.code(), said.as_str()),
        (Some(1), "One: no questions\nOne: no quiz\n")
    );

    // Nothing is drawn to count, and a chart is a figure as a diagram is.
    book.append("src/one.md", "\n```chart\ntitle = \"\"\n```\n");
    book.append(
        "src/one.md",
        "\n## You can now answer\n\n### What is it?\n\n[A box](index.md).\n\n## Else\n\n### Nothing\n\n\
         ```quiz\n[[questions]]\n[[questions]]\n```\n",
    );
    let output = book.run(&["count"]);
    assert_eq!(output.status.code(), Some(0));
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    let row = table.lines().nth(1).unwrap_or_default();
    let row: Vec<_> = row.split_whitespace().collect();
    assert_eq!(row[4..], ["2", "1", "1", "2", "1"], "{table}");
}
