//! The recovery keys of hosts that are sealed by their TPM.

use crate::support::Lab;

/// With a keyring that is thrown away.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_keeps_the_keys_of_sealed_hosts_and_they_can_be_shown() {
    use crate::server::with_keyring;
    use crate::support::Told;

    let lab = Lab::new(3).await;
    let script = r#"
        echo hostkeep-demo | hostkeep server add prod --url "$1" --user administrator@vsphere.local \
            --thumbprint "$2" --password-stdin >"$3/added.txt"
        echo hostkeep-demo | hostkeep backup --url "$1" --user administrator@vsphere.local --thumbprint "$2" \
            --password-stdin >"$3/without.txt"
        hostkeep recovery-key list
        hostkeep backup --json >"$3/run.json"
        hostkeep recovery-key list
        hostkeep recovery-key show esx03
        hostkeep recovery-key show esx03 --json >"$3/shown.json"
        "#;
    let Some(told) = with_keyring(&lab, script) else { return };
    let (id, key) = lab.sim.host("esx03.frankfurt.lab.local").recovery_key().unwrap();
    assert!(told.stdout.contains(&id) && told.stdout.contains(&key), "{told:?}");
    Told { stderr: String::new(), ..told }.check("recovery_key");

    let read = |name: &str| std::fs::read_to_string(lab.folder.path().join(name)).unwrap();
    let run: serde_json::Value = serde_json::from_str(&read("run.json")).unwrap();
    assert!(run["run"].get("warnings").is_none(), "{run}");
    let shown: serde_json::Value = serde_json::from_str(&read("shown.json")).unwrap();
    assert_eq!((&shown["keys"][0]["id"], &shown["keys"][0]["key"]), (&id.into(), &key.clone().into()));
    assert!(read("config/audit.jsonl").contains("\"recovery_key_show\""));
    for file in ["run.json", "config/audit.jsonl", "config/recovery-keys.json"] {
        assert!(!read(file).contains(&key), "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_there_is_none_to_show() {
    let lab = Lab::new(1).await;
    let told = lab.run(&["recovery-key", "list"]);
    assert!(told.code == 0 && told.stdout.starts_with("No recovery key is kept."), "{told:?}");
    let told = lab.run(&["recovery-key", "show", "esx01"]);
    assert!(told.code == 1 && told.stderr.contains("no host is named esx01"), "{told:?}");
}
