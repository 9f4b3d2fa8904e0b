use std::time::Duration;

use bytes::Bytes;
use vsphere_sim::{BundleFormat, ConnectionState, HostSpec, Options, RestoreReply, SimHost, Simulator};

use crate::client::{Client, esxi, until, vcenter};

fn options(hosts: Vec<HostSpec>) -> Options {
    Options {
        hosts,
        restore_reboot: Duration::from_millis(20),
        task_time: Duration::ZERO,
        ..Options::default()
    }
}

async fn upload(client: &Client, host: &SimHost, bundle: Bytes) {
    let url = client.upload_url(host).await;
    let reply =
        client.http.put(url).basic_auth("root", Some("hostkeep-root")).body(bundle).send().await.unwrap();
    assert!(reply.status().is_success(), "{}", reply.status());
}

async fn restore(client: &Client, host: &SimHost, force: bool) -> Result<Option<String>, reqwest::Error> {
    let id = host.moid().replace("host-", "firmwareSystem-").replace("ha-host", "firmwareSystem");
    let reply = client.try_post(format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><RestoreFirmwareConfiguration \
         xmlns=\"urn:vim25\"><_this type=\"HostFirmwareSystem\">{id}</_this><force>{force}</force>\
         </RestoreFirmwareConfiguration></s:Body></s:Envelope>"
    ));
    Ok(reply.await?.fault().map(String::from))
}

async fn fault(client: &Client, host: &SimHost, force: bool) -> String {
    restore(client, host, force).await.unwrap().expect("a fault")
}

#[tokio::test]
async fn a_restore_takes_the_host_down_and_brings_the_bundle_back() {
    for format in [BundleFormat::Plain, BundleFormat::Envelope, BundleFormat::Sealed] {
        let spec = HostSpec { bundle: format, ..HostSpec::new("esx01.lab.local") };
        let (simulator, client) = vcenter(options(vec![spec])).await;
        let host = &simulator.hosts()[0];
        let bundle = host.bundle();
        let before = host.content_in_force();
        let boot = host.boot_time();
        host.set_hostname("renamed.lab.local");
        host.set_ntp(&["pool.ntp.org"]);
        simulator.advance_days(10);
        assert_ne!(host.content_in_force().port_groups, before.port_groups, "something changed in ten days");

        host.set_maintenance_mode(true);
        upload(&client, host, bundle).await;
        assert!(restore(&client, host, false).await.is_err(), "the connection drops");
        until(async || host.connection_state() == ConnectionState::Connected).await;
        assert!(host.boot_time() > boot);
        let after = host.content_in_force();
        assert_eq!(format!("{after:?}"), format!("{before:?}"), "{format:?}");
        assert_eq!(host.times_restored(), 1);
        assert!(host.in_maintenance_mode(), "as it was");
    }
}

#[tokio::test]
async fn while_it_is_away_its_port_is_closed_and_vcenter_says_so() {
    let mut options = options(vec![HostSpec::new("esx01.lab.local")]);
    options.restore_reboot = Duration::from_secs(3600);
    options.restore_reply = RestoreReply::Answered;
    let (simulator, client) = vcenter(options).await;
    let host = &simulator.hosts()[0];
    host.set_maintenance_mode(true);
    upload(&client, host, host.bundle()).await;
    assert_eq!(restore(&client, host, false).await.unwrap(), None, "it was asked to answer");
    let state = client.property("HostSystem", &host.moid(), "runtime.connectionState").await;
    assert_eq!(state.text("val"), Some("notResponding"));
    until(async || tokio::net::TcpStream::connect(host.address()).await.is_err()).await;
    let reply = client.firmware(host, "BackupFirmwareConfiguration", "").await;
    assert_eq!(reply.fault(), Some("HostNotReachable"));
}

#[tokio::test]
async fn a_bundle_is_refused_for_the_documented_reasons() {
    let other = HostSpec::new("esx02.lab.local");
    let older = HostSpec { version: "7.0.3".into(), ..HostSpec::new("esx03.lab.local") };
    let sealed = HostSpec { bundle: BundleFormat::Sealed, ..HostSpec::new("esx04.lab.local") };
    let (simulator, client) =
        vcenter(options(vec![HostSpec::new("esx01.lab.local"), other, older, sealed])).await;
    let [host, other, older, sealed] = <[SimHost; 4]>::try_from(simulator.hosts()).unwrap();
    upload(&client, &host, host.bundle()).await;
    assert_eq!(fault(&client, &host, false).await, "InvalidState", "not in maintenance mode");
    host.set_maintenance_mode(true);
    other.set_maintenance_mode(true);
    assert_eq!(fault(&client, &other, false).await, "FileFault", "nothing uploaded");

    let truncated = host.bundle().slice(..host.bundle().len() / 2);
    let cases = [
        (Bytes::from_static(b"no gzip"), true, "InvalidBundle"),
        (truncated, true, "InvalidBundle"),
        (other.bundle(), false, "MismatchedBundle"),
        (older.bundle(), false, "MismatchedBundle"),
        (older.bundle(), true, "MismatchedBundle"),
        (sealed.bundle(), true, "InvalidBundle"),
    ];
    for (bundle, force, expect) in cases {
        upload(&client, &host, bundle).await;
        assert_eq!(fault(&client, &host, force).await, expect);
        assert_eq!(host.times_restored(), 0);
    }
    upload(&client, &host, other.bundle()).await;
    assert!(restore(&client, &host, true).await.is_err(), "force overrides the UUID");
    until(async || host.connection_state() != ConnectionState::NotResponding).await;
    assert_eq!(host.content_in_force().hostname, "esx02.lab.local");
}

