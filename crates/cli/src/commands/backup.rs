//! `hostkeep backup`: a run over many hosts, watched on the terminal and summed up at its end.

use std::io::{self, Read as _};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use hostconfig::audit::AuditLog;
use hostconfig::backup::{BackupRequest, HostReport, Outcome, RunContext, RunReport, ServerReport, back_up};
use hostconfig::files::FileError;
use hostconfig::hosts_file::{self, HostsFileError};
use hostconfig::selection::Selection;
use hostconfig::{Error, ErrorReport};
use serde::Serialize;

use crate::arguments::BackupArguments;
use crate::console::{BAD, GOOD, STRONG, WARNING};
use crate::context::{Context, now};
use crate::failure::{Exit, Failure};
use crate::progress::RunProgress;
use crate::{interrupt, login, text};

#[derive(Serialize)]
struct Body<'a> {
    archive: String,
    run: &'a RunReport,
}

pub(crate) async fn run(context: &Context, arguments: BackupArguments) -> Result<Exit, Failure> {
    let BackupArguments { mut host, hosts_file, exclude, concurrency, note, connect } = arguments;
    if let Some(file) = &hosts_file {
        if file == Path::new("-") && connect.password_stdin {
            return Err(Failure::new(
                "usage",
                "standard input cannot be both the hosts file and the password",
                "Give the hosts in a file, or keep the password in the keyring with: hostkeep server add",
            ));
        }
        host.extend(named_in(file)?);
    }
    let settings = context.settings()?;
    let logins = login::logins(&context.console, &connect, &settings).await?;
    // From here on Ctrl+C ends the run tidily.
    let cancel = interrupt::token(&context.console);
    let archive = context.open_or_create_archive(&settings)?;
    let lock = archive.lock("hostkeep backup", now())?;

    let progress = RunProgress::new(&context.console);
    let request = BackupRequest {
        servers: logins.ready,
        selection: Selection { wanted: host, excluded: exclude },
        concurrency: at_once(concurrency.unwrap_or(settings.concurrency)),
        note,
        host_port: None,
    };
    let run = RunContext {
        lock: Arc::new(lock),
        audit: AuditLog::new(&context.config),
        clock: now,
        cancel,
        watch: progress.watch(),
    };
    let report = back_up(request, run).await;
    progress.end();
    let mut report = report?;
    let without_password = logins.failed.into_iter();
    report.servers.extend(without_password.map(|(name, failure)| ServerReport {
        name,
        hosts: 0,
        error: Some(failure.report),
    }));

    let folder = archive.root().display().to_string();
    context.console.result(&Body { archive: folder.clone(), run: &report }, || summary(&report, &folder))?;
    Ok(exit(&report))
}

pub(crate) fn exit(report: &RunReport) -> Exit {
    match report {
        _ if report.cancelled() > 0 => Exit::Cancelled,
        _ if report.is_complete() => Exit::Ok,
        _ if report.saved() > 0 => Exit::SomeFailed,
        _ => Exit::Failed,
    }
}

/// What came of the run: how many, what failed and what to do about it, where the bundles are.
pub(crate) fn summary(report: &RunReport, folder: &str) -> String {
    let (saved, all) = (report.saved(), report.hosts.len());
    let took = (report.finished_at - report.started_at).as_seconds_f64();
    let style = if report.is_complete() { GOOD } else { STRONG };
    let mut text = format!(
        "{style}{saved} of {} saved{style:#}: {} in {}, in {}\n",
        text::count(all, "host"),
        text::size(report.bytes()),
        text::seconds(took),
        text::visible(folder),
    );
    if report.cancelled() > 0 {
        text += &format!(
            "{WARNING}Cancelled{WARNING:#}: {} left out.\n",
            text::count(report.cancelled(), "host")
        );
    }
    for server in &report.servers {
        if let Some(error) = &server.error {
            text += &format!("\n{BAD}Server {} failed{BAD:#}: ", text::visible(&server.name));
            text += &format!("{}\n", text::visible(&error.message));
            text += &hint(error);
        }
    }
    let failed: Vec<(&HostReport, &ErrorReport)> = report.hosts.iter().filter_map(failed).collect();
    if !failed.is_empty() {
        text += &format!("\n{BAD}{} failed{BAD:#}:\n", text::count(failed.len(), "host"));
    }
    // A hint that fits many hosts is told once, below the last of them.
    for (at, (host, error)) in failed.iter().enumerate() {
        text += &format!("  {}: {}\n", text::visible(&host.name), text::visible(&error.message));
        if failed.get(at + 1).is_none_or(|(_, next)| next.hint != error.hint) {
            text += &hint(error);
        }
    }
    for host in &report.hosts {
        if let Outcome::Saved { warnings, .. } = &host.outcome {
            for warning in warnings {
                text += &format!("\n{WARNING}Look at {}{WARNING:#}: {warning}.\n", text::visible(&host.name));
            }
        }
    }
    text
}

fn failed(host: &HostReport) -> Option<(&HostReport, &ErrorReport)> {
    match &host.outcome {
        Outcome::Failed { error } => Some((host, error)),
        Outcome::Saved { .. } | Outcome::Cancelled => None,
    }
}

fn hint(error: &ErrorReport) -> String {
    let hint = error.hint.as_ref();
    hint.map(|hint| format!("    {STRONG}hint{STRONG:#}: {}\n", text::visible(hint))).unwrap_or_default()
}

fn at_once(concurrency: u32) -> NonZeroUsize {
    usize::try_from(concurrency).ok().and_then(NonZeroUsize::new).unwrap_or(NonZeroUsize::MIN)
}

/// The names in a hosts file; `-` is standard input.
fn named_in(file: &Path) -> Result<Vec<String>, Failure> {
    if file != Path::new("-") {
        return Ok(hosts_file::read(file)?);
    }
    let mut bytes = Vec::new();
    io::stdin().lock().take(hosts_file::MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > hosts_file::MAX_BYTES {
        let larger = io::Error::other(format!("it is larger than {}", text::size(hosts_file::MAX_BYTES)));
        return Err(Error::from(FileError::new("read", "standard input", larger)).into());
    }
    let names = hosts_file::parse(&bytes).map_err(|problem| HostsFileError { path: None, problem });
    Ok(names.map_err(Error::from)?)
}
