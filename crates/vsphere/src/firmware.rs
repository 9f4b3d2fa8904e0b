//! `HostFirmwareSystem`: asking a host to pack its configuration, and to take one back.
//!
//! The four methods are unchanged since API 2.5 and all synchronous; `ResetFirmwareToFactoryDefaults` is left
//! out on purpose.

use crate::error::Error;
use crate::session::Session;
use crate::soap::{Call, MoRef};
use crate::transfer::BundleUrl;

/// Asks the host to pack its configuration; answers where the bundle lies for some minutes
/// (`BackupFirmwareConfiguration`).
pub async fn backup_configuration(session: &Session, firmware_system: &MoRef) -> Result<BundleUrl, Error> {
    // Repeatable: all that it leaves behind is a temporary file on the host.
    let call = Call::read("BackupFirmwareConfiguration", firmware_system);
    session.call_for(&call, |node| Ok(BundleUrl::new(&node.text))).await
}

/// Asks where a bundle is to be uploaded (`QueryFirmwareConfigUploadURL`).
pub async fn query_upload_url(session: &Session, firmware_system: &MoRef) -> Result<BundleUrl, Error> {
    let call = Call::read("QueryFirmwareConfigUploadURL", firmware_system);
    session.call_for(&call, |node| Ok(BundleUrl::new(&node.text))).await
}

/// Puts the uploaded bundle in force and **reboots the host at once** (`RestoreFirmwareConfiguration`).
///
/// The host must be in maintenance mode. `force` overrides a different hardware UUID, never a different
/// release level.
///
/// # Errors
/// [`Error::Interrupted`] means that the request was sent and the reply never came: the restore has probably
/// begun. Faults are `InvalidState`, `FileFault`, `MismatchedBundle` and `InvalidBundle`.
pub async fn restore_configuration(
    session: &Session,
    firmware_system: &MoRef,
    force: bool,
) -> Result<(), Error> {
    let call = Call::change("RestoreFirmwareConfiguration", firmware_system).display("force", force);
    session.call(&call).await.map(drop)
}