#[tokio::test]
async fn a_later_build_takes_a_bundle_of_another_release_without_a_word() {
    let later = HostSpec { accepts_any_release: true, ..HostSpec::new("esx01.lab.local") };
    let older = HostSpec { version: "7.0.3".into(), uuid: later.uuid, ..HostSpec::new("old.lab.local") };
    let (simulator, client) = vcenter(options(vec![later, older])).await;
    let [later, older] = <[SimHost; 2]>::try_from(simulator.hosts()).unwrap();
    later.set_maintenance_mode(true);
    upload(&client, &later, older.bundle()).await;
    assert!(restore(&client, &later, false).await.is_err(), "it goes down");
    until(async || later.connection_state() != ConnectionState::NotResponding).await;
    assert_eq!(later.content_in_force().hostname, "old.lab.local");
}

#[tokio::test]
async fn another_certificate_wants_a_reconnect() {
    let (simulator, client) = vcenter(options(vec![HostSpec::new("esx01.lab.local")])).await;
    let host = &simulator.hosts()[0];
    let old = (host.bundle(), host.thumbprint());
    host.change_certificate();
    host.set_maintenance_mode(true);
    let task = reconnect(&client, host).await;
    assert_eq!(task, "error", "it is connected");
    host.set_connection_state(ConnectionState::Disconnected);
    assert_eq!(reconnect(&client, host).await, "success");

    let mut trusting = Client::new(&simulator);
    trusting.cookie.clone_from(&client.cookie);
    upload(&trusting, host, old.0).await;
    assert!(restore(&client, host, false).await.is_err());
    until(async || host.connection_state() == ConnectionState::Disconnected).await;
    assert_eq!(host.thumbprint(), old.1);
    assert_eq!(reconnect(&client, host).await, "success");
    assert_eq!(host.connection_state(), ConnectionState::Connected);
}

async fn reconnect(client: &Client, host: &SimHost) -> String {
    let reply = client.call("ReconnectHost_Task", &("HostSystem".into(), host.moid()), "").await;
    let task = reply.returned().to_string();
    let state = async || client.property("Task", &task, "info.state").await.text("val").unwrap().to_string();
    until(async || state().await != "running").await;
    state().await
}

#[tokio::test]
async fn a_direct_restore_brings_the_password_of_the_bundle_back() {
    let host = HostSpec::new("esx01.lab.local");
    let direct = Options { restore_reboot: Duration::from_millis(20), hosts: vec![host], ..Options::esxi() };
    let (simulator, client) = esxi(direct).await;
    let host = &simulator.hosts()[0];
    let bundle = host.bundle();
    host.set_root_password("changed since");
    host.set_maintenance_mode(true);
    let url = client.upload_url(host).await;
    let put = client.http.put(url).header("Cookie", client.cookie.clone().unwrap()).body(bundle);
    assert_eq!(put.send().await.unwrap().status(), 201);
    assert!(restore(&client, host, false).await.is_err(), "the connection drops");
    until(async || tokio::net::TcpStream::connect(host.address()).await.is_ok()).await;
    until(async || Client::new(&simulator).http.get(simulator.url()).send().await.is_ok()).await;
    assert_eq!(client.login("root", "changed since").await.fault(), Some("InvalidLogin"));
    assert_eq!(client.login("root", "hostkeep-demo").await.fault(), None);
    assert_eq!(simulator.open_sessions(), 1, "the old session died with the host");
}

#[tokio::test]
async fn a_reset_leaves_a_factory_host() {
    let (simulator, client) = vcenter(options(vec![HostSpec::new("esx01.lab.local")])).await;
    let host = &simulator.hosts()[0];
    host.set_maintenance_mode(true);
    let certificate = host.certificate();
    let id = ("HostFirmwareSystem".to_string(), "firmwareSystem-1001".to_string());
    let body = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><ResetFirmwareToFactoryDefaults \
         xmlns=\"urn:vim25\"><_this type=\"{}\">{}</_this></ResetFirmwareToFactoryDefaults></s:Body></s:Envelope>",
        id.0, id.1
    );
    assert!(client.try_post(body).await.is_err());
    until(async || host.connection_state() != ConnectionState::NotResponding).await;
    assert_eq!(host.content_in_force().hostname, "localhost.localdomain");
    assert_ne!(host.certificate(), certificate);
}

#[tokio::test]
async fn everything_stops_with_the_simulator() {
    let simulator = Simulator::start(options(vec![HostSpec::new("a")])).await.unwrap();
    let addresses = [simulator.address(), simulator.hosts()[0].address()];
    drop(simulator);
    for address in addresses {
        until(async || tokio::net::TcpStream::connect(address).await.is_err()).await;
    }
}
