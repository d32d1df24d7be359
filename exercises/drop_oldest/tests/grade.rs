//! Grades `drop_oldest`: `cargo test -p drop_oldest`. The cases are in `cases/lib.rs`.

use std::process::ExitCode;
use std::sync::Arc;

use drop_oldest_cases::{DropOldest, Reading, Solution};
use grader::BoxFuture;

/// Neither the trait nor the queue is of this crate.
struct Queue<Q>(Q);

impl DropOldest<Reading> for Queue<drop_oldest::DropOldest<Reading>> {
    fn push(&self, item: Reading) -> Option<Reading> {
        self.0.push(item)
    }

    fn pop(&self) -> BoxFuture<'_, Option<Reading>> {
        Box::pin(self.0.pop())
    }

    fn close(&self) {
        self.0.close();
    }
}

impl DropOldest<Arc<()>> for Queue<drop_oldest::DropOldest<Arc<()>>> {
    fn push(&self, item: Arc<()>) -> Option<Arc<()>> {
        self.0.push(item)
    }

    fn pop(&self) -> BoxFuture<'_, Option<Arc<()>>> {
        Box::pin(self.0.pop())
    }

    fn close(&self) {
        self.0.close();
    }
}

fn main() -> ExitCode {
    let solution = Solution {
        readings: |cap| Box::new(Queue(drop_oldest::DropOldest::new(cap))),
        tokens: |cap| Box::new(Queue(drop_oldest::DropOldest::new(cap))),
    };
    drop_oldest_cases::grade(grader::exercise!(), solution)
}
