//! Settings, and what the app says of itself.

use hostconfig::settings;
use serde::{Deserialize, Serialize};
use specta::Type;

/// What a page needs first.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppStart {
    /// Hostkeep's version.
    pub(crate) version: String,
    /// Whether this is the demo: simulated hosts, a throw-away archive.
    pub(crate) is_demo: bool,
    /// The settings.
    pub(crate) settings: SettingsView,
    /// How many servers are saved.
    pub(crate) servers: usize,
    /// For the words of the platform (Explorer, Credential Manager).
    pub(crate) platform: Platform,
}

/// Where this runs.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Platform {
    /// Windows.
    Windows,
    /// Linux.
    Linux,
    /// macOS.
    Macos,
}

/// What the user can set.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SettingsView {
    /// How many hosts are backed up at once.
    pub(crate) concurrency: usize,
    /// The most that `concurrency` may be.
    pub(crate) max_concurrency: usize,
    /// The hosts' HTTPS port where it is not 443.
    pub(crate) host_port: Option<u16>,
    /// A good backup is fresh for so many days.
    pub(crate) stale_after_days: u32,
    /// Light or dark.
    pub(crate) theme: Theme,
    /// How long to wait.
    pub(crate) timeouts: Timeouts,
    /// Saved selections of hosts.
    pub(crate) selections: Vec<SavedSelection>,
    /// The archive's folder, to be read, not opened.
    pub(crate) archive: String,
    /// Whether that is where it is unless the user says otherwise.
    pub(crate) is_default_archive: bool,
    /// Whether the command line or the demo fixes it, so that no other can be chosen.
    pub(crate) is_fixed_archive: bool,
    /// The settings' file, to be read, not opened.
    pub(crate) settings_file: String,
    /// The logs' folder, to be read, not opened.
    pub(crate) logs: String,
}

/// What the system's scheduler has to be told for the console program to do the same: to be read, not opened.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct ScheduleFacts {
    /// The console program.
    pub(crate) program: String,
    /// What it is to be given to work with the settings of this window, where they are not the user's own.
    pub(crate) options: Vec<String>,
    /// The archive's folder.
    pub(crate) archive: String,
}

/// A change: what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SettingsChange {
    /// See [`SettingsView::concurrency`].
    #[serde(default)]
    pub(crate) concurrency: Option<usize>,
    /// See [`SettingsView::host_port`]; 0 for 443 again.
    #[serde(default)]
    pub(crate) host_port: Option<u16>,
    /// See [`SettingsView::stale_after_days`].
    #[serde(default)]
    pub(crate) stale_after_days: Option<u32>,
    /// See [`SettingsView::theme`].
    #[serde(default)]
    pub(crate) theme: Option<Theme>,
    /// See [`SettingsView::timeouts`].
    #[serde(default)]
    pub(crate) timeouts: Option<Timeouts>,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Theme {
    /// As the system has it.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// High contrast.
    HighContrast,
}

/// How long to wait, in seconds.
#[allow(clippy::struct_field_names, reason = "the unit belongs to a number's name")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Timeouts {
    /// For a connection.
    pub(crate) connect_seconds: u64,
    /// For the next byte.
    pub(crate) idle_seconds: u64,
    /// For a whole call.
    pub(crate) call_seconds: u64,
    /// For the transfer of a whole bundle.
    pub(crate) transfer_seconds: u64,
}

/// Hosts that were chosen together, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub(crate) struct SavedSelection {
    /// The selection's name.
    pub(crate) name: String,
    /// The hosts' names.
    pub(crate) hosts: Vec<String>,
}

/// A folder that can be opened in the file browser. The page names one; it never gives a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Folder {
    /// The log files.
    Logs,
    /// The archive.
    Archive,
    /// The settings.
    Settings,
}

/// What closing the window in mid-run shall do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum CloseAnswer {
    /// Nothing: the window stays.
    Stay,
    /// The window goes, the jobs go on; the app ends with the last of them.
    Background,
    /// Jobs are cancelled, and the app ends when they have.
    CancelAndQuit,
}

impl From<settings::Theme> for Theme {
    fn from(theme: settings::Theme) -> Self {
        match theme {
            settings::Theme::System => Self::System,
            settings::Theme::Light => Self::Light,
            settings::Theme::Dark => Self::Dark,
            settings::Theme::HighContrast => Self::HighContrast,
        }
    }
}

impl From<Theme> for settings::Theme {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::System => Self::System,
            Theme::Light => Self::Light,
            Theme::Dark => Self::Dark,
            Theme::HighContrast => Self::HighContrast,
        }
    }
}

impl From<settings::Timeouts> for Timeouts {
    fn from(timeouts: settings::Timeouts) -> Self {
        let settings::Timeouts { connect_seconds, idle_seconds, call_seconds, transfer_seconds } = timeouts;
        Self { connect_seconds, idle_seconds, call_seconds, transfer_seconds }
    }
}

impl From<Timeouts> for settings::Timeouts {
    fn from(timeouts: Timeouts) -> Self {
        let Timeouts { connect_seconds, idle_seconds, call_seconds, transfer_seconds } = timeouts;
        Self { connect_seconds, idle_seconds, call_seconds, transfer_seconds }
    }
}
