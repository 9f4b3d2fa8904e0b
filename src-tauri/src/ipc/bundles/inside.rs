//! One bundle: what it is of, its settings and its files.

use chrono::{DateTime, Utc};
use hostconfig::archive::Record;
use hostconfig::bundle::{BundleFile, Contents, FileBody, Layer, Noise, Sealing, Setting, Source, settings};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{MOST_SETTINGS, shown};
use crate::ipc::CertificateView;

/// So many lines are sent of one file.
const MOST_LINES: usize = 20_000;

/// Which bundle something is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BundleSide {
    /// The host's name of a record, the name of a file.
    pub(crate) name: String,
    /// The record in the archive.
    pub(crate) record: Option<String>,
    /// When it was taken, where that is known.
    pub(crate) taken_at: Option<DateTime<Utc>>,
    /// The release level in its manifest.
    pub(crate) release_level: Option<String>,
    /// The hardware UUID in its manifest.
    pub(crate) uuid: Option<String>,
}

/// Whether the configuration in a bundle can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum SealingView {
    /// It can.
    Open,
    /// Only the host's TPM has the key.
    Tpm,
    /// It cannot.
    Unreadable {
        /// Why, in plain words.
        reason: String,
    },
}

/// What is in a bundle.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BundleInside {
    /// Which bundle.
    pub(crate) side: BundleSide,
    /// Whether more than its manifest can be read.
    pub(crate) sealing: SealingView,
    /// What has most of its settings and cannot be read, though the bundle can.
    pub(crate) unread: Option<String>,
    /// By section, object and name, at most 20,000.
    pub(crate) settings: Vec<SettingView>,
    /// How many there are.
    pub(crate) settings_count: usize,
    /// All of its files.
    pub(crate) files: Vec<BundleFileRow>,
}

/// One thing that a host was configured to do.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct SettingView {
    /// In the vSphere Client's words, such as `Networking`.
    pub(crate) section: String,
    /// What it is a setting of; empty for the host itself.
    pub(crate) object: String,
    /// Such as `MTU`.
    pub(crate) name: String,
    /// What was configured, without secrets.
    pub(crate) value: String,
    /// Where it stands.
    pub(crate) sources: Vec<SourceView>,
}

/// A place in a bundle.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct SourceView {
    /// The file, or `ConfigStore`.
    pub(crate) file: String,
    /// The key in it; empty for the file as a whole.
    pub(crate) key: String,
}

/// A file in a bundle.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct BundleFileRow {
    /// The archive that it is in.
    pub(crate) layer: BundleLayer,
    /// Its path there.
    pub(crate) path: String,
    /// Its length.
    pub(crate) bytes: u64,
    /// What is in it.
    pub(crate) kind: BundleFileKind,
    /// Why it is left out of comparisons, where it is.
    pub(crate) noise: Option<NoiseView>,
}

/// The archive in a bundle that a file is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum BundleLayer {
    /// The bundle itself.
    Bundle,
    /// `state.tgz` in it.
    State,
    /// `local.tgz` in that.
    Local,
}

/// What is in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum BundleFileKind {
    /// Text.
    Text,
    /// One certificate or several.
    Certificates,
    /// `esx.conf`.
    EsxConf,
    /// The `ConfigStore`.
    ConfigStore,
    /// Nothing but a secret.
    Secret,
    /// Anything else.
    Binary,
}

/// Why something does not count as a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum NoiseView {
    /// It changes at every backup or restart.
    EveryBackup,
    /// It says what runs at the moment.
    Running,
}

/// What may be shown of a file.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BundleFileView {
    /// Which.
    pub(crate) row: BundleFileRow,
    /// Its lines without secrets, at most 20,000; none where it is no text.
    pub(crate) lines: Option<Vec<String>>,
    /// How many lines there are.
    pub(crate) lines_count: usize,
    /// Its certificates.
    pub(crate) certificates: Vec<CertificateView>,
    /// Which secret it is, where it is nothing else.
    pub(crate) secret: Option<String>,
    /// Its SHA-256; none where a secret could be guessed from it.
    pub(crate) sha256: Option<String>,
}

