//! Settings, values, addresses and file names, looked for over many bundles at once.
//!
//! The index is a cache in the configuration folder: an SQLite file that is made again from the archive whenever it is missing,
//! broken or of another format. Bundles with the same settings share them in it, so it hardly grows while nothing changes. It
//! holds what [`Redacted`](crate::bundle::Redacted) lets out, so no secrets, nor anything that they could be guessed from.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use crate::archive::{Record, read_bundle};
use crate::bundle::{Section, Setting, settings};
use crate::config_dir::ConfigDir;
use crate::{Error, ErrorReport, Result, files};

mod database;

use database::Database;

/// How long another program that is adding bundles is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest text that is looked for.
pub const MAX_SEARCH_CHARS: usize = 200;

/// The index of an archive.
#[derive(Debug)]
pub struct SearchIndex {
    database: Database,
}

/// A setting that has the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// Its part of the table of settings.
    pub section: Section,
    /// What it is a setting of.
    pub object: String,
    /// Its name.
    pub name: String,
    /// What was configured, without secrets.
    pub value: String,
    /// The file that it stands in.
    pub file: String,
    /// Its key there.
    pub key: String,
    /// The ids of the records whose bundles have it, in the order in which they were given.
    pub records: Vec<String>,
}

/// A bundle that is not in the index.
#[derive(Debug, Clone, Serialize)]
pub struct NotIndexed {
    /// The record's id.
    pub record: String,
    /// The host's name.
    pub host: String,
    /// Why.
    pub error: ErrorReport,
}

impl SearchIndex {
    /// Opens the index of the archive with this id, or begins a new one.
    ///
    /// # Errors
    /// [`Error::Index`]: it cannot be opened nor begun.
    pub fn open(config: &ConfigDir, archive_id: &str) -> Result<Self> {
        let folder = config.cache();
        config.ensure()?;
        files::ensure_private_folder(&folder)?;
        let path = folder.join(format!("search-{}.sqlite", crate::archive::safe_name(archive_id)));
        Ok(Self { database: Database::open(path, PATIENCE)? })
    }

    /// Which of the records are not in it yet.
    pub fn missing<'a>(&mut self, records: &[&'a Record]) -> Result<Vec<&'a Record>> {
        let known = self.database.with(|connection| known(connection))?;
        Ok(records.iter().copied().filter(|record| !known.contains_key(&record.bundle.sha256)).collect())
    }

    /// Puts records into it, read on all processors at once. `done` is told after each. Answers with those that could not be
    /// read.
    ///
    /// # Errors
    /// [`Error::Cancelled`], after which it has what was read so far; [`Error::Index`].
    pub fn add(
        &mut self,
        records: &[&Record],
        mut done: impl FnMut(&Record),
        cancel: &CancellationToken,
    ) -> Result<Vec<NotIndexed>> {
        // Some are read a second time where the index turns out to be damaged.
        let mut told = HashSet::new();
        let mut done = |record: &Record| {
            if told.insert(record.folder.clone()) {
                done(record);
            }
        };
        let skipped = self.database.with(|connection| add(connection, records, &mut done, cancel))?;
        if cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(skipped) }
    }

    /// Forgets bundles that are not among these any more.
    pub fn forget_others(&mut self, records: &[Record]) -> Result<()> {
        let there: HashSet<&str> = records.iter().map(|record| record.bundle.sha256.as_str()).collect();
        self.database.with(|connection| forget_others(connection, &there))
    }

    /// The settings of these records' bundles that have a text in their name, value, object, file or key, in any case; at most
    /// `limit`, and how many there are in all.
    pub fn search(&mut self, text: &str, records: &[&Record], limit: usize) -> Result<(Vec<Hit>, usize)> {
        let found = self.database.with(|connection| find(connection, text, records, limit))?;
        if !self.database.was_begun_anew() {
            return Ok(found);
        }
        // It has lost what the caller knew to be in it.
        let missing = self.missing(records)?;
        self.add(&missing, |_| (), &CancellationToken::new())?;
        self.database.with(|connection| find(connection, text, records, limit))
    }
}

