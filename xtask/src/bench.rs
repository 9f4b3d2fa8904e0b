//! `cargo xtask bench`: the release build beside a threaded pyVmomi script, against the same simulator, and the window
//! beside an empty one, in one run; ratios, because seconds of one machine say little about another.

mod bundles;
mod contenders;
mod measure;
mod page;
mod window;

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::{cache, setup, shell, system, tally};
use contenders::{Contender, Simulation};
use measure::{Use, median};

const PROTOCOL_ALONE: &str = "protocol_alone";
const RUNS: usize = 3;
const BUNDLE_BYTES: u32 = 64 * 1024;

type Scenario = fn(&Programs) -> Result<Vec<Finding>>;

/// What is measured, by the name that the command line takes.
const SCENARIOS: [(&str, Scenario); 5] = [
    ("latency", latency),
    ("throughput", throughput),
    ("inventory", inventory),
    ("bundles", bundles::bundles),
    ("window", window::window),
];

/// What the contenders are started from.
struct Programs {
    hostkeep: PathBuf,
    /// The example of that name in crates/vsphere.
    protocol_alone: PathBuf,
    python: PathBuf,
    /// Where each run gets a folder of its own.
    work: PathBuf,
}

/// One number and what it has to keep to.
#[derive(Clone, Debug, PartialEq)]
struct Finding {
    beside: Beside,
    scenario: &'static str,
    what: &'static str,
    ours: String,
    theirs: String,
    ratio: f64,
    limit: Limit,
}

/// What Hostkeep is compared with: one table of the page each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Beside {
    Script,
    Tools,
    EmptyWindow,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Limit {
    AtMost(f64),
    AtLeast(f64),
    /// It is worth knowing, and nothing was promised.
    None,
}

impl Limit {
    fn holds(self, ratio: f64) -> bool {
        match self {
            Limit::AtMost(most) => ratio <= most,
            Limit::AtLeast(least) => ratio >= least,
            Limit::None => true,
        }
    }
}

