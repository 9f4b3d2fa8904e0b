//! Fault rules: what is to go wrong, when, for which host. Rules are data; the rooms that answer ask for the one due.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::soap::SoapFault;

/// One thing that goes wrong. Rules are tried in the order in which they were added; the first that is due is used.
#[derive(Clone, Debug)]
pub struct FaultRule {
    /// What it strikes.
    pub on: On,
    /// Only for this host (its spec's name or its inventory name); `None` strikes any host and vCenter itself.
    pub host: Option<String>,
    /// Let so many pass first.
    pub after: usize,
    /// Strike so often, then never again.
    pub times: usize,
    /// Wait so long first.
    pub delay: Duration,
    /// What happens.
    pub what: What,
}

/// What a rule strikes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// A call of this SOAP method, such as `BackupFirmwareConfiguration`.
    Soap(String),
    /// A GET on a host (a bundle) or on the server (`vimServiceVersions.xml`).
    Get,
    /// A PUT of a bundle.
    Put,
    /// A new connection, before TLS.
    Connect,
}

/// What happens.
#[derive(Clone, Debug)]
pub enum What {
    /// Nothing but the delay.
    Delay,
    /// The call ends in this fault. On GET and PUT: HTTP 500.
    Fault(SoapFault),
    /// A `*_Task` call succeeds and its task ends in this fault.
    TaskFault(SoapFault),
    /// This HTTP status with a short text.
    Status(u16),
    /// The connection is reset.
    Reset,
    /// Nothing more comes.
    Stall,
    /// Nothing happens until this is notified; then what would have happened anyway.
    Until(Arc<Notify>),
    /// This many bytes of the body come, then nothing more.
    StallAfter(usize),
    /// This many bytes of the body come, then the connection drops.
    Truncate(usize),
    /// The body is cut in half and `Content-Length` says that this is all.
    WrongLength,
    /// 200 with an HTML page.
    HtmlOk,
    /// 200 with XML that ends in the middle.
    MalformedXml,
    /// 200 with XML that never ends.
    EndlessXml,
    /// 200 with XML that holds a document type with entities that expand to gigabytes.
    EntityBomb,
    /// A body of the right kind of reply that is no gzip.
    NotGzip,
    /// A bundle without `Manifest.txt`.
    NoManifest,
    /// A bundle whose manifest names another host's UUID.
    WrongUuid,
    /// HTTP 301 to this URL, as a host's port 80 answers.
    Redirect(String),
    /// The request takes effect, then the connection drops without a reply.
    DropAfterRequest,
    /// On [`On::Connect`]: a certificate of someone else is shown. Elsewhere: the server's certificate changes from the
    /// next connection on, and this one drops.
    ChangedCertificate,
}

impl FaultRule {
    /// Strikes every call of a SOAP method.
    pub fn soap(method: impl Into<String>, what: What) -> FaultRule {
        FaultRule::new(On::Soap(method.into()), what)
    }

    /// Strikes every GET.
    pub fn get(what: What) -> FaultRule {
        FaultRule::new(On::Get, what)
    }

    /// Strikes every PUT.
    pub fn put(what: What) -> FaultRule {
        FaultRule::new(On::Put, what)
    }

    /// Strikes every new connection.
    pub fn connect(what: What) -> FaultRule {
        FaultRule::new(On::Connect, what)
    }

    /// Only for this host.
    #[must_use]
    pub fn on_host(self, name: impl Into<String>) -> FaultRule {
        FaultRule { host: Some(name.into()), ..self }
    }

    /// Only after so many have passed.
    #[must_use]
    pub fn after(self, skipped: usize) -> FaultRule {
        FaultRule { after: skipped, ..self }
    }

    /// Only so often.
    #[must_use]
    pub fn times(self, times: usize) -> FaultRule {
        FaultRule { times, ..self }
    }

    /// Only once.
    #[must_use]
    pub fn once(self) -> FaultRule {
        self.times(1)
    }

    /// After this delay.
    #[must_use]
    pub fn delayed(self, delay: Duration) -> FaultRule {
        FaultRule { delay, ..self }
    }

    fn new(on: On, what: What) -> FaultRule {
        FaultRule { on, host: None, after: 0, times: usize::MAX, delay: Duration::ZERO, what }
    }
}

/// What strikes now.
#[derive(Clone, Debug)]
pub(crate) struct Strike {
    pub(crate) delay: Duration,
    pub(crate) what: What,
}

/// Takes the first rule that is due. `names` are the names that the host concerned goes by.
pub(crate) fn take_due(rules: &mut [FaultRule], on: &On, names: &[&str]) -> Option<Strike> {
    for rule in rules {
        let concerned = rule.host.as_deref().is_none_or(|host| names.contains(&host));
        if rule.on != *on || !concerned || rule.times == 0 {
            continue;
        }
        if rule.after > 0 {
            rule.after -= 1;
            continue;
        }
        rule.times = rule.times.saturating_sub(usize::from(rule.times != usize::MAX));
        return Some(Strike { delay: rule.delay, what: rule.what.clone() });
    }
    None
}
