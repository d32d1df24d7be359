// right: room in `out` is reserved once the batch is done
//
// Why it is right: a timer that is made anew in each turn of the loop still ends at the same point in time.
// `reserve` waits for room, and a send with its permit does not wait. In Node.js: check
// `writableLength`, or wait for `'drain'`.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_stream::{Stream, StreamExt};

pub async fn batch<S, T>(
    mut items: S,
    max: usize,
    wait: Duration,
    out: mpsc::Sender<Vec<T>>,
) -> anyhow::Result<()>
where
    S: Stream<Item = T> + Unpin + Send + 'static,
    T: Send + Sync + 'static,
{
    loop {
        let Some(first) = items.next().await else {
            return Ok(());
        };
        let deadline = Instant::now() + wait;
        let mut batch = VecDeque::from([first]);
        let mut ended = false;
        while batch.len() < max && !ended {
            tokio::select! {
                item = items.next() => match item {
                    Some(item) => batch.push_back(item),
                    None => ended = true,
                },
                () = sleep_until(deadline) => break,
            }
        }
        let Ok(permit) = out.reserve().await else {
            anyhow::bail!("the receiver went away");
        };
        permit.send(batch.into());
        if ended {
            return Ok(());
        }
    }
}
