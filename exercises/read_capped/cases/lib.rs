//! The cases of `read_capped`: `cargo test -p read_capped`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::io::ErrorKind;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

use grader::Criterion::{Cancel, Correct, Early, Errors, Memory};
use grader::meter::{Content, GIB, KIB, MIB, Source, heap};
use grader::{ERROR_KINDS, Grade, LocalBoxFuture, timed};

/// `read_capped`, as the cases call it.
pub type Solution = fn(Source, usize) -> LocalBoxFuture<'static, anyhow::Result<Vec<u8>>>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn read_capped(src: Source, max: usize) -> LocalBoxFuture<'static, anyhow::Result<Vec<u8>>> {
    SOLUTION.get().expect("`grade` sets it")(src, max)
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade
        .read_next("4. Byte streams", "src/byte-streams.md")
        .read_next_for(Memory, "1. Two questions", "src/two-questions.md");

    for (name, len, max, shape) in [
        ("nothing", 0, 100_000, &[][..]),
        ("nothing_and_a_cap_of_0", 0, 0, &[]),
        ("one_byte", 1, 100_000, &[]),
        ("one_below_the_cap", 99_999, 100_000, &[1000, 1, 7]),
        ("exactly_the_cap", 100_000, 100_000, &[]),
        (
            "exactly_the_cap_in_pieces",
            100_000,
            100_000,
            &[0, 4096, 1, 0, 33],
        ),
        ("no_cap", 3_000_000, usize::MAX, &[]),
        ("a_cap_of_one_less", 3_000_000, usize::MAX - 1, &[]),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let every_byte: Vec<u8> = (0..=255).collect();
                let body = Content::repeat(every_byte, len);
                let src = t.give(Source::new(body.clone()).shaped(shape));
                let got = t.solve(|| read_capped(src, max)).await.ok()?;
                t.equal("length of the body", got.len() as u64, len);
                t.check(Correct, body.differs(0, &got).is_none(), || {
                    "the body has other bytes than the source".into()
                });
                Ok(())
            })
            .about(format!("a body of {len} bytes"));
    }
    for (name, len, max, shape) in [
        ("one_above_the_cap", 100_001, 100_000, &[][..]),
        ("one_above_the_cap_in_pieces", 100_001, 100_000, &[4096, 1]),
        ("one_byte_and_a_cap_of_0", 1, 0, &[]),
    ] {
        grade.case(name, &[Correct], move |t| async move {
            let src = Source::new(Content::repeat("json", len)).shaped(shape);
            t.solve(|| read_capped(t.give(src), max))
                .await
                .err_for(Correct, &format!("{len} bytes came and {max} are allowed"))?;
            Ok(())
        });
    }

    grade
        .case("white_space_around", &[Correct], |t| async move {
            let body = "\u{feff} {\"id\":7}\r\n\n";
            let src = t.give(Source::new(Content::exactly(body)));
            let got = t.solve(|| read_capped(src, 100)).await.ok()?;
            let got = String::from_utf8_lossy(&got);
            t.equal("body", got.as_ref(), body);
            Ok(())
        })
        .about("a byte order mark in front, newlines at the end");
    grade
        .case("an_hour_of_silence", &[Correct], |t| async move {
            let hour = Duration::from_secs(3600);
            let src = Source::new(Content::exactly("{\"id\":7}")).begins_after(hour);
            let src = t.give(src.paced(5, hour));
            let got = t.solve(|| read_capped(src, 8)).await.ok()?;
            t.equal("length of the body", got.len(), 8);
            Ok(())
        })
        .about("it begins an hour late, and half of it comes an hour later");
    grade
        .case("two_at_once", &[Correct], |t| async move {
            let slow = Source::new(Content::exactly("[1,2,3,4,5,6]"));
            let slow = t.give(slow.paced(4, Duration::from_secs(3600)));
            let quick = t.give(Source::new(Content::exactly("{\"id\":7}")));
            let both = t.solve(|| async {
                let quick = timed(read_capped(quick, 8));
                let (slow, (quick, took)) = tokio::join!(read_capped(slow, 13), quick);
                Ok((slow?, quick?, took))
            });
            let (slow, quick, took) = both.await.ok()?;
            let got = [slow, quick].map(|body| String::from_utf8_lossy(&body).into_owned());
            t.equal(
                "two bodies at once",
                got.each_ref().map(String::as_str),
                ["[1,2,3,4,5,6]", "{\"id\":7}"],
            );
            t.check(Correct, took < Duration::from_secs(60), || {
                format!(
                    "a short body took {} s since a slow one came at the same time: one call waits for the other",
                    took.as_secs()
                )
            });
            Ok(())
        })
        .about("of the first, 4 bytes come an hour");
    grade
        .case("one_above_the_cap_comes_late", &[Correct], |t| async move {
            let src = Source::new(Content::exactly("{\"id\":7}"));
            let src = t.give(src.paced(7, Duration::from_secs(3600)));
            t.solve(|| read_capped(src, 7)).await.err_for(
                Correct,
                "7 bytes are allowed, and an eighth came an hour after them",
            )?;
            Ok(())
        })
        .about("an hour after the others");

    grade
        .case(
            "64_gib_and_a_cap_of_1_mib",
            &[Memory, Correct],
            |t| async move {
                let src = Source::new(Content::repeat("json", t.size())).read_limit(64 * MIB);
                t.solve(|| read_capped(t.give(src), MIB as usize))
                    .await
                    .err_for(Correct, "64 GiB came and 1 MiB is allowed")?;
                Ok(())
            },
        )
        .budget(2 * MIB + 256 * KIB)
        .size(64 * GIB);
    grade
        .case("a_body_in_crumbs", &[Memory, Correct], |t| async move {
            let src = Source::new(Content::repeat("json", MIB)).shaped(&[7, 1, 3]);
            let got = t.solve(|| read_capped(t.give(src), MIB as usize));
            t.equal("length of the body", got.await.ok()?.len() as u64, MIB);
            Ok(())
        })
        .about("1 MiB in reads of 7, 1 and 3 bytes")
        .budget(2 * MIB + 256 * KIB);
    for (name, read) in [
        ("a_body_of_5_mib", 16 * 1024),
        ("a_body_of_5_mib_in_packets", 1000),
    ] {
        grade
            .case(name, &[Memory, Correct], move |t| async move {
                let body = Content::repeat("json", 5 * MIB);
                let src = t.give(Source::new(body.clone()).shaped(&[read]));
                let got = t.solve(|| read_capped(src, 5 * MIB as usize)).await.ok()?;
                t.equal("length of the body", got.len() as u64, 5 * MIB);
                t.check(Correct, body.differs(0, &got).is_none(), || {
                    "the body has other bytes than the source".into()
                });
                Ok(())
            })
            .about(format!("and a cap of 5 MiB, at most {read} bytes a read"))
            .budget(10 * MIB + 256 * KIB);
    }
    grade
        .case(
            "10_bytes_and_a_cap_of_4_gib",
            &[Memory, Correct],
            |t| async move {
                let src = t.give(Source::new(Content::exactly("0123456789")));
                let got = t.solve(|| read_capped(src, 4 * GIB as usize)).await.ok()?;
                t.equal("length of the body", got.len(), 10);
                Ok(())
            },
        )
        .budget(128 * KIB);

    for (name, max, shape) in [
        ("stops_at_the_cap", 100_000, &[][..]),
        ("stops_at_the_cap_in_pieces", 100_000, &[1500]),
        ("stops_at_a_larger_cap", 300_000, &[]),
    ] {
        let limit = max + 64 * KIB;
        grade
            .case(name, &[Early, Correct], move |t| async move {
                let body = Content::repeat("json", 4 * MIB);
                let src = Source::new(body).shaped(shape).read_limit(limit);
                t.solve(|| read_capped(t.give(src), max as usize))
                    .await
                    .err_for(Correct, &format!("4 MiB came and {max} bytes are allowed"))?;
                Ok(())
            })
            .about(format!(
                "{max} bytes are allowed, and 64 KiB more may be read: {limit} in all"
            ));
    }

    for (name, at, kind) in [
        ("broken_at_once", 0, ErrorKind::Other),
        ("broken_in_the_middle", 50_000, ErrorKind::Other),
        ("broken_after_exactly_the_cap", 100_000, ErrorKind::TimedOut),
        ("connection_reset", 50_000, ErrorKind::ConnectionReset),
        ("cut_off", 50_000, ErrorKind::UnexpectedEof),
        (
            "cut_off_after_exactly_the_cap",
            100_000,
            ErrorKind::UnexpectedEof,
        ),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let body = Content::repeat("json", 100_001);
            let src = Source::new(body).fails_at(at).fails_with(kind);
            t.solve(|| read_capped(t.give(src), 100_000))
                .await
                .err(&format!("the source broke after {at} bytes"))?;
            Ok(())
        });
    }
    grade
        .case("broken_in_any_way", &[Errors], |t| async move {
            let body = Content::repeat("json", 4 * MIB);
            for kind in ERROR_KINDS {
                for at in [3, 4] {
                    let src = Source::new(body.clone()).fails_at(at * MIB);
                    let src = t.give(src.fails_with(kind));
                    t.solve(|| read_capped(src, 4 * MIB as usize))
                        .await
                        .err(&format!(
                            "the source broke after {at} MiB of 4 with {kind:?}"
                        ))?;
                }
            }
            Ok(())
        })
        .about("an error of each kind in turn, below the cap and at it")
        .budget(8 * MIB + 256 * KIB);
    grade
        .case("a_hundred_bodies", &[Memory, Correct], |t| async move {
            let body = Content::repeat("json", 8 * KIB);
            let times = t.size() / body.len();
            let bodies: Vec<Source> = (0..times)
                .map(|_| t.give(Source::new(body.clone())))
                .collect();
            let all = t.solve(|| async {
                let mut all = 0;
                for src in bodies {
                    all += read_capped(src, 64 * KIB as usize).await?.len() as u64;
                }
                Ok(all)
            });
            let n = all.await.ok()?;
            t.equal("bytes in all", n, t.size());
            Ok(())
        })
        .about("one after the other")
        .budget(384 * KIB)
        .sizes(25 * 8 * KIB, 100 * 8 * KIB);
    grade.case("after_bad_ends", &[Errors, Memory], |t| async move {
        // One body, so that a source which is held holds nothing else.
        let body = Content::repeat("json", 8 * KIB);
        let mut before = 0;
        for call in 0..129 {
            if call == 1 {
                before = heap::live();
            }
            for (src, max) in [
                (Source::new(body.clone()).fails_at(4 * KIB), 64 * 1024),
                (Source::new(body.clone()), 4 * 1024),
            ] {
                let src = t.give(src);
                drop(t.solve(|| read_capped(src, max)).await);
            }
            let second = Duration::from_secs(1);
            let src = t.give(Source::new(body.clone()).paced(KIB, second));
            let given_up = t.cancel_after(2 * second, || read_capped(src, 64 * 1024));
            drop(given_up.await);
        }
        let after = "128 bodies that broke, 128 that were too long and 128 that the caller gave up";
        t.let_go(before, 64 * KIB, after);
        Ok(())
    });
    grade.case("the_caller_gives_up", &[Cancel], |t| async move {
        let body = Content::repeat("json", MIB);
        let src = Source::new(body).paced(KIB, Duration::from_millis(100));
        t.cancel_after(Duration::from_secs(2), || {
            read_capped(t.give(src), MIB as usize)
        })
        .await
    });

    grade.run()
}
