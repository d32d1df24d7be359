//! Grades `extract_tags`: `cargo test -p extract_tags`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    extract_tags_cases::grade(grader::exercise!(), |records, n| {
        Box::pin(extract_tags::extract_tags(records, n))
    })
}
