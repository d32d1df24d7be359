//! Grades `filter_through`: `cargo test -p filter_through`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    filter_through_cases::grade(grader::exercise!(), |filter, input, output| {
        Box::pin(filter_through::filter_through(filter, input, output))
    })
}
