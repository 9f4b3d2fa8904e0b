//! On standard error.

#[allow(clippy::print_stderr, reason = "before there is a window")]
pub(crate) fn told(message: &str) {
    eprintln!("{message}");
}
