//! The archive as its users see it: created, locked, written, listed. Drafts for the other rooms' tests.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use chrono::{DateTime, FixedOffset, TimeDelta};
use sha2::{Digest, Sha256};

use super::*;

/// 2026-11-22 23:30:00 +01:00, and so many seconds.
pub(crate) fn taken_at(seconds: i64) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-22T23:30:00+01:00").unwrap() + TimeDelta::seconds(seconds)
}

pub(crate) fn draft(host: &str, bundle: &[u8]) -> RecordDraft {
    RecordDraft {
        host: RecordHost {
            name: host.into(),
            uuid: Some("4c4c4544-0042-3510-8054-b3c04f4d4e31".into()),
            identity: format!("4c4c4544-0042-3510-8054-b3c04f4d4e31/{host}"),
            moid: "host-42".into(),
            management_address: Some("10.0.0.42".into()),
            vendor: Some("Dell Inc.".into()),
            model: Some("PowerEdge R640".into()),
        },
        product: RecordProduct {
            name: "VMware ESXi".into(),
            version: "7.0.3".into(),
            build: "21930508".into(),
            full_name: "VMware ESXi 7.0.3 build-21930508".into(),
        },
        server: RecordServer {
            name: Some("prod".into()),
            address: "vc.lab.local".into(),
            kind: ServerKind::Vcenter,
        },
        bytes: bundle.len() as u64,
        sha256: hex::encode(Sha256::digest(bundle)),
        manifest: RecordManifest {
            release_level: Some("VMware ESXi 7.0 Update 3".into()),
            uuid: Some("4c4c4544-0042-3510-8054-b3c04f4d4e31".into()),
            matches_host: Some(true),
        },
        obtained: RecordObtained { host_thumbprint: Some("AA:BB".into()), api_version: "7.0.3.0".into() },
        run_id: "20261122T223000Z-1a2b".into(),
        note: None,
    }
}

/// A record that is on no disk.
pub(crate) fn record_of(draft: RecordDraft, taken_at: DateTime<FixedOffset>) -> Record {
    let file = host_folder(&draft.host.name).bundle_file();
    staging::into_record(draft, file, taken_at)
}

pub(crate) fn new_archive() -> (tempfile::TempDir, Archive) {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::create(&folder.path().join("archive")).unwrap();
    (folder, archive)
}

pub(crate) fn keep(lock: &WriteLock, host: &str, bundle: &[u8], seconds: i64) -> Record {
    let (staging, mut file) = lock.stage(&host_folder(host)).unwrap();
    file.write_all(bundle).unwrap();
    staging.commit(file, draft(host, bundle), taken_at(seconds)).unwrap()
}

/// Carries a plan out; the bytes that each record freed, or why it stayed.
pub(crate) fn pruned(lock: &WriteLock, plan: &PrunePlan) -> Vec<Result<u64, String>> {
    lock.prune(plan).unwrap().map(|removal| removal.freed).collect()
}

pub(crate) fn lock(archive: &Archive) -> WriteLock {
    archive.lock("the tests", taken_at(0)).unwrap()
}

pub(super) fn staged(archive: &Archive) -> usize {
    fs::read_dir(archive.root().join(".hostkeep/staging")).unwrap().count()
}

fn relative(archive: &Archive, path: &Path) -> String {
    path.strip_prefix(archive.root()).unwrap().to_str().unwrap().replace('\\', "/")
}

#[test]
fn a_commit_makes_the_documented_layout() {
    let (_folder, archive) = new_archive();
    let record = keep(&lock(&archive), "esx01.lab.local", b"bundle", 0);
    assert_eq!(relative(&archive, &record.folder), "2026-11-22/esx01.lab.local/T233000+0100");
    assert_eq!(
        relative(&archive, &record.bundle_path()),
        "2026-11-22/esx01.lab.local/T233000+0100/configBundle-esx01.lab.local.tgz"
    );
    assert_eq!(fs::read(record.bundle_path()).unwrap(), b"bundle");
    assert_eq!(record.id.len(), 12);
    assert_eq!(record.taken_at.to_rfc3339(), "2026-11-22T22:30:00+00:00");
    assert_eq!(archive.list().unwrap().records, [record]);
    assert_eq!(staged(&archive), 0);
}

