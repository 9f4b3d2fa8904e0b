//! WebView2 and WKWebView look after themselves.

use tauri::WebviewWindow;

#[allow(clippy::unnecessary_wraps, reason = "as on Linux")]
pub(crate) fn tune(_window: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}
