//! `hostkeep backup`: a run over many hosts, watched on the terminal and summed up at its end.

use std::io::{self, Read as _};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use hostconfig::archive::Standing;
use hostconfig::audit::AuditLog;
use hostconfig::backup::{
    BackupRequest, DEFAULT_CONCURRENCY, HostChoice, HostReport, Outcome, RunContext, RunReport, ServerReport,
    back_up,
};
use hostconfig::files::FileError;
use hostconfig::hosts_file::{self, HostsFileError};
use hostconfig::selection::Selection;
use hostconfig::{Error, ErrorReport};
use serde::Serialize;

use crate::arguments::BackupArguments;
use crate::console::{self, BAD, GOOD, STRONG, WARNING};
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
    let cancel = interrupt::token(&context.console)?;
    let archive = context.open_or_create_archive(&settings)?;
    let lock = archive.lock("hostkeep backup", now())?;

    let progress = RunProgress::new(&context.console);
    let request = BackupRequest {
        servers: logins.ready,
        left_out: logins.failed.into_iter().map(|(name, failure)| (name, failure.report)).collect(),
        hosts: HostChoice::Named(Selection { wanted: host, excluded: exclude }),
        concurrency: NonZeroUsize::new(concurrency.map_or(settings.concurrency, usize::from))
            .unwrap_or(DEFAULT_CONCURRENCY),
        note,
        host_port: settings.host_port,
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
    let report = report?;
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
    let took = (report.finished_at - report.started_at).as_seconds_f64();
    let style = if report.is_complete() { GOOD } else { STRONG };
    let head = format!(
        "{style}{} of {} saved{style:#}: {} in {}, in {}\n",
        report.saved(),
        text::count(report.hosts.len(), "host"),
        text::size(report.bytes()),
        text::seconds(took),
        text::visible(folder),
    );
    let settings = told_settings(report);
    let cancelled = match report.cancelled() {
        0 => String::new(),
        left_out => format!("{WARNING}Cancelled{WARNING:#}: {} left out.\n", text::count(left_out, "host")),
    };
    let servers = report.servers.iter().filter_map(told_server);
    let own = report.report_error.as_ref().map(told_report_error);
    let failed: Vec<(&HostReport, &ErrorReport)> = report.hosts.iter().filter_map(failed).collect();
    let hosts = match failed.len() {
        0 => String::new(),
        count => format!("\n{BAD}{} failed{BAD:#}:\n", text::count(count, "host")),
    };
    // A hint that fits many hosts is told once, below the last of them.
    let each = failed.iter().enumerate().map(|(at, (host, error))| {
        let is_last = failed.get(at + 1).is_none_or(|(_, next)| next.hint != error.hint);
        let hint = if is_last { hint(error) } else { String::new() };
        let message = text::about(&host.name, &error.message);
        format!("{}\n{hint}", text::wrapped(&format!("  {message}"), console::text_width(), "    "))
    });
    let warnings = report.hosts.iter().flat_map(told_warnings);
    let of_run = report.warnings.iter().map(|warning| {
        let told = format!("{WARNING}Warning{WARNING:#}: {}", text::visible(warning));
        format!("\n{}\n", text::wrapped(&told, console::text_width(), "  "))
    });
    [head, settings, cancelled]
        .into_iter()
        .chain(own)
        .chain(servers)
        .chain([hosts])
        .chain(each)
        .chain(warnings)
        .chain(of_run)
        .collect()
}

/// On how many hosts something was changed since their backups before; nothing where that is not known of any.
fn told_settings(report: &RunReport) -> String {
    let standings: Vec<&Standing> = report
        .hosts
        .iter()
        .filter_map(|host| match &host.outcome {
            Outcome::Saved { settings, .. } => settings.as_ref(),
            _ => None,
        })
        .collect();
    let changed = standings.iter().filter(|standing| matches!(standing, Standing::Changed { .. })).count();
    let unchanged =
        standings.iter().filter(|standing| matches!(standing, Standing::Unchanged { .. })).count();
    match (changed, unchanged) {
        (0, 0) => String::new(),
        _ => format!("Settings since the backup before: {changed} changed, {unchanged} unchanged.\n"),
    }
}

fn told_server(server: &ServerReport) -> Option<String> {
    let error = server.error.as_ref()?;
    let (name, message) = (text::visible(&server.name), text::visible(&error.message));
    let told = text::wrapped(&format!("{BAD}{name} failed{BAD:#}: {message}"), console::text_width(), "  ");
    Some(format!("\n{told}\n{}", hint(error)))
}

fn told_report_error(error: &ErrorReport) -> String {
    let told = format!(
        "{BAD}The report of this run is not in the archive{BAD:#}: {}",
        text::visible(&error.message)
    );
    format!("\n{}\n{}", text::wrapped(&told, console::text_width(), "  "), hint(error))
}

fn told_warnings(host: &HostReport) -> Vec<String> {
    let name = text::visible(&host.name);
    match &host.outcome {
        Outcome::Saved { warnings, .. } => warnings
            .iter()
            .map(|warning| format!("\n{WARNING}Look at {name}{WARNING:#}: {warning}.\n"))
            .collect(),
        Outcome::Failed { .. } | Outcome::Cancelled => Vec::new(),
    }
}

fn failed(host: &HostReport) -> Option<(&HostReport, &ErrorReport)> {
    match &host.outcome {
        Outcome::Failed { error } => Some((host, error)),
        Outcome::Saved { .. } | Outcome::Cancelled => None,
    }
}

fn hint(error: &ErrorReport) -> String {
    let Some(hint) = &error.hint else { return String::new() };
    let hint = format!("    {STRONG}hint{STRONG:#}: {}", text::visible(hint));
    text::wrapped(&hint, console::text_width(), "    ") + "\n"
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_could_not_be_kept_is_told() {
        let report = serde_json::json!({
            "format": 1,
            "run_id": "20261122T223000Z-1a2b3c4d",
            "started_at": "2026-11-22T23:30:00+01:00",
            "finished_at": "2026-11-22T23:30:01+01:00",
            "note": null,
            "servers": [],
            "hosts": [{
                "name": "esx01", "server": "prod", "outcome": "saved",
                "record": "0123456789ab", "folder": "/backup", "bytes": 1, "seconds": 1.0, "warnings": [],
            }],
            "report_error": {
                "code": "no_space", "message": "no space left", "hint": "Free some space.", "details": [],
            },
        });
        let report: RunReport = serde_json::from_value(report).unwrap();
        let told = anstream::adapter::strip_str(&summary(&report, "/backup")).to_string();
        assert!(told.contains("The report of this run is not in the archive: no space left"), "{told}");
        assert!(told.contains("hint: Free some space."), "{told}");
        assert_eq!(exit(&report), Exit::SomeFailed);
        let kept = RunReport { report_error: None, ..report };
        assert!(!summary(&kept, "/backup").contains("report of this run"));
        assert_eq!(exit(&kept), Exit::Ok);
    }
}
