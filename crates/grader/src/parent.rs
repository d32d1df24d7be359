//! Starts a process for each case, watches it from outside, and draws the conclusions.

use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use meter::{GIB, MIB};

use crate::advice::sentence;
use crate::args::{Args, Format, HELP};
use crate::case::{Case, Grade, failure, lock};
use crate::os::{Limits, Outside, outside};
use crate::record::{Cause, Criterion, Failure, Order, Record};
use crate::report::{CaseRow, CriterionRow, Finding, Report, SCHEMA, Trace, Verdict};
use crate::{card, child};

/// What may be printed, in bytes.
const PRINT: u64 = MIB;
/// What of it is kept for the card, in bytes.
const KEEP: usize = 4096;
/// Real memory that a process may have besides its budget: the program itself, its threads, its tables.
const REAL: u64 = 64 * MIB;
/// The largest file, in bytes, for a case that says nothing else.
const FILE_SLACK: u64 = 4 * MIB;
/// Processor time that a case may use.
///
/// Ten times what 256 MiB take in large chunks: reading them byte by byte through a `BufReader` is slow, and
/// right. A loop that moves nothing is found much earlier.
const CPU_MS: u64 = 20_000;
/// Time on the wall that a case may take: for what neither uses the processor nor stands still. Much longer than the
/// processor time, since a machine may have other work.
const WALL: Duration = Duration::from_secs(180);
/// How long a pipe may stay open when all that held it should be gone, in turns of this thread and not in time: where
/// it gets no processor, neither does the thread that reads the pipe.
const PIPES: u32 = 2000;
const TURN: Duration = Duration::from_millis(1);
/// How often each size is measured before a peak is called grown.
const MEASUREMENTS: usize = 3;
/// What a peak may grow by from a small input to a large one, in bytes: less than a chunk, more than
/// what the runtime's own small allocations vary by.
const GROWTH: u64 = 16 * 1024;

pub(crate) fn run(grade: &Grade, args: &Args) -> ExitCode {
    if args.help {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let selected: Vec<&Case> = grade
        .cases
        .iter()
        .filter(|c| args.selects(&c.name))
        .collect();
    if args.list {
        for case in &selected {
            println!("{}: test", case.name);
        }
        if args.format == Format::Pretty {
            println!("\n{} tests, 0 benchmarks", selected.len());
        }
        return ExitCode::SUCCESS;
    }
    if selected.is_empty() {
        eprintln!(
            "error: no case of {} is selected, and none graded is none passed",
            grade.about.name
        );
        eprintln!("The cases are:");
        for case in &grade.cases {
            eprintln!("    {}", case.name);
        }
        return ExitCode::from(101);
    }

    let began = Instant::now();
    let portable = std::env::var("GRADER_GUARDS").is_ok_and(|v| v == "portable");
    let os = outside(portable);
    let cases = run_all(grade, &selected, args, &*os, portable);
    let report = conclude(grade, cases, &*os, began.elapsed());
    let written = write(grade, &report);
    if args.format == Format::Json {
        match serde_json::to_string_pretty(&report) {
            Ok(json) => println!("{json}"),
            Err(e) => eprintln!("error: cannot write the report as JSON: {e}"),
        }
    } else {
        card::print(grade, &report, args, &written);
    }
    if report.cases.iter().all(|c| c.passed) && !report.cases.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(101)
    }
}

