//! Asks a `LinesCodec` with a limit for its next line, again and again, around lines that are too long.
//!
//! ```sh
//! cargo run --example pause_or_end
//! cargo run --example pause_or_end -- 3   # lines of at most 3 bytes
//! ```

use anyhow::Result;
use clap::Parser;
use tokio::io::{AsyncRead, AsyncWriteExt, duplex};
use tokio::time::{Duration, Instant, sleep};
use tokio_stream::StreamExt;
use tokio_util::codec::{FramedRead, LinesCodec};

/// Asks a `LinesCodec` with a limit for its next line, again and again, around lines that are too long.
#[derive(Parser)]
#[command(bin_name = "cargo run --example pause_or_end --")]
struct Args {
    /// The longest line that is accepted, in bytes
    #[arg(default_value_t = 8, value_parser = clap::value_parser!(u8).range(2..))]
    bytes: u8,
}

// ANCHOR: trace
/// What `next` returns, five times, and how many seconds after the start.
async fn trace(src: impl AsyncRead + Unpin, max: usize) {
    let start = Instant::now();
    let mut lines = FramedRead::new(src, LinesCodec::new_with_max_length(max));
    for _ in 0..5 {
        let next = match lines.next().await {
            Some(Ok(line)) => line,
            Some(Err(_)) => "Err".to_owned(),
            None => "None".to_owned(),
        };
        print!("{next:>6} {}s", start.elapsed().as_secs());
    }
    println!();
}
// ANCHOR_END: trace

// ANCHOR: inputs
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<()> {
    let max = Args::parse().bytes.into();
    print!("a file              ");
    trace(&b"this is too long\nok\nmore\n"[..], max).await;
    print!("a file, two too long");
    trace(&b"this is too long\nthis one too\nok\nmore\n"[..], max).await;

    print!("a connection        ");
    let (mut client, server) = duplex(1024);
    let write = async {
        client.write_all(b"this is too long\nok\n").await?;
        sleep(Duration::from_secs(60)).await;
        client.write_all(b"more\n").await?;
        drop(client);
        Ok(())
    };
    tokio::join!(write, trace(server, max)).0
}
// ANCHOR_END: inputs
