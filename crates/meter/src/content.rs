use std::sync::Arc;

/// What a source delivers and a sink expects: a pattern, repeated to a length in bytes.
///
/// It takes the memory of one pattern, whatever its length.
#[derive(Debug, Clone)]
pub struct Content {
    pattern: Arc<[u8]>,
    /// Length of the pattern before it was unrolled, in bytes.
    period: usize,
    len: u64,
}

/// Patterns are unrolled to about this many bytes, so that a large read is one `memcpy`.
const BLOCK: usize = 256 * 1024;

impl Content {
    /// `pattern` again and again, cut off at `len` bytes.
    ///
    /// # Panics
    ///
    /// When `pattern` is empty and `len` is not 0.
    pub fn repeat(pattern: impl AsRef<[u8]>, len: u64) -> Self {
        let pattern = pattern.as_ref();
        assert!(
            !pattern.is_empty() || len == 0,
            "an empty pattern fills nothing"
        );
        let times = (BLOCK / pattern.len().max(1)).max(1);
        Content {
            pattern: pattern.repeat(times).into(),
            period: pattern.len(),
            len,
        }
    }

    /// Exactly these bytes, once.
    pub fn exactly(bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        Content {
            pattern: bytes.into(),
            period: bytes.len(),
            len: bytes.len() as u64,
        }
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How often `byte` occurs in all of it.
    pub fn count(&self, byte: u8) -> u64 {
        if self.len == 0 {
            return 0;
        }
        let count = |bytes: &[u8]| bytes.iter().filter(|&&b| b == byte).count() as u64;
        let once = &self.pattern[..self.period];
        let (whole, rest) = (self.len / self.period as u64, self.len % self.period as u64);
        whole * count(once) + count(&once[..rest as usize])
    }

    /// The longest piece at byte `at` that is at most `most` bytes and lies in one block.
    pub fn piece(&self, at: u64, most: usize) -> &[u8] {
        if at >= self.len {
            return &[];
        }
        let start = (at % self.pattern.len() as u64) as usize;
        let left = usize::try_from(self.len - at).unwrap_or(usize::MAX);
        let n = most.min(self.pattern.len() - start).min(left);
        &self.pattern[start..start + n]
    }

    /// Where `bytes`, written at byte `at`, first differ from what is expected there.
    pub fn differs(&self, at: u64, bytes: &[u8]) -> Option<u64> {
        let mut done = 0;
        while done < bytes.len() {
            let want = self.piece(at + done as u64, bytes.len() - done);
            if want.is_empty() {
                return Some(at + done as u64);
            }
            let got = &bytes[done..done + want.len()];
            if got != want {
                let same = got.iter().zip(want).take_while(|(g, w)| g == w).count();
                return Some(at + (done + same) as u64);
            }
            done += want.len();
        }
        None
    }
}
