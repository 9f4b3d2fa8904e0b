//! What changed when, and how far a bundle is proven.

use chrono::{DateTime, NaiveDate, Utc};
use hostconfig::archive::{HostChange, Proof, Proven, Standing};
use hostconfig::bundle::Group;
use serde::Serialize;
use specta::Type;

use crate::ipc::ErrorReport;

/// So many objects are named of one of a host's changes.
const MOST_OBJECTS: usize = 20;

/// How a backup's settings stand to those of the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum StandingView {
    /// The first backup of the host.
    First,
    /// They differ.
    Changed {
        /// The id of the record before.
        previous: String,
    },
    /// They are the same.
    Unchanged {
        /// The oldest backup that has them.
        since: DateTime<Utc>,
    },
    /// The bundle is sealed, or cannot be read.
    Unreadable,
    /// Nobody has looked yet.
    Unknown,
}

/// How a record's settings stand to those of the host's bundle before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub(crate) struct RecordStanding {
    /// The record's id.
    pub(crate) record: String,
    /// How they stand.
    pub(crate) standing: StandingView,
}

/// On which days settings changed, as far as that is known.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct ChangedDays {
    /// Newest first; a day on which nothing changed is not among them.
    pub(crate) days: Vec<ChangedDay>,
    /// How many bundles have not been read yet.
    pub(crate) unread: usize,
    /// Whether that is being done.
    pub(crate) reading: bool,
}

/// A day on which settings changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub(crate) struct ChangedDay {
    /// In the archive's folder names.
    pub(crate) date: NaiveDate,
    /// How many backups of it have other settings than the one before.
    pub(crate) changed: usize,
}

/// What changed between two backups of a host that follow each other.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HostChangeView {
    /// The id of the record before; none for the host's first.
    pub(crate) previous: Option<String>,
    /// The id of the record that has the change.
    pub(crate) record: String,
    /// When that was taken.
    pub(crate) taken_at: DateTime<Utc>,
    /// How many settings changed.
    pub(crate) changes: usize,
    /// What they are settings of, or their section where that is the host itself; at most 20.
    pub(crate) objects: Vec<String>,
    /// How many of these there are.
    pub(crate) objects_count: usize,
    /// Why it is not known.
    pub(crate) unreadable: Option<ErrorReport>,
}

/// A rung of the ladder of proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub(crate) struct RungView {
    /// In a few words, such as `hash on record`.
    pub(crate) title: String,
    /// Whether it is proven.
    pub(crate) state: RungState,
    /// Why it is not.
    pub(crate) reason: Option<String>,
}

/// Whether a rung is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum RungState {
    /// It is.
    Proven,
    /// It is not so.
    Refuted,
    /// It cannot be told, or nobody has looked.
    Unknown,
}

impl From<HostChange> for HostChangeView {
    fn from(change: HostChange) -> Self {
        let object = |group: &Group| match group.object.as_str() {
            "" => group.section.title().to_owned(),
            object => object.to_owned(),
        };
        let mut objects: Vec<String> = change.groups.iter().map(object).collect();
        objects.dedup();
        Self {
            previous: change.previous,
            record: change.record,
            taken_at: change.taken_at,
            changes: change.groups.iter().map(|group| group.changes.len()).sum(),
            objects_count: objects.len(),
            objects: objects.into_iter().take(MOST_OBJECTS).collect(),
            unreadable: change.unreadable.map(ErrorReport::from),
        }
    }
}

impl RungView {
    pub(crate) fn all(proof: &Proof) -> Vec<Self> {
        let rung = |step: &hostconfig::archive::Step| {
            let (state, reason) = match &step.proven {
                Proven::Yes => (RungState::Proven, None),
                Proven::No { reason } => (RungState::Refuted, Some(reason.clone())),
                Proven::Unknown { reason } => (RungState::Unknown, Some(reason.clone())),
            };
            Self { title: step.rung.title().to_owned(), state, reason }
        };
        proof.rungs.iter().map(rung).collect()
    }
}

impl From<&Standing> for StandingView {
    fn from(standing: &Standing) -> Self {
        match standing {
            Standing::First => Self::First,
            Standing::Changed { previous } => Self::Changed { previous: previous.clone() },
            Standing::Unchanged { since } => Self::Unchanged { since: *since },
            Standing::Unreadable => Self::Unreadable,
            Standing::Unknown => Self::Unknown,
        }
    }
}
