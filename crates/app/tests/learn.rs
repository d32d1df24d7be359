//! The learner's commands, run as a learner runs them, on small workspaces of their own.

#![cfg(unix)]

use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const STUB: &str = "pub fn f() {\n    todo!(\"all of it\")\n}\n";
const DONE: &str = "pub fn f() {}\n";

/// A workspace with exercises, in a folder of its own.
struct Place {
    root: PathBuf,
    target: PathBuf,
    _dir: Option<tempfile::TempDir>,
}

impl Place {
    /// Two exercises, `one` and `two`, that are not compiled; under git.
    fn small() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let place = Place {
            root: dir.path().to_owned(),
            target: dir.path().join("target"),
            _dir: Some(dir),
        };
        place.write(
            "Cargo.toml",
            "[workspace]\nmembers = [\"exercises/*\"]\nresolver = \"3\"\n",
        );
        place.write("book.toml", "[book]\ntitle = \"A book\"\n");
        // In another order than the folders.
        place.write(
            "src/SUMMARY.md",
            "# Summary\n\n- [A]()\n    - [Two](two.md)\n    - [One](one.md)\n",
        );
        for (name, metadata) in [("one", ""), ("two", "[package.metadata]\ndifficulty = 2\n")] {
            let file = |path: &str, text: &str| {
                place.write(&format!("exercises/{name}/{path}"), text);
            };
            file(
                "Cargo.toml",
                &format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n{metadata}"),
            );
            file("src/lib.rs", STUB);
            file("stub.rs", STUB);
            file("hints.md", "## 1. A\n\nfirst\n\n## 2. B\n\n- second\n");
            file(
                "solutions/right_a.rs",
                "// right: in one way\npub fn f() {}\n",
            );
            file(
                "solutions/right_b.rs",
                "// right: in another way\npub fn g() {}\npub fn f() { g() }\n",
            );
            file("solutions/trap_c.rs", "// trap fails memory: never\n");
        }
        place.git(&["init", "-q"]);
        place.commit();
        place
    }

    /// The real `count_lines` and `relay`, in a place that stays, so that what has not changed is not compiled
    /// again.
    fn real() -> Self {
        let base = Path::new(env!("CARGO_TARGET_TMPDIR")).join("learn");
        let place = Place {
            root: base.join("workspace"),
            target: base.join("target"),
            _dir: None,
        };
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for folder in [
            "crates/meter",
            "crates/grader",
            "exercises/count_lines",
            "exercises/relay",
        ] {
            copy(&project.join(folder), &place.root.join(folder));
        }
        let manifest = fs::read_to_string(project.join("Cargo.toml")).unwrap();
        let (mut kept, mut keep) = (String::new(), false);
        for line in manifest.lines() {
            if line.starts_with('[') {
                keep = line.starts_with("[workspace") || line.starts_with("[profile");
            }
            if keep && !line.starts_with("default-members") {
                kept += &format!("{line}\n");
            }
        }
        place.write("Cargo.toml", &kept);
        fs::copy(project.join("Cargo.lock"), place.root.join("Cargo.lock")).unwrap();
        place.write("book.toml", "[book]\ntitle = \"A book\"\n");
        place.write(
            "src/SUMMARY.md",
            "# Summary\n\n- [Count lines](count_lines.md)\n- [Relay](relay.md)\n",
        );
        for name in ["count_lines", "relay"] {
            place.write(&format!("exercises/{name}/src/lib.rs"), STUB);
            place.write(&format!("exercises/{name}/stub.rs"), STUB);
            let _ = fs::remove_dir_all(place.target.join("report-cards"));
        }
        place
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return;
        }
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap()
    }

    /// Puts a solution where the learner's file is.
    fn solve(&self, exercise: &str, solution: &str) {
        let text = self.read(&format!("exercises/{exercise}/solutions/{solution}.rs"));
        self.write(&format!("exercises/{exercise}/src/lib.rs"), &text);
    }

    /// A report of `exercise` that is about `source`.
    fn report(&self, exercise: &str, source: &str, met: bool) {
        let row = |name: &str, met: bool| {
            json!({"criterion": name, "verdict": if met { "met" } else { "not_met" },
                   "met": 1, "of": 1, "peak": null, "budget": null, "ms": 1})
        };
        let report = json!({
            "schema": 1, "exercise": exercise, "complete": true, "passed": met, "file": "src/lib.rs",
            "source": source, "guards": [], "ms": 1, "findings": [], "cases": [],
            "criteria": [row("correct", true), row("memory", met)],
        });
        let path = self
            .target
            .join("report-cards")
            .join(exercise)
            .join("all.json");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, report.to_string()).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        let ran = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(arguments)
            .current_dir(&self.root)
            .output()
            .unwrap();
        assert!(ran.status.success(), "{ran:?}");
    }

    fn commit(&self) {
        self.git(&["add", "."]);
        self.git(&["commit", "-q", "-m", "a commit"]);
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_book"));
        command
            .args(arguments)
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_NET_OFFLINE", "true")
            .env("NO_COLOR", "1");
        command
    }

    /// The exit code, the standard output, the standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code().unwrap(), text(stdout), text(stderr))
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
            continue;
        }
        let bytes = fs::read(entry.path()).unwrap();
        if fs::read(&to).ok().as_ref() != Some(&bytes) {
            fs::write(&to, bytes).unwrap();
        }
    }
}

