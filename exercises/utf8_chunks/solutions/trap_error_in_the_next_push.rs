// trap fails early: wrong bytes behind text are told by the next call

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
        let whole = match std::str::from_utf8(&self.rest) {
            Ok(text) => text.len(),
            Err(e) if e.error_len().is_none() || e.valid_up_to() > 0 => e.valid_up_to(),
            Err(e) => return Err(e.into()),
        };
        Ok(String::from_utf8(self.rest.drain(..whole).collect())?)
    }

    pub fn finish(self) -> anyhow::Result<()> {
        anyhow::ensure!(self.rest.is_empty(), "the last character is not whole");
        Ok(())
    }
}
