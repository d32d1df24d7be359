//! The cases of `utf8_chunks`: `cargo test -p utf8_chunks`.
//!
//! They use a decoder that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::process::ExitCode;
use std::str;
use std::sync::OnceLock;

use anyhow::Result;
use grader::Criterion::{self, Correct, Early, Errors, Memory};
use grader::meter::{Chunks, Content, KIB, MIB};
use grader::{Failed, Grade, Trial};
use tokio_stream::StreamExt;

/// Characters of one to four bytes, the first and the last of each length, and the two that are beside the
/// surrogates. A byte order mark is a character like any other.
const TEXT: &str = "\u{feff}déjà vu: 日本語 🦀 naïve € \u{0}\u{7f}\u{80}\u{7ff}\u{800}\u{d7ff}\u{e000}\u{fffd}\u{ffff}\
                    \u{10000}\u{40000}\u{fffff}\u{10ffff} \r\nfin € \u{1f1eb}\u{1f1f7} e\u{301} \u{1f469}\u{200d}\u{1f680}!";

/// Each is wrong at its last byte, and at none before.
const WRONG: [(&str, &[u8]); 20] = [
    ("a lone continuation byte", b"\x80"),
    ("a byte that UTF-8 does not have", b"\xff"),
    ("a byte that begins five bytes", b"\xf8"),
    ("a lead byte, then ASCII", b"\xc3("),
    ("a lead byte, then another", b"\xc3\xc3"),
    ("a continuation byte too many", b"\xc3\xa9\x80"),
    ("a lead byte of three, then ASCII", b"\xe2("),
    ("a lead byte of four, then ASCII", b"\xf1("),
    ("a third byte of four that is ASCII", b"\xf0\x9f("),
    ("a third byte that is ASCII", b"\xe2\x82A"),
    ("a third byte that is a lead byte", b"\xe6\x97\xe6"),
    ("a fourth byte that is ASCII", b"\xf0\x9f\xa6 "),
    ("the first byte of a slash in two bytes", b"\xc0"),
    ("the first of two bytes for what fits in one", b"\xc1"),
    ("the start of three bytes for what fits in two", b"\xe0\x9f"),
    (
        "the start of four bytes for what fits in three",
        b"\xf0\x8f",
    ),
    ("the start of a surrogate", b"\xed\xa0"),
    ("the start of the last surrogate", b"\xed\xbf"),
    ("the start of a character after the last", b"\xf4\x90"),
    ("a lead byte after the last", b"\xf5"),
];

/// The methods of a `Utf8Chunks`.
pub trait Utf8Chunks {
    fn push(&mut self, chunk: &[u8]) -> Result<String>;
    fn finish(self: Box<Self>) -> Result<()>;
}

