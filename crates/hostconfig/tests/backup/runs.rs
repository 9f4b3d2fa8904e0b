use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use chrono::{DateTime, FixedOffset, TimeDelta};
use hostconfig::Error;
use hostconfig::archive::{ServerKind, Standing};
use hostconfig::backup::{BackupRequest, HostChoice, Outcome, RunContext, RunEvent, RunReport, back_up};
use hostconfig::selection::Selection;
use vsphere_sim::{FaultRule, HostSpec, Options, Simulator, What, uniform_hosts};

use super::{Desk, all_of, check_outcomes, login, noon, one_at_a_time, some_of, vcenter};

const DAY: TimeDelta = TimeDelta::days(1);

#[tokio::test]
async fn a_run_makes_few_files_of_many_with_fingerprints() {
    let sim = vcenter(vec![HostSpec::new("esx01")]).await;
    let desk = Desk::new();
    let first = desk.run(all_of(&sim)).await.unwrap();
    let folder = desk.archive.root().join(".hostkeep/fingerprints");
    for night in 0..100 {
        let kept = folder.join(format!("{}.json", first.run_id));
        std::fs::copy(kept, folder.join(format!("20260101T000000Z-{night}.json"))).unwrap();
    }
    let known = desk.archive.fingerprints().unwrap();
    desk.run(all_of(&sim)).await.unwrap();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    assert_eq!(desk.archive.fingerprints().unwrap().len(), known.len() + 1);
}

#[tokio::test]
async fn what_was_saved_in_between_and_not_looked_at_is_no_reason_to_say_that_nothing_changed() {
    let sim = vcenter(vec![HostSpec::new("esx01")]).await;
    let desk = Desk::new();
    let days: [fn() -> DateTime<FixedOffset>; 4] =
        [noon, || noon() + DAY, || noon() + DAY * 2, || noon() + DAY * 3];
    let mut told = Vec::new();
    for (day, clock) in days.into_iter().enumerate() {
        sim.hosts()[0].set_ntp(if day == 1 { &["elsewhere"] } else { &["here"] });
        let context = RunContext { clock, ..desk.context(|_| {}).unwrap() };
        let report = back_up(all_of(&sim), context).await.unwrap();
        let Outcome::Saved { settings, .. } = &report.hosts[0].outcome else { panic!("{report:?}") };
        told.push(settings.clone().map(|standing| matches!(standing, Standing::Unchanged { .. })));
        if day == 1 {
            let made = format!(".hostkeep/fingerprints/{}.json", report.run_id);
            std::fs::remove_file(desk.archive.root().join(made)).unwrap();
        }
    }
    // The third is what the first was, but not what the second was.
    assert_eq!(told, [None, Some(false), None, Some(true)]);
}

#[tokio::test]
async fn every_host_is_saved_once_byte_for_byte_with_one_session() {
    let sim = vcenter(uniform_hosts(40, 20_000)).await;
    let desk = Desk::new();
    let report =
        desk.run(BackupRequest { note: Some("before the upgrade".into()), ..all_of(&sim) }).await.unwrap();
    assert_eq!((report.saved(), report.failed(), report.is_complete()), (40, 0, true));
    assert_eq!((sim.sessions_ever(), sim.open_sessions()), (1, 0));
    desk.check_nothing_half_done(40);
    let listing = desk.archive.list().unwrap();
    for host in sim.hosts() {
        assert_eq!(host.backups(), 1);
        let name = host.inventory_name();
        let record = listing.records.iter().find(|record| record.host.name == name).unwrap();
        assert_eq!(std::fs::read(record.bundle_path()).unwrap(), host.bundle());
        assert_eq!(record.host.identity, host.uuid().to_string());
        assert_eq!(record.obtained.host_thumbprint, Some(host.thumbprint()));
        assert_eq!(record.manifest.matches_host, Some(true));
        assert_eq!((record.taken_at, record.server.kind), (noon().to_utc(), ServerKind::Vcenter));
        assert_eq!((record.note.as_deref(), &record.run_id), (Some("before the upgrade"), &report.run_id));
        let expect = desk.archive.root().join("2026-11-22").join(&name).join("T233000+0100");
        assert_eq!(record.folder, expect);
    }
    assert_eq!(
        desk.archive.read_run::<RunReport>(&report.run_id).unwrap(),
        report,
        "the report is in the archive"
    );
}

