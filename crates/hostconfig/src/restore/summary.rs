//! What a journal comes to: where the restore stood, what is known of its host, what can be done now.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use super::journal::{Begun, Entry, Line};
use super::progress::{Step, StepState};
use super::report::{Next, Outcome, RestoreReport, StepReport};

/// A restore as its journal tells it.
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// What was begun.
    pub begun: Begun,
    /// Where it stood last.
    pub stood: Stood,
    /// Whether it is under way at this moment.
    pub is_under_way: bool,
    /// Whether something is left to be looked after.
    pub is_open: bool,
    /// Whether the host was told, or was about to be told, to restore.
    pub was_sent: bool,
    /// Whether it was this restore that had the host enter maintenance mode, or was about to.
    pub entered_maintenance_mode: bool,
    /// The record of the safety backup.
    pub safety_backup: Option<String>,
    /// What is known of the host now, in a sentence.
    pub known: String,
    /// The steps that were begun since the first time, as far as the journal tells of them.
    #[serde(skip)]
    pub steps: Vec<StepReport>,
    /// What came of it, where it has ended.
    pub report: Option<Box<RestoreReport>>,
    /// What can be done now.
    pub next: Vec<Next>,
}

/// Where a restore stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stood {
    /// The step; none before the first.
    pub step: Option<Step>,
    /// Begun, done or failed.
    pub state: StepState,
    /// Since when.
    pub at: DateTime<FixedOffset>,
}

/// What these lines come to, after the first.
pub(super) fn summary(
    begun: Begun,
    began_at: DateTime<FixedOffset>,
    lines: impl Iterator<Item = Line>,
    is_under_way: bool,
) -> Summary {
    let mut stood = Stood { step: None, state: StepState::NotBegun, at: began_at };
    let mut steps: BTreeMap<Step, StepReport> = BTreeMap::new();
    let (mut safety_backup, mut report, mut is_dismissed) = (None, None, false);
    for Line { at, entry } in lines {
        let (step, state, note, error) = match entry {
            Entry::Intends { step } => (step, StepState::Begun, None, None),
            Entry::Failed { step, error } => {
                (step, StepState::Failed, Some(error.message.clone()), Some(error))
            }
            Entry::Done { step, note, record } => {
                safety_backup = record.or(safety_backup);
                (step, StepState::Done, note, None)
            }
            Entry::Ended { report: ended } => {
                report = Some(ended);
                continue;
            }
            Entry::Resumed { .. } => {
                (report, is_dismissed) = (None, false);
                continue;
            }
            Entry::Dismissed => {
                is_dismissed = true;
                continue;
            }
            Entry::Begun(_) => continue,
        };
        steps.insert(step, StepReport { step, state, at: Some(at), note, error });
        stood = Stood { step: Some(step), state, at };
    }
    let state_of = |step: Step| steps.get(&step).map(|step| step.state);
    let was_sent = matches!(state_of(Step::Restore), Some(StepState::Begun | StepState::Done));
    let has_left = state_of(Step::LeaveMaintenanceMode) == Some(StepState::Done);
    let outcome = report.as_deref().map(|report: &RestoreReport| &report.outcome);
    // Where it was refused, the host may be in it for somebody else.
    let is_as_found = matches!(outcome, Some(Outcome::NothingChanged { .. }));
    let entered_maintenance_mode =
        steps.contains_key(&Step::EnterMaintenanceMode) && !has_left && !is_as_found;
    let is_settled = match outcome {
        Some(outcome) => outcome.is_settled(),
        None => !was_sent && !entered_maintenance_mode,
    };
    let is_open = !is_dismissed && !is_settled;
    let known = known(&begun, outcome, &stood, (was_sent, entered_maintenance_mode), is_under_way);
    let next = match &report {
        _ if is_under_way || !is_open => Vec::new(),
        Some(report) => report.next.clone(),
        None => next(was_sent, entered_maintenance_mode, safety_backup.as_deref()),
    };
    Summary {
        begun,
        stood,
        is_under_way,
        is_open,
        was_sent,
        entered_maintenance_mode,
        safety_backup,
        known,
        steps: steps.into_values().collect(),
        report,
        next,
    }
}

/// What can be done about a restore that has not come to its end.
pub(super) fn next(was_sent: bool, entered: bool, safety_backup: Option<&str>) -> Vec<Next> {
    let mut next = Vec::new();
    if was_sent {
        next.push(Next::KeepWatching);
    }
    if entered {
        next.push(Next::LeaveMaintenanceMode);
    }
    if was_sent && let Some(record) = safety_backup {
        next.push(Next::Undo { record: record.to_owned() });
    }
    next.push(Next::Dismiss);
    next
}

fn known(
    begun: &Begun,
    outcome: Option<&Outcome>,
    stood: &Stood,
    (was_sent, entered): (bool, bool),
    is_under_way: bool,
) -> String {
    let host = &begun.host.name;
    if is_under_way {
        return format!("A restore of {host} is under way.");
    }
    match outcome {
        Some(Outcome::Proven) => format!("{host} was restored, and that was proven."),
        Some(Outcome::NotProven { open, .. }) => {
            format!("{host} was restored, but not everything could be proven: {}.", open.join("; "))
        }
        Some(Outcome::NothingChanged { error }) => {
            format!(
                "Nothing was restored, and {host} was left as it was found: {}.",
                error.message.trim_end_matches('.')
            )
        }
        Some(Outcome::LeftChanged { left, .. }) => left.clone(),
        Some(Outcome::Unknown { error, .. }) => {
            format!(
                "{host} was told to restore, and nobody knows what came of it: {}.",
                error.message.trim_end_matches('.')
            )
        }
        None if was_sent => format!(
            "Hostkeep ended after {host} was told, or was about to be told, to restore the bundle. It has probably restarted with it; \
             nothing has been proven."
        ),
        None if stood.step == Some(Step::EnterMaintenanceMode) && stood.state == StepState::Begun => format!(
            "Hostkeep ended while {host} was entering maintenance mode. It may be in it, or still enter it. Nothing was restored."
        ),
        None if entered => {
            format!("Hostkeep ended after {host} had entered maintenance mode. Nothing was restored.")
        }
        None => format!("Hostkeep ended before anything was changed on {host}."),
    }
}
