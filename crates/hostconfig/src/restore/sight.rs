//! Looking at a host that was told to restore, once: through its vCenter, or directly. Nothing that the host has become is
//! trusted without having been named before.

use std::cmp::Ordering;

use chrono::{DateTime, TimeDelta, Utc};
use vsphere::host_system::{self, Reconnect};
use vsphere::inventory::{self, ConnectionState, HostSystem, read_host};
use vsphere::{
    ApiType, Certificate, Client, ConnectOptions, Error as ServerError, FaultKind, MoRef, NotTrusted,
    ServerAddress, Session, SignedIn, Thumbprint, Trust,
};

use super::error::RestoreError;
use super::maintenance;
use super::plan::{by_uuid, is_other_hardware};
use super::watch::Aftermath;
use crate::bundle::normal_uuid;
use crate::{Error, Result};

/// What is seen of the host at one moment.
pub(super) enum Sight {
    /// Up, as before.
    Same,
    /// Not there.
    Away(String),
    /// Nobody can tell, because the server cannot be asked.
    Unseen(String),
    /// The vCenter is disconnected from it.
    Disconnected,
    /// Up, and up since a later time than before.
    Later(Box<HostSystem>, Session),
    /// Up, and by its own clock since an earlier time than before.
    Earlier(Box<HostSystem>, Session),
    /// It takes a person to go on.
    Stop(Error),
}

/// What the host is looked at with.
pub(super) struct Eyes<'a> {
    pub(super) aftermath: &'a Aftermath<'a>,
    session: Option<Session>,
    /// Where the session is one of ours.
    signed_in: Option<SignedIn>,
    /// The last one with the host itself, beside its vCenter.
    beside: Option<SignedIn>,
    /// What that session's server calls the host, once that is known.
    object: Option<MoRef>,
    pub(super) notes: Vec<String>,
    /// Why the host is not asked directly any more, beside its vCenter.
    pub(super) refused_directly: Option<String>,
}

/// A machine takes longer to start, and a boot time that is computed anew moves by less.
const STARTS_WITHIN: TimeDelta = TimeDelta::seconds(10);

/// How one boot time stands to an earlier look's: later only where the machine has restarted in between, or its clock was set.
pub(super) fn boots(before: DateTime<Utc>, now: DateTime<Utc>) -> Ordering {
    if (now - before).abs() <= STARTS_WITHIN { Ordering::Equal } else { now.cmp(&before) }
}

impl<'a> Eyes<'a> {
    /// Looks in this session with the server that the restore went through, or opens its own.
    pub(super) fn new(aftermath: &'a Aftermath<'a>, session: Option<Session>) -> Self {
        let object = aftermath.is_same_server.then(|| MoRef::new("HostSystem", &aftermath.begun.host.moid));
        Self {
            aftermath,
            session,
            signed_in: None,
            beside: None,
            object,
            notes: Vec::new(),
            refused_directly: None,
        }
    }

    /// The sessions that were opened to look.
    pub(super) fn take_sessions(&mut self) -> Vec<SignedIn> {
        self.signed_in.take().into_iter().chain(self.beside.take()).collect()
    }

    /// What is seen of the host now.
    pub(super) async fn look(&mut self) -> Sight {
        let session = match self.session.clone() {
            Some(session) => session,
            None if self.aftermath.is_direct() => return self.look_anew(true).await,
            None => match self.vcenter().await {
                Ok(session) => session,
                Err(sight) => return sight,
            },
        };
        match session.client().about().api_type {
            ApiType::Esxi => self.look_in(&session).await,
            ApiType::VCenter => self.look_through(session).await,
        }
    }

    /// Through a vCenter.
    async fn look_through(&mut self, session: Session) -> Sight {
        let known = match &self.object {
            None => None,
            Some(object) => match read_host(&session, object).await {
                // In a vCenter that was set up anew, the old id may be that of another host.
                Ok(host) => Some(host).filter(|host| !is_other_hardware(self.aftermath.begun, host)),
                // Added again, it is another object for the vCenter.
                Err(error) if fault(&error) == Some(&FaultKind::ManagedObjectNotFound) => None,
                Err(error) => return Sight::Unseen(error.to_string()),
            },
        };
        let host = match known {
            Some(host) => host,
            None => match self.find(&session).await {
                Ok(host) => host,
                Err(sight) => return sight,
            },
        };
        match host.connection {
            ConnectionState::Connected => self.judge(host, session),
            ConnectionState::NotResponding => self.look_beside("not responding in the vCenter").await,
            ConnectionState::Disconnected => Sight::Disconnected,
        }
    }

