//! The contract between page and core: generated, committed, current; and the shell grants no more than it says.

#![cfg(feature = "window")]
#![allow(missing_docs, clippy::unwrap_used, reason = "a test program")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

const BINDINGS: &str = "ui/src/ipc/bindings.ts";

/// `HOSTKEEP_WRITE_BINDINGS=1 cargo test --test bindings` writes the file anew.
#[test]
fn the_pages_types_are_those_of_the_core() {
    let generated = tempfile::NamedTempFile::with_suffix(".ts").unwrap();
    let header = "// Generated from src-tauri by: HOSTKEEP_WRITE_BINDINGS=1 cargo test --test bindings\n";
    let typescript = specta_typescript::Typescript::default().header(header);
    hostkeep_window::bindings().export(typescript, generated.path()).unwrap();
    let generated = fs::read_to_string(generated.path()).unwrap();
    if std::env::var_os("HOSTKEEP_WRITE_BINDINGS").is_some() {
        fs::write(root().join(BINDINGS), &generated).unwrap();
    }
    let committed = fs::read_to_string(root().join(BINDINGS)).unwrap();
    assert!(
        committed == generated,
        "{BINDINGS} is out of date: HOSTKEEP_WRITE_BINDINGS=1 cargo test --test bindings"
    );
}

#[test]
fn every_command_is_permitted_and_nothing_else() {
    let permissions = fs::read_to_string(root().join("src-tauri/permissions/commands.toml")).unwrap();
    let permitted: BTreeSet<&str> =
        permissions.lines().filter_map(|line| line.strip_prefix("  \"")?.strip_suffix("\",")).collect();
    let source = fs::read_to_string(root().join("src-tauri/src/lib.rs")).unwrap();
    let list = source.split("collect_commands![").nth(1).unwrap().split("])").next().unwrap();
    let commands: BTreeSet<&str> =
        list.lines().filter_map(|line| line.trim().strip_suffix(',')?.split("::").nth(1)).collect();
    assert!(commands.len() > 30);
    assert_eq!(permitted, commands);
}

#[test]
fn the_window_may_do_nothing_but_call_our_commands() {
    let folder = root().join("src-tauri/capabilities");
    let files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files, [folder.join("main.json")]);
    let capability = json(&files[0]);
    assert_eq!(capability["permissions"], serde_json::json!(["every-command"]));
    assert_eq!(capability["windows"], serde_json::json!(["main"]));
    assert!(capability.get("remote").is_none(), "no page from elsewhere may call anything");

    let config = json(&root().join("tauri.conf.json"));
    let security = &config["app"]["security"];
    assert_eq!(config["app"]["withGlobalTauri"], false);
    assert!(security.get("dangerousDisableAssetCspModification").is_none());
    let csp = security["csp"].as_object().unwrap();
    assert_eq!(csp["default-src"], "'none'");
    assert_eq!(csp["script-src"], "'self'");
    for (directive, sources) in csp {
        for source in sources.as_str().unwrap().split(' ') {
            let is_local = ["'none'", "'self'", "data:", "ipc:", "http://ipc.localhost"].contains(&source)
                || (directive == "style-src" && source == "'unsafe-inline'");
            assert!(is_local, "{directive} lets {source} in");
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}
