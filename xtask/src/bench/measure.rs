//! What one process cost: time on the clock, CPU time, peak memory.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use wait4::Wait4;

use crate::shell;

/// Seconds and mebibytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Use {
    pub wall: f64,
    pub cpu: f64,
    pub peak_mib: f64,
}

/// Runs a program to its end with this on its standard input; it has to succeed. Also what it printed.
pub(super) fn measured(command: &mut Command, input: &str) -> Result<(Use, String)> {
    let line = shell::line_of(command);
    let said = tempfile::tempfile().context("cannot create a temporary file")?;
    let complaints = tempfile::tempfile().context("cannot create a temporary file")?;
    command
        .stdin(Stdio::piped())
        .stdout(said.try_clone().context("cannot share a temporary file")?)
        .stderr(complaints.try_clone().context("cannot share a temporary file")?);
    let start = Instant::now();
    let mut child = command.spawn().with_context(|| format!("cannot start {line}"))?;
    let mut stdin = child.stdin.take().context("the program has no standard input")?;
    stdin.write_all(input.as_bytes()).with_context(|| format!("{line} does not read its input"))?;
    drop(stdin);
    let ended = child.wait4().with_context(|| format!("cannot wait for {line}"))?;
    let wall = start.elapsed().as_secs_f64();
    let said = read_back(said)?;
    if !ended.status.success() {
        bail!("{line}: {}\n{said}\n{}", ended.status, read_back(complaints)?);
    }
    let cpu = (ended.rusage.utime + ended.rusage.stime).as_secs_f64();
    Ok((Use { wall, cpu, peak_mib: mebibytes(ended.rusage.maxrss) }, said))
}

/// Of each number by itself.
pub(super) fn median(runs: &[Use]) -> Use {
    let middle = |number: fn(&Use) -> f64| {
        let mut numbers: Vec<f64> = runs.iter().map(number).collect();
        numbers.sort_by(f64::total_cmp);
        numbers[numbers.len() / 2]
    };
    Use { wall: middle(|run| run.wall), cpu: middle(|run| run.cpu), peak_mib: middle(|run| run.peak_mib) }
}

#[allow(clippy::cast_precision_loss, reason = "a size in bytes, shown with one decimal")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}

fn read_back(mut file: std::fs::File) -> Result<String> {
    use std::io::{Read, Seek};
    file.rewind().context("cannot read back a temporary file")?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).context("cannot read back a temporary file")?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_measured_and_heard() {
        let (cost, said) =
            measured(Command::new("sh").args(["-c", "read word; echo got $word"]), "it\n").unwrap();
        assert_eq!(said, "got it\n");
        assert!(cost.peak_mib > 0.1, "{cost:?}");
        let error = measured(Command::new("sh").args(["-c", "cat; echo why >&2; exit 4"]), "").unwrap_err();
        assert!(error.to_string().ends_with("exit status: 4\n\nwhy\n"), "{error}");
    }

    #[test]
    fn the_median_is_taken_of_each_number() {
        let run = |wall, cpu, peak_mib| Use { wall, cpu, peak_mib };
        assert_eq!(median(&[run(3.0, 1.0, 9.0), run(1.0, 2.0, 7.0), run(2.0, 3.0, 8.0)]), run(2.0, 2.0, 8.0));
    }
}
