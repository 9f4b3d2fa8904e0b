//! Our client against a server that others wrote: govmomi's simulator, with the firmware systems that
//! `tests/peers/minivcsim` adds. It binds another prefix to the XML Schema instance namespace, ignores `maxObjects`,
//! and names its API versions in a form of its own.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a test program")]

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use vsphere::host_system::{EnterMaintenanceMode, enter_maintenance_mode, exit_maintenance_mode};
use vsphere::inventory::{self, ConnectionState, HostSystem};
use vsphere::task::{self, TaskState};
use vsphere::transfer::{self, Route};
use vsphere::{
    ApiType, Client, ConnectOptions, Credentials, FaultKind, Session, SignedIn, Timeouts, Trust, firmware,
};

#[tokio::test]
async fn wrong_password_and_wrong_certificate_are_refused() {
    let Some(server) = Minivcsim::start(&[]) else { return };
    let client = server.connect().await;
    assert_eq!(client.about().api_type, ApiType::VCenter);
    let wrong = Credentials { password: "not it".into(), ..server.credentials() };
    let error = SignedIn::sign_in(&client, wrong).await.unwrap_err();
    assert_eq!(error.fault().map(|fault| &fault.kind), Some(&FaultKind::InvalidLogin), "{error:?}");

    // Pinned to some other certificate: nothing is sent, and the sessions prove it.
    let other = server.announced.hosts[0].thumbprint.parse().unwrap();
    let error = Client::connect(server.options(Trust::Pinned(other))).await.unwrap_err();
    assert_eq!(error.code(), "certificate_changed", "{error:?}");
    let error = Client::connect(server.options(Trust::System)).await.unwrap_err();
    assert_eq!(error.code(), "certificate_not_trusted", "{error:?}");
    assert_eq!(server.sessions(), Sessions { ever: 0, open: 0 });
}

#[tokio::test]
async fn inventory() {
    let Some(server) = Minivcsim::start(&["-cluster-hosts", "3", "-standalone-hosts", "2"]) else { return };
    let signed_in = server.sign_in().await;
    let hosts = inventory::read(signed_in.session()).await.unwrap();
    assert_eq!(hosts.len(), 5);
    for announced in &server.announced.hosts {
        let host = find(&hosts, &announced.name);
        assert_eq!(host.uuid.as_deref(), Some(announced.uuid.as_str()));
        assert_eq!(host.connection, ConnectionState::Connected, "{}", host.name);
        assert_eq!(host.in_maintenance_mode, Some(false));
        assert_eq!(host.datacenter.as_deref(), Some("DC0"));
        let cluster = announced.name.contains("_C0_").then_some("DC0_C0");
        assert_eq!(host.cluster.as_deref(), cluster, "{}", host.name);
        assert_eq!(host.management_addresses, [announced.address.parse::<std::net::IpAddr>().unwrap()]);
        assert!(host.firmware_system.is_some() && host.boot_time.is_some(), "{host:?}");
        assert_eq!(host.product.as_ref().unwrap().version, "6.5.0");
        assert_eq!(host.unreadable, []);
    }
    signed_in.sign_out().await;
    assert_eq!(server.sessions(), Sessions { ever: 1, open: 0 });
}

#[tokio::test]
async fn maintenance_mode() {
    let Some(server) = Minivcsim::start(&[]) else { return };
    let signed_in = server.sign_in().await;
    let session = signed_in.session();
    let host = inventory::read(session).await.unwrap().remove(0);
    let task = enter_maintenance_mode(session, &host.object, EnterMaintenanceMode::default()).await.unwrap();
    finished(session, &task).await;
    assert_eq!(inventory::read_host(session, &host.object).await.unwrap().in_maintenance_mode, Some(true));
    let task = exit_maintenance_mode(session, &host.object, None).await.unwrap();
    finished(session, &task).await;
    assert_eq!(inventory::read_host(session, &host.object).await.unwrap().in_maintenance_mode, Some(false));
    signed_in.sign_out().await;
}

#[tokio::test]
async fn backup_through_a_vcenter_and_directly() {
    for arguments in [&[][..], &["-esx"]] {
        let Some(server) = Minivcsim::start(arguments) else { return };
        let signed_in = server.sign_in().await;
        let session = signed_in.session();
        for host in inventory::read(session).await.unwrap() {
            let announced =
                server.announced.hosts.iter().find(|announced| announced.name == host.name).unwrap();
            assert_eq!(back_up(session, &host).await, announced.bundle_sha256, "{arguments:?} {}", host.name);
        }
        signed_in.sign_out().await;
    }
}

