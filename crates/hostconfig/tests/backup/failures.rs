//! What can go wrong with a server or a host: each failure as it is told, the other hosts saved, nothing lost.

use std::sync::Arc;

use hostconfig::backup::{BackupRequest, HostChoice, Outcome, RunEvent, RunReport, back_up};
use hostconfig::inventory::ServerLogin;
use hostconfig::selection::Selection;
use vsphere::{Credentials, Trust};
use vsphere_sim::{
    Accepts, ConnectionState, FaultRule, HostSpec, Licence, Options, Simulator, SoapFault, What,
};

use super::{Desk, all_of, check_outcomes, login, one_at_a_time, vcenter, words};

fn bad() -> HostSpec {
    HostSpec::new("bad.lab")
}

/// A run over a good host and a bad one; answers with how the bad one is told.
async fn failure(bad: HostSpec, faults: Vec<FaultRule>) -> String {
    let sim = vcenter(vec![bad, HostSpec::new("good.lab")]).await;
    for fault in faults {
        sim.add_fault(fault.on_host("bad.lab"));
    }
    let desk = Desk::new();
    let report = desk.run(all_of(&sim)).await.unwrap();
    desk.check_nothing_half_done(1);
    assert_eq!(sim.open_sessions(), 0);
    let told = |name: &str| &report.hosts.iter().find(|host| host.name == name).unwrap().outcome;
    assert!(matches!(told("good.lab"), Outcome::Saved { .. }));
    let Outcome::Failed { error } = told("bad.lab") else { panic!("{:?}", told("bad.lab")) };
    let shown =
        format!("{}\n{}\nhint: {}", error.code, error.message, error.hint.as_deref().unwrap_or("none"));
    let address = sim.host("bad.lab").address().ip().to_string();
    mask_thumbprints(
        &shown.replace(&address, "<host>").replace(&format!(":{}", sim.address().port()), ":<port>"),
    )
    .replace(&sim.address().ip().to_string(), "<server>")
}

