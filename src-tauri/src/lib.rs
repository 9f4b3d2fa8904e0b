//! Hostkeep's window: the only code that knows Tauri. It starts the app, holds its state, runs jobs and answers the
//! page; what is done to servers and archives is `hostconfig`'s.
#![cfg(feature = "window")]

mod arguments;
mod commands;
mod demo;
mod dialog;
mod ipc;
mod jobs;
mod login;
mod notification;
mod passwords;
mod placing;
mod restoring;
mod state;
mod told;
mod web_view;
mod window;

use std::process::ExitCode;
use std::sync::Arc;

use hostconfig::{ConfigDir, logging};
use tauri::RunEvent;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands};

use crate::arguments::Arguments;
use crate::demo::Demo;
use crate::state::Shell;

/// Runs the window until it is closed.
pub fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => return told(&message, ExitCode::from(2)),
    };
    if arguments.help {
        return told(arguments::USAGE, ExitCode::SUCCESS);
    }
    if let Some(missing) = web_view::missing() {
        return told(&missing, ExitCode::FAILURE);
    }
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => told(&format!("Hostkeep cannot start: {error:#}"), ExitCode::FAILURE),
    }
}

/// The commands that the page may call and the types that they take and give: what `ui/src/ipc/bindings.ts` is made of.
pub fn bindings() -> Builder<tauri::Wry> {
    use commands::{app, archive, backup, bundles, deletion, hosts, restore, runs, servers, settings};
    Builder::new()
        .commands(collect_commands![
            app::app_start,
            app::set_zoom,
            app::watch,
            app::close_answer,
            app::start_demo,
            app::leave_demo,
            app::open_folder,
            app::diagnostics,
            servers::list_servers,
            servers::save_server,
            servers::cancel_connecting,
            servers::test_server,
            servers::cancel_test,
            servers::remove_server,
            hosts::list_hosts,
            hosts::refresh_hosts,
            hosts::cancel_refresh,
            hosts::host_history,
            hosts::match_hosts,
            hosts::match_hosts_file,
            backup::start_backup,
            backup::cancel_job,
            backup::remove_job,
            runs::list_runs,
            runs::read_run,
            runs::run_text,
            runs::export_run,
            runs::save_text,
            archive::archive_overview,
            archive::list_records,
            archive::show_record,
            archive::start_verify,
            archive::export_bundle,
            archive::reveal_record,
            archive::note_record,
            archive::pin_records,
            bundles::look_inside,
            bundles::read_bundle_content,
            bundles::compare_bundles,
            bundles::export_comparison,
            bundles::host_changes,
            bundles::changed_days,
            bundles::newest_standings,
            bundles::read_older_bundles,
            bundles::search_settings,
            bundles::cancel_search,
            deletion::plan_delete,
            deletion::plan_prune,
            deletion::cancel_plan,
            deletion::drop_plan,
            deletion::start_deletion,
            restore::choose_bundle_file,
            restore::describe_bundle,
            restore::plan_restore,
            restore::cancel_restore_plan,
            restore::start_restore,
            restore::list_restores,
            restore::read_restore,
            restore::resume_restore,
            restore::dismiss_restore,
            restore::export_restore,
            settings::read_settings,
            settings::change_settings,
            settings::schedule_facts,
            settings::save_selection,
            settings::remove_selection,
            settings::choose_archive,
        ])
        .error_handling(ErrorHandlingMode::Throw)
        // Counts and bytes stay far below 2^53.
        .dangerously_cast_bigints_to_number()
        .disable_serde_phases()
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let config = match arguments.config_dir {
        Some(folder) => ConfigDir::at(std::path::absolute(folder)?),
        None => ConfigDir::of_user()?,
    };
    // Logging that cannot start keeps nobody from working; the lines go nowhere then.
    let _log = logging::start(Some(&config), None, 0);
    let archive = arguments.archive.map(std::path::absolute).transpose()?;
    let demo = arguments.demo;
    let shell = Arc::new(Shell::new(config, archive));
    let bindings = bindings();
    let (state, leaving) = (Arc::clone(&shell), Arc::clone(&shell));
    tauri::Builder::default()
        // The first plugin: a second Hostkeep ends before it does anything.
        .plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| window::bring_back(app)))
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(window::remembered())
                .skip_initial_state(window::LABEL)
                .build(),
        )
        .plugin(tauri_plugin_opener::init())
        .invoke_handler(bindings.invoke_handler())
        .manage(Arc::clone(&shell))
        .setup(move |app| {
            if demo {
                let started = tauri::async_runtime::block_on(Demo::start());
                state.enter(started.map_err(|error| anyhow::anyhow!("{}", error.message))?);
            }
            let handle = app.handle().clone();
            let show = move |progress| window::show_progress(&handle, progress);
            tauri::async_runtime::spawn(Arc::clone(&state.jobs).tell_changes(show));
            window::open(app.handle(), &state)?;
            // The page asks for the hosts first. By then the files have been read.
            let place = state.place();
            std::thread::spawn(move || commands::hosts::warm(&place));
            Ok(())
        })
        .build(tauri::generate_context!())?
        .run(move |_, event| {
            if let RunEvent::Exit = event {
                // The process ends without dropping its state, and a demo's folder would stay.
                leaving.leave_demo();
            }
        });
    Ok(())
}

fn told(message: &str, code: ExitCode) -> ExitCode {
    told::told(message);
    code
}
