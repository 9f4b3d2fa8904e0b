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

/// On Linux the dialog gives the name as it was typed, and asks about a file of just that name only.
fn with_extension(picked: PathBuf, suggested: &str) -> PathBuf {
    let (None, Some(extension)) = (picked.extension(), Path::new(suggested).extension()) else {
        return picked;
    };
    let whole = picked.with_extension(extension);
    if picked.exists() || whole.exists() { picked } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_an_ending_gets_one_unless_that_is_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("known"), "").unwrap();
        std::fs::write(at("hosts.csv"), "what the dialog did not ask about").unwrap();
        for (typed, expect) in [
            ("list", "list.csv"),
            ("list.txt", "list.txt"),
            ("known", "known"),
            ("hosts.csv", "hosts.csv"),
            ("hosts", "hosts"),
        ] {
            assert_eq!(with_extension(at(typed), "suggested.csv"), at(expect), "{typed}");
        }
        assert_eq!(with_extension(at("list"), "suggested"), at("list"));
    }
}
