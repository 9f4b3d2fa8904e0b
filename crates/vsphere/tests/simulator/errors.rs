//! Every way to fail, as a person reads it: code, message and hint are a contract.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use vsphere::firmware::restore_configuration;
use vsphere::host_system::{EnterMaintenanceMode, enter_maintenance_mode};
use vsphere::transfer::{Route, fetch_bundle};
use vsphere::{ConnectOptions, Credentials, Error, SignedIn, inventory};
use vsphere_sim::{
    Accepts, BundleHost, BundleUrl, FaultRule, HostSpec, Licence, Options, Simulator, SoapFault, What,
};

use crate::{connect, connect_options, credentials, one_host, shown, sign_in};

/// The whole way to a bundle; answers with where it ends.
async fn try_backup(sim: &Simulator) -> Result<(), Error> {
    let signed_in = SignedIn::sign_in(&connect(sim).await?, credentials()).await?;
    let host = &inventory::read(signed_in.session()).await?[0];
    let route = Route::to(signed_in.session(), host, None).await?;
    let mut bundle = Vec::new();
    let fetched = fetch_bundle(signed_in.session(), host, &route, &mut bundle, |_, _| {}).await;
    signed_in.sign_out().await;
    fetched.map(drop)
}

async fn failure(host: HostSpec, faults: impl IntoIterator<Item = FaultRule>) -> String {
    let sim = one_host(host).await;
    for fault in faults {
        sim.add_fault(fault);
    }
    shown(&try_backup(&sim).await.expect_err("a failure was provoked"), &sim)
}

/// One paragraph for each way, in one snapshot.
async fn check(name: &str, cases: Vec<(&str, HostSpec, Vec<FaultRule>)>) {
    let mut all = Vec::new();
    for (title, host, faults) in cases {
        let mut text = failure(host, faults).await;
        if title.ends_with("reset") && std::env::var_os("HOSTKEEP_UNDER_WINE").is_some() {
            // Wine ends in order what Windows resets.
            text = text.replace("it was closed early", "the connection was reset");
        }
        all.push(format!("== {title}\n{text}"));
    }
    // a simulated bundle's size differs from run to run
    insta::with_settings!({ filters => [(r"of \d+ bytes", "of [size] bytes")] }, {
        insta::assert_snapshot!(name, all.join("\n\n"));
    });
}

fn esx01() -> HostSpec {
    HostSpec::new("esx01")
}

