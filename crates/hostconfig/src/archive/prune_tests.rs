use std::path::PathBuf;

use super::*;
use crate::Error;
use crate::archive::Archive;
use crate::archive::tests::{keep, lock, new_archive};

const DAY: i64 = 86_400;

/// So many records of a host, oldest first.
fn keep_days(lock: &WriteLock, host: &str, days: i64) -> Vec<Record> {
    (0..days).map(|day| keep(lock, host, format!("{host} {day}").as_bytes(), day * DAY)).collect()
}

/// The plan as `id because` for what stays, and the ids of what goes.
fn shown(plan: &PrunePlan, names: &[Record]) -> (Vec<String>, Vec<String>) {
    let number = |id: &str| names.iter().position(|r| r.id == id).unwrap().to_string();
    let kept =
        plan.hosts.iter().flat_map(|h| &h.kept).map(|k| format!("{} {:?}", number(&k.record.id), k.because));
    (kept.collect(), plan.removed().map(|r| number(&r.id)).collect())
}

#[test]
fn the_newest_stay_and_never_less_than_a_good_one() {
    let (_folder, archive) = new_archive();
    let records = keep_days(&lock(&archive), "esx01", 5);
    let listing = archive.list().unwrap();
    // Which of the records 0 (oldest) to 4 are good, how many are to stay: what stays, what goes.
    for (good, keep_last, kept, removed) in [
        ("01234", 2, "4 Newest, 3 Newest", "2, 1, 0"),
        ("0123", 2, "4 Newest, 3 Newest", "2, 1, 0"),
        ("012", 2, "4 Newest, 3 Newest, 2 LastGood", "1, 0"),
        ("0", 2, "4 Newest, 3 Newest, 2 NoGoodNewer, 1 NoGoodNewer, 0 LastGood", ""),
        ("", 1, "4 Newest, 3 NoGoodNewer, 2 NoGoodNewer, 1 NoGoodNewer, 0 NoGoodNewer", ""),
        ("4", 1, "4 Newest", "3, 2, 1, 0"),
        ("", 5, "4 Newest, 3 Newest, 2 Newest, 1 Newest, 0 Newest", ""),
        ("", 100, "4 Newest, 3 Newest, 2 Newest, 1 Newest, 0 Newest", ""),
    ] {
        let is_good = |record: &Record| {
            let number = records.iter().position(|r| r.id == record.id).unwrap();
            Ok(good.contains(&number.to_string()))
        };
        let plan = prune_plan(&listing, keep_last, is_good).unwrap();
        let (found_kept, found_removed) = shown(&plan, &records);
        assert_eq!(
            (found_kept.join(", ").as_str(), found_removed.join(", ").as_str()),
            (kept, removed),
            "{good:?}"
        );
    }
}

/// Otherwise a single damaged bundle would end all pruning.
#[test]
fn a_record_that_was_bad_already_does_not_stop_the_plan() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let records = keep_days(&lock, "esx01", 4);
    let newest = &records[3];
    fs::remove_file(newest.bundle_path()).unwrap();
    let plan = prune_plan(&archive.list().unwrap(), 1, |record| Ok(record.id != newest.id)).unwrap();
    let good: Vec<Option<bool>> = plan.hosts[0].kept.iter().map(|kept| kept.is_good).collect();
    assert_eq!(good, [Some(false), Some(true)]);
    assert_eq!(lock.prune(&plan).unwrap().removed.len(), 2);
    assert_eq!(archive.list().unwrap().records.len(), 2);
}

#[test]
fn nothing_is_checked_where_nothing_goes() {
    let (_folder, archive) = new_archive();
    keep_days(&lock(&archive), "esx01", 2);
    prune_plan(&archive.list().unwrap(), 2, |_| panic!("nothing would go")).unwrap();
}

#[test]
fn keeping_none_is_refused_and_a_cancel_ends_the_plan() {
    let (_folder, archive) = new_archive();
    keep_days(&lock(&archive), "esx01", 2);
    let listing = archive.list().unwrap();
    assert_eq!(prune_plan(&listing, 0, |_| Ok(true)).unwrap_err().code(), "keep_last_zero");
    assert_eq!(prune_plan(&listing, 1, |_| Err(Error::Cancelled)).unwrap_err().code(), "cancelled");
}

