//! One writer at a time. The lock is the operating system's on `.hostkeep/lock`, so it ends with its process however
//! that ends; who holds it is a file of its own, because a locked file cannot be read on Windows.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde::{Deserialize, Serialize};

use super::{Archive, ArchiveError};
use crate::Result;
use crate::files::{self, FileError, FileProblem, platform};

pub(super) const STAGING: &str = "staging";
const LOCK: &str = "lock";
const MARKS_LOCK: &str = "marks-lock";
const HOLDER: &str = "lock-holder.json";
const MAX_HOLDER_BYTES: u64 = 16 * 1024;

/// The right to write to an archive. It ends when this and everything staged under it are dropped.
#[derive(Debug)]
pub struct WriteLock(pub(super) Arc<Held>);

#[derive(Debug)]
pub(super) struct Held {
    pub(super) archive: Archive,
    /// The date and host folders that are known to survive a power cut.
    lasting: Mutex<HashSet<PathBuf>>,
    _file: File,
}

/// The right to change marks, or to remove a record as it is marked. It is held for a moment only.
#[must_use = "the right ends when this is dropped"]
pub(super) struct MarksLock {
    _file: File,
}

/// Who holds an archive's lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockHolder {
    /// In the holder's words, such as `hostkeep backup`.
    pub holder: String,
    /// The user of the operating system.
    pub user: String,
    /// The machine that the process runs on.
    pub machine: String,
    /// The process id there.
    pub process: u32,
    /// Since when.
    pub since: DateTime<FixedOffset>,
    /// Whether it is done in a moment, so that it is worth waiting for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub brief: bool,
}

impl LockHolder {
    /// Whether it is this process that holds the lock.
    pub fn is_own(&self) -> bool {
        self.process == std::process::id() && self.machine == crate::machine::name()
    }
}

impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { holder, user, machine, process, since, brief: _ } = self;
        let since = since.to_rfc3339_opts(SecondsFormat::Secs, false);
        if self.is_own() {
            return write!(f, "{holder} (another task of this program) since {since}");
        }
        write!(f, "{holder} ({user} on {machine}, process {process}) since {since}")
    }
}

impl Archive {
    /// Takes the archive's lock in the name of `holder` (such as `hostkeep backup`), and clears what an interrupted holder
    /// left in staging, as far as it can. One that holds it [briefly](Self::lock_briefly) is waited for, at most five seconds.
    ///
    /// # Errors
    /// [`ArchiveError::Locked`] when another program, or another part of this one, holds it.
    pub fn lock(&self, holder: &str, now: DateTime<FixedOffset>) -> Result<WriteLock> {
        self.lock_or(&holder_now(holder, now, false), files::patience())
    }

    /// The same for what is done in a moment, and must not keep a backup from beginning.
    ///
    /// # Errors
    /// As [`Self::lock`].
    pub fn lock_briefly(&self, holder: &str, now: DateTime<FixedOffset>) -> Result<WriteLock> {
        self.lock_or(&holder_now(holder, now, true), files::patience())
    }

    /// `wait` is asked as long as somebody holds it briefly, and says, having waited, whether to try again.
    pub(super) fn lock_or(&self, note: &LockHolder, mut wait: impl FnMut() -> bool) -> Result<WriteLock> {
        let blame = |e| self.blame(e);
        if !self.is_there() {
            return Err(ArchiveError::Vanished { path: self.root().to_path_buf() }.into());
        }
        // An archive copied without its empty folders gets them back.
        for folder in [self.root().join(super::OWN_FOLDER), self.own(STAGING), self.own(super::run::RUNS)] {
            files::ensure_private_folder(&folder).map_err(blame)?;
        }
        let holders_note = self.own(HOLDER);
        let Some(file) = self.lock_file(LOCK, || is_held_briefly(&holders_note) && wait())? else {
            let holder = read_holder(&holders_note).map(Box::new);
            return Err(ArchiveError::Locked { path: self.root().to_path_buf(), holder }.into());
        };
        let lock =
            WriteLock(Arc::new(Held { archive: self.clone(), lasting: Mutex::default(), _file: file }));
        if let Err(error) = files::write_json_atomically(&holders_note, note) {
            // The note is a courtesy, and on a full disk the lock is needed to prune.
            tracing::warn!(%error, "the lock's holder could not be noted");
        }
        clear(&self.own(STAGING), |_| true).map_err(blame)?;
        let folders = [super::run::RUNS, super::fingerprint_files::FOLDER].map(|name| self.own(name));
        for folder in folders.iter().chain([&self.root().join(super::OWN_FOLDER)]) {
            clear(folder, files::is_temporary).map_err(blame)?;
        }
        Ok(lock)
    }

