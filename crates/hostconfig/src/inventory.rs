//! The servers of a run and their hosts, each host once however many servers know it.
//!
//! One session a server, shared by all that is done with its hosts and signed out at the end whatever happened.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;
use vsphere::inventory::{ConnectionState, HostSystem};
use vsphere::{ApiType, Client, ConnectOptions, Credentials, Session, SignedIn};

use crate::archive::{RecordServer, ServerKind};
use crate::bundle::normal_uuid;
use crate::{Error, Result};

/// What it takes to work with a server.
#[derive(Debug, Clone)]
pub struct ServerLogin {
    /// The name that the admin saved it under, if any.
    pub name: Option<String>,
    /// Where it is and why it is trusted.
    pub connect: ConnectOptions,
    /// Who signs in.
    pub credentials: Credentials,
}

/// Servers that are signed in to, and the hosts that they know.
#[derive(Debug)]
pub struct Inventory {
    /// The servers that answered.
    pub servers: Vec<Server>,
    /// The servers that did not, with the reason.
    pub failed: Vec<FailedServer>,
    /// Every host once, by server, path and name.
    pub hosts: Vec<Host>,
}

/// A server that is signed in to.
#[derive(Debug)]
pub struct Server {
    /// The name that the admin saved it under, if any.
    pub name: Option<String>,
    /// The session that all calls share.
    pub session: Session,
}

/// A server whose hosts cannot be known.
#[derive(Debug)]
pub struct FailedServer {
    /// The name that the admin saved it under, or else its address.
    pub name: String,
    /// Why.
    pub error: Error,
}

/// A host of an inventory.
#[derive(Debug)]
pub struct Host {
    /// The index of its server in [`Inventory::servers`].
    pub server: usize,
    /// What the server says of it.
    pub system: HostSystem,
    /// What tells it from all others of the inventory: its hardware UUID, normalised. Where hosts share one (boards
    /// whose vendor did not care) the name follows it, and the object's id where even names are the same, after the
    /// server's address when those are hosts of several servers. Server, object and name where it has no UUID.
    pub identity: String,
    /// What it is to each server that knows it, that of `server` included.
    pub known_as: Vec<KnownAs>,
}

/// What a host is to one server that knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAs {
    /// The index of the server in [`Inventory::servers`].
    pub server: usize,
    /// The managed object's id there.
    pub moid: String,
    /// Its name there.
    pub name: String,
}

impl Server {
    /// The server as records and reports name it.
    pub fn record(&self) -> RecordServer {
        let client = self.session.client();
        let kind = match client.about().api_type {
            ApiType::VCenter => ServerKind::Vcenter,
            ApiType::Esxi => ServerKind::Esxi,
        };
        RecordServer { name: self.name.clone(), address: client.address().to_string(), kind }
    }

    /// The name that the admin saved it under, or else its address.
    pub fn shown(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.session.client().address().to_string())
    }
}

/// How long a sign-in that is under way may go on after a cancellation: cut off in the middle, it would leave a
/// session behind that nobody can end.
const FINISH_SIGN_IN_WITHIN: Duration = Duration::from_secs(5);

/// Signs in to every server at once, reads their hosts, does `body` with them and signs out.
///
/// A server that fails is part of the [`Inventory`], not an error: the others go on.
///
/// # Errors
/// [`Error::Cancelled`] when cancelled before `body` began; `body` watches the token itself.
pub async fn with_inventory<T, F: Future<Output = T>>(
    logins: Vec<ServerLogin>,
    cancel: &CancellationToken,
    body: impl FnOnce(Inventory) -> F,
) -> Result<T> {
    let opened = join_all(logins.into_iter().map(|login| open(login, cancel.clone()))).await;
    let mut signed_in = Vec::new();
    let mut inventory = Inventory { servers: Vec::new(), failed: Vec::new(), hosts: Vec::new() };
    let mut systems = Vec::new();
    for answer in opened {
        match answer {
            Ok(Opened { name, session, hosts }) => {
                inventory.servers.push(Server { name, session: session.session().clone() });
                signed_in.push(session);
                systems.push(hosts);
            }
            Err(failed) => inventory.failed.push(failed),
        }
    }
    inventory.hosts = each_once(&inventory.servers, systems);
    let result = if cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(body(inventory).await) };
    join_all(signed_in.into_iter().map(SignedIn::sign_out)).await;
    result
}

