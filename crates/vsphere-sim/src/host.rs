//! A handle on one simulated host, for tests to look at and to meddle with.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::bundle::Content;
use crate::esxcli;
use crate::inventory::Object;
use crate::network;
use crate::options::Kind;
use crate::specs::{ConnectionState, HostSpec};
use crate::world::{HostState, Server, World};

/// A simulated host. Clones mean the same host.
#[derive(Clone)]
pub struct SimHost {
    pub(crate) world: Arc<World>,
    pub(crate) index: usize,
}

impl SimHost {
    /// The name in its spec.
    pub fn name(&self) -> String {
        self.spec().name.clone()
    }

    /// The name that the inventory shows: the spec's name or the address.
    pub fn inventory_name(&self) -> String {
        self.world.hosts[self.index].inventory_name()
    }

    /// What the host was asked to be.
    pub fn spec(&self) -> &HostSpec {
        &self.world.hosts[self.index].spec
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.world.address(Server::Host(self.index))
    }

    /// Its hardware UUID.
    pub fn uuid(&self) -> Uuid {
        self.spec().uuid
    }

    /// Its managed-object id on the server that the simulator's URL names.
    pub fn moid(&self) -> String {
        let server = match self.world.options.kind {
            Kind::VCenter => Server::VCenter,
            Kind::Esxi => Server::Host(self.index),
        };
        Object::Host(self.index).moref(&self.world, server).id
    }

    /// The recovery key of its configuration, where a TPM seals it: the key's id and the key.
    pub fn recovery_key(&self) -> Option<(String, String)> {
        esxcli::recovery_key(&self.world, self.index).map(|found| (found.id, found.key))
    }

    /// Makes another recovery key, as `esxcli system settings encryption recovery rotate` does.
    pub fn rotate_recovery_key(&self) {
        self.state(|state| state.recovery_key_rotations += 1);
    }

    /// The certificate that it presents now, in DER.
    pub fn certificate(&self) -> Vec<u8> {
        self.world.identity(Server::Host(self.index)).der().to_vec()
    }

    /// SHA-256 of [`SimHost::certificate`], as `AA:BB:…`.
    pub fn thumbprint(&self) -> String {
        self.world.identity(Server::Host(self.index)).sha256()
    }

    /// SHA-1 of [`SimHost::certificate`], as vSphere shows it.
    pub fn thumbprint_sha1(&self) -> String {
        self.world.identity(Server::Host(self.index)).sha1()
    }

    /// When it booted last.
    pub fn boot_time(&self) -> DateTime<Utc> {
        self.state(|state| state.boot_time)
    }

    /// As vCenter sees it.
    pub fn connection_state(&self) -> ConnectionState {
        self.state(|state| state.connection)
    }

    /// Whether it is in maintenance mode.
    pub fn in_maintenance_mode(&self) -> bool {
        self.state(|state| state.in_maintenance_mode)
    }

    /// How many restores it took.
    pub fn times_restored(&self) -> usize {
        self.state(|state| state.times_restored)
    }

    /// How many backups it was asked for.
    pub fn backups(&self) -> u64 {
        self.state(|state| state.backups)
    }

    /// The configuration in force.
    pub fn content_in_force(&self) -> Content {
        self.state(|state| state.content.clone())
    }

    /// The bundle that it would serve for its latest backup.
    pub fn bundle(&self) -> Bytes {
        let (content, counter) = self.state(|state| (state.content.clone(), state.backups));
        self.world.bundle(self.index, &content, counter)
    }

    /// The bundle of the configuration in force with another management address.
    pub fn bundle_with_address(&self, address: Ipv4Addr) -> Bytes {
        let (content, counter) = self.state(|state| (state.content.clone(), state.backups));
        self.world.bundle(self.index, &Content { address, ..content }, counter)
    }

    /// The bytes uploaded last, also after a restore took them.
    pub fn last_upload(&self) -> Option<Bytes> {
        self.state(|state| state.last_upload.clone())
    }

    /// Sets how vCenter sees it. One that does not respond closes its port in a moment, and opens it in a moment when it
    /// does again.
    pub fn set_connection_state(&self, connection: ConnectionState) {
        network::set_connection_state(&self.world, self.index, connection);
    }

    /// Lockdown mode on or off.
    pub fn set_lockdown(&self, lockdown: bool) {
        self.state(|state| state.lockdown = lockdown);
    }

    /// Changes root's password.
    pub fn set_root_password(&self, password: &str) {
        self.state(|state| state.content.set_root_password(password));
    }

    /// Renames the host itself; its inventory name stays.
    pub fn set_hostname(&self, hostname: &str) {
        self.state(|state| state.content.hostname = hostname.into());
    }

    /// Sets its NTP servers.
    pub fn set_ntp(&self, servers: &[&str]) {
        self.state(|state| state.content.ntp = servers.iter().map(ToString::to_string).collect());
    }

    /// Sets the port groups of vSwitch0.
    pub fn set_port_groups(&self, names: &[&str]) {
        self.state(|state| state.content.port_groups = names.iter().map(ToString::to_string).collect());
    }

    /// Presents a new certificate from the next connection on. vCenter goes on reporting the old one until the host is
    /// reconnected.
    pub fn change_certificate(&self) {
        self.world.change_identity(Server::Host(self.index));
    }

    /// Sets how many VMs are powered on.
    pub fn set_powered_on_vms(&self, vms: usize) {
        self.state(|state| state.powered_on_vms = vms);
    }

    /// Moves the time that it says it booted at, as setting its clock does, or a restart that nobody saw.
    pub fn shift_boot_time(&self, by: TimeDelta) {
        self.state(|state| state.boot_time += by);
    }

    /// Puts it into maintenance mode or takes it out, without a task.
    pub fn set_maintenance_mode(&self, on: bool) {
        self.state(|state| state.in_maintenance_mode = on);
    }

    fn state<T>(&self, look: impl FnOnce(&mut HostState) -> T) -> T {
        let found = look(&mut self.world.hosts[self.index].state());
        self.world.notify();
        found
    }
}

impl std::fmt::Debug for SimHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SimHost")
            .field("name", &self.spec().name)
            .field("address", &self.address())
            .finish_non_exhaustive()
    }
}
