//! A question and its answer over a two-way stream, directly or through a proxy: who says when that it
//! has said all, who hears it, and who waits forever.

use crate::clock::Sim;
use crate::draw::{Svg, grouped};
use crate::model::{Control, END, Frame, Kind, Lab, Pace, Preset, Question, Table, Trace, Values};
use futures::future::{select, try_join};
use std::cell::RefCell;
use std::io::Result;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use tokio::io::{
    AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, copy,
    copy_bidirectional, duplex, split,
};

/// The lab.
pub static LAB: Lab = Lab {
    name: "half-close",
    title: "The half-close machine",
    caption: "The upper pipes carry the question, the lower ones the answer; each holds 64 KiB. Under a pipe is how \
              its direction stands, and a bar is its end: where it was sent, then where it was seen. Below are the \
              last calls. \u{201c}No reader\u{201d}: the reader has gone without having seen the end; a write is \
              then refused, which is a reset.",
    pace: Pace {
        unit: "step",
        step: 1,
        per_second: 2,
    },
    figure_at: END,
    controls: &[
        Control {
            name: "between",
            label: "Between client and server",
            kind: Kind::Choice {
                options: &[
                    ("nothing", "nothing: one connection"),
                    ("bidirectional", "a proxy: copy_bidirectional"),
                    ("copies", "a proxy: two copies, no shutdown"),
                    ("select", "a proxy: the first end ends it"),
                ],
                default: "copies",
            },
        },
        Control {
            name: "client",
            label: "After its question, the client",
            kind: Kind::Choice {
                options: &[
                    ("half", "shuts down, reads to the end"),
                    ("never", "keeps it open, reads to the end"),
                    ("drop-half", "drops its half of split, reads to the end"),
                    ("counts", "keeps it open, reads what it knows the size of"),
                    ("full", "drops the whole connection"),
                ],
                default: "half",
            },
        },
        Control {
            name: "server",
            label: "The server",
            kind: Kind::Choice {
                options: &[
                    ("end", "reads to the end, answers, shuts down"),
                    ("early", "reads to the end, shuts down, answers"),
                    ("each", "answers each question of 8 bytes, keeps it open"),
                ],
                default: "end",
            },
        },
        Control {
            name: "answer",
            label: "The answer has",
            kind: Kind::Range {
                min: 8,
                max: 1024,
                step: 8,
                unit: "KiB",
                default: 1024,
            },
        },
    ],
    presets: &[
        Preset {
            label: "Two copies",
            values: &[],
            question: Question {
                ask: "The proxy copies both ways at once. Of the answer's 1,024 KiB, how many does the client get?",
                unit: "KiB",
                measure: "got",
            },
        },
        Preset {
            label: "copy_bidirectional",
            values: &[("between", "bidirectional")],
            question: Question {
                ask: "Two connections have four directions. Of how many is the end seen?",
                unit: "directions",
                measure: "ends",
            },
        },
        Preset {
            label: "The first end wins",
            values: &[("between", "select")],
            question: Question {
                ask: "Whichever copy ends first ends the proxy. How many KiB of the answer does the client get?",
                unit: "KiB",
                measure: "got",
            },
        },
        Preset {
            label: "A dropped half",
            values: &[("between", "nothing"), ("client", "drop-half")],
            question: Question {
                ask: "No proxy. The client drops the half that it wrote to. How many of the two wait forever?",
                unit: "of 2",
                measure: "waits",
            },
        },
        Preset {
            label: "Node.js: allowHalfOpen: false",
            values: &[("between", "nothing"), ("server", "early")],
            question: Question {
                ask: "When the question has ended, the server's own direction is ended too, and its answer comes later. \
                      How many KiB of it does the client get?",
                unit: "KiB",
                measure: "got",
            },
        },
        Preset {
            label: "Everything arrived",
            values: &[
                ("between", "nothing"),
                ("client", "never"),
                ("server", "each"),
            ],
            question: Question {
                ask: "The server answers at once, and the client gets all of it. How many of the two wait forever?",
                unit: "of 2",
                measure: "waits",
            },
        },
        Preset {
            label: "A size in place of an end",
            values: &[
                ("between", "copies"),
                ("client", "counts"),
                ("server", "each"),
            ],
            question: Question {
                ask: "The same proxy that loses the end, and a client that knows how long the answer is. How many \
                      KiB does it get?",
                unit: "KiB",
                measure: "got",
            },
        },
        Preset {
            label: "A full close",
            values: &[("between", "bidirectional"), ("client", "full")],
            question: Question {
                ask: "The client drops its whole connection after the question. How many bytes of the question does \
                      the server get?",
                unit: "bytes",
                measure: "asked",
            },
        },
    ],
    run: |values| Box::new(run(values)),
};

