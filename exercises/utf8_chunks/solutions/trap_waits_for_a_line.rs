// trap fails correct, early: gives out whole lines, and the last one has no newline

use std::str;

use anyhow::{Result, bail};

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
            Err(wrong) => bail!(wrong),
        };
        let line = self.carry[..whole].iter().rposition(|&byte| byte == b'\n');
        let whole = line.map_or(0, |at| at + 1);
        let text = str::from_utf8(&self.carry[..whole])?.to_owned();
        self.carry.drain(..whole);
        Ok(text)
    }

    pub fn finish(self) -> Result<()> {
        str::from_utf8(&self.carry)?;
        Ok(())
    }
}
