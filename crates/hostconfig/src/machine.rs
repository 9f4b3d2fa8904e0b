//! Who and where: the operating system's user and this machine's name, for the audit log and the lock's holder.

use std::sync::LazyLock;

/// The user of the operating system; `unknown user` where the system can't say.
pub(crate) fn user() -> String {
    // The system reads several files for each answer, and a process's user stays the same.
    static USER: LazyLock<String> =
        LazyLock::new(|| whoami::username().unwrap_or_else(|_| "unknown user".to_owned()));
    USER.clone()
}

/// This machine's name; `unknown machine` where the system can't say.
pub(crate) fn name() -> String {
    static NAME: LazyLock<String> =
        LazyLock::new(|| whoami::hostname().unwrap_or_else(|_| "unknown machine".to_owned()));
    NAME.clone()
}