const QUESTION: &[u8; 8] = b"question";
const KIB: u64 = 1024;
/// What each pipe holds.
const CAPACITY: u64 = 64 * KIB;

/// One direction of one connection.
#[derive(Debug, Clone, Copy, Default)]
struct Pipe {
    written: u64,
    read: u64,
    /// Its writer said so, or is gone.
    end_sent: bool,
    end_seen: bool,
    reader_gone: bool,
    /// A write found its reader gone.
    reset: bool,
}

impl Pipe {
    /// The class and the word.
    fn state(&self) -> (&'static str, &'static str) {
        match self {
            Self { reset: true, .. } => ("bad", "reset"),
            Self { end_seen: true, .. } => ("good", "end seen"),
            Self {
                reader_gone: true, ..
            } => ("bad", "no reader"),
            Self { end_sent: true, .. } => ("", "end sent"),
            _ => ("muted", "open"),
        }
    }

    /// What is on its way.
    fn holds(&self) -> u64 {
        self.written - self.read
    }
}

/// An end of a connection waits.
#[derive(Debug, Clone, Copy, Default)]
struct Waits {
    to_read: bool,
    to_write: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Moment {
    /// By the end that writes into it: the ends are numbered from the client to the server.
    pipes: [Pipe; 4],
    /// By end.
    waits: [Waits; 4],
    /// By place in [`Ledger::names`]: finished, and whether well.
    finished: [Option<bool>; 3],
}

/// What the ends of the connections write down.
#[derive(Debug)]
struct Ledger {
    names: &'static [&'static str],
    now: Moment,
    /// What happened, and how everything stood after it.
    steps: Vec<(String, Moment)>,
    /// How many bytes more make a step of their own.
    piece: u64,
    /// What each pipe had written and read at its last step.
    noted: [(u64, u64); 4],
}

impl Ledger {
    /// Who has an end.
    fn name(&self, end: usize) -> &'static str {
        self.names[end.div_ceil(2)]
    }

    fn step(&mut self, end: usize, what: &str) {
        let text = format!("{} {what}", self.name(end));
        self.steps.push((text, self.now));
    }

    fn wrote(&mut self, end: usize, bytes: u64) {
        let pipe = &mut self.now.pipes[end];
        pipe.written += bytes;
        let (all, noted) = (pipe.written, self.noted[end].0);
        if noted == 0 || all - noted >= self.piece {
            self.noted[end].0 = all;
            self.step(
                end,
                &format!("writes: {} of the {} so far", size(all), carried(end)),
            );
        }
    }

    fn read(&mut self, end: usize, bytes: u64) {
        let pipe = &mut self.now.pipes[end ^ 1];
        pipe.read += bytes;
        let (all, noted) = (pipe.read, self.noted[end ^ 1].1);
        if noted == 0 || all - noted >= self.piece {
            self.noted[end ^ 1].1 = all;
            self.step(
                end,
                &format!("reads: {} of the {} so far", size(all), carried(end ^ 1)),
            );
        }
    }
}

type Shared = Rc<RefCell<Ledger>>;

/// One end of a connection, which writes down what its owner does to it.
struct End {
    inner: DuplexStream,
    number: usize,
    ledger: Shared,
}

impl AsyncRead for End {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = into.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(context, into);
        let bytes = into.filled().len() - before;
        let mut ledger = self.ledger.borrow_mut();
        ledger.now.waits[self.number].to_read = polled.is_pending();
        if bytes > 0 {
            ledger.read(self.number, bytes as u64);
        } else if polled.is_ready() {
            ledger.now.pipes[self.number ^ 1].end_seen = true;
            let what = format!(
                "reads 0 bytes from the {}: the end",
                ledger.name(self.number ^ 1)
            );
            ledger.step(self.number, &what);
        }
        polled
    }
}

