//! Certificates as an admin compares them: subject, validity, thumbprints.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

/// A certificate's hash, written the way vSphere shows it: `AA:BB:…`.
///
/// People only ever pin SHA-256. SHA-1 exists because `summary.config.sslThumbprint`, which a vCenter
/// reports for its hosts, is one up to vSphere 8.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Thumbprint {
    /// SHA-256 over the DER form.
    Sha256([u8; 32]),
    /// SHA-1 over the DER form.
    Sha1([u8; 20]),
}

/// Why a text is no thumbprint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a SHA-256 thumbprint: give 64 hexadecimal digits, with or without colons")]
pub struct ThumbprintError(String);

impl Thumbprint {
    /// The SHA-256 thumbprint of a certificate in DER form.
    pub fn sha256(der: &[u8]) -> Self {
        Self::Sha256(Sha256::digest(der).into())
    }

    /// The SHA-1 thumbprint of a certificate in DER form.
    pub fn sha1(der: &[u8]) -> Self {
        Self::Sha1(sha1::Sha1::digest(der).into())
    }

    /// Whether the certificate in DER form has this thumbprint.
    pub fn matches(&self, der: &[u8]) -> bool {
        match self {
            Self::Sha256(_) => Self::sha256(der) == *self,
            Self::Sha1(_) => Self::sha1(der) == *self,
        }
    }

    /// A thumbprint as a server reports it, of either length.
    pub fn reported(text: &str) -> Option<Self> {
        let bytes = hex::decode(text.trim().replace(':', "")).ok()?;
        match bytes.len() {
            32 => Some(Self::Sha256(bytes.try_into().ok()?)),
            20 => Some(Self::Sha1(bytes.try_into().ok()?)),
            _ => None,
        }
    }
}

impl FromStr for Thumbprint {
    type Err = ThumbprintError;

    /// Reads a SHA-256 thumbprint; a SHA-1 one is refused, because nobody should start to trust by it.
    fn from_str(text: &str) -> Result<Self, ThumbprintError> {
        match Self::reported(&text.replace([' ', '-'], "")) {
            Some(thumbprint @ Self::Sha256(_)) => Ok(thumbprint),
            _ => Err(ThumbprintError(text.to_owned())),
        }
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: &[u8] = match self {
            Self::Sha256(bytes) => bytes,
            Self::Sha1(bytes) => bytes,
        };
        for (at, byte) in bytes.iter().enumerate() {
            write!(f, "{}{byte:02X}", if at == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl serde::Serialize for Thumbprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Thumbprint {
    /// Reads SHA-256 only, like [`FromStr`].
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A certificate that a server presented.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Certificate {
    /// The subject, such as `CN=vcsa.lab.local, O=…`; a plain word where the certificate cannot be parsed.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// Valid from.
    pub not_before: Option<DateTime<Utc>>,
    /// Valid until.
    pub not_after: Option<DateTime<Utc>>,
    /// SHA-256 thumbprint: what is pinned.
    pub sha256: Thumbprint,
    /// SHA-1 thumbprint: what older vSphere screens show.
    pub sha1: Thumbprint,
}

impl Certificate {
    /// The first certificate of a PEM text; none where there is none.
    pub fn from_pem(pem: &[u8]) -> Option<Self> {
        der_of_pem(pem).map(|der| Self::from_der(&der))
    }

    /// Reads what an admin compares out of the DER form; never fails, since the thumbprints always exist.
    pub fn from_der(der: &[u8]) -> Self {
        let unreadable = || "unreadable".to_owned();
        let parsed = x509_parser::parse_x509_certificate(der).ok().map(|(_, parsed)| parsed);
        let time = |at: x509_parser::time::ASN1Time| DateTime::from_timestamp(at.timestamp(), 0);
        Self {
            subject: parsed.as_ref().map_or_else(unreadable, |c| c.subject().to_string()),
            issuer: parsed.as_ref().map_or_else(unreadable, |c| c.issuer().to_string()),
            not_before: parsed.as_ref().and_then(|c| time(c.validity().not_before)),
            not_after: parsed.as_ref().and_then(|c| time(c.validity().not_after)),
            sha256: Thumbprint::sha256(der),
            sha1: Thumbprint::sha1(der),
        }
    }
}

/// The DER form of the first certificate of a PEM text, as `config.certificate` carries it.
pub(crate) fn der_of_pem(pem: &[u8]) -> Option<Vec<u8>> {
    let (_, pem) = x509_parser::pem::parse_x509_pem(pem).ok()?;
    (pem.label == "CERTIFICATE").then_some(pem.contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_reads_back_however_it_is_written() {
        let thumbprint = Thumbprint::sha256(b"any");
        let shown = thumbprint.to_string();
        for written in [shown.clone(), shown.to_lowercase(), shown.replace(':', ""), shown.replace(':', " ")]
        {
            assert_eq!(written.parse(), Ok(thumbprint), "{written}");
        }
        assert_eq!(
            Thumbprint::reported(&Thumbprint::sha1(b"any").to_string()),
            Some(Thumbprint::sha1(b"any"))
        );
    }

    #[test]
    fn only_sha256_can_be_typed() {
        for text in ["", "AA:BB", "not hex", &Thumbprint::sha1(b"any").to_string()] {
            assert_eq!(text.parse::<Thumbprint>(), Err(ThumbprintError(text.to_owned())));
        }
    }

    #[test]
    fn a_certificate_says_who_and_until_when() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(vec!["esx01.lab.local".into()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, "esx01.lab.local");
        params.not_after = rcgen::date_time_ymd(2031, 2, 3);
        let made = params.self_signed(&key).unwrap();
        let read = Certificate::from_der(made.der());
        assert_eq!(read.subject, "CN=esx01.lab.local");
        assert_eq!(read.not_after.unwrap().to_rfc3339(), "2031-02-03T00:00:00+00:00");
        assert_eq!(der_of_pem(made.pem().as_bytes()).as_deref(), Some(&made.der()[..]));
        assert_eq!(Certificate::from_der(b"rubbish").subject, "unreadable");
    }
}
