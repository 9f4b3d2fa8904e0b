//! Which archive is meant, and what is remembered of the archives that were used.

use std::path::{Path, PathBuf};

use super::{Settings, SettingsError, UsedArchive, absolute, change};
use crate::archive::{Archive, MARKER_FILE};
use crate::{ConfigDir, Error, Result, default_archive};

/// The archive that a run writes to.
#[derive(Debug)]
pub struct Opened {
    /// The archive.
    pub archive: Archive,
    /// Whether there was none before.
    pub is_new: bool,
    /// Why it is not remembered. Should it vanish, a new one would be started in its place.
    pub not_remembered: Option<Error>,
}

impl Settings {
    /// The archive's folder: the one that is named, else that of the settings, else the user's default one.
    ///
    /// # Errors
    /// [`SettingsError::NoDocuments`].
    pub fn archive_folder(&self, named: Option<&Path>) -> Result<PathBuf> {
        let chosen = named.map(Path::to_path_buf).or_else(|| self.archive.clone()).or_else(default_archive);
        Ok(chosen.ok_or(SettingsError::NoDocuments)?)
    }

    /// Opens the archive that is meant, which must be there.
    ///
    /// # Errors
    /// Those of [`archive_folder`](Self::archive_folder) and of [`Archive::open`].
    pub fn open_archive(&self, named: Option<&Path>) -> Result<Archive> {
        let folder = self.archive_folder(named)?;
        Archive::open(&folder, self.remembered_archive(&folder))
    }

    /// Opens the archive that is meant; a folder that is none becomes one, and is remembered.
    ///
    /// # Errors
    /// Those of [`archive_folder`](Self::archive_folder) and of [`Archive::open_or_create`].
    pub fn open_or_create_archive(&self, named: Option<&Path>, config: &ConfigDir) -> Result<Opened> {
        let folder = self.archive_folder(named)?;
        let remembered = self.remembered_archive(&folder);
        let is_new = !folder.join(MARKER_FILE).exists();
        let archive = Archive::open_or_create(&folder, remembered)?;
        let remember = || {
            change(config, |settings| {
                settings.remember_archive(&folder, archive.id());
                Ok(())
            })
        };
        let not_remembered = if remembered.is_none() { remember().err() } else { None };
        Ok(Opened { archive, is_new, not_remembered })
    }

    /// The id of the archive that was used at this path, for [`Archive::open`].
    pub fn remembered_archive(&self, path: &Path) -> Option<&str> {
        let path = absolute(path);
        self.archives_used.iter().find(|used| used.path == path).map(|used| used.id.as_str())
    }

    /// Remembers the archive at this path, in the place of whatever was there.
    pub fn remember_archive(&mut self, path: &Path, id: &str) {
        let path = absolute(path);
        self.archives_used.retain(|used| used.path != path);
        self.archives_used.push(UsedArchive { path, id: id.to_owned() });
    }
}
