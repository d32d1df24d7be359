// trap fails correct: carries in a `static`, which every decoder shares

use std::str;

use anyhow::{Result, bail, ensure};

static CARRY: std::sync::Mutex<Vec<u8>> = std::sync::Mutex::new(Vec::new());

#[derive(Default)]
pub struct Utf8Chunks {}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    pub fn push(&mut self, chunk: &[u8]) -> Result<String> {
        let Ok(mut carry) = CARRY.lock() else {
            bail!("poisoned");
        };
        carry.extend_from_slice(chunk);
        let whole = match str::from_utf8(&carry) {
            Ok(text) => text.len(),
            Err(cut) if cut.error_len().is_none() => cut.valid_up_to(),
            Err(wrong) => bail!(wrong),
        };
        let text = str::from_utf8(&carry[..whole])?.to_owned();
        carry.drain(..whole);
        Ok(text)
    }

    pub fn finish(self) -> Result<()> {
        let whole = CARRY.lock().is_ok_and(|carry| carry.is_empty());
        ensure!(whole, "the last character is cut off");
        Ok(())
    }
}
