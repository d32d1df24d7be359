//! A `select!` of a reader and a timer: where each byte is, and which bytes go with a future.

use crate::clock::{Clock, Micros, Sim};
use crate::draw::Svg;
use crate::model::{Control, Frame, Kind, Lab, Pace, Preset, Question, Table, Trace, Values};
use futures::future::{Either, pending, select};
use std::cell::RefCell;
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader, ReadBuf};

/// The lab.
pub static LAB: Lab = Lab {
    name: "select-stepper",
    title: "A select! loop, step by step",
    caption: "A column is a byte, and a row is a place where it can be. The dashed row is the future of the call that \
              is under way: where it stands, that future exists. A chunk arrives every 5 ms.",
    pace: Pace {
        unit: "step",
        step: 1,
        per_second: 2,
    },
    figure_at: 6,
    controls: &[
        Control {
            name: "reader",
            label: "The branch that reads",
            kind: Kind::Choice {
                options: &[
                    ("exact", "read_frame, called anew"),
                    ("line", "read_line, called anew"),
                    ("buf", "read_buf into the struct, called anew"),
                    ("pinned", "read_frame, pinned outside the loop"),
                ],
                default: "exact",
            },
        },
        Control {
            name: "chunk",
            label: "Bytes in a chunk",
            kind: Kind::Range {
                min: 1,
                max: FRAMES.len() as i64,
                step: 1,
                unit: "bytes",
                default: 1,
            },
        },
        Control {
            name: "timer",
            label: "The timer fires after (0: never)",
            kind: Kind::Range {
                min: 0,
                max: 100,
                step: 1,
                unit: "ms",
                default: 12,
            },
        },
        Control {
            name: "fires",
            label: "It fires",
            kind: Kind::Choice {
                options: &[
                    ("again", "in each turn of the loop"),
                    ("once", "in the first turn only"),
                ],
                default: "again",
            },
        },
    ],
    presets: &[
        Preset {
            label: "read_frame",
            values: &[],
            question: Question {
                ask: "Two frames, 18 bytes in all, come a byte at a time. In each turn of the loop the timer fires \
                      after 12 ms. How many bytes are lost?",
                unit: "bytes",
                measure: "lost",
            },
        },
        Preset {
            label: "One timer is enough",
            values: &[("fires", "once")],
            question: Question {
                ask: "The timer fires once and never again. How many of the two frames come out?",
                unit: "frames",
                measure: "whole",
            },
        },
        Preset {
            label: "On your desk",
            values: &[("chunk", "18")],
            question: Question {
                ask: "The same loop, and both frames come in one chunk. How many bytes are lost?",
                unit: "bytes",
                measure: "lost",
            },
        },
        Preset {
            label: "read_line",
            values: &[("reader", "line"), ("fires", "once"), ("chunk", "2")],
            question: Question {
                ask: "Two lines, hello and world, come two bytes at a time, and the timer fires once. How many \
                      messages does the program get that nobody sent?",
                unit: "messages",
                measure: "wrong",
            },
        },
        Preset {
            label: "The struct has the bytes",
            values: &[("reader", "buf")],
            question: Question {
                ask: "How many futures does the timer drop before both frames have come?",
                unit: "futures",
                measure: "dropped",
            },
        },
        Preset {
            label: "The future stays",
            values: &[("reader", "pinned")],
            question: Question {
                ask: "The timer fires in each turn of the loop, as before. How many futures does it drop?",
                unit: "futures",
                measure: "dropped",
            },
        },
    ],
    run: |values| Box::new(run(values)),
};

/// What is sent to the readers of frames: each has four bytes of length in front.
const FRAMES: &[u8] = b"\0\0\0\x05hello\0\0\0\x05world";
/// What is sent to the readers of lines.
const LINES: &[u8] = b"hello\nworld\n";
/// The longest frame that is believed, in bytes.
const LONGEST: usize = 64;
/// From one chunk to the next.
const GAP: Micros = 5_000;

/// Where a byte is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Sender,
    Socket,
    Future,
    Struct,
    Program,
    Lost,
}

/// The places as rows, with their names.
const ROWS: [(Place, &str); 6] = [
    (Place::Sender, "not sent yet"),
    (Place::Socket, "socket"),
    (Place::Future, "future of the call"),
    (Place::Struct, "struct of the reader"),
    (Place::Program, "the program has"),
    (Place::Lost, "lost"),
];

