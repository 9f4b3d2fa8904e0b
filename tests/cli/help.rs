//! Help pages and wrong usage.

use crate::support::{Told, hostkeep};

fn run(arguments: &[&str]) -> Told {
    Told::of(&mut hostkeep(arguments), "", std::path::Path::new("no folder"))
}

#[test]
fn every_help_page_reads_well() {
    for (name, arguments) in [
        ("help", &[][..]),
        ("help_server", &["server"]),
        ("help_server_add", &["server", "add"]),
        ("help_server_list", &["server", "list"]),
        ("help_server_test", &["server", "test"]),
        ("help_server_remove", &["server", "remove"]),
        ("help_hosts", &["hosts"]),
        ("help_backup", &["backup"]),
        ("help_restore", &["restore"]),
        ("help_restore_list", &["restore", "list"]),
        ("help_restore_resume", &["restore", "resume"]),
        ("help_archive", &["archive"]),
        ("help_archive_list", &["archive", "list"]),
        ("help_archive_show", &["archive", "show"]),
        ("help_archive_verify", &["archive", "verify"]),
        ("help_archive_prune", &["archive", "prune"]),
        ("help_archive_delete", &["archive", "delete"]),
        ("help_archive_pin", &["archive", "pin"]),
        ("help_archive_unpin", &["archive", "unpin"]),
        ("help_archive_note", &["archive", "note"]),
        ("help_archive_export", &["archive", "export"]),
        ("help_archive_changes", &["archive", "changes"]),
        ("help_archive_search", &["archive", "search"]),
        ("help_bundle", &["bundle"]),
        ("help_bundle_show", &["bundle", "show"]),
        ("help_bundle_files", &["bundle", "files"]),
        ("help_bundle_cat", &["bundle", "cat"]),
        ("help_bundle_settings", &["bundle", "settings"]),
        ("help_bundle_diff", &["bundle", "diff"]),
        ("help_recovery_key", &["recovery-key"]),
        ("help_recovery_key_list", &["recovery-key", "list"]),
        ("help_recovery_key_show", &["recovery-key", "show"]),
        ("help_simulate", &["simulate"]),
        ("help_demo", &["demo"]),
        ("help_completions", &["completions"]),
    ] {
        let told = run(&[arguments, &["--help"]].concat());
        assert_eq!((told.code, told.stderr.as_str()), (0, ""), "{arguments:?}");
        let widest = told.stdout.lines().max_by_key(|line| line.chars().count()).unwrap();
        assert!(widest.chars().count() <= 80, "{arguments:?}: {widest:?}");
        told.check(name);
    }
}

#[test]
fn wrong_usage_is_told_in_both_forms() {
    for (arguments, expect) in [
        (&["frobnicate"][..], "unrecognized subcommand 'frobnicate'"),
        (&["backup", "--concurrency", "0"], "invalid value '0' for '--concurrency <N>': 0 is not in 1..=256"),
        (&["backup", "--server", "a", "--url", "b"], "'--server <NAME>' cannot be used with '--url <URL>'"),
        (&["backup", "--user", "root"], "required arguments were not provided"),
        (&["backup", "--password", "secret"], "unexpected argument '--password' found"),
        (&["archive", "prune"], "required arguments were not provided"),
        (&["archive", "prune", "--keep-last", "0"], "0 is not in 1..=4294967295"),
        (&["restore", "--host", "a"], "required arguments were not provided"),
        (&["restore", "--bundle", "a"], "required arguments were not provided"),
        (&["restore", "--host", "a", "--id", "b", "--bundle", "c"], "cannot be used with"),
        (&["archive", "search"], "required arguments were not provided"),
        (&["archive", "search", "a", "--all", "--host", "b"], "cannot be used with"),
        (&["bundle", "diff", "a"], "required arguments were not provided"),
        (&["archive", "delete"], "required arguments were not provided"),
        (&["simulate", "--hosts", "2501"], "2501 is not in 1..=2500"),
        (&["simulate", "--listen", "here"], "invalid value 'here' for '--listen <ADDRESS:PORT>'"),
    ] {
        let told = run(arguments);
        assert!(told.stderr.contains(expect), "{arguments:?}: {}", told.stderr);
        assert_eq!((told.code, told.stdout.as_str()), (2, ""), "{arguments:?}");
        let told = run(&[arguments, &["--json"]].concat());
        assert_eq!((told.code, &told.json()["error"]["code"]), (2, &"usage".into()), "{arguments:?}");
        let message = told.json()["error"]["message"].to_string();
        assert!(message.contains(expect.trim_matches('\'')), "{arguments:?}: {message}");
        assert!(!message.contains("--help"), "the hint says so: {message}");
    }
}

#[test]
fn without_arguments_there_is_help_and_an_exit_code_of_wrong_usage() {
    for arguments in [&[][..], &["server"], &["archive"]] {
        let told = run(arguments);
        assert!(told.code == 2 && told.stderr.contains("Usage: hostkeep"), "{told:?}");
        let told = run(&[&["--json"], arguments].concat());
        assert_eq!((told.code, &told.json()["error"]["code"]), (2, &"usage".into()), "{arguments:?}");
    }
}

#[test]
fn shells_get_their_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let told = run(&["completions", shell]);
        assert!(told.code == 0 && told.stdout.contains("keep-last"), "{shell}: {told:?}");
        let json = run(&["completions", shell, "--json"]).json();
        assert_eq!((&json["format"], &json["shell"]), (&1.into(), &shell.into()));
        assert_eq!(json["script"], told.stdout);
    }
}

#[test]
fn the_version_is_told() {
    let told = run(&["--version"]);
    assert_eq!((told.code, told.stdout), (0, format!("hostkeep {}\n", env!("CARGO_PKG_VERSION"))));
}
