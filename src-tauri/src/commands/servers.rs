//! Saved servers: connecting, editing, testing, removing. Nothing is sent to a server that is not trusted, and nothing is
//! saved that did not sign in.

use std::sync::Arc;

use hostconfig::audit::{AuditAction, AuditEntry};
use hostconfig::inventory::{Inventory, with_inventory};
use hostconfig::settings::{self, Server};
use hostconfig::{Error, blocking, credentials, known_hosts};
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;

use super::App;
use crate::ipc::{Answer, CertificateView, ConnectOutcome, ErrorReport, Message, ServerInput, ServerView};
use crate::login::login;
use crate::state::{Place, lock, now};

/// The saved servers, in the order in which they were added.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_servers(app: App<'_>) -> Answer<Vec<ServerView>> {
    let place = app.place();
    blocking(move || Ok(place.settings()?.servers.iter().map(|server| view(&place, server)).collect())).await
}

/// Signs in to a server, and saves it when that works: a new one, or an edited one.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_server(app: App<'_>, input: ServerInput) -> Answer<ConnectOutcome> {
    let outcome = connect(app.place(), input).await?;
    if matches!(outcome, ConnectOutcome::Connected { .. }) {
        app.jobs.tell(Message::SettingsChanged);
        app.jobs.tell(Message::HostsChanged);
    }
    Ok(outcome)
}

async fn connect(place: Arc<Place>, input: ServerInput) -> Answer<ConnectOutcome> {
    // Before the keyring is asked, which may take its time: that can be cancelled, too.
    let cancel = CancellationToken::new();
    std::mem::replace(&mut *lock(&place.connecting), cancel.clone()).cancel();
    let (wanted, known, timeouts) = {
        let (place, original) = (place.clone(), input.original.clone());
        let server = server_of(&input)?;
        blocking(move || -> Answer<_> {
            let settings = place.settings()?;
            let known = original.map(|name| settings.server(&name).cloned()).transpose()?;
            // A name that is taken is told before anything is asked of the server.
            let mut trial = settings.clone();
            match &known {
                Some(known) => drop(trial.replace_server(&known.name, server.clone())?),
                None => trial.add_server(server.clone())?,
            }
            Ok((server, known, settings.timeouts))
        })
        .await?
    };
    let wanted = keep_pin(wanted, known.as_ref());
    let password = password_of(&place, &input, known.as_ref(), &wanted).await?;
    let tried = try_server(&wanted, &password, timeouts, &cancel).await?;
    // Whoever closed the dialog does not expect the server in the list afterwards.
    if cancel.is_cancelled() {
        return Err(Error::Cancelled.into());
    }
    let (product, hosts) = match tried {
        Tried::NotTrusted(outcome) => return Ok(outcome),
        Tried::SignedIn { product, hosts } => (product, hosts),
    };
    let remember = match (input.remember, &input.password) {
        (None, Some(_)) => Some(false),
        (remember, _) => remember,
    };
    let (server, keyring_error) = blocking(move || -> Answer<_> {
        let keyring_error = save(&place, &wanted, known.as_ref(), password, remember)?;
        Ok((view(&place, &wanted), keyring_error))
    })
    .await?;
    Ok(ConnectOutcome::Connected { server, product, hosts, keyring_error })
}

/// Ends the connecting that is under way; nothing is saved.
#[tauri::command]
#[specta::specta]
pub(crate) fn cancel_connecting(app: App<'_>) {
    lock(&app.place().connecting).cancel();
}

/// Signs in to a saved server and out again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn test_server(app: App<'_>, name: String) -> Answer<ConnectOutcome> {
    let place = app.place();
    let cancel = CancellationToken::new();
    std::mem::replace(&mut *lock(&place.testing), cancel.clone()).cancel();
    let (server, shown, password, timeouts) = blocking(move || -> Answer<_> {
        let settings = place.settings()?;
        let server = settings.server(&name)?.clone();
        let password = place.password(&server)?;
        let shown = view(&place, &server);
        Ok((server, shown, password, settings.timeouts))
    })
    .await?;
    Ok(match try_server(&server, &password, timeouts, &cancel).await? {
        Tried::NotTrusted(outcome) => outcome,
        Tried::SignedIn { product, hosts } => {
            let server = shown;
            ConnectOutcome::Connected { server, product, hosts, keyring_error: None }
        }
    })
}

/// Ends the testing that is under way.
#[tauri::command]
#[specta::specta]
pub(crate) fn cancel_test(app: App<'_>) {
    lock(&app.place().testing).cancel();
}

/// Removes a server and its password. The archive keeps every bundle of its hosts.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_server(app: App<'_>, name: String) -> Answer<()> {
    let place = app.place();
    let removed = blocking(move || -> Answer<()> {
        let (server, saved) = settings::change(&place.config, |settings| {
            Ok((settings.remove_server(&name)?, settings.servers.clone()))
        })?;
        place.note(&[AuditEntry::of_server(now(), AuditAction::ServerRemove, &server)]);
        forget_hosts(&place, &server);
        Ok(forget_password(&place, &server, &saved)?)
    })
    .await;
    // It is out of the settings even where the keyring does not let its password go.
    app.jobs.tell(Message::SettingsChanged);
    app.jobs.tell(Message::HostsChanged);
    removed
}

