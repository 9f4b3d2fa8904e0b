use super::*;

const THUMBPRINT: &str =
    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";

fn config() -> (tempfile::TempDir, ConfigDir) {
    let folder = tempfile::tempdir().unwrap();
    let config = ConfigDir::at(folder.path().join("not yet/there"));
    (folder, config)
}

fn server(name: &str) -> Server {
    Server::new(name, "vc.lab.local", "administrator@vsphere.local", None).unwrap()
}

#[test]
fn settings_json_is_a_contract() {
    let (_folder, config) = config();
    change(&config, |settings| {
        settings.add_server(server("prod"))?;
        settings.add_server(Server::new("lab", "https://10.0.0.9:8443/sdk", "root", Some(THUMBPRINT))?)?;
        settings.archive = Some("/backup/esxi".into());
        settings.theme = Theme::HighContrast;
        settings.save_selection("tonight", &["esx01".into(), "esx02".into()])?;
        settings.remember_archive(Path::new("/backup/esxi"), "0123456789abcdef0123456789abcdef");
        Ok(())
    })
    .unwrap();
    // On Windows an absolute path has a drive.
    insta::with_settings!({ filters => [(r"[A-Z]:\\\\backup\\\\esxi", "/backup/esxi")] }, {
        insta::assert_snapshot!("settings_json", std::fs::read_to_string(config.settings()).unwrap());
    });
}

#[test]
fn without_a_file_the_defaults_hold() {
    let (_folder, config) = config();
    assert_eq!(load(&config).unwrap(), Settings::default());
    assert!(!config.path().exists(), "reading makes nothing");
}

#[test]
fn servers_are_added_found_and_removed() {
    let (_folder, config) = config();
    let add = |name: &str| change(&config, |s| s.add_server(server(name))).map_err(|e| e.to_string());
    add("Prod").unwrap();
    add("lab").unwrap();
    assert_eq!(add("PROD"), Err("there is a server named \"Prod\" already".into()));
    assert_eq!(load(&config).unwrap().server("prod").unwrap().name, "Prod");
    let unknown = "there is no server named \"dev\"; there are: Prod, lab";
    assert_eq!(load(&config).unwrap().server("dev").unwrap_err().to_string(), unknown);
    assert_eq!(change(&config, |s| s.remove_server("dev")).unwrap_err().code(), "unknown_server");
    assert_eq!(change(&config, |s| s.remove_server("PROD")).unwrap(), server("Prod"));
    assert_eq!(load(&config).unwrap().servers, [server("lab")]);
}

#[test]
fn what_a_newer_version_wrote_survives_a_change() {
    let (_folder, config) = config();
    config.ensure().unwrap();
    std::fs::write(config.settings(), "\u{feff}{\"format\": 1, \"colours\": {\"dark\": true}}").unwrap();
    change(&config, |s| s.add_server(server("prod"))).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(config.settings()).unwrap()).unwrap();
    assert_eq!(json["colours"]["dark"], true);
    assert_eq!(json["servers"][0]["name"], "prod");
}

