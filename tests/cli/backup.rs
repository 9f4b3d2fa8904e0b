//! `hostkeep backup`.

use std::fs;

use hostconfig::archive::Archive;
use vsphere_sim::{FaultRule, SoapFault, What};

use crate::support::{Lab, Told};

#[tokio::test(flavor = "multi_thread")]
async fn every_host_is_saved_and_what_fails_is_told() {
    let lab = Lab::new(6).await;
    for note in ["x".repeat(1001), "a\u{1b}[31mb".to_owned()] {
        let told = lab.run_connected(&["backup", "--note", &note]);
        assert!(told.code == 2 && told.stderr.contains("the note cannot be kept"), "{told:?}");
    }
    lab.run_connected(&["backup", "--concurrency", "1", "--note", "before the upgrade"]).check("backup_some");
    lab.run_connected(&["backup", "--concurrency", "1", "--json"]).check("backup_some_json");
    assert_eq!(lab.sim.open_sessions(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_are_chosen_by_name_pattern_and_file() {
    let lab = Lab::new(4).await;
    let list = lab.folder.path().join("hosts.csv");
    fs::write(&list, "\u{feff}Name,Notes\r\nesx02,two\r\nESX01.frankfurt.lab.local,one\r\n").unwrap();
    let list = list.to_str().unwrap();
    for (arguments, saved) in [
        (&["--host", "esx01"][..], &["esx01"][..]),
        (&["--host", "esx0?", "--exclude", "esx03"], &["esx01", "esx02", "esx04"]),
        (&["--hosts-file", list], &["esx01", "esx02"]),
        (&["--hosts-file", list, "--host", "esx04", "--host", "esx02"], &["esx01", "esx02", "esx04"]),
    ] {
        let told = lab.run_connected(&[&["backup", "--json"], arguments].concat());
        let run = told.json()["run"].clone();
        let names = run["hosts"].as_array().unwrap().iter().map(|host| host["name"].as_str().unwrap());
        let mut names: Vec<&str> = names.map(|name| name.split('.').next().unwrap()).collect();
        names.sort_unstable();
        assert_eq!((told.code, &names[..]), (0, saved), "{arguments:?}");
    }
    lab.run_connected(&["backup", "--host", "esx01", "--host", "esx99"]).check("backup_unknown_host");
    lab.run_connected(&["backup", "--exclude", "*"]).check("backup_nothing_left");
    lab.run_connected(&["backup", "--hosts-file", "-"]).check("backup_stdin_twice");
    lab.run_connected(&["backup", "--hosts-file", "no/such/file"]).check("backup_no_hosts_file");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_every_host_fails_the_exit_code_is_1() {
    let lab = Lab::new(3).await;
    let denied = SoapFault::no_permission("HostSystem", "host-1", "Host.Config.Firmware");
    lab.sim.add_fault(FaultRule::soap("BackupFirmwareConfiguration", What::Fault(denied)));
    lab.back_up().check("backup_all_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_in_use_is_left_alone() {
    let lab = Lab::new(1).await;
    let archive = Archive::create(&lab.archive()).unwrap();
    let lock = archive.lock("another run", chrono::Local::now().fixed_offset()).unwrap();
    let told = lab.back_up();
    assert!(told.code == 11 && told.stderr.contains("is in use by another run"), "{told:?}");
    let told = lab.run(&["archive", "prune", "--keep-last", "1", "--json"]);
    assert_eq!((told.code, &told.json()["error"]["code"]), (11, &"archive_locked".into()));
    assert_eq!(lab.sim.sessions_ever(), 0);
    drop(lock);
    assert_eq!(lab.back_up().code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_vanished_is_not_started_anew() {
    let lab = Lab::new(1).await;
    assert_eq!(lab.back_up().code, 0);
    fs::remove_dir_all(lab.archive()).unwrap();
    fs::create_dir(lab.archive()).unwrap();
    lab.back_up().check("backup_archive_vanished");
    assert_eq!(fs::read_dir(lab.archive()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_written_is_told_and_stops_nothing() {
    let lab = Lab::new(1).await;
    fs::create_dir(lab.config()).unwrap();
    fs::write(lab.config().join("logs"), "in the way").unwrap();
    let told = lab.back_up();
    assert!(told.code == 0 && told.stderr.contains("warning: ") && told.stderr.contains("logs"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_settings_stop_a_backup_and_stay_as_they_are() {
    let lab = Lab::new(1).await;
    fs::create_dir(lab.config()).unwrap();
    fs::write(lab.config().join("settings.json"), "{").unwrap();
    let told = lab.run_connected(&["backup", "--json"]);
    assert_eq!((told.code, &told.json()["error"]["code"]), (1, &"settings_broken".into()));
    assert_eq!(fs::read_to_string(lab.config().join("settings.json")).unwrap(), "{");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_reaches_output_or_log() {
    let lab = Lab::new(2).await;
    let told = lab.run_connected(&["backup", "-v", "-v"]);
    assert!(told.code == 0 && told.stderr.contains("DEBUG"), "{told:?}");
    let mut all = told.shown();
    for entry in fs::read_dir(lab.config().join("logs")).unwrap() {
        all += &fs::read_to_string(entry.unwrap().path()).unwrap();
    }
    for secret in ["hostkeep-demo", "vmware_soap_session", "/downloads/"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_cannot_steer_the_terminal() {
    let mut hosts = vsphere_sim::varied_hosts(1);
    hosts[0].name = "esx\u{1b}]0;owned\u{7}01".replace(['\u{1b}', '\u{7}'], "\u{9b}");
    hosts[0].hostname = Some("esx01".into());
    let lab = Lab::with(vsphere_sim::Options { hosts, ..vsphere_sim::Options::default() }).await;
    let told: Told = lab.back_up();
    assert!(told.code == 0 && told.stderr.contains("esx\u{fffd}]0;owned\u{fffd}01"), "{told:?}");
    assert!(!told.shown().contains('\u{9b}'));
}

/// As the tree of the vSphere Client has them.
#[tokio::test(flavor = "multi_thread")]
async fn hosts_are_chosen_by_where_they_are() {
    let lab = Lab::new(12).await;
    let place = |arguments: &[&str]| {
        let told = lab.run_connected(&[&["backup", "--json"], arguments].concat());
        let hosts = told.json()["run"]["hosts"].as_array().cloned().unwrap_or_default();
        (told.code, hosts.len())
    };
    let listed = lab.run_connected(&["hosts", "--json"]).json();
    let hosts = listed["hosts"].as_array().unwrap();
    let in_test = hosts.iter().filter(|host| host["cluster"] == "Test").count();
    let in_frankfurt = hosts.iter().filter(|host| host["datacenter"] == "Frankfurt").count();
    assert!(in_test > 0 && in_frankfurt > in_test, "{listed}");
    assert_eq!(place(&["--in", "test"]), (0, in_test));
    assert_eq!(place(&["--in", "Frankfurt"]), (0, in_frankfurt));
    assert_eq!(place(&["--in", "Frankfurt/Test"]), (0, in_test));
    assert_eq!(place(&["--in", "Nowhere", "--in", "test"]).0, 3);
    // What a script left empty is a mistake, and nothing else.
    for option in ["--in", "--host", "--exclude"] {
        let told = lab.run_connected(&["backup", option, " "]);
        assert!(told.code == 2 && told.stderr.contains("it is empty"), "{told:?}");
    }
    let told = lab.run_connected(&["backup", "--in", "Nowhere"]);
    assert!(told.stdout.contains("no cluster, datacenter or folder with hosts is named Nowhere"), "{told:?}");
}
