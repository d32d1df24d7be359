//! The cases of `proxy`: `cargo test -p proxy`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use grader::Criterion::{self, Backpressure, Cancel, Correct, Errors, Memory};
use grader::meter::{Content, KIB, MIB, Sink, Source, Watch, Window};
use grader::{Answer, ERROR_KINDS, Failed, Grade, LocalBoxFuture, Trial};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, timeout};

const IDLE: Duration = Duration::from_secs(20);
const DAY: Duration = Duration::from_secs(86_400);

/// How long the questions of a conversation and their answers are, in bytes. Some fill a buffer of any usual size.
const TURNS: [u64; 9] = [1, 4096, 1, 8192, 1000, 16_384, 32_768, 65_536, 22];

/// When a side does what.
#[derive(Clone, Copy, PartialEq)]
enum Manners {
    /// It sends and receives at the same time.
    Free,
    /// It sends nothing until it has been told that it will receive no more.
    ListensFirst,
    /// It receives no more than 64 bytes until it has sent everything.
    TalksFirst,
    /// It sends everything, and says that it has ended when it has been told that it will receive no more.
    Asks,
    /// It sends nothing until a question of so many bytes has come and was flushed.
    Answers(u64),
    /// It sends one of `TURNS` for each that has come and was flushed, and so many before that. One that asks ends when
    /// it has all answers, and one that answers when it has been told that it will receive no more.
    TakesTurns(usize),
    /// It sends and receives at the same time, and wakes its reader every 10 s for nothing.
    Restless,
}

/// One connection, as the proxy sees it: what the side sends, and where it receives.
pub struct Side {
    sends: Source,
    receives: Sink,
    manners: Manners,
    waits: Option<Waker>,
    wakes: Option<Pin<Box<Sleep>>>,
}

/// A side, and what it was given.
fn side(t: &Trial, sends: Source, receives: Sink, manners: Manners) -> (Side, Watch) {
    let (sends, receives) = (t.give(sends), t.give(receives));
    let seen = receives.watch();
    let side = Side {
        sends,
        receives,
        manners,
        waits: None,
        wakes: None,
    };
    (side, seen)
}

/// A client and a server with `one` from the first to the second, or back if it is no upload, and `other` the other
/// way; and what the two sinks were given.
fn pair(
    t: &Trial,
    upload: bool,
    one: (Source, Sink),
    other: (Source, Sink),
) -> (Side, Side, [Watch; 2]) {
    let receive = [one.1.watch(), other.1.watch()];
    let (up, down) = if upload { (one, other) } else { (other, one) };
    let (client, _) = side(t, up.0, down.1, Manners::Free);
    let (server, _) = side(t, down.0, up.1, Manners::Free);
    (client, server, receive)
}

/// A side that waits for the other direction is looked at again after whatever that does.
impl Side {
    fn all_sent(&self) -> bool {
        self.sends.watch().position() == self.sends.total()
    }

    /// How many bytes more it may send before it has to receive some; `None` when it ends after what it has sent.
    fn turn(&self, ahead: usize) -> Option<u64> {
        let received = self.receives.watch();
        let flushed = received.position() - received.unflushed();
        let mut sum = 0;
        let came = |turn: &&u64| {
            sum += **turn;
            sum <= flushed
        };
        let whole = TURNS.iter().take_while(came).count();
        let may_end = whole == TURNS.len() && (ahead > 0 || received.shutdowns() > 0);
        let may_send: u64 = TURNS.iter().take(whole + ahead).sum();
        (!may_end).then_some(may_send - self.sends.watch().position())
    }

