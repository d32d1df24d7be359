//! Grades `chunks`: `cargo test -p chunks`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    chunks_cases::grade(grader::exercise!(), |src, size| {
        Box::pin(chunks::chunks(src, size))
    })
}
