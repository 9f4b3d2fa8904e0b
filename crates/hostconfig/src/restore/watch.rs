//! After the host was told to restore: it goes down, comes back, is compared with the bundle, and leaves maintenance mode.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;
use vsphere::inventory::HostSystem;
use vsphere::{Credentials, Session, SignedIn};

use super::error::RestoreError;
use super::journal::Begun;
use super::maintenance;
use super::plan::is_other_hardware;
use super::progress::{Progress, Step};
use super::prove::{Proof, prove};
use super::report::Outcome;
use super::request::NamedCertificate;
use super::sight::{Eyes, Sight};
use super::source::Bundle;
use crate::archive::ServerKind;
use crate::bundle::Comparison;
use crate::inventory::ServerLogin;
use crate::{Error, Result};

/// What is known once the host was told.
pub(super) struct Aftermath<'a> {
    pub(super) login: &'a ServerLogin,
    pub(super) host_credentials: Option<&'a Credentials>,
    pub(super) host_port: Option<u16>,
    /// What an admin named, beside what the bundle brings.
    pub(super) named_certificate: NamedCertificate,
    /// The login is for the server that the restore went through.
    pub(super) is_same_server: bool,
    pub(super) begun: &'a Begun,
    pub(super) bundle: Option<&'a Bundle>,
    pub(super) may_reconnect: bool,
    pub(super) then: Then,
    /// How the host was told to restore.
    pub(super) told: &'static str,
    /// Whether it was seen going away already, another time.
    pub(super) was_away: bool,
}

pub(super) const ANSWERED: &str = "was told to restore the bundle, and answered that it would";
pub(super) const UNANSWERED: &str = "was told to restore the bundle, but no answer came";
/// What is noted of a comparison that left nothing open.
pub(super) const ALIKE: &str = "alike";

/// What is to become of maintenance mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// It was entered for this restore, and is left.
    Leave,
    /// The host is to stay in it.
    Stay,
    /// It has been left already.
    Left,
}

impl Then {
    pub(super) fn new(begun: &Begun, has_entered: bool) -> Self {
        if begun.before.in_maintenance_mode == Some(true) {
            Self::Stay
        } else if !has_entered {
            Self::Left
        } else if begun.options.leave_maintenance_mode {
            Self::Leave
        } else {
            Self::Stay
        }
    }
}

impl Aftermath<'_> {
    /// The host is to be looked for itself, wherever it is now; unless a vCenter is at the address that was given.
    pub(super) fn is_direct(&self) -> bool {
        self.begun.server.kind == ServerKind::Esxi || !self.is_same_server
    }
}

/// What came of it.
pub(super) struct Seen {
    pub(super) outcome: Outcome,
    pub(super) comparison: Option<Comparison>,
    pub(super) has_left_maintenance: bool,
    pub(super) offers_reconnect: bool,
}

impl Seen {
    pub(super) fn only(outcome: Outcome) -> Self {
        let has_left_maintenance = matches!(outcome, Outcome::NothingChanged { .. });
        Self { outcome, comparison: None, has_left_maintenance, offers_reconnect: false }
    }
}

/// A host that is back, and the session that it was seen in.
pub(super) struct Back {
    pub(super) host: HostSystem,
    pub(super) session: Session,
    /// Why it may not have restarted all the same.
    doubt: Option<String>,
    /// The sessions that were opened to look, where it is another one than before.
    signed_in: Vec<SignedIn>,
}

/// Watches the host until it is back, compares it with the bundle, and has it leave maintenance mode.
pub(super) async fn see_through(
    aftermath: &Aftermath<'_>,
    session: Option<Session>,
    progress: &mut Progress<'_>,
) -> Seen {
    let host = &aftermath.begun.host.name;
    let mut known = vec![format!("{host} {}", aftermath.told)];
    let mut eyes = Eyes::new(aftermath, session);
    let back = match until_back(&mut eyes, progress, &mut known).await {
        Ok(host) => host,
        Err(error) => {
            let offers_reconnect = matches!(
                &error,
                Error::Restore(error)
                    if matches!(**error, RestoreError::NeedsReconnect { .. } | RestoreError::ReconnectFailed { .. })
            );
            sign_out(eyes.take_sessions()).await;
            let outcome = Outcome::Unknown { known, error: error.report() };
            return Seen { offers_reconnect, ..Seen::only(outcome) };
        }
    };
    let seen = look_at(aftermath, &back, known, progress).await;
    sign_out(back.signed_in).await;
    seen
}

