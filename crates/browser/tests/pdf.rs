//! The book as one PDF: all of it, with page numbers, an outline and links that lead somewhere.

use anyhow::{Context, Result, ensure};
use browser::{Browser, Site, pdf};
use lopdf::{Dictionary, Document, Object};
use std::collections::BTreeSet;

#[test]
fn the_book_is_printed_whole() -> Result<()> {
    let site = Site::start()?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("book.pdf");
    let address = format!("{}print.html", site.address);
    let headings = Browser::with(async |browser| {
        pdf::print(browser, &address, &file).await?;
        let script = "return [...document.querySelectorAll('h1')].map(heading => heading.textContent.trim())";
        let headings = browser.run(script).await?;
        let headings = headings.as_array().cloned().unwrap_or_default();
        let texts = headings
            .iter()
            .filter_map(|text| text.as_str().map(str::to_owned));
        Ok(texts.collect::<Vec<_>>())
    })?;
    let left: Vec<_> = std::fs::read_dir(folder.path())?.collect::<Result<_, _>>()?;
    ensure!(left.len() == 1, "nothing but the PDF is left: {left:?}");

    let chapters = site.pages()?.len() - 2; // without print.html and 404.html
    ensure!(
        headings.len() == chapters,
        "{} first headings, {chapters} chapters",
        headings.len()
    );
    let document = Document::load(&file)?;
    let pages = document.get_pages();
    // Each chapter begins a page, and none is so short as to need no other for two of them.
    ensure!(
        pages.len() > 2 * chapters,
        "{} pages for {chapters} chapters",
        pages.len()
    );
    println!("{} pages", pages.len());

    let outline = titles(&document)?;
    for heading in &headings {
        ensure!(
            outline.contains(heading),
            "{heading} is not in the outline: {outline:?}"
        );
    }

    let (mut inside, mut outside) = (0, 0);
    let ids: BTreeSet<_> = pages.values().copied().collect();
    for id in pages.values() {
        for link in document.get_page_annotations(*id)? {
            if !link
                .get(b"Subtype")
                .is_ok_and(|kind| kind.as_name().is_ok_and(|name| name == b"Link"))
            {
                continue;
            }
            if let Some(action) = resolved(&document, link, b"A") {
                let target = action
                    .get(b"URI")
                    .and_then(Object::as_str)
                    .unwrap_or_default();
                let target = String::from_utf8_lossy(target);
                ensure!(
                    target.starts_with("https://"),
                    "a link to no other site: {target}"
                );
                outside += 1;
            } else {
                let target = link.get(b"Dest").context("a link without a destination")?;
                let page = destination(&document, target);
                ensure!(
                    page.is_some_and(|page| ids.contains(&page)),
                    "a link to no page: {target:?}"
                );
                inside += 1;
            }
        }
    }
    println!("{inside} links to pages, {outside} to other sites");
    ensure!(
        inside > chapters && outside > 0,
        "{inside} links inside, {outside} outside"
    );
    Ok(())
}

/// A file that cannot be written is not written by half.
#[test]
fn a_failure_leaves_what_was_there() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("book.pdf");
    std::fs::write(&file, "old")?;
    let failed = Browser::with(async |browser| {
        // Nothing listens on the port that only root may have.
        pdf::print(browser, "http://127.0.0.1:1/print.html", &file).await
    });
    ensure!(failed.is_err(), "a page that cannot be loaded is no book");
    ensure!(std::fs::read_to_string(&file)? == "old");
    ensure!(std::fs::read_dir(folder.path())?.count() == 1);
    Ok(())
}

fn resolved<'a>(
    document: &'a Document,
    from: &'a Dictionary,
    key: &[u8],
) -> Option<&'a Dictionary> {
    let value = from.get(key).ok()?;
    document.dereference(value).ok()?.1.as_dict().ok()
}

/// The titles of the outline, at all levels.
fn titles(document: &Document) -> Result<Vec<String>> {
    let root = resolved(document, document.catalog()?, b"Outlines").context("no outline")?;
    let mut open = vec![root];
    let mut titles = Vec::new();
    while let Some(item) = open.pop() {
        if let Ok(title) = item.get(b"Title") {
            titles.push(lopdf::decode_text_string(title)?);
        }
        open.extend(resolved(document, item, b"Next"));
        open.extend(resolved(document, item, b"First"));
    }
    Ok(titles)
}

/// The page that a destination, by name or in full, is on.
fn destination(document: &Document, target: &Object) -> Option<lopdf::ObjectId> {
    let name = match target {
        Object::Array(place) => return place.first()?.as_reference().ok(),
        Object::Name(name) | Object::String(name, _) => name,
        _ => return None,
    };
    let catalog = document.catalog().ok()?;
    let place = resolved(document, catalog, b"Dests").and_then(|all| all.get(name).ok());
    let (_, place) = document.dereference(place?).ok()?;
    place.as_array().ok()?.first()?.as_reference().ok()
}
