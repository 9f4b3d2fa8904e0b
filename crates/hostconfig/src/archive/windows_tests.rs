//! The archive on Windows' file system: names that it takes for something else, paths longer than it once allowed, files
//! that are read-only, open elsewhere, or differ in upper and lower case only.

use std::fs::{self, OpenOptions};
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;

use tokio_util::sync::CancellationToken;

use super::tests::{draft, keep, lock, new_archive, pruned, taken_at};
use super::*;

/// What a host's bundle is after all that: byte for byte what was kept.
fn check_kept(archive: &Archive, host: &str, bundle: &[u8]) {
    let listing = archive.list().unwrap();
    let record = listing.records.iter().find(|record| record.host.name == host);
    let record = record.unwrap_or_else(|| panic!("{host}: {:?}", listing.problems));
    assert_eq!(fs::read(record.bundle_path()).unwrap(), bundle, "{host}");
    let verdict = verify(record, |_| {}, &CancellationToken::new()).unwrap();
    assert_eq!(verdict.bytes, bundle.len() as u64, "{host}: {:?}", verdict.problems);
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    entries.map(|name| name.into_string().unwrap()).collect()
}

/// Opens a file as a program does that lets nobody rename or delete it meanwhile.
fn hold(path: &Path, share: u32) -> fs::File {
    OpenOptions::new().read(true).share_mode(share).open(path).unwrap()
}

const SHARE_NOTHING: u32 = 0;
const SHARE_READ: u32 = 1;
const SHARE_ALL: u32 = 7;

#[test]
fn hosts_may_be_called_what_windows_reserves() {
    let (_folder, archive) = new_archive();
    let held = lock(&archive);
    let hosts = [
        "CON",
        "aux.tgz",
        "NUL",
        "COM1",
        "LPT1.lab.local",
        "esx01.",
        "esx02 ",
        "a:b",
        "x?*<>|\"/\\y",
        "büro",
        "主机",
    ];
    for host in hosts {
        let record = keep(&held, host, host.as_bytes(), 0);
        let name = host_folder(host);
        // Windows drops dots and spaces from a name's end without a word.
        assert!(names_in(&archive.root().join("2026-11-22")).contains(&name.as_str().to_owned()), "{host}");
        assert_eq!(names_in(&record.folder).len(), 2, "{host}");
    }
    for host in hosts {
        check_kept(&archive, host, host.as_bytes());
    }
    assert_eq!(archive.list().unwrap().records.len(), hosts.len());
}

#[test]
fn a_name_that_windows_would_not_make_a_file_of_is_no_destination() {
    let (folder, archive) = new_archive();
    let record = keep(&lock(&archive), "esx01", b"bundle", 0);
    for name in ["aux.tgz", "NUL", "bundle.tgz:hidden", "bundle.", "what?.tgz"] {
        let error = export(&archive, &record, &folder.path().join(name), true).unwrap_err();
        assert_eq!(error.code(), "bad_destination", "{name}: {error}");
    }
    assert_eq!(names_in(folder.path()), ["archive"]);
}

#[test]
fn paths_may_be_longer_than_260_characters() {
    let folder = tempfile::tempdir().unwrap();
    let mut root = folder.path().to_path_buf();
    for letter in ["a", "b", "c", "d", "e", "f"] {
        root.push(letter.repeat(100));
        fs::create_dir(&root).unwrap();
    }
    root.push("archive");
    let archive = Archive::create(&root).unwrap();
    let held = lock(&archive);
    let record = keep(&held, "esx01.lab.local", b"first", 0);
    assert!(record.bundle_path().as_os_str().len() > 600);
    let kept = keep(&held, "esx01.lab.local", b"second", 60);
    held.archive()
        .mark(&kept, |now| *now = Marks { pinned: false, note: Some("before the update".into()) })
        .unwrap();
    let listing = archive.list().unwrap();
    let noted = listing.records.iter().filter(|record| record.marks.note.is_some()).count();
    assert_eq!((listing.records.len(), noted), (2, 1), "{listing:?}");
    let plan = prune_plan(&listing, 1, taken_at(86_400), |_| Ok(true)).unwrap();
    assert_eq!(plan.removed().count(), 1);
    assert_eq!(pruned(&held, &plan), [Ok(5)]);
    check_kept(&archive, "esx01.lab.local", b"second");
    drop(held);
    assert_eq!(Archive::open(&root, None).unwrap().list().unwrap().records.len(), 1);
}

