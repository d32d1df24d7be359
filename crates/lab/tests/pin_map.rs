//! The pin map's claims: an allocation is held as long as one part of it, and the numbers are those of
//! the chapter's program.

use serde_json::json;
use std::collections::BTreeMap;

type Numbers = BTreeMap<&'static str, usize>;

fn numbers(keep: &str, [chunks, kib, bytes, parts, dropped]: [usize; 5]) -> Numbers {
    let lab = lab::find("pin-map").unwrap();
    let values = json!({
        "keep": keep, "chunks": chunks, "size": kib, "bytes": bytes, "parts": parts, "dropped": dropped,
    });
    let trace = lab.trace(&lab::Values::read(lab, values.as_object().unwrap()));
    let measures = trace.measures().into_iter();
    measures.map(|(name, n)| (name, n as usize)).collect()
}

#[test]
fn an_allocation_is_held_as_long_as_one_part_of_it() {
    for chunks in [1, 3, 10] {
        for kib in [1, 64] {
            for bytes in [16, 256] {
                for parts in 1..=4 {
                    for dropped in 0..=parts {
                        let values = [chunks, kib, bytes, parts, dropped];
                        let kept = chunks * (parts - dropped) * bytes;
                        let all = chunks * kib * 1024;
                        for keep in ["slice", "truncate"] {
                            let m = numbers(keep, values);
                            let held = if dropped < parts { all } else { 0 };
                            assert_eq!((m["kept"], m["held"]), (kept, held), "{keep} {values:?}");
                            assert_eq!(m["peak"], all, "{keep} {values:?}");
                        }
                        let m = numbers("copy", values);
                        assert_eq!((m["kept"], m["held"]), (kept, kept), "{values:?}");
                        // One chunk at a time, and the copies of those before it; or all the copies.
                        let copies = parts * bytes;
                        let peak = (kib * 1024 + (chunks - 1) * copies).max(chunks * copies);
                        assert_eq!(m["peak"], peak, "{values:?}");
                    }
                }
            }
        }
    }
}

/// The allocator's numbers of the program, for 100 chunks of 1 MiB, are in the lab's proportions.
#[test]
fn the_allocator_of_the_program_counted_the_same() {
    let recorded = include_str!("../../../examples/output/who_pins_what.txt");
    let rows = [
        ("chunk.slice(..16)", "slice"),
        ("chunk.truncate(16)", "truncate"),
        ("Bytes::copy_from_slice", "copy"),
    ];
    for (row, keep) in rows {
        let row = recorded.lines().find_map(|line| line.strip_prefix(row));
        let words: Vec<_> = row.unwrap().split_whitespace().collect();
        let [kept, "B", live, "MiB", peak, "MiB"] = words[..] else {
            panic!("{words:?}");
        };
        let m = numbers(keep, [10, 64, 16, 1, 0]);
        assert_eq!(kept.parse::<usize>().unwrap() / 100, m["kept"] / 10);
        let mib: f64 = live.parse().unwrap();
        let of_each = m["held"] as f64 / (10.0 * 65536.0);
        assert_eq!(mib.round(), (100.0 * of_each).round(), "{keep}");
        // In chunks at once.
        let peak: f64 = peak.parse().unwrap();
        let at_once = m["peak"] as f64 / 65536.0;
        assert_eq!(peak == 1.0, at_once.round() == 1.0, "{keep}");
        assert_eq!(peak == 100.0, at_once == 10.0, "{keep}");
    }
}
