//! How a subcommand ends: the exit codes that scripts rely on, and errors in the form in which they are told.

use std::io;
use std::process::ExitCode;

use hostconfig::ErrorReport;
use vsphere::{Certificate, NotTrusted};

/// How a subcommand ended that did not fail as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Ok,
    /// Something that was asked for is not as it should be, and the output says what.
    Failed,
    /// Some hosts failed, the others are saved.
    SomeFailed,
    Cancelled,
    /// A restore was begun, and not everything about it is proven.
    NotProven,
    /// A restore failed, and the host is not as it should be.
    LeftChanged,
    /// The exit code of a failure that the output tells.
    As(u8),
}

/// Why a subcommand failed as a whole.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) report: ErrorReport,
    /// The certificate that is not trusted.
    pub(crate) certificate: Option<Box<Certificate>>,
}

pub(crate) const USAGE: u8 = 2;

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::SomeFailed => 3,
            Self::NotProven => 4,
            Self::LeftChanged => 5,
            Self::As(code) => code,
            Self::Cancelled => 130,
        }
    }
}

/// The exit code for an error's code.
pub(crate) fn exit_code(code: &str) -> u8 {
    match code {
        "usage"
        | "bad_server"
        | "bad_note"
        | "keep_last_zero"
        | "not_confirmed"
        | "restore_not_confirmed"
        | "restore_not_accepted" => USAGE,
        "archive_locked" | "restore_under_way" => 11,
        "host_credentials_needed"
        | "host_credentials_refused"
        | "wrong_password"
        | "password_expired"
        | "not_authenticated"
        | "password_unusable" => 12,
        _ if code.starts_with("credentials_") || code.starts_with("keyring_") => 12,
        "certificate_not_trusted" | "certificate_changed" => 13,
        "cancelled" => 130,
        _ => 1,
    }
}

impl Failure {
    pub(crate) fn new(code: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        let (code, message, hint) = (code.to_owned(), message.into(), Some(hint.into()));
        Self { report: ErrorReport { code, message, hint, details: Vec::new() }, certificate: None }
    }

    pub(crate) fn exit(&self) -> ExitCode {
        ExitCode::from(exit_code(&self.report.code))
    }

    /// The same with a hint that fits the console.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.report.hint = Some(hint.into());
        self
    }
}

impl From<hostconfig::Error> for Failure {
    fn from(error: hostconfig::Error) -> Self {
        let report = error.report();
        match error {
            hostconfig::Error::Server(vsphere::Error::NotTrusted(not_trusted)) => {
                untrusted(report, &not_trusted)
            }
            _ => Self { report, certificate: None },
        }
    }
}

impl From<vsphere::Error> for Failure {
    fn from(error: vsphere::Error) -> Self {
        hostconfig::Error::from(error).into()
    }
}

/// Standard output or input failed.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let code = if error.kind() == io::ErrorKind::BrokenPipe { "output_closed" } else { "console_failed" };
        let message = format!("standard output or input failed: {error}");
        Self {
            report: ErrorReport { code: code.to_owned(), message, hint: None, details: Vec::new() },
            certificate: None,
        }
    }
}

/// The certificate is shown in a block of its own, so the hint need only say what to type.
fn untrusted(report: ErrorReport, not_trusted: &NotTrusted) -> Failure {
    // Without colons it fits a line of 80 columns.
    let sha256 = not_trusted.presented.sha256.to_string().replace(':', "");
    let hint = match not_trusted.expected {
        None => format!(
            "Compare the thumbprint with the one that the server's own console shows. If it is the same, add: --thumbprint {sha256}"
        ),
        Some(expected) => format!(
            "Expected was {expected}. If the certificate was replaced on purpose, trust the new one with --thumbprint {sha256} (for a saved server: remove it and add it again). If not, somebody may be in between: nothing was sent."
        ),
    };
    let certificate = Some(Box::new(not_trusted.presented.clone()));
    Failure { report: ErrorReport { hint: Some(hint), ..report }, certificate }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_a_contract() {
        for (code, expect) in [
            ("usage", 2),
            ("bad_server", 2),
            ("bad_note", 2),
            ("keep_last_zero", 2),
            ("not_confirmed", 2),
            ("restore_not_confirmed", 2),
            ("restore_not_accepted", 2),
            ("archive_locked", 11),
            ("restore_under_way", 11),
            ("host_credentials_needed", 12),
            ("host_credentials_refused", 12),
            ("wrong_password", 12),
            ("password_expired", 12),
            ("not_authenticated", 12),
            ("password_unusable", 12),
            ("credentials_missing", 12),
            ("credentials_ambiguous", 12),
            ("keyring_missing", 12),
            ("keyring_locked", 12),
            ("keyring_failed", 12),
            ("certificate_not_trusted", 13),
            ("certificate_changed", 13),
            ("cancelled", 130),
            ("cannot_connect", 1),
            ("no_space", 1),
            ("no_permission", 1),
            ("anything else", 1),
        ] {
            assert_eq!(exit_code(code), expect, "{code}");
        }
        for (exit, expect) in [
            (Exit::Ok, 0),
            (Exit::Failed, 1),
            (Exit::SomeFailed, 3),
            (Exit::NotProven, 4),
            (Exit::LeftChanged, 5),
            (Exit::As(11), 11),
            (Exit::Cancelled, 130),
        ] {
            assert_eq!(exit.code(), expect);
        }
    }
}
