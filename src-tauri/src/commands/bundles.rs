//! What is in bundles: settings and files, how two differ, what changed when, and where a setting is found. The core gives
//! none of a bundle's secrets, so none can be answered here.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use chrono::NaiveDate;
use hostconfig::archive::{
    Fingerprints, Record, Standing, changes, fingerprint_all, newest_of_each, read_bundle, read_bundle_file,
};
use hostconfig::blocking;
use hostconfig::bundle::{Contents, Diff, diff, to_html, to_text};
use hostconfig::search::{MAX_SEARCH_CHARS, NotIndexed, SearchIndex};
use serde::Serialize;
use tauri::WebviewWindow;
use tauri::ipc::Channel;
use tokio_util::sync::CancellationToken;

use super::archive::find;
use super::runs::save_as;
use super::{App, within};
use crate::ipc::{
    Answer, BundleChoice, BundleComparison, BundleFileView, BundleInside, BundleLayer, BundleSide,
    ChangedDay, ChangedDays, ComparisonFormat, ErrorReport, HitView, HostChangeView, Message, NotSearched,
    RecordStanding, SearchProgress, SettingsFound, SettingsQuery, StandingView, day_of,
};
use crate::jobs::Jobs;
use crate::state::{Looking, Place, lock, now};

/// More are of no use to anyone; a longer text finds fewer.
const MOST_HITS: usize = 1_000;
/// So many of a host's changes are sent, newest first.
const MOST_CHANGES: usize = 500;
/// The longest path of a file in a bundle.
const LONGEST_PATH: usize = 5_000;
/// So many fingerprints are kept at a time, so that little is lost when the window is closed.
const KEPT_AT_ONCE: usize = 100;

/// What a bundle holds and what was configured in it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn look_inside(app: App<'_>, bundle: BundleChoice) -> Answer<BundleInside> {
    let place = app.place();
    blocking(move || {
        let (side, contents) = open(&place, &bundle)?;
        Ok(BundleInside::new(side, &contents))
    })
    .await
}

/// A file in a bundle.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_bundle_content(
    app: App<'_>,
    bundle: BundleChoice,
    layer: BundleLayer,
    path: String,
) -> Answer<BundleFileView> {
    within(&path, "path", LONGEST_PATH)?;
    let place = app.place();
    blocking(move || {
        let (side, contents) = open(&place, &bundle)?;
        let is_it = |file: &&hostconfig::bundle::BundleFile| {
            BundleLayer::from(file.layer) == layer && file.path == path
        };
        contents.files().iter().find(is_it).map(BundleFileView::from).ok_or_else(|| {
            let message = format!("the bundle of {} has no file {path}", side.name);
            ErrorReport::new("no_such_file", message, "Choose another file of the list.")
        })
    })
    .await
}

/// How the second bundle differs from the first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn compare_bundles(
    app: App<'_>,
    first: BundleChoice,
    second: BundleChoice,
) -> Answer<BundleComparison> {
    let place = app.place();
    blocking(move || {
        let (first, second, found) = compare(&place, &first, &second)?;
        Ok(BundleComparison::new(first, second, &found))
    })
    .await
}

/// Writes a comparison to where the user says in the native dialog. False when it is cancelled.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_comparison(
    app: App<'_>,
    window: WebviewWindow,
    first: BundleChoice,
    second: BundleChoice,
    format: ComparisonFormat,
) -> Answer<bool> {
    let place = app.place();
    let (name, text) = blocking(move || -> Answer<_> {
        let (first, second, found) = compare(&place, &first, &second)?;
        let name = format!("compare-{}-{}", told_short(&first), told_short(&second));
        Ok((hostconfig::archive::safe_name(&name), exported(&first, &second, &found, format)?))
    })
    .await?;
    let extension = match format {
        ComparisonFormat::Text => "txt",
        ComparisonFormat::Json => "json",
        ComparisonFormat::Html => "html",
    };
    save_as(&window, &format!("{name}.{extension}"), text).await
}

/// A host's history as a list of changes, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn host_changes(app: App<'_>, identity: String) -> Answer<Vec<HostChangeView>> {
    within(&identity, "host", 400)?;
    let place = app.place();
    let cancel = anew(&mut lock(&place.looking).changes);
    blocking(move || {
        let read = place.read_archive(false)?;
        let archive = read.archive()?;
        let of_host = |record: &&Record| record.host.identity == identity;
        let records: Vec<&Record> = read.listing.records.iter().filter(of_host).collect();
        let found = changes(&records, &archive.fingerprints()?, |_| (), &cancel)?;
        Ok(found.into_iter().take(MOST_CHANGES).map(HostChangeView::from).collect())
    })
    .await
}

