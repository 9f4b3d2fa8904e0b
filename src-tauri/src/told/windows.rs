//! On standard error where there is one: a program without a console has it only when somebody has redirected it. Else in a
//! box of its own, or nobody would ever know.

use std::os::windows::io::AsRawHandle;

use rfd::{MessageDialog, MessageLevel};

#[allow(clippy::print_stderr, reason = "before there is a window")]
pub(crate) fn told(message: &str) {
    if std::io::stderr().as_raw_handle().is_null() {
        MessageDialog::new()
            .set_level(MessageLevel::Info)
            .set_title("Hostkeep")
            .set_description(message)
            .show();
    } else {
        eprintln!("{message}");
    }
}