/// Measures all scenarios and writes docs/benchmarks.md, or only shows those named. False when a limit is missed.
pub(crate) fn bench(only: &[&str]) -> Result<bool> {
    if let Some(unknown) = only.iter().find(|name| SCENARIOS.iter().all(|(known, _)| known != *name)) {
        let known: Vec<&str> = SCENARIOS.iter().map(|(name, _)| *name).collect();
        bail!("there is no benchmark {unknown}; there are {}", known.join(", "));
    }
    let is_wanted = |name: &str| only.is_empty() || only.contains(&name);
    let venv = tally::prepare("set up Python peers", setup::venv)?;
    if is_wanted("window") {
        window::set_up()?;
    } else {
        tally::prepare("set up make", system::make)?;
    }
    tally::prepare("build the release", || {
        let mut build =
            shell::cargo(&["build", "--quiet", "--locked", "--release", "--package", "hostkeep"])?;
        if is_wanted("window") {
            // In one go, so that both are built with the same features of Tauri.
            build.args(["--package", "empty-window"]);
        } else {
            build.args(["--no-default-features", "--bin", "hostkeep"]);
        }
        shell::quietly(&mut build)?;
        let wire = [
            "build",
            "--quiet",
            "--locked",
            "--release",
            "--package",
            "vsphere",
            "--example",
            PROTOCOL_ALONE,
        ];
        shell::quietly(&mut shell::cargo(&wire)?)
    })?;
    let target = cache::target()?;
    let programs = Programs {
        hostkeep: target.join("release").join(format!("hostkeep{EXE_SUFFIX}")),
        protocol_alone: target.join("release/examples").join(format!("{PROTOCOL_ALONE}{EXE_SUFFIX}")),
        python: venv.python(),
        work: target.join("bench"),
    };
    // Gigabytes, where a run was cut off.
    clear(&programs.work)?;
    let mut findings = Vec::new();
    for (name, scenario) in SCENARIOS {
        if is_wanted(name) {
            findings.extend(tally::prepare(name, || scenario(&programs))?);
        }
    }
    clear(&programs.work)?;
    let page = page::render(&findings, &page::machine()?);
    if only.is_empty() {
        let path = cache::root().join("docs/benchmarks.md");
        fs::write(&path, &page).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("\n{page}");
    Ok(findings.iter().all(|finding| finding.limit.holds(finding.ratio)))
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    Ok(())
}

/// 100 hosts of which each takes a second to make its bundle: nothing but the waiting should be seen.
fn latency(programs: &Programs) -> Result<Vec<Finding>> {
    const HOSTS: usize = 100;
    const CONCURRENCY: usize = 16;
    let simulation = Simulation::start(programs, HOSTS, 1000, BUNDLE_BYTES)?;
    let (ours, theirs) = compare(|who| contenders::back_up(programs, &simulation, who, CONCURRENCY))?;
    let wire = downloads(programs, &simulation, CONCURRENCY)?;
    let floor = seconds_floor(HOSTS, CONCURRENCY);
    let scenario = "100 hosts, 1 s a backup, 16 at a time";
    Ok(vec![
        Finding {
            beside: Beside::Script,
            scenario,
            what: "time ÷ the floor (one second for each 16 hosts)",
            ours: seconds(ours.wall),
            theirs: seconds(theirs.wall),
            ratio: ours.wall / floor,
            limit: Limit::AtMost(1.03),
        },
        less(scenario, "CPU time ÷ the script's", ours.cpu, theirs.cpu, seconds, 0.25),
        Finding {
            beside: Beside::Script,
            scenario,
            what: "CPU time of the protocol alone ÷ the script's",
            ours: seconds(wire.cpu),
            theirs: seconds(theirs.cpu),
            ratio: wire.cpu / theirs.cpu,
            limit: Limit::None,
        },
        less(scenario, "peak memory ÷ the script's", ours.peak_mib, theirs.peak_mib, mebibytes, 0.5),
    ])
}

/// As many hosts as a vCenter holds, that answer at once: the client's own cost is all there is.
fn throughput(programs: &Programs) -> Result<Vec<Finding>> {
    const MANY: usize = 2500;
    const FEW: usize = 100;
    const CONCURRENCY: usize = 32;
    let few = {
        let simulation = Simulation::start(programs, FEW, 0, BUNDLE_BYTES)?;
        let runs: Result<Vec<Use>> = (0..RUNS)
            .map(|_| contenders::back_up(programs, &simulation, Contender::Hostkeep, CONCURRENCY))
            .collect();
        median(&runs?)
    };
    let simulation = Simulation::start(programs, MANY, 0, BUNDLE_BYTES)?;
    let (ours, theirs) = compare(|who| contenders::back_up(programs, &simulation, who, CONCURRENCY))?;
    let wire = downloads(programs, &simulation, CONCURRENCY)?;
    let scenario = "2,500 hosts, no waiting, 32 at a time";
    Ok(vec![
        Finding {
            beside: Beside::Script,
            scenario,
            what: "hosts per second ÷ the script's",
            ours: per_second(MANY, ours.wall),
            theirs: per_second(MANY, theirs.wall),
            ratio: theirs.wall / ours.wall,
            limit: Limit::AtLeast(8.0),
        },
        Finding {
            beside: Beside::Script,
            scenario,
            what: "hosts per second of the protocol alone ÷ the script's",
            ours: per_second(MANY, wire.wall),
            theirs: per_second(MANY, theirs.wall),
            ratio: theirs.wall / wire.wall,
            limit: Limit::None,
        },
        Finding {
            beside: Beside::Script,
            scenario,
            what: "peak memory ÷ that of 100 hosts",
            ours: mebibytes(ours.peak_mib),
            theirs: format!("{} (100 hosts, Hostkeep)", mebibytes(few.peak_mib)),
            ratio: ours.peak_mib / few.peak_mib,
            limit: Limit::AtMost(1.5),
        },
    ])
}

/// The list of 2,500 hosts with the same properties.
fn inventory(programs: &Programs) -> Result<Vec<Finding>> {
    const HOSTS: usize = 2500;
    let simulation = Simulation::start(programs, HOSTS, 0, BUNDLE_BYTES)?;
    let (ours, theirs) = compare(|who| contenders::list(programs, &simulation, who))?;
    Ok(vec![less("inventory of 2,500 hosts", "time ÷ the script's", ours.wall, theirs.wall, seconds, 0.25)])
}

/// The median of what the wire alone takes.
fn downloads(programs: &Programs, simulation: &Simulation, concurrency: usize) -> Result<Use> {
    let runs: Result<Vec<Use>> =
        (0..RUNS).map(|_| contenders::download(programs, simulation, concurrency)).collect();
    Ok(median(&runs?))
}

/// The median of either, measured in turns so that what else the machine does meets both.
fn compare(mut measured: impl FnMut(Contender) -> Result<Use>) -> Result<(Use, Use)> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(measured(Contender::Hostkeep)?);
        theirs.push(measured(Contender::Script)?);
    }
    Ok((median(&ours), median(&theirs)))
}

fn less(
    scenario: &'static str,
    what: &'static str,
    ours: f64,
    theirs: f64,
    show: fn(f64) -> String,
    most: f64,
) -> Finding {
    Finding {
        beside: Beside::Script,
        scenario,
        what,
        ours: show(ours),
        theirs: show(theirs),
        ratio: ours / theirs,
        limit: Limit::AtMost(most),
    }
}

#[allow(clippy::cast_precision_loss, reason = "a few thousand hosts at most")]
fn seconds_floor(hosts: usize, concurrency: usize) -> f64 {
    hosts.div_ceil(concurrency) as f64
}

#[allow(clippy::cast_precision_loss, reason = "a few thousand hosts at most")]
fn per_second(hosts: usize, wall: f64) -> String {
    format!("{:.0}/s", hosts as f64 / wall)
}

fn seconds(value: f64) -> String {
    format!("{value:.2} s")
}

fn mebibytes(value: f64) -> String {
    format!("{value:.1} MiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_one_second_for_each_round() {
        for (hosts, concurrency, expect) in [(100, 16, 7.0), (96, 16, 6.0), (1, 16, 1.0)] {
            assert!(
                (seconds_floor(hosts, concurrency) - expect).abs() < f64::EPSILON,
                "{hosts}/{concurrency}"
            );
        }
    }

    #[test]
    fn limits_hold_at_their_edge() {
        for (limit, ratio, expect) in [
            (Limit::AtMost(0.5), 0.5, true),
            (Limit::AtMost(0.5), 0.51, false),
            (Limit::AtLeast(8.0), 8.0, true),
            (Limit::AtLeast(8.0), 7.9, false),
        ] {
            assert_eq!(limit.holds(ratio), expect, "{limit:?} {ratio}");
        }
    }
}
