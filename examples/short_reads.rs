//! Reads one source in seven ways and shows how many bytes each read returned.
//!
//! ```sh
//! cargo run --example short_reads
//! cargo run --example short_reads -- 3   # into a small buffer of 3 bytes
//! ```

use anyhow::Result;
use clap::Parser;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

/// Reads one source in seven ways and shows how many bytes each read returned.
#[derive(Parser)]
#[command(bin_name = "cargo run --example short_reads --")]
struct Args {
    /// Size of the small buffer, in bytes
    #[arg(default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    bytes: u16,
}

// ANCHOR: source
/// Five writes of five bytes, then the end.
async fn five_writes() -> Result<DuplexStream> {
    let (mut writer, reader) = duplex(1024);
    for _ in 0..5 {
        writer.write_all(b"chunk").await?;
    }
    Ok(reader) // the writer is dropped here, which ends the stream
}
// ANCHOR_END: source

// ANCHOR: loop
/// Reads until `Ok(0)`. That is the end: no other number is, however small.
async fn read_all(source: &mut DuplexStream, buffer: &mut [u8]) -> Result<String> {
    let mut sizes = String::new();
    loop {
        let n = source.read(buffer).await?; // the bytes are in `buffer[..n]`, the rest is old
        sizes += &format!("{n} ");
        if n == 0 {
            return Ok(sizes);
        }
    }
}
// ANCHOR_END: loop

// ANCHOR: turns
/// The same five writes, with a read after each.
async fn in_turns(buffer: &mut [u8]) -> Result<String> {
    let (mut writer, mut reader) = duplex(1024);
    let mut sizes = String::new();
    for _ in 0..5 {
        writer.write_all(b"chunk").await?;
        sizes += &format!("{} ", reader.read(buffer).await?);
    }
    drop(writer);
    Ok(sizes + &read_all(&mut reader, buffer).await?)
}
// ANCHOR_END: turns

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let small = Args::parse().bytes;
    row("five writes of five bytes", "each read returned");

    // ANCHOR: full
    let mut big = [0; 1024];
    row("read, after each write", &in_turns(&mut big).await?);
    let mut source = five_writes().await?;
    row(
        "read, after all writes",
        &read_all(&mut source, &mut big).await?,
    );
    let mut source = five_writes().await?;
    let sizes = read_all(&mut source, &mut vec![0; small.into()]).await?;
    row(&format!("read, buffer of {small} bytes"), &sizes);
    let mut source = five_writes().await?;
    drop(source.read(&mut big)); // a future that nobody awaits reads nothing
    row(
        "read, after one not awaited",
        &read_all(&mut source, &mut big).await?,
    );
    // ANCHOR_END: full

    // ANCHOR: empty
    let mut source = five_writes().await?;
    let mut empty = Vec::with_capacity(1024); // room for 1024 bytes, and a length of 0
    row(
        "read, Vec::with_capacity(1024)",
        &read_all(&mut source, &mut empty).await?,
    );
    let (first, then) = (
        source.read_buf(&mut empty).await?,
        source.read_buf(&mut empty).await?,
    );
    row("read_buf, the same Vec", &format!("{first} {then}"));
    // ANCHOR_END: empty

    // ANCHOR: exact
    let mut source = five_writes().await?;
    let mut ten = [0; 10];
    let mut sizes = String::new();
    let end = loop {
        match source.read_exact(&mut ten).await {
            Ok(n) => sizes += &format!("{n} "),
            Err(error) => break error.kind(), // five bytes had come, and are in `ten`
        }
    };
    row("read_exact, buffer of 10 bytes", &format!("{sizes}{end:?}"));
    // ANCHOR_END: exact
    Ok(())
}

fn row(name: &str, sizes: &str) {
    println!("{name:34}{}", sizes.trim_end());
}
