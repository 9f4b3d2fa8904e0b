//! The ladder of proof: how far a bundle is known to be what it should be, from having been downloaded whole to having
//! been restored.

use serde::{Deserialize, Serialize};

use super::Record;
use crate::bundle::{BundleProblem, Contents, Manifest, Sealing, uuid_matches};

/// What can be proven of a bundle, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// It is as long as what was downloaded.
    Whole,
    /// Its hash is the one on record.
    Hash,
    /// All its layers decompress to their ends.
    ReadThrough,
    /// Its manifest is the one on record.
    Manifest,
    /// Its manifest is of the host that it was taken from.
    Host,
    /// Its content was parsed.
    Content,
    /// It was restored once, and the host had the same content afterwards.
    Restored,
}

/// All rungs in their order.
pub const RUNGS: [Rung; 7] =
    [Rung::Whole, Rung::Hash, Rung::ReadThrough, Rung::Manifest, Rung::Host, Rung::Content, Rung::Restored];

/// Whether a rung is proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Proven {
    /// It is.
    Yes,
    /// It is not so.
    No {
        /// Why, in plain words.
        reason: String,
    },
    /// It cannot be told.
    Unknown {
        /// Why, in plain words.
        reason: String,
    },
}

/// How far a bundle is proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// The highest rung below which nothing is missing; none where not even the first is proven.
    pub reached: Option<Rung>,
    /// Each rung.
    pub rungs: Vec<Step>,
}

/// A rung and whether it is proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which.
    pub rung: Rung,
    /// Whether it is proven.
    #[serde(flatten)]
    pub proven: Proven,
}

impl Rung {
    /// In a few words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Whole => "downloaded whole",
            Self::Hash => "hash on record",
            Self::ReadThrough => "read through",
            Self::Manifest => "manifest parsed",
            Self::Host => "matches its host",
            Self::Content => "content parsed",
            Self::Restored => "restored once and compared",
        }
    }
}

impl Default for Proof {
    /// Nothing is proven of what cannot be read.
    fn default() -> Self {
        Climb::default().done()
    }
}

impl Proof {
    /// Whether a rung is proven.
    pub fn is_proven(&self, rung: Rung) -> bool {
        self.rungs.iter().any(|step| step.rung == rung && step.proven == Proven::Yes)
    }

    /// Notes that the bundle was restored, and the host found to have its content: [`crate::restore::proven_bundles`] knows.
    pub fn note_restored(&mut self) {
        self.set(Rung::Restored, Proven::Yes);
    }

    /// The rungs that are not proven, but for the last, which is known by other means.
    pub(crate) fn unproven(self) -> Vec<Step> {
        let is_told = |step: &Step| step.rung != Rung::Restored && step.proven != Proven::Yes;
        self.rungs.into_iter().filter(is_told).collect()
    }

    /// Of what is proven but for these rungs, and the last.
    pub(crate) fn without(unproven: Vec<Step>) -> Self {
        let mut proof = Self::default();
        for rung in RUNGS.into_iter().filter(|rung| *rung != Rung::Restored) {
            proof.set(rung, Proven::Yes);
        }
        for Step { rung, proven } in unproven {
            proof.set(rung, proven);
        }
        proof
    }

    fn set(&mut self, rung: Rung, proven: Proven) {
        if let Some(step) = self.rungs.iter_mut().find(|step| step.rung == rung) {
            step.proven = proven;
        }
        let missing = self.rungs.iter().position(|step| step.proven != Proven::Yes);
        self.reached = missing.unwrap_or(RUNGS.len()).checked_sub(1).map(|at| RUNGS[at]);
    }
}

/// A proof while it is made.
pub(super) struct Climb(Proof);

impl Default for Climb {
    fn default() -> Self {
        let step = |rung| {
            let reason = if rung == Rung::Restored {
                "it has not been restored from this computer"
            } else {
                "it was not read"
            };
            Step { rung, proven: Proven::Unknown { reason: reason.to_owned() } }
        };
        Self(Proof { reached: None, rungs: RUNGS.map(step).to_vec() })
    }
}

impl Climb {
    pub(super) fn whole(&mut self, is_whole: bool) {
        self.note(Rung::Whole, is_whole, "it is longer or shorter than what was downloaded");
    }

    pub(super) fn hash(&mut self, is_same: bool) {
        self.note(Rung::Hash, is_same, "its hash is not the one on record");
    }

    pub(super) fn not_read_through(&mut self, problem: &BundleProblem) {
        self.note(Rung::ReadThrough, false, &problem.to_string());
    }

    pub(super) fn read(
        &mut self,
        record: &Record,
        manifest: &Manifest,
        is_recorded: bool,
        contents: Result<Contents, String>,
    ) {
        self.note(Rung::ReadThrough, true, "");
        self.note(Rung::Manifest, is_recorded, "its manifest is not the one on record");
        let host = match (&manifest.uuid, &record.host.uuid) {
            (Some(bundle), Some(host)) if uuid_matches(bundle, host) => Proven::Yes,
            (Some(_), Some(_)) => Proven::No { reason: "its UUID is another host's".to_owned() },
            (None, _) => Proven::Unknown { reason: "its manifest names no UUID".to_owned() },
            (_, None) => Proven::Unknown { reason: "the UUID of its host is not on record".to_owned() },
        };
        self.0.set(Rung::Host, host);
        let unknown = |reason: &str| Proven::Unknown { reason: reason.to_owned() };
        let content = match contents.map(|contents| (contents.unread_part(), contents.sealing)) {
            Err(reason) => unknown(&reason),
            Ok((_, Sealing::Tpm)) => unknown("it is sealed by its host's TPM"),
            Ok((_, Sealing::Unreadable { reason })) => Proven::No { reason },
            Ok((Some(part), Sealing::Open)) => Proven::No { reason: format!("its {part} cannot be read") },
            Ok((None, Sealing::Open)) => Proven::Yes,
        };
        self.0.set(Rung::Content, content);
    }

    pub(super) fn done(self) -> Proof {
        self.0
    }

    fn note(&mut self, rung: Rung, is_proven: bool, reason: &str) {
        self.0.set(rung, if is_proven { Proven::Yes } else { Proven::No { reason: reason.to_owned() } });
    }
}
