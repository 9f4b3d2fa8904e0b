//! What to do next about each failure.

use crate::certificate::Certificate;
use crate::error::{Error, NotTrusted, TimeoutPhase};
use crate::soap::{Fault, FaultKind};

impl Error {
    /// What to do next, in one or two sentences; nothing where the message says it all.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Resolve { unanswered: Some(_), .. } => {
                "Check the name servers that this computer is set to ask, and that it reaches them; an IP address works \
                 without them."
            }
            Self::Resolve { .. } => "Check the spelling and this computer's DNS; an IP address works too.",
            Self::Connect { .. } => {
                "Check that the address is right, that the machine is up, and that a firewall lets this computer \
                 reach it on that TCP port: bundles come straight from each ESXi host on 443, and port 80 is not used."
            }
            Self::Timeout { phase: TimeoutPhase::Connect, .. } => {
                "A firewall that drops packets looks like this. Allow TCP 443 from this computer to the vCenter \
                 and to every host."
            }
            Self::Timeout { .. } => {
                "The server is up but slow or hung. Try again; if it stays so, restart its management agents."
            }
            Self::NotTrusted(not_trusted) => return Some(not_trusted.hint()),
            Self::Tls { is_plain: true, .. } => {
                "Use the HTTPS port, which is 443 unless it was changed: on this port something else is served."
            }
            Self::Tls { .. } => {
                "Both sides found no common TLS version or cipher, or something in between breaks TLS. TLS 1.2 or 1.3 \
                 is needed."
            }
            Self::Interrupted { .. } => {
                "Try again; if it happens each time, look for a proxy or firewall that cuts connections."
            }
            Self::Status { status: 502..=504, .. } => {
                "The server or a proxy in front of it is overloaded or starting. Try again in a few minutes."
            }
            Self::Status { .. } => {
                "Something else than vSphere may answer at this address, such as a proxy. If not, restart the management \
                 agents and try again."
            }
            Self::Redirected { .. } => {
                "A proxy or a load balancer stands in between. Use the server's own address."
            }
            Self::NotVsphere { .. } => {
                "Check the address and port: this may be a proxy's sign-in page or another web server."
            }
            Self::Reply { .. } | Self::TooLarge { .. } => {
                "Something between this computer and the server may have altered the reply. Try again, and look for a proxy."
            }
            Self::Fault { fault, operation, .. } => return Some(fault_hint(fault, operation)),
            Self::IllegalText { .. } => "Type it again instead of pasting it.",
            Self::NoFirmwareSystem { .. } => {
                "This kind of host keeps no configuration that could be backed up this way."
            }
            Self::InStandby { .. } => "Power it on in the vSphere Client, and try again.",
            Self::BundleGone { .. } => {
                "A new one was asked for once and vanished as well. Check the free space of the host's RAM disks."
            }
            Self::TransferRefused { is_direct: true, .. } => {
                "The host refuses its own user as well. In lockdown mode it refuses everybody who is not on its exception \
                 list: leave lockdown mode for the time of the transfer, or sign in as a user on that list. Otherwise give \
                 the user the role Administrator on the host."
            }
            Self::TransferRefused { .. } => {
                "This host wants its own credentials for the transfer: connect to it directly instead. In lockdown mode \
                 it refuses root: leave lockdown mode for the time of the transfer, or use a user on its exception list."
            }
            Self::Truncated { .. } => {
                "Nothing was kept. Try again; if it happens each time, look for a proxy or firewall that cuts connections."
            }
            Self::NotABundle { .. } => {
                "Nothing was kept. Look for a proxy between this computer and the host."
            }
            Self::BundleAddress { .. } => "Restart the host's management agents and try again.",
            Self::Sink { .. } => return None,
        };
        Some(text.to_owned())
    }
}

impl NotTrusted {
    fn hint(&self) -> String {
        let Certificate { subject, not_after, sha256, sha1, .. } = &self.presented;
        let until =
            not_after.map_or_else(String::new, |until| format!(", valid until {}", until.format("%Y-%m-%d")));
        let shown = format!("It shows {subject}{until}, SHA-256 {sha256}, SHA-1 {sha1}.");
        match (self.expected, &self.reported_by) {
            (Some(expected), Some(vcenter)) => format!(
                "{shown} According to {vcenter} it should be {expected}. If the host's certificate was replaced on \
                 purpose, disconnect and reconnect the host in the vSphere Client; if not, somebody may be in \
                 between: nothing was sent."
            ),
            (None, Some(vcenter)) => format!(
                "{shown} {vcenter} does not say which certificate the host has. Disconnect and reconnect the host in \
                 the vSphere Client, or connect to it directly and trust it by its SHA-256 thumbprint."
            ),
            (Some(expected), None) => format!(
                "{shown} Expected was {expected}. If the certificate was replaced on purpose, trust the new one; if \
                 not, somebody may be in between: nothing was sent."
            ),
            (None, None) => {
                format!(
                    "{shown} If that is the server's own certificate, trust it by its SHA-256 thumbprint."
                )
            }
        }
    }
}

