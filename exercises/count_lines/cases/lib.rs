//! The cases of `count_lines`: `cargo test -p count_lines`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::io::ErrorKind;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

use grader::Criterion::{Cancel, Correct, Errors, Memory};
use grader::meter::{Content, KIB, MIB, Source, heap};
use grader::{ERROR_KINDS, Grade, LocalBoxFuture, timed};

/// `count_lines`, as the cases call it.
pub type Solution = fn(Source) -> LocalBoxFuture<'static, anyhow::Result<u64>>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn count_lines(src: Source) -> LocalBoxFuture<'static, anyhow::Result<u64>> {
    SOLUTION.get().expect("`grade` sets it")(src)
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade
        .read_next("4. Byte streams", "src/byte-streams.md")
        .read_next_for(Memory, "1. Two questions", "src/two-questions.md");

    // Blank lines, a CRLF, a character of several bytes, and a last line without a newline.
    let text = "one\n\nthree \u{65e5}\u{672c}\r\nfour\n\n\nseven and no newline";
    for (name, about, shape) in [
        ("all_at_once", "the last line has no newline", &[][..]),
        ("one_byte_at_a_time", "each read brings 1 byte", &[1]),
        (
            "odd_sizes",
            "reads bring 1, 7, 3, 2, 5 bytes",
            &[1, 7, 3, 2, 5],
        ),
        ("with_pauses", "reads wait in between", &[0, 5, 0, 0, 2]),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let src = t.give(Source::new(Content::exactly(text)).shaped(shape));
                let n = t.solve(|| count_lines(src)).await.ok()?;
                t.equal("newlines", n, 6);
                Ok(())
            })
            .about(about);
    }
    for (name, text, newlines) in [
        ("empty", "", 0),
        ("one_newline", "\n", 1),
        ("no_newline", "no newline here", 0),
        ("ends_with_a_newline", "a\nb\n", 2),
    ] {
        grade.case(name, &[Correct], move |t| async move {
            let src = t.give(Source::new(Content::exactly(text)));
            let n = t.solve(|| count_lines(src)).await.ok()?;
            t.equal("newlines", n, newlines);
            Ok(())
        });
    }
    grade
        .case("an_hour_of_silence", &[Correct], move |t| async move {
            let src = Source::new(Content::exactly(text));
            let hour = Duration::from_secs(3600);
            let src = t.give(src.begins_after(hour).paced(15, hour));
            let n = t.solve(|| count_lines(src)).await.ok()?;
            t.equal("newlines", n, 6);
            Ok(())
        })
        .about("15 bytes an hour, the first of them after an hour");
    grade
        .case("three_at_once", &[Correct], |t| async move {
            let slow = || {
                let slow = Source::new(Content::exactly("one\ntwo\nthree\n"));
                t.give(slow.paced(4, Duration::from_secs(3600)))
            };
            let (first, second) = (slow(), slow());
            let quick = t.give(Source::new(Content::exactly("a\nb\n")));
            let all = t.solve(|| async {
                let quick = timed(count_lines(quick));
                let (first, second, (quick, took)) =
                    tokio::join!(count_lines(first), count_lines(second), quick);
                Ok(((first?, second?, quick?), took))
            });
            let (newlines, took) = all.await.ok()?;
            if newlines != (3, 3, 2) {
                let alone = t.solve(|| count_lines(slow())).await.ok();
                let shared = match alone {
                    Ok(3) => ". Alone, a slow one is counted right: so the calls share something",
                    _ => "",
                };
                t.wrong(
                    Correct,
                    format!("newlines of three logs at once: {newlines:?}, expected (3, 3, 2){shared}"),
                );
            }
            t.check(Correct, took < Duration::from_secs(60), || {
                format!(
                    "counted beside two slow logs, a short one took {} s, though all of it was there at once: its call \
                     waits for something else, such as another call",
                    took.as_secs()
                )
            });
            Ok(())
        })
        .about("of two logs 4 bytes come an hour, and a short one is there at once");
    grade
        .case("nothing_but_newlines", &[Correct], |t| async move {
            let src = t.give(Source::new(Content::repeat("\n", 300_000)));
            let n = t.solve(|| count_lines(src)).await.ok()?;
            t.equal("newlines", n, 300_000);
            Ok(())
        })
        .about("300000 of them: every byte of every read counts");
    grade
        .case("binary_data", &[Correct], |t| async move {
            let every_pair = (0..=u16::MAX).flat_map(u16::to_be_bytes);
            let data = Content::repeat(every_pair.collect::<Vec<u8>>(), 300_000);
            let newlines = data.count(b'\n');
            let src = t.give(Source::new(data).shaped(&[4096, 1, 8191]));
            let n = t.solve(|| count_lines(src)).await.ok()?;
            t.equal("newlines", n, newlines);
            Ok(())
        })
        .about("this is no text, and `lines()` decodes text");

    grade
        .case("a_large_log", &[Memory, Correct], |t| async move {
            // More than 2^24 of them in the large one.
            let log = Content::repeat("GET /index 200\n", t.size());
            let newlines = log.count(b'\n');
            let src = t.give(Source::new(log).shaped(&[16 * 1024, 1500, 4096]));
            let n = t.solve(|| count_lines(src)).await.ok()?;
            t.equal("newlines", n, newlines);
            Ok(())
        })
        .budget(512 * KIB)
        .sizes(64 * MIB, 256 * MIB);
    grade
        .case(
            "a_line_that_never_ends",
            &[Memory, Correct],
            |t| async move {
                let src = t.give(Source::new(Content::repeat("x", t.size())));
                let n = t.solve(|| count_lines(src)).await.ok()?;
                t.equal("newlines", n, 0);
                Ok(())
            },
        )
        .budget(512 * KIB)
        .sizes(64 * MIB, 256 * MIB);
    grade
        .case("a_hundred_logs", &[Memory], |t| async move {
            let log = Content::repeat("a short line\n", 200 * KIB);
            let times = t.size() / log.len();
            let newlines = log.count(b'\n');
            let logs: Vec<Source> = (0..times)
                .map(|_| t.give(Source::new(log.clone())))
                .collect();
            let all = t.solve(|| async {
                let mut all = 0;
                for src in logs {
                    all += count_lines(src).await?;
                }
                Ok(all)
            });
            let n = all.await.ok()?;
            t.equal("newlines", n, times * newlines);
            Ok(())
        })
        .budget(512 * KIB)
        .sizes(25 * 200 * KIB, 100 * 200 * KIB);
    grade.case("after_bad_ends", &[Memory], |t| async move {
        // One text, so that a source which is held holds nothing else.
        let log = Content::repeat("a line of a log\n", 100 * KIB);
        let mut before = 0;
        for call in 0..129 {
            if call == 1 {
                before = heap::live();
            }
            let src = t.give(Source::new(log.clone()).fails_at(50 * KIB));
            let broken = t.solve(|| count_lines(src)).await;
            drop(broken);
            let src = t.give(Source::new(log.clone()).paced(50 * KIB, Duration::from_secs(2)));
            let given_up = t.cancel_after(Duration::from_secs(1), || count_lines(src));
            drop(given_up.await);
        }
        let after = "128 logs that broke and 128 that the caller gave up";
        t.let_go(before, 16 * KIB, after);
        Ok(())
    });

    for (name, at, kind) in [
        ("broken_at_once", 0, ErrorKind::Other),
        ("broken_in_the_middle", 100_000, ErrorKind::Other),
        ("broken_at_the_last_byte", 299_999, ErrorKind::TimedOut),
        ("connection_reset", 150_000, ErrorKind::ConnectionReset),
        ("cut_off", 150_000, ErrorKind::UnexpectedEof),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let log = Content::repeat("a line of a log\n", 300_000);
            let src = t.give(Source::new(log).fails_at(at).fails_with(kind));
            t.solve(|| count_lines(src))
                .await
                .err(&format!("the source broke after {at} of 300000 bytes"))?;
            Ok(())
        });
    }
    grade
        .case("broken_in_any_way", &[Errors], |t| async move {
            let log = Content::repeat("a line of a log\n", 4 * MIB);
            for kind in ERROR_KINDS {
                for at in [3 * MIB, 0] {
                    let src = t.give(Source::new(log.clone()).fails_at(at).fails_with(kind));
                    t.solve(|| count_lines(src)).await.err(&format!(
                        "the source broke after {} of 4 MiB with {kind:?}",
                        at / MIB
                    ))?;
                }
            }
            Ok(())
        })
        .about("an error of each kind in turn, after data and before it");
    grade.case("the_caller_gives_up", &[Cancel], |t| async move {
        let log = Content::repeat("a line of a log\n", 64 * MIB);
        let src = t.give(Source::new(log).paced(64 * KIB, Duration::from_millis(100)));
        t.cancel_after(Duration::from_secs(2), || count_lines(src))
            .await
    });
    grade.case("the_caller_gives_up_early", &[Cancel], |t| async move {
        let log = Content::repeat("a line of a log\n", MIB);
        let src = t.give(Source::new(log).begins_after(Duration::from_secs(10)));
        t.cancel_after(Duration::from_secs(2), || count_lines(src))
            .await
    });

    grade.run()
}
