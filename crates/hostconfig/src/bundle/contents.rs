//! What is in a bundle, as far as it can be read without its host: enough to tell what a restore would bring, and whether two
//! bundles hold the same configuration. Contents stay hashes wherever that is enough: nothing here can leak a secret.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::net::IpAddr;

use flate2::read::GzDecoder;
use rusqlite::{Connection, MAIN_DB};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use vsphere::Certificate;

use super::check::{BundleProblem, Layer};
use super::envelope;

/// What a bundle holds.
#[derive(Debug, Clone)]
pub struct Contents {
    /// Whether the configuration in it can be read.
    pub sealing: Sealing,
    /// The management address that it would bring, where it is a fixed one that can be read.
    pub address: Option<IpAddr>,
    /// The certificate that it would bring.
    pub certificate: Option<Certificate>,
    /// A hash of each file, and of each row of the ConfigStore.
    parts: BTreeMap<String, [u8; 32]>,
    /// How many were left out because they change by themselves.
    left_out: usize,
}

/// Whether the configuration in a bundle can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "sealing")]
pub enum Sealing {
    /// It can.
    Open,
    /// Only the host's TPM has the key.
    Tpm,
    /// It cannot.
    Unreadable {
        /// Why, in plain words.
        reason: String,
    },
}

/// What two bundles have in common. A part is a file, by its path, or a row of the ConfigStore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// How many parts both have, alike.
    pub same: usize,
    /// The parts that both have, but not alike.
    pub different: Vec<String>,
    /// The parts that only the first has.
    pub only_first: Vec<String>,
    /// The parts that only the second has.
    pub only_second: Vec<String>,
    /// How many parts of the first were not compared, because they change at every backup.
    pub left_out: usize,
}

/// How much a bundle may unpack to when it is read into memory. Real ones have a few megabytes.
const MOST_BYTES: u64 = 128 * 1024 * 1024;
/// Far more rows than any ConfigStore has.
const MOST_ROWS: usize = 200_000;
const CONFIG_STORE: &str = "var/lib/vmware/configstore/backup/current-store-1";
const ESX_CONF: &str = "etc/vmware/esx.conf";
const CERTIFICATE: &str = "etc/vmware/ssl/rui.crt";
/// What changes although nobody changes anything.
const RESTLESS: [&str; 3] = ["etc/vmware/.backup.counter", "etc/random-seed", "etc/vmware/encryption.info"];
const RESTLESS_ROWS: [&str; 3] = ["devices_access", "quick_boot_data", "reboot_reason"];

/// Reads a bundle that [`super::check`] has found sound.
///
/// # Errors
/// The bundle itself cannot be unpacked. That what is in it cannot be read is in [`Contents::sealing`].
pub fn read_contents(bundle: &[u8]) -> Result<Contents, BundleProblem> {
    let mut budget = MOST_BYTES;
    let outer = members(bundle, Layer::Bundle, &mut budget)?;
    let state = find(&outer, "state.tgz").ok_or(BundleProblem::NoState)?;
    let state = members(state, Layer::State, &mut budget)?;
    let info = find(&state, "encryption.info").map(String::from_utf8_lossy).unwrap_or_default();
    let local = match (find(&state, "local.tgz"), find(&state, "local.tgz.ve")) {
        (Some(local), _) => local.to_vec(),
        (None, Some(_)) if envelope::is_sealed(&info) => return Ok(Contents::unread(Sealing::Tpm)),
        (None, Some(sealed)) => match envelope::open(sealed, &info) {
            Ok(local) => local,
            Err(reason) => return Ok(Contents::unread(Sealing::Unreadable { reason: reason.to_owned() })),
        },
        (None, None) => {
            let reason = "its state.tgz holds neither local.tgz nor local.tgz.ve".to_owned();
            return Ok(Contents::unread(Sealing::Unreadable { reason }));
        }
    };
    let files = members(&local, Layer::Local, &mut budget)?;
    Ok(Contents::of(&files))
}

/// What two bundles have in common; none where one of them cannot be read.
pub fn compare(first: &Contents, second: &Contents) -> Option<Comparison> {
    if first.sealing != Sealing::Open || second.sealing != Sealing::Open {
        return None;
    }
    let only = |of: &Contents, other: &Contents| -> Vec<String> {
        of.parts.keys().filter(|part| !other.parts.contains_key(*part)).cloned().collect()
    };
    let both = first.parts.iter().filter_map(|(part, hash)| Some((part, hash, second.parts.get(part)?)));
    let (same, different): (Vec<_>, Vec<_>) = both.partition(|(_, first, second)| first == second);
    Some(Comparison {
        same: same.len(),
        different: different.into_iter().map(|(part, ..)| part.clone()).collect(),
        only_first: only(first, second),
        only_second: only(second, first),
        left_out: first.left_out,
    })
}

