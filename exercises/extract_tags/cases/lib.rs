//! The cases of `extract_tags`: `cargo test -p extract_tags`.
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

/// Record `n` of `len` bytes: its number in 16 digits, then zeros.
fn record(n: u64, len: usize) -> io::Result<Bytes> {
    let mut bytes = vec![0; len];
    bytes[..16].copy_from_slice(format!("{n:016}").as_bytes());
    Ok(bytes.into())
}

fn tags(count: u64) -> Vec<String> {
    (0..count).map(|n| format!("{n:016}")).collect()
}

fn text(tags: &[Bytes]) -> Vec<String> {
    let text = |tag: &Bytes| String::from_utf8_lossy(tag).into_owned();
    tags.iter().map(text).collect()
}

/// `extract_tags`, as the cases call it.
pub type Solution = fn(Records, usize) -> LocalBoxFuture<'static, anyhow::Result<Vec<Bytes>>>;

/// The records: [`Chunks`] or [`Items`].
pub type Records = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn extract_tags(
    records: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    n: usize,
) -> LocalBoxFuture<'static, anyhow::Result<Vec<Bytes>>> {
    SOLUTION.get().expect("`grade` sets it")(Box::pin(records), n)
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade
        .read_next("2. Buffers", "src/buffers.md")
        .read_next_for(Errors, "5. Item streams", "src/item-streams.md");

    for (name, n, want) in [
        ("two_bytes_of_each", 2, ["ab", "d", "", "ef", "hi"]),
        ("no_byte_of_each", 0, ["", "", "", "", ""]),
        ("all_of_each", 99, ["abc", "d", "", "efg", "hi"]),
        ("no_limit", usize::MAX, ["abc", "d", "", "efg", "hi"]),
        ("a_limit_of_4_gib", 1 << 32, ["abc", "d", "", "efg", "hi"]),
    ] {
        grade.case(name, &[Correct], move |t| async move {
            let records = Chunks::new(Content::exactly("abcdefghi"));
            let records = t.give(records.shaped(&[3, 0, 1, Chunks::EMPTY, 3, 0, 0, 2]));
            let got = t.solve(|| extract_tags(records, n)).await.ok()?;
            t.equal("tags", text(&got), want.map(String::from).to_vec());
            Ok(())
        });
    }
    grade.case("no_record", &[Correct], |t| async move {
        let records = t.give(Chunks::new(Content::exactly("")));
        let got = t.solve(|| extract_tags(records, 16)).await.ok()?;
        t.equal("tags", text(&got), Vec::new());
        Ok(())
    });
    grade
        .case("records_of_any_bytes", &[Correct], |t| async move {
            let all: [&[u8]; 5] = [b"", b"", b"\xff\x00\xfe", b"\0\0\0", b""];
            let records = Items::new(5, move |n| Ok(Bytes::from_static(all[n as usize])));
            let records = t.give(records);
            let got = t.solve(|| extract_tags(records, 2)).await.ok()?;
            let want: [&[u8]; 5] = [b"", b"", b"\xff\x00", b"\0\0", b""];
            t.equal("tags", got, want.map(Bytes::from_static).to_vec());
            Ok(())
        })
        .about("the first and the last are empty, and two are no text");

    for (name, count, hours) in [
        ("the_same_record_again", 3, 0),
        ("an_hour_after_each", 200, 1),
    ] {
        grade.case(name, &[Correct], move |t| async move {
            let records = Chunks::new(Content::repeat("a", 2 * count)).shaped(&[2]);
            let records = t.give(records.paced(2, hours * Duration::from_secs(3600)));
            let got = t.solve(|| extract_tags(records, 1)).await.ok()?;
            t.equal("tags", text(&got), vec!["a".into(); count as usize]);
            Ok(())
        });
    }
    grade.case("a_tag_of_100_kib", &[Correct], |t| async move {
        let content = Content::repeat("a record, not of 16 bytes", 128 * KIB);
        let want = content.piece(0, 100 * 1024).to_vec();
        let whole = Bytes::copy_from_slice(content.piece(0, 128 * 1024));
        let records = t.give(Items::new(1, move |_| Ok(whole.clone())).sized(128 * KIB));
        let got = t.solve(|| extract_tags(records, 100 * 1024)).await.ok()?;
        let lens: Vec<usize> = got.iter().map(Bytes::len).collect();
        t.equal("lengths of the tags", lens, vec![want.len()]);
        t.check(
            Correct,
            got.iter()
                .all(|tag| tag.len() != want.len() || *tag == want),
            || "the tag has other bytes than the record".into(),
        );
        Ok(())
    });
    grade
        .case("shorter_than_n", &[Memory, Correct], |t| async move {
            let records = t.give(Items::new(1000, |n| record(n, 16)).sized(16));
            let n = MIB as usize;
            let got = t.solve(|| extract_tags(records, n)).await.ok()?;
            t.equal("tags", text(&got), tags(1000));
            Ok(())
        })
        .about("n is 1 MiB, and each has 16 bytes")
        .budget(4 * MIB);

    for (name, about, count, len, budget) in [
        ("records_of_1_mib", "16 bytes of each", 256, MIB, 4 * MIB),
        (
            "records_of_4_kib",
            "16 bytes of each",
            32_768,
            4 * KIB,
            6 * MIB,
        ),
        (
            "records_of_100_bytes",
            "16 bytes of each",
            200_000,
            100,
            20 * MIB,
        ),
    ] {
        grade
            .case(name, &[Memory, Correct], move |t| async move {
                let records = Items::new(count, move |n| record(n, len as usize)).sized(len);
                let records = t.give(records);
                let got = t.solve(|| extract_tags(records, 16)).await.ok()?;
                t.equal("tags", got.len() as u64, count);
                let wrong = (0..)
                    .zip(&got)
                    .find(|(n, tag)| ***tag != *format!("{n:016}").as_bytes());
                t.check(Correct, wrong.is_none(), || {
                    format!("tag {wrong:?} is wrong")
                });
                Ok(())
            })
            .about(about)
            .budget(budget);
    }
    // The views are not longer than `n`, so each is its own tag.
    for (name, len, n, seen) in [
        ("held_of_three_large_records", MIB, 16, MIB),
        ("held_of_48_records", 64 * KIB, 16, 64 * KIB),
        ("held_of_48_short_views", 64 * KIB, 99, 16),
        ("held_of_48_views_as_long_as_a_tag", 64 * KIB, 16, 16),
    ] {
        grade.case(name, &[Memory, Correct], move |t| async move {
            let count = 3 * MIB / len;
            let view = move |n| Ok(record(n, len as usize)?.slice(..seen as usize));
            let records = t.give(Items::new(count, view).sized(seen));
            let before = heap::live();
            let got = t.solve(|| extract_tags(records, n)).await.ok()?;
            let held = heap::live().saturating_sub(before) as u64;
            let (number, bytes) = (got.len(), got.iter().map(Bytes::len).sum::<usize>());
            let texts = text(&got);
            let with_tags = heap::live();
            drop(got);
            let freed = with_tags.saturating_sub(heap::live()) as u64;
            let stays = held.saturating_sub(freed);
            t.check(Memory, held <= 64 * KIB, || {
                if stays > 64 * KIB {
                    format!(
                        "{} KiB stay allocated (64 KiB may) even when the tags are dropped: something that outlives \
                         the call (a task, a thread, a `static`), or a leak, keeps them",
                        stays / KIB
                    )
                } else {
                    format!(
                        "{number} tags with {bytes} bytes in all keep {} KiB allocated (64 KiB may stay in all): what \
                         is returned keeps more of each record than its tag",
                        freed / KIB
                    )
                }
            });
            t.equal("tags", texts, tags(count));
            Ok(())
        });
    }

    for (name, at, kind) in [
        ("broken_at_once", 0, ErrorKind::Other),
        ("broken_at_record_40", 40 * 1024, ErrorKind::Other),
        ("broken_at_record_41", 41 * 1024, ErrorKind::Other),
        (
            "broken_after_the_last_record",
            100 * 1024,
            ErrorKind::TimedOut,
        ),
        ("connection_reset", 50 * 1024, ErrorKind::ConnectionReset),
        ("cut_off", 50 * 1024, ErrorKind::UnexpectedEof),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let records =
                Chunks::new(Content::repeat("a 16-byte record", 100 * KIB)).shaped(&[1024]);
            let records = t.give(records.fails_at(at).fails_with(kind));
            t.solve(|| extract_tags(records, 16)).await.err(&format!(
                "the stream broke after {} of 100 records",
                at / 1024
            ))?;
            Ok(())
        });
    }
    grade
        .case("broken_in_any_way", &[Errors], |t| async move {
            for (kind, n) in ERROR_KINDS
                .into_iter()
                .flat_map(|kind| [(kind, 16), (kind, 0)])
            {
                let records = Chunks::new(Content::repeat("a 16-byte record", MIB));
                let records = t.give(records.fails_at(768 * KIB).fails_with(kind));
                t.solve(|| extract_tags(records, n)).await.err(&format!(
                    "the stream broke after 12 of 16 records with {kind:?}; n is {n}"
                ))?;
            }
            Ok(())
        })
        .about("an error of each kind in turn, with n of 16 and of 0");
    grade
        .case("a_hundred_feeds", &[Memory, Correct], |t| async move {
            let times = t.size() / (16 * MIB / 100);
            let feeds: Vec<_> = (0..times)
                .map(|_| t.give(Items::new(16, |n| record(n, 10 * KIB as usize)).sized(10 * KIB)))
                .collect();
            let all = t.solve(|| async {
                let mut all = 0;
                for records in feeds {
                    all += extract_tags(records, 16).await?.len() as u64;
                }
                Ok(all)
            });
            t.equal("tags in all", all.await.ok()?, 16 * times);
            Ok(())
        })
        .about("one after the other")
        .budget(MIB)
        .sizes(4 * MIB, 16 * MIB);
    grade.case("after_bad_ends", &[Memory], |t| async move {
        // One text, so that a stream which is held holds nothing else.
        let data = Content::repeat("a 16-byte record", MIB);
        let mut before = 0;
        for call in 0..33 {
            if call == 1 {
                before = heap::live();
            }
            let records = Chunks::new(data.clone()).shaped(&[4096]);
            let records = t.give(records.fails_at(192 * KIB));
            let broken = t.solve(|| extract_tags(records, 16)).await;
            drop(broken);
            let records = Chunks::new(data.clone()).shaped(&[4096]);
            let records = t.give(records.paced(192 * KIB, Duration::from_secs(1)));
            let given_up = t.cancel_after(Duration::from_secs(2), || extract_tags(records, 16));
            drop(given_up.await);
        }
        let after = "32 streams that broke and 32 that the caller gave up";
        t.let_go(before, 64 * KIB, after);
        Ok(())
    });
    grade.case("the_caller_gives_up", &[Cancel], |t| async move {
        let records = Chunks::new(Content::repeat("a 16-byte record", 64 * MIB));
        let records = t.give(records.paced(64 * KIB, Duration::from_millis(100)));
        t.cancel_after(Duration::from_secs(2), || extract_tags(records, 16))
            .await
    });

    grade.run()
}
