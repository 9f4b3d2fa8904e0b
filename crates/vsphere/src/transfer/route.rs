//! The way to a host: its addresses, the certificate to expect there, and what to offer.

use std::fmt;
use std::net::IpAddr;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::offer::{Offer, Verb};
use crate::address::ServerAddress;
use crate::client::ApiType;
use crate::error::Error;
use crate::inventory::{self, HostSystem};
use crate::session::{Credentials, Session};
use crate::trust::Trust;

/// Where a bundle lies or belongs. The URL is as good as a password, so `Debug` does not show it.
#[derive(Clone)]
pub struct BundleUrl(SecretString);

/// How to reach a host for a transfer.
#[derive(Clone, Debug)]
pub struct Route {
    /// The host's name, for errors.
    pub(super) host: String,
    /// Tried in this order until one can be connected to.
    addresses: Vec<String>,
    /// The HTTPS port, where neither the URL names one nor 443 is right.
    port: Option<u16>,
    pub(super) trust: Trust,
    /// Connected to the host itself, so that the session's cookie is the host's own.
    pub(super) direct: bool,
    host_credentials: Option<Credentials>,
}

impl Route {
    /// The way to `host`: through a vCenter its management address and then its name, pinned to the certificate
    /// that the vCenter reports; connected directly, the address that was typed and the trust that it has.
    ///
    /// `https_port` replaces 443 where a site has moved it away for the hosts of its vCenter.
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
                port: Some(typed.port()),
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
        let named = address_named(&host.name).filter(|named| !addresses.contains(named));
        addresses.extend(named);
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

    pub(super) fn bad_url(&self, reason: &'static str) -> Error {
        Error::BundleAddress { host: self.host.clone(), reason }
    }

    /// What to offer, in order. A download usually needs nothing: its URL is the secret.
    pub(super) fn ladder(&self, verb: Verb) -> Vec<Offer<'_>> {
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

impl BundleUrl {
    pub(crate) fn new(url: &str) -> Self {
        Self(SecretString::from(url.trim()))
    }

    /// Where to look for it, in order: HTTPS always, `*` replaced by each of the route's addresses, an explicit port
    /// kept. A server that is connected to directly is never left for another one, whatever the URL says: it gets the
    /// session's cookie.
    pub(super) fn targets(&self, route: &Route) -> Result<Vec<Url>, Error> {
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

/// A name in the inventory can be anything; as an address it must be one, and nothing else.
fn address_named(name: &str) -> Option<String> {
    if let Ok(address) = name.parse::<IpAddr>() {
        return Some(address.to_string());
    }
    let parsed = name.parse::<ServerAddress>().ok()?;
    (parsed.host() == name.to_lowercase()).then(|| name.to_owned())
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
    fn a_hosts_name_is_an_address_or_not() {
        for (name, expect) in [
            ("ESX01.lab.local", Some("ESX01.lab.local")),
            ("10.0.0.1", Some("10.0.0.1")),
            ("2001:DB8:0:0::15", Some("2001:db8::15")),
            ("esx01:8443", None),
            ("rack / left", None),
            ("*", None),
        ] {
            assert_eq!(address_named(name).as_deref(), expect, "{name}");
        }
    }

    #[test]
    fn a_url_is_not_shown() {
        assert_eq!(format!("{:?}", BundleUrl::new("http://*/downloads/secret")), "BundleUrl(…)");
    }
}
