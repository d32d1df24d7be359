//! Grades `count_lines`: `cargo test -p count_lines`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    count_lines_cases::grade(grader::exercise!(), |src| {
        Box::pin(count_lines::count_lines(src))
    })
}
