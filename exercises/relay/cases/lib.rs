//! The cases of `relay`: `cargo test -p relay`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::io::ErrorKind;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

use grader::Criterion::{Backpressure, Cancel, Correct, Errors, Memory};
use grader::meter::{Content, KIB, MIB, Sink, Source, Window, heap};
use grader::{ERROR_KINDS, Grade, LocalBoxFuture, timed};

const SHUT_DOWN_ANYWAY: &str = "the sink was shut down although the source had broken: its reader takes the part that came for the whole";

/// `relay`, as the cases call it.
pub type Solution = fn(Source, Sink) -> LocalBoxFuture<'static, anyhow::Result<u64>>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn relay(src: Source, dst: Sink) -> LocalBoxFuture<'static, anyhow::Result<u64>> {
    SOLUTION.get().expect("`grade` sets it")(src, dst)
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade
        .read_next("4. Byte streams", "src/byte-streams.md")
        .read_next_for(Memory, "1. Two questions", "src/two-questions.md");

    for (name, about, reads, writes) in [
        ("all_at_once", "", &[][..], &[][..]),
        ("three_bytes_a_write", "each write takes 3 bytes", &[], &[3]),
        ("one_byte_a_read", "each read brings 1 byte", &[1], &[4096]),
        (
            "odd_sizes_with_pauses",
            "reads and writes of odd sizes, with waits",
            &[0, 7, 4096, 0, 1, 33],
            &[0, 1, 64, 0, 3],
        ),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let every_byte: Vec<u8> = (0..=255).collect();
                let page = Content::repeat(every_byte, 100_000);
                let src = t.give(Source::new(page.clone()).shaped(reads));
                let dst = t.give(Sink::new(page.clone()).shaped(writes));
                let seen = dst.watch();
                let n = t.solve(|| relay(src, dst)).await.ok()?;
                t.whole(&seen, page.len());
                t.equal("bytes", n, page.len());
                Ok(())
            })
            .about(about);
    }
    grade.case("nothing", &[Correct], |t| async move {
        let src = t.give(Source::new(Content::exactly("")));
        let dst = t.give(Sink::new(Content::exactly("")));
        let seen = dst.watch();
        let n = t.solve(|| relay(src, dst)).await.ok()?;
        t.whole(&seen, 0);
        t.equal("bytes", n, 0);
        Ok(())
    });

    for (name, about, read, write, shutdown) in [
        (
            "a_slow_server",
            "an hour before each 100 bytes",
            100,
            300,
            0,
        ),
        ("a_slow_phone", "it takes 70 bytes an hour", 300, 70, 0),
        (
            "a_slow_shutdown",
            "the shutdown takes an hour",
            300,
            300,
            3600,
        ),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let hour = Duration::from_secs(3600);
                let page = Content::repeat("a piece of a page\n", 250);
                let src = Source::new(page.clone()).begins_after(hour);
                let src = t.give(src.paced(read, hour));
                let dst = Sink::new(page.clone()).paced(write, hour);
                let dst = t.give(dst.shuts_down_in(Duration::from_secs(shutdown)));
                let seen = dst.watch();
                let n = t.solve(|| relay(src, dst)).await.ok()?;
                t.whole(&seen, page.len());
                t.equal("bytes", n, page.len());
                Ok(())
            })
            .about(about);
    }

    let hour = Duration::from_secs(3600);
    for (name, about, piece, slow) in [
        ("a_byte_an_hour", "a byte an hour", 1, None),
        ("a_word_an_hour", "4 bytes an hour", 4, None),
        ("5_bytes_an_hour", "5 bytes an hour", 5, None),
        ("8_kib_an_hour", "8 KiB an hour", 8 * KIB, None),
        ("64_kib_an_hour", "64 KiB an hour", 64 * KIB, None),
        (
            "a_word_an_hour_to_a_slow_phone",
            "4 bytes an hour, and the phone takes 2 a minute",
            4,
            Some(Duration::from_secs(60)),
        ),
    ] {
        grade.case(name, &[Correct], move |t| async move {
            let pieces = 8;
            let page = Content::repeat("one two three, four, five\n", pieces * piece - 1);
            let src = t.give(Source::new(page.clone()).paced(piece, hour));
            let dst = Sink::new(page.clone());
            let dst = t.give(match slow {
                Some(wait) => dst.paced(2, wait),
                None => dst,
            });
            let seen = dst.watch();
            let both = t.solve(|| async {
                let (mut relayed, mut taken) = (relay(src, dst), Vec::new());
                for hours in 1..pieces {
                    let wait = if hours == 1 { hour / 2 } else { hour };
                    tokio::select! {
                        biased;
                        n = &mut relayed => return Ok((n?, taken)),
                        () = tokio::time::sleep(wait) => taken.push(seen.position()),
                    }
                }
                Ok((relayed.await?, taken))
            });
            let (n, taken) = both.await.ok()?;
            t.whole(&seen, page.len());
            t.equal("bytes", n, page.len());
            let late = (1..).zip(taken).find(|&(hours, taken)| taken < piece * hours);
            if let Some((hours, taken)) = late {
                t.wrong(
                    Correct,
                    format!(
                        "of {} bytes that had come, the sink had {taken}, half an hour later: what fills no buffer yet \
                         must not wait for more",
                        piece * hours
                    ),
                );
            }
            Ok(())
        })
        .about(about);
    }

    grade
        .case("two_at_once", &[Correct], |t| async move {
            let page = |text| {
                let page = Content::exactly(text);
                (Source::new(page.clone()), t.give(Sink::new(page)))
            };
            let (slow, slow_dst) = page("a slow page");
            let slow = t.give(slow.paced(4, Duration::from_secs(3600)));
            let (quick, quick_dst) = page("a quick one");
            let quick = t.give(quick);
            let (slow_seen, quick_seen) = (slow_dst.watch(), quick_dst.watch());
            let both = t.solve(|| async {
                let quick = timed(relay(quick, quick_dst));
                let (slow, (quick, took)) = tokio::join!(relay(slow, slow_dst), quick);
                Ok((slow?, quick?, took))
            });
            let (slow, quick, took) = both.await.ok()?;
            t.whole(&slow_seen, 11);
            t.whole(&quick_seen, 11);
            t.equal("bytes of two pages at once", (slow, quick), (11, 11));
            t.check(Correct, took < Duration::from_secs(60), || {
                format!(
                    "a short page took {} s since a slow one came at the same time: one call waits for the other",
                    took.as_secs()
                )
            });
            Ok(())
        })
        .about("of the first, 4 bytes come an hour");
    grade
        .case("two_slow_phones", &[Correct], move |t| async move {
            let page = |text, wait| {
                let page = Content::exactly(text);
                let src = t.give(Source::new(page.clone()));
                let dst = Sink::new(page).shaped(&[0, 3]);
                (src, t.give(if wait { dst.paced(3, hour) } else { dst }))
            };
            let (src_a, dst_a) = page("one slow page", true);
            let (src_b, dst_b) = page("ANOTHER, SLOW", true);
            let (quick, quick_dst) = page("0123456789...", false);
            let seen = [dst_a.watch(), dst_b.watch(), quick_dst.watch()];
            let all = t.solve(|| async {
                let quick = timed(relay(quick, quick_dst));
                let (a, b, (quick, took)) =
                    tokio::join!(relay(src_a, dst_a), relay(src_b, dst_b), quick);
                Ok(((a?, b?, quick?), took))
            });
            let (lengths, took) = all.await.ok()?;
            for seen in &seen {
                t.whole(seen, 13);
            }
            t.equal("bytes of three pages at once", lengths, (13, 13, 13));
            t.check(Correct, took < Duration::from_secs(60), || {
                format!(
                    "a page for a quick phone took {} s beside two for slow ones: one call waits for another",
                    took.as_secs()
                )
            });
            Ok(())
        })
        .about("they take 3 bytes an hour, and a third is quick");

    grade
        .case("a_large_download", &[Memory, Correct], |t| async move {
            let film = Content::repeat("a frame of a film, and the next one\n", t.size());
            let src = t.give(Source::new(film.clone()).shaped(&[16 * 1024, 1500, 4096]));
            let dst = t.give(Sink::new(film.clone()).paced(MIB, Duration::from_millis(1)));
            let seen = dst.watch();
            let n = t.solve(|| relay(src, dst)).await.ok()?;
            t.whole(&seen, film.len());
            t.equal("bytes", n, film.len());
            Ok(())
        })
        .budget(512 * KIB)
        .sizes(64 * MIB, 256 * MIB);
    for (name, chunk, wait) in [
        ("a_phone_in_a_tunnel", 64 * KIB, 100),
        ("a_phone_far_away", 1500, 100),
        ("a_phone_that_stops_now_and_then", 3 * MIB / 2, 10_000),
    ] {
        grade.case(name, &[Backpressure], move |t| async move {
            // A read brings no more than one period, so that is longer than any buffer.
            let frames = "a frame of a film, and the next one\n".repeat(30_000);
            let film = Content::repeat(frames, 4 * MIB);
            let window = Window::new(256 * KIB);
            let src = t.give(Source::new(film.clone()).window(&window));
            let dst = Sink::new(film.clone()).paced(chunk, Duration::from_millis(wait));
            let dst = t.give(dst.window(&window));
            let seen = dst.watch();
            t.solve(|| relay(src, dst)).await.ok()?;
            t.whole(&seen, film.len());
            Ok(())
        });
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
            let page = Content::repeat("a piece of a page\n", 300_000);
            let src = t.give(Source::new(page.clone()).fails_at(at).fails_with(kind));
            let dst = t.give(Sink::new(page.clone()));
            let seen = dst.watch();
            t.solve(|| relay(src, dst))
                .await
                .err(&format!("the source broke after {at} of 300000 bytes"))?;
            t.check(Errors, seen.shutdowns() == 0, || SHUT_DOWN_ANYWAY.into());
            Ok(())
        });
    }
    for (name, at, kind) in [
        ("sink_broken", 100_000, ErrorKind::Other),
        ("sink_broken_at_the_last_byte", MIB - 1, ErrorKind::Other),
        ("sink_gone", 100_000, ErrorKind::BrokenPipe),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let page = Content::repeat("a piece of a page\n", MIB);
            let src = t.give(Source::new(page.clone()));
            let read = src.watch();
            let dst = t.give(Sink::new(page).fails_at(at).fails_with(kind));
            let broke = dst.watch();
            t.solve(|| relay(src, dst))
                .await
                .err(&format!("the sink broke after {at} of 1048576 bytes"))?;
            let after = read.position() - broke.read_when_failed();
            t.check(Errors, after <= 256 * KIB, || {
                format!("{after} bytes were read after the sink had broken: the error was not looked at in time")
            });
            Ok(())
        });
    }
    grade
        .case("sink_gone_and_a_silent_server", &[Errors], |t| async move {
            let page = Content::repeat("a piece of a page\n", 100_000);
            let src = Source::new(page.clone()).paced(12_000, Duration::from_secs(3600));
            let src = t.give(src);
            let read = src.watch();
            let dst = Sink::new(page).fails_at(11_999);
            let dst = t.give(dst.fails_with(ErrorKind::BrokenPipe));
            let broke = dst.watch();
            t.solve(|| relay(src, dst))
                .await
                .err("the sink broke after 11999 of 100000 bytes")?;
            let waited = read.position() > broke.read_when_failed();
            t.check(Errors, !waited, || {
                "the sink broke while the source was silent, and the error came with the source's next bytes, an hour \
                 later: a source that stays silent keeps it for ever"
                    .into()
            });
            Ok(())
        })
        .about("12000 bytes an hour");
    grade.case("flush_fails", &[Errors], |t| async move {
        let page = Content::repeat("a piece of a page\n", 100_000);
        let src = t.give(Source::new(page.clone()));
        let dst = t.give(Sink::new(page).fails_to_flush());
        t.solve(|| relay(src, dst))
            .await
            .err("the sink could not flush its last bytes")?;
        Ok(())
    });
    grade.case("shutdown_fails", &[Errors], |t| async move {
        let page = Content::repeat("a piece of a page\n", 100_000);
        let src = t.give(Source::new(page.clone()));
        let dst = t.give(Sink::new(page).fails_to_shut_down());
        t.solve(|| relay(src, dst))
            .await
            .err("the sink could not be shut down")?;
        Ok(())
    });

    grade
        .case("broken_in_any_way", &[Errors], |t| async move {
            let film = Content::repeat("a frame of a film, and the next one\n", 4 * MIB);
            for kind in ERROR_KINDS {
                let src = t.give(Source::new(film.clone()).fails_at(3 * MIB).fails_with(kind));
                let dst = t.give(Sink::new(film.clone()));
                let seen = dst.watch();
                t.solve(|| relay(src, dst))
                    .await
                    .err(&format!("the source broke after 3 of 4 MiB with {kind:?}"))?;
                t.check(Errors, seen.shutdowns() == 0, || SHUT_DOWN_ANYWAY.into());
                let src = t.give(Source::new(film.clone()));
                let dst = t.give(Sink::new(film.clone()).fails_at(3 * MIB).fails_with(kind));
                t.solve(|| relay(src, dst))
                    .await
                    .err(&format!("the sink broke after 3 of 4 MiB with {kind:?}"))?;
                for (what, flush) in [("flushed", true), ("shut down", false)] {
                    let page = Content::repeat("a piece of a page\n", 1000);
                    let src = t.give(Source::new(page.clone()));
                    let dst = Sink::new(page).fails_with(kind);
                    let dst = t.give(match flush {
                        true => dst.fails_to_flush(),
                        false => dst.fails_to_shut_down(),
                    });
                    t.solve(|| relay(src, dst))
                        .await
                        .err(&format!("the sink could not be {what}: {kind:?}"))?;
                }
            }
            Ok(())
        })
        .about("an error of each kind, of either side, in turn");
    grade
        .case("a_hundred_pages", &[Memory, Correct], |t| async move {
            let page = Content::repeat("a piece of a page\n", 64 * KIB);
            let times = t.size() / page.len();
            let ends: Vec<(Source, Sink)> = (0..times)
                .map(|_| {
                    let src = t.give(Source::new(page.clone()));
                    (src, t.give(Sink::new(page.clone())))
                })
                .collect();
            let all = t.solve(|| async {
                let mut all = 0;
                for (src, dst) in ends {
                    all += relay(src, dst).await?;
                }
                Ok(all)
            });
            let n = all.await.ok()?;
            t.equal("bytes in all", n, t.size());
            Ok(())
        })
        .about("one after the other")
        .budget(512 * KIB)
        .sizes(25 * 64 * KIB, 100 * 64 * KIB);
    grade.case("after_bad_ends", &[Errors, Memory], |t| async move {
        // One text, so that a source which is held holds nothing else.
        let page = Content::repeat("a piece of a page\n", 8 * KIB);
        let mut before = 0;
        for call in 0..129 {
            if call == 1 {
                before = heap::live();
            }
            let second = Duration::from_secs(1);
            for (src, dst) in [
                (
                    Source::new(page.clone()).fails_at(4 * KIB),
                    Sink::new(page.clone()),
                ),
                (
                    Source::new(page.clone()),
                    Sink::new(page.clone()).fails_at(4 * KIB),
                ),
                (
                    Source::new(page.clone()),
                    Sink::new(page.clone()).fails_to_shut_down(),
                ),
            ] {
                let (src, dst) = (t.give(src), t.give(dst));
                drop(t.solve(|| relay(src, dst)).await);
            }
            let src = t.give(Source::new(page.clone()).paced(KIB, second));
            let dst = t.give(Sink::new(page.clone()));
            drop(t.cancel_after(2 * second, || relay(src, dst)).await);
        }
        let after = "384 pages that broke and 128 that the caller gave up";
        t.let_go(before, 64 * KIB, after);
        Ok(())
    });
    grade.case("the_caller_gives_up_in_silence", &[Cancel], |t| async move {
        let page = Content::repeat("a piece of a page\n", 64 * KIB);
        let src = t.give(Source::new(page.clone()).paced(KIB, Duration::from_secs(10)));
        let dst = t.give(Sink::new(page));
        let seen = dst.watch();
        t.cancel_after(Duration::from_secs(25), || relay(src, dst))
            .await?;
        t.check(Cancel, seen.shutdowns() == 0, || {
            "the sink was shut down although the caller gave up while nothing came: its reader takes the part that \
             came for the whole"
                .into()
        });
        Ok(())
    });
    grade.case("the_caller_gives_up", &[Cancel], |t| async move {
        let film = Content::repeat("a frame of a film, and the next one\n", 64 * MIB);
        let src = t.give(Source::new(film.clone()));
        let dst = t.give(Sink::new(film).paced(64 * KIB, Duration::from_millis(100)));
        let seen = dst.watch();
        t.cancel_after(Duration::from_secs(2), || relay(src, dst))
            .await?;
        t.check(Cancel, seen.shutdowns() == 0, || {
            "the sink was shut down although the caller gave up halfway: its reader takes the part that came for the \
             whole"
                .into()
        });
        Ok(())
    });

    grade.run()
}
