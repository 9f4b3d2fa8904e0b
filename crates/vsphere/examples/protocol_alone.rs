//! What the wire alone costs: signs in, reads the inventory and downloads the bundle of every host to nowhere. No file,
//! no check, no hash, no record. `cargo xtask bench` measures it beside the backup that does all of that.
//!
//! The password is the one line on standard input. Prints one document of JSON: how many hosts, how many bytes.
#![allow(clippy::print_stdout, reason = "a program of the developers")]

use std::error::Error;

use secrecy::SecretString;
use tokio::task::JoinSet;
use vsphere::inventory::{self, HostSystem};
use vsphere::transfer::{Route, fetch_bundle};
use vsphere::{Client, ConnectOptions, Credentials, Session, SignedIn, Timeouts, Trust};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, user, thumbprint, concurrency] = arguments.as_slice() else {
        return Err("usage: protocol_alone URL USER THUMBPRINT CONCURRENCY".into());
    };
    let mut password = String::new();
    std::io::stdin().read_line(&mut password)?;
    let client = Client::connect(ConnectOptions {
        address: address.parse()?,
        trust: Trust::Pinned(thumbprint.parse()?),
        timeouts: Timeouts::default(),
    })
    .await?;
    let password = SecretString::from(password.trim_end());
    let signed_in = SignedIn::sign_in(&client, Credentials { user: user.clone(), password }).await?;
    let downloaded = download_all(signed_in.session(), concurrency.parse()?).await;
    signed_in.sign_out().await;
    let (hosts, bytes) = downloaded?;
    println!(r#"{{"hosts":{hosts},"bytes":{bytes}}}"#);
    Ok(())
}

async fn download_all(session: &Session, concurrency: usize) -> Result<(usize, u64)> {
    let hosts = inventory::read(session).await?;
    let (count, mut bytes) = (hosts.len(), 0);
    let mut left = hosts.into_iter();
    let mut downloads = JoinSet::new();
    loop {
        while downloads.len() < concurrency
            && let Some(host) = left.next()
        {
            downloads.spawn(download(session.clone(), host));
        }
        let Some(downloaded) = downloads.join_next().await else { return Ok((count, bytes)) };
        bytes += downloaded??;
    }
}

async fn download(session: Session, host: HostSystem) -> Result<u64> {
    let route = Route::to(&session, &host, None).await?;
    let fetched = fetch_bundle(&session, &host, &route, &mut tokio::io::sink(), |_, _| {}).await?;
    Ok(fetched.bytes)
}
