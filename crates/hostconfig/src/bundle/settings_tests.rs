use std::fmt::Write as _;

use super::*;
use crate::bundle::tests::{bundle_with, tgz};
use crate::bundle::{CONTENT_LIMITS, open};

fn table(files: &[(&str, &[u8])]) -> String {
    let contents = open(&bundle_with(files)[..], CONTENT_LIMITS).unwrap();
    let mut text = String::new();
    for Setting { section, object, name, value, source, also } in settings(&contents) {
        let more: String = also.iter().fold(String::new(), |text, source| text + ", " + &source.file);
        writeln!(text, "{} | {object} | {name} | {value} | {}{more}", section.title(), source.file).unwrap();
    }
    text
}

fn print_of(files: &[(&str, &[u8])]) -> String {
    fingerprint(&open(&bundle_with(files)[..], CONTENT_LIMITS).unwrap()).unwrap()
}

#[test]
fn conf_and_files_become_one_table() {
    let conf = b"/adv/Misc/HostName = \"esx01\"\n/adv/Net/TcpipHeapMax = \"1536\"\n/net/vswitch/child[0003]/name = \"vSwitch0\"\n\
        /net/vswitch/child[0003]/portgroup/child[0001]/name = \"VM Network\"\n/net/vswitch/child[0003]/portgroup/child[0001]/vlanId = \"7\"\n\
        /net/vswitch/child[0003]/uplinks/child[0000]/pnic = \"vmnic0\"\n/net/vswitch/child[0003]/uplinks/child[0001]/pnic = \"vmnic1\"\n\
        /net/vmkernelnic/child[0000]/mtu = \"9000\"\n/firewall/services/sshServer = \"true\"\n/nas/isos/host = \"nas\"\n/device/0/name = \"x\"\nrubbish\n";
    insta::assert_snapshot!(
        "table",
        table(&[
            ("etc/vmware/esx.conf", conf),
            ("etc/resolv.conf", b"nameserver 10.0.0.1\nnameserver 10.0.0.2\nsearch lab.local\noptions rotate\n"),
            ("etc/ntp.conf", b"# ours\nserver a\nserver b\ndriftfile /x\n"),
            ("etc/hosts", b"127.0.0.1\tlocalhost\n10.0.0.1  a b\n10.0.0.1 c\n"),
            ("etc/shadow", b"root:$6$x$y:19000:0:99999:7:::\nnobody:*:1:0:99999:7:::\nopen::1:0:99999:7:::\n"),
            ("etc/passwd", b"root:x:0:0:Administrator:/:/bin/sh\n"),
            ("etc/vmsyslog.conf", b"[vmsyslog]\nloghost = udp://log:514\n[hostd]\nrotate = 8\n"),
            ("etc/vmware/license.cfg", b"<ConfigRoot>\n  <epoc>x</epoc>\n  <serial>AAAAA-00000-00000-00000-BBBBB</serial>\n</ConfigRoot>\n"),
            ("etc/vmware/hostd/hostsvc.xml", b"<ConfigRoot>\n <mode>normal</mode>\n <service>\n  <ntpd>on</ntpd>\n </service>\n</ConfigRoot>\n"),
            ("etc/vmware/hostd/authorization.xml", b"<ConfigRoot>\n<ACEData id=\"11\">\n<ACEDataEntity>ha-folder-root</ACEDataEntity>\n<ACEDataIsGroup>true</ACEDataIsGroup>\n<ACEDataRoleId>-1</ACEDataRoleId>\n<ACEDataUser>admins</ACEDataUser>\n</ACEData>\n</ConfigRoot>\n"),
            ("etc/vmware/snmp.xml", b"<config>\n<communities>public</communities>\n<port>161</port>\n</config>\n"),
            ("etc/motd", b"hello\n"),
            ("etc/random-seed", b"noise"),
        ])
    );
}

