//! Restores that were begun: how far each is, what came of it, and what can be done about it.

use chrono::{DateTime, FixedOffset, Utc};
use hostconfig::restore::{Next, Outcome, Step, StepReport, StepState, Summary};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{ErrorReport, HostRef, HostUser, RestoreChoices};

/// A step of a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum RestoreStep {
    /// The host is backed up as it is.
    SafetyBackup,
    /// The host enters maintenance mode.
    EnterMaintenanceMode,
    /// The bundle is sent to the host.
    Upload,
    /// The host is told to restore it, and restarts.
    Restore,
    /// The host goes down.
    GoDown,
    /// The host comes back.
    Return,
    /// What the host has now is compared with the bundle.
    Compare,
    /// The host leaves maintenance mode.
    LeaveMaintenanceMode,
}

/// A restore that was begun.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct RestoreStarted {
    /// The job.
    pub(crate) job: u32,
    /// The restore's id.
    pub(crate) id: String,
}

/// How far a restore is that is under way here.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RestoreProgress {
    /// The restore's id.
    pub(crate) id: String,
    /// The host's name.
    pub(crate) host: String,
    /// Its steps; those that are not planned are left out.
    pub(crate) steps: Vec<StepView>,
    /// Whether the host was told, or is being told, to restore: from then on nothing can be taken back.
    pub(crate) was_told: bool,
    /// Since when the host has been watched.
    pub(crate) watching_since: Option<DateTime<FixedOffset>>,
    /// After how many seconds it is no longer waited for.
    pub(crate) return_within_seconds: u64,
    /// What came of it, once it has ended.
    pub(crate) outcome: Option<RestoreState>,
}

/// A step and where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StepView {
    /// Which.
    pub(crate) step: RestoreStep,
    /// Where it stands.
    pub(crate) state: StepStateView,
    /// Since when.
    pub(crate) at: Option<DateTime<FixedOffset>>,
    /// A word on it.
    pub(crate) note: Option<String>,
    /// In percent, where that is known.
    pub(crate) percent: Option<u8>,
    /// Why it failed.
    pub(crate) error: Option<ErrorReport>,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum StepStateView {
    /// It was not come to.
    NotBegun,
    /// It is under way.
    Begun,
    /// It is done.
    Done,
    /// It was not needed, or not wanted.
    Skipped,
    /// It failed.
    Failed,
}

/// All restores that were begun on this computer.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct RestoreList {
    /// Newest first.
    pub(crate) restores: Vec<RestoreRow>,
    /// Journals that cannot be understood; each may be of a restore that is open.
    pub(crate) unreadable: Vec<UnreadableJournal>,
}

/// A journal that cannot be understood.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct UnreadableJournal {
    /// The file, to be read, not opened.
    pub(crate) path: String,
    /// Why.
    pub(crate) reason: String,
}

/// A restore at a glance.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RestoreRow {
    /// Its id.
    pub(crate) id: String,
    /// The host's name.
    pub(crate) host: String,
    /// The server's saved name, else its address.
    pub(crate) server: String,
    /// When it began, local.
    pub(crate) started_at: DateTime<FixedOffset>,
    /// How it stands.
    pub(crate) state: RestoreState,
    /// Whether something is left to be looked after.
    pub(crate) is_open: bool,
    /// What is known of the host.
    pub(crate) known: String,
}

/// How a restore stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum RestoreState {
    /// Here, or in another program.
    UnderWay,
    /// It ended without a report: the app was killed, or the computer went down.
    Interrupted,
    /// Restored, and that is proven.
    Proven,
    /// Restored, but not everything is proven.
    NotProven,
    /// The host is as it was found.
    NothingChanged,
    /// The host is not as it should be.
    LeftChanged,
    /// Nobody knows.
    Unknown,
}

