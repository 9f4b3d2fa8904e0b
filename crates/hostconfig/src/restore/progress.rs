//! The steps of a restore, and who is told of them: the watcher, the journal, the report.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::journal::{Entry, Journal};
use super::report::StepReport;
use super::request::RestoreContext;
use crate::audit::AuditEntry;
use crate::{Error, ErrorReport, Result, blocking};

/// A step of a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
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

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// It is under way.
    Begun,
    /// It is done.
    Done,
    /// It was not needed, or not wanted.
    Skipped,
    /// It failed.
    Failed,
    /// It was not come to.
    NotBegun,
}

/// What happens in a restore.
#[derive(Debug)]
pub enum RestoreEvent<'a> {
    /// A step begins or ends.
    Step {
        /// Which.
        step: Step,
        /// Where it stands.
        state: StepState,
        /// A word on it.
        note: Option<&'a str>,
    },
    /// A step goes on.
    Progress {
        /// Which.
        step: Step,
        /// In percent, where that is known.
        percent: Option<u8>,
        /// What is seen meanwhile, such as `not responding`.
        seen: Option<&'a str>,
    },
    /// The journal is begun: from here on the restore can be resumed.
    Begun {
        /// The restore's id.
        id: &'a str,
    },
}

/// Where the events of a restore go.
pub type Watch = Arc<dyn Fn(RestoreEvent<'_>) + Send + Sync>;

impl Step {
    /// All of them, in their order.
    pub const ALL: [Self; 8] = [
        Self::SafetyBackup,
        Self::EnterMaintenanceMode,
        Self::Upload,
        Self::Restore,
        Self::GoDown,
        Self::Return,
        Self::Compare,
        Self::LeaveMaintenanceMode,
    ];

    /// As journals and reports name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SafetyBackup => "safety_backup",
            Self::EnterMaintenanceMode => "enter_maintenance_mode",
            Self::Upload => "upload",
            Self::Restore => "restore",
            Self::GoDown => "go_down",
            Self::Return => "return",
            Self::Compare => "compare",
            Self::LeaveMaintenanceMode => "leave_maintenance_mode",
        }
    }
}

/// Tells of steps: the journal first, so that nothing is done that is not noted.
pub(super) struct Progress<'a> {
    pub(super) context: &'a RestoreContext,
    pub(super) journal: Journal,
    pub(super) steps: Vec<StepReport>,
    pub(super) warnings: Vec<String>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(context: &'a RestoreContext, journal: Journal) -> Self {
        Self { context, journal, steps: Vec::new(), warnings: Vec::new() }
    }

    /// The step is about to be done.
    pub(super) async fn begin(&mut self, step: Step) -> Result<()> {
        self.note(Entry::Intends { step }).await?;
        self.tell(step, StepState::Begun, None, None);
        Ok(())
    }

    /// The step is done. `record` is what a safety backup has made.
    pub(super) async fn done(
        &mut self,
        step: Step,
        note: Option<String>,
        record: Option<String>,
    ) -> Result<()> {
        self.note(Entry::Done { step, note: note.clone(), record }).await?;
        self.tell(step, StepState::Done, note, None);
        Ok(())
    }

    /// The step is not needed, or not wanted.
    pub(super) fn skip(&mut self, step: Step, note: &str) {
        self.tell(step, StepState::Skipped, Some(note.to_owned()), None);
    }

    /// As [`Self::begin`], after the host was told to restore: a journal that cannot be written is a warning then, and the
    /// host is what counts.
    pub(super) async fn begin_anyway(&mut self, step: Step) {
        self.note_anyway(Entry::Intends { step }).await;
        self.tell(step, StepState::Begun, None, None);
    }

    /// As [`Self::done`], in the same way.
    pub(super) async fn done_anyway(&mut self, step: Step, note: Option<String>) {
        self.note_anyway(Entry::Done { step, note: note.clone(), record: None }).await;
        self.tell(step, StepState::Done, note, None);
    }

    /// The step failed. That this cannot be noted either is a warning only: the failure is what is told.
    pub(super) async fn failed(&mut self, step: Step, error: &Error) {
        let report = error.report();
        self.note_anyway(Entry::Failed { step, error: report.clone() }).await;
        tracing::warn!(step = step.as_str(), code = report.code, "{}", report.message);
        self.tell(step, StepState::Failed, Some(report.message.clone()), Some(report));
    }

    /// The step goes on.
    pub(super) fn goes_on(&self, step: Step, percent: Option<u8>, seen: Option<&str>) {
        (self.context.watch)(RestoreEvent::Progress { step, percent, seen });
    }

    /// Appends to the journal.
    pub(super) async fn note(&mut self, entry: Entry) -> Result<()> {
        self.journal.append((self.context.clock)(), entry).await
    }

    /// Appends to the journal; that it cannot be done is a warning.
    pub(super) async fn note_anyway(&mut self, entry: Entry) {
        if let Err(error) = self.note(entry).await {
            tracing::error!(%error, "the journal of the restore cannot be written");
            self.warn(format!("the journal could not be written: {error}"));
        }
    }

    /// Appends to the audit log; that it cannot be done is a warning.
    pub(super) async fn audit(&mut self, entry: AuditEntry) {
        let log = self.context.audit.clone();
        if let Err(error) = blocking(move || log.append(&[entry])).await {
            tracing::error!(%error, "the audit log cannot be written");
            self.warn(format!("the audit log lacks what was done: {error}"));
        }
    }

    /// Notes for the report what is worth a word, once.
    fn warn(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    fn tell(&mut self, step: Step, state: StepState, note: Option<String>, error: Option<ErrorReport>) {
        let at = Some((self.context.clock)());
        (self.context.watch)(RestoreEvent::Step { step, state, note: note.as_deref() });
        let report = StepReport { step, state, at, note, error };
        match self.steps.iter_mut().find(|known| known.step == step) {
            Some(known) => *known = report,
            None => self.steps.push(report),
        }
    }
}
