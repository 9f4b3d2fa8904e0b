//! The console program: arguments in, text or JSON and an exit code out. What it does is done by `hostconfig`; here is
//! only what a terminal needs.

mod arguments;
mod commands;
mod console;
mod context;
mod examples;
mod failure;
mod interrupt;
mod login;
mod password;
mod progress;
mod text;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use clap::error::ErrorKind;
use hostconfig::ConfigDir;
use hostconfig::logging::{self, LogGuard};

use crate::arguments::{Arguments, Command, Global};
use crate::console::Console;
use crate::context::Context;
use crate::failure::{Exit, Failure, USAGE};

/// Threads that wait for disks. Four keep one busy; more are, by measure, no faster.
const FILE_THREADS: usize = 4;
/// How long threads that still block, on a disk that does not answer say, are waited for at the end. Nothing else that runs in
/// the background is: whoever opens a session signs out before the end, and one that a host's restart broke ends at its server.
const FINISH_WITHIN: Duration = Duration::from_secs(10);

/// Runs the console program with the process' arguments.
pub fn main() -> ExitCode {
    let Arguments { global, command } = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let console = Console::new(global.json);
    match start(&global, command, &console) {
        Ok(exit) => ExitCode::from(exit.code()),
        // Whoever reads the output has seen enough.
        Err(failure) if failure.report.code == "output_closed" => failure.exit(),
        Err(failure) => {
            console.fail(&failure);
            failure.exit()
        }
    }
}

fn start(global: &Global, command: Command, console: &Console) -> Result<Exit, Failure> {
    // These leave nothing in the user's folders, and need none.
    let context = match command {
        Command::Simulate(_) | Command::Demo | Command::Completions { .. } => None,
        _ => Some(Context::new(global, console.clone())?),
    };
    let _log = start_log(console, context.as_ref().map(|context| &context.config), global.verbose);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(FILE_THREADS)
        .build()?;
    let ended = runtime.block_on(run(console, context.as_ref(), command));
    runtime.shutdown_timeout(FINISH_WITHIN);
    if let Err(Failure { report, .. }) = &ended {
        tracing::error!(code = report.code, "{}", report.message);
    }
    ended
}

async fn run(console: &Console, context: Option<&Context>, command: Command) -> Result<Exit, Failure> {
    match (command, context) {
        (Command::Server(command), Some(context)) => commands::server::run(context, command).await,
        (Command::Hosts(arguments), Some(context)) => commands::hosts::run(context, arguments).await,
        (Command::Backup(arguments), Some(context)) => commands::backup::run(context, arguments).await,
        (Command::Restore(arguments), Some(context)) => commands::restore::run(context, *arguments).await,
        (Command::Archive(command), Some(context)) => commands::archive::run(context, command),
        (Command::Bundle(command), Some(context)) => commands::bundle::run(context, &command),
        (Command::RecoveryKey(command), Some(context)) => commands::recovery_key::run(context, command),
        (Command::Simulate(arguments), _) => commands::simulate::run(console, &arguments).await,
        (Command::Demo, _) => commands::demo::run(console).await,
        (Command::Completions { shell }, _) => commands::completions::run(console, shell),
        (_, None) => unreachable!("only the three above go without"),
    }
}

/// Help and version on standard output, wrong usage on standard error, or as JSON where that is asked for.
fn usage(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    if wants_json && error.use_stderr() {
        let told = error.render().to_string();
        // What is wrong may go on over several lines, such as the names of what is missing.
        let is_wrong = |line: &&str| !line.starts_with("Usage:") && !line.starts_with("For more information");
        let told = told.lines().map(str::trim).take_while(is_wrong);
        let told: Vec<&str> = told.filter(|line| !line.is_empty()).collect();
        let message = match error.kind() {
            // It tells nothing but the help.
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "no subcommand was given".to_owned(),
            _ => told.join(" ").trim_start_matches("error: ").to_owned(),
        };
        Console::new(true).fail(&Failure::new("usage", message, "See hostkeep --help."));
    } else {
        // Nowhere is left to tell that even this could not be written.
        let _ = error.print();
    }
    if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
}

/// Logs to the configuration folder, and with `-v` to standard error. That it cannot be done is told, and no more: a
/// backup counts for more than its log.
fn start_log(console: &Console, folder: Option<&ConfigDir>, verbosity: u8) -> Option<LogGuard> {
    let lines = (verbosity > 0).then(|| console.log_lines());
    match logging::start(folder, lines, verbosity) {
        Ok(guard) => guard,
        Err(error) => {
            console.warn_of(&error.report());
            None
        }
    }
}
