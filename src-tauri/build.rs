//! What Tauri needs at build time, and only where the window is built: the console program needs nothing of it.

fn main() {
    #[cfg(feature = "window")]
    window();
}

#[cfg(feature = "window")]
fn window() {
    use std::fs;
    use std::path::Path;

    // The package's folder is the repository's root, so all paths begin there.
    for watched in ["src-tauri/capabilities", "src-tauri/permissions", "ui/dist/index.html"] {
        println!("cargo:rerun-if-changed={watched}");
    }
    // Without a built page `generate_context!` does not compile; checks of the Rust code need none.
    let page = Path::new("ui/dist/index.html");
    if !page.exists() {
        println!(
            "cargo:warning=ui/dist is missing, so the window shows a note instead: cargo xtask run builds both"
        );
        fs::create_dir_all("ui/dist").expect("ui/dist can be created");
        fs::write(
            page,
            "<!doctype html><title>Not built</title><p>Build the page first: <code>cargo xtask run</code>.",
        )
        .expect("the note can be written");
    }
    let manifest = tauri_build::AppManifest::new().permissions_path_pattern("src-tauri/permissions/*.toml");
    tauri_build::try_build(
        tauri_build::Attributes::new()
            .capabilities_path_pattern("src-tauri/capabilities/*.json")
            .windows_attributes(tauri_build::WindowsAttributes::new_without_app_manifest())
            .app_manifest(manifest),
    )
    .expect("tauri.conf.json, capabilities and permissions are sound");
    if std::env::var_os("CARGO_CFG_WINDOWS").is_some() {
        embed_windows_manifest();
    }
}

/// Into test programs too, which Tauri's own tool leaves out: what links Tauri ends before `main` (0xc0000139) without the
/// manifest's common controls.
#[cfg(feature = "window")]
fn embed_windows_manifest() {
    let manifest = "packaging/windows/hostkeep.manifest";
    println!("cargo:rerun-if-changed={manifest}");
    let set = |name| std::env::var(name).expect("cargo sets it");
    let manifest = format!("{}/{manifest}", set("CARGO_MANIFEST_DIR")).replace('\\', "/");
    let script = std::path::Path::new(&set("OUT_DIR")).join("manifest.rc");
    std::fs::write(&script, format!("#pragma code_page(65001)\n1 24 \"{manifest}\"\n"))
        .expect("the build's folder can be written");
    embed_resource::compile_for_everything(script, embed_resource::NONE)
        .manifest_required()
        .expect("the manifest can be embedded");
}
