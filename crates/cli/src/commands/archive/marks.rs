//! `hostkeep archive pin`, `unpin` and `note`: what an admin says of a backup.

use hostconfig::archive::{Marks, Record};
use hostconfig::audit::{AuditAction, AuditEntry};

use super::{Found, Shown};
use crate::console::GOOD;
use crate::context::{Context, now};
use crate::failure::{Exit, Failure};
use crate::text;

pub(super) fn pin(context: &Context, id: &str, pinned: bool) -> Result<Exit, Failure> {
    let (result, done, means) = if pinned {
        ("pinned", "Pinned", "It is never removed.")
    } else {
        ("unpinned", "Unpinned", "It can be removed again.")
    };
    mark(context, id, result, |marks| marks.pinned = pinned, |record| told(done, record, means))
}

pub(super) fn note(context: &Context, id: &str, note: String) -> Result<Exit, Failure> {
    let (done, means) = if note.trim().is_empty() { ("Removed", "the note on") } else { ("Noted", "on") };
    mark(
        context,
        id,
        "noted",
        |marks| marks.note = Some(note),
        |record| format!("{GOOD}{done}{GOOD:#} {means} {}.\n", brief(record)),
    )
}

fn mark(
    context: &Context,
    id: &str,
    result: &str,
    change: impl FnOnce(&mut Marks),
    told: impl FnOnce(&Record) -> String,
) -> Result<Exit, Failure> {
    let archive = context.open_archive(&context.settings()?)?;
    let listing = archive.list()?;
    let record = archive.find(&listing, id)?;
    let marks = archive.mark(record, change)?;
    context.note(&[AuditEntry::of_record(now(), AuditAction::Mark, record, result)]);
    let record = Record { marks, ..record.clone() };
    context.console.result(&Found { record: Shown::from(&record) }, || told(&record))?;
    Ok(Exit::Ok)
}

fn told(done: &str, record: &Record, means: &str) -> String {
    format!("{GOOD}{done}{GOOD:#} {}. {means}\n", brief(record))
}

fn brief(record: &Record) -> String {
    let (name, taken) = (text::visible(&record.host.name), text::local(record.taken_at));
    format!("the backup of {name} of {taken} ({})", record.id)
}
