// trap fails early: a joiner at the end of a chunk waits for the next character

use anyhow::bail;

#[derive(Default)]
pub struct Utf8Chunks {
    carry: Vec<u8>,
}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    pub fn push(&mut self, chunk: &[u8]) -> anyhow::Result<String> {
        self.carry.extend_from_slice(chunk);
        let whole = match std::str::from_utf8(&self.carry) {
            Ok(_) => self.carry.len(),
            Err(e) if e.error_len().is_none() => e.valid_up_to(),
            Err(e) => return Err(e.into()),
        };
        let mut whole = whole;
        if std::str::from_utf8(&self.carry[..whole])?.ends_with('\u{200d}') {
            whole -= 3
        }
        let text = String::from_utf8(self.carry[..whole].to_vec())?;
        self.carry.drain(..whole);
        Ok(text)
    }

    pub fn finish(self) -> anyhow::Result<()> {
        if !self.carry.is_empty() && std::str::from_utf8(&self.carry).is_err() {
            bail!("the text ends inside a character");
        }
        Ok(())
    }
}
