//! `hostkeep server`.

// Elsewhere the program would find the keyring of whoever runs the tests.
#![cfg(target_os = "linux")]

use std::fs;
use std::process::{Command, Stdio};

use crate::support::{Lab, Told};

fn add(lab: &Lab, name: &str, stdin: &str) -> Told {
    lab.run_with(&["server", "add", name], stdin)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_saved_even_without_a_keyring() {
    let lab = Lab::new(2).await;
    lab.run(&["server", "list"]).check("server_list_empty");
    add(&lab, "prod", "hostkeep-demo\n").check("server_add");
    add(&lab, "PROD", "hostkeep-demo\n").check("server_add_again");
    lab.run(&["server", "list"]).check("server_list");
    lab.run(&["server", "list", "--json"]).check("server_list_json");
    let test = |stdin| {
        let mut command = lab.command(&["server", "test", "prod", "--password-stdin"]);
        Told::of(&mut command, stdin, lab.folder.path())
    };
    test("hostkeep-demo\n").check("server_test");
    assert_eq!(test("wrong\n").code, 12);
    lab.run(&["server", "test", "prod"]).check("server_test_without_password");
    let mut saved = lab.command(&["hosts", "--password-stdin", "--json"]);
    let told = Told::of(&mut saved, "hostkeep-demo\n", lab.folder.path());
    assert_eq!((told.code, &told.json()["hosts"][0]["server"]), (0, &"prod".into()));
    lab.run(&["server", "remove", "prod"]).check("server_remove");
    lab.run(&["server", "remove", "prod", "--json"]).check("server_remove_again_json");
    assert!(!fs::read_to_string(lab.config().join("settings.json")).unwrap().contains("hostkeep-demo"));
    assert_eq!(lab.sim.open_sessions(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_work_is_not_saved() {
    let lab = Lab::new(1).await;
    let url = lab.sim.url();
    let untrusted = ["server", "add", "prod", "--url", &url, "--user", "root", "--password-stdin"];
    Told::of(&mut lab.command(&untrusted), "hostkeep-demo\n", lab.folder.path())
        .check("server_add_untrusted");
    assert_eq!(lab.sim.sessions_ever(), 0);
    assert_eq!(add(&lab, "prod", "wrong\n").code, 12);
    assert_eq!(add(&lab, "--", "hostkeep-demo\n").code, 2);
    assert_eq!(add(&lab, " ", "hostkeep-demo\n").code, 2);
    assert_eq!(lab.run(&["server", "list", "--json"]).json()["servers"].as_array().unwrap().len(), 0);
}

/// What one process stores, the next one finds, and the scheduled backup needs nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn with_a_keyring_nobody_is_asked_again() {
    let lab = Lab::new(2).await;
    let script = r#"
        echo hostkeep-demo | hostkeep server add prod --url "$1" --user administrator@vsphere.local \
            --thumbprint "$2" --password-stdin --json
        hostkeep server test prod
        hostkeep backup --concurrency 1
        hostkeep server remove prod
        "#;
    let Some(told) = with_keyring(&lab, script) else { return };
    // The D-Bus daemon has something of its own to say there.
    Told { stderr: String::new(), ..told }.check("server_with_keyring");
    assert_eq!(lab.sim.open_sessions(), 0);
}

/// One is gone, one has no password any more: the third is backed up.
#[tokio::test(flavor = "multi_thread")]
async fn servers_that_fail_do_not_stop_the_others() {
    let lab = Lab::new(2).await;
    let script = r#"
        cd "$3"
        value() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/" gone.json; }
        add() {
            echo hostkeep-demo | hostkeep server add "$1" --url "$2" --user administrator@vsphere.local \
                --thumbprint "$3" --password-stdin >added.txt
        }
        "$4" simulate --hosts 1 --json >gone.json &
        until grep -q thumbprint gone.json; do sleep 0.02; done
        add gone "$(value url)" "$(value thumbprint)"
        kill $!
        add prod "$1" "$2"
        sed -i 's/"servers": \[/"servers": [{"name": "without", "url": "https:\/\/127.0.0.1", "user": "root"},/' \
            config/settings.json
        set +e
        hostkeep hosts
        echo "exit code $?"
        hostkeep backup --concurrency 1
        echo "exit code $?"
        hostkeep backup --json >run.json
        "#;
    let Some(told) = with_keyring(&lab, script) else { return };
    assert_eq!(told.code, 3, "{told:?}");
    Told { stderr: String::new(), ..told }.check("servers_that_fail");
    let run = fs::read_to_string(lab.folder.path().join("run.json")).unwrap();
    let run: serde_json::Value = serde_json::from_str(&run).unwrap();
    let servers = run["run"]["servers"].as_array().unwrap();
    let servers: Vec<_> = servers.iter().map(|server| (&server["name"], &server["error"]["code"])).collect();
    let (prod, gone, without) = ("prod".into(), "gone".into(), "without".into());
    let (none, refused, missing) =
        (serde_json::Value::Null, "cannot_connect".into(), "credentials_missing".into());
    assert_eq!(servers, [(&prod, &none), (&gone, &refused), (&without, &missing)]);
    let kept = format!(".hostkeep/runs/{}.json", run["run"]["run_id"].as_str().unwrap());
    let kept = fs::read_to_string(lab.archive().join(kept)).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&kept).unwrap(), run["run"]);
}

/// Runs a script in a session with a keyring of its own, in which `hostkeep` works with this lab; `$1` is the simulator's
/// address, `$2` its thumbprint, `$3` the lab's folder, `$4` the program. `None`, and a line saying so, where there is no keyring.
pub(crate) fn with_keyring(lab: &Lab, script: &str) -> Option<Told> {
    for program in ["dbus-run-session", "gnome-keyring-daemon"] {
        let quiet =
            Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if quiet.is_err() {
            println!(
                "skipped: {program} is not installed, so the console program was not tried with a keyring"
            );
            return None;
        }
    }
    let (archive, config) = (lab.archive(), lab.config());
    let hostkeep = format!(
        "hostkeep() {{ '{}' \"$@\" --archive '{}' --config-dir '{}'; }}\n",
        env!("CARGO_BIN_EXE_hostkeep"),
        archive.display(),
        config.display()
    );
    let session = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/hostconfig/tests/keyring-session.sh");
    let mut command = Command::new(session);
    command.args(["sh", "-euc", &(hostkeep + script), "sh", &lab.sim.url(), &lab.sim.thumbprint()]);
    command.arg(lab.folder.path()).arg(env!("CARGO_BIN_EXE_hostkeep"));
    Some(Told::of(&mut command, "", lab.folder.path()))
}
