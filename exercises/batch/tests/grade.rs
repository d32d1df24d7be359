//! Grades `batch`: `cargo test -p batch`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

use batch_cases::Solution;

fn main() -> ExitCode {
    let solution = Solution {
        timed: |items, max, wait, out| Box::pin(batch::batch(items, max, wait, out)),
        large: |items, max, wait, out| Box::pin(batch::batch(items, max, wait, out)),
    };
    batch_cases::grade(grader::exercise!(), solution)
}
