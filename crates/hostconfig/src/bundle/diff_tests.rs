use super::*;
use crate::bundle::file::CONFIG_STORE;
use crate::bundle::tests::{TABLE, bundle_with, bundle_with_state, enveloped, framed, store, tgz};
use crate::bundle::{CONTENT_LIMITS, fingerprint, open};

fn contents(files: &[(&str, &[u8])]) -> Contents {
    open(&bundle_with(files)[..], CONTENT_LIMITS).unwrap()
}

fn two_days() -> (Contents, Contents) {
    let conf = |extra: &str| {
        format!("/net/vswitch/child[0000]/name = \"vSwitch0\"\n/adv/Net/X = \"1\"\n{extra}").into_bytes()
    };
    let first = conf("");
    let second = conf(
        "/net/vswitch/child[0000]/portgroup/child[0000]/name = \"<b>VLAN 7\"\n/net/vswitch/child[0000]/portgroup/child[0000]/vlanId = \"7\"\n",
    );
    let one = contents(&[
        ("etc/vmware/esx.conf", &first),
        ("etc/ntp.conf", b"server a\nserver b\n"),
        ("etc/shadow", b"root:$6$PLANTED1:19000:0:99999:7:::\n"),
        ("etc/motd", b"1\n2\n3\n4\n5\n"),
        ("etc/gone", b"x"),
        ("etc/random-seed", b"1"),
    ]);
    let other = contents(&[
        ("etc/vmware/esx.conf", &second),
        ("etc/ntp.conf", b"server a\nserver c\n"),
        ("etc/shadow", b"root:$6$PLANTED2:19000:0:99999:7:::\n"),
        ("etc/motd", b"1\n2\nthree\n4\n5\n"),
        ("etc/random-seed", b"2"),
    ]);
    (one, other)
}

#[test]
fn what_was_changed_is_told_and_nothing_else() {
    let (one, other) = two_days();
    let found = diff(&one, &other);
    let text = to_text(&found, "Monday", "Tue\u{1b}sday");
    insta::assert_snapshot!("diff_text", text);
    insta::assert_snapshot!("diff_html", to_html(&found, "Monday", "Tuesday <i>"));
    insta::assert_snapshot!("diff_json", serde_json::to_string_pretty(&found).unwrap());
    let all = format!("{text}{}{}", to_html(&found, "", ""), serde_json::to_string(&found).unwrap());
    assert!(!all.contains("PLANTED"));
    assert!(diff(&one, &one).is_same() && !found.is_same());
    assert_eq!(found.changes(), 6);
}

/// That its content is not shown among the settings makes it no secret.
#[test]
fn only_a_secret_is_said_to_be_one() {
    let (one, other) = two_days();
    let found = diff(&one, &other);
    let mut secrets =
        found.groups.iter().flat_map(|group| &group.changes).filter(|change| change.secret_differs);
    assert_eq!(secrets.next().map(|change| &*change.source.file), Some("etc/shadow"));
    assert!(secrets.next().is_none());
    assert!(to_html(&found, "", "").contains(">changed (differs in what is not shown)<"));
}

#[test]
fn the_other_way_round_is_the_opposite() {
    let (one, other) = two_days();
    let (there, back) = (diff(&one, &other), diff(&other, &one));
    assert_eq!((there.same, there.changes()), (back.same, back.changes()));
    for (there, back) in there.groups.iter().zip(&back.groups) {
        for (there, back) in there.changes.iter().zip(&back.changes) {
            assert_eq!((&there.first, &there.second), (&back.second, &back.first));
        }
    }
}

#[test]
fn a_sealed_bundle_is_not_compared_and_not_called_alike() {
    let sealed = bundle_with_state(&[("local.tgz.ve", &framed()), ("encryption.info", b"mode = \"TPM\"")]);
    let sealed = open(&sealed[..], CONTENT_LIMITS).unwrap();
    let found = diff(&sealed, &sealed);
    assert!(!found.is_same());
    assert!(to_text(&found, "a", "b").contains("Not compared: the first bundle is sealed by its host's TPM"));
    // What the sealed one does not tell was not removed.
    let readable = contents(&[("etc/ntp.conf", b"server ntp1"), ("etc/motd", b"hello")]);
    for found in [diff(&readable, &sealed), diff(&sealed, &readable)] {
        let of_manifest = |group: &Group| matches!(group.section, Section::Host | Section::Security);
        assert!(found.groups.iter().all(of_manifest), "{found:?}");
    }
}

