//! A server that answers: its version and its well-known objects. One path for every call.

use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use secrecy::{ExposeSecret as _, SecretString};

use crate::address::ServerAddress;
use crate::error::Error;
use crate::http::{Http, refused};
use crate::soap::{self, Call, DecodeError, Fault, FaultKind, MoRef, Node};
use crate::trust::Trust;

/// How long to wait. Every wait has an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// TCP and TLS together.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub idle: Duration,
    /// A whole call. A backup call answers only when the host has packed its bundle.
    pub call: Duration,
    /// A whole transfer of a bundle.
    pub transfer: Duration,
}

impl Default for Timeouts {
    /// 20 s to connect, 60 s idle, 5 min a call, 30 min a transfer. Windows takes up to 10 s to give up on a list of
    /// revoked certificates that cannot be reached.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            idle: Duration::from_secs(60),
            call: Duration::from_secs(5 * 60),
            transfer: Duration::from_secs(30 * 60),
        }
    }
}

/// What it takes to reach a server.
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    /// Where it is.
    pub address: ServerAddress,
    /// Why it would be trusted.
    pub trust: Trust,
    /// How long to wait.
    pub timeouts: Timeouts,
}

/// A server that was reached and is trusted. Nobody is signed in yet: see [`crate::SignedIn`].
///
/// Cheap to clone; all clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    http: Http,
    options: ConnectOptions,
    version: String,
    content: ServiceContent,
}

/// The server's well-known objects, and what it is.
#[derive(Clone, Debug)]
pub(crate) struct ServiceContent {
    about: About,
    pub(crate) root_folder: MoRef,
    pub(crate) property_collector: MoRef,
    pub(crate) view_manager: MoRef,
    pub(crate) session_manager: MoRef,
}

/// What a server says of itself (`ServiceContent.about`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Such as `VMware vCenter Server 8.0.3 build-24022515`.
    pub full_name: String,
    /// Such as `8.0.3`.
    pub version: String,
    /// Such as `24022515`.
    pub build: String,
    /// A vCenter or a host.
    pub api_type: ApiType,
}

/// Whether a server stands for many hosts or is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiType {
    /// `VirtualCenter`.
    VCenter,
    /// `HostAgent`: an ESXi host connected directly.
    Esxi,
}

/// The newest version whose types this client was written for.
const NEWEST_KNOWN: &str = "9.0.0.0";
/// For servers that do not say which versions they speak.
const OLDEST_KNOWN: &str = "6.0";
const CONTROL_CHARACTER: &str = "a control character, which XML cannot carry";
const MAX_VERSIONS: u64 = 256 * 1024;
/// Between two attempts of a call without side effects, after an answer that a proxy gave.
const RETRY_AFTER: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

impl Client {
    /// Connects, agrees on a version and asks the server what it is. Sends no credentials.
    ///
    /// # Errors
    /// [`Error::NotTrusted`] carries the certificate that the server showed, for a person to decide on.
    pub async fn connect(options: ConnectOptions) -> Result<Self, Error> {
        let server = options.address.to_string();
        let http = Http::new(&server, options.trust, options.timeouts)?;
        let version = negotiate(&http, &options.address).await?;
        let call = Call::read("RetrieveServiceContent", &MoRef::new("ServiceInstance", "ServiceInstance"));
        let reply = post(&http, &options.address, &version, &call, None).await?;
        let content = service_content(&reply.node).map_err(|error| Error::Reply {
            server,
            operation: call.method,
            reason: error.to_string(),
        })?;
        tracing::debug!(server = %options.address, version, "connected");
        Ok(Self { inner: Arc::new(Inner { http, options, version, content }) })
    }

    /// Where the server is.
    pub fn address(&self) -> &ServerAddress {
        &self.inner.options.address
    }

    /// What the server is.
    pub fn about(&self) -> &About {
        &self.inner.content.about
    }

    /// The version of the API in use, such as `8.0.3.0`.
    pub fn version(&self) -> &str {
        &self.inner.version
    }

    /// Why the server is trusted.
    pub fn trust(&self) -> Trust {
        self.inner.options.trust
    }

    /// How long is waited for it.
    pub fn timeouts(&self) -> Timeouts {
        self.inner.options.timeouts
    }

    pub(crate) fn content(&self) -> &ServiceContent {
        &self.inner.content
    }

    /// Whether the agreed version is at least `wanted`.
    pub(crate) fn speaks(&self, wanted: &str) -> bool {
        parts(&self.inner.version) >= parts(wanted)
    }

