//! What is built for Windows and tested under Wine.

use anyhow::Result;

use super::toolchain::{Toolchain, limited};
use super::wine::Running;
use crate::checks::{self, passes};
use crate::tally::Outcome;
use crate::{cache, setup};

/// Longer than all tests take on the slowest machine, in seconds.
const TEST_LIMIT: &str = "1800";

/// What is tested: all but the window, which needs a web view, and what starts programs of the machine that builds (cargo,
/// Python, Go).
const TESTED: [&str; 15] = [
    "--package=hostconfig",
    "--package=vsphere",
    "--package=vsphere-sim",
    "--package=hostkeep-cli",
    "--package=hostkeep",
    "--no-default-features",
    "--lib",
    "--test=backup",
    "--test=bundle",
    "--test=cli",
    "--test=credential_manager",
    "--test=kill",
    "--test=kill_restore",
    "--test=restore",
    "--test=simulator",
];

/// The tests and the console program. By itself, so that what the tests may take can be told from what their build takes; and by
/// cargo, as nextest starts what it has built to have it list its tests.
pub(super) fn build_tests(toolchain: &Toolchain) -> Result<Outcome> {
    passes(toolchain.cargo(&["test", "--quiet", "--locked", "--no-run"]).args(TESTED))
}

/// Runs the tests.
pub(super) fn test(toolchain: &Toolchain, wine: &Running) -> Result<Outcome> {
    let program = setup::nextest_program()?;
    let mut run = limited(TEST_LIMIT, &program.to_string_lossy());
    run.args(["nextest", "run", "--cargo-quiet", "--locked", "--profile", "ci"]).args(TESTED);
    toolchain.build_for_windows(&mut run);
    // insta would ask cargo where the checkout is, and Windows programs find none.
    run.env("INSTA_WORKSPACE_ROOT", cache::root()).env("INSTA_UPDATE", "no");
    checks::rust_tests(|| wine.listen(&mut run))
}
