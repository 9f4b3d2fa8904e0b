//! `hostkeep restore`.

use std::fs;
use std::time::Duration;

use hostconfig::archive::Archive;
use vsphere_sim::{Accepts, BundleFormat, FaultRule, HostSpec, Options, SoapFault, What};

use crate::support::{Lab, Told};

const HOST: &str = "esx01.lab.local";
/// What a plan for a bundle in a file always warns of.
const ACCEPT: [&str; 4] = ["--accept", "build", "--accept", "root_password"];

async fn lab(host: HostSpec) -> Lab {
    lab_of(vec![host]).await
}

async fn lab_of(hosts: Vec<HostSpec>) -> Lab {
    let (restore_reboot, task_time) = (Duration::from_secs(1), Duration::ZERO);
    Lab::with(Options { hosts, restore_reboot, task_time, ..Options::default() }).await
}

fn spec() -> HostSpec {
    HostSpec::new(HOST)
}

/// The host's bundle as a file, after which something about the host changes.
fn bundle(lab: &Lab) -> String {
    let host = lab.sim.host(HOST);
    let path = lab.folder.path().join("configBundle.tgz");
    fs::write(&path, host.bundle()).unwrap();
    Archive::create(&lab.archive()).unwrap();
    host.set_ntp(&["changed.since.lab"]);
    path.to_str().unwrap().to_owned()
}

fn restore(lab: &Lab, more: &[&str]) -> Told {
    restore_with(lab, more, "hostkeep-demo\n")
}

fn restore_with(lab: &Lab, more: &[&str], stdin: &str) -> Told {
    let file = lab.folder.path().join("configBundle.tgz");
    let arguments = [&["restore", "--host", HOST, "--bundle", file.to_str().unwrap()], more].concat();
    lab.run_with(&arguments, stdin)
}

fn confirmed(more: &[&str]) -> Vec<String> {
    let arguments = [&ACCEPT[..], &["--confirm", HOST], more].concat();
    arguments.into_iter().map(str::to_owned).collect()
}

