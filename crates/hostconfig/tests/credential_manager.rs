//! Passwords in the real Windows Credential Manager, under an address that nobody has, and removed again.
#![cfg(windows)]
#![allow(clippy::unwrap_used, reason = "setting up a test may panic")]

use std::process::Command;

use hostconfig::credentials::{delete, load, store};
use hostconfig::settings::Server;
use secrecy::ExposeSecret;

/// Names the address, in the process that is to find what another one has stored.
const PART: &str = "HOSTKEEP_TEST_CREDENTIALS";

/// Removes what a test stored, however it ends.
struct Stored(Server);

impl Drop for Stored {
    fn drop(&mut self) {
        drop(delete(&self.0));
    }
}

fn server(address: &str) -> Server {
    Server::new("prod", address, "backup@vsphere.local", None).unwrap()
}

fn nobodys_address(test: &str) -> String {
    format!("{test}-{}.hostkeep-test.invalid", std::process::id())
}

fn password() -> String {
    format!("pässwörd with spaces \u{1f511} {}", "long".repeat(200))
}

#[test]
fn a_password_is_found_by_another_process() {
    if let Ok(address) = std::env::var(PART) {
        assert_eq!(load(&server(&address)).unwrap().expose_secret(), password());
        assert!(delete(&server(&address)).unwrap());
        return;
    }
    let address = nobodys_address("kept");
    let stored = Stored(server(&address));
    assert_eq!(load(&stored.0).unwrap_err().code(), "credentials_missing");
    store(&stored.0, &"first".into()).unwrap();
    store(&stored.0, &password().into()).unwrap();
    let mut other = Command::new(std::env::current_exe().unwrap());
    other.args(["--exact", "a_password_is_found_by_another_process"]).env(PART, &address);
    let output = other.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
    assert_eq!(load(&stored.0).unwrap_err().code(), "credentials_missing");
    assert!(!delete(&stored.0).unwrap());
}

/// Credential Manager takes 2,560 bytes; a password is UTF-16 there.
#[test]
fn too_long_a_password_is_refused_and_the_old_one_stays() {
    let stored = Stored(server(&nobodys_address("long")));
    store(&stored.0, &"old".into()).unwrap();
    store(&stored.0, &"x".repeat(1280).into()).unwrap();
    let error = store(&stored.0, &"y".repeat(1281).into()).unwrap_err();
    assert_eq!(error.code(), "credentials_too_long", "{error}");
    assert!(!format!("{error} {error:?}").contains("yyy"));
    assert_eq!(load(&stored.0).unwrap().expose_secret().len(), 1280);
}