/// The state after one step.
#[derive(Debug, Clone)]
struct Step {
    at: Micros,
    what: String,
    places: Vec<Place>,
    /// The number of the call whose future exists.
    call: Option<usize>,
}

#[derive(Debug)]
struct Ledger {
    clock: Clock,
    bytes: &'static [u8],
    steps: Vec<Step>,
    places: Vec<Place>,
    call: Option<usize>,
    calls: usize,
    dropped: usize,
    /// How many bytes the socket has got.
    arrived: usize,
    /// How many bytes were taken out of the socket.
    taken: usize,
    /// How many bytes the reader has kept, by its own word.
    kept: usize,
    /// How many bytes the program was given.
    given: usize,
    /// How many bytes are nowhere: counted, not followed.
    lost: usize,
    messages: Vec<Vec<u8>>,
    failed: bool,
    /// Whether the loop is over.
    over: bool,
    /// Whether the reader's struct is a buffer that each call empties before it reads.
    passes: bool,
    /// Who reads, if it waits for the socket.
    reader: Option<Waker>,
}

type Shared = Rc<RefCell<Ledger>>;

impl Ledger {
    fn step(&mut self, what: impl Into<String>) {
        let step = Step {
            at: self.clock.now(),
            what: what.into(),
            places: self.places.clone(),
            call: self.call,
        };
        self.steps.push(step);
    }

    fn arrive(&mut self, chunk: usize) {
        let end = (self.arrived + chunk).min(self.bytes.len());
        self.places[self.arrived..end].fill(Place::Socket);
        let what = format!("{} in the socket.", come(end - self.arrived));
        self.arrived = end;
        self.step(what);
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    /// The future asks the socket.
    fn ask(&mut self) {
        if self.passes && self.kept > 0 {
            self.places[self.taken - self.kept..self.taken].fill(Place::Future);
            self.kept = 0;
            self.mend();
        }
    }

    /// Shows in the last step what belongs to it and became known later.
    fn mend(&mut self) {
        if let Some(step) = self.steps.last_mut() {
            step.places.clone_from(&self.places);
        }
    }

    /// The future takes bytes out of the socket.
    fn take(&mut self, count: usize) {
        self.places[self.taken..self.taken + count].fill(Place::Future);
        self.taken += count;
        self.step(format!("The future is polled, and takes {}.", bytes(count)));
    }

    /// The reader says how many bytes it has in its struct: those that were taken last.
    fn keep(&mut self, count: usize) {
        self.kept = count;
        self.places[self.taken - count..self.taken].fill(Place::Struct);
        self.mend();
    }

    fn call(&mut self) {
        self.calls += 1;
        self.call = Some(self.calls);
        self.step(format!("The loop makes the future of call {}.", self.calls));
    }

    /// The future is gone, and what only it had is gone with it. Says how many bytes that were.
    fn gone(&mut self) -> usize {
        self.call = None;
        let lost = self.taken - self.given - self.kept - self.lost;
        self.lost += lost;
        for place in &mut self.places[..self.taken - self.kept] {
            if matches!(place, Place::Future | Place::Struct) {
                *place = Place::Lost;
            }
        }
        lost
    }

    fn drop_future(&mut self) {
        let lost = bytes(self.gone());
        self.dropped += 1;
        self.step(format!(
            "The timer fires. The future is dropped, and {lost} with it."
        ));
    }

    /// The future is ready with a message, which was `count` bytes long when it was sent.
    fn give(&mut self, message: Vec<u8>, count: usize) {
        self.given += count;
        let mut left = count;
        for place in self.places[..self.taken - self.kept].iter_mut().rev() {
            if left > 0 && matches!(place, Place::Future | Place::Struct) {
                *place = Place::Program;
                left -= 1;
            }
        }
        self.gone();
        let text = String::from_utf8_lossy(&message).trim_end().to_owned();
        self.messages.push(message);
        self.step(format!("The future is ready: the program has \"{text}\"."));
    }

    fn fail(&mut self, error: &io::Error) {
        let lost = bytes(self.gone());
        (self.failed, self.over) = (true, true);
        self.step(format!("The future is ready: {error}. {lost} lost."));
    }

    fn end(&mut self) {
        let what = match self.gone() {
            0 => "The future is ready: the end.".to_owned(),
            lost => format!("The future is ready: the end. {} lost.", bytes(lost)),
        };
        self.over = true;
        self.step(what);
    }

    /// A message that is none of those sent.
    fn is_wrong(message: &[u8]) -> bool {
        !matches!(message.trim_ascii_end(), b"hello" | b"world")
    }
}

fn bytes(count: usize) -> String {
    match count {
        0 => "no byte".to_owned(),
        1 => "1 byte".to_owned(),
        _ => format!("{count} bytes"),
    }
}

fn come(count: usize) -> String {
    match count {
        1 => "1 byte arrives".to_owned(),
        _ => format!("{count} bytes arrive"),
    }
}

/// What the readers read from.
struct Socket(Shared);

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut ledger = self.0.borrow_mut();
        ledger.ask();
        let count = into.remaining().min(ledger.arrived - ledger.taken);
        if count > 0 {
            into.put_slice(&ledger.bytes[ledger.taken..ledger.taken + count]);
            ledger.take(count);
        } else if ledger.arrived < ledger.bytes.len() {
            ledger.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }
}