impl Comparison {
    /// Whether all that was compared is alike.
    pub fn is_same(&self) -> bool {
        self.different.is_empty() && self.only_first.is_empty() && self.only_second.is_empty()
    }
}

impl Contents {
    fn unread(sealing: Sealing) -> Self {
        Self { sealing, address: None, certificate: None, parts: BTreeMap::new(), left_out: 0 }
    }

    fn of(files: &[(String, Vec<u8>)]) -> Self {
        let mut contents = Self::unread(Sealing::Open);
        let rows = find(files, CONFIG_STORE).and_then(|store| match rows(store) {
            Ok(rows) => Some(rows),
            Err(error) => {
                tracing::warn!(%error, "the ConfigStore of a bundle cannot be read; it is compared as a file");
                None
            }
        });
        for (path, content) in files {
            if RESTLESS.contains(&path.as_str()) || path.ends_with(".leases") {
                contents.left_out += 1;
            } else if path == ESX_CONF {
                contents.parts.insert(path.clone(), hash_of_lines(content));
            } else if path != CONFIG_STORE || rows.is_none() {
                contents.parts.insert(path.clone(), Sha256::digest(content).into());
            }
        }
        for row in rows.iter().flatten() {
            if RESTLESS_ROWS.contains(&row.name.as_str()) {
                contents.left_out += 1;
            } else {
                contents.parts.insert(format!("ConfigStore {}", row.key()), row.hash());
            }
        }
        let conf = find(files, ESX_CONF).map(String::from_utf8_lossy).unwrap_or_default();
        let in_store = || rows.iter().flatten().find_map(Row::management_address);
        contents.address = in_store().or_else(|| address_in(&conf));
        contents.certificate = find(files, CERTIFICATE).and_then(Certificate::from_pem);
        contents
    }
}

fn find<'a>(members: &'a [(String, Vec<u8>)], path: &str) -> Option<&'a [u8]> {
    members.iter().find(|(found, _)| found == path).map(|(_, content)| content.as_slice())
}

/// The regular files of an archive, within what is left of the budget.
fn members(tgz: &[u8], layer: Layer, budget: &mut u64) -> Result<Vec<(String, Vec<u8>)>, BundleProblem> {
    let damaged = |error: std::io::Error| BundleProblem::TarDamaged { layer, reason: error.to_string() };
    let mut tar = Vec::new();
    let limit = *budget;
    GzDecoder::new(tgz).take(limit + 1).read_to_end(&mut tar).map_err(damaged)?;
    *budget = limit.checked_sub(tar.len() as u64).ok_or(BundleProblem::TooLarge)?;
    let mut members = Vec::new();
    for entry in tar::Archive::new(tar.as_slice()).entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(damaged)?;
        members.push((path.trim_start_matches("./").to_owned(), content));
    }
    Ok(members)
}

/// `esx.conf` is written in no particular order.
fn hash_of_lines(content: &[u8]) -> [u8; 32] {
    let mut lines: Vec<&[u8]> =
        content.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    Sha256::digest(lines.join(&b'\n')).into()
}

/// Of `/adv/Misc/HostIPAddr = "10.0.0.1"`.
fn address_in(conf: &str) -> Option<IpAddr> {
    let line = conf.lines().find_map(|line| line.strip_prefix("/adv/Misc/HostIPAddr"))?;
    line.split_once('=')?.1.trim().trim_matches('"').parse().ok()
}

/// A row of the ConfigStore, without what changes by itself.
struct Row {
    component: String,
    group: String,
    name: String,
    identifier: String,
    user_value: String,
    vital_value: String,
}

impl Row {
    fn key(&self) -> String {
        let parts = [&self.component, &self.group, &self.name, &self.identifier];
        parts.map(String::as_str).join("|").trim_end_matches('|').to_owned()
    }

    fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for value in [&self.user_value, &self.vital_value] {
            hash.update((value.len() as u64).to_le_bytes());
            hash.update(value);
        }
        hash.finalize().into()
    }

    /// The fixed address of the interface that is enabled for management.
    fn management_address(&self) -> Option<IpAddr> {
        if self.name != "vmknics" {
            return None;
        }
        let nic: serde_json::Value = serde_json::from_str(&self.user_value).ok()?;
        let is_management = nic.pointer("/enabled_services/management")?.as_bool()?;
        let is_fixed = nic.pointer("/ip/dhcp").and_then(serde_json::Value::as_bool) != Some(true);
        let address = nic.pointer("/ip/ipv4_address")?.as_str()?;
        (is_management && is_fixed).then(|| address.parse().ok())?
    }
}

