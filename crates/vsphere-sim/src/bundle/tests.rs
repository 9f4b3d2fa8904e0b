use super::archive::{Member, unpack};
use super::{Content, SharedParts, Source, build, envelope};
use crate::certificates::SharedKey;
use crate::specs::{BundleFormat, HostSpec};

fn content(spec: &HostSpec, days: u32) -> Content {
    let key = SharedKey::generate().unwrap();
    let mut content = Content::first(
        spec,
        key.identity(&spec.name, std::net::Ipv4Addr::LOCALHOST),
        std::net::Ipv4Addr::LOCALHOST,
    );
    for _ in 0..days {
        content.next_day(spec);
    }
    content
}

fn bundle(spec: &HostSpec, content: &Content, counter: u64) -> Vec<u8> {
    build(&Source { spec, content, counter }, &SharedParts::default())
}

fn member(members: &[Member], name: &str) -> Vec<u8> {
    let found = members.iter().find(|(member, _)| member == name);
    found.unwrap_or_else(|| panic!("{name} is not among {:?}", names(members))).1.clone()
}

fn names(members: &[Member]) -> Vec<&str> {
    members.iter().map(|(name, _)| name.as_str()).collect()
}

/// The files in a bundle's `local.tgz`, by way of the key that its format has.
fn local(spec: &HostSpec, bundle: &[u8]) -> Vec<Member> {
    let outer = unpack(bundle).unwrap();
    let state = unpack(&member(&outer, "state.tgz")).unwrap();
    let local = match spec.bundle {
        BundleFormat::Plain => member(&state, "local.tgz"),
        BundleFormat::Envelope => {
            let info = String::from_utf8(member(&state, "encryption.info")).unwrap();
            let key = envelope::key_from_info(&info).expect("a key that anyone can derive");
            envelope::open(&member(&state, "local.tgz.ve"), &key).unwrap()
        }
        BundleFormat::Sealed => {
            let info = String::from_utf8(member(&state, "encryption.info")).unwrap();
            assert!(envelope::key_from_info(&info).is_none(), "nothing in the bundle leads to the key");
            let sealed = member(&state, "local.tgz.ve");
            assert!(envelope::open(&sealed, &envelope::published_key()).is_err());
            envelope::open(&sealed, &envelope::sealed_key(spec)).unwrap()
        }
    };
    unpack(&local).unwrap()
}

#[test]
fn every_format_holds_the_same_files() {
    for format in [BundleFormat::Plain, BundleFormat::Envelope, BundleFormat::Sealed] {
        let spec = HostSpec { bundle: format, ..HostSpec::new("esx01.lab.local") };
        let bundle = bundle(&spec, &content(&spec, 0), 1);
        let outer = unpack(&bundle).unwrap();
        assert_eq!(names(&outer), ["Manifest.txt", "state.tgz"]);
        let manifest = String::from_utf8(member(&outer, "Manifest.txt")).unwrap();
        assert!(manifest.starts_with("RELEASELEVEL=VMware ESXi 8.0 Update 3\nUUID="), "{manifest}");
        assert!(manifest.contains(&spec.uuid.to_string()));
        let local = local(&spec, &bundle);
        for name in ["etc/vmware/esx.conf", "etc/shadow", "etc/vmware/ssl/rui.key", "etc/vmware/license.cfg"]
        {
            assert!(!member(&local, name).is_empty(), "{name}");
        }
        assert!(String::from_utf8(member(&local, "etc/resolv.conf")).unwrap().contains("search lab.local"));
        let store = member(&local, "var/lib/vmware/configstore/backup/current-store-1");
        assert!(store.starts_with(b"SQLite format 3\0"));
    }
}

/// Offsets and sizes as the description of the format has them, not as the code happens to compute them.
#[test]
fn the_envelope_is_laid_out_as_described() {
    let u32_at = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    for length in [0, 1, 4095, 4096, 4097] {
        let content = vec![7u8; length];
        let key = envelope::published_key();
        let sealed = envelope::seal(&content, &key, &[9; 12]);
        assert_eq!(sealed.len() % 4096, 0);
        assert_eq!(&sealed[..21], b"DataTransformEnvelope");
        assert!(sealed[21..504].iter().all(|byte| *byte == 0));
        assert_eq!((u32_at(&sealed, 504), u32_at(&sealed, 508)), (3584, 2));
        assert_eq!(&sealed[512..516], [11, 0, 0, 0]);
        assert_eq!(&sealed[516..531], b"vmware.keyInfo\0");
        let footer = &sealed[sealed.len() - 4096..];
        assert_eq!(&footer[..23], b"DataTransformAeadFooter");
        assert_eq!((u32_at(footer, 4088), u32_at(footer, 4092)), (16, 1));
        assert_eq!(envelope::open(&sealed, &key).unwrap(), content);

        let mut damaged = sealed.clone();
        damaged[600] ^= 1;
        assert!(envelope::open(&damaged, &key).is_err(), "the header is authenticated");
    }
    assert!(envelope::open(b"short", &envelope::published_key()).is_err());
}

#[test]
fn two_backups_of_one_day_differ_in_noise_only() {
    let spec = HostSpec::new("esx01.lab.local");
    let content = content(&spec, 0);
    let (first, second) = (bundle(&spec, &content, 1), bundle(&spec, &content, 2));
    assert_eq!(first, bundle(&spec, &content, 1), "the same source, the same bytes");
    let (first, second) = (local(&spec, &first), local(&spec, &second));
    let changed: Vec<&str> = first
        .iter()
        .zip(&second)
        .filter(|(one, other)| one != other)
        .map(|(one, _)| one.0.as_str())
        .collect();
    assert_eq!(
        changed,
        [
            "etc/vmware/esx.conf",
            "etc/vmware/.backup.counter",
            "etc/random-seed",
            "etc/dhclient-vmk0.leases",
            "var/lib/vmware/configstore/backup/current-store-1",
        ]
    );
    let lines = |members: &[Member]| {
        let text = String::from_utf8(member(members, "etc/vmware/esx.conf")).unwrap();
        let mut lines: Vec<String> = text.lines().map(String::from).collect();
        lines.sort();
        lines
    };
    assert_eq!(lines(&first), lines(&second), "only the order of the lines changed");
}

#[test]
fn days_change_something_now_and_then() {
    let spec = HostSpec::new("esx01.lab.local");
    let files = |days| local(&spec, &bundle(&spec, &content(&spec, days), 1));
    let changed = |name: &str| {
        let versions: Vec<_> = (0..8).map(|days| member(&files(days), name)).collect();
        versions.windows(2).filter(|pair| pair[0] != pair[1]).count()
    };
    assert_eq!(changed("etc/ntp.conf"), 2, "every third day, of seven");
    assert_eq!(changed("etc/shadow"), 1, "every seventh day");
    assert_eq!(changed("etc/resolv.conf"), 0);
}

#[test]
fn padding_reaches_the_size_asked_for() {
    for (format, size) in
        [(BundleFormat::Plain, 64 * 1024), (BundleFormat::Envelope, 256 * 1024), (BundleFormat::Plain, 10)]
    {
        let spec = HostSpec { bundle: format, bundle_bytes: Some(size), ..HostSpec::new("esx01.lab.local") };
        let bundle = bundle(&spec, &content(&spec, 0), 1);
        let expect = size.max(7_000);
        assert!((expect..expect + 32 * 1024).contains(&bundle.len()), "{} for {size}", bundle.len());
    }
}
