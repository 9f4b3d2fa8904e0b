//! The archive on disk: dated folders of bundles that stay useful without Hostkeep, and the rules by which they are
//! written and removed.
//!
//! What lies on the disk is the truth; there is no index. Everything is written in staging on the same volume, flushed,
//! and renamed into place: the rename is the commit. It must not know where bundles come from.

mod contents;
mod error;
mod export;
mod fingerprint;
mod fingerprint_files;
mod history;
mod list;
mod lock;
mod marks;
mod name;
mod proof;
mod prune;
mod record;
mod remove;
mod run;
mod staging;
mod verify;

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use contents::{MAX_READ_BYTES, read_bundle, read_bundle_file};
pub use error::ArchiveError;
pub use export::{Exported, export};
pub use fingerprint::{Fingerprint, Fingerprints, Standing, fingerprint, fingerprint_all, standings};
pub use fingerprint_files::FINGERPRINTS_FORMAT;
pub use history::{HostChange, changes};
pub use list::{Listing, ListingProblem, newest_of_each};
pub use lock::{LockHolder, WriteLock};
pub use marks::{MARKS_FILE, MARKS_FORMAT, MAX_NOTE_CHARS, Marks, checked_note};
pub(crate) use name::short_hash;
pub use name::{HostFolder, MAX_NAME_BYTES, MAX_NAME_UNITS, host_folder, host_folders, safe_name};
pub use proof::{Proof, Proven, RUNGS, Rung, Step};
pub use prune::{HostPlan, Kept, KeptBecause, PrunePlan, delete_plan, prune_plan};
pub use record::{
    RECORD_FILE, RECORD_FORMAT, Record, RecordBundle, RecordDraft, RecordHost, RecordManifest,
    RecordObtained, RecordProduct, RecordServer, ServerKind, is_future,
};
pub use remove::{Pruning, Removal};
pub use run::RunFile;
pub use staging::Staging;
pub use verify::{Problem, Verdict, verify, verify_all};

use crate::files::{self, FileError, FileProblem};
use crate::{Error, Result};

/// The file in the archive's root that makes it an archive.
pub const MARKER_FILE: &str = "hostkeep-archive.json";
/// The format of the archive that this version writes and the newest that it reads.
pub const ARCHIVE_FORMAT: u32 = 1;
/// Hostkeep's own folder in the archive's root.
const OWN_FOLDER: &str = ".hostkeep";
const MAX_MARKER_BYTES: u64 = 64 * 1024;

/// An archive that was there when it was opened.
#[derive(Debug, Clone)]
pub struct Archive {
    root: PathBuf,
    id: String,
}

#[derive(Serialize, Deserialize)]
struct Marker {
    format: u32,
    id: String,
}

impl Archive {
    /// Opens the archive in a folder. `remembered` is the id under which the settings remember an archive at this
    /// path: then a missing marker is [`ArchiveError::Vanished`], another id [`ArchiveError::OtherArchive`].
    pub fn open(root: &Path, remembered: Option<&str>) -> Result<Self> {
        let path = absolute(root)?;
        let marker = match read_marker(&path) {
            // The server or drive behind a path that was used before does not answer.
            Err(Error::File(e)) if remembered.is_some() && e.problem == FileProblem::Vanished => None,
            marker => marker?,
        };
        let Some(marker) = marker else {
            return Err(match remembered {
                Some(_) => ArchiveError::Vanished { path },
                None if !path.exists() => ArchiveError::NoFolder { path },
                None => ArchiveError::NotAnArchive { path },
            }
            .into());
        };
        match remembered {
            Some(expected) if expected != marker.id => {
                Err(ArchiveError::OtherArchive { path, expected: expected.into(), found: marker.id }.into())
            }
            _ => Ok(Self { root: path, id: marker.id }),
        }
    }

