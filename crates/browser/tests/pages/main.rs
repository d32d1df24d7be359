//! The pages of the book in Chromium, as a reader meets them.

mod every_page;
mod labs;
mod progress;
mod quizzes;
mod theme;

use anyhow::{Result, anyhow};
use browser::{Browser, Site};
use std::sync::LazyLock;

/// The book, built and served once for all tests.
fn site() -> Result<&'static Site> {
    static SITE: LazyLock<Result<Site>> = LazyLock::new(Site::start);
    SITE.as_ref().map_err(|error| anyhow!("{error:#}"))
}

/// Opens a page of the served book.
async fn open(browser: &Browser, page: &str) -> Result<()> {
    visit(browser, &format!("{}{page}", site()?.address)).await
}

/// Opens `address`, and waits until its page is whole and seen: Chromium drops keys that are pressed before, and
/// another page may still have been on its way.
async fn visit(browser: &Browser, address: &str) -> Result<()> {
    browser.driver.goto(address).await?;
    let address = address.split('#').next().unwrap_or_default();
    let seen = format!(
        "return decodeURI(document.URL.split('#')[0]) === {address:?} && document.readyState === 'complete' && \
         performance.getEntriesByName('first-contentful-paint').length > 0"
    );
    browser.wait(&seen).await?;
    Ok(())
}
