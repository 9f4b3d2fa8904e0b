//! What is looked at before a restore, and what it means. Pure: facts in, verdicts out.

use std::fmt;

use serde::{Deserialize, Serialize};
use vsphere::inventory::{ConnectionState, HostSystem, Lockdown};
use vsphere::{Drs, Surroundings};

use super::journal::Unreadable;
use super::request::{RestoreOptions, SafetyBackup};
use super::source::Bundle;
use crate::bundle::{Sealing, normal_uuid, uuid_matches};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// A stable word for it; a warning is accepted by it.
    pub code: CheckCode,
    /// What it means.
    pub verdict: Verdict,
    /// What was looked at, in a word or two.
    pub about: String,
    /// What was found, in a sentence.
    pub reason: String,
    /// What to do about it, where there is something.
    pub what_next: Option<String>,
}

/// What a check means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Fine,
    /// To be accepted by an admin.
    Warning,
    /// Nothing is restored as long as it is so.
    Blocker,
}

macro_rules! codes {
    ($($name:ident $word:literal $about:literal,)*) => {
        /// What is looked at.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[expect(missing_docs, reason = "the title of each is what it is about")]
        pub enum CheckCode { $($name,)* }

        impl CheckCode {
            /// All of them, in the order in which they are shown.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// As plans name it and `--accept` takes it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            fn about(self) -> &'static str {
                match self { $(Self::$name => $about,)* }
            }
        }
    };
}

codes! {
    BundleSound "bundle_sound" "Bundle",
    Connection "connection" "Connection",
    ManagedBy "managed_by" "vCenter",
    FirmwareSystem "firmware_system" "Firmware system",
    Release "release" "Release",
    Build "build" "Build",
    Uuid "uuid" "Hardware UUID",
    Force "force" "Force",
    Sealed "sealed" "TPM",
    MaintenanceMode "maintenance_mode" "Maintenance mode",
    PoweredOnVms "powered_on_vms" "Virtual machines",
    Vsan "vsan" "vSAN",
    DistributedSwitches "distributed_switches" "Distributed switches",
    Lockdown "lockdown" "Lockdown mode",
    ManagementAddress "management_address" "Management address",
    Certificate "certificate" "Certificate",
    RootPassword "root_password" "Root's password",
    SafetyBackup "safety_backup" "Safety backup",
    UnderWay "under_way" "Other restores",
    Unfinished "unfinished" "Earlier restores",
}

impl fmt::Display for CheckCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is known when a plan is made.
pub(super) struct Facts<'a> {
    pub(super) host: &'a HostSystem,
    pub(super) around: &'a Surroundings,
    /// Connected to the host itself.
    pub(super) is_direct: bool,
    pub(super) bundle: &'a Bundle,
    pub(super) options: &'a RestoreOptions,
    pub(super) has_archive: bool,
    pub(super) is_under_way: bool,
    /// The ids of this host's restores that are open.
    pub(super) unfinished: &'a [String],
    /// Journals of whatever host that cannot be understood.
    pub(super) unreadable: &'a [Unreadable],
}

/// All checks, in the order of [`CheckCode::ALL`].
pub(super) fn checks(facts: &Facts<'_>) -> Vec<Check> {
    CheckCode::ALL.iter().map(|code| check(*code, facts)).collect()
}

