//! Proves a bundle whole in one pass: gzip to its end, tar, `Manifest.txt`, and the archives nested in `state.tgz`.

use std::fmt;
use std::io::{self, Read};

use super::manifest::{Manifest, parse_manifest};
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

/// Why a bundle is no good.
#[derive(Debug, thiserror::Error)]
pub enum BundleProblem {
    /// The file itself cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    /// It has no bytes.
    #[error("{0} is empty")]
    Empty(Layer),
    /// It is something else than gzip.
    #[error("{layer} is not a gzip file{}", if *.looks_like_html { ": it looks like a web page" } else { "" })]
    NotGzip {
        /// Which archive.
        layer: Layer,
        /// Whether it begins as a web page does: a proxy's or the host's error message.
        looks_like_html: bool,
    },
    /// It ends too early.
    #[error("{0} is cut off")]
    Truncated(Layer),
    /// It does not decompress to what was compressed.
    #[error("{layer} is damaged: {reason}")]
    GzipDamaged {
        /// Which archive.
        layer: Layer,
        /// In the decoder's words.
        reason: String,
    },
    /// Something follows the end of the bundle.
    #[error("there is data after the end of the bundle")]
    TrailingData,
    /// It decompresses, but to no readable tar archive.
    #[error("{layer} holds no readable tar archive: {reason}")]
    TarDamaged {
        /// Which archive.
        layer: Layer,
        /// In the decoder's words.
        reason: String,
    },
    /// It unpacks to far more than any host's configuration.
    #[error("it unpacks to more than {limit_mib} MiB, which no host's configuration does")]
    TooLarge {
        /// How much it may unpack to.
        limit_mib: u64,
    },
    /// It has far more files than any host's configuration.
    #[error("it has too many files or too long names, more than any host's configuration")]
    TooManyMembers,
    /// There is no `Manifest.txt`.
    #[error("it has no Manifest.txt, so it is not a configuration bundle")]
    NoManifest,
    /// `Manifest.txt` names neither release nor UUID.
    #[error("its Manifest.txt cannot be understood")]
    BadManifest,
    /// There is no `state.tgz`: no configuration.
    #[error("it has no state.tgz, so it holds no configuration")]
    NoState,
    /// It has a member that no bundle of a host has, and that could do harm where it is unpacked.
    #[error("{layer} has {what} among its files: {path}")]
    Forbidden {
        /// Which archive.
        layer: Layer,
        /// What kind of member it is.
        what: Forbidden,
        /// Its path, without control characters.
        path: String,
    },
}

/// A kind of member that is never read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forbidden {
    /// A symbolic or hard link.
    Link,
    /// A device, a pipe, a sparse file or anything else that is neither file nor folder.
    Special,
    /// A path that is absolute or has `..` in it.
    Traversal,
    /// A second file with the path of a first one.
    Duplicate,
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Link => "a link",
            Self::Special => "something that is no plain file",
            Self::Traversal => "a path that leads out of it",
            Self::Duplicate => "a path that another file has already",
        })
    }
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
    let Found { manifest, members, has_state, .. } = walk_through(bundle, limits, Keeping::Nothing)?;
    let manifest = manifest.ok_or(BundleProblem::NoManifest)?;
    let manifest = parse_manifest(&manifest).ok_or(BundleProblem::BadManifest)?;
    if !has_state {
        return Err(BundleProblem::NoState);
    }
    Ok(Checked { manifest, members })
}

#[cfg(test)]
#[path = "check_tests.rs"]
pub(crate) mod tests;
