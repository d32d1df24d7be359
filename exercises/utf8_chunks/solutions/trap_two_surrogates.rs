// trap fails errors: a pair of surrogates, three bytes each, becomes one character

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
        while let Some(at) = self.carry.windows(6).position(|w| {
            w[0] == 0xed && w[1] & 0xf0 == 0xa0 && w[3] == 0xed && w[4] & 0xf0 == 0xb0
        }) {
            let w: Vec<u8> = self.carry[at..at + 6].to_vec();
            let h = u32::from(w[1] & 0xf) << 6 | u32::from(w[2] & 0x3f);
            let l = u32::from(w[4] & 0xf) << 6 | u32::from(w[5] & 0x3f);
            let c = char::from_u32(0x10000 + (h << 10 | l)).unwrap();
            self.carry.splice(at..at + 6, c.to_string().into_bytes());
        }
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
