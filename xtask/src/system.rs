//! Packages of the operating system: installed where that is possible, else named with the exact command.

mod apt;
mod by_hand;

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::shell;

/// Where Chromium and what is made of it is.
const BROWSERS: &[&str] = if cfg!(windows) {
    &[
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    ]
} else if cfg!(target_os = "macos") {
    &["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]
} else {
    &["/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser"]
};

/// Something that must be there, by what each system calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Python 3.11 or newer with its `venv` module.
    Python,
    /// The Go compiler.
    Go,
    /// govmomi's source as Debian packages it; there is none for other systems.
    Govmomi,
    /// A private D-Bus session (`dbus-run-session`) and a Secret Service (`gnome-keyring-daemon`).
    SecretService,
    /// What the window is built with: WebKitGTK and all it brings.
    WebKit,
    /// A desktop to be thrown away, with the driver of its web view.
    Desktop,
    /// The browser that the pages are tried in.
    Chromium,
    /// What jemalloc is built with.
    Make,
    /// A Rust compiler that can build its own library, a linker for Windows, Wine, and what makes installers.
    Windows,
}

/// Whether this system installs packages with apt.
pub(crate) fn is_debian() -> bool {
    cfg!(target_os = "linux") && shell::in_path("apt-get") && shell::in_path("dpkg-query")
}

/// Whether there is a screen that a window can open on. Windows and macOS always have one.
pub(crate) fn has_display() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// What the console program is built with on Linux, beside a C compiler, without which Rust itself links nothing.
pub(crate) fn make() -> Result<()> {
    if cfg!(target_os = "linux") && !shell::in_path("make") { provide(&[Need::Make]) } else { Ok(()) }
}

/// What the window is built with. Windows and macOS bring a web view of their own.
pub(crate) fn webkit() -> Result<()> {
    let is_there = || {
        let mut asked = shell::program("pkg-config");
        shell::listen(asked.args(["--exists", "webkit2gtk-4.1"])).is_ok_and(|said| said.success)
    };
    if cfg!(target_os = "linux") && !is_there() { provide(&[Need::WebKit]) } else { Ok(()) }
}

/// What the real window is tried with. Elsewhere than on Debian the tests themselves say what they lack.
pub(crate) fn desktop() -> Result<()> {
    if is_debian() { provide(&[Need::Desktop]) } else { Ok(()) }
}

/// The browser that the pages are tried in: what `CHROMIUM` names, else one that is there, else the one that Debian packages.
/// Ubuntu packages none.
pub(crate) fn browser() -> Result<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM").filter(|named| !named.is_empty()) {
        return Ok(named.into());
    }
    let there = || BROWSERS.iter().map(PathBuf::from).find(|place| place.exists());
    if let Some(found) = there() {
        return Ok(found);
    }
    provide(&[Need::Chromium])?;
    there().context("Chromium is installed, and is not where it was looked for; CHROMIUM can name it")
}

/// Installs what is needed and missing, or says which command does.
pub(crate) fn provide(needs: &[Need]) -> Result<()> {
    if is_debian() {
        return apt::install(needs);
    }
    bail!("this is missing; install it and start again:\n  {}", by_hand::commands(needs).join("\n  "))
}
