//! What every subcommand starts from: where the settings are, which archive is meant, what time it is.

use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, Local};
use hostconfig::ConfigDir;
use hostconfig::archive::Archive;
use hostconfig::audit::{AuditEntry, AuditLog};
use hostconfig::files::FileError;
use hostconfig::settings::{self, Settings};

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
    /// As it was given.
    config_dir: Option<PathBuf>,
}

impl Context {
    pub(crate) fn new(global: &Global, console: Console) -> Result<Self, Failure> {
        let config = match &global.config_dir {
            Some(folder) => ConfigDir::at(absolute(folder)?),
            None => ConfigDir::of_user()?,
        };
        let archive = global.archive.as_deref().map(absolute).transpose()?;
        let config_dir = global.config_dir.as_deref().map(absolute).transpose()?;
        Ok(Self { console, config, archive, config_dir })
    }

    /// The global options that name other folders than the user's own, for commands that are proposed: without them these
    /// would be about something else. Empty, or with a blank before each.
    pub(crate) fn options(&self) -> String {
        let option = |name: &str, folder: &Option<PathBuf>| {
            let folder =
                folder.as_ref().map(|folder| text::visible(&folder.display().to_string()).into_owned());
            folder.map(|folder| {
                let quote = if folder.contains(char::is_whitespace) { "\"" } else { "" };
                format!(" {name} {quote}{folder}{quote}")
            })
        };
        [option("--archive", &self.archive), option("--config-dir", &self.config_dir)]
            .into_iter()
            .flatten()
            .collect()
    }

    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        Ok(settings::load(&self.config)?)
    }

    /// The archive that is meant, which must be there.
    pub(crate) fn open_archive(&self, settings: &Settings) -> Result<Archive, Failure> {
        Ok(settings.open_archive(self.archive.as_deref())?)
    }

    /// The archive that is meant; a folder that is none becomes one and is remembered.
    pub(crate) fn open_or_create_archive(&self, settings: &Settings) -> Result<Archive, Failure> {
        let opened = settings.open_or_create_archive(self.archive.as_deref(), &self.config)?;
        if opened.is_new {
            // A mistyped folder in a scheduled task would go unnoticed otherwise.
            let root = opened.archive.root().display().to_string();
            self.console.say(&format!("A new archive is started in {}", text::visible(&root)));
        }
        if let Some(error) = opened.not_remembered {
            self.console.warn_of(&error.report());
        }
        Ok(opened.archive)
    }

    /// Appends to the audit log. That it cannot be written is told, but undoes nothing.
    pub(crate) fn note(&self, entries: &[AuditEntry]) {
        if let Err(error) = AuditLog::new(&self.config).append(entries) {
            self.console.warn_of(&error.report());
        }
    }
}

/// The path from the root on; it takes the folder that this program was started in, which may be gone.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    let absolute = std::path::absolute(path).map_err(|error| FileError::new("find", path, error));
    Ok(absolute.map_err(hostconfig::Error::from)?)
}

/// The time where the user is.
pub(crate) fn now() -> DateTime<FixedOffset> {
    Local::now().fixed_offset()
}
