//! Reports of runs, kept in the archive beside what the runs made. Their shape belongs to whoever runs the backups.

use std::fs;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Archive, ArchiveError, WriteLock};
use crate::Result;
use crate::files::{self, FileError, FileProblem};

pub(super) const RUNS: &str = "runs";
/// A report has a few hundred bytes a host, and 2,500 hosts are a large run.
const MAX_REPORT_BYTES: u64 = 64 * 1024 * 1024;

/// A report that lies in the archive, unread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFile {
    /// The run's id, for [`Archive::read_run`].
    pub run_id: String,
    /// When the run began, where its id says so: known even of a report that cannot be read.
    pub started_at: Option<DateTime<Utc>>,
}

impl WriteLock {
    /// Writes, or replaces, the report of a run as `.hostkeep/runs/<run id>.json`.
    pub fn write_run<T: Serialize>(&self, run_id: &str, report: &T) -> Result<()> {
        let archive = &self.0.archive;
        let path = archive.run_path(run_id)?;
        files::write_json_atomically(&path, report).map_err(|e| archive.blame(e))
    }
}

impl Archive {
    /// The reports of all runs, newest first by their ids, none of them opened. What has no run's name is passed over.
    ///
    /// # Errors
    /// The folder cannot be listed.
    pub fn runs(&self) -> Result<Vec<RunFile>> {
        let folder = self.own(RUNS);
        let list = |e| self.blame(FileError::new("list", &folder, e));
        let entries = match fs::read_dir(&folder) {
            // An archive copied without its empty folders has had no run yet, unless it is gone as a whole.
            Err(e) if files::classify(&e) == FileProblem::Missing && self.is_there() => return Ok(Vec::new()),
            entries => entries.map_err(list)?,
        };
        let mut runs = Vec::new();
        for entry in entries {
            let name = entry.map_err(list)?.file_name();
            let run_id = name.to_str().and_then(|name| name.strip_suffix(".json"));
            runs.extend(
                run_id
                    .filter(|run_id| is_run_id(run_id))
                    .map(|run_id| RunFile { run_id: run_id.to_owned(), started_at: started_at(run_id) }),
            );
        }
        runs.sort_unstable_by(|a, b| (b.started_at, &b.run_id).cmp(&(a.started_at, &a.run_id)));
        Ok(runs)
    }

    /// Reads the report of a run.
    pub fn read_run<T: DeserializeOwned>(&self, run_id: &str) -> Result<T> {
        let path = self.run_path(run_id)?;
        let unreadable = |reason: String| ArchiveError::RunUnreadable { id: run_id.into(), reason };
        let json =
            files::read_regular_limited(&path, MAX_REPORT_BYTES).map_err(|e| unreadable(e.to_string()))?;
        serde_json::from_slice(&json).map_err(|e| unreadable(e.to_string()).into())
    }

    fn run_path(&self, run_id: &str) -> Result<PathBuf> {
        if !is_run_id(run_id) {
            return Err(ArchiveError::BadRunId { id: run_id.chars().take(80).collect() }.into());
        }
        Ok(self.own(RUNS).join(format!("{run_id}.json")))
    }
}

fn is_run_id(text: &str) -> bool {
    let is_plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (1..=64).contains(&text.len()) && is_plain
}

/// Of `20261122T223000Z-1a2b3c4d`.
fn started_at(run_id: &str) -> Option<DateTime<Utc>> {
    let (time, _) = run_id.split_once('-')?;
    Some(NaiveDateTime::parse_from_str(time, "%Y%m%dT%H%M%SZ").ok()?.and_utc())
}
