//! Who did what to which host: one JSON line for each action, appended to `audit.jsonl`, never changed afterwards. No
//! secret is ever in it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::archive::Record;
use crate::config_dir::ConfigDir;
use crate::files::{self, FileError, platform};
use crate::settings::Server;

/// One action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When it ended.
    pub time: DateTime<FixedOffset>,
    /// The user of the operating system.
    pub os_user: String,
    /// The machine that Hostkeep ran on.
    pub machine: String,
    /// What was done.
    pub action: AuditAction,
    /// The server's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The user logged in as there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_user: Option<String>,
    /// The host's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// `ok`, or the error's code; of a mark `pinned`, `unpinned` or `noted`; of a restore `begun` before the host is told, and
    /// at its end also `not_proven` or `unknown`.
    pub result: String,
    /// The record that was made, read or removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

/// The actions that are noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// A host was backed up.
    Backup,
    /// A record was removed from the archive because newer ones are kept.
    Prune,
    /// A record that an admin had chosen was removed from the archive.
    Delete,
    /// A record was pinned or unpinned, or a note was put on it.
    Mark,
    /// A bundle was copied out of the archive.
    Export,
    /// A server was added.
    ServerAdd,
    /// A server was removed.
    ServerRemove,
    /// A bundle was restored to a host.
    Restore,
    /// A host's recovery keys were shown.
    RecoveryKeyShow,
}

impl AuditEntry {
    /// An action of this machine's user, with nothing said of server, host or record yet. `result` is `ok` or the
    /// error's code.
    pub fn new(time: DateTime<FixedOffset>, action: AuditAction, result: impl Into<String>) -> Self {
        Self {
            time,
            os_user: crate::machine::user(),
            machine: crate::machine::name(),
            action,
            server: None,
            server_user: None,
            host: None,
            result: result.into(),
            record: None,
        }
    }

    /// An action on a server of the settings, with its user.
    pub fn of_server(time: DateTime<FixedOffset>, action: AuditAction, server: &Server) -> Self {
        Self {
            server: Some(server.url.to_string()),
            server_user: Some(server.user.clone()),
            ..Self::new(time, action, "ok")
        }
    }

    /// An action on a record, and so about the host that it was taken of.
    pub fn of_record(
        time: DateTime<FixedOffset>,
        action: AuditAction,
        record: &Record,
        result: impl Into<String>,
    ) -> Self {
        Self {
            server: Some(record.server.address.clone()),
            host: Some(record.host.name.clone()),
            record: Some(record.id.clone()),
            ..Self::new(time, action, result)
        }
    }
}

/// The audit log of a configuration folder. Clones share one open file, so that thousands of entries do not open it as
/// often, and take turns; other programs append to it meanwhile.
#[derive(Debug, Clone)]
pub struct AuditLog {
    config: ConfigDir,
    file: Arc<Mutex<Option<File>>>,
}

impl AuditLog {
    /// The audit log of this configuration folder. Neither need exist.
    pub fn new(config: &ConfigDir) -> Self {
        Self { config: config.clone(), file: Arc::default() }
    }

    /// Appends entries, each as a line, all in one write: programs that append at the same time do not tear each
    /// other's lines.
    pub fn append(&self, entries: &[AuditEntry]) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut open = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.config.audit_log();
        let mut file = match open.take() {
            // An admin may have put it away.
            Some(file) if platform::is_at(&file, &path) => file,
            _ => open_log(&self.config)?,
        };
        let is_free = append(&mut file, entries).map_err(|e| FileError::new("write", &path, e))?;
        // One that failed, or is still locked, is closed, which ends its lock, and opened anew the next time.
        *open = is_free.then_some(file);
        Ok(())
    }
}

fn open_log(config: &ConfigDir) -> Result<File> {
    config.ensure()?;
    let path = config.audit_log();
    let opened = platform::private(OpenOptions::new().read(true).append(true).create(true)).open(&path);
    Ok(opened.map_err(|e| FileError::new("write", path, e))?)
}

/// Locked only while it writes. Tells whether it is free again.
fn append(file: &mut File, entries: &[AuditEntry]) -> io::Result<bool> {
    let is_locked = is_locked(files::lock_patiently(file))?;
    write(file, entries, is_locked)?;
    Ok(!is_locked || file.unlock().is_ok())
}

fn write(file: &mut File, entries: &[AuditEntry], is_locked: bool) -> io::Result<()> {
    let mut lines = Vec::new();
    // While another program writes, its line looks torn. Without the lock the line is only appended.
    if is_locked && is_torn(file)? {
        lines.push(b'\n');
    }
    for entry in entries {
        serde_json::to_writer(&mut lines, entry)?;
        lines.push(b'\n');
    }
    file.write_all(&lines)
}

/// A file system without locks is no reason to lose an entry.
fn is_locked(locked: io::Result<bool>) -> io::Result<bool> {
    match locked {
        Err(error) if platform::is_lock_unsupported(&error) => Ok(false),
        locked => locked,
    }
}

