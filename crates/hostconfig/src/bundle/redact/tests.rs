use proptest::prelude::*;

use super::*;

fn shown(path: &str, text: &str) -> String {
    lines(path, text).iter().map(Redacted::text).collect::<Vec<_>>().join("\n")
}

#[test]
fn secrets_are_taken_out_of_every_kind_of_text() {
    // Each has PLANTED in it, and nothing else that is secret.
    for (path, text, expect) in [
        (
            "etc/shadow",
            "root:$6$PLANTED$x:19000:0:99999:7:::",
            "root:[redacted: password hash]:19000:0:99999:7:::",
        ),
        ("etc/shadow", "root:PLANTED", "root:[redacted: password hash]"),
        ("etc/shadow", "PLANTED", "[redacted: password hash]"),
        ("etc/shadow", "nobody:*:1\nbin:!!:2\nopen::3", "nobody:*:1\nbin:!!:2\nopen::3"),
        ("x", "$5$PLANTED$abc", "[redacted: password hash]"),
        ("x", "hash=$2b$10$PLANTED.x end", "hash=[redacted: password hash] end"),
        ("x", "password = PLANTED with spaces", "password = [redacted: password]"),
        ("x", "# old: password = PLANTED", "# old: password = [redacted: password]"),
        ("x", "user=a, pwd='PLANTED'; b=c", "user=a, pwd=[redacted: password]; b=c"),
        ("x", "chap.password = PLANTED", "chap.password = [redacted: CHAP secret]"),
        (
            "x",
            "node.session.auth.password_in = PLANTED",
            "node.session.auth.password_in = [redacted: password]",
        ),
        ("x", "passphrase PLANTED", "passphrase [redacted: password]"),
        ("x", "nfs://u:PLANTED@nas/share", "nfs://u:[redacted: password]@nas/share"),
        ("x", "Authorization: Bearer PLANTEDPLANTED", "Authorization: Bearer [redacted: token]"),
        ("x", "curl -H Bearer\u{20}PLANTEDPLANTED", "curl -H Bearer [redacted: token]"),
        ("x", "a eyJPLANTEDPL.eyJzdWIi.sig b", "a [redacted: token] b"),
        ("x", "key PLANT-00000-00000-00000-PLANT", "key [redacted: licence key]"),
        ("etc/vmware/license.cfg", "<serial>PLANTED</serial>", "<serial>[redacted: licence key]</serial>"),
        (
            "etc/vmware/snmp.xml",
            "<communities>PLANTED</communities><port>161</port>",
            "<communities>[redacted: SNMP community or key]</communities><port>161</port>",
        ),
        (
            "etc/vmware/snmp.xml",
            "<v3users>PLANTED/x</v3users>",
            "<v3users>[redacted: SNMP community or key]</v3users>",
        ),
        ("etc/snmp/snmpd.conf", "rocommunity PLANTED", "rocommunity [redacted: SNMP community or key]"),
        (
            "x",
            "<config><password>PLANTED</password><a>1</a></config>",
            "<config><password>[redacted: password]</password><a>1</a></config>",
        ),
        (
            "x",
            "<password>\nPLANTED\n</password>\nrest",
            "<password>\n[redacted: password]\n</password>\nrest",
        ),
        ("x", "<password><![CDATA[PLANTED]]></password>", "<password>[redacted: password]</password>"),
        ("x", "<user name=\"a\" password=\"PLANTED\"/>", "<user name=\"a\" password=[redacted: password]/>"),
        ("x", "{\"a\": 1, \"secret\": \"PLANTED\"}", "{\"a\": 1, \"secret\": [redacted: password]}"),
        (
            "x",
            "a\n-----BEGIN RSA PRIVATE KEY-----\nPLANTED\nPLANTED\n-----END RSA PRIVATE KEY-----\nb",
            "a\n[redacted: private key]\n[redacted: private key]\n[redacted: private key]\n-----END-----\nb",
        ),
        ("x", "-----BEGIN PRIVATE KEY-----PLANTED-----END PRIVATE KEY-----", "[redacted: private key]"),
        ("x", "-----BEGIN PRIVATE KEY-----\nPLANTED", "[redacted: private key]\n[redacted: private key]"),
        (
            "x",
            "ConfigEncData = \"keyId=a:data1=PLANTED:data2=PLANTED:version=1\"",
            "ConfigEncData = [redacted: encryption key]",
        ),
        ("x", "apiKey: PLANTED", "apiKey: [redacted: token]"),
        ("x", "community_name = PLANTED", "community_name = [redacted: SNMP community or key]"),
        ("x", "integrity_key = PLANTED", "integrity_key = [redacted: encryption key]"),
    ] {
        let told = shown(path, text);
        assert!(!told.contains("PLANT"), "{path}: {told}");
        assert_eq!(told, expect, "{path}");
    }
}

