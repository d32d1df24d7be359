//! A producer, a queue, a consumer: where the difference between two rates goes.

use crate::clock::{Clock, Micros, Random, Sim};
use crate::draw::{self, Plot, Svg, grouped, kib};
use crate::model::{Control, END, Frame, Kind, Lab, Pace, Preset, Question, Table, Trace, Values};
use std::cell::RefCell;
use std::rc::Rc;
use tokio::sync::{Notify, broadcast, mpsc, watch};

/// The lab.
pub static LAB: Lab = Lab {
    name: "bucket",
    title: "The bucket",
    caption: "Over 10 seconds: the queue (filled) and all that is in flight (line), in items and as memory; how old \
              an item is when it is taken; when the producer waits, and when items are lost or refused.",
    pace: Pace {
        unit: "ms",
        step: 50,
        per_second: 2000,
    },
    figure_at: END,
    controls: &[
        Control {
            name: "made",
            label: "Producer makes",
            kind: Kind::Range {
                min: 50,
                max: 2000,
                step: 50,
                unit: "items/s",
                default: 1000,
            },
        },
        Control {
            name: "handled",
            label: "Consumer handles",
            kind: Kind::Range {
                min: 50,
                max: 2000,
                step: 50,
                unit: "items/s",
                default: 500,
            },
        },
        Control {
            name: "jitter",
            label: "Jitter of both",
            kind: Kind::Range {
                min: 0,
                max: 100,
                step: 5,
                unit: "%",
                default: 0,
            },
        },
        Control {
            name: "policy",
            label: "When the queue is full",
            kind: Kind::Choice {
                options: &[
                    ("wait", "wait for a slot"),
                    ("drain", "wait for 'drain' (Node.js)"),
                    ("newest", "drop the newest"),
                    ("oldest", "drop the oldest"),
                    ("conflate", "conflate: keep one"),
                    ("fail", "fail: give an error"),
                    ("unbounded", "never: unbounded"),
                ],
                default: "wait",
            },
        },
        Control {
            name: "capacity",
            label: "Capacity",
            kind: Kind::Range {
                min: 1,
                max: 256,
                step: 1,
                unit: "items",
                default: 16,
            },
        },
        Control {
            name: "size",
            label: "Item size",
            kind: Kind::Range {
                min: 1,
                max: 256,
                step: 1,
                unit: "KiB",
                default: 4,
            },
        },
        Control {
            name: "seed",
            label: "Seed of the jitter",
            kind: Kind::Range {
                min: 1,
                max: 20,
                step: 1,
                unit: "",
                default: 1,
            },
        },
    ],
    presets: &[
        Preset {
            label: "Rust: channel(16)",
            values: &[],
            question: Question {
                ask: "How many items will be in flight at most?",
                unit: "items",
                measure: "in_flight",
            },
        },
        Preset {
            label: "Node.js that ignores false",
            values: &[("policy", "unbounded")],
            question: Question {
                ask: "How many items will be in flight at most?",
                unit: "items",
                measure: "in_flight",
            },
        },
        Preset {
            label: "Node.js that waits for 'drain'",
            values: &[("policy", "drain")],
            question: Question {
                ask: "Of the 10 seconds, how long will the producer wait?",
                unit: "ms",
                measure: "waited",
            },
        },
        Preset {
            label: "try_send: the newest is lost",
            values: &[("policy", "newest"), ("handled", "250")],
            question: Question {
                ask: "How old is the oldest item that the consumer takes?",
                unit: "ms",
                measure: "oldest",
            },
        },
        Preset {
            label: "broadcast that lags",
            values: &[("policy", "oldest"), ("handled", "250")],
            question: Question {
                ask: "How old is the oldest item that the consumer takes?",
                unit: "ms",
                measure: "oldest",
            },
        },
        Preset {
            label: "watch: conflate",
            values: &[("policy", "conflate"), ("handled", "250")],
            question: Question {
                ask: "How many items are lost in 10 seconds?",
                unit: "items",
                measure: "lost",
            },
        },
        Preset {
            label: "Equal rates, with jitter",
            values: &[("made", "500"), ("jitter", "100"), ("policy", "unbounded")],
            question: Question {
                ask: "Both sides do 500 items a second on average. How many items will wait in the queue at most?",
                unit: "items",
                measure: "queued",
            },
        },
    ],
    run: |values| Box::new(run(values)),
};

