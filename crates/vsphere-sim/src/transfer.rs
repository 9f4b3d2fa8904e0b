//! Transfers: bundles that were asked for, until they expire, and uploads.

use std::collections::HashMap;

use bytes::Bytes;
use http::{HeaderMap, header};
use percent_encoding::percent_decode_str;
use tokio::time::Instant;
use uuid::Uuid;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::bundle::Content;
use crate::options::BundleHost;
use crate::requests::Credentials;
use crate::sessions::{COOKIE, TICKET_COOKIE, check_root, redeem, touch};
use crate::specs::Accepts;
use crate::world::{Server, World};

/// Where bundles are uploaded to.
pub(crate) const UPLOAD_PATH: &str = "/tmp/configBundle.tgz";
/// So many bundles are remembered; the oldest expire early.
const DOWNLOADS_KEPT: usize = 50_000;

/// The bundles that can be downloaded, by host and path. They are packed when they are fetched.
pub(crate) type Downloads = HashMap<(usize, String), Download>;

pub(crate) struct Download {
    content: Content,
    counter: u64,
    expires: Instant,
}

/// Why a transfer is refused.
pub(crate) enum Refused {
    /// 401.
    Unauthorized,
    /// 403: the credentials are right, but lockdown mode keeps root out.
    Forbidden,
}

/// Prepares a bundle for download; returns its URL.
pub(crate) fn offer(world: &World, host: usize) -> String {
    let (content, counter) = {
        let mut state = world.hosts[host].state();
        state.backups += 1;
        (state.content.clone(), state.backups)
    };
    let shape = &world.options.bundle_url;
    let folder = if shape.uuid_folder { format!("{}/", Uuid::new_v4()) } else { String::new() };
    let path = format!("/downloads/{folder}configBundle-{}.tgz", content.hostname);
    let now = Instant::now();
    let mut state = world.state();
    if state.downloads.len() >= DOWNLOADS_KEPT {
        state.downloads.retain(|_, download| download.expires > now + world.options.bundle_life / 2);
    }
    state.downloads.insert(
        (host, path.clone()),
        Download { content, counter, expires: now + world.options.bundle_life },
    );
    drop(state);
    let slash = if shape.double_slash { "/" } else { "" };
    format!("{}{slash}{path}", origin(world, host))
}

/// Where the host takes uploads.
pub(crate) fn upload_url(world: &World, host: usize) -> String {
    format!("{}{UPLOAD_PATH}", origin(world, host))
}

/// The bundle at a path as it was asked for, unless there is none or it has expired.
pub(crate) fn fetch(world: &World, host: usize, path: &str) -> Option<Bytes> {
    // Offered as the host calls itself, asked for as a URL can say it.
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let (content, counter) = {
        let mut state = world.state();
        let key = (host, path.into_owned());
        let download = state.downloads.get(&key)?;
        if download.expires <= Instant::now() {
            state.downloads.remove(&key);
            return None;
        }
        (download.content.clone(), download.counter)
    };
    Some(world.bundle(host, &content, counter))
}

/// Which credentials a request carries.
pub(crate) fn credentials(headers: &HeaderMap) -> Credentials {
    if cookie(headers, TICKET_COOKIE).is_some() {
        Credentials::Ticket
    } else if headers.contains_key(header::AUTHORIZATION) {
        Credentials::Basic
    } else if cookie(headers, COOKIE).is_some() {
        Credentials::Cookie
    } else {
        Credentials::None
    }
}

/// Lets a transfer through or not. A ticket is used up by being tried.
pub(crate) fn authorize(
    world: &World,
    host: usize,
    accepts: Accepts,
    headers: &HeaderMap,
    verb: &str,
    path: &str,
) -> Result<(), Refused> {
    let ticket = cookie(headers, TICKET_COOKIE).is_some_and(|id| redeem(world, &id, host, verb, path));
    if accepts.anyone || (accepts.ticket && ticket) {
        return Ok(());
    }
    let session = cookie(headers, COOKIE).and_then(|cookie| touch(world, Server::Host(host), &cookie));
    if accepts.cookie && session.is_some() {
        return Ok(());
    }
    let basic = basic(headers).is_some_and(|(user, password)| check_root(world, host, &user, &password));
    if accepts.basic && basic {
        return if world.hosts[host].state().lockdown { Err(Refused::Forbidden) } else { Ok(()) };
    }
    Err(Refused::Unauthorized)
}

/// The value of a cookie, as it came.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get_all(header::COOKIE).iter().find_map(|value| {
        value.to_str().ok()?.split(';').find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then(|| value.trim().to_string())
        })
    })
}

/// One slash where there were two.
pub(crate) fn normal_path(path: &str) -> String {
    format!("/{}", path.trim_start_matches('/'))
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let text = String::from_utf8(BASE64.decode(value.strip_prefix("Basic ")?.trim()).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.into(), password.into()))
}

fn origin(world: &World, host: usize) -> String {
    let shape = &world.options.bundle_url;
    let name = match &shape.host {
        BundleHost::Star => "*".to_string(),
        BundleHost::Address => world.hosts[host].address.to_string(),
        BundleHost::Literal(name) => name.clone(),
    };
    let port = if shape.explicit_port { format!(":{}", world.port) } else { String::new() };
    format!("{}://{name}{port}", if shape.https { "https" } else { "http" })
}