#[cfg(unix)]
#[test]
fn bundles_are_closed_to_other_users() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let record = keep(&lock, "esx01", b"bundle", 0);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&record.bundle_path()), 0o600);
    assert_eq!(mode(&record.folder.join(RECORD_FILE)), 0o600);
    for folder in record.folder.ancestors().take(4) {
        assert_eq!(mode(folder), 0o700, "{}", folder.display());
    }
    assert_eq!(mode(lock.stage(&host_folder("esx01")).unwrap().0.bundle_path()), 0o600);
}

#[test]
fn the_same_second_again_gets_a_number() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let names: Vec<String> =
        (0..3).map(|_| relative(&archive, &keep(&lock, "esx01", b"bundle", 0).folder)).collect();
    assert_eq!(
        names,
        [
            "2026-11-22/esx01/T233000+0100",
            "2026-11-22/esx01/T233000+0100-2",
            "2026-11-22/esx01/T233000+0100-3"
        ]
    );
}

#[test]
fn commits_at_once_never_meet() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let lock = &lock;
            scope.spawn(move || {
                for n in 0..5 {
                    keep(lock, "esx01", format!("{thread}/{n}").as_bytes(), 0);
                }
            });
        }
    });
    let listing = archive.list().unwrap();
    assert_eq!((listing.records.len(), listing.problems.len()), (40, 0));
    let contents: std::collections::HashSet<Vec<u8>> =
        listing.records.iter().map(|r| fs::read(r.bundle_path()).unwrap()).collect();
    assert_eq!(contents.len(), 40);
}

#[test]
fn what_is_not_committed_leaves_nothing() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let (staging, mut file) = lock.stage(&host_folder("esx01")).unwrap();
    file.write_all(b"half").unwrap();
    assert_eq!(staged(&archive), 1);
    drop((file, staging));
    assert_eq!(staged(&archive), 0);

    let (staging, mut file) = lock.stage(&host_folder("esx01")).unwrap();
    file.write_all(b"half").unwrap();
    let error = staging.commit(file, draft("esx01", b"the whole"), taken_at(0)).unwrap_err();
    assert_eq!(error.code(), "bundle_incomplete");
    assert_eq!(staged(&archive), 0);
    assert!(archive.list().unwrap().records.is_empty());
}

#[test]
fn a_commit_that_cannot_be_made_keeps_everything_else() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    // An admin's own file where the date's folder should be.
    fs::write(archive.root().join("2026-11-22"), "theirs").unwrap();
    let (staging, mut file) = lock.stage(&host_folder("esx01")).unwrap();
    file.write_all(b"bundle").unwrap();
    let error = staging.commit(file, draft("esx01", b"bundle"), taken_at(0)).unwrap_err();
    assert!(error.to_string().starts_with("cannot make the folder "), "{error}");
    assert_eq!(fs::read_to_string(archive.root().join("2026-11-22")).unwrap(), "theirs");
    assert_eq!(staged(&archive), 0);
}

#[test]
fn an_admins_own_folders_become_an_archive_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let theirs = folder.path().join("2026-11-22/esx01/configBundle-esx01.tgz");
    fs::create_dir_all(theirs.parent().unwrap().join("old")).unwrap();
    fs::write(&theirs, "theirs").unwrap();
    let archive = Archive::open_or_create(folder.path(), None).unwrap();
    keep(&lock(&archive), "esx01", b"bundle", 0);
    let listing = archive.list().unwrap();
    assert_eq!((listing.records.len(), listing.problems.len()), (1, 0));
    assert_eq!(fs::read_to_string(theirs).unwrap(), "theirs");
    assert_eq!(Archive::create(folder.path()).unwrap_err().code(), "already_an_archive");
    assert_eq!(Archive::open_or_create(folder.path(), None).unwrap().id(), archive.id());
}

