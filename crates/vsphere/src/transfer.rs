//! Moving a bundle between this machine and the host itself.
//!
//! A bundle never passes through vCenter: its URL says `*` where the host's address belongs, and the host's
//! own HTTPS server has it. So a transfer has a [`Route`] of its own: the addresses to try, the certificate to
//! expect there, and the credentials to offer, weakest first.

use std::fmt;
use std::future::Future;

use bytes::Bytes;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE};
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use url::Url;

use crate::address::ServerAddress;
use crate::certificate::Thumbprint;
use crate::client::{ApiType, secret_header};
use crate::error::{Error, TimeoutPhase};
use crate::firmware;
use crate::http::{Http, certificate, refused};
use crate::inventory::{self, HostSystem};
use crate::session::{Credentials, Session};
use crate::soap::{Call, DecodeError};
use crate::trust::Trust;

/// Where a bundle lies or belongs. The URL is as good as a password, so `Debug` does not show it.
#[derive(Clone)]
pub struct BundleUrl(SecretString);

/// How to reach a host for a transfer.
#[derive(Clone, Debug)]
pub struct Route {
    /// The host's name, for errors.
    host: String,
    /// Tried in this order until one can be connected to.
    addresses: Vec<String>,
    /// The HTTPS port, where neither the URL names one nor 443 is right.
    port: Option<u16>,
    trust: Trust,
    /// Connected to the host itself, so that the session's cookie is the host's own.
    direct: bool,
    host_credentials: Option<Credentials>,
}

/// A bundle that arrived whole, as far as its length and its first bytes tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downloaded {
    /// Its size in bytes.
    pub bytes: u64,
    /// The address that it came from.
    pub address: String,
    /// The SHA-256 thumbprint of the certificate that the host showed.
    pub thumbprint: Option<Thumbprint>,
}

/// The largest bundle that is taken: real ones have tens of KiB to a few MiB.
pub const MAX_BUNDLE: u64 = 256 * 1024 * 1024;

impl Route {
    /// The way to `host`: through a vCenter its management address and then its name, pinned to the certificate
    /// that the vCenter reports; connected directly, the address that was typed and the trust that it has.
    ///
    /// `https_port` replaces 443 where a site has moved it.
    ///
    /// # Errors
    /// Any of a call's: an older or a newer server may have to be asked for the certificate.
    pub async fn to(session: &Session, host: &HostSystem, https_port: Option<u16>) -> Result<Self, Error> {
        let client = session.client();
        if client.about().api_type == ApiType::Esxi {
            let typed = client.address();
            return Ok(Self {
                host: host.name.clone(),
                addresses: vec![typed.host().to_owned()],
                port: https_port.or(Some(typed.port())),
                trust: client.trust(),
                direct: true,
                // Connected to the host itself, these are its own.
                host_credentials: Some(session.credentials()),
            });
        }
        let thumbprint = match host.thumbprint {
            Some(thumbprint) => Some(thumbprint),
            None => inventory::read_certificate(session, &host.object).await?,
        };
        let mut addresses: Vec<String> = host.management_addresses.iter().map(ToString::to_string).collect();
        // A name in the inventory can be anything; as an address it must be one.
        let parsed = host.name.parse::<ServerAddress>();
        let is_address = parsed.is_ok_and(|address| address.host() == host.name.to_lowercase());
        if is_address && !addresses.contains(&host.name) {
            addresses.push(host.name.clone());
        }
        Ok(Self {
            host: host.name.clone(),
            addresses,
            port: https_port,
            trust: Trust::new(thumbprint),
            direct: false,
            host_credentials: None,
        })
    }

    /// Offers the host's own credentials where it accepts nothing less.
    #[must_use]
    pub fn with_host_credentials(self, credentials: Credentials) -> Self {
        Self { host_credentials: Some(credentials), ..self }
    }

    /// Why the host is trusted.
    pub fn trust(&self) -> Trust {
        self.trust
    }

    fn bad_url(&self, reason: &'static str) -> Error {
        Error::BundleAddress { host: self.host.clone(), reason }
    }

