//! `hostkeep completions`: a script for the shell.

use clap::CommandFactory as _;
use clap_complete::Shell;
use serde::Serialize;

use crate::arguments::Arguments;
use crate::console::Console;
use crate::failure::{Exit, Failure};

#[derive(Serialize)]
struct Body {
    shell: String,
    script: String,
}

pub(crate) fn run(console: &Console, shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "hostkeep", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    console.result(&Body { shell: shell.to_string(), script: script.clone() }, || script)?;
    Ok(Exit::Ok)
}
