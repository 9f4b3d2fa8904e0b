//! What was checked and how it went: one line a step with its time, and the sum at the end.

use std::io::Write;
use std::time::Instant;

use anyhow::Result;

/// The sum of all steps so far. A step without tests of its own counts as one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

/// How one step went.
pub(crate) struct Outcome {
    pub count: Tally,
    /// Lines worth showing even when all is well.
    pub notes: Vec<String>,
    /// What is shown when something failed.
    pub trouble: Option<String>,
}

impl Outcome {
    /// One check that passed, or failed with `trouble`.
    pub(crate) fn single(trouble: Option<String>) -> Outcome {
        let count = if trouble.is_none() {
            Tally { passed: 1, ..Tally::default() }
        } else {
            Tally { failed: 1, ..Tally::default() }
        };
        Outcome { count, notes: Vec::new(), trouble }
    }

    /// One check that was not made.
    pub(crate) fn skipped(why: &str) -> Outcome {
        let notes = vec![format!("skipped: {why}")];
        Outcome { count: Tally { skipped: 1, ..Tally::default() }, notes, trouble: None }
    }
}

/// Does one step of the set-up, in one line with its time.
pub(crate) fn prepare<T>(name: &str, act: impl FnOnce() -> Result<T>) -> Result<T> {
    begin(name);
    let start = Instant::now();
    let done = act();
    end(if done.is_ok() { "" } else { "FAILED" }, start);
    done
}

impl Tally {
    /// Makes one check, in one line with its time. A check that cannot even be made has failed.
    pub(crate) fn check(&mut self, name: &str, act: impl FnOnce() -> Result<Outcome>) {
        begin(name);
        let start = Instant::now();
        let outcome = act().unwrap_or_else(|error| Outcome::single(Some(format!("{error:#}"))));
        end(if outcome.trouble.is_some() { "FAILED" } else { "" }, start);
        for note in &outcome.notes {
            println!("{note}");
        }
        if let Some(trouble) = &outcome.trouble {
            println!("{}\n", trouble.trim_end());
        }
        self.add(&outcome.count);
    }

    /// Adds what was counted elsewhere.
    pub(crate) fn add(&mut self, other: &Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// The closing line; read by machines too.
    pub(crate) fn summary(&self) -> String {
        format!("{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

fn begin(name: &str) {
    print!("{name:<38}");
    // A step takes minutes at times; its name is to be seen before it ends. Nothing is lost when that fails.
    let _ = std::io::stdout().flush();
}

fn end(word: &str, start: Instant) {
    println!("{:>8.1} s  {word}", start.elapsed().as_secs_f64());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_outcome_is_counted() {
        let mut tally = Tally::default();
        tally.check("fine", || Ok(Outcome::single(None)));
        tally.check("broken", || Ok(Outcome::single(Some("because".into()))));
        tally.check("impossible", || anyhow::bail!("cannot start it"));
        // Not by `check`, whose line would be taken for a test of ours that was skipped.
        tally.add(&Outcome::skipped("no such tool").count);
        tally.add(&Tally { passed: 40, failed: 0, skipped: 2 });
        assert_eq!(tally.summary(), "41 passed, 2 failed, 3 skipped");
    }
}
