//! `hostkeep restore`: the plan is shown, consent asked for, the restore watched, and what came of it told.

mod progress;
mod resume;
mod told;

use hostconfig::archive::Archive;
use hostconfig::audit::AuditLog;
use hostconfig::credentials;
use hostconfig::inventory::ServerLogin;
use hostconfig::restore::{
    BundleSource, CheckCode, Consent, Maintenance, Outcome, Pace, RestoreContext, RestoreError,
    RestoreOptions, RestorePlan, RestoreReport, RestoreRequest, SafetyBackup, Verdict, VsanData, apply,
    find_host, plan,
};
use hostconfig::settings::Settings;
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use vsphere::Credentials;

use crate::arguments::{ConnectArguments, OwnUserArguments, RestoreArguments, RestoreCommand, VsanArgument};
use crate::console::{self, Console};
use crate::context::{Context, absolute, now};
use crate::failure::{Exit, Failure, exit_code};
use crate::{interrupt, login, password};
use progress::RestoreProgress;

#[derive(Serialize)]
struct PlanBody<'a> {
    plan: &'a RestorePlan,
}

#[derive(Serialize)]
struct Body<'a> {
    restore: &'a RestoreReport,
}

pub(crate) async fn run(context: &Context, arguments: RestoreArguments) -> Result<Exit, Failure> {
    match arguments.command {
        Some(RestoreCommand::List) => resume::list(context),
        Some(RestoreCommand::Resume(arguments)) => resume::run(context, arguments).await,
        None => restore(context, arguments).await,
    }
}

async fn restore(context: &Context, arguments: RestoreArguments) -> Result<Exit, Failure> {
    let accepted = accepted(&arguments.accept)?;
    let settings = context.settings()?;
    let options = options(&arguments);
    let (bundle, archive) = bundle(context, &settings, &arguments)?;
    let server = server(&context.console, &arguments.connect, &settings).await?;
    let host = arguments.host.as_deref().unwrap_or_default();
    // From here on there is somebody signed in, or something to be undone: Ctrl+C ends it tidily.
    let cancel = interrupt::token(&context.console)?;
    let host = find_host(server.clone(), host, &cancel).await?;
    let host_credentials = own_user(&context.console, &arguments.own, &host.name, &cancel).await?;
    let request =
        RestoreRequest { server, host, bundle, options, host_credentials, host_port: settings.host_port };
    let mut restore = restore_context(context, &RestoreProgress::silent(&context.console));
    restore.archive = archive;
    restore.cancel = cancel.clone();
    let plan = plan(&request, &restore).await?;
    if arguments.plan {
        context.console.result(&PlanBody { plan: &plan }, || told::plan(&plan))?;
        return Ok(if plan.is_possible() { Exit::Ok } else { Exit::Failed });
    }
    let consent = consent(context, &plan, accepted, arguments.confirm, &cancel).await?;
    let progress = RestoreProgress::new(&context.console);
    restore.watch = progress.watch();
    let report = apply(request, consent, restore).await;
    progress.end();
    tell(context, &report?)
}

/// What came of it, and its exit code.
fn tell(context: &Context, report: &RestoreReport) -> Result<Exit, Failure> {
    context.console.result(&Body { restore: report }, || told::report(report, &context.options()))?;
    Ok(match &report.outcome {
        Outcome::Proven => Exit::Ok,
        Outcome::NotProven { .. } | Outcome::Unknown { .. } => Exit::NotProven,
        Outcome::LeftChanged { .. } => Exit::LeftChanged,
        Outcome::NothingChanged { error } => Exit::As(exit_code(&error.code)),
    })
}

/// A context without an archive, that is never cancelled.
fn restore_context(context: &Context, progress: &RestoreProgress) -> RestoreContext {
    RestoreContext {
        config: context.config.clone(),
        archive: None,
        audit: AuditLog::new(&context.config),
        clock: now,
        cancel: CancellationToken::new(),
        watch: progress.watch(),
        pace: Pace::default(),
    }
}

fn accepted(words: &[String]) -> Result<Vec<CheckCode>, Failure> {
    let code = |word: &String| {
        CheckCode::ALL.iter().copied().find(|code| code.as_str() == word).ok_or_else(|| {
            let known: Vec<&str> = CheckCode::ALL.iter().map(|code| code.as_str()).collect();
            let message = format!("there is no warning {word:?}");
            Failure::new("usage", message, format!("There are: {}.", known.join(", ")))
        })
    };
    words.iter().map(code).collect()
}

fn options(arguments: &RestoreArguments) -> RestoreOptions {
    RestoreOptions {
        force: arguments.force,
        safety_backup: if arguments.no_safety_backup { SafetyBackup::Skip } else { SafetyBackup::Take },
        maintenance: Maintenance {
            timeout_seconds: arguments.maintenance_timeout,
            evacuate_powered_off: arguments.evacuate_powered_off,
            vsan: match arguments.vsan {
                VsanArgument::EnsureAccessibility => VsanData::EnsureAccessibility,
                VsanArgument::EvacuateAllData => VsanData::EvacuateAllData,
                VsanArgument::NoAction => VsanData::NoAction,
            },
        },
        leave_maintenance_mode: !arguments.keep_maintenance_mode,
        reconnect: !arguments.no_reconnect,
        return_within_seconds: arguments.return_timeout,
    }
}

