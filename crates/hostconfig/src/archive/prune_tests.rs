use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::Error;
use crate::archive::tests::{keep, lock, new_archive, pruned, taken_at};
use crate::archive::{Archive, Marks, RECORD_FILE, Removal, WriteLock};

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
        let plan = prune_plan(&listing, keep_last, taken_at(10 * DAY), is_one_of(&records, good)).unwrap();
        let (found_kept, found_removed) = shown(&plan, &records);
        assert_eq!(
            (found_kept.join(", ").as_str(), found_removed.join(", ").as_str()),
            (kept, removed),
            "{good:?}"
        );
    }
}

#[test]
fn pinned_records_stay_and_do_not_count() {
    // Which of the records 0 (oldest) to 4 are pinned, which are good, how many are to stay.
    for (pinned, good, keep_last, kept, removed) in [
        ("0", "01234", 2, "4 Newest, 3 Newest, 0 Pinned", "2, 1"),
        ("4", "01234", 2, "4 Pinned, 3 Newest, 2 Newest", "1, 0"),
        ("03", "01234", 1, "4 Newest, 3 Pinned, 0 Pinned", "2, 1"),
        ("01234", "", 1, "4 Pinned, 3 Pinned, 2 Pinned, 1 Pinned, 0 Pinned", ""),
        // A good one that is pinned serves for those older than it, not for newer ones.
        ("3", "3", 1, "4 Newest, 3 Pinned", "2, 1, 0"),
        ("0", "02", 1, "4 Newest, 3 NoGoodNewer, 2 LastGood, 0 Pinned", "1"),
        ("0", "0", 1, "4 Newest, 3 NoGoodNewer, 2 NoGoodNewer, 1 NoGoodNewer, 0 Pinned", ""),
        ("3", "012", 1, "4 Newest, 3 Pinned, 2 LastGood", "1, 0"),
    ] {
        let (_folder, archive) = new_archive();
        let lock = lock(&archive);
        let records = keep_days(&lock, "esx01", 5);
        for digit in pinned.bytes() {
            pin(&lock, &records[usize::from(digit - b'0')]);
        }
        let plan =
            prune_plan(&archive.list().unwrap(), keep_last, taken_at(10 * DAY), is_one_of(&records, good))
                .unwrap();
        let (found_kept, found_removed) = shown(&plan, &records);
        assert_eq!((found_kept.join(", ").as_str(), found_removed.join(", ").as_str()), (kept, removed));
        let freed = pruned(&lock, &plan);
        assert_eq!(freed.len(), plan.removed().count());
        assert!(freed.iter().all(Result::is_ok), "{freed:?}");
        let left = archive.list().unwrap().records;
        assert_eq!(left.iter().filter(|record| record.marks.pinned).count(), pinned.len());
    }
}

#[test]
fn chosen_records_go_but_for_pinned_ones_and_the_last_good_one() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let records = keep_days(&lock, "esx01", 5);
    let other = keep(&lock, "esx02", b"other", 0);
    pin(&lock, &records[2]);
    // Which of the records 0 (oldest) to 4 are chosen, which are good: what stays, what goes.
    for (chosen, good, kept, removed) in [
        ("0", "01234", "4 NotChosen, 3 NotChosen, 2 NotChosen, 1 NotChosen", "0"),
        ("01", "4", "4 NotChosen, 3 NotChosen, 2 NotChosen", "1, 0"),
        ("2", "", "4 NotChosen, 3 NotChosen, 2 Pinned, 1 NotChosen, 0 NotChosen", ""),
        ("01234", "01234", "2 Pinned", "4, 3, 1, 0"),
        ("01234", "0134", "4 LastGood, 2 Pinned", "3, 1, 0"),
        ("01234", "1", "2 Pinned, 1 LastGood", "4, 3, 0"),
        ("014", "0", "3 NotChosen, 2 NotChosen, 0 LastGood", "4, 1"),
        ("04", "", "4 NoGoodNewer, 3 NotChosen, 2 NotChosen, 1 NotChosen, 0 NoGoodNewer", ""),
        ("04", "2", "3 NotChosen, 2 NotChosen, 1 NotChosen", "4, 0"),
    ] {
        let ids = chosen.bytes().map(|digit| records[usize::from(digit - b'0')].id.clone());
        let ids: Vec<String> = ids.collect();
        let plan = delete_plan(&archive.list().unwrap(), &ids, is_one_of(&records, good)).unwrap();
        assert_eq!(plan.hosts.len(), 1, "esx02 is not asked about");
        let (found_kept, found_removed) = shown(&plan, &records);
        assert_eq!(
            (found_kept.join(", ").as_str(), found_removed.join(", ").as_str()),
            (kept, removed),
            "{chosen} {good}"
        );
    }
    let ids = [records[4].id[..8].to_owned(), records[0].id.to_uppercase(), other.id.clone()];
    let plan = delete_plan(&archive.list().unwrap(), &ids, |_| Ok(true)).unwrap();
    assert_eq!(pruned(&lock, &plan).iter().flatten().count(), 2);
    let left: Vec<String> = archive.list().unwrap().records.into_iter().map(|record| record.id).collect();
    let expect = [&records[3], &records[2], &records[1], &other].map(|record| record.id.clone());
    assert_eq!(left, expect, "the only one of esx02 stays");
}

