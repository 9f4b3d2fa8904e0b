//! `hostkeep hosts`: every host, its state, and how old its last backup is.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use hostconfig::ErrorReport;
use hostconfig::archive::{Archive, Record};
use hostconfig::inventory::{Host, Inventory, with_inventory};
use hostconfig::known_hosts;
use hostconfig::recovery_keys::{self, KeptKey};
use hostconfig::safety::{HostSafety, Safety, assess, deciding_reports, last_good, unknown};
use hostconfig::settings::Settings;
use hostconfig::verified;
use serde::Serialize;
use vsphere::inventory::{ConnectionState, Lockdown};

use crate::arguments::HostsArguments;
use crate::commands::archive::{Unreadable, tell_unreadable};
use crate::console::{self, STRONG};
use crate::context::{Context, now};
use crate::failure::{Exit, Failure};
use crate::{interrupt, login, text};

#[derive(Serialize)]
struct Body {
    hosts: Vec<Row>,
    /// Servers whose hosts are not known.
    failed_servers: Vec<FailedServer>,
}

#[derive(Serialize)]
struct FailedServer {
    name: String,
    error: ErrorReport,
}

#[derive(Serialize)]
struct Row {
    name: String,
    server: String,
    /// From the outermost folder down to the cluster.
    path: Vec<String>,
    datacenter: Option<String>,
    cluster: Option<String>,
    version: Option<String>,
    build: Option<String>,
    connection: &'static str,
    maintenance_mode: Option<bool>,
    lockdown: Option<&'static str>,
    vendor: Option<String>,
    model: Option<String>,
    uuid: Option<String>,
    /// Whether its configuration is sealed by its TPM.
    sealed_by_tpm: Option<bool>,
    /// When its recovery key was kept last, where it is.
    recovery_key_kept_at: Option<DateTime<FixedOffset>>,
    /// Whether the host has a firmware system, without which it has no backup.
    can_be_backed_up: bool,
    last_backup: Option<LastBackup>,
    /// How safe its configuration is.
    safety: Safety,
}

#[derive(Serialize)]
struct LastBackup {
    id: String,
    taken_at: DateTime<Utc>,
}

pub(crate) async fn run(context: &Context, arguments: HostsArguments) -> Result<Exit, Failure> {
    let settings = context.settings()?;
    let logins = login::logins(&context.console, &arguments.connect, &settings).await?;
    let cancel = interrupt::token(&context.console)?;
    let kept = kept(context, &settings);
    let mut inventory = with_inventory(logins.ready, &cancel, async |inventory| inventory).await?;
    // Monitoring hears of each server by itself, also of the only one.
    if inventory.servers.is_empty()
        && !arguments.check
        && let Some(failed) = inventory.failed.drain(..).next()
    {
        return Err(failed.error.into());
    }
    let without_password =
        logins.failed.into_iter().map(|(name, failure)| FailedServer { name, error: failure.report });
    let without_answer = inventory
        .failed
        .iter()
        .map(|failed| FailedServer { name: failed.name.clone(), error: failed.error.report() });
    let failed_servers: Vec<FailedServer> = without_password.chain(without_answer).collect();
    for FailedServer { name, error } in &failed_servers {
        let error = ErrorReport { message: format!("{name}: {}", error.message), ..error.clone() };
        context.console.say(&console::told(&error, console::error_width()));
    }
    let stale_after = TimeDelta::days(arguments.stale_after.unwrap_or(settings.stale_after_days).into());
    let safety = match kept {
        Some(kept) => assessed(context, &inventory, &kept, stale_after, now()),
        None => unknown(&known_hosts::of(&inventory)),
    };
    let recovery_keys = kept_recovery_keys(context);
    let keys = recovery_keys::kept_at(&recovery_keys);
    let mut hosts: Vec<Row> = inventory
        .hosts
        .iter()
        .zip(safety)
        .map(|(host, safety)| row(&inventory, host, safety, keys.get(host.identity.as_str()).copied()))
        .collect();
    let all = hosts.len();
    if arguments.check {
        hosts.retain(Row::is_unsafe);
    }
    let body = Body { hosts, failed_servers };
    context.console.result(&body, || match body.hosts[..] {
        [] if arguments.check && all > 0 => {
            format!("None of {} is without a fresh backup.\n", text::count(all, "host"))
        }
        [] if arguments.check => {
            "No host was seen, so that of none it is known that it is safe.\n".to_owned()
        }
        _ => told(&body, now().to_utc()),
    })?;
    Ok(match body.failed_servers[..] {
        _ if arguments.check && !body.hosts.is_empty() => Exit::Failed,
        [] if arguments.check && all == 0 => Exit::Failed,
        [] => Exit::Ok,
        _ => Exit::SomeFailed,
    })
}

