use vsphere::MoRef;
use vsphere::inventory::{HostSystem, Product};

use super::*;

/// A connected host of the server `prod` that says no more of itself than it must.
pub(crate) fn known_host(name: &str, uuid: &str) -> KnownHost {
    KnownHost {
        identity: uuid.into(),
        server: "prod".into(),
        moid: format!("host-{name}"),
        name: name.into(),
        path: vec!["Frankfurt".into(), "Production".into()],
        datacenter: Some("Frankfurt".into()),
        cluster: Some("Production".into()),
        connection: Connection::Connected,
        in_maintenance_mode: Some(false),
        uuid: Some(uuid.into()),
        vendor: None,
        model: None,
        version: Some("8.0.3".into()),
        build: Some("24022510".into()),
        address: Some("10.0.0.1".into()),
        lockdown: Some(LockdownMode::Normal),
        sealed_by_tpm: None,
        has_firmware_system: true,
        boot_time: None,
    }
}

fn sighting(names: &[&str]) -> Sighting {
    let read_at = DateTime::parse_from_rfc3339("2026-11-22T23:30:00+01:00").unwrap();
    let hosts = names.iter().map(|name| known_host(name, "4c4c4544-0042-3510-8054-b3c04f4d4e31")).collect();
    Sighting { format: SIGHTING_FORMAT, read_at, hosts }
}

fn config() -> (tempfile::TempDir, ConfigDir) {
    let folder = tempfile::tempdir().unwrap();
    let config = ConfigDir::at(folder.path().join("config"));
    (folder, config)
}

#[test]
fn a_sighting_is_a_contract() {
    insta::assert_snapshot!("sighting_json", serde_json::to_string_pretty(&sighting(&["esx01"])).unwrap());
}

#[test]
fn what_is_kept_comes_back_until_it_is_forgotten() {
    let (_folder, config) = config();
    assert_eq!(load(&config, "prod").unwrap(), None);
    forget(&config, "prod").unwrap();
    assert!(!config.path().exists(), "reading makes nothing");
    for hosts in [&["esx01"][..], &["esx01", "esx02"], &[]] {
        store(&config, "prod", &sighting(hosts)).unwrap();
        assert_eq!(load(&config, "prod").unwrap(), Some(sighting(hosts)));
    }
    assert!(config.path().join("hosts/prod.json").exists());
    forget(&config, "PROD").unwrap();
    assert_eq!(load(&config, "prod").unwrap(), None);
}

#[test]
fn no_two_servers_share_a_file() {
    let (_folder, config) = config();
    let long = "v".repeat(300);
    let names = [
        "prod",
        "a:b",
        "a_b",
        "../prod",
        "con",
        "https://10.0.0.9:8443",
        "https_//10.0.0.9_8443",
        &long,
        "münchen",
        // The same letters, composed of two characters each.
        "mu\u{308}nchen",
        "straße",
        "strasse",
    ];
    for name in names {
        store(&config, name, &sighting(&[name])).unwrap();
    }
    for name in names {
        assert_eq!(load(&config, name).unwrap(), Some(sighting(&[name])), "{name}");
    }
    let made: Vec<String> = std::fs::read_dir(config.hosts())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(made.len(), names.len(), "{made:?}");
    assert_eq!(std::fs::read_dir(config.path()).unwrap().count(), 1, "nothing is beside the folder");
    let composed = |name: &str| name.replace("u\u{308}", "ü").to_lowercase();
    let distinct: std::collections::HashSet<String> = made.iter().map(|name| composed(name)).collect();
    assert_eq!(distinct.len(), made.len(), "{made:?}");
}

#[test]
fn what_cannot_be_understood_is_unknown_and_replaced() {
    let (_folder, config) = config();
    let whole = serde_json::to_string(&sighting(&["esx01"])).unwrap();
    store(&config, "prod", &sighting(&[])).unwrap();
    let path = config.hosts().join("prod.json");
    for content in [
        "",
        "{",
        "[]",
        &whole[..whole.len() / 2],
        r#"{"format": 2, "servers": 5}"#,
        r#"{"format": 1}"#,
        &whole.replace("\"connected\"", "\"asleep\""),
    ] {
        std::fs::write(&path, content).unwrap();
        assert_eq!(load(&config, "prod").unwrap(), None, "{content}");
    }
    store(&config, "prod", &sighting(&["esx01"])).unwrap();
    assert_eq!(load(&config, "prod").unwrap(), Some(sighting(&["esx01"])));
}

#[test]
fn what_cannot_be_read_or_written_is_an_error() {
    let (_folder, config) = config();
    std::fs::create_dir_all(config.hosts().join("prod.json")).unwrap();
    for failed in
        [load(&config, "prod").map(drop), store(&config, "prod", &sighting(&[])), forget(&config, "prod")]
    {
        assert!(failed.unwrap_err().to_string().contains("prod.json"));
    }
}

#[cfg(unix)]
#[test]
fn it_is_closed_to_other_users() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, config) = config();
    store(&config, "prod", &sighting(&[])).unwrap();
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(config.hosts().join("prod.json")), mode(config.hosts())), (0o600, 0o700));
}

fn system() -> HostSystem {
    HostSystem {
        object: MoRef { kind: "HostSystem".into(), id: "host-42".into() },
        name: "esx01".into(),
        path: vec!["Berlin".into()],
        datacenter: Some("Berlin".into()),
        cluster: None,
        connection: ConnectionState::NotResponding,
        in_standby: None,
        in_maintenance_mode: None,
        boot_time: None,
        uuid: None,
        vendor: Some("Dell Inc.".into()),
        model: None,
        product: Some(Product {
            name: "VMware ESXi".into(),
            version: "7.0.3".into(),
            build: "21930508".into(),
            full_name: String::new(),
        }),
        thumbprint: None,
        management_addresses: vec!["10.0.0.42".parse().unwrap(), "fd00::42".parse().unwrap()],
        firmware_system: None,
        managed_by: None,
        lockdown: Some(Lockdown::Strict),
        sealed_by_tpm: Some(true),
        unreadable: Vec::new(),
    }
}

#[test]
fn a_host_is_known_as_its_server_tells_it() {
    let host =
        Host { server: 0, system: system(), identity: "vc/host-42/esx01".into(), known_as: Vec::new() };
    let found = known(&host, "prod");
    assert_eq!((found.identity.as_str(), found.server.as_str()), ("vc/host-42/esx01", "prod"));
    assert_eq!((found.moid.as_str(), found.name.as_str()), ("host-42", "esx01"));
    assert_eq!((found.connection, found.lockdown), (Connection::NotResponding, Some(LockdownMode::Strict)));
    assert_eq!((found.version.as_deref(), found.build.as_deref()), (Some("7.0.3"), Some("21930508")));
    assert_eq!(found.address.as_deref(), Some("10.0.0.42"));
    assert!(!found.has_firmware_system);
}

#[test]
fn a_firmware_system_that_may_not_be_seen_is_not_a_missing_one() {
    let fault = vsphere::Fault::default();
    let unreadable = vec![("configManager.firmwareSystem".to_owned(), fault)];
    let host = Host {
        server: 0,
        system: HostSystem { unreadable, ..system() },
        identity: String::new(),
        known_as: Vec::new(),
    };
    assert!(known(&host, "prod").has_firmware_system);
}
