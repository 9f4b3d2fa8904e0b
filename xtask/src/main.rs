//! All set-up and every check, in one place: `cargo xtask run | test | bench | screenshots | package | windows`.
//!
//! Needs nothing but Rust. On Debian and Ubuntu it installs what is missing; elsewhere it names the command. It is
//! compiled before anything else, so its dependencies are kept to almost none, and it knows nothing of what
//! Hostkeep does: it starts programs and reports.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the terminal is what this program is for")]

mod bench;
mod cache;
mod checks;
mod node;
mod package;
mod run;
mod screenshots;
mod setup;
mod shell;
mod system;
mod tally;
mod ui;
mod windows;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  run      open the window on simulated hosts (the console program's demo where there is no display)
  test     every check: format, lints, spelling, dependencies, documentation, tests, peers, pages, the real window
  bench    measure the release build beside a pyVmomi script and an empty window; writes docs/benchmarks.md
           (bench NAME... for some of: latency throughput inventory bundles window; they are shown, not written)
  screenshots
           photograph every page of the real window on the demo into docs/screenshots
  package  build the release and pack it for Debian and Ubuntu
  windows  build for Windows, run the tests under Wine, make and try the installer (on Debian)

Every command sets up what it needs first.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest: Vec<&str> = arguments.iter().skip(1).map(String::as_str).collect();
    let outcome = match (arguments.first().map(String::as_str), rest.as_slice()) {
        (Some("run"), rest) => run::run(rest),
        (Some("test"), []) => checks::test(),
        (Some("bench"), only) => bench::bench(only),
        (Some("package"), []) => package::package(),
        (Some("windows"), []) => windows::windows(),
        (Some("screenshots"), []) => screenshots::screenshots(),
        (Some("help" | "--help" | "-h"), _) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