    /// What to offer, in order. A download usually needs nothing: its URL is the secret.
    fn ladder(&self, verb: Verb) -> Vec<Offer<'_>> {
        let mut ladder = Vec::new();
        if verb == Verb::Get {
            ladder.push(Offer::Nothing);
        }
        if self.direct {
            ladder.push(Offer::Cookie);
        }
        ladder.push(Offer::Ticket);
        ladder.extend(self.host_credentials.as_ref().map(Offer::Basic));
        ladder
    }
}

/// Lets the host pack its configuration and writes the bundle into `sink` as it comes, byte for byte.
///
/// A bundle that has vanished before it was fetched is asked for once more. `received` is told the number of
/// bytes so far and the length that the host announced.
///
/// # Errors
/// Those of [`firmware::backup_configuration`], and of the transfer: nothing has been written to `sink` unless
/// the error is one that can only come in the middle.
pub async fn fetch_bundle(
    session: &Session,
    host: &HostSystem,
    route: &Route,
    sink: &mut (impl AsyncWrite + Unpin),
    mut received: impl FnMut(u64, Option<u64>),
) -> Result<Downloaded, Error> {
    let Some(firmware_system) = &host.firmware_system else {
        return Err(Error::NoFirmwareSystem { host: host.name.clone() });
    };
    let url = firmware::backup_configuration(session, firmware_system).await?;
    match download(session, route, &url, sink, &mut received).await {
        Err(Error::BundleGone { .. }) => {
            tracing::info!(host = host.name, "the bundle vanished before it was fetched; asking for another");
            let url = firmware::backup_configuration(session, firmware_system).await?;
            download(session, route, &url, sink, &mut received).await
        }
        fetched => fetched,
    }
}

/// Writes the bundle at `url` into `sink`.
pub async fn download(
    session: &Session,
    route: &Route,
    url: &BundleUrl,
    sink: &mut (impl AsyncWrite + Unpin),
    mut received: impl FnMut(u64, Option<u64>),
) -> Result<Downloaded, Error> {
    let http = Http::new(&route.host, route.trust, session.client().timeouts())?;
    let whole = async {
        let transfer = Transfer { session, route, http: &http, verb: Verb::Get, body: None };
        let (response, target) = transfer.offer(url).await?;
        let thumbprint = certificate(&response);
        let bytes = receive(&http, route, response, sink, &mut received).await?;
        let address = target.host_str().unwrap_or_default();
        Ok(Downloaded { bytes, address: address.trim_matches(['[', ']']).to_owned(), thumbprint })
    };
    within(http.timeouts.transfer, &route.host, whole).await
}

/// Sends `bundle` to where [`firmware::query_upload_url`] said. Offers the session's cookie or a ticket, then
/// the host's own credentials.
///
/// # Errors
/// [`Error::TransferRefused`] when the host wants credentials that the route does not have.
pub async fn upload(session: &Session, route: &Route, url: &BundleUrl, bundle: Bytes) -> Result<(), Error> {
    let http = Http::new(&route.host, route.trust, session.client().timeouts())?;
    let transfer = Transfer { session, route, http: &http, verb: Verb::Put, body: Some(bundle) };
    within(http.timeouts.transfer, &route.host, transfer.offer(url)).await.map(drop)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Get,
    Put,
}

enum Offer<'a> {
    Nothing,
    Cookie,
    Ticket,
    Basic(&'a Credentials),
}

impl Verb {
    fn operation(self) -> &'static str {
        match self {
            Self::Get => "the download",
            Self::Put => "the upload",
        }
    }

    fn of_ticket(self) -> &'static str {
        match self {
            Self::Get => "httpGet",
            Self::Put => "httpPut",
        }
    }
}

impl fmt::Display for Offer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "no credentials",
            Self::Cookie => "the session's cookie",
            Self::Ticket => "a ticket",
            Self::Basic(_) => "the host's own credentials",
        })
    }
}

/// One transfer: what is to be moved, which way, and with whom.
struct Transfer<'a> {
    session: &'a Session,
    route: &'a Route,
    http: &'a Http,
    verb: Verb,
    body: Option<Bytes>,
}

