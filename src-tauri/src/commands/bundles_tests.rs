use hostconfig::ConfigDir;
use serde_json::json;

use super::*;
use crate::state::Shell;

/// One that is being ended may take a moment to notice.
#[test]
fn the_bundles_of_another_archive_are_read_while_the_reading_of_the_one_before_ends() {
    let folder = tempfile::tempdir().unwrap();
    let shell = Shell::new(ConfigDir::at(folder.path()), None);
    let place = shell.place();
    let begin = || lock(&place.looking).begin_reading();
    let first = begin().unwrap();
    assert!(begin().is_none(), "it is under way");
    place.forget_archive();
    assert!(first.is_cancelled());
    let second = begin().unwrap();
    lock(&place.looking).has_read(&first);
    assert!(lock(&place.looking).is_reading, "the second goes on");
    lock(&place.looking).has_read(&second);
    assert!(!lock(&place.looking).is_reading);

    let third = begin().unwrap();
    shell.leave_demo();
    assert!(third.is_cancelled(), "how far it is would be told of another archive");
}

pub(crate) fn record(id: &str) -> Record {
    let record = json!({
        "format": 1,
        "id": id,
        "host": {"name": "esx01", "uuid": null, "identity": "esx01", "moid": "host-1", "management_address": null},
        "product": {"name": "VMware ESXi", "version": "8.0.3", "build": "24022510", "full_name": "VMware ESXi 8.0.3"},
        "server": {"name": "prod", "address": "vc.lab.local", "kind": "vcenter"},
        "taken_at": "2026-11-22T22:30:00Z",
        "bundle": {"file": "configBundle-esx01.tgz", "bytes": 1, "sha256": "00"},
        "manifest": {"release_level": null, "uuid": null, "matches_host": null},
        "obtained": {"host_thumbprint": null, "api_version": "8.0.3.0"},
        "run_id": "20261122T223000Z-1a2b3c4d",
        "hostkeep_version": "0.1.0",
    });
    Record { folder: PathBuf::from(id), ..serde_json::from_value(record).unwrap() }
}

/// Of one that could not be looked through nothing is said beside that.
#[test]
fn a_bundle_counts_once_among_those_that_a_search_finds_nothing_in() {
    let (sealed, damaged, open) = (record("sealed"), record("damaged"), record("open"));
    let standings = [&sealed, &damaged].map(|record| (record.folder.clone(), Standing::Unreadable));
    let error = hostconfig::Error::Cancelled.report();
    let left = NotIndexed { record: "damaged".into(), host: "esx01".into(), error };
    let records = [&sealed, &damaged, &open];
    assert_eq!(without_settings(&records, &[left], &HashMap::from(standings)), 1);
}
