//! Reads one long line, and a short one after it, with five line readers: what each holds and finds.
//!
//! ```sh
//! cargo run --example endless_line
//! cargo run --example endless_line -- 1024   # a line of 1024 MiB
//! ```

use anyhow::{Result, ensure};
use clap::Parser;
use meter::heap;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Chain, Repeat, Take};
use tokio_stream::StreamExt;
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError::MaxLineLengthExceeded};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// Reads one long line, and a short one after it, with five line readers: what each holds and finds.
#[derive(Parser)]
#[command(bin_name = "cargo run --example endless_line --")]
struct Args {
    /// Length of the longer line, in MiB; the shorter one is a quarter of it
    #[arg(default_value_t = 256, value_parser = clap::value_parser!(u64).range(4..=65536))]
    mib: u64,
}

// ANCHOR: client
type Client = BufReader<Chain<Take<Repeat>, &'static [u8]>>;
type OnLine<'a> = &'a mut dyn FnMut(&[u8]);

fn client(bytes: u64) -> Client {
    BufReader::new(tokio::io::repeat(b'x').take(bytes).chain(b"\nok\n"))
}

async fn lines(src: Client, on_line: OnLine<'_>) -> Result<()> {
    let mut lines = src.lines();
    while let Some(line) = lines.next_line().await? {
        on_line(line.as_bytes());
    }
    Ok(())
}
// ANCHOR_END: client

// ANCHOR: codec
async fn codec<const MAX: usize>(src: Client, on_line: OnLine<'_>) -> Result<()> {
    let mut lines = FramedRead::new(src, LinesCodec::new_with_max_length(MAX));
    while let Some(line) = lines.next().await {
        match line {
            Err(MaxLineLengthExceeded) => {} // skip this one
            line => on_line(line?.as_bytes()),
        }
    }
    Ok(())
}
// ANCHOR_END: codec

// ANCHOR: pieces
async fn pieces(mut src: Client, on_line: OnLine<'_>) -> Result<()> {
    let mut line = Vec::new();
    while (&mut src).take(1024).read_until(b'\n', &mut line).await? > 0 {
        on_line(line.strip_suffix(b"\n").unwrap_or(&line));
        line.clear();
    }
    Ok(())
}
// ANCHOR_END: pieces

// ANCHOR: capped
async fn capped(mut src: Client, on_line: OnLine<'_>) -> Result<()> {
    let mut line = Vec::new();
    while (&mut src).take(1025).read_until(b'\n', &mut line).await? > 0 {
        ensure!(line.ends_with(b"\n") || line.len() <= 1024, "line too long");
        on_line(line.strip_suffix(b"\n").unwrap_or(&line));
        line.clear();
    }
    Ok(())
}
// ANCHOR_END: capped

async fn row(name: &str, mib: u64, read: impl AsyncFn(Client, OnLine<'_>) -> Result<()>) {
    print!("{name:21}");
    let (mut count, mut held, mut end) = (0, None, Ok(()));
    for bytes in [mib << 18, mib << 20] {
        let before = heap::live();
        heap::reset_peak();
        count = 0;
        let mut on_line = |line: &[u8]| {
            count += 1;
            held = (line == b"ok").then(|| heap::live() - before);
        };
        end = read(client(bytes), &mut on_line).await;
        print!("{:>10}", size(heap::peak() - before));
    }
    let end = end.map_or_else(|error| error.to_string(), |()| "Ok".to_owned());
    println!("{:>14}{count:9}  {end}", held.map_or("-".into(), size));
}

fn size(bytes: usize) -> String {
    match bytes >> 20 {
        0 => format!("{} KiB", bytes >> 10),
        mib => format!("{mib} MiB"),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mib = Args::parse().mib;
    print!("peak, for a line of{:8} MiB{mib:6} MiB", mib / 4);
    println!("  held at \"ok\"    lines  returned");
    row("lines()", mib, lines).await;
    row("LinesCodec", mib, codec::<{ usize::MAX }>).await;
    row("LinesCodec, max 1024", mib, codec::<1024>).await;
    row("pieces of 1024", mib, pieces).await;
    row("capped at 1024", mib, capped).await;
}
