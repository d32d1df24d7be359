//! Requests beside a loop with a body: who polls them, and who does not.

use crate::clock::{Clock, Micros, Sim};
use crate::draw::{Plot, Svg, grouped};
use crate::model::{Control, END, Frame, Kind, Lab, Pace, Preset, Question, Table, Trace, Values};
use futures::future::{Either, LocalBoxFuture, select};
use futures::stream::{LocalBoxStream, StreamExt, iter};
use futures::task::AtomicWaker;
use std::cell::RefCell;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use tokio::sync::{Semaphore, SemaphorePermit};

/// The lab.
pub static LAB: Lab = Lab {
    name: "poll-timeline",
    title: "Poll timeline",
    caption: "A lane for the loop and one for each request. A solid bar is a request that could go on, and nobody \
              polls it. On the right is how long each took from its call to its answer.",
    pace: Pace {
        unit: "ms",
        step: 10,
        per_second: 500,
    },
    figure_at: END,
    controls: &[
        Control {
            name: "how",
            label: "Requests run as",
            kind: Kind::Choice {
                options: &[
                    ("unordered", "futures in buffer_unordered"),
                    ("ordered", "futures in buffered"),
                    ("tasks", "tasks in buffer_unordered"),
                    ("inside", "futures with the body inside"),
                ],
                default: "unordered",
            },
        },
        Control {
            name: "body",
            label: "The body takes",
            kind: Kind::Range {
                min: 0,
                max: 1000,
                step: 10,
                unit: "ms",
                default: 500,
            },
        },
        Control {
            name: "steps",
            label: "A request takes, in steps of 10 ms",
            kind: Kind::Range {
                min: 1,
                max: 20,
                step: 1,
                unit: "steps",
                default: 5,
            },
        },
        Control {
            name: "requests",
            label: "Requests",
            kind: Kind::Range {
                min: 1,
                max: MOST as i64,
                step: 1,
                unit: "",
                default: 6,
            },
        },
        Control {
            name: "limit",
            label: "At once",
            kind: Kind::Range {
                min: 1,
                max: MOST as i64,
                step: 1,
                unit: "",
                default: 4,
            },
        },
        Control {
            name: "timeout",
            label: "Timeout of a request (0: none)",
            kind: Kind::Range {
                min: 0,
                max: 3000,
                step: 100,
                unit: "ms",
                default: 0,
            },
        },
        Control {
            name: "connections",
            label: "Connections that requests and body share (0: they need none)",
            kind: Kind::Range {
                min: 0,
                max: 4,
                step: 1,
                unit: "",
                default: 0,
            },
        },
    ],
    presets: &[
        Preset {
            label: "Futures",
            values: &[],
            question: Question {
                ask: "The service answers in 50 ms. How long does the slowest request take?",
                unit: "ms",
                measure: "worst",
            },
        },
        Preset {
            label: "Futures, timeout 1 s",
            values: &[("timeout", "1000")],
            question: Question {
                ask: "The service answers in 50 ms. How many of the six requests time out?",
                unit: "requests",
                measure: "gave_up",
            },
        },
        Preset {
            label: "Tasks, timeout 1 s",
            values: &[("how", "tasks"), ("timeout", "1000")],
            question: Question {
                ask: "How long does the slowest request take?",
                unit: "ms",
                measure: "worst",
            },
        },
        Preset {
            label: "A body of 20 ms",
            values: &[("body", "20")],
            question: Question {
                ask: "The body is shorter than a request. How long does the slowest request take?",
                unit: "ms",
                measure: "worst",
            },
        },
        Preset {
            label: "The body in the future",
            values: &[("how", "inside")],
            question: Question {
                ask: "Each future has its own body of 500 ms now, and the loop has none. When does the loop end?",
                unit: "ms",
                measure: "end",
            },
        },
        Preset {
            label: "Two connections",
            values: &[("connections", "2"), ("body", "0")],
            question: Question {
                ask: "A request needs a connection, and so does the body, for no time at all. There are two. How \
                      many of the six answers does the loop save?",
                unit: "answers",
                measure: "saved",
            },
        },
    ],
    run: |values| Box::new(run(values)),
};

