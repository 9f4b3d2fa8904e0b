//! `hostkeep simulate`: a vCenter or an ESXi host to try things with, until Ctrl+C. Its password is no secret.

use std::time::Duration;

use serde::Serialize;
use vsphere_sim::{Options, Simulator, uniform_hosts, varied_hosts};

use crate::arguments::SimulateArguments;
use crate::console::{Console, STRONG};
use crate::failure::{Exit, Failure};
use crate::{interrupt, text};

/// What uniform hosts' bundles are padded to unless told otherwise.
const UNIFORM_BYTES: u32 = 64 * 1024;

#[derive(Serialize)]
struct Body {
    url: String,
    user: String,
    password: String,
    thumbprint: String,
    hosts: usize,
}

pub(crate) async fn run(console: &Console, arguments: &SimulateArguments) -> Result<Exit, Failure> {
    let options = options(arguments);
    let (user, password) = (options.user.clone(), options.password.clone());
    let simulator = start(options).await?;
    let body = Body {
        url: simulator.url(),
        user,
        password,
        thumbprint: simulator.thumbprint(),
        hosts: simulator.hosts().len(),
    };
    let ended = interrupt::asked_to_end()?;
    if console.json {
        Console::line(&body)?;
    } else {
        Console::text(&told(&body))?;
    }
    ended.await;
    Ok(Exit::Ok)
}

/// Starts a simulator.
pub(crate) async fn start(options: Options) -> Result<Simulator, Failure> {
    Simulator::start(options).await.map_err(|error| {
        let message = format!("the simulator cannot start: {error}");
        let hint = match error.kind() {
            std::io::ErrorKind::AddrNotAvailable => {
                "Each simulated host takes an address of its own: add those that are missing, or simulate fewer hosts."
            }
            _ => "Give another address and port with --listen, or fewer hosts.",
        };
        Failure::new("simulator_failed", message, hint)
    })
}

fn options(arguments: &SimulateArguments) -> Options {
    let SimulateArguments { hosts, listen, uniform, backup_ms, bundle_bytes, esxi } = arguments;
    let mut options = if *esxi { Options::esxi() } else { Options::default() };
    let whole = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let count = whole(*hosts);
    if *uniform {
        options.hosts = uniform_hosts(count, whole(bundle_bytes.unwrap_or(UNIFORM_BYTES)));
    } else if !*esxi {
        options.hosts = varied_hosts(count);
    }
    if let Some(bytes) = *bundle_bytes {
        options.hosts.iter_mut().for_each(|host| host.bundle_bytes = Some(whole(bytes)));
    }
    options.backup_time = Duration::from_millis(*backup_ms);
    options.base_address = listen.map(|listen| *listen.ip());
    options.port = listen.map_or(0, |listen| listen.port());
    options
}

/// In the example nothing stands between the password and the pipe: Windows' command prompt would pipe a space too.
fn told(body: &Body) -> String {
    let Body { url, user, password, thumbprint, hosts } = body;
    // Without colons it fits a line of 80 columns.
    let thumbprint = thumbprint.replace(':', "");
    let pairs = text::pairs(&[
        ("  URL", url.clone()),
        ("  User", user.clone()),
        ("  Password", password.clone()),
        ("  SHA-256", thumbprint.clone()),
    ]);
    format!(
        "{STRONG}Simulating {}{STRONG:#} until Ctrl+C.\n\n{pairs}\nTry it in another terminal:\n\n  \
         echo {password}| hostkeep backup --archive demo-archive --url {url} --user {user} --password-stdin --thumbprint {thumbprint}\n",
        text::count(*hosts, "host"),
    )
}
