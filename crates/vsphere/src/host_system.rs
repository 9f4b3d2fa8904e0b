//! Maintenance mode of a `HostSystem`.

use std::time::Duration;

use crate::error::Error;
use crate::session::Session;
use crate::soap::{Call, MoRef};

/// What to do with vSAN data on the way into maintenance mode (`vsanMode.objectAction`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VsanMode {
    /// Keep every object accessible; the vSphere Client's default.
    #[default]
    EnsureAccessibility,
    /// Move all data away.
    EvacuateAllData,
    /// Leave the data as it is.
    NoAction,
}

/// How to enter maintenance mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EnterMaintenanceMode {
    /// After how long the server gives up; none to wait for ever.
    pub timeout: Option<Duration>,
    /// Whether a DRS cluster also moves powered-off virtual machines away. Ignored on standalone hosts.
    pub evacuate_powered_off: bool,
    /// What happens to vSAN data; none leaves the choice to the server.
    pub vsan: Option<VsanMode>,
}

/// Starts entering maintenance mode and answers with the task (`EnterMaintenanceMode_Task`).
///
/// # Errors
/// `InvalidState` and `Timedout` usually come as the task's error.
pub async fn enter_maintenance_mode(
    session: &Session,
    host: &MoRef,
    how: EnterMaintenanceMode,
) -> Result<MoRef, Error> {
    let call = Call::change("EnterMaintenanceMode_Task", host)
        .display("timeout", whole_seconds(how.timeout))
        .display("evacuatePoweredOffVms", how.evacuate_powered_off);
    let call = match how.vsan {
        None => call,
        Some(mode) => call.nest("maintenanceSpec", None, |spec| {
            spec.nest("vsanMode", None, |vsan| vsan.text("objectAction", mode.object_action()))
        }),
    };
    session.call_for_task(&call).await
}

/// Starts leaving maintenance mode and answers with the task (`ExitMaintenanceMode_Task`).
pub async fn exit_maintenance_mode(
    session: &Session,
    host: &MoRef,
    timeout: Option<Duration>,
) -> Result<MoRef, Error> {
    let call = Call::change("ExitMaintenanceMode_Task", host).display("timeout", whole_seconds(timeout));
    session.call_for_task(&call).await
}

impl VsanMode {
    fn object_action(self) -> &'static str {
        match self {
            Self::EnsureAccessibility => "ensureObjectAccessibility",
            Self::EvacuateAllData => "evacuateAllData",
            Self::NoAction => "noAction",
        }
    }
}

/// The API's `timeout`: whole seconds, 0 for none.
fn whole_seconds(timeout: Option<Duration>) -> u64 {
    timeout.map_or(0, |timeout| timeout.as_secs().max(1))
}
