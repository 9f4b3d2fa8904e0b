//! A Rust compiler that builds for Windows: Debian's, with a standard library that it builds itself, once.
//!
//! It is not the one of rust-toolchain.toml: rustup's Windows libraries come from rustup's server only, and a checkout
//! shall need no more than Debian's packages and crates.io.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{cache, shell};

/// What is built for. The Microsoft one cannot be linked here; it is the release workflow's.
pub(super) const TARGET: &str = "x86_64-pc-windows-gnu";
/// Of the root Cargo.toml.
pub(super) const PROFILE: &str = "windows";

const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";
/// The linker, and where it comes from.
const GCC: &str = "x86_64-w64-mingw32-gcc";
/// Longer than the slowest machine takes to build everything for the first time, in seconds.
const BUILD_LIMIT: &str = "3600";

pub(super) struct Toolchain {
    sysroot: PathBuf,
    target: PathBuf,
}

impl Toolchain {
    /// With the standard library of this very compiler.
    pub(super) fn provide() -> Result<Self> {
        let packages = ["--show", "rustc-web", "rust-web-src", "gcc-mingw-w64-x86-64-win32"];
        let versions = shell::quietly(shell::program("dpkg-query").args(packages))?;
        let place = cache::folder()?.join(format!("windows-library-{}", cache::key(&[&versions])));
        let _held = cache::lock()?;
        cache::once(&place, || build_library(&place))?;
        Ok(Self { sysroot: place.join("sysroot"), target: cache::folder()?.join("target-windows") })
    }

    /// Where both programs lie as users get them.
    pub(super) fn programs(&self) -> PathBuf {
        self.target.join(TARGET).join(PROFILE)
    }

    /// Debian's cargo, building for Windows.
    pub(super) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = limited(BUILD_LIMIT, CARGO);
        self.build_for_windows(cargo.args(arguments));
        cargo
    }

    /// Tells a program that starts cargo which one, and what for.
    pub(super) fn build_for_windows(&self, command: &mut Command) {
        debians(command);
        let flags = format!("--sysroot={} -Dwarnings", self.sysroot.display());
        command
            .env("CARGO_BUILD_TARGET", TARGET)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", GCC)
            .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", "wine")
            .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUSTFLAGS", flags)
            .env("CARGO_TERM_COLOR", "never")
            // Nobody debugs these, and they would take several times the room.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_INCREMENTAL", "0");
    }

    /// Compiles a library of one C file.
    pub(super) fn compile_dll(source: &Path, made: &Path, libraries: &[&str]) -> Result<()> {
        let mut gcc = limited("120", GCC);
        gcc.args(["-O2", "-s", "-shared", "-o"]).arg(made).arg(source).args(libraries);
        shell::quietly(&mut gcc).map(drop)
    }
}

/// A program that is ended after this many seconds, whatever it waits for.
pub(super) fn limited(seconds: &str, program: &str) -> Command {
    let mut command = shell::program("timeout");
    command.args(["--kill-after=10", seconds, program]);
    command
}

/// Debian's compiler, and nothing that rustup or the cargo that started us has set.
fn debians(command: &mut Command) {
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .env("PATH", format!("/usr/bin:/bin:{path}"))
        .env("CARGO", CARGO)
        .env("RUSTC", RUSTC)
        .env("RUSTDOC", "/usr/bin/rustdoc");
    for set in
        ["RUSTUP_TOOLCHAIN", "RUSTC_BOOTSTRAP", "LD_LIBRARY_PATH", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"]
    {
        command.env_remove(set);
    }
}

/// Only nightly compilers build their own standard library, and those that are told to take themselves for one.
fn build_library(place: &Path) -> Result<()> {
    let package = place.join("package");
    fs::create_dir_all(package.join("src")).context("cannot make a package")?;
    fs::write(package.join("src/lib.rs"), "").context("cannot write a package")?;
    let manifest = "[package]\nname = \"empty\"\nedition = \"2024\"\n[workspace]\n";
    fs::write(package.join("Cargo.toml"), manifest).context("cannot write a package")?;
    let mut build = limited(BUILD_LIMIT, CARGO);
    debians(&mut build);
    build.current_dir(&package).env("CARGO_TARGET_DIR", package.join("target")).env("RUSTC_BOOTSTRAP", "1");
    build.args(["build", "--quiet", "--release", "--target", TARGET]);
    build.arg("-Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test");
    shell::quietly(&mut build)?;
    let libraries = place.join("sysroot/lib/rustlib").join(TARGET).join("lib");
    fs::create_dir_all(&libraries).with_context(|| format!("cannot make {}", libraries.display()))?;
    let made = package.join("target").join(TARGET).join("release/deps");
    let mut copied = 0;
    for entry in fs::read_dir(&made).with_context(|| format!("cannot list {}", made.display()))? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.extension().is_some_and(|extension| extension == "rlib") && !name.starts_with("libempty") {
            fs::copy(&path, libraries.join(&name)).with_context(|| format!("cannot copy {name}"))?;
            copied += 1;
        }
    }
    ensure!(copied > 0, "the standard library's build left nothing in {}", made.display());
    fs::remove_dir_all(&package).context("cannot remove what the build left")
}
