//! The archive: what is in it, one record, verifying, exporting, marking.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use chrono::NaiveDate;
use hostconfig::archive::{self, Archive, Marks, Record, newest_of_each};
use hostconfig::audit::{AuditAction, AuditEntry};
use hostconfig::blocking;
use hostconfig::restore::proven_bundles;
use hostconfig::verified::{self, Verified};
use tauri::{AppHandle, WebviewWindow};
use tauri_plugin_opener::OpenerExt;

use super::{App, go_on, note, within};
use crate::dialog;
use crate::ipc::{
    Answer, ArchiveDay, ArchiveOverview, ArchiveProblem, ArchivedHost, ErrorReport, ExportedView, JobItem,
    JobKind, JobState, MAX_RECORDS, Message, RecordDetails, RecordList, RecordQuery, RecordRow, RungView,
    Step, day_of, server_of,
};
use crate::jobs::{Ending, Running};
use crate::state::{ArchiveRead, Place, lock, now};

/// So many things that cannot be understood are listed.
const MAX_PROBLEMS: usize = 500;

/// The archive at a glance. `again` reads it from the disk.
#[tauri::command]
#[specta::specta]
pub(crate) async fn archive_overview(app: App<'_>, again: bool) -> Answer<ArchiveOverview> {
    let place = app.place();
    blocking(move || Ok(overview(&*place.read_archive(again)?))).await
}

/// The records that fit, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_records(app: App<'_>, query: RecordQuery) -> Answer<RecordList> {
    within(query.search.as_deref().unwrap_or_default(), "search", 200)?;
    let place = app.place();
    blocking(move || {
        let read = place.read_archive(false)?;
        place.standings(&read);
        let newest = newest(&read);
        let search = folded(query.search.as_deref().map(str::trim).unwrap_or_default());
        let mut found: Vec<&Record> =
            without_copies(&read).filter(|record| fits(record, &query, &search, &newest)).collect();
        found.sort_by(|a, b| (b.taken_at, &a.host.name).cmp(&(a.taken_at, &b.host.name)));
        let rows = found.iter().take(MAX_RECORDS);
        Ok(RecordList {
            total: found.len(),
            bytes: found.iter().map(|record| record.bundle.bytes).sum(),
            records: rows.map(|record| row(&place, record, newest.contains(record.id.as_str()))).collect(),
        })
    })
    .await
}

/// All that a record says.
#[tauri::command]
#[specta::specta]
pub(crate) async fn show_record(app: App<'_>, id: String) -> Answer<RecordDetails> {
    let place = app.place();
    blocking(move || {
        let read = place.read_archive(false)?;
        let (_, record) = find(&read, &id)?;
        place.standings(&read);
        let is_newest = newest(&read).contains(record.id.as_str());
        Ok(RecordDetails::new(record, row(&place, record, is_newest), ladder(&place, record)?))
    })
    .await
}

/// Begins to verify these records, or all of them, and answers with the job at once.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_verify(app: App<'_>, handle: AppHandle, ids: Option<Vec<String>>) -> Answer<u32> {
    let place = app.place();
    let records = blocking({
        let place = Arc::clone(&place);
        move || -> Answer<Vec<Record>> {
            let read = place.read_archive(false)?;
            let Some(ids) = ids else { return Ok(read.listing.records.clone()) };
            ids.iter().map(|id| Ok(find(&read, id)?.1.clone())).collect()
        }
    })
    .await?;
    let title = match records.len() {
        0 => {
            return Err(ErrorReport::new(
                "nothing_to_verify",
                "there is no bundle to verify",
                "Back up some hosts first.",
            ));
        }
        1 => format!("Verify the bundle of {}", records[0].host.name),
        count => format!("Verify {count} bundles"),
    };
    let item =
        |record: &Record| JobItem { total_bytes: Some(record.bundle.bytes), ..JobItem::of_record(record) };
    let items: Vec<JobItem> = records.iter().map(item).collect();
    // It was a double click.
    if let Some(job) = app.jobs.verifying(&items) {
        return Ok(job);
    }
    let job = app.jobs.begin(JobKind::Verify, title, None, now());
    let total = records.iter().map(|record| record.bundle.bytes).sum();
    job.plan(items, Vec::new());
    job.head(|head| head.total_bytes = Some(total));
    let (id, own) = (job.id(), job.clone());
    go_on(&app, handle, job, blocking(move || verify(&place, &own, &records)));
    Ok(id)
}

