//! The client against a simulated vCenter and ESXi over real TLS. What a peer that others wrote can answer is tested
//! against that peer (`tests/govmomi.rs` of the root package); this is for what only a simulator can be told to do.
#![allow(clippy::unwrap_used, reason = "setting up a test may panic")]

mod errors;
mod inventory;
mod maintenance;
mod recovery;
mod session;
mod surroundings;
mod transfer;
mod trust;

use std::time::Duration;

use secrecy::SecretString;
use vsphere::task::{self, TaskState};
use vsphere::{
    ApiType, Client, ConnectOptions, Credentials, Error, MoRef, Session, SignedIn, Timeouts, Trust,
};
use vsphere_sim::{HostSpec, Options, Simulator};

/// Short enough for a test of what never answers, long enough for a busy machine.
const QUICK: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    idle: Duration::from_secs(1),
    call: Duration::from_secs(2),
    transfer: Duration::from_secs(10),
};

fn connect_options(sim: &Simulator) -> ConnectOptions {
    ConnectOptions {
        address: sim.url().parse().unwrap(),
        trust: Trust::Pinned(sim.thumbprint().parse().unwrap()),
        timeouts: QUICK,
    }
}

fn credentials() -> Credentials {
    let Options { user, password, .. } = Options::default();
    Credentials { user, password: SecretString::from(password) }
}

async fn connect(sim: &Simulator) -> Result<Client, Error> {
    Client::connect(connect_options(sim)).await
}

async fn sign_in(sim: &Simulator) -> SignedIn {
    let client = connect(sim).await.unwrap();
    let user = match client.about().api_type {
        ApiType::VCenter => credentials().user,
        ApiType::Esxi => "root".into(),
    };
    SignedIn::sign_in(&client, Credentials { user, ..credentials() }).await.unwrap()
}

/// A vCenter with one host of this kind.
async fn one_host(host: HostSpec) -> Simulator {
    Simulator::start(Options { hosts: vec![host], ..Options::default() }).await.unwrap()
}

/// How a task ends.
async fn ended(session: &Session, task: &MoRef) -> TaskState {
    loop {
        match task::state(session, task).await.unwrap() {
            TaskState::Queued | TaskState::Running(_) => {}
            state => return state,
        }
    }
}

/// A failure as a person reads it, without what differs from run to run.
fn shown(error: &Error, sim: &Simulator) -> String {
    let mut text =
        format!("{}\n{error}\nhint: {}", error.code(), error.hint().unwrap_or_else(|| "none".into()));
    for host in sim.hosts() {
        text = text.replace(&host.address().ip().to_string(), "<host>");
    }
    text.replace(&sim.address().ip().to_string(), "<server>")
        .replace(&format!(":{}", sim.address().port()), ":<port>")
}
