// trap fails early: looks at a character when as many bytes are there as its first byte announces

use anyhow::{Result, ensure};

#[derive(Default)]
pub struct Utf8Chunks {
    carry: Vec<u8>,
}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    pub fn push(&mut self, chunk: &[u8]) -> Result<String> {
        let mut bytes = std::mem::take(&mut self.carry);
        bytes.extend_from_slice(chunk);
        let tail = bytes
            .iter()
            .rev()
            .take(3)
            .position(|byte| byte & 0xc0 != 0x80);
        let start = tail.map_or(bytes.len(), |back| bytes.len() - 1 - back);
        let length = match bytes.get(start) {
            Some(0xc0..0xe0) => 2,
            Some(0xe0..0xf0) => 3,
            Some(0xf0..) => 4,
            _ => 0,
        };
        if start + length > bytes.len() {
            self.carry = bytes.split_off(start);
        }
        Ok(String::from_utf8(bytes)?)
    }

    pub fn finish(self) -> Result<()> {
        ensure!(self.carry.is_empty(), "cut off: {:x?}", self.carry);
        Ok(())
    }
}
