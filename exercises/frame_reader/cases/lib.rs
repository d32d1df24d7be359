//! The cases of `frame_reader`: `cargo test -p frame_reader`.
//!
//! They use a reader that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::future::poll_fn;
use std::io::ErrorKind;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::task::Poll;
use std::time::Duration;

use anyhow::{Result, bail};
use bytes::Bytes;
use grader::Criterion::{Cancel, Correct, Early, Errors, Memory};
use grader::meter::{Content, KIB, MIB, Source};
use grader::{ERROR_KINDS, Grade, LocalBoxFuture, Trial};
use tokio::time::Instant;

/// The maximum where the case is about something else, in bytes.
const MAX: usize = 64 * 1024;
const HOUR: Duration = Duration::from_secs(3600);
const DAYS: Duration = Duration::from_secs(2 * 24 * 3600);

/// The methods of a `FrameReader`.
pub trait FrameReader {
    fn next_frame(&mut self) -> LocalBoxFuture<'_, Result<Option<Bytes>>>;
}

/// `FrameReader::new`, as the cases call it.
pub type Solution = fn(Source, usize) -> Box<dyn FrameReader>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn reader(src: Source, max: usize) -> Box<dyn FrameReader> {
    SOLUTION.get().expect("`grade` sets it")(src, max)
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade.read_next("8. Framing", "src/framing.md");

    for (name, about, shape) in [
        (
            "all_at_once",
            "`max_frame` is 65,536, and one frame is as long",
            &[][..],
        ),
        ("one_byte_a_read", "each read brings 1 byte", &[1]),
        (
            "odd_sizes_with_pauses",
            "reads of odd sizes, with waits",
            &[0, 3, 1, 0, 0, 7, 4096, 33],
        ),
        ("cut_in_the_length", "reads of 6 bytes", &[6]),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let every_byte: Vec<u8> = (0..=255).collect();
                let full = every_byte.repeat(MAX / 256);
                let frames = [b"hello", &[][..], &full[..300], b"x", &full, &[], b"world"];
                let src = t.give(Source::new(wire(&frames)).shaped(shape));
                let got = t.solve(|| all(reader(src, MAX))).await.ok()?;
                same(&t, &got, &frames);
                Ok(())
            })
            .about(about);
    }
    grade.case("no_frame", &[Correct], |t| async move {
        let src = t.give(Source::new(Content::exactly("")));
        let got = t.solve(|| all(reader(src, MAX))).await.ok()?;
        t.equal("frames", got.len(), 0);
        Ok(())
    });
    grade
        .case("no_maximum", &[Correct], |t| async move {
            let frames = [&b"hello"[..], b"world"];
            for max in [(u32::MAX as usize).saturating_add(1), usize::MAX] {
                let src = t.give(Source::new(wire(&frames)));
                let got = t.solve(|| all(reader(src, max)));
                same(&t, &got.await.ok()?, &frames);
            }
            Ok(())
        })
        .about("`max_frame` is 4 GiB, and `usize::MAX`");
    grade
        .case("days_of_silence", &[Correct], |t| async move {
            let frames = [&b"hello"[..], b"", b"world"];
            let src = Source::new(wire(&frames)).begins_after(DAYS);
            let src = t.give(src.paced(9, DAYS));
            let got = t.solve(|| all(reader(src, MAX))).await.ok()?;
            if t.elapsed() < DAYS {
                t.wrong(
                    Correct,
                    "it returned `None` before the first byte came: a source that has nothing yet has not ended",
                );
                return Ok(());
            }
            same(&t, &got, &frames);
            Ok(())
        })
        .about("two days before the first frame, between two frames and inside one");
    for max in [0, 5] {
        grade
            .case(
                format!("a_maximum_of_{max}"),
                &[Correct],
                move |t| async move {
                    let fits = vec![b'.'; max];
                    let frames = [&fits[..], &fits];
                    let src = t.give(Source::new(wire(&frames)));
                    let got = t.solve(|| all(reader(src, max))).await.ok()?;
                    same(&t, &got, &frames);

                    let more = vec![b'.'; max + 1];
                    let src = t.give(Source::new(wire(&[&fits, &more, b""])));
                    let got = t.solve(|| until_the_end(reader(src, max))).await;
                    let (got, end) = got.ok()?;
                    t.check(Correct, end.is_err(), || {
                        let length = more.len();
                        format!("a frame of length {length} came, the maximum is {max}, and there was no error")
                    });
                    if end.is_err() && got.is_empty() {
                        t.wrong(
                            Correct,
                            "the second frame is too long, and its error came before the first one, which was whole, \
                             had come out",
                        );
                    } else if end.is_err() {
                        same(&t, &got, &[&fits]);
                    }
                    Ok(())
                },
            )
            .about("frames of that many bytes, then one of one byte more");
    }
    grade
        .case("a_large_frame", &[Correct, Memory], |t| async move {
            let every_byte: Vec<u8> = (0..=255).collect();
            let frames = [&every_byte.repeat(8 * 4096)[..], b"and a small one"];
            let src = t.give(Source::new(wire(&frames)).shaped(&[16 * 1024]));
            let got = t.solve(|| all(reader(src, usize::MAX)));
            same(&t, &got.await.ok()?, &frames);
            Ok(())
        })
        .about("8 MiB")
        .budget(32 * MIB);

    grade
        .case("a_length_of_4_gib", &[Memory, Correct], |t| async move {
            for content in [
                Content::repeat([0xff], 64 * MIB),
                Content::exactly(b"\x80\0\0\x02hi"),
                Content::exactly(b"\x01\0\0\x02hi"),
            ] {
                refused(&t, t.give(Source::new(content))).await?;
            }
            Ok(())
        })
        .about("and one of 2 GiB and 2 bytes, and one of 16 MiB and 2 bytes")
        .budget(256 * KIB);
    grade
        .case("a_browser", &[Memory, Correct], |t| async move {
            let request = "GET / HTTP/1.1\r\nHost: frames.example\r\n\r\n";
            let src = t.give(Source::new(Content::repeat(request, 64 * MIB)).shaped(&[1448]));
            refused(&t, src).await
        })
        .about("`GET ` as a length is 1140 MiB")
        .budget(256 * KIB);
    grade
        .case("a_length_of_512_kib", &[Memory, Correct], |t| async move {
            let src = Source::new(Content::repeat([0, 8, 0, 0], 64 * MIB));
            refused(&t, t.give(src.shaped(&[1448]))).await
        })
        .about("eight times the maximum")
        .budget(256 * KIB);
    for (name, length, size) in [
        ("announces_32_mib_and_sends_2_bytes", [2, 0, 0, 0], "32 MiB"),
        ("announces_4_gib_and_sends_2_bytes", [0xff; 4], "4 GiB"),
    ] {
        grade
            .case(name, &[Memory, Correct], move |t| async move {
                let bytes = [&length[..], b"ab"].concat();
                let src = t.give(Source::new(Content::exactly(bytes)).paced(6, HOUR));
                // Whether the cut-off frame is an error is another case.
                let got = t.solve(|| until_the_end(reader(src, usize::MAX)));
                let (_, end) = got.await.ok()?;
                t.check(Correct, t.elapsed() >= HOUR, || {
                    let instead = match end {
                        Err(error) => format!("it returned the error `{error:#}`"),
                        Ok(()) => "it did not wait for the payload".into(),
                    };
                    format!("a length of {size} came, which `max_frame` allows, and {instead}")
                });
                Ok(())
            })
            .about("and `max_frame` would allow it; an hour later is the end")
            .budget(2 * MIB);
    }
    for (name, payload, budget, sizes) in [
        ("frames_of_64_kib", MAX, MIB, (32 * MIB, 128 * MIB)),
        ("frames_of_16_bytes", 16, 256 * KIB, (2 * MIB, 8 * MIB)),
    ] {
        grade
            .case(name, &[Memory, Correct], move |t| async move {
                let payload = vec![b'.'; payload];
                let frame = framed(&payload);
                let times = t.size() / frame.len() as u64;
                let src = Source::new(Content::repeat(&frame, times * frame.len() as u64));
                let src = t.give(src.shaped(&[16 * 1024, 1448]));
                let counted = t.solve(|| async {
                    let mut reader = reader(src, MAX);
                    let mut n = 0;
                    while let Some(frame) = reader.next_frame().await? {
                        if frame != payload {
                            bail!("frame {n} is not what was sent");
                        }
                        n += 1;
                        // A caller that takes its time, so that what is read ahead piles up.
                        if n % 16 == 0 {
                            tokio::time::sleep(Duration::from_millis(1)).await;
                        }
                    }
                    Ok(n)
                });
                t.equal("frames", counted.await.ok()?, times);
                Ok(())
            })
            .about("each is dropped before the next is asked for")
            .budget(budget)
            .sizes(sizes.0, sizes.1);
    }
    grade
        .case(
            "a_hundred_connections",
            &[Memory, Correct],
            |t| async move {
                let frame = framed(&[b'.'; 4092]);
                let connection = Content::repeat(&frame, 64 * KIB);
                let times = t.size() / connection.len();
                let sources: Vec<[Source; 3]> = (0..times)
                    .map(|_| {
                        let whole = Source::new(connection.clone());
                        let refused = Source::new(Content::repeat([0xff], 64 * KIB));
                        let part = Source::new(wire(&[&[b'.'; MAX]])).paced(40 * KIB, HOUR);
                        [whole, refused, part].map(|src| t.give(src))
                    })
                    .collect();
                let n = t.solve(|| async {
                    let (mut n, mut ended_well) = (0, 0);
                    for [whole, refused, part] in sources {
                        n += all(reader(whole, MAX)).await?.len() as u64;
                        let (_, end) = until_the_end(reader(refused, MAX)).await?;
                        ended_well += u64::from(end.is_ok());
                        let mut given_up = reader(part, MAX);
                        let waits = given_up.next_frame();
                        let _ = tokio::time::timeout(Duration::from_millis(1), waits).await;
                    }
                    Ok((n, ended_well))
                });
                let (n, ended_well) = n.await.ok()?;
                t.equal("frames in all", n, times * 16);
                t.equal("lengths over the maximum that were no error", ended_well, 0);
                Ok(())
            },
        )
        .about("one after the other; after each, one that is refused, and one that is dropped inside a frame")
        .budget(512 * KIB)
        .sizes(25 * 64 * KIB, 100 * 64 * KIB);

    grade
        .case("each_frame_is_there", &[Early], |t| async move {
            let large = ".".repeat(MAX);
            let larger = ".".repeat(3 * MAX + 1);
            for (payload, size) in [
                ("hello", "a frame"),
                ("", "an empty frame"),
                (&large, "a frame of 64 KiB"),
                (&larger, "a frame of 192 KiB and a byte"),
            ] {
                let frames = [payload.as_bytes(); 3];
                let src = Source::new(wire(&frames)).paced(4 + payload.len() as u64, HOUR);
                let src = t.give(src);
                let got = t.solve(|| async {
                    let (began, mut reader) = (Instant::now(), reader(src, 4 * MAX));
                    let (mut got, mut late) = (Vec::new(), false);
                    for before in 0..frames.len() as u32 {
                        got.extend(reader.next_frame().await?);
                        late |= began.elapsed() >= HOUR * (before + 1);
                    }
                    Ok((got, late))
                });
                let (got, late) = got.await.ok()?;
                same(&t, &got, &frames);
                t.check(Early, !late || got.len() < frames.len(), || {
                    format!(
                        "{size} was whole, and it was held back until more had come, an hour later"
                    )
                });
            }
            Ok(())
        })
        .about("the next comes an hour later");
    grade
        .case("refused_by_its_length", &[Early], |t| async move {
            let src = Source::new(wire(&[&[b'.'; 6]])).paced(4, HOUR);
            let src = t.give(src);
            let got = t.solve(|| until_the_end(reader(src, 5)));
            let _ = got.await.ok()?;
            t.check(Early, t.elapsed() < HOUR, || {
                "the length said that the frame is too long, and it waited for the payload all the same, which came \
                 an hour later"
                    .into()
            });
            Ok(())
        })
        .about("the payload comes an hour after its length");

    for (name, about, cuts) in [
        (
            "ends_in_a_length",
            "after 1, 2 or 3 bytes of it",
            &[1, 2, 3][..],
        ),
        (
            "ends_behind_a_length",
            "before the first byte of the payload",
            &[4],
        ),
        ("ends_in_a_payload", "", &[5, 8]),
    ] {
        grade
            .case(name, &[Errors], move |t| async move {
                for (&cut, shape) in cuts.iter().zip([&[][..], &[1], &[0, 2]].iter().cycle()) {
                    let mut bytes = framed(b"hello");
                    bytes.extend(&framed(b"world")[..cut]);
                    let src = t.give(Source::new(Content::exactly(bytes)).shaped(shape));
                    let got = t.solve(|| until_the_end(reader(src, MAX)));
                    let (got, end) = got.await.ok()?;
                    same(&t, &got[..got.len().min(1)], &[b"hello"]);
                    t.check(Errors, got.len() < 2, || {
                        format!(
                            "the source ended inside a frame, after {cut} of its 9 bytes, and what had come was \
                             given out as a frame"
                        )
                    });
                    t.check(Errors, end.is_err() || got.len() > 1, || {
                        format!(
                            "the source ended inside a frame, after {cut} of its 9 bytes, and the caller was told \
                             that there are no more frames"
                        )
                    });
                }
                Ok(())
            })
            .about(about);
    }
    for (name, at, kind) in [
        ("broken_at_once", 0, ErrorKind::Other),
        ("broken_in_a_length", 11, ErrorKind::ConnectionReset),
        ("broken_behind_a_length", 13, ErrorKind::ConnectionReset),
        ("broken_in_a_payload", 15, ErrorKind::TimedOut),
        ("broken_between_frames", 9, ErrorKind::ConnectionReset),
        ("cut_off_between_frames", 18, ErrorKind::UnexpectedEof),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let src = Source::new(wire(&[b"hello", b"world"]));
            let src = t.give(src.fails_at(at).fails_with(kind));
            let mut whole = 0;
            let got = t.solve(|| async {
                let mut reader = reader(src, MAX);
                while reader.next_frame().await?.is_some() {
                    whole += 1;
                }
                Ok(())
            });
            got.await
                .err(&format!("the source broke after {at} bytes, with {kind:?}"))?;
            let want = at / 9;
            t.check(Correct, whole == want, || {
                format!(
                    "the source broke after {at} bytes: frames whole by then: {want}, frames that came out before the error: {whole}"
                )
            });
            Ok(())
        });
    }
    grade
        .case("broken_in_any_way", &[Errors], |t| async move {
            let frame = framed(&[b'.'; 1020]);
            for kind in ERROR_KINDS {
                for at in [MIB / 2, MIB / 2 + 2, MIB / 2 + 4, MIB / 2 + 500] {
                    let src = Source::new(Content::repeat(&frame, MIB));
                    let src = t.give(src.fails_at(at).fails_with(kind));
                    t.solve(|| all(reader(src, MAX)))
                        .await
                        .err(&format!("the source broke after {at} bytes, with {kind:?}"))?;
                }
            }
            Ok(())
        })
        .about("an error of each kind, between frames and inside one");

    for (name, about, patience) in [
        ("gives_up_every_3_ms", "a byte comes every 5 ms", 3),
        ("gives_up_every_13_ms", "a byte comes every 5 ms", 13),
    ] {
        grade
            .case(name, &[Cancel], move |t| async move {
                let src = Source::new(wire(&words())).paced(1, Duration::from_millis(5));
                let got = t.solve(|| impatient(t.give(src), patience));
                let (got, end) = got.await.ok()?;
                nothing_lost(&t, &got, &words(), end, &format!("after {patience} ms"));
                Ok(())
            })
            .about(about);
    }
    grade
        .case(
            "gives_up_on_large_frames",
            &[Cancel, Correct],
            |t| async move {
                let large: Vec<Vec<u8>> =
                    (1..=3).map(|n| vec![n; 100_000 * usize::from(n)]).collect();
                let frames: Vec<&[u8]> = large.iter().map(Vec::as_slice).collect();
                let src = || Source::new(wire(&frames)).paced(1448, Duration::from_millis(5));
                if !are_read(&t, t.give(src()), 8 * MAX, &frames).await? {
                    return Ok(());
                }
                let got = t.solve(|| impatient(t.give(src()), 3));
                let (got, end) = got.await.ok()?;
                nothing_lost(&t, &got, &frames, end, "after 3 ms");
                Ok(())
            },
        )
        .about("1448 bytes come every 5 ms, of frames of up to 300 KB");
    grade
        .case("gives_up_at_once", &[Cancel, Correct], |t| async move {
            let large = [b'.'; 5000];
            let many = [&words()[..], &[b"", &large]].concat().repeat(50);
            let src = || Source::new(wire(&many)).shaped(&[0, 1, 0, 3, 0, 0, 9, 700]);
            if !are_read(&t, t.give(src()), MAX, &many).await? {
                return Ok(());
            }
            let src = t.give(src());
            let got = t.solve(|| async {
                let mut reader = reader(src, MAX);
                let mut frames = Vec::new();
                for _ in 0..100_000 {
                    match once(reader.next_frame()).await {
                        None => tokio::task::yield_now().await,
                        Some(Ok(Some(frame))) => frames.push(frame),
                        Some(Ok(None)) => return Ok((frames, None)),
                        Some(Err(error)) => return Ok((frames, Some(error))),
                    }
                }
                Ok((frames, None))
            });
            let (got, end) = got.await.ok()?;
            nothing_lost(&t, &got, &many, end, "when it first had to wait");
            Ok(())
        })
        .about("each call is polled once, for 1,000 frames");
    grade.case("the_caller_goes_away", &[Cancel], |t| async move {
        let src = Source::new(Content::repeat(framed(&[b'.'; 1020]), 64 * MIB));
        let src = t.give(src.paced(1500, Duration::from_millis(10)));
        t.cancel_after(Duration::from_secs(2), || all(reader(src, MAX)))
            .await
    });

    grade.run()
}

