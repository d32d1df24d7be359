//! Ends a copy whose source ended, and one whose source broke: what does the receiver know?
//!
//! ```sh
//! cargo run --example end_mark
//! cargo run --example end_mark -- 100000   # 100,000 bytes
//! ```

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::task::{Context, Poll};
use std::{pin::Pin, time::Duration};

use clap::Parser;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy};
use tokio_stream::{StreamExt, iter};
use tokio_util::io::StreamReader;

/// Ends a copy whose source ended, and one whose source broke: what does the receiver know?
#[derive(Parser)]
#[command(bin_name = "cargo run --example end_mark --")]
struct Args {
    /// How many bytes the source gives before it ends or breaks
    #[arg(default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    bytes: u32,
}

// ANCHOR: endings
async fn send<R, W>(mut src: R, mut dst: W, ending: &str) -> Result<()>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let copied = copy(&mut src, &mut dst).await;
    match ending {
        "copy" => {
            copied?;
        }
        "copy, shutdown" => {
            copied?;
            dst.shutdown().await?;
        }
        _ => {
            dst.shutdown().await?; // whatever came of the copy
            copied?;
        }
    }
    Ok(()) // and `dst` is dropped
}
// ANCHOR_END: endings

// ANCHOR: gzip
/// A compressor in front of a wire. The encoder has its last bytes only when it is told to finish.
struct Gzip<'a>(GzEncoder<Vec<u8>>, &'a mut Vec<u8>);

impl Gzip<'_> {
    fn pass_on(&mut self) -> Poll<Result<()>> {
        self.1.append(self.0.get_mut());
        Poll::Ready(Ok(()))
    }
}
impl AsyncWrite for Gzip<'_> {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context, buf: &[u8]) -> Poll<Result<usize>> {
        let n = self.0.write(buf)?;
        self.pass_on().map_ok(|()| n)
    }
    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context) -> Poll<Result<()>> {
        self.0.flush()?;
        self.pass_on()
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context) -> Poll<Result<()>> {
        self.0.try_finish()?; // what it still held, and a checksum over everything
        self.pass_on()
    }
}
// ANCHOR_END: gzip

// ANCHOR: receiver
/// What the receiver makes of the bytes on the wire, which ends when the sender drops its sink.
async fn receiver(sink: &str, src: impl AsyncRead + Unpin, ending: &str) -> String {
    let (mut wire, mut text) = (Vec::new(), Vec::new());
    if sink == "wire" {
        let _sent = send(src, &mut wire, ending).await; // an error if the source broke
        return format!("{}, end", wire.len());
    }
    let encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let _sent = send(src, Gzip(encoder, &mut wire), ending).await;
    let decoded = GzDecoder::new(&wire[..]).read_to_end(&mut text);
    let end = decoded.map_or("cut off", |_| "end");
    format!("{}, {end}", text.len())
}
// ANCHOR_END: receiver

// ANCHOR: source
/// Gives its bytes and, a second later, ends or breaks.
fn source(bytes: &[u8], breaks: bool) -> impl AsyncRead + Unpin {
    let pieces = iter([Ok(bytes), Err(Error::from(ErrorKind::ConnectionReset))]);
    let pieces = pieces
        .take(1 + usize::from(breaks))
        .throttle(Duration::from_secs(1));
    StreamReader::new(Box::pin(pieces))
}
// ANCHOR_END: source

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let bytes = vec![b'.'; Args::parse().bytes as usize];
    let [a, b, c] = ["copy", "copy, shutdown", "shutdown always"];
    for (title, breaks) in [("the source ends", false), ("the source breaks", true)] {
        println!("{title:19}{a:17}{b:17}{c}");
        for sink in ["wire", "gzip"] {
            let cell = async |ending| receiver(sink, source(&bytes, breaks), ending).await;
            let (a, b, c) = (cell(a).await, cell(b).await, cell(c).await);
            println!("{sink:19}{a:17}{b:17}{c}");
        }
    }
}
