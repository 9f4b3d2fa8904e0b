//! The configuration of a host as far as the simulator tells one host, and one day, from another.

use std::fmt;
use std::net::Ipv4Addr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::certificates::{Identity, sha256};
use crate::specs::HostSpec;

/// A host's configuration in force.
#[derive(Clone)]
pub struct Content {
    /// The host's own name, fully qualified.
    pub hostname: String,
    /// NTP servers.
    pub ntp: Vec<String>,
    /// DNS servers.
    pub dns: Vec<String>,
    /// Port groups on vSwitch0.
    pub port_groups: Vec<String>,
    /// Days since the host was set up.
    pub day: u32,
    /// The management address.
    pub address: Ipv4Addr,
    pub(crate) root_hash: String,
    /// Known unless the configuration came from a bundle, which only holds the hash.
    pub(crate) root_password: Option<String>,
    pub(crate) certificate: Option<Identity>,
}

impl Content {
    pub(crate) fn first(spec: &HostSpec, certificate: Identity, address: Ipv4Addr) -> Content {
        let site = spec.datacenter.to_lowercase();
        let seed = seed(spec);
        Content {
            hostname: spec.hostname.clone().unwrap_or_else(|| spec.name.clone()),
            ntp: vec![format!("ntp1.{site}.lab.local"), format!("ntp2.{site}.lab.local")],
            dns: vec![format!("10.{}.0.53", seed % 200), "10.0.0.53".into()],
            port_groups: vec![
                "Management Network".into(),
                "VM Network".into(),
                format!("VLAN {}", 100 + seed % 50),
            ],
            day: 0,
            address,
            root_hash: hash_password("sim0", &spec.root_password),
            root_password: Some(spec.root_password.clone()),
            certificate: Some(certificate),
        }
    }

    /// What is left after a reset to factory defaults. The root password of a fresh host is empty.
    pub(crate) fn factory(certificate: Identity, address: Ipv4Addr) -> Content {
        Content {
            hostname: "localhost.localdomain".into(),
            ntp: Vec::new(),
            dns: Vec::new(),
            port_groups: vec!["Management Network".into(), "VM Network".into()],
            day: 0,
            address,
            root_hash: hash_password("sim0", ""),
            root_password: Some(String::new()),
            certificate: Some(certificate),
        }
    }

    /// The next day: on some days someone changed something.
    pub(crate) fn next_day(&mut self, spec: &HostSpec) {
        self.day += 1;
        let turn = u64::from(self.day) + seed(spec);
        if turn.is_multiple_of(3) {
            let site = spec.datacenter.to_lowercase();
            self.ntp =
                vec![format!("ntp1.{site}.lab.local"), format!("ntp{}.{site}.lab.local", 2 + turn / 3 % 4)];
        }
        if turn.is_multiple_of(5) {
            self.port_groups.push(format!("VLAN {}", 200 + self.day));
        }
        if turn.is_multiple_of(7)
            && let Some(password) = &self.root_password
        {
            self.root_hash = hash_password(&format!("sim{}", self.day), password);
        }
    }

    pub(crate) fn set_root_password(&mut self, password: &str) {
        self.root_hash = hash_password("sim0", password);
        self.root_password = Some(password.into());
    }

    pub(crate) fn is_root_password(&self, password: &str) -> bool {
        let salt = self.root_hash.split('$').nth(2).unwrap_or_default();
        hash_password(salt, password) == self.root_hash
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("hostname", &self.hostname)
            .field("ntp", &self.ntp)
            .field("dns", &self.dns)
            .field("port_groups", &self.port_groups)
            .field("day", &self.day)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// A hash that looks like one in `/etc/shadow`, and says that it is none: SHA-256 of salt and password.
pub(crate) fn hash_password(salt: &str, password: &str) -> String {
    let digest = sha256(format!("fake:{salt}:{password}").as_bytes());
    format!("$6${salt}$FAKE.{}", BASE64.encode(digest).trim_end_matches('='))
}

pub(super) fn seed(spec: &HostSpec) -> u64 {
    spec.uuid.as_bytes().iter().map(|byte| u64::from(*byte)).sum()
}
