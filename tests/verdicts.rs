//! Grades the grader: every file in every exercise's `solutions/` gets the verdict that its first line
//! says, from the `cargo test` that a learner runs.
//!
//! ```text
//! cargo test --test verdicts                         # all, and the table
//! cargo test --test verdicts -- relay trap_write     # those whose EXERCISE/FILE contains a word
//! cargo test --test verdicts -- --cards trap_write   # with the report card of each
//! cargo test --test verdicts -- --repeat 30 --load   # again and again, with every core kept busy
//! cargo test --test verdicts -- --times              # and how long each exercise takes, one after the other
//! ```
//!
//! A first line is `// right: …` or `// trap fails memory, errors: …`. A right solution meets every
//! criterion, and its comment says what it would be in Node.js; a trap fails exactly those that it names.
//! The stub, an emptied file and a file without its function must fail too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

fn main() -> ExitCode {
    let mut words = Vec::new();
    let mut how = How {
        repeat: 1,
        ..How::default()
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--list" => {
                println!("verdicts: test");
                return ExitCode::SUCCESS;
            }
            "--repeat" => how.repeat = args.next().and_then(|n| n.parse().ok()).unwrap_or(30),
            "--load" => how.load = true,
            "--cards" => how.cards = true,
            "--times" => how.times = true,
            // What `cargo test` and nextest pass on to every test binary.
            "--exact" | "verdicts" => {}
            "--ignored" => return ExitCode::SUCCESS,
            "--skip" | "--test-threads" | "--format" | "--color" => drop(args.next()),
            _ if arg.starts_with('-') => {}
            _ => words.push(arg),
        }
    }
    match run(&words, how) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("error: {e:#}");
            ExitCode::FAILURE
        }
    }
}

/// How the attempts are graded.
#[derive(Clone, Copy, Default)]
struct How {
    /// How often each is graded.
    repeat: usize,
    /// With every core kept busy besides.
    load: bool,
    /// With the report card of each.
    cards: bool,
    /// One after the other, timed.
    times: bool,
}

/// What is put into a learner's file, and what must come of it.
struct Attempt {
    exercise: String,
    name: String,
    source: String,
    expected: Expected,
}

#[derive(Clone, PartialEq, Eq)]
enum Expected {
    Passes,
    Fails(BTreeSet<String>),
    /// Fails, by whatever criteria.
    FailsSomehow,
    DoesNotCompile,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Verdict {
    Passed,
    /// The criteria that are not met.
    Failed(BTreeSet<String>),
    NotCompiled,
}

fn run(words: &[String], how: How) -> Result<bool> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let attempts: Vec<Attempt> = attempts(root)?
        .into_iter()
        .filter(|a| {
            let name = format!("{}/{}", a.exercise, a.name);
            words.is_empty() || words.iter().any(|w| name.contains(w.as_str()))
        })
        .collect();
    if attempts.is_empty() {
        // As every test binary does when `cargo test` passes on the name of a test of another.
        println!("0 attempts: no exercise and no solution contains any of {words:?} in its name");
        return Ok(true);
    }
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("verdicts");
    let workspace = copy_workspace(root, &place)?;

    let busy = Arc::new(AtomicBool::new(how.load));
    if how.load {
        for _ in 0..std::thread::available_parallelism()?.get() {
            let busy = Arc::clone(&busy);
            std::thread::spawn(move || while busy.load(Ordering::Relaxed) {});
        }
    }

