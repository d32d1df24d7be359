//! Many jobs and a limit: who waits behind a slow one, where, and for how long.

use crate::clock::{Clock, Micros, Sim, Tasks};
use crate::draw::{self, Plot, Svg, grouped, kib};
use crate::model::{Control, Frame, Kind, Lab, Pace, Preset, Question, Table, Trace, Values};
use futures::future::{LocalBoxFuture, join_all};
use futures::stream::{LocalBoxStream, StreamExt, iter};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use tokio::sync::Semaphore;

/// The lab.
pub static LAB: Lab = Lab {
    name: "head-of-line",
    title: "Head of line",
    caption: "Above, the places and what is in each at this moment, the oldest item on the left. Below, over time: \
              the items that are held, with their memory on the right, and how many were let go.",
    pace: Pace {
        unit: "ms",
        step: 10,
        per_second: 2000,
    },
    figure_at: 23_000,
    controls: &[
        Control {
            name: "how",
            label: "Answers leave",
            kind: Kind::Choice {
                options: &[
                    ("ordered", "in order: buffered"),
                    ("unordered", "in any order: buffer_unordered"),
                    ("batches", "in batches: join_all"),
                    ("queue", "in order: tasks in a queue"),
                ],
                default: "ordered",
            },
        },
        Control {
            name: "limit",
            label: "At work at once",
            kind: Kind::Range {
                min: 1,
                max: 100,
                step: 1,
                unit: "jobs",
                default: 50,
            },
        },
        Control {
            name: "window",
            label: "Window of the queue",
            kind: Kind::Range {
                min: 10,
                max: 5000,
                step: 10,
                unit: "items",
                default: 500,
            },
        },
        Control {
            name: "jobs",
            label: "Jobs",
            kind: Kind::Range {
                min: 40,
                max: 20_000,
                step: 20,
                unit: "",
                default: 20_000,
            },
        },
        Control {
            name: "every",
            label: "One slow job in",
            kind: Kind::Range {
                min: 10,
                max: 1000,
                step: 10,
                unit: "jobs",
                default: 1000,
            },
        },
        Control {
            name: "slow",
            label: "A slow job takes",
            kind: Kind::Range {
                min: 10,
                max: 2000,
                step: 10,
                unit: "ms",
                default: 1000,
            },
        },
        Control {
            name: "size",
            label: "Item size",
            kind: Kind::Range {
                min: 1,
                max: 1024,
                step: 1,
                unit: "KiB",
                default: 4,
            },
        },
    ],
    presets: &[
        Preset {
            label: "In order",
            values: &[],
            question: Question {
                ask: "20,000 jobs of 10 ms, 50 at once, would take 4 s. Now 20 of them take 1 s, and answers leave \
                      in order. How long does it all take?",
                unit: "ms",
                measure: "end",
            },
        },
        Preset {
            label: "In any order",
            values: &[("how", "unordered")],
            question: Question {
                ask: "The same jobs, and an answer leaves when it is there. How long does it all take?",
                unit: "ms",
                measure: "end",
            },
        },
        Preset {
            label: "Batches",
            values: &[("how", "batches")],
            question: Question {
                ask: "50 jobs are started, and when all of them are done the next 50. How long does it all take?",
                unit: "ms",
                measure: "end",
            },
        },
        Preset {
            label: "A window of 500",
            values: &[("how", "queue")],
            question: Question {
                ask: "In order again, 50 at work, and up to 500 items are held. How long does it all take?",
                unit: "ms",
                measure: "end",
            },
        },
        Preset {
            label: "A window of 5,000",
            values: &[("how", "queue"), ("window", "5000")],
            question: Question {
                ask: "Now order costs no time. How many finished answers will be in memory at once, behind a slow \
                      one?",
                unit: "answers",
                measure: "done",
            },
        },
        Preset {
            label: "Five places, closely",
            values: &[
                ("limit", "5"),
                ("jobs", "40"),
                ("every", "20"),
                ("slow", "100"),
            ],
            question: Question {
                ask: "40 jobs, five places, in order. Jobs 0 and 20 take 100 ms, the others 10 ms. For how long is \
                      one job alone at work?",
                unit: "ms",
                measure: "alone",
            },
        },
    ],
    run: |values| Box::new(run(values)),
};

/// How long a usual job takes.
const USUAL: Micros = 10_000;

