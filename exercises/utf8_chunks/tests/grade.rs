//! The cases of `utf8_chunks`: `cargo test -p utf8_chunks`.

use std::process::ExitCode;
use std::str;

use anyhow::{Result, bail};
use grader::Criterion::{Correct, Early, Errors, Memory};
use grader::meter::{Chunks, Content, KIB, MIB};
use grader::{Failed, Trial};
use tokio_stream::StreamExt;
use utf8_chunks::Utf8Chunks;

/// Characters of one to four bytes, the first and the last of each length, and the two that are beside the
/// surrogates. A byte order mark is a character like any other.
const TEXT: &str = "\u{feff}déjà vu: 日本語 🦀 naïve € \u{0}\u{7f}\u{80}\u{7ff}\u{800}\u{d7ff}\u{e000}\u{fffd}\u{ffff}\
                    \u{10000}\u{10ffff} \r\nfin €";

/// Each is wrong at its last byte, and at none before.
const WRONG: [(&str, &[u8]); 16] = [
    ("a lone continuation byte", b"\x80"),
    ("a byte that UTF-8 does not have", b"\xff"),
    ("a byte that begins five bytes", b"\xf8"),
    ("a lead byte, then ASCII", b"\xc3("),
    ("a lead byte, then another", b"\xc3\xc3"),
    ("a third byte that is ASCII", b"\xe2\x82A"),
    ("a third byte that is a lead byte", b"\xe6\x97\xe6"),
    ("a fourth byte that is ASCII", b"\xf0\x9f\xa6 "),
    ("a slash in two bytes", b"\xc0"),
    ("two bytes for what fits in one", b"\xc1"),
    ("three bytes for what fits in two", b"\xe0\x9f"),
    ("four bytes for what fits in three", b"\xf0\x8f"),
    ("a surrogate", b"\xed\xa0"),
    ("the last surrogate", b"\xed\xbf"),
    ("a character after the last", b"\xf4\x90"),
    ("a lead byte after the last", b"\xf5"),
];

fn main() -> ExitCode {
    let mut grade = grader::exercise!();
    grade.read_next("7. Text", "src/text.md");

    for size in 1..=7 {
        grade
            .case(
                format!("chunks_of_{size}"),
                &[Correct, Early],
                move |t| async move { decoded(&t, TEXT.as_bytes().chunks(size)).await },
            )
            .about(if size == 1 { "1 byte" } else { "" });
    }
    grade
        .case("every_cut_in_two", &[Correct, Early], |t| async move {
            for at in 0..=TEXT.len() {
                let (a, b) = TEXT.as_bytes().split_at(at);
                decoded(&t, [a, b].into_iter()).await?;
            }
            Ok(())
        })
        .about("the text in two chunks, in every way");
    grade
        .case("empty_chunks", &[Correct, Early], |t| async move {
            let bytes = TEXT.as_bytes().chunks(1);
            decoded(&t, bytes.flat_map(|byte| [&[][..], byte, &[]])).await
        })
        .about("before and after every byte");
    grade
        .case("large_chunks", &[Correct, Early], |t| async move {
            let long = TEXT.repeat(2000);
            decoded(&t, long.as_bytes().chunks(65_537)).await
        })
        .about("64 KiB and a byte");
    grade.case("no_chunk", &[Correct], |t| async move {
        decoded(&t, std::iter::empty()).await
    });
    grade.case("two_answers_at_once", &[Correct], |t| async move {
        let both = t.solve(|| async {
            let (mut a, mut b) = (Utf8Chunks::new(), Utf8Chunks::new());
            let mut text = [String::new(), String::new()];
            for byte in TEXT.as_bytes().chunks(1) {
                text[0] += &a.push(byte)?;
                text[1] += &b.push(byte)?;
            }
            a.finish()?;
            b.finish()?;
            Ok(text)
        });
        t.equal("texts", both.await.ok()?, [TEXT.into(), TEXT.into()]);
        Ok(())
    });

    for (name, about, shape) in [
        ("a_long_answer", "chunks of 1,000 bytes", 1000),
        ("a_long_answer_in_drops", "chunks of 5 bytes", 5),
    ] {
        grade
            .case(name, &[Memory, Correct], move |t| async move {
                let word = "ein Wort, 単語, 🦀\n";
                let times = t.size() / word.len() as u64;
                let text = Content::repeat(word, times * word.len() as u64);
                let mut chunks = t.give(Chunks::new(text.clone()).shaped(&[shape]));
                let given = t.solve(|| async {
                    let mut decoder = Utf8Chunks::new();
                    let mut given = 0;
                    while let Some(chunk) = chunks.next().await {
                        let part = decoder.push(&chunk?)?;
                        if let Some(at) = text.differs(given, part.as_bytes()) {
                            bail!("byte {at} of the text is wrong");
                        }
                        given += part.len() as u64;
                    }
                    decoder.finish()?;
                    drop(chunks);
                    Ok(given)
                });
                t.equal("bytes of text", given.await.ok()?, text.len());
                Ok(())
            })
            .about(about)
            .budget(64 * KIB)
            .sizes(
                if shape == 5 { MIB / 4 } else { 4 * MIB },
                if shape == 5 { MIB } else { 16 * MIB },
            );
    }
    grade
        .case("a_thousand_answers", &[Memory, Correct], |t| async move {
            let text = Content::repeat("ein Wort, 単語, 🦀\n", 23 * 100);
            let times = t.size() / text.len();
            let answers: Vec<Chunks> = (0..times)
                .map(|_| t.give(Chunks::new(text.clone()).shaped(&[500])))
                .collect();
            let given = t.solve(|| async {
                let mut given = 0;
                for mut chunks in answers {
                    let mut decoder = Utf8Chunks::new();
                    while let Some(chunk) = chunks.next().await {
                        given += decoder.push(&chunk?)?.len() as u64;
                    }
                    decoder.finish()?;
                }
                Ok(given)
            });
            t.equal(
                "bytes of text in all",
                given.await.ok()?,
                times * text.len(),
            );
            Ok(())
        })
        .about("one after the other")
        .budget(64 * KIB)
        .sizes(250 * 2300, 1000 * 2300);

    grade
        .case("wrong_bytes", &[Errors], |t| async move {
            for (what, bytes) in WRONG {
                // What comes after it, in the same chunk.
                let all = [b"so: ", bytes, b"\x80\x80\x80, and so on"].concat();
                wrong(&t, what, [&all[..]].into_iter()).await?;
            }
            Ok(())
        })
        .about("in one chunk, between words");
    grade
        .case("wrong_bytes_cut", &[Errors], |t| async move {
            for (what, bytes) in WRONG.iter().filter(|(_, bytes)| bytes.len() > 1) {
                for at in 1..bytes.len() {
                    let (a, b) = bytes.split_at(at);
                    let (a, b) = ([b"so: ", a].concat(), [b, b"\x80\x80, and so on"].concat());
                    wrong(&t, what, [&a[..], &b].into_iter()).await?;
                }
            }
            Ok(())
        })
        .about("cut between two chunks");
    grade
        .case("wrong_bytes_after_much", &[Errors], |t| async move {
            let much = TEXT.repeat(1000);
            for (what, bytes) in WRONG {
                let all = [much.as_bytes(), bytes, b"\x80\x80\x80"].concat();
                wrong(&t, what, all.chunks(1021)).await?;
            }
            Ok(())
        })
        .about("after 80 KB of text");
    grade
        .case("wrong_at_once", &[Early], |t| async move {
            for (what, bytes) in WRONG {
                let after = t.solve(|| async {
                    let mut decoder = Utf8Chunks::new();
                    decoder.push(b"so: ")?;
                    let refused = bytes.chunks(1).position(|byte| decoder.push(byte).is_err());
                    Ok(refused)
                });
                let after = after.await.ok()?;
                t.check(Early, after.is_some(), || {
                    format!("{what}: no byte can make UTF-8 of it any more, and `push` still hoped for one")
                });
            }
            Ok(())
        })
        .about("a byte a chunk");

    grade
        .case("ends_in_a_character", &[Errors], |t| async move {
            for character in ["é", "語", "🦀", "\u{10ffff}"] {
                for at in 1..character.len() {
                    let start = &character.as_bytes()[..at];
                    for chunks in [vec![b"so: ", start], start.chunks(1).collect()] {
                        let got = t.solve(|| async { Ok(decode(chunks.into_iter())) });
                        let got = got.await.ok()?;
                        t.check(Errors, got.is_err(), || {
                            format!(
                                "the text ended after {at} of the {} bytes of `{character}`, and there was no error",
                                character.len()
                            )
                        });
                    }
                }
            }
            Ok(())
        })
        .about("after 1, 2 or 3 bytes of it");

    grade.run()
}