    // One exercise is one package with one file, so its attempts follow each other; exercises go side by
    // side, and one more of them than there are cores, since what a trap is stopped for may be that it waits.
    let beside = if how.times {
        1
    } else {
        1 + std::thread::available_parallelism()?.get()
    };
    let mut exercises: Vec<&str> = attempts.iter().map(|a| a.exercise.as_str()).collect();
    exercises.dedup();
    // From the end, since `sort_lines` takes longest: begun as one of the last, it would be alone for a while.
    exercises.reverse();
    let queue = Mutex::new(exercises.into_iter());
    let rows = Mutex::new(Vec::new());
    let times = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..beside {
            scope.spawn(|| {
                loop {
                    let Some(exercise) = queue.lock().expect("no thread panics").next() else {
                        break;
                    };
                    for attempt in attempts.iter().filter(|a| a.exercise == exercise) {
                        let outcome = grade(&workspace, &place, attempt, how);
                        let outcome = outcome.map(|Graded { verdicts, time }| {
                            if let Some(time) = time {
                                let mut times = times.lock().expect("no thread panics");
                                times.push((attempt, time));
                            }
                            verdicts
                        });
                        let row = Row::new(attempt, outcome);
                        println!("{}", row.text);
                        if how.cards {
                            println!("{}", row.details);
                        }
                        rows.lock().expect("no thread panics").push(row);
                    }
                }
            });
        }
    });
    busy.store(false, Ordering::Relaxed);

    if how.times {
        print_times(&times.into_inner().expect("no thread panics"));
    }
    let mut rows = rows.into_inner().expect("no thread panics");
    rows.sort_by(|a, b| a.text.cmp(&b.text));
    let wrong: Vec<&Row> = rows.iter().filter(|r| !r.as_expected).collect();
    let of = |kind: &str| rows.iter().filter(|r| r.kind == kind).count();
    println!(
        "\n{} right solutions pass, {} traps fail by name, {} unfinished files fail; {} verdicts are not as \
         they should be{}",
        of("right"),
        of("trap"),
        of("file"),
        wrong.len(),
        if how.repeat > 1 {
            format!(" ({} repetitions of each)", how.repeat)
        } else {
            String::new()
        }
    );
    for row in &wrong {
        println!("{}\n{}", row.text, row.details);
    }
    println!(
        "test result: {}. {} passed; {} failed; 0 ignored; 0 measured; 0 filtered out",
        if wrong.is_empty() { "ok" } else { "FAILED" },
        rows.len() - wrong.len(),
        wrong.len()
    );
    Ok(wrong.is_empty())
}

struct Row {
    kind: &'static str,
    as_expected: bool,
    text: String,
    details: String,
}

impl Row {
    fn new(attempt: &Attempt, outcome: Result<Vec<(Verdict, String)>>) -> Row {
        let kind = match attempt.expected {
            Expected::Passes => "right",
            Expected::Fails(_) => "trap",
            _ => "file",
        };
        let (verdicts, error) = match outcome {
            Ok(verdicts) => (verdicts, String::new()),
            Err(e) => (Vec::new(), format!("{e:#}")),
        };
        let odd = verdicts.iter().find(|(v, _)| !attempt.expected.is(v));
        let as_expected = !verdicts.is_empty() && odd.is_none();
        let shown = odd.or(verdicts.first());
        let verdict = match shown {
            Some((Verdict::Passed, _)) => "passes".into(),
            Some((Verdict::Failed(names), _)) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                format!("fails {}", names.join(", "))
            }
            Some((Verdict::NotCompiled, _)) => "does not compile".into(),
            None => "could not be graded".into(),
        };
        Row {
            kind,
            as_expected,
            text: format!(
                "{:<14} {:<36} {:<28} {}",
                attempt.exercise,
                attempt.name,
                verdict,
                if as_expected { "as it should" } else { "WRONG" }
            ),
            details: match shown {
                Some((_, card)) => format!("{error}{card}"),
                None => error,
            },
        }
    }
}

impl Expected {
    fn is(&self, verdict: &Verdict) -> bool {
        match (self, verdict) {
            (Expected::Passes, Verdict::Passed) => true,
            (Expected::Fails(want), Verdict::Failed(got)) => want == got,
            (Expected::FailsSomehow, Verdict::Failed(_)) => true,
            (Expected::DoesNotCompile, Verdict::NotCompiled) => true,
            _ => false,
        }
    }
}

fn attempts(root: &Path) -> Result<Vec<Attempt>> {
    let mut all = Vec::new();
    for folder in sorted(&root.join("exercises"))? {
        let exercise = name_of(&folder)?;
        // Not the learner's file, which may be solved by now.
        let stub = fs::read_to_string(folder.join("stub.rs"))
            .with_context(|| format!("exercise {exercise} has no stub.rs"))?;
        let without = stub
            .replace("pub async fn ", "async fn _gone_")
            .replace("pub fn ", "fn _gone_");
        for (name, source, expected) in [
            ("the stub", stub, Expected::FailsSomehow),
            ("an empty file", String::new(), Expected::DoesNotCompile),
            ("the function deleted", without, Expected::DoesNotCompile),
        ] {
            all.push(Attempt {
                exercise: exercise.clone(),
                name: name.into(),
                source,
                expected,
            });
        }
        let (mut right, mut traps) = (0, 0);
        for file in sorted(&folder.join("solutions"))? {
            let source = fs::read_to_string(&file)?;
            let expected = expected(&source).with_context(|| file.display().to_string())?;
            match expected {
                Expected::Passes => {
                    right += 1;
                    let comment = source
                        .lines()
                        .take_while(|l| l.starts_with("//") || l.is_empty());
                    if !comment.collect::<String>().contains("Node.js") {
                        bail!(
                            "{} does not say in its opening comment what it would be in Node.js",
                            file.display()
                        );
                    }
                }
                _ => traps += 1,
            }
            all.push(Attempt {
                exercise: exercise.clone(),
                name: name_of(&file)?,
                source,
                expected,
            });
        }
        if right < 2 || traps == 0 {
            bail!(
                "exercise {exercise} has {right} right solutions and {traps} traps: two and one at least"
            );
        }
    }
    Ok(all)
}

