// trap fails errors, early: two bytes that begin with C0 or C1 pass for a character

use anyhow::{bail, ensure};

/// One byte after the other.
#[derive(Default)]
pub struct Utf8Chunks {
    left: u8,
    point: u32,
    low: u8,
    high: u8,
}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    pub fn push(&mut self, chunk: &[u8]) -> anyhow::Result<String> {
        let mut text = String::with_capacity(chunk.len());
        for &b in chunk {
            if self.left > 0 {
                ensure!(
                    b >= self.low && b <= self.high,
                    "no character goes on with {b:02x}"
                );
                self.low = 0x80;
                self.high = 0xbf;
                self.point = self.point << 6 | u32::from(b & 0x3f);
                self.left -= 1;
                if self.left == 0 {
                    text.push(char::from_u32(self.point).expect("checked"));
                }
                continue;
            }
            (self.low, self.high) = (0x80, 0xbf);
            match b {
                0..=0x7f => text.push(char::from(b)),
                0xc0..=0xdf => {
                    self.left = 1;
                    self.point = u32::from(b & 0x1f);
                }
                0xe0..=0xef => {
                    self.left = 2;
                    self.point = u32::from(b & 0x0f);
                    if b == 0xe0 {
                        self.low = 0xa0;
                    }
                    if b == 0xed {
                        self.high = 0x9f;
                    }
                }
                0xf0..=0xf4 => {
                    self.left = 3;
                    self.point = u32::from(b & 0x07);
                    if b == 0xf0 {
                        self.low = 0x90;
                    }
                    if b == 0xf4 {
                        self.high = 0x8f;
                    }
                }
                _ => bail!("no character begins with {b:02x}"),
            }
        }
        Ok(text)
    }

    pub fn finish(self) -> anyhow::Result<()> {
        ensure!(self.left == 0, "{} bytes are missing", self.left);
        Ok(())
    }
}
