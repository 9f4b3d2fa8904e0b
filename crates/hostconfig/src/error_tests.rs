use std::io;

use super::*;
use crate::archive::{LockHolder, Problem};
use crate::bundle::{Forbidden, Layer};
use crate::credentials::Item;
use crate::hosts_file::HostsFileProblem;
use crate::selection::UnknownName;

/// Every failure of archive, files, bundles, settings, keyring and lists, as users and scripts see it.
#[test]
fn errors_are_a_contract() {
    let told: Vec<String> = errors()
        .iter()
        .map(|error| {
            let ErrorReport { code, message, hint, details } = error.report();
            let details: Vec<String> =
                details.iter().map(|detail| format!("\n  because: {detail}")).collect();
            let hint = hint.map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
            format!("{code}: {message}{}{hint}", details.concat())
        })
        .collect();
    insta::assert_snapshot!("errors", told.join("\n"));
}

#[test]
fn codes_are_stable_words() {
    for error in errors() {
        let code = error.code();
        assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code}");
    }
}

#[test]
fn a_message_names_a_host_only_as_a_whole() {
    for (text, host, expect) in [
        ("cannot connect to 10.0.0.1:443: refused", "10.0.0.1", true),
        ("cannot connect to 10.0.0.10:443: refused", "10.0.0.1", false),
        ("cannot connect to 110.0.0.1: refused", "10.0.0.1", false),
        ("10.0.0.10 and 10.0.0.1", "10.0.0.1", true),
        ("esx01.lab.local refused", "esx01", false),
        ("pre-esx01 refused", "esx01", false),
        ("a.esx01 refused", "esx01", false),
        ("the bundle of esx01.", "esx01", true),
        ("(esx01)", "esx01", true),
        ("[fd00::1]:443 refused", "fd00::1", true),
        ("[fd00::1:2]:443 refused", "fd00::1", false),
        ("büro-esx.münchen", "esx", false),
        ("", "esx01", false),
    ] {
        assert_eq!(names(text, host), expect, "{text}, {host}");
    }
    let refused = |server: &str| vsphere::Error::Connect { server: server.into(), reason: "refused".into() };
    let told = |server: &str| Error::from(refused(server)).about_host("10.0.0.1").to_string();
    assert_eq!(told("10.0.0.1:443"), "cannot connect to 10.0.0.1:443: refused");
    assert_eq!(told("10.0.0.10:443"), "10.0.0.1: cannot connect to 10.0.0.10:443: refused");
}

/// One host's trouble must not keep the others from being backed up.
#[test]
fn only_what_fails_every_host_ends_a_run() {
    let told: Vec<&str> = errors().iter().filter(|error| error.is_of_archive()).map(Error::code).collect();
    let expect =
        ["archive_vanished", "archive_replaced", "no_space", "read_only", "access_denied", "drive_vanished"];
    assert_eq!(told, expect);
}

