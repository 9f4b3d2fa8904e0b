//! Every failure of this crate in one type, and the one form in which window, console and log tell it.

use std::error::Error as StdError;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::archive::ArchiveError;
use crate::bundle::BundleProblem;
use crate::credentials::CredentialsError;
use crate::files::{self, FileError, FileProblem};
use crate::hosts_file::HostsFileError;
use crate::restore::RestoreError;
use crate::selection::SelectionError;
use crate::settings::SettingsError;

/// What failed, on what, and why. [`Error::hint`] says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A file or folder.
    #[error(transparent)]
    File(#[from] FileError),
    /// A bundle file outside of the archive.
    #[error("{} is no sound configuration bundle: {problem}", .path.display())]
    Bundle {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        problem: BundleProblem,
    },
    /// The settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The keyring.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// A list of hosts.
    #[error(transparent)]
    HostsFile(#[from] HostsFileError),
    /// A choice of hosts.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// A server.
    #[error(transparent)]
    Server(#[from] vsphere::Error),
    /// A host, told by the server or met on the way to it.
    #[error("{host}: {error}")]
    Host {
        /// The host's name.
        host: String,
        /// What went wrong.
        #[source]
        error: vsphere::Error,
    },
    /// The server does not reach the host.
    #[error("{host} is {} in the vCenter", if *.is_responding { "disconnected" } else { "not responding" })]
    HostNotConnected {
        /// The host's name.
        host: String,
        /// Whether somebody disconnected it, rather than that it does not answer.
        is_responding: bool,
    },
    /// The host sent a bundle that is no good.
    #[error("the bundle of {host} is not sound: {problem}")]
    UnsoundBundle {
        /// The host's name.
        host: String,
        /// What is wrong with it.
        #[source]
        problem: BundleProblem,
    },
    /// A host that was chosen is not there any more.
    #[error("{host} is not in the inventory of {server} any more{}", now_named(.now.as_ref()))]
    HostGone {
        /// The name that it was chosen by.
        host: String,
        /// The server that knew it.
        server: String,
        /// The managed object's id that it had, and the name of the host that has it now.
        now: Option<(String, String)>,
    },
    /// A host was not begun because of what happened to another one.
    #[error("{host} was not tried: {reason}")]
    NotTried {
        /// The host's name.
        host: String,
        /// What happened, in its own words.
        reason: String,
    },
    /// A restore.
    #[error(transparent)]
    Restore(Box<RestoreError>),
    /// The search index.
    #[error("the search index {} cannot be used: {reason}", .path.display())]
    Index {
        /// The file.
        path: PathBuf,
        /// Why, in the database's words.
        reason: String,
    },
    /// Logging was started a second time in one process.
    #[error("logging has been started already")]
    LoggingTwice,
    /// The user cancelled.
    #[error("cancelled")]
    Cancelled,
}

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An [`Error`] as window, console and log tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorReport {
    /// A stable word for programs, such as `archive_locked`.
    pub code: String,
    /// What failed, on what, and why.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// The causes that the message does not tell already, nearest first.
    pub details: Vec<String>,
}

impl Error {
    /// The same error, naming the host where it does not do so already.
    pub(crate) fn about_host(self, host: &str) -> Self {
        match self {
            Self::Server(error) if !names(&error.to_string(), host) => {
                Self::Host { host: host.to_owned(), error }
            }
            other => other,
        }
    }

    /// Whether the archive itself has failed, so that no other host could be kept either.
    pub(crate) fn is_of_archive(&self) -> bool {
        match self {
            Self::Archive(error) => {
                matches!(error, ArchiveError::Vanished { .. } | ArchiveError::OtherArchive { .. })
            }
            Self::File(error) => match error.problem {
                FileProblem::NoSpace
                | FileProblem::ReadOnly
                | FileProblem::NotPermitted
                | FileProblem::Vanished => true,
                FileProblem::InUse | FileProblem::Missing | FileProblem::Other => false,
            },
            _ => false,
        }
    }

    /// The error in the form in which it is told.
    pub fn report(&self) -> ErrorReport {
        let message = self.to_string();
        let causes = std::iter::successors(self.source(), |cause| (*cause).source());
        let details = causes.map(ToString::to_string).filter(|cause| !message.contains(cause)).collect();
        ErrorReport { code: self.code().to_owned(), message, hint: self.hint(), details }
    }

    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Archive(error) => archive_code(error),
            Self::File(error) => file_code(error.problem),
            Self::Bundle { problem, .. } | Self::UnsoundBundle { problem, .. } => bundle_code(problem),
            Self::Settings(error) => settings_code(error),
            Self::Credentials(error) => credentials_code(error),
            Self::HostsFile(_) => "hosts_file_broken",
            Self::Selection(SelectionError::Unknown(_)) => "unknown_host",
            Self::Selection(SelectionError::Nothing) => "no_host_selected",
            Self::Restore(error) => error.code(),
            Self::Index { .. } => "index_failed",
            Self::LoggingTwice => "logging_twice",
            Self::Server(error) | Self::Host { error, .. } => error.code(),
            Self::HostNotConnected { .. } => "host_not_connected",
            Self::HostGone { .. } => "host_gone",
            Self::NotTried { .. } => "not_tried",
            Self::Cancelled => "cancelled",
        }
    }

    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Archive(error) => archive_hint(error),
            Self::File(error) => file_hint(error).map(str::to_owned),
            Self::Bundle { problem, .. } => Some(bundle_hint(problem).to_owned()),
            Self::Settings(error) => Some(settings_hint(error).to_owned()),
            Self::Credentials(error) => Some(credentials_hint(error).to_owned()),
            Self::HostsFile(_) => Some(
                "Give one host name on each line, or a CSV file with the names in its first column."
                    .to_owned(),
            ),
            Self::Selection(SelectionError::Unknown(_)) => {
                Some("Look at the list of hosts, and correct the names; give the full name where a short one is not enough.".to_owned())
            }
            Self::Selection(SelectionError::Nothing) => {
                Some("Look at what is chosen and what is excluded.".to_owned())
            }
            Self::Server(error) | Self::Host { error, .. } => error.hint(),
            Self::HostNotConnected { is_responding, .. } => Some(
                if *is_responding {
                    "Reconnect the host in the vSphere Client, or connect to it directly."
                } else {
                    "Check that the host is up and that the vCenter reaches it; or connect to it directly."
                }
                .to_owned(),
            ),
            Self::UnsoundBundle { .. } => Some(
                "Nothing was kept. Take the backup again; if it happens each time, restart the host's management agents."
                    .to_owned(),
            ),
            Self::HostGone { .. } => Some("Refresh the list of hosts, and choose again.".to_owned()),
            Self::NotTried { .. } => Some("Mend the cause, then back up the hosts that are missing.".to_owned()),
            Self::Restore(error) => error.hint(),
            Self::Index { .. } => {
                Some("Delete the file: the index is made again from the archive. No backup is touched.".to_owned())
            }
            Self::LoggingTwice | Self::Cancelled => None,
        }
    }
}

