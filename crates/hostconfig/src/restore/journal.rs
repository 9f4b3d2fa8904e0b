//! The journal of a restore: `<config>/restores/<id>.jsonl`, a line before and after each step, each flushed to the disk before
//! anything else is done. Whatever happens to Hostkeep, the next start knows where the restore stood. No secret is in it.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use vsphere::Thumbprint;

use super::error::RestoreError;
use super::lock;
use super::progress::{Step, StepState};
use super::report::{Next, Outcome, RestoreReport};
use super::request::RestoreOptions;
use crate::archive::RecordServer;
use crate::backup::HostRef;
use crate::files::{self, FileError, platform};
use crate::{ConfigDir, ErrorReport, Result};

/// The format of a journal that this version writes and the newest that it reads.
const FORMAT: u32 = 1;
/// A journal has a few kilobytes; a report in it may name many files.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// The first line: what was begun.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    /// The journal's format.
    pub format: u32,
    /// The restore's id; begins with the time in UTC, so that ids sort by time.
    pub id: String,
    /// When it began, local.
    pub started_at: DateTime<FixedOffset>,
    /// The user of the operating system.
    pub os_user: String,
    /// The machine that Hostkeep ran on.
    pub machine: String,
    /// The version of Hostkeep.
    pub hostkeep_version: String,
    /// The server.
    pub server: RecordServer,
    /// Who was signed in there.
    pub server_user: String,
    /// The host.
    pub host: HostRef,
    /// What tells the host from all others.
    pub host_key: String,
    /// The bundle.
    pub bundle: BundleOrigin,
    /// What was chosen.
    pub options: RestoreOptions,
    /// The digest of the plan that was consented to.
    pub digest: String,
    /// How the host was.
    pub before: Before,
    /// What the bundle brings.
    pub brings: Restored,
}

/// Which bundle is restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleOrigin {
    /// The record's id, of a bundle in the archive.
    pub record: Option<String>,
    /// The file.
    pub path: PathBuf,
    /// Its SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// When it was taken, where that is known.
    pub taken_at: Option<DateTime<Utc>>,
}

/// A host before a restore: what the restored one is measured by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// When it had started.
    pub boot_time: Option<DateTime<Utc>>,
    /// Whether it was in maintenance mode.
    pub in_maintenance_mode: Option<bool>,
    /// Its hardware UUID.
    pub uuid: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its build.
    pub build: Option<String>,
    /// Its management addresses.
    pub addresses: Vec<String>,
    /// The certificate's thumbprint that its server reported, SHA-1 or SHA-256.
    pub thumbprint: Option<String>,
}

/// What a bundle brings, as far as that could be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// The management address.
    pub address: Option<String>,
    /// The certificate's SHA-256 thumbprint.
    pub certificate: Option<Thumbprint>,
}

/// A line of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Entry {
    /// The first line.
    Begun(Box<Begun>),
    /// A step is about to be done.
    Intends { step: Step },
    /// It is done.
    Done {
        step: Step,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// What a safety backup has made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        record: Option<String>,
    },
    /// It failed.
    Failed { step: Step, error: ErrorReport },
    /// Somebody went on with it.
    Resumed { action: String },
    /// It ended.
    Ended { report: Box<RestoreReport> },
    /// An admin has looked after it.
    Dismissed,
}

#[derive(Serialize, Deserialize)]
struct Line {
    at: DateTime<FixedOffset>,
    #[serde(flatten)]
    entry: Entry,
}

/// A restore as its journal tells it.
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// What was begun.
    pub begun: Begun,
    /// Where it stood last.
    pub stood: Stood,
    /// Whether it is under way at this moment.
    pub is_under_way: bool,
    /// Whether something is left to be looked after.
    pub is_open: bool,
    /// Whether the host was told, or was about to be told, to restore.
    pub was_sent: bool,
    /// Whether it was this restore that had the host enter maintenance mode, or was about to.
    pub entered_maintenance_mode: bool,
    /// The record of the safety backup.
    pub safety_backup: Option<String>,
    /// What is known of the host now, in a sentence.
    pub known: String,
    /// What came of it, where it has ended.
    pub report: Option<Box<RestoreReport>>,
    /// What can be done now.
    pub next: Vec<Next>,
}

/// Where a restore stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stood {
    /// The step; none before the first.
    pub step: Option<Step>,
    /// Begun, done or failed.
    pub state: StepState,
    /// Since when.
    pub at: DateTime<FixedOffset>,
}

/// A journal that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

/// All restores of this configuration folder, newest first, and the journals that cannot be understood.
pub fn history(config: &ConfigDir) -> Result<(Vec<Summary>, Vec<Unreadable>)> {
    let folder = config.restores();
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), Vec::new())),
        entries => entries.map_err(|error| FileError::new("list", &folder, error))?,
    };
    let (mut restores, mut unreadable) = (Vec::new(), Vec::new());
    for entry in entries {
        let path = entry.map_err(|error| FileError::new("list", &folder, error))?.path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        match read(config, &path) {
            Ok(Some(summary)) => restores.push(summary),
            Ok(None) => {}
            Err(crate::Error::Restore(error)) => match *error {
                RestoreError::JournalUnreadable { path, reason } => {
                    unreadable.push(Unreadable { path, reason });
                }
                other => return Err(other.into()),
            },
            Err(error) => return Err(error),
        }
    }
    restores.sort_unstable_by(|a, b| b.begun.id.cmp(&a.begun.id));
    Ok((restores, unreadable))
}

