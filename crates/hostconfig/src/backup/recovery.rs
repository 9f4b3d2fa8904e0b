//! The recovery keys of a run's hosts: asked for beside the bundles, kept together at the end. A keyring that does not answer must
//! hold up neither hosts nor the report, and a key that cannot be kept is a warning, not a failed backup.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use vsphere::recovery_keys;

/// A locked keyring asks its user for a password, and waits for it for ever. Nobody may be there.
const KEYRING_ANSWERS_WITHIN: Duration = Duration::from_secs(60);

use super::Run;
use crate::recovery_keys::{HostKeys, keep};
use crate::{ConfigDir, Result};

/// What hosts that are sealed by their TPM said.
#[derive(Default)]
pub(super) struct Recovery(Mutex<Found>);

#[derive(Default)]
pub(super) struct Found {
    keys: Vec<HostKeys>,
    /// Of which hosts the keys are not known, and why not.
    unknown: Vec<(String, String)>,
}

/// Asks a host at this place of the inventory for its keys, if it is sealed.
pub(super) async fn ask(run: &Run, at: usize) {
    let host = &run.inventory.hosts[at];
    let system = &host.system;
    if run.context.recovery_keys.is_none() || system.sealed_by_tpm != Some(true) {
        return;
    }
    let session = &run.inventory.servers[host.server].session;
    let answer = recovery_keys(session, &system.object).await;
    let mut found = run.recovery.lock();
    match answer {
        Ok(keys) if keys.is_empty() => {
            found.unknown.push((system.name.clone(), "the host lists none".to_owned()));
        }
        Ok(keys) => {
            let (identity, host) = (host.identity.clone(), system.name.clone());
            found.keys.push(HostKeys { identity, host, keys });
        }
        Err(error) => found.unknown.push((system.name.clone(), error.to_string())),
    }
}

impl Recovery {
    /// All that was said.
    pub(super) fn take(&self) -> Found {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Found {
    /// Keeps the keys. What could not be kept is told once for all hosts.
    pub(super) async fn keep(
        mut self,
        config: ConfigDir,
        now: DateTime<FixedOffset>,
        cancel: &CancellationToken,
    ) -> Vec<String> {
        let mut warnings = Vec::new();
        let keys = std::mem::take(&mut self.keys);
        if !keys.is_empty()
            && let Some(reason) =
                in_time(KEYRING_ANSWERS_WITHIN, cancel, move || keep(&config, &keys, now)).await
        {
            warnings.push(format!(
                "the recovery keys of hosts that are sealed by their TPM are not kept: {reason}"
            ));
        }
        self.unknown.sort();
        if let Some((host, reason)) = self.unknown.first() {
            let others = match self.unknown.len() - 1 {
                0 => String::new(),
                1 => " (and of one other host)".to_owned(),
                others => format!(" (and of {others} other hosts)"),
            };
            warnings.push(format!("the recovery key of {host}{others} is not known: {reason}"));
        }
        warnings
    }
}

/// Why it did not come about. On a thread of its own, which is left to itself when it takes too long.
async fn in_time(
    within: Duration,
    cancel: &CancellationToken,
    keep: impl FnOnce() -> Result<usize> + Send + 'static,
) -> Option<String> {
    let (tell, told) = oneshot::channel();
    std::thread::spawn(move || {
        // Whoever waits may have given up.
        let _ = tell.send(keep());
    });
    match cancel.run_until_cancelled(tokio::time::timeout(within, told)).await {
        Some(Ok(Ok(kept))) => kept.err().map(|error| error.to_string()),
        Some(Ok(Err(_))) => Some("the keyring failed".to_owned()),
        Some(Err(_)) => {
            Some(format!("the keyring did not answer within {} s; it may be locked", within.as_secs()))
        }
        None => Some("the run was cancelled".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_keyring_that_does_not_answer_is_given_up() {
        const LONG: Duration = Duration::from_secs(60);
        let (_unlock, locked) = std::sync::mpsc::channel::<()>();
        let stuck = move || Ok(locked.recv().map_or(0, |()| 1));
        let going_on = CancellationToken::new();
        let reason = in_time(Duration::ZERO, &going_on, stuck).await.unwrap();
        assert!(reason.starts_with("the keyring did not answer within 0 s"), "{reason}");
        assert_eq!(in_time(LONG, &going_on, || Ok(1)).await, None);
        let failed = in_time(LONG, &going_on, || Err(crate::Error::Cancelled)).await;
        assert_eq!(failed, Some(crate::Error::Cancelled.to_string()));
        going_on.cancel();
        assert_eq!(in_time(LONG, &going_on, || Ok(1)).await.unwrap(), "the run was cancelled");
    }
}
