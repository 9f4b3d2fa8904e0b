//! Going on with a restore that was left in the middle: by a cancellation, a crash, a deadline, or because a person had to
//! decide something.

use chrono::{DateTime, FixedOffset};
use vsphere::inventory::{HostSystem, read};
use vsphere::{Credentials, Session, Thumbprint};

use super::apply::{left_in_maintenance, take_back_maintenance};
use super::error::RestoreError;
use super::finish::{Left, finish};
use super::journal::{Begun, Entry, Journal, find};
use super::lock::HostLock;
use super::maintenance::Entered;
use super::plan::{by_uuid, is_other_hardware, the_host};
use super::progress::{Progress, RestoreEvent, Step, StepState};
use super::report::{Outcome, RestoreReport, StepReport};
use super::request::RestoreContext;
use super::source::load_again;
use super::summary::Summary;
use super::watch::{ALIKE, ANSWERED, Aftermath, Seen, Then, UNANSWERED, see_through};
use super::{lock, maintenance};
use crate::inventory::{ServerLogin, sign_in};
use crate::{ConfigDir, Error, Result, blocking};

/// Which restore to go on with, and how.
#[derive(Debug, Clone)]
pub struct ResumeRequest {
    /// The restore's id, or how it begins.
    pub id: String,
    /// What is to be done.
    pub action: ResumeAction,
    /// The server that the host was reached through; or the host itself, at whatever address it has now.
    pub server: ServerLogin,
    /// The host's own user.
    pub host_credentials: Option<Credentials>,
    /// The host's HTTPS port where it is not 443.
    pub host_port: Option<u16>,
    /// The certificate that the host shows now, as an admin has read it on the host's own console.
    pub certificate: Option<Thumbprint>,
}

/// What can be done about a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResumeAction {
    /// Wait for the host, compare it with the bundle, and have it leave maintenance mode if the restore entered it.
    KeepWatching,
    /// The same, and have the vCenter connect the host again if it has to.
    Reconnect,
    /// Have the host leave maintenance mode, whatever is known of it.
    LeaveMaintenanceMode,
}

impl ResumeAction {
    fn as_str(self) -> &'static str {
        match self {
            Self::KeepWatching => "keep_watching",
            Self::Reconnect => "reconnect",
            Self::LeaveMaintenanceMode => "leave_maintenance_mode",
        }
    }
}

/// Goes on with a restore.
///
/// # Errors
/// Nothing was done: there is no such restore, it is under way, there is nothing of this kind to be done.
pub async fn resume(request: ResumeRequest, context: RestoreContext) -> Result<RestoreReport> {
    let (summary, lock, journal) = {
        let (config, id, action) = (context.config.clone(), request.id.clone(), request.action);
        blocking(move || -> Result<_> {
            let (summary, lock) = held(&config, &id)?;
            allowed(&summary, action)?;
            let journal = Journal::go_on(&config, &summary.begun.id)?;
            Ok((summary, lock, journal))
        })
        .await?
    };
    let begun = &summary.begun;
    (context.watch)(RestoreEvent::Begun { id: &begun.id });
    let mut progress = Progress::new(&context, journal);
    // The report knows also what was skipped.
    progress.steps.clone_from(summary.report.as_ref().map_or(&summary.steps, |report| &report.steps));
    progress.note(Entry::Resumed { action: request.action.as_str().to_owned() }).await?;
    let seen = match request.action {
        ResumeAction::LeaveMaintenanceMode => Box::pin(leave(&request, &summary, &mut progress)).await,
        ResumeAction::KeepWatching | ResumeAction::Reconnect => {
            watch(&request, &summary, &mut progress).await
        }
    };
    let still_entered = summary.entered_maintenance_mode && !seen.has_left_maintenance;
    let safety_backup = summary.safety_backup.clone();
    let left = Left { was_sent: summary.was_sent, still_entered, safety_backup };
    let report = finish(begun, seen, left, &mut progress).await;
    drop(lock);
    Ok(report)
}

/// Notes that an admin has looked after a restore, so that it is no longer open.
///
/// # Errors
/// There is no such restore, or it is under way.
pub fn dismiss(config: &ConfigDir, id: &str, now: DateTime<FixedOffset>) -> Result<Summary> {
    let (summary, _lock) = held(config, id)?;
    if !summary.is_open {
        return Err(nothing(&summary, "this restore is not open"));
    }
    Journal::go_on(config, &summary.begun.id)?.write(now, Entry::Dismissed)?;
    Ok(summary)
}

/// A restore, locked, and as its journal stands since then; under way, because it is held.
fn held(config: &ConfigDir, id: &str) -> Result<(Summary, HostLock)> {
    let Begun { id, host_key, host, .. } = find(config, id)?.begun;
    let lock = lock::take(config, &host_key, &id, &host.name)?;
    Ok((find(config, &id)?, lock))
}

fn allowed(summary: &Summary, action: ResumeAction) -> Result<()> {
    match action {
        ResumeAction::KeepWatching | ResumeAction::Reconnect if !summary.is_open => {
            Err(nothing(summary, "this restore is not open"))
        }
        ResumeAction::KeepWatching | ResumeAction::Reconnect if !summary.was_sent => {
            Err(nothing(summary, "the host was never told to restore, so there is nothing to watch"))
        }
        ResumeAction::LeaveMaintenanceMode if !summary.entered_maintenance_mode => {
            Err(nothing(summary, "this restore has not left the host in maintenance mode"))
        }
        _ => Ok(()),
    }
}

fn nothing(summary: &Summary, reason: &'static str) -> Error {
    RestoreError::NothingToResume { host: summary.begun.host.name.clone(), reason }.into()
}

