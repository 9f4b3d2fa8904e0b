//! `hostkeep server`.

// Elsewhere the program would find the keyring of whoever runs the tests.
#![cfg(target_os = "linux")]

use std::fs;
use std::process::{Command, Stdio};

use crate::support::{Lab, Told};

fn add(lab: &Lab, name: &str, stdin: &str) -> Told {
    lab.run_with(&["server", "add", name], stdin)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_saved_even_without_a_keyring() {
    let lab = Lab::new(2).await;
    lab.run(&["server", "list"]).check("server_list_empty");
    add(&lab, "prod", "hostkeep-demo\n").check("server_add");
    add(&lab, "PROD", "hostkeep-demo\n").check("server_add_again");
    lab.run(&["server", "list"]).check("server_list");
    lab.run(&["server", "list", "--json"]).check("server_list_json");
    let test = |stdin| {
        let mut command = lab.command(&["server", "test", "prod", "--password-stdin"]);
        Told::of(&mut command, stdin, lab.folder.path())
    };
    test("hostkeep-demo\n").check("server_test");
    assert_eq!(test("wrong\n").code, 12);
    lab.run(&["server", "test", "prod"]).check("server_test_without_password");
    let mut saved = lab.command(&["hosts", "--password-stdin", "--json"]);
    let told = Told::of(&mut saved, "hostkeep-demo\n", lab.folder.path());
    assert_eq!((told.code, &told.json()["hosts"][0]["server"]), (0, &"prod".into()));
    lab.run(&["server", "remove", "prod"]).check("server_remove");
    lab.run(&["server", "remove", "prod", "--json"]).check("server_remove_again_json");
    assert!(!fs::read_to_string(lab.config().join("settings.json")).unwrap().contains("hostkeep-demo"));
    assert_eq!(lab.sim.open_sessions(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_work_is_not_saved() {
    let lab = Lab::new(1).await;
    let url = lab.sim.url();
    let untrusted = ["server", "add", "prod", "--url", &url, "--user", "root", "--password-stdin"];
    Told::of(&mut lab.command(&untrusted), "hostkeep-demo\n", lab.folder.path())
        .check("server_add_untrusted");
    assert_eq!(lab.sim.sessions_ever(), 0);
    assert_eq!(add(&lab, "prod", "wrong\n").code, 12);
    assert_eq!(add(&lab, "--", "hostkeep-demo\n").code, 2);
    assert_eq!(add(&lab, " ", "hostkeep-demo\n").code, 2);
    assert_eq!(lab.run(&["server", "list", "--json"]).json()["servers"].as_array().unwrap().len(), 0);
}

/// What one process stores, the next one finds, and the scheduled backup needs nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn with_a_keyring_nobody_is_asked_again() {
    for program in ["dbus-run-session", "gnome-keyring-daemon"] {
        let is_there = Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok();
        if !is_there {
            println!(
                "skipped: {program} is not installed, so the console program was not tried with a keyring"
            );
            return;
        }
    }
    let lab = Lab::new(2).await;
    let script = r#"
        echo hostkeep-demo | "$0" server add prod --url "$1" --user administrator@vsphere.local --thumbprint "$2" \
            --password-stdin --json
        "$0" server test prod
        "$0" backup --concurrency 1
        "$0" server remove prod
        "#;
    let folder = lab.folder.path();
    let script = script.replace(
        "\"$0\"",
        &format!("\"$0\" --archive '{}' --config-dir '{}'", lab.archive().display(), lab.config().display()),
    );
    let session = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/hostconfig/tests/keyring-session.sh");
    let mut command = Command::new(session);
    command.args([
        "sh",
        "-euc",
        &script,
        env!("CARGO_BIN_EXE_hostkeep"),
        &lab.sim.url(),
        &lab.sim.thumbprint(),
    ]);
    let told = Told::of(&mut command, "", folder);
    // The D-Bus daemon has something of its own to say there.
    Told { stderr: String::new(), ..told }.check("server_with_keyring");
    assert_eq!(lab.sim.open_sessions(), 0);
}
