//! Puts a proxy between a client that has said all it will say and a server that then answers.
//!
//! ```sh
//! cargo run --example half_close
//! cargo run --example half_close -- 10   # an answer of 10 KiB
//! ```

use std::io::Result;

use clap::Parser;
use tokio::io::{
    AsyncReadExt, AsyncWriteExt, DuplexStream, copy, copy_bidirectional, duplex, split,
};
use tokio::time::{Duration, timeout};
use tokio::{join, select, try_join};

/// Puts a proxy between a client that has said all it will say and a server that then answers.
#[derive(Parser)]
#[command(bin_name = "cargo run --example half_close --")]
struct Args {
    /// Size of the answer, in KiB
    #[arg(default_value_t = 1024, value_parser = clap::value_parser!(u16).range(1..))]
    kib: u16,
}

const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

// ANCHOR: ends
/// Asks, says that this was all, and reads the answer to its end.
async fn client(mut proxy: DuplexStream) -> Result<usize> {
    proxy.write_all(b"question").await?;
    proxy.shutdown().await?;
    proxy.read_to_end(&mut Vec::new()).await
}

/// Reads the question to its end, and then answers.
async fn server(mut proxy: DuplexStream, answer: &[u8]) -> Result<usize> {
    let asked = proxy.read_to_end(&mut Vec::new()).await?;
    if proxy.write_all(answer).await.is_ok() {
        proxy.shutdown().await?; // otherwise nobody wants the answer
    }
    Ok(asked)
}
// ANCHOR_END: ends

/// The proxy's connection to the client, and the one to the server.
type Ends = (DuplexStream, DuplexStream);

// ANCHOR: proxies
async fn both_ways((mut client, mut server): Ends) -> Result<()> {
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

async fn no_shutdown((client, server): Ends) -> Result<()> {
    let (mut from_client, mut to_client) = split(client);
    let (mut from_server, mut to_server) = split(server);
    let up = copy(&mut from_client, &mut to_server);
    let down = copy(&mut from_server, &mut to_client);
    try_join!(up, down)?;
    Ok(())
}

async fn first_end((client, server): Ends) -> Result<()> {
    let (mut from_client, mut to_client) = split(client);
    let (mut from_server, mut to_server) = split(server);
    select! {
        up = copy(&mut from_client, &mut to_server) => up?,
        down = copy(&mut from_server, &mut to_client) => down?,
    };
    Ok(())
}
// ANCHOR_END: proxies

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<()> {
    let answer = vec![b'.'; usize::from(Args::parse().kib) * 1024];
    println!(
        "{:20}{:>16}{:>20}",
        "bytes received by", "the server", "the client"
    );
    row("both_ways", both_ways, &answer).await;
    row("no_shutdown", no_shutdown, &answer).await;
    row("first_end", first_end, &answer).await;
    Ok(())
}

async fn row(name: &str, proxy: impl AsyncFn(Ends) -> Result<()>, answer: &[u8]) {
    let (client_end, to_client) = duplex(64 * 1024);
    let (to_server, server_end) = duplex(64 * 1024);
    let (client, server) = (client(client_end), server(server_end, answer));
    let all = async { join!(server, client, proxy((to_client, to_server))) };
    let (asked, got) = match timeout(MONTH, all).await {
        Ok((asked, got, _)) => (said(asked), said(got)),
        Err(_) => ("waits".into(), "waits".into()),
    };
    println!("{name:20}{asked:>16}{got:>20}");
}

fn said(received: Result<usize>) -> String {
    received.map_or_else(|error| error.to_string(), |bytes| bytes.to_string())
}
