//! `hostkeep demo`: the whole tour against simulated hosts, in a temporary folder. It touches neither the keyring nor the
//! user's settings nor an archive of theirs.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, TimeDelta};
use hostconfig::ConfigDir;
use hostconfig::archive::{Archive, Record, changes, prune_plan, standings, verify};
use hostconfig::audit::AuditLog;
use hostconfig::backup::{BackupRequest, Clock, HostChoice, RunContext, RunReport, back_up};
use hostconfig::files::FileError;
use hostconfig::inventory::ServerLogin;
use hostconfig::selection::Selection;
use hostconfig::settings::{Server, Timeouts};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use vsphere_sim::{Options, Simulator};

use super::archive::{
    PlanBody, VerifyBody, told_changes, told_list, told_plan, told_record, told_verdicts, verify_all,
};
use super::{backup, simulate};
use crate::console::{self, Console, STRONG};
use crate::context::{absolute, now};
use crate::failure::{Exit, Failure};
use crate::progress::RunProgress;
use crate::{interrupt, login, text};

const HOSTS_AT_ONCE: NonZeroUsize = NonZeroUsize::new(4).expect("4 is not zero");
/// Long enough to see what happens.
const BACKUP_TIME: std::time::Duration = std::time::Duration::from_millis(400);

#[derive(Serialize)]
struct Body {
    folder: String,
    archive: String,
    runs: Vec<RunReport>,
    verified: VerifyBody,
    prune_plan: PlanBody,
}

pub(crate) async fn run(console: &Console) -> Result<Exit, Failure> {
    let cancel = interrupt::token(console)?;
    let folder = absolute(&new_folder().map_err(hostconfig::Error::from)?)?;
    let options = Options { backup_time: BACKUP_TIME, ..Options::default() };
    let (user, password) = (options.user.clone(), options.password.clone());
    let simulator = simulate::start(options).await?;
    let archive = Archive::create(&folder.join("archive"))?;
    let root = archive.root().display().to_string();
    let server = Server::new("demo", &simulator.url(), &user, Some(&simulator.thumbprint()))?;
    let server = login::login(Some(server.name.clone()), &server, password.into(), Timeouts::default());

    let tour = Tour { console, cancel: &cancel };
    tour.step(&format!(
        "A simulated vCenter with {} runs inside this program at {}. Nothing real is touched.",
        text::count(simulator.hosts().len(), "host"),
        simulator.url(),
    ))?;
    tour.step(
        "Day 1: hostkeep backup. One host is disconnected on purpose, which must not stop the others.",
    )?;
    let first = tour.back_up(&folder, &archive, &server, yesterday).await?;
    tour.step("Day 2: hostkeep backup again, after somebody changed settings on some hosts.")?;
    simulator.advance_days(1);
    let second = tour.back_up(&folder, &archive, &server, now).await?;

    tour.step("hostkeep archive list")?;
    let listing = archive.list()?;
    let records: Vec<&Record> = listing.records.iter().collect();
    let fingerprints = archive.fingerprints()?;
    tour.show(|| told_list(&records, &standings(&listing, &fingerprints), &HashSet::new(), &root))?;
    tour.step("hostkeep archive changes: what was changed on the hosts, and when.")?;
    let changed = changes(&records, &fingerprints, |_| (), &cancel)?;
    tour.show(|| told_changes(&changed))?;
    if let Some(newest) = records.first() {
        tour.step(&format!("hostkeep archive show {}", newest.id))?;
        tour.show(|| told_record(newest, None))?;
    }
    tour.step("hostkeep archive verify: reads every bundle through and compares hashes.")?;
    let verified = verify_all(console, &records, |_, _| (), &cancel)?;
    tour.show(|| told_verdicts(&verified))?;
    tour.step("hostkeep archive prune --keep-last 1 --dry-run: what would go.")?;
    let plan = prune_plan(&listing, 1, now(), |record| Ok(verify(record, |_| (), &cancel)?.is_good()))?;
    tour.show(|| told_plan(&plan, Some(1)))?;
    tour.step("That is all. Everything is still there to look at:")?;
    tour.show(|| told_end(&folder, &root))?;

    if console.json {
        Console::document(&Body {
            folder: folder.display().to_string(),
            archive: root,
            runs: vec![first, second],
            verified,
            prune_plan: PlanBody::new(&plan, Some(1)),
        })?;
    }
    drop::<Simulator>(simulator);
    Ok(Exit::Ok)
}

/// One of its own among the temporary ones.
fn new_folder() -> Result<PathBuf, FileError> {
    let folder = tempfile::Builder::new().prefix("hostkeep-demo-").tempdir();
    Ok(folder.map_err(|error| FileError::new("make a folder in", std::env::temp_dir(), error))?.keep())
}

struct Tour<'a> {
    console: &'a Console,
    cancel: &'a CancellationToken,
}

impl Tour<'_> {
    fn step(&self, words: &str) -> Result<(), Failure> {
        if self.cancel.is_cancelled() {
            return Err(hostconfig::Error::Cancelled.into());
        }
        let words = text::wrapped(&format!("{STRONG}» {words}{STRONG:#}"), console::text_width(), "  ");
        self.show(|| format!("\n{words}\n\n"))
    }

    fn show(&self, text: impl FnOnce() -> String) -> Result<(), Failure> {
        if self.console.json { Ok(()) } else { Console::text(&text()) }
    }

    async fn back_up(
        &self,
        folder: &Path,
        archive: &Archive,
        server: &ServerLogin,
        clock: Clock,
    ) -> Result<RunReport, Failure> {
        let progress = RunProgress::new(self.console);
        let request = BackupRequest {
            servers: vec![server.clone()],
            left_out: Vec::new(),
            hosts: HostChoice::Named(Selection::default()),
            concurrency: HOSTS_AT_ONCE,
            note: Some("taken by the demo".to_owned()),
            host_port: None,
        };
        let context = RunContext {
            lock: Arc::new(archive.lock("hostkeep demo", clock())?),
            audit: AuditLog::new(&ConfigDir::at(folder.join("config"))),
            clock,
            cancel: self.cancel.clone(),
            watch: progress.watch(),
            recovery_keys: None,
        };
        let report = back_up(request, context).await;
        progress.end();
        let report = report?;
        self.show(|| backup::summary(&report, &archive.root().display().to_string()))?;
        Ok(report)
    }
}

/// The first day's time, so that the archive looks as it does after two.
fn yesterday() -> DateTime<FixedOffset> {
    now() - TimeDelta::days(1)
}

fn told_end(folder: &Path, archive: &str) -> String {
    let audit = ConfigDir::at(folder.join("config")).audit_log();
    format!(
        "{}\nNext: save a server of yours with hostkeep server add, then hostkeep backup.\n\
         When you have seen enough, delete {}\n",
        text::pairs(&[("  Archive", archive.to_owned()), ("  Audit log", audit.display().to_string())]),
        folder.display(),
    )
}
