//! What is in a bundle, as far as it can be read without its host. Only what has no secrets in it any more leaves [`open`].

use std::collections::BTreeMap;
use std::io::Read;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use vsphere::Certificate;

use super::check::{Layer, Limits};
use super::config_store::{self, ConfigStore};
use super::envelope;
use super::esx_conf::EsxConf;
use super::manifest::{Manifest, parse_manifest};
use super::noise::{self, Noise};
use super::problem::BundleProblem;
use super::redact::{self, Redacted, Secret};
use super::walk::{Found, Keeping, Kept, walk_local, walk_through};

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
    /// A hash of each file, and of each row of the ConfigStore.
    parts: BTreeMap<String, [u8; 32]>,
    /// How many were left out because they change by themselves.
    left_out: usize,
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

/// A file in a bundle, without its secrets.
#[derive(Debug, Clone)]
pub struct BundleFile {
    /// The archive that it is in.
    pub layer: Layer,
    /// Its path there, such as `etc/hosts`.
    pub path: String,
    /// Its length as it is in the bundle.
    pub bytes: u64,
    /// What is in it.
    pub body: FileBody,
    /// Why it is left out of comparisons, where it is.
    pub noise: Option<Noise>,
    hash: [u8; 32],
}

/// What is in a file.
#[derive(Debug, Clone)]
pub enum FileBody {
    /// Text, by lines.
    Text(Vec<Redacted>),
    /// One certificate or several.
    Certificates(Vec<Certificate>),
    /// Keys and values.
    EsxConf(EsxConf),
    /// Objects.
    ConfigStore(ConfigStore),
    /// Nothing but a secret, or a database with secrets in it.
    Secret(Secret),
    /// Anything else.
    Binary,
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

/// The longest text that is shown as one, and its lines; all texts of a bundle together may have more of both.
const LONGEST_TEXT: usize = 4 * 1024 * 1024;
const MOST_LINES: usize = 50_000;
const ALL_TEXT: usize = 16 * 1024 * 1024;
const ALL_LINES: usize = 200_000;
/// More certificates than any store of trusted ones has.
const MOST_CERTIFICATES: usize = 1_000;
const CONFIG_STORE: &str = "var/lib/vmware/configstore/backup/current-store-1";
const ESX_CONF: &str = "etc/vmware/esx.conf";
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
    let manifest = found.manifest.take().ok_or(BundleProblem::NoManifest)?;
    let manifest = parse_manifest(&manifest).ok_or(BundleProblem::BadManifest)?;
    if !found.has_state {
        return Err(BundleProblem::NoState);
    }
    let sealing = match unseal(&mut found, limits)? {
        Some(local) => {
            found = local;
            Sealing::Open
        }
        None => sealing(&found),
    };
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
    let only = |of: &Contents, other: &Contents| -> Vec<String> {
        of.parts.keys().filter(|part| !other.parts.contains_key(*part)).cloned().collect()
    };
    let both = first.parts.iter().filter_map(|(part, hash)| Some((part, hash, second.parts.get(part)?)));
    let (same, different): (Vec<_>, Vec<_>) = both.partition(|(_, first, second)| first == second);
    Some(Comparison {
        same: same.len(),
        different: different.into_iter().map(|(part, ..)| part.clone()).collect(),
        only_first: only(first, second),
        only_second: only(second, first),
        left_out: first.left_out,
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

    /// Why its ConfigStore, which it has, cannot be read.
    pub fn store_problem(&self) -> Option<&'static str> {
        let store = self.files.iter().find(|file| file.layer == Layer::Local && file.path == CONFIG_STORE);
        store.filter(|file| matches!(file.body, FileBody::Binary)).map(|_| "its ConfigStore cannot be read")
    }

    fn of(manifest: Manifest, sealing: Sealing, kept: Vec<Kept>) -> Self {
        let mut contents = Self {
            manifest,
            sealing,
            address: None,
            certificate: None,
            files: Vec::with_capacity(kept.len()),
            parts: BTreeMap::new(),
            left_out: 0,
        };
        let mut room = TextRoom { bytes: ALL_TEXT, lines: ALL_LINES };
        for file in kept {
            let file = BundleFile::read(file, &mut room);
            contents.note_parts(&file);
            contents.files.push(file);
        }
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

    /// What a restore's proof compares.
    fn note_parts(&mut self, file: &BundleFile) {
        if file.layer != Layer::Local {
            return;
        }
        if file.noise == Some(Noise::EveryBackup) {
            self.left_out += 1;
            return;
        }
        let FileBody::ConfigStore(store) = &file.body else {
            self.parts.insert(file.path.clone(), file.hash);
            return;
        };
        for object in store.objects() {
            if noise::of_row(&object.name).is_some() {
                self.left_out += 1;
            } else {
                self.parts.insert(format!("ConfigStore {}", object.key()), object.hash);
            }
        }
    }
}

impl BundleFile {
    /// What may be shown of it, line by line; none where it is no text.
    pub fn lines(&self) -> Option<Vec<Redacted>> {
        match &self.body {
            FileBody::Text(lines) => Some(lines.clone()),
            FileBody::EsxConf(conf) => {
                let line = |entry: &super::ConfEntry| entry.value.behind(&format!("{} = ", entry.key));
                Some(conf.entries().iter().map(line).chain(conf.others().iter().cloned()).collect())
            }
            FileBody::ConfigStore(store) => {
                let objects = store.objects().iter();
                let line = |key: &str, (path, value): &(Vec<String>, Redacted)| {
                    value.behind(&format!("{key} {} = ", path.join(".")))
                };
                Some(
                    objects
                        .flat_map(|object| {
                            let key = object.key();
                            object.leaves.iter().map(move |leaf| line(&key, leaf))
                        })
                        .collect(),
                )
            }
            FileBody::Certificates(_) | FileBody::Secret(_) | FileBody::Binary => None,
        }
    }

    /// Whether both hold the same.
    pub fn is_same(&self, other: &Self) -> bool {
        self.hash == other.hash
    }

    /// The SHA-256 of the file in the bundle, in hexadecimal; none where a secret could be guessed from it.
    pub fn sha256(&self) -> Option<String> {
        let has_secret = match &self.body {
            FileBody::Text(lines) => lines.iter().any(Redacted::has_secret),
            FileBody::Certificates(_) | FileBody::Binary => false,
            FileBody::EsxConf(_) | FileBody::ConfigStore(_) | FileBody::Secret(_) => true,
        };
        (!has_secret).then(|| hex::encode(self.hash))
    }

    /// A remark in the place of content that is not shown, which still tells whether two contents differ.
    pub(super) fn remark(&self) -> Redacted {
        let what = match &self.body {
            FileBody::Secret(secret) => return Redacted::secret(*secret, &self.hash),
            FileBody::Text(lines) => format!("text, {}", counted(lines.len(), "line")),
            FileBody::Certificates(found) => counted(found.len(), "certificate"),
            FileBody::EsxConf(_) | FileBody::ConfigStore(_) => "configuration".to_owned(),
            FileBody::Binary => format!("binary, {} bytes", self.bytes),
        };
        Redacted::about(what, &self.hash)
    }

    fn read(file: Kept, room: &mut TextRoom) -> Self {
        let Kept { layer, path, content } = file;
        let is_conf = layer == Layer::Local && path == ESX_CONF;
        let body = body(layer, &path, &content, room);
        let hash = if is_conf { hash_of_lines(&content) } else { Sha256::digest(&content).into() };
        let noise = noise::of_file(&path);
        // Names come from outside as well.
        let path = Redacted::of(&path).text().to_owned();
        Self { layer, path, bytes: content.len() as u64, body, noise, hash }
    }
}

pub(super) fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// How much text may still be kept by lines.
struct TextRoom {
    bytes: usize,
    lines: usize,
}

fn body(layer: Layer, path: &str, content: &[u8], room: &mut TextRoom) -> FileBody {
    if let Some(secret) = redact::secret_file(path) {
        return FileBody::Secret(secret);
    }
    if layer == Layer::Local && path == CONFIG_STORE {
        return match config_store::parse(content) {
            Ok(store) => FileBody::ConfigStore(store),
            Err(error) => {
                tracing::warn!(%error, "the ConfigStore of a bundle cannot be read; it is compared as a file");
                FileBody::Binary
            }
        };
    }
    let Some(text) = text(content, room) else { return FileBody::Binary };
    if layer == Layer::Local && path == ESX_CONF {
        return FileBody::EsxConf(EsxConf::parse(text));
    }
    if text.contains("-----BEGIN CERTIFICATE-----") && !text.contains("PRIVATE KEY") {
        let begins = text.match_indices("-----BEGIN CERTIFICATE-----").take(MOST_CERTIFICATES);
        let certificates: Vec<Certificate> =
            begins.filter_map(|(at, _)| Certificate::from_pem(&text.as_bytes()[at..])).collect();
        if !certificates.is_empty() {
            return FileBody::Certificates(certificates);
        }
    }
    FileBody::Text(redact::lines(path, text))
}

/// Text, if it is some and there is room for it.
fn text<'a>(content: &'a [u8], room: &mut TextRoom) -> Option<&'a str> {
    if content.len() > LONGEST_TEXT.min(room.bytes) || content.contains(&0) {
        return None;
    }
    let most = MOST_LINES.min(room.lines);
    let text = std::str::from_utf8(content).ok()?;
    let lines = text.lines().take(most + 1).count();
    if lines > most {
        return None;
    }
    room.bytes -= content.len();
    room.lines -= lines;
    Some(text)
}

