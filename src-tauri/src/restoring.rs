//! A restore as a job: begun by the core's journal, watched by the page, resumed after whatever happens.
//!
//! There is no job before the journal is begun: what is refused until then was never a restore, and is told to whoever asked.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use hostconfig::archive::Archive;
use hostconfig::audit::AuditLog;
use hostconfig::restore::{
    Outcome, Pace, RestoreContext, RestoreEvent, RestoreOptions, RestorePlan, RestoreReport, RestoreRequest,
    SafetyBackup, Step, StepState,
};
use tauri::AppHandle;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::ipc::{
    Answer, ErrorReport, JobHead, JobKind, JobState, Message, RestoreProgress, RestoreStarted, RestoreState,
    StepStateView, StepView,
};
use crate::jobs::{Ending, Jobs, Running, ended_early};
use crate::state::{Place, Shell, lock, now};
use crate::window;

/// What the page names by a number only: files that were picked, and the plan that is shown.
#[derive(Default)]
pub(crate) struct Desk {
    files: BTreeMap<u32, PathBuf>,
    last_file: u32,
    last_plan: u32,
    /// Only the newest: a page shows one at a time.
    pub(crate) planned: Option<PlannedRestore>,
    /// Ends the planning, or the looking again before a restore begins.
    pub(crate) cancel: CancellationToken,
}

/// A plan that was shown, and what it was made of.
#[derive(Clone)]
pub(crate) struct PlannedRestore {
    pub(crate) id: u32,
    pub(crate) request: RestoreRequest,
    pub(crate) plan: RestorePlan,
}

/// So many files are remembered that were picked or dropped.
const MOST_FILES: usize = 64;

impl Desk {
    /// Remembers a file that the user has picked or dropped; what the page calls it.
    pub(crate) fn take_file(&mut self, path: PathBuf) -> u32 {
        self.last_file += 1;
        self.files.insert(self.last_file, path);
        while self.files.len() > MOST_FILES {
            self.files.pop_first();
        }
        self.last_file
    }

    /// # Errors
    /// Nothing was picked or dropped under this number, or it is long ago.
    pub(crate) fn file(&self, id: u32) -> Answer<PathBuf> {
        self.files.get(&id).cloned().ok_or_else(|| {
            ErrorReport::new("no_such_file", "this file is not known any more", "Choose the file again.")
        })
    }

    /// Remembers a plan; what the page calls it.
    pub(crate) fn take_plan(&mut self, request: RestoreRequest, plan: RestorePlan) -> u32 {
        self.last_plan += 1;
        self.planned = Some(PlannedRestore { id: self.last_plan, request, plan });
        self.last_plan
    }

    /// Ends what is being looked at, and lets the next one be ended by the token that is returned.
    pub(crate) fn look_anew(&mut self) -> CancellationToken {
        let cancel = CancellationToken::new();
        std::mem::replace(&mut self.cancel, cancel.clone()).cancel();
        cancel
    }
}

/// Where a safety backup goes, if one is wanted; else the archive is not asked for, and may be away. None is made here: a
/// plan changes nothing, and says what is missing.
pub(crate) fn archive_for(place: &Place, options: &RestoreOptions) -> Answer<Option<Archive>> {
    match options.safety_backup {
        SafetyBackup::Take => Ok(place.read_archive(false)?.archive.clone()),
        SafetyBackup::Skip => Ok(None),
    }
}

/// What a restore works with in the window.
pub(crate) fn context(
    place: &Place,
    archive: Option<Archive>,
    cancel: CancellationToken,
    watch: hostconfig::restore::Watch,
) -> RestoreContext {
    RestoreContext {
        config: place.config.clone(),
        archive,
        audit: AuditLog::new(&place.config),
        clock: now,
        cancel,
        watch,
        pace: Pace::default(),
    }
}

/// What is begun.
pub(crate) struct Beginning {
    pub(crate) title: String,
    pub(crate) host: String,
    pub(crate) steps: Vec<Step>,
    pub(crate) return_within_seconds: u64,
    /// The host was told to restore at another time.
    pub(crate) was_told: bool,
    /// Where the safety backup goes.
    pub(crate) archive: Option<Archive>,
}

