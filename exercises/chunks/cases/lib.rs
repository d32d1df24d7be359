//! The cases of `chunks`: `cargo test -p chunks`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use grader::Criterion::{Backpressure, Cancel, Correct, Early, Errors, Memory};
use grader::meter::{Content, KIB, MIB, ON_PURPOSE, Source};
use grader::{ERROR_KINDS, Grade, Trial, count};
use tokio::time::{Instant, sleep, timeout};
use tokio_stream::{Stream, StreamExt};

/// What came out of a stream of chunks. The chunks themselves are let go of.
#[derive(Debug, Default, Clone)]
struct Seen {
    chunks: u64,
    bytes: u64,
    /// Number and length of the first chunk that is not of the asked-for size although another item follows.
    odd: Option<(u64, usize)>,
    /// Length of the last chunk.
    last: usize,
    /// The first byte that is not what the source delivered.
    wrong_byte: Option<u64>,
    /// The kind of the error and its text.
    error: Option<(ErrorKind, String)>,
    /// What came after the error, if anything did.
    after_error: Option<&'static str>,
}

type Notes = Arc<Mutex<Seen>>;

/// Takes the items of `stream` to its end, and one more after an error. Nothing is asked of it after `None`.
async fn take(
    stream: impl Stream<Item = io::Result<Bytes>>,
    data: Content,
    size: usize,
    notes: Notes,
) -> anyhow::Result<()> {
    let mut stream = pin!(stream);
    while let Some(chunk) = stream.next().await {
        let broken = noted(&notes).item(chunk, &data, size);
        if let Err(error) = broken {
            noted(&notes).after_error = match stream.next().await {
                None => None,
                Some(Ok(_)) => Some("a chunk"),
                Some(Err(_)) => Some("another error"),
            };
            return Err(error.into());
        }
    }
    Ok(())
}

fn noted(notes: &Notes) -> MutexGuard<'_, Seen> {
    notes.lock().expect("no case panics with it")
}

impl Seen {
    fn item(&mut self, item: io::Result<Bytes>, data: &Content, size: usize) -> io::Result<()> {
        if self.chunks > 0 && self.last != size && self.odd.is_none() {
            self.odd = Some((self.chunks, self.last));
        }
        match &item {
            Ok(chunk) => self.add(chunk, data),
            Err(error) => self.error = Some((error.kind(), error.to_string())),
        }
        item.map(drop)
    }

    fn add(&mut self, chunk: &[u8], data: &Content) {
        if self.wrong_byte.is_none() {
            self.wrong_byte = data.differs(self.bytes, chunk);
        }
        self.bytes += chunk.len() as u64;
        self.chunks += 1;
        self.last = chunk.len();
    }

    /// What the stream of all of `len` bytes must have given.
    fn check(&self, t: &Trial, size: usize, len: u64) {
        let wrong = |what: String| t.wrong(Correct, what);
        if let Some((number, length)) = self.odd {
            wrong(format!(
                "chunk {number} has a length of {length} where {size} was asked for, and it is not the last"
            ));
        } else if self.chunks > 0 && self.last == 0 {
            wrong("the last chunk is empty: at the end there is no chunk, but `None`".into());
        } else if self.last > size {
            wrong(format!(
                "the last chunk has {} bytes where at most {size} were asked for",
                self.last
            ));
        } else if self.bytes < len {
            let lost = match self.wrong_byte {
                None => "the rest was lost".into(),
                Some(byte) => format!(
                    "byte {byte} already is not what the source delivered there, so look before the end. Where is \
                     what a half-full chunk has while a read is `Pending`?"
                ),
            };
            wrong(format!(
                "the end came after {} of {len} bytes, in {}: {lost}",
                self.bytes,
                count(self.chunks, "chunk", "chunks")
            ));
        } else if self.bytes > len {
            wrong(format!(
                "{} bytes came in {}, and the source has only {len}: some were made up or given twice",
                self.bytes,
                count(self.chunks, "chunk", "chunks")
            ));
        } else if let Some(byte) = self.wrong_byte {
            wrong(format!(
                "byte {byte} is not what the source delivered there: something was lost, repeated or left in a buffer"
            ));
        }
    }

    fn kind(&self) -> Option<ErrorKind> {
        self.error.as_ref().map(|(kind, _)| *kind)
    }

