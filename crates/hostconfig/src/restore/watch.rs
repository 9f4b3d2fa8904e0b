//! After the host was told to restore: it goes down, comes back, is compared with the bundle, and leaves maintenance mode.

use tokio::time::Instant;
use vsphere::inventory::HostSystem;
use vsphere::{Credentials, Session, SignedIn};

use super::error::RestoreError;
use super::journal::Begun;
use super::maintenance;
use super::progress::{Progress, Step};
use super::prove::{Proof, prove};
use super::report::Outcome;
use super::request::NamedCertificate;
use super::sight::{Eyes, Sight};
use super::source::Bundle;
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
    /// The server is the host itself.
    pub(super) is_direct: bool,
    pub(super) begun: &'a Begun,
    pub(super) bundle: Option<&'a Bundle>,
    pub(super) may_reconnect: bool,
    pub(super) leaves_maintenance: bool,
    /// Whether the host answered that it would restore; none where that was another time.
    pub(super) answered: Option<bool>,
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

/// A host that has restarted, and the session that it was seen in.
pub(super) struct Back {
    pub(super) host: HostSystem,
    pub(super) session: Session,
    /// Where that session is a new one.
    signed_in: Option<SignedIn>,
    pub(super) notes: Vec<String>,
}

/// Watches the host until it is back, compares it with the bundle, and has it leave maintenance mode.
pub(super) async fn see_through(
    aftermath: &Aftermath<'_>,
    session: Option<Session>,
    progress: &mut Progress<'_>,
) -> Seen {
    let host = &aftermath.begun.host.name;
    let answer = match aftermath.answered {
        Some(true) => ", and answered that it would",
        Some(false) => ", but no answer came",
        None => "",
    };
    let mut known = vec![format!("{host} was told to restore the bundle{answer}")];
    let mut eyes = Eyes { aftermath, session, signed_in: None, notes: Vec::new(), refused_directly: None };
    let back = match until_back(&mut eyes, progress, &mut known).await {
        Ok(host) => host,
        Err(error) => {
            let offers_reconnect = matches!(
                &error,
                Error::Restore(error)
                    if matches!(**error, RestoreError::NeedsReconnect { .. } | RestoreError::ReconnectFailed { .. })
            );
            if let Some(signed_in) = eyes.signed_in {
                signed_in.sign_out().await;
            }
            let outcome = Outcome::Unknown { known, error: error.report() };
            return Seen { offers_reconnect, ..Seen::only(outcome) };
        }
    };
    known.extend(back.notes.iter().cloned());
    let seen = look_at(aftermath, &back, known, progress).await;
    if let Some(signed_in) = back.signed_in {
        signed_in.sign_out().await;
    }
    seen
}