#[test]
fn a_secret_that_also_stands_before_itself_is_taken_out_where_it_is_one() {
    for (text, expect) in [
        ("nfs://root:root@nas", "nfs://root:[redacted: password]@nas"),
        ("nfs://nfs:nfs@nas", "nfs://nfs:[redacted: password]@nas"),
        ("http://:http@proxy", "http://:[redacted: password]@proxy"),
        ("data1=data1:data2=data2", "data1=[redacted: encryption key]:data2=[redacted: encryption key]"),
    ] {
        assert_eq!(Redacted::of(text).text(), expect);
    }
}

#[test]
fn what_is_no_secret_stays() {
    for (path, text) in [
        ("x", "Security.PasswordQualityControl = retry=3 min=disabled,7"),
        ("x", "PasswordAuthentication yes"),
        ("x", "password_max_days = 99999"),
        ("etc/pam.d/passwd", "password   requisite  pam_passwdqc.so retry=3"),
        ("x", "<password></password>"),
        ("x", "4c4c4544-0042-3510-8054-b3c04f4d4e31"),
        ("x", "server ntp1.lab.local"),
        ("x", "-----BEGIN CERTIFICATE-----"),
        ("x", "http://nas.lab.local:2049/share"),
        ("x", "chap.name = iqn.1998-01.com.vmware"),
        ("x", "price is $5"),
    ] {
        assert_eq!(shown(path, text), text);
    }
}

