//! Starting programs: quiet while all is well, everything they said when not.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::cache;

/// What a program said, standard output and standard error as they came, and whether it succeeded.
pub(crate) struct Said {
    pub success: bool,
    pub text: String,
}

/// A program to be started in the checkout's root.
pub(crate) fn program(name: impl AsRef<Path>) -> Command {
    let mut command = Command::new(name.as_ref());
    command.current_dir(cache::root());
    command
}

/// Cargo, the very one that started this program, building into [`cache::target`].
pub(crate) fn cargo(arguments: &[&str]) -> Result<Command> {
    let mut command = program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).env("CARGO_TARGET_DIR", cache::target()?).env("CARGO_TERM_COLOR", "never");
    Ok(command)
}

/// Runs it to its end, listening. An error only if it cannot be started.
pub(crate) fn listen(command: &mut Command) -> Result<Said> {
    let name = command.get_program().to_string_lossy().into_owned();
    let (mut reader, writer) = std::io::pipe().context("cannot make a pipe")?;
    let second = writer.try_clone().context("cannot make a pipe")?;
    command.stdin(Stdio::null()).stdout(writer).stderr(second);
    let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
    // The command keeps its ends of the pipe open; reading would never end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).with_context(|| format!("cannot read what {name} says"))?;
    let status = child.wait().with_context(|| format!("cannot wait for {name}"))?;
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    if !status.success() {
        text = format!("{text}{name}: {status}\n");
    }
    Ok(Said { success: status.success(), text })
}

/// Runs it; a failure is an error that holds everything it said.
pub(crate) fn quietly(command: &mut Command) -> Result<String> {
    let said = listen(command)?;
    if !said.success {
        bail!("{}\n{}", line_of(command), said.text.trim_end());
    }
    Ok(said.text)
}

/// Whether a program of this name can be started from `PATH`.
pub(crate) fn in_path(name: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path)
            .any(|folder| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)).is_file())
    })
}

/// The command as one would type it.
pub(crate) fn line_of(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn both_streams_are_heard_in_order_and_failure_is_told() {
        let said = listen(program("sh").args(["-c", "echo one; echo two >&2; echo three; exit 3"])).unwrap();
        assert!(!said.success);
        assert_eq!(said.text, "one\ntwo\nthree\nsh: exit status: 3\n");
    }

    #[test]
    fn an_error_holds_the_command_and_what_it_said() {
        let error = quietly(program("sh").args(["-c", "echo because; exit 1"])).unwrap_err();
        assert_eq!(error.to_string(), "sh -c echo because; exit 1\nbecause\nsh: exit status: 1");
        let error = quietly(&mut program("no-such-program-here")).unwrap_err();
        assert_eq!(error.to_string(), "cannot start no-such-program-here");
    }
}
