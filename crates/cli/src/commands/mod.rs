//! One file a subcommand.

pub(crate) mod archive;
pub(crate) mod backup;
pub(crate) mod bundle;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod hosts;
pub(crate) mod recovery_key;
pub(crate) mod restore;
pub(crate) mod server;
pub(crate) mod simulate;
