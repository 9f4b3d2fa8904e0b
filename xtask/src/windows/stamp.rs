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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exactly_the_same_need_not_be_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let stamp = |inputs: &str| Stamp { inputs: inputs.into(), file: folder.path().join("passed") };
        assert!(stamp("a").kept().is_none());
        stamp("a").keep(&Tally { passed: 436, failed: 0, skipped: 6 }, 14_268_209).unwrap();
        let kept = stamp("a").kept().unwrap();
        assert_eq!(kept.count, Tally { passed: 1, ..Tally::default() });
        let [note] = &kept.notes[..] else { panic!("{:?}", kept.notes) };
        assert!(note.starts_with("unchanged since 20"), "{note}");
        let told = ", when 436 passed, 0 failed, 6 skipped for Windows, and the installer had 14268209 bytes";
        assert!(note.ends_with(told), "{note}");
        assert!(stamp("b").kept().is_none());
        assert!(stamp("").kept().is_none());
    }

    #[test]
    fn what_it_is_made_of_is_the_same_twice() {
        let key = |skipped: &[&str]| {
            let skip: Vec<PathBuf> = skipped.iter().map(|name| cache::root().join(name)).collect();
            let folder = cache::root().join("xtask");
            cache::fingerprint(&folder, |path| skip.iter().any(|name| name == path)).unwrap()
        };
        assert_eq!(key(&[]), key(&[]));
        assert_ne!(key(&[]), key(&["xtask/src"]));
    }
}
