//! The processes of one desktop: started, asked to end, and looked for afterwards.

use std::fs;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// In the environment of every process of a desktop, with the desktop's folder as its value.
pub(crate) const MARK: &str = "THROWAWAY_DESKTOP";

/// A child that ends with its owner.
#[derive(Debug)]
pub(crate) struct Process(pub(crate) Child);

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        Self(command.spawn().unwrap_or_else(|error| panic!("cannot start {name}: {error}")))
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.0.try_wait().is_ok_and(|status| status.is_some())
    }
}

impl Drop for Process {
    /// Asks first: when killed, Xvfb leaves its lock and its socket in /tmp.
    fn drop(&mut self) {
        if self.has_ended() {
            return;
        }
        ask_to_end(self.0.id());
        if !wait(|| self.has_ended()) {
            eprintln!("{:?} did not end when asked", self.0);
            // It may end at this very moment; then there is nothing left to kill.
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

/// All processes of the desktop with this mark.
pub(crate) fn marked(mark: &str) -> Vec<u32> {
    let wanted = format!("{MARK}={mark}");
    all()
        .filter(|&pid| parent(pid).is_some())
        .filter(|pid| {
            fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| {
                environment.split(|&byte| byte == 0).any(|entry| entry == wanted.as_bytes())
            })
        })
        .collect()
}

/// Ends them, first by asking; those that had to be killed.
pub(crate) fn end(find: impl Fn() -> Vec<u32>) -> Vec<u32> {
    find().into_iter().for_each(ask_to_end);
    if wait(|| find().is_empty()) {
        return Vec::new();
    }
    let stubborn = find();
    for pid in &stubborn {
        signal("KILL", *pid);
    }
    stubborn
}

/// The proportional share of memory (PSS) of a process and all that descend from it, in bytes.
pub fn proportional_memory(root: u32) -> u64 {
    let mut tree = vec![root];
    let parents: Vec<(u32, u32)> = all().filter_map(|pid| Some((pid, parent(pid)?))).collect();
    let mut next = 0;
    while let Some(&of) = tree.get(next) {
        tree.extend(parents.iter().filter(|(_, parent)| *parent == of).map(|(pid, _)| *pid));
        next += 1;
    }
    tree.iter().map(|pid| share(*pid)).sum()
}

fn share(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let kib =
        text.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.parse().ok());
    kib.unwrap_or(0_u64) * 1024
}

fn all() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").expect("/proc can be listed");
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// None for one that has ended, and for one whose end nobody has noticed yet.
fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    (state != "Z").then_some(parent)
}

fn ask_to_end(pid: u32) {
    signal("TERM", pid);
}

fn signal(name: &str, pid: u32) {
    // It fails when the process has ended meanwhile, which is what is wanted.
    let _ = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .stderr(std::process::Stdio::null())
        .status();
}

fn wait(mut done: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(10);
    while !done() {
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}
