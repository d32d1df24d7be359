//! The cases of `filter_through`: `cargo test -p filter_through`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use grader::Criterion::{Backpressure, Cancel, Correct, Errors, Memory};
use grader::meter::{Content, KIB, MIB, Sink, Source, Watch, Window, heap};
use grader::{ERROR_KINDS, Grade, LocalBoxFuture, Trial};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;

/// What a filter gives for what it was given.
#[derive(Clone, Copy, PartialEq)]
enum Gives {
    /// `times` bytes for each, as they come.
    Times(u64),
    /// All of it, when it has been told that there is no more.
    AtTheEnd,
}

/// A filter that holds at most `room` bytes, unless it answers at the end.
pub struct Filter {
    takes: Sink,
    gives: Source,
    how: Gives,
    room: u64,
    taken: u64,
    given: u64,
    ended: bool,
    /// So often its shutdown waits after its input has ended.
    lingers: u32,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Filter {
    fn new(t: &Trial, takes: Sink, gives: Source, how: Gives, room: u64) -> (Self, Watch) {
        let seen = takes.watch();
        let filter = Filter {
            takes: t.give(takes),
            gives: t.give(gives),
            how,
            room,
            taken: 0,
            given: 0,
            ended: false,
            lingers: 0,
            reader: None,
            writer: None,
        };
        (filter, seen)
    }

    /// Bytes that it can take now.
    fn free(&self) -> u64 {
        match self.how {
            Gives::Times(times) => self.room - (self.taken - self.given / times),
            Gives::AtTheEnd => u64::MAX,
        }
    }

    /// Bytes that it can give now.
    fn there(&self) -> u64 {
        match self.how {
            Gives::Times(times) => self.taken * times - self.given,
            Gives::AtTheEnd if self.ended => self.taken - self.given,
            Gives::AtTheEnd => 0,
        }
    }
}

impl AsyncWrite for Filter {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let most = self.free().min(buf.len() as u64) as usize;
        if most == 0 && !buf.is_empty() {
            self.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let n = ready!(Pin::new(&mut self.takes).poll_write(cx, &buf[..most]))?;
        self.taken += n as u64;
        wake(&mut self.reader);
        Poll::Ready(Ok(n))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.takes).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingers > 0 {
            self.lingers -= 1;
            self.ended = true;
            wake(&mut self.reader);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        ready!(Pin::new(&mut self.takes).poll_shutdown(cx))?;
        self.ended = true;
        wake(&mut self.reader);
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Filter {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let there = self.there();
        if there == 0 && !self.ended {
            self.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        if there == 0 && self.given < self.gives.total() {
            return Poll::Ready(Ok(())); // it was told too early that its input is over
        }
        let mut piece = [0; 16 * 1024];
        // At the end there is nothing, and the source says so.
        let most = there.max(1).min(buf.remaining().min(piece.len()) as u64) as usize;
        let mut piece = ReadBuf::new(&mut piece[..most]);
        ready!(Pin::new(&mut self.gives).poll_read(cx, &mut piece))?;
        buf.put_slice(piece.filled());
        self.given += piece.filled().len() as u64;
        wake(&mut self.writer);
        Poll::Ready(Ok(()))
    }
}

fn wake(waits: &mut Option<Waker>) {
    if let Some(waker) = waits.take() {
        waker.wake();
    }
}

const TEXT: &str = "a line of a log, and the next one\n";

/// `filter_through`, as the cases call it.
pub type Solution = fn(Filter, Source, Sink) -> LocalBoxFuture<'static, anyhow::Result<u64>>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn filter_through(
    filter: Filter,
    input: Source,
    output: Sink,
) -> LocalBoxFuture<'static, anyhow::Result<u64>> {
    SOLUTION.get().expect("`grade` sets it")(filter, input, output)
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade.read_next("18. Two-way streams", "src/two-way.md");

