//! Runs and their reports.

use chrono::{DateTime, FixedOffset};
use hostconfig::backup::{HostReport, Outcome, RunReport};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{ErrorReport, HostRef, ResultView, StandingView};

/// What to back up.
#[derive(Debug, Clone, Deserialize, Type)]
pub(crate) struct BackupInput {
    /// Which hosts; every host of every saved server when absent.
    pub(crate) hosts: Option<Vec<HostRef>>,
    /// The admin's note, kept with each record.
    pub(crate) note: Option<String>,
}

/// A run in the list.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunRow {
    /// Sorts by time.
    pub(crate) run_id: String,
    /// When it began, local; none where the report cannot be read.
    pub(crate) started_at: Option<DateTime<FixedOffset>>,
    /// When it ended, local.
    pub(crate) finished_at: Option<DateTime<FixedOffset>>,
    /// The admin's note.
    pub(crate) note: Option<String>,
    /// The servers that it went to.
    pub(crate) servers: Vec<String>,
    /// How many hosts were asked for.
    pub(crate) hosts: usize,
    /// How many are in the archive.
    pub(crate) saved: usize,
    /// How many failed.
    pub(crate) failed: usize,
    /// How many the cancellation left out.
    pub(crate) cancelled: usize,
    /// The bytes that were added to the archive.
    pub(crate) bytes: u64,
    /// Whether all that was asked for is in the archive, and every server answered.
    pub(crate) is_complete: bool,
    /// Why the report cannot be read.
    pub(crate) error: Option<ErrorReport>,
}

/// A run's whole report.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunView {
    /// As in the list.
    pub(crate) row: RunRow,
    /// Every host that was asked for.
    pub(crate) hosts: Vec<HostReportView>,
    /// Every server.
    pub(crate) servers: Vec<ServerReportView>,
    /// What an admin should know all the same.
    pub(crate) warnings: Vec<String>,
}

/// A host of a run.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct HostReportView {
    /// Its name.
    pub(crate) name: String,
    /// The server that it was reached through.
    pub(crate) server: Option<String>,
    /// What came of it.
    pub(crate) result: ResultView,
    /// The record that was made.
    pub(crate) record: Option<String>,
    /// The bundle's size.
    pub(crate) bytes: u64,
    /// How its settings stood to those of the backup before, where the run knew that.
    pub(crate) settings: Option<StandingView>,
    /// How long it took.
    pub(crate) seconds: Option<f64>,
    /// What an admin should know all the same.
    pub(crate) warnings: Vec<String>,
    /// Why it failed.
    pub(crate) error: Option<ErrorReport>,
}

/// A server of a run.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct ServerReportView {
    /// Its name.
    pub(crate) name: String,
    /// How many hosts it has.
    pub(crate) hosts: usize,
    /// Why none of its hosts could be backed up.
    pub(crate) error: Option<ErrorReport>,
}

/// In which form a run's report is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ReportFormat {
    /// To read.
    Text,
    /// For a spreadsheet.
    Csv,
    /// For programs; the file that is in the archive.
    Json,
}

impl From<&RunReport> for RunRow {
    fn from(report: &RunReport) -> Self {
        Self {
            run_id: report.run_id.clone(),
            started_at: Some(report.started_at),
            finished_at: Some(report.finished_at),
            note: report.note.clone(),
            servers: report.servers.iter().map(|server| server.name.clone()).collect(),
            hosts: report.hosts.len(),
            saved: report.saved(),
            failed: report.failed(),
            cancelled: report.cancelled(),
            bytes: report.bytes(),
            is_complete: report.is_complete(),
            error: None,
        }
    }
}

impl RunRow {
    /// A run whose report cannot be read.
    pub(crate) fn unreadable(run_id: String, error: ErrorReport) -> Self {
        Self {
            run_id,
            started_at: None,
            finished_at: None,
            note: None,
            servers: Vec::new(),
            hosts: 0,
            saved: 0,
            failed: 0,
            cancelled: 0,
            bytes: 0,
            is_complete: false,
            error: Some(error),
        }
    }
}

impl From<&RunReport> for RunView {
    fn from(report: &RunReport) -> Self {
        let servers = report.servers.iter().map(|server| ServerReportView {
            name: server.name.clone(),
            hosts: server.hosts,
            error: server.error.as_ref().map(ErrorReport::from),
        });
        Self {
            row: report.into(),
            hosts: report.hosts.iter().map(HostReportView::from).collect(),
            servers: servers.collect(),
            warnings: report.warnings.clone(),
        }
    }
}

impl From<&HostReport> for HostReportView {
    fn from(report: &HostReport) -> Self {
        let mut view = Self {
            name: report.name.clone(),
            server: report.server.clone(),
            result: ResultView::Cancelled,
            record: None,
            bytes: 0,
            settings: None,
            seconds: None,
            warnings: Vec::new(),
            error: None,
        };
        match &report.outcome {
            Outcome::Saved { record, bytes, seconds, warnings, settings, .. } => {
                view.result = ResultView::Saved;
                view.record = Some(record.clone());
                view.bytes = *bytes;
                view.settings = settings.as_ref().map(StandingView::from);
                view.seconds = Some(*seconds);
                view.warnings.clone_from(warnings);
            }
            Outcome::Failed { error } => {
                view.result = ResultView::Failed;
                view.error = Some(error.into());
            }
            Outcome::Cancelled => {}
        }
        view
    }
}
