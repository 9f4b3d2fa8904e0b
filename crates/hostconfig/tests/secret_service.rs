//! Passwords in a real Secret Service: gnome-keyring in a D-Bus session of its own, thrown away afterwards.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "setting up a test may panic")]

use std::process::{Command, Stdio};

use hostconfig::credentials::{delete, load, store};
use hostconfig::settings::Server;
use secrecy::ExposeSecret;

/// Set for the process that runs within the session.
const WITHIN: &str = "HOSTKEEP_TEST_WITHIN_KEYRING_SESSION";

#[test]
fn passwords_survive_in_a_real_secret_service() {
    for program in ["dbus-run-session", "gnome-keyring-daemon"] {
        if Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_err()
        {
            eprintln!(
                "skipped: {program} is not installed, so passwords were not tried in a real Secret Service"
            );
            return;
        }
    }
    let session = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keyring-session.sh");
    // Two processes: what the first stores, the second finds.
    let script = r#""$0" --exact within_store --ignored && "$0" --exact within_load --ignored"#;
    let output = Command::new(session)
        .args(["sh", "-euc", script])
        .arg(std::env::current_exe().unwrap())
        .env(WITHIN, "1")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert_eq!(told.matches("test result: ok. 1 passed").count(), 2, "{told}");
}

#[test]
fn without_a_keyring_the_error_says_so() {
    // No session bus at all: what a scheduled task on a server without a desktop finds.
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "within_nothing", "--ignored"])
        .env(WITHIN, "1")
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        .env("XDG_RUNTIME_DIR", "/nonexistent")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}

#[test]
#[ignore = "runs within the session that the tests above start"]
fn within_store() {
    require_session();
    assert_eq!(load(&vcenter()).unwrap_err().code(), "credentials_missing");
    store(&vcenter(), &"first".into()).unwrap();
    store(&vcenter(), &password().into()).unwrap();
    store(&other(), &"other".into()).unwrap();
}

#[test]
#[ignore = "runs within the session that the tests above start"]
fn within_load() {
    require_session();
    assert_eq!(load(&vcenter()).unwrap().expose_secret(), password());
    assert!(delete(&vcenter()).unwrap());
    assert!(!delete(&vcenter()).unwrap());
    assert_eq!(load(&vcenter()).unwrap_err().code(), "credentials_missing");
    assert_eq!(load(&other()).unwrap().expose_secret(), "other");
}

#[test]
#[ignore = "runs in the process that the tests above start"]
fn within_nothing() {
    require_session();
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

/// Whoever runs all ignored tests must not have their own keyring changed.
fn require_session() {
    assert!(std::env::var_os(WITHIN).is_some(), "runs only within the session that the tests above start");
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
