use hostconfig::ConfigDir;

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
    let record: Record = serde_json::from_str(include_str!("../../../tests/support/record.json")).unwrap();
    Record { id: id.to_owned(), folder: PathBuf::from(id), ..record }
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
