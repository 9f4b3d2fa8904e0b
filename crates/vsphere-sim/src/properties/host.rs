//! The properties of a host.

use crate::certificates::Identity;
use crate::inventory::Object;
use crate::options::ReportCertificates;
use crate::sessions::Caller;
use crate::soap::Value;
use crate::specs::{ConnectionState, HostSpec};
use crate::world::{Server, World};

use super::texts;

/// A host's `config` with everything in it, to tell which paths there are.
pub(crate) fn config_specimen(world: &World, server: Server) -> Value {
    config(world, server, 0, true)
}

/// What tells one product from another.
pub(super) struct Product<'a> {
    pub(super) name: &'a str,
    pub(super) full_name: &'a str,
    pub(super) version: &'a str,
    pub(super) build: &'a str,
    pub(super) os_type: &'a str,
    pub(super) line: &'a str,
    pub(super) api_type: &'a str,
    pub(super) api: &'a str,
    pub(super) instance: Option<&'a str>,
}

/// `AboutInfo`.
pub(super) fn product(product: &Product<'_>) -> Value {
    Value::Object(
        "AboutInfo",
        vec![
            ("name", Value::text(product.name)),
            ("fullName", Value::text(product.full_name)),
            ("vendor", Value::text("VMware, Inc.")),
            ("version", Value::text(product.version)),
            ("build", Value::text(product.build)),
            ("localeVersion", Value::text("INTL")),
            ("localeBuild", Value::text("000")),
            ("osType", Value::text(product.os_type)),
            ("productLineId", Value::text(product.line)),
            ("apiType", Value::text(product.api_type)),
            ("apiVersion", Value::text(product.api)),
            ("instanceUuid", product.instance.map_or(Value::Unset, Value::text)),
            ("licenseProductName", Value::text("VMware vSphere")),
            ("licenseProductVersion", Value::text(product.version.get(..3).unwrap_or("8.0"))),
        ],
    )
}

/// `AboutInfo` of a host.
pub(super) fn host_product(spec: &HostSpec, api: &str) -> Value {
    product(&Product {
        name: "VMware ESXi",
        full_name: &format!("VMware ESXi {} build-{}", spec.version, spec.build),
        version: &spec.version,
        build: &spec.build,
        os_type: "vmnix-x86",
        line: "embeddedEsx",
        api_type: "HostAgent",
        api,
        instance: None,
    })
}

pub(super) fn runtime(world: &World, caller: &Caller, index: usize) -> Value {
    let host = &world.hosts[index];
    let state = host.state();
    let connection =
        if caller.server == Server::VCenter { state.connection } else { ConnectionState::Connected };
    let connected = connection == ConnectionState::Connected;
    let mut fields = vec![
        (
            "connectionState",
            Value::Enum(
                "HostSystemConnectionState",
                match connection {
                    ConnectionState::Connected | ConnectionState::Standby => "connected",
                    ConnectionState::NotResponding => "notResponding",
                    ConnectionState::Disconnected => "disconnected",
                },
            ),
        ),
        (
            "powerState",
            Value::Enum(
                "HostSystemPowerState",
                match connection {
                    ConnectionState::Connected => "poweredOn",
                    ConnectionState::Standby => "standBy",
                    ConnectionState::NotResponding | ConnectionState::Disconnected => "unknown",
                },
            ),
        ),
        ("standbyMode", Value::text(if connection == ConnectionState::Standby { "in" } else { "none" })),
        ("inMaintenanceMode", Value::Bool(state.in_maintenance_mode)),
        ("inQuarantineMode", Value::Bool(false)),
        ("bootTime", if connected { Value::Time(state.boot_time) } else { Value::Unset }),
    ];
    if caller.version.as_slice() >= [7, 0, 3, 0].as_slice() {
        let known = connected && host.spec.version.as_str() >= "7.0.2";
        let encryption = Value::Object(
            "HostRuntimeInfoStateEncryptionInfo",
            vec![
                ("protectionMode", Value::text(if host.spec.tpm { "tpm" } else { "none" })),
                ("requireSecureBoot", Value::Bool(host.spec.tpm)),
                ("requireExecInstalledOnly", Value::Bool(false)),
            ],
        );
        fields.push(("stateEncryption", if known { encryption } else { Value::Unset }));
    }
    Value::Object("HostRuntimeInfo", fields)
}

