use super::*;
use crate::bundle::tests::{bundle_with, bundle_with_state, framed};
use crate::bundle::{CONTENT_LIMITS, open};

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
