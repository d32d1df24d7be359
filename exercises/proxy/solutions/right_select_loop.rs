// right: one `select!` loop with a branch for what each side can do next

//! Why it is right: A step is one call that may be dropped while it waits, since what it has read is in the `Way` and not
//! in the future. So the loop can begin all of them anew each time.
//!
//! In Node.js: no promise that waits can be dropped, and one that is raced again and again leaks; two loops under
//! `Promise.all`.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

/// One direction: what was read and not yet written, and what is to be done for it.
struct Way {
    buf: Vec<u8>,
    from: usize,
    to: usize,
    state: State,
    total: u64,
}

#[derive(PartialEq)]
enum State {
    Reads,
    Writes,
    Flushes,
    Ends,
    Done,
}

impl Way {
    fn new() -> Self {
        Way {
            buf: vec![0; 32 * 1024],
            from: 0,
            to: 0,
            state: State::Reads,
            total: 0,
        }
    }

    /// One step; whether a byte moved. It may be dropped at any time: a step is one call.
    async fn step(
        &mut self,
        r: &mut (impl AsyncRead + Unpin),
        w: &mut (impl AsyncWrite + Unpin),
    ) -> anyhow::Result<bool> {
        match self.state {
            State::Reads => {
                (self.from, self.to) = (0, r.read(&mut self.buf).await?);
                self.state = if self.to == 0 {
                    State::Ends
                } else {
                    State::Writes
                };
                return Ok(self.to > 0);
            }
            State::Writes => {
                let n = w.write(&self.buf[self.from..self.to]).await?;
                anyhow::ensure!(n > 0, "a side takes nothing more");
                self.total += n as u64;
                self.from += n;
                if self.from == self.to {
                    self.state = State::Flushes;
                }
                return Ok(true);
            }
            State::Flushes => {
                w.flush().await?;
                self.state = State::Reads;
            }
            State::Ends => {
                w.shutdown().await?;
                self.state = State::Done;
            }
            State::Done => std::future::pending().await,
        }
        Ok(false)
    }
}

/// Passes on what each side sends to the other.
pub async fn proxy<A, B>(client: A, server: B, idle: Duration) -> anyhow::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut client_reads, mut client_writes) = tokio::io::split(client);
    let (mut server_reads, mut server_writes) = tokio::io::split(server);
    let (mut there, mut back) = (Way::new(), Way::new());
    let mut deadline = Instant::now() + idle;
    while there.state != State::Done || back.state != State::Done {
        let moved = tokio::select! {
            moved = there.step(&mut client_reads, &mut server_writes) => moved?,
            moved = back.step(&mut server_reads, &mut client_writes) => moved?,
            () = tokio::time::sleep_until(deadline) => anyhow::bail!("no byte for {idle:?}"),
        };
        if moved {
            deadline = Instant::now() + idle;
        }
    }
    Ok((there.total, back.total))
}
