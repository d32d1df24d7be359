//! What `cargo run` does: builds the book, serves it, holds it to its rules, and leads through the exercises.
//!
//! # The rules of a page
//!
//! mdBook forgives what a reader would not: a missing include is logged, an unknown anchor gives an
//! empty listing, a dead link passes. Here each of these is a [`Problem`], all of one build are
//! reported together, and a book with a problem is not published.
//!
//! | what | rule |
//! |---|---|
//! | chapters | each one listed in `SUMMARY.md` exists; none is a draft |
//! | directives | `{{#include}}`, `{{#rustdoc_include}}` and `{{#title}}`; the file exists inside the project; an anchor is opened and closed; no line numbers, which move |
//! | `rust`, `js` | included from a program, never typed; `rust` by `rustdoc_include`, never `ignore`; `compile_fail` names its error code |
//! | `text`, `console` | recorded output: included, never typed |
//! | `sh`, `toml`, `yaml` | may be typed: commands and configuration |
//! | `chart` | a picture of recorded output: the file, its rows and its column exist, and their numbers fit the unit |
//! | `quiz` | one in each chapter: every wrong answer is explained with a link, and what a program prints comes from its recorded output |
//! | other languages, indented blocks, `<pre>` | refused |
//! | links, fragments, images | lead to something that the built site contains; nothing is loaded from another host |
//! | pictures | have a text alternative; diagrams use the theme's classes instead of styles of their own |
//! | labs | are labs of the `lab` crate |
//! | mdBook's own warnings | are errors |
//!
//! # The notation
//!
//! The [`listings`] preprocessor adds captions to listings and outputs, turns `<!-- tabs -->` into
//! panels, `<!-- lab NAME -->` into a lab ([`labs`]), draws charts, puts diagrams into the page, and makes
//! forms of quizzes; `<!-- figures -->` and `<!-- answers -->` become all of them. Links are checked by
//! [`links`] in the rendered HTML, so
//! they are exact for mdBook's ids; a plain `mdbook build` has all the checks but that one.

pub mod build;
mod charts;
pub mod counts;
mod figures;
pub mod finish;
pub mod include;
pub mod labs;
pub mod learn;
pub mod links;
pub mod listings;
mod log;
mod problem;
mod quizzes;
pub mod serve;
mod verdicts;

pub use problem::{Problem, Problems};
