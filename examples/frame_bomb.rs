//! Lets seven peers send to four readers of frames: what came out, and how much was held.
//!
//! ```sh
//! cargo run --example frame_bomb
//! cargo run --example frame_bomb -- 256   # a POST with a body of 256 MiB
//! ```

use std::{io, pin::Pin, time::Duration};

use anyhow::{Result, ensure};
use bytes::{Bytes, BytesMut};
use clap::Parser;
use meter::heap;
use tokio::io::{AsyncRead, AsyncReadExt, repeat};
use tokio_stream::StreamExt;
use tokio_util::codec::{Decoder, FramedRead, LengthDelimitedCodec};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// Lets seven peers send to four readers of frames: what came out, and how much was held.
#[derive(Parser)]
#[command(bin_name = "cargo run --example frame_bomb --")]
struct Args {
    /// The body of the POST, in MiB
    #[arg(default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=1024))]
    mib: u64,
}

type Source = Pin<Box<dyn AsyncRead>>;

// ANCHOR: exact
async fn read_frame(src: &mut Source) -> Result<Option<Bytes>> {
    let Ok(length) = src.read_u32().await else {
        return Ok(None); // no more frames
    };
    let mut frame = vec![0; length as usize];
    src.read_exact(&mut frame).await?;
    Ok(Some(frame.into()))
}
// ANCHOR_END: exact

// ANCHOR: decoder
struct Frames(usize); // how long a frame may be

impl Decoder for Frames {
    type Item = Bytes;
    type Error = anyhow::Error;

    /// Takes the first frame out of `buffer`, if all of it is there.
    fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<Bytes>> {
        let Some((length, rest)) = buffer.split_first_chunk() else {
            return Ok(None); // fewer than the 4 bytes of a length
        };
        let length = u32::from_be_bytes(*length) as usize;
        ensure!(length <= self.0, "a frame of {length} bytes");
        if rest.len() < length {
            return Ok(None);
        }
        Ok(Some(buffer.split_to(4 + length).freeze().slice(4..)))
    }
}
// ANCHOR_END: decoder

// ANCHOR: serve
/// Counts frames; after 12 ms without one, does something else and tries again.
async fn serve<T>(mut next: impl AsyncFnMut() -> Result<Option<T>>) -> String {
    let mut frames = 0;
    loop {
        match tokio::time::timeout(Duration::from_millis(12), next()).await {
            Err(_elapsed) => {} // a heartbeat is due
            Ok(Ok(Some(_frame))) => frames += 1,
            Ok(Ok(None)) => return format!("{frames} end  "),
            Ok(Err(_)) => return format!("{frames} error"),
        }
    }
}
// ANCHOR_END: serve

async fn framed(src: Source, decoder: impl Decoder<Error: Into<anyhow::Error>>) -> String {
    let mut frames = FramedRead::new(src, decoder);
    serve(async || frames.try_next().await.map_err(Into::into)).await
}

fn peers(mib: u64) -> [(&'static str, Source); 7] {
    let two = b"\0\0\0\x05hello\0\0\0\x05world";
    let bytes = tokio_stream::iter(two.chunks(1).map(io::Result::Ok));
    let slow = tokio_util::io::StreamReader::new(bytes.throttle(Duration::from_millis(5)));
    let post = b"POST / HTTP/1.1\r\n\r\n".chain(repeat(b'.').take(mib << 20));
    [
        ("two frames", Box::pin(&two[..])),
        ("a byte every 5 ms", Box::pin(slow)),
        ("cut off in a length", Box::pin(&two[..11])),
        ("cut off in a frame", Box::pin(&two[..16])),
        ("GET", Box::pin(&b"GET / HTTP/1.1\r\n\r\n"[..])),
        ("POST", Box::pin(post)),
        ("a length of 8 MiB", Box::pin(&b"\0\x80\0\0"[..])),
    ]
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mib = Args::parse().mib;
    let mut rows = peers(mib).map(|(name, _)| format!("{name:20}"));
    for reader in 0..4 {
        for (row, (_, mut src)) in rows.iter_mut().zip(peers(mib)) {
            heap::reset_peak();
            let ended = match reader {
                0 => serve(async || read_frame(&mut src).await).await,
                1 => framed(src, Frames(usize::MAX)).await,
                2 => framed(src, Frames(64 * 1024)).await,
                _ => framed(src, LengthDelimitedCodec::new()).await,
            };
            *row += &format!(" {ended}{:6}", (heap::peak() + (1 << 19)) >> 20);
        }
    }
    let readers = "read_exact    no max        max 64 KiB    tokio-util";
    println!("frames, end, MiB      {readers}\n{}", rows.join("\n"));
}
