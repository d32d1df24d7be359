//! The cases of `save_stream`: `cargo test -p save_stream`.
//!
//! They call a function that `tests/grade.rs` hands over, so that a learner's edit does not compile them again.

use std::fs;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use grader::Criterion::{Cancel, Correct, Early, Errors, Memory};
use grader::meter::{Chunks, Content, Items, KIB, MIB};
use grader::{Criterion, ERROR_KINDS, Grade, LocalBoxFuture, Trial};
use tokio::time::timeout;
use tokio_stream::{Stream, StreamExt};

const OLD: &str = "the photo as it was";

/// A folder of this run, and the file to be saved in it. The grader removes what is left of it.
fn place(old: bool) -> PathBuf {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let name = format!("uploads-{}", RUNS.fetch_add(1, Relaxed));
    let folder = std::env::temp_dir().join(name);
    fs::create_dir_all(&folder).expect("the grader has a folder for each run");
    let path = folder.join("photo.jpg");
    if old {
        fs::write(&path, OLD).expect("the folder is new");
    }
    path
}

/// `path` is as it was, and alone.
fn untouched(t: &Trial, criterion: Criterion, path: &Path, old: bool, when: &str) {
    let now = fs::read(path).ok();
    let kept = now.as_deref() == old.then_some(OLD.as_bytes());
    t.check(criterion, kept, || match now {
        None => format!("the old file is gone {when}"),
        Some(bytes) if old => format!(
            "{} bytes of the new file stand in place of the old one {when}",
            bytes.len()
        ),
        Some(bytes) => format!("a file of {} bytes stands there {when}", bytes.len()),
    });
    alone(t, criterion, path, when);
}

/// And so it has to be when the next call has just ended, whatever tasks are still to do.
fn untouched_at_once(t: &Trial, path: &Path) {
    t.alone_at_once(path.parent().expect("it is in a folder"), "photo.jpg");
}

/// Nothing else is in the folder of `path`.
fn alone(t: &Trial, criterion: Criterion, path: &Path, when: &str) {
    let folder = path.parent().expect("it is in a folder");
    t.alone(criterion, folder, "photo.jpg", when);
}

/// The file has what was sent.
fn whole(t: &Trial, path: &Path, sent: &Content) {
    let Ok(file) = fs::read(path) else {
        return t.wrong(Correct, "it returned `Ok` and there is no file");
    };
    t.equal("bytes of the file", file.len() as u64, sent.len());
    let wrong = sent.differs(0, &file);
    t.check(Correct, wrong.is_none(), || {
        format!("byte {} of the file is wrong", wrong.unwrap_or_default())
    });
}

fn photo(len: u64) -> Content {
    Content::repeat("a row of a photo\n", len)
}

/// `save_stream`, as the cases call it.
pub type Solution = for<'a> fn(&'a Path, Body, u64) -> LocalBoxFuture<'a, anyhow::Result<u64>>;

/// The body: [`Chunks`] or [`Items`].
pub type Body = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

static SOLUTION: OnceLock<Solution> = OnceLock::new();

fn save_stream(
    path: &Path,
    body: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    max: u64,
) -> LocalBoxFuture<'_, anyhow::Result<u64>> {
    SOLUTION.get().expect("`grade` sets it")(path, Box::pin(body), max)
}

