//! A host's history as a list of changes: what was configured between one backup and the next.

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::Record;
use super::contents::read_bundle;
use super::fingerprint::Fingerprints;
use crate::bundle::{Group, Sealing, Setting, diff_settings, settings};
use crate::{Error, ErrorReport, Result};

/// The code of what cannot be known without the host.
const SEALED: &str = "bundle_sealed";

/// What changed between two backups of a host that follow each other.
#[derive(Debug, Clone, Serialize)]
pub struct HostChange {
    /// The host's name.
    pub host: String,
    /// The record's id of the backup before; none for the host's first.
    pub previous: Option<String>,
    /// When that was taken.
    pub previous_taken_at: Option<DateTime<Utc>>,
    /// The record's id of the backup that has the change.
    pub record: String,
    /// When that was taken.
    pub taken_at: DateTime<Utc>,
    /// What changed, by section and object; empty where that is not known.
    pub groups: Vec<Group>,
    /// Why it is not known.
    pub unreadable: Option<ErrorReport>,
}

/// The changes in these records, newest first; each host's are compared with each other. Bundles with the same fingerprint are
/// not even opened. `done` is told after each record.
///
/// # Errors
/// [`Error::Cancelled`]. A bundle that cannot be read is told in its place.
pub fn changes(
    records: &[&Record],
    fingerprints: &Fingerprints,
    mut done: impl FnMut(&Record),
    cancel: &CancellationToken,
) -> Result<Vec<HostChange>> {
    let mut records = records.to_vec();
    records.sort_by_cached_key(|record| (record.host_key(), record.taken_at));
    let mut found = Vec::new();
    let mut before: Option<(&Record, Option<Vec<Setting>>)> = None;
    for record in records {
        if cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        before = Some(match before.take().filter(|(before, _)| before.host_key() == record.host_key()) {
            None => {
                found.push(HostChange::new(None, record));
                (record, None)
            }
            Some((last, known)) if same(fingerprints, last, record) => (record, known),
            Some((last, known)) => {
                let (change, now) = change(last, known, record);
                // Of a host that is sealed, one line says it; one for each backup would only hide the other hosts.
                let is_said = found.last().is_some_and(|said: &HostChange| {
                    said.host == record.host.name
                        && said.is_sealed()
                        && change.as_ref().is_some_and(HostChange::is_sealed)
                });
                found.extend(change.filter(|_| !is_said));
                (record, now)
            }
        });
        done(record);
    }
    found.sort_by(|a, b| (b.taken_at, &a.host).cmp(&(a.taken_at, &b.host)));
    Ok(found)
}

/// What changed, and the settings of the later one for the next comparison.
fn change(
    last: &Record,
    known: Option<Vec<Setting>>,
    record: &Record,
) -> (Option<HostChange>, Option<Vec<Setting>>) {
    let before = known.map_or_else(|| read(last), Ok);
    let now = read(record);
    let change = HostChange::new(Some(last), record);
    match (before, now) {
        (Ok(before), Ok(now)) => {
            let (groups, _) = diff_settings(&before, &now);
            ((!groups.is_empty()).then_some(HostChange { groups, ..change }), Some(now))
        }
        (Err(error), now) => (Some(HostChange { unreadable: Some(error), ..change }), now.ok()),
        (_, Err(error)) => (Some(HostChange { unreadable: Some(error), ..change }), None),
    }
}

fn read(record: &Record) -> Result<Vec<Setting>, ErrorReport> {
    let contents = read_bundle(record).map_err(|error| error.report())?;
    let why = match (&contents.sealing, contents.unread_part()) {
        (Sealing::Open, None) => return Ok(settings(&contents)),
        (Sealing::Open, Some(part)) => format!("its {part} cannot be read"),
        (Sealing::Tpm, _) => "it is sealed by its host's TPM".to_owned(),
        (Sealing::Unreadable { reason }, _) => reason.clone(),
    };
    Err(ErrorReport {
        code: SEALED.to_owned(),
        message: format!("what is changed from the backup {} on is not known: {why}", record.id),
        hint: None,
        details: Vec::new(),
    })
}

fn same(fingerprints: &Fingerprints, first: &Record, second: &Record) -> bool {
    let of = |record| fingerprints.of(record).and_then(|found| found.settings.as_ref());
    of(first).is_some() && of(first) == of(second)
}

impl HostChange {
    fn is_sealed(&self) -> bool {
        self.unreadable.as_ref().is_some_and(|error| error.code == SEALED)
    }

    fn new(previous: Option<&Record>, record: &Record) -> Self {
        Self {
            host: record.host.name.clone(),
            previous: previous.map(|previous| previous.id.clone()),
            previous_taken_at: previous.map(|previous| previous.taken_at),
            record: record.id.clone(),
            taken_at: record.taken_at,
            groups: Vec::new(),
            unreadable: None,
        }
    }
}
