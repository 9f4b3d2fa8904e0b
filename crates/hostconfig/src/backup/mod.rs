//! One run: the configuration of many hosts into the archive, each host exactly once, one host's failure never the
//! others'.
//!
//! It knows neither the terminal nor the window: what happens is told as [`RunEvent`]s, time comes from a [`Clock`],
//! and a cancelled run ends with whole records only.

mod choice;
mod fingerprints;
mod host;
mod recovery;
mod report;
mod silence;
mod sink;

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use fingerprints::Lane;
use recovery::{Found, Recovery};
use silence::Silence;

pub use choice::{HostChoice, HostRef};
pub use report::{HostReport, Outcome, RUN_FORMAT, RunReport, ServerReport};

use crate::archive::{HostFolder, Record, WriteLock, checked_note, host_folders};
use crate::audit::AuditLog;
use crate::inventory::{Inventory, Server, ServerLogin, with_inventory};
use crate::selection::SelectionError;
use crate::{ConfigDir, ErrorReport, Result, blocking};

/// What time it is where the user is.
pub type Clock = fn() -> DateTime<FixedOffset>;

/// How many hosts are backed up at once unless told otherwise. A host takes a second or two to pack its bundle and
/// hardly burdens the vCenter meanwhile.
pub const DEFAULT_CONCURRENCY: NonZeroUsize = NonZeroUsize::new(16).expect("16 is not zero");

/// What to back up, and how.
#[derive(Debug, Clone)]
pub struct BackupRequest {
    /// The servers whose hosts are meant.
    pub servers: Vec<ServerLogin>,
    /// Servers that are meant too but cannot be signed in to, for want of a password for example: name and reason. They
    /// are in the report, and the run is not complete.
    pub left_out: Vec<(String, ErrorReport)>,
    /// Which of their hosts.
    pub hosts: HostChoice,
    /// How many at once.
    pub concurrency: NonZeroUsize,
    /// The admin's note, kept in each record.
    pub note: Option<String>,
    /// The hosts' HTTPS port where it is not 443.
    pub host_port: Option<u16>,
}

/// What happens in a run. A host is named by its index in [`RunEvent::Planned`].
#[derive(Debug)]
pub enum RunEvent<'a> {
    /// The hosts of the run are known.
    Planned {
        /// Them, in inventory order. What was asked for and is not there is at the end of the report only.
        hosts: Vec<PlannedHost<'a>>,
    },
    /// A host was asked to pack its configuration.
    Started {
        /// Which.
        host: usize,
    },
    /// Part of its bundle has arrived.
    Received {
        /// Which.
        host: usize,
        /// Bytes so far.
        bytes: u64,
        /// The whole length, where the host says it.
        total: Option<u64>,
    },
    /// The host is done, one way or another.
    Finished {
        /// Which.
        host: usize,
        /// What came of it.
        report: &'a HostReport,
    },
}

/// A host of a run, about to be backed up.
#[derive(Debug)]
pub struct PlannedHost<'a> {
    /// Its name.
    pub name: &'a str,
    /// The server that it is backed up through, as [`HostRef::server`] names it.
    pub server: &'a str,
    /// Its managed object's id there.
    pub moid: &'a str,
    /// What tells it from all others; see [`crate::inventory::Host::identity`].
    pub identity: &'a str,
    /// Ends this host alone: under way it is dropped, waiting it is not begun, and told of within moments. A bundle that is in
    /// the archive already stays. The run's own token ends it too.
    pub cancel: CancellationToken,
}

