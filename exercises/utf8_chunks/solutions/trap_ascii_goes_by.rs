// trap fails errors: a chunk of nothing but ASCII goes by on a fast path, past the character that waits for its rest

use anyhow::{Result, bail, ensure};

pub struct Utf8Chunks {
    kept: Vec<u8>,
}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks { kept: Vec::new() }
    }

    pub fn push(&mut self, chunk: &[u8]) -> Result<String> {
        if chunk.len() >= 16 && chunk.is_ascii() {
            return Ok(String::from_utf8(chunk.to_vec())?);
        }
        let mut bytes = std::mem::take(&mut self.kept);
        bytes.extend_from_slice(chunk);
        let whole = match str::from_utf8(&bytes) {
            Ok(text) => text.len(),
            Err(e) if e.error_len().is_none() => e.valid_up_to(),
            Err(e) => bail!(e),
        };
        self.kept = bytes.split_off(whole);
        Ok(String::from_utf8(bytes)?)
    }

    pub fn finish(self) -> Result<()> {
        ensure!(self.kept.is_empty(), "the text ends inside a character");
        Ok(())
    }
}
