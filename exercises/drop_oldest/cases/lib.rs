//! The cases of `drop_oldest`: `cargo test -p drop_oldest`.
//!
//! They use a queue that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;

use cooked_waker::{IntoWaker, Wake, WakeRef};

use grader::Criterion::{Cancel, Correct, Memory};
use grader::meter::{Items, KIB, MIB};
use grader::{BoxFuture, Grade, count};
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinSet, yield_now};
use tokio::time::{Instant, sleep, timeout};
use tokio_stream::StreamExt;

/// Items that a thread of its own pushes: many, so that one comes between a look and a wait.
const PUSHES: u64 = 20_000;

/// An item that can be moved and nothing else: neither copied nor cloned.
pub struct Reading {
    number: u64,
    body: Vec<u8>,
}

/// The methods of a `DropOldest`.
pub trait DropOldest<T>: Send + Sync {
    fn push(&self, item: T) -> Option<T>;
    fn pop(&self) -> BoxFuture<'_, Option<T>>;
    fn close(&self);
}

/// `DropOldest::new`, as the cases call it.
pub struct Solution {
    pub readings: fn(usize) -> Box<dyn DropOldest<Reading>>,
    pub tokens: fn(usize) -> Box<dyn DropOldest<Arc<()>>>,
}

static SOLUTION: OnceLock<Solution> = OnceLock::new();

type Queue = Arc<dyn DropOldest<Reading>>;

fn queue(cap: usize) -> Queue {
    let solution = SOLUTION.get().expect("`grade` sets it");
    Arc::from((solution.readings)(cap))
}

fn queue_of_tokens(cap: usize) -> Box<dyn DropOldest<Arc<()>>> {
    let solution = SOLUTION.get().expect("`grade` sets it");
    (solution.tokens)(cap)
}

fn reading(number: u64) -> Reading {
    Reading {
        number,
        body: Vec::new(),
    }
}

/// What came of a `pop`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pop {
    /// An item.
    Item(u64),
    /// An item that was there half a second earlier, or more.
    Late(u64),
    /// `None`.
    End,
    /// `None`, half a second late or more.
    LateEnd,
    /// Nothing within 5 s.
    Waits,
}
use Pop::{End, Item, Waits};

/// Pops, in a case where an item or the end comes at once or within 100 ms.
async fn pop(queue: &Queue) -> Pop {
    let began = Instant::now();
    let popped = timeout(Duration::from_secs(5), queue.pop()).await;
    let late = began.elapsed() >= Duration::from_millis(500);
    match popped {
        Ok(Some(reading)) if late => Pop::Late(reading.number),
        Ok(Some(reading)) => Item(reading.number),
        Ok(None) if late => Pop::LateEnd,
        Ok(None) => End,
        Err(_) => Waits,
    }
}

async fn pops(queue: &Queue, times: usize) -> Vec<Pop> {
    let mut pops = Vec::new();
    for _ in 0..times {
        pops.push(pop(queue).await);
        if pops.last() == Some(&Waits) {
            break;
        }
    }
    pops
}

fn push(queue: &Queue, numbers: std::ops::Range<u64>) -> Vec<Option<u64>> {
    let push = |number| queue.push(reading(number)).map(|gone| gone.number);
    numbers.map(push).collect()
}

async fn turns(count: usize) {
    for _ in 0..count {
        yield_now().await;
    }
}

/// A task for each `pop`, so that nothing but the queue wakes it.
fn consumers(queue: &Queue, count: usize) -> JoinSet<Pop> {
    let mut consumers = JoinSet::new();
    for _ in 0..count {
        let queue = queue.clone();
        consumers.spawn(async move { pop(&queue).await });
    }
    consumers
}

/// What a task returned. Its panic goes on here.
fn of<T>(joined: Result<T, JoinError>) -> T {
    joined.unwrap_or_else(|e| resume_unwind(e.into_panic()))
}

async fn joined(mut consumers: JoinSet<Pop>) -> anyhow::Result<Vec<Pop>> {
    let mut pops = Vec::new();
    while let Some(pop) = consumers.join_next().await {
        pops.push(of(pop));
    }
    pops.sort_unstable();
    Ok(pops)
}

/// Polls once, as `select!` and `timeout` do before they give up.
async fn poll_once<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

/// How long, in real time, a `pop` that gets in line is held up while a thread does something. One that gets in line
/// under a lock holds that thread up, and has to be let go on.
const MOMENT: Duration = Duration::from_millis(25);

/// Wakes a [`Gap`]'s `pop`, and does something when it is cloned for the first time: a `pop` clones its waker to get in
/// line, so it has looked by then, and a wake-up that comes before the clone is done comes too early.
struct Bell {
    rung: Arc<AtomicBool>,
    meanwhile: Arc<Mutex<Option<Meanwhile>>>,
}

type Meanwhile = Box<dyn FnOnce() + Send>;

impl Clone for Bell {
    fn clone(&self) -> Self {
        let meanwhile = lock(&self.meanwhile).take();
        if let Some(meanwhile) = meanwhile {
            meanwhile();
        }
        Bell {
            rung: self.rung.clone(),
            meanwhile: self.meanwhile.clone(),
        }
    }
}

