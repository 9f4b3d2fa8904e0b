//! What Windows adds: cmd and its exit codes, UTF-8, Credential Manager. Ctrl+C is typed by `cargo xtask windows`.

#![cfg(windows)]

use std::fs;
use std::process::Command;
use std::time::Duration;

use hostconfig::credentials;
use hostconfig::settings::Server;
use vsphere_sim::{HostSpec, Options};

use crate::support::{Lab, Told, hostkeep};

const NOTE: &str = "größer – 主机";

/// A script for cmd in a file of its own, as a scheduled task would start it.
fn cmd(lab: &Lab, script: &str) -> Told {
    let file = lab.folder.path().join("task.cmd");
    let program = env!("CARGO_BIN_EXE_hostkeep");
    let lines = ["@echo off", "chcp 65001 >nul", &format!("set \"HOSTKEEP={program}\""), script, ""];
    fs::write(&file, lines.join("\r\n")).unwrap();
    let mut command = Command::new("cmd");
    // By the environment: Wine reads scripts in the code page of DOS, whatever `chcp` said.
    command.args(["/d", "/c"]).arg(&file).env("NOTE", NOTE);
    command.envs(hostkeep(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
    Told::of(&mut command, "hostkeep-demo\n", lab.folder.path())
}

/// The arguments as cmd takes them.
fn quoted(arguments: &[String]) -> String {
    arguments.iter().map(|argument| format!("\"{argument}\"")).collect::<Vec<_>>().join(" ")
}

fn places(lab: &Lab) -> Vec<String> {
    let shown = |path: std::path::PathBuf| path.to_str().unwrap().to_owned();
    vec!["--archive".into(), shown(lab.archive()), "--config-dir".into(), shown(lab.config())]
}

#[tokio::test(flavor = "multi_thread")]
async fn cmd_gets_exit_codes_and_utf_8() {
    let lab = Lab::new(1).await;
    let arguments = quoted(&[places(&lab), lab.connect()].concat());
    let told = cmd(
        &lab,
        &format!(
            "\"%HOSTKEEP%\" backup --note \"%NOTE%\" {arguments}\r\n\
             echo first=%errorlevel%\r\n\
             \"%HOSTKEEP%\" no-such-thing 2>nul\r\n\
             echo second=%errorlevel%\r\n\
             \"%HOSTKEEP%\" archive list --json {} > \"%~dp0list.txt\"\r\n\
             \"%HOSTKEEP%\" archive show zzzz {} 2>nul\r\n\
             echo third=%errorlevel%\r\n\
             exit /b 3",
            quoted(&places(&lab)),
            quoted(&places(&lab)),
        ),
    );
    assert_eq!(told.code, 3, "{told:?}");
    assert!(told.stdout.contains("1 of 1 host saved"), "{told:?}");
    for expect in ["first=0", "second=2", "third=1"] {
        assert!(told.stdout.lines().any(|line| line.trim() == expect), "{expect}: {told:?}");
    }
    let list = fs::read(lab.folder.path().join("list.txt")).unwrap();
    let list = String::from_utf8(list).expect("what is redirected is UTF-8");
    assert!(list.contains(&format!("\"{NOTE}\"")), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_backed_up_and_restored() {
    let hosts = vec![HostSpec::new("esx01.lab.local")];
    let restore_reboot = Duration::from_millis(60);
    let lab = Lab::with(Options { hosts, restore_reboot, ..Options::default() }).await;
    let host = lab.sim.host("esx01.lab.local");
    let told = lab.back_up();
    assert_eq!(told.code, 0, "{told:?}");
    let told = lab.run(&["archive", "verify"]);
    assert_eq!(told.code, 0, "{told:?}");
    let record = &lab.run(&["archive", "list", "--json"]).json()["records"][0];
    let id = record["id"].as_str().unwrap().to_owned();
    let out = lab.folder.path().join("büro 1.tgz");
    assert_eq!(lab.run(&["archive", "export", &id, out.to_str().unwrap()]).code, 0);
    assert_eq!(fs::read(&out).unwrap().len() as u64, record["bundle"]["bytes"], "{record}");
    let restore = ["restore", "--host", "esx01", "--id", &id];
    let planned = lab.run_connected(&[&restore[..], &["--plan", "--json"]].concat());
    assert_eq!((planned.code, host.times_restored()), (0, 0), "{planned:?}");
    let confirmed = ["--accept", "root_password", "--confirm", "esx01.lab.local", "--json"];
    let told = lab.run_connected(&[&restore[..], &confirmed].concat());
    assert_eq!((told.code, host.times_restored()), (0, 1), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_server_has_its_password_in_credential_manager() {
    let lab = Lab::new(2).await;
    let (url, thumbprint) = (lab.sim.url(), lab.sim.thumbprint());
    let user = "administrator@vsphere.local";
    let add = ["server", "add", "prod", "--url", &url, "--user", user, "--password-stdin"];
    let trusted = [&add[..], &["--thumbprint", &thumbprint]].concat();
    let told = Told::of(&mut lab.command(&trusted), "hostkeep-demo\n", lab.folder.path());
    assert_eq!(told.code, 0, "{told:?}");
    let settings = fs::read_to_string(lab.config().join("settings.json")).unwrap();
    assert!(!settings.contains("hostkeep-demo"), "{settings}");
    let told = lab.run(&["backup"]);
    let removed = lab.run(&["server", "remove", "prod"]);
    assert!(told.code == 0 && told.stdout.contains("2 of 2 hosts saved"), "{told:?}");
    assert_eq!(removed.code, 0, "{removed:?}");
    let server = Server::new("prod", &url, user, None).unwrap();
    assert_eq!(credentials::load(&server).unwrap_err().code(), "credentials_missing");
}
