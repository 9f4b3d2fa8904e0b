//! `hostkeep archive prune`: plan, show, and unless it is a dry run, apply.

use chrono::{DateTime, Utc};
use hostconfig::archive::{
    HostPlan, Kept, KeptBecause, Listing, PrunePlan, Pruning, Record, Removal, delete_plan, prune_plan,
    verify,
};
use hostconfig::audit::{AuditAction, AuditEntry, AuditLog};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{Unreadable, tell_unreadable};
use crate::console::{self, BAD, GOOD, STRONG};
use crate::context::{Context, now};
use crate::failure::{Exit, Failure};
use crate::progress::step_bar;
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

/// How far it is to go.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// Only show the plan.
    pub(super) dry_run: bool,
    /// Without a question.
    pub(super) yes: bool,
}

pub(super) fn run(context: &Context, keep_last: u32, asked: Asked) -> Result<Exit, Failure> {
    let keep_last = usize::try_from(keep_last).unwrap_or(usize::MAX);
    let carried_out = carry_out(context, AuditAction::Prune, Some(keep_last), asked, |listing, is_good| {
        prune_plan(listing, keep_last, now(), is_good)
    })?;
    Ok(carried_out.exit())
}

/// `hostkeep archive delete`: the same for chosen backups.
pub(super) fn delete(context: &Context, ids: &[String], asked: Asked) -> Result<Exit, Failure> {
    let carried_out = carry_out(context, AuditAction::Delete, None, asked, |listing, is_good| {
        delete_plan(listing, ids, is_good)
    })?;
    let stays = |kept: &Kept| kept.because != KeptBecause::NotChosen;
    let some_stay = carried_out.plan.hosts.iter().flat_map(|host| &host.kept).any(stays);
    Ok(match carried_out.exit() {
        Exit::Ok if some_stay => Exit::Failed,
        exit => exit,
    })
}

/// A plan and what came of it.
struct CarriedOut {
    plan: PrunePlan,
    removals: Vec<Removal>,
    is_dry_run: bool,
    /// Ended by Ctrl+C before all had gone.
    is_cancelled: bool,
}

fn carry_out(
    context: &Context,
    action: AuditAction,
    keep_last: Option<usize>,
    Asked { dry_run, yes }: Asked,
    plan: impl FnOnce(
        &Listing,
        &mut dyn FnMut(&Record) -> hostconfig::Result<bool>,
    ) -> hostconfig::Result<PrunePlan>,
) -> Result<CarriedOut, Failure> {
    let archive = context.open_archive(&context.settings()?)?;
    let holder =
        if action == AuditAction::Delete { "hostkeep archive delete" } else { "hostkeep archive prune" };
    let is_asked = !dry_run && !yes && !context.console.json && console::can_ask();
    // Locked before the plan is made, so that it still holds when it is applied; but not while a person thinks it over.
    let mut lock = if dry_run || is_asked { None } else { Some(archive.lock(holder, now())?) };
    // Where somebody is asked, nothing is held or changed before the answer: Ctrl+C ends the program at once until then.
    let mut cancel = if is_asked { CancellationToken::new() } else { interrupt::token(&context.console)? };
    let listing = archive.list()?;
    let plan = plan(&listing, &mut |record| Ok(verify(record, |_| (), &cancel)?.is_good()))?;
    let unreadable: Vec<Unreadable> = listing.problems.iter().map(Unreadable::from).collect();
    tell_unreadable(&context.console, &unreadable);
    if !context.console.json {
        console::Console::text(&told(&plan, keep_last))?;
    }
    if is_asked && plan.removed().next().is_some() {
        let (count, size) = (plan.removed().count(), text::size(plan.bytes_freed()));
        let question = format!("Remove {} ({size})? [y/N] ", text::count(count, "backup"));
        if !context.console.ask(&question)? {
            let hint = "Add --yes to remove without a question.";
            return Err(Failure::new("not_confirmed", "nothing was removed", hint));
        }
        cancel = interrupt::token(&context.console)?;
        lock = Some(archive.lock(holder, now())?);
    }
    let removals = match lock {
        Some(lock) if plan.removed().next().is_some() => remove(context, action, lock.prune(&plan)?, &cancel),
        _ => Vec::new(),
    };
    let is_cancelled = !dry_run && removals.len() < plan.removed().count();
    let done = CarriedOut { plan, removals, is_dry_run: dry_run, is_cancelled };
    let body = Body {
        archive: archive.root().display().to_string(),
        dry_run,
        plan: PlanBody::new(&done.plan, keep_last),
        removed: done.removed().map(Brief::from).collect(),
        not_removed: done.not_removed().map(NotRemoved::from).collect(),
        bytes_freed: done.bytes_freed(),
        unreadable,
    };
    context.console.result(&body, || told_end(&done, keep_last))?;
    Ok(done)
}