impl WakeRef for Bell {
    fn wake_by_ref(&self) {
        self.rung.store(true, SeqCst);
    }
}

impl Wake for Bell {}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something that threads do while a `pop` gets in line.
#[derive(Clone, Default)]
struct Threads(Arc<Mutex<Vec<JoinHandle<()>>>>);

impl Threads {
    /// Does `work` on a thread of its own, and waits for a [`MOMENT`] until it is done.
    fn meanwhile(&self, work: impl FnOnce() + Send + 'static) -> Meanwhile {
        let threads = self.clone();
        Box::new(move || {
            let (done, is_done) = mpsc::channel();
            let thread = std::thread::spawn(move || {
                work();
                let _ = done.send(());
            });
            let _ = is_done.recv_timeout(MOMENT);
            lock(&threads.0).push(thread);
        })
    }

    /// Waits until all of it is done.
    ///
    /// # Panics
    ///
    /// When one of them did.
    fn join(&self) {
        loop {
            let Some(thread) = lock(&self.0).pop() else {
                return;
            };
            if let Err(panic) = thread.join() {
                resume_unwind(panic);
            }
        }
    }
}

/// A `pop` that is polled by hand, and again only when it was woken.
struct Gap {
    pop: BoxFuture<'static, Option<Reading>>,
    rung: Arc<AtomicBool>,
    popped: Option<Pop>,
}

impl Gap {
    /// Begins to pop, and does something while that gets in line.
    fn new(queue: &Queue, meanwhile: Option<Meanwhile>) -> Self {
        let queue = queue.clone();
        let mut gap = Gap {
            pop: Box::pin(async move { queue.pop().await }),
            rung: Arc::default(),
            popped: None,
        };
        gap.poll(meanwhile);
        gap
    }

    fn poll(&mut self, meanwhile: Option<Meanwhile>) {
        let bell = Bell {
            rung: self.rung.clone(),
            meanwhile: Arc::new(Mutex::new(meanwhile)),
        };
        let meanwhile = bell.meanwhile.clone();
        let waker = Box::new(bell).into_waker();
        if let Poll::Ready(popped) = self.pop.as_mut().poll(&mut Context::from_waker(&waker)) {
            self.popped = Some(popped.map_or(End, |reading| Item(reading.number)));
        }
        // One that has itself woken at once does without a clone.
        let late = lock(&meanwhile).take();
        if let Some(late) = late {
            late();
        }
    }

    /// What comes of it within 5 s.
    async fn end(mut self) -> Pop {
        for _ in 0..500 {
            if let Some(popped) = self.popped {
                return popped;
            }
            if self.rung.swap(false, SeqCst) {
                self.poll(None);
            } else {
                sleep(Duration::from_millis(10)).await;
            }
        }
        Waits
    }
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade
        .read_next("11. When the queue is full", "src/channels.md")
        .read_next_for(Memory, "The 10 GB upload", "src/introduction.md");

