//! Hosts chosen one by one, and ended one by one.

use std::sync::{Arc, Mutex};

use hostconfig::backup::{BackupRequest, HostChoice, HostRef, PlannedHost, RunEvent, back_up};
use hostconfig::inventory::ServerLogin;
use hostconfig::selection::Selection;
use tokio_util::sync::CancellationToken;
use vsphere::Credentials;
use vsphere_sim::{FaultRule, HostSpec, Simulator, What, uniform_hosts};

use super::{Desk, all_of, check_outcomes, login, one_at_a_time, vcenter, words};

fn host(sim: &Simulator, moid: &str, name: &str) -> HostRef {
    HostRef { server: login(sim).connect.address.to_string(), moid: moid.into(), name: name.into() }
}

fn exactly(servers: &[&Simulator], hosts: Vec<HostRef>) -> BackupRequest {
    let hosts = HostChoice::Exactly(hosts);
    BackupRequest { servers: servers.iter().map(|sim| login(sim)).collect(), hosts, ..all_of(servers[0]) }
}

fn with_a_wrong_password(sim: &Simulator) -> ServerLogin {
    let good = login(sim);
    let credentials = Credentials { password: "wrong".to_owned().into(), ..good.credentials };
    ServerLogin { credentials, ..good }
}

#[tokio::test]
async fn exactly_the_chosen_hosts_are_saved_and_the_gone_ones_told() {
    let sim = vcenter(["esx01", "esx02", "esx03"].map(HostSpec::new).to_vec()).await;
    let desk = Desk::new();
    let chosen = vec![
        host(&sim, "host-9999", "esx09"),
        host(&sim, "host-1003", "esx03"),
        host(&sim, "host-1002", "esx07"),
        host(&sim, "host-1001", "ESX01"),
        host(&sim, "host-1001", "esx01"),
        host(&sim, "host-9999", "esx09"),
        HostRef { server: "elsewhere".into(), ..host(&sim, "host-1002", "esx02") },
    ];
    let report = desk.run(exactly(&[&sim], chosen)).await.unwrap();
    assert_eq!(words(&report), ["saved", "saved", "host_gone", "host_gone", "host_gone"]);
    let names: Vec<&str> = report.hosts.iter().map(|host| host.name.as_str()).collect();
    assert_eq!(names, ["esx01", "esx03", "esx09", "esx07", "esx02"]);
    let told = serde_json::to_value(&report).unwrap();
    let server = sim.url().replace("https://", "").trim_end_matches('/').to_owned();
    let message = |at: usize| told["hosts"][at]["error"]["message"].as_str().unwrap().to_owned();
    assert!(message(2).starts_with("esx09 is not in the inventory of "), "{}", message(2));
    assert!(message(2).contains(&server), "{} lacks {server}", message(2));
    assert!(message(3).ends_with(" any more: host-1002 is now esx02"), "{}", message(3));
    assert_eq!(told["hosts"][4]["server"], "elsewhere");
    desk.check_nothing_half_done(2);

    let none = desk.run(exactly(&[&sim], Vec::new())).await;
    assert_eq!(none.unwrap_err().code(), "no_host_selected");
    let report = desk.run(exactly(&[&sim], vec![host(&sim, "host-9999", "esx09")])).await.unwrap();
    assert_eq!(words(&report), ["host_gone"]);
}

#[tokio::test]
async fn a_host_that_two_servers_know_is_found_by_either() {
    let first = vcenter(["esx01", "esx02"].map(HostSpec::new).to_vec()).await;
    let second = vcenter(vec![HostSpec::new("esx02")]).await;
    let of_first = || host(&first, "host-1002", "esx02");
    let of_second = || host(&second, "host-1001", "esx02");
    for chosen in [vec![of_first()], vec![of_second()], vec![of_second(), of_first()]] {
        let desk = Desk::new();
        let planned = Arc::new(Mutex::new(Vec::new()));
        let context = desk.context({
            let planned = Arc::clone(&planned);
            move |event| {
                if let RunEvent::Planned { hosts } = event {
                    let host = |host: &PlannedHost<'_>| {
                        (host.server.to_owned(), host.moid.to_owned(), host.identity.to_owned())
                    };
                    planned.lock().unwrap().extend(hosts.iter().map(host));
                }
            }
        });
        let report = back_up(exactly(&[&first, &second], chosen), context.unwrap()).await.unwrap();
        check_outcomes(&report, &["esx02 saved"]);
        let uuid = HostSpec::new("esx02").uuid.to_string();
        assert_eq!(*planned.lock().unwrap(), [(of_first().server, of_first().moid, uuid)]);
    }
}

