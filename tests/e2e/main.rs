//! The real window: started on a desktop of its own, driven as a person drives it, against the simulator.
//!
//! Needs what `cargo xtask test` installs; where something is missing, each test says so and is skipped.
#![cfg(target_os = "linux")]
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stderr, reason = "a test program")]

mod archive;
mod backing_up;
mod closing;
mod comparing;
mod dropping;
mod keyboard;
mod lab;
mod restoring;
mod servers;

use std::path::Path;

use throwaway_desktop::missing_program;
use vsphere_sim::{HostSpec, Options};

use lab::Lab;

/// What Cargo has built for this test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_hostkeep-window");

/// A lab with hosts named `esx01.lab.local` and so on, all in order; none where this machine cannot have one.
async fn lab(hosts: usize) -> Option<Lab> {
    lab_with(Options { hosts: hosts_named(hosts), ..Options::default() }).await
}

fn hosts_named(hosts: usize) -> Vec<HostSpec> {
    (1..=hosts).map(|number| HostSpec::new(format!("esx{number:02}.lab.local"))).collect()
}

async fn lab_with(options: Options) -> Option<Lab> {
    if let Some(program) = missing_program() {
        eprintln!("skipped: {program} is not installed, so the real window was not tried");
        return None;
    }
    Some(Lab::with(Path::new(PROGRAM), options).await)
}
