use super::*;
use crate::Error;
use crate::archive::host_folder;
use crate::archive::tests::{keep, lock, new_archive, staged, taken_at};

#[test]
fn one_writer_at_a_time() {
    let (_folder, archive) = new_archive();
    let first = archive.lock("hostkeep backup", taken_at(0)).unwrap();
    let (staging, _) = first.stage(&host_folder("esx01")).unwrap();
    let again = Archive::open(archive.root(), None).unwrap();
    let error = again.lock("the second", taken_at(1)).unwrap_err();
    assert_eq!(error.code(), "archive_locked");
    let Error::Archive(ArchiveError::Locked { holder: Some(holder), .. }) = &error else {
        panic!("{error:?} names no holder");
    };
    assert_eq!((holder.holder.as_str(), holder.process), ("hostkeep backup", std::process::id()));
    // Whoever is told by this very program would look for its own process in vain.
    let own = "in use by hostkeep backup (another task of this program) since 2026-11-22T23:30:00+01:00";
    assert!(error.to_string().ends_with(own), "{error}");
    let other =
        LockHolder { process: 0, machine: "JUMP01".into(), user: "ADMIN".into(), ..(**holder).clone() };
    assert_eq!(
        other.to_string(),
        "hostkeep backup (ADMIN on JUMP01, process 0) since 2026-11-22T23:30:00+01:00"
    );

    // What is staged keeps the lock.
    drop(first);
    assert_eq!(again.lock("the second", taken_at(1)).unwrap_err().code(), "archive_locked");
    drop(staging);
    drop(again.lock("the second", taken_at(1)).unwrap());
    assert!(!archive.root().join(".hostkeep/lock-holder.json").exists());
}

/// The window keeps what it has read in the background: a backup that begins in that instant waits.
#[test]
fn only_a_brief_holder_is_waited_for() {
    let (_folder, archive) = new_archive();
    let backup = holder_now("hostkeep backup", taken_at(1), false);
    let mut brief = Some(archive.lock_briefly("hostkeep window", taken_at(0)).unwrap());
    let error = archive.lock_or(&backup, || false).unwrap_err();
    assert!(error.to_string().contains("in use by hostkeep window ("), "{error}");
    let lock = archive.lock_or(&backup, || brief.take().is_some()).unwrap();
    let error = archive.lock_or(&backup, || panic!("it is not worth waiting for")).unwrap_err();
    assert!(error.to_string().contains("in use by hostkeep backup ("), "{error}");
    // It has not come to its note yet.
    fs::remove_file(archive.root().join(".hostkeep/lock-holder.json")).unwrap();
    let mut lock = Some(lock);
    archive.lock_or(&backup, || lock.take().is_some()).unwrap();
}

#[test]
fn a_broken_holders_note_does_not_hide_the_lock() {
    let (_folder, archive) = new_archive();
    let _held = lock(&archive);
    fs::write(archive.root().join(".hostkeep/lock-holder.json"), "{").unwrap();
    let error = archive.lock("the second", taken_at(1)).unwrap_err();
    assert!(matches!(error, Error::Archive(ArchiveError::Locked { holder: None, .. })), "{error:?}");
}

#[test]
fn the_holders_note_is_a_contract() {
    let holder = LockHolder {
        holder: "hostkeep backup".into(),
        user: "ADMIN".into(),
        machine: "JUMP01".into(),
        process: 4711,
        since: taken_at(0),
        brief: false,
    };
    insta::assert_snapshot!("lock_holder_json", serde_json::to_string_pretty(&holder).unwrap());
}

#[test]
fn the_lock_clears_what_a_killed_run_left() {
    let (_folder, archive) = new_archive();
    let kept = keep(&lock(&archive), "esx01", b"bundle", 0);
    let staging = archive.root().join(".hostkeep/staging");
    fs::create_dir_all(staging.join("killed/deeper")).unwrap();
    fs::write(staging.join("killed/configBundle-esx01.tgz"), "half").unwrap();
    fs::write(staging.join("stray"), "half").unwrap();
    fs::create_dir(archive.root().join(".hostkeep/fingerprints")).unwrap();
    let temporary = ["", "runs/", "fingerprints/"]
        .map(|folder| archive.root().join(format!(".hostkeep/{folder}.hostkeep-{}.tmp", "0".repeat(32))));
    for path in &temporary {
        fs::write(path, "half").unwrap();
    }
    fs::write(archive.root().join(".hostkeep/runs/notes.tmp"), "theirs").unwrap();
    let _held = lock(&archive);
    assert_eq!(staged(&archive), 0);
    assert_eq!(temporary.iter().filter(|path| path.exists()).count(), 0);
    assert!(archive.root().join(".hostkeep/runs/notes.tmp").exists());
    assert_eq!(archive.list().unwrap().records, [kept]);
}

#[test]
fn without_room_for_a_holders_note_the_lock_is_still_taken() {
    let (_folder, archive) = new_archive();
    // A folder in the note's place: what fails is what a full disk would let fail.
    fs::create_dir(archive.root().join(".hostkeep/lock-holder.json")).unwrap();
    let held = lock(&archive);
    keep(&held, "esx01", b"bundle", 0);
}