async fn sign_out(sessions: Vec<SignedIn>) {
    join_all(sessions.into_iter().map(SignedIn::sign_out)).await;
}

async fn look_at(
    aftermath: &Aftermath<'_>,
    back: &Back,
    mut known: Vec<String>,
    progress: &mut Progress<'_>,
) -> Seen {
    progress.begin_anyway(Step::Compare).await;
    let Proof { known: proven, mut open, comparison } = prove(aftermath, back, progress.context).await;
    known.extend(proven);
    open.extend(back.doubt.clone());
    if aftermath.then == Then::Stay && back.host.in_maintenance_mode == Some(false) {
        open.push("it is not in maintenance mode, in which it was to stay".to_owned());
    }
    let note = if open.is_empty() { ALIKE.to_owned() } else { open.join("; ") };
    progress.done_anyway(Step::Compare, Some(note)).await;
    let mut left = Ok(());
    let mut has_left_maintenance = false;
    if let Some(reason) = stays_in_maintenance(aftermath, back) {
        progress.skip(Step::LeaveMaintenanceMode, reason);
        if aftermath.then == Then::Leave && back.host.in_maintenance_mode != Some(false) {
            open.push(format!("it is still in maintenance mode: {reason}"));
        }
    } else {
        progress.begin_anyway(Step::LeaveMaintenanceMode).await;
        left = maintenance::leave(&back.session, &back.host, progress.context.pace).await;
        match &left {
            Ok(()) => progress.done_anyway(Step::LeaveMaintenanceMode, None).await,
            Err(error) => progress.failed(Step::LeaveMaintenanceMode, error).await,
        }
        has_left_maintenance = left.is_ok();
    }
    let host = &aftermath.begun.host.name;
    let outcome = match left {
        Err(error) => {
            let proven = if open.is_empty() {
                "That was proven".to_owned()
            } else {
                format!("Not everything was proven: {}", open.join("; "))
            };
            let left = format!("{host} was restored, but is still in maintenance mode. {proven}.");
            Outcome::LeftChanged { error: error.report(), left }
        }
        Ok(()) if open.is_empty() => Outcome::Proven,
        Ok(()) => Outcome::NotProven { known, open },
    };
    Seen { outcome, comparison, has_left_maintenance, offers_reconnect: false }
}

/// Why a host is not told to leave maintenance mode.
fn stays_in_maintenance(aftermath: &Aftermath<'_>, back: &Back) -> Option<&'static str> {
    if aftermath.then != Then::Leave {
        Some("not entered by this restore, or to stay in it")
    } else if is_other_hardware(aftermath.begun, &back.host) {
        Some("it is other hardware")
    } else if back.doubt.is_some() {
        Some("nobody can tell whether it has restarted")
    } else {
        None
    }
}

/// What follows from what was seen.
enum Next {
    Back(Box<HostSystem>, Session, Option<String>),
    /// What was seen, in words.
    GoesOn(String),
    /// The vCenter is to be told to connect the host again.
    Reconnect,
    Ends(Error),
}

/// What has been seen so far.
struct Course<'a> {
    host: &'a str,
    goes_down_within: Duration,
    may_reconnect: bool,
    was_away: bool,
    has_reconnected: bool,
    /// Since when it is seen to be up as before.
    same_since: Option<Instant>,
}

impl Course<'_> {
    fn next(&mut self, sight: Sight, now: Instant) -> Next {
        let host = || self.host.to_owned();
        let same_since = match sight {
            Sight::Same | Sight::Earlier(..) => Some(self.same_since.unwrap_or(now)),
            _ => None,
        };
        let next = match sight {
            Sight::Later(system, session) => Next::Back(system, session, None),
            Sight::Earlier(system, session) if self.was_away => {
                let doubt =
                    "by its clock it is up since before it was told to restore: the clock was set back";
                Next::Back(system, session, Some(doubt.to_owned()))
            }
            Sight::Same | Sight::Earlier(..) => {
                let limit = self.goes_down_within;
                if same_since.is_some_and(|since| now - since > limit) {
                    Next::Ends(RestoreError::NotDown { host: host(), seconds: limit.as_secs() }.into())
                } else {
                    Next::GoesOn("up, and has not restarted yet".to_owned())
                }
            }
            Sight::Disconnected if self.has_reconnected => {
                Next::GoesOn("disconnected in the vCenter".to_owned())
            }
            Sight::Disconnected if self.may_reconnect => Next::Reconnect,
            Sight::Disconnected => Next::Ends(RestoreError::NeedsReconnect { host: host() }.into()),
            Sight::Away(seen) => {
                self.was_away = true;
                Next::GoesOn(seen)
            }
            Sight::Unseen(seen) => Next::GoesOn(seen),
            Sight::Stop(error) => Next::Ends(error),
        };
        self.same_since = same_since;
        next
    }
}

