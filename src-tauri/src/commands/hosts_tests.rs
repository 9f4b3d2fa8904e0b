use hostconfig::ConfigDir;
use hostconfig::settings::{self, Timeouts};
use vsphere_sim::{FaultRule, Options, Simulator, What};

use super::*;
use crate::ipc::SafetyView;
use crate::login::login;

#[tokio::test]
async fn reading_that_is_cancelled_ends_and_changes_nothing() {
    let sim = Simulator::start(Options::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let shell = Arc::new(Shell::new(ConfigDir::at(folder.path().join("config")), None));
    let place = shell.place();
    let thumbprint = sim.thumbprint();
    let server = Server::new("prod", &sim.url(), "administrator@vsphere.local", Some(&thumbprint)).unwrap();
    settings::change(&place.config, |settings| settings.add_server(server.clone())).unwrap();
    let read = |cancel: &CancellationToken| {
        let login = login(&server, "hostkeep-demo".into(), Timeouts::default());
        refresh(Arc::clone(&shell), Arc::clone(&place), login, cancel.clone())
    };
    let is_left = || lock(&place.reading).left.contains("prod");
    let known = || known_hosts::load(&place.config, "prod").unwrap();

    let cancel = begin_reading(&place);
    assert!(is_left());
    read(&cancel).await;
    assert!(!is_left() && lock(&place.servers).is_empty());
    let before = known().unwrap();

    sim.add_fault(FaultRule::soap("RetrieveServiceContent", What::Stall));
    let trouble = Trouble { error: ErrorReport::new("told_before", "told before", ""), remedy: None };
    lock(&place.servers).insert("prod".into(), trouble);
    let first = begin_reading(&place);
    // One that takes its place ends it, and is not said to be done by that.
    let replace = async || begin_reading(&place);
    let ((), second) = tokio::join!(read(&first), replace());
    assert!(first.is_cancelled() && is_left());
    second.cancel();
    read(&second).await;
    assert!(!is_left());
    assert_eq!(known(), Some(before));
    assert_eq!(lock(&place.servers)["prod"].error.code, "told_before");
}

fn begin_reading(place: &Place) -> CancellationToken {
    let cancel = place.begin_reading();
    place.reads(HashSet::from(["prod".into()]), &cancel);
    cancel
}

/// While the keyring is asked it is not known yet which servers are read.
#[test]
fn a_reading_can_be_cancelled_before_it_reads_anything() {
    let folder = tempfile::tempdir().unwrap();
    let place = Shell::new(ConfigDir::at(folder.path()), None).place();
    let cancel = place.begin_reading();
    lock(&place.reading).cancel.cancel();
    assert!(cancel.is_cancelled());
    let other = place.begin_reading();
    place.reads(HashSet::from(["prod".into()]), &cancel);
    assert!(!other.is_cancelled() && lock(&place.reading).left.is_empty(), "it is another's");
}

/// It would come back with the next server of its name, as what that one has.
#[tokio::test]
async fn nothing_is_kept_of_a_server_that_was_removed_or_moved_while_it_was_read() {
    let sim = Simulator::start(Options::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let shell = Arc::new(Shell::new(ConfigDir::at(folder.path().join("config")), None));
    let place = shell.place();
    let at = |address: &str, thumbprint: &str| {
        Server::new("prod", address, "administrator@vsphere.local", Some(thumbprint)).unwrap()
    };
    let thumbprint = sim.thumbprint().clone();
    let server = at(&sim.url(), &thumbprint);
    let read = async |password: &str| {
        let cancel = begin_reading(&place);
        let login = login(&server, password.into(), Timeouts::default());
        refresh(Arc::clone(&shell), Arc::clone(&place), login, cancel).await;
        (known_hosts::load(&place.config, "prod").unwrap().is_some(), lock(&place.servers).len())
    };
    assert_eq!(read("hostkeep-demo").await, (false, 0), "it is not saved any more");
    assert_eq!(read("wrong").await, (false, 0), "why it could not be read is nothing of another's");
    let save =
        |server: Server| settings::change(&place.config, |settings| settings.add_server(server)).unwrap();
    save(at("vc02.lab.local", &thumbprint));
    assert_eq!(read("hostkeep-demo").await, (false, 0), "it is at another address now");
    settings::change(&place.config, |settings| settings.remove_server("prod")).unwrap();
    save(server.clone());
    assert_eq!(read("hostkeep-demo").await, (true, 0));
    assert_eq!(read("wrong").await, (true, 1));
}

#[tokio::test]
async fn hosts_are_listed_where_the_archive_went_away_since_it_was_read() {
    let sim = Simulator::start(Options::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    let config = ConfigDir::at(folder.path().join("config"));
    let shell = Arc::new(Shell::new(config, Some(archive.clone())));
    let place = shell.place();
    let thumbprint = sim.thumbprint();
    let server = Server::new("prod", &sim.url(), "administrator@vsphere.local", Some(&thumbprint)).unwrap();
    settings::change(&place.config, |settings| settings.add_server(server.clone())).unwrap();
    let login = login(&server, "hostkeep-demo".into(), Timeouts::default());
    refresh(Arc::clone(&shell), Arc::clone(&place), login, begin_reading(&place)).await;
    place.open_or_create_archive().unwrap();
    let listed = || {
        let view = hosts_view(&place).unwrap();
        let with = |safety| view.hosts.iter().filter(|host| host.safety == safety).count();
        (view.hosts.len(), with(SafetyView::Never), with(SafetyView::Unknown), view.archive_error.is_some())
    };
    let (hosts, never, 0, false) = listed() else { panic!("nothing is wrong") };
    assert!(never > 0);

    std::fs::remove_dir_all(&archive).unwrap();
    assert_eq!(listed(), (hosts, 0, never, true), "nobody knows what is in it");
}