/// How long a run is.
const LENGTH_MS: u32 = 10_000;

/// More than the fastest producer makes in a run, even with the luckiest jitter.
const MAX_ITEMS: u32 = 50_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Policy {
    Wait,
    Drain,
    Newest,
    Oldest,
    Conflate,
    Fail,
    Unbounded,
}

impl Policy {
    fn named(name: &str) -> Self {
        match name {
            "drain" => Self::Drain,
            "newest" => Self::Newest,
            "oldest" => Self::Oldest,
            "conflate" => Self::Conflate,
            "fail" => Self::Fail,
            "unbounded" => Self::Unbounded,
            _ => Self::Wait,
        }
    }

    /// What the queue holds when it is full, if it can be.
    fn limit(self, capacity: usize) -> Option<usize> {
        match self {
            Self::Wait | Self::Newest | Self::Fail => Some(capacity),
            // tokio's `broadcast` rounds up.
            Self::Oldest => Some(capacity.next_power_of_two()),
            Self::Conflate => Some(1),
            Self::Drain | Self::Unbounded => None,
        }
    }
}

/// What a channel carries: when the item was made.
type Item = Micros;

/// The state at one moment, and the highest levels since the moment before it.
#[derive(Debug, Clone, Copy, Default)]
struct Moment {
    made: u32,
    handled: u32,
    lost: u32,
    refused: u32,
    /// In the channel, now and at most.
    queued: u32,
    queued_max: u32,
    /// Made, and neither handled nor lost nor refused, now and at most.
    in_flight: u32,
    in_flight_max: u32,
    /// The oldest item that was taken, if one was.
    age_max: Option<Micros>,
    /// How long the producer has waited in all.
    waited: Micros,
    waiting: bool,
    busy: bool,
}

/// What the two tasks write down while they run.
#[derive(Debug, Default)]
struct Ledger {
    now: Moment,
    waiting_since: Option<Micros>,
    samples: Vec<Moment>,
}

impl Ledger {
    fn make(&mut self) {
        self.now.made += 1;
        self.now.in_flight += 1;
        self.now.in_flight_max = self.now.in_flight_max.max(self.now.in_flight);
    }

    fn queue(&mut self) {
        self.now.queued += 1;
        self.now.queued_max = self.now.queued_max.max(self.now.queued);
    }

    /// One item of the queue made room for a newer one.
    fn overwrite(&mut self) {
        self.now.queued -= 1;
        self.now.in_flight -= 1;
        self.now.lost += 1;
    }

    fn take(&mut self, age: Micros) {
        self.now.queued -= 1;
        self.now.busy = true;
        self.now.age_max = self.now.age_max.max(Some(age));
    }

    fn handle(&mut self) {
        self.now.in_flight -= 1;
        self.now.handled += 1;
        self.now.busy = false;
    }

    fn sample(&mut self, at: Micros) {
        let mut sample = self.now;
        if let Some(since) = self.waiting_since {
            sample.waited += at - since;
            sample.waiting = true;
        }
        self.samples.push(sample);
        self.now.queued_max = self.now.queued;
        self.now.in_flight_max = self.now.in_flight;
        self.now.age_max = None;
    }
}

type Shared = Rc<RefCell<Ledger>>;

enum Sender {
    Bounded(mpsc::Sender<Item>),
    Unbounded(mpsc::UnboundedSender<Item>),
    Broadcast(broadcast::Sender<Item>),
    Watch(watch::Sender<Item>),
}

enum Receiver {
    Bounded(mpsc::Receiver<Item>),
    Unbounded(mpsc::UnboundedReceiver<Item>),
    Broadcast(broadcast::Receiver<Item>),
    Watch(watch::Receiver<Item>),
}

impl Receiver {
    async fn take(&mut self) -> Option<Item> {
        match self {
            Self::Bounded(items) => items.recv().await,
            Self::Unbounded(items) => items.recv().await,
            Self::Broadcast(items) => loop {
                match items.recv().await {
                    Ok(item) => return Some(item),
                    // Counted when they were overwritten.
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            },
            Self::Watch(items) => {
                items.changed().await.ok()?;
                Some(*items.borrow_and_update())
            }
        }
    }
}

struct Producer {
    clock: Clock,
    ledger: Shared,
    policy: Policy,
    capacity: usize,
    queue: Sender,
    drained: Rc<Notify>,
}

impl Producer {
    async fn run(self, mean: Micros, jitter: u64, mut random: Random) {
        for _ in 0..MAX_ITEMS {
            self.clock.sleep(random.around(mean, jitter)).await;
            self.ledger.borrow_mut().make();
            let begin = self.clock.now();
            self.ledger.borrow_mut().waiting_since = Some(begin);
            self.offer(begin).await;
            let mut ledger = self.ledger.borrow_mut();
            ledger.waiting_since = None;
            ledger.now.waited += self.clock.now() - begin;
        }
    }

