//! Deleting from the archive, by hand or by pruning: plan, show, apply. The plan itself stays here; the page names it.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hostconfig::archive::{
    KeptBecause, Listing, PrunePlan, Pruning, Record, Removal, delete_plan, prune_plan, verify,
};
use hostconfig::audit::{AuditAction, AuditEntry, AuditLog};
use hostconfig::blocking;
use tauri::AppHandle;
use tauri::ipc::Channel;
use tokio_util::sync::CancellationToken;

use super::archive::{newest, row};
use super::{App, go_on};
use crate::ipc::{
    Answer, ErrorReport, JobItem, JobKind, JobState, KeptView, MAX_RECORDS, PlanProgress, PlanView, Step,
};
use crate::jobs::{Ending, Running};
use crate::state::{ArchiveRead, Place, Planned, lock, now};

/// Plans to delete these records. Pinned ones and a host's last good bundle stay, and the plan says so.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_delete(
    app: App<'_>,
    ids: Vec<String>,
    progress: Channel<PlanProgress>,
) -> Answer<PlanView> {
    plan(app.place(), AuditAction::Delete, progress, move |listing, is_good| {
        delete_plan(listing, &ids, is_good)
    })
    .await
}

/// Plans to keep each host's newest records and delete the older ones.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_prune(
    app: App<'_>,
    keep_last: usize,
    progress: Channel<PlanProgress>,
) -> Answer<PlanView> {
    plan(app.place(), AuditAction::Prune, progress, move |listing, is_good| {
        prune_plan(listing, keep_last, now(), is_good)
    })
    .await
}

/// Ends the making of a plan.
#[tauri::command]
#[specta::specta]
pub(crate) fn cancel_plan(app: App<'_>) {
    lock(&app.place().plans).cancel.cancel();
}

/// Forgets a plan.
#[tauri::command]
#[specta::specta]
pub(crate) fn drop_plan(app: App<'_>, plan: u32) {
    lock(&app.place().plans).newest.take_if(|planned| planned.id == plan);
}

/// Begins to delete what the plan says, and answers with the job at once. Refuses when the archive is not what it was when
/// the plan was made.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_deletion(app: App<'_>, handle: AppHandle, plan: u32) -> Answer<u32> {
    let place = app.place();
    let (action, pruning) = blocking({
        let (place, shell) = (Arc::clone(&place), Arc::clone(&app));
        move || -> Answer<(AuditAction, Pruning)> {
            let known = lock(&place.plans).newest.take_if(|planned| planned.id == plan);
            let Some(Planned { action, plan, .. }) = known else {
                let message = "this plan is not there any more";
                return Err(ErrorReport::new("plan_stale", message, "Look at what would be deleted again."));
            };
            let archive = place.open_archive()?;
            let held =
                archive.lock("hostkeep window", now()).map_err(|error| shell.jobs.locked(None, error))?;
            Ok((action, held.prune(&plan)?))
        }
    })
    .await?;
    let title = match pruning.left() {
        [only] => format!("Delete a bundle of {}", only.host.name),
        records => format!("Delete {} bundles", records.len()),
    };
    let job = app.jobs.begin(JobKind::Delete, title, None, now());
    job.plan(pruning.left().iter().map(JobItem::of_record).collect(), Vec::new());
    let (id, own) = (job.id(), job.clone());
    go_on(&app, handle, job, blocking(move || delete(&place, &own, action, pruning)));
    Ok(id)
}

async fn plan(
    place: Arc<Place>,
    action: AuditAction,
    progress: Channel<PlanProgress>,
    make: impl FnOnce(
        &Listing,
        &mut dyn FnMut(&Record) -> hostconfig::Result<bool>,
    ) -> hostconfig::Result<PrunePlan>
    + Send
    + 'static,
) -> Answer<PlanView> {
    let cancel = CancellationToken::new();
    // A plan that was being made is of no use any more.
    std::mem::replace(&mut lock(&place.plans).cancel, cancel.clone()).cancel();
    blocking(move || {
        let read = place.read_archive(true)?;
        let done = AtomicUsize::new(0);
        let mut is_good = |record: &Record| {
            let verdict = verify(record, |_| (), &cancel)?;
            let read = done.fetch_add(1, Ordering::Relaxed) + 1;
            // A page that is gone needs no progress.
            drop(progress.send(PlanProgress { read }));
            Ok(verdict.is_good())
        };
        let plan = Arc::new(make(&read.listing, &mut is_good)?);
        let id = {
            let mut plans = lock(&place.plans);
            plans.last_id += 1;
            plans.newest = Some(Planned { id: plans.last_id, action, plan: Arc::clone(&plan) });
            plans.last_id
        };
        Ok(view(&place, &read, id, &plan))
    })
    .await
}

fn view(place: &Place, read: &ArchiveRead, id: u32, plan: &PrunePlan) -> PlanView {
    let newest = newest(read);
    let shown = |record: &Record| row(place, record, newest.contains(record.id.as_str()));
    let mut removed: Vec<&Record> = plan.removed().collect();
    removed.sort_by_key(|record| Reverse(record.taken_at));
    let kept = plan.hosts.iter().flat_map(|host| &host.kept);
    let because = |because: KeptBecause| match because {
        KeptBecause::Newest | KeptBecause::NotChosen => None,
        KeptBecause::Pinned => Some("it is pinned"),
        KeptBecause::Future => Some("it is dated in the future, by a clock that was wrong"),
        KeptBecause::LastGood => Some("it is the host's last good bundle"),
        KeptBecause::NoGoodNewer => Some("the host has no newer good bundle"),
    };
    let told = kept.clone().filter_map(|kept| {
        Some(KeptView { record: shown(&kept.record), because: because(kept.because)?.to_owned() })
    });
    PlanView {
        plan: id,
        removed: removed.iter().take(MAX_RECORDS).map(|record| shown(record)).collect(),
        removed_count: removed.len(),
        removed_hosts: plan.hosts.iter().filter(|host| !host.removed.is_empty()).count(),
        bytes: plan.bytes_freed(),
        kept_count: kept.clone().count(),
        kept: told.take(MAX_RECORDS).collect(),
    }
}

/// Each that goes is noted as soon as it is gone: whatever ends the app does not lose it.
fn delete(place: &Place, job: &Running, action: AuditAction, pruning: Pruning) -> Ending {
    let total = pruning.len();
    let audit = AuditLog::new(&place.config);
    let mut unnoted = None;
    let mut done = 0;
    for Removal { record, freed } in pruning {
        match freed {
            Ok(bytes) => {
                let entry = AuditEntry::of_record(now(), action, &record, "ok");
                unnoted = unnoted.or(audit.append(&[entry]).err());
                job.item(done, |item| (item.step, item.bytes) = (Step::Deleted, bytes));
            }
            Err(reason) => job.item(done, |item| {
                item.step = Step::Failed;
                item.error = Some(ErrorReport::new("not_removed", reason, "All of it is still there."));
            }),
        }
        done += 1;
        if job.cancel.is_cancelled() {
            break;
        }
    }
    place.forget_listing();
    for left in done..total {
        job.item(left, |item| item.step = Step::Cancelled);
    }
    Ending {
        state: if done < total { JobState::Cancelled } else { JobState::Done },
        run_id: None,
        error: unnoted.map(ErrorReport::from),
        warnings: Vec::new(),
    }
}
