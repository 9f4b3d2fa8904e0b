//! `hostkeep archive prune`: plan, show, and unless it is a dry run, apply.

use chrono::{DateTime, Utc};
use hostconfig::archive::{
    HostPlan, Kept, KeptBecause, Listing, PrunePlan, PruneReport, Record, delete_plan, prune_plan, verify,
};
use hostconfig::audit::{AuditAction, AuditEntry};
use serde::Serialize;

use super::{Unreadable, tell_unreadable};
use crate::console::{BAD, GOOD, STRONG};
use crate::context::{Context, now};
use crate::failure::{Exit, Failure};
use crate::{interrupt, text};

#[derive(Serialize)]
struct Body {
    archive: String,
    dry_run: bool,
    #[serde(flatten)]
    plan: PlanBody,
    /// What went; empty in a dry run.
    removed: Vec<Brief>,
    not_removed: Vec<NotRemoved>,
    bytes_freed: u64,
    unreadable: Vec<Unreadable>,
}

/// What would stay and go.
#[derive(Serialize)]
pub(crate) struct PlanBody {
    /// None where the backups to go were chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_last: Option<usize>,
    hosts: Vec<HostBody>,
}

#[derive(Serialize)]
struct HostBody {
    name: String,
    identity: String,
    keeps: Vec<KeptBody>,
    removes: Vec<Brief>,
}

#[derive(Serialize)]
struct KeptBody {
    #[serde(flatten)]
    record: Brief,
    because: &'static str,
    /// Whether it verifies, where that decided something.
    good: Option<bool>,
}

#[derive(Serialize)]
struct Brief {
    id: String,
    host: String,
    taken_at: DateTime<Utc>,
    bytes: u64,
}

#[derive(Serialize)]
struct NotRemoved {
    #[serde(flatten)]
    record: Brief,
    reason: String,
}

pub(super) fn run(context: &Context, keep_last: u32, dry_run: bool) -> Result<Exit, Failure> {
    let keep_last = usize::try_from(keep_last).unwrap_or(usize::MAX);
    let carried_out =
        carry_out(context, AuditAction::Prune, Some(keep_last), dry_run, |listing, is_good| {
            prune_plan(listing, keep_last, is_good)
        })?;
    Ok(if carried_out.report.not_removed.is_empty() { Exit::Ok } else { Exit::Failed })
}

/// `hostkeep archive delete`: the same for chosen backups.
pub(super) fn delete(context: &Context, ids: &[String], dry_run: bool) -> Result<Exit, Failure> {
    let CarriedOut { plan, report } =
        carry_out(context, AuditAction::Delete, None, dry_run, |listing, is_good| {
            delete_plan(listing, ids, is_good)
        })?;
    let stays = |kept: &Kept| kept.because != KeptBecause::NotChosen;
    let all_go = report.not_removed.is_empty() && !plan.hosts.iter().flat_map(|host| &host.kept).any(stays);
    Ok(if all_go { Exit::Ok } else { Exit::Failed })
}

struct CarriedOut {
    plan: PrunePlan,
    report: PruneReport,
}

fn carry_out(
    context: &Context,
    action: AuditAction,
    keep_last: Option<usize>,
    dry_run: bool,
    plan: impl FnOnce(
        &Listing,
        &mut dyn FnMut(&Record) -> hostconfig::Result<bool>,
    ) -> hostconfig::Result<PrunePlan>,
) -> Result<CarriedOut, Failure> {
    let archive = context.open_archive(&context.settings()?)?;
    let holder =
        if action == AuditAction::Delete { "hostkeep archive delete" } else { "hostkeep archive prune" };
    // Locked before the plan is made, so that it still holds when it is applied.
    let lock = if dry_run { None } else { Some(archive.lock(holder, now())?) };
    let cancel = interrupt::token(&context.console)?;
    let listing = archive.list()?;
    let plan = plan(&listing, &mut |record| Ok(verify(record, |_| (), &cancel)?.is_good()))?;
    let unreadable: Vec<Unreadable> = listing.problems.iter().map(Unreadable::from).collect();
    tell_unreadable(&context.console, &unreadable);
    if !context.console.json {
        crate::console::Console::text(&told(&plan, keep_last))?;
    }
    let report = match lock {
        Some(lock) if plan.removed().next().is_some() => lock.prune(&plan)?,
        _ => PruneReport::default(),
    };
    note(context, action, &report);
    let body = Body {
        archive: archive.root().display().to_string(),
        dry_run,
        plan: PlanBody::new(&plan, keep_last),
        removed: report.removed.iter().map(Brief::from).collect(),
        not_removed: report.not_removed.iter().map(not_removed).collect(),
        bytes_freed: report.bytes_freed,
        unreadable,
    };
    context.console.result(&body, || told_end(&plan, &report, keep_last, dry_run))?;
    Ok(CarriedOut { plan, report })
}

/// The plan as text: the hosts of which something goes, with the reason for whatever stays although it might be expected to
/// go.
pub(crate) fn told(plan: &PrunePlan, keep_last: Option<usize>) -> String {
    let is_worth_telling = |host: &&HostPlan| {
        let stays_as_usual = |kept: &Kept| matches!(kept.because, KeptBecause::Newest | KeptBecause::Pinned);
        keep_last.is_none() || !host.removed.is_empty() || !host.kept.iter().all(stays_as_usual)
    };
    plan.hosts.iter().filter(is_worth_telling).map(|host| told_host(host, keep_last)).collect()
}

