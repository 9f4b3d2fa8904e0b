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
    /// What tells it from all others, whatever its name: its hardware UUID, normalised; with the name added where
    /// hosts share one (boards whose vendor did not care), the name and server where it has none.
    pub identity: String,
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
    let opened = join_all(logins.into_iter().map(|login| open(login, cancel))).await;
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

async fn open(login: ServerLogin, cancel: &CancellationToken) -> Result<Opened, FailedServer> {
    let ServerLogin { name, connect, credentials } = login;
    let shown = name.clone().unwrap_or_else(|| connect.address.to_string());
    let failed = |error: Error| FailedServer { name: shown.clone(), error };
    let client = match cancel.run_until_cancelled(Client::connect(connect)).await {
        None => return Err(failed(Error::Cancelled)),
        Some(client) => client.map_err(|error| failed(error.into()))?,
    };
    let session = tokio::select! {
        session = SignedIn::sign_in(&client, credentials) => session.map_err(|error| failed(error.into()))?,
        () = after_grace(cancel) => return Err(failed(Error::Cancelled)),
    };
    let error = match cancel.run_until_cancelled(vsphere::inventory::read(session.session())).await {
        Some(Ok(hosts)) => return Ok(Opened { name, session, hosts }),
        Some(Err(error)) => error.into(),
        None => Error::Cancelled,
    };
    session.sign_out().await;
    Err(failed(error))
}

async fn after_grace(cancel: &CancellationToken) {
    cancel.cancelled().await;
    tokio::time::sleep(FINISH_SIGN_IN_WITHIN).await;
}

/// Gives every host its identity and leaves out a host that an earlier server knows too. One that an earlier server
/// knows but cannot reach is taken from the later one.
fn each_once(servers: &[Server], systems: Vec<Vec<HostSystem>>) -> Vec<Host> {
    let mut hosts: Vec<Host> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (server, systems) in systems.into_iter().enumerate() {
        let address = servers[server].session.client().address().to_string();
        for (identity, system) in identities(&address, systems) {
            let host = Host { server, system, identity };
            match known.get(&host.identity) {
                None => {
                    known.insert(host.identity.clone(), hosts.len());
                    hosts.push(host);
                }
                Some(&at) if is_connected(&hosts[at]) || !is_connected(&host) => {
                    tracing::info!(
                        host = host.system.name,
                        server = address,
                        "already known from another server"
                    );
                }
                Some(&at) => hosts[at] = host,
            }
        }
    }
    hosts
}

fn is_connected(host: &Host) -> bool {
    host.system.connection == ConnectionState::Connected
}

fn identities(server: &str, systems: Vec<HostSystem>) -> Vec<(String, HostSystem)> {
    let uuid = |system: &HostSystem| system.uuid.as_deref().and_then(normal_uuid);
    let mut owners: HashMap<String, usize> = HashMap::new();
    for uuid in systems.iter().filter_map(uuid) {
        *owners.entry(uuid).or_default() += 1;
    }
    let identity = |system: &HostSystem| match uuid(system) {
        Some(uuid) if owners[&uuid] == 1 => uuid,
        Some(uuid) => format!("{uuid}/{}", system.name),
        // The object's id too: nothing else tells two nameless twins apart.
        None => format!("{server}/{}/{}", system.object.id, system.name),
    };
    systems.into_iter().map(|system| (identity(&system), system)).collect()
}
