//! Which bundles are proven by having been restored.

use std::collections::HashSet;

use super::journal::history;
use super::report::Outcome;
use crate::Result;
use crate::config_dir::ConfigDir;

/// The SHA-256 of each bundle that was restored from this computer, after which the host had the same content. Journals that
/// cannot be understood prove nothing.
pub fn proven_bundles(config: &ConfigDir) -> Result<HashSet<String>> {
    let (restores, _) = history(config)?;
    let proven = restores.into_iter().filter(|restore| {
        restore.report.as_ref().is_some_and(|report| {
            let is_same = report.comparison.as_ref().is_some_and(crate::bundle::Comparison::is_same);
            report.outcome == Outcome::Proven && is_same
        })
    });
    Ok(proven.map(|restore| restore.begun.bundle.sha256).collect())
}
