//! Exercise `utf8_chunks`: the task is in `README.md`, three hints are in `hints.md`.

// ANCHOR: signature
/// Decodes UTF-8 that comes in chunks, which may end inside a character.
///
/// The fields are yours; so is whatever else the file may need.
#[derive(Default)]
pub struct Utf8Chunks {}

impl Utf8Chunks {
    /// A decoder that has seen no byte yet.
    pub fn new() -> Self {
        Utf8Chunks::default()
    }

    /// The characters that end in `chunk`, a character at its start that was begun earlier included.
    ///
    /// # Errors
    ///
    /// When what has come cannot become UTF-8, whatever follows. After an error it is not called again.
    pub fn push(&mut self, chunk: &[u8]) -> anyhow::Result<String> {
        let _ = chunk;
        todo!("decode what is whole, and keep the rest for the next chunk")
    }

    /// Says that no more chunks come.
    ///
    /// # Errors
    ///
    /// When the last character is not whole.
    pub fn finish(self) -> anyhow::Result<()> {
        todo!("is anything left?")
    }
}
// ANCHOR_END: signature
