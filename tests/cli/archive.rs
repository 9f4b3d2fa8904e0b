//! `hostkeep archive`.

use std::fs;
use std::path::Path;

use hostconfig::archive::Archive;

use crate::support::Lab;

#[tokio::test(flavor = "multi_thread")]
async fn backups_are_listed_and_shown() {
    let lab = Lab::new(3).await;
    lab.run(&["archive", "list"]).check("archive_none");
    assert_eq!(lab.run_connected(&["backup", "--concurrency", "1", "--note", "the first\nday"]).code, 0);
    lab.run(&["archive", "list"]).check("archive_list");
    lab.run(&["archive", "list", "--json", "--host", "esx01"]).check("archive_list_json");
    lab.run(&["archive", "list", "--host", "esx99"]).check("archive_list_unknown_host");
    let id = first_id(&lab, "esx01");
    lab.run(&["archive", "show", &id[..6]]).check("archive_show");
    lab.run(&["archive", "show", &id, "--json"]).check("archive_show_json");
    lab.run(&["archive", "show", "zz"]).check("archive_show_unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_is_found() {
    let lab = Lab::new(3).await;
    Archive::create(&lab.archive()).unwrap();
    let none = lab.run(&["archive", "verify"]);
    assert_eq!((none.code, none.stdout.as_str()), (1, "There is no backup to verify.\n"));
    assert_eq!(lab.back_up().code, 0);
    lab.run(&["archive", "verify"]).check("verify_good");
    lab.run(&["archive", "verify", "--json"]).check("verify_good_json");

    let (bad, good) = (first_id(&lab, "esx01"), first_id(&lab, "esx02"));
    let bundle = bundle_of(&lab, &bad);
    let mut bytes = fs::read(&bundle).unwrap();
    bytes.truncate(bytes.len() / 2);
    fs::write(&bundle, bytes).unwrap();
    lab.run(&["archive", "verify"]).check("verify_bad");
    lab.run(&["archive", "verify", "--json"]).check("verify_bad_json");
    assert_eq!(lab.run(&["archive", "verify", &good]).code, 0);
    assert_eq!(lab.run(&["archive", "verify", &good, &bad]).code, 1);
    let hosts = lab.run_connected(&["hosts", "--json"]).json();
    let last = |name: &str| {
        let hosts = hosts["hosts"].as_array().unwrap();
        let host = hosts.iter().find(|host| host["name"].as_str().unwrap().starts_with(name));
        host.unwrap()["last_backup"].clone()
    };
    assert_eq!((last("esx01"), last("esx02")["id"].as_str()), (serde_json::Value::Null, Some(&*good)));

    let record = Path::new(&bundle_of(&lab, &good)).with_file_name("record.json");
    fs::write(record, "{").unwrap();
    lab.run(&["archive", "verify"]).check("verify_bad_and_unreadable");
    let told = lab.run(&["archive", "list"]);
    assert!(told.code == 0 && told.stderr.contains("record.json is broken"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn prune_shows_its_plan_and_keeps_the_last_good_backup() {
    let lab = Lab::new(2).await;
    for _ in 0..3 {
        assert_eq!(lab.back_up().code, 0);
    }
    // Of one host the newest is damaged: an older one must stay as well.
    fs::write(bundle_of(&lab, &first_id(&lab, "esx01")), "damaged").unwrap();
    let before = lab.run(&["archive", "list", "--json"]).json();
    lab.run(&["archive", "prune", "--keep-last", "1", "--dry-run"]).check("prune_dry_run");
    lab.run(&["archive", "prune", "--keep-last", "1", "--dry-run", "--json"]).check("prune_dry_run_json");
    assert_eq!(lab.run(&["archive", "list", "--json"]).json(), before);
    lab.run(&["archive", "prune", "--keep-last", "1"]).check("prune");
    lab.run(&["archive", "prune", "--keep-last", "1", "--json"]).check("prune_again_json");
    lab.run(&["archive", "prune", "--keep-last", "3"]).check("prune_nothing");
    assert_eq!(lab.run(&["archive", "list", "--json"]).json()["records"].as_array().unwrap().len(), 3);
    let audit = fs::read_to_string(lab.config().join("audit.jsonl")).unwrap();
    assert_eq!(audit.matches("\"action\":\"prune\"").count(), 3, "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn prune_says_why_it_removes_nothing_where_nothing_is_good() {
    let lab = Lab::new(1).await;
    for _ in 0..2 {
        assert_eq!(lab.back_up().code, 0);
    }
    for id in ids(&lab, "esx01") {
        fs::write(bundle_of(&lab, &id), "damaged").unwrap();
    }
    lab.run(&["archive", "prune", "--keep-last", "1"]).check("prune_nothing_good");
    assert_eq!(ids(&lab, "esx01").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_are_pinned_noted_and_listed_so() {
    let lab = Lab::new(2).await;
    for _ in 0..2 {
        assert_eq!(lab.back_up().code, 0);
    }
    let oldest = |host: &str| ids(&lab, host).pop().unwrap();
    let (pinned, noted) = (oldest("esx01"), oldest("esx02"));
    lab.run(&["archive", "pin", &pinned[..8]]).check("pin");
    lab.run(&["archive", "note", &pinned, "before the\nupgrade"]).check("note");
    lab.run(&["archive", "note", &noted, "known good"]).check("note_other");
    lab.run(&["archive", "list"]).check("archive_list_marks");
    lab.run(&["archive", "show", &pinned]).check("archive_show_marks");
    lab.run(&["archive", "prune", "--keep-last", "1"]).check("prune_pinned");
    lab.run(&["archive", "prune", "--keep-last", "1"]).check("prune_pinned_again");
    assert_eq!((ids(&lab, "esx01").len(), ids(&lab, "esx02").len()), (2, 1));
    lab.run(&["archive", "unpin", &pinned, "--json"]).check("unpin_json");
    assert_eq!(lab.run(&["archive", "note", &pinned, ""]).stdout.lines().count(), 1);
    let told = lab.run(&["archive", "show", &pinned, "--json"]).json();
    assert_eq!(told["record"]["marks"], serde_json::json!({"pinned": false, "note": null}));
    assert_eq!(lab.run(&["archive", "note", &pinned, &"x".repeat(1001)]).code, 2);
    assert_eq!(lab.run(&["archive", "pin", "zz"]).code, 1);
    let audit = fs::read_to_string(lab.config().join("audit.jsonl")).unwrap();
    let marks: Vec<serde_json::Value> = audit
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|entry: &serde_json::Value| entry["action"] == "mark")
        .collect();
    let results: Vec<&str> = marks.iter().map(|entry| entry["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["pinned", "noted", "noted", "unpinned", "noted"]);
    assert_eq!(marks[0]["record"], *pinned);

    let record = Path::new(&bundle_of(&lab, &pinned)).with_file_name("marks.json");
    fs::write(record, "{").unwrap();
    let told = lab.run(&["archive", "list"]);
    assert!(told.code == 0 && told.stderr.contains("marks.json is broken"), "{told:?}");
    assert!(told.stdout.contains("pinned"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn chosen_backups_are_deleted_but_not_the_last_good_one() {
    let lab = Lab::new(2).await;
    for _ in 0..3 {
        assert_eq!(lab.back_up().code, 0);
    }
    let all = ids(&lab, "esx01");
    let other = ids(&lab, "esx02").remove(0);
    lab.run(&["archive", "delete", &all[2][..8], &other, "--dry-run"]).check("delete_dry_run");
    assert_eq!(ids(&lab, "esx01").len(), 3);
    lab.run(&["archive", "delete", &all[2], &other]).check("delete");
    let gone = lab.run(&["archive", "delete", &all[2]]);
    assert_eq!(gone.code, 1, "{gone:?}");
    assert_eq!(lab.run(&["archive", "pin", &all[1]]).code, 0);
    lab.run(&["archive", "delete", &all[0], &all[1], "--json"]).check("delete_pinned_json");
    assert_eq!(lab.run(&["archive", "unpin", &all[1]]).code, 0);
    lab.run(&["archive", "delete", &all[1]]).check("delete_last_good");
    assert_eq!((ids(&lab, "esx01"), ids(&lab, "esx02").len()), (vec![all[1].clone()], 2));
    let audit = fs::read_to_string(lab.config().join("audit.jsonl")).unwrap();
    assert_eq!(audit.matches("\"action\":\"delete\"").count(), 3, "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_comes_out_byte_for_byte() {
    let lab = Lab::new(1).await;
    assert_eq!(lab.back_up().code, 0);
    let id = first_id(&lab, "esx01");
    let out = lab.folder.path().join("out.tgz");
    let out = out.to_str().unwrap();
    lab.run(&["archive", "export", &id, out]).check("export");
    assert_eq!(fs::read(out).unwrap(), fs::read(bundle_of(&lab, &id)).unwrap());
    lab.run(&["archive", "export", &id, out]).check("export_exists");
    lab.run(&["archive", "export", &id, out, "--overwrite", "--json"]).check("export_json");
    let audit = fs::read_to_string(lab.config().join("audit.jsonl")).unwrap();
    assert_eq!(audit.matches("\"action\":\"export\"").count(), 2, "{audit}");
}

/// The id of the newest backup of a host.
fn first_id(lab: &Lab, host: &str) -> String {
    ids(lab, host).remove(0)
}

/// The ids of a host's backups, newest first.
fn ids(lab: &Lab, host: &str) -> Vec<String> {
    let json = lab.run(&["archive", "list", "--json", "--host", host]).json();
    let records = json["records"].as_array().unwrap();
    records.iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
}

fn bundle_of(lab: &Lab, id: &str) -> String {
    let record = lab.run(&["archive", "show", id, "--json"]).json()["record"].clone();
    let (folder, file) = (record["folder"].as_str().unwrap(), record["bundle"]["file"].as_str().unwrap());
    Path::new(folder).join(file).to_str().unwrap().to_owned()
}