impl Transfer<'_> {
    /// Climbs the ladder of credentials until the host accepts; answers with the response and where it came from.
    async fn offer(&self, url: &BundleUrl) -> Result<(Response, Url), Error> {
        let (operation, host) = (self.verb.operation(), &self.route.host);
        let mut targets = url.targets(self.route)?;
        let mut tried: Vec<String> = Vec::new();
        let mut status = StatusCode::UNAUTHORIZED;
        for offer in self.route.ladder(self.verb) {
            let Some((response, target)) = self.ask(&targets, &offer).await? else {
                tried.push(format!("{offer}, which the server does not issue"));
                continue;
            };
            status = response.status();
            match status {
                status if status.is_success() => return Ok((response, target)),
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => tried.push(offer.to_string()),
                StatusCode::NOT_FOUND if self.verb == Verb::Get => {
                    return Err(Error::BundleGone { host: host.clone() });
                }
                status => return Err(refused(&shown(host, &target), operation, status)),
            }
            // It has answered, so no other address is tried any more.
            targets = vec![target];
        }
        let (host, tried) = (host.clone(), tried.join(", "));
        Err(Error::TransferRefused { host, operation, status: status.as_u16(), tried })
    }

    /// The answer of the first of these addresses that can be reached; none where the server does not issue such
    /// credentials.
    async fn ask(&self, targets: &[Url], offer: &Offer<'_>) -> Result<Option<(Response, Url)>, Error> {
        let mut unreachable = None;
        for target in targets {
            let Some(request) = self.request(target, offer).await? else { return Ok(None) };
            let server = shown(&self.route.host, target);
            // An upload's answer comes after its body.
            let within = match self.verb {
                Verb::Get => self.http.timeouts.call,
                Verb::Put => self.http.timeouts.transfer,
            };
            match self.http.send(request, &server, self.verb.operation(), within).await {
                Ok(response) => return Ok(Some((response, target.clone()))),
                Err(Error::NotTrusted(mut not_trusted)) => {
                    let vcenter = (!self.route.direct).then(|| self.session.client().address().to_string());
                    not_trusted.reported_by = vcenter;
                    return Err(Error::NotTrusted(not_trusted));
                }
                Err(error) if is_unreachable(&error) => {
                    tracing::info!(host = self.route.host, %error, "the host cannot be reached at this address");
                    // The management address's error says more than that the name is not in DNS either.
                    unreachable.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        let reason = "there is no address to fetch it from";
        Err(unreachable.unwrap_or_else(|| self.route.bad_url(reason)))
    }

    async fn request(&self, target: &Url, offer: &Offer<'_>) -> Result<Option<RequestBuilder>, Error> {
        let request = match self.verb {
            Verb::Get => self.http.get(target.clone()),
            Verb::Put => self.http.put(target.clone()),
        };
        let request = match &self.body {
            Some(body) => request.header(CONTENT_TYPE, "application/octet-stream").body(body.clone()),
            None => request,
        };
        let cookie = match offer {
            Offer::Cookie => self.session.cookie(),
            Offer::Ticket => acquire_ticket(self.session, self.verb, target).await?,
            Offer::Nothing | Offer::Basic(_) => None,
        };
        Ok(match offer {
            Offer::Nothing => Some(request),
            Offer::Cookie | Offer::Ticket => {
                cookie.map(|cookie| request.header(COOKIE, secret_header(cookie.expose_secret())))
            }
            Offer::Basic(Credentials { user, .. }) if user.contains(':') => {
                let reason = "a colon, which cannot be sent with a transfer";
                return Err(Error::IllegalText { field: "host's user name", reason });
            }
            Offer::Basic(Credentials { user, password }) => {
                Some(request.basic_auth(user, Some(password.expose_secret())))
            }
        })
    }
}

/// A single-use ticket for one verb and URL, as a cookie; none where the server has none to give.
async fn acquire_ticket(session: &Session, verb: Verb, target: &Url) -> Result<Option<SecretString>, Error> {
    let call = Call::change("AcquireGenericServiceTicket", &session.client().content().session_manager).nest(
        "spec",
        Some("SessionManagerHttpServiceRequestSpec"),
        |spec| spec.text("method", verb.of_ticket()).text("url", target.as_str()),
    );
    let ticket = session
        .call_for(&call, |ticket| {
            let id = ticket.text_of("id").ok_or(DecodeError::Missing("the ticket's id"))?;
            Ok(SecretString::from(format!("vmware_cgi_ticket={id}")))
        })
        .await;
    match ticket {
        Ok(ticket) => Ok(Some(ticket)),
        Err(Error::Fault { fault, .. }) => {
            tracing::debug!(fault = fault.type_name, "the server issues no ticket for this transfer");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

async fn receive(
    http: &Http,
    route: &Route,
    mut response: Response,
    sink: &mut (impl AsyncWrite + Unpin),
    received: &mut impl FnMut(u64, Option<u64>),
) -> Result<u64, Error> {
    let operation = Verb::Get.operation();
    let host = || route.host.clone();
    let announced: Option<u64> =
        response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let too_large = || Error::TooLarge { server: host(), operation, limit: MAX_BUNDLE };
    if announced.is_some_and(|length| length > MAX_BUNDLE) {
        return Err(too_large());
    }
    let is_html = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.starts_with("text/html")));
    let not_a_bundle = |reason: &str| Error::NotABundle { host: host(), reason: reason.to_owned() };
    if is_html {
        return Err(not_a_bundle("it is a web page"));
    }
    let mut bytes = 0;
    // A first piece of one byte would not tell; hold it back until there are two.
    let mut held = Vec::new();
    loop {
        let chunk = match http.chunk(&mut response, &route.host, operation).await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(Error::Interrupted { .. }) if announced.is_some_and(|length| bytes < length) => {
                let expected = announced.unwrap_or_default();
                return Err(Error::Truncated { host: host(), expected, received: bytes });
            }
            Err(error) => return Err(error),
        };
        let before = bytes;
        bytes += chunk.len() as u64;
        if bytes > MAX_BUNDLE {
            return Err(too_large());
        }
        let sink_error = |source| Error::Sink { host: host(), source };
        if before < GZIP.len() as u64 {
            held.extend_from_slice(&chunk);
            if held.len() >= GZIP.len() {
                check_start(&held).map_err(not_a_bundle)?;
                sink.write_all(&held).await.map_err(sink_error)?;
            }
        } else {
            sink.write_all(&chunk).await.map_err(sink_error)?;
        }
        received(bytes, announced);
    }
    match bytes {
        0 => Err(not_a_bundle("it is empty")),
        1 => Err(not_a_bundle("it is a single byte")),
        _ => sink.flush().await.map(|()| bytes).map_err(|source| Error::Sink { host: host(), source }),
    }
}

const GZIP: [u8; 2] = [0x1f, 0x8b];

fn check_start(start: &[u8]) -> Result<(), &'static str> {
    match start {
        start if start.starts_with(&GZIP) => Ok(()),
        [b'<', ..] => Err("it is a web page"),
        _ => Err("it does not start as gzip does"),
    }
}

impl BundleUrl {
    pub(crate) fn new(url: &str) -> Self {
        Self(SecretString::from(url.trim()))
    }

    /// Where to look for it, in order: HTTPS always, `*` replaced by each of the route's addresses, an explicit port
    /// kept. A server that is connected to directly is never left for another one, whatever the URL says: it gets the
    /// session's cookie.
    fn targets(&self, route: &Route) -> Result<Vec<Url>, Error> {
        let raw = self.0.expose_secret();
        let mut targets = Vec::new();
        for address in &route.addresses {
            let mut target = resolve(raw, address, route.port).map_err(|reason| route.bad_url(reason))?;
            if route.direct {
                let host = if address.contains(':') { format!("[{address}]") } else { address.clone() };
                target
                    .set_host(Some(&host))
                    .map_err(|_| route.bad_url("it cannot take the host's address"))?;
            }
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        Ok(targets)
    }
}

impl fmt::Debug for BundleUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BundleUrl(…)")
    }
}

