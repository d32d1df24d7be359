//! The cases of `summarize`: `cargo test -p summarize`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use grader::Criterion::{Cancel, Correct, Errors, Memory};
use grader::meter::{Chunks, Content, Items, KIB, MIB, heap};
use grader::{ERROR_KINDS, Grade, LocalBoxFuture};
use tokio_stream::Stream;

/// The learner's `Summary`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub bytes: u64,
    pub chunks: u64,
    pub largest: usize,
    pub checksum: u64,
}

/// `summarize`, as the cases call it.
pub type Solution = fn(Upload) -> LocalBoxFuture<'static, anyhow::Result<Summary>>;

/// The chunks: [`Chunks`] or [`Items`].
pub type Upload = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn summarize(
    chunks: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> LocalBoxFuture<'static, anyhow::Result<Summary>> {
    SOLUTION.get().expect("`grade` sets it")(Box::pin(chunks))
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade
        .read_next("5. Item streams", "src/item-streams.md")
        .read_next_for(Memory, "2. Buffers", "src/buffers.md");

    grade.case("three_chunks", &[Correct], |t| async move {
        let src = t.give(Chunks::new(Content::exactly("abcdef")).shaped(&[1, 3, 2]));
        let got = t.solve(|| summarize(src)).await.ok()?;
        let want = Summary {
            bytes: 6,
            chunks: 3,
            largest: 3,
            checksum: 597,
        };
        t.equal("summary", got, want);
        Ok(())
    });
    grade.case("no_chunk", &[Correct], |t| async move {
        let src = t.give(Chunks::new(Content::exactly("")));
        let got = t.solve(|| summarize(src)).await.ok()?;
        t.equal("summary", got, Summary::default());
        Ok(())
    });
    grade.case("empty_chunks", &[Correct], |t| async move {
        let chunks = Chunks::new(Content::exactly("abcdef"));
        let src = t.give(chunks.shaped(&[2, Chunks::EMPTY, Chunks::EMPTY, 4]));
        let got = t.solve(|| summarize(src)).await.ok()?;
        let want = Summary {
            bytes: 6,
            chunks: 4,
            largest: 4,
            checksum: 597,
        };
        t.equal("summary", got, want);
        Ok(())
    });
    grade.case("starts_with_an_empty_chunk", &[Correct], |t| async move {
        let chunks = Chunks::new(Content::exactly("ab"));
        let src = t.give(chunks.shaped(&[Chunks::EMPTY, 2]));
        let got = t.solve(|| summarize(src)).await.ok()?;
        let want = Summary {
            bytes: 2,
            chunks: 2,
            largest: 2,
            checksum: 195,
        };
        t.equal("summary", got, want);
        Ok(())
    });
    grade.case("ends_with_an_empty_chunk", &[Correct], |t| async move {
        let src = Items::new(2, |n| Ok(Bytes::from_static([&b"ab"[..], b""][n as usize])));
        let src = t.give(src);
        let got = t.solve(|| summarize(src)).await.ok()?;
        let want = Summary {
            bytes: 2,
            chunks: 2,
            largest: 2,
            checksum: 195,
        };
        t.equal("summary", got, want);
        Ok(())
    });
    // More chunks than 16 bits count, and a chunk whose bytes add up to more than 32 bits hold.
    for (name, chunks, len, budget) in [
        ("a_hundred_thousand_chunks", 100_001, 1, MIB),
        ("a_chunk_of_20_mib", 1, 20 * MIB + 1, 64 * MIB),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let src = Items::new(chunks, move |_| Ok(vec![255; len as usize].into()));
                let src = t.give(src.sized(len));
                let got = t.solve(|| summarize(src)).await.ok()?;
                let want = Summary {
                    bytes: chunks * len,
                    chunks,
                    largest: len as usize,
                    checksum: chunks * len * 255,
                };
                t.equal("summary", got, want);
                Ok(())
            })
            .budget(budget);
    }
    grade.case("odd_chunks_with_pauses", &[Correct], |t| async move {
        let every_byte: Vec<u8> = (0..=255).collect();
        let data = Content::repeat(every_byte, 256 * KIB);
        let src = t.give(Chunks::new(data).shaped(&[0, 1, 0, 0, 1023, 1024]));
        let got = t.solve(|| summarize(src)).await.ok()?;
        let want = Summary {
            bytes: 256 * KIB,
            chunks: 384,
            largest: 1024,
            checksum: 1024 * (255 * 256 / 2),
        };
        t.equal("summary", got, want);
        Ok(())
    });

    grade
        .case("hours_of_silence", &[Correct], |t| async move {
            let src = Chunks::new(Content::repeat([1], 800)).shaped(&[4]);
            let hour = Duration::from_secs(3600);
            let src = t.give(src.begins_after(hour).paced(4, hour));
            let got = t.solve(|| summarize(src)).await.ok()?;
            let want = Summary {
                bytes: 800,
                chunks: 200,
                largest: 4,
                checksum: 800,
            };
            t.equal("summary", got, want);
            Ok(())
        })
        .about("a chunk an hour, for eight days");

    grade.case("chunks_of_64_kib", &[Correct], |t| async move {
        let src = t.give(Chunks::new(Content::repeat([1], MIB + 5)));
        let got = t.solve(|| summarize(src)).await.ok()?;
        let want = Summary {
            bytes: MIB + 5,
            chunks: 17,
            largest: 64 * 1024,
            checksum: MIB + 5,
        };
        t.equal("summary", got, want);
        Ok(())
    });

    grade
        .case("a_large_upload", &[Memory, Correct], |t| async move {
            let size = t.size();
            let data = Content::repeat([255], size);
            let src = t.give(Chunks::new(data).shaped(&[16 * 1024]));
            let got = t.solve(|| summarize(src)).await.ok()?;
            let want = Summary {
                bytes: size,
                chunks: size / (16 * KIB),
                largest: 16 * 1024,
                checksum: size * 255,
            };
            t.equal("summary", got, want);
            Ok(())
        })
        .budget(MIB)
        .sizes(64 * MIB, 256 * MIB);

    for (name, at, kind) in [
        ("broken_at_once", 0, ErrorKind::Other),
        ("broken_at_chunk_40", 40 * 1024, ErrorKind::Other),
        (
            "broken_after_the_last_byte",
            100 * 1024,
            ErrorKind::TimedOut,
        ),
        ("connection_reset", 50 * 1024, ErrorKind::ConnectionReset),
        ("cut_off", 50 * 1024, ErrorKind::UnexpectedEof),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let data = Content::repeat("a piece of an upload\n", 100 * KIB);
            let src = Chunks::new(data)
                .shaped(&[1024])
                .fails_at(at)
                .fails_with(kind);
            t.solve(|| summarize(t.give(src))).await.err(&format!(
                "the stream broke after {} of 100 chunks",
                at / 1024
            ))?;
            Ok(())
        });
    }
    grade
        .case("broken_after_1100_chunks", &[Errors], |t| async move {
            let src = Chunks::new(Content::repeat("a piece of an upload\n", 100 * KIB));
            let src = t.give(src.shaped(&[16]).fails_at(16 * 1100));
            t.solve(|| summarize(src))
                .await
                .err("the stream broke after 1,100 of 6,400 chunks")?;
            Ok(())
        })
        .about("of 16 bytes each");
    grade
        .case("broken_in_any_way", &[Errors], |t| async move {
            let data = Content::repeat("a piece of an upload\n", 4 * MIB);
            for kind in ERROR_KINDS {
                let src = t.give(Chunks::new(data.clone()).fails_at(3 * MIB).fails_with(kind));
                t.solve(|| summarize(src)).await.err(&format!(
                    "the stream broke after 48 of 64 chunks with {kind:?}"
                ))?;
            }
            Ok(())
        })
        .about("an error of each kind in turn");
    grade
        .case("a_hundred_uploads", &[Memory, Correct], |t| async move {
            let data = Content::repeat([1], 256 * KIB);
            let times = t.size() / data.len();
            let uploads: Vec<Chunks> = (0..times)
                .map(|_| t.give(Chunks::new(data.clone())))
                .collect();
            let all = t.solve(|| async {
                let mut all = 0;
                for chunks in uploads {
                    all += summarize(chunks).await?.checksum;
                }
                Ok(all)
            });
            let n = all.await.ok()?;
            t.equal("checksums in all", n, t.size());
            Ok(())
        })
        .about("one after the other")
        .budget(MIB)
        .sizes(25 * 256 * KIB, 100 * 256 * KIB);
    grade.case("after_bad_ends", &[Memory], |t| async move {
        // One text, so that a stream which is held holds nothing else.
        let data = Content::repeat("a piece of an upload\n", 256 * KIB);
        let mut before = 0;
        for call in 0..129 {
            if call == 1 {
                before = heap::live();
            }
            let src = t.give(Chunks::new(data.clone()).fails_at(128 * KIB));
            let broken = t.solve(|| summarize(src)).await;
            drop(broken);
            let src = t.give(Chunks::new(data.clone()).paced(64 * KIB, Duration::from_secs(1)));
            let given_up = t.cancel_after(Duration::from_secs(2), || summarize(src));
            drop(given_up.await);
        }
        let after = "128 streams that broke and 128 that the caller gave up";
        t.let_go(before, 64 * KIB, after);
        Ok(())
    });
    grade.case("the_caller_gives_up", &[Cancel], |t| async move {
        let data = Content::repeat("a piece of an upload\n", 64 * MIB);
        let src = Chunks::new(data).paced(64 * KIB, Duration::from_millis(100));
        t.cancel_after(Duration::from_secs(2), || summarize(t.give(src)))
            .await
    });

    grade.run()
}
