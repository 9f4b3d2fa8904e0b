//! Packages of the operating system: installed where that is possible, else named with the exact command.

mod apt;
mod by_hand;

use anyhow::{Result, bail};

use crate::shell;

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
}

/// Whether this system installs packages with apt.
pub(crate) fn is_debian() -> bool {
    cfg!(target_os = "linux") && shell::in_path("apt-get") && shell::in_path("dpkg-query")
}

/// Installs what is needed and missing, or says which command does.
pub(crate) fn provide(needs: &[Need]) -> Result<()> {
    if is_debian() {
        return apt::install(needs);
    }
    bail!("this is missing; install it and start again:\n  {}", by_hand::commands(needs).join("\n  "))
}
