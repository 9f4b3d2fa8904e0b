//! What an I/O error means.

use std::io;
use std::path::PathBuf;

use super::platform;

/// An operation on a file or folder that failed: what, on which path, and what kind of trouble it is.
#[derive(Debug, thiserror::Error)]
#[error("cannot {operation} {}: {}", .path.display(), describe(*.problem, .source))]
pub struct FileError {
    /// The operation as a verb phrase that completes "cannot …", such as `write`.
    pub operation: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// What kind of trouble it is.
    pub problem: FileProblem,
    /// What the operating system said.
    pub source: io::Error,
}

/// The kinds of trouble that call for different advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileProblem {
    /// The disk or the user's quota is full.
    NoSpace,
    /// The file system is mounted read-only or write-protected.
    ReadOnly,
    /// The operating system refuses this user.
    NotPermitted,
    /// The file or folder is not there.
    Missing,
    /// Another program has it open.
    InUse,
    /// The share or the drive behind the path went away.
    Vanished,
    /// The disk, or what leads to it, fails to read or write.
    Failing,
    /// Anything else; the operating system's own words say what.
    Other,
}

impl FileError {
    /// Names the operation (a verb phrase that completes "cannot …") and path of an I/O error and classifies it.
    pub fn new(operation: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self { operation, path: path.into(), problem: classify(&source), source }
    }

    /// Why, without the path.
    pub(crate) fn reason(&self) -> String {
        describe(self.problem, &self.source)
    }
}

impl FileProblem {
    /// A stable word for programs.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::NoSpace => "no_space",
            Self::ReadOnly => "read_only",
            Self::NotPermitted => "access_denied",
            Self::Missing => "file_missing",
            Self::InUse => "file_in_use",
            Self::Vanished => "drive_vanished",
            Self::Failing => "drive_failing",
            Self::Other => "file_failed",
        }
    }

    /// What to do next, where there is something.
    pub(crate) fn hint(self) -> Option<&'static str> {
        match self {
            Self::NoSpace => {
                Some("Free some space, or prune the archive, then try again. Nothing that was there is lost.")
            }
            Self::ReadOnly => Some("Make the drive or share writable, or choose another folder."),
            Self::NotPermitted => Some("Give this user the right to the folder, or choose another one."),
            Self::InUse => Some("Close the program that uses it, then try again."),
            Self::Vanished => Some("Connect the drive or the network share again, then try again."),
            Self::Failing => Some(
                "Look at the disk's health and at the connection to the drive or the share, then try again.",
            ),
            Self::Missing | Self::Other => None,
        }
    }
}

/// Sorts an I/O error into the kinds that call for different advice.
pub fn classify(error: &io::Error) -> FileProblem {
    if error.raw_os_error().is_some_and(platform::is_vanished) {
        return FileProblem::Vanished;
    }
    if error.raw_os_error().is_some_and(platform::is_in_use) {
        return FileProblem::InUse;
    }
    if error.raw_os_error().is_some_and(platform::is_failing) {
        return FileProblem::Failing;
    }
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => FileProblem::NoSpace,
        io::ErrorKind::ReadOnlyFilesystem => FileProblem::ReadOnly,
        io::ErrorKind::PermissionDenied => FileProblem::NotPermitted,
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileProblem::Missing,
        io::ErrorKind::ResourceBusy | io::ErrorKind::ExecutableFileBusy => FileProblem::InUse,
        io::ErrorKind::StaleNetworkFileHandle
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::TimedOut
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NotConnected => FileProblem::Vanished,
        _ => FileProblem::Other,
    }
}

fn describe(problem: FileProblem, source: &io::Error) -> String {
    match problem {
        FileProblem::NoSpace => "no space left on the disk".into(),
        FileProblem::ReadOnly => "the file system is read-only".into(),
        FileProblem::NotPermitted => "access denied".into(),
        FileProblem::Missing => "it is not there".into(),
        FileProblem::InUse => "another program is using it".into(),
        FileProblem::Vanished => "the share or drive went away".into(),
        FileProblem::Failing => format!("the disk or the way to it fails ({source})"),
        FileProblem::Other => source.to_string(),
    }
}
