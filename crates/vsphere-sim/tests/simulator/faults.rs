use std::time::Duration;

use tokio::time::timeout;
use vsphere_sim::{Answer, FaultRule, HostSpec, Options, SoapFault, What, varied_hosts};

use crate::client::{between, until, vcenter};

fn two_hosts() -> Options {
    Options { hosts: vec![HostSpec::new("a.lab.local"), HostSpec::new("b.lab.local")], ..Options::default() }
}

#[tokio::test]
async fn a_rule_strikes_its_host_when_and_as_often_as_it_says() {
    let (simulator, client) = vcenter(two_hosts()).await;
    let rule = FaultRule::soap("BackupFirmwareConfiguration", What::Fault(SoapFault::host_communication()));
    simulator.add_fault(rule.on_host("b.lab.local").after(1).times(2));
    let mut faults = Vec::new();
    for _ in 0..5 {
        for host in simulator.hosts() {
            faults.push(client.firmware(&host, "BackupFirmwareConfiguration", "").await.fault().is_some());
        }
    }
    let expect = [false, false, false, true, false, true, false, false, false, false];
    assert_eq!(faults, expect);
}

#[tokio::test]
async fn soap_replies_go_wrong_as_told() {
    type Expect = fn(&str) -> bool;
    let cases: [(What, Expect); 6] = [
        (What::Status(503), |body| body == "503 Service Unavailable"),
        (What::HtmlOk, |body| body.starts_with("<!DOCTYPE html>")),
        (What::MalformedXml, |body| body.ends_with("<returnval>")),
        (What::EntityBomb, |body| body.contains("<!ENTITY a9")),
        (What::Fault(SoapFault::no_permission("HostSystem", "host-1", "Host.Config.Firmware")), |body| {
            between(body, "<privilegeId>", "<") == Some("Host.Config.Firmware")
        }),
        (What::Redirect("https://elsewhere.invalid/".into()), |body| body == "301 Moved Permanently"),
    ];
    for (what, expect) in cases {
        let (simulator, client) = vcenter(two_hosts()).await;
        let text = format!("{what:?}");
        simulator.add_fault(FaultRule::soap("BackupFirmwareConfiguration", what));
        let reply = client.firmware(&simulator.hosts()[0], "BackupFirmwareConfiguration", "").await;
        assert!(expect(&reply.body), "{text}: {}", reply.body);
    }
}

#[tokio::test]
async fn connections_break_as_told() {
    for (what, took_effect) in [
        (What::Reset, false),
        (What::Truncate(40), true),
        (What::DropAfterRequest, true),
        (What::ChangedCertificate, false),
    ] {
        let (simulator, client) = vcenter(two_hosts()).await;
        let host = &simulator.hosts()[0];
        let text = format!("{what:?}");
        simulator.add_fault(FaultRule::soap("BackupFirmwareConfiguration", what));
        let body = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
                    <BackupFirmwareConfiguration xmlns=\"urn:vim25\"><_this type=\"HostFirmwareSystem\">\
                    firmwareSystem-1001</_this></BackupFirmwareConfiguration></s:Body></s:Envelope>";
        assert!(client.try_post(body.into()).await.is_err(), "{text}");
        assert_eq!(host.backups() > 0, took_effect, "{text}");
    }
}

#[tokio::test]
async fn downloads_go_wrong_as_told() {
    let (simulator, client) = vcenter(two_hosts()).await;
    let host = &simulator.hosts()[0];
    let url = client.backup_url(host).await;
    let whole = client.get(&url).await.bytes().await.unwrap();
    let size = whole.len();

    // What arrives: status, announced length, received bytes (or nothing when the body breaks off).
    let cases = [
        (What::Status(401), 401, 16, Some(16)),
        (What::Status(404), 404, 13, Some(13)),
        (What::Truncate(100), 200, size, None),
        (What::WrongLength, 200, size / 2, Some(size / 2)),
        (What::NotGzip, 200, 48, Some(48)),
    ];
    for (what, status, length, received) in cases {
        let text = format!("{what:?}");
        simulator.add_fault(FaultRule::get(what).once());
        let reply = client.get(&url).await;
        assert_eq!(reply.status(), status, "{text}");
        assert_eq!(reply.content_length(), Some(length as u64), "{text}");
        assert_eq!(reply.bytes().await.ok().map(|bytes| bytes.len()), received, "{text}");
    }
    for what in [What::NoManifest, What::WrongUuid] {
        let text = format!("{what:?}");
        simulator.add_fault(FaultRule::get(what).once());
        let bundle = client.get(&url).await.bytes().await.unwrap();
        assert!(bundle.starts_with(&[0x1f, 0x8b]) && bundle != whole, "{text}");
    }
    simulator.add_fault(FaultRule::get(What::Redirect("https://elsewhere.invalid/".into())).once());
    assert_eq!(client.get(&url).await.headers()["location"], "https://elsewhere.invalid/");
    assert_eq!(client.get(&url).await.bytes().await.unwrap(), whole, "and then all is well");
}

