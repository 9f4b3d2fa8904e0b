//! When a host's settings changed: a fingerprint of the settings in each bundle, kept in the archive beside the reports of runs.
//!
//! A cache: it says nothing that is not in the bundles, is made again where it is missing or was made by older rules, and an
//! archive is good without it. One file a run, not one a record, because thousands of small files would make listings slow.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::contents::read_bundle;
use super::{Archive, Listing, Record, WriteLock};
use crate::bundle::{self, RULES};
use crate::files::{self, FileError, FileProblem};
use crate::{Error, Result};

/// The format of a file of fingerprints.
pub const FINGERPRINTS_FORMAT: u32 = 1;
pub(super) const FOLDER: &str = "fingerprints";
/// Two hundred bytes a record, and 2,500 hosts are a large run.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// How many files are read to find what a run's hosts had before.
const LOOK_BACK: usize = 30;

/// The fingerprint of the settings in one bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The record's id.
    pub record: String,
    /// Its host's identity and name.
    pub host: (String, String),
    /// When the backup was taken.
    pub taken_at: DateTime<Utc>,
    /// The bundle's SHA-256.
    pub bundle: String,
    /// SHA-256 over the settings; none where the bundle is sealed or cannot be read.
    pub settings: Option<String>,
    /// The oldest backup since which they have been the same, as far as that was known.
    pub since: DateTime<Utc>,
}

/// Fingerprints by the SHA-256 of their bundles.
#[derive(Debug, Clone, Default)]
pub struct Fingerprints(HashMap<String, Fingerprint>);

/// How a backup's settings stand to those of the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Standing {
    /// The first backup of the host.
    First,
    /// They differ.
    Changed {
        /// The record's id of the backup before.
        previous: String,
    },
    /// They are the same.
    Unchanged {
        /// The oldest backup that has them.
        since: DateTime<Utc>,
    },
    /// The bundle is sealed by its host's TPM, or cannot be read.
    Unreadable,
    /// Nobody has looked yet.
    Unknown,
}

#[derive(Serialize, Deserialize)]
struct FingerprintFile {
    format: u32,
    rules: u32,
    fingerprints: Vec<Fingerprint>,
}

impl Archive {
    /// All fingerprints that are kept. What cannot be understood, or was made by other rules, is passed over.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn fingerprints(&self) -> Result<Fingerprints> {
        self.fingerprints_until(usize::MAX, |_| false)
    }

    /// The fingerprints of the newest files, as many as it takes to know these hosts' last ones, but not of months.
    pub(crate) fn latest_fingerprints(&self, hosts: &BTreeSet<(String, String)>) -> Result<Fingerprints> {
        self.fingerprints_until(LOOK_BACK, |found| {
            let known = found.newest();
            hosts.iter().all(|host| known.contains_key(host))
        })
    }

    fn fingerprints_until(
        &self,
        files: usize,
        is_enough: impl Fn(&Fingerprints) -> bool,
    ) -> Result<Fingerprints> {
        let folder = self.own(FOLDER);
        let list = |e| self.blame(FileError::new("list", &folder, e));
        let entries = match fs::read_dir(&folder) {
            Err(e) if files::classify(&e) == FileProblem::Missing => return Ok(Fingerprints::default()),
            entries => entries.map_err(list)?,
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(list)?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                paths.push(path);
            }
        }
        // By their names, which begin with the time.
        paths.sort_unstable_by(|a, b| b.cmp(a));
        let mut found = Fingerprints::default();
        for path in paths.into_iter().take(files) {
            if is_enough(&found) {
                break;
            }
            let file = files::read_regular_limited(&path, MAX_FILE_BYTES)
                .map_err(|error| error.to_string())
                .and_then(|json| serde_json::from_slice::<FingerprintFile>(&json).map_err(|e| e.to_string()));
            match file {
                Ok(file) if file.format == FINGERPRINTS_FORMAT && file.rules == RULES => {
                    file.fingerprints.into_iter().for_each(|fingerprint| found.add(fingerprint));
                }
                Ok(_) => {}
                Err(reason) => {
                    tracing::warn!(path = %path.display(), reason, "fingerprints cannot be understood; they are made again");
                }
            }
        }
        Ok(found)
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
        let file = FingerprintFile { format: FINGERPRINTS_FORMAT, rules: RULES, fingerprints };
        let path = folder.join(format!("{}.json", super::safe_name(name)));
        files::write_json_atomically(&path, &file).map_err(|e| archive.blame(e))
    }
}

