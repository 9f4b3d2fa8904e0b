//! One host of a run: checks, download into staging, proof, commit.

use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::TrySendError;

use chrono::{DateTime, FixedOffset};
use vsphere::Thumbprint;
use vsphere::inventory::{ConnectionState, HostSystem};
use vsphere::transfer::{Downloaded, Route, fetch_bundle};

use super::recovery;
use super::report::{HostReport, Outcome};
use super::sink::{Received, Sink};
use super::{Run, RunEvent, Turn};
use crate::archive::{
    Record, RecordDraft, RecordHost, RecordManifest, RecordObtained, RecordProduct, Staging,
};
use crate::audit::{AuditAction, AuditEntry};
use crate::bundle::{BundleProblem, Manifest, check, uuid_matches};
use crate::inventory::{Host, Server};
use crate::{Error, Result, blocking};

/// The report of a host that is not begun, because the run was cancelled, or the archive or its server failed; the watcher
/// is told. It is not in the audit log: nothing was done to the host.
pub(super) fn left_out(run: &Run, turn: &Turn) -> Option<HostReport> {
    let host = &run.inventory.hosts[turn.at];
    let outcome = if turn.cancel.is_cancelled() {
        Outcome::Cancelled
    } else {
        let reason = run.stopped.get().or_else(|| run.silence[host.server].reason())?;
        let (host, reason) = (host.system.name.clone(), reason.clone());
        Outcome::Failed { error: Error::NotTried { host, reason }.report() }
    };
    Some(told(run, turn, HostReport::new(host, &run.inventory, outcome)))
}

/// Backs up a host, and tells the watcher and the audit log.
pub(super) async fn back_up(run: &Arc<Run>, turn: &Turn) -> HostReport {
    // Much may have happened while the task waited for its turn.
    if let Some(report) = left_out(run, turn) {
        return report;
    }
    let started = (run.context.clock)();
    let fetched = fetch(run, turn).await;
    let server = run.inventory.hosts[turn.at].server;
    let is_doubtful = run.silence[server].is_doubtful(failure(&fetched));
    // What blocks on files is never left to itself: it would hold the archive's lock, and what it commits must be told.
    let report = {
        let (run, at) = (Arc::clone(run), turn.at);
        blocking(move || conclude(&run, at, fetched, started)).await
    };
    let report = told(run, turn, report);
    if is_doubtful {
        let asked = run.silence[server].ask(&run.inventory.servers[server]);
        turn.cancel.run_until_cancelled(asked).await;
    }
    // Afterwards: a bundle that is in the archive waits for nothing.
    if matches!(report.outcome, Outcome::Saved { .. }) {
        turn.cancel.run_until_cancelled(recovery::ask(run, turn.at)).await;
    }
    report
}

fn told(run: &Run, turn: &Turn, report: HostReport) -> HostReport {
    (run.context.watch)(RunEvent::Finished { host: turn.number, report: &report });
    report
}

/// Room for a bundle, and what came of its download. In one, because what has not arrived is removed from the disk when the room is
/// given up, and that blocks.
struct Fetched {
    staging: Staging,
    arrived: Result<Arrived>,
}

/// Why there is no bundle.
fn failure(fetched: &Result<Fetched>) -> Option<&Error> {
    fetched.as_ref().map_or_else(Some, |fetched| fetched.arrived.as_ref().err())
}

/// A bundle that has arrived, and what is known of it.
struct Arrived {
    received: Received,
    draft: RecordDraft,
}

/// Downloads the host's bundle into staging.
async fn fetch(run: &Run, turn: &Turn) -> Result<Fetched> {
    let host = &run.inventory.hosts[turn.at];
    let server = &run.inventory.servers[host.server];
    check_host(server, &host.system)?;
    (run.context.watch)(RunEvent::Started { host: turn.number });
    let (staging, file) = {
        let (lock, folder) = (run.context.lock.clone(), run.folders[turn.at].clone());
        blocking(move || lock.stage(&folder)).await?
    };
    let download = download(run, turn, &staging, file);
    let arrived = turn.cancel.run_until_cancelled(download).await.unwrap_or(Err(Error::Cancelled));
    Ok(Fetched { staging, arrived })
}

