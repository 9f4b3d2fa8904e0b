//! Servers, the archive's place and how hard to work: one `settings.json`, replaced as a whole. No secret is ever in it:
//! passwords are in the operating system's keyring. A file that cannot be understood is an error and stays as it is.

mod archives;
mod error;
mod selections;
mod servers;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use archives::Opened;
pub use error::SettingsError;
pub use selections::SavedSelection;
pub use servers::Server;

use crate::Result;
use crate::backup::DEFAULT_CONCURRENCY;
use crate::config_dir::ConfigDir;
use crate::files::{self, FileError};

/// The format of `settings.json` that this version writes and the newest that it reads.
pub const SETTINGS_FORMAT: u32 = 1;
/// The most that may be asked for.
pub const MAX_CONCURRENCY: usize = 256;
/// The most days after which a backup may be called stale.
pub const MAX_STALE_AFTER_DAYS: u32 = 3650;
const MAX_SETTINGS_BYTES: u64 = 16 * 1024 * 1024;

/// Everything in `settings.json`. Fields that this version does not know survive a change, but not those within a field: a
/// version that adds one there needs a new format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The file's format, [`SETTINGS_FORMAT`].
    pub format: u32,
    /// The saved servers, in the order in which they were added.
    #[serde(default)]
    pub servers: Vec<Server>,
    /// The archive's folder; the default one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<PathBuf>,
    /// The archives that were used, so that one that vanished is told from one that never was.
    #[serde(default)]
    pub archives_used: Vec<UsedArchive>,
    /// How many hosts are backed up at once, 1 to [`MAX_CONCURRENCY`].
    #[serde(default = "default_concurrency")]
    pub concurrency: usize,
    /// The hosts' HTTPS port, where a site has moved it away from 443.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_port: Option<u16>,
    /// How long to wait for servers and hosts.
    #[serde(default)]
    pub timeouts: Timeouts,
    /// After how many days a host's last good backup is called stale, 1 to [`MAX_STALE_AFTER_DAYS`].
    #[serde(default = "default_stale_after_days")]
    pub stale_after_days: u32,
    /// How the window looks.
    #[serde(default)]
    pub theme: Theme,
    /// Lists of hosts that the admin gave a name, in the order in which they were saved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selections: Vec<SavedSelection>,
    /// What a newer version wrote.
    #[serde(flatten)]
    unknown: BTreeMap<String, serde_json::Value>,
}

/// An archive that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedArchive {
    /// Its folder.
    pub path: PathBuf,
    /// Its id.
    pub id: String,
}

/// How the window looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the operating system says.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// In the fewest and strongest colours.
    HighContrast,
}

/// How long to wait, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Timeouts {
    /// For a connection.
    pub connect_seconds: u64,
    /// For the next byte.
    pub idle_seconds: u64,
    /// For a whole call.
    pub call_seconds: u64,
    /// For the transfer of a whole bundle.
    pub transfer_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            format: SETTINGS_FORMAT,
            servers: Vec::new(),
            archive: None,
            archives_used: Vec::new(),
            concurrency: default_concurrency(),
            host_port: None,
            timeouts: Timeouts::default(),
            stale_after_days: default_stale_after_days(),
            theme: Theme::default(),
            selections: Vec::new(),
            unknown: BTreeMap::new(),
        }
    }
}

impl Default for Timeouts {
    /// Those of the client.
    fn default() -> Self {
        let vsphere::Timeouts { connect, idle, call, transfer } = vsphere::Timeouts::default();
        Self {
            connect_seconds: connect.as_secs(),
            idle_seconds: idle.as_secs(),
            call_seconds: call.as_secs(),
            transfer_seconds: transfer.as_secs(),
        }
    }
}

impl From<Timeouts> for vsphere::Timeouts {
    fn from(timeouts: Timeouts) -> Self {
        Self {
            connect: Duration::from_secs(timeouts.connect_seconds),
            idle: Duration::from_secs(timeouts.idle_seconds),
            call: Duration::from_secs(timeouts.call_seconds),
            transfer: Duration::from_secs(timeouts.transfer_seconds),
        }
    }
}

/// Reads the settings; the defaults when there are none yet.
pub fn load(config: &ConfigDir) -> Result<Settings> {
    let path = config.settings();
    let json = match files::read_limited(&path, MAX_SETTINGS_BYTES) {
        Ok(json) => json,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Settings::default()),
        Err(e) => return Err(FileError::new("read", path, e).into()),
    };
    parse(&json, &path)
}

