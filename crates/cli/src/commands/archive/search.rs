//! `hostkeep archive search`: which hosts have a setting, a value, an address or a file.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use hostconfig::archive::{Record, newest_of_each};
use hostconfig::search::{Hit, MAX_SEARCH_CHARS, NotIndexed, SearchIndex};
use serde::Serialize;

use super::changes::all_fingerprints;
use super::{Unreadable, of_host, tell_unreadable};
use crate::console;
use crate::context::{Context, now};
use crate::failure::{Exit, Failure};
use crate::progress::step_bar;
use crate::{interrupt, text};

/// More are of no use to anyone; a longer text finds fewer.
const MOST_HITS: usize = 1_000;
/// Hosts beside each other in a cell.
const NAMED: usize = 3;

#[derive(Serialize)]
struct Body<'a> {
    archive: String,
    text: &'a str,
    /// How many bundles were looked through.
    searched: usize,
    /// How many settings have the text, those included that are not in `hits`.
    found: usize,
    hits: Vec<Hit>,
    /// The backups that hits name.
    records: HashMap<&'a str, Found<'a>>,
    not_searched: Vec<NotIndexed>,
    /// Hosts whose bundles are sealed or cannot be read, so that not all of their settings could be looked through.
    sealed: Vec<&'a str>,
    unreadable: Vec<Unreadable>,
}

#[derive(Serialize)]
struct Found<'a> {
    host: &'a str,
    taken_at: DateTime<Utc>,
}

pub(super) fn run(context: &Context, wanted: &str, host: Option<String>, all: bool) -> Result<Exit, Failure> {
    if wanted.trim().is_empty() || wanted.chars().count() > MAX_SEARCH_CHARS {
        let message = format!("a text of 1 to {MAX_SEARCH_CHARS} characters can be looked for");
        return Err(Failure::new("usage", message, "Give another text."));
    }
    let archive = context.open_archive(&context.settings()?)?;
    let listing = archive.list()?;
    let records = match (host, all) {
        (None, false) => newest_of_each(&listing.records, now().to_utc()),
        (host, _) => of_host(&listing, host)?,
    };
    let cancel = interrupt::token(&context.console)?;
    let mut index = SearchIndex::open(&context.config, archive.id())?;
    let missing = index.missing(&records)?;
    let mut not_searched = Vec::new();
    if !missing.is_empty() {
        let bar = step_bar(&context.console, missing.len(), "reading");
        let added = index.add(&missing, |_| bar.inc(1), &cancel);
        bar.finish_and_clear();
        not_searched = added?;
        index.forget_others(&listing.records)?;
    }
    for NotIndexed { host, error, .. } in &not_searched {
        context.console.warn(&text::about(host, &error.message));
    }
    let fingerprints = all_fingerprints(context, &archive, &records, &cancel)?;
    let left_out: HashSet<&str> = not_searched.iter().map(|left| left.record.as_str()).collect();
    let is_sealed = |record: &&&Record| {
        fingerprints.of(record).is_some_and(|made| made.settings.is_none())
            && !left_out.contains(record.id.as_str())
    };
    let sealed: Vec<&str> =
        records.iter().filter(is_sealed).map(|record| record.host.name.as_str()).collect();
    let (hits, found) = index.search(wanted, &records, MOST_HITS)?;
    let named: BTreeSet<&str> = hits.iter().flat_map(|hit| &hit.records).map(String::as_str).collect();
    let of = |record: &&'_ Record| named.contains(record.id.as_str());
    let body = Body {
        archive: archive.root().display().to_string(),
        text: wanted,
        searched: records.len() - left_out.len() - sealed.len(),
        found,
        records: records
            .iter()
            .filter(|record| of(record))
            .map(|record| (record.id.as_str(), Found { host: &record.host.name, taken_at: record.taken_at }))
            .collect(),
        hits,
        not_searched,
        sealed,
        unreadable: listing.problems.iter().map(Unreadable::from).collect(),
    };
    tell_unreadable(&context.console, &body.unreadable);
    context.console.result(&body, || told(&body))?;
    Ok(if body.not_searched.is_empty() { Exit::Ok } else { Exit::Failed })
}

/// That nothing was found in these says nothing.
fn told_sealed(hosts: &[&str]) -> String {
    let named: Vec<&str> = hosts.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let more = named.len().saturating_sub(NAMED);
    let first = named.iter().take(NAMED).map(|name| text::visible(name)).collect::<Vec<_>>().join(", ");
    match (hosts.len(), more) {
        (0, _) => String::new(),
        (count, 0) => format!("; {count} sealed or not readable, and not looked through ({first})"),
        (count, more) => {
            format!("; {count} sealed or not readable, and not looked through ({first} and {more} more)")
        }
    }
}

fn told(body: &Body<'_>) -> String {
    let looked =
        format!("{} looked through{}", text::count(body.searched, "bundle"), told_sealed(&body.sealed));
    if body.hits.is_empty() {
        return format!("Nothing has {} in it; {looked}.\n", text::visible(body.text));
    }
    let row = |hit: &Hit| {
        let mut hosts: Vec<&str> = Vec::new();
        for record in &hit.records {
            let host = body.records.get(record.as_str()).map_or(record.as_str(), |found| found.host);
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        let more = hosts.len().saturating_sub(NAMED);
        let told = hosts.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let told = if more > 0 { format!("{told} and {more} more") } else { told };
        let what =
            if hit.object.is_empty() { hit.name.clone() } else { format!("{}: {}", hit.object, hit.name) };
        vec![what, hit.value.clone(), told]
    };
    let rows = body.hits.iter().map(row).collect();
    let table = text::table(&["setting", "value", "hosts"], &[], &[], rows, console::output_width());
    let shown = match body.found - body.hits.len() {
        0 => String::new(),
        more => format!(", {more} of them not shown"),
    };
    format!("{table}\n{}{shown}; {looked}\n", text::count(body.found, "setting"))
}