    /// Makes a folder an archive, and the folder itself where it is missing. Whatever lies in it is left alone.
    ///
    /// # Errors
    /// [`ArchiveError::AlreadyAnArchive`]; [`ArchiveError::ParentMissing`], because folders made above the archive could
    /// be a local look-alike of a share that is not mounted.
    pub fn create(root: &Path) -> Result<Self> {
        let root = absolute(root)?;
        if read_marker(&root)?.is_some() {
            return Err(ArchiveError::AlreadyAnArchive { path: root }.into());
        }
        if !root.is_dir()
            && let Some(parent) = root.parent().filter(|parent| !parent.is_dir())
        {
            return Err(ArchiveError::ParentMissing { parent: parent.to_path_buf() }.into());
        }
        files::ensure_private_folder(&root)?;
        let own = root.join(OWN_FOLDER);
        for folder in [own.clone(), own.join(lock::STAGING), own.join(run::RUNS)] {
            files::ensure_private_folder(&folder)?;
        }
        let id = uuid::Uuid::new_v4().simple().to_string();
        // The marker is the last to come: a half-made archive is none.
        files::write_json_atomically(
            &root.join(MARKER_FILE),
            &Marker { format: ARCHIVE_FORMAT, id: id.clone() },
        )?;
        Ok(Self { root, id })
    }

    /// Opens the archive in a folder, or makes the folder one: never where one is `remembered`.
    pub fn open_or_create(root: &Path, remembered: Option<&str>) -> Result<Self> {
        match Self::open(root, remembered) {
            Err(Error::Archive(ArchiveError::NotAnArchive { .. } | ArchiveError::NoFolder { .. })) => {
                Self::create(root)
            }
            opened => opened,
        }
    }

    /// The archive's folder, absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The archive's id, which the settings remember beside its path.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The record whose id is, or alone begins with, `asked` (in any case).
    pub fn find<'a>(&self, listing: &'a Listing, asked: &str) -> Result<&'a Record> {
        find(listing, asked)
    }

    fn own(&self, name: &str) -> PathBuf {
        self.root.join(OWN_FOLDER).join(name)
    }

    /// Whether the archive is where it was.
    fn is_there(&self) -> bool {
        fs::exists(self.root.join(MARKER_FILE)).unwrap_or(false)
    }

    /// An I/O error inside of the archive, or, when the archive as a whole is gone, that.
    fn blame(&self, error: FileError) -> Error {
        use FileProblem::{Failing, Missing, Vanished};
        let gone = matches!(error.problem, Missing | Vanished | Failing) && !self.is_there();
        if gone { ArchiveError::Vanished { path: self.root.clone() }.into() } else { error.into() }
    }
}

fn find<'a>(listing: &'a Listing, asked: &str) -> Result<&'a Record> {
    let wanted = asked.trim().to_ascii_lowercase();
    if wanted.is_empty() {
        return Err(ArchiveError::RecordNotFound { asked: asked.into(), unreadable: 0 }.into());
    }
    let mut found: Vec<&Record> = listing.records.iter().filter(|r| r.id.starts_with(&wanted)).collect();
    // An admin's copy of a record within the archive is the same backup.
    found.sort_by(|a, b| (&a.id, &a.bundle.sha256).cmp(&(&b.id, &b.bundle.sha256)));
    found.dedup_by(|a, b| (&a.id, &a.bundle.sha256) == (&b.id, &b.bundle.sha256));
    match found[..] {
        [record] => Ok(record),
        [] => {
            let unreadable = listing.problems.len();
            Err(ArchiveError::RecordNotFound { asked: asked.into(), unreadable }.into())
        }
        _ => Err(ArchiveError::RecordAmbiguous {
            asked: asked.into(),
            candidates: found.iter().map(|r| r.id.clone()).collect(),
        }
        .into()),
    }
}

/// The marker of a folder; `None` when there is no such file.
fn read_marker(root: &Path) -> Result<Option<Marker>> {
    let path = root.join(MARKER_FILE);
    let json = match files::read_limited(&path, MAX_MARKER_BYTES) {
        Ok(json) => json,
        Err(e) if files::classify(&e) == FileProblem::Missing => return Ok(None),
        Err(e) => return Err(FileError::new("read", path, e).into()),
    };
    let broken =
        |e: serde_json::Error| ArchiveError::MarkerBroken { path: path.clone(), reason: e.to_string() };
    let format = files::format_of(&json).map_err(broken)?;
    if format > ARCHIVE_FORMAT {
        return Err(ArchiveError::NewerFormat { path: root.to_path_buf(), format }.into());
    }
    Ok(Some(serde_json::from_slice(&json).map_err(broken)?))
}

/// A current folder that changes later must not move the archive, and Windows takes long paths only when absolute.
fn absolute(root: &Path) -> Result<PathBuf> {
    Ok(std::path::absolute(root).map_err(|e| FileError::new("find", root, e))?)
}

#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
#[cfg(windows)]
mod windows_tests;