#[tokio::test]
async fn a_session_that_expires_in_mid_run_is_renewed_once() {
    let Some(server) = Minivcsim::start(&["-cluster-hosts", "5"]) else { return };
    let signed_in = server.sign_in().await;
    let session = signed_in.session();
    let hosts = inventory::read(session).await.unwrap();
    assert_eq!(hosts.len(), 6);
    server.control("POST", "/expire-sessions?backups=2");
    for host in &hosts {
        let announced = server.announced.hosts.iter().find(|announced| announced.name == host.name).unwrap();
        assert_eq!(back_up(session, host).await, announced.bundle_sha256, "{}", host.name);
    }
    assert_eq!(server.sessions(), Sessions { ever: 2, open: 1 });

    // Between two calls, too; and what was renewed is signed out at the end.
    server.control("POST", "/expire-sessions");
    assert_eq!(inventory::read(session).await.unwrap().len(), 6);
    signed_in.sign_out().await;
    assert_eq!(server.sessions(), Sessions { ever: 3, open: 0 });
}

#[tokio::test]
async fn restore_asks_for_the_hosts_own_credentials() {
    let Some(server) = Minivcsim::start(&[]) else { return };
    let signed_in = server.sign_in().await;
    let session = signed_in.session();
    let host = inventory::read(session).await.unwrap().remove(0);
    let announced = server.announced.hosts.iter().find(|announced| announced.name == host.name).unwrap();
    let route = Route::to(session, &host, None).await.unwrap();
    let mut bundle = Vec::new();
    transfer::fetch_bundle(session, &host, &route, &mut bundle, |_, _| ()).await.unwrap();
    let firmware_system = host.firmware_system.as_ref().unwrap();

    // Not in maintenance mode, and nothing uploaded: two faults, and the host stays as it was.
    let error = firmware::restore_configuration(session, firmware_system, false).await.unwrap_err();
    assert_eq!(error.fault().map(|fault| fault.type_name.as_str()), Some("InvalidState"), "{error:?}");
    let task = enter_maintenance_mode(session, &host.object, EnterMaintenanceMode::default()).await.unwrap();
    finished(session, &task).await;
    let error = firmware::restore_configuration(session, firmware_system, false).await.unwrap_err();
    assert_eq!(error.fault().map(|fault| fault.type_name.as_str()), Some("FileNotFound"), "{error:?}");

    // The vCenter's user is nobody on the host.
    let url = firmware::query_upload_url(session, firmware_system).await.unwrap();
    let error = transfer::upload(session, &route, &url, bundle.clone().into()).await.unwrap_err();
    assert_eq!(error.code(), "transfer_refused");

    let root = Credentials { user: announced.user.clone(), password: announced.password.clone().into() };
    let route = route.with_host_credentials(root);
    transfer::upload(session, &route, &url, bundle.into()).await.unwrap();
    firmware::restore_configuration(session, firmware_system, false).await.unwrap();
    let after = inventory::read_host(session, &host.object).await.unwrap();
    assert!(after.boot_time > host.boot_time, "{:?} is not after {:?}", after.boot_time, host.boot_time);
    signed_in.sign_out().await;
}

/// The whole program, as an admin would start it: what is saved is what each host sent.
#[tokio::test]
async fn the_console_program_backs_up_every_host() {
    let Some(server) = Minivcsim::start(&["-cluster-hosts", "4"]) else { return };
    let folder = tempfile::tempdir().unwrap();
    let printed = server.hostkeep(folder.path(), &["backup"], &[]);
    let saved = printed["run"]["hosts"].as_array().unwrap();
    assert_eq!(saved.len(), 5, "{printed:#}");
    for host in saved {
        let announced =
            server.announced.hosts.iter().find(|announced| host["name"] == *announced.name).unwrap();
        let bundle = format!("configBundle-{}.tgz", announced.name);
        let bytes = std::fs::read(Path::new(host["folder"].as_str().unwrap()).join(bundle)).unwrap();
        assert_eq!(hex::encode(Sha256::digest(&bytes)), announced.bundle_sha256, "{}", announced.name);
    }
    assert_eq!(server.sessions(), Sessions { ever: 1, open: 0 });
}

/// The whole program again: a bundle out of its archive goes back to the host, through a vCenter with the host's own user,
/// and directly; and what the host has then is proven to be the bundle's.
#[tokio::test]
async fn the_console_program_restores_a_host() {
    for arguments in [&[][..], &["-esx"]] {
        let Some(server) = Minivcsim::start(arguments) else { return };
        let folder = tempfile::tempdir().unwrap();
        let host = server.announced.hosts.last().unwrap();
        let saved = server.hostkeep(folder.path(), &["backup", "--host", &host.name], &[]);
        let record = saved["run"]["hosts"][0]["record"].as_str().unwrap().to_owned();

        let own = ["--host-user", host.user.as_str(), "--host-password-stdin"];
        let own = if arguments.is_empty() { &own[..] } else { &[] };
        let restore = [&["restore", "--host", &host.name, "--id", &record], own].concat();
        let plan = server.hostkeep(folder.path(), &[&restore[..], &["--plan"]].concat(), &[&host.password]);
        let checks = plan["plan"]["checks"].as_array().unwrap();
        assert!(checks.iter().all(|check| check["verdict"] != "blocker"), "{checks:#?}");
        let warnings = checks.iter().filter(|check| check["verdict"] == "warning");
        let warnings = warnings.flat_map(|check| ["--accept", check["code"].as_str().unwrap()]);
        let confirmed: Vec<&str> =
            restore.iter().copied().chain(warnings).chain(["--confirm", &host.name]).collect();
        let report = server.hostkeep(folder.path(), &confirmed, &[&host.password]);
        assert_eq!(report["restore"]["outcome"], "proven", "{report:#}");
        assert_eq!(report["restore"]["comparison"]["different"], serde_json::json!([]));
        let signed_in = server.sign_in().await;
        let hosts = inventory::read(signed_in.session()).await.unwrap();
        assert_eq!(find(&hosts, &host.name).in_maintenance_mode, Some(false));
        signed_in.sign_out().await;
        if arguments.is_empty() {
            assert_eq!(server.sessions().open, 0);
        }
    }
}

