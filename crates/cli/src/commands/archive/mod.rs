//! `hostkeep archive`: what is kept, whether it is good, what may go, and how to get it out.

mod changes;
mod export;
mod marks;
mod prune;
mod search;
mod verify;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use chrono::{DateTime, FixedOffset};
use hostconfig::Error;
use hostconfig::archive::{Archive, Listing, ListingProblem, Marks, Record, Standing, is_future, standings};
use hostconfig::selection::Selection;
use hostconfig::verified::{self, Verified};
use serde::Serialize;

pub(crate) use changes::told as told_changes;
use prune::Asked;
pub(crate) use prune::{PlanBody, told as told_plan};
pub(crate) use verify::{VerifyBody, told as told_verdicts, verify_all};

use crate::arguments::ArchiveCommand;
use crate::console::{self, Console, STRONG};
use crate::context::{Context, now};
use crate::failure::{Exit, Failure};
use crate::text;

pub(crate) fn run(context: &Context, command: ArchiveCommand) -> Result<Exit, Failure> {
    match command {
        ArchiveCommand::List { host } => list(context, host),
        ArchiveCommand::Show { id } => show(context, &id),
        ArchiveCommand::Verify { ids } => verify::run(context, &ids),
        ArchiveCommand::Prune { keep_last, dry_run, yes } => {
            prune::run(context, keep_last, Asked { dry_run, yes })
        }
        ArchiveCommand::Delete { ids, dry_run, yes } => prune::delete(context, &ids, Asked { dry_run, yes }),
        ArchiveCommand::Pin { id } => marks::pin(context, &id, true),
        ArchiveCommand::Unpin { id } => marks::pin(context, &id, false),
        ArchiveCommand::Note { id, text } => marks::note(context, &id, text),
        ArchiveCommand::Changes { host } => changes::run(context, host),
        ArchiveCommand::Search { text, host, all } => search::run(context, &text, host, all),
        ArchiveCommand::Export { id, file, overwrite } => export::run(context, &id, &file, overwrite),
    }
}

const SHOWN_OF_A_NOTE: usize = 40;

#[derive(Serialize)]
struct Listed<'a> {
    archive: String,
    records: Vec<Shown<'a>>,
    unreadable: Vec<Unreadable>,
}

#[derive(Serialize)]
struct Found<'a> {
    record: Shown<'a>,
}

/// A record, and where it lies.
#[derive(Serialize)]
pub(crate) struct Shown<'a> {
    folder: String,
    #[serde(flatten)]
    record: &'a Record,
    marks: &'a Marks,
    /// How its settings stand to those of the backup before.
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<&'a Standing>,
    /// What verifying it on this computer has shown last.
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<ShownVerified<'a>>,
}

#[derive(Serialize)]
struct ShownVerified<'a> {
    at: DateTime<FixedOffset>,
    good: bool,
    problems: &'a [String],
}

impl<'a> From<&'a Verified> for ShownVerified<'a> {
    fn from(verified: &'a Verified) -> Self {
        Self { at: verified.at, good: verified.is_good(), problems: &verified.problems }
    }
}

/// A folder in the archive whose record, or its marks, cannot be read.
#[derive(Serialize)]
pub(crate) struct Unreadable {
    pub(crate) path: String,
    pub(crate) reason: String,
}

impl<'a> From<&'a Record> for Shown<'a> {
    fn from(record: &'a Record) -> Self {
        let folder = record.folder.display().to_string();
        Self { folder, record, marks: &record.marks, settings: None, verified: None }
    }
}

impl From<&ListingProblem> for Unreadable {
    fn from(problem: &ListingProblem) -> Self {
        Self { path: problem.path.display().to_string(), reason: problem.reason.clone() }
    }
}

fn list(context: &Context, host: Option<String>) -> Result<Exit, Failure> {
    let archive = context.open_archive(&context.settings()?)?;
    let listing = archive.list()?;
    let records = of_host(&listing, host)?;
    let standings = standings(&listing, &archive.fingerprints()?);
    let verified = verified_of(context, &archive);
    let damaged =
        verified.iter().filter(|(_, verified)| !verified.is_good()).map(|(id, _)| id.clone()).collect();
    let body = Listed {
        archive: archive.root().display().to_string(),
        records: records
            .iter()
            .map(|record| Shown {
                settings: standings.get(&record.folder),
                verified: verified.get(&record.id).map(ShownVerified::from),
                ..Shown::from(*record)
            })
            .collect(),
        unreadable: listing.problems.iter().map(Unreadable::from).collect(),
    };
    tell_unreadable(&context.console, &body.unreadable);
    context.console.result(&body, || match records[..] {
        [] if body.unreadable.is_empty() => {
            format!("{} holds no backups yet.\n", text::visible(&body.archive))
        }
        [] => format!("No backup in {} can be read.\n", text::visible(&body.archive)),
        _ => told_list(&records, &standings, &damaged, &body.archive),
    })?;
    Ok(Exit::Ok)
}