/// Where the events of a run go. Called from several threads at once.
pub type Watch = Arc<dyn Fn(RunEvent<'_>) + Send + Sync>;

/// What a run works with beside its request.
#[derive(Clone)]
pub struct RunContext {
    /// The archive.
    pub lock: Arc<WriteLock>,
    /// Where each host's result is noted.
    pub audit: AuditLog,
    /// What time it is.
    pub clock: Clock,
    /// Ends the run early: hosts under way are dropped, what is in the archive stays.
    pub cancel: CancellationToken,
    /// Is told what happens.
    pub watch: Watch,
    /// Where the [recovery keys](crate::recovery_keys) of hosts that are sealed by their TPM are noted. None leaves them alone.
    pub recovery_keys: Option<ConfigDir>,
}

/// Backs up the hosts that `request` selects, and writes the run's report into the archive.
///
/// # Errors
/// [`ArchiveError::BadNote`](crate::archive::ArchiveError::BadNote) before anything;
/// [`Error::Cancelled`](crate::Error::Cancelled) before any host was begun; the first server's error when none answered,
/// or those that did have no host to back up; [`SelectionError::Nothing`]. A run that backs up only some of its hosts is no
/// error, nor is an archive that cannot even take the report: the [`RunReport`] says so.
pub async fn back_up(request: BackupRequest, context: RunContext) -> Result<RunReport> {
    let request = BackupRequest { note: checked_note(request.note.as_deref())?, ..request };
    let started_at = (context.clock)();
    let servers = request.servers.clone();
    let cancel = context.cancel.clone();
    let lock = Arc::clone(&context.lock);
    let config = context.recovery_keys.clone();
    let body = |inventory| run(request, context, inventory, started_at);
    let (mut report, found) = with_inventory(servers, &cancel, body).await??;
    if let Some(config) = config {
        report.warnings.extend(found.keep(config, report.finished_at, &cancel).await);
    }
    Ok(blocking(move || kept(report, &lock)).await)
}

/// The report, written into the archive. Where that fails it is not lost, but says so.
fn kept(mut report: RunReport, lock: &WriteLock) -> RunReport {
    if let Err(error) = lock.write_run(&report.run_id, &report) {
        tracing::error!(code = error.code(), %error, "the report of the run cannot be kept");
        report.report_error = Some(error.report());
    }
    report
}

async fn run(
    request: BackupRequest,
    context: RunContext,
    mut inventory: Inventory,
    started_at: DateTime<FixedOffset>,
) -> Result<(RunReport, Found)> {
    let chosen = request.hosts.choose(&inventory, &request.left_out);
    let nothing_to_do = chosen.hosts.is_empty() && chosen.missing.is_empty();
    if (inventory.servers.is_empty() || nothing_to_do) && !inventory.failed.is_empty() {
        return Err(inventory.failed.swap_remove(0).error);
    }
    if nothing_to_do && request.left_out.is_empty() {
        return Err(SelectionError::Nothing.into());
    }
    let mut report = RunReport::new(run_id(started_at), started_at, &request, &inventory);
    report.warnings = chosen.warnings;
    let hosts: Vec<(usize, CancellationToken)> =
        chosen.hosts.into_iter().map(|at| (at, context.cancel.child_token())).collect();
    tell_plan(&context, &inventory, &hosts);
    // Named among all hosts, not just the chosen ones: a host's folder must not depend on the selection.
    let folders =
        host_folders(inventory.hosts.iter().map(|host| (host.system.name.as_str(), host.identity.as_str())));
    let (id, clock) = (report.run_id.clone(), context.clock);
    let (lock, cancel) = (Arc::clone(&context.lock), context.cancel.clone());
    let lane = Lane::open();
    let committed = lane.entrance();
    let silence = inventory.servers.iter().map(|_| Silence::default()).collect();
    let run = Run {
        id,
        request,
        context,
        inventory,
        folders,
        stopped: OnceLock::new(),
        silence,
        unlogged: OnceLock::new(),
        committed,
        recovery: Recovery::default(),
    };
    let run = Arc::new(run);
    report.hosts = back_up_each(&run, hosts).await;
    let found = run.recovery.take();
    report.warnings.extend(run.unlogged.get().cloned());
    drop(run);
    report.hosts.extend(chosen.missing);
    report.finished_at = clock();
    let noted = move || {
        lane.close(&mut report, &lock, cancel.is_cancelled());
        (report, found)
    };
    Ok(blocking(noted).await)
}

fn tell_plan(context: &RunContext, inventory: &Inventory, hosts: &[(usize, CancellationToken)]) {
    let servers: Vec<String> = inventory.servers.iter().map(Server::shown).collect();
    let planned = |(at, cancel): &(usize, CancellationToken)| {
        let host = &inventory.hosts[*at];
        PlannedHost {
            name: &host.system.name,
            server: &servers[host.server],
            moid: &host.system.object.id,
            identity: &host.identity,
            cancel: cancel.clone(),
        }
    };
    (context.watch)(RunEvent::Planned { hosts: hosts.iter().map(planned).collect() });
}

/// What all hosts of a run share.
struct Run {
    id: String,
    request: BackupRequest,
    context: RunContext,
    inventory: Inventory,
    /// Of each host of the inventory.
    folders: Vec<HostFolder>,
    /// Why no further host is begun: an archive that has failed one host fails them all.
    stopped: OnceLock<String>,
    /// Of each server of the inventory.
    silence: Vec<Silence>,
    /// Why the audit log lacks what was done to some host.
    unlogged: OnceLock<String>,
    /// Where records go that are in the archive.
    committed: SyncSender<Option<Record>>,
    recovery: Recovery,
}

/// A host of a run: its number in the plan, its place in the inventory, and what ends it.
struct Turn {
    number: usize,
    at: usize,
    cancel: CancellationToken,
}

/// How soon it is told that a waiting host was cancelled.
const LOOK_FOR_CANCELLED_EVERY: Duration = Duration::from_millis(250);

/// Backs up the hosts at these places of the inventory, a bounded number at once; reports in the same order.
async fn back_up_each(run: &Arc<Run>, chosen: Vec<(usize, CancellationToken)>) -> Vec<HostReport> {
    let mut reports: Vec<Option<HostReport>> = chosen.iter().map(|_| None).collect();
    let turn = |(number, (at, cancel))| Turn { number, at, cancel };
    let mut waiting: VecDeque<Turn> = chosen.into_iter().enumerate().map(turn).collect();
    let mut under_way = JoinSet::new();
    let mut look_for_cancelled = tokio::time::interval(LOOK_FOR_CANCELLED_EVERY);
    look_for_cancelled.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        // A task only where there is room: thousands that wait would cost memory for nothing.
        while under_way.len() < run.request.concurrency.get()
            && let Some(turn) = waiting.pop_front()
        {
            if let Some(report) = host::left_out(run, &turn) {
                reports[turn.number] = Some(report);
                continue;
            }
            let run = Arc::clone(run);
            under_way.spawn(async move { (turn.number, host::back_up(&run, &turn).await) });
        }
        if under_way.is_empty() {
            return reports.into_iter().flatten().collect();
        }
        tokio::select! {
            Some(joined) = under_way.join_next() => {
                let (number, report) =
                    joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
                reports[number] = Some(report);
            }
            // One timer for all: a task or a future for each that waits would cost memory as well.
            _ = look_for_cancelled.tick(), if !waiting.is_empty() => waiting.retain(|turn| {
                let left_out = host::left_out(run, turn);
                let waits_on = left_out.is_none();
                reports[turn.number] = left_out;
                waits_on
            }),
        }
    }
}

/// Sorts by time and cannot collide: two runs of an archive exclude each other.
pub(crate) fn run_id(started_at: DateTime<FixedOffset>) -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    format!("{}-{}", started_at.to_utc().format("%Y%m%dT%H%M%SZ"), &random[..8])
}
