//! `hostkeep hosts`: every host, its state, and how old its last backup is.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use hostconfig::ErrorReport;
use hostconfig::archive::{Listing, Record};
use hostconfig::inventory::{Host, Inventory, with_inventory};
use hostconfig::settings::Settings;
use serde::Serialize;
use vsphere::inventory::{ConnectionState, Lockdown};

use crate::arguments::HostsArguments;
use crate::console;
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
    /// Whether the host has a firmware system, without which it has no backup.
    can_be_backed_up: bool,
    last_backup: Option<LastBackup>,
}

#[derive(Clone, Serialize)]
struct LastBackup {
    id: String,
    taken_at: DateTime<Utc>,
}

pub(crate) async fn run(context: &Context, arguments: HostsArguments) -> Result<Exit, Failure> {
    let settings = context.settings()?;
    let logins = login::logins(&context.console, &arguments.connect, &settings).await?;
    let cancel = interrupt::token(&context.console);
    let last_backups = last_backups(context, &settings);
    let mut inventory = with_inventory(logins.ready, &cancel, async |inventory| inventory).await?;
    if inventory.servers.is_empty()
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
    let hosts = inventory.hosts.iter().map(|host| row(&inventory, host, &last_backups)).collect();
    let body = Body { hosts, failed_servers };
    context.console.result(&body, || told(&body, now().to_utc()))?;
    Ok(if body.failed_servers.is_empty() { Exit::Ok } else { Exit::SomeFailed })
}

/// Each host's newest backup whose bundle is there, by the host's identity. Without an archive there is none; one that
/// cannot be read is no reason to hide the hosts.
fn last_backups(context: &Context, settings: &Settings) -> HashMap<String, LastBackup> {
    let listing = match context.open_archive(settings).and_then(|archive| Ok(archive.list()?)) {
        Ok(listing) => listing,
        Err(failure) => {
            if failure.report.code != "not_an_archive" {
                context.console.warn_of(&failure.report);
            }
            Listing::default()
        }
    };
    let mut newest = HashMap::new();
    for record in listing.records.iter().filter(|record| is_there(record)) {
        let last = LastBackup { id: record.id.clone(), taken_at: record.taken_at };
        newest.entry(record.host.identity.clone()).or_insert(last);
    }
    newest
}

fn is_there(record: &Record) -> bool {
    std::fs::metadata(record.bundle_path()).is_ok_and(|file| file.len() == record.bundle.bytes)
}

fn row(inventory: &Inventory, host: &Host, last_backups: &HashMap<String, LastBackup>) -> Row {
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
        can_be_backed_up: system.firmware_system.is_some(),
        last_backup: last_backups.get(&host.identity).cloned(),
    }
}

fn told(body: &Body, now: DateTime<Utc>) -> String {
    if body.hosts.is_empty() {
        return "There are no hosts.\n".to_owned();
    }
    let servers: HashSet<&str> = body.hosts.iter().map(|host| host.server.as_str()).collect();
    let cells = |host: &Row| {
        let last = host.last_backup.as_ref();
        let mut path = host.path.join("/");
        if servers.len() > 1 {
            path = format!("{}: {path}", host.server);
        }
        let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "?".to_owned());
        vec![
            host.name.clone(),
            path,
            known(&host.version),
            known(&host.build),
            host.connection.replace('_', " "),
            host.maintenance_mode.map_or("?", |on| if on { "yes" } else { "no" }).to_owned(),
            host.lockdown.map_or("?", |mode| if mode == "disabled" { "no" } else { mode }).to_owned(),
            last.map_or("never".to_owned(), |last| text::age(now - last.taken_at)),
        ]
    };
    let header = ["host", "where", "esxi", "build", "state", "maint.", "lockdown", "last backup"];
    let rows = body.hosts.iter().map(cells).collect();
    let table = text::table(&header, &[], rows, console::output_width());
    format!("{table}\n{}\n", text::count(body.hosts.len(), "host"))
}
