//! Where things live: the checkout, the build directory, and what is kept between runs outside the checkout.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// The checkout's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies one folder below the root")
}

/// `~/.cache/hostkeep` or what the platform has for it; tools, virtual environments and builds are kept here,
/// each under a name that changes with its pins.
pub(crate) fn folder() -> Result<PathBuf> {
    let base = if let Some(xdg) = std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty()) {
        PathBuf::from(xdg)
    } else if cfg!(windows) {
        PathBuf::from(std::env::var_os("LOCALAPPDATA").context("LOCALAPPDATA is not set")?)
    } else {
        std::env::home_dir().context("there is no home directory (HOME is not set)")?.join(".cache")
    };
    let folder = base.join("hostkeep");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

/// The build directory: the caller's own when one is set, else one outside the checkout, so that a fresh clone on a
/// machine that has built Hostkeep before reuses the compiled dependencies. CI always takes that one.
pub(crate) fn target() -> Result<PathBuf> {
    let ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        // Cargo takes a relative one from where it is started.
        Some(target) if !ci && !target.is_empty() => {
            std::path::absolute(target).context("CARGO_TARGET_DIR is no usable path")?
        }
        _ => folder()?.join("target"),
    };
    ensure!(
        !cfg!(target_os = "linux") || can_build_in(&target),
        "jemalloc cannot be built in {}, as it has a blank; set CARGO_TARGET_DIR to a folder without",
        target.display()
    );
    Ok(target)
}

/// jemalloc's configure takes no blanks.
fn can_build_in(target: &Path) -> bool {
    !target.to_string_lossy().contains(char::is_whitespace)
}

/// A short name for these pins: another pin, another name.
pub(crate) fn key(pins: &[&str]) -> String {
    let mut hasher = DefaultHasher::new();
    pins.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// A short name for this content.
pub(crate) fn key_of(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Changes when any file in a folder does, by name or by content, but for what is `skipped`.
pub(crate) fn fingerprint(folder: &Path, skipped: impl Fn(&Path) -> bool) -> Result<String> {
    let mut parts = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(place) = folders.pop() {
        let mut entries: Vec<PathBuf> = fs::read_dir(&place)
            .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
            .with_context(|| format!("cannot list {}", place.display()))?;
        entries.retain(|path| !skipped(path));
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
                parts.push(path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned());
                parts.push(key_of(&bytes));
            }
        }
    }
    Ok(key(&parts.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// Held while something is set up, so that two runs at once do not build the same thing over each other.
pub(crate) fn lock() -> Result<File> {
    let path = folder()?.join("lock");
    let file = File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
    file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
    Ok(file)
}

/// Makes `place` with `make` unless an earlier run finished doing so; what an interrupted run left goes first.
pub(crate) fn once(place: &Path, make: impl FnOnce() -> Result<()>) -> Result<()> {
    let done = place.join(".complete");
    if done.exists() {
        return Ok(());
    }
    if place.exists() {
        fs::remove_dir_all(place).with_context(|| format!("cannot clear {}", place.display()))?;
    }
    fs::create_dir_all(place).with_context(|| format!("cannot create {}", place.display()))?;
    make()?;
    File::create(&done).with_context(|| format!("cannot create {}", done.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_changes_with_any_pin() {
        assert_eq!(key(&["a==1", "b==2"]), key(&["a==1", "b==2"]));
        assert_ne!(key(&["a==1", "b==2"]), key(&["a==1", "b==3"]));
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
    }

    #[test]
    fn a_build_directory_has_no_blanks() {
        assert!(can_build_in(Path::new("/home/me/.cache/hostkeep/target")));
        assert!(!can_build_in(Path::new("/home/John Doe/.cache/hostkeep/target")));
    }

    #[test]
    fn what_was_interrupted_is_made_again_and_what_was_finished_is_kept() {
        let place = std::env::temp_dir().join(format!("hostkeep-once-{}", std::process::id()));
        let interrupted = once(&place, || {
            fs::write(place.join("half"), "")?;
            anyhow::bail!("cut off")
        });
        assert_eq!(interrupted.unwrap_err().to_string(), "cut off");

        once(&place, || {
            assert!(!place.join("half").exists(), "the rest of the interrupted run is still there");
            Ok(fs::write(place.join("whole"), "")?)
        })
        .unwrap();
        once(&place, || panic!("made twice")).unwrap();
        assert!(place.join("whole").exists());
        fs::remove_dir_all(place).unwrap();
    }
}
