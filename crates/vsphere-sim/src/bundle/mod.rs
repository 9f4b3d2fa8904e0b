//! Bundles: what a host packs when asked for a backup, and what it makes of one that it is to restore. Knows formats and
//! content, nothing of the network. The envelope is written from the format's description alone; whoever reads it
//! elsewhere has to get by with that description, too.

mod archive;
mod content;
mod envelope;
mod files;
mod read;
mod store;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Mutex;

use bytes::Bytes;

use crate::certificates::sha256;
use crate::specs::{BundleFormat, HostSpec};

pub use content::Content;
pub(crate) use read::{Refusal, Restorable, read};

/// The parts of padded bundles that do not depend on the host, by format and size.
#[derive(Default)]
pub(crate) struct SharedParts(Mutex<HashMap<(BundleFormat, usize), Bytes>>);

/// What a bundle is made from.
#[derive(Clone)]
pub(crate) struct Source<'a> {
    pub(crate) spec: &'a HostSpec,
    pub(crate) content: &'a Content,
    /// Backups taken so far: `.backup.counter` and the random seed follow it.
    pub(crate) counter: u64,
}

/// Packs a bundle. The same source always gives the same bytes.
///
/// A padded host's `state.tgz` is made once and shared by all hosts of that size, since otherwise a benchmark would
/// measure how fast `SQLite` and gzip make bundles; only the manifest differs then.
pub(crate) fn build(source: &Source<'_>, shared: &SharedParts) -> Vec<u8> {
    let spec = source.spec;
    let manifest = manifest(spec, &spec.uuid.to_string());
    match spec.bundle_bytes {
        None => pack(&manifest, &state(source), archive::Packing::Compressed),
        Some(size) => {
            let key = (spec.bundle, size);
            let cached = shared.0.lock().expect("no panic while packing").get(&key).cloned();
            let state = cached.unwrap_or_else(|| {
                let state = Bytes::from(state(source));
                shared.0.lock().expect("no panic while packing").insert(key, state.clone());
                state
            });
            pack(&manifest, &state, archive::Packing::Stored)
        }
    }
}

/// A bundle like `bytes`, but without its manifest.
pub(crate) fn without_manifest(bytes: &[u8]) -> Vec<u8> {
    let members = archive::unpack(bytes).unwrap_or_default();
    let kept: Vec<_> = members.into_iter().filter(|(name, _)| name != "Manifest.txt").collect();
    archive::pack(&kept, archive::Packing::Compressed)
}

/// A bundle like `bytes`, but with another host's UUID in its manifest.
pub(crate) fn with_uuid(bytes: &[u8], spec: &HostSpec, uuid: &str) -> Vec<u8> {
    let mut members = archive::unpack(bytes).unwrap_or_default();
    for (name, content) in &mut members {
        if name == "Manifest.txt" {
            *content = manifest(spec, uuid).into_bytes();
        }
    }
    archive::pack(&members, archive::Packing::Compressed)
}

fn manifest(spec: &HostSpec, uuid: &str) -> String {
    format!(
        "RELEASELEVEL={}\nUUID={uuid}\nKERNELOPTS=autoPartition=FALSE skipPartitioningSsds=FALSE\nUSEROPTS=\n",
        spec.release_level()
    )
}

fn pack(manifest: &str, state: &[u8], packing: archive::Packing) -> Vec<u8> {
    archive::pack(
        &[("Manifest.txt".into(), manifest.as_bytes().to_vec()), ("state.tgz".into(), state.to_vec())],
        packing,
    )
}

fn state(source: &Source<'_>) -> Vec<u8> {
    let spec = source.spec;
    let mut members = files::all(source);
    if let Some(size) = spec.bundle_bytes {
        let packed = archive::pack(&members, archive::Packing::Compressed).len();
        members.push((
            "etc/vmware/simulated-filler".into(),
            files::noise("filler", size.saturating_sub(packed)),
        ));
    }
    let local = archive::pack(&members, archive::Packing::Compressed);
    let members = match spec.bundle {
        BundleFormat::Plain => vec![("local.tgz".into(), local)],
        BundleFormat::Envelope => {
            let keyed = envelope::published_key();
            vec![
                ("encryption.info".into(), keyed.encryption_info("NONE").into_bytes()),
                ("local.tgz.ve".into(), envelope::seal(&local, &keyed, &nonce(source))),
            ]
        }
        BundleFormat::Sealed => {
            let keyed = envelope::sealed_key(spec);
            vec![
                ("encryption.info".into(), keyed.encryption_info("TPM").into_bytes()),
                ("local.tgz.ve".into(), envelope::seal(&local, &keyed, &nonce(source))),
            ]
        }
    };
    archive::pack(&members, archive::Packing::Stored)
}

fn nonce(source: &Source<'_>) -> [u8; 12] {
    let digest = sha256(format!("{}/{}", source.spec.uuid, source.counter).as_bytes());
    let mut nonce = [0u8; 12];
    nonce.copy_from_slice(&digest[..12]);
    nonce
}