#[test]
fn files_without_anything_in_common_end_in_time() {
    let lines = |seed: u32| {
        (0..40_000_u32).fold(String::new(), |text, n| {
            text + &((n * 7919 + seed) % 10_007).to_string()
                + "
"
        })
    };
    let (one, other) = (lines(1), lines(5000));
    let found = diff(&contents(&[("etc/big", one.as_bytes())]), &contents(&[("etc/big", other.as_bytes())]));
    assert_eq!(found.files.len(), 1);
}

/// Each backup of a host has another key.
#[test]
fn an_envelope_of_another_key_is_no_change() {
    let sealed_with = |remark: &str| {
        let (envelope, info) = enveloped(&tgz(&[("etc/hosts", b"10.0.0.1 a\n")]));
        let info = format!("# {remark}\n{info}");
        let state = [("local.tgz.ve", &envelope[..]), ("encryption.info", info.as_bytes())];
        open(&bundle_with_state(&state)[..], CONTENT_LIMITS).unwrap()
    };
    let found = diff(&sealed_with("Monday"), &sealed_with("Tuesday"));
    assert!(found.is_same(), "{found:?}");
    assert_eq!(found.left_out.len(), 1);
    for told in [to_text(&found, "", ""), to_html(&found, "", "")] {
        assert!(told.contains("Not counted") && told.contains("encryption.info"), "{told}");
    }
}

/// A script that was edited on Windows does not run any more.
#[test]
fn other_ends_of_lines_are_a_change_of_a_file() {
    let path = "etc/rc.local.d/local.sh";
    let found =
        diff(&contents(&[(path, b"#!/bin/sh\nexit 0\n")]), &contents(&[(path, b"#!/bin/sh\r\nexit 0\r\n")]));
    assert_eq!((found.changes(), found.files.len()), (1, 1));
    assert!(!found.is_same());
}

#[test]
fn a_row_that_changes_by_itself_is_no_change_of_a_file() {
    let with = |seen: u32, mtu: u32| {
        let rows = format!(
            "{TABLE} INSERT INTO Config VALUES ('esx', 'storage', 'devices_access', 'naa.1', '{{\"last_seen\": {seen}}}', '');
            INSERT INTO Config VALUES ('esx', 'network', 'vmknics', 'vmk0', '{{\"mtu\": {mtu}}}', '');"
        );
        contents(&[(CONFIG_STORE, &store(&rows))])
    };
    assert!(diff(&with(1, 1500), &with(2, 1500)).is_same());
    let found = diff(&with(1, 1500), &with(2, 9000));
    let lines: Vec<&str> = found.files[0].hunks[0].lines.iter().map(|line| line.text.text()).collect();
    assert_eq!(lines, ["esx|network|vmknics|vmk0 mtu = 1500", "esx|network|vmknics|vmk0 mtu = 9000"]);
}

/// A later release may have a ConfigStore of another shape: what is in it was not removed.
#[test]
fn what_a_store_that_cannot_be_read_has_is_not_called_removed() {
    let rows = format!(
        "{TABLE} INSERT INTO Config VALUES ('esx', 'network', 'vmknics', 'vmk0', '{{\"mtu\": 1500}}', '');"
    );
    let older = contents(&[(CONFIG_STORE, &store(&rows)), ("etc/ntp.conf", b"server a\n")]);
    let newer =
        |ntp: &[u8]| contents(&[(CONFIG_STORE, &store("CREATE TABLE Other (a);")), ("etc/ntp.conf", ntp)]);
    for found in [diff(&older, &newer(b"")), diff(&newer(b""), &older)] {
        assert!(
            found
                .not_compared
                .as_ref()
                .is_some_and(|why| why.ends_with("bundle's ConfigStore cannot be read")),
            "{found:?}"
        );
        assert!(found.groups.is_empty() && !found.is_same());
    }
    assert_eq!(fingerprint(&newer(b"")), None);
    // What both can tell is compared.
    let found = diff(&newer(b"server a\n"), &newer(b"server b\n"));
    assert_eq!((found.not_compared, found.groups[0].object.as_str()), (None, "NTP"));
    let large = "/a = \"1\"\n".repeat(60_000);
    let large = contents(&[("etc/vmware/esx.conf", large.as_bytes())]);
    assert_eq!(large.unread_part(), Some("esx.conf"));
}

