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
        /// The TLS library's reason.
        reason: String,
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
            Self::BundleGone { .. } => "bundle_gone",
            Self::TransferRefused { .. } => "transfer_refused",
            Self::Truncated { .. } => "truncated",
            Self::NotABundle { .. } => "not_a_bundle",
            Self::BundleAddress { .. } => "bundle_address",
            Self::Sink { .. } => "cannot_write",
        }
    }

    /// What to do next, in one or two sentences; nothing where the message says it all.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Resolve { unanswered: Some(_), .. } => {
                "Check the name servers that this computer is set to ask, and that it reaches them; an IP address works \
                 without them."
            }
            Self::Resolve { .. } => "Check the spelling and this computer's DNS; an IP address works too.",
            Self::Connect { .. } => {
                "Check that the address is right, that the machine is up, and that a firewall lets this computer \
                 reach it on that TCP port: bundles come straight from each ESXi host on 443, and port 80 is not used."
            }
            Self::Timeout { phase: TimeoutPhase::Connect, .. } => {
                "A firewall that drops packets looks like this. Allow TCP 443 from this computer to the vCenter \
                 and to every host."
            }
            Self::Timeout { .. } => {
                "The server is up but slow or hung. Try again; if it stays so, restart its management agents."
            }
            Self::NotTrusted(not_trusted) => return Some(not_trusted.hint()),
            Self::Tls { .. } => {
                "Both sides found no common TLS version or cipher, or something in between breaks TLS. TLS 1.2 or 1.3 \
                 is needed."
            }
            Self::Interrupted { .. } => {
                "Try again; if it happens each time, look for a proxy or firewall that cuts connections."
            }
            Self::Status { status: 502..=504, .. } => {
                "The server or a proxy in front of it is overloaded or starting. Try again in a few minutes."
            }
            Self::Status { .. } => {
                "Something else than vSphere may answer at this address, such as a proxy. If not, restart the management \
                 agents and try again."
            }
            Self::Redirected { .. } => {
                "A proxy or a load balancer stands in between. Use the server's own address."
            }
            Self::NotVsphere { .. } => {
                "Check the address and port: this may be a proxy's sign-in page or another web server."
            }
            Self::Reply { .. } | Self::TooLarge { .. } => {
                "Something between this computer and the server may have altered the reply. Try again, and look for a proxy."
            }
            Self::Fault { fault, .. } => return fault_hint(&fault.kind),
            Self::IllegalText { .. } => "Type it again instead of pasting it.",
            Self::NoFirmwareSystem { .. } => {
                "This kind of host keeps no configuration that could be backed up this way."
            }
            Self::BundleGone { .. } => {
                "A new one was asked for once and vanished as well. Check the free space of the host's RAM disks."
            }
            Self::TransferRefused { .. } => {
                "This host wants its own credentials for the transfer: connect to it directly instead. In lockdown mode \
                 it refuses root: leave lockdown mode for the time of the transfer, or use a user on its exception list."
            }
            Self::Truncated { .. } => {
                "Nothing was kept. Try again; if it happens each time, look for a proxy or firewall that cuts connections."
            }
            Self::NotABundle { .. } => {
                "Nothing was kept. Look for a proxy between this computer and the host."
            }
            Self::BundleAddress { .. } => "Restart the host's management agents and try again.",
            Self::Sink { .. } => return None,
        };
        Some(text.to_owned())
    }

    /// The fault, where a server refused with one.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault { fault, .. } => Some(fault),
            _ => None,
        }
    }
}

impl NotTrusted {
    fn hint(&self) -> String {
        let Certificate { subject, not_after, sha256, sha1, .. } = &self.presented;
        let until =
            not_after.map_or_else(String::new, |until| format!(", valid until {}", until.format("%Y-%m-%d")));
        let shown = format!("It shows {subject}{until}, SHA-256 {sha256}, SHA-1 {sha1}.");
        match (self.expected, &self.reported_by) {
            (Some(expected), Some(vcenter)) => format!(
                "{shown} According to {vcenter} it should be {expected}. If the host's certificate was replaced on \
                 purpose, disconnect and reconnect the host in the vSphere Client; if not, somebody may be in \
                 between: nothing was sent."
            ),
            (None, Some(vcenter)) => format!(
                "{shown} {vcenter} does not say which certificate the host has. Disconnect and reconnect the host in \
                 the vSphere Client, or connect to it directly and trust it by its SHA-256 thumbprint."
            ),
            (Some(expected), None) => format!(
                "{shown} Expected was {expected}. If the certificate was replaced on purpose, trust the new one; if \
                 not, somebody may be in between: nothing was sent."
            ),
            (None, None) => {
                format!(
                    "{shown} If that is the server's own certificate, trust it by its SHA-256 thumbprint."
                )
            }
        }
    }
}

fn fault_code(kind: &FaultKind) -> &'static str {
    match kind {
        FaultKind::InvalidLogin => "wrong_password",
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
        FaultKind::InvalidBundle => "invalid_bundle",
        FaultKind::Other => "fault",
    }
}

fn fault_hint(kind: &FaultKind) -> Option<String> {
    let text = match kind {
        FaultKind::InvalidLogin => {
            "Check user name and password. A vCenter with federated identity or multi-factor sign-in refuses a right \
             password in the same way: use a local account such as one of vsphere.local."
        }
        FaultKind::PasswordExpired => "Set a new password in the vSphere Client, then give it here.",
        FaultKind::NotAuthenticated => {
            "The session ended and signing in again did not help. Check that the account may still sign in."
        }
        FaultKind::NoPermission { privilege } => {
            return Some(match privilege.as_deref() {
                Some(privilege) => format!("Give the account the privilege {privilege} on this host."),
                None => "Give the account Host.Config.Firmware on this host.".to_owned(),
            });
        }
        FaultKind::InvalidState => "Look at the host's state in the vSphere Client.",
        FaultKind::Timedout => "Look for powered-on virtual machines that could not be moved away.",
        FaultKind::RequestCanceled => "Somebody cancelled the task in the vSphere Client.",
        FaultKind::TaskInProgress => "Wait until the other task on this host has ended.",
        FaultKind::HostNotConnected => "Reconnect the host in the vSphere Client, or connect to it directly.",
        FaultKind::HostNotReachable | FaultKind::HostCommunication => {
            "The vCenter cannot reach this host. Check its management network, or connect to it directly."
        }
        FaultKind::ManagedObjectNotFound => {
            "The host was removed from the inventory meanwhile. Read the hosts again."
        }
        FaultKind::NotSupported => "This host or this version cannot do that.",
        FaultKind::RestrictedVersion => {
            "This host runs on the free licence, whose API is read-only. Use a vCenter or a full licence; \
             vim-cmd hostsvc/firmware/backup_config in the host's own shell works without either."
        }
        FaultKind::FileFault { .. } => "Check the free space of the host's RAM disks, then try again.",
        FaultKind::MismatchedBundle { .. } => "The bundle belongs to another host or build.",
        FaultKind::InvalidBundle => "The host cannot use this bundle: it is damaged, or of another release.",
        FaultKind::InvalidArgument { .. } | FaultKind::InvalidProperty { .. } | FaultKind::Other => {
            return None;
        }
    };
    Some(text.to_owned())
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
