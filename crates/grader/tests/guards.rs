//! Each guard, against a solution that misbehaves: none passes, none hangs, none harms the machine.
//!
//! This binary is three things: a test, which runs itself as the grader of the cases below, which runs
//! itself once for each case.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use grader::Criterion::{Backpressure, Cancel, Correct, Early, Errors, Memory, Overlap};
use grader::meter::{Chunks, Content, GIB, Jobs, KIB, MIB, Sink, Source, Window};
use grader::report::{Report, Verdict};
use grader::{Criterion, Grade};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio_stream::StreamExt;

const GRADE: &str = "GRADER_TESTS_GRADE";
const HALF_A_DAY: Duration = Duration::from_secs(12 * 3600);

/// What a case must be found guilty of: its criterion and the kind of its cause. `None`: it must pass.
type Guilt = Option<(Criterion, &'static str)>;

fn main() -> ExitCode {
    if std::env::var_os(GRADE).is_some() {
        return cases().0.run();
    }
    if std::env::args().any(|a| a == "--list") {
        println!("guards: test");
        return ExitCode::SUCCESS;
    }
    type Check = fn() -> Result<usize>;
    let checks: [(&str, Check); 4] = [
        ("the system's guards", || check(false)),
        ("the portable guards", || check(true)),
        ("the arguments", arguments),
        ("the card", card),
    ];
    let (mut passed, mut failed) = (0, 0);
    for (name, check) in checks {
        match check() {
            Ok(n) => passed += n,
            Err(e) => {
                println!("{name}: {e:#}");
                failed += 1;
            }
        }
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!("test result: {word}. {passed} passed; {failed} failed; 0 ignored");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What the grader of the cases below prints when it is given `args`, and whether it succeeds.
fn grader(args: &[&str]) -> Result<(String, String, bool)> {
    let output = Command::new(std::env::current_exe()?)
        .env(GRADE, "1")
        .env_remove("NO_COLOR")
        .args(args)
        .output()?;
    let text = |bytes| String::from_utf8(bytes).context("not UTF-8");
    Ok((
        text(output.stdout)?,
        text(output.stderr)?,
        output.status.success(),
    ))
}

/// As libtest and nextest are used.
fn arguments() -> Result<usize> {
    let (list, _, ok) = grader(&["--list", "--format", "terse"])?;
    ensure!(ok && list.lines().all(|l| l.ends_with(": test")));
    ensure!(list.lines().count() == cases().1.len(), "{list}");
    let (ignored, _, ok) = grader(&["--list", "--format", "terse", "--ignored"])?;
    ensure!(ok && ignored.is_empty(), "{ignored}");
    let (list, _, _) = grader(&["--list", "--exact", "honest", "panics"])?;
    ensure!(list.contains("2 tests, 0 benchmarks"), "{list}");
    let (list, _, _) = grader(&["--list", "honest", "--skip", "prints"])?;
    ensure!(list.contains("3 tests, 0 benchmarks"), "{list}");

    // A part passes as a part, and never as the whole.
    let (json, _, ok) = grader(&["--exact", "honest", "--format=json"])?;
    let report: Report = serde_json::from_str(&json)?;
    ensure!(ok && !report.complete && !report.passed && report.cases.len() == 1);
    ensure!(report.is_about(include_str!("../src/lib.rs")) && !report.is_about("another file"));
    let (_, _, ok) = grader(&["--exact", "panics"])?;
    ensure!(!ok);

    // None selected is none passed.
    let (_, why, ok) = grader(&["no_such_case"])?;
    ensure!(
        !ok && why.contains("no case of grader is selected") && why.contains("honest_and_prints")
    );
    let (_, why, ok) = grader(&["--frobnicate"])?;
    ensure!(!ok && why.contains("unknown option --frobnicate"), "{why}");

    let (shown, _, ok) = grader(&["--exact", "honest_and_prints", "--nocapture"])?;
    ensure!(ok && shown.contains("elapsed_ms"), "{shown}");
    let (hidden, _, _) = grader(&["--exact", "honest_and_prints"])?;
    ensure!(!hidden.contains("elapsed_ms"), "{hidden}");
    Ok(12)
}

/// 80 columns, words for what colors say, one cause told once.
fn card() -> Result<usize> {
    let (card, _, ok) = grader(&[
        "reads_everything",
        "makes_room",
        "honest",
        "--test-threads",
        "1",
    ])?;
    ensure!(!ok && !card.contains('\x1b'), "color in a pipe");
    // The last line is libtest's, for the tools that read it.
    for line in card.lines().filter(|l| !l.starts_with("test result")) {
        ensure!(line.chars().count() <= 80, "longer than 80 columns: {line}");
    }
    for part in [
        "memory        NOT MET         0 of 3",
        "memory, in reads_everything and 2 more cases",
        "one growing buffer asked for",
        "Live heap over bytes read",
        "512 KiB |-",
        "Guards: heap budget",
        "test result: FAILED. 4 passed; 3 failed",
    ] {
        ensure!(card.contains(part), "no {part:?} in\n{card}");
    }
    let (card, _, _) = grader(&["makes_room"])?;
    ensure!(
        card.contains("Asked for 65,536 MiB in one piece (budget 512 KiB)"),
        "{card}"
    );
    let (card, _, ok) = grader(&["--exact", "honest", "--color", "always"])?;
    ensure!(ok && card.contains("\x1b[32"), "{card}");
    let (stub, _, _) = grader(&["--exact", "is_a_stub", "honest"])?;
    ensure!(
        stub.matches("The stub still stands").count() == 1 && !stub.contains("NOT MET"),
        "{stub}"
    );
    let (quiet, _, _) = grader(&["--exact", "honest", "-q"])?;
    ensure!(
        quiet.lines().count() == 1 && quiet.starts_with("test result: ok. 1 passed"),
        "{quiet}"
    );
    Ok(11)
}

/// Grades all cases with one kind of guards. Returns how many there are.
fn check(portable: bool) -> Result<usize> {
    let mut grader = Command::new(std::env::current_exe()?);
    grader.env(GRADE, "1").args(["--format", "json"]);
    if portable {
        grader.env("GRADER_GUARDS", "portable");
    }
    let output = grader.output()?;
    let report: Report = serde_json::from_slice(&output.stdout)
        .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    ensure!(report.complete && !report.passed && !output.status.success());
    let guilt = cases().1;
    let fewer = portable || !cfg!(target_os = "linux");
    let mut wrong = Vec::new();
    for case in &report.cases {
        let expected = guilt[case.name.as_str()];
        let found: Vec<_> = case
            .failures
            .iter()
            .map(|f| (f.criterion, kind(&f.cause)))
            .collect();
        println!(
            "{:<34} {:>5} ms  {}",
            case.name,
            case.ms,
            found_text(&found)
        );
        let as_it_should = match expected {
            None => case.passed,
            // The guards of other systems see less, and never let pass what they do not see end well.
            Some((_, "real_memory" | "wrote_files")) if fewer => true,
            Some(_) if fewer => !case.passed,
            Some((criterion, cause)) => found.contains(&(criterion, cause.into())),
        };
        if !as_it_should {
            wrong.push(format!(
                "{}: found {found:?}, expected {expected:?}",
                case.name
            ));
        }
        let refused = ["reads_everything", "makes_room_for_everything"];
        if refused.contains(&case.name.as_str())
            && (case.trace.read > MIB || case.resident.is_some_and(|r| r > 64 * MIB))
        {
            wrong.push(format!(
                "{}: 64 GiB were not refused at once: {case:?}",
                case.name
            ));
        }
        if case.ms > 10_000 {
            wrong.push(format!("{}: took {} ms", case.name, case.ms));
        }
        if case.resident.is_some_and(|r| r > 256 * MIB) {
            wrong.push(format!(
                "{}: {:?} bytes of real memory",
                case.name, case.resident
            ));
        }
    }
    let errors = report.criteria.iter().find(|c| c.criterion == Errors);
    ensure!(errors.is_some_and(|c| c.verdict == Verdict::NotMet));
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(report.cases.len())
}

fn kind(cause: &grader::report::Cause) -> String {
    serde_json::to_value(cause)
        .ok()
        .and_then(|v| Some(v["kind"].as_str()?.to_string()))
        .unwrap_or_default()
}

fn found_text(found: &[(Criterion, String)]) -> String {
    if found.is_empty() {
        return "passes".into();
    }
    let texts: Vec<String> = found
        .iter()
        .map(|(c, k)| format!("{} ({k})", c.name()))
        .collect();
    texts.join(", ")
}

fn log(bytes: u64) -> Content {
    Content::repeat("a line of a log\n", bytes)
}

async fn drain(mut src: impl AsyncRead + Unpin) -> anyhow::Result<u64> {
    let mut buf = vec![0; 64 * 1024];
    let mut total = 0;
    loop {
        match src.read(&mut buf).await? {
            0 => return Ok(total),
            n => total += n as u64,
        }
    }
}

fn cases() -> (Grade, BTreeMap<&'static str, Guilt>) {
    let mut grade = grader::exercise!();
    let mut guilt = BTreeMap::new();

    // A solution that is given a source of a number of bytes.
    macro_rules! case {
        ($name:literal, $guilt:expr, $src:ident => $solution:expr) => {
            case!($name, $guilt, &[Correct], 64 * MIB, $src => $solution)
        };
        ($name:literal, $guilt:expr, $checks:expr, $bytes:expr, $src:ident => $solution:expr) => {{
            guilt.insert($name, $guilt);
            grade
                .case($name, $checks, |t| async move {
                    let $src = t.give(Source::new(log($bytes)));
                    let n = t.solve(|| async move { $solution }).await.ok()?;
                    t.equal("bytes", n, $bytes);
                    Ok(())
                })
                .budget(512 * KIB)
        }};
    }

    case!("honest", None, src => drain(src).await);
    case!("honest_on_another_thread", None, src => {
        tokio::spawn(drain(src)).await?
    });
    case!("honest_with_blocking_work", None, src => {
        let n = drain(src).await?;
        tokio::task::spawn_blocking(move || n).await.map_err(Into::into)
    });
    case!("honest_and_prints", None, src => {
        println!("Done {{\"peak\":0,\"elapsed_ms\":0}}");
        eprintln!("half a line");
        drain(src).await
    });

    guilt.insert("reads_in_a_blocking_job", None);
    grade.case("reads_in_a_blocking_job", &[Correct], |t| async move {
        // A job of the blocking pool waits for each chunk while the source waits on the clock.
        let source = Source::new(log(2 * MIB)).paced(64 * KIB, Duration::from_millis(100));
        let mut src = t.give(source);
        let solution = async move {
            let (tx, mut rx) = tokio::sync::mpsc::channel::<Vec<u8>>(1);
            let job = tokio::task::spawn_blocking(move || {
                let mut n = 0;
                while let Some(chunk) = rx.blocking_recv() {
                    n += chunk.len() as u64;
                }
                n
            });
            let mut buf = vec![0; 65536];
            loop {
                match src.read(&mut buf).await? {
                    0 => break,
                    n => tx.send(buf[..n].to_vec()).await?,
                }
            }
            drop(tx);
            job.await.map_err(Into::into)
        };
        let n = t.solve(|| solution).await.ok()?;
        t.equal("bytes", n, 2 * MIB);
        t.overlapped(Duration::from_millis(3500));
        Ok(())
    });
    guilt.insert("waits_half_a_day_beside_a_blocking_job", None);
    grade.case(
        "waits_half_a_day_beside_a_blocking_job",
        &[Correct],
        |t| async move {
            let source = Source::new(log(64 * KIB)).paced(32 * KIB, HALF_A_DAY);
            let mut src = t.give(source);
            let solution = async move {
                let (tx, rx) = tokio::sync::oneshot::channel();
                let job = tokio::task::spawn_blocking(move || rx.blocking_recv());
                let (start, mut buf) = (tokio::time::Instant::now(), vec![0; 65536]);
                let mut n = 0;
                while let read @ 1.. = src.read(&mut buf).await? {
                    n += read as u64;
                }
                // The clock was moved to where the wait ends, and not past it.
                let over = start.elapsed().saturating_sub(2 * HALF_A_DAY);
                ensure!(over < Duration::from_secs(1), "{over:?} too late");
                let _ = tx.send(());
                job.await??;
                Ok(n)
            };
            let n = t.solve(|| solution).await.ok()?;
            t.equal("bytes", n, 64 * KIB);
            Ok(())
        },
    );
    guilt.insert("looks_again_while_it_flushes", None);
    grade.case("looks_again_while_it_flushes", &[Correct], |t| async move {
        // `copy_buf` looks at the source again each time that its flush has to wait.
        let src = t.give(Source::new(log(100 * KIB)));
        let mut dst = tokio::io::BufWriter::with_capacity(
            64 * 1024,
            t.give(Sink::new(log(100 * KIB)).shaped(&[3, 0])),
        );
        let solution = async move {
            let mut src = tokio::io::BufReader::with_capacity(64 * 1024, src);
            Ok(tokio::io::copy_buf(&mut src, &mut dst).await?)
        };
        let n = t.solve(|| solution).await.ok()?;
        t.equal("bytes", n, 100 * KIB);
        Ok(())
    });
    // Ends without a verdict.
    case!("exits_with_0", Some((Correct, "exited")), src => {
        drop(src);
        std::process::exit(0)
    });
    #[cfg(unix)]
    case!("exits_at_once", Some((Correct, "exited")), src => {
        drop(src);
        // SAFETY: ends the process.
        unsafe { libc::_exit(0) }
    });
    case!("aborts", Some((Correct, "exited")), src => {
        drop(src);
        std::process::abort()
    });
    case!("exits_from_a_thread", Some((Correct, "exited")), src => {
        std::thread::spawn(|| std::process::exit(0));
        drain(src).await?;
        std::future::pending().await
    });
    #[cfg(unix)]
    case!("leaves_a_process", Some((Cancel, "process_left")), src => {
        use std::os::unix::process::CommandExt;
        // Its own group, and the grader's pipes.
        Command::new("sleep").arg("15").process_group(0).spawn()?;
        drain(src).await
    });
    #[cfg(target_os = "linux")]
    guilt.insert("hides_a_record", Some((Correct, "tampered")));
    #[cfg(target_os = "linux")]
    grade.case("hides_a_record", &[Correct], |t| async move {
        let src = t.give(Source::new(log(MIB)));
        let solution = async move {
            for fd in 3..20 {
                let path = format!("/proc/self/fd/{fd}");
                if std::fs::read_link(&path).is_ok_and(|l| l.to_string_lossy().starts_with("pipe:"))
                {
                    std::fs::OpenOptions::new()
                        .write(true)
                        .open(&path)?
                        .write_all(b"half a line")?;
                }
            }
            drain(src).await
        };
        let n = t.solve(|| solution).await.ok()?;
        t.equal("bytes", n, MIB + 1);
        Ok(())
    });
    case!("panics", Some((Correct, "panicked")), src => {
        drop(src);
        panic!("no idea")
    });
    case!("is_a_stub", Some((Correct, "todo")), src => {
        drop(src);
        todo!("count the lines")
    });
    case!("overflows_the_stack", Some((Correct, "stack_overflow")), src => {
        #[expect(unconditional_recursion, reason = "that is the misbehavior")]
        fn deeper(n: u64) -> u64 {
            let here = std::hint::black_box([n; 512]);
            deeper(n + 1) + here[0]
        }
        drop(src);
        Ok(deeper(0))
    });

    // Does not end.
    case!("loops", Some((Correct, "busy")), src => {
        drop(src);
        let mut n: u64 = 0;
        while std::hint::black_box(n) < u64::MAX {
            n += 1;
        }
        Ok(n)
    });
    case!("loops_and_yields", Some((Correct, "busy")), src => {
        drop(src);
        loop {
            tokio::task::yield_now().await;
        }
    });
    case!("waits_for_itself", Some((Correct, "deadlocked")), src => {
        drop(src);
        let (tx, mut rx) = tokio::sync::mpsc::channel::<u64>(1);
        let n = rx.recv().await.unwrap_or(0);
        drop(tx);
        Ok(n)
    });
    case!("forgets_to_wake", Some((Correct, "deadlocked")), src => {
        let _src = src;
        std::future::poll_fn(|_| std::task::Poll::<anyhow::Result<u64>>::Pending).await
    });
    case!("blocks", Some((Correct, "blocked")), src => {
        let (tx, rx) = std::sync::mpsc::channel::<u64>();
        let n = rx.recv().unwrap_or(0);
        drop((tx, src));
        Ok(n)
    });
    case!("sleeps", Some((Correct, "blocked")), src => {
        std::thread::sleep(Duration::from_secs(3600));
        drain(src).await
    });
    case!("polls_without_waiting", Some((Correct, "busy")), src => {
        drop(src);
        let mut paced = Source::new(Content::exactly([b'x'; 4096])).paced(KIB, Duration::from_secs(1));
        std::future::poll_fn(|cx| {
            let mut buf = [0; 4096];
            let mut buf = tokio::io::ReadBuf::new(&mut buf);
            cx.waker().wake_by_ref();
            match std::pin::Pin::new(&mut paced).poll_read(cx, &mut buf) {
                std::task::Poll::Ready(Ok(())) if buf.filled().is_empty() => std::task::Poll::Ready(()),
                _ => std::task::Poll::Pending,
            }
        })
        .await;
        Ok(0)
    });
    case!("sleeps_on_the_clock", Some((Correct, "idled")), src => {
        tokio::time::sleep(Duration::from_secs(3600)).await;
        drain(src).await
    });
    case!("reads_after_the_end", Some((Correct, "read_after_end")), src => {
        let mut src = src;
        let mut buf = [0; 4096];
        loop {
            let _ = src.read(&mut buf).await?;
        }
    });

    // Holds too much.
    let checks = &[Memory];
    let whole = Some((Memory, "over_budget"));
    case!("reads_everything", whole, checks, 64 * GIB, src => {
        let (mut src, mut all) = (src, Vec::new());
        src.read_to_end(&mut all).await?;
        Ok(all.len() as u64)
    });
    case!("makes_room_for_everything", whole, checks, 64 * GIB, src => {
        let (mut src, mut all) = (src, vec![0; 64 * GIB as usize]);
        Ok(src.read_exact(&mut all).await? as u64)
    });
    case!("reads_everything_in_a_thread", whole, checks, 64 * MIB, src => {
        let (tx, mut rx) = tokio::sync::mpsc::channel::<Vec<u8>>(1);
        let thread = tokio::task::spawn_blocking(move || {
            let mut all = Vec::new();
            while let Some(chunk) = rx.blocking_recv() {
                all.push(chunk);
            }
            all.iter().map(|c| c.len() as u64).sum::<u64>()
        });
        let (mut src, mut buf) = (src, vec![0; 65536]);
        loop {
            let n = src.read(&mut buf).await?;
            if n == 0 {
                break;
            }
            tx.send(buf[..n].to_vec()).await?;
        }
        drop(tx);
        thread.await.map_err(Into::into)
    });
    case!("leaks", whole, checks, 64 * MIB, src => {
        let mut src = src;
        let mut total = 0;
        loop {
            let buf = Box::leak(vec![0; 4096].into_boxed_slice());
            let n = src.read(buf).await?;
            if n == 0 {
                return Ok(total);
            }
            total += n as u64;
        }
    });
    guilt.insert("keeps_a_little", Some((Memory, "grew")));
    grade
        .case("keeps_a_little", &[Memory], |t| async move {
            let mut src = t.give(Source::new(log(t.size())).shaped(&[4096]));
            let solution = async move {
                let mut offsets = Vec::new();
                let (mut buf, mut total) = (vec![0; 4096], 0);
                loop {
                    let n = src.read(&mut buf).await? as u64;
                    if n == 0 {
                        return Ok(offsets.len());
                    }
                    total += n;
                    offsets.push(total);
                }
            };
            t.solve(|| solution).await.ok().map(drop)
        })
        .budget(512 * KIB)
        .sizes(16 * MIB, 64 * MIB);
    guilt.insert("allocates_before_the_first_poll", whole);
    grade
        .case("allocates_before_the_first_poll", checks, |t| async move {
            let src = t.give(Source::new(log(MIB)));
            let solution = || {
                let mut all = vec![0; MIB as usize];
                async move {
                    let mut src = src;
                    Ok(src.read_exact(&mut all).await?)
                }
            };
            t.solve(solution).await.ok().map(drop)
        })
        .budget(512 * KIB);
    #[cfg(unix)]
    case!("maps_memory", Some((Memory, "real_memory")), checks, 128 * MIB, src => {
        let mut src = src;
        let mut total = 0;
        loop {
            // SAFETY: a fresh private mapping of 1 MiB, used as bytes and never unmapped.
            let page = unsafe {
                let at = libc::mmap(
                    std::ptr::null_mut(),
                    MIB as usize,
                    libc::PROT_READ | libc::PROT_WRITE,
                    libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                    -1,
                    0,
                );
                assert_ne!(at, libc::MAP_FAILED);
                std::slice::from_raw_parts_mut(at.cast::<u8>(), MIB as usize)
            };
            let n = src.read(page).await?;
            if n == 0 {
                return Ok(total);
            }
            total += n as u64;
        }
    });
    case!("parks_it_in_one_file", Some((Memory, "wrote_files")), checks, 64 * MIB, src => {
        let mut src = src;
        let mut file = std::fs::File::create(std::env::temp_dir().join("parked"))?;
        let (mut buf, mut total) = (vec![0; 65536], 0);
        loop {
            let n = src.read(&mut buf).await?;
            if n == 0 {
                return Ok(total);
            }
            file.write_all(&buf[..n])?;
            total += n as u64;
        }
    });
    case!("parks_it_in_many_files", Some((Memory, "wrote_files")), checks, 512 * MIB, src => {
        let mut src = src;
        let (mut buf, mut total) = (vec![0; 65536], 0);
        loop {
            let n = src.read(&mut buf).await?;
            if n == 0 {
                return Ok(total);
            }
            std::fs::write(std::env::temp_dir().join(format!("{total}")), &buf[..n])?;
            total += n as u64;
        }
    });
    case!("floods_the_terminal", Some((Correct, "printed")), src => {
        drop(src);
        loop {
            println!("still counting, still counting, still counting, still counting");
        }
    });

    // Lets something go on.
    let checks = &[Cancel];
    case!("leaves_a_task_that_reads_on", Some((Cancel, "reads_on")), checks, 64 * MIB, src => {
        tokio::spawn(async move {
            let (mut src, mut byte) = (src, [0]);
            while src.read(&mut byte).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
        Ok(64 * MIB)
    });
    case!("forgets_the_source", Some((Cancel, "still_held")), checks, 64 * MIB, src => {
        std::mem::forget(src);
        Ok(64 * MIB)
    });
    case!("leaves_a_task", Some((Cancel, "tasks_left")), checks, 64 * MIB, src => {
        tokio::spawn(std::future::pending::<()>());
        drain(src).await
    });
    guilt.insert("cannot_be_canceled", Some((Cancel, "reads_on")));
    grade.case("cannot_be_canceled", &[Cancel], |t| async move {
        let src = Source::new(log(64 * MIB)).paced(KIB, Duration::from_millis(10));
        let task = tokio::spawn(drain(t.give(src)));
        t.cancel_after(Duration::from_secs(1), || async { task.await? })
            .await
    });

    guilt.insert(
        "spawns_when_it_is_dropped",
        Some((Cancel, "spawned_in_drop")),
    );
    grade.case("spawns_when_it_is_dropped", &[Cancel], |t| async move {
        struct CleansUp;
        impl Drop for CleansUp {
            fn drop(&mut self) {
                tokio::spawn(tokio::task::yield_now());
            }
        }
        let src = Source::new(log(64 * MIB)).paced(KIB, Duration::from_millis(10));
        let src = t.give(src);
        let solution = async move {
            let _cleans_up = CleansUp;
            drain(src).await
        };
        t.cancel_after(Duration::from_secs(1), || solution).await
    });
    guilt.insert("leaves_its_file_to_a_task", Some((Errors, "wrong")));
    grade.case("leaves_its_file_to_a_task", &[Errors], |t| async move {
        let folder = std::env::temp_dir().join("at_once");
        let file = folder.join("part");
        std::fs::create_dir_all(&folder).expect("the grader has a folder for each run");
        t.alone_at_once(&folder, "whole");
        let solution = || async {
            std::fs::write(&file, "half")?;
            let file = file.clone();
            tokio::spawn(async move { std::fs::remove_file(file) });
            Ok(())
        };
        t.solve(solution).await.ok()?;
        t.alone(Errors, &folder, "whole", "after all");
        Ok(())
    });
    guilt.insert("ends_its_thread_when_it_is_dropped", None);
    grade.case(
        "ends_its_thread_when_it_is_dropped",
        &[Cancel],
        |t| async move {
            // Between two pieces the thread looks whether it is wanted; it is given up in the middle of one.
            let src = Source::new(log(64 * MIB)).paced(KIB, Duration::from_millis(10));
            let mut src = t.give(src);
            let runtime = tokio::runtime::Handle::current();
            let solution = async move {
                let (wanted, dropped) = tokio::sync::oneshot::channel::<()>();
                std::thread::spawn(move || {
                    let mut buf = vec![0; 1024];
                    while !wanted.is_closed()
                        && runtime.block_on(src.read(&mut buf)).is_ok_and(|n| n > 0)
                    {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                });
                Ok(dropped.await?)
            };
            t.cancel_after(Duration::from_secs(1), || solution).await
        },
    );

    // Errors, pace, order.
    guilt.insert("loses_the_error", Some((Errors, "other_error")));
    grade.case("loses_the_error", &[Errors], |t| async move {
        let src = t.give(Source::new(log(MIB)).fails_at(100));
        let solution = async move { drain(src).await.map_err(|_| anyhow::anyhow!("no luck")) };
        let answer = t.solve(|| solution).await;
        answer.err("the source broke after 100 bytes").map(drop)
    });
    guilt.insert("wraps_the_error", None);
    grade.case("wraps_the_error", &[Errors], |t| async move {
        let wrapped = |e: anyhow::Error| e.context("while reading");
        let told = |e: anyhow::Error| anyhow::anyhow!("while reading: {e}");
        let same_kind = |e: anyhow::Error| match e.downcast::<std::io::Error>() {
            Ok(e) => std::io::Error::from(e.kind()).into(),
            Err(e) => e,
        };
        for wrap in [
            wrapped,
            told,
            same_kind as fn(anyhow::Error) -> anyhow::Error,
        ] {
            let src = t.give(Source::new(log(MIB)).fails_at(100));
            let answer = t
                .solve(|| async move { drain(src).await.map_err(wrap) })
                .await;
            answer.err("the source broke after 100 bytes").map(drop)?;
        }
        Ok(())
    });
    guilt.insert("swallows_an_error", Some((Errors, "swallowed_error")));
    grade.case("swallows_an_error", &[Errors], |t| async move {
        let mut src = t.give(Source::new(log(MIB)).fails_at(100));
        let solution = async move {
            let mut buf = [0; 64];
            while let Ok(1..) = src.read(&mut buf).await {}
            Ok(())
        };
        t.solve(|| solution)
            .await
            .err("the source broke after 100 bytes")
            .map(drop)
    });
    guilt.insert(
        "reads_on_after_an_error",
        Some((Errors, "read_after_error")),
    );
    grade.case("reads_on_after_an_error", &[Errors], |t| async move {
        let mut chunks = t.give(Chunks::new(log(MIB)).shaped(&[64]).fails_at(128));
        let solution = async move {
            while chunks.next().await.is_some() {}
            Ok(())
        };
        t.solve(|| solution)
            .await
            .err("the stream broke after 2 chunks")
            .map(drop)
    });
    guilt.insert("runs_ahead", Some((Backpressure, "too_far_ahead")));
    grade.case("runs_ahead", &[Backpressure], |t| async move {
        let window = Window::new(256 * KIB);
        let mut src = t.give(Source::new(log(4 * MIB)).window(&window));
        let sink = Sink::new(log(4 * MIB)).paced(KIB, Duration::from_millis(1));
        let mut dst = t.give(sink.window(&window));
        let solution = async move {
            let mut all = Vec::new();
            src.read_to_end(&mut all).await?;
            dst.write_all(&all).await?;
            Ok(())
        };
        t.solve(|| solution).await.ok()
    });
    guilt.insert(
        "starts_too_many_jobs",
        Some((Backpressure, "too_many_jobs")),
    );
    grade.case("starts_too_many_jobs", &[Backpressure], |t| async move {
        let jobs = Jobs::new(8);
        let solution = async move {
            let mut set = tokio::task::JoinSet::new();
            for _ in 0..9 {
                let jobs = jobs.clone();
                set.spawn(async move {
                    let _job = jobs.start();
                    tokio::time::sleep(Duration::from_millis(10)).await;
                });
            }
            set.join_all().await;
            Ok(())
        };
        t.solve(|| solution).await.ok()
    });
    guilt.insert("one_after_the_other", Some((Overlap, "too_long")));
    grade.case("one_after_the_other", &[Overlap], |t| async move {
        let solution = async {
            for _ in 0..100 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Ok(())
        };
        t.solve(|| solution).await.ok()?;
        t.overlapped(Duration::from_millis(1300));
        Ok(())
    });
    guilt.insert("reads_past_the_answer", Some((Early, "read_past")));
    grade.case("reads_past_the_answer", &[Early], |t| async move {
        let src = t.give(Source::new(log(MIB)).read_limit(64 * KIB));
        t.solve(|| drain(src)).await.ok().map(drop)
    });
    guilt.insert(
        "writes_after_shutdown",
        Some((Correct, "write_after_shutdown")),
    );
    grade.case("writes_after_shutdown", &[Correct], |t| async move {
        let mut dst = t.give(Sink::new(log(32)));
        let solution = async move {
            dst.shutdown().await?;
            dst.write_all(b"one more").await?;
            Ok(())
        };
        t.solve(|| solution).await.ok()
    });
    (grade, guilt)
}