    fn held(&mut self, cx: &mut Context<'_>, held: bool) -> Poll<()> {
        if held {
            self.waits = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(())
    }

    fn moved<T>(&mut self, outcome: Poll<T>) -> Poll<T> {
        if outcome.is_ready()
            && let Some(waker) = self.waits.take()
        {
            waker.wake();
        }
        outcome
    }
}

impl AsyncRead for Side {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let received = self.receives.watch();
        let mut room = u64::MAX;
        let held = match self.manners {
            Manners::Free | Manners::TalksFirst => false,
            Manners::Restless => {
                let every = Duration::from_secs(10);
                let wakes = self.wakes.get_or_insert_with(|| Box::pin(sleep(every)));
                while wakes.as_mut().poll(cx).is_ready() {
                    wakes.as_mut().reset(Instant::now() + every);
                }
                false
            }
            Manners::TakesTurns(ahead) => {
                room = self.turn(ahead).unwrap_or(u64::MAX);
                room == 0
            }
            Manners::ListensFirst => received.shutdowns() == 0,
            Manners::Asks => received.shutdowns() == 0 && self.all_sent(),
            Manners::Answers(bytes) => received.position() - received.unflushed() < bytes,
        };
        std::task::ready!(self.held(cx, held));
        let read = if room < buf.remaining() as u64 {
            let mut part = ReadBuf::new(buf.initialize_unfilled_to(room as usize));
            let read = Pin::new(&mut self.sends).poll_read(cx, &mut part);
            let n = part.filled().len();
            buf.advance(n);
            read
        } else {
            Pin::new(&mut self.sends).poll_read(cx, buf)
        };
        self.moved(read)
    }
}

impl AsyncWrite for Side {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let room = if self.manners == Manners::TalksFirst && !self.all_sent() {
            64u64.saturating_sub(self.receives.watch().position()) as usize
        } else {
            usize::MAX
        };
        std::task::ready!(self.held(cx, room == 0));
        let written = Pin::new(&mut self.receives).poll_write(cx, &buf[..buf.len().min(room)]);
        self.moved(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let news = self.receives.watch().unflushed() > 0;
        let flushed = Pin::new(&mut self.receives).poll_flush(cx);
        // A flush of nothing changes nothing for who waits, and would be repeated without end.
        if news { self.moved(flushed) } else { flushed }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.receives).poll_shutdown(cx);
        self.moved(shut)
    }
}

/// What goes from the client to the server, or the other way.
fn goes(upload: bool, len: u64) -> Content {
    if upload { up(len) } else { down(len) }
}

fn up(len: u64) -> Content {
    Content::repeat("a line of the request\n", len)
}

fn down(len: u64) -> Content {
    Content::repeat("a piece of the answer, which is longer\n", len)
}

/// Says nothing after its first byte, for a day.
fn silent() -> Source {
    Source::new(up(2)).paced(1, DAY)
}