/// The restores that something is left to be looked after of, and that are not under way, newest first; and the journals that
/// cannot be understood, which may be of such.
pub fn unfinished(config: &ConfigDir) -> Result<(Vec<Summary>, Vec<Unreadable>)> {
    let (mut restores, unreadable) = history(config)?;
    restores.retain(|restore| restore.is_open && !restore.is_under_way);
    Ok((restores, unreadable))
}

/// The restore whose id is, or alone begins with, `asked`.
///
/// # Errors
/// [`RestoreError::Unknown`], [`RestoreError::Ambiguous`].
pub fn find(config: &ConfigDir, asked: &str) -> Result<Summary> {
    let asked = asked.trim();
    let (restores, _) = history(config)?;
    let is_meant = |restore: &Summary| !asked.is_empty() && restore.begun.id.starts_with(asked);
    let mut found: Vec<Summary> = restores.into_iter().filter(is_meant).collect();
    let id = asked.chars().take(80).collect();
    match found.len() {
        1 => Ok(found.swap_remove(0)),
        0 => Err(RestoreError::Unknown { id }.into()),
        _ => {
            let candidates = found.into_iter().map(|restore| restore.begun.id).collect();
            Err(RestoreError::Ambiguous { id, candidates }.into())
        }
    }
}

/// A journal that is written to.
#[derive(Debug, Clone)]
pub(super) struct Journal {
    path: PathBuf,
    file: Arc<File>,
}

impl Journal {
    /// Begins a journal.
    pub(super) fn begin(config: &ConfigDir, at: DateTime<FixedOffset>, begun: &Begun) -> Result<Self> {
        files::ensure_private_folders(&config.restores())?;
        let path = config.restores().join(format!("{}.jsonl", begun.id));
        let file = Arc::new(files::create_private_file(&path)?);
        let journal = Self { path, file };
        journal.write(at, Entry::Begun(Box::new(begun.clone())))?;
        files::sync_folder(&config.restores())?;
        Ok(journal)
    }

    /// Goes on with a journal. A line that was torn by a crash goes: what it was to announce was not begun yet.
    pub(super) fn go_on(config: &ConfigDir, id: &str) -> Result<Self> {
        let path = config.restores().join(format!("{id}.jsonl"));
        let failed = |error| FileError::new("write", &path, error);
        let content = files::read_regular_limited(&path, MOST_BYTES).map_err(failed)?;
        let whole = content.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        cut(&path, whole as u64).map_err(failed)?;
        let file = platform::private(OpenOptions::new().append(true)).open(&path).map_err(failed)?;
        Ok(Self { path, file: Arc::new(file) })
    }

    /// Appends a line and flushes it to the disk.
    pub(super) async fn append(&self, at: DateTime<FixedOffset>, entry: Entry) -> Result<()> {
        let journal = self.clone();
        crate::blocking(move || journal.write(at, entry)).await
    }

    pub(super) fn write(&self, at: DateTime<FixedOffset>, entry: Entry) -> Result<()> {
        let failed = |error: io::Error| FileError::new("write", &self.path, error);
        let mut line = serde_json::to_vec(&Line { at, entry }).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        let mut file = self.file.as_ref();
        let before = file.metadata().map_err(failed)?.len();
        if let Err(error) = file.write_all(&line).and_then(|()| file.sync_data()) {
            // Half a line in the middle would make all of it unreadable.
            cut(&self.path, before).map_err(failed)?;
            return Err(failed(error).into());
        }
        Ok(())
    }
}

/// A file that is open for appending cannot be cut on Windows.
fn cut(path: &Path, length: u64) -> io::Result<()> {
    platform::private(OpenOptions::new().write(true)).open(path)?.set_len(length)
}

/// None where the first line is not whole: nothing is done before it is, so nothing was begun.
fn read(config: &ConfigDir, path: &Path) -> Result<Option<Summary>> {
    let unreadable = |reason: String| RestoreError::JournalUnreadable { path: path.to_owned(), reason };
    let content =
        files::read_regular_limited(path, MOST_BYTES).map_err(|error| unreadable(error.to_string()))?;
    let Some(end) = content.iter().rposition(|byte| *byte == b'\n') else { return Ok(None) };
    let whole = end + 1;
    let mut lines = Vec::new();
    for (number, text) in content[..whole].split(|byte| *byte == b'\n').enumerate() {
        if text.is_empty() {
            continue;
        }
        if number == 0
            && let Ok(format) = files::format_of(text)
            && format > FORMAT
        {
            let reason = format!("it has format {format}, and this version of Hostkeep knows {FORMAT}");
            return Err(unreadable(reason).into());
        }
        let line: Line = serde_json::from_slice(text)
            .map_err(|error| unreadable(format!("line {} is broken: {error}", number + 1)))?;
        lines.push(line);
    }
    let mut lines = lines.into_iter();
    let Some(Line { at, entry: Entry::Begun(begun) }) = lines.next() else {
        return Err(unreadable("it does not say what was begun".to_owned()).into());
    };
    let is_under_way = lock::is_held(config, &begun.id)?;
    Ok(Some(summary(*begun, at, lines, is_under_way)))
}

