//! The frame decoder's claims: the rows of `frame_bomb`, however the bytes are cut, and what is reserved.

use serde_json::json;
use std::collections::BTreeMap;

type Numbers = BTreeMap<&'static str, usize>;

fn numbers(peer: &str, chunk: usize, max: &str) -> Numbers {
    let lab = lab::find("frame-decoder").unwrap();
    let values = json!({ "peer": peer, "chunk": chunk, "max": max });
    let trace = lab.trace(&lab::Values::read(lab, values.as_object().unwrap()));
    let measures = trace.measures().into_iter();
    measures.map(|(name, n)| (name, n as usize)).collect()
}

/// The cells of a row: frames, whether the reader said "error", and MiB; for `Frames(64 * 1024)` and
/// for `LengthDelimitedCodec`.
fn recorded(row: &str) -> [(usize, bool, usize); 2] {
    let table = include_str!("../../../examples/output/frame_bomb.txt");
    let row = table
        .lines()
        .find_map(|line| line.strip_prefix(row))
        .unwrap();
    let words: Vec<_> = row.split_whitespace().collect();
    let cell = |i: usize| {
        let [frames, end, mib] = words[3 * i..3 * i + 3] else {
            unreachable!()
        };
        (
            frames.parse().unwrap(),
            end == "error",
            mib.parse().unwrap(),
        )
    };
    [cell(2), cell(3)]
}

#[test]
fn the_rows_of_the_program_hold_for_every_size_of_a_chunk() {
    let rows = [
        ("two frames", "two"),
        ("cut off in a length", "length"),
        ("cut off in a frame", "frame"),
        ("GET", "get"),
        ("a length of 8 MiB", "lie"),
    ];
    for (row, peer) in rows {
        let [frames, codec] = recorded(row);
        for chunk in 1..=18 {
            let m = numbers(peer, chunk, "8388608");
            let seen = (m["codec"], m["codec_failed"] == 1, m["codec_kib"] / 1024);
            assert_eq!(seen, codec, "{row} in chunks of {chunk}");
            let m = numbers(peer, chunk, "65536");
            let seen = (m["frames"], m["frames_failed"] == 1, m["frames_kib"] / 1024);
            assert_eq!(seen, frames, "{row} in chunks of {chunk}");
        }
    }
}

#[test]
fn a_length_is_believed_up_to_the_maximum_and_only_by_the_one_that_reserves() {
    for chunk in 1..=18 {
        for peer in ["two", "length", "behind", "frame", "lie", "get"] {
            for max in ["4", "65536", "8388608"] {
                let about = format!("{peer} in chunks of {chunk}, max {max}");
                let m = numbers(peer, chunk, max);
                let reserves = peer == "lie" && max == "8388608";
                // A FramedRead begins with 8 KiB.
                assert_eq!(m["codec_kib"], if reserves { 8192 } else { 8 }, "{about}");
                assert_eq!(m["frames_kib"], 8, "{about}");
                let length = match peer {
                    "lie" => 8 << 20,
                    "get" => 0x4745_5420,
                    _ => 5,
                };
                let refused = length > max.parse::<usize>().unwrap();
                // Refused by the chunk that has the last byte of the length, and before its frame.
                let sent = if peer == "lie" {
                    4
                } else {
                    m["refused"].max(4)
                };
                let expected = if refused {
                    (4_usize.div_ceil(chunk) * chunk).min(sent)
                } else {
                    0
                };
                assert_eq!(m["refused"], expected, "{about}");
                assert_eq!(m["codec"], m["frames"], "{about}");
            }
        }
    }
}

#[test]
fn an_end_behind_a_length_is_seen_by_the_one_that_leaves_it_in_the_buffer() {
    for chunk in 1..=18 {
        let m = numbers("behind", chunk, "65536");
        assert_eq!((m["codec"], m["codec_failed"]), (1, 0), "{chunk}");
        assert_eq!((m["frames"], m["frames_failed"]), (1, 1), "{chunk}");
        assert_eq!(m["noticed"], 1);
        assert_eq!(numbers("frame", chunk, "65536")["noticed"], 2);
        assert_eq!(numbers("two", chunk, "65536")["noticed"], 0);
    }
}

#[test]
fn a_frame_comes_out_with_the_chunk_that_has_its_last_byte() {
    for chunk in 1..=18 {
        let m = numbers("two", chunk, "8388608");
        assert_eq!(m["first"], 9_usize.div_ceil(chunk));
        // What is in the buffer is less than a frame, and what LengthDelimitedCodec has less its length.
        assert!(
            m["frames_held"] <= 8 && m["codec_held"] <= m["frames_held"],
            "{m:?}"
        );
    }
}