/// On which days settings changed, as far as that is known.
#[tauri::command]
#[specta::specta]
pub(crate) async fn changed_days(app: App<'_>) -> Answer<ChangedDays> {
    let place = app.place();
    blocking(move || {
        let read = place.read_archive(false)?;
        let standings = place.standings(&read);
        let mut days: BTreeMap<NaiveDate, usize> = BTreeMap::new();
        for record in &read.listing.records {
            let is_changed = matches!(standings.of.get(&record.folder), Some(Standing::Changed { .. }));
            if let Some(day) = day_of(record).filter(|_| is_changed) {
                *days.entry(day).or_default() += 1;
            }
        }
        let reading = lock(&place.looking).is_reading;
        let days = days.into_iter().rev().map(|(date, changed)| ChangedDay { date, changed });
        Ok(ChangedDays { days: days.collect(), unread: standings.unread, reading })
    })
    .await
}

/// How the settings of each host's newest bundle stand to those of the one before it, as far as that is known.
#[tauri::command]
#[specta::specta]
pub(crate) async fn newest_standings(app: App<'_>) -> Answer<Vec<RecordStanding>> {
    let place = app.place();
    blocking(move || {
        let read = place.read_archive(false)?;
        let standings = place.standings(&read);
        let standing = |record: &Record| {
            let standing = StandingView::from(standings.of.get(&record.folder)?);
            Some(RecordStanding { record: record.id.clone(), standing })
        };
        Ok(newest_of_each(&read.listing.records, now().to_utc()).into_iter().filter_map(standing).collect())
    })
    .await
}

/// Begins to read the settings of bundles that nobody has read yet, unless that is under way.
#[tauri::command]
#[specta::specta]
pub(crate) fn read_older_bundles(app: App<'_>) {
    let (place, jobs) = (app.place(), Arc::clone(&app.jobs));
    let Some(cancel) = lock(&place.looking).begin_reading() else { return };
    std::thread::spawn(move || {
        let read = read_older(&place, &jobs, &cancel);
        if !lock(&place.looking).has_read(&cancel) {
            return;
        }
        match read {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(code = error.code, message = error.message, "older bundles are not read");
            }
        }
        place.forget_standings();
        jobs.tell(Message::SettingsRead { left: 0 });
        jobs.tell(Message::ArchiveChanged);
    });
}

/// Looks for a text in the settings of each host's newest bundle, or of all bundles of one host.
#[tauri::command]
#[specta::specta]
pub(crate) async fn search_settings(
    app: App<'_>,
    query: SettingsQuery,
    progress: Channel<SearchProgress>,
) -> Answer<SettingsFound> {
    within(&query.text, "search", MAX_SEARCH_CHARS)?;
    let place = app.place();
    let cancel = anew(&mut lock(&place.looking).search);
    blocking(move || search(&place, &query, &progress, &cancel)).await
}

/// Ends the search, or the reading of a host's changes, that is under way.
#[tauri::command]
#[specta::specta]
pub(crate) fn cancel_search(app: App<'_>) {
    let place = app.place();
    let looking = lock(&place.looking);
    looking.search.cancel();
    looking.changes.cancel();
}

impl Looking {
    /// None while older bundles are being read, and nobody has ended that: it may take a moment to notice.
    fn begin_reading(&mut self) -> Option<CancellationToken> {
        if self.is_reading && !self.reading.is_cancelled() {
            return None;
        }
        self.is_reading = true;
        Some(anew(&mut self.reading))
    }

    /// What this token ends is over. Tells whether nothing has taken its place.
    fn has_read(&mut self, cancel: &CancellationToken) -> bool {
        let is_newest = self.reading == *cancel;
        self.is_reading &= !is_newest;
        is_newest
    }
}

fn open(place: &Place, bundle: &BundleChoice) -> Answer<(BundleSide, Contents)> {
    match bundle {
        BundleChoice::Record { id } => {
            let read = place.read_archive(false)?;
            let record = find(&read, id)?.1;
            let contents = read_bundle(record)?;
            Ok((BundleSide::of_record(record, &contents), contents))
        }
        BundleChoice::File { file } => {
            let path = lock(&place.restoring).file(*file)?;
            let contents = read_bundle_file(&path)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok((BundleSide::of_file(name, &contents), contents))
        }
    }
}

fn compare(
    place: &Place,
    first: &BundleChoice,
    second: &BundleChoice,
) -> Answer<(BundleSide, BundleSide, Diff)> {
    let (first, of_first) = open(place, first)?;
    let (second, of_second) = open(place, second)?;
    let found = diff(&of_first, &of_second);
    Ok((first, second, found))
}

#[derive(Serialize)]
struct Exported<'a> {
    first: &'a str,
    second: &'a str,
    is_same: bool,
    #[serde(flatten)]
    diff: &'a Diff,
}

/// The same as the console tells.
fn exported(
    first: &BundleSide,
    second: &BundleSide,
    found: &Diff,
    format: ComparisonFormat,
) -> Answer<String> {
    let (first, second) = (told(first), told(second));
    Ok(match format {
        ComparisonFormat::Text => to_text(found, &first, &second),
        ComparisonFormat::Html => to_html(found, &first, &second),
        ComparisonFormat::Json => {
            let body = Exported { first: &first, second: &second, is_same: found.is_same(), diff: found };
            serde_json::to_string_pretty(&body).map_err(|error| {
                ErrorReport::new("report_unusable", error.to_string(), "Export it as text instead.")
            })?
        }
    })
}