    grade.case("in_order", &[Correct], |t| async move {
        let got = t.solve(|| async move {
            let queue = queue(4);
            let gone = push(&queue, 0..3);
            anyhow::Ok((gone, pops(&queue, 3).await))
        });
        let (gone, pops) = got.await.ok()?;
        t.equal("pushes of 0, 1 and 2 with room for 4", gone, vec![None; 3]);
        t.equal("the pops after them", pops, vec![Item(0), Item(1), Item(2)]);
        Ok(())
    });
    grade
        .case("keeps_the_newest", &[Correct], |t| async move {
            let got = t.solve(|| async move {
                let queue = queue(3);
                let gone = push(&queue, 0..8);
                anyhow::Ok((gone, pops(&queue, 3).await))
            });
            let (gone, pops) = got.await.ok()?;
            let dropped: Vec<u64> = gone.iter().copied().flatten().collect();
            let what = if pops.contains(&End) {
                "a `pop` returned `None`, which is the end, and the queue was never closed".into()
            } else if pops.contains(&Waits) {
                format!("0 to 7 were pushed with room for 3, and three pops gave {pops:?}")
            } else if pops[0] == Item(0) && dropped.is_empty() {
                "8 items were pushed where 3 have room, and the first to come out was 0: nothing \
                 was dropped to make room"
                    .into()
            } else if pops != [Item(5), Item(6), Item(7)] && dropped.len() < 5 {
                format!(
                    "0 to 7 were pushed with room for 3, and {} gave an item back where 5 should: with three in it, \
                     the queue is full",
                    count(dropped.len() as u64, "push", "pushes")
                )
            } else if pops != [Item(5), Item(6), Item(7)] {
                format!(
                    "0 to 7 were pushed with room for 3, and {pops:?} was left where the newest \
                     three should be, 5 to 7: what a full queue drops is its oldest item, each time"
                )
            } else if gone[..3] == [None; 3] && dropped == [0, 1, 2, 3, 4] {
                return Ok(());
            } else {
                format!(
                    "the right items were left, and the pushes of 0 to 7 with room for 3 returned \
                     {gone:?}: from the fourth on, each returns the item that it dropped"
                )
            };
            t.wrong(Correct, what);
            Ok(())
        })
        .about("pushes 8 items where 3 have room");
    grade
        .case("empty_is_not_the_end", &[Correct], |t| async move {
            let got = t.solve(|| async move {
                let queue = queue(3);
                push(&queue, 0..8);
                anyhow::Ok(pops(&queue, 4).await)
            });
            let pops = got.await.ok()?;
            t.check(Correct, pops.last() == Some(&Waits), || match pops[..] {
                [_, _, _, End] => {
                    "8 items were pushed with room for 3, and of four pops the last returned `None`, which is the \
                     end, though nothing was closed: it should wait"
                        .into()
                }
                _ => format!("four pops gave {pops:?} where 3 items have room and no more come"),
            });
            Ok(())
        })
        .about("eight pushes, room for three, four pops");
    grade.case("room_for_one", &[Correct], |t| async move {
        let got = t.solve(|| async move {
            let queue = queue(1);
            let mut gone = push(&queue, 0..2);
            let first = pop(&queue).await;
            gone.extend(push(&queue, 2..4));
            anyhow::Ok((gone, [first, pop(&queue).await]))
        });
        let (gone, pops) = got.await.ok()?;
        let want = vec![None, Some(0), None, Some(2)];
        t.equal("pushes of 0, 1, a pop, 2, 3", gone, want);
        t.equal("the two pops", pops, [Item(1), Item(3)]);
        Ok(())
    });
    grade.case("a_pop_makes_room", &[Correct], |t| async move {
        let got = t.solve(|| async move {
            let queue = queue(3);
            push(&queue, 0..5);
            let first = pops(&queue, 2).await;
            let gone = push(&queue, 5..8);
            anyhow::Ok((first, gone, pops(&queue, 3).await))
        });
        let (first, gone, rest) = got.await.ok()?;
        t.equal("pops of a full queue", first, vec![Item(2), Item(3)]);
        t.equal("pushes of 5, 6 and 7", gone, vec![None, None, Some(4)]);
        let want = vec![Item(5), Item(6), Item(7)];
        t.equal("what is left", rest, want);
        Ok(())
    });
    grade.case("room_for_5000", &[Correct], |t| async move {
        let got = t.solve(|| async move {
            let queue = queue(5000);
            let gone = push(&queue, 0..5003).into_iter().flatten().collect();
            anyhow::Ok((gone, pops(&queue, 5000).await))
        });
        let (gone, pops): (Vec<u64>, _) = got.await.ok()?;
        t.equal("what 5003 pushes returned", gone, vec![0, 1, 2]);
        let want: Vec<Pop> = (3..5003).map(Item).collect();
        t.check(Correct, pops == want, || {
            "of 5003 items pushed with room for 5000, those that came out are not the newest 5000"
                .into()
        });
        Ok(())
    });

    grade
        .case("a_pop_waits", &[Correct], |t| async move {
            let got = t.solve(|| async move {
                let queue = queue(4);
                let mut consumer = consumers(&queue, 1);
                sleep(Duration::from_millis(50)).await;
                // Time stands still while something runs: whose timer has ended by now looks before
                // the push, and whoever needs another to see the item has not seen it after it.
                turns(100).await;
                push(&queue, 7..8);
                turns(100).await;
                match consumer.try_join_next() {
                    Some(pop) => Ok((true, vec![pop?])),
                    None => Ok((false, joined(consumer).await?)),
                }
            });
            let (at_once, pops) = got.await.ok()?;
            t.equal("a pop that began before the push", pops, vec![Item(7)]);
            t.check(Correct, at_once, || {
                "a pop that waited got its item some time after the push: nothing wakes it, and it \
                 looks again when a timer ends"
                    .into()
            });
            Ok(())
        })
        .about("the item comes 50 ms after the pop");
    grade
        .case("three_wait_and_two_come", &[Correct], |t| async move {
            let got = t.solve(|| async move {
                let queue = queue(8);
                let consumers = consumers(&queue, 3);
                sleep(Duration::from_millis(50)).await;
                push(&queue, 0..2);
                sleep(Duration::from_secs(1)).await;
                push(&queue, 2..3);
                joined(consumers).await
            });
            let got = got.await.ok()?;
            // The third waits for a second, and that is right.
            let want = [Item(0), Item(1), Pop::Late(2)];
            t.check(Correct, got == want, || {
                let at_once = got.iter().filter(|pop| matches!(pop, Item(_))).count();
                format!(
                    "three pops waited, two items were pushed in a row, and {at_once} of the pops \
                     got one at once, where two should: an item lies in the queue, and one that \
                     waits for it was not woken"
                )
            });
            Ok(())
        })
        .about("three tasks wait, two items are pushed in a row");
    grade
        .case("a_burst_for_one_that_waits", &[Correct], |t| async move {
            let got = t.solve(|| async move {
                let queue = queue(2);
                let consumer = consumers(&queue, 1);
                sleep(Duration::from_millis(50)).await;
                let gone = push(&queue, 0..6);
                let mut pops = joined(consumer).await?;
                while pops.len() < 3 && !matches!(pops.last(), Some(Item(5) | Waits)) {
                    pops.push(pop(&queue).await);
                }
                Ok((gone, pops))
            });
            let (gone, pops) = got.await.ok()?;
            // Whether the one that waits has 0 already, or takes what is oldest when it runs, is open.
            let all = |got: &[Pop]| got.iter().filter(|pop| matches!(pop, Item(_))).count();
            let right = pops == [Item(0), Item(4), Item(5)] || pops == [Item(4), Item(5)];
            let gone: Vec<u64> = gone.into_iter().flatten().collect();
            t.check(Correct, right, || {
                format!(
                    "one pop waited, 0 to 5 were pushed with room for 2: the pushes gave back {gone:?}, the pops \
                     {pops:?}. Right from the pops are 4 and 5, and before them 0 if it was handed over"
                )
            });
            let kept = all(&pops);
            t.check(Correct, gone.len() + kept == 6 && gone.is_sorted(), || {
                format!(
                    "of 6 items {kept} were popped, and the pushes returned {gone:?}: the others are \
                     nowhere"
                )
            });
            Ok(())
        })
        .about("one task waits, six items are pushed in a row");

