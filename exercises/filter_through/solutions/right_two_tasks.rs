// right: a task for each direction, in a set that aborts them when it is dropped

//! Why it is right: `join_next` gives the first that ends, so an error is seen while the other still waits.
//! The `JoinSet` is dropped then, and when the caller gives up, and its tasks with it.
//!
//! In Node.js: the two pipelines, each with an `AbortSignal`.

use anyhow::Context;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, split};
use tokio::task::JoinSet;

pub async fn filter_through<T, R, W>(filter: T, mut input: R, mut output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (mut from_filter, mut to_filter) = split(filter);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        copy(&mut input, &mut to_filter).await?;
        to_filter.shutdown().await?;
        anyhow::Ok(None)
    });
    tasks.spawn(async move {
        let n = copy(&mut from_filter, &mut output).await?;
        output.shutdown().await?;
        anyhow::Ok(Some(n))
    });
    let mut total = None;
    while let Some(ended) = tasks.join_next().await {
        total = ended??.or(total);
    }
    total.context("the draining task counts")
}