#[test]
fn routes_are_told_by_where_they_lead_whatever_their_numbers() {
    let default =
        "Networking | TCP/IP stack defaultTcpipStack | Default gateway | 10.0.0.1 | etc/vmware/esx.conf";
    let other = [
        "Networking | TCP/IP stack defaultTcpipStack | Routes / 10.1.0.0 / Gateway | 10.0.0.9 | etc/vmware/esx.conf",
        "Networking | TCP/IP stack defaultTcpipStack | Routes / 10.1.0.0 / Network | 10.1.0.0 | etc/vmware/esx.conf",
        "Networking | TCP/IP stack defaultTcpipStack | Routes / 10.1.0.0 / Subnet mask | 255.255.0.0 | etc/vmware/esx.conf",
    ];
    for (conf, expect) in [
        ("/net/routes/kernel/gateway = \"10.0.0.1\"\n", vec![default]),
        ("/net/routes/kernel/child[0004]/gateway = \"10.0.0.1\"\n", vec![default]),
        (
            "/net/routes/kernel/child[0000]/gateway = \"10.0.0.9\"\n/net/routes/kernel/child[0000]/network = \"10.1.0.0\"\n\
             /net/routes/kernel/child[0000]/netmask = \"255.255.0.0\"\n/net/routes/kernel/child[0001]/gateway = \"10.0.0.1\"\n",
            [&[default][..], &other].concat(),
        ),
    ] {
        let table = table(&[("etc/vmware/esx.conf", conf.as_bytes())]);
        let routes: Vec<&str> = table.lines().filter(|line| line.starts_with("Networking")).collect();
        assert_eq!(routes, expect);
    }
}

#[test]
fn a_fingerprint_is_of_settings_and_secrets_but_not_of_noise() {
    let base: &[(&str, &[u8])] = &[
        ("etc/vmware/esx.conf", b"/a/b = \"1\"\n/c/d = \"2\"\n"),
        ("etc/shadow", b"root:$6$x$one:19000:0:99999:7:::\n"),
        ("etc/motd", b"hello"),
        ("etc/random-seed", b"1"),
    ];
    let with = |path: &str, content: &'static [u8]| -> String {
        let mut files = base.to_vec();
        for file in &mut files {
            if file.0 == path {
                file.1 = content;
            }
        }
        print_of(&files)
    };
    assert_eq!(print_of(base), with("etc/random-seed", b"2"));
    assert_eq!(print_of(base), with("etc/vmware/esx.conf", b"/c/d = \"2\"\n/a/b = \"1\"\n"));
    for other in [
        with("etc/vmware/esx.conf", b"/a/b = \"1\"\n/c/d = \"3\"\n"),
        with("etc/shadow", b"root:$6$x$two:19000:0:99999:7:::\n"),
        with("etc/shadow", b"root:*:19000:0:99999:7:::\n"),
        with("etc/motd", b"hellp"),
        print_of(&base[..3]).replace(|_: char| false, "") + "x",
        print_of(&base[1..]),
    ] {
        assert_ne!(print_of(base), other);
    }
}

/// A file of it is read into settings of its own, and none of what it says may be lost on the way.
#[test]
fn whatever_a_known_file_says_counts() {
    for (path, one, other) in [
        ("etc/shadow", "root:*:19000:0:99999:7:::\n", "root:*:19000:0:99999:14:::\n"),
        ("etc/shadow", "root:*:19000:0:99999:7:::\n", "root:*:19000:0:99999:7::20000:\n"),
        (
            "etc/vmware/hostd/authorization.xml",
            "<ACEData>\n<ACEDataUser>a</ACEDataUser>\n<ACEDataPropagate>true</ACEDataPropagate>\n</ACEData>\n",
            "<ACEData>\n<ACEDataUser>a</ACEDataUser>\n<ACEDataPropagate>false</ACEDataPropagate>\n</ACEData>\n",
        ),
        (
            "etc/vmware/hostd/authorization.xml",
            "<ACEData><ACEDataUser>a</ACEDataUser></ACEData>\n",
            "<ACEData><ACEDataUser>b</ACEDataUser></ACEData>\n",
        ),
        (
            "etc/vmware/license.cfg",
            "<serial>a</serial><mode>eval</mode>\n",
            "<serial>a</serial><mode>full</mode>\n",
        ),
        ("etc/vmware/snmp.xml", "<user name=\"a\"/>\n", "<user name=\"b\"/>\n"),
    ] {
        assert_ne!(print_of(&[(path, one.as_bytes())]), print_of(&[(path, other.as_bytes())]), "{one}");
    }
}

/// The manifest is no file of the table: what it says counts here or nowhere.
#[test]
fn whatever_a_host_was_booted_with_counts() {
    let print = |options: &str| {
        let manifest = format!("UUID=4c4c4544-0042-3510-8054-b3c04f4d4e31\n{options}\n");
        let state = tgz(&[("local.tgz", &tgz(&[("etc/hosts", b"")]))]);
        let bundle = tgz(&[("Manifest.txt", manifest.as_bytes()), ("state.tgz", &state)]);
        fingerprint(&open(&bundle[..], CONTENT_LIMITS).unwrap()).unwrap()
    };
    let long = "option=value ".repeat(40);
    assert_ne!(print(&format!("KERNELOPTS={long}a=1")), print(&format!("KERNELOPTS={long}a=2")));
    assert_ne!(print("USEROPTS=a=1"), print("USEROPTS=a=2"));
}

