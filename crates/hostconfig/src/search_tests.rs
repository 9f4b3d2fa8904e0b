use std::path::PathBuf;

use super::*;
use crate::archive::tests::{keep, lock, new_archive};
use crate::archive::{Archive, newest_of_each};
use crate::bundle::tests::{TABLE, bundle_with, store};

fn bundle(host: &str, ntp: &str) -> Vec<u8> {
    bundle_with(&[
        (
            "etc/vmware/esx.conf",
            format!("/adv/Misc/HostName = \"{host}\"\n/adv/Net/Same = \"1\"\n").as_bytes(),
        ),
        ("etc/ntp.conf", format!("server {ntp}\n").as_bytes()),
        ("etc/shadow", b"root:$6$PLANTED:19000:0:99999:7:::\n"),
        ("etc/snmp/snmpd.conf", b"rocommunity PLANTED\n"),
    ])
}

fn path(config: &ConfigDir, archive: &Archive) -> PathBuf {
    config.cache().join(format!("search-{}.sqlite", archive.id()))
}

fn told(found: &(Vec<Hit>, usize)) -> Vec<String> {
    found.0.iter().map(|hit| format!("{} = {}: {}", hit.name, hit.value, hit.records.len())).collect()
}

#[test]
fn a_text_is_found_wherever_it_stands() {
    let (folder, archive) = new_archive();
    let config = ConfigDir::at(folder.path().join("config"));
    let records: Vec<Record> = {
        let lock = lock(&archive);
        [("esx01", "ntp1", 0), ("esx02", "ntp1", 0), ("esx02", "NTP9.lab", 1)]
            .map(|(host, ntp, second)| keep(&lock, host, &bundle(host, ntp), second))
            .into()
    };
    let all: Vec<&Record> = records.iter().collect();
    let cancel = CancellationToken::new();
    let mut index = SearchIndex::open(&config, archive.id()).unwrap();
    assert_eq!(index.missing(&all).unwrap().len(), 3);
    assert!(index.add(&all, |_| {}, &cancel).unwrap().is_empty());
    let mut index = SearchIndex::open(&config, archive.id()).unwrap();
    assert!(index.missing(&all).unwrap().is_empty());
    let mut find = |text: &str, records: &[&Record]| told(&index.search(text, records, 100).unwrap());
    assert_eq!(find("ntp1", &all), ["Servers = ntp1: 2"]);
    assert_eq!(find(" ntp9.LAB ", &all), ["Servers = NTP9.lab: 1"]);
    assert_eq!(find("ntp9", &all[..2]), [""; 0]);
    assert_eq!(find("Net.Same", &all), ["Net.Same = 1: 3"]);
    assert!(find("snmpd.conf", &all).contains(&"File = : 3".to_owned()));
    assert_eq!(find("", &all), [""; 0]);
    assert_eq!(find("%", &all), [""; 0]);
    let newest = newest_of_each(&records, records[2].taken_at);
    assert_eq!(newest.iter().map(|record| record.taken_at).max(), Some(records[2].taken_at));
    let (hits, all_hits) = index.search("a", &all, 1).unwrap();
    assert!(hits.len() == 1 && all_hits > 1);

    let file = std::fs::read(path(&config, &archive)).unwrap();
    let holds = |text: &str| file.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("NTP9.lab") && !holds("PLANTED"));
}

#[test]
fn a_broken_index_is_made_again_and_bundles_that_are_gone_are_forgotten() {
    let (folder, archive) = new_archive();
    let config = ConfigDir::at(folder.path().join("config"));
    let records: Vec<Record> = {
        let lock = lock(&archive);
        ["esx01", "esx02"].map(|host| keep(&lock, host, &bundle(host, "ntp1"), 0)).into()
    };
    std::fs::write(records[1].bundle_path(), "damaged").unwrap();
    let all: Vec<&Record> = records.iter().collect();
    let cancel = CancellationToken::new();
    {
        let mut index = SearchIndex::open(&config, archive.id()).unwrap();
        let skipped = index.add(&all, |_| {}, &cancel).unwrap();
        assert_eq!((skipped.len(), skipped[0].error.code.as_str()), (1, "bundle_damaged"));
        index.forget_others(&records[1..]).unwrap();
        assert_eq!(index.search("ntp1", &all, 9).unwrap().1, 0);
        assert_eq!(index.missing(&all).unwrap().len(), 2);
    }
    for rubbish in [&b"rubbish"[..], b"", b"SQLite format 3\0"] {
        std::fs::write(path(&config, &archive), rubbish).unwrap();
        let mut index = SearchIndex::open(&config, archive.id()).unwrap();
        index.add(&all[..1], |_| {}, &cancel).unwrap();
        assert_eq!(index.search("ntp1", &all, 9).unwrap().1, 1);
    }
    cancel.cancel();
    let mut index = SearchIndex::open(&config, archive.id()).unwrap();
    assert!(matches!(index.add(&all, |_| {}, &cancel), Err(Error::Cancelled)));
}

