//! Where a server is: what a person types becomes a host and a port, and nothing else.

use std::fmt;
use std::str::FromStr;

/// A vCenter's or an ESXi host's address. Always reached by HTTPS.
///
/// ```
/// use vsphere::ServerAddress;
/// let address: ServerAddress = "https://vcsa.lab.local:8443/ui".parse().unwrap();
/// assert_eq!((address.host(), address.port()), ("vcsa.lab.local", 8443));
/// assert_eq!("vcsa.lab.local".parse::<ServerAddress>().unwrap().to_string(), "vcsa.lab.local");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerAddress {
    host: String,
    port: u16,
}

/// Why a typed address cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{input}\" is not a server address: {reason}")]
pub struct AddressError {
    /// What was typed, without user and password if it held any.
    pub input: String,
    /// Why not.
    pub reason: &'static str,
}

const HTTPS: u16 = 443;

impl ServerAddress {
    /// The host name or IP address; an IPv6 address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port; 443 unless one was typed.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `https://host[:port]`, without a slash at its end.
    pub fn url(&self) -> String {
        self.https("")
    }

    /// [`ServerAddress::url`] followed by `path`, which starts with a slash.
    pub(crate) fn https(&self, path: &str) -> String {
        format!("https://{self}{path}")
    }
}

impl FromStr for ServerAddress {
    type Err = AddressError;

    /// Takes `host`, `host:port`, `[ipv6]:port` or a URL, whose path is ignored: people paste what the
    /// browser shows. `http://` without a port means 443 too, because nothing here speaks plain HTTP.
    fn from_str(input: &str) -> Result<Self, AddressError> {
        let typed = input.trim();
        if typed.contains('@') {
            // not echoed: it may hold a password
            return Err(AddressError {
                input: "…".into(),
                reason: "leave the user name and password out of the address",
            });
        }
        let wrong = |reason| AddressError { input: typed.to_owned(), reason };
        let rest = match typed.split_once("://") {
            Some((scheme, _))
                if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) =>
            {
                return Err(wrong("only https is spoken"));
            }
            Some((_, rest)) => rest,
            None => typed,
        };
        let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if rest.is_empty() {
            return Err(wrong("it is empty"));
        }
        let bare_v6 = rest.parse::<std::net::Ipv6Addr>().is_ok();
        let url =
            url::Url::parse(&if bare_v6 { format!("https://[{rest}]") } else { format!("https://{rest}") })
                .map_err(|_| wrong("give a host name or an IP address, and a port if it is not 443"))?;
        let host = url.host_str().ok_or_else(|| wrong("it has no host name"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
        if host.is_empty() || host.contains('*') {
            return Err(wrong("it has no host name"));
        }
        match url.port() {
            Some(0) => Err(wrong("port 0 does not exist")),
            port => Ok(Self { host: host.to_owned(), port: port.unwrap_or(HTTPS) }),
        }
    }
}

impl fmt::Display for ServerAddress {
    /// As it is shown and stored: the port only where it is not 443.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]", self.host)?;
        } else {
            f.write_str(&self.host)?;
        }
        if self.port == HTTPS { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

impl serde::Serialize for ServerAddress {
    /// As [`ServerAddress::url`].
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.url())
    }
}

impl<'de> serde::Deserialize<'de> for ServerAddress {
    /// Anything that [`FromStr`] takes.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::ServerAddress;

    fn check(typed: &str, expect: Result<&str, &str>) {
        let got = typed.parse::<ServerAddress>().map(|a| a.to_string()).map_err(|e| e.reason.to_owned());
        assert_eq!(got, expect.map(str::to_owned).map_err(str::to_owned), "{typed:?}");
    }

    #[test]
    fn reads_what_people_paste() {
        for (typed, expect) in [
            ("vcsa.lab.local", Ok("vcsa.lab.local")),
            ("  VCSA.lab.local. ", Ok("vcsa.lab.local")),
            ("vcsa:8443", Ok("vcsa:8443")),
            ("vcsa:443", Ok("vcsa")),
            ("https://vcsa.lab.local/ui/#/app", Ok("vcsa.lab.local")),
            ("http://vcsa.lab.local/", Ok("vcsa.lab.local")),
            ("Https://vcsa.lab.local", Ok("vcsa.lab.local")),
            ("https://10.0.0.5:9443/sdk", Ok("10.0.0.5:9443")),
            ("fe80::1", Ok("[fe80::1]")),
            ("[fe80::1]:8443", Ok("[fe80::1]:8443")),
            ("bücher.example", Ok("xn--bcher-kva.example")),
            ("", Err("it is empty")),
            ("https://", Err("it is empty")),
            ("ftp://vcsa", Err("only https is spoken")),
            ("root:secret@esx01", Err("leave the user name and password out of the address")),
            ("vcsa:0", Err("port 0 does not exist")),
            ("vcsa:70000", Err("give a host name or an IP address, and a port if it is not 443")),
            ("two words", Err("give a host name or an IP address, and a port if it is not 443")),
            ("*", Err("it has no host name")),
        ] {
            check(typed, expect);
        }
    }

    #[test]
    fn never_echoes_a_password() {
        let error = "https://root:secret@esx01".parse::<ServerAddress>().unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
