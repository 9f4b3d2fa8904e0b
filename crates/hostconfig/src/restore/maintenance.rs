//! Maintenance mode: into it, and out of it again whatever happened in between.

use std::time::Duration;

use tokio::time::Instant;
use vsphere::host_system::{enter_maintenance_mode, exit_maintenance_mode};
use vsphere::inventory::{ConnectionState, HostSystem, read_host};
use vsphere::task::{self, TaskState};
use vsphere::{Error as ServerError, FaultKind, MoRef, Session, TimeoutPhase};

use super::error::RestoreError;
use super::progress::{Progress, Step};
use super::request::{Maintenance, Pace};
use crate::{Error, Result};

const ENTER: &str = "EnterMaintenanceMode_Task";
const EXIT: &str = "ExitMaintenanceMode_Task";
/// As a task names the method that it is of.
const KIND: &str = "HostSystem.enterMaintenanceMode";
/// How much longer than it was told to a server may take to give up.
const GRACE: Duration = Duration::from_secs(60);

/// What a restore has to do with a host's being in maintenance mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entered {
    /// Nothing: it did not ask for it, or was refused. A host that is in it all the same is there for somebody else.
    Not,
    /// It began this task.
    By(MoRef),
    /// It asked for it, and no answer came, or that was another time.
    Maybe,
}

/// Has a host enter maintenance mode, and says in `entered` how far that came, whatever it ends with.
pub(super) async fn enter(
    session: &Session,
    host: &HostSystem,
    how: Maintenance,
    has_vsan: bool,
    progress: &Progress<'_>,
    entered: &mut Entered,
) -> Result<()> {
    // Not cut off by a cancellation: nobody would know whether a task was begun.
    *entered = Entered::Maybe;
    let task = match enter_maintenance_mode(session, &host.object, how.call(has_vsan)).await {
        Ok(task) => task,
        Err(error) => {
            if error.fault().is_some() || never_arrived(&error) {
                *entered = Entered::Not;
            }
            return Err(error.into());
        }
    };
    *entered = Entered::By(task.clone());
    let told = |state: &TaskState| {
        if let TaskState::Running(percent) = state {
            progress.goes_on(Step::EnterMaintenanceMode, *percent, None);
        }
    };
    let limit = Duration::from_secs(how.timeout_seconds) + GRACE;
    let within = tokio::time::timeout(limit, ended(session, &task, ENTER, progress.context.pace, told));
    let timed_out =
        || RestoreError::MaintenanceTimedOut { host: host.name.clone(), seconds: how.timeout_seconds };
    match progress.context.cancel.run_until_cancelled(within).await {
        None => Err(Error::Cancelled),
        Some(Err(_)) => Err(timed_out().into()),
        Some(Ok(Ok(()))) => Ok(()),
        Some(Ok(Err(error))) => {
            if has_failed(&error) {
                *entered = Entered::Not;
            }
            let is_late = error.fault().is_some_and(|fault| fault.kind == FaultKind::Timedout);
            Err(if is_late { timed_out().into() } else { error.into() })
        }
    }
}

/// Takes back what [`enter`] did or began: stops the task if it goes on, has the host leave maintenance mode if it is in it
/// because of that, and makes sure that it is not.
///
/// # Errors
/// The host is, or may be, in maintenance mode.
pub(super) async fn take_back(
    session: &Session,
    host: &HostSystem,
    entered: &Entered,
    pace: Pace,
) -> Result<()> {
    let undo = async {
        let tasks = match entered {
            Entered::Not => return Ok(()),
            Entered::By(task) => vec![task.clone()],
            Entered::Maybe => patiently(pace, || task::under_way(session, &host.object, KIND)).await?,
        };
        for task in tasks {
            patiently(pace, || stop(session, &task, pace)).await?;
        }
        leave(session, host, pace).await
    };
    match tokio::time::timeout(pace.undo_within, undo).await {
        Ok(taken_back) => taken_back,
        Err(_) => Err(RestoreError::StillInMaintenanceMode { host: host.name.clone() }.into()),
    }
}

