//! Writes 1,000 frames in five ways: how many writes reach the sink, and how long a frame waited.
//!
//! ```sh
//! cargo run --example frames_out
//! cargo run --example frames_out -- 1020   # 1024 bytes a frame, with its length
//! ```

use std::io::{Error, Result};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use clap::Parser;
use futures::{SinkExt, StreamExt, stream};
use tokio::io::{AsyncWrite, AsyncWriteExt, BufWriter, sink};
use tokio::time::Instant;
use tokio_util::codec::{Encoder, FramedWrite};
use tokio_util::io::InspectWriter;

/// Writes 1,000 frames in five ways: how many writes reach the sink, and how long a frame waited.
#[derive(Parser)]
#[command(bin_name = "cargo run --example frames_out --")]
struct Args {
    /// Size of a frame without the 4 bytes of its length
    #[arg(default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..))]
    bytes: u16,
}

type Source = stream::BoxStream<'static, Bytes>;

async fn by_hand(mut src: Source, mut dst: impl AsyncWrite + Unpin) -> Result<()> {
    while let Some(frame) = src.next().await {
        dst.write_u32(frame.len() as u32).await?;
        dst.write_all(&frame).await?;
    }
    dst.flush().await
}

struct Frames;

impl Encoder<Bytes> for Frames {
    type Error = Error;

    /// Puts a frame at the end of `buffer`.
    fn encode(&mut self, frame: Bytes, buffer: &mut BytesMut) -> Result<()> {
        buffer.put_u32(u32::try_from(frame.len()).map_err(Error::other)?);
        buffer.put(frame);
        Ok(())
    }
}

// ANCHOR: ways
async fn send(mut src: Source, dst: impl AsyncWrite + Unpin) -> Result<()> {
    let mut frames = FramedWrite::new(dst, Frames);
    while let Some(frame) = src.next().await {
        frames.send(frame).await?;
    }
    Ok(())
}

async fn feed(mut src: Source, dst: impl AsyncWrite + Unpin) -> Result<()> {
    let mut frames = FramedWrite::new(dst, Frames);
    while let Some(frame) = src.next().await {
        frames.feed(frame).await?;
    }
    frames.flush().await
}

async fn forward(src: Source, dst: impl AsyncWrite + Unpin) -> Result<()> {
    src.map(Ok).forward(FramedWrite::new(dst, Frames)).await
}
// ANCHOR_END: ways

#[tokio::main(flavor = "current_thread", start_paused = true)] // virtual time: no wait takes long
async fn main() -> Result<()> {
    let frame = vec![b'.'; usize::from(Args::parse().bytes)];
    println!("1,000 frames             at once        one a second");
    println!("                          writes      writes  waited");
    for name in ["by hand", "by hand, BufWriter", "send", "feed", "forward"] {
        let (at_once, _) = row(name, &frame, 0).await?;
        let (paced, waited) = row(name, &frame, 1).await?;
        println!("{name:20}{at_once:12}{paced:12}{waited:6} s");
    }
    Ok(())
}

/// How many writes there were, and how many seconds the frame waited that waited longest.
async fn row(name: &str, frame: &[u8], seconds: u64) -> Result<(usize, u64)> {
    let (start, pause) = (Instant::now(), Duration::from_secs(seconds));
    let frames = stream::repeat(Bytes::copy_from_slice(frame)).take(1000);
    let src = tokio_stream::StreamExt::throttle(frames, pause).boxed();
    let (mut writes, mut bytes, mut waited) = (0, 0, 0);
    let dst = InspectWriter::new(sink(), |written: &[u8]| {
        let oldest = (bytes / (4 + frame.len())) as u64 * seconds; // when its first frame was made
        waited = waited.max(start.elapsed().as_secs() - oldest);
        bytes += written.len();
        writes += 1;
    });
    match name {
        "by hand" => by_hand(src, dst).await?,
        "by hand, BufWriter" => by_hand(src, BufWriter::new(dst)).await?,
        "send" => send(src, dst).await?,
        "feed" => feed(src, dst).await?,
        _ => forward(src, dst).await?,
    }
    Ok((writes, waited))
}
