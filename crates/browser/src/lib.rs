//! The book in a real browser: Chromium, driven through ChromeDriver.
//!
//! A crate of its own, and none of the workspace's default members: a reader who runs a first example compiles no
//! browser driver, and a plain `cargo test` needs no browser. `cargo test -p browser` runs all of its tests.

pub mod pdf;
pub mod tools;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use thirtyfour::prelude::*;
use thirtyfour::{BrowserLogEntry, ChromeCapabilities};

/// The book, built and served.
#[derive(Debug, Clone)]
pub struct Site {
    /// The static pages.
    pub folder: PathBuf,
    /// Where the server has them: `http://127.0.0.1:PORT/`.
    pub address: String,
}

impl Site {
    /// Builds the book, and serves it on a free port of loopback until the process ends.
    ///
    /// # Errors
    /// The book has errors, or no port can be had.
    pub fn start() -> Result<Self> {
        let (root, folder) = (root()?, built()?);
        let (sender, port) = mpsc::channel();
        let served = folder.clone();
        std::thread::spawn(move || -> Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
                sender.send(listener.local_addr()?.port())?;
                app::serve::serve_files(&root, &served, listener).await
            })
        });
        let port = port.recv().context("the server did not start")?;
        Ok(Self {
            folder,
            address: format!("http://127.0.0.1:{port}/"),
        })
    }

    /// The names of all pages, `index.html` first, with the book on one page and the page for wrong addresses.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn pages(&self) -> Result<Vec<String>> {
        let mut pages = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            // mdBook writes a page for frames too, which this theme does without.
            if name.ends_with(".html") && name != "toc.html" {
                pages.push(name);
            }
        }
        pages.sort_by_key(|name| (name != "index.html", name.clone()));
        ensure!(pages.len() > 2, "the built book has no pages");
        Ok(pages)
    }
}

/// The root of the project.
///
/// # Errors
/// The package is not inside the project.
pub fn root() -> Result<PathBuf> {
    app::build::find_root(Path::new(env!("CARGO_MANIFEST_DIR")))
}

/// Builds the book into a folder of this package, and returns the folder.
///
/// # Errors
/// The book has errors.
pub fn built() -> Result<PathBuf> {
    let root = root()?;
    let folder = app::build::target_dir(&root).join("browser/site");
    app::build::publish(&root, &folder, None)?;
    Ok(folder)
}

/// A Chromium with a profile of its own, which ends with the value.
pub struct Browser {
    /// The session.
    pub driver: WebDriver,
    // Ends after the session: fields are dropped in this order.
    _process: Driver,
}

impl Browser {
    /// Starts ChromeDriver on a free port, and Chromium through it.
    ///
    /// # Errors
    /// One of them is missing, which the message says, or does not start.
    pub async fn start() -> Result<Self> {
        let chromium = tools::chromium()?;
        let driver = Driver::start()?;
        let mut wanted = ChromeCapabilities::new();
        wanted.set_binary(&chromium.to_string_lossy())?;
        for argument in ARGUMENTS {
            wanted.add_arg(argument)?;
        }
        wanted.set(
            "goog:loggingPrefs",
            json!({ "browser": "ALL", "performance": "ALL" }),
        )?;
        let address = format!("http://127.0.0.1:{}", driver.port);
        let session = WebDriver::builder(address, wanted)
            // On a busy machine, printing the whole book takes minutes.
            .request_timeout(Duration::from_secs(600))
            .connect()
            .await
            .with_context(|| format!("{} did not start", chromium.display()))?;
        session.set_script_timeout(Duration::from_secs(60)).await?;
        Ok(Self {
            driver: session,
            _process: driver,
        })
    }

