//! The archive: days, records, and what deleting would do.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use hostconfig::archive::{Record, ServerKind};
use hostconfig::verified::Verified;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{RungView, StandingView};

/// The archive at a glance.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ArchiveOverview {
    /// Its folder, to be read, not opened.
    pub(crate) path: String,
    /// Whether there is one yet; the first backup makes it.
    pub(crate) exists: bool,
    /// How many records.
    pub(crate) records: usize,
    /// The bundles' bytes.
    pub(crate) bytes: u64,
    /// The hosts that have records, by name.
    pub(crate) hosts: Vec<ArchivedHost>,
    /// The servers that they came through.
    pub(crate) servers: Vec<String>,
    /// The days on which something was saved, newest first.
    pub(crate) days: Vec<ArchiveDay>,
    /// What in the folder cannot be understood.
    pub(crate) problems: Vec<ArchiveProblem>,
    /// When it was read, local.
    pub(crate) read_at: DateTime<FixedOffset>,
}

/// A host that has records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Type)]
pub(crate) struct ArchivedHost {
    /// The host's name in its newest record.
    pub(crate) name: String,
    /// What its records are found by.
    pub(crate) identity: String,
    /// The server that its newest record came through.
    pub(crate) server: String,
    /// How many.
    pub(crate) records: usize,
}

/// A day on which something was saved.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct ArchiveDay {
    /// In the archive's folder names.
    pub(crate) date: NaiveDate,
    /// How many records.
    pub(crate) records: usize,
    /// Of how many hosts.
    pub(crate) hosts: usize,
    /// The bundles' bytes.
    pub(crate) bytes: u64,
}

/// Something in the archive's folder that cannot be understood.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct ArchiveProblem {
    /// Where.
    pub(crate) path: String,
    /// What is wrong, in plain words.
    pub(crate) reason: String,
}

/// Which records are meant; what is absent leaves nothing out.
#[derive(Debug, Clone, Deserialize, Type)]
pub(crate) struct RecordQuery {
    /// Not before this day.
    pub(crate) from: Option<NaiveDate>,
    /// Not after this day.
    pub(crate) to: Option<NaiveDate>,
    /// Of this host.
    pub(crate) identity: Option<String>,
    /// Through this server.
    pub(crate) server: Option<String>,
    /// With this text in name, version, build, notes or id.
    pub(crate) search: Option<String>,
    /// Only the pinned ones.
    pub(crate) pinned: bool,
    /// Only each host's newest.
    pub(crate) newest: bool,
}

/// What a query finds.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct RecordList {
    /// How many fit.
    pub(crate) total: usize,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// The newest of them, at most [`MAX_RECORDS`], newest first.
    pub(crate) records: Vec<RecordRow>,
}

/// So many rows are sent to the page at most.
pub(crate) const MAX_RECORDS: usize = 5_000;

/// A record as the list shows it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordRow {
    /// The record's id.
    pub(crate) id: String,
    /// The host's name.
    pub(crate) host: String,
    /// What tells the host from others.
    pub(crate) identity: String,
    /// The server's saved name, else its address.
    pub(crate) server: String,
    /// When it was taken.
    pub(crate) taken_at: DateTime<Utc>,
    /// The day in the archive's folder names.
    pub(crate) date: Option<NaiveDate>,
    /// Such as `8.0.3`.
    pub(crate) version: String,
    /// Such as `24022510`.
    pub(crate) build: String,
    /// The bundle's size.
    pub(crate) bytes: u64,
    /// The note on this bundle.
    pub(crate) note: Option<String>,
    /// The note of its run.
    pub(crate) run_note: Option<String>,
    /// Whether prune leaves it alone.
    pub(crate) pinned: bool,
    /// Whether the host has no newer one.
    pub(crate) is_newest: bool,
    /// What verifying it since the app was started has shown.
    pub(crate) verified: Option<VerifiedView>,
    /// How its settings stand to those of the host's bundle before it.
    pub(crate) standing: StandingView,
}

/// What verifying a bundle has shown.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct VerifiedView {
    /// When, local.
    pub(crate) at: DateTime<FixedOffset>,
    /// Whether it is sound.
    pub(crate) good: bool,
    /// What is wrong with it.
    pub(crate) problems: Vec<String>,
}

impl From<&Verified> for VerifiedView {
    fn from(verified: &Verified) -> Self {
        Self { at: verified.at, good: verified.is_good(), problems: verified.problems.clone() }
    }
}

