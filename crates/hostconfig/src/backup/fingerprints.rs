//! The settings' fingerprints of a run's bundles, made beside the run: reading a bundle through takes processor time while
//! a run mostly waits for hosts, and no host ever waits for it.

use std::collections::{BTreeSet, HashMap};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{Outcome, RunReport};
use crate::archive::{Fingerprint, Fingerprints, Record, Standing, WriteLock, fingerprint, host_of};

/// How long a run that is done waits for what is left. The rest is made when somebody asks.
const LINGER: Duration = Duration::from_secs(2);

/// A thread that makes fingerprints of what it is given.
pub(super) struct Lane {
    /// None ends it.
    records: Sender<Option<Record>>,
    thread: JoinHandle<Vec<Made>>,
    /// Set when the run is done.
    until: Arc<OnceLock<Instant>>,
}

impl Lane {
    pub(super) fn open() -> Self {
        let (records, receiver) = channel();
        let until = Arc::new(OnceLock::new());
        let thread = {
            let until = Arc::clone(&until);
            std::thread::spawn(move || work(&receiver, &until))
        };
        Self { records, thread, until }
    }

    /// Where a record goes as soon as it is in the archive.
    pub(super) fn entrance(&self) -> Sender<Option<Record>> {
        self.records.clone()
    }

    /// Waits for what is left, notes in the report how each backup stands to the one before it, and keeps the fingerprints.
    /// Whatever fails here is told to the log only: the backups are in the archive.
    pub(super) fn close(self, report: &mut RunReport, lock: &WriteLock, is_cancelled: bool) {
        let linger = if is_cancelled { Duration::ZERO } else { LINGER };
        self.until.get_or_init(|| Instant::now() + linger);
        // A thread that has ended already is joined all the same.
        drop(self.records.send(None));
        let made = self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let hosts: BTreeSet<(String, String)> = made.iter().map(|(record, _)| host_of(record)).collect();
        let known = lock.archive().latest_fingerprints(&hosts).unwrap_or_else(|error| {
            tracing::warn!(%error, "what hosts had before this run is not known");
            Fingerprints::default()
        });
        let newest = known.newest();
        let mut found = Fingerprints::default();
        let mut standings: HashMap<String, Standing> = HashMap::new();
        for (record, fingerprint) in made {
            let Some(mut fingerprint) = fingerprint else { continue };
            let standing = match fingerprint.standing(newest.get(&host_of(&record)).copied()) {
                // There may be older backups that nobody has looked at.
                Standing::First => Standing::Unknown,
                standing => standing,
            };
            standings.insert(record.id, standing);
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
    }
}

type Made = (Record, Option<Fingerprint>);

fn work(records: &Receiver<Option<Record>>, until: &OnceLock<Instant>) -> Vec<Made> {
    let mut made = Vec::new();
    while let Ok(Some(record)) = records.recv() {
        if until.get().is_some_and(|until| Instant::now() >= *until) {
            break;
        }
        let fingerprint = fingerprint(&record);
        made.push((record, fingerprint));
    }
    made
}
