// trap fails memory: what was carried is leaked at an error

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
            Err(e) => {
                std::mem::forget(std::mem::take(&mut self.carry));
                return Err(e.into());
            }
        };
        let text = String::from_utf8(self.carry[..whole].to_vec())?;
        self.carry.drain(..whole);
        Ok(text)
    }

    pub fn finish(self) -> anyhow::Result<()> {
        if !self.carry.is_empty() {
            bail!("the text ends inside a character");
        }
        Ok(())
    }
}