fn words(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_shown_and_nothing_is_done() {
    let lab = lab(spec()).await;
    bundle(&lab);
    restore(&lab, &["--plan"]).check("restore_plan");
    let told = restore(&lab, &["--plan", "--json"]);
    told.check("restore_plan_json");
    assert_eq!((told.code, lab.sim.host(HOST).in_maintenance_mode()), (0, false));
    assert_eq!(lab.run(&["restore", "list"]).stdout, "No restore was begun.\n");

    fs::remove_dir_all(lab.archive()).unwrap();
    let told = restore(&lab, &["--plan"]);
    assert!(told.code == 1 && told.stdout.contains("BLOCKER  Safety backup"), "{told:?}");
    assert!(!lab.archive().exists(), "nothing is made either");
    assert_eq!(restore(&lab, &["--plan", "--no-safety-backup"]).code, 0);
    Archive::create(&lab.archive()).unwrap();
    lab.sim.host(HOST).set_powered_on_vms(2);
    let told = restore(&lab, &["--plan"]);
    assert!(told.code == 1 && told.stdout.contains("BLOCKER  Virtual machines"), "{told:?}");
    let told = restore(&lab, &words(&confirmed(&[])));
    assert!(told.code == 1 && told.stderr.contains("nothing can be restored to esx01.lab.local"), "{told:?}");
    assert_eq!(lab.sim.open_sessions(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_goes_through_and_can_be_undone() {
    let lab = lab(spec()).await;
    bundle(&lab);
    let told = restore(&lab, &words(&confirmed(&[])));
    told.check("restore");
    assert_eq!(lab.sim.host(HOST).times_restored(), 1);
    lab.run(&["restore", "list"]).check("restore_list");
    lab.run(&["restore", "list", "--json"]).check("restore_list_json");
    let listed = lab.run(&["archive", "list", "--json"]).json();
    let id = listed["records"][0]["id"].as_str().unwrap();
    let undo =
        ["restore", "--host", "esx01", "--id", id, "--accept", "root_password", "--confirm", HOST, "--json"];
    let told = lab.run_connected(&undo);
    assert_eq!((told.code, &told.json()["restore"]["outcome"]), (0, &"proven".into()), "{told:?}");
    assert_eq!(lab.sim.host(HOST).content_in_force().ntp, ["changed.since.lab"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_done_without_consent() {
    let lab = lab(spec()).await;
    bundle(&lab);
    for (arguments, expect) in [
        (&["--accept", "build"][..], "restoring esx01.lab.local was not confirmed"),
        (&["--confirm", HOST, "--accept", "build"], "warnings that were not accepted: root_password"),
        (&[&ACCEPT[..], &["--confirm", "esx01"]].concat(), "\"esx01\" is not the name of the host"),
        (&["--accept", "everything"], "there is no warning \"everything\""),
    ] {
        let told = restore(&lab, arguments);
        assert!(told.code == 2 && told.stderr.contains(expect), "{arguments:?}: {told:?}");
        let told = restore(&lab, &[arguments, &["--json"]].concat());
        assert!(told.json()["error"]["code"].is_string(), "{told:?}");
    }
    assert_eq!(lab.sim.host(HOST).times_restored(), 0);
    assert_eq!(lab.run(&["restore", "list"]).stdout, "No restore was begun.\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_end_has_an_exit_code_of_its_own() {
    let refused = || SoapFault::new("InvalidBundle", "The bundle is invalid.");
    let exit = FaultRule::soap("ExitMaintenanceMode_Task", What::TaskFault(SoapFault::invalid_state()));
    let restore_fault = FaultRule::soap("RestoreFirmwareConfiguration", What::Fault(refused()));
    let sealed = HostSpec { bundle: BundleFormat::Sealed, tpm: true, ..spec() };
    let own_user = HostSpec { upload: Accepts::BASIC, ..spec() };
    let cases: [(HostSpec, Vec<FaultRule>, i32, &str); 4] = [
        (spec(), vec![restore_fault.clone()], 1, "restore_refused"),
        (sealed, vec![], 4, "restore_not_proven"),
        (spec(), vec![restore_fault, exit], 5, "restore_left_changed"),
        (own_user, vec![], 12, "restore_wants_own_user"),
    ];
    for (host, faults, code, name) in cases {
        let is_sealed = host.tpm;
        let lab = lab(host).await;
        bundle(&lab);
        for fault in faults {
            lab.sim.add_fault(fault);
        }
        let more: &[&str] = if is_sealed {
            &["--accept", "sealed", "--accept", "management_address", "--accept", "certificate"]
        } else {
            &[]
        };
        let told = restore(&lab, &words(&confirmed(more)));
        assert_eq!(told.code, code, "{told:?}");
        told.check(name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_passwords_come_on_standard_input() {
    let lab = lab(HostSpec { upload: Accepts::BASIC, ..spec() }).await;
    bundle(&lab);
    let arguments = confirmed(&["--host-user", "root", "--host-password-stdin"]);
    let told = restore_with(&lab, &words(&arguments), "hostkeep-demo\nhostkeep-root\n");
    assert_eq!(told.code, 0, "{told:?}");
    for secret in ["hostkeep-root", "hostkeep-demo"] {
        assert!(!told.shown().contains(secret), "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_was_left_is_listed_and_resumed() {
    let lab = Lab::with(Options {
        hosts: vec![spec()],
        restore_reboot: Duration::from_secs(3600),
        task_time: Duration::ZERO,
        ..Options::default()
    })
    .await;
    bundle(&lab);
    let told = restore(&lab, &words(&confirmed(&["--return-timeout", "1"])));
    assert_eq!(told.code, 4, "{told:?}");
    told.check("restore_unknown");
    lab.run(&["restore", "list"]).check("restore_list_open");
    let listed = lab.run(&["restore", "list", "--json"]).json();
    assert_eq!(listed["restores"][0]["is_open"], true);
    let id = listed["restores"][0]["begun"]["id"].as_str().unwrap();
    lab.run(&["restore", "resume", id]).check("restore_resume_unsaved");
    lab.sim.host(HOST).set_connection_state(vsphere_sim::ConnectionState::Connected);
    let told = lab.run_connected(&["restore", "resume", id]);
    assert_eq!(told.code, 0, "{told:?}");
    let told = lab.run_connected(&["restore", "resume", id, "--leave-maintenance-mode"]);
    assert!(told.code == 1 && told.stderr.contains("has not left the host in maintenance mode"), "{told:?}");
    let told = lab.run(&["restore", "resume", id, "--dismiss"]);
    assert!(told.code == 1 && told.stderr.contains("is not open"), "{told:?}");
}
