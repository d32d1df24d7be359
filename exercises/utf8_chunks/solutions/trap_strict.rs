// trap fails correct: decodes each chunk by itself, and a cut character is an error

use anyhow::Result;

#[derive(Default)]
pub struct Utf8Chunks {}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    pub fn push(&mut self, chunk: &[u8]) -> Result<String> {
        Ok(String::from_utf8(chunk.to_vec())?)
    }

    pub fn finish(self) -> Result<()> {
        Ok(())
    }
}
