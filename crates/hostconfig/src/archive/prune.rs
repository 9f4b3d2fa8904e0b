//! Which records may go: old ones, or those that an admin has chosen. Never the last good bundle of a host, and never a
//! pinned one. Plans only, to be shown first; [`WriteLock::prune`](super::WriteLock::prune) carries them out.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, FixedOffset};
use sha2::{Digest, Sha256};

use super::{ArchiveError, Listing, Record, is_future};
use crate::Result;

/// What would stay and go, made by [`prune_plan`] or [`delete_plan`].
#[derive(Debug, Clone)]
pub struct PrunePlan {
    /// The hosts that the plan is about, by name: all of the archive, or those of the chosen records.
    pub hosts: Vec<HostPlan>,
    /// Of the listing that the plan was made from.
    pub(super) digest: String,
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
    /// It was not among those chosen to go.
    NotChosen,
    /// It is pinned.
    Pinned,
    /// It is dated after today, by a clock that was wrong: how old it is, nobody knows.
    Future,
    /// It is good, and of those that would stay without it none is, or none that is newer.
    LastGood,
    /// No newer one is good, nor is this one: nothing goes before a good one stays.
    NoGoodNewer,
}

/// Plans to keep each host's newest `keep_last` records, beside the pinned ones, which do not count. A host that was renamed
/// keeps as many of each name: runs that see different servers may have given two hosts of one UUID the same identity, and
/// neither may cost the other its backups. Copies of a record within the archive count as one.
///
/// What is dated in the future does not count either, and stays: else a clock that once was wrong would have each new backup
/// removed. Where none of those is good, older ones stay too, up to and including the first that is. `is_good` is asked only where
/// something would go, newest first, until it says yes. What could not be listed is never removed.
///
/// # Errors
/// [`ArchiveError::KeepLastZero`], and whatever `is_good` ends with (such as a cancel).
pub fn prune_plan(
    listing: &Listing,
    keep_last: usize,
    now: DateTime<FixedOffset>,
    mut is_good: impl FnMut(&Record) -> Result<bool>,
) -> Result<PrunePlan> {
    if keep_last == 0 {
        return Err(ArchiveError::KeepLastZero.into());
    }
    let hosts =
        by_host(listing).into_iter().map(|records| keep_newest(&records, keep_last, now, &mut is_good));
    Ok(PrunePlan { hosts: hosts.collect::<Result<_>>()?, digest: digest(listing) })
}