/// What the archive and this computer know of backups.
#[derive(Default)]
struct Kept {
    records: Vec<Record>,
    /// The ids of what was found damaged.
    damaged: HashSet<String>,
    /// Where the reports of runs are.
    archive: Option<Archive>,
}

/// What is in the archive. Without one it is nothing; one that cannot be read is no reason to hide the hosts, but nobody knows what
/// is in it.
fn kept(context: &Context, settings: &Settings) -> Option<Kept> {
    let read = |archive: Archive| {
        let listing = archive.list()?;
        Ok((listing, verified::load(&context.config, archive.id())?, archive))
    };
    let (listing, verified, archive) = match context.open_archive(settings).and_then(read) {
        Ok(read) => read,
        Err(failure) => {
            if matches!(failure.report.code.as_str(), "not_an_archive" | "archive_missing") {
                return Some(Kept::default());
            }
            context.console.warn_of(&failure.report);
            return None;
        }
    };
    let unreadable: Vec<Unreadable> = listing.problems.iter().map(Unreadable::from).collect();
    tell_unreadable(&context.console, &unreadable);
    let damaged = verified.into_iter().filter(|(_, verified)| !verified.is_good()).map(|(id, _)| id);
    Some(Kept { records: listing.records, damaged: damaged.collect(), archive: Some(archive) })
}

/// How safe each host is, by its newest backup that was not found damaged and whose bundle is there. Only of those that
/// count is it looked at whether it is: a share has many.
fn assessed(
    context: &Context,
    inventory: &Inventory,
    kept: &Kept,
    stale_after: TimeDelta,
    now: DateTime<FixedOffset>,
) -> Vec<HostSafety> {
    let hosts = known_hosts::of(inventory);
    let damaged = kept.records.iter().filter(|record| kept.damaged.contains(&record.id));
    let mut gone: HashSet<&Path> = damaged.map(|record| &*record.folder).collect();
    loop {
        let there = || kept.records.iter().filter(|record| !gone.contains(&*record.folder));
        let newest = last_good(&hosts, there(), now.to_utc());
        let missing: Vec<&Path> = newest
            .iter()
            .flatten()
            .filter(|record| !is_there(record))
            .map(|record| &*record.folder)
            .collect();
        if missing.is_empty() {
            let read =
                |archive| deciding_reports(archive, &HashMap::new(), &hosts, there(), stale_after, now);
            let reports = kept.archive.as_ref().map_or_else(|| Ok(Vec::new()), read);
            let reports = reports.unwrap_or_else(|error| {
                context.console.warn_of(&error.report());
                Vec::new()
            });
            return assess(&hosts, there(), reports.iter().map(AsRef::as_ref), stale_after, now);
        }
        gone.extend(missing);
    }
}

fn is_there(record: &Record) -> bool {
    std::fs::metadata(record.bundle_path()).is_ok_and(|file| file.len() == record.bundle.bytes)
}

/// That it cannot be read which are kept hides no host.
fn kept_recovery_keys(context: &Context) -> Vec<KeptKey> {
    recovery_keys::load(&context.config).unwrap_or_else(|error| {
        context.console.warn_of(&error.report());
        Vec::new()
    })
}

fn row(
    inventory: &Inventory,
    host: &Host,
    safety: HostSafety,
    recovery_key_kept_at: Option<DateTime<FixedOffset>>,
) -> Row {
    let system = host.system.clone();
    let (version, build) = system.product.map(|product| (product.version, product.build)).unzip();
    Row {
        name: system.name,
        server: inventory.servers[host.server].shown(),
        path: system.path,
        datacenter: system.datacenter,
        cluster: system.cluster,
        version,
        build,
        connection: match system.connection {
            ConnectionState::Connected => "connected",
            ConnectionState::Disconnected => "disconnected",
            ConnectionState::NotResponding => "not_responding",
        },
        maintenance_mode: system.in_maintenance_mode,
        lockdown: system.lockdown.map(|lockdown| match lockdown {
            Lockdown::Disabled => "disabled",
            Lockdown::Normal => "normal",
            Lockdown::Strict => "strict",
        }),
        vendor: system.vendor,
        model: system.model,
        uuid: system.uuid,
        sealed_by_tpm: system.sealed_by_tpm,
        recovery_key_kept_at,
        can_be_backed_up: system.firmware_system.is_some(),
        last_backup: safety.last_good.map(|good| LastBackup { id: good.record, taken_at: good.taken_at }),
        safety: safety.safety,
    }
}

