//! The recovery keys of hosts that are sealed by their TPM, kept for the day on which a mainboard or a TPM is replaced: then no
//! backup of such a host is of use without its key.
//!
//! The keys are in the operating system's keyring, apart from the archive: who has a bundle does not have its key. Which of them
//! are kept is in `recovery-keys.json` beside the settings, so that nobody has to open the keyring to know. One that was
//! replaced on its host stays: older bundles need it.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io;

use chrono::{DateTime, FixedOffset};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use vsphere::RecoveryKey;

use crate::credentials::{self, CredentialsError, Item};
use crate::files::{self, FileError, FileProblem};
use crate::{ConfigDir, Error, Result};

const FORMAT: u32 = 1;
/// A hundred thousand keys' worth.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// A recovery key that is in the keyring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptKey {
    /// What tells its host from all others; see [`crate::inventory::Host::identity`].
    pub identity: String,
    /// The host's name when the key was kept.
    pub host: String,
    /// Which key, as the host names it when it asks for one.
    pub id: String,
    /// When it was kept, local.
    pub kept_at: DateTime<FixedOffset>,
}

/// The recovery keys that a host has now.
#[derive(Debug)]
pub struct HostKeys {
    /// What tells the host from all others.
    pub identity: String,
    /// Its name.
    pub host: String,
    /// Its keys.
    pub keys: Vec<RecoveryKey>,
}

#[derive(Serialize, Deserialize)]
struct Index {
    format: u32,
    /// In the order in which they were kept.
    keys: Vec<KeptKey>,
}

/// Which keys are kept, those kept first first.
///
/// # Errors
/// The file that says so is there and cannot be read or understood.
pub fn load(config: &ConfigDir) -> Result<Vec<KeptKey>> {
    let path = config.recovery_keys();
    let json = match files::read_regular_limited(&path, MAX_BYTES) {
        Ok(json) => json,
        Err(error) if files::classify(&error) == FileProblem::Missing => return Ok(Vec::new()),
        Err(error) => return Err(FileError::new("read", path, error).into()),
    };
    let odd = |reason: String| FileError::new("understand", &path, io::Error::other(reason));
    let index: Index = serde_json::from_slice(&json).map_err(|error| odd(error.to_string()))?;
    if index.format != FORMAT {
        return Err(odd(format!("its format is {}, and this version reads {FORMAT}", index.format)).into());
    }
    Ok(index.keys)
}

/// When each host's key was kept last, by the hosts' identities.
pub fn kept_at(keys: &[KeptKey]) -> HashMap<&str, DateTime<FixedOffset>> {
    keys.iter().map(|key| (key.identity.as_str(), key.kept_at)).collect()
}

/// Keeps those keys of hosts that are not kept yet. Tells how many that were.
///
/// # Errors
/// What the keyring or the disk refuses. What was kept before that stays kept.
pub fn keep(config: &ConfigDir, hosts: &[HostKeys], now: DateTime<FixedOffset>) -> Result<usize> {
    let _lock = lock(config)?;
    let mut kept = load(config)?;
    let before = kept.len();
    let known: HashSet<(String, String)> =
        kept.iter().map(|key| (key.identity.clone(), key.id.clone())).collect();
    let stored = hosts.iter().try_for_each(|HostKeys { identity, host, keys }| {
        keys.iter().filter(|key| !known.contains(&(identity.clone(), key.id.clone()))).try_for_each(
            |RecoveryKey { id, key }| {
                let (id, host) = (id.clone(), host.clone());
                credentials::keep(Item::RecoveryKey { id: id.clone(), host: host.clone() }, key)?;
                kept.push(KeptKey { identity: identity.clone(), host, id, kept_at: now });
                Ok(())
            },
        )
    });
    let new = kept.len() - before;
    if new > 0 {
        write(config, kept)?;
    }
    stored.map(|()| new)
}

