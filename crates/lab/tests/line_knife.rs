//! The line knife's claims: what its readers find is what they find elsewhere, however the text is cut,
//! and the limit is one.

use serde_json::json;
use std::collections::BTreeMap;
use tokio::io::AsyncBufReadExt;
use tokio_util::bytes::BytesMut;
use tokio_util::codec::{Decoder, LinesCodec};

type Numbers = BTreeMap<&'static str, usize>;

fn trace(text: &str, chunk: usize, max: usize, error: &str) -> Box<dyn lab::Trace> {
    let lab = lab::find("line-knife").unwrap();
    let values = json!({ "text": text, "chunk": chunk, "max": max, "error": error });
    lab.trace(&lab::Values::read(lab, values.as_object().unwrap()))
}

fn numbers(trace: &dyn lab::Trace) -> Numbers {
    let measures = trace.measures().into_iter();
    measures.map(|(name, n)| (name, n as usize)).collect()
}

/// The texts as they are typed.
const TEXTS: [&str; 12] = [
    "",
    "\\n",
    "\\r\\n\\r\\n",
    "one\\ntwo\\r\\nthree",
    "one\\rtwo\\rthree\\n",
    "no newline at all, and no end in sight, until it ends",
    "\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n",
    "日本\\n語🦀\\n",
    "🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀",
    "xxxxxxxxxxxxxxxxxxxx\\nok\\nmore\\n",
    "\\q\\x\\r",
    "ok\\n\\xFF\\nnever\\n",
];

fn bytes(typed: &str) -> Vec<u8> {
    let text = typed.replace("\\n", "\n").replace("\\r", "\r");
    match text.split_once("\\xFF") {
        Some((before, after)) => [before.as_bytes(), b"\xFF", after.as_bytes()].concat(),
        None => text.into_bytes(),
    }
}

/// What `lines()` gives for bytes that are all there, and whether it fails.
async fn by_lines(bytes: &[u8]) -> (usize, bool) {
    let (mut found, mut lines) = (0, bytes.lines());
    loop {
        match lines.next_line().await {
            Ok(Some(_)) => found += 1,
            Ok(None) => return (found, false),
            Err(_) => return (found, true),
        }
    }
}

/// What the codec gives for bytes that are all there, up to its first error.
fn by_codec(bytes: &[u8], max: usize) -> (usize, bool) {
    let (mut codec, mut buffer) = (LinesCodec::new_with_max_length(max), BytesMut::from(bytes));
    let mut found = 0;
    loop {
        match codec.decode_eof(&mut buffer) {
            Ok(Some(_)) => found += 1,
            Ok(None) => return (found, false),
            Err(_) => return (found, true),
        }
    }
}

#[tokio::test]
async fn readers_find_the_same_however_the_text_is_cut() {
    for text in TEXTS {
        let bytes = bytes(text);
        let by_lines = by_lines(&bytes).await;
        for max in [1, 2, 5, 16, 20, 32] {
            let by_codec = by_codec(&bytes, max);
            let too_long = bytes.split(|b| *b == b'\n').any(|line| line.len() > max);
            for size in 1..=32 {
                let about = format!("{text:?} in chunks of {size}, max {max}");
                let m = numbers(&*trace(text, size, max, "stop"));
                assert_eq!((m["lines"], m["lines_error"] > 0), by_lines, "{about}");
                assert_eq!((m["codec"], m["codec_error"] > 0), by_codec, "{about}");
                // It does not look whether a line is text.
                assert_eq!(m["capped_error"] > 0, too_long, "{about}");
                if !text.contains("xFF") {
                    assert_eq!(m["capped"], m["codec"], "{about}");
                    assert_eq!(m["capped_error"], m["codec_error"], "{about}");
                }
                assert_eq!(m["replaced"], 0, "{about}");
                let split = bytes
                    .chunks(size)
                    .map(|chunk| chunk.split(|b| *b == b'\n').count());
                assert_eq!(m["split"], split.sum::<usize>(), "{about}");
            }
        }
    }
}

#[test]
fn a_limit_bounds_what_is_held_and_without_one_it_is_the_line() {
    for text in TEXTS.into_iter().filter(|text| !text.contains("xFF")) {
        let bytes = bytes(text);
        let longest = bytes.split(|b| *b == b'\n').map(<[u8]>::len).max().unwrap();
        for size in 1..=32 {
            for max in [1, 5, 16, 32] {
                let about = format!("{text:?} in chunks of {size}, max {max}");
                let m = numbers(&*trace(text, size, max, "stop"));
                // A chunk may take it past the limit, which is then seen.
                assert!(m["codec_held"] <= max + size, "{about}: {m:?}");
                assert!(m["capped_held"] <= max + size, "{about}: {m:?}");
                assert!(m["held"] <= longest, "{about}: {m:?}");
            }
        }
        let m = numbers(&*trace(text, 1, 32, "stop"));
        assert_eq!(m["held"], longest, "{text:?}");
    }
}

/// The rows of `pause_or_end` and of `endless_line` that are about the error of `LinesCodec`.
#[test]
fn after_its_error_the_codec_does_what_the_programs_saw() {
    let text = "xxxxxxxxxxxxxxxxxxxx\\nok\\nmore\\n";
    let endless = include_str!("../../../examples/output/endless_line.txt");
    let row = endless
        .lines()
        .find(|line| line.starts_with("LinesCodec, max"));
    let seen: Vec<_> = row.unwrap().split_whitespace().rev().take(2).collect();
    let m = numbers(&*trace(text, 24, 16, "skip"));
    assert_eq!(seen, ["Ok", &m["codec"].to_string()]);
    assert_eq!(m["codec_error"], 0);

    // "ok" came with the long line, and is given out when "more" comes.
    let pause = include_str!("../../../examples/output/pause_or_end.txt");
    let row = pause.lines().find(|line| line.starts_with("a connection"));
    assert!(row.unwrap().contains("Err 0s  None 0s    ok 60s  more 60s"));
    let m = numbers(&*trace(text, 24, 16, "again"));
    assert_eq!((m["codec_first"], m["codec"]), (2, 2));

    // Two lines that are too long, in one file: the lines after them never come.
    let row = pause
        .lines()
        .find(|line| line.starts_with("a file, two too long"));
    assert!(!row.unwrap().contains("ok"));
    let two = "xxxxxxxx\\nxxxxxxxx\\nok\\nmore\\n";
    let m = numbers(&*trace(two, 32, 4, "again"));
    assert_eq!(m["codec"], 0);
}
