//! The cases of `relay`: `cargo test -p relay`.

use std::io::ErrorKind;
use std::process::ExitCode;
use std::time::Duration;

use grader::Criterion::{Backpressure, Cancel, Correct, Errors, Memory};
use grader::ERROR_KINDS;
use grader::meter::{Content, KIB, MIB, Sink, Source, Window};
use relay::relay;

fn main() -> ExitCode {
    let mut grade = grader::exercise!();
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
    for (name, chunk) in [
        ("a_phone_in_a_tunnel", 64 * KIB),
        ("a_phone_far_away", 1500),
    ] {
        grade.case(name, &[Backpressure], move |t| async move {
            let film = Content::repeat("a frame of a film, and the next one\n", 4 * MIB);
            let window = Window::new(256 * KIB);
            let src = t.give(Source::new(film.clone()).window(&window));
            let dst = Sink::new(film.clone()).paced(chunk, Duration::from_millis(100));
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
            t.check(Errors, seen.shutdowns() == 0, || {
                "the sink was shut down although the source had broken: its reader takes the part \
                 that came for the whole"
                    .into()
            });
            Ok(())
        });
    }
    for (name, kind) in [
        ("sink_broken", ErrorKind::Other),
        ("sink_gone", ErrorKind::BrokenPipe),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let page = Content::repeat("a piece of a page\n", MIB);
            let src = t.give(Source::new(page.clone()));
            let read = src.watch();
            let dst = t.give(Sink::new(page).fails_at(100_000).fails_with(kind));
            let broke = dst.watch();
            t.solve(|| relay(src, dst))
                .await
                .err("the sink broke after 100000 of 1048576 bytes")?;
            let after = read.position() - broke.read_when_failed();
            t.check(Errors, after <= 256 * KIB, || {
                format!("{after} bytes were read after the sink had broken, so the error came late")
            });
            Ok(())
        });
    }
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
                t.solve(|| relay(src, dst))
                    .await
                    .err(&format!("the source broke after 3 of 4 MiB with {kind:?}"))?;
                let src = t.give(Source::new(film.clone()));
                let dst = t.give(Sink::new(film.clone()).fails_at(3 * MIB).fails_with(kind));
                t.solve(|| relay(src, dst))
                    .await
                    .err(&format!("the sink broke after 3 of 4 MiB with {kind:?}"))?;
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
    grade.case("the_caller_gives_up", &[Cancel], |t| async move {
        let film = Content::repeat("a frame of a film, and the next one\n", 64 * MIB);
        let src = t.give(Source::new(film.clone()));
        let dst = t.give(Sink::new(film).paced(64 * KIB, Duration::from_millis(100)));
        t.cancel_after(Duration::from_secs(2), || relay(src, dst))
            .await
    });

    grade.run()
}
