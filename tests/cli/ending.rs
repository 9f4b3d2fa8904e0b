//! How the program ends early: Ctrl+C, the system's request, a reader that has seen enough.

#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use vsphere_sim::{FaultRule, Options, What, varied_hosts};

use crate::support::{Lab, Told, hostkeep, spawn};

fn send(signal: &str, child: &Child) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

/// A lab whose hosts take longer to pack their bundles than any test.
async fn slow_lab() -> Lab {
    let hosts = varied_hosts(4);
    Lab::with(Options { hosts, backup_time: Duration::from_secs(600), ..Options::default() }).await
}

fn backup(lab: &Lab) -> Command {
    let mut command = lab.command(&["backup", "--concurrency", "2"]);
    command.args(lab.connect());
    command
}

async fn under_way(command: Command, lab: &Lab) -> Child {
    let child = spawn(command, "hostkeep-demo\n");
    while lab.sim.open_sessions() == 0 || !fs_has_staging(lab) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child
}

fn fs_has_staging(lab: &Lab) -> bool {
    let staging = lab.archive().join(".hostkeep/staging");
    std::fs::read_dir(staging).is_ok_and(|entries| entries.count() > 0)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_ctrl_c_ends_tidily() {
    let lab = slow_lab().await;
    let child = under_way(backup(&lab), &lab).await;
    send("-INT", &child);
    Told::from(child.wait_with_output().unwrap(), lab.folder.path()).check("backup_cancelled");
    assert_eq!(lab.sim.open_sessions(), 0);
    assert!(!fs_has_staging(&lab));
    let verified = lab.run(&["archive", "verify"]);
    assert_eq!(verified.stdout, "There is no backup to verify.\n", "nothing half-written is there");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_terminal_is_as_good_as_ctrl_c() {
    let lab = slow_lab().await;
    let child = under_way(backup(&lab), &lab).await;
    send("-HUP", &child);
    Told::from(child.wait_with_output().unwrap(), lab.folder.path()).check("backup_cancelled");
    assert_eq!(lab.sim.open_sessions(), 0);
    assert!(!fs_has_staging(&lab));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_started_to_outlive_its_terminal_does() {
    let lab = slow_lab().await;
    let own = backup(&lab);
    // What nohup does, without its files and words.
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).arg(own.get_program()).args(own.get_args());
    command.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let child = under_way(command, &lab).await;
    send("-HUP", &child);
    // It listens to this one still, and comes to it second.
    send("-INT", &child);
    let told = Told::from(child.wait_with_output().unwrap(), lab.folder.path());
    assert_eq!(told.code, 130, "{}", told.stderr);
    assert_eq!(lab.sim.open_sessions(), 0, "{}", told.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_only_planned_signs_out_at_whatever_it_is() {
    const CALL: &str = "RetrievePropertiesEx";
    let planning = |lab: &Lab| {
        let host = &lab.sim.hosts()[0];
        let bundle = lab.folder.path().join("configBundle.tgz");
        std::fs::write(&bundle, host.bundle()).unwrap();
        let mut command = lab.command(&["restore", "--plan", "--host", &host.inventory_name()]);
        command.arg("--bundle").arg(&bundle).args(lab.connect());
        spawn(command, "hostkeep-demo\n")
    };
    let answered = |lab: &Lab| lab.sim.requests().iter().filter(|request| request.kind == CALL).count();
    let whole = Lab::new(1).await;
    planning(&whole).wait().unwrap();
    for calls in 0..answered(&whole) {
        let lab = Lab::new(1).await;
        lab.sim.add_fault(FaultRule::soap(CALL, What::Stall).after(calls));
        let child = planning(&lab);
        while answered(&lab) < calls || lab.sim.open_sessions() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        send("-TERM", &child);
        let told = Told::from(child.wait_with_output().unwrap(), lab.folder.path());
        assert_eq!((told.code, lab.sim.open_sessions()), (130, 0), "after {calls}: {}", told.stderr);
    }
    assert!(answered(&whole) > 3, "the host is found, and then looked at");
}

#[test]
fn a_simulator_ends_when_the_system_asks() {
    let mut child = spawn(hostkeep(&["simulate", "--hosts", "1"]), "");
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut told = String::new();
    while !told.contains("hostkeep backup") {
        assert!(out.read_line(&mut told).unwrap() > 0, "{told}");
    }
    send("-TERM", &child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let mut child =
        hostkeep(&["completions", "bash"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 1];
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut first).unwrap();
    drop(out);
    let told = child.wait_with_output().unwrap();
    assert_eq!((told.status.code(), String::from_utf8(told.stderr).unwrap().as_str()), (Some(0), ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_nobody_reads_of_ends_as_it_would_have() {
    let lab = Lab::new(1).await;
    for arguments in [&["backup"][..], &["backup", "--json"]] {
        let mut command = lab.command(arguments);
        command.args(lab.connect());
        let mut child = spawn(command, "hostkeep-demo\n");
        drop(child.stdout.take());
        let told = Told::from(child.wait_with_output().unwrap(), lab.folder.path());
        assert_eq!(told.code, 0, "{}", told.stderr);
        assert!(!told.stderr.contains("error"), "{}", told.stderr);
    }
}
