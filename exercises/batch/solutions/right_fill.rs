// right: a timeout around the filling of a batch that lives outside of it
//
// Why it is right: the timeout drops the loop that fills, and the batch and the stream belong to somebody else.
// In Node.js: `Promise.race` does not stop the loop that lost, so this form takes items into a batch that was
// sent already.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
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
        let mut batch = Vec::new();
        let mut ended = false;
        match items.next().await {
            Some(item) => batch.push(item),
            None => return Ok(()),
        }
        let fill = async {
            while batch.len() < max {
                match items.next().await {
                    Some(item) => batch.push(item),
                    None => {
                        ended = true;
                        break;
                    }
                }
            }
        };
        let _late = timeout(wait, fill).await;
        out.send(batch).await?;
        if ended {
            return Ok(());
        }
    }
}
