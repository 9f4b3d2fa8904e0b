//! A bundle out of the archive, byte for byte, to wherever the admin wants it.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Archive, ArchiveError, Problem, Record};
use crate::Result;
use crate::files::{self, FileError};

const BUFFER_BYTES: usize = 256 * 1024;

/// What [`export`] wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The file.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
}

/// Copies a record's bundle to a file outside of the archive, or into a folder under the bundle's own name. The copy is
/// made under a temporary name beside the destination and compared with the record's hash before it gets its name; only
/// its owner may read it.
///
/// # Errors
/// [`ArchiveError::DestinationExists`] where a file is and `overwrite` is not set, [`ArchiveError::BadDestination`] for
/// what must never be written to, [`ArchiveError::Damaged`] when the bundle is not what the record says; nothing is
/// written then.
pub fn export(archive: &Archive, record: &Record, destination: &Path, overwrite: bool) -> Result<Exported> {
    let path =
        if destination.is_dir() { destination.join(&record.bundle.file) } else { destination.to_path_buf() };
    check_destination(archive, &path, overwrite)?;
    let temporary = files::temporary_path(files::folder_of(&path));
    let exported = copy(record, &temporary).and_then(|bytes| {
        place(&temporary, &path, overwrite)?;
        files::sync_folder(files::folder_of(&path))?;
        Ok(Exported { path: path.clone(), bytes })
    });
    files::remove_if_there(&temporary);
    exported
}

fn check_destination(archive: &Archive, path: &Path, overwrite: bool) -> Result<()> {
    let bad = |reason| ArchiveError::BadDestination { path: path.to_path_buf(), reason };
    if path.as_os_str().to_string_lossy().ends_with(std::path::is_separator) {
        return Err(bad("there is no such folder").into());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if let Some(why) = files::platform::misunderstood_name(&name) {
        return Err(bad(why).into());
    }
    let folder = files::folder_of(path);
    let real = |path: &Path| fs::canonicalize(path);
    let folder = match real(folder) {
        Ok(folder) => folder,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(bad("its folder does not exist").into()),
        Err(e) => return Err(FileError::new("look at", folder, e).into()),
    };
    // A copy in there would look like a backup, or replace one.
    let root = real(archive.root()).map_err(|e| FileError::new("look at", archive.root(), e))?;
    if folder.starts_with(root) {
        return Err(bad("it lies in the archive").into());
    }
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => Err(bad("something is there that is no regular file").into()),
        Ok(_) if !overwrite => Err(ArchiveError::DestinationExists { path: path.to_path_buf() }.into()),
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(FileError::new("look at", path, e).into()),
        _ => Ok(()),
    }
}

fn copy(record: &Record, temporary: &Path) -> Result<u64> {
    let source = record.bundle_path();
    let damaged = |problem| ArchiveError::Damaged { id: record.id.clone(), problem: Box::new(problem) };
    let mut bundle = files::open_regular(&source).map_err(|e| {
        if e.kind() == io::ErrorKind::NotFound {
            crate::Error::from(damaged(Problem::Missing { file: record.bundle.file.clone() }))
        } else {
            FileError::new("read", &source, e).into()
        }
    })?;
    let mut copy = files::create_private_file(temporary)?;
    let mut sha256 = Sha256::new();
    let mut bytes = 0_u64;
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let read = match bundle.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(FileError::new("read", source, e).into()),
        };
        sha256.update(&buffer[..read]);
        copy.write_all(&buffer[..read]).map_err(|e| FileError::new("write", temporary, e))?;
        bytes += read as u64;
    }
    copy.sync_all().map_err(|e| FileError::new("write", temporary, e))?;
    let found = hex::encode(sha256.finalize());
    if bytes != record.bundle.bytes {
        return Err(damaged(Problem::WrongSize { expected: record.bundle.bytes, found: bytes }).into());
    }
    if !found.eq_ignore_ascii_case(&record.bundle.sha256) {
        return Err(damaged(Problem::WrongHash { expected: record.bundle.sha256.clone(), found }).into());
    }
    Ok(bytes)
}

