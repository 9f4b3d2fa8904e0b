use std::fs;

use super::*;
use crate::archive::fingerprint_files::FOLDER;
use crate::archive::tests::{keep, lock, new_archive};
use crate::archive::{Archive, changes};
use crate::bundle::tests::bundle_with;

fn bundle(seed: &str, value: &str) -> Vec<u8> {
    let conf = format!("/a/b = \"{value}\"\n");
    bundle_with(&[("etc/vmware/esx.conf", conf.as_bytes()), ("etc/random-seed", seed.as_bytes())])
}

/// Five backups: the third has another setting.
fn five_days() -> (tempfile::TempDir, Archive, Vec<Record>) {
    let (folder, archive) = new_archive();
    let records = {
        let lock = lock(&archive);
        let days = [("1", "x"), ("2", "x"), ("3", "y"), ("4", "y"), ("5", "y")];
        days.iter()
            .enumerate()
            .map(|(day, (seed, value))| {
                keep(&lock, "esx01", &bundle(seed, value), i64::try_from(day).unwrap())
            })
            .collect()
    };
    (folder, archive, records)
}

#[test]
fn what_changed_when_is_known_from_fingerprints() {
    let (_folder, archive, records) = five_days();
    let cancel = CancellationToken::new();
    let all: Vec<&Record> = records.iter().collect();
    let unknown = standings(&archive.list().unwrap(), &archive.fingerprints().unwrap());
    assert!(unknown.values().all(|standing| *standing == Standing::Unknown));
    let found = fingerprint_all(&all, |_| {}, &cancel).unwrap();
    lock(&archive).keep_fingerprints("20261122T000000Z-run", &found).unwrap();

    let kept = archive.fingerprints().unwrap();
    assert_eq!((kept.len(), kept.missing(&all).len()), (5, 0));
    let standings = standings(&archive.list().unwrap(), &kept);
    let told: Vec<&Standing> = records.iter().map(|record| &standings[&record.folder]).collect();
    let unchanged = |at: usize| Standing::Unchanged { since: records[at].taken_at };
    assert_eq!(
        told,
        [
            &Standing::First,
            &unchanged(0),
            &Standing::Changed { previous: records[1].id.clone() },
            &unchanged(2),
            &unchanged(2)
        ]
    );
    for fingerprints in [&kept, &Fingerprints::default()] {
        let changes = changes(&all, fingerprints, |_| {}, &cancel).unwrap();
        let told: Vec<(&str, usize)> =
            changes.iter().map(|change| (change.record.as_str(), change.groups.len())).collect();
        assert_eq!(told, [(records[2].id.as_str(), 1), (records[0].id.as_str(), 0)]);
    }
}

#[test]
fn an_archive_is_good_without_them_and_with_broken_ones() {
    let (_folder, archive, records) = five_days();
    let folder = archive.own(FOLDER);
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("broken.json"), "{").unwrap();
    fs::write(folder.join("newer.json"), "{\"format\": 9, \"rules\": 1, \"fingerprints\": []}").unwrap();
    fs::write(folder.join("other.txt"), "x").unwrap();
    assert!(archive.fingerprints().unwrap().is_empty());
    assert_eq!(archive.list().unwrap().records.len(), records.len());
    let all: Vec<&Record> = records.iter().collect();
    let cancel = CancellationToken::new();
    cancel.cancel();
    assert!(matches!(fingerprint_all(&all, |_| {}, &cancel), Err(Error::Cancelled)));
}

#[test]
fn a_damaged_bundle_has_none_and_stops_nothing() {
    let (_folder, _archive, records) = five_days();
    fs::write(records[1].bundle_path(), "damaged").unwrap();
    let all: Vec<&Record> = records.iter().collect();
    let cancel = CancellationToken::new();
    let found = fingerprint_all(&all, |_| {}, &cancel).unwrap();
    assert_eq!(found.missing(&all).iter().map(|record| &record.id).collect::<Vec<_>>(), [&records[1].id]);
    let changes = changes(&all, &found, |_| {}, &cancel).unwrap();
    let unreadable: Vec<&str> =
        changes.iter().filter_map(|change| Some(change.unreadable.as_ref()?.code.as_str())).collect();
    assert_eq!(unreadable, ["bundle_damaged", "bundle_damaged"]);
}

/// Five backups, whose fingerprints are kept in more files than are read for every listing without end.
fn many_files() -> (tempfile::TempDir, Archive, Vec<Record>) {
    let (folder, archive, records) = five_days();
    let all: Vec<&Record> = records.iter().collect();
    let lock = lock(&archive);
    for (at, record) in all.iter().cycle().take(101).enumerate() {
        let found = fingerprint_all(&[record], |_| {}, &CancellationToken::new()).unwrap();
        lock.keep_fingerprints(&format!("20260101T000000Z-{at:03}"), &found).unwrap();
    }
    (folder, archive, records)
}

fn kept_files(archive: &Archive) -> Vec<String> {
    let names = fs::read_dir(archive.own(FOLDER)).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn many_files_become_one_without_what_is_gone() {
    let (_folder, archive, records) = many_files();
    let before = archive.fingerprints().unwrap();
    let folder = archive.own(FOLDER);
    fs::write(folder.join("newer.json"), "{\"format\": 9, \"rules\": 1, \"fingerprints\": []}").unwrap();
    fs::write(folder.join("newer-rules.json"), "{\"format\": 1, \"rules\": 99, \"fingerprints\": []}")
        .unwrap();
    fs::write(folder.join("older.json"), "{\"format\": 1, \"rules\": 1, \"fingerprints\": []}").unwrap();
    fs::write(folder.join("broken.json"), "{").unwrap();
    fs::remove_dir_all(&records[1].folder).unwrap();
    lock(&archive).merge_fingerprints().unwrap();
    assert_eq!(
        kept_files(&archive),
        ["20261122T223004Z-merged-0.json", "broken.json", "newer-rules.json", "newer.json"]
    );
    let after = archive.fingerprints().unwrap();
    assert_eq!(after.len(), 4);
    for (at, record) in records.iter().enumerate() {
        assert_eq!(after.of(record), before.of(record).filter(|_| at != 1));
    }
    // Few are left alone.
    lock(&archive).merge_fingerprints().unwrap();
    assert_eq!(kept_files(&archive).len(), 4);
}

#[test]
fn what_cannot_be_merged_stays() {
    let (_folder, archive, records) = many_files();
    fs::create_dir(archive.own(FOLDER).join("20261122T223004Z-merged-0.json")).unwrap();
    assert!(lock(&archive).merge_fingerprints().is_err());
    assert_eq!(kept_files(&archive).len(), 102);
    assert_eq!(archive.fingerprints().unwrap().len(), records.len());
}