fn add(
    connection: &mut Connection,
    records: &[&Record],
    mut done: impl FnMut(&Record),
    cancel: &CancellationToken,
) -> rusqlite::Result<Vec<NotIndexed>> {
    let mut adding = Adding::begin(connection)?;
    let mut skipped = Vec::new();
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(records.len());
    // Bounded: settings that nobody has written yet are memory.
    let (sender, receiver) = sync_channel(64);
    thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                while let Some(record) = records.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let read = read_bundle(record).map(|contents| Searched::of(&contents));
                    // Nobody listens any more after a failure.
                    if cancel.is_cancelled() || sender.send((*record, read)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (record, read) in receiver {
            match read {
                Ok(searched) => adding.add(&record.bundle.sha256, &searched)?,
                Err(error) => skipped.push(NotIndexed {
                    record: record.id.clone(),
                    host: record.host.name.clone(),
                    error: error.report(),
                }),
            }
            done(record);
        }
        adding.end()
    })?;
    Ok(skipped)
}

fn forget_others(connection: &mut Connection, there: &HashSet<&str>) -> rusqlite::Result<()> {
    let known = known(connection)?;
    let gone: Vec<&String> = known.keys().filter(|sha256| !there.contains(sha256.as_str())).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for sha256 in gone {
        transaction.execute("DELETE FROM bundle WHERE sha256 = ?1", [sha256])?;
    }
    transaction.execute_batch(
        "DELETE FROM content WHERE id NOT IN (SELECT content FROM bundle);
        DELETE FROM posting WHERE content NOT IN (SELECT id FROM content);
        DELETE FROM entry WHERE id NOT IN (SELECT entry FROM posting);",
    )?;
    transaction.commit()
}

fn find(
    connection: &Connection,
    text: &str,
    records: &[&Record],
    limit: usize,
) -> rusqlite::Result<(Vec<Hit>, usize)> {
    let wanted: String = text.trim().chars().take(MAX_SEARCH_CHARS).collect::<String>().to_lowercase();
    if wanted.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let known = known(connection)?;
    let mut of_content: HashMap<i64, Vec<&Record>> = HashMap::new();
    for record in records {
        if let Some(content) = known.get(&record.bundle.sha256) {
            of_content.entry(*content).or_default().push(record);
        }
    }
    let order: HashMap<&str, usize> =
        records.iter().enumerate().map(|(at, record)| (record.id.as_str(), at)).collect();
    let mut entries = connection.prepare_cached(
        "SELECT id, section, object, name, value, file, key FROM entry WHERE instr(folded, ?1) > 0
        ORDER BY section, object, name, value, file, key",
    )?;
    let mut postings = connection.prepare_cached("SELECT content FROM posting WHERE entry = ?1")?;
    let mut rows = entries.query([&wanted])?;
    let (mut hits, mut all): (Vec<Hit>, usize) = (Vec::new(), 0);
    let mut last = None;
    while let Some(row) = rows.next()? {
        let contents = postings.query_map([row.get::<_, i64>(0)?], |row| row.get::<_, i64>(0))?;
        let mut found: Vec<&Record> = Vec::new();
        for content in contents {
            found.extend(of_content.get(&content?).into_iter().flatten());
        }
        if found.is_empty() {
            continue;
        }
        let parts: [String; 6] =
            [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?];
        // That it also stands elsewhere in some bundles makes it no other setting.
        let is_new = last.as_ref() != Some(&parts);
        all += usize::from(is_new);
        if all > limit {
            last = Some(parts);
            continue;
        }
        if is_new {
            let [section, object, name, value, file, key] = parts.clone();
            let section = serde_json::from_value(section.into()).unwrap_or(Section::Other);
            hits.push(Hit { section, object, name, value, file, key, records: Vec::new() });
            last = Some(parts);
        }
        if let Some(hit) = hits.last_mut() {
            hit.records.extend(found.into_iter().map(|record| record.id.clone()));
        }
    }
    for hit in &mut hits {
        hit.records.sort_by_key(|id| order.get(id.as_str()));
        hit.records.dedup();
    }
    hits.sort_by(|a, b| (a.section, &a.object, &a.name).cmp(&(b.section, &b.object, &b.name)));
    Ok((hits, all))
}