impl From<RestoreError> for Error {
    fn from(error: RestoreError) -> Self {
        Self::Restore(Box::new(error))
    }
}

/// Whether a text has a host's name in it as a whole: `10.0.0.10` does not name `10.0.0.1`, nor `esx01.lab` `esx01`.
fn names(text: &str, host: &str) -> bool {
    let is_letter =
        |c: char| c.is_alphanumeric() || matches!(c, '-' | '_') || (c == ':' && host.contains(':'));
    // A dot belongs to the name only where the name goes on behind it.
    let goes_on =
        |mut rest: std::str::Chars<'_>, next: fn(&mut std::str::Chars<'_>) -> Option<char>| match next(
            &mut rest,
        ) {
            Some('.') => next(&mut rest).is_some_and(is_letter),
            other => other.is_some_and(is_letter),
        };
    text.match_indices(host).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + host.len()..]);
        !goes_on(before.chars(), |rest| rest.next_back()) && !goes_on(after.chars(), |rest| rest.next())
    })
}

fn now_named(now: Option<&(String, String)>) -> String {
    now.map(|(moid, name)| format!(": {moid} is now {name}")).unwrap_or_default()
}

fn bundle_code(problem: &BundleProblem) -> &'static str {
    match problem {
        BundleProblem::Unreadable(source) => file_code(files::classify(source)),
        BundleProblem::Empty(_) => "bundle_empty",
        BundleProblem::NotGzip { .. } => "bundle_not_gzip",
        BundleProblem::Truncated(_) => "bundle_cut_off",
        BundleProblem::GzipDamaged { .. } => "bundle_damaged",
        BundleProblem::TrailingData => "bundle_trailing_data",
        BundleProblem::TarDamaged { .. } => "bundle_not_tar",
        BundleProblem::TooLarge { .. } | BundleProblem::TooManyMembers => "bundle_too_large",
        BundleProblem::NoManifest | BundleProblem::BadManifest => "bundle_no_manifest",
        BundleProblem::NoState => "bundle_no_state",
        BundleProblem::Forbidden { .. } => "bundle_forbidden_member",
    }
}

