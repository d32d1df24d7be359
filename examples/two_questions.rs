//! Counts the lines of one file twice: with all of it in memory, then through a 64 KiB window.
//!
//! ```sh
//! cargo run --example two_questions
//! cargo run --example two_questions -- 2048   # of 2048 MiB
//! ```

use std::fmt::Display;
use std::fs::File;
use std::io::{Read, Seek, Write};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use meter::heap;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// Counts the lines of one file twice: with all of it in memory, then through a 64 KiB window.
#[derive(Parser)]
#[command(bin_name = "cargo run --example two_questions --")]
struct Args {
    /// Size of the file, in MiB
    #[arg(default_value_t = 512, value_parser = clap::value_parser!(u64).range(1..=65536))]
    mib: u64,
}

const LINE: &[u8; 64] = b"2026-01-01T00:00:00Z GET /videos/ten-gigabytes.mp4 206 64 KiB  \n";

/// What the counting has seen so far.
#[derive(Default)]
struct Count {
    lines: usize,
    chunks: usize,
    bytes: usize,
    bytes_at_first_line: usize, // already read when the first line was counted
}

// ANCHOR: whole
fn whole(file: &mut File) -> Result<Count> {
    let mut count = Count::default();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?; // as `std::fs::read` does
    count.add(&bytes);
    Ok(count)
}
// ANCHOR_END: whole

// ANCHOR: window
fn window(file: &mut File) -> Result<Count> {
    let mut count = Count::default();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(count);
        }
        count.add(&buffer[..n]);
    }
}
// ANCHOR_END: window

// ANCHOR: count
impl Count {
    fn add(&mut self, chunk: &[u8]) {
        let newlines = chunk.iter().filter(|&&byte| byte == b'\n').count();
        self.chunks += 1;
        self.bytes += chunk.len();
        if self.lines == 0 && newlines > 0 {
            self.bytes_at_first_line = self.bytes;
        }
        self.lines += newlines;
    }
}
// ANCHOR_END: count

// ANCHOR: measure
/// Runs one version from the start of the file. Also returns the most bytes it ever held.
fn measure(version: fn(&mut File) -> Result<Count>, file: &mut File) -> Result<(Count, usize)> {
    file.rewind()?;
    heap::reset_peak();
    let before = heap::live();
    let count = version(file)?;
    Ok((count, heap::peak() - before))
}
// ANCHOR_END: measure

fn main() -> Result<()> {
    let mib = Args::parse().mib;
    let mut file = tempfile::tempfile()?; // has no name: it is gone when the program is
    let block = LINE.repeat((1 << 20) / LINE.len());
    for _ in 0..mib {
        file.write_all(&block)
            .context("the file does not fit in the temporary directory")?;
    }

    let (a, a_peak) = measure(whole, &mut file)?;
    let (b, b_peak) = measure(window, &mut file)?;
    ensure!(a.lines == b.lines, "{} lines, then {}", a.lines, b.lines);

    println!("{} lines in {mib} MiB, counted twice\n", a.lines);
    row("", "whole", "64 KiB window");
    row("(1) peak live heap", in_mib(a_peak), in_mib(b_peak));
    row(
        "(2) read before the first line counted",
        in_mib(a.bytes_at_first_line),
        in_mib(b.bytes_at_first_line),
    );
    row("    chunks (the file waits in between)", a.chunks, b.chunks);
    Ok(())
}

fn row(name: &str, a: impl Display, b: impl Display) {
    println!("{name:39}{a:>16}{b:>16}");
}

fn in_mib(bytes: usize) -> String {
    format!("{:.2} MiB", bytes as f64 / (1 << 20) as f64)
}
