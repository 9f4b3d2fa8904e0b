//! Somebody at a Windows console: a password is typed, progress is shown, Ctrl+C ends a backup tidily. Programs that tests
//! start have no console under Wine, so a terminal is made here, by `script`.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::toolchain::{Toolchain, limited};
use super::wine::{Beside, Running, until, windows_path};
use crate::tally::Outcome;

/// What `script` types into the terminal for a pressed Ctrl+C.
const CTRL_C: &[u8] = b"\x03";
const CANCELLED: i32 = 130;

/// Begins a backup of hosts that take longer than anybody waits, and ends it by Ctrl+C.
pub(super) fn ctrl_c(toolchain: &Toolchain, wine: &Running) -> Result<Outcome> {
    let program = windows_path(&toolchain.programs().join("hostkeep.exe"));
    let simulate = [&program, "simulate", "--hosts", "4", "--backup-ms", "600000", "--json"];
    let mut simulator = wine.begin(&simulate)?;
    let outcome = simulator.has_said("}").and_then(|said| back_up_and_cancel(wine, &program, &said));
    simulator.end()?;
    outcome.map(|()| Outcome::single(None))
}

fn back_up_and_cancel(wine: &Running, program: &str, said: &str) -> Result<()> {
    let simulator: Value = serde_json::from_str(said.trim()).context("the simulator says no JSON")?;
    let told = |name: &str| simulator[name].as_str().with_context(|| format!("no {name} in {said}"));
    let folder = tempfile::tempdir().context("cannot make a folder")?;
    let in_folder = |name: &str| windows_path(&folder.path().join(name));
    let (archive, config) = (in_folder("archive"), in_folder("config"));
    let words = [
        &["wine", program, "backup", "--url", told("url")?, "--user", told("user")?][..],
        &["--thumbprint", told("thumbprint")?, "--archive", &archive],
        &["--config-dir", &config],
    ]
    .concat();
    let mut terminal = Terminal::start(wine, &words)?;
    terminal.shows("Password of")?;
    terminal.types(format!("{}\r", told("password")?).as_bytes())?;
    let staging = folder.path().join("archive/.hostkeep/staging");
    until("a backup is under way", || Ok(count_in(&staging) > 0))?;
    terminal.types(CTRL_C)?;
    let (code, shown) = terminal.ends()?;
    ensure!(code == Some(CANCELLED) && shown.contains("Cancelled"), "it ended with {code:?}: {shown}");
    ensure!(shown.contains("0/4 hosts"), "no progress was shown: {shown}");
    ensure!(count_in(&staging) == 0, "something is left in {}", staging.display());
    Ok(())
}

/// How many entries a folder has; none when it is not there yet.
fn count_in(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

struct Terminal {
    beside: Beside,
}

impl Terminal {
    fn start(wine: &Running, words: &[&str]) -> Result<Self> {
        let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let mut script = limited("120", "script");
        script.args(["--quiet", "--return", "--flush", "--command", &quoted.join(" "), "/dev/null"]);
        script.env("TERM", "xterm-256color").stdin(Stdio::piped());
        Ok(Self { beside: wine.begin_command(script)? })
    }

    fn shows(&mut self, expect: &str) -> Result<()> {
        self.beside.has_said(expect).map(drop)
    }

    fn types(&mut self, keys: &[u8]) -> Result<()> {
        let Child { stdin, .. } = &mut self.beside.child;
        let stdin = stdin.as_mut().context("it takes no input")?;
        stdin.write_all(keys).and_then(|()| stdin.flush()).context("nothing can be typed")
    }

    fn ends(mut self) -> Result<(Option<i32>, String)> {
        // The pipe stays open: its end would be typed as Ctrl+D.
        let mut code = None;
        until("it ends", || {
            code = self.beside.child.try_wait().context("cannot look at it")?;
            Ok(code.is_some())
        })?;
        Ok((code.and_then(|status| status.code()), self.beside.said()?))
    }
}
