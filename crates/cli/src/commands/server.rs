//! `hostkeep server`: the saved servers. A server is saved only after signing in to it has worked.

use std::io::{self, BufRead as _};

use hostconfig::ErrorReport;
use hostconfig::audit::{AuditAction, AuditEntry};
use hostconfig::credentials;
use hostconfig::inventory::{ServerLogin, with_inventory};
use hostconfig::settings::{self, Server, Settings, Timeouts};
use serde::Serialize;
use vsphere::{ApiType, Client};

use crate::arguments::{ConnectArguments, ServerAddArguments, ServerCommand};
use crate::console::{self, Console, STRONG};
use crate::context::{Context, now};
use crate::failure::{Exit, Failure};
use crate::{interrupt, login, password, text};

pub(crate) async fn run(context: &Context, command: ServerCommand) -> Result<Exit, Failure> {
    match command {
        ServerCommand::Add(arguments) => add(context, arguments).await,
        ServerCommand::List => list(context),
        ServerCommand::Test { name, password_stdin } => test(context, name, password_stdin).await,
        ServerCommand::Remove { name } => remove(context, &name).await,
    }
}

#[derive(Serialize)]
struct Added {
    server: Server,
    about: About,
    password_stored: bool,
    password_error: Option<ErrorReport>,
}

#[derive(Serialize)]
struct Listed {
    servers: Vec<Server>,
}

#[derive(Serialize)]
struct Tested {
    server: Server,
    about: About,
}

#[derive(Serialize)]
struct Removal {
    server: Server,
    password_removed: bool,
    password_error: Option<ErrorReport>,
}

/// What a server says of itself once someone is signed in.
#[derive(Serialize)]
struct About {
    /// `vcenter` or `esxi`.
    kind: &'static str,
    full_name: String,
    version: String,
    build: String,
    api_version: String,
    /// How many hosts the user may see.
    hosts: usize,
}

async fn add(context: &Context, arguments: ServerAddArguments) -> Result<Exit, Failure> {
    let ServerAddArguments { name, url, user, password_stdin, thumbprint } = arguments;
    let server = Server::new(&name, &url, &user, thumbprint.as_deref())?;
    let settings = context.settings()?;
    // A name that is taken is told before anything else is asked.
    settings.clone().add_server(server.clone())?;

    let server = trusted(&context.console, server, settings.timeouts).await?;
    let password = if password_stdin {
        password::from_stdin(&credentials::account(&server))?
    } else {
        login::asked(&server)?
    };
    let login = login::login(Some(server.name.clone()), &server, password.clone(), settings.timeouts);
    let about = sign_in(&context.console, login).await?;
    settings::change(&context.config, |settings| settings.add_server(server.clone()))?;
    let stored = login::with_keyring(&server, move |server| credentials::store(server, &password)).await;
    context.note(&[AuditEntry::of_server(now(), AuditAction::ServerAdd, &server)]);

    let password_error = stored.err().map(|error| error.report());
    if let Some(report) = &password_error {
        context.console.warn(&format!("{} is saved without its password: {}", server.name, report.message));
        context.console.warn("every command will ask for the password, or take it with --password-stdin");
    }
    let body = Added { password_stored: password_error.is_none(), server, about, password_error };
    context.console.result(&body, || {
        let Added { server, about, password_stored, .. } = &body;
        let kept = if *password_stored { " Its password is in the keyring." } else { "" };
        about.told(server, "is saved", kept)
    })?;
    Ok(Exit::Ok)
}

fn list(context: &Context) -> Result<Exit, Failure> {
    let Settings { servers, .. } = context.settings()?;
    let body = Listed { servers };
    context.console.result(&body, || {
        if body.servers.is_empty() {
            let told = "No server is saved. Save one with: hostkeep server add NAME --url URL --user USER";
            return text::wrapped(told, console::text_width(), "  ") + "\n";
        }
        let row = |server: &Server| {
            let trust = match &server.thumbprint {
                Some(thumbprint) => format!("pinned {:.11}…", thumbprint.to_string()),
                None => "by the system".to_owned(),
            };
            vec![server.name.clone(), server.url.to_string(), server.user.clone(), trust]
        };
        let rows = body.servers.iter().map(row).collect();
        text::table(&["name", "address", "user", "certificate"], &[], &[0, 1], rows, console::output_width())
    })?;
    Ok(Exit::Ok)
}

