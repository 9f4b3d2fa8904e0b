//! `cargo xtask package`: the Debian package, as a user gets it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail, ensure};

use crate::{cache, node, run, shell, system, tally, ui};

/// Builds everything and packs it; says where the package is and how big.
pub(crate) fn package() -> Result<bool> {
    set_up()?;
    let made = tally::prepare("build and pack the release", debian)?;
    println!("{}, {} bytes", made.display(), made.metadata()?.len());
    Ok(true)
}

/// What the window is built with, and the page that it takes in.
pub(crate) fn set_up() -> Result<()> {
    if !system::is_debian() {
        bail!("the package is made on Debian or Ubuntu: there, what it takes is installed");
    }
    run::build_page()?;
    tally::prepare("set up make", system::make)?;
    tally::prepare("set up WebKit", system::webkit)
}

/// The package that Tauri's own tool makes, packed once more: it uses gzip, and xz, which is what Debian's own packages
/// are packed with, takes a third off. Wants [`set_up`].
pub(crate) fn debian() -> Result<PathBuf> {
    let began = SystemTime::now();
    let node = node::provide()?;
    let tool = ["exec", "--prefix", "ui", "--", "tauri", "build", "--bundles", "deb", "--config"];
    let mut build = node.npm(cache::root(), &tool)?;
    build
        .arg(r#"{"build":{"beforeBuildCommand":null}}"#)
        .env("CARGO_TARGET_DIR", cache::target()?)
        .env("CI", "true");
    ensure!(ui::folder().join("node_modules").is_dir(), "the page's packages are not installed");
    shell::quietly(&mut build)?;
    let made = the_only(&cache::target()?.join("release/bundle/deb"), began)?;
    pack_again(&made)?;
    Ok(made)
}

/// The one package in the folder that is newer than this.
fn the_only(folder: &Path, began: SystemTime) -> Result<PathBuf> {
    let packages: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .with_context(|| format!("cannot list {}", folder.display()))?;
    let is_new = |path: &PathBuf| {
        let modified = path.metadata().and_then(|metadata| metadata.modified());
        path.extension().is_some_and(|extension| extension == "deb") && modified.is_ok_and(|at| at >= began)
    };
    let mut new: Vec<PathBuf> = packages.into_iter().filter(is_new).collect();
    ensure!(new.len() == 1, "{} has {} packages of this build", folder.display(), new.len());
    Ok(new.remove(0))
}

fn pack_again(package: &Path) -> Result<()> {
    let unpacked = package.with_extension("unpacked");
    if unpacked.exists() {
        fs::remove_dir_all(&unpacked).with_context(|| format!("cannot remove {}", unpacked.display()))?;
    }
    shell::quietly(shell::program("dpkg-deb").arg("--raw-extract").arg(package).arg(&unpacked))?;
    let options = ["--root-owner-group", "-Zxz", "--build"];
    shell::quietly(shell::program("dpkg-deb").args(options).arg(&unpacked).arg(package))?;
    fs::remove_dir_all(&unpacked).with_context(|| format!("cannot remove {}", unpacked.display()))
}