    /// The host in a vCenter's inventory, by its hardware.
    async fn find(&mut self, session: &Session) -> Result<HostSystem, Sight> {
        let hosts = inventory::read(session).await.map_err(|error| Sight::Unseen(error.to_string()))?;
        let begun = self.aftermath.begun;
        let host = by_uuid(hosts, begun.before.uuid.as_deref()).ok_or_else(|| {
            let server = session.client().address().to_string();
            Sight::Stop(Error::HostGone { host: begun.host.name.clone(), server, now: None })
        })?;
        self.object = Some(host.object.clone());
        Ok(host)
    }

    /// A new session with the vCenter.
    async fn vcenter(&mut self) -> Result<Session, Sight> {
        let login = self.aftermath.login;
        let client = match Client::connect(login.connect.clone()).await {
            Ok(client) => client,
            Err(error @ ServerError::NotTrusted(_)) => return Err(Sight::Stop(error.into())),
            Err(error) => return Err(Sight::Unseen(error.to_string())),
        };
        match SignedIn::sign_in(&client, login.credentials.clone()).await {
            Ok(signed_in) => {
                let session = signed_in.session().clone();
                self.session = Some(session.clone());
                self.signed_in = Some(signed_in);
                Ok(session)
            }
            Err(error) if error.fault().is_some() => Err(Sight::Stop(error.into())),
            Err(error) => Err(Sight::Unseen(error.to_string())),
        }
    }

    /// In a session with the host itself. One that breaks is given up: the host may be another one when it is back.
    async fn look_in(&mut self, session: &Session) -> Sight {
        let object = match &self.object {
            Some(object) => object.clone(),
            None => return self.look_anew(true).await,
        };
        match read_host(session, &object).await {
            Ok(host) => self.judge(host, session.clone()),
            Err(error) => {
                self.session = None;
                // Nothing answers to a sign-out any more.
                self.signed_in = None;
                Sight::Away(error.to_string())
            }
        }
    }

    /// Beside the vCenter, which does not see the host: with the host's own user, where there is one.
    async fn look_beside(&mut self, seen: &str) -> Sight {
        if self.aftermath.host_credentials.is_none() || self.refused_directly.is_some() {
            return Sight::Away(seen.to_owned());
        }
        match self.look_anew(false).await {
            Sight::Stop(error) => {
                self.refused_directly = Some(format!("directly: {error}"));
                Sight::Away(seen.to_owned())
            }
            sight @ (Sight::Later(..) | Sight::Earlier(..)) => {
                let name = &self.aftermath.begun.host.name;
                let note = format!("the vCenter does not see {name}; it was reached directly");
                if !self.notes.contains(&note) {
                    self.notes.push(note);
                }
                sight
            }
            Sight::Same => Sight::Same,
            Sight::Away(_) | Sight::Unseen(_) | Sight::Disconnected => Sight::Away(seen.to_owned()),
        }
    }

    /// In a new session with the host itself, wherever it may be, and whoever it may let in; or with a vCenter that is at the
    /// address that was given.
    async fn look_anew(&mut self, is_own_server: bool) -> Sight {
        let client = match self.reach().await {
            Ok(client) => client,
            Err(sight) => return sight,
        };
        let own =
            self.aftermath.host_credentials.filter(|_| client.about().api_type == ApiType::Esxi).cloned();
        let typed = is_own_server.then(|| self.aftermath.login.credentials.clone());
        let mut refused = None;
        for credentials in typed.into_iter().chain(own) {
            match SignedIn::sign_in(&client, credentials.clone()).await {
                Ok(signed_in) => return self.look_with(signed_in, is_own_server).await,
                Err(error) => match fault(&error) {
                    Some(FaultKind::InvalidLogin | FaultKind::PasswordExpired) => {
                        refused = Some(credentials.user);
                    }
                    Some(FaultKind::NoPermission { .. }) => return Sight::Stop(error.into()),
                    _ => return Sight::Away(error.to_string()),
                },
            }
        }
        let host = self.aftermath.begun.host.name.clone();
        Sight::Stop(RestoreError::OtherPassword { host, user: refused.unwrap_or_default() }.into())
    }

