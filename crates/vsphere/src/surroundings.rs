//! What a host is part of: its virtual machines, cluster, vSAN, distributed switches. Asked for one host at a time: for all
//! hosts of a vCenter it would be most of the inventory.

use crate::error::Error;
use crate::property::{self, ObjectContent};
use crate::session::Session;
use crate::soap::{FaultKind, MoRef, Node};

/// What depends on a host, and what it depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The names of its powered-on virtual machines; none where the server does not say all.
    pub powered_on: Option<Vec<String>>,
    /// Whether it is in a cluster.
    pub in_cluster: bool,
    /// Whether its cluster moves virtual machines.
    pub drs: Drs,
    /// Whether it holds vSAN data; none where the server does not say.
    pub vsan: Option<bool>,
    /// The names of the distributed switches that it is connected to; none where the server does not say.
    pub distributed_switches: Option<Vec<String>>,
}

/// Whether a cluster moves virtual machines away from a host that is to enter maintenance mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drs {
    /// DRS is off, or there is no cluster.
    #[default]
    Off,
    /// DRS only recommends; a person has to apply it.
    Recommends,
    /// DRS is fully automated.
    Automatic,
}

/// Reads the surroundings of one host.
///
/// # Errors
/// Any of a call's. What this very server does not know, or withholds, is none.
pub async fn read_surroundings(session: &Session, host: &MoRef) -> Result<Surroundings, Error> {
    let above_and_on_it = property::read_object(session, host, &["parent", "vm"]).await?;
    let powered_on = powered_on(session, host, &above_and_on_it).await?;
    let parent = above_and_on_it.value("parent").and_then(Node::object);
    let cluster = parent.filter(|parent| parent.kind == "ClusterComputeResource");
    let drs = match &cluster {
        Some(cluster) => read_known(session, cluster, "configuration.drsConfig").await?,
        None => None,
    };
    let vsan = read_known(session, host, "config.vsanHostConfig.enabled").await?;
    let switches = read_known(session, host, "config.network.proxySwitch").await?;
    Ok(Surroundings {
        powered_on,
        in_cluster: cluster.is_some(),
        drs: drs.as_ref().map(read_drs).unwrap_or_default(),
        vsan: vsan.as_ref().and_then(Node::boolean),
        distributed_switches: switches.as_ref().map(switch_names),
    })
}

/// The machines that run on a host whose `vm` was read. An account that may see hosts only is shown none of them, or
/// not how they are: that is no sign that none runs.
async fn powered_on(
    session: &Session,
    host: &MoRef,
    content: &ObjectContent,
) -> Result<Option<Vec<String>>, Error> {
    if content.missing.iter().any(|(path, _)| path == "vm") {
        return Ok(None);
    }
    let there = content.value("vm").map_or(0, |machines| machines.all("ManagedObjectReference").count());
    let paths = ["name", "runtime.powerState"];
    let machines = property::read_related(session, host, "vm", "VirtualMachine", &paths).await?;
    let states: Option<Vec<&str>> =
        machines.iter().map(|machine| machine.text("runtime.powerState")).collect();
    let Some(states) = states.filter(|states| states.len() >= there) else { return Ok(None) };
    let name = |machine: &ObjectContent| machine.text("name").unwrap_or(&machine.object.id).to_owned();
    let on = machines.iter().zip(states).filter(|(_, state)| *state == "poweredOn");
    Ok(Some(on.map(|(machine, _)| name(machine)).collect()))
}

/// A property; none where it is unset, withheld, or unknown to this server.
async fn read_known(session: &Session, object: &MoRef, path: &str) -> Result<Option<Node>, Error> {
    match property::read_object(session, object, &[path]).await {
        Ok(content) => Ok(content.into_value(path)),
        Err(error) => match error.fault().map(|fault| &fault.kind) {
            Some(FaultKind::InvalidProperty { .. }) => Ok(None),
            _ => Err(error),
        },
    }
}

fn read_drs(config: &Node) -> Drs {
    match (config.child("enabled").and_then(Node::boolean), config.text_of("defaultVmBehavior")) {
        (Some(true), Some("fullyAutomated") | None) => Drs::Automatic,
        (Some(true), Some(_)) => Drs::Recommends,
        _ => Drs::Off,
    }
}

fn switch_names(switches: &Node) -> Vec<String> {
    let name = |switch: &Node| switch.text_of("dvsName").or(switch.text_of("key")).map(str::to_owned);
    switches.all("HostProxySwitch").filter_map(name).collect()
}
