//! Sessions and tickets: who is logged in where, until when, and what a ticket is good for.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;
use uuid::Uuid;

use crate::options::Kind;
use crate::soap::{Call, SoapFault, Value};
use crate::world::{Server, State, World};

/// The name of the session cookie.
pub(crate) const COOKIE: &str = "vmware_soap_session";
/// The name of the cookie that carries a ticket.
pub(crate) const TICKET_COOKIE: &str = "vmware_cgi_ticket";

/// How long a ticket can be used.
const TICKET_LIFE: Duration = Duration::from_secs(120);

/// A session. Its key, which the map has, is the cookie's value without quotes.
pub(crate) struct Session {
    pub(crate) server: Server,
    pub(crate) id: String,
    pub(crate) user: String,
    pub(crate) login_time: DateTime<Utc>,
    pub(crate) last_active_time: DateTime<Utc>,
    pub(crate) last_active: Instant,
    pub(crate) locale: String,
    pub(crate) address: String,
    pub(crate) user_agent: String,
    pub(crate) calls: i64,
}

/// A generic service ticket: good for one request of this verb to this path of this host.
pub(crate) struct Ticket {
    pub(crate) host: usize,
    pub(crate) verb: &'static str,
    pub(crate) path: String,
    expires: Instant,
}

/// Where a call comes from.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) server: Server,
    /// The session's cookie, when it belongs to a live session here.
    pub(crate) session: Option<String>,
    pub(crate) version: Vec<u32>,
    pub(crate) address: String,
    pub(crate) user_agent: String,
}

/// What a login leads to.
pub(crate) enum Login {
    /// A new session: its cookie's value and what the call returns.
    Session(String, Value),
    /// Too many sessions.
    Full,
}

/// Checks user and password and opens a session.
pub(crate) fn login(world: &World, caller: &Caller, call: &Call) -> Result<Login, SoapFault> {
    let arguments = &call.arguments;
    let user = arguments.text_of("userName").ok_or_else(|| SoapFault::invalid_argument("userName"))?;
    let password = arguments.text_of("password").ok_or_else(|| SoapFault::invalid_argument("password"))?;
    if caller.session.is_some() {
        // Documented: who is logged in already is refused, too.
        return Err(SoapFault::invalid_login());
    }
    let locale = arguments.text_of("locale").unwrap_or("en_US");
    if !["en", "de", "fr", "ja", "ko", "zh", "es"].iter().any(|known| locale.starts_with(known)) {
        return Err(SoapFault::new("InvalidLocale", "The locale is not supported."));
    }
    check_password(world, caller.server, user, password)?;
    let mut state = world.state();
    expire_idle(world, &mut state);
    if world.options.sessions_max.is_some_and(|max| state.sessions.len() >= max) {
        return Ok(Login::Full);
    }
    let key = Uuid::new_v4().simple().to_string();
    let session = Session {
        server: caller.server,
        id: Uuid::new_v4().to_string(),
        user: user.into(),
        login_time: Utc::now(),
        last_active_time: Utc::now(),
        last_active: Instant::now(),
        locale: locale.into(),
        address: caller.address.clone(),
        user_agent: caller.user_agent.clone(),
        calls: 0,
    };
    let value = user_session(&session);
    state.sessions.insert(key.clone(), session);
    state.sessions_ever += 1;
    Ok(Login::Session(key, value))
}

/// Ends a session and what belongs to it.
pub(crate) fn logout(state: &mut State, key: &str) {
    state.sessions.remove(key);
    state.views.retain(|_, view| view.session != key);
    state.filters.retain(|_, filter| filter.session != key);
    state.collectors.retain(|_, session| session != key);
    state.pages.retain(|_, page| page.session != key);
}

/// Finds the live session that a cookie's value stands for, and notes that it was used.
pub(crate) fn touch(world: &World, server: Server, cookie: &str) -> Option<String> {
    let key =
        if world.options.quoted_cookies { cookie.strip_prefix('"')?.strip_suffix('"')? } else { cookie };
    let mut state = world.state();
    expire_idle(world, &mut state);
    let session = state.sessions.get_mut(key).filter(|session| session.server == server)?;
    session.last_active = Instant::now();
    session.last_active_time = Utc::now();
    session.calls += 1;
    Some(key.to_string())
}

/// Drops the sessions that were idle for too long.
pub(crate) fn expire_idle(world: &World, state: &mut State) {
    let Some(limit) = world.options.session_idle else { return };
    let now = Instant::now();
    let expired: Vec<String> = state
        .sessions
        .iter()
        .filter(|(_, session)| now.duration_since(session.last_active) > limit)
        .map(|(key, _)| key.clone())
        .collect();
    for key in expired {
        logout(state, &key);
    }
}

