//! What lives as long as the app: where it works, the passwords that it was given, what it has read.
//!
//! Everything read is a copy that a refresh replaces; the archive on disk stays the truth.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use chrono::{DateTime, FixedOffset, Local, TimeDelta};
use hostconfig::archive::{
    Archive, ArchiveError, Fingerprints, Listing, PrunePlan, Record, Standing, standings,
};
use hostconfig::audit::{AuditAction, AuditEntry, AuditLog};
use hostconfig::backup::RunReport;
use hostconfig::known_hosts::KnownHost;
use hostconfig::settings::{self, Settings};
use hostconfig::verified::{self, Verified};
use hostconfig::{ConfigDir, Error, safety};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::demo::Demo;
use crate::ipc::{Answer, ErrorReport, HostsView, Message, Remedy, RunRow, StandingView};
use crate::jobs::Jobs;
use crate::restoring::Desk;

/// Long enough for what the page asks for at its start, short enough for whoever wants to see what is there now.
const LISTING_GROWS_OLD: TimeDelta = TimeDelta::seconds(30);

/// The state that every command gets.
pub(crate) struct Shell {
    pub(crate) jobs: Arc<Jobs>,
    /// Where the user's own things are.
    own: Arc<Place>,
    /// Where the app works now: there, or in a demo.
    now: RwLock<Arc<Place>>,
}

/// One set of settings, servers and archive, and what was read of them.
pub(crate) struct Place {
    pub(crate) config: ConfigDir,
    /// The archive's folder where the command line names one.
    archive: Option<PathBuf>,
    /// The simulated vCenter, where this is a demo.
    pub(crate) demo: Option<Demo>,
    /// Passwords that the keyring does not hold, by account.
    pub(crate) passwords: Mutex<HashMap<String, SecretString>>,
    /// The accounts of which the keyring was found to hold no password.
    pub(crate) not_remembered: Mutex<HashSet<String>>,
    /// Why reading a server failed last and what helps, by its name in lower case.
    pub(crate) servers: Mutex<HashMap<String, Trouble>>,
    listing: Mutex<Option<Arc<ArchiveRead>>>,
    /// What the page asks for first, from before there was a page.
    pub(crate) first_view: Mutex<Option<Answer<HostsView>>>,
    /// The reports that hosts are judged by, by run; they never change once they are written.
    deciding: Mutex<HashMap<String, Arc<RunReport>>>,
    /// What the list of runs shows of each.
    pub(crate) run_rows: Mutex<HashMap<String, RunRow>>,
    /// What verifying has shown last, by record.
    pub(crate) verified: Mutex<HashMap<String, Verified>>,
    pub(crate) plans: Mutex<Plans>,
    /// What a restore is chosen from.
    pub(crate) restoring: Mutex<Desk>,
    /// Ends the connecting that is under way.
    pub(crate) connecting: Mutex<CancellationToken>,
    /// Ends the testing of a server that is under way.
    pub(crate) testing: Mutex<CancellationToken>,
    /// The reading of the hosts that is under way.
    pub(crate) reading: Mutex<Reading>,
    standings: Mutex<Option<Arc<Standings>>>,
    /// What is being looked for in bundles.
    pub(crate) looking: Mutex<Looking>,
}

/// The servers' hosts being read.
#[derive(Default)]
pub(crate) struct Reading {
    /// Ends it; what was read before stays.
    pub(crate) cancel: CancellationToken,
    /// The servers that have not answered yet, by name.
    pub(crate) left: HashSet<String>,
}

/// How each backup's settings stand to those of the one before it.
pub(crate) struct Standings {
    /// By the records' folders.
    pub(crate) of: HashMap<PathBuf, Standing>,
    /// How many bundles nobody has read yet.
    pub(crate) unread: usize,
}

