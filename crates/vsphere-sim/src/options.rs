//! What a simulator is asked to be. Plain data with defaults that suit a demo; nothing here acts.

use std::fmt;
use std::net::Ipv4Addr;
use std::time::Duration;

use crate::specs::{HostSpec, varied_hosts};

/// What answers at [`crate::Simulator::url`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A vCenter with all the hosts behind it.
    VCenter,
    /// One ESXi host, connected to directly. Exactly one host spec is used.
    Esxi,
}

/// Options of [`crate::Simulator::start`].
#[derive(Clone)]
pub struct Options {
    /// vCenter or a single host.
    pub kind: Kind,
    /// The hosts, in inventory order.
    pub hosts: Vec<HostSpec>,
    /// The login name. Directly on a host, `root` works as well.
    pub user: String,
    /// The password of [`Options::user`]. In [`Kind::Esxi`] it becomes the host's root password.
    pub password: String,
    /// The address of the vCenter that a host which is connected to directly says it is managed by.
    pub managed_by: Option<String>,
    /// TCP port shared by all listeners; 0 takes one that is free.
    pub port: u16,
    /// The vCenter's address; the hosts take those that follow. Default: a random range in 127.0.0.0/8, so that
    /// simulators that run at the same time do not collide; from 127.0.0.1 on where the system has no such range.
    pub base_address: Option<Ipv4Addr>,
    /// The API versions that `vimServiceVersions.xml` announces.
    pub versions: Versions,
    /// At most so many objects in one reply of the property collector, whatever the client asked for.
    pub page_limit: Option<usize>,
    /// Put the session cookie's value in quotes, and insist on getting it back like that.
    pub quoted_cookies: bool,
    /// The prefix bound to the XML Schema instance namespace in replies.
    pub xsi_prefix: String,
    /// What the property collector says to a session that is gone.
    pub without_session: WithoutSession,
    /// A session that was idle for so long is gone.
    pub session_idle: Option<Duration>,
    /// More sessions than this are refused with HTTP 503.
    pub sessions_max: Option<usize>,
    /// Property paths of hosts (and all below them), or of virtual machines where they begin with `VirtualMachine.`, that
    /// the user may not read: they arrive in `missingSet`.
    pub unreadable: Vec<String>,
    /// How long a day is: after each, someone has changed something on some hosts.
    pub day: Duration,
    /// How long `BackupFirmwareConfiguration` takes.
    pub backup_time: Duration,
    /// How long a maintenance-mode or reconnect task runs.
    pub task_time: Duration,
    /// How long a bundle can be downloaded.
    pub bundle_life: Duration,
    /// The shape of the URLs that the firmware calls return.
    pub bundle_url: BundleUrl,
    /// How the inventory reports the hosts' certificates.
    pub report_certificates: ReportCertificates,
    /// How long a host is away after a restore.
    pub restore_reboot: Duration,
    /// What the caller of `RestoreFirmwareConfiguration` gets to see.
    pub restore_reply: RestoreReply,
}

/// API versions, as in `vimServiceVersions.xml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// The newest one, such as `8.0.3.0`.
    pub newest: String,
    /// All older ones, newest first.
    pub prior: Vec<String>,
}

/// The shape of bundle URLs. The default is `http://*:PORT/downloads/<uuid>/configBundle-<hostname>.tgz`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "four independent details of a URL")]
pub struct BundleUrl {
    /// `https` rather than `http`.
    pub https: bool,
    /// Name the port; without it a client can only guess.
    pub explicit_port: bool,
    /// `//downloads`, as older versions write it.
    pub double_slash: bool,
    /// A folder named by a UUID, as newer versions have it.
    pub uuid_folder: bool,
    /// What stands for the host.
    pub host: BundleHost,
}

/// The host part of a bundle URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleHost {
    /// `*`, as documented.
    Star,
    /// The host's own address.
    Address,
    /// This text.
    Literal(String),
}

/// How the inventory reports the hosts' certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportCertificates {
    /// `config.certificate` (PEM) and `summary.config.sslThumbprint` (SHA-1), as up to 8.0.
    Both,
    /// Only `config.certificate`.
    ConfigPem,
    /// Only `summary.config.sslThumbprint`.
    SslThumbprint,
    /// Only `summary.config.sslCertificate`, as 9.0 may.
    SslCertificate,
    /// Not at all.
    Nothing,
}

/// What the property collector says to a session that is gone. Real ones were seen to do each (pyVmomi's issues 43, 294
/// and 349); every other method faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutSession {
    /// A `NotAuthenticated` fault.
    Fault,
    /// The objects, with every property in `missingSet` for `NotAuthenticated`.
    Withheld,
    /// An empty reply.
    Nothing,
}

/// What the caller of `RestoreFirmwareConfiguration` sees while the host goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoreReply {
    /// The connection drops before any reply.
    Dropped,
    /// An empty reply, and then the host goes down.
    Answered,
    /// A `HostCommunication` fault, because vCenter lost the host. Directly, an empty reply.
    HostCommunication,
}

impl Options {
    /// An ESXi host to connect to directly as `root` / `hostkeep-demo`, without VMs in the way of a restore.
    pub fn esxi() -> Options {
        let host = HostSpec { powered_on_vms: 0, ..varied_hosts(1).remove(0) };
        Options { kind: Kind::Esxi, hosts: vec![host], user: "root".into(), ..Options::default() }
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            kind: Kind::VCenter,
            hosts: varied_hosts(12),
            user: "administrator@vsphere.local".into(),
            password: "hostkeep-demo".into(),
            managed_by: None,
            port: 0,
            base_address: None,
            versions: Versions::default(),
            page_limit: None,
            quoted_cookies: false,
            xsi_prefix: "xsi".into(),
            without_session: WithoutSession::Fault,
            session_idle: Some(Duration::from_secs(30 * 60)),
            sessions_max: Some(2_000),
            unreadable: Vec::new(),
            day: Duration::from_secs(24 * 60 * 60),
            backup_time: Duration::ZERO,
            task_time: Duration::from_millis(50),
            bundle_life: Duration::from_secs(5 * 60),
            bundle_url: BundleUrl::default(),
            report_certificates: ReportCertificates::Both,
            restore_reboot: Duration::from_secs(3),
            restore_reply: RestoreReply::Dropped,
        }
    }
}

impl Default for Versions {
    fn default() -> Self {
        let prior = [
            "8.0.2.0", "8.0.1.0", "8.0.0.2", "8.0.0.1", "8.0.0.0", "7.0.3.2", "7.0.3.1", "7.0.3.0",
            "7.0.2.1", "7.0.2.0", "7.0.1.1", "7.0.1.0", "7.0.0.2", "7.0.0.0", "6.9.1", "6.8.7", "6.7.3",
            "6.7.2", "6.7.1", "6.7", "6.5", "6.0", "5.5", "5.1", "5.0", "4.1", "4.0", "2.5u2", "2.5",
        ];
        Versions { newest: "8.0.3.0".into(), prior: prior.map(String::from).to_vec() }
    }
}

impl Default for BundleUrl {
    fn default() -> Self {
        BundleUrl {
            https: false,
            explicit_port: true,
            double_slash: false,
            uuid_folder: true,
            host: BundleHost::Star,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("kind", &self.kind)
            .field("hosts", &self.hosts.len())
            .field("user", &self.user)
            .field("password", &"[redacted]")
            .field("port", &self.port)
            .field("base_address", &self.base_address)
            .finish_non_exhaustive()
    }
}
