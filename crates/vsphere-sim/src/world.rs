//! Everything that a running simulator remembers. The rooms that answer requests hold a lock only while they read or
//! change it, never while they wait. Order of locks: the world's state, then a host's.

use std::collections::{HashMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, MutexGuard};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::bundle::{Content, SharedParts, Source, build};
use crate::certificates::{Identity, SharedKey};
use crate::collector::{Filter, Page};
use crate::faults::{FaultRule, On, Strike, take_due};
use crate::inventory::{Tree, View};
use crate::options::Options;
use crate::requests::Request;
use crate::sessions::{Session, Ticket};
use crate::specs::{ConnectionState, HostSpec};
use crate::tasks::Task;
use crate::transfer::Downloads;

/// Older requests are forgotten, so that a simulator can run for weeks.
const REQUESTS_KEPT: usize = 100_000;

/// Which of the simulator's servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Server {
    VCenter,
    /// The host with this index itself.
    Host(usize),
}

pub(crate) struct World {
    pub(crate) options: Options,
    pub(crate) hosts: Vec<Host>,
    pub(crate) tree: Tree,
    pub(crate) key: SharedKey,
    pub(crate) vcenter_address: Ipv4Addr,
    pub(crate) port: u16,
    pub(crate) shared_parts: SharedParts,
    /// Counts up whenever something changes that someone may be waiting for.
    pub(crate) changed: watch::Sender<u64>,
    pub(crate) stop: CancellationToken,
    pub(crate) runtime: Handle,
    vcenter_identity: Mutex<Identity>,
    state: Mutex<State>,
}

/// What belongs to no single host.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) sessions: HashMap<String, Session>,
    pub(crate) sessions_ever: usize,
    pub(crate) views: HashMap<String, View>,
    pub(crate) filters: HashMap<String, Filter>,
    pub(crate) collectors: HashMap<String, String>,
    pub(crate) pages: HashMap<String, Page>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) downloads: Downloads,
    pub(crate) tickets: HashMap<String, Ticket>,
    faults: Vec<FaultRule>,
    requests: VecDeque<Request>,
}

pub(crate) struct Host {
    pub(crate) spec: HostSpec,
    pub(crate) address: Ipv4Addr,
    state: Mutex<HostState>,
}

/// What changes in a host's life.
pub(crate) struct HostState {
    pub(crate) content: Content,
    /// Where it listens: its address, until a restore brings another one.
    pub(crate) listening: Ipv4Addr,
    pub(crate) identity: Identity,
    /// The certificate that vCenter saw when it connected the host.
    pub(crate) reported: Identity,
    pub(crate) connection: ConnectionState,
    pub(crate) lockdown: bool,
    pub(crate) in_maintenance_mode: bool,
    pub(crate) boot_time: DateTime<Utc>,
    pub(crate) powered_on_vms: usize,
    pub(crate) backups: u64,
    pub(crate) upload: Option<Bytes>,
    pub(crate) last_upload: Option<Bytes>,
    pub(crate) times_restored: usize,
    pub(crate) recovery_key_rotations: u32,
    /// Cancelled when the host goes down: its listener and all connections end.
    pub(crate) power: CancellationToken,
}

