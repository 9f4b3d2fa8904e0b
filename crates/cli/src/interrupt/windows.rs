//! Ctrl+C, Ctrl+Break and a console window that is closed.

use std::io;

use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, ctrl_break, ctrl_c, ctrl_close};

#[derive(Debug)]
pub(super) struct Signals {
    interrupt: CtrlC,
    end: CtrlBreak,
    close: CtrlClose,
}

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: ctrl_c()?, end: ctrl_break()?, close: ctrl_close()? })
    }

    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.end.recv() => {}
            _ = self.close.recv() => {}
        }
    }
}