/// `proxy`, as the cases call it.
pub type Solution = fn(Side, Side, Duration) -> LocalBoxFuture<'static, anyhow::Result<(u64, u64)>>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn proxy(
    client: Side,
    server: Side,
    idle: Duration,
) -> LocalBoxFuture<'static, anyhow::Result<(u64, u64)>> {
    SOLUTION.get().expect("`grade` sets it")(client, server, idle)
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    use Manners::{Answers, Asks, Free, ListensFirst, Restless, TakesTurns, TalksFirst};

    SOLUTION.get_or_init(|| solution);
    grade
        .read_next("18. Two-way streams", "src/two-way.md")
        .read_next_for(Memory, "9. Backpressure", "src/backpressure.md");

    for (name, about, ups, downs, client, server, shape) in [
        (
            "one_request",
            "the answer comes after the end of the request",
            22,
            100_000,
            Free,
            ListensFirst,
            &[][..],
        ),
        (
            "a_question_and_an_answer",
            "the answer comes when the question was flushed, and the end of the client after it",
            22,
            100_000,
            Asks,
            Answers(22),
            &[],
        ),
        (
            "a_greeting_and_a_request",
            "the request comes when the greeting was flushed, and the end of the server after it",
            100_000,
            50,
            Answers(50),
            Asks,
            &[],
        ),
        (
            "questions_of_all_sizes",
            "1 byte to 64 KiB: the answer follows the flush of the question, and the next question that of the answer",
            TURNS.iter().sum(),
            TURNS.iter().sum(),
            TakesTurns(1),
            TakesTurns(0),
            &[],
        ),
        (
            "an_upload",
            "the answer comes after the end of the upload",
            500_000,
            1,
            Free,
            ListensFirst,
            &[],
        ),
        ("both_at_once", "", 300_000, 300_000, Free, Free, &[]),
        (
            "the_server_talks_first",
            "it receives nothing before it has sent its 50,000 bytes",
            50_000,
            50_000,
            Free,
            TalksFirst,
            &[],
        ),
        (
            "the_client_talks_first",
            "it receives nothing before it has sent its 50,000 bytes",
            50_000,
            50_000,
            TalksFirst,
            Free,
            &[],
        ),
        (
            "the_client_listens_first",
            "and the server receives nothing before it has sent everything",
            7,
            100_000,
            ListensFirst,
            TalksFirst,
            &[],
        ),
        (
            "nothing_either_way",
            "both end at once",
            0,
            0,
            Free,
            Free,
            &[],
        ),
        ("the_client_ends_at_once", "", 0, 100_000, Free, Free, &[]),
        ("the_server_ends_at_once", "", 100_000, 0, Free, Free, &[]),
        (
            "odd_sizes_with_pauses",
            "reads and writes of odd sizes, with waits",
            20_000,
            30_000,
            Free,
            ListensFirst,
            &[0, 7, 64, 0, 1, 33],
        ),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let end = |sends: Content, receives: Content| {
                    (
                        Source::new(sends).shaped(shape),
                        Sink::new(receives).shaped(shape),
                    )
                };
                let (sends, receives) = end(up(ups), down(downs));
                let (client, c) = side(&t, sends, receives, client);
                let (sends, receives) = end(down(downs), up(ups));
                let (server, s) = side(&t, sends, receives, server);
                let answer = t.solve(|| proxy(client, server, IDLE)).await;
                let waited = t.elapsed() >= IDLE;
                if answer.is_err() && waited && s.unflushed() + c.unflushed() > 0 {
                    t.wrong(
                        Correct,
                        "bytes were written to one side and never flushed, and what that side would have answered \
                         was waited for until `idle` was over",
                    );
                    return Ok(());
                }
                let got = answer.ok()?;
                t.whole(&s, ups);
                t.whole(&c, downs);
                t.equal("bytes to the server and to the client", got, (ups, downs));
                Ok(())
            })
            .about(about);
    }

    // One direction lives, and the other says nothing until it ends.
    for (name, about, upload, bytes, pause, idle) in [
        (
            "a_slow_download",
            "a byte every 15 s for 10 minutes, and no byte the other way",
            false,
            40,
            Duration::from_secs(15),
            IDLE,
        ),
        (
            "a_slow_upload",
            "a byte every 15 s for 10 minutes, and no byte the other way",
            true,
            40,
            Duration::from_secs(15),
            IDLE,
        ),
        (
            "a_short_idle",
            "a byte every 1.2 s, where `idle` is 1.5 s",
            false,
            40,
            Duration::from_millis(1200),
            Duration::from_millis(1500),
        ),
        (
            "a_long_idle",
            "a byte every 5 minutes, where `idle` is 10 minutes",
            true,
            3,
            Duration::from_secs(5 * 60),
            Duration::from_secs(10 * 60),
        ),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let drip = |content| Source::new(content).paced(1, pause);
                let (ups, downs) = if upload { (bytes, 0) } else { (0, bytes) };
                let (client, server) = if upload {
                    (Free, ListensFirst)
                } else {
                    (ListensFirst, Free)
                };
                let (client, c) = side(&t, drip(up(ups)), Sink::new(down(downs)), client);
                let (server, s) = side(&t, drip(down(downs)), Sink::new(up(ups)), server);
                let got = t.solve(|| proxy(client, server, idle)).await.ok()?;
                t.whole(&s, ups);
                t.whole(&c, downs);
                t.equal("bytes to the server and to the client", got, (ups, downs));
                Ok(())
            })
            .about(about);
    }
    for (name, upload, len) in [
        ("a_phone_that_reads_slowly", false, 64 * KIB),
        ("a_server_that_reads_slowly", true, 4 * KIB),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let much = goes(upload, len);
                let slow = Sink::new(much.clone()).paced(256, Duration::from_secs(15));
                let few = goes(!upload, 5);
                let other = (Source::new(few.clone()), Sink::new(few));
                let (client, server, [received, _]) = pair(&t, upload, (Source::new(much), slow), other);
                let got = t.solve(|| proxy(client, server, IDLE)).await.ok()?;
                t.whole(&received, len);
                let counts = if upload { (len, 5) } else { (5, len) };
                t.equal("bytes to the server and to the client", got, counts);
                Ok(())
            })
            .about("it takes 256 bytes every 15 s: bytes that are written keep the connection alive too");
    }

    for (name, about, slow) in [
        (
            "a_slow_flush",
            "each flush of one side takes 60 s; a byte comes the other way every 15 s, for 10 minutes",
            (|sink| sink.flushes_in(Duration::from_secs(60))) as fn(Sink) -> Sink,
        ),
        (
            "a_slow_shutdown",
            "the shutdown of one side takes 60 s; a byte comes the other way every 15 s, for 10 minutes",
            |sink| sink.shuts_down_in(Duration::from_secs(60)),
        ),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                for upload in [true, false] {
                    let (few, drip) = (goes(upload, 5), goes(!upload, 40));
                    let one = (Source::new(few.clone()), slow(Sink::new(few)));
                    let other = Source::new(drip.clone()).paced(1, Duration::from_secs(15));
                    let (client, server, [a, b]) = pair(&t, upload, one, (other, Sink::new(drip)));
                    t.solve(|| proxy(client, server, IDLE)).await.ok()?;
                    t.whole(&a, 5);
                    t.whole(&b, 40);
                }
                Ok(())
            })
            .about(about);
    }

    // Nobody says anything any more.
    let as_ever: fn(Sink) -> Sink = |sink| sink;
    for (name, about, client_ends, server_ends, manners, stuck, idle) in [
        (
            "both_fall_silent",
            "each side sends a byte and no more",
            false,
            false,
            Free,
            as_ever,
            IDLE,
        ),
        (
            "a_client_gone_and_a_silent_server",
            "the client ends, the server says nothing",
            true,
            false,
            Free,
            as_ever,
            IDLE,
        ),
        (
            "a_server_gone_and_a_silent_client",
            "the server ends, the client says nothing",
            false,
            true,
            Free,
            as_ever,
            IDLE,
        ),
        (
            "silent_from_the_start",
            "neither side ever sends a byte, and `idle` is 5 s",
            false,
            false,
            ListensFirst,
            as_ever,
            IDLE / 4,
        ),
        (
            "woken_for_nothing",
            "every 10 s each side wakes its reader, and there is no byte to read",
            false,
            false,
            Restless,
            as_ever,
            IDLE,
        ),
        (
            "a_flush_that_takes_for_ever",
            "the client ends, the server sends a byte, and to flush one of them takes for ever",
            true,
            false,
            Free,
            |sink| sink.flushes_in(DAY),
            IDLE,
        ),
        (
            "a_shutdown_that_takes_for_ever",
            "both sides have ended, and to shut one down takes for ever",
            true,
            true,
            Free,
            |sink| sink.shuts_down_in(DAY),
            IDLE,
        ),
    ] {
        grade
            .case(name, &[Cancel], move |t| async move {
                for of_client in [true, false] {
                    let end = |ends| if ends { Source::new(up(1)) } else { silent() };
                    let sink = |stuck: fn(Sink) -> Sink| stuck(Sink::new(up(2)));
                    let (to_client, to_server) = if of_client {
                        (sink(stuck), sink(as_ever))
                    } else {
                        (sink(as_ever), sink(stuck))
                    };
                    let (client, c) = side(&t, end(client_ends), to_client, manners);
                    let (server, s) = side(&t, end(server_ends), to_server, manners);
                    let answer = t.solve(|| proxy(client, server, idle)).await;
                    let criterion = if client_ends && server_ends && t.elapsed() < idle {
                        Correct
                    } else {
                        Cancel
                    };
                    gave_up(&t, answer, criterion, idle)?;
                    let ended = u64::from(client_ends) + u64::from(server_ends);
                    let shut = c.shutdowns() + s.shutdowns();
                    t.check(Cancel, shut <= ended, || {
                        "a side was shut down after the silence: it takes the part that came for the whole".into()
                    });
                }
                Ok(())
            })
            .about(about);
    }
    for (name, about, upload) in [
        (
            "a_phone_that_stops_reading",
            "the server has more to send, and the client takes none of it",
            false,
        ),
        (
            "a_server_that_stops_reading",
            "the client has more to send, and the server takes none of it",
            true,
        ),
    ] {
        grade
            .case(name, &[Cancel], move |t| async move {
                let much = goes(upload, MIB);
                let stuck = Sink::new(much.clone()).paced(16 * KIB, DAY);
                // Not even one byte, which would set back a clock that stands while a write waits.
                let other = (silent().begins_after(DAY), Sink::new(up(2)));
                let (client, server, _) = pair(&t, upload, (Source::new(much), stuck), other);
                let answer = t.solve(|| proxy(client, server, IDLE)).await;
                gave_up(&t, answer, Cancel, IDLE)
            })
            .about(about);
    }

    for (name, upload) in [("a_large_download", false), ("a_large_upload", true)] {
        grade
            .case(name, &[Memory, Correct], move |t| async move {
                let (ups, downs) = if upload {
                    (t.size(), 10)
                } else {
                    (10, t.size())
                };
                let (client, c) = side(&t, Source::new(up(ups)), Sink::new(down(downs)), Free);
                let (server, s) = side(&t, Source::new(down(downs)), Sink::new(up(ups)), Free);
                let got = t.solve(|| proxy(client, server, IDLE)).await.ok()?;
                t.whole(&s, ups);
                t.whole(&c, downs);
                t.equal("bytes to the server and to the client", got, (ups, downs));
                Ok(())
            })
            .budget(512 * KIB)
            .sizes(32 * MIB, 128 * MIB);
        let name = if upload {
            "a_slow_server"
        } else {
            "a_slow_client"
        };
        grade
            .case(name, &[Backpressure], move |t| async move {
                let window = Window::new(256 * KIB);
                let slow = |content| {
                    Sink::new(content)
                        .paced(64 * KIB, Duration::from_millis(100))
                        .window(&window)
                };
                let (client, server);
                if upload {
                    (client, _) = side(
                        &t,
                        Source::new(up(4 * MIB)).window(&window),
                        Sink::new(down(9)),
                        Free,
                    );
                    (server, _) = side(&t, Source::new(down(9)), slow(up(4 * MIB)), Free);
                } else {
                    (client, _) = side(&t, Source::new(up(9)), slow(down(4 * MIB)), Free);
                    (server, _) = side(
                        &t,
                        Source::new(down(4 * MIB)).window(&window),
                        Sink::new(up(9)),
                        Free,
                    );
                }
                t.solve(|| proxy(client, server, IDLE)).await.ok()?;
                Ok(())
            })
            .about("it takes 64 KiB every 100 ms");
    }

    for (name, upload, read, what) in [
        ("the_client_breaks", true, true, "the client broke"),
        ("the_server_breaks", false, true, "the server broke"),
        (
            "the_client_cannot_be_written",
            false,
            false,
            "the client took no more",
        ),
        (
            "the_server_cannot_be_written",
            true,
            false,
            "the server took no more",
        ),
    ] {
        grade
            .case(name, &[Errors], move |t| async move {
                let one = |kind, sends: Source, takes: Sink| {
                    if read {
                        (sends.fails_at(300_000).fails_with(kind), takes)
                    } else {
                        (sends, takes.fails_at(300_000).fails_with(kind))
                    }
                };
                breaks(&t, upload, MIB, one, what).await
            })
            .about("with an error of each kind in turn");
    }
    for (name, flush) in [("shutdown_fails", false), ("flush_fails", true)] {
        grade
            .case(name, &[Errors], move |t| async move {
                for (upload, which) in [(true, "server"), (false, "client")] {
                    let one = |kind, sends, takes: Sink| {
                        let takes = takes.fails_with(kind);
                        let takes = if flush {
                            takes.fails_to_flush()
                        } else {
                            takes.fails_to_shut_down()
                        };
                        (sends, takes)
                    };
                    let what = if flush { "flushed" } else { "shut down" };
                    let what = format!("the {which} could not be {what}");
                    breaks(&t, upload, 5000, one, &what).await?;
                }
                Ok(())
            })
            .about("an error of each kind, of the server and of the client, in turn");
    }

    grade
        .case(
            "a_hundred_connections",
            &[Memory, Correct],
            |t| async move {
                let times = t.size() / (64 * KIB);
                let (ups, downs) = (up(9), down(64 * KIB));
                let pairs: Vec<_> = (0..times)
                    .map(|_| {
                        let pair = |answer, manners| {
                            let (client, _) =
                                side(&t, Source::new(ups.clone()), Sink::new(downs.clone()), Free);
                            let (server, _) = side(&t, answer, Sink::new(ups.clone()), manners);
                            (client, server)
                        };
                        let answer = || Source::new(downs.clone());
                        [
                            pair(answer(), ListensFirst),
                            pair(answer().fails_at(1000), ListensFirst),
                            pair(answer(), Answers(10)),
                        ]
                    })
                    .collect();
                let all = t.solve(|| async {
                    let mut all = 0;
                    for [whole, breaks, waits] in pairs {
                        all += proxy(whole.0, whole.1, IDLE).await?.1;
                        proxy(breaks.0, breaks.1, IDLE).await.ok();
                        let waits = proxy(waits.0, waits.1, IDLE);
                        timeout(Duration::from_millis(1), waits).await.ok();
                    }
                    Ok(all)
                });
                t.equal("bytes in all", all.await.ok()?, t.size());
                Ok(())
            },
        )
        .about("one after the other: a whole one, one that breaks, one that is given up")
        .budget(512 * KIB)
        .sizes(25 * 64 * KIB, 100 * 64 * KIB);
    grade.case("the_caller_gives_up", &[Cancel], |t| async move {
        let slow = Sink::new(down(64 * MIB)).paced(64 * KIB, Duration::from_millis(100));
        let (client, _) = side(&t, Source::new(up(9)), slow, Free);
        let (server, _) = side(&t, Source::new(down(64 * MIB)), Sink::new(up(9)), Free);
        t.cancel_after(Duration::from_secs(2), || proxy(client, server, IDLE))
            .await
    });

    grade.run()
}

