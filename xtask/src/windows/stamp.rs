//! What came of the last time that all was tried for Windows and passed, and whether anything has changed since.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::tally::{Outcome, Tally};
use crate::{cache, shell};

/// What nothing that is built or tested for Windows is made of.
const NOT_INPUTS: [&str; 9] =
    [".ci", ".git", "docs", "fuzz", "target", "ui/dist", "ui/dist-mock", "ui/node_modules", "gen"];

/// All that the outcome follows from, as it is now: the checkout's files and the tools' versions.
pub(super) struct Stamp {
    inputs: String,
    file: PathBuf,
}

impl Stamp {
    pub(super) fn of_now() -> Result<Self> {
        let skip: Vec<PathBuf> = NOT_INPUTS.iter().map(|name| cache::root().join(name)).collect();
        let sources = cache::fingerprint(cache::root(), |path| skip.iter().any(|name| name == path))?;
        let tools = ["rustc-web", "rust-web-src", "gcc-mingw-w64-x86-64-win32", "wine64", "nsis"];
        let versions = shell::quietly(shell::program("dpkg-query").arg("--show").args(tools))?;
        let inputs = cache::key(&[&sources, &versions]);
        Ok(Self { inputs, file: cache::folder()?.join("windows-passed") })
    }

    /// What came of exactly this, if it passed.
    pub(super) fn kept(&self) -> Option<Outcome> {
        let kept = fs::read_to_string(&self.file).ok()?;
        let told = kept.strip_prefix(&format!("{}\n", self.inputs))?;
        let notes = vec![format!("unchanged since {}", told.trim())];
        Some(Outcome { notes, ..Outcome::single(None) })
    }

    /// Notes that all of this passed.
    pub(super) fn keep(&self, tally: &Tally, installer_bytes: u64) -> Result<()> {
        let when = shell::quietly(shell::program("date").args(["--iso-8601=seconds"]))?;
        let told = format!(
            "{}\n{}, when {} for Windows, and the installer had {installer_bytes} bytes\n",
            self.inputs,
            when.trim(),
            tally.summary()
        );
        fs::write(&self.file, told).with_context(|| format!("cannot write {}", self.file.display()))
    }
}
