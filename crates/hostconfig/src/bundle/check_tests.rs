use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use tar::EntryType as T;

use super::*;
pub(crate) use crate::bundle::config_store::tests::{TABLE, store};
pub(crate) use crate::bundle::envelope::tests::{enveloped, framed};

pub(crate) const MANIFEST: &str = "RELEASELEVEL=VMware ESXi 7.0 Update 3\nUUID=4c4c4544-0042-3510-8054-b3c04f4d4e31\nKERNELOPTS=\nUSEROPTS=\n";

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

pub(crate) fn tgz(members: &[(&str, &[u8])]) -> Vec<u8> {
    gzip(&tar(members))
}

pub(crate) fn bundle_with(files: &[(&str, &[u8])]) -> Vec<u8> {
    bundle_with_state(&[("local.tgz", &tgz(files))])
}

pub(crate) fn bundle_with_state(state: &[(&str, &[u8])]) -> Vec<u8> {
    tgz(&[("Manifest.txt", MANIFEST.as_bytes()), ("state.tgz", &tgz(state))])
}

/// A sound bundle whose content depends on `seed`.
pub(crate) fn bundle(seed: &str) -> Vec<u8> {
    bundle_with(&[("etc/hosts", b"127.0.0.1 localhost\n"), ("etc/vmware/esx.conf", seed.as_bytes())])
}

fn problem(bundle: &[u8]) -> String {
    check(bundle).map_or_else(|problem| problem.to_string(), |checked| format!("{checked:?}"))
}

#[test]
fn a_sound_bundle_is_read_through_all_layers() {
    let checked = check(&bundle("/system/uuid = \"x\"\n")[..]).unwrap();
    assert_eq!(checked.manifest, parse_manifest(MANIFEST.as_bytes()).unwrap());
    let paths: Vec<&str> = checked.members.iter().map(|m| m.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "Manifest.txt",
            "state.tgz",
            "state.tgz/local.tgz",
            "state.tgz/local.tgz/etc/hosts",
            "state.tgz/local.tgz/etc/vmware/esx.conf"
        ]
    );
    assert_eq!(checked.members[3].bytes, 20);
}

#[test]
fn an_envelope_and_unknown_members_are_fine() {
    let long = format!("etc/{}/x", "long".repeat(60));
    let state = tgz(&[("local.tgz.ve", &framed()), ("encryption.info", b"mode = \"TPM\"")]);
    let checked = check(
        &tgz(&[
            ("./Manifest.txt", MANIFEST.as_bytes()),
            ("new.bin", b"?"),
            (&long, b"?"),
            ("state.tgz", &state),
        ])[..],
    )
    .unwrap();
    let paths: Vec<&str> = checked.members.iter().map(|m| m.path.as_str()).collect();
    assert_eq!(paths[2], long);
    assert_eq!(paths[4..], ["state.tgz/local.tgz.ve", "state.tgz/encryption.info"]);
}