/// The rows of a ConfigStore. Its schema is not trusted: no function of it runs, and `Config` has to be a table.
fn rows(store: &[u8]) -> rusqlite::Result<Vec<Row>> {
    use rusqlite::config::DbConfig;
    let mut database = Connection::open_in_memory()?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    database.deserialize_read_exact(MAIN_DB, store, store.len(), true)?;
    let kind = "SELECT type FROM sqlite_master WHERE name = 'Config'";
    let kind: String = database.query_row(kind, [], |row| row.get(0))?;
    if kind != "table" {
        return Err(rusqlite::Error::InvalidQuery);
    }
    let columns = "Component, ConfigGroup, Name, Identifier, UserValue, VitalValue";
    let mut statement = database.prepare(&format!("SELECT {columns} FROM Config LIMIT {MOST_ROWS}"))?;
    let text = |row: &rusqlite::Row<'_>, at: usize| -> rusqlite::Result<String> {
        Ok(match row.get_ref(at)? {
            rusqlite::types::ValueRef::Text(text) | rusqlite::types::ValueRef::Blob(text) => {
                String::from_utf8_lossy(text).into_owned()
            }
            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
            rusqlite::types::ValueRef::Real(number) => number.to_string(),
            rusqlite::types::ValueRef::Null => String::new(),
        })
    };
    let found = statement.query_map([], |row| {
        Ok(Row {
            component: text(row, 0)?,
            group: text(row, 1)?,
            name: text(row, 2)?,
            identifier: text(row, 3)?,
            user_value: text(row, 4)?,
            vital_value: text(row, 5)?,
        })
    })?;
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::tests::{bundle_with, tgz};

    fn contents(files: &[(&str, &[u8])]) -> Contents {
        read_contents(&bundle_with(files)).unwrap()
    }

    #[test]
    fn what_changes_by_itself_makes_no_difference() {
        let first = contents(&[
            (ESX_CONF, b"/a = \"1\"\n/b = \"2\"\n"),
            ("etc/random-seed", b"1"),
            ("etc/dhclient-vmk0.leases", b"1"),
            ("etc/hosts", b"x"),
        ]);
        let second = contents(&[
            (ESX_CONF, b"/b = \"2\"\n/a = \"1\"\n"),
            ("etc/random-seed", b"2"),
            ("etc/dhclient-vmk0.leases", b"2"),
            ("etc/hosts", b"x"),
        ]);
        let comparison = compare(&first, &second).unwrap();
        assert!(comparison.is_same(), "{comparison:?}");
        assert_eq!((comparison.same, comparison.left_out), (2, 2));
        let third = contents(&[(ESX_CONF, b"/a = \"1\"\n/b = \"3\"\n"), ("etc/motd", b"")]);
        let comparison = compare(&first, &third).unwrap();
        assert_eq!(
            (comparison.different, comparison.only_first, comparison.only_second, comparison.same),
            (vec![ESX_CONF.to_owned()], vec!["etc/hosts".to_owned()], vec!["etc/motd".to_owned()], 0)
        );
    }

    #[test]
    fn the_address_is_read_where_it_is_fixed() {
        let address =
            |conf: &str| contents(&[(ESX_CONF, conf.as_bytes())]).address.map(|found| found.to_string());
        assert_eq!(address("/adv/Misc/HostIPAddr = \"10.0.0.1\"\n").as_deref(), Some("10.0.0.1"));
        assert_eq!(address("/adv/Misc/HostIPAddr = \"esx\"\n"), None);
        assert_eq!(address(""), None);
    }

    #[test]
    fn what_cannot_be_read_is_told_and_compared_with_nothing() {
        let with = |state: &[(&str, &[u8])]| {
            let manifest = crate::bundle::tests::MANIFEST.as_bytes();
            read_contents(&tgz(&[("Manifest.txt", manifest), ("state.tgz", &tgz(state))])).unwrap()
        };
        let sealed = with(&[("local.tgz.ve", b"x"), ("encryption.info", b"mode = \"TPM\"")]);
        assert_eq!(sealed.sealing, Sealing::Tpm);
        let odd = with(&[("local.tgz.ve", b"x"), ("encryption.info", b"mode = \"NONE\"")]);
        assert!(matches!(odd.sealing, Sealing::Unreadable { .. }), "{:?}", odd.sealing);
        assert!(matches!(with(&[]).sealing, Sealing::Unreadable { .. }));
        assert_eq!(compare(&sealed, &contents(&[])), None);
    }

    #[test]
    fn a_store_that_is_none_is_compared_as_a_file() {
        let first = contents(&[(CONFIG_STORE, b"SQLite format 3\0 rubbish")]);
        assert_eq!(first.parts.keys().collect::<Vec<_>>(), [CONFIG_STORE]);
    }
}
