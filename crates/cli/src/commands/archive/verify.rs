//! `hostkeep archive verify`: reads bundles through, on all processors at once.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use hostconfig::archive::{self, Archive, Listing, Proof, RUNGS, Record, Rung, Verdict};
use hostconfig::restore::proven_bundles;
use hostconfig::verified::{self, Verified};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{Unreadable, tell_unreadable};
use crate::console::{self, BAD, Console, GOOD};
use crate::context::{Context, now};
use crate::failure::{Exit, Failure};
use crate::progress::byte_bar;
use crate::{interrupt, text};

/// What verifying found.
#[derive(Serialize)]
pub(crate) struct VerifyBody {
    archive: String,
    verified: usize,
    bytes: u64,
    pub(crate) bad: Vec<Bad>,
    /// How far each is proven.
    proofs: Vec<Proven>,
    pub(crate) unreadable: Vec<Unreadable>,
    /// How many were removed, as by a prune, before it was their turn.
    removed: usize,
}

/// A backup that is not what was taken.
#[derive(Serialize)]
pub(crate) struct Bad {
    id: String,
    host: String,
    taken_at: DateTime<Utc>,
    folder: String,
    problems: Vec<Problem>,
}

/// How far a backup is proven.
#[derive(Serialize)]
struct Proven {
    id: String,
    host: String,
    taken_at: DateTime<Utc>,
    #[serde(flatten)]
    proof: Proof,
}

#[derive(Serialize)]
struct Problem {
    code: &'static str,
    message: String,
}

pub(super) fn run(context: &Context, ids: &[String]) -> Result<Exit, Failure> {
    let archive = context.open_archive(&context.settings()?)?;
    let listing = archive.list()?;
    let mut records: Vec<&Record> = if ids.is_empty() {
        listing.records.iter().collect()
    } else {
        ids.iter().map(|id| archive.find(&listing, id)).collect::<Result<_, _>>()?
    };
    // One that is named twice is meant once.
    let mut seen = HashSet::new();
    records.retain(|record| seen.insert(&record.folder));
    // Whoever asks for one backup does not ask for the others' trouble.
    let problems = if ids.is_empty() { &listing.problems[..] } else { &[] };
    let cancel = interrupt::token(&context.console)?;
    let found = Mutex::new(HashMap::new());
    let note = |record: &Record, verdict: &Verdict| {
        if verdict.is_certain() {
            let verified = Verified::new(now(), verdict);
            found.lock().unwrap_or_else(PoisonError::into_inner).insert(record.id.clone(), verified);
        }
    };
    let body = verify_all(&context.console, &records, note, &cancel);
    keep(context, &archive, &listing, found.into_inner().unwrap_or_else(PoisonError::into_inner));
    let mut body = body?;
    let restored = proven_bundles(&context.config)?;
    let is_restored = |record: &&&Record| restored.contains(&record.bundle.sha256);
    let restored: HashSet<&str> =
        records.iter().filter(is_restored).map(|record| record.id.as_str()).collect();
    for proven in &mut body.proofs {
        if proven.proof.is_proven(Rung::Hash) && restored.contains(proven.id.as_str()) {
            proven.proof.note_restored();
        }
    }
    let body = VerifyBody {
        archive: archive.root().display().to_string(),
        unreadable: problems.iter().map(Unreadable::from).collect(),
        ..body
    };
    tell_unreadable(&context.console, &body.unreadable);
    context.console.result(&body, || told(&body))?;
    // An archive that has lost everything must not be green in a monitoring system.
    let is_good = body.verified > 0 && body.bad.is_empty() && body.unreadable.is_empty();
    Ok(if is_good { Exit::Ok } else { Exit::Failed })
}

/// So that what was found damaged counts as damaged from now on; also where the verifying was cancelled.
fn keep(context: &Context, archive: &Archive, listing: &Listing, found: HashMap<String, Verified>) {
    let there: HashSet<&str> = listing.records.iter().map(|record| record.id.as_str()).collect();
    if let Err(error) = verified::note(&context.config, archive.id(), found, |id| there.contains(id)) {
        context.console.warn_of(&error.report());
    }
}

/// Verifies the records; each bad one is told as soon as it is found.
pub(crate) fn verify_all(
    console: &Console,
    records: &[&Record],
    note: impl Fn(&Record, &Verdict) + Sync,
    cancel: &CancellationToken,
) -> Result<VerifyBody, Failure> {
    let bar = byte_bar(console, records.iter().map(|record| record.bundle.bytes).sum(), "verifying");
    let found = |record: &Record, verdict: &Verdict| {
        note(record, verdict);
        if !verdict.is_good() && !verdict.was_removed() {
            let (name, taken) = (text::visible(&record.host.name), text::local(record.taken_at));
            console.say(&format!("{BAD}BAD{BAD:#}  {}  {name}  {taken}", record.id));
        }
    };
    let verdicts = archive::verify_all(records, |bytes| bar.inc(bytes), found, cancel);
    bar.finish_and_clear();

    Ok(body_of(records, verdicts?))
}