fn run_all(
    grade: &Grade,
    selected: &[&Case],
    args: &Args,
    os: &dyn Outside,
    portable: bool,
) -> Vec<CaseRow> {
    let threads = args
        .threads
        .unwrap_or_else(|| {
            thread::available_parallelism()
                .map_or(1, usize::from)
                .min(4)
        })
        .min(selected.len());
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let rows: Mutex<Vec<Option<CaseRow>>> = Mutex::new(selected.iter().map(|_| None).collect());
    let progress = std::io::stderr().is_terminal() && !args.quiet;
    let began = Instant::now();
    // A stub fails every case in the same way: one is enough to say so.
    let first = run_case(grade, selected[0], args, os, portable);
    if first.failures.iter().any(|f| f.cause == Cause::Todo) {
        let same = |case: &&Case| CaseRow {
            name: case.name.clone(),
            about: case.about.clone(),
            checks: case.checks.clone(),
            budget: case.budget,
            ..first.clone()
        };
        return selected.iter().map(same).collect();
    }
    next.store(1, Relaxed);
    lock(&rows)[0] = Some(first);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((i, case)) = {
                    let i = next.fetch_add(1, Relaxed);
                    selected.get(i).map(|c| (i, *c))
                } {
                    let row = run_case(grade, case, args, os, portable);
                    lock(&rows)[i] = Some(row);
                    let done = done.fetch_add(1, Relaxed) + 1;
                    if progress && began.elapsed() > Duration::from_millis(700) {
                        eprint!(
                            "\rgrading {}: {done} of {} cases ",
                            grade.about.name,
                            selected.len()
                        );
                    }
                }
            });
        }
    });
    if progress && began.elapsed() > Duration::from_millis(700) {
        eprint!("\r\x1b[K");
    }
    let rows = rows.into_inner().unwrap_or_else(|p| p.into_inner());
    rows.into_iter().flatten().collect()
}

/// A case at each of its sizes, and whether its peak grew.
fn run_case(grade: &Grade, case: &Case, args: &Args, os: &dyn Outside, portable: bool) -> CaseRow {
    let mut row = CaseRow {
        name: case.name.clone(),
        about: case.about.clone(),
        checks: case.checks.clone(),
        passed: false,
        ended: true,
        failures: Vec::new(),
        peak: None,
        budget: case.budget,
        resident: None,
        elapsed_ms: None,
        ms: 0,
        trace: Trace::default(),
        printed: String::new(),
    };
    let sizes = if case.sizes.is_empty() {
        &[0][..]
    } else {
        &case.sizes
    };
    let mut peaks: Vec<(u64, u64)> = Vec::new();
    // Threads make a peak vary from run to run. What is kept shows in every run, so the highest of the small
    // and the lowest of the large are compared before anything is said to grow.
    let runs = sizes.iter().cycle().take(sizes.len() * MEASUREMENTS);
    for (i, &size) in runs.enumerate() {
        if i >= sizes.len() && i % sizes.len() == 0 && grown(sizes, &peaks).is_none() {
            break;
        }
        let began = Instant::now();
        let run = run_once(grade, case, size, args, os, portable).unwrap_or_else(|e| Run {
            failures: vec![failure(
                case.fallback(),
                Cause::Grader {
                    message: format!("{e:#}"),
                },
                None,
            )],
            ..Run::default()
        });
        row.ms += began.elapsed().as_millis() as u64;
        row.resident = row.resident.max(run.resident);
        row.trace = run.trace;
        if !run.printed.is_empty() {
            row.printed = run.printed;
        }
        let failed = !run.failures.is_empty();
        for failure in run.failures {
            if !row.failures.iter().any(|f| same_cause(f, &failure)) {
                row.failures.push(failure);
            }
        }
        match run.done {
            Some((peak, elapsed)) => {
                row.peak = row.peak.max(Some(peak));
                row.elapsed_ms = Some(elapsed);
                peaks.push((size, peak));
            }
            None => row.ended = false,
        }
        if failed || !row.ended {
            break;
        }
    }
    if row.ended
        && let Some(cause) = grown(sizes, &peaks)
    {
        row.failures.push(failure(Criterion::Memory, cause, None));
    }
    row.passed = row.ended && row.failures.is_empty();
    row
}

/// Whether every peak at the large size is above every peak at the small one.
fn grown(sizes: &[u64], peaks: &[(u64, u64)]) -> Option<Cause> {
    let &[small, large] = sizes else { return None };
    let of = |size| peaks.iter().filter(move |p| p.0 == size).map(|p| p.1);
    let (small_peak, large_peak) = (of(small).max()?, of(large).min()?);
    (large_peak > small_peak + GROWTH).then_some(Cause::Grew {
        small,
        small_peak,
        large,
        large_peak,
    })
}