fn check(code: CheckCode, facts: &Facts<'_>) -> Check {
    let (verdict, reason, what_next) = match code {
        CheckCode::BundleSound => bundle_sound(facts),
        CheckCode::Connection => connection(facts),
        CheckCode::ManagedBy => managed_by(facts),
        CheckCode::FirmwareSystem => firmware_system(facts),
        CheckCode::Release => release(facts),
        CheckCode::Build => build(facts),
        CheckCode::Uuid => uuid(facts),
        CheckCode::Force => force(facts),
        CheckCode::Sealed => sealed(facts),
        CheckCode::MaintenanceMode => maintenance_mode(facts),
        CheckCode::PoweredOnVms => powered_on_vms(facts),
        CheckCode::Vsan => vsan(facts),
        CheckCode::DistributedSwitches => distributed_switches(facts),
        CheckCode::Lockdown => lockdown(facts),
        CheckCode::ManagementAddress => management_address(facts),
        CheckCode::Certificate => certificate(facts),
        CheckCode::RootPassword => root_password(facts),
        CheckCode::SafetyBackup => safety_backup(facts),
        CheckCode::UnderWay => under_way(facts),
        CheckCode::Unfinished => unfinished(facts),
    };
    Check { code, verdict, about: code.about().to_owned(), reason, what_next: what_next.map(str::to_owned) }
}

