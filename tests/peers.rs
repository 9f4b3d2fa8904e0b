//! Clients that others wrote, against our simulator: it is right when they complete. pyVmomi and Ansible's
//! `community.vmware.vmware_cfg_backup` come from the environment that `cargo xtask test` sets up.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a test program")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use vsphere_sim::{HostSpec, Options, RestoreReply, Simulator, uniform_hosts};

const BUNDLE_BYTES: usize = 20_000;

#[tokio::test(flavor = "multi_thread")]
async fn pyvmomi_lists_backs_up_and_restores() {
    let Some(python) = support::peer("HOSTKEEP_PEER_PYTHON") else { return };
    let folder = tempfile::tempdir().unwrap();
    let hosts = vec![HostSpec::new("esx01.lab.test"), HostSpec::new("esx02.lab.test")];
    let simulator =
        Simulator::start(Options { hosts, restore_reboot: Duration::from_millis(200), ..Options::default() })
            .await
            .unwrap();
    let host = simulator.host("esx02.lab.test");
    let options = Options::default();
    let asked = json!({
        "url": simulator.url(),
        "user": options.user,
        "password": options.password,
        "host": "esx02.lab.test",
        "address": host.address().ip().to_string(),
        "root_password": HostSpec::new("").root_password,
        "folder": folder.path(),
    });
    let booted = host.boot_time();
    let said =
        run(&python, &[support::peers_file("firmware_round_trip.py").as_path()], &asked.to_string()).await;
    let seen: Value = serde_json::from_str(&said).unwrap();

    let uuids: Value =
        simulator.hosts().iter().map(|host| (host.name().clone(), json!(host.uuid().to_string()))).collect();
    assert_eq!(seen["hosts"], uuids);
    for (what, expect) in [
        ("api_type", json!("VirtualCenter")),
        ("wrong_password", json!("InvalidLogin")),
        ("restore_outside_maintenance", json!("InvalidState")),
        ("in_maintenance", json!(true)),
        ("upload_as_nobody", json!(401)),
        ("still_in_maintenance", json!(true)),
        ("left_maintenance", json!(true)),
    ] {
        assert_eq!(seen[what], expect, "{what} of {seen}");
    }
    assert!(seen["restore_without_upload"].as_str().unwrap().contains("File"), "{seen}");
    assert_is_bundle(&folder.path().join(seen["bundle"].as_str().unwrap()));
    assert_eq!(host.times_restored(), 1);
    assert_ne!(host.boot_time(), booted);
    assert!(!host.in_maintenance_mode());
    assert_eq!(simulator.host("esx01.lab.test").times_restored(), 0);
    assert_eq!(simulator.open_sessions(), 0, "pyVmomi signed out");
}

