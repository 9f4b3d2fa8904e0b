//! `HostFirmwareSystem` and what a restore does to a host.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::bundle::{Content, Refusal, Restorable, read};
use crate::network;
use crate::options::RestoreReply;
use crate::sessions::Caller;
use crate::soap::{Call, SoapFault, Value};
use crate::specs::{ConnectionState, HostSpec, Licence};
use crate::transfer::{self, UPLOAD_PATH};
use crate::world::{Server, World};

/// What the caller gets.
pub(crate) enum Outcome {
    Value(Value),
    Nothing,
    /// No reply: the connection drops.
    Dropped,
}

/// `BackupFirmwareConfiguration`.
pub(crate) async fn backup(world: &Arc<World>, caller: &Caller, host: usize) -> Result<Outcome, SoapFault> {
    require_reachable(world, caller.server, host)?;
    if world.hosts[host].spec.licence == Licence::Free {
        return Err(SoapFault::restricted_version());
    }
    if !world.options.backup_time.is_zero() {
        tokio::time::sleep(world.options.backup_time).await;
        require_reachable(world, caller.server, host)?;
    }
    Ok(Outcome::Value(Value::text(transfer::offer(world, host))))
}

/// `QueryFirmwareConfigUploadURL`.
pub(crate) fn upload_url(world: &World, caller: &Caller, host: usize) -> Result<Outcome, SoapFault> {
    require_reachable(world, caller.server, host)?;
    require_writable(&world.hosts[host].spec)?;
    Ok(Outcome::Value(Value::text(transfer::upload_url(world, host))))
}

/// `RestoreFirmwareConfiguration`: checks the uploaded bundle, then the host reboots with it.
pub(crate) fn restore(
    world: &Arc<World>,
    caller: &Caller,
    host: usize,
    call: &Call,
) -> Result<Outcome, SoapFault> {
    let force = call.arguments.bool_of("force").ok_or_else(|| SoapFault::invalid_argument("force"))?;
    require_reachable(world, caller.server, host)?;
    let spec = &world.hosts[host].spec;
    require_writable(spec)?;
    let upload = {
        let state = world.hosts[host].state();
        if !state.in_maintenance_mode {
            return Err(SoapFault::invalid_state());
        }
        state.upload.clone()
    };
    let upload = upload.ok_or_else(|| {
        SoapFault::new("FileFault", format!("File {UPLOAD_PATH} was not found")).text("file", UPLOAD_PATH)
    })?;
    let restorable = match read(&upload, spec) {
        Ok(restorable) => restorable,
        Err(Refusal::Invalid(text)) => {
            return Err(SoapFault::new("InvalidBundle", "The bundle is invalid.").text("text", text));
        }
        Err(Refusal::Release { release_level, uuid }) => return Err(mismatched(spec, uuid, &release_level)),
    };
    if !force && restorable.uuid != Some(spec.uuid) {
        return Err(mismatched(spec, restorable.uuid, &restorable.release_level));
    }
    take_over(world, host, restorable);
    reboot(world, host);
    answer(world, caller)
}

/// `ResetFirmwareToFactoryDefaults`.
pub(crate) fn reset(world: &Arc<World>, caller: &Caller, host: usize) -> Result<Outcome, SoapFault> {
    require_reachable(world, caller.server, host)?;
    require_writable(&world.hosts[host].spec)?;
    if !world.hosts[host].state().in_maintenance_mode {
        return Err(SoapFault::invalid_state());
    }
    let identity = world.fresh_identity(Server::Host(host));
    {
        let mut state = world.hosts[host].state();
        state.content = Content::factory(identity.clone(), world.hosts[host].address);
        state.identity = identity;
        state.in_maintenance_mode = false;
        state.lockdown = false;
    }
    reboot(world, host);
    answer(world, caller)
}

/// The fault that vCenter answers with when it can't reach the host, if so.
pub(crate) fn require_reachable(world: &World, server: Server, host: usize) -> Result<(), SoapFault> {
    match (server, world.hosts[host].state().connection) {
        (Server::Host(_), _) | (_, ConnectionState::Connected) => Ok(()),
        (_, ConnectionState::Disconnected) => Err(SoapFault::host_not_connected()),
        (_, ConnectionState::NotResponding | ConnectionState::Standby) => {
            Err(SoapFault::host_not_reachable())
        }
    }
}

