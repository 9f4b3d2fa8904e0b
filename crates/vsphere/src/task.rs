//! What became of a `*_Task`.

use crate::error::Error;
use crate::property;
use crate::session::Session;
use crate::soap::{Call, Fault, MoRef};

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

/// Asks the server to stop a task (`CancelTask`). It ends in its own time, as cancelled or as it would have anyway.
///
/// # Errors
/// `InvalidState` when it has ended already, `NotSupported` when it cannot be stopped.
pub async fn cancel(session: &Session, task: &MoRef) -> Result<(), Error> {
    session.call(&Call::change("CancelTask", task)).await.map(drop)
}

/// The tasks of this kind (such as `HostSystem.enterMaintenanceMode`) on this object that have not ended.
pub async fn under_way(session: &Session, object: &MoRef, kind: &str) -> Result<Vec<MoRef>, Error> {
    let paths = ["info.descriptionId", "info.state"];
    let recent = property::read_related(session, object, "recentTask", "Task", &paths).await?;
    let is_meant = |task: &property::ObjectContent| {
        task.text("info.descriptionId") == Some(kind)
            && matches!(task.text("info.state"), Some("queued" | "running"))
    };
    Ok(recent.into_iter().filter(is_meant).map(|task| task.object).collect())
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
