//! An archive that fails in the middle of a run: told once, no further host is burdened, earlier bundles untouched.

use std::path::Path;
use std::process::Command;

use hostconfig::archive::Archive;
use hostconfig::backup::{RunEvent, RunReport, back_up};
use tempfile::TempDir;
use vsphere_sim::{HostSpec, uniform_hosts};

use super::{Desk, all_of, noon, one_at_a_time, vcenter, words};

/// A small file system of its own; gone when dropped.
struct SmallVolume(TempDir);

impl SmallVolume {
    fn mount(kib: u32) -> Option<Self> {
        Self::mount_at(tempfile::tempdir().unwrap(), kib)
    }

    /// None, said loudly, where this process may not mount.
    #[expect(clippy::print_stderr, reason = "a skipped check says so")]
    fn mount_at(folder: TempDir, kib: u32) -> Option<Self> {
        let size = format!("size={kib}k");
        if mount(&["-t", "tmpfs", "-o", &size, "tmpfs"], folder.path()) {
            return Some(Self(folder));
        }
        eprintln!("skipped: what needs a volume of its own (this user may not mount one)");
        None
    }

    fn make_read_only(&self) {
        assert!(mount(&["-o", "remount,ro"], self.0.path()));
    }
}

impl Drop for SmallVolume {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["--lazy"]).arg(self.0.path()).status();
    }
}

fn mount(options: &[&str], at: &Path) -> bool {
    Command::new("mount").args(options).arg(at).output().is_ok_and(|output| output.status.success())
}

#[tokio::test]
async fn a_full_disk_ends_the_run_with_the_reason_and_keeps_what_was_there() {
    let Some(volume) = SmallVolume::mount(400) else { return };
    let desk = Desk::at(&volume.0.path().join("archive"));
    let sim = vcenter(uniform_hosts(8, 100_000)).await;
    let report = desk.run(one_at_a_time(all_of(&sim))).await.unwrap();
    let expect = ["saved", "saved", "saved", "no_space", "not_tried", "not_tried", "not_tried", "not_tried"];
    assert_eq!(words(&report), expect);
    desk.check_nothing_half_done(3);
    let asked = sim.hosts().iter().filter(|host| host.backups() > 0).count();
    assert_eq!(asked, 4, "no host is asked in vain");
    assert_eq!(desk.audited(), 4, "what was not begun is not in the audit log");
    assert_eq!(desk.archive.read_run::<RunReport>(&report.run_id).unwrap(), report);
}

#[tokio::test]
async fn a_report_that_finds_no_room_is_not_lost() {
    let Some(volume) = SmallVolume::mount(400) else { return };
    let desk = Desk::at(&volume.0.path().join("archive"));
    let sim = vcenter(uniform_hosts(2, 10_000)).await;
    let filler = volume.0.path().join("filler");
    let context = desk.context(move |event| {
        if matches!(event, RunEvent::Finished { host: 1, .. }) {
            let full = std::fs::write(&filler, vec![1; 1 << 20]).unwrap_err();
            assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
        }
    });
    let report = back_up(one_at_a_time(all_of(&sim)), context.unwrap()).await.unwrap();
    assert_eq!(words(&report), ["saved", "saved"]);
    assert_eq!(report.report_error.as_ref().map(|error| error.code.as_str()), Some("no_space"));
    assert!(!report.is_complete());
    desk.check_nothing_half_done(2);
}

#[tokio::test]
async fn a_disk_that_becomes_read_only_is_told() {
    let Some(volume) = SmallVolume::mount(4000) else { return };
    let desk = Desk::at(&volume.0.path().join("archive"));
    let sim = vcenter(vec![HostSpec::new("esx01")]).await;
    desk.run(all_of(&sim)).await.unwrap();
    volume.make_read_only();
    assert_eq!(desk.archive.lock("test", noon()).unwrap_err().code(), "read_only");
    assert_eq!(desk.archive.list().unwrap().records.len(), 1, "it can still be read");
}

