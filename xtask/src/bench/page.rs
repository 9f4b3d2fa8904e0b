//! docs/benchmarks.md: findings in, Markdown out; and what machine this is.

use std::fmt::Write as _;
use std::fs;

use anyhow::Result;

use super::{Beside, Finding, Limit};
use crate::shell;

/// The whole page. `machine` is one line.
pub(super) fn render(findings: &[Finding], machine: &str) -> String {
    let mut page = String::from(HEAD);
    page.push_str(SCRIPT);
    page.push_str(&rows(findings, Beside::Script));
    page.push_str(TOOLS);
    page.push_str(&rows(findings, Beside::Tools));
    page.push_str(WINDOW);
    page.push_str(&rows(findings, Beside::EmptyWindow));
    write!(page, "\nMeasured on {machine}.\n{NOTES}").expect("a String takes any text");
    page
}

fn rows(findings: &[Finding], beside: Beside) -> String {
    let mut rows = String::new();
    for finding in findings.iter().filter(|finding| finding.beside == beside) {
        let Finding { scenario, what, ours, theirs, ratio, limit, .. } = finding;
        let promised = match limit {
            Limit::AtMost(most) => format!("≤ {most}"),
            Limit::AtLeast(least) => format!("≥ {least}"),
            Limit::None => "–".into(),
        };
        let verdict = if limit.holds(*ratio) { "" } else { " **missed**" };
        writeln!(rows, "| {scenario} | {what} | {ours} | {theirs} | {ratio:.2} | {promised}{verdict} |")
            .expect("a String takes any text");
    }
    rows
}

/// Processor, cores, memory and system, and the commit that was built.
pub(super) fn machine() -> Result<String> {
    let cores = std::thread::available_parallelism().map_or_else(|_| "?".into(), |cores| cores.to_string());
    // Only Linux has these; elsewhere the line is shorter.
    let processor = field(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default(), "model name");
    let memory = field(&fs::read_to_string("/proc/meminfo").unwrap_or_default(), "MemTotal")
        .and_then(|total| total.trim_end_matches(" kB").parse::<u64>().ok())
        .map(|kib| format!("{} GiB", kib.div_ceil(1024 * 1024)));
    let commit = shell::quietly(shell::program("git").args(["rev-parse", "--short", "HEAD"]))?;
    let parts = [
        processor,
        Some(format!("{cores} cores")),
        memory,
        Some(std::env::consts::OS.to_owned()),
        Some(format!("commit {}", commit.trim())),
    ];
    Ok(parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

fn field(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|line| line.split(':').next().is_some_and(|key| key.trim() == name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

const HEAD: &str = "\
# Benchmarks

Written by `cargo xtask bench`; don't edit by hand.
";

const SCRIPT: &str = "
## Backups, beside a script

Hostkeep's release build beside a threaded pyVmomi script, on the same machine, in one run, against the same
simulator (`hostkeep simulate --uniform`, a process of its own that shares the processor with both). The script is
`tests/peers/threaded_backup.py --lean`, and `tests/peers/inventory.py` for the inventory; it checks no certificate and
writes the bundle to a file, while Hostkeep pins each host's certificate, checks and hashes the bundle, writes a record
and has both flushed to the disk. Whole processes are measured, from start to exit: the median of three runs in turns.
Bundles are of 64 KiB.

| scenario | what | Hostkeep | script | ratio | limit |
|---|---|---:|---:|---:|---|
";

const TOOLS: &str = "
## What is in bundles, beside standard tools

The release build of the console program on bundles of the simulator; whole processes, from start to exit, medians of nine.
The tools are `sha256sum` and `gzip -t`, one after the other on the same files, and read neither the archives in a bundle
nor what is in them.

| scenario | what | Hostkeep | tools or budget | ratio | limit |
|---|---|---:|---:|---:|---|
";

const WINDOW: &str = "
## The window, beside an empty one

The release build of the window with 2,500 hosts in its grid, beside a Tauri window that holds one paragraph
(`tests/yardstick`): same libraries, same profile, on an X server without a screen or a graphics card, started in turns;
medians of seven. A start lasts from the process to the first frame on the screen that shows letters, and to the first that
shows rows of hosts. Memory is the proportional share (PSS) of the whole process tree, web view included, once it rests.
Frames are counted in the real web view, once it has been scrolled for six seconds: the 95th percentile of the time from one
to the next, against a budget of 33 ms.

| scenario | what | Hostkeep | empty window or budget | ratio | limit |
|---|---|---:|---:|---:|---|
";

const NOTES: &str = "
## Reading it

- **Hosts per second** have a ceiling where the simulator shares two cores with the client. What the wire alone takes is measured
  in the same run: the same client signs in, reads the inventory and downloads every bundle to nowhere
  (`crates/vsphere/examples/protocol_alone.rs`). Where that is itself below eight times the script's rate, no backup can be above
  it. A backup adds the check and the hash of the bundle, five flushes, a dozen file operations, a record and the fingerprint of
  the settings. Before the first host Hostkeep reads all that it knows of the hosts (the last row of the table), which the script
  does not: as real ones do, the simulator lists each network adapter of a host a dozen times over, some 20 KB.
- **CPU time** of the first scenario, by `perf`: the wire takes about a quarter, reading the settings of each bundle, to tell what
  was changed since the one before, somewhat more than that, files and flushes a sixth, the check of the bundle a tenth, audit,
  log and start the rest; the script does nothing of this but the wire, and writes the bundle. The wire, the check and durable
  files alone come to about a quarter of the script's time. Tried without gain: a runtime of one thread, other orders of flushes;
  at the price of memory: a heap that gives back later (5 %). ext4 makes new inodes dearer for some minutes after many were
  deleted, so measure on a machine that was idle.
- **Peak memory** counts the pages of the program itself that were read, 14 MiB of some 21; the script's are the interpreter's.
- **The start** is the web view's main thread, busy from the page's address to the grid: about 75 ms to read some 960 kB of
  JavaScript, 15 to run its modules, 150 for React's first drawing and 60 for layout and paint without a graphics card. Where the
  limit lies: a page of one React table and nothing else starts in 1.25 times the empty window's time, the grid alone with Fluent
  UI's theme, but without tree, toolbars and navigation, in 1.46. Without effect that could be measured: asking for the hosts
  before the pages are read, styles compiled ahead, one file instead of seven, the tree after the grid.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_limit_is_marked() {
        let finding = |ratio| Finding {
            beside: Beside::Script,
            scenario: "100 hosts",
            what: "CPU",
            ours: "1.00 s".into(),
            theirs: "2.00 s".into(),
            ratio,
            limit: Limit::AtMost(0.25),
        };
        let page = render(&[finding(0.2), finding(0.5)], "a machine");
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| 100 hosts")).collect();
        assert_eq!(
            rows,
            [
                "| 100 hosts | CPU | 1.00 s | 2.00 s | 0.20 | ≤ 0.25 |",
                "| 100 hosts | CPU | 1.00 s | 2.00 s | 0.50 | ≤ 0.25 **missed** |",
            ]
        );
        assert!(page.contains("\nMeasured on a machine.\n"));
    }

    #[test]
    fn fields_of_proc_files() {
        let text = "processor\t: 0\nmodel name\t: Some CPU @ 2.0GHz: fast\nMemTotal:       100 kB\n";
        assert_eq!(field(text, "model name").as_deref(), Some("Some CPU @ 2.0GHz: fast"));
        assert_eq!(field(text, "MemTotal").as_deref(), Some("100 kB"));
        assert_eq!(field(text, "bogomips"), None);
    }
}
