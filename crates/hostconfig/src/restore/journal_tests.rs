use tokio_util::sync::CancellationToken;

use super::*;
use crate::archive::ServerKind;
use crate::audit::AuditLog;
use crate::restore::finish::{Left, finish};
use crate::restore::progress::{Progress, StepState};
use crate::restore::report::Outcome;
use crate::restore::request::{Pace, RestoreContext};
use crate::restore::watch::Seen;

fn at(second: u32) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(&format!("2026-11-22T23:30:{second:02}+01:00")).unwrap()
}

fn begun(id: &str) -> Begun {
    Begun {
        format: FORMAT,
        id: id.to_owned(),
        started_at: at(0),
        os_user: "LAB\\admin".into(),
        machine: "JUMP01".into(),
        hostkeep_version: "0.1.0".into(),
        server: RecordServer {
            name: Some("prod".into()),
            address: "vc.lab.local".into(),
            kind: ServerKind::Vcenter,
        },
        server_user: "administrator@vsphere.local".into(),
        host: HostRef { server: "prod".into(), moid: "host-42".into(), name: "esx01.lab.local".into() },
        host_key: "4c4c4544-0042-3510-8054-b3c04f4d4e31".into(),
        bundle: BundleOrigin {
            record: Some("0123456789ab".into()),
            path: "/backup/configBundle-esx01.tgz".into(),
            sha256: "00".repeat(32),
            bytes: 6,
            taken_at: Some(at(0).to_utc()),
        },
        options: RestoreOptions::default(),
        digest: "11".repeat(32),
        before: Before {
            boot_time: Some(at(0).to_utc()),
            in_maintenance_mode: Some(false),
            uuid: Some("4c4c4544-0042-3510-8054-b3c04f4d4e31".into()),
            version: Some("8.0.3".into()),
            build: Some("24022510".into()),
            addresses: vec!["10.0.0.42".into()],
            thumbprint: Some("AA:BB".into()),
        },
        brings: Restored { address: Some("10.0.0.42".into()), certificate: Some(Thumbprint::sha256(b"x")) },
    }
}

/// A journal with these entries, and the folder that it is in.
fn journal(entries: Vec<Entry>) -> (tempfile::TempDir, ConfigDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let config = ConfigDir::at(folder.path());
    let journal = Journal::begin(&config, at(0), &begun("20261122T223000Z-1a2b3c4d")).unwrap();
    for (entry, second) in entries.into_iter().zip(1..) {
        journal.write(at(second), entry).unwrap();
    }
    let path = journal.path.clone();
    (folder, config, path)
}

fn error() -> ErrorReport {
    ErrorReport {
        code: "invalid_state".into(),
        message: "it was refused".into(),
        hint: None,
        details: vec![],
    }
}

#[test]
fn a_journal_whose_first_line_was_torn_tells_of_nothing_begun() {
    let (_folder, config, path) = journal(Vec::new());
    let whole = fs::read(&path).unwrap();
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        assert_eq!(history(&config).unwrap(), (vec![], vec![]), "{length} bytes");
    }
}

fn told(entries: Vec<Entry>) -> Summary {
    let (_folder, config, _) = journal(entries);
    let (mut restores, unreadable) = history(&config).unwrap();
    assert_eq!((restores.len(), unreadable), (1, vec![]));
    restores.remove(0)
}

fn done(step: Step) -> [Entry; 2] {
    let record = (step == Step::SafetyBackup).then(|| "001122334455".to_owned());
    [Entry::Intends { step }, Entry::Done { step, note: None, record }]
}

fn up_to(step: Step) -> Vec<Entry> {
    let before = Step::ALL.into_iter().take_while(|earlier| *earlier != step);
    before.flat_map(done).chain([Entry::Intends { step }]).collect()
}

#[test]
fn the_journal_is_a_contract() {
    let mut entries = up_to(Step::EnterMaintenanceMode);
    entries.push(Entry::Failed { step: Step::EnterMaintenanceMode, error: error() });
    entries.push(Entry::Resumed { action: "leave_maintenance_mode".into() });
    entries.push(Entry::Dismissed);
    let (_folder, _, path) = journal(entries);
    insta::assert_snapshot!("journal_jsonl", fs::read_to_string(path).unwrap());
}

/// Hostkeep was killed at this step: what is known, and what can be done.
#[test]
fn each_step_tells_where_it_stood() {
    let shown: Vec<String> = Step::ALL
        .into_iter()
        .map(|step| {
            let Summary { stood, is_open, known, next, safety_backup, .. } = told(up_to(step));
            assert_eq!((stood.step, stood.state), (Some(step), StepState::Begun));
            assert_eq!(safety_backup.is_some(), step != Step::SafetyBackup);
            format!("{}: open {is_open}\n  {known}\n  {next:?}", step.as_str())
        })
        .collect();
    insta::assert_snapshot!("stood", shown.join("\n"));
}

#[test]
fn a_restore_call_that_was_refused_was_not_sent() {
    let mut entries = up_to(Step::Restore);
    entries.push(Entry::Failed { step: Step::Restore, error: error() });
    let summary = told(entries.clone());
    assert!(!summary.was_sent && summary.entered_maintenance_mode && summary.is_open);
    entries.extend(done(Step::LeaveMaintenanceMode));
    assert!(!told(entries).is_open, "nothing is left to be looked after");
}

