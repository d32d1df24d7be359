//! One strict build of the book.

use crate::listings::{self, Listings, Report};
use crate::{Problem, Problems, finish, labs, links, log};
use anyhow::{Context, Result, anyhow, bail};
use mdbook_driver::MDBook;
use mdbook_driver::book::BookItem;
use mdbook_driver::config::Config;
use mdbook_markdown::pulldown_cmark::{Event, Parser, Tag};
use mdbook_summary::{Summary, SummaryItem};
use regex::Regex;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::str::FromStr;
use std::sync::LazyLock;

/// The folder that has the book, from `start` upwards.
///
/// # Errors
/// No folder above `start` has a `book.toml` and a `src/SUMMARY.md`.
pub fn find_root(start: &Path) -> Result<PathBuf> {
    let is_root =
        |dir: &&Path| dir.join("book.toml").is_file() && dir.join("src/SUMMARY.md").is_file();
    let found = start.ancestors().find(is_root);
    found.map(Path::to_owned).with_context(|| {
        format!(
            "no book here: neither {} nor a folder above it has a book.toml and a src/SUMMARY.md",
            start.display()
        )
    })
}

/// Builds the book at `root` into `site`, an empty folder outside the sources. `address` is where readers will
/// find it, for canonical links.
///
/// # Errors
/// [`Problems`] if the book breaks a rule; other errors if a file cannot be read or written.
pub fn build(root: &Path, site: &Path, address: Option<&Address>) -> Result<()> {
    let report = Rc::new(RefCell::new(Report::default()));
    let (result, warnings) = log::collect(|| render(root, site, address, &report));
    let mut report = report.take();
    for warning in warnings {
        report.problems.push(from_mdbook(&warning));
    }
    let pages = match result {
        Ok((pages, missing)) => {
            report.problems.extend(missing);
            pages
        }
        Err(error) if report.problems.is_empty() => return Err(error),
        Err(error) => {
            let what = format!("{error:#}");
            report
                .problems
                .push(Problem::new("book.toml", 1, what, "correct what it names"));
            Vec::new()
        }
    };
    links::check(site, &pages, &report.links, &mut report.problems)?;
    if report.problems.is_empty() {
        if report.labs {
            labs::write_models(root, site)?;
        }
        return Ok(());
    }
    Err(Problems::new(report.problems).into())
}

/// What mdBook would only log. It names the page, and no line.
fn from_mdbook(warning: &str) -> Problem {
    static PAGE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"`([^`]+\.md)`").expect("a constant pattern"));
    let page = PAGE
        .captures(warning)
        .map_or("", |found| found.get(1).map_or("", |page| page.as_str()));
    let what: Vec<_> = warning.split_whitespace().collect();
    let what = what.join(" ");
    Problem::new(
        Path::new("src").join(page),
        1,
        what.trim_end_matches('.'),
        "mdBook would go on; correct what it names",
    )
}

/// The rendered pages with their chapters, and the chapters that could not be rendered.
type Rendered = (Vec<(PathBuf, PathBuf)>, Vec<Problem>);

fn render(
    root: &Path,
    site: &Path,
    address: Option<&Address>,
    report: &Rc<RefCell<Report>>,
) -> Result<Rendered> {
    let mut config = Config::from_disk(root.join("book.toml")).context("cannot read book.toml")?;
    config.build.build_dir = site.to_owned();
    config.build.create_missing = false;
    let src = config.book.src.clone();
    let title = config.book.title.clone().unwrap_or_default();
    if let Some(address) = address {
        // The page for a wrong address is shown at any depth: its links start from here.
        config.set("output.html.site-url", address.path())?;
    }
    let order = format!("preprocessor.{}.before", listings::NAME);
    config.set(order, ["links"])?;

    let path = src.join("SUMMARY.md");
    let text = std::fs::read_to_string(root.join(&path))
        .with_context(|| format!("cannot read {}", path.display()))?;
    let missing = missing_chapters(root, &src, &path, &text);
    let mut summary = mdbook_summary::parse_summary(&text)
        .map_err(|error| anyhow!("{}: {error:#}", path.display()))?;
    leave_out(&mut summary, &root.join(&src));

    let mut book = MDBook::load_with_config_and_summary(root, config, summary)?;
    book.with_preprocessor(Listings {
        report: Some(report.clone()),
    });
    book.build()?;

    let pages = book.iter().filter_map(|item| match item {
        BookItem::Chapter(chapter) => chapter.source_path.clone(),
        _ => None,
    });
    let pages = pages.map(|path| {
        let page = match path.file_stem() {
            Some(name) if name.eq_ignore_ascii_case("readme") => path.with_file_name("index.html"),
            _ => path.with_extension("html"),
        };
        (page, src.join(path))
    });
    let pages: Vec<_> = pages.collect();
    let rendered: Vec<_> = pages.iter().map(|(page, _)| page.clone()).collect();
    finish::finish(site, &rendered, &title, address.map(Address::as_str))?;
    Ok((pages, missing))
}

