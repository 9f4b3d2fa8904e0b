use std::net::IpAddr;

use bytes::Bytes;
use vsphere::firmware::{query_upload_url, restore_configuration};
use vsphere::inventory::HostSystem;
use vsphere::transfer::{Downloaded, Route, fetch_bundle, upload};
use vsphere::{Credentials, Error, Session, SignedIn, Thumbprint, inventory};
use vsphere_sim::{
    Accepts, BundleHost, BundleUrl, Credentials as Offered, FaultRule, HostSpec, Options, ReportCertificates,
    Simulator, What,
};

use crate::{connect, credentials, one_host, sign_in};

async fn fetch(session: &Session) -> Result<(Vec<u8>, Downloaded), Error> {
    let host = &inventory::read(session).await.unwrap()[0];
    let route = Route::to(session, host, None).await?;
    let mut bundle = Vec::new();
    let mut seen = 0;
    let downloaded = fetch_bundle(session, host, &route, &mut bundle, |bytes, total| {
        assert!(bytes > seen && total.is_none_or(|total| bytes <= total));
        seen = bytes;
    })
    .await?;
    assert_eq!((seen, bundle.len() as u64), (downloaded.bytes, downloaded.bytes));
    Ok((bundle, downloaded))
}

#[tokio::test]
async fn the_port_that_was_typed_for_a_host_counts_for_more_than_that_of_all_others() {
    let sim = Simulator::start(Options::esxi()).await.unwrap();
    let signed_in = sign_in(&sim).await;
    let host = inventory::read(signed_in.session()).await.unwrap().remove(0);
    let route = Route::to(signed_in.session(), &host, Some(1)).await.unwrap();
    let mut bundle = Vec::new();
    fetch_bundle(signed_in.session(), &host, &route, &mut bundle, |_, _| {}).await.unwrap();
    assert_eq!(bundle, sim.hosts()[0].bundle());
}

/// An adapter that serves management, too, may be in a network where its address is another machine's.
#[tokio::test]
async fn a_host_is_looked_for_at_all_its_addresses() {
    let hosts = vec![HostSpec::new("esx01"), HostSpec::new("esx02")];
    let sim = Simulator::start(Options { hosts, ..Options::default() }).await.unwrap();
    let signed_in = sign_in(&sim).await;
    let session = signed_in.session();
    let host = inventory::read(session).await.unwrap().remove(0);
    let own = host.management_addresses[0];
    let [another, nobody] = [sim.hosts()[1].address().ip(), "127.0.0.0".parse().unwrap()];
    let fetch = async |addresses: &[IpAddr]| {
        let host = HostSystem { management_addresses: addresses.to_vec(), ..host.clone() };
        let route = Route::to(session, &host, None).await.unwrap();
        let mut bundle = Vec::new();
        let fetched = fetch_bundle(session, &host, &route, &mut bundle, |_, _| {}).await;
        fetched.map(|_| bundle)
    };
    assert_eq!(fetch(&[another, nobody, own]).await.unwrap(), sim.hosts()[0].bundle());
    for addresses in [&[another][..], &[another, nobody], &[nobody, another]] {
        let error = fetch(addresses).await.unwrap_err();
        assert!(matches!(error, Error::NotTrusted(_)), "{addresses:?}: {error}");
    }
    let bundles = |request: &vsphere_sim::Request| {
        request.host.as_deref() == Some("esx02") && request.kind.starts_with("GET")
    };
    assert_eq!(
        sim.requests().iter().filter(|request| bundles(request)).count(),
        0,
        "nothing was asked of it"
    );
}

/// The credentials that came with each request of this verb, in order.
fn offered(sim: &Simulator, verb: &str) -> Vec<Offered> {
    let is_transfer = |kind: &str| kind.starts_with(verb) && !kind.contains("/sdk/");
    sim.requests()
        .into_iter()
        .filter(|request| is_transfer(&request.kind))
        .map(|request| request.credentials)
        .collect()
}

async fn check_options(options: Options) {
    let shape = format!("{:?}", options.bundle_url);
    let sim = Simulator::start(options).await.unwrap();
    let signed_in = sign_in(&sim).await;
    let (bundle, downloaded) =
        fetch(signed_in.session()).await.unwrap_or_else(|error| panic!("{shape}: {error}"));
    let host = &sim.hosts()[0];
    assert_eq!(bundle, host.bundle(), "byte for byte, {shape}");
    assert_eq!(downloaded.thumbprint, Some(Thumbprint::sha256(&host.certificate())));
}

