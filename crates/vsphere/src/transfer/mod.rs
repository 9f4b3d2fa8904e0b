//! Moving a bundle between this machine and the host itself.
//!
//! A bundle never passes through vCenter: its URL says `*` where the host's address belongs, and the host's
//! own HTTPS server has it. So a transfer has a [`Route`] of its own: the addresses to try, the certificate to
//! expect there, and the credentials to offer, weakest first.

mod offer;
mod receive;
mod route;

use bytes::Bytes;
use tokio::io::AsyncWrite;

pub use route::{BundleUrl, Route};

use crate::certificate::Thumbprint;
use crate::error::{Error, TimeoutPhase};
use crate::firmware;
use crate::http::{Http, certificate};
use crate::inventory::HostSystem;
use crate::session::Session;
use offer::{Transfer, Verb};
use receive::receive;

/// A bundle that arrived whole, as far as its length and its first bytes tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downloaded {
    /// Its size in bytes.
    pub bytes: u64,
    /// The address that it came from.
    pub address: String,
    /// The SHA-256 thumbprint of the certificate that the host showed.
    pub thumbprint: Option<Thumbprint>,
}

/// The largest bundle that is taken: real ones have tens of KiB to a few MiB.
pub const MAX_BUNDLE: u64 = 256 * 1024 * 1024;

/// Lets the host pack its configuration and writes the bundle into `sink` as it comes, byte for byte.
///
/// A bundle that has vanished before it was fetched is asked for once more. `received` is told the number of
/// bytes so far and the length that the host announced.
///
/// # Errors
/// Those of [`firmware::backup_configuration`], and of the transfer: nothing has been written to `sink` unless
/// the error is one that can only come in the middle.
pub async fn fetch_bundle(
    session: &Session,
    host: &HostSystem,
    route: &Route,
    sink: &mut (impl AsyncWrite + Unpin),
    mut received: impl FnMut(u64, Option<u64>),
) -> Result<Downloaded, Error> {
    let Some(firmware_system) = &host.firmware_system else {
        return Err(Error::NoFirmwareSystem { host: host.name.clone() });
    };
    let url = firmware::backup_configuration(session, firmware_system).await?;
    match download(session, route, &url, sink, &mut received).await {
        Err(Error::BundleGone { .. }) => {
            tracing::info!(host = host.name, "the bundle vanished before it was fetched; asking for another");
            let url = firmware::backup_configuration(session, firmware_system).await?;
            download(session, route, &url, sink, &mut received).await
        }
        fetched => fetched,
    }
}

/// Writes the bundle at `url` into `sink`.
pub async fn download(
    session: &Session,
    route: &Route,
    url: &BundleUrl,
    sink: &mut (impl AsyncWrite + Unpin),
    mut received: impl FnMut(u64, Option<u64>),
) -> Result<Downloaded, Error> {
    let http = Http::new(&route.host, route.trust, session.client().timeouts())?;
    let whole = async {
        let transfer = Transfer { session, route, http: &http, verb: Verb::Get, body: None };
        let (response, target) = transfer.offer(url).await?;
        let thumbprint = certificate(&response);
        let bytes = receive(&http, route, response, sink, &mut received).await?;
        let address = target.host_str().unwrap_or_default();
        Ok(Downloaded { bytes, address: address.trim_matches(['[', ']']).to_owned(), thumbprint })
    };
    within(http.timeouts.transfer, &route.host, whole).await
}

/// Sends `bundle` to where [`firmware::query_upload_url`] said. Offers the session's cookie or a ticket, then
/// the host's own credentials.
///
/// # Errors
/// [`Error::TransferRefused`] when the host wants credentials that the route does not have.
pub async fn upload(session: &Session, route: &Route, url: &BundleUrl, bundle: Bytes) -> Result<(), Error> {
    let http = Http::new(&route.host, route.trust, session.client().timeouts())?;
    let transfer = Transfer { session, route, http: &http, verb: Verb::Put, body: Some(bundle) };
    within(http.timeouts.transfer, &route.host, transfer.offer(url)).await.map(drop)
}

async fn within<T>(
    limit: std::time::Duration,
    host: &str,
    transfer: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::time::timeout(limit, transfer).await.unwrap_or_else(|_| {
        Err(Error::Timeout { server: host.to_owned(), phase: TimeoutPhase::Finish, after: limit })
    })
}
