//! `hostkeep restore list` and `resume`.

use hostconfig::restore::{ResumeAction, ResumeRequest, Summary, Unreadable, dismiss, find, history, resume};
use hostconfig::settings::SettingsError;
use serde::Serialize;

use super::progress::RestoreProgress;
use super::{own_user, restore_context, server, tell, told};
use crate::arguments::{ConnectArguments, ResumeArguments};
use crate::context::{Context, now};
use crate::failure::{Exit, Failure};
use crate::interrupt;

#[derive(Serialize)]
struct Listed {
    restores: Vec<Summary>,
    unreadable: Vec<Unreadable>,
}

#[derive(Serialize)]
struct Dismissed {
    id: String,
    host: String,
}

pub(super) fn list(context: &Context) -> Result<Exit, Failure> {
    let (restores, unreadable) = history(&context.config)?;
    let body = Listed { restores, unreadable };
    for Unreadable { path, reason } in &body.unreadable {
        context.console.warn(&format!("the journal {} cannot be read: {reason}", path.display()));
    }
    context.console.result(&body, || told::list(&body.restores, &context.options()))?;
    Ok(Exit::Ok)
}

pub(super) async fn run(context: &Context, arguments: ResumeArguments) -> Result<Exit, Failure> {
    let ResumeArguments {
        id,
        leave_maintenance_mode,
        reconnect,
        dismiss: is_dismissed,
        trust_host,
        own,
        connect,
    } = arguments;
    if is_dismissed {
        let summary = dismiss(&context.config, &id, now())?;
        let body = Dismissed { id: summary.begun.id, host: summary.begun.host.name };
        context.console.result(&body, || format!("{} is no longer open.\n", body.id))?;
        return Ok(Exit::Ok);
    }
    let progress = RestoreProgress::silent(&context.console);
    let certificate = trust_host.as_deref().map(str::parse).transpose();
    let certificate = certificate.map_err(|error| hostconfig::Error::from(SettingsError::from(error)))?;
    let settings = context.settings()?;
    let summary = find(&context.config, &id)?;
    let connect = of_restore(connect, &summary)?;
    let host = &summary.begun.host.name;
    let server = server(&context.console, &connect, &settings).await?;
    let cancel = interrupt::token(&context.console)?;
    let request = ResumeRequest {
        id: summary.begun.id.clone(),
        action: match (leave_maintenance_mode, reconnect) {
            (true, _) => ResumeAction::LeaveMaintenanceMode,
            (_, true) => ResumeAction::Reconnect,
            _ => ResumeAction::KeepWatching,
        },
        server,
        host_credentials: own_user(&context.console, &own, host, &cancel).await?,
        host_port: settings.host_port,
        certificate,
    };
    let mut restore = restore_context(context, &progress);
    restore.cancel = cancel;
    let progress = RestoreProgress::new(&context.console);
    restore.watch = progress.watch();
    let report = resume(request, restore).await;
    progress.end();
    tell(context, &report?)
}

/// The server that the restore went through, unless another one is named.
fn of_restore(connect: ConnectArguments, summary: &Summary) -> Result<ConnectArguments, Failure> {
    if connect.server.is_some() || connect.url.is_some() {
        return Ok(connect);
    }
    let server = &summary.begun.server;
    let Some(name) = &server.name else {
        let message = format!("the restore went through {}, which is not saved", server.address);
        return Err(Failure::new("no_server", message, "Name it with --url, --user and --password-stdin."));
    };
    Ok(ConnectArguments { server: Some(name.clone()), ..connect })
}
