//! Servers' passwords and hosts' recovery keys in the operating system's keyring: Windows Credential Manager, Secret Service,
//! Keychain. They are nowhere else on the disk, and leave this module only as [`SecretString`], which shows nothing of itself.
//!
//! An entry's service is `hostkeep` and its account `<user>@<server's address>`, or `recovery key <id> of <host>`, so that an admin
//! finds it in the system's own tools.

use std::error::Error as StdError;
use std::fmt;

use keyring_core::{Entry, Error as KeyringError};
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretString};

use crate::Result;
use crate::settings::Server;

/// The service under which entries are kept.
pub const SERVICE: &str = "hostkeep";

/// What is kept in the keyring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// The password of an account, `<user>@<address>`.
    Password(String),
    /// A host's recovery key, see [`crate::recovery_keys`].
    RecoveryKey {
        /// Which.
        id: String,
        /// Its host's name.
        host: String,
    },
}

/// Why something could not be kept in the keyring, read from it or removed.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// There is no keyring on this machine, or none that this session can reach.
    #[error("this machine offers no keyring for {item}{}", because(.reason.as_ref()))]
    NoKeyring {
        /// For what.
        item: Item,
        /// In the system's words.
        reason: Option<String>,
    },
    /// The keyring is there but closed to this session.
    #[error("the keyring did not give access to {item}: {source}")]
    Locked {
        /// To what.
        item: Item,
        /// In the system's words.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// It is not there.
    #[error("{item} is not in the keyring")]
    NoEntry {
        /// What.
        item: Item,
    },
    /// The keyring takes no value of this length.
    #[error(
        "{item} cannot be kept: its {attribute} is longer than the {limit} that this machine's keyring takes"
    )]
    TooLong {
        /// For what.
        item: Item,
        /// Which value.
        attribute: String,
        /// The keyring's limit, in its own unit (bytes on Windows, 2,560 for a password).
        limit: u32,
    },
    /// Several entries match.
    #[error("the keyring holds {count} entries for {item}")]
    Ambiguous {
        /// For what.
        item: Item,
        /// How many.
        count: usize,
    },
    /// What is stored is nothing that Hostkeep wrote.
    #[error("what the keyring holds for {item} is no text")]
    NotText {
        /// For what.
        item: Item,
    },
    /// Anything else.
    #[error("the keyring failed for {item}: {reason}")]
    Failed {
        /// For what.
        item: Item,
        /// In the system's words.
        reason: String,
        /// What lies beneath, if it says.
        source: Option<Box<dyn StdError + Send + Sync>>,
    },
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Password(account) => write!(f, "the password of {account}"),
            Self::RecoveryKey { id, host } => write!(f, "the recovery key {id} of {host}"),
        }
    }
}

impl CredentialsError {
    /// A stable word for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NoKeyring { .. } => "keyring_missing",
            Self::Locked { .. } => "keyring_locked",
            Self::NoEntry { .. } => "credentials_missing",
            Self::TooLong { .. } => "credentials_too_long",
            Self::Ambiguous { .. } => "credentials_ambiguous",
            Self::NotText { .. } => "credentials_unreadable",
            Self::Failed { .. } => "keyring_failed",
        }
    }

    /// What to do next.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::NoEntry { item: Item::RecoveryKey { .. } } => {
                "Look for it with the user who backed the host up, or back the host up again to keep it."
            }
            Self::NoKeyring { item: Item::RecoveryKey { .. }, .. } => {
                "Start a keyring service (such as gnome-keyring) in this session and try again."
            }
            Self::NoKeyring { .. } => {
                "Start a keyring service (such as gnome-keyring) in this session and start Hostkeep again, or give the password on standard input with --password-stdin."
            }
            Self::Locked { item: Item::RecoveryKey { .. }, .. } => "Unlock the keyring and try again.",
            Self::Locked { .. } => {
                "Unlock the keyring and try again, or give the password with --password-stdin."
            }
            Self::NoEntry { .. } => {
                "Remove the server and add it again to store its password, or give it with --password-stdin. A scheduled task sees only the passwords of the user that it runs as."
            }
            Self::TooLong { .. } => "Use a shorter password, or give it with --password-stdin each time.",
            Self::Ambiguous { .. } => {
                "Remove the superfluous entries of hostkeep with the system's own keyring program."
            }
            Self::NotText { .. } => {
                "Remove the entry with the system's own keyring program, and store it again."
            }
            Self::Failed { item: Item::RecoveryKey { .. }, .. } => "Try again.",
            Self::Failed { .. } => "Try again; if it stays, give the password with --password-stdin.",
        }
    }
}