/// Stops the task of entering, and waits for its end, however it ends: what counts is how the host is then.
async fn stop(session: &Session, task: &MoRef, pace: Pace) -> Result<(), ServerError> {
    if let Err(error) = task::cancel(session, task).await {
        tracing::info!(%error, "the task of entering maintenance mode cannot be stopped");
    }
    match ended(session, task, ENTER, pace, |_| {}).await {
        Err(ServerError::Fault { operation, fault, .. })
            if operation == ENTER || fault.kind == FaultKind::ManagedObjectNotFound =>
        {
            tracing::info!(%fault, "entering maintenance mode has ended");
            Ok(())
        }
        // One that nobody has seen ending may go on.
        ended => ended,
    }
}

/// Has a host leave maintenance mode, if it is in it, and makes sure that it is not.
pub(super) async fn leave(session: &Session, host: &HostSystem, pace: Pace) -> Result<()> {
    let object = &host.object;
    let is_out = async || -> Result<bool> {
        let now = patiently(pace, || read_host(session, object)).await?;
        // What a vCenter tells of a host that it does not reach was so once.
        Ok(now.in_maintenance_mode == Some(false) && now.connection == ConnectionState::Connected)
    };
    let leave = async {
        if is_out().await? {
            return Ok(());
        }
        let left = async {
            let task = exit_maintenance_mode(session, object, Some(pace.undo_within)).await?;
            ended(session, &task, EXIT, pace, |_| {}).await
        }
        .await;
        // The reply may be lost where the work was done.
        if is_out().await? {
            return Ok(());
        }
        left?;
        Err(RestoreError::StillInMaintenanceMode { host: host.name.clone() }.into())
    };
    match tokio::time::timeout(pace.undo_within + GRACE, leave).await {
        Ok(left) => left,
        Err(_) => Err(RestoreError::StillInMaintenanceMode { host: host.name.clone() }.into()),
    }
}

/// Whether that is how the task of entering ended, and the host is not in maintenance mode because of it. A vCenter that lost
/// the host in the middle cannot know.
fn has_failed(error: &ServerError) -> bool {
    use FaultKind::{HostCommunication, HostNotConnected, HostNotReachable};
    match error {
        ServerError::Fault { operation: ENTER, fault, .. } => {
            !matches!(fault.kind, HostCommunication | HostNotConnected | HostNotReachable)
        }
        _ => false,
    }
}

/// Whether a call that ended so was never sent, as no connection was made.
pub(super) fn never_arrived(error: &ServerError) -> bool {
    matches!(
        error,
        ServerError::Connect { .. }
            | ServerError::Resolve { .. }
            | ServerError::NotTrusted(_)
            | ServerError::Tls { .. }
            | ServerError::IllegalText { .. }
            | ServerError::Timeout { phase: TimeoutPhase::Connect, .. }
    )
}

/// Reads again and again where the server cannot be reached for a moment.
pub(super) async fn patiently<T, F: Future<Output = Result<T, ServerError>>>(
    pace: Pace,
    mut read: impl FnMut() -> F,
) -> Result<T> {
    let started = Instant::now();
    for pause in pace.pauses() {
        match read().await {
            Err(error) if error.fault().is_none() && started.elapsed() < pace.undo_within / 4 => {
                tracing::info!(%error, "the server cannot be reached; trying again");
            }
            read => return Ok(read?),
        }
        tokio::time::sleep(pause).await;
    }
    unreachable!("the pauses never end")
}

/// Waits until a task ends. Asking again where the server cannot be reached for a moment changes nothing.
pub(super) async fn ended(
    session: &Session,
    task: &MoRef,
    operation: &'static str,
    pace: Pace,
    mut told: impl FnMut(&TaskState),
) -> Result<(), ServerError> {
    let mut unreachable = 0;
    for pause in pace.pauses() {
        match task::state(session, task).await {
            Ok(TaskState::Success) => return Ok(()),
            Ok(TaskState::Error(fault)) => {
                let server = session.client().address().to_string();
                return Err(ServerError::Fault { server, operation, fault: Box::new(fault) });
            }
            Ok(state) => {
                unreachable = 0;
                told(&state);
            }
            Err(error) if error.fault().is_none() && unreachable < 5 => {
                tracing::info!(%error, "the task cannot be read; trying again");
                unreachable += 1;
            }
            Err(error) => return Err(error),
        }
        tokio::time::sleep(pause).await;
    }
    unreachable!("the pauses never end")
}
