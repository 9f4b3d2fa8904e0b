//! Properties of managed objects. Whole top-level values are made; paths are looked up in them, so a path that the type
//! does not have is told from one that has no value.

use chrono::Utc;

use crate::certificates::Identity;
use crate::inventory::{Folder, Object, children, main_collector, members, parent};
use crate::options::ReportCertificates;
use crate::sessions::{Caller, current_session, session_list};
use crate::soap::{Moref, Value};
use crate::specs::{ConnectionState, HostSpec};
use crate::world::{Server, World};

/// The top-level properties of an object's type.
pub(crate) fn names(object: &Object) -> &'static [&'static str] {
    match object {
        Object::ServiceInstance => &["capability", "content", "serverClock"],
        Object::SessionManager => &[
            "currentSession",
            "defaultLocale",
            "message",
            "messageLocaleList",
            "sessionList",
            "supportedLocaleList",
        ],
        Object::PropertyCollector(_) => &["filter"],
        Object::Folder(_) => &[
            "name",
            "parent",
            "childEntity",
            "childType",
            "overallStatus",
            "effectiveRole",
            "disabledMethod",
            "tag",
        ],
        Object::Datacenter(_) => &[
            "name",
            "parent",
            "hostFolder",
            "vmFolder",
            "datastoreFolder",
            "networkFolder",
            "datastore",
            "network",
            "overallStatus",
        ],
        Object::Compute(_) => {
            &["name", "parent", "host", "datastore", "network", "resourcePool", "overallStatus"]
        }
        Object::Host(_) => &[
            "name",
            "parent",
            "runtime",
            "summary",
            "config",
            "configManager",
            "vm",
            "hardware",
            "capability",
            "datastore",
            "network",
            "overallStatus",
            "effectiveRole",
            "disabledMethod",
            "tag",
            "configIssue",
            "configStatus",
        ],
        Object::Vm(..) => &["name", "parent", "runtime", "config", "guest", "summary"],
        Object::Task(_) => &["info"],
        Object::View(_) => &["container", "recursive", "type", "view"],
        Object::Filter(_) => &["partialUpdates"],
        Object::TaskManager => &["recentTask"],
        Object::ViewManager => &["viewList"],
        Object::LicenseManager => &["licenses"],
        Object::SearchIndex | Object::AuthorizationManager | Object::Firmware(_) => &[],
    }
}

/// The oldest API version that knows a property, for those that came late.
pub(crate) fn since(kind: &str, path: &str) -> &'static [u32] {
    let below =
        |prefix: &str| path == prefix || path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'));
    match kind {
        "HostSystem" if below("runtime.stateEncryption") => &[7, 0, 3, 0],
        "HostSystem" if below("summary.config.sslCertificate") => &[9, 0, 0, 0],
        _ => &[],
    }
}

/// A top-level property. `None` when the type has none of that name.
pub(crate) fn top_level(world: &World, caller: &Caller, object: &Object, name: &str) -> Option<Value> {
    if !names(object).contains(&name) {
        return None;
    }
    let server = caller.server;
    let reference = |object: Object| Value::Ref(object.moref(world, server));
    Some(match (object, name) {
        (Object::ServiceInstance, "content") => service_content(world, server),
        (Object::ServiceInstance, "serverClock") => Value::Time(Utc::now()),
        (Object::ServiceInstance, _) => Value::Object(
            "Capability",
            vec![
                ("provisioningSupported", Value::Bool(true)),
                ("multiHostSupported", Value::Bool(server == Server::VCenter)),
            ],
        ),
        (Object::SessionManager, "currentSession") => current_session(world, caller),
        (Object::SessionManager, "sessionList") => session_list(world, server),
        (Object::SessionManager, "defaultLocale") => Value::text("en"),
        (Object::SessionManager, "messageLocaleList" | "supportedLocaleList") => {
            Value::Array("xsd:string", ["en", "de", "fr", "ja"].map(Value::text).to_vec())
        }
        (_, "overallStatus" | "configStatus") => Value::Enum("ManagedEntityStatus", "green"),
        (_, "parent") => parent(world, object).map_or(Value::Unset, reference),
        (_, "name") => Value::text(escaped_name(&plain_name(world, server, object))),
        (_, "tag" | "disabledMethod" | "configIssue") => Value::Array("xsd:string", Vec::new()),
        (_, "effectiveRole") => Value::Array("xsd:int", vec![Value::Int(-1)]),
        (Object::Folder(_), "childEntity") => {
            Value::refs(children(world, server, object).iter().map(|child| child.moref(world, server)))
        }
        (Object::Folder(folder), "childType") => Value::Array("xsd:string", child_types(*folder)),
        (Object::Datacenter(index), "hostFolder") => reference(Object::Folder(Folder::Hosts(*index))),
        (Object::Datacenter(index), "vmFolder") => reference(Object::Folder(Folder::Vms(*index))),
        (Object::Datacenter(index), "datastoreFolder") => {
            reference(Object::Folder(Folder::Datastores(*index)))
        }
        (Object::Datacenter(index), "networkFolder") => reference(Object::Folder(Folder::Networks(*index))),
        (Object::Compute(_), "host") => {
            Value::refs(children(world, server, object).iter().map(|child| child.moref(world, server)))
        }
        (_, "datastore" | "network" | "recentTask") => Value::refs([]),
        (Object::Host(index), "runtime") => runtime(world, caller, *index),
        (Object::Host(index), "summary") => summary(world, caller, *index),
        (Object::Host(index), "config") => config(world, server, *index, false),
        (Object::Host(index), "configManager") => config_manager(world, server, *index),
        (Object::Host(index), "hardware") => hardware(&world.hosts[*index].spec),
        (Object::Host(index), "vm") => {
            let vms = world.hosts[*index].state().powered_on_vms;
            Value::refs((0..vms).map(|number| Object::Vm(*index, number).moref(world, server)))
        }
        (Object::Vm(host, number), _) => vm(world, server, *host, *number, name),
        (Object::Task(index), _) => crate::tasks::info(world, *index),
        (Object::View(id), _) => view(world, server, id, name),
        _ => Value::Unset,
    })
}

