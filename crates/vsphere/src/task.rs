//! Waiting for a `*_Task` to end.

use std::time::Duration;

use crate::error::Error;
use crate::property;
use crate::session::Session;
use crate::soap::{Fault, MoRef};

/// Where a task stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// Not started yet.
    Queued,
    /// Under way; the percentage where the server gives one.
    Running(Option<u8>),
    /// Done.
    Success,
    /// Failed.
    Error(Fault),
}

/// Often enough to show progress, seldom enough not to burden a vCenter.
pub const POLL_EVERY: Duration = Duration::from_secs(1);

/// Waits until `task` ends, asking every `poll` and telling `progress` each state it sees.
///
/// Dropping the future stops the waiting, not the task.
///
/// # Errors
/// [`Error::Fault`] with `operation` as its name when the task fails.
pub async fn wait(
    session: &Session,
    task: &MoRef,
    operation: &'static str,
    poll: Duration,
    mut progress: impl FnMut(&TaskState),
) -> Result<(), Error> {
    loop {
        let state = state(session, task).await?;
        progress(&state);
        match state {
            TaskState::Success => return Ok(()),
            TaskState::Error(fault) => {
                let server = session.client().address().to_string();
                return Err(Error::Fault { server, operation, fault: Box::new(fault) });
            }
            TaskState::Queued | TaskState::Running(_) => tokio::time::sleep(poll).await,
        }
    }
}

/// Where `task` stands now.
pub async fn state(session: &Session, task: &MoRef) -> Result<TaskState, Error> {
    let info = property::read_object(session, task, &["info.state", "info.progress", "info.error"]).await?;
    match info.text("info.state") {
        Some("queued") => Ok(TaskState::Queued),
        Some("running") => {
            Ok(TaskState::Running(info.text("info.progress").and_then(|text| text.trim().parse().ok())))
        }
        Some("success") => Ok(TaskState::Success),
        Some("error") => {
            Ok(TaskState::Error(info.value("info.error").map(Fault::from_localized).unwrap_or_default()))
        }
        other => Err(Error::Reply {
            server: session.client().address().to_string(),
            operation: "RetrievePropertiesEx",
            reason: format!("a task's state is {other:?}"),
        }),
    }
}
