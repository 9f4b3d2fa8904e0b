//! `kill -9` at any moment of a backup: what is in the archive stays good, and the next run clears what was left.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use hostconfig::archive::{Archive, verify};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;
use vsphere_sim::{Options, Simulator, uniform_hosts};

const KILLS: u32 = 200;
const HOSTS: usize = 12;

/// A stand-in for chance that fails the same way again: Knuth's multiplicative hash.
fn scattered(round: u32) -> u32 {
    round.wrapping_mul(2_654_435_761) >> 8
}

fn start_backup(sim: &Simulator, folder: &Path) -> Child {
    let Options { user, password, .. } = Options::default();
    let mut child = Command::new(env!("CARGO_BIN_EXE_hostkeep"))
        .args(["backup", "--password-stdin", "--concurrency", "4", "--user", &user])
        .args(["--url", &sim.url(), "--thumbprint", &sim.thumbprint()])
        .arg("--archive")
        .arg(folder.join("archive"))
        .arg("--config-dir")
        .arg(folder.join("config"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("hostkeep starts");
    let mut stdin = child.stdin.take().expect("it was piped");
    stdin.write_all(format!("{password}\n").as_bytes()).expect("hostkeep reads the password");
    child
}

/// The SHA-256 of each bundle, as it lies on the disk. Found without the archive's own listing, which would leave out what it
/// cannot read.
fn bundles(root: &Path) -> BTreeMap<PathBuf, [u8; 32]> {
    let below = |folder: PathBuf| {
        let entries = std::fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").path())
    };
    let is_dated = |path: &PathBuf| path.is_dir() && !path.ends_with(".hostkeep");
    let records = below(root.to_path_buf()).filter(is_dated).flat_map(below).flat_map(below);
    let files = records.flat_map(below).filter(|path| path.extension().is_some_and(|end| end == "tgz"));
    files.map(|path| (path.clone(), Sha256::digest(std::fs::read(path).expect("a bundle")).into())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_two_hundred_moments_a_backup_loses_nothing() {
    let options = Options { hosts: uniform_hosts(HOSTS, 20_000), sessions_max: None, ..Options::default() };
    let sim = Simulator::start(options).await.expect("a simulator");
    let folder = tempfile::tempdir().expect("a folder");
    // one that is left alone shows how long a backup takes, and what earlier bundles are
    let started = Instant::now();
    assert!(start_backup(&sim, folder.path()).wait().expect("hostkeep ends").success());
    let mut whole = started.elapsed();
    let archive = Archive::open(&folder.path().join("archive"), None).expect("the archive");
    let staging = archive.root().join(".hostkeep/staging");
    let mut before = bundles(archive.root());
    assert_eq!(before.len(), HOSTS);
    let (mut interrupted, mut left) = (0, 0);
    for round in 0..KILLS {
        let mut child = start_backup(&sim, folder.path());
        let moment = whole * (scattered(round) % 1000) / 1000;
        tokio::time::sleep(moment).await;
        if child.try_wait().expect("hostkeep can be looked at").is_some() {
            // The machine is less busy than it was: the moments to come lie within what a backup takes now.
            whole = whole.min(moment);
        }
        child.kill().expect("hostkeep can be killed");
        interrupted += u32::from(!child.wait().expect("hostkeep ends").success());
        left += usize::from(std::fs::read_dir(&staging).expect("staging").count() > 0);
        let now = bundles(archive.root());
        for (path, sha256) in &before {
            assert_eq!(now.get(path), Some(sha256), "{} after the kill in round {round}", path.display());
        }
        before = now;
    }
    assert!(
        interrupted > KILLS / 2 && left > 0,
        "{interrupted} interrupted, {left} with something left in staging"
    );

    assert!(start_backup(&sim, folder.path()).wait().expect("hostkeep ends").success(), "the next run works");
    assert_eq!(std::fs::read_dir(&staging).expect("staging").count(), 0, "and clears staging");
    let listing = archive.list().expect("the archive can be listed");
    assert!(listing.problems.is_empty(), "{:?}", listing.problems);
    assert!(listing.records.len() >= 2 * HOSTS);
    for record in &listing.records {
        let verdict = verify(record, |_| {}, &CancellationToken::new()).expect("it can be read");
        assert!(verdict.is_good(), "{record:?}: {:?}", verdict.problems);
    }
}