#[test]
fn what_is_no_bundle_says_why() {
    let manifest = ("Manifest.txt", MANIFEST.as_bytes());
    let state = tgz(&[("local.tgz", &tgz(&[("etc/hosts", b"")]))]);
    let state = ("state.tgz", &state[..]);
    let sound = bundle("x");
    let mut trailing = sound.clone();
    trailing.extend(b"more");
    let mut twice = sound.clone();
    twice.extend(&sound);
    let mut wrong_checksum = sound.clone();
    let at = wrong_checksum.len() - 6;
    wrong_checksum[at] ^= 1;
    let inner = gzip(&[7; 5000]);
    let envelope = framed();
    let mut cut_off = envelope.clone();
    cut_off.truncate(envelope.len() - 100);
    let hollow = [&envelope[..4096], &envelope[8192..]].concat();
    let in_envelope = |envelope: &[u8]| bundle_with_state(&[("local.tgz.ve", envelope)]);
    let large_manifest = vec![b'x'; 70_000];
    for (bundle, expect) in [
        (Vec::new(), "it is empty"),
        (b"hello".to_vec(), "it is not a gzip file"),
        (b"\n <html><body>503".to_vec(), "it is not a gzip file: it looks like a web page"),
        (b"PK\x03\x04".to_vec(), "it is not a gzip file"),
        (vec![0x1f], "it is cut off"),
        (vec![0x1f, 0x8b], "it is cut off"),
        (sound[..sound.len() / 2].to_vec(), "it is cut off"),
        (sound[..sound.len() - 1].to_vec(), "it is cut off"),
        (wrong_checksum, "it is damaged: "),
        (trailing, "there is data after the end of the bundle"),
        (twice, "there is data after the end of the bundle"),
        (gzip(b""), "it has no Manifest.txt"),
        (gzip(&[b'a'; 2000]), "it holds no readable tar archive: "),
        (gzip(&tar(&[manifest, state])[..700]), "it holds no readable tar archive: "),
        (tgz(&[state]), "it has no Manifest.txt"),
        (tgz(&[manifest]), "it has no state.tgz"),
        (tgz(&[("Manifest.txt", b""), state]), "its Manifest.txt cannot be understood"),
        (tgz(&[("Manifest.txt", &large_manifest), state]), "its Manifest.txt cannot be understood"),
        (tgz(&[manifest, ("state.tgz", b"")]), "its state.tgz is empty"),
        (tgz(&[manifest, ("state.tgz", b"hello")]), "its state.tgz is not a gzip file"),
        (tgz(&[manifest, ("state.tgz", &state.1[..state.1.len() - 9])]), "its state.tgz is cut off"),
        (tgz(&[manifest, ("state.tgz", &inner)]), "its state.tgz holds no readable tar archive: "),
        (
            tgz(&[manifest, ("state.tgz", &tgz(&[("local.tgz", &inner[..inner.len() - 5])]))]),
            "its local.tgz ",
        ),
        (bundle_with_state(&[]), "its state.tgz has neither local.tgz nor local.tgz.ve"),
        (bundle_with_state(&[("other", &envelope)]), "its state.tgz has neither local.tgz nor local.tgz.ve"),
        (bundle_with(&[]), "its local.tgz is empty"),
        (in_envelope(b""), "its local.tgz.ve is no envelope"),
        (in_envelope(b"junk"), "its local.tgz.ve is no envelope"),
        (in_envelope(&hollow), "its local.tgz.ve is empty"),
        (in_envelope(&cut_off), "its local.tgz.ve is cut off"),
    ] {
        let found = problem(&bundle);
        assert!(found.starts_with(expect), "{found:?} does not start with {expect:?}");
        // Looked into, it is told alike.
        let opened = crate::bundle::open(&bundle[..], crate::bundle::CONTENT_LIMITS).unwrap_err();
        assert_eq!(opened.to_string(), found);
    }
}

#[test]
fn an_outer_fault_is_not_blamed_on_the_inside() {
    let sound = bundle_with(&[("etc/noise", &noise(200_000))]);
    for cut in [sound.len() / 4, sound.len() / 2, sound.len() - 400] {
        assert_eq!(problem(&sound[..cut]), "it is cut off");
    }
}

#[test]
fn a_failing_disk_is_told_from_a_bad_bundle() {
    struct Failing<'a>(&'a [u8]);
    impl Read for Failing<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() { Err(io::Error::other("bad sector")) } else { self.0.read(buffer) }
        }
    }
    let sound = bundle_with(&[("etc/noise", &noise(100_000))]);
    for at in [0, 1, 50_000, sound.len()] {
        let problem = check(Failing(&sound[..at])).unwrap_err();
        assert!(matches!(problem, BundleProblem::Unreadable(_)), "{at}: {problem}");
    }
}

#[test]
fn bombs_end_in_an_error() {
    let manifest = ("Manifest.txt", MANIFEST.as_bytes());
    // 600 MiB of zeros: as trailing padding, as a member, nested, and as an extension header's long name.
    let zeros = zeros(600 << 20);
    assert_eq!(problem(&zeros), "it unpacks to more than 512 MiB, which no host's configuration does");
    for nested in [
        tgz(&[manifest, ("state.tgz", &zeros)]),
        tgz(&[manifest, ("state.tgz", &tgz(&[("local.tgz", &zeros)]))]),
    ] {
        assert!(matches!(check(&nested[..]), Err(BundleProblem::TooLarge { .. })));
    }
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_size(1 << 40);
    header.set_cksum();
    let mut long_name = header.as_bytes().to_vec();
    long_name.resize(200_000, b'a');
    assert!(matches!(check(&gzip(&long_name)[..]), Err(BundleProblem::TooManyMembers)));

    let mut header = tar::Header::new_gnu();
    header.set_path("a").unwrap();
    header.set_size(0);
    header.set_cksum();
    let many = gzip(&header.as_bytes().repeat(MAX_MEMBERS + 1));
    assert!(matches!(check(&many[..]), Err(BundleProblem::TooManyMembers)));
}