    grade
        .case("another_pop_is_faster", &[Correct], |t| async move {
            for waited in [false, true] {
                let got = t.solve(|| async move {
                    let queue = queue(4);
                    let consumer = consumers(&queue, 1);
                    sleep(Duration::from_millis(50)).await;
                    let mut faster = Box::pin(queue.pop());
                    if waited {
                        let _ = poll_once(&mut faster).await;
                    }
                    push(&queue, 0..1);
                    let taken = poll_once(&mut faster).await;
                    turns(100).await;
                    push(&queue, 1..2);
                    let taken = match taken {
                        Poll::Ready(reading) => {
                            drop(faster);
                            reading
                        }
                        // The one that waits has its item already.
                        Poll::Pending => timeout(Duration::from_secs(5), faster).await?,
                    };
                    let taken = taken.map_or(End, |reading| Item(reading.number));
                    let first = joined(consumer).await?;
                    let third = consumers(&queue, 1);
                    sleep(Duration::from_millis(50)).await;
                    push(&queue, 2..3);
                    Ok([first, vec![taken], joined(third).await?].concat())
                });
                let got = got.await.ok()?;
                let both = got.starts_with(&[Item(0), Item(1)]) || got.starts_with(&[Item(1), Item(0)]);
                t.check(Correct, both, || {
                    let who = if waited { "two pops waited" } else { "a pop waited" };
                    format!(
                        "{who}, 0 came, the second pop may have taken it before the first one ran, and then 1 came. \
                         The first pop gave {:?}, the other {:?}: who is woken looks, and waits on if there is \
                         nothing, and who has its item stands in no line any more",
                        got[0], got[1]
                    )
                });
                t.check(Correct, !both || got[2] == Item(2), || {
                    format!(
                        "two pops had got their items, a third waited, 2 came, and it gave {:?}: the wake-up went to \
                         one that had its item",
                        got[2]
                    )
                });
            }
            Ok(())
        })
        .about("one task waits, an item comes, and another pop takes it first, which may have waited too");
    grade
        .case("a_pop_that_moves", &[Correct], |t| async move {
            let got = t.solve(|| async move {
                let queue = queue(4);
                let mut waits = {
                    let queue = queue.clone();
                    Box::pin(async move { pop(&queue).await })
                };
                let waited = poll_once(&mut waits).await.is_pending();
                let mut other = JoinSet::new();
                other.spawn(waits);
                sleep(Duration::from_millis(50)).await;
                push(&queue, 0..1);
                Ok((waited, joined(other).await?))
            });
            let (waited, pops) = got.await.ok()?;
            t.equal("a pop of an empty queue waits", waited, true);
            t.check(Correct, pops == [Item(0)], || {
                format!(
                    "a pop was polled here, and then in another task, and when 0 was pushed it gave {pops:?}: the \
                     waker of the last poll is the one to wake"
                )
            });
            Ok(())
        })
        .about("a pop waits in one task and then in another");

