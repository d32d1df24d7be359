//! Grades `read_capped`: `cargo test -p read_capped`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    read_capped_cases::grade(grader::exercise!(), |src, max| {
        Box::pin(read_capped::read_capped(src, max))
    })
}