#[tokio::test]
async fn every_host_of_a_run_is_in_the_audit_log() {
    let sim =
        vcenter(vec![HostSpec::new("esx01"), HostSpec { firmware_system: false, ..HostSpec::new("esx02") }])
            .await;
    let desk = Desk::new();
    desk.run(all_of(&sim)).await.unwrap();
    let log = std::fs::read_to_string(desk.folder.path().join("config/audit.jsonl")).unwrap();
    let mut lines: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.sort_by_key(|line| line["host"].to_string());
    let told: Vec<_> = lines
        .iter()
        .map(|line| (line["action"].as_str(), line["host"].as_str(), line["result"].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Some("backup"), Some("esx01"), Some("ok")),
            (Some("backup"), Some("esx02"), Some("host_not_supported")),
        ]
    );
    assert_eq!(lines[0]["server_user"], "administrator@vsphere.local");
}

#[tokio::test]
async fn an_audit_log_that_cannot_be_written_is_told_once_and_costs_no_backup() {
    let sim = vcenter(uniform_hosts(5, 1000)).await;
    let desk = Desk::new();
    std::fs::create_dir_all(desk.folder.path().join("config/audit.jsonl")).unwrap();
    let report = desk.run(all_of(&sim)).await.unwrap();
    assert_eq!((report.saved(), report.is_complete()), (5, true));
    assert_eq!(report.warnings.len(), 1, "{:?}", report.warnings);
    assert!(report.warnings[0].starts_with("the audit log lacks what was done: "), "{:?}", report.warnings);
    assert_eq!(desk.archive.read_run::<RunReport>(&report.run_id).unwrap().warnings, report.warnings);
}

#[tokio::test]
async fn a_selection_saves_each_host_once_and_names_what_it_did_not_find() {
    let sim = vcenter(["esx01.lab", "esx02.lab", "esx03.lab"].map(HostSpec::new).to_vec()).await;
    let desk = Desk::new();
    let report = desk.run(some_of(&sim, &["esx01", "ESX01.LAB", "esx0?.lab", "esx99.lab"])).await.unwrap();
    check_outcomes(
        &report,
        &["esx01.lab saved", "esx02.lab saved", "esx03.lab saved", "esx99.lab unknown_host"],
    );
    assert!(!report.is_complete());
    desk.check_nothing_half_done(3);

    let hosts = HostChoice::Named(Selection { excluded: vec!["esx0*".into()], ..Selection::default() });
    let nothing = desk.run(BackupRequest { hosts, ..all_of(&sim) }).await;
    assert_eq!(nothing.unwrap_err().code(), "no_host_selected");
}

#[tokio::test]
async fn a_host_that_two_servers_know_is_saved_once() {
    let specs = vec![HostSpec::new("esx01.lab"), HostSpec::new("esx02.lab")];
    let (first, second) = (vcenter(specs.clone()).await, vcenter(specs).await);
    let direct = Simulator::start(Options { hosts: vec![HostSpec::new("esx02.lab")], ..Options::esxi() })
        .await
        .unwrap();
    let desk = Desk::new();
    let servers = vec![login(&first), login(&second), login(&direct)];
    let report = desk.run(BackupRequest { servers, ..all_of(&first) }).await.unwrap();
    check_outcomes(&report, &["esx01.lab saved", "esx02.lab saved"]);
    desk.check_nothing_half_done(2);
    for sim in [first, second, direct] {
        assert_eq!((sim.sessions_ever(), sim.open_sessions()), (1, 0));
    }
}

