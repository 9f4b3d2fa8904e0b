//! The files in `local.tgz`, in the places and shapes in which a 7.0.2 host has them. Every secret in them is made up
//! and says so: it has `FAKE` in it, and nothing else has.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::Source;
use super::archive::Member;
use super::content::seed;
use super::store::current_store;
use crate::certificates::sha256;

/// All files of a host.
pub(super) fn all(source: &Source<'_>) -> Vec<Member> {
    let content = source.content;
    let identity = content.certificate.as_ref();
    let certificate = identity.map(crate::certificates::Identity::certificate_pem).unwrap_or_default();
    let key = identity.map(crate::certificates::Identity::key_pem).unwrap_or_default();
    let fake = |what: &str| BASE64.encode(sha256(format!("{what} of {}", source.spec.uuid).as_bytes()));
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("etc/vmware/esx.conf", esx_conf(source).into()),
        ("etc/vmware/locker.conf", "/vmfs/volumes/datastore1 0\n".into()),
        ("etc/vmware/license.cfg", license(source).into()),
        ("etc/vmware/.backup.counter", format!("{}\nday {}\n", source.counter, content.day).into()),
        ("etc/vmware/hostd/config.xml", HOSTD_CONFIG.into()),
        ("etc/vmware/hostd/authorization.xml", AUTHORIZATION.into()),
        ("etc/vmware/hostd/hostsvc.xml", hostsvc(source).into()),
        ("etc/vmware/hostd/vmInventory.xml", inventory(source).into()),
        ("etc/vmware/hostd/vmAutoStart.xml", "<ConfigRoot/>\n".into()),
        ("etc/vmware/snmp.xml", snmp(source).into()),
        ("etc/vmware/ssl/rui.crt", certificate.clone().into()),
        ("etc/vmware/ssl/rui.key", key.into()),
        ("etc/vmware/ssl/castore.pem", certificate.into()),
        ("etc/vmware/vmkiscsid/vmkiscsid.db", format!("chap.password = FAKE.{}\n", fake("chap")).into()),
        ("etc/hosts", hosts(source).into()),
        ("etc/resolv.conf", resolv_conf(source).into()),
        ("etc/ntp.conf", ntp_conf(source).into()),
        ("etc/vmsyslog.conf", vmsyslog_conf(source).into()),
        (
            "etc/ssh/keys-root/authorized_keys",
            format!("ssh-ed25519 AAAA{} admin@lab.local\n", fake("admin")).into(),
        ),
        ("etc/shadow", shadow(source).into()),
        ("etc/passwd", "root:x:0:0:Administrator:/:/bin/sh\ndcui:x:100:100:DCUI User:/:/bin/sh\n".into()),
        ("etc/group", "root:x:0:root\nusers:x:100:\n".into()),
        ("etc/krb5.conf", "[libdefaults]\n".into()),
        ("etc/security/access.conf", "+:root:ALL\n+:dcui:ALL\n-:ALL:ALL\n".into()),
        ("etc/ssh/ssh_host_rsa_key", private_key(&fake("ssh key")).into()),
        (
            "etc/ssh/ssh_host_rsa_key.pub",
            format!("ssh-rsa AAAA{} root@{}\n", fake("ssh"), content.hostname).into(),
        ),
        ("etc/random-seed", noise(&format!("{}/{}", source.spec.uuid, source.counter), 512)),
        ("etc/dhclient-vmk0.leases", format!("lease {{ renew {}; }}\n", source.counter).into()),
        ("var/lib/vmware/configstore/backup/current-store-1", current_store(source)),
    ];
    files.into_iter().map(|(name, content)| (name.to_string(), content)).collect()
}

/// The names of the port groups in an `esx.conf`.
pub(super) fn port_groups(conf: &str) -> Vec<String> {
    let mut found: Vec<(&str, String)> = conf
        .lines()
        .filter_map(|line| {
            let rest = line.strip_prefix("/net/vswitch/child[0000]/portgroup/child[")?;
            let (index, rest) = rest.split_once("]/name = ")?;
            Some((index, rest.trim_matches('"').to_string()))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, name)| name).collect()
}