/// When things happened to one job, in ms; [`NEVER`] if they did not.
#[derive(Debug, Clone, Copy)]
struct Job {
    taken: u32,
    begun: u32,
    done: u32,
    gone: u32,
}

const NEVER: u32 = u32::MAX;

#[derive(Debug)]
struct Ledger {
    jobs: Vec<Job>,
    /// How things stood after each moment in which something happened.
    levels: Vec<Level>,
    most: u32,
}

impl Ledger {
    /// One item goes from one state to the next; out of none when it is taken, and into none when its
    /// answer was used.
    fn change(&mut self, ms: u32, from: Option<State>, to: Option<State>) {
        let mut level = self.levels.last().copied().unwrap_or_default();
        if ms > level.ms {
            level.area = level.area_at(ms);
            level.ms = ms;
        } else {
            self.levels.pop();
        }
        if let Some(state) = from {
            level.items[state as usize] -= 1;
        }
        match to {
            Some(state) => level.items[state as usize] += 1,
            None => level.gone += 1,
        }
        self.most = self.most.max(level.items.iter().sum());
        self.levels.push(level);
    }
}

#[derive(Clone)]
struct World {
    clock: Clock,
    ledger: Rc<RefCell<Ledger>>,
    every: usize,
    slow: Micros,
}

impl World {
    /// Notes when something happens to a job.
    fn note(
        &self,
        number: usize,
        when: fn(&mut Job) -> &mut u32,
        from: Option<State>,
        to: Option<State>,
    ) {
        let now = (self.clock.now() / 1000) as u32;
        let mut ledger = self.ledger.borrow_mut();
        *when(&mut ledger.jobs[number]) = now;
        ledger.change(now, from, to);
    }

    /// An item is made: from now on it is held.
    fn take(&self, number: usize) {
        self.note(number, |job| &mut job.taken, None, Some(State::Waiting));
    }

    /// Its answer was used: from now on nothing of it is held.
    fn let_go(&self, number: usize) {
        self.note(number, |job| &mut job.gone, Some(State::Done), None);
    }

    /// The work of one job. Boxed, so that all combinators are compiled for one kind of future.
    fn work(&self, number: usize) -> LocalBoxFuture<'static, usize> {
        let (world, state) = (self.clone(), State::Working);
        Box::pin(async move {
            world.note(
                number,
                |job| &mut job.begun,
                Some(State::Waiting),
                Some(state),
            );
            let slow = number.is_multiple_of(world.every);
            world
                .clock
                .sleep(if slow { world.slow } else { USUAL })
                .await;
            world.note(number, |job| &mut job.done, Some(state), Some(State::Done));
            number
        })
    }

    async fn stream(self, mut answers: LocalBoxStream<'static, usize>) {
        while let Some(number) = answers.next().await {
            self.let_go(number);
        }
    }

    async fn batches(self, mut items: impl Iterator<Item = usize>, limit: usize) {
        loop {
            let batch = items.by_ref().take(limit);
            let batch = join_all(batch.map(|number| self.work(number))).await;
            if batch.is_empty() {
                break;
            }
            batch.into_iter().for_each(|number| self.let_go(number));
        }
    }

    async fn queue(
        self,
        mut items: impl Iterator<Item = usize>,
        limit: usize,
        window: usize,
        tasks: Tasks,
    ) {
        let permits = Rc::new(Semaphore::new(limit));
        let mut queue = VecDeque::new();
        loop {
            for number in items.by_ref().take(window - queue.len()) {
                let (permits, world) = (permits.clone(), self.clone());
                queue.push_back(tasks.spawn(async move {
                    let _permit = permits.acquire().await;
                    world.work(number).await
                }));
            }
            let Some(first) = queue.pop_front() else {
                break;
            };
            if let Ok(number) = first.await {
                self.let_go(number);
            }
        }
    }
}