/// What is being looked for in bundles. Each token ends one thing, and the next of its kind ends the one before it.
#[derive(Default)]
pub(crate) struct Looking {
    pub(crate) search: CancellationToken,
    pub(crate) changes: CancellationToken,
    pub(crate) reading: CancellationToken,
    /// Whether the settings of older bundles are being read.
    pub(crate) is_reading: bool,
}

/// The archive as it was read last.
pub(crate) struct ArchiveRead {
    /// None where there is none yet.
    pub(crate) archive: Option<Archive>,
    pub(crate) folder: PathBuf,
    pub(crate) listing: Listing,
    pub(crate) read_at: DateTime<FixedOffset>,
}

/// Why a server could not be read, and what helps.
#[derive(Clone)]
pub(crate) struct Trouble {
    pub(crate) error: ErrorReport,
    pub(crate) remedy: Option<Remedy>,
}

/// Plans to delete, made and not yet applied.
#[derive(Default)]
pub(crate) struct Plans {
    pub(crate) last_id: u32,
    /// Only the newest: a page shows one at a time.
    pub(crate) newest: Option<Planned>,
    /// Ends the making of one.
    pub(crate) cancel: CancellationToken,
}

/// A plan and what it is for.
pub(crate) struct Planned {
    pub(crate) id: u32,
    pub(crate) action: AuditAction,
    pub(crate) plan: Arc<PrunePlan>,
}

impl Shell {
    pub(crate) fn new(config: ConfigDir, archive: Option<PathBuf>) -> Self {
        let own = Arc::new(Place::new(config, archive, None));
        Self { jobs: Arc::new(Jobs::default()), now: RwLock::new(Arc::clone(&own)), own }
    }

    /// Where the app works now.
    pub(crate) fn place(&self) -> Arc<Place> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Works in a demo from now on.
    pub(crate) fn enter(&self, demo: Demo) {
        let (server, password) = (demo.server.clone(), demo.password());
        let place = Place::new(demo.config(), Some(demo.archive()), Some(demo));
        place.know_password(&server, password);
        self.go(Arc::new(place));
    }

    /// Works with the user's own things again.
    pub(crate) fn leave_demo(&self) {
        self.go(Arc::clone(&self.own));
    }

    fn go(&self, place: Arc<Place>) {
        let left = std::mem::replace(&mut *self.now.write().unwrap_or_else(PoisonError::into_inner), place);
        lock(&left.looking).reading.cancel();
        // What they did is elsewhere: here it would be told of other hosts and another archive.
        self.jobs.remove_finished();
        for message in [
            Message::SettingsChanged,
            Message::HostsChanged,
            Message::ArchiveChanged,
            Message::RestoresChanged,
        ] {
            self.jobs.tell(message);
        }
    }

    /// # Errors
    /// Jobs are under way.
    pub(crate) fn refuse_while_jobs_run(&self, what: &str) -> Answer<()> {
        if self.jobs.under_way().is_empty() {
            return Ok(());
        }
        let message = format!("{what} is not possible while jobs are under way");
        Err(ErrorReport::new("job_running", message, "Wait until they are done, or cancel them."))
    }
}

impl ArchiveRead {
    /// The archive, where there is one already.
    pub(crate) fn archive(&self) -> Answer<&Archive> {
        let missing =
            || ErrorReport::new("no_archive", "there is no archive yet", "Back up some hosts first.");
        self.archive.as_ref().ok_or_else(missing)
    }
}

impl Place {
    fn new(config: ConfigDir, archive: Option<PathBuf>, demo: Option<Demo>) -> Self {
        Self {
            config,
            archive,
            demo,
            passwords: Mutex::default(),
            not_remembered: Mutex::default(),
            servers: Mutex::default(),
            listing: Mutex::default(),
            first_view: Mutex::default(),
            deciding: Mutex::default(),
            run_rows: Mutex::default(),
            verified: Mutex::default(),
            plans: Mutex::default(),
            restoring: Mutex::default(),
            connecting: Mutex::default(),
            testing: Mutex::default(),
            reading: Mutex::default(),
            standings: Mutex::default(),
            looking: Mutex::default(),
        }
    }