/// Plans to remove the records of these ids, or beginnings of ids; an admin's copies of one within the archive go with it.
/// Pinned ones stay. Where no other record of a host is good, the newest good one of those stays as well; where not even
/// they are, all do.
///
/// # Errors
/// [`ArchiveError::RecordNotFound`] and [`ArchiveError::RecordAmbiguous`], and whatever `is_good` ends with. It is asked
/// newest first, until it says yes.
pub fn delete_plan(
    listing: &Listing,
    ids: &[String],
    mut is_good: impl FnMut(&Record) -> Result<bool>,
) -> Result<PrunePlan> {
    let chosen = chosen(listing, ids)?;
    let is_chosen = |record: &&Record| chosen.contains(record.id.as_str());
    let hosts = by_host(listing)
        .into_iter()
        .filter(|records| records.iter().any(is_chosen))
        .map(|records| keep_unchosen(&records, is_chosen, &mut is_good));
    Ok(PrunePlan { hosts: hosts.collect::<Result<_>>()?, digest: digest(listing) })
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

/// The records of each host, newest first; the hosts by name.
fn by_host(listing: &Listing) -> Vec<Vec<&Record>> {
    let mut by_host: BTreeMap<(String, String), Vec<&Record>> = BTreeMap::new();
    for record in &listing.records {
        by_host.entry(record.host_key()).or_default().push(record);
    }
    let mut hosts: Vec<Vec<&Record>> = by_host.into_values().collect();
    for records in &mut hosts {
        records.sort_by(|a, b| (b.taken_at, &b.folder).cmp(&(a.taken_at, &a.folder)));
    }
    let key = |records: &[&Record]| {
        let host = &records[0].host;
        (host.name.clone(), host.identity.clone())
    };
    hosts.sort_by_cached_key(|records| key(records));
    hosts
}

fn keep_newest(
    records: &[&Record],
    keep_last: usize,
    now: DateTime<FixedOffset>,
    mut is_good: impl FnMut(&Record) -> Result<bool>,
) -> Result<HostPlan> {
    let mut plan = HostPlan::of(records);
    let (future, records): (Vec<&Record>, Vec<&Record>) =
        records.iter().partition(|record| is_future(record.taken_at, now.to_utc()));
    plan.kept.extend(future.into_iter().map(|record| Kept {
        record: record.clone(),
        because: if record.marks.pinned { KeptBecause::Pinned } else { KeptBecause::Future },
        is_good: None,
    }));
    // An admin's copy of a record within the archive is the same backup.
    let backup = |record: &&Record| (record.id.clone(), record.bundle.sha256.clone());
    let unpinned: HashSet<_> = records.iter().filter(|record| !record.marks.pinned).map(backup).collect();
    let mut has_good = unpinned.len() <= keep_last;
    let mut newest = HashSet::new();
    for record in records {
        let is_pinned = record.marks.pinned;
        let is_newest = !is_pinned && (newest.len() < keep_last || newest.contains(&backup(&record)));
        if is_newest {
            newest.insert(backup(&record));
        }
        if has_good && !is_newest && !is_pinned {
            plan.removed.push(record.clone());
            continue;
        }
        let good = if has_good { None } else { Some(is_good(record)?) };
        has_good |= good == Some(true);
        let because = match good {
            _ if is_pinned => KeptBecause::Pinned,
            _ if is_newest => KeptBecause::Newest,
            Some(true) => KeptBecause::LastGood,
            _ => KeptBecause::NoGoodNewer,
        };
        plan.kept.push(Kept { record: record.clone(), because, is_good: good });
    }
    Ok(plan)
}

fn keep_unchosen(
    records: &[&Record],
    is_chosen: impl Fn(&&Record) -> bool,
    mut is_good: impl FnMut(&Record) -> Result<bool>,
) -> Result<HostPlan> {
    let stays = |record: &&Record| {
        if is_chosen(record) {
            record.marks.pinned.then_some(KeptBecause::Pinned)
        } else {
            Some(KeptBecause::NotChosen)
        }
    };
    let mut good = vec![None; records.len()];
    let mut because: Vec<Option<KeptBecause>> = records.iter().map(stays).collect();
    let mut has_good = because.iter().all(Option::is_some);
    // Those that stay anyway are asked first.
    let (staying, going): (Vec<usize>, Vec<usize>) =
        (0..records.len()).partition(|&at| because[at].is_some());
    for at in staying.into_iter().chain(going.iter().copied()) {
        if has_good {
            break;
        }
        has_good = is_good(records[at])?;
        good[at] = Some(has_good);
        if has_good && because[at].is_none() {
            because[at] = Some(KeptBecause::LastGood);
        }
    }
    if !has_good {
        for at in going {
            because[at] = Some(KeptBecause::NoGoodNewer);
        }
    }
    let mut plan = HostPlan::of(records);
    for ((record, because), is_good) in records.iter().zip(because).zip(good) {
        match because {
            Some(because) => plan.kept.push(Kept { record: (*record).clone(), because, is_good }),
            None => plan.removed.push((*record).clone()),
        }
    }
    Ok(plan)
}

impl HostPlan {
    fn of(records: &[&Record]) -> Self {
        let host = &records[0].host;
        Self {
            name: host.name.clone(),
            identity: host.identity.clone(),
            kept: Vec::new(),
            removed: Vec::new(),
        }
    }
}

/// The whole ids of what was asked for.
fn chosen<'a>(listing: &'a Listing, ids: &[String]) -> Result<HashSet<&'a str>> {
    let mut of_id: HashMap<&str, &Record> = HashMap::new();
    let mut ambiguous = HashSet::new();
    for record in &listing.records {
        let first = of_id.entry(&record.id).or_insert(record);
        if first.bundle.sha256 != record.bundle.sha256 {
            ambiguous.insert(record.id.as_str());
        }
    }
    let find = |asked: &String| match of_id.get(asked.as_str()) {
        // Thousands may be chosen: a whole id is not looked for among all.
        Some(record) if !ambiguous.contains(asked.as_str()) => Ok(record.id.as_str()),
        _ => super::find(listing, asked).map(|record| record.id.as_str()),
    };
    ids.iter().map(find).collect()
}

/// A fingerprint of everything in a listing that a plan depends on.
pub(super) fn digest(listing: &Listing) -> String {
    let mut lines: Vec<String> = listing
        .records
        .iter()
        .map(|r| {
            let place = r.folder.display();
            format!(
                "{place}\n{}\n{}\n{}\n{}\n{}\n{}\n",
                r.id,
                r.marks.pinned,
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
