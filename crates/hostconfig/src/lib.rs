//! What Hostkeep does with host configurations: the archive on disk, bundles, settings, credentials and the record of
//! who did what.
//!
//! It must know neither the window nor the terminal: it prints nothing and asks no clock. Time, progress and
//! cancellation are passed in, and every failure is an [`Error`] that names what failed, on what, and what to do next.
//! Functions block on files; asynchronous callers use `spawn_blocking`.

pub mod archive;
mod error;
pub mod files;
mod machine;

pub use error::{Error, ErrorReport, Result};