/// All that is known of a restore.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RestoreView {
    /// At a glance.
    pub(crate) row: RestoreRow,
    /// The host.
    pub(crate) host: HostRef,
    /// The server's address.
    pub(crate) server_address: String,
    /// Who was signed in there.
    pub(crate) server_user: String,
    /// Who began it, on which computer.
    pub(crate) begun_by: String,
    /// When it ended, local.
    pub(crate) finished_at: Option<DateTime<FixedOffset>>,
    /// The record that was restored, of a bundle in the archive.
    pub(crate) record: Option<String>,
    /// The bundle's file, to be read, not opened.
    pub(crate) bundle: String,
    /// Its SHA-256.
    pub(crate) bundle_sha256: String,
    /// When it was taken, where that is known.
    pub(crate) taken_at: Option<DateTime<Utc>>,
    /// What was chosen.
    pub(crate) options: RestoreChoices,
    /// Whether the host was told, or was about to be told, to restore.
    pub(crate) was_told: bool,
    /// The step at which it stood last.
    pub(crate) stood: StepView,
    /// Every step, where it has ended.
    pub(crate) steps: Vec<StepView>,
    /// What is known, in sentences.
    pub(crate) facts: Vec<String>,
    /// What is not proven.
    pub(crate) open: Vec<String>,
    /// How the host was left.
    pub(crate) left: Option<String>,
    /// Why it ended as it did.
    pub(crate) error: Option<ErrorReport>,
    /// What an admin should know all the same.
    pub(crate) warnings: Vec<String>,
    /// The host beside the bundle.
    pub(crate) comparison: Option<ComparisonView>,
    /// The record of the safety backup.
    pub(crate) safety_backup: Option<String>,
    /// What can be done now.
    pub(crate) next: Vec<NextView>,
}

/// What the host has after the restart, beside the bundle.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ComparisonView {
    /// How many files and settings are alike.
    pub(crate) same: usize,
    /// Those that differ.
    pub(crate) different: Vec<String>,
    /// Those that only the bundle has.
    pub(crate) only_bundle: Vec<String>,
    /// Those that only the host has.
    pub(crate) only_host: Vec<String>,
    /// How many were left out, because they change at every backup.
    pub(crate) left_out: usize,
}

/// Something that can be done about a restore.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum NextView {
    /// Wait for the host, and compare it with the bundle.
    KeepWatching,
    /// Have the vCenter connect the host again, and go on watching.
    Reconnect,
    /// Take the host out of maintenance mode.
    LeaveMaintenanceMode,
    /// Restore the safety backup, by a plan of its own.
    Undo {
        /// Its record.
        record: String,
    },
    /// Say that it has been looked after.
    Dismiss,
}

/// How to go on with a restore.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResumeInput {
    /// The restore's id.
    pub(crate) id: String,
    /// What is to be done.
    pub(crate) action: ResumeChoice,
    /// Another saved server to look through: the host itself at a new address, say.
    pub(crate) server: Option<String>,
    /// The host's own user.
    pub(crate) host_user: Option<HostUser>,
    /// The SHA-256 thumbprint that the host's own console shows.
    pub(crate) certificate: Option<String>,
}

/// What is to be done about a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ResumeChoice {
    /// Wait for the host.
    KeepWatching,
    /// And have the vCenter connect it again.
    Reconnect,
    /// Take the host out of maintenance mode.
    LeaveMaintenanceMode,
}

impl From<Step> for RestoreStep {
    fn from(step: Step) -> Self {
        match step {
            Step::SafetyBackup => Self::SafetyBackup,
            Step::EnterMaintenanceMode => Self::EnterMaintenanceMode,
            Step::Upload => Self::Upload,
            Step::Restore => Self::Restore,
            Step::GoDown => Self::GoDown,
            Step::Return => Self::Return,
            Step::Compare => Self::Compare,
            Step::LeaveMaintenanceMode => Self::LeaveMaintenanceMode,
        }
    }
}

impl From<StepState> for StepStateView {
    fn from(state: StepState) -> Self {
        match state {
            StepState::NotBegun => Self::NotBegun,
            StepState::Begun => Self::Begun,
            StepState::Done => Self::Done,
            StepState::Skipped => Self::Skipped,
            StepState::Failed => Self::Failed,
        }
    }
}

impl StepStateView {
    /// Whether nothing more will happen to the step.
    pub(crate) fn is_end(self) -> bool {
        matches!(self, Self::Done | Self::Skipped | Self::Failed)
    }
}

impl StepView {
    /// A step that was not come to.
    pub(crate) fn waiting(step: Step) -> Self {
        Self {
            step: step.into(),
            state: StepStateView::NotBegun,
            at: None,
            note: None,
            percent: None,
            error: None,
        }
    }
}

