//! Bundles as hosts make them: the simulator's own encoder is read by our decoder.
#![allow(clippy::unwrap_used, reason = "setting up a test may panic")]

use std::fmt::Write as _;

use hostconfig::bundle::{
    CONTENT_LIMITS, ChangeKind, Contents, Sealing, diff, fingerprint, open, settings, to_html, to_text,
};
use vsphere_sim::{BundleFormat, HostSpec, Options, Simulator, varied_hosts};

async fn simulator(hosts: Vec<HostSpec>) -> Simulator {
    Simulator::start(Options { hosts, ..Options::default() }).await.unwrap()
}

fn read(bundle: &[u8]) -> Contents {
    open(bundle, CONTENT_LIMITS).unwrap()
}

fn table(contents: &Contents) -> String {
    let mut text = String::new();
    for setting in settings(contents) {
        let places: Vec<&str> = std::iter::once(&setting.source)
            .chain(&setting.also)
            .map(|source| source.file.as_str())
            .collect();
        let (title, places) = (setting.section.title(), places.join(", "));
        writeln!(text, "{title} | {} | {} | {} | {places}", setting.object, setting.name, setting.value)
            .unwrap();
    }
    text
}

fn check(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    for (pattern, replacement) in [
        (r"\b(?:[0-9A-F]{2}:){31}[0-9A-F]{2}\b", "[THUMBPRINT]"),
        (r"\((?:[0-9A-F]{2}:){3}[0-9A-F]{2}\)", "([START])"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "[TIME]"),
        (r"\b127(?:\.\d+){3}\b", "[ADDRESS]"),
    ] {
        settings.add_filter(pattern, replacement);
    }
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_format_becomes_the_same_table() {
    let host = |format, release: &str| HostSpec {
        bundle: format,
        version: release.into(),
        ..HostSpec::new("esx01.lab.local")
    };
    for (name, format) in [
        ("plain", BundleFormat::Plain),
        ("envelope", BundleFormat::Envelope),
        ("sealed", BundleFormat::Sealed),
    ] {
        let sim = simulator(vec![host(format, "8.0.3")]).await;
        let contents = read(&sim.hosts()[0].bundle());
        let is_sealed = format == BundleFormat::Sealed;
        assert_eq!(contents.sealing, if is_sealed { Sealing::Tpm } else { Sealing::Open });
        assert_eq!(fingerprint(&contents).is_none(), is_sealed);
        check(&format!("settings_{name}"), &table(&contents));
    }
}

/// The simulator's secrets all have `FAKE` in them, and a user's password hash.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_leaves_in_any_form() {
    let sim = simulator(varied_hosts(8)).await;
    for host in sim.hosts() {
        let before = read(&host.bundle());
        host.set_root_password("another");
        let after = read(&host.bundle());
        let mut all = format!("{before:?}{}", table(&before));
        all += &serde_json::to_string(&settings(&before)).unwrap();
        for file in before.files() {
            let lines = file.lines().unwrap_or_default();
            write!(all, "{file:?}{lines:?}{}", serde_json::to_string(&lines).unwrap()).unwrap();
        }
        for object in before.config_store().map(hostconfig::bundle::ConfigStore::objects).unwrap_or_default()
        {
            all += &serde_json::to_string(object).unwrap();
        }
        all +=
            &before.esx_conf().map(|conf| serde_json::to_string(&conf.tree()).unwrap()).unwrap_or_default();
        let found = diff(&before, &after);
        all += &serde_json::to_string(&found).unwrap();
        all += &to_text(&found, "a", "b");
        all += &to_html(&found, "a", "b");
        for secret in ["FAKE", "$6$", "PRIVATE KEY-----\n"] {
            let at = all.find(secret);
            assert!(at.is_none(), "{secret}: {}", &all[at.unwrap().saturating_sub(200)..at.unwrap() + 40]);
        }
        if before.sealing == Sealing::Open {
            assert_eq!((found.changes(), found.groups[0].object.as_str()), (1, "User root"), "{found:?}");
            assert!(found.groups[0].changes[0].secret_differs);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_admin_changed_is_all_that_differs() {
    for format in [BundleFormat::Plain, BundleFormat::Envelope] {
        let sim = simulator(vec![HostSpec { bundle: format, ..HostSpec::new("esx01.lab.local") }]).await;
        let host = &sim.hosts()[0];
        let before = read(&host.bundle());
        assert!(diff(&before, &read(&host.bundle())).is_same());
        host.set_ntp(&["ntp1.lab.local", "ntp9.lab.local"]);
        host.set_port_groups(&["Management Network", "VM Network", "VLAN 300"]);
        host.set_root_password("new");
        let after = read(&host.bundle());
        let found = diff(&before, &after);
        check("changed_by_an_admin", to_text(&found, "before", "after").split("\nFiles").next().unwrap());
        assert!(found.groups.iter().any(|group| group.kind == ChangeKind::Added));
        assert_ne!(fingerprint(&before), fingerprint(&after));
    }
}

/// Damage may make a bundle unreadable, never the program.
#[tokio::test(flavor = "multi_thread")]
async fn damage_is_an_error_or_harmless() {
    let sim = simulator(vec![HostSpec::new("esx01.lab.local")]).await;
    let sound = sim.hosts()[0].bundle();
    for at in (0..sound.len()).step_by(61) {
        let mut damaged = sound.to_vec();
        damaged[at] ^= 0x55;
        let _ = open(&damaged[..], CONTENT_LIMITS);
        assert!(open(&sound[..at], CONTENT_LIMITS).is_err(), "cut off at {at}");
    }
}

/// Whatever names an admin gives: the simulator's encoder knows nothing of our decoder.
#[test]
fn what_is_set_on_a_host_is_read_from_its_bundle() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let host = |name: &str, bundle| HostSpec { bundle, ..HostSpec::new(name) };
    let hosts = vec![
        host("plain.lab.local", BundleFormat::Plain),
        host("envelope.lab.local", BundleFormat::Envelope),
    ];
    let sim = runtime.block_on(simulator(hosts));
    let servers = proptest::collection::vec("[a-z0-9]{1,8}(\\.[a-z0-9-]{1,20}){1,3}", 1..4);
    // What looks like a password's hash, or like a password with its name, is told as a secret; what nobody sees by its number.
    let groups = proptest::collection::hash_set(
        "[!-~äßЖ網&&[^$=:]]([^$=:\\pC\\p{Zl}\\p{Zp}]{0,38}[!-~äßЖ網&&[^$=:]])?",
        1..6,
    );
    let mut runner = proptest::test_runner::TestRunner::new(proptest::test_runner::Config::with_cases(64));
    let outcome = runner.run(&(servers, groups), |(servers, groups)| {
        for host in sim.hosts() {
            host.set_ntp(&servers.iter().map(String::as_str).collect::<Vec<_>>());
            host.set_port_groups(&groups.iter().map(String::as_str).collect::<Vec<_>>());
            let settings = settings(&read(&host.bundle()));
            let ntp = settings.iter().find(|setting| setting.object == "NTP" && setting.name == "Servers");
            proptest::prop_assert_eq!(ntp.unwrap().value.text(), servers.join(", "));
            for group in &groups {
                let object = format!("Port group {group}");
                proptest::prop_assert!(settings.iter().any(|setting| setting.object == object), "{}", object);
            }
        }
        Ok(())
    });
    outcome.unwrap();
}
