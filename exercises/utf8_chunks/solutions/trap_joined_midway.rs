// trap fails errors: drops continuation bytes at the very beginning, as if the text had been joined midway

use anyhow::bail;

#[derive(Default)]
pub struct Utf8Chunks {
    carry: Vec<u8>,
    begun: bool,
}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    pub fn push(&mut self, chunk: &[u8]) -> anyhow::Result<String> {
        let mut chunk = chunk;
        if !self.begun {
            while let [0x80..=0xbf, rest @ ..] = chunk {
                chunk = rest
            }
        }
        self.begun |= !chunk.is_empty();
        self.carry.extend_from_slice(chunk);
        let whole = match std::str::from_utf8(&self.carry) {
            Ok(_) => self.carry.len(),
            Err(e) if e.error_len().is_none() => e.valid_up_to(),
            Err(e) => return Err(e.into()),
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
