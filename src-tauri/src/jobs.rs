//! Jobs: what runs in the background while the page may come and go.
//!
//! Every job keeps its latest state here; the one page that watches gets a whole snapshot first and then, in bundles at
//! most ten times a second, what changed. So a page that was reloaded knows everything, and 2,500 hosts that make
//! progress at once cost no more than ten messages a second.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, FixedOffset};
use hostconfig::archive::ArchiveError;
use tauri::ipc::Channel;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::ipc::{
    ErrorReport, ItemChange, Job, JobHead, JobItem, JobKind, JobState, Message, RestoreProgress, Step,
    StepStateView,
};

/// How long changes are collected before the page hears of them.
const TELL_EVERY: Duration = Duration::from_millis(100);
/// So many finished jobs are kept; older ones are in the archive as reports.
const FINISHED_KEPT: usize = 8;
/// No estimate of the time left before this has passed.
const ESTIMATE_AFTER: Duration = Duration::from_secs(2);

/// All jobs of the app, and the page that watches them.
#[derive(Default)]
pub(crate) struct Jobs {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    last_id: u32,
    jobs: BTreeMap<u32, Entry>,
    page: Option<Channel<Message>>,
    close_asked: bool,
    changed_heads: BTreeSet<u32>,
    changed_items: BTreeSet<(u32, usize)>,
}

struct Entry {
    job: Job,
    began: Instant,
    cancel: CancellationToken,
    /// Of each item that can be cancelled by itself.
    cancel_items: Vec<CancellationToken>,
}

/// What a job is called from the outside: the task that does the work holds one.
#[derive(Clone)]
pub(crate) struct Running {
    jobs: Arc<Jobs>,
    id: u32,
    /// Ends the job early.
    pub(crate) cancel: CancellationToken,
}

/// How far the jobs under way are together, as the taskbar shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nobody knows yet how much there is to do.
    Unknown,
    /// So many percent.
    Percent(u8),
}

/// How a job ended.
pub(crate) struct Ending {
    pub(crate) state: JobState,
    pub(crate) run_id: Option<String>,
    pub(crate) error: Option<ErrorReport>,
    pub(crate) warnings: Vec<String>,
}

impl Ending {
    /// The job could not be done.
    pub(crate) fn failed(error: ErrorReport) -> Self {
        Self { state: JobState::Failed, run_id: None, error: Some(error), warnings: Vec::new() }
    }

    /// It was ended because the user wanted it.
    pub(crate) fn cancelled() -> Self {
        Self { state: JobState::Cancelled, run_id: None, error: None, warnings: Vec::new() }
    }
}

impl Jobs {
    /// Begins a job.
    pub(crate) fn begin(
        self: &Arc<Self>,
        kind: JobKind,
        title: String,
        note: Option<String>,
        now: DateTime<FixedOffset>,
    ) -> Running {
        self.begin_cancelled_by(kind, title, note, CancellationToken::new(), now)
    }

    /// Begins a job of which somebody else holds the token.
    pub(crate) fn begin_cancelled_by(
        self: &Arc<Self>,
        kind: JobKind,
        title: String,
        note: Option<String>,
        cancel: CancellationToken,
        now: DateTime<FixedOffset>,
    ) -> Running {
        let mut state = self.lock();
        state.last_id += 1;
        let id = state.last_id;
        let head = JobHead {
            id,
            kind,
            title,
            note,
            state: JobState::Running,
            started_at: now,
            finished_at: None,
            total: 0,
            done: 0,
            failed: 0,
            cancelled: 0,
            bytes: 0,
            total_bytes: None,
            seconds_left: None,
            run_id: None,
            restore: None,
            error: None,
            warnings: Vec::new(),
        };
        let job = Job { head, items: Vec::new() };
        let entry = Entry { job, began: Instant::now(), cancel: cancel.clone(), cancel_items: Vec::new() };
        state.jobs.insert(id, entry);
        state.changed_heads.insert(id);
        let finished: Vec<u32> =
            state.jobs.values().filter(|e| e.job.head.state.is_end()).map(|e| e.job.head.id).collect();
        for &old in finished.iter().rev().skip(FINISHED_KEPT) {
            state.forget(old);
        }
        drop(state);
        self.changed.notify_one();
        Running { jobs: Arc::clone(self), id, cancel }
    }