    /// What a stream must have given whose source broke after `at` bytes with `kind`.
    fn check_error(&self, t: &Trial, size: usize, at: u64, kind: ErrorKind) {
        let wrong = |what: String| t.wrong(Errors, what);
        let whole = at / size as u64;
        let partial = at % size as u64;
        let sent = format!("the source broke {ON_PURPOSE}");
        if let Some((_, length)) = self.odd {
            wrong(format!(
                "a chunk of {length} bytes came before the error: a part is passed off as the last chunk"
            ));
        } else if self.chunks != whole {
            wrong(format!(
                "{} of {size} bytes came before the error; the source delivered {whole}, and {partial} of the {size} \
                 bytes of the next",
                count(self.chunks, "chunk", "chunks")
            ));
        } else if self.kind() != Some(kind) {
            let got = self.kind().unwrap_or(ErrorKind::Other);
            wrong(format!(
                "the source's error did not come out as it was: it broke with {kind:?}, and the stream says {got:?}"
            ));
        } else if self.error.as_ref().is_none_or(|(_, text)| *text != sent) {
            wrong(format!(
                "the source's error did not come out as it was: an error of its kind did, which does not say `{sent}` \
                 and nothing else"
            ));
        } else if let Some(after) = self.after_error {
            wrong(format!(
                "{after} came after the error, where the stream should end"
            ));
        }
    }
}

/// `chunks`, as the cases call it.
pub type Solution = fn(Source, usize) -> Chunks;

