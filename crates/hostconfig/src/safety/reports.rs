//! Which reports of runs hosts are judged by: from the newest back, as far as one may still say something new of a host. What is
//! older than a host's newest good bundle says nothing new of it, nor does what is older than an attempt that ended.
//!
//! Hosts that nobody backs up would have every report read each time. So none is looked for beyond the time after which a
//! bundle is stale, where a host without a younger one is never called fresh, whatever came of it before; nor beyond 200.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::thread;

use chrono::{DateTime, FixedOffset, SubsecRound, TimeDelta, Utc};

use super::{Safety, last_good, safety};
use crate::Result;
use crate::archive::{Archive, Record, RunFile, is_future};
use crate::backup::{Outcome, RunReport};
use crate::known_hosts::KnownHost;

/// So many are read whatever they say: what became of hosts lately is shown also where nothing failed.
const AT_LEAST: usize = 30;
/// Reports of thousands of hosts are a megabyte each, and all that are read stay in memory.
const AT_MOST: usize = 200;
/// Reading waits for the share far more than for the processor.
const AT_ONCE: usize = 16;

/// The reports that hosts are judged by, newest first, and at the end those that a wrong clock has dated into the future; see [`super::assess`] for `records`. Those that are in `known`, by run, are
/// not read again: a report never changes. One that cannot be read is passed over: the others judge.
///
/// # Errors
/// The archive's runs cannot be listed.
pub fn deciding_reports<'a, S: BuildHasher>(
    archive: &Archive,
    known: &HashMap<String, Arc<RunReport>, S>,
    hosts: &[KnownHost],
    records: impl IntoIterator<Item = &'a Record>,
    stale_after: TimeDelta,
    now: DateTime<FixedOffset>,
) -> Result<Vec<Arc<RunReport>>> {
    let mut undecided = Undecided::new(hosts, records, stale_after, now);
    let (mut reports, mut runs) = (Vec::new(), archive.runs()?);
    // There may be many, and for years.
    runs.sort_by_key(|run| run.started_at.is_some_and(|at| is_future(at, now.to_utc())));
    for (at, batch) in runs[..runs.len().min(AT_MOST)].chunks(AT_ONCE).enumerate() {
        let is_needed = |(place, run): (usize, &RunFile)| {
            at * AT_ONCE + place < AT_LEAST || undecided.may_learn_from(run.started_at)
        };
        let needed = batch.iter().enumerate().take_while(|run| is_needed((run.0, run.1))).count();
        for report in read(archive, known, &batch[..needed]) {
            undecided.learn(&report);
            reports.push(report);
        }
        if needed < batch.len() {
            break;
        }
    }
    Ok(reports)
}

fn read<S: BuildHasher>(
    archive: &Archive,
    known: &HashMap<String, Arc<RunReport>, S>,
    runs: &[RunFile],
) -> Vec<Arc<RunReport>> {
    let read = |run: &RunFile| {
        archive.read_run(&run.run_id).map(Arc::new).inspect_err(
            |error| tracing::warn!(run = run.run_id, %error, "the report of a run cannot be read"),
        )
    };
    thread::scope(|scope| {
        let reading: Vec<_> = runs
            .iter()
            .map(|run| known.get(&run.run_id).cloned().ok_or_else(|| scope.spawn(move || read(run))))
            .collect();
        let join = |reading: thread::ScopedJoinHandle<'_, Result<_>>| {
            reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).ok()
        };
        reading.into_iter().filter_map(|report| report.map_or_else(join, Some)).collect()
    })
}

/// The hosts of which a report may still say something new.
struct Undecided<'a> {
    now: DateTime<Utc>,
    /// By server and name: the places in `since` of those that an attempt is of.
    of: HashMap<(&'a str, &'a str), Vec<usize>>,
    /// Of each host, however many servers know it, since when reports count. `None` where its last attempt is known.
    since: Vec<Option<DateTime<Utc>>>,
}

impl<'a> Undecided<'a> {
    fn new<'r>(
        hosts: &'a [KnownHost],
        records: impl IntoIterator<Item = &'r Record>,
        stale_after: TimeDelta,
        now: DateTime<FixedOffset>,
    ) -> Self {
        let oldest = (now - stale_after).to_utc();
        let mut undecided = Self { now: now.to_utc(), of: HashMap::new(), since: Vec::new() };
        let mut places: HashMap<(&str, String), usize> = HashMap::new();
        for (host, good) in hosts.iter().zip(last_good(hosts, records, now.to_utc())) {
            let good = good.map(|record| record.taken_at);
            if safety(host, good, None, stale_after, now) == Safety::NotSupported {
                continue;
            }
            let place = *places.entry((&host.identity, host.name.to_lowercase())).or_insert_with(|| {
                undecided.since.push(Some(good.map_or(oldest, |good| good.max(oldest))));
                undecided.since.len() - 1
            });
            undecided.of.entry((&host.server, &host.name)).or_default().push(place);
        }
        undecided
    }

    fn may_learn_from(&self, started_at: Option<DateTime<Utc>>) -> bool {
        // The time in a run's id has whole seconds.
        let is_since = |since: &DateTime<Utc>| started_at.is_some_and(|at| at >= since.trunc_subsecs(0));
        self.since.iter().flatten().any(is_since)
    }

    fn learn(&mut self, report: &RunReport) {
        // Nor does what was dated by a clock that was wrong tell what came last.
        if is_future(report.started_at.to_utc(), self.now) {
            return;
        }
        for host in &report.hosts {
            // A cancelled attempt says nothing of the host.
            if !matches!(host.outcome, Outcome::Cancelled)
                && let Some(server) = &host.server
                && let Some(places) = self.of.get(&(server.as_str(), host.name.as_str()))
            {
                for &place in places {
                    self.since[place] = None;
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "reports_tests.rs"]
mod tests;
