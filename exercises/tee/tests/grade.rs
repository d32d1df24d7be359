//! Grades `tee`: `cargo test -p tee`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tee_cases::grade(grader::exercise!(), |src, a, b| {
        Box::pin(tee::tee(src, a, b))
    })
}
