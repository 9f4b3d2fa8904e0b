//! Settings out of certificates.

use vsphere::Certificate;

use super::{Section, Table, source};
use crate::bundle::BundleFile;
use crate::bundle::redact::Redacted;

const HOST: &str = "etc/vmware/ssl/rui.crt";

pub(super) fn add(table: &mut Table, file: &BundleFile, found: &[Certificate]) {
    if file.has_more {
        table.whole_file(file);
    }
    for certificate in found {
        let shown = certificate.sha256.to_string();
        let subject = Redacted::of(&certificate.subject);
        let is_host = file.path == HOST;
        // Several may have one subject: the thumbprint's start tells them apart.
        let object = if is_host {
            "Certificate".to_owned()
        } else {
            format!("{}: {} ({})", file.path, subject.text(), shown.get(..11).unwrap_or(&shown))
        };
        let until = certificate.not_after.map(|time| time.format("%Y-%m-%d %H:%M UTC").to_string());
        let of = |key: &str| source(&file.path, key);
        if is_host {
            table.add(Section::Security, &object, "Subject", subject, of("subject"));
            table.add(Section::Security, &object, "Issuer", Redacted::of(&certificate.issuer), of("issuer"));
        }
        table.add(Section::Security, &object, "SHA-256 thumbprint", Redacted::of(&shown), of("sha256"));
        let until = until.as_deref().unwrap_or("not known");
        table.add(Section::Security, &object, "Valid until", Redacted::of(until), of("not_after"));
    }
}