struct Opened {
    name: Option<String>,
    session: SignedIn,
    hosts: Vec<HostSystem>,
}

async fn open(login: ServerLogin, cancel: CancellationToken) -> Result<Opened, FailedServer> {
    let ServerLogin { name, connect, credentials } = login;
    let shown = name.clone().unwrap_or_else(|| connect.address.to_string());
    let failed = |error: Error| FailedServer { name: shown.clone(), error };
    let session = sign_in(connect, credentials, &cancel).await.map_err(failed)?;
    let error = match cancel.run_until_cancelled(vsphere::inventory::read(session.session())).await {
        Some(Ok(hosts)) => return Ok(Opened { name, session, hosts }),
        Some(Err(error)) => error.into(),
        None => Error::Cancelled,
    };
    session.sign_out().await;
    Err(failed(error))
}

/// Signs in to a server. Cancelled, it waits a moment for a sign-in that has begun.
///
/// # Errors
/// [`Error::Cancelled`], or why the server cannot be signed in to.
pub(crate) async fn sign_in(
    connect: ConnectOptions,
    credentials: Credentials,
    cancel: &CancellationToken,
) -> Result<SignedIn> {
    let client = cancel.run_until_cancelled(Client::connect(connect)).await.ok_or(Error::Cancelled)??;
    tokio::select! {
        session = SignedIn::sign_in(&client, credentials) => Ok(session?),
        () = after_grace(cancel) => Err(Error::Cancelled),
    }
}

async fn after_grace(cancel: &CancellationToken) {
    cancel.cancelled().await;
    tokio::time::sleep(FINISH_SIGN_IN_WITHIN).await;
}

/// A host as one server tells of it.
struct Sighting {
    server: usize,
    system: HostSystem,
    /// Its hardware UUID, where it has one of its own.
    uuid: Option<String>,
    /// Whether its server has another host of the same UUID and name.
    has_namesake: bool,
}

/// Leaves out what an earlier server knows too, and gives every host its identity. One that an earlier server knows but
/// cannot reach is taken from the later one.
fn each_once(servers: &[Server], systems: Vec<Vec<HostSystem>>) -> Vec<Host> {
    let address = |server: usize| servers[server].session.client().address().to_string();
    let sightings = systems.into_iter().enumerate().flat_map(|(server, systems)| sightings(server, systems));
    let by_host = by_host(sightings);
    let known_as: Vec<Vec<KnownAs>> =
        by_host.iter().map(|sightings| sightings.iter().map(known_as).collect()).collect();
    let hosts: Vec<Sighting> = by_host.into_iter().map(best_sighting).collect();
    let identities = identities(&hosts, address);
    let host =
        |((Sighting { server, system, .. }, identity), known_as)| Host { server, system, identity, known_as };
    hosts.into_iter().zip(identities).zip(known_as).map(host).collect()
}

fn sightings(server: usize, systems: Vec<HostSystem>) -> Vec<Sighting> {
    let key = |system: &HostSystem| Some((normal_uuid(system.uuid.as_deref()?)?, folded_name(system)));
    let mut namesakes = HashMap::new();
    for key in systems.iter().filter_map(key) {
        *namesakes.entry(key).or_insert(0) += 1;
    }
    let sighting = |system: HostSystem| {
        let key = key(&system);
        let has_namesake = key.as_ref().is_some_and(|key| namesakes[key] > 1);
        Sighting { server, system, uuid: key.map(|(uuid, _)| uuid), has_namesake }
    };
    systems.into_iter().map(sighting).collect()
}

