//! `hostkeep simulate` and `hostkeep demo`.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Child;

use crate::support::{Told, hostkeep, spawn};

/// A simulator in a process of its own, ended with the test.
struct Running {
    child: Child,
    first_line: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = spawn(hostkeep(arguments), "");
        let mut first_line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first_line).unwrap();
        Self { child, first_line }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn a_simulator_can_be_backed_up_by_what_it_prints() {
    for (arguments, hosts) in [
        (&["--hosts", "3"][..], 3),
        (&["--hosts", "2", "--uniform", "--bundle-bytes", "20000", "--backup-ms", "5"], 2),
        (&["--esxi"], 1),
    ] {
        let simulator = Running::start(&[&["simulate", "--json"], arguments].concat());
        let json: serde_json::Value = serde_json::from_str(&simulator.first_line).unwrap();
        assert_eq!((&json["format"], &json["hosts"]), (&1.into(), &hosts.into()), "{json}");
        let text = |name: &str| json[name].as_str().unwrap().to_owned();
        let folder = tempfile::tempdir().unwrap();
        let mut backup = hostkeep(&["backup", "--password-stdin", "--json"]);
        backup.args(["--url", &text("url"), "--user", &text("user"), "--thumbprint", &text("thumbprint")]);
        backup.arg("--archive").arg(folder.path().join("a")).arg("--config-dir").arg(folder.path().join("c"));
        let told = Told::of(&mut backup, &text("password"), folder.path());
        assert_eq!(
            (told.code, told.json()["run"]["hosts"].as_array().unwrap().len()),
            (0, hosts),
            "{told:?}"
        );
    }
}

#[test]
fn a_simulator_listens_where_it_is_told_to() {
    let simulator = Running::start(&["simulate", "--hosts", "1", "--listen", "127.0.5.1:18989", "--json"]);
    assert!(simulator.first_line.contains("https://127.0.5.1:18989"), "{}", simulator.first_line);
    let told = Told::of(
        &mut hostkeep(&["simulate", "--hosts", "1", "--listen", "127.0.5.1:18989", "--json"]),
        "",
        Path::new("no folder"),
    );
    assert_eq!((told.code, &told.json()["error"]["code"]), (1, &"simulator_failed".into()), "{told:?}");
}

#[test]
fn the_demo_shows_everything_and_touches_nothing() {
    let home = tempfile::tempdir().unwrap();
    let demo = |arguments: &[&str]| {
        let mut command = hostkeep(arguments);
        command
            .env("HOME", home.path())
            .env("TMPDIR", home.path())
            .env("XDG_CONFIG_HOME", home.path().join(".config"));
        Told::of(&mut command, "", home.path())
    };
    let told = demo(&["demo"]);
    assert_eq!(told.code, 0, "{told:?}");
    for words in
        ["Day 1", "11 of 12 hosts saved", "Day 2", "22 backups of 11 hosts", "all good", "keeps the newest 1"]
    {
        assert!(told.stdout.contains(words), "{words} is not in {}", told.stdout);
    }
    assert!(!home.path().join(".config").exists(), "the user's settings were touched");

    let json = demo(&["demo", "--json"]).json();
    assert_eq!(json["format"], 1);
    assert_eq!(json["runs"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&json["verified"]["verified"], &json["verified"]["bad"]),
        (&22.into(), &serde_json::json!([]))
    );
    assert_eq!(json["prune_plan"]["hosts"].as_array().unwrap().len(), 11);
    let archive = PathBuf::from(json["archive"].as_str().unwrap());
    assert!(fs::exists(archive.join("hostkeep-archive.json")).unwrap());
}

#[test]
fn a_demo_without_a_temporary_folder_says_which() {
    let home = tempfile::tempdir().unwrap();
    let gone = home.path().join("gone");
    let mut command = hostkeep(&["demo", "--json"]);
    // As Unix calls it, and Windows.
    command.env("TMPDIR", &gone).env("TMP", &gone).env("TEMP", &gone);
    let told = Told::of(&mut command, "", home.path());
    assert_eq!((told.code, &told.json()["error"]["code"]), (1, &"file_missing".into()), "{told:?}");
    assert!(told.stderr.contains(&format!("cannot make a folder in {}", gone.display())), "{told:?}");
}