#[test]
fn list_and_next_believe_a_report_about_the_present_bytes_alone() {
    let place = Place::small();
    let (code, list, _) = place.run(&["list"]);
    assert_eq!(code, 0);
    assert_eq!(
        list,
        "exercise  difficulty  criteria  state\n\
         two       2 of 5                not started\n\
         one                             not started\n"
    );

    place.write("exercises/one/src/lib.rs", DONE);
    place.write("exercises/two/src/lib.rs", DONE);
    let state = |name: &str| {
        let (_, list, _) = place.run(&["list"]);
        let row = list
            .lines()
            .find(|l| l.starts_with(name))
            .unwrap()
            .to_owned();
        row[name.len()..].trim().to_owned()
    };
    assert_eq!(state("two"), "2 of 5                not graded");
    place.report("two", DONE, false);
    assert_eq!(state("two"), "2 of 5      1 of 2    not met");
    place.report("two", "// as it was\n", true);
    assert_eq!(
        state("two"),
        "2 of 5                changed since it was graded"
    );
    assert!(
        place
            .run(&["next"])
            .1
            .starts_with("two\n  page    src/two.md\n  file    exercises/two/src/lib.rs\n")
    );
    place.report("two", DONE, true);
    assert_eq!(state("two"), "2 of 5      2 of 2    met");
    assert!(place.run(&["next"]).1.starts_with("one\n"));
    place.report("one", DONE, true);
    assert_eq!(place.run(&["next"]).1, "All exercises are met: 2 of 2.\n");

    fs::remove_file(place.root.join("exercises/one/src/lib.rs")).unwrap();
    assert_eq!(state("one"), "cannot be read: `cargo run -- reset one`");
    assert!(place.run(&["next"]).1.starts_with("one\n"));

    // What is never run is no stub, where the grader has seen it pass.
    let commented = format!("{DONE}/* {STUB} */\n");
    place.write("exercises/one/src/lib.rs", &commented);
    assert_eq!(state("one"), "not started");
    place.report("one", &commented, true);
    assert_eq!(state("one"), "2 of 2    met");
}

#[test]
fn an_unknown_name_gets_the_names_and_the_nearest() {
    let place = Place::small();
    for command in ["check", "hint", "reset", "diff", "watch"] {
        let (code, out, said) = place.run(&[command, "tow"]);
        assert_eq!((code, out.as_str()), (2, ""), "{command}");
        assert!(
            said.contains("tow. Did you mean two?\nThe exercises are: two, one"),
            "{said}"
        );
    }
    let ran = place
        .command(&["check"])
        .env("CARGO", "/nowhere/cargo")
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("cannot run cargo: install Rust"));
}

#[test]
fn hints_come_one_at_a_time() {
    let place = Place::small();
    let hint = |arguments: &[&str]| place.run(&[&["hint", "one"], arguments].concat()).1;
    assert_eq!(hint(&[]), "## 1. A\n\nfirst\n");
    assert_eq!(hint(&["--again"]), "## 1. A\n\nfirst\n");
    assert_eq!(hint(&[]), "## 2. B\n\n- second\n");
    assert!(hint(&[]).starts_with("That was the last of 2 hints."));
    assert_eq!(hint(&["--again"]), "## 2. B\n\n- second\n");
    assert_eq!(
        hint(&["--all"]),
        "## 1. A\n\nfirst\n\n## 2. B\n\n- second\n"
    );
    assert!(place.run(&["hint", "two"]).1.starts_with("## 1. A"));
}

