//! The cases of `proxy`: `cargo test -p proxy`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use grader::Criterion::{Backpressure, Cancel, Correct, Errors, Memory};
use grader::meter::{Content, KIB, MIB, Sink, Source, Watch, Window};
use grader::{ERROR_KINDS, Grade, LocalBoxFuture, Trial};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;

const IDLE: Duration = Duration::from_secs(20);

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
    /// It sends and receives at the same time, and to shut it down takes for ever.
    Lingers,
}

/// One connection, as the proxy sees it: what the side sends, and where it receives.
pub struct Side {
    sends: Source,
    receives: Sink,
    manners: Manners,
    waits: Option<Waker>,
}

/// What a side was asked to do.
struct Seen {
    sent: Watch,
    received: Watch,
}

fn side(t: &Trial, sends: Source, receives: Sink, manners: Manners) -> (Side, Seen) {
    let (sends, receives) = (t.give(sends), t.give(receives));
    let seen = Seen {
        sent: sends.watch(),
        received: receives.watch(),
    };
    let side = Side {
        sends,
        receives,
        manners,
        waits: None,
    };
    (side, seen)
}

/// A side that waits for the other direction is looked at again after whatever that does.
impl Side {
    fn all_sent(&self) -> bool {
        self.sends.watch().position() == self.sends.total()
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
        let held = match self.manners {
            Manners::Free | Manners::TalksFirst | Manners::Lingers => false,
            Manners::ListensFirst => received.shutdowns() == 0,
            Manners::Asks => received.shutdowns() == 0 && self.all_sent(),
            Manners::Answers(bytes) => received.position() - received.unflushed() < bytes,
        };
        std::task::ready!(self.held(cx, held));
        let read = Pin::new(&mut self.sends).poll_read(cx, buf);
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
        let lingers = self.manners == Manners::Lingers;
        std::task::ready!(self.held(cx, lingers));
        let shut = Pin::new(&mut self.receives).poll_shutdown(cx);
        self.moved(shut)
    }
}

fn up(len: u64) -> Content {
    Content::repeat("a line of the request\n", len)
}

fn down(len: u64) -> Content {
    Content::repeat("a piece of the answer, which is longer\n", len)
}