/// All that a record says.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordDetails {
    /// As in the list.
    pub(crate) row: RecordRow,
    /// The hardware UUID.
    pub(crate) uuid: Option<String>,
    /// The managed object's id.
    pub(crate) moid: String,
    /// The management address.
    pub(crate) management_address: Option<String>,
    /// Who made the host.
    pub(crate) vendor: Option<String>,
    /// What it is.
    pub(crate) model: Option<String>,
    /// Such as `VMware ESXi 8.0.3 build-24022510`.
    pub(crate) product: String,
    /// The server's address.
    pub(crate) server_address: String,
    /// Whether that was a vCenter.
    pub(crate) through_vcenter: bool,
    /// The bundle's file name.
    pub(crate) file: String,
    /// Its folder, to be read, not opened.
    pub(crate) folder: String,
    /// The bundle's SHA-256.
    pub(crate) sha256: String,
    /// The release level in the bundle's manifest.
    pub(crate) release_level: Option<String>,
    /// The UUID in the bundle's manifest.
    pub(crate) manifest_uuid: Option<String>,
    /// Whether that is the host's.
    pub(crate) matches_host: Option<bool>,
    /// The certificate that the host presented when the bundle was downloaded.
    pub(crate) host_thumbprint: Option<String>,
    /// The API version that was spoken.
    pub(crate) api_version: String,
    /// The run that made it.
    pub(crate) run_id: String,
    /// The version of Hostkeep that made it.
    pub(crate) hostkeep_version: String,
    /// The ladder of proof, from the least to the most.
    pub(crate) proof: Vec<RungView>,
}

/// A bundle that was exported.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct ExportedView {
    /// The file, to be read, not opened.
    pub(crate) path: String,
    /// Its size.
    pub(crate) bytes: u64,
}

/// How far the making of a plan is.
#[derive(Debug, Clone, Copy, Serialize, Type)]
pub(crate) struct PlanProgress {
    /// Bundles read so far, to know which are good.
    pub(crate) read: usize,
}

/// What deleting would do; nothing is done yet.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlanView {
    /// For applying or dropping it.
    pub(crate) plan: u32,
    /// What goes, at most [`MAX_RECORDS`], newest first.
    pub(crate) removed: Vec<RecordRow>,
    /// How many go.
    pub(crate) removed_count: usize,
    /// Of how many hosts.
    pub(crate) removed_hosts: usize,
    /// The bundles' bytes that are freed.
    pub(crate) bytes: u64,
    /// How many stay.
    pub(crate) kept_count: usize,
    /// What stays although it was meant, or for another reason than its age, at most [`MAX_RECORDS`].
    pub(crate) kept: Vec<KeptView>,
}

/// A record that stays.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct KeptView {
    /// Which.
    pub(crate) record: RecordRow,
    /// Why, in plain words.
    pub(crate) because: String,
}

/// The folder that was chosen as the archive.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct ArchiveChosen {
    /// The folder, to be read, not opened.
    pub(crate) path: String,
    /// How many records it has.
    pub(crate) records: usize,
    /// Whether it was made just now.
    pub(crate) created: bool,
}

impl RecordRow {
    pub(crate) fn new(
        record: &Record,
        is_newest: bool,
        verified: Option<&Verified>,
        standing: StandingView,
    ) -> Self {
        Self {
            id: record.id.clone(),
            host: record.host.name.clone(),
            identity: record.host.identity.clone(),
            server: server_of(record).to_owned(),
            taken_at: record.taken_at,
            date: day_of(record),
            version: record.product.version.clone(),
            build: record.product.build.clone(),
            bytes: record.bundle.bytes,
            note: record.marks.note.clone(),
            run_note: record.note.clone(),
            pinned: record.marks.pinned,
            is_newest,
            verified: verified.map(VerifiedView::from),
            standing,
        }
    }
}

impl RecordDetails {
    pub(crate) fn new(record: &Record, row: RecordRow, proof: Vec<RungView>) -> Self {
        Self {
            row,
            uuid: record.host.uuid.clone(),
            moid: record.host.moid.clone(),
            management_address: record.host.management_address.clone(),
            vendor: record.host.vendor.clone(),
            model: record.host.model.clone(),
            product: record.product.full_name.clone(),
            server_address: record.server.address.clone(),
            through_vcenter: record.server.kind == ServerKind::Vcenter,
            file: record.bundle.file.clone(),
            folder: record.folder.display().to_string(),
            sha256: record.bundle.sha256.clone(),
            release_level: record.manifest.release_level.clone(),
            manifest_uuid: record.manifest.uuid.clone(),
            matches_host: record.manifest.matches_host,
            host_thumbprint: record.obtained.host_thumbprint.clone(),
            api_version: record.obtained.api_version.clone(),
            run_id: record.run_id.clone(),
            hostkeep_version: record.hostkeep_version.clone(),
            proof,
        }
    }
}

/// The server's saved name, else its address.
pub(crate) fn server_of(record: &Record) -> &str {
    record.server.name.as_deref().unwrap_or(&record.server.address)
}

/// The day that the record's folder is filed under: `<root>/<day>/<host>/<time>`.
pub(crate) fn day_of(record: &Record) -> Option<NaiveDate> {
    record.folder.ancestors().nth(2)?.file_name()?.to_str()?.parse().ok()
}
