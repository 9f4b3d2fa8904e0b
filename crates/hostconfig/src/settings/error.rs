//! What can be wrong with the settings.

use std::path::PathBuf;

use vsphere::{AddressError, ThumbprintError};

use super::{MAX_SETTINGS_BYTES, SETTINGS_FORMAT};

/// What is wrong with the settings, or with a change to them.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file is no JSON, or has other fields than expected.
    #[error("the settings {} are broken: {source}", .path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Where and why, with line and column.
        source: serde_json::Error,
    },
    /// The file was written by a newer version.
    #[error("the settings {} have format {format}, and this version of Hostkeep knows {SETTINGS_FORMAT}", .path.display())]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
    },
    /// A value is out of its range.
    #[error("the settings {} are broken: {field} is {value}, but must be {range}", .path.display())]
    OutOfRange {
        /// The file.
        path: PathBuf,
        /// The field.
        field: &'static str,
        /// Its value.
        value: u64,
        /// What it may be.
        range: String,
    },
    /// A change would put a value out of its range.
    #[error("{field} cannot be {value}: it must be {range}")]
    BadValue {
        /// The field.
        field: &'static str,
        /// The value.
        value: u64,
        /// What it may be.
        range: String,
    },
    /// A change would make the file larger than what is read again.
    #[error("the settings {} would be larger than {MAX_SETTINGS_BYTES} bytes", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// Another window or console program is writing them.
    #[error("the settings {} are being changed by another program", .path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// A server's address cannot be used.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A server's thumbprint is none.
    #[error(transparent)]
    Thumbprint(#[from] ThumbprintError),
    /// A server's name or user cannot be used.
    #[error("{value:?} cannot be a server's {field}: {reason}")]
    BadServer {
        /// Which of them.
        field: &'static str,
        /// What was given, shortened.
        value: String,
        /// Why.
        reason: &'static str,
    },
    /// There is a server of this name.
    #[error("there is a server named {name:?} already")]
    DuplicateServer {
        /// The name as it is saved.
        name: String,
    },
    /// There is no server of this name.
    #[error("there is no server named {name:?}{}", there_are(.known))]
    UnknownServer {
        /// The name asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// A selection's name or hosts cannot be used.
    #[error("the selection {name:?} cannot be saved: {reason}")]
    BadSelection {
        /// What was given, shortened.
        name: String,
        /// Why.
        reason: &'static str,
    },
    /// There is no selection of this name.
    #[error("there is no selection named {name:?}")]
    UnknownSelection {
        /// The name asked for, shortened.
        name: String,
    },
    /// There is no folder of the user's to start an archive in.
    #[error("this user has no documents folder for an archive")]
    NoDocuments,
    /// There is no home folder to keep settings in.
    #[error("this user has no home folder for settings")]
    NoHome,
}

impl SettingsError {
    /// A stable word for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Broken { .. } | Self::OutOfRange { .. } => "settings_broken",
            Self::NewerFormat { .. } => "settings_too_new",
            Self::BadValue { .. } => "bad_setting",
            Self::TooLarge { .. } => "settings_too_large",
            Self::InUse { .. } => "settings_in_use",
            Self::BadServer { .. } | Self::Address(_) | Self::Thumbprint(_) => "bad_server",
            Self::DuplicateServer { .. } => "duplicate_server",
            Self::UnknownServer { .. } => "unknown_server",
            Self::BadSelection { .. } => "bad_selection",
            Self::UnknownSelection { .. } => "unknown_selection",
            Self::NoDocuments => "no_archive",
            Self::NoHome => "no_home",
        }
    }

    /// What to do next.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Broken { .. } | Self::OutOfRange { .. } => {
                "Correct the file in an editor, or move it away to start with new settings. It was left as it is."
            }
            Self::NewerFormat { .. } => "Install the newest version of Hostkeep. The file was left as it is.",
            Self::InUse { .. } => "Try again in a moment.",
            Self::BadServer { .. }
            | Self::Address(_)
            | Self::Thumbprint(_)
            | Self::BadValue { .. }
            | Self::BadSelection { .. } => "Correct it and try again.",
            Self::TooLarge { .. } => {
                "Nothing was changed. Remove selections that are not needed any more, then try again."
            }
            Self::UnknownSelection { .. } => "It may have been removed meanwhile: look at the list again.",
            Self::DuplicateServer { .. } => "Choose another name, or remove that server first.",
            Self::UnknownServer { .. } => "Add it with: hostkeep server add NAME --url URL --user USER",
            Self::NoDocuments => "Choose the archive's folder in Settings, or name it with --archive.",
            Self::NoHome => "Name a folder with --config-dir.",
        }
    }
}

fn there_are(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("; there are: {}", names.join(", ")) }
}