fn mask_thumbprints(text: &str) -> String {
    let is_thumbprint = |word: &str| word.matches(':').count() >= 19;
    let mask = |word: &str| if is_thumbprint(word) { "<thumbprint>".to_owned() } else { word.to_owned() };
    text.split(' ').map(mask).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn each_host_that_fails_says_why_and_what_next() {
    let get = |what| vec![FaultRule::get(what)];
    let soap = |what| vec![FaultRule::soap("BackupFirmwareConfiguration", what)];
    let cases = vec![
        ("disconnected", HostSpec { connection: ConnectionState::Disconnected, ..bad() }, vec![]),
        ("not responding", HostSpec { connection: ConnectionState::NotResponding, ..bad() }, vec![]),
        ("in standby", HostSpec { connection: ConnectionState::Standby, ..bad() }, vec![]),
        ("no firmware system", HostSpec { firmware_system: false, ..bad() }, vec![]),
        ("free licence", HostSpec { licence: Licence::Free, ..bad() }, vec![]),
        (
            "lockdown, and the download wants credentials",
            HostSpec { lockdown: true, download: Accepts::BASIC, ..bad() },
            vec![],
        ),
        ("disconnected a moment ago", bad(), soap(What::Fault(SoapFault::host_not_connected()))),
        (
            "no privilege",
            bad(),
            soap(What::Fault(SoapFault::no_permission("HostSystem", "h", "Host.Config.Firmware"))),
        ),
        ("another certificate", bad(), vec![FaultRule::connect(What::ChangedCertificate)]),
        ("401", bad(), get(What::Status(401))),
        ("403", bad(), get(What::Status(403))),
        ("404", bad(), get(What::Status(404))),
        ("301", bad(), get(What::Redirect("https://sso.example/".into()))),
        ("truncated", bad(), get(What::Truncate(500))),
        ("cut in half, the length says all is well", bad(), get(What::WrongLength)),
        ("HTML with 200", bad(), get(What::HtmlOk)),
        ("no gzip", bad(), get(What::NotGzip)),
        ("no manifest", bad(), get(What::NoManifest)),
        ("stalled", bad(), get(What::Stall)),
        ("reset", bad(), get(What::Reset)),
    ];
    let mut all = Vec::new();
    for (title, host, faults) in cases {
        let mut text = failure(host, faults).await;
        if title == "reset" && std::env::var_os("HOSTKEEP_UNDER_WINE").is_some() {
            // Wine ends in order what Windows resets.
            text = text.replace("it was closed early", "the connection was reset");
        }
        all.push(format!("== {title}\n{text}"));
    }
    // a simulated bundle's size differs from run to run
    insta::with_settings!({ filters => [(r"of \d+ bytes", "of [size] bytes")] }, {
        insta::assert_snapshot!("host_failures", all.join("\n\n"));
    });
}

#[tokio::test]
async fn a_host_in_lockdown_is_saved_through_its_vcenter() {
    let sim = vcenter(vec![HostSpec { lockdown: true, ..bad() }]).await;
    let report = Desk::new().run(all_of(&sim)).await.unwrap();
    check_outcomes(&report, &["bad.lab saved"]);
}

#[tokio::test]
async fn a_bundle_that_names_another_host_is_kept_with_a_warning() {
    let sim = vcenter(vec![bad()]).await;
    sim.add_fault(FaultRule::get(What::WrongUuid).on_host("bad.lab"));
    let report = Desk::new().run(all_of(&sim)).await.unwrap();
    let Outcome::Saved { warnings, .. } = &report.hosts[0].outcome else { panic!("{report:?}") };
    assert_eq!(warnings[..], ["the UUID in the bundle's manifest is not the host's"]);
}

#[tokio::test]
async fn what_may_not_be_read_is_neither_missing_nor_a_host_that_is_down() {
    for property in ["configManager.firmwareSystem", "runtime"] {
        let unreadable = vec![property.to_owned()];
        let sim =
            Simulator::start(Options { hosts: vec![bad()], unreadable, ..Options::default() }).await.unwrap();
        let report = Desk::new().run(all_of(&sim)).await.unwrap();
        check_outcomes(&report, &["bad.lab no_permission"]);
    }
}

#[tokio::test]
async fn servers_that_cannot_be_used_say_why() {
    let sim = vcenter(vec![bad()]).await;
    let good = login(&sim);
    let wrong_password = ServerLogin {
        credentials: Credentials { password: "wrong".into(), ..good.credentials.clone() },
        ..good.clone()
    };
    let mut untrusted = good.clone();
    untrusted.connect.trust = Trust::System;
    let mut changed = good.clone();
    changed.connect.trust = Trust::Pinned(vsphere::Thumbprint::sha256(b"another"));
    let mut absent = good.clone();
    absent.connect.address = "vcsa.invalid".parse().unwrap();
    for (login, code) in [
        (wrong_password, "wrong_password"),
        (untrusted, "certificate_not_trusted"),
        (changed, "certificate_changed"),
        (absent, "name_not_resolved"),
    ] {
        let desk = Desk::new();
        let alone = desk.run(BackupRequest { servers: vec![login.clone()], ..all_of(&sim) }).await;
        assert_eq!(alone.unwrap_err().code(), code);
        let servers = vec![login, good.clone()];
        // beside a server with no host to back up it is the reason
        let hosts = HostChoice::Named(Selection { excluded: vec!["*".into()], ..Selection::default() });
        let nothing = BackupRequest { servers: servers.clone(), hosts, ..all_of(&sim) };
        assert_eq!(desk.run(nothing).await.unwrap_err().code(), code);
        // beside a server that works it is part of the report
        let report = desk.run(BackupRequest { servers, ..all_of(&sim) }).await.unwrap();
        check_outcomes(&report, &["bad.lab saved"]);
        let told = report.servers.iter().find_map(|server| server.error.as_ref());
        assert_eq!(told.map(|error| error.code.as_str()), Some(code));
        assert!(!report.is_complete());
        assert_eq!(sim.open_sessions(), 0);
    }
}

#[tokio::test]
async fn servers_left_out_beforehand_are_in_the_report_that_is_kept() {
    let sim = vcenter(vec![bad()]).await;
    let desk = Desk::new();
    let error = hostconfig::Error::LoggingTwice.report();
    let left_out = vec![("dev".to_owned(), error.clone())];
    let report = desk.run(BackupRequest { left_out: left_out.clone(), ..all_of(&sim) }).await.unwrap();
    check_outcomes(&report, &["bad.lab saved"]);
    assert!(!report.is_complete());
    let kept: RunReport = desk.archive.read_run(&report.run_id).unwrap();
    assert_eq!((kept.servers[1].name.as_str(), &kept.servers[1].error), ("dev", &Some(error)));
    // without a host on the others, they are still what is wrong
    let hosts = HostChoice::Named(Selection { excluded: vec!["*".into()], ..Selection::default() });
    let report = desk.run(BackupRequest { left_out, hosts, ..all_of(&sim) }).await.unwrap();
    assert_eq!((report.hosts.len(), report.servers.len(), report.is_complete()), (0, 2, false));
}

#[tokio::test]
async fn a_server_that_stops_answering_is_not_waited_for_with_each_of_its_hosts() {
    let hosts = |site: &str| (1..=8).map(|n| HostSpec::new(format!("{site}{n}.lab"))).collect();
    let (gone, there) = (Arc::new(vcenter(hosts("a")).await), vcenter(hosts("b")).await);
    let servers = [(&*gone, "dublin"), (&there, "prague")]
        .map(|(sim, name)| ServerLogin { name: Some(name.to_owned()), ..login(sim) })
        .to_vec();
    let request = one_at_a_time(BackupRequest { servers, ..all_of(&gone) });
    // The connection that there is breaks, and there is no other.
    gone.add_fault(FaultRule::soap("BackupFirmwareConfiguration", What::DropAfterRequest).after(2));
    let desk = Desk::new();
    let context = desk.context({
        let gone = Arc::clone(&gone);
        move |event| {
            if matches!(event, RunEvent::Finished { host: 1, .. }) {
                gone.add_fault(FaultRule::connect(What::Reset));
            }
        }
    });
    let report = back_up(request, context.unwrap()).await.unwrap();
    let told = words(&report);
    assert_eq!(told[..3], ["saved", "saved", "connection_broken"]);
    assert!(!told[3..6].contains(&"not_tried"), "three are tried: {told:?}");
    assert_eq!(told[6..8], ["not_tried"; 2], "{told:?}");
    assert_eq!(told[8..], ["saved"; 8], "the other server's are backed up");
    let Outcome::Failed { error } = &report.hosts[7].outcome else { panic!("{report:?}") };
    assert!(error.message.starts_with("a8.lab was not tried: dublin does not answer: "), "{error:?}");
    desk.check_nothing_half_done(10);
    assert_eq!(desk.audited(), 14, "what was not begun is not in the audit log");
}

#[tokio::test]
async fn hosts_that_do_not_answer_are_not_taken_for_their_server() {
    let sim = vcenter((1..=8).map(|n| HostSpec::new(format!("esx{n}.lab"))).collect()).await;
    for n in 1..=7 {
        sim.add_fault(FaultRule::connect(What::Reset).on_host(format!("esx{n}.lab")));
    }
    let report = Desk::new().run(one_at_a_time(all_of(&sim))).await.unwrap();
    let told = words(&report);
    assert!(!told.contains(&"not_tried"), "{told:?}");
    assert_eq!(told[7], "saved");
    assert!(sim.hosts().iter().all(|host| host.backups() > 0), "each was asked");
}
