//! Settings and saved selections of hosts.

use std::ffi::OsStr;
use std::path::Path;

use hostconfig::archive::Archive;
use hostconfig::blocking;
use hostconfig::settings::{self, MAX_CONCURRENCY, Settings};
use hostconfig::{ConfigDir, default_archive};
use tauri::WebviewWindow;

use super::{App, within};
use crate::dialog;
use crate::ipc::{
    Answer, ArchiveChosen, ErrorReport, Message, SavedSelection, ScheduleFacts, SettingsChange, SettingsView,
};
use crate::state::Place;

const MAX_HOSTS: usize = 20_000;

/// The settings.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_settings(app: App<'_>) -> Answer<SettingsView> {
    let place = app.place();
    blocking(move || view(&place, &place.settings()?)).await
}

/// Changes some of the settings; all that is absent stays.
#[tauri::command]
#[specta::specta]
pub(crate) async fn change_settings(app: App<'_>, change: SettingsChange) -> Answer<SettingsView> {
    changed(app, move |settings| {
        let SettingsChange { concurrency, host_port, stale_after_days, theme, timeouts } = change;
        settings.concurrency = concurrency.unwrap_or(settings.concurrency);
        settings.stale_after_days = stale_after_days.unwrap_or(settings.stale_after_days);
        settings.theme = theme.map_or(settings.theme, Into::into);
        settings.timeouts = timeouts.map_or(settings.timeouts, Into::into);
        if let Some(port) = host_port {
            settings.host_port = (port != 0).then_some(port);
        }
        Ok(())
    })
    .await
}

/// What the system's scheduler has to be told for the console program to work with this archive and these settings.
#[tauri::command]
#[specta::specta]
pub(crate) async fn schedule_facts(app: App<'_>) -> Answer<ScheduleFacts> {
    let place = app.place();
    blocking(move || {
        let archive = place.archive_folder(&place.settings()?)?.display().to_string();
        let is_users_own = ConfigDir::of_user().is_ok_and(|own| own == place.config);
        let config = place.config.path().display().to_string();
        let options = if is_users_own { Vec::new() } else { vec!["--config-dir".to_owned(), config] };
        Ok(ScheduleFacts { program: console_program(), options, archive })
    })
    .await
}

/// Beside the window's program; else wherever the system finds it.
fn console_program() -> String {
    let name = format!("hostkeep{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().map(|window| window.with_file_name(&name));
    let mounted = std::env::var_os("APPDIR");
    match beside {
        Ok(program) if program.is_file() && stays(&program, mounted.as_deref()) => {
            program.display().to_string()
        }
        _ => name,
    }
}

/// Whether it is there when no window is open: what an `AppImage` has mounted is not.
fn stays(program: &Path, mounted: Option<&OsStr>) -> bool {
    mounted.is_none_or(|mounted| !program.starts_with(mounted))
}

/// Saves a selection of hosts, by name, in the place of one of the same name.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_selection(app: App<'_>, name: String, hosts: Vec<String>) -> Answer<SettingsView> {
    if hosts.len() > MAX_HOSTS {
        let message = format!("a selection of more than {MAX_HOSTS} hosts cannot be saved");
        return Err(ErrorReport::new("too_many_hosts", message, "Save smaller selections."));
    }
    for host in &hosts {
        within(host, "host's name", 255)?;
    }
    changed(app, move |settings| settings.save_selection(&name, &hosts)).await
}

/// Removes a saved selection.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_selection(app: App<'_>, name: String) -> Answer<SettingsView> {
    changed(app, move |settings| settings.remove_selection(&name).map(drop)).await
}

/// Lets the user choose the archive's folder in the native dialog; a folder that is none becomes one. Nothing when the
/// dialog is cancelled.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_archive(app: App<'_>, window: WebviewWindow) -> Answer<Option<ArchiveChosen>> {
    let place = app.place();
    if place.has_fixed_archive() {
        return Err(ErrorReport::new(
            "archive_fixed",
            "the archive's folder is fixed for as long as this window runs",
            "It was given on the command line, or this is the demo. Start Hostkeep without it to choose another.",
        ));
    }
    app.refuse_while_jobs_run("choosing another archive")?;
    let Some(folder) = dialog::folder(&window, "Choose the archive's folder").await else { return Ok(None) };
    app.refuse_while_jobs_run("choosing another archive")?;
    let chosen = blocking(move || use_archive(&place, &folder)).await?;
    app.jobs.tell(Message::SettingsChanged);
    app.jobs.tell(Message::ArchiveChanged);
    app.jobs.tell(Message::HostsChanged);
    Ok(Some(chosen))
}

fn use_archive(place: &Place, folder: &Path) -> Answer<ArchiveChosen> {
    // Chosen by hand: whichever archive lies there is the one that is meant.
    let created = Archive::open(folder, None).is_err();
    let archive = Archive::open_or_create(folder, None)?;
    settings::change(&place.config, |settings| {
        settings.archive = Some(archive.root().to_owned());
        settings.remember_archive(archive.root(), archive.id());
        Ok(())
    })?;
    place.forget_archive();
    let records = place.read_archive(true)?.listing.records.len();
    Ok(ArchiveChosen { path: archive.root().display().to_string(), records, created })
}

async fn changed(
    app: App<'_>,
    change: impl FnOnce(&mut Settings) -> hostconfig::Result<()> + Send + 'static,
) -> Answer<SettingsView> {
    let place = app.place();
    let settings = blocking(move || {
        let settings = settings::change(&place.config, |settings| {
            change(settings)?;
            Ok(settings.clone())
        })?;
        view(&place, &settings)
    })
    .await?;
    app.jobs.tell(Message::SettingsChanged);
    Ok(settings)
}

/// The settings as pages show them.
pub(super) fn view(place: &Place, settings: &Settings) -> Answer<SettingsView> {
    let selections = settings
        .selections
        .iter()
        .map(|saved| SavedSelection { name: saved.name.clone(), hosts: saved.hosts.clone() });
    let archive = place.archive_folder(settings)?;
    Ok(SettingsView {
        concurrency: settings.concurrency,
        max_concurrency: MAX_CONCURRENCY,
        host_port: settings.host_port,
        stale_after_days: settings.stale_after_days,
        theme: settings.theme.into(),
        timeouts: settings.timeouts.into(),
        selections: selections.collect(),
        is_default_archive: default_archive().is_some_and(|default| default == archive),
        archive: archive.display().to_string(),
        is_fixed_archive: place.has_fixed_archive(),
        settings_file: place.config.settings().display().to_string(),
        logs: place.config.logs().display().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_app_image_has_mounted_is_named_in_no_schedule() {
        let mounted = Some(OsStr::new("/tmp/.mount_HostkeAbCdEf"));
        assert!(!stays(Path::new("/tmp/.mount_HostkeAbCdEf/usr/bin/hostkeep"), mounted));
        assert!(stays(Path::new("/usr/bin/hostkeep"), mounted), "it was started from another AppImage");
        assert!(stays(Path::new("/usr/bin/hostkeep"), None));
    }
}
