//! The few arguments of the window: where things are, and the demo.

use std::ffi::OsString;
use std::path::PathBuf;

/// What `--help` says.
pub(crate) const USAGE: &str = "\
Usage: hostkeep-window [OPTIONS]

Opens Hostkeep's window. For scripts there is the console program: hostkeep --help

Options:
      --config-dir DIR  Folder of settings and logs, instead of the user's own
      --archive DIR     Folder of the archive, instead of the one in the settings
      --demo            Open on a simulated vCenter; nothing of the user's is touched
  -h, --help            Show this";

/// What the arguments come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) config_dir: Option<PathBuf>,
    pub(crate) archive: Option<PathBuf>,
    pub(crate) demo: bool,
    pub(crate) help: bool,
}

impl Arguments {
    /// # Errors
    /// What is wrong, to be shown.
    pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut parsed = Self::default();
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let mut folder = || match arguments.next() {
                Some(value) if !value.is_empty() => Ok(Some(PathBuf::from(value))),
                _ => Err(format!("{} needs a folder\n\n{USAGE}", argument.display())),
            };
            match argument.to_str() {
                Some("--config-dir") => parsed.config_dir = folder()?,
                Some("--archive") => parsed.archive = folder()?,
                Some("--demo") => parsed.demo = true,
                Some("-h" | "--help") => parsed.help = true,
                _ => return Err(format!("unknown argument {}\n\n{USAGE}", argument.display())),
            }
        }
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &[&str], expect: Result<Arguments, &str>) {
        let parsed = Arguments::parse(given.iter().map(OsString::from));
        let parsed = parsed.map_err(|message| message.lines().next().unwrap_or_default().to_owned());
        assert_eq!(parsed, expect.map_err(str::to_owned), "{given:?}");
    }

    #[test]
    fn arguments_are_few() {
        check(&[], Ok(Arguments::default()));
        check(&["--demo"], Ok(Arguments { demo: true, ..Arguments::default() }));
        let folders =
            Arguments { config_dir: Some("c d".into()), archive: Some("a".into()), ..Arguments::default() };
        check(&["--config-dir", "c d", "--archive", "a"], Ok(folders));
        check(&["--archive"], Err("--archive needs a folder"));
        check(&["--archive", ""], Err("--archive needs a folder"));
        check(&["backup"], Err("unknown argument backup"));
    }
}
