//! Which server may be talked to.
//!
//! A server is trusted because the system's trust store says so, or because a person (or, for a host, a
//! vCenter that is trusted already) named its certificate. There is no third way and no switch around it.

use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};

use crate::certificate::{Certificate, Thumbprint};

/// Why a server would be trusted.
///
/// A pin narrows: with a pin, a certificate that the trust store likes but that is not the pinned one is
/// refused. A certificate that changed is a stop, whoever signed the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The system's trust store (Windows, macOS and Linux each their own), name and validity checked.
    System,
    /// Exactly the certificate with this thumbprint; its name and validity are not looked at.
    Pinned(Thumbprint),
}

impl Trust {
    /// The pinned thumbprint where there is one, else the system's trust store.
    pub fn new(pinned: Option<Thumbprint>) -> Self {
        pinned.map_or(Self::System, Self::Pinned)
    }

    /// The pinned thumbprint.
    pub fn pinned(&self) -> Option<Thumbprint> {
        match self {
            Self::System => None,
            Self::Pinned(thumbprint) => Some(*thumbprint),
        }
    }
}

/// What a verifier leaves behind for the error: the certificate that it refused last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refused(Arc<Mutex<Option<Certificate>>>);

impl Refused {
    /// Not taken out: several connections may fail at once, and each has to say why.
    pub(crate) fn latest(&self) -> Option<Certificate> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, der: &[u8]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Certificate::from_der(der));
    }
}

/// A TLS configuration that admits only what `trust` trusts.
///
/// A trust store that cannot be read, or holds nothing, trusts nobody: a person may still accept what a server shows.
///
/// # Errors
/// Never, in practice: the versions and ciphers are those of the one provider.
pub(crate) fn tls_config(trust: Trust) -> Result<(ClientConfig, Refused), rustls::Error> {
    let refused = Refused::default();
    let system = match trust {
        Trust::System => system(),
        Trust::Pinned(_) => None,
    };
    let verifier = Verifier { trust, system, refused: refused.clone() };
    let mut config = ClientConfig::builder_with_provider(PROVIDER.clone())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    // A resumed session would skip the certificate: then a change would go unseen.
    config.resumption = rustls::client::Resumption::disabled();
    Ok((config, refused))
}

static PROVIDER: LazyLock<Arc<CryptoProvider>> =
    LazyLock::new(|| Arc::new(rustls::crypto::ring::default_provider()));

/// Loaded once: on Linux that means parsing some hundred certificates. Where there are none they are looked for again, as
/// they may be installed meanwhile.
fn system() -> Option<Arc<rustls_platform_verifier::Verifier>> {
    static LOADED: OnceLock<Arc<rustls_platform_verifier::Verifier>> = OnceLock::new();
    if let Some(loaded) = LOADED.get() {
        return Some(loaded.clone());
    }
    match rustls_platform_verifier::Verifier::new(PROVIDER.clone()) {
        Ok(verifier) => Some(LOADED.get_or_init(|| Arc::new(verifier)).clone()),
        Err(error) => {
            tracing::warn!(%error, "the system's trust store trusts nobody");
            None
        }
    }
}

#[derive(Debug)]
struct Verifier {
    trust: Trust,
    /// The system's own, where `trust` is [`Trust::System`] and there is a trust store.
    system: Option<Arc<rustls_platform_verifier::Verifier>>,
    refused: Refused,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = match (&self.system, self.trust) {
            (Some(system), _) => {
                system.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            (None, Trust::Pinned(thumbprint)) if thumbprint.matches(end_entity) => {
                Ok(ServerCertVerified::assertion())
            }
            (None, _) => Err(CertificateError::ApplicationVerificationFailure.into()),
        };
        if verdict.is_err() {
            self.refused.put(end_entity);
        }
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &PROVIDER.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &PROVIDER.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        PROVIDER.signature_verification_algorithms.supported_schemes()
    }
}
