//! What a host was configured to do, as one table in the vSphere Client's words, whatever the bundle's format. What is not
//! understood is in it too, under the names that it has in the bundle: nothing that was configured is left out but noise.

mod certificates;
mod conf;
mod files;
mod store;
mod words;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::contents::{Contents, Sealing};
use super::file::FileBody;
use super::redact::{Place, Redacted};
use super::{Layer, noise};

/// The version of these rules, and of those by which secrets are taken out. A fingerprint by other rules says nothing about one by
/// these, and a search index by others may hold what these would hide.
pub const RULES: u32 = 10;

/// What is left of a file that was there already: that there is some makes no new object.
pub(super) const REST: [&str; 2] = [OTHER_LINES, NO_KEYS];
const OTHER_LINES: &str = "Other lines";
const NO_KEYS: &str = "Lines that are no key";

/// A part of the table, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// Which host it is.
    Host,
    /// Adapters, switches, port groups, stacks, routes, DNS.
    Networking,
    /// iSCSI, NFS and disks.
    Storage,
    /// Services and their startup policy.
    Services,
    /// Rule sets.
    Firewall,
    /// NTP and PTP.
    Time,
    /// Where logs go.
    Syslog,
    /// Users, groups, roles and permissions.
    Users,
    /// Options as the vSphere Client lists them.
    Advanced,
    /// Licence keys.
    Licensing,
    /// TPM, secure boot, lockdown mode, certificates.
    Security,
    /// Files that are kept as they are.
    Files,
    /// Keys that Hostkeep has no words for.
    Other,
}

/// One thing that a host was configured to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Its part of the table.
    pub section: Section,
    /// What it is a setting of, such as `VMkernel adapter vmk0`; empty for the host itself.
    pub object: String,
    /// Such as `MTU`.
    pub name: String,
    /// What was configured, without secrets.
    pub value: Redacted,
    /// Where it stands in the bundle.
    pub source: Source,
    /// Where else the same stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Source>,
}

/// A place in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Source {
    /// The file, or `ConfigStore`.
    pub file: String,
    /// The key in it; empty for the file as a whole.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub key: String,
}

impl Section {
    /// In the vSphere Client's words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Host => "Host",
            Self::Networking => "Networking",
            Self::Storage => "Storage",
            Self::Services => "Services",
            Self::Firewall => "Firewall",
            Self::Time => "Time configuration",
            Self::Syslog => "Syslog",
            Self::Users => "Users and permissions",
            Self::Advanced => "Advanced system settings",
            Self::Licensing => "Licensing",
            Self::Security => "Security",
            Self::Files => "Files",
            Self::Other => "Other keys",
        }
    }
}

impl Setting {
    /// Where it comes in the table. The ConfigStore counts for more than the files that are made from it.
    fn place(&self) -> (Section, &str, &str, bool, &Source) {
        (self.section, &self.object, &self.name, self.source.file != store::FILE, &self.source)
    }
}

/// All settings of a bundle, by section, object and name. Of one that is sealed only what its manifest says.
pub fn settings(contents: &Contents) -> Vec<Setting> {
    let mut table = Table::default();
    table.manifest(contents);
    for file in contents.files() {
        if file.noise.is_some() {
            continue;
        }
        match &file.body {
            FileBody::EsxConf(conf) => conf::add(&mut table, &file.path, conf),
            FileBody::ConfigStore(store) => store::add(&mut table, store),
            FileBody::Certificates(found) => certificates::add(&mut table, file, found),
            FileBody::Text(lines) if file.layer == Layer::Local => files::add(&mut table, file, lines),
            _ if file.layer == Layer::Local => table.whole_file(file),
            _ => {}
        }
    }
    table.sorted()
}

/// What the manifest alone says, which every bundle has.
pub(super) fn settings_of_manifest(contents: &Contents) -> Vec<Setting> {
    let mut table = Table::default();
    table.manifest(contents);
    table.sorted()
}

/// SHA-256 over all settings, secrets included; none where the bundle's content cannot be read. Two bundles have the same one
/// exactly when their settings are the same.
pub fn fingerprint(contents: &Contents) -> Option<String> {
    if contents.sealing != Sealing::Open || contents.unread_part().is_some() {
        return None;
    }
    let mut hash = Sha256::new_with_prefix(format!("hostkeep settings {RULES}\n"));
    let text = |hash: &mut Sha256, text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    for setting in settings(contents) {
        text(&mut hash, setting.section.title());
        text(&mut hash, &setting.object);
        text(&mut hash, &setting.name);
        setting.value.hash_into(&mut hash);
    }
    Some(hex::encode(hash.finalize()))
}

/// The table while it is filled.
#[derive(Default)]
struct Table(Vec<Setting>);

impl Table {
    fn add(
        &mut self,
        section: Section,
        object: impl Into<String>,
        name: impl Into<String>,
        value: Redacted,
        source: Source,
    ) {
        // A key that has a value and keys below it.
        let name = Some(name.into()).filter(|name| !name.is_empty()).unwrap_or_else(|| "Value".to_owned());
        self.0.push(Setting { section, object: object.into(), name, value, source, also: Vec::new() });
    }

    fn manifest(&mut self, contents: &Contents) {
        let manifest = &contents.manifest;
        let known = [
            ("Release", "RELEASELEVEL", &manifest.release_level),
            ("Hardware UUID", "UUID", &manifest.uuid),
            ("Boot options", "KERNELOPTS", &manifest.kernel_options),
            ("User boot options", "USEROPTS", &manifest.user_options),
        ];
        for (name, key, value) in known {
            if let Some(value) = value {
                let value = Redacted::value_of(key, value, Place::default());
                self.add(Section::Host, "", name, value, source("Manifest.txt", key));
            }
        }
        let sealing = match &contents.sealing {
            Sealing::Open => "none that keeps anyone out",
            Sealing::Tpm => "sealed by the host's TPM",
            Sealing::Unreadable { .. } => "cannot be read",
        };
        let file = contents.files().iter().find(|file| file.path == "encryption.info");
        if file.is_some() {
            let source = source("encryption.info", "mode");
            self.add(Section::Security, "Configuration encryption", "Mode", Redacted::of(sealing), source);
        }
    }

    /// A file of which only whether it changed is told.
    fn whole_file(&mut self, file: &super::BundleFile) {
        self.add(Section::Files, file.path.clone(), "Content", file.remark(), source(&file.path, ""));
    }

    /// By section, object and name; what stands in two places alike is there once.
    fn sorted(mut self) -> Vec<Setting> {
        self.0.sort_by(|a, b| a.place().cmp(&b.place()));
        let mut table: Vec<Setting> = Vec::with_capacity(self.0.len());
        for setting in self.0 {
            match table.last_mut() {
                Some(last)
                    if (last.section, &last.object, &last.name)
                        == (setting.section, &setting.object, &setting.name)
                        && last.value == setting.value =>
                {
                    last.also.push(setting.source);
                }
                _ => table.push(setting),
            }
        }
        table
    }
}

fn source(file: &str, key: &str) -> Source {
    Source { file: file.to_owned(), key: key.to_owned() }
}

/// Several values under one name.
fn list(values: &[&Redacted]) -> Redacted {
    Redacted::joined(values, ", ")
}

#[cfg(test)]
#[path = "../settings_tests.rs"]
mod tests;
