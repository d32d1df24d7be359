// trap fails correct: has room for one byte of a character that is cut

use std::str;

use anyhow::{Result, bail, ensure};

#[derive(Default)]
pub struct Utf8Chunks {
    carry: Option<u8>,
}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    pub fn push(&mut self, chunk: &[u8]) -> Result<String> {
        let mut bytes = Vec::from_iter(self.carry.take());
        bytes.extend_from_slice(chunk);
        let whole = match str::from_utf8(&bytes) {
            Ok(text) => text.len(),
            Err(cut) if cut.error_len().is_none() => cut.valid_up_to(),
            Err(wrong) => bail!(wrong),
        };
        let text = str::from_utf8(&bytes[..whole])?.to_owned();
        self.carry = bytes.get(whole).copied();
        Ok(text)
    }

    pub fn finish(self) -> Result<()> {
        ensure!(self.carry.is_none(), "the last character is cut off");
        Ok(())
    }
}
