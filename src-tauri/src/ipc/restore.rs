//! Restoring: which bundle, the plan, and consent to it. The request itself stays in the shell.

use chrono::{DateTime, FixedOffset, Utc};
use hostconfig::restore::{
    BundleFacts, BundleOrigin, CheckCode, Maintenance, RestoreOptions, RestorePlan, SafetyBackup, Verdict,
    VsanData,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{HostRef, RestoreStep};

/// Which bundle is meant. The page never gives a path.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum BundleChoice {
    /// In the archive.
    Record {
        /// The record's id.
        id: String,
    },
    /// A file that was picked in the native dialog or dropped on the window.
    File {
        /// What the shell calls it.
        file: u32,
    },
}

/// A bundle, before any host is asked.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BundleView {
    /// The file's name.
    pub(crate) name: String,
    /// Its folder, to be read, not opened.
    pub(crate) folder: String,
    /// The record in the archive.
    pub(crate) record: Option<String>,
    /// The host that it was taken of, where a record says so.
    pub(crate) host: Option<String>,
    /// Its size.
    pub(crate) bytes: u64,
    /// Its SHA-256.
    pub(crate) sha256: String,
    /// When it was taken, where that is known.
    pub(crate) taken_at: Option<DateTime<Utc>>,
    /// The release level in its manifest.
    pub(crate) release_level: Option<String>,
    /// The hardware UUID in its manifest.
    pub(crate) uuid: Option<String>,
    /// The keys of the hosts with this hardware UUID, as they were last read.
    pub(crate) fits: Vec<String>,
}

/// What is asked of a plan.
#[derive(Debug, Clone, Deserialize, Type)]
pub(crate) struct RestoreInput {
    /// The bundle.
    pub(crate) bundle: BundleChoice,
    /// The host.
    pub(crate) host: HostRef,
    /// What is chosen.
    pub(crate) options: RestoreChoices,
}

/// What an admin chooses.
#[expect(clippy::struct_excessive_bools, reason = "independent choices")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RestoreChoices {
    /// Also to a host of another hardware UUID or build.
    pub(crate) force: bool,
    /// Whether the host is backed up first.
    pub(crate) safety_backup: bool,
    /// After how many seconds entering maintenance mode is given up.
    pub(crate) maintenance_timeout_seconds: u64,
    /// Whether DRS also moves powered-off virtual machines away.
    pub(crate) evacuate_powered_off: bool,
    /// What happens to vSAN data.
    pub(crate) vsan: VsanChoice,
    /// Whether the host leaves maintenance mode at the end, if it was not in it before.
    pub(crate) leave_maintenance_mode: bool,
    /// Whether a vCenter that lost the host is told to connect it again.
    pub(crate) reconnect: bool,
    /// After how many seconds the host is no longer waited for.
    pub(crate) return_within_seconds: u64,
}

/// What happens to vSAN data when a host enters maintenance mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum VsanChoice {
    /// Every object stays accessible.
    EnsureAccessibility,
    /// All of it is moved to other hosts.
    EvacuateAllData,
    /// It stays where it is.
    NoAction,
}

/// What would happen. The page consents to it by its number and digest.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RestorePlanView {
    /// For consenting to it.
    pub(crate) plan: u32,
    /// Stands for everything in it.
    pub(crate) digest: String,
    /// The host.
    pub(crate) host: HostRef,
    /// Such as `8.0.3`.
    pub(crate) version: Option<String>,
    /// Such as `24022510`.
    pub(crate) build: Option<String>,
    /// Its management addresses now.
    pub(crate) addresses: Vec<String>,
    /// The address that the bundle brings, where that can be read.
    pub(crate) brings_address: Option<String>,
    /// Everything that was looked at.
    pub(crate) checks: Vec<CheckView>,
    /// What would be done, in this order.
    pub(crate) steps: Vec<PlannedStepView>,
    /// When it was made, local.
    pub(crate) made_at: DateTime<FixedOffset>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckView {
    /// A warning is accepted by it.
    pub(crate) code: String,
    /// What it means.
    pub(crate) verdict: VerdictView,
    /// What was looked at.
    pub(crate) about: String,
    /// What was found.
    pub(crate) reason: String,
    /// What to do about it.
    pub(crate) what_next: Option<String>,
}

/// What a check means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum VerdictView {
    /// As it should be.
    Fine,
    /// To be accepted.
    Warning,
    /// Nothing is restored as long as it is so.
    Blocker,
}

/// A step of a plan.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlannedStepView {
    /// Which.
    pub(crate) step: RestoreStep,
    /// What would be done.
    pub(crate) about: String,
}