#[test]
fn an_archive_that_is_not_what_it_was_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let open = |remembered: Option<&str>| Archive::open(root, remembered).map(|a| a.id).map_err(|e| e.code());
    assert_eq!(open(None), Err("not_an_archive"));
    assert_eq!(open(Some("x")), Err("archive_vanished"));
    assert_eq!(Archive::open_or_create(root, Some("x")).unwrap_err().code(), "archive_vanished");
    assert_eq!(fs::read_dir(root).unwrap().count(), 0, "nothing may be made where an archive vanished");
    let missing = root.join("not/mounted");
    assert_eq!(Archive::open(&missing, Some("x")).unwrap_err().code(), "archive_vanished");

    let id = Archive::create(root).unwrap().id;
    assert_eq!(open(Some(&id)), Ok(id.clone()));
    assert_eq!(open(Some("x")), Err("archive_replaced"));
    for (marker, code) in [
        (r#"{"format": 2, "shape": "other"}"#, "archive_too_new"),
        ("{", "archive_broken"),
        (r#"{"format": 1}"#, "archive_broken"),
        ("", "archive_broken"),
    ] {
        fs::write(root.join(MARKER_FILE), marker).unwrap();
        assert_eq!(open(Some(&id)), Err(code), "{marker}");
        assert_eq!(Archive::create(root).unwrap_err().code(), code, "{marker}");
    }
}

#[test]
fn folders_above_an_archive_are_never_made() {
    let folder = tempfile::tempdir().unwrap();
    let error = Archive::create(&folder.path().join("share/archive")).unwrap_err();
    assert_eq!(error.code(), "archive_parent_missing", "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    fs::write(folder.path().join("share"), "theirs").unwrap();
    let error = Archive::open_or_create(&folder.path().join("share/archive"), None).unwrap_err();
    assert_eq!(error.code(), "archive_parent_missing", "{error}");
}

#[test]
fn what_lies_outside_of_the_layout_is_an_admins_own() {
    let (_folder, archive) = new_archive();
    let record = keep(&lock(&archive), "esx01", b"bundle", 0);
    let root = archive.root();
    let copies =
        ["old/esx01/T233000+0100", "2026-11/esx01/T233000+0100", "2026-11-22/esx01/before the upgrade"];
    for copy in copies {
        fs::create_dir_all(root.join(copy)).unwrap();
        fs::write(root.join(copy).join(RECORD_FILE), "{").unwrap();
    }
    let listing = archive.list().unwrap();
    assert_eq!((&listing.records[..], &listing.problems[..]), (&[record.clone()][..], &[][..]));
    // What is named as a record is one, also with a word added.
    fs::rename(root.join(copies[2]), root.join("2026-11-22/esx01/T233000+0100 - Copy")).unwrap();
    let listing = archive.list().unwrap();
    assert_eq!((listing.records.len(), listing.problems.len()), (1, 1));
}

#[test]
fn a_bundle_that_cannot_be_written_is_the_archives_trouble() {
    let (folder, archive) = new_archive();
    let lock = lock(&archive);
    let (staging, file) = lock.stage(&host_folder("esx01")).unwrap();
    drop(file);
    let error = staging.write_failed(std::io::ErrorKind::StorageFull.into());
    assert_eq!(error.code(), "no_space");
    assert!(error.to_string().contains(&*staging.bundle_path().to_string_lossy()), "{error}");
    fs::rename(archive.root(), folder.path().join("unplugged")).unwrap();
    let error = staging.write_failed(std::io::ErrorKind::StaleNetworkFileHandle.into());
    assert_eq!(error.code(), "archive_vanished");
}

// Windows renames no folder in which a file is open.
#[cfg(unix)]
#[test]
fn an_archive_that_vanishes_under_a_run_is_told() {
    let (folder, archive) = new_archive();
    let lock = lock(&archive);
    let (staging, mut file) = lock.stage(&host_folder("esx01")).unwrap();
    file.write_all(b"bundle").unwrap();
    fs::rename(archive.root(), folder.path().join("unplugged")).unwrap();
    let error = staging.commit(file, draft("esx01", b"bundle"), taken_at(0)).unwrap_err();
    assert_eq!(error.code(), "archive_vanished");
    assert_eq!(lock.stage(&host_folder("esx02")).unwrap_err().code(), "archive_vanished");
    assert_eq!(archive.list().unwrap_err().code(), "archive_vanished");
    assert!(!archive.root().exists(), "nothing may be made where an archive vanished");
}

#[test]
fn a_listing_is_newest_first_and_names_what_it_cannot_read() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    for (host, seconds) in [("b", 0), ("a", 0), ("a", 86_400), ("c", 60)] {
        keep(&lock, host, b"bundle", seconds);
    }
    let broken = keep(&lock, "broken", b"bundle", 0);
    fs::write(broken.folder.join(RECORD_FILE), "{").unwrap();
    fs::write(archive.root().join("notes.txt"), "theirs").unwrap();
    fs::create_dir_all(archive.root().join("2026-11-22/a/photos/deeper")).unwrap();
    let listing = archive.list().unwrap();
    let hosts: Vec<&str> = listing.records.iter().map(|r| r.host.name.as_str()).collect();
    assert_eq!(hosts, ["a", "c", "a", "b"]);
    let [problem] = &listing.problems[..] else { panic!("{:?}", listing.problems) };
    assert_eq!(problem.path, broken.folder);
    assert!(problem.reason.contains("record.json is broken"), "{}", problem.reason);
}

#[cfg(unix)]
#[test]
fn a_listing_follows_no_links() {
    let (folder, archive) = new_archive();
    let other = Archive::create(&folder.path().join("other")).unwrap();
    let elsewhere = keep(&lock(&other), "esx01", b"bundle", 0);
    std::os::unix::fs::symlink(other.root().join("2026-11-22"), archive.root().join("2026-11-22")).unwrap();
    fs::create_dir_all(archive.root().join("2026-11-21/esx01/T000000+0000")).unwrap();
    std::os::unix::fs::symlink(&elsewhere.folder, archive.root().join("2026-11-21/esx01/T000001+0000"))
        .unwrap();
    let listing = archive.list().unwrap();
    assert_eq!((listing.records.len(), listing.problems.len()), (0, 0));
}

#[cfg(unix)]
#[test]
fn a_record_that_is_a_link_or_a_pipe_is_told_not_read() {
    let (folder, archive) = new_archive();
    let lock = lock(&archive);
    let linked = keep(&lock, "linked", b"bundle", 0).folder.join(RECORD_FILE);
    fs::rename(&linked, folder.path().join("aside")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("aside"), &linked).unwrap();
    let piped = keep(&lock, "piped", b"bundle", 0).folder.join(RECORD_FILE);
    fs::remove_file(&piped).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&piped).status().unwrap().success());
    let listing = archive.list().unwrap();
    assert!(listing.records.is_empty());
    let reasons: Vec<&str> = listing.problems.iter().map(|problem| problem.reason.as_str()).collect();
    assert_eq!(reasons, ["record.json cannot be read: it is not a regular file"; 2]);
}

