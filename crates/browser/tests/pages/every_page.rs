//! What holds for every page: no barrier that axe-core finds, no request to another host, no complaint in the
//! console, nothing that jumps, nothing wider than the screen, and a size that a phone can load.

use super::{open, site};
use anyhow::{Context, Result, ensure};
use browser::{Browser, tools};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// A page of prose with everything that it loads, in bytes, each file compressed as a server would.
const PROSE: usize = 120_000;
/// A page with a lab, likewise.
const WITH_LAB: usize = 200_000;
/// The search index, likewise.
const SEARCH_INDEX: usize = 150_000;

/// Widths of a laptop and of a small phone, in CSS pixels.
const WIDTHS: [u32; 2] = [1280, 360];

/// What is known of one page.
#[derive(Debug, Default)]
struct Seen {
    page: String,
    /// Name and compressed size of each file that it loaded.
    files: BTreeMap<String, usize>,
    lab: bool,
    description: String,
    title: String,
    problems: Vec<String>,
}

#[test]
fn every_page_is_sound() -> Result<()> {
    let axe = std::fs::read_to_string(tools::npm("axe-core", "axe.min.js")?)?;
    let pages = site()?.pages()?;
    let (even, odd): (Vec<_>, Vec<_>) = pages.iter().enumerate().partition(|(at, _)| at % 2 == 0);
    // One browser for each half of the pages, and a core for each browser.
    let mut seen = std::thread::scope(|scope| -> Result<Vec<Seen>> {
        let halves = [even, odd].map(|half| scope.spawn(|| look_at(half, &axe)));
        let mut seen = Vec::new();
        for half in halves {
            seen.extend(half.join().expect("a panic has been printed")?);
        }
        Ok(seen)
    })?;
    seen.sort_by_key(|page| pages.iter().position(|name| *name == page.page));

    let mut problems: Vec<String> = Vec::new();
    let mut titles = BTreeSet::new();
    let mut descriptions = BTreeSet::new();
    let mut table = format!(
        "\n{:<26} {:>6} {:>8} {:>8}\n",
        "page, gzipped, in bytes", "files", "HTML", "in all"
    );
    for page in &seen {
        let name = &page.page;
        let all: usize = page.files.values().sum();
        let html = page.files.get(name).copied().unwrap_or_default();
        let _ = writeln!(
            table,
            "{name:<26} {:>6} {html:>8} {all:>8}",
            page.files.len()
        );
        problems.extend(
            page.problems
                .iter()
                .map(|problem| format!("{name}: {problem}")),
        );
        // The whole book on one page has no budget: it is for printing and for searching with the browser.
        let budget = if page.lab { WITH_LAB } else { PROSE };
        if all > budget && name != "print.html" {
            problems.push(format!("{name}: {all} bytes, and {budget} are the most"));
        }
        if name != "print.html" && name != "404.html" {
            if !titles.insert(&page.title) {
                problems.push(format!("{name}: another page has the title {}", page.title));
            }
            if page.description.len() < 20 || !descriptions.insert(&page.description) {
                problems.push(format!(
                    "{name}: no description of its own: {:?}",
                    page.description
                ));
            }
        }
    }
    let index = search_index(&site()?.folder)?;
    let _ = writeln!(table, "{:<26} {:>24}", "the search index", index);
    if index > SEARCH_INDEX {
        problems.push(format!(
            "the search index has {index} bytes, and {SEARCH_INDEX} are the most"
        ));
    }
    // Also when the test passes: what the harness keeps to itself is what `print!` prints.
    std::io::stdout().write_all(table.as_bytes())?;
    ensure!(
        problems.is_empty(),
        "{} problems:\n{}",
        problems.len(),
        problems.join("\n")
    );
    Ok(())
}

fn look_at(pages: Vec<(usize, &String)>, axe: &str) -> Result<Vec<Seen>> {
    Browser::with(async |browser| {
        browser.devtools("Network.enable", json!({})).await?;
        browser
            .devtools("Network.setCacheDisabled", json!({ "cacheDisabled": true }))
            .await?;
        let mut seen = Vec::new();
        for (_, page) in pages {
            let looked = look(browser, page, axe).await;
            seen.push(looked.with_context(|| page.clone())?);
        }
        Ok(seen)
    })
}

