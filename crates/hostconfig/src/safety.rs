//! "Am I safe?": what records and reports of runs say of each host that is known. Pure, but for the reading of reports: data in,
//! data out, and quick enough to be asked again whenever something changed.
//!
//! # Whose record is it?
//! Identities are made a run at a time, so one host can have several: its hardware UUID, or the UUID with its name where
//! another host of that run had the same UUID (see [`crate::inventory::Host::identity`]). And two hosts of one UUID that
//! no run ever saw together have the same identity. A record is therefore the host's
//!
//! 1. that has its UUID (its identity, where it has none) and its name, in any case; where such hosts differ in identity,
//!    the one's of them whose identity it has;
//! 2. else, where no known host has both, the one's that has its identity: a host that was renamed.
//!
//! Known hosts of the same identity and name are one host that several servers told of at different times: what one of them has, all
//! have. What fits hosts that are not the same equally well is nobody's: a host is never called safe for a bundle that may
//! be another's.

mod reports;

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ErrorReport;
use crate::archive::{Record, is_future};
use crate::backup::{HostReport, Outcome, RunReport};
use crate::bundle::normal_uuid;
use crate::known_hosts::{Connection, KnownHost};

pub use reports::deciding_reports;

/// How safe a host's configuration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Safety {
    /// Its last good bundle is young enough, and nothing failed since.
    Fresh,
    /// Its last good bundle is too old; or all are from a time that is yet to come, so that nobody knows how old they are.
    Stale,
    /// The last attempt failed, and there is no good bundle from after it.
    Failing,
    /// There is no bundle of it.
    Never,
    /// The server reaches it, and it cannot pack its configuration.
    NotSupported,
    /// The archive cannot be read, so that nobody knows what is in it.
    Unknown,
}

/// What is known of a host's backups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostSafety {
    /// The sum of it.
    pub safety: Safety,
    /// Its newest bundle.
    pub last_good: Option<GoodBackup>,
    /// The last time that a run tried it. A cancelled attempt counts only where there is no other, because it says nothing of the
    /// host; so does one that a clock which was wrong has dated into the future.
    pub last_attempt: Option<Attempt>,
}

/// A bundle in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodBackup {
    /// The record's id.
    pub record: String,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
}

/// A host's part in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The run.
    pub run_id: String,
    /// When the run began.
    pub at: DateTime<FixedOffset>,
    /// What came of it.
    pub result: AttemptResult,
    /// Why it failed.
    pub error: Option<ErrorReport>,
}

/// What came of an [`Attempt`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptResult {
    /// Its bundle went into the archive.
    Saved,
    /// Nothing of it did.
    Failed,
    /// The run, or the host alone, was cancelled first.
    Cancelled,
}

/// Assesses each host, in the hosts' order. `records` are the good ones: every record was good when it was taken, and the
/// caller leaves out what it knows to be damaged since. Attempts are matched by server and name, which is all that reports
/// have; where a run has two hosts of one server and name, the worse counts for both, until a bundle says otherwise. Hosts of a
/// server that did not answer a run are not in its report: they become stale in time.
pub fn assess<'a>(
    hosts: &[KnownHost],
    records: impl IntoIterator<Item = &'a Record>,
    runs: impl IntoIterator<Item = &'a RunReport>,
    stale_after: TimeDelta,
    now: DateTime<FixedOffset>,
) -> Vec<HostSafety> {
    let last_good = last_good(hosts, records, now.to_utc());
    let last_attempts = last_attempts(hosts, runs, now.to_utc());
    let assess = |(at, host): (usize, &KnownHost)| {
        let (last_good, last_attempt) = (last_good[at], last_attempts[at].as_ref());
        let taken_at = last_good.map(|record| record.taken_at);
        HostSafety {
            safety: safety(host, taken_at, last_attempt, stale_after, now),
            last_good: last_good
                .map(|record| GoodBackup { record: record.id.clone(), taken_at: record.taken_at }),
            last_attempt: last_attempt.map(attempt),
        }
    };
    hosts.iter().enumerate().map(assess).collect()
}

/// What can be said of each host, in the hosts' order, where the archive cannot be read: not that there is no bundle of it.
pub fn unknown(hosts: &[KnownHost]) -> Vec<HostSafety> {
    let unknown = |host: &KnownHost| {
        let safety = if is_supported(host) { Safety::Unknown } else { Safety::NotSupported };
        HostSafety { safety, last_good: None, last_attempt: None }
    };
    hosts.iter().map(unknown).collect()
}

fn is_supported(host: &KnownHost) -> bool {
    host.connection != Connection::Connected || host.has_firmware_system
}

fn safety(
    host: &KnownHost,
    last_good: Option<DateTime<Utc>>,
    last_attempt: Option<&(&RunReport, &Outcome)>,
    stale_after: TimeDelta,
    now: DateTime<FixedOffset>,
) -> Safety {
    let failed_at = match last_attempt {
        Some((run, Outcome::Failed { .. })) => Some(run.started_at.to_utc()),
        _ => None,
    };
    if !is_supported(host) {
        return Safety::NotSupported;
    }
    if failed_at.is_some_and(|failed_at| last_good.is_none_or(|good| good < failed_at)) {
        return Safety::Failing;
    }
    let Some(taken_at) = last_good else { return Safety::Never };
    let now = now.to_utc();
    if now - taken_at <= stale_after && !is_future(taken_at, now) { Safety::Fresh } else { Safety::Stale }
}

