//! Windows' side of the file system's edge: momentary refusals, what an error code means. Access is governed by the
//! folder's inherited permissions; what lies in the user's own profile is closed to other users already.

use std::fs::{self, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::MetadataExt;
use std::path::Path;

/// The configuration folder's name under %APPDATA%.
pub(crate) const CONFIG_FOLDER: &str = "Hostkeep";

pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// NTFS journals its folders, and Windows opens no folder for flushing.
pub(crate) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// `ERROR_ACCESS_DENIED`, `ERROR_SHARING_VIOLATION`, `ERROR_LOCK_VIOLATION`: a scanner may be looking at it.
pub(crate) fn is_momentary(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 32 | 33))
}

/// `ERROR_NOT_READY`, `ERROR_REM_NOT_LIST`, `ERROR_BAD_NETPATH`, `ERROR_DEV_NOT_EXIST`, `ERROR_UNEXP_NET_ERR`,
/// `ERROR_NETNAME_DELETED`, `ERROR_BAD_NET_NAME`, `ERROR_NETWORK_UNREACHABLE`, `ERROR_HOST_UNREACHABLE`.
pub(crate) fn is_vanished(code: i32) -> bool {
    matches!(code, 21 | 51 | 53 | 55 | 59 | 64 | 67 | 1231 | 1232)
}

/// `ERROR_INVALID_FUNCTION` and `ERROR_NOT_SUPPORTED`: what file systems without locks answer.
pub(crate) fn is_lock_unsupported(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Unsupported || matches!(error.raw_os_error(), Some(1 | 50))
}

/// Whether two descriptions are of the same file, whatever its name. Its number is not in the standard library yet; when it
/// was made is as good where a file may only have been put away.
pub(crate) fn is_same_file(a: &Metadata, b: &Metadata) -> bool {
    a.creation_time() == b.creation_time()
}

/// `ERROR_SHARING_VIOLATION`, `ERROR_LOCK_VIOLATION`.
pub(crate) fn is_in_use(code: i32) -> bool {
    matches!(code, 32 | 33)
}
