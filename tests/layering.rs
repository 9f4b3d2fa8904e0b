//! The invariants of docs/ARCHITECTURE.md that a program can check: who may depend on whom, and what things may not be
//! called.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a test program")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Package, what it must never reach, even through others, and why.
const NEVER: &[(&str, &str, &str)] = &[
    ("vsphere", "hostconfig", "the client knows nothing of backups"),
    ("vsphere", "vsphere-sim", "the client does not carry its own test server"),
    ("vsphere-sim", "vsphere", "one codec for both sides would hide its own bugs"),
    ("vsphere-sim", "hostconfig", "the simulator stands for machines that know nothing of us"),
    ("hostconfig", "vsphere-sim", "only the console program carries the demo"),
    ("hostconfig", "hostkeep-cli", "the domain does not know its terminal"),
    ("hostkeep-cli", "tauri", "the console program builds without WebKitGTK"),
    ("hostconfig", "tauri", "the domain does not know its window"),
    ("vsphere", "tauri", "the client does not know the window"),
    ("vsphere-sim", "tauri", "the simulator does not know the window"),
    ("hostconfig", "clap", "the domain does not know its terminal"),
    ("vsphere", "clap", "the client does not know the terminal"),
    ("hostkeep-cli", "openssl-sys", "TLS is rustls"),
];

/// Names that others gave: freedesktop.org's Secret Service, Microsoft's Credential Manager.
const GIVEN_NAMES: &[&str] = &["SecretService", "secret_service", "credential_manager"];

/// Names that say nothing: the field has words of its own.
const EMPTY_NAMES: &[&str] = &["Manager", "Service", "Helper", "Util", "Utils", "Helpers"];

#[test]
fn no_package_reaches_what_it_must_not_know() {
    let packages: BTreeSet<&str> = NEVER.iter().map(|(package, ..)| *package).collect();
    for package in packages {
        let reached = built_into(package);
        assert_eq!(reached.first().map(String::as_str), Some(package));
        for (_, forbidden, why) in NEVER.iter().filter(|(name, ..)| *name == package) {
            assert!(
                !reached.iter().any(|name| name == forbidden),
                "{why}; yet: cargo tree --package {package} --edges normal --invert {forbidden}"
            );
        }
    }
    // It would find one if there were one.
    assert!(built_into("hostkeep").contains(&"vsphere-sim".to_owned()), "the app carries the demo");
}

#[test]
fn every_package_takes_the_workspaces_lints_and_versions() {
    for manifest in manifests() {
        let text = read(&manifest);
        let shown = manifest.display();
        assert!(text.contains("[lints]\nworkspace = true"), "{shown} does not take the workspace's lints");
        let own = text
            .split("\n[")
            .filter(|table| table.split(']').next().is_some_and(|name| name.ends_with("dependencies")))
            .filter(|table| !table.starts_with("workspace."))
            .flat_map(|table| table.lines().skip(1))
            .filter(|line| line.contains('=') && !line.trim_start().starts_with('#'))
            .find(|line| !line.contains("workspace"));
        assert_eq!(own, None, "{shown} pins a dependency by itself; that belongs into the root Cargo.toml");
    }
}

#[test]
fn the_crates_that_are_told_the_time_may_not_ask_for_it() {
    // clippy reads one clippy.toml a package: what the root says has to be repeated.
    let root: Vec<String> = settings(&read(&root().join("clippy.toml")));
    for package in ["hostconfig", "vsphere"] {
        let own = read(&root_of(package).join("clippy.toml"));
        for setting in &root {
            assert!(own.contains(setting), "crates/{package}/clippy.toml lacks {setting}");
        }
        for clock in ["chrono::Local::now", "chrono::Utc::now", "std::time::SystemTime::now"] {
            assert!(own.contains(clock), "crates/{package}/clippy.toml does not forbid {clock}");
        }
    }
}

#[test]
fn nothing_is_named_manager_service_helper_or_util() {
    let mut found = Vec::new();
    for file in rust_files() {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if has_empty_name(&stem) {
            found.push(format!("the file {}", file.display()));
        }
        for (number, line) in read(&file).lines().enumerate() {
            if let Some(name) = declared_name(line).filter(|name| has_empty_name(name)) {
                found.push(format!("{name} in {}:{}", file.display(), number + 1));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn which_names_are_empty() {
    for (line, expect) in [
        ("pub struct BackupManager {", true),
        ("    pub(crate) enum TaskHelper<T> {", true),
        ("mod archive_utils;", true),
        ("trait HostService: Send {", true),
        ("mod service;", true),
        ("mod secret_service;", false),        // not ours to name
        ("fn session_manager_id() {}", false), // vSphere's own SessionManager is spoken of in functions
        ("pub struct Archive {", false),
        ("struct Utility;", false),
        ("// struct BackupManager is what we do not have", false),
    ] {
        assert_eq!(declared_name(line).is_some_and(has_empty_name), expect, "{line}");
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn root_of(package: &str) -> PathBuf {
    root().join("crates").join(package)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// The lines of a clippy.toml that set something, less the lists that span lines.
fn settings(text: &str) -> Vec<String> {
    text.lines().filter(|line| line.contains(" = ") && !line.starts_with('#')).map(str::to_owned).collect()
}

/// What a line declares: the name of a type, a trait or a module.
fn declared_name(line: &str) -> Option<&str> {
    let mut words = line.trim_start().split([' ', '(', ')']).filter(|word| !word.is_empty());
    let mut word = words.next()?;
    while ["pub", "crate", "super"].contains(&word) {
        word = words.next()?;
    }
    if !["struct", "enum", "trait", "mod", "type"].contains(&word) {
        return None;
    }
    words.next()?.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

/// Whether the name's last word, in either style, is one of those that say nothing.
fn has_empty_name(name: &str) -> bool {
    let ends = |empty: &str| {
        let lower = empty.to_lowercase();
        name.ends_with(empty) || name == lower || name.ends_with(&format!("_{lower}"))
    };
    !GIVEN_NAMES.iter().any(|given| name.ends_with(given)) && EMPTY_NAMES.iter().any(|empty| ends(empty))
}

/// Of every package of the workspace, as its own manifest names them.
fn manifests() -> Vec<PathBuf> {
    let manifest = root().join("Cargo.toml");
    let text = read(&manifest);
    let members = text.split_once("\nmembers = [").and_then(|(_, rest)| rest.split_once(']'));
    let (members, _) = members.expect("the workspace has members");
    let mut found = vec![manifest];
    for member in members.split(',').map(|member| member.trim().trim_matches('"')) {
        match member.strip_suffix("/*") {
            Some(folder) => {
                let entries = fs::read_dir(root().join(folder)).expect("a folder of members can be listed");
                found.extend(entries.map(|entry| entry.expect("it can be listed").path().join("Cargo.toml")));
            }
            None => found.push(root().join(member).join("Cargo.toml")),
        }
    }
    found
}

fn rust_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> =
        ["crates", "src-tauri", "tests", "xtask"].iter().map(|name| root().join(name)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("a folder of ours can be listed").path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    assert!(found.len() > 20, "only {} source files found", found.len());
    found
}

/// Everything that is built into a package on this platform, itself included; what only its tests use is left out.
fn built_into(package: &str) -> Vec<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["tree", "--locked", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--package", package])
        .current_dir(root())
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}