/// `Utf8Chunks::new`, as the cases call it.
pub type Solution = fn() -> Box<dyn Utf8Chunks>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn new_decoder() -> Box<dyn Utf8Chunks> {
    SOLUTION.get().expect("`grade` sets it")()
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade.read_next("7. Text", "src/text.md");

    grade
        .case("small_chunks", &[Correct, Early], |t| async move {
            for size in 1..=7 {
                if !decoded(&t, TEXT.as_bytes().chunks(size)).await? {
                    break;
                }
            }
            Ok(())
        })
        .about("of 1 byte, of 2, and so on to 7");
    grade
        .case("every_cut_in_two", &[Correct, Early], |t| async move {
            for at in 0..=TEXT.len() {
                let (a, b) = TEXT.as_bytes().split_at(at);
                if !decoded(&t, [a, b].into_iter()).await? {
                    break;
                }
            }
            Ok(())
        })
        .about("the text in two chunks, in every way");
    grade
        .case("empty_chunks", &[Correct, Early], |t| async move {
            let bytes = TEXT.as_bytes().chunks(1);
            decoded(&t, bytes.flat_map(|byte| [&[][..], byte, &[]])).await?;
            Ok(())
        })
        .about("before and after every byte");
    grade
        .case("large_chunks", &[Correct, Early], |t| async move {
            let long = TEXT.repeat(2000);
            for size in 65_536..65_546 {
                if !decoded(&t, long.as_bytes().chunks(size)).await? {
                    break;
                }
            }
            Ok(())
        })
        .about("64 KiB and up to 9 bytes more");
    grade.case("no_chunk", &[Correct], |t| async move {
        decoded(&t, std::iter::empty()).await?;
        Ok(())
    });
    grade.case("two_answers_at_once", &[Correct], |t| async move {
        let both = t.solve(|| async {
            let (mut a, mut b) = (new_decoder(), new_decoder());
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
                let word = "one word, 単語, 🦀\n";
                let times = t.size() / word.len() as u64;
                let text = Content::repeat(word, times * word.len() as u64);
                let mut chunks = t.give(Chunks::new(text.clone()).shaped(&[shape]));
                let given = t.solve(|| async {
                    let mut decoder = new_decoder();
                    let (mut given, mut wrong) = (0, None);
                    while let Some(chunk) = chunks.next().await {
                        let part = decoder.push(&chunk?)?;
                        wrong = text.differs(given, part.as_bytes());
                        given += part.len() as u64;
                        if wrong.is_some() {
                            return Ok((given, wrong));
                        }
                    }
                    decoder.finish()?;
                    drop(chunks);
                    Ok((given, wrong))
                });
                let (given, wrong) = given.await.ok()?;
                match wrong {
                    Some(at) => t.wrong(Correct, format!("byte {at} of the text is wrong")),
                    None => t.equal("bytes of text", given, text.len()),
                }
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
            let text = Content::repeat("one word, 単語, 🦀\n", 23 * 100);
            let times = t.size() / text.len();
            let answers: Vec<Chunks> = (0..times)
                .map(|_| t.give(Chunks::new(text.clone()).shaped(&[500])))
                .collect();
            let given = t.solve(|| async {
                let mut given = 0;
                for mut chunks in answers {
                    let mut decoder = new_decoder();
                    while let Some(chunk) = chunks.next().await {
                        given += decoder.push(&chunk?)?.len() as u64;
                    }
                    decoder.finish()?;
                    let (mut given_up, mut wrong) = (new_decoder(), new_decoder());
                    given_up.push(&[&b"so: ".repeat(100)[..], b"\xc3"].concat())?;
                    if wrong
                        .push(&[&b"so: ".repeat(100)[..], b"\xff"].concat())
                        .is_ok()
                    {
                        wrong.finish().err();
                    }
                    let mut cut_off = new_decoder();
                    cut_off.push(&[&b"so: ".repeat(100)[..], b"\xc3"].concat())?;
                    cut_off.finish().err();
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
        .about("one after the other: finished, given up and wrong ones")
        // Room for what a leak of some bytes comes to, so that its growth is told and not its last piece.
        .budget(256 * KIB)
        .sizes(250 * 2300, 1000 * 2300);

    grade
        .case("wrong_bytes", &[Errors], |t| async move {
            let mut missed = Vec::new();
            for (what, bytes) in WRONG {
                // Behind it, in the same chunk: what would make a character of it for a decoder that does not look, or
                // more than that. Before it: a word, or nothing.
                for before in [&b"so: "[..], b""] {
                    for after in [&made_whole(bytes)[..], b"\x80\x80\x80"] {
                        let all = [before, bytes, after, b", and so on"].concat();
                        let large = [before, bytes, after, &b"and so on\n".repeat(6600)].concat();
                        for all in [all, large] {
                            if !refused(&t, [&all[..]].into_iter()).await? {
                                missed.push(no_error(what, bytes));
                            }
                        }
                    }
                }
            }
            let pair = b"\xed\xa0\xbe\xed\xb6\x80";
            if !refused(&t, [&pair[..]].into_iter()).await? {
                missed.push(no_error("a crab as two surrogates", pair));
            }
            tell(&t, Errors, &missed);
            Ok(())
        })
        .about("in one chunk, between words");
    grade
        .case("wrong_bytes_cut", &[Errors], |t| async move {
            let mut missed = Vec::new();
            for (what, bytes) in WRONG.iter().filter(|(_, bytes)| bytes.len() > 1) {
                for at in 1..bytes.len() {
                    let (a, b) = bytes.split_at(at);
                    let (a, b) = ([b"so: ", a].concat(), [b, b"\x80\x80, and so on"].concat());
                    if !refused(&t, [&a[..], &b].into_iter()).await? {
                        missed.push(no_error(what, bytes));
                    }
                }
            }
            // Much that is right by itself, after a character that is not whole.
            for (start, end) in ["é", "語", "🦀"].map(|of| of.as_bytes().split_at(of.len() - 1))
            {
                for next in ["and so on and so on\n".repeat(200), TEXT.repeat(50)] {
                    if !refused(&t, [start, next.as_bytes(), end].into_iter()).await? {
                        let bytes = [start, &next.as_bytes()[..1]].concat();
                        let what = "a lead byte without all of its continuation";
                        missed.push(no_error(what, &bytes));
                    }
                }
            }
            tell(&t, Errors, &missed);
            Ok(())
        })
        .about("cut between two chunks");
    grade
        .case("wrong_bytes_after_much", &[Errors], |t| async move {
            let much = TEXT.repeat(1000);
            let mut missed = Vec::new();
            for (what, bytes) in WRONG {
                let all = [much.as_bytes(), bytes, b"\x80\x80\x80"].concat();
                if !refused(&t, all.chunks(1021)).await? {
                    missed.push(no_error(what, bytes));
                }
            }
            tell(&t, Errors, &missed);
            Ok(())
        })
        .about("after 87 KB of text");
    grade
        .case("wrong_at_once", &[Early], |t| async move {
            let mut late = Vec::new();
            for (what, bytes) in WRONG {
                // The chunk with the last byte begins at each of the bytes before it.
                let all = [b"so: ", bytes].concat();
                for at in 0..all.len() {
                    let (before, last) = all.split_at(at);
                    let refused = t.solve(|| async {
                        let mut decoder = new_decoder();
                        let mut chunks = before.chunks(1).chain([last]);
                        Ok(chunks.any(|chunk| decoder.push(chunk).is_err()))
                    });
                    if !refused.await.ok()? {
                        late.push(format!(
                            "{what} (`{}`) had come behind `so: `, the last {} bytes in one chunk; no further byte can make \
                             UTF-8 of it, and `push` returned `Ok`",
                            hex(bytes),
                            last.len()
                        ));
                        break;
                    }
                }
            }
            tell(&t, Early, &late);
            Ok(())
        })
        .about("the error comes from the `push` with the last byte");

    grade
        .case("ends_in_a_character", &[Errors], |t| async move {
            let mut missed = Vec::new();
            for character in ["é", "語", "🦀", "\u{10000}"] {
                let of = character.len();
                for at in 1..of {
                    let start = &character.as_bytes()[..at];
                    let byte_by_byte: Vec<&[u8]> = start.chunks(1).collect();
                    let then_empty = [&byte_by_byte[..], &[b""]].concat();
                    for (chunks, shape) in [
                        (vec![b"so: ", start], "in one chunk"),
                        (byte_by_byte, "a byte a chunk"),
                        (then_empty, "a byte a chunk, and then an empty chunk"),
                    ] {
                        if !refused(&t, chunks.into_iter()).await? {
                            missed.push(format!(
                                "the text ended after {at} of the {of} bytes of a character ({shape}), and `finish` \
                                 returned `Ok`"
                            ));
                        }
                    }
                }
            }
            tell(&t, Errors, &missed);
            Ok(())
        })
        .about("after 1, 2 or 3 bytes of it");

    grade.run()
}

/// The continuation bytes that are missing of what `bytes` begins.
fn made_whole(bytes: &[u8]) -> Vec<u8> {
    let whole = match bytes[0] {
        0xc0.. => bytes[0].leading_ones() as usize,
        _ => 1,
    };
    vec![0xbf; whole.saturating_sub(bytes.len())]
}

fn no_error(what: &str, bytes: &[u8]) -> String {
    format!(
        "{what} (`{}`) came, which no UTF-8 has, and there was no error",
        hex(bytes)
    )
}

/// As the task writes them: `C0 AF`.
fn hex(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(" ")
}

/// All of the text, or the error.
fn decode<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> Result<String> {
    let mut decoder = new_decoder();
    let mut text = String::new();
    for chunk in chunks {
        text += &decoder.push(chunk)?;
    }
    decoder.finish()?;
    Ok(text)
}

/// Gives `chunks`, which make up UTF-8, and looks after each at what has come out.
/// Returns whether all was well, so that one mistake is told once.
async fn decoded<'a>(t: &Trial, chunks: impl Iterator<Item = &'a [u8]>) -> Result<bool, Failed> {
    let got = t.solve(|| async {
        let mut decoder = new_decoder();
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
    let right = text.as_bytes() == given;
    if !right {
        let same = text
            .bytes()
            .zip(&given)
            .take_while(|(a, b)| a == *b)
            .count();
        let start = (0..=same).rev().find(|&at| text.is_char_boundary(at));
        let (from, of) = (start.unwrap_or(0), given.len());
        let there: String = text[from..].chars().take(8).collect();
        let replaced = if there.starts_with('\u{fffd}') {
            ", and U+FFFD is what a decoder writes for bytes that it can make nothing of"
        } else {
            ""
        };
        t.wrong(
            Correct,
            format!(
                "the text differs from byte {from} of {of} on: {there:?} stands there{replaced}"
            ),
        );
    }
    if let Some((given, whole, out)) = &late {
        t.wrong(
            Early,
            format!(
                "after {given} bytes, {whole} of them whole characters, only {out} bytes of text had been given out"
            ),
        );
    }
    Ok(right && late.is_none())
}

/// Whether `chunks`, which are wrong somewhere, were an error.
async fn refused<'a>(t: &Trial, chunks: impl Iterator<Item = &'a [u8]>) -> Result<bool, Failed> {
    let got = t.solve(|| async { Ok(decode(chunks)) });
    Ok(got.await.ok()?.is_err())
}

/// Tells of the first of several mistakes of one kind, and how many more there are.
fn tell(t: &Trial, criterion: Criterion, mistakes: &[String]) {
    match mistakes {
        [] => {}
        [one] => t.wrong(criterion, one),
        [first, rest @ ..] => t.wrong(
            criterion,
            format!("{first} (and {} more like it)", rest.len()),
        ),
    }
}
