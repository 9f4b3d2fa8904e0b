//! Wine: a Windows of its own, made once outside the checkout, and one server for a whole run.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tempfile::NamedTempFile;

use super::toolchain::{Toolchain, limited};
use crate::cache;
use crate::shell::{self, Said};

/// Rust's library imports this DLL, which Wine 8 lacks: every program would end with 53 before `main`.
const RANDOM: &str = r"#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE to, SIZE_T length)
{
    while (length) {
        ULONG part = length > 0x10000000 ? 0x10000000 : (ULONG)length;
        if (!SystemFunction036(to, part)) return FALSE;
        to += part;
        length -= part;
    }
    return TRUE;
}
";

/// AUX and COM1 are /dev/ttyS0 to Wine, and a test that opened them would wait for that for ever.
const PORTS: &str = r#"REGEDIT4

[HKEY_LOCAL_MACHINE\Software\Wine\Ports]
"COM1"="/nonexistent"
"COM2"="/nonexistent"
"COM3"="/nonexistent"
"COM4"="/nonexistent"
"COM5"="/nonexistent"
"COM6"="/nonexistent"
"COM7"="/nonexistent"
"COM8"="/nonexistent"
"COM9"="/nonexistent"
"#;

/// How long something that takes a second may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Wine's folder of settings, registry and drive C:.
pub(super) struct Wine {
    prefix: PathBuf,
}

/// Its server, for as long as this lives. One process at a time has it: ending the server ends everything in it.
pub(super) struct Running<'a> {
    wine: &'a Wine,
    _only: File,
}

impl Wine {
    /// Makes the folder unless it is there. Another Wine gets another one.
    pub(super) fn provide() -> Result<Self> {
        let wine = shell::quietly(shell::program("dpkg-query").args(["--show", "wine64"]))?;
        let prefix = cache::folder()?.join(format!("wine-{}", cache::key(&[&wine, RANDOM, PORTS])));
        let this = Self { prefix };
        let _held = cache::lock()?;
        cache::once(&this.prefix, || this.make())?;
        Ok(this)
    }

    /// Starts the server. What Wine starts beside it is started now, or it would hold the first test's pipes open.
    pub(super) fn start(&self) -> Result<Running<'_>> {
        let path = cache::folder()?.join("wine.lock");
        let only = File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
        only.lock().with_context(|| format!("cannot lock {}", path.display()))?;
        let running = Running { wine: self, _only: only };
        running.end(); // what a run that was cut off has left
        self.silent(limited("30", "wineserver").args(["-p"]))?;
        self.silent(limited("120", "wine").args(["cmd", "/c", "exit"]))?;
        Ok(running)
    }

    fn make(&self) -> Result<()> {
        // Wine makes Documents and the like links to HOME: no test shall write there.
        let home = self.prefix.join("home");
        fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
        let mut boot = limited("300", "wine");
        self.silent(boot.args(["wineboot", "--init"]).env("HOME", &home))?;
        // Without this wait the registry is not written.
        self.silent(limited("120", "wineserver").args(["--wait"]))?;
        let file = self.prefix.join("ports.reg");
        fs::write(&file, PORTS).with_context(|| format!("cannot write {}", file.display()))?;
        self.silent(limited("120", "wine").args(["regedit", "/S", &windows_path(&file)]))?;
        self.silent(limited("120", "wineserver").args(["--wait"]))?;
        let system = self.prefix.join("drive_c/windows/system32");
        ensure!(system.is_dir(), "Wine made no {}", system.display());
        let random = system.join("bcryptprimitives.dll");
        if !random.exists() {
            let source = self.prefix.join("random.c");
            fs::write(&source, RANDOM).with_context(|| format!("cannot write {}", source.display()))?;
            Toolchain::compile_dll(&source, &random, &["-ladvapi32"])?;
        }
        Ok(())
    }

    /// Sets what every program under Wine needs, and nothing of a real desktop.
    fn surround(&self, command: &mut Command) {
        command
            .env("WINEPREFIX", &self.prefix)
            .env("WINEARCH", "win64")
            .env("WINEDEBUG", "-all")
            // No offer to download what we do not use.
            .env("WINEDLLOVERRIDES", "mscoree=;mshtml=")
            .env("HOSTKEEP_UNDER_WINE", "1")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY");
    }

    /// Runs something that may leave processes behind: it gets none of our pipes.
    fn silent(&self, command: &mut Command) -> Result<()> {
        self.surround(command);
        let name = shell::line_of(command);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().with_context(|| format!("cannot start {name}"))?;
        ensure!(status.success(), "{name}: {status}");
        Ok(())
    }
}

