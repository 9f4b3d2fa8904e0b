//! The saved servers.

use serde::{Deserialize, Serialize};
use vsphere::{ConnectOptions, ServerAddress, Thumbprint, Trust};

use super::{Settings, SettingsError, Timeouts, check_name, shortened};
use crate::Result;

/// A saved server. Its password is in the keyring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// The name that the admin gave it.
    pub name: String,
    /// Where it is; in the file `https://host` or `https://host:port`.
    pub url: ServerAddress,
    /// The user to log in as.
    pub user: String,
    /// The certificate's SHA-256 thumbprint (`AA:BB:…`), for one that the system does not trust.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbprint: Option<Thumbprint>,
}

impl Settings {
    /// The server of this name, in any case.
    pub fn server(&self, name: &str) -> Result<&Server> {
        self.position(name).map(|at| &self.servers[at])
    }

    /// Adds a server, from [`Server::new`].
    pub fn add_server(&mut self, server: Server) -> Result<()> {
        if let Ok(at) = self.position(&server.name) {
            return Err(SettingsError::DuplicateServer { name: self.servers[at].name.clone() }.into());
        }
        self.servers.push(server);
        Ok(())
    }

    /// Puts a server into the place of the one of this name, which it returns: its password may have to be removed.
    ///
    /// # Errors
    /// [`SettingsError::UnknownServer`]; [`SettingsError::DuplicateServer`] where another server has the new name.
    pub fn replace_server(&mut self, name: &str, server: Server) -> Result<Server> {
        let at = self.position(name)?;
        match self.position(&server.name) {
            Ok(other) if other != at => {
                Err(SettingsError::DuplicateServer { name: self.servers[other].name.clone() }.into())
            }
            _ => Ok(std::mem::replace(&mut self.servers[at], server)),
        }
    }

    /// Removes a server and returns it, so that its password can be removed too.
    pub fn remove_server(&mut self, name: &str) -> Result<Server> {
        self.position(name).map(|at| self.servers.remove(at))
    }

    /// A name, in any case, that several servers have.
    pub(super) fn ambiguous_name(&self) -> Option<&str> {
        let mut names = std::collections::HashSet::new();
        let again = self.servers.iter().find(|server| !names.insert(server.name.to_lowercase()));
        again.map(|server| server.name.as_str())
    }

    fn position(&self, name: &str) -> Result<usize> {
        let wanted = name.trim().to_lowercase();
        self.servers.iter().position(|server| server.name.to_lowercase() == wanted).ok_or_else(|| {
            let known = self.servers.iter().map(|server| server.name.clone()).collect();
            SettingsError::UnknownServer { name: shortened(name), known }.into()
        })
    }
}

impl Server {
    /// What it takes to reach it.
    pub fn connect_options(&self, timeouts: Timeouts) -> ConnectOptions {
        ConnectOptions {
            address: self.url.clone(),
            trust: Trust::new(self.thumbprint),
            timeouts: timeouts.into(),
        }
    }

    /// A server, checked and in its normal form.
    ///
    /// - `name`: 1 to 64 characters without control characters, not beginning with `-`, no space at either end.
    /// - `url`: whatever a [`ServerAddress`] is read from.
    /// - `user`: not empty, as the server expects it (`user@domain`, `DOMAIN\user`).
    /// - `thumbprint`: the certificate's SHA-256 in hexadecimal, with or without colons.
    pub fn new(name: &str, url: &str, user: &str, thumbprint: Option<&str>) -> Result<Self> {
        let bad =
            |field, value: &str, reason| SettingsError::BadServer { field, value: shortened(value), reason };
        check_name(name).map_err(|reason| bad("name", name, reason))?;
        if name.starts_with('-') {
            return Err(bad("name", name, "it begins with -, like an option").into());
        }
        let url = url.parse().map_err(SettingsError::from)?;
        if user.trim().is_empty() {
            return Err(bad("user", user, "it is empty").into());
        }
        if user.chars().any(char::is_control) || user.chars().count() > 256 {
            return Err(bad("user", user, "it has control characters or is too long").into());
        }
        let thumbprint = thumbprint.map(str::parse).transpose().map_err(SettingsError::from)?;
        Ok(Self { name: name.to_owned(), url, user: user.to_owned(), thumbprint })
    }
}
