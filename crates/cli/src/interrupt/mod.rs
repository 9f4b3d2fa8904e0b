//! Ctrl+C, and the system's own request to end. The first asks for a tidy end, the second does not wait for it.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as platform;

use std::io;

use hostconfig::Error;
use platform::Signals;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::console::Console;
use crate::failure::{Exit, Failure};

/// A token that the first Ctrl+C cancels. Until this is called, Ctrl+C ends the program at once; what is asked for after
/// it, [`asked`] asks.
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

/// Asks a person, on a thread of its own: one that waits for a key cannot be ended, and is left behind when Ctrl+C is the answer.
pub(crate) async fn asked<T: Send + 'static>(
    cancel: &CancellationToken,
    ask: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let (tell, told) = oneshot::channel();
    std::thread::spawn(move || {
        // Nobody may wait any more.
        let _ = tell.send(ask());
    });
    match cancel.run_until_cancelled(told).await {
        Some(answer) => answer.unwrap_or_else(|_| Err(io::Error::other("nothing can be asked").into())),
        None => Err(Error::Cancelled.into()),
    }
}

/// Ends when the user or the system asks for it, from the moment of the call on.
pub(crate) fn asked_to_end() -> Result<impl Future<Output = ()>, Failure> {
    let mut signals = Signals::listen()?;
    Ok(async move { signals.next().await })
}
