//! Makes a stream of chunks from a reader: when it reads, how it cuts, and where an error goes.
//!
//! ```sh
//! cargo run --example bytes_vs_items
//! cargo run --example bytes_vs_items -- 1000   # at most 1000 bytes a read
//! ```

use std::io::{ErrorKind, Result};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use clap::Parser;
use tokio::io::{AsyncRead, ReadBuf};
use tokio_stream::{Stream, StreamExt};
use tokio_util::io::{ReaderStream, poll_read_buf};

/// Makes a stream of chunks from a reader: when it reads, how it cuts, and where an error goes.
#[derive(Parser)]
#[command(bin_name = "cargo run --example bytes_vs_items --")]
struct Args {
    /// The most that the connection gives to one read, in bytes
    #[arg(default_value_t = 4095, value_parser = clap::value_parser!(u16).range(1..))]
    bytes: u16,
}

static READS: AtomicUsize = AtomicUsize::new(0); // since the last row

/// Gives at most `most` bytes a read. After `left` bytes it ends, or breaks.
struct Connection {
    left: usize,
    most: usize,
    breaks: bool,
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context, buf: &mut ReadBuf) -> Poll<Result<()>> {
        READS.fetch_add(1, Relaxed);
        let n = buf.remaining().min(self.most).min(self.left);
        if n == 0 && self.breaks {
            return Poll::Ready(Err(ErrorKind::ConnectionReset.into()));
        }
        buf.put_slice(&vec![b'.'; n]); // no bytes: the end
        self.left -= n;
        Poll::Ready(Ok(()))
    }
}

// ANCHOR: chunks
/// Chunks of 4096 bytes, however the bytes come. The last one is what is left.
struct Chunks<R>(R, BytesMut);

impl<R: AsyncRead + Unpin> Stream for Chunks<R> {
    type Item = Result<Bytes>;
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self(reader, buffer) = self.get_mut();
        while buffer.len() < 4096 {
            buffer.reserve(4096);
            if ready!(poll_read_buf(Pin::new(&mut *reader), cx, buffer))? == 0 {
                break; // the end of the bytes
            }
        }
        let chunk = buffer.split_to(buffer.len().min(4096)).freeze();
        Poll::Ready((!chunk.is_empty()).then_some(Ok(chunk)))
    }
}
// ANCHOR_END: chunks

// ANCHOR: next
async fn sizes(mut items: impl Stream<Item = Result<Bytes>> + Unpin) -> Result<Vec<usize>> {
    let mut sizes = Vec::new();
    while let Some(chunk) = items.next().await {
        let chunk = chunk?;
        sizes.push(chunk.len());
    }
    Ok(sizes)
}
// ANCHOR_END: next

// ANCHOR: lossy
async fn lossy(stream: impl Stream<Item = Result<Bytes>>) -> Result<Vec<usize>> {
    let mut stream = pin!(stream);
    let mut sizes = Vec::new();
    while let Some(Ok(chunk)) = stream.next().await {
        sizes.push(chunk.len());
    }
    Ok(sizes)
}
// ANCHOR_END: lossy

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let most = Args::parse().bytes.into();
    let open = |left, breaks| Connection { left, most, breaks };
    let (whole, half) = (|| open(1 << 20, false), || open(1 << 19, true));
    let chunks = |connection| Chunks(connection, BytesMut::new());
    println!("At most {most:5} bytes a read  reads  chunks  first sizes");
    // ANCHOR: main
    let mut stream = ReaderStream::new(whole());
    row("ReaderStream, never asked", Ok(vec![]));
    let asked_once = sizes((&mut stream).take(1)).await;
    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    row("asked once, then 10 ms", asked_once);
    row("asked to the end", sizes(ReaderStream::new(whole())).await);
    row("Chunks, asked to the end", sizes(chunks(whole())).await);
    println!("\nThe connection breaks halfway");
    row("Some(chunk)", sizes(chunks(half())).await);
    row("Some(Ok(chunk))", lossy(chunks(half())).await);
    // ANCHOR_END: main
}

fn row(name: &str, sizes: Result<Vec<usize>>) {
    print!("{name:26}{:7}", READS.swap(0, Relaxed));
    match sizes {
        Ok(sizes) => println!("{:8}  {:?}", sizes.len(), &sizes[..sizes.len().min(4)]),
        Err(error) => println!("       -  error: {error}"),
    }
}
