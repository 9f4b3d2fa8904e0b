//! Who signs in where: the saved servers that are meant, each with its password.

use std::sync::Arc;

use hostconfig::ErrorReport;
use hostconfig::blocking;
use hostconfig::inventory::ServerLogin;
use hostconfig::settings::{Server, Timeouts};
use secrecy::SecretString;
use vsphere::Credentials;

use crate::ipc::Answer;
use crate::state::Place;

/// The saved servers of these names (all, where none is named) with their passwords, and those without one: name and
/// reason. One server without a password does not stop the others.
///
/// # Errors
/// The settings cannot be read.
pub(crate) async fn logins(
    place: &Arc<Place>,
    names: Option<Vec<String>>,
) -> Answer<(Vec<ServerLogin>, Vec<(String, ErrorReport)>)> {
    let place = Arc::clone(place);
    blocking(move || {
        let settings = place.settings()?;
        let is_meant = |server: &&Server| {
            names
                .as_ref()
                .is_none_or(|names| names.iter().any(|name| name.eq_ignore_ascii_case(&server.name)))
        };
        let (mut ready, mut left_out) = (Vec::new(), Vec::new());
        for server in settings.servers.iter().filter(is_meant) {
            match place.password(server) {
                Ok(password) => ready.push(login(server, password, settings.timeouts)),
                Err(error) => left_out.push((server.name.clone(), error.report())),
            }
        }
        Ok((ready, left_out))
    })
    .await
}

/// What it takes to sign in to a server.
pub(crate) fn login(server: &Server, password: SecretString, timeouts: Timeouts) -> ServerLogin {
    let credentials = Credentials { user: server.user.clone(), password };
    ServerLogin { name: Some(server.name.clone()), connect: server.connect_options(timeouts), credentials }
}
