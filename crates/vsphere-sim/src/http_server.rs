//! Requests: which there are, what each leads to, and the fault rules' say in it. Every request ends up in the list of
//! requests, with what was answered.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;

use crate::bundle::{with_uuid, without_manifest};
use crate::faults::{On, Strike, What};
use crate::inventory::{host_of, resolve};
use crate::methods::{Answered, serve};
use crate::network::Connection;
use crate::reply::{Body, Reply, instead};
use crate::requests::{Answer, Request as Entry};
use crate::sessions::{COOKIE, Caller, touch};
use crate::signatures;
use crate::soap::{self, Call, SoapFault, parse_call};
use crate::transfer::{self, Refused, UPLOAD_PATH, authorize, cookie, credentials, normal_path};
use crate::versions;
use crate::world::Server;

/// Larger SOAP requests are refused.
const MAX_SOAP: usize = 8 * 1024 * 1024;
/// Larger uploads are refused.
const MAX_UPLOAD: usize = 128 * 1024 * 1024;

/// Any other UUID than a host's.
const SOMEONE_ELSE: &str = "00000000-dead-beef-0000-00000000cafe";

/// What a request led to, before it is recorded.
struct Outcome {
    answer: Answer,
    /// `None` drops the connection.
    response: Option<Response<Body>>,
}

/// Goes to the list of requests when it is dropped, so that one which stalled until the client gave up is there, too.
struct Recorded<'a> {
    connection: &'a Connection,
    entry: Entry,
}

impl Drop for Recorded<'_> {
    fn drop(&mut self) {
        self.connection.world.record(self.entry.clone());
    }
}

/// Serves one request. An error drops the connection.
pub(crate) async fn respond(
    connection: &Arc<Connection>,
    request: Request<Incoming>,
) -> io::Result<Response<Body>> {
    let path = normal_path(request.uri().path());
    let entry = Entry {
        server: connection.world.name(connection.server).to_string(),
        kind: format!("{} {}", request.method(), anonymous(&path)),
        host: host_name(connection),
        object: None,
        credentials: credentials(request.headers()),
        answer: Answer::Nothing,
    };
    let mut recorded = Recorded { connection, entry };
    let outcome = if *request.method() == Method::POST && (path == "/sdk" || path == "/sdk/vimService") {
        soap_call(connection, request, &mut recorded.entry).await
    } else {
        transfer(connection, request, &path).await
    };
    recorded.entry.answer = outcome.answer;
    outcome.response.ok_or_else(|| io::ErrorKind::ConnectionAborted.into())
}

/// Plain HTTP: the same place on TLS, by the name that the client used. The port is this one, whether or not the client
/// named it, because no other serves TLS here.
pub(crate) fn redirect_to_https(connection: &Connection, request: &Request<Incoming>) -> Response<Body> {
    let address = connection.world.address(connection.server);
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let named = named.and_then(|host| host.split(':').next()).filter(|name| !name.is_empty());
    let name = named.map_or_else(|| address.ip().to_string(), String::from);
    connection.world.record(Entry {
        server: connection.world.name(connection.server).to_string(),
        kind: format!("http {} {}", request.method(), anonymous(&normal_path(request.uri().path()))),
        host: host_name(connection),
        object: None,
        credentials: credentials(request.headers()),
        answer: Answer::Status(301),
    });
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    Reply::text(StatusCode::MOVED_PERMANENTLY)
        .with(header::LOCATION, format!("https://{name}:{}{target}", address.port()))
        .whole()
}