/// What the first line of a solution says of it.
fn expected(source: &str) -> Result<Expected> {
    const KNOWN: [&str; 7] = [
        "correct",
        "memory",
        "backpressure",
        "overlap",
        "early",
        "cancel",
        "errors",
    ];
    let first = source.lines().next().unwrap_or_default();
    if first.starts_with("// right: ") {
        return Ok(Expected::Passes);
    }
    let names = first
        .strip_prefix("// trap fails ")
        .and_then(|rest| rest.split_once(": "))
        .map(|(names, _)| names)
        .ok_or_else(|| {
            anyhow!("its first line must be `// right: …` or `// trap fails CRITERIA: …`")
        })?;
    let names: BTreeSet<String> = names.split(", ").map(String::from).collect();
    match names.iter().find(|n| !KNOWN.contains(&n.as_str())) {
        Some(unknown) => bail!("its first line names {unknown:?}, which is no criterion"),
        None => Ok(Expected::Fails(names)),
    }
}

/// Puts the attempt where the learner's file is and runs what the learner runs. Repetitions run the built
/// test again.
fn grade(workspace: &Path, place: &Path, attempt: &Attempt, how: How) -> Result<Graded> {
    let package = workspace.join("exercises").join(&attempt.exercise);
    let target = place.join("target");
    let report = target
        .join("report-cards")
        .join(&attempt.exercise)
        .join("all.json");
    fs::write(package.join("src/lib.rs"), &attempt.source)?;
    let _ = fs::remove_file(&report);
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let began = Instant::now();
    let ran = cargo
        .args(["test", "--offline", "-p", &attempt.exercise])
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", &target)
        .env("NO_COLOR", "1")
        // The whole file is another one each time, and what is kept of the last is of no use.
        .env("CARGO_INCREMENTAL", "0")
        .env_remove("RUSTFLAGS")
        .output()?;
    let said =
        String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    let Ok(json) = fs::read(&report) else {
        if ran.status.success() {
            bail!("cargo test succeeded without a report:\n{said}");
        }
        if !said.contains("could not compile") {
            bail!("no report:\n{said}");
        }
        return Ok(Graded {
            verdicts: vec![(Verdict::NotCompiled, said)],
            time: None,
        });
    };
    let edit = began.elapsed();
    let mut verdicts = vec![(
        read(&json, &attempt.source, ran.status.success())?,
        said.clone(),
    )];

    // `Running tests/grade.rs (…/grade-0123)`: the test itself, for the repetitions.
    let test = said
        .lines()
        .find_map(|l| l.split_once("grade.rs (")?.1.strip_suffix(')'))
        .map(PathBuf::from);
    let mut time = None;
    for _ in 1..how.repeat.max(if how.times { 2 } else { 1 }) {
        let test = test
            .as_deref()
            .context("cargo did not name the test it ran")?;
        let mut test = Command::new(workspace.join(test));
        test.args(["--format", "json"]).current_dir(&package);
        let ran = if how.times {
            let began = Instant::now();
            let (ran, resident) = watched(&mut test)?;
            time = Some(Time {
                edit,
                grade: began.elapsed(),
                resident,
            });
            ran
        } else {
            test.output()?
        };
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        verdicts.push((
            read(&ran.stdout, &attempt.source, ran.status.success())?,
            said,
        ));
    }
    Ok(Graded { verdicts, time })
}

/// What came of one attempt.
struct Graded {
    /// Of each repetition, with what was printed.
    verdicts: Vec<(Verdict, String)>,
    /// With `--times`, if it compiled.
    time: Option<Time>,
}

/// What grading one attempt took.
struct Time {
    /// From the saved file to the verdict: compiling and grading.
    edit: Duration,
    /// Grading alone.
    grade: Duration,
    /// The most real memory that the test and its children were seen to have together, in bytes.
    resident: Option<u64>,
}

/// Runs a built test, and looks every few milliseconds at the real memory of all its processes.
fn watched(test: &mut Command) -> Result<(Output, Option<u64>)> {
    let child = test.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let id = child.id();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut most = None;
            while !over.load(Ordering::Relaxed) {
                most = most.max(resident(id));
                std::thread::sleep(Duration::from_millis(3));
            }
            most
        });
        let ran = child.wait_with_output();
        over.store(true, Ordering::Relaxed);
        Ok((ran?, watcher.join().expect("it does not panic")))
    })
}

