//! `hostkeep recovery-key`: the recovery keys of hosts that are sealed by their TPM, which backups have kept in the keyring.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset};
use hostconfig::audit::{AuditAction, AuditEntry};
use hostconfig::recovery_keys::{self, KeptKey};
use hostconfig::selection::Selection;
use hostconfig::{Error, ErrorReport};
use secrecy::ExposeSecret as _;
use serde::Serialize;

use crate::arguments::RecoveryKeyCommand;
use crate::console::{BAD, STRONG};
use crate::context::{Context, now};
use crate::failure::{Exit, Failure};
use crate::text;

#[derive(Serialize)]
struct Listed<'a> {
    keys: &'a [KeptKey],
}

#[derive(Serialize)]
struct Shown<'a> {
    host: &'a str,
    /// The one that was kept last first: it is the one that the host asks for, unless it was replaced since its last backup.
    keys: Vec<ShownKey<'a>>,
}

#[derive(Serialize)]
struct ShownKey<'a> {
    id: &'a str,
    kept_at: DateTime<FixedOffset>,
    /// None where it cannot be read.
    key: Option<String>,
    error: Option<ErrorReport>,
}

pub(crate) fn run(context: &Context, command: RecoveryKeyCommand) -> Result<Exit, Failure> {
    let kept = recovery_keys::load(&context.config)?;
    match command {
        RecoveryKeyCommand::List => list(context, &kept),
        RecoveryKeyCommand::Show { host } => show(context, &kept, host),
    }
}

fn list(context: &Context, kept: &[KeptKey]) -> Result<Exit, Failure> {
    context.console.result(&Listed { keys: kept }, || told_list(kept))?;
    Ok(Exit::Ok)
}

fn told_list(kept: &[KeptKey]) -> String {
    if kept.is_empty() {
        return "No recovery key is kept. Backups keep those of hosts that are sealed by their TPM.\n"
            .to_owned();
    }
    let row = |key: &KeptKey| vec![key.host.clone(), key.id.clone(), text::with_offset(key.kept_at)];
    let table = text::table(&["host", "key", "kept"], &[], &[], kept.iter().map(row).collect(), None);
    format!("{table}\nhostkeep recovery-key show HOST shows a host's keys.\n")
}

fn show(context: &Context, kept: &[KeptKey], host: String) -> Result<Exit, Failure> {
    let names: BTreeSet<&str> = kept.iter().map(|key| key.host.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let selection = Selection { wanted: vec![host], ..Selection::default() };
    let chosen = selection.choose(&names, |name| name, |_| &[]).complete().map_err(Error::from)?;
    let [chosen] = chosen[..] else {
        let hint = "Keys are shown of one host at a time: give its whole name.";
        return Err(Failure::new("usage", "several hosts have that name", hint));
    };
    let host = names[chosen];
    // One that cannot be read hides no other: this may be the day on which it is needed.
    let (mut keys, mut failed) = (Vec::new(), None);
    for kept in kept.iter().rev().filter(|key| key.host == host) {
        let (key, error) = match recovery_keys::read(&context.config, kept) {
            Ok(key) => (Some(key.expose_secret().to_owned()), None),
            Err(error) => (None, Some(error)),
        };
        keys.push(ShownKey {
            id: &kept.id,
            kept_at: kept.kept_at,
            key,
            error: error.as_ref().map(Error::report),
        });
        failed = failed.or(error);
    }
    if let Some(error) = failed
        && keys.iter().all(|shown| shown.key.is_none())
    {
        return Err(error.into());
    }
    let shown = Shown { host, keys };
    let host = Some(host.to_owned());
    context.note(&[AuditEntry { host, ..AuditEntry::new(now(), AuditAction::RecoveryKeyShow, "ok") }]);
    context.console.result(&shown, || told(&shown))?;
    Ok(Exit::Ok)
}

fn told(shown: &Shown<'_>) -> String {
    let keys = shown.keys.iter().map(|ShownKey { id, kept_at, key, error }| {
        let told = match (key, error) {
            (Some(key), _) => text::visible(key).into_owned(),
            (None, error) => {
                let message = error.as_ref().map_or("", |error| &error.message);
                format!("{BAD}not readable{BAD:#}: {}", text::visible(message))
            }
        };
        let kept_at = text::with_offset(*kept_at);
        format!("{STRONG}{}{STRONG:#}, kept {kept_at}\n{told}\n\n", text::visible(id))
    });
    let keys: String = keys.collect();
    format!(
        "{keys}Press Shift+O where {} starts, and add to its boot options:\n  encryptionRecoveryKey=KEY\n",
        text::visible(shown.host)
    )
}
