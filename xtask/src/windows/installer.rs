//! The installer, made with Debian's NSIS, and what a user does with it: installed, used, installed again in a newer
//! version, removed. Each under Wine, in its own Windows, by what is then in folders and registry.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::toolchain::{Toolchain, limited};
use super::wine::{Running, until, windows_path};
use crate::cache;
use crate::shell::{self, Said};
use crate::tally::{Outcome, Tally};

const SCRIPT: &str = "packaging/windows/installer.nsi";
/// Longer than any step takes on a busy machine, in seconds.
const LIMIT: &str = "120";
/// A version that is newer than any.
const NEWER: &str = "99.0.0";
/// A user's Path, which must be the same again at the end: with a name that only looks like ours, and a variable that is to
/// stay one.
const PATH: &str = r"C:\Hostkeep;%USERPROFILE%\bin;D:\";
/// So many entries more make it longer than an installer's strings (and than what Wine's cmd understands).
const MANY: usize = 150;

/// An installer.
pub(super) struct Installer {
    pub path: PathBuf,
    pub bytes: u64,
}

/// Packs the programs that were built.
pub(super) fn make(toolchain: &Toolchain) -> Result<Installer> {
    pack(toolchain, env!("CARGO_PKG_VERSION"))
}

fn pack(toolchain: &Toolchain, version: &str) -> Result<Installer> {
    let built = toolchain.programs();
    let programs = built.join("packed");
    fs::create_dir_all(&programs).with_context(|| format!("cannot make {}", programs.display()))?;
    let root = cache::root();
    for (from, name) in [
        (built.join("hostkeep.exe"), "hostkeep.exe"),
        (built.join("hostkeep-window.exe"), "hostkeep-window.exe"),
        (built.join("WebView2Loader.dll"), "WebView2Loader.dll"),
        (root.join("icons/128x128.png"), "hostkeep.png"),
        (root.join("LICENSE-APACHE"), "LICENSE-APACHE.txt"),
        (root.join("LICENSE-MIT"), "LICENSE-MIT.txt"),
    ] {
        fs::copy(&from, programs.join(name)).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    let path = built.join(format!("Hostkeep_{version}_x64-setup.exe"));
    let mut nsis = limited("600", "makensis");
    nsis.args(["-V2", "-WX"]);
    nsis.arg(format!("-DVERSION={version}"));
    nsis.arg(format!("-DPROGRAMS={}", programs.display()));
    nsis.arg(format!("-DICON={}", root.join("icons/icon.ico").display()));
    nsis.arg(format!("-DSETUP={}", path.display()));
    shell::quietly(nsis.arg(root.join(SCRIPT)))?;
    let bytes = path.metadata().with_context(|| format!("there is no {}", path.display()))?.len();
    Ok(Installer { path, bytes })
}

/// Installs, uses, upgrades and removes it.
pub(super) fn try_out(toolchain: &Toolchain, wine: &Running, installer: &Installer) -> Result<Outcome> {
    let newer = pack(toolchain, NEWER)?;
    let mut user = User::new(wine)?;
    let mut passed = 0;
    let mut trouble = Vec::new();
    let mut check = |name: &str, outcome: Result<()>| match outcome {
        Ok(()) => passed += 1,
        Err(error) => trouble.push(format!("{name}: {error:#}")),
    };
    check("installed without a question", user.install(&installer.path, env!("CARGO_PKG_VERSION")));
    check("the console program is found by its name", user.finds_hostkeep());
    check("the window's program says what it lacks", user.window_says_what_it_lacks());
    check("a program in use stops the installer", user.refuses_while_in_use(&newer.path));
    check("upgraded in place", user.install(&newer.path, NEWER));
    check("removed, and what is the user's stays", user.uninstall());
    check("installed elsewhere, without a shortcut", user.installs_elsewhere(&installer.path));
    check("a long Path stays whole", user.has_long_path(&installer.path));
    let failed = trouble.len();
    let trouble = (failed > 0).then(|| trouble.join("\n"));
    Ok(Outcome { count: Tally { passed, failed, skipped: 0 }, notes: Vec::new(), trouble })
}

/// Somebody with a Windows account, settings and an archive.
struct User<'a> {
    wine: &'a Running<'a>,
    profile: PathBuf,
    path: String,
}

