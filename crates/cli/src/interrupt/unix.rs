//! SIGINT, SIGTERM, and SIGHUP: a terminal that is closed.

use std::fs;
use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

#[derive(Debug)]
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Option<Signal>,
}

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: if may_hang_up() { Some(signal(SignalKind::hangup())?) } else { None },
        })
    }

    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            Some(()) = async { self.hang_up.as_mut()?.recv().await } => {}
        }
    }
}

/// Whether nobody has told this program to outlive its terminal, as nohup does by having SIGHUP ignored: to listen for
/// it would undo that. Where the system does not say (macOS), it is left as it is.
fn may_hang_up() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| !ignores_hang_up(&status))
}

/// In the words of proc(5): `SigIgn` is a mask in hexadecimal, its lowest bit signal 1, which is SIGHUP. Without one,
/// it is taken to be ignored.
fn ignores_hang_up(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::ignores_hang_up;

    #[test]
    fn the_lowest_bit_of_the_mask_is_a_closed_terminal() {
        for (status, expect) in [
            ("Name:\thostkeep\nSigBlk:\t0000000000000001\nSigIgn:\t0000000000001000\n", false),
            ("SigIgn:\t0000000000001001\n", true),
            ("SigIgn:\tnone\n", true),
            ("", true),
        ] {
            assert_eq!(ignores_hang_up(status), expect, "{status:?}");
        }
    }
}
