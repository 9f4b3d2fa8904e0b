//! What Hostkeep does with host configurations: the archive on disk, bundles, settings, credentials and the record of
//! who did what.
//!
//! It must know neither the window nor the terminal: it prints nothing and asks no clock what time it is. Time,
//! progress and cancellation are passed in, and every failure is an [`Error`] that names what failed, on what, and what to do next.
//! Functions block on files; asynchronous callers use [`blocking`].

pub mod archive;
pub mod audit;
pub mod backup;
mod blocking;
pub mod bundle;
mod config_dir;
pub mod credentials;
mod error;
pub mod files;
pub mod hosts_file;
pub mod inventory;
pub mod known_hosts;
pub mod logging;
mod machine;
pub mod recovery_keys;
pub mod restore;
pub mod safety;
pub mod search;
pub mod selection;
pub mod settings;
pub mod verified;

pub use blocking::blocking;
pub use config_dir::{ConfigDir, default_archive};
pub use error::{Error, ErrorReport, Result};
