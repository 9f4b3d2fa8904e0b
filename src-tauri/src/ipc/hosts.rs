//! Hosts as the grid shows them, and what is known of their backups.

use chrono::{DateTime, FixedOffset, Utc};
use hostconfig::known_hosts::{Connection, KnownHost, LockdownMode};
use hostconfig::safety::{self, HostSafety};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{CertificateView, ErrorReport, RecordRow};

/// Every host of every saved server.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HostsView {
    /// The saved servers.
    pub(crate) servers: Vec<ServerState>,
    /// Their hosts, by server, path and name.
    pub(crate) hosts: Vec<HostRow>,
    /// A good backup is fresh for so many days.
    pub(crate) stale_after_days: u32,
    /// Why nothing is known of backups: the archive cannot be read.
    pub(crate) archive_error: Option<ErrorReport>,
    /// Why it is not known which recovery keys are kept.
    pub(crate) recovery_keys_error: Option<ErrorReport>,
}

/// How it stands with reading a server.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServerState {
    /// The server's name.
    pub(crate) name: String,
    /// When its hosts were last read, local; never when absent.
    pub(crate) read_at: Option<DateTime<FixedOffset>>,
    /// Whether it is being read now.
    pub(crate) is_reading: bool,
    /// Why the last attempt failed.
    pub(crate) error: Option<ErrorReport>,
    /// What the user can do about it here.
    pub(crate) remedy: Option<Remedy>,
}

/// What helps against a server's failure.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Remedy {
    /// Give its password: none is known, or the server refuses it.
    Password,
    /// Look at the certificate and accept it.
    Certificate {
        /// What the server presented.
        certificate: CertificateView,
        /// The thumbprint that was accepted earlier.
        expected: Option<String>,
    },
}

/// A host, found again by its server's reference to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub(crate) struct HostRef {
    /// The server's name.
    pub(crate) server: String,
    /// The managed object's id, such as `host-1010`.
    pub(crate) moid: String,
    /// The host's name when it was chosen.
    pub(crate) name: String,
}

/// A host as the grid shows it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HostRow {
    /// Unique among all rows, the same after every refresh.
    pub(crate) key: String,
    /// For naming it to commands.
    pub(crate) host: HostRef,
    /// What its records are found by.
    pub(crate) identity: String,
    /// The names above it, from the outermost folder or datacenter down to its cluster.
    pub(crate) path: Vec<String>,
    /// Its datacenter.
    pub(crate) datacenter: Option<String>,
    /// Its cluster.
    pub(crate) cluster: Option<String>,
    /// Whether its server reaches it.
    pub(crate) connection: ConnectionView,
    /// Whether it is in maintenance mode.
    pub(crate) in_maintenance_mode: Option<bool>,
    /// Its hardware UUID.
    pub(crate) uuid: Option<String>,
    /// Who made it.
    pub(crate) vendor: Option<String>,
    /// What it is.
    pub(crate) model: Option<String>,
    /// Such as `8.0.3`.
    pub(crate) version: Option<String>,
    /// Such as `24022510`.
    pub(crate) build: Option<String>,
    /// Its first management address.
    pub(crate) address: Option<String>,
    /// Whether root may use it directly.
    pub(crate) lockdown: Option<LockdownView>,
    /// Whether its configuration is sealed by its TPM.
    pub(crate) sealed_by_tpm: Option<bool>,
    /// When its recovery key was kept last; none where none is.
    pub(crate) recovery_key_kept_at: Option<DateTime<FixedOffset>>,
    /// When it last booted.
    pub(crate) boot_time: Option<DateTime<Utc>>,
    /// Whether it is safe.
    pub(crate) safety: SafetyView,
    /// The last good bundle.
    pub(crate) last_good: Option<GoodBackup>,
    /// The last time that somebody tried.
    pub(crate) last_attempt: Option<Attempt>,
}

/// `HostSystemConnectionState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ConnectionView {
    /// The server reaches it.
    Connected,
    /// An admin has disconnected it.
    Disconnected,
    /// It does not answer the server.
    NotResponding,
}

/// `HostLockdownMode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum LockdownView {
    /// Direct access is allowed.
    Disabled,
    /// Only users on the exception list get in directly.
    Normal,
    /// As normal, and the console is closed too.
    Strict,
}