/// Copies a bundle to where the user says in the native dialog. Nothing when it is cancelled.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_bundle(
    app: App<'_>,
    window: WebviewWindow,
    id: String,
) -> Answer<Option<ExportedView>> {
    let place = app.place();
    let (archive, record) = blocking({
        let place = Arc::clone(&place);
        move || -> Answer<(Archive, Record)> {
            let read = place.read_archive(false)?;
            let (archive, record) = find(&read, &id)?;
            Ok((archive.clone(), record.clone()))
        }
    })
    .await?;
    let picked = dialog::save(&window, "Export the bundle", &record.bundle.file).await;
    let Some(path) = picked else { return Ok(None) };
    // The dialog has asked before it let an existing file be chosen.
    let exported = blocking(move || {
        let exported = archive::export(&archive, &record, &path, true);
        let result = exported.as_ref().map_or_else(hostconfig::Error::code, |_| "ok");
        place.note(&[AuditEntry::of_record(now(), AuditAction::Export, &record, result)]);
        exported
    })
    .await?;
    Ok(Some(ExportedView { path: exported.path.display().to_string(), bytes: exported.bytes }))
}

/// Shows a bundle in the system's file browser.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reveal_record(app: App<'_>, handle: AppHandle, id: String) -> Answer<()> {
    let place = app.place();
    let path =
        blocking(move || -> Answer<_> { Ok(find(&*place.read_archive(false)?, &id)?.1.bundle_path()) })
            .await?;
    handle.opener().reveal_item_in_dir(&path).map_err(|error| ErrorReport {
        code: "cannot_open".into(),
        message: format!("the system's file browser did not show {}", path.display()),
        hint: Some("Open the folder yourself.".into()),
        details: vec![error.to_string()],
    })
}

/// Sets the note on a bundle; none removes it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn note_record(app: App<'_>, id: String, text: Option<String>) -> Answer<()> {
    let text = note(text)?;
    mark(app, vec![id], "noted", move |marks| marks.note.clone_from(&text)).await
}

/// Pins bundles, so that nothing deletes them, or lets them go again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pin_records(app: App<'_>, ids: Vec<String>, pinned: bool) -> Answer<()> {
    let result = if pinned { "pinned" } else { "unpinned" };
    mark(app, ids, result, move |marks| marks.pinned = pinned).await
}

async fn mark(
    app: App<'_>,
    ids: Vec<String>,
    result: &'static str,
    change: impl Fn(&mut Marks) + Send + 'static,
) -> Answer<()> {
    let place = app.place();
    let marked = blocking(move || -> Answer<()> {
        let read = place.read_archive(false)?;
        let mut done = Vec::new();
        let marked = ids.iter().try_for_each(|id| -> Answer<()> {
            let (archive, record) = find(&read, id)?;
            archive.mark(record, &change)?;
            done.push(AuditEntry::of_record(now(), AuditAction::Mark, record, result));
            Ok(())
        });
        // What was marked before one failed is marked all the same.
        place.note(&done);
        place.forget_listing();
        marked
    })
    .await;
    app.jobs.tell(Message::ArchiveChanged);
    marked
}

/// A record as the list shows it.
pub(super) fn row(place: &Place, record: &Record, is_newest: bool) -> RecordRow {
    let verified = lock(&place.verified);
    RecordRow::new(record, is_newest, verified.get(&record.id), place.standing(record))
}

/// How far a record's bundle is proven, as far as anyone has looked since the app was started.
fn ladder(place: &Place, record: &Record) -> Answer<Vec<RungView>> {
    let verified = lock(&place.verified).get(&record.id).cloned();
    let mut proof = verified.map(|verified| verified.proof).unwrap_or_default();
    if proven_bundles(&place.config)?.contains(&record.bundle.sha256) {
        proof.note_restored();
    }
    Ok(RungView::all(&proof))
}

/// The record of this id, and the archive that it is in.
pub(super) fn find<'a>(read: &'a ArchiveRead, id: &str) -> Answer<(&'a Archive, &'a Record)> {
    let archive = read.archive()?;
    Ok((archive, archive.find(&read.listing, id)?))
}

/// The records as the page has them: an admin's copy of one within the archive is the same backup, and has its id.
pub(super) fn without_copies(read: &ArchiveRead) -> impl Iterator<Item = &Record> {
    let mut seen = HashSet::new();
    read.listing.records.iter().filter(move |record| seen.insert(record.id.as_str()))
}

/// The ids of each host's newest record.
pub(super) fn newest(read: &ArchiveRead) -> HashSet<&str> {
    newest_of_each(&read.listing.records, now().to_utc())
        .into_iter()
        .map(|record| record.id.as_str())
        .collect()
}

fn fits(record: &Record, query: &RecordQuery, search: &str, newest: &HashSet<&str>) -> bool {
    let day = day_of(record);
    query.from.is_none_or(|from| day.is_some_and(|day| day >= from))
        && query.to.is_none_or(|to| day.is_some_and(|day| day <= to))
        && query.identity.as_ref().is_none_or(|identity| record.host.identity == *identity)
        && query.server.as_ref().is_none_or(|server| server_of(record) == server)
        && (!query.pinned || record.marks.pinned)
        && (!query.newest || newest.contains(record.id.as_str()))
        && (search.is_empty() || texts(record).any(|text| folded(text).contains(search)))
}

