// trap fails correct: what the `BufWriter` still holds is left in it when the output is taken out

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufWriter, copy, split};

pub async fn filter_through<T, R, W>(filter: T, mut input: R, output: W) -> anyhow::Result<u64>
where
    T: AsyncRead + AsyncWrite + Send + 'static,
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let mut buffered = BufWriter::new(output);
    let (mut from_filter, mut to_filter) = split(filter);
    let feed = async {
        copy(&mut input, &mut to_filter).await?;
        to_filter.shutdown().await
    };
    let drain = async move {
        let mut chunk = [0; 1000];
        let mut n = 0;
        loop {
            let read = from_filter.read(&mut chunk).await?;
            if read == 0 {
                break;
            }
            buffered.write_all(&chunk[..read]).await?;
            n += read as u64;
        }
        buffered.into_inner().shutdown().await?;
        std::io::Result::Ok(n)
    };
    let ((), n) = tokio::try_join!(feed, drain)?;
    Ok(n)
}
