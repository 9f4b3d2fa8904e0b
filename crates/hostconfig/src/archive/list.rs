//! What the archive holds, read from the disk each time. Quick with tens of thousands of records on a slow share,
//! because many folders are read at once.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Utc};

use super::{Archive, RECORD_FILE, Record, marks};
use crate::Result;
use crate::files::{FileError, FileProblem};

/// Reading records waits for the disk or the network far more than for the processor.
const THREADS: usize = 16;

/// Everything that the archive holds.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// All records, newest first.
    pub records: Vec<Record>,
    /// What could not be read. Folders without a record, or outside of the layout, are not ours and no problem.
    pub problems: Vec<ListingProblem>,
}

/// A folder whose record, if it has one, cannot be read, or whose record's marks cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingProblem {
    /// The folder.
    pub path: PathBuf,
    /// Why, in plain words.
    pub reason: String,
}

impl Archive {
    /// Lists the archive: `<yyyy-MM-dd>/<host>/T<HHmmss>…`. Symbolic links are not followed, and other people's files and
    /// folders are passed over.
    ///
    /// # Errors
    /// Only when the archive as a whole cannot be read; a single record's trouble is in [`Listing::problems`].
    pub fn list(&self) -> Result<Listing> {
        let mut listing = Listing::default();
        let dates =
            subfolders(self.root()).map_err(|e| self.blame(FileError::new("list", self.root(), e)))?;
        let dates: Vec<PathBuf> = dates.into_iter().filter(|date| is_named(date, is_date)).collect();
        let hosts = in_parallel(&dates, |date, found: &mut Found<PathBuf>| {
            found.folders(date, subfolders(date));
        });
        listing.problems.extend(hosts.problems);
        let records = in_parallel(&hosts.items, |host, found: &mut Found<Record>| {
            let folders = found.or_problem(host, subfolders(host));
            for folder in folders.into_iter().filter(|folder| is_named(folder, is_time)) {
                match Record::read(&folder) {
                    Ok(Some(record)) => {
                        let (marks, problem) = marks::read(&folder);
                        found.items.push(Record { marks, ..record });
                        found.problems.extend(problem.map(|reason| ListingProblem { path: folder, reason }));
                    }
                    Ok(None) if holds_bundle(&folder) => {
                        let reason = format!("there is a bundle, but no {RECORD_FILE}");
                        found.problems.push(ListingProblem { path: folder, reason });
                    }
                    Ok(None) => {}
                    Err(reason) => found.problems.push(ListingProblem { path: folder, reason }),
                }
            }
        });
        listing.records = records.items;
        listing.problems.extend(records.problems);
        if !self.is_there() {
            return Err(super::ArchiveError::Vanished { path: self.root().to_path_buf() }.into());
        }
        listing.records.sort_unstable_by(|a, b| {
            (b.taken_at, &a.host.name, &a.folder).cmp(&(a.taken_at, &b.host.name, &b.folder))
        });
        listing.problems.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(listing)
    }
}

/// The newest record of each host, by the hosts' names. One from the future counts only where there is no other.
pub fn newest_of_each(records: &[Record], now: DateTime<Utc>) -> Vec<&Record> {
    let mut newest: BTreeMap<(String, String), &Record> = BTreeMap::new();
    for record in records {
        let known = newest.entry(record.host_key()).or_insert(record);
        if known.recency(now) < record.recency(now) {
            *known = record;
        }
    }
    let mut newest: Vec<&Record> = newest.into_values().collect();
    newest.sort_by(|a, b| a.host.name.cmp(&b.host.name));
    newest
}

fn is_named(folder: &Path, fits: fn(&str) -> bool) -> bool {
    folder.file_name().and_then(OsStr::to_str).is_some_and(fits)
}

/// A record that was lost must not go unnoticed: its bundle counts for nothing without it.
fn holds_bundle(folder: &Path) -> bool {
    let is_bundle = |entry: DirEntry| {
        let name = entry.file_name();
        Path::new(&name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tgz"))
    };
    fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(is_bundle))
}

/// `yyyy-MM-dd`.
fn is_date(name: &str) -> bool {
    let is_fit =
        |(at, byte): (usize, u8)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    name.len() == 10 && name.bytes().enumerate().all(is_fit)
}

/// `T<HHmmss>`, whatever follows: the UTC offset, the number of a second backup, an admin's own addition.
fn is_time(name: &str) -> bool {
    let digits = name.strip_prefix('T').and_then(|rest| rest.get(..6));
    digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

struct Found<T> {
    items: Vec<T>,
    problems: Vec<ListingProblem>,
}

impl<T> Found<T> {
    fn or_problem(&mut self, folder: &Path, listed: io::Result<Vec<PathBuf>>) -> Vec<PathBuf> {
        listed.unwrap_or_else(|e| {
            let reason = FileError::new("list", folder, e).to_string();
            self.problems.push(ListingProblem { path: folder.to_path_buf(), reason });
            Vec::new()
        })
    }
}

impl Found<PathBuf> {
    fn folders(&mut self, folder: &Path, listed: io::Result<Vec<PathBuf>>) {
        let folders = self.or_problem(folder, listed);
        self.items.extend(folders);
    }
}

/// Runs `read` over all inputs on a few threads and gathers what they found.
fn in_parallel<I: Sync, T: Send>(inputs: &[I], read: impl Fn(&I, &mut Found<T>) + Sync) -> Found<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Found { items: Vec::new(), problems: Vec::new() };
        while let Some(input) = inputs.get(next.fetch_add(1, Ordering::Relaxed)) {
            read(input, &mut found);
        }
        found
    };
    let threads = THREADS.min(inputs.len().div_ceil(8));
    if threads <= 1 {
        return work();
    }
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut all = Found { items: Vec::new(), problems: Vec::new() };
        for thread in running {
            let found = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            all.items.extend(found.items);
            all.problems.extend(found.problems);
        }
        all
    })
}

/// The folders in a folder, links excluded. One that went away meanwhile (another program prunes) has none.
fn subfolders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry?;
        if is_folder(&entry)? {
            folders.push(entry.path());
        }
    }
    Ok(folders)
}

fn is_folder(entry: &DirEntry) -> io::Result<bool> {
    match entry.file_type() {
        Err(e) if crate::files::classify(&e) == FileProblem::Missing => Ok(false),
        kind => Ok(kind?.is_dir()),
    }
}