#[tokio::test]
async fn a_bundle_comes_from_the_host_itself_whatever_its_address_looks_like() {
    let star = BundleUrl::default();
    for bundle_url in [
        star.clone(),
        BundleUrl { https: true, ..star.clone() },
        BundleUrl { double_slash: true, uuid_folder: false, ..star.clone() },
        BundleUrl { host: BundleHost::Address, ..star.clone() },
    ] {
        check_options(Options { hosts: vec![HostSpec::new("esx01")], bundle_url, ..Options::default() })
            .await;
    }
    check_options(Options::esxi()).await;
    let report_certificates = ReportCertificates::ConfigPem;
    check_options(Options { hosts: vec![HostSpec::new("esx01")], report_certificates, ..Options::default() })
        .await;
}

#[tokio::test]
async fn directly_the_typed_port_counts_where_the_address_names_none() {
    let bundle_url = BundleUrl { explicit_port: false, ..BundleUrl::default() };
    check_options(Options { bundle_url, ..Options::esxi() }).await;
}

#[tokio::test]
async fn a_download_offers_nothing_first_and_then_the_documented_ladder() {
    use Offered::{Basic, Cookie, None, Ticket};
    let through_vcenter = |download| Options {
        hosts: vec![HostSpec { download, ..HostSpec::new("esx01") }],
        ..Options::default()
    };
    let direct = |download| {
        let mut options = Options::esxi();
        options.hosts[0].download = download;
        options
    };
    for (options, expect) in [
        (through_vcenter(Accepts::ANYONE), vec![None]),
        (through_vcenter(Accepts::TICKET), vec![None, Ticket]),
        (direct(Accepts::COOKIE), vec![None, Cookie]),
        (direct(Accepts::BASIC), vec![None, Cookie, Ticket, Basic]),
    ] {
        let sim = Simulator::start(options).await.unwrap();
        let signed_in = sign_in(&sim).await;
        fetch(signed_in.session()).await.unwrap();
        assert_eq!(offered(&sim, "GET"), expect);
    }
}

#[tokio::test]
async fn directly_no_other_server_is_asked_whatever_the_address_says() {
    let host = BundleHost::Literal("elsewhere.invalid".into());
    check_options(Options { bundle_url: BundleUrl { host, ..BundleUrl::default() }, ..Options::esxi() })
        .await;
}

#[tokio::test]
async fn a_vcenters_cookie_never_goes_to_a_host() {
    let sim = one_host(HostSpec { download: Accepts::COOKIE, ..HostSpec::new("esx01") }).await;
    let signed_in = sign_in(&sim).await;
    let error = fetch(signed_in.session()).await.unwrap_err();
    assert!(matches!(error, Error::TransferRefused { status: 401 | 403, .. }), "{error:?}");
    assert!(!offered(&sim, "GET").contains(&Offered::Cookie));
}

#[tokio::test]
async fn a_bundle_that_vanished_is_asked_for_once_more() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    sim.add_fault(FaultRule::get(What::Status(404)).once());
    fetch(signed_in.session()).await.unwrap();
    assert_eq!(sim.host("esx01").backups(), 2);
    sim.add_fault(FaultRule::get(What::Status(404)));
    assert!(matches!(fetch(signed_in.session()).await, Err(Error::BundleGone { .. })));
    assert_eq!(sim.host("esx01").backups(), 4);
}

#[tokio::test]
async fn the_hosts_name_is_tried_when_its_address_cannot_be_reached() {
    // the inventory withholds the address, so only the name is left; it does not resolve
    let options = Options {
        hosts: vec![HostSpec::new("esx01.invalid")],
        unreadable: vec!["config.virtualNicManagerInfo".into()],
        ..Options::default()
    };
    let sim = Simulator::start(options).await.unwrap();
    let signed_in = sign_in(&sim).await;
    let error = fetch(signed_in.session()).await.unwrap_err();
    assert!(
        matches!(&error, Error::Resolve { server, .. } if server.starts_with("esx01.invalid")),
        "{error:?}"
    );

    let named_by_address = HostSpec { named_by_address: true, ..HostSpec::new("esx01") };
    let options = Options {
        hosts: vec![named_by_address],
        unreadable: vec!["config.virtualNicManagerInfo".into()],
        ..Options::default()
    };
    check_options(options).await;
}

#[tokio::test]
async fn a_bundle_from_somebody_else_is_not_taken() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = sign_in(&sim).await;
    sim.host("esx01").change_certificate();
    let error = fetch(signed_in.session()).await.unwrap_err();
    assert_eq!(error.code(), "certificate_changed");
    assert_eq!(offered(&sim, "GET"), [], "nothing was asked of it");
}