fn told(body: &Body, now: DateTime<Utc>) -> String {
    if body.hosts.is_empty() {
        return "There are no hosts.\n".to_owned();
    }
    let is_wide_enough =
        |table: &String| console::output_width().is_none_or(|width| text::width(table) <= usize::from(width));
    let table = Some(wide(body, now)).filter(is_wide_enough).unwrap_or_else(|| narrow(body, now));
    format!("{table}\n{}\n", text::count(body.hosts.len(), "host"))
}

fn wide(body: &Body, now: DateTime<Utc>) -> String {
    let several = has_several_servers(body);
    let cells = |host: &Row| {
        let yes = |on| if on { "yes" } else { "no" };
        vec![
            host.name.clone(),
            host.place(several),
            known(host.version.as_ref()),
            known(host.build.as_ref()),
            host.connection.replace('_', " "),
            known(host.maintenance_mode.map(yes)),
            known(host.lockdown.map(|mode| if mode == "disabled" { "no" } else { mode })),
            host.age(now),
        ]
    };
    let header = ["host", "where", "esxi", "build", "state", "maintenance", "lockdown", "last backup"];
    text::table(&header, &[], &[], body.hosts.iter().map(cells).collect(), None)
}

/// For 80 columns: where hosts are is said above them, and their states stand together.
fn narrow(body: &Body, now: DateTime<Utc>) -> String {
    let several = has_several_servers(body);
    let cells = |host: &Row| {
        let lockdown = host.lockdown.is_some_and(|mode| mode != "disabled").then_some("lockdown");
        let maintenance = (host.maintenance_mode == Some(true)).then_some("maintenance");
        let states: Vec<&str> =
            [Some(host.connection), maintenance, lockdown].into_iter().flatten().collect();
        let (version, build) = (known(host.version.as_ref()), known(host.build.as_ref()));
        vec![host.name.clone(), version, build, states.join(", ").replace('_', " "), host.age(now)]
    };
    let header = ["host", "esxi", "build", "state", "last backup"];
    let table = text::table(&header, &[], &[], body.hosts.iter().map(cells).collect(), None);
    let mut lines = table.lines();
    let header = lines.next().map(str::to_owned);
    let mut above = None;
    let rows = lines.zip(&body.hosts).map(|(line, host)| {
        let place = host.place(several);
        let is_new = above.as_ref() != Some(&place);
        let heading =
            if is_new { format!("\n{STRONG}{}{STRONG:#}\n", text::visible(&place)) } else { String::new() };
        above = Some(place);
        heading + line
    });
    header.into_iter().chain(rows).map(|line| line + "\n").collect()
}

fn has_several_servers(body: &Body) -> bool {
    body.hosts.iter().any(|host| host.server != body.hosts[0].server)
}

fn known(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "?".to_owned(), |value| value.to_string())
}

impl Row {
    /// The path, with the server before it where there are several.
    fn place(&self, several: bool) -> String {
        let path = self.path.join("/");
        if several { format!("{}: {path}", self.server) } else { path }
    }

    /// Whether its backups need looking after. One that cannot pack its configuration has none to look after.
    fn is_unsafe(&self) -> bool {
        matches!(self.safety, Safety::Stale | Safety::Failing | Safety::Never | Safety::Unknown)
    }

    /// How old its last backup is, and what is wrong with that.
    fn age(&self, now: DateTime<Utc>) -> String {
        let age = match &self.last_backup {
            Some(last) => text::age(now - last.taken_at),
            None if self.safety == Safety::Unknown => "?".to_owned(),
            None => "never".to_owned(),
        };
        let wrong = match self.safety {
            Safety::Fresh | Safety::Never | Safety::Unknown => "",
            Safety::Stale => ", stale",
            Safety::Failing => ", failing",
            Safety::NotSupported => ", not supported",
        };
        let lacks_key = self.sealed_by_tpm == Some(true)
            && self.last_backup.is_some()
            && self.recovery_key_kept_at.is_none();
        age + wrong + if lacks_key { ", no recovery key" } else { "" }
    }
}
