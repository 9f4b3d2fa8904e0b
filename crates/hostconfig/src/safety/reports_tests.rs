use std::path::PathBuf;

use super::super::tests::{OTHER, UUID, now, record, run};
use super::*;
use crate::archive::tests::new_archive;
use crate::known_hosts::Connection;
use crate::known_hosts::tests::known_host;
use crate::safety::assess;

const WEEK: TimeDelta = TimeDelta::days(7);

/// An archive with the reports of runs that began so many hours ago.
fn ran(runs: &[(i64, &str)]) -> (tempfile::TempDir, Archive) {
    let (folder, archive) = new_archive();
    for (hours, line) in runs {
        let report = run(*hours, &[line]);
        std::fs::write(path(&archive, &report), serde_json::to_vec(&report).unwrap()).unwrap();
    }
    (folder, archive)
}

fn path(archive: &Archive, report: &RunReport) -> PathBuf {
    archive.root().join(format!(".hostkeep/runs/{}.json", report.run_id))
}

/// Runs of another host, one an hour up to so many hours ago, and these.
fn among_others(hours: i64, runs: &[(i64, &'static str)]) -> Vec<(i64, &'static str)> {
    (1..=hours).map(|hour| (hour, "prod other saved")).chain(runs.iter().copied()).collect()
}

/// 40 servers are backed up by a run each, or one host is tried 30 times: what came of the others lies further back.
#[test]
fn a_failure_that_is_older_than_many_runs_is_found() {
    let hosts = [known_host("esx01", UUID)];
    let records = [record("a", UUID, "esx01", 60)];
    let (_folder, archive) = ran(&among_others(45, &[(46, "prod esx01 failed"), (47, "prod esx01 saved")]));
    let mut known = HashMap::new();
    for _ in 0..2 {
        let reports = deciding_reports(&archive, &known, &hosts, &records, WEEK, now()).unwrap();
        let found = assess(&hosts, &records, reports.iter().map(AsRef::as_ref), WEEK, now());
        assert_eq!(found[0].safety, Safety::Failing);
        // What is known is not read again.
        known = reports.iter().map(|report| (report.run_id.clone(), Arc::clone(report))).collect();
        for report in &reports {
            std::fs::write(path(&archive, report), "{").unwrap();
        }
    }
    assert_eq!(deciding_reports(&archive, &HashMap::new(), &hosts, &records, WEEK, now()).unwrap(), []);
}

/// Ten days of hourly runs with a wrong clock would stand before all others for years.
#[test]
fn many_runs_from_the_future_hide_nothing() {
    let hosts = [known_host("esx01", UUID)];
    let records = [record("a", UUID, "esx01", 60)];
    let future = (48..280).map(|hours| (-hours, "prod esx01 saved"));
    let (_folder, archive) = ran(&future.chain([(5, "prod esx01 failed")]).collect::<Vec<_>>());
    let reports = deciding_reports(&archive, &HashMap::new(), &hosts, &records, WEEK, now()).unwrap();
    let found = assess(&hosts, &records, reports.iter().map(AsRef::as_ref), WEEK, now());
    assert_eq!(found[0].safety, Safety::Failing);
}

#[test]
fn reports_are_read_as_far_back_as_they_may_decide() {
    let oldest = |hosts: &[KnownHost], records: &[Record], runs: &[(i64, &'static str)]| {
        let (_folder, archive) = ran(&among_others(200, runs));
        let reports = deciding_reports(&archive, &HashMap::new(), hosts, records, WEEK, now()).unwrap();
        (now() - reports.last().unwrap().started_at).num_hours()
    };
    let host = known_host("esx01", UUID);
    let one = &[host.clone()][..];
    let good = |hours| [record("a", UUID, "esx01", hours)];
    // The newest are read in any case.
    assert_eq!(oldest(one, &good(1), &[]), 30);
    // What is older than the last good bundle decides nothing, nor what is older than an attempt that ended.
    assert_eq!(oldest(one, &good(100), &[]), 100);
    assert!((50..66).contains(&oldest(one, &good(100), &[(50, "prod esx01 failed")])));
    assert_eq!(oldest(one, &good(100), &[(50, "prod esx01 cancelled")]), 100);
    assert_eq!(oldest(one, &good(100), &[(50, "lab esx01 failed")]), 100);
    // What a clock that was wrong has dated into the future is not what came last.
    assert_eq!(oldest(one, &good(100), &[(-48, "prod esx01 failed")]), 100);
    // A host that nobody backs up does not have all of them read.
    assert_eq!(oldest(one, &[], &[]), 7 * 24);
    assert_eq!(oldest(one, &good(190), &[]), 7 * 24);
    let unsupported =
        KnownHost { has_firmware_system: false, connection: Connection::Connected, ..host.clone() };
    assert_eq!(oldest(&[unsupported], &[], &[]), 30);
    // Each host counts, and one that two servers know counts once.
    assert_eq!(oldest(&[host.clone(), known_host("esx02", OTHER)], &good(1), &[]), 7 * 24);
    let twice = [KnownHost { server: "lab".into(), ..host.clone() }, host];
    assert!((50..66).contains(&oldest(&twice, &good(100), &[(50, "lab esx01 failed")])));
}
