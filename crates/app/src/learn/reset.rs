//! `reset`: puts the stub back.

use super::print;
use super::progress::{Course, Exercise, has_todo};
use anyhow::{Context, Result, bail};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

pub(super) fn run(course: &Course, name: &str) -> Result<ExitCode> {
    let exercise = course.named(name)?;
    let file = exercise.file();
    let (commit, stub) = stub(course, exercise)?;
    let mine = match fs::read(&file) {
        Ok(mine) if mine == stub => {
            print(&format!("{} is the stub already.\n", course.shown(&file)))?;
            return Ok(ExitCode::SUCCESS);
        }
        Ok(mine) => Some(mine),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", course.shown(&file)));
        }
    };
    let mut said = String::new();
    if let Some(mine) = mine {
        let kept = keep(&file, &mine).with_context(|| {
            format!(
                "cannot keep a copy of {}, so it was left as it is",
                course.shown(&file)
            )
        })?;
        said = format!("What you wrote is in {}\n", course.shown(&kept));
    }
    replace(&file, &stub).with_context(|| format!("cannot write {}", course.shown(&file)))?;
    said += &format!(
        "{} is the stub again, as of commit {commit}\n",
        course.shown(&file)
    );
    print(&said)?;
    Ok(ExitCode::SUCCESS)
}

/// The newest version of the file that still has its `todo!()`, and the commit it is from.
///
/// HEAD's may be the learner's own solution, and the first version may be older than the exercise's tests.
fn stub(course: &Course, exercise: &Exercise) -> Result<(String, Vec<u8>)> {
    let path = format!("exercises/{}/src/lib.rs", exercise.name);
    let git = |arguments: &[&str]| {
        let ran = Command::new("git")
            .args(arguments)
            .current_dir(&course.root)
            .output()
            .context("cannot run git, which has the stub: install it from https://git-scm.com")?;
        if !ran.status.success() {
            let said = String::from_utf8_lossy(&ran.stderr);
            bail!("git cannot give the stub: {}", said.trim_end());
        }
        anyhow::Ok(ran.stdout)
    };
    let commits = git(&["log", "--format=%H", "--", &path])?;
    for commit in String::from_utf8_lossy(&commits).lines() {
        // A commit that deletes the file has no version of it.
        let Ok(version) = git(&["show", &format!("{commit}:./{path}")]) else {
            continue;
        };
        if has_todo(&String::from_utf8_lossy(&version)) {
            return Ok((commit.chars().take(10).collect(), version));
        }
    }
    bail!(
        "no version of {path} that git knows has a todo!(): clone the project anew, and copy the file from there"
    )
}

/// Writes the copy beside the file, under the first name that is free.
fn keep(file: &Path, mine: &[u8]) -> std::io::Result<PathBuf> {
    for n in 1.. {
        let kept = file.with_file_name(format!("lib.kept-{n}.rs"));
        match OpenOptions::new().write(true).create_new(true).open(&kept) {
            Ok(mut copy) => {
                copy.write_all(mine).and_then(|()| copy.sync_all())?;
                return Ok(kept);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// In one step: the file is never half a stub.
fn replace(file: &Path, stub: &[u8]) -> std::io::Result<()> {
    let new = file.with_file_name(".lib.stub.rs");
    fs::write(&new, stub)?;
    fs::rename(&new, file)
}