/// As filters compare: "istanbul" finds "İstanbul".
fn folded(text: &str) -> String {
    // The dot that a small "İ" keeps.
    text.to_uppercase().to_lowercase().replace('\u{307}', "")
}

fn texts(record: &Record) -> impl Iterator<Item = &str> {
    let notes = [record.note.as_deref(), record.marks.note.as_deref(), record.host.model.as_deref()];
    let always = [&record.host.name, &record.id, &record.product.version, &record.product.build];
    always.into_iter().map(String::as_str).chain([server_of(record)]).chain(notes.into_iter().flatten())
}

fn overview(read: &ArchiveRead) -> ArchiveOverview {
    let records: Vec<&Record> = without_copies(read).collect();
    let mut hosts: BTreeMap<&str, (&Record, usize)> = BTreeMap::new();
    let mut servers = BTreeSet::new();
    let mut days: BTreeMap<NaiveDate, (usize, HashSet<&str>, u64)> = BTreeMap::new();
    for &record in &records {
        let (newest, count) = hosts.entry(&record.host.identity).or_insert((record, 0));
        if record.taken_at > newest.taken_at {
            *newest = record;
        }
        *count += 1;
        servers.insert(server_of(record).to_owned());
        if let Some(day) = day_of(record) {
            let (records, of_hosts, bytes) = days.entry(day).or_default();
            *records += 1;
            of_hosts.insert(&record.host.identity);
            *bytes += record.bundle.bytes;
        }
    }
    let mut hosts: Vec<ArchivedHost> = hosts
        .into_iter()
        .map(|(identity, (newest, records))| ArchivedHost {
            name: newest.host.name.clone(),
            identity: identity.to_owned(),
            server: server_of(newest).to_owned(),
            records,
        })
        .collect();
    hosts.sort();
    let days = days.into_iter().rev().map(|(date, (records, hosts, bytes))| ArchiveDay {
        date,
        records,
        hosts: hosts.len(),
        bytes,
    });
    let problems = read.listing.problems.iter().take(MAX_PROBLEMS).map(|problem| ArchiveProblem {
        path: problem.path.display().to_string(),
        reason: problem.reason.clone(),
    });
    ArchiveOverview {
        path: read.folder.display().to_string(),
        exists: read.archive.is_some(),
        records: records.len(),
        bytes: records.iter().map(|record| record.bundle.bytes).sum(),
        hosts,
        servers: servers.into_iter().collect(),
        days: days.collect(),
        problems: problems.collect(),
        read_at: read.read_at,
    }
}

fn verify(place: &Place, job: &Running, records: &[Record]) -> Ending {
    let index: HashMap<&std::path::Path, usize> =
        records.iter().enumerate().map(|(at, record)| (record.folder.as_path(), at)).collect();
    let all: Vec<&Record> = records.iter().collect();
    let found_now = Mutex::new(HashMap::new());
    let read = |bytes: u64| job.head(|head| head.bytes += bytes);
    let found = |record: &Record, verdict: &archive::Verdict| {
        let verified = Verified::new(now(), verdict);
        job.item(index[record.folder.as_path()], |item| {
            item.step = match (verdict.is_good(), verdict.is_certain()) {
                (true, _) => Step::Good,
                (false, true) => Step::Damaged,
                // Nothing was seen of the bundle that could be bad.
                (false, false) => Step::Failed,
            };
            item.warnings.clone_from(&verified.problems);
        });
        if verdict.is_certain() {
            lock(&found_now).insert(record.id.clone(), verified.clone());
            lock(&place.verified).insert(record.id.clone(), verified);
        }
    };
    let ended = archive::verify_all(&all, read, found, &job.cancel);
    let found = std::mem::take(&mut *lock(&found_now));
    let warnings = match keep_verified(place, found) {
        Ok(()) => Vec::new(),
        Err(error) => vec![format!("what was found is known only until Hostkeep ends: {}", error.message)],
    };
    match ended {
        Ok(_) => Ending { state: JobState::Done, run_id: None, error: None, warnings },
        Err(hostconfig::Error::Cancelled) => Ending { warnings, ..Ending::cancelled() },
        Err(error) => Ending::failed(error.into()),
    }
}

fn keep_verified(place: &Place, found: HashMap<String, Verified>) -> Answer<()> {
    let read = place.read_archive(false)?;
    let there: HashSet<&str> = read.listing.records.iter().map(|record| record.id.as_str()).collect();
    Ok(verified::note(&place.config, read.archive()?.id(), found, |id| there.contains(id))?)
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