impl Running<'_> {
    /// Runs a command that starts Windows programs, and hears what they say. By a file, not a pipe: what a program leaves
    /// running keeps a pipe open.
    pub(super) fn listen(&self, command: &mut Command) -> Result<Said> {
        self.wine.surround(command);
        let heard = NamedTempFile::new().context("cannot make a temporary file")?;
        let output = heard.reopen().and_then(|file| Ok((file.try_clone()?, file)));
        let (first, second) = output.context("cannot open a temporary file")?;
        let name = shell::line_of(command);
        command.stdin(Stdio::null()).stdout(first).stderr(second);
        let status = command.status().with_context(|| format!("cannot start {name}"))?;
        let bytes = fs::read(heard.path()).with_context(|| format!("cannot read what {name} said"))?;
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        if !status.success() {
            text = format!("{text}{name}: {status}\n");
        }
        Ok(Said { success: status.success(), text })
    }
}

/// A program that runs beside the rest, and what it says.
pub(super) struct Beside {
    pub child: Child,
    heard: NamedTempFile,
}

impl Running<'_> {
    /// Ends the server, if it runs.
    fn end(&self) {
        drop(self.wine.silent(limited("30", "wineserver").arg("--kill")));
    }

    /// Starts a Windows program without waiting for its end.
    pub(super) fn begin(&self, words: &[&str]) -> Result<Beside> {
        let mut command = limited("300", "wine");
        command.args(words).stdin(Stdio::null());
        self.begin_command(command)
    }

    /// Starts a command that starts Windows programs.
    pub(super) fn begin_command(&self, mut command: Command) -> Result<Beside> {
        self.wine.surround(&mut command);
        let heard = NamedTempFile::new().context("cannot make a temporary file")?;
        let output = heard.reopen().context("cannot open a temporary file")?;
        command.stdout(output).stderr(Stdio::null());
        let name = shell::line_of(&command);
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        Ok(Beside { child, heard })
    }

    /// The folder of the Windows user that programs run as.
    pub(super) fn profile(&self) -> Result<PathBuf> {
        let users = self.wine.prefix.join("drive_c/users");
        let entries = fs::read_dir(&users).with_context(|| format!("cannot list {}", users.display()))?;
        let own = entries.flatten().map(|entry| entry.path()).find(|path| !path.ends_with("Public"));
        own.with_context(|| format!("there is no user in {}", users.display()))
    }
}

impl Beside {
    /// Waits until it has said this; answers with all that it has said.
    pub(super) fn has_said(&mut self, expect: &str) -> Result<String> {
        until(&format!("it says {expect:?}"), || {
            let ended = self.child.try_wait().context("cannot look at it")?;
            let said = self.said()?;
            ensure!(ended.is_none() || said.contains(expect), "it ended and never said {expect:?}: {said}");
            Ok(said.contains(expect))
        })?;
        self.said()
    }

    /// All that it has said so far.
    pub(super) fn said(&self) -> Result<String> {
        let said = fs::read(self.heard.path()).context("cannot read what it said")?;
        Ok(String::from_utf8_lossy(&said).into_owned())
    }

    /// Ends it: `timeout` passes on what ends itself.
    pub(super) fn end(mut self) -> Result<()> {
        if self.child.try_wait().context("cannot look at it")?.is_none() {
            shell::quietly(shell::program("kill").arg(self.child.id().to_string()))?;
        }
        self.child.wait().context("cannot wait for it").map(drop)
    }
}

/// Waits for what takes a second, or a minute on a busy machine.
pub(super) fn until(what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    let began = Instant::now();
    while !holds()? {
        ensure!(began.elapsed() < PATIENCE, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        Running::end(self);
    }
}

/// A path of ours as Wine's programs take it.
pub(super) fn windows_path(path: &Path) -> String {
    format!("Z:{}", path.display().to_string().replace('/', "\\"))
}
