//! What a restore would do, and everything that speaks for or against it. It looks and changes nothing.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;
use vsphere::inventory::{HostSystem, read_host};
use vsphere::{ApiType, FaultKind, MoRef, Session, SignedIn, read_surroundings};

use super::checks::{Check, Facts, Verdict, checks};
use super::journal::{Before, Begun, BundleOrigin, Restored};
use super::progress::Step;
use super::request::{RestoreContext, RestoreOptions, RestoreRequest, SafetyBackup};
use super::source::{Bundle, load};
use super::{journal, lock};
use crate::archive::RecordServer;
use crate::backup::HostRef;
use crate::bundle::{normal_uuid, uuid_matches};
use crate::inventory::{Inventory, Server, ServerLogin, sign_in, with_inventory};
use crate::selection::{Selection, SelectionError};
use crate::{Error, Result};

/// What would happen, and what is known of it beforehand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RestorePlan {
    /// The server.
    pub server: RecordServer,
    /// The host.
    pub host: HostRef,
    /// How the host is now.
    pub before: Before,
    /// The bundle.
    pub bundle: BundleOrigin,
    /// What the bundle brings, as far as that can be read.
    pub brings: Restored,
    /// What was chosen.
    pub options: RestoreOptions,
    /// Everything that was looked at.
    pub checks: Vec<Check>,
    /// What would be done, in this order.
    pub steps: Vec<PlannedStep>,
    /// Stands for all of the above but the boot time: a plan with another digest is another plan.
    pub digest: String,
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// Which.
    pub step: Step,
    /// What would be done, in a sentence.
    pub about: String,
}

impl RestorePlan {
    /// The checks with this verdict.
    pub fn with(&self, verdict: Verdict) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(move |check| check.verdict == verdict)
    }

    /// Whether nothing stands in the way.
    pub fn is_possible(&self) -> bool {
        self.with(Verdict::Blocker).next().is_none()
    }
}

/// Makes a plan: signs in, reads, signs out. Nothing is changed.
///
/// # Errors
/// The server cannot be signed in to, the host is gone, the bundle is no sound one.
pub async fn plan(request: &RestoreRequest, context: &RestoreContext) -> Result<RestorePlan> {
    let prepared = Box::pin(prepare(request, context)).await?;
    prepared.signed_in.sign_out().await;
    Ok(prepared.plan)
}

/// The one host of a server that is meant by a name: a full or a short one, in any case.
///
/// # Errors
/// [`SelectionError`] where no host or several are meant; any of a sign-in's.
pub async fn find_host(server: ServerLogin, name: &str, cancel: &CancellationToken) -> Result<HostRef> {
    let selection = Selection { wanted: vec![name.to_owned()], ..Selection::default() };
    let find = |mut inventory: Inventory| async move {
        if let Some(failed) = inventory.failed.pop() {
            return Err(failed.error);
        }
        let chosen = selection.choose(&inventory.hosts, |host| &host.system.name, |_| &[]);
        if !chosen.unknown.is_empty() {
            return Err(SelectionError::Unknown(chosen.unknown).into());
        }
        let [at] = chosen.chosen[..] else { return Err(SelectionError::Nothing.into()) };
        let host = &inventory.hosts[at];
        let (moid, name) = (host.system.object.id.clone(), host.system.name.clone());
        Ok(HostRef { server: inventory.servers[host.server].shown(), moid, name })
    };
    with_inventory(vec![server], cancel, find).await?
}

/// A plan, and what it was made of.
pub(super) struct Prepared {
    pub(super) signed_in: SignedIn,
    pub(super) host: HostSystem,
    pub(super) has_vsan: bool,
    pub(super) bundle: Bundle,
    pub(super) host_key: String,
    pub(super) plan: RestorePlan,
}

pub(super) async fn prepare(request: &RestoreRequest, context: &RestoreContext) -> Result<Prepared> {
    let bundle = {
        let source = request.bundle.clone();
        crate::blocking(move || load(&source)).await?
    };
    let ServerLogin { connect, credentials, .. } = request.server.clone();
    let signed_in = sign_in(connect, credentials, &context.cancel).await?;
    match look(request, context, signed_in.session(), &bundle).await {
        Ok((host, has_vsan, host_key, plan)) => {
            Ok(Prepared { signed_in, host, has_vsan, bundle, host_key, plan })
        }
        Err(error) => {
            signed_in.sign_out().await;
            Err(error)
        }
    }
}