/// Begins a restore, or goes on with one, which the token ends, and answers once its journal is begun.
///
/// # Errors
/// What `work` refuses before that.
pub(crate) async fn begin<F>(
    shell: Arc<Shell>,
    handle: AppHandle,
    place: Arc<Place>,
    beginning: Beginning,
    cancel: CancellationToken,
    work: impl FnOnce(RestoreContext) -> F,
) -> Answer<RestoreStarted>
where
    F: Future<Output = hostconfig::Result<RestoreReport>> + Send + 'static,
{
    let (told, started) = oneshot::channel();
    let watched = Arc::new(Watched {
        jobs: Arc::clone(&shell.jobs),
        place: Arc::clone(&place),
        beginning,
        cancel: cancel.clone(),
        begun: Mutex::new(Begun { told: Some(told), job: None }),
    });
    let watch = Arc::clone(&watched);
    let archive = watched.beginning.archive.clone();
    let work = work(context(&place, archive, cancel, Arc::new(move |event| watch.on(&event))));
    let task = tauri::async_runtime::spawn(async move {
        // A job that panicked must not seem to be under way for ever.
        let came_of_it = match tauri::async_runtime::spawn(work).await {
            Ok(came_of_it) => came_of_it.map_err(ErrorReport::from),
            Err(error) => Err(ended_early(&error.to_string())),
        };
        let (job, told) = {
            let mut begun = lock(&watched.begun);
            (begun.job.take(), begun.told.take())
        };
        // Whoever waits for the beginning waits no longer.
        drop(told);
        place.forget_listing();
        let refused = match job {
            Some(job) => {
                let ended = end(&job, &watched.beginning.steps, came_of_it);
                window::job_ended(&handle, &shell, ended.as_ref());
                None
            }
            None => came_of_it.err(),
        };
        for message in [Message::ArchiveChanged, Message::HostsChanged, Message::RestoresChanged] {
            shell.jobs.tell(message);
        }
        refused
    });
    if let Ok(started) = started.await {
        return Ok(started);
    }
    let refused = task.await.map_err(|error| {
        ErrorReport::new(
            "restore_failed",
            format!("the restore ended: {error}"),
            "Look at the list of restores.",
        )
    })?;
    Err(refused.unwrap_or_else(|| {
        ErrorReport::new("restore_failed", "the restore did not begin", "Look at the plan again.")
    }))
}

fn end(job: &Running, steps: &[Step], came_of_it: Answer<RestoreReport>) -> Option<JobHead> {
    let report = match came_of_it {
        Ok(report) => report,
        Err(error) => return job.end(Ending::failed(error), now()),
    };
    job.restore(|restore| {
        restore.steps = report
            .steps
            .iter()
            .filter(|step| step.state != StepState::NotBegun)
            .map(StepView::from)
            .collect();
        restore.outcome = Some(RestoreState::from(&report.outcome));
    });
    let ending = Ending {
        state: state_of(&report, steps),
        run_id: None,
        error: report.outcome.error().map(ErrorReport::from),
        warnings: report.warnings,
    };
    job.end(ending, now())
}

/// How a job ended that was to do these steps.
fn state_of(report: &RestoreReport, steps: &[Step]) -> JobState {
    let is_done =
        |step: &Step| report.steps.iter().any(|known| known.step == *step && known.state == StepState::Done);
    match &report.outcome {
        Outcome::Proven | Outcome::NotProven { .. } => JobState::Done,
        Outcome::NothingChanged { error } if error.code == "cancelled" => JobState::Cancelled,
        // A host that was only to leave maintenance mode has: what came of the restore is another matter.
        Outcome::Unknown { .. } if steps.iter().all(is_done) => JobState::Done,
        _ => JobState::Failed,
    }
}

/// Where the core's events become the job's state.
struct Watched {
    jobs: Arc<Jobs>,
    place: Arc<Place>,
    beginning: Beginning,
    cancel: CancellationToken,
    begun: Mutex<Begun>,
}

struct Begun {
    told: Option<oneshot::Sender<RestoreStarted>>,
    job: Option<Running>,
}

