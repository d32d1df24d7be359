// trap fails memory: what was begun is in a static table, from which only `finish` removes it

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex};

static NEXT: AtomicU64 = AtomicU64::new(0);
static BEGUN: LazyLock<Mutex<HashMap<u64, Vec<u8>>>> = LazyLock::new(Mutex::default);

/// Decodes UTF-8 that comes in chunks, which may end inside a character.
pub struct Utf8Chunks {
    id: u64,
}

impl Default for Utf8Chunks {
    fn default() -> Self {
        Utf8Chunks {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
        }
    }
}

impl Utf8Chunks {
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    pub fn push(&mut self, chunk: &[u8]) -> anyhow::Result<String> {
        let mut begun = BEGUN.lock().unwrap();
        let rest = begun.entry(self.id).or_default();
        rest.extend_from_slice(chunk);
        let whole = match std::str::from_utf8(rest) {
            Ok(text) => text.len(),
            Err(e) if e.error_len().is_none() => e.valid_up_to(),
            Err(e) => return Err(e.into()),
        };
        Ok(String::from_utf8(rest.drain(..whole).collect())?)
    }

    pub fn finish(self) -> anyhow::Result<()> {
        let rest = BEGUN.lock().unwrap().remove(&self.id);
        anyhow::ensure!(
            rest.is_none_or(|rest| rest.is_empty()),
            "the last character is not whole"
        );
        Ok(())
    }
}