pub(super) fn summary(world: &World, caller: &Caller, index: usize) -> Value {
    let host = &world.hosts[index];
    let spec = &host.spec;
    let runtime = runtime(world, caller, index);
    let (reported, vms_known) = {
        let state = host.state();
        (state.reported.clone(), state.connection == ConnectionState::Connected)
    };
    let report = world.options.report_certificates;
    let thumbprint = matches!(report, ReportCertificates::Both | ReportCertificates::SslThumbprint);
    let mut config = vec![
        ("name", Value::text(host.inventory_name())),
        ("port", Value::Int(i64::from(world.port))),
        ("sslThumbprint", if thumbprint { Value::text(reported.sha1()) } else { Value::Unset }),
        ("product", host_product(spec, &world.options.versions.newest)),
        ("vmotionEnabled", Value::Bool(spec.cluster.is_some())),
        ("faultToleranceEnabled", Value::Bool(false)),
    ];
    if caller.version.as_slice() >= [9].as_slice() {
        let certificate = report == ReportCertificates::SslCertificate;
        let value = if certificate { Value::text(reported.certificate_pem()) } else { Value::Unset };
        config.insert(3, ("sslCertificate", value));
    }
    let managed_by = match caller.server {
        Server::VCenter => Some(world.vcenter_address.to_string()),
        Server::Host(_) => world.options.managed_by.clone(),
    };
    Value::Object(
        "HostListSummary",
        vec![
            ("host", Value::Ref(Object::Host(index).moref(world, caller.server))),
            ("hardware", hardware_summary(spec)),
            ("runtime", runtime),
            ("config", Value::Object("HostConfigSummary", config)),
            ("quickStats", Value::Object("HostListSummaryQuickStats", vec![("uptime", Value::Int(86_400))])),
            ("overallStatus", Value::Enum("ManagedEntityStatus", if vms_known { "green" } else { "red" })),
            ("rebootRequired", Value::Bool(false)),
            ("managementServerIp", managed_by.map_or(Value::Unset, Value::text)),
        ],
    )
}

fn hardware_summary(spec: &HostSpec) -> Value {
    Value::Object(
        "HostHardwareSummary",
        vec![
            ("vendor", Value::text(&spec.vendor)),
            ("model", Value::text(&spec.model)),
            ("uuid", Value::text(spec.uuid.to_string())),
            ("memorySize", Value::Long(549_755_813_888)),
            ("cpuModel", Value::text("Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz")),
            ("cpuMhz", Value::Int(2_000)),
            ("numCpuPkgs", Value::Short(2)),
            ("numCpuCores", Value::Short(64)),
            ("numCpuThreads", Value::Short(128)),
            ("numNics", Value::Int(4)),
            ("numHBAs", Value::Int(2)),
        ],
    )
}

pub(super) fn hardware(spec: &HostSpec) -> Value {
    let info = vec![
        ("vendor", Value::text(&spec.vendor)),
        ("model", Value::text(&spec.model)),
        ("uuid", Value::text(spec.uuid.to_string())),
    ];
    Value::Object("HostHardwareInfo", vec![("systemInfo", Value::Object("HostSystemInfo", info))])
}

pub(super) fn config_manager(world: &World, server: Server, index: usize) -> Value {
    let firmware =
        world.hosts[index].spec.firmware_system.then(|| Object::Firmware(index).moref(world, server));
    Value::Object("HostConfigManager", vec![("firmwareSystem", firmware.map_or(Value::Unset, Value::Ref))])
}

pub(super) fn config(world: &World, server: Server, index: usize, whole: bool) -> Value {
    let host = &world.hosts[index];
    let state = host.state();
    if server == Server::VCenter && state.connection != ConnectionState::Connected && !whole {
        return Value::Unset;
    }
    let pem =
        matches!(world.options.report_certificates, ReportCertificates::Both | ReportCertificates::ConfigPem);
    let reported: &Identity = if server == Server::VCenter { &state.reported } else { &state.identity };
    Value::Object(
        "HostConfigInfo",
        vec![
            ("host", Value::Ref(Object::Host(index).moref(world, server))),
            ("product", host_product(&host.spec, &world.options.versions.newest)),
            ("network", network(&host.spec)),
            ("virtualNicManagerInfo", virtual_nics(&state.content.address.to_string())),
            (
                "dateTimeInfo",
                Value::Object(
                    "HostDateTimeInfo",
                    vec![(
                        "ntpConfig",
                        Value::Object("HostNtpConfig", vec![("server", texts(&state.content.ntp))]),
                    )],
                ),
            ),
            (
                "lockdownMode",
                Value::Enum(
                    "HostLockdownMode",
                    if state.lockdown { "lockdownNormal" } else { "lockdownDisabled" },
                ),
            ),
            (
                "certificate",
                if pem { Value::Bytes(reported.certificate_pem().into_bytes()) } else { Value::Unset },
            ),
            (
                "vsanHostConfig",
                Value::Object("VsanHostConfigInfo", vec![("enabled", Value::Bool(host.spec.vsan))]),
            ),
        ],
    )
}