/// Grades `solution`.
pub fn grade(mut grade: Grade, solution: Solution) -> ExitCode {
    SOLUTION.get_or_init(|| solution);
    grade.read_next("14. Piping", "src/piping.md");

    for (name, old, len, max, shape) in [
        ("a_new_file", false, 100_000, MIB, &[][..]),
        ("an_old_file_is_replaced", true, 100_000, MIB, &[]),
        ("a_shorter_file", true, 3, MIB, &[]),
        ("a_file_as_long", true, OLD.len() as u64, MIB, &[]),
        ("an_empty_body", true, 0, MIB, &[]),
        ("exactly_max", true, 100_000, 100_000, &[]),
        ("max_of_4_gib", true, 100_000, 4096 * MIB, &[]),
        ("no_max", true, 100_000, u64::MAX, &[]),
        ("nothing_where_nothing_may_be", false, 0, 0, &[]),
        ("one_byte_a_chunk", true, 3000, 3000, &[1]),
        (
            "odd_chunks_with_pauses",
            true,
            100_000,
            MIB,
            &[0, 7, Chunks::EMPTY, 0, 0, 4096],
        ),
    ] {
        grade.case(name, &[Correct], move |t| async move {
            let path = place(old);
            // Windows lets not everybody replace a file that is open.
            let reader = if cfg!(windows) { None } else { fs::File::open(&path).ok() };
            let body = t.give(Chunks::new(photo(len)).shaped(shape));
            let saved = t.solve(|| save_stream(&path, body, max)).await.ok()?;
            t.equal("bytes", saved, len);
            whole(&t, &path, &photo(len));
            if let Some(reader) = reader {
                let read = io::read_to_string(reader).unwrap_or_default();
                t.check(Correct, read == OLD, || {
                    "the old file was written over, and who was reading it then has a part of each: the new file must \
                     take its place"
                        .into()
                });
            }
            alone(&t, Correct, &path, "after it was saved");
            Ok(())
        })
        .about(match name {
            "a_file_as_long" => "the new file has as many bytes as the old one",
            "odd_chunks_with_pauses" => "with pauses, and an empty chunk before the end",
            _ => "",
        });
    }
    grade
        .case("a_long_tunnel", &[Correct], |t| async move {
            let path = place(true);
            let hour = Duration::from_secs(3600);
            let body = Chunks::new(photo(64 * KIB)).begins_after(hour);
            let body = t.give(body.paced(32 * KIB, hour));
            let saved = t.solve(|| save_stream(&path, body, MIB)).await.ok()?;
            t.equal("bytes", saved, 64 * KIB);
            whole(&t, &path, &photo(64 * KIB));
            alone(&t, Correct, &path, "after it was saved");
            Ok(())
        })
        .about("an hour passes before the first chunk, and before the second");
    grade
        .case("an_empty_chunk_after_max", &[Correct], |t| async move {
            let path = place(true);
            let chunks = [&b"new"[..], b""];
            let body = t.give(Items::new(2, move |n| {
                Ok(Bytes::from_static(chunks[n as usize]))
            }));
            let saved = t.solve(|| save_stream(&path, body, 3)).await.ok()?;
            t.equal("bytes", saved, 3);
            whole(&t, &path, &Content::exactly("new"));
            Ok(())
        })
        .about("a body of exactly `max` bytes, of which an empty chunk is the last");
    grade
        .case("a_path_without_a_folder", &[Correct], |t| async move {
            let path = place(true);
            std::env::set_current_dir(path.parent().expect("it is in a folder"))
                .expect("it is there");
            let body = t.give(Chunks::new(photo(1000)));
            let saved = t
                .solve(|| save_stream(Path::new("photo.jpg"), body, MIB))
                .await
                .ok()?;
            t.equal("bytes", saved, 1000);
            whole(&t, &path, &photo(1000));
            alone(&t, Correct, &path, "after it was saved");
            Ok(())
        })
        .about("`photo.jpg` in the current folder");
    grade.case("no_such_folder", &[Correct], |t| async move {
        let path = place(false).with_file_name("none").join("photo.jpg");
        let body = t.give(Chunks::new(photo(1000)));
        let saved = t.solve(|| save_stream(&path, body, MIB)).await;
        saved.err_for(Correct, "the folder does not exist")?;
        Ok(())
    });
    for (name, about, wait, breaks) in [
        ("two_at_once", "two uploads of the same file", 0, false),
        (
            "one_during_another",
            "the second comes and is done while the first comes slowly",
            100,
            false,
        ),
        (
            "one_breaks_during_another",
            "the second comes and breaks while the first comes slowly",
            100,
            true,
        ),
    ] {
        grade
            .case(name, &[Correct], move |t| async move {
                let path = place(true);
                let (a, b) = (Content::repeat("a", 400_000), Content::repeat("b", 300_000));
                let shape = [0, 0, 8192, 0, 1024];
                let wait = Duration::from_millis(wait);
                let first = Chunks::new(a.clone()).shaped(&shape);
                let first = t.give(first.paced(10_000, wait / 10));
                let second = Chunks::new(b.clone()).shaped(&shape);
                let second = t.give(if breaks {
                    second.fails_at(200_000)
                } else {
                    second
                });
                let both = t.solve(|| async {
                    let second = async {
                        tokio::time::sleep(wait).await;
                        save_stream(&path, second, MIB).await
                    };
                    let (first, second) = tokio::join!(save_stream(&path, first, MIB), second);
                    // What becomes of it is told by the other cases.
                    Ok((first?, if breaks { 300_000 } else { second? }))
                });
                let saved = both.await.ok()?;
                t.equal("bytes of each", saved, (400_000, 300_000));
                let file = fs::read(&path).unwrap_or_default();
                let one = |sent: &Content| {
                    file.len() as u64 == sent.len() && sent.differs(0, &file).is_none()
                };
                t.check(Correct, one(&a) || one(&b), || {
                    format!(
                        "the file has {} bytes and is neither of the two uploads, but a mixture",
                        file.len()
                    )
                });
                if !breaks {
                    alone(&t, Correct, &path, "after both were saved");
                }
                Ok(())
            })
            .about(about);
    }
    grade
        .case("one_while_others_wait", &[Correct], |t| async move {
            let path = place(true);
            let waiting: Vec<_> = (0..40)
                .map(|_| t.give(Chunks::new(Content::repeat("a", 32 * KIB))))
                // Without a timer, since the clock goes on while a thread works.
                .map(|body| body.chain(tokio_stream::pending()))
                .collect();
            let body = t.give(Chunks::new(photo(100_000)));
            let both = t.solve(|| async {
                let save = |body| save_stream(&path, body, MIB);
                let mut waiting: Vec<_> = waiting.into_iter().map(save).collect();
                let waiting = poll_fn(|cx| {
                    for one in &mut waiting {
                        if let Poll::Ready(ended) = one.as_mut().poll(cx) {
                            return Poll::Ready(ended.map(|_| None));
                        }
                    }
                    Poll::Pending
                });
                let again = async {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    let saved = save_stream(&path, body, MIB).await?;
                    // Looked at before the others are given up.
                    whole(&t, &path, &photo(100_000));
                    Ok(Some(saved))
                };
                tokio::select! {
                    saved = again => saved,
                    ended = waiting => ended,
                }
            });
            let saved = both.await.ok()?;
            t.check(Correct, saved.is_some(), || {
                "an upload returned `Ok` although its body had not ended: nothing more had come yet, and that is not \
                 the end"
                    .into()
            });
            if let Some(saved) = saved {
                t.equal("bytes", saved, 100_000);
            }
            Ok(())
        })
        .about("of 40 uploads nothing more comes, and one that is sent then must wait for none of them")
        .budget(41 * 4 * MIB);
    grade
        .case("the_old_file_stays_until_the_end", &[Correct, Errors], |t| async move {
            let path = place(true);
            let bad = Arc::new(AtomicU64::new(0));
            let elsewhere = Arc::new(AtomicU64::new(0));
            let (seen, moved, at) = (Arc::clone(&bad), Arc::clone(&elsewhere), path.clone());
            let files = || fs::read_dir(std::env::temp_dir()).map_or(0, Iterator::count) as u64;
            let before = files();
            let body = Items::new(64, move |_| {
                if fs::read(&at).is_ok_and(|now| now == OLD.as_bytes()) {
                    moved.store(files() - before, Relaxed);
                } else {
                    seen.fetch_add(1, Relaxed);
                }
                Ok(Bytes::from(vec![b'x'; 16 * 1024]))
            });
            let body = t.give(body.sized(16 * KIB).shaped(&[true, false]));
            let saved = t.solve(|| save_stream(&path, body, MIB)).await.ok()?;
            t.equal("bytes", saved, MIB);
            let bad = bad.load(Relaxed);
            t.check(Errors, bad == 0, || {
                "before the last chunk had come, the old file was no longer there: who looks then, or loses the \
                 connection then, has neither the old file nor the new one".into()
            });
            t.check(Correct, elsewhere.load(Relaxed) == 0, || {
                "the unfinished file stood in the system's folder for temporary files, and that is often another \
                 file system, to which a rename fails".into()
            });
            Ok(())
        })
        .about("looked at before each chunk");
    // A file that is open may stay for a while on other systems.
    #[cfg(unix)]
    grade
        .case("the_unfinished_file_is_gone", &[Errors], |t| async move {
            let path = place(true);
            let swept = Arc::new(AtomicU64::new(0));
            let (gone, photo_jpg) = (Arc::clone(&swept), path.clone());
            let sweep = std::iter::from_fn(move || {
                let folder = photo_jpg.parent().expect("it is in a folder");
                for file in fs::read_dir(folder).into_iter().flatten().flatten() {
                    if file.path() != photo_jpg && fs::remove_file(file.path()).is_ok() {
                        gone.fetch_add(1, Relaxed);
                    }
                }
                None
            });
            let body = t.give(Chunks::new(photo(2 * MIB)));
            let body = body.chain(tokio_stream::iter(sweep));
            let saved = t.solve(|| save_stream(&path, body, 4 * MIB)).await;
            // Whoever has no file there yet has lost none.
            if swept.load(Relaxed) > 0 {
                saved.err_for(
                    Errors,
                    "somebody had removed the unfinished file before it could take the old one's place",
                )?;
                untouched(&t, Errors, &path, true, "although there was no new one to take its place");
            }
            Ok(())
        })
        .about("somebody sweeps the folder right before the end");

    #[cfg(unix)]
    grade
        .case("a_full_disk", &[Errors], |t| async move {
            let path = place(true);
            let body = t.give(Chunks::new(photo(100_000)).shaped(&[50_000]));
            t.full_disk(80_000);
            let saved = t.solve(|| async { Ok(save_stream(&path, body, MIB).await.is_err()) });
            let refused = saved.await.ok()?;
            t.check(Errors, refused, || {
                "it returned `Ok` although the disk had no room for the last 20,000 bytes: the write failed after \
                 `write_all` had returned, and nobody asked for its error"
                    .into()
            });
            untouched(&t, Errors, &path, true, "although the disk was full");
            Ok(())
        })
        .about("there is no room for the last bytes");

    for (name, len, max, shape) in [
        ("one_byte_too_many", 100_001, 100_000, &[][..]),
        ("one_byte_too_many_alone", 100_001, 100_000, &[50_000]),
        ("a_byte_where_nothing_may_be", 1, 0, &[]),
    ] {
        grade.case(name, &[Correct], move |t| async move {
            let path = place(true);
            let body = t.give(Chunks::new(photo(len)).shaped(shape));
            untouched_at_once(&t, &path);
            let saved = t.solve(|| save_stream(&path, body, max)).await;
            saved.err_for(
                Correct,
                &format!("the body has {len} bytes and {max} were allowed"),
            )?;
            untouched(&t, Errors, &path, true, "although the body was too long");
            Ok(())
        });
    }
    grade
        .case("far_too_long", &[Early, Errors], |t| async move {
            let path = place(true);
            let body = Chunks::new(photo(1024 * MIB))
                .shaped(&[16 * 1024])
                .read_limit(MIB + 64 * KIB);
            let saved = t.solve(|| save_stream(&path, t.give(body), MIB)).await;
            saved.err_for(Early, "the body has 1 GiB and 1 MiB was allowed")?;
            untouched(&t, Errors, &path, true, "although the body was too long");
            Ok(())
        })
        .about("a body of 1 GiB where 1 MiB is allowed")
        .may_write(8 * MIB);

    grade
        .case("a_film", &[Memory, Correct], |t| async move {
            let path = place(true);
            let body = t.give(Chunks::new(photo(t.size())));
            let saved = t
                .solve(|| save_stream(&path, body, 1024 * MIB))
                .await
                .ok()?;
            t.equal("bytes", saved, t.size());
            let length = fs::metadata(&path).map_or(0, |file| file.len());
            t.equal("bytes of the file", length, t.size());
            Ok(())
        })
        .budget(4 * MIB)
        .sizes(16 * MIB, 64 * MIB)
        .may_write(80 * MIB);
    grade
        .case("a_hundred_photos", &[Memory, Correct], |t| async move {
            let path = place(true);
            let sent = photo(32 * KIB);
            let times = t.size() / sent.len();
            let bodies: Vec<_> = (0..times)
                .map(|_| {
                    let body = || Chunks::new(sent.clone());
                    let waits = body().paced(16 * KIB, Duration::from_secs(3600));
                    [body(), body().fails_at(20_000), body(), waits].map(|body| t.give(body))
                })
                .collect();
            let all = t.solve(|| async {
                let mut all = 0;
                // Virtual time waits for what a call that ended early is still writing: how many of them overlap is luck.
                let settled = || tokio::time::sleep(Duration::from_millis(1));
                for [body, breaks, too_long, waits] in bodies {
                    all += save_stream(&path, body, MIB).await?;
                    save_stream(&path, breaks, MIB).await.ok();
                    settled().await;
                    save_stream(&path, too_long, 16 * KIB).await.ok();
                    settled().await;
                    let waits = save_stream(&path, waits, MIB);
                    timeout(Duration::from_millis(1), waits).await.ok();
                    settled().await;
                }
                Ok(all)
            });
            t.equal("bytes in all", all.await.ok()?, t.size());
            Ok(())
        })
        .about("one after the other: a whole one, one that breaks, one that is too long, one that is given up")
        .budget(4 * MIB)
        .sizes(25 * 32 * KIB, 100 * 32 * KIB)
        .may_write(16 * MIB);

    for (name, old, at, max) in [
        ("broken_at_once", true, 0, MIB),
        ("broken_in_the_middle", true, 200_000, MIB),
        ("broken_in_the_middle_of_a_new_file", false, 200_000, MIB),
        ("broken_after_the_last_byte", true, 300_000, MIB),
        ("broken_at_max", true, 300_000, 300_000),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let path = place(old);
            let body = t.give(Chunks::new(photo(300_000)).fails_at(at));
            untouched_at_once(&t, &path);
            let saved = t.solve(|| save_stream(&path, body, max)).await;
            saved.err(&format!("the body broke after {at} of 300000 bytes"))?;
            untouched(&t, Errors, &path, old, "after the body had broken");
            Ok(())
        });
    }
    grade
        .case("broken_in_any_way", &[Errors], |t| async move {
            let path = place(true);
            for kind in ERROR_KINDS {
                for (max, shape) in [(MIB, &[][..]), (50_000, &[25_000, Chunks::EMPTY])] {
                    let body = Chunks::new(photo(100_000)).shaped(shape);
                    let body = t.give(body.fails_at(50_000).fails_with(kind));
                    let saved = t.solve(|| save_stream(&path, body, max)).await;
                    saved.err(&format!(
                        "the body broke after 50000 of 100000 bytes with {kind:?}"
                    ))?;
                }
            }
            untouched(&t, Errors, &path, true, "after the body had broken");
            Ok(())
        })
        .about("an error of each kind in turn, also after `max` bytes and an empty chunk");
    for (name, kind) in [
        ("connection_reset", ErrorKind::ConnectionReset),
        ("cut_off", ErrorKind::UnexpectedEof),
    ] {
        grade.case(name, &[Errors], move |t| async move {
            let path = place(true);
            let body = t.give(
                Chunks::new(photo(300_000))
                    .fails_at(200_000)
                    .fails_with(kind),
            );
            untouched_at_once(&t, &path);
            let saved = t.solve(|| save_stream(&path, body, MIB)).await;
            saved.err("the body broke after 200000 of 300000 bytes")?;
            untouched(&t, Errors, &path, true, "after the body had broken");
            Ok(())
        });
    }
    for (name, empty) in [
        ("a_folder_of_that_name", false),
        ("an_empty_folder_of_that_name", true),
    ] {
        grade
            .case(name, &[Errors], move |t| async move {
                let path = place(false);
                let within = if empty {
                    path.clone()
                } else {
                    path.join("photos")
                };
                fs::create_dir_all(&within).expect("the folder is new");
                let body = t.give(Chunks::new(photo(1000)));
                let saved = t.solve(|| save_stream(&path, body, MIB)).await;
                if !within.is_dir() {
                    t.wrong(Errors, "the folder that had the name of the file is gone");
                    return Ok(());
                }
                saved.err_for(Errors, "a folder has the name of the file")?;
                alone(&t, Errors, &path, "after the file could not get its name");
                Ok(())
            })
            .about("a rename to `photo.jpg` fails");
    }
    for (name, old) in [
        ("the_caller_gives_up", true),
        ("the_caller_gives_up_on_a_new_file", false),
    ] {
        grade
            .case(name, &[Cancel], move |t| async move {
                let path = place(old);
                let body = Chunks::new(photo(16 * MIB)).paced(64 * KIB, Duration::from_millis(100));
                let body = t.give(body);
                untouched_at_once(&t, &path);
                // While nothing is at work: what is being written at that moment ends when it likes.
                t.cancel_after(Duration::from_millis(2050), || {
                    save_stream(&path, body, 64 * MIB)
                })
                .await?;
                untouched(&t, Cancel, &path, old, "after the upload was given up");
                Ok(())
            })
            .about("after 2 s of an upload that takes longer")
            .may_write(32 * MIB);
    }

    grade.run()
}
