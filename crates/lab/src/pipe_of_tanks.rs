//! A source, stages and a sink with a queue between each two: where chunks stand when one of them is slow
//! or stops, and how that travels back to the source.

use crate::clock::{Clock, Micros, Sim};
use crate::draw::{self, Plot, Svg, grouped, kib};
use crate::model::{Control, END, Frame, Kind, Lab, Pace, Preset, Question, Table, Trace, Values};
use std::cell::RefCell;
use std::rc::Rc;
use tokio::sync::mpsc;

/// The lab.
pub static LAB: Lab = Lab {
    name: "pipe-of-tanks",
    title: "Pipe of tanks",
    caption: "From top to bottom, over 10 seconds: who works, and the queue that each hands on to, at its highest. A red area is the \
              share of the time in which somebody waits for a free place. At the bottom is all that is in flight; \
              the dashed line is the sum of all places, hands included.",
    pace: Pace {
        unit: "ms",
        step: 50,
        per_second: 1000,
    },
    figure_at: END,
    controls: &[
        Control {
            name: "queues",
            label: "Queues",
            kind: Kind::Choice {
                options: &[
                    ("bounded", "one between each two, bounded"),
                    ("first", "the same, the first unbounded"),
                    ("last", "the same, the last unbounded"),
                    ("one", "one: stages and sink are one loop"),
                ],
                default: "bounded",
            },
        },
        Control {
            name: "stages",
            label: "Stages",
            kind: Kind::Range {
                min: 0,
                max: 4,
                step: 1,
                unit: "",
                default: 2,
            },
        },
        Control {
            name: "capacity",
            label: "Capacity of a queue",
            kind: Kind::Range {
                min: 1,
                max: 64,
                step: 1,
                unit: "chunks",
                default: 4,
            },
        },
        Control {
            name: "size",
            label: "Size of a chunk",
            kind: Kind::Range {
                min: 4,
                max: 256,
                step: 4,
                unit: "KiB",
                default: 64,
            },
        },
        Control {
            name: "source",
            label: "The source makes",
            kind: Kind::Range {
                min: 5,
                max: 200,
                step: 5,
                unit: "chunks/s",
                default: 20,
            },
        },
        Control {
            name: "stage",
            label: "A stage handles",
            kind: Kind::Range {
                min: 5,
                max: 200,
                step: 5,
                unit: "chunks/s",
                default: 100,
            },
        },
        Control {
            name: "sink",
            label: "The sink handles",
            kind: Kind::Range {
                min: 5,
                max: 200,
                step: 5,
                unit: "chunks/s",
                default: 50,
            },
        },
        Control {
            name: "stop",
            label: "At 2 s the sink stops for",
            kind: Kind::Range {
                min: 0,
                max: 8000,
                step: 250,
                unit: "ms",
                default: 3000,
            },
        },
    ],
    presets: &[
        Preset {
            label: "The sink stops",
            values: &[],
            question: Question {
                ask: "The source makes a chunk every 50 ms. How long after the sink has stopped does the source stop?",
                unit: "ms",
                measure: "reached",
            },
        },
        Preset {
            label: "Four stages, and it stays stopped",
            values: &[("stages", "4"), ("stop", "8000")],
            question: Question {
                ask: "Five queues hold 4 chunks each. How many chunks are in flight at most?",
                unit: "chunks",
                measure: "in_flight",
            },
        },
        Preset {
            label: "Four stages in one loop",
            values: &[("stages", "4"), ("stop", "8000"), ("queues", "one")],
            question: Question {
                ask: "The sink's loop calls the stages in turn. How many chunks are in flight at most?",
                unit: "chunks",
                measure: "in_flight",
            },
        },
        Preset {
            label: "One unbounded queue",
            values: &[("queues", "first"), ("source", "100"), ("sink", "100")],
            question: Question {
                ask: "Two of three queues hold 4 chunks, and one has no limit. How many ms does the source wait?",
                unit: "ms",
                measure: "waited",
            },
        },
        Preset {
            label: "A slow stage",
            values: &[
                ("stages", "1"),
                ("source", "50"),
                ("stage", "10"),
                ("stop", "0"),
            ],
            question: Question {
                ask: "The stage is the slowest. How many chunks stand in the queue behind it, before the sink, at most?",
                unit: "chunks",
                measure: "last_queue",
            },
        },
        Preset {
            label: "A slow sink",
            values: &[
                ("source", "100"),
                ("sink", "20"),
                ("stop", "0"),
                ("capacity", "16"),
            ],
            question: Question {
                ask: "Nobody stops, and the three queues hold 16 chunks each. How old is the oldest chunk that the \
                      sink takes?",
                unit: "ms",
                measure: "oldest",
            },
        },
    ],
    run: |values| Box::new(run(values)),
};

