//! Configuration bundles: whether one is whole, and what it says of its host.
//!
//! Bundles come from the network and from disks, so nothing in them is trusted: everything is read as a stream, within
//! limits, and nothing is ever unpacked to the disk. A bundle is never modified. It must not know of archives or hosts.

mod check;
mod contents;
mod envelope;
mod manifest;

pub use check::{BundleProblem, Checked, Layer, MAX_MEMBERS, MAX_UNPACKED_BYTES, Member, check};
pub use contents::{Comparison, Contents, Sealing, compare, read_contents};
pub use manifest::{MAX_MANIFEST_BYTES, Manifest, normal_uuid, parse_manifest, uuid_matches};

#[cfg(test)]
pub(crate) use check::tests;
