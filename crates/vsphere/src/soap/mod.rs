//! SOAP 1.1 as vSphere speaks it: bytes in, bytes out, no I/O.

mod decode;
mod encode;
mod fault;

pub(crate) use decode::{DecodeError, Node, decode_envelope, decode_plain};
pub(crate) use encode::Call;
pub use encode::MoRef;
pub use fault::{Fault, FaultKind};
