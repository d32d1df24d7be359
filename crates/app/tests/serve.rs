//! The served book answers its reader and refuses everybody else: each hostile request is sent to the
//! real server.

mod common;

use common::Book;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long an answer may take before the test fails; none is awaited for that long.
const PATIENCE: Duration = Duration::from_secs(20);

struct Server {
    child: Child,
    output: Receiver<String>,
    port: u16,
    book: Book,
}

impl Server {
    fn start(book: Book, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_book"))
            .args(["--no-open", "--port"])
            .args(arguments)
            .current_dir(book.root())
            .env_remove("CARGO_TARGET_DIR")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = lines(child.stdout.take().unwrap());
        let line = read_until(&output, "http://127.0.0.1:");
        let (_, rest) = line.split_once("127.0.0.1:").unwrap();
        let (port, _) = rest.split_once('/').unwrap();
        let port = port.parse().unwrap();
        Self {
            child,
            output,
            port,
            book,
        }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).unwrap()
    }

    /// Sends a request as it is written here, with `{port}` replaced; gives the whole answer.
    fn send(&self, first: &str, headers: &[&str]) -> String {
        let mut request = format!("{first} HTTP/1.1\r\n");
        for header in headers {
            request.push_str(header);
            request.push_str("\r\n");
        }
        request.push_str("Connection: close\r\n\r\n");
        let mut stream = self.connect();
        stream
            .write_all(request.replace("{port}", &self.port.to_string()).as_bytes())
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str) -> String {
        self.send(&format!("GET {path}"), &["Host: 127.0.0.1:{port}"])
    }

    /// Opens the event stream; gives its lines.
    fn events(&self) -> Receiver<String> {
        let mut stream = self.connect();
        let request = format!(
            "GET /-/events HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n",
            self.port
        );
        stream.write_all(request.as_bytes()).unwrap();
        lines(stream)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads `source` on a thread of its own: waiting for a line can then be given up.
fn lines(source: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(source).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// The next line that contains `what`.
#[track_caller]
fn read_until(lines: &Receiver<String>, what: &str) -> String {
    let mut seen = Vec::new();
    let end = Instant::now() + PATIENCE;
    loop {
        match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(line) if line.contains(what) => return line,
            Ok(line) => seen.push(line),
            Err(error) => panic!("no {what:?} ({error}) in {seen:#?}"),
        }
    }
}

fn served() -> Server {
    Server::start(Book::new(), &["0"])
}

#[test]
fn the_reader_gets_the_book() {
    let server = served();
    for (host, path, what) in [
        ("127.0.0.1", "/", "<h1 id=\"home\">"),
        ("localhost", "/one.html", "cargo run --example a"),
        ("127.0.0.1", "/-/live.js", "EventSource"),
    ] {
        let answer = server.send(&format!("GET {path}"), &[&format!("Host: {host}:{{port}}")]);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains(what), "{answer}");
    }
    assert!(server.get("/gone.html").starts_with("HTTP/1.1 404"));
    assert!(server.get("/one.html").contains("/-/live.js"));
    assert!(!server.book.root().join("site").exists());
}

