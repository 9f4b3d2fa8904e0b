//! The system's own dialogs. The page never names a path: it asks for a dialog, and what the user picks stays here.

use std::path::{Path, PathBuf};

use rfd::AsyncFileDialog;
use tauri::WebviewWindow;

/// Asks for a folder. Nothing when cancelled.
pub(crate) async fn folder(window: &WebviewWindow, title: &str) -> Option<PathBuf> {
    let picked = AsyncFileDialog::new().set_title(title).set_parent(window).pick_folder().await;
    picked.map(|folder| folder.path().to_owned())
}

/// Asks for a file to read. Nothing when cancelled.
pub(crate) async fn file(
    window: &WebviewWindow,
    title: &str,
    kind: &str,
    extensions: &[&str],
) -> Option<PathBuf> {
    let dialog = AsyncFileDialog::new()
        .set_title(title)
        .set_parent(window)
        .add_filter(kind, extensions)
        .add_filter("All files", &["*"]);
    dialog.pick_file().await.map(|file| file.path().to_owned())
}

/// Asks where to save a file; the dialog itself asks before one is replaced. Nothing when cancelled.
pub(crate) async fn save(window: &WebviewWindow, title: &str, suggested: &str) -> Option<PathBuf> {
    let dialog = AsyncFileDialog::new().set_title(title).set_parent(window).set_file_name(suggested);
    let picked = dialog.save_file().await?.path().to_owned();
    Some(with_extension(picked, suggested))
}

/// On Linux the dialog gives the name as it was typed.
fn with_extension(picked: PathBuf, suggested: &str) -> PathBuf {
    match (picked.extension(), Path::new(suggested).extension()) {
        (None, Some(extension)) if !picked.exists() => picked.with_extension(extension),
        _ => picked,
    }
}
