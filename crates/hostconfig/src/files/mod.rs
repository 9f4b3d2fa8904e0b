//! The file system's edge: private files and folders, writes that survive a power cut, and what an I/O error means.
//!
//! Everything that Hostkeep writes goes through here, so that a full disk, a read-only share or an unplugged drive is
//! told apart in one place. It must not know what it writes.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;

pub use error::{FileError, FileProblem, classify};

mod error;
#[cfg(unix)]
#[path = "unix.rs"]
pub(crate) mod platform;
#[cfg(windows)]
#[path = "windows.rs"]
pub(crate) mod platform;

/// How long to wait for another program that holds a lock for a moment.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// Replaces `path` by `value` as indented JSON. Readers see the old content or the new, never a half. The file is readable by its
/// owner only.
pub fn write_json_atomically<T: Serialize + ?Sized>(path: &Path, value: &T) -> Result<(), FileError> {
    let json = to_json(value).map_err(|e| FileError::new("encode", path, e))?;
    write_atomically(path, &json)
}

/// Replaces `path` by this content: a temporary file beside it, flushed to the disk, then renamed over it.
pub(crate) fn write_atomically(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let folder = folder_of(path);
    let temporary = temporary_path(folder);
    let written = write_new(&temporary, content).and_then(|()| rename(&temporary, path));
    if written.is_err() {
        remove_if_there(&temporary);
    }
    written?;
    sync_folder(folder)
}

/// A name beside `path`'s content that nothing else uses, for what is to be renamed into place.
pub(crate) fn temporary_path(folder: &Path) -> PathBuf {
    folder.join(format!(".hostkeep-{}.tmp", uuid::Uuid::new_v4().simple()))
}

/// Whether a file's name is one from [`temporary_path`].
pub(crate) fn is_temporary(name: &OsStr) -> bool {
    let random = name.to_str().and_then(|name| name.strip_prefix(".hostkeep-")?.strip_suffix(".tmp"));
    random.is_some_and(|random| random.len() == 32 && random.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Opens a file for reading that must be a regular one: no link is followed and no pipe waited for.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    File::open(path)
}

/// Removes what a failed write left behind. The failure itself is what the caller reports; that the remains could not
/// be removed either goes to the log.
pub(crate) fn remove_if_there(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(path = %path.display(), %error, "a temporary file could not be removed");
    }
}

/// The folder that a file lies in; the current one for a bare name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes one folder that only its owner may enter. Its parent must be there: making parents too could build a local
/// look-alike of a share that is not mounted.
pub(crate) fn create_private_folder(path: &Path) -> Result<(), FileError> {
    platform::create_private_folder(path).map_err(|e| FileError::new("make the folder", path, e))
}

/// As [`create_private_folder`], but a folder that is there already is fine.
pub(crate) fn ensure_private_folder(path: &Path) -> Result<(), FileError> {
    let made = platform::create_private_folder(path).or_else(|refused| there_already(path, refused));
    made.map_err(|e| FileError::new("make the folder", path, e))
}

fn there_already(path: &Path, refused: io::Error) -> io::Result<()> {
    let exists = refused.kind() == io::ErrorKind::AlreadyExists;
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Ok(()),
        Err(unknown) if exists && unknown.kind() != io::ErrorKind::NotFound => Err(unknown),
        _ => Err(refused),
    }
}

/// Makes a folder and its missing parents, for the configuration folder, whose place on the local disk is the user's.
pub(crate) fn ensure_private_folders(path: &Path) -> Result<(), FileError> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        ensure_private_folders(parent)?;
    }
    ensure_private_folder(path)
}

/// Makes a new empty file that only its owner may read; an existing one is an error. It can be read again.
pub(crate) fn create_private_file(path: &Path) -> Result<File, FileError> {
    platform::private(OpenOptions::new().read(true).write(true).create_new(true))
        .open(path)
        .map_err(|e| FileError::new("make", path, e))
}

/// Writes a new private file and flushes it to the disk.
pub(crate) fn write_new(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let mut file = create_private_file(path)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(|e| FileError::new("write", path, e))
}

/// Reads a file of at most `limit` bytes; a longer one is an error, not memory.
pub(crate) fn read_limited(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    limited(File::open(path)?, limit)
}

/// [`read_limited`] of a regular file only, as [`open_regular`] has it.
pub(crate) fn read_regular_limited(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    limited(open_regular(path)?, limit)
}

fn limited(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.take(limit + 1).read_to_end(&mut content)?;
    if content.len() as u64 > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {limit} bytes")));
    }
    Ok(content)
}

/// Locks a file against other programs that do the same, with [`patience`]. Tells whether it is locked. For what takes
/// milliseconds; a program that was stopped in the middle must not stop all others.
pub(crate) fn lock_patiently(file: &File) -> io::Result<bool> {
    lock_or(file, patience())
}

/// Opens a lock file, making it where it is missing, and locks it as [`lock_patiently`] does; none where others hold it for longer.
pub(crate) fn open_lock(path: &Path) -> Result<Option<File>, FileError> {
    let mut options = OpenOptions::new();
    let file = platform::private(options.write(true).create(true).truncate(false)).open(path);
    let file = file.map_err(|e| FileError::new("open", path, e))?;
    let is_locked = lock_patiently(&file).map_err(|e| FileError::new("lock", path, e))?;
    Ok(is_locked.then_some(file))
}

/// Locks a file, trying again as long as `wait` says, having waited, that it is worth it. Tells whether it is locked.
pub(crate) fn lock_or(file: &File, mut wait: impl FnMut() -> bool) -> io::Result<bool> {
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) if wait() => {}
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(e)) => return Err(e),
        }
    }
}