fn told_host(host: &HostPlan, keep_last: Option<usize>) -> String {
    let name = text::visible(&host.name);
    let head = if keep_last.is_some() {
        let newest = host.kept.iter().filter(|kept| kept.because == KeptBecause::Newest).count();
        format!("{STRONG}{name}{STRONG:#}: keeps the newest {newest}\n")
    } else {
        format!("{STRONG}{name}{STRONG:#}: keeps {}\n", text::count(host.kept.len(), "backup"))
    };
    let needs_reason = |kept: &&Kept| match kept.because {
        KeptBecause::Newest => kept.is_good == Some(false),
        KeptBecause::NotChosen => false,
        KeptBecause::Pinned | KeptBecause::LastGood | KeptBecause::NoGoodNewer => true,
    };
    let kept = host
        .kept
        .iter()
        .filter(needs_reason)
        .map(|kept| format!("  keep    {}  because {}\n", brief(&kept.record), because(kept).1));
    let removed = host.removed.iter().map(|record| format!("  remove  {}\n", brief(record)));
    std::iter::once(head).chain(kept).chain(removed).collect()
}

fn told_end(plan: &PrunePlan, report: &PruneReport, keep_last: Option<usize>, dry_run: bool) -> String {
    let planned = plan.removed().count();
    if planned == 0 {
        let is_kept =
            |because| plan.hosts.iter().flat_map(|host| &host.kept).any(|kept| kept.because == because);
        let beside = if is_kept(KeptBecause::Pinned) { " beside the pinned ones" } else { "" };
        let is_held = is_kept(KeptBecause::NoGoodNewer) || is_kept(KeptBecause::LastGood);
        return match keep_last {
            Some(_) if is_held => {
                "Nothing to remove: what would go is kept, because nothing newer of its host is good.\n"
                    .to_owned()
            }
            Some(keep_last) => format!(
                "Nothing to remove: no host has more than {}{beside}.\n",
                text::count(keep_last, "backup")
            ),
            None => "Nothing to remove.\n".to_owned(),
        };
    }
    if dry_run {
        return format!(
            "Would remove {}, {}. Nothing was removed, because of --dry-run.\n",
            text::count(planned, "backup"),
            text::size(plan.bytes_freed())
        );
    }
    let removed = format!(
        "{GOOD}Removed {}{GOOD:#}, {} freed.\n",
        text::count(report.removed.len(), "backup"),
        text::size(report.bytes_freed)
    );
    let stay = report.not_removed.iter().map(|stays| {
        format!("{BAD}Not removed{BAD:#}: {}: {}\n", brief(&stays.record), text::visible(&stays.reason))
    });
    std::iter::once(removed).chain(stay).collect()
}

fn brief(record: &Record) -> String {
    format!("{}  {}  {:>8}", record.id, text::local(record.taken_at), text::size(record.bundle.bytes))
}

/// Why a record stays: for programs, and for people.
fn because(kept: &Kept) -> (&'static str, &'static str) {
    match kept.because {
        KeptBecause::Newest if kept.is_good == Some(false) => {
            ("newest", "it is one of the newest, although it is bad")
        }
        KeptBecause::Newest => ("newest", "it is one of the newest"),
        KeptBecause::NotChosen => ("not_chosen", "it was not chosen"),
        KeptBecause::Pinned => ("pinned", "it is pinned"),
        KeptBecause::LastGood => ("last_good", "it is the newest that is good"),
        KeptBecause::NoGoodNewer => ("no_good_newer", "no newer one is good"),
    }
}

fn note(context: &Context, action: AuditAction, report: &PruneReport) {
    let entry = |record: &Record| AuditEntry {
        server: Some(record.server.address.clone()),
        host: Some(record.host.name.clone()),
        record: Some(record.id.clone()),
        ..AuditEntry::new(now(), action, "ok")
    };
    context.note(&report.removed.iter().map(entry).collect::<Vec<_>>());
}

fn not_removed(stays: &hostconfig::archive::NotRemoved) -> NotRemoved {
    NotRemoved { record: Brief::from(&stays.record), reason: stays.reason.clone() }
}

impl From<&Record> for Brief {
    fn from(record: &Record) -> Self {
        Self {
            id: record.id.clone(),
            host: record.host.name.clone(),
            taken_at: record.taken_at,
            bytes: record.bundle.bytes,
        }
    }
}

impl PlanBody {
    pub(crate) fn new(plan: &PrunePlan, keep_last: Option<usize>) -> Self {
        let host = |host: &HostPlan| HostBody {
            name: host.name.clone(),
            identity: host.identity.clone(),
            keeps: host
                .kept
                .iter()
                .map(|kept| KeptBody {
                    record: Brief::from(&kept.record),
                    because: because(kept).0,
                    good: kept.is_good,
                })
                .collect(),
            removes: host.removed.iter().map(Brief::from).collect(),
        };
        Self { keep_last, hosts: plan.hosts.iter().map(host).collect() }
    }
}