fn find<'a>(hosts: &'a [HostSystem], name: &str) -> &'a HostSystem {
    hosts.iter().find(|host| host.name == name).unwrap_or_else(|| panic!("no {name} in {hosts:?}"))
}

/// The SHA-256 of what arrived, in hexadecimal digits.
async fn back_up(session: &Session, host: &HostSystem) -> String {
    let route = Route::to(session, host, None).await.unwrap();
    assert!(route.trust().pinned().is_some(), "{} would be trusted by the system's store", host.name);
    let mut bundle = Vec::new();
    let downloaded = transfer::fetch_bundle(session, host, &route, &mut bundle, |_, _| ()).await.unwrap();
    assert_eq!(downloaded.bytes, bundle.len() as u64);
    hex::encode(Sha256::digest(&bundle))
}

async fn finished(session: &Session, task: &vsphere::MoRef) {
    loop {
        match task::state(session, task).await.unwrap() {
            TaskState::Queued | TaskState::Running(_) => {}
            state => return assert_eq!(state, TaskState::Success),
        }
    }
}

/// The server, in a process of its own that ends with this.
struct Minivcsim {
    process: Child,
    announced: Announced,
}

#[derive(Deserialize)]
struct Announced {
    url: String,
    user: String,
    password: String,
    thumbprint: String,
    control: String,
    hosts: Vec<AnnouncedHost>,
}

#[derive(Deserialize)]
struct AnnouncedHost {
    name: String,
    address: String,
    uuid: String,
    user: String,
    password: String,
    thumbprint: String,
    bundle_sha256: String,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Sessions {
    ever: usize,
    open: usize,
}

impl Minivcsim {
    fn start(arguments: &[&str]) -> Option<Minivcsim> {
        let program = support::peer("HOSTKEEP_MINIVCSIM")?;
        let mut process = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("minivcsim starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let announced = serde_json::from_str(&line).expect("minivcsim announces itself");
        Some(Minivcsim { process, announced })
    }

    fn options(&self, trust: Trust) -> ConnectOptions {
        ConnectOptions { address: self.announced.url.parse().unwrap(), trust, timeouts: Timeouts::default() }
    }

    fn credentials(&self) -> Credentials {
        Credentials { user: self.announced.user.clone(), password: self.announced.password.clone().into() }
    }

    async fn connect(&self) -> Client {
        let pin = self.announced.thumbprint.parse().unwrap();
        Client::connect(self.options(Trust::Pinned(pin))).await.unwrap()
    }

    async fn sign_in(&self) -> SignedIn {
        SignedIn::sign_in(&self.connect().await, self.credentials()).await.unwrap()
    }

    /// Runs the console program, which has to succeed; the JSON that it prints. `more` are lines of its standard input after
    /// the server's password.
    fn hostkeep(&self, folder: &Path, arguments: &[&str], more: &[&str]) -> serde_json::Value {
        let Announced { url, user, password, thumbprint, .. } = &self.announced;
        let mut child = Command::new(env!("CARGO_BIN_EXE_hostkeep"))
            .args(arguments)
            .args(["--json", "--password-stdin", "--url", url, "--user", user, "--thumbprint", thumbprint])
            .arg("--archive")
            .arg(folder.join("archive"))
            .arg("--config-dir")
            .arg(folder.join("config"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines: Vec<&str> = std::iter::once(password.as_str()).chain(more.iter().copied()).collect();
        child.stdin.take().unwrap().write_all(format!("{}\n", lines.join("\n")).as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stdout));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn sessions(&self) -> Sessions {
        serde_json::from_str(&self.control("GET", "/sessions")).unwrap()
    }

    /// One request to the control address; the answer's body.
    fn control(&self, verb: &str, path: &str) -> String {
        let address = self.announced.control.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "{verb} {path} HTTP/1.0\r\nHost: {address}\r\nContent-Length: 0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 "), "{verb} {path}: {answer}");
        body.to_owned()
    }
}

impl Drop for Minivcsim {
    fn drop(&mut self) {
        self.process.kill().expect("minivcsim is ours to end");
        self.process.wait().expect("minivcsim has ended");
    }
}
