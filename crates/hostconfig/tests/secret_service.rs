//! Passwords in a real Secret Service: gnome-keyring in a D-Bus session of its own, thrown away afterwards.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "setting up a test may panic")]

use std::process::{Command, Stdio};

use hostconfig::credentials::{delete, load, store};
use hostconfig::settings::Server;
use secrecy::ExposeSecret;

/// Names the part that a process is to play. Only a process that a test has started in a session of its own plays one:
/// nobody's own keyring is changed.
const PART: &str = "HOSTKEEP_TEST_KEYRING_PART";

#[test]
fn passwords_survive_in_a_real_secret_service() {
    match std::env::var(PART).as_deref() {
        Ok("store") => return store_some(),
        Ok("load") => return load_them_again(),
        _ => {}
    }
    for program in ["dbus-run-session", "gnome-keyring-daemon"] {
        let tried =
            Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if tried.is_err() {
            eprintln!(
                "skipped: {program} is not installed, so passwords were not tried in a real Secret Service"
            );
            return;
        }
    }
    let session = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keyring-session.sh");
    // Two processes: what the first stores, the second finds.
    let test = "passwords_survive_in_a_real_secret_service";
    let script = format!(r#"{PART}=store "$0" --exact {test} && {PART}=load "$0" --exact {test}"#);
    let mut command = Command::new(session);
    let told = told(command.args(["sh", "-euc", &script]).arg(std::env::current_exe().unwrap()));
    assert_eq!(told.matches("test result: ok. 1 passed").count(), 2, "{told}");
}

#[test]
fn without_a_keyring_the_error_says_so() {
    if std::env::var(PART).as_deref() == Ok("nothing") {
        return find_no_keyring();
    }
    // No session bus at all: what a scheduled task on a server without a desktop finds.
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "without_a_keyring_the_error_says_so"]).env(PART, "nothing");
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    let told = told(command.env("XDG_RUNTIME_DIR", "/nonexistent"));
    assert!(told.contains("1 passed"), "{told}");
}

/// What a command said; it must succeed.
fn told(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    told.into_owned()
}

fn store_some() {
    assert_eq!(load(&vcenter()).unwrap_err().code(), "credentials_missing");
    store(&vcenter(), &"first".into()).unwrap();
    store(&vcenter(), &password().into()).unwrap();
    store(&other(), &"other".into()).unwrap();
}

fn load_them_again() {
    assert_eq!(load(&vcenter()).unwrap().expose_secret(), password());
    assert!(delete(&vcenter()).unwrap());
    assert!(!delete(&vcenter()).unwrap());
    assert_eq!(load(&vcenter()).unwrap_err().code(), "credentials_missing");
    assert_eq!(load(&other()).unwrap().expose_secret(), "other");
}

fn find_no_keyring() {
    for error in [
        store(&vcenter(), &password().into()).unwrap_err(),
        load(&vcenter()).unwrap_err(),
        delete(&vcenter()).unwrap_err(),
    ] {
        assert_eq!(error.code(), "keyring_missing", "{error:?}");
        let message = "this machine offers no keyring for the password of root@https://vc.lab.local (";
        assert!(error.to_string().starts_with(message), "{error}");
        assert!(error.hint().unwrap().contains("--password-stdin"));
        assert!(!format!("{error:?}").contains("pässwörd"));
    }
}

fn vcenter() -> Server {
    Server::new("prod", "vc.lab.local", "root", None).unwrap()
}

fn other() -> Server {
    Server::new("prod", "vc.lab.local", "other", None).unwrap()
}

fn password() -> String {
    format!("pässwörd with spaces \u{1f511} {}", "long".repeat(200))
}
