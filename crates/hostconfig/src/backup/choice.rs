//! Which hosts of an inventory a run is about: found by the names that were asked for, or one by one as the servers know
//! them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::report::{HostReport, Outcome};
use crate::inventory::Inventory;
use crate::selection::{Choice, Selection, UnknownName};
use crate::{Error, ErrorReport};

/// Which hosts are meant.
#[derive(Debug, Clone)]
pub enum HostChoice {
    /// Those that names and patterns mean.
    Named(Selection),
    /// These and no others, each once.
    Exactly(Vec<HostRef>),
}

/// A host as one server knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HostRef {
    /// The name that the server is saved under, or else its address.
    pub server: String,
    /// The managed object's id there, such as `host-42`.
    pub moid: String,
    /// The name that it had when it was chosen. An id can be another host's by now.
    pub name: String,
}

/// What a [`HostChoice`] comes to.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// The places of the hosts in the inventory, each once, in its order.
    pub(super) hosts: Vec<usize>,
    /// Whatever was asked for that cannot be found.
    pub(super) missing: Vec<HostReport>,
    pub(super) warnings: Vec<String>,
}

impl HostChoice {
    /// `left_out` are servers that were not even tried, with the reason.
    pub(super) fn choose(&self, inventory: &Inventory, left_out: &[(String, ErrorReport)]) -> Chosen {
        match self {
            Self::Named(selection) => named(selection, inventory, left_out),
            Self::Exactly(hosts) => exactly(hosts, inventory, left_out),
        }
    }
}

fn named(selection: &Selection, inventory: &Inventory, left_out: &[(String, ErrorReport)]) -> Chosen {
    let Choice { chosen, unknown, unused_exclusions } =
        selection.choose(&inventory.hosts, |host| &host.system.name, |host| &host.system.path);
    let failed = inventory.failed.iter().map(|failed| (&failed.name, failed.error.to_string()));
    let left_out = left_out.iter().map(|(name, error)| (name, error.message.clone()));
    let unread: Vec<String> =
        failed.chain(left_out).map(|(server, why)| format!("{server} cannot be read: {why}")).collect();
    Chosen {
        hosts: chosen,
        missing: unknown.into_iter().map(|unknown| not_found(unknown, &unread)).collect(),
        warnings: unused_exclusions
            .iter()
            .map(|unused| format!("nothing is left out by a name: {unused}"))
            .collect(),
    }
}

/// A name that a server which cannot be read may know is no mistake.
fn not_found(unknown: UnknownName, unread: &[String]) -> HostReport {
    match unknown {
        UnknownName::NoSuchHost { name, .. } | UnknownName::NoSuchPlace { name } if !unread.is_empty() => {
            let reason = format!("no server that answered knows it, and {}", unread.join("; "));
            let error = Error::NotTried { host: name.clone(), reason }.report();
            HostReport { name, server: None, outcome: Outcome::Failed { error } }
        }
        unknown => HostReport::unknown(unknown),
    }
}

fn exactly(wanted: &[HostRef], inventory: &Inventory, left_out: &[(String, ErrorReport)]) -> Chosen {
    // Saved names are unique in any case.
    let servers: Vec<String> = inventory.servers.iter().map(|server| server.shown().to_lowercase()).collect();
    let mut known: HashMap<(&str, &str), (usize, &str)> = HashMap::new();
    for (at, host) in inventory.hosts.iter().enumerate() {
        for known_as in &host.known_as {
            known.insert((&servers[known_as.server], &known_as.moid), (at, &known_as.name));
        }
    }
    let mut is_chosen = vec![false; inventory.hosts.len()];
    let mut chosen = Chosen::default();
    let mut told = std::collections::HashSet::new();
    for host in wanted {
        let server = host.server.to_lowercase();
        let error = match known.get(&(server.as_str(), host.moid.as_str())) {
            Some((at, name)) if name.to_lowercase() == host.name.to_lowercase() => {
                is_chosen[*at] = true;
                continue;
            }
            Some((_, now)) => gone(host, Some(now)),
            None => why_unread(&server, inventory, left_out).map_or_else(
                || gone(host, None),
                |reason| Error::NotTried { host: host.name.clone(), reason },
            ),
        };
        if told.insert((server, &host.moid, &host.name)) {
            chosen.missing.push(HostReport::missing(host, &error));
        }
    }
    chosen.hosts = (0..is_chosen.len()).filter(|&at| is_chosen[at]).collect();
    chosen
}

fn gone(host: &HostRef, now: Option<&&str>) -> Error {
    let now = now.map(|now| (host.moid.clone(), (*now).to_owned()));
    Error::HostGone { host: host.name.clone(), server: host.server.clone(), now }
}

/// Why nothing is known of this server's hosts, where that is so.
fn why_unread(server: &str, inventory: &Inventory, left_out: &[(String, ErrorReport)]) -> Option<String> {
    let failed = inventory.failed.iter().find(|failed| failed.name.to_lowercase() == server);
    let left_out = || left_out.iter().find(|(name, _)| name.to_lowercase() == server);
    failed
        .map(|failed| failed.error.to_string())
        .or_else(|| left_out().map(|(_, error)| error.message.clone()))
}
