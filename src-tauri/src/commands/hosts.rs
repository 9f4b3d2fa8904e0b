//! Hosts: what is known of them at once, reading them anew, their history, and lists of names.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::join_all;
use hostconfig::Error;
use hostconfig::archive::Record;
use hostconfig::backup::{Outcome, RunReport};
use hostconfig::blocking;
use hostconfig::hosts_file;
use hostconfig::inventory::{Inventory, ServerLogin, with_inventory};
use hostconfig::known_hosts::{self, KnownHost, SIGHTING_FORMAT, Sighting};
use hostconfig::recovery_keys;
use hostconfig::safety::{HostSafety, assess, unknown};
use hostconfig::selection::Selection;
use hostconfig::settings::{Server, Settings};
use hostconfig::verified::Verified;
use tauri::WebviewWindow;
use tokio_util::sync::CancellationToken;

use super::archive::{row, without_copies};
use super::{App, within};
use crate::dialog;
use crate::ipc::{
    Answer, Attempt, CertificateView, ErrorReport, HostHistory, HostMatch, HostRef, HostRow, HostsView,
    Message, RecordRow, Remedy, ResultView, ServerState,
};
use crate::login::logins;
use crate::state::{ArchiveRead, Place, Shell, Trouble, lock, now};

/// A pasted list of hosts is at most so long.
const MAX_LIST: usize = 1_000_000;

/// Every host as it was last read: at once, without asking any server.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_hosts(app: App<'_>) -> Answer<HostsView> {
    let place = app.place();
    blocking(move || lock(&place.first_view).take().unwrap_or_else(|| hosts_view(&place))).await
}

/// Makes the answer to the first [`list_hosts`], while there is no page yet to ask for it.
pub(crate) fn warm(place: &Place) {
    // Held meanwhile: whoever asks early waits for this one.
    let mut first = lock(&place.first_view);
    *first = Some(hosts_view(place));
}

/// Signs in to every saved server and reads its hosts, each server for itself: one that stalls holds up no other, and the
/// page hears of each as it answers. A server that fails is part of the answer, with the hosts that it had when it was
/// last read.
#[tauri::command]
#[specta::specta]
pub(crate) async fn refresh_hosts(app: App<'_>) -> Answer<HostsView> {
    let place = app.place();
    if place.forget_old_listing() {
        app.jobs.tell(Message::ArchiveChanged);
    }
    // Before the keyring is asked, which may take its time: that can be cancelled, too.
    let cancel = place.begin_reading();
    let (ready, left_out) = logins(&place, None).await?;
    for (name, error) in left_out {
        let trouble = Trouble { error: error.into(), remedy: Some(Remedy::Password) };
        lock(&place.servers).insert(name.to_lowercase(), trouble);
    }
    place.reads(ready.iter().filter_map(|login| login.name.clone()).collect(), &cancel);
    let refresh = |login| refresh(Arc::clone(&app), Arc::clone(&place), login, cancel.clone());
    join_all(ready.into_iter().map(refresh)).await;
    blocking(move || hosts_view(&place)).await
}

/// Ends the reading of hosts that is under way. What was read before stays.
#[tauri::command]
#[specta::specta]
pub(crate) fn cancel_refresh(app: App<'_>) {
    lock(&app.place().reading).cancel.cancel();
}

async fn refresh(app: Arc<Shell>, place: Arc<Place>, login: ServerLogin, cancel: CancellationToken) {
    let name = login.name.clone().unwrap_or_default();
    let (address, user) = (login.connect.address.clone(), login.credentials.user.clone());
    let read = read(login, &cancel).await;
    blocking({
        let (place, name) = (Arc::clone(&place), name.clone());
        move || {
            let is_it = |server: &Server| server.name == name && server.url == address && server.user == user;
            keep(&place, &name, is_it, read);
        }
    })
    .await;
    place.has_read(&name, &cancel);
    app.jobs.tell(Message::HostsChanged);
}

async fn read(login: ServerLogin, cancel: &CancellationToken) -> hostconfig::Result<Vec<KnownHost>> {
    with_inventory(vec![login], cancel, async |mut inventory: Inventory| {
        inventory.failed.pop().map_or_else(|| Ok(known_hosts::of(&inventory)), |failed| Err(failed.error))
    })
    .await?
}

