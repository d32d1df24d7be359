//! The cases of `ingest`: `cargo test -p ingest`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::future::{pending, ready};
use std::io::ErrorKind;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use grader::Criterion::{Backpressure, Cancel, Correct, Early, Errors, Memory, Overlap};
use grader::meter::{Content, Jobs, KIB, MIB, Sink, Source, Watch, Window};
use grader::{BoxFuture, ERROR_KINDS, Grade, LocalBoxFuture, Trial, count};
use tokio::io::AsyncReadExt;
use tokio::sync::Notify;
use tokio::time::sleep;

const CFG: Config = Config {
    max_line: 100,
    concurrency: 8,
};

/// As long as a feed, a row or an output may take.
const DAYS: Duration = Duration::from_secs(2 * 24 * 3600);

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

type Enriched = Pin<Box<dyn Future<Output = anyhow::Result<String>> + Send>>;

/// Takes `time` and gives the line in capitals. A line that begins with `bad` is refused.
fn capitals(jobs: &Jobs, time: Duration) -> impl Fn(String) -> Enriched + Send + Sync + 'static {
    let jobs = jobs.clone();
    move |line| {
        let jobs = jobs.clone();
        Box::pin(async move {
            let _job = jobs.start();
            if !time.is_zero() {
                sleep(time).await;
            }
            anyhow::ensure!(!line.starts_with("bad"), "{line} is bad");
            Ok(line.to_uppercase())
        })
    }
}

/// Rows of 16 bytes, the last of which is `\n`.
const ROW: &str = "row of a feed..\n";
/// One that is refused.
const BAD: &str = "bad row of feed\n";

fn rows(n: u64) -> (Content, Content) {
    let (rows, capitals) = (ROW, ROW.to_uppercase());
    (
        Content::repeat(rows, 16 * n),
        Content::repeat(capitals, 16 * n),
    )
}

fn nothing() -> Sink {
    Sink::new(Content::exactly(""))
}

/// The dead letters came, all of them and as they were, and are shut down.
fn whole_letters(t: &Trial, dead: &Watch, expected: u64) {
    if let Some(byte) = dead.wrong_byte() {
        let what = format!(
            "byte {byte} of `dead` is wrong: {}. Letters go there byte for byte as they came, in the order of the lines",
            t.instead(dead)
        );
        t.wrong(Correct, what);
    } else if dead.position() != expected {
        let came = dead.position();
        t.wrong(
            Correct,
            format!("{came} of {expected} bytes arrived in `dead`"),
        );
    } else if dead.shutdowns() == 0 {
        t.wrong(
            Correct,
            "`dead` was never shut down, so its reader waits for more",
        );
    } else {
        t.whole(dead, expected);
    }
}

/// No job is left when the function is gone.
fn no_job_left(t: &Trial, jobs: &Jobs) {
    t.check(Cancel, jobs.running() == 0, || {
        format!(
            "{} still under way after the function is gone",
            count(jobs.running(), "job is", "jobs are")
        )
    });
}

/// The learner's `Config`.
#[derive(Clone, Copy)]
pub struct Config {
    pub max_line: usize,
    pub concurrency: usize,
}

/// The learner's `Report`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    pub written: u64,
    pub rejected: u64,
    pub too_long: u64,
}

/// A job.
pub type Enrich = Arc<dyn Fn(String) -> BoxFuture<'static, anyhow::Result<String>> + Send + Sync>;

/// `ingest`, as the cases call it.
pub type Solution = fn(
    Source,
    Sink,
    Sink,
    Config,
    Enrich,
    BoxFuture<'static, ()>,
) -> LocalBoxFuture<'static, anyhow::Result<Report>>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn ingest<F>(
    src: Source,
    out: Sink,
    dead: Sink,
    cfg: Config,
    enrich: impl Fn(String) -> F + Send + Sync + 'static,
    stop: impl Future<Output = ()> + Send + 'static,
) -> LocalBoxFuture<'static, anyhow::Result<Report>>
where
    F: Future<Output = anyhow::Result<String>> + Send + 'static,
{
    let enrich: Enrich = Arc::new(move |line| Box::pin(enrich(line)));
    SOLUTION.get().expect("`grade` sets it")(src, out, dead, cfg, enrich, Box::pin(stop))
}

