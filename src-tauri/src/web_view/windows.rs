//! WebView2: part of Windows 11, but not of every Windows Server.

use tauri::WebviewWindow;

#[allow(clippy::unnecessary_wraps, reason = "as on Linux")]
pub(crate) fn tune(_window: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

/// What keeps the window from being opened, and what to do.
pub(crate) fn missing() -> Option<String> {
    tauri::webview_version().err().map(|error| {
        format!(
            "Hostkeep's window needs Microsoft's WebView2 Runtime, which is not found on this computer ({error}).\n\n\
             Install it from https://developer.microsoft.com/microsoft-edge/webview2 (the Evergreen Standalone Installer \
             needs no network), or use the console program, which needs nothing: hostkeep --help"
        )
    })
}
