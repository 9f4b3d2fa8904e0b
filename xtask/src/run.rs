//! `cargo xtask run`: the main job on the embedded default.

use anyhow::{Context, Result};

use crate::{shell, tally};

/// Builds the console program and lets it show the whole tour in this terminal.
pub(crate) fn run(arguments: &[&str]) -> Result<bool> {
    tally::prepare("build hostkeep", || {
        shell::quietly(&mut shell::cargo(&[
            "build",
            "--quiet",
            "--package",
            "hostkeep",
            "--bin",
            "hostkeep",
        ])?)
    })?;
    println!("There is no window program yet: this is `hostkeep demo`, in the terminal.\n");
    let mut demo =
        shell::cargo(&["run", "--quiet", "--package", "hostkeep", "--bin", "hostkeep", "--", "demo"])?;
    let status = demo.args(arguments).status().context("cannot start hostkeep")?;
    Ok(status.success())
}
