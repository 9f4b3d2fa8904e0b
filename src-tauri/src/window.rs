//! The one window: made, shown, brought back, closed.
//!
//! It is there as soon as the web view is, in the colour of the page that comes. Closing it while jobs run asks; kept in the background, the
//! app ends with its last job unless it is opened again.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use hostconfig::settings::Theme;
use tauri::webview::PageLoadEvent;
use tauri::window::{Color, ProgressBarState, ProgressBarStatus};
use tauri::{
    AppHandle, DragDropEvent, Manager, Monitor, PhysicalPosition, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, WindowEvent,
};
use tauri_plugin_window_state::{AppHandleExt, StateFlags, WindowExt};

use crate::ipc::{Answer, CloseAnswer, ErrorReport, JobHead, Message};
use crate::jobs::Progress;
use crate::notification;
use crate::placing::{self, Area, Remembered, Screen};
use crate::state::{Shell, lock};
use crate::web_view;

pub(crate) const LABEL: &str = "main";

/// The page's background, before there is a page.
const DARK: Color = Color(0x1f, 0x1f, 0x1f, 0xff);
const LIGHT: Color = Color(0xfa, 0xfa, 0xfa, 0xff);

/// Size and place of the window survive it; whether it is visible does not.
pub(crate) fn remembered() -> StateFlags {
    StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED
}

/// Makes the window. It is shown when its page begins to load.
pub(crate) fn open(app: &AppHandle, shell: &Arc<Shell>) -> tauri::Result<()> {
    // Settings that cannot be read are told by the page.
    let theme = shell.place().settings().map(|settings| settings.theme).unwrap_or_default();
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("Hostkeep")
        .inner_size(1280.0, 800.0)
        .min_inner_size(800.0, 560.0)
        // WebKit never draws in a window that was shown before its settings were made.
        .visible(false)
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Started && !window.is_visible().unwrap_or(false) {
                show(&window);
            }
        })
        .initialization_script(colour_scheme(theme))
        .on_navigation(is_own_page)
        .build()?;
    if let Err(error) = restore(&window) {
        tracing::warn!(%error, "the window does not come back where it was");
    }
    web_view::tune(&window)?;
    let is_dark = match theme {
        Theme::System => window.theme()? == tauri::Theme::Dark,
        Theme::Light => false,
        Theme::Dark | Theme::HighContrast => true,
    };
    window.set_background_color(Some(if is_dark { DARK } else { LIGHT }))?;
    let (closing, shell) = (window.clone(), Arc::clone(shell));
    window.on_window_event(move |event| match event {
        WindowEvent::CloseRequested { api, .. } if !shell.jobs.under_way().is_empty() => {
            api.prevent_close();
            shell.jobs.ask_about_closing(true);
            show(&closing);
        }
        WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) => {
            let (shell, paths) = (Arc::clone(&shell), paths.clone());
            // A share that does not answer must not hold up the window.
            tauri::async_runtime::spawn_blocking(move || shell.jobs.tell(dropped(&shell, &paths)));
        }
        _ => {}
    });
    Ok(())
}

/// Size and place as they were, unless the title bar could not be reached there: then in the middle of the primary monitor.
fn restore(window: &WebviewWindow) -> tauri::Result<()> {
    let screen = |monitor: &Monitor| {
        let (place, size) = (monitor.work_area().position, monitor.work_area().size);
        let area = Area { x: place.x, y: place.y, width: size.width, height: size.height };
        Screen { area, scale: monitor.scale_factor() }
    };
    let screens: Vec<Screen> = window.available_monitors()?.iter().map(screen).collect();
    let primary = window.primary_monitor()?.as_ref().map(screen).or(screens.first().copied());
    match (remembered_place(window), primary) {
        (Some(place), Some(primary)) if !placing::is_within_reach(&place, &screens) => {
            let (x, y) = placing::centred(&place, &primary.area);
            window.set_position(PhysicalPosition { x, y })?;
            window.restore_state(remembered() - StateFlags::POSITION)
        }
        _ => window.restore_state(remembered()),
    }
}