async fn look(browser: &Browser, page: &str, axe: &str) -> Result<Seen> {
    let mut seen = Seen {
        page: page.to_owned(),
        ..Seen::default()
    };
    for width in WIDTHS {
        browser.width(width).await?;
        open(browser, page).await?;
        let facts = browser.run(FACTS).await?;
        seen.lab = facts["lab"] == true;
        seen.title = facts["title"].as_str().unwrap_or_default().to_owned();
        seen.description = facts["description"].as_str().unwrap_or_default().to_owned();
        let mut hold = |holds: bool, what: &str| {
            if !holds {
                seen.problems
                    .push(format!("at {width} px: {what}: {}", facts["numbers"]));
            }
        };
        // The page that has all chapters has their headings.
        hold(
            facts["numbers"]["h1"] == 1 || page == "print.html",
            "one h1",
        );
        hold(facts["numbers"]["shift"] == 0.0, "no layout shift");
        hold(
            facts["numbers"]["sideways"] == 0,
            "nothing wider than the screen",
        );

        browser.press("\u{e004}\u{e007}").await?; // Tab to the skip link, Enter
        let main = browser.run("return document.activeElement.id").await?;
        browser.press("\u{e004}").await?;
        let inside = browser
            .run("return document.activeElement.closest('main') != null")
            .await?;
        // The text of print.html and of the page for wrong addresses may have no link.
        if main != "content" || inside != true {
            seen.problems.push(format!(
                "at {width} px: two presses of Tab and Enter do not lead into the text: {main}, {inside}"
            ));
        }

        // The themes differ in their colors: in the second one, what depends on them is looked at again.
        let mut looks = vec![("light", "undefined"), ("dark", COLOR_RULES)];
        if page == "print.html" {
            // It has all that the chapters have, and axe-core needs 20 s for it. Its labs are figures.
            looks.truncate(if width == WIDTHS[0] { 1 } else { 0 });
        } else {
            // What a lab adds to the page is looked at too.
            let asleep = browser.run(WAKE).await?;
            if asleep != json!([]) {
                seen.problems
                    .push(format!("at {width} px: labs that do not wake: {asleep}"));
            }
        }
        browser.run(axe).await?;
        for (theme, rules) in looks {
            let script = format!(
                "const rules = {rules}; document.documentElement.dataset.theme = '{theme}'; {AXE}"
            );
            let violations = browser.run(&script).await?;
            for violation in violations.as_array().into_iter().flatten() {
                seen.problems
                    .push(format!("at {width} px, {theme}: axe-core: {violation}"));
            }
        }
    }
    seen.problems.extend(browser.complaints().await?);
    let site = site()?;
    for address in browser.requests().await? {
        match address.strip_prefix(&site.address) {
            Some(path) => {
                let path = path.split(['?', '#']).next().unwrap_or_default();
                // The server's own script, which static pages do not have.
                if path.starts_with("-/") {
                    continue;
                }
                let file =
                    std::fs::read(site.folder.join(path)).with_context(|| path.to_owned())?;
                seen.files.insert(path.to_owned(), compressed(&file)?);
            }
            None if address.starts_with("data:") || address.starts_with("blob:") => {}
            None => seen
                .problems
                .push(format!("a request to another host: {address}")),
        }
    }
    Ok(seen)
}

/// Scrolls through the page, so that what loads when it comes near is loaded, and says how it behaved.
const FACTS: &str = "
    const frame = () => new Promise(requestAnimationFrame);
    let shift = 0;
    const sources = [];
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) {
            shift += entry.value;
            for (const { node } of entry.sources) {
                const element = node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement;
                sources.push(element?.outerHTML.slice(0, 60));
            }
        }
    }).observe({ type: 'layout-shift', buffered: true });
    const root = document.documentElement;
    return (async () => {
        await frame();
        for (let at = 0; at < root.scrollHeight; at += 4 * innerHeight) {
            scrollTo({ top: at, behavior: 'instant' });
            await frame();
        }
        scrollTo({ top: 0, behavior: 'instant' });
        await frame();
        await frame();
        return {
            numbers: {
                shift,
                sideways: Math.max(0, root.scrollWidth - innerWidth),
                h1: document.querySelectorAll('h1').length,
                sources,
            },
            lab: document.querySelector('.lab') != null,
            title: document.title,
            description: document.querySelector('meta[name=description]')?.content,
        };
    })();";

/// Wakes the labs, one after the other, and says which sleep on.
const WAKE: &str = "
    return (async () => {
        for (const lab of document.querySelectorAll('.lab')) {
            lab.scrollIntoView({ behavior: 'instant' });
            for (let frames = 0; !lab.matches('.awake') && frames < 600; frames++) {
                await new Promise(requestAnimationFrame);
            }
        }
        return [...document.querySelectorAll('.lab:not(.awake)')].map(lab => lab.dataset.lab);
    })();";

/// The rules of axe-core that depend on colors.
const COLOR_RULES: &str = "['color-contrast', 'link-in-text-block']";

/// Runs axe-core with `rules`; `undefined` are all that it runs by itself.
const AXE: &str = "
    return axe.run(document, { resultTypes: ['violations'], runOnly: rules }).then(({ violations }) =>
        violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.length} times, first ` +
            `${nodes[0].target} ${nodes[0].html.slice(0, 200)} ${nodes[0].any[0]?.message ?? ''}`));";

fn search_index(site: &Path) -> Result<usize> {
    for entry in std::fs::read_dir(site)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("searchindex") && name.ends_with(".js") {
            return compressed(&std::fs::read(&path)?);
        }
    }
    anyhow::bail!("the site has no search index")
}

fn compressed(file: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(file)?;
    Ok(encoder.finish()?.len())
}

/// axe-core finds what is wrong, and this test would say so.
#[test]
fn axe_core_is_heard() -> Result<()> {
    let axe = std::fs::read_to_string(tools::npm("axe-core", "axe.min.js")?)?;
    Browser::with(async |browser| {
        open(browser, "index.html").await?;
        browser.run(&axe).await?;
        let spoil = "document.querySelector('main').append(new Image()); document.documentElement.lang = '';";
        let violations: Value = browser
            .run(&format!("const rules = undefined; {spoil} {AXE}"))
            .await?;
        let all = violations.to_string();
        ensure!(
            all.contains("image-alt") && all.contains("html-has-lang"),
            "{all}"
        );
        Ok(())
    })
}