impl Fingerprints {
    /// The fingerprint of a record's bundle.
    pub fn of(&self, record: &Record) -> Option<&Fingerprint> {
        self.0.get(&record.bundle.sha256)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over those of others.
    pub fn extend(&mut self, others: Self) {
        others.0.into_values().for_each(|fingerprint| self.add(fingerprint));
    }

    /// Which of the records have none yet.
    pub fn missing<'a>(&self, records: &[&'a Record]) -> Vec<&'a Record> {
        records.iter().copied().filter(|record| self.of(record).is_none()).collect()
    }

    pub(crate) fn add(&mut self, fingerprint: Fingerprint) {
        self.0.insert(fingerprint.bundle.clone(), fingerprint);
    }

    /// The newest fingerprint of each host.
    pub(crate) fn newest(&self) -> HashMap<&(String, String), &Fingerprint> {
        let mut newest: HashMap<&(String, String), &Fingerprint> = HashMap::new();
        for fingerprint in self.0.values() {
            let known = newest.entry(&fingerprint.host).or_insert(fingerprint);
            if known.taken_at < fingerprint.taken_at {
                *known = fingerprint;
            }
        }
        newest
    }
}

impl Fingerprint {
    /// What a host had before, and what it has now.
    pub(crate) fn standing(&mut self, before: Option<&Self>) -> Standing {
        let Some(settings) = &self.settings else { return Standing::Unreadable };
        match before {
            None => Standing::First,
            Some(before) if before.settings.as_ref() == Some(settings) => {
                self.since = before.since;
                Standing::Unchanged { since: before.since }
            }
            Some(before) if before.settings.is_none() => Standing::Unknown,
            Some(before) => Standing::Changed { previous: before.record.clone() },
        }
    }
}

/// Makes the fingerprint of one record's bundle. One whose content cannot be read is told so, and not tried again; a file
/// that is damaged or cannot be read at the moment has no fingerprint.
pub fn fingerprint(record: &Record) -> Option<Fingerprint> {
    let settings = match read_bundle(record) {
        Ok(contents) => bundle::fingerprint(&contents),
        Err(Error::Bundle { problem, .. }) => {
            tracing::warn!(record = record.id, %problem, "the content of a bundle cannot be read");
            None
        }
        Err(error) => {
            tracing::warn!(record = record.id, code = error.code(), %error, "a bundle has no fingerprint");
            return None;
        }
    };
    Some(Fingerprint {
        record: record.id.clone(),
        host: host_of(record),
        taken_at: record.taken_at,
        bundle: record.bundle.sha256.clone(),
        settings,
        since: record.taken_at,
    })
}

/// Makes the fingerprints of records on all processors at once. `done` is told after each, on any thread.
///
/// # Errors
/// [`Error::Cancelled`].
pub fn fingerprint_all(
    records: &[&Record],
    done: impl Fn(&Record) + Sync,
    cancel: &CancellationToken,
) -> Result<Fingerprints> {
    let found = Mutex::new(Fingerprints::default());
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(record) = records.get(next.fetch_add(1, Ordering::Relaxed)) {
            if cancel.is_cancelled() {
                return;
            }
            if let Some(fingerprint) = fingerprint(record) {
                found.lock().unwrap_or_else(PoisonError::into_inner).add(fingerprint);
            }
            done(record);
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(records.len());
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    if cancel.is_cancelled() {
        return Err(Error::Cancelled);
    }
    Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// How each backup of a listing stands to the one of its host before it, by the records' folders.
pub fn standings(listing: &Listing, fingerprints: &Fingerprints) -> HashMap<std::path::PathBuf, Standing> {
    let mut hosts: BTreeMap<(String, String), Vec<&Record>> = BTreeMap::new();
    for record in &listing.records {
        hosts.entry(host_of(record)).or_default().push(record);
    }
    let mut standings = HashMap::with_capacity(listing.records.len());
    for mut records in hosts.into_values() {
        records.sort_by_key(|record| record.taken_at);
        let mut before: Option<Fingerprint> = None;
        let mut is_known = true;
        for record in records {
            let Some(known) = fingerprints.of(record) else {
                standings.insert(record.folder.clone(), Standing::Unknown);
                (before, is_known) = (None, false);
                continue;
            };
            let mut now = Fingerprint { since: record.taken_at, ..known.clone() };
            let mut standing = now.standing(before.as_ref());
            if standing == Standing::First && !is_known {
                standing = Standing::Unknown;
            }
            standings.insert(record.folder.clone(), standing);
            is_known = true;
            before = Some(Fingerprint { record: record.id.clone(), ..now });
        }
    }
    standings
}

/// Who a record is of, as prune counts: identity and name, in any case.
pub(crate) fn host_of(record: &Record) -> (String, String) {
    (record.host.identity.clone(), record.host.name.to_lowercase())
}

#[cfg(test)]
#[path = "fingerprint_tests.rs"]
mod tests;