fn resolve(raw: &str, address: &str, port: Option<u16>) -> Result<Url, &'static str> {
    let (scheme, rest) = raw.split_once("://").ok_or("it is no URL")?;
    if !matches!(scheme, "http" | "https") {
        return Err("it is neither http nor https");
    }
    // Only a `*` in the place of the host stands for the host; one in the path is part of a name.
    let rest = match rest.strip_prefix('*') {
        Some(rest) if address.contains(':') => format!("[{address}]{rest}"),
        Some(rest) => format!("{address}{rest}"),
        None => rest.to_owned(),
    };
    // Parsed as the scheme it has, so that `http://*:80` counts as no port of its own.
    let mut url = Url::parse(&format!("{scheme}://{rest}")).map_err(|_| "it cannot be parsed")?;
    if url.host_str().is_none_or(str::is_empty) || !url.username().is_empty() || url.password().is_some() {
        return Err("it has no host, or holds credentials");
    }
    let named = url.port();
    url.set_scheme("https").map_err(|()| "it cannot be made https")?;
    url.set_port(named.or(port)).map_err(|()| "it cannot take a port")?;
    Ok(url)
}

/// `esx01 (10.0.0.1)`, or with the port where it is not 443; the name alone where that is the address.
fn shown(host: &str, target: &Url) -> String {
    let address = target.host_str().unwrap_or_default();
    let port = target.port().map(|port| format!(":{port}")).unwrap_or_default();
    if host.eq_ignore_ascii_case(address) {
        format!("{host}{port}")
    } else {
        format!("{host} ({address}{port})")
    }
}

