//! Decodes a text that comes in chunks in three ways, and counts the characters that break.
//!
//! ```sh
//! cargo run --example half_a_character
//! cargo run --example half_a_character -- 1000   # chunks of 1000 bytes
//! ```

use std::str;

use anyhow::{Result, ensure};
use clap::Parser;

/// Decodes a text that comes in chunks in three ways, and counts the characters that break.
#[derive(Parser)]
#[command(bin_name = "cargo run --example half_a_character --")]
struct Args {
    /// Size of a chunk, in bytes
    #[arg(default_value_t = 1024, value_parser = clap::value_parser!(u16).range(1..))]
    bytes: u16,
}

// ANCHOR: each
fn lossy(chunks: &[&[u8]]) -> Result<String> {
    let mut text = String::new();
    for chunk in chunks {
        text += &String::from_utf8_lossy(chunk);
    }
    Ok(text)
}

fn strict(chunks: &[&[u8]]) -> Result<String> {
    let mut text = String::new();
    for chunk in chunks {
        text += str::from_utf8(chunk)?;
    }
    Ok(text)
}
// ANCHOR_END: each

// ANCHOR: carry
fn carry(chunks: &[&[u8]]) -> Result<String> {
    let (mut text, mut bytes) = (String::new(), Vec::new());
    for chunk in chunks {
        bytes.extend_from_slice(chunk);
        let whole = match str::from_utf8(&bytes) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(error) => return Err(error.into()),
        };
        text += str::from_utf8(&bytes[..whole])?;
        bytes.drain(..whole); // what stays is the start of a character
    }
    ensure!(bytes.is_empty(), "the text ends inside a character");
    Ok(text)
}
// ANCHOR_END: carry

// ANCHOR: events
/// The text of server-sent events: cuts lines first, and decodes what is whole.
fn events(chunks: &[&[u8]]) -> Result<String> {
    let (mut text, mut line) = (String::new(), Vec::new());
    for &byte in chunks.iter().copied().flatten() {
        if byte != b'\n' {
            line.push(byte);
            continue;
        }
        text += data(str::from_utf8(&line)?);
        line.clear();
    }
    Ok(text)
}

fn data(line: &str) -> &str {
    line.strip_prefix("data: ").unwrap_or_default()
}
// ANCHOR_END: events

fn main() -> Result<()> {
    let size = Args::parse().bytes.into();
    let texts = ["Streams! ".repeat(1000), "日本語🦀".repeat(1000)];
    print!("of {size:<5}");
    for text in &texts {
        let inside = |&at: &usize| !text.is_char_boundary(at);
        let halved = (size..text.len()).step_by(size).filter(inside).count();
        print!("{:6} chars, {halved:2} halved", text.chars().count());
    }
    type Decode = fn(&[&[u8]]) -> Result<String>;
    let decoders: [(_, Decode); 3] = [("lossy", lossy), ("strict", strict), ("carry", carry)];
    for (name, decode) in decoders {
        print!("\n{name:8}");
        for text in &texts {
            let chunks: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
            match decode(&chunks) {
                Ok(text) => {
                    let broken = text.matches('\u{FFFD}').count();
                    print!("{:6} chars, {broken:2} U+FFFD", text.chars().count());
                }
                Err(error) => print!("   {error}"),
            }
        }
    }

    let tokens: [&[u8]; 4] = [b"Hi ", b"\xf0\x9f", b"\xa6\x80", b"!"];
    println!("\n\ntokens, lossy               {}", lossy(&tokens)?);
    println!("tokens, carry               {}", carry(&tokens)?);

    let answer: Vec<&[u8]> = "data: 日本\ndata: 語🦀\n".as_bytes().chunks(10).collect();
    let text: String = lossy(&answer)?.lines().map(data).collect();
    println!("events, lossy, then lines   {text}");
    println!("events, lines, then strict  {}", events(&answer)?);
    Ok(())
}
