//! Which servers are meant, and the password of each.

use std::time::Duration;

use hostconfig::credentials::{self, CredentialsError, Item};
use hostconfig::inventory::ServerLogin;
use hostconfig::settings::{Server, Settings, Timeouts};
use secrecy::SecretString;
use tokio::sync::oneshot;
use vsphere::Credentials;

use crate::arguments::ConnectArguments;
use crate::console::{self, Console};
use crate::failure::Failure;
use crate::password;

/// A locked keyring asks its user for a password, and waits for it for ever. At night nobody is there.
const KEYRING_ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// The servers to sign in to.
#[derive(Debug)]
pub(crate) struct Logins {
    pub(crate) ready: Vec<ServerLogin>,
    /// Servers without a password, by name; never all of them.
    pub(crate) failed: Vec<(String, Failure)>,
}

/// The servers that the arguments mean, each with its password: from standard input if so asked, else from the keyring,
/// else from a prompt. One server without a password does not stop the others.
pub(crate) async fn logins(
    console: &Console,
    connect: &ConnectArguments,
    settings: &Settings,
) -> Result<Logins, Failure> {
    let servers = meant(connect, settings)?;
    if connect.password_stdin && servers.len() > 1 {
        let message = format!("--password-stdin gives one password, and {} servers are saved", servers.len());
        return Err(Failure::new("usage", message, "Say which server is meant with --server NAME."));
    }
    let mut logins = Logins { ready: Vec::new(), failed: Vec::new() };
    for (name, server) in servers {
        let given = match (connect.password_stdin, &name) {
            (true, _) => password::from_stdin(&credentials::account(&server)),
            (false, Some(_)) => stored_or_asked(console, &server).await,
            (false, None) => asked(&server),
        };
        match given {
            Ok(password) => logins.ready.push(login(name, &server, password, settings.timeouts)),
            Err(failure) => logins.failed.push((name.unwrap_or_else(|| server.url.to_string()), failure)),
        }
    }
    if logins.ready.is_empty() && !logins.failed.is_empty() {
        return Err(logins.failed.swap_remove(0).1);
    }
    for (name, failure) in &logins.failed {
        console.warn(&format!("{name} is left out: {}", failure.report.message));
    }
    Ok(logins)
}

/// What it takes to sign in to a server.
pub(crate) fn login(
    name: Option<String>,
    server: &Server,
    password: SecretString,
    timeouts: Timeouts,
) -> ServerLogin {
    let credentials = Credentials { user: server.user.clone(), password };
    ServerLogin { name, connect: server.connect_options(timeouts), credentials }
}

/// The password of a server that is not saved.
pub(crate) fn asked(server: &Server) -> Result<SecretString, Failure> {
    let account = credentials::account(server);
    password::ask(&account).unwrap_or_else(|| {
        Err(Failure::new(
            "credentials_missing",
            format!("no password was given for {account}, and there is no terminal to ask on"),
            "Give it on standard input with --password-stdin.",
        ))
    })
}

/// The keyring is asked on a thread of its own, because some keyrings cannot be asked on a runtime's. It is left to itself when
/// the keyring takes too long.
pub(crate) async fn with_keyring<T: Send + 'static>(
    server: &Server,
    ask: impl FnOnce(&Server) -> hostconfig::Result<T> + Send + 'static,
) -> hostconfig::Result<T> {
    in_time(KEYRING_ANSWERS_WITHIN, server, ask).await
}

async fn in_time<T: Send + 'static>(
    within: Duration,
    server: &Server,
    ask: impl FnOnce(&Server) -> hostconfig::Result<T> + Send + 'static,
) -> hostconfig::Result<T> {
    let item = Item::Password(credentials::account(server));
    let (tell, told) = oneshot::channel();
    let server = server.clone();
    std::thread::spawn(move || {
        // Whoever waits may have given up.
        let _ = tell.send(ask(&server));
    });
    let silent = match tokio::time::timeout(within, told).await {
        Ok(Ok(answer)) => return answer,
        Ok(Err(_)) => "it failed".to_owned(),
        Err(_) => format!("it did not answer within {} s", within.as_secs()),
    };
    Err(CredentialsError::Locked { item, source: silent.into() }.into())
}

async fn stored_or_asked(console: &Console, server: &Server) -> Result<SecretString, Failure> {
    let error = match with_keyring(server, credentials::load).await {
        Ok(password) => return Ok(password),
        Err(error) => error,
    };
    if !console::can_ask() {
        return Err(error.into());
    }
    console.warn(&error.to_string());
    asked(server)
}

/// The servers that the arguments mean, with the names of those that are saved.
fn meant(connect: &ConnectArguments, settings: &Settings) -> Result<Vec<(Option<String>, Server)>, Failure> {
    if let (Some(url), Some(user)) = (&connect.url, &connect.user) {
        let server = Server::new("unsaved", url, user, connect.thumbprint.as_deref())?;
        return Ok(vec![(None, server)]);
    }
    let saved = match &connect.server {
        Some(name) => std::slice::from_ref(settings.server(name)?),
        None => &settings.servers[..],
    };
    if saved.is_empty() {
        return Err(Failure::new(
            "no_server",
            "no server is saved",
            "Save one with: hostkeep server add NAME --url URL --user USER. Or name one with --url, --user and --password-stdin.",
        ));
    }
    Ok(saved.iter().map(|server| (Some(server.name.clone()), server.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_keyring_that_does_not_answer_is_given_up() {
        let server = Server::new("prod", "vcsa.lab.local", "backup", None).unwrap();
        let (_answer, never) = std::sync::mpsc::channel::<()>();
        let silent = move |_: &Server| Ok(never.recv().is_err());
        let error = in_time(Duration::ZERO, &server, silent).await.unwrap_err();
        assert_eq!(error.code(), "keyring_locked");
        assert_eq!(
            error.to_string(),
            "the keyring did not give access to the password of backup@https://vcsa.lab.local: it did not answer within 0 s"
        );
        assert!(in_time(KEYRING_ANSWERS_WITHIN, &server, |_| Ok(true)).await.unwrap());
    }
}
