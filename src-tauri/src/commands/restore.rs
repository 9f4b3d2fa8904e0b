//! Restoring a bundle to a host: choosing, the plan, consent, going on with what was left in the middle.

use std::sync::Arc;

use hostconfig::archive::Record;
use hostconfig::blocking;
use hostconfig::bundle::{normal_uuid, uuid_matches};
use hostconfig::credentials;
use hostconfig::inventory::ServerLogin;
use hostconfig::restore::{
    BundleSource, Consent, RestoreRequest, ResumeAction, ResumeRequest, Step, StepState, Summary, apply,
    dismiss, find, history, look_at, plan, resume,
};
use hostconfig::settings::SettingsError;
use tauri::{AppHandle, WebviewWindow};
use tokio_util::sync::CancellationToken;

use super::archive;
use super::hosts::known_hosts;
use super::runs::save_as;
use super::{App, within};
use crate::dialog;
use crate::ipc::{
    Answer, BundleChoice, BundleView, ErrorReport, HostUser, Message, RestoreConsent, RestoreInput,
    RestoreList, RestorePlanView, RestoreRow, RestoreStarted, RestoreView, ResumeChoice, ResumeInput,
    UnreadableJournal,
};
use crate::login::logins;
use crate::restoring::{Beginning, archive_for, begin, context};
use crate::state::{Place, lock, now};

const LONGEST_WAIT_SECONDS: u64 = 24 * 60 * 60;
const SHORTEST_WAIT_SECONDS: u64 = 10;
/// So many restores are listed, newest first.
const MOST_RESTORES: usize = 500;

/// Lets the user pick a bundle in the native dialog; what the shell calls the file. Nothing when it is cancelled.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_bundle_file(app: App<'_>, window: WebviewWindow) -> Answer<Option<u32>> {
    let picked = dialog::file(&window, "Choose a bundle", "Configuration bundles", &["tgz"]).await;
    Ok(picked.map(|path| lock(&app.place().restoring).take_file(path)))
}

/// Reads a bundle through and says what it is, and which of the known hosts have its hardware UUID.
#[tauri::command]
#[specta::specta]
pub(crate) async fn describe_bundle(app: App<'_>, bundle: BundleChoice) -> Answer<BundleView> {
    let place = app.place();
    blocking(move || {
        let source = source(&place, &bundle)?;
        let facts = look_at(&source)?;
        let record = match &source {
            BundleSource::Archived(record) => Some(record.as_ref()),
            BundleSource::File(_) => None,
        };
        let own = |uuid: &String| normal_uuid(uuid).is_some();
        let of_record = |record: &Record| record.host.uuid.clone().filter(own);
        let uuid = facts.uuid.clone().or_else(|| record.and_then(of_record));
        let known = known_hosts(&place)?;
        let is_meant = |uuid: &String, other: &Option<String>| {
            other.as_deref().is_some_and(|other| uuid_matches(uuid, other))
        };
        let fits = known.iter().filter(|host| uuid.as_ref().is_some_and(|uuid| is_meant(uuid, &host.uuid)));
        let fits = fits.map(|host| format!("{}/{}", host.server, host.moid)).collect();
        Ok(BundleView::new(facts, record.map(|record| record.host.name.clone()), fits))
    })
    .await
}

