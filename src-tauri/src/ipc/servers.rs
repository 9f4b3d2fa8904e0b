//! Servers, and the certificates that they present.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::ErrorReport;

/// A saved server. Its password is never part of it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServerView {
    /// The name that the admin gave it.
    pub(crate) name: String,
    /// `https://host` or `https://host:port`.
    pub(crate) address: String,
    /// The user to log in as.
    pub(crate) user: String,
    /// The SHA-256 thumbprint that it is pinned to.
    pub(crate) thumbprint: Option<String>,
    /// Whether the keyring holds its password, as far as is known: false where only this window does, or nothing.
    pub(crate) remembered: bool,
}

/// A server to save, or to save anew.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServerInput {
    /// The name of the saved one that is edited.
    pub(crate) original: Option<String>,
    /// The name that it shall have.
    pub(crate) name: String,
    /// As the admin typed it.
    pub(crate) address: String,
    /// The user to log in as.
    pub(crate) user: String,
    /// The password; nothing keeps the one that is known.
    #[specta(type = Option<String>)]
    pub(crate) password: Option<SecretString>,
    /// Whether the keyring shall hold the password; else only this window does, until it ends. Nothing leaves the password that is
    /// known where it is.
    pub(crate) remember: Option<bool>,
    /// The SHA-256 thumbprint of the certificate that the admin has been shown and accepts.
    pub(crate) accept_thumbprint: Option<String>,
}

/// What came of connecting.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum ConnectOutcome {
    /// Signed in, read, and saved where it was to be saved.
    Connected {
        /// The server as it is saved now.
        server: ServerView,
        /// Such as `VMware vCenter Server 8.0.3 build-24022515`.
        product: String,
        /// How many hosts it has.
        hosts: usize,
        /// Why the keyring did not take the password, which is then known until the window ends.
        keyring_error: Option<ErrorReport>,
    },
    /// The certificate is not trusted; nothing was sent, nothing is saved.
    NotTrusted {
        /// What the server presented.
        certificate: CertificateView,
        /// The thumbprint that was accepted earlier.
        expected: Option<String>,
    },
}

/// A certificate as an admin compares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CertificateView {
    /// Whom it names.
    pub(crate) subject: String,
    /// Who signed it.
    pub(crate) issuer: String,
    /// Valid from; none where the certificate cannot be read.
    pub(crate) valid_from: Option<DateTime<Utc>>,
    /// Valid to; none where the certificate cannot be read.
    pub(crate) valid_to: Option<DateTime<Utc>>,
    /// SHA-256 thumbprint.
    pub(crate) sha256: String,
    /// SHA-1 thumbprint, because vSphere shows it; nothing is trusted by it.
    pub(crate) sha1: String,
    /// Whether subject and issuer are the same.
    pub(crate) self_signed: bool,
}

impl ServerView {
    pub(crate) fn new(server: &hostconfig::settings::Server, remembered: bool) -> Self {
        Self {
            remembered,
            name: server.name.clone(),
            address: server.url.to_string(),
            user: server.user.clone(),
            thumbprint: server.thumbprint.map(|thumbprint| thumbprint.to_string()),
        }
    }
}

impl From<&vsphere::Certificate> for CertificateView {
    fn from(certificate: &vsphere::Certificate) -> Self {
        Self {
            subject: certificate.subject.clone(),
            issuer: certificate.issuer.clone(),
            valid_from: certificate.not_before,
            valid_to: certificate.not_after,
            sha256: certificate.sha256.to_string(),
            sha1: certificate.sha1.to_string(),
            self_signed: certificate.subject == certificate.issuer,
        }
    }
}
