//! What is to be said while there is no window yet.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::told;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::told;