#[test]
fn records_are_found_by_the_start_of_their_id() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let mut listing = Listing::default();
    for id in ["aa0000000000", "aa1111111111", "bb0000000000"] {
        listing.records.push(Record { id: id.into(), ..keep(&lock, "esx01", b"bundle", 0) });
    }
    // A copy of a record that an admin made is no other backup.
    listing.records.push(listing.records[2].clone());
    let find = |asked: &str| archive.find(&listing, asked).map(|r| r.id.as_str()).map_err(|e| e.to_string());
    assert_eq!(find("bb"), Ok("bb0000000000"));
    assert_eq!(find("AA1"), Ok("aa1111111111"));
    assert_eq!(find("aa0000000000"), Ok("aa0000000000"));
    assert_eq!(find("aa"), Err("aa could be any of 2 records: aa0000000000, aa1111111111".into()));
    assert_eq!(find("cc"), Err("the archive has no record cc".into()));
    assert_eq!(find(" "), Err("the archive has no record  ".into()));
}

#[test]
fn a_bundle_that_lost_its_record_is_told() {
    let (_folder, archive) = new_archive();
    let record = keep(&lock(&archive), "esx01", b"bundle", 0);
    std::fs::remove_file(record.folder.join(RECORD_FILE)).unwrap();
    let listing = archive.list().unwrap();
    assert_eq!(listing.records.len(), 0);
    let sought = archive.find(&listing, &record.id).unwrap_err().to_string();
    assert!(sought.ends_with("as far as can be told: a folder in it cannot be read"), "{sought}");
    assert_eq!(listing.problems[0].reason, "there is a bundle, but no record.json");
}

