//! What is seen while work goes on: a bar for all of it and a line for each part that is done. Where standard error is no
//! terminal, only the lines.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hostconfig::backup::{HostReport, Outcome, RunEvent, Watch};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::console::{BAD, Console, GOOD};
use crate::text;

/// Names beside each other in columns, up to this width.
const WIDEST_NAME: usize = 40;
/// How many of the hosts under way are named.
const NAMED: usize = 3;

/// The progress of a run.
#[derive(Clone)]
pub(crate) struct RunProgress {
    shared: Arc<Shared>,
}

struct Shared {
    console: Console,
    bar: ProgressBar,
    run: Mutex<Run>,
}

#[derive(Default)]
struct Run {
    names: Vec<String>,
    /// The widest of the names.
    width: usize,
    under_way: BTreeSet<usize>,
}

impl RunProgress {
    pub(crate) fn new(console: &Console) -> Self {
        let bar = console.bars.add(ProgressBar::no_length());
        bar.set_style(style("{spinner} {wide_msg}"));
        bar.set_message("Signing in and reading the inventory …");
        bar.enable_steady_tick(Duration::from_millis(120));
        let run = Mutex::default();
        Self { shared: Arc::new(Shared { console: console.clone(), bar, run }) }
    }

    /// Where the run's events go.
    pub(crate) fn watch(&self) -> Watch {
        let shared = Arc::clone(&self.shared);
        Arc::new(move |event| shared.on(&event))
    }

    /// Takes the bar away, and sets what follows apart from the hosts' lines.
    pub(crate) fn end(&self) {
        self.shared.bar.finish_and_clear();
        if self.shared.bar.position() > 0 {
            self.shared.console.say("");
        }
    }
}

/// A bar over bytes.
pub(crate) fn byte_bar(console: &Console, bytes: u64, message: &str) -> ProgressBar {
    let bar = console.bars.add(ProgressBar::new(bytes));
    // The library's own sizes are in KiB.
    let done = |state: &ProgressState, to: &mut dyn Write| {
        let _ = to.write_str(&text::size(state.pos()));
    };
    bar.set_style(style("{bar:30} {done} of {prefix}  {wide_msg}").with_key("done", done));
    bar.set_prefix(text::size(bytes));
    bar.set_message(message.to_owned());
    bar
}

/// A bar for work that is done bundle by bundle.
pub(crate) fn step_bar(console: &Console, steps: usize, message: &str) -> ProgressBar {
    let bar = console.bars.add(ProgressBar::new(steps as u64));
    bar.set_style(style("{bar:30} {pos} of {len}  {wide_msg}"));
    bar.set_message(message.to_owned());
    bar
}

impl Shared {
    fn on(&self, event: &RunEvent<'_>) {
        let mut run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            RunEvent::Planned { hosts } => {
                run.names = hosts.iter().map(|host| text::visible(host.name).into_owned()).collect();
                let widest = run.names.iter().map(|name| name.chars().count()).max();
                run.width = widest.unwrap_or_default().min(WIDEST_NAME);
                self.bar.set_length(hosts.len() as u64);
                self.bar.set_style(style("{bar:24} {pos}/{len} hosts  {elapsed}  {wide_msg}"));
            }
            RunEvent::Started { host } => {
                run.under_way.insert(*host);
            }
            RunEvent::Received { .. } => return,
            RunEvent::Finished { host, report } => {
                run.under_way.remove(host);
                self.bar.inc(1);
                if let Some(line) = line(report, run.width) {
                    self.console.say(&line);
                }
            }
        }
        self.bar.set_message(run.shown());
    }
}

impl Run {
    /// The hosts under way.
    fn shown(&self) -> String {
        let mut names =
            self.under_way.iter().filter_map(|host| self.names.get(*host)).map(|name| short(name));
        let first: Vec<&str> = names.by_ref().take(NAMED).collect();
        match names.count() {
            0 => first.join(", "),
            more => format!("{} and {more} more", first.join(", ")),
        }
    }
}

/// A name up to its first dot, unless it is an address.
fn short(name: &str) -> &str {
    match name.split_once('.') {
        Some((short, _)) if name.parse::<IpAddr>().is_err() => short,
        _ => name,
    }
}

/// What became of a host; hosts that a cancellation left out are counted at the end, not listed.
fn line(report: &HostReport, width: usize) -> Option<String> {
    let name = text::visible(&report.name);
    match &report.outcome {
        Outcome::Saved { bytes, seconds, .. } => {
            let (size, seconds) = (text::size(*bytes), text::seconds(*seconds));
            Some(format!("{GOOD}saved{GOOD:#}   {name:width$}  {size:>8}  {seconds:>6}"))
        }
        Outcome::Failed { error } => {
            Some(format!("{BAD}FAILED{BAD:#}  {}", text::about(&name, &error.message)))
        }
        Outcome::Cancelled => None,
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates are in this file").progress_chars("━━─")
}