async fn download(run: &Run, turn: &Turn, staging: &Staging, file: File) -> Result<Arrived> {
    let host = &run.inventory.hosts[turn.at];
    let server = &run.inventory.servers[host.server];
    let route = Route::to(&server.session, &host.system, run.request.host_port).await?;
    let mut sink = Sink::new(file);
    let told = |bytes, total| {
        (run.context.watch)(RunEvent::Received { host: turn.number, bytes, total });
    };
    let downloaded = fetch_bundle(&server.session, &host.system, &route, &mut sink, told).await;
    let downloaded = downloaded.map_err(|error| match error {
        vsphere::Error::Sink { source, .. } => staging.write_failed(source),
        other => other.into(),
    })?;
    let received = sink.end().await.map_err(|source| staging.write_failed(source))?;
    let draft = draft(run, host, server, &downloaded, received.sha256.clone());
    Ok(Arrived { received, draft })
}

/// Commits what was fetched, or tells why there is nothing; either way the audit log knows.
fn conclude(run: &Run, at: usize, fetched: Result<Fetched>, started: DateTime<FixedOffset>) -> HostReport {
    let host = &run.inventory.hosts[at];
    let clock = run.context.clock;
    let outcome = match fetched.and_then(|fetched| prove_and_commit(fetched, clock)) {
        Ok(record) => {
            let seconds = (clock() - started).as_seconds_f64();
            tracing::info!(
                host = host.system.name,
                record = record.id,
                bytes = record.bundle.bytes,
                "backed up"
            );
            let outcome = Outcome::saved(&record, seconds);
            if let Err(TrySendError::Disconnected(_)) = run.committed.try_send(Some(record)) {
                tracing::warn!("the thread that makes fingerprints is gone");
            }
            outcome
        }
        Err(Error::Cancelled) => Outcome::Cancelled,
        Err(error) => {
            let error = error.about_host(&host.system.name);
            tracing::warn!(host = host.system.name, code = error.code(), %error, "not backed up");
            let report = error.report();
            if error.is_of_archive() {
                run.stopped.get_or_init(|| match &error {
                    // Which file of which host that was says nothing to the others.
                    Error::File(error) => format!("the archive cannot be written to: {}", error.reason()),
                    _ => report.message.clone(),
                });
            }
            Outcome::Failed { error: report }
        }
    };
    let report = HostReport::new(host, &run.inventory, outcome);
    note_in_audit_log(run, host, &report);
    report
}

/// What can be known before the host is asked for anything.
fn check_host(server: &Server, host: &HostSystem) -> Result<()> {
    let name = host.name.clone();
    // Absent for want of a privilege is another matter than absent.
    for (property, operation) in [
        ("runtime.connectionState", "reading runtime.connectionState"),
        ("configManager.firmwareSystem", "reading configManager.firmwareSystem"),
    ] {
        if let Some(fault) = host.withheld(property) {
            let server = server.session.client().address().to_string();
            return Err(vsphere::Error::Fault { server, operation, fault: Box::new(fault.clone()) }.into());
        }
    }
    // Whatever the connection is said to be then.
    if host.in_standby == Some(true) {
        return Err(vsphere::Error::InStandby { host: name }.into());
    }
    match host.connection {
        ConnectionState::Connected => {}
        ConnectionState::Disconnected => {
            return Err(Error::HostNotConnected { host: name, is_responding: true });
        }
        ConnectionState::NotResponding => {
            return Err(Error::HostNotConnected { host: name, is_responding: false });
        }
    }
    match host.firmware_system {
        Some(_) => Ok(()),
        None => Err(vsphere::Error::NoFirmwareSystem { host: name }.into()),
    }
}

