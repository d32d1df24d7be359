//! The stepper's claims: each byte that left the socket is somewhere or counted as lost, the presets end as
//! the program of the chapter on framing did, and `tokio::select!` over a pipe gives the same messages.

use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::io;
use std::pin::pin;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};
use tokio::time::{Duration, sleep};

type Numbers = BTreeMap<&'static str, f64>;

fn run(values: &Json) -> Box<dyn lab::Trace> {
    let lab = lab::find("select-stepper").unwrap();
    let empty = Map::new();
    lab.trace(&lab::Values::read(
        lab,
        values.as_object().unwrap_or(&empty),
    ))
}

fn measures(values: &Json) -> Numbers {
    run(values).measures().into_iter().collect()
}

fn grid() -> impl Iterator<Item = (&'static str, &'static str, u64, u64)> {
    let readers = ["exact", "line", "buf", "pinned"];
    readers.into_iter().flat_map(|reader| {
        ["again", "once"].into_iter().flat_map(move |fires| {
            (1..=18).flat_map(move |chunk| {
                [0, 1, 4, 5, 7, 12, 13, 31, 100].map(|timer| (reader, fires, chunk, timer))
            })
        })
    })
}

fn values((reader, fires, chunk, timer): (&str, &str, u64, u64)) -> Json {
    json!({ "reader": reader, "fires": fires, "chunk": chunk, "timer": timer })
}

#[test]
fn each_byte_is_somewhere_or_counted_as_lost() {
    for setting in grid() {
        let (reader, _, chunk, timer) = setting;
        let m = measures(&values(setting));
        let about = format!("{setting:?}: {m:?}");
        let all = m["given"] + m["kept"] + m["lost"] + m["unread"];
        assert_eq!(m["sent"], all, "{about}");
        // Counted by the position in the source, and by the place of each byte.
        assert_eq!(m["lost"], m["lost_places"], "{about}");
        assert_eq!(m["given"], m["given_places"], "{about}");
        let whole = match reader {
            "line" => chunk % 6 == 0,
            _ => chunk % 9 == 0,
        };
        if matches!(reader, "buf" | "pinned") || timer == 0 || whole {
            let intact = (m["lost"], m["whole"], m["wrong"], m["failed"]);
            assert_eq!(intact, (0.0, 2.0, 0.0, 0.0), "{about}");
        } else if m["whole"] < 2.0 {
            assert!(m["lost"] > 0.0, "{about}");
        }
        if reader == "pinned" {
            // One for each frame, and one that sees the end.
            assert_eq!((m["calls"], m["dropped"]), (3.0, 0.0), "{about}");
        }
    }
}

#[test]
fn in_every_step_each_byte_has_one_place() {
    for setting in grid().filter(|(_, _, chunk, _)| [1, 2, 5, 18].contains(chunk)) {
        let trace = run(&values(setting));
        let sent: BTreeMap<_, _> = trace.measures().into_iter().collect();
        for at in 0..=trace.end() {
            let row = trace.frame(at).table.rows.swap_remove(0);
            let places = row[2..8].iter().map(|cell| cell.parse::<u32>().unwrap());
            assert_eq!(
                f64::from(places.sum::<u32>()),
                sent["sent"],
                "{setting:?} at {at}"
            );
        }
    }
}

#[test]
fn the_presets_end_as_the_program_did() {
    let printed = include_str!("../../../examples/output/frame_bomb.txt");
    for (peer, chunk) in [("two frames", 18), ("a byte every 5 ms", 1)] {
        let mut lines = printed.lines();
        let line = lines.find_map(|line| line.strip_prefix(peer)).unwrap();
        let cells: Vec<_> = line.split_whitespace().collect();
        // In a row: frames, end, MiB for `read_exact`, and again for a decoder with its own buffer.
        for (reader, cells) in [("exact", &cells[0..2]), ("buf", &cells[3..5])] {
            let m = measures(&json!({ "reader": reader, "chunk": chunk, "timer": 12 }));
            let end = if m["failed"] == 1.0 { "error" } else { "end" };
            assert_eq!(cells, [&m["whole"].to_string(), end], "{peer}, {reader}");
        }
    }
}

type Message = io::Result<Option<Vec<u8>>>;

async fn read_frame(pipe: &mut DuplexStream) -> Message {
    let Ok(length) = pipe.read_u32().await else {
        return Ok(None);
    };
    if length > 64 {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut frame = vec![0; length as usize];
    pipe.read_exact(&mut frame).await?;
    Ok(Some(frame))
}

async fn read_line(pipe: &mut BufReader<DuplexStream>) -> Message {
    let mut line = String::new();
    let count = pipe.read_line(&mut line).await?;
    Ok((count > 0).then(|| line.into_bytes()))
}

/// A loop with `tokio::select!`; gives the messages, and whether it ended with an error.
async fn on_tokio(reader: &str, fires: &str, chunk: usize, timer: u64) -> (Vec<Vec<u8>>, bool) {
    let bytes: &[u8] = match reader {
        "line" => b"hello\nworld\n",
        _ => b"\0\0\0\x05hello\0\0\0\x05world",
    };
    let (mut sender, mut socket) = duplex(64);
    tokio::spawn(async move {
        for chunk in bytes.chunks(chunk) {
            sleep(Duration::from_millis(5)).await;
            sender.write_all(chunk).await.unwrap();
        }
    });
    let mut left = if fires == "once" { 1 } else { u32::MAX };
    let mut messages = Vec::new();
    let mut keep = |message: Message| match message {
        Ok(Some(message)) => {
            messages.push(message);
            None
        }
        Ok(None) => Some(false),
        Err(_) => Some(true),
    };
    let wait = Duration::from_millis(timer);
    let failed = match reader {
        "pinned" => 'all: loop {
            let mut next = pin!(read_frame(&mut socket));
            let message = loop {
                tokio::select! {
                    biased;
                    message = &mut next => break message,
                    () = sleep(wait), if timer > 0 && left > 0 => left -= 1,
                }
            };
            if let Some(failed) = keep(message) {
                break 'all failed;
            }
        },
        "line" => {
            let mut lines = BufReader::new(socket);
            loop {
                tokio::select! {
                    biased;
                    message = read_line(&mut lines) => if let Some(failed) = keep(message) { break failed },
                    () = sleep(wait), if timer > 0 && left > 0 => left -= 1,
                }
            }
        }
        _ => loop {
            tokio::select! {
                biased;
                message = read_frame(&mut socket) => if let Some(failed) = keep(message) { break failed },
                () = sleep(wait), if timer > 0 && left > 0 => left -= 1,
            }
        },
    };
    (messages, failed)
}

#[test]
fn select_over_a_pipe_gives_the_same_messages() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    for setting in grid() {
        let (reader, fires, chunk, timer) = setting;
        // At one of these moments a chunk may come together with the timer, and either may be first.
        let together = timer % 5 == 0 || fires == "again" && timer != 31;
        if timer > 0 && together || reader == "buf" {
            continue;
        }
        let (messages, failed) = runtime.block_on(on_tokio(reader, fires, chunk as usize, timer));
        let m = measures(&values(setting));
        let whole = |message: &&Vec<u8>| matches!(message.trim_ascii_end(), b"hello" | b"world");
        let right = messages.iter().filter(whole).count();
        let real = (right, messages.len() - right, failed);
        let model = (m["whole"] as usize, m["wrong"] as usize, m["failed"] == 1.0);
        assert_eq!(model, real, "{setting:?}: {messages:?}");
    }
}
