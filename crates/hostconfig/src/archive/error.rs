//! What can be wrong with an archive.

use std::path::PathBuf;

use super::{ARCHIVE_FORMAT, LockHolder, MARKER_FILE, MARKS_FORMAT, Problem};

/// What is wrong with an archive, or with what was asked of it.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// There is no such folder.
    #[error("there is no folder {}", .path.display())]
    NoFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The folder has no marker.
    #[error("{} is not a Hostkeep archive: it has no {MARKER_FILE}", .path.display())]
    NotAnArchive {
        /// The folder.
        path: PathBuf,
    },
    /// The folder that an archive's folder is to be made in is not there.
    #[error("no archive can be made in {}: it is not there", .parent.display())]
    ParentMissing {
        /// The parent folder.
        parent: PathBuf,
    },
    /// Creating an archive where there is one.
    #[error("{} is a Hostkeep archive already", .path.display())]
    AlreadyAnArchive {
        /// The folder.
        path: PathBuf,
    },
    /// The marker cannot be understood.
    #[error("{} is broken: {reason}", .path.display())]
    MarkerBroken {
        /// The marker file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The archive was made by a newer version.
    #[error("the archive {} has format {format}, and this version of Hostkeep knows {ARCHIVE_FORMAT}", .path.display())]
    NewerFormat {
        /// The folder.
        path: PathBuf,
        /// Its format.
        format: u32,
    },
    /// An archive that was used before is not where it was: its share or drive is probably not mounted.
    #[error("the archive {} is gone: its {MARKER_FILE} is not there any more", .path.display())]
    Vanished {
        /// The folder.
        path: PathBuf,
    },
    /// Another archive lies where one that was used before is expected.
    #[error("{} holds another archive (id {found}) than the one used before (id {expected})", .path.display())]
    OtherArchive {
        /// The folder.
        path: PathBuf,
        /// The id used before.
        expected: String,
        /// The id found.
        found: String,
    },
    /// Another program is writing to the archive.
    #[error("the archive {} is in use{}", .path.display(), .holder.as_ref().map(|h| format!(" by {h}")).unwrap_or_default())]
    Locked {
        /// The folder.
        path: PathBuf,
        /// Who holds it, when that could be read.
        holder: Option<Box<LockHolder>>,
    },
    /// The file system cannot lock files.
    #[error("the file system of {} does not support locks", .path.display())]
    LockUnsupported {
        /// The lock file.
        path: PathBuf,
    },
    /// No record has the id asked for.
    #[error("the archive has no record {asked}{}", as_far_as_known(*.unreadable))]
    RecordNotFound {
        /// The id or prefix asked for.
        asked: String,
        /// How many folders could not be read, in which it may be.
        unreadable: usize,
    },
    /// Several records' ids begin with what was asked for.
    #[error("{asked} could be any of {} records: {}", .candidates.len(), some_of(.candidates))]
    RecordAmbiguous {
        /// The prefix asked for.
        asked: String,
        /// The ids that begin with it.
        candidates: Vec<String>,
    },
    /// The file in staging is not as long as what was downloaded.
    #[error("the bundle {} has {found} bytes on the disk, but {expected} were downloaded", .path.display())]
    StagedSizeDiffers {
        /// The file.
        path: PathBuf,
        /// The bytes downloaded.
        expected: u64,
        /// The bytes found.
        found: u64,
    },
    /// Keeping no record of a host at all was asked for.
    #[error("at least one backup of each host must be kept")]
    KeepLastZero,
    /// The archive changed after the plan was made.
    #[error("the archive {} changed after the plan was made: {reason}", .path.display())]
    PlanStale {
        /// The archive's folder.
        path: PathBuf,
        /// What changed.
        reason: String,
    },
    /// Export would overwrite a file.
    #[error("{} exists already", .path.display())]
    DestinationExists {
        /// The file.
        path: PathBuf,
    },
    /// Export would write where it must not.
    #[error("nothing can be exported to {}: {reason}", .path.display())]
    BadDestination {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: &'static str,
    },
    /// The bundle is not what the record says, so it was not exported.
    #[error("the bundle of record {id} is damaged: {problem}")]
    Damaged {
        /// The record's id.
        id: String,
        /// In which way.
        #[source]
        problem: Box<Problem>,
    },
    /// A note cannot be kept.
    #[error("the note cannot be kept: {reason}")]
    BadNote {
        /// Why.
        reason: &'static str,
    },
    /// A record's marks were made by a newer version.
    #[error("{} has format {format}, and this version of Hostkeep knows {MARKS_FORMAT}", .path.display())]
    MarksTooNew {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
    },
    /// A run's id has characters that no run id has.
    #[error("{id:?} is not a run id")]
    BadRunId {
        /// What was asked for.
        id: String,
    },
    /// There is no report of the run, or it cannot be understood.
    #[error("the report of run {id} cannot be read: {reason}")]
    RunUnreadable {
        /// The run's id.
        id: String,
        /// Why.
        reason: String,
    },
}

