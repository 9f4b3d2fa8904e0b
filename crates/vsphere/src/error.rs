//! What can go wrong between here and a server, each with a stable code and what to do next.

use std::fmt;
use std::io;
use std::time::Duration;

use crate::certificate::{Certificate, Thumbprint};
use crate::soap::{Fault, FaultKind};

/// A failure that names the server or host and what was being done. Never holds a password, a cookie, a
/// ticket or a bundle URL.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The name cannot be resolved.
    #[error("the name of {server} cannot be resolved{}", no_answer(*.unanswered))]
    Resolve {
        /// Host name and port as asked for.
        server: String,
        /// How long no name server answered; none where the name is not known.
        unanswered: Option<Duration>,
        /// The resolver's answer.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// No TCP connection: refused, unreachable, reset while connecting.
    #[error("cannot connect to {server}: {reason}")]
    Connect {
        /// Host name and port.
        server: String,
        /// In plain words, such as "connection refused".
        reason: String,
    },
    /// Something took too long.
    #[error("{server} did not {phase} within {}", seconds(*.after))]
    Timeout {
        /// Host name and port.
        server: String,
        /// What was waited for.
        phase: TimeoutPhase,
        /// How long.
        after: Duration,
    },
    /// The certificate is not trusted; nothing was sent.
    #[error("{0}")]
    NotTrusted(Box<NotTrusted>),
    /// TLS failed for another reason than trust.
    #[error("no secure connection to {server}: {reason}")]
    Tls {
        /// Host name and port.
        server: String,
        /// In plain words, or the TLS library's own.
        reason: String,
        /// Whether what answers speaks something else than TLS.
        is_plain: bool,
    },
    /// The connection broke after the request was sent: nobody knows whether the server acted on it.
    #[error("the connection to {server} broke during {operation}: {reason}")]
    Interrupted {
        /// Host name and port.
        server: String,
        /// The method's or transfer's name.
        operation: &'static str,
        /// What broke it.
        reason: String,
    },
    /// An HTTP status that the operation does not know.
    #[error("{server} answered {operation} with HTTP {status}")]
    Status {
        /// Host name and port.
        server: String,
        /// The method's or transfer's name.
        operation: &'static str,
        /// The HTTP status code.
        status: u16,
    },
    /// A redirect, which is never followed.
    #[error("{server} wants {operation} to go elsewhere (HTTP {status})")]
    Redirected {
        /// Host name and port.
        server: String,
        /// The method's or transfer's name.
        operation: &'static str,
        /// The HTTP status code.
        status: u16,
    },
    /// What answers is not a vSphere server.
    #[error("{server} does not answer as a vCenter or an ESXi host does: {reason}")]
    NotVsphere {
        /// Host name and port.
        server: String,
        /// What it answered instead.
        reason: String,
    },
    /// A reply that cannot be read.
    #[error("{server} answered {operation} with something unreadable: {reason}")]
    Reply {
        /// Host name and port.
        server: String,
        /// The method's name.
        operation: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A reply or a bundle that is larger than it may be.
    #[error("{server} answered {operation} with more than {} MiB", .limit / (1024 * 1024))]
    TooLarge {
        /// Host name and port.
        server: String,
        /// The method's or transfer's name.
        operation: &'static str,
        /// In bytes.
        limit: u64,
    },
    /// The server refused with a fault.
    #[error("{server} refused {operation}: {fault}")]
    Fault {
        /// Host name and port.
        server: String,
        /// The method's name.
        operation: &'static str,
        /// The fault.
        fault: Box<Fault>,
    },
    /// A text that cannot be sent.
    #[error("the {field} holds {reason}")]
    IllegalText {
        /// Which field.
        field: &'static str,
        /// What it holds.
        reason: &'static str,
    },
    /// The host has no `HostFirmwareSystem`.
    #[error("{host} has no firmware system, so its configuration cannot be backed up")]
    NoFirmwareSystem {
        /// The host's name.
        host: String,
    },
    /// The host sleeps to save power.
    #[error("{host} is in standby (DPM)")]
    InStandby {
        /// The host's name.
        host: String,
    },
    /// The bundle is no longer at its URL.
    #[error("{host} no longer has the bundle that it has just made")]
    BundleGone {
        /// The host's name.
        host: String,
    },
    /// The host serves or takes the bundle only with credentials that it was not given.
    #[error("{host} refused {operation} with HTTP {status} (tried: {tried})")]
    TransferRefused {
        /// The host's name.
        host: String,
        /// `the download` or `the upload`.
        operation: &'static str,
        /// 401 or 403.
        status: u16,
        /// Which credentials were tried, in order.
        tried: String,
        /// Whether the host is connected to directly, so that its own user was among them.
        is_direct: bool,
    },
    /// The bundle arrived incomplete.
    #[error("the bundle of {host} arrived incomplete: {received} of {expected} bytes")]
    Truncated {
        /// The host's name.
        host: String,
        /// The length that the host announced.
        expected: u64,
        /// The bytes that came.
        received: u64,
    },
    /// What came instead of a bundle.
    #[error("{host} sent something that is no bundle: {reason}")]
    NotABundle {
        /// The host's name.
        host: String,
        /// What it looks like.
        reason: String,
    },
    /// The bundle's URL cannot be used.
    #[error("{host} gave a bundle address that cannot be used: {reason}")]
    BundleAddress {
        /// The host's name.
        host: String,
        /// Why; never the address itself.
        reason: &'static str,
    },
    /// What was received could not be kept.
    #[error("the bundle of {host} cannot be written")]
    Sink {
        /// The host's name.
        host: String,
        /// The file system's reason.
        #[source]
        source: io::Error,
    },
}

/// A certificate that is not trusted, beside what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTrusted {
    /// Host name and port.
    pub server: String,
    /// The certificate that the server showed.
    pub presented: Certificate,
    /// The thumbprint that was expected instead; none where the system's trust store decided.
    pub expected: Option<Thumbprint>,
    /// The vCenter that is asked for the host's thumbprint; none for a server that a person trusts.
    pub reported_by: Option<String>,
}