/// Looks at bundle and host, and says what a restore would do. Nothing is changed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_restore(app: App<'_>, input: RestoreInput) -> Answer<RestorePlanView> {
    let place = app.place();
    let waits = [input.options.maintenance_timeout_seconds, input.options.return_within_seconds];
    if !waits.iter().all(|wait| (SHORTEST_WAIT_SECONDS..=LONGEST_WAIT_SECONDS).contains(wait)) {
        let message =
            format!("a wait of a restore takes {SHORTEST_WAIT_SECONDS} to {LONGEST_WAIT_SECONDS} seconds");
        return Err(ErrorReport::new("options_unusable", message, "Change the waits."));
    }
    let cancel = lock(&place.restoring).look_anew();
    let server = login(&place, &input.host.server).await?;
    let (request, context) = blocking({
        let (place, cancel) = (Arc::clone(&place), cancel.clone());
        move || -> Answer<_> {
            let request = RestoreRequest {
                server,
                host: input.host.into(),
                bundle: source(&place, &input.bundle)?,
                options: input.options.into(),
                host_credentials: None,
                host_port: place.settings()?.host_port,
            };
            let archive = archive_for(&place, &request.options)?;
            Ok((request, context(&place, archive, cancel, Arc::new(|_| ()))))
        }
    })
    .await?;
    let made = plan(&request, &context).await?;
    // Another plan was asked for meanwhile, or the page was left.
    if cancel.is_cancelled() {
        return Err(hostconfig::Error::Cancelled.into());
    }
    let server = request.host.server.clone();
    let id = lock(&place.restoring).take_plan(request, made.clone());
    Ok(RestorePlanView::new(id, &made, server, now()))
}

/// Ends the making of a plan, or the looking again before a restore begins. What has begun goes on.
#[tauri::command]
#[specta::specta]
pub(crate) fn cancel_restore_plan(app: App<'_>) {
    lock(&app.place().restoring).cancel.cancel();
}

/// Restores as planned, if the plan still holds. Answers once it has begun.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_restore(
    app: App<'_>,
    handle: AppHandle,
    consent: RestoreConsent,
) -> Answer<RestoreStarted> {
    within(&consent.host_name, "host's name", 300)?;
    let place = app.place();
    let planned = lock(&place.restoring).planned.clone().filter(|planned| planned.id == consent.plan);
    let Some(planned) = planned else {
        let message = "this plan is not there any more";
        return Err(ErrorReport::new("restore_plan_changed", message, "Look at the plan again."));
    };
    let accepted = consent.accepted();
    let mut request = planned.request;
    let host = planned.plan.host.name.clone();
    let asked = async {
        let own = own_user(&place, &host, consent.host_user).await?;
        let (place, options) = (Arc::clone(&place), request.options);
        Ok((own, blocking(move || archive_for(&place, &options)).await?))
    };
    let ((own, archive), cancel) = asked_before(&place, asked).await?;
    request.host_credentials = own;
    let beginning = Beginning {
        title: format!("Restore {host}"),
        host,
        steps: planned.plan.steps.iter().map(|planned| planned.step).collect(),
        return_within_seconds: request.options.return_within_seconds,
        was_told: false,
        archive,
    };
    let consent = Consent { digest: consent.digest, host_name: consent.host_name, accepted };
    begin(Arc::clone(&app), handle, place, beginning, cancel, |context| apply(request, consent, context))
        .await
}

/// Every restore that was begun on this computer, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_restores(app: App<'_>) -> Answer<RestoreList> {
    let place = app.place();
    blocking(move || {
        let (restores, unreadable) = history(&place.config)?;
        let row = |journal: hostconfig::restore::Unreadable| UnreadableJournal {
            path: journal.path.display().to_string(),
            reason: journal.reason,
        };
        Ok(RestoreList {
            restores: restores.iter().take(MOST_RESTORES).map(RestoreRow::from).collect(),
            unreadable: unreadable.into_iter().map(row).collect(),
        })
    })
    .await
}

/// All that is known of a restore.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_restore(app: App<'_>, id: String) -> Answer<RestoreView> {
    let place = app.place();
    blocking(move || Ok(RestoreView::from(&whole(&place, &id)?))).await
}

