//! The vSphere Client's words for the names that bundles use.

/// What a port group is on.
pub(super) const ON_SWITCH: &str = "Virtual switch";

/// Names that have words of their own, by their whole path, in lower case with `_` between words.
const NAMES: [(&str, &str); 60] = [
    ("mtu", "MTU"),
    ("name", "Name"),
    ("device", "Device"),
    ("enabled", "Enabled"),
    ("vlan_id", "VLAN ID"),
    ("port_group", "Port group"),
    ("portgroup", "Port group"),
    ("num_ports", "Number of ports"),
    ("numports", "Number of ports"),
    ("bridge.nics", "Uplinks"),
    ("mac", "MAC address"),
    ("macaddress", "MAC address"),
    ("mac_address", "MAC address"),
    ("ip.dhcp", "DHCP"),
    ("dhcp", "DHCP"),
    ("ip.ipv4_address", "IPv4 address"),
    ("ipv4address", "IPv4 address"),
    ("ipv4_address", "IPv4 address"),
    ("ip.ipv4_netmask", "Subnet mask"),
    ("ipv4netmask", "Subnet mask"),
    ("ipv4_netmask", "Subnet mask"),
    ("enabled_services.management", "Management traffic"),
    ("enabled_services.vmotion", "vMotion traffic"),
    ("enabled_services.vsan", "vSAN traffic"),
    ("enabled_services.fault_tolerance_logging", "Fault Tolerance logging"),
    ("enabled_services.provisioning", "Provisioning traffic"),
    ("policy.security.promiscuous", "Promiscuous mode"),
    ("policy.security.forged_transmits", "Forged transmits"),
    ("policy.security.mac_changes", "MAC address changes"),
    ("allow_all_ip", "Allow connections from any IP address"),
    ("allowed_all", "Allow connections from any IP address"),
    ("allowed_ips", "Allowed IP addresses"),
    ("servers", "Servers"),
    ("host_name", "Host name"),
    ("hostname", "Host name"),
    ("domain", "Domain name"),
    ("search", "Search domains"),
    ("search_domains", "Search domains"),
    ("volume_name", "Datastore name"),
    ("share", "Folder"),
    ("host", "Server"),
    ("hosts", "Servers"),
    ("read_only", "Access mode read-only"),
    ("readonly", "Access mode read-only"),
    ("loghost", "Remote log servers"),
    ("log_host", "Remote log servers"),
    ("logdir", "Log folder"),
    ("log_dir", "Log folder"),
    ("default_rotate", "Rotations to keep"),
    ("default_size", "Log size (KiB)"),
    ("iqn", "iSCSI name"),
    ("gateway", "Gateway"),
    ("default_gateway", "Default gateway"),
    ("routes.default.gateway", "Default gateway"),
    ("netmask", "Subnet mask"),
    ("tsoenabled", "TSO enabled"),
    ("driver", "Driver"),
    ("policy", "Startup policy"),
    ("role", "Role"),
    ("vlanid", "VLAN ID"),
];

/// The words for a path of names; without any of its own, the names themselves, readable.
pub(super) fn label(path: &[&str]) -> String {
    let whole = path.join(".").to_ascii_lowercase();
    if let Some((_, words)) = NAMES.iter().find(|(name, _)| *name == whole) {
        return (*words).to_owned();
    }
    path.iter().map(|name| readable(name)).collect::<Vec<_>>().join(" / ")
}

/// `some_name` as `Some name`. What is not all in lower case is a name that somebody has chosen, and stays.
pub(super) fn readable(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    if let Some((_, words)) = NAMES.iter().find(|(known, _)| *known == lower) {
        return (*words).to_owned();
    }
    if name.chars().any(|c| c.is_uppercase() || c == '.') {
        return name.to_owned();
    }
    let text = name.replace('_', " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