fn bundle_hint(problem: &BundleProblem) -> &'static str {
    match problem {
        BundleProblem::Unreadable(_) => "Check that the file is there and that this user may read it.",
        BundleProblem::NotGzip { looks_like_html: true, .. } => {
            "A web page came in the bundle's place: check for a proxy or a gateway between this machine and the host, then take the backup again."
        }
        BundleProblem::TooLarge { .. } | BundleProblem::TooManyMembers | BundleProblem::Forbidden { .. } => {
            "Do not use the file: no ESXi host wrote it."
        }
        BundleProblem::NoManifest | BundleProblem::BadManifest | BundleProblem::NoState => {
            "Choose a configBundle file that an ESXi host wrote, or take the backup again."
        }
        _ => "Take the backup again, or use another backup of the host.",
    }
}

fn archive_code(error: &ArchiveError) -> &'static str {
    match error {
        ArchiveError::NoFolder { .. } => "archive_missing",
        ArchiveError::NotAnArchive { .. } => "not_an_archive",
        ArchiveError::ParentMissing { .. } => "archive_parent_missing",
        ArchiveError::AlreadyAnArchive { .. } => "already_an_archive",
        ArchiveError::MarkerBroken { .. } => "archive_broken",
        ArchiveError::NewerFormat { .. } => "archive_too_new",
        ArchiveError::Vanished { .. } => "archive_vanished",
        ArchiveError::OtherArchive { .. } => "archive_replaced",
        ArchiveError::Locked { .. } => "archive_locked",
        ArchiveError::LockUnsupported { .. } => "lock_unsupported",
        ArchiveError::RecordNotFound { .. } => "record_not_found",
        ArchiveError::RecordAmbiguous { .. } => "record_ambiguous",
        ArchiveError::StagedSizeDiffers { .. } => "bundle_incomplete",
        ArchiveError::KeepLastZero => "keep_last_zero",
        ArchiveError::BadNote { .. } => "bad_note",
        ArchiveError::MarksTooNew { .. } => "marks_too_new",
        ArchiveError::PlanStale { .. } => "plan_stale",
        ArchiveError::DestinationExists { .. } => "destination_exists",
        ArchiveError::BadDestination { .. } => "bad_destination",
        ArchiveError::Damaged { .. } => "bundle_damaged",
        ArchiveError::BadRunId { .. } => "bad_run_id",
        ArchiveError::RunUnreadable { .. } => "run_unreadable",
    }
}

fn archive_hint(error: &ArchiveError) -> Option<String> {
    let hint = match error {
        ArchiveError::NoFolder { .. } => "Check the folder's name, or take a backup to make a new archive.",
        ArchiveError::NotAnArchive { .. } => {
            "Choose the archive's folder, or take a backup to it to make it one."
        }
        ArchiveError::ParentMissing { .. } => {
            "Connect the drive or the network share that it should be on, or make that folder first."
        }
        ArchiveError::AlreadyAnArchive { .. } => "Open it instead.",
        ArchiveError::MarkerBroken { .. } => {
            "Restore the file from another copy of the archive; the bundles beside it are untouched."
        }
        ArchiveError::NewerFormat { .. } => "Install the newest version of Hostkeep.",
        ArchiveError::Vanished { .. } => {
            "Connect the drive or the network share that holds the archive, then try again. To start a new archive, choose another folder, or remove this one from archives_used in settings.json."
        }
        ArchiveError::OtherArchive { .. } => {
            "Check that the right drive or share is connected. If this archive is the right one, choose it in the settings."
        }
        ArchiveError::Locked { .. } => "Wait until the other run has finished, then try again.",
        ArchiveError::LockUnsupported { .. } => {
            "Put the archive on a local disk or on an SMB or NFS share with locking."
        }
        ArchiveError::RecordNotFound { .. } => "List the archive to see the ids.",
        ArchiveError::RecordAmbiguous { .. } => "Give more characters of the id.",
        ArchiveError::StagedSizeDiffers { .. } => "Nothing was added to the archive. Take the backup again.",
        ArchiveError::KeepLastZero => "Keep one or more.",
        ArchiveError::PlanStale { .. } => "Nothing was removed. Make the plan again and look at it.",
        ArchiveError::DestinationExists { .. } => "Choose another name, or allow overwriting.",
        ArchiveError::BadDestination { .. } => "Choose a file in a folder outside of the archive.",
        ArchiveError::Damaged { .. } => {
            "Nothing was written. Verify the archive, and use another backup of the host."
        }
        ArchiveError::BadNote { .. } => "Nothing was changed. Correct it and try again.",
        ArchiveError::MarksTooNew { .. } => {
            "Install the newest version of Hostkeep. The file was left as it is."
        }
        ArchiveError::BadRunId { .. } | ArchiveError::RunUnreadable { .. } => return None,
    };
    Some(hint.to_owned())
}