/// Whether the login is for the server that the restore went through.
fn is_same_server(request: &ResumeRequest, summary: &Summary) -> bool {
    request.server.connect.address.to_string() == summary.begun.server.address
}

fn done(summary: &Summary, step: Step) -> Option<&StepReport> {
    summary.steps.iter().find(|known| known.step == step && known.state == StepState::Done)
}

/// What is known of its having been told.
fn told(summary: &Summary) -> &'static str {
    match done(summary, Step::Restore).map(|known| &known.note) {
        Some(None) => ANSWERED,
        Some(Some(_)) => UNANSWERED,
        None => "was told, or was about to be told, to restore the bundle",
    }
}

async fn watch(request: &ResumeRequest, summary: &Summary, progress: &mut Progress<'_>) -> Seen {
    let begun = &summary.begun;
    let bundle = {
        let origin = begun.bundle.clone();
        blocking(move || load_again(&origin)).await
    };
    if let Err(error) = &bundle {
        progress.warnings.push(format!("the bundle cannot be compared with: {error}"));
    }
    let aftermath = Aftermath {
        login: &request.server,
        host_credentials: request.host_credentials.as_ref(),
        host_port: request.host_port,
        named_certificate: request.certificate,
        is_same_server: is_same_server(request, summary),
        begun,
        bundle: bundle.as_ref().ok(),
        may_reconnect: request.action == ResumeAction::Reconnect || begun.options.reconnect,
        then: Then::new(begun, summary.entered_maintenance_mode),
        told: told(summary),
        was_away: done(summary, Step::GoDown).is_some(),
    };
    Box::pin(see_through(&aftermath, None, progress)).await
}

async fn leave(request: &ResumeRequest, summary: &Summary, progress: &mut Progress<'_>) -> Seen {
    let begun = &summary.begun;
    let host = &begun.host.name;
    let cancel = &progress.context.cancel;
    let ServerLogin { connect, credentials, .. } = request.server.clone();
    let left = match sign_in(connect, credentials, cancel).await {
        Ok(signed_in) => {
            let left = leave_in(request, summary, signed_in.session(), progress).await;
            signed_in.sign_out().await;
            left
        }
        Err(error) => {
            progress.failed(Step::LeaveMaintenanceMode, &error).await;
            Err(error)
        }
    };
    let has_left_maintenance = left.is_ok();
    let outcome = match (left, summary.was_sent) {
        (Ok(()), false) => {
            let error = RestoreError::EndedEarly { host: host.clone() };
            Outcome::NothingChanged { error: Error::from(error).report() }
        }
        (Ok(()), true) => out_of_maintenance(summary),
        (Err(error), false) => {
            let left = left_in_maintenance(host, &error);
            Outcome::LeftChanged { error: error.report(), left }
        }
        (Err(error), true) => {
            let left = format!("{host} {}, and is, or may be, in maintenance mode.", told(summary));
            Outcome::LeftChanged { error: error.report(), left }
        }
    };
    let comparison = summary.report.as_ref().and_then(|report| report.comparison.clone());
    Seen { comparison, has_left_maintenance, ..Seen::only(outcome) }
}

/// What is known of a host that was told to restore and is out of maintenance mode now: what was seen of it before.
fn out_of_maintenance(summary: &Summary) -> Outcome {
    let host = &summary.begun.host.name;
    let known = vec![format!("{host} {}", told(summary)), format!("{host} is out of maintenance mode")];
    let compared = done(summary, Step::Compare).and_then(|known| known.note.clone());
    match (compared, summary.report.as_ref().map(|report| &report.outcome)) {
        (Some(note), _) if note == ALIKE => Outcome::Proven,
        (Some(note), _) => Outcome::NotProven { known, open: vec![note] },
        (None, _) if done(summary, Step::Return).is_some() => Outcome::NotProven {
            known,
            open: vec!["nobody has compared the host with the bundle".to_owned()],
        },
        (None, Some(Outcome::Unknown { error, .. })) => Outcome::Unknown { known, error: error.clone() },
        (None, _) => {
            let error = Error::from(RestoreError::NotWatched { host: host.clone() }).report();
            Outcome::Unknown { known, error }
        }
    }
}

async fn leave_in(
    request: &ResumeRequest,
    summary: &Summary,
    session: &Session,
    progress: &mut Progress<'_>,
) -> Result<()> {
    let host = find_host(request, summary, session).await?;
    if !summary.was_sent {
        return take_back_maintenance(session, &host, &Entered::Maybe, progress).await;
    }
    progress.begin_anyway(Step::LeaveMaintenanceMode).await;
    let left = maintenance::leave(session, &host, progress.context.pace).await;
    match &left {
        Ok(()) => progress.done_anyway(Step::LeaveMaintenanceMode, None).await,
        Err(error) => progress.failed(Step::LeaveMaintenanceMode, error).await,
    }
    left
}

/// The host of a restore: as it was called, else by its hardware UUID.
async fn find_host(request: &ResumeRequest, summary: &Summary, session: &Session) -> Result<HostSystem> {
    let begun = &summary.begun;
    let server = session.client().address().to_string();
    let gone = if is_same_server(request, summary) {
        match the_host(session, &begun.host).await {
            Ok(host) if is_other_hardware(begun, &host) => {
                Error::HostGone { host: begun.host.name.clone(), server, now: None }
            }
            Err(gone @ Error::HostGone { .. }) => gone,
            host => return host,
        }
    } else {
        Error::HostGone { host: begun.host.name.clone(), server, now: None }
    };
    // The bundle may have renamed it, and one that was added again has another id.
    by_uuid(read(session).await?, begun.before.uuid.as_deref()).ok_or(gone)
}