    for (name, about, how, room, reads, writes) in [
        (
            "a_large_room",
            "",
            Gives::Times(1),
            64 * KIB,
            &[][..],
            &[][..],
        ),
        (
            "pipes_of_64_bytes",
            "the filter holds 64 bytes",
            Gives::Times(1),
            64,
            &[],
            &[],
        ),
        (
            "answers_at_the_end",
            "the filter answers when its input has ended",
            Gives::AtTheEnd,
            0,
            &[],
            &[],
        ),
        (
            "a_doubling_filter",
            "two bytes come for each",
            Gives::Times(2),
            1024,
            &[],
            &[],
        ),
        (
            "odd_sizes_with_pauses",
            "reads and writes of odd sizes, with waits",
            Gives::Times(1),
            1000,
            &[0, 7, 4096, 0, 1, 33],
            &[0, 1, 64, 0, 3],
        ),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let text = Content::repeat(TEXT, 100_000);
                let answer = answer(how, 100_000);
                let takes = Sink::new(text.clone()).shaped(writes);
                let gives = Source::new(answer.clone()).shaped(reads);
                let (filter, fed) = Filter::new(&t, takes, gives, how, room);
                let input = t.give(Source::new(text.clone()).shaped(reads));
                let output = t.give(Sink::new(answer.clone()).shaped(writes));
                let seen = output.watch();
                let patient = async || {
                    let ended = timeout(PATIENCE, filter_through(filter, input, output)).await;
                    ended.ok().transpose()
                };
                let Some(n) = t.solve(patient).await.ok()? else {
                    t.wrong(Correct, why_it_hangs(&fed, text.len()));
                    return Ok(());
                };
                t.check(Correct, fed.position() == text.len(), || {
                    format!("{} of 100000 bytes reached the filter", fed.position())
                });
                t.check(Correct, fed.shutdowns() <= 1, || {
                    format!("the filter was shut down {} times", fed.shutdowns())
                });
                t.whole(&seen, answer.len());
                t.equal(
                    "bytes given to the output, by the number returned",
                    n,
                    answer.len(),
                );
                Ok(())
            })
            .about(about);
    }
    grade
        .case("hours_of_silence", &[Correct], |t| async move {
            let text = Content::repeat(TEXT, 100_000);
            let hours = Duration::from_secs(50 * 3600);
            let gives = Source::new(text.clone()).paced(30_000, hours);
            let takes = Sink::new(text.clone());
            let (filter, _) = Filter::new(&t, takes, gives, Gives::AtTheEnd, 0);
            let input = t.give(Source::new(text.clone()).paced(30_000, hours));
            let output = t.give(Sink::new(text.clone()).paced(30_000, hours));
            let seen = output.watch();
            let n = t
                .solve(|| filter_through(filter, input, output))
                .await
                .ok()?;
            t.whole(&seen, text.len());
            t.equal(
                "bytes given to the output, by the number returned",
                n,
                text.len(),
            );
            Ok(())
        })
        .about("the filter answers when its input has ended, and each of the three takes days");
    grade.case("nothing", &[Correct], |t| async move {
        let nothing = Content::exactly("");
        let (takes, gives) = (Sink::new(nothing.clone()), Source::new(nothing.clone()));
        let (filter, fed) = Filter::new(&t, takes, gives, Gives::Times(1), 64);
        let input = t.give(Source::new(nothing.clone()));
        let output = t.give(Sink::new(nothing));
        let seen = output.watch();
        let n = t
            .solve(|| filter_through(filter, input, output))
            .await
            .ok()?;
        t.check(Correct, fed.shutdowns() == 1, || {
            format!(
                "the filter was shut down {} times, and it has to be told once that its input is over, also when \
                 that was nothing",
                fed.shutdowns()
            )
        });
        t.whole(&seen, 0);
        t.equal("bytes given to the output, by the number returned", n, 0);
        Ok(())
    });

    grade
        .case("a_large_log", &[Memory, Correct], |t| async move {
            let (text, how) = (Content::repeat(TEXT, t.size()), Gives::Times(2));
            let answer = answer(how, t.size());
            let (takes, gives) = (Sink::new(text.clone()), Source::new(answer.clone()));
            let (filter, _) = Filter::new(&t, takes, gives, how, 16 * KIB);
            let input = t.give(Source::new(text).shaped(&[16 * 1024, 1500, 4096]));
            let output = Sink::new(answer.clone()).paced(MIB, Duration::from_millis(1));
            let output = t.give(output);
            let seen = output.watch();
            let n = t
                .solve(|| filter_through(filter, input, output))
                .await
                .ok()?;
            t.whole(&seen, answer.len());
            t.equal(
                "bytes given to the output, by the number returned",
                n,
                answer.len(),
            );
            Ok(())
        })
        .about("a doubling filter and a slow output")
        .budget(512 * KIB)
        .sizes(64 * MIB, 256 * MIB);
    grade
        .case("a_hundred_logs", &[Memory, Correct], |t| async move {
            let text = Content::repeat(TEXT, 64 * KIB);
            let times = t.size() / text.len();
            let ends: Vec<_> = (0..times)
                .map(|_| {
                    let (takes, gives) = (Sink::new(text.clone()), Source::new(text.clone()));
                    let (filter, _) = Filter::new(&t, takes, gives, Gives::Times(1), 4 * KIB);
                    let input = t.give(Source::new(text.clone()));
                    (filter, input, t.give(Sink::new(text.clone())))
                })
                .collect();
            let all = t.solve(async || {
                let mut all = 0;
                for (filter, input, output) in ends {
                    all += filter_through(filter, input, output).await?;
                }
                Ok(all)
            });
            let n = all.await.ok()?;
            t.equal("bytes in all, by the numbers returned", n, t.size());
            Ok(())
        })
        .about("one after the other")
        .budget(512 * KIB)
        .sizes(25 * 64 * KIB, 100 * 64 * KIB);

    grade
        .case("a_slow_output", &[Backpressure], |t| async move {
            let text = Content::repeat(TEXT, 4 * MIB);
            let window = Window::new(256 * KIB);
            let (takes, gives) = (Sink::new(text.clone()), Source::new(text.clone()));
            let (filter, _) = Filter::new(&t, takes, gives, Gives::Times(1), 16 * KIB);
            let input = t.give(Source::new(text.clone()).window(&window));
            let output = Sink::new(text.clone()).paced(64 * KIB, Duration::from_millis(100));
            let output = t.give(output.window(&window));
            let seen = output.watch();
            t.solve(|| filter_through(filter, input, output))
                .await
                .ok()?;
            t.whole(&seen, text.len());
            Ok(())
        })
        .about("64 KiB every 100 ms");

    for (name, at, kind) in [
        ("input_broken_at_once", 0, ErrorKind::Other),
        ("input_broken_in_the_middle", 100_000, ErrorKind::Other),
        (
            "input_broken_at_the_last_byte",
            299_999,
            ErrorKind::TimedOut,
        ),
        ("input_cut_off", 150_000, ErrorKind::UnexpectedEof),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let text = Content::repeat(TEXT, 300_000);
            let (takes, gives) = (Sink::new(text.clone()), Source::new(text.clone()));
            let (filter, fed) = Filter::new(&t, takes, gives, Gives::Times(1), 4 * KIB);
            let input = t.give(Source::new(text.clone()).fails_at(at).fails_with(kind));
            let output = t.give(Sink::new(text));
            let seen = output.watch();
            t.solve(|| filter_through(filter, input, output))
                .await
                .err(&format!("the input broke after {at} of 300000 bytes"))?;
            t.check(Errors, fed.shutdowns() == 0, || {
                "the filter was told that its input is over, although the input had broken: it takes the part that \
                 came for the whole"
                    .into()
            });
            not_ended(&t, &seen);
            Ok(())
        });
    }
    for (name, what) in [
        ("filter_takes_no_more", Breaks::Taking),
        ("filter_gives_no_more", Breaks::Giving),
        ("filter_cannot_be_shut_down", Breaks::Shutdown),
        ("output_broken", Breaks::Output),
        ("output_fails_to_flush", Breaks::OutputFlush),
        ("output_fails_to_shut_down", Breaks::OutputShutdown),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            broken(&t, what, 4 * MIB, ErrorKind::Other).await
        });
    }
    grade
        .case("broken_in_any_way", &[Errors], |t| async move {
            for kind in ERROR_KINDS {
                for what in [
                    Breaks::Input,
                    Breaks::Taking,
                    Breaks::Giving,
                    Breaks::GivingLate,
                    Breaks::Shutdown,
                    Breaks::Output,
                    Breaks::OutputFlush,
                    Breaks::OutputShutdown,
                ] {
                    broken(&t, what, MIB, kind).await?;
                }
            }
            Ok(())
        })
        .about("an error of each kind, of each end, in turn");
    grade
        .case("filter_fails_after_its_answer", &[Errors], |t| async move {
            let text = Content::repeat(TEXT, 1000);
            let takes = Sink::new(text.clone()).fails_to_shut_down();
            let gives = Source::new(text.clone());
            let (mut filter, _) = Filter::new(&t, takes, gives, Gives::AtTheEnd, 0);
            filter.lingers = 1000;
            let input = t.give(Source::new(text.clone()));
            let output = t.give(Sink::new(text));
            t.solve(|| filter_through(filter, input, output))
                .await
                .err_for(
                    Errors,
                    "the filter's shutdown, which was still under way when its answer had ended, fails",
                )?;
            Ok(())
        })
        .about("it answers at the end, and then its shutdown fails");
    grade.case("after_bad_ends", &[Errors, Memory], |t| async move {
        let text = Content::repeat(TEXT, MIB);
        let mut before = 0;
        for call in 0..33 {
            if call == 1 {
                before = heap::live();
            }
            let give = || {
                let (takes, gives) = (Sink::new(text.clone()), Source::new(text.clone()));
                let (filter, _) = Filter::new(&t, takes, gives, Gives::Times(1), 4 * KIB);
                (filter, Source::new(text.clone()))
            };
            let (filter, input) = give();
            let (input, output) = (
                t.give(input.fails_at(100_000)),
                t.give(Sink::new(text.clone())),
            );
            drop(t.solve(|| filter_through(filter, input, output)).await);
            let (filter, input) = give();
            let input = t.give(input.paced(64 * KIB, Duration::from_secs(1)));
            let output = t.give(Sink::new(text.clone()));
            let copy = || filter_through(filter, input, output);
            drop(t.cancel_after(Duration::from_secs(2), copy).await);
        }
        let after = "32 inputs that broke and 32 calls that the caller gave up";
        t.let_go(before, 64 * KIB, after);
        Ok(())
    });
    grade
        .case("the_filter_is_silent", &[Errors], |t| async move {
            let text = Content::repeat(TEXT, 64 * MIB);
            let (takes, gives) = (Sink::new(text.clone()), Source::new(text.clone()));
            let (filter, _) = Filter::new(&t, takes, gives, Gives::AtTheEnd, 0);
            let input = t.give(Source::new(text.clone()).fails_at(100_000));
            let output = t.give(Sink::new(text));
            let seen = output.watch();
            t.solve(|| filter_through(filter, input, output))
                .await
                .err("the input broke while the filter waited for the end of it")?;
            not_ended(&t, &seen);
            Ok(())
        })
        .about("the input breaks before a filter that answers at the end");

    grade.case("the_caller_gives_up", &[Cancel], |t| async move {
        let text = Content::repeat(TEXT, 64 * MIB);
        let (takes, gives) = (Sink::new(text.clone()), Source::new(text.clone()));
        let (filter, _) = Filter::new(&t, takes, gives, Gives::Times(1), 16 * KIB);
        let input = t.give(Source::new(text.clone()));
        let output = t.give(Sink::new(text).paced(64 * KIB, Duration::from_millis(100)));
        t.cancel_after(Duration::from_secs(2), || {
            filter_through(filter, input, output)
        })
        .await
    });
    grade
        .case("the_caller_gives_up_early", &[Cancel], |t| async move {
            let text = Content::repeat(TEXT, 64 * MIB);
            let (takes, gives) = (Sink::new(text.clone()), Source::new(text.clone()));
            let (filter, _) = Filter::new(&t, takes, gives, Gives::Times(1), 16 * KIB);
            let input = Source::new(text.clone()).paced(1000, Duration::from_secs(1));
            let (input, output) = (t.give(input), t.give(Sink::new(text)));
            t.cancel_after(Duration::from_millis(10_500), || {
                filter_through(filter, input, output)
            })
            .await
        })
        .about("the input is slow");

    grade.run()
}

