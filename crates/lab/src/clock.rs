//! Virtual time: tasks that sleep on a clock which moves only when it is told to.

use futures::executor::{LocalPool, LocalSpawner};
use futures::task::LocalSpawnExt;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use tokio::sync::oneshot;

/// A point in virtual time or a length of it, in microseconds.
pub type Micros = u64;

/// Who is woken when. The second number keeps those of one instant in the order of their asking.
type Sleepers = BTreeMap<(Micros, u64), Waker>;

#[derive(Debug, Default)]
struct Inner {
    now: Cell<Micros>,
    asked: Cell<u64>,
    sleepers: RefCell<Sleepers>,
}

/// A handle to the time of one [`Sim`].
#[derive(Debug, Clone, Default)]
pub struct Clock(Rc<Inner>);

impl Clock {
    /// The time since the simulation began.
    pub fn now(&self) -> Micros {
        self.0.now.get()
    }

    /// Waits for `time` to pass.
    pub fn sleep(&self, time: Micros) -> Sleep {
        let asked = self.0.asked.get();
        self.0.asked.set(asked + 1);
        Sleep {
            clock: self.clone(),
            key: (self.now() + time, asked),
        }
    }
}

/// The future of [`Clock::sleep`].
#[derive(Debug)]
#[must_use = "a future does nothing until it is awaited"]
pub struct Sleep {
    clock: Clock,
    key: (Micros, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.key.0 <= self.clock.now() {
            return Poll::Ready(());
        }
        let mut sleepers = self.clock.0.sleepers.borrow_mut();
        sleepers.insert(self.key, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.clock.0.sleepers.borrow_mut().remove(&self.key);
    }
}

/// Tasks on one thread, in virtual time.
#[derive(Debug)]
pub struct Sim {
    pool: LocalPool,
    spawner: LocalSpawner,
    clock: Clock,
}

impl Default for Sim {
    fn default() -> Self {
        let pool = LocalPool::new();
        Self {
            spawner: pool.spawner(),
            pool,
            clock: Clock::default(),
        }
    }
}

impl Sim {
    /// At time 0, without a task.
    pub fn new() -> Self {
        Self::default()
    }

    /// The clock that the tasks sleep on.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// What tasks add tasks with.
    pub fn tasks(&self) -> Tasks {
        Tasks(self.spawner.clone())
    }

    /// Adds a task. It runs when time is advanced.
    ///
    /// # Panics
    /// Never: the pool that takes the task lives as long as `self`.
    pub fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        let spawned = self.spawner.spawn_local(task);
        spawned.expect("the pool is alive");
    }

    /// Whether no task sleeps: however far time is advanced, nothing will happen.
    pub fn idle(&self) -> bool {
        self.clock.0.sleepers.borrow().is_empty()
    }

    /// Runs everything that happens until `time`, and at it.
    pub fn advance_to(&mut self, time: Micros) {
        self.pool.run_until_stalled();
        loop {
            let next = self.clock.0.sleepers.borrow().keys().next().copied();
            let Some((at, _)) = next.filter(|(at, _)| *at <= time) else {
                break;
            };
            self.clock.0.now.set(at);
            // All of one instant are woken before any of them runs, as in tokio.
            let later = self.clock.0.sleepers.borrow_mut().split_off(&(at + 1, 0));
            let due = self.clock.0.sleepers.replace(later);
            due.into_values().for_each(Waker::wake);
            self.pool.run_until_stalled();
        }
        self.clock.0.now.set(time);
    }
}

/// Adds tasks to a [`Sim`] from within its tasks.
#[derive(Debug, Clone)]
pub struct Tasks(LocalSpawner);

impl Tasks {
    /// As `tokio::spawn`: the task runs by itself, also when the handle is dropped. The handle gives
    /// what it returns, or an error when the simulation ended before it.
    pub fn spawn<T: 'static>(
        &self,
        task: impl Future<Output = T> + 'static,
    ) -> oneshot::Receiver<T> {
        let (sender, handle) = oneshot::channel();
        // Both fail when nobody is there to wait for the result, and then nobody misses it.
        let _ = self.0.spawn_local(async move {
            let _ = sender.send(task.await);
        });
        handle
    }
}

/// Random numbers that are the same everywhere for the same seed (SplitMix64).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A sequence of its own for each `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to `most`, both included.
    pub fn up_to(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let range = u128::from(most) + 1;
        ((u128::from(z ^ (z >> 31)) * range) >> 64) as u64
    }

    /// `mean`, give or take `percent` of it.
    pub fn around(&mut self, mean: Micros, percent: u64) -> Micros {
        let spread = mean * percent / 100;
        mean - spread + self.up_to(2 * spread)
    }
}
