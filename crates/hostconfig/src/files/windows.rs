//! Windows' side of the file system's edge: momentary refusals, what an error code means. Access is governed by the
//! folder's inherited permissions; what lies in the user's own profile is closed to other users already.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use same_file::Handle;

use super::is_device;

/// The configuration folder's name under %APPDATA%.
pub(crate) const CONFIG_FOLDER: &str = "Hostkeep";

pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// NTFS journals its folders, and Windows opens no folder for flushing.
#[allow(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub(crate) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// `ERROR_ACCESS_DENIED`, `ERROR_SHARING_VIOLATION`, `ERROR_LOCK_VIOLATION`: a scanner may be looking at it.
pub(crate) fn is_momentary(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 32 | 33))
}

/// `ERROR_NOT_READY`, `ERROR_REM_NOT_LIST`, `ERROR_BAD_NETPATH`, `ERROR_DEV_NOT_EXIST`, `ERROR_UNEXP_NET_ERR`,
/// `ERROR_NETNAME_DELETED`, `ERROR_BAD_NET_NAME`, `ERROR_NO_SUCH_DEVICE`, `ERROR_DEVICE_NOT_CONNECTED`,
/// `ERROR_NETWORK_UNREACHABLE`, `ERROR_HOST_UNREACHABLE`.
pub(crate) fn is_vanished(code: i32) -> bool {
    matches!(code, 21 | 51 | 53 | 55 | 59 | 64 | 67 | 433 | 1167 | 1231 | 1232)
}

/// `ERROR_CRC`, `ERROR_WRITE_FAULT`, `ERROR_READ_FAULT`, `ERROR_IO_DEVICE`.
pub(crate) fn is_failing(code: i32) -> bool {
    matches!(code, 23 | 29 | 30 | 1117)
}

/// `ERROR_INVALID_FUNCTION` and `ERROR_NOT_SUPPORTED`: what file systems without locks answer.
pub(crate) fn is_lock_unsupported(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Unsupported || matches!(error.raw_os_error(), Some(1 | 50))
}

/// Whether the file that is open lies at this path. By the file's number: the time when it was made is given on to a new
/// file that takes an old one's name within seconds ("file system tunneling").
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    let open = file.try_clone().and_then(Handle::from_file);
    open.and_then(|open| Ok(open == Handle::from_path(path)?)).unwrap_or(false)
}

/// What Windows would do with a file of this name instead of making it, if anything.
pub(crate) fn misunderstood_name(name: &str) -> Option<&'static str> {
    if name.contains(':') {
        return Some("Windows takes what follows a colon for a hidden part of another file");
    }
    if is_device(name) {
        return Some("Windows takes that name for a device");
    }
    if name.ends_with(['.', ' ']) {
        return Some("Windows drops dots and spaces at the end of a name");
    }
    name.contains(['<', '>', '"', '|', '?', '*']).then_some("Windows has no names with < > \" | ? or *")
}

/// `ERROR_SHARING_VIOLATION`, `ERROR_LOCK_VIOLATION`.
pub(crate) fn is_in_use(code: i32) -> bool {
    matches!(code, 32 | 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_windows_misunderstands_are_known() {
        for (name, expect) in [
            ("esx01.tgz", None),
            ("büro 1.tgz", None),
            ("COM10.tgz", None),
            ("aux.tgz", Some("device")),
            ("NUL", Some("device")),
            ("esx01:bundle.tgz", Some("hidden part")),
            ("esx01.", Some("at the end")),
            ("esx0?.tgz", Some("no names")),
        ] {
            let found = misunderstood_name(name);
            assert!(
                expect.map_or(found.is_none(), |why| found.is_some_and(|f| f.contains(why))),
                "{name}: {found:?}"
            );
        }
    }

    #[test]
    fn a_new_file_in_an_old_ones_place_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let old = File::create(&path).unwrap();
        assert!(is_at(&old, &path));
        fs::rename(&path, folder.path().join("put away")).unwrap();
        assert!(!is_at(&old, &path), "nothing is there");
        // NTFS gives it the old one's time of making.
        let new = File::create(&path).unwrap();
        assert!(!is_at(&old, &path));
        assert!(is_at(&new, &path));
    }
}