#[test]
fn tabs_and_values_of_several_lines_are_readable() {
    let with = |name: &str, text: &str| {
        let rows = format!(
            "{TABLE} INSERT INTO Config VALUES ('esx', 'advanced_options', 'banner', '', '{{\"issue\": \"{text}\"}}', '');"
        );
        contents(&[(CONFIG_STORE, &store(&rows)), ("etc/hosts", format!("10.0.0.1\t{name}\n").as_bytes())])
    };
    let found = diff(&with("a", "x"), &with("b", "Authorized users only\\r\\nGo away"));
    for told in [to_text(&found, "", ""), to_html(&found, "", "")] {
        assert!(told.contains("10.0.0.1\tb") && told.contains("Authorized users only Go away"), "{told}");
    }
}

/// Each as `name: first -> second`.
fn changes_of(first: &Contents, second: &Contents) -> Vec<String> {
    let found = diff(first, second);
    let told = |value: &Option<Redacted>| value.as_ref().map_or("-", Redacted::text).to_owned();
    let changes = found.groups.iter().flat_map(|group| &group.changes);
    changes
        .map(|change| format!("{}: {} -> {}", change.name, told(&change.first), told(&change.second)))
        .collect()
}

#[test]
fn what_stands_in_two_places_is_compared_with_the_same_place() {
    let with = |rows: &[(&str, &str)], conf: Option<&str>| {
        let rows = rows.iter().fold(TABLE.to_owned(), |sql, (name, value)| {
            sql + &format!("INSERT INTO Config VALUES ('esx', 'services', '{name}', 'SSH', '{value}', '');")
        });
        let conf = conf.map(|policy| format!("/services/SSH/policy = \"{policy}\"\n"));
        let store = store(&rows);
        let mut files = vec![(CONFIG_STORE, &store[..])];
        files.extend(conf.as_ref().map(|conf| ("etc/vmware/esx.conf", conf.as_bytes())));
        contents(&files)
    };
    let (on, off) = (r#"{"policy":"on"}"#, r#"{"policy":"off"}"#);
    for (first, second, expect) in [
        // One of two has changed, so that they are or were alike.
        (with(&[("a", on)], Some("on")), with(&[("a", off)], Some("on")), &["Startup policy: on -> off"][..]),
        (
            with(&[("a", on), ("b", off)], None),
            with(&[("a", off), ("b", off)], None),
            &["Startup policy: on -> off"],
        ),
        // Both have.
        (with(&[("a", on)], Some("on")), with(&[("a", off)], Some("off")), &["Startup policy: on -> off"]),
        (
            with(&[("a", on)], Some("off")),
            with(&[("a", off)], Some("on")),
            &["Startup policy: on -> off", "Startup policy: off -> on"],
        ),
        // Another release keeps it elsewhere.
        (with(&[], Some("on")), with(&[("a", on)], None), &[]),
        (with(&[], Some("on")), with(&[("a", off)], None), &["Startup policy: on -> off"]),
        (with(&[("a", on)], Some("on")), with(&[("a", on)], None), &[]),
        (with(&[("a", on)], Some("off")), with(&[("a", on)], None), &["Startup policy: off -> -"]),
    ] {
        assert_eq!(changes_of(&first, &second), expect);
        let back = expect.iter().map(|change| {
            let (name, values) = change.split_once(": ").unwrap();
            let (one, other) = values.split_once(" -> ").unwrap();
            format!("{name}: {other} -> {one}")
        });
        assert_eq!(changes_of(&second, &first), back.collect::<Vec<_>>());
    }
}

/// The file was there before.
#[test]
fn a_file_with_more_lines_is_not_called_added() {
    let with = |ntp: &[u8], conf: &[u8]| contents(&[("etc/ntp.conf", ntp), ("etc/vmware/esx.conf", conf)]);
    let (one, other) = (with(b"server a\n", b""), with(b"server a\ndisable monitor\n", b"rubbish\n"));
    for found in [diff(&one, &other), diff(&other, &one)] {
        let kinds: Vec<_> = found.groups.iter().map(|group| (&*group.object, group.kind)).collect();
        assert_eq!(
            kinds,
            [("etc/ntp.conf", ChangeKind::Changed), ("etc/vmware/esx.conf", ChangeKind::Changed)]
        );
    }
    let found = diff(&one, &contents(&[("etc/vmware/esx.conf", b""), ("etc/motd", b"x")]));
    let motd = found.groups.iter().find(|group| group.object == "etc/motd");
    assert_eq!(motd.map(|group| group.kind), Some(ChangeKind::Added));
}