    grade.case("close_lets_the_rest_out", &[Correct], |t| async move {
        let got = t.solve(|| async move {
            let queue = queue(4);
            push(&queue, 0..2);
            queue.close();
            queue.close();
            anyhow::Ok(pops(&queue, 4).await)
        });
        let pops = got.await.ok()?;
        t.check(Correct, pops == [Item(0), Item(1), End, End], || {
            format!(
                "0 and 1 were queued when it was closed, and the pops after that gave {pops:?}: a \
                 close lets no more in, and what is queued comes out before the end"
            )
        });
        Ok(())
    });
    grade.case("close_lets_no_more_in", &[Correct], |t| async move {
        let got = t.solve(|| async move {
            let queue = queue(4);
            queue.close();
            let gone = push(&queue, 9..10);
            anyhow::Ok((gone, pops(&queue, 1).await))
        });
        let (gone, pops) = got.await.ok()?;
        t.equal("a push of 9 after the close", gone, vec![Some(9)]);
        t.equal("a pop after that", pops, vec![End]);
        Ok(())
    });
    grade.case("close_of_a_full_queue", &[Correct], |t| async move {
        for cap in [1, 2] {
            let got = t.solve(|| async move {
                let queue = queue(cap as usize);
                push(&queue, 0..cap);
                queue.close();
                let gone = push(&queue, 9..10);
                anyhow::Ok((gone, pops(&queue, cap as usize + 1).await))
            });
            let (gone, pops) = got.await.ok()?;
            let what = "a push of 9 after the close, with no room left";
            t.equal(what, gone, vec![Some(9)]);
            let want: Vec<Pop> = (0..cap).map(Item).chain([End]).collect();
            t.equal("the pops after that", pops, want);
        }
        Ok(())
    });
    grade
        .case("close_ends_all_that_wait", &[Correct, Cancel], |t| async move {
            for gives_up in [false, true] {
                let got = t.solve(|| async move {
                    let queue = queue(4);
                    let mut first = Box::pin(queue.pop());
                    if gives_up {
                        let _ = poll_once(&mut first).await;
                    }
                    let consumers = consumers(&queue, 300);
                    sleep(Duration::from_millis(50)).await;
                    queue.close();
                    drop(first);
                    joined(consumers).await
                });
                let ended = got.await.ok()?.iter().filter(|&&pop| pop == End).count();
                let criterion = if gives_up { Cancel } else { Correct };
                t.check(criterion, ended == 300, || {
                    let waited = if gives_up {
                        "one pop waited, and 300 after it; the queue was closed, the first was dropped before it ran \
                         again"
                    } else {
                        "300 pops waited when the queue was closed"
                    };
                    format!("{waited}, and {ended} of the 300 ended: a close has to wake each one that waits")
                });
                if ended < 300 {
                    break;
                }
            }
            Ok(())
        })
        .about("300 tasks wait; the second time one more waits before them, and is dropped");
    grade
        .case("close_behind_two_items", &[Correct], |t| async move {
            let got = t.solve(|| async move {
                let queue = queue(4);
                let consumers = consumers(&queue, 4);
                sleep(Duration::from_millis(50)).await;
                push(&queue, 0..2);
                queue.close();
                joined(consumers).await
            });
            let want = vec![Item(0), Item(1), End, End];
            let what = "four pops wait, then 0, 1 and a close come in a row";
            t.equal(what, got.await.ok()?, want);
            Ok(())
        })
        .about("four tasks wait");

    grade
        .case("many_of_both", &[Correct], |t| async move {
            let sources: Vec<Items<u64>> = (0..4)
                .map(|source| {
                    let numbers = Items::new(1000, move |n| source * 1000 + n);
                    t.give(numbers.paced(10, Duration::from_millis(1)))
                })
                .collect();
            let got = t.solve(|| async move {
                let queue = queue(16);
                let mut producers = JoinSet::new();
                for mut source in sources {
                    let queue = queue.clone();
                    producers.spawn(async move {
                        let mut gone = Vec::new();
                        while let Some(number) = source.next().await {
                            gone.extend(queue.push(reading(number)).map(|old| old.number));
                        }
                        gone
                    });
                }
                let mut consumers = JoinSet::new();
                for pause in 1..4 {
                    let queue = queue.clone();
                    consumers.spawn(async move {
                        let mut popped = Vec::new();
                        while let Some(reading) = queue.pop().await {
                            popped.push(reading.number);
                            if popped.len() % 20 == 0 {
                                sleep(Duration::from_millis(pause)).await;
                            }
                        }
                        popped
                    });
                }
                let (mut gone, mut popped) = (0, 0);
                let mut seen = BTreeMap::new();
                while let Some(numbers) = producers.join_next().await {
                    for number in of(numbers) {
                        gone += 1;
                        *seen.entry(number).or_insert(0) += 1;
                    }
                }
                queue.close();
                while let Some(numbers) = consumers.join_next().await {
                    for number in of(numbers) {
                        popped += 1;
                        *seen.entry(number).or_insert(0) += 1;
                    }
                }
                let twice = seen.values().filter(|&&times| times > 1).count();
                Ok((gone, popped, twice))
            });
            let (gone, popped, twice) = got.await.ok()?;
            t.check(Correct, gone + popped == 4000 && twice == 0, || {
                format!(
                    "of 4000 items {gone} came back from a push and {popped} from a pop, {twice} of them twice: each \
                     should come back once"
                )
            });
            t.check(Correct, popped > 100, || format!("only {popped} of 4000 items were popped"));
            Ok(())
        })
        .about("four tasks push, three pop");
    grade
        .case("a_thread_pushes", &[Correct], |t| async move {
            let got = t.solve(|| async move {
                let queue = queue(4);
                let (ack, acked) = mpsc::channel();
                let (ended, mut end) = oneshot::channel();
                let closes = Arc::new(AtomicBool::new(false));
                std::thread::spawn({
                    let (queue, closes) = (queue.clone(), closes.clone());
                    move || {
                        let pushes = AssertUnwindSafe(|| {
                            let mut back = None;
                            for number in 0..PUSHES {
                                back = queue.push(reading(number));
                                if back.is_some() {
                                    break;
                                }
                                // The next one comes when this one was popped: at once, while the pop that follows
                                // looks and begins to wait, or later, if this thread was not running then.
                                if !(0..1000).any(|_| acked.try_recv().is_ok()) {
                                    let _ = acked.recv();
                                }
                                for _ in 0..number % 64 {
                                    std::hint::spin_loop();
                                }
                            }
                            closes.store(true, SeqCst);
                            queue.close();
                            back.is_some()
                        });
                        let _ = ended.send(catch_unwind(pushes).ok());
                    }
                });
                let (mut popped, mut early) = (0, false);
                loop {
                    tokio::select! {
                        biased;
                        item = queue.pop() => {
                            if item.is_none() {
                                early = !closes.load(SeqCst);
                                break;
                            }
                            popped += 1;
                            grader::meter::moved();
                            let _ = ack.send(());
                        }
                        fine = &mut end => return Ok((popped, early, fine?)),
                    }
                }
                drop(ack); // so that it ends, whatever it waits for
                Ok((popped, early, end.await?))
            });
            let (popped, early, came_back) = got.await.ok()?;
            match came_back {
                _ if early => t.wrong(
                    Correct,
                    "a `pop` returned `None`, which is the end, before the other thread had closed the queue",
                ),
                None => t.wrong(
                    Correct,
                    "a push or a close panicked on a thread of its own: neither may need the runtime",
                ),
                Some(true) => t.wrong(
                    Correct,
                    "another thread pushed one item after the other, with room for 4, and a push gave one back: a push \
                     may wait for a lock for a moment, and never for room",
                ),
                Some(false) => t.check(Correct, popped == PUSHES, || {
                    format!("another thread pushed {PUSHES} items, and {popped} were popped")
                }),
            }
            Ok(())
        })
        .about("the items come from a thread outside the runtime");

