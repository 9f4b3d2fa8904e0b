//! Signed in: one session for a whole run, kept alive, renewed once when it expires, ended always.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use crate::client::{Client, Reply};
use crate::error::Error;
use crate::soap::{Call, DecodeError, Fault, FaultKind, MoRef, Node};

/// Who signs in. `Debug` shows the user only.
#[derive(Clone)]
pub struct Credentials {
    /// `user@vsphere.local`, `user@domain`, `DOMAIN\user`, or `root`.
    pub user: String,
    /// Sent as it is, never trimmed.
    pub password: SecretString,
}

/// A session with a server, by way of [`SignedIn`]. Cheap to clone; all clones are the same session.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    credentials: Credentials,
    ticket: RwLock<Ticket>,
    /// Held while signing in again, so that sixteen calls that find the session gone sign in once.
    renewing: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Ticket {
    cookie: Option<SecretString>,
    /// How often this session has been renewed. Views and page tokens die with the session they were made in.
    generation: u64,
    /// Why it cannot be renewed. Remembered, because 2,500 hosts that each try a wrong password lock an account.
    refused: Option<Fault>,
    /// Signed out for good: a call that comes late must not sign in again.
    closed: bool,
}

/// vCenter drops an idle session after about 30 minutes.
const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(5 * 60);
/// Signing out must not hold up an end that was asked for.
const LOGOUT_WITHIN: Duration = Duration::from_secs(10);

/// Signs in for a while: keeps the session alive meanwhile and signs out at the end.
///
/// End it with [`SignedIn::sign_out`]. Dropped instead, it is signed out in the background as long as the
/// runtime lives.
#[derive(Debug)]
pub struct SignedIn {
    session: Session,
    keep_alive: tokio::task::JoinHandle<()>,
}

impl SignedIn {
    /// Signs in.
    ///
    /// # Errors
    /// [`FaultKind::InvalidLogin`] also when the password is right but the vCenter's identity is federated.
    pub async fn sign_in(client: &Client, credentials: Credentials) -> Result<Self, Error> {
        let client = client.clone();
        to_its_end(async move {
            let session = Session::login(&client, credentials).await?;
            let keep_alive = session.clone().keep_alive();
            Ok(Self { session, keep_alive })
        })
        .await
    }

    /// The session; its clones end with this.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Signs out. Never fails: what goes wrong is logged, and the server ends the session in time.
    pub async fn sign_out(self) {
        self.keep_alive.abort();
        let session = self.session.clone();
        to_its_end(async move { session.logout().await }).await;
    }
}

impl Drop for SignedIn {
    fn drop(&mut self) {
        self.keep_alive.abort();
        if self.session.cookie().is_some()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let session = self.session.clone();
            runtime.spawn(async move { session.logout().await });
        }
    }
}

impl Session {
    async fn login(client: &Client, credentials: Credentials) -> Result<Self, Error> {
        let cookie = Some(login(client, &credentials).await?);
        Ok(Self {
            inner: Arc::new(Inner {
                client: client.clone(),
                credentials,
                ticket: RwLock::new(Ticket { cookie, generation: 0, refused: None, closed: false }),
                renewing: tokio::sync::Mutex::new(()),
            }),
        })
    }

    /// The server.
    pub fn client(&self) -> &Client {
        &self.inner.client
    }

    /// Who is signed in.
    pub fn user(&self) -> &str {
        &self.inner.credentials.user
    }

    /// Who is signed in, to a host that asks for the user and password of a transfer itself.
    pub(crate) fn credentials(&self) -> Credentials {
        self.inner.credentials.clone()
    }

    async fn logout(&self) {
        self.change_ticket(|ticket| ticket.closed = true);
        let end = async {
            // A renewal that is under way would leave a session behind. One that takes longer ends its own.
            let _none_renews = self.inner.renewing.lock().await;
            self.end().await
        };
        match tokio::time::timeout(LOGOUT_WITHIN, end).await {
            Ok(Err(error)) if !is_not_authenticated(&error) => {
                tracing::warn!(server = %self.client().address(), %error, "signing out failed");
            }
            Err(_) => tracing::warn!(server = %self.client().address(), "signing out took too long"),
            Ok(_) => {}
        }
    }

    async fn end(&self) -> Result<(), Error> {
        let Some(cookie) = self.change_ticket(|ticket| ticket.cookie.take()) else { return Ok(()) };
        let call = Call::read("Logout", &self.client().content().session_manager);
        self.client().call(&call, Some(&cookie)).await.map(drop)
    }

    /// Calls a method; when the session has expired, signs in again once and repeats the call. A call that
    /// was refused as not authenticated was not carried out, so this is safe for every call.
    pub(crate) async fn call(&self, call: &Call) -> Result<Node, Error> {
        let ticket = self.ticket();
        // Boxed: each is kilobytes, and would be in every future that calls anything.
        match Box::pin(self.client().call(call, ticket.cookie.as_ref())).await {
            Err(error) if is_not_authenticated(&error) => {
                let cookie = self.renewed(ticket.generation, error).await?;
                Ok(Box::pin(self.client().call(call, Some(&cookie))).await?.node)
            }
            reply => Ok(reply?.node),
        }
    }

