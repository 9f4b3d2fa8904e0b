//! What must never leave this crate, told by where it stands and what it looks like.
//!
//! [`Redacted`] is the only form in which a bundle's text gets out of [`super::open`]: its fields are private, and every way to
//! make one takes secrets out first. What is left says that there was a secret, and two of them can say whether their
//! secrets differ. When in doubt, a text is a secret.

mod json;
mod lines;
mod names;

use std::fmt;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use regex::{Captures, Regex};
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

pub(super) use json::{Leaf, Leaves, json};
pub(super) use lines::lines;
pub(super) use names::Place;
use names::secret_in;

/// A kind of secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Secret {
    /// A user's, as `/etc/shadow` has it.
    PasswordHash,
    /// A password or a passphrase.
    Password,
    /// Of the host's certificate, or of SSH.
    PrivateKey,
    /// Of iSCSI.
    Chap,
    /// An SNMP community, or the keys of SNMP users.
    Snmp,
    /// A licence key.
    LicenceKey,
    /// A ticket, a cookie or another bearer's proof.
    Token,
    /// What a configuration or a disk is encrypted with.
    EncryptionKey,
    /// A database or a seed that has secrets in it and cannot be taken apart.
    SecretData,
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PasswordHash => "password hash",
            Self::Password => "password",
            Self::PrivateKey => "private key",
            Self::Chap => "CHAP secret",
            Self::Snmp => "SNMP community or key",
            Self::LicenceKey => "licence key",
            Self::Token => "token",
            Self::EncryptionKey => "encryption key",
            Self::SecretData => "secret data",
        })
    }
}

/// A text without its secrets. Two are equal only when their secrets are, too; the secrets themselves are not in it, nor
/// is anything of them in what is shown or written.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Redacted {
    text: String,
    /// A hash of what was taken out. Kept in memory only: short secrets can be guessed from it.
    secrets: Option<[u8; 32]>,
}

impl Redacted {
    /// What may be shown.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a secret was taken out. Content that is only not shown is none.
    pub fn has_secret(&self) -> bool {
        self.secrets.is_some() && self.text.contains("[redacted: ")
    }

    /// Whether something was taken out of both, and not the same.
    pub fn differs_in_secret(&self, other: &Self) -> bool {
        self.has_secret() && other.has_secret() && self.secrets != other.secrets
    }

    /// A text of which nothing is known but itself.
    pub(super) fn of(text: &str) -> Self {
        let mut taken = Taken::default();
        let text = taken.by_looks(text);
        taken.done(text)
    }

    /// The value of a setting, of which the name tells what it is.
    pub(super) fn value_of(name: &str, value: &str, place: Place) -> Self {
        let mut taken = Taken::default();
        let text = match secret_in(name, place).filter(|_| !says_nothing(value)) {
            Some(secret) => taken.out(secret, value),
            None => lines::value(value, place, &mut taken),
        };
        taken.done(text)
    }

    /// Nothing but a secret.
    pub(super) fn secret(secret: Secret, value: &[u8]) -> Self {
        Self { text: mark(secret), secrets: Some(Sha256::digest(value).into()) }
    }

    /// A remark about content that is not shown, which still tells whether two contents differ.
    pub(super) fn about(remark: String, content: &[u8]) -> Self {
        Self { text: remark, secrets: Some(Sha256::digest(content).into()) }
    }

    /// Several of them in one.
    pub(super) fn joined(parts: &[&Self], between: &str) -> Self {
        let text = parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(between);
        let mut hash = Sha256::new();
        parts.iter().filter_map(|part| part.secrets).for_each(|secret| hash.update(secret));
        let secrets = parts.iter().any(|part| part.secrets.is_some()).then(|| hash.finalize().into());
        Self { text, secrets }
    }

    /// The same behind a name, which must have been redacted itself.
    pub(super) fn behind(&self, name: &str) -> Self {
        Self { text: format!("{name}{}", self.text), secrets: self.secrets }
    }

    /// The same secrets, if any, with a part of the text, or with words of our own.
    pub(super) fn told_as(&self, words: &str) -> Self {
        Self { text: Self::of(words).text, secrets: self.secrets }
    }

    /// Adds text and secrets to a hash that leaves this crate only as a whole.
    pub(super) fn hash_into(&self, hash: &mut Sha256) {
        hash.update((self.text.len() as u64).to_le_bytes());
        hash.update(&self.text);
        hash.update(self.secrets.unwrap_or_default());
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Redacted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// What a whole file is, by its path: where that is a secret, nothing in it is shown.
pub(super) fn secret_file(path: &str) -> Option<Secret> {
    let path = path.to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&[".key", "_key", ".p12", ".pfx", ".jks"]) || name == "ssh_key" {
        Some(Secret::PrivateKey)
    } else if name.contains("keytab")
        || ends(&[".keys"])
        || path.contains("likewise/db/")
        || path.contains("/secrets/")
    {
        Some(Secret::SecretData)
    } else if path.contains("vmkiscsi") || path.contains("iscsid.db") {
        Some(Secret::Chap)
    } else if name.contains("random-seed") || name.contains("random_seed") {
        Some(Secret::SecretData)
    } else if path.contains("keyring") || path.contains("keycache") || path.contains("key_cache") {
        Some(Secret::EncryptionKey)
    } else {
        None
    }
}

/// What has no shape of its own: characters that steer a terminal, turn the direction of what follows, or are not seen. What
/// scripts and emoji are joined with is not among them, nor what ends lines.
static INVISIBLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]--[\t\n\r\u{200C}\u{200D}]]").expect("the pattern is well formed")
});

