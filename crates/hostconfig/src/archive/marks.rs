//! `marks.json`: what an admin has said of a backup since it was taken, beside its `record.json`, which never changes.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Archive, ArchiveError, Record};
use crate::Result;
use crate::files::{self, FileError};

/// The marks' file name in a record's folder.
pub const MARKS_FILE: &str = "marks.json";
/// The format of `marks.json` that this version writes and the newest that it reads.
pub const MARKS_FORMAT: u32 = 1;
/// Marks that are being written, in the archive's own folder.
const NEW_MARKS: &str = "marks.new";
/// The most characters that a note may have.
pub const MAX_NOTE_CHARS: usize = 1000;
/// A note of a thousand characters, all of them escaped.
const MAX_MARKS_BYTES: u64 = 64 * 1024;

/// What an admin has said of a backup.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Whether it is never removed.
    #[serde(default)]
    pub pinned: bool,
    /// The admin's words.
    #[serde(default)]
    pub note: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct MarksFile {
    format: u32,
    #[serde(flatten)]
    marks: Marks,
}

impl Archive {
    /// Changes how a record is marked, from how it is marked now: what somebody else has changed meanwhile stays, and no run has to
    /// end before. Bundle and record are not touched. The note is kept without space around it, an empty one not at all. Answers
    /// with the marks as they are kept.
    ///
    /// # Errors
    /// [`ArchiveError::BadNote`]; [`ArchiveError::RecordNotFound`] where the record is not in its folder any more;
    /// [`ArchiveError::MarksTooNew`], because marks that a newer version made would be lost.
    pub fn mark(&self, record: &Record, change: impl FnOnce(&mut Marks)) -> Result<Marks> {
        let _lock = self.lock_marks()?;
        let found = Record::read(&record.folder);
        if !matches!(&found, Ok(Some(found)) if found.id == record.id) {
            let unreadable = usize::from(found.is_err());
            return Err(ArchiveError::RecordNotFound { asked: record.id.clone(), unreadable }.into());
        }
        let path = record.folder.join(MARKS_FILE);
        let mut marks = match read_file(&path) {
            Ok(marks) => marks,
            Err(Unread::Newer(format)) => return Err(ArchiveError::MarksTooNew { path, format }.into()),
            // A scanner may hold them for a moment.
            Err(Unread::Io(error)) if !is_no_file_of_ours(&error) => {
                return Err(self.blame(FileError::new("read", path, error)));
            }
            // They are made anew, from what they count as.
            Err(_) => read(&record.folder).0,
        };
        change(&mut marks);
        marks.note = checked_note(marks.note.as_deref())?;
        let json = files::to_json(&MarksFile { format: MARKS_FORMAT, marks: marks.clone() })
            .map_err(|e| FileError::new("encode", &path, e))?;
        // Not beside the record, where a power cut would leave it, nor in staging, which whoever begins to write clears. Only who
        // has the lock of marks makes this one.
        let new = self.own(NEW_MARKS);
        files::remove_if_there(&new);
        let written = files::write_new(&new, &json).and_then(|()| files::rename(&new, &path));
        if written.is_err() {
            files::remove_if_there(&new);
        }
        written.and_then(|()| files::sync_folder(&record.folder)).map_err(|e| self.blame(e))?;
        Ok(marks)
    }

    /// Pins the record of a folder that was made just now, and answers with it.
    ///
    /// # Errors
    /// Those of [`Self::mark`].
    pub(crate) fn pin_new(&self, folder: &Path) -> Result<Record> {
        let record = Record::read(folder);
        let unreadable = usize::from(record.is_err());
        let not_found = || ArchiveError::RecordNotFound { asked: folder.display().to_string(), unreadable };
        let record = record.ok().flatten().ok_or_else(not_found)?;
        let marks = self.mark(&record, |marks| marks.pinned = true)?;
        Ok(Record { marks, ..record })
    }
}

/// The marks of the record in this folder. Where they cannot be understood, it counts as pinned, and the reason comes with
/// them: nothing is deleted by mistake.
pub(super) fn read(folder: &Path) -> (Marks, Option<String>) {
    match read_file(&folder.join(MARKS_FILE)) {
        Ok(marks) => (marks, None),
        Err(unread) => {
            let why = match unread {
                Unread::Newer(format) => {
                    format!("has format {format}, and this version of Hostkeep knows {MARKS_FORMAT}")
                }
                Unread::Broken(why) => format!("is broken: {why}"),
                Unread::Io(error) => format!("cannot be read: {error}"),
            };
            (
                Marks { pinned: true, note: None },
                Some(format!("{MARKS_FILE} {why}; the backup counts as pinned")),
            )
        }
    }
}

enum Unread {
    Newer(u32),
    Broken(String),
    Io(io::Error),
}

/// Too large, or no regular file.
fn is_no_file_of_ours(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::FileTooLarge | io::ErrorKind::InvalidInput)
}

fn read_file(path: &Path) -> Result<Marks, Unread> {
    // Most records have no marks, and a look is cheaper than an attempt to open, on network shares above all.
    if fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return Ok(Marks::default());
    }
    let json = files::read_regular_limited(path, MAX_MARKS_BYTES).map_err(Unread::Io)?;
    match files::format_of(&json) {
        Ok(format) if format > MARKS_FORMAT => Err(Unread::Newer(format)),
        Ok(MARKS_FORMAT) => match serde_json::from_slice::<MarksFile>(&json) {
            Ok(file) => Ok(file.marks),
            Err(error) => Err(Unread::Broken(error.to_string())),
        },
        Ok(format) => Err(Unread::Broken(format!("it has the unknown format {format}"))),
        Err(error) => Err(Unread::Broken(error.to_string())),
    }
}

/// A note as it is kept: without blanks around it, none if nothing is left.
///
/// # Errors
/// [`ArchiveError::BadNote`].
pub fn checked_note(note: Option<&str>) -> Result<Option<String>, ArchiveError> {
    let Some(note) = note.map(str::trim).filter(|note| !note.is_empty()) else { return Ok(None) };
    if note.chars().count() > MAX_NOTE_CHARS {
        return Err(ArchiveError::BadNote { reason: "it is longer than 1,000 characters" });
    }
    if note.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(ArchiveError::BadNote { reason: "it has control characters" });
    }
    Ok(Some(note.to_owned()))
}

#[cfg(test)]
#[path = "marks_tests.rs"]
mod tests;