fn run(values: &Values) -> Run {
    let number = |name| values.number(name) as usize;
    let (how, limit, jobs) = (values.text("how"), number("limit"), number("jobs"));
    let never = Job {
        taken: NEVER,
        begun: NEVER,
        done: NEVER,
        gone: NEVER,
    };
    let mut sim = Sim::new();
    let world = World {
        clock: sim.clock(),
        ledger: Rc::new(RefCell::new(Ledger {
            jobs: vec![never; jobs],
            levels: Vec::new(),
            most: 0,
        })),
        every: number("every"),
        slow: 1000 * number("slow") as Micros,
    };
    let taker = world.clone();
    let items = (0..jobs).inspect(move |number| taker.take(*number));
    let mut places = limit;
    match how {
        "batches" => sim.spawn(world.clone().batches(items, limit)),
        "queue" => {
            places = number("window");
            sim.spawn(world.clone().queue(items, limit, places, sim.tasks()));
        }
        _ => {
            let worker = world.clone();
            let work = items.map(move |number| worker.work(number));
            let answers = match how {
                "unordered" => iter(work).buffer_unordered(limit).boxed_local(),
                _ => iter(work).buffered(limit).boxed_local(),
            };
            sim.spawn(world.clone().stream(answers));
        }
    }
    // All of them one after the other would take this long.
    sim.advance_to(jobs as Micros * world.slow.max(USUAL));

    let mut ledger = world.ledger.borrow_mut();
    let levels = std::mem::take(&mut ledger.levels);
    Run {
        in_order: matches!(how, "ordered" | "queue"),
        places,
        size: number("size") as u64,
        jobs: std::mem::take(&mut ledger.jobs),
        most: ledger.most,
        end: levels.last().map_or(1, |level| level.ms.max(1)),
        levels,
    }
}

/// What an item is doing, in the order in which an area is put on the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Working,
    Done,
    Waiting,
}

impl State {
    const ALL: [Self; 3] = [Self::Working, Self::Done, Self::Waiting];

    fn class(self) -> &'static str {
        match self {
            Self::Working => "fill accent",
            Self::Done => "soft bad",
            Self::Waiting => "soft muted",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Working => "at work",
            Self::Done => "done, held",
            Self::Waiting => "waits",
        }
    }
}

impl Job {
    fn state(&self, at: u32) -> Option<State> {
        match self {
            job if at < job.taken || at >= job.gone => None,
            job if at < job.begun => Some(State::Waiting),
            job if at < job.done => Some(State::Working),
            _ => Some(State::Done),
        }
    }
}

/// How many items were in each state from a moment on.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    ms: u32,
    items: [u32; 3],
    gone: u32,
    /// The items so far times the milliseconds that they were in each state.
    area: [u64; 3],
}

impl Level {
    fn area_at(&self, ms: u32) -> [u64; 3] {
        let passed = u64::from(ms - self.ms);
        std::array::from_fn(|i| self.area[i] + u64::from(self.items[i]) * passed)
    }
}

struct Run {
    in_order: bool,
    places: usize,
    /// Of one item, in KiB.
    size: u64,
    jobs: Vec<Job>,
    most: u32,
    levels: Vec<Level>,
    end: u32,
}

impl Run {
    fn level(&self, at: u32) -> &Level {
        let after = self.levels.partition_point(|level| level.ms <= at);
        &self.levels[after - 1]
    }

    /// How many items were in each state on average.
    fn average(&self, from: u32, to: u32) -> [f64; 3] {
        let (old, new) = (self.level(from).area_at(from), self.level(to).area_at(to));
        std::array::from_fn(|i| (new[i] - old[i]) as f64 / f64::from(to - from))
    }

    /// The oldest item that is held.
    fn head(&self, at: u32) -> Option<usize> {
        self.jobs.iter().position(|job| job.state(at).is_some())
    }

    /// Whether there is room for a lane for each place and a bar for each job.
    fn has_lanes(&self) -> bool {
        self.places <= 10 && self.jobs.len() <= 60
    }

    fn strip(&self, svg: &mut Svg, at: u32) {
        let (left, width, top) = (7.0, 306.0, 24.0);
        svg.rect("box muted", left, top, width, 22.0);
        let held: Vec<_> = self.jobs.iter().filter_map(|job| job.state(at)).collect();
        let cell = width / self.places as f64;
        // Where a cell would be too narrow to be seen, some are one, and one at work counts for all.
        let together = self.places.div_ceil(150);
        let cells = held.chunks(together).map(|cells| {
            let working = cells.contains(&State::Working);
            (if working { State::Working } else { cells[0] }, cells.len())
        });
        let mut runs: Vec<(State, usize)> = Vec::new();
        for (state, count) in cells {
            match runs.last_mut() {
                Some((last, sum)) if *last == state && cell < 9.0 => *sum += count,
                _ => runs.push((state, count)),
            }
        }
        let mut x = left;
        for (state, count) in runs {
            let wide = cell * count as f64;
            let gap = if cell < 9.0 { 0.0 } else { 1.0 };
            svg.rect(state.class(), x + gap, top + 2.0, wide - 2.0 * gap, 18.0);
            x += wide;
        }
    }