    /// The session is kept where it may be of use again.
    async fn look_with(&mut self, signed_in: SignedIn, is_own_server: bool) -> Sight {
        let session = signed_in.session().clone();
        if session.client().about().api_type == ApiType::VCenter {
            self.session = Some(session);
            self.signed_in = Some(signed_in);
            return Sight::Unseen("a vCenter is at this address; nobody has asked it yet".to_owned());
        }
        let sight = match inventory::read(&session).await {
            Err(error) => Sight::Away(error.to_string()),
            Ok(hosts) => match self.meant(hosts, is_own_server) {
                None => Sight::Away("another machine is at its address".to_owned()),
                Some(host) => {
                    if is_own_server {
                        self.object = Some(host.object.clone());
                        self.session = Some(session.clone());
                    }
                    self.judge(host, session)
                }
            },
        };
        let superfluous = if is_own_server && self.session.is_some() {
            self.signed_in.replace(signed_in)
        } else if matches!(sight, Sight::Later(..) | Sight::Earlier(..)) {
            self.beside.replace(signed_in)
        } else {
            Some(signed_in)
        };
        if let Some(session) = superfluous {
            session.sign_out().await;
        }
        sight
    }

    /// The host that was restored, of those that an ESXi host tells of: itself. Without a UUID of its own it is known by its
    /// address only.
    fn meant(&self, mut hosts: Vec<HostSystem>, is_own_server: bool) -> Option<HostSystem> {
        let begun = self.aftermath.begun;
        let own_uuid = |uuid: Option<&str>| uuid.and_then(normal_uuid);
        let is_known_by_address = is_own_server
            && self.aftermath.is_same_server
            && own_uuid(begun.before.uuid.as_deref()).is_none()
            && hosts.iter().all(|host| own_uuid(host.uuid.as_deref()).is_none());
        match hosts.len() {
            1 if is_known_by_address => hosts.pop(),
            _ => by_uuid(hosts, begun.before.uuid.as_deref()),
        }
    }

    fn judge(&self, host: HostSystem, session: Session) -> Sight {
        match (self.aftermath.begun.before.boot_time, host.boot_time) {
            (Some(before), Some(now)) => match boots(before, now) {
                Ordering::Less => Sight::Earlier(Box::new(host), session),
                Ordering::Equal => Sight::Same,
                Ordering::Greater => Sight::Later(Box::new(host), session),
            },
            _ => Sight::Unseen("up, but since when is not known".to_owned()),
        }
    }

    /// The host itself, at the first of its addresses where it can be reached and is the one that it should be.
    async fn reach(&mut self) -> Result<Client, Sight> {
        let mut last = "it cannot be reached".to_owned();
        for (options, is_its_own) in self.addresses() {
            let error = match Client::connect(options.clone()).await {
                Ok(client) => return Ok(client),
                Err(error) => error,
            };
            let ServerError::NotTrusted(not_trusted) = error else {
                last = error.to_string();
                continue;
            };
            match self.known(&not_trusted) {
                Ok(pin) => {
                    let options = ConnectOptions { trust: Trust::Pinned(pin), ..options };
                    match Client::connect(options).await {
                        Ok(client) => {
                            self.met_certificate(&not_trusted.presented);
                            return Ok(client);
                        }
                        Err(error) => last = error.to_string(),
                    }
                }
                Err(error) if is_its_own => return Err(Sight::Stop(error)),
                // Where the bundle says that it will be, somebody else may be.
                Err(error) => last = error.to_string(),
            }
        }
        Err(Sight::Away(last))
    }