    /// The one way in which a call reaches the server.
    pub(crate) async fn call(&self, call: &Call, cookie: Option<&SecretString>) -> Result<Reply, Error> {
        let mut answer = post(&self.inner.http, self.address(), &self.inner.version, call, cookie).await;
        if let Err(Error::Fault { operation: "Login", fault, .. }) = &mut answer
            && let FaultKind::NoPermission { at_hosts_login, .. } = &mut fault.kind
        {
            *at_hosts_login = self.about().api_type == ApiType::Esxi;
        }
        if let Err(Error::Fault { fault, .. }) = &mut answer
            && let Some((_, value)) = cookie.and_then(|cookie| cookie.expose_secret().split_once('='))
        {
            fault.hide(value.trim_matches('"'));
        }
        answer
    }

    /// An error for a reply that was well-formed but not what it should be.
    pub(crate) fn unreadable(&self, operation: &'static str, error: &DecodeError) -> Error {
        Error::Reply { server: self.address().to_string(), operation, reason: error.to_string() }
    }
}

/// A method's response and the session cookie that came with it.
pub(crate) struct Reply {
    pub(crate) node: Node,
    pub(crate) cookie: Option<SecretString>,
}

/// The highest version that both sides know, from `/sdk/vimServiceVersions.xml`.
async fn negotiate(http: &Http, address: &ServerAddress) -> Result<String, Error> {
    const OPERATION: &str = "version negotiation";
    let server = address.to_string();
    let accepted = [StatusCode::OK, StatusCode::NOT_FOUND];
    let mut attempts = 0;
    let answer = loop {
        let request = http.get(address.https("/sdk/vimServiceVersions.xml"));
        let answer = http.answer(request, &server, OPERATION, &accepted, MAX_VERSIONS).await;
        match pause_after(&answer, &mut attempts) {
            Some(pause) => tokio::time::sleep(pause).await,
            None => break answer?,
        }
    };
    if answer.status == StatusCode::NOT_FOUND {
        return Ok(OLDEST_KNOWN.to_owned());
    }
    let document = soap::decode_plain(&answer.body)
        .map_err(|error| Error::NotVsphere { server: server.clone(), reason: error.to_string() })?;
    if document.name != "namespaces" {
        let reason = format!("its list of versions starts with <{}>", document.name);
        return Err(Error::NotVsphere { server, reason });
    }
    Ok(highest_known(&document).unwrap_or_else(|| OLDEST_KNOWN.to_owned()))
}

fn highest_known(document: &Node) -> Option<String> {
    let namespace =
        document.all("namespace").find(|namespace| namespace.text_of("name") == Some("urn:vim25"))?;
    let prior = namespace.child("priorVersions").into_iter().flat_map(|prior| prior.all("version"));
    namespace
        .all("version")
        .chain(prior)
        .map(|version| version.text.trim())
        .filter(|version| !version.is_empty() && parts(version) <= parts(NEWEST_KNOWN))
        .max_by_key(|version| parts(version))
        .map(str::to_owned)
}

/// `8.0.3.0` and `8.0.3` are the same version.
fn parts(version: &str) -> Vec<u32> {
    let mut parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap_or(u32::MAX)).collect();
    while parts.last() == Some(&0) {
        parts.pop();
    }
    parts
}

fn service_content(reply: &Node) -> Result<ServiceContent, DecodeError> {
    let content = reply.returned()?;
    let object =
        |name: &'static str| content.child(name).and_then(Node::object).ok_or(DecodeError::Missing(name));
    let about = content.child("about").ok_or(DecodeError::Missing("about"))?;
    let text = |name: &'static str| about.text_of(name).unwrap_or_default().to_owned();
    let api_type = match about.text_of("apiType") {
        Some("VirtualCenter") => ApiType::VCenter,
        Some("HostAgent") => ApiType::Esxi,
        other => {
            let value = other.unwrap_or_default().to_owned();
            return Err(DecodeError::Value { what: "about.apiType", value });
        }
    };
    Ok(ServiceContent {
        about: About {
            full_name: text("fullName"),
            version: text("version"),
            build: text("build"),
            api_type,
        },
        root_folder: object("rootFolder")?,
        property_collector: object("propertyCollector")?,
        view_manager: object("viewManager")?,
        session_manager: object("sessionManager")?,
    })
}