/// Stores a server's password in the place of any earlier one.
pub fn store(server: &Server, password: &SecretString) -> Result<()> {
    keep(Item::Password(account(server)), password)
}

/// Reads a server's password.
///
/// # Errors
/// [`CredentialsError::NoEntry`] when none is stored, among others.
pub fn load(server: &Server) -> Result<SecretString> {
    read(Item::Password(account(server)))
}

/// Removes a server's password. Tells whether there was one.
pub fn delete(server: &Server) -> Result<bool> {
    let item = Item::Password(account(server));
    match entry(&item)?.delete_credential() {
        Ok(()) => Ok(true),
        Err(KeyringError::NoEntry) => Ok(false),
        Err(error) => Err(typed(item, error).into()),
    }
}

/// Keeps a secret in the place of any earlier one.
pub(crate) fn keep(item: Item, secret: &SecretString) -> Result<()> {
    Ok(entry(&item)?.set_password(secret.expose_secret()).map_err(|e| typed(item, e))?)
}

/// Reads a secret.
///
/// # Errors
/// [`CredentialsError::NoEntry`] when it is not there, among others.
pub(crate) fn read(item: Item) -> Result<SecretString> {
    Ok(entry(&item)?.get_password().map(SecretString::from).map_err(|e| typed(item, e))?)
}

/// Removes a server's password, unless another of the `saved` servers has the same address and user and still needs it.
/// Tells whether there was one that went.
pub fn forget(server: &Server, saved: &[Server]) -> Result<bool> {
    if is_shared(server, saved) { Ok(false) } else { delete(server) }
}

/// Whether another of the `saved` servers has the same address and user, and so the same password.
pub fn is_shared(server: &Server, saved: &[Server]) -> bool {
    let account_of = account(server);
    saved.iter().any(|other| other.name != server.name && account(other) == account_of)
}

/// What the password of a host's own user is kept for: the same as when the host is a saved server, so that it is known once.
///
/// # Errors
/// The host's name or the user's cannot be one.
pub fn of_host(host: &str, user: &str) -> Result<Server> {
    Server::new(host, host, user, None)
}

/// The account under which a server's password is kept.
pub fn account(server: &Server) -> String {
    format!("{}@{}", server.user, server.url.url())
}

fn entry(item: &Item) -> Result<Entry, CredentialsError> {
    let no_keyring = |reason| CredentialsError::NoKeyring { item: item.clone(), reason };
    // A store that was set already, as the tests do, stays: asking for the system's own would replace it.
    if keyring_core::get_default_store().is_none()
        && let Err(error) = keyring::v1::Entry::store_status()
    {
        return Err(no_keyring(Some(error.to_string())));
    }
    let user = match item {
        Item::Password(account) => account.clone(),
        Item::RecoveryKey { id, host } => format!("recovery key {id} of {host}"),
    };
    match Entry::new(SERVICE, &user) {
        Err(KeyringError::NoDefaultStore) => Err(no_keyring(None)),
        entry => entry.map_err(|e| typed(item.clone(), e)),
    }
}

fn typed(item: Item, error: KeyringError) -> CredentialsError {
    match error {
        KeyringError::NoDefaultStore => CredentialsError::NoKeyring { item, reason: None },
        KeyringError::NoStorageAccess(source) => CredentialsError::Locked { item, source },
        KeyringError::NoEntry => CredentialsError::NoEntry { item },
        KeyringError::TooLong(attribute, limit) => CredentialsError::TooLong { item, attribute, limit },
        // These carry what is stored, or entries that do: none of it may reach a message.
        KeyringError::Ambiguous(entries) => CredentialsError::Ambiguous { item, count: entries.len() },
        KeyringError::BadEncoding(mut stored) | KeyringError::BadDataFormat(mut stored, _) => {
            stored.zeroize();
            CredentialsError::NotText { item }
        }
        KeyringError::PlatformFailure(source) => {
            CredentialsError::Failed { item, reason: source.to_string(), source: Some(source) }
        }
        other => CredentialsError::Failed { item, reason: other.to_string(), source: None },
    }
}