    /// Takes the lock of marks, for which nobody needs to be the archive's one writer: a run that takes an hour keeps no admin
    /// from pinning what it has saved.
    ///
    /// # Errors
    /// [`ArchiveError::Locked`] when others hold it for more than five seconds.
    pub(super) fn lock_marks(&self) -> Result<MarksLock> {
        if !self.is_there() {
            return Err(ArchiveError::Vanished { path: self.root().to_path_buf() }.into());
        }
        files::ensure_private_folder(&self.root().join(super::OWN_FOLDER)).map_err(|e| self.blame(e))?;
        let file = self.lock_file(MARKS_LOCK, files::patience())?;
        let locked = || ArchiveError::Locked { path: self.root().to_path_buf(), holder: None };
        Ok(MarksLock { _file: file.ok_or_else(locked)? })
    }

    /// Locks a file of our own; `None` where somebody else holds it.
    fn lock_file(&self, name: &str, wait: impl FnMut() -> bool) -> Result<Option<File>> {
        let path = self.own(name);
        let file = platform::private(OpenOptions::new().write(true).create(true).truncate(false))
            .open(&path)
            .map_err(|e| self.blame(FileError::new("open", &path, e)))?;
        match files::lock_or(&file, wait) {
            Ok(is_locked) => Ok(is_locked.then_some(file)),
            Err(e) if platform::is_lock_unsupported(&e) => Err(ArchiveError::LockUnsupported { path }.into()),
            Err(e) => Err(self.blame(FileError::new("lock", path, e))),
        }
    }
}

impl WriteLock {
    /// The archive that is locked.
    pub fn archive(&self) -> &Archive {
        &self.0.archive
    }
}

impl Held {
    /// Makes the folders of a date and of a host in it, where they are missing. One that is known to last is not
    /// looked at again, unless what is to be made in it shows that somebody removed it.
    pub(super) fn ensure_folders(&self, date: &Path, host: &Path) -> Result<(), FileError> {
        if !self.is_lasting(date) {
            ensure_own_folder(date)?;
        }
        match ensure_own_folder(host) {
            Err(error) if error.problem == FileProblem::Missing => {
                self.lasting.lock().unwrap_or_else(PoisonError::into_inner).clear();
                ensure_own_folder(date)?;
                ensure_own_folder(host)
            }
            made => made,
        }
    }

    /// Makes sure, once for each folder, that its entry in `parent` survives a power cut. Also when another commit made
    /// the folder a moment ago and may not have come to flushing it.
    pub(super) fn flush_entry(&self, parent: &Path, folder: &Path) -> Result<(), FileError> {
        if !self.is_lasting(folder) {
            files::sync_folder(parent)?;
            self.lasting.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_path_buf());
        }
        Ok(())
    }

    fn is_lasting(&self, folder: &Path) -> bool {
        self.lasting.lock().unwrap_or_else(PoisonError::into_inner).contains(folder)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Gone before the lock is: a holder's note without a lock would only confuse.
        files::remove_if_there(&self.archive.own(HOLDER));
    }
}

/// A folder, and no link to one: listings follow none.
fn ensure_own_folder(path: &Path) -> Result<(), FileError> {
    files::ensure_private_folder(path)?;
    let link = || {
        let what = "a link is there, behind which no backup would be listed; put a folder in its place";
        io::Error::new(io::ErrorKind::AlreadyExists, what)
    };
    let found =
        fs::symlink_metadata(path).and_then(|found| if found.is_dir() { Ok(()) } else { Err(link()) });
    found.map_err(|e| FileError::new("make the folder", path, e))
}

pub(super) fn holder_now(holder: &str, since: DateTime<FixedOffset>, brief: bool) -> LockHolder {
    LockHolder {
        holder: holder.into(),
        user: crate::machine::user(),
        machine: crate::machine::name(),
        process: std::process::id(),
        since,
        brief,
    }
}

/// Whether who holds the lock says so. Who has no note is just beginning, or just done.
fn is_held_briefly(note: &Path) -> bool {
    match files::read_limited(note, MAX_HOLDER_BYTES) {
        Ok(json) => serde_json::from_slice::<LockHolder>(&json).is_ok_and(|holder| holder.brief),
        Err(_) => true,
    }
}

/// The holder's note is a courtesy: whatever is wrong with it, the lock itself is what counts.
fn read_holder(path: &Path) -> Option<LockHolder> {
    serde_json::from_slice(&files::read_limited(path, MAX_HOLDER_BYTES).ok()?).ok()
}

/// Removes what an interrupted holder left in a folder, as far as it is `ours` by its name. What cannot be removed yet
/// (on Windows, a file that a virus scanner has open) stays for the next holder: it is in nobody's way.
fn clear(folder: &Path, ours: impl Fn(&OsStr) -> bool) -> Result<(), FileError> {
    let list = |e| FileError::new("list", folder, e);
    let entries = match fs::read_dir(folder) {
        // Not every archive has fingerprints.
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(list)?,
    };
    for entry in entries {
        let entry = entry.map_err(list)?;
        let path = entry.path();
        if !ours(&entry.file_name()) {
            continue;
        }
        // `remove_dir_all` follows no links, nor does this.
        let removed = entry
            .file_type()
            .and_then(|kind| if kind.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) });
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(path = %path.display(), %error, "what an interrupted run left cannot be removed yet");
            }
            _ => tracing::info!(path = %path.display(), "cleared what an interrupted run left"),
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "lock_tests.rs"]
mod tests;
