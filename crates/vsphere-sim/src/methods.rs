//! The methods: which object has which, and what each does.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use tokio::time::Instant;
use uuid::Uuid;

use crate::collector::{self, require_session};
use crate::esxcli;
use crate::faults::What;
use crate::firmware::{self, Outcome, require_reachable, require_writable};
use crate::inventory::{Folder, Object, View, children, resolve};
use crate::properties::service_content;
use crate::sessions::{self, Caller, Login};
use crate::soap::{Call, Element, Moref, SoapFault, Value};
use crate::specs::ConnectionState;
use crate::tasks;
use crate::world::{Server, World};

/// What a call leads to.
pub(crate) enum Answered {
    /// The reply's `returnval`s.
    Values(Vec<Value>),
    /// The same, and a session cookie.
    LoggedIn(String, Value),
    /// No reply: the connection drops.
    Dropped,
    /// 503.
    TooManySessions,
}

/// Serves a call on an object that exists. `strike` is the fault rule that was due, for those that strike tasks.
pub(crate) async fn serve(
    world: &Arc<World>,
    caller: &Caller,
    call: &Call,
    object: &Object,
    strike: Option<&What>,
) -> Result<Answered, SoapFault> {
    let arguments = &call.arguments;
    let method = call.method.as_str();
    if !is_public(object, method) {
        require_session(world, caller, std::slice::from_ref(object))?;
        if caller.session.is_none() {
            return Err(SoapFault::not_authenticated(&call.this.kind, &call.this.id));
        }
    }
    Ok(match (object, method) {
        (Object::ServiceInstance, "RetrieveServiceContent") => one(service_content(world, caller.server)),
        (Object::ServiceInstance, "CurrentTime") => one(Value::Time(Utc::now())),
        (Object::SessionManager, "Login") => match sessions::login(world, caller, call)? {
            Login::Session(cookie, session) => Answered::LoggedIn(cookie, session),
            Login::Full => Answered::TooManySessions,
        },
        (Object::SessionManager, "Logout") => {
            let key = caller.session.as_deref().unwrap_or_default();
            sessions::logout(&mut world.state(), key);
            nothing()
        }
        (Object::SessionManager, "SessionIsActive") if caller.server == Server::VCenter => {
            let id = arguments.text_of("sessionID").unwrap_or_default();
            let active = world.state().sessions.values().any(|session| session.id == id);
            one(Value::Bool(active))
        }
        (Object::SessionManager, "SessionIsActive") => return Err(SoapFault::not_supported()),
        (Object::SessionManager, "TerminateSession") => terminate(world, arguments)?,
        (Object::SessionManager, "AcquireGenericServiceTicket") => {
            one(sessions::acquire_ticket(world, call)?)
        }
        (Object::ViewManager, "CreateContainerView") => one(create_view(world, caller, arguments)?),
        (Object::View(id), "DestroyView") => {
            world.state().views.remove(id);
            nothing()
        }
        (Object::PropertyCollector(id), _) => collect(world, caller, id, method, arguments).await?,
        (Object::Filter(id), "DestroyPropertyFilter") => {
            world.state().filters.remove(id);
            nothing()
        }
        (_, "Fetch") => {
            let path = arguments.text_of("prop").unwrap_or_default().trim();
            Answered::Values(collector::fetch(world, caller, object, path)?.into_iter().collect())
        }
        (Object::SearchIndex, _) => one_or_none(search(world, caller, method, arguments, &call.this)?),
        (Object::Host(host), "RetrieveManagedMethodExecuter") => {
            require_reachable(world, caller.server, *host)?;
            one(Value::Ref(Object::Executer(*host).moref(world, caller.server)))
        }
        (Object::Executer(host), "ExecuteSoap") => one(esxcli::execute(world, caller, *host, arguments)?),
        (Object::Host(host), _) => host_task(world, caller, *host, call, strike)?,
        (Object::Task(index), "CancelTask") => {
            tasks::cancel(world, *index)?;
            nothing()
        }
        (Object::Firmware(host), "BackupFirmwareConfiguration") => {
            done(firmware::backup(world, caller, *host).await?)
        }
        (Object::Firmware(host), "QueryFirmwareConfigUploadURL") => {
            done(firmware::upload_url(world, caller, *host)?)
        }
        (Object::Firmware(host), "RestoreFirmwareConfiguration") => {
            done(firmware::restore(world, caller, *host, call)?)
        }
        (Object::Firmware(host), "ResetFirmwareToFactoryDefaults") => {
            done(firmware::reset(world, caller, *host)?)
        }
        _ => return Err(not_found(call)),
    })
}