/// A message, and how many bytes it was on its way.
type Message = io::Result<Option<(Vec<u8>, usize)>>;

fn too_long(length: usize) -> io::Error {
    let length = crate::draw::grouped(length as u64);
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("a length of {length}, which is refused"),
    )
}

/// Gives a frame; everything that it has read is in its future.
async fn read_frame(socket: &mut Socket) -> Message {
    let Ok(length) = socket.read_u32().await else {
        return Ok(None);
    };
    let length = length as usize;
    if length > LONGEST {
        return Err(too_long(length));
    }
    let mut frame = vec![0; length];
    socket.read_exact(&mut frame).await?;
    Ok(Some((frame, 4 + length)))
}

/// Gives frames, and has what it has read.
struct Frames {
    socket: Socket,
    buffer: Vec<u8>,
}

impl Frames {
    async fn next(&mut self) -> Message {
        loop {
            if let Some((length, rest)) = self.buffer.split_first_chunk() {
                let length = u32::from_be_bytes(*length) as usize;
                if length > LONGEST {
                    return Err(too_long(length));
                }
                if rest.len() >= length {
                    let frame = rest[..length].to_vec();
                    self.buffer.drain(..4 + length);
                    return Ok(Some((frame, 4 + length)));
                }
            }
            if self.socket.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
            let ledger = self.socket.0.clone();
            ledger.borrow_mut().keep(self.buffer.len());
        }
    }
}

/// One of the readers, under one name.
enum Reader {
    Exact(Socket),
    Line(BufReader<Socket>),
    Buf(Frames),
}

impl Reader {
    async fn next(&mut self) -> Message {
        match self {
            Self::Exact(socket) => read_frame(socket).await,
            Self::Line(reader) => {
                let mut line = String::new();
                let count = reader.read_line(&mut line).await?;
                Ok((count > 0).then(|| (line.into_bytes(), count)))
            }
            Self::Buf(frames) => frames.next().await,
        }
    }

    /// How many bytes it has that no future has.
    fn kept(&self) -> usize {
        match self {
            Self::Exact(_) => 0,
            Self::Line(reader) => reader.buffer().len(),
            Self::Buf(frames) => frames.buffer.len(),
        }
    }
}

/// The timer of each turn of the loop.
struct Timer {
    clock: Clock,
    after: Micros,
    /// How often it still fires.
    left: u32,
}

impl Timer {
    async fn fires(&mut self) {
        if self.after == 0 || self.left == 0 {
            pending::<()>().await;
        }
        self.clock.sleep(self.after).await;
        self.left -= 1;
    }
}

/// Notes what came, and says whether there may be more.
fn took(ledger: &Shared, kept: usize, message: Message) -> bool {
    let mut ledger = ledger.borrow_mut();
    ledger.keep(kept);
    match message {
        Ok(Some((message, count))) => {
            ledger.give(message, count);
            return true;
        }
        Ok(None) => ledger.end(),
        Err(error) => ledger.fail(&error),
    }
    false
}

