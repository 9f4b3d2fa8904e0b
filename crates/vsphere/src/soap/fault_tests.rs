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
        let xml = format!("<Fault><detail><NoPermissionFault>{fields}</NoPermissionFault></detail></Fault>");
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
        let mut fault = Fault { message: message.into(), type_name: "TheName".into(), ..Fault::default() };
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
