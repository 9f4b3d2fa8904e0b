//! Removing old records: plan, show, apply. The only code that deletes from the archive, and never the last good bundle
//! of a host.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::lock::STAGING;
use super::{ArchiveError, Listing, RECORD_FILE, Record, WriteLock};
use crate::Result;
use crate::files::{self, FileError};

/// What pruning would keep and remove, made by [`prune_plan`] and carried out by [`WriteLock::prune`].
#[derive(Debug, Clone)]
pub struct PrunePlan {
    /// Every host of the archive, by name.
    pub hosts: Vec<HostPlan>,
    /// How many of each host's records were asked to stay.
    pub keep_last: usize,
    digest: String,
}

/// One host's share of a [`PrunePlan`]: the records of one identity and one name.
#[derive(Debug, Clone)]
pub struct HostPlan {
    /// The host's name in its newest record; older ones may differ in upper and lower case.
    pub name: String,
    /// The host's identity.
    pub identity: String,
    /// What stays, newest first.
    pub kept: Vec<Kept>,
    /// What goes, newest first.
    pub removed: Vec<Record>,
}

/// A record that stays.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The record.
    pub record: Record,
    /// Why it stays.
    pub because: KeptBecause,
    /// Whether it is good; `None` where that was not asked.
    pub is_good: Option<bool>,
}

/// Why a record stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptBecause {
    /// It is one of the newest.
    Newest,
    /// None of the newer ones is good, and this one is.
    LastGood,
    /// No newer one is good, nor is this one: nothing goes before a good one stays.
    NoGoodNewer,
}

/// What [`WriteLock::prune`] did.
#[derive(Debug, Default)]
pub struct PruneReport {
    /// The records that went.
    pub removed: Vec<Record>,
    /// The records that could not go; all of them are still whole.
    pub not_removed: Vec<NotRemoved>,
    /// The bundles' bytes that were freed. Less than the removed records' where the system did not delete a file at
    /// once; it goes when the lock is taken next.
    pub bytes_freed: u64,
}

/// A record that could not be removed.
#[derive(Debug, Clone)]
pub struct NotRemoved {
    /// The record.
    pub record: Record,
    /// Why, in plain words.
    pub reason: String,
}

/// Plans to keep each host's newest `keep_last` records. A host that was renamed keeps as many of each name: runs that see
/// different servers may have given two hosts of one UUID the same identity, and neither may cost the other its backups.
///
/// Where none of those is good, older ones stay too, up to and
/// including the first that is. `is_good` is asked only where something would go, newest first, until it says yes.
/// What could not be listed is never removed.
///
/// # Errors
/// [`ArchiveError::KeepLastZero`], and whatever `is_good` ends with (such as a cancel).
pub fn prune_plan(
    listing: &Listing,
    keep_last: usize,
    mut is_good: impl FnMut(&Record) -> Result<bool>,
) -> Result<PrunePlan> {
    if keep_last == 0 {
        return Err(ArchiveError::KeepLastZero.into());
    }
    let mut by_host: BTreeMap<(&str, String), Vec<&Record>> = BTreeMap::new();
    for record in &listing.records {
        let host = (record.host.identity.as_str(), record.host.name.to_lowercase());
        by_host.entry(host).or_default().push(record);
    }
    let mut hosts = Vec::with_capacity(by_host.len());
    for ((identity, _), mut records) in by_host {
        records.sort_by(|a, b| (b.taken_at, &b.folder).cmp(&(a.taken_at, &a.folder)));
        let mut plan = HostPlan {
            name: records[0].host.name.clone(),
            identity: identity.into(),
            kept: Vec::new(),
            removed: Vec::new(),
        };
        let something_goes = records.len() > keep_last;
        let mut has_good = !something_goes;
        for (position, record) in records.into_iter().enumerate() {
            let is_newest = position < keep_last;
            if has_good && !is_newest {
                plan.removed.push(record.clone());
                continue;
            }
            let good = if has_good { None } else { Some(is_good(record)?) };
            has_good |= good == Some(true);
            let because = match (is_newest, good == Some(true)) {
                (true, _) => KeptBecause::Newest,
                (false, true) => KeptBecause::LastGood,
                (false, false) => KeptBecause::NoGoodNewer,
            };
            plan.kept.push(Kept { record: record.clone(), because, is_good: good });
        }
        hosts.push(plan);
    }
    hosts.sort_by(|a, b| (&a.name, &a.identity).cmp(&(&b.name, &b.identity)));
    Ok(PrunePlan { hosts, keep_last, digest: digest(listing) })
}