/// Gathers what the servers tell of the same host. Two hosts of one server are never the same.
fn by_host(sightings: impl Iterator<Item = Sighting>) -> Vec<Vec<Sighting>> {
    let mut hosts: Vec<Vec<Sighting>> = Vec::new();
    let mut of_uuid: HashMap<String, Vec<usize>> = HashMap::new();
    for sighting in sightings {
        let mut unused = Vec::new();
        let candidates = match &sighting.uuid {
            Some(uuid) => of_uuid.entry(uuid.clone()).or_default(),
            None => &mut unused,
        };
        let find = |is_same: fn(&Sighting, &Sighting) -> bool| {
            candidates.iter().copied().find(|&at| {
                hosts[at].iter().all(|known| known.server != sighting.server)
                    && hosts[at].iter().any(|known| is_same(known, &sighting))
            })
        };
        // The better evidence first.
        if let Some(at) = find(share_an_address).or_else(|| find(share_a_name)) {
            tracing::info!(host = sighting.system.name, "already known from another server");
            hosts[at].push(sighting);
        } else {
            candidates.push(hosts.len());
            hosts.push(vec![sighting]);
        }
    }
    hosts
}

/// Whether two hosts of the same UUID have an address or a certificate in common. The UUID alone is no evidence: some
/// boards all have the same.
fn share_an_address(a: &Sighting, b: &Sighting) -> bool {
    let (a, b) = (&a.system, &b.system);
    a.management_addresses.iter().any(|address| b.management_addresses.contains(address))
        || (a.thumbprint.is_some() && a.thumbprint == b.thumbprint)
}

/// Whether two hosts of the same UUID have the same name, and no other host of either server has both.
fn share_a_name(a: &Sighting, b: &Sighting) -> bool {
    !a.has_namesake && !b.has_namesake && folded_name(&a.system) == folded_name(&b.system)
}

fn folded_name(system: &HostSystem) -> String {
    system.name.to_lowercase()
}

fn known_as(sighting: &Sighting) -> KnownAs {
    let system = &sighting.system;
    KnownAs { server: sighting.server, moid: system.object.id.clone(), name: system.name.clone() }
}

/// The first server's that reaches the host, else the first server's.
fn best_sighting(mut sightings: Vec<Sighting>) -> Sighting {
    let connected =
        sightings.iter().position(|seen| seen.system.connection == ConnectionState::Connected).unwrap_or(0);
    sightings.swap_remove(connected)
}

/// What tells these hosts apart, in their order.
fn identities(hosts: &[Sighting], address: impl Fn(usize) -> String) -> Vec<String> {
    let mut of_uuid: HashMap<&str, Vec<&Sighting>> = HashMap::new();
    for host in hosts {
        if let Some(uuid) = &host.uuid {
            of_uuid.entry(uuid).or_default().push(host);
        }
    }
    let identity = |host: &Sighting| {
        let (name, object) = (&host.system.name, &host.system.object.id);
        let Some(uuid) = &host.uuid else {
            // The object's id too: nothing else tells two nameless twins apart.
            return format!("{}/{object}/{name}", address(host.server));
        };
        let twins = &of_uuid[uuid.as_str()];
        let namesakes: Vec<&&Sighting> =
            twins.iter().filter(|twin| folded_name(&twin.system) == folded_name(&host.system)).collect();
        if twins.len() == 1 {
            uuid.clone()
        } else if namesakes.len() == 1 {
            format!("{uuid}/{name}")
        } else if namesakes.iter().all(|namesake| namesake.server == host.server) {
            format!("{uuid}/{name}/{object}")
        } else {
            format!("{uuid}/{name}/{}/{object}", address(host.server))
        }
    };
    hosts.iter().map(identity).collect()
}
