//! Every link, fragment and picture of the built site leads somewhere.
//!
//! What leads nowhere is decided in the rendered HTML, with the ids that mdBook gave; the chapters'
//! text only tells on which line it was written.

use crate::Problem;
use anyhow::{Context, Result};
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
    states::RawKind,
};
use percent_encoding::percent_decode_str;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// A link as it was written, with its target as the HTML has it.
#[derive(Debug, Clone)]
pub struct Written {
    /// The rendered page, relative to the site.
    pub page: PathBuf,
    /// The target in the HTML's form (`page.html#id`).
    pub target: String,
    /// The file it is written in, relative to the project's root.
    pub file: PathBuf,
    /// The line in `file`.
    pub line: usize,
}

/// What a page offers and what it refers to.
#[derive(Default)]
struct Html {
    ids: HashSet<String>,
    /// Targets of links, which a reader follows.
    links: BTreeSet<String>,
    /// What the browser loads with the page.
    loads: BTreeSet<String>,
}

/// Checks `pages`: pairs of a rendered page, relative to `site`, and its chapter, relative to the root.
///
/// # Errors
/// A page that cannot be read.
pub fn check(
    site: &Path,
    pages: &[(PathBuf, PathBuf)],
    written: &[Written],
    problems: &mut Vec<Problem>,
) -> Result<()> {
    let mut parsed = HashMap::new();
    for (page, _) in pages {
        parsed.insert(page.clone(), Html::read(&site.join(page))?);
    }
    for (page, chapter) in pages {
        let html = &parsed[page];
        let links = html.links.iter().map(|target| (target, false));
        let loads = html.loads.iter().map(|target| (target, true));
        for (target, load) in links.chain(loads) {
            let Some((what, fix)) = wrong(site, page, target, load, &parsed) else {
                continue;
            };
            let mut places: Vec<_> = written
                .iter()
                .filter(|link| link.page == *page && link.target == *target)
                .map(|link| (link.file.as_path(), link.line))
                .collect();
            if places.is_empty() {
                places.push((chapter, 1));
            }
            for (file, line) in places {
                problems.push(Problem::new(file, line, &what, fix));
            }
        }
    }
    Ok(())
}

/// What is wrong with `target` on `page`, and what to do.
fn wrong(
    site: &Path,
    page: &Path,
    target: &str,
    load: bool,
    parsed: &HashMap<PathBuf, Html>,
) -> Option<(String, &'static str)> {
    if target.starts_with("data:") {
        return None;
    }
    if has_host(target) {
        let what = || format!("the page loads {target} from another host");
        return load.then(|| (what(), "keep a copy in src/ and link to that"));
    }
    if target.starts_with('/') {
        let what = format!("the link {target} starts at the root of the host");
        return Some((
            what,
            "write it relative to this page: it must work from a file and under any address",
        ));
    }
    let (path, fragment) = match target.split_once('#') {
        Some((path, fragment)) => (path, Some(fragment)),
        None => (target, None),
    };
    let path = path.split('?').next().unwrap_or_default();
    let (path, fragment) = (decode(path), fragment.map(decode));
    let to = if path.is_empty() {
        page.to_owned()
    } else {
        let base = page.parent().unwrap_or(Path::new(""));
        match crate::include::normalize(base, &path) {
            Some(to) if site.join(&to).is_file() => to,
            _ => {
                let what = format!("the link {target} leads to no page of the book");
                return Some((
                    what,
                    "correct the path; a page must be listed in src/SUMMARY.md",
                ));
            }
        }
    };
    let fragment = fragment.filter(|fragment| !fragment.is_empty())?;
    let known = match parsed.get(&to) {
        Some(html) => html.ids.contains(&fragment),
        // A fragment of a picture is the picture's own business.
        None => {
            to.extension().is_none_or(|extension| extension != "html")
                || Html::read(&site.join(&to)).is_ok_and(|html| html.ids.contains(&fragment))
        }
    };
    let what = || format!("{} has nothing with the id `{fragment}`", to.display());
    (!known).then(|| {
        (
            what(),
            "use the heading's text in lower case with hyphens, or the id given in {#…}",
        )
    })
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Whether `target` starts with a scheme (`https:`) or a host (`//`).
pub(crate) fn has_host(target: &str) -> bool {
    target.starts_with("//")
        || target.split_once(':').is_some_and(|(scheme, _)| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        })
}

impl Html {
    fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the page {}", file.display()))?;
        let collector = Collector::default();
        let tokenizer = Tokenizer::new(collector, TokenizerOpts::default());
        let input = BufferQueue::default();
        input.push_back(text.as_str().into());
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        Ok(tokenizer.sink.0.into_inner())
    }

    fn see(&mut self, tag: &Tag) {
        let value = |name: &str| {
            let attribute = tag
                .attrs
                .iter()
                .find(|attribute| &*attribute.name.local == name);
            attribute.map(|attribute| attribute.value.to_string())
        };
        self.ids.extend(value("id"));
        match &*tag.name {
            "a" | "area" => self
                .links
                .extend(value("href").or_else(|| value("xlink:href"))),
            // The page's own address, which is not loaded.
            "link" if value("rel").as_deref() == Some("canonical") => {}
            "link" | "use" | "image" => self.loads.extend(value("href")),
            "script" | "img" | "iframe" | "audio" | "video" | "source" | "track" | "embed" => {
                self.loads.extend(value("src"));
            }
            _ => {}
        }
    }
}

#[derive(Default)]
struct Collector(RefCell<Html>);

impl TokenSink for Collector {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        if let Token::TagToken(tag) = token
            && tag.kind == TagKind::StartTag
        {
            self.0.borrow_mut().see(&tag);
            match &*tag.name {
                "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
                "style" => return TokenSinkResult::RawData(RawKind::Rawtext),
                _ => {}
            }
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_is_not_a_path() {
        for other in ["https://a.example", "//a.example/x", "mailto:a@b.example"] {
            assert!(has_host(other), "{other}");
        }
        for own in ["a.html", "#a", "a.html#x:y", "../a/b.html", ""] {
            assert!(!has_host(own), "{own}");
        }
    }
}