/// Whether the last line lacks its end because a power cut or a full disk came in between. The next entry must not
/// become part of it.
fn is_torn(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != [b'\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_system_without_locks_is_done_without() {
        for (locked, expect) in [
            (Ok(true), Ok(true)),
            (Ok(false), Ok(false)),
            (Err(io::ErrorKind::Unsupported), Ok(false)),
            (Err(io::ErrorKind::PermissionDenied), Err(io::ErrorKind::PermissionDenied)),
        ] {
            assert_eq!(is_locked(locked.map_err(io::Error::from)).map_err(|e| e.kind()), expect);
        }
    }

    fn config() -> (tempfile::TempDir, ConfigDir) {
        let folder = tempfile::tempdir().unwrap();
        let config = ConfigDir::at(folder.path());
        (folder, config)
    }

    fn entry(host: &str) -> AuditEntry {
        AuditEntry {
            time: DateTime::parse_from_rfc3339("2026-11-22T23:30:00+01:00").unwrap(),
            os_user: "ADMIN".into(),
            machine: "JUMP01".into(),
            action: AuditAction::Backup,
            server: Some("https://vc.lab.local".into()),
            server_user: Some("administrator@vsphere.local".into()),
            host: Some(host.into()),
            result: "ok".into(),
            record: Some("0123456789ab".into()),
        }
    }

    fn read(config: &ConfigDir) -> String {
        std::fs::read_to_string(config.audit_log()).unwrap()
    }

    #[test]
    fn audit_lines_are_a_contract() {
        let (_folder, config) = config();
        AuditLog::new(&config).append(&[entry("esx01")]).unwrap();
        let refused = AuditEntry {
            action: AuditAction::Prune,
            result: "archive_locked".into(),
            ..entry("line\nbreak")
        };
        let bare = AuditEntry { server: None, server_user: None, host: None, record: None, ..entry("") };
        AuditLog::new(&config).append(&[refused, bare]).unwrap();
        insta::assert_snapshot!("audit_jsonl", read(&config));
    }

    #[test]
    fn a_torn_line_stays_alone() {
        let (_folder, config) = config();
        std::fs::write(config.audit_log(), "{\"time\": \"20").unwrap();
        AuditLog::new(&config).append(&[entry("esx01")]).unwrap();
        let log = read(&config);
        let lines: Vec<&str> = log.lines().collect();
        assert_eq!(lines[0], "{\"time\": \"20");
        assert_eq!(serde_json::from_str::<AuditEntry>(lines[1]).unwrap(), entry("esx01"));
    }

    #[test]
    fn lines_written_at_once_stay_whole() {
        let (_folder, config) = config();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        AuditLog::new(&config).append(&[entry(&"long".repeat(500))]).unwrap();
                    }
                });
            }
        });
        let log = read(&config);
        assert_eq!(log.lines().count(), 160);
        for line in log.lines() {
            serde_json::from_str::<AuditEntry>(line).unwrap();
        }
    }

    #[test]
    fn a_log_that_was_put_away_is_begun_anew() {
        let (folder, config) = config();
        let log = AuditLog::new(&config);
        log.append(&[entry("esx01")]).unwrap();
        log.append(&[entry("esx02")]).unwrap();
        std::fs::rename(config.audit_log(), folder.path().join("audit.old")).unwrap();
        for host in ["esx03", "esx04"] {
            log.append(&[entry(host)]).unwrap();
        }
        assert_eq!(read(&config).lines().count(), 2);
        assert_eq!(std::fs::read_to_string(folder.path().join("audit.old")).unwrap().lines().count(), 2);
        std::fs::remove_file(config.audit_log()).unwrap();
        log.append(&[entry("esx05")]).unwrap();
        assert_eq!(read(&config).lines().count(), 1);
    }

    #[test]
    fn an_open_log_keeps_nobody_else_out() {
        let (_folder, config) = config();
        let logs = [AuditLog::new(&config), AuditLog::new(&config)];
        for _ in 0..3 {
            for log in &logs {
                log.append(&[entry("esx01")]).unwrap();
            }
        }
        std::fs::OpenOptions::new()
            .append(true)
            .open(config.audit_log())
            .and_then(|mut file| file.write_all(b"{\"torn"))
            .unwrap();
        logs[0].append(&[entry("esx02")]).unwrap();
        let log = read(&config);
        let lines: Vec<&str> = log.lines().collect();
        assert_eq!((lines.len(), lines[6]), (8, "{\"torn"));
        assert_eq!(serde_json::from_str::<AuditEntry>(lines[7]).unwrap(), entry("esx02"));
    }

    #[test]
    fn a_log_that_cannot_be_written_is_an_error() {
        let (_folder, config) = config();
        std::fs::create_dir(config.audit_log()).unwrap();
        assert!(
            AuditLog::new(&config).append(&[entry("esx01")]).unwrap_err().to_string().contains("audit.jsonl")
        );
    }
}