#[derive(Default)]
struct Run {
    failures: Vec<Failure>,
    /// Peak in bytes and virtual time in ms, of a run that reached its end.
    done: Option<(u64, u64)>,
    trace: Trace,
    resident: Option<u64>,
    printed: String,
}

fn run_once(
    grade: &Grade,
    case: &Case,
    size: u64,
    args: &Args,
    os: &dyn Outside,
    portable: bool,
) -> anyhow::Result<Run> {
    let scratch = Scratch::new(grade)?;
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg(child::ARG)
        .env("TMPDIR", &scratch.0)
        .env("TMP", &scratch.0)
        .env("RUST_LIB_BACKTRACE", "0")
        // Each costs 64 MiB of address space, of which a run has 8 GiB; glibc would make up to eight for each core.
        .env("MALLOC_ARENA_MAX", "4")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut report = os.prepare(
        &mut command,
        Limits {
            file: case.may_write + FILE_SLACK,
            address_space: 8 * GIB,
            cpu: CPU_MS / 1000 + 3,
        },
    )?;
    let nonce = nonce();
    let order = Order {
        case: case.name.clone(),
        size,
        nonce,
        report: report.address.clone(),
        may_write: case.may_write,
        cpu_ms: CPU_MS,
        portable,
    };
    let mut child = command.spawn()?;
    drop(report.theirs.take());
    if let Some(mut stdin) = child.stdin.take() {
        // A process that is gone already has no verdict; that is found out below.
        let _ = stdin.write_all(&serde_json::to_vec(&order)?);
    }
    let flood = Arc::new(AtomicBool::new(false));
    let out = child
        .stdout
        .take()
        .map(|p| drain(p, &flood, args.nocapture));
    let err = child
        .stderr
        .take()
        .map(|p| drain(p, &flood, args.nocapture));
    let read_late = report.read_late;
    let ours = report.ours;
    let read = move || read_records(ours, nonce);
    let (reader, late) = if read_late {
        (None, Some(read))
    } else {
        (Some(thread::spawn(read)), None)
    };

    let began = Instant::now();
    let limit = REAL + case.budget;
    let mut run = Run::default();
    let mut killed = None;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        let resident = os.resident(child.id());
        run.resident = run.resident.max(resident);
        if killed.is_none() {
            killed = if let Some(grown) = resident.filter(|&r| r > limit) {
                Some((Criterion::Memory, Cause::RealMemory { grown, limit }))
            } else if flood.load(Relaxed) {
                Some((case.fallback(), Cause::Printed { limit: PRINT }))
            } else if began.elapsed() > WALL {
                let ms = began.elapsed().as_millis() as u64;
                Some((case.fallback(), Cause::TimedOut { ms }))
            } else {
                None
            };
            if killed.is_some() {
                os.kill(&mut child);
            }
        }
        thread::sleep(Duration::from_millis(if began.elapsed().as_millis() < 40 {
            1
        } else {
            4
        }));
    };
    // What it started may hold the pipes open.
    os.kill(&mut child);
    let mut turns = PIPES;
    let mut said = |pipe: &Option<Drain>| match pipe {
        Some(pipe) => pipe.said(&mut turns),
        None => (String::new(), true),
    };
    let ((out, out_ended), (err, err_ended)) = (said(&out), said(&err));
    let (records, foreign) = match (reader, late) {
        (Some(reader), _) if ends(&reader, &mut { PIPES }) => reader.join().unwrap_or_default(),
        (Some(_held), _) => Default::default(),
        (None, Some(read)) => read(),
        (None, None) => Default::default(),
    };

    if foreign {
        run.failures
            .push(failure(case.fallback(), Cause::Tampered, None));
    }
    for record in records {
        match record {
            Record::Failed(failure) => run.failures.push(failure),
            Record::At(line) => {
                if let Some(last) = run.failures.last_mut() {
                    last.line = Some(line);
                }
            }
            Record::Trace { read, width, live } => run.trace = Trace { read, width, live },
            Record::Done { peak, elapsed_ms } => run.done = Some((peak, elapsed_ms)),
        }
    }
    if let Some((criterion, cause)) = killed {
        run.done = None;
        // Looking for the line of what was found takes memory too, and is no finding of its own.
        let looking = matches!(cause, Cause::RealMemory { .. }) && !run.failures.is_empty();
        if !looking {
            run.failures.push(failure(criterion, cause, None));
        }
    } else if !(run.done.is_some() && status.success()) && run.failures.is_empty() {
        run.done = None;
        let (criterion, cause) = no_verdict(status, &err, case);
        run.failures.push(failure(criterion, cause, None));
    }
    if !(out_ended && err_ended) {
        run.failures
            .push(failure(Criterion::Cancel, Cause::ProcessLeft, None));
    }
    run.printed = out + &err;
    Ok(run)
}

