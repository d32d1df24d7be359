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
    browser.visit(&format!("{}{page}", site()?.address)).await
}
