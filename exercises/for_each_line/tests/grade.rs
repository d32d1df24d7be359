//! Grades `for_each_line`: `cargo test -p for_each_line`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    for_each_line_cases::grade(grader::exercise!(), |src, max_line, on_line| {
        Box::pin(for_each_line::for_each_line(src, max_line, on_line))
    })
}