/// Opens the envelope, if there is one that can be opened and no plain `local.tgz`.
fn unseal(found: &mut Found, limits: Limits) -> Result<Option<Found>, BundleProblem> {
    if found.has_local {
        return Ok(Some(std::mem::take(found)));
    }
    let info = info(found);
    if envelope::is_sealed(&info) {
        return Ok(None);
    }
    let Some(at) = found.kept.iter().position(is_envelope) else { return Ok(None) };
    let sealed = found.kept.swap_remove(at);
    match envelope::open(sealed.content, &info) {
        Ok(local) => walk_local(&local, limits, std::mem::take(found)).map(Some),
        Err(reason) => {
            found.unreadable = Some(reason);
            Ok(None)
        }
    }
}

fn sealing(found: &Found) -> Sealing {
    let unreadable = |reason: &str| Sealing::Unreadable { reason: reason.to_owned() };
    if let Some(reason) = found.unreadable {
        return unreadable(reason);
    }
    if found.kept.iter().any(is_envelope) {
        return Sealing::Tpm;
    }
    unreadable("its state.tgz holds neither local.tgz nor local.tgz.ve")
}

fn is_envelope(file: &Kept) -> bool {
    file.layer == Layer::State && file.path == "local.tgz.ve"
}

fn info(found: &Found) -> String {
    let info = found.kept.iter().find(|file| file.layer == Layer::State && file.path == "encryption.info");
    info.map(|file| String::from_utf8_lossy(&file.content).into_owned()).unwrap_or_default()
}