/// Goes on with a restore. Answers once that has begun.
#[tauri::command]
#[specta::specta]
pub(crate) async fn resume_restore(
    app: App<'_>,
    handle: AppHandle,
    input: ResumeInput,
) -> Answer<RestoreStarted> {
    let place = app.place();
    let certificate = input.certificate.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let certificate = certificate.map(str::parse).transpose();
    let certificate = certificate.map_err(|error| hostconfig::Error::from(SettingsError::from(error)))?;
    let (summary, host_port) = blocking({
        let (place, id) = (Arc::clone(&place), input.id.clone());
        move || -> Answer<_> { Ok((whole(&place, &id)?, place.settings()?.host_port)) }
    })
    .await?;
    let begun = &summary.begun;
    let name = input.server.or_else(|| begun.server.name.clone()).ok_or_else(|| {
        let message = format!("the restore went through {}, which is not saved", begun.server.address);
        ErrorReport::new("no_server", message, "Connect to it, and choose it here.")
    })?;
    let request = ResumeRequest {
        id: begun.id.clone(),
        action: match input.action {
            ResumeChoice::KeepWatching => ResumeAction::KeepWatching,
            ResumeChoice::Reconnect => ResumeAction::Reconnect,
            ResumeChoice::LeaveMaintenanceMode => ResumeAction::LeaveMaintenanceMode,
        },
        server: login(&place, &name).await?,
        host_credentials: own_user(&place, &begun.host.name, input.host_user).await?,
        host_port,
        certificate,
    };
    let host = begun.host.name.clone();
    let beginning = Beginning {
        title: match request.action {
            ResumeAction::LeaveMaintenanceMode => format!("Have {host} leave maintenance mode"),
            ResumeAction::KeepWatching | ResumeAction::Reconnect => format!("Watch the restore of {host}"),
        },
        steps: steps_ahead(&summary, request.action),
        host,
        return_within_seconds: begun.options.return_within_seconds,
        was_told: summary.was_sent,
        archive: None,
    };
    let cancel = lock(&place.restoring).look_anew();
    begin(Arc::clone(&app), handle, place, beginning, cancel, |context| resume(request, context)).await
}

/// Notes that a restore has been looked after.
#[tauri::command]
#[specta::specta]
pub(crate) async fn dismiss_restore(app: App<'_>, id: String) -> Answer<()> {
    let place = app.place();
    blocking(move || -> Answer<()> {
        dismiss(&place.config, &whole(&place, &id)?.begun.id, now())?;
        Ok(())
    })
    .await?;
    app.jobs.tell(Message::RestoresChanged);
    Ok(())
}

/// Writes what is known of a restore as JSON to where the user says in the native dialog. False when it is cancelled.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_restore(app: App<'_>, window: WebviewWindow, id: String) -> Answer<bool> {
    let place = app.place();
    let (id, json) = blocking(move || -> Answer<_> {
        let summary = whole(&place, &id)?;
        let json = serde_json::to_string_pretty(&summary).map_err(|error| {
            ErrorReport::new("report_unusable", error.to_string(), "Export it as text instead.")
        })?;
        Ok((summary.begun.id, json))
    })
    .await?;
    save_as(&window, &format!("restore-{id}.json"), json).await
}

/// The restore with exactly this id: the page names no other way.
fn whole(place: &Place, id: &str) -> Answer<Summary> {
    let summary = find(&place.config, id)?;
    if summary.begun.id == id {
        return Ok(summary);
    }
    Err(ErrorReport::new(
        "restore_not_found",
        format!("there is no restore {id}"),
        "Look at the list of restores.",
    ))
}

/// What is still to come.
fn steps_ahead(summary: &Summary, action: ResumeAction) -> Vec<Step> {
    if action == ResumeAction::LeaveMaintenanceMode {
        return vec![Step::LeaveMaintenanceMode];
    }
    let leaves = summary.entered_maintenance_mode && summary.begun.options.leave_maintenance_mode;
    let is_ahead = |step: &Step| *step > Step::Restore && (leaves || *step != Step::LeaveMaintenanceMode);
    let before = summary
        .steps
        .iter()
        .filter(|step| step.step <= Step::Restore && step.state == StepState::Done)
        .map(|step| step.step);
    before.chain(Step::ALL.into_iter().filter(is_ahead)).collect()
}

fn source(place: &Place, bundle: &BundleChoice) -> Answer<BundleSource> {
    Ok(match bundle {
        BundleChoice::Record { id } => {
            let read = place.read_archive(false)?;
            BundleSource::Archived(Box::new(archive::find(&read, id)?.1.clone()))
        }
        BundleChoice::File { file } => BundleSource::File(lock(&place.restoring).file(*file)?),
    })
}

