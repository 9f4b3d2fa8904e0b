use std::path::Path;

use super::*;
use crate::archive::tests::{keep, lock, new_archive, taken_at};
use crate::archive::{KeptBecause, Proven, Rung, prune_plan};
use crate::bundle::tests::{MANIFEST, bundle, bundle_with, bundle_with_state, enveloped, framed, noise, tgz};

fn codes(record: &Record) -> Vec<&'static str> {
    let verdict = verify(record, |_| {}, &CancellationToken::new()).unwrap();
    verdict.problems.iter().map(Problem::code).collect()
}

#[test]
fn a_kept_bundle_is_good() {
    let (_folder, archive) = new_archive();
    let content = bundle_with(&[("etc/noise", &noise(1 << 20))]);
    let record = keep(&lock(&archive), "esx01", &content, 0);
    let mut seen = 0;
    let verdict = verify(&record, |bytes| seen += bytes, &CancellationToken::new()).unwrap();
    assert!(verdict.is_good(), "{:?}", verdict.problems);
    assert_eq!((verdict.bytes, seen), (content.len() as u64, content.len() as u64));
}

/// Whoever prunes meanwhile leaves nothing behind the path, as a share does that is gone: neither is the bundle's damage.
#[test]
fn a_backup_that_is_gone_as_a_whole_is_not_called_damaged() {
    let (_folder, archive) = new_archive();
    let record = keep(&lock(&archive), "esx01", &bundle("x"), 0);
    fs::remove_dir_all(&record.folder).unwrap();
    let verdict = verify(&record, |_| {}, &CancellationToken::new()).unwrap();
    assert!(!verdict.is_good() && !verdict.is_certain() && verdict.was_removed(), "{:?}", verdict.problems);

    // Where it is the share, nothing is to be told of each of thousands, nor kept because none of them is good.
    fs::remove_dir_all(archive.root()).unwrap();
    assert_eq!(verify(&record, |_| {}, &CancellationToken::new()).unwrap_err().code(), "archive_vanished");
    let verified = verify_all(&[&record], |_| {}, |_, _| {}, &CancellationToken::new());
    assert_eq!(verified.unwrap_err().code(), "archive_vanished");
}

type Damage<'a> = Box<dyn Fn(&Path) + 'a>;

#[test]
fn whatever_happened_to_a_bundle_is_told() {
    let sound = bundle("x");
    let mut changed = sound.clone();
    let middle = sound.len() / 2;
    changed[middle] ^= 1;
    let mut longer = sound.clone();
    longer.push(0);
    let other = bundle("another day");
    let state = tgz(&[("local.tgz", &tgz(&[("etc/hosts", b"")]))]);
    let other_host = tgz(&[("Manifest.txt", b"UUID=1"), ("state.tgz", &state)]);
    let write =
        |content: &'static [u8]| -> Damage<'static> { Box::new(move |p| fs::write(p, content).unwrap()) };
    let cases: Vec<(Damage, &[&str])> = vec![
        (Box::new(|p| fs::remove_file(p).unwrap()), &["bundle_missing"]),
        (
            Box::new(|p| {
                fs::remove_file(p).unwrap();
                fs::create_dir(p).unwrap();
            }),
            &["bundle_not_a_file"],
        ),
        (write(b""), &["bundle_wrong_size", "bundle_wrong_hash", "bundle_not_sound"]),
        (write(b"<html>"), &["bundle_wrong_size", "bundle_wrong_hash", "bundle_not_sound"]),
        (Box::new(|p| fs::write(p, &changed).unwrap()), &["bundle_wrong_hash", "bundle_not_sound"]),
        (
            Box::new(|p| fs::write(p, &longer).unwrap()),
            &["bundle_wrong_size", "bundle_wrong_hash", "bundle_not_sound"],
        ),
        (Box::new(|p| fs::write(p, &other).unwrap()), &["bundle_wrong_size", "bundle_wrong_hash"]),
        (
            Box::new(|p| fs::write(p, &other_host).unwrap()),
            &["bundle_wrong_size", "bundle_wrong_hash", "bundle_other_manifest"],
        ),
    ];
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    for (number, (damage, expect)) in cases.into_iter().enumerate() {
        let record = keep(&lock, "esx01", &sound, 0);
        assert_eq!(codes(&record), [""; 0], "{number}");
        damage(&record.bundle_path());
        assert_eq!(codes(&record), expect, "{number}");
    }
}