/// How long a run is.
const LENGTH_MS: u32 = 10_000;
/// When the sink stops.
const STOP_MS: u32 = 2000;
/// How much time is one point of a curve.
const PIECE_MS: u32 = 100;

/// The most who work: a source, four stages and a sink.
const WORKERS: usize = 6;
const QUEUES: usize = WORKERS - 1;
/// The capacity of a queue without a limit: more than the fastest source makes in a run.
const UNBOUNDED: usize = 100_000;

/// What a channel carries: when the chunk was made.
type Chunk = Micros;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Doing {
    /// Has nothing to do.
    #[default]
    Idle,
    Works,
    /// Has a chunk that it cannot hand on.
    Waits,
    /// Of the sink: does not go on.
    Stopped,
}

/// The state at one moment, and the highest levels since the moment before it.
#[derive(Debug, Clone, Copy, Default)]
struct Moment {
    made: u32,
    handled: u32,
    in_flight_max: u32,
    queued: [u32; QUEUES],
    queued_max: [u32; QUEUES],
    doing: [Doing; WORKERS],
    /// How long each has waited in all.
    waited: [Micros; WORKERS],
}

impl Moment {
    fn in_flight(&self) -> u32 {
        self.made - self.handled
    }
}

#[derive(Debug, Default)]
struct Ledger {
    now: Moment,
    waiting_since: [Option<Micros>; WORKERS],
    /// The longest wait of the source: how long, and since when.
    longest: (Micros, Micros),
    /// How old a chunk was at most when the sink took it.
    oldest: Micros,
    samples: Vec<Moment>,
}

impl Ledger {
    fn make(&mut self) {
        self.now.made += 1;
        self.now.in_flight_max = self.now.in_flight_max.max(self.now.in_flight());
    }

    /// The sink took a chunk.
    fn take(&mut self, age: Micros) {
        self.oldest = self.oldest.max(age);
    }

    fn wait(&mut self, worker: usize, now: Micros) {
        self.now.doing[worker] = Doing::Waits;
        self.waiting_since[worker] = Some(now);
    }

    /// A chunk is in the queue.
    fn hand_on(&mut self, worker: usize, now: Micros) {
        if let Some(since) = self.waiting_since[worker].take() {
            self.now.waited[worker] += now - since;
            if worker == 0 {
                self.longest = self.longest.max((now - since, since));
            }
        }
        self.now.doing[worker] = Doing::Idle;
        let queued = &mut self.now.queued[worker];
        *queued += 1;
        self.now.queued_max[worker] = self.now.queued_max[worker].max(*queued);
    }

    fn sample(&mut self, at: Micros) {
        let mut sample = self.now;
        for (waited, since) in sample.waited.iter_mut().zip(self.waiting_since) {
            *waited += since.map_or(0, |since| at - since);
        }
        if let Some(since) = self.waiting_since[0] {
            self.longest = self.longest.max((at - since, since));
        }
        self.samples.push(sample);
        self.now.queued_max = self.now.queued;
        self.now.in_flight_max = self.now.in_flight();
    }
}

/// One who works.
struct Worker {
    number: usize,
    clock: Clock,
    ledger: Rc<RefCell<Ledger>>,
    /// For one chunk.
    time: Micros,
}

impl Worker {
    async fn work(&self) {
        self.ledger.borrow_mut().now.doing[self.number] = Doing::Works;
        self.clock.sleep(self.time).await;
    }

    async fn hand_on(&self, chunk: Chunk, to: &mpsc::Sender<Chunk>) {
        self.ledger.borrow_mut().wait(self.number, self.clock.now());
        // The permit and the count change together, before anybody else runs.
        if let Ok(place) = to.reserve().await {
            place.send(chunk);
            let now = self.clock.now();
            self.ledger.borrow_mut().hand_on(self.number, now);
        }
    }

    async fn take(&self, from: &mut mpsc::Receiver<Chunk>) -> Option<Chunk> {
        let chunk = from.recv().await?;
        self.ledger.borrow_mut().now.queued[self.number - 1] -= 1;
        Some(chunk)
    }

    async fn source(self, to: mpsc::Sender<Chunk>) {
        loop {
            self.work().await;
            self.ledger.borrow_mut().make();
            self.hand_on(self.clock.now(), &to).await;
        }
    }

    async fn stage(self, mut from: mpsc::Receiver<Chunk>, to: mpsc::Sender<Chunk>) {
        while let Some(chunk) = self.take(&mut from).await {
            self.work().await;
            self.hand_on(chunk, &to).await;
        }
    }

