//! Loopback addresses: one a server, all in a row, all on the same port.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use crate::options::Options;

/// How often another free port is tried when one of the hosts' addresses has it in use.
const PORT_ATTEMPTS: usize = 16;

/// Addresses, their listeners and the port.
pub(crate) type Bound = (Vec<Ipv4Addr>, Vec<TcpListener>, u16);

/// Binds `count` addresses that follow each other, all on one port.
pub(crate) fn bind_all(options: &Options, count: usize) -> io::Result<Bound> {
    make_room(count);
    let mut chosen = options.base_address;
    for attempt in 1.. {
        let addresses = addresses(chosen.unwrap_or_else(random_base), count)?;
        match bind_on(&addresses, options.port) {
            Ok((listeners, port)) => return Ok((addresses, listeners, port)),
            Err(error) if attempt == PORT_ATTEMPTS => return Err(error),
            Err(error) => match error.kind() {
                io::ErrorKind::AddrInUse if options.port == 0 || chosen.is_none() => {}
                io::ErrorKind::AddrNotAvailable if chosen.is_none() => chosen = Some(Ipv4Addr::LOCALHOST),
                _ => return Err(error),
            },
        }
    }
    unreachable!("the loop above only ends by returning")
}

/// A listener a host, and a connection or two to each, are more files than a process may open by default.
fn make_room(count: usize) {
    let wanted = u64::try_from(count).unwrap_or(u64::MAX).saturating_mul(3).saturating_add(512);
    if let Err(error) = rlimit::increase_nofile_limit(wanted) {
        tracing::debug!(%error, "could not raise the limit of open files");
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn bind_on(addresses: &[Ipv4Addr], port: u16) -> io::Result<(Vec<TcpListener>, u16)> {
    let mut port = port;
    let mut listeners = Vec::with_capacity(addresses.len());
    for address in addresses {
        let address = SocketAddr::from((*address, port));
        let listener = bind(address).map_err(|error| {
            let hint = match error.kind() {
                io::ErrorKind::AddrNotAvailable => {
                    let (first, last) = (address.ip(), addresses[addresses.len() - 1]);
                    format!(
                        " (each address from {first} to {last} has to be added; on macOS by: sudo ifconfig lo0 alias {first})"
                    )
                }
                _ if error.raw_os_error() == Some(24) => " (raise the limit of open files)".to_owned(),
                _ => String::new(),
            };
            io::Error::new(error.kind(), format!("can't listen on {address}: {error}{hint}"))
        })?;
        port = listener.local_addr()?.port();
        listeners.push(listener);
    }
    Ok((listeners, port))
}

/// An address whose last part is 1, so that hosts start at 2. Where the system has none but 127.0.0.1 and what was added, as
/// macOS does, it is 127.0.0.1 instead.
fn random_base() -> Ipv4Addr {
    Ipv4Addr::new(127, rand::random_range(1..=250), rand::random_range(0..=230), 1)
}

/// Addresses from `base` on, without those that end in 0 or 255.
fn addresses(base: Ipv4Addr, count: usize) -> io::Result<Vec<Ipv4Addr>> {
    let refused = |why: String| Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    if !base.is_loopback() {
        return refused(format!(
            "{base} is no loopback address, and a simulator must not be reached from elsewhere"
        ));
    }
    let found: Vec<Ipv4Addr> = (u32::from(base)..=u32::from(Ipv4Addr::new(127, 255, 255, 254)))
        .map(Ipv4Addr::from)
        .filter(|address| !matches!(address.octets()[3], 0 | 255))
        .take(count)
        .collect();
    if found.len() < count {
        return refused(format!("there are not {count} loopback addresses from {base} on"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_the_system_has_not_is_told_with_what_adds_it() {
        let addresses = ["127.0.0.1", "192.0.2.1", "192.0.2.2"].map(|address| address.parse().unwrap());
        let error = bind_on(&addresses, 0).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
        let told = error.to_string();
        assert!(told.contains("each address from 192.0.2.1 to 192.0.2.2"), "{told}");
        assert!(told.contains("sudo ifconfig lo0 alias 192.0.2.1"), "{told}");
    }

    #[test]
    fn addresses_follow_each_other_on_loopback_only() {
        let check = |base: &str, count: usize, expect: Option<(&str, &str)>| {
            let found = addresses(base.parse().unwrap(), count).ok();
            let ends = found.map(|found| (found[0].to_string(), found[count - 1].to_string()));
            let ends = ends.as_ref().map(|(first, last)| (first.as_str(), last.as_str()));
            assert_eq!(ends, expect, "{count} from {base}");
        };
        check("127.0.0.1", 1, Some(("127.0.0.1", "127.0.0.1")));
        check("127.7.0.1", 254, Some(("127.7.0.1", "127.7.0.254")));
        check("127.7.0.1", 255, Some(("127.7.0.1", "127.7.1.1")));
        check("127.7.0.1", 2_501, Some(("127.7.0.1", "127.7.9.215")));
        check("127.255.255.250", 5, Some(("127.255.255.250", "127.255.255.254")));
        check("127.255.255.250", 6, None);
        check("10.0.0.1", 1, None);
        check("0.0.0.0", 1, None);
    }
}
