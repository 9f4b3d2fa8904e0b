//! `record.json`: what the archive knows of one bundle, beside the bundle. Bundles carry no time, build or host name of
//! their own, so all that is noted here when the backup is taken.

use std::path::{Component, Path, PathBuf};

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Marks;
use crate::files;

/// The format of `record.json` that this version writes and the newest that it reads.
pub const RECORD_FORMAT: u32 = 1;
/// The record's file name in its folder.
pub const RECORD_FILE: &str = "record.json";
/// A record is about a kilobyte; one larger than this was not written by Hostkeep.
const MAX_RECORD_BYTES: u64 = 256 * 1024;

/// One bundle in the archive: what, whence, when. Fields that this version does not know are tolerated and kept out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The folder that holds the record and its bundle; absolute when the archive's root is. Not in the file.
    #[serde(skip)]
    pub folder: PathBuf,
    /// What an admin has said of it since. In a file of its own; known to a listing only.
    #[serde(skip)]
    pub marks: Marks,
    /// The format of the file, [`RECORD_FORMAT`].
    pub format: u32,
    /// Twelve random hexadecimal digits.
    pub id: String,
    /// The host that the bundle is of.
    pub host: RecordHost,
    /// The ESXi release that the host ran.
    pub product: RecordProduct,
    /// The server that the backup was taken through.
    pub server: RecordServer,
    /// When the backup was taken.
    pub taken_at: DateTime<Utc>,
    /// The bundle file.
    pub bundle: RecordBundle,
    /// What the bundle says of itself.
    pub manifest: RecordManifest,
    /// How the bundle was obtained.
    pub obtained: RecordObtained,
    /// The run that took it.
    pub run_id: String,
    /// The admin's note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The version of Hostkeep that wrote the record.
    pub hostkeep_version: String,
}

/// Everything of a [`Record`] that is not known to the archive itself.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordDraft {
    /// The host that the bundle is of.
    pub host: RecordHost,
    /// The ESXi release that the host ran.
    pub product: RecordProduct,
    /// The server that the backup was taken through.
    pub server: RecordServer,
    /// The bundle's length in bytes, as downloaded; the file is compared with it.
    pub bytes: u64,
    /// The bundle's SHA-256 in lower-case hexadecimal, as downloaded.
    pub sha256: String,
    /// What the bundle says of itself.
    pub manifest: RecordManifest,
    /// How the bundle was obtained.
    pub obtained: RecordObtained,
    /// The run that took it.
    pub run_id: String,
    /// The admin's note.
    pub note: Option<String>,
}

/// The host of a [`Record`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordHost {
    /// The name in the inventory, escapes undone.
    pub name: String,
    /// `summary.hardware.uuid` as the server gave it.
    #[serde(default)]
    pub uuid: Option<String>,
    /// What told this host from all others of its run: its hardware UUID, normalised. Where several had the same, the
    /// name is added, and the object's id where even names were the same, after the server's address when those were of
    /// several servers; server, object and name where it had none. Another run, with other servers, may have seen the
    /// UUID once only.
    pub identity: String,
    /// The managed object's id on the server, such as `host-42`.
    pub moid: String,
    /// The address that the bundle came from.
    #[serde(default)]
    pub management_address: Option<String>,
    /// The hardware's vendor.
    #[serde(default)]
    pub vendor: Option<String>,
    /// The hardware's model.
    #[serde(default)]
    pub model: Option<String>,
}

/// The release of a [`Record`]'s host (`summary.config.product`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordProduct {
    /// Such as `VMware ESXi`.
    pub name: String,
    /// Such as `7.0.3`.
    pub version: String,
    /// Such as `21930508`.
    pub build: String,
    /// Such as `VMware ESXi 7.0.3 build-21930508`.
    pub full_name: String,
}

/// The server of a [`Record`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordServer {
    /// The name that the admin saved it under, if any.
    #[serde(default)]
    pub name: Option<String>,
    /// Its address as the admin gave it.
    pub address: String,
    /// What kind of server it is.
    pub kind: ServerKind,
}