/// Says nothing, for a day.
fn silent() -> Source {
    Source::new(up(2)).paced(1, Duration::from_secs(86_400))
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
    use Manners::{Answers, Asks, Free, Lingers, ListensFirst, TalksFirst};

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
                let got = t.solve(|| proxy(client, server, IDLE)).await.ok()?;
                t.whole(&s.received, ups);
                t.whole(&c.received, downs);
                t.equal("bytes to the server and to the client", got, (ups, downs));
                Ok(())
            })
            .about(about);
    }

    // One direction lives, and the other says nothing until it ends.
    for (name, about, upload) in [
        (
            "a_slow_download",
            "a byte every 15 s for 10 minutes, and no byte the other way",
            false,
        ),
        (
            "a_slow_upload",
            "a byte every 15 s for 10 minutes, and no byte the other way",
            true,
        ),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let drip = |content| Source::new(content).paced(1, Duration::from_secs(15));
                let (ups, downs) = if upload { (40, 0) } else { (0, 40) };
                let (client, server) = if upload {
                    (Free, ListensFirst)
                } else {
                    (ListensFirst, Free)
                };
                let (client, c) = side(&t, drip(up(ups)), Sink::new(down(downs)), client);
                let (server, s) = side(&t, drip(down(downs)), Sink::new(up(ups)), server);
                let got = t.solve(|| proxy(client, server, IDLE)).await.ok()?;
                t.whole(&s.received, ups);
                t.whole(&c.received, downs);
                t.equal("bytes to the server and to the client", got, (ups, downs));
                Ok(())
            })
            .about(about);
    }
    grade
        .case("a_phone_that_reads_slowly", &[Correct], |t| async move {
            let slow = Sink::new(down(64 * KIB)).paced(256, Duration::from_secs(15));
            let (client, c) = side(&t, Source::new(up(5)), slow, Free);
            let (server, s) = side(&t, Source::new(down(64 * KIB)), Sink::new(up(5)), Free);
            let got = t.solve(|| proxy(client, server, IDLE)).await.ok()?;
            t.whole(&s.received, 5);
            t.whole(&c.received, 64 * KIB);
            t.equal("bytes to the server and to the client", got, (5, 64 * KIB));
            Ok(())
        })
        .about(
            "it takes 256 bytes every 15 s: bytes that are written keep the connection alive too",
        );

    // Nobody says anything any more.
    for (name, about, client_ends, server_ends, manners, idle) in [
        (
            "both_fall_silent",
            "each side sends a byte and no more",
            false,
            false,
            Free,
            IDLE,
        ),
        (
            "a_client_gone_and_a_silent_server",
            "the client ends, the server says nothing",
            true,
            false,
            Free,
            IDLE,
        ),
        (
            "a_server_gone_and_a_silent_client",
            "the server ends, the client says nothing",
            false,
            true,
            Free,
            IDLE,
        ),
        (
            "silent_from_the_start",
            "neither side ever sends a byte, and `idle` is 5 s",
            false,
            false,
            ListensFirst,
            IDLE / 4,
        ),
        (
            "a_shutdown_that_takes_for_ever",
            "both sides have ended, and to shut one down takes for ever",
            true,
            true,
            Lingers,
            IDLE,
        ),
    ] {
        grade
            .case(name, &[Cancel], move |t| async move {
                let end = |ends| if ends { Source::new(up(1)) } else { silent() };
                let (client, _) = side(&t, end(client_ends), Sink::new(up(2)), manners);
                // With one that lingers, the other is shut down as ever.
                let other = if manners == Lingers { Free } else { manners };
                let (server, _) = side(&t, end(server_ends), Sink::new(up(2)), other);
                let limit = idle.as_secs();
                let answer = t.solve(|| proxy(client, server, idle)).await;
                let took = t.elapsed();
                let (criterion, why) = if manners == Lingers && took < idle {
                    (Correct, "one side had not been shut down yet".into())
                } else {
                    let why = format!("no byte had moved for longer than `idle`, {limit} s");
                    (Cancel, why)
                };
                answer.err_for(criterion, &why)?;
                t.check(Cancel, took <= 2 * idle + Duration::from_secs(5), || {
                    format!(
                        "both connections were held for {} s of silence, where `idle` is {limit} s",
                        took.as_secs()
                    )
                });
                t.check(Cancel, took >= idle, || {
                    format!(
                        "it gave up after {} ms, where `idle` is {limit} s",
                        took.as_millis()
                    )
                });
                Ok(())
            })
            .about(about);
    }
    grade
        .case("a_phone_that_stops_reading", &[Cancel], |t| async move {
            let stuck = Sink::new(down(MIB)).paced(16 * KIB, Duration::from_secs(86_400));
            let (client, _) = side(&t, silent(), stuck, Free);
            let (server, _) = side(&t, Source::new(down(MIB)), Sink::new(up(2)), Free);
            t.solve(|| proxy(client, server, IDLE))
                .await
                .err_for(Cancel, "no byte had moved for longer than `idle`, 20 s")?;
            let took = t.elapsed();
            t.check(Cancel, took <= 2 * IDLE + Duration::from_secs(5), || {
                format!(
                    "both connections were held for {} s of silence, where `idle` is 20 s",
                    took.as_secs()
                )
            });
            Ok(())
        })
        .about("the server has more to send, and the client takes none of it");

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
                t.whole(&s.received, ups);
                t.whole(&c.received, downs);
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

    // One direction breaks while the other has nothing to say.
    for (name, what) in [
        ("the_client_breaks", "the client broke after 1000 bytes"),
        ("the_server_breaks", "the server broke after 1000 bytes"),
        (
            "the_client_cannot_be_written",
            "the client took 1000 bytes and then no more",
        ),
        (
            "the_server_cannot_be_written",
            "the server took 1000 bytes and then no more",
        ),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let (mut c, mut s) = (silent(), silent());
            let (mut to_c, mut to_s) = (Sink::new(down(MIB)), Sink::new(up(MIB)));
            match name {
                "the_client_breaks" => c = Source::new(up(MIB)).fails_at(1000),
                "the_server_breaks" => s = Source::new(down(MIB)).fails_at(1000),
                "the_client_cannot_be_written" => {
                    (s, to_c) = (Source::new(down(MIB)), to_c.fails_at(1000));
                }
                _ => (c, to_s) = (Source::new(up(MIB)), to_s.fails_at(1000)),
            }
            let (client, c) = side(&t, c, to_c, Free);
            let (server, s) = side(&t, s, to_s, Free);
            t.solve(|| proxy(client, server, IDLE)).await.err(what)?;
            let took = t.elapsed();
            t.check(Errors, took < Duration::from_secs(1), || {
                format!("{what}, and the error came {} s later: it waited for the other direction", took.as_secs())
            });
            t.check(Errors, c.received.shutdowns() + s.received.shutdowns() == 0, || {
                format!("{what}, and the other side was shut down: it takes the part that came for the whole")
            });
            Ok(())
        });
    }
    grade
        .case("broken_in_any_way", &[Errors], |t| async move {
            for kind in ERROR_KINDS {
                for read in [true, false] {
                    let broken = Source::new(down(MIB));
                    let sink = Sink::new(down(MIB));
                    let (broken, sink) = if read {
                        (broken.fails_at(300_000).fails_with(kind), sink)
                    } else {
                        (broken, sink.fails_at(300_000).fails_with(kind))
                    };
                    let (client, _) = side(&t, Source::new(up(5)), sink, Free);
                    let (server, s) = side(&t, broken, Sink::new(up(5)), Free);
                    t.solve(|| proxy(client, server, IDLE))
                        .await
                        .err(&format!("a side broke with {kind:?}"))?;
                    drop(s.sent);
                }
            }
            Ok(())
        })
        .about("an error of each kind, of reads and of writes, in turn");
    for (name, flush) in [("shutdown_fails", false), ("flush_fails", true)] {
        grade
            .case(name, &[Errors], move |t| async move {
                for kind in ERROR_KINDS {
                    for (of_client, which) in [(false, "server"), (true, "client")] {
                        let sink = |content, breaks| {
                            let sink = Sink::new(content);
                            match (breaks, flush) {
                                (false, _) => sink,
                                (true, true) => sink.fails_to_flush().fails_with(kind),
                                (true, false) => sink.fails_to_shut_down().fails_with(kind),
                            }
                        };
                        let to_client = sink(down(5000), of_client);
                        let to_server = sink(up(5000), !of_client);
                        let (client, _) = side(&t, Source::new(up(5000)), to_client, Free);
                        let (server, _) = side(&t, Source::new(down(5000)), to_server, Free);
                        let what = if flush { "flushed" } else { "shut down" };
                        t.solve(|| proxy(client, server, IDLE))
                            .await
                            .err(&format!("the {which} could not be {what}: {kind:?}"))?;
                    }
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
    // What the errors of each kind above do not say of kinds that read like an end.
    for (name, kind) in [
        ("reset", ErrorKind::ConnectionReset),
        ("cut_off", ErrorKind::UnexpectedEof),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let broken = Source::new(down(MIB)).fails_at(300_000).fails_with(kind);
            let (client, c) = side(&t, Source::new(up(5)), Sink::new(down(MIB)), Free);
            let (server, _) = side(&t, broken, Sink::new(up(5)), Free);
            t.solve(|| proxy(client, server, IDLE))
                .await
                .err("the server broke after 300000 bytes of its answer")?;
            t.check(Errors, c.received.shutdowns() == 0, || {
                "the client was shut down although the server had broken: it takes the part that came for the whole".into()
            });
            Ok(())
        });
    }

    grade.run()
}
