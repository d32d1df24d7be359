//! Grades `ingest`: `cargo test -p ingest`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

use ingest::{Config, Report};

#[expect(clippy::redundant_async_block, reason = "what it makes is not `Unpin`")]
fn main() -> ExitCode {
    ingest_cases::grade(grader::exercise!(), |src, out, dead, cfg, enrich, stop| {
        let cfg = Config {
            max_line: cfg.max_line,
            concurrency: cfg.concurrency,
        };
        Box::pin(async move {
            // As any closure may be, `enrich` is `Clone`; as any future may be, neither a job nor `stop` is `Unpin`.
            let enrich = move |line| {
                let job = enrich(line);
                async move { job.await }
            };
            let stop = async move { stop.await };
            let report = ingest::ingest(src, out, dead, cfg, enrich, stop).await;
            report.map(same)
        })
    })
}

fn same(report: Report) -> ingest_cases::Report {
    let Report {
        written,
        rejected,
        too_long,
    } = report;
    ingest_cases::Report {
        written,
        rejected,
        too_long,
    }
}