/// What was waited for when time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeoutPhase {
    /// A TCP and TLS connection.
    Connect,
    /// The answer to a call or the start of a transfer's answer.
    Answer,
    /// The next bytes of an answer that had begun.
    Continue,
    /// The end of a transfer.
    Finish,
}

impl fmt::Display for TimeoutPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "accept a connection",
            Self::Answer => "answer",
            Self::Continue => "send anything more",
            Self::Finish => "finish the transfer",
        })
    }
}

impl fmt::Display for NotTrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.expected {
            None => write!(f, "the certificate of {} is not trusted by this computer", self.server),
            Some(_) => write!(f, "the certificate of {} is not the one that is trusted", self.server),
        }
    }
}

impl Error {
    /// A stable word for scripts; documented in docs/cli.md.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Resolve { .. } => "name_not_resolved",
            Self::Connect { .. } => "cannot_connect",
            Self::Timeout { .. } => "timeout",
            Self::NotTrusted(not_trusted) if not_trusted.expected.is_some() => "certificate_changed",
            Self::NotTrusted(_) => "certificate_not_trusted",
            Self::Tls { .. } => "tls",
            Self::Interrupted { .. } => "connection_broken",
            Self::Status { .. } => "http_status",
            Self::Redirected { .. } => "redirected",
            Self::NotVsphere { .. } => "not_vsphere",
            Self::Reply { .. } => "bad_reply",
            Self::TooLarge { .. } => "too_large",
            Self::Fault { fault, .. } => fault_code(&fault.kind),
            Self::IllegalText { .. } => "illegal_text",
            Self::NoFirmwareSystem { .. } => "host_not_supported",
            Self::InStandby { .. } => "host_in_standby",
            Self::BundleGone { .. } => "bundle_gone",
            Self::TransferRefused { .. } => "transfer_refused",
            Self::Truncated { .. } => "truncated",
            Self::NotABundle { .. } => "not_a_bundle",
            Self::BundleAddress { .. } => "bundle_address",
            Self::Sink { .. } => "cannot_write",
        }
    }

    /// The fault, where a server refused with one.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault { fault, .. } => Some(fault),
            _ => None,
        }
    }
}

fn fault_code(kind: &FaultKind) -> &'static str {
    match kind {
        FaultKind::InvalidLogin => "wrong_password",
        FaultKind::InvalidLocale => "invalid_locale",
        FaultKind::PasswordExpired => "password_expired",
        FaultKind::NotAuthenticated => "not_authenticated",
        FaultKind::NoPermission { .. } => "no_permission",
        FaultKind::InvalidState => "invalid_state",
        FaultKind::Timedout => "operation_timed_out",
        FaultKind::RequestCanceled => "operation_cancelled",
        FaultKind::TaskInProgress => "task_in_progress",
        FaultKind::HostNotConnected => "host_not_connected",
        FaultKind::HostNotReachable => "host_not_reachable",
        FaultKind::HostCommunication => "host_communication",
        FaultKind::ManagedObjectNotFound => "object_not_found",
        FaultKind::NotSupported => "not_supported",
        FaultKind::RestrictedVersion => "free_licence",
        FaultKind::InvalidArgument { .. } => "invalid_argument",
        FaultKind::InvalidProperty { .. } => "invalid_property",
        FaultKind::FileFault { .. } => "file_fault",
        FaultKind::MismatchedBundle { .. } => "mismatched_bundle",
        FaultKind::InvalidBundle { .. } => "invalid_bundle",
        FaultKind::Other => "fault",
    }
}

fn no_answer(unanswered: Option<Duration>) -> String {
    unanswered
        .map_or_else(String::new, |after| format!(": no name server answered within {}", seconds(after)))
}

/// "10 s" rather than "10s" or "10000ms".
fn seconds(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}
