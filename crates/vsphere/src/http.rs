//! HTTP over TLS to one trusted server, with every way to fail told apart.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};
use rustls::InvalidMessage;

use crate::certificate::Thumbprint;
use crate::client::Timeouts;
use crate::error::{Error, NotTrusted, TimeoutPhase};
use crate::resolve::{Resolver, Unanswered};
use crate::trust::{Refused, Trust, tls_config};

/// Connections to one server. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    client: reqwest::Client,
    refused: Refused,
    trust: Trust,
    pub(crate) timeouts: Timeouts,
}

/// An answer that was read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Http {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// [`Error::Tls`] where the system's trust store cannot be read.
    pub(crate) fn new(server: &str, trust: Trust, timeouts: Timeouts) -> Result<Self, Error> {
        // Connecting includes it: a name server that does not answer must not be told as a firewall.
        let resolver = Resolver::system(timeouts.connect * 3 / 4);
        Self::with_resolver(server, trust, timeouts, resolver)
    }

    fn with_resolver(
        server: &str,
        trust: Trust,
        timeouts: Timeouts,
        resolver: Resolver,
    ) -> Result<Self, Error> {
        let tls = |reason: String| Error::Tls { server: server.to_owned(), reason, is_plain: false };
        let (config, refused) = tls_config(trust).map_err(|error| tls(error.to_string()))?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(config)
            .dns_resolver(resolver)
            .https_only(true)
            .http1_only()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(timeouts.connect)
            .tcp_nodelay(true)
            .tls_info(true)
            .build()
            .map_err(|error| tls(error.to_string()))?;
        Ok(Self { client, refused, trust, timeouts })
    }

    pub(crate) fn get(&self, url: impl reqwest::IntoUrl) -> reqwest::RequestBuilder {
        self.client.get(url)
    }

    pub(crate) fn post(&self, url: impl reqwest::IntoUrl) -> reqwest::RequestBuilder {
        self.client.post(url)
    }

    pub(crate) fn put(&self, url: impl reqwest::IntoUrl) -> reqwest::RequestBuilder {
        self.client.put(url)
    }

    /// Sends and waits for the head of the answer, at most `within`.
    pub(crate) async fn send(
        &self,
        request: reqwest::RequestBuilder,
        server: &str,
        operation: &'static str,
        within: Duration,
    ) -> Result<Response, Error> {
        match tokio::time::timeout(within, request.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(self.explain(&error, server, operation)),
            Err(_) => Err(timeout(server, TimeoutPhase::Answer, within)),
        }
    }

    /// The next part of the body, or none at its end; at most the idle time passes.
    pub(crate) async fn chunk(
        &self,
        response: &mut Response,
        server: &str,
        operation: &'static str,
    ) -> Result<Option<Bytes>, Error> {
        let idle = self.timeouts.idle;
        match tokio::time::timeout(idle, response.chunk()).await {
            Ok(Ok(chunk)) => Ok(chunk),
            Ok(Err(error)) => Err(self.explain(&error, server, operation)),
            Err(_) => Err(timeout(server, TimeoutPhase::Continue, idle)),
        }
    }

    /// Sends a request and reads its answer whole, all within the time for a call, if it has one of the `accepted`
    /// statuses and at most `limit` bytes. A redirect is never followed.
    pub(crate) async fn answer(
        &self,
        request: reqwest::RequestBuilder,
        server: &str,
        operation: &'static str,
        accepted: &[StatusCode],
        limit: u64,
    ) -> Result<Answer, Error> {
        let within = self.timeouts.call;
        let whole = async {
            let response = self.send(request, server, operation, within).await?;
            let status = response.status();
            if !accepted.contains(&status) {
                return Err(refused(server, operation, status));
            }
            let headers = response.headers().clone();
            Ok(Answer { status, headers, body: self.body(response, server, operation, limit).await? })
        };
        let answer = tokio::time::timeout(within, whole).await;
        answer.unwrap_or_else(|_| Err(timeout(server, TimeoutPhase::Answer, within)))
    }

    async fn body(
        &self,
        mut response: Response,
        server: &str,
        operation: &'static str,
        limit: u64,
    ) -> Result<Vec<u8>, Error> {
        let announced = response.content_length().unwrap_or(0).min(limit);
        let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
        while let Some(chunk) = self.chunk(&mut response, server, operation).await? {
            if (body.len() + chunk.len()) as u64 > limit {
                return Err(Error::TooLarge { server: server.to_owned(), operation, limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// What a failed request means. The URL inside a `reqwest::Error` never gets out.
    fn explain(&self, error: &reqwest::Error, server: &str, operation: &'static str) -> Error {
        let server = server.to_owned();
        let causes = || causes(error);
        if !error.is_connect() {
            let io = causes().find_map(|cause| cause.downcast_ref::<io::Error>());
            let reason = io.map_or_else(|| "it was closed early".to_owned(), plain);
            return Error::Interrupted { server, operation, reason };
        }
        if error.is_timeout() {
            return timeout(&server, TimeoutPhase::Connect, self.timeouts.connect);
        }
        if let Some(tls) = causes().find_map(tls_error) {
            return match (self.refused.latest(), tls) {
                (Some(presented), rustls::Error::InvalidCertificate(_)) => {
                    Error::NotTrusted(Box::new(NotTrusted {
                        server,
                        presented,
                        expected: self.trust.pinned(),
                        reported_by: None,
                    }))
                }
                (_, rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType)) => Error::Tls {
                    server,
                    reason: "what answers there does not speak TLS".into(),
                    is_plain: true,
                },
                (_, tls) => Error::Tls { server, reason: tls.to_string(), is_plain: false },
            };
        }
        if error.is_dns() {
            let unanswered = causes().find_map(|cause| cause.downcast_ref::<Unanswered>());
            let source = causes().last().map_or_else(String::new, ToString::to_string).into();
            return Error::Resolve { server, unanswered: unanswered.map(|gave_up| gave_up.after), source };
        }
        match causes().find_map(|cause| cause.downcast_ref::<io::Error>()) {
            Some(io) if io.kind() == io::ErrorKind::UnexpectedEof => {
                let reason = "the other side hung up in the middle of the handshake".into();
                Error::Tls { server, reason, is_plain: false }
            }
            Some(io) => Error::Connect { server, reason: plain(io) },
            None => Error::Connect {
                server,
                reason: causes().last().map_or_else(String::new, ToString::to_string),
            },
        }
    }
}

fn timeout(server: &str, phase: TimeoutPhase, after: Duration) -> Error {
    Error::Timeout { server: server.to_owned(), phase, after }
}

/// The certificate that the answer came under.
pub(crate) fn certificate(response: &Response) -> Option<Thumbprint> {
    let tls: &reqwest::tls::TlsInfo = response.extensions().get()?;
    tls.peer_certificate().map(Thumbprint::sha256)
}

/// The error for a status that the operation does not accept.
pub(crate) fn refused(server: &str, operation: &'static str, status: StatusCode) -> Error {
    let (server, status, is_redirect) = (server.to_owned(), status.as_u16(), status.is_redirection());
    if is_redirect {
        Error::Redirected { server, operation, status }
    } else {
        Error::Status { server, operation, status }
    }
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source())
}

/// rustls' errors travel inside `io::Error`s, at times inside one another, which do not name them as their source.
fn tls_error<'a>(cause: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    match cause.downcast_ref::<io::Error>() {
        Some(io) => tls_error(io.get_ref()?),
        None => cause.downcast_ref(),
    }
}

fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "the connection was refused".into(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            "the connection was reset".into()
        }
        io::ErrorKind::UnexpectedEof => "it was closed early".into(),
        io::ErrorKind::HostUnreachable => "the host is unreachable".into(),
        io::ErrorKind::NetworkUnreachable => "the network is unreachable".into(),
        io::ErrorKind::TimedOut => "it did not answer".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_server_that_never_answers_is_told_as_such() {
        let silent = |_: &str| loop {
            std::thread::park();
        };
        let resolver = Resolver { within: Duration::ZERO, lookup: silent };
        let server = "vcsa.lab.local";
        let http = Http::with_resolver(server, Trust::System, Timeouts::default(), resolver).unwrap();
        let request = http.get(format!("https://{server}/sdk"));
        let error = http.answer(request, server, "a test", &[], 0).await.err().unwrap();
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            (
                "name_not_resolved",
                "the name of vcsa.lab.local cannot be resolved: no name server answered within 0 s"
            )
        );
        assert!(error.hint().unwrap().contains("name servers"), "{error:?}");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(error.to_string().contains(&cause), "told once: {cause}");
    }
}