#[test]
fn what_is_read_only_can_be_marked_and_pruned() {
    let (_folder, archive) = new_archive();
    let held = lock(&archive);
    let old = keep(&held, "esx01", b"old", 0);
    let new = keep(&held, "esx01", b"new", 60);
    held.archive().mark(&old, |now| *now = Marks { pinned: true, note: None }).unwrap();
    for record in [&old, &new] {
        for name in names_in(&record.folder) {
            let path = record.folder.join(name);
            let mut permissions = fs::metadata(&path).unwrap().permissions();
            permissions.set_readonly(true);
            fs::set_permissions(&path, permissions).unwrap();
        }
    }
    held.archive().mark(&old, |now| *now = Marks { pinned: false, note: Some("may go".into()) }).unwrap();
    let plan = prune_plan(&archive.list().unwrap(), 1, taken_at(86_400), |_| Ok(true)).unwrap();
    // What is read-only may only go with the next lock, and frees nothing before.
    assert!(matches!(pruned(&held, &plan)[..], [Ok(_)]));
    assert!(!old.folder.exists());
    check_kept(&archive, "esx01", b"new");
}

#[test]
fn a_bundle_that_another_program_has_open_is_not_pruned_and_stays_whole() {
    if std::env::var_os("HOSTKEEP_UNDER_WINE").is_some() {
        println!("skipped: Wine renames a folder in which a file is open, which Windows never does");
        return;
    }
    let (_folder, archive) = new_archive();
    let held = lock(&archive);
    let old = keep(&held, "esx01", b"old", 0);
    keep(&held, "esx01", b"new", 60);
    let open = hold(&old.bundle_path(), SHARE_READ);
    let plan = prune_plan(&archive.list().unwrap(), 1, taken_at(86_400), |_| Ok(true)).unwrap();
    let freed = pruned(&held, &plan);
    assert!(matches!(freed[..], [Err(_)]), "{freed:?}");
    drop(open);
    assert_eq!(archive.list().unwrap().records.len(), 2);
    assert_eq!(fs::read(old.bundle_path()).unwrap(), b"old");
    let plan = prune_plan(&archive.list().unwrap(), 1, taken_at(86_400), |_| Ok(true)).unwrap();
    assert_eq!(pruned(&held, &plan), [Ok(3)]);
}

#[test]
fn a_record_that_another_program_keeps_to_itself_is_told() {
    let (_folder, archive) = new_archive();
    let held = lock(&archive);
    let kept = keep(&held, "esx01", b"bundle", 0);
    keep(&held, "esx02", b"bundle", 0);
    let open = hold(&kept.folder.join(RECORD_FILE), SHARE_NOTHING);
    let listing = archive.list().unwrap();
    assert_eq!((listing.records.len(), listing.problems.len()), (1, 1), "{listing:?}");
    assert_eq!(listing.problems[0].path, kept.folder);
    drop(open);
    assert_eq!(archive.list().unwrap().records.len(), 2);
}

/// A virus scanner has what was just written open for a moment.
#[test]
fn a_commit_waits_for_who_looks_at_the_bundle() {
    let (_folder, archive) = new_archive();
    let held = lock(&archive);
    let (staging, file) = held.stage(&host_folder("esx01")).unwrap();
    fs::write(staging.bundle_path(), b"bundle").unwrap();
    let bundle = staging.bundle_path().to_path_buf();
    let scanned = OpenOptions::new().read(true).share_mode(SHARE_ALL).open(&bundle).unwrap();
    let looking = std::thread::spawn(move || {
        // The record is the last thing to be written before the folder is renamed; Wine renames it all the same.
        while bundle.exists() && !bundle.with_file_name(RECORD_FILE).exists() {
            std::thread::yield_now();
        }
        drop(scanned);
    });
    let record = staging.commit(file, draft("esx01", b"bundle"), taken_at(0)).unwrap();
    looking.join().unwrap();
    assert_eq!(fs::read(record.bundle_path()).unwrap(), b"bundle");
    check_kept(&archive, "esx01", b"bundle");
}

#[test]
fn upper_and_lower_case_are_one_archive_and_never_one_host() {
    let (_folder, archive) = new_archive();
    let other = archive.root().with_file_name("ARCHIVE");
    let held = lock(&archive);
    let again = Archive::open(&other, None).unwrap().lock("the same in capitals", taken_at(0));
    assert_eq!(again.unwrap_err().code(), "archive_locked");
    let hosts = [("esx01", "4c4c4544-1"), ("ESX01", "5d5d5544-2")];
    let folders = host_folders(hosts);
    for ((host, _), folder) in hosts.iter().zip(&folders) {
        let (staging, file) = held.stage(folder).unwrap();
        fs::write(staging.bundle_path(), host.as_bytes()).unwrap();
        staging.commit(file, draft(host, host.as_bytes()), taken_at(0)).unwrap();
    }
    for (host, _) in hosts {
        check_kept(&archive, host, host.as_bytes());
    }
}