async fn soap_call(connection: &Arc<Connection>, request: Request<Incoming>, entry: &mut Entry) -> Outcome {
    let world = &connection.world;
    let (head, body) = request.into_parts();
    let body = match read(body, MAX_SOAP).await {
        Ok(body) => body,
        Err(outcome) => return outcome,
    };
    let call = match parse_call(&body) {
        Ok(call) => call,
        Err(error) => return fault(connection, &SoapFault::invalid_request(error), None),
    };
    entry.kind.clone_from(&call.method);
    entry.object = Some(call.this.id.clone());
    let text = |name| {
        head.headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok()).unwrap_or_default()
    };
    let Some(version) =
        versions::negotiated(&world.options.versions, text(header::HeaderName::from_static("soapaction")))
    else {
        return fault(connection, &SoapFault::invalid_request("Unsupported version URI"), None);
    };
    if let Err(refused) = signatures::check(&call) {
        return fault(connection, &refused, None);
    }
    let session = cookie(&head.headers, COOKIE).and_then(|cookie| touch(world, connection.server, &cookie));
    let caller = Caller {
        server: connection.server,
        session,
        version,
        address: connection.peer.ip().to_string(),
        user_agent: text(header::USER_AGENT).to_string(),
    };
    let object = resolve(world, connection.server, &call.this);
    let host = object.as_ref().and_then(|object| host_of(world, object));
    if let Some(index) = host {
        entry.host = Some(world.hosts[index].spec.name.clone());
    }
    let struck = host.or(match connection.server {
        Server::VCenter => None,
        Server::Host(index) => Some(index),
    });
    let strike = world.strike(&On::Soap(call.method.clone()), struck);
    if let Some(outcome) = before(connection, strike.as_ref()).await {
        return outcome;
    }
    let what = strike.as_ref().map(|strike| &strike.what);
    if let Some(What::Fault(raised)) = what {
        return fault(connection, raised, None);
    }
    let Some(object) = object else {
        let missing = if caller.session.is_some() {
            SoapFault::object_not_found(&call.this.kind, call.this.id.clone())
        } else {
            SoapFault::not_authenticated(&call.this.kind, call.this.id.clone())
        };
        return fault(connection, &missing, what);
    };
    let answered = serve(world, &caller, &call, &object, what).await;
    if matches!(what, Some(What::DropAfterRequest)) {
        return Outcome { answer: Answer::Nothing, response: None };
    }
    match answered {
        Ok(answered) => soap_reply(connection, &call, answered, what),
        Err(raised) => fault(connection, &raised, what),
    }
}

fn soap_reply(connection: &Connection, call: &Call, answered: Answered, what: Option<&What>) -> Outcome {
    let options = &connection.world.options;
    let reply = match answered {
        Answered::Values(values) => Reply::xml(soap::reply(&call.method, &values, &options.xsi_prefix)),
        Answered::LoggedIn(key, session) => {
            let value = if options.quoted_cookies { format!("\"{key}\"") } else { key };
            Reply::xml(soap::reply(&call.method, &[session], &options.xsi_prefix))
                .with(header::SET_COOKIE, format!("{COOKIE}={value}; Path=/; HttpOnly; Secure; "))
        }
        Answered::Dropped => return Outcome { answer: Answer::Nothing, response: None },
        Answered::TooManySessions => Reply::text(StatusCode::SERVICE_UNAVAILABLE),
    };
    Outcome { answer: Answer::Status(reply.status.as_u16()), response: Some(reply.spoiled(what)) }
}

fn fault(connection: &Connection, raised: &SoapFault, what: Option<&What>) -> Outcome {
    let body = soap::fault(raised, &connection.world.options.xsi_prefix);
    let reply = Reply { status: StatusCode::INTERNAL_SERVER_ERROR, ..Reply::xml(body) };
    Outcome { answer: Answer::Fault(raised.kind.clone()), response: Some(reply.spoiled(what)) }
}

async fn transfer(connection: &Arc<Connection>, request: Request<Incoming>, path: &str) -> Outcome {
    let host = match connection.server {
        Server::VCenter => None,
        Server::Host(index) => Some(index),
    };
    let verb = request.method().clone();
    let on = if verb == Method::PUT { On::Put } else { On::Get };
    let strike = connection.world.strike(&on, host);
    if let Some(outcome) = before(connection, strike.as_ref()).await {
        return outcome;
    }
    let what = strike.as_ref().map(|strike| &strike.what);
    if let Some(What::Fault(raised)) = what {
        return fault(connection, raised, None);
    }
    let reply = match (&verb, path, host) {
        (&Method::GET, "/sdk/vimServiceVersions.xml", _) => {
            Ok(Reply::xml(versions::document(&connection.world.options.versions)))
        }
        (&Method::GET, "/sdk/vimService.wsdl", _) => Ok(Reply::xml(versions::WSDL)),
        (&Method::GET | &Method::HEAD, "/", _) => Ok(Reply::html(StatusCode::OK)),
        (_, UPLOAD_PATH, Some(host)) => upload(connection, host, request).await,
        (&Method::GET | &Method::HEAD, _, Some(host)) if path.starts_with("/downloads/") => {
            Ok(download(connection, host, &request, path, what))
        }
        (&Method::GET | &Method::HEAD, _, _) => Ok(Reply::text(StatusCode::NOT_FOUND)),
        _ => Ok(Reply::text(StatusCode::METHOD_NOT_ALLOWED)),
    };
    let reply = match reply {
        Ok(reply) => reply,
        Err(outcome) => return outcome,
    };
    if matches!(what, Some(What::DropAfterRequest)) {
        return Outcome { answer: Answer::Nothing, response: None };
    }
    Outcome { answer: Answer::Status(reply.status.as_u16()), response: Some(reply.spoiled(what)) }
}

