//! `cargo xtask run`: the window on the embedded demo.

use anyhow::{Context, Result};

use crate::{node, shell, system, tally, ui};

/// Builds page and program and opens the window; where there is no display, the console program shows its tour.
pub(crate) fn run(arguments: &[&str]) -> Result<bool> {
    tally::prepare("set up make", system::make)?;
    if !system::has_display() {
        println!(
            "There is no display (DISPLAY and WAYLAND_DISPLAY are not set): this is `hostkeep demo`, in the terminal.\n"
        );
        return start("hostkeep", &["--no-default-features"], &["demo"], arguments);
    }
    build_page()?;
    tally::prepare("set up WebKit", system::webkit)?;
    start("hostkeep-window", &[], &["--demo"], arguments)
}

/// The page that the window's program takes in.
pub(crate) fn build_page() -> Result<node::Node> {
    let node = tally::prepare("set up Node.js", node::provide)?;
    tally::prepare("set up the page's packages", || ui::install(&node))?;
    tally::prepare("build the page", || ui::build(&node))?;
    Ok(node)
}

fn start(program: &str, features: &[&str], first: &[&str], rest: &[&str]) -> Result<bool> {
    let what = ["--quiet", "--locked", "--package", "hostkeep", "--bin", program];
    tally::prepare(&format!("build {program}"), || {
        shell::quietly(shell::cargo(&["build"])?.args(what).args(features))
    })?;
    let mut running = shell::cargo(&["run"])?;
    running.args(what).args(features).arg("--").args(first).args(rest);
    let status = running.status().with_context(|| format!("cannot start {program}"))?;
    Ok(status.success())
}
