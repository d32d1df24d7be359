//! Measures what a program holds and who waits for whom.
//!
//! Nothing in here judges. [`heap`] counts the bytes that a program has allocated and not yet given
//! back, in every thread.

pub mod heap;
