//! Proves that a record's bundle is what was taken, as far as that goes: one reading of the file that hashes, decompresses
//! and reads its content.

use std::fs::{self, File};
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::proof::{Climb, Proof};
use super::{ArchiveError, MARKER_FILE, MAX_READ_BYTES, Record};
use crate::bundle::{self, BundleProblem, CONTENT_LIMITS, Contents, Manifest};
use crate::files::FileError;
use crate::{Error, Result};

const BUFFER_BYTES: usize = 256 * 1024;

/// What [`verify`] found.
#[derive(Debug)]
pub struct Verdict {
    /// How many bytes were read.
    pub bytes: u64,
    /// Everything that is wrong. Empty: the bundle is good.
    pub problems: Vec<Problem>,
    /// How far the bundle is proven.
    pub proof: Proof,
}

/// What can be wrong with a record's bundle.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file is not there.
    #[error("the bundle file {file} is missing")]
    Missing {
        /// The file's name.
        file: String,
    },
    /// The whole backup is gone, with its folder: somebody has removed it since it was listed.
    #[error("the backup was removed meanwhile")]
    Removed,
    /// A folder, a link or something else has the file's name.
    #[error("{file} is not a regular file")]
    NotAFile {
        /// The file's name.
        file: String,
    },
    /// The file cannot be read.
    #[error(transparent)]
    Unreadable(FileError),
    /// The file is longer or shorter than what was taken.
    #[error("the bundle has {found} bytes, but {expected} were taken")]
    WrongSize {
        /// In the record.
        expected: u64,
        /// On the disk.
        found: u64,
    },
    /// The file's content is not what was taken.
    #[error("the bundle's SHA-256 is {found}, but {expected} was taken")]
    WrongHash {
        /// In the record.
        expected: String,
        /// On the disk.
        found: String,
    },
    /// The content is no sound bundle.
    #[error("the bundle is not sound: {0}")]
    Bundle(#[source] BundleProblem),
    /// The bundle is sound, but its manifest is not the one that the record describes.
    #[error("the bundle's manifest is not the one that was recorded")]
    OtherManifest,
}

impl Verdict {
    /// Whether the bundle is what was taken, and sound.
    pub fn is_good(&self) -> bool {
        self.problems.is_empty()
    }

    /// Whether there was something to judge. A share that was away for a moment says nothing of the bundles on it, nor does a backup
    /// that somebody has removed meanwhile.
    pub fn is_certain(&self) -> bool {
        !self.problems.iter().any(|problem| matches!(problem, Problem::Unreadable(_) | Problem::Removed))
    }

    /// Whether the backup is one no more, rather than a bad one.
    pub fn was_removed(&self) -> bool {
        self.problems.iter().any(|problem| matches!(problem, Problem::Removed))
    }
}

impl Problem {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "bundle_missing",
            Self::Removed => "backup_removed",
            Self::NotAFile { .. } => "bundle_not_a_file",
            Self::Unreadable(_) => "bundle_unreadable",
            Self::WrongSize { .. } => "bundle_wrong_size",
            Self::WrongHash { .. } => "bundle_wrong_hash",
            Self::Bundle(_) => "bundle_not_sound",
            Self::OtherManifest => "bundle_other_manifest",
        }
    }
}

/// Verifies a record's bundle: one pass that hashes it and reads it through, content included. `progress` gets the number of
/// bytes read since its last call.
///
/// # Errors
/// [`Error::Cancelled`]; [`ArchiveError::Vanished`] where it cannot be read, and nothing of its archive is to be seen. Everything
/// else that is wrong is in the verdict.
pub fn verify(record: &Record, progress: impl FnMut(u64), cancel: &CancellationToken) -> Result<Verdict> {
    let path = record.bundle_path();
    let file = || record.bundle.file.clone();
    let unread = |bytes, problem| Ok(Verdict { bytes, problems: vec![problem], proof: Proof::default() });
    let unreadable = |bytes, e| {
        still_there(record)?;
        unread(bytes, Problem::Unreadable(FileError::new("read", path.clone(), e)))
    };
    if cancel.is_cancelled() {
        return Err(Error::Cancelled);
    }
    let bundle = match fs::symlink_metadata(&path) {
        Ok(metadata) if !metadata.is_file() => return unread(0, Problem::NotAFile { file: file() }),
        Ok(_) => File::open(&path),
        Err(e) => Err(e),
    };
    let bundle = match bundle {
        Ok(bundle) => bundle,
        Err(e) if e.kind() == io::ErrorKind::NotFound && record.folder.exists() => {
            return unread(0, Problem::Missing { file: file() });
        }
        // Without its folder all of the backup is gone, or the share.
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            still_there(record)?;
            return unread(0, Problem::Removed);
        }
        Err(e) => return unreadable(0, e),
    };

    let mut hashed = Hashed { bundle, sha256: Sha256::new(), bytes: 0, failed: false, progress, cancel };
    let read = read_through(&mut hashed, record.bundle.bytes);
    // Where reading stopped early, the rest still counts for length and hash.
    let mut rest = vec![0; if read.is_ok() || hashed.failed { 0 } else { BUFFER_BYTES }];
    while !rest.is_empty() {
        match hashed.read(&mut rest) {
            Ok(0) => break,
            Ok(_) => {}
            Err(_) if cancel.is_cancelled() => return Err(Error::Cancelled),
            Err(e) => return unreadable(0, e),
        }
    }
    if cancel.is_cancelled() {
        return Err(Error::Cancelled);
    }
    let Hashed { sha256, bytes, .. } = hashed;
    if let Err(BundleProblem::Unreadable(e)) = read {
        return unreadable(bytes, e);
    }
    let found = hex::encode(sha256.finalize());
    Ok(verdict(record, bytes, found, read))
}

