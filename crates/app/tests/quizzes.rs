//! A quiz becomes a form whose answers stand on a page of their own; and one with something wrong is not built.

mod common;

use base64::prelude::{BASE64_STANDARD, Engine};
use common::{Book, refused};

const QUIZ: &str = r#"[[questions]]
type = "MultipleChoice"
id = "first"
prompt.prompt = "What is *it*?"
prompt.distractors = [
  { answer = "A tree", why = "Trees grow: [listing](#a-listing)." },
  { answer = "A stone", why = "Stones roll: [listing](#a-listing)." },
]
answer.answer = "A <box>"
context = "It is square."

[[questions]]
type = "Tracing"
id = "second"
prompt.prompt = "What is printed?"
prompt.program = "../examples/a.rs:main"
prompt.distractors = [{ answer = "2", why = "Less: [listing](#a-listing)." }]
prompt.otherwise = "See [home](index.md#home)."
answer.recorded = "../examples/output/a.txt"
answer.find = '^(\d)$'
answer.unit = "MiB"
context = "It was recorded."
"#;

/// The book with `quiz` at the end of a page; and the line of the file in which the quiz begins.
fn with(quiz: &str) -> (Book, usize) {
    let book = Book::new();
    book.append("src/SUMMARY.md", "- [Answers](answers.md)\n");
    book.write("src/answers.md", "# Answers\n\n<!-- answers -->\n");
    let line = book.append("src/one.md", &format!("\n```quiz\n{quiz}```\n")) + 2;
    (book, line)
}

/// Holds that a quiz in which `old` is `new` is refused, at the line of `at`.
#[track_caller]
fn quiz_refused(old: &str, new: &str, at: &str, what: &str) {
    assert_eq!(QUIZ.matches(old).count(), 1, "{old}");
    let quiz = QUIZ.replace(old, new);
    let (book, line) = with(&quiz);
    let offset = quiz.lines().position(|line| line.contains(at)).unwrap();
    refused(&book, &format!("src/one.md:{}: {what}", line + offset));
}

fn answers(page: &str) -> Vec<serde_json::Value> {
    let encoded = page.split("data-answers=\"").skip(1);
    let encoded = encoded.map(|rest| rest.split('"').next().unwrap());
    let json = encoded.map(|text| BASE64_STANDARD.decode(text).unwrap());
    json.map(|json| serde_json::from_slice(&json).unwrap())
        .collect()
}

