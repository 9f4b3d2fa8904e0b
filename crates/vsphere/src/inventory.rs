//! The hosts of a server and the tree that they hang in.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use chrono::{DateTime, Utc};

use crate::certificate::{Thumbprint, der_of_pem};
use crate::error::Error;
use crate::property::{self, ObjectContent};
use crate::session::Session;
use crate::soap::{Fault, FaultKind, MoRef, Node};

/// An ESXi host (`HostSystem`) as the server describes it. What a server does not say is `None`: a
/// disconnected host, for example, has no `config`.
#[derive(Clone, Debug)]
pub struct HostSystem {
    /// The server's reference to it.
    pub object: MoRef,
    /// Its name in the inventory, with `%2f`, `%5c` and `%25` decoded.
    pub name: String,
    /// The names above it, from the outermost folder or datacenter down to its cluster.
    pub path: Vec<String>,
    /// Its datacenter.
    pub datacenter: Option<String>,
    /// Its cluster; none for a standalone host.
    pub cluster: Option<String>,
    /// Whether the server reaches it.
    pub connection: ConnectionState,
    /// Whether it sleeps to save power, put there by a person or by DPM. Whether it counts as connected then is not
    /// documented.
    pub in_standby: Option<bool>,
    /// Whether it is in maintenance mode.
    pub in_maintenance_mode: Option<bool>,
    /// When it last booted; what proves a reboot.
    pub boot_time: Option<DateTime<Utc>>,
    /// Its hardware (SMBIOS) UUID as the server writes it.
    pub uuid: Option<String>,
    /// Who made it.
    pub vendor: Option<String>,
    /// What it is.
    pub model: Option<String>,
    /// What runs on it.
    pub product: Option<Product>,
    /// The thumbprint of its certificate as the server reports it: SHA-1 up to vSphere 8.
    pub thumbprint: Option<Thumbprint>,
    /// The addresses of its management network, IPv4 first.
    pub management_addresses: Vec<IpAddr>,
    /// Its `HostFirmwareSystem`; none where it has none.
    pub firmware_system: Option<MoRef>,
    /// The address of the vCenter that manages it; what a host says that is connected directly, too.
    pub managed_by: Option<String>,
    /// Whether root may use it directly.
    pub lockdown: Option<Lockdown>,
    /// Whether its configuration is sealed by its TPM; known from 7.0 U3 on.
    pub sealed_by_tpm: Option<bool>,
    /// Properties that the account may not read, with the reason.
    pub unreadable: Vec<(String, Fault)>,
}

impl HostSystem {
    /// Why the server withholds a property; none where it does not.
    pub fn withheld(&self, property: &str) -> Option<&Fault> {
        self.unreadable.iter().find(|(path, _)| path == property).map(|(_, why)| why)
    }
}

/// `HostSystemConnectionState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// The server reaches it.
    Connected,
    /// An admin has disconnected it.
    Disconnected,
    /// It does not answer the server.
    NotResponding,
}

/// `HostLockdownMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lockdown {
    /// Direct access is allowed.
    Disabled,
    /// Only users on the exception list get in directly.
    Normal,
    /// As normal, and the console is closed too.
    Strict,
}

/// `AboutInfo` of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Such as `VMware ESXi`.
    pub name: String,
    /// Such as `8.0.3`.
    pub version: String,
    /// Such as `24022510`.
    pub build: String,
    /// Such as `VMware ESXi 8.0.3 build-24022510`.
    pub full_name: String,
}

/// Every host of the server, in the order of path and name.
///
/// # Errors
/// Any of a call's. If the session goes in the middle, all is read again once, because views and pages
/// belong to a session.
pub async fn read(session: &Session) -> Result<Vec<HostSystem>, Error> {
    let generation = session.generation();
    match read_once(session).await {
        Err(error) if session.was_renewed_since(generation, &error) => read_once(session).await,
        hosts => hosts,
    }
}

/// One host, read again.
pub async fn read_host(session: &Session, host: &MoRef) -> Result<HostSystem, Error> {
    let mut paths = host_paths(session);
    loop {
        match property::read_object(session, host, &paths).await {
            Ok(content) => return Ok(host_system(&content, &HashMap::new())),
            Err(error) => without_unknown(&mut paths, error)?,
        }
    }
}

/// The thumbprint of the certificate in a host's `config.certificate`, for servers whose summary holds none.
///
/// Not part of [`read`]: the API sends a certificate as one XML element a byte, some 25 KiB a host.
pub async fn read_certificate(session: &Session, host: &MoRef) -> Result<Option<Thumbprint>, Error> {
    let content = property::read_object(session, host, &["config.certificate"]).await?;
    let der = content.value("config.certificate").and_then(certificate_der);
    Ok(der.as_deref().map(Thumbprint::sha256))
}

const TREE: [(&str, &[&str]); 4] = [
    ("Folder", &["name", "parent"]),
    ("Datacenter", &["name", "parent"]),
    ("ComputeResource", &["name", "parent"]),
    ("ClusterComputeResource", &["name", "parent"]),
];