fn told(side: &BundleSide) -> String {
    match (&side.record, side.taken_at) {
        (Some(record), Some(at)) => {
            let at = at.with_timezone(&chrono::Local).format("%Y-%m-%d %H:%M");
            format!("{record} {}, {at}", side.name)
        }
        _ => side.name.clone(),
    }
}

fn told_short(side: &BundleSide) -> &str {
    side.record.as_deref().unwrap_or(&side.name)
}

/// Ends what goes on under a token, and begins a new one.
fn anew(token: &mut CancellationToken) -> CancellationToken {
    let cancel = CancellationToken::new();
    std::mem::replace(token, cancel.clone()).cancel();
    cancel
}

/// Answers with how many bundles there were to read.
fn read_older(place: &Place, jobs: &Jobs, cancel: &CancellationToken) -> Answer<usize> {
    let read = place.read_archive(false)?;
    let Some(archive) = &read.archive else { return Ok(0) };
    let all: Vec<&Record> = read.listing.records.iter().collect();
    let mut missing = archive.fingerprints()?.missing(&all);
    missing.sort_by_key(|record| std::cmp::Reverse(record.taken_at));
    let mut unkept = Fingerprints::default();
    for (at, some) in missing.chunks(KEPT_AT_ONCE).enumerate() {
        jobs.tell(Message::SettingsRead { left: missing.len() - at * KEPT_AT_ONCE });
        let begun = Instant::now();
        unkept.extend(fingerprint_all(some, |_| (), cancel)?);
        let took = begun.elapsed();
        let name = format!("{}-made-later-{at}", now().to_utc().format("%Y%m%dT%H%M%SZ"));
        let kept = archive
            .lock_briefly("hostkeep window", now())
            .and_then(|lock| lock.keep_fingerprints(&name, &unkept));
        match kept {
            Ok(()) => unkept = Fingerprints::default(),
            // Somebody writes to the archive: the next ones are kept with these.
            Err(error) => tracing::info!(code = error.code(), %error, "fingerprints are not kept yet"),
        }
        if (at + 1) * KEPT_AT_ONCE < missing.len() {
            // All processors were busy with it: whoever uses the window gets as much of them.
            std::thread::sleep(took);
        }
    }
    Ok(missing.len())
}

fn search(
    place: &Place,
    query: &SettingsQuery,
    progress: &Channel<SearchProgress>,
    cancel: &CancellationToken,
) -> Answer<SettingsFound> {
    let read = place.read_archive(false)?;
    let archive = read.archive()?;
    let records: Vec<&Record> = match &query.identity {
        None => newest_of_each(&read.listing.records, now().to_utc()),
        Some(identity) => {
            read.listing.records.iter().filter(|record| record.host.identity == *identity).collect()
        }
    };
    let mut index = SearchIndex::open(&place.config, archive.id())?;
    let missing = index.missing(&records)?;
    let mut not_searched = Vec::new();
    if !missing.is_empty() {
        let total = missing.len();
        let mut count = 0;
        let tell = |read: usize| {
            // A page that has gone hears nothing more.
            drop(progress.send(SearchProgress { read, total }));
        };
        tell(0);
        not_searched = index.add(
            &missing,
            |_| {
                count += 1;
                if count == total || count % 10 == 0 {
                    tell(count);
                }
            },
            cancel,
        )?;
        index.forget_others(&read.listing.records)?;
    }
    if cancel.is_cancelled() {
        return Err(hostconfig::Error::Cancelled.into());
    }
    let (hits, found) = index.search(&query.text, &records, MOST_HITS)?;
    let by_id: HashMap<&str, &Record> = records.iter().map(|record| (record.id.as_str(), *record)).collect();
    let standings = place.standings(&read);
    Ok(SettingsFound {
        searched: records.len() - not_searched.len(),
        without_settings: without_settings(&records, &not_searched, &standings.of),
        found,
        hits: hits.iter().map(|hit| HitView::new(hit, |id| by_id.get(id).copied())).collect(),
        not_searched: not_searched
            .into_iter()
            .map(|left| NotSearched { host: left.host, record: left.record, error: left.error.into() })
            .collect(),
    })
}

/// Of how many of the bundles that were looked through no settings can be read.
fn without_settings(
    records: &[&Record],
    not_searched: &[NotIndexed],
    standings: &HashMap<PathBuf, Standing>,
) -> usize {
    let is_one = |record: &&&Record| {
        matches!(standings.get(&record.folder), Some(Standing::Unreadable))
            && not_searched.iter().all(|left| left.record != record.id)
    };
    records.iter().filter(is_one).count()
}

#[cfg(test)]
#[path = "bundles_tests.rs"]
pub(super) mod tests;
