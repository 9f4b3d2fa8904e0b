//! The ConfigStore (6.7 and later): an SQLite file whose rows hold JSON. Read in memory, within limits, with nothing of it
//! trusted; values are redacted as they are read.

use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::file::decoded;
use super::redact::{self, Leaf, Leaves, Place, Redacted};

/// Far more than any ConfigStore has.
const MOST_BYTES: usize = 16 * 1024 * 1024;
const MOST_ROWS: usize = 100_000;
/// The longest value, and all of them together.
const LONGEST_VALUE: i32 = 1024 * 1024;
const MOST_TEXT: usize = 8 * 1024 * 1024;
/// A hundred times what a real one takes.
const MOST_STEPS: u32 = 2_000;
const STEPS_EVERY: i32 = 10_000;

/// The objects of a ConfigStore.
#[derive(Debug, Clone, Default)]
pub struct ConfigStore {
    objects: Vec<StoreObject>,
}

/// A row: what a component of the host keeps under a name.
#[derive(Debug, Clone, Serialize)]
pub struct StoreObject {
    /// Such as `esx`.
    pub component: String,
    /// Such as `network`.
    pub group: String,
    /// Such as `vmknics`.
    pub name: String,
    /// Such as `vmk0`; empty where there is one only.
    pub identifier: String,
    /// What was configured, without secrets: user's and vital values in one.
    pub value: Value,
    /// Each value in it, by its path.
    #[serde(skip)]
    pub(super) leaves: Vec<Leaf>,
    /// Of the values as they are in the file.
    #[serde(skip)]
    pub(super) hash: [u8; 32],
}

impl ConfigStore {
    /// Its objects, sorted.
    pub fn objects(&self) -> &[StoreObject] {
        &self.objects
    }
}

impl StoreObject {
    /// `esx|network|vmknics|vmk0`.
    pub fn key(&self) -> String {
        let parts = [&self.component, &self.group, &self.name, &self.identifier];
        parts.map(String::as_str).join("|").trim_end_matches('|').to_owned()
    }
}

/// Reads the file `current-store-1`. The error says in plain words why it cannot be read.
pub(super) fn parse(store: &[u8]) -> Result<ConfigStore, String> {
    if store.len() > MOST_BYTES {
        return Err(format!("it is larger than {} MiB", MOST_BYTES >> 20));
    }
    let rows = rows(store).map_err(|error| error.to_string())?;
    let mut room = Leaves::ROOM;
    let mut objects = Vec::with_capacity(rows.len());
    for row in rows {
        objects.push(row.object(&mut room).ok_or("it holds far more than any host's")?);
    }
    objects.sort_by_cached_key(StoreObject::key);
    Ok(ConfigStore { objects })
}

struct Row {
    component: String,
    group: String,
    name: String,
    identifier: String,
    user_value: Vec<u8>,
    vital_value: Vec<u8>,
}

impl Row {
    /// None when there is no more room for its values.
    fn object(self, room: &mut usize) -> Option<StoreObject> {
        let mut hash = Sha256::new();
        for value in [&self.user_value, &self.vital_value] {
            hash.update((value.len() as u64).to_le_bytes());
            hash.update(value);
        }
        let place = Place::of(&format!("{}|{}|{}", self.group, self.name, self.identifier));
        let mut leaves = Leaves::new(*room);
        let mut read = |value: &[u8]| match decoded(value) {
            _ if value.is_empty() => Value::Null,
            Some(text) => {
                let mut value =
                    serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.into_owned()));
                redact::json(&mut value, place, &mut leaves);
                value
            }
            // Packed, perhaps: what is in it, nobody knows.
            None => {
                let told = Redacted::about(format!("binary, {} bytes", value.len()), value);
                let text = told.text().to_owned();
                leaves.push(&[], told);
                Value::String(text)
            }
        };
        let (user, vital) = (read(&self.user_value), read(&self.vital_value));
        let value = match (user, vital) {
            (Value::Object(mut user), Value::Object(vital)) => {
                vital.into_iter().for_each(|(name, value)| {
                    user.entry(name).or_insert(value);
                });
                Value::Object(user)
            }
            (Value::Null, one) | (one, Value::Null) => one,
            (user, vital) => Value::Array(vec![user, vital]),
        };
        let plain = |text: &str| Redacted::of(text).text().to_owned();
        let (leaves, left) = leaves.done()?;
        *room = left;
        Some(StoreObject {
            component: plain(&self.component),
            group: plain(&self.group),
            name: plain(&self.name),
            identifier: plain(&self.identifier),
            value,
            leaves,
            hash: hash.finalize().into(),
        })
    }
}

/// Its schema is not trusted: no function of it runs, `Config` has to be a plain table, and no statement goes on for long or
/// makes long texts.
fn rows(store: &[u8]) -> rusqlite::Result<Vec<Row>> {
    let mut database = Connection::open_in_memory()?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    database.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE)?;
    let steps = Arc::new(AtomicU32::new(0));
    database
        .progress_handler(STEPS_EVERY, Some(move || steps.fetch_add(1, Ordering::Relaxed) > MOST_STEPS))?;
    // Kept with a log beside it, it would be looked for there; in a copy all is in the file ("sqlite3_deserialize").
    let (start, rest) = store.split_at(store.len().min(18));
    let (versions, rest) = rest.split_at(rest.len().min(2));
    let versions = if versions == [2, 2] { &[1, 1] } else { versions };
    let bytes = start.chain(versions).chain(rest);
    database.deserialize_read_exact(MAIN_DB, bytes, store.len(), true)?;
    let schema = "SELECT type, sql FROM sqlite_master WHERE name = 'Config'";
    let (kind, sql): (String, String) =
        database.query_row(schema, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_uppercase();
    // Computed columns could run for long, or make much out of little.
    let is_plain = kind == "table"
        && sql.trim_start().starts_with("CREATE TABLE")
        && !sql.contains(" AS ")
        && !sql.contains(" AS(");
    if !is_plain || sql.contains("GENERATED") {
        return Err(rusqlite::Error::InvalidQuery);
    }
    let columns = "Component, ConfigGroup, Name, Identifier, UserValue, VitalValue";
    let mut statement = database.prepare(&format!("SELECT {columns} FROM Config LIMIT {}", MOST_ROWS + 1))?;
    let bytes_of = |row: &rusqlite::Row<'_>, at: usize| -> rusqlite::Result<Vec<u8>> {
        Ok(match row.get_ref(at)? {
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
            ValueRef::Integer(number) => number.to_string().into_bytes(),
            ValueRef::Real(number) => number.to_string().into_bytes(),
            ValueRef::Null => Vec::new(),
        })
    };
    let text = |row: &rusqlite::Row<'_>, at: usize| {
        bytes_of(row, at).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let mut found = Vec::new();
    let mut bytes = 0_usize;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let row = Row {
            component: text(row, 0)?,
            group: text(row, 1)?,
            name: text(row, 2)?,
            identifier: text(row, 3)?,
            user_value: bytes_of(row, 4)?,
            vital_value: bytes_of(row, 5)?,
        };
        bytes += row.user_value.len() + row.vital_value.len() + row.identifier.len() + row.name.len();
        if bytes > MOST_TEXT || found.len() == MOST_ROWS {
            return Err(rusqlite::Error::InvalidQuery);
        }
        found.push(row);
    }
    Ok(found)
}

#[cfg(test)]
#[path = "config_store_tests.rs"]
pub(super) mod tests;
