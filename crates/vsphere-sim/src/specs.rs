//! What each host is to be like, and the two ready-made fleets: a varied one to look at and a uniform one to measure.

use std::fmt;

use uuid::Uuid;

use crate::certificates::sha256;

/// One host to simulate.
#[derive(Clone)]
#[allow(clippy::struct_excessive_bools, reason = "independent traits of the thing simulated")]
pub struct HostSpec {
    /// Fully qualified name; also the host's own host name unless [`HostSpec::hostname`] says otherwise.
    pub name: String,
    /// Show the host in the inventory by its address, as happens when it was added by address.
    pub named_by_address: bool,
    /// The name that the host itself has, when it differs (such as `localhost.localdomain`).
    pub hostname: Option<String>,
    /// Datacenter that the host is in.
    pub datacenter: String,
    /// Cluster that the host is in; `None` is a standalone host.
    pub cluster: Option<String>,
    /// Product version, such as `7.0.3`.
    pub version: String,
    /// Update level as in `vmware -l`: `Update 3`, or `GA`.
    pub update: String,
    /// Build number.
    pub build: String,
    /// Hardware vendor.
    pub vendor: String,
    /// Hardware model.
    pub model: String,
    /// Hardware UUID.
    pub uuid: Uuid,
    /// How the bundle holds its content.
    pub bundle: BundleFormat,
    /// Pad bundles with incompressible filler up to about this many bytes.
    pub bundle_bytes: Option<usize>,
    /// As vCenter sees the host at the start.
    pub connection: ConnectionState,
    /// Lockdown mode: root can neither log in nor transfer.
    pub lockdown: bool,
    /// What the licence allows.
    pub licence: Licence,
    /// Whether the host's cluster moves virtual machines away by itself (DRS, fully automated).
    pub drs: bool,
    /// Whether the host keeps vSAN data.
    pub vsan: bool,
    /// The distributed switches that the host is connected to.
    pub distributed_switches: Vec<String>,
    /// Whether the host has a `HostFirmwareSystem` at all.
    pub firmware_system: bool,
    /// Restore a bundle of another release without a word, as later builds were seen to do.
    pub accepts_any_release: bool,
    /// Configuration is sealed by a TPM (`runtime.stateEncryption`).
    pub tpm: bool,
    /// Powered-on VMs: a standalone host with some can't enter maintenance mode.
    pub powered_on_vms: usize,
    /// Password of the host's own root user.
    pub root_password: String,
    /// What a download asks for.
    pub download: Accepts,
    /// What an upload asks for.
    pub upload: Accepts,
}

/// How a bundle holds its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BundleFormat {
    /// `local.tgz`, as up to 7.0 U1.
    Plain,
    /// `local.tgz.ve` with a key that anyone can derive (mode NONE).
    Envelope,
    /// `local.tgz.ve` with a key that only this host's TPM has.
    Sealed,
}

/// `runtime.connectionState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// In order.
    Connected,
    /// vCenter lost it: its port is closed, too.
    NotResponding,
    /// Someone disconnected it in vCenter; the host itself still answers.
    Disconnected,
    /// DPM put it to sleep: its port is closed. `HostSystemPowerState` has it that the power state of a host that is not
    /// responding is unknown, so this one counts as connected.
    Standby,
}

impl ConnectionState {
    /// Whether nothing listens at the host.
    pub(crate) fn is_silent(self) -> bool {
        matches!(self, Self::NotResponding | Self::Standby)
    }
}

/// What a host's licence allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Licence {
    /// Everything.
    Full,
    /// The API is read-only, and a backup counts as a write.
    Free,
    /// The API is read-only, but a backup is let through.
    FreeWithBackup,
}

/// Which credentials a transfer is let through with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "four independent switches of the thing simulated")]
pub struct Accepts {
    /// None at all.
    pub anyone: bool,
    /// The cookie of a session with this host itself.
    pub cookie: bool,
    /// A generic service ticket.
    pub ticket: bool,
    /// The host's own user and password.
    pub basic: bool,
}

impl Accepts {
    /// Nothing is asked for.
    pub const ANYONE: Accepts = Accepts { anyone: true, cookie: true, ticket: true, basic: true };
    /// Any of the three kinds of credentials.
    pub const AUTHENTICATED: Accepts = Accepts { anyone: false, cookie: true, ticket: true, basic: true };
    /// Only a session's cookie.
    pub const COOKIE: Accepts = Accepts { anyone: false, cookie: true, ticket: false, basic: false };
    /// Only a ticket.
    pub const TICKET: Accepts = Accepts { anyone: false, cookie: false, ticket: true, basic: false };
    /// Only the host's own user and password.
    pub const BASIC: Accepts = Accepts { anyone: false, cookie: false, ticket: false, basic: true };
}