async fn test(context: &Context, name: String, password_stdin: bool) -> Result<Exit, Failure> {
    let settings = context.settings()?;
    let server = settings.server(&name)?.clone();
    let connect =
        ConnectArguments { server: Some(name), url: None, user: None, password_stdin, thumbprint: None };
    let mut logins = login::logins(&context.console, &connect, &settings).await?;
    // One server is meant, and without its password that would have been an error.
    let about = sign_in(&context.console, logins.ready.swap_remove(0)).await?;
    let body = Tested { server, about };
    context.console.result(&body, || {
        let Tested { server, about } = &body;
        about.told(server, "works", "")
    })?;
    Ok(Exit::Ok)
}

async fn remove(context: &Context, name: &str) -> Result<Exit, Failure> {
    let (server, saved) = settings::change(&context.config, |settings| {
        Ok((settings.remove_server(name)?, settings.servers.clone()))
    })?;
    let deleted = login::with_keyring(&server, move |server| credentials::forget(server, &saved)).await;
    context.note(&[AuditEntry::of_server(now(), AuditAction::ServerRemove, &server)]);
    let (password_removed, password_error) = match deleted {
        Ok(removed) => (removed, None),
        Err(error) => (false, Some(error.report())),
    };
    if let Some(report) = &password_error {
        context
            .console
            .warn(&format!("whether a password is left in the keyring is not known: {}", report.message));
    }
    let body = Removal { server, password_removed, password_error };
    context.console.result(&body, || {
        let name = text::visible(&body.server.name);
        let password = if body.password_removed { ", and its password from the keyring" } else { "" };
        format!("{STRONG}{name}{STRONG:#} is removed{password}. Its backups stay in the archive.\n")
    })?;
    Ok(Exit::Ok)
}

/// The server, reached and trusted; with the thumbprint that the user agreed to, where it took that.
async fn trusted(console: &Console, server: Server, timeouts: Timeouts) -> Result<Server, Failure> {
    let options = server.connect_options(timeouts);
    let not_trusted = match Client::connect(options).await {
        Ok(_) => return Ok(server),
        Err(vsphere::Error::NotTrusted(not_trusted)) if not_trusted.expected.is_none() => not_trusted,
        Err(error) => return Err(error.into()),
    };
    if !console::can_ask() {
        return Err(vsphere::Error::NotTrusted(not_trusted).into());
    }
    console.say(&format!("This computer does not trust {}.", not_trusted.server));
    console.say(&console::certificate(&not_trusted.presented));
    console.say("Compare the thumbprint with the one that the server's own console shows.");
    if !agreed("Trust this certificate? [y/N] ")? {
        let refused = Failure::from(vsphere::Error::NotTrusted(not_trusted));
        return Err(
            Failure { certificate: None, ..refused }.with_hint("Nothing was sent and nothing was saved.")
        );
    }
    let server = Server { thumbprint: Some(not_trusted.presented.sha256), ..server };
    Client::connect(server.connect_options(timeouts)).await?;
    Ok(server)
}

fn agreed(question: &str) -> Result<bool, Failure> {
    use io::Write as _;
    write!(io::stderr(), "{question}")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Signs in, counts the hosts and signs out.
async fn sign_in(console: &Console, login: ServerLogin) -> Result<About, Failure> {
    let cancel = interrupt::token(console)?;
    let about = with_inventory(vec![login], &cancel, async |inventory| {
        if let Some(failed) = inventory.failed.into_iter().next() {
            return Err(failed.error);
        }
        let client = inventory.servers[0].session.client();
        let about = client.about();
        Ok(About {
            kind: match about.api_type {
                ApiType::VCenter => "vcenter",
                ApiType::Esxi => "esxi",
            },
            full_name: about.full_name.clone(),
            version: about.version.clone(),
            build: about.build.clone(),
            api_version: client.version().to_owned(),
            hosts: inventory.hosts.len(),
        })
    });
    Ok(about.await??)
}

impl About {
    fn told(&self, server: &Server, state: &str, more: &str) -> String {
        let (name, full_name) = (text::visible(&server.name), text::visible(&self.full_name));
        let hosts = text::count(self.hosts, "host");
        let told =
            format!("{STRONG}{name}{STRONG:#} {state}: {full_name} at {} with {hosts}.{more}", server.url);
        text::wrapped(&told, console::text_width(), "  ") + "\n"
    }
}
