//! Runs of the archive: the list, one report, and the report in a file.

use std::io::Write as _;
use std::path::Path;

use hostconfig::archive::Archive;
use hostconfig::backup::{Outcome, RunReport};
use hostconfig::blocking;
use tauri::WebviewWindow;

use super::{App, within};
use crate::dialog;
use crate::ipc::{Answer, ErrorReport, ReportFormat, RunRow, RunView};
use crate::state::{Place, lock};

/// So many runs are listed, newest first.
const MAX_RUNS: usize = 500;
/// A grid of 20,000 hosts is smaller.
const MAX_TEXT_BYTES: usize = 64 * 1024 * 1024;

/// The runs of the archive, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_runs(app: App<'_>) -> Answer<Vec<RunRow>> {
    let place = app.place();
    blocking(move || {
        let read = place.read_archive(false)?;
        let Some(archive) = &read.archive else { return Ok(Vec::new()) };
        Ok(archive.runs()?.into_iter().take(MAX_RUNS).map(|run| row(&place, archive, run.run_id)).collect())
    })
    .await
}

fn row(place: &Place, archive: &Archive, run_id: String) -> RunRow {
    if let Some(row) = lock(&place.run_rows).get(&run_id) {
        return row.clone();
    }
    match place.run(archive, &run_id) {
        Ok(report) => {
            let row = RunRow::from(report.as_ref());
            lock(&place.run_rows).insert(run_id, row.clone());
            row
        }
        Err(error) => RunRow::unreadable(run_id, error.report().into()),
    }
}

/// A run's whole report.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_run(app: App<'_>, run_id: String) -> Answer<RunView> {
    let place = app.place();
    blocking(move || {
        let read = place.read_archive(false)?;
        Ok(RunView::from(place.run(read.archive()?, &run_id)?.as_ref()))
    })
    .await
}

/// A run's report as text, for the clipboard.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run_text(app: App<'_>, run_id: String) -> Answer<String> {
    let place = app.place();
    blocking(move || {
        let read = place.read_archive(false)?;
        Ok(text(&*place.run(read.archive()?, &run_id)?))
    })
    .await
}

/// Writes a run's report to where the user says in the native dialog. False when it is cancelled.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_run(
    app: App<'_>,
    window: WebviewWindow,
    run_id: String,
    format: ReportFormat,
) -> Answer<bool> {
    let place = app.place();
    let contents = blocking({
        let run_id = run_id.clone();
        move || -> Answer<String> {
            let read = place.read_archive(false)?;
            let report = place.run(read.archive()?, &run_id)?;
            match format {
                ReportFormat::Text => Ok(text(&report)),
                ReportFormat::Csv => Ok(csv(&report)),
                ReportFormat::Json => serde_json::to_string_pretty(&*report).map_err(|error| {
                    ErrorReport::new("report_unusable", error.to_string(), "Export it as text instead.")
                }),
            }
        }
    })
    .await?;
    let extension = match format {
        ReportFormat::Text => "txt",
        ReportFormat::Csv => "csv",
        ReportFormat::Json => "json",
    };
    save_as(&window, &format!("run-{run_id}.{extension}"), contents).await
}

/// Writes text that a page has made, such as a grid's rows, to where the user says in the native dialog. False when it is
/// cancelled.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_text(window: WebviewWindow, suggested_name: String, text: String) -> Answer<bool> {
    within(&suggested_name, "file's name", 100)?;
    if text.len() > MAX_TEXT_BYTES {
        return Err(ErrorReport::new("text_too_long", "there is too much to save", "Filter the list first."));
    }
    save_as(&window, &suggested_name, text).await
}

pub(super) async fn save_as(window: &WebviewWindow, suggested: &str, text: String) -> Answer<bool> {
    let Some(path) = dialog::save(window, "Save as", suggested).await else { return Ok(false) };
    blocking(move || write(&path, &text)).await?;
    Ok(true)
}

/// Whole or not at all: a file that is replaced stays until the new one is there.
fn write(path: &Path, text: &str) -> Answer<()> {
    // Excel takes a CSV file for UTF-8 only with a byte order mark.
    let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let mark = if is_csv { "\u{feff}" } else { "" };
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(mark.as_bytes())?;
        file.write_all(text.as_bytes())?;
        file.persist(path).map_err(|failed| failed.error)
    });
    written.map(drop).map_err(|error| {
        let message = format!("cannot write {}: {error}", path.display());
        ErrorReport::new("file_not_written", message, "Choose another folder, or look at its permissions.")
    })
}

fn text(report: &RunReport) -> String {
    let mut text = format!(
        "Hostkeep run {}\nStarted {}\nFinished {}\n{} of {} hosts saved, {} failed, {} cancelled, {} bytes\n",
        report.run_id,
        report.started_at.to_rfc3339(),
        report.finished_at.to_rfc3339(),
        report.saved(),
        report.hosts.len(),
        report.failed(),
        report.cancelled(),
        report.bytes(),
    );
    let mut line = |words: String| {
        text.push_str(&words);
        text.push('\n');
    };
    if let Some(note) = &report.note {
        line(format!("Note: {note}"));
    }
    for server in &report.servers {
        match &server.error {
            Some(error) => line(format!("Server {}: {}", server.name, told(error))),
            None => line(format!("Server {}: {} hosts", server.name, server.hosts)),
        }
    }
    line(String::new());
    for host in &report.hosts {
        let name = &host.name;
        match &host.outcome {
            Outcome::Saved { record, bytes, warnings, .. } => {
                line(format!("{name}\tsaved\t{record}\t{bytes} bytes"));
                for warning in warnings {
                    line(format!("\twarning: {warning}"));
                }
            }
            Outcome::Failed { error } => line(format!("{name}\tfailed\t{}", told(error))),
            Outcome::Cancelled => line(format!("{name}\tcancelled")),
        }
    }
    for warning in &report.warnings {
        line(format!("Warning: {warning}"));
    }
    text
}

fn told(error: &hostconfig::ErrorReport) -> String {
    let hint = error.hint.as_ref().map_or_else(String::new, |hint| format!(" {hint}"));
    format!("{} ({}).{hint}", error.message, error.code)
}

fn csv(report: &RunReport) -> String {
    let mut csv = String::from("host,server,result,record,bytes,seconds,code,message,hint\r\n");
    for host in &report.hosts {
        let server = host.server.clone().unwrap_or_default();
        let rest = match &host.outcome {
            Outcome::Saved { record, bytes, seconds, .. } => {
                ["saved", record, &bytes.to_string(), &format!("{seconds:.3}"), "", "", ""].map(cell)
            }
            Outcome::Failed { error } => {
                let hint = error.hint.as_deref().unwrap_or_default();
                ["failed", "", "", "", &error.code, &error.message, hint].map(cell)
            }
            Outcome::Cancelled => ["cancelled", "", "", "", "", "", ""].map(cell),
        };
        csv += &[cell(&host.name), cell(&server), rest.join(",")].join(",");
        csv += "\r\n";
    }
    csv
}

/// A spreadsheet takes what begins with = + - @ for a formula, and names come from others' servers.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}
