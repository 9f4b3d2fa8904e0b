//! The page: its packages and its build, each made again only when what it is made of has changed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::node::Node;
use crate::{cache, shell};

/// What lies in ui/ and is not a source of the page.
const NOT_SOURCES: [&str; 5] = ["node_modules", "dist", "dist-mock", "test-results", "playwright-report"];

/// Where the page's sources are.
pub(crate) fn folder() -> PathBuf {
    cache::root().join("ui")
}

/// `npm ci`, once for each package-lock.json.
pub(crate) fn install(node: &Node) -> Result<()> {
    let folder = folder();
    let lock = cache::key(&[&read(&folder.join("package.json"))?, &read(&folder.join("package-lock.json"))?]);
    // `npm ci` begins by removing node_modules, and this with it: a cut off one is made again.
    let stamp = folder.join("node_modules/.hostkeep-installed");
    let _held = cache::lock()?;
    if is(&stamp, &lock) {
        return Ok(());
    }
    shell::quietly(&mut node.npm(&folder, &["ci", "--prefer-offline", "--no-progress"])?)?;
    write(&stamp, &lock)
}

/// `npm run build` into ui/dist, which the window's program takes in; only when a source has changed.
pub(crate) fn build(node: &Node) -> Result<()> {
    let folder = folder();
    let sources = fingerprint(&folder)?;
    let index = folder.join("dist/index.html");
    let stamp = folder.join("node_modules/.hostkeep-built");
    let _held = cache::lock()?;
    // The page itself is part of what is compared: something else may have written another one since.
    let made = |index: &Path| fs::read_to_string(index).map(|page| cache::key(&[&sources, &page]));
    if made(&index).is_ok_and(|made| is(&stamp, &made)) {
        return Ok(());
    }
    shell::quietly(&mut node.npm(&folder, &["run", "build"])?)?;
    write(&stamp, &made(&index).with_context(|| format!("the build left no {}", index.display()))?)
}

/// Changes when any source does.
fn fingerprint(folder: &Path) -> Result<String> {
    cache::fingerprint(folder, |path| NOT_SOURCES.iter().any(|name| path == folder.join(name)))
}

fn is(stamp: &Path, expect: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|found| found == expect)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_follows_sources_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("package.json", "{}");
        put("src/dist/main.ts", "1");
        let first = fingerprint(folder.path()).unwrap();
        put("dist/index.html", "built");
        put("node_modules/react/index.js", "theirs");
        assert_eq!(fingerprint(folder.path()).unwrap(), first);
        put("src/dist/main.ts", "2");
        let second = fingerprint(folder.path()).unwrap();
        assert_ne!(second, first);
        fs::rename(folder.path().join("src/dist/main.ts"), folder.path().join("src/dist/other.ts")).unwrap();
        assert_ne!(fingerprint(folder.path()).unwrap(), second);
    }
}