/// The most requests.
const MOST: usize = 8;

/// How long a step of a request takes.
const STEP: Micros = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Waits for a timer or a connection; of the loop: for an answer.
    Waits,
    /// Was woken, or was never polled, and nobody polls it.
    Unpolled,
    /// Has finished, and its answer was not taken.
    Held,
    /// Of the loop: in its body.
    Body,
    /// Of the loop: in its body, waits for a connection.
    Queues,
    /// Not called yet, or gone.
    Absent,
}

/// A state, and the milliseconds from its first to the one behind its last.
type Span = (State, u32, u32);

#[derive(Debug, Default)]
struct Lane {
    spans: Vec<Span>,
    /// When it was polled; of the loop: when it asked for an answer.
    polls: Vec<u32>,
    /// When it got a connection, and when it gave that back.
    connections: Vec<(u32, u32)>,
    called: Option<u32>,
    /// When it finished, and its answer: how long it took, in ms, or that it gave up.
    done: Option<(u32, Option<u32>)>,
    taken: Option<u32>,
    saved: Option<u32>,
}

impl Lane {
    /// Notes the state of one millisecond.
    fn sample(&mut self, state: State, ms: u32) {
        match self.spans.last_mut() {
            Some((last, _, end)) if *last == state => *end = ms + 1,
            _ => self.spans.push((state, ms, ms + 1)),
        }
    }
}

/// Stands between a request and whoever is to poll it: notes that the request was woken.
#[derive(Debug)]
struct Bell {
    rung: AtomicBool,
    poller: AtomicWaker,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, SeqCst);
        self.poller.wake();
    }
}

#[derive(Debug)]
struct Ledger {
    bells: Vec<Arc<Bell>>,
    requests: Vec<Lane>,
    /// The loop.
    consumer: Lane,
    /// What the loop does now.
    doing: State,
    ended: bool,
}

/// What everybody in a run has.
#[derive(Clone)]
struct World {
    clock: Clock,
    ledger: Rc<RefCell<Ledger>>,
    steps: u32,
    body: Micros,
    timeout: Option<Micros>,
    pool: Option<Rc<Semaphore>>,
    /// Whether the body is a part of each request's future.
    inside: bool,
}

impl World {
    fn now(&self) -> u32 {
        (self.clock.now() / 1000) as u32
    }

    fn note(&self, who: Who, note: impl FnOnce(&mut Lane)) {
        let mut ledger = self.ledger.borrow_mut();
        note(match who {
            Who::Consumer => &mut ledger.consumer,
            Who::Request(number) => &mut ledger.requests[number],
        });
    }

    fn doing(&self, state: State) {
        self.ledger.borrow_mut().doing = state;
    }

    /// Some steps. Gives how long they took since the call, or nothing if they took too long.
    fn request(&self) -> impl Future<Output = Option<Micros>> + use<> {
        let (clock, steps) = (self.clock.clone(), self.steps);
        let called = clock.now();
        let limit = self.timeout.map(|limit| clock.sleep(limit));
        let steps = async move {
            for _ in 0..steps {
                clock.sleep(STEP).await;
            }
            clock.now() - called
        };
        async move {
            match limit {
                None => Some(steps.await),
                // As tokio's `timeout`: first what it guards, then the clock.
                Some(limit) => match select(pin!(steps), limit).await {
                    Either::Left((took, _)) => Some(took),
                    Either::Right(_) => None,
                },
            }
        }
    }

    /// A request, with a connection if it needs one.
    fn whole_request(self, number: usize) -> impl Future<Output = Option<Micros>> {
        // Called now if nothing has to be waited for.
        let called = self.pool.is_none().then(|| self.request());
        async move {
            let took = match called {
                Some(request) => request.await,
                None => {
                    let _connection = self.connect(Who::Request(number)).await;
                    self.request().await
                }
            };
            if self.inside {
                let _connection = self.connect(Who::Request(number)).await;
                self.clock.sleep(self.body).await;
            }
            took
        }
    }