#[tokio::test]
async fn a_host_that_one_vcenter_has_lost_is_taken_from_another() {
    let spec = HostSpec::new("esx01.lab");
    let lost = HostSpec { connection: vsphere_sim::ConnectionState::Disconnected, ..spec.clone() };
    let (first, second) = (vcenter(vec![lost]).await, vcenter(vec![spec]).await);
    let desk = Desk::new();
    let report = desk
        .run(BackupRequest { servers: vec![login(&first), login(&second)], ..all_of(&first) })
        .await
        .unwrap();
    check_outcomes(&report, &["esx01.lab saved"]);
}

#[tokio::test]
async fn hosts_that_share_a_uuid_or_a_name_stay_apart() {
    let twin = |name: &str| HostSpec { uuid: HostSpec::new("twin").uuid, ..HostSpec::new(name) };
    let same_name =
        |uuid: &str| HostSpec { uuid: HostSpec::new(uuid).uuid, ..HostSpec::new("localhost.localdomain") };
    let sim = vcenter(vec![twin("white-box-1"), twin("white-box-2"), same_name("a"), same_name("b")]).await;
    let desk = Desk::new();
    let report = desk.run(all_of(&sim)).await.unwrap();
    assert_eq!(report.saved(), 4);
    desk.check_nothing_half_done(4);
    let listing = desk.archive.list().unwrap();
    let identities: std::collections::HashSet<_> =
        listing.records.iter().map(|record| &record.host.identity).collect();
    assert_eq!(identities.len(), 4);
    let folders: std::collections::HashSet<_> =
        listing.records.iter().map(|record| record.folder.parent()).collect();
    assert_eq!(folders.len(), 4, "no two hosts share a folder");
}

/// Not where another simulator is, as it would be on a system that has few loopback addresses.
const ELSEWHERE: Option<Ipv4Addr> = Some(Ipv4Addr::new(127, 0, 1, 1));

/// Boards are sold with one UUID for all of them: it alone does not make two hosts one.
#[tokio::test]
async fn hosts_of_several_servers_that_share_a_uuid_are_all_saved() {
    let twin = |name: &str| HostSpec { uuid: HostSpec::new("twin").uuid, ..HostSpec::new(name) };
    let direct = async |name: &str, base_address| {
        Simulator::start(Options { hosts: vec![twin(name)], base_address, ..Options::esxi() }).await.unwrap()
    };
    let (first, second) = (direct("white-box-1", None).await, direct("white-box-2", ELSEWHERE).await);
    let both = vcenter(vec![twin("localhost"), twin("localhost")]).await;
    let desk = Desk::new();
    let servers = vec![login(&first), login(&second), login(&both)];
    let report = desk.run(BackupRequest { servers, ..all_of(&first) }).await.unwrap();
    assert_eq!(report.saved(), 4, "{report:?}");
    let listing = desk.archive.list().unwrap();
    let identities: BTreeSet<_> =
        listing.records.iter().map(|record| record.host.identity.as_str()).collect();
    let uuid = HostSpec::new("twin").uuid;
    let expect = ["localhost/host-1001", "localhost/host-1002", "white-box-1", "white-box-2"];
    let expect: Vec<String> = expect.iter().map(|rest| format!("{uuid}/{rest}")).collect();
    assert_eq!(identities, expect.iter().map(String::as_str).collect());
}

