//! The book as one PDF, printed by Chromium from the page that has all of it.

use crate::Browser;
use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use std::io::Write;
use std::path::Path;

/// Prints the page at `address` to `file`, on A4, with page numbers, links and an outline. The file changes only if
/// all of it could be written.
///
/// # Errors
/// Chromium cannot print, or the file cannot be written.
pub async fn print(browser: &Browser, address: &str, file: &Path) -> Result<()> {
    browser.visit(address).await?;
    // Chromium would print its own page about the address that it could not open.
    let book = browser.run("return document.querySelector('main h1') != null");
    ensure!(book.await? == true, "there is no book at {address}");
    let printed = browser
        .devtools(
            "Page.printToPDF",
            json!({
                "paperWidth": 8.27, "paperHeight": 11.69, // A4, in inches
                "marginTop": 0.7, "marginBottom": 0.8, "marginLeft": 0.75, "marginRight": 0.75,
                "printBackground": true,
                "displayHeaderFooter": true,
                "headerTemplate": "<span></span>",
                "footerTemplate": FOOTER,
                "generateTaggedPDF": true,
                "generateDocumentOutline": true,
            }),
        )
        .await?;
    let data = printed["data"]
        .as_str()
        .context("Chromium printed nothing")?;
    let data = BASE64_STANDARD.decode(data)?;

    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let written = (|| {
        std::fs::create_dir_all(folder)?;
        let mut half = tempfile::NamedTempFile::new_in(folder)?;
        half.write_all(&data)?;
        half.as_file().sync_all()?;
        half.persist(file)?;
        std::io::Result::Ok(())
    })();
    written.with_context(|| format!("cannot write {}", file.display()))
}

/// The page's number, centered. The template has none of the page's styles.
const FOOTER: &str = "<div style=\"width: 100%; text-align: center; font: 9px sans-serif; color: #444\">\
    <span class=\"pageNumber\"></span></div>";