/// Leaves only: asking for all of `config` would be megabytes a host.
const HOST: [&str; 17] = [
    "name",
    "parent",
    "runtime.connectionState",
    "runtime.powerState",
    "runtime.inMaintenanceMode",
    "runtime.bootTime",
    "summary.hardware.uuid",
    "summary.hardware.vendor",
    "summary.hardware.model",
    "summary.config.product",
    "summary.config.sslThumbprint",
    "summary.managementServerIp",
    "configManager.firmwareSystem",
    "config.virtualNicManagerInfo.netConfig",
    "config.lockdownMode",
    // since 7.0.3.0 and 9.0.0.0
    "runtime.stateEncryption",
    "summary.config.sslCertificate",
];

/// What the agreed version has: asking for a newer property fails the whole call.
fn host_paths(session: &Session) -> Vec<&'static str> {
    let since = |path: &str| match path {
        "runtime.stateEncryption" => "7.0.3.0",
        "summary.config.sslCertificate" => "9.0.0.0",
        _ => "",
    };
    HOST.into_iter().filter(|path| since(path).is_empty() || session.client().speaks(since(path))).collect()
}

async fn read_once(session: &Session) -> Result<Vec<HostSystem>, Error> {
    let tree =
        property::read_all(session, &TREE, |content| (content.object.clone(), place(&content))).await?;
    let places: HashMap<MoRef, Place> = tree.into_iter().collect();
    let mut paths = host_paths(session);
    let hosts = loop {
        let found = |content| host_system(&content, &places);
        match property::read_all(session, &[("HostSystem", &paths)], found).await {
            Ok(hosts) => break hosts,
            Err(error) => without_unknown(&mut paths, error)?,
        }
    };
    Ok(each_once(hosts))
}

/// In the order of path and name. A host that the server lists twice would be backed up twice.
fn each_once(mut hosts: Vec<HostSystem>) -> Vec<HostSystem> {
    let mut seen = HashSet::new();
    hosts.retain(|host| seen.insert(host.object.clone()));
    hosts.sort_by(|a, b| (&a.path, &a.name, &a.object).cmp(&(&b.path, &b.name, &b.object)));
    hosts
}

/// Leaves out the property that this very server does not know, whatever its version promised; any other error stays
/// one.
fn without_unknown(paths: &mut Vec<&'static str>, error: Error) -> Result<(), Error> {
    let before = paths.len();
    if let Some(FaultKind::InvalidProperty { name: Some(unknown) }) = error.fault().map(|fault| &fault.kind) {
        tracing::debug!(property = unknown, "this server does not know a property");
        paths.retain(|path| path != unknown);
    }
    if paths.len() == before { Err(error) } else { Ok(()) }
}

struct Place {
    kind: PlaceKind,
    name: String,
    parent: Option<MoRef>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PlaceKind {
    Folder,
    Datacenter,
    /// A standalone host's own, which nobody ever sees.
    ComputeResource,
    Cluster,
}

fn place(content: &ObjectContent) -> Place {
    let kind = match content.object.kind.as_str() {
        "Datacenter" => PlaceKind::Datacenter,
        "ClusterComputeResource" => PlaceKind::Cluster,
        "ComputeResource" => PlaceKind::ComputeResource,
        _ => PlaceKind::Folder,
    };
    let name = decode_name(content.text("name").unwrap_or_default());
    Place { kind, name, parent: content.value("parent").and_then(Node::object) }
}

fn host_system(content: &ObjectContent, places: &HashMap<MoRef, Place>) -> HostSystem {
    let text = |path: &str| content.text(path).map(|text| text.trim().to_owned());
    let above = above(content.value("parent").and_then(Node::object), places);
    let of_kind = |kind| above.iter().find(|place| place.kind == kind).map(|place| place.name.clone());
    HostSystem {
        object: content.object.clone(),
        name: decode_name(content.text("name").unwrap_or(&content.object.id)),
        path: shown_path(&above),
        datacenter: of_kind(PlaceKind::Datacenter),
        cluster: of_kind(PlaceKind::Cluster),
        connection: match content.text("runtime.connectionState") {
            Some("connected") => ConnectionState::Connected,
            Some("disconnected") => ConnectionState::Disconnected,
            _ => ConnectionState::NotResponding,
        },
        in_standby: content.text("runtime.powerState").map(|state| state == "standBy"),
        in_maintenance_mode: content.value("runtime.inMaintenanceMode").and_then(Node::boolean),
        boot_time: content.text("runtime.bootTime").and_then(time),
        uuid: text("summary.hardware.uuid"),
        vendor: text("summary.hardware.vendor"),
        model: text("summary.hardware.model"),
        product: content.value("summary.config.product").map(product),
        thumbprint: thumbprint(content),
        management_addresses: content
            .value("config.virtualNicManagerInfo.netConfig")
            .map(management_addresses)
            .unwrap_or_default(),
        firmware_system: content.value("configManager.firmwareSystem").and_then(Node::object),
        managed_by: text("summary.managementServerIp").filter(|address| !address.is_empty()),
        lockdown: content.text("config.lockdownMode").and_then(|mode| match mode {
            "lockdownDisabled" => Some(Lockdown::Disabled),
            "lockdownNormal" => Some(Lockdown::Normal),
            "lockdownStrict" => Some(Lockdown::Strict),
            _ => None,
        }),
        sealed_by_tpm: content
            .value("runtime.stateEncryption")
            .and_then(|info| info.text_of("protectionMode"))
            .map(|mode| mode.eq_ignore_ascii_case("tpm")),
        unreadable: content.missing.clone(),
    }
}

/// The places above a host, innermost first. A loop among them, which only a broken server has, ends.
fn above<'a>(parent: Option<MoRef>, places: &'a HashMap<MoRef, Place>) -> Vec<&'a Place> {
    let first = parent.and_then(|parent| places.get(&parent));
    let up = |place: &&'a Place| place.parent.as_ref().and_then(|parent| places.get(parent));
    std::iter::successors(first, up).take(places.len()).collect()
}

