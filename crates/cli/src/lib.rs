//! The console program: arguments in, text or JSON and an exit code out. What it does is done by `hostconfig`; here is
//! only what a terminal needs.

mod arguments;
mod commands;
mod console;
mod context;
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
use hostconfig::logging::{self, LogGuard};

use crate::arguments::{Arguments, Command};
use crate::console::Console;
use crate::context::Context;
use crate::failure::{Exit, Failure, USAGE};

/// How long what still runs in the background (signing out, say) may take at the end.
const FINISH_WITHIN: Duration = Duration::from_secs(10);

/// Runs the console program with the process' arguments.
pub fn main() -> ExitCode {
    let Arguments { global, command } = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let console = Console::new(global.json);
    let ended = Context::new(&global, console.clone()).and_then(|context| {
        let _log = start_log(&context, &command, global.verbose);
        let runtime = tokio::runtime::Runtime::new()?;
        let ended = runtime.block_on(run(&context, command));
        runtime.shutdown_timeout(FINISH_WITHIN);
        ended
    });
    match ended {
        Ok(exit) => ExitCode::from(exit.code()),
        // Whoever reads the output has seen enough.
        Err(failure) if failure.report.code == "output_closed" => failure.exit(),
        Err(failure) => {
            tracing::error!(code = failure.report.code, "{}", failure.report.message);
            console.fail(&failure);
            failure.exit()
        }
    }
}

async fn run(context: &Context, command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Server(command) => commands::server::run(context, command).await,
        Command::Hosts(arguments) => commands::hosts::run(context, arguments).await,
        Command::Backup(arguments) => commands::backup::run(context, arguments).await,
        Command::Archive(command) => commands::archive::run(context, command),
        Command::Simulate(arguments) => commands::simulate::run(&context.console, &arguments).await,
        Command::Demo => commands::demo::run(&context.console).await,
        Command::Completions { shell } => commands::completions::run(&context.console, shell),
    }
}

/// Help and version on standard output, wrong usage on standard error, or as JSON where that is asked for.
fn usage(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    let is_error = error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if wants_json && is_error {
        let told = error.render().to_string();
        let message = told.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        Console::new(true).fail(&Failure::new("usage", message, "See hostkeep --help."));
    } else {
        // Nowhere is left to tell that even this could not be written.
        let _ = error.print();
    }
    if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
}

/// Logs to the user's folder, except for what should leave nothing there. That it cannot be is told, and no more: a
/// backup counts for more than its log.
fn start_log(context: &Context, command: &Command, verbosity: u8) -> Option<LogGuard> {
    let leaves_nothing =
        matches!(command, Command::Simulate(_) | Command::Demo | Command::Completions { .. });
    let folder = (!leaves_nothing).then_some(&context.config);
    let console = (verbosity > 0).then(|| context.console.log_lines());
    match logging::start(folder, console, verbosity) {
        Ok(guard) => guard,
        Err(error) => {
            context.console.warn_of(&error.report());
            None
        }
    }
}