fn view(place: &Place, server: &Server) -> ServerView {
    ServerView::new(server, place.remembers(server))
}

enum Tried {
    SignedIn { product: String, hosts: usize },
    NotTrusted(ConnectOutcome),
}

async fn try_server(
    server: &Server,
    password: &SecretString,
    timeouts: settings::Timeouts,
    cancel: &CancellationToken,
) -> Answer<Tried> {
    let login = login(server, password.clone(), timeouts);
    let tried = with_inventory(vec![login], cancel, async |mut inventory: Inventory| {
        if let Some(failed) = inventory.failed.pop() {
            return Err(failed.error);
        }
        let server = &inventory.servers[0];
        Ok((server.session.client().about().full_name.clone(), inventory.hosts.len()))
    })
    .await?;
    match tried {
        Ok((product, hosts)) => Ok(Tried::SignedIn { product, hosts }),
        Err(Error::Server(vsphere::Error::NotTrusted(not_trusted))) => {
            Ok(Tried::NotTrusted(ConnectOutcome::NotTrusted {
                certificate: CertificateView::from(&not_trusted.presented),
                expected: not_trusted.expected.map(|thumbprint| thumbprint.to_string()),
            }))
        }
        Err(error) => Err(error.into()),
    }
}

fn server_of(input: &ServerInput) -> Answer<Server> {
    let (name, address, user) = (input.name.trim(), input.address.trim(), input.user.trim());
    let name = if name.is_empty() { address } else { name };
    Ok(Server::new(name, address, user, input.accept_thumbprint.as_deref())?)
}

/// A server that stays where it was keeps the certificate that was accepted for it.
fn keep_pin(mut wanted: Server, known: Option<&Server>) -> Server {
    if let Some(known) = known
        && wanted.thumbprint.is_none()
        && wanted.url == known.url
    {
        wanted.thumbprint = known.thumbprint;
    }
    wanted
}

async fn password_of(
    place: &Arc<Place>,
    input: &ServerInput,
    known: Option<&Server>,
    wanted: &Server,
) -> Answer<SecretString> {
    match (&input.password, known) {
        (Some(password), _) if !password.expose_secret().is_empty() => Ok(password.clone()),
        // Never the password of one server or user for another's.
        (_, Some(known)) if known.url == wanted.url && known.user == wanted.user => {
            let (place, known) = (place.clone(), known.clone());
            Ok(blocking(move || place.password(&known)).await?)
        }
        _ => Err(ErrorReport::new(
            "credentials_missing",
            format!("no password was given for {}", credentials::account(wanted)),
            "Type the password.",
        )),
    }
}

/// Saves the server, and its password where it was asked for; with nothing said of remembering, the password that is known stays where
/// it is. What the keyring does not take or let go is no failure of that:
/// what it did not take is known until the window ends, and the error is the answer.
fn save(
    place: &Place,
    wanted: &Server,
    known: Option<&Server>,
    password: SecretString,
    remember: Option<bool>,
) -> Answer<Option<ErrorReport>> {
    let saved = settings::change(&place.config, |settings| {
        match known {
            Some(known) => settings.replace_server(&known.name, wanted.clone()).map(drop)?,
            None => settings.add_server(wanted.clone())?,
        }
        Ok(settings.servers.clone())
    })?;
    place.note(&[AuditEntry::of_server(now(), AuditAction::ServerAdd, wanted)]);
    let mut kept = Ok(());
    if let Some(known) = known {
        lock(&place.servers).remove(&known.name.to_lowercase());
        if known.name != wanted.name || known.url != wanted.url {
            forget_hosts(place, known);
        }
        if credentials::account(known) != credentials::account(wanted) {
            kept = forget_password(place, known, &saved);
        }
    }
    let told = |kept: hostconfig::Result<()>| kept.err().map(|error| error.report().into());
    let Some(remember) = remember else { return Ok(told(kept)) };
    let is_remembered = remember && place.demo.is_none();
    if is_remembered {
        kept = credentials::store(wanted, &password).and(kept);
    } else if known.is_some() {
        // It may have been remembered, and shall not be any more.
        kept = forget_password(place, wanted, &saved).and(kept);
    }
    if is_remembered && kept.is_ok() {
        place.forget_password(wanted);
    } else {
        place.know_password(wanted, password);
    }
    Ok(told(kept))
}

/// What is known of a server's hosts is a copy: that it stays is no reason to fail.
fn forget_hosts(place: &Place, server: &Server) {
    // Held meanwhile: a reading that is just being kept is not kept afterwards.
    let mut servers = lock(&place.servers);
    servers.remove(&server.name.to_lowercase());
    if let Err(error) = known_hosts::forget(&place.config, &server.name) {
        tracing::warn!(server = server.name, %error, "what is known of its hosts cannot be removed");
    }
}

/// Forgets a password that no other server needs. A demo has never told the keyring of its own.
fn forget_password(place: &Place, server: &Server, saved: &[Server]) -> hostconfig::Result<()> {
    if credentials::is_shared(server, saved) {
        return Ok(());
    }
    place.forget_password(server);
    if place.demo.is_some() { Ok(()) } else { credentials::forget(server, saved).map(drop) }
}

#[cfg(test)]
#[path = "servers_tests.rs"]
mod tests;
