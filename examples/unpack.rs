//! Unpacks gzip that somebody else made: does all of it come out, and how much may come out?
//!
//! ```sh
//! cargo run --example unpack
//! cargo run --example unpack -- 256   # 256 MiB of zeros
//! ```

use std::io::{Read, Result, Write};

use clap::Parser;
use flate2::read::{GzDecoder, MultiGzDecoder};
use flate2::{Compression, write::GzEncoder};
use meter::heap;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// Unpacks gzip that somebody else made: does all of it come out, and how much may come out?
#[derive(Parser)]
#[command(bin_name = "cargo run --example unpack --")]
struct Args {
    /// How many MiB of zeros are packed
    #[arg(default_value_t = 64, value_parser = clap::value_parser!(u16).range(2..=1024))]
    mib: u16,
}

const MIB: u64 = 1024 * 1024;

/// One member: so many times these bytes.
fn gzip(bytes: &[u8], times: u16) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..times {
        encoder.write_all(bytes)?;
    }
    encoder.finish()
}

// ANCHOR: row
/// Collects all that a decoder gives.
fn row(name: &str, mut decoder: impl Read) {
    heap::reset_peak();
    let (before, mut bytes) = (heap::live(), Vec::new());
    let end = match decoder.read_to_end(&mut bytes) {
        Ok(_) => "end",
        Err(_) => "cut off",
    };
    let peak = (heap::peak() - before) as f64 / MIB as f64;
    println!("{name:24}{:>12}, {end:10}{peak:8.1} MiB", bytes.len());
}
// ANCHOR_END: row

fn main() -> Result<()> {
    let mib = Args::parse().mib;
    let (a_gz, b_gz) = (gzip(&[b'a'; 5000], 1)?, gzip(&[b'b'; 5000], 1)?);
    println!("two members of 5,000 bytes     decoded             peak");
    // ANCHOR: members
    let both = [a_gz, b_gz].concat(); // cat a.gz b.gz
    row("GzDecoder", GzDecoder::new(&both[..]));
    row("MultiGzDecoder", MultiGzDecoder::new(&both[..]));
    // ANCHOR_END: members

    let bomb = gzip(&vec![0; MIB as usize], mib)?;
    let kib = bomb.len().div_ceil(1024);
    println!("\n{mib} MiB of zeros in {kib} KiB of gzip; 1 MiB is allowed");
    // ANCHOR: limits
    let limit = MIB + 1; // one byte above the maximum says that there was more
    row(
        "take, then decode",
        MultiGzDecoder::new(bomb[..].take(limit)),
    );
    row(
        "decode, then take",
        MultiGzDecoder::new(&bomb[..]).take(limit),
    );
    // ANCHOR_END: limits
    Ok(())
}