/// What a server is (`about.apiType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerKind {
    /// A vCenter (`VirtualCenter`).
    Vcenter,
    /// An ESXi host connected directly (`HostAgent`).
    Esxi,
}

/// The bundle file of a [`Record`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordBundle {
    /// The file's name in the record's folder.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

/// What the bundle's `Manifest.txt` said when it was taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordManifest {
    /// `RELEASELEVEL`, such as `VMware ESXi 7.0 Update 3`.
    #[serde(default)]
    pub release_level: Option<String>,
    /// `UUID`.
    #[serde(default)]
    pub uuid: Option<String>,
    /// Whether that UUID is the host's; unknown where either is missing.
    #[serde(default)]
    pub matches_host: Option<bool>,
}

/// How a [`Record`]'s bundle was obtained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordObtained {
    /// The SHA-256 thumbprint of the certificate that the host showed at the download.
    #[serde(default)]
    pub host_thumbprint: Option<String>,
    /// The API version negotiated with the server, such as `7.0.3.0`.
    pub api_version: String,
}

/// Clocks of machines differ, and are set.
const TOLERATED_FUTURE: TimeDelta = TimeDelta::days(1);

/// Whether a backup of this time is from the future: how old it is, nobody knows.
pub fn is_future(taken_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    taken_at > now + TOLERATED_FUTURE
}

impl Record {
    /// The bundle's path.
    pub fn bundle_path(&self) -> PathBuf {
        self.folder.join(&self.bundle.file)
    }

    /// Of two, the greater one is the newer one: what a clock that was wrong has dated into the future comes before all others.
    pub(crate) fn recency(&self, now: DateTime<Utc>) -> (bool, DateTime<Utc>) {
        (!is_future(self.taken_at, now), self.taken_at)
    }

    /// Who it is of: the host's identity, and its name in lower case.
    pub fn host_key(&self) -> (String, String) {
        (self.host.identity.clone(), self.host.name.to_lowercase())
    }

    /// Reads the record of a folder; `None` when the folder has none.
    ///
    /// # Errors
    /// In plain words why the record can't be used: unreadable, no JSON, of a newer format, with an id or a year that is none, or
    /// naming a bundle that is no plain file name (which could reach outside of the archive).
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, String> {
        let json = match files::read_regular_limited(&folder.join(RECORD_FILE), MAX_RECORD_BYTES) {
            Ok(json) => json,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(format!("{RECORD_FILE} cannot be read: {e}")),
        };
        let mut record = match serde_json::from_slice::<Self>(&json) {
            Ok(record) if record.format == RECORD_FORMAT => record,
            // The format counts for more than the shape: a newer one explains why the shape does not fit.
            unfit => return Err(unfit_reason(&json, unfit.err().as_ref())),
        };
        let file = Path::new(&record.bundle.file);
        let plain = matches!(file.components().collect::<Vec<_>>()[..], [Component::Normal(_)])
            && !record.bundle.file.contains(|c: char| matches!(c, '/' | '\\' | ':') || c.is_control())
            && record.bundle.file != RECORD_FILE;
        if !plain {
            return Err(format!("{RECORD_FILE} names a bundle that is not a plain file name"));
        }
        if record.id.len() != 12 || !record.id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(format!("{RECORD_FILE} has an id that is not twelve hexadecimal digits"));
        }
        // Beyond them, no time of day can be told of another time zone.
        if !(1970..=9999).contains(&record.taken_at.year()) {
            return Err(format!("{RECORD_FILE} has a year that cannot be: {}", record.taken_at.year()));
        }
        record.folder = folder.to_path_buf();
        Ok(Some(record))
    }
}

