//! Every failure of this crate in one type, and the one form in which window, console and log tell it.

use std::error::Error as StdError;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::archive::ArchiveError;
use crate::bundle::BundleProblem;
use crate::credentials::CredentialsError;
use crate::files::{FileError, FileProblem};
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
                // A disk that fails for good does not show its archive any more, either.
                FileProblem::InUse | FileProblem::Missing | FileProblem::Failing | FileProblem::Other => {
                    false
                }
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
            Self::Archive(error) => error.code(),
            Self::File(error) => error.problem.code(),
            Self::Bundle { problem, .. } | Self::UnsoundBundle { problem, .. } => problem.code(),
            Self::Settings(error) => error.code(),
            Self::Credentials(error) => error.code(),
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
            Self::Archive(error) => error.hint(),
            Self::File(error) => error.problem.hint().map(str::to_owned),
            Self::Bundle { problem, .. } => Some(problem.hint().to_owned()),
            Self::Settings(error) => Some(error.hint().to_owned()),
            Self::Credentials(error) => Some(error.hint().to_owned()),
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
            Self::Index { .. } => Some(
                "Try again in a moment: another Hostkeep may be reading bundles. If it stays so, delete the file: the index is made again from the archive. No backup is touched."
                    .to_owned(),
            ),
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

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;
