//! Finding the programs that others wrote. `cargo xtask test` sets these variables; without one of them the test that
//! needs it says so, in a line that xtask counts.

#![allow(dead_code, reason = "each test program uses some of it")]

use std::path::PathBuf;

/// The file or folder that this environment variable names; `None`, and a line saying so, when it is not set.
pub(crate) fn peer(variable: &str) -> Option<PathBuf> {
    let Some(path) = std::env::var_os(variable).map(PathBuf::from) else {
        println!("skipped: {variable} is not set; `cargo xtask test` sets it");
        return None;
    };
    assert!(path.exists(), "{variable} names {}, which does not exist", path.display());
    Some(path)
}

/// A file of tests/peers.
pub(crate) fn peers_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(name)
}
