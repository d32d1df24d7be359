// right: the carried character has a place of four bytes, and the chunk is not copied

//! Why it is right: a character that was begun is finished byte by byte, and it is whole or wrong after four at the
//! most. The rest of the chunk is looked at where it is. The decoder takes no memory of its own.
//!
//! In Node.js: `new StringDecoder("utf8")`, which keeps up to three bytes in a `Buffer` of its own; it replaces what is
//! wrong and does not refuse it.

use std::str;

use anyhow::{Result, ensure};

#[derive(Default)]
pub struct Utf8Chunks {
    carry: [u8; 4],
    len: usize,
}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    pub fn push(&mut self, mut chunk: &[u8]) -> Result<String> {
        let mut text = String::with_capacity(chunk.len() + self.len);
        while self.len > 0 {
            let Some((&byte, rest)) = chunk.split_first() else {
                return Ok(text);
            };
            self.carry[self.len] = byte;
            self.len += 1;
            chunk = rest;
            match str::from_utf8(&self.carry[..self.len]) {
                Ok(character) => {
                    text.push_str(character);
                    self.len = 0;
                }
                Err(cut) => ensure!(cut.error_len().is_none(), cut),
            }
        }
        let whole = match str::from_utf8(chunk) {
            Ok(_) => chunk.len(),
            Err(cut) => {
                ensure!(cut.error_len().is_none(), cut);
                cut.valid_up_to()
            }
        };
        let (whole, rest) = chunk.split_at(whole);
        text.push_str(str::from_utf8(whole)?);
        self.carry[..rest.len()].copy_from_slice(rest);
        self.len = rest.len();
        Ok(text)
    }

    pub fn finish(self) -> Result<()> {
        ensure!(self.len == 0, "{} bytes of a character are left", self.len);
        Ok(())
    }
}
