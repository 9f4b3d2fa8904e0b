//! Ctrl+C, and the system's own request to end. The first asks for a tidy end, the second does not wait for it.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as platform;

use tokio_util::sync::CancellationToken;

use crate::console::Console;
use crate::failure::Exit;

/// A token that the first Ctrl+C cancels. Until this is called, Ctrl+C ends the program at once, as it should where a
/// password is being asked for.
pub(crate) fn token(console: &Console) -> CancellationToken {
    let token = CancellationToken::new();
    let (cancel, console) = (token.clone(), console.clone());
    tokio::spawn(async move {
        platform::asked_to_end().await;
        cancel.cancel();
        console.say("Stopping … (Ctrl+C again ends at once)");
        platform::asked_to_end().await;
        std::process::exit(i32::from(Exit::Cancelled.code()));
    });
    token
}

/// Ends when the user or the system asks for it.
pub(crate) async fn asked_to_end() {
    platform::asked_to_end().await;
}