/// A host's `config` with everything in it, to tell which paths there are.
pub(crate) fn config_specimen(world: &World, server: Server) -> Value {
    config(world, server, 0, true)
}

/// `ServiceContent`.
pub(crate) fn service_content(world: &World, server: Server) -> Value {
    let reference = |object: Object| Value::Ref(object.moref(world, server));
    Value::Object(
        "ServiceContent",
        vec![
            ("rootFolder", reference(Object::Folder(Folder::Root))),
            ("propertyCollector", reference(main_collector(server))),
            ("viewManager", reference(Object::ViewManager)),
            ("about", about(world, server)),
            ("sessionManager", reference(Object::SessionManager)),
            ("authorizationManager", reference(Object::AuthorizationManager)),
            ("taskManager", reference(Object::TaskManager)),
            ("licenseManager", reference(Object::LicenseManager)),
            ("searchIndex", reference(Object::SearchIndex)),
        ],
    )
}

fn about(world: &World, server: Server) -> Value {
    let api = world.options.versions.newest.clone();
    match server {
        Server::VCenter => product(&Product {
            name: "VMware vCenter Server",
            full_name: "VMware vCenter Server 8.0.3 build-24322831",
            version: "8.0.3",
            build: "24322831",
            os_type: "linux-x64",
            line: "vpx",
            api_type: "VirtualCenter",
            api: &api,
            instance: Some("2f6d7a5e-6e0b-4a53-9c7e-5d5f4b1c0a11"),
        }),
        Server::Host(index) => host_product(&world.hosts[index].spec, &api),
    }
}

struct Product<'a> {
    name: &'a str,
    full_name: &'a str,
    version: &'a str,
    build: &'a str,
    os_type: &'a str,
    line: &'a str,
    api_type: &'a str,
    api: &'a str,
    instance: Option<&'a str>,
}

fn product(product: &Product<'_>) -> Value {
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

fn host_product(spec: &HostSpec, api: &str) -> Value {
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

fn runtime(world: &World, caller: &Caller, index: usize) -> Value {
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
                    ConnectionState::Connected => "connected",
                    ConnectionState::NotResponding => "notResponding",
                    ConnectionState::Disconnected => "disconnected",
                },
            ),
        ),
        ("powerState", Value::Enum("HostSystemPowerState", if connected { "poweredOn" } else { "unknown" })),
        ("standbyMode", Value::text("none")),
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

