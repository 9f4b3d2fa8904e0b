//! Maintenance mode: into it, and out of it again whatever happened in between.

use std::time::Duration;

use tokio::time::Instant;
use vsphere::host_system::{enter_maintenance_mode, exit_maintenance_mode};
use vsphere::inventory::{HostSystem, read_host};
use vsphere::task::{self, TaskState};
use vsphere::{FaultKind, MoRef, Session};

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

/// Has a host enter maintenance mode. Whatever it ends with, the host may be in it then, or still be entering it.
pub(super) async fn enter(
    session: &Session,
    host: &HostSystem,
    how: Maintenance,
    has_vsan: bool,
    progress: &Progress<'_>,
) -> Result<()> {
    let enter = async {
        let task = enter_maintenance_mode(session, &host.object, how.call(has_vsan)).await?;
        let told = |state: &TaskState| {
            if let TaskState::Running(percent) = state {
                progress.goes_on(Step::EnterMaintenanceMode, *percent, None);
            }
        };
        ended(session, &task, ENTER, progress.context.pace, told).await
    };
    let limit = Duration::from_secs(how.timeout_seconds) + GRACE;
    let timed_out =
        || RestoreError::MaintenanceTimedOut { host: host.name.clone(), seconds: how.timeout_seconds };
    let within = tokio::time::timeout(limit, enter);
    match progress.context.cancel.run_until_cancelled(within).await {
        None => Err(Error::Cancelled),
        Some(Err(_)) => Err(timed_out().into()),
        Some(Ok(Err(error))) if error.fault().is_some_and(|fault| fault.kind == FaultKind::Timedout) => {
            Err(timed_out().into())
        }
        Some(Ok(entered)) => Ok(entered?),
    }
}

/// Takes back what [`enter`] did or began: stops a task that goes on, has the host leave maintenance mode if it is in it, and
/// makes sure that it is not.
///
/// # Errors
/// The host is, or may be, in maintenance mode.
pub(super) async fn take_back(session: &Session, host: &HostSystem, pace: Pace) -> Result<()> {
    let take_back = async {
        for task in patiently(pace, || task::under_way(session, &host.object, KIND)).await? {
            if let Err(error) = task::cancel(session, &task).await {
                tracing::info!(%error, "the task of entering maintenance mode cannot be stopped");
            }
            // However it ends: what counts is how the host is then.
            if let Err(error) = ended(session, &task, ENTER, pace, |_| {}).await {
                tracing::info!(%error, "entering maintenance mode has ended");
            }
        }
        leave(session, &host.object, pace).await
    };
    match tokio::time::timeout(pace.undo_within, take_back).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(RestoreError::StillInMaintenanceMode { host: host.name.clone() }.into()),
    }
}

/// Has a host leave maintenance mode, if it is in it, and makes sure that it is not.
pub(super) async fn leave(session: &Session, host: &MoRef, pace: Pace) -> Result<()> {
    if patiently(pace, || read_host(session, host)).await?.in_maintenance_mode == Some(false) {
        return Ok(());
    }
    let left = async {
        let task = exit_maintenance_mode(session, host, Some(pace.undo_within)).await?;
        ended(session, &task, EXIT, pace, |_| {}).await
    }
    .await;
    // The reply may be lost where the work was done.
    let now = patiently(pace, || read_host(session, host)).await?;
    if now.in_maintenance_mode == Some(false) {
        return Ok(());
    }
    left?;
    Err(RestoreError::StillInMaintenanceMode { host: now.name }.into())
}

/// Reads again and again where the server cannot be reached for a moment.
pub(super) async fn patiently<T, F: Future<Output = Result<T, vsphere::Error>>>(
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
) -> Result<(), vsphere::Error> {
    let mut unreachable = 0;
    for pause in pace.pauses() {
        match task::state(session, task).await {
            Ok(TaskState::Success) => return Ok(()),
            Ok(TaskState::Error(fault)) => {
                let server = session.client().address().to_string();
                return Err(vsphere::Error::Fault { server, operation, fault: Box::new(fault) });
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
