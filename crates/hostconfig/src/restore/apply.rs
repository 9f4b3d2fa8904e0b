//! A restore, from consent to report. Nothing that changes the host is ever sent twice.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use vsphere::inventory::{ConnectionState, HostSystem, read_host};
use vsphere::transfer::{self, Route};
use vsphere::{ApiType, Error as ServerError, FaultKind, Session, firmware};

use super::checks::{CheckCode, Verdict};
use super::error::RestoreError;
use super::finish::{Left, audit, finish};
use super::journal::{Begun, Journal};
use super::maintenance::{Entered, never_arrived};
use super::plan::{Prepared, prepare};
use super::progress::{Progress, RestoreEvent, Step};
use super::report::{Outcome, RestoreReport};
use super::request::{Consent, RestoreContext, RestoreRequest, SafetyBackup};
use super::sight::boots;
use super::source::Bundle;
use super::watch::{ANSWERED, Aftermath, Seen, Then, UNANSWERED, see_through};
use super::{lock, maintenance};
use crate::archive::WriteLock;
use crate::audit::{AuditAction, AuditEntry};
use crate::backup::{self, BackupRequest, HostChoice, HostRef, RunContext, RunEvent, back_up};
use crate::{Error, Result, blocking};

/// Restores a bundle to a host, if the plan is still the one that was consented to.
///
/// Before the host is told to restore, a cancellation takes everything back; after that it ends the watching only. A
/// connection that breaks is told as what it is: see [`Outcome`].
///
/// # Errors
/// Nothing was begun: those of [`super::plan`], [`RestoreError::PlanChanged`] and the like. Whatever happens once it is begun
/// is in the report.
pub async fn apply(
    request: RestoreRequest,
    consent: Consent,
    context: RestoreContext,
) -> Result<RestoreReport> {
    let prepared = Box::pin(prepare(&request, &context)).await?;
    let begun = match admit(&prepared, &consent).map(|()| begun(&prepared, &context)) {
        Ok(begun) => begun,
        Err(error) => {
            prepared.signed_in.sign_out().await;
            return Err(error);
        }
    };
    let opened = {
        let (config, begun, at) = (context.config.clone(), begun.clone(), begun.started_at);
        blocking(move || -> Result<_> {
            let lock = lock::take(&config, &begun.host_key, &begun.id, &begun.host.name)?;
            Ok((lock, Journal::begin(&config, at, &begun)?))
        })
        .await
    };
    let Prepared { signed_in, host, has_vsan, bundle, .. } = prepared;
    let (lock, journal) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            signed_in.sign_out().await;
            return Err(error);
        }
    };
    (context.watch)(RestoreEvent::Begun { id: &begun.id });
    tracing::info!(host = begun.host.name, restore = begun.id, "a restore begins");
    let mut restoring = Restoring {
        request: &request,
        session: signed_in.session(),
        host,
        has_vsan,
        bundle: &bundle,
        begun: &begun,
        entered: Entered::Not,
        safety_backup: None,
        progress: Progress::new(&context, journal),
    };
    let report = Box::pin(restoring.run()).await;
    drop(lock);
    signed_in.sign_out().await;
    Ok(report)
}

/// Whether the plan was consented to as it is.
fn admit(prepared: &Prepared, consent: &Consent) -> Result<()> {
    let plan = &prepared.plan;
    let host = || plan.host.name.clone();
    let reasons: Vec<String> =
        plan.with(Verdict::Blocker).map(|check| check.reason.trim_end_matches('.').to_owned()).collect();
    if plan.with(Verdict::Blocker).any(|check| check.code == CheckCode::UnderWay) {
        return Err(RestoreError::UnderWay { host: host() }.into());
    }
    if !reasons.is_empty() {
        return Err(RestoreError::Blocked { host: host(), reasons }.into());
    }
    if plan.digest != consent.digest {
        return Err(RestoreError::PlanChanged { host: host() }.into());
    }
    if consent.host_name.trim().to_lowercase() != plan.host.name.to_lowercase() {
        let typed = consent.host_name.chars().take(80).collect();
        return Err(RestoreError::NotConfirmed { host: host(), typed }.into());
    }
    let warnings = plan.with(Verdict::Warning).map(|check| check.code);
    let codes: Vec<CheckCode> = warnings.filter(|code| !consent.accepted.contains(code)).collect();
    if codes.is_empty() { Ok(()) } else { Err(RestoreError::NotAccepted { host: host(), codes }.into()) }
}