    /// Puts an item into the queue, or does what the policy says.
    async fn offer(&self, item: Item) {
        match &self.queue {
            Sender::Bounded(queue) if self.policy == Policy::Wait => {
                // The permit and the count change together, before the consumer runs.
                if let Ok(permit) = queue.reserve().await {
                    permit.send(item);
                    self.ledger.borrow_mut().queue();
                }
            }
            Sender::Bounded(queue) => {
                let accepted = queue.try_send(item).is_ok();
                let mut ledger = self.ledger.borrow_mut();
                match (accepted, self.policy) {
                    (true, _) => ledger.queue(),
                    (false, Policy::Fail) => ledger.now.refused += 1,
                    (false, _) => ledger.now.lost += 1,
                }
                if !accepted {
                    ledger.now.in_flight -= 1;
                }
            }
            Sender::Unbounded(queue) => {
                if queue.send(item).is_ok() {
                    self.ledger.borrow_mut().queue();
                }
                // `write()` returned false: what it counts has the item that is being handled.
                let pending = self.ledger.borrow().now.in_flight as usize;
                if self.policy == Policy::Drain && pending >= self.capacity {
                    self.drained.notified().await;
                }
            }
            Sender::Broadcast(queue) => {
                let full = queue.len() == self.capacity.next_power_of_two();
                if queue.send(item).is_ok() {
                    let mut ledger = self.ledger.borrow_mut();
                    if full {
                        ledger.overwrite();
                    }
                    ledger.queue();
                }
            }
            Sender::Watch(latest) => {
                let mut ledger = self.ledger.borrow_mut();
                if ledger.now.queued == 1 {
                    ledger.overwrite();
                }
                latest.send_replace(item);
                ledger.queue();
            }
        }
    }
}

struct Consumer {
    clock: Clock,
    ledger: Shared,
    queue: Receiver,
    drained: Rc<Notify>,
}

impl Consumer {
    async fn run(mut self, mean: Micros, jitter: u64, mut random: Random) {
        while let Some(made) = self.queue.take().await {
            self.ledger.borrow_mut().take(self.clock.now() - made);
            self.clock.sleep(random.around(mean, jitter)).await;
            let mut ledger = self.ledger.borrow_mut();
            ledger.handle();
            if ledger.now.in_flight == 0 {
                self.drained.notify_waiters();
            }
        }
    }
}

fn run(values: &Values) -> Run {
    let number = |name| values.number(name) as u64;
    let policy = Policy::named(values.text("policy"));
    let capacity = number("capacity") as usize;
    let (sender, receiver) = match policy {
        Policy::Wait | Policy::Newest | Policy::Fail => {
            let (sender, receiver) = mpsc::channel(capacity);
            (Sender::Bounded(sender), Receiver::Bounded(receiver))
        }
        Policy::Drain | Policy::Unbounded => {
            let (sender, receiver) = mpsc::unbounded_channel();
            (Sender::Unbounded(sender), Receiver::Unbounded(receiver))
        }
        Policy::Oldest => {
            let (sender, receiver) = broadcast::channel(capacity);
            (Sender::Broadcast(sender), Receiver::Broadcast(receiver))
        }
        Policy::Conflate => {
            let (sender, receiver) = watch::channel(0);
            (Sender::Watch(sender), Receiver::Watch(receiver))
        }
    };

    let mut sim = Sim::new();
    let ledger = Shared::default();
    let drained = Rc::new(Notify::new());
    let producer = Producer {
        clock: sim.clock(),
        ledger: ledger.clone(),
        policy,
        capacity,
        queue: sender,
        drained: drained.clone(),
    };
    let consumer = Consumer {
        clock: sim.clock(),
        ledger: ledger.clone(),
        queue: receiver,
        drained,
    };
    let (jitter, seed) = (number("jitter"), number("seed"));
    let (made, handled) = (1_000_000 / number("made"), 1_000_000 / number("handled"));
    sim.spawn(producer.run(made, jitter, Random::new(2 * seed)));
    sim.spawn(consumer.run(handled, jitter, Random::new(2 * seed + 1)));
    for ms in 0..=Micros::from(LENGTH_MS) {
        sim.advance_to(ms * 1000);
        ledger.borrow_mut().sample(ms * 1000);
    }

    let samples = std::mem::take(&mut ledger.borrow_mut().samples);
    Run::new(policy, capacity, number("size"), samples)
}

/// The highest levels of some time.
#[derive(Debug, Clone, Copy, Default)]
struct Piece {
    queued: u32,
    in_flight: u32,
    age: Option<Micros>,
}

impl Piece {
    fn of(moments: &[Moment]) -> Self {
        let mut piece = Self::default();
        for moment in moments {
            piece.queued = piece.queued.max(moment.queued_max);
            piece.in_flight = piece.in_flight.max(moment.in_flight_max);
            piece.age = piece.age.max(moment.age_max);
        }
        piece
    }