/// After a stop: every row that was handed over is in the report.
fn finished(t: &Trial, got: &Report, started: u64) {
    let reported = got.written + got.rejected;
    t.check(Correct, reported >= started, || {
        format!(
            "{started} lines were handed to `enrich`, and {reported} are in the report: after a stop each of them is \
             still finished, written and counted"
        )
    });
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade
        .read_next("12. Concurrency is a buffer", "src/concurrency.md")
        .read_next_for(Memory, "6. Lines", "src/lines.md")
        .read_next_for(Errors, "14. Piping", "src/piping.md");

    let long = "x".repeat(100);
    let longer = "x".repeat(101);
    let report = |written, rejected, too_long| Report {
        written,
        rejected,
        too_long,
    };
    for (name, input, output, letters, want) in [
        (
            "three_rows",
            "a\nb\nc\n".to_owned(),
            "A\nB\nC\n".to_owned(),
            "",
            report(3, 0, 0),
        ),
        (
            "no_newline_at_the_end",
            "a\nb".into(),
            "A\nB\n".into(),
            "",
            report(2, 0, 0),
        ),
        ("nothing", String::new(), String::new(), "", report(0, 0, 0)),
        (
            "empty_lines",
            "\na\n\n".into(),
            "\nA\n\n".into(),
            "",
            report(3, 0, 0),
        ),
        (
            "dead_letters",
            "a\nbad 1\nb\nbad 2".into(),
            "A\nB\n".into(),
            "bad 1\nbad 2\n",
            report(2, 2, 0),
        ),
        (
            "all_are_dead",
            "bad 1\nbad 2\n".into(),
            String::new(),
            "bad 1\nbad 2\n",
            report(0, 2, 0),
        ),
        (
            "the_longest_line",
            format!("{long}\nb\n"),
            format!("{}\nB\n", long.to_uppercase()),
            "",
            report(2, 0, 0),
        ),
        (
            "a_line_too_long",
            format!("a\n{longer}\nb\n"),
            "A\nB\n".into(),
            "",
            report(2, 0, 1),
        ),
        (
            "the_last_line_too_long",
            format!("a\n{longer}{longer}"),
            "A\n".into(),
            "",
            report(1, 0, 1),
        ),
        (
            "many_lines_too_long",
            format!("{longer}\n").repeat(300),
            String::new(),
            "",
            report(0, 0, 300),
        ),
        (
            "a_letter_in_two_reads",
            "é\nb\n".into(),
            "É\nB\n".into(),
            "",
            report(2, 0, 0),
        ),
        (
            "carriage_returns_stay",
            "a\r\nbad\r\nb\r\n".into(),
            "A\r\nB\r\n".into(),
            "bad\r\n",
            report(2, 1, 0),
        ),
    ] {
        grade.case(name, &[Correct], move |t| {
            let (input, output) = (Content::exactly(&input), Content::exactly(&output));
            async move {
                let src = t.give(Source::new(input).shaped(&[1, 0, 3, 1024]));
                let (len, dead_len) = (output.len(), letters.len() as u64);
                let out = t.give(Sink::new(output).shaped(&[0, 3]));
                let dead = t.give(Sink::new(Content::exactly(letters)).shaped(&[0, 3]));
                let (o, d) = (out.watch(), dead.watch());
                let jobs = Jobs::new(8);
                let enrich = capitals(&jobs, ms(1));
                let got = t
                    .solve(|| ingest(src, out, dead, CFG, enrich, pending()))
                    .await
                    .ok()?;
                t.whole(&o, len);
                whole_letters(&t, &d, dead_len);
                t.equal("report", got, want);
                Ok(())
            }
        });
    }
    grade
        .case("no_text", &[Correct], |t| async move {
            let src = t.give(Source::new(Content::exactly(
                b"a\nbad 1\n\xff\xfe\nb\n\xff",
            )));
            let out = t.give(Sink::new(Content::exactly("A\nB\n")));
            let dead = t.give(Sink::new(Content::exactly(b"bad 1\n\xff\xfe\n\xff\n")));
            let (o, d) = (out.watch(), dead.watch());
            let enrich = capitals(&Jobs::new(8), ms(1));
            let got = t
                .solve(|| ingest(src, out, dead, CFG, enrich, pending()))
                .await
                .ok()?;
            t.whole(&o, 4);
            whole_letters(&t, &d, 11);
            t.equal(
                "report",
                got,
                Report {
                    written: 2,
                    rejected: 3,
                    too_long: 0,
                },
            );
            Ok(())
        })
        .about("lines that are no UTF-8");
    grade
        .case("no_limit_of_a_line", &[Correct], |t| async move {
            let long = format!("{}\n", "x".repeat(256 * KIB as usize));
            let output = Content::repeat(long.to_uppercase(), 2 * long.len() as u64);
            let src = t.give(Source::new(Content::repeat(&long, output.len())));
            let len = output.len();
            let (out, dead) = (t.give(Sink::new(output)), t.give(nothing()));
            let o = out.watch();
            let cfg = Config {
                max_line: usize::MAX,
                ..CFG
            };
            let enrich = capitals(&Jobs::new(8), ms(1));
            t.solve(|| ingest(src, out, dead, cfg, enrich, pending()))
                .await
                .ok()?;
            t.whole(&o, len);
            Ok(())
        })
        .about("`max_line` is `usize::MAX`, and two lines have 256 KiB each");
    grade
        .case("outputs_that_rest", &[Correct], |t| async move {
            let rests = |content: Content| {
                let sink = Sink::new(content).paced(16, DAYS);
                t.give(sink.flushes_in(DAYS).shuts_down_in(DAYS))
            };
            let text = Content::repeat(format!("{ROW}{BAD}"), 6 * 16);
            let src = t.give(Source::new(text).begins_after(DAYS));
            let (out, dead) = (rests(rows(3).1), rests(Content::repeat(BAD, 3 * 16)));
            let (o, d) = (out.watch(), dead.watch());
            let enrich = capitals(&Jobs::new(8), ms(1));
            t.solve(|| ingest(src, out, dead, CFG, enrich, pending()))
                .await
                .ok()?;
            t.whole(&o, 3 * 16);
            whole_letters(&t, &d, 3 * 16);
            Ok(())
        })
        .about("each row, each flush and each shutdown take two days");
    grade
        .case("in_order", &[Correct], move |t| async move {
            for refused in [false, true] {
                let text: String = (0..200).map(|n| format!("{n}\n")).collect();
                let len = text.len() as u64;
                let all = Content::exactly(&text);
                let src = t.give(Source::new(all.clone()));
                let (out, dead, lens) = if refused {
                    (nothing(), Sink::new(all), (0, len))
                } else {
                    (Sink::new(all), nothing(), (len, 0))
                };
                let (out, dead) = (t.give(out), t.give(dead));
                let (o, d) = (out.watch(), dead.watch());
                let enrich = move |line: String| async move {
                    // The earlier ones of each eight take longer.
                    let n: u64 = line.parse()?;
                    sleep(ms(80 - 10 * (n % 8))).await;
                    anyhow::ensure!(!refused, "{line} is refused");
                    Ok(line)
                };
                let got = t
                    .solve(|| ingest(src, out, dead, CFG, enrich, pending()))
                    .await
                    .ok()?;
                t.whole(&o, lens.0);
                whole_letters(&t, &d, lens.1);
                let (written, rejected) = if refused { (0, 200) } else { (200, 0) };
                t.equal("report", got, report(written, rejected, 0));
            }
            Ok(())
        })
        .about(
            "the first of each eight rows takes longest; all are written, and then all are refused",
        );

    grade
        .case("lines_in_pieces", &[Correct], |t| async move {
            let (input, output) = rows(100);
            let src = t.give(Source::new(input).paced(10, ms(15)));
            let (out, dead) = (t.give(Sink::new(output)), t.give(nothing()));
            let o = out.watch();
            let enrich = capitals(&Jobs::new(8), ms(20));
            let got = t
                .solve(|| ingest(src, out, dead, CFG, enrich, pending()))
                .await
                .ok()?;
            t.whole(&o, 100 * 16);
            t.equal(
                "report",
                got,
                Report {
                    written: 100,
                    rejected: 0,
                    too_long: 0,
                },
            );
            Ok(())
        })
        .about("10 bytes every 15 ms, while rows get done that came before");

    grade
        .case(
            "so_many_at_once",
            &[Backpressure, Correct, Overlap],
            |t| async move {
                for (concurrency, limit) in [(8, ms(700)), (64, ms(200))] {
                    let (input, output) = rows(400);
                    let (src, out, dead) = (
                        t.give(Source::new(input)),
                        t.give(Sink::new(output)),
                        t.give(nothing()),
                    );
                    let (o, jobs) = (out.watch(), Jobs::new(concurrency));
                    let enrich = capitals(&jobs, ms(10));
                    let cfg = Config {
                        concurrency: concurrency as usize,
                        ..CFG
                    };
                    t.solve(|| ingest(src, out, dead, cfg, enrich, pending()))
                        .await
                        .ok()?;
                    t.whole(&o, 400 * 16);
                    t.overlapped(limit);
                    t.check(Correct, jobs.started() == 400, || {
                        format!("{} of 400 rows were enriched", jobs.started())
                    });
                }
                Ok(())
            },
        )
        .about("400 rows of 10 ms, with a `concurrency` of 8 and then of 64");
    grade.case("one_at_a_time", &[Backpressure, Correct], |t| async move {
        let (input, output) = rows(20);
        let (src, out, dead) = (
            t.give(Source::new(input)),
            t.give(Sink::new(output)),
            t.give(nothing()),
        );
        let (o, cfg) = (
            out.watch(),
            Config {
                concurrency: 1,
                ..CFG
            },
        );
        let enrich = capitals(&Jobs::new(1), ms(10));
        t.solve(|| ingest(src, out, dead, cfg, enrich, pending()))
            .await
            .ok()?;
        t.whole(&o, 20 * 16);
        Ok(())
    });
    grade
        .case("a_slow_output", &[Backpressure], |t| async move {
            let input = Content::repeat(format!("row{:.>97}", "\n"), 128 * KIB);
            let output = Content::repeat(format!("ROW{:.>97}", "\n"), 128 * KIB);
            let letters = Content::repeat(format!("bad{:.>97}", "\n"), 128 * KIB);
            for (input, output, dead) in [
                (input, Some(output), None),
                (letters.clone(), None, Some(letters)),
            ] {
                let window = Window::new(64 * KIB);
                let src = t.give(Source::new(input).shaped(&[1024]).window(&window));
                let slow = |content: Option<Content>| {
                    t.give(content.map_or_else(nothing, |content| {
                        Sink::new(content).paced(KIB, ms(10)).window(&window)
                    }))
                };
                let (out, dead) = (slow(output), slow(dead));
                let enrich = capitals(&Jobs::new(8), ms(1));
                t.solve(|| ingest(src, out, dead, CFG, enrich, pending()))
                    .await
                    .ok()?;
            }
            Ok(())
        })
        .about("`out`, and then `dead`, takes a KiB every 10 ms");
    grade
        .case(
            "a_row_takes_two_days",
            &[Backpressure, Correct, Early],
            |t| async move {
                for slow in [0, 1] {
                    let rows: String = (0..1024).map(|n| format!("row {n:011}\n")).collect();
                    let (len, output) = (rows.len() as u64, Content::exactly(rows.to_uppercase()));
                    let src = t.give(Source::new(Content::exactly(rows)).shaped(&[1024]));
                    let (out, dead) = (t.give(Sink::new(output)), t.give(nothing()));
                    let (o, d, there) = (out.watch(), dead.watch(), out.watch());
                    let (taken, slow_row) =
                        (Arc::new(AtomicU64::new(0)), format!("row {slow:011}"));
                    // How many rows have been taken, and how many bytes written, when the slow row is done.
                    let when_done = Arc::new(OnceLock::new());
                    let tell = Arc::clone(&when_done);
                    // What a row waits for is given too, so that the wait is one that is needed.
                    let answer = t.give(Source::new(Content::exactly("x")).begins_after(DAYS));
                    let answer = Mutex::new(Some(answer));
                    let enrich = move |line: String| {
                        taken.fetch_add(1, Relaxed);
                        let slow = line == slow_row;
                        let answer = slow.then(|| answer.lock().ok()?.take()).flatten();
                        let (taken, there, tell) =
                            (Arc::clone(&taken), there.clone(), Arc::clone(&tell));
                        async move {
                            if let Some(mut answer) = answer {
                                answer.read_u8().await?;
                                let _ = tell.set((taken.load(Relaxed), there.position()));
                            }
                            Ok(line.to_uppercase())
                        }
                    };
                    t.solve(|| ingest(src, out, dead, CFG, enrich, pending()))
                        .await
                        .ok()?;
                    let Some(&(taken, written)) = when_done.get() else {
                        t.wrong(Correct, "a row was given up that takes two days");
                        return Ok(());
                    };
                    t.whole(&o, len);
                    whole_letters(&t, &d, 0);
                    t.check(Early, written >= 16 * slow, || {
                    "a row that was done was not written: it waited two days for the one behind \
                     it"
                        .into()
                });
                    t.check(Backpressure, taken <= 10 + slow, || {
                        format!(
                            "{} rows were taken behind one that takes two days, where 8 may be \
                         between their line and their output: a row that is done and waits for \
                         its turn takes a place too",
                            taken - slow
                        )
                    });
                }
                Ok(())
            },
        )
        .about("the first one, and then the second one");

    grade
        .case("a_large_feed", &[Memory, Correct], |t| async move {
            let input: String = (0..t.size() / 16)
                .map(|n| format!("row {n:011}\n"))
                .collect();
            let (len, output) = (t.size(), Content::exactly(input.to_uppercase()));
            let input = Content::exactly(input);
            let src = t.give(Source::new(input));
            let out = t.give(Sink::new(output).paced(64 * KIB, ms(1)));
            let (dead, o) = (t.give(nothing()), out.watch());
            let enrich = capitals(&Jobs::new(8), Duration::ZERO);
            let got = t
                .solve(|| ingest(src, out, dead, CFG, enrich, pending()))
                .await
                .ok()?;
            t.whole(&o, len);
            t.equal(
                "report",
                got,
                Report {
                    written: len / 16,
                    rejected: 0,
                    too_long: 0,
                },
            );
            Ok(())
        })
        .about("100,000 rows, no two the same")
        .budget(512 * KIB)
        .sizes(25_000 * 16, 100_000 * 16);
    grade
        .case(
            "a_line_that_never_ends",
            &[Memory, Correct],
            |t| async move {
                let src = t.give(Source::new(Content::repeat("x", t.size())));
                let (out, dead) = (t.give(nothing()), t.give(nothing()));
                let enrich = capitals(&Jobs::new(8), ms(1));
                let got = t
                    .solve(|| ingest(src, out, dead, CFG, enrich, pending()))
                    .await
                    .ok()?;
                t.equal(
                    "report",
                    got,
                    Report {
                        written: 0,
                        rejected: 0,
                        too_long: 1,
                    },
                );
                Ok(())
            },
        )
        .budget(512 * KIB)
        .sizes(64 * MIB, 256 * MIB);
    grade
        .case("many_dead_letters", &[Memory, Correct], |t| async move {
            let letters = Content::repeat("bad: a row......\n", t.size());
            let n = letters.count(b'\n');
            let src = t.give(Source::new(letters.clone()));
            let out = t.give(nothing());
            let dead = t.give(Sink::new(letters.clone()).paced(64 * KIB, ms(1)));
            let d = dead.watch();
            let enrich = capitals(&Jobs::new(8), Duration::ZERO);
            let got = t
                .solve(|| ingest(src, out, dead, CFG, enrich, pending()))
                .await
                .ok()?;
            whole_letters(&t, &d, letters.len());
            t.equal(
                "report",
                got,
                Report {
                    written: 0,
                    rejected: n,
                    too_long: 0,
                },
            );
            Ok(())
        })
        .about("every row is refused")
        .budget(512 * KIB)
        .sizes(17 * 10_000, 17 * 70_000);

    grade
        .case("a_feed_that_pauses", &[Early], |t| async move {
            let (input, output) = rows(6);
            // Three rows, then nothing for an hour, then three more.
            let src = t.give(
                Source::new(input)
                    .shaped(&[48])
                    .paced(48, Duration::from_secs(3600)),
            );
            let (out, dead) = (t.give(Sink::new(output)), t.give(nothing()));
            let (o, calls) = (out.watch(), AtomicU64::new(0));
            let late = Arc::new(AtomicU64::new(0));
            let (seen, there) = (Arc::clone(&late), out.watch());
            let enrich = move |line: String| {
                if calls.fetch_add(1, Relaxed) == 3 {
                    seen.store(48 - there.position().min(48), Relaxed);
                }
                ready(Ok(line.to_uppercase()))
            };
            t.solve(|| ingest(src, out, dead, CFG, enrich, pending()))
                .await
                .ok()?;
            t.whole(&o, 96);
            let late = late.load(Relaxed) / 16;
            t.check(Early, late == 0, || {
                let rows = count(late, "row that was", "rows that were");
                format!("{rows} done waited an hour, until the next line came")
            });
            Ok(())
        })
        .about("three rows, an hour of nothing, three rows");

    const HOUR: Duration = Duration::from_secs(3600);
    // `piece` bytes come at once. What may be started is known where it is less than what comes.
    for (name, about, piece, pace, at, known) in [
        (
            "told_to_stop",
            "after 500 ms of a feed with a row each ms",
            16,
            ms(1),
            ms(500),
            None,
        ),
        (
            "told_to_stop_a_silent_feed",
            "after 500 ms of a feed with a row each hour",
            16,
            HOUR,
            ms(500),
            None,
        ),
        (
            "told_to_stop_at_once",
            "before the first line",
            16,
            ms(1),
            ms(0),
            None,
        ),
        (
            "told_to_stop_with_lines_in_hand",
            "when 50 rows and a half have come at once, and 8 are under way",
            50 * 16 + 8,
            HOUR,
            ms(10),
            Some(8),
        ),
        (
            "told_to_stop_within_a_row",
            "when two rows and a half have come, and the other half comes in an hour",
            2 * 16 + 8,
            HOUR,
            ms(10),
            Some(2),
        ),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let text = Content::repeat(format!("{ROW}{BAD}"), 16 * 100_000);
                let src = t.give(Source::new(text).shaped(&[piece]).paced(piece as u64, pace));
                let out = t.give(Sink::new(rows(50_000).1));
                let dead = t.give(Sink::new(Content::repeat(BAD, 16 * 50_000)));
                let (o, d, jobs) = (out.watch(), dead.watch(), Jobs::new(8));
                let enrich = capitals(&jobs, ms(20));
                let got = t
                    .solve(|| ingest(src, out, dead, CFG, enrich, async move { sleep(at).await }))
                    .await
                    .ok()?;
                let took = t.elapsed();
                t.check(Correct, took <= at + ms(200), || {
                    format!(
                        "it was told to stop after {} ms and returned after {} ms",
                        at.as_millis(),
                        took.as_millis()
                    )
                });
                let started = jobs.started();
                t.check(Correct, known.is_none_or(|known| started <= known), || {
                    format!(
                        "it was told to stop when {} rows had been handed over, and handed over {started} in all: lines \
                         that were read and not yet handed over are discarded then, and so is the beginning of one",
                        known.unwrap_or_default()
                    )
                });
                finished(&t, &got, started);
                let (written, rejected) = (started.div_ceil(2), started / 2);
                t.whole(&o, 16 * written);
                whole_letters(&t, &d, 16 * rejected);
                t.equal(
                    "report",
                    got,
                    Report {
                        written,
                        rejected,
                        too_long: 0,
                    },
                );
                Ok(())
            })
            .about(about);
    }

    grade
        .case(
            "told_to_stop_a_feed_without_pauses",
            &[Correct],
            |t| async move {
                let (input, output) = rows(100_000);
                let src = t.give(Source::new(input));
                let (out, dead) = (t.give(Sink::new(output)), t.give(nothing()));
                let (o, started, stop) = (
                    out.watch(),
                    Arc::new(AtomicU64::new(0)),
                    Arc::new(Notify::new()),
                );
                let (count, tell) = (Arc::clone(&started), Arc::clone(&stop));
                let enrich = move |line: String| {
                    if count.fetch_add(1, Relaxed) == 1100 {
                        tell.notify_one();
                    }
                    ready(Ok(line.to_uppercase()))
                };
                let stop = async move { stop.notified().await };
                let got = t
                    .solve(|| ingest(src, out, dead, CFG, enrich, stop))
                    .await
                    .ok()?;
                let started = started.load(Relaxed);
                finished(&t, &got, started);
                t.whole(&o, 16 * started);
                t.equal("rows written", got.written, started);
                t.check(Correct, started <= 1200, || {
                    format!(
                        "it was told to stop after 1100 rows and took {} more",
                        started - 1100
                    )
                });
                Ok(())
            },
        )
        .about("after 1100 rows of a feed that always has more");
    grade
        .case(
            "told_to_stop_while_an_output_is_slow",
            &[Correct],
            |t| async move {
                for refused in [false, true] {
                    let (row, none) = (if refused { BAD } else { ROW }, nothing());
                    let src = t.give(Source::new(Content::repeat(row, 16 * 400)));
                    let slow = Content::repeat(if refused { BAD.into() } else { ROW.to_uppercase() }, 16 * 400);
                    let slow = Sink::new(slow).paced(10, HOUR);
                    let (out, dead) = if refused { (none, slow) } else { (slow, none) };
                    let (out, dead) = (t.give(out), t.give(dead));
                    let (o, d) = (out.watch(), dead.watch());
                    let stop_at = tokio::time::Instant::now() + HOUR + HOUR / 2;
                    let late = Arc::new(AtomicU64::new(0));
                    let (count, jobs) = (Arc::clone(&late), Jobs::new(8));
                    let enrich = capitals(&jobs, ms(20));
                    let enrich = move |line| {
                        if tokio::time::Instant::now() > stop_at {
                            count.fetch_add(1, Relaxed);
                        }
                        enrich(line)
                    };
                    let stop = tokio::time::sleep_until(stop_at);
                    let got = t
                        .solve(|| ingest(src, out, dead, CFG, enrich, stop))
                        .await
                        .ok()?;
                    let late = late.load(Relaxed);
                    // A `select!` that chooses by lot may choose the line a few times.
                    t.check(Correct, late <= 20, || {
                        format!(
                            "it was told to stop while it wrote to a slow output, and took {late} of the lines that it \
                             had read after that: while there are lines, it does not listen"
                        )
                    });
                    t.equal("rows written and rejected", got.written + got.rejected, jobs.started());
                    t.whole(&o, 16 * got.written);
                    whole_letters(&t, &d, 16 * got.rejected);
                }
                Ok(())
            },
        )
        .about("an output, and then the other, takes a row every hour; told to stop after 90 minutes");
    grade
        .case("told_to_stop_within_a_line", &[Correct], |t| async move {
            let src = t.give(Source::new(Content::repeat("x", 64 * MIB)).paced(64 * KIB, ms(1)));
            let (out, dead) = (t.give(nothing()), t.give(nothing()));
            let (o, d, enrich) = (out.watch(), dead.watch(), capitals(&Jobs::new(8), ms(20)));
            let got = t
                .solve(|| ingest(src, out, dead, CFG, enrich, sleep(ms(500))))
                .await
                .ok()?;
            let took = t.elapsed();
            t.check(Correct, took <= ms(700), || {
                format!(
                    "it was told to stop after 500 ms and returned after {} ms",
                    took.as_millis()
                )
            });
            t.whole(&o, 0);
            whole_letters(&t, &d, 0);
            t.equal("rows written", got.written, 0);
            Ok(())
        })
        .about("after 500 ms of a line that is too long and goes on");

    for (name, what) in [
        ("source_broken", "the source broke after 1600 bytes"),
        ("out_broken", "the output broke after 800 bytes"),
        (
            "dead_broken",
            "the dead letters could not be written after 800 bytes",
        ),
        ("out_cannot_flush", "the output could not be flushed"),
        ("dead_cannot_flush", "the dead letters could not be flushed"),
        ("out_cannot_end", "the output could not be shut down"),
        ("dead_cannot_end", "the dead letters could not be shut down"),
        ("both_cannot_end", "no output could be shut down"),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let text = Content::repeat("row of a feed..\nbad row of feed\n", 16_000);
            let mut src = Source::new(text);
            let mut out = Sink::new(Content::repeat("ROW OF A FEED..\n", 8_000));
            let mut dead = Sink::new(Content::repeat(BAD, 8_000));
            match name {
                "source_broken" => src = src.fails_at(1600),
                "out_broken" => out = out.fails_at(800),
                "dead_broken" => dead = dead.fails_at(800),
                "out_cannot_flush" => out = out.fails_to_flush(),
                "dead_cannot_flush" => dead = dead.fails_to_flush(),
                "out_cannot_end" => out = out.fails_to_shut_down(),
                "dead_cannot_end" => dead = dead.fails_to_shut_down(),
                _ => {
                    out = out.fails_to_shut_down();
                    dead = dead.fails_to_shut_down();
                }
            }
            let (src, out, dead) = (t.give(src), t.give(out), t.give(dead));
            let (o, d, jobs) = (out.watch(), dead.watch(), Jobs::new(8));
            let enrich = capitals(&jobs, ms(10));
            t.solve(|| ingest(src, out, dead, CFG, enrich, pending())).await.err(what)?;
            // It may come with the last flush, which a shutdown does.
            let late = name.contains("cannot");
            t.check(Errors, late || jobs.started() <= 120, || {
                format!("{what}, and {} rows were enriched all the same", jobs.started())
            });
            t.check(Errors, late || o.shutdowns() + d.shutdowns() == 0, || {
                format!("{what}, and an output was shut down: its reader takes the part that came for the whole")
            });
            t.check(Errors, !(o.failed() && d.failed()), || {
                "a shutdown failed, and then the other output was shut down: after an error none is".into()
            });
            no_job_left(&t, &jobs);
            Ok(())
        });
    }
    grade
        .case("broken_in_any_way", &[Errors], |t| async move {
            let (input, output) = rows(4000);
            for kind in ERROR_KINDS {
                for read in [true, false] {
                    let (src, out) = (Source::new(input.clone()), Sink::new(output.clone()));
                    let (src, out) = if read {
                        (src.fails_at(32_000).fails_with(kind), out)
                    } else {
                        (src, out.fails_at(32_000).fails_with(kind))
                    };
                    let (src, out, dead) = (t.give(src), t.give(out), t.give(nothing()));
                    let enrich = capitals(&Jobs::new(8), ms(1));
                    t.solve(|| ingest(src, out, dead, CFG, enrich, pending()))
                        .await
                        .err(&format!(
                            "the {} broke after 32000 of 64000 bytes with {kind:?}",
                            if read { "source" } else { "output" }
                        ))?;
                }
            }
            Ok(())
        })
        .about("an error of each kind, of the source and of the output, in turn");
    grade.case(
        "source_broken_in_a_line_too_long",
        &[Errors],
        |t| async move {
            let endless = Content::repeat("x", 64 * KIB);
            let src = t.give(Source::new(endless).fails_at(32_000));
            let (out, dead) = (t.give(nothing()), t.give(nothing()));
            let enrich = capitals(&Jobs::new(8), ms(1));
            t.solve(|| ingest(src, out, dead, CFG, enrich, pending()))
                .await
                .err("the source broke in the middle of a line that is too long")?;
            Ok(())
        },
    );
    for (name, about, stopped) in [
        (
            "broken_behind_the_last_line",
            "an output breaks when the source has ended and 7 rows are under way",
            false,
        ),
        (
            "broken_after_the_stop",
            "an output breaks when it was told to stop and 7 rows are under way",
            true,
        ),
    ] {
        grade
            // A panic there is no matter of errors.
            .case(name, &[Correct, Errors], move |t| async move {
                for (refused, at_the_end) in [(false, false), (true, false), (false, true), (true, true)] {
                    let row = if refused { BAD } else { ROW };
                    // One place is free, so the end of the source is seen. With a stop there is silence instead.
                    let src = if stopped {
                        Source::new(Content::repeat(row, 16 * 8))
                            .shaped(&[16 * 7])
                            .paced(16 * 7, HOUR)
                    } else {
                        Source::new(Content::repeat(row, 16 * 7))
                    };
                    let sink = |content: Content, breaks| {
                        let sink = Sink::new(content);
                        match (breaks, at_the_end) {
                            (false, _) => sink,
                            (true, false) => sink.fails_at(0),
                            (true, true) => sink.fails_to_shut_down(),
                        }
                    };
                    let out = sink(rows(8).1, !refused);
                    let dead = sink(Content::repeat(BAD, 16 * 8), refused);
                    let (src, out, dead) = (t.give(src), t.give(out), t.give(dead));
                    let (o, d) = (out.watch(), dead.watch());
                    let enrich = capitals(&Jobs::new(8), ms(20));
                    let stop = async move {
                        if !stopped {
                            pending::<()>().await;
                        }
                        sleep(ms(10)).await;
                    };
                    t.solve(|| ingest(src, out, dead, CFG, enrich, stop))
                        .await
                        .err(if at_the_end {
                            "an output could not be shut down"
                        } else {
                            "an output broke at the first of the last rows"
                        })?;
                    t.check(Errors, at_the_end || o.shutdowns() + d.shutdowns() == 0, || {
                        "an output broke, and one was shut down: its reader takes the part that came for the whole".into()
                    });
                }
                Ok(())
            })
            .about(about);
    }
    for (name, kind) in [
        ("source_reset", ErrorKind::ConnectionReset),
        ("source_cut_off", ErrorKind::UnexpectedEof),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let (input, output) = rows(4000);
            let src = t.give(Source::new(input).fails_at(32_008).fails_with(kind));
            let (out, dead) = (t.give(Sink::new(output)), t.give(nothing()));
            let enrich = capitals(&Jobs::new(8), ms(1));
            t.solve(|| ingest(src, out, dead, CFG, enrich, pending()))
                .await
                .err("the source broke in the middle of a line")?;
            Ok(())
        });
    }

    grade.case("the_caller_gives_up", &[Cancel], |t| async move {
        let (input, output) = rows(1_000_000);
        let (src, out, dead) = (
            t.give(Source::new(input)),
            t.give(Sink::new(output)),
            t.give(nothing()),
        );
        let jobs = Jobs::new(8);
        let enrich = capitals(&jobs, ms(100));
        t.cancel_after(Duration::from_secs(2), || {
            ingest(src, out, dead, CFG, enrich, pending())
        })
        .await?;
        no_job_left(&t, &jobs);
        Ok(())
    });
    for (name, about, stopped) in [
        (
            "the_caller_gives_up_at_the_end",
            "the source has ended, and 7 rows are under way",
            false,
        ),
        (
            "the_caller_gives_up_after_the_stop",
            "it was told to stop, and 8 rows are under way",
            true,
        ),
    ] {
        grade
            // A panic there is no matter of cancel.
            .case(name, &[Correct, Cancel], move |t| async move {
                let (input, output) = rows(if stopped { 1000 } else { 7 });
                let (src, out, dead) = (
                    t.give(Source::new(input)),
                    t.give(Sink::new(output)),
                    t.give(nothing()),
                );
                let jobs = Jobs::new(8);
                let enrich = capitals(&jobs, Duration::from_secs(3600));
                let stop = async move {
                    if !stopped {
                        pending::<()>().await;
                    }
                    sleep(ms(500)).await;
                };
                t.cancel_after(Duration::from_secs(2), || {
                    ingest(src, out, dead, CFG, enrich, stop)
                })
                .await?;
                no_job_left(&t, &jobs);
                Ok(())
            })
            .about(about);
    }

    grade.run()
}
