//! What is in a bundle, how two differ, what changed when, and what a search finds. Only what the core has redacted becomes
//! one of these types: a text of a bundle comes from a [`Redacted`] or is a plain fact.

use chrono::{DateTime, NaiveDate, Utc};
use hostconfig::archive::{HostChange, Proof, Proven, Record, Standing};
use hostconfig::bundle::{
    BundleFile, Change, ChangeKind, Contents, Diff, FileBody, FileChange, Group, Hunk, Layer, LineKind,
    Noise, Redacted, Sealing, Setting, Source, settings,
};
use hostconfig::search::Hit;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{CertificateView, ErrorReport};

/// The longest value that the page gets; the console tells the rest.
const LONGEST_VALUE: usize = 4_000;
/// So many settings are sent of one bundle, or of one comparison.
const MOST_SETTINGS: usize = 20_000;
/// So many lines are sent of one file.
const MOST_LINES: usize = 20_000;
/// So many lines are sent of one file that differs, and of all of them.
const MOST_CHANGED_LINES: usize = 2_000;
const ALL_CHANGED_LINES: usize = 20_000;
/// So many objects are named of one of a host's changes.
const MOST_OBJECTS: usize = 20;
/// So many records are named of one hit.
const MOST_RECORDS: usize = 100;

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

/// How two bundles differ.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BundleComparison {
    /// What is compared.
    pub(crate) first: BundleSide,
    /// With what.
    pub(crate) second: BundleSide,
    /// Why what is in them could not be compared.
    pub(crate) not_compared: Option<String>,
    /// Whether all was compared, and is alike.
    pub(crate) is_same: bool,
    /// How many settings are alike.
    pub(crate) same: usize,
    /// How many are not.
    pub(crate) changes: usize,
    /// What differs in the settings; together at most 20,000.
    pub(crate) groups: Vec<ChangeGroup>,
    /// The files that differ.
    pub(crate) files: Vec<ChangedFile>,
    /// The files that differ, but not because of what anyone configured.
    pub(crate) left_out: Vec<LeftOutView>,
}

/// What differs of one object.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct ChangeGroup {
    /// In the vSphere Client's words.
    pub(crate) section: String,
    /// Empty for the host itself.
    pub(crate) object: String,
    /// Whether the object as a whole was added or removed.
    pub(crate) kind: ChangeKindView,
    /// Each setting that differs.
    pub(crate) changes: Vec<ChangeView>,
}

/// How something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ChangeKindView {
    /// Only the second bundle has it.
    Added,
    /// Only the first bundle has it.
    Removed,
    /// Both have it, but not alike.
    Changed,
}

/// A setting that differs.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangeView {
    /// Such as `MTU`.
    pub(crate) name: String,
    /// In which way.
    pub(crate) kind: ChangeKindView,
    /// What the first bundle has, without secrets.
    pub(crate) first: Option<String>,
    /// What the second bundle has, without secrets.
    pub(crate) second: Option<String>,
    /// What secrets in it are to each other; none where not both sides have some.
    pub(crate) secrets: Option<SecretsView>,
    /// Where it stands.
    pub(crate) source: SourceView,
}

/// What the secrets of two bundles are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum SecretsView {
    /// The same.
    Alike,
    /// Not the same.
    Differ,
}

/// A file that differs.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangedFile {
    /// The archive that it is in.
    pub(crate) layer: BundleLayer,
    /// Its path there.
    pub(crate) path: String,
    /// In which way.
    pub(crate) kind: ChangeKindView,
    /// Its length in the first bundle.
    pub(crate) first_bytes: Option<u64>,
    /// Its length in the second bundle.
    pub(crate) second_bytes: Option<u64>,
    /// What differs, line by line; empty where it is no text.
    pub(crate) hunks: Vec<HunkView>,
    /// How many lines of that are not sent.
    pub(crate) lines_left_out: usize,
}

/// Lines that differ, with some around them.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HunkView {
    /// The number of its first line in the first bundle, from 1.
    pub(crate) first_line: usize,
    /// The same in the second.
    pub(crate) second_line: usize,
    /// Its lines.
    pub(crate) lines: Vec<LineView>,
}

/// A line of a file.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct LineView {
    /// Whose it is.
    pub(crate) kind: LineKindView,
    /// Without secrets.
    pub(crate) text: String,
}

