//! The log files: one a day in the configuration folder, the last fourteen kept. Libraries below are heard from
//! warnings up only, whatever is asked for, because their finer messages carry requests and headers.

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::Subscriber;

use crate::config_dir::ConfigDir;
use crate::files::{self, FileError};
use crate::{Error, Result};

/// How many days' files are kept.
pub const DAYS_KEPT: usize = 14;

/// Keeps the log open; what was logged last is written when it is dropped.
#[derive(Debug)]
#[must_use = "the log ends when this is dropped"]
pub struct LogGuard {
    _writer: WorkerGuard,
}

/// Starts logging to `<config>/logs/hostkeep.YYYY-MM-DD.log` (days in UTC) for the rest of the process. `verbosity`
/// counts `-v`: 0 is info, 1 debug, 2 and more trace.
///
/// # Errors
/// [`Error::File`] when the folder or file cannot be made, [`Error::LoggingTwice`] when logging has been started before.
pub fn start(config: &ConfigDir, verbosity: u8) -> Result<LogGuard> {
    let folder = config.logs();
    files::ensure_private_folders(&folder)?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("hostkeep")
        .filename_suffix("log")
        // Today's file counts, and is there already when this is not the first start of the day.
        .max_log_files(DAYS_KEPT + 1)
        .build(&folder)
        .map_err(|e| FileError::new("write logs to", &folder, std::io::Error::other(e)))?;
    let (writer, guard) = tracing_appender::non_blocking(appender);
    let subscriber = Subscriber::builder()
        .with_env_filter(filter(verbosity))
        .with_writer(writer)
        .with_ansi(false)
        .finish();
    tracing::subscriber::set_global_default(subscriber).map_err(|_| Error::LoggingTwice)?;
    Ok(LogGuard { _writer: guard })
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
        let guard = start(&config, 1).unwrap();
        tracing::debug!(host = "esx01", "ours");
        tracing::trace!("too fine");
        tracing::debug!(target: "hyper", "theirs, with headers");
        assert_eq!(start(&config, 0).unwrap_err().code(), "logging_twice");
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
    }

    #[test]
    fn a_log_that_cannot_be_written_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let config = ConfigDir::at(folder.path());
        std::fs::write(config.logs(), "in the way").unwrap();
        assert!(start(&config, 0).unwrap_err().to_string().contains("logs"));
    }
}