/// Changes the settings: reads them, applies `change`, and replaces the file. Two programs that change them at the same
/// time wait for each other, so that neither's change is lost. When `change` fails, or what it leaves could not be read again,
/// nothing is written.
pub fn change<T>(config: &ConfigDir, change: impl FnOnce(&mut Settings) -> Result<T>) -> Result<T> {
    config.ensure()?;
    let _lock = lock(config)?;
    let mut settings = load(config)?;
    let before = settings.clone();
    let result = change(&mut settings)?;
    if let Some((field, value, range)) = out_of_range(&settings) {
        return Err(SettingsError::BadValue { field, value, range }.into());
    }
    if settings != before || !config.settings().exists() {
        let path = behind_link(config.settings());
        let json = files::to_json(&settings).map_err(|e| FileError::new("encode", &path, e))?;
        if json.len() as u64 > MAX_SETTINGS_BYTES {
            return Err(SettingsError::TooLarge { path }.into());
        }
        files::write_atomically(&path, &json)?;
    }
    Ok(result)
}

fn parse(json: &[u8], path: &Path) -> Result<Settings> {
    let path = || path.to_path_buf();
    // Windows' Notepad of older days saves a byte order mark.
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let broken = |source| SettingsError::Broken { path: path(), source };
    let format = files::format_of(json).map_err(broken)?;
    if format > SETTINGS_FORMAT {
        return Err(SettingsError::NewerFormat { path: path(), format }.into());
    }
    let settings: Settings = serde_json::from_slice(json).map_err(broken)?;
    // Their hosts could not be told apart: ids are the same on every vCenter.
    if let Some(name) = settings.ambiguous_name() {
        let several = format!("several servers are named {name:?}");
        return Err(broken(serde::de::Error::custom(several)).into());
    }
    // Each program would take it from where it was started, Task Scheduler's from System32.
    if let Some(archive) = settings.archive.as_ref().filter(|archive| !archive.is_absolute()) {
        let relative = format!("archive is {}, but must be a whole path", archive.display());
        return Err(broken(serde::de::Error::custom(relative)).into());
    }
    if let Some((field, value, range)) = out_of_range(&settings) {
        return Err(SettingsError::OutOfRange { path: path(), field, value, range }.into());
    }
    Ok(settings)
}

/// The first field whose value is none that it may have, the value, and what it may be.
fn out_of_range(settings: &Settings) -> Option<(&'static str, u64, String)> {
    let day = 24 * 60 * 60;
    let ranges = [
        ("concurrency", settings.concurrency as u64, MAX_CONCURRENCY as u64),
        ("host_port", settings.host_port.unwrap_or(443).into(), u16::MAX.into()),
        ("connect_seconds", settings.timeouts.connect_seconds, day),
        ("idle_seconds", settings.timeouts.idle_seconds, day),
        ("call_seconds", settings.timeouts.call_seconds, day),
        ("transfer_seconds", settings.timeouts.transfer_seconds, day),
        ("stale_after_days", settings.stale_after_days.into(), MAX_STALE_AFTER_DAYS.into()),
    ];
    let bad = ranges.into_iter().find(|(_, value, most)| *value == 0 || value > most);
    bad.map(|(field, value, most)| (field, value, format!("from 1 to {most}")))
}

/// Some keep the file elsewhere, with a link to it: what is replaced must not be the link.
fn behind_link(path: PathBuf) -> PathBuf {
    let target = if path.is_symlink() { std::fs::canonicalize(&path).ok() } else { None };
    target.unwrap_or(path)
}

fn lock(config: &ConfigDir) -> Result<File> {
    let file = files::open_lock(&config.path().join("settings.lock"))?;
    Ok(file.ok_or_else(|| SettingsError::InUse { path: config.settings() })?)
}

/// The empty path has no absolute form, and no archive either.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

fn default_stale_after_days() -> u32 {
    7
}

fn default_concurrency() -> usize {
    DEFAULT_CONCURRENCY.get()
}

fn check_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("it is empty");
    }
    if name.trim() != name {
        return Err("it begins or ends with a space");
    }
    if name.chars().any(char::is_control) {
        return Err("it has control characters");
    }
    if name.chars().count() > 64 {
        return Err("it is longer than 64 characters");
    }
    Ok(())
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