impl World {
    pub(crate) fn new(
        options: Options,
        addresses: &[Ipv4Addr],
        vcenter_address: Ipv4Addr,
        port: u16,
        runtime: Handle,
    ) -> std::io::Result<World> {
        let key = SharedKey::generate()?;
        let hosts = options
            .hosts
            .iter()
            .zip(addresses)
            .enumerate()
            .map(|(index, (spec, address))| Host::new(spec.clone(), *address, index, &key))
            .collect::<Vec<_>>();
        Ok(World {
            tree: Tree::new(&options.hosts),
            vcenter_identity: Mutex::new(key.identity("vcenter.lab.local", vcenter_address)),
            options,
            hosts,
            key,
            vcenter_address,
            port,
            shared_parts: SharedParts::default(),
            changed: watch::Sender::new(0),
            stop: CancellationToken::new(),
            runtime,
            state: Mutex::default(),
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic while the state was locked")
    }

    pub(crate) fn notify(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    pub(crate) fn advance_days(&self, days: u32) {
        for host in &self.hosts {
            let mut state = host.state();
            for _ in 0..days {
                state.content.next_day(&host.spec);
            }
        }
        self.notify();
    }

    pub(crate) fn identity(&self, server: Server) -> Identity {
        match server {
            Server::VCenter => self.vcenter_identity.lock().expect("only ever replaced").clone(),
            Server::Host(index) => self.hosts[index].state().identity.clone(),
        }
    }

    pub(crate) fn change_identity(&self, server: Server) {
        let identity = self.fresh_identity(server);
        match server {
            Server::VCenter => *self.vcenter_identity.lock().expect("only ever replaced") = identity,
            Server::Host(index) => {
                let mut state = self.hosts[index].state();
                state.content.certificate = Some(identity.clone());
                state.identity = identity;
            }
        }
    }

    /// A certificate for the server that nobody has seen yet.
    pub(crate) fn fresh_identity(&self, server: Server) -> Identity {
        match server {
            Server::VCenter => self.key.identity("vcenter.lab.local", self.vcenter_address),
            Server::Host(index) => self.key.identity(&self.hosts[index].spec.name, self.hosts[index].address),
        }
    }

    pub(crate) fn address(&self, server: Server) -> SocketAddr {
        let address = match server {
            Server::VCenter => self.vcenter_address,
            Server::Host(index) => self.hosts[index].state().listening,
        };
        SocketAddr::from((address, self.port))
    }

    /// The server's name in the list of requests.
    pub(crate) fn name(&self, server: Server) -> &str {
        match server {
            Server::VCenter => "vCenter",
            Server::Host(index) => &self.hosts[index].spec.name,
        }
    }

    /// The bundle that a host would pack for its backup number `counter`.
    pub(crate) fn bundle(&self, index: usize, content: &Content, counter: u64) -> Bytes {
        let source = Source { spec: &self.hosts[index].spec, content, counter };
        Bytes::from(build(&source, &self.shared_parts))
    }

    pub(crate) fn add_fault(&self, rule: FaultRule) {
        self.state().faults.push(rule);
    }

    pub(crate) fn clear_faults(&self) {
        self.state().faults.clear();
    }

    /// The fault rule that is due, if any.
    pub(crate) fn strike(&self, on: &On, host: Option<usize>) -> Option<Strike> {
        let mut state = self.state();
        if state.faults.is_empty() {
            return None;
        }
        match host {
            None => take_due(&mut state.faults, on, &["vCenter"]),
            Some(index) => {
                let host = &self.hosts[index];
                take_due(&mut state.faults, on, &[&host.spec.name, &host.inventory_name()])
            }
        }
    }

    pub(crate) fn record(&self, request: Request) {
        let mut state = self.state();
        if state.requests.len() == REQUESTS_KEPT {
            state.requests.pop_front();
        }
        state.requests.push_back(request);
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state().requests.iter().cloned().collect()
    }
}

impl Host {
    fn new(spec: HostSpec, address: Ipv4Addr, index: usize, key: &SharedKey) -> Host {
        let identity = key.identity(&spec.name, address);
        let days = i64::try_from(index % 90).unwrap_or(0) + 3;
        let state = HostState {
            content: Content::first(&spec, identity.clone(), address),
            listening: address,
            reported: identity.clone(),
            identity,
            connection: spec.connection,
            lockdown: spec.lockdown,
            in_maintenance_mode: false,
            boot_time: Utc::now() - TimeDelta::days(days),
            powered_on_vms: spec.powered_on_vms,
            backups: 0,
            upload: None,
            last_upload: None,
            times_restored: 0,
            recovery_key_rotations: 0,
            power: CancellationToken::new(),
        };
        Host { spec, address, state: Mutex::new(state) }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, HostState> {
        self.state.lock().expect("no panic while the host was locked")
    }

    /// The name under which the inventory shows the host.
    pub(crate) fn inventory_name(&self) -> String {
        if self.spec.named_by_address { self.address.to_string() } else { self.spec.name.clone() }
    }
}
