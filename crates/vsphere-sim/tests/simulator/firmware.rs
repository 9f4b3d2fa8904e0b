use std::time::Duration;

use vsphere_sim::{
    BundleFormat, BundleHost, BundleUrl, ConnectionState, HostSpec, Licence, Options, Simulator,
    uniform_hosts, varied_hosts,
};

use crate::client::{Client, between, until, vcenter};

#[tokio::test]
async fn each_host_answers_as_what_it_is() {
    let plain = || HostSpec::new("esx01.lab.local");
    let (backup, upload) = ("BackupFirmwareConfiguration", "QueryFirmwareConfigUploadURL");
    let (restore, reset) = ("RestoreFirmwareConfiguration", "ResetFirmwareToFactoryDefaults");
    let disconnected = HostSpec { connection: ConnectionState::Disconnected, ..plain() };
    let silent = HostSpec { connection: ConnectionState::NotResponding, ..plain() };
    let free = HostSpec { licence: Licence::Free, ..plain() };
    let lenient = HostSpec { licence: Licence::FreeWithBackup, ..plain() };
    let without = HostSpec { firmware_system: false, ..plain() };
    let cases = [
        (plain(), backup, None),
        (plain(), upload, None),
        (plain(), restore, Some("InvalidState")),
        (plain(), reset, Some("InvalidState")),
        (disconnected.clone(), backup, Some("HostNotConnected")),
        (disconnected, restore, Some("HostNotConnected")),
        (silent, backup, Some("HostNotReachable")),
        (free.clone(), backup, Some("RestrictedVersion")),
        (free, upload, Some("RestrictedVersion")),
        (lenient.clone(), backup, None),
        (lenient, restore, Some("RestrictedVersion")),
        (without, backup, Some("ManagedObjectNotFound")),
        (HostSpec { lockdown: true, ..plain() }, backup, None),
    ];
    for (spec, method, expect) in cases {
        let text = format!("{spec:?} {method}");
        let (simulator, client) = vcenter(Options { hosts: vec![spec], ..Options::default() }).await;
        let arguments = if method == restore { "<force>false</force>" } else { "" };
        let reply = client.firmware(&simulator.hosts()[0], method, arguments).await;
        assert_eq!(reply.fault(), expect, "{text}");
    }
}

#[tokio::test]
async fn bundle_urls_take_every_known_shape() {
    let default = BundleUrl::default;
    let cases = [
        (default(), "http://*:PORT/downloads/UUID/configBundle-esx01.lab.local.tgz"),
        (
            BundleUrl { https: true, ..default() },
            "https://*:PORT/downloads/UUID/configBundle-esx01.lab.local.tgz",
        ),
        (
            BundleUrl { explicit_port: false, ..default() },
            "http://*/downloads/UUID/configBundle-esx01.lab.local.tgz",
        ),
        (
            BundleUrl { double_slash: true, uuid_folder: false, ..default() },
            "http://*:PORT//downloads/configBundle-esx01.lab.local.tgz",
        ),
        (
            BundleUrl { host: BundleHost::Address, ..default() },
            "http://ADDRESS:PORT/downloads/UUID/configBundle-esx01.lab.local.tgz",
        ),
        (
            BundleUrl { host: BundleHost::Literal("esx".into()), ..default() },
            "http://esx:PORT/downloads/UUID/configBundle-esx01.lab.local.tgz",
        ),
    ];
    for (bundle_url, expect) in cases {
        let options =
            Options { hosts: vec![HostSpec::new("esx01.lab.local")], bundle_url, ..Options::default() };
        let (simulator, client) = vcenter(options).await;
        let host = &simulator.hosts()[0];
        let reply = client.firmware(host, "BackupFirmwareConfiguration", "").await;
        let url = reply.returned();
        let uuid = between(url, "/downloads/", "/").unwrap_or("-");
        let shape = url
            .replace(uuid, if uuid == "-" { "-" } else { "UUID" })
            .replace(&host.address().port().to_string(), "PORT")
            .replace(&host.address().ip().to_string(), "ADDRESS");
        assert_eq!(shape, expect);
        let target = format!("https://{}/{}", host.address(), url.splitn(4, '/').nth(3).unwrap());
        assert_eq!(client.get(&target).await.status(), 200, "{target}");
    }
}

#[tokio::test]
async fn every_host_of_the_demo_but_one_can_be_backed_up() {
    let (simulator, client) = vcenter(Options::default()).await;
    let mut bundles = Vec::new();
    for host in simulator.hosts() {
        if host.connection_state() != ConnectionState::Connected {
            continue;
        }
        let url = client.backup_url(&host).await;
        let bundle = client.get(&url).await.bytes().await.unwrap();
        assert!(bundle.starts_with(&[0x1f, 0x8b]), "gzip");
        assert_eq!(bundle, host.bundle(), "what it says that it would serve");
        bundles.push(bundle);
    }
    assert_eq!(bundles.len(), 11);
    bundles.sort();
    bundles.dedup();
    assert_eq!(bundles.len(), 11, "no two alike");
    let formats: Vec<BundleFormat> = varied_hosts(12).iter().map(|host| host.bundle).collect();
    for format in [BundleFormat::Plain, BundleFormat::Envelope, BundleFormat::Sealed] {
        assert!(formats.contains(&format), "{format:?}");
    }
}

#[tokio::test]
async fn hosts_change_as_days_go_by() {
    let options = Options { day: Duration::from_millis(1), ..Options::default() };
    let (simulator, _) = vcenter(options).await;
    let host = &simulator.hosts()[0];
    let before = host.content_in_force();
    until(async || host.content_in_force().port_groups != before.port_groups).await;
    assert!(host.content_in_force().day > before.day);
}

#[tokio::test]
async fn two_thousand_five_hundred_hosts_start_and_answer() {
    let options = Options { hosts: uniform_hosts(2_500, 64 * 1024), ..Options::default() };
    let simulator = Simulator::start(options).await.unwrap();
    let hosts = simulator.hosts();
    let last = hosts.last().unwrap();
    assert_eq!(last.inventory_name(), last.address().ip().to_string());
    let mut client = Client::new(&simulator);
    client.log_in("administrator@vsphere.local", "hostkeep-demo").await;
    let bundle = client.get(&client.backup_url(last).await).await.bytes().await.unwrap();
    assert!((60_000..80_000).contains(&bundle.len()), "{} bytes", bundle.len());
}