/// The loop that calls anew in each turn, so that the loser is dropped.
async fn anew(mut reader: Reader, mut timer: Timer, ledger: Shared) {
    loop {
        ledger.borrow_mut().call();
        let message = match select(pin!(reader.next()), pin!(timer.fires())).await {
            Either::Left((message, _)) => Some(message),
            Either::Right(_) => None,
        };
        // Both futures are dropped now.
        let kept = reader.kept();
        match message {
            Some(message) => {
                if !took(&ledger, kept, message) {
                    return;
                }
            }
            None => {
                let mut ledger = ledger.borrow_mut();
                ledger.keep(kept);
                ledger.drop_future();
            }
        }
    }
}

/// The loop that keeps its future over the turns, and drops a mere borrow of it.
async fn pinned(mut socket: Socket, mut timer: Timer, ledger: Shared) {
    loop {
        ledger.borrow_mut().call();
        let mut next = pin!(read_frame(&mut socket));
        let message = loop {
            match select(next.as_mut(), pin!(timer.fires())).await {
                Either::Left((message, _)) => break message,
                Either::Right(_) => {
                    let what = "The timer fires. The future stays, with all that it has.";
                    ledger.borrow_mut().step(what);
                }
            }
        };
        if !took(&ledger, 0, message) {
            return;
        }
    }
}

fn run(values: &Values) -> Run {
    let reader = values.text("reader");
    let mut sim = Sim::new();
    let clock = sim.clock();
    let bytes = if reader == "line" { LINES } else { FRAMES };
    let ledger = Rc::new(RefCell::new(Ledger {
        clock: clock.clone(),
        bytes,
        steps: Vec::new(),
        places: vec![Place::Sender; bytes.len()],
        call: None,
        calls: 0,
        dropped: 0,
        arrived: 0,
        taken: 0,
        kept: 0,
        given: 0,
        lost: 0,
        messages: Vec::new(),
        failed: false,
        over: false,
        passes: reader == "line",
        reader: None,
    }));
    ledger.borrow_mut().step("Nothing has happened.");

    let timer = Timer {
        clock: clock.clone(),
        after: 1000 * values.number("timer") as Micros,
        left: if values.text("fires") == "once" {
            1
        } else {
            u32::MAX
        },
    };
    let socket = Socket(ledger.clone());
    match reader {
        "pinned" => sim.spawn(pinned(socket, timer, ledger.clone())),
        _ => {
            let reader = match reader {
                "line" => Reader::Line(BufReader::new(socket)),
                "buf" => Reader::Buf(Frames {
                    socket,
                    buffer: Vec::new(),
                }),
                _ => Reader::Exact(socket),
            };
            sim.spawn(anew(reader, timer, ledger.clone()));
        }
    }
    let (chunk, sender) = (values.number("chunk") as usize, ledger.clone());
    sim.spawn(async move {
        for _ in 0..bytes.len().div_ceil(chunk) {
            clock.sleep(GAP).await;
            let mut ledger = sender.borrow_mut();
            if !ledger.over {
                ledger.arrive(chunk);
            }
        }
    });
    // The last chunk, and the end behind it, come before this.
    sim.advance_to(GAP * (FRAMES.len() as Micros + 1));
    drop(sim);

    let ledger = Rc::into_inner(ledger).map(RefCell::into_inner);
    Run {
        reader: reader.to_owned(),
        // Everything else that had it was in the simulation.
        ledger: ledger.unwrap_or_else(|| unreachable!("the simulation is gone")),
    }
}

struct Run {
    reader: String,
    ledger: Ledger,
}

/// The width of a byte's column.
const COLUMN: f64 = 17.0;
/// The height of a place, with its name.
const ROW: f64 = 40.0;

impl Run {
    fn step(&self, at: u32) -> &Step {
        &self.ledger.steps[at as usize]
    }

    fn count(&self, step: &Step, place: Place) -> usize {
        step.places.iter().filter(|other| **other == place).count()
    }

    fn name(&self, place: Place, name: &str, step: &Step) -> String {
        match (place, step.call) {
            (Place::Future, Some(call)) => format!("{name}, number {call}"),
            (Place::Future, None) => "no future".to_owned(),
            (Place::Struct, _) if self.reader == "line" => "struct: BufReader".to_owned(),
            (Place::Struct, _) if self.reader != "buf" => "struct: none".to_owned(),
            _ => name.to_owned(),
        }
    }
}

