//! What a server last said of its hosts, so that there is something to look at before it has answered, with its age.
//!
//! A cache a server in the configuration folder: losing one costs nothing but a look at the server. It holds names,
//! addresses and states, no secrets, and must not know what is in the archive.

use std::path::PathBuf;

use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use vsphere::inventory::{ConnectionState, Lockdown};

use crate::archive::{safe_name, short_hash};
use crate::config_dir::ConfigDir;
use crate::files::{self, FileError, FileProblem};
use crate::inventory::{Host, Inventory};
use crate::{Error, Result};

/// The format of a [`Sighting`] that this version writes and the only one that it reads.
pub const SIGHTING_FORMAT: u32 = 1;
/// A host is less than a kilobyte.
const MAX_SIGHTING_BYTES: u64 = 64 * 1024 * 1024;

/// A host as its server last described it. What the server did not say is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownHost {
    /// What tells it from all others that were read with it; see [`Host::identity`].
    pub identity: String,
    /// The server that tells of it: the name that it is saved under, or else its address.
    pub server: String,
    /// The managed object's id on that server, such as `host-42`.
    pub moid: String,
    /// Its name in the inventory, escapes undone.
    pub name: String,
    /// The names above it, from the outermost folder or datacenter down to its cluster.
    pub path: Vec<String>,
    /// Its datacenter.
    pub datacenter: Option<String>,
    /// Its cluster; none for a standalone host.
    pub cluster: Option<String>,
    /// Whether the server reaches it.
    pub connection: Connection,
    /// Whether it is in maintenance mode.
    pub in_maintenance_mode: Option<bool>,
    /// Its hardware UUID as the server writes it.
    pub uuid: Option<String>,
    /// Who made it.
    pub vendor: Option<String>,
    /// What it is.
    pub model: Option<String>,
    /// The release that it runs, such as `8.0.3`.
    pub version: Option<String>,
    /// Such as `24022510`.
    pub build: Option<String>,
    /// The first address of its management network.
    pub address: Option<String>,
    /// Whether root may use it directly.
    pub lockdown: Option<LockdownMode>,
    /// Whether its configuration is sealed by its TPM.
    pub sealed_by_tpm: Option<bool>,
    /// Whether it can pack its configuration. True also where this user may not see whether it can: the server will say
    /// so when it is asked for a bundle.
    pub has_firmware_system: bool,
    /// When it last booted.
    pub boot_time: Option<DateTime<Utc>>,
}

/// Whether a server reaches a host (`HostSystemConnectionState`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// It does.
    Connected,
    /// An admin has disconnected the host.
    Disconnected,
    /// The host does not answer the server.
    NotResponding,
}

/// Who gets in to a host directly (`HostLockdownMode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockdownMode {
    /// Direct access is allowed.
    Disabled,
    /// Only users on the exception list get in directly.
    Normal,
    /// As normal, and the console is closed too.
    Strict,
}

/// All hosts of a server at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The format, [`SIGHTING_FORMAT`].
    pub format: u32,
    /// When the server said it.
    pub read_at: DateTime<FixedOffset>,
    /// Its hosts.
    pub hosts: Vec<KnownHost>,
}

/// The hosts of an inventory, in its order. A host that several servers know is there once, as the one told of it that
/// it would be backed up through.
pub fn of(inventory: &Inventory) -> Vec<KnownHost> {
    let servers: Vec<String> = inventory.servers.iter().map(crate::inventory::Server::shown).collect();
    inventory.hosts.iter().map(|host| known(host, &servers[host.server])).collect()
}

/// What the server of this name (or address) last said; `None` where nothing was kept. A file that cannot be understood
/// is none either: the next reading replaces it.
///
/// # Errors
/// The file is there and cannot be read.
pub fn load(config: &ConfigDir, server: &str) -> Result<Option<Sighting>> {
    let path = path(config, server);
    let not_understood = |reason: &dyn std::fmt::Display| {
        tracing::warn!(path = %path.display(), %reason, "what is known of a server's hosts cannot be understood");
        None
    };
    let json = match files::read_regular_limited(&path, MAX_SIGHTING_BYTES) {
        Ok(json) => json,
        Err(error) if files::classify(&error) == FileProblem::Missing => return Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => return Ok(not_understood(&error)),
        Err(error) => return Err(FileError::new("read", path, error).into()),
    };
    Ok(match files::format_of(&json) {
        Ok(SIGHTING_FORMAT) => serde_json::from_slice(&json).unwrap_or_else(|error| not_understood(&error)),
        Ok(format) => not_understood(&format_args!("it has format {format}")),
        Err(error) => not_understood(&error),
    })
}

/// Keeps what a server said, in the place of what it said before.
pub fn store(config: &ConfigDir, server: &str, sighting: &Sighting) -> Result<()> {
    config.ensure()?;
    files::ensure_private_folder(&config.hosts())?;
    Ok(files::write_json_atomically(&path(config, server), sighting)?)
}

/// Removes what is kept of a server, if anything is.
pub fn forget(config: &ConfigDir, server: &str) -> Result<()> {
    let path = path(config, server);
    match std::fs::remove_file(&path) {
        Err(error) if files::classify(&error) != FileProblem::Missing => {
            Err(Error::File(FileError::new("remove", path, error)))
        }
        _ => Ok(()),
    }
}

/// Saved names are unique in any case, so that "Prod" and "prod" are one server. Names in other alphabets get a hash:
/// file systems have ideas of their own about which of their letters are the same.
fn path(config: &ConfigDir, server: &str) -> PathBuf {
    let name = server.to_lowercase();
    let safe = safe_name(&name);
    let file = if name.is_ascii() { safe } else { format!("{safe}~{}", short_hash(&name)) };
    config.hosts().join(file + ".json")
}

fn known(host: &Host, server: &str) -> KnownHost {
    let system = &host.system;
    let product = system.product.as_ref();
    let may_not_see = |property: &str| system.unreadable.iter().any(|(unreadable, _)| unreadable == property);
    KnownHost {
        identity: host.identity.clone(),
        server: server.to_owned(),
        moid: system.object.id.clone(),
        name: system.name.clone(),
        path: system.path.clone(),
        datacenter: system.datacenter.clone(),
        cluster: system.cluster.clone(),
        connection: match system.connection {
            ConnectionState::Connected => Connection::Connected,
            ConnectionState::Disconnected => Connection::Disconnected,
            ConnectionState::NotResponding => Connection::NotResponding,
        },
        in_maintenance_mode: system.in_maintenance_mode,
        uuid: system.uuid.clone(),
        vendor: system.vendor.clone(),
        model: system.model.clone(),
        version: product.map(|product| product.version.clone()),
        build: product.map(|product| product.build.clone()),
        address: system.management_addresses.first().map(ToString::to_string),
        lockdown: system.lockdown.map(|lockdown| match lockdown {
            Lockdown::Disabled => LockdownMode::Disabled,
            Lockdown::Normal => LockdownMode::Normal,
            Lockdown::Strict => LockdownMode::Strict,
        }),
        sealed_by_tpm: system.sealed_by_tpm,
        has_firmware_system: system.firmware_system.is_some() || may_not_see("configManager.firmwareSystem"),
        boot_time: system.boot_time,
    }
}

#[cfg(test)]
#[path = "known_hosts_tests.rs"]
pub(crate) mod tests;