    /// The reply's `returnval`, read by `read`.
    pub(crate) async fn call_for<T>(
        &self,
        call: &Call,
        read: impl FnOnce(&Node) -> Result<T, DecodeError>,
    ) -> Result<T, Error> {
        let node = self.call(call).await?;
        node.returned().and_then(read).map_err(|error| self.client().unreadable(call.method, &error))
    }

    /// A reference to the task that a call has started.
    pub(crate) async fn call_for_task(&self, call: &Call) -> Result<MoRef, Error> {
        self.call_for(call, |node| node.object().ok_or(DecodeError::Missing("the task"))).await
    }

    /// Asks for the server's time, which takes a session: one that is gone is renewed.
    ///
    /// # Errors
    /// Any of a call's, and those of signing in again.
    pub async fn check(&self) -> Result<(), Error> {
        let call = Call::read("CurrentTime", &MoRef::new("ServiceInstance", "ServiceInstance"));
        self.call(&call).await.map(drop)
    }

    /// Whether it was renewed since then, so that what failed with this error is worth another attempt.
    pub(crate) fn was_renewed_since(&self, generation: u64, error: &Error) -> bool {
        let is_another = self.generation() != generation;
        if is_another {
            tracing::debug!(%error, "the session was renewed meanwhile; reading again");
        }
        is_another
    }

    /// Counts the renewals: what depends on the session (views, page tokens) is void when it changes.
    pub(crate) fn generation(&self) -> u64 {
        self.ticket().generation
    }

    /// The cookie, for a transfer to the very server that issued it.
    pub(crate) fn cookie(&self) -> Option<SecretString> {
        self.ticket().cookie
    }

    fn ticket(&self) -> Ticket {
        self.inner.ticket.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change_ticket<T>(&self, change: impl FnOnce(&mut Ticket) -> T) -> T {
        change(&mut self.inner.ticket.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// The cookie of the session that follows the `expired` one; `gone` is what the server said of that.
    async fn renewed(&self, expired: u64, gone: Error) -> Result<SecretString, Error> {
        let session = self.clone();
        to_its_end(async move { session.renew(expired, gone).await }).await
    }

    async fn renew(&self, expired: u64, gone: Error) -> Result<SecretString, Error> {
        let _only_one = self.inner.renewing.lock().await;
        let ticket = self.ticket();
        match ticket {
            Ticket { closed: true, .. } => return Err(gone),
            Ticket { refused: Some(fault), .. } => return Err(self.refused(fault)),
            Ticket { cookie: Some(cookie), generation, .. } if generation != expired => return Ok(cookie),
            _ => {}
        }
        tracing::info!(server = %self.client().address(), "the session expired; signing in again");
        match login(self.client(), &self.inner.credentials).await {
            Ok(cookie) => {
                let is_closed = self.change_ticket(|ticket| {
                    ticket.cookie = Some(cookie.clone());
                    ticket.generation = expired + 1;
                    ticket.closed
                });
                if is_closed {
                    self.end().await?;
                    return Err(gone);
                }
                Ok(cookie)
            }
            Err(error) => {
                let is_lasting = |fault: &Fault| {
                    matches!(
                        fault.kind,
                        FaultKind::InvalidLogin | FaultKind::PasswordExpired | FaultKind::NoPermission { .. }
                    )
                };
                let refused = error.fault().filter(|fault| is_lasting(fault)).cloned();
                self.change_ticket(|ticket| ticket.refused = refused);
                Err(error)
            }
        }
    }

    fn refused(&self, fault: Fault) -> Error {
        Error::Fault {
            server: self.client().address().to_string(),
            operation: "Login",
            fault: Box::new(fault),
        }
    }

    fn keep_alive(self) -> tokio::task::JoinHandle<()> {
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(KEEP_ALIVE_EVERY).await;
                if let Err(error) = self.check().await {
                    tracing::warn!(server = %self.client().address(), %error, "keeping the session alive failed");
                }
            }
        })
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = &self.inner.credentials.user;
        f.debug_struct("Session").field("server", self.client().address()).field("user", user).finish()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

/// On a task of its own: a sign-in or sign-out that is cut off leaves a session behind that nobody can end.
async fn to_its_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down, and whoever waits with it.
            Err(_) => std::future::pending().await,
        },
    }
}

async fn login(client: &Client, credentials: &Credentials) -> Result<SecretString, Error> {
    let call = Call::change("Login", &client.content().session_manager)
        .text("userName", &credentials.user)
        .text("password", credentials.password.expose_secret());
    let mut answer = client.call(&call, None).await;
    if let Err(Error::Fault { fault, .. }) = &mut answer {
        fault.hide(credentials.password.expose_secret());
    }
    let Reply { cookie, .. } = answer?;
    cookie.ok_or_else(|| client.unreadable(call.method, &DecodeError::Missing("the session's cookie")))
}

fn is_not_authenticated(error: &Error) -> bool {
    error.fault().is_some_and(|fault| fault.kind == FaultKind::NotAuthenticated)
}
