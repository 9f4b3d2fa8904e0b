//! The settings' fingerprints of a run's bundles, made beside the run: reading a bundle through takes processor time while
//! a run mostly waits for hosts, and no host ever waits for it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::{Outcome, RunReport};
use crate::archive::{Archive, Fingerprint, Fingerprints, Record, RunFile, Standing, WriteLock, fingerprint};

/// So long the thread makes one after the other, which takes a third less than each by itself: code and data are in the processor's
/// caches then.
const BURST: Duration = Duration::from_millis(20);
/// After that it rests for so many times as long as it took, a tenth of one processor at most, and at least until several hosts
/// may have come together.
const REST: u32 = 9;
const SHORTEST_REST: Duration = Duration::from_millis(200);
/// So few are waited for at the end of a run; of more, only as many as take a fiftieth of the run's time. What is left is made
/// when somebody asks.
const FEW: usize = 32;
const LONGEST_WAIT: Duration = Duration::from_secs(2);
const SHARE_OF_RUN: u32 = 50;
/// So many wait at most. Hosts that answer faster than that are a test, and what does not fit in is made when somebody asks.
const WAITING: usize = 256;
/// How many reports are read to find which backup was a host's last.
const LOOK_BACK: usize = 30;

/// A thread that makes fingerprints of what it is given.
pub(super) struct Lane {
    /// None ends it.
    records: SyncSender<Option<Record>>,
    thread: JoinHandle<Vec<Fingerprint>>,
    /// Set when the run is done: whether it was cancelled.
    ended: Arc<OnceLock<bool>>,
}

impl Lane {
    pub(super) fn open() -> Self {
        let (records, receiver) = sync_channel(WAITING);
        let ended = Arc::new(OnceLock::new());
        let thread = {
            let ended = Arc::clone(&ended);
            std::thread::spawn(move || work(&receiver, &ended))
        };
        Self { records, thread, ended }
    }

    /// Where a record goes as soon as it is in the archive.
    pub(super) fn entrance(&self) -> SyncSender<Option<Record>> {
        self.records.clone()
    }

    /// Waits for what is left, notes in the report how each backup stands to the one before it, and keeps the fingerprints.
    /// Whatever fails here is told to the log only: the backups are in the archive.
    pub(super) fn close(self, report: &mut RunReport, lock: &WriteLock, is_cancelled: bool) {
        self.ended.get_or_init(|| is_cancelled);
        self.thread.thread().unpark();
        // A thread that has ended already is joined all the same.
        drop(self.records.send(None));
        let made = self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let hosts: BTreeSet<(String, String)> = made.iter().map(|made| made.host.clone()).collect();
        // What a clock that was wrong has dated later is not what a host had before.
        let now = report.finished_at.to_utc();
        let known = lock.archive().latest_fingerprints(&hosts, now).unwrap_or_else(|error| {
            tracing::warn!(%error, "what hosts had before this run is not known");
            Fingerprints::default()
        });
        let newest = known.newest();
        let last = last_saved(lock.archive(), &made.iter().map(|made| &*made.host.1).collect(), now);
        let mut found = Fingerprints::default();
        let mut standings: HashMap<String, Standing> = HashMap::new();
        for mut fingerprint in made {
            // What was saved in between, and has no fingerprint yet, may have been something else.
            let is_last = |before: &&Fingerprint| {
                last.get(&before.host.1).is_none_or(|records| records.contains(&before.record))
            };
            let before = newest.get(&fingerprint.host).copied().filter(is_last);
            let standing = match fingerprint.standing(before) {
                // There may be older backups that nobody has looked at.
                Standing::First => Standing::Unknown,
                standing => standing,
            };
            standings.insert(fingerprint.record.clone(), standing);
            found.add(fingerprint);
        }
        for host in &mut report.hosts {
            if let Outcome::Saved { record, settings, .. } = &mut host.outcome {
                *settings = standings.remove(record).filter(|standing| *standing != Standing::Unknown);
            }
        }
        if let Err(error) = lock.keep_fingerprints(&report.run_id, &found) {
            tracing::warn!(code = error.code(), %error, "the fingerprints of a run cannot be kept");
        }
        if !is_cancelled && let Err(error) = lock.merge_fingerprints() {
            tracing::warn!(code = error.code(), %error, "fingerprints cannot be merged");
        }
    }
}

