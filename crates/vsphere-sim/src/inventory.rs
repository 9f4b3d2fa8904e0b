//! The managed objects: which there are on which server, their ids, and what contains what. A vCenter and a host name
//! the same things differently, as in reality.

use std::collections::HashMap;

use crate::soap::Moref;
use crate::specs::HostSpec;
use crate::world::{Server, World};

/// Datacenters, compute resources and hosts by index.
pub(crate) struct Tree {
    pub(crate) datacenters: Vec<String>,
    pub(crate) computes: Vec<Compute>,
    /// The compute resource of each host.
    pub(crate) compute_of: Vec<usize>,
}

/// A cluster or a standalone host's compute resource.
pub(crate) struct Compute {
    pub(crate) name: String,
    pub(crate) datacenter: usize,
    pub(crate) cluster: bool,
    pub(crate) hosts: Vec<usize>,
}

/// A container view.
pub(crate) struct View {
    pub(crate) session: String,
    pub(crate) container: Object,
    pub(crate) kinds: Vec<String>,
    pub(crate) recursive: bool,
}

/// A managed object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Object {
    ServiceInstance,
    SessionManager,
    PropertyCollector(String),
    ViewManager,
    SearchIndex,
    TaskManager,
    LicenseManager,
    AuthorizationManager,
    Folder(Folder),
    Datacenter(usize),
    Compute(usize),
    Host(usize),
    Firmware(usize),
    /// What runs esxcli's commands on a host.
    Executer(usize),
    /// A VM: its host and its number there.
    Vm(usize, usize),
    Task(usize),
    View(String),
    Filter(String),
}

/// A folder, by the datacenter that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Folder {
    Root,
    Hosts(usize),
    Vms(usize),
    Datastores(usize),
    Networks(usize),
}

/// Numbers in vCenter's ids start here; each kind has its own range.
const FIRST: usize = 1001;

impl Tree {
    pub(crate) fn new(specs: &[HostSpec]) -> Tree {
        let mut tree = Tree { datacenters: Vec::new(), computes: Vec::new(), compute_of: Vec::new() };
        let mut clusters: HashMap<(usize, &str), usize> = HashMap::new();
        for (index, spec) in specs.iter().enumerate() {
            let datacenter =
                tree.datacenters.iter().position(|name| *name == spec.datacenter).unwrap_or_else(|| {
                    tree.datacenters.push(spec.datacenter.clone());
                    tree.datacenters.len() - 1
                });
            let known = spec.cluster.as_deref().and_then(|name| clusters.get(&(datacenter, name)).copied());
            let compute = known.unwrap_or_else(|| {
                let name = spec.cluster.clone().unwrap_or_else(|| spec.name.clone());
                tree.computes.push(Compute {
                    name,
                    datacenter,
                    cluster: spec.cluster.is_some(),
                    hosts: Vec::new(),
                });
                tree.computes.len() - 1
            });
            if let Some(name) = spec.cluster.as_deref() {
                clusters.insert((datacenter, name), compute);
            }
            tree.computes[compute].hosts.push(index);
            tree.compute_of.push(compute);
        }
        tree
    }
}

