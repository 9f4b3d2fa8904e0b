//! When a host's settings changed: a fingerprint of the settings in each bundle, kept in the archive beside the reports of runs.
//!
//! A cache: it says nothing that is not in the bundles, is made again where it is missing or was made by older rules, and an
//! archive is good without it. How it lies on the disk is in `fingerprint_files`.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::contents::read_bundle;
use super::{Listing, Record};
use crate::bundle;
use crate::{Error, Result};

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
pub struct Fingerprints(pub(super) HashMap<String, Fingerprint>);

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
        host: record.host_key(),
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
        hosts.entry(record.host_key()).or_default().push(record);
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

#[cfg(test)]
#[path = "fingerprint_tests.rs"]
mod tests;
