//! A server that has stopped answering in the middle of a run: each of its hosts would be waited for in vain, half a day for
//! thousands.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use vsphere::Error::{Connect, Resolve, Timeout, Tls};

use crate::Error;
use crate::inventory::Server;

/// After how many hosts in a row that were waited for in vain the server is asked whether it is there.
const IN_A_ROW: usize = 3;

/// What is known of one server.
#[derive(Default)]
pub(super) struct Silence {
    in_vain: AtomicUsize,
    reason: OnceLock<String>,
}

impl Silence {
    /// Why no further host of the server is begun.
    pub(super) fn reason(&self) -> Option<&String> {
        self.reason.get()
    }

    /// Notes what came of a host. Tells whether the server is to be asked: so far it may be the hosts that do not answer, each
    /// by itself or through the server, which waits for them in a call.
    pub(super) fn is_doubtful(&self, error: Option<&Error>) -> bool {
        match error {
            None => {
                self.in_vain.store(0, Ordering::Relaxed);
                false
            }
            Some(Error::Server(error)) if is_in_vain(error) => {
                self.in_vain.fetch_add(1, Ordering::Relaxed) + 1 >= IN_A_ROW && self.reason().is_none()
            }
            Some(_) => false,
        }
    }

    /// Asks the server itself. Where it does not answer either, no further host of it is begun.
    pub(super) async fn ask(&self, server: &Server) {
        match server.session.check().await {
            Err(error) if is_in_vain(&error) => {
                let server = server.shown();
                tracing::warn!(server, %error, "the server does not answer; no further host of it is begun");
                self.reason.get_or_init(|| format!("{server} does not answer: {error}"));
            }
            _ => self.in_vain.store(0, Ordering::Relaxed),
        }
    }
}

fn is_in_vain(error: &vsphere::Error) -> bool {
    matches!(error, Connect { .. } | Resolve { .. } | Timeout { .. } | Tls { .. })
}
