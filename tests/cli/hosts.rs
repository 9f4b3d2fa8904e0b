//! `hostkeep hosts`, and what can go wrong on the way to a server.

use vsphere_sim::{FaultRule, SoapFault, What};

use crate::support::{Lab, Told, hostkeep};

#[tokio::test(flavor = "multi_thread")]
async fn hosts_are_listed_with_their_last_backup() {
    let lab = Lab::new(6).await;
    lab.run_connected(&["hosts"]).check("hosts_without_archive");
    assert_eq!(lab.back_up().code, 3);
    lab.run_connected(&["hosts"]).check("hosts");
    lab.run_connected(&["hosts", "--json"]).check("hosts_json");
    assert_eq!(lab.sim.open_sessions(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_do_not_work() {
    let lab = Lab::new(1).await;
    lab.run_with(&["hosts"], "wrong\n").check("wrong_password");
    lab.run_with(&["hosts", "--json"], "wrong\n").check("wrong_password_json");
    for stdin in ["", "\n"] {
        let told = lab.run_with(&["hosts"], stdin);
        assert!(told.code == 12 && told.stderr.contains("the password is empty"), "{told:?}");
    }
    // Not trimmed: a space belongs to the password.
    assert_eq!(lab.run_with(&["hosts"], "hostkeep-demo \n").code, 12);
    assert_eq!(lab.run_with(&["hosts"], "hostkeep-demo\r\n").code, 0);
    let mut without = lab.command(&["hosts", "--url", &lab.sim.url(), "--user", "root"]);
    Told::of(&mut without, "hostkeep-demo\n", lab.folder.path()).check("no_password");
    lab.sim.add_fault(FaultRule::soap("Login", What::Fault(SoapFault::password_expired())));
    let told = lab.run_connected(&["hosts"]);
    assert!(told.code == 12 && told.stderr.contains("Set a new password"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_trusted_ends_before_the_password_is_sent() {
    let lab = Lab::new(1).await;
    let connect = ["hosts", "--url", &lab.sim.url(), "--user", "root", "--password-stdin"];
    let untrusted = || Told::of(&mut lab.command(&connect), "hostkeep-demo\n", lab.folder.path());
    untrusted().check("untrusted");
    // The same on a machine without any certificate authority: there is somebody to ask.
    if cfg!(target_os = "linux") {
        let mut without = lab.command(&connect);
        without.env("SSL_CERT_FILE", "/nothing").env("SSL_CERT_DIR", "/nothing");
        Told::of(&mut without, "hostkeep-demo\n", lab.folder.path()).check("untrusted");
    }
    let json = Told::of(lab.command(&connect).arg("--json"), "hostkeep-demo\n", lab.folder.path());
    json.check("untrusted_json");
    assert_eq!(json.json()["certificate"]["sha256"], lab.sim.thumbprint());

    let trusted = lab.connect();
    lab.sim.change_certificate();
    let changed = Told::of(lab.command(&["hosts"]).args(trusted), "hostkeep-demo\n", lab.folder.path());
    changed.check("changed_certificate");
    assert_eq!(lab.sim.sessions_ever(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_cannot_be_reached() {
    let lab = Lab::new(1).await;
    for (url, code, exit) in [
        ("127.0.0.1:1", "cannot_connect", 1),
        ("no-such-host.invalid", "name_not_resolved", 1),
        ("ftp://vcsa.lab.local", "bad_server", 2),
        ("root:secret@vcsa.lab.local", "bad_server", 2),
    ] {
        let mut command =
            lab.command(&["hosts", "--json", "--user", "root", "--password-stdin", "--url", url]);
        let told = Told::of(&mut command, "secret\n", lab.folder.path());
        assert_eq!((told.code, &told.json()["error"]["code"]), (exit, &code.into()), "{told:?}");
        assert!(!told.shown().contains("secret"), "{told:?}");
    }
    lab.run(&["hosts"]).check("no_server");
    let told = lab.run(&["hosts", "--server", "prod"]);
    assert!(told.code == 1 && told.stderr.contains("there is no server named \"prod\""), "{told:?}");
}

/// What a monitoring system asks every morning.
#[tokio::test(flavor = "multi_thread")]
async fn hosts_without_a_fresh_backup_are_told_by_the_exit_code() {
    let lab = Lab::new(4).await;
    let check = || lab.run_connected(&["hosts", "--check"]);
    let told = check();
    assert!(told.code == 1 && told.stdout.matches("never").count() == 4, "{told:?}");
    lab.run_connected(&["backup", "--exclude", "esx02"]);
    let told = check();
    assert!(told.code == 1 && told.stdout.contains("esx02") && !told.stdout.contains("esx01"), "{told:?}");
    lab.run_connected(&["backup", "--host", "esx02"]);
    let told = check();
    assert_eq!((told.code, told.stdout.as_str()), (0, "None of 4 hosts is without a fresh backup.\n"));
    lab.sim.add_fault(FaultRule::soap(
        "BackupFirmwareConfiguration",
        What::Fault(SoapFault::new("HostCommunication", "lost")),
    ));
    lab.run_connected(&["backup", "--host", "esx03"]);
    let told = lab.run_connected(&["hosts", "--check", "--json"]);
    assert_eq!((told.code, &told.json()["hosts"][0]["safety"]), (1, &"failing".into()), "{told:?}");
    assert_eq!(told.json()["hosts"].as_array().map(Vec::len), Some(1), "{told:?}");

    // Of a share that is not mounted nobody knows what is on it: neither that all is well nor that there is nothing.
    std::fs::remove_dir_all(lab.archive()).unwrap();
    let told = check();
    assert!(told.code == 1 && !told.stdout.contains("never"), "{told:?}");
    assert!(told.stdout.contains("4 hosts") && told.stderr.contains("is gone"), "{told:?}");
    let told = lab.run_connected(&["hosts", "--json"]);
    assert_eq!((told.code, &told.json()["hosts"][0]["safety"]), (0, &"unknown".into()), "{told:?}");
}

/// A server that is down is no sign that all is well.
#[test]
fn monitoring_is_told_of_the_only_server() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = hostkeep(&["hosts", "--check", "--json", "--user", "root", "--password-stdin"]);
    command.arg("--config-dir").arg(folder.path()).arg("--archive").arg(folder.path().join("archive"));
    let told = Told::of(command.args(["--url", "127.0.0.1:1"]), "secret\n", folder.path());
    let code = &told.json()["failed_servers"][0]["error"]["code"];
    assert_eq!((told.code, code), (3, &"cannot_connect".into()), "{told:?}");
}
