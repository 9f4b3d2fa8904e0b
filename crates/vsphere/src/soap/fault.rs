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
mod tests {
    use super::*;
    use crate::soap::decode_plain;

    fn check(xml: &str, kind: &FaultKind, shown: &str) {
        let fault = Fault::from_soap(&decode_plain(xml.as_bytes()).unwrap());
        assert_eq!((&fault.kind, fault.to_string().as_str()), (kind, shown));
    }

    #[test]
    fn the_type_is_the_attribute_or_else_the_name() {
        let xsi = "xmlns:x=\"http://www.w3.org/2001/XMLSchema-instance\"";
        check(
            &format!(
                "<Fault><faultstring>Cannot complete login.</faultstring><detail><InvalidLoginFault {xsi} x:type=\"PasswordExpired\"/></detail></Fault>"
            ),
            &FaultKind::PasswordExpired,
            "Cannot complete login.",
        );
        check(
            "<Fault><faultstring/><detail><NotAuthenticatedFault><privilegeId>System.View</privilegeId></NotAuthenticatedFault></detail></Fault>",
            &FaultKind::NotAuthenticated,
            "NotAuthenticated",
        );
        check(
            &format!(
                "<Fault><detail><FileFaultFault {xsi} x:type=\"y:FileNotFound\"><file>/tmp/a</file></FileFaultFault></detail></Fault>"
            ),
            &FaultKind::FileFault { file: Some("/tmp/a".into()) },
            "FileNotFound (/tmp/a)",
        );
        check(
            "<Fault><detail><CannotCreateFileFault><file>/tmp/a</file></CannotCreateFileFault></detail></Fault>",
            &FaultKind::FileFault { file: Some("/tmp/a".into()) },
            "CannotCreateFile (/tmp/a)",
        );
        check(
            "<Fault><faultcode>ServerFaultCode</faultcode><faultstring>It broke.</faultstring></Fault>",
            &FaultKind::Other,
            "It broke.",
        );
    }

    #[test]
    fn the_privileges_that_are_missing_are_named_where_the_server_lists_them() {
        let lacks = |fields: &str| {
            let xml =
                format!("<Fault><detail><NoPermissionFault>{fields}</NoPermissionFault></detail></Fault>");
            match Fault::from_soap(&decode_plain(xml.as_bytes()).unwrap()).kind {
                FaultKind::NoPermission { privilege, .. } => privilege,
                kind => panic!("{kind:?}"),
            }
        };
        let entity = |ids: &str| {
            format!("<missingPrivileges><entity type=\"HostSystem\">host-1</entity>{ids}</missingPrivileges>")
        };
        let one = entity("<privilegeIds>Host.Config.Firmware</privilegeIds>");
        let two = entity(
            "<privilegeIds>Host.Config.Firmware</privilegeIds><privilegeIds>Host.Config.Settings</privilegeIds>",
        );
        for (fields, expect) in [
            ("<privilegeId>Host.Config.Firmware</privilegeId>", Some("Host.Config.Firmware")),
            (&one, Some("Host.Config.Firmware")),
            (&two, Some("Host.Config.Firmware and Host.Config.Settings")),
            (&format!("{two}{one}"), Some("Host.Config.Firmware and Host.Config.Settings")),
            (&format!("<privilegeId>System.View</privilegeId>{one}"), Some("Host.Config.Firmware")),
            (&entity(""), None),
        ] {
            assert_eq!(lacks(fields).as_deref(), expect, "{fields}");
        }
    }

    #[test]
    fn why_is_told_where_a_server_says_it_apart_from_its_sentence() {
        let told = |message: &str, fields: &str| {
            let xml = format!(
                "<Fault><faultstring>{message}</faultstring><detail><PlatformConfigFaultFault>{fields}</PlatformConfigFaultFault></detail></Fault>"
            );
            Fault::from_soap(&decode_plain(xml.as_bytes()).unwrap()).to_string()
        };
        let why = |text: &str| format!("<faultMessage><key>k</key><message>{text}</message></faultMessage>");
        let report = "Operation failed, diagnostics report: No space left on device";
        let failed = "An error occurred during host configuration.";
        let both = format!("{failed} {report}");
        for (message, fields, expect) in [
            (failed, why(report), both.as_str()),
            (failed, why(report) + &why(report) + &format!("<text>{report}</text>"), &both),
            (failed, format!("<text>{report}</text>"), &both),
            (failed, why(failed), failed),
            ("", why(report), report),
            (failed, "<faultMessage><key>k</key></faultMessage><text/>".to_owned(), failed),
            (
                failed,
                why("/scratch/downloads/5f0e/b.tgz"),
                "An error occurred during host configuration. /scratch/downloads/…",
            ),
        ] {
            assert_eq!(told(message, &fields), expect, "{message} {fields}");
        }
        let invalid = "<Fault><faultstring>No.</faultstring><detail><InvalidBundleFault><text>No manifest.</text></InvalidBundleFault></detail></Fault>";
        check(invalid, &FaultKind::InvalidBundle { text: Some("No manifest.".into()) }, "No (No manifest.)");
    }

