//! The journal of a restore: `<config>/restores/<id>.jsonl`, a line before and after each step, each flushed to the disk before
//! anything else is done. Whatever happens to Hostkeep, the next start knows where the restore stood. No secret is in it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use vsphere::Thumbprint;

use super::error::RestoreError;
use super::lock;
use super::progress::Step;
use super::report::RestoreReport;
use super::request::RestoreOptions;
use super::summary::{Summary, summary};
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
pub(super) struct Line {
    pub(super) at: DateTime<FixedOffset>,
    #[serde(flatten)]
    pub(super) entry: Entry,
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
/// [`RestoreError::Unknown`], [`RestoreError::Ambiguous`], [`RestoreError::JournalUnreadable`].
pub fn find(config: &ConfigDir, asked: &str) -> Result<Summary> {
    let asked = asked.trim();
    let (restores, unreadable) = history(config)?;
    let begins = |id: &str| !asked.is_empty() && id.starts_with(asked);
    let is_meant = |restore: &Summary| begins(&restore.begun.id);
    let mut found: Vec<Summary> = restores.into_iter().filter(is_meant).collect();
    let id = asked.chars().take(80).collect();
    match found.len() {
        1 => Ok(found.swap_remove(0)),
        0 => {
            let id_of = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            let unreadable =
                unreadable.into_iter().find(|journal| id_of(&journal.path).is_some_and(|id| begins(&id)));
            Err(match unreadable {
                Some(Unreadable { path, reason }) => RestoreError::JournalUnreadable { path, reason },
                None => RestoreError::Unknown { id },
            }
            .into())
        }
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
        let file = open(&path, OpenOptions::new().create_new(true))?;
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
        let file = open(&path, &mut OpenOptions::new())?;
        Ok(Self { path, file })
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

/// For appending: after a line that was cut off, the next one is to follow what is left.
fn open(path: &Path, options: &mut OpenOptions) -> Result<Arc<File>> {
    let opened = platform::private(options.append(true)).open(path);
    Ok(Arc::new(opened.map_err(|error| FileError::new("write", path, error))?))
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

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