/// Only the records of this host, or of the hosts that the pattern means.
fn of_host(listing: &Listing, host: Option<String>) -> Result<Vec<&Record>, Failure> {
    let Some(host) = host else { return Ok(listing.records.iter().collect()) };
    let names: BTreeSet<&str> = listing.records.iter().map(|record| record.host.name.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let selection = Selection { wanted: vec![host], ..Selection::default() };
    let chosen = selection.choose(&names, |name| name, |_| &[]).complete().map_err(Error::from)?;
    let chosen: HashSet<&str> = chosen.into_iter().map(|at| names[at]).collect();
    Ok(listing.records.iter().filter(|record| chosen.contains(record.host.name.as_str())).collect())
}

pub(crate) fn told_list(
    records: &[&Record],
    standings: &HashMap<PathBuf, Standing>,
    damaged: &HashSet<String>,
    archive: &str,
) -> String {
    let lines: Vec<Line> = records
        .iter()
        .map(|record| Line {
            record,
            standing: standings.get(&record.folder),
            note: told_marks(record, damaged.contains(&record.id)),
        })
        .collect();
    let is_wide_enough =
        |table: &String| console::output_width().is_none_or(|width| text::width(table) <= usize::from(width));
    let table = Some(wide(&lines)).filter(is_wide_enough).unwrap_or_else(|| narrow(&lines));
    let hosts: HashSet<&str> = records.iter().map(|record| record.host.identity.as_str()).collect();
    let bytes = records.iter().map(|record| record.bundle.bytes).sum();
    format!(
        "{table}\n{} of {}, {}, in {}\n",
        text::count(records.len(), "backup"),
        text::count(hosts.len(), "host"),
        text::size(bytes),
        text::visible(archive),
    )
}

/// What the list says of a backup.
struct Line<'a> {
    record: &'a Record,
    standing: Option<&'a Standing>,
    note: String,
}

fn wide(lines: &[Line<'_>]) -> String {
    let has_notes = lines.iter().any(|line| !line.note.is_empty());
    let row = |Line { record, standing, note }: &Line<'_>| {
        let mut row = vec![
            record.id.clone(),
            text::local(record.taken_at),
            record.host.name.clone(),
            record.product.version.clone(),
            text::size(record.bundle.bytes),
            standing.map(told_standing).unwrap_or_default(),
        ];
        row.extend(has_notes.then(|| shortened(note)));
        row
    };
    let header = ["id", "taken", "host", "esxi", "size", "settings", "note"];
    let header = if has_notes { &header[..] } else { &header[..6] };
    text::table(header, &[4], &[], lines.iter().map(row).collect(), None)
}

/// For 80 columns: without the release, and what is noted below its backup.
fn narrow(lines: &[Line<'_>]) -> String {
    let row = |Line { record, standing, .. }: &Line<'_>| {
        let settings = match standing {
            Some(Standing::Unchanged { .. }) => "same".to_owned(),
            Some(standing) => told_standing(standing),
            None => String::new(),
        };
        let (taken, size) = (text::local_minute(record.taken_at), text::size(record.bundle.bytes));
        vec![record.id.clone(), taken, record.host.name.clone(), size, settings]
    };
    let header = ["id", "taken", "host", "size", "settings"];
    let table = text::table(&header, &[3], &[], lines.iter().map(row).collect(), None);
    let notes = std::iter::once("").chain(lines.iter().map(|line| line.note.as_str()));
    let told = table.lines().zip(notes).map(|(row, note)| match note {
        "" => format!("{row}\n"),
        note => format!("{row}\n    {}\n", text::visible(&shortened(note))),
    });
    told.collect()
}

/// How a backup's settings stand to those of the one before, in a table's cell.
fn told_standing(standing: &Standing) -> String {
    match standing {
        Standing::First => "first".to_owned(),
        Standing::Changed { .. } => "changed".to_owned(),
        Standing::Unchanged { since } => format!("as on {}", text::local_day(*since)),
        Standing::Unreadable => "sealed".to_owned(),
        Standing::Unknown => "-".to_owned(),
    }
}