/// A frame as it is sent.
fn framed(payload: &[u8]) -> Vec<u8> {
    let mut frame = (payload.len() as u32).to_be_bytes().to_vec();
    frame.extend(payload);
    frame
}

fn wire(payloads: &[&[u8]]) -> Content {
    let frames: Vec<Vec<u8>> = payloads.iter().map(|payload| framed(payload)).collect();
    Content::exactly(frames.concat())
}

/// Twenty frames of which no two are alike.
fn words() -> [&'static [u8]; 20] {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrst";
    std::array::from_fn(|i| &LETTERS[i / 2..=i])
}

/// All frames, or the error.
async fn all(mut reader: Box<dyn FrameReader>) -> Result<Vec<Bytes>> {
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame().await? {
        frames.push(frame);
    }
    Ok(frames)
}

/// Whether all frames are read where no call is given up. Where they are not, that is told, and the rest of the case
/// would tell it as something else.
async fn are_read(
    t: &Trial,
    src: Source,
    max: usize,
    want: &[&[u8]],
) -> Result<bool, grader::Failed> {
    let (got, end) = t.solve(|| until_the_end(reader(src, max))).await.ok()?;
    match end {
        Ok(()) => same(t, &got, want),
        Err(error) => t.wrong(
            Correct,
            format!("it returned an error where nothing went wrong: {error:#}"),
        ),
    }
    Ok(got.iter().map(|frame| &frame[..]).eq(want.iter().copied()))
}