/// `RestrictedVersion` on a free licence.
pub(crate) fn require_writable(spec: &HostSpec) -> Result<(), SoapFault> {
    if spec.licence == Licence::Full { Ok(()) } else { Err(SoapFault::restricted_version()) }
}

fn mismatched(spec: &HostSpec, uuid: Option<Uuid>, release_level: &str) -> SoapFault {
    // A number in any case; which one a host has for a bundle that names a release only is not documented.
    let build = if release_level == spec.release_level() { &spec.build } else { "0" };
    SoapFault::new("MismatchedBundle", "The bundle does not match the host.")
        .text("bundleUuid", uuid.map(|uuid| uuid.to_string()).unwrap_or_default())
        .text("hostUuid", spec.uuid.to_string())
        .text("bundleBuildNumber", build)
        .text("hostBuildNumber", spec.build.clone())
}

fn take_over(world: &World, host: usize, restorable: Restorable) {
    let mut state = world.hosts[host].state();
    let identity = restorable.content.certificate.clone();
    let password = state.content.root_password.take();
    state.content = restorable.content;
    // Where somebody else listens it cannot: it stays where it is, as if the two were in different networks.
    let address = state.content.address;
    let is_taken = address == world.vcenter_address
        || world.hosts.iter().enumerate().any(|(other, of)| other != host && of.address == address);
    if address.is_loopback() && !is_taken {
        state.listening = state.content.address;
    } else {
        state.content.address = state.listening;
    }
    // The bundle only holds a hash. When it is that of the password in force, the password is still known.
    state.content.root_password = password.filter(|password| state.content.is_root_password(password));
    if let Some(identity) = identity {
        state.identity = identity;
    } else {
        state.content.certificate = Some(state.identity.clone());
    }
    state.upload = None;
    state.times_restored += 1;
}

/// A machine that boots in no time would boot at the same moment as before: no client could tell.
fn next_boot(last: DateTime<Utc>) -> DateTime<Utc> {
    Utc::now().max(last + TimeDelta::minutes(2))
}

/// The host goes down at once and comes back later with a new boot time.
fn reboot(world: &Arc<World>, host: usize) {
    {
        let mut state = world.hosts[host].state();
        state.connection = ConnectionState::NotResponding;
        state.boot_time = next_boot(state.boot_time);
    }
    network::power_off(world, host);
    {
        let mut state = world.state();
        let sessions: Vec<String> = state
            .sessions
            .iter()
            .filter(|(_, session)| session.server == Server::Host(host))
            .map(|(key, _)| key.clone())
            .collect();
        for key in sessions {
            crate::sessions::logout(&mut state, &key);
        }
        state.downloads.retain(|(of, _), _| *of != host);
    }
    world.notify();
    let again = Arc::clone(world);
    world.runtime.spawn(async move {
        tokio::select! {
            () = tokio::time::sleep(again.options.restore_reboot) => {}
            () = again.stop.cancelled() => return,
        }
        network::power_on(&again, host).await;
        {
            let mut state = again.hosts[host].state();
            // vCenter looks where the host was, and does not accept a certificate that it has not seen: someone has to
            // reconnect the host.
            let known = state.identity.der() == state.reported.der();
            state.connection = match (state.listening == again.hosts[host].address, known) {
                (false, _) => ConnectionState::NotResponding,
                (true, true) => ConnectionState::Connected,
                (true, false) => ConnectionState::Disconnected,
            };
        }
        again.notify();
    });
}

fn answer(world: &World, caller: &Caller) -> Result<Outcome, SoapFault> {
    match (caller.server, world.options.restore_reply) {
        (_, RestoreReply::Dropped) => Ok(Outcome::Dropped),
        (Server::Host(_), _) | (_, RestoreReply::Answered) => Ok(Outcome::Nothing),
        (Server::VCenter, RestoreReply::HostCommunication) => Err(SoapFault::host_communication()),
    }
}
