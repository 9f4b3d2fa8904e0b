//! How two bundles differ: settings first, files second.

use hostconfig::bundle::{Change, ChangeKind, Diff, FileChange, Group, Hunk, LineKind, Redacted};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{BundleLayer, BundleSide, MOST_SETTINGS, NoiseView, SourceView, shown};

/// So many lines are sent of one file that differs, and of all of them.
const MOST_CHANGED_LINES: usize = 2_000;
const ALL_CHANGED_LINES: usize = 20_000;

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