    pub(crate) fn settings(&self) -> hostconfig::Result<Settings> {
        settings::load(&self.config)
    }

    /// The archive's folder: from the command line, else from the settings, else the default one.
    pub(crate) fn archive_folder(&self, settings: &Settings) -> hostconfig::Result<PathBuf> {
        settings.archive_folder(self.archive.as_deref())
    }

    /// Whether the archive's folder is fixed by the command line or the demo.
    pub(crate) fn has_fixed_archive(&self) -> bool {
        self.archive.is_some()
    }

    /// The archive, which must be there.
    pub(crate) fn open_archive(&self) -> hostconfig::Result<Archive> {
        self.settings()?.open_archive(self.archive.as_deref())
    }

    /// The archive; a folder that is none becomes one and is remembered.
    pub(crate) fn open_or_create_archive(&self) -> hostconfig::Result<Archive> {
        let opened = self.settings()?.open_or_create_archive(self.archive.as_deref(), &self.config)?;
        opened.not_remembered.map_or(Ok(opened.archive), Err)
    }

    /// The archive's records as they were read last, or read now.
    pub(crate) fn read_archive(&self, again: bool) -> Answer<Arc<ArchiveRead>> {
        // Held while it is read: two pages that ask at once read it once.
        let mut kept = lock(&self.listing);
        if let Some(read) = &*kept
            && !again
        {
            return Ok(Arc::clone(read));
        }
        let settings = self.settings()?;
        let folder = self.archive_folder(&settings)?;
        let opened = match settings.open_archive(Some(&folder)) {
            Err(Error::Archive(ArchiveError::NoFolder { .. } | ArchiveError::NotAnArchive { .. })) => None,
            archive => Some(archive?),
        };
        let listing = match &opened {
            Some(archive) => archive.list()?,
            None => Listing { records: Vec::new(), problems: Vec::new() },
        };
        if let Some(archive) = &opened {
            self.take_verified(archive);
        }
        let read = Arc::new(ArchiveRead { archive: opened, folder, listing, read_at: now() });
        *kept = Some(Arc::clone(&read));
        self.forget_standings();
        Ok(read)
    }

    /// Takes over what was verified before, or by the console program. It is no reason not to show the archive.
    fn take_verified(&self, archive: &Archive) {
        let known = verified::load(&self.config, archive.id()).unwrap_or_else(|error| {
            tracing::warn!(code = error.code(), %error, "what was verified before cannot be read");
            HashMap::new()
        });
        let mut verified = lock(&self.verified);
        for (id, known) in known {
            if verified.get(&id).is_none_or(|verified| verified.at < known.at) {
                verified.insert(id, known);
            }
        }
    }

    /// What was read of the archive is read again where that was a while ago: a scheduled run may have added to it.
    /// Tells whether that is so.
    pub(crate) fn forget_old_listing(&self) -> bool {
        let is_old = |read: &Arc<ArchiveRead>| now() - read.read_at > LISTING_GROWS_OLD;
        let forgets = lock(&self.listing).as_ref().is_some_and(is_old);
        if forgets {
            self.forget_listing();
        }
        forgets
    }

    /// What was read of the archive is out of date.
    pub(crate) fn forget_listing(&self) {
        *lock(&self.listing) = None;
        self.forget_standings();
    }

