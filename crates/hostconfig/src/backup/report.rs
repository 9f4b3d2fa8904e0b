//! What came of a run: kept in the archive beside what it made, shown by window and console, read by scripts.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use super::{BackupRequest, HostRef};
use crate::archive::{Record, Standing};
use crate::inventory::{Host, Inventory};
use crate::selection::{SelectionError, UnknownName};
use crate::{Error, ErrorReport};

/// The format of a run's report that this version writes.
pub const RUN_FORMAT: u32 = 1;

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// The format, [`RUN_FORMAT`].
    pub format: u32,
    /// Begins with the time in UTC, so that ids sort by time.
    pub run_id: String,
    /// When it began, local.
    pub started_at: DateTime<FixedOffset>,
    /// When it ended, local.
    pub finished_at: DateTime<FixedOffset>,
    /// The admin's note.
    pub note: Option<String>,
    /// The servers that it went to.
    pub servers: Vec<ServerReport>,
    /// Every host that was asked for, in inventory order; unknown names at the end.
    pub hosts: Vec<HostReport>,
    /// What an admin should know all the same, such as a name to be left out that no host has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Why this report is not in the archive. Never set in one that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_error: Option<ErrorReport>,
}

/// A server of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServerReport {
    /// The name that the admin saved it under, or else its address.
    pub name: String,
    /// How many hosts it has; zero where it failed.
    pub hosts: usize,
    /// Why none of its hosts could be backed up.
    pub error: Option<ErrorReport>,
}

/// A host of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostReport {
    /// Its name in the inventory, or as it was asked for.
    pub name: String,
    /// The server that it was backed up through.
    pub server: Option<String>,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of one host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Its bundle is in the archive.
    Saved {
        /// The record's id.
        record: String,
        /// The record's folder.
        folder: String,
        /// The bundle's size.
        bytes: u64,
        /// How long it took.
        seconds: f64,
        /// What an admin should know all the same.
        warnings: Vec<String>,
        /// How its settings stand to those of the backup before; none where that is not known yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        settings: Option<Standing>,
    },
    /// Nothing of it is in the archive.
    Failed {
        /// Why.
        error: ErrorReport,
    },
    /// The run was cancelled before it was done.
    Cancelled,
}

impl RunReport {
    pub(super) fn new(
        run_id: String,
        started_at: DateTime<FixedOffset>,
        request: &BackupRequest,
        inventory: &Inventory,
    ) -> Self {
        let answered = inventory.servers.iter().enumerate().map(|(at, server)| ServerReport {
            name: server.shown(),
            hosts: inventory.hosts.iter().filter(|host| host.server == at).count(),
            error: None,
        });
        let failed = inventory.failed.iter().map(|failed| ServerReport {
            name: failed.name.clone(),
            hosts: 0,
            error: Some(failed.error.report()),
        });
        let left_out = request.left_out.iter().map(|(name, error)| ServerReport {
            name: name.clone(),
            hosts: 0,
            error: Some(error.clone()),
        });
        let servers = answered.chain(failed).chain(left_out).collect();
        Self {
            format: RUN_FORMAT,
            run_id,
            started_at,
            finished_at: started_at,
            note: request.note.clone(),
            servers,
            hosts: Vec::new(),
            warnings: Vec::new(),
            report_error: None,
        }
    }

    /// How many hosts are in the archive now.
    pub fn saved(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Saved { .. }))
    }

    /// How many hosts failed.
    pub fn failed(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Failed { .. }))
    }

    /// How many hosts the cancellation left out.
    pub fn cancelled(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Cancelled))
    }

    /// Whether all that was asked for is in the archive, this report included.
    pub fn is_complete(&self) -> bool {
        self.saved() == self.hosts.len()
            && self.servers.iter().all(|server| server.error.is_none())
            && self.report_error.is_none()
    }

    /// The bytes that were added to the archive.
    pub fn bytes(&self) -> u64 {
        let bytes = |host: &HostReport| match host.outcome {
            Outcome::Saved { bytes, .. } => bytes,
            _ => 0,
        };
        self.hosts.iter().map(bytes).sum()
    }

    fn count(&self, is: impl Fn(&Outcome) -> bool) -> usize {
        self.hosts.iter().filter(|host| is(&host.outcome)).count()
    }
}

impl HostReport {
    pub(super) fn new(host: &Host, inventory: &Inventory, outcome: Outcome) -> Self {
        let server = Some(inventory.servers[host.server].shown());
        Self { name: host.system.name.clone(), server, outcome }
    }

    /// A host that was chosen and cannot be found.
    pub(super) fn missing(host: &HostRef, error: &Error) -> Self {
        let outcome = Outcome::Failed { error: error.report() };
        Self { name: host.name.clone(), server: Some(host.server.clone()), outcome }
    }

    /// A name that fits no host.
    pub(super) fn unknown(unknown: UnknownName) -> Self {
        let name = unknown.name().to_owned();
        let error = Error::from(SelectionError::Unknown(vec![unknown])).report();
        Self { name, server: None, outcome: Outcome::Failed { error } }
    }
}

impl Outcome {
    pub(super) fn saved(record: &Record, seconds: f64) -> Self {
        let mut warnings = Vec::new();
        if record.manifest.matches_host == Some(false) {
            warnings.push("the UUID in the bundle's manifest is not the host's".to_owned());
        }
        Self::Saved {
            record: record.id.clone(),
            folder: record.folder.display().to_string(),
            bytes: record.bundle.bytes,
            // The clock may have been set back meanwhile.
            seconds: seconds.max(0.0),
            warnings,
            settings: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::tests::{draft, record_of, taken_at};

    #[test]
    fn a_clock_that_is_set_back_makes_no_host_take_less_than_nothing() {
        let record = record_of(draft("esx01", b"bundle"), taken_at(0));
        let outcome = Outcome::saved(&record, -3600.0);
        assert!(matches!(outcome, Outcome::Saved { seconds, .. } if seconds >= 0.0), "{outcome:?}");
    }
}