impl ArchiveError {
    /// A stable word for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NoFolder { .. } => "archive_missing",
            Self::NotAnArchive { .. } => "not_an_archive",
            Self::ParentMissing { .. } => "archive_parent_missing",
            Self::AlreadyAnArchive { .. } => "already_an_archive",
            Self::MarkerBroken { .. } => "archive_broken",
            Self::NewerFormat { .. } => "archive_too_new",
            Self::Vanished { .. } => "archive_vanished",
            Self::OtherArchive { .. } => "archive_replaced",
            Self::Locked { .. } => "archive_locked",
            Self::LockUnsupported { .. } => "lock_unsupported",
            Self::RecordNotFound { .. } => "record_not_found",
            Self::RecordAmbiguous { .. } => "record_ambiguous",
            Self::StagedSizeDiffers { .. } => "bundle_incomplete",
            Self::KeepLastZero => "keep_last_zero",
            Self::BadNote { .. } => "bad_note",
            Self::MarksTooNew { .. } => "marks_too_new",
            Self::PlanStale { .. } => "plan_stale",
            Self::DestinationExists { .. } => "destination_exists",
            Self::BadDestination { .. } => "bad_destination",
            Self::Damaged { .. } => "bundle_damaged",
            Self::BadRunId { .. } => "bad_run_id",
            Self::RunUnreadable { .. } => "run_unreadable",
        }
    }

    /// What to do next, where there is something.
    pub(crate) fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoFolder { .. } => "Check the folder's name, or take a backup to make a new archive.",
            Self::NotAnArchive { .. } => {
                "Choose the archive's folder, or take a backup to it to make it one."
            }
            Self::ParentMissing { .. } => {
                "Connect the drive or the network share that it should be on, or make that folder first."
            }
            Self::AlreadyAnArchive { .. } => "Open it instead.",
            Self::MarkerBroken { .. } => {
                "Restore the file from another copy of the archive; the bundles beside it are untouched."
            }
            Self::NewerFormat { .. } => "Install the newest version of Hostkeep.",
            Self::Vanished { .. } => {
                "Connect the drive or the network share that holds the archive, then try again. To start a new archive, choose another folder, or remove this one from archives_used in settings.json."
            }
            Self::OtherArchive { .. } => {
                "Check that the right drive or share is connected. If this archive is the right one, choose it in the settings."
            }
            Self::Locked { .. } => "Wait until the other run has finished, then try again.",
            Self::LockUnsupported { .. } => {
                "Put the archive on a local disk or on an SMB or NFS share with locking."
            }
            Self::RecordNotFound { .. } => "List the archive to see the ids.",
            Self::RecordAmbiguous { .. } => "Give more characters of the id.",
            Self::StagedSizeDiffers { .. } => "Nothing was added to the archive. Take the backup again.",
            Self::KeepLastZero => "Keep one or more.",
            Self::PlanStale { .. } => "Nothing was removed. Make the plan again and look at it.",
            Self::DestinationExists { .. } => "Choose another name, or allow overwriting.",
            Self::BadDestination { .. } => "Choose a file in a folder outside of the archive.",
            Self::Damaged { .. } => "Verify the archive, and use another backup of the host.",
            Self::BadNote { .. } => "Nothing was changed. Correct it and try again.",
            Self::MarksTooNew { .. } => "Install the newest version of Hostkeep. The file was left as it is.",
            Self::BadRunId { .. } | Self::RunUnreadable { .. } => return None,
        };
        Some(hint.to_owned())
    }
}

fn as_far_as_known(unreadable: usize) -> String {
    match unreadable {
        0 => String::new(),
        1 => ", as far as can be told: a folder in it cannot be read".to_owned(),
        _ => format!(", as far as can be told: {unreadable} folders in it cannot be read"),
    }
}

fn some_of(candidates: &[String]) -> String {
    let mut text = candidates.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
    if candidates.len() > 5 {
        text.push_str(", …");
    }
    text
}