/// What is to be known of a backup: that it is no good, that it is pinned, and what was noted of it or else of its run.
fn told_marks(record: &Record, is_damaged: bool) -> String {
    let marks = [
        is_damaged.then_some("DAMAGED"),
        is_future(record.taken_at, now().to_utc()).then_some("dated in the future"),
        record.marks.pinned.then_some("pinned"),
    ];
    let marks = marks.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let note = record.marks.note.as_deref().or(record.note.as_deref()).unwrap_or_default();
    match (marks.as_str(), note) {
        (_, "") => marks,
        ("", note) => note.to_owned(),
        (marks, note) => format!("{marks}: {note}"),
    }
}

/// A note is not told at length.
fn shortened(note: &str) -> String {
    let first_line = note.lines().next().unwrap_or_default();
    let start: String = first_line.chars().take(SHOWN_OF_A_NOTE).collect();
    if start.len() < note.len() { start + "…" } else { start }
}

fn show(context: &Context, id: &str) -> Result<Exit, Failure> {
    let archive = context.open_archive(&context.settings()?)?;
    let listing = archive.list()?;
    let record = archive.find(&listing, id)?;
    let verified = verified_of(context, &archive);
    let verified = verified.get(&record.id);
    let shown = Shown { verified: verified.map(ShownVerified::from), ..Shown::from(record) };
    context.console.result(&Found { record: shown }, || told_record(record, verified))?;
    Ok(Exit::Ok)
}

/// What was found of the archive's bundles on this computer. That it cannot be read hides no backup.
fn verified_of(context: &Context, archive: &Archive) -> HashMap<String, Verified> {
    verified::load(&context.config, archive.id()).unwrap_or_else(|error| {
        context.console.warn_of(&error.report());
        HashMap::new()
    })
}

pub(crate) fn told_record(record: &Record, verified: Option<&Verified>) -> String {
    let unknown = || "unknown".to_owned();
    let known = |text: &Option<String>| text.clone().unwrap_or_else(unknown);
    let hardware: Vec<&str> =
        [&record.host.vendor, &record.host.model].into_iter().flatten().map(String::as_str).collect();
    let server = match &record.server.name {
        Some(name) => format!("{name} ({})", record.server.address),
        None => record.server.address.clone(),
    };
    let matches = match record.manifest.matches_host {
        Some(true) => "the host's",
        Some(false) => "NOT the host's",
        None => "unknown whose",
    };
    let uuid = record.manifest.uuid.as_ref().map_or_else(unknown, |uuid| format!("{uuid} ({matches})"));
    let mut pairs = vec![
        ("Id", record.id.clone()),
        ("Host", record.host.name.clone()),
        ("Taken", text::local(record.taken_at)),
        ("Release", record.product.full_name.clone()),
        ("Hardware", if hardware.is_empty() { unknown() } else { hardware.join(" ") }),
        ("Hardware UUID", known(&record.host.uuid)),
        ("Address", known(&record.host.management_address)),
        ("Through", server),
        ("Bundle", format!("{}, {}", record.bundle.file, text::size(record.bundle.bytes))),
        ("SHA-256", record.bundle.sha256.clone()),
        ("Bundle release", known(&record.manifest.release_level)),
        ("Bundle UUID", uuid),
        ("Run", record.run_id.clone()),
    ];
    if let Some(Verified { at, problems, .. }) = verified {
        let at = text::with_offset(*at);
        pairs.push(match &problems[..] {
            [] => ("Verified", format!("good, {at}")),
            problems => ("Verified", format!("DAMAGED, {at}: {}", problems.join("; "))),
        });
    }
    if let Some(note) = &record.note {
        pairs.push(("Run's note", note.replace('\n', " ")));
    }
    if record.marks.pinned {
        pairs.push(("Pinned", "yes".to_owned()));
    }
    if let Some(note) = &record.marks.note {
        pairs.push(("Note", note.replace('\n', " ")));
    }
    pairs.push(("Folder", record.folder.display().to_string()));
    format!("{STRONG}{}{STRONG:#}\n\n{}", text::visible(&record.host.name), text::pairs(&pairs))
}

/// What cannot be read is never passed over in silence.
pub(crate) fn tell_unreadable(console: &Console, unreadable: &[Unreadable]) {
    for Unreadable { path, reason } in unreadable {
        console.warn(&format!("{path}: {reason}"));
    }
}