/// With what nobody would see by its number.
pub(super) fn visible(text: String) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')) {
        return text;
    }
    let number = |found: &Captures<'_>| {
        let c = found[0].chars().next().map_or(0, u32::from);
        format!("[U+{c:04X}]")
    };
    INVISIBLE.replace_all(&text, number).into_owned()
}

fn mark(secret: Secret) -> String {
    format!("[redacted: {secret}]")
}

/// What has been taken out so far.
#[derive(Default)]
struct Taken {
    hash: Option<Sha256>,
}

impl Taken {
    fn out(&mut self, secret: Secret, value: &str) -> String {
        self.note(value);
        mark(secret)
    }

    fn note(&mut self, value: &str) {
        let hash = self.hash.get_or_insert_default();
        hash.update((value.len() as u64).to_le_bytes());
        hash.update(value);
    }

    fn done(self, text: String) -> Redacted {
        let text = visible(text);
        Redacted { text, secrets: self.hash.map(|hash| hash.finalize().into()) }
    }

    /// Takes out what looks like a secret wherever it stands.
    fn by_looks(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for (trigger, pattern, secret) in &*LOOKS {
            if text.contains(trigger) {
                let replaced = pattern.replace_all(&text, |found: &Captures<'_>| {
                    let whole = found.get_match();
                    let inner = found.name("secret").unwrap_or(whole);
                    // By where it stands: what is before it can be the same text.
                    let (before, after) =
                        (&text[whole.start()..inner.start()], &text[inner.end()..whole.end()]);
                    format!("{before}{}{after}", self.out(*secret, inner.as_str()))
                });
                text = replaced.into_owned();
            }
        }
        if !text.contains(ENCODED) {
            return text;
        }
        let replaced = ENCODED_PEM.replace_all(&text, |found: &Captures<'_>| match &found[0] {
            encoded if is_encoded_key(encoded) => self.out(Secret::PrivateKey, encoded),
            encoded => encoded.to_owned(),
        });
        replaced.into_owned()
    }
}

/// What a PEM file begins with in Base64, which a kubeconfig has in the place of files.
const ENCODED: &str = "LS0tLS1CRUdJTi";
static ENCODED_PEM: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!("{ENCODED}[A-Za-z0-9+/]*=*")).expect("the pattern is well formed"));

/// Whether there is more in it than certificates, as far as that can be told.
fn is_encoded_key(encoded: &str) -> bool {
    let digits = encoded.trim_end_matches('=');
    match STANDARD_NO_PAD.decode(&digits[..digits.len() / 4 * 4]) {
        Ok(text) => String::from_utf8_lossy(&text).contains("PRIVATE KEY"),
        Err(_) => true,
    }
}

/// What secrets look like: a text that has to be there, the pattern, what it is.
static LOOKS: LazyLock<Vec<(&'static str, Regex, Secret)>> = LazyLock::new(|| {
    let pattern = |pattern| Regex::new(pattern).expect("the pattern is well formed");
    vec![
        (
            "PRIVATE KEY",
            pattern(r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)"),
            Secret::PrivateKey,
        ),
        (
            "$",
            pattern(r"\$(?:1|2[abxy]?|5|6|7|y|gy|sm3|sha1|argon2[a-z]*)\$[^\s:,;<>{}]*[^\s:,;<>{}&]"),
            Secret::PasswordHash,
        ),
        ("-", pattern(r"\b[0-9A-Za-z]{5}(?:-[0-9A-Za-z]{5}){4}\b"), Secret::LicenceKey),
        ("eyJ", pattern(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"), Secret::Token),
        ("earer", pattern(r"\b[Bb]earer\s+(?P<secret>[A-Za-z0-9._~+/=-]{8,})"), Secret::Token),
        (
            "asic",
            pattern(r#"(?i)authorization["']?\s*[:=]\s*["']?basic\s+(?P<secret>[^\s"',;]+)"#),
            Secret::Password,
        ),
        // To the last `@`: a password can have one.
        ("://", pattern(r"://[^\s/@:]*:(?P<secret>[^\s/]+)@"), Secret::Password),
        (
            // What is taken out already begins with a bracket.
            "curl",
            pattern(
                r#"\bcurl\s[^\n|;&]*?(?:-u|--user)[\s=]*["']?[^\s:"']+:(?P<secret>(?:\[[^r]|[^\[\s"'])[^\s"']*)"#,
            ),
            Secret::Password,
        ),
        ("data1=", pattern(r"data1=(?P<secret>[^\s:]+)"), Secret::EncryptionKey),
        ("data2=", pattern(r"data2=(?P<secret>[^\s:]+)"), Secret::EncryptionKey),
    ]
});

/// Whether what stands under this name can name the `value` beside it.
fn is_name(name: &str) -> bool {
    ["name", "key", "id"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether a value is there only in name: a switch, or nothing.
fn says_nothing(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'', ',', ';']).trim();
    let words =
        ["true", "false", "yes", "no", "on", "off", "none", "null", "{", "[", "[]", "{}", "(", "|", ">"];
    value.is_empty() || words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