/// The bundles in it, and the content that each has.
fn known(connection: &Connection) -> rusqlite::Result<HashMap<String, i64>> {
    let mut statement = connection.prepare_cached("SELECT sha256, content FROM bundle")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// Section, object, name, value, file and key of a setting, and where else it stands.
type Entry = [String; 7];

/// What of a bundle is looked through.
struct Searched {
    lines: Vec<(Vec<u8>, Entry)>,
    hash: Vec<u8>,
}

impl Searched {
    fn of(contents: &crate::bundle::Contents) -> Self {
        let mut lines: Vec<Entry> = settings(contents).iter().map(line).collect();
        let named = contents.files().iter().map(|file| {
            let section = section_word(Section::Files);
            let (path, none) = (&file.path, String::new());
            [section, path.clone(), "File".into(), none.clone(), path.clone(), none.clone(), none]
        });
        lines.extend(named);
        let mut all = Sha256::new();
        let lines: Vec<(Vec<u8>, Entry)> = lines
            .into_iter()
            .map(|line| {
                let mut hash = Sha256::new();
                for part in &line {
                    hash.update((part.len() as u64).to_le_bytes());
                    hash.update(part);
                }
                let hash = hash.finalize()[..16].to_vec();
                all.update(&hash);
                (hash, line)
            })
            .collect();
        Self { lines, hash: all.finalize().to_vec() }
    }
}

fn line(setting: &Setting) -> Entry {
    let also = setting.also.iter().map(|source| format!("{} {}", source.file, source.key));
    [
        section_word(setting.section),
        setting.object.clone(),
        setting.name.clone(),
        setting.value.text().to_owned(),
        setting.source.file.clone(),
        setting.source.key.clone(),
        also.collect::<Vec<_>>().join(" "),
    ]
}

fn section_word(section: Section) -> String {
    match serde_json::to_value(section) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// Bundles on their way into the index.
struct Adding<'a> {
    transaction: Transaction<'a>,
    entries: HashMap<Vec<u8>, i64>,
}

impl<'a> Adding<'a> {
    fn begin(database: &'a mut Connection) -> rusqlite::Result<Self> {
        let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let entries = {
            let mut statement = transaction.prepare("SELECT hash, id FROM entry")?;
            let entries = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            entries.collect::<rusqlite::Result<_>>()?
        };
        Ok(Self { transaction, entries })
    }

    fn add(&mut self, sha256: &str, searched: &Searched) -> rusqlite::Result<()> {
        let of_hash = "SELECT id FROM content WHERE hash = ?1";
        let known = self
            .transaction
            .prepare_cached(of_hash)?
            .query_row([&searched.hash], |row| row.get(0))
            .optional()?;
        let content = match known {
            Some(content) => content,
            None => self.add_content(searched)?,
        };
        let mut bundle = self.transaction.prepare_cached("INSERT OR REPLACE INTO bundle VALUES (?1, ?2)")?;
        bundle.execute(params![sha256, content])?;
        Ok(())
    }

    fn add_content(&mut self, searched: &Searched) -> rusqlite::Result<i64> {
        self.transaction
            .prepare_cached("INSERT INTO content (hash) VALUES (?1)")?
            .execute([&searched.hash])?;
        let content = self.transaction.last_insert_rowid();
        let mut entry = self.transaction.prepare_cached(
            "INSERT INTO entry (hash, section, object, name, value, file, key, folded)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        let mut posting = self.transaction.prepare_cached("INSERT OR IGNORE INTO posting VALUES (?1, ?2)")?;
        for (hash, [section, object, name, value, file, key, also]) in &searched.lines {
            let id = if let Some(id) = self.entries.get(hash) {
                *id
            } else {
                let folded = format!("{object} {name} {value} {file} {key} {also}").to_lowercase();
                entry.execute(params![hash, section, object, name, value, file, key, folded])?;
                let id = self.transaction.last_insert_rowid();
                self.entries.insert(hash.clone(), id);
                id
            };
            posting.execute(params![id, content])?;
        }
        Ok(content)
    }

    fn end(self) -> rusqlite::Result<()> {
        self.transaction.commit()
    }
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