/// Real memory of a process and its children, in bytes. Linux only.
fn resident(parent: u32) -> Option<u64> {
    let mut sum = None;
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let Ok(status) = fs::read_to_string(entry.path().join("status")) else {
            continue;
        };
        let field = |name: &str| -> Option<u64> {
            let line = status.lines().find_map(|l| l.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        let family = [field("Pid:"), field("PPid:")];
        if family.contains(&Some(parent.into())) {
            *sum.get_or_insert(0) += field("VmRSS:").unwrap_or(0) * 1024;
        }
    }
    sum
}

/// A row for each exercise: medians, and the most memory of any attempt.
fn print_times(times: &[(&Attempt, Time)]) {
    println!(
        "\n{:<18}{:>14}{:>12}{:>20}{:>12}",
        "", "edit to", "to grade,", "real memory of all", "to grade,"
    );
    println!(
        "{:<18}{:>14}{:>12}{:>20}{:>12}",
        "exercise", "verdict", "median", "processes, at most", "longest"
    );
    for chunk in times.chunk_by(|a, b| a.0.exercise == b.0.exercise) {
        let sorted = |of: fn(&Time) -> Duration| {
            let mut all: Vec<Duration> = chunk.iter().map(|(_, time)| of(time)).collect();
            all.sort();
            all
        };
        let (edit, grade) = (sorted(|t| t.edit), sorted(|t| t.grade));
        let resident = chunk.iter().filter_map(|(_, time)| time.resident).max();
        let Some((slowest, longest)) = chunk.iter().max_by_key(|(_, time)| time.grade) else {
            continue;
        };
        println!(
            "{:<18}{:>12.2} s{:>10.2} s{:>20}{:>10.2} s  {}",
            slowest.exercise,
            edit[edit.len() / 2].as_secs_f64(),
            grade[grade.len() / 2].as_secs_f64(),
            resident.map_or("cannot tell".into(), |bytes| format!(
                "{} MiB",
                bytes.div_ceil(1024 * 1024)
            )),
            longest.grade.as_secs_f64(),
            slowest.name,
        );
    }
}

fn read(json: &[u8], source: &str, succeeded: bool) -> Result<Verdict> {
    let report: Value = serde_json::from_slice(json).context("the report is not JSON")?;
    if report["source"] != source {
        bail!("the report is about another file");
    }
    let passed = report["passed"] == true;
    if passed != succeeded {
        bail!("the report says passed: {passed}, the exit code says {succeeded}");
    }
    if passed {
        return Ok(Verdict::Passed);
    }
    let criteria = report["criteria"]
        .as_array()
        .context("the report has no criteria")?;
    let not_met = criteria
        .iter()
        .filter(|c| c["verdict"] == "not_met")
        .filter_map(|c| c["criterion"].as_str().map(String::from))
        .collect();
    Ok(Verdict::Failed(not_met))
}

/// A workspace of the exercises and what they use, beside the real one: nothing that is graded here touches a
/// learner's files. Files that have not changed are left, so that they are not compiled again.
fn copy_workspace(root: &Path, place: &Path) -> Result<PathBuf> {
    let workspace = place.join("workspace");
    for folder in ["crates/meter", "crates/grader", "exercises"] {
        copy(&root.join(folder), &workspace.join(folder))?;
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    let mut kept = String::new();
    let mut keep = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            keep = line.starts_with("[workspace") || line.starts_with("[profile");
        }
        if keep && !line.starts_with("default-members") {
            kept += line;
            kept.push('\n');
        }
    }
    update(&workspace.join("Cargo.toml"), kept.as_bytes())?;
    let lock = fs::read(root.join("Cargo.lock"))?;
    if !workspace.join("Cargo.lock").exists() {
        update(&workspace.join("Cargo.lock"), &lock)?;
    }
    Ok(workspace)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in sorted(from)? {
        let target = to.join(name_of_with_extension(&entry)?);
        if entry.is_dir() {
            copy(&entry, &target)?;
        } else {
            update(&target, &fs::read(&entry)?)?;
        }
    }
    Ok(())
}

fn update(file: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(file).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, bytes).with_context(|| file.display().to_string())
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut all = fs::read_dir(folder)
        .with_context(|| folder.display().to_string())?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    all.sort();
    Ok(all)
}

fn name_of(path: &Path) -> Result<String> {
    let name = path.file_stem().and_then(|n| n.to_str());
    name.map(String::from)
        .with_context(|| path.display().to_string())
}

fn name_of_with_extension(path: &Path) -> Result<&std::ffi::OsStr> {
    path.file_name().with_context(|| path.display().to_string())
}
