use super::*;
use crate::archive::tests::{draft, record_of};
use crate::known_hosts::tests::known_host;

pub(super) const UUID: &str = "4c4c4544-0042-3510-8054-b3c04f4d4e31";
pub(super) const OTHER: &str = "564d1111-aaaa-4bbb-8ccc-123456789abc";

pub(super) fn now() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-22T23:30:00+01:00").unwrap()
}

/// A record, so many hours old.
pub(super) fn record(id: &str, identity: &str, name: &str, hours: i64) -> Record {
    let draft = draft(name, b"bundle");
    let mut record = record_of(draft, now() - TimeDelta::hours(hours));
    record.id = id.into();
    record.host.identity = identity.into();
    record.host.uuid = identity.split('/').next().and_then(normal_uuid);
    record
}

/// A run that began so many hours ago, with `server host outcome` in each line.
pub(super) fn run(hours: i64, hosts: &[&str]) -> RunReport {
    let host = |line: &&str| {
        let [server, name, outcome] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let error = || crate::Error::HostNotConnected { host: name.into(), is_responding: false }.report();
        let outcome = match outcome {
            "saved" => Outcome::Saved {
                record: "000000000000".into(),
                folder: String::new(),
                bytes: 1,
                seconds: 1.0,
                warnings: Vec::new(),
                settings: None,
            },
            "failed" => Outcome::Failed { error: error() },
            "cancelled" => Outcome::Cancelled,
            _ => panic!("{line}"),
        };
        HostReport { name: name.into(), server: Some(server.into()).filter(|server| server != "-"), outcome }
    };
    let started_at = now() - TimeDelta::hours(hours);
    RunReport {
        format: 1,
        run_id: format!("{}-{hours}-hours-ago", started_at.to_utc().format("%Y%m%dT%H%M%SZ")),
        started_at,
        finished_at: started_at,
        note: None,
        servers: Vec::new(),
        hosts: hosts.iter().map(host).collect(),
        warnings: Vec::new(),
        report_error: None,
    }
}

fn assessed(hosts: &[KnownHost], records: &[Record], runs: &[RunReport]) -> Vec<HostSafety> {
    assess(hosts, records, runs, TimeDelta::days(7), now())
}

#[test]
fn how_safe_a_host_is() {
    use Safety::{Failing, Fresh, Never, Stale};
    let week = 7 * 24;
    for (records, runs, expect, attempt) in [
        (&[][..], &[][..], Never, None),
        (&[1][..], &[], Fresh, None),
        (&[week], &[], Fresh, None),
        (&[week + 1], &[], Stale, None),
        (&[week + 1, 1, week + 2], &[], Fresh, None),
        // The clock of whoever took it was wrong: a little, or beyond belief.
        (&[-24], &[], Fresh, None),
        (&[-25], &[], Stale, None),
        (&[5], &[(3, "failed")], Failing, Some(3)),
        (&[], &[(3, "failed")], Failing, Some(3)),
        (&[2], &[(3, "failed")], Fresh, Some(3)),
        (&[5], &[(5, "saved"), (3, "failed")], Failing, Some(3)),
        (&[3], &[(3, "saved"), (5, "failed")], Fresh, Some(3)),
        // Nor is a failure from beyond belief the last that is known.
        (&[1], &[(-48, "failed"), (1, "saved")], Fresh, Some(1)),
        (&[5], &[(-48, "saved"), (3, "failed")], Failing, Some(3)),
        (&[5], &[(-48, "cancelled"), (3, "failed")], Failing, Some(3)),
        // A cancelled attempt says nothing.
        (&[5], &[(3, "failed"), (1, "cancelled")], Failing, Some(3)),
        (&[5], &[(5, "saved"), (1, "cancelled")], Fresh, Some(5)),
        (&[], &[(1, "cancelled")], Never, Some(1)),
    ] {
        let records: Vec<Record> = records.iter().map(|age| record("a", UUID, "esx01", *age)).collect();
        let mut runs: Vec<RunReport> =
            runs.iter().map(|(age, what)| run(*age, &[&format!("prod esx01 {what}")])).collect();
        for _ in 0..2 {
            let [found] = &assessed(&[known_host("esx01", UUID)], &records, &runs)[..] else { panic!() };
            assert_eq!(found.safety, expect, "{records:?} {runs:?}");
            let at = attempt.map(|age| now() - TimeDelta::hours(age));
            assert_eq!(found.last_attempt.as_ref().map(|attempt| attempt.at), at);
            runs.reverse();
        }
    }
}

