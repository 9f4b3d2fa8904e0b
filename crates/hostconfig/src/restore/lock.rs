//! One restore of a host at a time, on this machine and with this configuration folder; and one program at a restore. The locks
//! are the operating system's, so they end with their process however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

use vsphere::inventory::HostSystem;

use super::error::RestoreError;
use crate::archive::short_hash;
use crate::bundle::normal_uuid;
use crate::files::{self, FileError, platform};
use crate::{ConfigDir, Result};

/// The right to restore a host. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct HostLock {
    /// Of the host, and of the restore.
    files: Vec<File>,
    own: PathBuf,
}

/// What tells a host from all others here: its hardware UUID, or where it has none, what its server calls it.
pub(super) fn host_key(server: &str, host: &HostSystem) -> String {
    let uuid = host.uuid.as_deref().and_then(normal_uuid);
    uuid.unwrap_or_else(|| format!("{server}/{}", host.object.id))
}

/// The name of the lock of the host with this key.
pub(super) fn of_host(key: &str) -> String {
    format!("host-{}", short_hash(key))
}

/// Takes the locks of a host and of a restore of it.
///
/// # Errors
/// [`RestoreError::UnderWay`].
pub(super) fn take(config: &ConfigDir, key: &str, id: &str, host: &str) -> Result<HostLock> {
    let of_host = patiently(config, &of_host(key), host)?;
    let of_restore = patiently(config, id, host)?;
    Ok(HostLock { files: vec![of_host, of_restore], own: path(config, id) })
}

/// Whether somebody holds the lock of this name: [`of_host`], or a restore's id.
pub(super) fn is_held(config: &ConfigDir, name: &str) -> Result<bool> {
    // Shared: others who only look are nobody at work.
    Ok(path(config, name).exists() && try_lock(config, name, File::try_lock_shared)?.is_none())
}

impl Drop for HostLock {
    fn drop(&mut self) {
        // Closed first: Windows removes a file only when nobody has it open. Each restore has one of its own, and they would pile up.
        self.files.clear();
        files::remove_if_there(&self.own);
    }
}

/// Whoever only looks holds a lock for an instant.
fn patiently(config: &ConfigDir, name: &str, host: &str) -> Result<File> {
    for _ in 0..5 {
        if let Some(file) = try_lock(config, name, File::try_lock)? {
            return Ok(file);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(RestoreError::UnderWay { host: host.to_owned() }.into())
}

fn try_lock(
    config: &ConfigDir,
    name: &str,
    lock: fn(&File) -> std::result::Result<(), TryLockError>,
) -> Result<Option<File>> {
    files::ensure_private_folders(&config.restores())?;
    let path = path(config, name);
    let file = platform::private(OpenOptions::new().read(true).write(true).create(true).truncate(false))
        .open(&path)
        .map_err(|error| FileError::new("open", &path, error))?;
    match lock(&file) {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(FileError::new("lock", path, error).into()),
    }
}

fn path(config: &ConfigDir, name: &str) -> PathBuf {
    config.restores().join(format!("{name}.lock"))
}