fn is_public(object: &Object, method: &str) -> bool {
    match object {
        Object::ServiceInstance => method == "RetrieveServiceContent" || method == "Fetch",
        Object::SessionManager => method == "Login" || method == "Fetch",
        // What can be read without a session is decided object by object.
        Object::PropertyCollector(_) => method.starts_with("RetrieveProperties"),
        _ => false,
    }
}

async fn collect(
    world: &World,
    caller: &Caller,
    id: &str,
    method: &str,
    arguments: &Element,
) -> Result<Answered, SoapFault> {
    let token = || arguments.text_of("token").unwrap_or_default().trim().to_string();
    let version = || arguments.text_of("version").unwrap_or_default().trim().to_string();
    Ok(match method {
        "RetrievePropertiesEx" => one_or_none(collector::retrieve_ex(world, caller, arguments)?),
        "RetrieveProperties" => Answered::Values(collector::retrieve_all(world, caller, arguments)?),
        "ContinueRetrievePropertiesEx" => one(collector::continue_ex(world, caller, &token())?),
        "CancelRetrievePropertiesEx" => {
            collector::cancel(world, caller, &token())?;
            nothing()
        }
        "CreateFilter" => {
            let spec = arguments.child("spec").ok_or_else(|| SoapFault::invalid_argument("spec"))?;
            one(collector::create_filter(world, caller, id, spec)?)
        }
        "CreatePropertyCollector" => {
            let id = format!("session[{}]{}", &Uuid::new_v4().to_string()[..8], Uuid::new_v4());
            world.state().collectors.insert(id.clone(), caller.session.clone().unwrap_or_default());
            one(Value::Ref(Object::PropertyCollector(id).moref(world, caller.server)))
        }
        "DestroyPropertyCollector" => {
            world.state().collectors.remove(id);
            nothing()
        }
        "WaitForUpdatesEx" => {
            let seconds = arguments.child("options").and_then(|options| options.int_of("maxWaitSeconds"));
            let wait = seconds.map(|seconds| Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
            one_or_none(collector::wait_for_updates(world, caller, id, &version(), wait).await?)
        }
        "WaitForUpdates" => {
            one_or_none(collector::wait_for_updates(world, caller, id, &version(), None).await?)
        }
        "CheckForUpdates" => {
            let wait = Some(Duration::ZERO);
            one_or_none(collector::wait_for_updates(world, caller, id, &version(), wait).await?)
        }
        "CancelWaitForUpdates" => nothing(),
        "Fetch" => {
            let path = arguments.text_of("prop").unwrap_or_default().trim().to_string();
            let object = Object::PropertyCollector(id.into());
            Answered::Values(collector::fetch(world, caller, &object, &path)?.into_iter().collect())
        }
        _ => return Err(SoapFault::method_not_found("PropertyCollector", id, method)),
    })
}

fn create_view(world: &World, caller: &Caller, arguments: &Element) -> Result<Value, SoapFault> {
    let container = argument_object(world, caller, arguments, "container")?;
    let is_container = matches!(container, Object::Folder(_) | Object::Datacenter(_) | Object::Compute(_));
    if !is_container {
        return Err(SoapFault::invalid_argument("container"));
    }
    let id = format!("session[{}]{}", Uuid::new_v4(), Uuid::new_v4());
    let view = View {
        session: caller.session.clone().unwrap_or_default(),
        container,
        kinds: arguments.all("type").map(|kind| kind.text.trim().to_string()).collect(),
        recursive: arguments.bool_of("recursive").ok_or_else(|| SoapFault::invalid_argument("recursive"))?,
    };
    world.state().views.insert(id.clone(), view);
    Ok(Value::Ref(Object::View(id).moref(world, caller.server)))
}

fn terminate(world: &World, arguments: &Element) -> Result<Answered, SoapFault> {
    let mut state = world.state();
    for id in arguments.all("sessionId").map(|id| id.text.trim()) {
        let key = state.sessions.iter().find(|(_, session)| session.id == id).map(|(key, _)| key.clone());
        let key = key.ok_or_else(|| SoapFault::new("NotFound", "The session was not found."))?;
        sessions::logout(&mut state, &key);
    }
    Ok(nothing())
}

fn search(
    world: &World,
    caller: &Caller,
    method: &str,
    arguments: &Element,
    this: &Moref,
) -> Result<Option<Value>, SoapFault> {
    let text = |name: &str| arguments.text_of(name).unwrap_or_default().trim().to_string();
    let hosts = |matches: &dyn Fn(usize) -> bool| {
        let visible = |host: &usize| caller.server == Server::VCenter || caller.server == Server::Host(*host);
        let found = (0..world.hosts.len()).filter(visible).find(|host| matches(*host));
        found.map(|host| Value::Ref(Object::Host(host).moref(world, caller.server)))
    };
    let for_vms = arguments.bool_of("vmSearch").unwrap_or(false);
    Ok(match method {
        "FindByDnsName" | "FindByIp" | "FindByUuid" if for_vms => None,
        "FindByDnsName" => {
            let name = text("dnsName");
            hosts(&|host| world.hosts[host].spec.name.eq_ignore_ascii_case(&name))
        }
        "FindByIp" => {
            let ip = text("ip");
            hosts(&|host| world.hosts[host].address.to_string() == ip)
        }
        "FindByUuid" => {
            let uuid = Uuid::parse_str(&text("uuid")).map_err(|_| SoapFault::invalid_argument("uuid"))?;
            hosts(&|host| world.hosts[host].spec.uuid == uuid)
        }
        "FindByInventoryPath" => {
            let mut object = Object::Folder(Folder::Root);
            for part in text("inventoryPath").split('/').filter(|part| !part.is_empty()) {
                let named = |child: &Object| {
                    let name = crate::properties::top_level(world, caller, child, "name");
                    name == Some(Value::text(part))
                };
                match children(world, caller.server, &object).into_iter().find(named) {
                    Some(child) => object = child,
                    None => return Ok(None),
                }
            }
            Some(Value::Ref(object.moref(world, caller.server)))
        }
        _ => return Err(SoapFault::method_not_found(&this.kind, &this.id, method)),
    })
}

fn host_task(
    world: &Arc<World>,
    caller: &Caller,
    host: usize,
    call: &Call,
    strike: Option<&What>,
) -> Result<Answered, SoapFault> {
    let user = caller
        .session
        .as_ref()
        .and_then(|key| world.state().sessions.get(key).map(|session| session.user.clone()));
    let user = user.unwrap_or_default();
    let ended = match strike {
        Some(What::TaskFault(fault)) => Some(fault.clone()),
        _ => None,
    };
    let timeout = || call.arguments.int_of("timeout").ok_or_else(|| SoapFault::invalid_argument("timeout"));
    let server = caller.server;
    let again = Arc::clone(world);
    Ok(one(match call.method.as_str() {
        "EnterMaintenanceMode_Task" => {
            let timeout = timeout()?;
            if !call.arguments.child("maintenanceSpec").is_none_or(is_known) {
                return Err(SoapFault::invalid_argument("maintenanceSpec"));
            }
            require_reachable(world, server, host)?;
            require_writable(&world.hosts[host].spec)?;
            require_idle(world, server, host)?;
            tasks::start(
                world,
                server,
                host,
                &call.method,
                "HostSystem.enterMaintenanceMode",
                &user,
                async move {
                    fail_or_wait(&again, ended).await?;
                    enter_maintenance_mode(&again, server, host, timeout).await
                },
            )
        }
        "ExitMaintenanceMode_Task" => {
            timeout()?;
            require_reachable(world, server, host)?;
            require_writable(&world.hosts[host].spec)?;
            require_idle(world, server, host)?;
            tasks::start(
                world,
                server,
                host,
                &call.method,
                "HostSystem.exitMaintenanceMode",
                &user,
                async move {
                    fail_or_wait(&again, ended).await?;
                    let mut state = again.hosts[host].state();
                    if !state.in_maintenance_mode {
                        return Err(SoapFault::invalid_state());
                    }
                    state.in_maintenance_mode = false;
                    Ok(())
                },
            )
        }
        "ReconnectHost_Task" if server == Server::VCenter => {
            let spec = call.arguments.child("cnxSpec");
            let named = |name: &str| spec.and_then(|spec| spec.text_of(name)).map(str::to_owned);
            let (thumbprint, login, password) =
                (named("sslThumbprint"), named("userName"), named("password"));
            tasks::start(world, server, host, &call.method, "HostSystem.reconnect", &user, async move {
                fail_or_wait(&again, ended).await?;
                if let (Some(login), Some(password)) = (login, password)
                    && !sessions::check_root(&again, host, &login, &password)
                {
                    return Err(SoapFault::invalid_login());
                }
                let mut state = again.hosts[host].state();
                if thumbprint.is_some_and(|thumbprint| thumbprint != state.identity.sha1()) {
                    return Err(SoapFault::new(
                        "SSLVerifyFault",
                        "Authenticity of the host's SSL certificate is not verified.",
                    )
                    .text("selfSigned", "true")
                    .text("thumbprint", state.identity.sha1()));
                }
                match state.connection {
                    ConnectionState::Connected => Err(SoapFault::invalid_state()),
                    ConnectionState::NotResponding | ConnectionState::Standby => {
                        Err(SoapFault::host_not_reachable())
                    }
                    ConnectionState::Disconnected => {
                        state.connection = ConnectionState::Connected;
                        state.reported = state.identity.clone();
                        Ok(())
                    }
                }
            })
        }
        "DisconnectHost_Task" if server == Server::VCenter => {
            tasks::start(world, server, host, &call.method, "HostSystem.disconnect", &user, async move {
                fail_or_wait(&again, ended).await?;
                again.hosts[host].state().connection = ConnectionState::Disconnected;
                Ok(())
            })
        }
        _ => return Err(not_found(call)),
    }))
}

/// Whether a maintenance specification says what is to become of vSAN data in one of the API's ways.
fn is_known(spec: &Element) -> bool {
    let action = spec.child("vsanMode").and_then(|mode| mode.text_of("objectAction"));
    let known = ["ensureObjectAccessibility", "evacuateAllData", "noAction"];
    action.is_none_or(|action| known.contains(&action))
}

fn require_idle(world: &World, server: Server, host: usize) -> Result<(), SoapFault> {
    match tasks::running_on(world, host) {
        Some(task) => Err(SoapFault::task_in_progress(Object::Task(task).moref(world, server).id)),
        None => Ok(()),
    }
}

async fn fail_or_wait(world: &World, ended: Option<SoapFault>) -> Result<(), SoapFault> {
    tokio::time::sleep(world.options.task_time).await;
    ended.map_or(Ok(()), Err)
}

/// In a cluster with DRS the VMs move away. Nothing moves those of any other host: the task waits until they are off.
async fn enter_maintenance_mode(
    world: &World,
    server: Server,
    host: usize,
    timeout: i64,
) -> Result<(), SoapFault> {
    let spec = &world.hosts[host].spec;
    let moves = server == Server::VCenter && spec.cluster.is_some() && spec.drs;
    let limit = u64::try_from(timeout).ok().filter(|seconds| *seconds > 0);
    let until = limit.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut changes = world.changed.subscribe();
    loop {
        {
            let mut state = world.hosts[host].state();
            if state.in_maintenance_mode {
                return Err(SoapFault::invalid_state());
            }
            if moves {
                state.powered_on_vms = 0;
            }
            if state.powered_on_vms == 0 {
                state.in_maintenance_mode = true;
                return Ok(());
            }
        }
        let change = async { changes.changed().await.map_err(|_| SoapFault::timed_out()) };
        match until {
            Some(until) => {
                tokio::time::timeout_at(until, change).await.map_err(|_| SoapFault::timed_out())??;
            }
            None => change.await?,
        }
    }
}

fn argument_object(
    world: &World,
    caller: &Caller,
    arguments: &Element,
    name: &str,
) -> Result<Object, SoapFault> {
    let reference = arguments
        .child(name)
        .and_then(Element::reference)
        .ok_or_else(|| SoapFault::invalid_argument(name))?;
    resolve(world, caller.server, &reference)
        .ok_or_else(|| SoapFault::object_not_found(&reference.kind, reference.id.clone()))
}

fn not_found(call: &Call) -> SoapFault {
    SoapFault::method_not_found(&call.this.kind, call.this.id.clone(), &call.method)
}

fn done(outcome: Outcome) -> Answered {
    match outcome {
        Outcome::Value(value) => one(value),
        Outcome::Nothing => nothing(),
        Outcome::Dropped => Answered::Dropped,
    }
}

fn one(value: Value) -> Answered {
    Answered::Values(vec![value])
}

fn one_or_none(value: Option<Value>) -> Answered {
    Answered::Values(value.into_iter().collect())
}

fn nothing() -> Answered {
    Answered::Values(Vec::new())
}
