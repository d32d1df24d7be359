//! Turns a reader's bytes into a stream of chunks: of what size, and what becomes of an error.
//!
//! ```sh
//! cargo run --example bytes_vs_items
//! cargo run --example bytes_vs_items -- 64   # 64 KiB of input
//! ```

use std::io::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use clap::Parser;
use tokio::io::{AsyncRead, ReadBuf};
use tokio_stream::{Stream, StreamExt};
use tokio_util::io::{ReaderStream, poll_read_buf};

/// Turns a reader's bytes into a stream of chunks: of what size, and what becomes of an error.
#[derive(Parser)]
#[command(bin_name = "cargo run --example bytes_vs_items --")]
struct Args {
    /// Size of the input, in KiB
    #[arg(default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..))]
    kib: u32,
}

// ANCHOR: source
/// A connection that gives at most 4095 bytes a read. After `left` bytes it ends, or breaks.
struct Connection {
    left: usize,
    breaks: bool,
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context, buf: &mut ReadBuf) -> Poll<Result<()>> {
        if self.left == 0 && self.breaks {
            return Poll::Ready(Err(Error::from(ErrorKind::ConnectionReset)));
        }
        let n = buf.remaining().min(4095).min(self.left);
        buf.put_slice(&[b'.'; 4095][..n]); // no bytes: the end
        self.left -= n;
        Poll::Ready(Ok(()))
    }
}
// ANCHOR_END: source

// ANCHOR: chunks
/// Chunks of 4096 bytes, however the bytes come. The last chunk is what is left.
struct Chunks(Connection, BytesMut);

impl Stream for Chunks {
    type Item = Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        let Self(reader, buffer) = self.get_mut();
        while buffer.len() < 4096 {
            buffer.reserve(4096);
            if ready!(poll_read_buf(Pin::new(&mut *reader), cx, buffer))? == 0 {
                break;
            }
        }
        let chunk = buffer.split_to(buffer.len().min(4096)).freeze();
        Poll::Ready((!chunk.is_empty()).then_some(Ok(chunk)))
    }
}
// ANCHOR_END: chunks

// ANCHOR: next
async fn sizes(mut stream: impl Stream<Item = Result<Bytes>> + Unpin) -> Result<Vec<usize>> {
    let mut sizes = Vec::new();
    while let Some(chunk) = stream.next().await {
        sizes.push(chunk?.len());
    }
    Ok(sizes)
}
// ANCHOR_END: next

// ANCHOR: deaf
async fn deaf(mut stream: impl Stream<Item = Result<Bytes>> + Unpin) -> Result<Vec<usize>> {
    let mut sizes = Vec::new();
    while let Some(Ok(chunk)) = stream.next().await {
        sizes.push(chunk.len()); // an error ends the loop as the end does
    }
    Ok(sizes)
}
// ANCHOR_END: deaf

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let left = Args::parse().kib as usize * 1024;
    let open = |breaks| Connection { left, breaks };

    println!("{left} bytes, at most 4095 a read\n");
    row("ReaderStream", sizes(ReaderStream::new(open(false))).await);
    row("Chunks", sizes(Chunks(open(false), BytesMut::new())).await);
    println!("\nthe same, and the connection breaks\n");
    row(
        "while let Some(chunk) ... chunk?",
        sizes(Chunks(open(true), BytesMut::new())).await,
    );
    row(
        "while let Some(Ok(chunk))",
        deaf(Chunks(open(true), BytesMut::new())).await,
    );
    Ok(())
}

fn row(name: &str, sizes: Result<Vec<usize>>) {
    match sizes {
        Ok(sizes) => {
            let first = &sizes[..sizes.len().min(4)];
            println!("{name:34}{:5} chunks: {first:?} ...", sizes.len());
        }
        Err(error) => println!("{name:34}{error}"),
    }
}