    fn legend(&self, svg: &mut Svg, y: f64) {
        for (state, x) in State::ALL.into_iter().zip([7.0, 80.0, 172.0]) {
            svg.rect(state.class(), x, y - 9.0, 10.0, 10.0);
            svg.text("label small start", x + 15.0, y, state.name());
        }
        svg.rect("box muted", 232.0, y - 9.0, 10.0, 10.0);
        svg.text("label small start", 247.0, y, "free");
    }

    /// One bar for each job, in the lane of its place.
    fn lanes(&self, svg: &mut Svg, plot: &Plot, at: u32) {
        let tall = plot.height / self.places as f64;
        let mut free = vec![0; self.places];
        for (number, job) in self.jobs.iter().enumerate() {
            let Some(lane) = free.iter().position(|free| *free <= job.taken) else {
                continue;
            };
            free[lane] = job.gone;
            let top = plot.top + tall * lane as f64 + 1.0;
            let parts = [
                (State::Waiting, job.taken, job.begun),
                (State::Working, job.begun, job.done),
                (State::Done, job.done, job.gone),
            ];
            for (state, from, to) in parts {
                let to = to.min(at);
                if from < to {
                    let (from, to) = (plot.x(from.into()), plot.x(to.into()));
                    svg.rect(state.class(), from, top, to - from - 0.8, tall - 3.0);
                }
            }
            let wide = plot.x(job.gone.min(at).into()) - plot.x(job.done.min(at).into());
            if tall >= 14.0 && wide >= 20.0 {
                let x = plot.x(job.done.into()) + 3.0;
                svg.text(
                    "label small start bad",
                    x,
                    top + tall / 2.0 + 3.0,
                    &number.to_string(),
                );
            }
        }
    }

    /// The areas of the three states, one on the other.
    fn areas(&self, svg: &mut Svg, plot: &Plot, at: u32) {
        let piece = self.end.div_ceil(PIECES).max(1);
        let mut sums: [Vec<(f64, f64)>; 3] = Default::default();
        let mut from = 0;
        while from < at {
            let to = (from + piece).min(at);
            let mut sum = 0.0;
            for (items, sums) in self.average(from, to).into_iter().zip(&mut sums) {
                sum += items;
                sums.push((from.into(), sum));
                sums.push((to.into(), sum));
            }
            from = to;
        }
        // Each from the axis on, the highest first, so that no area has the line of another in it.
        for (i, state) in State::ALL.into_iter().enumerate().rev() {
            let sums_below = |point: usize| if i > 0 { sums[i - 1][point].1 } else { 0.0 };
            let mut points = sums[i].iter().enumerate();
            if points.any(|(point, (_, sum))| *sum > sums_below(point)) {
                plot.area(svg, state.class(), &sums[i]);
            }
        }
    }

    fn summary(&self, at: u32) -> String {
        let [working, done, waiting] = self.level(at).items.map(|items| grouped(items.into()));
        let gone = self.level(at).gone;
        let all = self.jobs.len() as u64;
        if at == self.end {
            return format!(
                "All {} were let go after {} ms. At most {} were held, {} of them done, which is {} of memory.",
                grouped(all),
                grouped(self.end.into()),
                grouped(self.most.into()),
                grouped(self.done().into()),
                kib(u64::from(self.most) * self.size),
            );
        }
        let behind = match self.head(at) {
            Some(head) if self.in_order => format!("done behind job {}", grouped(head as u64)),
            _ => "done".to_owned(),
        };
        let held: u32 = self.level(at).items.iter().sum();
        format!(
            "At {} ms: {working} at work, {done} {behind}, {waiting} not begun; together {} of memory. {} of {} were \
             let go.",
            grouped(at.into()),
            kib(u64::from(held) * self.size),
            grouped(gone.into()),
            grouped(all),
        )
    }