#[test]
fn a_torn_line_announced_what_was_not_done() {
    let (_folder, config, path) = journal(up_to(Step::Upload));
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{\"at\":\"2026-11-22T23:31:00+01:00\",\"event\":\"inte").unwrap();
    let summary = find(&config, "20261122").unwrap();
    assert_eq!(summary.stood.step, Some(Step::Upload));
    Journal::go_on(&config, &summary.begun.id).unwrap().write(at(59), Entry::Dismissed).unwrap();
    assert!(!find(&config, "20261122").unwrap().is_open);
}

#[test]
fn what_cannot_be_understood_is_told_and_left_alone() {
    for (content, reason) in [
        (
            "{\"at\":\"2026-11-22T23:30:00+01:00\",\"event\":\"dismissed\"}\n",
            "it does not say what was begun",
        ),
        ("{\"format\": 2}\n", "it has format 2, and this version of Hostkeep knows 1"),
        ("rubbish\n", "line 1 is broken: expected value at line 1 column 1"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let config = ConfigDir::at(folder.path());
        fs::create_dir(config.restores()).unwrap();
        let path = config.restores().join("x.jsonl");
        fs::write(&path, content).unwrap();
        let expect = Unreadable { path: path.clone(), reason: reason.to_owned() };
        assert_eq!(history(&config).unwrap(), (vec![], vec![expect.clone()]));
        assert_eq!(unfinished(&config).unwrap(), (vec![], vec![expect]));
        assert_eq!(find(&config, "x").unwrap_err().code(), "journal_unreadable", "it is there");
        assert_eq!(fs::read_to_string(path).unwrap(), content);
    }
}

#[test]
fn one_of_several_has_to_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let config = ConfigDir::at(folder.path());
    for id in ["20261122T223000Z-11111111", "20261122T224000Z-22222222"] {
        Journal::begin(&config, at(0), &begun(id)).unwrap();
    }
    let (restores, _) = history(&config).unwrap();
    assert_eq!(restores[0].begun.id, "20261122T224000Z-22222222", "newest first");
    assert_eq!(find(&config, "20261122").unwrap_err().code(), "restore_ambiguous");
    assert_eq!(find(&config, "20261122T224").unwrap().begun.id, "20261122T224000Z-22222222");
}

/// After a crash its lock is still there, and the window asks from several places at once.
#[test]
fn whoever_looks_is_not_taken_for_somebody_at_work() {
    let (_folder, config, path) = journal(up_to(Step::Restore));
    fs::write(path.with_extension("lock"), "").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    let (restores, _) = unfinished(&config).unwrap();
                    assert_eq!(restores.len(), 1, "it is open, and nobody is at it");
                }
            });
        }
    });
    let lock = lock::take(&config, "key", "20261122T223000Z-1a2b3c4d", "esx01").unwrap();
    assert_eq!(unfinished(&config).unwrap(), (vec![], vec![]));
    drop(lock);
    assert_eq!(unfinished(&config).unwrap().0.len(), 1);
}

/// A full disk takes half a line, which is cut off again. What the journal says after that must not lie behind a hole.
#[test]
fn a_line_that_was_cut_off_leaves_nothing_behind() {
    const ID: &str = "20261122T223000Z-1a2b3c4d";
    let folder = tempfile::tempdir().unwrap();
    let config = ConfigDir::at(folder.path());
    let begins: fn(&ConfigDir) -> Journal = |config| Journal::begin(config, at(0), &begun(ID)).unwrap();
    for journal in [begins, |config| Journal::go_on(config, ID).unwrap()] {
        let journal = journal(&config);
        let whole = fs::metadata(&journal.path).unwrap().len();
        journal.write(at(1), Entry::Dismissed).unwrap();
        cut(&journal.path, whole).unwrap();
        journal.write(at(2), Entry::Intends { step: Step::Upload }).unwrap();
        let (restores, unreadable) = history(&config).unwrap();
        assert_eq!((restores.len(), unreadable), (1, Vec::new()));
        assert_eq!((restores[0].stood.step, restores[0].stood.at), (Some(Step::Upload), at(2)));
    }
}

#[tokio::test]
async fn that_a_journal_cannot_be_written_is_told_once() {
    let (_folder, config, path) = journal(Vec::new());
    let context = RestoreContext {
        audit: AuditLog::new(&config),
        config,
        archive: None,
        clock: || at(9),
        cancel: CancellationToken::new(),
        watch: Arc::new(|_| ()),
        pace: Pace::default(),
    };
    // A file that is open for reading takes no more than a full disk does.
    let journal = Journal { file: Arc::new(File::open(&path).unwrap()), path };
    let mut progress = Progress::new(&context, journal);
    progress.begin_anyway(Step::GoDown).await;
    let left = Left { was_sent: true, still_entered: false, safety_backup: None };
    let begun = begun("20261122T223000Z-1a2b3c4d");
    let report = finish(&begun, Seen::only(Outcome::Proven), left, &mut progress).await;
    let [warning] = &report.warnings[..] else { panic!("{:?}", report.warnings) };
    assert!(warning.starts_with("the journal could not be written"), "{warning}");
}
