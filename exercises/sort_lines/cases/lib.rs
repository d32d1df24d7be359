//! The cases of `sort_lines`: `cargo test -p sort_lines`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::fmt::Write;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use grader::Criterion::{Cancel, Correct, Errors, Memory};
use grader::meter::{Content, KIB, MIB, Sink, Source, Watch, heap};
use grader::{Criterion, ERROR_KINDS, Grade, LocalBoxFuture, Trial};
use tokio::io::{AsyncBufRead, AsyncRead, BufReader, ReadBuf};

const BUDGET: usize = MIB as usize;

/// The name of a file that is no run.
const OTHER: &str = "somebody-elses";

/// About `bytes` bytes of log lines in no order, every sixteenth of which was there before.
fn log(bytes: u64) -> String {
    let mut log = String::with_capacity(bytes as usize + 64);
    let (mut random, mut last) = (7_u64, 0);
    while (log.len() as u64) < bytes {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let start = log.len();
        if random >> 60 != 0 || start == 0 {
            let (id, rest) = (random >> 40, (random >> 33) % 30);
            writeln!(log, "{id:08x} GET /{:.<1$}", "", rest as usize).expect("a String takes it");
        } else {
            log.extend_from_within(last..);
        }
        last = start;
    }
    log
}

/// About `bytes` bytes of lines of any bytes, where many a line goes on where another ends.
fn any_bytes(bytes: usize) -> Vec<u8> {
    let words: Vec<u8> = (0..64 * 24_u32).map(|n| (n * 167 % 256) as u8).collect();
    let (mut lines, mut random) = (Vec::with_capacity(bytes + 64), 7_u64);
    while lines.len() < bytes {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let (word, len) = (random >> 40 & 63, (random >> 33) % 24);
        let word = &words[24 * word as usize..][..len as usize];
        lines.extend(word.iter().filter(|&&b| b != b'\n'));
        let ends = [
            &b""[..],
            b"\0",
            b"\t",
            b"\r",
            b" ",
            b"A",
            b"a",
            b"\x80",
            b"\xff",
        ];
        lines.extend(ends[(random >> 50) as usize % ends.len()]);
        lines.push(b'\n');
    }
    lines
}

fn sorted(lines: &[u8]) -> Vec<u8> {
    let mut sorted: Vec<&[u8]> = lines
        .strip_suffix(b"\n")
        .unwrap_or(lines)
        .split(|&b| b == b'\n')
        .collect();
    sorted.sort_unstable();
    let mut text = Vec::with_capacity(lines.len() + 1);
    for line in sorted {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text
}

/// A folder for one run, with a file of somebody else in it. The grader removes what is left of it.
fn scratch() -> PathBuf {
    let folder = std::env::temp_dir().join("scratch");
    fs::create_dir_all(&folder).expect("the grader has a folder for each run");
    fs::write(folder.join(OTHER), "file").expect("the folder is new");
    folder
}

/// What was made in the scratch folder is gone, and nothing else.
fn empty(t: &Trial, criterion: Criterion, folder: &Path, when: &str) {
    t.check(criterion, folder.join(OTHER).exists(), || {
        format!("a file of somebody else in the scratch folder is gone {when}")
    });
    t.alone(criterion, folder, OTHER, when);
}

/// The sink was given all lines in order, and was flushed and shut down.
fn whole(t: &Trial, sink: &Watch, expected: u64) {
    match sink.wrong_byte() {
        Some(byte) => t.wrong(
            Correct,
            format!(
                "from byte {byte} on the output is wrong: {}. Lines are not in the order of their bytes (without the \
                 newline), or one was changed, left out or written twice",
                t.instead(sink)
            ),
        ),
        None if sink.position() < expected => t.wrong(
            Correct,
            format!(
                "{} of {expected} bytes arrived, and the end is missing: it was not read or not written, or equal or \
                 empty lines were left out, and each counts as often as it came",
                sink.position()
            ),
        ),
        None => t.whole(sink, expected),
    }
}

/// A source, and what is done whenever it is polled.
struct Looked<L>(Source, L);

impl<L: FnMut() + Unpin> AsyncRead for Looked<L> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        (self.1)();
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

/// `sort_lines`, as the cases call it.
pub type Solution =
    for<'a> fn(Input, Sink, usize, &'a Path) -> LocalBoxFuture<'a, anyhow::Result<u64>>;