    fn with(self, other: &Self) -> Self {
        Self {
            queued: self.queued.max(other.queued),
            in_flight: self.in_flight.max(other.in_flight),
            age: self.age.max(other.age),
        }
    }
}

/// A run, as one moment for each millisecond.
struct Run {
    policy: Policy,
    capacity: usize,
    /// Of one item, in KiB.
    size: u64,
    samples: Vec<Moment>,
    /// The highest levels of each [`PIECE_MS`], which are the points of the curves.
    pieces: Vec<Piece>,
    /// The largest of the whole run, for the axes and for questions.
    queued: u32,
    in_flight: u32,
    oldest: Micros,
}

impl Run {
    fn new(policy: Policy, capacity: usize, size: u64, samples: Vec<Moment>) -> Self {
        // The first moment is before everything.
        let pieces = samples[1..].chunks(PIECE_MS as usize).map(Piece::of);
        let pieces: Vec<_> = pieces.collect();
        let all = pieces
            .iter()
            .fold(Piece::default(), |all, piece| all.with(piece));
        Self {
            policy,
            capacity,
            size,
            queued: all.queued,
            in_flight: all.in_flight,
            oldest: all.age.unwrap_or_default(),
            samples,
            pieces,
        }
    }

    fn last(&self) -> &Moment {
        self.at(LENGTH_MS)
    }

    fn at(&self, ms: u32) -> &Moment {
        &self.samples[ms as usize]
    }

    fn scene(&self, svg: &mut Svg, now: &Moment, scale: f64) {
        let (top, bottom) = (16.0, 92.0);
        svg.rect("box", 1.0, 30.0, 76.0, 48.0);
        svg.text("label", 39.0, 50.0, "producer");
        let (class, state) = match now.waiting {
            true => ("label small bad", "waits"),
            false => ("label small muted", "makes"),
        };
        svg.text(class, 39.0, 68.0, state);

        svg.rect("box", 243.0, 30.0, 76.0, 48.0);
        svg.text("label", 281.0, 50.0, "consumer");
        let (class, state) = match now.busy {
            true => ("label small muted", "works"),
            false => ("label small good", "idle"),
        };
        svg.text(class, 281.0, 68.0, state);

        let limit = self.policy.limit(self.capacity);
        let full = limit.map_or(scale, |limit| limit as f64);
        let fill = (f64::from(now.queued) / full).min(1.0) * (bottom - top);
        svg.rect("soft accent", 120.0, bottom - fill, 80.0, fill);
        svg.line(
            "wire",
            &[
                (120.0, top - 6.0),
                (120.0, bottom),
                (200.0, bottom),
                (200.0, top - 6.0),
            ],
        );
        svg.text("label", 160.0, 52.0, &grouped(now.queued.into()));
        let of = match limit {
            Some(limit) => format!("of {}", grouped(limit as u64)),
            None => "no limit".to_owned(),
        };
        svg.text("label small muted", 160.0, 68.0, &of);
        svg.line("arrow", &[(79.0, 54.0), (116.0, 54.0)]);
        svg.line("arrow", &[(204.0, 54.0), (241.0, 54.0)]);

        let memory = format!("memory {}", kib(u64::from(now.in_flight) * self.size));
        svg.text("label small", 160.0, 110.0, &memory);
        if now.lost + now.refused > 0 {
            let gone = match self.policy {
                Policy::Fail => format!("{} refused", grouped(now.refused.into())),
                _ => format!("{} lost", grouped(now.lost.into())),
            };
            svg.text("label small bad end", 319.0, 110.0, &gone);
        }
        let waited = format!("waited {}", seconds(now.waited));
        svg.text("label small start", 1.0, 110.0, &waited);
    }

