//! The app itself: starting, closing, the demo, the folders that the help menu opens.

use std::path::PathBuf;
use std::sync::Arc;

use hostconfig::blocking;
use tauri::ipc::Channel;
use tauri::{AppHandle, WebviewWindow};
use tauri_plugin_opener::OpenerExt;

use super::App;
use super::settings::view;
use crate::demo::Demo;
use crate::ipc::{Answer, AppStart, CloseAnswer, ErrorReport, Folder, Message, Platform};
use crate::window;

/// What a page needs first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn app_start(app: App<'_>) -> Answer<AppStart> {
    let place = app.place();
    blocking(move || {
        let settings = place.settings()?;
        Ok(AppStart {
            version: env!("CARGO_PKG_VERSION").into(),
            is_demo: place.demo.is_some(),
            servers: settings.servers.len(),
            settings: view(&place, &settings)?,
            platform: platform(),
        })
    })
    .await
}

/// Makes this page the one that hears of jobs and changes; the first message is a snapshot.
#[tauri::command]
#[specta::specta]
pub(crate) fn watch(app: App<'_>, page: Channel<Message>) {
    app.jobs.watch(page);
}

/// Enlarges or shrinks the page; 1 is its natural size.
#[tauri::command]
#[specta::specta]
pub(crate) fn set_zoom(window: WebviewWindow, factor: f64) -> Answer<()> {
    // What is no number becomes the natural size.
    let factor = if factor.is_finite() { factor.clamp(0.5, 3.0) } else { 1.0 };
    window.set_zoom(factor).map_err(|error| window::failed(&error))
}

/// What closing the window in mid-run shall do.
#[tauri::command]
#[specta::specta]
pub(crate) fn close_answer(app: App<'_>, window: WebviewWindow, answer: CloseAnswer) -> Answer<()> {
    app.jobs.ask_about_closing(false);
    window::close_as_told(&window, &app, answer)
}

/// Leaves the user's own things alone and works with simulated hosts.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_demo(app: App<'_>) -> Answer<()> {
    app.refuse_while_jobs_run("starting the demo")?;
    let demo = Demo::start().await?;
    // Somebody may have begun a job meanwhile.
    app.refuse_while_jobs_run("starting the demo")?;
    app.enter(demo);
    Ok(())
}

/// Works with the user's own things again; the demo's folder goes.
#[tauri::command]
#[specta::specta]
pub(crate) fn leave_demo(app: App<'_>) -> Answer<()> {
    app.refuse_while_jobs_run("leaving the demo")?;
    app.leave_demo();
    Ok(())
}

/// Opens one of Hostkeep's folders in the system's file browser.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_folder(app: App<'_>, handle: AppHandle, folder: Folder) -> Answer<()> {
    let place = app.place();
    let path: PathBuf = match folder {
        Folder::Logs => place.config.logs(),
        Folder::Settings => place.config.path().to_owned(),
        Folder::Archive => {
            let place = Arc::clone(&place);
            blocking(move || place.archive_folder(&place.settings()?)).await?
        }
    };
    if !path.is_dir() {
        let message = format!("{} is not there yet", path.display());
        return Err(ErrorReport::new(
            "no_folder",
            message,
            "It is made when something is first written to it.",
        ));
    }
    let shown = path.display().to_string();
    handle.opener().open_path(shown.clone(), None::<&str>).map_err(|error| ErrorReport {
        code: "cannot_open".into(),
        message: format!("the system's file browser did not open {shown}"),
        hint: Some("Open the folder yourself.".into()),
        details: vec![error.to_string()],
    })
}

/// Facts for a bug report, without names of servers or hosts and without secrets.
#[tauri::command]
#[specta::specta]
pub(crate) async fn diagnostics(app: App<'_>) -> Answer<String> {
    let place = app.place();
    blocking(move || {
        let settings = place.settings()?;
        let archive = match place.read_archive(false) {
            Ok(read) => {
                format!("{} records, {} problems", read.listing.records.len(), read.listing.problems.len())
            }
            Err(error) => error.code,
        };
        let lines = [
            format!("Hostkeep {}", env!("CARGO_PKG_VERSION")),
            format!("System: {} {}", std::env::consts::OS, std::env::consts::ARCH),
            format!("Web view: {}", tauri::webview_version().unwrap_or_else(|error| error.to_string())),
            format!("Demo: {}", if place.demo.is_some() { "yes" } else { "no" }),
            format!("Servers: {}", settings.servers.len()),
            format!("Archive: {archive}"),
            format!("At once: {}; timeouts: {:?}", settings.concurrency, settings.timeouts),
        ];
        Ok(lines.join("\n"))
    })
    .await
}

fn platform() -> Platform {
    match std::env::consts::OS {
        "windows" => Platform::Windows,
        "macos" => Platform::Macos,
        _ => Platform::Linux,
    }
}