/// That the plan was seen and is wanted.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RestoreConsent {
    /// The plan.
    pub(crate) plan: u32,
    /// The digest of the plan that was shown.
    pub(crate) digest: String,
    /// The host's name, as it was typed.
    pub(crate) host_name: String,
    /// The codes of the warnings that were ticked.
    pub(crate) accepted: Vec<String>,
    /// The host's own user, where it was given.
    pub(crate) host_user: Option<HostUser>,
}

/// A user of the host itself. Kept no longer than the restore goes on, unless it is to be remembered.
#[derive(Debug, Clone, Deserialize, Type)]
pub(crate) struct HostUser {
    /// Such as `root`.
    pub(crate) user: String,
    /// Never sent back; none for the one that is remembered.
    #[specta(type = Option<String>)]
    pub(crate) password: Option<SecretString>,
    /// Whether the keyring keeps it for the next time.
    pub(crate) remember: bool,
}

impl BundleView {
    pub(crate) fn new(facts: BundleFacts, host: Option<String>, fits: Vec<String>) -> Self {
        let BundleFacts { origin, release_level, uuid } = facts;
        let BundleOrigin { record, path, sha256, bytes, taken_at } = origin;
        let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
        let folder = text(path.parent().map(std::path::Path::as_os_str));
        Self {
            name: text(path.file_name()),
            folder,
            record,
            host,
            bytes,
            sha256,
            taken_at,
            release_level,
            uuid,
            fits,
        }
    }
}

impl RestorePlanView {
    pub(crate) fn new(id: u32, plan: &RestorePlan, server: String, made_at: DateTime<FixedOffset>) -> Self {
        Self {
            plan: id,
            digest: plan.digest.clone(),
            host: HostRef { server, moid: plan.host.moid.clone(), name: plan.host.name.clone() },
            version: plan.before.version.clone(),
            build: plan.before.build.clone(),
            addresses: plan.before.addresses.clone(),
            brings_address: plan.brings.address.clone(),
            checks: plan.checks.iter().map(CheckView::from).collect(),
            steps: plan
                .steps
                .iter()
                .map(|planned| PlannedStepView { step: planned.step.into(), about: planned.about.clone() })
                .collect(),
            made_at,
        }
    }
}

impl From<&hostconfig::restore::Check> for CheckView {
    fn from(check: &hostconfig::restore::Check) -> Self {
        Self {
            code: check.code.as_str().to_owned(),
            verdict: match check.verdict {
                Verdict::Fine => VerdictView::Fine,
                Verdict::Warning => VerdictView::Warning,
                Verdict::Blocker => VerdictView::Blocker,
            },
            about: check.about.clone(),
            reason: check.reason.clone(),
            what_next: check.what_next.clone(),
        }
    }
}

impl RestoreConsent {
    /// The warnings that were ticked. Words that are no warning's tick nothing.
    pub(crate) fn accepted(&self) -> Vec<CheckCode> {
        let is_ticked = |code: &CheckCode| self.accepted.iter().any(|word| word == code.as_str());
        CheckCode::ALL.iter().copied().filter(is_ticked).collect()
    }
}

impl From<RestoreChoices> for RestoreOptions {
    fn from(choices: RestoreChoices) -> Self {
        Self {
            force: choices.force,
            safety_backup: if choices.safety_backup { SafetyBackup::Take } else { SafetyBackup::Skip },
            maintenance: Maintenance {
                timeout_seconds: choices.maintenance_timeout_seconds,
                evacuate_powered_off: choices.evacuate_powered_off,
                vsan: match choices.vsan {
                    VsanChoice::EnsureAccessibility => VsanData::EnsureAccessibility,
                    VsanChoice::EvacuateAllData => VsanData::EvacuateAllData,
                    VsanChoice::NoAction => VsanData::NoAction,
                },
            },
            leave_maintenance_mode: choices.leave_maintenance_mode,
            reconnect: choices.reconnect,
            return_within_seconds: choices.return_within_seconds,
        }
    }
}

impl From<RestoreOptions> for RestoreChoices {
    fn from(options: RestoreOptions) -> Self {
        Self {
            force: options.force,
            safety_backup: options.safety_backup == SafetyBackup::Take,
            maintenance_timeout_seconds: options.maintenance.timeout_seconds,
            evacuate_powered_off: options.maintenance.evacuate_powered_off,
            vsan: match options.maintenance.vsan {
                VsanData::EnsureAccessibility => VsanChoice::EnsureAccessibility,
                VsanData::EvacuateAllData => VsanChoice::EvacuateAllData,
                VsanData::NoAction => VsanChoice::NoAction,
            },
            leave_maintenance_mode: options.leave_maintenance_mode,
            reconnect: options.reconnect,
            return_within_seconds: options.return_within_seconds,
        }
    }
}
