//! Who and where: the operating system's user and this machine's name, for the audit log and the lock's holder.

/// The user of the operating system; `unknown user` where the system can't say.
pub(crate) fn user() -> String {
    whoami::username().unwrap_or_else(|_| "unknown user".to_owned())
}

/// This machine's name; `unknown machine` where the system can't say.
pub(crate) fn name() -> String {
    whoami::hostname().unwrap_or_else(|_| "unknown machine".to_owned())
}
