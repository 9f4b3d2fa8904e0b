//! `hostkeep archive`: what is kept, whether it is good, what may go, and how to get it out.

mod changes;
mod export;
mod marks;
mod prune;
mod search;
mod verify;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use hostconfig::Error;
use hostconfig::archive::{Listing, ListingProblem, Marks, Record, Standing, standings};
use hostconfig::selection::Selection;
use serde::Serialize;

pub(crate) use changes::told as told_changes;
pub(crate) use prune::{PlanBody, told as told_plan};
pub(crate) use verify::{VerifyBody, told as told_verdicts, verify_all};

use crate::arguments::ArchiveCommand;
use crate::console::{self, Console, STRONG};
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::text;

pub(crate) fn run(context: &Context, command: ArchiveCommand) -> Result<Exit, Failure> {
    match command {
        ArchiveCommand::List { host } => list(context, host),
        ArchiveCommand::Show { id } => show(context, &id),
        ArchiveCommand::Verify { ids } => verify::run(context, &ids),
        ArchiveCommand::Prune { keep_last, dry_run } => prune::run(context, keep_last, dry_run),
        ArchiveCommand::Delete { ids, dry_run } => prune::delete(context, &ids, dry_run),
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
}

/// A folder in the archive whose record, or its marks, cannot be read.
#[derive(Serialize)]
pub(crate) struct Unreadable {
    pub(crate) path: String,
    pub(crate) reason: String,
}

impl<'a> From<&'a Record> for Shown<'a> {
    fn from(record: &'a Record) -> Self {
        Self { folder: record.folder.display().to_string(), record, marks: &record.marks, settings: None }
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
    let body = Listed {
        archive: archive.root().display().to_string(),
        records: records
            .iter()
            .map(|record| Shown { settings: standings.get(&record.folder), ..Shown::from(*record) })
            .collect(),
        unreadable: listing.problems.iter().map(Unreadable::from).collect(),
    };
    tell_unreadable(&context.console, &body.unreadable);
    context.console.result(&body, || match records[..] {
        [] if body.unreadable.is_empty() => {
            format!("{} holds no backups yet.\n", text::visible(&body.archive))
        }
        [] => format!("No backup in {} can be read.\n", text::visible(&body.archive)),
        _ => told_list(&records, &standings, &body.archive),
    })?;
    Ok(Exit::Ok)
}

/// Only the records of this host, or of the hosts that the pattern means.
fn of_host(listing: &Listing, host: Option<String>) -> Result<Vec<&Record>, Failure> {
    let Some(host) = host else { return Ok(listing.records.iter().collect()) };
    let names: BTreeSet<&str> = listing.records.iter().map(|record| record.host.name.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let selection = Selection { wanted: vec![host], excluded: Vec::new() };
    let chosen = selection.choose(&names, |name| name).complete().map_err(Error::from)?;
    let chosen: HashSet<&str> = chosen.into_iter().map(|at| names[at]).collect();
    Ok(listing.records.iter().filter(|record| chosen.contains(record.host.name.as_str())).collect())
}

pub(crate) fn told_list(
    records: &[&Record],
    standings: &HashMap<PathBuf, Standing>,
    archive: &str,
) -> String {
    let has_marks = records.iter().any(|record| record.marks != Marks::default());
    let row = |record: &&Record| {
        let mut row = vec![
            record.id.clone(),
            text::local(record.taken_at),
            record.host.name.clone(),
            record.product.version.clone(),
            text::size(record.bundle.bytes),
            standings.get(&record.folder).map(told_standing).unwrap_or_default(),
        ];
        row.extend(has_marks.then(|| told_marks(&record.marks)));
        row
    };
    let rows = records.iter().map(row).collect();
    let header = ["id", "taken", "host", "esxi", "size", "settings", "note"];
    let header = if has_marks { &header[..] } else { &header[..6] };
    let table = text::table(header, &[4], &[0, 2], rows, console::output_width());
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

/// The marks in a table's cell: a note is not told at length.
fn told_marks(Marks { pinned, note }: &Marks) -> String {
    let first_line = note.as_deref().and_then(|note| note.lines().next()).unwrap_or_default();
    let mut note_start: String = first_line.chars().take(SHOWN_OF_A_NOTE).collect();
    if note.as_ref().is_some_and(|note| note.len() > note_start.len()) {
        note_start.push('…');
    }
    match (pinned, note_start.as_str()) {
        (false, note) => note.to_owned(),
        (true, "") => "pinned".to_owned(),
        (true, note) => format!("pinned: {note}"),
    }
}

fn show(context: &Context, id: &str) -> Result<Exit, Failure> {
    let archive = context.open_archive(&context.settings()?)?;
    let listing = archive.list()?;
    let record = archive.find(&listing, id)?;
    context.console.result(&Found { record: Shown::from(record) }, || told_record(record))?;
    Ok(Exit::Ok)
}

pub(crate) fn told_record(record: &Record) -> String {
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
