//! What only a terminal gets: questions, a progress bar, colour.

// `script` of other systems takes other arguments.
#![cfg(target_os = "linux")]

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use crate::support::{Lab, Told, hostkeep};

/// The program in a terminal of its own, with this typed ahead; the output of both streams, and the exit code. `None`,
/// and a line saying so, where there is no `script`.
fn in_terminal(lab: &Lab, arguments: &[&str], environment: &[(&str, &str)], typed: &str) -> Option<Told> {
    let mut script = script(lab, arguments)?;
    script.envs(environment.iter().copied());
    Some(Told::of(&mut script, typed, lab.folder.path()))
}

fn script(lab: &Lab, arguments: &[&str]) -> Option<Command> {
    let quiet = |program: &str| Command::new(program).arg("--version").stdout(Stdio::null()).status();
    if quiet("script").is_err() {
        println!("skipped: script is not installed, so the console program was not tried in a terminal");
        return None;
    }
    let program = lab.command(arguments);
    let quoted = |text: &std::ffi::OsStr| format!("'{}'", text.to_str().unwrap());
    let line: Vec<String> =
        std::iter::once(program.get_program()).chain(program.get_args()).map(quoted).collect();
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &line.join(" "), "/dev/null"]);
    script.envs(hostkeep(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
    script.env("TERM", "xterm-256color").env_remove("NO_COLOR");
    Some(script)
}

fn servers(lab: &Lab) -> serde_json::Value {
    lab.run(&["server", "list", "--json"]).json()["servers"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_trusted_only_by_consent() {
    let lab = Lab::new(1).await;
    let add = ["server", "add", "prod", "--url", &lab.sim.url(), "--user", "administrator@vsphere.local"];
    for typed in ["n\n", "\n", "yess\n"] {
        let Some(told) = in_terminal(&lab, &add, &[], typed) else { return };
        assert!(
            told.code == 13 && told.stdout.contains("Nothing was sent and nothing was saved"),
            "{told:?}"
        );
        assert_eq!((servers(&lab), lab.sim.sessions_ever()), (serde_json::json!([]), 0));
    }
    let Some(told) = in_terminal(&lab, &add, &[], "y\nhostkeep-demo\n") else { return };
    assert!(told.code == 0 && told.stdout.contains("Trust this certificate? [y/N]"), "{told:?}");
    assert_eq!(servers(&lab)[0]["thumbprint"], lab.sim.thumbprint());
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_and_colour_are_for_terminals() {
    let lab = Lab::new(3).await;
    let backup = |user, environment: &[(&str, &str)], typed| {
        let (url, thumbprint) = (lab.sim.url(), lab.sim.thumbprint());
        let arguments = ["backup", "--url", &url, "--user", user, "--thumbprint", &thumbprint];
        in_terminal(&lab, &arguments, environment, typed)
    };
    let Some(told) = backup("root", &[], "wrong\n") else { return };
    assert!(told.code == 12 && told.stdout.contains("Password of root@https://"), "{told:?}");
    for (environment, is_coloured) in [(&[][..], true), (&[("NO_COLOR", "1")], false)] {
        let Some(told) = backup("administrator@vsphere.local", environment, "hostkeep-demo\n") else {
            return;
        };
        assert!(told.code == 0 && told.stdout.contains("3/3 hosts"), "{told:?}");
        assert!(told.stdout.contains("3 of 3 hosts saved"), "{told:?}");
        assert_eq!(told.stdout.contains("\u{1b}[32m"), is_coloured, "{told:?}");
    }
}

/// Each warning is asked for by itself, and the host's name last.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_asks_for_each_warning_and_the_hosts_name() {
    let lab = Lab::with(vsphere_sim::Options {
        hosts: vec![vsphere_sim::HostSpec::new("esx01.lab.local")],
        restore_reboot: std::time::Duration::from_millis(60),
        ..vsphere_sim::Options::default()
    })
    .await;
    hostconfig::archive::Archive::create(&lab.archive()).unwrap();
    let host = lab.sim.host("esx01.lab.local");
    let bundle = lab.folder.path().join("configBundle.tgz");
    std::fs::write(&bundle, host.bundle()).unwrap();
    let (url, thumbprint) = (lab.sim.url(), lab.sim.thumbprint());
    let arguments = [
        &["restore", "--host", "esx01", "--bundle", bundle.to_str().unwrap()][..],
        &["--url", &url, "--user", "administrator@vsphere.local", "--thumbprint", &thumbprint],
    ]
    .concat();
    for (typed, code, expect, restored) in [
        ("hostkeep-demo\ny\nn\n", 2, "root_password was not accepted", 0),
        ("hostkeep-demo\ny\ny\nesx01\n", 2, "is not the name of the host", 0),
        ("hostkeep-demo\ny\ny\nesx01.lab.local\n", 0, "was restored, and that is proven", 1),
    ] {
        let Some(told) = in_terminal(&lab, &arguments, &[], typed) else { return };
        assert!(told.code == code && told.stdout.contains(expect), "{told:?}");
        assert_eq!(host.times_restored(), restored, "{told:?}");
    }
}

/// What cannot be taken back is asked for where there is somebody to ask.
#[tokio::test(flavor = "multi_thread")]
async fn removing_asks_first() {
    let lab = Lab::new(1).await;
    for _ in 0..4 {
        lab.run_connected(&["backup"]);
    }
    let left = || lab.run(&["archive", "list", "--json"]).json()["records"].as_array().unwrap().len();
    let oldest = || {
        lab.run(&["archive", "list", "--json"]).json()["records"][left() - 1]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for (typed, yes, code, expect) in
        [("\n", false, 2, 4), ("n\n", false, 2, 4), ("y\n", false, 0, 3), ("", true, 0, 2)]
    {
        let id = oldest();
        let arguments: Vec<&str> =
            ["archive", "delete", &id].into_iter().chain(yes.then_some("--yes")).collect();
        let Some(told) = in_terminal(&lab, &arguments, &[], typed) else { return };
        assert_eq!(
            (told.code, told.stdout.contains("Remove 1 backup"), left()),
            (code, !yes, expect),
            "{told:?}"
        );
    }
    let Some(told) = in_terminal(&lab, &["archive", "prune", "--keep-last", "1"], &[], "n\n") else { return };
    assert!(told.stdout.contains("nothing was removed"), "{told:?}");
    let Some(told) = in_terminal(&lab, &["archive", "prune", "--keep-last", "1"], &[], "yes\n") else {
        return;
    };
    assert_eq!((told.code, left()), (0, 1), "{told:?}");
}

/// Ctrl+C as soon as this is asked. The terminal stays open: a program that waits for another key would wait for ever.
fn interrupted(lab: &Lab, arguments: &[&str], typed: &str, question: &str) -> Option<i32> {
    let mut child = script(lab, arguments)?.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut keys, mut shown) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    keys.write_all(typed.as_bytes()).unwrap();
    let mut told = Vec::new();
    while !String::from_utf8_lossy(&told).contains(question) {
        let mut part = [0; 1024];
        let read = shown.read(&mut part).unwrap();
        assert!(read > 0, "this is not asked: {}", String::from_utf8_lossy(&told));
        told.extend_from_slice(&part[..read]);
    }
    keys.write_all(b"\x03").unwrap();
    child.wait().unwrap().code()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_ctrl_c_is_an_answer_to_a_question() {
    let lab = Lab::new(1).await;
    for _ in 0..2 {
        lab.run_connected(&["backup"]);
    }
    let Some(code) = interrupted(&lab, &["archive", "prune", "--keep-last", "1"], "", "[y/N]") else {
        return;
    };
    let records = lab.run(&["archive", "list", "--json"]).json()["records"].clone();
    assert_eq!((code, records.as_array().unwrap().len()), (130, 2));

    let id = records[0]["id"].as_str().unwrap();
    let connect = lab.connect();
    let connect = connect.iter().filter(|argument| *argument != "--password-stdin").map(String::as_str);
    let host = lab.sim.hosts()[0].inventory_name();
    let restore = ["restore", "--host", &host, "--id", id];
    let restore: Vec<&str> = restore.into_iter().chain(connect).collect();
    assert_eq!(interrupted(&lab, &restore, "hostkeep-demo\n", "[y/N]"), Some(130));
    assert_eq!(lab.sim.open_sessions(), 0);
}

/// 80 columns, as `script` has them where nobody says otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_fits_its_terminal() {
    let lab = Lab::new(2).await;
    lab.run_connected(&["backup", "--note", &"before the upgrade of the firmware of all hosts ".repeat(3)]);
    let Some(told) = in_terminal(&lab, &["archive", "list"], &[("COLUMNS", "80"), ("LINES", "25")], "")
    else {
        return;
    };
    let rows: Vec<&str> = told.stdout.lines().filter(|line| line.contains("lab.local")).collect();
    assert_eq!(rows.len(), 2, "each on one line: {told:?}");
}