#[tokio::test(flavor = "multi_thread")]
async fn pyvmomi_understands_every_answer() {
    let Some(python) = support::peer("HOSTKEEP_PEER_PYTHON") else { return };
    let folder = tempfile::tempdir().unwrap();
    let older = HostSpec { version: "7.0.3".into(), ..HostSpec::new("old.lab.test") };
    let mut hosts = uniform_hosts(9, 1000);
    hosts.extend([HostSpec::new("esx01.lab.test"), older]);
    let options = Options {
        hosts,
        unreadable: vec!["config.lockdownMode".into()],
        quoted_cookies: true,
        xsi_prefix: "XMLSchema-instance".into(),
        ..Options::default()
    };
    let simulator = Simulator::start(options).await.unwrap();
    let host = simulator.host("esx01.lab.test");
    let others_bundle = folder.path().join("old.tgz");
    fs::write(&others_bundle, simulator.host("old.lab.test").bundle()).unwrap();
    let Options { user, password, .. } = Options::default();
    let asked = json!({
        "url": simulator.url(),
        "user": user,
        "password": password,
        "host": "esx01.lab.test",
        "address": host.address().ip().to_string(),
        "others_bundle": others_bundle,
        "root_password": HostSpec::new("").root_password,
    });
    let said = run(&python, &[support::peers_file("protocol.py").as_path()], &asked.to_string()).await;
    let seen: Value = serde_json::from_str(&said).unwrap();
    let expect = json!({
        "pages": {
            "sizes": [4, 4, 3],
            "names": 11,
            "cancelled": "InvalidProperty",
            "none_asked_for": "InvalidArgument",
        },
        "properties": {
            "values": { "config.product.version": "8.0.3", "runtime.stateEncryption.protectionMode": "none" },
            "missing": { "config.lockdownMode": ["NoPermission", "System.Read"] },
            "unknown": "InvalidProperty",
        },
        "updates": {
            "changes": [["enter", false], ["modify", true]],
            "nothing_new": null,
            "unknown_version": "InvalidCollectorVersion",
        },
        "tasks": { "reconnect": "InvalidLogin", "name": "ReconnectHost_Task", "cancel_ended": "InvalidState" },
        "restore": [true, host.uuid().to_string()],
        "refused": {
            "gone": "ManagedObjectNotFound",
            "another_type": "ManagedObjectNotFound",
            "another_types_method": "ManagedObjectNotFound",
            "unheard_of": "InvalidRequest",
            "ticket_for_nobody": "InvalidArgument",
        },
        "view_destroyed_twice": "ManagedObjectNotFound",
        "login_twice": "InvalidLogin",
        "logout_twice": "NotAuthenticated",
        "signed_out": null,
    });
    assert_eq!(seen, expect);
    assert_eq!((host.times_restored(), simulator.open_sessions()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn pyvmomi_lists_recovery_keys() {
    let Some(python) = support::peer("HOSTKEEP_PEER_PYTHON") else { return };
    let hosts = vec![HostSpec { tpm: true, ..HostSpec::new("esx01.lab.test") }];
    let simulator = Simulator::start(Options { hosts, ..Options::default() }).await.unwrap();
    let Options { user, password, .. } = Options::default();
    let asked = json!({ "url": simulator.url(), "user": user, "password": password });
    let said = run(&python, &[support::peers_file("recovery_keys.py").as_path()], &asked.to_string()).await;
    let seen: Value = serde_json::from_str(&said).unwrap();
    let (id, key) = simulator.host("esx01.lab.test").recovery_key().unwrap();
    assert_eq!(seen["keys"], json!([{ "Key": key, "RecoveryID": id }]));
    assert_eq!(seen["refused"], "Unknown command vim.EsxCLI.no.such.command.");
    assert_eq!(simulator.open_sessions(), 0, "pyVmomi signed out");
}

#[tokio::test(flavor = "multi_thread")]
async fn ansible_saves_every_host() {
    let Some(python) = support::peer("HOSTKEEP_PEER_PYTHON") else { return };
    let Some(collections) = support::peer("HOSTKEEP_PEER_COLLECTIONS") else { return };
    let folder = tempfile::tempdir().unwrap();
    let hosts = uniform_hosts(2, BUNDLE_BYTES);
    let simulator = Simulator::start(Options { hosts, ..Options::default() }).await.unwrap();
    let names: Vec<String> = simulator.hosts().iter().map(|host| host.address().ip().to_string()).collect();
    let ansible = Ansible { python, collections, folder: folder.path() };
    ansible.play("save.yml", &names, &simulator, &Options::default(), None).await;
    for name in &names {
        let saved: Vec<PathBuf> = fs::read_dir(folder.path().join("out").join(name))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(saved.len(), 1, "{saved:?}");
        assert_is_bundle(&saved[0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ansible_loads_into_a_host() {
    let Some(python) = support::peer("HOSTKEEP_PEER_PYTHON") else { return };
    let Some(collections) = support::peer("HOSTKEEP_PEER_COLLECTIONS") else { return };
    let folder = tempfile::tempdir().unwrap();
    // The module signs its upload, which goes to the host, with the name that it signed in with at the vCenter.
    let hosts = uniform_hosts(1, BUNDLE_BYTES);
    let options = Options {
        user: "root".into(),
        password: hosts[0].root_password.clone(),
        restore_reply: RestoreReply::Answered,
        restore_reboot: Duration::from_millis(200),
        hosts,
        ..Options::default()
    };
    let simulator = Simulator::start(options.clone()).await.unwrap();
    let host = simulator.hosts().remove(0);
    let bundle = folder.path().join("configBundle.tgz");
    fs::write(&bundle, host.bundle()).unwrap();
    let ansible = Ansible { python, collections, folder: folder.path() };
    ansible.play("load.yml", &[host.address().ip().to_string()], &simulator, &options, Some(&bundle)).await;
    assert_eq!(host.times_restored(), 1);
}

/// The script that benchmarks compare with has to do its work, or the comparison means nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_scripts_of_the_benchmark_do_their_work() {
    let Some(python) = support::peer("HOSTKEEP_PEER_PYTHON") else { return };
    let folder = tempfile::tempdir().unwrap();
    let hosts = uniform_hosts(12, BUNDLE_BYTES);
    let simulator = Simulator::start(Options { hosts, ..Options::default() }).await.unwrap();
    let options = Options::default();
    let server = simulator.address().to_string();
    let password = format!("{}\n", options.password);

    for lean in [&[][..], &["--lean"]] {
        let out = folder.path().join(if lean.is_empty() { "plain" } else { "lean" });
        let script = support::peers_file("threaded_backup.py");
        let mut arguments =
            vec![script.as_path(), Path::new(&server), Path::new("--user"), Path::new(&options.user)];
        arguments.extend(["--threads", "4", "--out"].map(Path::new));
        arguments.push(&out);
        arguments.extend(lean.iter().map(Path::new));
        let said = run(&python, &arguments, &password).await;
        assert!(said.starts_with("12 hosts, "), "{said}");
        for host in simulator.hosts() {
            let found = files_below(&out, &host.address().ip().to_string());
            assert_eq!(found.len(), 1, "{found:?}");
            assert_is_bundle(&found[0]);
        }
    }

    let script = support::peers_file("inventory.py");
    let arguments = [script.as_path(), Path::new(&server), Path::new("--user"), Path::new(&options.user)];
    let listed: Value = serde_json::from_str(&run(&python, &arguments, &password).await).unwrap();
    let listed = listed["hosts"].as_array().unwrap();
    assert_eq!(listed.len(), 12);
    for (listed, host) in listed.iter().zip(simulator.hosts()) {
        assert_eq!(listed["uuid"], json!(host.uuid().to_string()));
        assert_eq!(listed["addresses"], json!([host.address().ip().to_string()]));
        assert_eq!(listed["path"].as_array().unwrap().last(), Some(&json!("Cluster 01")));
        assert_eq!(listed["firmware_system"], json!(true));
    }
}

struct Ansible<'a> {
    python: PathBuf,
    collections: PathBuf,
    /// Everything that Ansible writes goes here.
    folder: &'a Path,
}

impl Ansible<'_> {
    /// Plays a playbook of tests/peers over these hosts; it has to succeed.
    async fn play(
        &self,
        playbook: &str,
        hosts: &[String],
        simulator: &Simulator,
        options: &Options,
        bundle: Option<&Path>,
    ) {
        let inventory = self.folder.join("hosts.ini");
        fs::write(&inventory, format!("[esxi]\n{}\n", hosts.join("\n"))).unwrap();
        // Not the machine's own.
        let config = self.folder.join("ansible.cfg");
        fs::write(&config, "").unwrap();
        let variables = self.folder.join("variables.json");
        let address = simulator.address();
        let values = json!({
            "server": address.ip().to_string(),
            "port": address.port(),
            "user": options.user,
            "password": options.password,
            "out": self.folder.join("out"),
            "bundle": bundle,
        });
        fs::write(&variables, values.to_string()).unwrap();
        let mut command = Command::new(self.python.with_file_name("ansible-playbook"));
        command
            .arg(support::peers_file(playbook))
            .arg("--inventory")
            .arg(&inventory)
            .arg("--extra-vars")
            .arg(format!("@{}", variables.display()))
            .env("ANSIBLE_COLLECTIONS_PATH", &self.collections)
            .env("ANSIBLE_CONFIG", &config)
            .env("ANSIBLE_HOME", self.folder.join("ansible"))
            .env("ANSIBLE_NOCOLOR", "1")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = command.output().await.expect("ansible-playbook starts");
        let said = String::from_utf8_lossy(&output.stdout);
        let requests = simulator.requests();
        assert!(
            output.status.success(),
            "{said}\n{}\n{:#?}",
            String::from_utf8_lossy(&output.stderr),
            &requests[requests.len().saturating_sub(6)..]
        );
        assert_eq!(said.matches("failed=0").count(), hosts.len(), "{said}");
    }
}

/// Runs a Python script with this on its standard input; it has to succeed. What it printed.
async fn run(python: &Path, arguments: &[&Path], input: &str) -> String {
    let mut child = Command::new(python)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("python starts");
    child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// A gzip file of some size: what is in it is the simulator's own tests' affair.
fn assert_is_bundle(path: &Path) {
    let bytes = fs::read(path).unwrap();
    assert!(bytes.starts_with(&[0x1f, 0x8b]) && bytes.len() > 1000, "{} is no bundle", path.display());
}

/// The files in `<root>/<any>/<host>`.
fn files_below(root: &Path, host: &str) -> Vec<PathBuf> {
    let days = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path().join(host));
    days.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path())).collect()
}