#[test]
fn the_newest_bundle_and_the_reason_of_a_failure_are_told() {
    let records = [record("older", UUID, "esx01", 9), record("newest", UUID, "esx01", 5)];
    let runs = [run(3, &["prod esx01 failed"])];
    let found = assessed(&[known_host("esx01", UUID)], &records, &runs).remove(0);
    assert_eq!(found.last_good, Some(GoodBackup { record: "newest".into(), taken_at: records[1].taken_at }));
    let attempt = found.last_attempt.unwrap();
    assert_eq!(
        (attempt.run_id.as_str(), attempt.result),
        ("20261122T193000Z-3-hours-ago", AttemptResult::Failed)
    );
    assert_eq!(attempt.error.unwrap().code, "host_not_connected");
    let json = serde_json::to_value([Safety::NotSupported, Safety::Fresh]).unwrap();
    assert_eq!(json, serde_json::json!(["not_supported", "fresh"]));
}

#[test]
fn only_a_host_that_answers_is_known_to_be_unsupported() {
    let host = KnownHost { has_firmware_system: false, ..known_host("esx01", UUID) };
    let lost = KnownHost { connection: Connection::NotResponding, ..host.clone() };
    let runs = [run(1, &["prod esx01 failed"])];
    let hosts = [host, lost];
    let safeties = |found: Vec<HostSafety>| found.into_iter().map(|found| found.safety).collect::<Vec<_>>();
    assert_eq!(safeties(assessed(&hosts, &[], &runs)), [Safety::NotSupported, Safety::Failing]);
    assert_eq!(safeties(unknown(&hosts)), [Safety::NotSupported, Safety::Unknown]);
}

#[test]
fn attempts_are_those_of_this_server_and_name() {
    let hosts = [
        known_host("esx01", UUID),
        KnownHost { server: "lab".into(), ..known_host("esx01", OTHER) },
        known_host("esx02", OTHER),
    ];
    let runs =
        [run(3, &["prod esx01 failed", "- esx02 failed"]), run(2, &["lab esx01 saved", "old esx01 saved"])];
    let found: Vec<Option<AttemptResult>> = assessed(&hosts, &[], &runs)
        .into_iter()
        .map(|found| found.last_attempt.map(|attempt| attempt.result))
        .collect();
    assert_eq!(found, [Some(AttemptResult::Failed), Some(AttemptResult::Saved), None]);
}

#[test]
fn an_attempt_through_one_server_counts_for_a_host_that_two_know() {
    let hosts = [known_host("esx01", UUID), KnownHost { server: "lab".into(), ..known_host("ESX01", UUID) }];
    let runs = [run(3, &["prod esx01 failed"]), run(5, &["lab ESX01 saved"])];
    let found = assessed(&hosts, &[record("a", UUID, "esx01", 5)], &runs);
    assert_eq!(found[0], found[1]);
    assert_eq!(found[0].safety, Safety::Failing);
}

/// Two hosts of one name on one server: their reports cannot be told apart, their bundles can.
#[test]
fn of_namesakes_the_worse_attempt_counts_until_a_bundle_says_otherwise() {
    let hosts = [known_host("esx01", UUID), known_host("esx01", OTHER)];
    for lines in [["prod esx01 saved", "prod esx01 failed"], ["prod esx01 failed", "prod esx01 saved"]] {
        let found = assessed(&hosts, &[record("a", OTHER, "esx01", 1)], &[run(2, &lines)]);
        let found: Vec<Safety> = found.into_iter().map(|found| found.safety).collect();
        assert_eq!(found, [Safety::Failing, Safety::Fresh]);
    }
}

