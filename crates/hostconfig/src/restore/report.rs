//! What came of a restore.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use super::journal::Begun;
use super::progress::{Step, StepState};
use crate::bundle::Comparison;
use crate::{ErrorReport, archive};

/// What came of a restore, or of resuming one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RestoreReport {
    /// The restore's id.
    pub id: String,
    /// The host's name.
    pub host: String,
    /// The server that it was reached through.
    pub server: archive::RecordServer,
    /// When it began, local.
    pub started_at: DateTime<FixedOffset>,
    /// When it ended, local.
    pub finished_at: DateTime<FixedOffset>,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Every step, in order.
    pub steps: Vec<StepReport>,
    /// The record of the safety backup: the way back.
    pub safety_backup: Option<String>,
    /// What the host has now, beside the bundle.
    pub comparison: Option<Comparison>,
    /// What an admin should know all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// What can be done now.
    pub next: Vec<Next>,
}

/// A step of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReport {
    /// Which.
    pub step: Step,
    /// Where it stands.
    pub state: StepState,
    /// Since when.
    pub at: Option<DateTime<FixedOffset>>,
    /// A word on it.
    pub note: Option<String>,
    /// Why it failed.
    pub error: Option<ErrorReport>,
}

/// What came of a restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The host has restarted after it was told to restore, is the same host on the same build, and has what the bundle has.
    Proven,
    /// The host has restarted after it was told to restore, but not everything could be proven.
    NotProven {
        /// What is known.
        known: Vec<String>,
        /// What is not, or is not as it should be.
        open: Vec<String>,
    },
    /// The host is as it was found.
    NothingChanged {
        /// Why nothing was restored.
        error: ErrorReport,
    },
    /// Something failed, and the host is not as it should be.
    LeftChanged {
        /// What failed.
        error: ErrorReport,
        /// How the host was left.
        left: String,
    },
    /// The host was told to restore, and nobody knows what came of it.
    Unknown {
        /// What is known.
        known: Vec<String>,
        /// Why no more is.
        error: ErrorReport,
    },
}

/// Something that can be done after a restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "next", rename_all = "snake_case")]
pub enum Next {
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
    /// Say that it has been looked after, so that it is no longer open.
    Dismiss,
}

impl Outcome {
    /// As reports and the audit log name it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::NotProven { .. } => "not_proven",
            Self::NothingChanged { .. } => "nothing_changed",
            Self::LeftChanged { .. } => "left_changed",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// Whether nothing is left to be looked after.
    pub fn is_settled(&self) -> bool {
        matches!(self, Self::Proven | Self::NothingChanged { .. })
    }

    /// What failed, if something did.
    pub fn error(&self) -> Option<&ErrorReport> {
        match self {
            Self::Proven | Self::NotProven { .. } => None,
            Self::NothingChanged { error }
            | Self::LeftChanged { error, .. }
            | Self::Unknown { error, .. } => Some(error),
        }
    }
}

impl RestoreReport {
    pub(super) fn new(
        begun: &Begun,
        outcome: Outcome,
        finished_at: DateTime<FixedOffset>,
        told: (Vec<StepReport>, Vec<String>),
    ) -> Self {
        let (mut steps, warnings) = told;
        for step in Step::ALL {
            if !steps.iter().any(|known| known.step == step) {
                steps.push(StepReport {
                    step,
                    state: StepState::NotBegun,
                    at: None,
                    note: None,
                    error: None,
                });
            }
        }
        steps.sort_by_key(|known| known.step);
        Self {
            id: begun.id.clone(),
            host: begun.host.name.clone(),
            server: begun.server.clone(),
            started_at: begun.started_at,
            finished_at,
            outcome,
            steps,
            safety_backup: None,
            comparison: None,
            warnings,
            next: Vec::new(),
        }
    }
}
