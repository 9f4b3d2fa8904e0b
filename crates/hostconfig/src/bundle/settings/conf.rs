//! Settings out of `esx.conf`.

use std::collections::BTreeMap;

use super::words::{ON_SWITCH, label};
use super::{NO_KEYS, Section, Source, Table, list, source};
use crate::bundle::esx_conf::EsxConf;
use crate::bundle::redact::Redacted;

/// Whose routes `esx.conf` has; as the ConfigStore names it.
const DEFAULT_STACK: &str = "TCP/IP stack defaultTcpipStack";

pub(super) fn add(table: &mut Table, file: &str, conf: &EsxConf) {
    let mut uplinks: BTreeMap<String, (Vec<&Redacted>, Source)> = BTreeMap::new();
    for entry in conf.entries() {
        let parts: Vec<&str> = entry.key.trim_start_matches('/').split('/').collect();
        let source = source(file, &entry.key);
        if let ["net", "vswitch", switch, "uplinks", _, "pnic"] = parts[..] {
            let object = format!("Virtual switch {}", named(conf, &["net", "vswitch", switch], switch));
            uplinks.entry(object).or_insert_with(|| (Vec::new(), source)).0.push(&entry.value);
            continue;
        }
        let (section, object, name) = place(conf, &parts);
        // A port group's own name is its object's: what is worth a line is where it is.
        let switch = parts.get(2).filter(|_| name == ON_SWITCH);
        let switch = switch.and_then(|switch| conf.get(&format!("/net/vswitch/{switch}/name")));
        table.add(section, object, name, switch.unwrap_or(&entry.value).clone(), source);
    }
    for (object, (nics, source)) in uplinks {
        table.add(Section::Networking, object, "Uplinks", list(&nics), source);
    }
    if !conf.others().is_empty() {
        let others: Vec<&Redacted> = conf.others().iter().collect();
        table.add(Section::Other, file, NO_KEYS, list(&others), source(file, ""));
    }
}

fn place(conf: &EsxConf, parts: &[&str]) -> (Section, String, String) {
    use Section::{Advanced, Firewall, Host, Networking, Other, Services, Storage, Syslog};
    let own = |section, name: &str| (section, String::new(), name.to_owned());
    let of = |section, object: String, rest: &[&str]| (section, object, label(rest));
    match parts {
        ["adv", "Misc", "HostName"] => own(Host, "Host name"),
        ["adv", "Misc", "HostIPAddr"] => own(Host, "Management address"),
        ["system", "uuid"] => own(Host, "System UUID"),
        ["adv", "Syslog", rest @ ..] => (Syslog, String::new(), format!("Syslog.{}", rest.join("."))),
        ["adv", rest @ ..] => (Advanced, String::new(), rest.join(".")),
        ["net", "pnic", nic, rest @ ..] => {
            of(Networking, format!("Physical adapter {}", named(conf, &parts[..3], nic)), rest)
        }
        ["net", "vswitch", _, "portgroup", group, "name"] => {
            (Networking, format!("Port group {}", named(conf, &parts[..5], group)), ON_SWITCH.to_owned())
        }
        ["net", "vswitch", _, "portgroup", group, rest @ ..] => {
            of(Networking, format!("Port group {}", named(conf, &parts[..5], group)), rest)
        }
        ["net", "vswitch", switch, rest @ ..] => {
            of(Networking, format!("Virtual switch {}", named(conf, &parts[..3], switch)), rest)
        }
        ["net", "vmkernelnic", nic, rest @ ..] => {
            let name = named(conf, &parts[..3], nic);
            let name = index(&name).map_or(name.clone(), |at| format!("vmk{at}"));
            of(Networking, format!("VMkernel adapter {name}"), rest)
        }
        ["net", "routes", "kernel", rest @ ..] => (Networking, DEFAULT_STACK.to_owned(), route(conf, rest)),
        ["net", rest @ ..] => (Networking, String::new(), whole(conf, &["net"], rest)),
        ["firewall", "services", rule, rest @ ..] => {
            let rest: &[&str] = if rest.is_empty() { &["enabled"] } else { rest };
            of(Firewall, format!("Rule set {rule}"), rest)
        }
        ["firewall", rest @ ..] => (Firewall, String::new(), whole(conf, &["firewall"], rest)),
        ["nas", datastore, rest @ ..] => of(Storage, format!("NFS datastore {datastore}"), rest),
        ["storage", rest @ ..] => (Storage, String::new(), whole(conf, &["storage"], rest)),
        ["services", service, rest @ ..] if !rest.is_empty() => {
            of(Services, format!("Service {service}"), rest)
        }
        [first, rest @ ..] if !rest.is_empty() => (Other, format!("/{first}"), whole(conf, &[first], rest)),
        _ => own(Other, &parts.join("/")),
    }
}

/// What belongs to a route. The default one has no network, or one that is none; in older releases it has no number either.
fn route(conf: &EsxConf, parts: &[&str]) -> String {
    let (network, rest) = match parts {
        [number, rest @ ..] if number.ends_with(']') => {
            (conf.get(&format!("/net/routes/kernel/{number}/network")), rest)
        }
        rest => (None, rest),
    };
    match network.map(Redacted::text).filter(|network| !["", "0.0.0.0", "default"].contains(network)) {
        Some(network) => format!("Routes / {network} / {}", label(rest)),
        None => label(&[&["routes", "default"], rest].concat()),
    }
}

/// The name that a numbered key has, so that the numbers of its neighbours do not matter.
fn named(conf: &EsxConf, path: &[&str], own: &str) -> String {
    if !own.ends_with(']') {
        return own.to_owned();
    }
    let name = conf.get(&format!("/{}/name", path.join("/")));
    name.map(Redacted::text).filter(|name| !name.is_empty()).unwrap_or(own).to_owned()
}

/// The rest of a key below `path`, with names in the place of numbers.
fn whole(conf: &EsxConf, path: &[&str], rest: &[&str]) -> String {
    let mut path = path.to_vec();
    let mut names = Vec::with_capacity(rest.len());
    for part in rest {
        path.push(part);
        names.push(named(conf, &path, part));
    }
    names.join("/")
}

/// Of `child[0001]`.
fn index(part: &str) -> Option<u32> {
    part.strip_prefix("child[")?.strip_suffix(']')?.parse().ok()
}
