//! `hostkeep archive changes`: hosts' histories as lists of changes, not of files.

use std::fmt::Write as _;

use chrono::Utc;
use hostconfig::archive::{self, Archive, Fingerprints, HostChange, Record, fingerprint_all};
use hostconfig::bundle::{Change, ChangeKind, Redacted};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{Unreadable, of_host, tell_unreadable};
use crate::console::{STRONG, WARNING};
use crate::context::{Context, now};
use crate::failure::{Exit, Failure};
use crate::progress::step_bar;
use crate::{interrupt, text};

#[derive(Serialize)]
struct Body {
    archive: String,
    changes: Vec<HostChange>,
    unreadable: Vec<Unreadable>,
}

pub(super) fn run(context: &Context, host: Option<String>) -> Result<Exit, Failure> {
    let archive = context.open_archive(&context.settings()?)?;
    let listing = archive.list()?;
    let records = of_host(&listing, host)?;
    let cancel = interrupt::token(&context.console)?;
    let fingerprints = all_fingerprints(context, &archive, &records, &cancel)?;
    let bar = step_bar(&context.console, records.len(), "comparing");
    let changes = archive::changes(&records, &fingerprints, |_| bar.inc(1), &cancel);
    bar.finish_and_clear();
    let body = Body {
        archive: archive.root().display().to_string(),
        changes: changes?,
        unreadable: listing.problems.iter().map(Unreadable::from).collect(),
    };
    tell_unreadable(&context.console, &body.unreadable);
    context.console.result(&body, || told(&body.changes))?;
    Ok(Exit::Ok)
}

/// The fingerprints that are kept, and those that were missing; kept, too, unless the archive cannot be written to.
pub(super) fn all_fingerprints(
    context: &Context,
    archive: &Archive,
    records: &[&Record],
    cancel: &CancellationToken,
) -> Result<Fingerprints, Failure> {
    let mut fingerprints = archive.fingerprints()?;
    let missing = fingerprints.missing(records);
    if missing.is_empty() {
        return Ok(fingerprints);
    }
    let bar = step_bar(&context.console, missing.len(), "reading");
    let made = fingerprint_all(&missing, |_| bar.inc(1), cancel);
    bar.finish_and_clear();
    let made = made?;
    let name = format!("{}-made-later", now().with_timezone(&Utc).format("%Y%m%dT%H%M%SZ"));
    let kept = archive
        .lock_briefly("hostkeep archive changes", now())
        .and_then(|lock| lock.keep_fingerprints(&name, &made));
    if let Err(error) = kept {
        tracing::info!(code = error.code(), %error, "fingerprints are not kept");
    }
    fingerprints.extend(made);
    Ok(fingerprints)
}

pub(crate) fn told(changes: &[HostChange]) -> String {
    let mut told = String::new();
    for change in changes {
        let between = if told.is_empty() { "" } else { "\n" };
        let (taken, host) = (text::local(change.taken_at), text::visible(&change.host));
        let _ = writeln!(told, "{between}{STRONG}{taken}  {host}{STRONG:#}  {}", change.record);
        match (&change.previous, &change.unreadable) {
            (_, Some(error)) => {
                let _ = writeln!(told, "  {WARNING}{}{WARNING:#}", text::visible(&error.message));
            }
            (None, None) => told += "  first backup\n",
            (Some(_), None) => change.groups.iter().for_each(|group| {
                let object =
                    if group.object.is_empty() { String::new() } else { format!(", {}", group.object) };
                let _ = writeln!(told, "  {}{}", group.section.title(), text::visible(&object));
                group.changes.iter().for_each(|change| tell(&mut told, change));
            }),
        }
    }
    if told.is_empty() { "There is no backup to compare.\n".to_owned() } else { told }
}

fn tell(told: &mut String, change: &Change) {
    let shown = |value: &Option<Redacted>| match value.as_ref().map(Redacted::text) {
        None | Some("") => "(empty)".to_owned(),
        Some(value) => text::visible(value).replace('\n', " "),
    };
    let name = text::visible(&change.name);
    let (first, second) = (shown(&change.first), shown(&change.second));
    let _ = match change.kind {
        ChangeKind::Added => writeln!(told, "    + {name}: {second}"),
        ChangeKind::Removed => writeln!(told, "    - {name}: {first}"),
        ChangeKind::Changed if first == second => writeln!(told, "    ~ {name}: {second} (differs)"),
        ChangeKind::Changed => writeln!(told, "    ~ {name}: {first} -> {second}"),
    };
}
