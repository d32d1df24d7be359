// trap fails cancel, memory, errors: a task for each batch sends it when its time has come, whoever is still there

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};
use tokio::time::sleep;
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
    let shared: Arc<Mutex<(u64, Vec<T>)>> = Arc::new(Mutex::new((0, Vec::new())));
    while let Some(item) = items.next().await {
        let (full, first) = {
            let mut state = shared.lock().await;
            state.1.push(item);
            let full = state.1.len() == max;
            if full {
                state.0 += 1;
            }
            let batch = full.then(|| std::mem::take(&mut state.1));
            (batch, (state.1.len() == 1).then_some(state.0))
        };
        if let Some(batch) = full {
            out.send(batch).await?;
        }
        if let Some(number) = first {
            let (shared, out) = (shared.clone(), out.clone());
            tokio::spawn(async move {
                sleep(wait).await;
                let mut state = shared.lock().await;
                if state.0 == number && !state.1.is_empty() {
                    state.0 += 1;
                    let batch = std::mem::take(&mut state.1);
                    let _ = out.send(batch).await;
                }
            });
        }
    }
    let rest = std::mem::take(&mut shared.lock().await.1);
    if !rest.is_empty() {
        out.send(rest).await?;
    }
    Ok(())
}