impl PrunePlan {
    /// Everything that would go.
    pub fn removed(&self) -> impl Iterator<Item = &Record> {
        self.hosts.iter().flat_map(|host| &host.removed)
    }

    /// The bundles' bytes that would be freed.
    pub fn bytes_freed(&self) -> u64 {
        self.removed().map(|record| record.bundle.bytes).sum()
    }
}

impl WriteLock {
    /// Removes what the plan says: each record's folder is first renamed into staging, so that it is there whole or
    /// not at all. Folders with files of the admin's own in them stay, with everything in them. Host and date folders
    /// that become empty go too.
    ///
    /// # Errors
    /// [`ArchiveError::PlanStale`] when the archive is not what it was when the plan was made, or a bundle that stays
    /// is not there any more; then nothing is removed. One record that cannot be removed is not an error: see
    /// [`PruneReport::not_removed`].
    pub fn prune(&self, plan: &PrunePlan) -> Result<PruneReport> {
        let archive = &self.0.archive;
        let stale = |reason: String| ArchiveError::PlanStale { path: archive.root().to_path_buf(), reason };
        if digest(&archive.list()?) != plan.digest {
            return Err(stale("other records are there now".into()).into());
        }
        for kept in plan.hosts.iter().filter(|host| !host.removed.is_empty()).flat_map(|host| &host.kept) {
            // One that was bad when the plan was made need not be what it was: a good one stays beside it.
            if kept.is_good != Some(false) {
                still_there(&kept.record).map_err(stale)?;
            }
        }
        let mut report = PruneReport::default();
        for record in plan.removed() {
            match self.remove(record) {
                Ok(freed) => {
                    report.bytes_freed += freed;
                    report.removed.push(record.clone());
                }
                Err(reason) => report.not_removed.push(NotRemoved { record: record.clone(), reason }),
            }
        }
        Ok(report)
    }

    /// Removes a record and tells how many bytes that freed.
    fn remove(&self, record: &Record) -> Result<u64, String> {
        let archive = &self.0.archive;
        let folder = &record.folder;
        if let Some(theirs) = foreign_file(record).map_err(|e| e.to_string())? {
            return Err(format!(
                "its folder {} also holds {theirs}, which is not Hostkeep's",
                folder.display()
            ));
        }
        let doomed = archive.own(STAGING).join(uuid::Uuid::new_v4().simple().to_string());
        files::rename(folder, &doomed).map_err(|e| e.to_string())?;
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

/// The name of something in a record's folder that is neither the record nor its bundle.
fn foreign_file(record: &Record) -> Result<Option<String>, FileError> {
    let list = |e| FileError::new("list", &record.folder, e);
    for entry in fs::read_dir(&record.folder).map_err(list)? {
        let name = entry.map_err(list)?.file_name();
        if name != RECORD_FILE && name != record.bundle.file.as_str() {
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

/// A fingerprint of everything in a listing that a plan depends on.
fn digest(listing: &Listing) -> String {
    let mut lines: Vec<String> = listing
        .records
        .iter()
        .map(|r| {
            let place = r.folder.display();
            format!(
                "{place}\n{}\n{}\n{}\n{}\n{}\n",
                r.id,
                r.host.identity,
                r.host.name,
                r.taken_at.to_rfc3339(),
                r.bundle.sha256
            )
        })
        .collect();
    lines.extend(listing.problems.iter().map(|p| format!("{}\n{}\n", p.path.display(), p.reason)));
    lines.sort_unstable();
    let mut sha256 = Sha256::new();
    for line in lines {
        sha256.update(line.as_bytes());
        sha256.update([0]);
    }
    hex::encode(sha256.finalize())
}

#[cfg(test)]
#[path = "prune_tests.rs"]
mod tests;
