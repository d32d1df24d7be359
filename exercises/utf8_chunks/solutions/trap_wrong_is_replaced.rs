// trap fails errors, early: puts U+FFFD where bytes are wrong, and the caller hears nothing of it

use std::str;

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
        self.carry.extend_from_slice(chunk);
        let whole = match str::from_utf8(&self.carry) {
            Ok(text) => text.len(),
            Err(cut) if cut.error_len().is_none() => cut.valid_up_to(),
            Err(_) => self.carry.len(),
        };
        let text = String::from_utf8_lossy(&self.carry[..whole]).into_owned();
        self.carry.drain(..whole);
        Ok(text)
    }

    pub fn finish(self) -> Result<()> {
        ensure!(self.carry.is_empty(), "the last character is cut off");
        Ok(())
    }
}