    /// Makes this page the one that watches, and sends it everything.
    pub(crate) fn watch(&self, page: Channel<Message>) {
        let mut state = self.lock();
        let jobs = state.jobs.values_mut().map(Entry::current).collect();
        state.changed_heads.clear();
        state.changed_items.clear();
        let close_asked = state.close_asked;
        state.page = Some(page);
        state.tell(Message::Snapshot { jobs, close_asked });
    }

    /// Tells the page at once.
    pub(crate) fn tell(&self, message: Message) {
        self.lock().tell(message);
    }

    /// Notes that the user was asked, or has answered, what closing the window shall do.
    pub(crate) fn ask_about_closing(&self, is_asked: bool) {
        let mut state = self.lock();
        state.close_asked = is_asked;
        if is_asked {
            state.tell(Message::CloseAsked);
        }
    }

    /// Cancels a whole job, or one of its items. What is over already stays as it is.
    ///
    /// # Errors
    /// There is no such job or item.
    pub(crate) fn cancel(&self, job: u32, item: Option<usize>) -> Result<(), ErrorReport> {
        let mut state = self.lock();
        let entry = state.jobs.get_mut(&job).ok_or_else(no_such_job)?;
        if let Some(item) = item {
            entry.cancel_items.get(item).ok_or_else(no_such_job)?.cancel();
        } else if !entry.job.head.state.is_end() {
            entry.cancel.cancel();
            entry.job.head.state = JobState::Cancelling;
            state.changed_heads.insert(job);
        }
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Cancels all that is under way.
    pub(crate) fn cancel_all(&self) {
        for job in self.under_way() {
            // One that ended meanwhile is no matter.
            drop(self.cancel(job, None));
        }
    }

    /// Takes a finished job from the list.
    ///
    /// # Errors
    /// There is no such job, or it is under way.
    pub(crate) fn remove(&self, job: u32) -> Result<(), ErrorReport> {
        let mut state = self.lock();
        let entry = state.jobs.get(&job).ok_or_else(no_such_job)?;
        if !entry.job.head.state.is_end() {
            return Err(ErrorReport::new("job_running", "the job is still under way", "Cancel it first."));
        }
        state.forget(job);
        Ok(())
    }

    /// Takes all finished jobs from the list.
    pub(crate) fn remove_finished(&self) {
        let mut state = self.lock();
        let finished = state.jobs.values().filter(|e| e.job.head.state.is_end()).map(|e| e.job.head.id);
        for job in finished.collect::<Vec<_>>() {
            state.forget(job);
        }
    }

    /// The jobs that are under way.
    pub(crate) fn under_way(&self) -> Vec<u32> {
        let state = self.lock();
        state.jobs.values().filter(|e| !e.job.head.state.is_end()).map(|e| e.job.head.id).collect()
    }

    /// The job that is verifying exactly these items.
    pub(crate) fn verifying(&self, items: &[JobItem]) -> Option<u32> {
        let state = self.lock();
        let mut jobs = state.jobs.values().map(|entry| &entry.job);
        let is_it = |job: &&Job| {
            (job.head.kind, job.head.state) == (JobKind::Verify, JobState::Running)
                && job.items.iter().map(|item| &item.record).eq(items.iter().map(|item| &item.record))
        };
        jobs.find(is_it).map(|job| job.head.id)
    }

    /// Why the archive cannot be written to. Where that is a job of this window, other than the `own` one, it is named: its
    /// process is of no use to anyone.
    pub(crate) fn locked(&self, own: Option<u32>, error: hostconfig::Error) -> ErrorReport {
        let is_ours = matches!(
            &error,
            hostconfig::Error::Archive(ArchiveError::Locked { holder: Some(holder), .. }) if holder.is_own()
        );
        let state = self.lock();
        let heads = state.jobs.values().map(|entry| &entry.job.head);
        let writes = |head: &&JobHead| {
            !head.state.is_end() && head.kind != JobKind::Verify && Some(head.id) != own && is_ours
        };
        // A restore writes at its beginning only.
        match heads.filter(writes).min_by_key(|head| (head.kind == JobKind::Restore, head.id)) {
            None => error.into(),
            Some(JobHead { title, .. }) => {
                let message = format!("{title} is running");
                ErrorReport::new("archive_busy", message, "Wait for its end, or cancel it.")
            }
        }
    }

    /// Tells the page what changes, and `show` how far all jobs under way are together, for as long as the app lives.
    pub(crate) async fn tell_changes(self: Arc<Self>, show: impl Fn(Option<Progress>)) {
        let mut shown = None;
        loop {
            self.changed.notified().await;
            tokio::time::sleep(TELL_EVERY).await;
            let mut state = self.lock();
            state.tell_changes();
            let progress = progress(state.jobs.values().map(|entry| &entry.job.head));
            drop(state);
            if progress != shown {
                show(progress);
                shown = progress;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here is left half done by a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    /// The job's id.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Why the job cannot write to the archive.
    pub(crate) fn locked(&self, error: hostconfig::Error) -> ErrorReport {
        self.jobs.locked(Some(self.id), error)
    }

    /// The job knows its items, and how each is cancelled by itself (none, where that cannot be done).
    pub(crate) fn plan(&self, items: Vec<JobItem>, cancel_items: Vec<CancellationToken>) {
        self.change(|state, id| {
            let Some(entry) = state.jobs.get_mut(&id) else { return };
            entry.began = Instant::now();
            entry.job.head.total = items.len();
            entry.job.items = items;
            entry.cancel_items = cancel_items;
            state.changed_items.extend((0..entry.job.items.len()).map(|index| (id, index)));
        });
    }

    /// Changes one item; the job's counts follow.
    pub(crate) fn item(&self, index: usize, change: impl FnOnce(&mut JobItem)) {
        self.change(|state, id| {
            let Some(entry) = state.jobs.get_mut(&id) else { return };
            let Some(item) = entry.job.items.get_mut(index) else { return };
            let (step, bytes) = (item.step, item.bytes);
            change(item);
            let head = &mut entry.job.head;
            head.discount(step);
            head.count(item.step);
            head.bytes = (head.bytes + item.bytes).saturating_sub(bytes);
            state.changed_items.insert((id, index));
        });
    }

    /// How many items the job knows of.
    pub(crate) fn planned(&self) -> usize {
        self.jobs.lock().jobs.get(&self.id).map_or(0, |entry| entry.job.items.len())
    }

    /// Items that came to light at the end, such as hosts that are not there any more.
    pub(crate) fn more_items(&self, items: Vec<JobItem>) {
        self.change(|state, id| {
            let Some(entry) = state.jobs.get_mut(&id) else { return };
            for item in items {
                let head = &mut entry.job.head;
                head.total += 1;
                head.count(item.step);
                head.bytes += item.bytes;
                state.changed_items.insert((id, entry.job.items.len()));
                entry.job.items.push(item);
            }
        });
    }

    /// Changes what is said of the job as a whole.
    pub(crate) fn head(&self, change: impl FnOnce(&mut JobHead)) {
        self.change(|state, id| {
            if let Some(entry) = state.jobs.get_mut(&id) {
                change(&mut entry.job.head);
            }
        });
    }

    /// Changes how far a restore is; the job's counts follow.
    pub(crate) fn restore(&self, change: impl FnOnce(&mut RestoreProgress)) {
        self.head(|head| {
            let Some(restore) = &mut head.restore else { return };
            change(restore);
            head.total = restore.steps.len();
            head.done = restore.steps.iter().filter(|step| step.state.is_end()).count();
            head.failed = restore.steps.iter().filter(|step| step.state == StepStateView::Failed).count();
        });
    }

    /// The job is over. Its last state is returned.
    pub(crate) fn end(&self, ending: Ending, now: DateTime<FixedOffset>) -> Option<JobHead> {
        let mut last = None;
        self.change(|state, id| {
            let Some(entry) = state.jobs.get_mut(&id) else { return };
            let Ending { state, run_id, error, warnings } = ending;
            let head = &mut entry.job.head;
            (head.state, head.run_id, head.error, head.warnings) = (state, run_id, error, warnings);
            head.finished_at = Some(now);
            head.seconds_left = None;
            last = Some(head.clone());
        });
        last
    }

    fn change(&self, change: impl FnOnce(&mut State, u32)) {
        let mut state = self.jobs.lock();
        change(&mut state, self.id);
        state.changed_heads.insert(self.id);
        drop(state);
        self.jobs.changed.notify_one();
    }
}

impl JobHead {
    fn count(&mut self, step: Step) {
        self.done += usize::from(step.is_end());
        self.failed += usize::from(step.is_failure());
        self.cancelled += usize::from(step == Step::Cancelled);
    }

    fn discount(&mut self, step: Step) {
        self.done -= usize::from(step.is_end());
        self.failed -= usize::from(step.is_failure());
        self.cancelled -= usize::from(step == Step::Cancelled);
    }
}

impl State {
    fn tell(&mut self, message: Message) {
        // A page that is gone hears nothing; the next one gets a snapshot.
        if let Some(page) = &self.page
            && page.send(message).is_err()
        {
            self.page = None;
        }
    }

    fn tell_changes(&mut self) {
        let heads = std::mem::take(&mut self.changed_heads);
        let items = std::mem::take(&mut self.changed_items);
        let jobs: Vec<JobHead> = heads
            .into_iter()
            .filter_map(|id| self.jobs.get_mut(&id).map(|entry| entry.estimated().clone()))
            .collect();
        let item = |(job, index): (u32, usize)| {
            let item = self.jobs.get(&job)?.job.items.get(index)?.clone();
            Some(ItemChange { job, index, item })
        };
        let items: Vec<ItemChange> = items.into_iter().filter_map(item).collect();
        if !jobs.is_empty() {
            self.tell(Message::Jobs { jobs, items });
        }
    }

    fn forget(&mut self, job: u32) {
        self.jobs.remove(&job);
        self.changed_heads.remove(&job);
        self.changed_items.retain(|(of, _)| *of != job);
        self.tell(Message::JobRemoved { job });
    }
}

impl Entry {
    fn current(&mut self) -> Job {
        self.estimated();
        self.job.clone()
    }

    /// The head, with the time left as the pace so far has it.
    fn estimated(&mut self) -> &JobHead {
        let head = &mut self.job.head;
        if !head.state.is_end() {
            head.seconds_left = seconds_left(self.began.elapsed(), head.done, head.total);
        }
        head
    }
}

/// `None` when nothing is under way.
fn progress<'a>(jobs: impl Iterator<Item = &'a JobHead>) -> Option<Progress> {
    let running: Vec<&JobHead> = jobs.filter(|head| !head.state.is_end()).collect();
    if running.is_empty() {
        return None;
    }
    let done: usize = running.iter().map(|head| head.done).sum();
    let total: usize = running.iter().map(|head| head.total).sum();
    let percent = (100 * done).checked_div(total).and_then(|percent| u8::try_from(percent).ok());
    Some(percent.map_or(Progress::Unknown, Progress::Percent))
}

fn seconds_left(elapsed: Duration, done: usize, total: usize) -> Option<u32> {
    if elapsed < ESTIMATE_AFTER || done == 0 {
        return None;
    }
    let left = elapsed.checked_mul(u32::try_from(total.saturating_sub(done)).ok()?)?;
    let seconds = (left / u32::try_from(done).ok()?).as_secs();
    u32::try_from(seconds).ok()
}

/// A defect ended the work in the middle.
pub(crate) fn ended_early(why: &str) -> ErrorReport {
    let message = format!("Hostkeep failed in the middle of this: {why}");
    ErrorReport::new("job_panicked", message, "What was done stays done. Look into the log, then try again.")
}

fn no_such_job() -> ErrorReport {
    ErrorReport::new("no_such_job", "there is no such job any more", "Look at the list of runs in Activity.")
}

#[cfg(test)]
#[path = "jobs_tests.rs"]
mod tests;
