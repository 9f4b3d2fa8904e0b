use hostconfig::ConfigDir;

use super::*;
use crate::commands::bundles::tests::record;
use crate::jobs::Jobs;
use crate::state::Shell;

#[test]
fn a_record_is_found_however_its_name_is_written() {
    let mut record = record("a");
    record.host.name = "İstanbul-IĞDIR".into();
    let query = serde_json::json!({"pinned": false, "newest": false});
    let query: RecordQuery = serde_json::from_value(query).unwrap();
    for (search, expect) in [("istanbul", true), ("İSTANBUL-ığdır", true), ("ankara", false)] {
        assert_eq!(fits(&record, &query, &folded(search), &HashSet::new()), expect, "{search}");
    }
}

#[test]
fn the_hosts_of_an_archive_say_through_which_server_they_came_last() {
    let older = record("a");
    let mut newer = Record { taken_at: older.taken_at + chrono::TimeDelta::days(1), ..record("b") };
    newer.server.name = Some("vc02".into());
    let read = ArchiveRead {
        archive: None,
        folder: "archive".into(),
        listing: archive::Listing { records: vec![newer, older], problems: Vec::new() },
        read_at: now(),
    };
    let [host] = &overview(&read).hosts[..] else { panic!("one host") };
    assert_eq!((host.server.as_str(), host.records), ("vc02", 2));
}

/// As Explorer makes one. The page knows a record by its id, and its grid cannot have two rows of one.
#[test]
fn a_copy_of_a_record_within_the_archive_is_no_second_row() {
    let copy = Record { folder: "a - Copy".into(), ..record("a") };
    let listing = archive::Listing { records: vec![copy, record("a"), record("b")], problems: Vec::new() };
    let read = ArchiveRead { archive: None, folder: "archive".into(), listing, read_at: now() };
    let ids: Vec<&str> = without_copies(&read).map(|record| record.id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    let overview = overview(&read);
    assert_eq!((overview.records, overview.hosts[0].records), (2, 2));
}

#[test]
fn a_backup_that_is_removed_before_it_is_verified_is_not_called_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("archive");
    let place = Shell::new(ConfigDir::at(folder.path()), Some(root.clone())).place();
    place.open_or_create_archive().unwrap();
    let removed = Record { folder: root.join("2026-11-22/esx01/T233000+0100"), ..record("removed") };
    let jobs = Arc::new(Jobs::default());
    let job = jobs.begin(JobKind::Verify, "Verify the bundle of esx01".into(), None, now());
    job.plan(vec![JobItem::of_record(&removed)], Vec::new());
    assert_eq!(verify(&place, &job, std::slice::from_ref(&removed)).state, JobState::Done);
    let mut step = None;
    job.item(0, |item| step = Some((item.step, item.warnings.clone())));
    assert_eq!(step, Some((Step::Failed, vec!["the backup was removed meanwhile".to_owned()])));
    assert!(lock(&place.verified).is_empty());
}