impl From<&StepReport> for StepView {
    fn from(report: &StepReport) -> Self {
        Self {
            step: report.step.into(),
            state: report.state.into(),
            at: report.at,
            note: report.note.clone(),
            percent: None,
            error: report.error.as_ref().map(ErrorReport::from),
        }
    }
}

impl From<&Outcome> for RestoreState {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Proven => Self::Proven,
            Outcome::NotProven { .. } => Self::NotProven,
            Outcome::NothingChanged { .. } => Self::NothingChanged,
            Outcome::LeftChanged { .. } => Self::LeftChanged,
            Outcome::Unknown { .. } => Self::Unknown,
        }
    }
}

impl From<&Summary> for RestoreRow {
    fn from(summary: &Summary) -> Self {
        let begun = &summary.begun;
        Self {
            id: begun.id.clone(),
            host: begun.host.name.clone(),
            server: begun.server.name.clone().unwrap_or_else(|| begun.server.address.clone()),
            started_at: begun.started_at,
            state: match &summary.report {
                _ if summary.is_under_way => RestoreState::UnderWay,
                Some(report) => RestoreState::from(&report.outcome),
                None => RestoreState::Interrupted,
            },
            is_open: summary.is_open,
            known: summary.known.clone(),
        }
    }
}

impl From<&Next> for NextView {
    fn from(next: &Next) -> Self {
        match next {
            Next::KeepWatching => Self::KeepWatching,
            Next::Reconnect => Self::Reconnect,
            Next::LeaveMaintenanceMode => Self::LeaveMaintenanceMode,
            Next::Undo { record } => Self::Undo { record: record.clone() },
            Next::Dismiss => Self::Dismiss,
        }
    }
}

impl From<&Summary> for RestoreView {
    fn from(summary: &Summary) -> Self {
        let begun = &summary.begun;
        let row = RestoreRow::from(summary);
        let report = summary.report.as_deref();
        let outcome = report.map(|report| &report.outcome);
        let (facts, open) = match outcome {
            Some(Outcome::NotProven { known, open }) => (known.clone(), open.clone()),
            Some(Outcome::Unknown { known, .. }) => (known.clone(), Vec::new()),
            _ => (Vec::new(), Vec::new()),
        };
        let left = match outcome {
            Some(Outcome::LeftChanged { left, .. }) => Some(left.clone()),
            _ => None,
        };
        let stood = &summary.stood;
        Self {
            host: HostRef {
                server: row.server.clone(),
                moid: begun.host.moid.clone(),
                name: begun.host.name.clone(),
            },
            row,
            server_address: begun.server.address.clone(),
            server_user: begun.server_user.clone(),
            begun_by: format!("{} on {}", begun.os_user, begun.machine),
            finished_at: report.map(|report| report.finished_at),
            record: begun.bundle.record.clone(),
            bundle: begun.bundle.path.display().to_string(),
            bundle_sha256: begun.bundle.sha256.clone(),
            taken_at: begun.bundle.taken_at,
            options: begun.options.into(),
            was_told: summary.was_sent,
            stood: StepView {
                state: stood.state.into(),
                at: Some(stood.at),
                ..StepView::waiting(stood.step.unwrap_or(Step::SafetyBackup))
            },
            steps: report.map(|report| report.steps.iter().map(StepView::from).collect()).unwrap_or_default(),
            facts,
            open,
            left,
            error: outcome.and_then(Outcome::error).map(ErrorReport::from),
            warnings: report.map(|report| report.warnings.clone()).unwrap_or_default(),
            comparison: report.and_then(|report| report.comparison.as_ref()).map(|comparison| {
                ComparisonView {
                    same: comparison.same,
                    different: comparison.different.clone(),
                    only_bundle: comparison.only_first.clone(),
                    only_host: comparison.only_second.clone(),
                    left_out: comparison.left_out,
                }
            }),
            safety_backup: summary.safety_backup.clone(),
            next: next(summary),
        }
    }
}

/// What can be done now. The way back is there also when nothing is left to be looked after.
fn next(summary: &Summary) -> Vec<NextView> {
    if summary.is_open || summary.is_under_way {
        return summary.next.iter().map(NextView::from).collect();
    }
    let told = summary.report.iter().flat_map(|report| &report.next);
    told.filter(|next| matches!(next, Next::Undo { .. })).map(NextView::from).collect()
}
