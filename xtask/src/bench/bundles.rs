//! What is read of bundles, beside `sha256sum` and `gzip -t` or a budget: whole processes, from start to exit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::contenders::{Simulation, fresh_folder};
use super::measure::{Use, measured, median};
use super::{Beside, Finding, Limit, Programs};
use crate::shell;

const RUNS: usize = 9;
const MIB: u32 = 1024 * 1024;

/// One bundle, two, the archive of a hundred hosts, and that of as many as a vCenter holds.
pub(super) fn bundles(programs: &Programs) -> Result<Vec<Finding>> {
    let mut findings = one_and_two(programs)?;
    findings.extend(verify(programs)?);
    findings.extend(search(programs)?);
    Ok(findings)
}

/// Bundles of a megabyte without an envelope; the key of one takes 20 to 30 ms more, once a host and process.
fn one_and_two(programs: &Programs) -> Result<Vec<Finding>> {
    let work = fresh_folder(programs)?;
    let simulation = Simulation::start(programs, 2, 0, MIB)?;
    save(programs, &simulation, &work)?;
    let files = bundles_in(&work.join("archive"))?;
    ensure!(files.len() == 2, "{} bundles of 2 hosts", files.len());
    let read = repeated(|| hostkeep(programs, &work, &["bundle", "settings", "--json"], &files[..1]))?;
    let compared = repeated(|| hostkeep(programs, &work, &["bundle", "diff", "--json"], &files))?;
    Ok(vec![
        budget("a bundle of 1 MiB", "time to its settings ÷ 50 ms", &read, 0.05),
        budget("two bundles of 1 MiB", "time to compare them ÷ 100 ms", &compared, 0.1),
    ])
}

/// Both read the same files, which are in memory by then.
fn verify(programs: &Programs) -> Result<Vec<Finding>> {
    const HOSTS: usize = 100;
    let work = fresh_folder(programs)?;
    let simulation = Simulation::start(programs, HOSTS, 0, MIB)?;
    save(programs, &simulation, &work)?;
    let files = bundles_in(&work.join("archive"))?;
    ensure!(files.len() == HOSTS, "{} bundles of {HOSTS} hosts", files.len());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(measured(&mut hostkeep(programs, &work, &["archive", "verify", "--json"], &[]), "")?.0);
        let (hashed, _) = measured(Command::new("sha256sum").args(&files), "")?;
        let (tested, _) = measured(Command::new("gzip").arg("-t").args(&files), "")?;
        theirs.push(Use {
            wall: hashed.wall + tested.wall,
            cpu: hashed.cpu + tested.cpu,
            peak_mib: hashed.peak_mib.max(tested.peak_mib),
        });
    }
    let (ours, theirs) = (median(&ours), median(&theirs));
    let finding = |what, ours: f64, theirs: f64, limit| Finding {
        beside: Beside::Tools,
        scenario: "verify, 100 bundles of 1 MiB",
        what,
        ours: milliseconds(ours),
        theirs: milliseconds(theirs),
        ratio: theirs / ours,
        limit,
    };
    Ok(vec![
        finding("speed ÷ that of sha256sum and gzip -t", ours.wall, theirs.wall, Limit::AtLeast(0.7)),
        finding("the same by CPU time", ours.cpu, theirs.cpu, Limit::None),
    ])
}

/// Hosts that differ as those of a site do.
fn search(programs: &Programs) -> Result<Vec<Finding>> {
    const HOSTS: usize = 2500;
    const SCENARIO: &str = "the newest bundles of 2,500 hosts";
    let work = fresh_folder(programs)?;
    let simulation = Simulation::varied(programs, HOSTS)?;
    save(programs, &simulation, &work)?;
    let find = |text: &str| hostkeep(programs, &work, &["archive", "search", "--json", text], &[]);
    let (first, _) = measured(&mut find("ntp2"), "")?;
    let again = repeated(|| find("VLAN 207"))?;
    Ok(vec![
        Finding {
            limit: Limit::None,
            ..budget(SCENARIO, "time to index them and search ÷ 10 s", &first, 10.0)
        },
        budget(SCENARIO, "time to search them, once indexed ÷ 300 ms", &again, 0.3),
    ])
}

/// Hosts that cannot be backed up are among those of a site: that some fail is fine.
fn save(programs: &Programs, simulation: &Simulation, work: &Path) -> Result<()> {
    use std::io::Write as _;
    use std::process::Stdio;
    let mut command = super::contenders::hostkeep(programs, simulation, work, "backup");
    command.args(["--concurrency", "32"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().with_context(|| format!("cannot start {}", shell::line_of(&command)))?;
    let mut stdin = child.stdin.take().context("the program has no standard input")?;
    stdin.write_all(simulation.password().as_bytes()).context("the program does not read its input")?;
    drop(stdin);
    let status = child.wait().context("cannot wait for the backup")?;
    ensure!(matches!(status.code(), Some(0 | 3)), "the backup ended with {status}");
    Ok(())
}

fn hostkeep(programs: &Programs, work: &Path, arguments: &[&str], files: &[PathBuf]) -> Command {
    let mut command = shell::program(&programs.hostkeep);
    command.args(arguments).args(files);
    command.arg("--config-dir").arg(work.join("config")).arg("--archive").arg(work.join("archive"));
    command
}

fn repeated(command: impl Fn() -> Command) -> Result<Use> {
    let runs: Result<Vec<Use>> = (0..RUNS).map(|_| Ok(measured(&mut command(), "")?.0)).collect();
    Ok(median(&runs?))
}

fn budget(scenario: &'static str, what: &'static str, cost: &Use, seconds: f64) -> Finding {
    Finding {
        beside: Beside::Tools,
        scenario,
        what,
        ours: milliseconds(cost.wall),
        theirs: milliseconds(seconds),
        ratio: cost.wall / seconds,
        limit: Limit::AtMost(1.0),
    }
}

fn bundles_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry.with_context(|| format!("cannot list {}", folder.display()))?.path();
        if path.is_dir() {
            found.extend(bundles_in(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "tgz") {
            found.push(path);
        }
    }
    Ok(found)
}

fn milliseconds(seconds: f64) -> String {
    format!("{:.0} ms", seconds * 1000.0)
}