    /// Waits for a connection, if there are any to wait for.
    async fn connect(&self, who: Who) -> Option<Connection<'_>> {
        let permit = self.pool.as_ref()?.acquire().await.ok()?;
        let now = self.now();
        self.note(who, |lane| lane.connections.push((now, u32::MAX)));
        Some(Connection {
            world: self,
            who,
            _permit: permit,
        })
    }

    /// The body of the loop.
    async fn work(&self) {
        self.doing(State::Queues);
        let _connection = self.connect(Who::Consumer).await;
        self.doing(State::Body);
        self.clock.sleep(self.body).await;
    }

    async fn consume(self, mut answers: LocalBoxStream<'static, usize>) {
        loop {
            self.doing(State::Waits);
            let now = self.now();
            self.note(Who::Consumer, |lane| lane.polls.push(now));
            let Some(number) = answers.next().await else {
                break;
            };
            let now = self.now();
            self.note(Who::Request(number), |lane| lane.taken = Some(now));
            if !self.inside {
                self.work().await;
            }
            let now = self.now();
            self.note(Who::Request(number), |lane| lane.saved = Some(now));
        }
        self.ledger.borrow_mut().ended = true;
    }
}

/// Whose lane it is.
#[derive(Debug, Clone, Copy)]
enum Who {
    Consumer,
    Request(usize),
}

/// Gives the permit back when it is dropped, and writes that down.
struct Connection<'a> {
    world: &'a World,
    who: Who,
    _permit: SemaphorePermit<'a>,
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        let now = self.world.now();
        self.world.note(self.who, |lane| {
            if let Some((_, end)) = lane.connections.last_mut() {
                *end = now;
            }
        });
    }
}

/// A request that writes down when it is polled and woken.
struct Watched {
    world: World,
    number: usize,
    bell: Arc<Bell>,
    request: Pin<Box<dyn Future<Output = Option<Micros>>>>,
}

impl Watched {
    /// Calls request `number`.
    fn call(world: World, number: usize) -> Self {
        let now = world.now();
        world.note(Who::Request(number), |lane| lane.called = Some(now));
        let bell = world.ledger.borrow().bells[number].clone();
        // What was never polled can go on.
        bell.rung.store(true, SeqCst);
        Self {
            request: Box::pin(world.clone().whole_request(number)),
            world,
            number,
            bell,
        }
    }
}

impl Future for Watched {
    type Output = usize;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<usize> {
        let (now, number) = (self.world.now(), self.number);
        self.world
            .note(Who::Request(number), |lane| lane.polls.push(now));
        self.bell.poller.register(context.waker());
        self.bell.rung.store(false, SeqCst);
        let waker = Waker::from(self.bell.clone());
        let polled = self.request.as_mut().poll(&mut Context::from_waker(&waker));
        polled.map(|took| {
            let took = took.map(|took| (took / 1000) as u32);
            let done = Some((now, took));
            self.world
                .note(Who::Request(number), |lane| lane.done = done);
            number
        })
    }
}

