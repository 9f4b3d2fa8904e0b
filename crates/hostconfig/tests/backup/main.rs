//! Whole runs against a simulated vCenter: what is saved, what fails and how it is told, and that nothing is lost.
#![allow(clippy::unwrap_used, reason = "setting up a test may panic")]

mod archive_trouble;
mod chosen;
mod failures;
mod recovery;
mod runs;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use hostconfig::archive::{Archive, verify};
use hostconfig::audit::AuditLog;
use hostconfig::backup::{
    BackupRequest, DEFAULT_CONCURRENCY, HostChoice, Outcome, RunContext, RunEvent, RunReport, back_up,
};
use hostconfig::inventory::ServerLogin;
use hostconfig::selection::Selection;
use hostconfig::{ConfigDir, Result};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use vsphere::{ConnectOptions, Credentials, Timeouts, Trust};
use vsphere_sim::{HostSpec, Options, Simulator};

/// Short enough for what never answers, long enough for a busy machine.
const QUICK: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    idle: Duration::from_secs(1),
    call: Duration::from_secs(2),
    transfer: Duration::from_secs(10),
};

fn noon() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-22T23:30:00+01:00").unwrap()
}

/// A place to keep bundles, and everything a run needs.
struct Desk {
    folder: TempDir,
    archive: Archive,
    cancel: CancellationToken,
    /// What was told, as `event host`.
    told: Arc<Mutex<Vec<String>>>,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::create(&folder.path().join("archive")).unwrap();
        Self { folder, archive, cancel: CancellationToken::new(), told: Arc::default() }
    }

    fn at(root: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::create(root).unwrap();
        Self { folder, archive, cancel: CancellationToken::new(), told: Arc::default() }
    }

    async fn run(&self, request: BackupRequest) -> Result<RunReport> {
        back_up(request, self.context(|_| {})?).await
    }

    fn context(&self, also: impl Fn(&RunEvent<'_>) + Send + Sync + 'static) -> Result<RunContext> {
        let told = Arc::clone(&self.told);
        Ok(RunContext {
            lock: Arc::new(self.archive.lock("test", noon())?),
            audit: AuditLog::new(&ConfigDir::at(self.folder.path().join("config"))),
            clock: noon,
            cancel: self.cancel.clone(),
            watch: Arc::new(move |event| {
                told.lock().unwrap().push(match &event {
                    RunEvent::Planned { hosts } => format!("planned {}", hosts.len()),
                    RunEvent::Started { host } => format!("started {host}"),
                    RunEvent::Received { host, .. } => format!("received {host}"),
                    RunEvent::Finished { host, .. } => format!("finished {host}"),
                });
                also(&event);
            }),
            recovery_keys: None,
        })
    }

    /// How many lines the audit log has.
    fn audited(&self) -> usize {
        let log = self.folder.path().join("config/audit.jsonl");
        std::fs::read_to_string(log).map_or(0, |log| log.lines().count())
    }

    /// The archive holds whole, sound records only, and nothing is left in staging.
    fn check_nothing_half_done(&self, records: usize) {
        let listing = self.archive.list().unwrap();
        assert!(listing.problems.is_empty(), "{:?}", listing.problems);
        assert_eq!(listing.records.len(), records);
        for record in &listing.records {
            assert!(verify(record, |_| {}, &CancellationToken::new()).unwrap().is_good(), "{record:?}");
        }
        let staged = std::fs::read_dir(self.archive.root().join(".hostkeep/staging")).unwrap().count();
        assert_eq!(staged, 0, "staging is empty");
    }
}

fn login(sim: &Simulator) -> ServerLogin {
    let Options { user, password, .. } = Options::default();
    let user = if sim.hosts()[0].address() == sim.address() { "root".into() } else { user };
    ServerLogin {
        name: None,
        connect: ConnectOptions {
            address: sim.url().parse().unwrap(),
            trust: Trust::Pinned(sim.thumbprint().parse().unwrap()),
            timeouts: QUICK,
        },
        credentials: Credentials { user, password: password.into() },
    }
}

fn all_of(sim: &Simulator) -> BackupRequest {
    BackupRequest {
        servers: vec![login(sim)],
        left_out: Vec::new(),
        hosts: HostChoice::Named(Selection::default()),
        concurrency: DEFAULT_CONCURRENCY,
        note: None,
        host_port: None,
    }
}

fn some_of(sim: &Simulator, wanted: &[&str]) -> BackupRequest {
    let wanted = wanted.iter().map(|name| (*name).to_owned()).collect();
    let hosts = HostChoice::Named(Selection { wanted, ..Selection::default() });
    BackupRequest { hosts, ..all_of(sim) }
}

fn one_at_a_time(request: BackupRequest) -> BackupRequest {
    BackupRequest { concurrency: NonZeroUsize::MIN, ..request }
}

async fn vcenter(hosts: Vec<HostSpec>) -> Simulator {
    Simulator::start(Options { hosts, ..Options::default() }).await.unwrap()
}

/// What came of each host, in the report's order.
fn words(report: &RunReport) -> Vec<&str> {
    let word = |outcome| match outcome {
        &Outcome::Saved { .. } => "saved",
        Outcome::Failed { error } => &error.code,
        Outcome::Cancelled => "cancelled",
    };
    report.hosts.iter().map(|host| word(&host.outcome)).collect()
}

/// `host outcome`, sorted.
fn outcomes(report: &RunReport) -> BTreeSet<String> {
    report.hosts.iter().zip(words(report)).map(|(host, word)| format!("{} {word}", host.name)).collect()
}

fn check_outcomes(report: &RunReport, expect: &[&str]) {
    assert_eq!(outcomes(report), expect.iter().map(|line| (*line).to_owned()).collect());
}