#[test]
fn reports_of_runs_are_kept() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    lock.write_run("run-1", &vec!["esx01"]).unwrap();
    lock.write_run("run-1", &vec!["esx01", "esx02"]).unwrap();
    assert_eq!(archive.read_run::<Vec<String>>("run-1").unwrap(), ["esx01", "esx02"]);
    assert_eq!(archive.read_run::<u8>("run-1").unwrap_err().code(), "run_unreadable");
    assert_eq!(archive.read_run::<u8>("run-2").unwrap_err().code(), "run_unreadable");
    for bad in ["", "../x", "a/b", "a.b", &"a".repeat(65)] {
        assert_eq!(lock.write_run(bad, &1).unwrap_err().code(), "bad_run_id", "{bad}");
    }
}

#[test]
fn runs_are_listed_newest_first_without_being_read() {
    let (folder, archive) = new_archive();
    let lock = lock(&archive);
    assert_eq!(archive.runs().unwrap(), []);
    let newest = "20261122T223000Z-1a2b3c4d";
    for id in ["20261121T223000Z-ffffffff", newest, "by-hand"] {
        lock.write_run(id, &vec!["esx01"]).unwrap();
    }
    let runs = archive.root().join(".hostkeep/runs");
    fs::write(runs.join("20261120T223000Z-00000000.json"), "{").unwrap();
    fs::write(runs.join("notes.txt"), "theirs").unwrap();
    fs::write(runs.join("a b.json"), "theirs").unwrap();
    let listed = archive.runs().unwrap();
    let ids: Vec<&str> = listed.iter().map(|run| run.run_id.as_str()).collect();
    assert_eq!(ids, [newest, "20261121T223000Z-ffffffff", "20261120T223000Z-00000000", "by-hand"]);
    let started: Vec<Option<String>> =
        listed.iter().map(|run| run.started_at.map(|at| at.to_rfc3339())).collect();
    assert_eq!((&started[0], &started[3]), (&Some("2026-11-22T22:30:00+00:00".into()), &None));
    let read = |id: &str| archive.read_run::<Vec<String>>(id).map_err(|error| error.code());
    assert_eq!(read(newest), Ok(vec!["esx01".to_owned()]));
    assert_eq!(read("20261120T223000Z-00000000"), Err("run_unreadable"));

    fs::remove_dir_all(&runs).unwrap();
    assert_eq!(archive.runs().unwrap(), []);
    drop(lock);
    fs::rename(archive.root(), folder.path().join("unplugged")).unwrap();
    assert_eq!(archive.runs().unwrap_err().code(), "archive_vanished");
}

/// A listing follows no links: what was put behind one would be told as saved, and be seen by nobody.
#[test]
#[cfg(unix)]
fn nothing_is_kept_behind_a_link() {
    let (folder, archive) = new_archive();
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    for link in ["2026-11-22", "2026-11-23/esx01"].map(|link| archive.root().join(link)) {
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &link).unwrap();
    }
    let lock = lock(&archive);
    for seconds in [0, 86_400] {
        let (staging, mut file) = lock.stage(&host_folder("esx01")).unwrap();
        file.write_all(b"bundle").unwrap();
        let error = staging.commit(file, draft("esx01", b"bundle"), taken_at(seconds)).unwrap_err();
        assert!(error.to_string().contains("a link is there"), "{error}");
    }
    assert_eq!((archive.list().unwrap().records.len(), fs::read_dir(&elsewhere).unwrap().count()), (0, 0));
}

/// One write that fails costs one host its backup, and a disk that is gone must not have all hosts asked in vain.
#[test]
fn a_disk_that_fails_is_an_archive_that_is_gone_where_nothing_of_it_can_be_seen() {
    let (_folder, archive) = new_archive();
    let failed = || FileError {
        problem: FileProblem::Failing,
        ..FileError::new("write", archive.root(), io::Error::other("input/output error"))
    };
    let ends_the_run = |error: Error| (error.code(), error.is_of_archive());
    assert_eq!(ends_the_run(archive.blame(failed())), ("drive_failing", false));
    fs::remove_file(archive.root().join(MARKER_FILE)).unwrap();
    assert_eq!(ends_the_run(archive.blame(failed())), ("archive_vanished", true));
}
