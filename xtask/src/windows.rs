//! `cargo xtask windows`: what can be known of Hostkeep on Windows without Windows.
//!
//! On Debian the console program is cross-compiled with MinGW, and the Windows test programs run under Wine. docs/windows.md
//! says what that proves and what is left to a real machine. Nothing here waits without an end: a program under Wine that
//! hangs is a failed check.

mod console;
mod programs;
mod stamp;
mod toolchain;
mod wine;

use anyhow::{Context, Result, bail};

use crate::setup;
use crate::system::{self, Need};
use crate::tally::{Outcome, Tally, prepare};
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
    let mut tally = Tally::default();
    all(&mut tally)?;
    println!("\n{}", tally.summary());
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
    all(&mut windows)?;
    if windows.failed == 0 {
        stamp.keep(&windows)?;
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

fn all(tally: &mut Tally) -> Result<()> {
    let toolchain = prepare("build Rust's library for Windows", Toolchain::provide)?;
    let wine = prepare("set up Wine's folder", Wine::provide)?;
    tally.check("build for Windows", || programs::build_tests(&toolchain));
    if tally.failed > 0 {
        return Ok(());
    }
    let running = wine.start().context("Wine does not start")?;
    tally.check("tests under Wine", || programs::test(&toolchain, &running));
    tally.check("Ctrl+C in a Windows console", || console::ctrl_c(&toolchain, &running));
    Ok(())
}