/// All frames, and what came after them.
async fn until_the_end(mut reader: Box<dyn FrameReader>) -> Result<(Vec<Bytes>, Result<()>)> {
    let mut frames = Vec::new();
    loop {
        match reader.next_frame().await {
            Ok(Some(frame)) => frames.push(frame),
            Ok(None) => return Ok((frames, Ok(()))),
            Err(error) => return Ok((frames, Err(error))),
        }
    }
}

/// All frames, by calls that are given up after `patience` milliseconds, and the error that ended them.
async fn impatient(src: Source, patience: u64) -> Result<(Vec<Bytes>, Option<anyhow::Error>)> {
    let mut reader = reader(src, 8 * MAX);
    let mut frames = Vec::new();
    for _ in 0..10_000 {
        match tokio::time::timeout(Duration::from_millis(patience), reader.next_frame()).await {
            Err(_gave_up) => {}
            Ok(Ok(Some(frame))) => frames.push(frame),
            Ok(Ok(None)) => break,
            Ok(Err(error)) => return Ok((frames, Some(error))),
        }
    }
    Ok((frames, None))
}

/// What a future is ready with when it is polled once.
async fn once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        Poll::Ready(match future.as_mut().poll(cx) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        })
    })
    .await
}

async fn refused(t: &Trial, src: Source) -> Result<(), grader::Failed> {
    let first = t.solve(|| async { anyhow::Ok(reader(src, MAX).next_frame().await) });
    let instead = match first.await.ok()? {
        Err(_) => return Ok(()),
        Ok(Some(frame)) => format!("it gave out a frame of {} bytes", frame.len()),
        Ok(None) => "it said that there are no more frames".into(),
    };
    t.wrong(
        Correct,
        format!("the length was over the maximum, and {instead} where it should return an error"),
    );
    Ok(())
}