/// The chapters of the summary that are drafts or do not exist.
fn missing_chapters(root: &Path, src: &Path, summary: &Path, text: &str) -> Vec<Problem> {
    let mut missing = Vec::new();
    for (event, range) in Parser::new(text).into_offset_iter() {
        let Event::Start(Tag::Link { dest_url, .. }) = event else {
            continue;
        };
        let what = if dest_url.is_empty() {
            "a draft chapter, without a file".to_owned()
        } else if !root.join(src).join(&*dest_url).is_file() {
            format!("the chapter {dest_url} does not exist")
        } else if dest_url.contains('/') {
            format!("the chapter {dest_url} is in a folder, and every page is beside the others")
        } else {
            continue;
        };
        let line = text[..range.start].matches('\n').count() + 1;
        missing.push(Problem::new(
            summary,
            line,
            what,
            "write the page, or take the line away",
        ));
    }
    missing
}

/// Takes out the chapters that cannot be read, so that the others are still checked.
fn leave_out(summary: &mut Summary, src: &Path) {
    fn retain(items: &mut Vec<SummaryItem>, src: &Path) {
        items.retain_mut(|item| match item {
            SummaryItem::Link(link) => {
                retain(&mut link.nested_items, src);
                link.location
                    .as_ref()
                    .is_some_and(|path| src.join(path).is_file())
            }
            _ => true,
        });
    }
    retain(&mut summary.prefix_chapters, src);
    retain(&mut summary.numbered_chapters, src);
    retain(&mut summary.suffix_chapters, src);
}

/// Where the site will be on the web.
#[derive(Debug, Clone)]
pub struct Address(String);

impl Address {
    fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows the host: `/` or a folder.
    fn path(&self) -> &str {
        let host = self.0.find("//").map_or(0, |at| at + 2);
        let path = self.0[host..].find('/').map_or(0, |at| host + at);
        &self.0[path..]
    }
}

impl FromStr for Address {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let host = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        if !host.is_some_and(|host| host.starts_with(char::is_alphanumeric))
            || text.contains(['?', '#', '"', '<', ' '])
        {
            bail!("not the address of a site, like https://example.org/book/");
        }
        Ok(Self(format!("{}/", text.trim_end_matches('/'))))
    }
}

/// The folder for everything a build writes: cargo's own.
pub fn target_dir(root: &Path) -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root.join(dir),
        None => root.join("target"),
    }
}

/// An empty folder under `target/`, removed when it is dropped.
///
/// # Errors
/// The folder cannot be made.
pub fn scratch(root: &Path) -> Result<tempfile::TempDir> {
    let target = target_dir(root);
    std::fs::create_dir_all(&target)
        .with_context(|| format!("cannot create {}", target.display()))?;
    let dir = tempfile::Builder::new().prefix("book-").tempdir_in(&target);
    dir.with_context(|| format!("cannot create a folder in {}", target.display()))
}

/// Builds the static site into `destination`, which changes only if the build succeeds.
///
/// # Errors
/// Those of [`build`]; a `destination` that has files, but not a book's.
pub fn publish(root: &Path, destination: &Path, address: Option<&Address>) -> Result<()> {
    // mdBook leaves this mark in every site.
    let mark = std::fs::read_to_string(destination.join(".nojekyll"));
    let is_site = mark.is_ok_and(|text| text.contains("mdBook"));
    let mut entries = match std::fs::read_dir(destination) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return replace(root, destination, address);
        }
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", destination.display()));
        }
    };
    if destination.join(".git").exists() {
        bail!(
            "{} is a git repository, and would be replaced with all that is in it: build into another folder, and \
             copy the pages from there",
            destination.display()
        );
    }
    if entries.next().is_some() && !is_site {
        bail!(
            "{} has files that are not a book's: name another folder, or empty it",
            destination.display()
        );
    }
    replace(root, destination, address)
}

fn replace(root: &Path, destination: &Path, address: Option<&Address>) -> Result<()> {
    let parent = destination
        .parent()
        .filter(|dir| !dir.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent)
        .with_context(|| format!("cannot create {}", parent.display()))?;
    // Beside the destination, so that it is moved and not copied.
    let scratch = tempfile::Builder::new()
        .prefix(".book-")
        .tempdir_in(parent)?;
    let site = scratch.path().join("new");
    std::fs::create_dir(&site)?;
    build(root, &site, address)?;
    let old = scratch.path().join("old");
    if destination.exists() {
        std::fs::rename(destination, &old)
            .with_context(|| format!("cannot replace {}", destination.display()))?;
    }
    std::fs::rename(&site, destination).or_else(|error| {
        let kept = !old.exists() || std::fs::rename(&old, destination).is_ok();
        let old = if kept {
            ""
        } else {
            ", and the old pages are lost"
        };
        Err(error).with_context(|| format!("cannot write {}{old}", destination.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_ends_with_a_slash_and_has_a_path() {
        let of = |text: &str| text.parse::<Address>().unwrap();
        assert_eq!(of("https://a.example").as_str(), "https://a.example/");
        assert_eq!(of("https://a.example").path(), "/");
        assert_eq!(of("http://a.example/b/c/").path(), "/b/c/");
        for wrong in [
            "",
            "a.example",
            "https:///",
            "https://a.example/?b",
            "file:///a",
        ] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }
}
