// trap fails memory: keeps all bytes that came, and an index of what was given out

use std::str;

use anyhow::{Result, bail, ensure};

#[derive(Default)]
pub struct Utf8Chunks {
    carry: Vec<u8>,
    given: usize,
}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    pub fn push(&mut self, chunk: &[u8]) -> Result<String> {
        self.carry.extend_from_slice(chunk);
        let new = &self.carry[self.given..];
        let whole = match str::from_utf8(new) {
            Ok(text) => text.len(),
            Err(cut) if cut.error_len().is_none() => cut.valid_up_to(),
            Err(wrong) => bail!(wrong),
        };
        let text = str::from_utf8(&new[..whole])?.to_owned();
        self.given += whole;
        Ok(text)
    }

    pub fn finish(self) -> Result<()> {
        ensure!(
            self.given == self.carry.len(),
            "the last character is cut off"
        );
        Ok(())
    }
}