impl HostSpec {
    /// A connected standalone ESXi 8.0 U3 host with this name and nothing special about it.
    pub fn new(name: impl Into<String>) -> HostSpec {
        let name = name.into();
        HostSpec {
            uuid: uuid_for(&name),
            name,
            named_by_address: false,
            hostname: None,
            datacenter: "Lab".into(),
            cluster: None,
            version: "8.0.3".into(),
            update: "Update 3".into(),
            build: "24022510".into(),
            vendor: "Dell Inc.".into(),
            model: "PowerEdge R650".into(),
            bundle: BundleFormat::Plain,
            bundle_bytes: None,
            connection: ConnectionState::Connected,
            lockdown: false,
            licence: Licence::Full,
            drs: true,
            vsan: false,
            distributed_switches: Vec::new(),
            firmware_system: true,
            accepts_any_release: false,
            tpm: false,
            powered_on_vms: 0,
            root_password: "hostkeep-root".into(),
            download: Accepts::ANYONE,
            upload: Accepts::AUTHENTICATED,
        }
    }

    /// What `vmware -l` prints, and the `RELEASELEVEL` of the host's bundles: `VMware ESXi 7.0 Update 3`. Up to 6.7 the
    /// third number, which is always 0 then, is part of it.
    pub fn release_level(&self) -> String {
        let third = if self.version.starts_with(|major: char| matches!(major, '7'..='9')) {
            self.version.match_indices('.').nth(1)
        } else {
            None
        };
        let release = &self.version[..third.map_or(self.version.len(), |(at, _)| at)];
        format!("VMware ESXi {release} {}", self.update)
    }
}

/// `n` hosts as a real site has them: clusters and a standalone host, four versions, three vendors, all bundle formats.
/// With more than four, one is in lockdown mode and one is disconnected. Always the same for the same `n`.
pub fn varied_hosts(n: usize) -> Vec<HostSpec> {
    const PRODUCTS: [(&str, &str, &str); 4] = [
        ("8.0.3", "Update 3", "24022510"),
        ("7.0.3", "Update 3", "21930508"),
        ("9.0.0", "GA", "24755229"),
        ("6.7.0", "Update 3", "20497097"),
    ];
    const HARDWARE: [(&str, &str); 5] = [
        ("Dell Inc.", "PowerEdge R650"),
        ("HPE", "ProLiant DL380 Gen10"),
        ("Lenovo", "ThinkSystem SR650 V2"),
        ("Dell Inc.", "PowerEdge R740"),
        ("HPE", "ProLiant DL360 Gen11"),
    ];
    const CLUSTERS: [(&str, &str); 3] =
        [("Frankfurt", "Production"), ("Frankfurt", "Test"), ("Dublin", "Edge")];
    (0..n)
        .map(|i| {
            let (version, update, build) = PRODUCTS[i % PRODUCTS.len()];
            let (vendor, model) = HARDWARE[i % HARDWARE.len()];
            let (datacenter, cluster) = CLUSTERS[(i / 2) % CLUSTERS.len()];
            let sealed = version == "9.0.0";
            HostSpec {
                datacenter: datacenter.into(),
                cluster: (i != n - 1 || n < 3).then(|| cluster.into()),
                version: version.into(),
                update: update.into(),
                build: build.into(),
                vendor: vendor.into(),
                model: model.into(),
                bundle: match version {
                    "6.7.0" => BundleFormat::Plain,
                    _ if sealed => BundleFormat::Sealed,
                    _ => BundleFormat::Envelope,
                },
                tpm: sealed,
                lockdown: n > 4 && i == 3,
                connection: if n > 4 && i == 4 {
                    ConnectionState::Disconnected
                } else {
                    ConnectionState::Connected
                },
                powered_on_vms: [4, 0, 7, 2, 0, 11][i % 6],
                ..HostSpec::new(format!("esx{:02}.{}.lab.local", i + 1, datacenter.to_lowercase()))
            }
        })
        .collect()
}

/// `n` hosts that differ only in name, address and UUID, with bundles of about `bundle_bytes` bytes. Their inventory
/// name is their address, so that any client reaches them without name resolution.
pub fn uniform_hosts(n: usize, bundle_bytes: usize) -> Vec<HostSpec> {
    (0..n)
        .map(|i| HostSpec {
            named_by_address: true,
            datacenter: "Bench".into(),
            cluster: Some(format!("Cluster {:02}", i / 64 + 1)),
            bundle_bytes: Some(bundle_bytes),
            ..HostSpec::new(format!("esx{:04}.bench.local", i + 1))
        })
        .collect()
}

impl fmt::Debug for HostSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostSpec")
            .field("name", &self.name)
            .field("cluster", &self.cluster)
            .field("version", &self.version)
            .field("uuid", &self.uuid)
            .field("bundle", &self.bundle)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

fn uuid_for(name: &str) -> Uuid {
    let digest = sha256(name.as_bytes());
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_written_as_hosts_write_them() {
        let levels: Vec<String> = varied_hosts(4).iter().map(HostSpec::release_level).collect();
        assert_eq!(
            levels,
            [
                "VMware ESXi 8.0 Update 3",
                "VMware ESXi 7.0 Update 3",
                "VMware ESXi 9.0 GA",
                "VMware ESXi 6.7.0 Update 3"
            ]
        );
    }
}