/// Sends a call; repeats it only if that is harmless.
async fn post(
    http: &Http,
    address: &ServerAddress,
    version: &str,
    call: &Call,
    cookie: Option<&SecretString>,
) -> Result<Reply, Error> {
    let mut attempts = 0;
    loop {
        let answer = post_once(http, address, version, call, cookie).await;
        match pause_after(&answer, &mut attempts) {
            Some(pause) if call.repeatable => tokio::time::sleep(pause).await,
            _ => return answer,
        }
    }
}

/// How long to wait before another attempt, where only a proxy has answered so far.
fn pause_after<T>(answer: &Result<T, Error>, attempts: &mut usize) -> Option<Duration> {
    let Err(error @ Error::Status { status: 502 | 503, .. }) = answer else { return None };
    let pause = RETRY_AFTER.get(*attempts).copied();
    *attempts += 1;
    tracing::debug!(%error, again = pause.is_some(), "a proxy answered");
    pause
}

async fn post_once(
    http: &Http,
    address: &ServerAddress,
    version: &str,
    call: &Call,
    cookie: Option<&SecretString>,
) -> Result<Reply, Error> {
    let (server, operation) = (address.to_string(), call.method);
    let body = call.envelope().map_err(|field| Error::IllegalText { field, reason: CONTROL_CHARACTER })?;
    let mut request = http
        .post(address.https("/sdk"))
        .header(CONTENT_TYPE, "text/xml; charset=utf-8")
        .header("SOAPAction", format!("\"urn:vim25/{version}\""))
        .body(body);
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, secret_header(cookie.expose_secret()));
    }
    // 500 is SOAP's status for a fault.
    let accepted = [StatusCode::OK, StatusCode::INTERNAL_SERVER_ERROR];
    let answer = http.answer(request, &server, operation, &accepted, call.reply_limit).await?;
    let node = match soap::decode_envelope(&answer.body, call.unwanted) {
        Ok(node) => node,
        // Without a fault it is just a broken server or proxy.
        Err(_) if answer.status == StatusCode::INTERNAL_SERVER_ERROR => {
            return Err(refused(&server, operation, answer.status));
        }
        Err(error @ DecodeError::NotSoap(_)) => {
            return Err(Error::NotVsphere { server, reason: error.to_string() });
        }
        Err(error) => return Err(Error::Reply { server, operation, reason: error.to_string() }),
    };
    if node.name == "Fault" {
        return Err(Error::Fault { server, operation, fault: Box::new(Fault::from_soap(&node)) });
    }
    Ok(Reply { node, cookie: session_cookie(&answer.headers) })
}

/// A header that logs and `Debug` show as "Sensitive".
///
/// What cannot be a header's value becomes an empty one, which the server refuses.
pub(crate) fn secret_header(value: &str) -> HeaderValue {
    let mut header = HeaderValue::from_str(value).unwrap_or_else(|_| HeaderValue::from_static(""));
    header.set_sensitive(true);
    header
}

/// `vmware_soap_session=…` exactly as the server wrote it: some put the value in quotes and want them back.
fn session_cookie(headers: &HeaderMap) -> Option<SecretString> {
    headers
        .get_all(SET_COOKIE)
        .iter()
        .filter_map(|cookie| cookie.to_str().ok())
        .filter_map(|cookie| cookie.split(';').next())
        .map(str::trim)
        .find(|cookie| cookie.starts_with("vmware_soap_session="))
        .map(SecretString::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_version(versions: &str, expect: Option<&str>) {
        let xml = format!(
            "<namespaces version=\"1.0\"><namespace><name>urn:sms</name><version>9.9</version></namespace>\
             <namespace><name>urn:vim25</name>{versions}</namespace></namespaces>"
        );
        assert_eq!(
            highest_known(&soap::decode_plain(xml.as_bytes()).unwrap()).as_deref(),
            expect,
            "{versions}"
        );
    }

    #[test]
    fn the_highest_version_that_both_know_is_taken() {
        check_version(
            "<version>8.0.3.0</version><priorVersions><version>8.0.2.0</version></priorVersions>",
            Some("8.0.3.0"),
        );
        check_version(
            "<version>10.0.0.0</version><priorVersions><version>8.0.10.0</version><version>8.0.9.0</version></priorVersions>",
            Some("8.0.10.0"),
        );
        check_version("<version>10.0.0.0</version>", None);
        check_version(
            "<version>odd</version><priorVersions><version>6.7.3</version></priorVersions>",
            Some("6.7.3"),
        );
        check_version("", None);
    }
}