/// Whether a host is safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum SafetyView {
    /// Its last good bundle is young enough.
    Fresh,
    /// Its last good bundle is too old.
    Stale,
    /// The last attempt failed.
    Failing,
    /// It has no good bundle.
    Never,
    /// It cannot be backed up.
    NotSupported,
    /// The archive cannot be read.
    Unknown,
}

/// A host's last good bundle.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GoodBackup {
    /// The record's id.
    pub(crate) record: String,
    /// When it was taken.
    pub(crate) taken_at: DateTime<Utc>,
}

/// One time that somebody tried to back up a host.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attempt {
    /// In which run.
    pub(crate) run_id: String,
    /// When the run began, local.
    pub(crate) at: DateTime<FixedOffset>,
    /// What came of it.
    pub(crate) result: ResultView,
    /// Why it failed.
    pub(crate) error: Option<ErrorReport>,
}

/// What came of one host of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ResultView {
    /// Its bundle is in the archive.
    Saved,
    /// Nothing of it is in the archive.
    Failed,
    /// It was cancelled before it was done.
    Cancelled,
}

/// What a host went through.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct HostHistory {
    /// Its records, newest first.
    pub(crate) records: Vec<RecordRow>,
    /// The attempts that left no record, newest first.
    pub(crate) attempts: Vec<Attempt>,
}

/// What a list of names comes to.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct HostMatch {
    /// The file's name, where it was one.
    pub(crate) source: Option<String>,
    /// The keys of the hosts that are meant.
    pub(crate) matched: Vec<String>,
    /// One sentence for each name that means no host.
    pub(crate) unknown: Vec<String>,
}

impl HostRow {
    pub(crate) fn new(
        known: &KnownHost,
        safety: HostSafety,
        recovery_key_kept_at: Option<DateTime<FixedOffset>>,
    ) -> Self {
        let KnownHost { server, moid, name, .. } = known.clone();
        Self {
            key: format!("{server}/{moid}"),
            host: HostRef { server, moid, name },
            identity: known.identity.clone(),
            path: known.path.clone(),
            datacenter: known.datacenter.clone(),
            cluster: known.cluster.clone(),
            connection: match known.connection {
                Connection::Connected => ConnectionView::Connected,
                Connection::Disconnected => ConnectionView::Disconnected,
                Connection::NotResponding => ConnectionView::NotResponding,
            },
            in_maintenance_mode: known.in_maintenance_mode,
            uuid: known.uuid.clone(),
            vendor: known.vendor.clone(),
            model: known.model.clone(),
            version: known.version.clone(),
            build: known.build.clone(),
            address: known.address.clone(),
            lockdown: known.lockdown.map(|lockdown| match lockdown {
                LockdownMode::Disabled => LockdownView::Disabled,
                LockdownMode::Normal => LockdownView::Normal,
                LockdownMode::Strict => LockdownView::Strict,
            }),
            sealed_by_tpm: known.sealed_by_tpm,
            recovery_key_kept_at,
            boot_time: known.boot_time,
            safety: match safety.safety {
                safety::Safety::Fresh => SafetyView::Fresh,
                safety::Safety::Stale => SafetyView::Stale,
                safety::Safety::Failing => SafetyView::Failing,
                safety::Safety::Never => SafetyView::Never,
                safety::Safety::NotSupported => SafetyView::NotSupported,
                safety::Safety::Unknown => SafetyView::Unknown,
            },
            last_good: safety
                .last_good
                .map(|good| GoodBackup { record: good.record, taken_at: good.taken_at }),
            last_attempt: safety.last_attempt.map(Attempt::from),
        }
    }
}

impl From<safety::Attempt> for Attempt {
    fn from(attempt: safety::Attempt) -> Self {
        Self {
            run_id: attempt.run_id,
            at: attempt.at,
            result: match attempt.result {
                safety::AttemptResult::Saved => ResultView::Saved,
                safety::AttemptResult::Failed => ResultView::Failed,
                safety::AttemptResult::Cancelled => ResultView::Cancelled,
            },
            error: attempt.error.map(ErrorReport::from),
        }
    }
}

impl From<HostRef> for hostconfig::backup::HostRef {
    fn from(host: HostRef) -> Self {
        let HostRef { server, moid, name } = host;
        Self { server, moid, name }
    }
}
