//! What can be wrong with a bundle.

use std::fmt;
use std::io;

use super::check::Layer;
use crate::files;

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
    /// There is neither `local.tgz` nor `local.tgz.ve` in its `state.tgz`: no configuration.
    #[error("its state.tgz has neither local.tgz nor local.tgz.ve, so it holds no configuration")]
    NoLocal,
    /// The envelope around its configuration is none, or nobody can open it any more.
    #[error("{reason}")]
    Envelope {
        /// In plain words.
        reason: String,
    },
    /// It has a member that no bundle of a host has, and that could do harm where it is unpacked.
    #[error("{layer} has {what} among its files: {path}")]
    Forbidden {
        /// Which archive.
        layer: Layer,
        /// What kind of member it is.
        what: Forbidden,
        /// Its path, with characters that nobody would see by their numbers.
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

impl BundleProblem {
    /// A stable word for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(source) => files::classify(source).code(),
            Self::Empty(_) => "bundle_empty",
            Self::NotGzip { .. } => "bundle_not_gzip",
            Self::Truncated(_) => "bundle_cut_off",
            Self::GzipDamaged { .. } => "bundle_damaged",
            Self::TrailingData => "bundle_trailing_data",
            Self::TarDamaged { .. } => "bundle_not_tar",
            Self::TooLarge { .. } | Self::TooManyMembers => "bundle_too_large",
            Self::NoManifest | Self::BadManifest => "bundle_no_manifest",
            Self::NoState => "bundle_no_state",
            Self::NoLocal => "bundle_no_configuration",
            Self::Envelope { .. } => "bundle_envelope_broken",
            Self::Forbidden { .. } => "bundle_forbidden_member",
        }
    }

    /// What to do next.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "Check that the file is there and that this user may read it.",
            Self::NotGzip { looks_like_html: true, .. } => {
                "A web page came in the bundle's place: check for a proxy or a gateway between this machine and the host, then take the backup again."
            }
            Self::TooLarge { .. } | Self::TooManyMembers | Self::Forbidden { .. } => {
                "Do not use the file: no ESXi host wrote it."
            }
            Self::NoManifest | Self::BadManifest | Self::NoState | Self::NoLocal => {
                "Choose a configBundle file that an ESXi host wrote, or take the backup again."
            }
            _ => "Take the backup again, or use another backup of the host.",
        }
    }
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
