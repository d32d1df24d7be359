// trap fails errors: after the end of the input, an error waits for the jobs behind it

#![allow(unused)]
use tokio::sync::mpsc;
use tokio_stream::{Stream, StreamExt};

struct Ab<U>(tokio::task::JoinHandle<anyhow::Result<U>>);
impl<U> Drop for Ab<U> {
    fn drop(&mut self) {
        self.0.abort()
    }
}
async fn head<U>(
    q: &mut std::collections::VecDeque<Ab<U>>,
) -> Result<anyhow::Result<U>, tokio::task::JoinError> {
    (&mut q.front_mut().unwrap().0).await
}

pub async fn map_ordered<S, T, F, Fut, U>(
    items: S,
    limit: usize,
    work: F,
    out: mpsc::Sender<U>,
) -> anyhow::Result<()>
where
    S: Stream<Item = T> + Send + Unpin + 'static,
    T: Send + 'static,
    F: Fn(T) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = anyhow::Result<U>> + Send + 'static,
    U: Send + Sync + 'static,
{
    let mut items = items;
    let mut q = std::collections::VecDeque::new();
    let (mut ended, mut started, mut sent) = (false, 0u64, 0u64);
    loop {
        tokio::select! {
            answer = head(&mut q), if !q.is_empty() && true => { match answer? { Ok(a) => out.send(a).await?, Err(e) => { if ended { q.pop_front(); while let Some(mut j) = q.pop_front() { let _ = (&mut j.0).await; } } return Err(e) } } q.pop_front(); sent += 1;  }
            x = items.next(), if !ended && q.len() < limit => match x { Some(x) => { started += 1; q.push_back(Ab(tokio::spawn(work(x)))); } None => ended = true },
            else => return Ok(()),
        }
    }
}
