//! Replies before they become HTTP: whole ones, and those that a fault rule spoils on the way out.

use std::io;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;

use crate::faults::What;

pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// A reply with a body that is known.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Reply {
        Reply { status, content_type, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn text(status: StatusCode) -> Reply {
        Reply::new(status, "text/plain", status.to_string())
    }

    pub(crate) fn html(status: StatusCode) -> Reply {
        let page = "<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>Sign in to continue</h1></body></html>\n";
        Reply::new(status, "text/html", page)
    }

    pub(crate) fn xml(body: impl Into<Bytes>) -> Reply {
        Reply::new(StatusCode::OK, "text/xml; charset=utf-8", body)
    }

    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Reply {
        self.headers.push((name, value.into()));
        self
    }

    /// The whole reply.
    pub(crate) fn whole(self) -> Response<Body> {
        let body = self.body.clone();
        self.head(Full::new(body).map_err(|never| match never {}).boxed_unsync())
    }

    /// The reply as a rule spoils it, or the whole one.
    pub(crate) fn spoiled(mut self, what: Option<&What>) -> Response<Body> {
        match what {
            Some(What::Truncate(sent)) => {
                let body = cut(&self.body, *sent, Ending::Dropped);
                self.announced().head(body)
            }
            Some(What::StallAfter(sent)) => {
                let body = cut(&self.body, *sent, Ending::Silence);
                self.announced().head(body)
            }
            Some(What::WrongLength) => {
                self.body.truncate(self.body.len() / 2);
                self.whole()
            }
            _ => self.whole(),
        }
    }

    fn announced(self) -> Reply {
        let length = self.body.len().to_string();
        self.with(header::CONTENT_LENGTH, length)
    }

    fn head(self, body: Body) -> Response<Body> {
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

/// The replies that need no request to be served: what a rule answers by itself.
pub(crate) fn instead(what: &What) -> Option<Response<Body>> {
    Some(match what {
        What::Status(status) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let reply = Reply::text(status);
            match status {
                StatusCode::UNAUTHORIZED => reply.with(header::WWW_AUTHENTICATE, "Basic realm=\"VMware HTTP server\""),
                _ => reply,
            }
            .whole()
        }
        What::HtmlOk => Reply::html(StatusCode::OK).whole(),
        What::MalformedXml => Reply::xml("<?xml version=\"1.0\"?>\n<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body><Broken xmlns=\"urn:vim25\"><returnval>").whole(),
        What::EntityBomb => Reply::xml(entity_bomb()).whole(),
        What::EndlessXml => Reply::xml("").head(endless()),
        What::Redirect(url) => {
            Reply::text(StatusCode::MOVED_PERMANENTLY).with(header::LOCATION, url.clone()).whole()
        }
        _ => return None,
    })
}

enum Ending {
    Dropped,
    Silence,
}

fn cut(body: &Bytes, sent: usize, ending: Ending) -> Body {
    let part = body.slice(..sent.min(body.len()));
    let steps = stream::unfold(Some((part, ending)), |state| async move {
        let (part, ending) = state?;
        if !part.is_empty() {
            return Some((Ok(Frame::data(part)), Some((Bytes::new(), ending))));
        }
        match ending {
            Ending::Silence => std::future::pending().await,
            Ending::Dropped => {
                // What was sent so far has to be on its way before the connection goes.
                for _ in 0..3 {
                    tokio::task::yield_now().await;
                }
                Some((Err(io::ErrorKind::ConnectionAborted.into()), None))
            }
        }
    });
    StreamBody::new(steps).boxed_unsync()
}

fn endless() -> Body {
    let start = Bytes::from_static(b"<?xml version=\"1.0\"?><soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>");
    let more = Bytes::from(b"<a>more</a>".repeat(1000));
    let steps = stream::unfold(false, move |started| {
        let part = if started { more.clone() } else { start.clone() };
        async move { Some((Ok(Frame::data(part)), true)) }
    });
    StreamBody::new(steps).boxed_unsync()
}

fn entity_bomb() -> String {
    let mut text = String::from("<?xml version=\"1.0\"?>\n<!DOCTYPE bomb [<!ENTITY a0 \"boom\">");
    for level in 1..10 {
        let below = format!("&a{};", level - 1).repeat(10);
        text = format!("{text}<!ENTITY a{level} \"{below}\">");
    }
    text.push_str("]>\n<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>&a9;</soapenv:Body></soapenv:Envelope>");
    text
}
