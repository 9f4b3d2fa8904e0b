//! Every failure of this crate in one type, and the one form in which window, console and log tell it.

use std::error::Error as StdError;

use serde::{Deserialize, Serialize};

use crate::archive::ArchiveError;
use crate::files::{FileError, FileProblem};

/// What failed, on what, and why. [`Error::hint`] says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A file or folder.
    #[error(transparent)]
    File(#[from] FileError),
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
    /// The causes, nearest first.
    pub details: Vec<String>,
}

impl Error {
    /// The error in the form in which it is told.
    pub fn report(&self) -> ErrorReport {
        let mut details = Vec::new();
        let mut cause = self.source();
        while let Some(error) = cause {
            details.push(error.to_string());
            cause = error.source();
        }
        ErrorReport { code: self.code().to_owned(), message: self.to_string(), hint: self.hint(), details }
    }

    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Archive(error) => archive_code(error),
            Self::File(error) => file_code(error.problem),
            Self::Cancelled => "cancelled",
        }
    }

    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Archive(error) => archive_hint(error),
            Self::File(error) => file_hint(error).map(str::to_owned),
            Self::Cancelled => None,
        }
    }
}

fn archive_code(error: &ArchiveError) -> &'static str {
    match error {
        ArchiveError::NotAnArchive { .. } => "not_an_archive",
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
        ArchiveError::PlanStale { .. } => "plan_stale",
        ArchiveError::DestinationExists { .. } => "destination_exists",
        ArchiveError::BadRunId { .. } => "bad_run_id",
        ArchiveError::RunUnreadable { .. } => "run_unreadable",
    }
}

fn archive_hint(error: &ArchiveError) -> Option<String> {
    let hint = match error {
        ArchiveError::NotAnArchive { .. } => {
            "Choose the archive's folder, or take a backup to it to make it one."
        }
        ArchiveError::AlreadyAnArchive { .. } => "Open it instead.",
        ArchiveError::MarkerBroken { .. } => {
            "Restore the file from another copy of the archive; the bundles beside it are untouched."
        }
        ArchiveError::NewerFormat { .. } => "Install the newest version of Hostkeep.",
        ArchiveError::Vanished { .. } => {
            "Connect the drive or the network share that holds the archive, then try again. To start a new archive, choose another folder."
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
