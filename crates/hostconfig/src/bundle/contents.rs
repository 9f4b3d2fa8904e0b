//! What is in a bundle, as far as it can be read without its host. Only what has no secrets in it any more leaves [`open`].

use std::collections::BTreeMap;
use std::io::Read;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use vsphere::Certificate;

use super::check::{Layer, Limits, require_bundle};
use super::config_store::ConfigStore;
use super::envelope::{self, Closed};
use super::esx_conf::EsxConf;
use super::file::{BundleFile, CONFIG_STORE, ESX_CONF, FileBody, TextRoom};
use super::manifest::Manifest;
use super::noise::{self, Noise};
use super::problem::BundleProblem;
use super::walk::{Found, Keeping, Kept, is_envelope, walk_local, walk_through};

/// What a bundle holds.
#[derive(Debug, Clone)]
pub struct Contents {
    /// What it says of its host.
    pub manifest: Manifest,
    /// Whether the configuration in it can be read.
    pub sealing: Sealing,
    /// The management address that it would bring, where it is a fixed one that can be read.
    pub address: Option<IpAddr>,
    /// The certificate that it would bring.
    pub certificate: Option<Certificate>,
    files: Vec<BundleFile>,
}

/// Whether the configuration in a bundle can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "sealing")]
pub enum Sealing {
    /// It can.
    Open,
    /// Only the host's TPM has the key.
    Tpm,
    /// It cannot.
    Unreadable {
        /// Why, in plain words.
        reason: String,
    },
}

/// What two bundles have in common. A part is a file, by its path, or a row of the ConfigStore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// How many parts both have, alike.
    pub same: usize,
    /// The parts that both have, but not alike.
    pub different: Vec<String>,
    /// The parts that only the first has.
    pub only_first: Vec<String>,
    /// The parts that only the second has.
    pub only_second: Vec<String>,
    /// How many parts of the first were not compared, because they change at every backup.
    pub left_out: usize,
}

/// A hash of each file, and of each row of the ConfigStore.
type Parts = BTreeMap<String, [u8; 32]>;

const CERTIFICATE: &str = "etc/vmware/ssl/rui.crt";

/// How much is read of a bundle's content: a hundred times what hosts have, within 256 MB of memory.
pub const CONTENT_LIMITS: Limits = Limits { unpacked_bytes: 96 * 1024 * 1024, members: 20_000 };

/// Reads a bundle: every file of every layer that can be read without its host.
///
/// # Errors
/// It is no sound bundle, holds more than `limits` allow, or a member that none has. That what is in it is sealed or cannot be
/// decrypted is no error but [`Contents::sealing`].
pub fn open(bundle: impl Read, limits: Limits) -> Result<Contents, BundleProblem> {
    let mut found = walk_through(bundle, limits, Keeping::Content)?;
    let manifest = require_bundle(&mut found)?;
    let sealing = unseal(&mut found, limits)?;
    Ok(Contents::of(manifest, sealing, found.kept))
}

/// The same for a restore, which sends the bundle as it is: content that Hostkeep refuses to read is unreadable, and no reason
/// to refuse the bundle.
pub fn read_contents(bundle: &[u8]) -> Result<Contents, BundleProblem> {
    match open(bundle, CONTENT_LIMITS) {
        Err(
            problem @ (BundleProblem::Forbidden { .. }
            | BundleProblem::TooLarge { .. }
            | BundleProblem::TooManyMembers),
        ) => {
            let checked = super::check(bundle)?;
            Ok(Contents::of(
                checked.manifest,
                Sealing::Unreadable { reason: problem.to_string() },
                Vec::new(),
            ))
        }
        opened => opened,
    }
}

/// What two bundles have in common; none where one of them cannot be read. For a restore's proof: [`super::diff`] tells people
/// what differs.
pub fn compare(first: &Contents, second: &Contents) -> Option<Comparison> {
    if first.sealing != Sealing::Open || second.sealing != Sealing::Open {
        return None;
    }
    let ((first, left_out), (second, _)) = (first.parts(), second.parts());
    let only = |of: &Parts, other: &Parts| -> Vec<String> {
        of.keys().filter(|part| !other.contains_key(*part)).cloned().collect()
    };
    let both = first.iter().filter_map(|(part, hash)| Some((part, hash, second.get(part)?)));
    let (same, different): (Vec<_>, Vec<_>) = both.partition(|(_, first, second)| first == second);
    Some(Comparison {
        same: same.len(),
        different: different.into_iter().map(|(part, ..)| part.clone()).collect(),
        only_first: only(&first, &second),
        only_second: only(&second, &first),
        left_out,
    })
}

