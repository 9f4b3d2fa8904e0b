//! Reports of runs, kept in the archive beside what the runs made. Their shape belongs to whoever runs the backups.

use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Archive, ArchiveError, WriteLock};
use crate::Result;
use crate::files;

pub(super) const RUNS: &str = "runs";
/// A report has a few hundred bytes a host, and 2,500 hosts are a large run.
const MAX_REPORT_BYTES: u64 = 64 * 1024 * 1024;

impl WriteLock {
    /// Writes, or replaces, the report of a run as `.hostkeep/runs/<run id>.json`.
    pub fn write_run<T: Serialize>(&self, run_id: &str, report: &T) -> Result<()> {
        let archive = &self.0.archive;
        let path = archive.run_path(run_id)?;
        files::write_json_atomically(&path, report).map_err(|e| archive.blame(e))
    }
}

impl Archive {
    /// Reads the report of a run.
    pub fn read_run<T: DeserializeOwned>(&self, run_id: &str) -> Result<T> {
        let path = self.run_path(run_id)?;
        let unreadable = |reason: String| ArchiveError::RunUnreadable { id: run_id.into(), reason };
        let json = files::read_limited(&path, MAX_REPORT_BYTES).map_err(|e| unreadable(e.to_string()))?;
        serde_json::from_slice(&json).map_err(|e| unreadable(e.to_string()).into())
    }

    fn run_path(&self, run_id: &str) -> Result<PathBuf> {
        let plain = run_id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if run_id.is_empty() || run_id.len() > 64 || !plain {
            return Err(ArchiveError::BadRunId { id: run_id.chars().take(80).collect() }.into());
        }
        Ok(self.own(RUNS).join(format!("{run_id}.json")))
    }
}
