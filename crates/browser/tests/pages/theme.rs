//! The theme: what the frame around the text does, by keyboard, on a phone, from a file and without JavaScript.

use super::{open, site};
use anyhow::{Result, ensure};
use browser::Browser;
use serde_json::{Value, json};

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const LEFT: &str = "\u{e012}";
const RIGHT: &str = "\u{e014}";
const END: &str = "\u{e010}";
const DOWN: &str = "\u{e015}";

/// A page with tabs, listings with buttons, and a diagram.
const CHAPTER: &str = "backpressure.html";

#[test]
fn the_focus_can_be_seen() -> Result<()> {
    Browser::with(async |browser| {
        for width in [1280, 360] {
            browser.width(width).await?;
            open(browser, CHAPTER).await?;
            for press in 1..=30 {
                browser.press(TAB).await?;
                let focus = browser
                    .run(
                        "const element = document.activeElement;
                        const { outlineStyle, outlineWidth } = getComputedStyle(element);
                        const { width, height, top, bottom } = element.getBoundingClientRect();
                        const bar = document.querySelector('.bar').getBoundingClientRect().bottom;
                        const room = innerHeight - bar;
                        const covered = !element.closest('.bar') && top < bar - 1 && height < room;
                        return {
                            what: element.outerHTML.slice(0, 80),
                            outlined: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
                            shown: width > 1 && height > 1 && bottom > 0 && top < innerHeight && !covered,
                        };",
                    )
                    .await?;
                ensure!(
                    focus["outlined"] == true && focus["shown"] == true,
                    "Tab {press} at {width} px: {focus}"
                );
            }
        }
        Ok(())
    })
}

#[test]
fn the_contents_are_reached_by_keyboard_on_a_phone() -> Result<()> {
    Browser::with(async |browser| {
        browser.width(360).await?;
        open(browser, CHAPTER).await?;
        // The skip link, the book's name, Contents.
        browser.press([TAB, TAB, TAB].concat()).await?;
        let text = browser
            .run("return document.activeElement.textContent")
            .await?;
        ensure!(text == "Contents", "{text}");
        browser.press(ENTER).await?;
        browser
            .wait("return document.activeElement.id === 'contents'")
            .await?;
        browser.press(TAB).await?;
        let first = browser
            .run("return document.activeElement === document.querySelector('#contents a')")
            .await?;
        ensure!(first == true, "the first link of the contents follows");
        let current = browser
            .run("return document.querySelector('#contents [aria-current=page]')?.textContent")
            .await?;
        ensure!(
            current
                .as_str()
                .is_some_and(|text| text.contains("Backpressure")),
            "{current}"
        );
        browser.press(ENTER).await?;
        browser
            .wait("return location.pathname.endsWith('/index.html')")
            .await?;
        Ok(())
    })
}

#[test]
fn tabs_are_chosen_by_keyboard_and_remembered() -> Result<()> {
    Browser::with(async |browser| {
        open(browser, "piping.html").await?;
        let state = "
            const groups = [...document.querySelectorAll('.tabs')];
            return groups.map(group => [
                group.querySelector('[aria-selected=true]').textContent,
                [...group.querySelectorAll('.panel')].filter(panel => panel.checkVisibility()).length,
                group.querySelectorAll('[role=tab][tabindex=\"0\"]').length,
            ]);";
        let all = async |language: &str, when: &str| -> Result<()> {
            let groups = browser.run(state).await?;
            let groups = groups.as_array().cloned().unwrap_or_default();
            let right = groups.iter().all(|group| *group == json!([language, 1, 1]));
            ensure!(!groups.is_empty() && right, "{when}: {groups:?}");
            Ok(())
        };
        let first = browser
            .run(
                "return [...document.querySelectorAll('.tabs')].every(group =>
                    group.querySelector('[role=tab]').getAttribute('aria-selected') === 'true')",
            )
            .await?;
        ensure!(first == true, "each group shows its first panel at first");
        browser
            .run("document.querySelector('[role=tab]').click()")
            .await?;
        all("Rust", "after a click").await?;
        browser
            .run("document.querySelector('[role=tab][aria-selected=true]').focus()")
            .await?;
        browser.press(RIGHT).await?;
        all("Node.js", "after the right arrow").await?;
        browser.press(RIGHT).await?;
        all("Rust", "after the last one").await?;
        browser.press(LEFT).await?;
        all("Node.js", "after the left arrow").await?;
        // The arrows are the tabs': the page is not turned.
        let path = browser.driver.current_url().await?.path().to_owned();
        ensure!(path.ends_with("piping.html"), "{path}");
        let focused = browser
            .run("return document.activeElement.textContent")
            .await?;
        ensure!(focused == "Node.js", "{focused}");
        open(browser, "fan-out.html").await?;
        all("Node.js", "on another page").await
    })
}