#[test]
fn a_quiz_is_a_form_that_keeps_its_answers() {
    let (book, _) = with(QUIZ);
    book.append("src/index.md", "\n<!-- progress -->\n");
    let (code, text) = book.build();
    assert_eq!(code, Some(0), "{text}");
    let page = book.read("out/site/one.html");
    for part in [
        "<section class=\"quiz\"",
        "data-question=\"one/first\"",
        "What is <em>it</em>?",
        "type=\"radio\"",
        "A &lt;box&gt;",
        "role=\"status\"",
        "href=\"answers.html#answers-one\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    // The listing is included once more than on the page without a quiz.
    assert_eq!(page.matches("fn main() {}").count(), 2, "{page}");
    for hidden in ["It is square", "Trees grow", "It was recorded"] {
        assert!(!page.contains(hidden), "{hidden}: {page}");
    }

    let [choice, typed] = answers(&page).try_into().unwrap();
    let why = choice["choices"].as_array().unwrap();
    assert_eq!(why.iter().filter(|why| why.is_null()).count(), 1);
    assert_eq!(choice["context"], "<p>It is square.</p>");
    assert_eq!(typed["right"], "1 MiB");
    assert_eq!(
        typed["wrong"][0][1],
        "<p>Less: <a href=\"#a-listing\">listing</a>.</p>"
    );
    assert_eq!(
        typed["otherwise"],
        "<p>See <a href=\"index.html#home\">home</a>.</p>"
    );

    let page = book.read("out/site/answers.html");
    for part in [
        "id=\"answers-one-second\"",
        "href=\"one.html#quiz-one-second\"",
        "Trees grow: <a href=\"one.html#a-listing\">",
        "<a href=\"index.html#home\">",
        "<code>1 MiB</code>",
        "It is square.",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let home = book.read("out/site/index.html");
    assert!(
        home.contains("data-chapters=\"{&quot;one&quot;:2}\""),
        "{home}"
    );
}

#[test]
fn a_chapter_without_a_quiz() {
    let book = Book::new();
    let line = book.append(
        "src/one.md",
        "\n## You can now answer\n\n### What?\n\nThis.\n",
    ) + 1;
    refused(
        &book,
        &format!("src/one.md:{line}: a chapter without a quiz"),
    );
}

#[test]
fn data_that_has_not_the_form() {
    let cannot = "the quiz cannot be read: ";
    let context = "context = \"It is square.\"";
    quiz_refused(
        context,
        "context = \"It is square.\"\nhint = \"no\"",
        "hint",
        &format!("{cannot}unknown field `hint`"),
    );
    quiz_refused(
        "type = \"MultipleChoice\"",
        "type = \"Essay\"",
        "Essay",
        &format!("{cannot}unknown variant `Essay`"),
    );
    quiz_refused(context, "context = square", "square", cannot);
    let (book, line) = with("questions = []\n");
    refused(
        &book,
        &format!("src/one.md:{line}: a quiz without a question"),
    );
}

#[test]
fn a_right_answer_that_is_missing() {
    let old = "answer.answer = \"A <box>\"\n";
    quiz_refused(
        old,
        "answer = {}\n",
        "id = \"first\"",
        "a question without a right answer",
    );
    quiz_refused(
        "answer.find = '^(\\d)$'\n",
        "",
        "id = \"second\"",
        "a right answer of two kinds, or of half a kind",
    );
}

#[test]
fn a_wrong_answer_that_is_not_explained() {
    let why = ", why = \"Trees grow: [listing](#a-listing).\"";
    quiz_refused(why, "", "A tree", "a wrong answer without an explanation");
    quiz_refused(
        why,
        ", why = \"Trees grow.\"",
        "A tree",
        "an explanation without a link",
    );
    quiz_refused(
        why,
        ", why = \"See [that](#gone).\"",
        "A tree",
        "one.html has nothing with the id `gone`",
    );
    quiz_refused(
        "answer = \"A tree\", ",
        "",
        "Trees",
        "a wrong answer without its text",
    );
    quiz_refused("A stone", "A tree", "Stones", "`A tree` is an answer twice");
    quiz_refused(
        "prompt.otherwise = \"See [home](index.md#home).\"\n",
        "",
        "id = \"second\"",
        "nothing is said to other wrong answers",
    );
    quiz_refused(
        "  { answer = \"A stone\", why = \"Stones roll: [listing](#a-listing).\" },\n",
        "",
        "id = \"first\"",
        "a choice with fewer than two wrong answers",
    );
    quiz_refused("It is square.", "", "context", "an empty explanation");
}

#[test]
fn an_output_that_was_not_recorded() {
    let recorded = "answer.recorded = \"../examples/output/a.txt\"\nanswer.find = '^(\\d)$'\nanswer.unit = \"MiB\"";
    quiz_refused(
        recorded,
        "answer.answer = \"1\"",
        "answer.answer = \"1\"",
        "what a program prints is typed",
    );
    quiz_refused(
        "output/a.txt",
        "output/gone.txt",
        "gone.txt",
        "cannot read examples/output/gone.txt",
    );
    quiz_refused(
        "output/a.txt",
        "a.rs",
        "answer.recorded",
        "../examples/a.rs is no recorded output",
    );
    let find = "'^(\\d)$'";
    quiz_refused(
        find,
        "'^(7)$'",
        "answer.find",
        "the pattern is found 0 times",
    );
    quiz_refused(
        find,
        "'^\\d$'",
        "answer.find",
        "a pattern without its one group",
    );
    quiz_refused(
        find,
        "'^(\\d$'",
        "answer.find",
        "`find` is no regular expression",
    );
    quiz_refused(
        "unit = \"MiB\"",
        "unit = \"2 MiB\"",
        "answer.unit",
        "`1 2 MiB` is no number",
    );
}

#[test]
fn a_program_that_is_not_there() {
    let program = "prompt.program = \"../examples/a.rs:main\"\n";
    quiz_refused(program, "", "id = \"second\"", "no program to trace");
    let refuse = |new: &str, what: &str| quiz_refused("a.rs:main", new, "prompt.program", what);
    refuse("gone.rs:main", "cannot include examples/gone.rs");
    refuse("a.rs:gone", "examples/a.rs has no anchor `gone`");
    refuse("a.rs", "a whole program");
    quiz_refused(
        "type = \"Tracing\"",
        "type = \"ShortAnswer\"",
        "prompt.program",
        "a program in another type",
    );
}

#[test]
fn a_name_that_is_not_a_name() {
    quiz_refused(
        "id = \"first\"",
        "id = \"The first\"",
        "The first",
        "the id `The first`",
    );
    quiz_refused(
        "id = \"second\"",
        "id = \"first\" # again",
        "# again",
        "a second question `first`",
    );
}

#[test]
fn a_quiz_inside_something_else() {
    let book = Book::new();
    let line = book.append(
        "src/one.md",
        "\n- One:\n\n  ```quiz\n  questions = []\n  ```\n",
    ) + 3;
    refused(
        &book,
        &format!("src/one.md:{line}: a quiz inside something else"),
    );
}