/// Whether the archive that a record lies in is: `<root>/<date>/<host>/<time>`.
fn still_there(record: &Record) -> Result<()> {
    match record.folder.ancestors().nth(3) {
        Some(root) if !fs::exists(root.join(MARKER_FILE)).unwrap_or(false) => {
            Err(ArchiveError::Vanished { path: root.to_path_buf() }.into())
        }
        _ => Ok(()),
    }
}

/// What was read of a bundle that is sound.
struct Through {
    manifest: Manifest,
    /// Why not, where its content cannot be read.
    contents: std::result::Result<Contents, String>,
}

/// Reads a bundle's content; where it is too large or unheard of, at least all layers to their ends.
fn read_through<P: FnMut(u64)>(hashed: &mut Hashed<'_, P>, expected: u64) -> Result<Through, BundleProblem> {
    let only_checked =
        |checked: bundle::Checked, why: String| Through { manifest: checked.manifest, contents: Err(why) };
    if expected > MAX_READ_BYTES {
        let why = format!("it is larger than {} MiB", MAX_READ_BYTES >> 20);
        return bundle::check(hashed).map(|checked| only_checked(checked, why));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or_default());
    (&mut *hashed).take(MAX_READ_BYTES).read_to_end(&mut bytes).map_err(BundleProblem::Unreadable)?;
    match bundle::open(&bytes[..], CONTENT_LIMITS) {
        Ok(contents) => Ok(Through { manifest: contents.manifest.clone(), contents: Ok(contents) }),
        Err(
            problem @ (BundleProblem::Forbidden { .. }
            | BundleProblem::TooLarge { .. }
            | BundleProblem::TooManyMembers),
        ) => bundle::check(&bytes[..]).map(|checked| only_checked(checked, problem.to_string())),
        Err(problem) => Err(problem),
    }
}

fn verdict(record: &Record, bytes: u64, found: String, read: Result<Through, BundleProblem>) -> Verdict {
    let mut problems = Vec::new();
    let mut climb = Climb::default();
    let is_whole = bytes == record.bundle.bytes;
    climb.whole(is_whole);
    if !is_whole {
        problems.push(Problem::WrongSize { expected: record.bundle.bytes, found: bytes });
    }
    let is_hash = found.eq_ignore_ascii_case(&record.bundle.sha256);
    climb.hash(is_hash);
    if !is_hash {
        problems.push(Problem::WrongHash { expected: record.bundle.sha256.clone(), found });
    }
    match read {
        Err(problem) => {
            climb.not_read_through(&problem);
            problems.push(Problem::Bundle(problem));
        }
        Ok(Through { manifest, contents }) => {
            let recorded = (&record.manifest.release_level, &record.manifest.uuid);
            let is_recorded = recorded == (&manifest.release_level, &manifest.uuid);
            if !is_recorded {
                problems.push(Problem::OtherManifest);
            }
            climb.read(record, &manifest, is_recorded, contents);
        }
    }
    Verdict { bytes, problems, proof: climb.done() }
}

/// Verifies records on all processors at once; the verdicts are in the records' order. `progress` gets the number of
/// bytes read since its last call, `found` each record's verdict as soon as it is there; both on any thread.
///
/// # Errors
/// Those of [`verify`].
pub fn verify_all(
    records: &[&Record],
    progress: impl Fn(u64) + Sync,
    found: impl Fn(&Record, &Verdict) + Sync,
    cancel: &CancellationToken,
) -> Result<Vec<Verdict>> {
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<(usize, Verdict)>> {
        let mut verdicts = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(record) = records.get(at) else { return Ok(verdicts) };
            let verdict = verify(record, &progress, cancel)?;
            found(record, &verdict);
            verdicts.push((at, verdict));
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(records.len());
    let verdicts: Result<Vec<Vec<(usize, Verdict)>>> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        running.into_iter().map(join).collect()
    });
    let mut verdicts: Vec<(usize, Verdict)> = verdicts?.into_iter().flatten().collect();
    verdicts.sort_unstable_by_key(|(at, _)| *at);
    Ok(verdicts.into_iter().map(|(_, verdict)| verdict).collect())
}

/// The file's bytes, hashed and counted as they pass.
struct Hashed<'a, P> {
    bundle: File,
    sha256: Sha256,
    bytes: u64,
    failed: bool,
    progress: P,
    cancel: &'a CancellationToken,
}

impl<P: FnMut(u64)> Read for Hashed<'_, P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cancel.is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        let read = loop {
            match self.bundle.read(buffer) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        let read = read.inspect_err(|_| self.failed = true)?;
        self.sha256.update(&buffer[..read]);
        self.bytes += read as u64;
        (self.progress)(read as u64);
        Ok(read)
    }
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
