//! The demo: a simulated vCenter inside this program, with settings and an archive in a folder that goes when it ends.
//! Nothing of the user's is touched: no keyring, no settings, no archive.
//!
//! It begins in the middle of things: two weeks of runs, some hosts backed up lately, some long ago, some in trouble.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, FixedOffset, TimeDelta, Timelike};
use hostconfig::ConfigDir;
use hostconfig::archive::Archive;
use hostconfig::audit::AuditLog;
use hostconfig::backup::{BackupRequest, Clock, HostChoice, RunContext, back_up};
use hostconfig::blocking;
use hostconfig::inventory::{Inventory, with_inventory};
use hostconfig::known_hosts::{self, SIGHTING_FORMAT, Sighting};
use hostconfig::selection::Selection;
use hostconfig::settings::{self, Server, Timeouts};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use vsphere_sim::{ConnectionState, FaultRule, HostSpec, Options, Simulator, What, varied_hosts};

use crate::ipc::{Answer, ErrorReport};
use crate::login::login;
use crate::state::now;

const HOSTS: usize = 24;
/// Long enough to see what happens.
const BACKUP_TIME: Duration = Duration::from_millis(1_500);
const AT_ONCE: NonZeroUsize = NonZeroUsize::new(8).expect("8 is not zero");

/// The runs before the demo begins: when, whom they left out, and the admin's note.
const HISTORY: [(Clock, &[&str], Option<&str>); 6] = [
    (|| days_ago(15), &["esx22*"], None),
    (|| days_ago(12), &["esx22*", "esx16*"], Some("before the firmware updates")),
    (|| days_ago(9), &["esx22*", "esx11*", "esx16*"], None),
    (|| days_ago(3), &["esx22*", "*dublin*", "esx16*"], None),
    (|| days_ago(2), &["esx22*", "*dublin*", "esx16*"], None),
    (|| days_ago(1), &["esx22*", "*dublin*", "esx16*"], Some("nightly")),
];

/// A demo that runs until it is dropped.
pub(crate) struct Demo {
    folder: TempDir,
    password: SecretString,
    /// The vCenter.
    pub(crate) server: Server,
    simulator: Simulator,
}

impl Demo {
    /// Starts the simulator, saves it as the demo's only server, and lets two weeks of runs pass.
    pub(crate) async fn start() -> Answer<Self> {
        let options = Options { hosts: hosts(), ..Options::default() };
        let (user, password) = (options.user.clone(), SecretString::from(options.password.clone()));
        let folder = blocking(|| tempfile::Builder::new().prefix("hostkeep-demo-").tempdir())
            .await
            .map_err(|error| failed(&error))?;
        let simulator = Simulator::start(options).await.map_err(|error| failed(&error))?;
        let server = Server::new("demo", &simulator.url(), &user, Some(&simulator.thumbprint()))?;
        let demo = Self { folder, password, server, simulator };
        demo.live_through_history().await?;
        let slow = FaultRule::soap("BackupFirmwareConfiguration", What::Delay).delayed(BACKUP_TIME);
        demo.simulator.add_fault(slow);
        Ok(demo)
    }

    pub(crate) fn config(&self) -> ConfigDir {
        ConfigDir::at(self.folder.path().join("config"))
    }

    pub(crate) fn archive(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    pub(crate) fn password(&self) -> SecretString {
        self.password.clone()
    }

    async fn live_through_history(&self) -> Answer<()> {
        let (config, server, folder) = (self.config(), self.server.clone(), self.archive());
        let archive = blocking(move || -> Answer<Archive> {
            settings::change(&config, |settings| settings.add_server(server))?;
            Ok(Archive::create(&folder)?)
        })
        .await?;
        let login = login(&self.server, self.password(), Timeouts::default());
        for (clock, left_out, note) in HISTORY {
            let request = BackupRequest {
                servers: vec![login.clone()],
                left_out: Vec::new(),
                hosts: HostChoice::Named(Selection {
                    excluded: left_out.iter().map(|&name| name.to_owned()).collect(),
                    ..Selection::default()
                }),
                concurrency: AT_ONCE,
                note: note.map(str::to_owned),
                host_port: None,
            };
            let context = RunContext {
                lock: Arc::new(archive.lock("hostkeep demo", clock())?),
                audit: AuditLog::new(&self.config()),
                clock,
                cancel: CancellationToken::new(),
                watch: Arc::new(|_| ()),
                recovery_keys: None,
            };
            back_up(request, context).await?;
            self.simulator.advance_days(1);
        }
        let never = CancellationToken::new();
        let hosts =
            with_inventory(vec![login], &never, async |inventory: Inventory| known_hosts::of(&inventory))
                .await?;
        let (config, name) = (self.config(), self.server.name.clone());
        blocking(move || {
            known_hosts::store(&config, &name, &Sighting { format: SIGHTING_FORMAT, read_at: now(), hosts })
        })
        .await?;
        Ok(())
    }
}

/// Hosts of every kind: one is disconnected, one does not answer, one cannot be backed up.
fn hosts() -> Vec<HostSpec> {
    let mut hosts = varied_hosts(HOSTS);
    hosts[10].connection = ConnectionState::NotResponding;
    hosts[15].firmware_system = false;
    hosts
}

/// In the small hours, as scheduled runs are.
fn days_ago(days: i64) -> DateTime<FixedOffset> {
    let now = now();
    now - TimeDelta::days(days) - TimeDelta::hours(i64::from(now.hour()) - 2)
}

fn failed(error: &std::io::Error) -> ErrorReport {
    let message = format!("the demo cannot start: {error}");
    ErrorReport::new("demo_failed", message, "Look whether this computer lets programs listen on 127.x.y.z.")
}
