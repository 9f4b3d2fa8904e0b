//! What verifying has shown last of each bundle of an archive. Kept on this computer, so that a bundle that was found damaged
//! does not count as good again only because a program was started anew.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use crate::archive::{Proof, Step, Verdict, short_hash};
use crate::files::{self, FileError, FileProblem};
use crate::{ConfigDir, Result};

const FORMAT: u32 = 1;
/// A million bundles' worth.
const MAX_BYTES: u64 = 128 * 1024 * 1024;

/// What verifying a bundle has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// When, local.
    pub at: DateTime<FixedOffset>,
    /// What is wrong with it, in plain words; nothing where it is good.
    pub problems: Vec<String>,
    /// How far it is proven.
    pub proof: Proof,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    format: u32,
    /// By the records' ids.
    bundles: BTreeMap<String, KeptBundle>,
}

#[derive(Serialize, Deserialize)]
struct KeptBundle {
    at: DateTime<FixedOffset>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    problems: Vec<String>,
    /// Of most there is nothing to say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unproven: Vec<Step>,
}

impl Verified {
    /// What a verdict of this moment says.
    pub fn new(at: DateTime<FixedOffset>, verdict: &Verdict) -> Self {
        let problems = verdict.problems.iter().map(ToString::to_string).collect();
        Self { at, problems, proof: verdict.proof.clone() }
    }

    /// Whether the bundle is sound.
    pub fn is_good(&self) -> bool {
        self.problems.is_empty()
    }
}

/// What is known of the bundles of an archive, by their records' ids. A file that cannot be understood says nothing.
///
/// # Errors
/// The file is there and cannot be read.
pub fn load(config: &ConfigDir, archive_id: &str) -> Result<HashMap<String, Verified>> {
    let path = path(config, archive_id);
    let json = match files::read_regular_limited(&path, MAX_BYTES) {
        Ok(json) => json,
        Err(error) if files::classify(&error) == FileProblem::Missing => return Ok(HashMap::new()),
        Err(error) => return Err(FileError::new("read", path, error).into()),
    };
    match serde_json::from_slice(&json) {
        Ok(Kept { format: FORMAT, bundles }) => {
            let verified = |KeptBundle { at, problems, unproven }| Verified {
                at,
                problems,
                proof: Proof::without(unproven),
            };
            Ok(bundles.into_iter().map(|(id, kept)| (id, verified(kept))).collect())
        }
        Ok(Kept { format, .. }) => {
            tracing::warn!(path = %path.display(), format, "what was verified is in a format that is not known");
            Ok(HashMap::new())
        }
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "what was verified cannot be understood");
            Ok(HashMap::new())
        }
    }
}

/// Keeps what was `found`, beside what is known of the archive's other records; of those that are not there any more
/// nothing is kept.
pub fn note(
    config: &ConfigDir,
    archive_id: &str,
    found: impl IntoIterator<Item = (String, Verified)>,
    is_there: impl Fn(&str) -> bool,
) -> Result<()> {
    config.ensure()?;
    files::ensure_private_folder(&config.verified())?;
    // Whoever holds it longer writes the same kind of thing; the later one counts.
    let _lock = files::open_lock(&config.verified().join("lock"))?;
    let mut known = load(config, archive_id)?;
    known.extend(found);
    let kept =
        |Verified { at, problems, proof }: Verified| KeptBundle { at, problems, unproven: proof.unproven() };
    let bundles =
        known.into_iter().filter(|(id, _)| is_there(id)).map(|(id, verified)| (id, kept(verified))).collect();
    Ok(files::write_json_atomically(&path(config, archive_id), &Kept { format: FORMAT, bundles })?)
}

/// An archive's id is whatever its marker file says.
fn path(config: &ConfigDir, archive_id: &str) -> PathBuf {
    config.verified().join(short_hash(archive_id) + ".json")
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::archive::tests::{keep, lock, new_archive, taken_at};
    use crate::archive::verify;

    #[test]
    fn a_bundle_that_was_found_damaged_stays_so_until_it_is_verified_again() {
        let (folder, archive) = new_archive();
        let config = ConfigDir::at(folder.path().join("config"));
        assert_eq!(load(&config, archive.id()).unwrap(), HashMap::new());
        // Neither is a real bundle: both are as damaged as can be.
        let records = ["esx01", "esx02"].map(|host| keep(&lock(&archive), host, b"rubbish", 0));
        let verify = |at: i64| -> HashMap<String, Verified> {
            let verdict = |record| verify(record, |_| (), &CancellationToken::new()).unwrap();
            let verified = |record| Verified::new(taken_at(at), &verdict(record));
            records.iter().map(|record| (record.id.clone(), verified(record))).collect()
        };
        let first = verify(1);
        assert!(first.values().all(|verified| !verified.is_good()));
        note(&config, archive.id(), first.clone(), |_| true).unwrap();
        assert_eq!(load(&config, archive.id()).unwrap(), first);
        assert_eq!(load(&config, "another archive").unwrap(), HashMap::new());

        let mut again = verify(2);
        again.remove(&records[1].id);
        note(&config, archive.id(), again.clone(), |_| true).unwrap();
        let known = load(&config, archive.id()).unwrap();
        assert_eq!(known[&records[0].id].at, taken_at(2));
        assert_eq!(known[&records[1].id], first[&records[1].id]);
        note(&config, archive.id(), HashMap::new(), |id| id == records[1].id).unwrap();
        assert_eq!(load(&config, archive.id()).unwrap().len(), 1, "the other record is not there any more");
    }

    #[test]
    fn what_is_proven_of_a_good_bundle_is_all_there_again() {
        let (folder, archive) = new_archive();
        let config = ConfigDir::at(folder.path().join("config"));
        let proof = Proof::without(Vec::new());
        let good = Verified { at: taken_at(0), problems: Vec::new(), proof };
        let found = HashMap::from([("1".to_owned(), good.clone())]);
        note(&config, archive.id(), found.clone(), |_| true).unwrap();
        let json = std::fs::read_to_string(path(&config, archive.id())).unwrap();
        let line: String = json.split_whitespace().collect();
        assert_eq!(line, r#"{"format":1,"bundles":{"1":{"at":"2026-11-22T23:30:00+01:00"}}}"#);
        assert_eq!(load(&config, archive.id()).unwrap(), found);
        std::fs::write(path(&config, archive.id()), "{\"format\": 1").unwrap();
        assert_eq!(load(&config, archive.id()).unwrap(), HashMap::new());
    }
}