/// What it returns.
pub type Chunks = Pin<Box<dyn Stream<Item = io::Result<Bytes>>>>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn chunks(src: Source, size: usize) -> Chunks {
    SOLUTION.get().expect("`grade` sets it")(src, size)
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade
        .read_next("15. Async iterators and piping", "src/async-iterators.md")
        .read_next_for(Correct, "5. Item streams", "src/item-streams.md")
        .read_next_for(Early, "16. Nobody polls", "src/nobody-polls.md");

    for (name, about, reads) in [
        ("all_at_once", "", &[][..]),
        ("one_byte_a_read", "each read brings 1 byte", &[1]),
        (
            "thirty_three_bytes_a_read",
            "each read brings 33 bytes",
            &[33],
        ),
        (
            "odd_reads_with_pauses",
            "reads of odd sizes, with waits between them",
            &[0, 7, 500, 0, 0, 1, 4096, 33],
        ),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let every_byte: Vec<u8> = (0..=250).collect();
                for (size, len) in [
                    (500, 4_750),
                    (500, 5_000),
                    (1, 40),
                    (4096, 100_000),
                    (8193, 50_000),
                    (100_001, 350_000),
                    (77, 77),
                ] {
                    let data = Content::repeat(&every_byte, len);
                    let notes = Notes::default();
                    let src = t.give(Source::new(data.clone()).shaped(reads));
                    let taken = t.solve(|| take(chunks(src, size), data, size, notes.clone()));
                    taken.await.ok()?;
                    let seen = noted(&notes).clone();
                    seen.check(&t, size, len);
                }
                Ok(())
            })
            .about(about);
    }
    grade
        .case("parts_of_5_mib", &[Correct], |t| async move {
            let (size, len) = (5 * 1024 * 1024, 11 * MIB);
            let data = Content::repeat("a piece of an upload\n", len);
            let notes = Notes::default();
            let src = t.give(Source::new(data.clone()));
            t.solve(|| take(chunks(src, size), data, size, notes.clone()))
                .await
                .ok()?;
            let seen = noted(&notes).clone();
            seen.check(&t, size, len);
            Ok(())
        })
        .about("as the store takes them, of 11 MiB")
        .budget(64 * MIB);
    grade.case("nothing", &[Correct], |t| async move {
        let data = Content::exactly("");
        let notes = Notes::default();
        let src = t.give(Source::new(data.clone()));
        t.solve(|| take(chunks(src, 10), data, 10, notes.clone()))
            .await
            .ok()?;
        let got = noted(&notes).chunks;
        t.equal("chunks of an empty source", got, 0);
        Ok(())
    });
    grade.case("less_than_a_chunk", &[Correct], |t| async move {
        let data = Content::exactly("abc");
        let notes = Notes::default();
        let src = t.give(Source::new(data.clone()).shaped(&[1, 0]));
        t.solve(|| take(chunks(src, 10), data, 10, notes.clone()))
            .await
            .ok()?;
        let seen = noted(&notes).clone();
        seen.check(&t, 10, 3);
        Ok(())
    });
    grade
        .case("asked_again_and_again", &[Correct], |t| async move {
            let data = Content::repeat("a piece of an upload\n", 20 * KIB);
            let pace = Duration::from_millis(5);
            let src = Source::new(data.clone()).shaped(&[1000]).paced(500, pace);
            let src = t.give(src);
            let notes = Notes::default();
            let impatient = async |notes: Notes| {
                let mut stream = pin!(chunks(src, 1024));
                let patience = Duration::from_millis(3);
                loop {
                    match timeout(patience, stream.next()).await {
                        Err(_) => continue,
                        Ok(None) => return Ok(()),
                        Ok(Some(chunk)) => {
                            noted(&notes).item(chunk, &data, 1024)?;
                        }
                    }
                }
            };
            t.solve(|| impatient(notes.clone())).await.ok()?;
            let seen = noted(&notes).clone();
            seen.check(&t, 1024, 20 * KIB);
            Ok(())
        })
        .about("its caller waits for 3 ms at a time and asks again");
    grade
        .case("days_of_silence", &[Correct], |t| async move {
            let data = Content::repeat("a piece of an upload\n", 5000);
            let days = Duration::from_secs(8 * 24 * 3600);
            let src = Source::new(data.clone())
                .begins_after(days)
                .paced(700, days);
            let src = t.give(src);
            let notes = Notes::default();
            t.solve(|| take(chunks(src, 1024), data, 1024, notes.clone()))
                .await
                .ok()?;
            let seen = noted(&notes).clone();
            seen.check(&t, 1024, 5000);
            Ok(())
        })
        .about("700 bytes come every eight days, the first of them after eight");

    grade.case("nobody_asks", &[Early], |t| async move {
        let src = t.give(Source::new(Content::repeat("a piece of an upload\n", MIB)));
        let read = src.watch();
        let looked = async || {
            let stream = chunks(src, 4096);
            sleep(Duration::from_secs(1)).await;
            let before = read.position();
            drop(stream);
            Ok(before)
        };
        let before = t.solve(looked).await.ok()?;
        t.check(Early, before == 0, || {
            format!(
                "{before} bytes were read although nobody had asked for a chunk: to call the function is to read"
            )
        });
        Ok(())
    });
    for (name, size, piece) in [
        ("a_slow_sender", 4096, 4096),
        ("a_slow_sender_of_two_chunks", 4096, 8192),
        ("a_slow_sender_of_single_bytes", 1, 1),
    ] {
        grade
            .case(name, &[Early], move |t| async move {
                let data = Content::repeat("a piece of an upload\n", 10 * size);
                let pace = Duration::from_millis(100);
                let src = t.give(Source::new(data).paced(piece, pace));
                let timed = async || {
                    let mut stream = pin!(chunks(src, size as usize));
                    let (start, mut late) = (Instant::now(), None);
                    for number in 1..=10 {
                        let Some(chunk) = stream.next().await else { break };
                        chunk?;
                        let there = pace * ((number * size).div_ceil(piece) - 1) as u32;
                        let waited = start.elapsed().saturating_sub(there);
                        if waited >= pace / 2 && late.is_none() {
                            late = Some((number, waited.as_millis()));
                        }
                    }
                    Ok(late)
                };
                let late = t.solve(timed).await.ok()?;
                t.check(Early, late.is_none(), || {
                    let (number, ms) = late.unwrap_or_default();
                    format!(
                        "chunk {number} came {ms} ms after its last byte had arrived: it was held back until more was \
                         read"
                    )
                });
                Ok(())
            })
            .about(match piece {
                1 => "a byte comes every 100 ms, and is a chunk".into(),
                _ => format!("{piece} bytes come every 100 ms, and a chunk has {size}"),
            });
    }

    grade
        .case("a_slow_store", &[Backpressure], |t| async move {
            let size = 64 * 1024;
            let src = t.give(Source::new(Content::repeat("a piece of an upload\n", 4 * MIB)));
            let read = src.watch();
            let looked = async || {
                let mut stream = pin!(chunks(src, size));
                for taken in 1..=40 {
                    stream.next().await.transpose()?;
                    sleep(Duration::from_secs(1)).await;
                    if read.position() > (taken + 1) * size as u64 {
                        return Ok(Some((taken, read.position())));
                    }
                }
                Ok(None)
            };
            let ahead = t.solve(looked).await.ok()?;
            t.check(Backpressure, ahead.is_none(), || {
                let (taken, position) = ahead.unwrap_or_default();
                format!(
                    "{} KiB were read when the store had taken {taken} of the chunks of 64 KiB; {} KiB, one chunk more, \
                     are the most. Either one question reads more than its chunk, or the reading goes on while \
                     nobody asks",
                    position / KIB,
                    (taken + 1) * 64
                )
            });
            Ok(())
        })
        .about("it takes a second for each chunk")
        .budget(16 * MIB);

    grade
        .case("a_large_upload", &[Memory, Correct], |t| async move {
            let (size, len) = (16 * 1024, t.size());
            let data = Content::repeat("a piece of an upload\n", len);
            let src = Source::new(data.clone()).shaped(&[16 * 1024, 1500, 4096]);
            let src = t.give(src);
            let notes = Notes::default();
            t.solve(|| take(chunks(src, size), data, size, notes.clone()))
                .await
                .ok()?;
            let seen = noted(&notes).clone();
            seen.check(&t, size, len);
            Ok(())
        })
        .budget(256 * KIB)
        .sizes(64 * MIB, 256 * MIB);
    grade
        .case("a_hundred_uploads", &[Memory, Correct], |t| async move {
            let data = Content::repeat("a piece of an upload\n", 64 * KIB);
            let times = t.size() / data.len();
            let uploads: Vec<Source> = (0..times)
                .map(|_| t.give(Source::new(data.clone())))
                .collect();
            let others: Vec<[Source; 2]> = (0..times)
                .map(|_| {
                    let stops = Source::new(data.clone()).paced(5000, Duration::from_secs(3600));
                    let breaks = Source::new(data.clone()).fails_at(5000);
                    [t.give(stops), t.give(breaks)]
                })
                .collect();
            let all = t.solve(async || {
                let mut all = 0;
                for (src, [given_up, breaks]) in uploads.into_iter().zip(others) {
                    let mut stream = pin!(chunks(src, 4096));
                    while let Some(chunk) = stream.next().await {
                        all += chunk?.len() as u64;
                    }
                    {
                        let mut stream = pin!(chunks(given_up, 4096));
                        stream.next().await.transpose()?;
                        timeout(Duration::from_millis(1), stream.next()).await.ok();
                    }
                    let mut stream = pin!(chunks(breaks, 4096));
                    while stream.next().await.is_some_and(|chunk| chunk.is_ok()) {}
                }
                Ok(all)
            });
            let n = all.await.ok()?;
            t.equal("bytes in all", n, t.size());
            Ok(())
        })
        .about(
            "one after the other: whole ones, one that is given up inside a chunk, one that breaks",
        )
        .budget(256 * KIB)
        .sizes(25 * 64 * KIB, 100 * 64 * KIB);

    for (name, at, kind) in [
        ("broken_at_once", 0, ErrorKind::Other),
        ("broken_inside_chunk_40", 40 * 1024 + 100, ErrorKind::Other),
        ("broken_between_chunks", 40 * 1024, ErrorKind::TimedOut),
        (
            "broken_at_the_last_byte",
            100 * 1024 - 1,
            ErrorKind::ConnectionReset,
        ),
        (
            "broken_after_the_last_byte",
            100 * 1024 - 300,
            ErrorKind::Other,
        ),
        ("cut_off", 50 * 1024 + 1, ErrorKind::UnexpectedEof),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let len = if name.contains("after") {
                at
            } else {
                100 * KIB
            };
            let data = Content::repeat("a piece of an upload\n", len);
            let src = Source::new(data.clone()).shaped(&[700]);
            let src = t.give(src.fails_at(at).fails_with(kind));
            let notes = Notes::default();
            t.solve(|| take(chunks(src, 1024), data, 1024, notes.clone()))
                .await
                .err(&format!(
                    "the source broke after {at} of {len} bytes with {kind:?}"
                ))?;
            let seen = noted(&notes).clone();
            seen.check_error(&t, 1024, at, kind);
            Ok(())
        });
    }
    grade
        .case("broken_in_any_way", &[Errors], |t| async move {
            let data = Content::repeat("a piece of an upload\n", 4 * MIB);
            let places = [3 * MIB + 7, 128 * KIB, 0];
            for (kind, at) in ERROR_KINDS
                .into_iter()
                .flat_map(|kind| places.map(|at| (kind, at)))
            {
                let src = t.give(Source::new(data.clone()).fails_at(at).fails_with(kind));
                let notes = Notes::default();
                t.solve(|| {
                    take(
                        chunks(src, 64 * 1024),
                        data.clone(),
                        64 * 1024,
                        notes.clone(),
                    )
                })
                .await
                .err(&format!(
                    "the source broke after {at} of {} bytes with {kind:?}",
                    data.len()
                ))?;
                let seen = noted(&notes).clone();
                seen.check_error(&t, 64 * 1024, at, kind);
                if seen.kind() != Some(kind) {
                    break; // one of them says it all
                }
            }
            Ok(())
        })
        .about("an error of each kind in turn, inside a chunk, between two and at once");

    grade.case("the_caller_gives_up", &[Cancel], |t| async move {
        let data = Content::repeat("a piece of an upload\n", 64 * MIB);
        let src = Source::new(data.clone()).paced(1000, Duration::from_secs(1));
        let src = t.give(src);
        let give_up = Duration::from_millis(10_500);
        t.cancel_after(give_up, || {
            take(chunks(src, 4096), data, 4096, Notes::default())
        })
        .await
    });
    grade
        .case("the_caller_has_enough", &[Cancel], |t| async move {
            let data = Content::repeat("a piece of an upload\n", 64 * MIB);
            let src = t.give(Source::new(data));
            let three = async || {
                let mut stream = pin!(chunks(src, 4096));
                for _ in 0..3 {
                    stream.next().await.transpose()?;
                }
                Ok(())
            };
            t.solve(three).await.ok()
        })
        .about("three chunks are taken, and the stream is dropped");

    grade.run()
}
