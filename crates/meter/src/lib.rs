//! Measures what a program holds and who waits for whom.
//!
//! - [`heap`] counts the bytes that are allocated now, in every thread.
//! - [`Source`], [`Chunks`] and [`Sink`] are inputs and outputs of any size that take no memory
//!   themselves, come in any shape of reads and writes, wait in virtual time, fail where they are
//!   told to, and remember what was done to them ([`Watch`]).
//! - [`Items`] is the like for items of any type.
//! - [`Window`] counts what is in flight between a source and a sink, [`Jobs`] the work under way.
//! - [`trace`] keeps live heap over bytes read, for a graph.
//! - [`trip`] tells of a wire that was crossed, while the code that crossed it is on the stack.
//!
//! Nothing in here judges, and nothing in here locks or allocates while it measures.

pub mod heap;
pub mod trace;
pub mod trip;

mod content;
mod items;
mod jobs;
mod pace;
mod sink;
mod source;
mod watch;

pub use content::Content;
pub use items::Items;
pub use jobs::{Job, Jobs};
pub use pace::next_wait_ends;
pub use sink::Sink;
pub use source::{Chunks, Source};
pub use watch::{Watch, Window, forget_failed, last_failed, moved, progress};

/// What the text of every error ends with that a [`Source`], [`Chunks`] or a [`Sink`] makes.
pub const ON_PURPOSE: &str = "(on purpose)";

/// 1024 bytes.
pub const KIB: u64 = 1024;
/// 1024 [`KIB`].
pub const MIB: u64 = 1024 * KIB;
/// 1024 [`MIB`].
pub const GIB: u64 = 1024 * MIB;