fn begun(prepared: &Prepared, context: &RestoreContext) -> Begun {
    let plan = &prepared.plan;
    let started_at = (context.clock)();
    Begun {
        format: 1,
        id: backup::run_id(started_at),
        started_at,
        os_user: crate::machine::user(),
        machine: crate::machine::name(),
        hostkeep_version: env!("CARGO_PKG_VERSION").to_owned(),
        server: plan.server.clone(),
        server_user: prepared.signed_in.session().user().to_owned(),
        host: plan.host.clone(),
        host_key: prepared.host_key.clone(),
        bundle: plan.bundle.clone(),
        options: plan.options,
        digest: plan.digest.clone(),
        before: plan.before.clone(),
        brings: plan.brings.clone(),
    }
}

struct Restoring<'a> {
    request: &'a RestoreRequest,
    session: &'a Session,
    host: HostSystem,
    has_vsan: bool,
    bundle: &'a Bundle,
    begun: &'a Begun,
    entered: Entered,
    safety_backup: Option<String>,
    progress: Progress<'a>,
}

/// What came of telling the host to restore.
enum Told {
    /// It answered, or it probably heard: then the error says why there is no answer.
    Sent(Option<ServerError>),
    /// It refused, or never heard.
    Refused(ServerError),
}

impl Restoring<'_> {
    async fn run(&mut self) -> RestoreReport {
        let sent = match self.up_to_the_upload().await {
            Ok(()) => self.tell_to_restore().await,
            Err(error) => Err(error),
        };
        let was_sent = sent.is_ok();
        let seen = match sent {
            Ok(answer) => self.after(answer.as_ref()).await,
            Err(error) => Seen::only(self.take_back(error).await),
        };
        let still_entered = self.entered != Entered::Not && !seen.has_left_maintenance;
        let left = Left { was_sent, still_entered, safety_backup: self.safety_backup.clone() };
        finish(self.begun, seen, left, &mut self.progress).await
    }

    /// Everything that can be taken back.
    async fn up_to_the_upload(&mut self) -> Result<()> {
        if self.request.options.safety_backup == SafetyBackup::Take {
            self.step(Step::SafetyBackup).await?;
        } else {
            self.progress.skip(Step::SafetyBackup, "not wanted");
        }
        if self.host.in_maintenance_mode == Some(true) {
            self.progress.skip(Step::EnterMaintenanceMode, "in it already");
        } else {
            self.step(Step::EnterMaintenanceMode).await?;
        }
        self.step(Step::Upload).await
    }

    async fn step(&mut self, step: Step) -> Result<()> {
        if self.progress.context.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        self.progress.begin(step).await?;
        let done = match step {
            Step::SafetyBackup => self.back_up().await,
            Step::EnterMaintenanceMode => self.enter_maintenance_mode().await,
            _ => self.upload().await,
        };
        match done.map_err(|error| error.about_host(&self.host.name)) {
            Ok((note, record)) => self.progress.done(step, note, record).await,
            Err(error) => {
                self.progress.failed(step, &error).await;
                Err(error)
            }
        }
    }

    /// The safety backup: a run of its own, with this host only.
    async fn back_up(&mut self) -> Result<(Option<String>, Option<String>)> {
        let context = self.progress.context;
        let Some(archive) = context.archive.clone() else {
            return Err(RestoreError::NoArchive { host: self.host.name.clone() }.into());
        };
        let at = (context.clock)();
        let lock = Arc::new(blocking(move || archive.lock("hostkeep restore", at)).await?);
        let watch = Arc::clone(&context.watch);
        let told = move |event: RunEvent<'_>| {
            if let RunEvent::Received { bytes, total: Some(total), .. } = event {
                let percent = u8::try_from(bytes.saturating_mul(100) / total.max(1)).ok();
                watch(RestoreEvent::Progress { step: Step::SafetyBackup, percent, seen: None });
            }
        };
        let server = &self.begun.server;
        let host = HostRef {
            server: server.name.clone().unwrap_or_else(|| server.address.clone()),
            ..self.begun.host.clone()
        };
        let request = BackupRequest {
            servers: vec![self.request.server.clone()],
            left_out: Vec::new(),
            hosts: HostChoice::Exactly(vec![host]),
            concurrency: NonZeroUsize::MIN,
            note: Some(format!("safety backup before the restore {}", self.begun.id)),
            host_port: self.request.host_port,
        };
        let run = RunContext {
            lock: Arc::clone(&lock),
            audit: context.audit.clone(),
            clock: context.clock,
            cancel: context.cancel.clone(),
            watch: Arc::new(told),
            // A safety backup is for the moment.
            recovery_keys: None,
        };
        let report = Box::pin(back_up(request, run)).await?;
        match report.hosts.into_iter().next().map(|host| host.outcome) {
            Some(backup::Outcome::Saved { record, folder, .. }) => {
                self.safety_backup = Some(record.clone());
                self.pin(lock, folder).await;
                Ok((Some(format!("kept as {record}")), Some(record)))
            }
            Some(backup::Outcome::Failed { error }) => Err(RestoreError::SafetyBackupFailed { error }.into()),
            Some(backup::Outcome::Cancelled) | None => Err(Error::Cancelled),
        }
    }

    /// The way back stays until an admin lets it go, however long the restore is open.
    async fn pin(&mut self, lock: Arc<WriteLock>, folder: String) {
        let at = (self.progress.context.clock)();
        match blocking(move || lock.archive().pin_new(Path::new(&folder))).await {
            Ok(record) => {
                let entry = AuditEntry::of_record(at, AuditAction::Mark, &record, "pinned");
                self.progress.audit(entry).await;
            }
            Err(error) => {
                tracing::warn!(%error, "the safety backup is not pinned");
                self.progress.warnings.push(format!("the safety backup could not be pinned: {error}"));
            }
        }
    }

    async fn enter_maintenance_mode(&mut self) -> Result<(Option<String>, Option<String>)> {
        let Self { session, host, has_vsan, progress, entered, .. } = self;
        let how = self.request.options.maintenance;
        maintenance::enter(session, host, how, *has_vsan, progress, entered).await?;
        Ok((None, None))
    }

    async fn upload(&mut self) -> Result<(Option<String>, Option<String>)> {
        let Some(firmware_system) = &self.host.firmware_system else {
            return Err(ServerError::NoFirmwareSystem { host: self.host.name.clone() }.into());
        };
        let is_direct = self.session.client().about().api_type == ApiType::Esxi;
        let own = self.request.host_credentials.clone().filter(|_| !is_direct);
        let has_own = own.is_some() || is_direct;
        let upload = async {
            let route = Route::to(self.session, &self.host, self.request.host_port).await?;
            let route = match own {
                Some(credentials) => route.with_host_credentials(credentials),
                None => route,
            };
            let url = firmware::query_upload_url(self.session, firmware_system).await?;
            transfer::upload(self.session, &route, &url, self.bundle.bytes.clone()).await
        };
        let uploaded = self.progress.context.cancel.run_until_cancelled(upload).await;
        match uploaded {
            None => Err(Error::Cancelled),
            Some(Err(ServerError::TransferRefused { host, tried, .. })) => Err(if has_own {
                RestoreError::HostCredentialsRefused { host, tried }
            } else {
                RestoreError::HostCredentialsNeeded { host, tried }
            }
            .into()),
            Some(uploaded) => {
                uploaded?;
                Ok((None, None))
            }
        }
    }

    /// The one call that cannot be taken back. It is not cut off by a cancellation either: nobody would know.
    async fn tell_to_restore(&mut self) -> Result<Option<ServerError>> {
        let context = self.progress.context;
        if context.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let Some(firmware_system) = self.host.firmware_system.clone() else {
            return Err(ServerError::NoFirmwareSystem { host: self.host.name.clone() }.into());
        };
        if let Err(error) = self.look_again().await {
            self.progress.failed(Step::Restore, &error).await;
            return Err(error);
        }
        self.progress.begin(Step::Restore).await?;
        audit(self.begun, &mut self.progress, "begun").await;
        let force = self.request.options.force;
        match told(firmware::restore_configuration(self.session, &firmware_system, force).await) {
            Told::Sent(unanswered) => {
                let note = unanswered
                    .as_ref()
                    .map(|error| format!("no answer came, so it has probably begun: {error}"));
                self.progress.done_anyway(Step::Restore, note).await;
                Ok(unanswered)
            }
            Told::Refused(error) => {
                let error = Error::from(error).about_host(&self.host.name);
                self.progress.failed(Step::Restore, &error).await;
                Err(error)
            }
        }
    }

    /// Once more, just before it is told: what is known of the host from before is what tells a restart afterwards.
    async fn look_again(&self) -> Result<()> {
        let context = self.progress.context;
        let read = maintenance::patiently(context.pace, || read_host(self.session, &self.host.object));
        let now = context.cancel.run_until_cancelled(read).await.unwrap_or(Err(Error::Cancelled))?;
        let changed =
            |what| Err(RestoreError::ChangedMeanwhile { host: self.host.name.clone(), what }.into());
        if now.connection != ConnectionState::Connected {
            return changed("its vCenter does not reach it any more");
        }
        match (self.begun.before.boot_time, now.boot_time) {
            (Some(before), Some(now)) if boots(before, now).is_eq() => {}
            _ => return changed("it is not up since the same time any more"),
        }
        match now.in_maintenance_mode {
            Some(true) => Ok(()),
            _ => changed("it is not in maintenance mode any more"),
        }
    }

    /// The host is left as it was found, as far as that can be done.
    async fn take_back(&mut self, error: Error) -> Outcome {
        let error = error.report();
        if self.entered == Entered::Not {
            return Outcome::NothingChanged { error };
        }
        match take_back_maintenance(self.session, &self.host, &self.entered, &mut self.progress).await {
            Ok(()) => Outcome::NothingChanged { error },
            Err(stuck) => Outcome::LeftChanged { error, left: left_in_maintenance(&self.host.name, &stuck) },
        }
    }

    async fn after(&mut self, unanswered: Option<&ServerError>) -> Seen {
        let aftermath = Aftermath {
            login: &self.request.server,
            host_credentials: self.request.host_credentials.as_ref(),
            host_port: self.request.host_port,
            named_certificate: None,
            is_same_server: true,
            begun: self.begun,
            bundle: Some(self.bundle),
            may_reconnect: self.request.options.reconnect,
            then: Then::new(self.begun, self.entered != Entered::Not),
            told: if unanswered.is_none() { ANSWERED } else { UNANSWERED },
            was_away: false,
        };
        Box::pin(see_through(&aftermath, Some(self.session.clone()), &mut self.progress)).await
    }
}

