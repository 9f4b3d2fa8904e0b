//! `hostkeep archive export`: a bundle out of the archive.

use std::path::Path;

use hostconfig::archive::export;
use hostconfig::audit::{AuditAction, AuditEntry};
use serde::Serialize;

use crate::console::GOOD;
use crate::context::{Context, absolute, now};
use crate::failure::{Exit, Failure};
use crate::text;

#[derive(Serialize)]
struct Body {
    id: String,
    host: String,
    path: String,
    bytes: u64,
    sha256: String,
}

pub(super) fn run(context: &Context, id: &str, file: &Path, overwrite: bool) -> Result<Exit, Failure> {
    let archive = context.open_archive(&context.settings()?)?;
    let listing = archive.list()?;
    let record = archive.find(&listing, id)?;
    let exported = export(&archive, record, &absolute(file)?, overwrite)
        .map_err(|error| hint_of_option(Failure::from(error)))?;
    context.note(&[AuditEntry::of_record(now(), AuditAction::Export, record, "ok")]);
    let body = Body {
        id: record.id.clone(),
        host: record.host.name.clone(),
        path: exported.path.display().to_string(),
        bytes: exported.bytes,
        sha256: record.bundle.sha256.clone(),
    };
    context.console.result(&body, || {
        format!(
            "{GOOD}Exported{GOOD:#} the bundle of {} ({}) to {}\nIt holds password hashes and private keys: keep it safe.\n",
            text::visible(&body.host),
            text::size(body.bytes),
            text::visible(&body.path),
        )
    })?;
    Ok(Exit::Ok)
}

fn hint_of_option(failure: Failure) -> Failure {
    match failure.report.code.as_str() {
        "destination_exists" => failure.with_hint("Choose another name, or add --overwrite."),
        _ => failure,
    }
}
