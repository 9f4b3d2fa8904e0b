//! How two bundles differ: settings first, files second. For people, who want to know what was changed; whether a restore
//! brought all of a bundle is [`super::compare`]'s question.

mod html;
mod pairs;
mod text;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::Serialize;
use similar::{Algorithm, ChangeTag, DiffOp};

use super::contents::{Contents, Sealing};
use super::file::{BundleFile, FileBody};
use super::redact::Redacted;
use super::settings::{REST, Section, Setting, Source, settings, settings_of_manifest};
use super::{Layer, Noise};
use pairs::Pair;

pub use html::to_html;
pub use text::to_text;

/// How many lines around a change are shown.
const CONTEXT: usize = 3;
/// After that, lines of a file are told as removed and added rather than matched any better.
const FILE_WITHIN: Duration = Duration::from_millis(400);
/// All files of a bundle together.
const ALL_WITHIN: Duration = Duration::from_secs(2);

/// How two bundles differ.
#[derive(Debug, Clone, Serialize)]
pub struct Diff {
    /// Why what is in them could not be compared; then only what the manifests say was.
    pub not_compared: Option<String>,
    /// What differs in the settings, by section and object.
    pub groups: Vec<Group>,
    /// How many settings both have, alike.
    pub same: usize,
    /// The files that differ, noise left out.
    pub files: Vec<FileChange>,
    /// The files that differ, but not because of what anyone configured.
    pub left_out: Vec<LeftOut>,
}

/// What differs of one object.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// Its part of the table of settings.
    pub section: Section,
    /// Such as `Port group VM Network`; empty for the host itself.
    pub object: String,
    /// Whether the object as a whole was added or removed.
    pub kind: ChangeKind,
    /// Each setting that differs.
    pub changes: Vec<Change>,
}

/// A setting that differs.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// Such as `MTU`.
    pub name: String,
    /// In which way.
    pub kind: ChangeKind,
    /// What the first bundle has.
    pub first: Option<Redacted>,
    /// What the second bundle has.
    pub second: Option<Redacted>,
    /// Whether secrets differ that are not shown.
    pub secret_differs: bool,
    /// Where it stands, in the second bundle where it is there.
    pub source: Source,
}

/// How something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Only the second bundle has it.
    Added,
    /// Only the first bundle has it.
    Removed,
    /// Both have it, but not alike.
    Changed,
}

/// A file that differs.
#[derive(Debug, Clone, Serialize)]
pub struct FileChange {
    /// The archive that it is in.
    pub layer: Layer,
    /// Its path there.
    pub path: String,
    /// In which way.
    pub kind: ChangeKind,
    /// Its length in the first bundle.
    pub first_bytes: Option<u64>,
    /// Its length in the second bundle.
    pub second_bytes: Option<u64>,
    /// What differs, line by line; empty where it is no text.
    pub hunks: Vec<Hunk>,
}

/// Lines that differ, with some around them.
#[derive(Debug, Clone, Serialize)]
pub struct Hunk {
    /// The number of its first line in the first bundle, from 1.
    pub first_line: usize,
    /// The same in the second.
    pub second_line: usize,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A line of a file.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// Whose it is.
    pub kind: LineKind,
    /// Without secrets.
    pub text: Redacted,
}

/// Whose a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// Both have it.
    Same,
    /// Only the first has it.
    Removed,
    /// Only the second has it.
    Added,
}

/// A file that differs by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Its path.
    pub path: String,
    /// Why it does not count.
    pub noise: Noise,
}

/// How `second` differs from `first`.
pub fn diff(first: &Contents, second: &Contents) -> Diff {
    let not_compared = not_compared(first, second);
    // What one of them cannot tell is not what it does not have.
    let table = if not_compared.is_none() { settings } else { settings_of_manifest };
    let (groups, same) = diff_settings(&table(first), &table(second));
    let mut diff = Diff { not_compared, groups, same, files: Vec::new(), left_out: Vec::new() };
    if diff.not_compared.is_none() {
        diff_files(first, second, &mut diff);
    }
    diff
}

