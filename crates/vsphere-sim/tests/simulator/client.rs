//! A client that knows just enough: it trusts the simulator's certificates and nothing else, and keeps replies as text.

use std::sync::Arc;

use reqwest::{Response, StatusCode};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use vsphere_sim::{Options, SimHost, Simulator};

pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
    pub(crate) cookie: Option<String>,
    pub(crate) version: String,
}

pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) cookie: Option<String>,
    pub(crate) body: String,
}

/// A simulator with hosts that all behave, and a client that is logged in.
pub(crate) async fn vcenter(options: Options) -> (Simulator, Client) {
    let simulator = Simulator::start(options).await.unwrap();
    let mut client = Client::new(&simulator);
    client.log_in("administrator@vsphere.local", "hostkeep-demo").await;
    (simulator, client)
}

pub(crate) async fn esxi(options: Options) -> (Simulator, Client) {
    let simulator = Simulator::start(options).await.unwrap();
    let mut client = Client::new(&simulator);
    client.log_in("root", "hostkeep-demo").await;
    (simulator, client)
}

impl Client {
    pub(crate) fn new(simulator: &Simulator) -> Client {
        let hosts = simulator.hosts();
        let certificates =
            std::iter::once(simulator.certificate()).chain(hosts.iter().map(SimHost::certificate));
        Client {
            http: http(certificates),
            url: format!("{}/sdk", simulator.url()),
            cookie: None,
            version: "urn:vim25/8.0.3.0".into(),
        }
    }

    pub(crate) async fn log_in(&mut self, user: &str, password: &str) {
        let reply = self.login(user, password).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        self.cookie = reply.cookie;
    }

    pub(crate) async fn login(&self, user: &str, password: &str) -> Reply {
        let arguments = format!("<userName>{user}</userName><password>{password}</password>");
        let nobody = Client {
            http: self.http.clone(),
            url: self.url.clone(),
            cookie: None,
            version: self.version.clone(),
        };
        nobody.call("Login", &nobody.reference("sessionManager").await, &arguments).await
    }

    /// The reference of this name in the service content, ready to be put into `_this`.
    pub(crate) async fn reference(&self, name: &str) -> (String, String) {
        let content = self
            .call("RetrieveServiceContent", &("ServiceInstance".into(), "ServiceInstance".into()), "")
            .await;
        let element = between(&content.body, &format!("<{name} "), "</").unwrap();
        let (kind, id) = element.split_once("\">").unwrap();
        (kind.trim_start_matches("type=\"").into(), id.into())
    }

    pub(crate) async fn call(&self, method: &str, this: &(String, String), arguments: &str) -> Reply {
        let (kind, id) = this;
        let body = format!(
            "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"><s:Body><{method} xmlns=\"urn:vim25\">\
             <_this type=\"{kind}\">{id}</_this>{arguments}</{method}></s:Body></s:Envelope>"
        );
        self.try_post(body).await.unwrap()
    }

    pub(crate) async fn try_post(&self, body: String) -> reqwest::Result<Reply> {
        let mut request = self.http.post(&self.url).header("SOAPAction", &self.version).body(body);
        if let Some(cookie) = &self.cookie {
            request = request.header("Cookie", cookie);
        }
        let response = request.send().await?;
        let cookie = response.headers().get("set-cookie").map(|cookie| cookie.to_str().unwrap());
        let cookie = cookie.map(|cookie| cookie.split(';').next().unwrap().to_string());
        Ok(Reply { status: response.status(), cookie, body: response.text().await? })
    }

    /// Calls a firmware method on a host.
    pub(crate) async fn firmware(&self, host: &SimHost, method: &str, arguments: &str) -> Reply {
        let id = match host.moid().strip_prefix("host-") {
            Some(number) => format!("firmwareSystem-{number}"),
            None => "firmwareSystem".into(),
        };
        self.call(method, &("HostFirmwareSystem".into(), id), arguments).await
    }

    /// Asks for a backup; the URL with the host's address in it, on TLS.
    pub(crate) async fn backup_url(&self, host: &SimHost) -> String {
        let reply = self.firmware(host, "BackupFirmwareConfiguration", "").await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.returned().replacen('*', &host.address().ip().to_string(), 1).replacen("http:", "https:", 1)
    }

    pub(crate) async fn upload_url(&self, host: &SimHost) -> String {
        let reply = self.firmware(host, "QueryFirmwareConfigUploadURL", "").await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.returned().replacen('*', &host.address().ip().to_string(), 1).replacen("http:", "https:", 1)
    }

    pub(crate) async fn get(&self, url: &str) -> Response {
        self.http.get(url).send().await.unwrap()
    }

    /// A property of one object by `RetrievePropertiesEx`.
    pub(crate) async fn property(&self, kind: &str, id: &str, path: &str) -> Reply {
        let collector = self.reference("propertyCollector").await;
        let arguments = format!(
            "<specSet><propSet><type>{kind}</type><pathSet>{path}</pathSet></propSet>\
             <objectSet><obj type=\"{kind}\">{id}</obj></objectSet></specSet><options/>"
        );
        self.call("RetrievePropertiesEx", &collector, &arguments).await
    }
}

impl Reply {
    /// The type of the fault, or nothing when it is none.
    pub(crate) fn fault(&self) -> Option<&str> {
        assert_eq!(self.status == 500, self.body.contains("soapenv:Fault"), "{}", self.body);
        between(&self.body, "xsi:type=\"", "\"").filter(|_| self.status == 500)
    }

    /// The text of the first `returnval`.
    pub(crate) fn returned(&self) -> &str {
        let element =
            between(&self.body, "<returnval", "</returnval>").unwrap_or_else(|| panic!("{}", self.body));
        element.split_once('>').unwrap().1
    }

    /// The text of the first element of this name.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        Some(between(&self.body, &format!("<{name}"), &format!("</{name}>"))?.split_once('>')?.1)
    }

    pub(crate) fn count(&self, part: &str) -> usize {
        self.body.matches(part).count()
    }
}

/// Trusts exactly these certificates.
pub(crate) fn http(certificates: impl Iterator<Item = Vec<u8>>) -> reqwest::Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let pinned = Pinned {
        certificates: certificates.collect(),
        algorithms: provider.signature_verification_algorithms,
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(pinned))
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

#[derive(Debug)]
struct Pinned {
    certificates: Vec<Vec<u8>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.certificates.iter().any(|certificate| certificate.as_slice() == end_entity.as_ref()) {
            return Ok(ServerCertVerified::assertion());
        }
        Err(rustls::CertificateError::UnknownIssuer.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Polls until a condition holds.
pub(crate) async fn until<F: Future<Output = bool>>(mut holds: impl FnMut() -> F) {
    for _ in 0..2_000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    panic!("the condition never held");
}

pub(crate) fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(part, _)| part)
}
