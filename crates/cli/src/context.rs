//! What every subcommand starts from: where the settings are, which archive is meant, what time it is.

use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, Local};
use hostconfig::archive::{Archive, MARKER_FILE};
use hostconfig::audit::{AuditEntry, AuditLog};
use hostconfig::settings::{self, Settings};
use hostconfig::{ConfigDir, default_archive};

use crate::arguments::Global;
use crate::console::Console;
use crate::failure::Failure;
use crate::text;

/// What the global options come to.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) console: Console,
    pub(crate) config: ConfigDir,
    archive: Option<PathBuf>,
}

impl Context {
    pub(crate) fn new(global: &Global, console: Console) -> Result<Self, Failure> {
        let config = match &global.config_dir {
            Some(folder) => ConfigDir::at(std::path::absolute(folder)?),
            None => ConfigDir::of_user()?,
        };
        let archive = global.archive.as_ref().map(std::path::absolute).transpose()?;
        Ok(Self { console, config, archive })
    }

    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        Ok(settings::load(&self.config)?)
    }

    /// The folder that is meant: from the option, else from the settings, else the default one.
    pub(crate) fn archive_folder(&self, settings: &Settings) -> Result<PathBuf, Failure> {
        let chosen = self.archive.clone().or_else(|| settings.archive.clone()).or_else(default_archive);
        chosen.ok_or_else(|| {
            let hint = "Name the archive's folder with --archive.";
            Failure::new("no_archive", "this user has no documents folder for an archive", hint)
        })
    }

    /// The archive that is meant, which must be there.
    pub(crate) fn open_archive(&self, settings: &Settings) -> Result<Archive, Failure> {
        let folder = self.archive_folder(settings)?;
        Ok(Archive::open(&folder, settings.remembered_archive(&folder))?)
    }

    /// The archive that is meant; a folder that is none becomes one and is remembered.
    pub(crate) fn open_or_create_archive(&self, settings: &Settings) -> Result<Archive, Failure> {
        let folder = self.archive_folder(settings)?;
        let remembered = settings.remembered_archive(&folder);
        let is_new = !folder.join(MARKER_FILE).exists();
        let archive = Archive::open_or_create(&folder, remembered)?;
        if is_new {
            // A mistyped folder in a scheduled task would go unnoticed otherwise.
            self.console.say(&format!(
                "A new archive is started in {}",
                text::visible(&archive.root().display().to_string())
            ));
        }
        if remembered.is_none() {
            self.remember(&folder, archive.id());
        }
        Ok(archive)
    }

    /// Appends to the audit log. That it cannot be written is told, but undoes nothing.
    pub(crate) fn note(&self, entries: &[AuditEntry]) {
        if let Err(error) = AuditLog::new(&self.config).append(entries) {
            self.console.warn_of(&error.report());
        }
    }

    fn remember(&self, folder: &Path, id: &str) {
        let remembered = settings::change(&self.config, |settings| {
            settings.remember_archive(folder, id);
            Ok(())
        });
        if let Err(error) = remembered {
            self.console.warn_of(&error.report());
        }
    }
}

/// The time where the user is.
pub(crate) fn now() -> DateTime<FixedOffset> {
    Local::now().fixed_offset()
}
