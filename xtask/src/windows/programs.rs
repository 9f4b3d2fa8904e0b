//! What is built for Windows and tested under Wine.

use anyhow::{Context, Result, ensure};
use std::fs;

use super::toolchain::{PROFILE, Toolchain, limited};
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

/// Runs the tests. Once in thousands of starts Wine ends with 1 before the program has begun; what that hits is run once more,
/// and told.
pub(super) fn test(toolchain: &Toolchain, wine: &Running) -> Result<Outcome> {
    let nextest = setup::nextest_program()?;
    let run = |further: &[&str]| {
        let mut run = limited(TEST_LIMIT, &nextest.to_string_lossy());
        run.args(["nextest", "run", "--cargo-quiet", "--locked", "--profile", "ci"])
            .args(TESTED)
            .args(further);
        toolchain.build_for_windows(&mut run);
        // insta would ask cargo where the checkout is, and Windows programs find none.
        run.env("INSTA_WORKSPACE_ROOT", cache::root()).env("INSTA_UPDATE", "no");
        checks::rust_tests(|| wine.listen(&mut run))
    };
    let mut outcome = run(&[])?;
    if outcome.trouble.is_some()
        && let Some(tests) = checks::tests_that_never_began()
    {
        let again = run(&["--filterset", &tests])?;
        outcome.notes.push(format!("run again, as Wine ended before they began: {tests}"));
        outcome.count.passed += again.count.passed;
        outcome.count.failed = again.count.failed;
        outcome.trouble = again.trouble;
    }
    Ok(outcome)
}

/// Both programs as users get them.
pub(super) fn build(toolchain: &Toolchain) -> Result<Outcome> {
    let arguments = ["build", "--quiet", "--locked", "--profile", PROFILE, "--package", "hostkeep", "--bins"];
    passes(&mut toolchain.cargo(&arguments))
}

/// What Windows reads of a program before it starts it.
pub(super) fn inspect(toolchain: &Toolchain) -> Result<Outcome> {
    const CONSOLE: u16 = 3;
    const WINDOW: u16 = 2;
    for (name, subsystem) in [("hostkeep.exe", CONSOLE), ("hostkeep-window.exe", WINDOW)] {
        let path = toolchain.programs().join(name);
        let program = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let found = subsystem_of(&program).with_context(|| format!("{name} is no Windows program"))?;
        ensure!(
            found == subsystem,
            "{name} is for subsystem {found}, not {subsystem}: a console would flash, or none be there"
        );
        for resource in ["longPathAware", "Microsoft.Windows.Common-Controls", "PerMonitorV2"] {
            ensure!(holds(&program, resource.as_bytes()), "{name} has no manifest with {resource}");
        }
        for (key, value) in [("ProductName", "Hostkeep"), ("ProductVersion", env!("CARGO_PKG_VERSION"))] {
            let both = [utf16(key), utf16(value)];
            ensure!(both.iter().all(|text| holds(&program, text)), "{name} has no {key} {value}");
        }
    }
    Ok(Outcome::single(None))
}

/// From the optional header of the PE format.
fn subsystem_of(program: &[u8]) -> Option<u16> {
    let header = u32::from_le_bytes(program.get(0x3c..0x40)?.try_into().ok()?) as usize;
    let subsystem = program.get(header..)?.strip_prefix(b"PE\0\0")?.get(0x58..0x5a)?;
    Some(u16::from_le_bytes(subsystem.try_into().ok()?))
}

fn holds(program: &[u8], text: &[u8]) -> bool {
    program.windows(text.len()).any(|window| window == text)
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subsystem_is_found_where_the_format_has_it() {
        let mut program = vec![0; 0x200];
        program[0x3c] = 0x80;
        program[0x80..0x84].copy_from_slice(b"PE\0\0");
        program[0x84 + 0x58] = 2;
        assert_eq!(subsystem_of(&program), Some(2));
        assert_eq!(subsystem_of(b"MZ"), None);
        assert_eq!(subsystem_of(&program[..0x90]), None);
    }
}
