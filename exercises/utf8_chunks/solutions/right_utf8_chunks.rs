// right: `utf8_chunks` of std splits what is there, and what is not valid may be at the end and unfinished

//! Why it is right: std cuts into pieces of valid text, each followed by the bytes that are not. If those are the last
//! bytes, and `from_utf8` says of them that they may become a character, they are kept.
//!
//! In Node.js: no counterpart; `TextDecoder` does it all.

use std::str;

use anyhow::{Result, bail, ensure};

#[derive(Default)]
pub struct Utf8Chunks(Vec<u8>);

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    pub fn push(&mut self, chunk: &[u8]) -> Result<String> {
        let bytes = [&self.0[..], chunk].concat();
        let mut text = String::new();
        self.0.clear();
        for part in bytes.utf8_chunks() {
            ensure!(self.0.is_empty(), "no UTF-8, and more after it");
            text.push_str(part.valid());
            match str::from_utf8(part.invalid()) {
                Err(cut) if cut.error_len().is_some() => bail!(cut),
                _ => self.0 = part.invalid().to_vec(),
            }
        }
        Ok(text)
    }

    pub fn finish(self) -> Result<()> {
        ensure!(self.0.is_empty(), "the text ends inside a character");
        Ok(())
    }
}
