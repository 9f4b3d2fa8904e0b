//! What the system tells of a job that ended where nobody looked at the window.
//!
//! Sent and answered before this returns: a hidden app ends with its last job, and what is still under way then is lost.

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(not(any(target_os = "linux", windows)))]
#[path = "other.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

use notify_rust::Notification;

use crate::ipc::{JobHead, JobKind, JobState, RestoreProgress, RestoreState};

/// Tells how the job ended. Waits for the desktop; not for the thread that draws.
pub(crate) fn tell(job: &JobHead) -> Result<(), notify_rust::error::Error> {
    let mut notification = Notification::new();
    notification.appname("Hostkeep").summary("Hostkeep").body(&summary(job));
    system::sign(&mut notification);
    notification.show().map(drop)
}

/// Such as `Backed up 47 of 50 hosts, 3 failed`.
fn summary(job: &JobHead) -> String {
    if let Some(restore) = &job.restore {
        return restored(restore, &job.title);
    }
    if let (JobState::Failed, Some(error)) = (job.state, &job.error) {
        return format!("{}: {}", job.title, error.message);
    }
    let good = job.done - job.failed - job.cancelled;
    let (did, what, bad) = match job.kind {
        JobKind::Backup => ("Backed up", "hosts", "failed"),
        JobKind::Verify => ("Verified", "bundles", "damaged"),
        JobKind::Delete => ("Deleted", "bundles", "could not go"),
        JobKind::Restore => return job.title.clone(),
    };
    let head = match job.state {
        JobState::Cancelled => format!("Cancelled: {}", job.title),
        _ if job.kind == JobKind::Verify => format!("{did} {} {what}", job.done),
        _ => format!("{did} {good} of {} {what}", job.total),
    };
    if job.failed == 0 { head } else { format!("{head}, {} {bad}", job.failed) }
}

fn restored(restore: &RestoreProgress, title: &str) -> String {
    let host = &restore.host;
    match restore.outcome {
        Some(RestoreState::Proven) => format!("{host} was restored, and that is proven"),
        Some(RestoreState::NotProven) => format!("{host} was restored, but not everything is proven"),
        Some(RestoreState::NothingChanged) => format!("Nothing was restored: {host} is as it was found"),
        Some(RestoreState::LeftChanged) => {
            format!("The restore of {host} failed, and the host is left changed")
        }
        Some(RestoreState::Unknown) => format!("Nobody knows yet what came of the restore of {host}"),
        Some(RestoreState::UnderWay | RestoreState::Interrupted) | None => format!("{title}: it ended early"),
    }
}