fn file_code(problem: FileProblem) -> &'static str {
    match problem {
        FileProblem::NoSpace => "no_space",
        FileProblem::ReadOnly => "read_only",
        FileProblem::NotPermitted => "access_denied",
        FileProblem::Missing => "file_missing",
        FileProblem::InUse => "file_in_use",
        FileProblem::Vanished => "drive_vanished",
        FileProblem::Other => "file_failed",
    }
}

fn file_hint(error: &FileError) -> Option<&'static str> {
    match error.problem {
        FileProblem::NoSpace => {
            Some("Free some space, or prune the archive, then try again. Nothing that was there is lost.")
        }
        FileProblem::ReadOnly => Some("Make the drive or share writable, or choose another folder."),
        FileProblem::NotPermitted => Some("Give this user the right to the folder, or choose another one."),
        FileProblem::InUse => Some("Close the program that uses it, then try again."),
        FileProblem::Vanished => Some("Connect the drive or the network share again, then try again."),
        FileProblem::Missing | FileProblem::Other => None,
    }
}

fn settings_code(error: &SettingsError) -> &'static str {
    match error {
        SettingsError::Broken { .. } | SettingsError::OutOfRange { .. } => "settings_broken",
        SettingsError::NewerFormat { .. } => "settings_too_new",
        SettingsError::BadValue { .. } => "bad_setting",
        SettingsError::TooLarge { .. } => "settings_too_large",
        SettingsError::InUse { .. } => "settings_in_use",
        SettingsError::BadServer { .. } | SettingsError::Address(_) | SettingsError::Thumbprint(_) => {
            "bad_server"
        }
        SettingsError::DuplicateServer { .. } => "duplicate_server",
        SettingsError::UnknownServer { .. } => "unknown_server",
        SettingsError::BadSelection { .. } => "bad_selection",
        SettingsError::UnknownSelection { .. } => "unknown_selection",
        SettingsError::NoHome => "no_home",
    }
}

fn settings_hint(error: &SettingsError) -> &'static str {
    match error {
        SettingsError::Broken { .. } | SettingsError::OutOfRange { .. } => {
            "Correct the file in an editor, or move it away to start with new settings. It was left as it is."
        }
        SettingsError::NewerFormat { .. } => {
            "Install the newest version of Hostkeep. The file was left as it is."
        }
        SettingsError::InUse { .. } => "Try again in a moment.",
        SettingsError::BadServer { .. }
        | SettingsError::Address(_)
        | SettingsError::Thumbprint(_)
        | SettingsError::BadValue { .. }
        | SettingsError::BadSelection { .. } => "Correct it and try again.",
        SettingsError::TooLarge { .. } => {
            "Nothing was changed. Remove selections that are not needed any more, then try again."
        }
        SettingsError::UnknownSelection { .. } => {
            "It may have been removed meanwhile: look at the list again."
        }
        SettingsError::DuplicateServer { .. } => "Choose another name, or remove that server first.",
        SettingsError::UnknownServer { .. } => "Add it with: hostkeep server add NAME --url URL --user USER",
        SettingsError::NoHome => "Name a folder with --config-dir.",
    }
}

fn credentials_code(error: &CredentialsError) -> &'static str {
    match error {
        CredentialsError::NoKeyring { .. } => "keyring_missing",
        CredentialsError::Locked { .. } => "keyring_locked",
        CredentialsError::NoEntry { .. } => "credentials_missing",
        CredentialsError::TooLong { .. } => "credentials_too_long",
        CredentialsError::Ambiguous { .. } => "credentials_ambiguous",
        CredentialsError::NotText { .. } => "credentials_unreadable",
        CredentialsError::Failed { .. } => "keyring_failed",
    }
}

fn credentials_hint(error: &CredentialsError) -> &'static str {
    match error {
        CredentialsError::NoKeyring { .. } => {
            "Start a keyring service (such as gnome-keyring) in this session and start Hostkeep again, or give the password on standard input with --password-stdin."
        }
        CredentialsError::Locked { .. } => {
            "Unlock the keyring and try again, or give the password with --password-stdin."
        }
        CredentialsError::NoEntry { .. } => {
            "Remove the server and add it again to store its password, or give it with --password-stdin. A scheduled task sees only the passwords of the user that it runs as."
        }
        CredentialsError::TooLong { .. } => {
            "Use a shorter password, or give it with --password-stdin each time."
        }
        CredentialsError::Ambiguous { .. } => {
            "Remove the superfluous entries of hostkeep with the system's own keyring program."
        }
        CredentialsError::NotText { .. } => {
            "Remove the entry with the system's own keyring program, and store the password again."
        }
        CredentialsError::Failed { .. } => "Try again; if it stays, give the password with --password-stdin.",
    }
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;
