// trap fails correct, errors: carries between small chunks, and takes a large one for the whole text

use std::str;

use anyhow::{Result, bail, ensure};

#[derive(Default)]
pub struct Utf8Chunks {
    carry: Vec<u8>,
}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    pub fn push(&mut self, chunk: &[u8]) -> Result<String> {
        if chunk.len() > 16 * 1024 {
            return Ok(String::from_utf8_lossy(chunk).into_owned());
        }
        self.carry.extend_from_slice(chunk);
        let whole = match str::from_utf8(&self.carry) {
            Ok(text) => text.len(),
            Err(cut) if cut.error_len().is_none() => cut.valid_up_to(),
            Err(wrong) => bail!(wrong),
        };
        let text = str::from_utf8(&self.carry[..whole])?.to_owned();
        self.carry.drain(..whole);
        Ok(text)
    }

    pub fn finish(self) -> Result<()> {
        ensure!(self.carry.is_empty(), "the last character is cut off");
        Ok(())
    }
}