fn same(t: &Trial, got: &[Bytes], want: &[&[u8]]) {
    let lens: Vec<usize> = got.iter().map(Bytes::len).collect();
    let due: Vec<usize> = want.iter().map(|frame| frame.len()).collect();
    if lens != due {
        t.equal("lengths of the frames", lens, due);
        return;
    }
    if let Some(wrong) = got.iter().zip(want).position(|(got, want)| got != want) {
        let number = wrong + 1;
        t.wrong(
            Correct,
            format!("frame {number} has the wrong bytes, as many as it should"),
        );
    }
}

fn nothing_lost<T: AsRef<[u8]>>(
    t: &Trial,
    got: &[Bytes],
    want: &[T],
    end: Option<anyhow::Error>,
    when: &str,
) {
    let pairs = got.iter().zip(want);
    let right = pairs
        .take_while(|(got, want)| *got == want.as_ref())
        .count();
    let whole = right == want.len() && got.len() == right && end.is_none();
    t.check(Cancel, whole, || {
        let then = match end {
            Some(error) => format!(", and then came the error `{error:#}`"),
            None => String::new(),
        };
        format!(
            "{right} of {} frames came out right{then}. Each call is given up {when} and made again: what was read, or \
             taken out, has to be in the reader by then",
            want.len()
        )
    });
}