    async fn sink(self, mut from: mpsc::Receiver<Chunk>, stop: std::ops::Range<Micros>) {
        while let Some(made) = self.take(&mut from).await {
            let now = self.clock.now();
            self.ledger.borrow_mut().take(now - made);
            if stop.contains(&now) {
                self.ledger.borrow_mut().now.doing[self.number] = Doing::Stopped;
                self.clock.sleep(stop.end - now).await;
            }
            self.work().await;
            let mut ledger = self.ledger.borrow_mut();
            ledger.now.handled += 1;
            ledger.now.doing[self.number] = Doing::Idle;
        }
    }
}

fn run(values: &Values) -> Run {
    let number = |name| values.number(name) as u64;
    let time = |name| 1_000_000 / number(name);
    let kind = values.text("queues");
    let stages = number("stages") as usize;
    let (queues, sink_time) = match kind {
        "one" => (1, stages as Micros * time("stage") + time("sink")),
        _ => (stages + 1, time("sink")),
    };
    let mut capacities = vec![number("capacity") as usize; queues];
    match kind {
        "first" => capacities[0] = UNBOUNDED,
        "last" => capacities[queues - 1] = UNBOUNDED,
        _ => {}
    }

    let mut sim = Sim::new();
    let ledger = Rc::new(RefCell::new(Ledger::default()));
    let worker = |number, time| Worker {
        number,
        clock: sim.clock(),
        ledger: ledger.clone(),
        time,
    };
    let (to, mut last) = mpsc::channel(capacities[0]);
    sim.spawn(worker(0, time("source")).source(to));
    for (i, capacity) in capacities.iter().enumerate().skip(1) {
        let (to, next) = mpsc::channel(*capacity);
        let from = std::mem::replace(&mut last, next);
        sim.spawn(worker(i, time("stage")).stage(from, to));
    }
    let begin = Micros::from(STOP_MS) * 1000;
    let stop = begin..begin + number("stop") * 1000;
    sim.spawn(worker(queues, sink_time).sink(last, stop));
    for ms in 0..=Micros::from(LENGTH_MS) {
        sim.advance_to(ms * 1000);
        ledger.borrow_mut().sample(ms * 1000);
    }

    let mut ledger = ledger.borrow_mut();
    let samples = std::mem::take(&mut ledger.samples);
    let all = Piece::of(&samples);
    let names = (0..=queues).map(|worker| match worker {
        0 => "source".to_owned(),
        _ if worker < queues => format!("stage {worker}"),
        _ if kind == "one" && stages > 0 => "loop".to_owned(),
        _ => "sink".to_owned(),
    });
    Run {
        names: names.collect(),
        capacities,
        size: number("size"),
        longest: ledger.longest,
        oldest: ledger.oldest,
        samples,
        all,
    }
}

/// The highest levels of some time.
#[derive(Debug, Clone, Copy, Default)]
struct Piece {
    queued: [u32; QUEUES],
    in_flight: u32,
}

impl Piece {
    fn of(moments: &[Moment]) -> Self {
        let mut piece = Self::default();
        for moment in moments {
            piece.in_flight = piece.in_flight.max(moment.in_flight_max);
            for (most, queued) in piece.queued.iter_mut().zip(moment.queued_max) {
                *most = (*most).max(queued);
            }
        }
        piece
    }
}

/// A run, as one moment for each millisecond.
struct Run {
    /// Of those who work, from the source to the sink.
    names: Vec<String>,
    /// Of the queues; [`UNBOUNDED`] is none.
    capacities: Vec<usize>,
    /// Of a chunk, in KiB.
    size: u64,
    longest: (Micros, Micros),
    oldest: Micros,
    samples: Vec<Moment>,
    /// The highest levels of the whole run, for the axes and for questions.
    all: Piece,
}

impl Run {
    /// The sum of all places, if there is one.
    fn places(&self) -> Option<usize> {
        let bounded = !self.capacities.contains(&UNBOUNDED);
        bounded.then(|| self.capacities.iter().sum::<usize>() + self.names.len())
    }

    /// From when to when each piece of time until `at` is.
    fn pieces(at: u32) -> impl Iterator<Item = (u32, u32)> + Clone {
        let starts = (0..at).step_by(PIECE_MS as usize);
        starts.map(move |from| (from, (from + PIECE_MS).min(at)))
    }

    fn highest(&self, from: u32, to: u32) -> Piece {
        Piece::of(&self.samples[from as usize + 1..=to as usize])
    }