/// Keeps what a server said, or why it said nothing. Of one that was removed or moved meanwhile nothing is kept: it would be told
/// of the next one of its name.
fn keep(
    place: &Place,
    name: &str,
    is_it: impl Fn(&Server) -> bool,
    read: hostconfig::Result<Vec<KnownHost>>,
) {
    // Held meanwhile: whoever forgets the server comes before or after.
    let mut servers = lock(&place.servers);
    if place.settings().is_ok_and(|settings| !settings.servers.iter().any(is_it)) {
        return;
    }
    let kept = read.and_then(|hosts| {
        let sighting = Sighting { format: SIGHTING_FORMAT, read_at: now(), hosts };
        known_hosts::store(&place.config, name, &sighting)
    });
    match kept {
        // Nothing new is known of it.
        Err(Error::Cancelled) => {}
        Err(error) => {
            let remedy = remedy(&error);
            servers.insert(name.to_lowercase(), Trouble { error: error.report().into(), remedy });
        }
        Ok(()) => drop(servers.remove(&name.to_lowercase())),
    }
}

/// A host's records, and the attempts that left none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn host_history(app: App<'_>, identity: String, host: HostRef) -> Answer<HostHistory> {
    let place = app.place();
    blocking(move || {
        let read = place.read_archive(false)?;
        place.standings(&read);
        let same = |record: &&Record| record.host.identity == identity;
        let mut records: Vec<&Record> = without_copies(&read).filter(same).collect();
        records.sort_by_key(|record| Reverse(record.taken_at));
        let rows: Vec<RecordRow> =
            records.iter().enumerate().map(|(at, record)| row(&place, record, at == 0)).collect();
        let settings = place.settings()?;
        let known = each_once(sightings(&place, &settings)?);
        let (_, runs) = judged_by(&place, &settings, &read, &known)?;
        let attempts = runs.iter().filter_map(|run| unsuccessful(run, &host)).collect();
        Ok(HostHistory { records: rows, attempts })
    })
    .await
}

/// Which hosts a pasted list of names means.
#[tauri::command]
#[specta::specta]
pub(crate) async fn match_hosts(app: App<'_>, text: String) -> Answer<HostMatch> {
    within(&text, "list", MAX_LIST)?;
    let place = app.place();
    blocking(move || {
        let names = hosts_file::parse_pasted(&text)
            .map_err(|problem| Error::from(hosts_file::HostsFileError { path: None, problem }))?;
        matched(&place, names, None)
    })
    .await
}

/// Which hosts a text or CSV file means that the user picks in the native dialog. Nothing when it is cancelled.
#[tauri::command]
#[specta::specta]
pub(crate) async fn match_hosts_file(app: App<'_>, window: WebviewWindow) -> Answer<Option<HostMatch>> {
    let picked = dialog::file(&window, "Choose a list of hosts", "Text and CSV", &["txt", "csv"]).await;
    let Some(file) = picked else { return Ok(None) };
    let place = app.place();
    blocking(move || {
        let names = hosts_file::read(&file)?;
        let source = file.file_name().map(|name| name.to_string_lossy().into_owned());
        matched(&place, names, source).map(Some)
    })
    .await
}

fn matched(place: &Place, names: Vec<String>, source: Option<String>) -> Answer<HostMatch> {
    let hosts = known_hosts(place)?;
    let choice =
        Selection { wanted: names, ..Selection::default() }.choose(&hosts, |host| &host.name, |_| &[]);
    let matched = choice.chosen.iter().map(|&at| format!("{}/{}", hosts[at].server, hosts[at].moid));
    Ok(HostMatch {
        source,
        matched: matched.collect(),
        unknown: choice.unknown.iter().map(ToString::to_string).collect(),
    })
}