/// The same for two tables of settings alone, and how many they have alike.
pub fn diff_settings(first: &[Setting], second: &[Setting]) -> (Vec<Group>, usize) {
    let (first, second) = (named(first), named(second));
    let mut groups: BTreeMap<(Section, &str), Vec<Change>> = BTreeMap::new();
    let mut same = 0;
    let only_second = second.keys().filter(|name| !first.contains_key(*name));
    for name @ (section, object, _) in first.keys().chain(only_second) {
        let [first, second] = [&first, &second].map(|table| table.get(name).map_or(&[][..], Vec::as_slice));
        for pair in pairs::pairs(first, second) {
            match change(pair) {
                Some(change) => groups.entry((*section, object)).or_default().push(change),
                None => same += 1,
            }
        }
    }
    let has = |of: &Named<'_>, section: Section, object: &str| {
        of.range((section, object, "")..)
            .next()
            .is_some_and(|(name, _)| (name.0, name.1) == (section, object))
    };
    let groups = groups.into_iter().map(|((section, object), mut changes)| {
        changes.sort_by(|a, b| a.name.cmp(&b.name));
        let is_rest = changes.iter().all(|change| REST.contains(&change.name.as_str()));
        let kind = match (has(&first, section, object), has(&second, section, object)) {
            _ if is_rest => ChangeKind::Changed,
            (false, _) if !object.is_empty() => ChangeKind::Added,
            (_, false) if !object.is_empty() => ChangeKind::Removed,
            _ => ChangeKind::Changed,
        };
        Group { section, object: object.to_owned(), kind, changes }
    });
    (groups.collect(), same)
}

impl Diff {
    /// Whether all was compared, and all settings and files that count are alike.
    pub fn is_same(&self) -> bool {
        self.not_compared.is_none() && self.groups.is_empty() && self.files.is_empty()
    }

    /// How many settings differ.
    pub fn changes(&self) -> usize {
        self.groups.iter().map(|group| group.changes.len()).sum()
    }
}

/// Settings by what they are of. The same one can stand in several places with several values: then each counts.
type Named<'a> = BTreeMap<(Section, &'a str, &'a str), Vec<&'a Setting>>;

fn named(settings: &[Setting]) -> Named<'_> {
    let mut named = Named::new();
    for setting in settings {
        let name = (setting.section, setting.object.as_str(), setting.name.as_str());
        named.entry(name).or_default().push(setting);
    }
    named
}

/// None where both are alike.
fn change((first, second): Pair<'_>) -> Option<Change> {
    let one = second.or(first)?;
    let kind = match (first, second) {
        (None, _) => ChangeKind::Added,
        (_, None) => ChangeKind::Removed,
        (Some(first), Some(second)) if first.value == second.value => return None,
        _ => ChangeKind::Changed,
    };
    let secret_differs = first.zip(second).is_some_and(|(a, b)| a.value.differs_in_secret(&b.value));
    Some(Change {
        name: one.name.clone(),
        kind,
        first: first.map(|setting| setting.value.clone()),
        second: second.map(|setting| setting.value.clone()),
        secret_differs,
        source: one.source.clone(),
    })
}

fn not_compared(first: &Contents, second: &Contents) -> Option<String> {
    // Where neither can tell the most of it, the rest is still worth comparing.
    let is_one_sided = first.unread_part().is_some() != second.unread_part().is_some();
    let why = |which: &str, contents: &Contents| match (&contents.sealing, contents.unread_part()) {
        (Sealing::Open, Some(part)) if is_one_sided => Some(format!("{which}'s {part} cannot be read")),
        (Sealing::Open, _) => None,
        (Sealing::Tpm, _) => Some(format!("{which} is sealed by its host's TPM: only that host can read it")),
        (Sealing::Unreadable { reason }, _) => Some(format!("{which} cannot be read: {reason}")),
    };
    why("the first bundle", first).or_else(|| why("the second bundle", second))
}