fn run(values: &Values) -> Run {
    let number = |name| values.number(name) as usize;
    let (requests, limit) = (number("requests"), number("limit"));
    let micros = |name| 1000 * values.number(name) as Micros;
    let bell = || Bell {
        rung: AtomicBool::new(false),
        poller: AtomicWaker::new(),
    };
    let mut sim = Sim::new();
    let ledger = Rc::new(RefCell::new(Ledger {
        bells: (0..requests).map(|_| Arc::new(bell())).collect(),
        requests: (0..requests).map(|_| Lane::default()).collect(),
        consumer: Lane::default(),
        doing: State::Waits,
        ended: false,
    }));
    let world = World {
        clock: sim.clock(),
        ledger: ledger.clone(),
        steps: number("steps") as u32,
        body: micros("body"),
        timeout: Some(micros("timeout")).filter(|limit| *limit > 0),
        pool: match number("connections") {
            0 => None,
            count => Some(Rc::new(Semaphore::new(count))),
        },
        inside: values.text("how") == "inside",
    };

    let caller = world.clone();
    let tasks = (values.text("how") == "tasks").then(|| sim.tasks());
    // Boxed, so that one combinator is compiled, and not one for each kind of future.
    let calls = iter(0..requests).map(move |number| -> LocalBoxFuture<'static, usize> {
        let call = Watched::call(caller.clone(), number);
        match &tasks {
            None => Box::pin(call),
            Some(tasks) => {
                let handle = tasks.spawn(call);
                // The task gives nothing only when the simulation is over.
                Box::pin(async move { handle.await.unwrap_or(number) })
            }
        }
    });
    sim.spawn(world.consume(match values.text("how") {
        "ordered" => calls.buffered(limit).boxed_local(),
        _ => calls.buffer_unordered(limit).boxed_local(),
    }));

    let mut ms = 0;
    let mut stop = u32::MAX;
    while ms < stop {
        sim.advance_to(Micros::from(ms) * 1000);
        let mut ledger = ledger.borrow_mut();
        if ledger.ended {
            break;
        }
        ledger.sample(ms);
        if stop == u32::MAX && sim.idle() {
            // Stuck. What it looks like then goes on a little, to be seen.
            stop = 2 * ms.max(25);
        }
        ms += 1;
    }
    // What is stuck is dropped at the end, and writes its last words.
    sim.advance_to(Micros::from(ms) * 1000);
    drop(sim);
    let mut ledger = ledger.borrow_mut();
    Run {
        requests: std::mem::take(&mut ledger.requests),
        consumer: std::mem::take(&mut ledger.consumer),
        stuck: !ledger.ended,
        connections: number("connections"),
        end: ms.max(1),
    }
}

impl Ledger {
    fn sample(&mut self, ms: u32) {
        self.consumer.sample(self.doing, ms);
        for (lane, bell) in self.requests.iter_mut().zip(&self.bells) {
            let state = match lane {
                Lane { called: None, .. } | Lane { taken: Some(_), .. } => State::Absent,
                Lane { done: Some(_), .. } => State::Held,
                _ if bell.rung.load(SeqCst) => State::Unpolled,
                _ => State::Waits,
            };
            lane.sample(state, ms);
        }
    }
}

struct Run {
    requests: Vec<Lane>,
    consumer: Lane,
    stuck: bool,
    connections: usize,
    end: u32,
}

/// From the upper edge of one lane to that of the next.
const LANE: f64 = 24.0;
const BAR: f64 = 14.0;

impl Run {
    /// Small squares and their words.
    fn legend(&self, svg: &mut Svg) -> f64 {
        let mut entries = vec![
            ("fill accent", 40.0, "loop asks"),
            ("soft muted", 118.0, "its body"),
        ];
        if self.connections > 0 {
            entries.push(("fill bad", 188.0, "waits to connect"));
        }
        let mut y = 4.0;
        let mut row = |svg: &mut Svg, entries: &[(&str, f64, &str)]| {
            for (class, x, word) in entries {
                svg.rect(class, *x, y, 10.0, 10.0);
                svg.text("label small start", x + 15.0, y + 9.0, word);
            }
            y += 17.0;
        };
        row(svg, &entries);
        row(
            svg,
            &[
                ("soft good", 40.0, "waits"),
                ("fill bad", 118.0, "could go on: nobody polls it"),
            ],
        );
        row(svg, &[("soft accent dash", 118.0, "finished, not taken")]);
        svg.line("wire", &[(45.0, 38.0), (45.0, 48.0)]);
        svg.text("label small start", 55.0, 47.0, "a poll");
        if self.connections > 0 {
            svg.line("wire accent", &[(40.0, 61.0), (50.0, 61.0)]);
            svg.text("label small start", 55.0, 65.0, "has a connection");
            y += 17.0;
        }
        y
    }

