//! Grades `for_each_limited`: `cargo test -p for_each_limited`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    for_each_limited_cases::grade(grader::exercise!(), |items, limit, work| {
        Box::pin(for_each_limited::for_each_limited(items, limit, work))
    })
}
