//! Grades `ingest`: `cargo test -p ingest`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

use ingest_cases::Report;

fn main() -> ExitCode {
    ingest_cases::grade(grader::exercise!(), |src, out, dead, cfg, enrich, stop| {
        let cfg = ingest::Config {
            max_line: cfg.max_line,
            concurrency: cfg.concurrency,
        };
        Box::pin(async move {
            let report = ingest::ingest(src, out, dead, cfg, enrich, stop).await?;
            Ok(Report {
                written: report.written,
                rejected: report.rejected,
                too_long: report.too_long,
            })
        })
    })
}