fn fault_hint(fault: &Fault, operation: &str) -> String {
    let text = match &fault.kind {
        FaultKind::InvalidLogin => {
            "Check user name and password. A vCenter with federated identity or multi-factor sign-in refuses a right \
             password in the same way: use a local account such as one of vsphere.local."
        }
        FaultKind::InvalidLocale => {
            "Hostkeep names no language when it signs in, so it is the server's own that is wrong: set it to one that the \
             server has, such as en_US."
        }
        FaultKind::PasswordExpired => "Set a new password in the vSphere Client, then give it here.",
        FaultKind::NotAuthenticated => {
            "The session ended and signing in again did not help. Check that the account may still sign in."
        }
        FaultKind::NoPermission { at_hosts_login: true, .. } => {
            "A host in lockdown mode lets nobody sign in directly who is not on its exception list: go through its vCenter, \
             leave lockdown mode meanwhile, or use a user on that list. If lockdown mode is off, the user has no role on \
             this host."
        }
        FaultKind::NoPermission { privilege, .. } => {
            return match privilege.as_deref() {
                _ if operation == "Login" => {
                    "The account has no permission on anything here. Give it a role on the hosts in the vSphere Client."
                        .to_owned()
                }
                Some(privilege) => format!("Give the account the privilege {privilege} on this host."),
                None => {
                    let privilege = match operation {
                        "EnterMaintenanceMode_Task" | "ExitMaintenanceMode_Task" => "Host.Config.Maintenance",
                        _ => "Host.Config.Firmware",
                    };
                    format!("Give the account the privilege {privilege} on this host.")
                }
            };
        }
        FaultKind::InvalidState => "Look at the host's state in the vSphere Client.",
        FaultKind::Timedout => match operation {
            "EnterMaintenanceMode_Task" => {
                "Look for powered-on virtual machines that could not be moved away."
            }
            "BackupFirmwareConfiguration" => {
                "The host took too long to pack its configuration. Try again; if it stays so, check its load and the free \
                 space of its RAM disks, and restart its management agents."
            }
            _ => {
                "The server or the host is slow or hung. Try again; if it stays so, look at the host's tasks in the vSphere \
                 Client, and restart its management agents."
            }
        },
        FaultKind::RequestCanceled => "Somebody cancelled the task in the vSphere Client.",
        FaultKind::TaskInProgress => "Wait until the other task on this host has ended.",
        FaultKind::HostNotConnected => "Reconnect the host in the vSphere Client, or connect to it directly.",
        FaultKind::HostNotReachable | FaultKind::HostCommunication => {
            "The vCenter cannot reach this host. Check its management network, or connect to it directly."
        }
        FaultKind::ManagedObjectNotFound => {
            "The host was removed from the inventory meanwhile. Read the hosts again."
        }
        FaultKind::NotSupported => "This host or this version cannot do that.",
        FaultKind::RestrictedVersion => {
            "This host runs on the free licence, whose API is read-only. Use a vCenter or a full licence; \
             vim-cmd hostsvc/firmware/backup_config in the host's own shell works without either."
        }
        FaultKind::FileFault { .. } => "Check the free space of the host's RAM disks, then try again.",
        FaultKind::MismatchedBundle { .. } => "The bundle belongs to another host or build.",
        FaultKind::InvalidBundle { .. } => {
            "The host cannot use this bundle: it is damaged, or of another release."
        }
        FaultKind::InvalidArgument { .. } | FaultKind::InvalidProperty { .. } => {
            "This version of vSphere takes that in another way than Hostkeep knows. Bring both up to date; if it stays so, \
             report it with the log."
        }
        FaultKind::Other => {
            let named = match fault.type_name.as_str() {
                "" => String::new(),
                name => format!(" The fault's own name is {name}."),
            };
            return format!("Look at the host's tasks and events in the vSphere Client.{named}");
        }
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_privilege_that_the_server_does_not_name_is_the_one_of_the_call() {
        let fault = Fault {
            kind: FaultKind::NoPermission { privilege: None, at_hosts_login: false },
            type_name: "NoPermission".into(),
            message: String::new(),
        };
        for (operation, expect) in [
            ("EnterMaintenanceMode_Task", "Host.Config.Maintenance"),
            ("BackupFirmwareConfiguration", "Host.Config.Firmware"),
        ] {
            let fault = Box::new(fault.clone());
            let hint = Error::Fault { server: "vc".into(), operation, fault }.hint().unwrap();
            assert!(hint.contains(expect), "{operation}: {hint}");
        }
    }
}
