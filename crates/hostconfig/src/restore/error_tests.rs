use super::*;
use crate::Error;

#[test]
fn errors_are_a_contract() {
    let host = || "esx01".to_owned();
    let presented = || Box::new(Certificate::from_der(b"another"));
    let report =
        ErrorReport { code: "no_space".into(), message: "no space left".into(), hint: None, details: vec![] };
    let source = vsphere::Error::NoFirmwareSystem { host: host() };
    let tried = || "a ticket".to_owned();
    let errors = [
        RestoreError::Blocked { host: host(), reasons: vec!["it is disconnected".into(), "it is on".into()] },
        RestoreError::PlanChanged { host: host() },
        RestoreError::NotConfirmed { host: host(), typed: "esx".into() },
        RestoreError::NotAccepted { host: host(), codes: vec![CheckCode::Uuid, CheckCode::Vsan] },
        RestoreError::UnderWay { host: host() },
        RestoreError::Unknown { id: "2026".into() },
        RestoreError::Ambiguous { id: "2026".into(), candidates: vec!["2026-1".into(), "2026-2".into()] },
        RestoreError::JournalUnreadable { path: "/restores/1.jsonl".into(), reason: "it is broken".into() },
        RestoreError::NothingToResume { host: host(), reason: "this restore is not open" },
        RestoreError::BundleTooLarge { path: "/b.tgz".into() },
        RestoreError::OtherBundle { path: "/b.tgz".into() },
        RestoreError::NoArchive { host: host() },
        RestoreError::SafetyBackupFailed { error: report },
        RestoreError::EndedEarly { host: host() },
        RestoreError::HostCredentialsNeeded { host: host(), tried: tried() },
        RestoreError::HostCredentialsRefused { host: host(), tried: tried() },
        RestoreError::MaintenanceTimedOut { host: host(), seconds: 600 },
        RestoreError::ChangedMeanwhile { host: host(), what: "it is not in maintenance mode any more" },
        RestoreError::StillInMaintenanceMode { host: host() },
        RestoreError::NotDown { host: host(), seconds: 600 },
        RestoreError::NotBack { host: host(), seconds: 1800, last: "not responding in the vCenter".into() },
        RestoreError::NeedsReconnect { host: host() },
        RestoreError::ReconnectFailed { host: host(), source: Box::new(source) },
        RestoreError::OtherCertificate { host: host(), presented: presented(), expected: vec![] },
        RestoreError::OtherPassword { host: host(), user: "root".into() },
        RestoreError::NotWatched { host: host() },
        RestoreError::WatchingCancelled { host: host() },
    ];
    let told = errors.map(|error| {
        let ErrorReport { code, message, hint, details } = Error::from(error).report();
        assert_eq!(details, [""; 0], "{message}");
        format!("{code}: {message}\n  hint: {}", hint.as_deref().unwrap_or("none"))
    });
    insta::assert_snapshot!("errors", told.join("\n"));
}
