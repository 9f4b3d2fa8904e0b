//! An empty Tauri window, built with the same libraries and profile as Hostkeep: what `cargo xtask bench window`
//! compares with. A page with a line of text, and no more.

fn main() {
    tauri::Builder::default().run(tauri::generate_context!()).expect("an empty window opens");
}