/// What the vSphere Client shows: without the root folder, the datacenters' hidden `host` folder and the
/// compute resource of a standalone host.
fn shown_path(above: &[&Place]) -> Vec<String> {
    let hidden = |at: usize, place: &Place| match place.kind {
        PlaceKind::ComputeResource => true,
        PlaceKind::Folder => above.get(at + 1).is_none_or(|up| up.kind == PlaceKind::Datacenter),
        PlaceKind::Datacenter | PlaceKind::Cluster => false,
    };
    let shown = above.iter().enumerate().filter(|(at, place)| !hidden(*at, place));
    let mut path: Vec<String> = shown.map(|(_, place)| place.name.clone()).collect();
    path.reverse();
    path
}

/// vSphere escapes `/`, `\` and `%` in names as `%2f`, `%5c` and `%25`.
fn decode_name(name: &str) -> String {
    let mut decoded = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find('%') {
        decoded.push_str(&rest[..at]);
        let code = rest.get(at..at + 3).map(str::to_ascii_lowercase);
        let (character, length) = match code.as_deref() {
            Some("%2f") => ('/', 3),
            Some("%5c") => ('\\', 3),
            Some("%25") => ('%', 3),
            _ => ('%', 1),
        };
        decoded.push(character);
        rest = &rest[at + length..];
    }
    decoded + rest
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc3339(text.trim()).ok()?.to_utc())
}

fn product(node: &Node) -> Product {
    let text = |name: &str| node.text_of(name).unwrap_or_default().trim().to_owned();
    Product {
        name: text("name"),
        version: text("version"),
        build: text("build"),
        full_name: text("fullName"),
    }
}

fn thumbprint(content: &ObjectContent) -> Option<Thumbprint> {
    let certificate =
        content.text("summary.config.sslCertificate").and_then(|pem| der_of_pem(pem.as_bytes()));
    match certificate {
        Some(der) => Some(Thumbprint::sha256(&der)),
        None => content.text("summary.config.sslThumbprint").and_then(Thumbprint::reported),
    }
}

fn management_addresses(net_config: &Node) -> Vec<IpAddr> {
    let management =
        net_config.children.iter().filter(|config| config.text_of("nicType") == Some("management"));
    let mut addresses: Vec<IpAddr> = management.flat_map(selected_addresses).collect();
    addresses.sort_by_key(IpAddr::is_ipv6);
    addresses
}

fn selected_addresses(config: &Node) -> impl Iterator<Item = IpAddr> {
    let selected: Vec<&str> = config.all("selectedVnic").map(|key| key.text.trim()).collect();
    config
        .all("candidateVnic")
        .filter(move |nic| nic.text_of("key").is_some_and(|key| selected.contains(&key.trim())))
        .filter_map(|nic| nic.at(&["spec", "ip"]))
        .flat_map(addresses)
}

/// The API has IPv4 beside IPv6. Which adapter leads to a link-local address only the host knows.
fn addresses(ip: &Node) -> impl Iterator<Item = IpAddr> {
    let v6 = ip.child("ipV6Config").into_iter().flat_map(|config| config.all("ipV6Address"));
    let texts = std::iter::once(ip).chain(v6).filter_map(|holder| holder.text_of("ipAddress"));
    texts.filter_map(|text| text.trim().parse().ok()).filter(|address: &IpAddr| match address {
        IpAddr::V4(address) => !address.is_unspecified(),
        IpAddr::V6(address) => !address.is_unspecified() && !address.is_unicast_link_local(),
    })
}

/// An `ArrayOfByte` of a PEM text; its bytes are signed.
fn certificate_der(value: &Node) -> Option<Vec<u8>> {
    let bytes: Option<Vec<u8>> = value
        .all("byte")
        .map(|byte| byte.text.trim().parse::<i16>().ok().and_then(|byte| u8::try_from(byte & 0xFF).ok()))
        .collect();
    der_of_pem(&bytes?)
}

#[cfg(test)]
#[path = "inventory_tests.rs"]
mod tests;