/// Two hosts with so many settings that the index has tens of pages.
fn indexed() -> (tempfile::TempDir, ConfigDir, Archive, Vec<Record>) {
    let (folder, archive) = new_archive();
    let config = ConfigDir::at(folder.path().join("config"));
    let records: Vec<Record> = {
        let lock = lock(&archive);
        let conf = |host: &str| -> Vec<u8> {
            (0..200).flat_map(|at| format!("/adv/{host}/Option{at} = \"{at}\"\n").into_bytes()).collect()
        };
        ["esx01", "esx02"]
            .map(|host| keep(&lock, host, &bundle_with(&[("etc/vmware/esx.conf", &conf(host))]), 0))
            .into()
    };
    let all: Vec<&Record> = records.iter().collect();
    let mut index = SearchIndex::open(&config, archive.id()).unwrap();
    index.add(&all, |_| {}, &CancellationToken::new()).unwrap();
    (folder, config, archive, records)
}

#[test]
fn whatever_page_of_it_is_damaged_all_is_found() {
    const PAGE: usize = 4096;
    let (_folder, config, archive, records) = indexed();
    let all: Vec<&Record> = records.iter().collect();
    let path = path(&config, &archive);
    let good = std::fs::read(&path).unwrap();
    assert!(good.len() > 20 * PAGE);
    for page in 0..good.len() / PAGE {
        let mut damaged = good.clone();
        damaged[page * PAGE..(page + 1) * PAGE].fill(0xff);
        // Each call may be the one that comes upon it.
        for calls in 0..4 {
            std::fs::write(&path, &damaged).unwrap();
            let mut index = SearchIndex::open(&config, archive.id()).unwrap();
            if calls > 0 {
                let missing = index.missing(&all[..calls.min(2)]).unwrap();
                index.add(&missing, |_| {}, &CancellationToken::new()).unwrap();
            }
            if calls == 3 {
                index.forget_others(&records[..1]).unwrap();
                index.add(&all, |_| {}, &CancellationToken::new()).unwrap();
            }
            let (hits, found) = index.search("option1", &all, 1000).unwrap();
            assert_eq!((hits.len(), found), (222, 222), "page {page}, {calls} calls before");
        }
    }
}

#[test]
fn wherever_it_was_cut_off_all_is_found() {
    let (_folder, config, archive, records) = indexed();
    let all: Vec<&Record> = records.iter().collect();
    let path = path(&config, &archive);
    let good = std::fs::read(&path).unwrap();
    for length in (0..good.len()).step_by(2048) {
        std::fs::write(&path, &good[..length]).unwrap();
        let mut index = SearchIndex::open(&config, archive.id()).unwrap();
        let missing = index.missing(&all).unwrap();
        index.add(&missing, |_| {}, &CancellationToken::new()).unwrap();
        assert_eq!(index.search("option1", &all, 1000).unwrap().1, 222, "{length} bytes");
    }
}

#[test]
fn one_that_is_in_use_is_left_alone() {
    let (_folder, config, archive, records) = indexed();
    let all: Vec<&Record> = records.iter().collect();
    let path = path(&config, &archive);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let error = Database::open(path.clone(), Duration::ZERO).unwrap_err();
    assert_eq!(error.code(), "index_failed", "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    let mut index = SearchIndex::open(&config, archive.id()).unwrap();
    assert!(index.missing(&all).unwrap().is_empty());
}

#[test]
fn one_by_other_rules_is_begun_anew() {
    let (_folder, config, archive, records) = indexed();
    let all: Vec<&Record> = records.iter().collect();
    for change in ["UPDATE about SET rules = rules - 1", "ALTER TABLE about RENAME TO \"older \"\" one\""] {
        let other = Connection::open(path(&config, &archive)).unwrap();
        other.execute_batch(change).unwrap();
        drop(other);
        let mut index = SearchIndex::open(&config, archive.id()).unwrap();
        assert_eq!(index.missing(&all).unwrap().len(), 2, "{change}");
        index.add(&all, |_| {}, &CancellationToken::new()).unwrap();
        assert_eq!(index.search("option1", &all, 1000).unwrap().1, 222);
    }
}

/// A setting that stands in two places alike is one, and found by either.
#[test]
fn a_setting_is_found_wherever_it_stands_and_once() {
    let (folder, archive) = new_archive();
    let config = ConfigDir::at(folder.path().join("config"));
    let rows = format!(
        "{TABLE} INSERT INTO Config VALUES ('esx', 'advanced_options', 'dns', '', '{{\"host_name\": \"esx\"}}', '');"
    );
    let store = store(&rows);
    let store = ("var/lib/vmware/configstore/backup/current-store-1", &store[..]);
    let newer = bundle_with(&[store]);
    let older = bundle_with(&[store, ("etc/vmware/esx.conf", b"/adv/Misc/HostName = \"esx\"\n")]);
    let records: Vec<Record> = {
        let lock = lock(&archive);
        [("esx01", newer), ("esx02", older)].map(|(host, bundle)| keep(&lock, host, &bundle, 0)).into()
    };
    let all: Vec<&Record> = records.iter().collect();
    let mut index = SearchIndex::open(&config, archive.id()).unwrap();
    index.add(&all, |_| {}, &CancellationToken::new()).unwrap();
    let mut find = |text: &str| told(&index.search(text, &all, 100).unwrap());
    assert_eq!(find("Misc/HostName"), ["Host name = esx: 1"]);
    assert_eq!(find("esx|advanced_options|dns"), ["Host name = esx: 2"]);
    // As the object and its setting stand beside each other on the page.
    assert_eq!(find("host name esx"), ["Host name = esx: 2"]);
}