/// The address of the first result, once the whole word has been looked for.
const FOUND: &str = "
    const header = document.getElementById('mdbook-searchresults-header').textContent;
    return header.includes('surrogate') && document.querySelector('#mdbook-searchresults li a')?.href;";

fn path_of(address: &Value) -> String {
    let address = address.as_str().unwrap_or_default();
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

#[test]
fn search_finds_a_word_and_opens_the_page() -> Result<()> {
    Browser::with(async |browser| {
        open(browser, "index.html").await?;
        browser.press("/").await?;
        browser
            .wait("return document.activeElement.id === 'mdbook-searchbar'")
            .await?;
        browser.press("surrogate").await?;
        let found = browser.wait(FOUND).await?;
        let header = browser
            .run("return document.getElementById('mdbook-searchresults-header').textContent")
            .await?;
        ensure!(
            header
                .as_str()
                .is_some_and(|text| text.contains("search result")),
            "{header} {found}"
        );
        let teaser = browser
            .run("return document.querySelector('#mdbook-searchresults .teaser em')?.textContent")
            .await?;
        let teaser = teaser.as_str().unwrap_or_default().to_lowercase();
        ensure!(
            teaser.starts_with("surrogate"),
            "the teaser shows the word: {teaser}"
        );
        let path = path_of(&found);
        browser.press(ENTER).await?;
        browser
            .wait(&format!("return location.pathname.endsWith('/{path}')"))
            .await?;
        browser
            .wait("return document.querySelector('main mark') != null")
            .await?;

        // Escape closes it, and what is typed into nothing finds nothing.
        open(browser, "index.html").await?;
        browser.press("/").await?;
        browser
            .wait("return document.activeElement.id === 'mdbook-searchbar'")
            .await?;
        browser.press("xyzzyplugh").await?;
        browser
            .wait("return document.getElementById('mdbook-searchresults-header').textContent.startsWith('No search')")
            .await?;
        browser.press(ESCAPE).await?;
        browser
            .wait("return !document.getElementById('mdbook-search-wrapper').checkVisibility()")
            .await?;
        let complaints = browser.complaints().await?;
        ensure!(complaints.is_empty(), "{complaints:?}");
        Ok(())
    })
}

#[test]
fn the_theme_is_chosen_by_keyboard_and_kept() -> Result<()> {
    Browser::with(async |browser| {
        open(browser, "index.html").await?;
        let paper = "return [document.documentElement.dataset.theme ?? 'auto', \
            getComputedStyle(document.body).backgroundColor]";
        let look = async |browser: &Browser| -> Result<(String, String)> {
            let value = browser.run(paper).await?;
            let text = |at: usize| value[at].as_str().unwrap_or_default().to_owned();
            Ok((text(0), text(1)))
        };
        let (_, light) = look(browser).await?;
        browser
            .run("document.getElementById('theme').focus()")
            .await?;
        browser.press(END).await?;
        let (theme, dark) = look(browser).await?;
        ensure!(theme == "dark" && dark != light, "{theme} {dark}");
        open(browser, CHAPTER).await?;
        ensure!(
            look(browser).await? == (theme, dark.clone()),
            "the next page is dark too"
        );
        let shown = browser
            .run("return document.getElementById('theme').value")
            .await?;
        ensure!(shown == "dark", "{shown}");

        // Auto is what the system says.
        browser
            .run("document.getElementById('theme').focus()")
            .await?;
        browser.press("\u{e011}").await?; // Home
        for (system, paper) in [("light", &light), ("dark", &dark)] {
            let media =
                json!({ "features": [{ "name": "prefers-color-scheme", "value": system }] });
            browser
                .devtools("Emulation.setEmulatedMedia", media)
                .await?;
            let (theme, now) = look(browser).await?;
            ensure!(theme == "auto" && now == *paper, "{system}: {theme} {now}");
        }
        Ok(())
    })
}

#[test]
fn a_command_is_copied() -> Result<()> {
    Browser::with(async |browser| {
        let allow = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        browser.devtools("Browser.grantPermissions", allow).await?;
        open(browser, CHAPTER).await?;
        browser
            .run("document.querySelector('.listing .copy').focus()")
            .await?;
        browser.press(ENTER).await?;
        browser
            .wait("return document.querySelector('.listing .copy').textContent === 'Copied'")
            .await?;
        let copied = browser.run("return navigator.clipboard.readText()").await?;
        let command = browser
            .run("return document.querySelector('.listing .command').textContent")
            .await?;
        ensure!(
            copied == command
                && copied
                    .as_str()
                    .is_some_and(|text| text.starts_with("cargo run")),
            "{copied}"
        );
        Ok(())
    })
}

#[test]
fn a_listing_shows_its_whole_program() -> Result<()> {
    Browser::with(async |browser| {
        open(browser, CHAPTER).await?;
        let lines = "return document.querySelector('.listing pre').innerText.split('\\n').length";
        let part = browser.run(lines).await?.as_u64();
        browser
            .run("document.querySelector('.listing .show-whole').focus()")
            .await?;
        browser.press(ENTER).await?;
        let whole = browser.run(lines).await?.as_u64();
        ensure!(whole > part, "{part:?} {whole:?}");
        let pressed = browser
            .run("return document.querySelector('.listing .show-whole').getAttribute('aria-pressed')")
            .await?;
        ensure!(pressed == "true", "{pressed}");
        Ok(())
    })
}

/// Listings have their colors when they are near the screen, and on paper.
#[test]
fn what_is_near_is_colored() -> Result<()> {
    const COLORED: &str = "
        window.colored = code => [...CSS.highlights.values()].flatMap(words => [...words])
            .filter(word => code.contains(word.startContainer)).length;
        window.listings = [...document.querySelectorAll('code.language-rust')];";
    Browser::with(async |browser| {
        open(browser, CHAPTER).await?;
        browser.run(COLORED).await?;
        let first = "return listings[0].scrollIntoView({ behavior: 'instant' })";
        browser.run(first).await?;
        browser.wait("return colored(listings[0]) > 10").await?;
        browser
            .run("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")
            .await?;
        browser.wait("return colored(listings[0]) === 0").await?;
        browser
            .run("dispatchEvent(new Event('beforeprint'))")
            .await?;
        browser.wait("return listings.every(colored)").await?;
        Ok(())
    })
}

#[test]
fn the_book_works_from_a_file() -> Result<()> {
    Browser::with(async |browser| {
        let folder = site()?.folder.display().to_string();
        let file = |page: &str| format!("file://{folder}/{page}");
        browser.visit(&file("index.html")).await?;
        browser
            .run("document.querySelector('.turn [rel=next]').click()")
            .await?;
        browser
            .wait("return location.pathname.endsWith('/introduction.html')")
            .await?;
        browser.visit(&file(CHAPTER)).await?;
        let tabs = browser
            .run("return document.querySelectorAll('[role=tab]').length")
            .await?;
        ensure!(tabs.as_u64() > Some(1), "tabs: {tabs}");
        let current = browser
            .run("return document.querySelector('#contents [aria-current]') != null")
            .await?;
        ensure!(current == true, "the page is marked in the contents");
        browser.press("/").await?;
        browser
            .wait("return document.activeElement.id === 'mdbook-searchbar'")
            .await?;
        browser.press("surrogate").await?;
        let path = path_of(&browser.wait(FOUND).await?);
        browser.press([DOWN, ENTER].concat()).await?;
        browser
            .wait(&format!(
                "return location.protocol === 'file:' && location.pathname.endsWith('/{path}')"
            ))
            .await?;
        let complaints = browser.complaints().await?;
        ensure!(complaints.is_empty(), "{complaints:?}");
        let requests = browser.requests().await?;
        let other = requests
            .iter()
            .find(|address| !address.starts_with("file:") && !address.starts_with("data:"));
        ensure!(other.is_none(), "{other:?}");
        Ok(())
    })
}

#[test]
fn the_book_is_read_without_javascript() -> Result<()> {
    Browser::with(async |browser| {
        let off = json!({ "value": true });
        browser
            .devtools("Emulation.setScriptExecutionDisabled", off)
            .await?;
        for width in [1280, 360] {
            browser.width(width).await?;
            open(browser, CHAPTER).await?;
            let page: Value = browser
                .run(
                    "const shown = selector => [...document.querySelectorAll(selector)]
                        .filter(element => element.checkVisibility() && element.getBoundingClientRect().height > 1);
                    return {
                        scripted: document.documentElement.classList.contains('js'),
                        text: shown('main p').length,
                        panels: document.querySelectorAll('.panel').length,
                        shownPanels: shown('.panel').length,
                        titles: shown('.panel-title').length,
                        diagrams: shown('.diagram svg').length,
                        contents: shown('#contents a').length,
                        dead: shown('button, select').length,
                        sideways: Math.max(0, document.documentElement.scrollWidth - innerWidth),
                    };",
                )
                .await?;
            let count = |what: &str| page[what].as_u64().unwrap_or_default();
            ensure!(page["scripted"] == false, "JavaScript is off: {page}");
            ensure!(
                count("text") > 10 && count("diagrams") > 0 && count("contents") > 40,
                "{page}"
            );
            ensure!(
                count("panels") > 1 && count("shownPanels") == count("panels"),
                "{page}"
            );
            ensure!(count("titles") == count("panels"), "{page}");
            ensure!(count("dead") == 0, "a control that does nothing: {page}");
            ensure!(count("sideways") == 0, "{page}");
        }
        let next = browser
            .driver
            .find(thirtyfour::By::Css(".turn [rel=next]"))
            .await?;
        next.click().await?;
        let path = browser.driver.current_url().await?.path().to_owned();
        ensure!(!path.ends_with(CHAPTER), "{path}");
        Ok(())
    })
}
