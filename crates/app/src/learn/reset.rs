//! `reset`: puts the stub back.

use super::print;
use super::progress::Course;
use anyhow::{Context, Result};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(super) fn run(course: &Course, name: &str) -> Result<ExitCode> {
    let exercise = course.named(name)?;
    let file = exercise.file();
    let stub = exercise.stub();
    let stub = fs::read(&stub).with_context(|| format!("cannot read {}", course.shown(&stub)))?;
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
    said += &format!("{} is the stub again\n", course.shown(&file));
    print(&said)?;
    Ok(ExitCode::SUCCESS)
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