    fn lane(&self, svg: &mut Svg, plot: &Plot, top: f64, lane: &Lane, at: u32) {
        for (state, from, to) in &lane.spans {
            let class = match state {
                State::Absent => continue,
                State::Waits if std::ptr::eq(lane, &self.consumer) => "fill accent",
                State::Waits => "soft good",
                State::Unpolled | State::Queues => "fill bad",
                State::Held => "soft accent dash",
                State::Body => "soft muted",
            };
            if *from < at {
                let (from, to) = (plot.x((*from).into()), plot.x((*to).min(at).into()));
                svg.rect(class, from, top, to - from, BAR);
            }
        }
        for (from, to) in &lane.connections {
            if *from < at {
                let (from, to) = (plot.x((*from).into()), plot.x((*to).min(at).into()));
                let y = top + BAR + 3.0;
                svg.line("wire accent", &[(from, y), (to, y)]);
            }
        }
        // Two that would fall on each other are one.
        let mut drawn = -2.0;
        for ms in lane.polls.iter().filter(|ms| **ms <= at) {
            let x = plot.x((*ms).into());
            if x - drawn >= 1.5 {
                svg.line("wire", &[(x, top - 3.0), (x, top + 4.0)]);
                drawn = x;
            }
        }
    }

    /// How a request stands at a moment, as far as it is finished: how long it took, or `gave up`.
    fn result(&self, lane: &Lane, at: u32) -> Option<String> {
        let (done, took) = lane.done?;
        (done <= at).then(|| took.map_or("gave up".to_owned(), |took| grouped(took.into())))
    }

    fn state(&self, lane: &Lane, at: u32) -> State {
        let at = at.min(self.end - 1);
        let mut spans = lane.spans.iter();
        let span = spans.find(|(_, from, to)| (*from..*to).contains(&at));
        span.map_or(State::Absent, |(state, _, _)| *state)
    }

    fn saved(&self, at: u32) -> usize {
        let saved = |lane: &&Lane| lane.saved.is_some_and(|saved| saved <= at);
        self.requests.iter().filter(saved).count()
    }

    fn summary(&self, at: u32) -> String {
        let all = self.requests.len();
        let saved = self.saved(at);
        if at == self.end && !self.stuck {
            let worst = grouped(self.worst().into());
            let gave_up = match self.gave_up() {
                0 => String::new(),
                count => format!(" {count} gave up."),
            };
            let unpolled = match self.unpolled() {
                0 => "No request was left unpolled.".to_owned(),
                ms => format!(
                    "For {} ms at most a request could go on and nobody polled it.",
                    grouped(ms.into())
                ),
            };
            return format!(
                "The loop ended after {} ms. The slowest answer took {worst} ms.{gave_up} {unpolled}",
                grouped(self.end.into()),
            );
        }
        let doing = match self.state(&self.consumer, at) {
            State::Body => "the loop is in its body",
            State::Queues => "the loop's body waits for a connection",
            _ => "the loop asks for an answer",
        };
        let unpolled: Vec<_> = (0..all)
            .filter(|number| self.state(&self.requests[*number], at) == State::Unpolled)
            .map(|number| number.to_string())
            .collect();
        let unpolled = match unpolled.as_slice() {
            [] => "No request is left unpolled.".to_owned(),
            [one] => format!("Request {one} could go on, and nobody polls it."),
            many => format!(
                "Requests {} could go on, and nobody polls them.",
                many.join(", ")
            ),
        };
        let stuck = match self.stuck && at == self.end {
            true => " Nothing will ever happen again.",
            false => "",
        };
        let at = grouped(at.into());
        format!("At {at} ms {doing}; {saved} of {all} answers are saved. {unpolled}{stuck}")
    }

