//! Include directives: the chapters' text with every included page in its place, and the checks that
//! mdBook leaves out.

use crate::Problem;
use regex::Regex;
use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

/// mdBook's own pattern for `{{#kind argument}}`, escaped ones first.
static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\\\{\{#.*\}\}|\{\{\s*#([a-zA-Z0-9_]+)\s+([^}]+)\}\}").expect("a constant pattern")
});
static ANCHOR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"ANCHOR:\s*([\w-]+)").expect("a constant pattern"));
static ANCHOR_END: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"ANCHOR_END:\s*([\w-]+)").expect("a constant pattern"));

/// How deep pages may include pages.
const MAX_DEPTH: usize = 5;

/// One `{{#kind path:anchor}}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Directive<'a> {
    /// `include`, `rustdoc_include`, …
    pub kind: &'a str,
    /// The path as written, relative to the file that the directive stands in.
    pub path: &'a str,
    /// The anchor, if one is named.
    pub anchor: Option<&'a str>,
    /// Where the directive starts in the text.
    pub at: usize,
    /// Where the path starts in the text.
    pub path_at: usize,
}

/// The directives of `text`, without escaped ones.
pub fn directives(text: &str) -> impl Iterator<Item = Directive<'_>> {
    DIRECTIVE.captures_iter(text).filter_map(|found| {
        let (kind, argument) = (found.get(1)?, found.get(2)?);
        let target = argument.as_str().split_whitespace().next()?;
        let (path, anchor) = match target.split_once(':') {
            Some((path, anchor)) => (path, Some(anchor)),
            None => (target, None),
        };
        let indent = argument.as_str().len() - argument.as_str().trim_start().len();
        Some(Directive {
            kind: kind.as_str(),
            path,
            anchor,
            at: found.get(0)?.start(),
            path_at: argument.start() + indent,
        })
    })
}

/// Whether `text` consists of directives that include something, and of nothing else.
pub fn is_included(text: &str) -> bool {
    DIRECTIVE.is_match(text)
        && directives(text).all(|found| found.kind.ends_with("include"))
        && DIRECTIVE.replace_all(text, "").trim().is_empty()
}

/// `base/path` without `.` and `..`, relative to the root as `base` is.
/// `None` if it leads out of the project.
pub fn normalize(base: &Path, path: &str) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in base.join(path).components() {
        match part {
            Component::Normal(name) => out.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(out)
}

/// The way from the folder `from` to the file `to`, both relative to the root, with `/`.
pub fn relative(from: &Path, to: &Path) -> String {
    let (from, to): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts = vec!["..".into(); from.len() - common];
    parts.extend(
        to[common..]
            .iter()
            .map(|part| part.as_os_str().to_string_lossy()),
    );
    parts.join("/")
}

/// What a file of the project belongs to, if a command runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name of the program or the exercise.
    pub name: String,
    /// The command that runs it.
    pub command: String,
    /// Whether the file is recorded output, and not a program.
    pub recorded: bool,
}

/// What `file`, relative to the root, belongs to.
pub fn source(file: &Path) -> Option<Source> {
    let path = file.to_string_lossy().replace('\\', "/");
    let parts: Vec<_> = path.split('/').collect();
    let name = file.file_stem()?.to_string_lossy().into_owned();
    let (name, command) = match parts.as_slice() {
        ["examples", _] | ["examples", "output", _] => {
            let command = format!("cargo run --example {name}");
            (name, command)
        }
        ["examples", "node", _] | ["examples", "node", "output", _] => {
            let command = format!("node examples/node/{name}.mjs");
            (name, command)
        }
        ["exercises", exercise, ..] => {
            ((*exercise).to_owned(), format!("cargo test -p {exercise}"))
        }
        _ => return None,
    };
    Some(Source {
        name,
        command,
        recorded: parts.contains(&"output"),
    })
}

/// One line of a chapter, and where it was written.
#[derive(Debug, Clone)]
pub struct Line {
    /// The text, without the line break.
    pub text: String,
    /// The file, relative to the root.
    pub file: PathBuf,
    /// The line in `file`, counted from 1.
    pub number: usize,
}

/// A chapter with the pages it includes in their places.
#[derive(Debug, Default)]
pub struct Page {
    /// Every line, with its origin.
    pub lines: Vec<Line>,
    /// The Markdown files that were included, relative to the root.
    pub included: Vec<PathBuf>,
}

impl Page {
    /// Reads `content`, the text of `file` (relative to `root`), and every `.md` it includes.
    ///
    /// Paths of the directives in an included page are rewritten to be relative to the chapter, which
    /// is where mdBook will resolve them.
    pub fn read(root: &Path, file: &Path, content: &str, problems: &mut Vec<Problem>) -> Self {
        let mut page = Self::default();
        let home = file.parent().unwrap_or(Path::new("")).to_owned();
        page.expand(root, &home, file, content, 0, problems);
        page
    }