fn diff_files(first: &Contents, second: &Contents, diff: &mut Diff) {
    let by_path = |contents: &Contents| -> BTreeMap<(Layer, String), usize> {
        let files = contents.files().iter().enumerate();
        files.map(|(at, file)| ((file.layer, file.path.clone()), at)).collect()
    };
    let (in_first, in_second) = (by_path(first), by_path(second));
    let all_by = Instant::now() + ALL_WITHIN;
    let mut paths: Vec<&(Layer, String)> = in_first.keys().chain(in_second.keys()).collect();
    paths.sort_unstable();
    paths.dedup();
    for path in paths {
        let one = in_first.get(path).map(|at| &first.files()[*at]);
        let other = in_second.get(path).map(|at| &second.files()[*at]);
        if one.zip(other).is_some_and(|(one, other)| one.is_same(other)) {
            continue;
        }
        match one.or(other).and_then(|file| file.noise) {
            Some(noise) => diff.left_out.push(LeftOut { path: path.1.clone(), noise }),
            None => diff.files.extend(file_change(path, one, other, all_by)),
        }
    }
}

fn file_change(
    (layer, path): &(Layer, String),
    first: Option<&BundleFile>,
    second: Option<&BundleFile>,
    all_by: Instant,
) -> Option<FileChange> {
    let kind = match (first, second) {
        (None, _) => ChangeKind::Added,
        (_, None) => ChangeKind::Removed,
        _ => ChangeKind::Changed,
    };
    let first_body = first.map(|file| &file.body);
    let lines = |file: Option<&BundleFile>| file.map_or(Some(Vec::new()), BundleFile::lines_that_count);
    let hunks = match (lines(first), lines(second)) {
        (Some(first), Some(second)) => {
            let hunks = hunks(&first, &second, all_by.min(Instant::now() + FILE_WITHIN));
            // The ConfigStore notes times and counts beside what it holds, esx.conf has remarks. A text differs in how its lines end.
            let is_text = matches!(first_body, Some(FileBody::Text(_)));
            if hunks.is_empty() && kind == ChangeKind::Changed && !is_text {
                return None;
            }
            hunks
        }
        _ => Vec::new(),
    };
    Some(FileChange {
        layer: *layer,
        path: path.clone(),
        kind,
        first_bytes: first.map(|file| file.bytes),
        second_bytes: second.map(|file| file.bytes),
        hunks,
    })
}

fn hunks(first: &[Redacted], second: &[Redacted], by: Instant) -> Vec<Hunk> {
    let changes = similar::capture_diff_slices_deadline(Algorithm::Myers, first, second, Some(by));
    let groups = similar::group_diff_ops(changes, CONTEXT);
    groups
        .iter()
        .filter(|ops| ops.iter().any(|op| op.tag() != similar::DiffTag::Equal))
        .map(|ops| hunk(ops, first, second))
        .collect()
}

fn hunk(ops: &[DiffOp], first: &[Redacted], second: &[Redacted]) -> Hunk {
    let line = |change: similar::Change<Redacted>| Line {
        kind: match change.tag() {
            ChangeTag::Equal => LineKind::Same,
            ChangeTag::Delete => LineKind::Removed,
            ChangeTag::Insert => LineKind::Added,
        },
        text: change.value(),
    };
    Hunk {
        first_line: ops.first().map_or(0, |op| op.old_range().start) + 1,
        second_line: ops.first().map_or(0, |op| op.new_range().start) + 1,
        lines: ops.iter().flat_map(|op| op.iter_changes(first, second)).map(line).collect(),
    }
}

#[cfg(test)]
#[path = "../diff_tests.rs"]
mod tests;
