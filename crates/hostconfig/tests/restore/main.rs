//! Whole restores against a simulated vCenter and ESXi host: what is refused, what is taken back, what is proven, and what the
//! journal says when it ends in the middle.
#![allow(clippy::unwrap_used, reason = "setting up a test may panic")]

mod interrupted;
mod outcomes;
mod refused;
mod resumed;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, FixedOffset, Utc};
use hostconfig::archive::Archive;
use hostconfig::audit::AuditLog;
use hostconfig::backup::HostRef;
use hostconfig::inventory::ServerLogin;
use hostconfig::restore::{
    BundleSource, CheckCode, Consent, Next, Outcome, Pace, RestoreContext, RestoreEvent, RestoreOptions,
    RestorePlan, RestoreReport, RestoreRequest, ResumeAction, ResumeRequest, Step, StepState, Summary,
    Verdict, apply, plan, resume, unfinished,
};
use hostconfig::{ConfigDir, Result};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use vsphere::{ConnectOptions, Credentials, Timeouts, Trust};
use vsphere_sim::{HostSpec, Options, SimHost, Simulator};

/// Short enough for what never answers, long enough for a busy machine.
const QUICK: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    idle: Duration::from_secs(1),
    call: Duration::from_secs(2),
    transfer: Duration::from_secs(10),
};
const PACE: Pace = Pace {
    first: Duration::from_millis(2),
    longest: Duration::from_millis(20),
    goes_down_within: Duration::from_secs(2),
    undo_within: Duration::from_secs(4),
};
/// Long enough for a busy machine to see the host away.
const REBOOT: Duration = Duration::from_millis(400);
const AWAY: Duration = Duration::from_secs(3600);

#[expect(clippy::disallowed_methods, reason = "a test is an edge")]
fn now() -> DateTime<FixedOffset> {
    Utc::now().fixed_offset()
}

fn spec() -> HostSpec {
    HostSpec::new("esx01.lab.local")
}

/// Where a vCenter or a host runs, and everything that a restore needs.
struct Lab {
    sim: Simulator,
    folder: TempDir,
    archive: Archive,
    cancel: CancellationToken,
    told: Arc<Mutex<Vec<String>>>,
}

impl Lab {
    async fn vcenter(hosts: Vec<HostSpec>) -> Self {
        Self::with(Options { hosts, ..options() }).await
    }

    async fn direct(host: HostSpec) -> Self {
        let Options { kind, user, .. } = Options::esxi();
        Self::with(Options { kind, user, hosts: vec![host], ..options() }).await
    }

    async fn with(options: Options) -> Self {
        let sim = Simulator::start(options).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::create(&folder.path().join("archive")).unwrap();
        Self { sim, folder, archive, cancel: CancellationToken::new(), told: Arc::default() }
    }

    fn host(&self) -> SimHost {
        self.sim.hosts().remove(0)
    }

    fn config(&self) -> ConfigDir {
        ConfigDir::at(self.folder.path().join("config"))
    }

    fn login(&self) -> ServerLogin {
        let Options { user, password, .. } = Options::default();
        let user = if self.host().moid() == "ha-host" { "root".into() } else { user };
        ServerLogin {
            name: Some("lab".into()),
            connect: ConnectOptions {
                address: self.sim.url().parse().unwrap(),
                trust: Trust::Pinned(self.sim.thumbprint().parse().unwrap()),
                timeouts: QUICK,
            },
            credentials: Credentials { user, password: password.into() },
        }
    }

    /// A file with this bundle in it.
    fn file(&self, bundle: &[u8]) -> PathBuf {
        let path = self.folder.path().join("configBundle.tgz");
        std::fs::write(&path, bundle).unwrap();
        path
    }

    /// The host's own bundle as it is now, to be restored; afterwards something about the host changes.
    fn request(&self) -> RestoreRequest {
        let bundle = self.host().bundle();
        self.host().set_ntp(&["changed.since.lab"]);
        self.request_of(&bundle)
    }

    fn request_of(&self, bundle: &[u8]) -> RestoreRequest {
        let host = self.host();
        RestoreRequest {
            server: self.login(),
            host: HostRef { server: "lab".into(), moid: host.moid(), name: host.inventory_name() },
            bundle: BundleSource::File(self.file(bundle)),
            options: RestoreOptions { return_within_seconds: 20, ..RestoreOptions::default() },
            host_credentials: None,
            host_port: Some(self.sim.address().port()),
        }
    }

    fn context(&self) -> RestoreContext {
        self.watched(|_| {})
    }

