use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::trip::{Trip, crossed};

/// Counts jobs: how many started, how many are under way, how many there ever were at once.
#[derive(Debug, Clone)]
pub struct Jobs(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    limit: u64,
    started: AtomicU64,
    running: AtomicU64,
    most: AtomicU64,
}

/// A job under way; it ends when this is dropped, by finishing or by being canceled.
#[derive(Debug)]
pub struct Job(Jobs);

impl Jobs {
    /// At most `limit` jobs may be under way; one more is a [`Trip::TooManyJobs`].
    pub fn new(limit: u64) -> Self {
        Jobs(Arc::new(Counts {
            limit,
            started: AtomicU64::new(0),
            running: AtomicU64::new(0),
            most: AtomicU64::new(0),
        }))
    }

    /// A job starts.
    pub fn start(&self) -> Job {
        crate::watch::moved();
        self.0.started.fetch_add(1, Relaxed);
        let running = self.0.running.fetch_add(1, Relaxed) + 1;
        self.0.most.fetch_max(running, Relaxed);
        if running > self.0.limit {
            crossed(Trip::TooManyJobs {
                running,
                limit: self.0.limit,
            });
        }
        Job(self.clone())
    }

    /// Jobs started so far.
    pub fn started(&self) -> u64 {
        self.0.started.load(Relaxed)
    }

    /// Jobs under way now.
    pub fn running(&self) -> u64 {
        self.0.running.load(Relaxed)
    }

    /// The most jobs that were ever under way at once.
    pub fn most(&self) -> u64 {
        self.0.most.load(Relaxed)
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        crate::watch::moved();
        self.0.0.running.fetch_sub(1, Relaxed);
    }
}