#[test]
fn what_cannot_be_chosen_ends_the_plan() {
    let (_folder, archive) = new_archive();
    keep_days(&lock(&archive), "esx01", 2);
    let mut listing = archive.list().unwrap();
    let plan = |listing: &Listing, id: &str| {
        delete_plan(listing, &[id.to_owned()], |_| Err(Error::Cancelled)).map(|plan| plan.hosts.len())
    };
    let id = listing.records[0].id.clone();
    assert_eq!(plan(&listing, "x").unwrap_err().code(), "record_not_found");
    assert_eq!(plan(&listing, "").unwrap_err().code(), "record_not_found");
    assert_eq!(plan(&listing, &id).unwrap_err().code(), "cancelled");
    assert_eq!(delete_plan(&listing, &[], |_| Ok(true)).unwrap().hosts.len(), 0);
    listing.records[1].id.clone_from(&id);
    assert_eq!(plan(&listing, &id).unwrap_err().code(), "record_ambiguous");
}

/// An admin's copy of a record within the archive is the same backup.
#[test]
fn copies_of_a_chosen_record_go_with_it() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let records = keep_days(&lock, "esx01", 2);
    let copy = records[0].folder.with_file_name("T233000+0100 - Copy");
    fs::create_dir(&copy).unwrap();
    for file in [RECORD_FILE, &records[0].bundle.file] {
        fs::copy(records[0].folder.join(file), copy.join(file)).unwrap();
    }
    let plan =
        delete_plan(&archive.list().unwrap(), std::slice::from_ref(&records[0].id), |_| Ok(true)).unwrap();
    assert_eq!(pruned(&lock, &plan).iter().flatten().count(), 2);
    assert_eq!(bundles(&archive), [records[1].bundle_path()]);
}

/// One that no newer good one depends on.
#[test]
fn a_kept_bundle_that_was_lost_long_ago_stops_no_plan() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let records = keep_days(&lock, "esx01", 4);
    fs::remove_file(records[2].bundle_path()).unwrap();
    assert_eq!(pruned(&lock, &plan(&archive, 2)).iter().flatten().count(), 2);
    assert_eq!(bundles(&archive), [records[3].bundle_path()]);
}

/// Whether a record is one of those that the digits name.
fn is_one_of(records: &[Record], digits: &str) -> impl FnMut(&Record) -> crate::Result<bool> {
    move |record| {
        let number = records.iter().position(|r| r.id == record.id).unwrap();
        Ok(digits.contains(&number.to_string()))
    }
}

