//! Properties of managed objects. Whole top-level values are made; paths are looked up in them, so a path that the type
//! does not have is told from one that has no value.

mod host;

use chrono::Utc;

use crate::inventory::{Folder, Object, children, main_collector, members, parent};
use crate::sessions::{Caller, current_session, session_list};
use crate::soap::{Moref, Value};
use crate::world::{Server, World};

pub(crate) use host::config_specimen;
use host::{Product, config, config_manager, hardware, host_product, product, runtime, summary};

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
        Object::Compute(_) => &[
            "name",
            "parent",
            "host",
            "datastore",
            "network",
            "resourcePool",
            "overallStatus",
            "configuration",
        ],
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
            "recentTask",
        ],
        Object::Vm(..) => &["name", "parent", "runtime", "config", "guest", "summary"],
        Object::Task(_) => &["info"],
        Object::View(_) => &["container", "recursive", "type", "view"],
        Object::Filter(_) => &["partialUpdates"],
        Object::TaskManager => &["recentTask"],
        Object::ViewManager => &["viewList"],
        Object::LicenseManager => &["licenses"],
        Object::SearchIndex | Object::AuthorizationManager | Object::Firmware(_) | Object::Executer(_) => &[],
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
        (Object::Compute(index), "configuration") => cluster_configuration(world, server, *index)?,
        (Object::Host(index), "recentTask") => {
            let tasks = crate::tasks::of_host(world, server, *index);
            Value::refs(tasks.into_iter().map(|task| Object::Task(task).moref(world, server)))
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

/// `ClusterConfigInfo`; none of what is no cluster to this server.
fn cluster_configuration(world: &World, server: Server, index: usize) -> Option<Value> {
    let compute = &world.tree.computes[index];
    if server != Server::VCenter || !compute.cluster {
        return None;
    }
    let drs = compute.hosts.iter().all(|host| world.hosts[*host].spec.drs);
    let drs = Value::Object(
        "ClusterDrsConfigInfo",
        vec![
            ("enabled", Value::Bool(drs)),
            ("defaultVmBehavior", Value::Enum("DrsBehavior", "fullyAutomated")),
        ],
    );
    Some(Value::Object("ClusterConfigInfo", vec![("drsConfig", drs)]))
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
