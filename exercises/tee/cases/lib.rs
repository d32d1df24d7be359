//! The cases of `tee`: `cargo test -p tee`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::io::ErrorKind;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

use grader::Criterion::{self, Backpressure, Cancel, Correct, Errors, Memory, Overlap};
use grader::meter::{Content, KIB, MIB, Sink, Source, Watch, Window, heap};
use grader::{ERROR_KINDS, Grade, LocalBoxFuture, Trial};
use tokio::time::timeout;

const HOUR: Duration = Duration::from_secs(3600);
const UPLOAD: &str = "a piece of an upload, and the next\n";

/// `tee`, as the cases call it.
pub type Solution = fn(Source, Sink, Sink) -> LocalBoxFuture<'static, anyhow::Result<u64>>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn tee(src: Source, a: Sink, b: Sink) -> LocalBoxFuture<'static, anyhow::Result<u64>> {
    SOLUTION.get().expect("`grade` sets it")(src, a, b)
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade
        .read_next("17. Fan-out and fan-in", "src/fan-out.md")
        .read_next_for(Errors, "14. Piping", "src/piping.md")
        .read_next_for(Memory, "1. Two questions", "src/two-questions.md");

    for (name, about, reads, to_a, to_b) in [
        ("all_at_once", "", &[][..], &[][..], &[][..]),
        (
            "three_bytes_a_write",
            "b takes 3 bytes a write, a takes all",
            &[],
            &[],
            &[3],
        ),
        (
            "one_byte_a_read",
            "each read brings 1 byte",
            &[1],
            &[4096],
            &[],
        ),
        (
            "odd_sizes_with_pauses",
            "reads and writes of odd sizes, with waits",
            &[0, 7, 4096, 0, 1, 33],
            &[0, 1, 64, 0, 3],
            &[1000, 0, 0, 2],
        ),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let every_byte: Vec<u8> = (0..=255).collect();
                let len = if reads == [1] { 10_000 } else { 100_000 };
                let upload = Content::repeat(every_byte, len);
                let src = t.give(Source::new(upload.clone()).shaped(reads));
                let a = t.give(Sink::new(upload.clone()).shaped(to_a));
                let b = t.give(Sink::new(upload.clone()).shaped(to_b));
                let seen = [a.watch(), b.watch()];
                let n = t.solve(|| tee(src, a, b)).await.ok()?;
                both_whole(&t, &seen, upload.len());
                t.equal("bytes", n, upload.len());
                Ok(())
            })
            .about(about);
    }
    grade.case("nothing", &[Correct], |t| async move {
        let nothing = Content::exactly("");
        let src = t.give(Source::new(nothing.clone()));
        let a = t.give(Sink::new(nothing.clone()));
        let b = t.give(Sink::new(nothing));
        let seen = [a.watch(), b.watch()];
        let n = t.solve(|| tee(src, a, b)).await.ok()?;
        both_whole(&t, &seen, 0);
        t.equal("bytes", n, 0);
        Ok(())
    });

    for (name, about, (src_waits, b_waits)) in [
        (
            "a_client_that_pauses",
            "the first 700 bytes come after an hour, and 700 every hour",
            (true, false),
        ),
        (
            "a_sink_that_pauses",
            "b takes 700 bytes an hour, and an hour each for its flush and its shutdown",
            (false, true),
        ),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let upload = Content::repeat(UPLOAD, 3000);
                let src = Source::new(upload.clone());
                let src = if src_waits {
                    src.begins_after(HOUR).paced(700, HOUR)
                } else {
                    src
                };
                let (a, b) = (Sink::new(upload.clone()), Sink::new(upload.clone()));
                let b = if b_waits {
                    b.paced(700, HOUR).flushes_in(HOUR).shuts_down_in(HOUR)
                } else {
                    b
                };
                let (src, a, b) = (t.give(src), t.give(a), t.give(b));
                let seen = [a.watch(), b.watch()];
                let n = t.solve(|| tee(src, a, b)).await.ok()?;
                both_whole(&t, &seen, upload.len());
                t.equal("bytes", n, upload.len());
                Ok(())
            })
            .about(about);
    }

    for (name, pace_of_a, pace_of_b, large) in [
        ("a_large_upload", 4 * MIB, MIB, 256 * MIB),
        ("a_large_upload_with_a_slow_a", MIB, 4 * MIB, 64 * MIB),
    ] {
        grade
            .case(name, &[Memory, Correct], move |t| async move {
                let upload = Content::repeat(UPLOAD, t.size());
                let src = t.give(Source::new(upload.clone()).shaped(&[16 * 1024, 1500, 4096]));
                let paced = |every| {
                    let sink = Sink::new(upload.clone());
                    t.give(sink.paced(every, Duration::from_millis(1)))
                };
                let (a, b) = (paced(pace_of_a), paced(pace_of_b));
                let seen = [a.watch(), b.watch()];
                let n = t.solve(|| tee(src, a, b)).await.ok()?;
                both_whole(&t, &seen, upload.len());
                t.equal("bytes", n, upload.len());
                Ok(())
            })
            .budget(512 * KIB)
            .sizes(large / 4, large);
    }
    for (name, about, slow_is_a, chunk) in [
        ("a_slow_backup", "b is slow", false, 64 * KIB),
        ("a_backup_far_away", "b is slow", false, 1500),
        ("a_slow_disk", "a is slow", true, 64 * KIB),
    ] {
        grade
            .case(name, &[Backpressure, Correct], move |t| async move {
                let upload = Content::exactly(UPLOAD.repeat(4 * MIB as usize / UPLOAD.len()));
                let window = Window::new(256 * KIB);
                let src = t.give(Source::new(upload.clone()).window(&window));
                let slow = Sink::new(upload.clone()).paced(chunk, Duration::from_millis(100));
                let slow = slow.window(&window);
                let fast = Sink::new(upload.clone());
                let (a, b) = if slow_is_a {
                    (slow, fast)
                } else {
                    (fast, slow)
                };
                let (a, b) = (t.give(a), t.give(b));
                let seen = [a.watch(), b.watch()];
                t.solve(|| tee(src, a, b)).await.ok()?;
                both_whole(&t, &seen, upload.len());
                Ok(())
            })
            .about(about);
    }
    for (name, about, chunk) in [
        (
            "two_slow_sinks",
            "each needs 10 ms for 64 KiB, 1 s for all",
            64 * KIB,
        ),
        (
            "two_slow_sinks_and_small_reads",
            "each needs 10 ms for the 1000 bytes of a read, 1 s for all",
            1000,
        ),
    ] {
        grade
            .case(name, &[Overlap, Correct], move |t| async move {
                let upload = Content::repeat(UPLOAD, 100 * chunk + 1);
                let src = Source::new(upload.clone()).shaped(&[chunk as usize]);
                let src = t.give(src);
                let slow = || {
                    let sink = Sink::new(upload.clone());
                    t.give(sink.paced(chunk, Duration::from_millis(10)))
                };
                let (a, b) = (slow(), slow());
                let seen = [a.watch(), b.watch()];
                t.solve(|| tee(src, a, b)).await.ok()?;
                // More or less than that takes a time of its own.
                if seen.iter().all(|sink| sink.position() == upload.len()) {
                    t.overlapped(Duration::from_millis(1300));
                }
                both_whole(&t, &seen, upload.len());
                Ok(())
            })
            .about(about);
    }

    for (name, at, kind) in [
        ("source_broken_at_once", 0, ErrorKind::Other),
        ("source_broken_in_the_middle", 100_000, ErrorKind::Other),
        (
            "source_broken_at_the_last_byte",
            299_999,
            ErrorKind::TimedOut,
        ),
        ("source_reset", 150_000, ErrorKind::ConnectionReset),
        ("source_cut_off", 150_000, ErrorKind::UnexpectedEof),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let upload = Content::repeat(UPLOAD, 300_000);
            let src = Source::new(upload.clone()).fails_at(at).fails_with(kind);
            let src = t.give(src);
            let (a, b) = (Sink::new(upload.clone()), Sink::new(upload.clone()));
            let (a, b) = (t.give(a), t.give(b));
            let seen = [a.watch(), b.watch()];
            t.solve(|| tee(src, a, b))
                .await
                .err(&format!("the source broke after {at} of 300000 bytes"))?;
            no_false_end(&t, Errors, &seen, upload.len(), "the source had broken");
            Ok(())
        });
    }
    for (name, breaks, kind) in [
        ("a_broken", 0, ErrorKind::Other),
        ("b_broken", 1, ErrorKind::Other),
        ("a_gone", 0, ErrorKind::BrokenPipe),
        ("b_gone", 1, ErrorKind::BrokenPipe),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let upload = Content::repeat(UPLOAD, MIB);
            let src = t.give(Source::new(upload.clone()));
            let read = src.watch();
            let sink = |number| match Sink::new(upload.clone()) {
                sink if number == breaks => t.give(sink.fails_at(100_000).fails_with(kind)),
                sink => t.give(sink),
            };
            let (a, b) = (sink(0), sink(1));
            let seen = [a.watch(), b.watch()];
            let broken = NAMES[breaks];
            t.solve(|| tee(src, a, b)).await.err(&format!(
                "sink `{broken}` broke after 100000 of 1048576 bytes"
            ))?;
            let after = read.position() - seen[breaks].read_when_failed();
            t.check(Errors, after <= 256 * KIB, || {
                format!(
                    "{after} bytes were read after sink `{broken}` had broken, so the error came late"
                )
            });
            no_false_end(&t, Errors, &seen, upload.len(), &format!("sink `{broken}` had broken"));
            Ok(())
        });
    }
    for breaks in [0, 1] {
        let (broken, other) = (NAMES[breaks], NAMES[1 - breaks]);
        grade
            .case(
                format!("{broken}_broken_and_{other}_stuck"),
                &[Errors],
                move |t| async move {
                    let upload = Content::repeat(UPLOAD, 128 * KIB);
                    let src = t.give(Source::new(upload.clone()));
                    let sink = |number| match Sink::new(upload.clone()) {
                        sink if number == breaks => t.give(sink.fails_at(0)),
                        sink => t.give(sink.paced(256, HOUR)),
                    };
                    let (a, b) = (sink(0), sink(1));
                    let seen = [a.watch(), b.watch()];
                    t.solve(|| tee(src, a, b))
                        .await
                        .err(&format!("sink `{broken}` broke at once"))?;
                    let late = t.elapsed();
                    t.check(Errors, late < Duration::from_secs(60), || {
                        format!(
                            "sink `{broken}` broke at once, and the caller was told {} hours later, when sink \
                             `{other}` had taken its piece: the error of one waits for the other",
                            late.as_secs() / 3600
                        )
                    });
                    no_false_end(&t, Errors, &seen, upload.len(), &format!("sink `{broken}` had broken"));
                    Ok(())
                },
            )
            .about(format!("{other} takes 256 bytes an hour"));

        for shutdown in [false, true] {
            let what = if shutdown { "be shut down" } else { "flush" };
            let name = what.replace(' ', "_");
            grade
                .case(format!("{broken}_cannot_{name}"), &[Errors], move |t| async move {
                    let upload = Content::repeat(UPLOAD, 100_000);
                    for kind in ERROR_KINDS {
                        let src = t.give(Source::new(upload.clone()));
                        let sink = |number| match Sink::new(upload.clone()) {
                            sink if number != breaks => t.give(sink.shuts_down_in(HOUR)),
                            sink if shutdown => t.give(sink.fails_to_shut_down().fails_with(kind)),
                            sink => t.give(sink.fails_to_flush().fails_with(kind)),
                        };
                        let (a, b) = (sink(0), sink(1));
                        let failed = [a.watch(), b.watch()][breaks].clone();
                        let mut late = false;
                        let answer = t.solve(|| async {
                            let mut call = tee(src, a, b);
                            match timeout(HOUR / 2, &mut call).await {
                                Ok(result) => result,
                                Err(_) => {
                                    // One after the other is no mistake: then nothing has failed yet.
                                    late = failed.failed();
                                    call.await
                                }
                            }
                        });
                        answer
                            .await
                            .err(&format!("sink `{broken}` could not {what} at the end: {kind:?}"))?;
                        if late {
                            t.wrong(
                                Errors,
                                format!(
                                    "sink `{broken}` could not {what}, and the caller was told when sink `{other}` had \
                                     been shut down, an hour later: the error of one waits for the other"
                                ),
                            );
                            break;
                        }
                    }
                    Ok(())
                })
                .about(format!("an error of each kind in turn, and {other} is shut down in an hour"));
        }
    }
    grade
        .case("broken_in_any_way", &[Errors], |t| async move {
            let upload = Content::repeat(UPLOAD, 2 * MIB);
            for kind in ERROR_KINDS {
                for breaks in ["the source", "sink `a`", "sink `b`"] {
                    let src = Source::new(upload.clone());
                    let src = if breaks == "the source" {
                        src.fails_at(2 * MIB - 1).fails_with(kind)
                    } else {
                        src
                    };
                    let src = t.give(src);
                    let sink = |name| {
                        let sink = Sink::new(upload.clone());
                        t.give(if breaks == name {
                            sink.fails_at(2 * MIB - 1).fails_with(kind)
                        } else {
                            sink
                        })
                    };
                    let (a, b) = (sink("sink `a`"), sink("sink `b`"));
                    t.solve(|| tee(src, a, b))
                        .await
                        .err(&format!("{breaks} broke at the last byte with {kind:?}"))?;
                }
            }
            Ok(())
        })
        .about("an error of each kind, of each of the three, in turn");

    grade
        .case("a_hundred_uploads", &[Memory, Correct], |t| async move {
            let upload = Content::repeat(UPLOAD, 64 * KIB);
            let times = t.size() / upload.len();
            let ends: Vec<(Source, Sink, Sink)> = (0..times)
                .map(|_| {
                    let src = t.give(Source::new(upload.clone()));
                    let a = t.give(Sink::new(upload.clone()));
                    (src, a, t.give(Sink::new(upload.clone())))
                })
                .collect();
            let others: Vec<[(Source, Sink, Sink); 2]> = (0..times)
                .map(|_| {
                    [false, true].map(|breaks| {
                        let (src, a) = (Source::new(upload.clone()), Sink::new(upload.clone()));
                        let (src, a) = if breaks {
                            (src.fails_at(5000), a)
                        } else {
                            (src, a.paced(5000, HOUR))
                        };
                        let b = Sink::new(upload.clone());
                        (t.give(src), t.give(a), t.give(b))
                    })
                })
                .collect();
            let all = t.solve(|| async {
                let mut all = 0;
                for ((src, a, b), [stuck, broken]) in ends.into_iter().zip(others) {
                    all += tee(src, a, b).await?;
                    let stuck = tee(stuck.0, stuck.1, stuck.2);
                    timeout(Duration::from_millis(1), stuck).await.ok();
                    tee(broken.0, broken.1, broken.2).await.ok();
                }
                Ok(all)
            });
            let n = all.await.ok()?;
            t.equal("bytes in all", n, t.size());
            Ok(())
        })
        .about("one after the other: a whole one, one that is given up, one that breaks")
        .budget(512 * KIB)
        .sizes(25 * 64 * KIB, 100 * 64 * KIB);
    grade
        .case("after_bad_ends", &[Memory], |t| async move {
            let upload = Content::repeat(UPLOAD, 64 * KIB);
            let mut before = 0;
            for call in 0..101 {
                if call == 1 {
                    before = heap::live();
                }
                for breaks in ["source", "a", "b", "end of b"] {
                    let src = Source::new(upload.clone());
                    let (a, b) = (Sink::new(upload.clone()), Sink::new(upload.clone()));
                    let (src, a, b) = match breaks {
                        "source" => (src.fails_at(5000), a, b),
                        "a" => (src, a.fails_at(5000), b),
                        "b" => (src, a, b.fails_at(5000)),
                        _ => (src, a, b.fails_to_shut_down()),
                    };
                    let (src, a, b) = (t.give(src), t.give(a), t.give(b));
                    drop(t.solve(|| tee(src, a, b)).await);
                }
            }
            t.let_go(before, 16 * KIB, "400 uploads that broke");
            Ok(())
        })
        .about("the source breaks, a or b does, or b cannot be shut down");
    for (name, about, len, every) in [
        (
            "the_caller_gives_up",
            "the sinks are slow",
            64 * MIB,
            64 * KIB,
        ),
        (
            "the_caller_gives_up_at_the_end",
            "to shut each sink down takes an hour",
            64 * KIB,
            MIB,
        ),
    ] {
        grade
            .case(name, &[Cancel], move |t| async move {
                let upload = Content::repeat(UPLOAD, len);
                let src = t.give(Source::new(upload.clone()));
                let slow = || {
                    let sink = Sink::new(upload.clone()).shuts_down_in(HOUR);
                    t.give(sink.paced(every, Duration::from_millis(100)))
                };
                let (a, b) = (slow(), slow());
                let seen = [a.watch(), b.watch()];
                t.cancel_after(Duration::from_secs(2), || tee(src, a, b))
                    .await?;
                no_false_end(&t, Cancel, &seen, upload.len(), "the caller had given up");
                Ok(())
            })
            .about(about);
    }

    grade.run()
}