    /// The end of each piece of time up to `at`, in seconds, and what was in it.
    fn pieces(&self, at: u32) -> Vec<(f64, Piece)> {
        let whole = (at / PIECE_MS) as usize;
        let mut pieces = vec![(0.0, Piece::default())];
        for (i, piece) in self.pieces[..whole].iter().enumerate() {
            pieces.push((f64::from((i as u32 + 1) * PIECE_MS) / 1000.0, *piece));
        }
        let rest = &self.samples[whole * PIECE_MS as usize + 1..=at as usize];
        if !rest.is_empty() {
            pieces.push((f64::from(at) / 1000.0, Piece::of(rest)));
        }
        pieces
    }

    /// A bar from each piece of time in which `of` grew to the end of that, on one line.
    fn strip(&self, svg: &mut Svg, plot: &Plot, at: u32, of: impl Fn(&Moment) -> u64) {
        let grew = |from: u32, to: u32| of(self.at(to)) > of(self.at(from));
        let mut from = 0;
        let mut begin = None;
        while from < at {
            let to = (from + PIECE_MS).min(at);
            let end = f64::from(from) / 1000.0;
            match (grew(from, to), begin) {
                (true, None) => begin = Some(end),
                (false, Some(start)) => {
                    bar(svg, plot, start, end);
                    begin = None;
                }
                _ => {}
            }
            from = to;
        }
        if let Some(start) = begin {
            bar(svg, plot, start, f64::from(at) / 1000.0);
        }
    }

    fn summary(&self, at: u32) -> String {
        let now = self.at(at);
        let gone = match self.policy {
            Policy::Fail => format!("{} refused", grouped(now.refused.into())),
            _ => format!("{} lost", grouped(now.lost.into())),
        };
        format!(
            "At {:.1} s: {} items made, {} handled, {gone}. {} wait in the queue and {} are in flight, which is {} \
             of memory. The producer has waited {}.",
            f64::from(at) / 1000.0,
            grouped(now.made.into()),
            grouped(now.handled.into()),
            grouped(now.queued.into()),
            grouped(now.in_flight.into()),
            kib(u64::from(now.in_flight) * self.size),
            seconds(now.waited),
        )
    }

    /// One row for each second up to `at`.
    fn table(&self, at: u32, pieces: &[(f64, Piece)]) -> Table {
        let head = [
            "second",
            "made",
            "handled",
            "lost",
            "refused",
            "highest queue",
            "highest memory",
            "oldest taken",
            "waited",
        ];
        let rows = (0..at.div_ceil(1000)).map(|second| {
            let (from, to) = (second * 1000, ((second + 1) * 1000).min(at));
            let (old, new) = (self.at(from), self.at(to));
            let of = pieces.iter().filter(|(end, _)| {
                *end * 1000.0 > f64::from(from) && *end * 1000.0 <= f64::from(to)
            });
            let most = of.fold(Piece::default(), |all, (_, piece)| all.with(piece));
            vec![
                (second + 1).to_string(),
                grouped((new.made - old.made).into()),
                grouped((new.handled - old.handled).into()),
                grouped((new.lost - old.lost).into()),
                grouped((new.refused - old.refused).into()),
                grouped(most.queued.into()),
                kib(u64::from(most.in_flight) * self.size),
                most.age
                    .map_or_else(String::new, |age| format!("{} ms", grouped(age / 1000))),
                format!("{} ms", grouped((new.waited - old.waited) / 1000)),
            ]
        });
        Table {
            head: head.map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }
    }
}

/// How much time is one point of a curve.
const PIECE_MS: u32 = 50;

fn bar(svg: &mut Svg, plot: &Plot, from: f64, to: f64) {
    let (from, to) = (plot.x(from), plot.x(to));
    svg.rect("fill bad", from, plot.top, to - from, plot.height);
}

fn seconds(time: Micros) -> String {
    format!("{:.1} s", time as f64 / 1e6)
}

impl Trace for Run {
    fn end(&self) -> u32 {
        LENGTH_MS
    }

