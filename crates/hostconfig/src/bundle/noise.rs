//! What differs between two bundles although nobody has configured anything. `docs/bundles.md` lists the same for people.

/// Why something is left out of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Noise {
    /// It changes at every backup or restart.
    EveryBackup,
    /// It says what runs on the host at the moment, not how the host is configured.
    Running,
}

impl Noise {
    /// In a few words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::EveryBackup => "changes at every backup",
            Self::Running => "says what runs, not what is set",
        }
    }
}

const FILES: [(&str, Noise); 7] = [
    ("etc/vmware/.backup.counter", Noise::EveryBackup),
    ("etc/random-seed", Noise::EveryBackup),
    ("etc/vmware/encryption.info", Noise::EveryBackup),
    ("encryption.info", Noise::EveryBackup),
    ("etc/ntp.drift", Noise::EveryBackup),
    ("etc/vmware/hostd/vmInventory.xml", Noise::Running),
    ("etc/vmware/hostd/vmAutoStart.xml", Noise::Running),
];
const ROWS: [(&str, Noise); 3] = [
    ("devices_access", Noise::EveryBackup),
    ("quick_boot_data", Noise::EveryBackup),
    ("reboot_reason", Noise::EveryBackup),
];

/// A file, by its path in the archive that it is in.
pub(super) fn of_file(path: &str) -> Option<Noise> {
    if path.ends_with(".leases") {
        return Some(Noise::EveryBackup);
    }
    FILES.iter().find(|(noisy, _)| *noisy == path).map(|(_, noise)| *noise)
}

/// A row of the ConfigStore, by its name.
pub(super) fn of_row(name: &str) -> Option<Noise> {
    ROWS.iter().find(|(noisy, _)| *noisy == name).map(|(_, noise)| *noise)
}