/// Two of a name on each of two servers: which is which cannot be known, so none is left out.
#[tokio::test]
async fn twins_of_one_name_on_two_servers_are_all_saved() {
    let twin = || HostSpec { uuid: HostSpec::new("twin").uuid, ..HostSpec::new("localhost") };
    let first = vcenter(vec![twin(), twin()]).await;
    let options = Options { hosts: vec![twin(), twin()], base_address: ELSEWHERE, ..Options::default() };
    let second = Simulator::start(options).await.unwrap();
    let desk = Desk::new();
    let servers = vec![login(&first), login(&second)];
    let report = desk.run(BackupRequest { servers, ..all_of(&first) }).await.unwrap();
    assert_eq!(report.saved(), 4, "{report:?}");
    let listing = desk.archive.list().unwrap();
    let identities: BTreeSet<_> =
        listing.records.iter().map(|record| record.host.identity.as_str()).collect();
    assert_eq!(identities.len(), 4, "{identities:?}");
}

#[tokio::test]
async fn hostile_and_odd_names_stay_inside_the_archive() {
    let long = "x".repeat(255);
    let names = [
        "CON",
        "esx-01.",
        "a:b",
        "../x",
        "..",
        &long,
        "esx-日本.example",
        "a/b\\c",
        "con.lab",
        "nul ",
        "esx\u{202e}10",
    ];
    // what a vCenter calls a host and what the host calls itself are two things
    let host = |name| HostSpec { hostname: Some("localhost".into()), ..HostSpec::new(name) };
    let sim = vcenter(names.map(host).to_vec()).await;
    let desk = Desk::new();
    let report = desk.run(all_of(&sim)).await.unwrap();
    assert_eq!(report.saved(), names.len(), "{:?}", super::outcomes(&report));
    desk.check_nothing_half_done(names.len());
    let archive = desk.archive.list().unwrap();
    for record in &archive.records {
        assert!(record.folder.starts_with(desk.archive.root()));
        assert_eq!(record.folder.strip_prefix(desk.archive.root()).unwrap().components().count(), 3);
    }
    let mut saved: Vec<_> = archive.records.iter().map(|record| record.host.name.as_str()).collect();
    let mut asked = names.to_vec();
    saved.sort_unstable();
    asked.sort_unstable();
    assert_eq!(saved, asked, "the record keeps the name as it is");
}

#[tokio::test]
async fn a_host_may_call_itself_what_no_url_can_say_as_it_is() {
    let names = ["esx-日本.example", "büro 1"];
    let sim = vcenter(names.map(HostSpec::new).to_vec()).await;
    let desk = Desk::new();
    let report = desk.run(all_of(&sim)).await.unwrap();
    assert_eq!(report.saved(), names.len(), "{:?}", super::outcomes(&report));
}

#[tokio::test]
async fn a_session_that_expires_in_mid_run_is_renewed() {
    let sim = vcenter(uniform_hosts(6, 1000)).await;
    let desk = Desk::new();
    let gone = vsphere_sim::SoapFault::not_authenticated("HostFirmwareSystem", "firmware");
    sim.add_fault(FaultRule::soap("BackupFirmwareConfiguration", What::Fault(gone)).after(3).once());
    let report = desk.run(all_of(&sim)).await.unwrap();
    assert_eq!((report.saved(), sim.sessions_ever()), (6, 2));
}