const NAMES: [&str; 2] = ["a", "b"];

/// Where bytes get lost.
const LOST: &str = "a queue that does not wait loses what it has no room for; a `write` may take fewer bytes than it is \
                    given; one that is dropped halfway has taken a part";

/// Each sink was given what it expects, all of it, and was flushed and shut down once. Tells of the first that was not.
fn both_whole(t: &Trial, seen: &[Watch; 2], expected: u64) {
    for (name, sink) in NAMES.iter().zip(seen) {
        let got = sink.position();
        let wrong = match sink.wrong_byte() {
            Some(byte) if byte >= expected => format!(
                "sink `{name}` got more than the {expected} bytes of the source: something was written that the last \
                 read had not brought"
            ),
            Some(byte) => format!(
                "byte {byte} of sink `{name}` is wrong: something before it was left out or came twice ({LOST})"
            ),
            None if got != expected => {
                format!(
                    "sink `{name}` had {got} of {expected} bytes after the call (a task that is not awaited may not be \
                     done; {LOST})"
                )
            }
            None if sink.shutdowns() == 0 && sink.unflushed() > 0 => format!(
                "the last {} bytes of sink `{name}` were written and never flushed, and it was never shut down",
                sink.unflushed()
            ),
            None if sink.shutdowns() == 0 => {
                format!("sink `{name}` was never shut down, so its reader waits for more")
            }
            None if sink.shutdowns() > 1 => {
                format!("sink `{name}` was shut down {} times", sink.shutdowns())
            }
            None => continue,
        };
        return t.wrong(Correct, wrong);
    }
}

/// No sink that has only a part was shut down. Tells of the first that was.
fn no_false_end(t: &Trial, criterion: Criterion, seen: &[Watch; 2], all: u64, when: &str) {
    for (name, sink) in NAMES.iter().zip(seen) {
        let got = sink.position();
        if sink.shutdowns() > 0 && got != all {
            return t.wrong(
                criterion,
                format!(
                    "{when}, and sink `{name}` was shut down with {got} of {all} bytes: its reader takes \
                     the part that came for the whole"
                ),
            );
        }
    }
}