/// What it takes to sign in to a saved server.
async fn login(place: &Arc<Place>, name: &str) -> Answer<ServerLogin> {
    let (mut ready, mut left_out) = logins(place, Some(vec![name.to_owned()])).await?;
    match (ready.pop(), left_out.pop()) {
        (Some(login), _) => Ok(login),
        (None, Some((_, error))) => Err(error.into()),
        (None, None) => {
            let message = format!("the server {name} is not saved any more");
            Err(ErrorReport::new("no_server", message, "Connect to it again."))
        }
    }
}

/// What has to be asked before a restore begins, and what ends the restore. The keyring and a share may take their time: whoever
/// leaves the page meanwhile wants nothing restored.
async fn asked_before<T>(
    place: &Place,
    ask: impl Future<Output = Answer<T>>,
) -> Answer<(T, CancellationToken)> {
    let cancel = lock(&place.restoring).look_anew();
    let asked = cancel
        .run_until_cancelled(ask)
        .await
        .ok_or_else(|| ErrorReport::from(hostconfig::Error::Cancelled))?;
    Ok((asked?, cancel))
}

async fn own_user(
    place: &Arc<Place>,
    host: &str,
    own: Option<HostUser>,
) -> Answer<Option<vsphere::Credentials>> {
    let Some(HostUser { user, password, remember }) = own else { return Ok(None) };
    within(&user, "user's name", 300)?;
    let user = user.trim().to_owned();
    if user.is_empty() {
        return Err(ErrorReport::new(
            "credentials_missing",
            "the host's user has no name",
            "Enter a user, such as root.",
        ));
    }
    let (place, on_host) = (Arc::clone(place), credentials::of_host(host, &user)?);
    let password = blocking(move || {
        let Some(password) = password else { return Ok(place.password(&on_host)?) };
        if remember && place.demo.is_none() {
            credentials::store(&on_host, &password)?;
            // Another one that only this window knew would go before it.
            place.forget_password(&on_host);
        } else if remember {
            place.know_password(&on_host, password.clone());
        }
        Ok::<_, ErrorReport>(password)
    })
    .await?;
    Ok(Some(vsphere::Credentials { user, password }))
}

#[cfg(test)]
mod tests {
    use hostconfig::ConfigDir;
    use keyring_core::mock;
    use secrecy::{ExposeSecret, SecretString};

    use super::*;
    use crate::state::Shell;

    /// A host that is connected to directly may have been given another password before, for this window only.
    #[tokio::test]
    async fn a_password_that_is_to_be_remembered_is_the_one_that_is_used_from_then_on() {
        keyring_core::set_default_store(mock::Store::new().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let place = Shell::new(ConfigDir::at(folder.path()), None).place();
        let on_host = credentials::of_host("esx01.lab.local", "root").unwrap();
        place.know_password(&on_host, "before".into());
        let given = HostUser { user: "root".into(), password: Some("now".into()), remember: true };
        own_user(&place, "esx01.lab.local", Some(given)).await.unwrap();
        let used = |password: SecretString| password.expose_secret().to_owned();
        assert_eq!(used(place.password(&on_host).unwrap()), "now");
        assert!(place.remembers(&on_host));
    }

    #[tokio::test]
    async fn a_restore_whose_page_is_left_while_the_keyring_is_asked_does_not_begin() {
        let folder = tempfile::tempdir().unwrap();
        let place = Shell::new(ConfigDir::at(folder.path()), None).place();
        let ask = async {
            lock(&place.restoring).cancel.cancel();
            tokio::task::yield_now().await;
            Ok(())
        };
        assert_eq!(asked_before(&place, ask).await.unwrap_err().code, "cancelled");
        let (answer, cancel) = asked_before(&place, async { Ok(7) }).await.unwrap();
        assert_eq!(answer, 7);
        assert!(!cancel.is_cancelled());
    }
}
