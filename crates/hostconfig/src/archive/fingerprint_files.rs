//! Fingerprints on the disk: one file a run, not one a record, because thousands of small files would make listings slow; and
//! not one a run for ever, because all are read for a listing.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Archive, Fingerprint, Fingerprints, WriteLock};
use crate::Result;
use crate::bundle::RULES;
use crate::files::{self, FileError, FileProblem};

/// The format of a file of fingerprints.
pub const FINGERPRINTS_FORMAT: u32 = 1;
pub(super) const FOLDER: &str = "fingerprints";
/// Four hundred bytes a record, and 2,500 hosts are a large run.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// How many files are read to find what a run's hosts had before.
const LOOK_BACK: usize = 30;
/// Of more files, few are made.
const MOST_FILES: usize = 100;
/// How many fingerprints are merged into one file, which is far from being too large then.
const MERGED_INTO_ONE: usize = 50_000;

#[derive(Serialize, Deserialize)]
struct FingerprintFile {
    format: u32,
    rules: u32,
    fingerprints: Vec<Fingerprint>,
}

impl FingerprintFile {
    fn read(path: &Path) -> Result<Self, String> {
        let json = files::read_regular_limited(path, MAX_FILE_BYTES).map_err(|error| error.to_string())?;
        serde_json::from_slice(&json).map_err(|error| error.to_string())
    }

    fn write(path: &Path, fingerprints: Vec<Fingerprint>) -> Result<(), FileError> {
        let file = Self { format: FINGERPRINTS_FORMAT, rules: RULES, fingerprints };
        files::write_json_atomically(path, &file)
    }
}

impl Archive {
    /// All fingerprints that are kept. What cannot be understood, or was made by other rules, is passed over.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn fingerprints(&self) -> Result<Fingerprints> {
        self.fingerprints_until(usize::MAX, |_| true, |_| false)
    }

    /// The fingerprints of the newest files, as many as it takes to know these hosts' last ones up to `now`, but not of months.
    pub(crate) fn latest_fingerprints(
        &self,
        hosts: &BTreeSet<(String, String)>,
        now: DateTime<Utc>,
    ) -> Result<Fingerprints> {
        let counts = |found: &Fingerprint| found.taken_at <= now;
        self.fingerprints_until(LOOK_BACK, counts, |found| {
            let known = found.newest();
            hosts.iter().all(|host| known.contains_key(host))
        })
    }

    fn fingerprints_until(
        &self,
        files: usize,
        counts: impl Fn(&Fingerprint) -> bool,
        is_enough: impl Fn(&Fingerprints) -> bool,
    ) -> Result<Fingerprints> {
        let mut found = Fingerprints::default();
        for path in self.fingerprint_files()?.into_iter().take(files) {
            if is_enough(&found) {
                break;
            }
            match FingerprintFile::read(&path) {
                Ok(file) if file.format == FINGERPRINTS_FORMAT && file.rules == RULES => {
                    file.fingerprints.into_iter().filter(&counts).for_each(|one| found.add(one));
                }
                Ok(_) => {}
                Err(reason) => {
                    tracing::warn!(path = %path.display(), reason, "fingerprints cannot be understood; they are made again");
                }
            }
        }
        Ok(found)
    }

    /// Newest first, by their names, which begin with the time.
    fn fingerprint_files(&self) -> Result<Vec<PathBuf>> {
        let folder = self.own(FOLDER);
        let list = |e| self.blame(FileError::new("list", &folder, e));
        let entries = match fs::read_dir(&folder) {
            Err(e) if files::classify(&e) == FileProblem::Missing => return Ok(Vec::new()),
            entries => entries.map_err(list)?,
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(list)?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                paths.push(path);
            }
        }
        paths.sort_unstable_by(|a, b| b.cmp(a));
        Ok(paths)
    }
}

impl WriteLock {
    /// Keeps fingerprints under a name: a run's id, or another one that begins with the time.
    ///
    /// # Errors
    /// The file cannot be written. Nothing is lost by that but time.
    pub fn keep_fingerprints(&self, name: &str, found: &Fingerprints) -> Result<()> {
        let archive = &self.0.archive;
        if found.0.is_empty() {
            return Ok(());
        }
        let folder = archive.own(FOLDER);
        files::ensure_private_folder(&folder).map_err(|e| archive.blame(e))?;
        let mut fingerprints: Vec<Fingerprint> = found.0.values().cloned().collect();
        fingerprints
            .sort_unstable_by(|a, b| (&a.host, a.taken_at, &a.record).cmp(&(&b.host, b.taken_at, &b.record)));
        let path = folder.join(format!("{}.json", super::safe_name(name)));
        FingerprintFile::write(&path, fingerprints).map_err(|e| archive.blame(e))
    }

    /// Makes few files of many, without what is of bundles that the archive does not have any more. That takes reading the
    /// archive: nothing for whoever holds the lock for a moment.
    ///
    /// # Errors
    /// The archive cannot be read or a file not be written. Then all files are still there.
    pub fn merge_fingerprints(&self) -> Result<()> {
        let archive = &self.0.archive;
        let files = archive.fingerprint_files()?;
        if files.len() <= MOST_FILES {
            return Ok(());
        }
        let (mut found, mut merged) = (Fingerprints::default(), Vec::new());
        for path in files {
            match FingerprintFile::read(&path) {
                // By older rules they are of no use to anyone who would read them.
                Ok(file) if file.format == FINGERPRINTS_FORMAT && file.rules <= RULES => {
                    let is_ours = file.rules == RULES;
                    file.fingerprints.into_iter().filter(|_| is_ours).for_each(|one| found.add(one));
                    merged.push(path);
                }
                // A newer version's, or not to be read at the moment.
                Ok(_) | Err(_) => {}
            }
        }
        let listing = archive.list()?;
        let there: HashSet<&str> = listing.records.iter().map(|record| &*record.bundle.sha256).collect();
        let mut left: Vec<Fingerprint> =
            found.0.into_values().filter(|found| there.contains(&*found.bundle)).collect();
        left.sort_unstable_by(|a, b| (a.taken_at, &a.record).cmp(&(b.taken_at, &b.record)));
        let mut written = HashSet::new();
        for (at, some) in left.chunks(MERGED_INTO_ONE).enumerate() {
            let newest = some.last().map(|newest| newest.taken_at).unwrap_or_default();
            let name = format!("{}-merged-{at}.json", newest.format("%Y%m%dT%H%M%SZ"));
            let path = archive.own(FOLDER).join(name);
            FingerprintFile::write(&path, some.to_vec()).map_err(|e| archive.blame(e))?;
            written.insert(path);
        }
        // Only now: a process that is killed in between leaves some twice, and both say the same.
        merged.iter().filter(|path| !written.contains(*path)).for_each(|path| files::remove_if_there(path));
        Ok(())
    }
}