    fn worker(&self, svg: &mut Svg, plot: &Plot, worker: usize, at: u32) {
        let baseline = plot.top + plot.height;
        svg.text("label small end", 58.0, baseline, &self.names[worker]);
        let mut waits = vec![(0.0, 0.0)];
        for (from, to) in Self::pieces(at) {
            let waited = |at: u32| self.samples[at as usize].waited[worker];
            let share = (waited(to) - waited(from)) as f64 / f64::from(to - from) / 1000.0;
            waits.push((f64::from(from), share));
            waits.push((f64::from(to), share));
        }
        waits.push((at.into(), 0.0));
        plot.area(svg, "fill bad", &waits);
        if worker + 1 == self.names.len() {
            let stopped = |ms: &u32| self.samples[*ms as usize].doing[worker] == Doing::Stopped;
            if let Some(from) = (0..at).find(stopped) {
                let to = (from..at).find(|ms| !stopped(ms)).unwrap_or(at);
                let (from, to) = (plot.x(from.into()), plot.x(to.into()));
                svg.rect("soft", from, plot.top, to - from, plot.height);
            }
        }
        svg.line(
            "wire muted",
            &[(plot.left, baseline), (plot.left + plot.width, baseline)],
        );
        let (class, text) = match self.samples[at as usize].doing[worker] {
            Doing::Idle => ("good", "idle"),
            Doing::Works => ("muted", "works"),
            Doing::Waits => ("bad", "waits"),
            Doing::Stopped => ("", "stopped"),
        };
        svg.text(&format!("label small start {class}"), 268.0, baseline, text);
    }

    fn queue(&self, svg: &mut Svg, plot: &Plot, queue: usize, at: u32, pieces: &[(u32, Piece)]) {
        let bottom = plot.top + plot.height;
        let queued = self.samples[at as usize].queued[queue];
        let level = (f64::from(queued) / plot.y_max * plot.height).min(plot.height);
        svg.rect("soft accent", 28.0, bottom - level, 30.0, level);
        svg.line(
            "wire",
            &[
                (28.0, plot.top - 2.0),
                (28.0, bottom),
                (58.0, bottom),
                (58.0, plot.top - 2.0),
            ],
        );
        let mut levels = vec![(0.0, 0.0)];
        levels.extend(
            (pieces.iter()).map(|(to, piece)| (f64::from(*to), f64::from(piece.queued[queue]))),
        );
        plot.area(svg, "soft accent", &levels);
        plot.axes(svg);
        svg.text(
            "label small start",
            268.0,
            plot.top + 14.0,
            &grouped(queued.into()),
        );
        let limit = match self.capacities[queue] {
            UNBOUNDED => "no limit".to_owned(),
            capacity => format!("of {capacity}"),
        };
        svg.text("label small start muted", 268.0, plot.top + 28.0, &limit);
    }

    fn memory(&self, chunks: u32) -> String {
        kib(u64::from(chunks) * self.size)
    }

    fn summary(&self, at: u32) -> String {
        let now = &self.samples[at as usize];
        let waiting = self.names.iter().zip(now.doing);
        let waiting = waiting.filter(|(_, doing)| *doing == Doing::Waits);
        let waiting: Vec<_> = waiting.map(|(name, _)| name.as_str()).collect();
        let waiting = match waiting.as_slice() {
            [] => "Nobody waits to hand on.".to_owned(),
            waiting => format!("To hand on, these wait: {}.", waiting.join(", ")),
        };
        format!(
            "At {:.1} s: {} chunks made, {} handled, {} in flight, which is {} of memory. The source has waited {:.1} s. \
             {waiting}",
            f64::from(at) / 1000.0,
            grouped(now.made.into()),
            grouped(now.handled.into()),
            grouped(now.in_flight().into()),
            self.memory(now.in_flight()),
            now.waited[0] as f64 / 1e6,
        )
    }

    /// One row for each second up to `at`.
    fn table(&self, at: u32) -> Table {
        let mut head = ["second", "made", "handled"].map(str::to_owned).to_vec();
        for queue in 1..=self.capacities.len() {
            head.push(format!("highest queue {queue}"));
        }
        head.extend(["highest in flight", "memory", "source waited"].map(str::to_owned));
        let rows = (0..at.div_ceil(1000)).map(|second| {
            let (from, to) = (second * 1000, ((second + 1) * 1000).min(at));
            let (old, new) = (&self.samples[from as usize], &self.samples[to as usize]);
            let highest = self.highest(from, to);
            let mut row = vec![
                (second + 1).to_string(),
                (new.made - old.made).to_string(),
                (new.handled - old.handled).to_string(),
            ];
            for queued in &highest.queued[..self.capacities.len()] {
                row.push(grouped((*queued).into()));
            }
            row.push(grouped(highest.in_flight.into()));
            row.push(self.memory(highest.in_flight));
            row.push(format!(
                "{} ms",
                grouped((new.waited[0] - old.waited[0]) / 1000)
            ));
            row
        });
        Table {
            rows: rows.collect(),
            head,
        }
    }
}

