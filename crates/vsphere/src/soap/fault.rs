//! vSphere's faults as a closed list of those that mean something here, and the rest by name.

use std::fmt;

use super::Node;

/// What a server said instead of doing what it was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// What it means to this client.
    pub kind: FaultKind,
    /// The fault's own type, which may be a subclass of what `kind` names.
    pub type_name: String,
    /// The server's sentence; may be empty or in the server's language.
    pub message: String,
}

/// The faults that the calls used here can meet (vSphere Web Services API reference), with their fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants and fields are the API reference's own names")]
pub enum FaultKind {
    InvalidLogin,
    InvalidLocale,
    PasswordExpired,
    NotAuthenticated,
    NoPermission {
        privilege: Option<String>,
        /// Said by a host itself to whoever signs in, as one in lockdown mode does.
        at_hosts_login: bool,
    },
    InvalidState,
    Timedout,
    RequestCanceled,
    TaskInProgress,
    HostNotConnected,
    HostNotReachable,
    HostCommunication,
    ManagedObjectNotFound,
    NotSupported,
    RestrictedVersion,
    InvalidArgument {
        property: Option<String>,
    },
    InvalidProperty {
        name: Option<String>,
    },
    FileFault {
        file: Option<String>,
    },
    MismatchedBundle {
        bundle_uuid: Option<String>,
        host_uuid: Option<String>,
        bundle_build: Option<String>,
        host_build: Option<String>,
    },
    InvalidBundle {
        text: Option<String>,
    },
    #[default]
    Other,
}

impl Fault {
    /// Reads a SOAP `Fault` element.
    pub(crate) fn from_soap(fault: &Node) -> Self {
        let message = sentence(fault.text_of("faultstring"));
        let detail = fault.child("detail").and_then(|detail| detail.children.first());
        match detail {
            Some(detail) => Self::from_value(detail, message),
            None => Self {
                // Some servers say only this much when a session is gone or the object unknown.
                kind: kind(fault.text_of("faultcode").unwrap_or_default(), &Node::default()),
                type_name: fault.text_of("faultcode").unwrap_or_default().to_owned(),
                message,
            },
        }
    }

    /// Reads a `LocalizedMethodFault`, such as a task's `info.error`.
    pub(crate) fn from_localized(error: &Node) -> Self {
        let message = sentence(error.text_of("localizedMessage"));
        match error.child("fault") {
            Some(fault) => Self::from_value(fault, message),
            None => Self { kind: FaultKind::Other, type_name: String::new(), message },
        }
    }

    /// Leaves out the server's sentence where that repeats a secret that was sent.
    pub(crate) fn hide(&mut self, secret: &str) {
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        if !secret.is_empty() && squeezed(&self.message).contains(&squeezed(secret)) {
            self.message.clear();
        }
    }

    /// The type is the namespaced attribute, or the element's name less a trailing `Fault`.
    fn from_value(value: &Node, message: String) -> Self {
        let by_name = value.name.strip_suffix("Fault").unwrap_or(&value.name);
        let type_name = value.xsi_type.as_deref().unwrap_or(by_name);
        let kind = kind(type_name, value);
        // Of what fails on a host the sentence says only that it did (`PlatformConfigFault`).
        let reasons = value.all("faultMessage").map(|reason| reason.text_of("message"));
        let reason = value.text_of("text").filter(|_| kind == FaultKind::Other);
        let message = reasons.chain([reason]).map(sentence).fold(message, |told, reason| {
            if told.contains(&reason) { told } else { format!("{told} {reason}").trim_start().to_owned() }
        });
        Self { kind, type_name: type_name.to_owned(), message }
    }
}

impl fmt::Display for Fault {
    /// The server's sentence, or the fault's name where it gave none; and what the fault's fields add to that.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = if self.message.is_empty() { &self.type_name } else { &self.message };
        match self.kind.particulars() {
            Some(particulars) if !said.contains(&particulars) => {
                write!(f, "{} ({particulars})", said.trim_end_matches('.'))
            }
            _ => f.write_str(said),
        }
    }
}

impl FaultKind {
    /// What the fields say of this very case.
    fn particulars(&self) -> Option<String> {
        match self {
            Self::InvalidArgument { property } => property.clone(),
            Self::InvalidProperty { name } => name.clone(),
            Self::FileFault { file } => file.clone(),
            Self::InvalidBundle { text } => text.clone(),
            Self::MismatchedBundle { bundle_uuid, host_uuid, bundle_build, host_build } => {
                let both = [("hardware UUID", bundle_uuid, host_uuid), ("build", bundle_build, host_build)];
                let differ = both.iter().filter(|(_, bundle, host)| bundle != host);
                let shown: Vec<String> = differ
                    .map(|(what, bundle, host)| {
                        let [bundle, host] = [bundle, host].map(|of| of.as_deref().unwrap_or("unknown"));
                        format!("the bundle's {what} is {bundle}, the host's is {host}")
                    })
                    .collect();
                (!shown.is_empty()).then(|| shown.join("; "))
            }
            _ => None,
        }
    }
}

