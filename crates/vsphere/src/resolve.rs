//! Host names to addresses in the system's own way: its hosts file, search domains and whatever else it is set up with.
//!
//! On threads of its own: a name server that never answers holds one for half a minute, and the runtime's few are for
//! files.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::{Semaphore, oneshot};

/// For all servers and hosts of the process. Whoever finds them all waiting for name servers waits too, and gives up in time.
static THREADS: Semaphore = Semaphore::const_new(16);

type Lookup = fn(&str) -> io::Result<Vec<SocketAddr>>;
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Looks names up, and gives up on one after a while.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resolver {
    pub(crate) within: Duration,
    pub(crate) lookup: Lookup,
}

/// Nothing came in time. A name server that does not know a name says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no name server answered")]
pub(crate) struct Unanswered {
    pub(crate) after: Duration,
}

impl Resolver {
    /// `getaddrinfo`, and its like elsewhere.
    pub(crate) fn system(within: Duration) -> Self {
        Self { within, lookup: |name| Ok((name, 0).to_socket_addrs()?.collect()) }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let Self { within, lookup } = *self;
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let addresses = look_up(&THREADS, within, move || lookup(&name)).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

async fn look_up<T: Send + 'static>(
    threads: &'static Semaphore,
    within: Duration,
    lookup: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    let found = async {
        let thread = threads.acquire().await?;
        let (tell, found) = oneshot::channel();
        std::thread::Builder::new().name("resolve".into()).spawn(move || {
            let result = lookup();
            drop(thread);
            // Whoever asked may have given up.
            let _ = tell.send(result);
        })?;
        Ok(found.await??)
    };
    match tokio::time::timeout(within, found).await {
        Ok(found) => found,
        Err(_) => Err(Unanswered { after: within }.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn who_never_answers_holds_one_of_few_threads_and_is_given_up() {
        static ONE: Semaphore = Semaphore::const_new(1);
        let (answer, never) = mpsc::channel::<()>();
        let silent = move || Ok(never.recv().is_err());
        let error = look_up(&ONE, Duration::ZERO, silent).await.unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Unanswered { after: Duration::ZERO }));

        let begun = look_up(&ONE, Duration::ZERO, || -> io::Result<()> { panic!("no thread is free") });
        assert!(begun.await.unwrap_err().is::<Unanswered>());

        drop(answer);
        assert_eq!(look_up(&ONE, LONG, || Ok(1)).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn what_the_system_says_of_a_name_is_told() {
        let unknown = || -> io::Result<()> { Err(io::Error::other("no such name")) };
        let error = look_up(&THREADS, LONG, unknown).await.unwrap_err();
        assert_eq!(error.to_string(), "no such name");
    }
}
