//! The book on a loopback port, rebuilt when its sources change.
//!
//! A built site is read into memory, where requests are answered from: a path is looked up and never
//! opened, a reader sees one build or the next, and the folder is gone before the first request.
//!
//! `/-/exercises` says how far the reader is with the exercises, for the marks in the table of contents.
//! Pages are reloaded through `/-/events`, of which each browser holds one: see `live.js`.

use crate::build;
use crate::learn::Exercises;
use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use lab::draw::escape;
use notify::{RecursiveMode, Watcher};
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::WatchStream;

/// What a page may load and run: its own files, and no script or style block in the page itself.
/// A lab is WebAssembly, and `wasm-unsafe-eval` allows that and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
    base-uri 'self'; form-action 'none'; frame-src 'self'; frame-ancestors 'self'";

/// How long the sources must be quiet before a build: an editor saves in several steps.
const QUIET: Duration = Duration::from_millis(80);

/// The files of one build, by path without a leading slash.
type Files = BTreeMap<String, Vec<u8>>;

/// What the server shows.
#[derive(Clone)]
struct Edition {
    /// Differs from build to build, and from run to run.
    id: String,
    /// The last build that succeeded.
    files: Arc<Files>,
    /// Why the last build failed, if it did.
    error: Option<Arc<str>>,
}

/// The running server's state, shared by its requests.
#[derive(Clone)]
struct Server {
    editions: watch::Receiver<Edition>,
    port: u16,
    root: Arc<Path>,
    exercises: Arc<Exercises>,
}

/// What to serve, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The project's root.
    pub root: PathBuf,
    /// The port to try first. 0 takes any.
    pub port: u16,
    /// Whether to open the browser.
    pub open: bool,
}

/// Serves the book until the process is interrupted.
///
/// # Errors
/// No port can be had, or the sources cannot be watched. A book that does not build is shown as an
/// error in the page and in the terminal.
pub async fn serve(options: Options) -> Result<()> {
    let listener = listen(options.port).await?;
    let port = listener.local_addr()?.port();
    if options.port != 0 && port != options.port {
        println!("Port {} is taken by another program.", options.port);
    }

    println!("Building the book …");
    let run = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis();
    let start = Edition {
        id: format!("{run}-0"),
        files: Arc::default(),
        error: None,
    };
    // The watcher lives as long as the server, and hears of a save during the first build.
    let (_watcher, changes) = watch_sources(&options.root)?;
    let first = rebuild(&options.root, start).await;
    let (sender, editions) = watch::channel(first);
    let builder = rebuild_on_change(options.root.clone(), changes, sender);

    let address = format!("http://127.0.0.1:{port}/");
    println!("The book is at {address}    (Ctrl-C ends)");
    if options.open
        && let Err(error) = open::that_detached(&address)
    {
        println!("Could not open a browser ({error}): open the address above.");
    }

    let state = Server {
        editions,
        port,
        root: options.root.as_path().into(),
        exercises: Arc::default(),
    };
    let server = axum::serve(listener, router(state));
    tokio::select! {
        result = server => result.context("the server stopped"),
        result = builder => result,
        // Nothing is worth waiting for: an open page would hold an event stream forever.
        result = tokio::signal::ctrl_c() => result.context("cannot wait for Ctrl-C"),
    }
}

/// Serves the files of `site`, which was built before from the project at `root`, with the headers that
/// [`serve`] sends.
///
/// # Errors
/// The files cannot be read, or the server stops.
pub async fn serve_files(root: &Path, site: &Path, listener: TcpListener) -> Result<()> {
    let port = listener.local_addr()?.port();
    let mut files = Files::new();
    read_files(site, "", &mut files)?;
    let (_sender, editions) = watch::channel(Edition {
        id: "0".to_owned(),
        files: Arc::new(files),
        error: None,
    });
    let state = Server {
        editions,
        port,
        root: root.into(),
        exercises: Arc::default(),
    };
    axum::serve(listener, router(state))
        .await
        .context("the server stopped")
}

/// The first free port from `wanted` on, of loopback only.
async fn listen(wanted: u16) -> Result<TcpListener> {
    let last = if wanted == 0 {
        0
    } else {
        wanted.saturating_add(50)
    };
    for port in wanted..=last {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Err(error) if error.kind() == ErrorKind::AddrInUse && port < last => {}
            result => {
                return result
                    .with_context(|| format!("cannot listen on 127.0.0.1:{port}: try --port 0"));
            }
        }
    }
    unreachable!("the last port gives a result")
}