impl BundleSide {
    pub(crate) fn of_record(record: &Record, contents: &Contents) -> Self {
        Self {
            name: record.host.name.clone(),
            record: Some(record.id.clone()),
            taken_at: Some(record.taken_at),
            ..Self::of_file(String::new(), contents)
        }
    }

    pub(crate) fn of_file(name: String, contents: &Contents) -> Self {
        Self {
            name,
            record: None,
            taken_at: None,
            release_level: contents.manifest.release_level.clone(),
            uuid: contents.manifest.uuid.clone(),
        }
    }
}

impl BundleInside {
    pub(crate) fn new(side: BundleSide, contents: &Contents) -> Self {
        let table = settings(contents);
        Self {
            side,
            sealing: SealingView::from(&contents.sealing),
            unread: contents.unread_part().map(str::to_owned),
            settings: table.iter().take(MOST_SETTINGS).map(SettingView::from).collect(),
            settings_count: table.len(),
            files: contents.files().iter().map(BundleFileRow::from).collect(),
        }
    }
}

impl From<&Sealing> for SealingView {
    fn from(sealing: &Sealing) -> Self {
        match sealing {
            Sealing::Open => Self::Open,
            Sealing::Tpm => Self::Tpm,
            Sealing::Unreadable { reason } => Self::Unreadable { reason: reason.clone() },
        }
    }
}

impl From<&Setting> for SettingView {
    fn from(setting: &Setting) -> Self {
        Self {
            section: setting.section.title().to_owned(),
            object: setting.object.clone(),
            name: setting.name.clone(),
            value: shown(setting.value.text()),
            sources: std::iter::once(&setting.source).chain(&setting.also).map(SourceView::from).collect(),
        }
    }
}

impl From<&Source> for SourceView {
    fn from(source: &Source) -> Self {
        Self { file: source.file.clone(), key: source.key.clone() }
    }
}

impl From<&BundleFile> for BundleFileRow {
    fn from(file: &BundleFile) -> Self {
        Self {
            layer: file.layer.into(),
            path: file.path.clone(),
            bytes: file.bytes,
            kind: match &file.body {
                FileBody::Text(_) => BundleFileKind::Text,
                FileBody::Certificates(_) => BundleFileKind::Certificates,
                FileBody::EsxConf(_) => BundleFileKind::EsxConf,
                FileBody::ConfigStore(_) => BundleFileKind::ConfigStore,
                FileBody::Secret(_) => BundleFileKind::Secret,
                FileBody::Binary => BundleFileKind::Binary,
            },
            noise: file.noise.map(NoiseView::from),
        }
    }
}

impl From<&BundleFile> for BundleFileView {
    fn from(file: &BundleFile) -> Self {
        let lines = file.lines();
        Self {
            row: BundleFileRow::from(file),
            lines_count: lines.as_ref().map_or(0, Vec::len),
            lines: lines.map(|lines| lines.iter().take(MOST_LINES).map(|line| shown(line.text())).collect()),
            certificates: match &file.body {
                FileBody::Certificates(found) => found.iter().map(CertificateView::from).collect(),
                _ => Vec::new(),
            },
            secret: match &file.body {
                FileBody::Secret(secret) => Some(secret.to_string()),
                _ => None,
            },
            sha256: file.sha256(),
        }
    }
}

impl From<Layer> for BundleLayer {
    fn from(layer: Layer) -> Self {
        match layer {
            Layer::Bundle => Self::Bundle,
            Layer::State => Self::State,
            Layer::Local => Self::Local,
        }
    }
}

impl From<Noise> for NoiseView {
    fn from(noise: Noise) -> Self {
        match noise {
            Noise::EveryBackup => Self::EveryBackup,
            Noise::Running => Self::Running,
        }
    }
}