/// In virtual time, where nothing of a case takes any.
const PATIENCE: Duration = Duration::from_secs(50);

/// What a filter that was given something of `len` bytes waits for.
fn why_it_hangs(fed: &Watch, len: u64) -> String {
    if fed.position() < len {
        format!(
            "it hangs: the filter was given {} of {len} bytes, and holds as many as it can; it takes more when somebody \
             reads what it has",
            fed.position()
        )
    } else if fed.shutdowns() == 0 {
        format!(
            "it hangs: the filter was given all {len} bytes, and waits for more, since nobody told it that this was all, or \
             nobody waited until its shutdown was done"
        )
    } else {
        "it hangs: the filter has ended, and what it gave was not read to its end, or the output was not ended".into()
    }
}

/// What a filter gives for `len` bytes of the text.
fn answer(how: Gives, len: u64) -> Content {
    match how {
        Gives::Times(2) => {
            let twice: Vec<u8> = TEXT.bytes().flat_map(|byte| [byte, byte]).collect();
            Content::repeat(twice, 2 * len)
        }
        _ => Content::repeat(TEXT, len),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Breaks {
    Input,
    Taking,
    Giving,
    /// When its input is over.
    GivingLate,
    Shutdown,
    Output,
    OutputFlush,
    OutputShutdown,
}

/// One end breaks, most of them halfway.
async fn broken(t: &Trial, what: Breaks, len: u64, kind: ErrorKind) -> Result<(), grader::Failed> {
    let text = Content::repeat(TEXT, len);
    let (mut takes, mut gives) = (Sink::new(text.clone()), Source::new(text.clone()));
    let (mut input, mut output) = (Source::new(text.clone()), Sink::new(text));
    let half = len / 2 + 7;
    let why = match what {
        Breaks::Input => {
            input = input.fails_at(half).fails_with(kind);
            "the input broke halfway"
        }
        Breaks::Taking => {
            takes = takes.fails_at(half).fails_with(kind);
            "a write to the filter failed halfway"
        }
        Breaks::Giving => {
            gives = gives.fails_at(half).fails_with(kind);
            "a read of the filter failed halfway"
        }
        Breaks::GivingLate => {
            gives = gives.fails_at(len).fails_with(kind);
            "the last read of the filter failed, after its input had ended"
        }
        Breaks::Shutdown => {
            takes = takes.fails_to_shut_down().fails_with(kind);
            "the filter could not be shut down"
        }
        Breaks::Output => {
            output = output.fails_at(half).fails_with(kind);
            "the output broke halfway"
        }
        Breaks::OutputFlush => {
            output = output.fails_to_flush().fails_with(kind);
            "the output could not flush its last bytes"
        }
        Breaks::OutputShutdown => {
            output = output.fails_to_shut_down().fails_with(kind);
            "the output could not be shut down"
        }
    };
    let (filter, _) = Filter::new(t, takes, gives, Gives::Times(1), 4 * KIB);
    let (input, output) = (t.give(input), t.give(output));
    let (read, seen) = (input.watch(), output.watch());
    let why = format!("{why}, with {kind:?}");
    t.solve(|| filter_through(filter, input, output))
        .await
        .err(&why)?;
    not_ended(t, &seen);
    if what == Breaks::Output {
        let after = read.position().saturating_sub(half);
        t.check(Errors, after <= 256 * KIB, || {
            format!(
                "the input was read {after} bytes further than the broken output had got: too far ahead of it, or on \
                 after its error"
            )
        });
    }
    Ok(())
}

fn not_ended(t: &Trial, output: &Watch) {
    t.check(Errors, output.shutdowns() == 0, || {
        "the output was shut down although something had broken: its reader takes the part that came for the whole"
            .into()
    });
}
