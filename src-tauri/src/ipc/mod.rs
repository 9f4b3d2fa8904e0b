//! What crosses between the page and the core: plain data, each type made for what a page shows. Nothing here holds a
//! password on its way out, or a path that the page could open.
//!
//! `ui/src/ipc/bindings.ts` is generated from these types; a test keeps it current.

mod archive;
mod hosts;
mod jobs;
mod runs;
mod servers;
mod settings;

pub(crate) use archive::*;
pub(crate) use hosts::*;
pub(crate) use jobs::*;
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
        Self { code, message, hint, details }
    }
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
