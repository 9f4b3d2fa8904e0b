//! What the page may ask for, one file a topic. Each command checks its input, calls the core and answers with what a
//! page shows; none knows how anything is done.
#![allow(clippy::needless_pass_by_value, reason = "Tauri hands its commands what they own")]

pub(crate) mod app;
pub(crate) mod archive;
pub(crate) mod backup;
pub(crate) mod bundles;
pub(crate) mod deletion;
pub(crate) mod hosts;
pub(crate) mod restore;
pub(crate) mod runs;
pub(crate) mod servers;
pub(crate) mod settings;

use std::sync::Arc;

use tauri::AppHandle;
use tauri::async_runtime::spawn;

use crate::ipc::{Answer, ErrorReport, Message};
use crate::jobs::{Ending, Running, ended_early};
use crate::state::{Shell, now};
use crate::window;

/// What every command gets of the app.
pub(crate) type App<'a> = tauri::State<'a, Arc<Shell>>;

/// Does a job's work beside everything else, and tells of its end whatever that was: a job that panicked must not seem to be
/// under way for ever.
fn go_on(
    shell: &Arc<Shell>,
    handle: AppHandle,
    job: Running,
    work: impl Future<Output = Ending> + Send + 'static,
) {
    let shell = Arc::clone(shell);
    spawn(async move {
        let ending =
            spawn(work).await.unwrap_or_else(|error| Ending::failed(ended_early(&error.to_string())));
        let ended = job.end(ending, now());
        shell.jobs.tell(Message::ArchiveChanged);
        shell.jobs.tell(Message::HostsChanged);
        window::job_ended(&handle, &shell, ended.as_ref());
    });
}

/// A note: trimmed, none where nothing is left.
fn note(note: Option<String>) -> Answer<Option<String>> {
    Ok(hostconfig::archive::checked_note(note.as_deref()).map_err(hostconfig::Error::from)?)
}

fn within(text: &str, what: &str, most: usize) -> Answer<()> {
    if text.chars().count() <= most {
        return Ok(());
    }
    let message = format!("the {what} is longer than {most} characters");
    Err(ErrorReport::new("text_too_long", message, "Shorten it."))
}
