//! `cargo xtask windows`: what can be known of Hostkeep on Windows without Windows.
//!
//! On Debian both programs are cross-compiled with MinGW, the Windows test programs run under Wine, and an installer is made
//! and tried out. docs/windows.md says what that proves and what is left to a real machine. Nothing here waits without an
//! end: a program under Wine that hangs is a failed check.

mod console;
mod installer;
mod programs;
mod stamp;
mod toolchain;
mod wine;

use anyhow::{Context, Result, bail};

use crate::system::{self, Need};
use crate::tally::{Outcome, Tally, prepare};
use crate::{run, setup};
use installer::Installer;
use stamp::Stamp;
use toolchain::Toolchain;
use wine::Wine;

/// Builds and tests everything for Windows; whether all passed.
pub(crate) fn windows() -> Result<bool> {
    if !system::is_debian() {
        bail!("Windows programs are built on Debian here; on Windows itself: cargo xtask test");
    }
    prepare("set up MinGW and Wine", || system::provide(&[Need::Windows]))?;
    prepare("set up cargo-nextest", setup::nextest)?;
    run::build_page()?;
    let mut tally = Tally::default();
    let installer = all(&mut tally)?;
    if let Some(Installer { path, bytes }) = installer {
        println!("\n{}, {bytes} bytes", path.display());
    }
    println!("{}", tally.summary());
    Ok(tally.failed == 0)
}

/// The same as a part of `cargo xtask test`, where the page is built: not at all where the means are missing, and not again
/// while nothing has changed.
pub(crate) fn check(tally: &mut Tally) -> Result<()> {
    if let Err(missing) = means() {
        let missing = missing.to_string().lines().take(2).map(str::trim).collect::<Vec<_>>().join(" ");
        tally.check("Windows", || Ok(Outcome::skipped(&format!("nothing was tried for Windows: {missing}"))));
        return Ok(());
    }
    let stamp = Stamp::of_now()?;
    if let Some(before) = stamp.kept() {
        tally.check("Windows", || Ok(before));
        return Ok(());
    }
    let mut windows = Tally::default();
    let installer = all(&mut windows)?;
    if let (Some(Installer { bytes, .. }), 0) = (installer, windows.failed) {
        stamp.keep(&windows, bytes)?;
    }
    tally.add(&windows);
    Ok(())
}

/// Installs what is needed. An error says why that cannot be done here.
fn means() -> Result<()> {
    if !system::is_debian() {
        bail!("it takes Debian's Wine and MinGW");
    }
    system::provide(&[Need::Windows])
}

/// The installer, if it could be made.
fn all(tally: &mut Tally) -> Result<Option<Installer>> {
    let toolchain = prepare("build Rust's library for Windows", Toolchain::provide)?;
    let wine = prepare("set up Wine's folder", Wine::provide)?;
    tally.check("build the tests for Windows", || programs::build_tests(&toolchain));
    tally.check("build the programs for Windows", || programs::build(&toolchain));
    if tally.failed > 0 {
        return Ok(None);
    }
    tally.check("what Windows reads of the programs", || programs::inspect(&toolchain));
    let running = wine.start().context("Wine does not start")?;
    let mut made = None;
    tally.check("installer", || {
        let installer = made.insert(installer::make(&toolchain)?);
        installer::try_out(&toolchain, &running, installer)
    });
    tally.check("tests under Wine", || programs::test(&toolchain, &running));
    tally.check("Ctrl+C in a Windows console", || console::ctrl_c(&toolchain, &running));
    Ok(made)
}
