//! WebKitGTK.

use std::path::Path;

use tauri::WebviewWindow;
use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

/// Where the kernel offers graphics processors.
const GRAPHICS: &str = "/dev/dri";

/// Without a graphics processor (a server, a virtual machine, a remote desktop) layers would be composed in software:
/// scrolling is several times slower then, starting takes a third longer, and a quarter more memory is used.
pub(crate) fn tune(window: &WebviewWindow) -> tauri::Result<()> {
    if has_graphics() {
        return Ok(());
    }
    window.with_webview(|view| {
        if let Some(settings) = WebViewExt::settings(&view.inner()) {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    })
}

/// What keeps the window from being opened, and what to do: Tauri panics without a display.
pub(crate) fn missing() -> Option<String> {
    let has_none = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .all(|name| std::env::var_os(name).is_none_or(|value| value.is_empty()));
    has_none.then(|| {
        "There is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set). \
         The console program does the same: hostkeep --help"
            .into()
    })
}

fn has_graphics() -> bool {
    let nodes = Path::new(GRAPHICS).read_dir().into_iter().flatten().flatten();
    nodes.into_iter().any(|node| node.file_name().to_string_lossy().starts_with("renderD"))
}
