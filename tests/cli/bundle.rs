//! `hostkeep bundle`, and what the archive makes of what is in bundles.

use std::fs;

use vsphere_sim::{BundleFormat, HostSpec, Options};

use crate::support::Lab;

async fn lab(format: BundleFormat) -> Lab {
    let host = |name: &str| HostSpec { bundle: format, ..HostSpec::new(name) };
    let hosts = vec![host("esx01.lab.local"), host("esx02.lab.local")];
    Lab::with(Options { hosts, ..Options::default() }).await
}

/// The ids of a host's backups, newest first.
fn ids(lab: &Lab, host: &str) -> Vec<String> {
    let json = lab.run(&["archive", "list", "--json", "--host", host]).json();
    let records = json["records"].as_array().unwrap();
    records.iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
}

/// Two backups of each host; between them an NTP server, a port group and root's password of the first were changed.
async fn two_days(format: BundleFormat) -> Lab {
    let lab = lab(format).await;
    assert_eq!(lab.back_up().code, 0);
    let host = lab.sim.host("esx01.lab.local");
    host.set_ntp(&["ntp1.lab.local", "ntp77.lab.local"]);
    host.set_port_groups(&["Management Network", "VM Network", "VLAN 300"]);
    host.set_root_password("new");
    let second = lab.back_up();
    assert_eq!(second.code, 0, "{second:?}");
    assert!(
        second.stdout.contains("Settings since the backup before: 1 changed, 1 unchanged."),
        "{second:?}"
    );
    lab
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_looked_into() {
    let lab = lab(BundleFormat::Envelope).await;
    assert_eq!(lab.back_up().code, 0);
    let id = ids(&lab, "esx01").remove(0);
    let out = lab.folder.path().join("out.tgz");
    let file = out.to_str().unwrap();
    assert_eq!(lab.run(&["archive", "export", &id, file]).code, 0);
    lab.run(&["bundle", "show", &id[..6]]).check("bundle_show");
    lab.run(&["bundle", "show", file]).check("bundle_show_file");
    lab.run(&["bundle", "show", file, "--json"]).check("bundle_show_json");
    lab.run(&["bundle", "files", file]).check("bundle_files");
    lab.run(&["bundle", "settings", &id, "--filter", "vSwitch0"]).check("bundle_settings");
    lab.run(&["bundle", "settings", &id, "--filter", "vSwitch0", "--json"]).check("bundle_settings_json");
    lab.run(&["bundle", "cat", &id, "etc/shadow"]).check("bundle_cat");
    lab.run(&["bundle", "cat", &id, "/etc/vmware/ssl/rui.key"]).check("bundle_cat_secret");
    lab.run(&["bundle", "cat", &id, "etc/nothing"]).check("bundle_cat_unknown");
    lab.run(&["bundle", "cat", &id, "etc/ntp.conf", "--json"]).check("bundle_cat_json");
    fs::write(&out, "<html>").unwrap();
    lab.run(&["bundle", "show", file]).check("bundle_show_no_bundle");
    lab.run(&["bundle", "show", "no.tgz"]).check("bundle_show_no_file");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_between_two_days_is_told_everywhere() {
    for format in [BundleFormat::Plain, BundleFormat::Envelope] {
        let lab = two_days(format).await;
        let [second, first]: [String; 2] = ids(&lab, "esx01").try_into().unwrap();
        lab.run(&["bundle", "diff", &first, &second, "--settings-only"]).check("bundle_diff");
        lab.run(&["archive", "list"]).check("archive_list_changed");
        lab.run(&["archive", "changes"]).check("archive_changes");
        let found = lab.run(&["archive", "search", "NTP77.lab"]);
        assert!(found.code == 0 && found.stdout.contains("NTP: Servers"), "{found:?}");
        assert!(found.stdout.contains("esx01.lab.local\n"), "{found:?}");
        assert!(!found.stdout.contains("esx02"), "{found:?}");
        let json = lab.run(&["archive", "list", "--json"]).json();
        let states: Vec<&str> = json["records"]
            .as_array()
            .unwrap()
            .iter()
            .map(|record| record["settings"]["state"].as_str().unwrap())
            .collect();
        let count = |state: &str| states.iter().filter(|found| **found == state).count();
        assert_eq!((count("first"), count("changed"), count("unchanged")), (2, 1, 1));
        let diff = lab.run(&["bundle", "diff", &first, &second, "--json"]).json();
        assert_eq!(diff["is_same"], false);
        assert_eq!(lab.run(&["bundle", "diff", &first, &first, "--json"]).json()["is_same"], true);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_searched_for_in_the_newest_bundles_or_in_a_history() {
    let lab = two_days(BundleFormat::Plain).await;
    lab.run(&["archive", "search", "vlan 3"]).check("archive_search");
    lab.run(&["archive", "search", "ntp77", "--json"]).check("archive_search_json");
    lab.run(&["archive", "search", "no such thing"]).check("archive_search_nothing");
    // Gone from the newest, still in the history.
    assert!(lab.run(&["archive", "search", "VLAN 149"]).stdout.starts_with("Nothing has"));
    assert!(lab.run(&["archive", "search", "VLAN 149", "--host", "esx01"]).stdout.contains("VLAN 149"));
    assert!(lab.run(&["archive", "search", "VLAN 149", "--all"]).stdout.contains("VLAN 149"));
    assert_eq!(lab.run(&["archive", "search", " "]).code, 2);
    // The index is made again from the archive.
    fs::remove_dir_all(lab.config().join("cache")).unwrap();
    assert!(lab.run(&["archive", "search", "ntp77"]).stdout.contains("NTP: Servers"));
    let bundle = lab.run(&["archive", "list", "--json", "--host", "esx02"]).json()["records"][0].clone();
    let path = std::path::Path::new(bundle["folder"].as_str().unwrap())
        .join(bundle["bundle"]["file"].as_str().unwrap());
    fs::write(path, "damaged").unwrap();
    fs::remove_dir_all(lab.config().join("cache")).unwrap();
    let told = lab.run(&["archive", "search", "ntp77"]);
    assert!(
        told.code == 1 && told.stdout.contains("NTP: Servers") && told.stderr.contains("is damaged"),
        "{told:?}"
    );
}

/// All secrets of the simulator have `FAKE` in them.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_ever_printed() {
    let lab = two_days(BundleFormat::Envelope).await;
    let [second, first]: [String; 2] = ids(&lab, "esx01").try_into().unwrap();
    let files = lab.run(&["bundle", "files", &first, "--json"]).json();
    let paths: Vec<String> = files["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["path"].as_str().unwrap().to_owned())
        .collect();
    assert!(paths.len() > 20);
    let mut all = String::new();
    for path in &paths {
        for json in [&[][..], &["--json"]] {
            let told = lab.run(&[&["bundle", "cat", &first, path][..], json].concat());
            assert_eq!(told.code, 0, "{path}: {told:?}");
            all += &told.stdout;
        }
    }
    for arguments in [
        &["bundle", "settings", &first][..],
        &["bundle", "settings", &first, "--json"],
        &["bundle", "diff", &first, &second],
        &["bundle", "diff", &first, &second, "--json"],
        &["bundle", "diff", &first, &second, "--html"],
        &["archive", "changes", "--json"],
        &["archive", "search", "a", "--all", "--json"],
        &["archive", "list", "--json"],
    ] {
        all += &lab.run(arguments).stdout;
    }
    for entry in fs::read_dir(lab.config().join("cache")).unwrap() {
        all += &String::from_utf8_lossy(&fs::read(entry.unwrap().path()).unwrap());
    }
    for secret in ["FAKE", "$6$"] {
        assert!(!all.contains(secret), "{secret}");
    }
    assert!(all.contains("[redacted: password hash]"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_bundle_is_a_state_of_its_own() {
    let lab = lab(BundleFormat::Sealed).await;
    for _ in 0..3 {
        assert_eq!(lab.back_up().code, 0);
    }
    let [_, second, first]: [String; 3] = ids(&lab, "esx01").try_into().unwrap();
    lab.run(&["bundle", "settings", &first]).check("bundle_settings_sealed");
    lab.run(&["bundle", "diff", &first, &second]).check("bundle_diff_sealed");
    lab.run(&["archive", "verify"]).check("verify_sealed");
    lab.run(&["archive", "changes", "--host", "esx01"]).check("archive_changes_sealed");
    let told = lab.run(&["archive", "search", "ntp77", "--all"]);
    let expect = "0 bundles looked through; 6 sealed or not readable, and not looked through (esx01.lab.local, esx02.lab.local).";
    assert!(told.stdout.contains(expect), "{told:?}");
}

/// Nothing found in a bundle that nobody can read is no answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_bundle_is_not_called_looked_through() {
    let lab = Lab::new(3).await;
    lab.run_connected(&["backup"]);
    let told = lab.run(&["archive", "search", "ntp77"]);
    let expect = "2 bundles looked through; 1 sealed or not readable, and not looked through (esx03";
    assert!(told.code == 0 && told.stdout.contains(expect), "{told:?}");
}

/// Its settings are not known for the same reason for which it was not looked through: it must not count twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_that_cannot_be_looked_through_is_not_called_sealed() {
    let lab = lab(BundleFormat::Plain).await;
    assert_eq!(lab.back_up().code, 0);
    let record = lab.run(&["archive", "list", "--json", "--host", "esx01"]).json()["records"][0].clone();
    let folder = std::path::Path::new(record["folder"].as_str().unwrap());
    let bundle = folder.join(record["bundle"]["file"].as_str().unwrap());
    // More than is read of any.
    fs::File::options().write(true).open(bundle).unwrap().set_len(65 << 20).unwrap();
    fs::remove_dir_all(lab.archive().join(".hostkeep/fingerprints")).unwrap();
    let found = lab.run(&["archive", "search", "ntp1", "--host", "esx01", "--json"]);
    assert_eq!(found.code, 1, "{found:?}");
    let found = found.json();
    assert_eq!((&found["searched"], &found["sealed"]), (&0.into(), &serde_json::json!([])));
    assert_eq!(found["not_searched"][0]["host"], "esx01.lab.local");
}

/// What is not listed cannot be looked through either.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_read_is_told_by_a_search() {
    let lab = lab(BundleFormat::Plain).await;
    assert_eq!(lab.back_up().code, 0);
    let record = lab.run(&["archive", "list", "--json", "--host", "esx01"]).json()["records"][0].clone();
    fs::write(std::path::Path::new(record["folder"].as_str().unwrap()).join("record.json"), "{").unwrap();
    let told = lab.run(&["archive", "search", "ntp1", "--json"]);
    assert!(told.stderr.contains("record.json") || told.stderr.contains("esx01.lab.local"), "{told:?}");
    assert_eq!(told.json()["unreadable"][0]["path"], record["folder"], "{told:?}");
}
