//! Each example prints what was recorded of it: what the book shows is what a reader will see.
//!
//! After a change that is meant, record again: `cargo build --examples && RECORD=1 cargo test --test outputs`.

#[macro_use]
mod recorded;

use std::env::{consts::EXE_SUFFIX, current_exe};
use std::fs;
use std::path::PathBuf;

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
    silent_peer "65536",
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
    pause_or_end "3",
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
fn every_example_is_tested_and_recorded() {
    complete(TESTED, "examples", "rs");
}

fn check(name: &str, small: &str) {
    let source = fs::read_to_string(path(&format!("examples/{name}.rs"))).expect("it is there");
    let command = format!("cargo run --example {name}");
    assert!(
        source.contains(&format!("\n//! {command}\n")),
        "the command is not on top: {command}"
    );
    assert!(
        source.lines().count() < 120,
        "{} lines are too many",
        source.lines().count()
    );

    let program = built(name);
    let help = run(&program, &["--help"]).stdout;
    let help = String::from_utf8_lossy(&help);
    assert!(
        help.contains(&command),
        "--help does not give the command:\n{help}"
    );
    let output = run(&program, &["nonsense"]);
    assert!(
        !output.status.success(),
        "an argument that is nonsense must be refused"
    );

    printed(&program, &[small]);
    let text = printed(&program, &[]);
    // How much resident memory a free leaves behind is a matter of the allocator: glibc's is recorded.
    if name != "three_rulers" || cfg!(all(target_os = "linux", target_env = "gnu")) {
        let again = "cargo build --examples && RECORD=1 cargo test --test outputs";
        compare(&text, &format!("examples/output/{name}.txt"), again);
    }
}

/// The example as cargo built it, beside this test: `cargo test` builds both.
fn built(name: &str) -> PathBuf {
    let deps = current_exe().expect("a test knows where it is");
    let target = deps.ancestors().nth(2).expect("a test is in target/*/deps");
    let program = target.join("examples").join(format!("{name}{EXE_SUFFIX}"));
    let changed = |file: PathBuf| fs::metadata(file).and_then(|file| file.modified()).ok();
    assert!(
        changed(program.clone()) >= changed(path(&format!("examples/{name}.rs"))),
        "{} is missing or older than its source: cargo build --examples",
        program.display(),
    );
    program
}