    /// Runs `test` in a browser of its own.
    ///
    /// # Errors
    /// Those of [`Browser::start`] and of `test`.
    pub fn with<T>(test: impl AsyncFnOnce(&Self) -> Result<T>) -> Result<T> {
        // A thread beside this one: what is dropped in a panic ends its session, and waits for the answer.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let browser = Self::start().await?;
            let result = test(&browser).await;
            browser.driver.quit().await?;
            result
        })
    }

    /// Sends a command of the DevTools protocol.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Result<Value> {
        let result = self.driver.cdp().send_raw(method, parameters).await;
        result.with_context(|| method.to_owned())
    }

    /// Opens `address`, and waits until its page is whole and seen: Chromium drops keys that are pressed before, and
    /// another page may still have been on its way.
    ///
    /// # Errors
    /// Chromium cannot open it, or it is not whole within ten seconds.
    pub async fn visit(&self, address: &str) -> Result<()> {
        self.driver.goto(address).await?;
        let address = address.split('#').next().unwrap_or_default();
        let seen = format!(
            "return decodeURI(document.URL.split('#')[0]) === {address:?} && document.readyState === 'complete' && \
             performance.getEntriesByName('first-contentful-paint').length > 0"
        );
        self.wait(&seen).await?;
        Ok(())
    }

    /// Runs `script`, the body of a function, in the page.
    ///
    /// # Errors
    /// The script throws.
    pub async fn run(&self, script: &str) -> Result<Value> {
        Ok(self.driver.execute(script, []).await?.json().clone())
    }

    /// Runs `script` until it gives something true, for at most ten seconds: for what the page does in its own time.
    ///
    /// # Errors
    /// The script throws, or the time is over.
    pub async fn wait(&self, script: &str) -> Result<Value> {
        let end = std::time::Instant::now() + Duration::from_secs(10);
        loop {
            let value = self.run(script).await?;
            if !matches!(value, Value::Null | Value::Bool(false)) {
                return Ok(value);
            }
            ensure!(std::time::Instant::now() < end, "never true: {script}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Presses keys, in whatever has the focus.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn press(&self, keys: impl AsRef<str>) -> Result<()> {
        let keys = keys.as_ref().to_owned();
        Ok(self.driver.action_chain().send_keys(keys).perform().await?)
    }

    /// Makes the page as wide as `width` CSS pixels, from the next layout on.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn width(&self, width: u32) -> Result<()> {
        let size =
            json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await?;
        Ok(())
    }

    /// What the console said since the last call that is worse than a note, one line each.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn complaints(&self) -> Result<Vec<String>> {
        let entries = self.driver.browser_log().await?;
        let bad = |entry: &BrowserLogEntry| matches!(entry.level.as_str(), "SEVERE" | "WARNING");
        let lines = entries.iter().filter(|entry| bad(entry));
        Ok(lines
            .map(|entry| format!("{}: {}", entry.level, entry.message))
            .collect())
    }

    /// The addresses that were asked for since the last call.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn requests(&self) -> Result<Vec<String>> {
        let mut requests = Vec::new();
        for entry in self.driver.get_log("performance").await? {
            let entry: Value = serde_json::from_str(&entry.message)?;
            if entry["message"]["method"] == "Network.requestWillBeSent" {
                let address = &entry["message"]["params"]["request"]["url"];
                requests.extend(address.as_str().map(str::to_owned));
            }
        }
        Ok(requests)
    }
}

/// Chromium as it is on a machine without a screen. What it does of its own accord is switched off, so that every
/// request is a page's.
pub const ARGUMENTS: &[&str] = &[
    "--headless=new",
    // Root has no sandbox, nor has a container, and the pages are our own.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // What moves smoothly is not where it will be when a test looks.
    "--force-prefers-reduced-motion",
];

/// A ChromeDriver of our own.
struct Driver {
    process: Child,
    port: u16,
    // Open as long as the process: it would be ended by its next line otherwise.
    _output: BufReader<ChildStdout>,
}

impl Driver {
    fn start() -> Result<Self> {
        let program = tools::chromedriver()?;
        let mut process = Command::new(&program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let output = process.stdout.take().context("a pipe was asked for")?;
        let mut output = BufReader::new(output);
        let mut line = String::new();
        while output.read_line(&mut line)? > 0 {
            // The first line repeats the port that was asked for, a later one has the port it got.
            let port = line.trim().rsplit_once("on port ");
            let port = port.and_then(|(_, port)| port.trim_end_matches('.').parse().ok());
            if let Some(port) = port.filter(|port| *port != 0) {
                return Ok(Self {
                    process,
                    port,
                    _output: output,
                });
            }
            line.clear();
        }
        let _ = process.kill();
        let status = process.wait()?;
        anyhow::bail!("{} ended at once: {status}", program.display());
    }

    /// Asks the driver to end its browsers and itself, and reads until it has.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let port = self.port;
        write!(
            stream,
            "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
        )?;
        stream.read_to_end(&mut Vec::new())?;
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Without an answer it is ended the hard way.
        let _ = self.shut_down();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
