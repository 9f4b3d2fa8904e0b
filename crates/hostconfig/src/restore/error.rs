//! Why a restore is refused, or where it stopped.

use std::path::PathBuf;

use vsphere::{Certificate, Thumbprint};

use super::checks::CheckCode;
use crate::ErrorReport;

/// Why a restore is refused, or where it stopped.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// Something stands in the way.
    #[error("nothing can be restored to {host}: {}", .reasons.join("; "))]
    Blocked {
        /// The host's name.
        host: String,
        /// What does, each in a sentence.
        reasons: Vec<String>,
    },
    /// The plan is not the one that was consented to.
    #[error("what would happen to {host} has changed since the plan was shown")]
    PlanChanged {
        /// The host's name.
        host: String,
    },
    /// The name that was typed is not the host's.
    #[error("{typed:?} is not the name of the host, which is {host}")]
    NotConfirmed {
        /// The host's name.
        host: String,
        /// What was typed.
        typed: String,
    },
    /// Warnings were not accepted.
    #[error("the plan for {host} has warnings that were not accepted: {}", listed(.codes))]
    NotAccepted {
        /// The host's name.
        host: String,
        /// Which.
        codes: Vec<CheckCode>,
    },
    /// Another restore of the host is under way.
    #[error("another restore of {host} is under way")]
    UnderWay {
        /// The host's name.
        host: String,
    },
    /// There is no journal of this id.
    #[error("there is no restore {id}")]
    Unknown {
        /// The id asked for.
        id: String,
    },
    /// Several restores' ids begin with what was asked for.
    #[error("{id} could be any of several restores: {}", .candidates.join(", "))]
    Ambiguous {
        /// What was asked for.
        id: String,
        /// The ids.
        candidates: Vec<String>,
    },
    /// A journal cannot be understood.
    #[error("the journal {} cannot be read: {reason}", .path.display())]
    JournalUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The journal says that there is nothing to do.
    #[error("{host}: {reason}")]
    NothingToResume {
        /// The host's name.
        host: String,
        /// Why, in a sentence.
        reason: &'static str,
    },
    /// The bundle file is not one.
    #[error("{} is larger than any bundle", .path.display())]
    BundleTooLarge {
        /// The file.
        path: PathBuf,
    },
    /// A file is another one than when the restore began.
    #[error("{} is not the bundle that was restored", .path.display())]
    OtherBundle {
        /// The file.
        path: PathBuf,
    },
    /// There is nowhere to keep the safety backup.
    #[error("there is no archive for the safety backup of {host}")]
    NoArchive {
        /// The host's name.
        host: String,
    },
    /// The host could not be backed up as it is.
    #[error("the safety backup failed: {}", .error.message)]
    SafetyBackupFailed {
        /// Why.
        error: ErrorReport,
    },
    /// Hostkeep ended in the middle.
    #[error("the restore of {host} ended before the host was told to restore")]
    EndedEarly {
        /// The host's name.
        host: String,
    },
    /// The host takes the upload only from a user of its own.
    #[error("{host} takes the bundle only from a user of its own (tried: {tried})")]
    HostCredentialsNeeded {
        /// The host's name.
        host: String,
        /// Which credentials were tried, in order.
        tried: String,
    },
    /// The host refuses the upload even to the user that was given.
    #[error("{host} does not take the bundle from the user that was given (tried: {tried})")]
    HostCredentialsRefused {
        /// The host's name.
        host: String,
        /// Which credentials were tried, in order.
        tried: String,
    },
    /// The host did not enter maintenance mode in time.
    #[error("{host} did not enter maintenance mode within {seconds} s")]
    MaintenanceTimedOut {
        /// The host's name.
        host: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The host is not what it was when the plan was made.
    #[error("{host} was not told to restore: {what}")]
    ChangedMeanwhile {
        /// The host's name.
        host: String,
        /// What is not as it was.
        what: &'static str,
    },
    /// Maintenance mode could not be taken back.
    #[error("{host} is still in maintenance mode")]
    StillInMaintenanceMode {
        /// The host's name.
        host: String,
    },
    /// The host was told to restore and goes on as if nothing were.
    #[error("{host} has not restarted within {seconds} s")]
    NotDown {
        /// The host's name.
        host: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The host did not come back.
    #[error("{host} has not come back within {seconds} s; last seen: {last}")]
    NotBack {
        /// The host's name.
        host: String,
        /// How long it was waited for.
        seconds: u64,
        /// What was seen last.
        last: String,
    },
    /// The vCenter has to be told to connect the host again.
    #[error("{host} is back, but the vCenter is disconnected from it")]
    NeedsReconnect {
        /// The host's name.
        host: String,
    },
    /// The vCenter was told to connect the host again, and could not.
    #[error("the vCenter cannot connect {host} again: {source}")]
    ReconnectFailed {
        /// The host's name.
        host: String,
        /// Why.
        source: Box<vsphere::Error>,
    },
    /// The host came back with a certificate that nobody knows.
    #[error("{host} came back with another certificate: SHA-256 {}", .presented.sha256)]
    OtherCertificate {
        /// The host's name.
        host: String,
        /// The certificate that it shows.
        presented: Box<Certificate>,
        /// Those that would have been fine.
        expected: Vec<Thumbprint>,
    },
    /// The host came back and refuses the user that was let in before.
    #[error("{host} is back, but refuses {user} with the password that was good before")]
    OtherPassword {
        /// The host's name.
        host: String,
        /// The user.
        user: String,
    },
    /// Hostkeep ended before it saw what came of the restore.
    #[error("nobody has seen what came of the restore of {host}")]
    NotWatched {
        /// The host's name.
        host: String,
    },
    /// The watching was cancelled.
    #[error("watching {host} was cancelled; the restore goes on by itself")]
    WatchingCancelled {
        /// The host's name.
        host: String,
    },
}

impl RestoreError {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Blocked { .. } => "restore_blocked",
            Self::PlanChanged { .. } => "restore_plan_changed",
            Self::NotConfirmed { .. } => "restore_not_confirmed",
            Self::NotAccepted { .. } => "restore_not_accepted",
            Self::UnderWay { .. } => "restore_under_way",
            Self::Unknown { .. } => "restore_not_found",
            Self::Ambiguous { .. } => "restore_ambiguous",
            Self::JournalUnreadable { .. } => "journal_unreadable",
            Self::NothingToResume { .. } => "nothing_to_resume",
            Self::BundleTooLarge { .. } => "bundle_too_large",
            Self::OtherBundle { .. } => "other_bundle",
            Self::NoArchive { .. } => "no_archive",
            Self::SafetyBackupFailed { .. } => "safety_backup_failed",
            Self::EndedEarly { .. } => "restore_ended_early",
            Self::HostCredentialsNeeded { .. } => "host_credentials_needed",
            Self::HostCredentialsRefused { .. } => "host_credentials_refused",
            Self::MaintenanceTimedOut { .. } => "maintenance_timed_out",
            Self::ChangedMeanwhile { .. } => "host_changed_meanwhile",
            Self::StillInMaintenanceMode { .. } => "still_in_maintenance_mode",
            Self::NotDown { .. } => "host_not_restarted",
            Self::NotBack { .. } => "host_not_back",
            Self::NeedsReconnect { .. } => "needs_reconnect",
            Self::ReconnectFailed { .. } => "reconnect_failed",
            Self::OtherCertificate { .. } => "host_certificate_changed",
            Self::OtherPassword { .. } => "host_password_changed",
            Self::NotWatched { .. } => "restore_not_watched",
            Self::WatchingCancelled { .. } => "watching_cancelled",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Blocked { .. } => {
                "Nothing was changed. Clear what stands in the way, and make the plan again."
            }
            Self::PlanChanged { .. } => "Nothing was changed. Look at the plan again.",
            Self::NotConfirmed { .. } => "Nothing was changed. Type the host's whole name.",
            Self::NotAccepted { .. } => {
                "Nothing was changed. Read each warning, and accept it if it is fine."
            }
            Self::UnderWay { .. } => "Wait for its end, or look at the list of restores.",
            Self::Unknown { .. } => "Look at the list of restores.",
            Self::Ambiguous { .. } => "Give more characters of the id.",
            Self::JournalUnreadable { .. } => {
                "The file was left as it is. Look at the host in the vSphere Client: it may be in maintenance mode."
            }
            Self::NothingToResume { .. } => "Look at the list of restores for what can be done.",
            Self::BundleTooLarge { .. } | Self::OtherBundle { .. } => "Choose another file.",
            Self::NoArchive { .. } => {
                "Name an archive, or decide to go without a safety backup: there is no way back then."
            }
            Self::SafetyBackupFailed { error } => return error.hint.clone(),
            Self::EndedEarly { .. } => "Nothing was restored. Make a new plan.",
            Self::HostCredentialsNeeded { .. } => {
                "Give user and password of the host itself, such as root's. A vCenter's user is none of the host's."
            }
            Self::HostCredentialsRefused { .. } => {
                "Check user and password. In lockdown mode a host refuses root: leave lockdown mode for the time of the restore, \
                 or give a user on its exception list."
            }
            Self::MaintenanceTimedOut { .. } => {
                "Look for powered-on virtual machines that could not be moved away, and try again; or allow more time."
            }
            Self::ChangedMeanwhile { .. } => {
                "Nothing was restored. Find out who works on the host, then make the plan again."
            }
            Self::StillInMaintenanceMode { .. } => {
                "Leave maintenance mode in the vSphere Client, or resume this restore to do so."
            }
            Self::NotDown { .. } => {
                "Look at the host's tasks in the vSphere Client. It may still restart: keep watching, or leave maintenance mode."
            }
            Self::NotBack { .. } => {
                "Look at the host's own console. Its address may be the bundle's now, or it may still be starting: keep watching. \
                 Only the console helps where its network is wrong."
            }
            Self::NeedsReconnect { .. } => {
                "Connect it in the vSphere Client, then keep watching; or let it be reconnected."
            }
            Self::ReconnectFailed { .. } => {
                "Connect it in the vSphere Client, with the host's own user where the vCenter asks for it; then keep watching."
            }
            Self::OtherCertificate { presented, .. } => {
                return Some(format!(
                    "Nothing was sent to it. It shows {}. If the host's own console shows this thumbprint too, keep watching and \
                     name it.",
                    presented.subject
                ));
            }
            Self::OtherPassword { .. } => {
                "The password is probably the one that was in force when the bundle was taken: keep watching with that one."
            }
            Self::NotWatched { .. } | Self::WatchingCancelled { .. } => {
                "Keep watching to see what comes of it."
            }
        };
        Some(text.to_owned())
    }
}

fn listed(codes: &[CheckCode]) -> String {
    codes.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;