/// Each that goes is noted as soon as it is gone: whatever ends the program does not lose it.
fn remove(
    context: &Context,
    action: AuditAction,
    pruning: Pruning,
    cancel: &CancellationToken,
) -> Vec<Removal> {
    let bar = step_bar(&context.console, pruning.len(), "removing");
    let audit = AuditLog::new(&context.config);
    let mut unnoted = None;
    let mut removals = Vec::new();
    for removal in pruning {
        if removal.freed.is_ok() {
            let entry = AuditEntry::of_record(now(), action, &removal.record, "ok");
            unnoted = unnoted.or(audit.append(&[entry]).err());
        }
        bar.inc(1);
        removals.push(removal);
        if cancel.is_cancelled() {
            break;
        }
    }
    bar.finish_and_clear();
    if let Some(error) = unnoted {
        context.console.warn_of(&error.report());
    }
    removals
}

impl CarriedOut {
    fn removed(&self) -> impl Iterator<Item = &Record> {
        self.removals.iter().filter(|removal| removal.freed.is_ok()).map(|removal| &removal.record)
    }

    /// What could not go, and why.
    fn not_removed(&self) -> impl Iterator<Item = (&Record, &str)> {
        self.removals
            .iter()
            .filter_map(|Removal { record, freed }| Some((record, freed.as_ref().err()?.as_str())))
    }

    fn bytes_freed(&self) -> u64 {
        self.removals.iter().filter_map(|removal| removal.freed.as_ref().ok()).sum()
    }

    fn exit(&self) -> Exit {
        if self.is_cancelled {
            Exit::Cancelled
        } else if self.not_removed().next().is_some() {
            Exit::Failed
        } else {
            Exit::Ok
        }
    }
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
        KeptBecause::Pinned | KeptBecause::Future | KeptBecause::LastGood | KeptBecause::NoGoodNewer => true,
    };
    let kept = host
        .kept
        .iter()
        .filter(needs_reason)
        .map(|kept| format!("  keep    {}  because {}\n", brief(&kept.record), because(kept).1));
    let removed = host.removed.iter().map(|record| format!("  remove  {}\n", brief(record)));
    std::iter::once(head).chain(kept).chain(removed).collect()
}

fn told_end(done: &CarriedOut, keep_last: Option<usize>) -> String {
    let plan = &done.plan;
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
    if done.is_dry_run {
        return format!(
            "Would remove {}, {}. Nothing was removed, because of --dry-run.\n",
            text::count(planned, "backup"),
            text::size(plan.bytes_freed())
        );
    }
    let removed = format!(
        "{GOOD}Removed {}{GOOD:#}, {} freed.\n",
        text::count(done.removed().count(), "backup"),
        text::size(done.bytes_freed())
    );
    let stay = done.not_removed().map(|(record, reason)| {
        format!("{BAD}Not removed{BAD:#}: {}: {}\n", brief(record), text::visible(reason))
    });
    let rest = planned - done.removals.len();
    let cancelled = done
        .is_cancelled
        .then(|| format!("Cancelled: {} that would have gone, stay.\n", text::count(rest, "backup")));
    std::iter::once(removed).chain(stay).chain(cancelled).collect()
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
        KeptBecause::Future => ("future", "it is dated in the future, by a clock that was wrong"),
        KeptBecause::LastGood => ("last_good", "it is the newest that is good"),
        KeptBecause::NoGoodNewer => ("no_good_newer", "no newer one is good"),
    }
}

impl From<(&Record, &str)> for NotRemoved {
    fn from((record, reason): (&Record, &str)) -> Self {
        Self { record: Brief::from(record), reason: reason.to_owned() }
    }
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