    /// One row for each tenth of the time up to `at`.
    fn table(&self, at: u32) -> Table {
        let head = [
            "until",
            "at work, on average",
            "done and held, on average",
            "not begun, on average",
            "let go",
            "memory, on average",
        ];
        let tenth = self.end.div_ceil(10);
        let rows = (0..at.div_ceil(tenth)).map(|row| {
            let (from, to) = (row * tenth, ((row + 1) * tenth).min(at));
            let average = self.average(from, to);
            let mut cells = vec![format!("{} ms", grouped(to.into()))];
            cells.extend(average.map(|items| format!("{items:.1}")));
            cells.push(grouped(self.level(to).gone.into()));
            let held: f64 = average.iter().sum();
            cells.push(kib((held * self.size as f64) as u64));
            cells
        });
        Table {
            head: head.map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }
    }

    /// The most items that were done and held at once.
    fn done(&self) -> u32 {
        let done = self
            .levels
            .iter()
            .map(|level| level.items[State::Done as usize]);
        done.max().unwrap_or_default()
    }

    /// How long exactly one job was at work, in ms.
    fn alone(&self) -> u32 {
        let spans = self.levels.windows(2);
        let alone = spans.filter(|span| span[0].items[State::Working as usize] == 1);
        alone.map(|span| span[1].ms - span[0].ms).sum()
    }
}

/// The most points along the time.
const PIECES: u32 = 112;

impl Trace for Run {
    fn end(&self) -> u32 {
        self.end
    }

    fn frame(&self, at: u32) -> Frame {
        let mut svg = Svg::new(292.0);
        let places = match self.places {
            1 => "1 place".to_owned(),
            places => format!("{} places", grouped(places as u64)),
        };
        svg.text("label small start", 7.0, 16.0, &places);
        if let Some(head) = self.head(at) {
            let head = format!("oldest: job {}", grouped(head as u64));
            svg.text("label small end", 313.0, 16.0, &head);
        }
        self.strip(&mut svg, at);
        self.legend(&mut svg, 66.0);

        let plot = |top, height, y_max| Plot {
            left: 46.0,
            top,
            width: 212.0,
            height,
            x_max: self.end.into(),
            y_max,
        };
        let held = plot(98.0, 100.0, draw::round_up(self.most.into()));
        if self.has_lanes() {
            svg.text("label small start", 1.0, 88.0, "a lane for each place");
            self.lanes(&mut svg, &held, at);
        } else {
            svg.text("label small start", 1.0, 88.0, "items held");
            svg.text("label small end", 319.0, 88.0, "memory");
            self.areas(&mut svg, &held, at);
            for (part, y) in [(1.0, 102.0), (0.0, 202.0)] {
                let items = (held.y_max * part) as u64;
                svg.text("label small end muted", 42.0, y, &grouped(items));
                let memory = kib(items * self.size);
                svg.text("label small start muted", 262.0, y, &memory);
            }
        }
        held.axes(&mut svg);

        let gone = plot(226.0, 40.0, self.jobs.len() as f64);
        svg.text("label small start", 1.0, 218.0, "let go");
        let piece = self.end.div_ceil(PIECES).max(1);
        let mut curve: Vec<_> = (0..=at / piece).map(|part| part * piece).collect();
        curve.push(at);
        let curve = curve.into_iter();
        let curve = curve.map(|ms| (f64::from(ms), f64::from(self.level(ms).gone)));
        gone.curve(&mut svg, "wire good", &curve.collect::<Vec<_>>());
        gone.axes(&mut svg);
        let all = grouped(self.jobs.len() as u64);
        svg.text("label small end muted", 42.0, 230.0, &all);
        svg.text("label small end muted", 42.0, 270.0, "0");
        svg.text("label small muted start", 46.0, 284.0, "0");
        let end = format!("{} ms", grouped(self.end.into()));
        svg.text("label small muted end", 258.0, 284.0, &end);
        let x = gone.x(at.into());
        svg.line("wire muted", &[(x, 94.0), (x, 270.0)]);

        Frame {
            svg: svg.finish(
                "The places for jobs, what is held in them, and how many were let go over time",
            ),
            summary: self.summary(at),
            table: self.table(at),
        }
    }

    fn measures(&self) -> Vec<(&'static str, f64)> {
        let all_gone = self.jobs.iter().all(|job| job.gone != NEVER);
        vec![
            ("end", self.end.into()),
            ("held", self.most.into()),
            ("done", self.done().into()),
            ("alone", self.alone().into()),
            ("all_gone", u32::from(all_gone).into()),
        ]
    }
}
