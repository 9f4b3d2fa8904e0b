//! Ctrl+C, Ctrl+Break and a console window that is closed.

use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};

pub(super) async fn asked_to_end() {
    let (Ok(mut interrupt), Ok(mut end), Ok(mut close)) = (ctrl_c(), ctrl_break(), ctrl_close()) else {
        // Without handlers the system's own way applies: the program just ends.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = end.recv() => {}
        _ = close.recv() => {}
    }
}
