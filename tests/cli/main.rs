//! The console program as scripts and people see it: what it prints, where, and its exit code, against the simulator.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, reason = "a test program")]

mod archive;
mod backup;
mod bundle;
mod ending;
mod help;
mod hosts;
mod recovery_key;
mod restore;
mod server;
mod simulate;
mod support;
mod terminal;
mod windows;
