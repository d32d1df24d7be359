//! The cases of `for_each_line`: `cargo test -p for_each_line`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::io::ErrorKind;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

use grader::Criterion::{Cancel, Correct, Early, Errors, Memory};
use grader::meter::{Content, GIB, KIB, MIB, Source, heap};
use grader::{ERROR_KINDS, Grade, LocalBoxFuture, Trial, timed};
use tokio::io::{AsyncBufRead, AsyncReadExt, BufReader};
use tokio::time::Instant;

/// The lines that are right, and how many are skipped.
fn expected(text: &[u8], max_line: usize) -> (Vec<Vec<u8>>, u64) {
    let mut lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop(); // what follows the last newline is a line only if it has a byte
    }
    let all = lines.len();
    lines.retain(|line| line.len() <= max_line);
    let skipped = (all - lines.len()) as u64;
    (lines.into_iter().map(<[u8]>::to_vec).collect(), skipped)
}

/// Whether one small text came out right; in words where it did not. `why` names what is special about it.
async fn check(
    t: &Trial,
    why: &str,
    text: &'static [u8],
    max_line: usize,
    (buffer, shape): (usize, &[usize]),
) -> Result<bool, grader::Failed> {
    let src = Source::new(Content::exactly(text)).shaped(shape);
    let src = BufReader::with_capacity(buffer, t.give(src));
    let mut got = Vec::new();
    let on_line = |line: &[u8]| got.push(line.to_vec());
    let skipped = t.solve(|| for_each_line(src, max_line, on_line)).await;
    let skipped = skipped.ok()?;
    let (lines, too_long) = expected(text, max_line);
    let text = show(&[text]);
    if got != lines {
        let (got, lines) = (show(&got), show(&lines));
        let wrong = format!(
            "{why}: for {text} and max_line {max_line}, on_line got {got}, expected {lines}"
        );
        t.wrong(Correct, wrong);
    } else if skipped != too_long {
        let wrong = format!(
            "{why}: for {text} and max_line {max_line} the lines are right, and it returned {skipped} where \
             {too_long} were too long"
        );
        t.wrong(Correct, wrong);
    }
    Ok(got == lines && skipped == too_long)
}

/// The first lines, as they would stand in a source file.
fn show(lines: &[impl AsRef<[u8]>]) -> String {
    let first = lines.iter().take(6);
    let shown: Vec<String> = first
        .map(|line| {
            let text = line.as_ref().escape_ascii().to_string();
            format!("\"{}\"", text.replace("\\\"", "\""))
        })
        .collect();
    match shown.len() {
        0 => "nothing".into(),
        n if n < lines.len() => format!("{}, … ({} lines)", shown.join(", "), lines.len()),
        _ => shown.join(", "),
    }
}

/// `for_each_line`, as the cases call it.
pub type Solution = for<'a> fn(Text, usize, OnLine<'a>) -> LocalBoxFuture<'a, anyhow::Result<u64>>;

/// Of one [`Source`], or of two behind each other.
pub type Text = Box<dyn AsyncBufRead + Send + Unpin>;

