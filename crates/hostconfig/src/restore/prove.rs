//! Whether a host that has restarted has what the bundle has. What cannot be proven is said.

use tokio::time::Instant;
use vsphere::transfer::{Route, fetch_bundle};

use super::request::RestoreContext;
use super::watch::{Aftermath, Back};
use crate::bundle::{
    Comparison, Contents, Sealing, check, compare, normal_uuid, read_contents, uuid_matches,
};
use crate::{Error, Result};

/// What is known of a restored host, and what is not.
pub(super) struct Proof {
    pub(super) known: Vec<String>,
    pub(super) open: Vec<String>,
    pub(super) comparison: Option<Comparison>,
}

/// Looks at the host, and has it pack its configuration once more, to compare it with the bundle. Nothing is kept.
pub(super) async fn prove(aftermath: &Aftermath<'_>, back: &Back, context: &RestoreContext) -> Proof {
    let mut proof = Proof { known: Vec::new(), open: Vec::new(), comparison: None };
    compare_host(aftermath, back, &mut proof);
    let Some(bundle) = aftermath.bundle else {
        proof.open.push("the bundle is no longer there to compare the host with".to_owned());
        return proof;
    };
    match context.cancel.run_until_cancelled(read_back(aftermath, back, context)).await {
        None => proof.open.push("comparing the host with the bundle was cancelled".to_owned()),
        Some(Err(error)) => proof.open.push(format!("what the host has now cannot be read: {error}")),
        Some(Ok(now)) => compare_contents(&bundle.contents, &now, &mut proof),
    }
    proof
}

fn compare_host(aftermath: &Aftermath<'_>, back: &Back, proof: &mut Proof) {
    let (before, host) = (&aftermath.begun.before, &back.host);
    match (&before.uuid, &host.uuid) {
        (Some(before), Some(now)) if uuid_matches(before, now) => match normal_uuid(now) {
            Some(_) => proof.known.push("it is the same hardware".to_owned()),
            None => proof.open.push(format!("its hardware UUID is {now}, which is no hardware's own")),
        },
        (before, now) => {
            let (before, now) = (shown(before.as_ref()), shown(now.as_ref()));
            proof.open.push(format!("its hardware UUID was {before} and is {now}"));
        }
    }
    let product = host.product.as_ref();
    let now = (product.map(|product| &product.version), product.map(|product| &product.build));
    let is_told = [now.0, now.1].into_iter().all(|told| told.is_some_and(|told| !told.is_empty()));
    if is_told && now == (before.version.as_ref(), before.build.as_ref()) {
        let (version, build) = (shown(now.0), shown(now.1));
        proof.known.push(format!("it runs {version}, build {build}, as before"));
    } else {
        let was = (shown(before.version.as_ref()), shown(before.build.as_ref()));
        let is = (shown(now.0), shown(now.1));
        proof.open.push(format!("it ran {} build {} and runs {} build {}", was.0, was.1, is.0, is.1));
    }
}

fn compare_contents(bundle: &Contents, now: &Contents, proof: &mut Proof) {
    let Some(comparison) = compare(bundle, now) else {
        let why = match (&bundle.sealing, &now.sealing) {
            (Sealing::Tpm, _) | (_, Sealing::Tpm) => "it is sealed by the host's TPM".to_owned(),
            (Sealing::Unreadable { reason }, _) | (_, Sealing::Unreadable { reason }) => reason.clone(),
            (Sealing::Open, Sealing::Open) => unreachable!("what can be read is compared"),
        };
        proof.open.push(format!("what is in the bundle could not be compared with the host: {why}"));
        return;
    };
    let parts = comparison.same + comparison.different.len() + comparison.only_first.len();
    if comparison.is_same() {
        proof.known.push(format!(
            "all {parts} files and settings of the bundle that do not change by themselves are on the host, alike"
        ));
    } else {
        let differ = comparison.different.iter().chain(&comparison.only_first).chain(&comparison.only_second);
        let count = differ.clone().count();
        let named = differ.take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if count > 5 { ", …" } else { "" };
        proof.open.push(format!(
            "{count} files and settings of the host differ from the bundle ({named}{more}); {} are alike",
            comparison.same
        ));
    }
    proof.comparison = Some(comparison);
}

/// What the host has now. One that has just started may not be ready to pack its configuration.
async fn read_back(aftermath: &Aftermath<'_>, back: &Back, context: &RestoreContext) -> Result<Contents> {
    let (mut pauses, patient_until) = (context.pace.pauses(), Instant::now() + context.pace.undo_within);
    let bytes = loop {
        match fetch(aftermath, back).await {
            Ok(bytes) => break bytes,
            // A password that is refused again and again locks the account.
            Err(
                error @ Error::Server(vsphere::Error::TransferRefused { .. } | vsphere::Error::NotTrusted(_)),
            ) => return Err(error),
            Err(error) => {
                let Some(pause) = pauses.next().filter(|_| Instant::now() < patient_until) else {
                    return Err(error);
                };
                tracing::info!(%error, "the host cannot pack its configuration yet; trying again");
                tokio::time::sleep(pause).await;
            }
        }
    };
    let host = back.host.name.clone();
    crate::blocking(move || {
        let unsound = |problem| Error::UnsoundBundle { host: host.clone(), problem };
        check(&bytes[..]).map_err(unsound)?;
        read_contents(&bytes).map_err(unsound)
    })
    .await
}

async fn fetch(aftermath: &Aftermath<'_>, back: &Back) -> Result<Vec<u8>> {
    let route = Route::to(&back.session, &back.host, aftermath.host_port).await?;
    let route = match aftermath.host_credentials {
        Some(credentials) => route.with_host_credentials(credentials.clone()),
        None => route,
    };
    let mut bytes = Vec::new();
    fetch_bundle(&back.session, &back.host, &route, &mut bytes, |_, _| ()).await?;
    Ok(bytes)
}

fn shown(text: Option<&String>) -> &str {
    text.map(String::as_str).filter(|text| !text.is_empty()).unwrap_or("not known")
}