fn draft(run: &Run, host: &Host, server: &Server, downloaded: &Downloaded, sha256: String) -> RecordDraft {
    let system = &host.system;
    let product = system.product.clone();
    let product = product.map(|product| RecordProduct {
        name: product.name,
        version: product.version,
        build: product.build,
        full_name: product.full_name,
    });
    RecordDraft {
        host: RecordHost {
            name: system.name.clone(),
            uuid: system.uuid.clone(),
            identity: host.identity.clone(),
            moid: system.object.id.clone(),
            management_address: Some(downloaded.address.clone()),
            vendor: system.vendor.clone(),
            model: system.model.clone(),
        },
        product: product.unwrap_or_default(),
        server: server.record(),
        bytes: downloaded.bytes,
        sha256,
        manifest: RecordManifest::default(),
        obtained: RecordObtained {
            host_thumbprint: downloaded.thumbprint.as_ref().map(Thumbprint::to_string),
            api_version: server.session.client().version().to_owned(),
        },
        run_id: run.id.clone(),
        note: run.request.note.clone(),
    }
}

/// A bundle gets into the archive only after it was read through.
fn prove_and_commit(fetched: Fetched, clock: super::Clock) -> Result<Record> {
    let Fetched { staging, arrived } = fetched;
    let Arrived { received, draft } = arrived?;
    let host = &draft.host;
    let file = received.write().map_err(|source| staging.write_failed(source))?;
    let checked = check(&file).map_err(|problem| match problem {
        BundleProblem::Unreadable(source) => staging.read_failed(source),
        problem => Error::UnsoundBundle { host: host.name.clone(), problem },
    })?;
    let Manifest { release_level, uuid, .. } = checked.manifest;
    let matches_host =
        uuid.as_deref().zip(host.uuid.as_deref()).map(|(bundle, host)| uuid_matches(bundle, host));
    let manifest = RecordManifest { release_level, uuid, matches_host };
    staging.commit(file, RecordDraft { manifest, ..draft }, clock())
}

/// A log that cannot be written is told once in the run's report, but is no reason to lose a backup.
fn note_in_audit_log(run: &Run, host: &Host, report: &HostReport) {
    let (result, record) = match &report.outcome {
        Outcome::Saved { record, .. } => ("ok", Some(record.clone())),
        Outcome::Failed { error } => (error.code.as_str(), None),
        Outcome::Cancelled => ("cancelled", None),
    };
    let session = &run.inventory.servers[host.server].session;
    let entry = AuditEntry {
        server: Some(session.client().address().to_string()),
        server_user: Some(session.user().to_owned()),
        host: Some(report.name.clone()),
        record,
        ..AuditEntry::new((run.context.clock)(), AuditAction::Backup, result)
    };
    if let Err(error) = run.context.audit.append(&[entry]) {
        run.unlogged.get_or_init(|| {
            tracing::error!(%error, "the audit log cannot be written");
            format!("the audit log lacks what was done: {error}")
        });
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;
    use crate::archive::host_folder;
    use crate::archive::tests::{draft, lock, new_archive, taken_at};
    use crate::bundle::tests::bundle_with;

    /// The host has nothing to do with it, so neither are its agents to be restarted nor other hosts to be asked in vain.
    #[tokio::test]
    async fn a_bundle_that_cannot_be_read_back_is_told_of_the_archive() {
        let (_folder, archive) = new_archive();
        let (staging, _) = lock(&archive).stage(&host_folder("esx01")).unwrap();
        let bundle = bundle_with(&[("etc/motd", b"hello")]);
        let write_only = std::fs::OpenOptions::new().write(true).open(staging.bundle_path()).unwrap();
        let mut sink = Sink::new(write_only);
        sink.write_all(&bundle).await.unwrap();
        let arrived = Arrived { received: sink.end().await.unwrap(), draft: draft("esx01", &bundle) };
        let error = prove_and_commit(Fetched { staging, arrived: Ok(arrived) }, || taken_at(0)).unwrap_err();
        assert!(matches!(&error, Error::File(error) if error.operation == "read"), "{error:?}");
    }
}
