//! The end of every restore: what to do next, the report, and its place in journal and audit log.

use super::journal::{Begun, Entry};
use super::progress::Progress;
use super::report::{Next, Outcome, RestoreReport};
use super::summary::next;
use super::watch::Seen;
use crate::audit::{AuditAction, AuditEntry};

/// What of a restore is still there at its end.
pub(super) struct Left {
    /// The host was told to restore.
    pub(super) was_sent: bool,
    /// The host is in maintenance mode because of it.
    pub(super) still_entered: bool,
    pub(super) safety_backup: Option<String>,
}

/// The report, noted in the journal and the audit log.
pub(super) async fn finish(
    begun: &Begun,
    seen: Seen,
    left: Left,
    progress: &mut Progress<'_>,
) -> RestoreReport {
    let Seen { outcome, comparison, offers_reconnect, .. } = seen;
    let Left { was_sent, still_entered, safety_backup } = left;
    let backup = safety_backup.as_deref();
    let next = match &outcome {
        Outcome::NothingChanged { .. } => Vec::new(),
        Outcome::Proven => {
            backup.map(|record| Next::Undo { record: record.to_owned() }).into_iter().collect()
        }
        Outcome::LeftChanged { .. } => next(was_sent, still_entered, backup),
        Outcome::NotProven { .. } | Outcome::Unknown { .. } => {
            let reconnect = offers_reconnect.then_some(Next::Reconnect);
            reconnect.into_iter().chain(next(true, still_entered, backup)).collect()
        }
    };
    let result = match &outcome {
        Outcome::Proven => "ok",
        Outcome::NothingChanged { error } | Outcome::LeftChanged { error, .. } => error.code.as_str(),
        other => other.code(),
    };
    audit(begun, progress, result).await;
    let told = (std::mem::take(&mut progress.steps), std::mem::take(&mut progress.warnings));
    let report = RestoreReport::new(begun, outcome, (progress.context.clock)(), told);
    let mut report = RestoreReport { safety_backup, comparison, next, ..report };
    // Told once, so what the end cannot be noted for either stays with the others.
    progress.warnings.clone_from(&report.warnings);
    progress.note_anyway(Entry::Ended { report: Box::new(report.clone()) }).await;
    report.warnings = std::mem::take(&mut progress.warnings);
    tracing::info!(
        host = begun.host.name,
        restore = begun.id,
        outcome = report.outcome.code(),
        "a restore ended"
    );
    report
}

/// A log that cannot be written is told, but does not stop a restore.
pub(super) async fn audit(begun: &Begun, progress: &mut Progress<'_>, result: &str) {
    let entry = AuditEntry {
        server: Some(begun.server.address.clone()),
        server_user: Some(begun.server_user.clone()),
        host: Some(begun.host.name.clone()),
        record: begun.bundle.record.clone(),
        ..AuditEntry::new((progress.context.clock)(), AuditAction::Restore, result)
    };
    progress.audit(entry).await;
}
