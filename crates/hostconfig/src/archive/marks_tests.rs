use super::*;
use crate::archive::tests::{keep, lock, new_archive, pruned, taken_at};
use crate::archive::{Archive, RECORD_FILE, export, prune_plan};

fn marks(pinned: bool, note: &str) -> Marks {
    Marks { pinned, note: Some(note.to_owned()) }
}

fn listed(archive: &Archive) -> (Marks, Vec<String>) {
    let listing = archive.list().unwrap();
    let [record] = &listing.records[..] else { panic!("{listing:?}") };
    (record.marks.clone(), listing.problems.into_iter().map(|problem| problem.reason).collect())
}

#[test]
fn marks_json_is_a_contract() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let record = keep(&lock, "esx01", b"bundle", 0);
    archive.mark(&record, |now| *now = marks(true, "before the upgrade")).unwrap();
    insta::assert_snapshot!("marks_json", fs::read_to_string(record.folder.join(MARKS_FILE)).unwrap());
    let known = r#"{"format": 1, "pinned": true, "note": null, "colour": "red"}"#;
    fs::write(record.folder.join(MARKS_FILE), known).unwrap();
    assert_eq!(listed(&archive), (Marks { pinned: true, note: None }, vec![]));
    fs::write(record.folder.join(MARKS_FILE), r#"{"format": 1}"#).unwrap();
    assert_eq!(listed(&archive), (Marks::default(), vec![]));
}

#[test]
fn marks_are_set_changed_and_touch_nothing_else() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let record = keep(&lock, "esx01", b"bundle", 0);
    let before = fs::read(record.folder.join(RECORD_FILE)).unwrap();
    assert_eq!(listed(&archive), (Marks::default(), vec![]));
    let long = "ü".repeat(MAX_NOTE_CHARS);
    for (set, expect) in [
        (marks(true, "a"), marks(true, "a")),
        (marks(false, " two\nlines\t "), marks(false, "two\nlines")),
        (marks(true, " \n"), Marks { pinned: true, note: None }),
        (marks(false, &long), marks(false, &long)),
        (Marks::default(), Marks::default()),
    ] {
        archive.mark(&record, |now| *now = set).unwrap();
        assert_eq!(listed(&archive), (expect, vec![]));
    }
    assert_eq!(fs::read(record.folder.join(RECORD_FILE)).unwrap(), before);
    assert_eq!(fs::read(record.bundle_path()).unwrap(), b"bundle");
    assert_eq!(fs::read_dir(&record.folder).unwrap().count(), 3);
    assert_eq!(fs::read_dir(archive.root().join(".hostkeep/staging")).unwrap().count(), 0);
    for (note, reason) in
        [("x".repeat(MAX_NOTE_CHARS + 1), "longer than 1,000"), ("a\u{1b}[2J".into(), "control characters")]
    {
        let error = archive.mark(&record, |now| *now = marks(true, &note)).unwrap_err();
        assert!(error.code() == "bad_note" && error.to_string().contains(reason), "{error}");
    }
    assert_eq!(listed(&archive), (Marks::default(), vec![]));
}

/// A backup takes an hour, and what it has saved can be pinned meanwhile; a run that begins clears nothing of it.
#[test]
fn marks_are_set_while_somebody_writes() {
    let (_folder, archive) = new_archive();
    let record = keep(&lock(&archive), "esx01", b"bundle", 0);
    let held = lock(&archive);
    archive.mark(&record, |now| now.pinned = true).unwrap();
    drop(held);
    std::thread::scope(|scope| {
        scope.spawn(|| (0..20).for_each(|_| drop(lock(&archive))));
        for at in 0..20 {
            archive.mark(&record, |now| now.note = Some(at.to_string())).unwrap();
        }
    });
    assert_eq!(listed(&archive), (marks(true, "19"), vec![]));
}

#[test]
fn two_who_mark_at_once_lose_nothing_of_each_other() {
    let (_folder, archive) = new_archive();
    let record = keep(&lock(&archive), "esx01", b"bundle", 0);
    let add = |word: &'static str| {
        move |now: &mut Marks| now.note = Some(now.note.take().unwrap_or_default() + word)
    };
    std::thread::scope(|scope| {
        for word in ["a", "b"] {
            let (archive, record) = (&archive, &record);
            scope.spawn(move || (0..20).for_each(|_| drop(archive.mark(record, add(word)).unwrap())));
        }
    });
    let note = listed(&archive).0.note.unwrap();
    assert_eq!((note.matches('a').count(), note.matches('b').count()), (20, 20), "{note}");
}

#[test]
fn what_is_pinned_while_others_are_deleted_stays() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let record = keep(&lock, "esx01", b"bundle", 0);
    keep(&lock, "esx01", b"newer", 86_400);
    let plan = prune_plan(&archive.list().unwrap(), 1, taken_at(86_400), |_| Ok(true)).unwrap();
    let mut pruning = lock.prune(&plan).unwrap();
    archive.mark(&record, |now| now.pinned = true).unwrap();
    assert_eq!(pruning.next().unwrap().freed, Err("it was pinned meanwhile".into()));
    assert_eq!(fs::read(record.bundle_path()).unwrap(), b"bundle");
}

