//! What happened, for tests to read. Never holds a password, cookie, ticket or bundle.

/// One request that the simulator got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Which server: `vCenter`, or the name of the host.
    pub server: String,
    /// The SOAP method, or the HTTP verb and path with the download's UUID as `<uuid>`.
    pub kind: String,
    /// The host concerned, by its spec's name.
    pub host: Option<String>,
    /// The managed object called, when it was a SOAP call.
    pub object: Option<String>,
    /// The credentials that came with it.
    pub credentials: Credentials,
    /// What was answered.
    pub answer: Answer,
}

/// Which credentials a request carried, good or bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Credentials {
    /// None at all.
    None,
    /// A session cookie.
    Cookie,
    /// A ticket.
    Ticket,
    /// User and password.
    Basic,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This HTTP status.
    Status(u16),
    /// A SOAP fault of this type.
    Fault(String),
    /// Nothing: reset, stalled or dropped.
    Nothing,
}