#[tokio::test]
async fn a_truncated_body_sends_what_it_says_first() {
    let (simulator, client) = vcenter(two_hosts()).await;
    let url = client.backup_url(&simulator.hosts()[0]).await;
    simulator.add_fault(FaultRule::get(What::Truncate(100)));
    let mut reply = client.get(&url).await;
    let mut received = 0;
    while let Ok(Some(part)) = reply.chunk().await {
        received += part.len();
    }
    assert_eq!(received, 100);
}

#[tokio::test]
async fn stalls_and_endless_replies_do_not_end() {
    let (simulator, client) = vcenter(two_hosts()).await;
    let host = &simulator.hosts()[0];
    let url = client.backup_url(host).await;
    let short = Duration::from_millis(50);
    for what in [What::Stall, What::StallAfter(10)] {
        simulator.add_fault(FaultRule::get(what).once());
        let got = timeout(short, async { client.get(&url).await.bytes().await }).await;
        assert!(got.is_err(), "nothing more came");
    }
    let stalled = async || simulator.requests().iter().any(|request| request.answer == Answer::Nothing);
    until(stalled).await;
    simulator.add_fault(FaultRule::soap("CurrentTime", What::EndlessXml));
    let body = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><CurrentTime xmlns=\"urn:vim25\">\
                <_this type=\"ServiceInstance\">ServiceInstance</_this></CurrentTime></s:Body></s:Envelope>";
    let mut reply = client.http.post(&client.url).body(body).send().await.unwrap();
    let mut received = 0;
    while received < 4 * 1024 * 1024 {
        received += reply.chunk().await.unwrap().expect("more").len();
    }
}

#[tokio::test]
async fn connections_can_fail_before_they_begin() {
    let (simulator, client) = vcenter(two_hosts()).await;
    let host = &simulator.hosts()[0];
    let url = format!("https://{}/", host.address());
    for what in [What::Reset, What::ChangedCertificate] {
        let text = format!("{what:?}");
        simulator.add_fault(FaultRule::connect(what).on_host("a.lab.local").once());
        assert!(client.http.get(&url).send().await.is_err(), "{text}");
    }
    simulator.add_fault(FaultRule::connect(What::Stall).on_host("a.lab.local").once());
    assert!(timeout(Duration::from_millis(50), client.http.get(&url).send()).await.is_err());
    assert_eq!(client.get(&url).await.status(), 200);
    let served = simulator.requests().into_iter().filter(|request| request.server == "a.lab.local").count();
    assert_eq!(served, 1, "nothing was sent to the wrong certificate");
}

#[tokio::test]
async fn an_upload_can_fail() {
    let (simulator, client) = vcenter(Options { hosts: varied_hosts(2), ..Options::default() }).await;
    let host = &simulator.hosts()[0];
    let url = client.upload_url(host).await;
    simulator.add_fault(FaultRule::put(What::Status(500)).once());
    let put = || client.http.put(&url).basic_auth("root", Some("hostkeep-root")).body("x").send();
    assert_eq!(put().await.unwrap().status(), 500);
    assert_eq!(host.last_upload(), None);
    assert_eq!(put().await.unwrap().status(), 201);
    let answers: Vec<Answer> = simulator
        .requests()
        .into_iter()
        .filter(|request| request.kind.starts_with("PUT"))
        .map(|request| request.answer)
        .collect();
    assert_eq!(answers, [Answer::Status(500), Answer::Status(201)]);
}