impl Object {
    /// The type on the wire.
    pub(crate) fn kind(&self, world: &World, server: Server) -> &'static str {
        match self {
            Object::ServiceInstance => "ServiceInstance",
            Object::SessionManager => "SessionManager",
            Object::PropertyCollector(_) => "PropertyCollector",
            Object::ViewManager => "ViewManager",
            Object::SearchIndex => "SearchIndex",
            Object::TaskManager => "TaskManager",
            Object::LicenseManager => "LicenseManager",
            Object::AuthorizationManager => "AuthorizationManager",
            Object::Folder(_) => "Folder",
            Object::Datacenter(_) => "Datacenter",
            // A host does not know of the cluster that it is in.
            Object::Compute(index) if server == Server::VCenter && world.tree.computes[*index].cluster => {
                "ClusterComputeResource"
            }
            Object::Compute(_) => "ComputeResource",
            Object::Host(_) => "HostSystem",
            Object::Firmware(_) => "HostFirmwareSystem",
            Object::Executer(_) => "ReflectManagedMethodExecuter",
            Object::Vm(..) => "VirtualMachine",
            Object::Task(_) => "Task",
            Object::View(_) => "ContainerView",
            Object::Filter(_) => "PropertyFilter",
        }
    }

    /// The reference under which a server knows the object.
    pub(crate) fn moref(&self, world: &World, server: Server) -> Moref {
        Moref::new(self.kind(world, server), self.id(world, server))
    }

    fn id(&self, world: &World, server: Server) -> String {
        let numbered = |prefix: &str, index: usize| format!("{prefix}-{}", FIRST + index);
        match (self, server) {
            (Object::PropertyCollector(id) | Object::View(id) | Object::Filter(id), _) => id.clone(),
            (Object::ServiceInstance, _) => "ServiceInstance".into(),
            (Object::ViewManager, _) => "ViewManager".into(),
            (Object::Task(index), Server::VCenter) => numbered("task", *index),
            (Object::Task(index), Server::Host(_)) => format!("haTask-ha-host-{index}"),
            (Object::SessionManager, Server::VCenter) => "SessionManager".into(),
            (Object::SearchIndex, Server::VCenter) => "SearchIndex".into(),
            (Object::TaskManager, Server::VCenter) => "TaskManager".into(),
            (Object::LicenseManager, Server::VCenter) => "LicenseManager".into(),
            (Object::AuthorizationManager, Server::VCenter) => "AuthorizationManager".into(),
            (Object::Folder(Folder::Root), Server::VCenter) => "group-d1".into(),
            (Object::Folder(Folder::Hosts(index)), Server::VCenter) => {
                numbered("group-h", *index).replace("h-", "h")
            }
            (Object::Folder(Folder::Vms(index)), Server::VCenter) => {
                numbered("group-v", *index).replace("v-", "v")
            }
            (Object::Folder(Folder::Datastores(index)), Server::VCenter) => {
                numbered("group-s", *index).replace("s-", "s")
            }
            (Object::Folder(Folder::Networks(index)), Server::VCenter) => {
                numbered("group-n", *index).replace("n-", "n")
            }
            (Object::Datacenter(index), Server::VCenter) => numbered("datacenter", *index),
            (Object::Compute(index), Server::VCenter) => {
                let prefix = if world.tree.computes[*index].cluster { "domain-c" } else { "domain-s" };
                format!("{prefix}{}", FIRST + index)
            }
            (Object::Host(index), Server::VCenter) => numbered("host", *index),
            (Object::Firmware(index), Server::VCenter) => numbered("firmwareSystem", *index),
            (Object::Executer(index), Server::VCenter) => numbered("ManagedMethodExecuter", *index),
            (Object::Vm(host, number), Server::VCenter) => format!("vm-{}", (FIRST + host) * 1000 + number),
            (Object::SessionManager, _) => "ha-sessionmgr".into(),
            (Object::SearchIndex, _) => "ha-searchindex".into(),
            (Object::TaskManager, _) => "ha-taskmgr".into(),
            (Object::LicenseManager, _) => "ha-license-manager".into(),
            (Object::AuthorizationManager, _) => "ha-authmgr".into(),
            (Object::Folder(Folder::Root), _) => "ha-folder-root".into(),
            (Object::Folder(Folder::Hosts(_)), _) => "ha-folder-host".into(),
            (Object::Folder(Folder::Vms(_)), _) => "ha-folder-vm".into(),
            (Object::Folder(Folder::Datastores(_)), _) => "ha-folder-datastore".into(),
            (Object::Folder(Folder::Networks(_)), _) => "ha-folder-network".into(),
            (Object::Datacenter(_), _) => "ha-datacenter".into(),
            (Object::Compute(_), _) => "ha-compute-res".into(),
            (Object::Host(_), _) => "ha-host".into(),
            (Object::Firmware(_), _) => "firmwareSystem".into(),
            (Object::Executer(_), _) => "ManagedMethodExecuter".into(),
            (Object::Vm(_, number), _) => (number + 1).to_string(),
        }
    }
}