fn body_of(records: &[&Record], verdicts: Vec<Verdict>) -> VerifyBody {
    let mut body = VerifyBody {
        archive: String::new(),
        verified: 0,
        bytes: 0,
        bad: Vec::new(),
        proofs: Vec::new(),
        unreadable: Vec::new(),
        removed: 0,
    };
    for (record, verdict) in records.iter().zip(verdicts) {
        if verdict.was_removed() {
            body.removed += 1;
            continue;
        }
        body.verified += 1;
        body.bytes += verdict.bytes;
        if !verdict.is_good() {
            body.bad.push(bad(record, &verdict));
        }
        body.proofs.push(Proven {
            id: record.id.clone(),
            host: record.host.name.clone(),
            taken_at: record.taken_at,
            proof: verdict.proof,
        });
    }
    body
}

fn bad(record: &Record, verdict: &Verdict) -> Bad {
    let problem = |problem: &hostconfig::archive::Problem| Problem {
        code: problem.code(),
        message: problem.to_string(),
    };
    Bad {
        id: record.id.clone(),
        host: record.host.name.clone(),
        taken_at: record.taken_at,
        folder: record.folder.display().to_string(),
        problems: verdict.problems.iter().map(problem).collect(),
    }
}

pub(crate) fn told(body: &VerifyBody) -> String {
    let VerifyBody { verified, bytes, bad, unreadable, removed, .. } = body;
    if *verified == 0 && unreadable.is_empty() {
        return "There is no backup to verify.\n".to_owned();
    }
    let removed = match removed {
        0 => String::new(),
        count => format!(" ({} removed meanwhile)", text::count(*count, "other")),
    };
    let read = format!("{} verified, {}{removed}", text::count(*verified, "backup"), text::size(*bytes));
    if bad.is_empty() && unreadable.is_empty() {
        return format!("{read}: {GOOD}all good{GOOD:#}.\n{}", told_proofs(&body.proofs));
    }
    let records = match unreadable.len() {
        0 => String::new(),
        count => format!(", {BAD}{} unreadable{BAD:#}", text::count(count, "record")),
    };
    let head = format!("{read}: {BAD}{} bad{BAD:#}{records}.\n", bad.len());
    let proofs = told_proofs(&body.proofs);
    std::iter::once(head + &proofs).chain(bad.iter().map(told_bad)).collect()
}

/// How many are proven how far, the most proven first.
fn told_proofs(proofs: &[Proven]) -> String {
    let counts = RUNGS.iter().rev().map(|rung| {
        let count = proofs.iter().filter(|proven| proven.proof.reached == Some(*rung)).count();
        (rung.title(), count)
    });
    let none = proofs.iter().filter(|proven| proven.proof.reached.is_none()).count();
    let counts: Vec<(&str, usize)> =
        counts.chain([("nothing proven", none)]).filter(|(_, count)| *count > 0).collect();
    let lines = counts.iter().map(|(title, count)| format!("  {count:>6}  {title}\n"));
    std::iter::once("Proven as far as:\n".to_owned()).chain(lines).collect()
}

fn told_bad(bad: &Bad) -> String {
    let head = format!("\n{}  {}  {}\n", bad.id, text::visible(&bad.host), text::local(bad.taken_at));
    let problem = |problem: &Problem| format!("  {}", text::visible(&problem.message));
    let problems =
        bad.problems.iter().map(|told| text::wrapped(&problem(told), console::text_width(), "    ") + "\n");
    let place = format!("  in {}\n", text::visible(&bad.folder));
    std::iter::once(head).chain(problems).chain([place]).collect()
}

#[cfg(test)]
mod tests {
    use hostconfig::archive::Problem;

    use super::*;

    fn record(id: &str) -> Record {
        let record: Record =
            serde_json::from_str(include_str!("../../../../../tests/support/record.json")).unwrap();
        Record { id: id.to_owned(), ..record }
    }

    #[test]
    fn a_backup_that_a_prune_removes_meanwhile_is_not_a_bad_one() {
        let (kept, removed) = (record("kept"), record("removed"));
        let verdict = |problems| Verdict { bytes: 2048, problems, proof: Proof::default() };
        let verdicts = vec![verdict(Vec::new()), verdict(vec![Problem::Removed])];
        let body = body_of(&[&kept, &removed], verdicts);
        assert_eq!((body.verified, body.bad.len(), body.removed), (1, 0, 1));
        let told = told(&body);
        assert!(told.contains("1 backup verified, 2.0 KB (1 other removed meanwhile)"), "{told}");
    }
}
