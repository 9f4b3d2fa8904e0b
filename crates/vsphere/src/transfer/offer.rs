//! Getting a host to accept a transfer: its addresses in turn, and the ladder of credentials.

use std::fmt;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, COOKIE};
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::route::{BundleUrl, Route};
use crate::client::secret_header;
use crate::error::{Error, TimeoutPhase};
use crate::http::{Http, refused};
use crate::session::{Credentials, Session};
use crate::soap::{Call, DecodeError};

/// One transfer: what is to be moved, which way, and with whom.
pub(super) struct Transfer<'a> {
    pub(super) session: &'a Session,
    pub(super) route: &'a Route,
    pub(super) http: &'a Http,
    pub(super) verb: Verb,
    pub(super) body: Option<Bytes>,
}

impl Transfer<'_> {
    /// Climbs the ladder of credentials until the host accepts; answers with the response and where it came from.
    pub(super) async fn offer(&self, url: &BundleUrl) -> Result<(Response, Url), Error> {
        let (operation, host) = (self.verb.operation(), &self.route.host);
        let mut targets = url.targets(self.route)?;
        let mut tried: Vec<String> = Vec::new();
        let mut status = StatusCode::UNAUTHORIZED;
        let mut ladder = self.route.ladder(self.verb).into_iter().peekable();
        while let Some(offer) = ladder.next() {
            let asked = match Box::pin(self.ask(&targets, &offer)).await {
                // Whoever refuses an upload need not read it to its end first. Nothing is in force yet, so the next may try.
                Err(Error::Interrupted { reason, .. })
                    if self.verb == Verb::Put && ladder.peek().is_some() =>
                {
                    tried.push(format!("{offer} ({reason})"));
                    continue;
                }
                asked => asked?,
            };
            let Some((response, target)) = asked else {
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
        let (host, tried, is_direct) = (host.clone(), tried.join(", "), self.route.direct);
        Err(Error::TransferRefused { host, operation, status: status.as_u16(), tried, is_direct })
    }

    /// The answer of the first of these addresses at which the host is reached: an adapter that is for management, too, may
    /// be in a network where its address is another machine's. Each is trusted for the same reason. None where the server does not issue such
    /// credentials.
    async fn ask(&self, targets: &[Url], offer: &Offer<'_>) -> Result<Option<(Response, Url)>, Error> {
        let mut failed: Option<Error> = None;
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
                    let error = Error::NotTrusted(not_trusted);
                    tracing::warn!(host = self.route.host, %error, "another answers at this address");
                    // It matters more than an address at which nobody answers.
                    failed = failed.filter(|error| !is_unreachable(error)).or(Some(error));
                }
                Err(error) if is_unreachable(&error) => {
                    tracing::info!(host = self.route.host, %error, "the host cannot be reached at this address");
                    // The management address's error says more than that the name is not in DNS either.
                    failed.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        let reason = "there is no address to fetch it from";
        Err(failed.unwrap_or_else(|| self.route.bad_url(reason)))
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

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Put,
}

pub(super) enum Offer<'a> {
    Nothing,
    Cookie,
    Ticket,
    Basic(&'a Credentials),
}

impl Verb {
    pub(super) fn operation(self) -> &'static str {
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

/// A single-use ticket for one verb and URL, as a cookie; none where the server has none to give.
async fn acquire_ticket(session: &Session, verb: Verb, target: &Url) -> Result<Option<SecretString>, Error> {
    let call = Call::read("AcquireGenericServiceTicket", &session.client().content().session_manager).nest(
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

/// `esx01 (10.0.0.1)`, or with the port where it is not 443; the name alone where that is the address.
fn shown(host: &str, target: &Url) -> String {
    let address = target.host_str().unwrap_or_default();
    let port = target.port().map(|port| format!(":{port}")).unwrap_or_default();
    if host.eq_ignore_ascii_case(address) {
        format!("{host}{port}")
    } else if host == address.trim_matches(['[', ']']) {
        format!("{address}{port}")
    } else {
        format!("{host} ({address}{port})")
    }
}

/// Nothing was sent, so another address of the same host may be tried.
fn is_unreachable(error: &Error) -> bool {
    matches!(
        error,
        Error::Connect { .. }
            | Error::Resolve { .. }
            | Error::Tls { .. }
            | Error::Timeout { phase: TimeoutPhase::Connect, .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_is_named_by_its_address_is_named_once() {
        for (host, target, expect) in [
            ("esx01", "https://10.0.0.1/b.tgz", "esx01 (10.0.0.1)"),
            ("esx01", "https://10.0.0.1:8443/b.tgz", "esx01 (10.0.0.1:8443)"),
            ("ESX01", "https://esx01:8443/b.tgz", "ESX01:8443"),
            ("10.0.0.1", "https://10.0.0.1/b.tgz", "10.0.0.1"),
            ("esx01", "https://[fd00::1]/b.tgz", "esx01 ([fd00::1])"),
            ("fd00::1", "https://[fd00::1]/b.tgz", "[fd00::1]"),
            ("fd00::1", "https://[fd00::1]:8443/b.tgz", "[fd00::1]:8443"),
        ] {
            assert_eq!(shown(host, &Url::parse(target).unwrap()), expect);
        }
    }
}
