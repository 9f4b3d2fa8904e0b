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
        settings.remember_archive(Path::new("/backup/esxi"), "0123456789abcdef0123456789abcdef");
        Ok(())
    })
    .unwrap();
    insta::assert_snapshot!("settings_json", std::fs::read_to_string(config.settings()).unwrap());
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
    std::fs::write(config.settings(), "\u{feff}{\"format\": 1, \"theme\": {\"dark\": true}}").unwrap();
    change(&config, |s| s.add_server(server("prod"))).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(config.settings()).unwrap()).unwrap();
    assert_eq!(json["theme"]["dark"], true);
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
        ("{\"format\": 1, \"concurrency\": 999}", "settings_broken", "concurrency is 999"),
        ("{\"format\": 1, \"timeouts\": {\"idle_seconds\": 0}}", "settings_broken", "idle_seconds is 0"),
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
fn addresses_take_one_form() {
    for (text, expect) in [
        ("vc.lab.local", Ok("https://vc.lab.local")),
        (" VC.Lab.Local ", Ok("https://vc.lab.local")),
        ("https://vc.lab.local/sdk", Ok("https://vc.lab.local")),
        ("https://vc.lab.local/ui/", Ok("https://vc.lab.local")),
        ("HTTPS://vc:443", Ok("https://vc")),
        ("10.0.0.9:8443", Ok("https://10.0.0.9:8443")),
        ("fd00::1", Ok("https://[fd00::1]")),
        ("[fd00::1]:8443", Ok("https://[fd00::1]:8443")),
        ("", Err("it is empty")),
        ("http://vc", Err("http would send the password in the clear; use https")),
        ("ftp://vc", Err("only https is supported")),
        ("https://root:secret@vc", Err("give the user separately, and never a password in an address")),
        ("root@vc", Err("give the user separately, and never a password in an address")),
        ("https://@vc", Err("give the user separately, and never a password in an address")),
        ("vc/path", Err("only the host and port are needed")),
        ("vc?x=1", Err("only the host and port are needed")),
        ("vc:0", Err("port 0 cannot be connected to")),
        ("vc:99999", Err("it is not an address")),
        ("v c", Err("it is not an address")),
        ("https://", Err("it is not an address")),
    ] {
        assert_eq!(normal_url(text).as_deref().map_err(|e| *e), expect, "{text:?}");
    }
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
            "\"…@…\" cannot be a server's address: give the user separately, and never a password in an address",
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
            "\"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33\" cannot be a server's thumbprint: this is a SHA-1 thumbprint; the SHA-256 one is needed",
        ),
        (
            "a",
            "vc",
            "u",
            Some("xyz"),
            "\"xyz\" cannot be a server's thumbprint: a SHA-256 thumbprint has 64 hexadecimal digits",
        ),
    ] {
        let error = Server::new(name, url, user, thumbprint).unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), ("bad_server", expect));
    }
}

#[test]
fn thumbprints_take_one_form() {
    let bare = THUMBPRINT.replace(':', "").to_lowercase();
    for text in [THUMBPRINT, &bare, &format!(" {} ", THUMBPRINT.to_lowercase())] {
        assert_eq!(normal_thumbprint(text).as_deref(), Ok(THUMBPRINT));
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