fn because(reason: Option<&String>) -> String {
    reason.map(|reason| format!(" ({reason})")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use keyring_core::mock;

    use super::*;
    use crate::Error;

    const SECRET: &str = "pässwörd \u{1f511} with spaces ";

    /// The mock store is the whole process': one test owns it.
    #[test]
    fn passwords_are_kept_in_the_keyring_and_nowhere_else() {
        keyring_core::set_default_store(mock::Store::new().unwrap());
        let vcenter = Server::new("prod", "vc.lab.local", "administrator@vsphere.local", None).unwrap();
        let other_user = Server { user: "root".into(), ..vcenter.clone() };
        assert_eq!(account(&vcenter), "administrator@vsphere.local@https://vc.lab.local");

        assert_eq!(load(&vcenter).unwrap_err().code(), "credentials_missing");
        store(&vcenter, &SECRET.into()).unwrap();
        store(&other_user, &"other".into()).unwrap();
        assert_eq!(load(&vcenter).unwrap().expose_secret(), SECRET);
        store(&vcenter, &"changed".into()).unwrap();
        assert_eq!(load(&vcenter).unwrap().expose_secret(), "changed");
        assert!(!format!("{:?}", load(&vcenter)).contains("changed"));

        failures_are_typed(&vcenter);

        let twin = Server { name: "prod again".into(), ..vcenter.clone() };
        assert!(!forget(&vcenter, &[other_user.clone(), twin]).unwrap());
        assert_eq!(load(&vcenter).unwrap().expose_secret(), "changed", "another server still needs it");
        assert!(forget(&vcenter, &[other_user.clone(), vcenter.clone()]).unwrap());
        assert!(!delete(&vcenter).unwrap());
        assert_eq!(load(&other_user).unwrap().expose_secret(), "other");
    }

    fn failures_are_typed(server: &Server) {
        let platform = || -> Box<dyn StdError + Send + Sync> { "the bus is down".into() };
        let account = account(server);
        let stored = || b"stored-secret".to_vec();
        for (error, code, message) in [
            (KeyringError::NoDefaultStore, "keyring_missing", "this machine offers no keyring"),
            (KeyringError::NoStorageAccess(platform()), "keyring_locked", "did not give access"),
            (KeyringError::NoEntry, "credentials_missing", "is not in the keyring"),
            (KeyringError::TooLong("password".into(), 2560), "credentials_too_long", "longer than the 2560"),
            (KeyringError::Ambiguous(vec![]), "credentials_ambiguous", "holds 0 entries"),
            (KeyringError::BadEncoding(stored()), "credentials_unreadable", "is no text"),
            (KeyringError::BadDataFormat(stored(), platform()), "credentials_unreadable", "is no text"),
            (KeyringError::PlatformFailure(platform()), "keyring_failed", "the bus is down"),
            (KeyringError::BadStoreFormat("odd".into()), "keyring_failed", "odd"),
            (KeyringError::NotSupportedByStore("odd".into()), "keyring_failed", "odd"),
        ] {
            let entry = Entry::new(SERVICE, &account).unwrap();
            entry.as_any().downcast_ref::<mock::Cred>().unwrap().set_error(error);
            let error = load(server).unwrap_err();
            assert_eq!(error.code(), code);
            assert!(error.to_string().contains(message) && error.to_string().contains(&account), "{error}");
            assert!(error.hint().is_some(), "{code}");
            let told = format!("{error:?} {:?}", error.report());
            // "stored-secret" as text, and as the numbers that Debug shows of bytes.
            assert!(!told.contains("stored-secret") && !told.contains("115, 116, 111"), "{told}");
            assert!(matches!(error, Error::Credentials(_)));
        }
    }
}