async fn look_at(
    aftermath: &Aftermath<'_>,
    back: &Back,
    mut known: Vec<String>,
    progress: &mut Progress<'_>,
) -> Seen {
    progress.begin_anyway(Step::Compare).await;
    let Proof { known: proven, open, comparison } = prove(aftermath, back, progress.context).await;
    known.extend(proven);
    let note = if open.is_empty() { "alike".to_owned() } else { open.join("; ") };
    progress.done_anyway(Step::Compare, Some(note)).await;
    let mut left = Ok(());
    if aftermath.leaves_maintenance {
        progress.begin_anyway(Step::LeaveMaintenanceMode).await;
        left = maintenance::leave(&back.session, &back.host.object, progress.context.pace).await;
        match &left {
            Ok(()) => progress.done_anyway(Step::LeaveMaintenanceMode, None).await,
            Err(error) => progress.failed(Step::LeaveMaintenanceMode, error).await,
        }
    } else {
        progress.skip(Step::LeaveMaintenanceMode, "not entered by this restore, or to stay in it");
    }
    let has_left_maintenance = aftermath.leaves_maintenance && left.is_ok();
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

async fn until_back(
    eyes: &mut Eyes<'_>,
    progress: &mut Progress<'_>,
    known: &mut Vec<String>,
) -> Result<Back> {
    let context = progress.context;
    let begun = eyes.aftermath.begun;
    let host = begun.host.name.clone();
    let started = Instant::now();
    let mut was_away = false;
    let mut has_reconnected = false;
    progress.begin_anyway(Step::GoDown).await;
    for pause in context.pace.pauses() {
        let sight = context.cancel.run_until_cancelled(Box::pin(eyes.look())).await;
        let step = if was_away { Step::Return } else { Step::GoDown };

        let (last, ended) = match sight {
            None => {
                (String::new(), Some(Error::from(RestoreError::WatchingCancelled { host: host.clone() })))
            }
            Some(Sight::Later(system, session)) if was_away || is_surely_later(begun, &system) => {
                if !was_away {
                    progress.done_anyway(Step::GoDown, None).await;
                    progress.begin_anyway(Step::Return).await;
                }
                let up = system.boot_time.map(|at| at.to_utc().format("%Y-%m-%d %H:%M:%S UTC"));
                progress.done_anyway(Step::Return, up.as_ref().map(|at| format!("up since {at}"))).await;
                known.push(match up {
                    Some(at) => format!("{host} has restarted: it is up since {at}"),
                    None => format!("{host} has restarted"),
                });
                return Ok(Back {
                    host: *system,
                    session,
                    signed_in: eyes.signed_in.take(),
                    notes: std::mem::take(&mut eyes.notes),
                });
            }
            Some(Sight::Same | Sight::Later(..)) => {
                let limit = context.pace.goes_down_within;
                let is_late = !was_away && started.elapsed() > limit;
                let error = RestoreError::NotDown { host: host.clone(), seconds: limit.as_secs() };
                ("up, and has not restarted yet".to_owned(), is_late.then(|| Error::from(error)))
            }
            Some(Sight::Disconnected) if has_reconnected => ("disconnected in the vCenter".to_owned(), None),
            Some(Sight::Disconnected) if eyes.aftermath.may_reconnect => match eyes
                .reconnect(context.pace)
                .await
            {
                Ok(Some(note)) => {
                    has_reconnected = true;
                    eyes.notes.push(note);
                    ("connected again".to_owned(), None)
                }
                Ok(None) => ("disconnected in the vCenter, and not to be reached from here".to_owned(), None),
                Err(error) => (String::new(), Some(error)),
            },
            Some(Sight::Disconnected) => {
                (String::new(), Some(Error::from(RestoreError::NeedsReconnect { host: host.clone() })))
            }
            Some(Sight::Away(last)) => {
                if !was_away {
                    was_away = true;
                    known.push(format!("{host} went down"));
                    progress.done_anyway(Step::GoDown, Some(last.clone())).await;
                    progress.begin_anyway(Step::Return).await;
                }
                (last, None)
            }
            Some(Sight::Unseen(last)) => (last, None),
            Some(Sight::Stop(error)) => (String::new(), Some(error)),
        };
        let limit = begun.options.return_within();
        let is_over = started.elapsed() > limit;
        let not_back =
            || RestoreError::NotBack { host: host.clone(), seconds: limit.as_secs(), last: last.clone() };
        if let Some(error) = ended.or_else(|| is_over.then(|| Error::from(not_back()))) {
            known.append(&mut eyes.notes);
            known.extend(eyes.refused_directly.take());
            progress.failed(step, &error).await;
            return Err(error);
        }
        progress.goes_on(step, None, Some(&last));
        // The next look sees the cancellation.
        context.cancel.run_until_cancelled(tokio::time::sleep(pause)).await;
    }
    unreachable!("the pauses never end")
}

/// A boot time is computed from a clock that may be set: a few seconds alone prove nothing, where nobody saw the host go down.
fn is_surely_later(begun: &Begun, host: &HostSystem) -> bool {
    let before = begun.before.boot_time.unwrap_or(begun.started_at.to_utc());
    host.boot_time.is_some_and(|now| now - before > chrono::TimeDelta::seconds(10))
}