impl Comparison {
    /// Whether all that was compared is alike.
    pub fn is_same(&self) -> bool {
        self.different.is_empty() && self.only_first.is_empty() && self.only_second.is_empty()
    }
}

impl Contents {
    /// Its files, sorted by layer and path.
    pub fn files(&self) -> &[BundleFile] {
        &self.files
    }

    /// The file of this path: in `local.tgz` first, which holds the host's files, then in the archives around it.
    pub fn file(&self, path: &str) -> Option<&BundleFile> {
        let path = path.trim_start_matches("./").trim_start_matches('/');
        self.files.iter().rev().find(|file| file.path == path)
    }

    /// `esx.conf`, where there is one.
    pub fn esx_conf(&self) -> Option<&EsxConf> {
        self.files.iter().find_map(|file| match &file.body {
            FileBody::EsxConf(conf) => Some(conf),
            _ => None,
        })
    }

    /// The ConfigStore, where there is one that can be read.
    pub fn config_store(&self) -> Option<&ConfigStore> {
        self.files.iter().find_map(|file| match &file.body {
            FileBody::ConfigStore(store) => Some(store),
            _ => None,
        })
    }

    /// What has most of its settings and cannot be read, though the bundle can.
    pub fn unread_part(&self) -> Option<&'static str> {
        let is_unread = |path: &str| {
            let is_it = |file: &BundleFile| file.layer == Layer::Local && file.path == path;
            self.files.iter().any(|file| is_it(file) && matches!(file.body, FileBody::Binary))
        };
        if is_unread(CONFIG_STORE) { Some("ConfigStore") } else { is_unread(ESX_CONF).then_some("esx.conf") }
    }

    fn of(manifest: Manifest, sealing: Sealing, kept: Vec<Kept>) -> Self {
        let mut contents = Self {
            manifest,
            sealing,
            address: None,
            certificate: None,
            files: Vec::with_capacity(kept.len()),
        };
        let mut room = TextRoom::of_a_bundle();
        contents.files.extend(kept.into_iter().map(|file| BundleFile::read(file, &mut room)));
        contents.files.sort_by(|a, b| (a.layer, &a.path).cmp(&(b.layer, &b.path)));
        let in_store =
            contents.config_store().and_then(|store| store.objects().iter().find_map(management_address));
        let in_conf = || contents.esx_conf()?.get("/adv/Misc/HostIPAddr")?.text().parse().ok();
        contents.address = in_store.or_else(in_conf);
        contents.certificate = match contents.file(CERTIFICATE).map(|file| &file.body) {
            Some(FileBody::Certificates(certificates)) => certificates.first().cloned(),
            _ => None,
        };
        contents
    }

    /// What a restore's proof compares, and how many parts were left out because they change by themselves.
    fn parts(&self) -> (Parts, usize) {
        let (mut parts, mut left_out) = (Parts::new(), 0);
        for file in self.files.iter().filter(|file| file.layer == Layer::Local) {
            match &file.body {
                _ if file.noise == Some(Noise::EveryBackup) => left_out += 1,
                FileBody::ConfigStore(store) => {
                    for object in store.objects() {
                        if noise::of_row(&object.name).is_some() {
                            left_out += 1;
                        } else {
                            parts.insert(format!("ConfigStore {}", object.key()), object.hash);
                        }
                    }
                }
                _ => {
                    parts.insert(file.path.clone(), file.hash);
                }
            }
        }
        (parts, left_out)
    }
}

/// Opens the envelope, if it is one that can be opened and there is no plain `local.tgz`.
fn unseal(found: &mut Found, limits: Limits) -> Result<Sealing, BundleProblem> {
    if found.has_local {
        return Ok(Sealing::Open);
    }
    let unreadable = |reason: &str| Ok(Sealing::Unreadable { reason: reason.to_owned() });
    let Some(info) = info(found) else {
        return unreadable("it has no encryption.info beside its local.tgz.ve");
    };
    match envelope::is_sealed(&info) {
        Some(true) => return Ok(Sealing::Tpm),
        Some(false) => {}
        None => return unreadable("its encryption.info does not say who has the key"),
    }
    let at = found.kept.iter().position(|file| is_envelope(file.layer, &file.path));
    let sealed = found.kept.swap_remove(at.ok_or(BundleProblem::NoLocal)?);
    match envelope::open(sealed.content, &info) {
        Ok(local) => {
            *found = walk_local(&local, limits, std::mem::take(found))?;
            Ok(Sealing::Open)
        }
        Err(Closed::Unknown(reason)) => unreadable(reason),
        Err(Closed::Damaged(reason)) => Err(BundleProblem::Envelope { reason: reason.to_owned() }),
    }
}