/// Gives the copy its name. Unless told to overwrite, the name is claimed first, so that a file that appeared during
/// the copy is not replaced.
fn place(temporary: &Path, path: &Path, overwrite: bool) -> Result<()> {
    if !overwrite {
        match files::platform::private(OpenOptions::new().write(true).create_new(true)).open(path) {
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                return Err(ArchiveError::DestinationExists { path: path.to_path_buf() }.into());
            }
            Err(e) => return Err(FileError::new("write", path, e).into()),
        }
    }
    let renamed = files::rename(temporary, path);
    if renamed.is_err() && !overwrite {
        files::remove_if_there(path);
    }
    Ok(renamed?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::tests::{keep, lock, new_archive};

    #[test]
    fn a_bundle_is_copied_byte_for_byte() {
        let (folder, archive) = new_archive();
        let record = keep(&lock(&archive), "esx01", b"bundle", 0);
        let out = folder.path().join("out");
        fs::create_dir(&out).unwrap();
        let into_folder = export(&archive, &record, &out, false).unwrap();
        assert_eq!(into_folder, Exported { path: out.join("configBundle-esx01.tgz"), bytes: 6 });
        let as_file = export(&archive, &record, &out.join("mine.tgz"), false).unwrap();
        for exported in [&into_folder, &as_file] {
            assert_eq!(fs::read(&exported.path).unwrap(), b"bundle");
        }
        assert_eq!(fs::read_dir(&out).unwrap().count(), 2);
    }

    #[test]
    fn nothing_is_overwritten_unless_told() {
        let (folder, archive) = new_archive();
        let record = keep(&lock(&archive), "esx01", b"bundle", 0);
        let theirs = folder.path().join("theirs");
        fs::write(&theirs, "theirs").unwrap();
        assert_eq!(export(&archive, &record, &theirs, false).unwrap_err().code(), "destination_exists");
        assert_eq!(fs::read(&theirs).unwrap(), b"theirs");
        export(&archive, &record, &theirs, true).unwrap();
        assert_eq!(fs::read(&theirs).unwrap(), b"bundle");
    }

    #[test]
    fn a_damaged_bundle_is_not_exported() {
        let (folder, archive) = new_archive();
        let out = folder.path().join("out");
        fs::create_dir(&out).unwrap();
        let theirs = out.join("theirs");
        fs::write(&theirs, "theirs").unwrap();
        for content in [Some(&b"bundlf"[..]), Some(b"bund"), None] {
            let record = keep(&lock(&archive), "esx01", b"bundle", 0);
            match content {
                Some(content) => fs::write(record.bundle_path(), content).unwrap(),
                None => fs::remove_file(record.bundle_path()).unwrap(),
            }
            assert_eq!(export(&archive, &record, &out, false).unwrap_err().code(), "bundle_damaged");
            assert_eq!(export(&archive, &record, &theirs, true).unwrap_err().code(), "bundle_damaged");
        }
        assert_eq!(fs::read(&theirs).unwrap(), b"theirs");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
    }

    #[test]
    fn some_places_are_never_written_to() {
        let (folder, archive) = new_archive();
        let locked = lock(&archive);
        let (record, other) = (keep(&locked, "esx01", b"bundle", 0), keep(&locked, "esx02", b"other", 0));
        let check = |path: &Path, reason: &str| {
            let error = export(&archive, &record, path, true).unwrap_err();
            assert_eq!(error.code(), "bad_destination");
            assert!(error.to_string().ends_with(reason), "{error}");
        };
        check(&other.bundle_path(), "it lies in the archive");
        check(&archive.root().join(crate::archive::MARKER_FILE), "it lies in the archive");
        check(&record.folder, "it lies in the archive");
        check(&folder.path().join("no/such/file.tgz"), "its folder does not exist");
        check(&folder.path().join("new/"), "there is no such folder");
        #[cfg(unix)]
        {
            let link = folder.path().join("link");
            std::os::unix::fs::symlink(other.bundle_path(), &link).unwrap();
            check(&link, "something is there that is no regular file");
            check(Path::new("/dev/null"), "something is there that is no regular file");
        }
        assert_eq!(fs::read(other.bundle_path()).unwrap(), b"other");
    }
}