#[test]
fn a_broken_file_is_told_and_never_overwritten() {
    for (content, code, message) in [
        ("", "settings_broken", "EOF while parsing a value at line 1 column 0"),
        ("{\n  \"format\": 1,\n  \"servers\": 5\n}", "settings_broken", "line 3 column 14"),
        ("{\"format\": 1", "settings_broken", "EOF while parsing"),
        ("{}", "settings_broken", "missing field `format`"),
        (
            "{\"format\": 2, \"servers\": 5}",
            "settings_too_new",
            "have format 2, and this version of Hostkeep knows 1",
        ),
        (
            "{\"format\": 1, \"concurrency\": 0}",
            "settings_broken",
            "concurrency is 0, but must be from 1 to 256",
        ),
        ("{\"format\": 1, \"stale_after_days\": 3651}", "settings_broken", "stale_after_days is 3651"),
        ("{\"format\": 1, \"theme\": \"pink\"}", "settings_broken", "unknown variant `pink`"),
        ("{\"format\": 1, \"concurrency\": 999}", "settings_broken", "concurrency is 999"),
        ("{\"format\": 1, \"timeouts\": {\"idle_seconds\": 0}}", "settings_broken", "idle_seconds is 0"),
        (
            "{\"format\": 1, \"archive\": \"backups\"}",
            "settings_broken",
            "archive is backups, but must be a whole path",
        ),
        (
            "{\"format\": 1, \"host_port\": 0}",
            "settings_broken",
            "host_port is 0, but must be from 1 to 65535",
        ),
        (
            "{\"format\": 1, \"servers\": [{\"name\": \"prod\", \"url\": \"a\", \"user\": \"u\"},
                {\"name\": \"PROD\", \"url\": \"b\", \"user\": \"u\"}]}",
            "settings_broken",
            "several servers are named \"PROD\"",
        ),
    ] {
        let (_folder, config) = config();
        config.ensure().unwrap();
        std::fs::write(config.settings(), content).unwrap();
        for error in
            [load(&config).unwrap_err(), change(&config, |s| s.add_server(server("prod"))).unwrap_err()]
        {
            assert_eq!(error.code(), code, "{content}");
            assert!(error.to_string().contains(message), "{error}");
            assert!(error.to_string().contains("settings.json"), "{error}");
        }
        assert_eq!(std::fs::read_to_string(config.settings()).unwrap(), content);
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_the_file_stays_one() {
    let (folder, config) = config();
    config.ensure().unwrap();
    let elsewhere = folder.path().join("kept in git.json");
    std::fs::write(&elsewhere, "{\"format\": 1}").unwrap();
    std::os::unix::fs::symlink(&elsewhere, config.settings()).unwrap();
    change(&config, |s| s.add_server(server("prod"))).unwrap();
    assert!(config.settings().is_symlink());
    assert!(std::fs::read_to_string(elsewhere).unwrap().contains("prod"));
}

#[test]
fn a_failed_change_writes_nothing() {
    let (_folder, config) = config();
    change(&config, |s| s.add_server(server("prod"))).unwrap();
    let before = std::fs::read(config.settings()).unwrap();
    let error = change(&config, |s| {
        s.servers.clear();
        s.remove_server("gone")
    });
    assert_eq!(error.unwrap_err().code(), "unknown_server");
    assert_eq!(std::fs::read(config.settings()).unwrap(), before);
}

#[test]
fn changes_at_once_all_count() {
    let (_folder, config) = config();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let config = &config;
            scope.spawn(move || change(config, |s| s.add_server(server(&format!("vc{number}")))).unwrap());
        }
    });
    assert_eq!(load(&config).unwrap().servers.len(), 8);
}

#[cfg(unix)]
#[test]
fn settings_are_closed_to_other_users() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, config) = config();
    change(&config, |s| s.add_server(server("prod"))).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&config.settings()), mode(config.path())), (0o600, 0o700));
}

#[test]
fn bad_servers_are_refused_without_repeating_a_password() {
    let long = "x".repeat(65);
    for (name, url, user, thumbprint, expect) in [
        ("", "vc", "u", None, "\"\" cannot be a server's name: it is empty"),
        (" a", "vc", "u", None, "\" a\" cannot be a server's name: it begins or ends with a space"),
        ("-a", "vc", "u", None, "\"-a\" cannot be a server's name: it begins with -, like an option"),
        ("a\nb", "vc", "u", None, "\"a\\nb\" cannot be a server's name: it has control characters"),
        (
            &long,
            "vc",
            "u",
            None,
            &format!("\"{long}\" cannot be a server's name: it is longer than 64 characters"),
        ),
        (
            "a",
            "https://root:secret@vc",
            "u",
            None,
            "\"…\" is not a server address: leave the user name and password out of the address",
        ),
        ("a", "vc", " ", None, "\" \" cannot be a server's user: it is empty"),
        (
            "a",
            "vc",
            "u\0",
            None,
            "\"u\\0\" cannot be a server's user: it has control characters or is too long",
        ),
        (
            "a",
            "vc",
            "u",
            Some("00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33"),
            "\"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33\" is not a SHA-256 thumbprint: give 64 hexadecimal digits, with or without colons",
        ),
        (
            "a",
            "vc",
            "u",
            Some("xyz"),
            "\"xyz\" is not a SHA-256 thumbprint: give 64 hexadecimal digits, with or without colons",
        ),
    ] {
        let error = Server::new(name, url, user, thumbprint).unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), ("bad_server", expect));
    }
}

#[test]
fn archives_are_remembered_by_path() {
    let mut settings = Settings::default();
    let path = Path::new("/backup");
    assert_eq!(settings.remembered_archive(path), None);
    settings.remember_archive(path, "a");
    settings.remember_archive(Path::new("/other"), "c");
    settings.remember_archive(path, "b");
    assert_eq!(settings.remembered_archive(path), Some("b"));
    assert_eq!(settings.archives_used.len(), 2);
}