/// Whose a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum LineKindView {
    /// Both have it.
    Same,
    /// Only the first has it.
    Removed,
    /// Only the second has it.
    Added,
}

/// A file that differs by itself.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct LeftOutView {
    /// Its path.
    pub(crate) path: String,
    /// Why it does not count.
    pub(crate) noise: NoiseView,
}

/// In which form a comparison is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ComparisonFormat {
    /// For reading.
    Text,
    /// For programs.
    Json,
    /// A page of its own.
    Html,
}

/// How a backup's settings stand to those of the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum StandingView {
    /// The first backup of the host.
    First,
    /// They differ.
    Changed {
        /// The id of the record before.
        previous: String,
    },
    /// They are the same.
    Unchanged {
        /// The oldest backup that has them.
        since: DateTime<Utc>,
    },
    /// The bundle is sealed, or cannot be read.
    Unreadable,
    /// Nobody has looked yet.
    Unknown,
}

/// How a record's settings stand to those of the host's bundle before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub(crate) struct RecordStanding {
    /// The record's id.
    pub(crate) record: String,
    /// How they stand.
    pub(crate) standing: StandingView,
}

/// On which days settings changed, as far as that is known.
#[derive(Debug, Clone, Serialize, Type)]
pub(crate) struct ChangedDays {
    /// Newest first; a day on which nothing changed is not among them.
    pub(crate) days: Vec<ChangedDay>,
    /// How many bundles have not been read yet.
    pub(crate) unread: usize,
    /// Whether that is being done.
    pub(crate) reading: bool,
}

/// A day on which settings changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub(crate) struct ChangedDay {
    /// In the archive's folder names.
    pub(crate) date: NaiveDate,
    /// How many backups of it have other settings than the one before.
    pub(crate) changed: usize,
}

/// What changed between two backups of a host that follow each other.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HostChangeView {
    /// The id of the record before; none for the host's first.
    pub(crate) previous: Option<String>,
    /// The id of the record that has the change.
    pub(crate) record: String,
    /// When that was taken.
    pub(crate) taken_at: DateTime<Utc>,
    /// How many settings changed.
    pub(crate) changes: usize,
    /// What they are settings of, or their section where that is the host itself; at most 20.
    pub(crate) objects: Vec<String>,
    /// How many of these there are.
    pub(crate) objects_count: usize,
    /// Why it is not known.
    pub(crate) unreadable: Option<ErrorReport>,
}

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

/// A rung of the ladder of proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub(crate) struct RungView {
    /// In a few words, such as `hash on record`.
    pub(crate) title: String,
    /// Whether it is proven.
    pub(crate) state: RungState,
    /// Why it is not.
    pub(crate) reason: Option<String>,
}

/// Whether a rung is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum RungState {
    /// It is.
    Proven,
    /// It is not so.
    Refuted,
    /// It cannot be told, or nobody has looked.
    Unknown,
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

impl BundleComparison {
    pub(crate) fn new(first: BundleSide, second: BundleSide, diff: &Diff) -> Self {
        let mut room = ALL_CHANGED_LINES;
        Self {
            first,
            second,
            not_compared: diff.not_compared.clone(),
            is_same: diff.is_same(),
            same: diff.same,
            changes: diff.changes(),
            groups: groups(&diff.groups),
            files: diff.files.iter().map(|file| ChangedFile::new(file, &mut room)).collect(),
            left_out: diff
                .left_out
                .iter()
                .map(|file| LeftOutView { path: file.path.clone(), noise: file.noise.into() })
                .collect(),
        }
    }
}

impl ChangedFile {
    fn new(file: &FileChange, all: &mut usize) -> Self {
        let most = MOST_CHANGED_LINES.min(*all);
        let mut room = most;
        let mut hunks = Vec::new();
        for hunk in &file.hunks {
            if room == 0 {
                break;
            }
            let hunk = HunkView::new(hunk, room);
            room -= hunk.lines.len();
            hunks.push(hunk);
        }
        *all -= most - room;
        let lines: usize = file.hunks.iter().map(|hunk| hunk.lines.len()).sum();
        Self {
            layer: file.layer.into(),
            path: file.path.clone(),
            kind: file.kind.into(),
            first_bytes: file.first_bytes,
            second_bytes: file.second_bytes,
            hunks,
            lines_left_out: lines - (most - room),
        }
    }
}

