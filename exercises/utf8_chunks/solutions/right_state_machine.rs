// right: byte by byte, with the bits of the character that was begun

//! Why it is right: the state is one character, and every byte either belongs to it or is an error at once. The bounds
//! of the first byte after a lead byte are the ones of the Unicode standard, table 3-7: they leave out what is too long,
//! the surrogates, and what is after U+10FFFF.
//!
//! In Node.js: the same, over the bytes of a `Buffer`, with `String.fromCodePoint`.

use anyhow::{Result, bail, ensure};

/// A character that was begun: its bits so far, how many bytes it still wants, and what the next may be.
#[derive(Default)]
pub struct Utf8Chunks {
    bits: u32,
    wants: u8,
    low: u8,
    high: u8,
}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    pub fn push(&mut self, chunk: &[u8]) -> Result<String> {
        let mut text = String::new();
        for &byte in chunk {
            if self.wants > 0 {
                ensure!(
                    (self.low..=self.high).contains(&byte),
                    "no UTF-8: {byte:#x}"
                );
                self.bits = self.bits << 6 | u32::from(byte & 0x3f);
                self.wants -= 1;
            } else {
                (self.bits, self.wants) = match byte {
                    0..0x80 => (byte.into(), 0),
                    0xc2..0xe0 => ((byte & 0x1f).into(), 1),
                    0xe0..0xf0 => ((byte & 0x0f).into(), 2),
                    0xf0..0xf5 => ((byte & 0x07).into(), 3),
                    _ => bail!("no UTF-8: {byte:#x}"),
                };
            }
            // Only the first byte after some lead bytes has narrower bounds.
            (self.low, self.high) = match (byte, self.wants) {
                (0xe0, 2) => (0xa0, 0xbf),
                (0xed, 2) => (0x80, 0x9f),
                (0xf0, 3) => (0x90, 0xbf),
                (0xf4, 3) => (0x80, 0x8f),
                _ => (0x80, 0xbf),
            };
            if self.wants == 0 {
                let Some(character) = char::from_u32(self.bits) else {
                    bail!("no character: {:#x}", self.bits);
                };
                text.push(character);
            }
        }
        Ok(text)
    }

    pub fn finish(self) -> Result<()> {
        ensure!(self.wants == 0, "{} bytes are missing", self.wants);
        Ok(())
    }
}
