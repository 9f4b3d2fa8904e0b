//! Ctrl+C, and the system's own request to end. The first asks for a tidy end, the second does not wait for it.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as platform;

use platform::Signals;
use tokio_util::sync::CancellationToken;

use crate::console::Console;
use crate::failure::{Exit, Failure};

/// A token that the first Ctrl+C cancels. Until this is called, Ctrl+C ends the program at once, as it should where a
/// password is being asked for.
pub(crate) fn token(console: &Console) -> Result<CancellationToken, Failure> {
    let token = CancellationToken::new();
    let mut signals = Signals::listen()?;
    let (cancel, console) = (token.clone(), console.clone());
    tokio::spawn(async move {
        signals.next().await;
        cancel.cancel();
        console.say("Stopping … (Ctrl+C again ends at once)");
        signals.next().await;
        std::process::exit(i32::from(Exit::Cancelled.code()));
    });
    Ok(token)
}

/// Ends when the user or the system asks for it, from the moment of the call on.
pub(crate) fn asked_to_end() -> Result<impl Future<Output = ()>, Failure> {
    let mut signals = Signals::listen()?;
    Ok(async move { signals.next().await })
}