// Building.

/// Builds in the background; gives the new edition, with the old files if the build failed.
async fn rebuild(root: &Path, old: Edition) -> Edition {
    let begin = Instant::now();
    let folder = root.to_owned();
    let built = tokio::task::spawn_blocking(move || -> Result<Files> {
        let site = build::scratch(&folder)?;
        build::build(&folder, site.path(), None)?;
        let mut files = Files::new();
        read_files(site.path(), "", &mut files)?;
        Ok(files)
    });
    let result = match built.await {
        Ok(result) => result,
        Err(error) => Err(anyhow::Error::new(error).context("the build broke off")),
    };
    let (run, number) = old.id.split_once('-').unwrap_or((&old.id, "0"));
    let id = format!("{run}-{}", number.parse::<u64>().unwrap_or_default() + 1);
    match result {
        // A save that changes no page must not make readers lose their place.
        Ok(files) if files == *old.files => Edition { error: None, ..old },
        Ok(files) => {
            println!(
                "Built {} pages in {} ms.",
                pages(&files),
                begin.elapsed().as_millis()
            );
            Edition {
                id,
                files: Arc::new(files),
                error: None,
            }
        }
        Err(error) => {
            let error = format!("{error:#}");
            eprintln!("\nThe book has errors; the last good build is still served.\n{error}\n");
            Edition {
                error: Some(error.into()),
                ..old
            }
        }
    }
}

fn pages(files: &Files) -> usize {
    let tools = ["404.html", "print.html", "toc.html"];
    files
        .keys()
        .filter(|path| path.ends_with(".html") && !tools.contains(&path.as_str()))
        .count()
}

fn read_files(dir: &Path, prefix: &str, files: &mut Files) -> Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read_files(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, std::fs::read(entry.path())?);
        }
    }
    Ok(())
}

// Watching.

fn watch_sources(root: &Path) -> Result<(impl Watcher, mpsc::UnboundedReceiver<()>)> {
    let (sender, changes) = mpsc::unbounded_channel();
    let base = root.to_owned();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading is an event too, and a build reads: it would call the next one.
        let matters = event.is_ok_and(|event| {
            !event.kind.is_access() && event.paths.iter().any(|path| is_source(&base, path))
        });
        if matters {
            let _ = sender.send(());
        }
    })
    .context("cannot watch the sources")?;
    // The root itself for book.toml: editors replace a file instead of writing into it.
    watcher
        .watch(root, RecursiveMode::NonRecursive)
        .context("cannot watch the sources")?;
    for folder in ["src", "examples", "exercises", "theme"] {
        let folder = root.join(folder);
        if folder.is_dir() {
            let watched = watcher.watch(&folder, RecursiveMode::Recursive);
            watched.with_context(|| format!("cannot watch {}", folder.display()))?;
        }
    }
    Ok((watcher, changes))
}

/// Whether the book is made of the file at `path`.
fn is_source(root: &Path, path: &Path) -> bool {
    let Ok(path) = path.strip_prefix(root) else {
        return false;
    };
    let first = path.components().next();
    match first.and_then(|part| part.as_os_str().to_str()) {
        Some("book.toml" | "src" | "examples" | "theme") => true,
        // A learner's file is no part of it.
        Some("exercises") => {
            let of = |kind: &str| path.extension().is_some_and(|is| is == kind);
            of("md") || (of("rs") && !path.iter().any(|part| part == "src"))
        }
        _ => false,
    }
}

async fn rebuild_on_change(
    root: PathBuf,
    mut changes: mpsc::UnboundedReceiver<()>,
    editions: watch::Sender<Edition>,
) -> Result<()> {
    while changes.recv().await.is_some() {
        while tokio::time::timeout(QUIET, changes.recv())
            .await
            .is_ok_and(|more| more.is_some())
        {}
        let old = editions.borrow().clone();
        let failed = old.error.is_some();
        let new = rebuild(&root, old).await;
        if failed && new.error.is_none() {
            println!("The errors are gone.");
        }
        editions.send_replace(new);
    }
    anyhow::bail!("the sources are no longer watched")
}

// Answering.

fn router(server: Server) -> Router {
    Router::new()
        .route("/-/events", get(events))
        .route("/-/exercises", get(exercises))
        .fallback(page)
        .layer(axum::middleware::from_fn_with_state(server.clone(), guard))
        .with_state(server)
}

