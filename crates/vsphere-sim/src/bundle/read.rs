//! What a host makes of a bundle that it is to restore.

use std::net::Ipv4Addr;

use uuid::Uuid;

use super::archive::{self, Member};
use super::content::Content;
use super::{envelope, files};
use crate::certificates::Identity;
use crate::specs::HostSpec;

/// A bundle that a host could restore.
pub(crate) struct Restorable {
    pub(crate) release_level: String,
    pub(crate) uuid: Option<Uuid>,
    pub(crate) content: Content,
}

/// Why a host can't restore it.
pub(crate) enum Refusal {
    /// The file itself: `InvalidBundle` with this text.
    Invalid(String),
    /// Another release than the host's: refused even with force.
    Release { release_level: String, uuid: Option<Uuid> },
}

/// Reads a bundle as this host would.
pub(crate) fn read(bytes: &[u8], spec: &HostSpec) -> Result<Restorable, Refusal> {
    let members = archive::unpack(bytes).map_err(Refusal::Invalid)?;
    let manifest = text(&members, "Manifest.txt").ok_or_else(|| missing("Manifest.txt"))?;
    let release_level = manifest_value(&manifest, "RELEASELEVEL").ok_or_else(|| missing("RELEASELEVEL"))?;
    let uuid = manifest_value(&manifest, "UUID").and_then(|uuid| Uuid::parse_str(&uuid).ok());
    if release_level != spec.release_level() && !spec.accepts_any_release {
        return Err(Refusal::Release { release_level, uuid });
    }
    let state = member(&members, "state.tgz").ok_or_else(|| missing("state.tgz"))?;
    let state = archive::unpack(state).map_err(Refusal::Invalid)?;
    let local = match (member(&state, "local.tgz"), member(&state, "local.tgz.ve")) {
        (Some(local), _) => local.to_vec(),
        (None, Some(sealed)) => {
            let info = text(&state, "encryption.info").ok_or_else(|| missing("encryption.info"))?;
            let keyed = envelope::key_from_info(&info).unwrap_or_else(|| envelope::sealed_key(spec));
            envelope::open(sealed, &keyed).map_err(Refusal::Invalid)?
        }
        (None, None) => return Err(missing("local.tgz")),
    };
    let local = archive::unpack(&local).map_err(Refusal::Invalid)?;
    Ok(Restorable { release_level, uuid, content: content(&local) })
}

fn content(local: &[Member]) -> Content {
    let conf = text(local, "etc/vmware/esx.conf").unwrap_or_default();
    let conf_value = |key: &str| {
        conf.lines().find_map(|line| {
            let (name, value) = line.split_once(" = ")?;
            (name == key).then(|| value.trim_matches('"').to_string())
        })
    };
    let words = |path: &str, keyword: &str| -> Vec<String> {
        let file = text(local, path).unwrap_or_default();
        file.lines()
            .filter_map(|line| line.strip_prefix(keyword))
            .map(|word| word.trim().to_string())
            .collect()
    };
    let shadow = text(local, "etc/shadow").unwrap_or_default();
    let root_hash =
        shadow.lines().find_map(|line| line.strip_prefix("root:")?.split(':').next().map(String::from));
    let identity = text(local, "etc/vmware/ssl/rui.crt")
        .zip(text(local, "etc/vmware/ssl/rui.key"))
        .and_then(|(certificate, key)| Identity::from_pem(&certificate, &key));
    Content {
        address: conf_value("/adv/Misc/HostIPAddr")
            .and_then(|address| address.parse().ok())
            .unwrap_or(Ipv4Addr::UNSPECIFIED),
        hostname: conf_value("/adv/Misc/HostName").unwrap_or_default(),
        ntp: words("etc/ntp.conf", "server "),
        dns: words("etc/resolv.conf", "nameserver "),
        port_groups: files::port_groups(&conf),
        day: words("etc/vmware/.backup.counter", "day ")
            .first()
            .and_then(|day| day.parse().ok())
            .unwrap_or_default(),
        root_hash: root_hash.unwrap_or_default(),
        root_password: None,
        certificate: identity,
    }
}

fn manifest_value(manifest: &str, key: &str) -> Option<String> {
    manifest
        .lines()
        .find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='))
        .map(|value| value.trim().to_string())
}

fn member<'a>(members: &'a [Member], name: &str) -> Option<&'a [u8]> {
    members.iter().find(|(member, _)| member == name).map(|(_, content)| content.as_slice())
}

fn text(members: &[Member], name: &str) -> Option<String> {
    member(members, name).map(|content| String::from_utf8_lossy(content).into_owned())
}

fn missing(what: &str) -> Refusal {
    Refusal::Invalid(format!("the bundle has no {what}"))
}