#[test]
fn copies_of_a_record_count_as_one() {
    let (_folder, archive) = new_archive();
    let records = keep_days(&lock(&archive), "esx01", 3);
    let copy = records[2].folder.with_file_name("T233000+0100 - Copy");
    fs::create_dir(&copy).unwrap();
    for file in [RECORD_FILE, &records[2].bundle.file] {
        fs::copy(records[2].folder.join(file), copy.join(file)).unwrap();
    }
    for (keep_last, kept, removed) in [
        (1, "2 Newest, 2 Newest", "1, 0"),
        (2, "2 Newest, 2 Newest, 1 Newest", "0"),
        (3, "2 Newest, 2 Newest, 1 Newest, 0 Newest", ""),
    ] {
        let plan = prune_plan(&archive.list().unwrap(), keep_last, taken_at(10 * DAY), |_| Ok(true)).unwrap();
        let (found_kept, found_removed) = shown(&plan, &records);
        assert_eq!((found_kept.join(", ").as_str(), found_removed.join(", ").as_str()), (kept, removed));
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
    let plan =
        prune_plan(&archive.list().unwrap(), 1, taken_at(10 * DAY), |record| Ok(record.id != newest.id))
            .unwrap();
    let good: Vec<Option<bool>> = plan.hosts[0].kept.iter().map(|kept| kept.is_good).collect();
    assert_eq!(good, [Some(false), Some(true)]);
    assert_eq!(pruned(&lock, &plan).iter().flatten().count(), 2);
    assert_eq!(archive.list().unwrap().records.len(), 2);
}

#[test]
fn nothing_is_checked_where_nothing_goes() {
    let (_folder, archive) = new_archive();
    keep_days(&lock(&archive), "esx01", 2);
    prune_plan(&archive.list().unwrap(), 2, taken_at(10 * DAY), |_| panic!("nothing would go")).unwrap();
}

#[test]
fn keeping_none_is_refused_and_a_cancel_ends_the_plan() {
    let (_folder, archive) = new_archive();
    keep_days(&lock(&archive), "esx01", 2);
    let listing = archive.list().unwrap();
    assert_eq!(
        prune_plan(&listing, 0, taken_at(10 * DAY), |_| Ok(true)).unwrap_err().code(),
        "keep_last_zero"
    );
    assert_eq!(
        prune_plan(&listing, 1, taken_at(10 * DAY), |_| Err(Error::Cancelled)).unwrap_err().code(),
        "cancelled"
    );
}

/// Two runs, each of which saw one of two hosts that share a UUID, gave both the same identity.
#[test]
fn records_of_another_name_or_identity_are_another_hosts() {
    let (_folder, archive) = new_archive();
    keep_days(&lock(&archive), "esx01", 3);
    let check = |rename: fn(&mut [Record]), expect: &[(&str, usize, usize)]| {
        let mut listing = archive.list().unwrap();
        rename(&mut listing.records);
        let plan = prune_plan(&listing, 1, taken_at(10 * DAY), |_| Ok(true)).unwrap();
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
    assert_eq!(pruned(&lock, &plan(&archive, 1)), [Ok(7), Ok(7)]);
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
    let changes: [(&str, Change); 5] = [
        ("another backup", |lock, _| drop(keep(lock, "esx01", b"new", 9 * DAY))),
        ("a record gone", |_, records| fs::remove_dir_all(&records[0].folder).unwrap()),
        ("a record pinned", |lock, records| pin(lock, &records[0])),
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
    let removals: Vec<Removal> = lock.prune(&plan(&archive, 1)).unwrap().collect();
    let [gone, left] = &removals[..] else { panic!("{removals:?}") };
    assert_eq!((&gone.record.id, gone.freed.is_ok()), (&records[1].id, true));
    assert_eq!(left.record.id, records[0].id);
    let reason = left.freed.as_ref().unwrap_err();
    assert!(reason.contains("also holds notes.txt"), "{reason}");
    assert!(records[0].bundle_path().exists());
}

#[test]
fn broken_records_are_never_removed() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let records = keep_days(&lock, "esx01", 4);
    fs::write(records[0].folder.join(RECORD_FILE), "{").unwrap();
    pruned(&lock, &plan(&archive, 1));
    assert_eq!(bundles(&archive), [records[0].bundle_path(), records[3].bundle_path()]);
}

#[test]
fn what_is_dated_in_the_future_stays_and_costs_nothing() {
    let (_folder, archive) = new_archive();
    let records = keep_days(&lock(&archive), "esx01", 5);
    let listing = archive.list().unwrap();
    // The first two are of days that have come; a clock may be a day ahead.
    for (today, keep_last, kept, removed) in [
        (0, 1, "4 Future, 3 Future, 2 Future, 1 Newest", "0"),
        (1, 1, "4 Future, 3 Future, 2 Newest", "1, 0"),
        (1, 9, "4 Future, 3 Future, 2 Newest, 1 Newest, 0 Newest", ""),
        (4, 1, "4 Newest", "3, 2, 1, 0"),
    ] {
        let plan = prune_plan(&listing, keep_last, taken_at(today * DAY), |_| Ok(true)).unwrap();
        let (found_kept, found_removed) = shown(&plan, &records);
        assert_eq!((found_kept.join(", ").as_str(), found_removed.join(", ").as_str()), (kept, removed));
    }
}

#[test]
fn what_was_not_stepped_to_stays() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let records = keep_days(&lock, "esx01", 4);
    let mut pruning = lock.prune(&plan(&archive, 1)).unwrap();
    assert_eq!(pruning.next().unwrap().record.id, records[2].id);
    drop(lock);
    assert_eq!(
        archive.lock("test", taken_at(0)).unwrap_err().code(),
        "archive_locked",
        "as long as it may go on"
    );
    drop(pruning);
    let left = [0, 1, 3].map(|at: usize| records[at].bundle_path());
    assert_eq!(bundles(&archive), left);
}

fn plan(archive: &Archive, keep_last: usize) -> PrunePlan {
    prune_plan(&archive.list().unwrap(), keep_last, taken_at(10 * DAY), |_| Ok(true)).unwrap()
}

fn pin(lock: &WriteLock, record: &Record) {
    lock.archive().mark(record, |now| *now = Marks { pinned: true, note: None }).unwrap();
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

#[test]
fn a_folder_of_the_admins_stays_whatever_its_name() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let records = keep_days(&lock, "esx01", 2);
    fs::remove_file(records[0].bundle_path()).unwrap();
    fs::create_dir(records[0].bundle_path()).unwrap();
    fs::write(records[0].bundle_path().join("theirs"), "theirs").unwrap();
    let plan = prune_plan(&archive.list().unwrap(), 1, taken_at(10 * DAY), |_| Ok(true)).unwrap();
    let freed = pruned(&lock, &plan);
    assert!(freed[0].as_ref().unwrap_err().contains("is not Hostkeep's"), "{freed:?}");
    assert!(records[0].bundle_path().join("theirs").exists());
}
