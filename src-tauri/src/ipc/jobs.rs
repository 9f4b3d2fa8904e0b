//! Jobs: what runs in the background, and the one channel over which the page hears of it.

use chrono::{DateTime, FixedOffset};
use hostconfig::archive::Record;
use serde::Serialize;
use specta::Type;

use super::{ErrorReport, HostRef, RestoreProgress, server_of};

/// What the page hears. The first message is a snapshot; whoever applies the others to it knows everything.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Message {
    /// All there is.
    Snapshot {
        /// Every job, oldest first.
        jobs: Vec<Job>,
        /// Whether the user was asked what closing the window should do, and has not answered.
        close_asked: bool,
    },
    /// What changed since the last message, at most ten times a second.
    Jobs {
        /// New or changed jobs.
        jobs: Vec<JobHead>,
        /// Changed items. One whose index is the number of items so far is a new one.
        items: Vec<ItemChange>,
    },
    /// A finished job was removed from the list.
    JobRemoved {
        /// Which.
        job: u32,
    },
    /// Hosts or what is known of their backups changed.
    HostsChanged,
    /// The archive changed.
    ArchiveChanged,
    /// Settings or servers changed.
    SettingsChanged,
    /// The settings of older bundles are being read, to know when they changed.
    SettingsRead {
        /// So many bundles are left.
        left: usize,
    },
    /// A restore was begun, went on, ended or was looked after.
    RestoresChanged,
    /// A file was dropped on the window, to be restored.
    BundleDropped {
        /// What the shell calls it.
        file: u32,
    },
    /// What was dropped on the window is nothing to restore.
    DropRefused {
        /// Why.
        error: ErrorReport,
    },
    /// The user closed the window while jobs run: what now?
    CloseAsked,
}

/// A job with everything in it.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct Job {
    /// What is said of it as a whole.
    pub(crate) head: JobHead,
    /// What it does one by one.
    pub(crate) items: Vec<JobItem>,
}

/// A job as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobHead {
    /// Counts up from 1 for as long as the app lives.
    pub(crate) id: u32,
    /// What it does.
    pub(crate) kind: JobKind,
    /// Such as `Back up 140 hosts`.
    pub(crate) title: String,
    /// The admin's note.
    pub(crate) note: Option<String>,
    /// How far it is.
    pub(crate) state: JobState,
    /// When it began, local.
    pub(crate) started_at: DateTime<FixedOffset>,
    /// When it ended, local.
    pub(crate) finished_at: Option<DateTime<FixedOffset>>,
    /// How many items it has; 0 until it knows.
    pub(crate) total: usize,
    /// How many are done, one way or another.
    pub(crate) done: usize,
    /// How many of these failed or are damaged.
    pub(crate) failed: usize,
    /// How many of these were cancelled.
    pub(crate) cancelled: usize,
    /// Bytes received, read or freed so far.
    pub(crate) bytes: u64,
    /// All bytes, where that is known.
    pub(crate) total_bytes: Option<u64>,
    /// An estimate, once there is ground for one.
    pub(crate) seconds_left: Option<u32>,
    /// The run in the archive that it ended with.
    pub(crate) run_id: Option<String>,
    /// How far a restore is, where it is one.
    pub(crate) restore: Option<Box<RestoreProgress>>,
    /// Why the job as a whole could do nothing, or what else went wrong beside its items.
    pub(crate) error: Option<ErrorReport>,
    /// What an admin should know all the same.
    pub(crate) warnings: Vec<String>,
}

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum JobKind {
    /// Backs up hosts; its items are hosts.
    Backup,
    /// Verifies bundles; its items are records.
    Verify,
    /// Deletes bundles from the archive; its items are records.
    Delete,
    /// Restores a bundle to a host, or goes on with that; it has steps instead of items.
    Restore,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum JobState {
    /// Under way.
    Running,
    /// The user cancelled it; what is under way is being ended.
    Cancelling,
    /// Went through to its end; items may have failed.
    Done,
    /// Ended because the user cancelled it.
    Cancelled,
    /// Could do nothing.
    Failed,
}

/// One host or one record of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobItem {
    /// The host's name.
    pub(crate) name: String,
    /// The server that it is reached through.
    pub(crate) server: Option<String>,
    /// The host, for trying again; none where the name fits no host.
    pub(crate) host: Option<HostRef>,
    /// How far it is.
    pub(crate) step: Step,
    /// Bytes received, read or freed so far.
    pub(crate) bytes: u64,
    /// Of so many, where that is known.
    pub(crate) total_bytes: Option<u64>,
    /// The record that it makes, reads or deletes.
    pub(crate) record: Option<String>,
    /// What an admin should know all the same; what is wrong with a damaged bundle.
    pub(crate) warnings: Vec<String>,
    /// Why it failed.
    pub(crate) error: Option<ErrorReport>,
}

/// How far one item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Step {
    /// For its turn.
    Waiting,
    /// The host packs its configuration.
    Packing,
    /// The bundle arrives.
    Downloading,
    /// The bundle is in the archive.
    Saved,
    /// Nothing of it is in the archive.
    Failed,
    /// It was cancelled before it was done.
    Cancelled,
    /// The bundle is sound.
    Good,
    /// It is not.
    Damaged,
    /// It is not in the archive any more.
    Deleted,
}

/// A changed item of a job.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct ItemChange {
    /// Of which job.
    pub(crate) job: u32,
    /// Which.
    pub(crate) index: usize,
    /// What it is now.
    pub(crate) item: JobItem,
}

impl JobItem {
    /// A host of this name, of which nothing has happened yet.
    pub(crate) fn waiting(name: &str, server: Option<&str>) -> Self {
        Self {
            name: name.to_owned(),
            server: server.map(str::to_owned),
            host: None,
            step: Step::Waiting,
            bytes: 0,
            total_bytes: None,
            record: None,
            warnings: Vec::new(),
            error: None,
        }
    }

    /// A record, to which nothing has happened yet.
    pub(crate) fn of_record(record: &Record) -> Self {
        let id = Some(record.id.clone());
        Self { record: id, ..Self::waiting(&record.host.name, Some(server_of(record))) }
    }
}

impl Step {
    /// Whether nothing more will happen to the item.
    pub(crate) fn is_end(self) -> bool {
        !matches!(self, Self::Waiting | Self::Packing | Self::Downloading)
    }

    /// Whether it ended badly.
    pub(crate) fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::Damaged)
    }
}

impl JobState {
    /// Whether the job is over.
    pub(crate) fn is_end(self) -> bool {
        !matches!(self, Self::Running | Self::Cancelling)
    }
}
