//! Sockets: one listener a server, all on the same port of different addresses. A connection's first byte tells TLS
//! from plain HTTP, which is only ever redirected. Knows nothing of what is asked.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::faults::{On, What};
use crate::http_server::{redirect_to_https, respond};
use crate::options::RestoreReply;
use crate::specs::ConnectionState;
use crate::world::{Server, World};

/// A TLS record starts with this when it is a handshake.
const TLS_HANDSHAKE: u8 = 0x16;
/// A connection on which nothing comes for so long is closed.
const FIRST_BYTE: Duration = Duration::from_secs(60);
/// How long a host that goes down still sends what it has to say.
const LAST_REPLY: Duration = Duration::from_millis(50);

/// What the requests on one connection share.
pub(crate) struct Connection {
    pub(crate) world: Arc<World>,
    pub(crate) server: Server,
    pub(crate) peer: SocketAddr,
    /// Reset rather than close it.
    pub(crate) reset: AtomicBool,
}

/// Accepts connections until the simulator stops or the host goes down.
pub(crate) fn listen(world: &Arc<World>, server: Server, listener: TcpListener, power: CancellationToken) {
    let again = Arc::clone(world);
    world.runtime.spawn(async move {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = power.cancelled() => return,
                () = again.stop.cancelled() => return,
            };
            let Ok((tcp, peer)) = accepted else {
                // Out of file descriptors, most likely: some may be free in a moment.
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            let connection =
                Arc::new(Connection { world: Arc::clone(&again), server, peer, reset: AtomicBool::new(false) });
            let (power, stop) = (power.clone(), again.stop.clone());
            tokio::spawn(async move {
                let ended = tokio::select! {
                    ended = serve(&connection, tcp) => ended,
                    () = power_gone(&connection.world, &power) => Ok(()),
                    () = stop.cancelled() => Ok(()),
                };
                if let Err(error) = ended {
                    tracing::debug!(server = connection.world.name(connection.server), %error, "connection ended");
                }
            });
        }
    });
}

/// Returns when the host's connections have to go: at once, or once the reply that a restore still gets is out.
async fn power_gone(world: &World, power: &CancellationToken) {
    power.cancelled().await;
    if world.options.restore_reply != RestoreReply::Dropped {
        tokio::time::sleep(LAST_REPLY).await;
    }
}

/// Closes a host's port and drops its connections.
pub(crate) fn power_off(world: &World, host: usize) {
    world.hosts[host].state().power.cancel();
}

/// Opens a host's port again, unless it is open.
pub(crate) async fn power_on(world: &Arc<World>, host: usize) {
    let power = {
        let mut state = world.hosts[host].state();
        if !state.power.is_cancelled() {
            return;
        }
        state.power = CancellationToken::new();
        state.power.clone()
    };
    // The old listener goes in its own time.
    while !world.stop.is_cancelled() && !power.is_cancelled() {
        match TcpListener::bind(world.address(Server::Host(host))).await {
            Ok(listener) => return listen(world, Server::Host(host), listener, power),
            Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
}

/// Sets how vCenter sees a host. One that does not respond has its port closed, too.
pub(crate) fn set_connection_state(world: &Arc<World>, host: usize, connection: ConnectionState) {
    world.hosts[host].state().connection = connection;
    if connection.is_silent() {
        power_off(world, host);
    } else {
        let again = Arc::clone(world);
        world.runtime.spawn(async move { power_on(&again, host).await });
    }
    world.notify();
}

async fn serve(connection: &Arc<Connection>, tcp: TcpStream) -> io::Result<()> {
    let Connection { world, server, .. } = connection.as_ref();
    tcp.set_nodelay(true)?;
    let host = match server {
        Server::VCenter => None,
        Server::Host(host) => Some(*host),
    };
    let stream = Stream { tcp, connection: Arc::clone(connection) };
    let mut identity = world.identity(*server);
    if let Some(strike) = world.strike(&On::Connect, host) {
        tokio::time::sleep(strike.delay).await;
        match strike.what {
            What::Delay => {}
            What::Until(notified) => notified.notified().await,
            What::Stall | What::StallAfter(_) => std::future::pending().await,
            What::ChangedCertificate => identity = world.fresh_identity(*server),
            What::Reset => {
                connection.reset.store(true, Ordering::Relaxed);
                return Ok(());
            }
            _ => return Ok(()),
        }
    }
    let mut first = [0u8; 1];
    let peeked = tokio::time::timeout(FIRST_BYTE, stream.tcp.peek(&mut first))
        .await
        .map_err(|_| io::ErrorKind::TimedOut)?;
    if peeked? == 0 {
        return Ok(());
    }
    let mut http = http1::Builder::new();
    http.keep_alive(true);
    if first[0] != TLS_HANDSHAKE {
        let service = service_fn(async |request| Ok::<_, io::Error>(redirect_to_https(connection, &request)));
        return http.serve_connection(TokioIo::new(stream), service).await.map_err(io::Error::other);
    }
    let tls = TlsAcceptor::from(identity.server_config()?).accept(stream).await?;
    let service = service_fn(async |request| respond(connection, request).await);
    http.serve_connection(TokioIo::new(tls), service).await.map_err(io::Error::other)
}

/// A TCP stream that is reset when its connection says so.
struct Stream {
    tcp: TcpStream,
    connection: Arc<Connection>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.connection.reset.load(Ordering::Relaxed) {
            // It is closed in any case; without this it ends in an orderly way instead.
            let _ = self.tcp.set_zero_linger();
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}