/// Why there is no last record.
fn no_verdict(status: ExitStatus, stderr: &str, case: &Case) -> (Criterion, Cause) {
    let primary = case.fallback();
    if stderr.contains("has overflowed its stack") {
        return (primary, Cause::StackOverflow);
    }
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        match status.signal() {
            Some(libc::SIGXFSZ) => {
                let limit = case.may_write;
                return (Criterion::Memory, Cause::WroteFiles { limit });
            }
            Some(libc::SIGXCPU) => {
                return (primary, Cause::OutOfCpu { cpu_ms: CPU_MS });
            }
            Some(libc::SIGABRT) => {
                let how = "by an abort".into();
                return (primary, Cause::Exited { how });
            }
            Some(signal) => {
                let how = format!("by signal {signal}");
                return (primary, Cause::Exited { how });
            }
            None => {}
        }
    }
    let how = match status.code() {
        Some(0) => "with exit code 0, as if all were well".into(),
        Some(code) => format!("with exit code {code}"),
        None => "without an exit code".into(),
    };
    (primary, Cause::Exited { how })
}

/// The records, and whether there was anything else: half a line would take the record behind it along.
fn read_records(pipe: Box<dyn Read + Send>, nonce: u64) -> (Vec<Record>, bool) {
    let head = format!("{nonce:016x} ");
    let record = |line: &[u8]| serde_json::from_slice(line.strip_prefix(head.as_bytes())?).ok();
    let mut records = Vec::new();
    let mut foreign = false;
    for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
        match record(&line) {
            Some(record) => records.push(record),
            None => foreign = true,
        }
    }
    (records, foreign)
}

/// A pipe that is read to its end, and the beginning of what came.
struct Drain {
    kept: Arc<Mutex<Vec<u8>>>,
    thread: thread::JoinHandle<()>,
}

impl Drain {
    /// What was printed, and whether the pipe has ended; waits at most so many `turns` for that. A process that was
    /// started and got away may hold it open for as long as it likes.
    fn said(&self, turns: &mut u32) -> (String, bool) {
        let ended = ends(&self.thread, turns);
        let kept = lock(&self.kept);
        (String::from_utf8_lossy(&kept).into_owned(), ended)
    }
}

/// Whether a thread ends within so many turns, which it takes from `turns`.
fn ends<T>(thread: &thread::JoinHandle<T>, turns: &mut u32) -> bool {
    while !thread.is_finished() && *turns > 0 {
        thread::sleep(TURN);
        *turns -= 1;
    }
    thread.is_finished()
}

/// Reads what is printed, so that the process does not wait, and keeps the beginning.
fn drain(mut pipe: impl Read + Send + 'static, flood: &Arc<AtomicBool>, show: bool) -> Drain {
    let flood = Arc::clone(flood);
    let kept = Arc::new(Mutex::new(Vec::new()));
    let beginning = Arc::clone(&kept);
    let thread = thread::spawn(move || {
        let mut total = 0;
        let mut buf = [0; 8192];
        while let Ok(n @ 1..) = pipe.read(&mut buf) {
            total += n as u64;
            if show && total <= PRINT {
                let _ = std::io::stdout().write_all(&buf[..n]);
            }
            let mut kept = lock(&beginning);
            let room = KEEP.saturating_sub(kept.len()).min(n);
            kept.extend_from_slice(&buf[..room]);
            if total > PRINT {
                flood.store(true, Relaxed);
            }
        }
    });
    Drain { kept, thread }
}