    fn table(&self, at: u32) -> Table {
        let head = [
            "request",
            "called",
            "first poll",
            "polls",
            "finished",
            "took",
            "unpolled",
            "taken",
        ];
        let ms = |ms: Option<u32>| match ms.filter(|ms| *ms <= at) {
            Some(ms) => format!("{} ms", grouped(ms.into())),
            None => String::new(),
        };
        let rows = self.requests.iter().enumerate().map(|(number, lane)| {
            let polls = lane.polls.iter().filter(|ms| **ms <= at).count();
            let took = self.result(lane, at).unwrap_or_default();
            vec![
                number.to_string(),
                ms(lane.called),
                ms(lane.polls.first().copied()),
                polls.to_string(),
                ms(lane.done.map(|(done, _)| done)),
                match lane.done {
                    Some((done, Some(_))) if done <= at => took + " ms",
                    _ => took,
                },
                format!("{} ms", grouped(unpolled(lane, at).into())),
                ms(lane.taken),
            ]
        });
        Table {
            head: head.map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }
    }

    fn worst(&self) -> u32 {
        let took = self.requests.iter().filter_map(|lane| lane.done?.1);
        took.max().unwrap_or_default()
    }

    fn gave_up(&self) -> usize {
        let gave_up = |lane: &&Lane| matches!(lane.done, Some((_, None)));
        self.requests.iter().filter(gave_up).count()
    }

    /// The longest that one request was left unpolled, in all, in ms.
    fn unpolled(&self) -> u32 {
        let each = self.requests.iter().map(|lane| unpolled(lane, self.end));
        each.max().unwrap_or_default()
    }
}

/// How long a request was left unpolled until `at`, in ms.
fn unpolled(lane: &Lane, at: u32) -> u32 {
    let spans = lane.spans.iter();
    let spans = spans.filter(|(state, from, _)| *state == State::Unpolled && *from < at);
    spans.map(|(_, from, to)| (*to).min(at) - from).sum()
}

impl Trace for Run {
    fn end(&self) -> u32 {
        self.end
    }

    fn frame(&self, at: u32) -> Frame {
        let lanes = self.requests.len() as f64 + 1.0;
        let legend = if self.connections > 0 { 72.0 } else { 55.0 };
        let top = legend + 22.0;
        let bottom = top + lanes * LANE;
        let mut svg = Svg::new(bottom + 20.0);
        self.legend(&mut svg);
        let plot = Plot {
            left: 40.0,
            top: legend,
            width: 228.0,
            height: bottom - legend,
            x_max: self.end.into(),
            y_max: 1.0,
        };
        svg.text("label small muted end", 319.0, legend + 13.0, "took, ms");
        svg.text("label small end", 34.0, top + 11.0, "loop");
        self.lane(&mut svg, &plot, top, &self.consumer, at);
        for (number, lane) in self.requests.iter().enumerate() {
            let top = top + LANE * (number as f64 + 1.0);
            svg.text("label small end", 34.0, top + 11.0, &number.to_string());
            self.lane(&mut svg, &plot, top, lane, at);
            if let Some(result) = self.result(lane, at) {
                svg.text("label small end", 319.0, top + 11.0, &result);
            }
        }
        let x = plot.x(at.into());
        svg.line("wire muted", &[(x, top - 6.0), (x, bottom - 4.0)]);
        svg.text("label small muted start", 40.0, bottom + 12.0, "0");
        let end = format!("{} ms", grouped(self.end.into()));
        svg.text("label small muted end", 268.0, bottom + 12.0, &end);
        Frame {
            svg: svg.finish("What a loop and its requests do over time, and who is polled"),
            summary: self.summary(at),
            table: self.table(at),
        }
    }

    fn measures(&self) -> Vec<(&'static str, f64)> {
        let took = self.requests.iter().zip(TOOK);
        let took = took.filter_map(|(lane, name)| Some((name, f64::from(lane.done?.1?))));
        let mut measures: Vec<_> = took.collect();
        measures.extend([
            ("worst", self.worst().into()),
            ("gave_up", self.gave_up() as f64),
            ("saved", self.saved(self.end) as f64),
            ("unpolled", self.unpolled().into()),
            ("stuck", u32::from(self.stuck).into()),
            ("end", self.end.into()),
        ]);
        measures
    }
}

/// What each request took; those that gave up, or are not finished, have none.
const TOOK: [&str; MOST] = [
    "took_0", "took_1", "took_2", "took_3", "took_4", "took_5", "took_6", "took_7",
];
