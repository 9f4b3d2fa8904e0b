//! Taking a bundle in: whole, a bundle by its first bytes, and no larger than a bundle may be.

use reqwest::Response;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::MAX_BUNDLE;
use super::offer::Verb;
use super::route::Route;
use crate::error::Error;
use crate::http::Http;

pub(super) async fn receive(
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