impl HunkView {
    fn new(hunk: &Hunk, most: usize) -> Self {
        let line = |line: &hostconfig::bundle::Line| LineView {
            kind: match line.kind {
                LineKind::Same => LineKindView::Same,
                LineKind::Removed => LineKindView::Removed,
                LineKind::Added => LineKindView::Added,
            },
            text: shown(line.text.text()),
        };
        Self {
            first_line: hunk.first_line,
            second_line: hunk.second_line,
            lines: hunk.lines.iter().take(most).map(line).collect(),
        }
    }
}

impl From<&Change> for ChangeView {
    fn from(change: &Change) -> Self {
        let text = |value: &Option<Redacted>| value.as_ref().map(|value| shown(value.text()));
        let both = change.first.as_ref().zip(change.second.as_ref());
        let have_secrets = both.is_some_and(|(first, second)| first.has_secret() && second.has_secret());
        Self {
            name: change.name.clone(),
            kind: change.kind.into(),
            first: text(&change.first),
            second: text(&change.second),
            secrets: have_secrets.then_some(if change.secret_differs {
                SecretsView::Differ
            } else {
                SecretsView::Alike
            }),
            source: SourceView::from(&change.source),
        }
    }
}

impl From<HostChange> for HostChangeView {
    fn from(change: HostChange) -> Self {
        let object = |group: &Group| match group.object.as_str() {
            "" => group.section.title().to_owned(),
            object => object.to_owned(),
        };
        let mut objects: Vec<String> = change.groups.iter().map(object).collect();
        objects.dedup();
        Self {
            previous: change.previous,
            record: change.record,
            taken_at: change.taken_at,
            changes: change.groups.iter().map(|group| group.changes.len()).sum(),
            objects_count: objects.len(),
            objects: objects.into_iter().take(MOST_OBJECTS).collect(),
            unreadable: change.unreadable.map(ErrorReport::from),
        }
    }
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

impl RungView {
    pub(crate) fn all(proof: &Proof) -> Vec<Self> {
        let rung = |step: &hostconfig::archive::Step| {
            let (state, reason) = match &step.proven {
                Proven::Yes => (RungState::Proven, None),
                Proven::No { reason } => (RungState::Refuted, Some(reason.clone())),
                Proven::Unknown { reason } => (RungState::Unknown, Some(reason.clone())),
            };
            Self { title: step.rung.title().to_owned(), state, reason }
        };
        proof.rungs.iter().map(rung).collect()
    }
}

impl From<&Standing> for StandingView {
    fn from(standing: &Standing) -> Self {
        match standing {
            Standing::First => Self::First,
            Standing::Changed { previous } => Self::Changed { previous: previous.clone() },
            Standing::Unchanged { since } => Self::Unchanged { since: *since },
            Standing::Unreadable => Self::Unreadable,
            Standing::Unknown => Self::Unknown,
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

impl From<ChangeKind> for ChangeKindView {
    fn from(kind: ChangeKind) -> Self {
        match kind {
            ChangeKind::Added => Self::Added,
            ChangeKind::Removed => Self::Removed,
            ChangeKind::Changed => Self::Changed,
        }
    }
}

fn groups(found: &[Group]) -> Vec<ChangeGroup> {
    let mut room = MOST_SETTINGS;
    let mut shown = Vec::new();
    for group in found {
        let changes: Vec<ChangeView> = group.changes.iter().take(room).map(ChangeView::from).collect();
        if changes.is_empty() {
            break;
        }
        room -= changes.len();
        shown.push(ChangeGroup {
            section: group.section.title().to_owned(),
            object: group.object.clone(),
            kind: group.kind.into(),
            changes,
        });
    }
    shown
}

/// As much of a text as a page shows.
fn shown(text: &str) -> String {
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_end_where_letters_do() {
        assert_eq!(shown("é"), "é");
        let long = shown(&"é".repeat(LONGEST_VALUE + 1));
        assert_eq!(long.chars().count(), LONGEST_VALUE + 1);
        assert!(long.ends_with("é…"));
    }
}