/// A number that a solution does not know. The hasher's keys are random for each process.
fn nonce() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish()
}

/// A folder for what a solution may put into the system's folder for temporary files.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(grade: &Grade) -> std::io::Result<Self> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let base = grade
            .about
            .scratch
            .map_or_else(std::env::temp_dir, Into::into);
        let name = format!("case-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
        let path = base.join(name);
        // One that was interrupted left its own, and in a container the numbers of processes are soon the same.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path)?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn same_cause(a: &Failure, b: &Failure) -> bool {
    let same_kind = std::mem::discriminant(&a.cause) == std::mem::discriminant(&b.cause);
    // Wrong results of one kind differ in their numbers alone.
    let kind = |what: &str| what.replace(|c: char| c.is_ascii_digit() || c == ',', "");
    let same_kind = match (&a.cause, &b.cause) {
        (Cause::Wrong { what: a }, Cause::Wrong { what: b }) => kind(a) == kind(b),
        _ => same_kind,
    };
    same_kind
        && match (&a.line, &b.line) {
            (Some(a), Some(b)) => a == b,
            (None, None) => a.criterion == b.criterion || matches!(a.cause, Cause::Exited { .. }),
            _ => false,
        }
}

fn conclude(grade: &Grade, cases: Vec<CaseRow>, os: &dyn Outside, took: Duration) -> Report {
    let mut findings: Vec<Finding> = Vec::new();
    for case in &cases {
        for failure in &case.failures {
            match findings
                .iter_mut()
                .find(|f| same_cause(&f.failure, failure))
            {
                Some(finding) => {
                    if !finding.cases.contains(&case.name) {
                        finding.cases.push(case.name.clone());
                    }
                }
                None => findings.push(Finding {
                    failure: failure.clone(),
                    sentence: sentence(failure),
                    cases: vec![case.name.clone()],
                }),
            }
        }
    }
    // The case that is about the criterion tells most.
    for finding in &mut findings {
        let criterion = finding.failure.criterion;
        let about = |name: &String| {
            let case = cases.iter().find(|c| c.name == *name);
            case.map_or(usize::MAX, |c| {
                let place = c.checks.iter().position(|&c| c == criterion);
                place.unwrap_or(usize::MAX)
            })
        };
        finding.cases.sort_by_key(about);
        let first = cases.iter().find(|c| c.name == finding.cases[0]);
        if let Some(failure) = first.and_then(|c| {
            let mut all = c.failures.iter();
            all.find(|f| same_cause(f, &finding.failure))
        }) {
            finding.failure = failure.clone();
            finding.sentence = sentence(failure);
        }
    }
    // A stub says one thing, whatever else does not hold yet.
    if findings.iter().any(|f| f.failure.cause == Cause::Todo) {
        findings.retain(|f| f.failure.cause == Cause::Todo);
        findings.truncate(1);
    }
    // What a case has to say about memory tells more than that a budget was broken; elsewhere a line does.
    findings.sort_by_key(|f| {
        let told = matches!(f.failure.cause, Cause::Wrong { .. });
        let told = told && f.failure.criterion == Criterion::Memory;
        (f.failure.criterion, !told, f.failure.line.is_none())
    });

    let criteria: Vec<CriterionRow> = Criterion::ALL
        .into_iter()
        .filter_map(|criterion| row(criterion, &cases))
        .collect();
    let complete = cases.len() == grade.cases.len();
    Report {
        schema: SCHEMA,
        exercise: grade.about.name.into(),
        complete,
        passed: complete
            && cases.iter().all(|c| c.passed)
            && criteria.iter().all(|c| c.verdict == Verdict::Met),
        file: "src/lib.rs".into(),
        source: grade.about.source.into(),
        guards: os.names().iter().map(|n| n.to_string()).collect(),
        ms: took.as_millis() as u64,
        criteria,
        findings,
        cases,
    }
}

