// trap fails correct, errors: the timeout drops the future, and with it the batch that it was filling

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
        let fill = async {
            let mut batch = Vec::new();
            while batch.len() < max {
                match items.next().await {
                    Some(item) => batch.push(item),
                    None => return (batch, true),
                }
            }
            (batch, false)
        };
        let Ok((batch, ended)) = timeout(wait, fill).await else {
            continue;
        };
        if !batch.is_empty() {
            out.send(batch).await?;
        }
        if ended {
            return Ok(());
        }
    }
}
