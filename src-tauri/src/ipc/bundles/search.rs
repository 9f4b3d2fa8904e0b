//! What a search of settings asks, and what it finds.

use chrono::{DateTime, Utc};
use hostconfig::archive::Record;
use hostconfig::search::Hit;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{SettingView, SourceView, shown};
use crate::ipc::ErrorReport;

/// So many records are named of one hit.
const MOST_RECORDS: usize = 100;

/// What is looked for in settings.
#[derive(Debug, Clone, Deserialize, Type)]
pub(crate) struct SettingsQuery {
    /// A setting, a value, an address, a file.
    pub(crate) text: String,
    /// In all bundles of this host; none for the newest of every host.
    pub(crate) identity: Option<String>,
}

/// How far the reading of bundles for a search is.
#[derive(Debug, Clone, Copy, Serialize, Type)]
pub(crate) struct SearchProgress {
    /// Bundles read so far.
    pub(crate) read: usize,
    /// Of so many that were not read before.
    pub(crate) total: usize,
}

/// What a search finds.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SettingsFound {
    /// How many bundles were looked through.
    pub(crate) searched: usize,
    /// How many of these are sealed, or have no settings that can be read.
    pub(crate) without_settings: usize,
    /// How many settings have the text.
    pub(crate) found: usize,
    /// At most 1,000 of them.
    pub(crate) hits: Vec<HitView>,
    /// The bundles that could not be read.
    pub(crate) not_searched: Vec<NotSearched>,
}

/// A setting that has the text.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HitView {
    /// Its section, object, name, value and place.
    pub(crate) setting: SettingView,
    /// The backups that have it, at most 100.
    pub(crate) records: Vec<HitRecord>,
    /// How many have it.
    pub(crate) records_count: usize,
}

/// A backup that has a hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HitRecord {
    /// Its id.
    pub(crate) id: String,
    /// The host's name.
    pub(crate) host: String,
    /// When it was taken.
    pub(crate) taken_at: DateTime<Utc>,
}

/// A bundle that could not be looked through.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct NotSearched {
    /// The host's name.
    pub(crate) host: String,
    /// The record's id.
    pub(crate) record: String,
    /// Why.
    pub(crate) error: ErrorReport,
}

impl HitView {
    /// `of` knows each record by its id.
    pub(crate) fn new<'a>(hit: &Hit, of: impl Fn(&str) -> Option<&'a Record>) -> Self {
        let record = |id: &String| {
            of(id).map(|record| HitRecord {
                id: id.clone(),
                host: record.host.name.clone(),
                taken_at: record.taken_at,
            })
        };
        Self {
            setting: SettingView {
                section: hit.section.title().to_owned(),
                object: hit.object.clone(),
                name: hit.name.clone(),
                value: shown(&hit.value),
                sources: vec![SourceView { file: hit.file.clone(), key: hit.key.clone() }],
            },
            records: hit.records.iter().filter_map(record).take(MOST_RECORDS).collect(),
            records_count: hit.records.len(),
        }
    }
}
