//! The log files: one a day in the configuration folder, the last fourteen kept. Libraries below are heard from
//! warnings up only, whatever is asked for, because their finer messages carry requests and headers.

use std::io;
use std::sync::Arc;

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{EnvFilter, fmt};

use crate::config_dir::ConfigDir;
use crate::files::{self, FileError};
use crate::{Error, Result};

/// How many days' files are kept.
pub const DAYS_KEPT: usize = 14;
/// How many lines may wait for the disk before who logs waits too. Room for the default 128,000 would be reserved at
/// once, and costs four megabytes.
const QUEUED_LINES: usize = 1_000;

/// Keeps the log open; what was logged last is written when it is dropped.
#[derive(Debug)]
#[must_use = "the log ends when this is dropped"]
pub struct LogGuard {
    _writer: WorkerGuard,
}

/// Takes each line of the log, without its ending, to where the user watches.
pub type LogLines = Box<dyn Fn(&str) + Send + Sync>;

/// Starts logging for the rest of the process: to `<config>/logs/hostkeep.YYYY-MM-DD.log` (days in UTC) where there is a
/// `config`, and to `lines`. `verbosity` counts `-v`: 0 is info, 1 debug, 2 and more trace.
///
/// # Errors
/// [`Error::File`] when the folder or file cannot be made; `lines` are logged all the same. [`Error::LoggingTwice`] when
/// logging has been started before.
pub fn start(config: Option<&ConfigDir>, lines: Option<LogLines>, verbosity: u8) -> Result<Option<LogGuard>> {
    let (writer, guard) = match config.map(file) {
        Some(Ok(file)) => {
            let queue = NonBlockingBuilder::default().buffered_lines_limit(QUEUED_LINES).lossy(false);
            let (writer, guard) = queue.finish(file);
            (Some(writer), Ok(Some(LogGuard { _writer: guard })))
        }
        Some(Err(error)) if lines.is_none() => return Err(error),
        Some(Err(error)) => (None, Err(error)),
        None => (None, Ok(None)),
    };
    let to_file =
        writer.map(|writer| fmt::layer().with_writer(move || OnOneLine(writer.clone())).with_ansi(false));
    let to_lines = lines.map(|lines| {
        let lines = Arc::new(lines);
        let lines = move || OnOneLine(Lines(Arc::clone(&lines)));
        fmt::layer().with_writer(lines).with_ansi(false).with_target(false)
    });
    let subscriber = tracing_subscriber::registry().with(filter(verbosity)).with(to_file).with(to_lines);
    tracing::subscriber::set_global_default(subscriber).map_err(|_| Error::LoggingTwice)?;
    guard
}

fn file(config: &ConfigDir) -> Result<RollingFileAppender> {
    let folder = config.logs();
    files::ensure_private_folders(&folder)?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("hostkeep")
        .filename_suffix("log")
        // Today's file counts, and is there already when this is not the first start of the day.
        .max_log_files(DAYS_KEPT + 1)
        .build(&folder)
        .map_err(|e| FileError::new("write logs to", &folder, io::Error::other(e)))?;
    Ok(appender)
}

/// Keeps what a server says of itself (names, faults) from steering the terminal that shows the log, and from making a line that
/// nobody logged. The subscriber writes each event as a whole.
struct OnOneLine<W>(W);

impl<W: io::Write> io::Write for OnOneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = text.trim_end_matches('\n').replace(|c: char| c.is_control() && c != '\t', "\u{fffd}");
        self.0.write_all((line + "\n").as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

struct Lines(Arc<LogLines>);

impl io::Write for Lines {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0(String::from_utf8_lossy(event).trim_end_matches('\n'));
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn filter(verbosity: u8) -> EnvFilter {
    let level = match verbosity {
        0 => "info",
        1 => "debug",
        _ => "trace",
    };
    let ours = ["hostkeep", "hostkeep_cli", "hostconfig", "vsphere", "vsphere_sim"];
    let directives: Vec<String> = ours.iter().map(|name| format!("{name}={level}")).collect();
    EnvFilter::new(format!("warn,{}", directives.join(",")))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// The logger is the whole process': one test owns it.
    #[test]
    fn our_messages_reach_a_dated_file_and_fourteen_stay() {
        let folder = tempfile::tempdir().unwrap();
        let config = ConfigDir::at(folder.path());
        std::fs::create_dir(config.logs()).unwrap();
        for day in 1..=20 {
            std::fs::write(config.logs().join(format!("hostkeep.2020-01-{day:02}.log")), "old").unwrap();
        }
        std::fs::write(config.logs().join("notes.txt"), "theirs").unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let keep: LogLines = Box::new(move |line| kept.lock().unwrap().push(line.to_owned()));
        let guard = start(Some(&config), Some(keep), 1).unwrap();
        assert!(guard.is_some());
        tracing::debug!(host = "esx01", "ours");
        tracing::trace!("too fine");
        tracing::debug!(target: "hyper", "theirs, with headers");
        tracing::warn!(error = %"it said \u{1b}[2J\nINFO hostconfig: backed up", "forged");
        assert_eq!(start(Some(&config), None, 0).unwrap_err().code(), "logging_twice");
        drop(guard);

        let names: Vec<String> = std::fs::read_dir(config.logs())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert!(names.iter().any(|name| name == "notes.txt"), "{names:?}");
        let logs: Vec<&String> = names.iter().filter(|name| name.starts_with("hostkeep.")).collect();
        assert_eq!(logs.len(), DAYS_KEPT, "{names:?}");
        let newest = logs.iter().max().unwrap();
        let log = std::fs::read_to_string(config.logs().join(newest)).unwrap();
        assert!(log.contains("ours host=\"esx01\""), "{log}");
        assert!(!log.contains("too fine") && !log.contains("headers"), "{log}");
        let forged = "forged error=it said \u{fffd}[2J\u{fffd}INFO hostconfig: backed up";
        assert_eq!((log.lines().count(), log.contains(forged)), (2, true), "{log}");
        let lines = lines.lock().unwrap();
        assert!(lines.len() == 2 && lines[0].ends_with("ours host=\"esx01\""), "{lines:?}");
        assert!(lines[1].ends_with(forged), "{lines:?}");
    }

    #[test]
    fn a_log_that_cannot_be_written_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let config = ConfigDir::at(folder.path());
        std::fs::write(config.logs(), "in the way").unwrap();
        assert!(start(Some(&config), None, 0).unwrap_err().to_string().contains("logs"));
    }
}
