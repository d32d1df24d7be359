//! The cases of `overlap_copy`: `cargo test -p overlap_copy`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::io::ErrorKind;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

use grader::Criterion::{Backpressure, Cancel, Correct, Errors, Memory, Overlap};
use grader::meter::{Content, KIB, MIB, Sink, Source, Window, heap};
use grader::{ERROR_KINDS, Grade, LocalBoxFuture};

const CHUNK: u64 = 16 * KIB;
const HOUR: Duration = Duration::from_secs(3600);

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn film(bytes: u64) -> Content {
    Content::repeat("a frame of a film, and the next one\n", bytes)
}

/// `overlap_copy`, as the cases call it.
pub type Solution = fn(Source, Sink, usize, usize) -> LocalBoxFuture<'static, anyhow::Result<u64>>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn overlap_copy(
    src: Source,
    dst: Sink,
    chunk: usize,
    depth: usize,
) -> LocalBoxFuture<'static, anyhow::Result<u64>> {
    SOLUTION.get().expect("`grade` sets it")(src, dst, chunk, depth)
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade
        .read_next("9. Backpressure", "src/backpressure.md")
        .read_next_for(Correct, "4. Byte streams", "src/byte-streams.md");

    for (name, about, (chunk, depth), reads, writes) in [
        ("all_at_once", "", (4096, 4), &[][..], &[][..]),
        (
            "a_byte_at_a_time",
            "`chunk` and `depth` are 1",
            (1, 1),
            &[],
            &[],
        ),
        (
            "three_bytes_a_write",
            "each write takes 3 bytes",
            (4096, 2),
            &[],
            &[3],
        ),
        (
            "one_byte_a_read",
            "each read brings 1 byte",
            (1000, 3),
            &[1],
            &[],
        ),
        (
            "odd_sizes_with_pauses",
            "reads and writes of odd sizes, with waits",
            (1001, 5),
            &[0, 7, 4096, 0, 1, 33],
            &[0, 1, 64, 0, 3],
        ),
        (
            "more_room_than_input",
            "all of it fits into the queue",
            (64 << 10, 100),
            &[1000],
            &[],
        ),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let every_byte: Vec<u8> = (0..=255).collect();
                let page = Content::repeat(every_byte, 100_001);
                let src = t.give(Source::new(page.clone()).shaped(reads));
                let dst = t.give(Sink::new(page.clone()).shaped(writes));
                let seen = dst.watch();
                let n = t
                    .solve(|| overlap_copy(src, dst, chunk, depth))
                    .await
                    .ok()?;
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
        let n = t.solve(|| overlap_copy(src, dst, 4096, 4)).await.ok()?;
        t.whole(&seen, 0);
        t.equal("bytes", n, 0);
        Ok(())
    });

    for (name, about, read, write, end) in [
        (
            "a_source_that_is_silent",
            "an hour, then 4 chunks at once, and so on",
            HOUR,
            ms(1),
            ms(1),
        ),
        (
            "a_sink_that_takes_nothing",
            "4 chunks are written at once, then none for an hour",
            ms(1),
            HOUR,
            ms(1),
        ),
        (
            "a_shutdown_that_takes_long",
            "the sink takes an hour for it",
            ms(1),
            ms(1),
            HOUR,
        ),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let film = film(12 * CHUNK);
                let mut src = Source::new(film.clone()).paced(4 * CHUNK, read);
                if read == HOUR {
                    src = src.begins_after(HOUR);
                }
                let src = t.give(src);
                let dst = Sink::new(film.clone()).paced(4 * CHUNK, write);
                let dst = t.give(dst.shuts_down_in(end));
                let seen = dst.watch();
                let n = t
                    .solve(|| overlap_copy(src, dst, CHUNK as usize, 2))
                    .await
                    .ok()?;
                t.whole(&seen, film.len());
                t.equal("bytes", n, film.len());
                Ok(())
            })
            .about(about);
    }

    for (name, about, read, write, chunks, limit) in [
        (
            "reads_and_writes_of_10_ms",
            "100 chunks; one side needs 1.0 s, one after the other 2.0 s",
            (1, 10),
            (1, 10),
            100,
            1300,
        ),
        (
            "a_source_that_comes_in_bursts",
            "`depth` is 8: 8 chunks at once, then 80 ms nothing; a write takes 10 ms",
            (8, 80),
            (1, 10),
            160,
            1900,
        ),
        (
            "a_sink_that_pauses",
            "`depth` is 8: a read takes 10 ms; 8 writes at once, then 80 ms none",
            (1, 10),
            (8, 80),
            160,
            1900,
        ),
    ] {
        grade
            .case(name, &[Overlap], move |t| async move {
                let film = film(chunks * CHUNK);
                let src = Source::new(film.clone()).paced(read.0 * CHUNK, ms(read.1));
                let dst = Sink::new(film.clone()).paced(write.0 * CHUNK, ms(write.1));
                let (src, dst) = (t.give(src), t.give(dst));
                let seen = dst.watch();
                t.solve(|| overlap_copy(src, dst, CHUNK as usize, 8))
                    .await
                    .ok()?;
                t.whole(&seen, film.len());
                t.overlapped(ms(limit));
                Ok(())
            })
            .about(about);
    }

    for (name, chunk, depth) in [
        ("ahead_by_one_small_chunk", 1000, 1),
        ("ahead_by_4_of_64_kib", 64 * KIB, 4),
        ("ahead_by_16_of_4_kib", 4 * KIB, 16),
    ] {
        grade
            .case(name, &[Backpressure], move |t| async move {
                let most = (depth + 2) * chunk;
                let film = film(8 * most);
                let window = Window::new(most);
                let src = t.give(Source::new(film.clone()).window(&window));
                let dst = Sink::new(film.clone()).paced(chunk, ms(100));
                let dst = t.give(dst.window(&window));
                let seen = dst.watch();
                t.solve(|| overlap_copy(src, dst, chunk as usize, depth as usize))
                    .await
                    .ok()?;
                t.whole(&seen, film.len());
                Ok(())
            })
            .about(format!(
                "`chunk` is {chunk} and `depth` {depth}, so {} bytes may be ahead; a write takes 100 ms",
                (depth + 2) * chunk
            ));
    }

    for (name, chunk, depth, budget, (small, large)) in [
        (
            "a_large_file",
            64 * KIB,
            4,
            768 * KIB,
            (64 * MIB, 256 * MIB),
        ),
        ("in_small_chunks", KIB, 8, 64 * KIB, (4 * MIB, 16 * MIB)),
    ] {
        grade
            .case(name, &[Memory, Correct], move |t| async move {
                let film = film(t.size());
                let src = t.give(Source::new(film.clone()).shaped(&[64 * 1024, 1500, 4096]));
                let dst = t.give(Sink::new(film.clone()).paced(MIB, ms(1)));
                let seen = dst.watch();
                let n = t
                    .solve(|| overlap_copy(src, dst, chunk as usize, depth))
                    .await
                    .ok()?;
                t.whole(&seen, film.len());
                t.equal("bytes", n, film.len());
                Ok(())
            })
            .budget(budget)
            .sizes(small, large);
    }
    grade
        .case("a_hundred_files", &[Memory, Correct], |t| async move {
            let page = film(128 * KIB);
            let times = t.size() / page.len();
            let ends: Vec<(Source, Sink)> = (0..times)
                .map(|_| {
                    (
                        t.give(Source::new(page.clone())),
                        t.give(Sink::new(page.clone())),
                    )
                })
                .collect();
            let all = t.solve(|| async {
                let mut all = 0;
                for (src, dst) in ends {
                    all += overlap_copy(src, dst, CHUNK as usize, 4).await?;
                }
                Ok(all)
            });
            let n = all.await.ok()?;
            t.equal("bytes in all", n, t.size());
            Ok(())
        })
        .about("one after the other")
        .budget(256 * KIB)
        .sizes(25 * 128 * KIB, 100 * 128 * KIB);

    for (name, at, kind) in [
        ("source_broken_at_once", 0, ErrorKind::Other),
        ("source_broken_in_the_middle", 100_000, ErrorKind::Other),
        (
            "source_broken_at_the_last_byte",
            299_999,
            ErrorKind::TimedOut,
        ),
        (
            "source_broken_after_the_last_byte",
            300_000,
            ErrorKind::Other,
        ),
        ("source_cut_off", 150_000, ErrorKind::UnexpectedEof),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let page = Content::repeat("a piece of a page\n", 300_000);
            let src = t.give(Source::new(page.clone()).fails_at(at).fails_with(kind));
            let dst = t.give(Sink::new(page.clone()));
            let seen = dst.watch();
            t.solve(|| overlap_copy(src, dst, 4096, 4))
                .await
                .err(&format!("the source broke after {at} of 300000 bytes"))?;
            t.check(Errors, seen.shutdowns() == 0, || {
                "the sink was shut down although the source had broken: its reader takes the part \
                 that came for the whole"
                    .into()
            });
            Ok(())
        });
    }
    for (name, at, kind) in [
        ("sink_broken", 100_000, ErrorKind::Other),
        ("sink_gone", 100_000, ErrorKind::BrokenPipe),
        ("sink_broken_at_the_last_byte", MIB - 1, ErrorKind::Other),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let page = Content::repeat("a piece of a page\n", MIB);
            let src = t.give(Source::new(page.clone()));
            let read = src.watch();
            let dst = t.give(Sink::new(page).fails_at(at).fails_with(kind));
            let broke = dst.watch();
            t.solve(|| overlap_copy(src, dst, 4096, 4))
                .await
                .err(&format!("the sink broke after {at} of 1048576 bytes"))?;
            let after = read.position() - broke.read_when_failed();
            t.check(Errors, after <= 64 * KIB, || {
                format!("{after} bytes were read after the sink had broken: the error was not looked at in time")
            });
            Ok(())
        });
    }
    grade
        .case(
            "sink_broken_before_a_silent_source",
            &[Errors],
            |t| async move {
                let page = Content::repeat("a piece of a page\n", MIB);
                let src = t.give(Source::new(page.clone()).paced(16 * KIB, HOUR));
                let dst = Sink::new(page).paced(4096, ms(10)).fails_at(10_000);
                let dst = t.give(dst);
                t.solve(|| overlap_copy(src, dst, 4096, 8))
                    .await
                    .err("the sink broke after 10000 bytes")?;
                t.check(Errors, t.elapsed() < ms(1000), || {
                    format!(
                        "the sink breaks at byte 10,000, of 16 KiB that came at once, and the caller learned of it after \
                         {} s: bytes were held back, or a read held up the error",
                        t.elapsed().as_secs()
                    )
                });
                Ok(())
            },
        )
        .about("4 chunks come at once, the next in an hour; the sink breaks at byte 10,000");
    grade.case("flush_fails", &[Errors], |t| async move {
        let page = Content::repeat("a piece of a page\n", 100_000);
        let src = t.give(Source::new(page.clone()));
        let dst = t.give(Sink::new(page).fails_to_flush());
        t.solve(|| overlap_copy(src, dst, 4096, 4))
            .await
            .err("the sink could not flush its last bytes")?;
        Ok(())
    });
    grade.case("shutdown_fails", &[Errors], |t| async move {
        let page = Content::repeat("a piece of a page\n", 100_000);
        let src = t.give(Source::new(page.clone()));
        let dst = t.give(Sink::new(page).fails_to_shut_down());
        t.solve(|| overlap_copy(src, dst, 4096, 4))
            .await
            .err("the sink could not be shut down")?;
        Ok(())
    });
    grade
        .case("broken_in_any_way", &[Errors], |t| async move {
            let film = film(MIB);
            for kind in ERROR_KINDS {
                let src = t.give(Source::new(film.clone()).fails_at(700_000).fails_with(kind));
                let dst = t.give(Sink::new(film.clone()));
                t.solve(|| overlap_copy(src, dst, CHUNK as usize, 4))
                    .await
                    .err(&format!(
                        "the source broke after 700000 bytes with {kind:?}"
                    ))?;
                let src = t.give(Source::new(film.clone()));
                let dst = t.give(Sink::new(film.clone()).fails_at(700_000).fails_with(kind));
                t.solve(|| overlap_copy(src, dst, CHUNK as usize, 4))
                    .await
                    .err(&format!("the sink broke after 700000 bytes with {kind:?}"))?;
                let page = Content::repeat("a piece of a page\n", 1000);
                for (dst, what) in [
                    (
                        Sink::new(page.clone()).fails_to_flush(),
                        "flush its last bytes",
                    ),
                    (Sink::new(page.clone()).fails_to_shut_down(), "be shut down"),
                ] {
                    let src = t.give(Source::new(page.clone()));
                    let dst = t.give(dst.fails_with(kind));
                    t.solve(|| overlap_copy(src, dst, CHUNK as usize, 4))
                        .await
                        .err(&format!("the sink could not {what}: {kind:?}"))?;
                }
            }
            Ok(())
        })
        .about("an error of each kind, of a read, a write, a flush and the shutdown, in turn");

    grade.case("after_bad_ends", &[Errors, Memory], |t| async move {
        // One page, so that a source which is held holds nothing else.
        let page = Content::repeat("a piece of a page\n", 8 * KIB);
        let (src, dst) = (|| Source::new(page.clone()), || Sink::new(page.clone()));
        let mut before = 0;
        for call in 0..129 {
            if call == 1 {
                before = heap::live();
            }
            for (src, dst) in [
                (src().fails_at(4 * KIB), dst()),
                (src(), dst().fails_at(8 * KIB - 1)),
                (src(), dst().fails_to_shut_down()),
            ] {
                let (src, dst) = (t.give(src), t.give(dst));
                drop(t.solve(|| overlap_copy(src, dst, 1024, 4)).await);
            }
            let (src, dst) = (t.give(src().paced(KIB, ms(1000))), t.give(dst()));
            let given_up = t.cancel_after(ms(2500), || overlap_copy(src, dst, 1024, 4));
            drop(given_up.await);
        }
        let after = "384 files that broke and 128 that the caller gave up";
        t.let_go(before, 64 * KIB, after);
        Ok(())
    });
    grade
        .case("canceled_while_it_writes", &[Cancel], |t| async move {
            let film = film(64 * MIB);
            let src = t.give(Source::new(film.clone()));
            let dst = t.give(Sink::new(film).paced(CHUNK, ms(100)));
            t.cancel_after(ms(2000), || overlap_copy(src, dst, CHUNK as usize, 4))
                .await
        })
        .about("a write takes 100 ms; dropped after 2 s");
    grade
        .case("canceled_while_it_reads", &[Cancel], |t| async move {
            let film = film(64 * MIB);
            let src = t.give(Source::new(film.clone()).paced(64 * KIB, HOUR));
            let dst = t.give(Sink::new(film));
            t.cancel_after(ms(2000), || overlap_copy(src, dst, CHUNK as usize, 4))
                .await
        })
        .about("64 KiB come at once, the next in an hour; dropped after 2 s");
    grade
        .case("canceled_while_it_shuts_down", &[Cancel], |t| async move {
            let film = film(4 * CHUNK);
            let src = t.give(Source::new(film.clone()));
            let dst = t.give(Sink::new(film).shuts_down_in(HOUR));
            t.cancel_after(ms(2000), || overlap_copy(src, dst, CHUNK as usize, 4))
                .await
        })
        .about("the shutdown takes an hour; dropped after 2 s");

    grade.run()
}