#[tokio::test]
async fn a_cancelled_run_keeps_what_is_whole_and_nothing_else() {
    let sim = vcenter(uniform_hosts(8, 50_000)).await;
    sim.add_fault(FaultRule::get(What::StallAfter(30_000)).after(5));
    let desk = Desk::new();
    let cancel = desk.cancel.clone();
    let saved = std::sync::atomic::AtomicUsize::new(0);
    // three are done and the fourth hangs: version list and three bundles are four GETs
    let context = desk.context(move |event| {
        if matches!(event, RunEvent::Received { .. }) && saved.load(std::sync::atomic::Ordering::Relaxed) == 4
        {
            cancel.cancel();
        }
        if matches!(event, RunEvent::Finished { .. }) {
            saved.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    });
    let report = back_up(one_at_a_time(all_of(&sim)), context.unwrap()).await.unwrap();
    assert_eq!((report.saved(), report.failed(), report.cancelled()), (4, 0, 4));
    assert_eq!(desk.audited(), 5, "what was not begun is not in the audit log");
    let told = desk.told.lock().unwrap().clone();
    assert_eq!(told.iter().filter(|event| event.starts_with("started")).count(), 5);
    assert_eq!(told.iter().filter(|event| event.starts_with("finished")).count(), 8);
    desk.check_nothing_half_done(4);
    assert_eq!(sim.open_sessions(), 0);
}

/// A record that lands in the archive while the run is cancelled is a saved host.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn report_and_archive_agree_whenever_a_run_is_cancelled() {
    let sim = vcenter(uniform_hosts(24, 1000)).await;
    let mut cancelled = 0;
    for _ in 0..12 {
        let desk = Desk::new();
        let cancel = desk.cancel.clone();
        let context = desk.context(move |event| {
            if matches!(event, RunEvent::Finished { .. }) {
                cancel.cancel();
            }
        });
        let report = back_up(all_of(&sim), context.unwrap()).await.unwrap();
        let saved: BTreeSet<_> = report
            .hosts
            .iter()
            .filter_map(|host| match &host.outcome {
                Outcome::Saved { record, .. } => Some(record.clone()),
                _ => None,
            })
            .collect();
        let kept: BTreeSet<_> =
            desk.archive.list().unwrap().records.into_iter().map(|record| record.id).collect();
        assert_eq!(saved, kept);
        assert_eq!(report.saved() + report.cancelled(), 24, "{report:?}");
        desk.check_nothing_half_done(kept.len());
        let started = desk.told.lock().unwrap().iter().filter(|event| event.starts_with("started")).count();
        assert_eq!(desk.audited(), started);
        cancelled += report.cancelled();
    }
    assert!(cancelled > 0, "every run was over before it was cancelled");
}

#[tokio::test]
async fn a_run_cancelled_before_it_began_asks_no_host() {
    let sim = vcenter(uniform_hosts(2, 1000)).await;
    let desk = Desk::new();
    desk.cancel.cancel();
    let error = desk.run(all_of(&sim)).await.unwrap_err();
    assert!(matches!(error, Error::Cancelled), "{error:?}");
    assert_eq!((sim.open_sessions(), desk.archive.list().unwrap().records.len()), (0, 0));
}

#[tokio::test]
async fn no_more_hosts_at_once_than_allowed_and_every_event_in_order() {
    let sim = vcenter(uniform_hosts(20, 1000)).await;
    let desk = Desk::new();
    let concurrency = 3.try_into().unwrap();
    desk.run(BackupRequest { concurrency, ..all_of(&sim) }).await.unwrap();
    let told = desk.told.lock().unwrap().clone();
    assert_eq!(told[0], "planned 20");
    let (mut under_way, mut most) = (0, 0);
    for event in &told[1..] {
        match event.split_once(' ').unwrap().0 {
            "started" => under_way += 1,
            "finished" => under_way -= 1,
            _ => {}
        }
        most = most.max(under_way);
    }
    assert_eq!((under_way, most), (0, 3));
    for host in 0..20 {
        let of_host: Vec<_> = told.iter().filter(|event| event.ends_with(&format!(" {host}"))).collect();
        assert!(
            of_host.first().unwrap().starts_with("started")
                && of_host.last().unwrap().starts_with("finished")
        );
    }
}

#[tokio::test]
async fn two_runs_in_one_second_keep_both() {
    let sim = vcenter(vec![HostSpec::new("esx01")]).await;
    let desk = Desk::new();
    for expect in ["T233000+0100", "T233000+0100-2"] {
        let report = desk.run(all_of(&sim)).await.unwrap();
        let Outcome::Saved { folder, .. } = &report.hosts[0].outcome else { panic!("{report:?}") };
        assert!(folder.ends_with(expect), "{folder}");
    }
    desk.check_nothing_half_done(2);
}