/// The records that the hosts of these names got last, as far as reports say so; of a name that several hosts have, those of all.
fn last_saved(
    archive: &Archive,
    names: &HashSet<&str>,
    now: DateTime<Utc>,
) -> HashMap<String, HashSet<String>> {
    let mut last: HashMap<String, HashSet<String>> = HashMap::new();
    let runs = archive.runs().unwrap_or_else(|error| {
        tracing::warn!(%error, "which backups were the last before this run is not known");
        Vec::new()
    });
    let is_before = |run: &RunFile| run.started_at.is_none_or(|at| at <= now);
    for run in runs.into_iter().filter(is_before).take(LOOK_BACK) {
        if names.iter().all(|name| last.contains_key(*name)) {
            break;
        }
        let report: RunReport = match archive.read_run(&run.run_id) {
            Ok(report) => report,
            Err(error) => {
                tracing::warn!(%error, "a report is passed over");
                continue;
            }
        };
        let mut saved: HashMap<String, HashSet<String>> = HashMap::new();
        for host in report.hosts {
            if let Outcome::Saved { record, .. } = host.outcome {
                saved.entry(host.name.to_lowercase()).or_default().insert(record);
            }
        }
        for (name, records) in saved {
            last.entry(name).or_insert(records);
        }
    }
    last
}

fn work(records: &Receiver<Option<Record>>, ended: &OnceLock<bool>) -> Vec<Fingerprint> {
    let begun = Instant::now();
    let mut made = Vec::new();
    while let Ok(Some(mut record)) = records.recv() {
        let started = Instant::now();
        if ended.get().is_some() {
            linger(record, records, begun, ended, &mut made);
            break;
        }
        loop {
            made.extend(fingerprint(&record));
            if ended.get().is_some() || started.elapsed() >= BURST {
                break;
            }
            record = match records.try_recv() {
                Ok(Some(next)) => next,
                // The end, before which nothing is left.
                Ok(None) => return made,
                Err(_) => break,
            };
        }
        let rested = Instant::now() + (started.elapsed() * REST).max(SHORTEST_REST);
        while ended.get().is_none()
            && let Some(left) = rested.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
        {
            std::thread::park_timeout(left);
        }
    }
    made
}

/// What is left at the end of the run, as far as it is waited for.
fn linger(
    first: Record,
    records: &Receiver<Option<Record>>,
    begun: Instant,
    ended: &OnceLock<bool>,
    made: &mut Vec<Fingerprint>,
) {
    let left: Vec<Record> = std::iter::once(first).chain(records.try_iter().flatten()).collect();
    let wait = match ended.get() {
        Some(true) => Duration::ZERO,
        _ if left.len() <= FEW => LONGEST_WAIT,
        _ => LONGEST_WAIT.min(begun.elapsed() / SHARE_OF_RUN),
    };
    let until = Instant::now() + wait;
    for record in left {
        if Instant::now() >= until {
            return;
        }
        made.extend(fingerprint(&record));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::tests::{keep, lock, new_archive, taken_at};
    use crate::bundle::tests::bundle_with;

    /// What a run says of one host's backup.
    fn run(archive: &Archive, run_id: &str, content: &[u8], seconds: i64) -> Option<Standing> {
        let lock = lock(archive);
        let record = keep(&lock, "esx01", &bundle_with(&[("etc/motd", content)]), seconds);
        let mut report = RunReport {
            format: super::super::RUN_FORMAT,
            run_id: run_id.to_owned(),
            started_at: taken_at(seconds),
            finished_at: taken_at(seconds),
            note: None,
            servers: Vec::new(),
            hosts: vec![super::super::HostReport {
                name: "esx01".to_owned(),
                server: None,
                outcome: Outcome::saved(&record, 1.0),
            }],
            warnings: Vec::new(),
            report_error: None,
        };
        let lane = Lane::open();
        lane.entrance().send(Some(record)).unwrap();
        lane.close(&mut report, &lock, false);
        lock.write_run(run_id, &report).unwrap();
        match report.hosts.remove(0).outcome {
            Outcome::Saved { settings, .. } => settings,
            _ => None,
        }
    }

    #[test]
    fn a_backup_from_the_future_is_not_the_one_before() {
        const DAY: i64 = 86_400;
        let (_folder, archive) = new_archive();
        assert_eq!(run(&archive, "20271227T223000Z-1", b"one", 400 * DAY), None);
        assert_eq!(run(&archive, "20261122T223000Z-2", b"other", 0), None);
        let unchanged = Some(Standing::Unchanged { since: taken_at(0).to_utc() });
        assert_eq!(run(&archive, "20261123T223000Z-3", b"other", DAY), unchanged);
    }

    #[test]
    fn the_end_is_heard_among_what_came_together() {
        let (_folder, archive) = new_archive();
        let lock = lock(&archive);
        let bundle = bundle_with(&[("etc/hosts", b"")]);
        let (records, receiver) = sync_channel(WAITING);
        for host in ["esx01", "esx02", "esx03"] {
            records.send(Some(keep(&lock, host, &bundle, 0))).unwrap();
        }
        records.send(None).unwrap();
        let made = work(&receiver, &OnceLock::new());
        let hosts: Vec<&str> = made.iter().map(|made| &*made.host.1).collect();
        assert_eq!(hosts, ["esx01", "esx02", "esx03"]);
        // It did not end for want of a sender.
        drop(records);
    }
}
