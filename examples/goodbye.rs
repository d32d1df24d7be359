//! The other end of a queue goes away: when does the sender hear it, and what becomes of what is queued?
//!
//! ```sh
//! cargo run --example goodbye
//! cargo run --example goodbye -- 60   # the feed has a row a minute
//! ```

use anyhow::Result;
use clap::Parser;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Duration, Instant, interval_at, sleep};
use tokio_stream::{StreamExt, wrappers::IntervalStream};

/// The other end of a queue goes away: when does the sender hear it, and what becomes of what is queued?
#[derive(Parser)]
#[command(bin_name = "cargo run --example goodbye --")]
struct Args {
    /// How long the feed takes for a row, in seconds of virtual time
    #[arg(default_value_t = 3600, value_parser = clap::value_parser!(u64).range(2..=86_400))]
    seconds: u64,
}

type Row = Instant;
type Feed = IntervalStream; // a stream of rows, one now and then

// ANCHOR: unheard
/// Hands on each row. It hears that the client has left when it sends.
async fn unheard(mut rows: Feed, queue: Sender<Row>) -> Result<()> {
    while let Some(row) = rows.next().await {
        queue.send(row).await?;
    }
    Ok(())
}
// ANCHOR_END: unheard

// ANCHOR: heard
/// Waits for the next row, and for the client to leave.
async fn heard(mut rows: Feed, queue: Sender<Row>) -> Result<()> {
    loop {
        tokio::select! {
            () = queue.closed() => return Ok(()),
            row = rows.next() => {
                let Some(row) = row else { return Ok(()) };
                if queue.send(row).await.is_err() {
                    return Ok(()); // the client has left, here too
                }
            }
        }
    }
}
// ANCHOR_END: heard

// ANCHOR: stop
/// Is told to stop after 100 rows. What is in the queue then is dropped with `rows`.
async fn drops(mut rows: Receiver<Row>) -> u32 {
    handle(&mut rows, 100).await
}

/// The same, but it closes the queue, and handles what is still in it.
async fn closes(mut rows: Receiver<Row>) -> u32 {
    let handled = handle(&mut rows, 100).await;
    rows.close();
    handled + handle(&mut rows, u32::MAX).await
}

/// Handles rows, up to `most`, until there are no more. Returns how many these were.
async fn handle(rows: &mut Receiver<Row>, most: u32) -> u32 {
    let mut handled = 0;
    while handled < most && rows.recv().await.is_some() {
        sleep(Duration::from_millis(10)).await;
        handled += 1;
    }
    handled
}
// ANCHOR_END: stop

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let seconds = Args::parse().seconds;
    println!("A feed with a row in {seconds} s; its client leaves after 1 s\n");
    leave("unheard", seconds, unheard).await;
    leave("heard", seconds, heard).await;
    println!("\nA queue with room for 16; its receiver stops after 100 rows\n");
    println!("                     sent   handled      lost");
    stop("drops the queue", drops).await;
    stop("closes it first", closes).await;
}

async fn leave(name: &str, seconds: u64, sender: impl AsyncFn(Feed, Sender<Row>) -> Result<()>) {
    let (start, every) = (Instant::now(), Duration::from_secs(seconds));
    let rows = IntervalStream::new(interval_at(start + every, every));
    let (queue, client) = channel(16);
    let leaves = async {
        sleep(Duration::from_secs(1)).await;
        drop(client);
    };
    let (_gone, ()) = tokio::join!(sender(rows, queue), leaves);
    println!(
        "{name:16} its sender ends after {:4} s",
        start.elapsed().as_secs()
    );
}

async fn stop(name: &str, receiver: impl AsyncFn(Receiver<Row>) -> u32) {
    let (queue, rows) = channel(16);
    let sends = async {
        let mut sent = 0;
        while queue.send(Instant::now()).await.is_ok() {
            sent += 1;
        }
        sent
    };
    let (sent, handled) = tokio::join!(sends, receiver(rows));
    println!("{name:16}{sent:9}{handled:10}{:10}", sent - handled);
}