    for (name, about, waits) in [
        (
            "an_item_comes_between",
            "a pop has looked, and a thread pushes before the pop is in line",
            "an item came after a pop had looked and before it was in line, and the pop waits on beside it: nobody \
             was there to be woken",
        ),
        (
            "the_end_comes_between",
            "a pop has looked, and a thread closes before the pop is in line",
            "a pop had found nothing, a thread closed the queue at that moment, and the pop waits on: a close has to \
             wake, and who is in line before it looks misses nothing",
        ),
        (
            "two_items_come_between",
            "two pops have looked, and a thread pushes two items before either of them is in line",
            "two pops had found nothing, two items came, and one of the pops waits on beside its item: each push has \
             to wake one. A `Notified` that was only made is not in line",
        ),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                for _ in 0..4 {
                    let got = t.solve(|| async move {
                        let (queue, threads) = (queue(4), Threads::default());
                        let (other, others) = mpsc::channel();
                        let between = {
                            let queue = queue.clone();
                            threads.meanwhile(move || match name {
                                "the_end_comes_between" => queue.close(),
                                "an_item_comes_between" => drop(push(&queue, 0..1)),
                                _ => drop(push(&queue, 0..2)),
                            })
                        };
                        let two = name == "two_items_come_between";
                        let between = if two {
                            let queue = queue.clone();
                            threads.meanwhile(move || {
                                let _ = other.send(Gap::new(&queue, Some(between)));
                            })
                        } else {
                            between
                        };
                        let mut gaps = vec![Gap::new(&queue, Some(between))];
                        threads.join();
                        gaps.extend(others.try_iter());
                        let mut pops = Vec::new();
                        for gap in gaps {
                            pops.push(gap.end().await);
                        }
                        pops.sort_unstable();
                        Ok(pops)
                    });
                    let pops = got.await.ok()?;
                    let want = match name {
                        "the_end_comes_between" => &[End][..],
                        "an_item_comes_between" => &[Item(0)],
                        _ => &[Item(0), Item(1)],
                    };
                    if pops.contains(&Waits) {
                        t.wrong(Correct, waits);
                        return Ok(());
                    }
                    t.check(Correct, pops == want, || {
                        format!(
                            "what came while pops got in line gave {pops:?}, and {want:?} is right"
                        )
                    });
                }
                Ok(())
            })
            .about(about);
    }

    grade
        .case("a_pop_given_up", &[Cancel, Correct], |t| async move {
            let got = t.solve(|| async move {
                let queue = queue(4);
                let mut given_up = Box::pin(queue.pop());
                let waited = poll_once(&mut given_up).await.is_pending();
                sleep(Duration::from_millis(50)).await;
                drop(given_up);
                push(&queue, 0..2);
                anyhow::Ok((waited, pops(&queue, 2).await))
            });
            let (waited, pops) = got.await.ok()?;
            t.equal("a pop of an empty queue waits", waited, true);
            t.check(Cancel, pops == [Item(0), Item(1)], || {
                format!("a pop was given up, then 0 and 1 were pushed, and the next two pops gave {pops:?}")
            });
            Ok(())
        })
        .about("a pop waits and is dropped before anything comes");
    grade
        .case("given_up_when_its_item_came", &[Cancel, Correct], |t| async move {
            let got = t.solve(|| async move {
                let queue = queue(4);
                let mut given_up = Box::pin(queue.pop());
                let waited = poll_once(&mut given_up).await.is_pending();
                let other = consumers(&queue, 1);
                sleep(Duration::from_millis(50)).await;
                push(&queue, 0..1);
                drop(given_up);
                Ok((waited, joined(other).await?))
            });
            let (waited, pops) = got.await.ok()?;
            t.equal("a pop of an empty queue waits", waited, true);
            t.check(Cancel, pops == [Item(0)], || {
                let what = match pops[..] {
                    [Pop::Late(_)] => "slept on beside it: the wake-up went with the pop that was dropped",
                    _ => "did not get it: the item went with the pop that was dropped",
                };
                format!(
                    "two pops waited, one item came, and the first pop was dropped before it ran again. The second {what}"
                )
            });
            Ok(())
        })
        .about("two pops wait, an item comes, and the first is dropped");
    grade
        .case("given_up_when_more_had_come", &[Cancel, Correct], |t| async move {
            let got = t.solve(|| async move {
                let mut came_back = Vec::new();
                for gives_up in [false, true] {
                    let queue = queue(2);
                    let mut waits = Box::pin(pop(&queue));
                    let _ = poll_once(&mut waits).await;
                    let mut back: Vec<Pop> = push(&queue, 0..3).into_iter().flatten().map(Item).collect();
                    if gives_up {
                        drop(waits);
                    } else {
                        back.push(waits.await);
                    }
                    back.extend(pops(&queue, 3).await);
                    back.retain(|pop| *pop != Waits);
                    came_back.push(back);
                }
                anyhow::Ok(came_back)
            });
            let came_back = got.await.ok()?;
            let want = [Item(0), Item(1), Item(2)];
            // What is wrong without a pop that is dropped, other cases tell.
            t.check(Cancel, came_back[0] != want || came_back[1] == want, || {
                format!(
                    "a pop waited, 0, 1 and 2 came with room for 2, and the pop was dropped before it ran again. Of \
                     the pushes and then of the pops came back {:?}: each item should, once and in order",
                    came_back[1]
                )
            });
            Ok(())
        })
        .about("a pop waits, more items come than there is room for, and it is dropped");
    grade
        .case("more_comes_after_one_gave_up", &[Cancel, Correct], |t| async move {
            let got = t.solve(|| async move {
                let mut ends = Vec::new();
                for gives_up in [false, true] {
                    let queue = queue(2);
                    let mut waits = gives_up.then(|| Box::pin(pop(&queue)));
                    if let Some(waits) = &mut waits {
                        let _ = poll_once(waits).await;
                    }
                    let first = push(&queue, 0..3);
                    drop(waits);
                    let later = push(&queue, 3..9);
                    let kept = later.iter().filter(|back| back.is_none()).count();
                    let pushes = first.into_iter().chain(later).flatten().count();
                    let pops = pops(&queue, 9).await;
                    let popped = pops.iter().filter(|pop| **pop != Waits).count();
                    ends.push((kept, pushes + popped));
                }
                anyhow::Ok(ends)
            });
            let ends = got.await.ok()?;
            // What is wrong without a pop that is dropped, other cases tell.
            if ends[0] == (0, 9) {
                let (kept, back) = ends[1];
                t.check(Cancel, kept == 0, || {
                    format!(
                        "a pop waited, 3 items came with room for 2, and the pop was dropped. Then 6 more came, and \
                         {kept} of these pushes gave nothing back: the queue was full, and grew"
                    )
                });
                t.check(Cancel, kept > 0 || back == 9, || {
                    format!("of 9 items, one of which a pop had that was dropped, {back} came back")
                });
            }
            Ok(())
        })
        .about("a pop waits, is dropped after more had come, and the pushes go on");
    grade
        .case("given_up_beside_another", &[Cancel, Correct], |t| async move {
            let got = t.solve(|| async move {
                let queue = queue(4);
                let mut both = JoinSet::new();
                both.spawn({
                    let queue = queue.clone();
                    async move {
                        let mut given_up = Some(Box::pin(pop(&queue)));
                        let mut stays = Box::pin(pop(&queue));
                        poll_fn(|cx| {
                            let given_up = given_up.take();
                            if let Some(mut pop) = given_up {
                                let _ = pop.as_mut().poll(cx);
                                let polled = stays.as_mut().poll(cx);
                                drop(pop);
                                return polled;
                            }
                            stays.as_mut().poll(cx)
                        })
                        .await
                    }
                });
                sleep(Duration::from_millis(50)).await;
                push(&queue, 0..1);
                joined(both).await
            });
            let pops = got.await.ok()?;
            t.check(Cancel, pops == [Item(0)], || {
                format!(
                    "one task waited for two pops and gave up one; then 0 came, and the other gave {pops:?}: its \
                     wake-up went with the pop that was dropped"
                )
            });
            Ok(())
        })
        .about("two pops wait in one task, and one of them is dropped");
    grade
        .case("given_up_after_one_poll", &[Cancel, Correct], |t| async move {
            let got = t.solve(|| async move {
                let queue = queue(100);
                push(&queue, 0..64);
                let mut numbers = Vec::new();
                for _ in 0..100 {
                    let mut attempt = Box::pin(queue.pop());
                    if let Poll::Ready(Some(reading)) = poll_once(&mut attempt).await {
                        numbers.push(reading.number);
                    }
                    drop(attempt);
                    yield_now().await;
                }
                // Whoever waits for something else first, and takes nothing meanwhile, has them all still.
                while numbers.len() < 64
                    && let Item(number) = pop(&queue).await
                {
                    numbers.push(number);
                }
                anyhow::Ok(numbers)
            });
            let got = got.await.ok()?;
            t.check(Cancel, got == (0..64).collect::<Vec<_>>(), || {
                format!(
                    "64 items were there, each pop was polled once and dropped if it waited, and {} of them came out: \
                     a pop had taken its item before it waited for something else",
                    got.len()
                )
            });
            Ok(())
        })
        .about("64 items are there, and each pop is polled once and dropped");
    grade
        .case("an_impatient_consumer", &[Cancel, Correct], |t| async move {
            let numbers = Items::new(300, |n| n).paced(1, Duration::from_millis(10));
            let mut source = t.give(numbers);
            let got = t.solve(|| async move {
                let queue = queue(8);
                let mut producer = JoinSet::new();
                producer.spawn({
                    let queue = queue.clone();
                    async move {
                        while let Some(number) = source.next().await {
                            queue.push(reading(number));
                        }
                        sleep(Duration::from_millis(100)).await;
                        queue.close();
                    }
                });
                let mut numbers = Vec::new();
                for _ in 0..10_000 {
                    match timeout(Duration::from_millis(3), queue.pop()).await {
                        Ok(Some(reading)) => numbers.push(reading.number),
                        Ok(None) => break,
                        Err(_) => {} // it has other things to do, and comes back
                    }
                }
                while let Some(ended) = producer.join_next().await {
                    of(ended);
                }
                Ok(numbers)
            });
            let got = got.await.ok()?;
            t.check(Cancel, got == (0..300).collect::<Vec<_>>(), || {
                format!(
                    "an item came each 10 ms, each pop was given up after 3 ms and tried again, and {} of 300 items \
                     came out",
                    got.len()
                )
            });
            Ok(())
        })
        .about("each pop is given up after 3 ms and tried again");

    grade
        .case("a_day_of_readings", &[Memory, Correct], |t| async move {
            let count = t.size() / KIB;
            let make = |number| Reading {
                number,
                body: vec![0; 1016],
            };
            let mut source = t.give(Items::new(count, make).sized(KIB));
            let got = t.solve(|| async move {
                let queue = queue(16);
                let (mut gone, mut popped) = (0, 0);
                let mut last = None;
                while let Some(reading) = source.next().await {
                    let number = reading.number;
                    gone += u64::from(queue.push(reading).is_some());
                    if number % 64 == 63 {
                        popped += u64::from(queue.pop().await.is_some());
                    }
                }
                while gone + popped < count
                    && let Ok(Some(reading)) = timeout(Duration::from_secs(5), queue.pop()).await
                {
                    popped += 1;
                    last = Some((reading.number, reading.body.len()));
                }
                anyhow::Ok((gone + popped, last))
            });
            let (all, last) = got.await.ok()?;
            t.equal("items that came back", all, count);
            t.equal("the last of them", last, Some((count - 1, 1016)));
            Ok(())
        })
        .about("items of 1 KiB, room for 16, one popped for each 64 pushed")
        .budget(256 * KIB)
        .sizes(64 * MIB, 256 * MIB);
    grade
        .case(
            "pops_given_up_all_day",
            &[Memory, Correct],
            |t| async move {
                let mut ticks = t.give(Items::new(t.size() / KIB, |n| n).sized(KIB));
                let got = t.solve(|| async move {
                    let queue = queue(16);
                    let patient = consumers(&queue, 1);
                    yield_now().await;
                    while let Some(number) = ticks.next().await {
                        let mut given_up = Box::pin(queue.pop());
                        let _ = poll_once(&mut given_up).await;
                        if number % 1000 == 0 {
                            yield_now().await;
                        }
                    }
                    push(&queue, 0..1);
                    let first = joined(patient).await?;
                    push(&queue, 1..2);
                    Ok([first, vec![pop(&queue).await]].concat())
                });
                let what = "a pop that waited all that time, and then one after it";
                t.equal(what, got.await.ok()?, vec![Item(0), Item(1)]);
                Ok(())
            },
        )
        .about("each pop waits, is dropped, and should leave nothing behind; one waits on")
        .budget(256 * KIB)
        .sizes(25_000 * KIB, 100_000 * KIB);
    grade
        .case("a_queue_that_is_dropped", &[Memory], |t| async move {
            let got = t.solve(|| async move {
                let token = Arc::new(());
                let held = queue_of_tokens(4);
                for _ in 0..6 {
                    held.push(token.clone());
                }
                let out = held.pop().await.is_some();
                drop(held);
                for _ in 0..32 {
                    yield_now().await;
                }
                anyhow::Ok((out, Arc::strong_count(&token) - 1))
            });
            let (out, left) = got.await.ok()?;
            t.equal("a pop of a full queue gives an item", out, true);
            t.check(Memory, left == 0, || {
                format!("the queue was dropped, and {left} of its items are still there")
            });
            Ok(())
        })
        .about("with three items in it");

    grade.run()
}
