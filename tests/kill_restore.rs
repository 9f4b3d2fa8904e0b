//! `kill -9` at every step of a restore: the host is as it was found, or the journal says otherwise and the next start can
//! bring it to its end; and nothing that was not proven is ever called a success.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test program")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hostconfig::ConfigDir;
use hostconfig::archive::Archive;
use hostconfig::restore::{Next, Step, StepState, Summary, history};
use vsphere_sim::{FaultRule, HostSpec, Options, SimHost, Simulator, What};

const HOST: &str = "esx01.lab.local";

fn hostkeep(sim: &Simulator, folder: &Path, arguments: &[&str]) -> Child {
    let Options { user, password, .. } = Options::default();
    let mut child = Command::new(env!("CARGO_BIN_EXE_hostkeep"))
        .args(arguments)
        .args(["--json", "--password-stdin", "--user", &user])
        .args(["--url", &sim.url(), "--thumbprint", &sim.thumbprint()])
        .arg("--archive")
        .arg(folder.join("archive"))
        .arg("--config-dir")
        .arg(folder.join("config"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("{password}\n").as_bytes()).unwrap();
    child
}

fn journals(folder: &Path) -> Vec<Summary> {
    let (restores, unreadable) = history(&ConfigDir::at(folder.join("config"))).unwrap();
    assert_eq!(unreadable, [], "a journal that was cut off can still be read");
    restores
}

/// What keeps a restore at this step until it is killed: a server that says nothing more.
fn stall(step: Step) -> FaultRule {
    let soap = |method: &str| FaultRule::soap(method, What::Stall);
    match step {
        Step::SafetyBackup => soap("BackupFirmwareConfiguration"),
        Step::EnterMaintenanceMode => soap("EnterMaintenanceMode_Task"),
        Step::Upload => FaultRule::put(What::Stall),
        Step::Restore => soap("RestoreFirmwareConfiguration"),
        Step::GoDown | Step::Return => soap("none: the host stays away"),
        Step::Compare => soap("BackupFirmwareConfiguration").after(1),
        Step::LeaveMaintenanceMode => soap("ExitMaintenanceMode_Task"),
    }
}

/// Killed while it is at this step, before (`Stall`) the call or after it took effect.
async fn killed_at(step: Step, rule: FaultRule) {
    let stays_away = matches!(step, Step::GoDown | Step::Return);
    let restore_reboot = Duration::from_millis(if stays_away { 3_600_000 } else { 60 });
    let hosts = vec![HostSpec::new(HOST)];
    let options = Options { hosts, restore_reboot, task_time: Duration::ZERO, ..Options::default() };
    let sim = Simulator::start(options).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let host = sim.host(HOST);
    let bundle = folder.path().join("configBundle.tgz");
    std::fs::write(&bundle, host.bundle()).unwrap();
    host.set_ntp(&["changed.since.lab"]);
    Archive::create(&folder.path().join("archive")).unwrap();
    sim.add_fault(rule);
    let arguments = ["restore", "--host", HOST, "--bundle", bundle.to_str().unwrap(), "--confirm", HOST];
    let accept = ["--accept", "build", "--accept", "root_password"];
    let mut child = hostkeep(&sim, folder.path(), &[&arguments[..], &accept].concat());
    // The step is noted before it is done.
    while !journals(folder.path()).iter().any(|restore| {
        restore.stood.step >= Some(step)
            && (restore.stood.step > Some(step) || restore.stood.state == StepState::Begun)
    }) {
        assert_eq!(child.try_wait().unwrap(), None, "it ended before {step:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "{step:?}: {output:?}");

    let restore = journals(folder.path()).remove(0);
    assert!(!restore.is_under_way && restore.report.is_none(), "{restore:#?}");
    check_left(&host, &restore);
    if stays_away {
        host.set_connection_state(vsphere_sim::ConnectionState::Connected);
    }
    bring_to_an_end(&sim, folder.path(), &host, &restore, step);
}

/// As it was found, or the journal says otherwise.
fn check_left(host: &SimHost, restore: &Summary) {
    if host.times_restored() > 0 {
        assert!(
            restore.is_open && restore.was_sent && restore.next.contains(&Next::KeepWatching),
            "{restore:#?}"
        );
    }
    if host.in_maintenance_mode() {
        assert!(restore.is_open && restore.next.contains(&Next::LeaveMaintenanceMode), "{restore:#?}");
    }
    assert_eq!(restore.is_open, !restore.next.is_empty());
}

/// What is offered is done, and afterwards nothing is open that could be proven.
fn bring_to_an_end(sim: &Simulator, folder: &Path, host: &SimHost, restore: &Summary, step: Step) {
    if !restore.is_open {
        assert_eq!((host.times_restored(), host.in_maintenance_mode()), (0, false), "{step:?}");
        return;
    }
    // The rule that held it up is still in force for whoever comes next.
    sim.clear_faults();
    let was_restored = host.times_restored() > 0;
    let leave = ["restore", "resume", &restore.begun.id, "--leave-maintenance-mode"];
    let arguments = if was_restored { &leave[..3] } else { &leave[..] };
    let output = hostkeep(sim, folder, arguments).wait_with_output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let outcome = report["restore"]["outcome"].as_str().unwrap();
    assert!(!host.in_maintenance_mode(), "{step:?}: {report:#}");
    let state_of = |step: Step| &report["restore"]["steps"][step as usize]["state"];
    assert_eq!(
        state_of(Step::SafetyBackup),
        "done",
        "{step:?}: what was done before is part of it: {report:#}"
    );
    if was_restored {
        assert_eq!((outcome, output.status.code()), ("proven", Some(0)), "{step:?}: {report:#}");
        assert_eq!(host.content_in_force().ntp, ["ntp1.lab.lab.local", "ntp2.lab.lab.local"]);
    } else {
        let expect = if restore.was_sent { "unknown" } else { "nothing_changed" };
        assert_eq!(outcome, expect, "{step:?}: {report:#}");
    }
    assert_eq!(host.times_restored(), usize::from(was_restored), "nothing is ever sent twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_every_step_a_restore_says_where_it_stood() {
    for step in Step::ALL {
        killed_at(step, stall(step)).await;
    }
}

/// The call took effect, and the answer never comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_a_call_took_effect_too() {
    let late = |method: &str| FaultRule::soap(method, What::StallAfter(0));
    for (step, rule) in [
        (Step::EnterMaintenanceMode, late("EnterMaintenanceMode_Task")),
        (Step::Upload, FaultRule::put(What::StallAfter(0))),
        (Step::LeaveMaintenanceMode, late("ExitMaintenanceMode_Task")),
    ] {
        killed_at(step, rule).await;
    }
}
