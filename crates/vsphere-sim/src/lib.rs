//! A simulator of vCenter and of a directly connected ESXi host: real TLS on loopback, each host on an address of its
//! own, faithful to what is known of the real ones. It serves the demo, and it is what the tests talk to.
//!
//! It must never share code with the client that is tested against it: a mistake made in both would not be seen. What it
//! remembers is in `world`; `network` has the sockets, `http_server` the requests, `methods` the calls; `bundle` makes and
//! reads what hosts pack.

mod addresses;
mod bundle;
mod certificates;
mod collector;
mod esxcli;
mod faults;
mod firmware;
mod host;
mod http_server;
mod inventory;
mod methods;
mod network;
mod options;
mod properties;
mod reply;
mod requests;
mod sessions;
mod signatures;
mod soap;
mod specs;
mod tasks;
mod transfer;
mod versions;
mod world;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

pub use bundle::Content;
pub use faults::{FaultRule, On, What};
pub use host::SimHost;
pub use options::{
    BundleHost, BundleUrl, Kind, Options, ReportCertificates, RestoreReply, Versions, WithoutSession,
};
pub use requests::{Answer, Credentials, Request};
pub use soap::{FaultField, SoapFault};
pub use specs::{Accepts, BundleFormat, ConnectionState, HostSpec, Licence, uniform_hosts, varied_hosts};

use world::{Server, World};

/// A running simulator. Everything stops when it is dropped.
pub struct Simulator {
    world: Arc<World>,
}

impl Simulator {
    /// Starts listening. Must be called on a tokio runtime, which the simulator then runs on.
    ///
    /// Fails when an address can't be bound: the port is in use, there are too few file descriptors for so many hosts,
    /// or the system has too few loopback addresses (as macOS, which has 127.0.0.1 and what was added).
    pub async fn start(options: Options) -> io::Result<Simulator> {
        let mut options = options;
        if options.hosts.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a simulator needs at least one host"));
        }
        if options.kind == Kind::Esxi {
            options.hosts.truncate(1);
            options.hosts[0].root_password.clone_from(&options.password);
        }
        let servers = servers(&options);
        let (addresses, listeners, port) = addresses::bind_all(&options, servers.len())?;
        let first_host = usize::from(options.kind == Kind::VCenter);
        let (base, host_addresses) = (addresses[0], addresses[first_host..].to_vec());
        let runtime = Handle::current();
        // Thousands of certificates are work enough to keep off the runtime's own threads.
        let made =
            tokio::task::spawn_blocking(move || World::new(options, &host_addresses, base, port, runtime))
                .await;
        let world = Arc::new(made.map_err(io::Error::other)??);
        for (server, listener) in servers.into_iter().zip(listeners) {
            let power = match server {
                Server::VCenter => CancellationToken::new(),
                Server::Host(index) => world.hosts[index].state().power.clone(),
            };
            match server {
                Server::Host(index) if world.hosts[index].spec.connection.is_silent() => power.cancel(),
                _ => network::listen(&world, server, TcpListener::from_std(listener)?, power),
            }
        }
        let living = Arc::clone(&world);
        world.runtime.spawn(async move {
            while living.stop.run_until_cancelled(tokio::time::sleep(living.options.day)).await.is_some() {
                living.advance_days(1);
            }
        });
        Ok(Simulator { world })
    }

    /// `https://ADDRESS:PORT` of the vCenter, or of the host in direct mode.
    pub fn url(&self) -> String {
        format!("https://{}", self.address())
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.world.address(self.server())
    }

    /// The certificate that the server presents now, in DER.
    pub fn certificate(&self) -> Vec<u8> {
        self.world.identity(self.server()).der().to_vec()
    }

    /// SHA-256 of [`Simulator::certificate`], as `AA:BB:…`.
    pub fn thumbprint(&self) -> String {
        self.world.identity(self.server()).sha256()
    }

    /// SHA-1 of [`Simulator::certificate`], as vSphere shows it.
    pub fn thumbprint_sha1(&self) -> String {
        self.world.identity(self.server()).sha1()
    }

    /// Presents a new certificate from the next connection on.
    pub fn change_certificate(&self) {
        self.world.change_identity(self.server());
    }

    /// The hosts, in inventory order.
    pub fn hosts(&self) -> Vec<SimHost> {
        (0..self.world.hosts.len()).map(|index| SimHost { world: Arc::clone(&self.world), index }).collect()
    }

    /// The host with this name (or inventory name). Panics when there is none.
    pub fn host(&self, name: &str) -> SimHost {
        self.hosts()
            .into_iter()
            .find(|host| host.spec().name == name || host.inventory_name() == name)
            .unwrap_or_else(|| panic!("the simulator has no host named {name:?}"))
    }

    /// Adds a fault rule.
    pub fn add_fault(&self, fault: FaultRule) {
        self.world.add_fault(fault);
    }

    /// Forgets all fault rules.
    pub fn clear_faults(&self) {
        self.world.clear_faults();
    }

    /// What happened so far, in order of completion. The oldest are forgotten after 100,000.
    pub fn requests(&self) -> Vec<Request> {
        self.world.requests()
    }

    /// Sessions that are open now, on all servers.
    pub fn open_sessions(&self) -> usize {
        let mut state = self.world.state();
        sessions::expire_idle(&self.world, &mut state);
        state.sessions.len()
    }

    /// Sessions that were ever opened, on all servers.
    pub fn sessions_ever(&self) -> usize {
        self.world.state().sessions_ever
    }

    /// Ends every session: the next call gets `NotAuthenticated`.
    pub fn expire_sessions(&self) {
        let mut state = self.world.state();
        let keys: Vec<String> = state.sessions.keys().cloned().collect();
        for key in keys {
            sessions::logout(&mut state, &key);
        }
    }

    /// Lets days pass: on some, someone changes something on some hosts.
    pub fn advance_days(&self, days: u32) {
        self.world.advance_days(days);
    }

    fn server(&self) -> Server {
        match self.world.options.kind {
            Kind::VCenter => Server::VCenter,
            Kind::Esxi => Server::Host(0),
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.world.stop.cancel();
    }
}

impl std::fmt::Debug for Simulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Simulator").field("url", &self.url()).finish_non_exhaustive()
    }
}

fn servers(options: &Options) -> Vec<Server> {
    let vcenter = (options.kind == Kind::VCenter).then_some(Server::VCenter);
    vcenter.into_iter().chain((0..options.hosts.len()).map(Server::Host)).collect()
}