/// The id of a server's one property collector that is always there.
pub(crate) fn main_collector(server: Server) -> Object {
    Object::PropertyCollector(
        match server {
            Server::VCenter => "propertyCollector",
            Server::Host(_) => "ha-property-collector",
        }
        .into(),
    )
}

/// The object behind a reference, when the server has it.
pub(crate) fn resolve(world: &World, server: Server, reference: &Moref) -> Option<Object> {
    let object = candidate(world, server, &reference.id)?;
    let exists = match &object {
        Object::Vm(host, number) => *number < world.hosts.get(*host)?.state().powered_on_vms,
        Object::Host(index) | Object::Executer(index) => *index < world.hosts.len(),
        Object::Firmware(index) => world.hosts.get(*index)?.spec.firmware_system,
        Object::Datacenter(index)
        | Object::Folder(
            Folder::Hosts(index) | Folder::Vms(index) | Folder::Datastores(index) | Folder::Networks(index),
        ) => *index < world.tree.datacenters.len(),
        Object::Compute(index) => *index < world.tree.computes.len(),
        Object::Task(index) => world.state().tasks.get(*index).is_some_and(|task| task.server == server),
        _ => true,
    };
    (exists && object.moref(world, server) == *reference).then_some(object)
}

/// What contains an object, as its `parent` says.
pub(crate) fn parent(world: &World, object: &Object) -> Option<Object> {
    Some(match object {
        Object::Datacenter(_) => Object::Folder(Folder::Root),
        Object::Folder(
            Folder::Hosts(index) | Folder::Vms(index) | Folder::Datastores(index) | Folder::Networks(index),
        ) => Object::Datacenter(*index),
        Object::Compute(index) => Object::Folder(Folder::Hosts(world.tree.computes[*index].datacenter)),
        Object::Host(index) => Object::Compute(world.tree.compute_of[*index]),
        Object::Vm(host, _) => {
            let compute = &world.tree.computes[world.tree.compute_of[*host]];
            Object::Folder(Folder::Vms(compute.datacenter))
        }
        _ => return None,
    })
}

/// What an object contains, in inventory order. A host sees nothing but itself.
pub(crate) fn children(world: &World, server: Server, object: &Object) -> Vec<Object> {
    let visible = |host: usize| server == Server::VCenter || server == Server::Host(host);
    let vms = |host: usize| {
        (0..world.hosts[host].state().powered_on_vms).map(move |number| Object::Vm(host, number))
    };
    match object {
        Object::Folder(Folder::Root) => match server {
            Server::VCenter => (0..world.tree.datacenters.len()).map(Object::Datacenter).collect(),
            Server::Host(host) => vec![Object::Datacenter(datacenter_of(world, host))],
        },
        Object::Datacenter(index) => [Folder::Hosts, Folder::Vms, Folder::Datastores, Folder::Networks]
            .map(|folder| Object::Folder(folder(*index)))
            .to_vec(),
        Object::Folder(Folder::Hosts(datacenter)) => world
            .tree
            .computes
            .iter()
            .enumerate()
            .filter(|(_, compute)| {
                compute.datacenter == *datacenter && compute.hosts.iter().any(|host| visible(*host))
            })
            .map(|(index, _)| Object::Compute(index))
            .collect(),
        Object::Folder(Folder::Vms(datacenter)) => (0..world.hosts.len())
            .filter(|host| visible(*host) && datacenter_of(world, *host) == *datacenter)
            .flat_map(vms)
            .collect(),
        Object::Compute(index) => world.tree.computes[*index]
            .hosts
            .iter()
            .filter(|host| visible(**host))
            .map(|host| Object::Host(*host))
            .collect(),
        _ => Vec::new(),
    }
}

/// The objects in a view.
pub(crate) fn members(world: &World, server: Server, view: &View) -> Vec<Object> {
    let wanted = |object: &Object| {
        view.kinds.is_empty() || view.kinds.iter().any(|kind| is_a(object.kind(world, server), kind))
    };
    let mut found = Vec::new();
    let mut waiting = children(world, server, &view.container);
    waiting.reverse();
    while let Some(object) = waiting.pop() {
        if view.recursive {
            waiting.extend(children(world, server, &object).into_iter().rev());
        }
        if wanted(&object) {
            found.push(object);
        }
    }
    found
}