fn unfit_reason(json: &[u8], error: Option<&serde_json::Error>) -> String {
    match (files::format_of(json), error) {
        (Ok(format), _) if format > RECORD_FORMAT => {
            format!("{RECORD_FILE} has format {format}, and this version of Hostkeep knows {RECORD_FORMAT}")
        }
        (_, Some(error)) => format!("{RECORD_FILE} is broken: {error}"),
        (_, None) => format!("{RECORD_FILE} has an unknown format"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::tests::{draft, taken_at};

    fn read(json: &str) -> Result<Option<Record>, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(RECORD_FILE), json).unwrap();
        Record::read(folder.path()).map(|r| r.map(|r| Record { folder: PathBuf::new(), ..r }))
    }

    fn record() -> Record {
        let draft = draft("esx01.lab.local", b"bundle");
        Record {
            folder: PathBuf::new(),
            marks: Marks::default(),
            format: RECORD_FORMAT,
            id: "0123456789ab".into(),
            host: draft.host,
            product: draft.product,
            server: draft.server,
            taken_at: taken_at(0).to_utc(),
            bundle: RecordBundle { file: "configBundle-esx01.tgz".into(), bytes: 6, sha256: draft.sha256 },
            manifest: draft.manifest,
            obtained: draft.obtained,
            run_id: draft.run_id,
            note: Some("before the upgrade".into()),
            hostkeep_version: "0.1.0".into(),
        }
    }

    #[test]
    fn record_json_is_a_contract() {
        let json = String::from_utf8(files::to_json(&record()).unwrap()).unwrap();
        insta::assert_snapshot!("record_json", json);
        assert_eq!(read(&json).unwrap().unwrap(), record());
    }

    #[test]
    fn unknown_and_missing_optional_fields_are_tolerated() {
        let mut json = serde_json::to_value(record()).unwrap();
        json["colour"] = "blue".into();
        json["host"]["rack"] = 7.into();
        for optional in ["uuid", "vendor", "model", "management_address"] {
            json["host"].as_object_mut().unwrap().remove(optional);
        }
        let read = read(&json.to_string()).unwrap().unwrap();
        assert_eq!((read.id.as_str(), read.host.uuid), ("0123456789ab", None));
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        let with = |path: &str, value: serde_json::Value| {
            let mut json = serde_json::to_value(record()).unwrap();
            *json.pointer_mut(path).unwrap() = value;
            json.to_string()
        };
        let plain = "names a bundle that is not a plain file name";
        for (json, reason) in [
            (String::new(), "is broken: EOF"),
            ("{".into(), "is broken: EOF"),
            ("{\"format\": 2}".into(), "has format 2, and this version of Hostkeep knows 1"),
            (with("/format", 9.into()), "has format 9"),
            (with("/format", 0.into()), "unknown format"),
            (with("/taken_at", "yesterday".into()), "is broken"),
            (with("/taken_at", "-262143-01-01T00:00:00Z".into()), "a year that cannot be"),
            (with("/taken_at", "+262142-12-31T23:59:59Z".into()), "a year that cannot be"),
            (with("/bundle/file", "../../x.tgz".into()), plain),
            (with("/bundle/file", "..".into()), plain),
            (with("/bundle/file", "/etc/shadow".into()), plain),
            (with("/bundle/file", "a\\b".into()), plain),
            (with("/bundle/file", "C:x".into()), plain),
            (with("/bundle/file", "".into()), plain),
            (with("/bundle/file", RECORD_FILE.into()), plain),
            (with("/bundle/file", "a\u{1b}[2J".into()), plain),
            (with("/id", "".into()), "not twelve hexadecimal digits"),
            (with("/id", "0123456789\u{1b}m".into()), "not twelve hexadecimal digits"),
            (with("/id", "0123456789AB".into()), "not twelve hexadecimal digits"),
            (" ".repeat(300_000), "larger than"),
        ] {
            let error = read(&json).unwrap_err();
            assert!(error.contains(reason), "{error} lacks {reason}");
        }
        assert_eq!(Record::read(tempfile::tempdir().unwrap().path()), Ok(None));
    }

    #[test]
    fn no_time_is_too_far_away_to_be_compared() {
        let now = taken_at(0).to_utc();
        let is_future = |at| super::is_future(at, now);
        assert!(is_future(DateTime::<Utc>::MAX_UTC) && !is_future(DateTime::<Utc>::MIN_UTC));
    }
}
