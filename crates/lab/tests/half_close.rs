//! The half-close machine's claims: its presets give what the chapter's program printed, and the same
//! programs on tokio, written without a lab, receive as much and wait as often.

use serde_json::{Value as Json, json};
use std::cell::Cell;
use std::collections::BTreeMap;
use tokio::io::{
    AsyncReadExt, AsyncWriteExt, DuplexStream, copy, copy_bidirectional, duplex, split,
};
use tokio::time::{Duration, timeout};

type Numbers = BTreeMap<&'static str, f64>;

const BETWEEN: [&str; 4] = ["nothing", "bidirectional", "copies", "select"];
const CLIENT: [&str; 5] = ["half", "never", "drop-half", "counts", "full"];
const SERVER: [&str; 3] = ["end", "early", "each"];

fn run(values: &Json) -> Box<dyn lab::Trace> {
    let lab = lab::find("half-close").unwrap();
    lab.trace(&lab::Values::read(lab, values.as_object().unwrap()))
}

fn measures(values: &Json) -> Numbers {
    run(values).measures().into_iter().collect()
}

#[test]
fn the_presets_give_what_the_program_printed() {
    let printed = include_str!("../../../examples/output/half_close.txt");
    for (name, between) in [
        ("both_ways", "bidirectional"),
        ("no_shutdown", "copies"),
        ("first_end", "select"),
    ] {
        let row = printed.lines().find_map(|line| line.strip_prefix(name));
        let cells: Vec<_> = row.unwrap().split_whitespace().collect();
        let m = measures(&json!({ "between": between }));
        let model = match m["waits"] {
            0.0 => [m["asked"], m["got"] * 1024.0].map(|bytes| bytes.to_string()),
            _ => ["waits", "waits"].map(str::to_owned),
        };
        assert_eq!(model.as_slice(), cells, "{name}");
    }
}

/// Counts what it reads until the end, and stays readable when it is stopped in the middle.
async fn drain(mut from: impl tokio::io::AsyncRead + Unpin, count: &mut u64) {
    let mut buffer = [0; 1000];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        *count += length as u64;
    }
}

async fn client(mut server: DuplexStream, then: &str, answer: u64, got: &mut u64) {
    server.write_all(b"question").await.unwrap();
    match then {
        "half" => {
            server.shutdown().await.unwrap();
            drain(server, got).await;
        }
        "never" => drain(server, got).await,
        "drop-half" => drain(split(server).0, got).await,
        "counts" => drain(server.take(answer), got).await,
        _ => drop(server),
    }
}

async fn server(mut client: DuplexStream, how: &str, answer: &[u8], asked: &mut u64) {
    if how == "each" {
        let mut question = [0; 8];
        while client.read_exact(&mut question).await.is_ok() {
            *asked += 8;
            if client.write_all(answer).await.is_err() {
                return;
            }
        }
        return;
    }
    drain(&mut client, asked).await;
    if how == "early" {
        client.shutdown().await.unwrap();
        client.write_all(answer).await.unwrap_err();
    } else if client.write_all(answer).await.is_ok() {
        client.shutdown().await.unwrap();
    }
}

async fn proxy(mut client: DuplexStream, mut server: DuplexStream, how: &str) {
    if how == "bidirectional" {
        let _ = copy_bidirectional(&mut client, &mut server).await;
        return;
    }
    let (mut from_client, mut to_client) = split(client);
    let (mut from_server, mut to_server) = split(server);
    let up = copy(&mut from_client, &mut to_server);
    let down = copy(&mut from_server, &mut to_client);
    if how == "select" {
        tokio::select! {
            _ = up => {}
            _ = down => {}
        }
    } else {
        let _ = tokio::try_join!(up, down);
    }
}

/// Bytes that the server got, bytes that the client got, how many of them all waited for ever.
async fn on_tokio(between: &str, then: &str, how: &str, answer: usize) -> (u64, u64, usize) {
    let (left, mut right) = duplex(64 * 1024);
    let (mut asked, mut got) = (0, 0);
    let bytes = vec![b'.'; answer];
    let middle = (between != "nothing").then(|| {
        let (onward, last) = duplex(64 * 1024);
        (std::mem::replace(&mut right, last), onward)
    });
    let finished = Cell::new(0);
    let all = async {
        let finish = || finished.set(finished.get() + 1);
        tokio::join!(
            async {
                client(left, then, answer as u64, &mut got).await;
                finish();
            },
            async {
                if let Some((client, server)) = middle {
                    proxy(client, server, between).await;
                }
                finish();
            },
            async {
                server(right, how, &bytes, &mut asked).await;
                finish();
            },
        );
    };
    let month = Duration::from_secs(30 * 24 * 60 * 60);
    let _ = timeout(month, all).await;
    (asked, got, 3 - finished.get())
}

#[test]
fn tokio_says_the_same() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let mut stuck = 0;
    for between in BETWEEN {
        for client in CLIENT {
            for server in SERVER {
                for kib in [8, 64, 72, 1024] {
                    let values = json!({
                        "between": between, "client": client, "server": server, "answer": kib,
                    });
                    let m = measures(&values);
                    let real = runtime.block_on(on_tokio(between, client, server, kib * 1024));
                    let (asked, got, waits) = real;
                    let model = (
                        m["asked"] as u64,
                        m["got"] as u64 * 1024,
                        m["waits"] as usize,
                    );
                    assert_eq!(model, (asked, got, waits), "{values}");
                    stuck += usize::from(waits > 0);
                }
            }
        }
    }
    assert!(stuck > 20, "{stuck}");
}

#[test]
fn nothing_is_drawn_twice_and_every_run_is_short() {
    for between in BETWEEN {
        for client in CLIENT {
            for server in SERVER {
                for kib in [8, 512, 1024] {
                    let values = json!({
                        "between": between, "client": client, "server": server, "answer": kib,
                    });
                    let trace = run(&values);
                    assert!((2..=40).contains(&trace.end()), "{values}: {}", trace.end());
                    let ended: Numbers = trace.measures().into_iter().collect();
                    let last = trace.frame(trace.end()).summary;
                    assert_eq!(
                        last.contains("nobody can go on"),
                        ended["waits"] > 0.0,
                        "{last}"
                    );
                    for at in 0..trace.end() {
                        let frame = trace.frame(at);
                        assert!(!frame.svg.contains("Nobody can go on"), "{values} {at}");
                        assert_ne!(frame.summary, trace.frame(at + 1).summary, "{values} {at}");
                    }
                }
            }
        }
    }
}