/// Waits a little each time it is called, until five seconds have passed since it was made, measured by the monotonic clock.
pub(crate) fn patience() -> impl FnMut() -> bool {
    let started = Instant::now();
    move || {
        let is_left = started.elapsed() < LOCK_PATIENCE;
        if is_left {
            std::thread::sleep(Duration::from_millis(20));
        }
        is_left
    }
}

/// Flushes a folder's entries, so that what was made or renamed in it survives a power cut.
pub(crate) fn sync_folder(path: &Path) -> Result<(), FileError> {
    match platform::sync_folder(path) {
        // Some network file systems cannot flush a folder; they order its changes themselves.
        Err(e) if matches!(e.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput) => Ok(()),
        result => result.map_err(|e| FileError::new("flush the folder", path, e)),
    }
}

/// Renames, trying again for about three seconds while Windows refuses because a virus scanner or the search index
/// looks at what was just written.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), FileError> {
    let mut pause = Duration::from_millis(10);
    loop {
        match fs::rename(from, to) {
            Err(e) if platform::is_momentary(&e) && pause < Duration::from_secs(2) => {
                std::thread::sleep(pause);
                pause *= 2;
            }
            result => return result.map_err(|e| not_renamed(to, e)),
        }
    }
}

/// Windows denies access where a program holds what lies in a folder that is to be renamed. Where nothing lies at `to`, that
/// is what it means: what was made a moment ago may be renamed.
fn not_renamed(to: &Path, error: io::Error) -> FileError {
    let is_held = platform::is_momentary(&error) && fs::symlink_metadata(to).is_err();
    let failed = FileError::new("rename into place", to, error);
    if is_held { FileError { problem: FileProblem::InUse, ..failed } } else { failed }
}

/// Windows' device names, which no extension makes safe ("Naming Files, Paths, and Namespaces").
pub(crate) fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end_matches(' ').to_ascii_uppercase();
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") {
        return true;
    }
    let port = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")).unwrap_or_default();
    let mut digits = port.chars();
    matches!((digits.next(), digits.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
}

/// The format that a file of ours declares, whatever its other fields: a newer format explains why they do not fit.
pub(crate) fn format_of(json: &[u8]) -> serde_json::Result<u32> {
    #[derive(serde::Deserialize)]
    struct FormatOnly {
        format: u32,
    }
    serde_json::from_slice(json).map(|FormatOnly { format }| format)
}

/// Indented JSON with a newline at its end.
pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> io::Result<Vec<u8>> {
    let mut json = serde_json::to_vec_pretty(value)?;
    json.push(b'\n');
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(windows)]
    #[test]
    fn a_folder_that_somebody_looks_into_is_in_use_and_not_forbidden() {
        let folder = tempfile::tempdir().unwrap();
        let problem = |to: &Path| not_renamed(to, io::Error::from_raw_os_error(5)).problem;
        assert_eq!(problem(&folder.path().join("new")), FileProblem::InUse);
        assert_eq!(problem(folder.path()), FileProblem::NotPermitted);
    }

    #[test]
    fn io_errors_are_told_apart() {
        use io::ErrorKind as K;
        for (kind, expect) in [
            (K::StorageFull, FileProblem::NoSpace),
            (K::QuotaExceeded, FileProblem::NoSpace),
            (K::ReadOnlyFilesystem, FileProblem::ReadOnly),
            (K::PermissionDenied, FileProblem::NotPermitted),
            (K::NotFound, FileProblem::Missing),
            (K::ResourceBusy, FileProblem::InUse),
            (K::StaleNetworkFileHandle, FileProblem::Vanished),
            (K::HostUnreachable, FileProblem::Vanished),
            (K::TimedOut, FileProblem::Vanished),
            (K::BrokenPipe, FileProblem::Other),
        ] {
            assert_eq!(classify(&kind.into()), expect, "{kind:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_drive_that_fails_is_told_from_one_that_is_gone() {
        use FileProblem::{Failing, Vanished};
        for (code, expect) in
            [(5, Failing), (19, Vanished), (110, Vanished), (112, Vanished), (116, Vanished)]
        {
            assert_eq!(classify(&io::Error::from_raw_os_error(code)), expect, "{code}");
        }
    }

    /// Windows denies access to a drive's root rather than say that it is there, and so do some NFS servers of any folder.
    #[test]
    fn a_folder_that_is_there_need_not_be_made() {
        let folder = tempfile::tempdir().unwrap();
        let refused = || io::Error::from(io::ErrorKind::PermissionDenied);
        there_already(folder.path(), refused()).unwrap();
        let missing = there_already(&folder.path().join("missing"), refused()).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::PermissionDenied);
    }

    /// A share that goes away at this moment has the folder, and nothing to say of it.
    #[cfg(unix)]
    #[test]
    fn why_it_is_not_known_what_is_there_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("loop");
        std::os::unix::fs::symlink(&path, &path).unwrap();
        let error = ensure_private_folder(&path).unwrap_err();
        assert_eq!(error.source.kind(), fs::metadata(&path).unwrap_err().kind());
    }

    #[test]
    fn an_atomic_write_replaces_and_leaves_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        for value in [1, 2] {
            write_json_atomically(&path, &value).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), format!("{value}\n"));
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_atomic_write_keeps_the_old_content_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        // A folder in the place of the file: the rename is what fails.
        let path = folder.path().join("a.json");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("theirs"), "kept").unwrap();
        let error = write_json_atomically(&path, &1).unwrap_err();
        assert_eq!((error.operation, error.path.as_path()), ("rename into place", path.as_path()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(fs::read_to_string(path.join("theirs")).unwrap(), "kept");
    }

    #[test]
    fn too_long_a_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read_limited(&path, 5).unwrap(), b"12345");
        assert_eq!(read_limited(&path, 4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
