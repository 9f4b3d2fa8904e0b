//! The index's file. Whatever is wrong with it, it can be made again from the archive; but not under another program that uses it.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, TransactionBehavior, params};

use crate::bundle::RULES;
use crate::files::{FileError, platform};
use crate::{Error, Result};

/// The layout of the index that this version makes.
const LAYOUT: i64 = 1;
const SCHEMA: &str = "
    CREATE TABLE about (layout INTEGER NOT NULL, rules INTEGER NOT NULL);
    CREATE TABLE entry (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, section TEXT NOT NULL, object TEXT NOT NULL,
        name TEXT NOT NULL, value TEXT NOT NULL, file TEXT NOT NULL, key TEXT NOT NULL, folded TEXT NOT NULL);
    CREATE TABLE content (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE);
    CREATE TABLE posting (entry INTEGER NOT NULL, content INTEGER NOT NULL, PRIMARY KEY (entry, content)) WITHOUT ROWID;
    CREATE TABLE bundle (sha256 TEXT PRIMARY KEY, content INTEGER NOT NULL) WITHOUT ROWID;";

/// A database with the tables of this version.
#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    path: PathBuf,
    is_begun_anew: bool,
}

impl Database {
    /// Opens the file, or begins it where it is missing, damaged or of another version. Another program that is writing is waited
    /// for.
    pub(super) fn open(path: PathBuf, patience: Duration) -> Result<Self> {
        // SQLite would let everyone read what it makes.
        platform::private(OpenOptions::new().write(true).create(true).truncate(false))
            .open(&path)
            .map_err(|e| FileError::new("open", &path, e))?;
        let connection = Connection::open(&path).and_then(|connection| {
            connection.busy_timeout(patience)?;
            connection.set_prepared_statement_cache_capacity(16);
            Ok(connection)
        });
        let connection = connection.map_err(|error| failed(&path, &error))?;
        let mut database = Self { connection, path, is_begun_anew: false };
        database.with(|connection| {
            // What a power cut breaks can be made again. A program that is killed breaks nothing: the journal is in a file.
            connection.pragma_update(None, "synchronous", "OFF")?;
            connection.pragma_update(None, "cache_size", -65_536)?;
            lay_out(connection)
        })?;
        Ok(database)
    }

    /// Does something with it. Where it turns out to be damaged, it is begun anew, and the same is done with the empty one.
    pub(super) fn with<T>(
        &mut self,
        mut work: impl FnMut(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let done = match work(&mut self.connection) {
            Err(error) if is_damaged(&error) => {
                tracing::warn!(path = %self.path.display(), %error, "the search index is damaged; it is made again");
                self.is_begun_anew = true;
                begin_anew(&mut self.connection).and_then(|()| work(&mut self.connection))
            }
            done => done,
        };
        done.map_err(|error| failed(&self.path, &error))
    }

    /// Whether it was begun anew since this was asked last.
    pub(super) fn was_begun_anew(&mut self) -> bool {
        std::mem::take(&mut self.is_begun_anew)
    }
}

/// Whether nothing but making it again helps. That it is in use is another matter.
fn is_damaged(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Empties the file, whatever is in it, under the database's own lock.
fn begin_anew(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_RESET_DATABASE, true)?;
    let emptied = connection.execute_batch("VACUUM");
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_RESET_DATABASE, false)?;
    emptied?;
    lay_out(connection)
}

/// Makes the tables in the place of those of another version, if there are any.
fn lay_out(connection: &mut Connection) -> rusqlite::Result<()> {
    if is_current(connection)? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another program may have been quicker.
    if is_current(&transaction)? {
        return Ok(());
    }
    let tables: Vec<String> = transaction
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for table in tables {
        transaction.execute_batch(&format!("DROP TABLE \"{}\"", table.replace('"', "\"\"")))?;
    }
    transaction.execute_batch(SCHEMA)?;
    transaction.execute("INSERT INTO about VALUES (?1, ?2)", params![LAYOUT, RULES])?;
    transaction.commit()
}

fn is_current(connection: &Connection) -> rusqlite::Result<bool> {
    let about = "SELECT layout, rules FROM about";
    match connection.query_row(about, [], |row| Ok((row.get(0)?, row.get(1)?))) {
        Ok(about) => Ok(about == (LAYOUT, RULES)),
        // It has no such table, or another one.
        Err(error) if matches!(error.sqlite_error_code(), None | Some(ErrorCode::Unknown)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn failed(path: &Path, error: &rusqlite::Error) -> Error {
    Error::Index { path: path.to_owned(), reason: error.to_string() }
}