impl Trace for Run {
    fn end(&self) -> u32 {
        LENGTH_MS
    }

    fn frame(&self, at: u32) -> Frame {
        let queues = self.capacities.len();
        let mut svg = Svg::new(40.0 + 15.0 * self.names.len() as f64 + 40.0 * queues as f64 + 74.0);
        svg.rect("fill bad", 66.0, 4.0, 10.0, 10.0);
        svg.text("label small start", 80.0, 13.0, "waits to hand on");
        svg.rect("soft accent", 190.0, 4.0, 10.0, 10.0);
        svg.text("label small start", 204.0, 13.0, "in the queue");
        svg.rect("soft", 190.0, 20.0, 10.0, 10.0);
        svg.text("label small start", 204.0, 29.0, "stopped");

        let plot = |top, height, y_max| Plot {
            left: 66.0,
            top,
            width: 196.0,
            height,
            x_max: LENGTH_MS.into(),
            y_max,
        };
        let pieces: Vec<_> = Self::pieces(at)
            .map(|(from, to)| (to, self.highest(from, to)))
            .collect();
        let mut y = 40.0;
        for worker in 0..self.names.len() {
            self.worker(&mut svg, &plot(y, 9.0, 1.0), worker, at);
            y += 15.0;
            if let Some(capacity) = self.capacities.get(worker) {
                let most = match *capacity {
                    UNBOUNDED => draw::round_up(self.all.queued[worker].max(1).into()),
                    capacity => capacity as f64,
                };
                self.queue(&mut svg, &plot(y, 32.0, most), worker, at, &pieces);
                y += 40.0;
            }
        }

        let now = &self.samples[at as usize];
        let places = self.places();
        let most = places.map_or(self.all.in_flight, |places| places as u32);
        let total = plot(y + 6.0, 44.0, draw::round_up(most.max(1).into()));
        svg.text("label small end", 58.0, y + 26.0, "in flight");
        let most = grouped(total.y_max as u64);
        svg.text("label small end muted", 62.0, y + 11.0, &most);
        svg.text("label small end muted", 62.0, y + 54.0, "0");
        let mut levels = vec![(0.0, 0.0)];
        levels.extend((pieces.iter()).map(|(to, piece)| (f64::from(*to), piece.in_flight.into())));
        total.area(&mut svg, "soft accent", &levels);
        total.axes(&mut svg);
        if let Some(places) = places {
            let y = total.y(places as f64);
            svg.line(
                "wire muted dash",
                &[(total.left, y), (total.left + total.width, y)],
            );
        }
        let in_flight = grouped(now.in_flight().into());
        svg.text("label small start", 268.0, y + 24.0, &in_flight);
        svg.text(
            "label small start",
            268.0,
            y + 38.0,
            &self.memory(now.in_flight()),
        );
        for (second, class) in [(0, "start"), (5, ""), (10, "end")] {
            let x = total.x(f64::from(second) * 1000.0);
            svg.text(
                &format!("label small muted {class}"),
                x,
                y + 66.0,
                &format!("{second} s"),
            );
        }
        let x = total.x(at.into());
        svg.line("wire muted", &[(x, 38.0), (x, y + 50.0)]);

        Frame {
            svg: svg.finish("A source, stages and a sink, the queues between them, and what was in flight over time"),
            summary: self.summary(at),
            table: self.table(at),
        }
    }

    fn measures(&self) -> Vec<(&'static str, f64)> {
        let last = &self.samples[LENGTH_MS as usize];
        let queues = self.capacities.len();
        let mut measures = vec![
            ("made", last.made.into()),
            ("handled", last.handled.into()),
            ("left", last.in_flight().into()),
            ("in_flight", self.all.in_flight.into()),
            ("first_queue", self.all.queued[0].into()),
            ("last_queue", self.all.queued[queues - 1].into()),
            ("oldest", (self.oldest / 1000) as f64),
            ("waited", (last.waited[0] / 1000) as f64),
        ];
        let (wait, since) = self.longest;
        if let Some(reached) = (since / 1000).checked_sub(STOP_MS.into())
            && wait > 0
        {
            measures.push(("reached", reached as f64));
        }
        measures
    }
}
