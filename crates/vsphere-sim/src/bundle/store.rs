//! The ConfigStore: an `SQLite` file whose tables and rows are those of a real 7.0.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::Source;
use super::content::seed;

const SCHEMA: &str = "
    CREATE TABLE Config (
        Component TEXT NOT NULL, ConfigGroup TEXT NOT NULL, Name TEXT NOT NULL, Identifier TEXT NOT NULL,
        ModifiedTime INTEGER, CreationTime INTEGER, Version TEXT, Success INTEGER,
        AutoConfValue TEXT, UserValue TEXT, VitalValue TEXT, CachedValue TEXT, DesiredValue TEXT, Revision INTEGER,
        PRIMARY KEY (Component, ConfigGroup, Name, Identifier));
    CREATE TABLE DefaultConfig (Component TEXT, ConfigGroup TEXT, Name TEXT, Value TEXT);
    CREATE TABLE DesiredUserConfig (Component TEXT, ConfigGroup TEXT, Name TEXT, Identifier TEXT, Value TEXT);
    CREATE TABLE KVTable (Key TEXT PRIMARY KEY, Value TEXT);
    CREATE TABLE UpgradeStatus (Component TEXT, ConfigGroup TEXT, Status TEXT);";

/// The file `current-store-1`.
pub(super) fn current_store(source: &Source<'_>) -> Vec<u8> {
    write(source).expect("an SQLite database in memory takes these rows")
}

fn write(source: &Source<'_>) -> rusqlite::Result<Vec<u8>> {
    let mut database = Connection::open_in_memory()?;
    database.execute_batch(SCHEMA)?;
    let time = i64::from(source.content.day) * 86_400 + 1_700_000_000;
    let transaction = database.transaction()?;
    for (group, name, identifier, column, value) in rows(source) {
        let sql = format!(
            "INSERT INTO Config (Component, ConfigGroup, Name, Identifier, ModifiedTime, CreationTime, Version, Success,
             {column}, Revision) VALUES ('esx', ?1, ?2, ?3, ?4, 1700000000, '1.0', 1, ?5, ?6)"
        );
        let revision = i64::try_from(source.counter).unwrap_or(i64::MAX);
        transaction.execute(&sql, params![group, name, identifier, time, value.to_string(), revision])?;
    }
    transaction.execute("INSERT INTO KVTable VALUES ('storeVersion', '1')", [])?;
    transaction.commit()?;
    Ok(database.serialize("main")?.to_vec())
}

type Row = (&'static str, &'static str, String, &'static str, Value);

fn rows(source: &Source<'_>) -> Vec<Row> {
    let content = source.content;
    let groups: Vec<Value> = content
        .port_groups
        .iter()
        .map(|name| json!({"name": name, "vlan_id": vlan(name), "policy": {"security": {"promiscuous": false}}}))
        .collect();
    let mut rows = vec![
        (
            "network",
            "vmknics",
            "vmk0".to_string(),
            "UserValue",
            json!({"device": "vmk0", "enabled_services": {"management": true}, "mtu": 1500,
                "port_group": "Management Network", "ip": {"dhcp": false, "ipv4_address": content.address.to_string(), "ipv4_netmask": "255.255.255.0"}}),
        ),
        (
            "network_vss",
            "switches",
            "vSwitch0".to_string(),
            "UserValue",
            json!({"name": "vSwitch0", "mtu": 1500, "num_ports": 128, "port_groups": groups,
                "bridge": {"nics": ["vmnic0", "vmnic1"]}}),
        ),
        (
            "system",
            "ntp",
            String::new(),
            "UserValue",
            json!({"enabled": !content.ntp.is_empty(), "servers": content.ntp}),
        ),
        (
            "system",
            "dns",
            String::new(),
            "UserValue",
            json!({"host_name": content.hostname, "servers": content.dns}),
        ),
        (
            "storage",
            "nfs_v41_datastores",
            "templates".to_string(),
            "UserValue",
            json!({"volume_name": "templates", "host_name": [format!("nas{}.lab.local", seed(source.spec) % 4)],
                "share": "/export/templates", "read_only": true}),
        ),
        (
            "system",
            "devices_access",
            "mpx.vmhba0:C0:T0:L0".to_string(),
            "CachedValue",
            json!({"last_seen": 1_700_000_000 + source.counter * 60}),
        ),
        ("system", "reboot_reason", String::new(), "VitalValue", json!({"reason": "user"})),
        (
            "esx_quick_boot",
            "quick_boot_data",
            String::new(),
            "CachedValue",
            json!({"counter": source.counter}),
        ),
    ];
    let site = source.spec.datacenter.to_lowercase();
    let fake = |what: &str| {
        let digest = crate::certificates::sha256(format!("{what} of {}", source.spec.uuid).as_bytes());
        format!("FAKE{}", BASE64.encode(&digest[..12]))
    };
    let user =
        |group, name, identifier: &str, value| (group, name, identifier.to_string(), "UserValue", value);
    rows.extend([
        user("system", "syslog", "", json!({"global_settings": {"log_host": [format!("ssl://log.{site}.lab.local:6514")], "log_dir": "/scratch/log"}})),
        user("network", "pnics", "vmnic0", json!({"device": "vmnic0", "driver": "nmlx5_core"})),
        user("network", "pnics", "vmnic1", json!({"device": "vmnic1", "driver": "nmlx5_core"})),
        user("network", "net_stacks", "defaultTcpipStack", json!({"name": "defaultTcpipStack", "routes": [{"key": "default", "gateway": "10.20.0.1", "network": "0.0.0.0/0"}]})),
        user("storage", "iscsi_adapters", "vmhba64", json!({"name": "vmhba64", "iqn": format!("iqn.1998-01.com.vmware:{}", source.spec.uuid), "send_targets": [format!("san{}.lab.local:3260", seed(source.spec) % 2)], "chap": {"name": "esx", "secret": fake("chap")}})),
        user("services", "service", "ssh", json!({"enabled": false, "policy": "off"})),
        user("services", "service", "ntpd", json!({"enabled": true, "policy": "on"})),
        user("services", "snmp", "", json!({"enabled": false, "port": 161, "communities": [fake("community")]})),
        user("authorization", "permissions", "root", json!({"principal": "root", "role": "Administrator", "propagate": true})),
        user("authorization", "lockdown", "", json!({"mode": if source.spec.lockdown { "NORMAL" } else { "DISABLED" }})),
        user("advanced_options", "user_vars", "", json!({"suppress_shell_warning": 0, "esxi_shell_time_out": 900})),
        user("security", "secure_boot", "", json!({"enforced": source.spec.tpm})),
    ]);
    for (name, enabled) in
        [("sshServer", false), ("ntpClient", true), ("vSphereClient", true), ("nfsClient", true)]
    {
        rows.push((
            "network",
            "firewall_rule_sets",
            name.to_string(),
            "UserValue",
            json!({"name": name, "enabled": enabled, "allow_all_ip": true}),
        ));
    }
    rows
}

fn vlan(name: &str) -> u32 {
    name.strip_prefix("VLAN ").and_then(|id| id.parse().ok()).unwrap_or(0)
}