/// The newest record of each host, in the hosts' order. One from the future counts only where there is no other.
pub fn last_good<'a>(
    hosts: &[KnownHost],
    records: impl IntoIterator<Item = &'a Record>,
    now: DateTime<Utc>,
) -> Vec<Option<&'a Record>> {
    let owners = Owners::new(hosts);
    // A host has many records that say the same of it.
    let mut owners_of: HashMap<(&str, &str, Option<&str>), Vec<usize>> = HashMap::new();
    let mut newest: Vec<Option<&Record>> = vec![None; hosts.len()];
    for record in records {
        let said = &record.host;
        let key = (said.identity.as_str(), said.name.as_str(), said.uuid.as_deref());
        for &at in owners_of.entry(key).or_insert_with(|| owners.of(record)).iter() {
            if newest[at].is_none_or(|newest| newest.recency(now) < record.recency(now)) {
                newest[at] = Some(record);
            }
        }
    }
    newest
}

/// Finds whose a record is.
struct Owners<'a> {
    hosts: &'a [KnownHost],
    /// By UUID, or else identity, and name.
    by_name: HashMap<(String, String), Vec<usize>>,
    by_identity: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Owners<'a> {
    fn new(hosts: &'a [KnownHost]) -> Self {
        let (mut by_name, mut by_identity) = (HashMap::new(), HashMap::new());
        for (at, host) in hosts.iter().enumerate() {
            let key = name_key(host.uuid.as_deref(), &host.identity, &host.name);
            by_name.entry(key).or_insert_with(Vec::new).push(at);
            by_identity.entry(host.identity.as_str()).or_insert_with(Vec::new).push(at);
        }
        Self { hosts, by_name, by_identity }
    }

    /// The places of the host that the record is of: several where several servers know it.
    fn of(&self, record: &Record) -> Vec<usize> {
        let said = &record.host;
        let key = name_key(said.uuid.as_deref(), &said.identity, &said.name);
        let identity = |at: &usize| self.hosts[*at].identity.as_str();
        if let Some(namesakes) = self.by_name.get(&key) {
            let is_one = namesakes.iter().all(|at| identity(at) == identity(&namesakes[0]));
            return namesakes.iter().copied().filter(|at| is_one || identity(at) == said.identity).collect();
        }
        let renamed = self.by_identity.get(said.identity.as_str()).map_or(&[][..], Vec::as_slice);
        let name = |at: &usize| self.hosts[*at].name.to_lowercase();
        if renamed.iter().all(|at| name(at) == name(&renamed[0])) { renamed.to_vec() } else { Vec::new() }
    }
}

fn name_key(uuid: Option<&str>, identity: &str, name: &str) -> (String, String) {
    (uuid.and_then(normal_uuid).unwrap_or_else(|| identity.to_owned()), name.to_lowercase())
}

/// The attempt of each host that counts.
fn last_attempts<'h, 'a>(
    hosts: &'h [KnownHost],
    runs: impl IntoIterator<Item = &'a RunReport>,
    now: DateTime<Utc>,
) -> Vec<Option<(&'a RunReport, &'a Outcome)>> {
    let weight = |run, outcome| weight(run, outcome, now);
    let mut attempts: HashMap<(&str, &str), Option<(&RunReport, &Outcome)>> =
        hosts.iter().map(|host| ((host.server.as_str(), host.name.as_str()), None)).collect();
    for run in runs {
        for HostReport { name, server, outcome } in &run.hosts {
            let Some(server) = server else { continue };
            if let Some(last) = attempts.get_mut(&(server.as_str(), name.as_str()))
                && last.is_none_or(|(last_run, last)| weight(run, outcome) > weight(last_run, last))
            {
                *last = Some((run, outcome));
            }
        }
    }
    // Of a host that several servers know, an attempt through one of them counts for all.
    let mut of_host: HashMap<(&str, String), Option<(&RunReport, &Outcome)>> = HashMap::new();
    let key = |host: &'h KnownHost| (host.identity.as_str(), host.name.to_lowercase());
    for host in hosts {
        let attempt = attempts[&(host.server.as_str(), host.name.as_str())];
        let counts = of_host.entry(key(host)).or_default();
        *counts = counts.iter().copied().chain(attempt).max_by_key(|(run, outcome)| weight(run, outcome));
    }
    hosts.iter().map(|host| of_host[&key(host)]).collect()
}

/// Of two attempts the one that counts weighs more.
fn weight(
    run: &RunReport,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> (bool, bool, DateTime<FixedOffset>, bool) {
    let (was_cancelled, has_failed) =
        (matches!(outcome, Outcome::Cancelled), matches!(outcome, Outcome::Failed { .. }));
    (!is_future(run.started_at.to_utc(), now), !was_cancelled, run.started_at, has_failed)
}

fn attempt((run, outcome): &(&RunReport, &Outcome)) -> Attempt {
    let (result, error) = match outcome {
        Outcome::Saved { .. } => (AttemptResult::Saved, None),
        Outcome::Failed { error } => (AttemptResult::Failed, Some(error.clone())),
        Outcome::Cancelled => (AttemptResult::Cancelled, None),
    };
    Attempt { run_id: run.run_id.clone(), at: run.started_at, result, error }
}

#[cfg(test)]
#[path = "safety_tests.rs"]
mod tests;