fn errors() -> Vec<Error> {
    let path = || PathBuf::from("/backup");
    let files = [
        io::ErrorKind::StorageFull,
        io::ErrorKind::ReadOnlyFilesystem,
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::NotFound,
        io::ErrorKind::ResourceBusy,
        io::ErrorKind::StaleNetworkFileHandle,
        io::ErrorKind::BrokenPipe,
    ]
    .map(|kind| FileError::new("write", path(), kind.into()));
    let failing = FileError {
        problem: FileProblem::Failing,
        ..FileError::new("write", path(), io::Error::other("input/output error"))
    };
    let bundles = [
        BundleProblem::Unreadable(io::ErrorKind::PermissionDenied.into()),
        BundleProblem::Empty(Layer::Bundle),
        BundleProblem::NotGzip { layer: Layer::Bundle, looks_like_html: true },
        BundleProblem::NotGzip { layer: Layer::State, looks_like_html: false },
        BundleProblem::Truncated(Layer::Local),
        BundleProblem::GzipDamaged { layer: Layer::Bundle, reason: "bad checksum".into() },
        BundleProblem::TrailingData,
        BundleProblem::TarDamaged { layer: Layer::Bundle, reason: "bad header".into() },
        BundleProblem::TooLarge { limit_mib: 512 },
        BundleProblem::TooManyMembers,
        BundleProblem::NoManifest,
        BundleProblem::BadManifest,
        BundleProblem::NoState,
        BundleProblem::NoLocal,
        BundleProblem::Envelope { reason: "its local.tgz.ve is no envelope".into() },
        BundleProblem::Forbidden { layer: Layer::Local, what: Forbidden::Link, path: "etc/shadow".into() },
    ];
    let broken = serde_json::from_str::<u8>("{").unwrap_err();
    let settings = [
        SettingsError::Broken { path: path(), source: broken },
        SettingsError::NewerFormat { path: path(), format: 2 },
        SettingsError::OutOfRange {
            path: path(),
            field: "concurrency",
            value: 0,
            range: "from 1 to 256".into(),
        },
        SettingsError::BadValue { field: "concurrency", value: 0, range: "from 1 to 256".into() },
        SettingsError::TooLarge { path: path() },
        SettingsError::InUse { path: path() },
        SettingsError::BadServer { field: "name", value: String::new(), reason: "it is empty" },
        SettingsError::DuplicateServer { name: "prod".into() },
        SettingsError::UnknownServer { name: "dev".into(), known: vec!["prod".into()] },
        SettingsError::UnknownServer { name: "dev".into(), known: vec![] },
        SettingsError::BadSelection { name: "night".into(), reason: "it has no hosts" },
        SettingsError::UnknownSelection { name: "night".into() },
        SettingsError::NoDocuments,
        SettingsError::NoHome,
    ];
    let item = || Item::Password("root@https://vc.lab.local".to_owned());
    let credentials = [
        CredentialsError::NoKeyring { item: item(), reason: Some("no bus".into()) },
        CredentialsError::Locked { item: item(), source: "locked".into() },
        CredentialsError::NoEntry { item: item() },
        CredentialsError::TooLong { item: item(), attribute: "password".into(), limit: 2560 },
        CredentialsError::Ambiguous { item: item(), count: 2 },
        CredentialsError::NotText { item: item() },
        CredentialsError::Failed { item: item(), reason: "no bus".into(), source: None },
    ];
    let hosts_files = [
        HostsFileProblem::NotText { line: 3 },
        HostsFileProblem::OpenQuote { line: 3 },
        HostsFileProblem::BadName { line: 3, reason: "it has control characters" },
        HostsFileProblem::OneLine,
        HostsFileProblem::Empty,
    ]
    .map(|problem| HostsFileError { path: Some("hosts.csv".into()), problem });
    let unknown = vec![
        UnknownName::NoSuchHost { name: "esx03".into(), near_misses: vec!["esx01".into(), "esx02".into()] },
        UnknownName::NoSuchPlace { name: "Frankfurt/Test".into() },
        UnknownName::Ambiguous { name: "esx01".into(), candidates: vec!["esx01.a".into(), "esx01.b".into()] },
    ];
    let mut errors: Vec<Error> = archive_errors().into_iter().map(Error::from).collect();
    errors.extend(files.into_iter().chain([failing]).map(Error::from));
    errors.extend(bundles.map(|problem| Error::Bundle { path: "b.tgz".into(), problem }));
    errors.extend(settings.map(Error::from));
    errors.extend(credentials.map(Error::from));
    errors.extend(hosts_files.map(Error::from));
    errors.extend([SelectionError::Unknown(unknown), SelectionError::Nothing].map(Error::from));
    let gone = |now: Option<&str>| Error::HostGone {
        host: "esx01".into(),
        server: "prod".into(),
        now: now.map(|now| ("host-42".into(), now.into())),
    };
    let index = Error::Index { path: path(), reason: "database is locked".into() };
    errors.extend([gone(None), gone(Some("esx07")), index, Error::LoggingTwice, Error::Cancelled]);
    errors
}

fn archive_errors() -> Vec<ArchiveError> {
    let path = || PathBuf::from("/backup");
    let since = chrono::DateTime::parse_from_rfc3339("2026-11-22T23:30:00+01:00").unwrap();
    let holder = LockHolder {
        holder: "hostkeep backup".into(),
        user: "ADMIN".into(),
        machine: "JUMP01".into(),
        process: 4711,
        since,
        brief: false,
    };
    let ids = (0..7).map(|n| format!("aa000000000{n}")).collect();
    let missing = || Problem::Missing { file: "configBundle-esx01.tgz".into() };
    vec![
        ArchiveError::NoFolder { path: path() },
        ArchiveError::NotAnArchive { path: path() },
        ArchiveError::ParentMissing { parent: path() },
        ArchiveError::AlreadyAnArchive { path: path() },
        ArchiveError::MarkerBroken { path: path(), reason: "EOF".into() },
        ArchiveError::NewerFormat { path: path(), format: 2 },
        ArchiveError::Vanished { path: path() },
        ArchiveError::OtherArchive { path: path(), expected: "a".into(), found: "b".into() },
        ArchiveError::Locked { path: path(), holder: None },
        ArchiveError::Locked { path: path(), holder: Some(Box::new(holder)) },
        ArchiveError::LockUnsupported { path: path() },
        ArchiveError::RecordNotFound { asked: "aa".into(), unreadable: 0 },
        ArchiveError::RecordNotFound { asked: "aa".into(), unreadable: 2 },
        ArchiveError::RecordAmbiguous { asked: "aa".into(), candidates: ids },
        ArchiveError::StagedSizeDiffers { path: path(), expected: 2, found: 1 },
        ArchiveError::KeepLastZero,
        ArchiveError::PlanStale { path: path(), reason: "other records are there now".into() },
        ArchiveError::DestinationExists { path: path() },
        ArchiveError::BadDestination { path: path(), reason: "it lies in the archive" },
        ArchiveError::Damaged { id: "aa0000000000".into(), problem: Box::new(missing()) },
        ArchiveError::BadNote { reason: "it is longer than 1,000 characters" },
        ArchiveError::MarksTooNew { path: "/backup/marks.json".into(), format: 2 },
        ArchiveError::BadRunId { id: "../x".into() },
        ArchiveError::RunUnreadable { id: "run-1".into(), reason: "it is not there".into() },
    ]
}