    #[test]
    fn what_a_server_says_on_several_lines_is_one_sentence() {
        check(
            "<Fault><faultstring>\nA specified parameter was not correct. \r\nquerySpec.interval\n</faultstring></Fault>",
            &FaultKind::Other,
            "A specified parameter was not correct. querySpec.interval",
        );
    }

    #[test]
    fn where_a_server_stopped_reading_is_not_told() {
        check(
            "<Fault><faultstring>Unable to resolve WSDL method name Reboot for namespace name urn:vim25\n\nwhile parsing SOAP body\nat line 1, column 271</faultstring>\
             <detail><InvalidRequestFault/></detail></Fault>",
            &FaultKind::NotSupported,
            "Unable to resolve WSDL method name Reboot for namespace name urn:vim25",
        );
    }

    #[test]
    fn what_the_fields_say_is_shown_beside_the_sentence() {
        let shown = |kind, message: &str| {
            Fault { kind, type_name: "TheName".into(), message: message.into() }.to_string()
        };
        let mismatch = |host_uuid: &str| FaultKind::MismatchedBundle {
            bundle_uuid: Some("a".into()),
            host_uuid: Some(host_uuid.into()),
            bundle_build: Some("1".into()),
            host_build: None,
        };
        let file = |file: &str| FaultKind::FileFault { file: Some(file.into()) };
        let text = || FaultKind::InvalidBundle { text: Some("No manifest.".into()) };
        for (shown, expect) in [
            (shown(text(), "It is bad."), "It is bad (No manifest.)"),
            (shown(text(), ""), "TheName (No manifest.)"),
            (shown(text(), "It is bad: No manifest."), "It is bad: No manifest."),
            (shown(mismatch("a"), "No."), "No (the bundle's build is 1, the host's is unknown)"),
            (
                shown(mismatch("b"), "No."),
                "No (the bundle's hardware UUID is a, the host's is b; the bundle's build is 1, the host's is unknown)",
            ),
            (shown(file("/tmp/b.tgz"), "No file."), "No file (/tmp/b.tgz)"),
            (shown(FaultKind::Timedout, "Too late."), "Too late."),
        ] {
            assert_eq!(shown, expect);
        }
    }

    #[test]
    fn the_folder_that_a_bundle_is_downloaded_from_is_in_no_fault() {
        let file = "<file>/scratch/downloads/5f0e/b.tgz</file>";
        let fault = |message: &str| {
            let localized = format!("<e><fault/><localizedMessage>{message}</localizedMessage></e>");
            let soap = format!("<Fault><faultstring>{message}</faultstring></Fault>");
            let localized = Fault::from_localized(&decode_plain(localized.as_bytes()).unwrap());
            let soap = Fault::from_soap(&decode_plain(soap.as_bytes()).unwrap());
            assert_eq!(soap.message, localized.message);
            soap.message
        };
        for (message, expect) in [
            ("Cannot read '/downloads/5f0e/b.tgz'.", "Cannot read '/downloads/…'."),
            ("http://*//downloads/5f0e/b.tgz is gone", "http://*//downloads/… is gone"),
            ("/downloads/5f0e and /downloads/5f0f", "/downloads/… and /downloads/…"),
            ("/downloads/", "/downloads/…"),
        ] {
            assert_eq!(fault(message), expect);
        }
        let told = format!(
            "<Fault><faultstring>No.</faultstring><detail><FileFaultFault>{file}</FileFaultFault></detail></Fault>"
        );
        let told = Fault::from_soap(&decode_plain(told.as_bytes()).unwrap());
        assert_eq!(told.to_string(), "No (/scratch/downloads/…)");
        assert!(!format!("{told:?}").contains("5f0e"), "{told:?}");
    }

    #[test]
    fn a_sentence_that_repeats_a_secret_is_not_told() {
        let said = |message: &str, secret: &str| {
            let mut fault =
                Fault { message: message.into(), type_name: "TheName".into(), ..Fault::default() };
            fault.hide(secret);
            fault.to_string()
        };
        assert_eq!(said("No such session: 52f0-a1.", "52f0-a1"), "TheName");
        assert_eq!(said("No such session.", "52f0-a1"), "No such session.");
        assert_eq!(said("No such session.", ""), "No such session.");
        assert_eq!(said("Cannot use a b.", "a\r\nb"), "TheName");
    }

    #[test]
    fn a_tasks_error_is_read_alike() {
        let xml = "<error xmlns:x=\"http://www.w3.org/2001/XMLSchema-instance\"><fault x:type=\"MismatchedBundle\">\
                   <bundleUuid>a</bundleUuid><hostUuid>b</hostUuid><bundleBuildNumber>1</bundleBuildNumber>\
                   <hostBuildNumber>2</hostBuildNumber></fault><localizedMessage>Mismatch.</localizedMessage></error>";
        let fault = Fault::from_localized(&decode_plain(xml.as_bytes()).unwrap());
        assert_eq!(
            fault.kind,
            FaultKind::MismatchedBundle {
                bundle_uuid: Some("a".into()),
                host_uuid: Some("b".into()),
                bundle_build: Some("1".into()),
                host_build: Some("2".into()),
            }
        );
        assert_eq!(fault.message, "Mismatch.");
    }
}
