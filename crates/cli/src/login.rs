//! Which servers are meant, and the password of each.

use hostconfig::credentials;
use hostconfig::inventory::ServerLogin;
use hostconfig::settings::{Server, Settings, Timeouts};
use secrecy::SecretString;
use vsphere::Credentials;

use crate::arguments::ConnectArguments;
use crate::console::{self, Console};
use crate::failure::Failure;
use crate::password;

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

/// The keyring is asked on a thread of its own, because some keyrings cannot be asked on a runtime's.
pub(crate) async fn with_keyring<T: Send + 'static>(
    server: &Server,
    ask: impl FnOnce(&Server) -> hostconfig::Result<T> + Send + 'static,
) -> hostconfig::Result<T> {
    let server = server.clone();
    hostconfig::blocking(move || ask(&server)).await
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