/// `SessionManager.currentSession`.
pub(crate) fn current_session(world: &World, caller: &Caller) -> Value {
    let Some(key) = &caller.session else { return Value::Unset };
    world.state().sessions.get(key).map_or(Value::Unset, user_session)
}

/// `SessionManager.sessionList`.
pub(crate) fn session_list(world: &World, server: Server) -> Value {
    let state = world.state();
    let sessions = state.sessions.values().filter(|session| session.server == server).map(user_session);
    Value::Array("UserSession", sessions.collect())
}

/// Whether root may come in with this password: a host's own user, for a login or a transfer.
pub(crate) fn check_root(world: &World, host: usize, user: &str, password: &str) -> bool {
    let named = user == "root" || (world.options.kind == Kind::Esxi && user == world.options.user);
    named && world.hosts[host].state().content.is_root_password(password)
}

/// Issues a ticket for one request.
pub(crate) fn acquire_ticket(world: &World, call: &Call) -> Result<Value, SoapFault> {
    let spec = call.arguments.child("spec").ok_or_else(|| SoapFault::invalid_argument("spec"))?;
    if spec.xsi_type.as_deref() != Some("SessionManagerHttpServiceRequestSpec") {
        return Err(SoapFault::invalid_argument("spec"));
    }
    let verb = match spec.text_of("method") {
        Some("httpGet") | None => "GET",
        Some("httpPut") => "PUT",
        Some(_) => return Err(SoapFault::invalid_argument("spec.method")),
    };
    let url = spec.text_of("url").unwrap_or_default();
    let (host, path) = host_and_path(world, url).ok_or_else(|| SoapFault::invalid_argument("spec.url"))?;
    let id = format!("cst-{}", Uuid::new_v4());
    let now = Instant::now();
    {
        let mut state = world.state();
        state.tickets.retain(|_, ticket| ticket.expires > now);
        state.tickets.insert(id.clone(), Ticket { host, verb, path, expires: now + TICKET_LIFE });
    }
    let thumbprint = world.hosts[host].state().identity.sha1();
    Ok(Value::Object(
        "SessionManagerGenericServiceTicket",
        vec![
            ("id", Value::text(id)),
            ("hostName", Value::text(world.hosts[host].inventory_name())),
            ("sslThumbprint", Value::text(thumbprint)),
        ],
    ))
}

/// Uses a ticket up. True when it was good for this request.
pub(crate) fn redeem(world: &World, id: &str, host: usize, verb: &str, path: &str) -> bool {
    let ticket = world.state().tickets.remove(id);
    ticket.is_some_and(|ticket| {
        ticket.expires > Instant::now() && ticket.host == host && ticket.verb == verb && ticket.path == path
    })
}

fn check_password(world: &World, server: Server, user: &str, password: &str) -> Result<(), SoapFault> {
    match server {
        Server::VCenter => {
            let right = user == world.options.user && password == world.options.password;
            if right { Ok(()) } else { Err(SoapFault::invalid_login()) }
        }
        Server::Host(host) => {
            if !check_root(world, host, user, password) {
                return Err(SoapFault::invalid_login());
            }
            if world.hosts[host].state().lockdown {
                return Err(SoapFault::no_permission("Folder", "ha-folder-root", "System.View"));
            }
            Ok(())
        }
    }
}

fn host_and_path(world: &World, url: &str) -> Option<(usize, String)> {
    let rest = url.split_once("://")?.1;
    let (authority, path) = rest.split_once('/')?;
    let name = authority.split(':').next()?;
    let host = world
        .hosts
        .iter()
        .position(|host| host.address.to_string() == name || host.spec.name.eq_ignore_ascii_case(name))?;
    Some((host, format!("/{}", path.trim_start_matches('/'))))
}

fn user_session(session: &Session) -> Value {
    Value::Object(
        "UserSession",
        vec![
            ("key", Value::text(&session.id)),
            ("userName", Value::text(&session.user)),
            ("fullName", Value::text(&session.user)),
            ("loginTime", Value::Time(session.login_time)),
            ("lastActiveTime", Value::Time(session.last_active_time)),
            ("locale", Value::text(&session.locale)),
            ("messageLocale", Value::text(&session.locale)),
            ("extensionSession", Value::Bool(false)),
            ("ipAddress", Value::text(&session.address)),
            ("userAgent", Value::text(&session.user_agent)),
            ("callCount", Value::Long(session.calls)),
        ],
    )
}
