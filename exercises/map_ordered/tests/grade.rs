//! Grades `map_ordered`: `cargo test -p map_ordered`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

#[expect(clippy::redundant_async_block, reason = "what it makes is not `Unpin`")]
fn main() -> ExitCode {
    map_ordered_cases::grade(grader::exercise!(), |items, limit, work, out| {
        // As any closure may be, `work` is `Clone`; as any future may be, a job is not `Unpin`.
        let work = move |item| {
            let job = work(item);
            async move { job.await }
        };
        Box::pin(map_ordered::map_ordered(items, limit, work, out))
    })
}