    fn watched(&self, also: impl Fn(&RestoreEvent<'_>) + Send + Sync + 'static) -> RestoreContext {
        let told = Arc::clone(&self.told);
        RestoreContext {
            config: self.config(),
            archive: Some(self.archive.clone()),
            audit: AuditLog::new(&self.config()),
            clock: now,
            cancel: self.cancel.clone(),
            watch: Arc::new(move |event| {
                if let RestoreEvent::Step { step, state, .. } = &event {
                    told.lock().unwrap().push(format!("{} {state:?}", step.as_str()));
                }
                also(&event);
            }),
            pace: PACE,
        }
    }

    async fn plan(&self, request: &RestoreRequest) -> RestorePlan {
        plan(request, &self.context()).await.unwrap()
    }

    /// Plans, consents to all of it, applies.
    async fn restore(&self, request: RestoreRequest) -> Result<RestoreReport> {
        self.restore_in(request, self.context()).await
    }

    async fn restore_in(&self, request: RestoreRequest, context: RestoreContext) -> Result<RestoreReport> {
        let plan = plan(&request, &self.context()).await?;
        apply(request, consent(&plan), context).await
    }

    async fn resume(
        &self,
        action: ResumeAction,
        change: impl FnOnce(&mut ResumeRequest),
    ) -> Result<RestoreReport> {
        self.resume_of(&self.open().begun.id, action, change).await
    }

    async fn resume_of(
        &self,
        id: &str,
        action: ResumeAction,
        change: impl FnOnce(&mut ResumeRequest),
    ) -> Result<RestoreReport> {
        let mut request = ResumeRequest {
            id: id.to_owned(),
            action,
            server: self.login(),
            host_credentials: None,
            host_port: Some(self.sim.address().port()),
            certificate: None,
        };
        change(&mut request);
        resume(request, self.context()).await
    }

    /// Changes the journal of the one restore that is open: its vCenter had this address then.
    fn say_it_went_through(&self, address: &str) {
        let path = self.config().restores().join(format!("{}.jsonl", self.open().begun.id));
        let told = std::fs::read_to_string(&path).unwrap();
        let now = self.login().connect.address.to_string();
        assert!(told.contains(&now), "{told}");
        std::fs::write(&path, told.replace(&now, address)).unwrap();
    }

    /// The one restore that is open.
    fn open(&self) -> Summary {
        let (mut open, unreadable) = unfinished(&self.config()).unwrap();
        assert_eq!((open.len(), unreadable), (1, vec![]));
        open.remove(0)
    }

    fn check_none_open(&self) {
        assert_eq!(unfinished(&self.config()).unwrap(), (vec![], vec![]));
    }

    /// The host is as it was found.
    fn check_untouched(&self) {
        assert_eq!(self.host().times_restored(), 0);
        assert!(!self.host().in_maintenance_mode());
        self.check_none_open();
    }

    fn check_proven(&self, report: &RestoreReport) {
        assert_eq!(report.outcome, Outcome::Proven, "{report:#?}");
        assert_eq!(self.host().times_restored(), 1);
        assert_eq!(self.host().content_in_force().ntp, ["ntp1.lab.lab.local", "ntp2.lab.lab.local"]);
        assert!(!self.host().in_maintenance_mode());
        self.check_none_open();
    }
}

fn options() -> Options {
    Options { task_time: Duration::ZERO, restore_reboot: REBOOT, sessions_max: None, ..Options::default() }
}

/// Consent to a plan with all that it warns of.
fn consent(plan: &RestorePlan) -> Consent {
    Consent {
        digest: plan.digest.clone(),
        host_name: plan.host.name.clone(),
        accepted: codes(plan, Verdict::Warning),
    }
}

fn codes(plan: &RestorePlan, verdict: Verdict) -> Vec<CheckCode> {
    plan.with(verdict).map(|check| check.code).collect()
}

fn root(password: &str) -> Credentials {
    Credentials { user: "root".into(), password: password.into() }
}

/// The code of a report's outcome, and of its error.
fn ended(report: &RestoreReport) -> (&str, &str) {
    (report.outcome.code(), report.outcome.error().map_or("", |error| error.code.as_str()))
}

fn state_of(report: &RestoreReport, step: Step) -> StepState {
    report.steps.iter().find(|known| known.step == step).unwrap().state
}

fn undo(report: &RestoreReport) -> Option<&String> {
    report.next.iter().find_map(|next| match next {
        Next::Undo { record } => Some(record),
        _ => None,
    })
}
