//! Proves a bundle whole in one pass: gzip to its end, tar, `Manifest.txt`, and the archives nested in `state.tgz`.

use std::fmt;
use std::io::Read;

use super::manifest::{Manifest, parse_manifest};
use super::problem::BundleProblem;
use super::walk::{Found, Keeping, walk_through};

/// How much a bundle may unpack to, all its layers together. Real ones have a few megabytes.
pub const MAX_UNPACKED_BYTES: u64 = 512 * 1024 * 1024;
/// How many members a bundle may have, all its layers together.
pub const MAX_MEMBERS: usize = 50_000;

/// How much a bundle may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// What it may unpack to, in bytes, all its layers together.
    pub unpacked_bytes: u64,
    /// How many files it may have, all its layers together.
    pub members: usize,
}

/// What a sound bundle holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its `Manifest.txt`.
    pub manifest: Manifest,
    /// Its files, those of nested archives included.
    pub members: Vec<Member>,
}

/// A file in a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its path, through nested archives: `state.tgz/local.tgz/etc/hosts`. As the bundle has it: not a path to write to.
    pub path: String,
    /// Its length.
    pub bytes: u64,
}

/// An archive in a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// The bundle itself.
    Bundle,
    /// `state.tgz` in it.
    State,
    /// `local.tgz` in that.
    Local,
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bundle => "it",
            Self::State => "its state.tgz",
            Self::Local => "its local.tgz",
        })
    }
}

/// Reads a bundle through to its end and says what it holds, or the first thing that is wrong with it. Memory stays
/// within a few megabytes whatever the bundle, and time within a few seconds.
pub fn check(bundle: impl Read) -> Result<Checked, BundleProblem> {
    let limits = Limits { unpacked_bytes: MAX_UNPACKED_BYTES, members: MAX_MEMBERS };
    let mut found = walk_through(bundle, limits, Keeping::Nothing)?;
    let manifest = require_bundle(&mut found)?;
    Ok(Checked { manifest, members: found.members })
}

/// The manifest of what has all that makes a bundle: that, and a host's configuration, plain or in an envelope.
pub(super) fn require_bundle(found: &mut Found) -> Result<Manifest, BundleProblem> {
    let manifest = found.manifest.take().ok_or(BundleProblem::NoManifest)?;
    let manifest = parse_manifest(&manifest).ok_or(BundleProblem::BadManifest)?;
    if !found.has_state {
        return Err(BundleProblem::NoState);
    }
    if !found.has_local {
        let envelope = found.envelope.ok_or(BundleProblem::NoLocal)?;
        envelope.map_err(|reason| BundleProblem::Envelope { reason: reason.to_owned() })?;
    }
    Ok(manifest)
}

#[cfg(test)]
#[path = "check_tests.rs"]
pub(crate) mod tests;
