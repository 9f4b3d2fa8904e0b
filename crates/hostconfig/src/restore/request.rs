//! What is asked of a restore, and what it works with.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use vsphere::host_system::{EnterMaintenanceMode, VsanMode};
use vsphere::{Credentials, Thumbprint};

use super::checks::CheckCode;
use super::progress::Watch;
use crate::ConfigDir;
use crate::archive::{Archive, Record};
use crate::audit::AuditLog;
use crate::backup::{Clock, HostRef};
use crate::inventory::ServerLogin;

/// Which bundle to which host, and how.
#[derive(Debug, Clone)]
pub struct RestoreRequest {
    /// The server that the host is reached through: its vCenter, or the host itself.
    pub server: ServerLogin,
    /// The host.
    pub host: HostRef,
    /// The bundle.
    pub bundle: BundleSource,
    /// What is chosen.
    pub options: RestoreOptions,
    /// The host's own user: for the upload through a vCenter where the host takes nothing less, and to reach the host by
    /// itself after the restore. May be what the bundle brings.
    pub host_credentials: Option<Credentials>,
    /// The host's HTTPS port where it is not 443.
    pub host_port: Option<u16>,
}

/// Where a bundle is.
#[derive(Debug, Clone)]
pub enum BundleSource {
    /// In the archive.
    Archived(Box<Record>),
    /// In a file.
    File(PathBuf),
}

/// What an admin chooses. All of it is part of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreOptions {
    /// Restore to a host of another hardware UUID or build. It does not help against another release or a damaged bundle.
    pub force: bool,
    /// Whether the host is backed up first.
    pub safety_backup: SafetyBackup,
    /// How the host enters maintenance mode.
    pub maintenance: Maintenance,
    /// Whether the host leaves maintenance mode at the end, if it was not in it before.
    pub leave_maintenance_mode: bool,
    /// Whether a vCenter that lost the host is told to connect it again: only to the certificate that it knows or that the
    /// bundle brings.
    pub reconnect: bool,
    /// After how many seconds the host is no longer waited for.
    pub return_within_seconds: u64,
}

/// Whether the host is backed up before it is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SafetyBackup {
    /// Into the archive; without it nothing is begun.
    Take,
    /// There is no way back then.
    Skip,
}

/// How a host enters maintenance mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// After how many seconds it is given up.
    pub timeout_seconds: u64,
    /// Whether a DRS cluster also moves powered-off virtual machines away.
    pub evacuate_powered_off: bool,
    /// What happens to vSAN data.
    pub vsan: VsanData,
}

/// What happens to vSAN data when a host enters maintenance mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VsanData {
    /// Every object stays accessible.
    EnsureAccessibility,
    /// All of it is moved to other hosts.
    EvacuateAllData,
    /// It stays where it is.
    NoAction,
}

/// That the plan was seen and is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The digest of the plan that was seen.
    pub digest: String,
    /// The host's name, as it was typed.
    pub host_name: String,
    /// The warnings that were ticked, each by itself.
    pub accepted: Vec<CheckCode>,
}

/// What a restore works with beside its request.
#[derive(Clone)]
pub struct RestoreContext {
    /// Where the journals are.
    pub config: ConfigDir,
    /// Where the safety backup goes.
    pub archive: Option<Archive>,
    /// Where the restore is noted.
    pub audit: AuditLog,
    /// What time it is.
    pub clock: Clock,
    /// Before the host is told to restore: takes everything back. After that: ends the watching only.
    pub cancel: CancellationToken,
    /// Is told what happens.
    pub watch: Watch,
    /// How often the server is asked.
    pub pace: Pace,
}

/// How often a server is asked whether something has happened: more and more seldom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The first pause.
    pub first: Duration,
    /// The longest one.
    pub longest: Duration,
    /// How long a host that was told to restore may go on as if nothing were.
    pub goes_down_within: Duration,
    /// How long it may take to take maintenance mode back, and a host that is back to pack its configuration.
    pub undo_within: Duration,
}

impl Default for RestoreOptions {
    /// Not forced, with a safety backup, 10 minutes to enter maintenance mode and 30 to come back.
    fn default() -> Self {
        Self {
            force: false,
            safety_backup: SafetyBackup::Take,
            maintenance: Maintenance {
                timeout_seconds: 600,
                evacuate_powered_off: false,
                vsan: VsanData::EnsureAccessibility,
            },
            leave_maintenance_mode: true,
            reconnect: true,
            return_within_seconds: 30 * 60,
        }
    }
}

impl RestoreOptions {
    pub(super) fn return_within(&self) -> Duration {
        Duration::from_secs(self.return_within_seconds)
    }
}

impl Maintenance {
    /// The call's own terms. vSAN is left out where the host has none.
    pub(super) fn call(self, has_vsan: bool) -> EnterMaintenanceMode {
        let vsan = match self.vsan {
            VsanData::EnsureAccessibility => VsanMode::EnsureAccessibility,
            VsanData::EvacuateAllData => VsanMode::EvacuateAllData,
            VsanData::NoAction => VsanMode::NoAction,
        };
        EnterMaintenanceMode {
            timeout: Some(Duration::from_secs(self.timeout_seconds)),
            evacuate_powered_off: self.evacuate_powered_off,
            vsan: has_vsan.then_some(vsan),
        }
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(250),
            longest: Duration::from_secs(2),
            goes_down_within: Duration::from_secs(10 * 60),
            undo_within: Duration::from_secs(2 * 60),
        }
    }
}

impl Pace {
    /// The pauses, each half as long again as the one before.
    pub(super) fn pauses(self) -> impl Iterator<Item = Duration> {
        std::iter::successors(Some(self.first), move |last| Some((*last * 3 / 2).min(self.longest)))
    }
}

/// The certificate that an admin named for the host, beside those that are known.
pub(super) type NamedCertificate = Option<Thumbprint>;