/// Two runs, each of which saw one of two hosts that share a UUID, gave both the same identity.
#[test]
fn records_of_another_name_or_identity_are_another_hosts() {
    let (_folder, archive) = new_archive();
    keep_days(&lock(&archive), "esx01", 3);
    let check = |rename: fn(&mut [Record]), expect: &[(&str, usize, usize)]| {
        let mut listing = archive.list().unwrap();
        rename(&mut listing.records);
        let plan = prune_plan(&listing, 1, |_| Ok(true)).unwrap();
        let found: Vec<_> =
            plan.hosts.iter().map(|host| (host.name.as_str(), host.kept.len(), host.removed.len())).collect();
        assert_eq!(found, expect);
    };
    check(|_| {}, &[("esx01", 1, 2)]);
    check(|records| records[0].host.name = "ESX01".into(), &[("ESX01", 1, 2)]);
    check(|records| records[0].host.name = "renamed".into(), &[("esx01", 1, 1), ("renamed", 1, 0)]);
    check(|records| records[2].host.name = "twin".into(), &[("esx01", 1, 1), ("twin", 1, 0)]);
    check(|records| records[1].host.identity = "another".into(), &[("esx01", 1, 1), ("esx01", 1, 0)]);
}

#[test]
fn pruning_removes_what_was_planned_and_empty_folders() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let records = keep_days(&lock, "esx01", 3);
    let other = keep(&lock, "esx02", b"other", 0);
    let report = lock.prune(&plan(&archive, 1)).unwrap();
    assert_eq!((report.removed.len(), report.not_removed.len(), report.bytes_freed), (2, 0, 14));
    let left: Vec<String> = archive.list().unwrap().records.into_iter().map(|r| r.id).collect();
    assert_eq!(left, [records[2].id.clone(), other.id]);
    // The first day still has esx02, the second has nothing left.
    assert!(!archive.root().join("2026-11-22/esx01").exists());
    assert!(archive.root().join("2026-11-22").exists());
    assert!(!archive.root().join("2026-11-23").exists());
    assert_eq!(fs::read_dir(archive.root().join(".hostkeep/staging")).unwrap().count(), 0);
}

#[test]
fn a_plan_that_no_longer_holds_removes_nothing() {
    type Change = fn(&WriteLock, &[Record]);
    let changes: [(&str, Change); 4] = [
        ("another backup", |lock, _| drop(keep(lock, "esx01", b"new", 9 * DAY))),
        ("a record gone", |_, records| fs::remove_dir_all(&records[0].folder).unwrap()),
        ("a record broken", |_, records| fs::write(records[0].folder.join(RECORD_FILE), "{").unwrap()),
        ("the kept bundle gone", |_, records| fs::remove_file(records[2].bundle_path()).unwrap()),
    ];
    for (what, change) in changes {
        let (_folder, archive) = new_archive();
        let lock = lock(&archive);
        let records = keep_days(&lock, "esx01", 3);
        let plan = plan(&archive, 1);
        change(&lock, &records);
        let before = bundles(&archive);
        assert_eq!(lock.prune(&plan).unwrap_err().code(), "plan_stale", "{what}");
        assert_eq!(bundles(&archive), before, "{what}");
    }
}

#[test]
fn files_of_the_admins_own_stay_with_their_record() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let records = keep_days(&lock, "esx01", 3);
    fs::write(records[0].folder.join("notes.txt"), "theirs").unwrap();
    let report = lock.prune(&plan(&archive, 1)).unwrap();
    assert_eq!(report.removed.len(), 1);
    let [left] = &report.not_removed[..] else { panic!("{report:?}") };
    assert_eq!(left.record.id, records[0].id);
    assert!(left.reason.contains("also holds notes.txt"), "{}", left.reason);
    assert!(records[0].bundle_path().exists());
}

#[test]
fn broken_records_are_never_removed() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let records = keep_days(&lock, "esx01", 4);
    fs::write(records[0].folder.join(RECORD_FILE), "{").unwrap();
    lock.prune(&plan(&archive, 1)).unwrap();
    assert_eq!(bundles(&archive), [records[0].bundle_path(), records[3].bundle_path()]);
}

fn plan(archive: &Archive, keep_last: usize) -> PrunePlan {
    prune_plan(&archive.list().unwrap(), keep_last, |_| Ok(true)).unwrap()
}

/// All bundle files on the disk, whatever the records say.
fn bundles(archive: &Archive) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "tgz") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(archive.root(), &mut found);
    found.sort();
    found
}
