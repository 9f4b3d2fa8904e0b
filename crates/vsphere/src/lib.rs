//! A client for the part of the vSphere Web Services API that keeping ESXi configurations needs.
//!
//! It speaks SOAP to a vCenter or to an ESXi host ([`Client`], [`Session`]), reads the inventory
//! ([`inventory`]), drives maintenance mode ([`host_system`]) and `HostFirmwareSystem` ([`firmware`]), and
//! moves bundles from and to hosts ([`transfer`]). It knows nothing of archives, runs or restores: it moves
//! bytes and says what went wrong.
//!
//! Two rules hold everywhere:
//!
//! - Nothing is sent to a server whose certificate is not trusted ([`Trust`]); no option turns that off.
//! - Passwords, cookies, tickets and bundle URLs never appear in an error, a log line or `Debug` output.
//!
//! Where a statement about the protocol comes from a document it is the vSphere Web Services API reference;
//! otherwise the doc comment names the client or server in which it was seen.

pub mod firmware;
pub mod host_system;
pub mod inventory;
mod soap;
pub mod task;
pub mod transfer;

mod address;
mod certificate;
mod client;
mod error;
#[cfg(any(fuzzing, test))]
pub mod fuzz;
mod hint;
mod http;
mod property;
mod recovery;
mod resolve;
mod session;
mod surroundings;
mod trust;

pub use address::{AddressError, ServerAddress};
pub use certificate::{Certificate, Thumbprint, ThumbprintError};
pub use client::{About, ApiType, Client, ConnectOptions, Timeouts};
pub use error::{Error, NotTrusted, TimeoutPhase};
pub use recovery::{RecoveryKey, recovery_keys};
pub use session::{Credentials, Session, SignedIn};
pub use soap::{Fault, FaultKind, MoRef};
pub use surroundings::{Drs, Surroundings, read_surroundings};
pub use trust::Trust;

/// What every call of this crate answers with.
pub type Result<T> = std::result::Result<T, Error>;