/// Bytes that no compressor can shorten, always the same for one seed.
pub(super) fn noise(seed: &str, length: usize) -> Vec<u8> {
    let start = sha256(seed.as_bytes());
    let mut state = start.chunks(8).fold(1u64, |state, chunk| {
        chunk.iter().fold(state, |state, byte| state.wrapping_mul(0x0100_0000_01b3) ^ u64::from(*byte))
    });
    let mut out = Vec::with_capacity(length + 8);
    while out.len() < length {
        // SplitMix64: short, fast and even enough for filler.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        out.extend_from_slice(&(z ^ (z >> 31)).to_le_bytes());
    }
    out.truncate(length);
    out
}

fn esx_conf(source: &Source<'_>) -> String {
    let (spec, content) = (source.spec, source.content);
    let mut lines: Vec<(String, String)> = vec![
        ("/adv/Misc/HostName".into(), content.hostname.clone()),
        ("/adv/Misc/HostIPAddr".into(), content.address.to_string()),
        ("/adv/Net/ManagementIface".into(), "vmk0".into()),
        ("/adv/Annotations/WelcomeMessage".into(), String::new()),
        ("/adv/NFS/MaxVolumes".into(), "32".into()),
        ("/adv/Net/TcpipHeapMax".into(), "1536".into()),
        ("/adv/Security/PasswordQualityControl".into(), "retry=3 min=disabled,disabled,disabled,7,7".into()),
        ("/adv/UserVars/ESXiShellTimeOut".into(), "900".into()),
        ("/adv/UserVars/SuppressShellWarning".into(), "0".into()),
        ("/firewall/services/sshServer".into(), "false".into()),
        ("/nas/isos/enabled".into(), "true".into()),
        ("/nas/isos/host".into(), format!("nas{}.lab.local", seed(spec) % 4)),
        ("/nas/isos/readOnly".into(), "true".into()),
        ("/nas/isos/share".into(), "/export/isos".into()),
        ("/net/pnic/child[0000]/mac".into(), mac(spec, 0)),
        ("/net/pnic/child[0000]/name".into(), "vmnic0".into()),
        ("/net/pnic/child[0001]/mac".into(), mac(spec, 1)),
        ("/net/pnic/child[0001]/name".into(), "vmnic1".into()),
        ("/net/routes/kernel/child[0000]/gateway".into(), "10.20.0.1".into()),
        ("/net/vmkernelnic/child[0000]/dhcp".into(), "false".into()),
        ("/net/vmkernelnic/child[0000]/ipv4address".into(), content.address.to_string()),
        ("/net/vmkernelnic/child[0000]/ipv4netmask".into(), "255.255.255.0".into()),
        ("/net/vmkernelnic/child[0000]/mtu".into(), "1500".into()),
        ("/net/vmkernelnic/child[0000]/name".into(), "vmk0".into()),
        ("/net/vmkernelnic/child[0000]/portgroup".into(), "Management Network".into()),
        ("/net/vswitch/child[0000]/mtu".into(), "1500".into()),
        ("/net/vswitch/child[0000]/name".into(), "vSwitch0".into()),
        ("/net/vswitch/child[0000]/uplinks/child[0000]/pnic".into(), "vmnic0".into()),
        ("/net/vswitch/child[0000]/uplinks/child[0001]/pnic".into(), "vmnic1".into()),
        ("/storage/lun/opts".into(), String::new()),
        ("/system/uuid".into(), uuid::Uuid::from_u64_pair(seed(spec), 0x6573_7869).to_string()),
    ];
    for (index, name) in content.port_groups.iter().enumerate() {
        let key = format!("/net/vswitch/child[0000]/portgroup/child[{index:04}]");
        let vlan = name.strip_prefix("VLAN ").unwrap_or("0").to_string();
        lines.push((format!("{key}/name"), name.clone()));
        lines.push((format!("{key}/vlanId"), vlan));
    }
    // A host writes its lines in no particular order.
    let turn = usize::try_from(source.counter).unwrap_or(0) % lines.len();
    lines.rotate_left(turn);
    lines.iter().fold(String::new(), |mut text, (key, value)| {
        let _ = writeln!(text, "{key} = \"{value}\"");
        text
    })
}

fn hosts(source: &Source<'_>) -> String {
    let name = &source.content.hostname;
    let short = name.split('.').next().unwrap_or(name);
    format!(
        "# Do not remove the following line\n127.0.0.1\tlocalhost.localdomain localhost\n10.20.0.10\t{name} {short}\n"
    )
}