async fn look(
    request: &RestoreRequest,
    context: &RestoreContext,
    session: &Session,
    bundle: &Bundle,
) -> Result<(HostSystem, bool, String, RestorePlan)> {
    let look = async {
        let host = the_host(session, &request.host).await?;
        let around = read_surroundings(session, &host.object).await?;
        Ok::<_, Error>((host, around))
    };
    let (host, around) = context.cancel.run_until_cancelled(look).await.unwrap_or(Err(Error::Cancelled))?;
    let server = Server { name: request.server.name.clone(), session: session.clone() }.record();
    let host_key = lock::host_key(&server.address, &host);
    let (is_under_way, unfinished, unreadable) = {
        let (config, key) = (context.config.clone(), host_key.clone());
        crate::blocking(move || -> Result<_> {
            let (restores, unreadable) = journal::unfinished(&config)?;
            let of_host = restores.into_iter().filter(|restore| restore.begun.host_key == key);
            let ids: Vec<String> = of_host.map(|restore| restore.begun.id).collect();
            Ok((lock::is_held(&config, &lock::of_host(&key))?, ids, unreadable))
        })
        .await?
    };
    let facts = Facts {
        host: &host,
        around: &around,
        is_direct: session.client().about().api_type == ApiType::Esxi,
        bundle,
        options: &request.options,
        has_archive: context.archive.is_some(),
        is_under_way,
        unfinished: &unfinished,
        unreadable: &unreadable,
    };
    let mut plan = RestorePlan {
        server,
        host: HostRef { name: host.name.clone(), ..request.host.clone() },
        before: before(&host),
        bundle: bundle.origin(),
        brings: Restored {
            address: bundle.contents.address.map(|address| address.to_string()),
            certificate: bundle.contents.certificate.as_ref().map(|certificate| certificate.sha256),
        },
        options: request.options,
        checks: checks(&facts),
        steps: steps(&host, &request.options),
        digest: String::new(),
    };
    // The boot time is computed anew at each look, and moves a little by itself.
    let lasting = RestorePlan { before: Before { boot_time: None, ..plan.before.clone() }, ..plan.clone() };
    let json = serde_json::to_vec(&lasting)
        .map_err(|error| crate::files::FileError::new("encode", "the plan", error.into()))?;
    plan.digest = hex::encode(Sha256::digest(json));
    Ok((host, around.vsan == Some(true), host_key, plan))
}

/// The one of these hosts that is this hardware. A placeholder of boards whose vendor set no UUID is nobody's.
pub(super) fn by_uuid(hosts: Vec<HostSystem>, uuid: Option<&str>) -> Option<HostSystem> {
    let wanted = normal_uuid(uuid?)?;
    let is_it = |host: &HostSystem| host.uuid.as_deref().is_some_and(|uuid| uuid_matches(&wanted, uuid));
    let mut found = hosts.into_iter().filter(is_it);
    let host = found.next()?;
    found.next().is_none().then_some(host)
}

/// Whether a host is known to be other hardware than the one that the restore began with.
pub(super) fn is_other_hardware(begun: &Begun, host: &HostSystem) -> bool {
    let uuid = |uuid: &Option<String>| uuid.as_deref().and_then(normal_uuid);
    match (uuid(&begun.before.uuid), uuid(&host.uuid)) {
        (Some(before), Some(now)) => !uuid_matches(&before, &now),
        _ => false,
    }
}

/// The host that is meant, as the server knows it now.
pub(super) async fn the_host(session: &Session, wanted: &HostRef) -> Result<HostSystem> {
    let gone = |now| Error::HostGone { host: wanted.name.clone(), server: wanted.server.clone(), now };
    let host = match read_host(session, &MoRef::new("HostSystem", &wanted.moid)).await {
        Err(error) if error.fault().is_some_and(|fault| fault.kind == FaultKind::ManagedObjectNotFound) => {
            return Err(gone(None));
        }
        host => host?,
    };
    if host.name.to_lowercase() != wanted.name.to_lowercase() {
        return Err(gone(Some((wanted.moid.clone(), host.name))));
    }
    Ok(host)
}

fn before(host: &HostSystem) -> Before {
    Before {
        boot_time: host.boot_time,
        in_maintenance_mode: host.in_maintenance_mode,
        uuid: host.uuid.clone(),
        version: host.product.as_ref().map(|product| product.version.clone()),
        build: host.product.as_ref().map(|product| product.build.clone()),
        addresses: host.management_addresses.iter().map(ToString::to_string).collect(),
        thumbprint: host.thumbprint.map(|thumbprint| thumbprint.to_string()),
    }
}

fn steps(host: &HostSystem, options: &RestoreOptions) -> Vec<PlannedStep> {
    let name = &host.name;
    let enters = host.in_maintenance_mode != Some(true);
    let mut steps = Vec::new();
    let mut add = |step, about: String| steps.push(PlannedStep { step, about });
    if options.safety_backup == SafetyBackup::Take {
        add(Step::SafetyBackup, format!("Back up {name} as it is, into the archive."));
    }
    if enters {
        let seconds = options.maintenance.timeout_seconds;
        add(Step::EnterMaintenanceMode, format!("Have {name} enter maintenance mode, within {seconds} s."));
    }
    add(Step::Upload, format!("Send the bundle to {name}. Until here everything can be taken back."));
    let force = if options.force { ", with force" } else { "" };
    add(Step::Restore, format!("Tell {name} to restore it{force}. It restarts at once."));
    add(Step::GoDown, format!("Watch {name} go down."));
    let minutes = options.return_within_seconds.div_ceil(60);
    add(Step::Return, format!("Wait until {name} is back and has restarted, up to {minutes} min."));
    add(Step::Compare, format!("Compare what {name} has then with the bundle."));
    if enters && options.leave_maintenance_mode {
        add(Step::LeaveMaintenanceMode, format!("Have {name} leave maintenance mode."));
    }
    steps
}
