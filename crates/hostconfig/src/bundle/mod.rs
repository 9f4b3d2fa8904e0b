//! Configuration bundles: whether one is whole, what it says of its host, what the host was configured to do, and how two
//! differ.
//!
//! Bundles come from the network and from disks, so nothing in them is trusted: everything is read as a stream, within
//! limits, and nothing is ever unpacked to the disk. A bundle is never modified. Its secrets do not get past `open`: what it
//! gives is [`Redacted`]. It must not know of archives or hosts.

mod check;
mod config_store;
mod contents;
mod diff;
mod envelope;
mod esx_conf;
mod file;
#[cfg(any(fuzzing, test))]
pub mod fuzz;
mod manifest;
mod noise;
mod problem;
mod redact;
mod settings;
mod walk;

pub use check::{Checked, Layer, Limits, MAX_MEMBERS, MAX_UNPACKED_BYTES, Member, check};
pub use config_store::{ConfigStore, StoreObject};
pub use contents::{CONTENT_LIMITS, Comparison, Contents, Sealing, compare, open, read_contents};
pub use diff::{
    Change, ChangeKind, Diff, FileChange, Group, Hunk, LeftOut, Line, LineKind, diff, diff_settings, to_html,
    to_text,
};
pub use esx_conf::{ConfEntry, ConfNode, EsxConf};
pub use file::{BundleFile, FileBody};
pub use manifest::{MAX_MANIFEST_BYTES, Manifest, normal_uuid, parse_manifest, uuid_matches};
pub use noise::Noise;
pub use problem::{BundleProblem, Forbidden};
pub use redact::{Redacted, Secret};
pub use settings::{RULES, Section, Setting, Source, fingerprint, settings};

#[cfg(test)]
pub(crate) use check::tests;
