//! What the meter reads is what was done.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use meter::trip::{Trip, on_trip};
use meter::{Chunks, Content, GIB, Items, Jobs, Sink, Source, Window, heap};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;
use tokio_stream::StreamExt;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// Reads to the end through a buffer of `room` bytes; the size of each read.
async fn sizes(mut src: Source, room: usize) -> Vec<usize> {
    let (mut buf, mut sizes) = (vec![0; room], Vec::new());
    loop {
        let n = src
            .read(&mut buf)
            .await
            .expect("this source does not break");
        if n == 0 {
            return sizes;
        }
        sizes.push(n);
    }
}

#[test]
fn content_repeats_counts_and_tells_the_first_difference() {
    let content = Content::repeat("ab\n", 10);
    assert_eq!((content.len(), content.count(b'\n')), (10, 3));
    assert_eq!(content.piece(2, 100), b"\nab\nab\na");
    assert_eq!(content.piece(10, 1), b"");
    assert_eq!(content.differs(3, b"ab\nab"), None);
    assert_eq!(content.differs(3, b"ab\nxb"), Some(6));
    assert_eq!(content.differs(9, b"ab"), Some(10), "beyond the end");

    // 64 GiB take the memory of one block, and no time.
    let large = Content::repeat("ab\n", 64 * GIB);
    assert_eq!(large.count(b'\n'), 64 * GIB / 3);
    assert_eq!(large.piece(64 * GIB - 1, 9), b"a");
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_next_wait_is_known() {
    let hours = |n: u64| Duration::from_secs(n * 3600);
    let content = || Content::repeat("ab\n", 3);
    // Other tests of this process wait too, on clocks of their own: these waits are years ahead of theirs.
    let first = Source::new(content()).paced(1, hours(1));
    assert_eq!(sizes(first, 1).await, [1, 1, 1]);
    tokio::time::advance(hours(1_000_000)).await;
    let (start, mut buf) = (Instant::now(), [0; 2]);
    let ahead = || meter::next_wait_ends().map(|ends| ends - start);
    assert_eq!(ahead(), None);

    let (mut soon, mut late) = (Source::new(content()), Source::new(content()));
    (soon, late) = (soon.paced(2, hours(1)), late.paced(2, hours(5)));
    soon.read_exact(&mut buf).await.expect("two bytes");
    late.read_exact(&mut buf).await.expect("two bytes");
    let (mut soon, mut late) = (Box::pin(soon.read_u8()), Box::pin(late.read_u8()));
    tokio::select! {
        biased;
        _ = &mut late => panic!("it waits for five hours"),
        _ = &mut soon => panic!("it waits for an hour"),
        () = tokio::time::sleep(hours(0)) => {}
    }
    assert_eq!(ahead(), Some(hours(1)));
    soon.await.expect("a byte");
    assert_eq!(ahead(), Some(hours(5)));
    late.await.expect("a byte");
    assert_eq!(ahead(), None);
}

#[tokio::test(start_paused = true)]
async fn items_are_made_when_asked_for_and_counted() {
    let window = Window::of_items(8);
    let mut items = Items::new(5, |n| n.to_string())
        .sized(100)
        .shaped(&[true, false])
        .paced(2, Duration::from_secs(1))
        .window(&window);
    let watch = items.watch();
    assert_eq!((items.total(), watch.position()), (500, 0));

    let began = Instant::now();
    assert_eq!(items.next().await.as_deref(), Some("0"));
    assert_eq!((watch.position(), window.most()), (1, 1));
    window.done(1);
    let rest: Vec<String> = items.collect().await;
    assert_eq!(rest, ["1", "2", "3", "4"]);
    assert_eq!(began.elapsed(), Duration::from_secs(2));
    assert_eq!((watch.waited(), window.most()), (Duration::from_secs(2), 4));
    assert_eq!((watch.after_end(), watch.dropped()), (1, true));
}

#[tokio::test]
async fn a_source_comes_in_its_shape() {
    let source = || Source::new(Content::repeat("x", 20));
    assert_eq!(sizes(source(), 8).await, [8, 8, 4]);
    assert_eq!(
        sizes(source().shaped(&[1, 0, 7, 0, 0, 5]), 100).await,
        [1, 7, 5, 1, 6]
    );
    assert_eq!(sizes(source().shaped(&[16]), 10).await, [10, 10]);

    let mut src = source();
    let watch = src.watch();
    assert_eq!(src.read(&mut []).await.expect("no room is no error"), 0);
    assert_eq!(
        (watch.position(), watch.after_end(), watch.dropped()),
        (0, 0, false)
    );
    assert_eq!(src.read(&mut [0; 64]).await.expect("20 bytes"), 20);
    assert_eq!(src.read(&mut [0; 64]).await.expect("the end"), 0);
    assert_eq!((watch.position(), watch.after_end()), (20, 1));
    drop(src);
    assert!(watch.dropped());
}

#[tokio::test]
async fn chunks_may_be_empty_and_none_follows_the_last_byte() {
    let chunks = Chunks::new(Content::repeat("x", 4)).shaped(&[Chunks::EMPTY, 3, 0]);
    let lengths: Vec<usize> = chunks.map(|c| c.expect("no error").len()).collect().await;
    assert_eq!(lengths, [0, 3, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn time_is_charged_per_byte() {
    for room in [1_000, 100_000] {
        let src = Source::new(Content::repeat("x", 10_000));
        let began = Instant::now();
        sizes(src.paced(1_000, Duration::from_millis(10)), room).await;
        assert_eq!(began.elapsed().as_millis(), 100, "a buffer of {room}");
    }
}

#[tokio::test]
async fn a_broken_source_says_so_once_and_goes_on() {
    let src = Source::new(Content::repeat("x", 20)).fails_at(5);
    let mut src = src
        .fails_with(std::io::ErrorKind::TimedOut)
        .quiet_after_error();
    let mut buf = [0; 64];
    assert_eq!(src.read(&mut buf).await.expect("5 bytes"), 5);
    let error = src.read(&mut buf).await.expect_err("broken after 5 bytes");
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    assert_eq!(src.watch().failed_with(), Some(error.kind()));
    assert_eq!(src.read(&mut buf).await.expect("the rest"), 15);
}

#[tokio::test]
async fn a_sink_compares_and_remembers() {
    let content = Content::repeat("abc", 9);
    let mut sink = Sink::new(content.clone()).shaped(&[2, 0]);
    let seen = sink.watch();
    assert_eq!(sink.write(b"abcabc").await.expect("short"), 2);
    sink.write_all(b"cabc").await.expect("all");
    assert_eq!(
        (seen.position(), seen.unflushed(), seen.wrong_byte()),
        (6, 6, None)
    );
    sink.flush().await.expect("flushes");
    assert_eq!(
        (seen.unflushed(), seen.flushes(), seen.shutdowns()),
        (0, 1, 0)
    );
    sink.write_all(b"aXc").await.expect("all");
    sink.shutdown().await.expect("shuts down");
    assert_eq!(
        (seen.wrong_byte(), seen.unflushed(), seen.shutdowns()),
        (Some(7), 0, 1)
    );
    assert_eq!(seen.wrong_bytes(), Some((&b"X"[..], &b"bc"[..])));

    let mut sink = Sink::new(content.clone()).fails_at(4);
    assert!(sink.write_all(b"abcabc").await.is_err() && sink.watch().position() == 4);
    // A flush that failed has lost bytes, and the next may well succeed.
    let mut sink = Sink::new(content).fails_to_flush();
    assert!(sink.flush().await.is_err() && sink.shutdown().await.is_ok());
}

#[tokio::test]
async fn who_flushes_in_every_poll_and_shuts_down_comes_to_an_end() {
    let mut sink = Sink::new(Content::exactly("ab")).shaped(&[0, 1]);
    sink.write_all(b"ab").await.expect("all");
    let mut sink = std::pin::Pin::new(&mut sink);
    let (mut polls, seen) = (0, sink.watch());
    std::future::poll_fn(|cx| {
        polls += 1;
        assert!(polls < 10, "still not shut down");
        std::task::ready!(sink.as_mut().poll_flush(cx))?;
        sink.as_mut().poll_shutdown(cx)
    })
    .await
    .expect("shuts down");
    assert_eq!((polls, seen.shutdowns()), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_takes_its_time() {
    let hour = Duration::from_secs(3600);
    let mut sink = Sink::new(Content::exactly("")).shaped(&[0, 1]);
    sink = sink.shuts_down_in(hour);
    let seen = sink.watch();
    let soon = tokio::time::timeout(hour / 2, sink.shutdown()).await;
    assert!(soon.is_err() && seen.shutdowns() == 0);
    sink.shutdown().await.expect("shuts down");
    assert_eq!((seen.shutdowns(), seen.waited()), (1, hour));
}

#[tokio::test(start_paused = true)]
async fn a_flush_takes_its_time_when_there_is_something_to_flush() {
    let hour = Duration::from_secs(3600);
    let mut sink = Sink::new(Content::exactly("ab")).flushes_in(hour);
    let seen = sink.watch();
    sink.flush().await.expect("flushes");
    assert_eq!(seen.waited(), Duration::ZERO);
    sink.write_all(b"a").await.expect("takes it");
    let soon = tokio::time::timeout(hour / 2, sink.flush()).await;
    assert!(soon.is_err());
    sink.flush().await.expect("flushes");
    assert_eq!(seen.waited(), hour);
    sink.write_all(b"b").await.expect("takes it");
    sink.shutdown().await.expect("flushes and shuts down");
    assert_eq!((seen.shutdowns(), seen.waited()), (1, 2 * hour));
}

#[tokio::test(start_paused = true)]
async fn the_first_byte_and_the_first_item_may_be_late() {
    let hour = Duration::from_secs(3600);
    let began = Instant::now();
    let src = Source::new(Content::repeat("ab\n", 3)).begins_after(hour);
    let seen = src.watch();
    assert_eq!(sizes(src, 2).await, [2, 1]);
    assert_eq!((began.elapsed(), seen.waited()), (hour, hour));
    let mut items = Items::new(2, |n| n).begins_after(hour);
    assert_eq!((items.next().await, items.next().await), (Some(0), Some(1)));
    assert_eq!(began.elapsed(), 2 * hour);
}

/// In one test, since there is one hook; no other test crosses a wire.
#[tokio::test]
async fn wires_are_crossed_where_they_stand() {
    static CROSSED: AtomicU64 = AtomicU64::new(0);
    fn hook(trip: Trip) {
        let number = match trip {
            Trip::ReadAfterEnd { times: 65 } => 1,
            Trip::ReadAfterError { at: 3 } => 2,
            Trip::ReadPast {
                position: 10,
                limit: 9,
            } => 3,
            Trip::TooFarAhead {
                ahead: 10,
                window: 8,
            } => 4,
            Trip::TooManyJobs {
                running: 3,
                limit: 2,
            } => 5,
            Trip::WriteAfterShutdown => 6,
            Trip::ItemsPast {
                position: 3,
                limit: 2,
            } => 7,
            Trip::ItemsAhead {
                ahead: 2,
                window: 1,
            } => 8,
            _ => 99,
        };
        CROSSED.store(number, Relaxed);
    }
    let crossed = || CROSSED.swap(0, Relaxed);
    on_trip(hook);
    let (ten, mut buf) = (Content::repeat("x", 10), [0; 10]);

    let mut src = Source::new(Content::exactly(""));
    for _ in 0..64 {
        let _ = src.read(&mut buf).await;
    }
    assert_eq!(crossed(), 0, "curiosity");
    let _ = src.read(&mut buf).await;
    assert_eq!(crossed(), 1);

    let mut src = Source::new(ten.clone()).fails_at(3);
    let _ = src.read(&mut buf).await;
    assert!(src.read(&mut buf).await.is_err() && crossed() == 0);
    let _ = src.read(&mut buf).await;
    assert_eq!(crossed(), 2);

    let _ = Source::new(ten.clone()).read_limit(9).read(&mut buf).await;
    assert_eq!(crossed(), 3);

    let window = Window::new(8);
    let mut src = Source::new(ten.clone()).shaped(&[6, 2, 2]).window(&window);
    let mut dst = Sink::new(ten.clone()).window(&window);
    assert_eq!(src.read(&mut buf).await.expect("6"), 6);
    dst.write_all(b"xx").await.expect("2 of 6");
    let _ = src.read(&mut buf).await;
    let _ = src.read(&mut buf).await;
    assert_eq!((crossed(), window.most()), (0, 8), "8 in flight");
    let _ = Source::new(ten.clone())
        .window(&Window::new(8))
        .read(&mut buf)
        .await;
    assert_eq!(crossed(), 4);

    let jobs = Jobs::new(2);
    let first = jobs.start();
    drop((jobs.start(), first));
    let two = (jobs.start(), jobs.start());
    assert_eq!((crossed(), jobs.running(), jobs.most()), (0, 2, 2));
    let third = jobs.start();
    assert_eq!((crossed(), jobs.started()), (5, 5));
    drop((two, third));
    assert_eq!(jobs.running(), 0);

    dst.shutdown().await.expect("shuts down");
    assert!(dst.write(b"x").await.is_err());
    assert_eq!(crossed(), 6);

    let (mut items, window) = (Items::new(9, |n| n).item_limit(2), Window::of_items(1));
    assert_eq!((items.next().await, items.next().await), (Some(0), Some(1)));
    assert_eq!(crossed(), 0);
    items.next().await;
    assert_eq!(crossed(), 7);
    let mut items = Items::new(9, |n| n).window(&window);
    items.next().await;
    window.done(1);
    items.next().await;
    assert_eq!(crossed(), 0);
    items.next().await;
    assert_eq!(crossed(), 8);
}

/// Other tests allocate meanwhile, and far less than this does.
#[test]
fn the_heap_counts_every_thread_and_growth_by_its_difference() {
    const MIB: usize = 1 << 20;
    let near = |bytes: usize, mib: usize| bytes.abs_diff(mib * MIB) < 8 * MIB;
    let before = heap::live();
    let mut bytes = vec![0u8; 64 * MIB];
    assert!(near(heap::live() - before, 64));
    bytes.reserve_exact(64 * MIB);
    assert!(near(heap::live() - before, 128), "not 64 and 128");
    bytes.shrink_to(0);
    assert!(near(heap::live() - before, 64));
    let there = std::thread::spawn(|| vec![1u8; 64 * MIB])
        .join()
        .expect("no panic");
    assert!(near(heap::live() - before, 128));
    drop((bytes, there));
    assert!(near(heap::live() + MIB - before, 1));
    assert!(heap::peak() - before > 120 * MIB);
}