#[test]
fn reset_finds_the_stub_and_loses_nothing() {
    let place = Place::small();
    let file = "exercises/one/src/lib.rs";
    assert!(
        place
            .run(&["reset", "one"])
            .1
            .contains("is the stub already")
    );
    // The learner commits a solution.
    place.write(file, DONE);
    place.commit();
    for n in 1..=2 {
        let mine = format!("{DONE}// {n}\n");
        place.write(file, &mine);
        let (code, said, _) = place.run(&["reset", "one"]);
        let kept = format!("exercises/one/src/lib.kept-{n}.rs");
        assert_eq!(code, 0);
        assert!(
            said.starts_with(&format!("What you wrote is in {kept}\n")),
            "{said}"
        );
        assert_eq!(place.read(&kept), mine);
        assert_eq!(place.read(file), STUB);
    }
    assert_eq!(
        place.read("exercises/one/src/lib.kept-1.rs"),
        format!("{DONE}// 1\n")
    );

    fs::remove_file(place.root.join(file)).unwrap();
    assert_eq!(place.run(&["reset", "one"]).0, 0);
    assert_eq!(place.read(file), STUB);

    place.write(file, DONE);
    fs::remove_file(place.root.join("exercises/one/stub.rs")).unwrap();
    let (code, _, said) = place.run(&["reset", "one"]);
    assert_eq!(code, 2);
    assert!(said.contains("cannot read exercises/one/stub.rs"), "{said}");
    assert_eq!(place.read(file), DONE);
}

