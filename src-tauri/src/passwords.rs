//! Servers' passwords: which the window was given, and which the keyring holds.

use hostconfig::Error;
use hostconfig::credentials::{self, CredentialsError, Item};
use hostconfig::settings::Server;
use secrecy::SecretString;

use crate::state::{Place, lock};

impl Place {
    /// A server's password: the one that this window was given, else the keyring's. Blocks.
    pub(crate) fn password(&self, server: &Server) -> hostconfig::Result<SecretString> {
        let account = credentials::account(server);
        if let Some(password) = lock(&self.passwords).get(&account) {
            return Ok(password.clone());
        }
        if self.demo.is_some() {
            return Err(CredentialsError::NoEntry { item: Item::Password(account) }.into());
        }
        let loaded = credentials::load(server);
        if let Err(Error::Credentials(CredentialsError::NoEntry { .. })) = &loaded {
            lock(&self.not_remembered).insert(account);
        } else {
            lock(&self.not_remembered).remove(&account);
        }
        loaded
    }

    /// Whether the keyring holds a server's password, as far as it was asked for it.
    pub(crate) fn remembers(&self, server: &Server) -> bool {
        let account = credentials::account(server);
        self.demo.is_none()
            && !lock(&self.passwords).contains_key(&account)
            && !lock(&self.not_remembered).contains(&account)
    }

    /// Knows a server's password until the window ends.
    pub(crate) fn know_password(&self, server: &Server, password: SecretString) {
        lock(&self.passwords).insert(credentials::account(server), password);
    }

    /// Forgets a password that only this window knew.
    pub(crate) fn forget_password(&self, server: &Server) {
        let account = credentials::account(server);
        lock(&self.passwords).remove(&account);
        lock(&self.not_remembered).remove(&account);
    }
}
