// right: the bytes of a character that is not whole yet are carried to the next chunk

//! Why it is right: `error_len` tells a character that may still become whole (`None`) from bytes that never will
//! (`Some`). Up to `valid_up_to` everything is whole and goes out; what is left has at most three bytes. `drain` keeps
//! the capacity of the longest chunk and nothing of its bytes.
//!
//! In Node.js: `new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })` and `decode(chunk, { stream: true })`; at the
//! end, `decode()` without an argument.

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
