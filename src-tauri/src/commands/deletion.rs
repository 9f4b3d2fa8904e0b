//! Deleting from the archive, by hand or by pruning: plan, show, apply. The plan itself stays here; the page names it.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hostconfig::archive::{
    KeptBecause, Listing, PrunePlan, PruneReport, Record, delete_plan, prune_plan, verify,
};
use hostconfig::audit::{AuditAction, AuditEntry};
use hostconfig::blocking;
use tauri::ipc::Channel;
use tokio_util::sync::CancellationToken;

use super::App;
use super::archive::{newest, row};
use crate::ipc::{
    Answer, ErrorReport, KeptView, MAX_RECORDS, Message, NotRemovedView, PlanProgress, PlanReport, PlanView,
};
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
        prune_plan(listing, keep_last, is_good)
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

/// Deletes what the plan says, and refuses when the archive is not what it was when the plan was made.
#[tauri::command]
#[specta::specta]
pub(crate) async fn apply_plan(app: App<'_>, plan: u32) -> Answer<PlanReport> {
    let place = app.place();
    let report = blocking(move || -> Answer<PlanReport> {
        let known = lock(&place.plans).newest.take_if(|planned| planned.id == plan);
        let Some(Planned { action, plan, .. }) = known else {
            let message = "this plan is not there any more";
            return Err(ErrorReport::new("plan_stale", message, "Look at what would be deleted again."));
        };
        let archive = place.open_archive()?;
        let applied = archive.lock("hostkeep window", now())?.prune(&plan);
        place.forget_listing();
        let report = applied?;
        note_in_audit_log(&place, action, &report);
        Ok(told(&report))
    })
    .await?;
    app.jobs.tell(Message::ArchiveChanged);
    app.jobs.tell(Message::HostsChanged);
    Ok(report)
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

fn told(report: &PruneReport) -> PlanReport {
    let not_removed = report.not_removed.iter().map(|left| NotRemovedView {
        host: left.record.host.name.clone(),
        id: left.record.id.clone(),
        reason: left.reason.clone(),
    });
    PlanReport {
        removed: report.removed.len(),
        bytes_freed: report.bytes_freed,
        not_removed: not_removed.collect(),
    }
}

fn note_in_audit_log(place: &Place, action: AuditAction, report: &PruneReport) {
    let entries: Vec<AuditEntry> = report
        .removed
        .iter()
        .map(|record| AuditEntry {
            host: Some(record.host.name.clone()),
            record: Some(record.id.clone()),
            ..AuditEntry::new(now(), action, "ok")
        })
        .collect();
    place.note(&entries);
}
