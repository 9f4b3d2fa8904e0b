//! How soon the window is there, what it takes and how smoothly it moves, beside an empty one. What is measured in the
//! real web view is measured by `tests/e2e/measure.rs`; this starts it and reads what it says.

use anyhow::{Context, Result};
use serde_json::Value;

use super::{Beside, Finding, Limit, Programs, mebibytes, seconds};
use crate::{cache, package, shell, system, tally};

/// A frame that takes longer is seen.
const FRAME_BUDGET_MS: f64 = 33.0;
const PACKAGE_BUDGET_BYTES: f64 = 15e6;

/// What the window is built and driven with.
pub(super) fn set_up() -> Result<()> {
    package::set_up()?;
    tally::prepare("set up a desktop", system::desktop)
}

/// All there is to say of the window.
pub(super) fn window(programs: &Programs) -> Result<Vec<Finding>> {
    let told = measured(programs)?;
    let number = |path: &str| {
        told.pointer(path).and_then(Value::as_f64).with_context(|| format!("{path} was not measured: {told}"))
    };
    let mut findings = vec![
        beside_empty(
            "start, 2,500 hosts known",
            "time until something is shown",
            [number("/first_letters_seconds/ours")?, number("/first_letters_seconds/empty")?],
            seconds,
            Limit::None,
        ),
        beside_empty(
            "start, 2,500 hosts known",
            "time until hosts stand in the grid",
            [number("/ready_seconds/ours")?, number("/ready_seconds/empty")?],
            seconds,
            Limit::AtMost(1.3),
        ),
        beside_empty(
            "2,500 hosts shown",
            "memory of all processes",
            [number("/memory_bytes/ours")?, number("/memory_bytes/empty")?],
            |bytes| mebibytes(bytes / 1024.0 / 1024.0),
            Limit::None,
        ),
    ];
    for (scenario, what) in [
        ("scrolling 2,500 hosts", "scrolling"),
        ("2,500 hosts, a run streams progress", "streaming"),
        ("scrolling 2,500 hosts, a run streams progress", "scrolling_while_streaming"),
        ("scrolling the page of a run of 2,500 hosts", "run_page"),
    ] {
        let p95 = number(&format!("/frame_ms/{what}"))?;
        findings.push(within(scenario, "p95 frame ÷ the budget", p95, FRAME_BUDGET_MS, |ms| {
            format!("{ms:.1} ms")
        }));
    }
    #[allow(clippy::cast_precision_loss, reason = "some megabytes")]
    let bytes = package::debian()?.metadata()?.len() as f64;
    let megabytes = |bytes: f64| format!("{:.1} MB", bytes / 1e6);
    findings.push(within("Debian package", "size ÷ the budget", bytes, PACKAGE_BUDGET_BYTES, megabytes));
    Ok(findings)
}

fn beside_empty(
    scenario: &'static str,
    what: &'static str,
    [ours, empty]: [f64; 2],
    show: impl Fn(f64) -> String,
    limit: Limit,
) -> Finding {
    let beside = Beside::EmptyWindow;
    Finding { beside, scenario, what, ours: show(ours), theirs: show(empty), ratio: ours / empty, limit }
}

fn within(
    scenario: &'static str,
    what: &'static str,
    value: f64,
    budget: f64,
    show: impl Fn(f64) -> String,
) -> Finding {
    let (beside, limit) = (Beside::EmptyWindow, Limit::AtMost(1.0));
    Finding { beside, scenario, what, ours: show(value), theirs: show(budget), ratio: value / budget, limit }
}

/// The measuring program is a debug build: it waits, and looks at pixels. What it starts is not.
fn measured(programs: &Programs) -> Result<Value> {
    let mut build =
        shell::cargo(&["build", "--quiet", "--locked", "--package", "hostkeep", "--example", "measure"])?;
    shell::quietly(&mut build)?;
    let target = cache::target()?;
    let release = target.join("release");
    let mut measure = shell::program(target.join("debug/examples/measure"));
    measure.arg(release.join("hostkeep-window")).arg(&programs.hostkeep).arg(release.join("empty-window"));
    let said = shell::quietly(&mut measure)?;
    let last = said.lines().last().unwrap_or_default();
    serde_json::from_str(last).with_context(|| format!("no measurements, but:\n{said}"))
}