const PEM: &str = "-----BEGIN CERTIFICATE-----\n\
    MIIBbjCCARWgAwIBAgIUbYzTGZuJtcXwHvTayNq0T81kQNEwCgYIKoZIzj0EAwIw\n\
    DDEKMAgGA1UEAwwBYTAgFw0yNjExMzAxMzIyMjZaGA8yMTI2MTEwNjEzMjIyNlow\n\
    DDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEWWpsJZBg7u\n\
    vi5BjGtO6zh1H/mroe1dUIHjVb0d3BrAmNXaoI6mRwssZiW/ihTILZmwTfWlJki0\n\
    crfDC7FFCt+jUzBRMB0GA1UdDgQWBBQWeMsjpR/E9n3hYRX5rzRJuyF3sjAfBgNV\n\
    HSMEGDAWgBQWeMsjpR/E9n3hYRX5rzRJuyF3sjAPBgNVHRMBAf8EBTADAQH/MAoG\n\
    CCqGSM49BAMCA0cAMEQCIFyQAmNOowFxr++clSDqLZz7VtbteLFCAqcck3E1TkhC\n\
    AiB52EGnOlEc6tfN83XIZeuBqepAJmF/kOkSbyjikTvE8w==\n\
    -----END CERTIFICATE-----\n";

#[test]
fn what_stands_beside_certificates_counts() {
    let with = |extra: &str| print_of(&[("etc/vmware/ssl/castore.pem", format!("{PEM}{extra}").as_bytes())]);
    assert_ne!(with("a = 1\n"), with("a = 2\n"));
    let broken =
        |inner: &str| with(&format!("-----BEGIN CERTIFICATE-----\n{inner}\n-----END CERTIFICATE-----\n"));
    assert_ne!(broken("AAAA"), broken("AAAB"));
}

#[test]
fn the_ports_of_an_agent_are_not_said_to_differ_with_its_communities() {
    let contents = |community: &str| {
        let file = format!("<config><communities>{community}</communities><port>161</port></config>\n");
        open(&bundle_with(&[("etc/vmware/snmp.xml", file.as_bytes())])[..], CONTENT_LIMITS).unwrap()
    };
    let (groups, _) = crate::bundle::diff_settings(&settings(&contents("a")), &settings(&contents("b")));
    let names: Vec<&str> =
        groups.iter().flat_map(|group| &group.changes).map(|change| &*change.name).collect();
    assert_eq!(names, ["Communities"]);
}

#[test]
fn no_hash_is_told_of_a_text_that_could_not_be_read() {
    let hash = |path: &str, content: &[u8]| {
        let contents = open(&bundle_with(&[(path, content)])[..], CONTENT_LIMITS).unwrap();
        contents.file(path).unwrap().sha256()
    };
    assert_eq!(hash("etc/vmware/snmp.xml", b"<communities>public</communities>\x01B\xfcro"), None);
    assert_eq!(hash("var/lib/vmware/configstore/backup/current-store-1", b"SQLite format 3\0 rubbish"), None);
    assert!(hash("etc/vmware/dvsdata.db", b"\0\x01").is_some());
}

/// A name that was cut off in the middle of a letter, or typed in a terminal of another encoding, takes nothing else with it.
#[test]
fn a_letter_that_is_none_does_not_hide_its_file() {
    let conf = |name: &[u8]| {
        [b"/adv/Misc/HostName = \"esx\"\n/net/vswitch/child[0000]/name = \"", name, b"\"\n"].concat()
    };
    let with =
        |name: &[u8]| table(&[("etc/vmware/esx.conf", &conf(name)), ("etc/motd", b"Willkommen im B\xfcro")]);
    let told = with(b"B\xc3\xbcr\xc3");
    assert!(told.contains("Host name | esx") && told.contains("Virtual switch BÃ¼rÃ | Name"), "{told}");
    assert!(told.contains("etc/motd | Content | text, 1 line"), "{told}");
    assert_ne!(with(b"\xe4"), with(b"\xf6"));
    // Nobody knows what is in this one.
    let key: Vec<u8> = (1..=255).collect();
    assert!(table(&[("etc/some", &key)]).contains("binary, 255 bytes"));
}
