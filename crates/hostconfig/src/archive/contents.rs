//! What is in a bundle, of the archive or of any file: read into memory, and of the archive only when it is what was taken.

use std::io::Read as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::{ArchiveError, Problem, Record};
use crate::bundle::{BundleProblem, CONTENT_LIMITS, Contents, open};
use crate::files::{self, FileError};
use crate::{Error, Result};

/// The largest bundle whose content is read. Real ones have a few megabytes at most.
pub const MAX_READ_BYTES: u64 = 64 * 1024 * 1024;

/// Reads what is in a record's bundle.
///
/// # Errors
/// [`ArchiveError::Damaged`] where it is not what the record says; [`Error::Bundle`] where its content cannot be read. That it
/// is sealed is no error: the contents say so.
pub fn read_bundle(record: &Record) -> Result<Contents> {
    let damaged =
        |problem| Error::from(ArchiveError::Damaged { id: record.id.clone(), problem: Box::new(problem) });
    let path = record.bundle_path();
    let bytes = match read(&path) {
        Err(Error::File(error)) if error.source.kind() == std::io::ErrorKind::NotFound => {
            return Err(damaged(Problem::Missing { file: record.bundle.file.clone() }));
        }
        bytes => bytes?,
    };
    let found = hex::encode(Sha256::digest(&bytes));
    if !found.eq_ignore_ascii_case(&record.bundle.sha256) {
        return Err(damaged(Problem::WrongHash { expected: record.bundle.sha256.clone(), found }));
    }
    open(&bytes[..], CONTENT_LIMITS).map_err(|problem| Error::Bundle { path, problem })
}

/// Reads what is in a bundle file that lies anywhere.
///
/// # Errors
/// [`Error::File`], [`Error::Bundle`].
pub fn read_bundle_file(path: &Path) -> Result<Contents> {
    let bytes = read(path)?;
    open(&bytes[..], CONTENT_LIMITS).map_err(|problem| Error::Bundle { path: path.to_owned(), problem })
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let unreadable = |error| FileError::new("read", path, error);
    let file = files::open_regular(path).map_err(unreadable)?;
    // Room for all of it at once: a buffer that grows by doubling is read into with a dozen calls.
    let length = file.metadata().map_err(unreadable)?.len().min(MAX_READ_BYTES);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 1);
    file.take(MAX_READ_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_READ_BYTES {
        let problem = BundleProblem::TooLarge { limit_mib: MAX_READ_BYTES >> 20 };
        return Err(Error::Bundle { path: path.to_owned(), problem });
    }
    Ok(bytes)
}
