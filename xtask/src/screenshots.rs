//! `cargo xtask screenshots`: pictures of the real window for the documentation.

use anyhow::{Result, bail};

use crate::{cache, run, shell, system, tally};

/// Builds page and window and photographs every page; the same pages give the same files.
pub(crate) fn screenshots() -> Result<bool> {
    if !system::is_debian() {
        bail!("pictures are taken on Debian or Ubuntu: there, what it takes is installed");
    }
    run::build_page()?;
    tally::prepare("set up make", system::make)?;
    tally::prepare("set up WebKit", system::webkit)?;
    tally::prepare("set up a desktop", system::desktop)?;
    let arguments = ["build", "--quiet", "--locked", "--package", "hostkeep"];
    tally::prepare("build the window", || {
        shell::quietly(shell::cargo(&arguments)?.args([
            "--bin",
            "hostkeep-window",
            "--example",
            "photograph",
        ]))
    })?;
    let target = cache::target()?.join("debug");
    let folder = cache::root().join("docs/screenshots");
    let taken = tally::prepare("take pictures", || {
        let mut photograph = shell::program(target.join("examples/photograph"));
        shell::quietly(photograph.arg(target.join("hostkeep-window")).arg(&folder))
    })?;
    println!("{}pictures are in {}", taken, folder.display());
    Ok(true)
}