/// `esx.conf` is written in no particular order.
fn hash_of_lines(content: &[u8]) -> [u8; 32] {
    let mut lines: Vec<&[u8]> =
        content.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    let mut hash = Sha256::new();
    for line in lines {
        hash.update(line);
        hash.update(b"\n");
    }
    hash.finalize().into()
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
    use crate::bundle::tests::{bundle_with, tgz};

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
        let with = |state: &[(&str, &[u8])]| {
            let manifest = crate::bundle::tests::MANIFEST.as_bytes();
            read_contents(&tgz(&[("Manifest.txt", manifest), ("state.tgz", &tgz(state))])).unwrap()
        };
        let sealed = with(&[("local.tgz.ve", b"x"), ("encryption.info", b"mode = \"TPM\"")]);
        assert_eq!(sealed.sealing, Sealing::Tpm);
        let odd = with(&[("local.tgz.ve", b"x"), ("encryption.info", b"mode = \"NONE\"")]);
        assert!(matches!(odd.sealing, Sealing::Unreadable { .. }), "{:?}", odd.sealing);
        assert!(matches!(with(&[]).sealing, Sealing::Unreadable { .. }));
        assert_eq!(compare(&sealed, &contents(&[])), None);
    }

    #[test]
    fn a_store_that_is_none_is_compared_as_a_file() {
        let first = contents(&[(CONFIG_STORE, b"SQLite format 3\0 rubbish")]);
        assert_eq!(first.parts.keys().collect::<Vec<_>>(), [CONFIG_STORE]);
    }
}