/// Nothing was sent, so another address of the same host may be tried.
fn is_unreachable(error: &Error) -> bool {
    matches!(
        error,
        Error::Connect { .. } | Error::Resolve { .. } | Error::Timeout { phase: TimeoutPhase::Connect, .. }
    )
}

async fn within<T>(
    limit: std::time::Duration,
    host: &str,
    transfer: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::time::timeout(limit, transfer).await.unwrap_or_else(|_| {
        Err(Error::Timeout { server: host.to_owned(), phase: TimeoutPhase::Finish, after: limit })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, address: &str, port: Option<u16>, expect: Result<&str, &str>) {
        let got = resolve(raw, address, port).map(String::from);
        assert_eq!(got.as_deref().map_err(|reason| *reason), expect, "{raw}");
    }

    #[test]
    fn the_address_is_made_of_what_the_host_says_and_where_it_is() {
        let esx = "10.0.0.1";
        for (raw, address, port, expect) in [
            ("http://*/downloads/1/b.tgz", esx, None, Ok("https://10.0.0.1/downloads/1/b.tgz")),
            ("http://*//downloads/b.tgz", esx, None, Ok("https://10.0.0.1//downloads/b.tgz")),
            ("http://*:80/b.tgz", esx, None, Ok("https://10.0.0.1/b.tgz")),
            ("https://*:8443/b.tgz", esx, None, Ok("https://10.0.0.1:8443/b.tgz")),
            ("http://*:8443/b.tgz", esx, Some(9443), Ok("https://10.0.0.1:8443/b.tgz")),
            ("http://*/b.tgz", esx, Some(9443), Ok("https://10.0.0.1:9443/b.tgz")),
            ("http://*/b.tgz", "fe80::1", None, Ok("https://[fe80::1]/b.tgz")),
            ("http://*/a*b.tgz", esx, None, Ok("https://10.0.0.1/a*b.tgz")),
            ("http://esx01/a*b.tgz", esx, None, Ok("https://esx01/a*b.tgz")),
            ("http://root:pw@*/b.tgz", esx, None, Err("it has no host, or holds credentials")),
            ("ftp://*/b.tgz", esx, None, Err("it is neither http nor https")),
            ("", esx, None, Err("it is no URL")),
        ] {
            check(raw, address, port, expect);
        }
    }

    #[test]
    fn a_url_is_not_shown() {
        assert_eq!(format!("{:?}", BundleUrl::new("http://*/downloads/secret")), "BundleUrl(…)");
    }
}
