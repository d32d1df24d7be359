//! Each Node.js program prints what was recorded of it, on Node.js 20 or later.
//!
//! `cargo test --features node --test node`; after a change that is meant, record again with
//! `RECORD=1` before it. Where versions from 24 on print something else, that is in `NAME.other.txt`, and the pages
//! say why.

#[macro_use]
mod recorded;

use std::fs;
use std::path::Path;
use std::process::Command;

use recorded::{compare, complete, path, printed, run};

programs! {
    ten_gigabytes "1",
    two_questions "4",
    who_pins_what "2",
    three_rulers "64",
    short_reads "3",
    trips "1",
    bytes_vs_items "64",
    frame_bomb "2",
    frames_out "10",
    spawn_storm "500",
    head_of_line "500",
    aborted "60",
    bridge "32",
    task_size "100",
    silent_peer "16",
    patience "1024",
    silent_source "1024",
    round_trips "1",
    last_bytes "100",
    end_mark "100",
    unpack "2",
    loop_or_pipe "3",
    slow_rows "9",
    nobody_polls "20",
    stuck_pipe "100",
    half_close "10",
    endless_line "4",
    pause_or_end "1",
    half_a_character "7",
    fast_producer "5",
    memory_over_time "1",
    in_flight "3",
    policies "1",
    goodbye "60",
    bell "1",
    byte_budget "64",
    tee_race "100",
    fan_in "4",
}

#[test]
fn every_program_is_tested_and_recorded() {
    complete(TESTED, "examples/node", "mjs");
}

fn check(name: &str, small: &str) {
    let relative = format!("examples/node/{name}.mjs");
    let source = fs::read_to_string(path(&relative)).expect("it is there");
    let command = format!("\n//     node {relative}\n");
    assert!(
        source.contains(&command),
        "the command is not on top:{command}"
    );
    assert!(
        source.lines().count() < 120,
        "{} lines are too many",
        source.lines().count()
    );

    let major = node_is_here();
    let (node, file) = (Path::new("node"), path(&relative));
    let file = file.to_str().expect("a path of this repository is UTF-8");
    let refused = run(node, &[file, "nonsense"]);
    assert_eq!(
        refused.status.code(),
        Some(1),
        "an argument that is nonsense must be refused"
    );
    let message = String::from_utf8_lossy(&refused.stderr);
    assert!(message.contains("error: "), "no message, but {message:?}");

    printed(node, &[file, small]);
    let again = "RECORD=1 cargo test --features node --test node";
    let printed = printed(node, &[file]);
    let recorded = format!("examples/node/output/{name}.txt");
    let other = format!("examples/node/output/{name}.other.txt");
    let as_recorded = fs::read_to_string(path(&recorded)).is_ok_and(|text| text == printed);
    if major >= 24 && path(&other).exists() && !as_recorded {
        compare(&printed, &other, again);
    } else {
        compare(&printed, &recorded, again);
    }
}

/// The major version.
fn node_is_here() -> u32 {
    let version = Command::new("node").arg("--version").output();
    let version = version.map_or(String::new(), |output| {
        String::from_utf8_lossy(&output.stdout).into()
    });
    let major = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse().ok());
    assert!(
        major >= Some(20),
        "Node.js 20 or later is needed, and {}. Get it from https://nodejs.org/en/download",
        match version.trim() {
            "" => "there is no `node` here".to_owned(),
            version => format!("this is {version}"),
        },
    );
    major.unwrap_or_default()
}
