//! Grades `utf8_chunks`: `cargo test -p utf8_chunks`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;

use utf8_chunks_cases::Utf8Chunks;

/// Neither the trait nor the decoder is of this crate.
struct Decoder(utf8_chunks::Utf8Chunks);

impl Utf8Chunks for Decoder {
    fn push(&mut self, chunk: &[u8]) -> anyhow::Result<String> {
        self.0.push(chunk)
    }

    fn finish(self: Box<Self>) -> anyhow::Result<()> {
        self.0.finish()
    }
}

fn main() -> ExitCode {
    utf8_chunks_cases::grade(grader::exercise!(), || {
        Box::new(Decoder(utf8_chunks::Utf8Chunks::new()))
    })
}
