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
    let (did, item, bad) = match job.kind {
        JobKind::Backup => ("Backed up", "host", "failed"),
        JobKind::Verify => ("Verified", "bundle", "not good"),
        JobKind::Delete => ("Deleted", "bundle", "could not go"),
        JobKind::Restore => return job.title.clone(),
    };
    let items = |count: usize| format!("{count} {item}{}", if count == 1 { "" } else { "s" });
    let head = match job.state {
        JobState::Cancelled => format!("Cancelled: {}", job.title),
        _ if job.kind == JobKind::Verify => format!("{did} {}", items(job.done)),
        _ => format!("{did} {good} of {}", items(job.total)),
    };
    let head = if job.failed == 0 { head } else { format!("{head}, {} {bad}", job.failed) };
    match &job.error {
        // Beside its items, such as a server that was not reached.
        Some(error) => format!("{head}: {}", error.message),
        None => head,
    }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::ipc::{ErrorReport, JobItem, Step};
    use crate::jobs::{Ending, Jobs};
    use crate::state::now;

    fn ended(kind: JobKind, steps: &[Step], state: JobState, error: Option<&str>) -> JobHead {
        let job = Arc::new(Jobs::default()).begin(kind, "Back up all hosts".into(), None, now());
        job.plan(steps.iter().map(|_| JobItem::waiting("esx01", None)).collect(), Vec::new());
        for (index, step) in steps.iter().enumerate() {
            job.item(index, |item| item.step = *step);
        }
        let error = error.map(|message| ErrorReport::new("not_reached", message, ""));
        job.end(Ending { state, run_id: None, error, warnings: Vec::new() }, now()).unwrap()
    }

    #[test]
    fn what_is_told_of_a_job() {
        let away = Some("vc02 does not answer");
        for (kind, steps, state, error, expect) in [
            (
                JobKind::Backup,
                &[Step::Saved, Step::Saved][..],
                JobState::Done,
                None,
                "Backed up 2 of 2 hosts",
            ),
            (JobKind::Backup, &[Step::Saved], JobState::Done, None, "Backed up 1 of 1 host"),
            (
                JobKind::Backup,
                &[Step::Saved, Step::Failed],
                JobState::Done,
                None,
                "Backed up 1 of 2 hosts, 1 failed",
            ),
            (
                JobKind::Backup,
                &[Step::Saved, Step::Saved],
                JobState::Done,
                away,
                "Backed up 2 of 2 hosts: vc02 does not answer",
            ),
            (JobKind::Backup, &[], JobState::Failed, away, "Back up all hosts: vc02 does not answer"),
            (JobKind::Verify, &[Step::Good], JobState::Done, None, "Verified 1 bundle"),
            (
                JobKind::Verify,
                &[Step::Good, Step::Damaged],
                JobState::Done,
                None,
                "Verified 2 bundles, 1 not good",
            ),
            (JobKind::Delete, &[Step::Deleted], JobState::Done, None, "Deleted 1 of 1 bundle"),
        ] {
            assert_eq!(summary(&ended(kind, steps, state, error)), expect);
        }
    }
}