    fn frame(&self, at: u32) -> Frame {
        let now = self.at(at);
        let mut svg = Svg::new(380.0);
        let plot = |top, height, y_max| Plot {
            left: 40.0,
            top,
            width: 224.0,
            height,
            x_max: f64::from(LENGTH_MS) / 1000.0,
            y_max,
        };

        let limit = self.policy.limit(self.capacity);
        let highest = self.in_flight.max(limit.unwrap_or_default() as u32);
        let items = plot(148.0, 88.0, draw::round_up(highest.into()));
        self.scene(&mut svg, now, items.y_max);

        svg.text("label small start", 1.0, 134.0, "items");
        svg.text("label small end", 319.0, 134.0, "memory");
        let pieces = self.pieces(at);
        let queue: Vec<_> = (pieces.iter())
            .map(|(x, piece)| (*x, f64::from(piece.queued)))
            .collect();
        items.area(&mut svg, "soft accent", &queue);
        let in_flight: Vec<_> = (pieces.iter())
            .map(|(x, piece)| (*x, f64::from(piece.in_flight)))
            .collect();
        items.curve(&mut svg, "wire", &in_flight);
        if let Some(limit) = limit {
            let y = items.y(limit as f64);
            svg.line(
                "wire muted dash",
                &[(items.left, y), (items.left + items.width, y)],
            );
        }
        items.axes(&mut svg);
        let memory = |part: f64| kib((items.y_max * part) as u64 * self.size);
        for (part, y) in [(1.0, 153.0), (0.0, 240.0)] {
            let label = grouped((items.y_max * part) as u64);
            svg.text("label small end muted", 36.0, y, &label);
            svg.text("label small start muted", 268.0, y, &memory(part));
        }

        let oldest = self.oldest.div_ceil(1000).max(1);
        let ages = plot(270.0, 44.0, draw::round_up(oldest as f64));
        svg.text("label small start", 1.0, 258.0, "age when taken");
        let mut age = 0.0;
        let taken: Vec<_> = (pieces.iter())
            .map(|(x, piece)| {
                // Where nothing was taken the line goes on.
                age = piece.age.map_or(age, |age| age as f64 / 1000.0);
                (*x, age)
            })
            .collect();
        ages.curve(&mut svg, "wire accent", &taken);
        ages.axes(&mut svg);
        svg.text(
            "label small end muted",
            36.0,
            275.0,
            &grouped(ages.y_max as u64),
        );
        svg.text("label small end muted", 36.0, 318.0, "0");
        svg.text("label small start muted", 268.0, 275.0, "ms");

        let waits = plot(328.0, 8.0, 1.0);
        svg.text("label small start", 268.0, 336.0, "waits");
        self.strip(&mut svg, &waits, at, |moment| moment.waited);
        waits.axes(&mut svg);
        let gone = plot(346.0, 8.0, 1.0);
        let name = ["lost", "refused"][usize::from(self.policy == Policy::Fail)];
        svg.text("label small start", 268.0, 354.0, name);
        self.strip(&mut svg, &gone, at, |moment| {
            u64::from(moment.lost) + u64::from(moment.refused)
        });
        gone.axes(&mut svg);
        for (x, class) in [(0.0, "start"), (5.0, ""), (10.0, "end")] {
            let label = format!("{x} s");
            svg.text(
                &format!("label small muted {class}"),
                gone.x(x),
                372.0,
                &label,
            );
        }
        let x = gone.x(f64::from(at) / 1000.0);
        svg.line("wire muted", &[(x, 148.0), (x, 358.0)]);

        Frame {
            svg: svg.finish("A producer, a queue and a consumer, and what happened over time"),
            summary: self.summary(at),
            table: self.table(at, &pieces),
        }
    }

    fn measures(&self) -> Vec<(&'static str, f64)> {
        let last = self.last();
        vec![
            ("made", last.made.into()),
            ("handled", last.handled.into()),
            ("lost", last.lost.into()),
            ("refused", last.refused.into()),
            ("left", last.in_flight.into()),
            ("queued", self.queued.into()),
            ("in_flight", self.in_flight.into()),
            ("oldest", (self.oldest / 1000) as f64),
            ("waited", (last.waited / 1000) as f64),
        ]
    }
}