#[test]
fn every_flipped_byte_and_every_truncation_is_noticed() {
    let (_folder, archive) = new_archive();
    let sound = bundle("x");
    let record = keep(&lock(&archive), "esx01", &sound, 0);
    let path = record.bundle_path();
    for at in 0..sound.len() {
        let mut flipped = sound.clone();
        flipped[at] ^= 0x80;
        fs::write(&path, flipped).unwrap();
        assert!(codes(&record).contains(&"bundle_wrong_hash"), "byte {at}");
        fs::write(&path, &sound[..at]).unwrap();
        assert_eq!(codes(&record), ["bundle_wrong_size", "bundle_wrong_hash", "bundle_not_sound"], "at {at}");
    }
    fs::write(&path, &sound).unwrap();
    assert_eq!(codes(&record), [""; 0]);
}

#[test]
fn the_ladder_says_how_far_each_got() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let proof = |record: &Record| verify(record, |_| {}, &CancellationToken::new()).unwrap().proof;
    let told = |proof: &Proof| {
        let steps = proof.rungs.iter().map(|step| match step.proven {
            Proven::Yes => '+',
            Proven::No { .. } => '-',
            Proven::Unknown { .. } => '?',
        });
        (steps.collect::<String>(), proof.reached)
    };
    let sound = bundle("x");
    let mut record = keep(&lock, "esx01", &sound, 0);
    let mut found = proof(&record);
    // The drafts of these tests name the UUID of the bundles' manifest.
    assert_eq!(told(&found), ("++++++?".to_owned(), Some(Rung::Content)));
    found.note_restored();
    assert_eq!(told(&found), ("+++++++".to_owned(), Some(Rung::Restored)));
    record.host.uuid = Some("00000000-0042-3510-8054-b3c04f4d4e31".into());
    assert_eq!(told(&proof(&record)), ("++++-+?".to_owned(), Some(Rung::Manifest)));

    let sealed = bundle_with_state(&[("local.tgz.ve", &framed()), ("encryption.info", b"mode = \"TPM\"")]);
    let record = keep(&lock, "esx02", &sealed, 0);
    assert_eq!(told(&proof(&record)), ("+++++??".to_owned(), Some(Rung::Host)));
    fs::write(record.bundle_path(), &sealed[..50]).unwrap();
    assert_eq!(told(&proof(&record)), ("---????".to_owned(), None));
    fs::remove_file(record.bundle_path()).unwrap();
    assert_eq!(told(&proof(&record)), ("???????".to_owned(), None));
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let (_folder, archive) = new_archive();
    let record = keep(&lock(&archive), "esx01", &bundle("x"), 0);
    let aside = record.folder.join("aside");
    fs::rename(record.bundle_path(), &aside).unwrap();
    std::os::unix::fs::symlink(&aside, record.bundle_path()).unwrap();
    assert_eq!(codes(&record), ["bundle_not_a_file"]);
}

#[test]
fn a_bundle_that_was_never_sound_is_told_too() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let in_envelope =
        |info: &str| bundle_with_state(&[("local.tgz.ve", &framed()), ("encryption.info", info.as_bytes())]);
    let (mut damaged, info) = enveloped(&tgz(&[("etc/hosts", b"")]));
    damaged[5000] ^= 1;
    for (never_sound, expect) in [
        (tgz(&[("Manifest.txt", MANIFEST.as_bytes())]), "it has no state.tgz"),
        (bundle_with_state(&[]), "its state.tgz has neither"),
        (
            bundle_with_state(&[("local.tgz.ve", &damaged), ("encryption.info", info.as_bytes())]),
            "its local.tgz.ve is damaged",
        ),
    ] {
        let record = keep(&lock, "esx01", &never_sound, 0);
        assert_eq!(codes(&record), ["bundle_not_sound"]);
        let verdict = verify(&record, |_| {}, &CancellationToken::new()).unwrap();
        let told = verdict.problems[0].to_string();
        assert!(told.starts_with(&format!("the bundle is not sound: {expect}")), "{told}");
        assert_eq!(verdict.proof.reached, Some(Rung::Hash));
    }
    // Nor is what a later release may do in its own way.
    for no_fault in [
        in_envelope("mode = \"TPM\""),
        in_envelope("mode = \"NONE\""),
        bundle_with_state(&[("local.tgz.ve", &framed())]),
    ] {
        assert_eq!(codes(&keep(&lock, "esx01", &no_fault, 0)), [""; 0]);
    }
}

