//! The simulator as a client sees it: raw SOAP and HTTP over its real TLS, none of it through the code that answers.

#![allow(clippy::unwrap_used, reason = "a test that panics is a test that fails")]

mod client;
mod faults;
mod firmware;
mod inventory;
mod restore;
mod session;
mod tasks;
mod transfer;