fn resolv_conf(source: &Source<'_>) -> String {
    let domain = source.content.hostname.split_once('.').map_or("", |(_, domain)| domain);
    let servers: String =
        source.content.dns.iter().fold(String::new(), |text, server| text + "nameserver " + server + "\n");
    format!("{servers}search {domain}\n")
}

fn ntp_conf(source: &Source<'_>) -> String {
    let servers: String =
        source.content.ntp.iter().fold(String::new(), |text, server| text + "server " + server + "\n");
    format!(
        "restrict default kod nomodify notrap noquery nopeer\nrestrict 127.0.0.1\n{servers}driftfile /etc/ntp.drift\n"
    )
}

fn vmsyslog_conf(source: &Source<'_>) -> String {
    let site = source.spec.datacenter.to_lowercase();
    format!("[vmsyslog]\nloghost = ssl://log.{site}.lab.local:6514\nlogdir = /scratch/log\n")
}

fn snmp(source: &Source<'_>) -> String {
    let community = BASE64.encode(&sha256(format!("community of {}", source.spec.uuid).as_bytes())[..9]);
    format!(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<config>\n<snmpSettings>\n<enable>false</enable>\n\
         <port>161</port>\n<communities>FAKE{community}</communities>\n</snmpSettings>\n</config>\n"
    )
}

fn mac(spec: &crate::specs::HostSpec, port: u8) -> String {
    let bytes = spec.uuid.as_bytes();
    format!("00:50:56:{:02x}:{:02x}:{port:02x}", bytes[0], bytes[1])
}

fn shadow(source: &Source<'_>) -> String {
    format!(
        "root:{}:19000:0:99999:7:::\nnobody:*:13358:0:99999:7:::\ndcui:*:13358:0:99999:7:::\nvpxuser:$6$sim$FAKE.{}:19000:0:99999:7:::\n",
        source.content.root_hash,
        BASE64.encode(sha256(source.spec.uuid.as_bytes())).trim_end_matches('=')
    )
}

fn license(source: &Source<'_>) -> String {
    format!(
        "<ConfigRoot>\n  <epoc>0</epoc>\n  <serial>FAKE0-{:05}-FAKE0-FAKE0-FAKE0</serial>\n</ConfigRoot>\n",
        seed(source.spec)
    )
}

fn hostsvc(source: &Source<'_>) -> String {
    format!(
        "<ConfigRoot>\n  <mode>{}</mode>\n  <service>\n    <ntpd>on</ntpd>\n    <TSM-SSH>off</TSM-SSH>\n  </service>\n</ConfigRoot>\n",
        if source.spec.lockdown { "lockdown" } else { "normal" }
    )
}

fn inventory(source: &Source<'_>) -> String {
    let entries = (0..source.spec.powered_on_vms).fold(String::new(), |mut text, index| {
        let _ = write!(
            text,
            "  <ConfigEntry id=\"{index:04}\">\n    <objID>{}</objID>\n    <vmxCfgPath>/vmfs/volumes/datastore1/vm{index}/vm{index}.vmx</vmxCfgPath>\n  </ConfigEntry>\n",
            index + 1
        );
        text
    });
    format!("<ConfigRoot>\n{entries}</ConfigRoot>\n")
}

fn private_key(body: &str) -> String {
    format!("-----BEGIN RSA PRIVATE KEY-----\nFAKE+THIS+IS+NO+KEY+{body}\n-----END RSA PRIVATE KEY-----\n")
}

const HOSTD_CONFIG: &str = "<config>\n  <vmacore>\n    <threadPool>\n      <TaskMax>16</TaskMax>\n    </threadPool>\n  </vmacore>\n  <log>\n    <level>verbose</level>\n  </log>\n</config>\n";
const AUTHORIZATION: &str = "<ConfigRoot>\n  <ACEData id=\"11\">\n    <ACEDataEntity>ha-folder-root</ACEDataEntity>\n    <ACEDataIsGroup>false</ACEDataIsGroup>\n    <ACEDataRoleId>-1</ACEDataRoleId>\n    <ACEDataUser>root</ACEDataUser>\n  </ACEData>\n</ConfigRoot>\n";