#[tokio::test]
async fn a_bundle_is_uploaded_with_a_ticket_a_cookie_or_the_hosts_own_credentials() {
    use Offered::{Basic, Cookie, Ticket};
    let vcenter =
        |upload| Options { hosts: vec![HostSpec { upload, ..HostSpec::new("esx01") }], ..Options::default() };
    for (options, expect) in [
        (vcenter(Accepts::TICKET), vec![Ticket]),
        (vcenter(Accepts::BASIC), vec![Ticket, Basic]),
        (Options::esxi(), vec![Cookie]),
    ] {
        let sim = Simulator::start(options).await.unwrap();
        let signed_in = sign_in(&sim).await;
        send(&sim, &signed_in, "root", &sim.hosts()[0].spec().root_password).await.unwrap();
        assert_eq!(offered(&sim, "PUT"), expect);
        assert_eq!(sim.hosts()[0].last_upload().as_deref(), Some(&b"bundle"[..]));
    }
}

/// Whoever refuses an upload may hang up before its end.
#[tokio::test]
async fn an_upload_that_is_broken_off_is_tried_with_what_else_there_is() {
    let sim = one_host(HostSpec { upload: Accepts::BASIC, ..HostSpec::new("esx01") }).await;
    let signed_in = sign_in(&sim).await;
    let password = sim.hosts()[0].spec().root_password.clone();
    sim.add_fault(FaultRule::put(What::Reset).once());
    send(&sim, &signed_in, "root", &password).await.unwrap();
    assert_eq!(offered(&sim, "PUT"), [Offered::Ticket, Offered::Basic]);
    sim.add_fault(FaultRule::put(What::Reset));
    let error = send(&sim, &signed_in, "root", &password).await.unwrap_err();
    assert!(matches!(error, Error::Interrupted { operation: "the upload", .. }), "{error:?}");
}

#[tokio::test]
async fn an_upload_that_is_refused_says_what_was_tried() {
    let sim = one_host(HostSpec { upload: Accepts::BASIC, ..HostSpec::new("esx01") }).await;
    let signed_in = sign_in(&sim).await;
    let error = send(&sim, &signed_in, "root", "wrong").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "esx01 refused the upload with HTTP 401 (tried: a ticket, the host's own credentials)"
    );
    let error = send(&sim, &signed_in, "ro:ot", "any").await.unwrap_err();
    assert_eq!(error.code(), "illegal_text");
    sim.add_fault(FaultRule::put(What::Redirect("https://elsewhere/".into())));
    let error = send(&sim, &signed_in, "root", "any").await.unwrap_err();
    assert!(matches!(error, Error::Redirected { operation: "the upload", status: 301, .. }), "{error:?}");
}

async fn send(sim: &Simulator, signed_in: &SignedIn, user: &str, password: &str) -> Result<(), Error> {
    let session = signed_in.session();
    let host = &inventory::read(session).await.unwrap()[0];
    assert_eq!(host.object.id, sim.hosts()[0].moid());
    let route = Route::to(session, host, None).await?;
    let route = route.with_host_credentials(Credentials { user: user.into(), password: password.into() });
    let url = query_upload_url(session, host.firmware_system.as_ref().unwrap()).await?;
    upload(session, &route, &url, Bytes::from_static(b"bundle")).await
}

#[tokio::test]
async fn a_restore_that_takes_the_host_down_is_an_interruption() {
    let sim = one_host(HostSpec::new("esx01")).await;
    let signed_in = SignedIn::sign_in(&connect(&sim).await.unwrap(), credentials()).await.unwrap();
    let session = signed_in.session();
    let (bundle, _) = fetch(session).await.unwrap();
    let host = inventory::read(session).await.unwrap().remove(0);
    let firmware_system = host.firmware_system.as_ref().unwrap();
    let refused = restore_configuration(session, firmware_system, false).await.unwrap_err();
    assert_eq!(refused.code(), "invalid_state", "not in maintenance mode");

    sim.host("esx01").set_maintenance_mode(true);
    let route = Route::to(session, &host, None).await.unwrap();
    let url = query_upload_url(session, firmware_system).await.unwrap();
    upload(session, &route, &url, bundle.into()).await.unwrap();
    let error = restore_configuration(session, firmware_system, false).await.unwrap_err();
    assert!(
        matches!(error, Error::Interrupted { operation: "RestoreFirmwareConfiguration", .. }),
        "{error:?}"
    );
}