/// Whether a type is another or derived from it.
pub(crate) fn is_a(kind: &str, wanted: &str) -> bool {
    kind == wanted
        || match wanted {
            "ManagedEntity" => matches!(
                kind,
                "Folder"
                    | "Datacenter"
                    | "ComputeResource"
                    | "ClusterComputeResource"
                    | "HostSystem"
                    | "VirtualMachine"
            ),
            "ComputeResource" => kind == "ClusterComputeResource",
            "View" | "ManagedObjectView" => kind == "ContainerView",
            "ManagedObject" => true,
            _ => false,
        }
}

/// The host that an object belongs to.
pub(crate) fn host_of(world: &World, object: &Object) -> Option<usize> {
    match object {
        Object::Host(index) | Object::Firmware(index) | Object::Vm(index, _) => Some(*index),
        Object::Task(index) => world.state().tasks.get(*index).map(|task| task.host),
        _ => None,
    }
}

fn datacenter_of(world: &World, host: usize) -> usize {
    world.tree.computes[world.tree.compute_of[host]].datacenter
}

fn candidate(world: &World, server: Server, id: &str) -> Option<Object> {
    {
        let state = world.state();
        if state.views.contains_key(id) {
            return Some(Object::View(id.into()));
        }
        if state.filters.contains_key(id) {
            return Some(Object::Filter(id.into()));
        }
        if state.collectors.contains_key(id) {
            return Some(Object::PropertyCollector(id.into()));
        }
    }
    let fixed = [
        Object::ServiceInstance,
        Object::SessionManager,
        Object::ViewManager,
        Object::SearchIndex,
        Object::TaskManager,
        Object::LicenseManager,
        Object::AuthorizationManager,
        Object::Folder(Folder::Root),
        main_collector(server),
    ];
    if let Some(object) = fixed.into_iter().find(|object| object.id(world, server) == id) {
        return Some(object);
    }
    match server {
        Server::VCenter => {
            let digits = id.find(|c: char| c.is_ascii_digit())?;
            let (prefix, number) = id.split_at(digits);
            let number: usize = number.parse().ok()?;
            let index = number.checked_sub(FIRST)?;
            Some(match prefix {
                "task-" => Object::Task(index),
                "group-h" => Object::Folder(Folder::Hosts(index)),
                "group-v" => Object::Folder(Folder::Vms(index)),
                "group-s" => Object::Folder(Folder::Datastores(index)),
                "group-n" => Object::Folder(Folder::Networks(index)),
                "datacenter-" => Object::Datacenter(index),
                "domain-c" | "domain-s" => Object::Compute(index),
                "host-" => Object::Host(index),
                "firmwareSystem-" => Object::Firmware(index),
                "ManagedMethodExecuter-" => Object::Executer(index),
                "vm-" => Object::Vm((number / 1000).checked_sub(FIRST)?, number % 1000),
                _ => return None,
            })
        }
        Server::Host(host) => {
            let datacenter = datacenter_of(world, host);
            Some(match id {
                "ha-folder-host" => Object::Folder(Folder::Hosts(datacenter)),
                "ha-folder-vm" => Object::Folder(Folder::Vms(datacenter)),
                "ha-folder-datastore" => Object::Folder(Folder::Datastores(datacenter)),
                "ha-folder-network" => Object::Folder(Folder::Networks(datacenter)),
                "ha-datacenter" => Object::Datacenter(datacenter),
                "ha-compute-res" => Object::Compute(world.tree.compute_of[host]),
                "ha-host" => Object::Host(host),
                "firmwareSystem" => Object::Firmware(host),
                "ManagedMethodExecuter" => Object::Executer(host),
                _ => match id.strip_prefix("haTask-ha-host-") {
                    Some(number) => Object::Task(number.parse().ok()?),
                    None => Object::Vm(host, id.parse::<usize>().ok()?.checked_sub(1)?),
                },
            })
        }
    }
}