#[tokio::test]
async fn an_archive_that_vanishes_in_mid_run_stops_the_run() {
    let sim = vcenter(uniform_hosts(6, 1000)).await;
    let desk = Desk::new();
    let (root, moved) = (desk.archive.root().to_path_buf(), desk.folder.path().join("unplugged"));
    let context = desk.context({
        let (root, moved) = (root.clone(), moved.clone());
        move |event| {
            if matches!(event, RunEvent::Finished { host: 1, .. }) {
                std::fs::rename(&root, &moved).unwrap();
            }
        }
    });
    let report = back_up(one_at_a_time(all_of(&sim)), context.unwrap()).await.unwrap();
    let expect = ["saved", "saved", "archive_vanished", "not_tried", "not_tried", "not_tried"];
    assert_eq!(words(&report), expect);
    assert_eq!(report.report_error.as_ref().map(|error| error.code.as_str()), Some("archive_vanished"));
    assert!(!report.is_complete());
    let asked = sim.hosts().iter().filter(|host| host.backups() > 0).count();
    assert_eq!(asked, 2, "no host is asked in vain");
    assert!(!root.exists(), "no second archive is begun in its place");
    std::fs::rename(&moved, &root).unwrap();
    assert_eq!(desk.archive.list().unwrap().records.len(), 2);
    assert_eq!(sim.open_sessions(), 0);
}

#[tokio::test]
async fn two_runs_at_once_exclude_each_other() {
    let sim = vcenter(vec![HostSpec::new("esx01")]).await;
    let desk = Desk::new();
    let held = desk.archive.lock("another run", noon()).unwrap();
    let error = desk.run(all_of(&sim)).await.unwrap_err();
    assert_eq!(error.code(), "archive_locked");
    assert!(error.to_string().contains("another run"), "{error}");
    drop(held);
    desk.run(all_of(&sim)).await.unwrap();
}

#[tokio::test]
async fn what_an_interrupted_run_left_in_staging_is_cleared_by_the_next() {
    let sim = vcenter(vec![HostSpec::new("esx01")]).await;
    let desk = Desk::new();
    let left = desk.archive.root().join(".hostkeep/staging/left");
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("configBundle-esx01.tgz"), b"half").unwrap();
    desk.run(all_of(&sim)).await.unwrap();
    desk.check_nothing_half_done(1);
    let again = Archive::open(desk.archive.root(), None).unwrap();
    assert_eq!(again.id(), desk.archive.id());
}

#[tokio::test]
async fn what_cannot_be_cleared_from_staging_stops_no_run() {
    let sim = vcenter(vec![HostSpec::new("esx01")]).await;
    let desk = Desk::new();
    // A folder that something is mounted on can no more be removed than one that a virus scanner holds on Windows.
    let left = TempDir::new_in(desk.archive.root().join(".hostkeep/staging")).unwrap();
    let Some(held) = SmallVolume::mount_at(left, 100) else { return };
    let report = desk.run(all_of(&sim)).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert!(held.0.path().exists());
}

/// On a slow share that would hold up every other host: the folder of what did not arrive is removed where blocking is allowed.
/// What cannot be removed is told on the thread that tried, and this one is all that the runtime has.
#[cfg(unix)]
#[tokio::test]
async fn what_did_not_arrive_is_removed_on_no_thread_of_the_runtimes() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use vsphere_sim::{FaultRule, What};

    let sim = vcenter(uniform_hosts(1, 50_000)).await;
    // The version list is a GET, too.
    sim.add_fault(FaultRule::get(What::StallAfter(30_000)).after(1));
    let desk = Desk::new();
    let staging = desk.archive.root().join(".hostkeep/staging");
    let cancel = desk.cancel.clone();
    let context = desk.context({
        let staging = staging.clone();
        move |event| {
            if matches!(event, RunEvent::Received { .. }) && !cancel.is_cancelled() {
                for folder in std::fs::read_dir(&staging).unwrap().map(|entry| entry.unwrap().path()) {
                    std::fs::remove_dir_all(&folder).unwrap();
                    std::fs::write(&folder, "no folder").unwrap();
                }
                cancel.cancel();
            }
        }
    });
    let has_told = Arc::new(AtomicBool::new(false));
    let here = {
        let has_told = Arc::clone(&has_told);
        let lines = move || {
            has_told.store(true, Ordering::Relaxed);
            std::io::sink()
        };
        tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_writer(lines).finish()
    };
    let _only_here = tracing::subscriber::set_default(here);
    let report = back_up(all_of(&sim), context.unwrap()).await.unwrap();
    assert_eq!(words(&report), ["cancelled"]);
    assert_eq!(std::fs::read_dir(&staging).unwrap().count(), 1, "it could not be removed");
    assert!(!has_told.load(Ordering::Relaxed), "it was tried on the runtime's thread");
}