/// All of the text, or the error.
fn decode<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> Result<String> {
    let mut decoder = Utf8Chunks::new();
    let mut text = String::new();
    for chunk in chunks {
        text += &decoder.push(chunk)?;
    }
    decoder.finish()?;
    Ok(text)
}

/// Gives `chunks`, which make up UTF-8, and looks after each at what has come out.
async fn decoded<'a>(t: &Trial, chunks: impl Iterator<Item = &'a [u8]>) -> Result<(), Failed> {
    let got = t.solve(|| async {
        let mut decoder = Utf8Chunks::new();
        let (mut given, mut text, mut late) = (Vec::new(), String::new(), None);
        for chunk in chunks {
            given.extend_from_slice(chunk);
            text += &decoder.push(chunk)?;
            let whole = match str::from_utf8(&given) {
                Ok(text) => text.len(),
                Err(cut) => cut.valid_up_to(),
            };
            if text.len() < whole && given.starts_with(text.as_bytes()) {
                late.get_or_insert((given.len(), whole, text.len()));
            }
        }
        decoder.finish()?;
        Ok((text, given, late))
    });
    let (text, given, late) = got.await.ok()?;
    if text.as_bytes() != given {
        let same = text
            .bytes()
            .zip(&given)
            .take_while(|(a, b)| a == *b)
            .count();
        let start = (0..=same).rev().find(|&at| text.is_char_boundary(at));
        let (from, of) = (start.unwrap_or(0), given.len());
        let there: String = text[from..].chars().take(8).collect();
        t.wrong(
            Correct,
            format!("the text differs from byte {from} of {of} on: {there:?} stands there"),
        );
    }
    if let Some((given, whole, out)) = late {
        t.wrong(
            Early,
            format!(
                "after {given} bytes, {whole} of them whole characters, only {out} bytes of text had been given out"
            ),
        );
    }
    Ok(())
}

/// Gives `chunks`, which are wrong somewhere.
async fn wrong<'a>(
    t: &Trial,
    what: &str,
    chunks: impl Iterator<Item = &'a [u8]>,
) -> Result<(), Failed> {
    let got = t.solve(|| async { Ok(decode(chunks)) });
    let got = got.await.ok()?;
    t.check(Errors, got.is_err(), || {
        format!("{what} came, which no UTF-8 has, and there was no error")
    });
    Ok(())
}