fn download(
    connection: &Connection,
    host: usize,
    request: &Request<Incoming>,
    path: &str,
    what: Option<&What>,
) -> Reply {
    let world = &connection.world;
    let spec = &world.hosts[host].spec;
    if let Err(refused) = authorize(world, host, spec.download, request.headers(), "GET", path) {
        return refusal(&refused);
    }
    let Some(bundle) = transfer::fetch(world, host, path) else { return Reply::text(StatusCode::NOT_FOUND) };
    let bundle = match what {
        Some(What::NotGzip) => Bytes::from_static(b"this is not the bundle that you are looking for\n"),
        Some(What::NoManifest) => without_manifest(&bundle).into(),
        Some(What::WrongUuid) => with_uuid(&bundle, spec, SOMEONE_ELSE).into(),
        _ => bundle,
    };
    Reply::new(StatusCode::OK, "application/octet-stream", bundle)
}

async fn upload(connection: &Connection, host: usize, request: Request<Incoming>) -> Result<Reply, Outcome> {
    let world = &connection.world;
    let verb = request.method().clone();
    let (head, body) = request.into_parts();
    if let Err(refused) =
        authorize(world, host, world.hosts[host].spec.upload, &head.headers, verb.as_str(), UPLOAD_PATH)
    {
        return Ok(refusal(&refused));
    }
    match verb {
        Method::PUT => {
            let body = read(body, MAX_UPLOAD).await?;
            let mut state = world.hosts[host].state();
            state.last_upload = Some(body.clone());
            let status =
                if state.upload.replace(body).is_some() { StatusCode::OK } else { StatusCode::CREATED };
            Ok(Reply::text(status))
        }
        Method::GET | Method::HEAD => Ok(Reply::text(StatusCode::NOT_FOUND)),
        _ => Ok(Reply::text(StatusCode::METHOD_NOT_ALLOWED)),
    }
}

/// What a rule does before a request takes effect. `None` goes on.
async fn before(connection: &Connection, strike: Option<&Strike>) -> Option<Outcome> {
    let strike = strike?;
    if !strike.delay.is_zero() {
        tokio::time::sleep(strike.delay).await;
    }
    let dropped = Outcome { answer: Answer::Nothing, response: None };
    match &strike.what {
        What::Reset => {
            connection.reset.store(true, Ordering::Relaxed);
            Some(dropped)
        }
        What::Stall => std::future::pending().await,
        What::Until(notified) => {
            notified.notified().await;
            None
        }
        What::ChangedCertificate => {
            connection.world.change_identity(connection.server);
            Some(dropped)
        }
        what => instead(what).map(|response| Outcome {
            answer: Answer::Status(response.status().as_u16()),
            response: Some(response),
        }),
    }
}

async fn read(body: Incoming, limit: usize) -> Result<Bytes, Outcome> {
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let reply = Reply::text(StatusCode::PAYLOAD_TOO_LARGE);
            Err(Outcome { answer: Answer::Status(413), response: Some(reply.whole()) })
        }
        Err(_) => Err(Outcome { answer: Answer::Nothing, response: None }),
    }
}

fn refusal(refused: &Refused) -> Reply {
    match refused {
        Refused::Unauthorized => Reply::text(StatusCode::UNAUTHORIZED)
            .with(header::WWW_AUTHENTICATE, "Basic realm=\"VMware HTTP server\""),
        Refused::Forbidden => Reply::text(StatusCode::FORBIDDEN),
    }
}

fn host_name(connection: &Connection) -> Option<String> {
    match connection.server {
        Server::VCenter => None,
        Server::Host(index) => Some(connection.world.hosts[index].spec.name.clone()),
    }
}

/// The path without the UUID, which is the secret of a download.
fn anonymous(path: &str) -> String {
    match path.strip_prefix("/downloads/").and_then(|rest| rest.split_once('/')) {
        Some((_, name)) => format!("/downloads/<uuid>/{name}"),
        None => path.to_string(),
    }
}
