//! The book as files that only a browser can make.

use anyhow::Result;
use browser::{Browser, Site, pdf};
use clap::Parser;
use std::path::PathBuf;

/// Make of the book what only a browser can make
#[derive(Debug, Parser)]
#[command(name = "browser", version)]
enum Command {
    /// Print the whole book as one PDF, with page numbers, links and an outline
    Pdf {
        /// The file to write
        #[arg(value_name = "FILE", default_value = "target/book.pdf")]
        file: PathBuf,
    },
}

fn main() -> Result<()> {
    let Command::Pdf { file } = Command::parse();
    let site = Site::start()?;
    let address = format!("{}print.html", site.address);
    Browser::with(async |browser| pdf::print(browser, &address, &file).await)?;
    eprintln!("Printed: {}", file.display());
    Ok(())
}