    fn expand(
        &mut self,
        root: &Path,
        home: &Path,
        file: &Path,
        content: &str,
        depth: usize,
        problems: &mut Vec<Problem>,
    ) {
        let base = file.parent().unwrap_or(Path::new(""));
        for (index, text) in content.lines().enumerate() {
            let number = index + 1;
            let mut report = |what: String, fix: &str| {
                problems.push(Problem::new(file, number, what, fix));
            };
            let mut rewritten = text.to_owned();
            let mut page = None;
            // From the last to the first, so that the positions stay right while paths change.
            let found: Vec<_> = directives(text).collect();
            for directive in found.iter().rev() {
                let Some(target) = check(root, base, directive, &mut report) else {
                    if directive.kind != "title" {
                        // It is reported: escaped, mdBook does not complain a second time.
                        rewritten.insert(directive.at, '\\');
                    }
                    continue;
                };
                if target
                    .extension()
                    .is_some_and(|extension| extension == "md")
                {
                    if found.len() > 1
                        || !text.trim().starts_with("{{")
                        || !text.trim().ends_with("}}")
                    {
                        report(
                            format!(
                                "a page is included in the middle of a line: {}",
                                directive.path
                            ),
                            "give the directive a line of its own",
                        );
                    } else if depth == MAX_DEPTH {
                        report(
                            format!("pages include one another: {}", directive.path),
                            "break the circle",
                        );
                    } else {
                        page = Some(target);
                    }
                } else if depth > 0 {
                    let end = directive.path_at + directive.path.len();
                    rewritten.replace_range(directive.path_at..end, &relative(home, &target));
                }
            }
            let Some(page) = page else {
                let file = file.to_owned();
                self.lines.push(Line {
                    text: rewritten,
                    file,
                    number,
                });
                continue;
            };
            match std::fs::read_to_string(root.join(&page)) {
                Ok(content) => {
                    self.included.push(page.clone());
                    self.expand(root, home, &page, &content, depth + 1, problems);
                }
                Err(error) => report(
                    format!("cannot read {}: {error}", page.display()),
                    "make the file readable UTF-8",
                ),
            }
        }
    }

    /// The whole text, as mdBook will see it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            text.push_str(&line.text);
            text.push('\n');
        }
        text
    }
}

/// Reports what is wrong with `directive`; otherwise gives the file it names, relative to the root.
pub(crate) fn check(
    root: &Path,
    base: &Path,
    directive: &Directive<'_>,
    report: &mut impl FnMut(String, &str),
) -> Option<PathBuf> {
    let Directive {
        kind, path, anchor, ..
    } = directive;
    if !matches!(*kind, "include" | "rustdoc_include") {
        if *kind != "title" {
            report(
                format!("unknown directive `#{kind}`"),
                "use `#include` or `#rustdoc_include`, or put a backslash before the braces",
            );
        }
        return None;
    }
    let Some(target) = normalize(base, path) else {
        report(
            format!("the include leads out of the project: {path}"),
            "include a file of this repository",
        );
        return None;
    };
    let content = match std::fs::read_to_string(root.join(&target)) {
        Ok(content) => content,
        Err(error) => {
            let fix = "correct the path (it is relative to this file), or add the file";
            report(format!("cannot include {}: {error}", target.display()), fix);
            return None;
        }
    };
    if *kind == "rustdoc_include" && target.extension().is_none_or(|extension| extension != "rs") {
        report(
            format!("`rustdoc_include` of a file that is not Rust: {path}"),
            "use `#include`",
        );
    }
    if let Some(anchor) = anchor {
        check_anchor(&content, &target, anchor, report);
    }
    Some(target)
}

fn check_anchor(content: &str, file: &Path, anchor: &str, report: &mut impl FnMut(String, &str)) {
    let file = file.display();
    if anchor.is_empty() || anchor.starts_with(|c: char| c.is_ascii_digit() || c == ':') {
        report(
            format!("lines {anchor} of {file}: line numbers move when the program changes"),
            "put `ANCHOR: name` and `ANCHOR_END: name` around the lines and include the name",
        );
        return;
    }
    let names = |pattern: &Regex| -> Vec<String> {
        let found = content.lines().filter_map(|line| pattern.captures(line));
        found.map(|found| found[1].to_owned()).collect()
    };
    let starts = names(&ANCHOR);
    if !starts.iter().any(|name| name == anchor) {
        let known = match starts.join(", ") {
            known if known.is_empty() => "it has no anchor".to_owned(),
            known => format!("it has: {known}"),
        };
        report(
            format!("{file} has no anchor `{anchor}` ({known})"),
            "add `ANCHOR:` and `ANCHOR_END:` comments to the program, or correct the name",
        );
    } else if !names(&ANCHOR_END).iter().any(|name| name == anchor) {
        report(
            format!("anchor `{anchor}` of {file} is never closed"),
            "add an `ANCHOR_END:` comment with its name to the program",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_resolved_inside_the_project_only() {
        let base = Path::new("src");
        assert_eq!(
            normalize(base, "../examples/a.rs"),
            Some("examples/a.rs".into())
        );
        assert_eq!(normalize(base, "./a.md"), Some("src/a.md".into()));
        assert_eq!(normalize(base, "../../a.rs"), None);
        assert_eq!(normalize(base, "/etc/passwd"), None);
    }

    #[test]
    fn the_way_back_undoes_a_path() {
        let (from, to) = (Path::new("src"), Path::new("exercises/relay/src/lib.rs"));
        assert_eq!(relative(from, to), "../exercises/relay/src/lib.rs");
        assert_eq!(normalize(from, &relative(from, to)).as_deref(), Some(to));
    }

    #[test]
    fn an_escaped_directive_is_text() {
        assert_eq!(directives(r"\{{#include a.rs}}").count(), 0);
        let found: Vec<_> = directives("{{#rustdoc_include a.rs:x}}").collect();
        assert_eq!((found[0].path, found[0].anchor), ("a.rs", Some("x")));
    }

    #[test]
    fn a_block_is_included_only_if_nothing_is_typed() {
        assert!(is_included("{{#include a.rs:x}}\n{{#include a.rs:y}}\n"));
        assert!(!is_included("{{#include a.rs:x}}\nfn typed() {}\n"));
        assert!(!is_included("{{#title a}}\n"));
        assert!(!is_included("\n"));
    }
}
