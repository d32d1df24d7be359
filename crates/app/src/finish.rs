//! What a page gets after mdBook has rendered it: a description and a social card of its own, and a search index
//! without the listings.
//!
//! mdBook's template knows one description, the book's. Its search index holds the text of every page twice, as
//! text and word by word, with the lines of each listing that are hidden: the text without listings is a third of
//! it, and the browser finds the words in a fraction of a second.

use anyhow::{Context, Result, ensure};
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
    states::RawKind,
};
use lab::draw::escape;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Room for a chapter's question and its answer, in characters: a search engine shows about half of it, a card all.
const DESCRIPTION: usize = 300;

/// Adds to the rendered `pages`, paths relative to `site`, what mdBook's template cannot. `address` is where the
/// site will be, ending with a slash; without one, pages have no canonical link.
///
/// # Errors
/// A file of the site cannot be read or written; mdBook's search index has another form than it had.
pub fn finish(site: &Path, pages: &[PathBuf], book: &str, address: Option<&str>) -> Result<()> {
    let mut bodies = HashMap::new();
    for page in pages {
        let path = site.join(page);
        let html = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read the page {}", path.display()))?;
        let text = PageText::read(&html);
        let name = page.to_string_lossy();
        let html = with_card(&html, &card(&text, &name, book, address));
        std::fs::write(&path, html).with_context(|| format!("cannot write {}", path.display()))?;
        for (id, body) in text.sections {
            bodies.insert(format!("{name}#{id}"), body);
        }
    }
    for entry in std::fs::read_dir(site)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("searchindex") && name.ends_with(".js") {
            let index = std::fs::read_to_string(&path)?;
            std::fs::write(&path, without_words(&index, &bodies)?)?;
        }
    }
    Ok(())
}

// Descriptions.

/// The lines for a page's head. CI's comparison with plain mdBook leaves out lines of these kinds.
fn card(text: &PageText, name: &str, book: &str, address: Option<&str>) -> String {
    let description = first_sentences(&text.description);
    let kind = if name == "index.html" {
        "website"
    } else {
        "article"
    };
    let mut lines = format!(
        "<meta name=\"description\" content=\"{description}\">
  <meta property=\"og:type\" content=\"{kind}\">
  <meta property=\"og:site_name\" content=\"{book}\">
  <meta property=\"og:title\" content=\"{title}\">
  <meta property=\"og:description\" content=\"{description}\">
  <meta name=\"twitter:card\" content=\"summary\">",
        description = escape(&description),
        title = escape(text.title.trim()),
        book = escape(book),
    );
    if let Some(address) = address {
        let page = escape(&format!(
            "{address}{}",
            if name == "index.html" { "" } else { name }
        ));
        let _ = write!(
            lines,
            "\n  <link rel=\"canonical\" href=\"{page}\">\n  <meta property=\"og:url\" content=\"{page}\">"
        );
    }
    lines
}

/// `html` with `card` in the place of the book's description.
fn with_card(html: &str, card: &str) -> String {
    let old = html.find("<meta name=\"description\"").and_then(|start| {
        let length = html[start..].find('>')? + 1;
        Some(start..start + length)
    });
    match old {
        Some(old) => format!("{}{card}{}", &html[..old.start], &html[old.end..]),
        None => html.replacen("</head>", &format!("  {card}\n</head>"), 1),
    }
}

/// As many whole sentences of `text` as a description shows; of one that is longer, its first words.
fn first_sentences(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let ends = text.match_indices(['.', '?', '!', ':']).filter(|(at, _)| {
        let rest = &text[at + 1..];
        rest.is_empty() || rest.starts_with(' ')
    });
    let fits = |at: &usize| text[..*at].chars().count() <= DESCRIPTION;
    let sentences = ends.filter(|(_, end)| *end != ":").map(|(at, _)| at + 1);
    if let Some(end) = sentences.take_while(fits).last() {
        return text[..end].to_owned();
    }
    match text
        .match_indices(' ')
        .map(|(at, _)| at)
        .take_while(fits)
        .last()
    {
        Some(end) if text.chars().count() > DESCRIPTION => {
            format!("{} …", text[..end].trim_end_matches([',', ':', ';']))
        }
        _ => text,
    }
}

// Search.

/// mdBook's search index with `bodies` as its texts, by address, and the words left for the browser to find.
fn without_words(index: &str, bodies: &HashMap<String, String>) -> Result<String> {
    const BEFORE: &str = "window.search = Object.assign(window.search, JSON.parse('";
    const AFTER: &str = "'));";
    let json = index.trim_end().strip_prefix(BEFORE);
    let json = json.and_then(|json| json.strip_suffix(AFTER));
    let json = json.context("mdBook's search index does not begin as it used to")?;
    let mut search: Value = serde_json::from_str(&unquote(json))
        .context("mdBook's search index is not the JSON that it used to be")?;

    let addresses = search["doc_urls"].as_array().cloned().unwrap_or_default();
    let documents = search["index"]["documentStore"]["docs"].take();
    let mut sections = Vec::new();
    for (number, address) in addresses.iter().enumerate() {
        let document = &documents[number.to_string()];
        let body = bodies.get(address.as_str().unwrap_or_default());
        let body = body.map(|body| body.split_whitespace().collect::<Vec<_>>().join(" "));
        sections.push(json!([document["title"], body, document["breadcrumbs"]]));
    }
    ensure!(
        sections.iter().any(|section| section[1].is_string()),
        "mdBook's search index names no section of a page"
    );
    let Some(fields) = search.as_object_mut() else {
        anyhow::bail!("mdBook's search index is not an object");
    };
    fields.remove("index");
    fields.insert("sections".to_owned(), Value::Array(sections));
    let json = serde_json::to_string(&search)?;
    let json = json.replace('\\', "\\\\").replace('\'', "\\'");
    Ok(format!("{BEFORE}{json}{AFTER}\n{FIND_WORDS}"))
}

