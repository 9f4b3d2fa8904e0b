//! Maintenance mode of a `HostSystem`, and connecting it to its vCenter again.

use std::time::Duration;

use secrecy::ExposeSecret as _;

use crate::certificate::Thumbprint;
use crate::error::Error;
use crate::session::{Credentials, Session};
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

/// What a vCenter is told when it is to connect a host again.
#[derive(Clone, Debug, Default)]
pub struct Reconnect {
    /// The certificate that the host shows now, where it is not the one that the vCenter knows; SHA-1, which is what the API
    /// takes.
    pub thumbprint: Option<Thumbprint>,
    /// The host's own user, where the vCenter's own account on the host is no longer good.
    pub credentials: Option<Credentials>,
}

/// Starts connecting a host that its vCenter knows but is disconnected from, and answers with the task
/// (`ReconnectHost_Task`). A vCenter's call only.
///
/// # Errors
/// `InvalidLogin`, `SSLVerifyFault` and `HostConnectFault` usually come as the task's error.
pub async fn reconnect(session: &Session, host: &MoRef, how: &Reconnect) -> Result<MoRef, Error> {
    let call = Call::change("ReconnectHost_Task", host);
    let call = match (&how.thumbprint, &how.credentials) {
        (None, None) => call,
        (thumbprint, credentials) => call.nest("cnxSpec", None, |spec| {
            let spec = match thumbprint {
                Some(thumbprint) => spec.display("sslThumbprint", thumbprint),
                None => spec,
            };
            let spec = match credentials {
                Some(Credentials { user, password }) => {
                    spec.text("userName", user).text("password", password.expose_secret())
                }
                None => spec,
            };
            spec.display("force", false)
        }),
    };
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