/// Reads a key in the keyring, to show it to a person. One that is not there any more counts as kept no longer, so that the next
/// backup keeps it again.
///
/// # Errors
/// Those of the keyring.
pub fn read(config: &ConfigDir, key: &KeptKey) -> Result<SecretString> {
    let secret = credentials::read(Item::RecoveryKey { id: key.id.clone(), host: key.host.clone() });
    if let Err(Error::Credentials(CredentialsError::NoEntry { .. })) = secret {
        let _lock = lock(config)?;
        let mut kept = load(config)?;
        kept.retain(|other| other != key);
        write(config, kept)?;
    }
    secret
}

fn lock(config: &ConfigDir) -> Result<File> {
    config.ensure()?;
    let path = config.path().join("recovery-keys.lock");
    let file = files::open_lock(&path)?;
    Ok(file.ok_or_else(|| FileError::new("lock", path, io::ErrorKind::ResourceBusy.into()))?)
}

fn write(config: &ConfigDir, keys: Vec<KeptKey>) -> Result<()> {
    Ok(files::write_json_atomically(&config.recovery_keys(), &Index { format: FORMAT, keys })?)
}

#[cfg(test)]
mod tests {
    use keyring_core::mock;
    use secrecy::ExposeSecret as _;

    use super::*;

    fn keys(host: &str, keys: &[(&str, &str)]) -> HostKeys {
        let key = |(id, key): &(&str, &str)| RecoveryKey { id: (*id).to_owned(), key: (*key).into() };
        HostKeys {
            identity: format!("id of {host}"),
            host: host.to_owned(),
            keys: keys.iter().map(key).collect(),
        }
    }

    /// The mock store is the whole process': one test owns it.
    #[test]
    fn keys_are_in_the_keyring_and_which_they_are_is_beside_the_settings() {
        keyring_core::set_default_store(mock::Store::new().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let config = ConfigDir::at(folder.path());
        let now = "2026-11-30T10:00:00+01:00".parse().unwrap();
        assert_eq!(load(&config).unwrap(), []);
        assert_eq!(keep(&config, &[], now).unwrap(), 0);
        assert!(!config.recovery_keys().exists());

        let found = [keys("esx01", &[("{1}", "FAKE-111")]), keys("esx02", &[("{2}", "FAKE-222")])];
        assert_eq!(keep(&config, &found, now).unwrap(), 2);
        assert_eq!(keep(&config, &found, now).unwrap(), 0);
        let rotated = [keys("esx01", &[("{3}", "FAKE-333")])];
        assert_eq!(keep(&config, &rotated, now).unwrap(), 1);

        let kept = load(&config).unwrap();
        let told: Vec<_> = kept.iter().map(|key| (key.host.as_str(), key.id.as_str())).collect();
        assert_eq!(told, [("esx01", "{1}"), ("esx02", "{2}"), ("esx01", "{3}")]);
        assert_eq!(
            kept_at(&kept).keys().copied().collect::<HashSet<_>>(),
            ["id of esx01", "id of esx02"].into()
        );
        let read: Vec<_> =
            kept.iter().map(|key| super::read(&config, key).unwrap().expose_secret().to_owned()).collect();
        assert_eq!(read, ["FAKE-111", "FAKE-222", "FAKE-333"]);
        let file = std::fs::read_to_string(config.recovery_keys()).unwrap();
        assert!(!file.contains("FAKE"), "{file}");

        // Whoever empties the keyring gets the keys again from the next backup.
        keyring_core::set_default_store(mock::Store::new().unwrap());
        assert_eq!(super::read(&config, &kept[0]).unwrap_err().code(), "credentials_missing");
        assert_eq!(keep(&config, &found, now).unwrap(), 1);
        assert_eq!(super::read(&config, &kept[0]).unwrap().expose_secret(), "FAKE-111");

        std::fs::write(config.recovery_keys(), "{\"format\": 2, \"keys\": []}").unwrap();
        let error = keep(&config, &found, now).unwrap_err();
        assert!(error.to_string().contains("its format is 2"), "{error}");
        assert!(std::fs::read_to_string(config.recovery_keys()).unwrap().contains("\"format\": 2"));
    }
}