/// The part of `HostNetworkInfo` that tells of distributed switches.
fn network(spec: &HostSpec) -> Value {
    let proxy = |name: &String| {
        Value::Object(
            "HostProxySwitch",
            vec![
                ("dvsUuid", Value::text("50 2a 7c 2e 11 9c 5d 0e-3a 64 21 7f 5b 2d 9e 01")),
                ("dvsName", Value::text(name)),
                ("key", Value::text(format!("key-vim.host.ProxySwitch-{name}"))),
                ("numPorts", Value::Int(1536)),
            ],
        )
    };
    let switches = spec.distributed_switches.iter().map(proxy).collect();
    Value::Object("HostNetworkInfo", vec![("proxySwitch", Value::Array("HostProxySwitch", switches))])
}

/// Two NICs are candidates for management, as on most hosts; only one is selected.
fn virtual_nics(address: &str) -> Value {
    let nic = |device: &str, portgroup: &str, address: &str| {
        Value::Object(
            "HostVirtualNic",
            vec![
                ("device", Value::text(device)),
                ("key", Value::text(format!("key-vim.host.VirtualNic-{device}"))),
                ("portgroup", Value::text(portgroup)),
                (
                    "spec",
                    Value::Object(
                        "HostVirtualNicSpec",
                        vec![
                            (
                                "ip",
                                Value::Object(
                                    "HostIpConfig",
                                    vec![
                                        ("dhcp", Value::Bool(false)),
                                        ("ipAddress", Value::text(address)),
                                        ("subnetMask", Value::text("255.255.255.0")),
                                        ("ipV6Config", link_local()),
                                    ],
                                ),
                            ),
                            ("mac", Value::text("00:50:56:6b:11:02")),
                            ("mtu", Value::Int(1500)),
                            ("tsoEnabled", Value::Bool(true)),
                            ("netStackInstanceKey", Value::text("defaultTcpipStack")),
                        ],
                    ),
                ),
            ],
        )
    };
    let config = |kind: &str| {
        let selected = match kind {
            "vmotion" => vec!["key-vim.host.VirtualNic-vmk1".to_owned()],
            "management" => vec!["key-vim.host.VirtualNic-vmk0".to_owned()],
            _ => vec![],
        };
        Value::Object(
            "VirtualNicManagerNetConfig",
            vec![
                ("nicType", Value::text(kind)),
                ("multiSelectAllowed", Value::Bool(kind != "vSphereBackupNFC")),
                (
                    "candidateVnic",
                    Value::Array(
                        "HostVirtualNic",
                        vec![
                            nic("vmk1", "vMotion", "198.51.100.7"),
                            nic("vmk0", "Management Network", address),
                        ],
                    ),
                ),
                ("selectedVnic", texts(&selected)),
            ],
        )
    };
    Value::Object(
        "HostVirtualNicManagerInfo",
        vec![(
            "netConfig",
            Value::Array("VirtualNicManagerNetConfig", NIC_TYPES.into_iter().map(config).collect()),
        )],
    )
}

/// `HostVirtualNicManagerNicType` of 8.0: each lists all adapters that could serve it.
const NIC_TYPES: [&str; 12] = [
    "vmotion",
    "faultToleranceLogging",
    "management",
    "vSphereReplication",
    "vSphereReplicationNFC",
    "vsan",
    "vsanWitness",
    "vSphereProvisioning",
    "vSphereBackupNFC",
    "ptp",
    "nvmeTcp",
    "nvmeRdma",
];

/// What every adapter has, whether IPv6 is used or not.
fn link_local() -> Value {
    let address = Value::Object(
        "HostIpConfigIpV6Address",
        vec![
            ("ipAddress", Value::text("fe80::250:56ff:fe6b:1102")),
            ("prefixLength", Value::Int(64)),
            ("origin", Value::text("other")),
            ("dadState", Value::text("preferred")),
        ],
    );
    Value::Object(
        "HostIpConfigIpV6AddressConfiguration",
        vec![
            ("ipV6Address", Value::Array("HostIpConfigIpV6Address", vec![address])),
            ("autoConfigurationEnabled", Value::Bool(false)),
            ("dhcpV6Enabled", Value::Bool(false)),
        ],
    )
}