    /// Where the host may be, and how it is trusted there; whether the address is the one that it had.
    fn addresses(&self) -> Vec<(ConnectOptions, bool)> {
        let Aftermath { login, begun, host_port, .. } = self.aftermath;
        let api_type = self.session.as_ref().map(|session| session.client().about().api_type);
        let is_beside = api_type == Some(ApiType::VCenter);
        if !self.aftermath.is_same_server && !is_beside {
            // Where somebody has said it is, and with what is meant for there.
            return vec![(login.connect.clone(), true)];
        }
        let is_direct = self.aftermath.is_direct() && !is_beside;
        let mut found: Vec<(ConnectOptions, bool)> = Vec::new();
        let port = if is_direct { Some(login.connect.address.port()) } else { *host_port };
        let trust = if is_direct {
            login.connect.trust
        } else {
            Trust::new(begun.before.thumbprint.as_deref().and_then(Thumbprint::reported))
        };
        if is_direct {
            found.push((login.connect.clone(), true));
        }
        let had = begun.before.addresses.iter().filter(|_| !is_direct).map(|address| (address, true));
        for (address, is_its_own) in had.chain(begun.brings.address.iter().map(|address| (address, false))) {
            let typed = match (port, address.contains(':')) {
                (Some(port), true) => format!("[{address}]:{port}"),
                (Some(port), false) => format!("{address}:{port}"),
                (None, _) => address.clone(),
            };
            let Ok(address) = typed.parse::<ServerAddress>() else { continue };
            if found.iter().all(|(known, _)| known.address != address) {
                let options = ConnectOptions { address, trust, timeouts: login.connect.timeouts };
                found.push((options, is_its_own));
            }
        }
        found
    }

    /// The thumbprint of a certificate that is not the host's old one, if it is one that was consented to.
    fn known(&self, not_trusted: &NotTrusted) -> Result<Thumbprint> {
        let Aftermath { begun, named_certificate, .. } = self.aftermath;
        let presented = &not_trusted.presented;
        let fine: Vec<Thumbprint> = begun.brings.certificate.into_iter().chain(*named_certificate).collect();
        if fine.contains(&presented.sha256) {
            return Ok(presented.sha256);
        }
        let expected = not_trusted.expected.into_iter().chain(fine).collect();
        let presented = Box::new(presented.clone());
        Err(RestoreError::OtherCertificate { host: begun.host.name.clone(), presented, expected }.into())
    }

    fn met_certificate(&mut self, certificate: &Certificate) {
        let by = if self.aftermath.begun.brings.certificate == Some(certificate.sha256) {
            "the bundle's"
        } else {
            "the one that was named"
        };
        let host = &self.aftermath.begun.host.name;
        let note =
            format!("{host} shows another certificate than before: {by}, SHA-256 {}", certificate.sha256);
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Has the vCenter connect the host again, to no other certificate than the old one or one that was consented to. None
    /// where the host cannot be reached from here, so that nobody knows which certificate it shows.
    pub(super) async fn reconnect(&mut self, pace: super::request::Pace) -> Result<Option<String>> {
        let (Some(session), Some(object)) = (self.session.clone(), self.object.clone()) else {
            return Ok(None);
        };
        let mut thumbprint = None;
        let mut is_reached = false;
        for (options, is_its_own) in self.addresses() {
            match Client::connect(options).await {
                Ok(_) => is_reached = true,
                Err(ServerError::NotTrusted(not_trusted)) => match self.known(&not_trusted) {
                    Ok(_) => {
                        self.met_certificate(&not_trusted.presented);
                        thumbprint = Some(not_trusted.presented.sha1);
                        is_reached = true;
                    }
                    Err(error) if is_its_own => return Err(error),
                    // Where the bundle says that it will be, somebody else may be.
                    Err(_) => {}
                },
                Err(_) => {}
            }
            if is_reached {
                break;
            }
        }
        if !is_reached {
            return Ok(None);
        }
        let host = &self.aftermath.begun.host;
        let how = Reconnect { thumbprint, credentials: self.aftermath.host_credentials.cloned() };
        let done = match host_system::reconnect(&session, &object, &how).await {
            Ok(task) => maintenance::ended(&session, &task, "ReconnectHost_Task", pace, |_| {}).await,
            Err(error) => Err(error),
        };
        match done {
            Ok(()) => Ok(Some(format!("the vCenter was told to connect {} again, and did", host.name))),
            Err(source) => {
                Err(RestoreError::ReconnectFailed { host: host.name.clone(), source: Box::new(source) }
                    .into())
            }
        }
    }
}

fn fault(error: &ServerError) -> Option<&FaultKind> {
    error.fault().map(|fault| &fault.kind)
}