fn summary(
    begun: Begun,
    began_at: DateTime<FixedOffset>,
    lines: impl Iterator<Item = Line>,
    is_under_way: bool,
) -> Summary {
    let mut stood = Stood { step: None, state: StepState::NotBegun, at: began_at };
    let mut states: HashMap<Step, StepState> = HashMap::new();
    let (mut safety_backup, mut report, mut is_dismissed) = (None, None, false);
    for Line { at, entry } in lines {
        let (step, state) = match entry {
            Entry::Intends { step } => (step, StepState::Begun),
            Entry::Failed { step, .. } => (step, StepState::Failed),
            Entry::Done { step, record, .. } => {
                safety_backup = record.or(safety_backup);
                (step, StepState::Done)
            }
            Entry::Ended { report: ended } => {
                report = Some(ended);
                continue;
            }
            Entry::Resumed { .. } => {
                (report, is_dismissed) = (None, false);
                continue;
            }
            Entry::Dismissed => {
                is_dismissed = true;
                continue;
            }
            Entry::Begun(_) => continue,
        };
        states.insert(step, state);
        stood = Stood { step: Some(step), state, at };
    }
    let was_sent = matches!(states.get(&Step::Restore), Some(StepState::Begun | StepState::Done));
    let has_left = states.get(&Step::LeaveMaintenanceMode) == Some(&StepState::Done);
    let entered_maintenance_mode = states.contains_key(&Step::EnterMaintenanceMode) && !has_left;
    let outcome = report.as_deref().map(|report: &RestoreReport| &report.outcome);
    let is_settled = match outcome {
        Some(outcome) => outcome.is_settled(),
        None => !was_sent && !entered_maintenance_mode,
    };
    let is_open = !is_dismissed && !is_settled;
    let known = known(&begun, outcome, &stood, (was_sent, entered_maintenance_mode), is_under_way);
    let next = match &report {
        _ if is_under_way || !is_open => Vec::new(),
        Some(report) => report.next.clone(),
        None => next(was_sent, entered_maintenance_mode, safety_backup.as_deref()),
    };
    Summary {
        begun,
        stood,
        is_under_way,
        is_open,
        was_sent,
        entered_maintenance_mode,
        safety_backup,
        known,
        report,
        next,
    }
}

/// What can be done about a restore that has not come to its end.
pub(super) fn next(was_sent: bool, entered: bool, safety_backup: Option<&str>) -> Vec<Next> {
    let mut next = Vec::new();
    if was_sent {
        next.push(Next::KeepWatching);
    }
    if entered {
        next.push(Next::LeaveMaintenanceMode);
    }
    if was_sent && let Some(record) = safety_backup {
        next.push(Next::Undo { record: record.to_owned() });
    }
    next.push(Next::Dismiss);
    next
}

fn known(
    begun: &Begun,
    outcome: Option<&Outcome>,
    stood: &Stood,
    (was_sent, entered): (bool, bool),
    is_under_way: bool,
) -> String {
    let host = &begun.host.name;
    if is_under_way {
        return format!("A restore of {host} is under way.");
    }
    match outcome {
        Some(Outcome::Proven) => format!("{host} was restored, and that was proven."),
        Some(Outcome::NotProven { open, .. }) => {
            format!("{host} was restored, but not everything could be proven: {}.", open.join("; "))
        }
        Some(Outcome::NothingChanged { error }) => {
            format!(
                "Nothing was restored, and {host} was left as it was found: {}.",
                error.message.trim_end_matches('.')
            )
        }
        Some(Outcome::LeftChanged { left, .. }) => left.clone(),
        Some(Outcome::Unknown { error, .. }) => {
            format!(
                "{host} was told to restore, and nobody knows what came of it: {}.",
                error.message.trim_end_matches('.')
            )
        }
        None if was_sent => format!(
            "Hostkeep ended after {host} was told, or was about to be told, to restore the bundle. It has probably restarted with it; \
             nothing has been proven."
        ),
        None if stood.step == Some(Step::EnterMaintenanceMode) && stood.state == StepState::Begun => format!(
            "Hostkeep ended while {host} was entering maintenance mode. It may be in it, or still enter it. Nothing was restored."
        ),
        None if entered => {
            format!("Hostkeep ended after {host} had entered maintenance mode. Nothing was restored.")
        }
        None => format!("Hostkeep ended before anything was changed on {host}."),
    }
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
