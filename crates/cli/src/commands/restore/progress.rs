//! A restore as it goes on: a line for each step that is done, and what is waited for.

use std::sync::Arc;
use std::time::Duration;

use hostconfig::restore::{RestoreEvent, Step, StepState, Watch};
use indicatif::{ProgressBar, ProgressStyle};

use super::told::step_words;
use crate::console::{BAD, Console, GOOD, STRONG};
use crate::text;

/// The progress of a restore.
pub(super) struct RestoreProgress {
    shared: Arc<Shared>,
}

struct Shared {
    console: Console,
    /// None where nothing is shown.
    bar: Option<ProgressBar>,
}

impl RestoreProgress {
    pub(super) fn new(console: &Console) -> Self {
        let bar = console.bars.add(ProgressBar::new_spinner());
        bar.set_style(
            ProgressStyle::with_template("{spinner} {wide_msg}").expect("the template is in this file"),
        );
        bar.set_message("Looking at everything once more …");
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { shared: Arc::new(Shared { console: console.clone(), bar: Some(bar) }) }
    }

    /// Shows nothing.
    pub(super) fn silent(console: &Console) -> Self {
        Self { shared: Arc::new(Shared { console: console.clone(), bar: None }) }
    }

    pub(super) fn watch(&self) -> Watch {
        let shared = Arc::clone(&self.shared);
        Arc::new(move |event| shared.on(&event))
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.shared.bar {
            bar.finish_and_clear();
            self.shared.console.say("");
        }
    }
}

impl Shared {
    fn on(&self, event: &RestoreEvent<'_>) {
        let Some(bar) = &self.bar else { return };
        match event {
            RestoreEvent::Begun { id } => self.console.say(&format!("Restore {STRONG}{id}{STRONG:#}")),
            RestoreEvent::Step { step, state: StepState::Begun, .. } => {
                bar.set_message(format!("{} …", step_words(*step)));
                if *step == Step::GoDown {
                    self.console
                        .say("The host was told to restore. Ctrl+C ends the watching only from here on.");
                }
            }
            RestoreEvent::Step { step, state, note } => {
                let note = note.map(|note| format!(": {}", text::visible(note))).unwrap_or_default();
                let words = step_words(*step);
                match state {
                    StepState::Done => self.console.say(&format!("{GOOD}done{GOOD:#}     {words}{note}")),
                    StepState::Failed => self.console.say(&format!("{BAD}FAILED{BAD:#}   {words}{note}")),
                    StepState::Skipped => self.console.say(&format!("skipped  {words}{note}")),
                    StepState::Begun | StepState::NotBegun => {}
                }
            }
            RestoreEvent::Progress { step, percent, seen } => {
                let percent = percent.map(|percent| format!(" {percent} %")).unwrap_or_default();
                let seen = seen.map(|seen| format!(" ({})", text::visible(seen))).unwrap_or_default();
                bar.set_message(format!("{} …{percent}{seen}", step_words(*step)));
            }
        }
    }
}
