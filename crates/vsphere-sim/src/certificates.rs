//! Certificates as ESXi makes them: self-signed, one a server. All servers of a simulator share one key pair, because
//! making 2,500 keys would be most of the start-up; a certificate that a restored bundle brings has its own.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, SanType, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::ServerSessionMemoryCache;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// A certificate with its key, and what TLS makes of them once the first client comes.
#[derive(Clone)]
pub(crate) struct Identity(Arc<Inner>);

struct Inner {
    certificate: Vec<u8>,
    key: Arc<Vec<u8>>,
    config: OnceLock<Arc<ServerConfig>>,
}

/// The key pair that a simulator's servers share.
pub(crate) struct SharedKey {
    pair: KeyPair,
    der: Arc<Vec<u8>>,
}

impl SharedKey {
    pub(crate) fn generate() -> io::Result<SharedKey> {
        let pair = KeyPair::generate().map_err(io::Error::other)?;
        let der = Arc::new(pair.serialize_der());
        Ok(SharedKey { pair, der })
    }

    /// A new self-signed certificate. Never twice the same, because the serial number is random.
    pub(crate) fn identity(&self, name: &str, address: Ipv4Addr) -> Identity {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, "VMware, Inc");
        params
            .distinguished_name
            .push(DnType::OrganizationalUnitName, "VMware ESX Server Default Certificate");
        params.distinguished_name.push(DnType::CommonName, name);
        params.serial_number = Some(rand::random::<u64>().into());
        params.not_before = date_time_ymd(2024, 1, 1);
        params.not_after = date_time_ymd(2044, 1, 1);
        params.subject_alt_names.push(SanType::IpAddress(address.into()));
        if let Ok(name) = name.try_into() {
            params.subject_alt_names.push(SanType::DnsName(name));
        }
        let certificate = params.self_signed(&self.pair).expect("a P-256 key signs any certificate");
        Identity::new(certificate.der().to_vec(), Arc::clone(&self.der))
    }
}

impl Identity {
    pub(crate) fn new(certificate: Vec<u8>, key: Arc<Vec<u8>>) -> Identity {
        Identity(Arc::new(Inner { certificate, key, config: OnceLock::new() }))
    }

    /// An identity from the PEM files of a bundle; `None` when they hold no usable pair.
    pub(crate) fn from_pem(certificate: &str, key: &str) -> Option<Identity> {
        let identity = Identity::new(from_pem(certificate)?, Arc::new(from_pem(key)?));
        server_config(&identity.0.certificate, &identity.0.key).ok().map(|_| identity)
    }

    pub(crate) fn der(&self) -> &[u8] {
        &self.0.certificate
    }

    pub(crate) fn certificate_pem(&self) -> String {
        to_pem("CERTIFICATE", &self.0.certificate)
    }

    pub(crate) fn key_pem(&self) -> String {
        to_pem("PRIVATE KEY", &self.0.key)
    }

    pub(crate) fn sha1(&self) -> String {
        colons(&Sha1::digest(&self.0.certificate))
    }

    pub(crate) fn sha256(&self) -> String {
        colons(&Sha256::digest(&self.0.certificate))
    }

    pub(crate) fn server_config(&self) -> io::Result<Arc<ServerConfig>> {
        if let Some(config) = self.0.config.get() {
            return Ok(Arc::clone(config));
        }
        let config = server_config(&self.0.certificate, &self.0.key).map_err(io::Error::other)?;
        Ok(Arc::clone(self.0.config.get_or_init(|| config)))
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn server_config(certificate: &[u8], key: &[u8]) -> Result<Arc<ServerConfig>, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(certificate.to_vec())],
            PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.to_vec())),
        )?;
    // The default cache reserves room for 256 sessions at once, times 2,500 hosts.
    config.session_storage = ServerSessionMemoryCache::new(16);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn colons(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

fn to_pem(label: &str, der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for start in (0..text.len()).step_by(64) {
        pem.push_str(&text[start..text.len().min(start + 64)]);
        pem.push('\n');
    }
    pem + "-----END " + label + "-----\n"
}

fn from_pem(pem: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once("-----BEGIN ")?;
    let (_, rest) = rest.split_once("-----\n")?;
    let (body, _) = rest.split_once("-----END ")?;
    BASE64.decode(body.split_whitespace().collect::<String>()).ok()
}
