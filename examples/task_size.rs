//! 1,000 tasks read with a buffer of 64 KiB, and then sleep. Where is the buffer, and until when?
//!
//! ```sh
//! cargo run --example task_size
//! cargo run --example task_size -- 4000   # 4,000 tasks
//! ```

use std::time::Duration;

use clap::Parser;
use meter::heap;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::{task::JoinSet, time::sleep};

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

/// 1,000 tasks read with a buffer of 64 KiB, and then sleep. Where is the buffer, and until when?
#[derive(Parser)]
#[command(bin_name = "cargo run --example task_size --")]
struct Args {
    /// How many tasks
    #[arg(default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    tasks: u16,
}

const HOUR: Duration = Duration::from_secs(3600);

// ANCHOR: tasks
async fn array(mut peer: impl AsyncRead + Unpin) -> usize {
    let read = {
        let mut buffer = [0; 64 * 1024];
        peer.read(&mut buffer).await
    }; // the buffer is out of scope
    sleep(HOUR).await;
    read.unwrap_or(0)
}

async fn vec(mut peer: impl AsyncRead + Unpin) -> usize {
    let read = {
        let mut buffer = vec![0; 64 * 1024];
        peer.read(&mut buffer).await
    }; // and dropped
    sleep(HOUR).await;
    read.unwrap_or(0)
}
// ANCHOR_END: tasks

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let tasks = Args::parse().tasks.into();
    println!("Live heap for each of {tasks} tasks that read and then sleep\n");
    println!("                the future   spawned   reading  sleeping");
    row("[0; 65536]", tasks, array).await;
    row("vec![0; 65536]", tasks, vec).await;
}

async fn row<F>(name: &str, tasks: usize, work: impl Fn(DuplexStream) -> F)
where
    F: Future<Output = usize> + Send + 'static,
{
    let (before, mut set, mut size) = (heap::live(), JoinSet::new(), 0);
    let (mut peers, ends): (Vec<_>, Vec<_>) = (0..tasks).map(|_| duplex(1)).unzip();
    let each = || format!("{:6} KiB", (heap::live() - before) / tasks / 1024);
    for end in ends {
        let future = work(end);
        size = size_of_val(&future) >> 10;
        set.spawn(future);
    }
    let spawned = each();
    sleep(Duration::from_secs(1)).await;
    let reading = each();
    for peer in &mut peers {
        let _taken = peer.write_all(b".").await;
    }
    sleep(Duration::from_secs(1)).await;
    println!("{name:16}{size:7} KiB{spawned}{reading}{}", each());
    set.shutdown().await;
}
