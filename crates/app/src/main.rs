//! The command line of the book.

use anyhow::{Context, Result};
use app::build::Address;
use app::listings::Listings;
use app::serve::Options;
use app::{build, counts, learn, serve};
use clap::{Parser, Subcommand};
use mdbook_preprocessor::Preprocessor;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Read One Chunk at a Time in the browser.
///
/// Builds the book, serves it on this machine only, opens the browser, and reloads the pages when a
/// chapter, a program or an exercise's text changes.
#[derive(Debug, Parser)]
#[command(name = "book", version, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    /// Leave the browser closed; the address is printed
    #[arg(long)]
    no_open: bool,

    /// The port to serve on; the next free one if it is taken, any free one if it is 0
    #[arg(long, value_name = "N", default_value_t = 3000)]
    port: u16,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the book as static pages that need no server
    ///
    /// Every page is checked: includes, anchors, links, listings. A problem is printed as
    /// `file:line: what is wrong: what to do` and ends the command with exit code 1; DIR then keeps
    /// what it had.
    #[command(after_help = "Open index.html of the folder, or put the folder on any web server.")]
    Build {
        /// The folder to write: new, empty, or a book written earlier [default: target/site]
        #[arg(value_name = "DIR")]
        dir: Option<PathBuf>,
        /// Where the pages will be on the web, for their canonical links and cards
        #[arg(long, value_name = "URL")]
        address: Option<Address>,
    },
    /// Count what each chapter has: words, listings, outputs, figures, programs, questions, its quiz, links
    ///
    /// A chapter without one of the first seven ends the command with exit code 1.
    Count,
    #[command(flatten)]
    Learn(learn::Command),
    /// Work as mdBook's preprocessor (called by `mdbook build` and `mdbook serve`)
    Preprocess {
        #[command(subcommand)]
        command: Option<Supports>,
    },
}

#[derive(Debug, Subcommand)]
enum Supports {
    /// Tell mdBook whether a renderer is supported: all are
    Supports {
        /// The renderer's name
        renderer: String,
    },
}

const EXAMPLES: &str = "\
Examples:
  cargo run                               read the book
  cargo run -- --port 8080 --no-open      serve it on another port
  cargo run -- build                      write static pages to target/site
  cargo run --example two_questions       run a chapter's program
  cargo run -- next                       the exercise to do next
  cargo run -- watch                      grade it each time you save
  cargo test -p count_lines               have an exercise graded, with cargo alone";

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let learning = matches!(arguments.command, Some(Command::Learn(_)));
    match run(arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            // Of an exercise, 1 says that it is not met.
            ExitCode::from(if learning { learn::COULD_NOT_RUN } else { 1 })
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode> {
    match arguments.command {
        Some(Command::Learn(command)) => return learn::run(&root()?, &command),
        Some(Command::Preprocess {
            command: Some(Supports::Supports { .. }),
        }) => {}
        Some(Command::Preprocess { command: None }) => preprocess()?,
        Some(Command::Build { dir, address }) => {
            let root = root()?;
            let dir = dir.unwrap_or_else(|| build::target_dir(&root).join("site"));
            eprintln!("Building the book …");
            let begin = Instant::now();
            build::publish(&root, &dir, address.as_ref())?;
            eprintln!(
                "Built in {} ms: {}",
                begin.elapsed().as_millis(),
                shown(&dir.join("index.html"))
            );
        }
        Some(Command::Count) => {
            let chapters = counts::chapters(&root()?)?;
            print!("{}", counts::table(&chapters));
            let mut whole = true;
            for chapter in &chapters {
                for missing in chapter.missing() {
                    eprintln!("{}: no {missing}", chapter.title);
                    whole = false;
                }
            }
            return Ok(ExitCode::from(u8::from(!whole)));
        }
        None => {
            let root = root()?;
            let options = Options {
                root,
                port: arguments.port,
                open: !arguments.no_open,
            };
            let runtime = tokio::runtime::Runtime::new().context("cannot start the server")?;
            let result = runtime.block_on(serve::serve(options));
            // A build that is still running must not hold the terminal.
            runtime.shutdown_background();
            result?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The project's root: from the current folder upwards, else where cargo says the app's package is.
fn root() -> Result<PathBuf> {
    let current = std::env::current_dir().context("the current folder is gone")?;
    build::find_root(&current).or_else(|error| match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(package) => build::find_root(Path::new(&package)),
        None => Err(error),
    })
}

fn shown(path: &Path) -> String {
    let current = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(current)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// Reads the book from mdBook, and gives it back with captions, tabs and diagrams.
fn preprocess() -> Result<()> {
    let (context, book) = mdbook_preprocessor::parse_input(std::io::stdin().lock())?;
    let book = Listings::default().run(&context, book)?;
    serde_json::to_writer(std::io::stdout().lock(), &book)?;
    Ok(())
}
