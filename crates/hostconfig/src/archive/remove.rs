//! Carrying out a plan: the only code that deletes from the archive.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::vec;

use super::lock::{Held, STAGING};
use super::prune::digest;
use super::{ArchiveError, MARKS_FILE, PrunePlan, RECORD_FILE, Record, WriteLock, marks};
use crate::Result;
use crate::files::{self, FileError};

/// The carrying out of a plan, one record with each step. What was not stepped to stays as it is; the lock is held
/// until this is dropped.
#[must_use = "nothing is removed before it is stepped through"]
#[derive(Debug)]
pub struct Pruning {
    held: Arc<Held>,
    left: vec::IntoIter<Record>,
}

/// What became of one record of a plan.
#[derive(Debug)]
pub struct Removal {
    /// The record.
    pub record: Record,
    /// The bundle's bytes that were freed, or in plain words why the record could not go; then all of it is still there.
    /// 0 bytes where the system did not delete the file at once; it goes when the lock is taken next.
    pub freed: Result<u64, String>,
}

impl WriteLock {
    /// Begins to remove what the plan says: each record's folder is first renamed into staging, so that it is there whole
    /// or not at all. Folders with files of the admin's own in them stay, with everything in them. Host and date folders
    /// that become empty go too.
    ///
    /// # Errors
    /// [`ArchiveError::PlanStale`] when the archive is not what it was when the plan was made, or a good bundle that stays
    /// for others that go is not there any more; then nothing is removed. One record that cannot be removed is not an
    /// error: see [`Removal::freed`].
    pub fn prune(&self, plan: &PrunePlan) -> Result<Pruning> {
        let archive = &self.0.archive;
        let stale = |reason: String| ArchiveError::PlanStale { path: archive.root().to_path_buf(), reason };
        if digest(&archive.list()?) != plan.digest {
            return Err(stale("other records are there now".into()).into());
        }
        for kept in plan.hosts.iter().filter(|host| !host.removed.is_empty()).flat_map(|host| &host.kept) {
            // Only what makes the plan safe: another one may have been bad all along.
            if kept.is_good == Some(true) {
                still_there(&kept.record).map_err(stale)?;
            }
        }
        let records: Vec<Record> = plan.removed().cloned().collect();
        Ok(Pruning { held: Arc::clone(&self.0), left: records.into_iter() })
    }
}

impl Pruning {
    /// The records that have not been stepped to yet.
    pub fn left(&self) -> &[Record] {
        self.left.as_slice()
    }
}

impl Iterator for Pruning {
    type Item = Removal;

    fn next(&mut self) -> Option<Removal> {
        let record = self.left.next()?;
        let freed = self.held.remove(&record);
        Some(Removal { record, freed })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl ExactSizeIterator for Pruning {}

impl Held {
    /// Removes a record and tells how many bytes that freed.
    fn remove(&self, record: &Record) -> Result<u64, String> {
        let archive = &self.archive;
        let folder = &record.folder;
        if let Some(theirs) = foreign_file(record).map_err(|e| e.to_string())? {
            return Err(format!(
                "its folder {} also holds {theirs}, which is not Hostkeep's",
                folder.display()
            ));
        }
        // Nobody pins it between the look at its marks and its going.
        let marks_lock = archive.lock_marks().map_err(|e| e.to_string())?;
        if marks::read(folder).0.pinned {
            return Err("it was pinned meanwhile".into());
        }
        let doomed = archive.own(STAGING).join(uuid::Uuid::new_v4().simple().to_string());
        files::rename(folder, &doomed).map_err(|e| e.to_string())?;
        drop(marks_lock);
        let host = files::folder_of(folder);
        if let Err(error) = files::sync_folder(host) {
            tracing::warn!(%error, "a removal may not survive a power cut");
        }
        // It is out of the archive now. What can't be deleted yet goes when the lock is taken next.
        let deleted = fs::remove_dir_all(&doomed);
        if let Err(error) = &deleted {
            tracing::warn!(path = %doomed.display(), %error, "a pruned record could not be deleted yet");
        }
        for parent in [host, files::folder_of(host)] {
            if !remove_if_empty(parent) {
                break;
            }
        }
        Ok(if deleted.is_ok() { record.bundle.bytes } else { 0 })
    }
}

/// Removes a folder that is empty; one that is not, or cannot be removed, stays. Tells whether it went.
fn remove_if_empty(folder: &Path) -> bool {
    match fs::remove_dir(folder) {
        Ok(()) => true,
        Err(error) => {
            if error.kind() != io::ErrorKind::DirectoryNotEmpty {
                tracing::debug!(path = %folder.display(), %error, "a folder stays");
            }
            false
        }
    }
}

/// The name of something in a record's folder that is neither the record, nor its bundle, nor its marks.
fn foreign_file(record: &Record) -> Result<Option<String>, FileError> {
    let list = |e| FileError::new("list", &record.folder, e);
    for entry in fs::read_dir(&record.folder).map_err(list)? {
        let entry = entry.map_err(list)?;
        let name = entry.file_name();
        let is_ours = name == RECORD_FILE || name == MARKS_FILE || name == record.bundle.file.as_str();
        if !is_ours || entry.file_type().map_err(list)?.is_dir() {
            return Ok(Some(name.to_string_lossy().into_owned()));
        }
    }
    Ok(None)
}

fn still_there(record: &Record) -> Result<(), String> {
    match fs::symlink_metadata(record.bundle_path()) {
        Ok(found) if found.is_file() && found.len() == record.bundle.bytes => Ok(()),
        _ => Err(format!("the bundle of {}, which is to stay, is not what it was", record.id)),
    }
}
