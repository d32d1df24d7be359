//! Grades `map_ordered`: `cargo test -p map_ordered`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    map_ordered_cases::grade(grader::exercise!(), |items, limit, work, out| {
        Box::pin(map_ordered::map_ordered(items, limit, work, out))
    })
}