fn row(criterion: Criterion, cases: &[CaseRow]) -> Option<CriterionRow> {
    let failed = |c: &&CaseRow| c.failures.iter().any(|f| f.criterion == criterion);
    let concerned: Vec<&CaseRow> = cases
        .iter()
        .filter(|c| c.checks.contains(&criterion) || failed(c))
        .collect();
    if concerned.is_empty() {
        return None;
    }
    // In a case that found anything wrong, the rest of what it checks is not proven.
    let met = concerned.iter().filter(|c| c.passed).count();
    let verdict = if concerned.iter().any(failed) {
        Verdict::NotMet
    } else if met < concerned.len() {
        Verdict::NotReached
    } else {
        Verdict::Met
    };
    // A peak beside the budget that another case broke would say that all is well.
    let broke = |c: &&CaseRow| {
        let mut all = c.failures.iter();
        all.any(|f| matches!(f.cause, Cause::OverBudget { .. }))
    };
    let closest = concerned
        .iter()
        .filter(|_| !concerned.iter().any(broke))
        .filter_map(|c| Some((c.peak?, c.budget)))
        .max_by(|a, b| {
            let share = |&(peak, budget): &(u64, u64)| peak as f64 / budget.max(1) as f64;
            share(a).total_cmp(&share(b))
        });
    Some(CriterionRow {
        criterion,
        verdict,
        met,
        of: concerned.len(),
        peak: closest.map(|c| c.0),
        budget: closest.map(|c| c.1),
        ms: concerned.iter().map(|c| c.ms).sum(),
    })
}

/// Writes the report beside its final name and renames it, so that half a report is never found.
fn write(grade: &Grade, report: &Report) -> Result<String, String> {
    let target = match grade.about.scratch.map(std::path::Path::new) {
        Some(tmp) => tmp.parent().unwrap_or(tmp).to_path_buf(),
        None => return Err("cargo named no folder for it".into()),
    };
    let folder = target.join("report-cards").join(grade.about.name);
    let name = match (&report.cases[..], report.complete) {
        (_, true) => "all.json".into(),
        ([one], _) => format!("{}.json", one.name),
        _ => "some.json".to_string(),
    };
    let path = folder.join(&name);
    let half = folder.join(format!(".{name}.{}", std::process::id()));
    let json = serde_json::to_vec_pretty(report).map_err(|e| e.to_string())?;
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&half, json))
        .and_then(|()| std::fs::rename(&half, &path))
        .map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(path.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_has_not_grown_and_what_is_kept_has() {
        const KIB: u64 = meter::KIB;
        let sizes = [64 * MIB, 256 * MIB];
        let peaks = |small: &[u64], large: &[u64]| -> Vec<(u64, u64)> {
            let at =
                |size, peaks: &[u64]| peaks.iter().map(|p| (size, p * KIB)).collect::<Vec<_>>();
            [at(sizes[0], small), at(sizes[1], large)].concat()
        };
        assert!(grown(&sizes, &peaks(&[80], &[144])).is_some());
        assert!(grown(&sizes, &peaks(&[80, 128], &[144, 80])).is_none());
        assert!(grown(&sizes, &peaks(&[80, 81, 80], &[144, 145, 144])).is_some());
        assert!(grown(&sizes, &peaks(&[80], &[80 + 16])).is_none());
        assert!(grown(&sizes, &peaks(&[80], &[])).is_none());
        assert!(grown(&[], &[]).is_none());
    }

    #[test]
    fn what_stands_between_the_records_is_noticed() {
        let read = |text: String| read_records(Box::new(std::io::Cursor::new(text)), 7);
        let whole = serde_json::to_string(&Record::Done {
            peak: 1,
            elapsed_ms: 2,
        })
        .unwrap();
        let line = format!("{:016x} {whole}\n", 7);
        assert!(matches!(read(line.clone()), (records, false) if records.len() == 1));
        let garbled = format!("half a line{line}{line}");
        assert!(matches!(read(garbled), (records, true) if records.len() == 1));
    }
}
