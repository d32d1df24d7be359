//! Reads 25 letters in eleven ways, and shows for each read the number it returned and the bytes taken.
//!
//! ```sh
//! cargo run --example short_reads
//! ```

use clap::Parser;
use std::io::{Error, ErrorKind, Result};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};

const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxy";

/// Reads 25 letters in eleven ways, and shows for each read the number it returned and the bytes taken.
#[derive(Parser)]
#[command(bin_name = "cargo run --example short_reads --")]
struct Args {
    /// Size of the small buffer, in bytes, up to 25
    #[arg(default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=25))]
    bytes: u16,
}

// ANCHOR: source
/// Five writes of five bytes, then the end. In `turns`, the reader runs after each write.
fn five_writes(turns: bool) -> DuplexStream {
    let (mut writer, reader) = duplex(1024); // a pipe in memory, with room for 1024 bytes
    tokio::spawn(async move {
        for five in LETTERS.chunks(5) {
            writer.write_all(five).await?;
            if turns {
                tokio::task::yield_now().await; // the reader's turn, as with `setImmediate`
            }
        }
        Result::Ok(()) // the writer is dropped here, and that ends what can be read
    });
    reader
}
// ANCHOR_END: source
// ANCHOR: loop
async fn read_all<R: AsyncRead + Unpin>(mut src: R, buffer: &mut [u8]) -> Result<()> {
    loop {
        let n = src.read(buffer).await?;
        show(n, &buffer[..n]);
        if n == 0 {
            return Ok(());
        }
    }
}
// ANCHOR_END: loop

fn broken() -> impl AsyncRead + Unpin {
    let reset = Error::from(ErrorKind::ConnectionReset); // after ten letters
    tokio_util::io::StreamReader::new(tokio_stream::iter([Ok(&LETTERS[..10]), Err(reset)]))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let (mut small, mut large) = (vec![0; Args::parse().bytes.into()], vec![0; 1024]);
    let row = |name: &str| print!("\n{name:23}");
    print!("25 letters, 5 a write   n:bytes taken");
    row("read after each write");
    read_all(five_writes(true), &mut large).await?;
    row("read after all writes");
    read_all(five_writes(false), &mut large).await?;
    row(&format!("read, buffer of {}", small.len()));
    read_all(five_writes(false), &mut small).await?;
    row("read_exact, 10 bytes");
    let (mut src, mut ten) = (five_writes(false), [0; 10]);
    loop {
        match src.read_exact(&mut ten).await {
            Ok(n) => show(n, &ten),
            Err(error) => break print!(" Err({:?})", error.kind()),
        }
    }
    row("read, a broken source");
    let end = read_all(broken(), &mut large).await;
    print!(" {:?}", end.map_err(|error| error.kind()));
    // ANCHOR: lazy
    row("after one not awaited");
    let mut src = LETTERS; // a slice is a source, too
    drop(src.read(&mut large));
    read_all(src, &mut large).await?;
    // ANCHOR_END: lazy
    // ANCHOR: traps
    row("trap: short read");
    let mut src = five_writes(true);
    loop {
        let n = src.read(&mut small).await?;
        show(n, &small[..n]);
        if n < small.len() {
            break;
        }
    }
    row("trap: stale tail");
    let mut src = five_writes(false);
    while let n @ 1.. = src.read(&mut small).await? {
        show(n, &small);
    }
    row("trap: no room");
    read_all(five_writes(false), &mut Vec::with_capacity(8)).await?;
    row("trap: lost error");
    let mut src = broken();
    while let Ok(n @ 1..) = src.read(&mut large).await {
        show(n, &large[..n]);
    }
    // ANCHOR_END: traps
    // ANCHOR: ahead
    row("trap: lost read-ahead");
    let mut src = five_writes(false);
    while let n @ 1.. = BufReader::new(&mut src).read(&mut large[..5]).await? {
        show(n, &large[..n]);
    }
    // ANCHOR_END: ahead
    println!();
    Ok(())
}

fn show(n: usize, taken: &[u8]) {
    print!(" {n}:{}", String::from_utf8_lossy(taken));
}