/// The error of a connection on which no byte moves any more: not before `idle`, and not long after it.
fn gave_up(
    t: &Trial,
    answer: Answer<(u64, u64)>,
    criterion: Criterion,
    idle: Duration,
) -> Result<(), Failed> {
    let limit = idle.as_secs();
    let took = t.elapsed();
    let why = if criterion == Correct {
        "one side had not been shut down yet".into()
    } else {
        match took < idle {
            true => format!(
                "one side had not ended, and the silence had not lasted for `idle`, {limit} s"
            ),
            false => format!("no byte had moved for longer than `idle`, {limit} s"),
        }
    };
    let told = answer.err_for(criterion, &why);
    if told.is_ok() || criterion == Cancel {
        t.check(Cancel, took <= 2 * idle + Duration::from_secs(5), || {
            format!(
                "both connections were held for {} s of silence, where `idle` is {limit} s",
                took.as_secs()
            )
        });
    }
    told?;
    t.check(Cancel, took >= idle, || {
        format!(
            "it gave up after {} ms, where `idle` is {limit} s",
            took.as_millis()
        )
    });
    Ok(())
}

/// Of one direction, of `len` bytes, `one` makes something that breaks. The error comes at once, and nothing is shut
/// down for it, when the other direction has ended and when it has nothing to say.
async fn breaks(
    t: &Trial,
    upload: bool,
    len: u64,
    one: impl Fn(ErrorKind, Source, Sink) -> (Source, Sink),
    what: &str,
) -> Result<(), Failed> {
    for (kind, ended) in ERROR_KINDS
        .iter()
        .flat_map(|&kind| [(kind, true), (kind, false)])
    {
        let begin = Duration::from_secs(ended.into());
        let content = goes(upload, len);
        let sends = Source::new(content.clone()).begins_after(begin);
        let one = one(kind, sends, Sink::new(content));
        let broken = [one.0.watch(), one.1.watch()];
        let few = goes(!upload, 2);
        let other = Source::new(few.clone());
        let other = if ended { other } else { other.paced(1, DAY) };
        let (client, server, received) = pair(t, upload, one, (other, Sink::new(few)));
        let answer = t.solve(|| proxy(client, server, IDLE)).await;
        let late = t.elapsed().saturating_sub(begin).as_secs();
        if late > 0 && broken.iter().any(Watch::failed) {
            t.wrong(
                Errors,
                format!(
                    "{what} ({kind:?}), and the call went on for {late} s: the error was let go of, or waits for the \
                     other direction"
                ),
            );
            return Ok(());
        }
        let other = if ended { "had ended" } else { "was silent" };
        answer.err(&format!(
            "{what} ({kind:?}) when the other direction {other}"
        ))?;
        let shut: u64 = received.iter().map(Watch::shutdowns).sum();
        if shut > ended.into() {
            t.wrong(
                Errors,
                format!(
                    "{what} ({kind:?}), and then a side was shut down: it takes the part that came for the whole. (To who \
                     receives, a `Sender` that was dropped looks like a good end.)"
                ),
            );
            return Ok(());
        }
    }
    Ok(())
}
