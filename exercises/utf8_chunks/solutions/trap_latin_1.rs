// trap fails correct, early, errors: makes a character of each byte

use anyhow::Result;

#[derive(Default)]
pub struct Utf8Chunks {}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    pub fn push(&mut self, chunk: &[u8]) -> Result<String> {
        Ok(chunk.iter().map(|&byte| char::from(byte)).collect())
    }

    pub fn finish(self) -> Result<()> {
        Ok(())
    }
}
