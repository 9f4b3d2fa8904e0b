//! A file in a bundle: what is in it, and what of that may be shown.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};
use vsphere::Certificate;

use super::check::Layer;
use super::config_store::{self, ConfigStore, StoreObject};
use super::esx_conf::EsxConf;
use super::noise::{self, Noise};
use super::redact::{self, Redacted, Secret};
use super::walk::Kept;

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
    pub(super) hash: [u8; 32],
    /// Whether there is more in it than its certificates.
    pub(super) has_more: bool,
    /// Whether it is a text or a store that could not be read as one, so that nobody knows whether it has secrets in it.
    is_unread: bool,
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

/// The longest text that is shown as one, and its lines; all texts of a bundle together may have more of both.
const LONGEST_TEXT: usize = 4 * 1024 * 1024;
const MOST_LINES: usize = 50_000;
const ALL_TEXT: usize = 16 * 1024 * 1024;
const ALL_LINES: usize = 200_000;
/// More certificates than any store of trusted ones has.
const MOST_CERTIFICATES: usize = 1_000;
pub(super) const CONFIG_STORE: &str = "var/lib/vmware/configstore/backup/current-store-1";
pub(super) const ESX_CONF: &str = "etc/vmware/esx.conf";

impl BundleFile {
    /// What may be shown of it, line by line; none where it is no text.
    pub fn lines(&self) -> Option<Vec<Redacted>> {
        self.lines_of(|_| true)
    }

    /// The same without what changes by itself.
    pub(super) fn lines_that_count(&self) -> Option<Vec<Redacted>> {
        self.lines_of(|object| noise::of_row(&object.name).is_none())
    }

    fn lines_of(&self, counts: impl Fn(&StoreObject) -> bool) -> Option<Vec<Redacted>> {
        match &self.body {
            FileBody::Text(lines) => Some(lines.clone()),
            FileBody::EsxConf(conf) => {
                let line = |entry: &super::ConfEntry| entry.value.behind(&format!("{} = ", entry.key));
                Some(conf.entries().iter().map(line).chain(conf.others().iter().cloned()).collect())
            }
            FileBody::ConfigStore(store) => {
                let objects = store.objects().iter().filter(|object| counts(object));
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
            FileBody::Certificates(_) => false,
            FileBody::Binary => self.is_unread,
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

    pub(super) fn read(file: Kept, room: &mut TextRoom) -> Self {
        let Kept { layer, path, content } = file;
        let is_conf = layer == Layer::Local && path == ESX_CONF;
        let body = body(layer, &path, &content, room);
        let hash = if is_conf { hash_of_lines(&content) } else { Sha256::digest(&content).into() };
        let noise = noise::of_file(&path);
        let has_more = matches!(&body, FileBody::Certificates(found) if holds_more(&content, found.len()));
        let is_unread = path == CONFIG_STORE || !content.contains(&0);
        // Names come from outside as well.
        let path = Redacted::of(&path).text().to_owned();
        Self { layer, path, bytes: content.len() as u64, body, noise, hash, has_more, is_unread }
    }
}

/// How much text may still be kept by lines.
pub(super) struct TextRoom {
    bytes: usize,
    lines: usize,
}

impl TextRoom {
    pub(super) fn of_a_bundle() -> Self {
        Self { bytes: ALL_TEXT, lines: ALL_LINES }
    }
}

pub(super) fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
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
    let text = text.as_ref();
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

/// Whether a file of so many certificates holds anything but them and remarks.
fn holds_more(content: &[u8], certificates: usize) -> bool {
    let text = String::from_utf8_lossy(content);
    let says_something =
        |text: &str| text.lines().map(str::trim).any(|line| !line.is_empty() && !line.starts_with('#'));
    let mut parts = text.split("-----BEGIN CERTIFICATE-----");
    let before = parts.next().unwrap_or_default();
    let after: Vec<Option<&str>> =
        parts.map(|part| part.split_once("-----END CERTIFICATE-----").map(|(_, after)| after)).collect();
    says_something(before)
        || after.len() != certificates
        || after.into_iter().any(|after| after.is_none_or(says_something))
}

/// Text, if it is some and there is room for it.
fn text<'a>(content: &'a [u8], room: &mut TextRoom) -> Option<Cow<'a, str>> {
    if content.len() > LONGEST_TEXT.min(room.bytes) || content.contains(&0) {
        return None;
    }
    let most = MOST_LINES.min(room.lines);
    let text = decoded(content)?;
    let lines = text.lines().take(most + 1).count();
    if lines > most {
        return None;
    }
    room.bytes -= content.len();
    room.lines -= lines;
    Some(text)
}

/// Bytes as a text, if they are some; lines that are no UTF-8 byte for byte, as two that differ must not look alike.
pub(super) fn decoded(content: &[u8]) -> Option<Cow<'_, str>> {
    if let Ok(text) = std::str::from_utf8(content) {
        return Some(text.into());
    }
    let line = |line: &[u8]| {
        let as_bytes = |_| line.iter().map(|byte| char::from(*byte)).collect();
        std::str::from_utf8(line).map_or_else(as_bytes, str::to_owned)
    };
    let lines = content.split_inclusive(|byte| *byte == b'\n');
    looks_like_text(content).then(|| lines.map(line).collect())
}

/// Whether bytes that are no UTF-8 are a text all the same, with few letters that are not ASCII. Keys and seeds look otherwise.
fn looks_like_text(content: &[u8]) -> bool {
    let foreign = content.iter().filter(|byte| !byte.is_ascii()).count();
    let steers = |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r');
    foreign <= content.len() / 10 && !content.iter().any(steers)
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