#[test]
fn secrets_are_taken_out_wherever_they_begin_and_end() {
    for (text, expect) in [
        ("nfs://u:a@PLANTED@nas/share", "nfs://u:[redacted: password]@nas/share"),
        ("Authorization: Basic PLANTEDPLANTED", "Authorization: Basic [redacted: password]"),
        ("rootpw PLANTED", "rootpw [redacted: password]"),
        ("a=1 bindpw=PLANTED", "a=1 bindpw=[redacted: password]"),
        // Files put together without an end of line between them.
        (
            "-----END CERTIFICATE----------BEGIN PRIVATE KEY-----\nPLANTED\n-----END PRIVATE KEY-----\nb",
            "-----END CERTIFICATE-----[redacted: private key]\n[redacted: private key]\n-----END-----\nb",
        ),
        (
            "-----BEGIN PRIVATE KEY-----\na\n-----END PRIVATE KEY----------BEGIN RSA PRIVATE KEY-----\nPLANTED\n-----END RSA PRIVATE KEY-----",
            "[redacted: private key]\n[redacted: private key]\n-----END-----[redacted: private key]\n[redacted: private key]\n-----END-----",
        ),
        (
            r#"{"password": "PLANTED", "cert": "-----BEGIN RSA PRIVATE KEY-----\nPLANTED\n-----END RSA PRIVATE KEY-----"}"#,
            r#"{"password": [redacted: password], "cert": "[redacted: private key]"}"#,
        ),
        ("pwd=PLANTED -----BEGIN PRIVATE KEY-----", "pwd=[redacted: password][redacted: private key]"),
        (
            "<user password=\"PLANTED\"><token>PLANTED</token></user>",
            "<user password=[redacted: password]><token>[redacted: token]</token></user>",
        ),
        // What is within brackets, on the line or over several.
        (r#"{"tokens": ["PLANTED", "PLANTED]"], "b": 1}"#, r#"{"tokens": [redacted: token], "b": 1}"#),
        (r#"{"credentials": {"a": "PLANTED"}}"#, r#"{"credentials": [redacted: password]}"#),
        (r#"{"tokens": ["PLANTED", "#, r#"{"tokens": [redacted: token]"#),
        (
            "{\n  \"secrets\": {\n    \"a\": \"PLANTED\"\n  },\n  \"b\": 1\n}",
            "{\n  \"secrets\": {\n[redacted: password]\n  },\n  \"b\": 1\n}",
        ),
        (
            "password: |\n  PLANTED\n\n  PLANTED\nb: 1",
            "password: |\n[redacted: password]\n\n[redacted: password]\nb: 1",
        ),
        ("password =\n\tPLANTED\nb = 1", "password =\n[redacted: password]\nb = 1"),
        ("password =\nb = 1", "password =\nb = 1"),
        ("{\"secrets\": {}, \"tokens\": [ ]}", "{\"secrets\": {}, \"tokens\": [ ]}"),
        // Behind a name that is a value itself.
        (
            "<param name=\"password\" value=\"PLANTED\"/><param name=\"a\" value=\"1\"/>",
            "<param name=\"password\" value=[redacted: password]/><param name=\"a\" value=\"1\"/>",
        ),
        (
            r#"[{"key": "apiKey", "value": "PLANTED"}, {"key": "a", "value": "1"}]"#,
            r#"[{"key": "apiKey", "value": [redacted: token]}, {"key": "a", "value": "1"}]"#,
        ),
        // One text in another.
        (
            r#"{"a": "{\"password\": \"PLANTED\", \"b\": 1}"}"#,
            r#"{"a": "{\"password\": [redacted: password], \"b\": 1}"}"#,
        ),
    ] {
        let told = shown("x", text);
        assert!(!told.contains("PLANT"), "{text}: {told}");
        assert_eq!(told, expect);
    }
}

#[test]
fn secrets_are_taken_out_of_texts_that_are_values() {
    for (text, expect) in [
        ("vers=3,password=PLANTED", "vers=3,password=[redacted: password]"),
        (r#"{"password": "PLANTED", "a": 1}"#, r#"{"password": [redacted: password], "a": 1}"#),
        ("a\npassword = PLANTED\nb", "a\npassword = [redacted: password]\nb"),
        ("retry=3 min=disabled,7", "retry=3 min=disabled,7"),
        ("Password policy of the host", "Password policy of the host"),
    ] {
        assert_eq!(Redacted::value_of("options", text, Place::default()).text(), expect);
        let mut leaves = Leaves::new(Leaves::ROOM);
        json(&mut serde_json::json!({ "options": text }), Place::default(), &mut leaves);
        let (leaves, _) = leaves.done().unwrap();
        assert_eq!(leaves[0].1.text(), expect);
    }
}

#[test]
fn secrets_that_differ_are_told_apart_and_never_written() {
    let [one, again, other] =
        ["a", "a", "b"].map(|secret| Redacted::value_of("password", secret, Place::default()));
    assert_eq!(one, again);
    assert_ne!(one, other);
    assert!(one.differs_in_secret(&other) && !one.differs_in_secret(&again));
    assert_eq!(one.text(), other.text());
    assert_eq!(serde_json::to_string(&one).unwrap(), "\"[redacted: password]\"");
    assert_eq!(format!("{one:?} {one}"), "\"[redacted: password]\" [redacted: password]");
}

#[test]
fn json_is_redacted_by_its_names() {
    let mut value: serde_json::Value = serde_json::json!({
        "name": "vmhba64", "chap": {"name": "iqn", "secret": "PLANTED", "mutual": {"password": ["PLANTED"]}},
        "snmp": {"communities": ["PLANTED"], "port": 161}, "tokens": {"a": 123_456}, "passwordless": true,
        "credentials": {"user": "PLANTED", "enabled": true}, "PLANT-00000-00000-00000-PLANT": 1,
        "options": [{"key": "bindPassword", "value": "PLANTED"}, {"key": "port", "value": "161"}],
    });
    let mut leaves = Leaves::new(Leaves::ROOM);
    json(&mut value, Place::default(), &mut leaves);
    let (leaves, _) = leaves.done().unwrap();
    let told = format!("{value} {leaves:?}");
    assert!(!told.contains("PLANT") && !told.contains("123456"), "{told}");
    assert!(told.contains("161") && told.contains("vmhba64") && told.contains("iqn"), "{told}");
}

#[test]
fn whole_files_are_secrets_by_their_paths() {
    for (path, expect) in [
        ("etc/vmware/ssl/rui.key", Some(Secret::PrivateKey)),
        ("etc/ssh/ssh_host_ed25519_key", Some(Secret::PrivateKey)),
        ("etc/ssh/ssh_host_rsa_key.pub", None),
        ("etc/krb5.keytab", Some(Secret::SecretData)),
        ("etc/vmware/vmkiscsid/vmkiscsid.db", Some(Secret::Chap)),
        ("etc/likewise/db/registry.db", Some(Secret::SecretData)),
        ("etc/ntp.keys", Some(Secret::SecretData)),
        ("etc/ssh/keys-root/authorized_keys", None),
        ("etc/hosts", None),
    ] {
        assert_eq!(secret_file(path), expect, "{path}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_fail(path in any::<String>(), text in any::<String>()) {
        lines(&path, &text);
        Redacted::of(&text);
        Redacted::value_of(&path, &text, Place::of(&path));
    }

    #[test]
    fn a_named_secret_never_shows(before in "[ \ta-z<>{\"]{0,6}", name in "(password|passphrase|chap_secret|authKey|community|apiKey)", between in "( ?[=:] ?| = )", quote in "[\"']?") {
        let line = format!("{before}{name}{between}{quote}PLANTEDVALUE{quote}");
        // A word that runs into the name is another name.
        prop_assume!(!before.ends_with(|c: char| c.is_alphanumeric()));
        let told = shown("x", &line);
        prop_assert!(!told.contains("PLANTED"), "{line:?} is told as {told:?}");
    }
}

proptest! {
    #[test]
    fn a_secret_goes_where_it_stands_though_the_text_before_it_is_the_same(
        scheme in "(http|https|nfs)", word in "[a-z]{1,12}", before in "[a-z ]{0,4}"
    ) {
        let told = Redacted::of(&format!("{before}{scheme}://{word}:{word}@nas/share"));
        prop_assert_eq!(told.text(), format!("{before}{scheme}://{word}:[redacted: password]@nas/share"));
    }
}

/// Found with a bundle made for it: each of many names in a line looked at all of the rest.
#[test]
fn a_line_of_many_names_is_read_once() {
    for part in [
        "a=",
        "password=",
        "<password>",
        "$6$a ",
        "-----BEGIN PRIVATE KEY-----",
        "<a ",
        "a:b=",
        "password ",
        "tokens=[",
        "tokens=[]",
        "-----END-----BEGIN PRIVATE KEY-----",
        "<pin>a</pin>",
        "<pin>a</pin",
        "<password value=",
        "pwd=a,a=",
        "LS0tLS1CRUdJTi",
        "pwd=a)a",
        "--a ",
        "--pin --pin",
        "curl -u a",
    ] {
        lines("x", &part.repeat(200_000));
    }
}

#[test]
fn tags_and_their_attributes_go_over_several_lines() {
    for (text, expect) in [
        (
            "<password\n  kind=\"a\">PLANTED</password>\nb",
            "<password\n  kind=\"a\">[redacted: password]</password>\nb",
        ),
        ("<password\n>\nPLANTED\n</password>\nb", "<password\n>\n[redacted: password]\n</password>\nb"),
        ("<password\n/>\nb", "<password\n/>\nb"),
        ("<password\n  value=\"PLANTED\"/>\nb", "<password\n  value=[redacted: password]/>\nb"),
        (
            "<password value=\"PLANTED\"/><a value=\"b\"/>",
            "<password value=[redacted: password]/><a value=\"b\"/>",
        ),
        ("<user\n  password=\"PLANTED\"\n/>\nb", "<user\n  password=[redacted: password]\n/>\nb"),
        (
            "<user password=\n  \"PLANTED\" a=\"b\"/>\nb",
            "<user password=\n  [redacted: password] a=\"b\"/>\nb",
        ),
        ("{\"a\": 1, \"password\":\n  \"PLANTED\"}", "{\"a\": 1, \"password\":\n  [redacted: password]}"),
        // What is read from a file is no tag.
        ("mail root <secret.txt\necho a > b\nc", "mail root <secret.txt\necho a > b\nc"),
        ("<a><password\n>PLANTED</password></a>", "<a><password\n>[redacted: password]</password></a>"),
        // A question is not answered by the next line.
        ("echo Enter the password:\nread answer", "echo Enter the password:\nread answer"),
    ] {
        assert_eq!(shown("x", text), expect);
    }
}

#[test]
fn what_ends_a_value_can_be_in_a_password() {
    for (text, expect) in [
        ("user=a pwd=PLANTED,PLANTED;PLANTED b=c", "user=a pwd=[redacted: password] b=c"),
        ("vers=3,password=PLANTED,PLANTED,rw=1", "vers=3,password=[redacted: password],rw=1"),
        ("f(a=1, pwd=PLANTED)PLANTED}PLANTED]PLANTED)", "f(a=1, pwd=[redacted: password])"),
        ("user=a, pwd=PLANTED; b=c", "user=a, pwd=[redacted: password]; b=c"),
        ("{a: 1, pwd: PLANTED, b: 2}", "{a: 1, pwd: [redacted: password], b: 2}"),
        ("a=1 password=no,PLANTED", "a=1 password=[redacted: password]"),
    ] {
        assert_eq!(shown("x", text), expect);
    }
}

#[test]
fn a_key_is_one_in_base64_too() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let encoded =
        |kind: &str| STANDARD.encode(format!("-----BEGIN {kind}-----\nPLANTED\n-----END {kind}-----\n"));
    for kind in ["PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY"] {
        let text = format!("client-data: {} # ours", encoded(kind));
        assert_eq!(shown("x", &text), "client-data: [redacted: private key] # ours");
    }
    let certificate = format!("client-data: {}", encoded("CERTIFICATE"));
    assert_eq!(shown("x", &certificate), certificate);
    let both = STANDARD
        .encode("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n");
    assert_eq!(Redacted::of(&both).text(), "[redacted: private key]");
    // Cut off, so that nobody knows.
    assert_eq!(Redacted::of("LS0tLS1CRUdJTi*").text(), "LS0tLS1CRUdJTi*");
}

fn leaves_of(mut value: serde_json::Value) -> (serde_json::Value, Vec<Leaf>) {
    let mut leaves = Leaves::new(Leaves::ROOM);
    json(&mut value, Place::default(), &mut leaves);
    (value, leaves.done().unwrap().0)
}

#[test]
fn secrets_that_are_names_are_hidden_counted_and_compared() {
    let (value, leaves) = leaves_of(serde_json::json!({
        "communities": {"PLANTED1": {"access": "ro"}, "PLANTED2": {"access": "rw"}}, "tokens": {"PLANTED": true}, "port": 161,
    }));
    let told = format!("{value} {leaves:?}");
    assert!(!told.contains("PLANT") && told.contains("access") && told.contains("161"), "{told}");
    assert_eq!(value["communities"].as_object().map(serde_json::Map::len), Some(2), "{value}");
    let (_, others) = leaves_of(serde_json::json!({
        "communities": {"PLANTED1": {"access": "ro"}, "PLANTED3": {"access": "rw"}}, "tokens": {"PLANTED": true}, "port": 161,
    }));
    let differ: Vec<&[String]> =
        leaves.iter().zip(&others).filter(|(a, b)| a.1 != b.1).map(|(a, _)| &a.0[..]).collect();
    assert_eq!(differ, [["communities", "[redacted: SNMP community or key] 2", "access"]]);
    // A licence key, by its looks.
    let key =
        |end: &str| leaves_of(serde_json::json!({ format!("PLANT-00000-00000-00000-{end}"): 1 })).1.remove(0);
    assert_ne!(key("AAAAA"), key("BBBBB"));
}

#[test]
fn what_nobody_would_see_is_shown_by_its_number() {
    for (text, expect) in [
        ("vm\u{202e}gnp.exe", "vm[U+202E]gnp.exe"),
        ("VLAN\u{200b}7\u{ad}", "VLAN[U+200B]7[U+00AD]"),
        ("\u{feff}a\u{1b}[2J\u{7}", "[U+FEFF]a[U+001B][2J[U+0007]"),
        ("a\u{2028}b", "a[U+2028]b"),
        // Lines are what a text has, and joiners what scripts are written with.
        ("a\tb\r\nc", "a\tb\r\nc"),
        ("می\u{200c}خواهم 👩\u{200d}💻", "می\u{200c}خواهم 👩\u{200d}💻"),
        ("Bürо", "Bürо"),
    ] {
        assert_eq!(Redacted::of(text).text(), expect);
    }
    assert_ne!(Redacted::of("a\u{200b}"), Redacted::of("a\u{2060}"));
    let (value, leaves) = leaves_of(serde_json::json!({ "a\u{202e}b": "\u{2066}c" }));
    assert_eq!(value.to_string(), r#"{"a[U+202E]b":"[U+2066]c"}"#);
    assert_eq!(leaves[0].0, ["a[U+202E]b"]);
}

/// `local.sh` is where admins put what the host forgets.
#[test]
fn options_of_commands_are_names_too() {
    for (text, expect) in [
        (
            "esxcli iscsi adapter auth chap set -A vmhba64 --authname a --secret PLANTED --level required",
            "esxcli iscsi adapter auth chap set -A vmhba64 --authname a --secret [redacted: password] --level required",
        ),
        (
            "esxcli system snmp set --communities \"PLANTED\" -e on",
            "esxcli system snmp set --communities [redacted: SNMP community or key] -e on",
        ),
        (
            "add --encryption-key=0xPLANTED --integrity-key 0xPLANTED",
            "add --encryption-key=[redacted: encryption key] --integrity-key [redacted: encryption key]",
        ),
        ("curl -u admin:PLANTED https://nas/x", "curl -u admin:[redacted: password] https://nas/x"),
        (
            "curl --user 'admin:PLANTED' https://nas/x",
            "curl --user 'admin:[redacted: password]' https://nas/x",
        ),
        (
            "hostkeep backup --password-stdin --url https://vc",
            "hostkeep backup --password-stdin --url https://vc",
        ),
        ("sort -u a:b.txt --key 2", "sort -u a:b.txt --key 2"),
        ("x --password-policy strict", "x --password-policy strict"),
    ] {
        assert_eq!(shown("x", text), expect);
        assert_eq!(Redacted::value_of("command", text, Place::default()).text(), expect);
    }
}