/// Refuses what another site could send through the reader's browser, and sets every answer's headers.
async fn guard(
    State(server): State<Server>,
    request: Request,
    next: axum::middleware::Next,
) -> Response {
    let mut response = match refusal(server.port, request.method(), request.headers()) {
        Some((status, why)) => (status, why).into_response(),
        None => next.run(request).await,
    };
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in fixed {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

fn refusal(port: u16, method: &Method, headers: &HeaderMap) -> Option<(StatusCode, &'static str)> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let own = |authority: &str| {
        ["127.0.0.1", "localhost"]
            .iter()
            .any(|host| authority == format!("{host}:{port}"))
    };
    // A name of another host that resolves to 127.0.0.1 makes the browser send that name.
    if !text("host").is_some_and(own) {
        return Some((
            StatusCode::MISDIRECTED_REQUEST,
            "This server answers for its own address only.\n",
        ));
    }
    let foreign = |origin: &str| !origin.strip_prefix("http://").is_some_and(own);
    let cross_site =
        text("sec-fetch-site") == Some("cross-site") && text("sec-fetch-mode") != Some("navigate");
    if text("origin").is_some_and(foreign) || cross_site {
        return Some((
            StatusCode::FORBIDDEN,
            "This server answers its own pages only.\n",
        ));
    }
    if !matches!(*method, Method::GET | Method::HEAD) {
        return Some((StatusCode::METHOD_NOT_ALLOWED, "Read only.\n"));
    }
    None
}

/// The state of the book, now and at each change, for the one tab that listens.
async fn events(State(server): State<Server>) -> impl IntoResponse {
    let stream = WatchStream::new(server.editions).map(|edition| {
        let state = serde_json::json!({ "id": edition.id, "error": edition.error.as_deref() });
        Ok::<_, Infallible>(Event::default().data(state.to_string()))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}

/// How far the reader is with each exercise, from the report cards.
async fn exercises(State(server): State<Server>) -> Response {
    // Cargo is asked where it builds, and files are read.
    let read = tokio::task::spawn_blocking(move || server.exercises.json(&server.root));
    match read.await {
        Ok(Ok(list)) => answer(StatusCode::OK, "exercises.json", list.to_string().into()),
        Ok(Err(error)) => {
            (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}\n")).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn page(State(server): State<Server>, request: Request) -> Response {
    let edition = server.editions.borrow().clone();
    let path = percent_decode_str(request.uri().path())
        .decode_utf8_lossy()
        .into_owned();
    let path = match path.trim_start_matches('/') {
        "" => "index.html",
        path => path,
    };
    if path == "-/live.js" {
        return answer(
            StatusCode::OK,
            "live.js",
            include_bytes!("live.js").to_vec(),
        );
    }
    if edition.files.is_empty() {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let page = "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>The book has errors</title><body></body></html>";
        return answer(status, "error.html", with_live(page.as_bytes(), &edition));
    }
    let (status, path) = match edition.files.contains_key(path) {
        true => (StatusCode::OK, path),
        false => (StatusCode::NOT_FOUND, "404.html"),
    };
    match edition.files.get(path) {
        Some(html) if path.ends_with(".html") => answer(status, path, with_live(html, &edition)),
        Some(file) => answer(status, path, file.clone()),
        None => (StatusCode::NOT_FOUND, "There is no such page.\n").into_response(),
    }
}

/// Adds the script that reloads the page, and the error if there is one.
fn with_live(html: &[u8], edition: &Edition) -> Vec<u8> {
    let html = String::from_utf8_lossy(html);
    let (head, tail) = html.split_at(html.rfind("</body>").unwrap_or(html.len()));
    let error = escape(edition.error.as_deref().unwrap_or_default());
    let id = &edition.id;
    format!(
        "{head}<script src=\"/-/live.js\" data-id=\"{id}\" data-error=\"{error}\"></script>{tail}"
    )
    .into_bytes()
}

fn answer(status: StatusCode, path: &str, body: Vec<u8>) -> Response {
    let kind = match path.rsplit_once('.').map(|(_, kind)| kind) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("wasm") => "application/wasm",
        Some("woff2") => "font/woff2",
        _ => "text/plain; charset=utf-8",
    };
    (status, [(header::CONTENT_TYPE, kind)], Body::from(body)).into_response()
}
