//! The recovery keys of a run's hosts: asked for beside the bundles, kept together at the end. A keyring that does not answer must
//! hold up no host, and a key that cannot be kept is a warning, not a failed backup.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, FixedOffset};
use vsphere::recovery_keys;

use super::Run;
use crate::ConfigDir;
use crate::recovery_keys::{HostKeys, keep};

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
    pub(super) fn keep(mut self, config: &ConfigDir, now: DateTime<FixedOffset>) -> Vec<String> {
        let mut warnings = Vec::new();
        if !self.keys.is_empty()
            && let Err(error) = keep(config, &self.keys, now)
        {
            warnings.push(format!(
                "the recovery keys of hosts that are sealed by their TPM are not kept: {error}"
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