/// The bundle that is meant, and the archive for the safety backup. None is made here: a plan changes nothing, and says what
/// is missing.
fn bundle(
    context: &Context,
    settings: &Settings,
    arguments: &RestoreArguments,
) -> Result<(BundleSource, Option<Archive>), Failure> {
    if let Some(id) = &arguments.id {
        let archive = context.open_archive(settings)?;
        let record = archive.find(&archive.list()?, id)?.clone();
        return Ok((BundleSource::Archived(Box::new(record)), Some(archive)));
    }
    let file = BundleSource::File(absolute(&arguments.bundle.clone().unwrap_or_default())?);
    if arguments.no_safety_backup {
        return Ok((file, None));
    }
    match context.open_archive(settings) {
        Ok(archive) => Ok((file, Some(archive))),
        Err(failure) if matches!(failure.report.code.as_str(), "archive_missing" | "not_an_archive") => {
            Ok((file, None))
        }
        Err(failure) => Err(failure),
    }
}

/// The one server that is meant.
async fn server(
    console: &Console,
    connect: &ConnectArguments,
    settings: &Settings,
) -> Result<ServerLogin, Failure> {
    if connect.server.is_none() && connect.url.is_none() && settings.servers.len() > 1 {
        let names: Vec<&str> = settings.servers.iter().map(|server| server.name.as_str()).collect();
        let hint = format!("Say which one with --server NAME. There are: {}.", names.join(", "));
        return Err(Failure::new("usage", "several servers are saved", hint));
    }
    let mut logins = login::logins(console, connect, settings).await?;
    // One server is meant, and without its password that would have been an error.
    Ok(logins.ready.swap_remove(0))
}

/// The host's own user; the password from standard input, or else the keyring's, or else from a prompt.
async fn own_user(
    console: &Console,
    own: &OwnUserArguments,
    host: &str,
    cancel: &CancellationToken,
) -> Result<Option<Credentials>, Failure> {
    let Some(user) = &own.host_user else { return Ok(None) };
    let on_host = credentials::of_host(host, user)?;
    let account = format!("{user} on {host} itself");
    let password = if own.host_password_stdin {
        let account = account.clone();
        interrupt::asked(cancel, move || password::from_stdin(&account)).await?
    } else {
        match login::with_keyring(&on_host, credentials::load).await {
            Ok(password) => return Ok(Some(Credentials { user: user.clone(), password })),
            Err(error) => tracing::debug!(%error, "the keyring has no password of the host's own user"),
        }
        let account = account.clone();
        let ask = move || {
            password::ask(&account).unwrap_or_else(|| {
                let message =
                    format!("no password was given for {account}, and there is no terminal to ask on");
                let hint = "Give it on standard input with --host-password-stdin.";
                Err(Failure::new("credentials_missing", message, hint))
            })
        };
        interrupt::asked(cancel, ask).await?
    };
    if own.remember_host_password {
        let kept = password.clone();
        let stored = login::with_keyring(&on_host, move |server| credentials::store(server, &kept)).await;
        if let Err(error) = stored {
            console.warn(&format!("the password of {account} is not kept: {error}"));
        }
    }
    Ok(Some(Credentials { user: user.clone(), password }))
}

/// Consent to the plan: from the arguments, and for the rest from the person at the terminal.
async fn consent(
    context: &Context,
    plan: &RestorePlan,
    mut accepted: Vec<CheckCode>,
    confirm: Option<String>,
    cancel: &CancellationToken,
) -> Result<Consent, Failure> {
    let digest = plan.digest.clone();
    let host = &plan.host.name;
    if !plan.is_possible() {
        context.console.say(&told::plan(plan));
        let mut blockers: Vec<_> = plan.with(Verdict::Blocker).collect();
        if blockers.iter().any(|check| check.code == CheckCode::UnderWay) {
            return Err(hostconfig::Error::from(RestoreError::UnderWay { host: host.clone() }).into());
        }
        blockers.dedup_by_key(|check| check.reason.as_str());
        let reasons: Vec<&str> = blockers.iter().map(|check| check.reason.trim_end_matches('.')).collect();
        let message = format!("nothing can be restored to {host}: {}", reasons.join("; "));
        let hint = "Nothing was changed. Clear what stands in the way, and try again.";
        return Err(Failure::new("restore_blocked", message, hint));
    }
    let is_asked = confirm.is_none() && console::can_ask();
    if confirm.is_none() || plan.with(Verdict::Warning).any(|check| !accepted.contains(&check.code)) {
        context.console.say(&told::plan(plan));
    }
    if is_asked {
        for check in plan.with(Verdict::Warning) {
            if accepted.contains(&check.code) {
                continue;
            }
            let question = format!("Accept {}: {} [y/N] ", check.code, check.reason);
            let console = context.console.clone();
            if !interrupt::asked(cancel, move || console.ask(&question)).await? {
                return Err(Failure::new(
                    "restore_not_accepted",
                    format!("{} was not accepted", check.code),
                    "Nothing was changed.",
                ));
            }
            accepted.push(check.code);
        }
    }
    let host_name = match confirm {
        Some(name) => name,
        None if is_asked => {
            let (console, question) = (context.console.clone(), format!("Type {host} to restore it: "));
            interrupt::asked(cancel, move || console.answer(&question)).await?
        }
        None => {
            let hint = "Look at the plan, then add --confirm with the host's whole name.";
            let message = format!("restoring {host} was not confirmed");
            return Err(Failure::new("restore_not_confirmed", message, hint));
        }
    };
    let open: Vec<&str> = plan
        .with(Verdict::Warning)
        .filter(|check| !accepted.contains(&check.code))
        .map(|check| check.code.as_str())
        .collect();
    if !open.is_empty() {
        let message = format!("the plan for {host} has warnings that were not accepted: {}", open.join(", "));
        let options: Vec<String> = open.iter().map(|code| format!("--accept {code}")).collect();
        let hint = format!(
            "Nothing was changed. Read each warning; to accept all of them, add: {}",
            options.join(" ")
        );
        return Err(Failure::new("restore_not_accepted", message, hint));
    }
    Ok(Consent { digest, host_name, accepted })
}
