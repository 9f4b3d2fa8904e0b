//! `hostkeep backup`: a run over many hosts, watched on the terminal and summed up at its end.

use std::collections::HashMap;
use std::io::{self, Read as _};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use hostconfig::archive::{Standing, checked_note};
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
    let BackupArguments { mut host, places, hosts_file, exclude, concurrency, host_port, note, connect } =
        arguments;
    // Before anything is asked for or made.
    let note = checked_note(note.as_deref()).map_err(Error::from)?;
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
        hosts: HostChoice::Named(Selection { wanted: host, places, excluded: exclude }),
        concurrency: NonZeroUsize::new(concurrency.map_or(settings.concurrency, usize::from))
            .unwrap_or(DEFAULT_CONCURRENCY),
        note,
        host_port: host_port.or(settings.host_port),
    };
    let run = RunContext {
        lock: Arc::new(lock),
        audit: AuditLog::new(&context.config),
        clock: now,
        cancel,
        watch: progress.watch(),
        // Whoever gives the password each time wants nothing of the keyring, or has none.
        recovery_keys: (!connect.password_stdin).then(|| context.config.clone()),
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
    let messages = told_once(&failed);
    // A hint that fits many hosts is told once, below the last of them.
    let each = messages.iter().enumerate().map(|(at, (message, error))| {
        let is_last = messages.get(at + 1).is_none_or(|(_, next)| next.hint != error.hint);
        let hint = if is_last { hint(error) } else { String::new() };
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

/// What became of each host. Many that were not tried for one reason are one line: a full disk fails hundreds.
fn told_once<'a>(failed: &[(&HostReport, &'a ErrorReport)]) -> Vec<(String, &'a ErrorReport)> {
    const EACH_BY_ITSELF: usize = 3;
    let reason = |host: &HostReport, error: &ErrorReport| {
        let prefix = format!("{} was not tried: ", host.name);
        error.message.strip_prefix(&prefix).filter(|_| error.code == "not_tried").map(str::to_owned)
    };
    let mut counts: HashMap<String, usize> = HashMap::new();
    for (host, error) in failed {
        if let Some(reason) = reason(host, error) {
            *counts.entry(reason).or_default() += 1;
        }
    }
    counts.retain(|_, count| *count > EACH_BY_ITSELF);
    let mut told = Vec::new();
    for (host, error) in failed {
        match reason(host, error).and_then(|reason| counts.get_mut(&reason).map(|count| (reason, count))) {
            None => told.push((text::about(&host.name, &error.message), *error)),
            Some((_, 0)) => {}
            Some((reason, count)) => {
                let hosts = text::count(std::mem::take(count), "host");
                told.push((format!("{hosts} were not tried: {}", text::visible(&reason)), *error));
            }
        }
    }
    told
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
    if (changed, unchanged) == (0, 0) {
        return String::new();
    }
    let first = standings.iter().filter(|standing| matches!(standing, Standing::First)).count();
    let sealed = standings.iter().filter(|standing| matches!(standing, Standing::Unreadable)).count();
    // The numbers add up to the hosts saved: nobody takes for unchanged what nobody has looked at.
    let left = report.saved() - changed - unchanged - first - sealed;
    let others = [(first, "first backup"), (sealed, "sealed"), (left, "not compared yet")];
    let others =
        others.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    let others: String = others.collect();
    format!("Settings since the backup before: {changed} changed, {unchanged} unchanged{others}.\n")
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

    #[test]
    fn many_hosts_that_were_not_tried_for_one_reason_are_one_line() {
        let report = |code: &str, message: &str| ErrorReport {
            code: code.into(),
            message: message.into(),
            hint: Some("Free some space.".into()),
            details: Vec::new(),
        };
        let full = "the archive cannot be written to: no space left on the disk";
        let host = |name: &str, code: &str, message: &str| HostReport {
            name: name.into(),
            server: None,
            outcome: Outcome::Failed { error: report(code, message) },
        };
        let mut hosts = vec![host("esx01", "no_space", "esx01: cannot write x: no space left on the disk")];
        hosts.extend((2..7).map(|n| {
            let name = format!("esx0{n}");
            host(&name, "not_tried", &format!("{name} was not tried: {full}"))
        }));
        hosts.push(host("esx07", "not_tried", "esx07 was not tried: prod cannot be read: no password"));
        let failed: Vec<_> = hosts.iter().filter_map(failed).collect();
        let told: Vec<String> = told_once(&failed).into_iter().map(|(message, _)| message).collect();
        assert_eq!(
            told,
            [
                "esx01: cannot write x: no space left on the disk".to_owned(),
                format!("5 hosts were not tried: {full}"),
                "esx07 was not tried: prod cannot be read: no password".to_owned(),
            ]
        );
    }
}