impl AsyncWrite for End {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(context, bytes);
        let mut ledger = self.ledger.borrow_mut();
        ledger.now.waits[self.number].to_write = polled.is_pending();
        match &polled {
            Poll::Pending => {}
            Poll::Ready(Ok(bytes)) => ledger.wrote(self.number, *bytes as u64),
            Poll::Ready(Err(_)) => {
                let pipe = &mut ledger.now.pipes[self.number];
                pipe.reset = !pipe.end_sent;
                ledger.step(self.number, "writes, and fails: broken pipe");
            }
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let mut ledger = self.ledger.borrow_mut();
        ledger.now.pipes[self.number].end_sent = true;
        let what = format!(
            "shuts down its write half to the {}",
            ledger.name(self.number ^ 1)
        );
        ledger.step(self.number, &what);
        drop(ledger);
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let mut ledger = self.ledger.borrow_mut();
        ledger.now.waits[self.number] = Waits::default();
        ledger.now.pipes[self.number].end_sent = true;
        ledger.now.pipes[self.number ^ 1].reader_gone = true;
        let what = format!(
            "drops its connection to the {}",
            ledger.name(self.number ^ 1)
        );
        ledger.step(self.number, &what);
    }
}

/// Reads to the end.
async fn drain(from: &mut (dyn AsyncRead + Unpin)) -> Result<()> {
    let mut buffer = [0; 8192];
    while from.read(&mut buffer).await? > 0 {}
    Ok(())
}

async fn client(mut server: End, then: String, answer: u64) -> Result<()> {
    server.write_all(QUESTION).await?;
    match then.as_str() {
        "full" => return Ok(()),
        "drop-half" => {
            let ledger = server.ledger.clone();
            let (mut from_server, to_server) = split(server);
            drop(to_server);
            ledger.borrow_mut().step(0, "drops its half of split");
            return drain(&mut from_server).await;
        }
        "counts" => {
            return drain(&mut server.take(answer)).await;
        }
        "half" => server.shutdown().await?,
        _ => {}
    }
    drain(&mut server).await
}

async fn server(mut client: End, how: String, answer: Vec<u8>) -> Result<()> {
    if how == "each" {
        let mut question = [0; QUESTION.len()];
        while client.read_exact(&mut question).await.is_ok() {
            client.write_all(&answer).await?;
        }
        return Ok(());
    }
    drain(&mut client).await?;
    if how == "early" {
        client.shutdown().await?;
        return client.write_all(&answer).await;
    }
    client.write_all(&answer).await?;
    client.shutdown().await
}

async fn proxy(mut client: End, mut server: End, how: String) -> Result<()> {
    if how == "bidirectional" {
        copy_bidirectional(&mut client, &mut server).await?;
        return Ok(());
    }
    let (mut from_client, mut to_client) = split(client);
    let (mut from_server, mut to_server) = split(server);
    let up = copy(&mut from_client, &mut to_server);
    let down = copy(&mut from_server, &mut to_client);
    if how == "select" {
        select(pin!(up), pin!(down)).await.factor_first().0?;
    } else {
        try_join(up, down).await?;
    }
    Ok(())
}

fn run(values: &Values) -> Run {
    let text = |name| values.text(name).to_owned();
    let answer = values.number("answer") as u64 * KIB;
    let direct = values.text("between") == "nothing";
    let names: &[_] = match direct {
        true => &["client", "server"],
        false => &["client", "proxy", "server"],
    };
    let ledger = Rc::new(RefCell::new(Ledger {
        names,
        now: Moment::default(),
        steps: vec![("Nothing has happened yet.".to_owned(), Moment::default())],
        piece: answer.div_ceil(4),
        noted: [(0, 0); 4],
    }));
    let connect = |number| {
        let (left, right) = duplex(CAPACITY as usize);
        [(number, left), (number + 1, right)].map(|(number, inner)| End {
            inner,
            number,
            ledger: ledger.clone(),
        })
    };
    let mut sim = Sim::new();
    let spawn = |place: usize, task: Pin<Box<dyn Future<Output = Result<()>>>>| {
        let ledger = ledger.clone();
        sim.spawn(async move {
            let well = task.await.is_ok();
            ledger.borrow_mut().now.finished[place] = Some(well);
        });
    };
    let [left, mut right] = connect(0);
    spawn(0, Box::pin(client(left, text("client"), answer)));
    if !direct {
        let [onward, last] = connect(2);
        spawn(1, Box::pin(proxy(right, onward, text("between"))));
        right = last;
    }
    let bytes = vec![b'.'; answer as usize];
    let last = names.len() - 1;
    spawn(last, Box::pin(server(right, text("server"), bytes)));
    // Until everybody has finished or waits. What is left is dropped with `sim`, which is no step.
    sim.advance_to(0);
    let (mut steps, now) = {
        let mut ledger = ledger.borrow_mut();
        (std::mem::take(&mut ledger.steps), ledger.now)
    };
    if let Some((_, last)) = steps.last_mut() {
        *last = now;
    }
    Run {
        names,
        answer,
        steps,
    }
}

