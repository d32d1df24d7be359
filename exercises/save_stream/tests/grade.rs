//! Grades `save_stream`: `cargo test -p save_stream`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    save_stream_cases::grade(grader::exercise!(), |path, body, max| {
        Box::pin(save_stream::save_stream(path, body, max))
    })
}
