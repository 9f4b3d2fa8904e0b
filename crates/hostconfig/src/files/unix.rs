//! Unix' side of the file system's edge: permissions, flushing folders, what an error number means.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

/// The configuration folder's name under the platform's own place for such.
pub(crate) const CONFIG_FOLDER: &str = if cfg!(target_os = "macos") { "Hostkeep" } else { "hostkeep" };

pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Lets only the owner read what `options` create.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Whether trying again in a moment may help.
pub(crate) fn is_momentary(_error: &io::Error) -> bool {
    false
}

/// ENXIO, ENODEV: the device behind the path is gone, by the same numbers on Linux, macOS and the BSDs. EHOSTDOWN: so is an SMB
/// share's server.
pub(crate) fn is_vanished(code: i32) -> bool {
    const EHOSTDOWN: i32 = if cfg!(target_os = "linux") { 112 } else { 64 };
    matches!(code, 6 | 19 | EHOSTDOWN)
}

/// EIO: what a bad disk says, and most that were unplugged, and an NFS share that is not waited for any longer.
pub(crate) fn is_failing(code: i32) -> bool {
    code == 5
}

/// Whether the file system has no locks: EOPNOTSUPP, ENOTSUP, or ENOLCK of an NFS share without its lock service.
pub(crate) fn is_lock_unsupported(error: &io::Error) -> bool {
    const ENOLCK: i32 = if cfg!(target_os = "linux") { 37 } else { 77 };
    error.kind() == io::ErrorKind::Unsupported || error.raw_os_error() == Some(ENOLCK)
}

/// Whether the file that is open lies at this path.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    let place = |of: Metadata| (of.dev(), of.ino());
    let there = fs::symlink_metadata(path).map(place);
    file.metadata().map(place).is_ok_and(|open| there.is_ok_and(|there| open == there))
}

/// What the system would do with a file of this name instead of making it: nothing.
pub(crate) fn misunderstood_name(_name: &str) -> Option<&'static str> {
    None
}

pub(crate) fn is_in_use(_code: i32) -> bool {
    false
}
