//! `cargo xtask test`: every check, the quick ones first; all of them are made even when one has failed.

mod reports;

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::cache;
use crate::setup;
use crate::shell;
use crate::tally::{Outcome, Tally, prepare};

/// Whether everything passed.
pub(crate) fn test() -> Result<bool> {
    let venv = prepare("set up Python peers", setup::venv)?;
    let minivcsim = prepare("set up govmomi's simulator", setup::minivcsim)?;
    prepare("set up Secret Service", setup::secret_service)?;
    let nextest = prepare("set up cargo-nextest", setup::nextest)?;
    let mut deny = prepare("set up cargo-deny", setup::cargo_deny)?;

    let mut tally = Tally::default();
    tally.check("format", || passes(&mut shell::cargo(&["fmt", "--all", "--check"])?));
    tally.check("spelling", || passes(&mut shell::program(venv.tool("typos"))));
    // Advisories need a database that is fetched from elsewhere at every run; deny.toml says how to ask for them.
    tally.check("licences, bans, sources", || passes(deny.args(["check", "licenses", "bans", "sources"])));
    tally.check("lints", || {
        passes(&mut shell::cargo(&[
            "clippy",
            "--quiet",
            "--locked",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ])?)
    });
    tally.check("documentation", || {
        let mut doc = shell::cargo(&["doc", "--quiet", "--locked", "--workspace", "--no-deps"])?;
        passes(doc.env("RUSTDOCFLAGS", "-D warnings"))
    });
    if minivcsim.is_none() {
        tally.check("govmomi's simulator", || {
            Ok(Outcome::skipped("it is packaged for Debian and Ubuntu only"))
        });
    }
    tally.check("tests", || {
        let mut nextest = nextest;
        nextest.args(["run", "--cargo-quiet", "--locked", "--workspace", "--profile", "ci"]);
        nextest.env("HOSTKEEP_PEER_PYTHON", venv.python());
        nextest.env("HOSTKEEP_PEER_COLLECTIONS", venv.collections());
        if let Some(program) = &minivcsim {
            nextest.env("HOSTKEEP_MINIVCSIM", program);
        }
        run_nextest(&mut nextest)
    });
    tally.check("examples in the documentation", || {
        let said =
            shell::listen(&mut shell::cargo(&["test", "--quiet", "--locked", "--workspace", "--doc"])?)?;
        Ok(reports::of_doctests(said.success, &said.text))
    });
    println!("\n{}", tally.summary());
    Ok(tally.failed == 0)
}

fn passes(command: &mut Command) -> Result<Outcome> {
    let said = shell::listen(command)?;
    Ok(Outcome::single((!said.success).then(|| format!("{}\n{}", shell::line_of(command), said.text))))
}

fn run_nextest(command: &mut Command) -> Result<Outcome> {
    // nextest's own folder lies in the checkout, wherever cargo builds.
    let report = cache::root().join("target/nextest/ci/junit.xml");
    if report.exists() {
        // Else a run that does not even compile would be read as the one before.
        fs::remove_file(&report).with_context(|| format!("cannot remove {}", report.display()))?;
    }
    let said = shell::listen(command)?;
    let tests = match fs::read_to_string(&report) {
        Err(_) if !said.success => String::new(), // it did not come so far
        read => read.with_context(|| format!("cannot read {}", report.display()))?,
    };
    Ok(reports::of_nextest(said.success, &said.text, &tests))
}