/// Known hosts and records as `identity name`; which record (by its place) is found for each host.
fn check(hosts: &[(&str, &str)], records: &[(&str, &str)], expect: &[Option<usize>]) {
    let known = |(identity, name): &(&str, &str)| KnownHost {
        identity: (*identity).into(),
        uuid: identity.split('/').next().and_then(normal_uuid),
        ..known_host(name, UUID)
    };
    let hosts: Vec<KnownHost> = hosts.iter().map(known).collect();
    let of = |(at, (identity, name)): (usize, &(&str, &str))| record(&at.to_string(), identity, name, 1);
    let records: Vec<Record> = records.iter().enumerate().map(of).collect();
    let found: Vec<Option<usize>> = assessed(&hosts, &records, &[])
        .into_iter()
        .map(|found| found.last_good.map(|good| good.record.parse().unwrap()))
        .collect();
    assert_eq!(found, expect);
}

#[test]
fn whose_a_record_is() {
    let with = |rest: &str| format!("{UUID}/{rest}");
    let (a, b) = (&with("a")[..], &with("b")[..]);
    // The same host, named in another case, or renamed.
    check(&[(UUID, "a")], &[(UUID, "a")], &[Some(0)]);
    check(&[(UUID, "a")], &[(UUID, "A")], &[Some(0)]);
    check(&[(UUID, "a")], &[(UUID, "b")], &[Some(0)]);
    check(&[(UUID, "a")], &[(OTHER, "a")], &[None]);
    // A twin was in the inventory then, or is there only now.
    check(&[(UUID, "a")], &[(a, "a"), (b, "b")], &[Some(0)]);
    check(&[(a, "a"), (b, "b")], &[(UUID, "b"), (UUID, "a")], &[Some(1), Some(0)]);
    check(&[(a, "a"), (b, "b")], &[(UUID, "c")], &[None, None]);
    // One of a pair that no run saw together: each run gave the bare UUID.
    check(&[(UUID, "a"), (UUID, "b")], &[(UUID, "a"), (UUID, "b")], &[Some(0), Some(1)]);
    check(&[(UUID, "a"), (UUID, "b")], &[(UUID, "a"), (UUID, "c")], &[Some(0), None]);
    // Of one UUID and one name: only the whole identity tells.
    let (first, second) = (&with("a/host-1")[..], &with("a/host-2")[..]);
    check(&[(first, "a"), (second, "a")], &[(second, "a"), (UUID, "a"), (a, "a")], &[None, Some(0)]);
    // Two servers told of one host at different times.
    check(&[(UUID, "a"), (UUID, "A")], &[(UUID, "a")], &[Some(0), Some(0)]);
    check(&[(UUID, "a"), (UUID, "a")], &[(UUID, "b")], &[Some(0), Some(0)]);
    // Hosts without a UUID of their own.
    check(&[("vc/host-1/a", "a"), ("vc/host-2/b", "b")], &[("vc/host-2/b", "b")], &[None, Some(0)]);
    check(&[("vc/host-1/a", "a")], &[("vc/host-1/b", "b")], &[None]);
}

/// A clock that once was wrong hides neither the newest backup nor that there is none.
#[test]
fn a_record_from_the_future_counts_only_where_there_is_no_other() {
    let hosts = [known_host("esx01", UUID)];
    let from_the_future = record("future000000", UUID, "esx01", -24 * 365 * 20);
    let last = |records: &[Record]| {
        let [found] = &assessed(&hosts, records, &[])[..] else { panic!("one host") };
        (found.safety, found.last_good.as_ref().map(|good| good.record.clone()))
    };
    let young = record("young0000000", UUID, "esx01", 1);
    let old = record("old000000000", UUID, "esx01", 24 * 30);
    assert_eq!(last(&[from_the_future.clone(), young]), (Safety::Fresh, Some("young0000000".into())));
    assert_eq!(last(&[old, from_the_future.clone()]), (Safety::Stale, Some("old000000000".into())));
    assert_eq!(last(&[from_the_future]), (Safety::Stale, Some("future000000".into())));
}
