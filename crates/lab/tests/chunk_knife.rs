//! The chunk knife's claims: only a cut inside a character does harm, `carry` gives what was sent, and
//! the numbers are those of the chapter's program.

use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

type Numbers = BTreeMap<&'static str, usize>;

fn trace(text: &str, chunk: usize) -> Box<dyn lab::Trace> {
    let lab = lab::find("chunk-knife").unwrap();
    let values = json!({ "text": text, "chunk": chunk });
    lab.trace(&lab::Values::read(lab, values.as_object().unwrap()))
}

fn numbers(trace: &dyn lab::Trace) -> Numbers {
    let measures = trace.measures().into_iter();
    measures.map(|(name, n)| (name, n as usize)).collect()
}

/// The texts that are UTF-8, as they are typed and as bytes are the same.
const WHOLE: [&str; 8] = [
    "",
    "a",
    "Streams! Streams! ",
    "déjà vu, café crème",
    "日本語🦀日本語🦀日本語🦀",
    "🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀",
    "👩\u{200D}💻e\u{301}\u{FEFF}\u{202E}<&\">",
    "\\q\\x\\xZZ\\",
];

/// The cells of one column of the table, together.
fn column(trace: &dyn lab::Trace, name: &str) -> String {
    let table = trace.frame(trace.end()).table;
    let column = table.head.iter().position(|head| head == name).unwrap();
    table.rows.iter().map(|row| row[column].as_str()).collect()
}

#[test]
fn only_a_cut_inside_a_character_does_harm() {
    for text in WHOLE {
        for size in 1..=16 {
            let about = format!("{text:?} in chunks of {size}");
            let m = numbers(&*trace(text, size));
            let chunks: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
            // A character that is no ASCII may be cut up to three times, and is one that is cut.
            let cut = text
                .char_indices()
                .filter(|(start, c)| (start + 1..start + c.len_utf8()).any(|at| at % size == 0));
            assert_eq!(m["cut"], cut.count(), "{about}");
            assert_eq!(m["chunks"], chunks.len(), "{about}");
            assert_eq!(m["carried"], text.chars().count(), "{about}");
            assert_eq!(m["carry_error"], 0, "{about}");
            assert!(m["kept"] <= 3, "{about}");
            assert_eq!(m["kept"] == 0, m["cut"] == 0, "{about}");
            assert_eq!(m["replaced"] == 0, m["cut"] == 0, "{about}");
            // Each character that is cut becomes two U+FFFD at the least, and one for each byte at most.
            assert!(
                m["replaced"] >= 2 * m["cut"] && m["replaced"] <= 4 * m["cut"],
                "{about}"
            );
            let strict = chunks
                .iter()
                .position(|chunk| std::str::from_utf8(chunk).is_err());
            assert_eq!(m["strict_error"], strict.map_or(0, |i| i + 1), "{about}");
        }
    }
}

#[test]
fn carry_gives_the_text_whatever_the_chunks() {
    for text in WHOLE {
        let whole = column(&*trace(text, 16), "carry");
        for size in 1..=16 {
            let trace = trace(text, size);
            assert_eq!(
                column(&*trace, "carry"),
                whole,
                "{text:?} in chunks of {size}"
            );
            // What has not come is not given.
            let mut before = 0;
            for at in 0..trace.end() {
                let frame = trace.frame(at);
                assert_eq!(frame.table.rows.len(), at as usize);
                let gave: usize = frame.table.rows.iter().map(|row| row[4].len()).sum();
                assert!(gave >= before);
                before = gave;
            }
        }
    }
    assert_eq!(column(&*trace("日本語🦀", 1), "carry"), "日本語🦀");
}

#[test]
fn what_is_wrong_is_an_error_in_the_chunk_that_shows_it() {
    for size in 1..=16 {
        // E9 wants two more bytes of a character, and byte 4, a space, is none.
        let m = numbers(&*trace("ros\\xE9 et blanc", size));
        assert_eq!(m["carry_error"], 4 / size + 1, "{size}");
        let m = numbers(&*trace("ok\\xFF", size));
        assert_eq!(m["carry_error"], 2 / size + 1, "{size}");
        // What ends too early is one after the last chunk.
        let m = numbers(&*trace("日本語\\xF0\\x9F\\xA6", size));
        assert_eq!(m["carry_error"], m["chunks"] + 1, "{size}");
        assert_eq!(m["carried"], 3, "{size}");
        assert!(m["kept"] <= 3, "{size}");
    }
}

/// 1024 and 10 leave the same remainder by 13, so that the cuts go through the same bytes.
#[test]
fn the_numbers_are_those_of_the_program() {
    let recorded = include_str!("../../../examples/output/half_a_character.txt");
    let row = |name: &str| {
        recorded
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap()
    };
    let last = |line: &str| {
        line.split_whitespace()
            .rev()
            .nth(1)
            .unwrap()
            .parse()
            .unwrap()
    };
    let m = numbers((lab::find("chunk-knife").unwrap().run)(&defaults()).as_ref());
    let halved: usize = last(row("of 1024"));
    let replaced: usize = last(row("lossy"));
    assert_eq!((m["cut"], m["replaced"]), (halved, replaced));

    let events = row("events, lossy").matches('\u{FFFD}').count();
    let m = numbers(&*trace("data: 日本\\ndata: 語🦀\\n", 10));
    assert_eq!(m["replaced"], events);
}

fn defaults() -> lab::Values {
    lab::Values::read(
        lab::find("chunk-knife").unwrap(),
        &Map::<String, Json>::new(),
    )
}