proptest! {
    #[test]
    fn no_input_panics(bytes in any::<Vec<u8>>(), content in any::<Vec<u8>>()) {
        prop_assert!(check(&bytes[..]).is_err());
        prop_assert!(check(&gzip(&content)[..]).is_err());
    }

    /// The checksums see every change of content. Compression has several spellings of the same content, so a changed
    /// byte need not change any.
    #[test]
    fn a_changed_byte_is_found_or_harmless(at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        let sound = bundle("x");
        let mut changed = sound.clone();
        changed[at.index(sound.len())] ^= flip;
        if check(&changed[..]).is_ok() {
            prop_assert_eq!(gunzip(&changed), gunzip(&sound));
        }
    }
}

fn gunzip(gzip: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    flate2::read::GzDecoder::new(gzip).read_to_end(&mut content).unwrap();
    content
}

/// Bytes that do not compress.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    })
    .take(length)
    .collect()
}

fn zeros(length: u64) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    io::copy(&mut io::repeat(0).take(length), &mut encoder).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn what_no_host_packs_is_not_read() {
    let with = |kind: tar::EntryType, path: &str, twice: bool| {
        let mut builder = tar::Builder::new(tar(&[("etc/hostname", b"")])[..512].to_vec());
        for _ in 0..=u8::from(twice) {
            let mut header = tar::Header::new_gnu();
            header.set_size(0);
            header.set_entry_type(kind);
            let name = &mut header.as_old_mut().name;
            name[..path.len()].copy_from_slice(path.as_bytes());
            header.as_old_mut().linkname[..4].copy_from_slice(b"/etc");
            header.set_cksum();
            builder.append(&header, io::empty()).unwrap();
        }
        let local = gzip(&builder.into_inner().unwrap());
        tgz(&[("Manifest.txt", MANIFEST.as_bytes()), ("state.tgz", &tgz(&[("local.tgz", &local)]))])
    };
    for (kind, path, twice, expect) in [
        (T::Symlink, "etc/shadow", false, "a link"),
        (T::Link, "etc/shadow", false, "a link"),
        (T::Fifo, "etc/pipe", false, "something that is no plain file"),
        (T::Char, "dev/null", false, "something that is no plain file"),
        (T::Regular, "../../etc/passwd", false, "a path that leads out of it"),
        (T::Regular, "/etc/passwd", false, "a path that leads out of it"),
        (T::Regular, "a\\..\\b", false, "a path that leads out of it"),
        (T::Regular, "C:/x", false, "a path that leads out of it"),
        (T::Regular, "etc/hosts", true, "a path that another file has already"),
    ] {
        let bundle = with(kind, path, twice);
        let problem = crate::bundle::open(&bundle[..], crate::bundle::CONTENT_LIMITS).unwrap_err();
        assert!(matches!(problem, BundleProblem::Forbidden { .. }), "{problem}");
        assert!(
            problem.to_string().starts_with(&format!("its local.tgz has {expect} among its files: ")),
            "{problem}"
        );
        // It is kept all the same, and can be restored: only its content is not read.
        check(&bundle[..]).unwrap();
        let contents = crate::bundle::read_contents(&bundle).unwrap();
        assert!(matches!(contents.sealing, crate::bundle::Sealing::Unreadable { .. }));
    }
    let bundle = with(T::Symlink, "etc/\u{202e}gpj.\u{1b}", false);
    let problem = crate::bundle::open(&bundle[..], crate::bundle::CONTENT_LIMITS).unwrap_err();
    assert!(problem.to_string().ends_with(": etc/[U+202E]gpj.[U+001B]"), "{problem}");
    let folder = with(T::Directory, "./etc/", false);
    crate::bundle::open(&folder[..], crate::bundle::CONTENT_LIMITS).unwrap();
}

#[test]
fn a_bomb_is_not_unpacked() {
    let zeros = vec![0_u8; 64 << 20];
    let bundle = bundle_with(&[("etc/a", &zeros), ("etc/b", &zeros)]);
    assert!(bundle.len() < 1 << 20);
    let problem = crate::bundle::open(&bundle[..], crate::bundle::CONTENT_LIMITS).unwrap_err();
    assert!(matches!(problem, BundleProblem::TooLarge { limit_mib: 96 }), "{problem}");
}