fn hosts_view(place: &Place) -> Answer<HostsView> {
    let settings = place.settings()?;
    let sightings = sightings(place, &settings)?;
    let read_at: Vec<_> =
        sightings.iter().map(|sighting| sighting.as_ref().map(|sighting| sighting.read_at)).collect();
    let known = each_once(sightings);
    let (read, archive_error) = match place.read_archive(false) {
        Ok(read) => (Some(read), None),
        Err(error) => (None, Some(error)),
    };
    let judged_by = read.as_ref().map(|read| judged_by(place, &settings, read, &known)).transpose();
    // Of an archive that went away since it was listed, too, the hosts are known.
    let (judged_by, archive_error) = match judged_by {
        Ok(judged_by) => (judged_by, archive_error),
        Err(error) => (None, Some(error)),
    };
    let safety = match judged_by {
        Some((records, runs)) => {
            assess(&known, records, runs.iter().map(AsRef::as_ref), stale_after(&settings), now())
        }
        None => unknown(&known),
    };
    let (recovery_keys, recovery_keys_error) = match recovery_keys::load(&place.config) {
        Ok(keys) => (keys, None),
        Err(error) => (Vec::new(), Some(error.report().into())),
    };
    let keys = recovery_keys::kept_at(&recovery_keys);
    let row = |(host, safety): (&KnownHost, HostSafety)| {
        HostRow::new(host, safety, keys.get(host.identity.as_str()).copied())
    };
    let hosts = known.iter().zip(safety).map(row).collect();
    let left = lock(&place.reading).left.clone();
    let states = lock(&place.servers);
    let servers = settings.servers.iter().zip(read_at).map(|(server, read_at)| {
        let trouble = states.get(&server.name.to_lowercase()).cloned();
        let (error, remedy) = trouble.map_or((None, None), |trouble| (Some(trouble.error), trouble.remedy));
        let is_reading = left.contains(&server.name);
        ServerState { name: server.name.clone(), read_at, is_reading, error, remedy }
    });
    let servers = servers.collect();
    drop(states);
    Ok(HostsView {
        servers,
        hosts,
        stale_after_days: settings.stale_after_days,
        archive_error,
        recovery_keys_error,
    })
}

/// Every host that a saved server told of when it was last read, each once.
pub(super) fn known_hosts(place: &Place) -> Answer<Vec<KnownHost>> {
    Ok(each_once(sightings(place, &place.settings()?)?))
}

/// What each saved server said last, in the servers' order.
fn sightings(place: &Place, settings: &Settings) -> Answer<Vec<Option<Sighting>>> {
    let load = |server: &Server| Ok(known_hosts::load(&place.config, &server.name)?);
    settings.servers.iter().map(load).collect()
}

/// Their hosts, each once: read at different times, two servers may both tell of one. The one that was read last counts.
fn each_once(sightings: Vec<Option<Sighting>>) -> Vec<KnownHost> {
    let mut told: Vec<(usize, Sighting)> =
        sightings.into_iter().enumerate().filter_map(|(at, sighting)| Some((at, sighting?))).collect();
    told.sort_by_key(|(_, sighting)| Reverse(sighting.read_at));
    let mut seen = HashSet::new();
    for (_, sighting) in &mut told {
        sighting.hosts.retain(|host| seen.insert((host.identity.clone(), host.name.to_lowercase())));
    }
    told.sort_by_key(|(at, _)| *at);
    told.into_iter().flat_map(|(_, sighting)| sighting.hosts).collect()
}

/// The good records and the reports of runs that say how safe these hosts are.
fn judged_by<'a>(
    place: &Place,
    settings: &Settings,
    read: &'a ArchiveRead,
    known: &[KnownHost],
) -> Answer<(Vec<&'a Record>, Vec<Arc<RunReport>>)> {
    let verified = lock(&place.verified);
    let is_good = |record: &&Record| verified.get(&record.id).is_none_or(Verified::is_good);
    let records: Vec<&Record> = read.listing.records.iter().filter(is_good).collect();
    drop(verified);
    let Some(archive) = &read.archive else { return Ok((records, Vec::new())) };
    let reports = place.deciding_reports(archive, known, records.iter().copied(), stale_after(settings))?;
    Ok((records, reports))
}

fn stale_after(settings: &Settings) -> TimeDelta {
    TimeDelta::days(settings.stale_after_days.into())
}

fn unsuccessful(run: &Arc<RunReport>, host: &HostRef) -> Option<Attempt> {
    let report = run.hosts.iter().find(|report| {
        report.name.eq_ignore_ascii_case(&host.name)
            && report.server.as_ref().is_none_or(|server| server.eq_ignore_ascii_case(&host.server))
    })?;
    let (result, error) = match &report.outcome {
        Outcome::Saved { .. } => return None,
        Outcome::Failed { error } => (ResultView::Failed, Some(ErrorReport::from(error))),
        Outcome::Cancelled => (ResultView::Cancelled, None),
    };
    Some(Attempt { run_id: run.run_id.clone(), at: run.started_at, result, error })
}

fn remedy(error: &Error) -> Option<Remedy> {
    if let Error::Server(vsphere::Error::NotTrusted(not_trusted)) = error {
        return Some(Remedy::Certificate {
            certificate: CertificateView::from(&not_trusted.presented),
            expected: not_trusted.expected.map(|thumbprint| thumbprint.to_string()),
        });
    }
    matches!(error.code(), "wrong_password" | "password_expired" | "not_authenticated")
        .then_some(Remedy::Password)
}

#[cfg(test)]
#[path = "hosts_tests.rs"]
mod tests;
