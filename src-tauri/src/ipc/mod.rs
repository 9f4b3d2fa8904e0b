//! What crosses between the page and the core: plain data, each type made for what a page shows. Nothing here holds a
//! password on its way out, or a path that the page could open.
//!
//! `ui/src/ipc/bindings.ts` is generated from these types; a test keeps it current.

mod archive;
mod bundles;
mod hosts;
mod jobs;
mod restore;
mod restored;
mod runs;
mod servers;
mod settings;

pub(crate) use archive::*;
pub(crate) use bundles::*;
pub(crate) use hosts::*;
pub(crate) use jobs::*;
pub(crate) use restore::*;
pub(crate) use restored::*;
pub(crate) use runs::*;
pub(crate) use servers::*;
pub(crate) use settings::*;

use serde::Serialize;
use specta::Type;

/// A failure, as every page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub(crate) struct ErrorReport {
    /// A stable word for programs, such as `archive_locked`.
    pub(crate) code: String,
    /// What failed, on what, and why.
    pub(crate) message: String,
    /// What to do next.
    pub(crate) hint: Option<String>,
    /// The causes that the message does not tell already, nearest first.
    pub(crate) details: Vec<String>,
}

/// What a command answers.
pub(crate) type Answer<T> = Result<T, ErrorReport>;

impl ErrorReport {
    pub(crate) fn new(code: &str, message: impl Into<String>, hint: &str) -> Self {
        Self { code: code.into(), message: message.into(), hint: Some(hint.into()), details: Vec::new() }
    }
}

impl From<hostconfig::ErrorReport> for ErrorReport {
    fn from(report: hostconfig::ErrorReport) -> Self {
        let hostconfig::ErrorReport { code, message, hint, details } = report;
        let hint = window_hint(&code).map(str::to_owned).or(hint);
        Self { code, message: sentence(message), hint, details }
    }
}

/// What helps in the window, where the core speaks of the console.
fn window_hint(code: &str) -> Option<&'static str> {
    Some(match code {
        "credentials_missing" => "Enter the password; it can be remembered in the system's keyring.",
        "credentials_too_long" => "Use a shorter password, or do not let it be remembered.",
        "credentials_unreadable" => "Enter the password again and let it be remembered.",
        "destination_exists" => "Choose another name.",
        "keyring_failed" => "Try again. If it stays, enter the password without remembering it.",
        "keyring_locked" => "Unlock the keyring and try again, or enter the password without remembering it.",
        "keyring_missing" => {
            "Start a keyring service (such as gnome-keyring) in this session and start Hostkeep again, or enter the \
             password without remembering it."
        }
        "record_not_found" => "Refresh the archive: the bundle may have been deleted.",
        "unknown_server" => "Connect to it again.",
        _ => return None,
    })
}

/// A message as a title: the console puts words before it. A host's name at its beginning stays as it is.
fn sentence(message: String) -> String {
    let first_word = message.split(' ').next().unwrap_or_default();
    if first_word.is_empty() || !first_word.chars().all(|c| c.is_ascii_lowercase()) {
        return message;
    }
    message[..1].to_ascii_uppercase() + &message[1..]
}

impl From<&hostconfig::ErrorReport> for ErrorReport {
    fn from(report: &hostconfig::ErrorReport) -> Self {
        report.clone().into()
    }
}

impl From<hostconfig::Error> for ErrorReport {
    fn from(error: hostconfig::Error) -> Self {
        error.report().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_begin_as_sentences_do_and_names_as_they_are() {
        for (message, expect) in [
            ("no password is stored for root", "No password is stored for root"),
            ("esx01.lab.local is not responding", "esx01.lab.local is not responding"),
            ("esx01 was not tried", "esx01 was not tried"),
            ("Žilina is a place", "Žilina is a place"),
            ("", ""),
        ] {
            assert_eq!(sentence(message.into()), expect);
        }
    }

    #[test]
    fn no_hint_speaks_of_the_console() {
        let report = |code: &str| hostconfig::ErrorReport {
            code: code.into(),
            message: String::new(),
            hint: Some("Give it with --password-stdin.".into()),
            details: Vec::new(),
        };
        for code in ["credentials_missing", "keyring_missing", "keyring_locked", "unknown_server"] {
            let hint = ErrorReport::from(report(code)).hint.unwrap();
            assert!(!hint.contains("--") && !hint.contains("hostkeep "), "{code}: {hint}");
        }
    }
}