#[test]
fn marks_that_cannot_be_understood_pin() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let record = keep(&lock, "esx01", b"bundle", 0);
    let path = record.folder.join(MARKS_FILE);
    for (content, reason) in [
        (String::new(), "is broken: EOF"),
        ("{".into(), "is broken: EOF"),
        (r#"{"pinned": false}"#.into(), "is broken: missing field `format`"),
        (r#"{"format": 1, "pinned": "no"}"#.into(), "is broken: invalid type"),
        (r#"{"format": 0, "pinned": false}"#.into(), "is broken: it has the unknown format 0"),
        (r#"{"format": 2, "pinned": 7}"#.into(), "has format 2, and this version of Hostkeep knows 1"),
        (" ".repeat(70_000), "cannot be read: it is larger than"),
    ] {
        fs::write(&path, &content).unwrap();
        let (found, problems) = listed(&archive);
        assert_eq!(found, Marks { pinned: true, note: None });
        let [problem] = &problems[..] else { panic!("{problems:?}") };
        assert!(problem.starts_with(&format!("marks.json {reason}")), "{problem}");
        assert!(problem.ends_with("; the backup counts as pinned"), "{problem}");
        let mended = archive.mark(&record, |now| *now = Marks::default());
        if content.contains("\"format\": 2") {
            assert_eq!(mended.unwrap_err().code(), "marks_too_new");
            assert_eq!(fs::read_to_string(&path).unwrap(), content, "it is left as it is");
        } else {
            mended.unwrap();
            assert_eq!(listed(&archive), (Marks::default(), vec![]));
        }
    }
}

#[test]
fn a_record_that_is_gone_cannot_be_marked() {
    let (folder, archive) = new_archive();
    let lock = lock(&archive);
    let record = keep(&lock, "esx01", b"bundle", 0);
    let other = keep(&lock, "esx01", b"other", 60);
    let moved = Record { folder: other.folder.clone(), ..record.clone() };
    fs::rename(&record.folder, folder.path().join("away")).unwrap();
    for gone in [&record, &moved] {
        let error = archive.mark(gone, |now| *now = marks(true, "a")).unwrap_err();
        assert_eq!(error.code(), "record_not_found");
    }
    assert_eq!(listed(&archive), (Marks::default(), vec![]));
    assert!(!record.folder.exists());
}

#[test]
fn marks_stay_with_their_record_and_go_with_it() {
    let (folder, archive) = new_archive();
    let lock = lock(&archive);
    let record = keep(&lock, "esx01", b"bundle", 0);
    keep(&lock, "esx01", b"newer", 86_400);
    archive.mark(&record, |now| *now = marks(false, "a")).unwrap();
    let exported = export(&archive, &record, folder.path(), false).unwrap();
    assert_eq!(fs::read(exported.path).unwrap(), b"bundle");
    assert!(!folder.path().join(MARKS_FILE).exists());
    let plan = prune_plan(&archive.list().unwrap(), 1, taken_at(86_400), |_| Ok(true)).unwrap();
    assert_eq!(pruned(&lock, &plan), [Ok(6)]);
    assert!(!record.folder.exists());
}

#[cfg(unix)]
#[test]
fn marks_are_closed_to_other_users_and_never_a_link() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, archive) = new_archive();
    let lock = lock(&archive);
    let record = keep(&lock, "esx01", b"bundle", 0);
    let path = record.folder.join(MARKS_FILE);
    archive.mark(&record, |now| *now = marks(false, "a")).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::rename(&path, folder.path().join("aside")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("aside"), &path).unwrap();
    let (found, problems) = listed(&archive);
    assert!(found.pinned && problems[0].contains("it is not a regular file"), "{problems:?}");
    archive.mark(&record, |now| *now = marks(false, "b")).unwrap();
    assert_eq!(listed(&archive), (marks(false, "b"), vec![]));
    assert!(fs::read_to_string(folder.path().join("aside")).unwrap().contains("\"a\""));
}

/// An empty folder is what a share leaves that is not mounted.
#[test]
fn nothing_is_marked_in_the_place_of_an_archive_that_is_gone() {
    let (folder, archive) = new_archive();
    let record = keep(&lock(&archive), "esx01", b"bundle", 0);
    fs::rename(archive.root(), folder.path().join("away")).unwrap();
    fs::create_dir(archive.root()).unwrap();
    let error = archive.mark(&record, |now| now.pinned = true).unwrap_err();
    assert_eq!(error.code(), "archive_vanished");
    assert_eq!(fs::read_dir(archive.root()).unwrap().count(), 0);
}