/// Where the plugin would put the window. It does not tell, but in its file.
fn remembered_place(window: &WebviewWindow) -> Option<Area> {
    let file = window.path().app_config_dir().ok()?.join(window.app_handle().filename());
    // Missing at the first start; what cannot be understood, the plugin does not restore either.
    let windows: HashMap<String, Remembered> = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    windows.get(LABEL).map(Remembered::area)
}

/// What was dropped on the window: one file is a bundle to restore. The page hears of a number, not of the path.
fn dropped(shell: &Shell, paths: &[PathBuf]) -> Message {
    match paths {
        [path] if path.is_file() => {
            Message::BundleDropped { file: lock(&shell.place().restoring).take_file(path.clone()) }
        }
        _ => {
            let message = match paths {
                [path] => format!("{} is no file", path.display()),
                _ => format!("{} things were dropped", paths.len()),
            };
            let error =
                ErrorReport::new("drop_unusable", message, "Drop one bundle, a .tgz file, to restore it.");
            Message::DropRefused { error }
        }
    }
}

/// Hostkeep was started again: the window that is there comes to the front.
pub(crate) fn bring_back(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        show(&window);
    }
}

/// What the user wants closing the window to do while jobs run.
pub(crate) fn close_as_told(window: &WebviewWindow, shell: &Arc<Shell>, answer: CloseAnswer) -> Answer<()> {
    match answer {
        CloseAnswer::Stay => Ok(()),
        CloseAnswer::Background => window.hide().map_err(|error| failed(&error)),
        CloseAnswer::CancelAndQuit => {
            shell.jobs.cancel_all();
            window.hide().map_err(|error| failed(&error))
        }
    }?;
    quit_when_idle(window.app_handle(), shell);
    Ok(())
}

/// A job has ended: told by the system where nobody looks at the window; and with the last job a hidden app ends.
pub(crate) fn job_ended(app: &AppHandle, shell: &Arc<Shell>, job: Option<&JobHead>) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let is_watched = window.is_focused().unwrap_or(false) && window.is_visible().unwrap_or(false);
    let (app, shell) = (app.clone(), Arc::clone(shell));
    let job = job.filter(|_| !is_watched).cloned();
    tauri::async_runtime::spawn_blocking(move || {
        if let Some(Err(error)) = job.as_ref().map(notification::tell) {
            tracing::warn!(%error, "the system shows no notification");
        }
        quit_when_idle(&app, &shell);
    });
}

/// How far the jobs are, on the window's button in the taskbar.
pub(crate) fn show_progress(app: &AppHandle, progress: Option<Progress>) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let (status, percent) = match progress {
        None => (ProgressBarStatus::None, None),
        Some(Progress::Unknown) => (ProgressBarStatus::Indeterminate, None),
        Some(Progress::Percent(percent)) => (ProgressBarStatus::Normal, Some(percent.into())),
    };
    let state = ProgressBarState { status: Some(status), progress: percent };
    if let Err(error) = window.set_progress_bar(state) {
        tracing::debug!(%error, "the taskbar shows no progress");
    }
}

fn quit_when_idle(app: &AppHandle, shell: &Arc<Shell>) {
    let is_hidden = app.get_webview_window(LABEL).is_some_and(|window| !window.is_visible().unwrap_or(true));
    if is_hidden && shell.jobs.under_way().is_empty() {
        if let Err(error) = app.save_window_state(remembered()) {
            tracing::warn!(%error, "size and place of the window are not remembered");
        }
        app.exit(0);
    }
}

fn show(window: &WebviewWindow) {
    let shown = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::error!(%error, "the window cannot be shown");
    }
}

/// The window shows the page that is built in (`tauri:`, on Windows `http://tauri.localhost`) and never goes elsewhere.
fn is_own_page(url: &tauri::Url) -> bool {
    let is_vite = cfg!(not(feature = "custom-protocol")) && url.host_str() == Some("localhost");
    url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost") || is_vite
}

/// What keeps the web view from drawing a white page before ours is there.
fn colour_scheme(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "",
        Theme::Light => "document.documentElement.style.colorScheme = 'light';",
        Theme::Dark | Theme::HighContrast => "document.documentElement.style.colorScheme = 'dark';",
    }
}

pub(crate) fn failed(error: &tauri::Error) -> ErrorReport {
    ErrorReport::new("window_failed", format!("the window does not obey: {error}"), "Start Hostkeep again.")
}