#[test]
fn bundles_without_a_configuration_cost_the_last_real_one_nothing() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let real = keep(&lock, "esx01", &bundle("x"), 0);
    let (mut damaged, info) = enveloped(&tgz(&[("etc/hosts", b"")]));
    damaged[5000] ^= 1;
    let hollow = [
        vec![],
        vec![("local.tgz.ve", b"junk".as_slice()), ("encryption.info", info.as_bytes())],
        vec![("local.tgz.ve", damaged.as_slice()), ("encryption.info", info.as_bytes())],
    ];
    for (at, state) in (1..).zip(&hollow) {
        keep(&lock, "esx01", &bundle_with_state(state), at);
    }
    let is_good =
        |record: &Record| verify(record, |_| {}, &CancellationToken::new()).map(|verdict| verdict.is_good());
    let plan = prune_plan(&archive.list().unwrap(), 2, taken_at(10), is_good).unwrap();
    let kept = plan.hosts[0].kept.last().unwrap();
    assert_eq!((&kept.record.id, kept.because), (&real.id, KeptBecause::LastGood));
}

#[test]
fn many_are_verified_at_once_and_told_in_their_order() {
    let (_folder, archive) = new_archive();
    let lock = lock(&archive);
    let content = bundle("x");
    let records: Vec<Record> = (0..20).map(|n| keep(&lock, &format!("esx{n:02}"), &content, 0)).collect();
    for bad in [3, 11] {
        fs::remove_file(records[bad].bundle_path()).unwrap();
    }
    let records: Vec<&Record> = records.iter().collect();
    let (read, told) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let count = |bytes: u64| {
        read.fetch_add(usize::try_from(bytes).unwrap(), Ordering::Relaxed);
    };
    let found = |record: &Record, verdict: &Verdict| {
        assert_eq!(verdict.is_good(), record.bundle_path().exists());
        told.fetch_add(1, Ordering::Relaxed);
    };
    let cancel = CancellationToken::new();
    let verdicts = verify_all(&records, count, found, &cancel).unwrap();
    let bad: Vec<usize> = (0..20).filter(|&at| !verdicts[at].is_good()).collect();
    assert_eq!((bad, verdicts.len()), (vec![3, 11], 20));
    assert_eq!((read.into_inner(), told.into_inner()), (18 * content.len(), 20));

    assert!(verify_all(&[], |_| {}, |_, _| {}, &cancel).unwrap().is_empty());
    let stopped = verify_all(&records, |_| cancel.cancel(), |_, _| {}, &cancel);
    assert!(matches!(stopped, Err(Error::Cancelled)), "{stopped:?}");
}

#[test]
fn cancelling_ends_it_at_once_and_in_the_middle() {
    let (_folder, archive) = new_archive();
    let record = keep(&lock(&archive), "esx01", &bundle_with(&[("etc/noise", &noise(1 << 20))]), 0);
    let cancel = CancellationToken::new();
    let mut calls = 0;
    let result = verify(
        &record,
        |_| {
            calls += 1;
            cancel.cancel();
        },
        &cancel,
    );
    assert!(matches!(result, Err(Error::Cancelled)), "{result:?}");
    assert_eq!(calls, 1);
    assert!(matches!(verify(&record, |_| panic!("nothing is read"), &cancel), Err(Error::Cancelled)));
}