/// What a server says, on one line, less the places at which it stopped reading a call.
fn sentence(text: Option<&str>) -> String {
    let text = text.unwrap_or_default();
    let said = text.split_once("\n\nwhile parsing ").map_or(text, |(said, _)| said);
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    without_secret_folders(&lines.join(" "))
}

/// The folder that a bundle is downloaded from is its only secret. Servers name it in their sentences, too.
fn without_secret_folders(text: &str) -> String {
    let mut parts = text.split("/downloads/");
    let before = parts.next().unwrap_or_default().to_owned();
    parts.fold(before, |shown, rest| {
        let ends = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '<' | '>');
        shown + "/downloads/…" + &rest[rest.find(ends).unwrap_or(rest.len())..]
    })
}

/// A subclass counts as its base class: callers decide by what a fault means.
fn kind(type_name: &str, value: &Node) -> FaultKind {
    let text = |name: &str| {
        value.text_of(name).map(str::trim).filter(|text| !text.is_empty()).map(without_secret_folders)
    };
    match type_name {
        "InvalidLogin" => FaultKind::InvalidLogin,
        "InvalidLocale" => FaultKind::InvalidLocale,
        "PasswordExpired" => FaultKind::PasswordExpired,
        "NotAuthenticated" => FaultKind::NotAuthenticated,
        "NoPermission" => {
            let privilege = missing_privileges(value).or_else(|| text("privilegeId"));
            FaultKind::NoPermission { privilege, at_hosts_login: false }
        }
        "InvalidState" | "InvalidPowerState" | "InvalidHostState" | "InvalidHostConnectionState" => {
            FaultKind::InvalidState
        }
        "Timedout" => FaultKind::Timedout,
        "RequestCanceled" => FaultKind::RequestCanceled,
        "TaskInProgress" => FaultKind::TaskInProgress,
        "HostNotConnected" => FaultKind::HostNotConnected,
        "HostNotReachable" => FaultKind::HostNotReachable,
        "HostCommunication" => FaultKind::HostCommunication,
        "ManagedObjectNotFound" => FaultKind::ManagedObjectNotFound,
        // All but the first two are no subclasses, but they mean the same: this server cannot do that. A method that it has
        // never heard of is an invalid request to it.
        "NotSupported"
        | "HostAccessRestrictedToManagementServer"
        | "NotImplemented"
        | "InvalidRequest"
        | "InvalidType"
        | "MethodNotFound" => FaultKind::NotSupported,
        "RestrictedVersion" => FaultKind::RestrictedVersion,
        "InvalidArgument" => FaultKind::InvalidArgument { property: text("invalidProperty") },
        "InvalidProperty" => FaultKind::InvalidProperty { name: text("name") },
        "FileFault" | "FileNotFound" | "CannotAccessFile" | "CannotCreateFile" | "CannotDeleteFile"
        | "DirectoryNotEmpty" | "FileAlreadyExists" | "FileLocked" | "FileNameTooLong"
        | "FileNotWritable" | "FileTooLarge" | "IncorrectFileType" | "NoDiskSpace" | "NotADirectory"
        | "NotAFile" => FaultKind::FileFault { file: text("file") },
        "MismatchedBundle" => FaultKind::MismatchedBundle {
            bundle_uuid: text("bundleUuid"),
            host_uuid: text("hostUuid"),
            bundle_build: text("bundleBuildNumber"),
            host_build: text("hostBuildNumber"),
        },
        "InvalidBundle" => FaultKind::InvalidBundle { text: text("text") },
        _ => FaultKind::Other,
    }
}

/// The privileges that the account lacks, each once: since 8.0 a server may list them and leave `privilegeId` out.
fn missing_privileges(fault: &Node) -> Option<String> {
    let mut missing: Vec<&str> = Vec::new();
    for id in fault.all("missingPrivileges").flat_map(|entity| entity.all("privilegeIds")) {
        if !missing.contains(&id.text.trim()) {
            missing.push(id.text.trim());
        }
    }
    (!missing.is_empty()).then(|| missing.join(" and "))
}

#[cfg(test)]
#[path = "fault_tests.rs"]
mod tests;