/// A [`Source`] behind a [`BufReader`].
pub type Input = Box<dyn AsyncBufRead + Unpin + Send>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn sort_lines(
    src: impl AsyncBufRead + Unpin + Send + 'static,
    dst: Sink,
    budget: usize,
    scratch: &Path,
) -> LocalBoxFuture<'_, anyhow::Result<u64>> {
    SOLUTION.get().expect("`grade` sets it")(Box::new(src), dst, budget, scratch)
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade
        .read_next("17. Fan-out and fan-in", "src/fan-out.md")
        .read_next_for(Memory, "1. Two questions", "src/two-questions.md");

    for (name, input, output, lines) in [
        (
            "three_lines",
            &b"pear\napple\nfig\n"[..],
            &b"apple\nfig\npear\n"[..],
            3,
        ),
        ("no_newline_at_the_end", b"b\na", b"a\nb\n", 2),
        ("nothing", b"", b"", 0),
        ("one_empty_line", b"\n", b"\n", 1),
        ("empty_lines", b"b\n\n\na\n\n", b"\n\n\na\nb\n", 5),
        ("equal_lines", b"b\na\nb\na\nb\n", b"a\na\nb\nb\nb\n", 5),
        ("a_prefix_comes_first", b"ab\na\nabc\n", b"a\nab\nabc\n", 3),
        ("before_a_tab_too", b"a\tb\na\n", b"a\na\tb\n", 2),
        (
            "by_bytes",
            b"b\nA\na\nB\n10\n9\n",
            b"10\n9\nA\nB\na\nb\n",
            6,
        ),
        (
            "no_text",
            b"\xff\xfe\n\x80\n\0\n",
            b"\0\n\x80\n\xff\xfe\n",
            3,
        ),
        ("carriage_returns_stay", b"b\r\na\r\n", b"a\r\nb\r\n", 2),
    ] {
        grade.case(name, &[Correct], move |t| async move {
            let scratch = scratch();
            let src = t.give(Source::new(Content::exactly(input)).shaped(&[1, 0, 3]));
            let dst = t.give(Sink::new(Content::exactly(output)).shaped(&[0, 3]));
            let seen = dst.watch();
            let n = t
                .solve(|| sort_lines(BufReader::with_capacity(2, src), dst, BUDGET, &scratch))
                .await
                .ok()?;
            whole(&t, &seen, output.len() as u64);
            t.equal("lines", n, lines);
            empty(&t, Correct, &scratch, "after the lines were sorted");
            Ok(())
        });
    }
    for (name, budget, small, large) in [
        ("a_large_log", BUDGET, 3 * MIB, 12 * MIB),
        ("a_small_budget", 128 * 1024, 4 * MIB, 4 * MIB),
    ] {
        let limit = 4 * budget as u64 + MIB;
        let case = grade
            .case(name, &[Memory, Correct], move |t| async move {
                let scratch = scratch();
                let log = log(t.size());
                let lines = log.bytes().filter(|&b| b == b'\n').count() as u64;
                let want = sorted(log.as_bytes());
                let len = want.len() as u64;
                let src = t.give(Source::new(Content::exactly(log)));
                let dst = t.give(Sink::new(Content::exactly(want)));
                let seen = dst.watch();
                let n = t
                    .solve(|| sort_lines(BufReader::new(src), dst, budget, &scratch))
                    .await
                    .ok()?;
                whole(&t, &seen, len);
                t.equal("lines", n, lines);
                empty(&t, Correct, &scratch, "after the lines were sorted");
                Ok(())
            })
            .about(format!("with a budget of {} KiB", budget / 1024))
            .budget(limit)
            .may_write(200 * MIB);
        // Where the runs are many and small, what merges them may be larger than a run, and grows with their number.
        if small == large {
            case.size(large);
        } else {
            case.sizes(small, large);
        }
    }
    grade
        .case("the_longest_lines", &[Correct], |t| async move {
            let scratch = scratch();
            let text: String = (0..64)
                .map(|n| match n * 37 % 64 {
                    n @ 0..56 => format!("{n:04}{:x<4092}\n", ""),
                    n => format!("{:x<4092}{n:04}\n", ""),
                })
                .collect();
            let (want, len) = (Content::exactly(sorted(text.as_bytes())), text.len() as u64);
            let src = t.give(Source::new(Content::exactly(text)));
            let dst = t.give(Sink::new(want));
            let seen = dst.watch();
            let n = t
                .solve(|| sort_lines(BufReader::new(src), dst, 64 * 1024, &scratch))
                .await
                .ok()?;
            whole(&t, &seen, len);
            t.equal("lines", n, 64);
            Ok(())
        })
        .about("64 lines of 4 KiB, 8 of which differ in their last bytes, with a budget of 64 KiB");
    grade
        .case("any_bytes", &[Correct], |t| async move {
            let scratch = scratch();
            let text = any_bytes(400 * 1024);
            let lines = text.iter().filter(|&&b| b == b'\n').count() as u64;
            let (want, len) = (Content::exactly(sorted(&text)), text.len() as u64);
            let src = t.give(Source::new(Content::exactly(text)));
            let dst = t.give(Sink::new(want));
            let seen = dst.watch();
            let n = t
                .solve(|| sort_lines(BufReader::new(src), dst, 64 * 1024, &scratch))
                .await
                .ok()?;
            whole(&t, &seen, len);
            t.equal("lines", n, lines);
            Ok(())
        })
        .about("400 KiB of lines of any bytes, many the start of another, with a budget of 64 KiB")
        .may_write(32 * MIB);
    grade
        .case(
            "half_a_million_empty_lines",
            &[Memory, Correct],
            |t| async move {
                let scratch = scratch();
                let lines = Content::repeat("\n", MIB / 2);
                let src = t.give(Source::new(lines.clone()));
                let dst = t.give(Sink::new(lines));
                let seen = dst.watch();
                let n = t
                    .solve(|| sort_lines(BufReader::new(src), dst, BUDGET / 2, &scratch))
                    .await
                    .ok()?;
                whole(&t, &seen, MIB / 2);
                t.equal("lines", n, MIB / 2);
                Ok(())
            },
        )
        .about("524,288 of them, with a budget of 512 KiB")
        .budget(3 * MIB)
        .may_write(200 * MIB);
    grade
        .case("hours_of_silence", &[Correct], |t| async move {
            let scratch = scratch();
            let log = log(100 * KIB);
            let want = sorted(log.as_bytes());
            let len = want.len() as u64;
            let hour = Duration::from_secs(3600);
            let src = Source::new(Content::exactly(log)).begins_after(hour);
            let src = t.give(src.paced(KIB, hour));
            let dst = Sink::new(Content::exactly(want)).paced(KIB, hour);
            let dst = t.give(dst.flushes_in(hour).shuts_down_in(hour));
            let seen = dst.watch();
            t.solve(|| sort_lines(BufReader::new(src), dst, 64 * 1024, &scratch))
                .await
                .ok()?;
            whole(&t, &seen, len);
            Ok(())
        })
        .about("an hour before each KiB of the source, after each of the sink, in its flush and in its shutdown");
    grade
        .case("two_at_once", &[Correct], |t| async move {
            let scratch = scratch();
            let log = log(MIB / 2);
            let give = |log: &str| {
                let want = Content::exactly(sorted(log.as_bytes()));
                let src = t.give(Source::new(Content::exactly(log)).shaped(&[0, 4096]));
                (BufReader::new(src), t.give(Sink::new(want)))
            };
            let ((src_a, dst_a), (src_b, dst_b)) = (give(&log), give(&log.replace("GET", "PUT")));
            let (a, b, len) = (dst_a.watch(), dst_b.watch(), log.len() as u64);
            let both = t.solve(|| async {
                let (a, b) = tokio::join!(
                    sort_lines(src_a, dst_a, 64 * 1024, &scratch),
                    sort_lines(src_b, dst_b, 64 * 1024, &scratch),
                );
                Ok((a?, b?))
            });
            both.await.ok()?;
            whole(&t, &a, len);
            whole(&t, &b, len);
            empty(&t, Correct, &scratch, "after the lines were sorted");
            Ok(())
        })
        .about("two sorts in one scratch folder")
        .may_write(32 * MIB);

    grade
        .case("runs_in_the_scratch_folder", &[Correct], |t| async move {
            let scratch = scratch();
            let log = log(MIB / 2);
            let want = Content::exactly(sorted(log.as_bytes()));
            let src = t.give(Source::new(Content::exactly(log)));
            let dst = t.give(Sink::new(want));
            let files = || fs::read_dir(std::env::temp_dir()).map_or(0, Iterator::count);
            let (before, most) = (files(), Arc::new(AtomicUsize::new(0)));
            let seen = Arc::clone(&most);
            let src = Looked(src, move || {
                seen.fetch_max(files(), Relaxed);
            });
            t.solve(|| sort_lines(BufReader::new(src), dst, 64 * 1024, &scratch))
                .await
                .ok()?;
            t.check(Correct, most.load(Relaxed) <= before, || {
                "there were files in the system's folder for temporary files, which is often in memory: runs belong \
                 into the scratch folder"
                    .into()
            });
            Ok(())
        })
        .about("looked at whenever the source is read")
        .may_write(32 * MIB);

    for (name, at, kind) in [
        ("source_broken_at_once", 0, ErrorKind::Other),
        ("source_broken_after_some_runs", 700_000, ErrorKind::Other),
        ("source_broken_at_its_end", u64::MAX, ErrorKind::Other),
        ("source_reset", 700_000, ErrorKind::ConnectionReset),
        ("source_cut_off", 700_000, ErrorKind::UnexpectedEof),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let scratch = scratch();
            let log = log(MIB);
            let at = at.min(log.len() as u64);
            let want = sorted(log.as_bytes());
            let src = t.give(Source::new(Content::exactly(log)).fails_at(at).fails_with(kind));
            let dst = t.give(Sink::new(Content::exactly(want)));
            let seen = dst.watch();
            t.alone_at_once(&scratch, OTHER);
            let sort = t.solve(|| sort_lines(BufReader::new(src), dst, 128 * 1024, &scratch)).await;
            sort.err(&format!("the source broke after {at} bytes of 1 MiB"))?;
            t.check(Errors, seen.shutdowns() == 0, || {
                "the sink was shut down although the source had broken: its reader takes the part for the whole".into()
            });
            empty(&t, Errors, &scratch, "after the source had broken");
            Ok(())
        })
        .may_write(32 * MIB);
    }
    for (name, at, kind) in [
        ("sink_broken_at_once", 0, ErrorKind::Other),
        ("sink_broken_in_the_middle", 500_000, ErrorKind::Other),
        ("sink_broken_at_the_last_byte", u64::MAX, ErrorKind::Other),
        ("sink_gone", 500_000, ErrorKind::BrokenPipe),
    ] {
        grade
            .case(name, &[Errors], move |t| async move {
                let scratch = scratch();
                let log = log(MIB);
                let at = at.min(log.len() as u64 - 1);
                let want = sorted(log.as_bytes());
                let src = t.give(Source::new(Content::exactly(log)));
                let dst = t.give(
                    Sink::new(Content::exactly(want))
                        .fails_at(at)
                        .fails_with(kind),
                );
                let sort = t
                    .solve(|| sort_lines(BufReader::new(src), dst, 128 * 1024, &scratch))
                    .await;
                sort.err(&format!("the sink broke after {at} bytes of 1 MiB"))?;
                empty(&t, Errors, &scratch, "after the sink had broken");
                Ok(())
            })
            .may_write(32 * MIB);
    }
    for (name, flush) in [("flush_fails", true), ("shutdown_fails", false)] {
        grade
            .case(name, &[Errors], move |t| async move {
                let scratch = scratch();
                for kind in ERROR_KINDS {
                    let src = t.give(Source::new(Content::exactly("b\na\n")));
                    let dst = Sink::new(Content::exactly("a\nb\n")).fails_with(kind);
                    let dst = t.give(if flush {
                        dst.fails_to_flush()
                    } else {
                        dst.fails_to_shut_down()
                    });
                    let sort = t
                        .solve(|| sort_lines(BufReader::new(src), dst, BUDGET, &scratch))
                        .await;
                    sort.err(&format!("the sink could not be ended: {kind:?}"))?;
                }
                empty(&t, Errors, &scratch, "after the sink had broken");
                Ok(())
            })
            .about("with an error of each kind in turn");
    }
    grade.case("sink_broken_after_a_few_lines", &[Errors], |t| async move {
        let scratch = scratch();
        for at in 0..4 {
            let src = t.give(Source::new(Content::exactly("b\na\n")));
            let dst = t.give(Sink::new(Content::exactly("a\nb\n")).fails_at(at));
            t.solve(|| sort_lines(BufReader::new(src), dst, BUDGET, &scratch))
                .await
                .err(&format!("the sink broke after {at} of 4 bytes"))?;
        }
        empty(&t, Errors, &scratch, "after the sink had broken");
        Ok(())
    });
    #[cfg(unix)]
    grade
        .case("the_disk_is_full", &[Errors], |t| async move {
            let scratch = scratch();
            let log = log(100 * KIB);
            let want = Content::exactly(sorted(log.as_bytes()));
            let log = Content::exactly(log);
            let limits = (1..=8).rev().map(|n| Some(8 * n));
            for limit in std::iter::once(None).chain(limits) {
                if let Some(limit) = limit {
                    t.full_disk(limit * KIB);
                }
                let src = t.give(Source::new(log.clone()));
                let dst = t.give(Sink::new(want.clone()));
                let seen = dst.watch();
                let sort = t
                    .solve(|| sort_lines(BufReader::new(src), dst, 64 * 1024, &scratch))
                    .await;
                let whole = seen.wrong_byte().is_none() && seen.position() == want.len();
                if !whole {
                    // What is wrong with room on the disk too is told by the other cases.
                    let Some(limit) = limit else { return Ok(()) };
                    t.check(Errors, seen.shutdowns() == 0, || {
                        "the sink was shut down although the disk was full: its reader takes the part for the whole"
                            .into()
                    });
                    sort.err_for(
                        Errors,
                        &format!(
                            "the disk took {limit} KiB of a run, and the lines after them are lost"
                        ),
                    )?;
                }
            }
            empty(&t, Errors, &scratch, "after the disk was full");
            Ok(())
        })
        .about("the longest file has 64 KiB, then 56, and so on, down to 8")
        .may_write(32 * MIB);
    grade
        .case("after_bad_ends", &[Memory], |t| async move {
            let scratch = scratch();
            let log = log(100 * KIB);
            let want = Content::exactly(sorted(log.as_bytes()));
            let log = Content::exactly(log);
            let mut before = 0;
            for call in 0..9 {
                if call == 1 {
                    before = heap::live();
                }
                let src = t.give(Source::new(log.clone()).fails_at(80_000));
                let dst = t.give(Sink::new(want.clone()));
                let sort = || sort_lines(BufReader::new(src), dst, 64 * 1024, &scratch);
                drop(t.solve(sort).await);
                let src = Source::new(log.clone()).paced(32 * KIB, Duration::from_secs(1));
                let (src, dst) = (t.give(src), t.give(Sink::new(want.clone())));
                let sort = || sort_lines(BufReader::new(src), dst, 64 * 1024, &scratch);
                drop(t.cancel_after(Duration::from_millis(2500), sort).await);
            }
            let after = "8 sources that broke and 8 sorts that the caller gave up";
            t.let_go(before, 64 * KIB, after);
            Ok(())
        })
        .may_write(32 * MIB);
    grade
        .case("broken_in_any_way", &[Errors], |t| async move {
            let scratch = scratch();
            let log = log(MIB / 2);
            let want = Content::exactly(sorted(log.as_bytes()));
            let log = Content::exactly(log);
            for kind in ERROR_KINDS {
                let src = t.give(Source::new(log.clone()).fails_at(300_000).fails_with(kind));
                let dst = t.give(Sink::new(want.clone()));
                let sort = t
                    .solve(|| sort_lines(BufReader::new(src), dst, 128 * 1024, &scratch))
                    .await;
                sort.err(&format!(
                    "the source broke after 300000 bytes with {kind:?}"
                ))?;
                let src = t.give(Source::new(log.clone()));
                let dst = t.give(Sink::new(want.clone()).fails_at(300_000).fails_with(kind));
                let sort = t
                    .solve(|| sort_lines(BufReader::new(src), dst, 128 * 1024, &scratch))
                    .await;
                sort.err(&format!("the sink broke after 300000 bytes with {kind:?}"))?;
            }
            empty(&t, Errors, &scratch, "after an error");
            Ok(())
        })
        .about("an error of each kind, of either side, in turn")
        .may_write(64 * MIB);
    grade.case("no_scratch_folder", &[Errors], |t| async move {
        let scratch = scratch().join("none");
        let log = log(MIB);
        let want = sorted(log.as_bytes());
        let src = t.give(Source::new(Content::exactly(log)));
        let dst = t.give(Sink::new(Content::exactly(want)));
        let sort = t
            .solve(|| sort_lines(BufReader::new(src), dst, 128 * 1024, &scratch))
            .await;
        if sort.is_err() {
            return Ok(());
        }
        sort.ok()?;
        t.wrong(
            Errors,
            "it returned `Ok` although the scratch folder does not exist and 1 MiB had to be sorted in 128 KiB: its runs \
             were elsewhere or in memory, or it made the folder, or an error was let go of",
        );
        Ok(())
    });
    let second = Duration::from_secs(1);
    for (name, pauses) in [
        (
            "given_up_while_it_reads",
            [second, Duration::ZERO, Duration::ZERO],
        ),
        (
            "given_up_while_it_writes",
            [Duration::ZERO, second, Duration::ZERO],
        ),
        (
            "given_up_in_the_shutdown",
            [Duration::ZERO, Duration::ZERO, 3600 * second],
        ),
    ] {
        grade
            .case(name, &[Cancel], move |t| async move {
                let scratch = scratch();
                let log = log(MIB);
                let want = sorted(log.as_bytes());
                let [reads, writes, ends] = pauses;
                let src = t.give(Source::new(Content::exactly(log)).paced(32 * KIB, reads));
                let dst = Sink::new(Content::exactly(want)).paced(32 * KIB, writes);
                let dst = t.give(dst.shuts_down_in(ends));
                // Between two pieces: a file that is being made at that moment is made when it likes.
                t.alone_at_once(&scratch, OTHER);
                t.cancel_after(20 * second + second / 2, || {
                    sort_lines(BufReader::new(src), dst, 128 * 1024, &scratch)
                })
                .await?;
                empty(&t, Cancel, &scratch, "after the sort was given up");
                Ok(())
            })
            .may_write(32 * MIB);
    }
    grade
        .case("a_hundred_logs", &[Memory, Correct], |t| async move {
            let scratch = scratch();
            let log = log(64 * KIB);
            let times = t.size() / (64 * KIB);
            let lines = log.bytes().filter(|&b| b == b'\n').count() as u64;
            let want = Content::exactly(sorted(log.as_bytes()));
            let log = Content::exactly(log);
            let ends: Vec<_> = (0..times)
                .map(|_| {
                    (
                        BufReader::new(t.give(Source::new(log.clone()))),
                        t.give(Sink::new(want.clone())),
                    )
                })
                .collect();
            let all = t.solve(|| async {
                let mut all = 0;
                for (src, dst) in ends {
                    all += sort_lines(src, dst, 64 * 1024, &scratch).await?;
                }
                Ok(all)
            });
            t.equal("lines in all", all.await.ok()?, times * lines);
            empty(&t, Correct, &scratch, "after the lines were sorted");
            Ok(())
        })
        .about("one after the other")
        .budget(4 * MIB)
        .sizes(10 * 64 * KIB, 40 * 64 * KIB)
        .may_write(64 * MIB);

    grade.run()
}
