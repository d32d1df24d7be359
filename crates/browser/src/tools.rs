//! Where the programs are that this crate drives, and how to get one that is missing.

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// Chromium or Chrome: `CHROME_PATH`, or one in the `PATH`.
///
/// # Errors
/// There is none; the message says how to get it.
pub fn chromium() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CHROME_PATH").map(PathBuf::from) {
        if path.is_file() {
            return Ok(path);
        }
        bail!(
            "CHROME_PATH is {}, and there is no such file",
            path.display()
        );
    }
    let names = ["chromium", "chromium-browser", "google-chrome"];
    match names.iter().find_map(|name| in_path(name)) {
        Some(path) => Ok(path),
        None => bail!(
            "Chromium is missing. On Debian: apt-get install chromium chromium-driver. \
             Elsewhere: set CHROME_PATH to Chrome's or Chromium's program."
        ),
    }
}

/// ChromeDriver: in the folder `CHROMEWEBDRIVER`, or in the `PATH`.
///
/// # Errors
/// There is none; the message says how to get it.
pub fn chromedriver() -> Result<PathBuf> {
    let folder = std::env::var_os("CHROMEWEBDRIVER").map(PathBuf::from);
    let given = folder.map(|folder| folder.join("chromedriver"));
    match given
        .filter(|path| path.is_file())
        .or_else(|| in_path("chromedriver"))
    {
        Some(path) => Ok(path),
        None => bail!(
            "ChromeDriver is missing. On Debian: apt-get install chromium chromium-driver. \
             Elsewhere: put the chromedriver of your Chrome's version into the PATH."
        ),
    }
}

/// A file of a package from npm, in `target/ci/node_modules`.
///
/// # Errors
/// It is not there; the message says how to install the package.
pub fn npm(package: &str, file: &str) -> Result<PathBuf> {
    let root = crate::root()?;
    let folder = app::build::target_dir(&root).join("ci");
    let name = package.split('@').next().unwrap_or(package);
    let path = folder.join("node_modules").join(name).join(file);
    if path.is_file() {
        return Ok(path);
    }
    let folder = folder.strip_prefix(&root).unwrap_or(&folder).display();
    bail!(
        "{name} is missing. Install it with: npm install --no-save --prefix {folder} axe-core lighthouse@12"
    )
}

/// The program `name`, if the `PATH` has it.
pub fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder: PathBuf| folder.join(name))
        .find(|file: &PathBuf| Path::is_file(file))
}
