//! Settings out of the ConfigStore.

use std::collections::BTreeMap;

use super::words::{ON_SWITCH, label, readable};
use super::{Section, Table, list, noise, source};
use crate::bundle::config_store::{ConfigStore, StoreObject};
use crate::bundle::redact::Redacted;

/// What a source calls it.
pub(super) const FILE: &str = "ConfigStore";

/// Fields that repeat the row's identifier.
const OWN_NAMES: [&str; 5] = ["name", "device", "key", "volume_name", "principal"];

/// Values of one name, and the path of the first.
type Listed<'a> = (Vec<&'a Redacted>, &'a [String]);

pub(super) fn add(table: &mut Table, store: &ConfigStore) {
    for object in store.objects().iter().filter(|object| noise::of_row(&object.name).is_none()) {
        add_object(table, object);
    }
}

fn add_object(table: &mut Table, object: &StoreObject) {
    let (section, title) = place(object);
    let key = object.key();
    let labels = item_labels(object);
    // Values of one list are one setting.
    let mut lists: BTreeMap<(String, String), Listed<'_>> = BTreeMap::new();
    let switch = Redacted::of(&object.identifier);
    for (path, value) in &object.leaves {
        // A row's name is its object's.
        let is_own_name = matches!(&path[..], [name] if OWN_NAMES.contains(&name.as_str()));
        if is_own_name && value.text() == object.identifier && object.leaves.len() > 1 {
            continue;
        }
        let is_in_list = path.last().is_some_and(|last| is_index(last));
        let named = if is_in_list { &path[..path.len() - 1] } else { &path[..] };
        let (of, name) = name_of(&title, named, &labels);
        let is_on_switch =
            matches!(named, [groups, at, last] if groups == "port_groups" && is_index(at) && last == "name");
        let value = if is_on_switch { &switch } else { value };
        lists.entry((of, name)).or_insert_with(|| (Vec::new(), path)).0.push(value);
    }
    for ((of, name), (values, path)) in lists {
        let path =
            path.iter().map(String::as_str).filter(|part| !is_index(part)).collect::<Vec<_>>().join(".");
        let section =
            if section == Section::Networking && name == "Host name" { Section::Host } else { section };
        let of = if section == Section::Host { String::new() } else { of };
        let key = if path.is_empty() { key.clone() } else { format!("{key} {path}") };
        table.add(section, of, name, list(&values), source(FILE, &key));
    }
    if object.leaves.is_empty() {
        // There, though nothing is said of it.
        table.add(section, title, "Present", Redacted::of("yes"), source(FILE, &key));
    }
}

/// The name of each item of each list of objects, by its path.
fn item_labels(object: &StoreObject) -> BTreeMap<&[String], &str> {
    let mut labels: BTreeMap<&[String], &str> = BTreeMap::new();
    for wanted in ["id", "key", "device", "user", "name"] {
        for (path, value) in &object.leaves {
            if let [item @ .., last] = &path[..]
                && last == wanted
                && item.last().is_some_and(|at| is_index(at))
            {
                labels.insert(item, value.text());
            }
        }
    }
    labels
}

/// What a value is a setting of, and its name there.
fn name_of(title: &str, path: &[String], labels: &BTreeMap<&[String], &str>) -> (String, String) {
    if let [groups, at, rest @ ..] = path
        && groups == "port_groups"
        && is_index(at)
    {
        let group = labels.get(&path[..2]).copied().unwrap_or(at);
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        let name = if rest == ["name"] { ON_SWITCH.to_owned() } else { label(&rest) };
        return (format!("Port group {group}"), name);
    }
    let mut names: Vec<&str> = Vec::with_capacity(path.len());
    for (at, part) in path.iter().enumerate() {
        names.push(if is_index(part) { labels.get(&path[..=at]).copied().unwrap_or(part) } else { part });
    }
    if let ["global_settings", rest @ ..] = &names[..] {
        return (String::new(), label(rest));
    }
    let name = if names.is_empty() { "Value".to_owned() } else { label(&names) };
    (title.to_owned(), name)
}

fn is_index(part: &str) -> bool {
    !part.is_empty() && part.len() < 7 && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// The part of the table and the object's name in it.
fn place(object: &StoreObject) -> (Section, String) {
    use Section::{
        Advanced, Firewall, Licensing, Networking, Other, Security, Services, Storage, Syslog, Time, Users,
    };
    let (group, name) = (object.group.as_str(), object.name.as_str());
    let titled = |kind: &str| match object.identifier.as_str() {
        "" => kind.to_owned(),
        identifier => format!("{kind} {identifier}"),
    };
    let is = |words: &[&str]| words.iter().any(|word| name.contains(word) || group.contains(word));
    match (group, name) {
        ("network", "vmknics") => (Networking, titled("VMkernel adapter")),
        ("network", "pnics" | "physical_nics") => (Networking, titled("Physical adapter")),
        ("network", "net_stacks" | "netstacks") => (Networking, titled("TCP/IP stack")),
        ("network_vss", "switches") => (Networking, titled("Virtual switch")),
        (_, "dns") => (Networking, "DNS".to_owned()),
        (_, "ntp" | "system_time") => (Time, "NTP".to_owned()),
        (_, "ptp") => (Time, "PTP".to_owned()),
        (_, "iscsi" | "iscsi_adapters" | "software_iscsi") => (Storage, titled("iSCSI adapter")),
        (_, "snmp" | "snmp_agent") => (Services, "SNMP".to_owned()),
        (_, "lockdown" | "lockdown_mode") => (Security, titled("Lockdown mode")),
        ("advanced_options", _) => (Advanced, titled(&readable(name))),
        _ if is(&["firewall"]) => {
            (Firewall, titled(if name.contains("rule") { "Rule set" } else { "Firewall" }))
        }
        _ if name.contains("nfs") => (Storage, titled("NFS datastore")),
        _ if is(&["syslog", "log_"]) => (Syslog, titled(&readable(name))),
        _ if is(&["licen"]) => (Licensing, titled(&readable(name))),
        _ if is(&["tpm", "secure_boot", "encryption", "certificate", "security", "trust"]) => {
            (Security, titled(&readable(name)))
        }
        (_, "permissions") => (Users, titled("Permission of")),
        _ if is(&["user", "authentication", "authorization", "permission", "role"]) => {
            (Users, titled(&readable(name)))
        }
        _ if group.starts_with("network") => (Networking, titled(&readable(name))),
        _ if group.starts_with("storage") => (Storage, titled(&readable(name))),
        _ if is(&["service"]) => (Services, titled("Service")),
        _ => {
            let name = format!("{group} / {name}");
            (Other, titled(name.trim_end_matches(" / ")))
        }
    }
}