/// What a pipe carries.
fn carried(pipe: usize) -> &'static str {
    ["question", "answer"][pipe % 2]
}

/// `8 B`, `1,024 KiB`.
fn size(bytes: u64) -> String {
    match bytes {
        0..KIB => format!("{bytes} B"),
        _ => format!("{} KiB", grouped(bytes / KIB)),
    }
}

struct Run {
    names: &'static [&'static str],
    answer: u64,
    steps: Vec<(String, Moment)>,
}

impl Run {
    fn last(&self) -> &Moment {
        &self.steps[self.steps.len() - 1].1
    }

    /// The pipe that leads to the server, and the one that leads to the client.
    fn outer(&self, moment: &Moment) -> (Pipe, Pipe) {
        (moment.pipes[2 * self.names.len() - 4], moment.pipes[1])
    }

    /// Those who wait at the end.
    fn waiting(&self) -> Vec<&'static str> {
        let all = self.names.iter().zip(self.last().finished);
        let waiting = all.filter(|(_, finished)| finished.is_none());
        waiting.map(|(name, _)| *name).collect()
    }

    /// The ends that somebody has.
    fn ends(&self, place: usize) -> std::ops::Range<usize> {
        let first = (2 * place).saturating_sub(1);
        first..(2 * place + 1).min(2 * self.names.len() - 2)
    }

    /// A party, in a box: whether it waits, and for what.
    fn party(&self, svg: &mut Svg, place: usize, now: &Moment, over: bool, x: f64, width: f64) {
        svg.rect("box", x, 16.0, width, 124.0);
        let middle = x + width / 2.0;
        svg.text("label", middle, 66.0, self.names[place]);
        let waits = &now.waits[self.ends(place)];
        let (class, first, second) = match now.finished[place] {
            Some(true) => ("good", "has", "finished"),
            Some(false) => ("bad", "has", "failed"),
            None => {
                let class = if over { "bad" } else { "muted" };
                match (
                    waits.iter().any(|waits| waits.to_read),
                    waits.iter().any(|waits| waits.to_write),
                ) {
                    (_, true) => (class, "waits", "to write"),
                    (true, false) => (class, "waits", "to read"),
                    (false, false) => ("muted", "runs", ""),
                }
            }
        };
        for (y, text) in [(84.0, first), (99.0, second)] {
            if !text.is_empty() {
                svg.text(&format!("label small {class}"), middle, y, text);
            }
        }
    }

    /// A direction: its pipe with what is in it, its end, and how it stands.
    fn pipe(&self, svg: &mut Svg, number: usize, pipe: &Pipe, x: f64, width: f64) {
        let rightward = number.is_multiple_of(2);
        let top = if rightward { 30.0 } else { 96.0 };
        let (from, to) = match rightward {
            true => (x, x + width),
            false => (x + width, x),
        };
        svg.line("arrow", &[(from, top - 6.0), (to, top - 6.0)]);
        if pipe.holds() > 0 {
            // A few bytes are seen too.
            let part = (pipe.holds() as f64 / CAPACITY as f64 * width).max(3.0);
            let left = if rightward { to - part } else { to };
            svg.rect("soft accent", left, top, part, 20.0);
        }
        svg.rect("box", x, top, width, 20.0);
        if pipe.end_sent || pipe.end_seen {
            let at = if pipe.end_seen { to } else { from };
            svg.rect("fill accent", at - 2.0, top - 2.0, 4.0, 24.0);
        }
        let middle = x + width / 2.0;
        if pipe.holds() > 0 {
            svg.text("label small", middle, top + 14.0, &size(pipe.holds()));
        }
        let (class, word) = pipe.state();
        svg.text(&format!("label small {class}"), middle, top + 35.0, word);
    }

    fn summary(&self, at: usize) -> String {
        let (text, now) = &self.steps[at];
        let (question, answer) = self.outer(now);
        let got = format!(
            "The server has {} of {} of the question, the client {} of {} of the answer.",
            size(question.read),
            size(QUESTION.len() as u64),
            size(answer.read),
            size(self.answer)
        );
        let last = self.steps.len() - 1;
        if at < last {
            let what = if at == 0 {
                text
            } else {
                &format!("the {text}.")
            };
            return match at {
                0 => format!("{what} {got}"),
                _ => format!("Step {at} of {last}: {what} {got}"),
            };
        }
        match self.waiting().as_slice() {
            [] => format!("All have ended after {last} steps. {got}"),
            waiting => format!(
                "After {last} steps nobody can go on: {} forever. {got}",
                waits(waiting)
            ),
        }
    }

    fn table(&self, now: &Moment) -> Table {
        let head = ["direction", "written", "read", "in the pipe", "state"];
        let rows = (0..2 * self.names.len() - 2).map(|end| {
            let pipe = &now.pipes[end];
            let [from, to] = [end, end ^ 1].map(|end| self.names[end.div_ceil(2)]);
            vec![
                format!("{from} to {to}"),
                size(pipe.written),
                size(pipe.read),
                size(pipe.holds()),
                pipe.state().1.to_owned(),
            ]
        });
        Table {
            head: head.map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }
    }
}

