//! Where Hostkeep keeps its settings and logs on this machine.

use std::path::{Path, PathBuf};

use crate::Result;
use crate::files::{self, platform};
use crate::settings::SettingsError;

/// The folder of settings, audit log and log files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigDir(PathBuf);

impl ConfigDir {
    /// The user's own: `%APPDATA%\Hostkeep` on Windows, `~/.config/hostkeep` (or under `$XDG_CONFIG_HOME`) on Linux,
    /// `~/Library/Application Support/Hostkeep` on macOS.
    ///
    /// # Errors
    /// [`SettingsError::NoHome`] for a user without a home folder, who must name a folder.
    pub fn of_user() -> Result<Self> {
        let dirs = directories::BaseDirs::new().ok_or(SettingsError::NoHome)?;
        Ok(Self(dirs.config_dir().join(platform::CONFIG_FOLDER)))
    }

    /// A folder of the admin's choice. It need not exist.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The audit log.
    pub fn audit_log(&self) -> PathBuf {
        self.0.join("audit.jsonl")
    }

    /// The folder of log files.
    pub fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }

    /// The settings.
    pub fn settings(&self) -> PathBuf {
        self.0.join("settings.json")
    }

    /// The folder of what servers last said of their hosts.
    pub fn hosts(&self) -> PathBuf {
        self.0.join("hosts")
    }

    /// The folder of what verifying has shown.
    pub fn verified(&self) -> PathBuf {
        self.0.join("verified")
    }

    /// Which recovery keys are in the keyring.
    pub fn recovery_keys(&self) -> PathBuf {
        self.0.join("recovery-keys.json")
    }

    /// The folder of restores' journals.
    pub fn restores(&self) -> PathBuf {
        self.0.join("restores")
    }

    /// The folder of what can be made again from elsewhere.
    pub fn cache(&self) -> PathBuf {
        self.0.join("cache")
    }

    pub(crate) fn ensure(&self) -> Result<()> {
        Ok(files::ensure_private_folders(&self.0)?)
    }
}

/// Where the archive is unless the admin says otherwise: `Hostkeep archive` in the user's documents, where an admin
/// looks for files and backups of the profile find it; in the home folder where there are no documents (a Linux server).
pub fn default_archive() -> Option<PathBuf> {
    let dirs = directories::UserDirs::new()?;
    Some(dirs.document_dir().unwrap_or(dirs.home_dir()).join("Hostkeep archive"))
}