/// Makes what mdBook's searcher looks for, with the library that it uses.
const FIND_WORDS: &str = "\
{
  const index = elasticlunr(function () {
    this.setRef('id');
    ['title', 'body', 'breadcrumbs'].forEach(field => this.addField(field));
  });
  window.search.sections.forEach(([title, body, breadcrumbs], id) => {
    index.addDoc({ id: `${id}`, title, body: body ?? '', breadcrumbs });
  });
  window.search.index = index.toJSON();
}
";

/// The text of a JavaScript string in single quotes, in which mdBook escapes two characters.
fn unquote(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    plain
}

// Text.

/// What a page says.
#[derive(Debug, Default)]
struct PageText {
    /// Its first heading.
    title: String,
    /// Its first paragraph, which is a chapter's question and answer, or an exercise's situation.
    description: String,
    /// The id of each heading to the third level, and the text below it without listings, outputs and diagrams.
    sections: Vec<(String, String)>,
}

/// Where the tokenizer is in a page.
#[derive(Default)]
struct Reader {
    text: PageText,
    main: bool,
    heading: bool,
    /// In the first paragraph.
    first: bool,
    /// The element that is left out, and how many of its kind are open.
    skipped: Option<(String, usize)>,
}

impl PageText {
    fn read(html: &str) -> Self {
        let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
        let input = BufferQueue::default();
        input.push_back(html.into());
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        tokenizer.sink.0.into_inner().text
    }
}

impl Reader {
    fn tag(&mut self, tag: &Tag) {
        let opens = tag.kind == TagKind::StartTag;
        if let Some((name, depth)) = &mut self.skipped {
            if *name == *tag.name {
                *depth = if opens { *depth + 1 } else { *depth - 1 };
                if *depth == 0 {
                    self.skipped = None;
                }
            }
            return;
        }
        let name = &*tag.name;
        match name {
            "main" => self.main = opens,
            _ if !self.main => {}
            "pre" | "script" | "style" | "svg" | "button" if opens && !tag.self_closing => {
                self.skipped = Some((name.to_owned(), 1));
            }
            "h1" | "h2" | "h3" => {
                self.heading = opens;
                let id = tag.attrs.iter().find(|it| &*it.name.local == "id");
                if opens && let Some(id) = id {
                    let section = (id.value.to_string(), String::new());
                    self.text.sections.push(section);
                }
            }
            "p" => self.first = opens && self.text.description.is_empty(),
            _ => {}
        }
        // Elements that stand apart on the page: their words must not grow together.
        if matches!(
            name,
            "p" | "li" | "td" | "th" | "dt" | "dd" | "br" | "figcaption" | "summary"
        ) {
            self.say(" ");
        }
    }

    fn say(&mut self, text: &str) {
        if !self.main || self.skipped.is_some() {
            return;
        }
        let PageText {
            title,
            description,
            sections,
        } = &mut self.text;
        if self.heading {
            if sections.len() == 1 {
                title.push_str(text);
            }
        } else if let Some((_, body)) = sections.last_mut() {
            body.push_str(text);
            if self.first {
                description.push_str(text);
            }
        }
    }
}

#[derive(Default)]
struct Sink(RefCell<Reader>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut reader = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                reader.tag(&tag);
                if tag.kind == TagKind::StartTag {
                    match &*tag.name {
                        "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
                        "style" => return TokenSinkResult::RawData(RawKind::Rawtext),
                        _ => {}
                    }
                }
            }
            Token::CharacterTokens(text) => reader.say(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_whole_sentences() {
        assert_eq!(
            first_sentences(" Why?  Because 1.5\n is odd. "),
            "Why? Because 1.5 is odd."
        );
        let long = "A sentence. ".repeat(40);
        let short = first_sentences(&long);
        assert!(short.ends_with("sentence.") && short.len() > 250, "{short}");
        assert!(short.chars().count() <= DESCRIPTION, "{short}");
    }

    #[test]
    fn a_long_sentence_ends_at_a_word() {
        let short = first_sentences(&"wörter ".repeat(60));
        assert!(short.ends_with("wörter …"), "{short}");
        assert!(short.chars().count() <= DESCRIPTION + 2, "{short}");
    }

    #[test]
    fn a_page_says_what_its_reader_sees() {
        let text = PageText::read(
            "<nav><p>no</p></nav><main><h1 id=\"a\"><a href=\"#a\">A &amp; b</a></h1><p>One <code>c</code>.</p>\
             <pre>no<span class=\"boring\">no</span></pre><p>Two.</p><h2 id=\"d\">D</h2><td>x</td><td>y</td></main><p>no</p>",
        );
        assert_eq!(text.title, "A & b");
        assert_eq!(text.description.trim(), "One c.");
        let words = |at: usize| text.sections[at].1.split_whitespace().collect::<Vec<_>>();
        assert_eq!(words(0), ["One", "c.", "Two."]);
        assert_eq!(
            (text.sections[1].0.as_str(), words(1)),
            ("d", vec!["x", "y"])
        );
    }

    #[test]
    fn a_string_of_javascript_is_read_as_it_was_written() {
        let json = r#"{"a":"it's \\ \" \n"}"#;
        let quoted = json.replace('\\', "\\\\").replace('\'', "\\'");
        assert_eq!(unquote(&quoted), json);
    }
}