impl<'a> User<'a> {
    fn new(wine: &'a Running<'a>) -> Result<Self> {
        let profile = wine.profile()?;
        let mut user = Self { wine, profile, path: String::new() };
        // What an earlier run that was cut off has left: where it was installed is where it would be installed again.
        if user.registry(&["query", UNINSTALL]).is_ok() {
            user.registry(&["delete", UNINSTALL, "/f"])?;
        }
        for left in [user.programs(), user.elsewhere()] {
            if left.exists() {
                fs::remove_dir_all(&left).with_context(|| format!("cannot remove {}", left.display()))?;
            }
        }
        user.set_path(PATH)?;
        for (file, content) in user.belongings() {
            fs::create_dir_all(file.parent().context("a file lies in a folder")?)?;
            fs::write(&file, content).with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(user)
    }

    fn set_path(&mut self, path: &str) -> Result<()> {
        path.clone_into(&mut self.path);
        let value = ["/v", "Path", "/t", "REG_EXPAND_SZ", "/f", "/d", path];
        self.registry(&[&["add", r"HKCU\Environment"], &value[..]].concat()).map(drop)
    }

    fn programs(&self) -> PathBuf {
        self.profile.join("AppData/Local/Programs/Hostkeep")
    }

    fn elsewhere(&self) -> PathBuf {
        self.profile.join("else/where")
    }

    fn shortcut(&self) -> PathBuf {
        self.profile.join("AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Hostkeep.lnk")
    }

    fn belongings(&self) -> [(PathBuf, &'static str); 2] {
        let archive = "Documents/Hostkeep archive/hostkeep-archive.json";
        [
            (self.profile.join("AppData/Roaming/Hostkeep/settings.json"), "{\"format\": 1}\n"),
            (self.profile.join(archive), "{\"format\": 1, \"id\": \"x\"}\n"),
        ]
    }

    fn install(&self, installer: &Path, version: &str) -> Result<()> {
        self.succeeds(&[&windows_path(installer), "/S"])?;
        for name in ["hostkeep.exe", "hostkeep-window.exe", "WebView2Loader.dll", "uninstall.exe"] {
            ensure!(self.programs().join(name).is_file(), "{name} is not there");
        }
        ensure!(self.shortcut().is_file(), "there is no entry in the Start menu");
        let place = r"C:\users\";
        let path = self.path_now()?;
        let added = path.strip_prefix(&format!("{};", self.path));
        let is_ours = added.is_some_and(|added| {
            added.starts_with(place)
                && added.ends_with(r"\AppData\Local\Programs\Hostkeep")
                && !added.contains(';')
        });
        ensure!(is_ours, "the Path is {path}");
        let shown = self.registry(&["query", UNINSTALL, "/v", "DisplayVersion"])?;
        ensure!(shown.contains(version), "Windows shows {shown}");
        self.has_belongings()
    }

    /// As in a console that was opened after the installation.
    fn finds_hostkeep(&self) -> Result<()> {
        let said = self.run(&["cmd", "/d", "/c", "hostkeep --version"])?;
        let expect = format!("hostkeep {}", env!("CARGO_PKG_VERSION"));
        ensure!(said.success && said.text.trim() == expect, "{}", said.text);
        Ok(())
    }

    /// Wine has no WebView2, as some Windows Servers.
    fn window_says_what_it_lacks(&self) -> Result<()> {
        let program = windows_path(&self.programs().join("hostkeep-window.exe"));
        let said = self.run(&[&program, "--help"])?;
        ensure!(said.success && said.text.starts_with("Usage: hostkeep-window"), "{}", said.text);
        let said = self.run(&[&program])?;
        ensure!(!said.success && said.text.contains("needs Microsoft's WebView2 Runtime"), "{}", said.text);
        Ok(())
    }

    fn refuses_while_in_use(&self, newer: &Path) -> Result<()> {
        let program = self.programs().join("hostkeep.exe");
        let mut simulator = self.wine.begin(&[&windows_path(&program), "simulate", "--hosts", "1"])?;
        // It prints where it listens.
        let outcome = simulator.has_said("https://").and_then(|_| {
            let said = self.run(&[&windows_path(newer), "/S"])?;
            ensure!(
                !said.success && said.text.contains("exit status: 2"),
                "the installer went on: {}",
                said.text
            );
            let shown = self.registry(&["query", UNINSTALL, "/v", "DisplayVersion"])?;
            ensure!(shown.contains(env!("CARGO_PKG_VERSION")), "Windows shows {shown}");
            Ok(())
        });
        simulator.end()?;
        outcome
    }

    fn uninstall(&self) -> Result<()> {
        self.removes(&self.programs())?;
        ensure!(!self.shortcut().exists(), "the Start menu's entry is still there");
        let path = self.path_now()?;
        ensure!(path == self.path, "the Path is {path}");
        self.has_belongings()
    }

    fn installs_elsewhere(&self, installer: &Path) -> Result<()> {
        let place = windows_path(&self.elsewhere());
        self.succeeds(&[&windows_path(installer), "/S", "/NOPATH", "/NOSHORTCUT", &format!("/D={place}")])?;
        ensure!(self.elsewhere().join("hostkeep.exe").is_file(), "hostkeep.exe is not in {place}");
        ensure!(!self.shortcut().exists(), "there is an entry in the Start menu");
        let path = self.path_now()?;
        ensure!(path == self.path, "the Path is {path}");
        // What somebody else put there stays.
        let theirs = self.elsewhere().join("notes.txt");
        fs::write(&theirs, "theirs").context("cannot write notes.txt")?;
        self.removes(&self.elsewhere())?;
        ensure!(theirs.is_file(), "a file that is not Hostkeep's was removed");
        Ok(())
    }

    fn has_long_path(&mut self, installer: &Path) -> Result<()> {
        self.set_path(&format!("{}{PATH}", r"C:\some folder;".repeat(MANY)))?;
        self.install(installer, env!("CARGO_PKG_VERSION"))?;
        self.uninstall()
    }

    /// Runs the uninstaller as Windows does, by what the registry holds. It goes on in a copy of itself, so its own end says
    /// nothing.
    fn removes(&self, folder: &Path) -> Result<()> {
        let said = self.registry(&["query", UNINSTALL, "/v", "QuietUninstallString"])?;
        let program = said.split('"').nth(1).with_context(|| format!("there is no program in {said}"))?;
        self.succeeds(&[program, "/S"])?;
        let names = ["hostkeep.exe", "hostkeep-window.exe", "uninstall.exe"];
        until(&format!("{} is gone", folder.display()), || {
            let is_there = names.iter().any(|name| folder.join(name).exists());
            // The folder itself goes unless somebody else's files are in it.
            let is_empty = fs::read_dir(folder).is_ok_and(|mut left| left.next().is_none());
            Ok(!is_there && !is_empty && self.registry(&["query", UNINSTALL]).is_err())
        })
    }

    fn has_belongings(&self) -> Result<()> {
        for (file, content) in self.belongings() {
            let found = fs::read_to_string(&file).with_context(|| format!("{} is gone", file.display()))?;
            ensure!(found == content, "{} was changed", file.display());
        }
        Ok(())
    }

    /// The user's Path as the registry holds it.
    fn path_now(&self) -> Result<String> {
        let said = self.registry(&["query", r"HKCU\Environment", "/v", "Path"])?;
        let value = said.lines().find_map(|line| line.split_once("REG_EXPAND_SZ"));
        Ok(value.with_context(|| format!("there is no Path in {said}"))?.1.trim().to_owned())
    }

    fn registry(&self, arguments: &[&str]) -> Result<String> {
        self.succeeds(&[&["reg"], arguments].concat())
    }

    fn succeeds(&self, words: &[&str]) -> Result<String> {
        let said = self.run(words)?;
        if !said.success {
            bail!("{}", said.text.trim_end());
        }
        Ok(said.text)
    }

    fn run(&self, words: &[&str]) -> Result<Said> {
        let mut command = limited(LIMIT, "wine");
        self.wine.listen(command.args(words))
    }
}

const UNINSTALL: &str = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Hostkeep";