async fn until_back(
    eyes: &mut Eyes<'_>,
    progress: &mut Progress<'_>,
    known: &mut Vec<String>,
) -> Result<Back> {
    let host = &eyes.aftermath.begun.host.name;
    let mut step = Step::GoDown;
    progress.begin_anyway(step).await;
    let back = watch(eyes, progress, known, &mut step).await;
    known.append(&mut eyes.notes);
    match back {
        Ok((system, session, doubt)) => {
            if step == Step::GoDown {
                progress.done_anyway(step, None).await;
                progress.begin_anyway(Step::Return).await;
            }
            let up = system.boot_time.map(|at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string());
            let up = up.unwrap_or_else(|| "an unknown time".to_owned());
            progress.done_anyway(Step::Return, Some(format!("up since {up}"))).await;
            let restarted = if doubt.is_none() { "has restarted" } else { "is back" };
            known.push(format!("{host} {restarted}: it is up since {up}"));
            Ok(Back { host: *system, session, doubt, signed_in: eyes.take_sessions() })
        }
        Err(error) => {
            known.extend(eyes.refused_directly.take());
            progress.failed(step, &error).await;
            Err(error)
        }
    }
}

/// Looks until the host is back, or nothing more can be said; the `step` goes with it.
async fn watch(
    eyes: &mut Eyes<'_>,
    progress: &mut Progress<'_>,
    known: &mut Vec<String>,
    step: &mut Step,
) -> Result<(Box<HostSystem>, Session, Option<String>)> {
    let context = progress.context;
    let aftermath = eyes.aftermath;
    let host = &aftermath.begun.host.name;
    let cancelled = || Error::from(RestoreError::WatchingCancelled { host: host.clone() });
    let limit = aftermath.begun.options.return_within();
    let end = Instant::now() + limit;
    let mut course = Course {
        host,
        goes_down_within: context.pace.goes_down_within,
        may_reconnect: aftermath.may_reconnect,
        was_away: aftermath.was_away,
        has_reconnected: false,
        same_since: None,
    };
    for pause in context.pace.pauses() {
        let sight = context.cancel.run_until_cancelled(Box::pin(eyes.look())).await;
        let sight = sight.unwrap_or_else(|| Sight::Stop(cancelled()));
        if let (Step::GoDown, Sight::Away(seen)) = (*step, &sight) {
            known.push(format!("{host} went away: {seen}"));
            progress.done_anyway(*step, Some(seen.clone())).await;
            *step = Step::Return;
            progress.begin_anyway(*step).await;
        }
        let seen = match course.next(sight, Instant::now()) {
            Next::Back(system, session, doubt) => return Ok((system, session, doubt)),
            Next::GoesOn(seen) => seen,
            Next::Ends(error) => return Err(error),
            Next::Reconnect => {
                let reconnect = tokio::time::timeout_at(end, eyes.reconnect(context.pace));
                match context.cancel.run_until_cancelled(reconnect).await {
                    None => return Err(cancelled()),
                    Some(Err(_)) => "being connected again by the vCenter".to_owned(),
                    Some(Ok(Err(error))) => return Err(error),
                    Some(Ok(Ok(None))) => {
                        "disconnected in the vCenter, and not to be reached from here".to_owned()
                    }
                    Some(Ok(Ok(Some(note)))) => {
                        course.has_reconnected = true;
                        eyes.notes.push(note);
                        "connected again".to_owned()
                    }
                }
            }
        };
        if Instant::now() >= end {
            return Err(
                RestoreError::NotBack { host: host.clone(), seconds: limit.as_secs(), last: seen }.into()
            );
        }
        progress.goes_on(*step, None, Some(&seen));
        // The next look sees the cancellation.
        context.cancel.run_until_cancelled(tokio::time::sleep(pause)).await;
    }
    unreachable!("the pauses never end")
}
