//! `watch`: grades on each save.

use super::check::{Outcome, Output, grade};
use super::progress::{Course, Exercise, all_met};
use super::{print, tell};
use anyhow::{Context, Result};
use notify::{RecursiveMode, Watcher};
use std::io::{self, ErrorKind, IsTerminal};
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, mpsc};
use std::thread;
use std::time::Duration;

/// How often the file is looked at with `--poll`.
const POLL: Duration = Duration::from_millis(100);
/// For how long a file must stay as it is before it is graded: an editor may write it in pieces.
const SETTLED: Duration = Duration::from_millis(40);
/// How often it is looked whether the grader has ended.
const STEP: Duration = Duration::from_millis(10);

pub(super) fn run(course: &Course, name: Option<&str>, poll: bool) -> Result<ExitCode> {
    let running = Running::default();
    end_with_signals(&running)?;
    let mut current = match name {
        Some(name) => course.named(name)?,
        None => match course.first_not_met(0) {
            Some(exercise) => exercise,
            None => {
                print(&all_met(course))?;
                return Ok(ExitCode::SUCCESS);
            }
        },
    };
    let mut saves = Saves::of(current, poll)?;
    loop {
        let source = read(&current.file());
        if source.is_none() || source == read(&current.stub()) {
            print(&course.way_into(current))?;
        } else {
            clear()?;
            let outcome = grade(course, current, false, &mut |command| {
                running.run(command, || saves.changed(&source))
            });
            let outcome = match outcome {
                // It was saved meanwhile: what it was before is of no interest.
                Err(error) if is_interrupted(&error) => continue,
                outcome => outcome?,
            };
            if let Outcome::NotRun(message) = &outcome {
                tell(message);
            }
            // Saved while the compiler was reading it, the report may be about either. Where none was made, the last
            // one says nothing.
            let about_this = match &outcome {
                Outcome::Graded(report) => source.as_deref() == Some(report.source.as_bytes()),
                _ => true,
            };
            if outcome.passed() && about_this {
                let at = course.exercises.iter().position(|e| e.name == current.name);
                let Some(next) = course.first_not_met(at.unwrap_or(0)) else {
                    print(&all_met(course))?;
                    return Ok(ExitCode::SUCCESS);
                };
                current = next;
                saves = Saves::of(current, poll)?;
                print(&format!("\n{}", course.way_into(current)))?;
                let source = read(&current.file());
                print("Waiting for a save. Ctrl-C ends this.\n")?;
                saves.wait(&source)?;
                continue;
            }
            if !about_this {
                continue;
            }
        }
        print("Waiting for a save. Ctrl-C ends this.\n")?;
        saves.wait(&source)?;
    }
}

fn read(file: &Path) -> Option<Vec<u8>> {
    std::fs::read(file).ok()
}

fn clear() -> Result<()> {
    if io::stdout().is_terminal() {
        // What scrolled away before stays.
        print("\x1b[2J\x1b[H")?;
    }
    Ok(())
}

fn is_interrupted(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == ErrorKind::Interrupted)
}

/// Tells of saves, by the bytes: the system also tells of files that were read, and editors save what has not
/// changed.
struct Saves<'a> {
    exercise: &'a Exercise,
    /// `None` where the file is looked at instead.
    told: Option<mpsc::Receiver<()>>,
    _watcher: Option<notify::RecommendedWatcher>,
}

impl<'a> Saves<'a> {
    fn of(exercise: &'a Exercise, poll: bool) -> Result<Self> {
        if poll {
            return Ok(Saves {
                exercise,
                told: None,
                _watcher: None,
            });
        }
        // The folder and not the file, which editors replace by another of its name.
        let folder = exercise.folder.join("src");
        let (send, told) = mpsc::channel();
        let cannot = || format!("cannot watch {}: try --poll", folder.display());
        let mut watcher = notify::recommended_watcher(move |_| {
            let _ = send.send(());
        })
        .with_context(cannot)?;
        watcher
            .watch(&folder, RecursiveMode::NonRecursive)
            .with_context(cannot)?;
        Ok(Saves {
            exercise,
            told: Some(told),
            _watcher: Some(watcher),
        })
    }

    /// Whether the file is there and differs from `source`.
    fn changed(&self, source: &Option<Vec<u8>>) -> bool {
        let now = read(&self.exercise.file());
        now.is_some() && now != *source
    }

    /// Waits until the file differs from `source` and has stopped changing.
    fn wait(&self, source: &Option<Vec<u8>>) -> Result<()> {
        loop {
            if self.changed(source) {
                let before = read(&self.exercise.file());
                thread::sleep(SETTLED);
                if before == read(&self.exercise.file()) {
                    return Ok(());
                }
                continue;
            }
            match &self.told {
                None => thread::sleep(POLL),
                Some(told) => told.recv().context("the folder is no longer watched")?,
            }
        }
    }
}

/// The process that runs now, by its id, so that a signal can end it.
#[derive(Clone, Default)]
struct Running(Arc<Mutex<Option<u32>>>);

impl Running {
    /// Runs the command in a group of its own, and ends the group when `stop` says so.
    fn run(
        &self,
        command: &mut Command,
        stop: impl Fn() -> bool,
    ) -> io::Result<(ExitStatus, Vec<String>)> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut child = {
            // Held across the start, so that a signal finds either no process or its id.
            let mut id = self.0.lock().unwrap_or_else(|e| e.into_inner());
            let child = command.spawn()?;
            *id = Some(child.id());
            child
        };
        let output = Output::of(&mut child);
        let mut stopped = false;
        loop {
            if !stopped && stop() {
                stopped = true;
                drop(self.end());
                let _ = child.kill();
            }
            let mut id = self.0.lock().unwrap_or_else(|e| e.into_inner());
            if let Some(status) = child.try_wait()? {
                *id = None;
                drop(id);
                if stopped {
                    return Err(ErrorKind::Interrupted.into());
                }
                return Ok((status, output.read()));
            }
            drop(id);
            thread::sleep(STEP);
        }
    }

    /// Ends the group of the process that runs, if one does. It has not been waited for: its id is its own. While
    /// what is returned is held, no other begins.
    fn end(&self) -> MutexGuard<'_, Option<u32>> {
        let id = self.0.lock().unwrap_or_else(|e| e.into_inner());
        #[cfg(unix)]
        if let Some(group) = (*id).and_then(|id| rustix::process::Pid::from_raw(id as i32)) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        id
    }
}

/// Ends the process at once, and what it has started, at Ctrl-C or when it is asked to end.
fn end_with_signals(running: &Running) -> Result<()> {
    let running = running.clone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot listen for Ctrl-C")?;
    thread::spawn(move || {
        let code = runtime.block_on(signal());
        let _none_begins = running.end();
        std::process::exit(code);
    });
    Ok(())
}

/// Waits for a signal; gives the exit code that shells use for it.
#[cfg(unix)]
async fn signal() -> i32 {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| async move {
        match signal(kind) {
            Ok(mut signals) => signals.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = listen(SignalKind::interrupt()) => 130,
        _ = listen(SignalKind::terminate()) => 143,
        _ = listen(SignalKind::hangup()) => 129,
    }
}

#[cfg(not(unix))]
async fn signal() -> i32 {
    match tokio::signal::ctrl_c().await {
        Ok(()) => 130,
        Err(_) => std::future::pending().await,
    }
}