/// `client and server wait`.
fn waits(who: &[&str]) -> String {
    match who {
        [one] => format!("the {one} waits"),
        [first, second] => format!("{first} and {second} wait"),
        _ => format!("{} wait", who.join(", ")),
    }
}

impl Trace for Run {
    fn end(&self) -> u32 {
        self.steps.len() as u32 - 1
    }

    fn frame(&self, at: u32) -> Frame {
        let (at, last) = (at as usize, self.steps.len() - 1);
        let now = &self.steps[at].1;
        let mut svg = Svg::new(308.0);
        let parties = self.names.len();
        let width = if parties == 2 { 80.0 } else { 62.0 };
        let gap = (318.0 - width * parties as f64) / (parties - 1) as f64;
        for place in 0..parties {
            let x = 1.0 + (width + gap) * place as f64;
            self.party(&mut svg, place, now, at == last, x, width);
            if place + 1 < parties {
                for number in [2 * place, 2 * place + 1] {
                    let (x, width) = (x + width + 5.0, gap - 10.0);
                    self.pipe(&mut svg, number, &now.pipes[number], x, width);
                }
            }
        }

        let (question, answer) = self.outer(now);
        for (y, who, got, of) in [
            (162.0, "server", question.read, QUESTION.len() as u64),
            (180.0, "client", answer.read, self.answer),
        ] {
            let text = format!("{who} got {} of {}", size(got), size(of));
            svg.text("label small start", 1.0, y, &text);
            svg.rect(
                "soft accent",
                200.0,
                y - 10.0,
                119.0 * got as f64 / of as f64,
                11.0,
            );
            svg.rect("box", 200.0, y - 10.0, 119.0, 11.0);
        }

        let first = at.saturating_sub(4).max(1);
        for (line, number) in (first..=at).enumerate() {
            let class = match number == at {
                true => "label small start",
                false => "label small start muted",
            };
            let text = format!("{number}. {}", self.steps[number].0);
            svg.text(class, 1.0, 206.0 + 17.0 * line as f64, &text);
        }
        if at == last {
            let (class, text) = match self.waiting().as_slice() {
                [] => ("good", "All have ended.".to_owned()),
                waiting => ("bad", format!("Nobody can go on: {}.", waits(waiting))),
            };
            svg.text(&format!("label small start {class}"), 1.0, 298.0, &text);
        }
        Frame {
            svg: svg.finish("Client and server, their two directions, and the last calls"),
            summary: self.summary(at),
            table: self.table(now),
        }
    }

    fn measures(&self) -> Vec<(&'static str, f64)> {
        let last = self.last();
        let (question, answer) = self.outer(last);
        let count = |is: fn(&&Pipe) -> bool| last.pipes.iter().filter(is).count() as f64;
        vec![
            ("asked", question.read as f64),
            ("got", (answer.read / KIB) as f64),
            ("waits", self.waiting().len() as f64),
            ("ends", count(|pipe| pipe.end_seen)),
            ("resets", count(|pipe| pipe.reset)),
        ]
    }
}