fn summary(world: &World, caller: &Caller, index: usize) -> Value {
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
    let through_vcenter = caller.server == Server::VCenter;
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
            (
                "managementServerIp",
                if through_vcenter { Value::text(world.vcenter_address.to_string()) } else { Value::Unset },
            ),
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

fn hardware(spec: &HostSpec) -> Value {
    let info = vec![
        ("vendor", Value::text(&spec.vendor)),
        ("model", Value::text(&spec.model)),
        ("uuid", Value::text(spec.uuid.to_string())),
    ];
    Value::Object("HostHardwareInfo", vec![("systemInfo", Value::Object("HostSystemInfo", info))])
}

fn config_manager(world: &World, server: Server, index: usize) -> Value {
    let firmware =
        world.hosts[index].spec.firmware_system.then(|| Object::Firmware(index).moref(world, server));
    Value::Object("HostConfigManager", vec![("firmwareSystem", firmware.map_or(Value::Unset, Value::Ref))])
}

fn config(world: &World, server: Server, index: usize, whole: bool) -> Value {
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
            ("virtualNicManagerInfo", virtual_nics(&host.address.to_string())),
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
        ],
    )
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
                                    ],
                                ),
                            ),
                            ("mac", Value::text("00:50:56:6b:11:02")),
                            ("mtu", Value::Int(1500)),
                        ],
                    ),
                ),
            ],
        )
    };
    let config = |kind: &str, multi: bool, selected: &str| {
        Value::Object(
            "VirtualNicManagerNetConfig",
            vec![
                ("nicType", Value::text(kind)),
                ("multiSelectAllowed", Value::Bool(multi)),
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
                ("selectedVnic", texts(&[format!("key-vim.host.VirtualNic-{selected}")])),
            ],
        )
    };
    Value::Object(
        "HostVirtualNicManagerInfo",
        vec![(
            "netConfig",
            Value::Array(
                "VirtualNicManagerNetConfig",
                vec![config("vmotion", true, "vmk1"), config("management", true, "vmk0")],
            ),
        )],
    )
}

fn vm(world: &World, server: Server, host: usize, number: usize, name: &str) -> Value {
    let title = format!("vm-{}-{number}", host + 1);
    match name {
        "runtime" => Value::Object(
            "VirtualMachineRuntimeInfo",
            vec![
                ("host", Value::Ref(Object::Host(host).moref(world, server))),
                ("connectionState", Value::Enum("VirtualMachineConnectionState", "connected")),
                ("powerState", Value::Enum("VirtualMachinePowerState", "poweredOn")),
            ],
        ),
        "config" => Value::Object(
            "VirtualMachineConfigInfo",
            vec![("name", Value::text(title)), ("template", Value::Bool(false))],
        ),
        _ => Value::Unset,
    }
}

fn view(world: &World, server: Server, id: &str, name: &str) -> Value {
    // The members are found without the lock, because finding them needs it.
    let Some(view) = world.state().views.get(id).map(|view| crate::inventory::View {
        session: view.session.clone(),
        container: view.container.clone(),
        kinds: view.kinds.clone(),
        recursive: view.recursive,
    }) else {
        return Value::Unset;
    };
    match name {
        "container" => Value::Ref(view.container.moref(world, server)),
        "recursive" => Value::Bool(view.recursive),
        "type" => texts(&view.kinds),
        _ => {
            let members: Vec<Moref> =
                members(world, server, &view).iter().map(|object| object.moref(world, server)).collect();
            Value::refs(members)
        }
    }
}

fn plain_name(world: &World, server: Server, object: &Object) -> String {
    match object {
        Object::Folder(Folder::Root) if server == Server::VCenter => "Datacenters".into(),
        Object::Folder(Folder::Root) => "ha-folder-root".into(),
        Object::Folder(Folder::Hosts(_)) => "host".into(),
        Object::Folder(Folder::Vms(_)) => "vm".into(),
        Object::Folder(Folder::Datastores(_)) => "datastore".into(),
        Object::Folder(Folder::Networks(_)) => "network".into(),
        Object::Datacenter(_) if server != Server::VCenter => "ha-datacenter".into(),
        Object::Datacenter(index) => world.tree.datacenters[*index].clone(),
        Object::Compute(_) if server != Server::VCenter => "ha-compute-res".into(),
        Object::Compute(index) => {
            let compute = &world.tree.computes[*index];
            match compute.hosts.first() {
                Some(host) if !compute.cluster => world.hosts[*host].inventory_name(),
                _ => compute.name.clone(),
            }
        }
        Object::Host(index) if server == Server::VCenter => world.hosts[*index].inventory_name(),
        Object::Host(index) => world.hosts[*index].state().content.hostname.clone(),
        Object::Vm(host, number) => format!("vm-{}-{number}", host + 1),
        _ => String::new(),
    }
}

/// vSphere escapes these three in names.
fn escaped_name(name: &str) -> String {
    name.replace('%', "%25").replace('/', "%2f").replace('\\', "%5c")
}

fn child_types(folder: Folder) -> Vec<Value> {
    let types: &[&str] = match folder {
        Folder::Root => &["Folder", "Datacenter"],
        Folder::Hosts(_) => &["Folder", "ComputeResource"],
        Folder::Vms(_) => &["Folder", "VirtualMachine", "VirtualApp"],
        Folder::Datastores(_) => &["Folder", "StoragePod", "Datastore"],
        Folder::Networks(_) => &["Folder", "Network", "DistributedVirtualSwitch"],
    };
    types.iter().map(|kind| Value::text(*kind)).collect()
}

fn texts(items: &[String]) -> Value {
    Value::Array("xsd:string", items.iter().map(Value::text).collect())
}