/// A byte as it stands in its column: a letter, or two digits.
fn face(byte: u8) -> String {
    match byte {
        b'\n' => "\\n".to_owned(),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("{byte:02x}"),
    }
}

impl Trace for Run {
    fn end(&self) -> u32 {
        self.ledger.steps.len() as u32 - 1
    }

    fn frame(&self, at: u32) -> Frame {
        let step = self.step(at);
        let mut svg = Svg::new(ROW * ROWS.len() as f64 + 2.0);
        for (row, (place, name)) in ROWS.into_iter().enumerate() {
            let top = ROW * row as f64;
            let count = self.count(step, place);
            let name = self.name(place, name, step);
            let class = match place {
                Place::Lost if count > 0 => "bad",
                Place::Future if step.call.is_some() => "accent",
                Place::Program if count > 0 => "good",
                _ => "muted",
            };
            svg.text(
                &format!("label small start {class}"),
                7.0,
                top + 12.0,
                &name,
            );
            svg.text(
                &format!("label small end {class}"),
                313.0,
                top + 12.0,
                &bytes(count),
            );
            let columns = step.places.len() as f64;
            match place {
                Place::Future if step.call.is_some() => {
                    let width = columns * COLUMN + 5.0;
                    svg.rect("box accent dash", 4.5, top + 15.0, width, 21.0);
                }
                _ => svg.line("wire muted", &[(7.0, top + 35.5), (313.0, top + 35.5)]),
            }
            let soft = match place {
                Place::Lost => "soft bad",
                Place::Future => "soft accent",
                Place::Program => "soft good",
                _ => "soft muted",
            };
            let here = step.places.iter().enumerate();
            for (column, _) in here.filter(|(_, other)| **other == place) {
                let x = 7.0 + COLUMN * column as f64;
                svg.rect(soft, x + 0.5, top + 17.5, COLUMN - 1.0, 16.0);
                let face = face(self.ledger.bytes[column]);
                svg.text("label small mono", x + COLUMN / 2.0, top + 30.0, &face);
            }
        }
        let last = match at == self.end() {
            true => format!(
                " In the end {} of {} are lost.",
                self.count(step, Place::Lost),
                bytes(step.places.len())
            ),
            false => String::new(),
        };
        Frame {
            svg: svg.finish("Where each byte is: sender, socket, future, struct, program, or lost"),
            summary: format!("After {} ms. {}{last}", step.at / 1000, step.what),
            table: self.table(at),
        }
    }

    fn measures(&self) -> Vec<(&'static str, f64)> {
        let ledger = &self.ledger;
        let wrong = ledger.messages.iter().filter(|m| Ledger::is_wrong(m));
        let wrong = wrong.count();
        let last = self.step(self.end());
        vec![
            ("lost", ledger.lost as f64),
            // The same, by where each byte went.
            ("lost_places", self.count(last, Place::Lost) as f64),
            ("given", ledger.given as f64),
            ("given_places", self.count(last, Place::Program) as f64),
            ("kept", ledger.kept as f64),
            ("unread", (ledger.bytes.len() - ledger.taken) as f64),
            ("sent", ledger.bytes.len() as f64),
            ("whole", (ledger.messages.len() - wrong) as f64),
            ("wrong", wrong as f64),
            ("failed", u32::from(ledger.failed).into()),
            ("calls", ledger.calls as f64),
            ("dropped", ledger.dropped as f64),
        ]
    }
}

impl Run {
    /// The last steps up to `at`, the latest first.
    fn table(&self, at: u32) -> Table {
        let head = ["step", "time"]
            .into_iter()
            .chain(ROWS.map(|(_, name)| name));
        let rows = (0..=at).rev().take(60).map(|number| {
            let step = self.step(number);
            let mut row = vec![number.to_string(), format!("{} ms", step.at / 1000)];
            row.extend(ROWS.map(|(place, _)| self.count(step, place).to_string()));
            row.push(step.what.clone());
            row
        });
        Table {
            head: head.chain(["what happens"]).map(str::to_owned).collect(),
            rows: rows.collect(),
        }
    }
}