type Finding = (Verdict, String, Option<&'static str>);

fn fine(reason: impl Into<String>) -> Finding {
    (Verdict::Fine, reason.into(), None)
}

fn warning(reason: impl Into<String>, what_next: &'static str) -> Finding {
    (Verdict::Warning, reason.into(), Some(what_next))
}

fn blocker(reason: impl Into<String>, what_next: &'static str) -> Finding {
    (Verdict::Blocker, reason.into(), Some(what_next))
}

fn bundle_sound(facts: &Facts<'_>) -> Finding {
    let files = facts.bundle.checked.members.len();
    let kept = if facts.bundle.record.is_some() { ", and is what was taken" } else { "" };
    fine(format!("The bundle is sound ({files} files){kept}."))
}

fn connection(facts: &Facts<'_>) -> Finding {
    match facts.host.connection {
        _ if facts.host.withheld("runtime.connectionState").is_some() => blocker(
            "The server does not say whether it reaches the host.",
            "Give the account the right to read the host's state (System.Read).",
        ),
        _ if facts.host.in_standby == Some(true) => {
            blocker("The host is in standby (DPM).", "Power it on in the vSphere Client first.")
        }
        ConnectionState::Connected if facts.host.boot_time.is_none() => blocker(
            "The server does not say when the host has started, so nothing could prove that it restarted.",
            "Give the account the right to read the host's state (System.Read).",
        ),
        ConnectionState::Connected => fine("The host is connected."),
        ConnectionState::Disconnected => blocker(
            "The host is disconnected in the vCenter.",
            "Connect it in the vSphere Client, or go to the host directly.",
        ),
        ConnectionState::NotResponding => blocker(
            "The host does not respond.",
            "Check that it is up and that the vCenter reaches it, or go to the host directly.",
        ),
    }
}

fn managed_by(facts: &Facts<'_>) -> Finding {
    match &facts.host.managed_by {
        _ if !facts.is_direct => fine("The host is restored through the vCenter that manages it."),
        None => fine("No vCenter manages the host."),
        Some(vcenter) => warning(
            format!(
                "The host is managed by the vCenter at {vcenter}, which is not asked and may not find it as it was."
            ),
            "Restore it through that vCenter; or expect to connect the host again in the vSphere Client after the restore.",
        ),
    }
}

fn firmware_system(facts: &Facts<'_>) -> Finding {
    match &facts.host.firmware_system {
        Some(_) => fine("The host can restore its configuration."),
        None => blocker(
            "The server shows no firmware system of the host, which is what restores a configuration.",
            "Check that the account may read the host, or go to the host directly.",
        ),
    }
}

fn release(facts: &Facts<'_>) -> Finding {
    let version = facts.host.product.as_ref().map(|product| product.version.as_str()).unwrap_or_default();
    let level = facts.bundle.checked.manifest.release_level.as_deref().unwrap_or_default();
    match (numbers(level), numbers(version)) {
        (Some(bundle), Some(host)) if bundle == host => fine(format!("Both are {level} ({version}).")),
        (Some(_), Some(_)) => blocker(
            format!("The bundle is of {level}, and the host runs {version}; force does not help."),
            "Install the bundle's release on the host first, or take another bundle.",
        ),
        _ => warning(
            "The release of the bundle or of the host is not known, and a host refuses another one even with force.",
            "Make sure that both are the same.",
        ),
    }
}

/// `7.0.3` and `VMware ESXi 7.0 Update 3` are the same release.
fn numbers(text: &str) -> Option<(u32, u32, u32)> {
    let mut words = text.split_whitespace();
    let version = words.find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    let (major, minor) = (parts.next()??, parts.next()??);
    let third = match parts.next() {
        Some(third) => third?,
        None => match (words.next(), words.next()) {
            (Some(update), Some(number)) if update.eq_ignore_ascii_case("update") => number.parse().ok()?,
            _ => 0,
        },
    };
    Some((major, minor, third))
}

fn build(facts: &Facts<'_>) -> Finding {
    let host = facts.host.product.as_ref().map(|product| product.build.as_str()).unwrap_or_default();
    let bundle = facts.bundle.record.as_ref().map(|record| record.product.build.as_str()).unwrap_or_default();
    let is_forced = facts.options.force;
    match (bundle, host) {
        ("", _) => warning(
            "A bundle does not say of which build it is, and this one has no record that does.",
            "Make sure that the host has the build that it had then.",
        ),
        (_, "") => {
            warning("The server does not say which build the host has.", "Make sure that both are the same.")
        }
        (bundle, host) if bundle == host => fine(format!("Both are build {host}.")),
        (bundle, host) if is_forced => warning(
            format!("The bundle is of build {bundle}, and the host has build {host}; force overrides that."),
            "A host that takes it has not proven that it fits.",
        ),
        (bundle, host) => blocker(
            format!("The bundle is of build {bundle}, and the host has build {host}."),
            "Install that build on the host first; or force it, if you know that the two are compatible.",
        ),
    }
}

fn uuid(facts: &Facts<'_>) -> Finding {
    let (bundle, host) = (&facts.bundle.checked.manifest.uuid, &facts.host.uuid);
    match (bundle, host) {
        (Some(bundle), Some(host)) if uuid_matches(bundle, host) => match normal_uuid(host) {
            Some(_) => fine("The bundle is of this very hardware."),
            None => warning(
                format!(
                    "Bundle and host have the hardware UUID {host}, which is no hardware's own: nobody can tell whether they belong together."
                ),
                "Make sure that the bundle is of this host.",
            ),
        },
        (Some(bundle), Some(host)) if facts.options.force => warning(
            format!(
                "The bundle is of another hardware ({bundle}) than the host ({host}); force overrides that."
            ),
            "The host becomes what that one was, with its name, addresses and certificate. The two must not run at once.",
        ),
        (Some(bundle), Some(host)) => blocker(
            format!("The bundle is of another hardware ({bundle}) than the host ({host})."),
            "Choose a bundle of this host; or force it, to put another host's configuration on this hardware.",
        ),
        _ => warning(
            "Bundle or host does not say its hardware UUID, so nobody can tell whether they belong together.",
            "Make sure that the bundle is of this host.",
        ),
    }
}

fn force(facts: &Facts<'_>) -> Finding {
    if facts.options.force {
        warning(
            "Force makes the host take a bundle of another hardware or build. It does not override another release, a damaged bundle, \
             or a bundle that another TPM has sealed.",
            "Leave it off unless a check above asks for it.",
        )
    } else {
        fine("The host itself will refuse a bundle that it knows to be of another hardware or build.")
    }
}

fn sealed(facts: &Facts<'_>) -> Finding {
    match (&facts.bundle.contents.sealing, facts.host.sealed_by_tpm) {
        (Sealing::Tpm, Some(false)) => warning(
            "The bundle is sealed by a TPM, and the host's configuration is not: the host probably cannot open it.",
            "Restore it only if this host sealed it, and have the recovery key at hand: hostkeep recovery-key show.",
        ),
        (Sealing::Tpm, _) => warning(
            "The bundle is sealed by the host's TPM: only the same mainboard and TPM can open it, and what is in it cannot be read \
             or compared here.",
            "Have the recovery key at hand (hostkeep recovery-key show). If mainboard or TPM were replaced since, the bundle is worthless without it.",
        ),
        (Sealing::Unreadable { reason }, _) => warning(
            format!("What is in the bundle cannot be read here: {reason}."),
            "The host may still take it; but nothing can be compared after the restore.",
        ),
        (Sealing::Open, Some(true)) => warning(
            "The host's configuration is sealed by its TPM now, and the bundle is from before that.",
            "Have the recovery key at hand (hostkeep recovery-key show): after the restore it may be another one.",
        ),
        (Sealing::Open, _) => fine("No TPM is involved, and what is in the bundle can be read."),
    }
}

fn maintenance_mode(facts: &Facts<'_>) -> Finding {
    match facts.host.in_maintenance_mode {
        Some(true) => fine(
            "The host is in maintenance mode, and will not be taken out of it; the bundle may, if it is of another time.",
        ),
        Some(false) if facts.options.leave_maintenance_mode => {
            fine("The host will enter maintenance mode, and leave it at the end.")
        }
        Some(false) => fine(
            "The host will enter maintenance mode, and will not be taken out of it; the bundle may, if it was taken outside of it.",
        ),
        None => blocker(
            "The server does not say whether the host is in maintenance mode.",
            "Give the account the right to read the host's state (System.Read).",
        ),
    }
}

fn powered_on_vms(facts: &Facts<'_>) -> Finding {
    let Some(powered_on) = &facts.around.powered_on else {
        return warning(
            "The server does not say which virtual machines are powered on.",
            "Look at the host in the vSphere Client, and move what runs there, or give the account the right to see virtual machines.",
        );
    };
    let count = powered_on.len();
    let machines =
        if count == 1 { "1 virtual machine is".to_owned() } else { format!("{count} virtual machines are") };
    let named = powered_on.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = if count > 3 { ", …" } else { "" };
    match facts.around.drs {
        _ if count == 0 => fine("No virtual machine is powered on."),
        Drs::Automatic => warning(
            format!("{machines} powered on ({named}{more}); DRS has to move them away."),
            "Make sure that the other hosts of the cluster can take them.",
        ),
        Drs::Recommends => warning(
            format!("{machines} powered on ({named}{more}); DRS only recommends where they should go."),
            "Apply its recommendations in the vSphere Client while the host enters maintenance mode, or move them first.",
        ),
        Drs::Off => blocker(
            format!("{machines} powered on ({named}{more}), and nothing moves them away."),
            "Shut them down or move them to another host first.",
        ),
    }
}

fn vsan(facts: &Facts<'_>) -> Finding {
    match facts.around.vsan {
        Some(true) => warning(
            "The host is a member of a vSAN cluster; what the bundle knows of the cluster may be out of date.",
            "Look at the vSAN health first, and at the cluster's membership after the restore.",
        ),
        Some(false) => fine("The host is in no vSAN cluster."),
        None => fine("The server says nothing of vSAN."),
    }
}

fn distributed_switches(facts: &Facts<'_>) -> Finding {
    match facts.around.distributed_switches.as_deref() {
        Some([]) => fine("The host is connected to no distributed switch."),
        None => fine("The server says nothing of distributed switches."),
        Some(names) => warning(
            format!(
                "The host is connected to {}; the vCenter keeps that membership too, and the two may differ after.",
                names.join(", ")
            ),
            "Look at the switch in the vSphere Client after the restore. Keep the host's console at hand if management runs over it.",
        ),
    }
}

fn lockdown(facts: &Facts<'_>) -> Finding {
    match facts.host.lockdown {
        Some(Lockdown::Disabled) => fine("Lockdown mode is off."),
        None => fine("The server says nothing of lockdown mode."),
        Some(Lockdown::Normal | Lockdown::Strict) => warning(
            "Lockdown mode is on: the host refuses root, and may refuse the upload.",
            "Leave lockdown mode for the time of the restore, or give a user on its exception list.",
        ),
    }
}

fn management_address(facts: &Facts<'_>) -> Finding {
    let now = &facts.host.management_addresses;
    match facts.bundle.contents.address {
        Some(address) if now.contains(&address) => {
            fine(format!("The bundle brings the same address, {address}."))
        }
        Some(address) => warning(
            format!("The bundle brings the management address {address}; now it is {}.", addresses(now)),
            "After the restore the host is there. A vCenter does not look for it at another address.",
        ),
        None => warning(
            format!(
                "Which management address the bundle brings cannot be read; now it is {}.",
                addresses(now)
            ),
            "Keep the host's console at hand, in case it comes back at another address.",
        ),
    }
}

fn addresses(now: &[std::net::IpAddr]) -> String {
    if now.is_empty() {
        return "not known".to_owned();
    }
    now.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn certificate(facts: &Facts<'_>) -> Finding {
    let via = if facts.is_direct { "" } else { " A vCenter may have to connect the host again then." };
    match (&facts.bundle.contents.certificate, facts.host.thumbprint) {
        (Some(brought), Some(now)) if now == brought.sha1 || now == brought.sha256 => {
            fine("The bundle brings the certificate that the host has.")
        }
        (Some(brought), _) => warning(
            format!("The bundle brings the certificate with SHA-256 {}.{via}", brought.sha256),
            "It is accepted from the host after the restore, and no other that is not known now.",
        ),
        (None, _) => warning(
            format!("Which certificate the bundle brings cannot be read.{via}"),
            "If it is another one, the restore stops at it when the host is back, and asks.",
        ),
    }
}

fn root_password(facts: &Facts<'_>) -> Finding {
    let of = match &facts.bundle.record {
        Some(record) => format!("of {}", record.taken_at.format("%Y-%m-%d %H:%M UTC")),
        None => "of the day when it was taken".to_owned(),
    };
    warning(
        format!("The bundle brings the passwords {of}, root's too."),
        "Make sure that somebody knows root's password of then.",
    )
}

fn safety_backup(facts: &Facts<'_>) -> Finding {
    match (facts.options.safety_backup, facts.has_archive) {
        (SafetyBackup::Take, true) => {
            fine("The host is backed up first; nothing else is done if that fails.")
        }
        (SafetyBackup::Take, false) => blocker(
            "There is no archive to keep the safety backup in.",
            "Name an archive, or make one by taking a backup; or decide to go without a safety backup.",
        ),
        (SafetyBackup::Skip, _) => warning(
            "The host is not backed up first: what it has now is lost, and there is no way back.",
            "Take the safety backup, unless the host cannot be backed up any more.",
        ),
    }
}

fn under_way(facts: &Facts<'_>) -> Finding {
    if facts.is_under_way {
        blocker("Another restore of this host is under way.", "Wait for its end.")
    } else {
        fine("No other restore of this host is under way on this computer.")
    }
}

fn unfinished(facts: &Facts<'_>) -> Finding {
    match (facts.unfinished, facts.unreadable) {
        ([], []) => fine("No earlier restore of this host is open."),
        ([], [path, ..]) => warning(
            format!(
                "Nobody can tell whether an earlier restore is open: {} cannot be read.",
                path.path.display()
            ),
            "Look at the host: it may be in maintenance mode. Put the file elsewhere once it is looked after.",
        ),
        (ids, _) => warning(
            format!("An earlier restore of this host is open: {}.", ids.join(", ")),
            "Look at where it stood, and at the host, before it is restored again.",
        ),
    }
}

#[cfg(test)]
#[path = "checks_tests.rs"]
mod tests;
