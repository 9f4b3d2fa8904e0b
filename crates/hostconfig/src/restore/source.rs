//! The bundle that is to be restored: in memory from here on, so that what was checked is what is sent.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::error::RestoreError;
use super::journal::BundleOrigin;
use super::request::BundleSource;
use crate::archive::{ArchiveError, Problem, Record};
use crate::bundle::{Checked, Contents, check, normal_uuid, read_contents};
use crate::files::{self, FileError};
use crate::{Error, Result};

/// What a bundle says of itself, before any host is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleFacts {
    /// Which bundle.
    pub origin: BundleOrigin,
    /// `RELEASELEVEL` of its manifest.
    pub release_level: Option<String>,
    /// The hardware UUID in its manifest, if it is some hardware's own; compare it with [`crate::bundle::uuid_matches`].
    pub uuid: Option<String>,
}

/// Reads a bundle through, and proves it sound and, from the archive, unchanged.
///
/// # Errors
/// It cannot be read, is none, or is not what was taken.
pub fn look_at(source: &BundleSource) -> Result<BundleFacts> {
    let bundle = load(source)?;
    let manifest = &bundle.checked.manifest;
    Ok(BundleFacts {
        origin: bundle.origin(),
        release_level: manifest.release_level.clone(),
        uuid: manifest.uuid.clone().filter(|uuid| normal_uuid(uuid).is_some()),
    })
}

/// A bundle that is sound.
#[derive(Debug, Clone)]
pub(super) struct Bundle {
    pub(super) bytes: Bytes,
    /// In lower-case hexadecimal.
    pub(super) sha256: String,
    pub(super) checked: Checked,
    pub(super) contents: Contents,
    /// Where it is in the archive.
    pub(super) record: Option<Record>,
    pub(super) path: PathBuf,
}

/// Reads a bundle, and proves it sound and, from the archive, unchanged.
pub(super) fn load(source: &BundleSource) -> Result<Bundle> {
    let (path, record) = match source {
        BundleSource::Archived(record) => (record.bundle_path(), Some(record.as_ref().clone())),
        BundleSource::File(path) => (path.clone(), None),
    };
    let bytes = match (read(&path), &record) {
        (Err(Error::File(error)), Some(record)) if error.source.kind() == io::ErrorKind::NotFound => {
            return Err(damaged(record, Problem::Missing { file: record.bundle.file.clone() }));
        }
        (bytes, _) => bytes?,
    };
    let sha256 = hex::encode(Sha256::digest(&bytes));
    if let Some(record) = &record
        && !record.bundle.sha256.eq_ignore_ascii_case(&sha256)
    {
        let expected = record.bundle.sha256.clone();
        return Err(damaged(record, Problem::WrongHash { expected, found: sha256 }));
    }
    let unsound = |problem| Error::Bundle { path: path.clone(), problem };
    let checked = check(&bytes[..]).map_err(unsound)?;
    let contents = read_contents(&bytes).map_err(unsound)?;
    Ok(Bundle { bytes: bytes.into(), sha256, checked, contents, record, path })
}

impl Bundle {
    /// As the journal names it.
    pub(super) fn origin(&self) -> BundleOrigin {
        BundleOrigin {
            record: self.record.as_ref().map(|record| record.id.clone()),
            path: self.path.clone(),
            sha256: self.sha256.clone(),
            bytes: self.bytes.len() as u64,
            taken_at: self.record.as_ref().map(|record| record.taken_at),
        }
    }
}

/// Reads the bundle that a journal names, which must still be the same.
pub(super) fn load_again(origin: &BundleOrigin) -> Result<Bundle> {
    let bundle = load(&BundleSource::File(origin.path.clone()))?;
    if bundle.sha256 != origin.sha256 {
        return Err(RestoreError::OtherBundle { path: origin.path.clone() }.into());
    }
    Ok(bundle)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let opened: io::Result<File> = files::open_regular(path);
    opened
        .and_then(|file| file.take(vsphere::transfer::MAX_BUNDLE + 1).read_to_end(&mut bytes))
        .map_err(|error| FileError::new("read", path, error))?;
    if bytes.len() as u64 > vsphere::transfer::MAX_BUNDLE {
        return Err(RestoreError::BundleTooLarge { path: path.to_owned() }.into());
    }
    Ok(bytes)
}

fn damaged(record: &Record, problem: Problem) -> Error {
    ArchiveError::Damaged { id: record.id.clone(), problem: Box::new(problem) }.into()
}
