//! Grades `for_each_limited`: `cargo test -p for_each_limited`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

#[expect(clippy::redundant_async_block, reason = "what it makes is not `Unpin`")]
fn main() -> ExitCode {
    for_each_limited_cases::grade(grader::exercise!(), |items, limit, work| {
        // As any closure may be, `work` is `Clone`; as any future may be, a job is not `Unpin`.
        let work = move |item| {
            let job = work(item);
            async move { job.await }
        };
        Box::pin(for_each_limited::for_each_limited(items, limit, work))
    })
}