fn info(found: &Found) -> Option<String> {
    let info = found.kept.iter().find(|file| file.layer == Layer::State && file.path == "encryption.info")?;
    Some(String::from_utf8_lossy(&info.content).into_owned())
}

/// The fixed address of the interface that is enabled for management.
fn management_address(object: &super::StoreObject) -> Option<IpAddr> {
    if object.name != "vmknics" {
        return None;
    }
    let nic = &object.value;
    let is_management = nic.pointer("/enabled_services/management")?.as_bool()?;
    let is_fixed = nic.pointer("/ip/dhcp").and_then(serde_json::Value::as_bool) != Some(true);
    let address = nic.pointer("/ip/ipv4_address")?.as_str()?;
    (is_management && is_fixed).then(|| address.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::tests::{bundle_with, bundle_with_state, framed};

    fn contents(files: &[(&str, &[u8])]) -> Contents {
        read_contents(&bundle_with(files)).unwrap()
    }

    #[test]
    fn what_changes_by_itself_makes_no_difference() {
        let first = contents(&[
            (ESX_CONF, b"/a = \"1\"\n/b = \"2\"\n"),
            ("etc/random-seed", b"1"),
            ("etc/dhclient-vmk0.leases", b"1"),
            ("etc/hosts", b"x"),
        ]);
        let second = contents(&[
            (ESX_CONF, b"/b = \"2\"\n/a = \"1\"\n"),
            ("etc/random-seed", b"2"),
            ("etc/dhclient-vmk0.leases", b"2"),
            ("etc/hosts", b"x"),
        ]);
        let comparison = compare(&first, &second).unwrap();
        assert!(comparison.is_same(), "{comparison:?}");
        assert_eq!((comparison.same, comparison.left_out), (2, 2));
        let third = contents(&[(ESX_CONF, b"/a = \"1\"\n/b = \"3\"\n"), ("etc/motd", b"")]);
        let comparison = compare(&first, &third).unwrap();
        assert_eq!(
            (comparison.different, comparison.only_first, comparison.only_second, comparison.same),
            (vec![ESX_CONF.to_owned()], vec!["etc/hosts".to_owned()], vec!["etc/motd".to_owned()], 0)
        );
    }

    #[test]
    fn the_address_is_read_where_it_is_fixed() {
        let address =
            |conf: &str| contents(&[(ESX_CONF, conf.as_bytes())]).address.map(|found| found.to_string());
        assert_eq!(address("/adv/Misc/HostIPAddr = \"10.0.0.1\"\n").as_deref(), Some("10.0.0.1"));
        assert_eq!(address("/adv/Misc/HostIPAddr = \"esx\"\n"), None);
        assert_eq!(address(""), None);
    }

    #[test]
    fn what_cannot_be_read_is_told_and_compared_with_nothing() {
        let with = |state: &[(&str, &[u8])]| read_contents(&bundle_with_state(state)).unwrap();
        let envelope = framed();
        let with_info =
            |info: &str| with(&[("local.tgz.ve", &envelope), ("encryption.info", info.as_bytes())]);
        let sealed = with_info("mode = \"TPM\"");
        assert_eq!(sealed.sealing, Sealing::Tpm);
        for (contents, expect) in [
            (with_info("mode = \"NONE\""), "its encryption.info has no key of a kind that is known"),
            (with_info("# mode"), "its encryption.info does not say who has the key"),
            (with(&[("local.tgz.ve", &envelope)]), "it has no encryption.info beside its local.tgz.ve"),
        ] {
            assert_eq!(contents.sealing, Sealing::Unreadable { reason: expect.into() });
        }
        assert_eq!(compare(&sealed, &contents(&[("etc/hosts", b"")])), None);
    }

    #[test]
    fn a_store_that_is_none_is_compared_as_a_file() {
        let first = contents(&[(CONFIG_STORE, b"SQLite format 3\0 rubbish")]);
        assert_eq!(first.parts().0.keys().collect::<Vec<_>>(), [CONFIG_STORE]);
    }
}