#[test]
fn a_file_of_an_older_version_gets_the_defaults() {
    let (_folder, config) = config();
    config.ensure().unwrap();
    std::fs::write(config.settings(), "{\"format\": 1, \"concurrency\": 4}").unwrap();
    let expect = Settings { concurrency: 4, ..Settings::default() };
    assert_eq!(load(&config).unwrap(), expect);
    assert_eq!((expect.stale_after_days, expect.theme, expect.selections.len()), (7, Theme::System, 0));
}

#[test]
fn a_change_that_could_not_be_read_again_is_refused() {
    type Change = fn(&mut Settings);
    let (_folder, config) = config();
    change(&config, |s| s.add_server(server("prod"))).unwrap();
    let before = std::fs::read(config.settings()).unwrap();
    let changes: [(Change, &str, &str); 3] = [
        (
            |s| s.stale_after_days = 0,
            "bad_setting",
            "stale_after_days cannot be 0: it must be from 1 to 3650",
        ),
        (|s| s.concurrency = 257, "bad_setting", "concurrency cannot be 257: it must be from 1 to 256"),
        (
            |s| s.selections = vec![SavedSelection { name: "a".into(), hosts: vec!["x".repeat(17 << 20)] }],
            "settings_too_large",
            "would be larger than 16777216 bytes",
        ),
    ];
    for (bad, code, message) in changes {
        let error = change(&config, |settings| {
            bad(settings);
            Ok(())
        })
        .unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains(message), "{error}");
        assert_eq!(std::fs::read(config.settings()).unwrap(), before);
    }
}

#[test]
fn a_server_is_replaced_in_its_place() {
    let mut settings = Settings::default();
    for name in ["prod", "lab", "dev"] {
        settings.add_server(server(name)).unwrap();
    }
    let names = |settings: &Settings| {
        settings.servers.iter().map(|server| server.name.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(settings.replace_server("LAB", server("Lab")).unwrap(), server("lab"));
    assert_eq!(settings.replace_server("lab", server("test")).unwrap(), server("Lab"));
    assert_eq!(names(&settings), "prod test dev");
    assert_eq!(settings.replace_server("test", server("PROD")).unwrap_err().code(), "duplicate_server");
    assert_eq!(settings.replace_server("lab", server("new")).unwrap_err().code(), "unknown_server");
    assert_eq!(names(&settings), "prod test dev");
}

#[test]
fn selections_are_saved_replaced_and_removed() {
    let mut settings = Settings::default();
    let mut save = |name: &str, hosts: &[&str]| {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        settings.save_selection(name, &hosts).map_err(|error| (error.code(), error.to_string()))
    };
    save("Tonight", &["esx01", " esx02 ", "ESX01"]).unwrap();
    save("-lab", &["esx03"]).unwrap();
    save("TONIGHT", &["esx04"]).unwrap();
    let long = "n".repeat(65);
    for (name, hosts, reason) in [
        ("", &["a"][..], "it is empty"),
        (" a", &["a"], "it begins or ends with a space"),
        (&long, &["a"], "it is longer than 64 characters"),
        ("a\n", &["a"], "it begins or ends with a space"),
        ("a\u{1b}b", &["a"], "it has control characters"),
        ("a", &[], "it has no hosts"),
        ("a", &["b", " "], "one of its hosts has a name that is empty, too long or has control characters"),
        ("a", &["b\0"], "one of its hosts has a name that is empty, too long or has control characters"),
    ] {
        let (code, message) = save(name, hosts).unwrap_err();
        assert_eq!(code, "bad_selection");
        assert_eq!(message, format!("the selection {name:?} cannot be saved: {reason}"));
    }
    let saved = |name: &str, host: &str| SavedSelection { name: name.into(), hosts: vec![host.into()] };
    assert_eq!(settings.selections, [saved("TONIGHT", "esx04"), saved("-lab", "esx03")]);
    assert_eq!(settings.remove_selection("tonight").unwrap(), saved("TONIGHT", "esx04"));
    assert_eq!(settings.remove_selection("tonight").unwrap_err().code(), "unknown_selection");
    assert_eq!(settings.selections, [saved("-lab", "esx03")]);
}
