//! A bundle back to its host: what will happen is known before, every step is noted before it is done, and success is proven
//! after.
//!
//! [`plan`] looks and changes nothing. [`apply`] looks again, refuses when anything that was consented to has changed, and then
//! goes through the steps; [`resume`] goes on where a restore stood when it was left. What happens is told as
//! [`RestoreEvent`]s and noted in a journal; docs/restore.md describes both. It knows neither the terminal nor the window.

mod apply;
mod checks;
mod error;
mod finish;
mod journal;
mod lock;
mod maintenance;
mod plan;
mod progress;
mod prove;
mod proven;
mod report;
mod request;
mod resume;
mod sight;
mod source;
mod summary;
mod watch;

pub use apply::apply;
pub use checks::{Check, CheckCode, Verdict};
pub use error::RestoreError;
pub use journal::{Before, Begun, BundleOrigin, Restored, Unreadable, find, history, unfinished};
pub use plan::{PlannedStep, RestorePlan, find_host, plan};
pub use progress::{RestoreEvent, Step, StepState, Watch};
pub use proven::proven_bundles;
pub use report::{Next, Outcome, RestoreReport, StepReport};
pub use request::{
    BundleSource, Consent, Maintenance, Pace, RestoreContext, RestoreOptions, RestoreRequest, SafetyBackup,
    VsanData,
};
pub use resume::{ResumeAction, ResumeRequest, dismiss, resume};
pub use source::{BundleFacts, look_at};
pub use summary::{Stood, Summary};
