//! Grades `proxy`: `cargo test -p proxy`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    proxy_cases::grade(grader::exercise!(), |client, server, idle| {
        Box::pin(proxy::proxy(client, server, idle))
    })
}
