//! Grades `sort_lines`: `cargo test -p sort_lines`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    sort_lines_cases::grade(grader::exercise!(), |src, dst, budget, scratch| {
        Box::pin(sort_lines::sort_lines(src, dst, budget, scratch))
    })
}
