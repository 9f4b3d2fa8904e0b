//! Backing up: a run of the core as a job.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;

use hostconfig::audit::AuditLog;
use hostconfig::backup::{
    BackupRequest, DEFAULT_CONCURRENCY, HostChoice, Outcome, RunContext, RunEvent, RunReport, Watch, back_up,
};
use hostconfig::blocking;
use hostconfig::selection::Selection;
use tauri::AppHandle;

use super::{App, go_on, note};
use crate::ipc::{Answer, BackupInput, ErrorReport, HostRef, JobItem, JobKind, JobState, Step};
use crate::jobs::{Ending, Running};
use crate::login::logins;
use crate::state::{Place, now};

const MAX_HOSTS: usize = 20_000;

/// Begins a run and answers with its job at once.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_backup(app: App<'_>, handle: AppHandle, request: BackupInput) -> Answer<u32> {
    let note = note(request.note)?;
    let title = match &request.hosts {
        Some(hosts) if hosts.is_empty() || hosts.len() > MAX_HOSTS => {
            let message = format!("a run takes 1 to {MAX_HOSTS} hosts, not {}", hosts.len());
            return Err(ErrorReport::new("hosts_unusable", message, "Select the hosts to back up."));
        }
        Some(hosts) if hosts.len() == 1 => format!("Back up {}", hosts[0].name),
        Some(hosts) => format!("Back up {} hosts", hosts.len()),
        None => "Back up all hosts".into(),
    };
    let job = app.jobs.begin(JobKind::Backup, title, note.clone(), now());
    let (id, place) = (job.id(), app.place());
    let own = job.clone();
    go_on(&app, handle, job, async move {
        let ran = run(&place, &own, request.hosts, note).await;
        place.forget_listing();
        ending(ran)
    });
    Ok(id)
}

/// Cancels a job, or one host of it. What is in the archive stays.
#[tauri::command]
#[specta::specta]
pub(crate) fn cancel_job(app: App<'_>, job: u32, item: Option<usize>) -> Answer<()> {
    app.jobs.cancel(job, item)
}

/// Takes a finished job from the list.
#[tauri::command]
#[specta::specta]
pub(crate) fn remove_job(app: App<'_>, job: u32) -> Answer<()> {
    app.jobs.remove(job)
}

async fn run(
    place: &Arc<Place>,
    job: &Running,
    hosts: Option<Vec<HostRef>>,
    note: Option<String>,
) -> Answer<RunReport> {
    let servers: Option<BTreeSet<String>> =
        hosts.as_ref().map(|hosts| hosts.iter().map(|host| host.server.clone()).collect());
    let (ready, left_out) = logins(place, servers.map(|names| names.into_iter().collect())).await?;
    if ready.is_empty() {
        return Err(match left_out.into_iter().next() {
            Some((_, error)) => error.into(),
            None => ErrorReport::new(
                "no_server",
                "none of these servers is saved any more",
                "Connect to it again.",
            ),
        });
    }
    let (opened, own) = (Arc::clone(place), job.clone());
    let (settings, lock) = blocking(move || -> Answer<_> {
        let archive = opened.open_or_create_archive()?;
        Ok((opened.settings()?, archive.lock("hostkeep window", now()).map_err(|error| own.locked(error))?))
    })
    .await?;
    let request = BackupRequest {
        servers: ready,
        left_out,
        hosts: match hosts {
            Some(hosts) => HostChoice::Exactly(hosts.into_iter().map(Into::into).collect()),
            None => HostChoice::Named(Selection::default()),
        },
        concurrency: NonZeroUsize::new(settings.concurrency).unwrap_or(DEFAULT_CONCURRENCY),
        note,
        host_port: settings.host_port,
    };
    let context = RunContext {
        lock: Arc::new(lock),
        audit: AuditLog::new(&place.config),
        clock: now,
        cancel: job.cancel.clone(),
        watch: watch(job.clone()),
        // A demo touches no keyring.
        recovery_keys: place.demo.is_none().then(|| place.config.clone()),
    };
    let report = back_up(request, context).await?;
    // What was asked for and is no host of these servers comes after those that were planned.
    let unplanned = report.hosts.iter().skip(job.planned());
    job.more_items(unplanned.map(without_host).collect());
    Ok(report)
}

/// What the core tells becomes the job's state.
fn watch(job: Running) -> Watch {
    Arc::new(move |event: RunEvent<'_>| match event {
        RunEvent::Planned { hosts } => {
            let cancel = hosts.iter().map(|host| host.cancel.clone()).collect();
            let items = hosts.iter().map(|host| JobItem {
                host: Some(HostRef {
                    server: host.server.to_owned(),
                    moid: host.moid.to_owned(),
                    name: host.name.to_owned(),
                }),
                ..JobItem::waiting(host.name, Some(host.server))
            });
            job.plan(items.collect(), cancel);
        }
        RunEvent::Started { host } => job.item(host, |item| item.step = Step::Packing),
        RunEvent::Received { host, bytes, total } => job.item(host, |item| {
            item.step = Step::Downloading;
            item.bytes = bytes;
            item.total_bytes = total;
        }),
        RunEvent::Finished { host, report } => job.item(host, |item| finish(item, &report.outcome)),
    })
}

fn finish(item: &mut JobItem, outcome: &Outcome) {
    match outcome {
        Outcome::Saved { record, bytes, warnings, .. } => {
            item.step = Step::Saved;
            item.bytes = *bytes;
            item.total_bytes = Some(*bytes);
            item.record = Some(record.clone());
            item.warnings.clone_from(warnings);
        }
        Outcome::Failed { error } => {
            item.step = Step::Failed;
            item.error = Some(error.into());
        }
        Outcome::Cancelled => item.step = Step::Cancelled,
    }
}

/// A host that is not there any more: told by the report, since it could not be planned.
fn without_host(report: &hostconfig::backup::HostReport) -> JobItem {
    let mut item = JobItem::waiting(&report.name, report.server.as_deref());
    finish(&mut item, &report.outcome);
    item
}

fn ending(ran: Answer<RunReport>) -> Ending {
    let report = match ran {
        Ok(report) => report,
        Err(error) if error.code == "cancelled" => return Ending::cancelled(),
        Err(error) => return Ending::failed(error),
    };
    let server_error = report.servers.iter().find_map(|server| server.error.as_ref());
    Ending {
        state: if report.cancelled() > 0 { JobState::Cancelled } else { JobState::Done },
        error: report.report_error.as_ref().or(server_error).map(ErrorReport::from),
        // A report that the archive did not take cannot be opened.
        run_id: report.report_error.is_none().then_some(report.run_id),
        warnings: report.warnings,
    }
}
