//! The simulator in a process of its own, and the two programs that are measured against it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};

use super::Programs;
use super::measure::{Use, measured};
use crate::shell;

#[derive(Clone, Copy)]
pub(super) enum Contender {
    Hostkeep,
    /// `tests/peers/threaded_backup.py --lean` and `tests/peers/inventory.py`.
    Script,
}

/// `hostkeep simulate` in a process of its own; ends when dropped.
pub(super) struct Simulation {
    process: Child,
    hosts: usize,
    address: String,
    user: String,
    password: String,
    thumbprint: String,
}

impl Simulation {
    pub(super) fn start(
        programs: &Programs,
        hosts: usize,
        backup_ms: u32,
        bundle_bytes: u32,
    ) -> Result<Simulation> {
        let alike =
            ["--uniform", "--backup-ms", &backup_ms.to_string(), "--bundle-bytes", &bundle_bytes.to_string()];
        Self::with(programs, hosts, &alike)
    }

    /// Hosts as a real site has them: some of them cannot be backed up.
    pub(super) fn varied(programs: &Programs, hosts: usize) -> Result<Simulation> {
        Self::with(programs, hosts, &[])
    }

    pub(super) fn password(&self) -> &str {
        &self.password
    }

    fn with(programs: &Programs, hosts: usize, options: &[&str]) -> Result<Simulation> {
        let mut command = shell::program(&programs.hostkeep);
        command.args(["simulate", "--json", "--hosts", &hosts.to_string()]).args(options);
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", shell::line_of(&command)))?;
        let stdout = process.stdout.take().context("the simulator has no standard output")?;
        let mut simulation = Simulation {
            process,
            hosts,
            address: String::new(),
            user: String::new(),
            password: String::new(),
            thumbprint: String::new(),
        };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).context("cannot read what the simulator says")?;
        let announced: serde_json::Value = serde_json::from_str(&line).with_context(|| {
            format!("{} did not announce itself in one line of JSON", shell::line_of(&command))
        })?;
        let field = |name: &str| {
            let text = announced[name]
                .as_str()
                .with_context(|| format!("the simulator did not announce its {name}"));
            text.map(str::to_owned)
        };
        let url = field("url")?;
        url.trim_start_matches("https://").trim_end_matches('/').clone_into(&mut simulation.address);
        simulation.user = field("user")?;
        simulation.password = field("password")?;
        simulation.thumbprint = field("thumbprint")?;
        Ok(simulation)
    }
}

impl Drop for Simulation {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One backup of every host, into an empty folder; that each host's bundle is there is checked afterwards.
pub(super) fn back_up(
    programs: &Programs,
    simulation: &Simulation,
    who: Contender,
    concurrency: usize,
) -> Result<Use> {
    let work = fresh_folder(programs)?;
    let archive = work.join("archive");
    let concurrency = concurrency.to_string();
    let (cost, _) = match who {
        Contender::Hostkeep => {
            let mut command = hostkeep(programs, simulation, &work, "backup");
            command.args(["--concurrency", &concurrency]);
            measured(&mut command, &simulation.password)?
        }
        Contender::Script => {
            let mut command = script(programs, simulation, "threaded_backup.py");
            command.args(["--lean", "--threads", &concurrency, "--out"]).arg(&archive);
            measured(&mut command, &simulation.password)?
        }
    };
    let bundles = count_bundles(&archive)?;
    ensure!(bundles == simulation.hosts, "{bundles} bundles of {} hosts were saved", simulation.hosts);
    Ok(cost)
}

/// Every bundle downloaded to nowhere by the same client: what of a backup is the wire's.
pub(super) fn download(programs: &Programs, simulation: &Simulation, concurrency: usize) -> Result<Use> {
    let mut command = shell::program(&programs.protocol_alone);
    command.arg(format!("https://{}", simulation.address)).args([&simulation.user, &simulation.thumbprint]);
    let (cost, said) = measured(command.arg(concurrency.to_string()), &simulation.password)?;
    let told: serde_json::Value =
        serde_json::from_str(&said).context("what was downloaded is not told in JSON")?;
    let hosts = told["hosts"].as_u64().unwrap_or_default();
    ensure!(hosts == simulation.hosts as u64, "{hosts} of {} hosts were downloaded from", simulation.hosts);
    Ok(cost)
}

/// The inventory of every host, printed as JSON.
pub(super) fn list(programs: &Programs, simulation: &Simulation, who: Contender) -> Result<Use> {
    let work = fresh_folder(programs)?;
    let (cost, said) = match who {
        Contender::Hostkeep => {
            measured(&mut hostkeep(programs, simulation, &work, "hosts"), &simulation.password)?
        }
        Contender::Script => {
            measured(&mut script(programs, simulation, "inventory.py"), &simulation.password)?
        }
    };
    let listed: serde_json::Value = serde_json::from_str(&said).context("the inventory is not JSON")?;
    let hosts = listed["hosts"].as_array().map_or(0, Vec::len);
    ensure!(hosts == simulation.hosts, "{hosts} of {} hosts were listed", simulation.hosts);
    Ok(cost)
}

pub(super) fn hostkeep(
    programs: &Programs,
    simulation: &Simulation,
    work: &Path,
    subcommand: &str,
) -> Command {
    let mut command = shell::program(&programs.hostkeep);
    command.args([subcommand, "--json", "--password-stdin"]);
    command.args(["--url", &format!("https://{}", simulation.address)]);
    command.args(["--user", &simulation.user, "--thumbprint", &simulation.thumbprint]);
    // Nothing of the user's own: settings, logs, archive.
    command.arg("--config-dir").arg(work.join("config"));
    command.arg("--archive").arg(work.join("archive"));
    command
}

fn script(programs: &Programs, simulation: &Simulation, name: &str) -> Command {
    let mut command = shell::program(&programs.python);
    command.arg(Path::new("tests/peers").join(name));
    command.args([&simulation.address, "--user", &simulation.user]);
    command
}

/// A new folder for each run, all removed at the very end: ext4 goes out of its way not to use the inodes of what was
/// deleted in the last minutes, and whoever came second would pay for that.
pub(super) fn fresh_folder(programs: &Programs) -> Result<PathBuf> {
    static RUN: AtomicUsize = AtomicUsize::new(0);
    let folder = programs.work.join(RUN.fetch_add(1, Ordering::Relaxed).to_string());
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

fn count_bundles(folder: &Path) -> Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry.with_context(|| format!("cannot list {}", folder.display()))?.path();
        if path.is_dir() {
            count += count_bundles(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "tgz") {
            count += 1;
        }
    }
    Ok(count)
}