#[tokio::test]
async fn what_servers_say() {
    let fault = |method: &str, fault: SoapFault| vec![FaultRule::soap(method, What::Fault(fault))];
    let backup = |kind: SoapFault| fault("BackupFirmwareConfiguration", kind);
    check(
        "faults",
        vec![
            ("wrong password, or federated identity", esx01(), fault("Login", SoapFault::invalid_login())),
            ("expired password", esx01(), fault("Login", SoapFault::password_expired())),
            ("no role", esx01(), fault("Login", SoapFault::no_permission("Folder", "f", "System.View"))),
            ("unknown language", esx01(), fault("Login", SoapFault::new("InvalidLocale", "No such locale."))),
            (
                "no privilege",
                esx01(),
                backup(SoapFault::no_permission("HostSystem", "host-1", "Host.Config.Firmware")),
            ),
            ("host disconnected", esx01(), backup(SoapFault::host_not_connected())),
            ("host not reachable", esx01(), backup(SoapFault::host_not_reachable())),
            ("host communication", esx01(), backup(SoapFault::host_communication())),
            ("free licence", HostSpec { licence: Licence::Free, ..esx01() }, vec![]),
            ("not supported", esx01(), backup(SoapFault::not_supported())),
            ("task in progress", esx01(), backup(SoapFault::task_in_progress("task-1"))),
            ("invalid state", esx01(), backup(SoapFault::invalid_state())),
            ("timed out", esx01(), backup(SoapFault::timed_out())),
            ("object gone", esx01(), backup(SoapFault::object_not_found("HostFirmwareSystem", "f"))),
            ("invalid argument", esx01(), backup(SoapFault::invalid_argument("x"))),
            ("never authenticated", esx01(), backup(SoapFault::not_authenticated("HostFirmwareSystem", "f"))),
            ("unheard of", esx01(), backup(SoapFault::new("SomethingNew", "Something new happened."))),
            ("no firmware system", HostSpec { firmware_system: false, ..esx01() }, vec![]),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_a_host_says_of_a_restore() {
    let restore = "RestoreFirmwareConfiguration";
    let mismatched = SoapFault::new("MismatchedBundle", "The bundle does not match the host.")
        .text("bundleUuid", "4c4c4544-0001")
        .text("hostUuid", "4c4c4544-0002")
        .text("bundleBuildNumber", "21930508")
        .text("hostBuildNumber", "24022510");
    let mut all = Vec::new();
    for (title, method, fault) in [
        ("another host's", restore, mismatched),
        (
            "damaged",
            restore,
            SoapFault::new("InvalidBundle", "The bundle is invalid.").text("text", "It has no manifest."),
        ),
        (
            "not there",
            restore,
            SoapFault::new("FileFault", "Cannot read it.").text("file", "/tmp/configBundle.tgz"),
        ),
        ("too late", restore, SoapFault::timed_out()),
        ("virtual machines", "EnterMaintenanceMode_Task", SoapFault::timed_out()),
    ] {
        let sim = one_host(esx01()).await;
        sim.add_fault(FaultRule::soap(method, What::Fault(fault)));
        let signed_in = sign_in(&sim).await;
        let session = signed_in.session();
        let host = &inventory::read(session).await.unwrap()[0];
        let error = if method == restore {
            let firmware_system = host.firmware_system.as_ref().unwrap();
            restore_configuration(session, firmware_system, false).await.unwrap_err()
        } else {
            enter_maintenance_mode(session, &host.object, EnterMaintenanceMode::default()).await.unwrap_err()
        };
        all.push(format!("== {title}\n{}", shown(&error, &sim)));
    }
    insta::assert_snapshot!("restore", all.join("\n\n"));
}

#[tokio::test]
async fn what_networks_and_proxies_do() {
    let soap = |what| vec![FaultRule::soap("BackupFirmwareConfiguration", what)];
    let get = |what| vec![FaultRule::get(what).on_host("esx01")];
    check(
        "transport",
        vec![
            ("SOAP reset", esx01(), soap(What::Reset)),
            ("SOAP stalled", esx01(), soap(What::Stall)),
            ("SOAP truncated", esx01(), soap(What::Truncate(100))),
            ("SOAP 503 from a proxy, always", esx01(), soap(What::Status(503))),
            ("SOAP 401 from a proxy", esx01(), soap(What::Status(401))),
            ("SOAP redirected", esx01(), soap(What::Redirect("https://sso.example/".into()))),
            ("SOAP sign-in page", esx01(), soap(What::HtmlOk)),
            ("SOAP malformed", esx01(), soap(What::MalformedXml)),
            ("SOAP entity bomb", esx01(), soap(What::EntityBomb)),
            ("GET reset", esx01(), get(What::Reset)),
            ("GET stalled", esx01(), get(What::Stall)),
            ("GET stalled in the middle", esx01(), get(What::StallAfter(100))),
            ("GET truncated", esx01(), get(What::Truncate(100))),
            ("GET 401", HostSpec { download: Accepts::BASIC, ..esx01() }, vec![]),
            ("GET 403", esx01(), get(What::Status(403))),
            ("GET 404", esx01(), get(What::Status(404))),
            ("GET 500", esx01(), get(What::Status(500))),
            ("GET 503", esx01(), get(What::Status(503))),
            ("GET redirected", esx01(), get(What::Redirect("https://sso.example/".into()))),
            ("GET sign-in page", esx01(), get(What::HtmlOk)),
            ("GET no gzip", esx01(), get(What::NotGzip)),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_a_host_says_directly() {
    let mut all = Vec::new();
    for (title, host, is_locked_down_later) in [
        ("lockdown", HostSpec { lockdown: true, ..esx01() }, false),
        ("lockdown after signing in", HostSpec { download: Accepts::BASIC, ..esx01() }, true),
    ] {
        let sim = Simulator::start(Options { hosts: vec![host], ..Options::esxi() }).await.unwrap();
        let client = connect(&sim).await.unwrap();
        let error =
            match SignedIn::sign_in(&client, Credentials { user: "root".into(), ..credentials() }).await {
                Ok(signed_in) => {
                    sim.hosts()[0].set_lockdown(is_locked_down_later);
                    let session = signed_in.session();
                    let host = &inventory::read(session).await.unwrap()[0];
                    let route = Route::to(session, host, None).await.unwrap();
                    fetch_bundle(session, host, &route, &mut Vec::new(), |_, _| {}).await.unwrap_err()
                }
                Err(error) => error,
            };
        all.push(format!("== {title}\n{}", shown(&error, &sim)));
    }
    insta::assert_snapshot!("direct", all.join("\n\n"));
}

#[tokio::test]
async fn endless_xml_ends_at_the_limit() {
    let sim = one_host(esx01()).await;
    sim.add_fault(FaultRule::soap("BackupFirmwareConfiguration", What::EndlessXml));
    let error = try_backup(&sim).await.unwrap_err();
    // whichever comes first: the size or the time
    assert!(matches!(error.code(), "too_large" | "timeout"), "{error:?}");
}

#[tokio::test]
async fn servers_that_are_not_there() {
    let mut all = Vec::new();
    let sim = one_host(esx01()).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (title, address) in [("unknown name", "vcsa.invalid".to_owned()), ("refused", free.to_string())] {
        let options = ConnectOptions { address: address.parse().unwrap(), ..connect_options(&sim) };
        let error = vsphere::Client::connect(options).await.unwrap_err();
        all.push(format!("== {title}\n{}", shown(&error, &sim).replace(&free.to_string(), "<free>")));
    }
    insta::assert_snapshot!("absent", all.join("\n\n"));
}

#[tokio::test]
async fn a_port_that_accepts_and_says_nothing_is_a_timeout() {
    let sim = one_host(esx01()).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut options = connect_options(&sim);
    options.address = listener.local_addr().unwrap().to_string().parse().unwrap();
    options.timeouts.connect = std::time::Duration::from_millis(300);
    let error = vsphere::Client::connect(options).await.unwrap_err();
    assert_eq!(error.code(), "timeout");
    assert!(error.hint().unwrap().contains("firewall"), "{error}");
}

#[tokio::test]
async fn a_port_for_plain_http_is_told_as_such() {
    let sim = one_host(esx01()).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut options = connect_options(&sim);
    options.address = listener.local_addr().unwrap().to_string().parse().unwrap();
    let answer = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        // What comes is read first, so that closing is no reset.
        let _hello = stream.read(&mut [0; 4096]).await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        stream
    };
    let (error, _stream) = tokio::join!(vsphere::Client::connect(options), answer);
    let error = error.unwrap_err();
    assert_eq!(error.code(), "tls");
    assert!(error.to_string().ends_with("what answers there does not speak TLS"), "{error}");
    assert!(error.hint().unwrap().contains("443"), "{error}");
}

#[tokio::test]
async fn a_host_that_only_serves_port_80_is_refused_with_a_reason() {
    // the URL names no port, so 443 of the host's address is used, where nothing listens
    let bundle_url = BundleUrl { explicit_port: false, host: BundleHost::Star, ..BundleUrl::default() };
    let sim =
        Simulator::start(Options { hosts: vec![esx01()], bundle_url, ..Options::default() }).await.unwrap();
    let error = try_backup(&sim).await.unwrap_err();
    assert_eq!(error.code(), "cannot_connect");
    assert!(error.hint().unwrap().contains("port 80 is not used"), "{error}");
}

#[tokio::test]
async fn nothing_secret_is_in_any_error() {
    let sim = one_host(esx01()).await;
    sim.add_fault(FaultRule::get(What::Status(500)));
    let error = try_backup(&sim).await.unwrap_err();
    let secret = Credentials { password: "hunter2".into(), ..credentials() };
    for text in [format!("{error:?} {error}"), format!("{secret:?}")] {
        for leaked in ["downloads", "configBundle", "vmware_soap_session", "hunter2", "hostkeep-demo"] {
            assert!(!text.contains(leaked), "{leaked} in {text}");
        }
    }
}
