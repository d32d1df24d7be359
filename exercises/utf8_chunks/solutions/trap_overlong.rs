// trap fails errors, early: a state machine that counts bytes and does not look at what they mean

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
                    0xc0..0xe0 => ((byte & 0x1f).into(), 1),
                    0xe0..0xf0 => ((byte & 0x0f).into(), 2),
                    0xf0..0xf8 => ((byte & 0x07).into(), 3),
                    _ => bail!("no UTF-8: {byte:#x}"),
                };
            }
            (self.low, self.high) = (0x80, 0xbf);
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