#[test]
fn the_exercises_are_as_the_report_cards_say() {
    let book = Book::new();
    let manifest = "[package]\nname = \"count\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    book.write("exercises/count/Cargo.toml", manifest);
    let source = book.read("exercises/count/src/lib.rs");
    let server = Server::start(book, &["0"]);
    let state = || {
        let answer = server.get("/-/exercises");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(
            answer.contains("content-type: application/json"),
            "{answer}"
        );
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let list: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
        assert_eq!(list[0]["name"], "count");
        list[0]["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state(), "not_graded");

    let row = |verdict: &str| {
        serde_json::json!({ "criterion": "correct", "verdict": verdict, "met": 1, "of": 1,
            "peak": null, "budget": null, "ms": 1 })
    };
    let card = |verdict: &str, passed: bool| {
        let report = serde_json::json!({ "schema": 1, "exercise": "count", "complete": true,
            "passed": passed, "file": "src/lib.rs", "source": source, "guards": [], "ms": 1,
            "criteria": [row(verdict)], "findings": [], "cases": [] });
        let path = "target/report-cards/count/all.json";
        server.book.write(path, &report.to_string());
    };
    card("not_met", false);
    assert_eq!(state(), "not_met");
    card("met", true);
    assert_eq!(state(), "met");
    server
        .book
        .write("exercises/count/src/lib.rs", "// changed\n");
    assert_eq!(state(), "changed");
    server
        .book
        .write("exercises/count/src/lib.rs", "fn count() { todo!() }\n");
    assert_eq!(state(), "not_started");
}

#[test]
fn another_name_for_this_machine_is_refused() {
    // DNS rebinding: the attacker's name resolves to 127.0.0.1, and the browser believes it.
    let server = served();
    for host in [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1.evil.example:{port}",
        "localhost:{port}.evil.example",
    ] {
        let answer = server.send("GET /", &[&format!("Host: {host}")]);
        assert!(answer.starts_with("HTTP/1.1 421"), "{host}: {answer}");
        assert!(!answer.contains("<h1"), "{host}: {answer}");
    }
    let absolute = server.send("GET http://evil.example/", &["Host: evil.example"]);
    assert!(absolute.starts_with("HTTP/1.1 421"), "{absolute}");
}

#[test]
fn the_pages_of_another_site_are_refused() {
    let server = served();
    let host = "Host: 127.0.0.1:{port}";
    for origin in [
        "http://evil.example",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1:1",
        "null",
    ] {
        for path in ["/", "/-/events", "/-/exercises"] {
            let answer = server.send(
                &format!("GET {path}"),
                &[host, &format!("Origin: {origin}")],
            );
            assert!(answer.starts_with("HTTP/1.1 403"), "{origin}: {answer}");
        }
    }
    // A script or a picture is fetched without an Origin.
    let answer = server.send(
        "GET /one.html",
        &[
            host,
            "Sec-Fetch-Site: cross-site",
            "Sec-Fetch-Mode: no-cors",
        ],
    );
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    // A link that somebody follows is not an attack; nor is the book itself.
    let link = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"];
    assert!(
        server
            .send("GET /one.html", &[host, link[0], link[1]])
            .starts_with("HTTP/1.1 200")
    );
    let own = "Origin: http://127.0.0.1:{port}";
    assert!(
        server
            .send("GET /one.html", &[host, own])
            .starts_with("HTTP/1.1 200")
    );
}

#[test]
fn nothing_can_be_written() {
    let server = served();
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let answer = server.send(
            &format!("{method} /"),
            &["Host: 127.0.0.1:{port}", "Content-Length: 0"],
        );
        assert!(answer.starts_with("HTTP/1.1 405"), "{method}: {answer}");
    }
}

#[test]
fn no_path_leads_out_of_the_site() {
    let book = Book::new();
    book.write("secret.txt", "the secret");
    let secret = book.root().join("secret.txt").display().to_string();
    let server = Server::start(book, &["0"]);
    for path in [
        "/../secret.txt",
        "/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "/%252e%252e/secret.txt",
        "/diagrams/../../../secret.txt",
        "//secret.txt",
        "/%2fetc/passwd",
        "/%00",
        &secret,
        &secret.replace('/', "%2f"),
    ] {
        let answer = server.get(path);
        assert!(
            !answer.contains("the secret") && !answer.contains("root:"),
            "{path}: {answer}"
        );
        assert!(!answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    }
}

#[test]
fn every_answer_carries_the_policy() {
    let server = served();
    for path in ["/", "/gone", "/-/live.js", "/book.js"] {
        let answer = server.get(path).to_lowercase();
        let policy = answer
            .lines()
            .find(|line| line.starts_with("content-security-policy:"))
            .unwrap();
        let directive = |name: &str| {
            let found = policy
                .split([';', ':'])
                .map(str::trim)
                .find(|part| part.starts_with(name));
            found
                .unwrap_or_else(|| panic!("no {name} in {policy}"))
                .to_owned()
        };
        assert_eq!(directive("default-src"), "default-src 'none'");
        assert_eq!(
            directive("script-src"),
            "script-src 'self' 'wasm-unsafe-eval'"
        );
        assert_eq!(directive("connect-src"), "connect-src 'self'");
        assert!(
            answer.contains("x-content-type-options: nosniff"),
            "{answer}"
        );
        assert!(answer.contains("referrer-policy: no-referrer"), "{answer}");
        assert!(
            answer.contains("cross-origin-resource-policy: same-origin"),
            "{answer}"
        );
    }
}

#[test]
fn only_this_machine_is_answered() {
    let server = served();
    let table = match std::fs::read_to_string("/proc/net/tcp") {
        Ok(table) => table,
        // Other systems have no such table; the address printed is all they show.
        Err(_) => return,
    };
    let port = format!(":{:04X}", server.port);
    let listening = table.lines().filter(|line| {
        let mut columns = line.split_whitespace().skip(1);
        columns.next().is_some_and(|local| local.ends_with(&port)) && columns.nth(1) == Some("0A")
    });
    let listening: Vec<_> = listening.collect();
    assert_eq!(listening.len(), 1, "{table}");
    assert!(listening[0].contains("0100007F:"), "{listening:?}");
}

#[test]
fn a_taken_port_gives_the_next_one() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let server = Server::start(Book::new(), &[&port.to_string()]);
    assert!(server.port > port);
    assert!(server.get("/").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_change_reaches_the_page_and_an_error_does_not_end_the_book() {
    let server = served();
    let events = server.events();
    let first = read_until(&events, "data: {");
    assert!(first.contains("\"error\":null"), "{first}");

    let good = server.book.read("src/one.md");
    server
        .book
        .write("src/one.md", &format!("{good}\nA new sentence.\n"));
    let second = read_until(&events, "data: {");
    assert!(
        second.contains("\"error\":null") && second != first,
        "{second}"
    );
    assert!(server.get("/one.html").contains("A new sentence."));

    server
        .book
        .write("src/one.md", &format!("{good}\n[this](gone.md)\n"));
    let third = read_until(&events, "data: {");
    assert!(third.contains("src/one.md:"), "{third}");
    let page = server.get("/one.html");
    assert!(
        page.contains("A new sentence.") && page.contains("leads to no page"),
        "{page}"
    );

    server.book.write("src/one.md", &good);
    let fourth = read_until(&events, "data: {");
    assert!(fourth.contains("\"error\":null"), "{fourth}");
    assert!(!server.get("/one.html").contains("A new sentence."));

    server.book.write("examples/output/a.txt", "2\n");
    read_until(&events, "data: {");
    assert!(
        server
            .get("/one.html")
            .contains("<code class=\"language-text\">2")
    );

    server
        .book
        .write("exercises/count/README.md", "# Count again\n");
    read_until(&events, "data: {");
    assert!(server.get("/count.html").contains("Count again"));
    read_until(&server.output, "The errors are gone.");
}

#[test]
fn a_book_that_does_not_build_is_served_as_its_errors() {
    let book = Book::new();
    let good = book.read("src/one.md");
    book.append("src/one.md", "\n[this](gone.md)\n");
    let server = Server::start(book, &["0"]);
    let answer = server.get("/one.html");
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    assert!(answer.contains("leads to no page"), "{answer}");
    let events = server.events();
    read_until(&events, "leads to no page");
    server.book.write("src/one.md", &good);
    read_until(&events, "\"error\":null");
    assert!(server.get("/one.html").starts_with("HTTP/1.1 200"));
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_at_once_while_a_page_listens() {
    let mut server = served();
    let events = server.events();
    read_until(&events, "data: {");
    let id = server.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    let target = server.book.root().join("target");
    assert_eq!(
        std::fs::read_dir(target).unwrap().count(),
        0,
        "a build was left behind"
    );
}
