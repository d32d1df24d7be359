// trap fails correct: it decodes with `from_utf8_lossy` and takes every U+FFFD for wrong bytes, also one that was sent

/// Decodes UTF-8 that comes in chunks, which may end inside a character.
#[derive(Default)]
pub struct Utf8Chunks {
    rest: Vec<u8>,
}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    pub fn push(&mut self, chunk: &[u8]) -> anyhow::Result<String> {
        self.rest.extend_from_slice(chunk);
        let kept = match std::str::from_utf8(&self.rest) {
            Err(e) if e.error_len().is_none() => e.valid_up_to(),
            _ => self.rest.len(),
        };
        let whole: Vec<u8> = self.rest.drain(..kept).collect();
        let text = String::from_utf8_lossy(&whole).into_owned();
        anyhow::ensure!(!text.contains('\u{fffd}'), "not UTF-8");
        Ok(text)
    }

    pub fn finish(self) -> anyhow::Result<()> {
        anyhow::ensure!(self.rest.is_empty(), "the last character is not whole");
        Ok(())
    }
}