/// Takes maintenance mode back, step and all.
pub(super) async fn take_back_maintenance(
    session: &Session,
    host: &HostSystem,
    entered: &Entered,
    progress: &mut Progress<'_>,
) -> Result<()> {
    progress.begin_anyway(Step::LeaveMaintenanceMode).await;
    let taken_back = maintenance::take_back(session, host, entered, progress.context.pace).await;
    match &taken_back {
        Ok(()) => {
            progress.done_anyway(Step::LeaveMaintenanceMode, Some("taken back".to_owned())).await;
        }
        Err(error) => progress.failed(Step::LeaveMaintenanceMode, error).await,
    }
    taken_back
}

pub(super) fn left_in_maintenance(host: &str, why: &Error) -> String {
    let why = why.to_string();
    format!("Nothing was restored. {host} is in maintenance mode, or may be: {}.", why.trim_end_matches('.'))
}

/// What an answer, or none, means. When in doubt, it was heard: the host is watched then, and nothing is taken back.
fn told(answer: Result<(), ServerError>) -> Told {
    let error = match answer {
        Ok(()) => return Told::Sent(None),
        Err(error) => error,
    };
    let is_refused = match &error {
        ServerError::Fault { fault, .. } => matches!(
            fault.kind,
            FaultKind::InvalidState
                | FaultKind::FileFault { .. }
                | FaultKind::MismatchedBundle { .. }
                | FaultKind::InvalidBundle { .. }
                | FaultKind::InvalidArgument { .. }
                | FaultKind::NoPermission { .. }
                | FaultKind::NotAuthenticated
                | FaultKind::InvalidLogin
                | FaultKind::PasswordExpired
                | FaultKind::NotSupported
                | FaultKind::RestrictedVersion
                | FaultKind::TaskInProgress
                | FaultKind::ManagedObjectNotFound
        ),
        error => never_arrived(error),
    };
    if is_refused { Told::Refused(error) } else { Told::Sent(Some(error)) }
}