#[test]
fn solutions_are_for_after_a_pass() {
    let place = Place::small();
    place.write("exercises/one/src/lib.rs", DONE);
    place.report("one", DONE, false);
    let (code, out, said) = place.run(&["diff", "one"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(said.contains("does not pass yet"), "{said}");
    place.report("one", STUB, true);
    assert_eq!(place.run(&["diff", "one"]).0, 1);

    place.report("one", DONE, true);
    let (code, out, _) = place.run(&["diff", "one"]);
    assert_eq!(code, 0);
    assert!(
        out.starts_with(
            "one has 2 right solutions:\n\nright_a: in one way\nright_b: in another way\n\n\
         --- exercises/one/src/lib.rs\n+++ exercises/one/solutions/right_a.rs\n\
         @@ -1 +1,2 @@\n+// right: in one way\n pub fn f() {}\n"
        ),
        "{out}"
    );
    assert!(!out.contains("trap"));
    let (_, out, _) = place.run(&["diff", "one", "right_b"]);
    assert!(
        out.contains("right_b.rs") && !out.contains("right_a"),
        "{out}"
    );
    assert_eq!(place.run(&["diff", "one", "right_z"]).0, 2);
}

/// One test, since all of it needs the one workspace that is compiled.
#[test]
fn check_and_watch_with_the_real_grader() {
    let place = Place::real();
    let outcomes = |json: &str| -> Vec<(String, bool)> {
        let all: Vec<Value> = serde_json::from_str(json).unwrap();
        let of = |e: &Value| {
            (
                e["outcome"].as_str().unwrap().to_owned(),
                e["report"].is_object(),
            )
        };
        all.iter().map(of).collect()
    };
    let is = |word: &str, report| (word.to_owned(), report);

    // A compile error in the first does not stop the second.
    place.write("exercises/count_lines/src/lib.rs", "fn f( {\n");
    place.solve("relay", "trap_flush_without_shutdown");
    let (code, json, _) = place.run(&["check", "--json"]);
    assert_eq!(
        (code, outcomes(&json)),
        (1, vec![is("not_compiled", false), is("not_met", true)])
    );
    assert!(json.contains("unclosed delimiter"));
    let (code, cards, said) = place.run(&["check"]);
    assert_eq!(code, 1);
    assert!(
        said.contains("[1/2] count_lines") && said.contains("unclosed delimiter"),
        "{said}"
    );
    assert!(
        cards.contains("relay: not yet") && cards.contains("does not compile"),
        "{cards}"
    );

    place.solve("relay", "right_copy");
    let (code, json, _) = place.run(&["check", "relay", "--json"]);
    assert_eq!((code, outcomes(&json)), (0, vec![is("met", true)]));
    assert!(
        place
            .run(&["list"])
            .1
            .lines()
            .any(|l| l.starts_with("relay") && l.ends_with("met"))
    );

    // Cargo itself cannot.
    let manifest = place.read("exercises/relay/Cargo.toml");
    place.write(
        "exercises/relay/Cargo.toml",
        &manifest.replace("bytes.workspace", "no_such.workspace"),
    );
    assert_eq!(place.run(&["check", "relay"]).0, 2);
    place.write("exercises/relay/Cargo.toml", &manifest);

    // One that was moved back is older than what was compiled last, and it is the one that is graded.
    place.solve("relay", "right_copy");
    let moved = place.root.join("exercises/relay/src/kept.rs");
    let lib = place.root.join("exercises/relay/src/lib.rs");
    fs::rename(&lib, &moved).unwrap();
    place.solve("relay", "trap_write");
    assert_eq!(place.run(&["check", "relay"]).0, 1);
    fs::rename(&moved, &lib).unwrap();
    let (code, table, _) = place.run(&["check", "relay"]);
    assert!(code == 0 && table.contains("met"), "{table}");
    // What stops a run before it begins takes nothing.
    place.write(
        "exercises/relay/Cargo.toml",
        &manifest.replace("bytes.workspace", "no_such.workspace"),
    );
    assert_eq!(place.run(&["check", "relay"]).0, 2);
    place.write("exercises/relay/Cargo.toml", &manifest);
    assert!(place.run(&["list"]).1.contains(" met"));

    // A class: of a clone, only the learner's file is taken.
    place.write("exercises/relay/src/lib.rs", STUB);
    place.git(&["init", "-q"]);
    place.git(&["add", "."]);
    place.git(&["commit", "-q", "--allow-empty", "-m", "a commit"]);
    let class = tempfile::tempdir().unwrap();
    let hand_in = |file: &str, text: &str| {
        let file = class.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    let of_relay = |file: &str| {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        fs::read_to_string(project.join(format!("exercises/relay/{file}.rs"))).unwrap()
    };
    let solution = |name: &str| of_relay(&format!("solutions/{name}"));
    hand_in("anna/relay.rs", &solution("right_copy"));
    hand_in("bob/exercises/relay/src/lib.rs", &solution("trap_write"));
    hand_in("bob/exercises/relay/tests/grade.rs", "fn main() {}\n");
    hand_in("bob/exercises/relay/cases/lib.rs", "pub fn grade() {}\n");
    hand_in("carl/relay.rs", &of_relay("stub"));
    hand_in("dora/notes.txt", "none yet\n");
    // What anna handed in, and one of the course's own solutions.
    hand_in("emil/notes.txt", "");
    std::os::unix::fs::symlink("../anna/relay.rs", class.path().join("emil/relay.rs")).unwrap();
    hand_in(
        "fred/relay.rs",
        "#[path = \"../solutions/right_copy.rs\"]\nmod copied;\npub use copied::*;\n",
    );
    let dir = class.path().to_str().unwrap();
    let (code, json, _) = place.run(&["check", "relay", "--json", "--submissions", dir]);
    assert_eq!(
        (code, outcomes(&json)),
        (
            2,
            vec![
                is("met", true),
                is("not_met", true),
                is("not_handed_in", false),
                is("not_handed_in", false),
                is("not_run", false),
                is("not_compiled", false)
            ]
        )
    );
    assert!(json.contains("not a link"), "{json}");
    assert!(json.contains("\"submission\": \"anna\""), "{json}");
    let kept = fs::read_to_string(place.target.join("submissions/exercises/relay/src/lib.rs"));
    assert_eq!(kept.unwrap(), STUB, "the checkout is clean again");
    let (code, _, said) = place.run(&["check", "--submissions", &format!("{dir}/dora")]);
    assert!(code == 2 && said.contains("has no folder"), "{said}");

    // From a stub to a pass, on to the next, and on Ctrl-C nothing is left: the compiler would never end.
    place.write("exercises/count_lines/src/lib.rs", STUB);
    place.write("exercises/relay/src/lib.rs", STUB);
    for arguments in [&["watch"][..], &["watch", "count_lines", "--poll"]] {
        place.write("exercises/count_lines/src/lib.rs", STUB);
        let mut watch = place
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(watch.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap);
        let mut err = BufReader::new(watch.stderr.take().unwrap());
        let mut until = |what: &str| assert!(out.any(|line| line.contains(what)), "no {what:?}");
        until("exercises/count_lines/src/lib.rs");
        until("Waiting for a save");
        place.solve("count_lines", "trap_read_to_end");
        until("count_lines: not yet");
        until("Waiting for a save");
        // What does not compile leaves the report of the last save, and is not tried again and again.
        place.write("exercises/count_lines/src/lib.rs", "fn f( {\n");
        until("Waiting for a save");
        place.solve("count_lines", "right_read_buf");
        until("test result: ok");
        until("exercises/relay/src/lib.rs");
        until("Waiting for a save");
        place.write(
            "exercises/relay/src/lib.rs",
            "#![allow(long_running_const_eval)]\nconst _: () = loop {};\n",
        );
        let mut line = String::new();
        while !line.contains("Compiling relay") {
            line.clear();
            assert_ne!(
                err.read_line(&mut line).unwrap(),
                0,
                "relay is not compiled"
            );
        }
        let sent = Command::new("kill")
            .args(["-INT", &watch.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        assert_eq!(watch.wait().unwrap().code(), Some(130));
        // Cargo and the compiler hold this pipe while they live.
        err.read_to_string(&mut line).unwrap();
        place.write("exercises/relay/src/lib.rs", STUB);
    }
}
