//! A desktop for one test, thrown away afterwards: an X server without a screen, a window manager, a session bus, an
//! unlocked keyring, and the web view's driver, which starts the real window in it.
//!
//! Linux only, as WebKitGTK's driver is. It knows nothing of Hostkeep: a program's path and arguments come in, its page,
//! its keys and its pixels come out. What fails here fails the test that uses it, so it panics and says what it saw.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stderr, reason = "a test's way of telling what it saw")]

mod desktop;
mod element;
mod keyboard;
mod processes;
mod screen;
mod webdriver;

pub use desktop::{Desktop, Window, missing_program};
pub use element::Element;
pub use keyboard::Keyboard;
pub use processes::proportional_memory;
pub use screen::Screen;

use std::time::{Duration, Instant};

/// How long anything is waited for before it counts as never coming.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Tries until it works, and says why it did not.
pub async fn until<T, E: std::fmt::Display>(what: &str, mut attempt: impl AsyncFnMut() -> Result<T, E>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        match attempt().await {
            Ok(value) => return value,
            Err(why) if Instant::now() > end => panic!("{what}: {why}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(25)).await,
        }
    }
}
