// right: goes through a buffer of 16 KiB that is made once, in as many pieces as it takes

//! Why it is right: the buffer has what was carried at its front and is filled from the chunk behind that. What is whole
//! goes out, what is not moves to the front, and the next piece follows. The buffer is the same for every text.
//!
//! In Node.js: `chunk.copy(buffer, carried)` into one `Buffer`, and `buffer.toString("utf8", 0, whole)`.

use std::str;

use anyhow::{Result, ensure};

pub struct Utf8Chunks {
    buffer: Vec<u8>,
    carried: usize,
}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks {
            buffer: vec![0; 16 * 1024],
            carried: 0,
        }
    }

    pub fn push(&mut self, mut chunk: &[u8]) -> Result<String> {
        let mut text = String::new();
        while !chunk.is_empty() {
            let n = chunk.len().min(self.buffer.len() - self.carried);
            let filled = self.carried + n;
            self.buffer[self.carried..filled].copy_from_slice(&chunk[..n]);
            chunk = &chunk[n..];
            let bytes = &self.buffer[..filled];
            let whole = str::from_utf8(bytes).map_or_else(|cut| cut.valid_up_to(), str::len);
            text.push_str(str::from_utf8(&bytes[..whole])?);
            if let Err(cut) = str::from_utf8(&bytes[whole..]) {
                ensure!(cut.error_len().is_none(), cut);
            }
            self.buffer.copy_within(whole..filled, 0);
            self.carried = filled - whole;
        }
        Ok(text)
    }

    pub fn finish(self) -> Result<()> {
        ensure!(self.carried == 0, "{} bytes are left", self.carried);
        Ok(())
    }
}
