//! WKWebView, which every macOS has and which looks after itself.

use tauri::WebviewWindow;

#[allow(clippy::unnecessary_wraps, reason = "as on Linux")]
pub(crate) fn tune(_window: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

pub(crate) fn missing() -> Option<String> {
    None
}
