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
    let json = lab.run(&["archive", "list", "--json", "--host", host]).json();
    json["records"][0]["id"].as_str().unwrap().to_owned()
}

fn bundle_of(lab: &Lab, id: &str) -> String {
    let record = lab.run(&["archive", "show", id, "--json"]).json()["record"].clone();
    let (folder, file) = (record["folder"].as_str().unwrap(), record["bundle"]["file"].as_str().unwrap());
    Path::new(folder).join(file).to_str().unwrap().to_owned()
}
