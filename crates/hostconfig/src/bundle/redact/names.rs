//! What a name, and where it stands, says of its value: is that a secret, and which?

use super::Secret;

/// Where a text stands, as far as that decides what is a secret.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "a file can be several of them")]
pub(in crate::bundle) struct Place {
    /// SNMP's own: users have keys, targets communities.
    is_snmp: bool,
    /// Where serial numbers are licences.
    is_licence: bool,
    /// Where a `key` is one to encrypt with.
    is_encryption: bool,
    /// Words that begin a line as a password would, and are none.
    pub(super) is_pam: bool,
}

impl Place {
    /// By a path or by the name of an object.
    pub(in crate::bundle) fn of(path: &str) -> Self {
        let path = path.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| path.contains(word));
        Self {
            is_snmp: has(&["snmp"]),
            is_licence: has(&["licen"]),
            is_encryption: has(&["encryption", "keyring", "key_cache", "keycache", "kms", "crypto", "kmip"]),
            is_pam: has(&["pam.d/", "security/"]),
        }
    }
}

/// Words that end the name of a setting about secrets, which is none itself: admins want to see how passwords have to be.
const ABOUT_SECRETS: [&str; 37] = [
    "quality",
    "history",
    "max",
    "min",
    "days",
    "policy",
    "expiration",
    "expiry",
    "expires",
    "age",
    "length",
    "control",
    "complexity",
    "enabled",
    "required",
    "change",
    "timeout",
    "authentication",
    "prompt",
    "type",
    "interval",
    "warning",
    "attempts",
    "retries",
    "location",
    "file",
    "path",
    "name",
    "user",
    "username",
    "size",
    "count",
    "lifetime",
    "ttl",
    "level",
    "mode",
    "algorithm",
];

/// What a name says that its value is, if that is a secret.
pub(super) fn secret_in(name: &str, place: Place) -> Option<Secret> {
    let name = Words::of(name);
    // The name of a community is all that it has.
    if name.ends(&ABOUT_SECRETS) && !name.runs(&["communityname"]) {
        None
    } else if name.is_of_snmp(place) {
        Some(Secret::Snmp)
    } else if name.has(&["chap"]) && name.has(&["secret", "password", "passwd", "key"])
        || name.runs(&["chapsecret", "chappassword"])
    {
        Some(Secret::Chap)
    } else if name.runs(&["passwordhash", "hashedpassword", "ntpassword"]) {
        Some(Secret::PasswordHash)
    } else if name.has(&["pwd", "pass", "psk", "pin", "secrets", "credential", "credentials"])
        || name.runs(&["password", "passwd", "passphrase"])
        || name.words.iter().any(|word| word.ends_with("secret") || word.ends_with("pw"))
    {
        Some(Secret::Password)
    } else if name.runs(&["privatekey"]) {
        Some(Secret::PrivateKey)
    } else if place.is_licence && name.ends(&["serial", "key", "keys", "license", "licence"])
        || name.runs(&["licensekey", "licencekey", "serialkey"])
    {
        Some(Secret::LicenceKey)
    } else if name.has(&["token", "tokens", "cookie", "cookies", "ticket", "bearer", "jwt"])
        || name.runs(&["apikey", "accesskey", "sessionid"])
    {
        Some(Secret::Token)
    } else if name.runs(&[
        "configencdata",
        "encryptionkey",
        "integritykey",
        "recoverykey",
        "sharedkey",
        "masterkey",
        "symmetrickey",
    ]) || name.has(&["dek", "kek", "wrapped", "keytab"])
        || place.is_encryption
            && (name.ends(&["key", "keys", "data", "blob", "value"]) || name.runs(&["data1", "data2"]))
    {
        Some(Secret::EncryptionKey)
    } else {
        None
    }
}

/// Whether what stands under this name is a list of secrets, and not one by parts: the names in it are secrets then.
pub(super) fn holds_secrets(name: &str) -> bool {
    Words::of(name).ends(&["community", "communities", "tokens", "cookies"])
}

/// The words of `authKey`, `auth_key`, `/adv/Auth/Key`, in lower case.
struct Words {
    words: Vec<String>,
    /// All of them in one.
    run: String,
}

impl Words {
    fn of(name: &str) -> Self {
        let words = words(name);
        Self { run: words.concat(), words }
    }

    fn has(&self, wanted: &[&str]) -> bool {
        self.words.iter().any(|word| wanted.contains(&word.as_str()))
    }

    fn ends(&self, wanted: &[&str]) -> bool {
        self.words.last().is_some_and(|last| wanted.contains(&last.as_str()))
    }

    fn runs(&self, wanted: &[&str]) -> bool {
        wanted.iter().any(|wanted| self.run.contains(wanted))
    }

    fn is_of_snmp(&self, place: Place) -> bool {
        let own = ["users", "targets", "targetspec", "trapsink", "auth", "priv", "hash", "key"];
        self.runs(&["community", "communities", "authkey", "privkey", "authhash", "privhash", "localizedkey"])
            || place.is_snmp && (self.ends(&own) || self.runs(&["v3users", "v3targets", "remoteusers"]))
    }
}

pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_lower = false;
    let mut is_new = true;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            is_new = true;
            was_lower = false;
            continue;
        }
        if is_new || (c.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        is_new = false;
        was_lower = c.is_lowercase();
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words
}