#[tokio::test]
async fn chosen_hosts_of_a_server_that_cannot_be_read_fail_with_its_reason() {
    let (sim, refusing) = (vcenter(uniform_hosts(1, 1000)).await, vcenter(uniform_hosts(1, 1000)).await);
    let name = sim.hosts()[0].inventory_name();
    let desk = Desk::new();
    let left_out = hostconfig::Error::LoggingTwice.report();
    let chosen = vec![
        host(&sim, "host-1001", &name),
        host(&refusing, "host-1001", "esx02"),
        HostRef { server: "Lab".into(), moid: "host-7".into(), name: "esx03".into() },
    ];
    let request = BackupRequest {
        servers: vec![login(&sim), with_a_wrong_password(&refusing)],
        left_out: vec![("lab".into(), left_out.clone())],
        ..exactly(&[&sim], chosen)
    };
    let report = desk.run(request).await.unwrap();
    assert_eq!(words(&report), ["saved", "not_tried", "not_tried"]);
    let told = serde_json::to_value(&report).unwrap();
    let message = |at: usize| told["hosts"][at]["error"]["message"].as_str().unwrap().to_owned();
    assert!(message(1).starts_with("esx02 was not tried: ") && message(1).contains("password"), "{told}");
    assert_eq!(message(2), format!("esx03 was not tried: {}", left_out.message));
}

#[tokio::test]
async fn names_that_only_a_server_that_cannot_be_read_may_know_are_not_called_wrong() {
    let (sim, refusing) = (vcenter(uniform_hosts(1, 1000)).await, vcenter(uniform_hosts(1, 1000)).await);
    let name = sim.hosts()[0].inventory_name();
    let desk = Desk::new();
    let wanted = vec![name, "esx71".to_owned()];
    let request = BackupRequest {
        servers: vec![login(&sim), with_a_wrong_password(&refusing)],
        hosts: HostChoice::Named(Selection { wanted, ..Selection::default() }),
        ..exactly(&[&sim], Vec::new())
    };
    let report = desk.run(request).await.unwrap();
    assert_eq!(words(&report), ["saved", "not_tried"]);
    let told = serde_json::to_value(&report).unwrap();
    let message = told["hosts"][1]["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("esx71 was not tried: no server that answered knows it, and "), "{message}");
    assert!(message.contains("password"), "{message}");
}

#[tokio::test]
async fn one_host_is_cancelled_alone_under_way_or_waiting() {
    let sim = vcenter(uniform_hosts(4, 50_000)).await;
    // The version list and the first bundle are two GETs; the second bundle hangs.
    sim.add_fault(FaultRule::get(What::StallAfter(30_000)).after(2).once());
    let desk = Desk::new();
    let tokens: Arc<Mutex<Vec<CancellationToken>>> = Arc::default();
    let context = desk.context(move |event| match event {
        RunEvent::Planned { hosts } => {
            tokens.lock().unwrap().extend(hosts.iter().map(|host| host.cancel.clone()));
        }
        RunEvent::Received { host: 1, .. } => {
            let tokens = tokens.lock().unwrap();
            tokens[1].cancel();
            tokens[2].cancel();
        }
        // What is in the archive stays.
        RunEvent::Finished { host: 0, .. } => {
            tokens.lock().unwrap()[0].cancel();
        }
        _ => {}
    });
    let report = back_up(one_at_a_time(all_of(&sim)), context.unwrap()).await.unwrap();
    assert_eq!(words(&report), ["saved", "cancelled", "cancelled", "saved"]);
    desk.check_nothing_half_done(2);
    assert_eq!(desk.audited(), 3, "what was not begun is not in the audit log");
    let told = desk.told.lock().unwrap().clone();
    assert_eq!(told.iter().filter(|event| event.starts_with("started")).count(), 3);
    assert_eq!(told.iter().filter(|event| event.starts_with("finished")).count(), 4);
    assert_eq!(sim.open_sessions(), 0);
}

/// In a long run nobody wants to wait for a host's turn to see that it was cancelled.
#[tokio::test]
async fn a_waiting_host_is_told_as_cancelled_before_its_turn() {
    let sim = vcenter(uniform_hosts(3, 50_000)).await;
    // The version list is a GET; the first bundle hangs until its host is cancelled too.
    sim.add_fault(FaultRule::get(What::StallAfter(30_000)).after(1).once());
    let desk = Desk::new();
    let tokens: Arc<Mutex<Vec<CancellationToken>>> = Arc::default();
    let context = desk.context(move |event| match event {
        RunEvent::Planned { hosts } => {
            tokens.lock().unwrap().extend(hosts.iter().map(|host| host.cancel.clone()));
        }
        RunEvent::Received { host: 0, .. } => tokens.lock().unwrap()[2].cancel(),
        RunEvent::Finished { host: 2, .. } => tokens.lock().unwrap()[0].cancel(),
        _ => {}
    });
    let report = back_up(one_at_a_time(all_of(&sim)), context.unwrap()).await.unwrap();
    assert_eq!(words(&report), ["cancelled", "saved", "cancelled"]);
    let told = desk.told.lock().unwrap().clone();
    let finished: Vec<&str> =
        told.iter().map(String::as_str).filter(|event| event.starts_with("finished")).collect();
    assert_eq!(finished, ["finished 2", "finished 0", "finished 1"]);
    desk.check_nothing_half_done(1);
}