    /// How each backup of the archive stands to the one before it, read once. Fingerprints are a cache: without them, nobody
    /// knows, and nothing else is missing.
    pub(crate) fn standings(&self, read: &ArchiveRead) -> Arc<Standings> {
        let mut kept = lock(&self.standings);
        if let Some(standings) = &*kept {
            return Arc::clone(standings);
        }
        let found = read.archive.as_ref().map_or_else(|| Ok(Fingerprints::default()), Archive::fingerprints);
        let fingerprints = found.unwrap_or_else(|error| {
            tracing::warn!(code = error.code(), %error, "fingerprints cannot be read");
            Fingerprints::default()
        });
        let records: Vec<&Record> = read.listing.records.iter().collect();
        let standings = Arc::new(Standings {
            of: standings(&read.listing, &fingerprints),
            unread: fingerprints.missing(&records).len(),
        });
        *kept = Some(Arc::clone(&standings));
        standings
    }

    /// How a record stands to the one before it, as far as that has been read.
    pub(crate) fn standing(&self, record: &Record) -> StandingView {
        let kept = lock(&self.standings);
        let standing = kept.as_ref().and_then(|standings| standings.of.get(&record.folder));
        standing.map_or(StandingView::Unknown, StandingView::from)
    }

    /// What is known of changes is out of date.
    pub(crate) fn forget_standings(&self) {
        *lock(&self.standings) = None;
    }

    /// The archive is another one from now on.
    pub(crate) fn forget_archive(&self) {
        self.forget_listing();
        lock(&self.looking).reading.cancel();
        lock(&self.deciding).clear();
        lock(&self.run_rows).clear();
        lock(&self.verified).clear();
        *lock(&self.plans) = Plans::default();
    }

    /// A run's report.
    pub(crate) fn run(&self, archive: &Archive, run_id: &str) -> hostconfig::Result<Arc<RunReport>> {
        match lock(&self.deciding).get(run_id) {
            Some(report) => Ok(Arc::clone(report)),
            None => Ok(Arc::new(archive.read_run(run_id)?)),
        }
    }

    /// The reports that these hosts are judged by, newest first, each read once. A whole one of 2,500 hosts takes a megabyte, so
    /// others are not kept.
    pub(crate) fn deciding_reports<'a>(
        &self,
        archive: &Archive,
        hosts: &[KnownHost],
        records: impl IntoIterator<Item = &'a Record>,
        stale_after: TimeDelta,
    ) -> hostconfig::Result<Vec<Arc<RunReport>>> {
        let known = lock(&self.deciding).clone();
        let reports = safety::deciding_reports(archive, &known, hosts, records, stale_after, now())?;
        let kept = reports.iter().map(|report| (report.run_id.clone(), Arc::clone(report)));
        *lock(&self.deciding) = kept.collect();
        Ok(reports)
    }

    /// Begins to read hosts, in the place of any reading before. The token ends it.
    pub(crate) fn begin_reading(&self) -> CancellationToken {
        let cancel = CancellationToken::new();
        let reading = Reading { cancel: cancel.clone(), left: HashSet::new() };
        std::mem::replace(&mut *lock(&self.reading), reading).cancel.cancel();
        cancel
    }

    /// These servers are read by the reading that this token ends.
    pub(crate) fn reads(&self, servers: HashSet<String>, cancel: &CancellationToken) {
        let mut reading = lock(&self.reading);
        if reading.cancel == *cancel {
            reading.left = servers;
        }
    }

    /// A server was read, or is not read any more, by the reading that this token ends.
    pub(crate) fn has_read(&self, server: &str, cancel: &CancellationToken) {
        let mut reading = lock(&self.reading);
        // Of the one that took its place, it may still be under way.
        if reading.cancel == *cancel {
            reading.left.remove(server);
        }
    }

    /// Appends to the audit log. That it cannot be written is logged, but undoes nothing.
    pub(crate) fn note(&self, entries: &[AuditEntry]) {
        if let Err(error) = AuditLog::new(&self.config).append(entries) {
            tracing::error!(code = error.code(), %error, "the audit log cannot be written");
        }
    }
}

/// Locks, whatever happened to whoever held it: all that these locks guard is replaced as a whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The time where the user is.
pub(crate) fn now() -> DateTime<FixedOffset> {
    Local::now().fixed_offset()
}