/// What is called with each line.
pub type OnLine<'a> = Box<dyn FnMut(&[u8]) + Send + 'a>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn for_each_line<'a>(
    src: impl AsyncBufRead + Send + Unpin + 'static,
    max_line: usize,
    on_line: impl FnMut(&[u8]) + Send + 'a,
) -> LocalBoxFuture<'a, anyhow::Result<u64>> {
    SOLUTION.get().expect("`grade` sets it")(Box::new(src), max_line, Box::new(on_line))
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade.read_next("6. Lines", "src/lines.md").read_next_for(
        Errors,
        "4. Byte streams",
        "src/byte-streams.md",
    );

    for (name, why, text, max_line) in [
        (
            "two_lines",
            "each line is handed on without its newline, and none comes after the last newline here",
            &b"one\ntwo\n"[..],
            10,
        ),
        ("empty_input", "no byte is no line", b"", 10),
        (
            "the_last_line_has_no_newline",
            "the last line may end with the input",
            b"one\ntwo",
            10,
        ),
        (
            "empty_lines",
            "an empty line is a line",
            b"one\n\n\ntwo\n\n",
            10,
        ),
        (
            "exactly_max_line",
            "a line of max_line bytes is allowed, and its newline is none of them",
            b"12345\nok\n",
            5,
        ),
        (
            "one_byte_too_long",
            "a line that is too long is skipped whole, and the next is not",
            b"123456\nok\n",
            5,
        ),
        (
            "far_too_long",
            "a line that is too long is skipped whole, and the next is not",
            b"1234567890123456789\nok\n",
            5,
        ),
        (
            "two_in_a_row",
            "two lines in a row are too long",
            b"1234567\n1234567\nok\nmore\n",
            5,
        ),
        (
            "too_long_at_the_end",
            "the last line is too long and has no newline",
            b"ok\n1234567",
            5,
        ),
        (
            "exactly_max_line_at_the_end",
            "the last line has max_line bytes and no newline",
            b"ok\n12345",
            5,
        ),
        (
            "max_line_of_0",
            "a max_line of 0 allows empty lines",
            b"a\n\nbc\n\n",
            0,
        ),
        (
            "a_carriage_return_is_a_byte",
            "a \\r belongs to its line",
            b"one\r\n\rtwo\n1234\r\n12345\r\n",
            5,
        ),
        (
            "not_utf_8",
            "a line need not be text",
            b"\xff\xfe\n\xe6\x97\n\x00\n",
            5,
        ),
        (
            "spaces_stay",
            "spaces belong to their line",
            b"  a \n\t\n",
            5,
        ),
        (
            "no_limit",
            "usize::MAX is a max_line too",
            b"one\ntwo",
            usize::MAX,
        ),
    ] {
        grade.case(name, &[Correct], move |t| async move {
            check(&t, why, text, max_line, (8192, &[])).await?;
            Ok(())
        });
    }
    const TEXTS: [&[u8]; 5] = [
        b"one\n\nthree and more\nfour\n12345\n123456\n\nno newline",
        b"\n\nab\nabc\n",
        b"a line that is as long as a hundred bytes, or near that, and is followed by one that is not at all\nok\n",
        b"\xe6\x97\xa5\xe6\x9c\xac\n\xff\xfe\xc0\r\nx\r",
        b"\xef\xbb\xbfone\n\xe2\x80\xa8two\xc2\x85\x0b\x0c\x1a\n\x1a\n three\0four\n",
    ];
    for (name, about, shape) in [
        ("any_buffer", "the source fills the buffer", &[][..]),
        (
            "any_buffer_with_pauses",
            "reads wait in between",
            &[0, 5, 0, 1],
        ),
        (
            "any_buffer_odd_reads",
            "reads bring 1, 7, 3, 2 bytes",
            &[1, 7, 3, 2],
        ),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                for text in TEXTS {
                    for buffer in [1, 2, 7, 8192] {
                        for max_line in [100, 5, 2, 0] {
                            let why = match buffer {
                                1 => "the buffer of src has 1 byte".into(),
                                _ => format!("the buffer of src has {buffer} bytes"),
                            };
                            if !check(&t, &why, text, max_line, (buffer, shape)).await? {
                                return Ok(()); // one is enough to read
                            }
                        }
                    }
                }
                Ok(())
            })
            .about(format!("buffers of 1, 2, 7 and 8192 bytes; {about}"));
    }

    grade
        .case("an_hour_of_silence", &[Correct], |t| async move {
            let text = "ok\nhalf a line\n\ntoo long a line\nno newline";
            let src = Source::new(Content::exactly(text));
            let hour = Duration::from_secs(3600);
            let src = BufReader::new(t.give(src.begins_after(hour).paced(7, hour)));
            let mut got: Vec<Vec<u8>> = Vec::new();
            let on_line = |line: &[u8]| got.push(line.to_vec());
            let skipped = t.solve(|| for_each_line(src, 11, on_line)).await.ok()?;
            let (lines, too_long) = expected(text.as_bytes(), 11);
            if got == lines {
                t.equal("lines skipped", skipped, too_long);
            } else {
                let (got, lines) = (show(&got), show(&lines));
                t.wrong(Correct, format!("on_line got {got}, expected {lines}"));
            }
            Ok(())
        })
        .about("7 bytes an hour, the first of them after an hour");
    grade
        .case("two_at_once", &[Correct], |t| async move {
            let slow = Source::new(Content::exactly("one and a half\ntwo\n"));
            let slow = BufReader::new(t.give(slow.paced(4, Duration::from_secs(3600))));
            let quick = t.give(Source::new(Content::exactly("three\nfour")));
            let quick = BufReader::new(quick);
            let (mut slow_lines, mut quick_lines) = (Vec::new(), Vec::new());
            let both = t.solve(|| async {
                let add = |line: &[u8]| quick_lines.push(line.to_vec());
                let quick = timed(for_each_line(quick, 9, add));
                let add = |line: &[u8]| slow_lines.push(line.to_vec());
                let (slow, (quick, took)) = tokio::join!(for_each_line(slow, 20, add), quick);
                Ok((slow? + quick?, took))
            });
            let (skipped, took) = both.await.ok()?;
            let whole: [&[u8]; 2] = [b"one and a half", b"two"];
            t.check(Correct, slow_lines == whole, || {
                format!(
                    "with two sources at once, on_line got {}, expected {}",
                    show(&slow_lines),
                    show(&whole)
                )
            });
            let whole: [&[u8]; 2] = [b"three", b"four"];
            t.check(Correct, quick_lines == whole, || {
                format!(
                    "with two sources at once, on_line got {}, expected {}",
                    show(&quick_lines),
                    show(&whole)
                )
            });
            t.equal("lines skipped", skipped, 0);
            t.check(Correct, took < Duration::from_secs(60), || {
                format!(
                    "a short source took {} s since a slow one came at the same time: one call waits for the other",
                    took.as_secs()
                )
            });
            Ok(())
        })
        .about("of the first, 4 bytes come an hour");
    grade
        .case("a_line_of_3_mib", &[Correct], |t| async move {
            let line = vec![b'x'; 3 * MIB as usize];
            let src = t.give(Source::new(Content::exactly(line)));
            let (src, mut lens) = (BufReader::new(src), Vec::new());
            let on_line = |line: &[u8]| lens.push(line.len() as u64);
            let skipped = t.solve(|| for_each_line(src, usize::MAX, on_line)).await;
            t.equal("lines skipped", skipped.ok()?, 0);
            t.equal("lengths of the lines", lens, vec![3 * MIB]);
            Ok(())
        })
        .about("max_line is usize::MAX");

    grade
        .case("skipped_in_pieces", &[Correct], |t| async move {
            let pieces = [1024, 4096, 8192, 65_536].into_iter();
            let near = pieces.flat_map(|piece| [piece, 2 * piece]).flat_map(|len| len + 4..=len + 6);
            for len in std::iter::once(100).chain(near) {
                let long = Source::new(Content::repeat("x", len));
                let rest = t.give(Source::new(Content::exactly("\nok\n")));
                let src = BufReader::new(t.give(long).chain(rest));
                let mut got: Vec<Vec<u8>> = Vec::new();
                let on_line = |line: &[u8]| got.push(line.to_vec());
                let skipped = t.solve(|| for_each_line(src, 5, on_line)).await.ok()?;
                if got != [b"ok"] || skipped != 1 {
                    let got = show(&got);
                    let why = if len == 100 {
                        ""
                    } else {
                        ". After one of 100 bytes all was right: the newline may also be the last byte of a piece"
                    };
                    t.wrong(
                        Correct,
                        format!(
                            "after a line of {len} bytes, where 5 are allowed, on_line got {got}, expected \"ok\"; lines \
                             skipped: {skipped}, expected 1{why}"
                        ),
                    );
                    return Ok(());
                }
            }
            Ok(())
        })
        .about("lines of max_line and a piece of 1, 4, 8 or 64 KiB, or two, a byte less and a byte more");

    grade
        .case("many_too_long", &[Memory, Correct], |t| async move {
            let src = t.give(Source::new(Content::repeat("x\n\n", 3 * 70_000)));
            let (src, mut lines) = (BufReader::new(src), 0);
            let skipped = t.solve(|| for_each_line(src, 0, |_: &[u8]| lines += 1));
            t.equal("lines skipped", skipped.await.ok()?, 70_000);
            t.equal("empty lines", lines, 70_000);
            Ok(())
        })
        .about("max_line is 0; 70000 lines have a byte, and after each is an empty one")
        .budget(512 * KIB);

    // A long line, its newline, and a short one.
    grade
        .case("a_line_of_256_mib", &[Memory, Correct], |t| async move {
            let long = t.give(Source::new(Content::repeat("x", t.size())));
            let rest = t.give(Source::new(Content::exactly("\nok\n")));
            let src = BufReader::new(long.chain(rest));
            let mut got = Vec::new();
            let on_line = |line: &[u8]| {
                if got.len() < 8 {
                    got.push(line[..line.len().min(20)].to_vec());
                }
            };
            let skipped = t.solve(|| for_each_line(src, 1000, on_line)).await.ok()?;
            t.check(Correct, got == [b"ok"], || {
                format!(
                    "after the long line, on_line got {}, expected \"ok\"",
                    show(&got)
                )
            });
            t.equal("lines skipped", skipped, 1);
            Ok(())
        })
        .about("the line is too long, and the line `ok` comes after it")
        .budget(512 * KIB)
        .sizes(64 * MIB, 256 * MIB);
    const PERIOD: u64 = MIB + 4;
    grade
        .case("many_long_lines", &[Memory, Correct], |t| async move {
            let text = [&vec![b'x'; MIB as usize][..], b"\nok\n"].concat();
            let src = t.give(Source::new(Content::repeat(text, t.size())));
            let (src, mut oks, mut others) = (BufReader::new(src), 0, 0);
            let on_line = |line: &[u8]| *(if line == b"ok" { &mut oks } else { &mut others }) += 1;
            let skipped = t.solve(|| for_each_line(src, 1000, on_line)).await.ok()?;
            t.equal("lines skipped", skipped, t.size() / PERIOD);
            t.equal("lines `ok`", oks, t.size() / PERIOD);
            t.equal("other lines", others, 0);
            Ok(())
        })
        .about("lines of 1 MiB, and the line `ok` after each")
        .budget(512 * KIB)
        .sizes(16 * PERIOD, 64 * PERIOD);
    for (name, len, buffer) in [
        ("a_large_log", 1000, 8 * 1024),
        ("lines_of_64_kib", 64 * 1024, 8 * 1024),
    ] {
        grade
            .case(name, &[Memory, Correct], move |t| async move {
                let line = vec![b'x'; len];
                let text = Content::repeat([&line[..], b"\n"].concat(), t.size());
                let (lines, rest) = (t.size() / (len as u64 + 1), t.size() % (len as u64 + 1));
                let src = BufReader::with_capacity(buffer, t.give(Source::new(text)));
                let (mut whole, mut others) = (0, 0);
                let on_line = |got: &[u8]| {
                    *(if got == line { &mut whole } else { &mut others }) += 1;
                };
                let skipped = t.solve(|| for_each_line(src, len, on_line)).await.ok()?;
                t.equal("lines skipped", skipped, 0);
                t.equal("whole lines", whole, lines);
                t.equal("other lines", others, u64::from(rest > 0));
                Ok(())
            })
            .about(format!("each line has {len} bytes, which is max_line"))
            .budget(512 * KIB)
            .sizes(32 * MIB, 128 * MIB);
    }
    grade
        .case("a_limit_of_4_gib", &[Memory, Correct], |t| async move {
            let src = t.give(Source::new(Content::exactly("one\ntwo\n")));
            let (src, mut lines) = (BufReader::new(src), 0);
            let max_line = 4 * GIB as usize;
            let skipped = t.solve(|| for_each_line(src, max_line, |_: &[u8]| lines += 1));
            t.equal("lines skipped", skipped.await.ok()?, 0);
            t.equal("lines", lines, 2);
            Ok(())
        })
        .about("max_line is 4 GiB, and the lines are short")
        .budget(512 * KIB);
    const MAX: usize = 6 * 1024;
    grade
        .case("a_hundred_clients", &[Memory, Correct], |t| async move {
            let (long, too_long) = ([b'x'; MAX], [b'x'; MAX + 1]);
            let text = [&too_long[..], b"a short line", &long].join(&b'\n');
            let text = Content::exactly([&text[..], b"\n"].concat().repeat(16));
            let times = t.size() / (200 * KIB);
            let clients: Vec<_> = (0..times)
                .map(|_| BufReader::new(t.give(Source::new(text.clone()))))
                .collect();
            let mut lines = 0;
            let all = t.solve(|| async {
                let mut skipped = 0;
                for src in clients {
                    skipped += for_each_line(src, MAX, |_: &[u8]| lines += 1).await?;
                }
                Ok(skipped)
            });
            t.equal("lines skipped", all.await.ok()?, times * 16);
            t.equal("lines", lines, times * 32);
            Ok(())
        })
        .about(
            "one after the other, with lines of 12 bytes, 6 KiB and a byte more, which is too long",
        )
        .budget(512 * KIB)
        .sizes(25 * 200 * KIB, 100 * 200 * KIB);
    grade.case("after_bad_ends", &[Memory], |t| async move {
        // One text, so that a source which is held holds little else. Of its fourth line, almost all has come.
        let text = Content::repeat([&[b'x'; MAX][..], b"\n"].concat(), 48 * KIB);
        let at = 24_500;
        let mut before = 0;
        for call in 0..33 {
            if call == 1 {
                before = heap::live();
            }
            let src = t.give(Source::new(text.clone()).fails_at(at));
            let src = BufReader::with_capacity(128, src);
            let broken = t.solve(|| for_each_line(src, MAX, |_: &[u8]| ()));
            drop(broken.await);
            let src = Source::new(text.clone()).paced(at, Duration::from_secs(2));
            let src = BufReader::with_capacity(128, t.give(src));
            let given_up = t.cancel_after(Duration::from_secs(1), || {
                for_each_line(src, MAX, |_: &[u8]| ())
            });
            drop(given_up.await);
        }
        let after = "32 sources that broke inside a line and 32 that the caller gave up inside one";
        t.let_go(before, 64 * KIB, after);
        Ok(())
    });

    for (name, about, text, piece) in [
        (
            "each_line_at_once",
            "a line a second",
            &b"123456789\n"[..],
            10,
        ),
        (
            "each_line_at_once_after_a_long_one",
            "a long line and a short one a second",
            b"too long, this\n123456789\n",
            25,
        ),
        (
            "each_line_at_once_with_a_part_of_the_next",
            "lines of 10 bytes, 13 bytes a second",
            b"123456789\n",
            13,
        ),
        (
            "each_line_at_once_in_two_reads",
            "lines of 10 bytes, 5 bytes a second",
            b"123456789\n",
            5,
        ),
        (
            "each_line_at_once_a_byte_a_second",
            "lines of 10 bytes, a byte a second",
            b"123456789\n",
            1,
        ),
        (
            "each_empty_line_at_once",
            "an empty line a second",
            b"\n",
            1,
        ),
    ] {
        grade
            .case(name, &[Early, Correct], move |t| async move {
                let each = text.len() as u64;
                let src = Source::new(Content::repeat(text, 100 * each));
                let src = BufReader::new(t.give(src.paced(piece, Duration::from_secs(1))));
                let (start, mut count, mut late) = (Instant::now(), 0, None);
                let on_line = |_: &[u8]| {
                    count += 1;
                    // In the pieces before the one that has its newline.
                    let there = Duration::from_secs((count * each).div_ceil(piece) - 1);
                    if start.elapsed() > there + Duration::from_millis(10) && late.is_none() {
                        late = Some((count, there, start.elapsed()));
                    }
                };
                t.solve(|| for_each_line(src, 9, on_line)).await.ok()?;
                t.equal("lines", count, 100);
                t.check(Early, late.is_none(), || {
                    let (line, there, called) = late.unwrap_or_default();
                    format!(
                        "line {line} was whole after {} s and on_line was called with it after {} s: whoever waits \
                         for that line waits for later ones too",
                        there.as_secs(),
                        called.as_secs()
                    )
                });
                Ok(())
            })
            .about(about);
    }

    // Where the source breaks, and what it has delivered of a line by then.
    for (name, at, kind, part) in [
        ("broken_at_once", 0, ErrorKind::Other, ""),
        ("broken_in_a_line", 4, ErrorKind::Other, "1234"),
        ("broken_after_a_newline", 10, ErrorKind::TimedOut, ""),
        ("broken_at_max_line", 20, ErrorKind::Other, "this line "),
        (
            "broken_in_a_long_line",
            40,
            ErrorKind::Other,
            "this line is too long, and it ",
        ),
        (
            "connection_reset",
            80,
            ErrorKind::ConnectionReset,
            "12345678",
        ),
        ("cut_off", 80, ErrorKind::UnexpectedEof, "12345678"),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let text = "123456789\nthis line is too long, and it is the only one that is so long\n123456789\n";
            let src = Source::new(Content::repeat(text, 4 * KIB));
            let src = BufReader::new(t.give(src.fails_at(at).fails_with(kind)));
            let mut got: Vec<Vec<u8>> = Vec::new();
            let on_line = |line: &[u8]| got.push(line.to_vec());
            t.solve(|| for_each_line(src, 10, on_line))
                .await
                .err(&format!("the source broke after {at} bytes"))?;
            let last = got.last().filter(|last| *last != b"123456789");
            let handed_on = last.is_some_and(|last| !last.is_empty() && part.as_bytes().starts_with(last));
            let (whole, _) = expected(&text.as_bytes()[..at as usize - part.len()], 10);
            let lost = whole.len() > got.iter().filter(|line| whole.contains(line)).count();
            t.check(Errors, !handed_on, || {
                format!(
                    "the source broke after {at} bytes, in the middle of a line, and on_line was called with {}, as \
                     if that part were a line",
                    show(&got[got.len() - 1..])
                )
            });
            t.check(Errors, !lost, || {
                format!(
                    "the source broke after {at} bytes, and on_line got {} of the lines that were whole by then, {}",
                    show(&got),
                    show(&whole)
                )
            });
            Ok(())
        });
    }
    grade
        .case("broken_in_any_way", &[Errors], |t| async move {
            let log = Content::repeat("a line of a log\n", 4 * MIB);
            for kind in ERROR_KINDS {
                for (at, max_line, place) in [
                    (3 * MIB, 100, "between two lines"),
                    (4 * KIB + 7, 100, "in a line"),
                    (4 * KIB + 7, 3, "in a line that is too long"),
                ] {
                    let src = Source::new(log.clone()).fails_at(at).fails_with(kind);
                    let src = BufReader::new(t.give(src));
                    t.solve(|| for_each_line(src, max_line, |_: &[u8]| ()))
                        .await
                        .err(&format!("the source broke {place} with {kind:?}"))?;
                }
            }
            Ok(())
        })
        .about("an error of each kind in turn, between lines, in one, and in one that is too long");
    for (name, max_line) in [("the_caller_gives_up", 100), ("gives_up_in_a_long_line", 3)] {
        grade.case(name, &[Cancel], move |t| async move {
            let log = Content::repeat("a line of a log\n", 64 * MIB);
            let src = t.give(Source::new(log).paced(64 * KIB, Duration::from_millis(100)));
            let src = BufReader::new(src);
            t.cancel_after(Duration::from_secs(2), || {
                for_each_line(src, max_line, |_: &[u8]| ())
            })
            .await
        });
    }

    grade.run()
}
