//! From a download to a record. Nothing that is not whole is ever seen outside of staging: files and folders are
//! flushed, then the folder's rename commits them.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};

use super::lock::{Held, STAGING};
use super::{
    ArchiveError, HostFolder, Marks, RECORD_FILE, RECORD_FORMAT, Record, RecordBundle, RecordDraft, WriteLock,
};
use crate::files::{self, FileError};
use crate::{Error, Result};

/// A private folder in the archive's staging with an empty file for a bundle. Dropped without a commit, it goes.
#[derive(Debug)]
pub struct Staging {
    held: Arc<Held>,
    folder: PathBuf,
    host: HostFolder,
    bundle: PathBuf,
    committed: bool,
}

impl WriteLock {
    /// Makes room for one bundle of the host with this folder name. The file is open for writing it and for reading it
    /// again.
    pub fn stage(&self, host: &HostFolder) -> Result<(Staging, File)> {
        let archive = &self.0.archive;
        let folder = archive.own(STAGING).join(uuid::Uuid::new_v4().simple().to_string());
        files::create_private_folder(&folder).map_err(|e| archive.blame(e))?;
        let bundle = folder.join(host.bundle_file());
        let staging =
            Staging { held: Arc::clone(&self.0), folder, host: host.clone(), bundle, committed: false };
        let file = files::create_private_file(&staging.bundle).map_err(|e| archive.blame(e))?;
        Ok((staging, file))
    }
}

impl Staging {
    /// The bundle file, closed to other users.
    pub fn bundle_path(&self) -> &Path {
        &self.bundle
    }

    /// What it means that the bundle could not be written.
    pub fn write_failed(&self, source: io::Error) -> Error {
        self.held.archive.blame(FileError::new("write", &self.bundle, source))
    }

    /// What it means that it could not be read back.
    pub fn read_failed(&self, source: io::Error) -> Error {
        self.held.archive.blame(FileError::new("read", &self.bundle, source))
    }

    /// Writes the record, flushes everything, the bundle's `file` too, and renames the folder to
    /// `<yyyy-MM-dd>/<host>/T<HHmmss><offset>` of `taken_at`, the machine's local time. From then on the record is
    /// in the archive; before, nothing is.
    pub fn commit(
        mut self,
        file: File,
        draft: RecordDraft,
        taken_at: DateTime<FixedOffset>,
    ) -> Result<Record> {
        let held = Arc::clone(&self.held);
        let archive = &held.archive;
        let blame = |e| archive.blame(e);
        // By its name: what is renamed into place is what lies there.
        let found =
            fs::metadata(&self.bundle).map_err(|e| blame(FileError::new("read", &self.bundle, e)))?.len();
        if found != draft.bytes {
            let path = self.bundle.clone();
            return Err(ArchiveError::StagedSizeDiffers { path, expected: draft.bytes, found }.into());
        }
        let mut record = into_record(draft, self.host.bundle_file(), taken_at);
        let json = files::to_json(&record)
            .map_err(|e| FileError::new("encode", self.folder.join(RECORD_FILE), e))?;
        let date = archive.root().join(taken_at.format("%Y-%m-%d").to_string());
        let host = date.join(self.host.as_str());
        // All is made first and flushed then: one commit of the file system's journal serves several flushes.
        held.ensure_folders(&date, &host).map_err(blame)?;
        files::write_new(&self.folder.join(RECORD_FILE), &json).map_err(blame)?;
        file.sync_all().map_err(|e| blame(FileError::new("flush", &self.bundle, e)))?;
        // Windows renames no folder with an open file in it.
        drop(file);
        files::sync_folder(&self.folder).map_err(blame)?;
        held.flush_entry(archive.root(), &date).map_err(blame)?;
        held.flush_entry(&date, &host).map_err(blame)?;
        let time = taken_at.format("T%H%M%S%z").to_string();
        record.folder = self.rename_into(&host, &time).map_err(blame)?;
        self.committed = true;
        if let Err(error) = files::sync_folder(&host) {
            // The record is in the archive, whole: to call that a failure would be wrong.
            tracing::warn!(%error, "a backup may not survive a power cut in the next seconds");
        }
        Ok(record)
    }

    /// Renames the folder to `time` in `host`, or `time-2`, `time-3`, … where those are taken. Whoever takes a name
    /// holds the archive's lock, and within one process the new folder's name is claimed by the rename itself: on no
    /// platform does it replace a folder that has content.
    fn rename_into(&self, host: &Path, time: &str) -> Result<PathBuf, FileError> {
        for attempt in 1_u32.. {
            let name = if attempt == 1 { time.to_owned() } else { format!("{time}-{attempt}") };
            let target = host.join(name);
            match fs::symlink_metadata(&target) {
                Ok(_) => continue,
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(FileError::new("look at", target, e)),
            }
            match files::rename(&self.folder, &target) {
                Ok(()) => return Ok(target),
                Err(_) if fs::symlink_metadata(&target).is_ok() => {}
                Err(error) => return Err(error),
            }
        }
        unreachable!("a folder has fewer entries than there are numbers")
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if self.committed {
            return;
        }
        // What can't be removed now is cleared by whoever takes the lock next.
        if let Err(error) = fs::remove_dir_all(&self.folder)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(path = %self.folder.display(), %error, "a staging folder could not be removed yet");
        }
    }
}

pub(super) fn into_record(draft: RecordDraft, file: String, taken_at: DateTime<FixedOffset>) -> Record {
    let RecordDraft { host, product, server, bytes, sha256, manifest, obtained, run_id, note } = draft;
    Record {
        folder: PathBuf::new(),
        marks: Marks::default(),
        format: RECORD_FORMAT,
        id: uuid::Uuid::new_v4().simple().to_string()[..12].to_owned(),
        host,
        product,
        server,
        taken_at: taken_at.to_utc(),
        bundle: RecordBundle { file, bytes, sha256 },
        manifest,
        obtained,
        run_id,
        note,
        hostkeep_version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}