impl Watched {
    fn on(&self, event: &RestoreEvent<'_>) {
        match *event {
            RestoreEvent::Begun { id } => self.begin(id),
            RestoreEvent::Step { step, state, note } => {
                self.change(|restore| stands(restore, step, state, note));
                if step == Step::SafetyBackup && state == StepState::Done {
                    self.place.forget_listing();
                    self.jobs.tell(Message::ArchiveChanged);
                }
                self.jobs.tell(Message::RestoresChanged);
            }
            RestoreEvent::Progress { step, percent, seen } => self.change(|restore| {
                if let Some(known) = restore.steps.iter_mut().find(|known| known.step == step.into()) {
                    known.percent = percent;
                    known.note = seen.map(str::to_owned);
                }
            }),
        }
    }

    fn begin(&self, id: &str) {
        // From here on the job's own token ends it, and leaving the page does not.
        lock(&self.place.restoring).cancel = CancellationToken::new();
        let Beginning { title, host, steps, return_within_seconds, was_told, .. } = &self.beginning;
        let job =
            self.jobs.begin_cancelled_by(JobKind::Restore, title.clone(), None, self.cancel.clone(), now());
        let progress = RestoreProgress {
            id: id.to_owned(),
            host: host.clone(),
            steps: steps.iter().copied().map(StepView::waiting).collect(),
            was_told: *was_told,
            watching_since: None,
            return_within_seconds: *return_within_seconds,
            outcome: None,
        };
        job.head(|head| head.restore = Some(Box::new(progress)));
        job.restore(|_| ());
        let started = RestoreStarted { job: job.id(), id: id.to_owned() };
        let mut begun = lock(&self.begun);
        begun.job = Some(job);
        if let Some(told) = begun.told.take() {
            // A page that has gone meanwhile finds it among the jobs.
            drop(told.send(started));
        }
        drop(begun);
        self.jobs.tell(Message::RestoresChanged);
    }

    fn change(&self, change: impl FnOnce(&mut RestoreProgress)) {
        if let Some(job) = &lock(&self.begun).job {
            job.restore(change);
        }
    }
}

fn stands(restore: &mut RestoreProgress, step: Step, state: StepState, note: Option<&str>) {
    let at = now();
    match (step, state) {
        (Step::Restore, StepState::Begun | StepState::Done) => restore.was_told = true,
        (Step::Restore, StepState::Failed) => restore.was_told = false,
        (Step::GoDown, StepState::Begun) => restore.watching_since = Some(at),
        _ => {}
    }
    let stands = StepView {
        state: StepStateView::from(state),
        at: Some(at),
        note: note.map(str::to_owned),
        ..StepView::waiting(step)
    };
    match restore.steps.iter_mut().find(|known| known.step == stands.step) {
        Some(known) => *known = stands,
        // Not planned, and not done either.
        None if state == StepState::Skipped => {}
        // What was not planned is taking maintenance mode back: at the end.
        None => restore.steps.push(stands),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn report(outcome: &Value, left: &str) -> RestoreReport {
        let step = |step: &str, state: &str| json!({"step": step, "state": state, "at": null, "note": null, "error": null});
        let mut report = json!({
            "id": "20261122T223000Z-1a2b3c4d",
            "host": "esx01.lab.local",
            "server": {"name": "prod", "address": "vc.lab.local", "kind": "vcenter"},
            "started_at": "2026-11-22T23:30:00+01:00",
            "finished_at": "2026-11-22T23:31:00+01:00",
            "steps": [step("go_down", "failed"), step("leave_maintenance_mode", left)],
            "safety_backup": null,
            "comparison": null,
            "next": [],
        });
        report.as_object_mut().unwrap().extend(outcome.as_object().unwrap().clone());
        serde_json::from_value(report).unwrap()
    }

    #[test]
    fn a_job_is_done_when_what_it_was_to_do_is_done() {
        let error = json!({"code": "host_not_restarted", "message": "it has not restarted", "hint": null, "details": []});
        let unknown = || json!({"outcome": "unknown", "known": [], "error": error});
        let leaving = [Step::LeaveMaintenanceMode];
        let watching = [Step::GoDown, Step::Return, Step::Compare, Step::LeaveMaintenanceMode];
        let proven = json!({"outcome": "proven"});
        for (outcome, left, steps, expect) in [
            (unknown(), "done", &leaving[..], JobState::Done),
            (unknown(), "failed", &leaving, JobState::Failed),
            (unknown(), "done", &watching, JobState::Failed),
            (proven, "done", &watching, JobState::Done),
        ] {
            assert_eq!(state_of(&report(&outcome, left), steps), expect, "{left} {steps:?}");
        }
    }
}
